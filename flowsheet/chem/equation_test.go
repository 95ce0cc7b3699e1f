package chem

import (
	"math"
	"strings"
	"testing"
)

func magnetSystem(t testing.TB) *System {
	s, err := Load(Selection{Elements: []string{"B", "Fe", "Cu", "Nd"},
		Families: []string{"aqueous", "water", "oxalate", "hydroxide", "precipitate", "alloying", "magnet", "copper_leach", "gas"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// An equation is what it makes of each component; aliases are their sums.
func TestEquation(t *testing.T) {
	s := magnetSystem(t)
	makes, from, err := s.Equation("Fe(OH)3(a)(s) + 3 H2C2O4 + OH- = Fe+3 + 3 C2O4-2 + 6 H2O", "2 OH-")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"Fe(OH)3(a)(s)": -1, "H+": -5, "Fe+3": 1, "H2O": 5}
	for _, p := range makes {
		name := s.Components[p.Component].Name
		if math.Abs(p.Count-want[name]) > 1e-12 {
			t.Errorf("makes %g %s, not %g", p.Count, name, want[name])
		}
		delete(want, name)
	}
	if len(want) != 0 || len(from) != 2 {
		t.Errorf("lacks %v; draws %v", want, from)
	}
}

// What is wrong with an equation is said with the term, or the element and how much of it.
func TestEquationFaults(t *testing.T) {
	s := magnetSystem(t)
	for text, want := range map[string]string{
		"Cu+2 -> Cu(s)":             "no equation",
		"Cu+3 = Cu(s)":              `"Cu+2"`,
		"two Cu+2 = Cu(s)":          `"two" is no positive coefficient`,
		"-1 Cu+2 = Cu(s)":           "no positive coefficient",
		"Cu+2 = Cu(s)":              "charge, -2",
		"Nd(OH)3(s) = Nd+3 + 2 OH-": "charge",
		"2 Cu(s) + O2(g) = Cu2O(s)": "O, -1",
		"Cu(s) = ":                  "substance",
		"Fe(OH)3(a)(s) + 3 H2C2O4 = Fe+3 + 3 C2O4-2 + H2O": "charge",
	} {
		if _, _, err := s.Equation(text, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v lacks %q", text, err, want)
		}
	}
}

// Whatever the text, an equation that is read balances every element and charge.
func FuzzEquation(f *testing.F) {
	f.Add("2 Nd2Fe14B(s) + 34 Cu+2 + 10.5 O2(g) = 4 Nd+3 + 28 Fe+2 + Cu3(BO3)2(s) + 15 Cu2O(s) + Cu(s)", "")
	f.Add("Fe(OH)3(a)(s) + 3 H2C2O4 + OH- = Fe+3 + 3 C2O4-2 + 6 H2O", "2 OH-")
	f.Add("Cu+2 = Cu(s)", "2 H+")
	s := magnetSystem(f)
	f.Fuzz(func(t *testing.T, text, drawn string) {
		makes, from, err := s.Equation(text, drawn)
		if err != nil {
			return
		}
		for e := range s.Elements {
			gap, scale := 0.0, 1.0
			for _, p := range makes {
				gap += p.Count * s.Components[p.Component].Formula[e]
				scale += math.Abs(p.Count * s.Components[p.Component].Formula[e])
			}
			for _, p := range from {
				gap -= p.Count * s.Components[p.Component].Formula[e]
			}
			if math.Abs(gap) > 1e-8*scale {
				t.Errorf("%q: %s is off by %g", text, s.Elements[e].Symbol, gap)
			}
		}
	})
}
