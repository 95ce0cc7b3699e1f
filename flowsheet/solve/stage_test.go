package solve

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// tank is a stirred tank with A + A → B at k·c², a trace T lost at a rate in T and A, an absent component Z, and the pH-like
// unknown p of T, an algebraic equation in a logarithm.
//
//	A, B, T, Z  mol   p = -ln(T/V / 1 mol m⁻³)
type tank struct{ feedA, feedT, flow, volume, k float64 }

func (u *tank) rates(x, fx []float64) {
	out := u.flow / u.volume
	r := u.k * x[0] * x[0] / u.volume
	fx[0] = u.feedA - out*x[0] - 2*r
	fx[1] = r - out*x[1]
	fx[2] = u.feedT - out*x[2] - 0.01*x[2]*x[0]
	fx[3] = -out * x[3]
	fx[4] = x[4] + math.Log(x[2]/u.volume)
}

func newTank() (*tank, *Stage) {
	return &tank{feedA: 3, feedT: 2e-9, flow: 0.5, volume: 4, k: 0.7},
		NewStage(4, 5, []float64{1, 1, 1, 1, 1}, []float64{0, 0, 0, 0, math.Inf(-1)})
}

// exact gives the stage's solution for prev in closed form.
func (u *tank) exact(rate float64, prev []float64) []float64 {
	out := u.flow/u.volume + rate
	a2, c := 2*u.k/u.volume, u.feedA+rate*prev[0]
	x := make([]float64, 5)
	x[0] = 2 * c / (out + math.Sqrt(out*out+4*a2*c))
	x[1] = (a2/2*x[0]*x[0] + rate*prev[1]) / out
	x[2] = (u.feedT + rate*prev[2]) / (out + 0.01*x[0])
	x[3] = rate * prev[3] / out
	x[4] = -math.Log(x[2] / u.volume)
	return x
}

func TestStageTank(t *testing.T) {
	u, s := newTank()
	for _, rate := range []float64{0, 1e-3, 1, 1e4} {
		prev := []float64{2, 0.5, 1e-8, 0, 0}
		x := []float64{7, 0, 1e-3, 0, 0} // a poor start
		if err := s.Solve(rate, prev, x, 1e-10, u.rates); err != nil {
			t.Fatalf("rate %g: %v", rate, err)
		}
		for i, want := range u.exact(rate, prev) {
			near(t, fmt.Sprintf("rate %g, x[%d]", rate, i), x[i]/math.Max(want, 1e-300), math.Min(1, want/1e-300), 1e-11) // relative, traces too
		}
		again := append([]float64(nil), x...)
		if err := s.Solve(rate, prev, again, 1e-10, u.rates); err != nil {
			t.Fatal(err)
		}
		for i := range x {
			if again[i] != x[i] {
				t.Errorf("rate %g: a solved start was moved", rate)
			}
		}
	}
}

// Stirred tanks with fast and slow reversible reactions A + B ⇌ C, A + C ⇌ D, 2 D ⇌ E, from a start far off: all are
// solved, and the balances of A and B close.
func TestStageReactions(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for c := range 1000 {
		var k [6]float64
		for i := range k {
			k[i] = math.Pow(10, -4+10*rng.Float64())
		}
		a, b, q := math.Pow(10, -6+8*rng.Float64()), math.Pow(10, -6+8*rng.Float64()), math.Pow(10, -3+4*rng.Float64())
		rate := 0.0
		if c%2 == 1 {
			rate = math.Pow(10, -3+8*rng.Float64())
		}
		f := func(x, fx []float64) {
			r1 := k[0]*x[0]*x[1] - k[1]*x[2]
			r2 := k[2]*x[0]*x[2] - k[3]*x[3]
			r3 := k[4]*x[3]*x[3] - k[5]*x[4]
			fx[0] = q*(a-x[0]) - r1 - r2
			fx[1] = q*(b-x[1]) - r1
			fx[2] = -q*x[2] + r1 - r2
			fx[3] = -q*x[3] + r2 - 2*r3
			fx[4] = -q*x[4] + r3
		}
		size := math.Max(a, b)
		s := NewStage(5, 5, []float64{size, size, size, size, size}, make([]float64, 5))
		x, prev := []float64{a, b, 0, 0, 0}, make([]float64, 5)
		if err := s.Solve(rate, prev, x, 1e-10, f); err != nil {
			t.Errorf("case %d: %v", c, err)
			continue
		}
		dilution := q / (q + rate)
		near(t, fmt.Sprintf("case %d, A", c), (x[0]+x[2]+2*x[3]+4*x[4])/a, dilution, 1e-8)
		near(t, fmt.Sprintf("case %d, B", c), (x[1]+x[2]+x[3]+2*x[4])/b, dilution, 1e-8)
	}
}

