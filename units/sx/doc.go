// Package sx holds solvent extraction: counter-current cascades of mixer-settlers.
//
// Two kinds: sx_section is one section with a correlation of log D over pH and dosage; sx_circuit is a whole circuit by mass
// action or by that correlation, with its organic loop and saponification, see [Circuit] and package cascade. A section:
//
//	aqueous feed ──▶ ┌───┬───┬─ ─┬───┐ ──▶ raffinate, scrub or strip liquor
//	loaded organic ◀── └───┴───┴─ ─┴───┘ ◀── organic feed
//
// One kind serves extraction, scrubbing and stripping: what a section does follows from the acid that enters it.
//
//	[units.strip]
//	kind = "sx_section"
//	in = { aqueous = "strip_acid", organic = "scrubbed_organic" }
//	out = { aqueous = "strip_liquor", organic = "stripped_organic" }
//	stages = 2
//	aqueous = "backward"        # stage 1 is where the aqueous leaves
//	model = "D2EHPA-UKy"
//	aqueous_holdup = "1 L"      # in each stage
//	organic_holdup = "38 L"
//
// The method: two sums per stage pass the cascade as inerts, total acidity + Σ z x with the aqueous and free extractant +
// Σ z y with the organic. Then for given free acid h and free extractant c of every stage the distribution ratios are
// given, every metal's balance is linear, tridiagonal and positive, and two equations per stage remain for ln h and ln c.
// Steady state, step in time and rescue march are the same equations with other coefficients. See [Section].
package sx
