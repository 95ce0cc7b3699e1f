package solve

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats/scalar"
	"gonum.org/v1/gonum/mat"
)

func random(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	a := make([]float64, n)
	for i := range a {
		a[i] = rng.NormFloat64()
	}
	return a
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !scalar.EqualWithinAbsOrRel(got, want, tol, tol) {
		t.Errorf("%s = %.17g, want %.17g", what, got, want)
	}
}

func TestLUAgainstGonum(t *testing.T) {
	for _, n := range []int{1, 2, 3, 6, 13, 22, 60} {
		a, b := random(n*n, uint64(n)), random(n, uint64(100+n))
		for i := range n { // equations in wildly different units
			k := math.Pow(10, float64(i%7*8-24))
			for j := range n {
				a[i*n+j] *= k
			}
			b[i] *= k
		}
		keep := append([]float64(nil), a...)
		lu := NewLU(n)
		if err := lu.Factor(a); err != nil {
			t.Fatal(err)
		}
		for i := range a {
			if a[i] != keep[i] {
				t.Fatal("Factor changed its argument")
			}
		}
		// Gonum's pivoting knows no row scale: give it the equations in one unit.
		for i := range n {
			k := math.Pow(10, -float64(i%7*8-24))
			for j := range n {
				keep[i*n+j] *= k
			}
		}
		rhs := mat.NewVecDense(n, nil)
		for i := range n {
			rhs.SetVec(i, b[i]*math.Pow(10, -float64(i%7*8-24)))
		}
		var want mat.VecDense
		if err := want.SolveVec(mat.NewDense(n, n, keep), rhs); err != nil {
			t.Fatal(err)
		}
		lu.Solve(b)
		for i := range b {
			near(t, fmt.Sprintf("n %d, x[%d]", n, i), b[i], want.AtVec(i), 1e-10)
		}
	}
}

func TestLUSingular(t *testing.T) {
	for name, c := range map[string]struct {
		a     []float64
		pivot int
	}{
		"zero row":     {[]float64{1, 2, 3, 0, 0, 0, 1, 1, 1}, 1},
		"zero column":  {[]float64{1, 2, 0, 3, 1, 0, 1, 1, 0}, 2},
		"equal rows":   {[]float64{1, 2, 3, 1, 2, 3, 0, 1, 7}, 2},
		"by rounding":  {[]float64{0.1, 0.3, 0.4, 0.7, 0.9, 1.6, 0.2, 0.6, 0.8}, 2},
		"second pivot": {[]float64{1, 1, 1, 1, 1, 2, 1, 1, 3}, 1},
	} {
		lu := NewLU(3)
		err := lu.Factor(c.a)
		var s *Singular
		if !errors.As(err, &s) || s.Pivot != c.pivot {
			t.Errorf("%s: %v, want pivot %d", name, err, c.pivot)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Solve without factors did not panic", name)
				}
			}()
			lu.Solve(make([]float64, 3))
		}()
	}
	if err := NewLU(2).Factor([]float64{1, 0, math.NaN(), 1}); !errors.Is(err, ErrDomain) {
		t.Errorf("NaN: %v", err)
	}
}

// A graded matrix is not singular however small its pivots: nothing cancels.
func TestLUGraded(t *testing.T) {
	lu := NewLU(3)
	if err := lu.Factor([]float64{1, 1, 0, 0, 1e-40, 1, 0, 0, 1e-80}); err != nil {
		t.Fatal(err)
	}
	b := []float64{1, 2, 1e-80}
	lu.Solve(b)
	for i, want := range []float64{-1e40, 1e40, 1} {
		near(t, fmt.Sprintf("x[%d]", i), b[i], want, 1e-14)
	}
}

func TestLUAllocs(t *testing.T) {
	a, b, lu := random(22*22, 1), random(22, 2), NewLU(22)
	if got := testing.AllocsPerRun(10, func() {
		if err := lu.Factor(a); err != nil {
			t.Fatal(err)
		}
		lu.Solve(b)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkLU(b *testing.B) {
	for _, n := range []int{6, 22, 60} {
		a, x, lu := random(n*n, 1), random(n, 2), NewLU(n)
		b.Run(fmt.Sprintf("factor/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := lu.Factor(a); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("solve/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			y := make([]float64, n)
			for b.Loop() {
				copy(y, x)
				lu.Solve(y)
			}
		})
		b.Run(fmt.Sprintf("gonum/%d", n), func(b *testing.B) {
			m, work := mat.NewDense(n, n, a), new(mat.LU)
			for b.Loop() {
				work.Factorize(m)
			}
		})
	}
}

func ExampleLU() {
	lu := NewLU(2)
	if err := lu.Factor([]float64{2, 1, 1, 3}); err != nil {
		fmt.Println(err)
		return
	}
	b := []float64{5, 10}
	lu.Solve(b)
	fmt.Printf("%.3g\n", b)
	// Output: [1 3]
}
