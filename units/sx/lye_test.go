package sx_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// lyeCircuit parts neodymium from dysprosium with 30 % soap: 0.09 mol/s of base, made of a lye of 2 mol/L.
const lyeCircuit = `
name = "lye"
[chemistry]
elements = ["Na", "Cl", "Ca", "Nd", "Dy", "K"]
families = ["aqueous", "organic", "water"]
extractant = "PC88A"
[units.feed]
kind = "feed"
out = "feed"
phase = "aqueous"
flow = "1 m3/h"
temperature = "25 degC"
tenor = { "Nd+3" = "60 mmol/L", "Dy+3" = "10 mmol/L", "H+" = "20 mmol/L", "Cl-" = "230 mmol/L" }
[units.acid]
kind = "feed"
out = "acid"
phase = "aqueous"
flow = "0.2 m3/h"
temperature = "25 degC"
tenor = { HCl = "4 mol/L" }
[units.lye]
kind = "feed"
out = "lye"
phase = "aqueous"
flow = "0.3 m3/h"
temperature = "35 degC"
tenor = { NaOH = "2 mol/L", "Na+" = "50 mmol/L", "Cl-" = "50 mmol/L" }
[units.sx]
kind = "sx_circuit"
in = { extraction = "feed", strip = "acid", lye = "lye" }
out = { extraction = "raffinate", strip = "liquor", bleed = "bleed", lye = "lye_rest", spent_lye = "spent" }
sections = ["extraction", "strip"]
model = "PC88A-HCl"
organic_flow = "1.1 m3/h"
extractant = "1 mol/L"
saponification = 0.3
bleed = 0.001
[units.sx.extraction]
stages = 6
mixer_aqueous = "50 L"
mixer_organic = "50 L"
[units.sx.strip]
stages = 4
mixer_aqueous = "20 L"
mixer_organic = "100 L"
`

const lyeTenor = `{ NaOH = "2 mol/L", "Na+" = "50 mmol/L", "Cl-" = "50 mmol/L" }`

// lyePlant is lyeCircuit with replacements, old and new.
func lyePlant(t *testing.T, change ...string) (*flowsheet.Plant, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lye.toml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(change...).Replace(lyeCircuit)), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return p, p.Solve()
}

// The liquors are those of a circuit that draws its base; the lye gives up as much of it, and its water and salt are found again.
func TestLyeMakesTheSoap(t *testing.T) {
	p, err := lyePlant(t)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := lyePlant(t, `, lye = "lye"`, "", `, lye = "lye_rest", spent_lye = "spent"`, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"raffinate", "liquor", "bleed"} {
		a, _ := p.Stream(name)
		b, _ := drawn.Stream(name)
		for c := range a.N {
			if a.N[c] != b.N[c] {
				t.Errorf("%s carries %.12g mol/s of %s, with drawn base %.12g", name, a.N[c], p.System.Components[c].Name, b.N[c])
			}
		}
	}
	flow := func(p *flowsheet.Plant, stream, component string) float64 {
		c, ok := p.System.Index(component)
		s, there := p.Stream(stream)
		if !ok || !there {
			t.Fatal(stream, component)
		}
		return s.N[c]
	}
	base := -flow(drawn, "sx.base", "H+")
	if !(base > 0.08 && base < 0.1) {
		t.Errorf("saponification takes %.4g mol/s", base)
	}
	if v := flow(p, "sx.base", "Na+"); v != 0 {
		t.Errorf("%g mol/s of base are drawn beside a lye that suffices", v)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-12*math.Abs(want)) {
			t.Errorf("%s is %.15g, want %.15g", what, got, want)
		}
	}
	part := base / (0.3 / 3.6 * 2)
	near("water of the spent lye", flow(p, "spent", "H2O"), part*flow(p, "lye", "H2O"))
	near("sodium of the spent lye", flow(p, "spent", "Na+"), part*flow(p, "lye", "Cl-"))
	near("base of the rest", flow(p, "lye_rest", "H+"), (1-part)*flow(p, "lye", "H+"))
	if v := flow(p, "spent", "H+"); v != 0 {
		t.Errorf("the spent lye holds %g mol/s of acidity", v)
	}
	for _, k := range []string{"spent", "lye_rest"} {
		if s, _ := p.Stream(k); s.T != 308.15 {
			t.Errorf("%s is at %g K", k, s.T)
		}
	}
}

