package sx_test

import (
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
	"reetwin/units/sx"
)

// Rates are the efficiencies that they make with the organic's time in the mixers: 3 min in extraction, 6 in the strip. Iron by the
// data, magnesium by the file, thorium's efficiency given; uranium and scandium have no rate and keep to equilibrium.
func TestKinetics(t *testing.T) {
	const thorium = "mixer_organic = \"50 L\"\n"
	p := foulingPlant(t, 0.05, 0.05, 0.01, "organic_tank = \"1 m3\"\n", "organic_tank = \"1 m3\"\nkinetics = { Mg = \"0.1 1/min\", Th = \"1 1/min\" }\n",
		thorium, thorium+"efficiency_of = { Th = 0.5 }\n")
	same := foulingPlant(t, 0.05, 0.05, 0.01, thorium, thorium+"efficiency_of = { Fe = 0.375, Mg = 0.23076923076923078, Th = 0.5 }\n",
		"mixer_organic = \"100 L\"\n", "mixer_organic = \"100 L\"\nefficiency_of = { Fe = 0.5454545454545454, Mg = 0.375, Th = 0.8571428571428571 }\n")
	v, _ := p.Unit("sx")
	signals := make([]float64, len(v.Spec.Signals))
	v.Unit.(flowsheet.Observer).Observe(v.U, v.X, v.In, v.Out, signals)
	for name, want := range map[string]float64{"efficiency.extraction.Fe": 0.6 / 1.6, "efficiency.strip.Fe": 1.2 / 2.2, "efficiency.extraction.Mg": 0.3 / 1.3,
		"efficiency.strip.Mg": 0.6 / 1.6, "efficiency.extraction.Th": 0.5, "efficiency.strip.Th": 6. / 7} {
		got := math.NaN()
		for i, s := range v.Spec.Signals {
			if s.Name == name {
				got = signals[i]
			}
		}
		if !(math.Abs(got-want) < 1e-9) {
			t.Errorf("%s is %.12g, by hand %.12g", name, got, want)
		}
	}
	a, b := report(t, p, "sx"), report(t, same, "sx")
	for j := range a.Profile {
		for i, x := range a.Profile[j].Aqueous {
			if y := b.Profile[j].Aqueous[i]; math.Abs(x-y) > 1e-8*math.Abs(y)+1e-15 {
				t.Errorf("stage %d: %s is %.12g by rates, %.12g by the efficiencies that they make", j+1, p.System.Components[i].Name, x, y)
			}
		}
	}
	// At rest the plant stays where it is, whatever the step.
	raffinate, _ := p.Stream("raffinate")
	iron, _ := p.System.Index("Fe+3")
	before := raffinate.N[iron]
	if _, err := p.Run(flowsheet.Schedule{For: 3600, Every: 1800}, func(float64) error {
		raffinate, _ := p.Stream("raffinate")
		if got := raffinate.N[iron]; !(math.Abs(got/before-1) < 1e-6) {
			t.Errorf("at rest iron in the raffinate goes from %g to %g mol/s", before, got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	classes := map[string]string{}
	for _, c := range v.Spec.Constants {
		if strings.HasPrefix(c.Name, "kinetics.") {
			classes[c.Name] = string(c.Class)
			if c.Source == "" {
				t.Errorf("%s has no source", c.Name)
			}
		}
	}
	if len(classes) != 3 || classes["kinetics.Fe"] != "assumed" {
		t.Errorf("constants of rates: %v", classes)
	}
	text := v.Unit.(*sx.Circuit).Explain()
	for _, want := range []string{"Fe 0.2 1/min (assumed)", "none is known of Sc, U"} {
		if !strings.Contains(text, want) {
			t.Errorf("the equations in words lack %q: %s", want, text)
		}
	}
}

// What cannot be a rate is refused by name; without the key nothing is slow.
func TestKineticsFaults(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"kinetics = { Dy = \"1 1/min\" }", "units.sx.kinetics.Dy: is no metal"},
		{"kinetics = { Fe = \"1 min\" }", "units.sx.kinetics.Fe"},
		{"kinetics = { Fe = \"0 1/min\" }", "units.sx.kinetics.Fe"},
		{"kinetics = \"fast\"", "units.sx.kinetics"},
	} {
		text := strings.NewReplacer("%BLEED%", "0.05", "%SC%", "0.05 mmol/L", "%TH%", "0.01 mmol/L", "%CL%", "118 mmol/L", "organic_tank =", c.line+"\norganic_tank =").Replace(fouling)
		tree, err := conf.Parse("fouling.toml", []byte(text))
		if err == nil {
			_, err = flowsheet.Load(tree, units.Kinds())
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.line, err, c.want)
		}
	}
	v, _ := foulingPlant(t, 0.05, 0.05, 0.01).Unit("sx")
	for _, s := range v.Spec.Signals {
		if strings.HasPrefix(s.Name, "efficiency.") {
			t.Errorf("%s without kinetics", s.Name)
		}
	}
}
