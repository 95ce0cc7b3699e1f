package solve

import (
	"errors"
	"math"
	"testing"
)

// linear solves a stage of dx/dt = A x + g(t) for two states by Cramer's rule.
func linear(a [2][2]float64, g func(t float64) [2]float64) func(i int, t, rate float64, prev, x []float64) error {
	return func(_ int, t, rate float64, prev, x []float64) error {
		f := [2]float64{}
		if g != nil {
			f = g(t)
		}
		p, q, r, s := rate-a[0][0], -a[0][1], -a[1][0], rate-a[1][1]
		u, v := rate*prev[0]+f[0], rate*prev[1]+f[1]
		det := p*s - q*r
		x[0], x[1] = (u*s-q*v)/det, (p*v-r*u)/det
		return nil
	}
}

// integrate takes n equal steps from 0 to end.
func integrate(t *testing.T, n int, end float64, x []float64, stage func(i int, t, rate float64, prev, x []float64) error) {
	t.Helper()
	s := NewSDIRK(len(x))
	h := end / float64(n)
	for k := range n {
		if _, err := s.Step(float64(k)*h, h, x, stage); err != nil {
			t.Fatal(err)
		}
	}
}

// The order conditions up to 4 of the method, and up to 3 of the embedded one.
func TestSDIRKOrderConditions(t *testing.T) {
	var a [sdirkStages][sdirkStages]float64
	for i := range a {
		copy(a[i][:], sdirk.a[i][:])
		if i < sdirkStages-1 {
			a[i][i] = sdirkGamma
		}
	}
	b := SDIRKWeights()
	copy(a[sdirkStages-1][:], b[:])
	var hat, ac, ac2, aac, c [sdirkStages]float64
	for i := range a {
		hat[i] = b[i] - sdirk.e[i]
		for j := range a {
			c[i] += a[i][j]
			ac[i] += a[i][j] * sdirk.c[j]
			ac2[i] += a[i][j] * sdirk.c[j] * sdirk.c[j]
		}
		if math.Abs(c[i]-sdirk.c[i]) > 1e-14 {
			t.Errorf("row %d adds to %g, node %g", i+1, c[i], sdirk.c[i])
		}
	}
	for i := range a {
		for j := range a {
			aac[i] += a[i][j] * ac[j]
		}
	}
	tree := func(w [sdirkStages]float64, f func(i int) float64) (sum float64) {
		for i, w := range w {
			sum += w * f(i)
		}
		return sum
	}
	for _, cond := range []struct {
		name  string
		f     func(i int) float64
		want  float64
		order int
	}{
		{"1", func(int) float64 { return 1 }, 1, 1},
		{"c", func(i int) float64 { return c[i] }, 1. / 2, 2},
		{"c²", func(i int) float64 { return c[i] * c[i] }, 1. / 3, 3},
		{"Ac", func(i int) float64 { return ac[i] }, 1. / 6, 3},
		{"c³", func(i int) float64 { return c[i] * c[i] * c[i] }, 1. / 4, 4},
		{"cAc", func(i int) float64 { return c[i] * ac[i] }, 1. / 8, 4},
		{"Ac²", func(i int) float64 { return ac2[i] }, 1. / 12, 4},
		{"AAc", func(i int) float64 { return aac[i] }, 1. / 24, 4},
	} {
		if got := tree(b, cond.f); math.Abs(got-cond.want) > 1e-13 {
			t.Errorf("b·%s is %.15g, want %.15g", cond.name, got, cond.want)
		}
		if got := tree(hat, cond.f); cond.order <= 3 && math.Abs(got-cond.want) > 1e-13 {
			t.Errorf("embedded b·%s is %.15g, want %.15g", cond.name, got, cond.want)
		}
	}
}

