package aqueous_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// TestLimit asks for a pH that a reagent cannot give. The error names what is saturated, and its pH is that of the reagent in
// excess, pH being the answer.
func TestLimit(t *testing.T) {
	sys := load(t, aqueous.Selection{})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	for _, c := range []struct {
		reagent, solid string
		pH, excess     float64 // mol
	}{
		{"Mg(OH)2", "Brucite", 12, 0.05},
		{"MgO", "Brucite", 12, 0.05},
		{"Ca(OH)2", "Portlandite", 13.5, 0.2},
		{"CaCO3", "Calcite", 11, 0.05},
		{"CO2", "CO2(g)", 2, 0.05},
	} {
		solid := must(t)(sys.Solid(c.solid))
		p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), Solids: []int{solid}}
		p.Totals[aqueous.Water] = 55.5
		sys.Dose(p.Totals, must(t)(sys.Reagent("Na2SO4")), 0.01)
		sys.Dose(p.Totals, must(t)(sys.Reagent("HCl")), 0.001)
		sys.Dose(p.Totals, must(t)(sys.Reagent("CO2")), 1e-6)
		free := p
		free.Totals = append([]float64(nil), p.Totals...)
		k := must(t)(sys.Reagent(c.reagent))
		sys.Dose(free.Totals, k, c.excess)
		if err := solver.Solve(&free, r); err != nil {
			t.Fatal(err)
		}
		p.HoldPH, p.Titrant, p.PH = true, k, c.pH
		err := solver.Solve(&p, r)
		var unsolved *aqueous.Unsolved
		if !errors.As(err, &unsolved) || unsolved.Limit == nil {
			t.Errorf("%s to pH %g: %v", c.reagent, c.pH, err)
			continue
		}
		if l := unsolved.Limit; l.Solid != c.solid || math.Abs(l.PH-r.PH) > 0.02 || l.Wanted != c.pH || !strings.Contains(err.Error(), c.solid) {
			t.Errorf("%s to pH %g: %+v, pH in excess %.3f", c.reagent, c.pH, *l, r.PH)
		}
	}
	// The wrong way, and too weak.
	for reagent, want := range map[string]string{"NaOH": "raises the pH", "HCl": "lowers the pH", "NaHCO3": "the highest found"} {
		p := aqueous.Problem{Totals: make([]float64, len(sys.Components))}
		p.Totals[aqueous.Water] = 55.5
		p.HoldPH, p.Titrant, p.PH = true, must(t)(sys.Reagent(reagent)), 10
		if reagent == "NaOH" {
			p.PH = 4
		}
		if err := solver.Solve(&p, r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s to pH %g: %v", reagent, p.PH, err)
		}
	}
}

// TestCarbonateTitrant holds a pH with reagents that bring no protons themselves, from 40 waters, and puts the dose back into a
// problem with pH as the answer.
func TestCarbonateTitrant(t *testing.T) {
	sys := load(t, asRun)
	solver, r, back := aqueous.NewSolver(sys), sys.NewResult(), sys.NewResult()
	n := 0
	for _, c := range references(t) {
		totals := analysis(t, sys, solver, c)
		for _, name := range []string{"Na2CO3", "CaCO3", "NaHCO3", "NaF", "CO2"} {
			for _, above := range []float64{0.2, 1, 2.5} {
				p := problem(t, sys, totals, c, referencePoint{})
				if err := solver.Solve(&p, r); err != nil {
					t.Fatal(err)
				}
				from := r.PH
				p.HoldPH, p.Titrant, p.PH = true, must(t)(sys.Reagent(name)), from+above
				if name == "CO2" {
					p.PH = from - above/10
				}
				err := solver.Solve(&p, r)
				var unsolved *aqueous.Unsolved
				if errors.As(err, &unsolved) && unsolved.Limit != nil {
					continue // beyond what the reagent can do, and named
				}
				if err != nil {
					t.Errorf("%s: %s from pH %.2f to %.2f: %v", c.ID, name, from, p.PH, err)
					continue
				}
				n++
				if err := verify(sys, &p, r); err != nil {
					t.Errorf("%s: %s: %v", c.ID, name, err)
				}
				q := p
				q.HoldPH, q.Totals = false, append([]float64(nil), p.Totals...)
				sys.Dose(q.Totals, p.Titrant, r.Titrant)
				if err := solver.Solve(&q, back); err != nil || math.Abs(back.PH-p.PH) > 1e-7 {
					t.Errorf("%s: %g mol of %s bring pH %.9f, not %.9f; %v", c.ID, r.Titrant, name, back.PH, p.PH, err)
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("%d doses, want 200", n)
	}
	t.Logf("%d doses", n)
}
