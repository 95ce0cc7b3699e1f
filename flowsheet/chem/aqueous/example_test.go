package aqueous_test

import (
	"fmt"

	"reetwin/flowsheet/chem/aqueous"
)

// Acid mine drainage with 2 mmol of aluminium is limed to pH 6.
func Example() {
	sys, err := aqueous.Load(aqueous.Selection{Components: []string{"Al", "Ca", "S"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	al, _ := sys.Component("Al")
	lime, _ := sys.Reagent("Ca(OH)2")
	acid, _ := sys.Reagent("H2SO4")
	hydroxide, _ := sys.Solid("Al(OH)3(am)")
	gypsum, _ := sys.Solid("Gypsum")

	totals := make([]float64, len(sys.Components))
	totals[aqueous.Water] = 55.5
	totals[al] = 0.002
	sys.Dose(totals, acid, 0.004)
	totals[aqueous.H] -= 3 * 0.002 // three protons gave way to each aluminium

	solver, result := aqueous.NewSolver(sys), sys.NewResult()
	p := aqueous.Problem{Totals: totals, Solids: []int{hydroxide, gypsum}, HoldPH: true, PH: 6, Titrant: lime}
	if err := solver.Solve(&p, result); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("lime %.3f mmol, Al in solution %.2g mmol/kg, I %.4f mol/kg\n", 1e3*result.Titrant, 1e3*result.Molal(al), result.IonicStrength)
	fmt.Printf("Al(OH)3 %.4f mmol, gypsum %t, departures %q\n", 1e3*result.Solids[hydroxide], result.Present[gypsum], result.Flags)
	// Output:
	// lime 3.994 mmol, Al in solution 0.01 mmol/kg, I 0.0124 mol/kg
	// Al(OH)3 1.9896 mmol, gypsum false, departures ""
}
