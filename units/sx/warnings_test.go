package sx_test

import (
	"strings"
	"testing"
)

// What the other tests of limits leave out: third phase, ranges of acid and extractant, strays, slow metals; each with its number
// beyond its limit, and silent on a plant within it.
func TestMoreWarnings(t *testing.T) {
	feed := func(tenor string) []string { return []string{`"Fe+3" = "0.2 mmol/L"`, tenor} }
	for _, c := range []struct {
		code, where, text string
		more              []string
		above             bool
	}{
		{"third_phase", "saponification", "45 % of the D2EHPA", []string{"saponification = 0\n", "saponification = 0.45\n", "[units.sx.strip]\n", "[units.sx.practice]\nsoap_limit = 0.45\n[units.sx.strip]\n"}, false},
		{"outside_range", "strip4", "constants found up to 1 mol/L", nil, true},
		{"outside_range", "extractant", "constants found at 0.009 to 0.17 mol/L", nil, true},
		{"outside_range", "extraction", "constants found from 0.1 mol/L", []string{`"H+" = "50 mmol/L"`, `"H+" = "5 mmol/L"`, `%CL%`, `100 mmol/L`}, false},
		{"slow_metal", "extraction", "Fe holds up to", feed(`"Fe+3" = "2 mmol/L"`), true},
		{"build_up", "strip4", "Sc holds", nil, true},
	} {
		seen := false
		for _, w := range report(t, foulingPlant(t, 0.01, 0.05, 0.01, c.more...), "sx").Warnings {
			if w.Code == c.code && strings.HasPrefix(w.Where, c.where) && strings.Contains(w.Text, c.text) {
				seen = true
				if c.code != "third_phase" && (w.Value > w.Limit) != c.above || w.Unit == "" {
					t.Errorf("%s: %+v", c.code, w)
				}
			}
		}
		if !seen {
			t.Errorf("%s at %s is not warned of: %+v", c.code, c.where, report(t, foulingPlant(t, 0.01, 0.05, 0.01, c.more...), "sx").Warnings)
		}
	}
	quiet := foulingPlant(t, 1, 0.01, 0, "stages = 4\nmixer_aqueous = \"50 L\"", "stages = 4\nefficiency_of = { Fe = 0.5 }\nmixer_aqueous = \"50 L\"", `"Fe+3" = "0.2 mmol/L"`, `"Fe+3" = "2 mmol/L"`)
	for _, w := range report(t, quiet, "sx").Warnings {
		if w.Code == "slow_metal" && strings.HasPrefix(w.Where, "extraction") || w.Code == "build_up" && strings.HasPrefix(w.Text, "Sc") || w.Code == "third_phase" || w.Code == "strays" {
			t.Errorf("%+v", w)
		}
	}
}

// Organic that comes with an aqueous passes, and is told.
func TestStrays(t *testing.T) {
	p := foulingPlant(t, 0.01, 0.05, 0.01, "[units.sx]\n", `[units.crud]
kind = "feed"
out = "crud"
phase = "organic"
flow = "1 L/h"
temperature = "25 degC"
tenor = { D2EHPA = "0.6 mol/L" }
[units.mix]
kind = "mixer"
in = ["feed", "crud"]
out = "dirty"
[units.sx]
`, `extraction = "feed", strip`, `extraction = "dirty", strip`)
	for _, w := range report(t, p, "sx").Warnings {
		if w.Code == "strays" && w.Where == "extraction" && w.Value > w.Limit {
			return
		}
	}
	t.Error("no warning")
}
