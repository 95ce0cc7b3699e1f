package hydromet

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
)

// ammoniaRig is a column with one kilogram of water a second.
func ammoniaRig(t *testing.T, table string) *rig {
	t.Helper()
	sys, err := chem.Load(chem.Selection{Elements: []string{"Na", "Ca", "N", "S", "Cl"}, Families: []string{"aqueous", "water", "gas", "ammonia"}})
	if err != nil {
		t.Fatal(err)
	}
	r := recycleRig(t, sys, NewAmmoniaColumn, table, "liquid", "gas")
	r.in[0].N[r.index("H2O")] = 1 / sys.Components[r.index("H2O")].M
	return r
}

// liquor sets ammonium chloride and caustic, mol/s, and nitrogen.
func (r *rig) liquor(ammonia, caustic, nitrogen float64) {
	r.in[0].N[r.index("NH4+")], r.in[0].N[r.index("Cl-")], r.in[0].N[r.index("Na+")] = ammonia, ammonia, caustic
	r.in[0].N[r.index("H+")] = -caustic
	r.in[1].N[r.index("N2(g)")] = nitrogen
}

// With alkali in excess and dilute all is linear: the share removed is that of Kremser, for any number of stages, temperature and gas.
func TestAmmoniaKremser(t *testing.T) {
	for _, c := range []struct {
		stages, T string
		gas       float64
		N         float64
	}{{"1", "25 degC", 50, 1}, {"4", "25 degC", 90, 4}, {"8", "60 degC", 30, 8}, {"20", "90 degC", 6, 20}, {"40", "25 degC", 40, 40}} {
		r := ammoniaRig(t, "stages = "+c.stages+"\ntemperature = \""+c.T+"\"\n")
		r.liquor(1e-6, 1, c.gas)
		r.solve(flowsheet.Stage{})
		S := r.signal("stripping_factor")
		want := (math.Pow(S, c.N+1) - S) / (math.Pow(S, c.N+1) - 1)
		if got := r.signal("removal"); math.Abs(got-want) > 2e-5 || want < 0.3 {
			t.Errorf("%s stages at %s, S %.3g: removed %.6f, Kremser %.6f", c.stages, c.T, S, got, want)
		}
	}
}

// Murphree stages of an efficiency, against the geometric sum for straight lines.
func TestAmmoniaEfficiency(t *testing.T) {
	r := ammoniaRig(t, "stages = 10\ntemperature = \"40 degC\"\nefficiency = 0.4\n")
	r.liquor(1e-6, 1, 40)
	r.solve(flowsheet.Stage{})
	S := r.signal("stripping_factor")
	// each stage brings the gas by a factor of 1 + E (S − 1) further, summed from the bottom
	V, step := 0.0, 1.0
	for range 10 {
		V += 0.4 * S * step
		step *= 1 + 0.4*(S-1)
	}
	if got, want := r.signal("removal"), V/(1+V); math.Abs(got-want) > 2e-5 {
		t.Errorf("removed %.6f, by the sum %.6f", got, want)
	}
}

// Textbook figures: about 60 mol/kg/bar at 25 °C (Henry), half of the ammonia free at pH = pKa, 9.25, and at 20 °C and high pH some 1,600 to 1,900 m3 of air
// to a m3 of water at the least (a stripping factor of 1).
func TestAmmoniaFigures(t *testing.T) {
	r := ammoniaRig(t, "stages = 1\ntemperature = \"25 degC\"\n")
	r.liquor(0.02, 0.01, 1)
	r.solve(flowsheet.Stage{})
	if pH := r.signal("pH_in"); math.Abs(pH-9.244) > 0.01 {
		t.Errorf("half neutralised: pH %.3f", pH)
	}
	henry := 1 / (r.signal("stripping_factor") * 1.01325)
	if henry < 55 || henry > 65 {
		t.Errorf("Henry's constant %.3g mol/kg/bar", henry)
	}
	r = ammoniaRig(t, "stages = 1\ntemperature = \"20 degC\"\n")
	r.liquor(1e-3, 1, 1)
	r.solve(flowsheet.Stage{})
	if least := r.signal("gas_per_liquid") / r.signal("stripping_factor"); least < 1600 || least > 1900 {
		t.Errorf("least air at 20 °C %.0f m3/m3", least)
	}
	// the constants are those of the aqueous equilibrium
	sys, err := aqueous.Load(aqueous.Selection{Components: []string{"NH4"}})
	if err != nil {
		t.Fatal(err)
	}
	k := slices.IndexFunc(sys.Species, func(s aqueous.Species) bool { return s.Name == "NH3" })
	if k < 0 || sys.Species[k].Constant.LogK != -ammoniumPK || sys.Species[k].Constant.Enthalpy != ammoniumHeat {
		t.Errorf("NH3 of the aqueous equilibrium differs: %+v", sys.Species[k])
	}
}

