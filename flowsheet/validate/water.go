package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"reetwin/flowsheet/chem/aqueous"
)

// Equilibrium is the kind of a case that takes a water, in 1 kg, to its equilibria. It has an input instead of a plant file:
//
//	{"activity": "sit",                                   "davies" when missing
//	 "dissolved_mol_kg": {"Ca": 0.01, "S": 0.01},         the analysis, neutral
//	 "solids": ["Gypsum"],                                what may form
//	 "sorption": true,                                    the solids sorb as they precipitate
//	 "sorbents_mol_kg": {"HFO": 1e-3},                    metal of surfaces that are there besides
//	 "points": [{"titrant": "NaOH", "pH": 8}, {"dose_mol_kg": {"HF": 0.1}}, {}]}
//
// Its result is {"points": [{"pH", "ionic_strength", "titrant_mol_kg", "dissolved_mol_kg": {…}, "molality_mol_kg": {…}}]}; the
// titrant is per kg of the water before it. A case that sorbs has more, see surfaces.go. config, if any, is a file of constants that is
// laid over those here.
const Equilibrium = "equilibrium"

type waterInput struct {
	Activity  string             `json:"activity"`
	Dissolved map[string]float64 `json:"dissolved_mol_kg"`
	Solids    []string           `json:"solids"`
	Sorption  bool               `json:"sorption"`
	Sorbents  map[string]float64 `json:"sorbents_mol_kg"`
	Points    []waterPoint       `json:"points"`
}

type waterPoint struct {
	Titrant string             `json:"titrant"`
	PH      *float64           `json:"pH"`
	Dose    map[string]float64 `json:"dose_mol_kg"`
}

// readWater decodes the input of a case; the error names what is wrong with its form.
func readWater(input map[string]any) (w waterInput, err error) {
	text, err := json.Marshal(input)
	if err != nil {
		return w, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil {
		return w, err
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(w.Dissolved) == 0 {
		fault("dissolved_mol_kg: missing")
	}
	if len(w.Points) == 0 {
		fault("points: missing; needs at least one, {} for the water as it is")
	}
	for i, p := range w.Points {
		if (p.Titrant == "") != (p.PH == nil) {
			fault("points[%d]: needs titrant and pH, or neither", i)
		}
	}
	return w, errors.Join(faults...)
}

// equilibria gives the result of a case of kind Equilibrium.
func equilibria(c Case) (any, error) {
	w, err := readWater(c.Input)
	if err != nil {
		return nil, err
	}
	selection := aqueous.Selection{Activity: w.Activity}
	if c.Config != "" {
		selection.Files = []string{c.Config}
	}
	sys, err := aqueous.Load(selection)
	if err != nil {
		return nil, err
	}
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	totals, solids, err := w.read(sys, solver, r)
	if err != nil {
		return nil, err
	}
	sorbents, err := w.sorbents(sys, solids)
	if err != nil {
		return nil, err
	}
	points := make([]any, len(w.Points))
	var sorption sorptionResult
	for i, p := range w.Points {
		problem := aqueous.Problem{Totals: slices.Clone(totals), Solids: solids, Sorbents: sorbents}
		if err := p.apply(sys, &problem); err != nil {
			return nil, fmt.Errorf("points[%d]: %w", i, err)
		}
		if err := solver.Solve(&problem, r); err != nil {
			return nil, fmt.Errorf("points[%d]: %w", i, err)
		}
		one := waterResult(sys, r)
		if len(sorbents) > 0 {
			if err := sorption.add(one, sys, totals, r); err != nil {
				return nil, err
			}
		}
		points[i] = one
	}
	result := map[string]any{"points": points}
	if len(sorbents) > 0 {
		result["surface_log_k"], result["strong_less_weak"] = surfaceConstants(sys, sorbents)
	}
	return result, nil
}

// read is the totals of the analysis in 1 kg of water, at equilibrium, and the solids.
func (w *waterInput) read(sys *aqueous.System, solver *aqueous.Solver, r *aqueous.Result) (totals []float64, solids []int, err error) {
	initial := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1}
	for _, name := range slices.Sorted(maps.Keys(w.Dissolved)) {
		i, err := sys.Component(name)
		if err != nil {
			return nil, nil, err
		}
		initial.Totals[i] = w.Dissolved[name]
	}
	sys.Neutral(initial.Totals)
	if err := solver.Solve(&initial, r); err != nil {
		return nil, nil, fmt.Errorf("initial water: %w", err)
	}
	totals = slices.Clone(r.Dissolved)
	for _, name := range w.Solids {
		k, err := sys.Solid(name)
		if err != nil {
			return nil, nil, err
		}
		solids = append(solids, k)
	}
	return totals, solids, nil
}

// apply doses what a point doses and holds its pH.
func (p waterPoint) apply(sys *aqueous.System, problem *aqueous.Problem) error {
	for _, name := range slices.Sorted(maps.Keys(p.Dose)) {
		reagent, err := sys.Reagent(name)
		if err != nil {
			return err
		}
		sys.Dose(problem.Totals, reagent, p.Dose[name])
	}
	if p.PH == nil {
		return nil
	}
	reagent, err := sys.Reagent(p.Titrant)
	problem.HoldPH, problem.Titrant, problem.PH = true, reagent, *p.PH
	return err
}

func waterResult(sys *aqueous.System, r *aqueous.Result) map[string]any {
	dissolved, molality := map[string]any{}, map[string]any{}
	for i, component := range sys.Components {
		if v := r.Molal(i); i > aqueous.Water && v > 0 && !math.IsInf(v, 0) {
			dissolved[component.Name] = v
		}
	}
	for i, species := range sys.Species {
		if v := r.Molality[i]; v > 0 {
			molality[species.Name] = v
		}
	}
	return map[string]any{"pH": r.PH, "ionic_strength": r.IonicStrength, "titrant_mol_kg": r.Titrant, "dissolved_mol_kg": dissolved, "molality_mol_kg": molality}
}
