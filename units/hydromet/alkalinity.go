package hydromet

import (
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// Alkalinity and acidity of what is dissolved in a water, g/m3 as CaCO3 (50.043 g per equivalent):
//
//	alkalinity = protons that bring the water to CO2, H2PO4-, H4SiO4, NH4+, free metals      Σ zᵢ Tᵢ − T(H+)
//	acidity    = 10^−pH + 2 Fe(II) + 3 Fe(III) + 2 Mn + 3 Al                                  equivalents per L
//
// The first is the proton condition of total alkalinity, the titration to pH 4.5: as components are totals it is a sum, z = 2 for carbonate and
// phosphate, and it may be negative. The second is the calculated acidity of Kirby and Cravotta 2005 (Appl. Geochem. 20, 1920; abstract opened), as
// which a hot acidity without its alkalinity is reckoned; the net is alkalinity − acidity, hot acidity is minus that.
// Suspended solids do not count. Oxalate is taken as C2O4-2 at the end point, of which a third is bound there.
type titratable struct {
	system     *chem.System
	alkalinity []float64 // equivalents per mol of component
	acidity    []float64
}

func newTitratable(s *chem.System) *titratable {
	t := &titratable{s, make([]float64, len(s.Components)), make([]float64, len(s.Components))}
	for name, z := range map[string]float64{"H+": -1, "CO3-2": 2, "PO4-3": 2} {
		if i, ok := s.Index(name); ok {
			t.alkalinity[i] = z
		}
	}
	for name, z := range map[string]float64{"Fe+2": 2, "Fe+3": 3, "Mn+2": 2, "Al+3": 3} {
		if i, ok := s.Index(name); ok {
			t.acidity[i] = z
		}
	}
	return t
}

// calciteEquivalent is kg per equivalent, CaCO3/2.
const calciteEquivalent = 0.1000869 / 2

// per adds equivalents up, as kg of CaCO3 per m3 of water.
func (t *titratable) per(weight, n []float64) float64 {
	sum := 0.0
	for i, z := range weight {
		sum += z * n[i]
	}
	return calciteEquivalent * sum / t.system.PhaseVolume(chem.Aqueous, n)
}

// signals are those of the water that leaves.
func (t *titratable) signals() []signalSource {
	const grams = 1000
	return []signalSource{
		{flowsheet.Variable{Name: "alkalinity", Unit: "g/m3", Scale: 10}, func(_ []float64, _, out []flowsheet.Stream) float64 {
			return grams * t.per(t.alkalinity, out[slurryPort].N)
		}},
		{flowsheet.Variable{Name: "acidity", Unit: "g/m3", Scale: 10}, func(x []float64, _, out []flowsheet.Stream) float64 {
			return grams * (t.per(t.acidity, out[slurryPort].N) + 1000*math.Pow(10, -x[waterPH])*calciteEquivalent)
		}},
	}
}
