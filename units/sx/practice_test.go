package sx_test

import (
	"math"
	"strings"
	"testing"

	"reetwin/units/sx"
)

// What D2EHPA dissolves to follows from its partition: 0.5 mol/L of free dimers give √(0.5/3.39e4) = 3.84 mmol/L of monomers, of
// which 1/1660 is in the aqueous as HA, and 1.99e-2/h times that as its anion. PC88A, and who says a number, has that number.
func TestDissolvedExtractant(t *testing.T) {
	practice := func(more ...string) *sx.Practice {
		v, _ := foulingPlant(t, 0.05, 0.05, 0.01, more...).Unit("sx")
		return v.Unit.(*sx.Circuit).Practice()
	}
	p := practice()
	for _, c := range []struct{ pH, want float64 }{{2, 2.23}, {3.5, 47.7}, {0, 0.76}} { // mg/L
		got := 1e3 * p.Dissolved(500, 1000*math.Pow(10, -c.pH), 0.32243)
		if math.Abs(got/c.want-1) > 0.01 {
			t.Errorf("pH %g: %.3g mg/L, by hand %g", c.pH, got, c.want)
		}
	}
	measured := 0
	for _, c := range p.All() {
		if strings.HasPrefix(c.Name, "practice.partition.") && c.Class == "measured" && c.Source != "" {
			measured++
		}
		if c.Name == "practice.solubility" {
			t.Error("a solubility that is not used is listed")
		}
	}
	if measured != 3 {
		t.Errorf("%d numbers of the partition are listed, want 3", measured)
	}
	own := practice("[units.sx.strip]\n", "[units.sx.practice]\nsolubility = \"30 mg/L\"\n[units.sx.strip]\n")
	if got := own.Dissolved(500, 10, 0.32243); math.Abs(got-0.03) > 1e-12 {
		t.Errorf("the plant file's solubility gives %g kg/m3", got)
	}
	v, _ := solved(t, amd, "").Unit("sx")
	if got := v.Unit.(*sx.Circuit).Practice().Dissolved(500, 10, 0.3); got != 0.02 {
		t.Errorf("PC88A: %g kg/m3", got)
	}
}