// More of pH, heat, gas or stages removes more; alkali short removes its share (and the little that NH4+ gives up by itself), and says so.
func TestAmmoniaDirections(t *testing.T) {
	removed := func(table string, caustic, gas float64) float64 {
		r := ammoniaRig(t, table)
		r.liquor(0.1, caustic, gas)
		r.solve(flowsheet.Stage{})
		return r.signal("removal")
	}
	base := removed("stages = 5\ntemperature = \"40 degC\"\n", 0.11, 40)
	for what, more := range map[string]float64{
		"heat": removed("stages = 5\ntemperature = \"50 degC\"\n", 0.11, 40), "gas": removed("stages = 5\ntemperature = \"40 degC\"\n", 0.11, 60),
		"stages": removed("stages = 8\ntemperature = \"40 degC\"\n", 0.11, 40), "alkali": removed("stages = 5\ntemperature = \"40 degC\"\n", 0.13, 40),
	} {
		if more <= base {
			t.Errorf("more %s removes %g after %g", what, more, base)
		}
	}
	r := ammoniaRig(t, "stages = 20\ntemperature = \"60 degC\"\n")
	r.liquor(0.1, 0.06, 200)
	r.solve(flowsheet.Stage{})
	if got := r.signal("removal"); got > 0.602 || got < 0.6 {
		t.Errorf("alkali for 0.6 of the ammonia: %g removed", got)
	}
	if w, _ := r.warned("alkali_short"); math.Abs(w.Value-0.6) > 1e-12 {
		t.Errorf("warning %+v", w)
	}
}

// Acid takes ammonia out of a gas until it is used up; water takes what Henry's law allows.
func TestAmmoniaAbsorbed(t *testing.T) {
	gas := func(acid float64) *rig {
		r := ammoniaRig(t, "stages = 1\ntemperature = \"25 degC\"\n")
		r.in[0].N[r.index("H+")], r.in[0].N[r.index("Cl-")] = acid, acid
		r.in[1].N[r.index("N2(g)")], r.in[1].N[r.index("NH3(g)")] = 20, 0.5
		r.solve(flowsheet.Stage{})
		return r
	}
	r := gas(0.6)
	if left := r.out[1].N[r.index("NH3(g)")]; left > 1e-7 || left <= 0 || math.Abs(r.out[0].N[r.index("NH4+")]-0.5) > 1e-7 || r.signal("pH") > 2 {
		t.Errorf("%g mol/s pass the acid, pH %g", left, r.signal("pH"))
	}
	r = gas(0.3)
	short := r.signal("scrubbed")
	if _, there := r.warned("acid_used_up"); !there || short < 0.6 || short >= 1 {
		t.Errorf("acid for 0.6: %g taken, %v", short, r.codes())
	}
	if water := gas(0).signal("scrubbed"); water >= short || water <= 0 {
		t.Errorf("water takes %g", water)
	}
}

// Elements and charge close and nothing is negative, 100 random columns of seed 71, stripping and absorbing; the tangent is exact.
func TestAmmoniaCloses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(71, 71))
	r := ammoniaRig(t, "stages = 6\ntemperature = \"55 degC\"\nefficiency = 0.7\n")
	for range 100 {
		ammonia := math.Exp(-12 + 13*rnd.Float64())
		r.liquor(ammonia, ammonia*2*rnd.Float64(), math.Exp(-4+9*rnd.Float64()))
		r.in[0].N[r.index("H+")] += 0.1 * rnd.Float64()
		r.in[1].N[r.index("NH3(g)")] = rnd.Float64() * 0.2 * r.in[1].N[r.index("N2(g)")]
		r.closes(flowsheet.Stage{})
		for k, name := range []string{"NH4+", "NH3(g)"} {
			if n := r.out[k].N[r.index(name)]; !(n >= 0) {
				t.Fatalf("%s %g mol/s", name, n)
			}
		}
	}
	r.liquor(0.05, 0.06, 40)
	r.in[0].N[r.index("H+")] = -0.06
	r.in[1].N[r.index("NH3(g)")] = 0.01
	r.tangent(flowsheet.Stage{})
}
