package solve

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// passes iterates x ← G(x) until every |G − x| ≤ tol·scale, and counts the values of G.
func passes(s *Anderson, x, lower []float64, tol float64, most int, g func(x, g []float64)) int {
	gx := make([]float64, len(x))
	for k := 1; ; k++ {
		g(x, gx)
		worst := 0.0
		for i, v := range gx {
			size := 1.0
			if s.Scale != nil {
				size = s.Scale[i]
			}
			worst = math.Max(worst, math.Abs(v-x[i])/size)
		}
		if worst <= tol || k == most {
			return k
		}
		s.Next(x, gx, lower)
	}
}

// A loop of which only 1 % is bled: the plain iteration needs 2300 passes to 1e-10.
func TestAndersonBleed(t *testing.T) {
	const n = 8
	gain := []float64{0.99, 0.98, 0.95, 0.9, 0.6, 0.3, 0.1, 0}
	feed := []float64{1, 2, 0.5, 3, 1, 1, 2, 4}
	g := func(x, g []float64) {
		for i := range g {
			g[i] = feed[i] + gain[i]*x[i]
			if i > 0 {
				g[i] += 0.02 * x[i-1] // one thing drags the next along
			}
		}
	}
	lower := make([]float64, n)
	x := make([]float64, n)
	k := passes(NewAnderson(n, 5), x, lower, 1e-10, 3000, g)
	if k > 60 {
		t.Errorf("%d passes", k)
	}
	want := 0.0
	for i := range x {
		want = (feed[i] + 0.02*want) / (1 - gain[i])
		if i == 0 {
			want = feed[0] / (1 - gain[0])
		}
		near(t, fmt.Sprintf("x[%d]", i), x[i], want, 1e-7)
	}
}

// Linear and as many differences as components: exact after n + 1 steps, as GMRES would be.
func TestAndersonLinear(t *testing.T) {
	const n = 4
	a := random(n*n, 9)
	floats.Scale(0.2, a)
	b := random(n, 10)
	g := func(x, g []float64) {
		for i := range g {
			g[i] = b[i] + floats.Dot(a[i*n:(i+1)*n], x)
		}
	}
	x := make([]float64, n)
	if k := passes(NewAnderson(n, n), x, nil, 1e-11, 50, g); k > n+2 {
		t.Errorf("%d passes", k)
	}
}

// One component: Anderson is the secant method, whatever the unit of x.
func TestAndersonScalar(t *testing.T) {
	for _, unit := range []float64{1e-20, 1, 1e20} {
		s := NewAnderson(1, 3)
		s.Scale = []float64{unit}
		x := []float64{unit}
		k := passes(s, x, nil, 1e-14, 100, func(x, g []float64) { g[0] = unit * math.Cos(x[0]/unit) })
		if k > 9 {
			t.Errorf("unit %g: %d passes", unit, k)
		}
		near(t, "x", x[0]/unit, 0.7390851332151607, 1e-13)
	}
}

// Traces count as much as the bulk when Scale says so.
func TestAndersonScale(t *testing.T) {
	size := []float64{1e3, 1e-9}
	g := func(x, g []float64) {
		g[0] = size[0] * (1 + 0.3*math.Sin(x[0]/size[0]))
		g[1] = size[1] * (1 + 0.97*math.Sin(x[1]/size[1]) + 0.05*x[0]/size[0])
	}
	count := func(scale []float64) int {
		s := NewAnderson(2, 2)
		s.Scale = scale
		x := []float64{1e3, 1e-9}
		gx := make([]float64, 2)
		for k := 1; k < 500; k++ {
			g(x, gx)
			if math.Abs(gx[0]-x[0]) < 1e-12*size[0] && math.Abs(gx[1]-x[1]) < 1e-12*size[1] {
				return k
			}
			s.Next(x, gx, nil)
		}
		return 500
	}
	with, without := count(size), count(nil)
	if with > 14 || without <= with {
		t.Errorf("%d passes with Scale, %d without", with, without)
	}
}

