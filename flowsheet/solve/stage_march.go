package solve

import "math"

const (
	marchSteps = 200  // pseudo-time steps tried in all
	marchIter  = 12   // Newton steps in each
	marchTol   = 1e-4 // a step on the way need not be exact
	settled    = 0.01 // a step that moves every state by less, relatively, may be near the solution
)

// march follows the states from x in pseudo-time, rate·(x − prev) + mu·(x − past) = f(x), with mu falling after every step
// taken and rising after every failure, until Newton reaches the solution from there. (Kelley and Keyes, SIAM J. Numer. Anal.
// 35 (1998) 508, doi:10.1137/S0036142996304796.) It gives the steps tried, the Newton steps, and why it failed. It ends, with ErrLeaves, where the
// states run out of the domain: shorter and shorter steps would only creep up to its edge.
func (s *Stage) march(rate float64, prev, x []float64, tol float64, f func(x, fx []float64)) (steps, iters int, cause error) {
	mu := s.firstRate(rate, prev, x, f)
	copy(s.start, x)
	for steps < s.MaxSteps && mu > 0 && mu < math.MaxFloat64 {
		if s.leaves(rate, prev, x, f) {
			return steps, iters, ErrLeaves
		}
		steps++
		for i := range s.states {
			s.past[i] = s.start[i]
			if rate != 0 { // both pulls in one
				s.past[i] += rate / (rate + mu) * (prev[i] - s.start[i])
			}
		}
		it, err := s.newton(rate+mu, s.past, x, marchTol, f, marchIter)
		iters += it
		if err != nil {
			copy(x, s.start)
			mu *= 8
			continue
		}
		moved := 0.0
		for i := range s.states {
			moved = max(moved, math.Abs(x[i]-s.start[i])/max(math.Abs(x[i]), s.scale[i]))
		}
		copy(s.start, x)
		if moved < settled {
			it, err = s.newton(rate, prev, x, tol, f, s.MaxIter)
			iters += it
			if err == nil {
				return steps, iters, nil
			}
			copy(x, s.start)
		}
		mu /= 4
	}
	it, err := s.newton(rate, prev, x, tol, f, s.MaxIter)
	return steps, iters + it, err
}

// firstRate gives the mu at which a first step moves no state by much more than a tenth of its size.
func (s *Stage) firstRate(rate float64, prev, x []float64, f func(x, fx []float64)) float64 {
	f(x, s.fx)
	s.residual(rate, prev, x, s.fx, s.r)
	mu := 0.0
	for i := range s.states {
		mu = max(mu, 10*math.Abs(s.r[i])/max(math.Abs(x[i]), s.scale[i]))
	}
	return mu
}

// leaves says that the states run out of the domain of f, straight on from x, before any has moved by more than Leaving of its size.
func (s *Stage) leaves(rate float64, prev, x []float64, f func(x, fx []float64)) bool {
	if s.Leaving == 0 {
		return false
	}
	f(x, s.fx)
	s.residual(rate, prev, x, s.fx, s.r)
	pace := 0.0
	for i, r := range s.r[:s.states] {
		pace = max(pace, math.Abs(r)/max(math.Abs(x[i]), s.scale[i]))
	}
	if pace == 0 {
		return false
	}
	copy(s.trial, x)
	for i, r := range s.r[:s.states] {
		s.trial[i] = max(x[i]-s.Leaving/pace*r, s.lower[i])
	}
	f(s.trial, s.up)
	return !finite(s.up)
}
