package hydromet

import (
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// A sludge of 5 % drains to 40 %: of 19 kg of liquor 1.5 stay with a kilogram of solids, and the polymer follows the volume of the sludge.
func TestGeotube(t *testing.T) {
	unit := NewGeotube()
	w := newWet(t, unit, "", 19, 0, "cake", "filtrate")
	if err := unit.Solve(nil, w.u, nil, w.in, w.out); err != nil {
		t.Fatal(err)
	}
	solids := w.sys.PhaseMass(chem.Solid, w.out[0].N)
	if x := solids / w.sys.Mass(w.out[0].N); math.Abs(x-0.4) > 1e-12 || math.Abs(solids-1) > 1e-12 {
		t.Errorf("the cake has %.6f of solids, %.6f kg/s", x, solids)
	}
	var y [1]float64
	unit.(flowsheet.Observer).Observe(w.u, nil, w.in, w.out, y[:])
	if want := 0.03 * w.sys.Volume(w.in[0].N); y[0] != want || !(want > 5.5e-4 && want < 6.5e-4) { // some 19.4 L
		t.Errorf("polymer %g kg/s, want %g", y[0], want)
	}
	if len(w.spec.Constants) != 3 || w.spec.Constants[0].Class != chem.Assumed {
		t.Errorf("the three defaults are assumed: %v", w.spec.Constants)
	}
}

// A sludge thicker than the cake is not diluted.
func TestGeotubeThick(t *testing.T) {
	unit := NewGeotube()
	w := newWet(t, unit, "cake_solids = 0.3\n", 1, 0, "cake", "filtrate")
	if err := unit.Solve(nil, w.u, nil, w.in, w.out); err == nil || !strings.Contains(err.Error(), "more than the cake") {
		t.Errorf("error %v", err)
	}
}
