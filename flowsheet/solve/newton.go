package solve

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// smallest is the last fraction of a step that a line search tries.
const smallest = 0x1p-20

// Newton solves small dense systems r(x) = 0 by damped Newton steps.
//
// The step −J⁻¹·r is shortened as a whole until no unknown moves by more than its MaxStep, then halved until the 2-norm
// of r falls. Equations of very different size should be scaled by the caller, since they meet in that norm and in tol.
type Newton struct {
	MaxStep []float64 // largest change of each unknown in one step; nil is no limit
	MaxIter int       // steps allowed; NewNewton sets 50

	n              int
	lu             *LU
	jac            []float64
	r, d, trial, q []float64
}

// Outcome is the end of a Newton solve.
type Outcome struct {
	Iterations int     // steps taken
	Residual   float64 // largest |r|; NaN if r is undefined at the start
	Worst      int     // its equation; -1 if r is undefined at the start
	Converged  bool
	Reason     error // nil if converged; else ErrDomain, ErrStalled, ErrIterations or *Singular
}

// NewNewton makes a solver for n unknowns.
func NewNewton(n int) *Newton {
	w := make([]float64, 4*n)
	return &Newton{MaxIter: 50, n: n, lu: NewLU(n), jac: make([]float64, n*n),
		r: w[:n:n], d: w[n : 2*n : 2*n], trial: w[2*n : 3*n : 3*n], q: w[3*n:]}
}

// LU gives the factors of the last Jacobian taken. That is at the iterate before the last, not at the solution; a Solve
// that took no step leaves the factors of an earlier one.
func (s *Newton) LU() *LU { return s.lu }

// Solve moves x to a point where every |r| ≤ tol. f writes r, or returns false where x is outside its domain (so does
// a value that is not finite); the step is then halved. jac writes ∂r_i/∂x_j to j[i·n+j], which it receives zeroed.
//
// A start that meets tol stays as it is. Convergence in full steps is followed by one more with the last factors, kept if
// it at least halves the residual. Without convergence x is the best point reached.
func (s *Newton) Solve(x []float64, tol float64, f func(x, r []float64) bool, jac func(x, j []float64)) Outcome {
	mustLen("x", len(x), s.n)
	if s.MaxStep != nil {
		mustLen("MaxStep", len(s.MaxStep), s.n)
	}
	if !f(x, s.r) || !finite(s.r) {
		return Outcome{Residual: math.NaN(), Worst: -1, Reason: ErrDomain}
	}
	full := false // the last step was a full one and at least a tenfold gain
	for it := 0; ; it++ {
		o := Outcome{Iterations: it}
		o.Residual, o.Worst = maxAbs(s.r)
		switch {
		case o.Residual <= tol:
			if full && s.polish(x, o.Residual, f) {
				o.Residual, o.Worst = maxAbs(s.r)
			}
			o.Converged = true
			return o
		case it >= s.MaxIter:
			o.Reason = ErrIterations
			return o
		}
		clear(s.jac)
		jac(x, s.jac)
		if err := s.lu.Factor(s.jac); err != nil {
			o.Reason = err
			return o
		}
		var ok bool
		if full, ok = s.step(x, f); !ok {
			o.Reason = ErrStalled
			return o
		}
	}
}

// step takes one damped step from x with the present factors.
func (s *Newton) step(x []float64, f func(x, r []float64) bool) (full, ok bool) {
	copy(s.d, s.r)
	s.lu.Solve(s.d)
	if !finite(s.d) {
		return false, false
	}
	limit := 1.0
	for i, m := range s.MaxStep {
		if a := math.Abs(s.d[i]); a*limit > m {
			limit = m / a
		}
	}
	norm := floats.Norm(s.r, 2)
	for part := 1.0; part >= smallest; part /= 2 {
		t := part * limit
		for i, d := range s.d {
			s.trial[i] = x[i] - t*d
		}
		if !f(s.trial, s.q) {
			continue
		}
		if after := floats.Norm(s.q, 2); after <= (1-1e-4*t)*norm { // false for NaN
			copy(x, s.trial)
			s.r, s.q = s.q, s.r
			return t == 1 && after < 0.1*norm, true
		}
	}
	return false, false
}

// polish takes one full step with the last factors if that at least halves the residual.
func (s *Newton) polish(x []float64, residual float64, f func(x, r []float64) bool) bool {
	copy(s.d, s.r)
	s.lu.Solve(s.d)
	for i, d := range s.d {
		s.trial[i] = x[i] - d
	}
	if !f(s.trial, s.q) || !finite(s.q) {
		return false
	}
	if after, _ := maxAbs(s.q); after > residual/2 {
		return false
	}
	copy(x, s.trial)
	s.r, s.q = s.q, s.r
	return true
}
