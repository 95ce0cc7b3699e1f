// Package hydromet holds the wet unit operations around solvent extraction: feeds and products, mixers and splitters,
// crushing, tanks, leaching, thickening, washing and filtration, precipitation; and, on the aqueous equilibrium of chem/aqueous, the
// treatment of waters: neutralisation, oxidation, releach, precipitation of oxalates, carbonates and hydroxides. Coal ash has
// units of its own: [AshPools], [CausticDigester], [PoolLeach] and [Heap] (docs/coal-ash.md). Reagents come back by [Electrodialysis],
// [Evaporator] and [Crystalliser], and a [Dissolver] turns oxides into a feed (docs/reagents.md).
//
//	solids ──▶ leach_train ──▶ solid_liquid_separator ──▶ filtrate to SX
//	acid ─────────▲                     └──▶ cake
//
// Each kind is one type with one file. [Tank] is the one to copy for a new unit: it declares its parameters as handles and
// its holdups as states, solves one implicit stage, and differentiates it by hand:
//
//	[units.surge]
//	kind = "tank"
//	in = ["liquor"]
//	out = ["surged"]
//	volume = "2 m3"
//	weir_time = "60 s"
//
// Streams that meet share their heat as if all matter had the same specific heat: the temperature of a blend is the mean of
// its inlets, weighted by mass. No unit here has an enthalpy balance.
package hydromet
