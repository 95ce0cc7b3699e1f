package sx_test

import (
	"math"
	"strings"
	"testing"
)

// Terms with a slope are correlations over pH and free dimer, with slope 0 alone a constant D, in the same circuit as mass action.
func TestCorrelatedTerms(t *testing.T) {
	own := strings.Replace(ownConstants, "Nd = { logK = -2.1, band = 0.2 }", "Nd = { logK = -1.3, band = 0.2, slope = 0.8, rise = 0.3, power = 1.2, m = 3 }\nAl = { logK = -0.5, band = 0.2, slope = 0 }", 1)
	own = strings.Replace(own, "Pr = { logK = -2.3, band = 0.2 }\n", "", 1)
	own = own[:strings.Index(own, "[mine.covariance]")]
	p, err := withOwn(t, own, "mine")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	at := func(name string, of []float64) float64 { i, _ := p.System.Index(name); return of[i] }
	for _, s := range report(t, p, "sx").Profile {
		bound := 2*at("Na(PC88A)", s.Organic) + 4*at("Ca(PC88A)2", s.Organic)
		for _, symbol := range []string{"Al", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu"} {
			m := map[string]float64{"Nd": 3, "Al": 5.8}[symbol]
			if m == 0 {
				m = 6
			}
			bound += m * at(symbol+"(PC88A)3", s.Organic)
		}
		free := (1500 - bound) / 2000 // dimers, mol/L
		for _, c := range []struct {
			symbol                   string
			level, line, rise, power float64
		}{{"Nd", -1.3, 0.8, 0.3, 1.2}, {"Al", -0.5, 0, 0, 0}} {
			got := math.Log10(at(c.symbol+"(PC88A)3", s.Organic) / at(c.symbol+"+3", s.Aqueous))
			if want := c.level + (c.line+c.rise*free)*s.PH + c.power*math.Log10(free); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s %d: log10 D of %s is %.10g, want %.10g", s.Section, s.Stage, c.symbol, got, want)
			}
		}
	}
}

// Extractants that are not in the data are refused by name, with the reason.
func TestRefusedExtractants(t *testing.T) {
	for name, want := range map[string]string{"TBP": "solvates nitrates", "tbp": "solvates nitrates", "naphthenic acid": "no constants were found", "D2EHPB": "D2EHPA"} {
		_, err := loadPlant(t, strings.Replace(strings.Replace(sulfateLiquor, "%MORE%", "", 1), `extractant = "D2EHPA"`, `extractant = "`+name+`"`, 1))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "chemistry.extractant") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
