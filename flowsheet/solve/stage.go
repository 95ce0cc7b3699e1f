package solve

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

const (
	absent   = 1e-12    // an amount below this share of its scale counts as absent
	edge     = 0.01     // share of the distance to its bound that an unknown keeps when a step would cross it
	rounding = 16 * eps // relative rounding of f, at the size of its terms
)

// Stage solves one implicit stage of a simple unit:
//
//	rate·(x_i − prev_i) = f_i(x)   the states, i < states
//	                  0 = f_i(x)   the other unknowns
//
// by Newton on differences of f, and gives the derivatives of the solution. Differences, the line search and pivoting work
// with each unknown relative to its scale, each equation relative to the size of its terms, so units do not matter.
//
// It is solved when the Newton correction of every x_j is below tol·s_j; every residual is then below
// tol·Σ_j |∂f_i/∂x_j|·s_j, and that step is taken too. s_j is |x_j|; at least scale_j where x_j may be negative (its zero is
// arbitrary), at least 1e-12·scale_j where lower_j ≥ 0 (it is an amount, and absent below that). Where the residual
// is within rounding of f for unknowns of their scale and steps gain nothing more, tol·max(|x_j|, scale_j) is enough.
//
// Should Newton fail from the start value, the states march there from it in pseudo-time, with growing steps.
type Stage struct {
	MaxIter  int   // Newton steps allowed in one go; NewStage sets 50
	MaxSteps int   // pseudo-time steps tried in all; NewStage sets 200
	Free     []int // states that no steady equation fixes: at rate 0 they stay at the start value
	// Leaving ends a march in pseudo-time whose states run out of the domain of f before any has moved by more than this share of its size (at
	// least of its scale). 0, as NewStage sets it, never does. For a unit of states alone, whose domain ends where it cannot be: a solution nearer to
	// that edge, which Newton alone does not find, is lost.
	Leaving float64

	states, n     int
	scale, lower  []float64
	lu            *LU
	jac           []float64 // rate·I − ∂f/∂x, columns times size
	size          []float64 // of each unknown when jac was taken, never below its scale
	fx, r, d      []float64
	trial, up, dn []float64
	fine, coarse  []float64 // size of the terms of each equation: at s_j, and at size
	linear        bool      // lu holds the derivatives at (rate, at)
	rate          float64
	at            []float64
	held          bool      // the free states stay: rate is 0
	start, past   []float64 // of a march
}

// NewStage makes a stage of unknowns unknowns in all, of which the first states are states. scale (> 0) is the typical
// size of each and lower its bound, -Inf for none; nil is no bound at all. Both are copied. A solution may lie on a bound
// only if its start does: else it comes as near as makes no difference.
func NewStage(states, unknowns int, scale, lower []float64) *Stage {
	n := unknowns
	mustLen("scale", len(scale), n)
	if states < 0 || states > n {
		panic(fmt.Sprintf("solve: %d states among %d unknowns", states, n))
	}
	s := &Stage{MaxIter: 50, MaxSteps: marchSteps, states: states, n: n, lu: NewLU(n), jac: make([]float64, n*n)}
	for _, v := range []*[]float64{&s.scale, &s.lower, &s.size, &s.fx, &s.r, &s.d, &s.trial, &s.up, &s.dn, &s.fine, &s.coarse, &s.at, &s.start, &s.past} {
		*v = make([]float64, n)
	}
	for j, v := range scale {
		if !(v > 0) || math.IsInf(v, 0) {
			panic(fmt.Sprintf("solve: scale %d is %g", j, v))
		}
		s.scale[j], s.lower[j] = v, math.Inf(-1)
	}
	if lower != nil {
		mustLen("lower", len(lower), n)
		copy(s.lower, lower)
	}
	return s
}

// Solve moves x to the solution from its start value. prev is as long as x (only the states are read) or nil, if rate is 0.
// f writes all of fx, reads nothing but x, and writes NaN where x is outside its domain; it is called with x within
// the bounds, or a difference step above.
//
// A start that meets tol stays as it is. The error is a *NotConverged, x then the last point reached; or says that the
// start is outside the bounds.
func (s *Stage) Solve(rate float64, prev, x []float64, tol float64, f func(x, fx []float64)) error {
	s.linear = false
	mustLen("x", len(x), s.n)
	if rate != 0 {
		mustLen("prev", len(prev), s.n)
	}
	for j, v := range x {
		if !(v >= s.lower[j]) || math.IsInf(v, 0) {
			return fmt.Errorf("start value of unknown %d is %g, its bound %g", j, v, s.lower[j])
		}
	}
	s.held = rate == 0
	copy(s.start, x)
	it, cause := s.newton(rate, prev, x, tol, f, s.MaxIter)
	if cause == nil {
		return nil
	}
	steps := 0
	if s.states > 0 && (it > 0 || !errors.Is(cause, ErrDomain)) {
		copy(x, s.start)
		var more int
		steps, more, cause = s.march(rate, prev, x, tol, f)
		it += more
	}
	if cause == nil {
		return nil
	}
	rel, i := s.worst()
	return &NotConverged{Equation: i, Residual: s.r[i], Relative: rel, Iterations: it, Steps: steps, Cause: cause}
}

