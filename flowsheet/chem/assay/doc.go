// Package assay reads feeds: analyses of waters and of solids, as files with the source and class of every number.
//
//	feed, err := assay.Open("fly_ash_appalachia_F", "")   // one of configs/feeds, or the name of a file
//	for _, gap := range feed.Missing { … }                 // what is not known of it: the feed is incomplete
//
// A water file is the one that "reetwin aqueous" reads (docs/aqueous.md): pH, balance, [tenor]. A solid file has [assay], by
// element ("Nd") or as its analysis names it ("Al2O3"), in mass fractions of the dry solid; REE is all rare earths together where
// they are known only so, and split then says how they divide. Both state description, source and class, and for numbers of
// another origin a [[basis]]:
//
//	description = "Class F fly ash, Appalachia"
//	kind = "solid"                        # "water" when missing
//	source = "general knowledge"
//	class = "assumed"                     # of all numbers without a basis
//	rest = "SiO2"                         # what the part not listed counts as
//	split = "ash"                         # of configs/splits.toml
//	[assay]
//	REE = "431 mg/kg"
//	Al2O3 = "27 %"
//	[[basis]]
//	of = ["REE"]
//	class = "measured"
//	source = "Reedy 2024, basin median"
//	[missing]                             # keys: pH, REE, split, matrix
//	matrix = "not published"
//
// Nothing is filled in by itself: who uses a feed with a gap has to name what fills it.
package assay
