package pyromet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

const calcinerChemistry = `
[chemistry]
elements = ["Al", "Ca", "Fe", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Gd", "Tb", "Dy", "Yb", "S"]
families = ["aqueous", "gangue", "oxide", "calcined", "oxalate", "carbonate", "hydroxide", "gas", "carbon_monoxide"]
`

// kiln is a calciner with all that Solve takes.
type kiln struct {
	*Calciner
	t       testing.TB
	sys     *chem.System
	spec    flowsheet.Spec
	u       []float64
	in, out []flowsheet.Stream
}

func tryKiln(t testing.TB, chemistry, parameters string) (*kiln, error) {
	tree, err := conf.Parse("test", []byte(chemistry+"[unit]\n"+parameters))
	if err != nil {
		t.Fatal(err)
	}
	k := &kiln{Calciner: NewCalciner().(*Calciner), t: t, sys: chem.FromConfig(tree.Root().Table("chemistry"))}
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	unit := tree.Root().Table("unit")
	k.spec, err = k.Init(flowsheet.Env{Tag: "kiln", System: k.sys, Param: unit})
	unit.Close()
	if err == nil {
		err = tree.Err()
	}
	for _, h := range k.spec.Handles {
		k.u = append(k.u, h.Value)
	}
	for range k.spec.In {
		k.in = append(k.in, flowsheet.Stream{T: 298.15, N: make([]float64, len(k.sys.Components))})
	}
	for range k.spec.Out {
		k.out = append(k.out, flowsheet.Stream{N: make([]float64, len(k.sys.Components))})
	}
	return k, err
}

func newKiln(t testing.TB, parameters string) *kiln {
	t.Helper()
	k, err := tryKiln(t, calcinerChemistry, parameters)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kiln) at(name string) int {
	k.t.Helper()
	i, ok := k.sys.Index(name)
	if !ok {
		k.t.Fatalf("no component %q", name)
	}
	return i
}

func (k *kiln) solve() {
	k.t.Helper()
	if err := k.Solve(&flowsheet.Stage{}, k.u, nil, k.in, k.out); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kiln) observe() []float64 {
	y := make([]float64, len(k.spec.Signals))
	k.Observe(k.u, nil, k.in, k.out, y)
	return y
}

// Each salt gives its oxide with the oxygen it needs: masses of the published table of calcination (kg oxide per kg oxalate).
func TestCalcinerOxides(t *testing.T) {
	for _, c := range []struct {
		salt, oxide                       string
		oxides, steam, co2, co, o2, yield float64
	}{
		{"La2(C2O4)3·10H2O(s)", "La2O3(s)", 1, 10, 3, 3, 0, 0.4512},
		{"Ce2(C2O4)3·10H2O(s)", "CeO2(s)", 2, 10, 3, 3, 0.5, 0.4752},
		{"Pr2(C2O4)3·10H2O(s)", "Pr6O11(s)", 1. / 3, 10, 3, 3, 1. / 3, 0.4690},
		{"Nd2(C2O4)3·10H2O(s)", "Nd2O3(s)", 1, 10, 3, 3, 0, 0.4592},
		{"Tb2(C2O4)3·10H2O(s)", "Tb4O7(s)", 0.5, 10, 3, 3, 0.25, 0.4906},
		{"Dy2(C2O4)3·10H2O(s)", "Dy2O3(s)", 1, 10, 3, 3, 0, 0.4849},
		{"Y2(C2O4)3·10H2O(s)", "Y2O3(s)", 1, 10, 3, 3, 0, 0.3630},
		{"Nd2(CO3)3·8H2O(s)", "Nd2O3(s)", 1, 8, 3, 0, 0, 0},
		{"Pr2(CO3)3·8H2O(s)", "Pr6O11(s)", 1. / 3, 8, 3, 0, 1. / 3, 0},
		{"Nd(OH)3(s)", "Nd2O3(s)", 0.5, 1.5, 0, 0, 0, 0},
		{"Ce(OH)3(s)", "CeO2(s)", 1, 1.5, 0, 0, 0.25, 0},
		{"CaC2O4·H2O(s)", "CaO(s)", 1, 1, 1, 1, 0, 0},
	} {
		k := newKiln(t, "outlet_temperature = \"900 degC\"\nco_burnt = 0\n")
		k.in[calcinerSolid].N[k.at(c.salt)] = 2
		k.in[calcinerGas].N[k.at("O2(g)")] = 10
		k.solve()
		for name, want := range map[string]float64{c.oxide: 2 * c.oxides, c.salt: 0} {
			if got := k.out[product].N[k.at(name)]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: %s %g, want %g", c.salt, name, got, want)
			}
		}
		for name, want := range map[string]float64{"H2O(g)": 2 * c.steam, "CO2(g)": 2 * c.co2, "CO(g)": 2 * c.co, "O2(g)": 10 - 2*c.o2} {
			if got := k.out[fluegas].N[k.at(name)]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: %s %g, want %g", c.salt, name, got, want)
			}
		}
		if c.yield > 0 {
			got := k.sys.Mass(k.out[product].N) / k.sys.Mass(k.in[calcinerSolid].N)
			if math.Abs(got-c.yield) > 1e-4 {
				t.Errorf("%s: %g kg oxide/kg, published %g", c.salt, got, c.yield)
			}
		}
	}
}

