package aqueous_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// drawSorbing makes a random problem with surfaces: those of the solids that are allowed, or with an amount over 8 decades, or both.
func drawSorbing(sys *aqueous.System, random *rand.Rand) aqueous.Problem {
	p := draw(sys, random)
	for i, c := range sys.Components {
		if c.Name == "Ra" && random.IntN(3) > 0 {
			p.Totals[i] = math.Pow(10, -14+8*random.Float64())
			p.Totals[aqueous.H] -= c.Charge * p.Totals[i]
		}
	}
	for k := range sys.Surfaces {
		metal := 0.0
		switch random.IntN(3) {
		case 0:
			continue
		case 1:
			metal = math.Pow(10, -8+8*random.Float64())
		}
		p.Sorbents = append(p.Sorbents, aqueous.Sorbent{Surface: k, Metal: metal})
	}
	return p
}

// trySorbing solves and checks with pH free and held; then it takes a step from there: every total by 1 %, or the held pH by 0.01 further.
func trySorbing(t testing.TB, sys *aqueous.System, solver *aqueous.Solver, r *aqueous.Result, random *rand.Rand) (failed bool) {
	p := drawSorbing(sys, random)
	check := func(what string, solve func(*aqueous.Problem, *aqueous.Result) error) bool {
		err := solve(&p, r)
		if bare := p; err != nil && !p.HoldPH && lostBare(&bare, solver, r) {
			t.Logf("%s: no equilibrium without surfaces either: %v", what, err)
			return false
		}
		if err == nil {
			err = verify(sys, &p, r)
		}
		if err != nil {
			t.Errorf("%s, pH %.2f, I %.3g, %d iterations: %v", what, r.PH, r.IonicStrength, r.Iterations, err)
		}
		return err == nil
	}
	if !check("free", solver.Solve) {
		return true
	}
	for i := range p.Totals {
		if i != aqueous.Water {
			p.Totals[i] *= 1.01
		}
	}
	if !check("free, a step", solver.Update) {
		return true
	}
	target := 1 + 11*random.Float64()
	further := math.Copysign(0.01, target-r.PH)
	hold(t, sys, &p, r.PH, target)
	if !check("held", solver.Solve) {
		return true
	}
	p.PH += further
	return !check("held, a step", solver.Update)
}

// lostBare reports whether the problem has no equilibrium without surfaces either.
func lostBare(p *aqueous.Problem, solver *aqueous.Solver, r *aqueous.Result) bool {
	p.Sorbents = nil
	return solver.Solve(p, r) != nil
}

func TestRandomSorption(t *testing.T) {
	draws := 1500
	if testing.Short() {
		draws = 200
	}
	sys := load(t, aqueous.Selection{})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	failures, most, total := 0, 0, 0
	for i := range draws {
		if trySorbing(t, sys, solver, r, rand.New(rand.NewPCG(11, uint64(i)))) {
			t.Logf("draw %d", i)
			failures++
		}
		most, total = max(most, r.Iterations), total+r.Iterations
	}
	if failures > 0 {
		t.Errorf("%d lost", failures)
	}
	t.Logf("%d draws, each with pH free and held, cold and warm: %d lost; iterations of the last %.1f on average, %d at most", draws, failures,
		float64(total)/float64(draws), most)
}

func FuzzSorption(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(seed, seed+1)
	}
	sys := load(f, aqueous.Selection{})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	f.Fuzz(func(t *testing.T, a, b uint64) {
		trySorbing(t, sys, solver, r, rand.New(rand.NewPCG(a, b)))
	})
}
