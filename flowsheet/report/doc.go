// Package report turns a solved plant into a result that stands on its own, and writes it for people and programs.
//
//	r := report.New(plant)          // after plant.Solve() succeeded; report.Failed(plant, err) otherwise
//	err := r.Table(os.Stdout)       // one or two screens in plant units
//	err = r.JSON(file)              // the contract: docs/result.md, docs/result.schema.json
//	back, err := report.Read(file)  // what JSON wrote: every writer, Compare and Loss work on it
//
// A Result is SI and complete: it needs neither the plant nor its file to be read, compared or traced:
//
//	share of an outlet = kg/s of the element there ÷ Σ kg/s over all inlets      Loss: the shares add to 100 %
//	deviation          = computed ÷ published − 1
//	relative change    = (run − reference) ÷ |reference|                         Compare
package report
