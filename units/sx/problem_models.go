package sx

import (
	"fmt"
	"math"

	"reetwin/units/sx/cascade"
)

// Models are the property models of the benchmark: ideal; a, trivalents with the exponent 2.38 at 0.25 mol/L of free dimer; b,
// half a mole of sulfate per litre in every liquor, log10 β(MSO4+) 2.3 to 2.5, 1.18 for Ca, Ka2 10^-1.3; c, log10 K that falls by
// 0.5 from an empty to a full organic; d, all of them; m, capacities of 4.6 and 6 monomers in turn; M, the same with exponents
// to match. Synthetic, as all of SX-1.
const Models = "ideal, a, b, c, d, m or M"

// Model puts a property model on chemistry and circuit of a problem in mol/L.
func Model(kind string, chem *cascade.Chemistry, c *cascade.Circuit) error {
	exponent, sulfate, loading := kind == "a" || kind == "d", kind == "b" || kind == "d", kind == "c" || kind == "d"
	switch kind {
	case "ideal", "a", "b", "c", "d", "m", "M":
	default:
		return fmt.Errorf("no model %q; known are %s", kind, Models)
	}
	chem.Reference = 0.25
	if sulfate {
		chem.Ligands = []string{"SO4-2"}
		for s := range c.Sections {
			c.Sections[s].Ligands = []float64{0.5}
		}
		chem.Cations[chem.Hydrogen].Beta = [][2]float64{{math.Pow(10, 1.3)}}
	}
	for i := range chem.Cations {
		q := &chem.Cations[i]
		if sulfate && q.Name == "Ca" {
			q.Beta = [][2]float64{{15}}
		}
		if q.Z != 3 {
			continue
		}
		if exponent {
			q.N = 2.38
		}
		if sulfate {
			q.Beta = [][2]float64{{math.Pow(10, 2.4+0.05*float64(i%5-2))}}
		}
		if loading {
			q.Fall = 0.5 * math.Ln10
		}
		if kind == "m" || kind == "M" {
			q.M = 6 - 1.4*float64(i%2)
			if kind == "M" {
				q.N = q.M / 2
			}
		}
	}
	return nil
}
