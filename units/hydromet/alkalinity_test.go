package hydromet

import (
	"math"
	"testing"

	"reetwin/flowsheet"
)

// The alkalinity of a water is the acid that brings it to pH 4.5, but for the protons and the bisulfate that are free there and the
// bicarbonate that is left: bicarbonate, ammonia, silicate and aluminate count.
func TestAlkalinityIsATitration(t *testing.T) {
	for _, water := range []map[string]float64{
		{"Na+": 3, "CO3-2": 2},
		{"Na+": 3, "CO3-2": 1, "NH4+": 0.5, "H4SiO4": 1},
		{"Na+": 2, "Al+3": 0.02, "CO3-2": 0.5, "Cl-": 0.5},
	} {
		r := waterRig(t, NewNeutraliser, "reagent = \"NaOH\"\ndose = \"0 mol/m3\"\nsolids = []\n")
		r.feed(water)
		r.solve(flowsheet.Stage{Cold: true})
		got := r.signal("alkalinity") / (1000 * calciteEquivalent) // mol/m3

		acid := waterRig(t, NewNeutraliser, "reagent = \"HCl\"\npH = 4.5\nsolids = []\n")
		acid.feed(water)
		acid.solve(flowsheet.Stage{Cold: true})
		V := acid.sys.PhaseVolume(0, acid.out[0].N)
		titrated := acid.x[waterDose] * 1000 * V
		if math.Abs(got-titrated) > 0.03*titrated+0.04 || titrated < 1 { // 0.03 mol/m3 of H+ are free at pH 4.5
			t.Errorf("%v: alkalinity %.4f, titrated %.4f mol/m3", water, got, titrated)
		}
	}
}

// One millimole each of the metals in acid: the formula by hand, 50 (1000 10^-pH + 2 + 3 + 2 + 3) but for 50.04.
func TestAcidityFormula(t *testing.T) {
	r := waterRig(t, NewNeutraliser, "reagent = \"NaOH\"\ndose = \"0 mol/m3\"\nsolids = []\n")
	r.feed(map[string]float64{"Fe+2": 1, "Fe+3": 1, "Mn+2": 1, "Al+3": 1, "SO4-2": 6})
	r.solve(flowsheet.Stage{Cold: true})
	pH := r.signal("pH_out")
	want := 50.04345 * (1000*math.Pow(10, -pH) + 2 + 3 + 2 + 3)
	if got := r.signal("acidity"); math.Abs(got/want-1) > 2e-3 || !(pH > 1 && pH < 4) { // 1 m3 of the rig is 1000 kg of water
		t.Errorf("acidity %.4f g/m3 at pH %.3f, want %.4f", got, pH, want)
	}
	if got := r.signal("alkalinity"); got >= 0 {
		t.Errorf("alkalinity %.3f g/m3 of an acid", got)
	}
}

// A water without any carbonate that is open to the air takes CO2 up, and what it takes is drawn: at pH 7.5 some 10 g/m3 of alkalinity.
func TestOpenWaterTakesCO2(t *testing.T) {
	closed := waterRig(t, NewNeutraliser, "reagent = \"NaOH\"\npH = 7.5\n")
	open := waterRig(t, NewNeutraliser, "reagent = \"NaOH\"\npH = 7.5\nco2 = \"40 Pa\"\n")
	for _, r := range []*rig{closed, open} {
		r.feed(map[string]float64{"Ca+2": 3, "Cl-": 6.5})
		r.solve(flowsheet.Stage{Cold: true})
	}
	carbon := open.out[0].N[open.index("CO3-2")]
	drawn := open.out[3].N[open.index("CO2(g)")]
	if math.Abs(drawn/carbon-1) > 1e-12 || !(carbon > 0.1 && carbon < 0.4) {
		t.Errorf("%.15g mol/s of carbonate from %.15g of CO2", carbon, drawn)
	}
	if gain := open.signal("alkalinity") - closed.signal("alkalinity"); !(gain > 5 && gain < 20) {
		t.Errorf("alkalinity rises by %.3f g/m3", gain)
	}
}
