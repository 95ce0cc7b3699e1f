package solve

import (
	"fmt"
	"math"
	"testing"
)

func TestRoot(t *testing.T) {
	for _, c := range []struct {
		name   string
		f      func(float64) float64
		lo, hi float64
		want   float64
		most   int // values of f
	}{
		{"square root of 2", func(x float64) float64 { return x*x - 2 }, 0, 2, math.Sqrt2, 14},
		{"reversed", func(x float64) float64 { return x*x - 2 }, 2, 0, math.Sqrt2, 14},
		{"cosine", func(x float64) float64 { return math.Cos(x) - x }, 0, 1, 0.7390851332151607, 11},
		{"tenfold root", func(x float64) float64 { return math.Pow(x-0.3, 9) }, -1, 4, 0.3, 200},
		{"step", func(x float64) float64 { return math.Copysign(1, x-0.7) }, 0, 1, 0.7, 130},
		{"pole to the left", func(x float64) float64 { return 1/x - 1e6 }, 0, 1, 1e-6, 130},
		{"pH scale", func(x float64) float64 { return x - 1e-14/x - 1e-3 }, 1e-14, 1, 1e-3 + 1e-11, 130},
		{"at lo", func(x float64) float64 { return x }, 0, 1, 0, 2},
		{"at hi", func(x float64) float64 { return x - 1 }, 0, 1, 1, 2},
		{"huge", func(x float64) float64 { return x - 1 }, -1e308, 1.5e308, 1, 2000},
	} {
		calls := 0
		x, ok := Root(func(x float64) float64 { calls++; return c.f(x) }, c.lo, c.hi, 1e-14)
		if !ok {
			t.Errorf("%s: not found", c.name)
		}
		if math.Abs(x-c.want) > 1.1e-14+4*eps*math.Abs(c.want) {
			t.Errorf("%s: %.17g, want %.17g", c.name, x, c.want)
		}
		if calls > c.most {
			t.Errorf("%s: %d values, want at most %d", c.name, calls, c.most)
		}
	}
}

func TestRootRefuses(t *testing.T) {
	for name, f := range map[string]func(float64) float64{
		"no change of sign": func(x float64) float64 { return x*x + 1 },
		"NaN at an end":     func(x float64) float64 { return math.Log(x - 0.5) },
		"NaN inside": func(x float64) float64 {
			if x > -1 && x < 1 {
				return math.NaN()
			}
			return x
		},
	} {
		if x, ok := Root(f, -1, 1, 1e-9); ok || !math.IsNaN(x) {
			t.Errorf("%s: %g, %t", name, x, ok)
		}
	}
}

// Whatever the bracket, what is found is a change of sign within the tolerance.
func FuzzRoot(f *testing.F) {
	f.Add(-3.0, 5.0, 1.0)
	f.Add(1e-300, 1e300, 7.0)
	f.Fuzz(func(t *testing.T, lo, hi, at float64) {
		g := func(x float64) float64 { return math.Atan(x-at) + 1e-3*math.Tanh(1e3*(x-at)) }
		x, ok := Root(g, lo, hi, 1e-9)
		if !ok {
			if (at-lo)*(hi-at) > 0 && math.Abs(hi-lo) < 1e300 {
				t.Fatalf("root %g between %g and %g not found", at, lo, hi)
			}
			return
		}
		if d := math.Abs(x - at); d > 1e-9+8*eps*math.Abs(at) {
			t.Fatalf("root %g between %g and %g: %g", at, lo, hi, x)
		}
	})
}

func TestRootAllocs(t *testing.T) {
	c := 2.0
	if got := testing.AllocsPerRun(10, func() { Root(func(x float64) float64 { return x*x - c }, 0, 2, 1e-12) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func ExampleRoot() {
	x, ok := Root(func(x float64) float64 { return x*x*x - 2*x - 5 }, 2, 3, 1e-12)
	fmt.Printf("%.9f %t\n", x, ok)
	// Output: 2.094551482 true
}