// The same tank in other units takes the same path.
func TestStageUnits(t *testing.T) {
	u, s := newTank()
	unit := []float64{1024, 1.0 / 4096, 1 << 30, 1, 1}
	line := []float64{1.0 / 512, 8, 1 << 20, 1 << 40, 1.0 / 64}
	scale := make([]float64, 5)
	for i := range scale {
		scale[i] = unit[i]
	}
	other := NewStage(4, 5, scale, []float64{0, 0, 0, 0, math.Inf(-1)})
	plain := make([]float64, 5)
	x, y := []float64{7, 0, 1e-3, 0, 0}, make([]float64, 5)
	for i := range x {
		y[i] = x[i] * unit[i]
	}
	if err := s.Solve(0, nil, x, 1e-10, u.rates); err != nil {
		t.Fatal(err)
	}
	if err := other.Solve(0, nil, y, 1e-10, func(y, fy []float64) {
		for i := range y {
			plain[i] = y[i] / unit[i]
		}
		u.rates(plain, fy)
		for i := range fy {
			fy[i] *= line[i]
		}
	}); err != nil {
		t.Fatal(err)
	}
	for i := range x {
		near(t, fmt.Sprintf("x[%d]", i), y[i]/unit[i], x[i], 1e-14)
	}
}

// What the bounds are for: everything is consumed, or would be more than consumed by a Newton step.
func TestStageBound(t *testing.T) {
	s := NewStage(1, 1, []float64{1}, []float64{0})
	root := func(x, fx []float64) { fx[0] = -math.Sqrt(x[0]) } // a weir without feed: Newton goes to -x
	x := []float64{5}
	if err := s.Solve(0, nil, x, 1e-10, root); err != nil {
		t.Fatal(err)
	}
	if !(x[0] >= 0 && x[0] < 1e-12) {
		t.Errorf("weir: %g", x[0])
	}
	seen := 0.0
	negative := func(x, fx []float64) {
		seen = math.Min(seen, x[0])
		fx[0] = 1e-6 - x[0]*x[0] // Newton from 1e-9 and from 1e3
	}
	for _, start := range []float64{1e-9, 1e3} {
		x[0] = start
		if err := s.Solve(0, nil, x, 1e-12, negative); err != nil {
			t.Fatal(err)
		}
		near(t, "x", x[0], 1e-3, 1e-12)
	}
	if seen < 0 {
		t.Errorf("f was asked at %g", seen)
	}
	x[0] = -1e-30
	if err := s.Solve(0, nil, x, 1e-10, root); err == nil {
		t.Error("a start below the bound was taken")
	}
	// The only root is below the bound.
	x[0] = 2
	var fault *NotConverged
	if err := s.Solve(0, nil, x, 1e-10, func(x, fx []float64) { fx[0] = -1 - x[0] }); !errors.As(err, &fault) {
		t.Errorf("root below the bound: %v, x %g", err, x[0])
	}
}

// A complementarity: the amount that is zero in the end has an equation of size one, so only rounding can end it.
func TestStageRounding(t *testing.T) {
	s := NewStage(1, 2, []float64{1, 1}, []float64{0, 0})
	for _, feed := range []float64{0.3, 0.7} { // the solid S appears above 0.5 dissolved, D
		f := func(x, fx []float64) {
			fx[0] = feed - x[0] - x[1]
			under := 0.5 - x[0]
			fx[1] = x[1] + under - math.Hypot(x[1], under) // min(S, under) = 0, smooth
		}
		x := []float64{0.1, 0.2}
		if err := s.Solve(0, nil, x, 1e-12, f); err != nil {
			t.Fatalf("feed %g: %v", feed, err)
		}
		near(t, "dissolved", x[0], math.Min(feed, 0.5), 1e-12)
		near(t, "solid", x[1], math.Max(0, feed-0.5), 1e-12)
	}
}

func TestStageFails(t *testing.T) {
	s := NewStage(1, 2, []float64{1, 1}, nil)
	var fault *NotConverged
	noRoot := func(x, fx []float64) { fx[0], fx[1] = 1-x[0], 1+x[1]*x[1] }
	err := s.Solve(0, nil, []float64{4, 3}, 1e-10, noRoot)
	if !errors.As(err, &fault) || fault.Equation != 1 || math.Abs(fault.Residual) < 1 || fault.Cause == nil {
		t.Errorf("no root: %v", err)
	}
	var singular *Singular
	err = s.Solve(0, nil, []float64{4, 3}, 1e-10, func(x, fx []float64) { fx[0], fx[1] = 1-x[0], 5 })
	if !errors.As(err, &fault) || fault.Equation != 1 || fault.Residual != -5 || !errors.As(err, &singular) || singular.Pivot != 1 {
		t.Errorf("no unknown in equation 1: %v", err)
	}
	err = s.Solve(0, nil, []float64{4, -3}, 1e-10, func(x, fx []float64) { fx[0], fx[1] = 1-x[0], math.Log(x[1]) })
	if !errors.As(err, &fault) || fault.Equation != 1 || !errors.Is(err, ErrDomain) {
		t.Errorf("outside the domain: %v", err)
	}
	s = NewStage(0, 1, []float64{1}, nil) // nothing that could march
	s.MaxIter = 1
	err = s.Solve(0, nil, []float64{3}, 1e-10, func(x, fx []float64) { fx[0] = math.Exp(-x[0]) - 2 })
	if !errors.As(err, &fault) || !errors.Is(err, ErrIterations) || fault.Iterations != 1 || fault.Steps != 0 {
		t.Errorf("one step: %v", err)
	}
}

