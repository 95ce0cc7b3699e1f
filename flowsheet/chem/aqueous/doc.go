// Package aqueous finds aqueous equilibria: pH, speciation, minerals, titrant.
//
// Components j have totals T (mol), the proton balance and water among them; species i are formed from them, solids k
// dissolve to them:
//
//	ln mᵢ = ln Kᵢ + Σⱼ aᵢⱼ (xⱼ + ln γⱼ) − ln γᵢ + wᵢ ln a_w        x = ln molality of the free species
//	Tⱼ + u rⱼ = W Σᵢ aᵢⱼ mᵢ + Σₖ bₖⱼ sₖ                            W kg of water, u mol of titrant
//	sₖ ≥ 0,  ln IAPₖ ≤ ln Kₖ,  one of them an equality             for every solid that is allowed
//
// pH is an answer, or it is held and u is the answer. At fixed activity coefficients this is one convex problem whose
// multipliers are the amounts of the solids. A cold start goes through sweeps and an interior point, and a Newton polish on
// the active set finishes it with activities, water and titrant included; Update polishes from the last answer. The
// factors of the last step give tangents. Nothing unconverged is returned: the error names the worst balance, or how far
// the titrant can take the pH and why.
//
// Problem.Sorbents switches sorption on: surfaces with sites and a double layer that grow with their solids, see Surface.
//
// Constants are in data/*.toml, each with its source and class; a user's file is laid over them. Redox is decoupled: Fe is
// Fe(II), Fe_tri is Fe(III), O2 oxidises nothing by itself.
//
//	sys, err := aqueous.Load(aqueous.Selection{})
//	solver, result := aqueous.NewSolver(sys), sys.NewResult()
//	err = solver.Solve(&aqueous.Problem{Totals: totals, Solids: solids, HoldPH: true, PH: 8, Titrant: lime}, result)
//	fmt.Println(result.Titrant, result.Molal(nd), result.Flags)
package aqueous
