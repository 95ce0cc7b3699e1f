package aqueous_test

import (
	"math"
	"slices"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// A copy of the memory starts another solver where the first one stood: the same bits, and no more iterations than from the result itself.
func TestMemory(t *testing.T) {
	for _, sorption := range []bool{false, true} {
		memory(t, sorption)
	}
}

func memory(t *testing.T, sorption bool) {
	sys, err := aqueous.Load(aqueous.Selection{Components: []string{"Al", "Ca", "S", "Na"}})
	if err != nil {
		t.Fatal(err)
	}
	find := func(i int, err error) int {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	totals := make([]float64, len(sys.Components))
	totals[aqueous.Water] = 55.5
	totals[find(sys.Component("Al"))] = 0.002
	totals[aqueous.H] -= 3 * 0.002
	sys.Dose(totals, find(sys.Reagent("H2SO4")), 0.004)
	p := aqueous.Problem{Totals: totals, Solids: []int{find(sys.Solid("Al(OH)3(am)")), find(sys.Solid("Gypsum"))},
		HoldPH: true, PH: 6, Titrant: find(sys.Reagent("Ca(OH)2"))}
	if sorption {
		p.Sorbents = sys.Sorbents(p.Solids)
	}
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	x := make([]float64, sys.MemorySize(&p))
	r.Remember(&p, x)
	if slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		t.Fatalf("the memory holds what is no number: %v", x)
	}
	p.PH = 6.1
	if err := solver.Update(&p, r); err != nil {
		t.Fatal(err)
	}
	want := make([]float64, len(x))
	r.Remember(&p, want)

	other := sys.NewResult()
	if !other.Recall(&p, x) {
		t.Fatal("the memory of an equilibrium is refused")
	}
	if err := aqueous.NewSolver(sys).Update(&p, other); err != nil {
		t.Fatal(err)
	}
	got := make([]float64, len(x))
	other.Remember(&p, got)
	for i, v := range got { // the potential starts elsewhere
		if math.Abs(v-want[i]) > 1e-12*math.Abs(want[i])+1e-18 || !sorption && v != want[i] {
			t.Errorf("sorption %v: number %d is %.17g, want %.17g", sorption, i, v, want[i])
		}
	}
	again := sys.NewResult()
	again.Recall(&p, x)
	if err := aqueous.NewSolver(sys).Update(&p, again); err != nil {
		t.Fatal(err)
	}
	twice := make([]float64, len(x))
	again.Remember(&p, twice)
	if !slices.Equal(got, twice) {
		t.Errorf("sorption %v: the same memory gives other bits", sorption)
	}
	if other.Recall(&p, make([]float64, len(x))) {
		t.Error("an empty memory is taken for an equilibrium")
	}
}