// Heats: Nd oxalate in air takes +204 kJ/mol at 298 K and 709 to heat oxide and gas to 900 °C (published: 195 from another estimate
// of the salt, and 708.7); inert +1044 + 9; CO of the salt burns with -283 each.
func TestCalcinerHeat(t *testing.T) {
	k := newKiln(t, "outlet_temperature = \"1173.15 K\"\n")
	k.in[calcinerSolid].N[k.at("Nd2(C2O4)3·10H2O(s)")] = 1
	k.in[calcinerGas].N[k.at("O2(g)")] = 1.5
	k.solve()
	y := k.observe()
	for i, want := range []float64{203.8 + 708.7, 0, 203.8, 708.7} {
		if math.Abs(y[i]/1000-want) > 0.3 {
			t.Errorf("%s: %.2f kJ, want %.2f", k.spec.Signals[i].Name, y[i]/1000, want)
		}
	}
	k.u[calcinerBurnt] = 0
	k.solve()
	if y := k.observe(); math.Abs(y[2]/1000-(203.8+3*282.98)) > 0.3 {
		t.Errorf("inert: %.2f kJ", y[2]/1000)
	}
	// La(OH)3 gives its water with 157 kJ/mol
	k = newKiln(t, "outlet_temperature = \"1173.15 K\"\n")
	k.in[calcinerSolid].N[k.at("La(OH)3(s)")] = 1
	k.solve()
	if y := k.observe(); math.Abs(y[2]/1000-157.1) > 0.3 {
		t.Errorf("La(OH)3: %.2f kJ, published 157.11", y[2]/1000)
	}
	// moisture: 40.9 kJ/mol of evaporation at 100 °C beside the heating of water and steam
	k = newKiln(t, "outlet_temperature = \"373.15 K\"\n")
	k.in[calcinerLiquid].N[k.at("H2O")] = 1
	k.in[calcinerLiquid].T = 373.15
	k.solve()
	if y := k.observe(); math.Abs(y[0]/1000-40.88) > 0.1 || math.Abs(y[1]-y[0]) > 1e-6 {
		t.Errorf("moisture: %.3f of %.3f kJ", y[1]/1000, y[0]/1000)
	}
}

// The parts of the heat add up, with every salt, partial conversion and dust, from warm inlets; 200 cases of seed 7.
func TestCalcinerHeatAddsUp(t *testing.T) {
	k := newKiln(t, "outlet_temperature = \"900 degC\"\n")
	random := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		for i := range k.u {
			k.u[i] = random.Float64()
		}
		k.u[calcinerTemperature] = 500 + 1000*random.Float64()
		for j := range k.in {
			k.in[j].T = 290 + 60*random.Float64()
		}
		for i := range k.sys.Components {
			if i >= k.solid[0] && i < k.solid[1] {
				k.in[calcinerSolid].N[i] = random.Float64()
			}
		}
		k.in[calcinerLiquid].N[k.at("H2O")] = random.Float64()
		k.in[calcinerGas].N[k.at("O2(g)")] = 500
		k.in[calcinerGas].N[k.at("N2(g)")] = 100
		k.solve()
		y := k.observe()
		// the long way round: cool the inlets to 298.15 K, react there, heat the outlets; water evaporates at 298.15 K
		around := y[2]
		for j, s := range append(append([]flowsheet.Stream{}, k.in...), k.out...) {
			for i, n := range s.N {
				if n != 0 && k.counts(i) {
					d := n * (k.heats[i].h(s.T) - k.heats[i].h(298.15))
					if j < len(k.in) {
						d = -d
					}
					around += d
				}
			}
		}
		around += k.in[calcinerLiquid].N[k.at("H2O")] * (k.heats[k.steam].h(298.15) - k.heats[k.water].h(298.15))
		if math.Abs(around-y[0]) > 1e-9*(math.Abs(y[0])+1e6) || math.Abs(y[1]+y[2]+y[3]-y[0]) > 1e-6 {
			t.Fatalf("heat %g W, the other way %g; parts %v", y[0], around, y)
		}
	}
}

