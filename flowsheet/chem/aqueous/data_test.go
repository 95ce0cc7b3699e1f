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
	complexes, gases := 0, 0
	for _, s := range sys.Species {
		if !s.Free {
			complexes++
		}
	}
	for _, s := range sys.Solids {
		if s.Gas {
			gases++
		}
	}
	if complexes != 337 || len(sys.Solids)-gases != 116 {
		t.Errorf("%d complexes, %d solids; the reference set has 337 and 116", complexes, len(sys.Solids)-gases)
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

// TestLanthanidesAreAlike screens for defects of databases, such as log K −255 for Nd(SO4)2-, −3.6 for PrSO4+ or 1424 kJ for
// YbSO4+: the same complex of two lanthanides differs by little.
func TestLanthanidesAreAlike(t *testing.T) {
	screen := func(sys *aqueous.System) (odd []string) {
		logs, heats := map[string][]float64{}, map[string][]float64{}
		each := func(do func(family string, s aqueous.Species)) {
			for _, s := range sys.Species {
				for _, ln := range strings.Fields("La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu") {
					if rest, ok := strings.CutPrefix(s.Name, ln); ok && !s.Free {
						do(rest, s)
					}
				}
			}
		}
		each(func(family string, s aqueous.Species) {
			logs[family] = append(logs[family], s.Constant.LogK)
			if !math.IsNaN(s.Constant.Enthalpy) {
				heats[family] = append(heats[family], s.Constant.Enthalpy)
			}
		})
		middle := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
		each(func(family string, s aqueous.Species) {
			if math.Abs(s.Constant.LogK-middle(logs[family])) > 3 {
				odd = append(odd, s.Name)
			}
			if len(heats[family]) > 0 && math.Abs(s.Constant.Enthalpy-middle(heats[family])) > 3e4 {
				odd = append(odd, s.Name)
			}
		})
		return odd
	}
	if odd := screen(load(t, aqueous.Selection{})); odd != nil {
		t.Errorf("out of line: %v", odd)
	}
	if odd := screen(load(t, asRun)); !slices.Contains(odd, "PrSO4+") {
		t.Errorf("the screen does not see the defect of PrSO4+: %v", odd)
	}
}
