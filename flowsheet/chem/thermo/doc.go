// Package thermo gives enthalpy, entropy and Gibbs energy of substances over temperature, with their phase changes, and what
// follows for a reaction: ΔH, ΔS, ΔG, E°, the adiabatic temperature; and vapour pressures of metals.
//
// Every form of a substance, such as α-Nd, is a chain of pieces of the NASA type, with R the gas constant:
//
//	Cp/R = a0/T² + a1/T + a2 + a3 T + a4 T² + a5 T³ + a6 T⁴
//	H/RT = −a0/T² + a1 ln T/T + a2 + a3 T/2 + a4 T²/3 + a5 T³/4 + a6 T⁴/5 + b0/T
//	S/R  = −a0/2T² − a1/T + a2 ln T + a3 T + a4 T²/2 + a5 T³/3 + a6 T⁴/4 + b1
//
// Shomate constants, Cp = c0 + c1 T + c2/T² + c3 T² + c4 T³, and tables of Cp (linear between points) are turned into such pieces
// exactly. H is the enthalpy of formation at 298.15 K plus what heating and transitions take; elements are 0 there. Gases are ideal
// at 1 bar, condensed phases pure, H+(aq) is 0. So for a reaction with coefficients ν, products positive,
//
//	ΔH = Σ ν H,   ΔS = Σ ν S,   ΔG = ΔH − T ΔS,   E° = −ΔG/(n F),   dΔH/dT = ΔCp,   dΔG/dT = −ΔS
//
// Where no phase is written, the one with the lowest G at 1 bar is taken and named. Nothing is clipped: outside the range of its
// data a form is extrapolated and listed by name; without a heat capacity it serves at 298.15 K only.
//
// Uncertainties are expanded (about 95 %). Substances count as independent, forms of one substance as one:
//
//	U(ΔH)² = Σ over substances of (Σ ν u_hf)² + (Σ ν u_heat (H − H298))²      likewise S and G
//
// All numbers stand in data/*.toml with source and class. A user's own file is laid over them, entry by entry:
//
//	lib, err := thermo.Load("mine.toml")
//	r, err := lib.Parse("Nd2O3 + 3 Ca = 2 Nd + 3 CaO")
//	v := r.NewValues()
//	r.At(1323.15, v)    // v.H, v.S, v.G in J per mole of reaction; does not allocate
package thermo