// An unfinished product says what it would still lose.
func TestCalcinerLoss(t *testing.T) {
	k := newKiln(t, "outlet_temperature = \"700 degC\"\nconversion = 0.99\nproduct_recovery = 0.9\n")
	k.in[calcinerSolid].N[k.at("Nd2(C2O4)3·10H2O(s)")] = 1
	k.in[calcinerGas].N[k.at("O2(g)")] = 2
	k.solve()
	M := func(name string) float64 { return k.sys.Components[k.at(name)].M }
	oxalate, oxide := M("Nd2(C2O4)3·10H2O(s)"), M("Nd2O3(s)")
	want := 0.01 * (oxalate - oxide) / (0.01*oxalate + 0.99*oxide)
	if y := k.observe(); math.Abs(y[4]-want) > 1e-12 {
		t.Errorf("loss on ignition %g, want %g", y[4], want)
	}
	if got := k.out[dust].N[k.at("Nd2O3(s)")]; math.Abs(got-0.099) > 1e-12 {
		t.Errorf("dust %g", got)
	}
	var codes []string
	for _, w := range k.Report(k.u, nil, k.in, k.out).Warnings {
		codes = append(codes, w.Code+" "+w.Where)
	}
	if got := fmt.Sprint(codes); got != "[outside_range product Nd2(C2O4)3·10H2O(s) outside_range dust Nd2(C2O4)3·10H2O(s) calcination_temperature Nd2(C2O4)3·10H2O(s)]" {
		t.Errorf("warnings %s", got)
	}
}

func TestCalcinerRefusals(t *testing.T) {
	k := newKiln(t, "outlet_temperature = \"900 degC\"\n")
	k.in[calcinerSolid].N[k.at("Nd2(C2O4)3·10H2O(s)")] = 1
	k.in[calcinerGas].N[k.at("O2(g)")] = 1.4
	if err := k.Solve(&flowsheet.Stage{}, k.u, nil, k.in, k.out); err == nil || !strings.Contains(err.Error(), "oxygen short") {
		t.Errorf("%v", err)
	}
	for _, c := range []struct{ families, parameters, want string }{
		{`"aqueous", "gas", "oxide", "oxalate"`, "", `Ce2(C2O4)3·10H2O(s) does not end as the oxide of three-valued Ce in air: add "calcined"`},
		{`"aqueous", "gas", "oxide", "calcined"`, "", `needs salts`},
		{`"aqueous", "oxide", "calcined", "oxalate"`, "", `H2O(g)`},
		{`"aqueous", "gas", "calcined", "oxalate"`, "", `add "oxide"`},
		{`"aqueous", "gas", "oxide", "calcined", "oxalate"`, "co_burnt = 0.5\n", `add "carbon_monoxide"`},
		{`"aqueous", "gas", "oxide", "calcined", "oxalate"`, "convresion = 0.5\n", `did you mean "conversion"?`},
		{`"aqueous", "gas", "oxide", "calcined", "oxalate"`, "conversion = 1.5\n", `conversion`},
	} {
		_, err := tryKiln(t, "[chemistry]\nelements = [\"Ce\", \"Nd\"]\nfamilies = ["+c.families+"]\n", "outlet_temperature = \"900 degC\"\n"+c.parameters)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %q", c.families, c.parameters, err, c.want)
		}
	}
}

// Every constant of the data file has a source and a class.
func TestCalcinationData(t *testing.T) {
	d, err := readCalcination()
	if err != nil {
		t.Fatal(err)
	}
	for symbol, c := range d.oxide {
		if c.Source == "" || c.Class == "" || !(c.Value > 900 && c.Value < 1300) {
			t.Errorf("%s: %+v", symbol, c)
		}
	}
	if len(d.oxide) < 14 || len(d.steps) < 6 {
		t.Errorf("%d temperatures, %d steps", len(d.oxide), len(d.steps))
	}
}

// Mixed oxalates of a kiln in air: what leaves, and what it takes.
func ExampleNewCalciner() {
	k := newKiln(&testing.T{}, "outlet_temperature = \"900 degC\"\n")
	k.in[calcinerSolid].N[k.at("Pr2(C2O4)3·10H2O(s)")] = 0.006
	k.in[calcinerSolid].N[k.at("Nd2(C2O4)3·10H2O(s)")] = 0.018
	k.in[calcinerGas].N[k.at("O2(g)")] = 0.1
	k.in[calcinerGas].N[k.at("N2(g)")] = 0.4
	k.solve()
	fmt.Printf("Pr6O11 %.4f, Nd2O3 %.4f, CO2 %.4f mol/s, heat %.1f kW", k.out[product].N[k.at("Pr6O11(s)")], k.out[product].N[k.at("Nd2O3(s)")],
		k.out[fluegas].N[k.at("CO2(g)")], k.observe()[0]/1000)
	// Output: Pr6O11 0.0020, Nd2O3 0.0180, CO2 0.1440 mol/s, heat 34.2 kW
}
