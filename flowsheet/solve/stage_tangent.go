package solve

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// shortest is the least difference step of an amount, as a share of its scale. A shorter one would follow the curvature in
// traces better and drown the equations of the bulk in rounding: an equation in ln x is right to (shortest/x)²/3.
const shortest = 0x1p-37

// Linearise takes the derivatives at x, the point of the last Solve with the same rate and f, for any number of Tangents.
// It costs two values of f for each unknown (differences of second order) and one factorisation; a repetition since that
// Solve costs nothing. The error is a *Singular, or wraps ErrDomain.
func (s *Stage) Linearise(rate float64, x []float64, f func(x, fx []float64)) error {
	mustLen("x", len(x), s.n)
	if s.linear && s.rate == rate && slices.Equal(s.at, x) {
		return nil
	}
	s.linear, s.held = false, rate == 0
	f(x, s.fx)
	if !finite(s.fx) {
		return fmt.Errorf("tangent: %w", ErrDomain)
	}
	if err := s.factor(true, rate, x, f); err != nil {
		return fmt.Errorf("tangent: %w", err)
	}
	s.linear, s.rate = true, rate
	copy(s.at, x)
	return nil
}

// Tangent writes the change dx of the solution, where Linearise was called last, from
//
//	(rate·I_states − ∂f/∂x)·dx = dfdp + rate·dprev
//
// dfdp is the directional derivative of f with respect to all that is not x; dprev that of prev, nil for none. dx may be
// dfdp. It panics unless Linearise has succeeded since the last Solve. Bounds play no part: an unknown that is held on its
// bound has the tangent of the equations alone.
func (s *Stage) Tangent(dfdp, dprev, dx []float64) {
	mustLen("dfdp", len(dfdp), s.n)
	mustLen("dx", len(dx), s.n)
	if !s.linear {
		panic("solve: Stage.Tangent without Linearise")
	}
	copy(dx, dfdp)
	if s.rate == 0 {
		for _, i := range s.Free {
			dx[i] = 0
		}
	} else if dprev != nil {
		floats.AddScaled(dx[:s.states], s.rate, dprev[:s.states])
	}
	s.lu.Solve(dx)
	floats.Mul(dx, s.size)
}

// factor takes the Jacobian at x, with s.fx = f(x), by one-sided or by central differences, and factors it.
func (s *Stage) factor(central bool, rate float64, x []float64, f func(x, fx []float64)) error {
	for j := range x {
		if !(central && s.central(j, rate, x, f) || !central && s.oneSided(j, rate, x, f)) {
			return fmt.Errorf("difference to unknown %d: %w", j, ErrDomain)
		}
	}
	s.freeze()
	s.terms(x)
	return s.lu.Factor(s.jac)
}

// oneSided fills column j by a difference upward, or downward where there is none.
func (s *Stage) oneSided(j int, rate float64, x []float64, f func(x, fx []float64)) bool {
	v := x[j]
	h := s.stride(j, v, 0x1p-26) // the square root of eps
	if !s.shifted(j, h, x, s.up, f) {
		if h = -h; v+h < s.lower[j] || !s.shifted(j, h, x, s.up, f) {
			return false
		}
	}
	h = v + h - v
	s.column(j, rate, v, func(i int) float64 { return (s.up[i] - s.fx[i]) / h })
	return true
}

// central fills column j by central differences; next to a bound by one-sided ones of second order.
func (s *Stage) central(j int, rate float64, x []float64, f func(x, fx []float64)) bool {
	v := x[j]
	h := s.stride(j, v, 0x1p-17) // near its cube root
	h = v + h - v
	if !s.shifted(j, h, x, s.up, f) {
		return false
	}
	if v-h >= s.lower[j] && s.shifted(j, -h, x, s.dn, f) {
		s.column(j, rate, v, func(i int) float64 { return (s.up[i] - s.dn[i]) / (2 * h) })
		return true
	}
	if !s.shifted(j, 2*h, x, s.dn, f) {
		return false
	}
	s.column(j, rate, v, func(i int) float64 { return (4*(s.up[i]-s.fx[i]) - (s.dn[i] - s.fx[i])) / (2 * h) })
	return true
}

// stride is the difference step of unknown j at v.
func (s *Stage) stride(j int, v, share float64) float64 {
	if s.lower[j] >= 0 {
		return max(share*math.Abs(v), shortest*s.scale[j])
	}
	return share * max(math.Abs(v), s.scale[j])
}

// shifted writes f with unknown j moved by h, and says whether it is finite.
func (s *Stage) shifted(j int, h float64, x, fx []float64, f func(x, fx []float64)) bool {
	v := x[j]
	x[j] = v + h
	f(x, fx)
	x[j] = v
	return finite(fx)
}

// column fills column j of the Jacobian from ∂f_i/∂x_j.
func (s *Stage) column(j int, rate, v float64, slope func(i int) float64) {
	s.size[j] = max(math.Abs(v), s.scale[j])
	for i := range s.n {
		a := -slope(i)
		if i == j && i < s.states {
			a += rate
		}
		s.jac[i*s.n+j] = a * s.size[j]
	}
}

// freeze makes the equation of each free state that it stays, if they are held.
func (s *Stage) freeze() {
	if !s.held {
		return
	}
	for _, i := range s.Free {
		clear(s.jac[i*s.n : (i+1)*s.n])
		s.jac[i*s.n+i] = s.size[i]
	}
}
