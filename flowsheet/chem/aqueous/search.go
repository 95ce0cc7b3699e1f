package aqueous

import "math"

const farthest = 100 // dose, mol per kg of water, beyond which there is none

// search finds the dose for the held pH by bracketing: without a titrant pH is an answer, and it moves one way with the dose.
// It is the way out where the dose does not come with the interior point.
func (s *Solver) search() bool {
	up := 1.0 // of the dose that raises pH
	if s.dose[s.pos[H]] > 0 {
		up = -1
	}
	low := 0.0
	for j, c := range s.dose[:len(s.comp)] {
		if c != 0 && j != s.pos[H] && s.total[j] < atom*s.kg {
			low = 1e-12 * s.kg // what is only in the titrant has no logarithm at zero
		}
	}
	a := low
	fa, ok := s.freely(a)
	if !ok {
		return false
	}
	step := 1e-5 * s.kg
	if up*fa > 0 { // towards a negative dose
		step = -step
	}
	b, fb := a, fa
	for fb*fa > 0 && fb != 0 {
		a, fa = b, fb
		if b += step; math.Abs(b) > farthest*s.kg || !s.possible(b) {
			return s.finish(a)
		}
		if fb, ok = s.freely(b); !ok {
			return false
		}
		step *= 4
	}
	for range 100 {
		if math.Abs(fb) < 0.5 && s.finish(b) {
			return true
		}
		u := b - fb*(b-a)/(fb-fa)
		if width := b - a; !((u-a)*width > 0 && (b-u)*width > 0) || math.Abs(u-b) < 0.01*math.Abs(width) {
			u = (a + b) / 2
		}
		f, ok := s.freely(u)
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

// freely solves with the dose u and pH as the answer, and returns how far that is above the pH to hold.
func (s *Solver) freely(u float64) (above float64, ok bool) {
	s.titrate = false
	s.shift(u)
	if ok = s.sound() && s.polish(warmSteps); !ok {
		ok = s.cold()
	}
	s.titrate = true
	above = (s.lnAH - s.x[s.pos[H]] - s.lnD - s.E[s.pos[H]]) / ln10
	s.shift(0)
	s.u = u
	return above, ok
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