// newton solves one stage in at most most iterations; it gives their number and why it failed. r is that of x at the end.
func (s *Stage) newton(rate float64, prev, x []float64, tol float64, f func(x, fx []float64), most int) (int, error) {
	clear(s.fine)
	f(x, s.fx)
	s.residual(rate, prev, x, s.fx, s.r)
	if !finite(s.r) {
		return 0, ErrDomain
	}
	factors, fresh, central := false, false, false // there are factors worth using; of this x; of second order
	last := math.Inf(1)                            // what was left one step ago
	for it := 0; ; it++ {
		if !factors {
			if err := s.factor(central, rate, x, f); err != nil && central {
				return it, err
			} else if err != nil {
				central = true
				continue
			}
			factors, fresh = true, true
		}
		left, gross := s.direction(x)
		if left <= tol {
			if it > 0 && s.propose(1, rate, prev, x, f) && s.merit(s.dn) <= s.merit(s.r) {
				s.adopt(x)
			}
			return it, nil
		}
		if it >= most {
			return it, ErrIterations
		}
		if fresh && left > last/2 {
			switch merit := s.merit(s.r); {
			case !central && merit < 1e-6: // the differences may be what is wrong
				central, factors, last = true, false, math.Inf(1)
				continue
			case merit <= s.floor() && gross <= tol:
				return it, nil
			}
		}
		last = left
		gain, ok := s.search(rate, prev, x, f, fresh)
		switch {
		case ok:
			factors, fresh = gain < 0.1, false
		case fresh && central:
			return it, ErrStalled
		default: // try again with better factors
			central = central || fresh
			factors, last = false, math.Inf(1)
		}
	}
}

// direction writes to d the Newton correction of x with the present factors and measures the terms of each equation. left
// is the largest |d_j|/s_j, gross the largest |d_j|/max(|x_j|, scale_j).
func (s *Stage) direction(x []float64) (left, gross float64) {
	s.terms(x)
	copy(s.d, s.r)
	s.lu.Solve(s.d)
	floats.Mul(s.d, s.size)
	for j, d := range s.d {
		d = math.Abs(d)
		if !(d <= math.MaxFloat64) {
			return math.Inf(1), math.Inf(1)
		}
		left = max(left, d/s.amount(j, x[j]))
		gross = max(gross, d/max(math.Abs(x[j]), s.scale[j]))
	}
	return left, gross
}

// amount is s_j.
func (s *Stage) amount(j int, v float64) float64 {
	least := s.scale[j]
	if s.lower[j] >= 0 {
		least *= absent
	}
	return max(math.Abs(v), least)
}

// search finds a step along −d that lowers the merit, and its gain. Factors that are not fresh get one try.
func (s *Stage) search(rate float64, prev, x []float64, f func(x, fx []float64), fresh bool) (gain float64, ok bool) {
	merit, floor := s.merit(s.r), s.floor()
	for part := 1.0; part >= smallest; part /= 2 {
		if s.propose(part, rate, prev, x, f) {
			after := s.merit(s.dn)
			if after <= floor || after <= (1-1e-4*part)*merit && (fresh || after <= merit/2) {
				s.adopt(x)
				return after / merit, true
			}
		}
		if !fresh {
			break
		}
	}
	return 0, false
}

// propose puts x − part·d, kept off the bounds, into trial, its rates into up and its residuals into dn.
func (s *Stage) propose(part, rate float64, prev, x []float64, f func(x, fx []float64)) bool {
	for j, d := range s.d {
		t := x[j] - part*d
		if lo := s.lower[j]; t <= lo {
			t = lo + edge*(x[j]-lo)
		}
		s.trial[j] = t
	}
	f(s.trial, s.up)
	s.residual(rate, prev, s.trial, s.up, s.dn)
	return finite(s.trial) && finite(s.dn)
}

// adopt moves to the point of the last propose.
func (s *Stage) adopt(x []float64) {
	copy(x, s.trial)
	s.fx, s.up = s.up, s.fx
	s.r, s.dn = s.dn, s.r
}

func (s *Stage) residual(rate float64, prev, x, fx, r []float64) {
	for i, v := range fx {
		r[i] = -v
		if i < s.states && rate != 0 {
			r[i] += rate * (x[i] - prev[i])
		}
	}
	if s.held {
		for _, i := range s.Free {
			r[i] = 0
		}
	}
}

// terms measures each equation by its Jacobian.
func (s *Stage) terms(x []float64) {
	for i := range s.n {
		fine, coarse := 0.0, 0.0
		for j, a := range s.jac[i*s.n : (i+1)*s.n] {
			a = math.Abs(a)
			fine += a * s.amount(j, x[j]) / s.size[j]
			coarse += a
		}
		s.fine[i], s.coarse[i] = fine, coarse
	}
}

// worst gives the largest relative residual and its equation; an equation without terms is infinitely wrong.
func (s *Stage) worst() (float64, int) {
	big, at := 0.0, 0
	for i, r := range s.r {
		switch v := math.Abs(r) / s.fine[i]; {
		case r-r != 0:
			return math.NaN(), i
		case r != 0 && v > big:
			big, at = v, i
		}
	}
	return big, at
}

// merit is what a line search lowers.
func (s *Stage) merit(r []float64) float64 {
	sum := 0.0
	for i, v := range r {
		v /= s.coarse[i]
		sum += v * v
	}
	return math.Sqrt(sum)
}

// floor is the merit of a residual that is rounding.
func (s *Stage) floor() float64 { return rounding * math.Sqrt(float64(s.n)) }
