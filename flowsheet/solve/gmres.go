package solve

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// GMRES solves A·x = b with products A·v alone, in at most m of them and without restart.
//
// Modified Gram–Schmidt, repeated when cancellation asks for it, and Givens rotations: Saad and Schultz, SIAM J. Sci.
// Stat. Comput. 7 (1986) 856, doi:10.1137/0907058.
type GMRES struct {
	n, m   int       // unknowns of the present system; most products
	size   int       // most unknowns
	v      []float64 // m+1 orthonormal vectors
	h      []float64 // column k at k·(m+1): the triangle after rotation
	cs, sn []float64
	g, y   []float64
}

// NewGMRES makes a solver for up to n unknowns and at most m products; more than n are never needed.
func NewGMRES(n, m int) *GMRES {
	m = min(m, n)
	return &GMRES{size: n, m: m, v: make([]float64, (m+1)*n), h: make([]float64, m*(m+1)),
		cs: make([]float64, m), sn: make([]float64, m), g: make([]float64, m+1), y: make([]float64, m)}
}

// Solve writes to x the point that, from the start 0, has the least residual in the space of iters products, and gives
// that residual relative to b. It ends at relres ≤ tol or after m products: whether a relres above tol is of use (an
// inexact Newton step is) the caller decides.
//
// mul writes A·v to out and keeps neither slice. Its error ends the solve, as does a product that is not finite; x is then
// zero. ErrBreakdown says that no larger space would lower relres; x is the best there is.
func (s *GMRES) Solve(mul func(v, out []float64) error, b, x []float64, tol float64) (relres float64, iters int, err error) {
	n := len(b)
	mustLen("b", min(n, s.size), n)
	s.n = n
	mustLen("x", len(x), n)
	clear(x)
	beta := floats.Norm(b, 2)
	if beta == 0 {
		return 0, 0, nil
	}
	if beta-beta != 0 {
		return 1, 0, fmt.Errorf("right-hand side: %w", ErrDomain)
	}
	for i, v := range b {
		s.v[i] = v / beta
	}
	clear(s.g)
	s.g[0] = 1
	k, last := 0, false
	for k < s.m && !last && math.Abs(s.g[k]) > tol {
		w := s.v[(k+1)*n : (k+2)*n]
		if err := mul(s.v[k*n:(k+1)*n], w); err != nil {
			return 1, k, fmt.Errorf("product %d: %w", k+1, err)
		}
		if !finite(w) {
			return 1, k, fmt.Errorf("product %d: %w", k+1, ErrDomain)
		}
		size := floats.Norm(w, 2)
		last = s.orthogonalise(k, size)
		if !s.rotate(k, 16*eps*size) {
			err, iters = ErrBreakdown, k+1
			break
		}
		k++
	}
	s.combine(k, beta, x)
	return math.Abs(s.g[k]), max(iters, k), err
}

// orthogonalise makes vector k+1 orthonormal to those before and fills column k; true says nothing of it was left.
func (s *GMRES) orthogonalise(k int, size float64) (last bool) {
	n := s.n
	h := s.h[k*(s.m+1) : (k+1)*(s.m+1)]
	clear(h)
	w := s.v[(k+1)*n : (k+2)*n]
	before, after := 0.0, size
	for pass := 0; pass < 2 && (pass == 0 || after < 0.7*before); pass++ {
		before = after
		for j := 0; j <= k; j++ {
			v := s.v[j*n : (j+1)*n]
			c := floats.Dot(v, w)
			h[j] += c
			floats.AddScaled(w, -c, v)
		}
		after = floats.Norm(w, 2)
	}
	if after <= 16*eps*size {
		return true
	}
	h[k+1] = after
	for i := range w {
		w[i] /= after
	}
	return false
}

// rotate brings column k to triangular form, unless its pivot is no larger than least.
func (s *GMRES) rotate(k int, least float64) bool {
	h := s.h[k*(s.m+1) : (k+1)*(s.m+1)]
	for j := range k {
		h[j], h[j+1] = s.cs[j]*h[j]+s.sn[j]*h[j+1], s.cs[j]*h[j+1]-s.sn[j]*h[j]
	}
	pivot := math.Hypot(h[k], h[k+1])
	if pivot <= least {
		return false
	}
	s.cs[k], s.sn[k] = h[k]/pivot, h[k+1]/pivot
	h[k], h[k+1] = pivot, 0
	s.g[k], s.g[k+1] = s.cs[k]*s.g[k], -s.sn[k]*s.g[k]
	return true
}

// combine solves the k×k triangle and adds up the vectors.
func (s *GMRES) combine(k int, beta float64, x []float64) {
	for i := k - 1; i >= 0; i-- {
		t := s.g[i]
		for j := i + 1; j < k; j++ {
			t -= s.h[j*(s.m+1)+i] * s.y[j]
		}
		s.y[i] = t / s.h[i*(s.m+1)+i]
	}
	for j := range k {
		floats.AddScaled(x, beta*s.y[j], s.v[j*s.n:(j+1)*s.n])
	}
}