// A weir under which the tank has not yet filled: at rate 0 the outflow has no slope and Newton no direction. Time has.
func TestStageMarch(t *testing.T) {
	s := NewStage(1, 1, []float64{1}, []float64{0})
	f := func(x, fx []float64) { fx[0] = 0.2 - math.Pow(math.Max(0, x[0]-3), 1.5) }
	x := []float64{0.5}
	if err := s.Solve(0, nil, x, 1e-12, f); err != nil {
		t.Fatal(err)
	}
	near(t, "level", x[0], 3+math.Pow(0.2, 2.0/3), 1e-12)
}

// A bath that makes more heat the hotter it is runs out of where anything is known: the march says so, and does not creep up to the edge. One that comes to
// rest at 2.3 % of its size from the edge is found all the same, at 0.5 % it is lost: so it is said at Leaving.
func TestStageLeaves(t *testing.T) {
	heats := func(push float64) func(x, fx []float64) {
		return func(x, fx []float64) {
			if fx[0] = push + x[0]*x[0] - 3*x[0]; x[0] > 10 {
				fx[0] = math.NaN()
			}
		}
	}
	took := map[float64]int{}
	for _, share := range []float64{0, 0.02} {
		s := NewStage(1, 1, []float64{1}, []float64{0})
		s.Leaving = share
		var fault *NotConverged
		if err := s.Solve(0, nil, []float64{1}, 1e-12, heats(3)); !errors.As(err, &fault) || errors.Is(err, ErrLeaves) != (share > 0) {
			t.Fatalf("leaving %g: %v", share, err)
		}
		took[share] = fault.Iterations
	}
	if took[0.02] > took[0]/2 {
		t.Errorf("Newton steps: %v", took)
	}
	s := NewStage(1, 1, []float64{1}, []float64{0})
	s.Leaving = 0.02
	rests := func(edge float64) func(x, fx []float64) { // no slope at the start: only the march gets there
		return func(x, fx []float64) {
			if fx[0] = 0.2 - math.Pow(math.Max(0, x[0]-3), 1.5); x[0] > edge {
				fx[0] = math.NaN()
			}
		}
	}
	x := []float64{0.5}
	if err := s.Solve(0, nil, x, 1e-12, rests(3.42)); err != nil {
		t.Fatal(err)
	}
	near(t, "level", x[0], 3+math.Pow(0.2, 2.0/3), 1e-12)
	if err := s.Solve(0, nil, []float64{0.5}, 1e-12, rests(3.36)); !errors.Is(err, ErrLeaves) {
		t.Errorf("rest next to the edge: %v", err)
	}
}

// A level that no equation fixes stays where it is at rate 0 and moves in time.
func TestStageFree(t *testing.T) {
	s := NewStage(2, 2, []float64{1, 1}, nil)
	s.Free = []int{0}
	f := func(x, fx []float64) { fx[0], fx[1] = 0.25, x[0]-2*x[1] }
	x := []float64{3, 0}
	if err := s.Solve(0, nil, x, 1e-12, f); err != nil {
		t.Fatal(err)
	}
	if x[0] != 3 {
		t.Errorf("the free state moved to %g", x[0])
	}
	near(t, "x1", x[1], 1.5, 1e-14)
	if err := s.Linearise(0, x, f); err != nil {
		t.Fatal(err)
	}
	dx := []float64{9, 4} // a direction of f in the free equation changes nothing
	s.Tangent(dx, nil, dx)
	near(t, "dx0", dx[0], 0, 1e-14)
	near(t, "dx1", dx[1], 2, 1e-9)
	if err := s.Solve(0.5, []float64{3, 1.5}, x, 1e-12, f); err != nil {
		t.Fatal(err)
	}
	near(t, "x0 in time", x[0], 3.5, 1e-13)
}

