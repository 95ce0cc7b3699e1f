package pyromet

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

const refuse = `
[chemistry]
elements = ["Al", "Ca", "Fe", "Nd", "S", "Cl"]
families = ["aqueous", "gangue", "mineral", "coal", "oxide", "refractory", "gas"]
[unit]
outlet_temperature = "873.15 K"
product_recovery = 0.9
[unit.conversion]
source = "test"
class = "assumed"
"Al2Si2O5(OH)4(s)" = 1
"FeS2(s)" = 1
"CaCO3(s)" = 0.5
[unit.release]
source = "test"
class = "assumed"
Nd = 0.25
`

// burn sets a feed roaster up, solves it on the flows given by port and returns its outlets and heat.
func burn(t *testing.T, config string, T []float64, flows ...map[string]float64) (sys *chem.System, out []flowsheet.Stream, heat float64, err error) {
	t.Helper()
	tree, err := conf.Parse("test", []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	sys = chem.FromConfig(tree.Root().Table("chemistry"))
	r := NewFeedRoaster().(*FeedRoaster)
	spec, err := r.Init(flowsheet.Env{System: sys, Param: tree.Root().Table("unit")})
	if err != nil || tree.Err() != nil {
		t.Fatal(err, tree.Err())
	}
	var u []float64
	for _, h := range spec.Handles {
		u = append(u, h.Value)
	}
	in := make([]flowsheet.Stream, len(spec.In))
	for k := range in {
		in[k] = flowsheet.Stream{T: T[k], N: make([]float64, len(sys.Components))}
		for name, n := range flows[k] {
			i, ok := sys.Index(name)
			if !ok {
				t.Fatalf("no component %q", name)
			}
			in[k].N[i] = n
		}
	}
	out = make([]flowsheet.Stream, len(spec.Out))
	for k := range out {
		out[k].N = make([]float64, len(sys.Components))
	}
	if err = r.Solve(&flowsheet.Stage{}, u, nil, in, out); err == nil {
		y := make([]float64, 1)
		r.Observe(u, nil, in, out, y)
		heat = y[0]
	}
	return sys, out, heat, err
}

var cold = []float64{298.15, 298.15, 298.15}

// Stoichiometry by hand, one mole of each.
func TestFeedRoasterReactions(t *testing.T) {
	solid := map[string]float64{"Al2Si2O5(OH)4(s)": 1, "FeS2(s)": 1, "CaCO3(s)": 1, "refractory_Nd2O3(s)": 1, "coal_C(s)": 1, "coal_H(s)": 1,
		"coal_O(s)": 1, "coal_N(s)": 1, "coal_S(s)": 1, "Nd2O3(s)": 1}
	sys, out, _, err := burn(t, refuse, cold, solid, map[string]float64{"O2(g)": 10}, map[string]float64{"H2O": 2, "Cl-": 0.1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		port int
		name string
		want float64
	}{
		{product, "Al2O3(s)", 0.9}, {product, "SiO2(s)", 1.8}, {dust, "Fe2O3(s)", 0.05}, {product, "CaO(s)", 0.45}, {product, "CaCO3(s)", 0.45},
		{product, "Nd2O3(s)", 0.9 * 1.25}, {product, "refractory_Nd2O3(s)", 0.9 * 0.75}, {product, "FeS2(s)", 0}, {dust, "coal_C(s)", 0},
		{fluegas, "H2O(g)", 2 + 2 + 0.5}, {fluegas, "CO2(g)", 1.5}, {fluegas, "SO2(g)", 3}, {fluegas, "N2(g)", 0.5},
		{fluegas, "O2(g)", 10 - 2.75 - 1 - 0.25 + 0.5 - 1}, {salts, "Cl-", 0.1},
	} {
		i, _ := sys.Index(c.name)
		if got := out[c.port].N[i]; math.Abs(got-c.want) > 1e-14 {
			t.Errorf("%s at outlet %d is %.15g, want %.15g", c.name, c.port, got, c.want)
		}
	}
}

// One kilogram of the coal of the published case, burnt at 298.15 K to liquid water, gives Dulong's heating value but for the
// pressure-volume work of its source, R T/2 per atom.
func TestDulong(t *testing.T) {
	w := map[string]float64{"C": 0.804, "H": 0.055, "O": 0.111, "N": 0.018, "S": 0.012}
	A := map[string]float64{"C": 0.012011, "H": 0.0010078, "O": 0.015999, "N": 0.014007, "S": 0.032065}
	sys, err := chem.Load(chem.Selection{Elements: []string{"S"}, Families: []string{"aqueous", "coal", "gas"}})
	if err != nil {
		t.Fatal(err)
	}
	h := func(name string) float64 {
		i, _ := sys.Index(name)
		return sys.Components[i].Enthalpy.At(298.15)
	}
	coal := 0.0
	for e, y := range w {
		coal += y / A[e] * h("coal_"+e+"(s)")
	}
	burnt := w["C"]/A["C"]*-94052*4.184 + w["H"]/A["H"]/2*h("H2O") + w["S"]/A["S"]*-70940*4.184
	const half = 8.31446261815324 * 298.15 / 2
	work := half * (-w["H"]/2/A["H"] + w["O"]/A["O"] + w["N"]/A["N"])
	dulong := 232367.224 * (145.44*w["C"] + 620*(w["H"]-w["O"]/8) + 41*w["S"])
	if got := coal - burnt + work; math.Abs(got-dulong) > 1e-8*dulong {
		t.Errorf("heating value %.10g J/kg, Dulong %.10g", got, dulong)
	}
}

// SO2 that is left out leaves by its own port, and is all that the heat then lacks.
func TestLeftOut(t *testing.T) {
	solid, air := map[string]float64{"FeS2(s)": 1}, map[string]float64{"O2(g)": 5}
	_, _, counted, err := burn(t, refuse, cold, solid, air, nil)
	if err != nil {
		t.Fatal(err)
	}
	quirk := strings.Replace(refuse, "[unit.conversion]", "sulfur_dioxide = \"left out\"\n[unit.conversion]", 1)
	sys, out, without, err := burn(t, quirk, cold, solid, air, nil)
	if err != nil {
		t.Fatal(err)
	}
	i, _ := sys.Index("SO2(g)")
	if out[fluegas].N[i] != 0 || out[roasterLeftOut].N[i] != 2 {
		t.Errorf("SO2: %g in the gas, %g left out", out[fluegas].N[i], out[roasterLeftOut].N[i])
	}
	if want := 2 * sys.Components[i].Enthalpy.At(873.15); math.Abs(counted-without-want) > 1e-12*math.Abs(want) {
		t.Errorf("heat differs by %g W, want %g", counted-without, want)
	}
}

func TestFeedRoasterRefused(t *testing.T) {
	if _, _, _, err := burn(t, refuse, cold, map[string]float64{"coal_C(s)": 2}, map[string]float64{"O2(g)": 1}, nil); err == nil ||
		!strings.Contains(err.Error(), "oxygen short: coal and minerals need 2 mol/s of O2, 1 mol/s available") {
		t.Errorf("oxygen: %v", err)
	}
	tree, err := conf.Parse("test", []byte(strings.Replace(refuse, `"oxide", `, "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewFeedRoaster().Init(flowsheet.Env{System: chem.FromConfig(tree.Root().Table("chemistry")), Param: tree.Root().Table("unit")})
	if err == nil || !strings.Contains(err.Error(), "roasts to the oxide of") {
		t.Errorf("no oxides: %v", err)
	}
}

func ExampleFeedRoaster_Explain() {
	tree, err := conf.Parse("example", []byte(refuse))
	if err != nil {
		fmt.Println(err)
		return
	}
	roaster := NewFeedRoaster()
	if _, err := roaster.Init(flowsheet.Env{System: chem.FromConfig(tree.Root().Table("chemistry")), Param: tree.Root().Table("unit")}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Join(strings.Split(roaster.(flowsheet.Explainer).Explain(), "\n")[:4], "\n"))
	// Output:
	// Coal burns and minerals decompose, each by its conversion (coal completely):
	//   Al2Si2O5(OH)4(s) -> 2 H2O(g) + 1 Al2O3(s) + 2 SiO2(s)
	//   FeS2(s) + 2.75 O2(g) -> 2 SO2(g) + 0.5 Fe2O3(s)
	//   CaCO3(s) -> 1 CO2(g) + 1 CaO(s)
}
