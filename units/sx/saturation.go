package sx

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
)

// saturation asks the aqueous equilibrium what a stage's water would precipitate: its constants are those of the aqueous
// data, activities by specific ion interaction.
type saturation struct {
	system *aqueous.System
	solver *aqueous.Solver
	result *aqueous.Result
	at     []int  // component of the plant for each of the aqueous system; −1 for none
	titre  [2]int // reagents that hold the pH: an acid, a base
	watch  []int  // solids
}

// hydroxideFrom is the pH below which no hydroxide of the data saturates: the least soluble, of iron(III), log K 4.89, would
// need 2 mol/L of free iron.
const hydroxideFrom = 1.5

// basest is the pH beyond which hydroxide is looked for as if it were that: soap in excess makes a water that no equilibrium has, for the
// extraction knows no OH-, and at 13 all hydroxides that can fall have.
const basest = 13

func newSaturation(s *Circuit) (*saturation, error) {
	w := &saturation{}
	var err error
	if w.system, err = aqueous.Load(aqueous.Selection{Activity: "sit"}); err != nil {
		return nil, err
	}
	for q, name := range [...]string{"HCl", "NaOH"} {
		if w.titre[q], err = w.system.Reagent(name); err != nil {
			return nil, err
		}
	}
	for _, c := range w.system.Components {
		symbol := strings.TrimSuffix(c.Name, "_tri") // iron of a circuit is iron(III)
		at := -1
		if e, ok := s.system.Element(symbol); ok && c.Name != "Fe" && c.Name != "H" {
			at = s.system.ByKey(chem.Aqueous, e)
		}
		w.at = append(w.at, at)
	}
	w.at[aqueous.H], w.at[aqueous.Water] = -1, -1
	for k, solid := range w.system.Solids {
		hydroxide := strings.Contains(solid.Name, "(OH)") && (strings.HasSuffix(solid.Name, "(am)") || strings.HasSuffix(solid.Name, "(a)"))
		doubleSulfate := strings.HasPrefix(solid.Name, "Na") && strings.Contains(solid.Name, "(SO4)2:H2O")
		if hydroxide || doubleSulfate || solid.Name == "Gypsum" {
			w.watch = append(w.watch, k)
		}
	}
	w.solver, w.result = aqueous.NewSolver(w.system), w.system.NewResult()
	return w, nil
}

// precipitation warns of gypsum, double sulfates of sodium and hydroxides where a stage's aqueous is above their solubility:
// the worst stage of each kind of solid.
func (s *Circuit) precipitation(profile []flowsheet.ProfileStage, in []flowsheet.Stream) (all []flowsheet.Warning) {
	sulfate, has := s.system.Index("SO4-2")
	worst := map[string]flowsheet.Warning{}
	for j, p := range profile {
		salts := has && p.Aqueous[sulfate] > 0
		if !salts && !(p.PH > hydroxideFrom) {
			continue
		}
		if s.waters == nil {
			var err error
			if s.waters, err = newSaturation(s); err != nil {
				return []flowsheet.Warning{{Code: "unchecked", Where: "precipitation", Unit: "1", Text: err.Error()}}
			}
		}
		solid, si, err := s.waters.look(&p, in[0].T)
		if err != nil {
			w := flowsheet.Warning{Code: "unchecked", Where: s.place(j), Value: p.PH, Unit: "1", Text: "what precipitates was not found out: " + err.Error()}
			worst["unchecked"] = w
			continue
		}
		for kind, name := range solid {
			if w, ok := worst[kind]; si[kind] > 0 && (!ok || si[kind] > w.Value) {
				worst[kind] = flowsheet.Warning{Code: kind, Where: s.place(j), Value: si[kind], Limit: 0, Unit: "1",
					Text: fmt.Sprintf("%s: the ion product is %.2g times its solubility product at pH %.2f: crud, and metal that the model keeps in solution", name, math.Pow(10, si[kind]), min(p.PH, basest))}
			}
		}
	}
	for _, kind := range [...]string{"gypsum", "double_sulfate", "hydroxide", "unchecked"} {
		if w, ok := worst[kind]; ok {
			all = append(all, w)
		}
	}
	return all
}

// look finds the most supersaturated solid of each kind, and log10 of its saturation.
func (w *saturation) look(p *flowsheet.ProfileStage, T float64) (solid map[string]string, si map[string]float64, err error) {
	totals := make([]float64, len(w.system.Components))
	for c, at := range w.at {
		if at >= 0 {
			totals[c] = max(p.Aqueous[at], 0) / 1000
		}
	}
	pH := min(p.PH, basest)
	for _, reagent := range w.titre { // one of them is wanted in a positive amount; of the other there may be too little to take away
		err = w.solver.Solve(&aqueous.Problem{Totals: totals, KgWater: 1, T: T, HoldPH: true, PH: pH, Titrant: reagent}, w.result)
		if err == nil && w.result.Titrant >= 0 {
			break
		}
	}
	if err != nil {
		return nil, nil, err
	}
	solid, si = map[string]string{}, map[string]float64{}
	for _, k := range w.watch {
		name, kind := w.system.Solids[k].Name, "hydroxide"
		switch {
		case name == "Gypsum":
			kind = "gypsum"
		case strings.Contains(name, "SO4"):
			kind = "double_sulfate"
		}
		if v, ok := si[kind]; !ok || w.result.SI[k] > v {
			solid[kind], si[kind] = name, w.result.SI[k]
		}
	}
	return solid, si, nil
}
