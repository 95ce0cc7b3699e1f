package solve

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

// Rosenbrock's valley as a system; the solution is (1, 1).
func rosenbrock(x, r []float64) bool {
	r[0], r[1] = 10*(x[1]-x[0]*x[0]), 1-x[0]
	return true
}

func rosenbrockJac(x, j []float64) {
	j[0], j[1], j[2] = -20*x[0], 10, -1
}

// Broyden's tridiagonal system.
func broyden(x, r []float64) bool {
	n := len(x)
	for i := range x {
		r[i] = (3-2*x[i])*x[i] + 1
		if i > 0 {
			r[i] -= x[i-1]
		}
		if i < n-1 {
			r[i] -= 2 * x[i+1]
		}
	}
	return true
}

func broydenJac(x, j []float64) {
	n := len(x)
	for i := range x {
		j[i*n+i] = 3 - 4*x[i]
		if i > 0 {
			j[i*n+i-1] = -1
		}
		if i < n-1 {
			j[i*n+i+1] = -2
		}
	}
}

func TestNewtonKnown(t *testing.T) {
	x := []float64{-1.2, 1}
	o := NewNewton(2).Solve(x, 1e-12, rosenbrock, rosenbrockJac)
	if !o.Converged || o.Reason != nil || o.Iterations > 20 {
		t.Errorf("rosenbrock: %+v", o)
	}
	near(t, "x0", x[0], 1, 1e-14)
	near(t, "x1", x[1], 1, 1e-14)

	for _, n := range []int{6, 22, 60} {
		x := make([]float64, n)
		for i := range x {
			x[i] = -1
		}
		o := NewNewton(n).Solve(x, 1e-10, broyden, broydenJac)
		if !o.Converged || o.Iterations > 7 {
			t.Errorf("broyden %d: %+v", n, o)
		}
		if o.Residual > 1e-13 {
			t.Errorf("broyden %d: residual %g, not polished", n, o.Residual)
		}
		again := append([]float64(nil), x...)
		if o := NewNewton(n).Solve(again, 1e-10, broyden, broydenJac); o.Iterations != 0 || again[0] != x[0] {
			t.Errorf("broyden %d: a solved start was moved: %+v", n, o)
		}
	}
}

// ln x = -3 from x = 50: the full step is far below zero.
func TestNewtonDomain(t *testing.T) {
	f := func(x, r []float64) bool {
		if x[0] <= 0 {
			return false
		}
		r[0] = math.Log(x[0]) + 3
		return true
	}
	jac := func(x, j []float64) { j[0] = 1 / x[0] }
	x := []float64{50}
	if o := NewNewton(1).Solve(x, 1e-12, f, jac); !o.Converged {
		t.Errorf("%+v", o)
	}
	near(t, "x", x[0], math.Exp(-3), 1e-13)

	x[0] = -1
	if o := NewNewton(1).Solve(x, 1e-12, f, jac); o.Converged || !errors.Is(o.Reason, ErrDomain) || o.Worst != -1 {
		t.Errorf("start outside: %+v", o)
	}
	x[0] = 50
	nan := func(x, r []float64) bool { r[0] = math.Log(x[0]) + 3; return true } // NaN says the same as false
	if o := NewNewton(1).Solve(x, 1e-12, nan, jac); !o.Converged {
		t.Errorf("NaN: %+v", o)
	}
}

func TestNewtonMaxStep(t *testing.T) {
	s := NewNewton(2)
	s.MaxStep = []float64{0.25, math.Inf(1)}
	last := []float64{-1.2, 1}
	x := []float64{-1.2, 1}
	jac := func(x, j []float64) {
		if d := math.Abs(x[0] - last[0]); d > 0.25*(1+1e-12) {
			t.Errorf("a step of %g", d)
		}
		copy(last, x)
		rosenbrockJac(x, j)
	}
	if o := s.Solve(x, 1e-12, rosenbrock, jac); !o.Converged || o.Iterations < 9 {
		t.Errorf("%+v", o)
	}
}

func TestNewtonFails(t *testing.T) {
	parabola := func(x, r []float64) bool { r[0] = x[0]*x[0] + 1; return true }
	slope := func(x, j []float64) { j[0] = 2 * x[0] }
	x := []float64{3}
	o := NewNewton(1).Solve(x, 1e-9, parabola, slope)
	var singular *Singular
	if o.Converged || !(errors.Is(o.Reason, ErrStalled) || errors.As(o.Reason, &singular)) || o.Residual < 1 || o.Residual > 1.1 {
		t.Errorf("no root: %+v", o)
	}
	x[0] = 0
	if o := NewNewton(1).Solve(x, 1e-9, parabola, slope); !errors.As(o.Reason, &singular) || singular.Pivot != 0 {
		t.Errorf("zero slope: %+v", o)
	}
	s := NewNewton(2)
	s.MaxIter = 1
	if o := s.Solve([]float64{-1.2, 1}, 1e-12, rosenbrock, rosenbrockJac); !errors.Is(o.Reason, ErrIterations) || o.Iterations != 1 {
		t.Errorf("one step: %+v", o)
	}
}

func TestNewtonLU(t *testing.T) {
	s := NewNewton(2)
	x := []float64{1 + 1e-9, 1}
	s.Solve(x, 1e-12, rosenbrock, rosenbrockJac)
	b := []float64{0, -1} // J·d = b with J at (1, 1)
	s.LU().Solve(b)
	near(t, "d0", b[0], 1, 1e-8)
	near(t, "d1", b[1], 2, 1e-8)
}

func TestNewtonAllocs(t *testing.T) {
	s, x := NewNewton(22), make([]float64, 22)
	if got := testing.AllocsPerRun(10, func() {
		for i := range x {
			x[i] = -1
		}
		s.Solve(x, 1e-10, broyden, broydenJac)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkNewton(b *testing.B) {
	for _, n := range []int{6, 22, 60} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, x := NewNewton(n), make([]float64, n)
			b.ReportAllocs()
			for b.Loop() {
				for i := range x {
					x[i] = -1
				}
				if o := s.Solve(x, 1e-10, broyden, broydenJac); !o.Converged {
					b.Fatal(o)
				}
			}
		})
	}
}

func ExampleNewton() {
	circle := func(x, r []float64) bool {
		r[0], r[1] = x[0]*x[0]+x[1]*x[1]-25, x[0]-0.75*x[1]
		return true
	}
	jac := func(x, j []float64) { j[0], j[1], j[2], j[3] = 2*x[0], 2*x[1], 1, -0.75 }
	x := []float64{1, 1}
	o := NewNewton(2).Solve(x, 1e-12, circle, jac)
	fmt.Printf("%.6f %t\n", x, o.Converged)
	// Output: [3.000000 4.000000] true
}
