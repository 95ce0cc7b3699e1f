// Package unittest is the conformance suite of unit operations. Every kind of units.Kinds passes it.
//
//	spec        names unique, scales positive, starts above their bounds, handles within their range
//	balance     elements and charge close at random states, steady and in time; a drawn port counts as an inlet
//	hostile     empty, huge, tiny, one-phase, alkaline inlets and extreme handles: an error or finite numbers,
//	            soon, for flows up to 1e100 mol/s
//	tangent     equals differences of fourth order in every handle, inlet flow, inlet temperature and previous state
//	march       implicit Euler steps of growing length end in the steady state
//	index       every rate has a solution, and at infinite rate the states stay where they were (index 1)
//	memory      a copy of x gives the same bits: again, in a fresh instance, and after other solves in between
//	allocation  Solve, Tangent and Observe allocate nothing
//	events      a unit that works by events (flowsheet.Eventer) keeps its matter over them, goes on alike from a copy of x, rests before
//	            Begin and after a steady solve, and has tangents in between
//	parameters  handles are set by their own names; what is outside, unknown or in the wrong unit is refused by name
//	words       Explain, Observe and Report say something finite
//
// A kind takes part with one Case, for example:
//
//	unittest.Run(t, unittest.Case{
//		Name: "tank", New: hydromet.NewTank, In: []string{"in"}, Out: []string{"out"},
//		Config: chemistry + "[unit]\nvolume = \"1 m3\"\n",
//		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { liquor(r, s, &in[0]) },
//		Bad:    []unittest.Bad{{Name: "empty", Set: "unit.volume=0 L", Want: "volume"}},
//	})
package unittest
