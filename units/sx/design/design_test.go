package design_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/units/sx/design"
)

// solved designs for a text.
func solved(t *testing.T, text string) *design.Result {
	t.Helper()
	s, err := design.Parse("spec.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Solve()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The relations at a separation factor of 2, half and half, 1 % lost either way, by hand: S = √2/2/(√2 − 1), W = S − 1/2,
// n = ln 99/ln(2 S/(S + 1/2)), m = ln 99/ln(2 W/S) − 1, Fenske ln 99²/ln 2.
func TestRelations(t *testing.T) {
	q := design.Split{Beta: 2, FA: 0.5, LossA: 0.01, LossB: 0.01}
	got, want := q.Relations(), design.Start{SMin: 1.5, WMin: 1, S: 1.7071068, W: 1.2071068, EM: 0.7734591, EMPrime: 1.4142136, Extraction: 10.53287, Scrub: 12.25871, Fenske: 13.25871}
	for _, v := range [][2]float64{{got.SMin, want.SMin}, {got.WMin, want.WMin}, {got.S, want.S}, {got.W, want.W}, {got.EM, want.EM}, {got.EMPrime, want.EMPrime},
		{got.Extraction, want.Extraction}, {got.Scrub, want.Scrub}, {got.Fenske, want.Fenske}} {
		if math.Abs(v[0]/v[1]-1) > 2e-6 {
			t.Errorf("%+v, want %+v", got, want)
			break
		}
	}
}

// Equal inputs give equal designs to the bit; the plant is as pure as the design, by mole too; what is assumed is listed.
func TestSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	text := replaced("model =", "basis = \"mole\"\nmodel =")
	r := solved(t, text)
	if r.Plant() != solved(t, text).Plant() {
		t.Error("two designs of one specification")
	}
	c := &r.Cuts[0]
	if !c.Met || r.Basis != "mole" || c.Optimum.RaffinatePure < 0.99 || c.Optimum.LiquorPure < 0.99 || c.Start == nil || len(c.Warnings) == 0 {
		t.Fatalf("%+v", c)
	}
	kpis(t, r)
	assumed := map[string]bool{}
	for _, n := range r.Numbers {
		assumed[n.Name] = n.Class == "assumed" && n.Why != ""
	}
	for _, name := range []string{"organic.extractant", "window.loading_max", "cost.HCl", "equipment.mixer_time", "window.pH_max"} {
		if !assumed[name] {
			t.Errorf("%s is not listed as assumed", name)
		}
	}
	if o := c.Optimum; math.Abs(o.Cost-0.25*o.HCl-0.5*o.NaOH-0.15*o.Lime-o.StageCost) > 1e-12 {
		t.Errorf("the cost is not that of its parts: %+v", o)
	}
}

// kpis solves the plant of a design and compares its figures with the design's.
func kpis(t *testing.T, r *design.Result) *flowsheet.Plant {
	t.Helper()
	p := solve(t, r.Plant())
	got := map[string]float64{}
	for _, k := range p.KPIs() {
		got[k.Name] = k.Value
	}
	for k := range r.Cuts {
		c := &r.Cuts[k]
		o := c.Optimum
		for name, v := range map[string]float64{"raffinate_purity": o.RaffinatePure, "raffinate_recovery": o.RaffinateGot, "liquor_purity": o.LiquorPure, "liquor_recovery": o.LiquorGot} {
			if w, ok := got[c.Name+"_"+name]; !ok || math.Abs(v-w) > 1e-7 {
				t.Errorf("%s %s is %.9g in the plant, %.9g in the design", c.Name, name, w, v)
			}
		}
	}
	return p
}

// train is two cuts, the second from the strip liquor of the first, whose acid is neutralised first.
const train = `name = "train"
model = "PC88A-HCl"
[chemistry]
elements = ["Na", "Cl", "Nd", "Sm", "Gd"]
families = ["aqueous", "organic"]
extractant = "PC88A"
[feed]
flow = "1 m3/h"
balance = "Cl-"
[feed.tenor]
"H+" = "20 mmol/L"
Nd = "100 mmol/L"
Sm = "50 mmol/L"
Gd = "50 mmol/L"
[[cut]]
name = "first"
between = ["Nd", "Sm"]
raffinate = { purity = "99 %" }
liquor = { purity = "99.5 %" }
[[cut]]
name = "second"
from = "first.liquor"
feed_acid = "20 mmol/L"
between = ["Sm", "Gd"]
raffinate = { purity = "98 %" }
liquor = { purity = "98 %" }
`

// A train hands on what its first circuit makes; base brings the acid of a strip liquor down, and is counted.
func TestTrain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	r := solved(t, train)
	for _, c := range r.Cuts {
		if !c.Met {
			t.Fatalf("%s: %s", c.Name, c.Reason)
		}
	}
	p := kpis(t, r)
	f, ok := p.Stream("second_feed")
	if !ok {
		t.Fatal("no neutralised feed")
	}
	h, _ := p.System.Index("H+")
	nd, _ := p.System.Index("Nd+3")
	first, _ := p.Stream("first_liquor")
	if !(f.N[h] < 0.06*first.N[h]) || f.N[nd] != first.N[nd] {
		t.Errorf("acid %g mol/s of %g, Nd %g of %g", f.N[h], first.N[h], f.N[nd], first.N[nd])
	}
}

