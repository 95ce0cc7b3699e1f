package cost

import (
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem"
)

// tapped is a plant that taps neodymium: a feed, and a ladle that lends it carbon and tungsten.
func tapped(t *testing.T, kg map[string]float64) (Solved, []float64) {
	t.Helper()
	s := system(t, "Nd Pr Fe W Ca F Mg Al S Cl Na", "metal", "electrode", "oxide", "vessel", "trace", "calcium", "salt", "aqueous")
	n := flow(t, s, kg)
	per := func(symbol string) []float64 {
		atoms := make([]float64, len(s.Elements))
		e, _ := s.Element(symbol)
		atoms[e] = 1 / s.Elements[e].Mass
		return atoms
	}
	return Solved{System: s,
		Flows: []Flow{{Name: "s", From: "ladle", Leaves: true, N: n}},
		Units: []Machine{{Tag: "ladle", Kind: "pick_up", Uptakes: []Uptake{
			{What: "C", Kg: 0.04, Lo: 0.01, Hi: 0.08, Atoms: per("C"), Class: chem.Assumed, Source: "graphite"},
			{What: "W", Kg: 0.01, Lo: 0.002, Hi: 0.03, Atoms: per("W"), Class: chem.Measured, Source: "crucible"}}}}}, n
}

var pure = map[string]float64{"Nd(s)": 99.8, "Pr(s)": 0.01, "C(s)": 0.04, "W(s)": 0.01, "Fe(s)": 0.05, "Si(s)": 0.02, "Mg(s)": 0.001, "Ca(s)": 0.004, "Al(trace)(s)": 0.03, "Nd2O3(s)": 0.02,
	"NaCl(s)": 0.004, "FeS(s)": 0.004, "P(s)": 0.002}

// What no stream of a plant holds is absent if the file says that its inventory is complete, and not known if it does not.
func TestNotInThePlant(t *testing.T) {
	s, n := tapped(t, pure)
	b := data(t)
	w := b.wantedOf(t, "Nd metal SMM")
	open := b.product(s.System, w, n, s.inventory(w))
	if d := demand(t, open, "Mo"); d.Met != nil || d.Why == "" || open.Met != nil || open.Absent != nil {
		t.Errorf("molybdenum, of an open inventory: %+v, grade %v", d, open.Met)
	}
	w.Complete = true
	p := b.product(s.System, w, n, s.inventory(w))
	d := demand(t, p, "Mo")
	if d.Met == nil || !*d.Met || *d.Value != 0 || !slices.Equal(d.Absent, []string{"Mo"}) || d.Why != "" {
		t.Errorf("molybdenum, of a complete one: %+v", d)
	}
	if p.Met == nil || !*p.Met || !slices.Equal(p.Absent, []string{"Mo"}) {
		t.Errorf("met %v, absent %v", p.Met, p.Absent)
	}
	if p.Limiting.Impurity != "C" {
		t.Errorf("limiting %+v", p.Limiting)
	}
}

// An element that the plant does hold, and the product not, stays not known, complete or not: a model's perfect separation is no proof.
func TestStoppedIsNotAbsent(t *testing.T) {
	kg := map[string]float64{}
	for name, v := range pure {
		if name != "Mg(s)" {
			kg[name] = v
		}
	}
	s, n := tapped(t, kg)
	s.Flows = append(s.Flows, Flow{Name: "water", To: "mine", Enters: true, N: flow(t, s.System, map[string]float64{"Mg+2": 1})})
	b := data(t)
	w := b.wantedOf(t, "Nd metal SMM")
	w.Complete = true
	p := b.product(s.System, w, n, s.inventory(w))
	if d := demand(t, p, "Mg"); d.Met != nil || !strings.Contains(d.Why, "carries none") {
		t.Errorf("magnesium: %+v", d)
	}
	if p.Met != nil {
		t.Error("a grade of which magnesium is not known is met")
	}
}

// A sum is known when each of its parts is known or absent; too much of one part breaks it all the same.
func TestSumOfLimits(t *testing.T) {
	s, n := tapped(t, pure)
	b := data(t)
	w := b.wantedOf(t, "Nd metal SMM")
	g := *w.Grade
	g.Limits = []Limit{{Name: "Mo+W", Asked: Asked{Value: 3e-4}}, {Name: "Ta+W", Asked: Asked{Value: 5e-5}}}
	w.Grade = &g
	p := b.product(s.System, w, n, s.inventory(w))
	if d := demand(t, p, "Mo+W"); d.Met != nil || !strings.Contains(d.Why, "not all of it") {
		t.Errorf("Mo is not known: %+v", d)
	}
	if d := demand(t, p, "Ta+W"); d.Met == nil || *d.Met {
		t.Errorf("W alone is above the limit: %+v", d)
	}
	w.Complete = true
	p = b.product(s.System, w, n, s.inventory(w))
	if d := demand(t, p, "Mo+W"); d.Met == nil || !*d.Met || !slices.Equal(d.Absent, []string{"Mo"}) {
		t.Errorf("Mo is absent: %+v", d)
	}
}

// A demand that rests on a pick-up says so, with its class, and with the value at the ends of the range.
func TestRestsOnPickUp(t *testing.T) {
	s, n := tapped(t, pure)
	b := data(t)
	w := b.wantedOf(t, "Nd metal SMM")
	w.Complete = true
	p := b.product(s.System, w, n, s.inventory(w))
	mass := s.System.Mass(n)
	c := demand(t, p, "C")
	close(t, "C", *c.Value, 0.04/mass)
	close(t, "C at least", *c.Lo, 0.01/mass)
	close(t, "C at most", *c.Hi, 0.08/mass)
	if len(c.Taken) != 1 || c.Taken[0].Class != chem.Assumed {
		t.Errorf("%+v", c.Taken)
	}
	if !slices.Equal(p.Assumed, []string{"C"}) { // tungsten's is measured
		t.Errorf("assumed %v", p.Assumed)
	}
	if !slices.Equal(p.Beyond, []string{"C"}) {
		t.Errorf("beyond %v", p.Beyond)
	}
}
