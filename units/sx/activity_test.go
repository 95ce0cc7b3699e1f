package sx_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// loadPlant loads and solves a text; a fault is returned.
func loadPlant(t *testing.T, text string) (*flowsheet.Plant, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plant.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		return nil, err
	}
	return p, p.Solve()
}

const sulfateLiquor = `
name = "sulfate liquor"
[chemistry]
elements = ["Na", "S", "Ca", "Al", "Nd", "Y"]
families = ["aqueous", "organic"]
extractant = "D2EHPA"
[units.feed]
kind = "feed"
out = "feed"
phase = "aqueous"
flow = "1 m3/h"
temperature = "25 degC"
tenor = { "Nd+3" = "2 mmol/L", "Y+3" = "1 mmol/L", "Al+3" = "20 mmol/L", "Ca+2" = "5 mmol/L", "H+" = "60 mmol/L", "SO4-2" = "69.5 mmol/L" }
[units.sx]
kind = "sx_circuit"
in = { load = "feed" }
out = { load = "raffinate", bleed = "bleed" }
sections = ["load"]
model = "D2EHPA-HCl"
organic_flow = "1 m3/h"
extractant = "0.15 mol/L"
saponification = 0
bleed = 1
%MORE%
[units.sx.load]
stages = 2
mixer_aqueous = "40 L"
mixer_organic = "40 L"
`

// With complexes D is that of the constant over 1 + β1 s + β2 s², s the free sulfate; β and the dissociation of bisulfate are
// those of the aqueous data at the ionic strength given, by hand.
func TestSulfateComplexes(t *testing.T) {
	const I = 0.12
	g := 0.509 * math.Sqrt(I) / (1 + 1.5*math.Sqrt(I))
	plain, err := loadPlant(t, strings.Replace(sulfateLiquor, "%MORE%", "", 1))
	if err != nil {
		t.Fatal(err)
	}
	p, err := loadPlant(t, strings.Replace(sulfateLiquor, "%MORE%", "complexes = true\nionic_strength = \"0.12 mol/L\"", 1))
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, of []float64) float64 {
		i, ok := p.System.Index(name)
		if !ok {
			t.Fatal(name)
		}
		return of[i] / 1000
	}
	for j, s := range report(t, p, "sx").Profile {
		h := math.Pow(10, -s.PH)
		// free sulfate from the acid: total acidity is h (1 + s/Ka)
		ka := math.Pow(10, -1.99+4*g)
		free := (at("H+", s.Aqueous)/h - 1) * ka
		// and from all that binds it
		sum := free * (1 + h/ka)
		for _, c := range []struct {
			name        string
			b1, b2      float64
			z, one, two float64
		}{{"Nd+3", 3.723, 5.1, 3, 12, 16}, {"Y+3", 3.4, 4.9, 3, 12, 16}, {"Al+3", 3.89, 4.92, 3, 12, 16}, {"Ca+2", 2.36, math.Inf(-1), 2, 8, 8}} {
			b1, b2 := math.Pow(10, c.b1-c.one*g), math.Pow(10, c.b2-c.two*g)
			a := 1 + b1*free + b2*free*free
			sum += at(c.name, s.Aqueous) * (b1*free + 2*b2*free*free) / a
			if c.name != "Nd+3" {
				continue
			}
			u := at("D2EHPA", s.Organic) / 2 // less what the metals hold beyond their charge
			for _, m := range []string{"Nd(D2EHPA)3", "Y(D2EHPA)3", "Al(D2EHPA)3"} {
				u -= (4.76 - 3) / 2 * at(m, s.Organic)
			}
			u -= (4 - 2) / 2 * at("Ca(D2EHPA)2", s.Organic)
			D := at("Nd(D2EHPA)3", s.Organic) / at("Nd+3", s.Aqueous)
			want := math.Pow(10, -0.08) * math.Pow(u, 2.38) / (h * h * h) / a
			if math.Abs(D/want-1) > 1e-6 {
				t.Errorf("stage %d: D of Nd is %.6g, by hand %.6g (α %.3g)", j+1, D, want, a)
			}
			if !(a > 1.5) {
				t.Errorf("stage %d: α of Nd is %g: nothing is tested", j+1, a)
			}
		}
		if total := at("SO4-2", s.Aqueous); math.Abs(sum/total-1) > 1e-6 {
			t.Errorf("stage %d: sulfate by hand %.6g of %.6g mol/L", j+1, sum, total)
		}
	}
	won := func(p *flowsheet.Plant) float64 {
		s, _ := p.Stream("bleed")
		i, _ := p.System.Index("Nd(D2EHPA)3")
		return s.N[i]
	}
	if !(won(p) < won(plain)) {
		t.Errorf("complexes: %g mol/s of Nd won, without %g", won(p), won(plain))
	}
	v, _ := p.Unit("sx")
	found := 0
	for _, c := range v.Spec.Constants {
		if strings.HasPrefix(c.Name, "complexes.NdSO4+") && c.Source != "" && c.Class != "" && math.Abs(c.Value-(3.723-12*g)) < 1e-9 {
			found++
		}
	}
	if found != 1 {
		t.Error("the constant of NdSO4+ is not shown")
	}
	for _, w := range report(t, p, "sx").Warnings {
		if w.Code == "ionic_strength" {
			t.Errorf("%+v", w)
		}
	}
	far, err := loadPlant(t, strings.Replace(sulfateLiquor, "%MORE%", "complexes = true\nionic_strength = \"2 mol/L\"", 1))
	if err != nil {
		t.Fatal(err)
	}
	warned := false
	for _, w := range report(t, far, "sx").Warnings {
		warned = warned || w.Code == "ionic_strength" && w.Value < w.Limit && w.Limit == 2000
	}
	if !warned {
		t.Error("an ionic strength far from that of the stages is not warned of")
	}
}