// Order as measured: the error of cos t and sin t at t = 2, and of a driven decay, falls like h⁴.
func TestSDIRKOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		a     [2][2]float64
		g     func(t float64) [2]float64
		start [2]float64
		want  [2]float64
	}{
		{"circle", [2][2]float64{{0, -1}, {1, 0}}, nil, [2]float64{1, 0}, [2]float64{math.Cos(2), math.Sin(2)}},
		{"driven", [2][2]float64{{-1, 0}, {0, -3}}, func(t float64) [2]float64 { return [2]float64{math.Sin(t), math.Cos(t)} }, [2]float64{1, 0},
			[2]float64{1.5*math.Exp(-2) + (math.Sin(2)-math.Cos(2))/2, (3*math.Cos(2)+math.Sin(2))/10 - 0.3*math.Exp(-6)}},
	} {
		errorOf := func(n int) float64 {
			x := []float64{c.start[0], c.start[1]}
			integrate(t, n, 2, x, linear(c.a, c.g))
			return math.Hypot(x[0]-c.want[0], x[1]-c.want[1])
		}
		coarse, fine := errorOf(20), errorOf(40)
		if order := math.Log2(coarse / fine); order < 3.8 || order > 4.4 {
			t.Errorf("%s: order %.2f (errors %.3g, %.3g)", c.name, order, coarse, fine)
		}
	}
}

// L-stable: a mode of 1e12 /s is gone after one step of 1 s, while its slow neighbour is right.
func TestSDIRKStiff(t *testing.T) {
	x := []float64{1, 1}
	integrate(t, 1, 1, x, linear([2][2]float64{{-1e12, 0}, {0, -0.1}}, nil))
	if math.Abs(x[0]) > 1e-11 {
		t.Errorf("the fast mode keeps %g", x[0])
	}
	if math.Abs(x[1]-math.Exp(-0.1)) > 1e-8 {
		t.Errorf("the slow mode is %.12g, want %.12g", x[1], math.Exp(-0.1))
	}
}

// Steps chosen by the error estimate keep the global error of a stiff pair near what is asked for.
func TestSDIRKAdaptive(t *testing.T) {
	s := NewSDIRK(2)
	stage := linear([2][2]float64{{-1, 0}, {50, -1000}}, nil)
	for _, rel := range []float64{1e-4, 1e-6, 1e-8} {
		s.Rel = rel
		x, now, h, steps := []float64{1, 0}, 0.0, 1e-4, 0
		for now < 3 {
			h = math.Min(h, 3-now)
			old := []float64{x[0], x[1]}
			err, failed := s.Step(now, h, x, stage)
			if failed != nil {
				t.Fatal(failed)
			}
			if steps++; err > 1 {
				copy(x, old)
			} else {
				now += h
			}
			h = s.Next(h, err)
		}
		want := []float64{math.Exp(-3), 50. / 999 * (math.Exp(-3) - math.Exp(-3000))}
		for i := range x {
			if off := math.Abs(x[i]/want[i] - 1); off > 30*rel {
				t.Errorf("rel %g: x%d is off by %.2g after %d steps", rel, i, off, steps)
			}
		}
		if steps > 600 {
			t.Errorf("rel %g took %d steps", rel, steps)
		}
	}
}

func TestSDIRKFailure(t *testing.T) {
	cause := errors.New("dry")
	s := NewSDIRK(1)
	_, err := s.Step(0, 2, []float64{1}, func(i int, _, _ float64, _, _ []float64) error {
		if i == 2 {
			return cause
		}
		return nil
	})
	if !errors.Is(err, cause) || err.Error() != "stage 3 of a step of 2 s: dry" {
		t.Errorf("error %v", err)
	}
	if h := s.Next(1, math.NaN()); h != sdirkShrink {
		t.Errorf("after no number the step is %g", h)
	}
}

func TestSDIRKAllocates(t *testing.T) {
	s, x := NewSDIRK(2), []float64{1, 1}
	stage := linear([2][2]float64{{-1, 0}, {0, -2}}, nil)
	if n := testing.AllocsPerRun(10, func() {
		if _, err := s.Step(0, 0.1, x, stage); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
