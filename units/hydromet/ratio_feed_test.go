package hydromet

import (
	"math"
	"testing"

	"reetwin/flowsheet"
)

// A dose takes of its main what is wanted and no more, and draws what lacks: limited by its acid, by its water, by all of it, or by the water that
// 32 % make-up brings.
func TestDoseFromMain(t *testing.T) {
	sys := recycleSystem(t)
	const dosed = 0.06 // mol/s of Nd, at 1 L/mol of 5 mol/L: 0.3 mol/s of HCl in 60 mL/s
	for _, c := range []struct {
		name                string
		litres, acid, salt  float64 // of the main, mL/s and mol/s
		strength            string
		part, fresh, source float64 // taken; acid and volume that are drawn, mol/s and mL/s
	}{
		{"strong", 100, 1, 0, "", 0.3, 0, 60 - 30},
		{"salt comes along", 100, 1, 0.1, "", 0.3, 0, 60 - 30},
		{"weak", 100, 0.2, 0, "", 0.6, 0.3 - 0.12, 0},
		{"short", 10, 0.04, 0, "", 1, 0.26, 50},
		// One mole of 32 % acid brings 36.461·68/32 = 77.48 g of water: (60 − 0.3·77.48)/(100 − 0.2·77.48) of the main.
		{"weak, 32 %", 100, 0.2, 0, "strength = \"32 %\"", 0.43498, 0.3 - 0.2*0.43498, 60 - 43.498},
		{"none", 0, 0, 0, "", 1, 0.3, 60},
	} {
		r := recycleRig(t, sys, NewRatioFeed, "[dose.acid]\nratio = \"1 L/mol\"\ntenor = { HCl = \"5 mol/L\" }\n"+c.strength, "in", "acid")
		water := 1e-6 / sys.Components[r.index("H2O")].V // mol/mL
		r.in[0].N[r.index("H2O")], r.in[0].N[r.index("Nd+3")], r.in[0].N[r.index("Cl-")] = 10, dosed, 3*dosed
		r.in[1].N[r.index("H2O")], r.in[1].N[r.index("H+")] = c.litres*water, c.acid
		r.in[1].N[r.index("Na+")], r.in[1].N[r.index("Cl-")] = c.salt, c.acid+c.salt
		r.solve(flowsheet.Stage{})
		dose, rest, source := r.out[1].N, r.out[2].N, r.out[3].N
		want := func(what string, got, want float64) {
			if !(math.Abs(got-want) <= 1e-4*math.Max(math.Abs(want), 1e-3)) {
				t.Errorf("%s: %s is %.6g, want %.6g", c.name, what, got, want)
			}
		}
		want("acid of the dose", dose[r.index("H+")], 0.3)
		want("volume of the dose", dose[r.index("H2O")]/water, 60)
		want("salt of the dose", dose[r.index("Na+")], c.part*c.salt)
		want("chloride of the dose", dose[r.index("Cl-")], 0.3+c.part*c.salt)
		want("rest", rest[r.index("H2O")]/water, (1-c.part)*c.litres)
		want("acid drawn", source[r.index("H+")], c.fresh)
		want("water drawn", source[r.index("H2O")]/water, c.source)
		if r.out[0].N[r.index("Nd+3")] != dosed {
			t.Errorf("%s: the stream does not pass as it is", c.name)
		}
	}
}

// A dose that its make-up could not be mixed to is refused.
func TestDoseBeyondItsMakeup(t *testing.T) {
	r := recycleRig(t, recycleSystem(t), NewRatioFeed, "[dose.acid]\nratio = \"1 L/mol\"\ntenor = { HCl = \"5 mol/L\" }\nstrength = \"10 %\"", "in", "acid")
	r.in[0].N[r.index("H2O")], r.in[0].N[r.index("Nd+3")], r.in[0].N[r.index("Cl-")] = 10, 0.06, 0.18
	r.fails("stronger than its make-up")
}
