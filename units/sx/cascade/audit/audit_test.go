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

// The same stage by a correlation whose constant is carried to the ionic strength, 1.5 with an anion of charge 1: all holds, and
// what is spoilt is found.
func TestCorrelationByHand(t *testing.T) {
	for _, c := range []struct {
		spoil func(l *Loop, a *Answer)
		want  string
	}{
		{func(l *Loop, a *Answer) {}, ""},
		{func(l *Loop, a *Answer) { l.Cations[0].PerPH += 1e-5 }, "equilibrium of M"},
		{func(l *Loop, a *Answer) { l.Cations[0].PerPHAndDimer += 1e-4 }, "equilibrium of M"},
		{func(l *Loop, a *Answer) { l.Cations[0].PerDimer += 1e-5 }, "equilibrium of M"},
		{func(l *Loop, a *Answer) { l.Cations[0].SquareChange += 1e-5 }, "equilibrium of M"},
		{func(l *Loop, a *Answer) { a.Solutes[0][0] += 1e-5 }, "ionic strength"},
	} {
		l, a := byHand()
		h, u := a.Aqueous[0][1], a.Organic[0][1]
		q := &l.Cations[0]
		q.Correlated, q.PerPH, q.PerPHAndDimer, q.PerDimer, q.SquareChange = true, 0.7, 0.2, 1.1, 2
		q.LnK = math.Log(a.Organic[0][0]/a.Aqueous[0][0]) + (0.7+0.2*u)*math.Log(h) - 1.1*math.Log(u) + 2*0.3*1.5
		l.Strength = &Strength{Exchange: func(I float64) float64 { return -0.3 * I }, Charges: []float64{-1}}
		a.Strength, a.Solutes = []float64{1.5}, [][]float64{{1.5}}
		c.spoil(l, a)
		r, err := l.Check(a)
		if err == nil {
			err = r.Open(1e-8)
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want it to name %q", err, c.want)
		}
	}
}

// One stage with hydroxide by hand: the organic takes 0.4 of 1 M, 0.7 of sodium leave with what is left, and 0.1 of their charge is OH−.
func TestHydroxideByHand(t *testing.T) {
	// Organic 1 with y of M, s of soap and u free, aqueous x and w of them, h and 0.1 of hydroxide: 0.4 M and 0.2 soap in the organic.
	const h, oh = 1e-13, 0.1
	u := 1 - 0.4 - 0.2
	hand := func() (*Loop, *Answer) {
		k := func(x, y float64) float64 { return math.Log(y / x * h / u) }
		l := &Loop{Cations: []Cation{{Name: "M", Charge: 1, LnK: k(0.6, 0.4)}, {Name: "Na", Charge: 1, LnK: k(0.7, 0.2)}, {Name: "H", Charge: 1}}, Hydrogen: 2, Soap: 1,
			Organic: 1, Extractant: 1, Bleed: 1, Water: h * oh, Sections: []Section{{Stages: 1, Flow: 1, X: []float64{1, 0.2 + h, 0}}}}
		return l, &Answer{LnR: []float64{math.Log(u / h)}, Aqueous: [][]float64{{0.6, 0.7, h - oh}}, Organic: [][]float64{{0.4, 0.2, u}}, Hydroxide: []float64{oh}}
	}
	for want, spoil := range map[string]func(l *Loop, a *Answer){
		"":                         func(l *Loop, a *Answer) {},
		"ionic product of water":   func(l *Loop, a *Answer) { l.Water *= 1 + 1e-6 },
		"acid of H":                func(l *Loop, a *Answer) { a.Aqueous[0][2] *= 1 + 1e-7 },
		"charge":                   func(l *Loop, a *Answer) { a.Hydroxide[0] *= 2; a.Aqueous[0][2] = h/2 - 2*oh; a.LnR[0] += math.Ln2 },
		"1 stages with 2 of hydro": func(l *Loop, a *Answer) { a.Hydroxide = append(a.Hydroxide, 0) },
	} {
		l, a := hand()
		spoil(l, a)
		r, err := l.Check(a)
		if err == nil && want == "charge" {
			if !(r.Charge.Error > 0.05) || r.Water.Error > 1e-9 {
				t.Errorf("charge %+v, water %+v", r.Charge, r.Water)
			}
			continue
		}
		if err == nil {
			err = r.Open(1e-9)
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want it to name %q", err, want)
		}
	}
}
