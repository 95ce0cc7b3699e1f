// Package design finds a solvent-extraction circuit for a specification: a feed, a cut between two rare earths, purities and
// recoveries. It knows no plant; what it finds it writes as a plant file.
//
//	feed, cuts ─▶ minimum-reagent relations (Split) ─▶ starts
//	                    │
//	                    ▼
//	stages, feed stage, saponification, O/A of the scrub, strip acid ──▶ organic, scrub acid and O/A of the strip that just
//	         ▲                                                            meet the cut (package cascade, rigorous) ──▶ cost, limits
//	         └──────────────────────────── the cheapest neighbour, while there is one ◀──────────────────────────────────┘
//
//	spec, err := design.Read("design.toml")
//	result, err := spec.Solve()
//	text := result.Plant()
//
// A cut is met on the rigorous model, or refused with the limit that stands in the way. The search is local, from several starts
// and departures: what it finds is a design, not the least of all. Equal inputs give equal results to the bit.
// Concentrations are mol/m3, flows m3/s, money USD.
package design
