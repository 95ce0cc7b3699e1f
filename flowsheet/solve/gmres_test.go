package solve

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

func product(a []float64, n int) func(v, out []float64) error {
	return func(v, out []float64) error {
		for i := range out {
			out[i] = floats.Dot(a[i*n:(i+1)*n], v)
		}
		return nil
	}
}

func TestGMRESAgainstGonum(t *testing.T) {
	for _, n := range []int{1, 2, 6, 22, 60} {
		a, b, x := random(n*n, uint64(n)), random(n, uint64(n+50)), make([]float64, n)
		rel, iters, err := NewGMRES(n, n+5).Solve(product(a, n), b, x, 1e-13)
		if err != nil || rel > 1e-12 || iters > n {
			t.Fatalf("n %d: %g after %d, %v", n, rel, iters, err)
		}
		var want mat.VecDense
		if err := want.SolveVec(mat.NewDense(n, n, a), mat.NewVecDense(n, b)); err != nil {
			t.Fatal(err)
		}
		for i := range x {
			near(t, fmt.Sprintf("n %d, x[%d]", n, i), x[i], want.AtVec(i), 1e-8)
		}
	}
}

// What it reports is the true residual, also when it stops early.
func TestGMRESResidual(t *testing.T) {
	const n = 40
	a, b := random(n*n, 3), random(n, 4)
	for i := range n {
		a[i*n+i] += 12
	}
	x, r := make([]float64, n), make([]float64, n)
	mul := product(a, n)
	for m := 1; m < 30; m += 4 {
		rel, iters, err := NewGMRES(n, m).Solve(mul, b, x, 1e-15)
		if err != nil || iters != m {
			t.Fatalf("%d: %d, %v", m, iters, err)
		}
		if err := mul(x, r); err != nil {
			t.Fatal(err)
		}
		near(t, "residual", floats.Distance(r, b, 2)/floats.Norm(b, 2), rel, 1e-12)
	}
}

// I + a rank-two matrix needs three products; the identity one.
func TestGMRESHappy(t *testing.T) {
	const n = 50
	u, w, b, x := random(n, 1), random(n, 2), random(n, 3), make([]float64, n)
	mul := func(v, out []float64) error {
		copy(out, v)
		floats.AddScaled(out, floats.Dot(u, v), w)
		floats.AddScaled(out, floats.Dot(w, v), u)
		return nil
	}
	if rel, iters, err := NewGMRES(n, 20).Solve(mul, b, x, 0); err != nil || rel > 1e-14 || iters > 4 {
		t.Errorf("rank two: %g after %d, %v", rel, iters, err)
	}
	one := func(v, out []float64) error { copy(out, v); return nil }
	if rel, iters, err := NewGMRES(n, 20).Solve(one, b, x, 1e-14); err != nil || rel > 1e-15 || iters != 1 {
		t.Errorf("identity: %g after %d, %v", rel, iters, err)
	}
	near(t, "x", floats.Distance(x, b, math.Inf(1)), 0, 1e-14)
}

func TestGMRESBreakdown(t *testing.T) {
	x := []float64{7, 7, 7}
	s := NewGMRES(3, 3)
	none := func(v, out []float64) error { t.Error("product for a zero right-hand side"); return nil }
	if rel, iters, err := s.Solve(none, make([]float64, 3), x, 1e-9); rel != 0 || iters != 0 || err != nil || x[0] != 0 {
		t.Errorf("zero: %g after %d, %v, x %v", rel, iters, err, x)
	}
	zero := func(v, out []float64) error { clear(out); return nil }
	if rel, iters, err := s.Solve(zero, []float64{1, 2, 3}, x, 1e-9); rel != 1 || iters != 1 || !errors.Is(err, ErrBreakdown) {
		t.Errorf("zero matrix: %g after %d, %v", rel, iters, err)
	}
	project := product([]float64{1, 0, 0, 0, 1, 0, 0, 0, 0}, 3) // the third equation cannot be met
	rel, _, err := s.Solve(project, []float64{3, 0, 4}, x, 1e-9)
	if !errors.Is(err, ErrBreakdown) {
		t.Errorf("projection: %g, %v", rel, err)
	}
	near(t, "projection: residual", rel, 0.8, 1e-14)
	near(t, "projection: x", x[0], 3, 1e-14)
	if rel, _, err := s.Solve(project, []float64{3, 5, 0}, x, 1e-12); err != nil || rel > 1e-14 { // singular, but solvable
		t.Errorf("solvable: %g, %v", rel, err)
	}
	ouch := errors.New("ouch")
	if _, _, err := s.Solve(func(v, out []float64) error { return ouch }, []float64{1, 0, 0}, x, 1e-9); !errors.Is(err, ouch) {
		t.Errorf("mul's error: %v", err)
	}
	nan := func(v, out []float64) error { copy(out, v); out[1] = math.NaN(); return nil }
	if _, _, err := s.Solve(nan, []float64{1, 0, 0}, x, 1e-9); !errors.Is(err, ErrDomain) || x[0] != 0 {
		t.Errorf("NaN: %v, %v", err, x)
	}
	if _, _, err := s.Solve(project, []float64{1, math.Inf(1), 0}, x, 1e-9); !errors.Is(err, ErrDomain) {
		t.Errorf("infinite: %v", err)
	}
}

func TestGMRESAllocs(t *testing.T) {
	const n = 22
	a, b, x := random(n*n, 1), random(n, 2), make([]float64, n)
	s, mul := NewGMRES(n, 12), product(a, n)
	if got := testing.AllocsPerRun(10, func() {
		if _, _, err := s.Solve(mul, b, x, 1e-9); err != nil {
			t.Fatal(err)
		}
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkGMRES(b *testing.B) {
	for _, n := range []int{6, 22, 60} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a, r, x := random(n*n, 1), random(n, 2), make([]float64, n)
			s, mul := NewGMRES(n, 12), product(a, n)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := s.Solve(mul, r, x, 1e-9); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleGMRES() {
	mul := func(v, out []float64) error { out[0], out[1] = 2*v[0]+v[1], v[0]+3*v[1]; return nil }
	x := make([]float64, 2)
	_, iters, err := NewGMRES(2, 2).Solve(mul, []float64{5, 10}, x, 1e-12)
	fmt.Printf("%.3g after %d products, %v\n", x, iters, err)
	// Output: [1 3] after 2 products, <nil>
}
