package solve

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

const (
	keep   = 0.1  // share of the distance to its bound that a mixed component keeps when mixing would cross it
	narrow = 1e-8 // a difference of which less than this share is new says nothing new
)

// Anderson speeds up the fixed-point iteration x ← G(x). With f = G(x) − x and the last m differences Δf, ΔG,
//
//	x ← G(x) − Σ γ_k ΔG_k,   γ = argmin ‖f − Σ γ_k Δf_k‖
//
// (Walker and Ni, SIAM J. Numer. Anal. 49 (2011) 1715, doi:10.1137/10078356X; type II, no damping). The least squares is a
// QR from the newest difference to the oldest; one that depends on newer ones, or that is rounding noise, is left out, and
// with none left the step is the plain one. G must be a contraction or close to one: an unknown of arbitrary gain, such as
// a manipulated variable, does not belong here.
//
// Whether the iteration makes progress is for the caller to watch.
type Anderson struct {
	// Scale is the size of each component in the least squares; nil is 1. Without it the largest components alone decide
	// how the small ones are mixed. It may change after a Reset.
	Scale []float64

	n, m         int
	stored, next int       // differences held; where the next one goes
	begun        bool      // f0 and g0 are set
	f0, g0       []float64 // f and G of the call before
	df, dg       []float64 // ring of m differences
	f            []float64
	rhs          []float64
	q, r         []float64 // orthonormal columns; the triangle, r[i·m+k] of column k
	kept         []int     // the ring index of each column of q
	gamma        []float64
}

// NewAnderson makes an accelerator for n components that remembers m differences; 5 is a good number.
func NewAnderson(n, m int) *Anderson {
	w := make([]float64, 4*n)
	return &Anderson{n: n, m: m, f0: w[:n:n], g0: w[n : 2*n : 2*n], f: w[2*n : 3*n : 3*n], rhs: w[3*n:],
		df: make([]float64, m*n), dg: make([]float64, m*n), q: make([]float64, m*n), r: make([]float64, m*m),
		kept: make([]int, 0, m), gamma: make([]float64, m)}
}

// Reset forgets the history: the next step is the plain one.
func (s *Anderson) Reset() { s.stored, s.next, s.begun = 0, 0, false }

// Next replaces x by the next iterate, given g = G(x). lower holds a bound for each component, -Inf for none; nil is none.
//
// A component that would come to or below its bound keeps a tenth of its distance instead; if it has none, it takes
// g where that is above the bound, and stays on the bound otherwise. A g that is not finite comes through as it is, into x.
func (s *Anderson) Next(x, g, lower []float64) {
	mustLen("x", len(x), s.n)
	mustLen("g", len(g), s.n)
	if s.Scale != nil {
		mustLen("Scale", len(s.Scale), s.n)
	}
	if lower != nil {
		mustLen("lower", len(lower), s.n)
	}
	floats.SubTo(s.f, g, x)
	if !finite(s.f) {
		s.Reset()
		copy(x, g)
		return
	}
	if s.begun && s.m > 0 {
		at := s.next * s.n
		floats.SubTo(s.df[at:at+s.n], s.f, s.f0)
		floats.SubTo(s.dg[at:at+s.n], g, s.g0)
		s.next = (s.next + 1) % s.m
		s.stored = min(s.stored+1, s.m)
	}
	s.begun = true
	copy(s.f0, s.f)
	copy(s.g0, g)
	s.mix()
	for i, gi := range g {
		t := gi
		for k, at := range s.kept {
			t -= s.gamma[k] * s.dg[at*s.n+i]
		}
		if t-t != 0 {
			t = gi
		}
		if lower != nil && t <= lower[i] {
			switch lo := lower[i]; {
			case x[i] > lo:
				t = lo + keep*(x[i]-lo)
			case gi > lo:
				t = gi
			default:
				t = lo
			}
		}
		x[i] = t
	}
}

// mix finds gamma for the differences it keeps.
func (s *Anderson) mix() {
	s.kept = s.kept[:0]
	s.weigh(s.rhs, s.g0)
	noise := 8 * eps * floats.Norm(s.rhs, 2) // f is a difference of numbers of the size of g
	s.weigh(s.rhs, s.f)
	for age := 1; age <= s.stored; age++ {
		at := (s.next - age + s.m) % s.m
		k := len(s.kept)
		w := s.q[k*s.n : (k+1)*s.n]
		s.weigh(w, s.df[at*s.n:(at+1)*s.n])
		size := floats.Norm(w, 2)
		for i := range k {
			s.r[i*s.m+k] = 0
		}
		for range 2 {
			for i := range k {
				v := s.q[i*s.n : (i+1)*s.n]
				c := floats.Dot(v, w)
				s.r[i*s.m+k] += c
				floats.AddScaled(w, -c, v)
			}
		}
		left := floats.Norm(w, 2)
		if !(left > max(narrow*size, noise)) || math.IsInf(size, 0) {
			continue
		}
		for i := range w {
			w[i] /= left
		}
		s.r[k*s.m+k] = left
		s.kept = append(s.kept, at)
		s.gamma[k] = floats.Dot(w, s.rhs)
		floats.AddScaled(s.rhs, -s.gamma[k], w)
	}
	for k := len(s.kept) - 1; k >= 0; k-- {
		for j := k + 1; j < len(s.kept); j++ {
			s.gamma[k] -= s.r[k*s.m+j] * s.gamma[j]
		}
		s.gamma[k] /= s.r[k*s.m+k]
	}
}

// weigh writes v in units of Scale.
func (s *Anderson) weigh(dst, v []float64) {
	copy(dst, v)
	if s.Scale != nil {
		floats.Div(dst, s.Scale)
	}
}