func TestAndersonBound(t *testing.T) {
	s := NewAnderson(3, 2)
	lower := []float64{0, 0, math.Inf(-1)}
	x := []float64{10, 0, 10}
	s.Next(x, []float64{9, 0, 9}, lower) // plain
	if x[0] != 9 || x[1] != 0 || x[2] != 9 {
		t.Fatalf("first step %v", x)
	}
	s.Next(x, []float64{8.1, 0, 8.1}, lower) // the secant goes to 0, a fixed point on the bound
	if math.Abs(x[0]-0.9) > 1e-12 || x[1] != 0 || math.Abs(x[2]) > 1e-12 {
		t.Errorf("second step %v, want [0.9 0 0]", x)
	}
	s.Reset()
	x = []float64{5, 0, 1}
	s.Next(x, []float64{-1, 2, -1}, lower)
	if x[0] != 0.5 || x[1] != 2 || x[2] != -1 {
		t.Errorf("after Reset %v, want [0.5 2 -1]", x)
	}
	s.Reset()
	x = []float64{2, 0}
	s = NewAnderson(2, 2)
	s.Next(x, []float64{1, 1}, lower[:2])
	x[1] = 0 // back on its bound
	s.Next(x, []float64{0.9, 3}, lower[:2])
	if x[1] < 0 {
		t.Errorf("%v", x)
	}
}

// Differences that repeat or are rounding noise are left out; with all left out the step is plain.
func TestAndersonDegenerate(t *testing.T) {
	s := NewAnderson(2, 3)
	x := []float64{1, 1}
	for range 4 { // the same f each time: no difference at all
		g := []float64{x[0] + 1, x[1] + 2}
		want := append([]float64(nil), g...)
		s.Next(x, g, nil)
		if x[0] != want[0] || x[1] != want[1] {
			t.Fatalf("%v, want %v", x, want)
		}
	}
	s.Reset()
	x = []float64{1, 1} // differences along one line only
	for k := range 6 {
		s.Next(x, []float64{0.5*x[0] + 1, 0.5*x[1] + 1}, nil)
		if k > 0 && (math.Abs(x[0]-2) > 1e-12 || math.Abs(x[1]-2) > 1e-12) {
			t.Fatalf("pass %d: %v", k, x)
		}
	}
	s.Next(x, []float64{math.NaN(), 3}, nil)
	if !math.IsNaN(x[0]) || x[1] != 3 {
		t.Errorf("NaN was hidden: %v", x)
	}
	x = []float64{1, 1}
	s.Next(x, []float64{4, 5}, nil)
	if x[0] != 4 || x[1] != 5 {
		t.Errorf("NaN stayed in the history: %v", x)
	}
}

func TestAndersonAllocs(t *testing.T) {
	const n = 60
	s, x, g, lower := NewAnderson(n, 5), random(n, 1), make([]float64, n), make([]float64, n)
	if got := testing.AllocsPerRun(20, func() {
		for i := range g {
			g[i] = math.Cos(x[i])
		}
		s.Next(x, g, lower)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkAnderson(b *testing.B) {
	for _, n := range []int{20, 200, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, x, g, lower := NewAnderson(n, 5), random(n, 1), random(n, 2), make([]float64, n)
			b.ReportAllocs()
			for b.Loop() {
				g[0]++
				s.Next(x, g, lower)
			}
		})
	}
}

func ExampleAnderson() {
	s := NewAnderson(1, 5) // a loop that returns 99 %
	x, g := []float64{0}, []float64{0}
	for pass := range 3 {
		g[0] = 1 + 0.99*x[0]
		s.Next(x, g, []float64{0})
		fmt.Printf("%d: %.6g\n", pass+1, x[0])
	}
	// Output:
	// 1: 1
	// 2: 100
	// 3: 100
}
