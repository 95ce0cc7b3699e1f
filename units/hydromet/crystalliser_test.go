package hydromet

import (
	"math"
	"testing"

	"reetwin/flowsheet"
)

// Solubilities of oxalic acid (g per kg of water, opened) and of salt (g per 100 g, a handbook's value at 25 °C that was not fitted) come back from a slurry with
// crystals over; below saturation everything dissolves.
func TestCrystalliser(t *testing.T) {
	sys := recycleSystem(t)
	for T, grams := range map[float64]float64{10: 57.2, 20: 95.5, 25: 118, 40: 217, 60: 426} {
		r := recycleRig(t, sys, NewCrystalliser, "substance = \"oxalic acid\"\ntemperature = \"25 degC\"\n", "1")
		r.u[0] = 273.15 + T
		r.in[0].N[r.index("H2O")] = 100
		r.in[0].N[r.index("H2C2O4·2H2O(s)")] = 50
		r.in[0].N[r.index("H+")], r.in[0].N[r.index("Cl-")] = 1, 1
		r.solve(flowsheet.Stage{})
		n := r.out[0].N
		r.near("solubility", n[r.index("C2O4-2")]*0.090034/(n[r.index("H2O")]*0.018015), grams/1000, 0.052)
		r.near("oxalate", n[r.index("C2O4-2")]+n[r.index("H2C2O4·2H2O(s)")], 50, 1e-12)
		r.in[0].N[r.index("H2C2O4·2H2O(s)")] = 0.01
		r.solve(flowsheet.Stage{})
		if n[r.index("H2C2O4·2H2O(s)")] != 0 || len(r.codes()) != 1 || r.codes()[0] != "not_saturated" {
			t.Errorf("%g °C: %g mol/s of crystals, warnings %v", T, n[r.index("H2C2O4·2H2O(s)")], r.codes())
		}
	}
	salt := recycleRig(t, sys, NewCrystalliser, "substance = \"NaCl\"\ntemperature = \"25 degC\"\n", "1")
	salt.bring(0, map[string]float64{"Na+": 8000})
	salt.solve(flowsheet.Stage{})
	n := salt.out[0].N
	salt.near("brine", n[salt.index("Na+")]*0.058443/1000, 0.3592, 0.005)
	// acid salts out by the common ion
	salt.bring(0, map[string]float64{"Na+": 8000, "H+": 2000})
	salt.solve(flowsheet.Stage{})
	a, b := n[salt.index("Na+")], n[salt.index("Cl-")]
	salt.near("product", math.Sqrt(a*b), 6146, 0.005)
	if !(a < 5300) || math.Abs(a-b+2000) > 1e-6 {
		t.Errorf("with acid %g of Na, %g of Cl", a, b)
	}
}