// What cannot be met is refused by name, and what hangs on it too.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{replaced("99 %", "99.99 %", "[[cut]]", "[window]\nstages_max = 8\n[[cut]]"), "limit stages_max: 7 with one to strip"},
		{replaced("[[cut]]", "[window]\nstrip_acid_max = \"0.6 mol/L\"\nstrip_stages_max = 2\nO_A_min = 0.9\n[[cut]]"), "limit strip_residual_max (Sm on the organic)"},
		{strings.Replace(train, "99.5 %", "97 %", 1), "limit raffinate.purity: first.liquor brings"},
	} {
		r := solved(t, c.text)
		last := r.Cuts[len(r.Cuts)-1]
		if last.Met || !strings.Contains(last.Reason, c.want) || !strings.Contains(r.Plant(), "is not designed") {
			t.Errorf("met %v, %q is not in %q", last.Met, c.want, last.Reason)
		}
	}
	if testing.Short() {
		return
	}
	r := solved(t, strings.Replace(train, "[[cut]]", "[window]\nstages_max = 4\n[[cut]]", 1))
	if c := r.Cuts[1]; c.Met || c.Reason != "its feed first.liquor is not there: cut first is refused" {
		t.Errorf("%q", c.Reason)
	}
}

// Windows hold; those that bind are listed with what they cost, and more room at one is no dearer.
func TestWindows(t *testing.T) {
	text, err := os.ReadFile("../../../configs/design/light-heavy.toml")
	if err != nil {
		t.Fatal(err)
	}
	var last float64
	for k, most := range []float64{0.85, 0.95} {
		c := solved(t, strings.Replace(string(text), "[[cut]]", fmt.Sprintf("[window]\nloading_max = %g\n[[cut]]", most), 1)).Cuts[0]
		if !c.Met || c.Optimum.Loading > most+1e-6 || c.Optimum.StripAcid > 6000 || c.Optimum.Residual > 0.01 {
			t.Fatalf("%+v", c)
		}
		active := map[string]float64{}
		for _, l := range c.Limits {
			active[l.Name] = l.Saves
		}
		if k == 0 && !(active["loading_max"] > 0.005 && active["strip_acid_max"] > 0.005) {
			t.Errorf("active are %v", c.Limits)
		}
		if k > 0 && c.Optimum.Cost > last {
			t.Errorf("loading_max %g costs %g, less room %g", most, c.Optimum.Cost, last)
		}
		last = c.Optimum.Cost
		if testing.Short() {
			break
		}
	}
}

// The design beats the circuit of configs/sx-amd.toml, which was found by hand, at its purities and recoveries: fewer
// stages, and less for reagents. The hand-made strip leaves 15.6 % of the rare earths on the organic; 14 % is allowed here.
func TestBeatsTheHandMade(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	base, err := os.ReadFile("../../../configs/sx-amd.toml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../../configs/design/light-heavy.toml")
	if err != nil {
		t.Fatal(err)
	}
	p := solve(t, string(base))
	light, heavy := []string{"La", "Ce", "Pr", "Nd"}, []string{"Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Y", "Er", "Tm", "Yb", "Lu"}
	moles := func(stream string, names []string) (n float64) {
		f, _ := p.Stream(stream)
		for _, name := range names {
			k, _ := p.System.Index(name + "+3")
			n += f.N[k]
		}
		return n
	}
	l, h := moles("light_raffinate", light), moles("heavy_liquor", heavy)
	spec := string(text[:strings.Index(string(text), "[[cut]]")])
	spec = strings.Replace(spec, "model =", "basis = \"mole\"\nmodel =", 1) + fmt.Sprintf(`[window]
strip_residual_max = "14 %%"
[[cut]]
name = "sx"
between = ["Nd", "Sm"]
raffinate = { purity = %v, recovery = %v }
liquor = { purity = 0.9999, recovery = %v }
`, l/(l+moles("light_raffinate", heavy)), l/moles("ree_chloride", light), h/moles("ree_chloride", heavy))
	c := solved(t, spec).Cuts[0]
	if !c.Met {
		t.Fatal(c.Reason)
	}
	o := c.Optimum
	const hand, kgHCl, kgNaOH = 36, 1.684, 0.4354 // stages, and per kg of oxides fed, as reetwin sx show prints for it
	t.Logf("stages %d for %d, HCl %.4g for %.4g, NaOH %.4g for %.4g kg per kg REO", o.Extraction+o.Scrub+o.Strip, hand, o.HCl, kgHCl, o.NaOH, kgNaOH)
	if o.Extraction+o.Scrub+o.Strip > hand || o.ReagentCost-0.15*o.Lime > 0.25*kgHCl+0.5*kgNaOH {
		t.Errorf("no better than by hand: %+v", o)
	}
}
