package audit

import (
	"math"
	"strings"
	"testing"
)

// One stage by hand: metal of charge 1 against hydrogen, K = 1, D = r. Organic 1, aqueous 1, extractant 1 dimer: x + y = 1,
// x + h = 1.5, y + u = 1, y/x = u/h.
func byHand() (*Loop, *Answer) {
	// h = 1.5 − x, u = x, y = 1 − x: (1 − x)/x = x/(1.5 − x) gives 1.5 − 2.5 x = 0
	x := 0.6
	l := &Loop{Cations: []Cation{{Name: "M", Charge: 1}, {Name: "H", Charge: 1}}, Hydrogen: 1, Soap: -1, Organic: 1, Extractant: 1, Bleed: 1,
		Sections: []Section{{Stages: 1, Flow: 1, X: []float64{1, 0.5}}}}
	return l, &Answer{LnR: []float64{math.Log(x / (1.5 - x))}, Aqueous: [][]float64{{x, 1.5 - x}}, Organic: [][]float64{{1 - x, x}}}
}

func TestByHand(t *testing.T) {
	l, a := byHand()
	r, err := l.Check(a)
	if err != nil || r.Open(1e-14) != nil {
		t.Errorf("%+v: %v, %v", r, err, r.Open(1e-14))
	}
}

// Every number of an answer that is spoilt is found, by the check that it breaks.
func TestSpoilt(t *testing.T) {
	for _, c := range []struct {
		spoil func(l *Loop, a *Answer)
		want  string
	}{
		{func(l *Loop, a *Answer) { a.LnR[0] += 1e-6 }, "acid of H"},
		{func(l *Loop, a *Answer) { a.Organic[0][1] *= 1 + 1e-6 }, "extractant"},
		{func(l *Loop, a *Answer) { l.Cations[0].LnK += 1e-5 }, "equilibrium of M"},
		{func(l *Loop, a *Answer) { l.Sections[0].X[0] += 1e-6; l.Sections[0].X[1] -= 1e-6 }, "balance of M"},
		{func(l *Loop, a *Answer) { l.Sections[0].X[1] += 1e-5 }, "charge"},
		{func(l *Loop, a *Answer) { a.Organic[0][0] = math.NaN() }, "M is NaN"},
		{func(l *Loop, a *Answer) { a.Aqueous[0][1] = -1e-9 }, "H is -1e-09"},
		{func(l *Loop, a *Answer) { a.LnR[0] = math.NaN() }, "acid of H"},
		{func(l *Loop, a *Answer) { a.LnR = nil }, "1 stages"},
	} {
		l, a := byHand()
		c.spoil(l, a)
		r, err := l.Check(a)
		if err == nil {
			err = r.Open(1e-8)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want it to name %q", err, c.want)
		}
	}
}
