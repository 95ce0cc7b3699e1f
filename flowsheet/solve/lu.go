package solve

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// LU holds the factors P·A = L·U of a dense n×n matrix.
//
// Pivots are chosen by size relative to the largest entry of their row, so that multiplying an equation by a constant
// changes nothing. The method is Crout's and Doolittle's; see Golub and Van Loan, Matrix Computations, section 3.4.
type LU struct {
	n     int
	a     []float64 // L below the diagonal (unit diagonal), U on and above it
	scale []float64 // 1 / largest entry of each row
	swap  []int     // row exchanged with row k in step k
	ok    bool
}

// NewLU makes room for the factors of n×n matrices.
func NewLU(n int) *LU {
	return &LU{n: n, a: make([]float64, n*n), scale: make([]float64, n), swap: make([]int, n)}
}

// Factor factors the n×n matrix a, row by row, and leaves a as it is.
//
// The error is a *Singular when a pivot is zero or is lost to cancellation (so that a matrix within rounding of a is
// singular), and wraps ErrDomain when an entry is not finite. No factors exist after an error.
func (f *LU) Factor(a []float64) error {
	n := f.n
	mustLen("matrix", len(a), n*n)
	copy(f.a, a)
	f.ok = false
	for i := range n {
		big := 0.0
		for j, v := range a[i*n : i*n+n] {
			if v-v != 0 { // NaN or Inf
				return fmt.Errorf("matrix row %d, column %d: %w", i, j, ErrDomain)
			}
			big = max(big, math.Abs(v))
		}
		if big == 0 {
			return &Singular{i}
		}
		f.scale[i] = min(1/big, math.MaxFloat64) // 1/big overflows when big is subnormal
	}
	for k := range n {
		if !f.pivot(k) {
			return &Singular{k}
		}
		f.eliminate(k)
	}
	f.ok = true
	return nil
}

// pivot brings the relatively largest entry of column k to the diagonal and says whether it is usable.
func (f *LU) pivot(k int) bool {
	n := f.n
	p, best := k, 0.0
	for i := k; i < n; i++ {
		if v := math.Abs(f.a[i*n+k]) * f.scale[i]; v > best {
			p, best = i, v
		}
	}
	f.swap[k] = p
	if p != k {
		rk, rp := f.a[k*n:k*n+n], f.a[p*n:p*n+n]
		for j, v := range rk {
			rk[j], rp[j] = rp[j], v
		}
		f.scale[k], f.scale[p] = f.scale[p], f.scale[k]
	}
	lost := 0.0 // what was subtracted to reach the pivot
	for j, l := range f.a[k*n : k*n+k] {
		lost += math.Abs(l * f.a[j*n+k])
	}
	v := math.Abs(f.a[k*n+k])
	return v > eps*float64(k)*lost && !math.IsInf(v, 0)
}

// eliminate subtracts row k from the rows below it.
func (f *LU) eliminate(k int) {
	n := f.n
	u := f.a[k*n+k+1 : k*n+n]
	d := f.a[k*n+k]
	for i := k + 1; i < n; i++ {
		row := f.a[i*n+k : i*n+n]
		if row[0] == 0 {
			continue
		}
		row[0] /= d
		subtract(row[1:], row[0], u)
	}
}

// subtract does y −= c·x.
func subtract(y []float64, c float64, x []float64) {
	if len(y) > 12 { // vector instructions pay for the call
		floats.AddScaled(y, -c, x)
		return
	}
	for j, v := range x[:len(y)] {
		y[j] -= c * v
	}
}

// Solve replaces b by the solution x of A·x = b. It panics when no factors exist.
func (f *LU) Solve(b []float64) {
	n := f.n
	mustLen("right-hand side", len(b), n)
	if !f.ok {
		panic("solve: LU.Solve without factors")
	}
	for k, p := range f.swap {
		b[k], b[p] = b[p], b[k]
	}
	for i := 1; i < n; i++ {
		b[i] -= dot(f.a[i*n:i*n+i], b[:i])
	}
	for i := n - 1; i >= 0; i-- {
		b[i] = (b[i] - dot(f.a[i*n+i+1:i*n+n], b[i+1:])) / f.a[i*n+i]
	}
}

func dot(x, y []float64) float64 {
	if len(x) > 12 {
		return floats.Dot(x, y)
	}
	s := 0.0
	for j, v := range x {
		s += v * y[j]
	}
	return s
}

func finite(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// maxAbs gives the largest magnitude and its index.
func maxAbs(x []float64) (float64, int) {
	big, at := 0.0, 0
	for i, v := range x {
		if v = math.Abs(v); v > big {
			big, at = v, i
		}
	}
	return big, at
}