// The tangent against the closed form, to the accuracy of central differences, for the feed, the flow and prev.
func TestStageTangent(t *testing.T) {
	for _, rate := range []float64{0, 0.2} {
		u, s := newTank()
		prev := []float64{2, 0.5, 1e-8, 0, 0}
		x := u.exact(rate, prev)
		if err := s.Linearise(rate, x, u.rates); err != nil {
			t.Fatal(err)
		}
		dprev := []float64{1, -0.5, 1e-9, 0, 0}
		// d/dfeedA + 0.1·d/dflow
		dfdp := []float64{1 - 0.1*x[0]/u.volume, -0.1 * x[1] / u.volume, -0.1 * x[2] / u.volume, -0.1 * x[3] / u.volume, 0}
		dx := make([]float64, 5)
		s.Tangent(dfdp, dprev, dx)
		at := func(h float64) []float64 {
			v := *u
			v.feedA += h
			v.flow += 0.1 * h
			p := append([]float64(nil), prev...)
			for i := range p {
				p[i] += h * dprev[i]
			}
			return v.exact(rate, p)
		}
		const h = 1e-4
		up, down := at(h), at(-h)
		for i := range dx {
			want := (up[i] - down[i]) / (2 * h)
			tol := 1e-8
			if i == 4 { // the logarithm of a trace, as documented at shortest
				tol += shortest / x[2] * shortest / x[2] / 3
			}
			if math.Abs(dx[i]-want) > tol*math.Abs(want) {
				t.Errorf("rate %g, dx[%d] = %.12g, want %.12g", rate, i, dx[i], want)
			}
		}
	}
}

func TestStageTangentNeedsLinearise(t *testing.T) {
	u, s := newTank()
	x := u.exact(0, make([]float64, 5))
	calls := 0
	f := func(x, fx []float64) { calls++; u.rates(x, fx) }
	for range 3 {
		if err := s.Linearise(0, x, f); err != nil {
			t.Fatal(err)
		}
	}
	if calls == 0 || calls > 12 {
		t.Errorf("%d values of f for three times the same", calls)
	}
	if err := s.Solve(0, nil, x, 1e-10, f); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("derivatives outlived a Solve")
		}
	}()
	s.Tangent(make([]float64, 5), nil, make([]float64, 5))
}

func TestStageAllocs(t *testing.T) {
	u, s := newTank()
	x, prev, d := make([]float64, 5), []float64{2, 0.5, 1e-8, 0, 0}, make([]float64, 5)
	if got := testing.AllocsPerRun(10, func() {
		copy(x, []float64{7, 0, 1e-3, 0, 0})
		f := func(x, fx []float64) { u.rates(x, fx) } // a closure made on the spot stays on the stack
		if err := s.Solve(0.1, prev, x, 1e-10, f); err != nil {
			t.Fatal(err)
		}
		if err := s.Linearise(0.1, x, f); err != nil {
			t.Fatal(err)
		}
		s.Tangent(prev, nil, d)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// cascade is n tanks in a row with a second-order loss.
func cascade(x, fx []float64) {
	in := 1.0
	for i, v := range x {
		out := 0.8 * v
		fx[i] = in - out - 0.3*v*v
		in = out
	}
}

func BenchmarkStage(b *testing.B) {
	for _, n := range []int{6, 22, 60} {
		scale, lower, x := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range scale {
			scale[i] = 1
		}
		s := NewStage(n, n, scale, lower)
		b.Run(fmt.Sprintf("cold/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range x {
					x[i] = 0.5
				}
				if err := s.Solve(0, nil, x, 1e-10, cascade); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("tangent/%d", n), func(b *testing.B) {
			dfdp, dx := make([]float64, n), make([]float64, n)
			dfdp[0] = 1
			if err := s.Linearise(0, x, cascade); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				s.Tangent(dfdp, nil, dx)
			}
		})
	}
}

func ExampleStage() {
	// A tank of 2 m3 fed with 1 mol/s of what decays at k·c, one implicit step of 10 s from empty and the steady state.
	feed, k, flow, volume := 1.0, 0.05, 0.1, 2.0
	rates := func(x, fx []float64) { fx[0] = feed - flow*x[0]/volume - k*x[0] }
	tank := NewStage(1, 1, []float64{1}, []float64{0})
	x := []float64{0}
	for _, rate := range []float64{1.0 / 10, 0} {
		if err := tank.Solve(rate, []float64{0}, x, 1e-12, rates); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.6g mol\n", x[0])
	}
	if err := tank.Linearise(0, x, rates); err != nil {
		fmt.Println(err)
		return
	}
	dx := []float64{0}
	tank.Tangent([]float64{1}, nil, dx) // f changes by one with the feed
	fmt.Printf("%.6g mol per mol/s\n", dx[0])
	// Output:
	// 5 mol
	// 10 mol
	// 10 mol per mol/s
}
