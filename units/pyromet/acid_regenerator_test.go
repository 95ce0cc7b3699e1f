package pyromet

import (
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem/thermo"
)

const regeneratorChemistry = `
[chemistry]
elements = ["Na", "Mg", "Al", "Fe", "Ca", "Nd", "S", "Cl"]
families = ["aqueous", "water", "gangue", "oxide", "ash", "gas", "chlorine"]
`

func regenerator(t *testing.T, parameters string, chlorides map[string]float64) *batch {
	t.Helper()
	b, err := tryBatch(t, NewAcidRegenerator(), regeneratorChemistry, "temperature = \"700 degC\"\n"+parameters)
	if err != nil {
		t.Fatal(err)
	}
	b.in[0].N[b.at("H2O")] = 50
	for name, n := range chlorides {
		b.in[0].N[b.at(name)] += n
	}
	b.in[0].N[b.at("Cl-")] += b.sys.ChargeFlow(b.in[0].N)
	b.in[1].N[b.at("O2(g)")] = 1
	b.in[1].N[b.at("N2(g)")] = 4
	b.in[1].T = 400
	return b
}

// MgCl2, FeCl2, FeCl3 and AlCl3 give their oxides and acid of the strength that is set; NaCl and CaCl2 stay as salts.
func TestAcidRegenerator(t *testing.T) {
	b := regenerator(t, "conversion = 0.9\nabsorption = 0.98\nstrength = 0.18\n", map[string]float64{"Mg+2": 1, "Fe+2": 0.4, "Fe+3": 0.2, "Al+3": 0.1, "Na+": 0.3, "Ca+2": 0.2, "H+": 0.5})
	b.solve()
	made := 0.9*(2+0.8+0.6+0.3) + 0.5
	for _, o := range []struct {
		port int
		name string
		want float64
	}{
		{regeneratedAcid, "H+", 0.98 * made}, {regeneratedAcid, "Cl-", 0.98 * made}, {regeneratedGas, "HCl(g)", 0.02 * made},
		{regeneratedOxide, "MgO(s)", 0.9}, {regeneratedOxide, "Fe2O3(s)", 0.27}, {regeneratedOxide, "Al2O3(s)", 0.045},
		{regeneratedSalts, "Na+", 0.3}, {regeneratedSalts, "Ca+2", 0.2}, {regeneratedSalts, "Mg+2", 0.1}, {regeneratedSalts, "H+", 0},
		{regeneratedGas, "O2(g)", 1 - 0.09},
	} {
		if got := b.out[o.port].N[b.at(o.name)]; math.Abs(got-o.want) > 1e-12 {
			t.Errorf("outlet %d: %g mol/s of %s, want %g", o.port, got, o.name, o.want)
		}
	}
	acid := b.out[regeneratedAcid]
	if w := 1 - acid.N[b.at("H2O")]*b.sys.Components[b.at("H2O")].M/b.sys.Mass(acid.N); math.Abs(w-0.18) > 1e-12 {
		t.Errorf("acid of %.5g by mass", w)
	}
	if len(b.warnings()) != 0 {
		t.Errorf("warnings %v", b.warnings())
	}
}

// The heat is that of a path through the thermochemical data that the unit does not take: absolute enthalpies of all that leaves less all that enters. For MgCl2
// at 298 K the textbook's ions give +300.8 kJ/mol.
func TestAcidRegeneratorHeat(t *testing.T) {
	b := regenerator(t, "gas_temperature = \"100 degC\"\n", map[string]float64{"Mg+2": 1, "Fe+2": 0.4, "Al+3": 0.1, "H+": 0.5})
	b.in[0].T = 330
	b.solve()
	lib, err := thermo.Load()
	if err != nil {
		t.Fatal(err)
	}
	H := func(name, tag string, T float64) float64 {
		s, err := lib.Species(name)
		if err != nil {
			t.Fatal(err)
		}
		return s.Stable(T, tag).H(T)
	}
	sum := 0.0
	count := func(s flowsheet.Stream, sign float64) {
		for i, n := range s.N {
			c := b.sys.Components[i]
			switch {
			case n == 0:
			case c.Name == "H2O":
				sum += sign * n * H("H2O", "l", s.T)
			case strings.HasSuffix(c.Name, "(g)"):
				sum += sign * n * H(strings.TrimSuffix(c.Name, "(g)"), "g", s.T)
			case strings.HasSuffix(c.Name, "(s)"):
				sum += sign * n * H(strings.TrimSuffix(c.Name, "(s)"), "cd", s.T)
			default:
				sum += sign * n * H(c.Name, "aq", thermo.Room)
			}
		}
	}
	count(b.in[0], -1)
	count(b.in[1], -1)
	for _, k := range []int{regeneratedOxide, regeneratedGas, regeneratedSalts} {
		count(b.out[k], 1)
	}
	absorbed := b.out[regeneratedAcid].N[b.at("H+")]
	sum += absorbed * H("HCl", "g", 373.15)
	if got := b.signal("heat"); math.Abs(got/sum-1) > 1e-9 {
		t.Errorf("heat %.9g W, by enthalpies %.9g", got, sum)
	}
	if c := b.signal("cooling"); math.Abs(c-absorbed*74.85e3) > 0.002*c {
		t.Errorf("absorber %g W", c)
	}
	for _, r := range b.unit.(*AcidRegenerator).reactions {
		if b.sys.Components[r.ion].Name == "Mg+2" && math.Abs(r.heat-300.8e3) > 1.5e3 {
			t.Errorf("MgCl2: %+.1f kJ/mol", r.heat/1000)
		}
	}
}

// Sulfate in the place of chloride, air that is short and an organic are refused; strong acid is named.
func TestAcidRegeneratorRefusals(t *testing.T) {
	fails := func(b *batch, want string) {
		t.Helper()
		if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	b := regenerator(t, "strength = 0.3\n", map[string]float64{"Mg+2": 1})
	b.solve()
	if w := b.warnings()["outside_range"]; w.Value != 0.3 {
		t.Errorf("warning %+v", w)
	}
	b = regenerator(t, "", map[string]float64{"Mg+2": 1, "SO4-2": 0.9})
	fails(b, "chloride short")
	b = regenerator(t, "", map[string]float64{"Fe+2": 1})
	b.in[1].N[b.at("O2(g)")] = 0.1
	fails(b, "oxygen short")
	b = regenerator(t, "", map[string]float64{"Mg+2": 1})
	b.in[0].N[b.at("H2O")] = 0.1
	fails(b, "water short")
}
