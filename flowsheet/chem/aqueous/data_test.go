package aqueous_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

func TestEveryConstantHasClassAndSource(t *testing.T) {
	sys := load(t, aqueous.Selection{})
	complexes, solids := count(load(t, aqueous.Selection{Base: true}))
	if complexes != 337 || solids != 116 {
		t.Errorf("%d complexes, %d solids; the reference set has 337 and 116", complexes, solids)
	}
	if complexes, solids = count(sys); complexes != 469 || solids != 161 {
		t.Errorf("%d complexes, %d solids with the slates", complexes, solids)
	}
	for _, c := range sys.Constants() {
		if c.Class == "" || c.Source == "" {
			t.Errorf("%s has class %q, source %q", c.Name, c.Class, c.Source)
		}
		if c.Unit == "J/mol" && c.Value == 0 {
			t.Errorf("%s is exactly zero: that means missing in the databases", c.Name)
		}
	}
}

// count is the complexes and the solids that are no gas.
func count(sys *aqueous.System) (complexes, solids int) {
	for _, s := range sys.Species {
		if !s.Free {
			complexes++
		}
	}
	for _, s := range sys.Solids {
		if !s.Gas {
			solids++
		}
	}
	return complexes, solids
}

// TestLanthanidesAreAlike screens for defects of databases, such as log K −255 for Nd(SO4)2-, −3.6 for PrSO4+, −185 for GdHPO4+ or
// 1424 kJ for YbSO4+: the same complex of neighbouring lanthanides differs by little.
func TestLanthanidesAreAlike(t *testing.T) {
	series := strings.Fields("La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu")
	screen := func(sys *aqueous.System) (odd []string) {
		type at struct{ family, ln int }
		var families []string
		logs, heats := map[at]float64{}, map[at]float64{}
		for _, s := range sys.Species {
			for i, ln := range series {
				rest, ok := strings.CutPrefix(s.Name, ln)
				if !ok || s.Free {
					continue
				}
				k := slices.Index(families, rest)
				if k < 0 {
					k, families = len(families), append(families, rest)
				}
				logs[at{k, i}] = s.Constant.LogK
				if !math.IsNaN(s.Constant.Enthalpy) {
					heats[at{k, i}] = s.Constant.Enthalpy
				}
			}
		}
		// off is whether a value is farther than most from the middle of itself and its neighbours, two on each side.
		off := func(values map[at]float64, here at, most float64) bool {
			v, ok := values[here]
			var near []float64
			for i := here.ln - 2; i <= here.ln+2; i++ {
				if n, there := values[at{here.family, i}]; there {
					near = append(near, n)
				}
			}
			slices.Sort(near)
			return ok && math.Abs(v-near[len(near)/2]) > most
		}
		for k, family := range families {
			for i, ln := range series {
				if off(logs, at{k, i}, 1.6) || off(heats, at{k, i}, 3e4) {
					odd = append(odd, ln+family)
				}
			}
		}
		return odd
	}
	if odd := screen(load(t, aqueous.Selection{})); odd != nil {
		t.Errorf("out of line: %v", odd)
	}
	if odd := screen(load(t, asRun)); !slices.Contains(odd, "PrSO4+") {
		t.Errorf("the screen does not see the defect of PrSO4+: %v", odd)
	}
}
