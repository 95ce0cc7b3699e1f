// Package validate compares published cases with what the program computes, in one table.
//
//	cases, err := validate.Load("configs/validation/leach.json") // every fault of the file at once
//	table := validate.Run(cases, units.Kinds())
//	err = table.Text(os.Stdout, false)                           // one line per case, then what fails
//	ok := table.Failed() == 0
//
// A case names a plant file, what to set in it, and values of its result:
//
//	{"schema": "reetwin.cases/1", "cases": [{
//	  "id": "leach/1tank_base", "kind": "solve", "config": "leach.toml", "set": {"leach.tanks": "1"},
//	  "expect": [{"path": "units.leach.signals.conversion.Nd.value", "value": 0.45795409974, "rel": 1e-5}],
//	  "source": "prommis/prommis @9beba5543605 src/prommis/leaching/tests/test_leach_train.py"}]}
//
// The other kind, "equilibrium", has an input instead of a plant file: a water with its analysis, solids and titrants (Equilibrium).
//
// A path walks through the JSON result (docs/result.md), taking the longest key that fits at each level. With unit given,
// the computed value is converted to it. A value passes if
//
//	|computed − published| ≤ max(rel · |published|, abs)          abs in the unit of value
//
// The key role of a case says what its values are for. Without one, and for a "hold-out", they pass or fail. Those of a
// "calibration", to which the model was fitted, and of a "spread", which differ because other data stand behind them, have no
// tolerance: they are shown with their deviation and never counted. configs/validation/spread.json holds 2,680 of these: waters by
// PHREEQC with the databases as shipped and with Pitzer.
//
// The 101 hold-outs are published statements, 78 on sorption (configs/validation/sorption.json, docs/sorption.md), 13 on the treatment of
// acid mine drainage (configs/validation/amd.json, docs/amd.md), 3 on coal ash (configs/validation/ash.json, docs/coal-ash.md) and 7 on electrolysis cells
// (configs/validation/cells.json, docs/electrolysis.md). Of the 1,671 other counted values in configs/validation 493 are printed by their source. The other 1,178 are recomputed: the source does not print
// them, an independent code solved them from its equations; the source of such a case says so.
//
// A case of kind "run" marches in time ("run": {"for": "24 h", "every": "1 h", "at": ["4 h acid.flow=300 L/h"]}); its paths read
// readings.leach.conversion.Nd.values.24, the 24th output.
//
// configs/validation/furnaces.json has 23 values of the batch furnaces besides, all recomputed from the same data by another code.
//
// A case of kind "thermo" has no plant file; its input asks flowsheet/chem/thermo. configs/validation/thermo.json has 43 published
// values and 9 recomputed ones; 18 more restate the data (role "calibration"):
//
//	{"id": "cell", "kind": "thermo", "input": {"reactions": {"CO2": "Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2"}, "T_K": 1323.15},
//	 "expect": [{"path": "CO2.E.value", "value": -1.453, "unit": "V", "abs": 0.02}], "source": "..."}
//
// A case of kind "price" asks flowsheet/cost what a Chinese quote is in dollars.
// Two such values (configs/validation/prices.json) and
// three of the CO of potlines, whose level was set by the same study, are counted apart.
//
// Nothing is skipped: a plant that does not solve, or a path that leads nowhere, fails with its reason.
//
// Extraction problems (kind "sx", sx_problems.json and sx_peer.json) are counted apart: 72 values are published, 718 recomputed. So are
// measured equilibria (kind "isotherm", sx_isotherms.json): 10 values, 5 of them hold-outs of which 3 are not met.
package validate
