package solve

import (
	"fmt"
	"math"
)

// SDIRK integrates  dx/dt = f(t, x)  by the singly diagonally implicit Runge–Kutta method of order 4 with an embedded one of order
// 3: five stages X_i, all of the form that a Stage or a unit solves,
//
//	rate·(X_i − prev_i) = f(t + c_i h, X_i)        rate = 1/(γ h), γ = 1/4        prev_i = x + h Σ_j<i a_ij k_j
//	k_i = rate·(X_i − prev_i)                      x(t + h) = X_5                  error = h Σ_i e_i k_i
//
// It is L-stable and stiffly accurate: what has settled stays settled however long the step, and whatever else the stage solver
// finds (algebraic unknowns, outflows) belongs to x(t + h) when the step ends. Between the ends of steps there is no output: a caller
// lets steps end where it wants one.
// Source: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed. (Springer 1996), section IV.6, table 6.5.
type SDIRK struct {
	Rel   float64   // relative error allowed in a step; NewSDIRK sets 1e-6
	Floor []float64 // size (> 0) below which an x_i counts as that; NewSDIRK sets 1e-12

	k       [sdirkStages][]float64
	prev, x []float64
}

const (
	sdirkStages = 5
	sdirkGamma  = 0.25
)

// Steps grow and shrink within these factors; after a rejected step they do not grow.
const (
	sdirkSafety = 0.9
	sdirkShrink = 0.2
	sdirkGrow   = 5.0
)

// sdirk holds the coefficients: a with the diagonal left out, nodes c, and weights of the error e.
var sdirk = struct {
	a [sdirkStages][sdirkStages - 1]float64
	c [sdirkStages]float64
	e [sdirkStages]float64
}{
	a: [sdirkStages][sdirkStages - 1]float64{
		{},
		{1. / 2},
		{17. / 50, -1. / 25},
		{371. / 1360, -137. / 2720, 15. / 544},
		{25. / 24, -49. / 48, 125. / 16, -85. / 12},
	},
	c: [sdirkStages]float64{1. / 4, 3. / 4, 11. / 20, 1. / 2, 1},
	e: [sdirkStages]float64{-3. / 16, -27. / 32, 25. / 32, 0, 1. / 4},
}

// SDIRKWeights are the weights b_i of the stages: over a step ∫ q dt = h Σ_i b_i q(X_i) to order 4, and exactly so for x itself.
func SDIRKWeights() [sdirkStages]float64 {
	var b [sdirkStages]float64
	copy(b[:], sdirk.a[sdirkStages-1][:])
	b[sdirkStages-1] = sdirkGamma
	return b
}

// NewSDIRK makes an integrator of n states.
func NewSDIRK(n int) *SDIRK {
	s := &SDIRK{Rel: 1e-6}
	for _, v := range []*[]float64{&s.prev, &s.x, &s.Floor} {
		*v = make([]float64, n)
	}
	for i := range s.k {
		s.k[i] = make([]float64, n)
	}
	for i := range s.Floor {
		s.Floor[i] = 1e-12
	}
	return s
}

// Step takes one step of length h from x at t. stage solves rate·(x − prev) = f(t, x) for stage i (from 0), x being its start
// value. On success x is that of t + h, and err the error of the step over what is allowed: above 1 the caller restores x and tries
// again with the step that Next gives. An error of stage ends the step; x is then the last stage tried.
func (s *SDIRK) Step(t, h float64, x []float64, stage func(i int, t, rate float64, prev, x []float64) error) (err float64, failed error) {
	mustLen("x", len(x), len(s.x))
	copy(s.x, x)
	rate := 1 / (sdirkGamma * h)
	for i := range s.k {
		copy(s.prev, s.x)
		for j, a := range sdirk.a[i][:min(i, sdirkStages-1)] {
			for n, k := range s.k[j] {
				s.prev[n] += h * a * k
			}
		}
		if failed := stage(i, t+sdirk.c[i]*h, rate, s.prev, x); failed != nil {
			return 0, fmt.Errorf("stage %d of a step of %.3g s: %w", i+1, h, failed)
		}
		for n, v := range x {
			s.k[i][n] = rate * (v - s.prev[n])
		}
	}
	for n, v := range x {
		off := 0.0
		for i, e := range sdirk.e {
			off += e * s.k[i][n]
		}
		size := math.Max(s.Floor[n], math.Max(math.Abs(v), math.Abs(s.x[n])))
		err = math.Max(err, math.Abs(h*off)/(s.Rel*size))
	}
	return err, nil
}

// Next is the step to try after one of length h whose error was err times what is allowed.
func (s *SDIRK) Next(h, err float64) float64 {
	factor := sdirkGrow
	if err > 0 {
		factor = sdirkSafety * math.Pow(err, -0.25)
	}
	if math.IsNaN(err) {
		factor = sdirkShrink
	}
	return h * math.Min(sdirkGrow, math.Max(sdirkShrink, factor))
}