// What complexes and constants at no ionic strength need is asked for by name.
func TestActivityFaults(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"%MORE%", "complexes = true", "units.sx.ionic_strength: missing; complexes need the ionic strength"},
		{"%MORE%", "complexes = true\nionic_strength = \"-1 mol/L\"", "ionic_strength"},
		{"%MORE%", "complexes = 3", "complexes"},
		{"%MORE%", "ionic_strength = \"solve\"", "units.sx.ionic_strength"},
		{"%MORE%\n[units.sx.load]", "ionic_strength = \"solved\"\n[units.sx.load]\nionic_strength = \"1 mol/L\"", "units.sx.load.ionic_strength: that of the circuit is solved for"},
		{`"S", "Ca"`, `"Ca"`, "needs sulfate"},
	} {
		text := strings.Replace(sulfateLiquor, c.from, c.to, 1)
		if strings.Contains(c.want, "needs sulfate") {
			text = strings.Replace(strings.Replace(text, "%MORE%", "complexes = true\nionic_strength = \"1 mol/L\"", 1), `, "SO4-2" = "69.5 mmol/L"`, "", 1)
		}
		if _, err := loadPlant(t, text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.to, err, c.want)
		}
	}
}

// The model at no ionic strength carries its constants to that of each section; soap and impurities are the concentrations' model's.
func TestActivityModel(t *testing.T) {
	load := func(more ...string) (*flowsheet.Plant, error) {
		base, err := filepath.Abs(amd)
		if err != nil {
			t.Fatal(err)
		}
		return loadPlant(t, "base = \""+base+"\"\n[units.sx]\nmodel = \"PC88A-HCl-I\"\n"+strings.Join(more, "\n"))
	}
	if _, err := load(); err == nil || !strings.Contains(err.Error(), "units.sx.extraction.ionic_strength: missing; the constants of PC88A-HCl-I stand at no ionic strength") {
		t.Error(err)
	}
	p, err := load("[units.sx.extraction]", "ionic_strength = \"1.2 mol/L\"", "[units.sx.scrub]", "ionic_strength = \"3 mol/L\"", "[units.sx.strip]", "ionic_strength = \"6 mol/L\"")
	if err != nil {
		t.Fatal(err)
	}
	r := report(t, p, "sx")
	at := func(name string, of []float64) float64 { i, _ := p.System.Index(name); return of[i] }
	// the ratio of Nd and Sm in a stage is that of the constants: z2 is the same; of Nd and Ca it is not
	s := r.Profile[4]
	ratio := func(a, b string) float64 {
		return math.Log10(at(a+"(PC88A)3", s.Organic) / at(a+"+3", s.Aqueous) / (at(b+"(PC88A)3", s.Organic) / at(b+"+3", s.Aqueous)))
	}
	if got, want := ratio("Sm", "Nd"), 0.156+0.825; math.Abs(got-want) > 1e-9 {
		t.Errorf("log10 β of Sm/Nd is %.9g, want %.9g", got, want)
	}
	// Eu has no constant there: that of the model below, as it is
	root := math.Sqrt(1.2)
	if got, want := ratio("Eu", "Nd"), -0.57-(-0.825-0.509*6*(root/(1+root)-0.059*1.2)); math.Abs(got-want) > 1e-9 {
		t.Errorf("log10 β of Eu/Nd is %.9g, want %.9g", got, want)
	}
}

