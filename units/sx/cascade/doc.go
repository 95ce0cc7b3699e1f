// Package cascade solves solvent-extraction circuits of cation exchange: any number of sections around one organic loop, as
// one block. It knows numbers only, no components or streams; concentrations are in any one unit.
//
//	M^z+ + n (HA)2 = M-complex + z H+        D_i = K_i r^z u^(n−z) / α_i,    r = u/h, u = [(HA)2], h = [H+]
//
// H+ is one more cation, K = 1, whose organic form is the free dimer. Then for given r of every stage the balance of each
// cation over the whole loop is linear, tridiagonal, positive, and one unknown per stage is left:
//
//	0 = ln(Σ z_i D_i x_i / L)                closure of the extractant of every stage
//
// Charge closes by itself. Saponification moves part of the hydrogen of the returning organic to the soap's cation. What else
// a model needs is one more unknown per stage inside the same Newton iteration:
//
//	ln u        where an exponent n is not z          lu − ln(x_H D_H / c1) + room
//	ln s        free ligand (bisulfate, complexes)    ln(s (1 + Σ x (β1 + 2 β2 s)/α) / total)
//	load        where D falls with the loading        load − Σ z y / Σ
//	room        where a cation binds m ≠ 2 z          room − ln(1 + Σ κ y / (c1 u)),   κ = c1 m/2 − z, c1 = max(1, 2 z/m)
//
// Base that no cation takes up stays in the water where Chemistry.Water says its ionic product: see [Base].
//
// The Newton step on ln r alone is a dense LU; with scalars GMRES, preconditioned by that LU. Cold, the circuit is solved on a
// quarter and half of its stages first, then marched in pseudo-time. A step in time, with settlers and tanks, is the same
// system with other coefficients.
//
//	k, err := cascade.New(&chemistry, &circuit)
//	result, err := k.Solve(&circuit, 1e-11, true)
//	raffinate := k.Aqueous(0)
//
// Many circuits around each other: [Ensemble]. In time: [Integrator]. Answers are checked by package audit, see [Cascade.Audit].
// Figures against KINSOL and IDA, and how they were measured, stand in units/sx/DESIGN.md; make bench-sx repeats them.
package cascade