// What the contact leaves of the base is found in the spent lye, and more of the lye goes there.
func TestLyeUse(t *testing.T) {
	whole, err := lyePlant(t)
	if err != nil {
		t.Fatal(err)
	}
	p, err := lyePlant(t, "bleed = 0.001", "bleed = 0.001\nlye_use = 0.8")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := p.System.Index("H+")
	w, _ := p.System.Index("H2O")
	a, _ := p.Stream("spent")
	b, _ := whole.Stream("spent")
	lye, _ := p.Stream("lye")
	if got := a.N[w] / b.N[w]; math.Abs(got-1.25) > 1e-9 {
		t.Errorf("%.9g times the spent lye at a use of 80 %%", got)
	}
	if want := 0.2 * lye.N[h] * a.N[w] / lye.N[w]; math.Abs(a.N[h]/want-1) > 1e-12 {
		t.Errorf("%g mol/s of base are left, want %g", -a.N[h], -want)
	}
}

// Whatever a lye brings or lacks: every balance closes, and what is not right is said with numbers, or refused.
func TestLyeLimits(t *testing.T) {
	for _, c := range []struct {
		name, code, text, fails string
		change                  []string
	}{
		{"enough", "", "", "", nil},
		{"short", "lye_short", "brings 0.05556 mol/s|30 % saponification takes 0.09|is drawn as fresh base", "", []string{"0.3 m3/h", "0.1 m3/h"}},
		{"short, meant", "", "", "", []string{"0.3 m3/h", "0.1 m3/h", "bleed = 0.001", "bleed = 0.001\nlye_makeup = true"}},
		{"water", "lye_short", "brings 0 mol/s|100 %", "", []string{lyeTenor, `{ "Na+" = "1 mmol/L", "Cl-" = "1 mmol/L" }`}},
		{"acid", "lye_short", "brings -|100 %", "", []string{lyeTenor, `{ HCl = "0.1 mol/L" }`}},
		{"no soap", "", "", "", []string{"saponification = 0.3", "saponification = 0"}},
		{"calcium", "precipitates", "bind 20 mmol/L", "", []string{lyeTenor, `{ NaOH = "2 mol/L", "Ca+2" = "10 mmol/L", "Cl-" = "20 mmol/L" }`}},
		{"carbonate", "carbonate", "100 mmol/L of carbonate", "", []string{lyeTenor, `{ NaOH = "2 mol/L", Na2CO3 = "0.1 mol/L" }`}},
		{"ammonia", "", "", "NH4+ or K+", []string{lyeTenor, `{ "NH4+" = "2 mol/L", "H+" = "-2 mol/L" }`}},
		{"potash", "", "", "mol/s of hydroxide enter with", []string{lyeTenor, `{ "K+" = "2 mol/L", "H+" = "-2 mol/L" }`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := lyePlant(t, c.change...)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Fatalf("got %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range p.Balances().Plant {
				if !(b.Rel <= 1e-12) {
					t.Errorf("%s is open by %.2g", b.Element, b.Rel)
				}
			}
			found := ""
			for _, w := range report(t, p, "sx").Warnings {
				if w.Code == "lye_short" || w.Code == "precipitates" || w.Code == "carbonate" {
					found = w.Code + ": " + w.Text
				}
			}
			if (found == "") != (c.code == "") || !strings.HasPrefix(found, c.code) {
				t.Errorf("warning %q, want %q", found, c.code)
			}
			for _, part := range strings.Split(c.text, "|") {
				if !strings.Contains(found, part) {
					t.Errorf("warning %q says nothing of %q", found, part)
				}
			}
		})
	}
}