// Random sulfate circuits with complexes solve from a cold start, with soap and a closed loop. Seed 987002; 200 of seed 987001 did too.
func TestSulfateCircuitsSolve(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	r := rand.New(rand.NewPCG(987002, 5))
	within := func(lo, hi float64) float64 { return lo * math.Pow(hi/lo, r.Float64()) }
	for i := range 60 {
		nd, y, al, ca, h := within(0.5, 40), within(0.2, 20), within(1, 60), within(1, 20), within(20, 500)
		sulfate := (3*nd+3*y+3*al+2*ca)/2 + h*(0.5+0.4*r.Float64())
		text := fmt.Sprintf(`tenor = { "Nd+3" = "%g mmol/L", "Y+3" = "%g mmol/L", "Al+3" = "%g mmol/L", "Ca+2" = "%g mmol/L", "H+" = "%g mmol/L", "SO4-2" = "%g mmol/L" }
[units.acid]
kind = "feed"
out = "acid"
phase = "aqueous"
flow = "%g m3/h"
temperature = "25 degC"
tenor = { H2SO4 = "%g mol/L" }
`, nd, y, al, ca, h, sulfate, within(0.1, 1), within(0.3, 3))
		old := sulfateLiquor[strings.Index(sulfateLiquor, "tenor"):]
		text = strings.Replace(sulfateLiquor, old[:strings.Index(old, "\n")+1], text, 1)
		text = strings.NewReplacer(`in = { load = "feed" }`, `in = { load = "feed", strip = "acid" }`, `load = "raffinate"`, `load = "raffinate", strip = "liquor"`,
			`["load"]`, `["load", "strip"]`, `"0.15 mol/L"`, fmt.Sprintf(`"%g mol/L"`, within(0.05, 1)), "saponification = 0", fmt.Sprintf("saponification = %g", 0.4*r.Float64()),
			"bleed = 1", fmt.Sprintf("bleed = %g", within(0.002, 0.5)), "%MORE%", fmt.Sprintf("complexes = true\nionic_strength = \"%g mol/L\"", within(0.1, 2)),
			"stages = 2", fmt.Sprintf("stages = %d", 2+r.IntN(20)), `flow = "1 m3/h"`, fmt.Sprintf(`flow = "%g m3/h"`, within(0.2, 5))).Replace(text)
		text += fmt.Sprintf("[units.sx.strip]\nstages = %d\nmixer_aqueous = \"40 L\"\nmixer_organic = \"40 L\"\n", 2+r.IntN(10))
		if _, err := loadPlant(t, text); err != nil {
			t.Errorf("case %d: %v", i, err)
		}
		given := text[strings.Index(text, "ionic_strength"):]
		if _, err := loadPlant(t, strings.Replace(text, given[:strings.Index(given, "\n")], `ionic_strength = "solved"`, 1)); err != nil {
			t.Errorf("case %d, ionic strength solved for: %v", i, err)
		}
	}
}

// Ionic strengths that are solved for are those of the stages by hand, and what the same numbers give by section where each has
// one stage: complexes of sulfate, and constants of the model that stand at none.
func TestIonicStrengthSolved(t *testing.T) {
	sulfate := strings.NewReplacer("stages = 2", "stages = 1").Replace(sulfateLiquor)
	base, err := filepath.Abs(amd)
	if err != nil {
		t.Fatal(err)
	}
	chloride := "base = \"" + base + "\"\n[units.sx]\nmodel = \"PC88A-HCl-I\"\n%MORE%\n[units.sx.extraction]\nstages = 1\n%extraction%\n[units.sx.scrub]\nstages = 1\n%scrub%\n[units.sx.strip]\nstages = 1\n%strip%\n"
	for _, c := range []struct {
		text, more string
		sections   []string
	}{{sulfate, "complexes = true\n", nil}, {chloride, "", []string{"extraction", "scrub", "strip"}}} {
		clear := strings.NewReplacer("%extraction%", "", "%scrub%", "", "%strip%", "")
		p, err := loadPlant(t, clear.Replace(strings.Replace(c.text, "%MORE%", c.more+"ionic_strength = \"solved\"", 1)))
		if err != nil {
			t.Fatal(err)
		}
		v, _ := p.Unit("sx")
		signals := make([]float64, len(v.Spec.Signals))
		v.Unit.(flowsheet.Observer).Observe(v.U, v.X, v.In, v.Out, signals)
		var strengths []float64
		for i, s := range v.Spec.Signals {
			if strings.HasPrefix(s.Name, "ionic_strength.") {
				strengths = append(strengths, signals[i]/1000)
			}
		}
		given := strings.Replace(c.text, "%MORE%", c.more, 1)
		if c.sections == nil {
			given = strings.Replace(c.text, "%MORE%", fmt.Sprintf("%sionic_strength = \"%.17g mol/L\"", c.more, strengths[0]), 1)
		}
		for k, name := range c.sections {
			given = strings.Replace(given, "%"+name+"%", fmt.Sprintf("ionic_strength = \"%.17g mol/L\"", strengths[k]), 1)
		}
		q, err := loadPlant(t, given)
		if err != nil {
			t.Fatal(err)
		}
		a, b := report(t, p, "sx"), report(t, q, "sx")
		if len(strengths) != len(a.Profile) {
			t.Fatalf("%d strengths of %d stages", len(strengths), len(a.Profile))
		}
		for j := range a.Profile {
			if c.sections != nil { // no complexes: all is dissociated
				sum := 0.0
				for i, comp := range p.System.Components {
					sum += comp.Charge * comp.Charge * a.Profile[j].Aqueous[i] / 2000
				}
				if math.Abs(sum/strengths[j]-1) > 1e-9 {
					t.Errorf("stage %d: %.10g mol/L of ionic strength, by hand %.10g", j+1, strengths[j], sum)
				}
			}
			for i, x := range a.Profile[j].Aqueous {
				if y := b.Profile[j].Aqueous[i]; math.Abs(x-y) > 1e-8*math.Abs(y)+1e-15 {
					t.Errorf("stage %d: %s %.12g solved for, %.12g given", j+1, p.System.Components[i].Name, x, y)
				}
			}
		}
	}
}
