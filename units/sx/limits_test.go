package sx_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
	"reetwin/units/sx"
)

const amd = "../../configs/sx-amd.toml"

// solved loads a plant file, lays a text over it, sets and solves.
func solved(t *testing.T, file, over string, sets ...string) *flowsheet.Plant {
	t.Helper()
	base, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plant.toml")
	if err := os.WriteFile(path, []byte("base = \""+base+"\"\n"+over), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		if err := flowsheet.Override(tree, s); err != nil {
			t.Fatal(err)
		}
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	return p
}

func report(t *testing.T, p *flowsheet.Plant, tag string) flowsheet.Report {
	t.Helper()
	v, ok := p.Unit(tag)
	if !ok {
		t.Fatalf("no unit %s", tag)
	}
	return v.Unit.(flowsheet.Reporter).Report(v.U, v.X, v.In, v.Out)
}

// Each limit warns by its code, with the number beyond the limit, and stays silent on the case as it is.
func TestLimits(t *testing.T) {
	practice := func(text string) string { return "[units.sx.practice]\n" + text + "\n" }
	for _, c := range []struct {
		code, over string
		sets       []string
		above      bool // the value is above the limit, else below
	}{
		{"high_loading", "", []string{"sx.organic_flow=1.5 m3/h", "sx.saponification=0.45"}, true},
		{"high_loading", practice("loading_limit = 0.3"), nil, true},
		{"gel", "", []string{"sx.organic_flow=1.5 m3/h", "sx.saponification=0.45"}, true},
		{"settler_flux", practice(`settler_flux_limit = "2 m3/m2/h"`), nil, true},
		{"settler_flux", "[units.sx.strip]\nsettler_area = \"0.3 m2\"\n", nil, true},
		{"phase_ratio", "", []string{"strip_acid.flow=0.1 m3/h"}, true},
		{"phase_ratio", "", []string{"ree_chloride.flow=1 m3/h", "strip_acid.flow=13 m3/h"}, false},
		{"cold", "", []string{"scrub_acid.temperature=10 degC"}, false},
		{"low_free_extractant", practice("free_limit = 0.5"), nil, false},
	} {
		for i, s := range c.sets {
			c.sets[i] = strings.Replace(s, "ree_chloride.", "feed.", 1)
		}
		base, changed := report(t, solved(t, amd, ""), "sx"), report(t, solved(t, amd, c.over, c.sets...), "sx")
		for _, w := range base.Warnings {
			if w.Code == c.code {
				t.Errorf("%s on the case as it is: %+v", c.code, w)
			}
		}
		seen := 0
		for _, w := range changed.Warnings {
			if w.Code == c.code {
				seen++
				if math.IsNaN(w.Value) || (w.Value > w.Limit) != c.above || w.Where == "" || w.Unit == "" || w.Text == "" {
					t.Errorf("%s: %+v", c.code, w)
				}
			}
		}
		if seen == 0 {
			t.Errorf("%s: %v %s does not warn: %+v", c.code, c.sets, c.over, changed.Warnings)
		}
	}
}

// A sulfate circuit: gypsum and double sulfates from their solubility, hydroxides from pH, and nothing in a dilute acid one.
func TestPrecipitation(t *testing.T) {
	const plant = `
name = "sulfate"
[chemistry]
elements = ["Na", "S", "Ca", "Nd", "Y", "Fe"]
families = ["aqueous", "organic"]
extractant = "D2EHPA"
[units.feed]
kind = "feed"
out = "feed"
phase = "aqueous"
flow = "1 m3/h"
temperature = "25 degC"
tenor = { "Ca+2" = "%CA%", "Nd+3" = "%ND%", "Na+" = "%NA%", "Fe+3" = "%FE%", "H+" = "%H%", "SO4-2" = "%S%" }
[units.acid]
kind = "feed"
out = "acid"
phase = "aqueous"
flow = "1 m3/h"
temperature = "25 degC"
tenor = { H2SO4 = "1.5 mol/L" }
[units.sx]
kind = "sx_circuit"
in = { load = "feed", strip = "acid" }
out = { load = "raffinate", strip = "liquor", bleed = "bleed" }
sections = ["load", "strip"]
model = "D2EHPA-HCl"
organic_flow = "1 m3/h"
extractant = "0.1 mol/L"
saponification = %SOAP%
bleed = 1
[units.sx.load]
stages = 2
mixer_aqueous = "40 L"
mixer_organic = "40 L"
[units.sx.strip]
stages = 2
mixer_aqueous = "40 L"
mixer_organic = "40 L"
`
	for _, c := range []struct {
		name, ca, nd, na, fe, h, s, soap string
		want                             []string
	}{
		{"dilute", "1 mmol/L", "1 mmol/L", "1 mmol/L", "0 mmol/L", "20 mmol/L", "13 mmol/L", "0", nil},
		{"gypsum", "100 mmol/L", "1 mmol/L", "0 mmol/L", "0 mmol/L", "20 mmol/L", "111.5 mmol/L", "0", []string{"gypsum"}},
		{"double sulfate", "0 mmol/L", "100 mmol/L", "1000 mmol/L", "0 mmol/L", "20 mmol/L", "660 mmol/L", "0", []string{"double_sulfate"}},
		{"iron", "0 mmol/L", "1 mmol/L", "0 mmol/L", "60 mmol/L", "2 mmol/L", "92.5 mmol/L", "0.45", []string{"hydroxide"}},
		{"soap in excess", "0 mmol/L", "1 mmol/L", "0 mmol/L", "0 mmol/L", "2 mmol/L", "2.5 mmol/L", "0.5", nil}, // pH far above 14: hydroxide is still looked for
	} {
		text := strings.NewReplacer("%CA%", c.ca, "%ND%", c.nd, "%NA%", c.na, "%FE%", c.fe, "%H%", c.h, "%S%", c.s, "%SOAP%", c.soap).Replace(plant)
		file := filepath.Join(t.TempDir(), "sulfate.toml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range report(t, solved(t, file, ""), "sx").Warnings {
			switch w.Code {
			case "gypsum", "double_sulfate", "hydroxide", "unchecked":
				got = append(got, w.Code)
				if !(w.Value > w.Limit) {
					t.Errorf("%s: %+v", c.name, w)
				}
			}
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Stages run along the organic for both kinds, and parts of the extractant add to what there is.
func TestStages(t *testing.T) {
	v, _ := solved(t, amd, "").Unit("sx")
	all, err := sx.Stages(v)
	if err != nil || len(all) != 36 || all[0].Section != "extraction" || all[16].Section != "scrub" || all[16].Stage != 1 {
		t.Fatalf("%d stages: %v", len(all), err)
	}
	for _, s := range all {
		if sum := s.Loading + s.Soap + s.Free; math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s %d: %g of metal, %g of soap, %g free", s.Section, s.Stage, s.Loading, s.Soap, s.Free)
		}
		if !(s.AqueousFlow > 0 && s.OrganicFlow > 0) {
			t.Errorf("%s %d: %g and %g m3/s", s.Section, s.Stage, s.AqueousFlow, s.OrganicFlow)
		}
	}
	uky := solved(t, "../../configs/uky.toml", "")
	for _, tag := range []string{"rougher_load", "rougher_strip"} {
		v, _ := uky.Unit(tag)
		all, err := sx.Stages(v)
		if err != nil || len(all) == 0 {
			t.Fatal(err)
		}
		nd := uky.System.Components[0:]
		o := -1
		for c := range nd {
			if nd[c].Name == "Nd(D2EHPA)3" {
				o = c
			}
		}
		first, last := all[0].Organic[o], all[len(all)-1].Organic[o]
		if (tag == "rougher_load") != (last > first) {
			t.Errorf("%s: Nd of the organic goes from %g to %g", tag, first, last)
		}
	}
	tank, _ := uky.Unit("leach")
	if _, err := sx.Stages(tank); err == nil || !strings.Contains(err.Error(), "sx_circuit") {
		t.Errorf("a tank: %v", err)
	}
}

// A feed fifty times as strong is far beyond what the organic holds: solved, and each limit that is passed stands in the
// report with its number. (What it holds then, and that the heavy goes first: TestHostile of package cascade.)
func TestFeedTimesFifty(t *testing.T) {
	text, err := os.ReadFile(amd)
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "[units.feed.tenor]")
	block, _, _ = strings.Cut(block, "\n[")
	over := "[units.feed.tenor]\n"
	for _, m := range regexp.MustCompile(`(?m)^("?[\w+-]+"?) = "([\d.]+) mmol/L"`).FindAllStringSubmatch(block, -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		over += fmt.Sprintf("%s = \"%.10g mmol/L\"\n", m[1], 50*v)
	}
	if n := strings.Count(over, "\n"); n != 20 {
		t.Fatalf("%d tenors: %s", n-1, over)
	}
	r := report(t, solved(t, amd, over), "sx")
	for _, code := range []string{"high_loading", "gel"} {
		seen := false
		for _, w := range r.Warnings {
			if w.Code == code {
				seen = true
				if math.IsNaN(w.Value) || w.Where == "" || w.Text == "" || !(w.Value > w.Limit) {
					t.Errorf("%+v", w)
				}
			}
		}
		if !seen {
			t.Errorf("no %s in %+v", code, r.Warnings)
		}
	}
}
