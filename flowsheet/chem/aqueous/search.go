package aqueous

import "math"

const (
	farthest = 100 // dose, mol per kg of water, beyond which there is none
	plenty   = 10  // dose beyond which an equilibrium that is not found is not missed
)

// search finds the dose for the held pH by bracketing: without a titrant pH is an answer, and it moves one way with the dose.
// It is the way out where the dose does not come with the interior point. Where the pH lies beyond what the reagent can do, it
// says so by the limit.
func (s *Solver) search() bool {
	kg, low := s.problem.KgWater, 0.0 // the state may hold no numbers
	if kg == 0 {
		kg = s.waterT * molarW
	}
	for j, c := range s.dose[:len(s.comp)] {
		if c != 0 && j != s.pos[H] && s.total[j] < atom*kg {
			low = 1e-12 * kg // what is only in the titrant has no logarithm at zero
		}
	}
	var e effect
	a := low
	fa, ok := s.freely(a, &e)
	if !ok {
		return false
	}
	pH := s.problem.PH
	away := s.raises(e)*fa > 0 // towards a negative dose
	s.limit, s.limited = Limit{Reagent: s.sys.Reagents[s.problem.Titrant].Name, Wanted: pH, Start: pH + fa, Away: away}, true
	// A weak reagent may turn round: hydrofluoric acid frees hydroxide from aluminium before it is an acid.
	if (!away || len(s.carriers) > 0) && s.bracket(a, fa, e, 1e-5*kg, kg) {
		return true
	}
	return away && s.bracket(a, fa, e, -1e-5*kg, kg)
}

// bracket goes from the dose a, where pH is fa above the one to hold and e the effect, by growing steps until pH has passed it, and
// closes in on it. kg is of water.
func (s *Solver) bracket(a, fa float64, e effect, step, kg float64) (ok bool) {
	b, fb := a, fa
	for fb*fa > 0 && fb != 0 {
		a, fa = b, fb
		s.approach(a, kg, fa, e)
		if b += step; math.Abs(b) > farthest*kg || !s.possible(b) {
			return s.finish(a) && !s.excessive()
		}
		if fb, ok = s.freely(b, &e); !ok { // a reagent by the dozen mol uses up the water; before that it is no limit of its own
			s.limited = s.limit.Solid != "" || math.Abs(b) > plenty*kg
			return false
		}
		step *= 4
	}
	s.limited = false
	for range 100 {
		if math.Abs(fb) < 0.5 && s.finish(b) {
			return true
		}
		u := b - fb*(b-a)/(fb-fa)
		if width := b - a; !((u-a)*width > 0 && (b-u)*width > 0) || math.Abs(u-b) < 0.01*math.Abs(width) {
			u = (a + b) / 2
		}
		f, ok := s.freely(u, nil)
		if !ok {
			return false
		}
		if f*fb < 0 {
			a, fa = b, fb
		} else {
			fa /= 2 // Illinois: the end that stays counts less
		}
		b, fb = u, f
	}
	return false
}

// possible reports whether no total is negative after the dose u.
func (s *Solver) possible(u float64) bool {
	for j := range s.comp {
		if j != s.pos[H] && s.dose[j] != 0 && s.problem.Totals[s.comp[j]]+u*s.dose[j] <= 0 {
			return false
		}
	}
	return true
}

// shift moves the dose u into the totals.
func (s *Solver) shift(u float64) {
	for j, c := range s.comp {
		s.total[j] = s.problem.Totals[c] + u*s.dose[j]
	}
	s.waterT = s.problem.Totals[Water] + u*s.waterD
	s.u = 0
}

// effect is what a little more of the reagent does: to the pH, per mol, and how much of it a solid of the same elements takes.
type effect struct {
	pH    float64
	solid int // in the order of those allowed, −1 without
	share float64
}

// raises is 1 for a reagent that raises pH, else −1. Where its own elements take or bring protons, what it does decides.
func (s *Solver) raises(e effect) float64 {
	if h := s.dose[s.pos[H]]; len(s.carriers) == 0 {
		return -math.Copysign(1, h)
	}
	return math.Copysign(1, e.pH)
}

// freely solves with the dose u and pH as the answer, and returns how far that is above the pH to hold; with e, the effect there.
func (s *Solver) freely(u float64, e *effect) (above float64, ok bool) {
	s.titrate = false
	s.shift(u)
	s.sorb.on = len(s.problem.Sorbents) > 0
	if ok = s.sound() && s.polish(warmSteps); !ok {
		ok = s.fresh()
	}
	if ok && e != nil {
		*e = s.respond()
	}
	s.titrate = true
	above = (s.lnAH - s.x[s.pos[H]] - s.lnD - s.E[s.pos[H]]) / ln10
	s.shift(0)
	s.u = u
	return above, ok
}

// respond differentiates the equilibrium in hand along the dose. SIT sums are held: signs and shares are asked for.
func (s *Solver) respond() (e effect) {
	nc := len(s.comp)
	s.assemble(false)
	s.frame()
	clear(s.f[:nc+s.so.n()])
	copy(s.f, s.dose[:nc])
	s.border.f = [4]float64{ofWater: s.waterD}
	s.step(s.f)
	e.pH = -(s.f[s.pos[H]] + s.dD*s.border.f[ofStrength]) / ln10
	e.solid = -1
	for k := range s.so.n() {
		cols, b := s.so.span(k)
		for i, c := range cols {
			if d := s.dose[c]; s.active[k] && d != 0 && int(c) != s.pos[H] && b[i]*s.f[nc+k]/d > e.share {
				e.solid, e.share = k, b[i]*s.f[nc+k]/d
			}
		}
	}
	return e
}

// excessive reports a dose beyond all sense: there the model has left its ground.
func (s *Solver) excessive() bool { return s.titrate && math.Abs(s.u) > farthest*s.kg }

// approach notes how near a dose comes to the pH to hold, which is `above` less; and the solid, when one takes what is added and
// pH stays.
func (s *Solver) approach(dose, kg, above float64, e effect) {
	const most, still = 0.9, 1e-2 // share that a solid takes; change of pH by doubling the dose
	l := &s.limit
	takes := dose > 0 && e.share > most
	if takes && math.Abs(e.pH*dose) < still {
		l.Solid = s.sys.Solids[s.allowed[e.solid]].Name
	} else if takes && l.Solid != "" { // water goes into the solid until little is left
		return
	} else {
		l.Solid = ""
	}
	l.PH, l.Dose = s.problem.PH+above, dose/kg
}

// sound reports whether the state holds numbers only.
func (s *Solver) sound() bool {
	sum := s.kg + s.str + s.lnW
	for _, v := range s.x[:len(s.comp)] {
		sum += v
	}
	for _, v := range s.s[:s.so.n()] {
		sum += v
	}
	return !math.IsNaN(sum) && !math.IsInf(sum, 0) && s.kg > 0 && s.str > 0
}

// finish polishes with the titrant as unknown, from the dose u.
func (s *Solver) finish(u float64) bool {
	s.u = u
	return s.sound() && s.polish(30)
}
