// Package flowsheet is the plant: streams, the contract of a unit operation, the graph, and the one solver behind design,
// time, control and estimation.
//
//	tree, _ := conf.Load("configs/uky.toml")
//	plant, err := flowsheet.Load(tree, units.Kinds())
//	err = plant.Solve()            // steady: every recycle, specification and balance closed, or an error that says why
//	nd, _ := plant.Value("kpis.recovery.Nd")
//
// A plant is solved unit by unit in the order of the flow. Streams that close a recycle are torn; their flows z are the
// unknowns of
//
//	G(z, w) − z = 0        one pass through all units
//	measured(z, w) − set = 0   one line per control loop, w its handle
//
// A cold start takes a few Anderson passes, then Newton–GMRES, each product of which is one pass of the units' tangents.
// Steady is the step of infinite length: the same pass at Rate 1/h is one implicit step in time, and a march with growing
// steps is the rescue when the steady solve fails.
package flowsheet
