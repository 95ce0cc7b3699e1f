package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem/aqueous"
)

// Tolerances of a batch against the values it holds.
const (
	toleranceDissolved = 1e-6 // relative
	tolerancePH        = 2e-6
	toleranceSolids    = 1e-6 // of the element's total
	toleranceTitrant   = 1e-6 // of the largest of the case
)

func newAqueousRunCommand() *cobra.Command {
	var format string
	var sorption bool
	c := &cobra.Command{
		Use:   "run FILE",
		Short: "Compute a batch of cases and compare with the values it holds",
		Long: `Compute a batch of cases (JSON, docs/aqueous.md) and compare with the values it holds.

A case starts from initial.dissolved_mol_per_kgw in 1 kg of water; its pH is initial.pH, and charge that does not close is
carried along and shown. A point holds target_pH by titrant, or takes what its *_mol_per_kgw keys dose. Answers stand in
the keys of the file. A case with "sorption": true lets its solids sorb as they precipitate. Tolerances: dissolved totals 1e-6 relative, pH 2e-6, solids 1e-6 of the element, titrant 1e-6 of the
largest of the case. A case whose database or activity model is not here is refused by name, the others go on.
Exit codes: 2 the file is bad or no case is left, 3 a deviation is above its tolerance, 4 a point does not converge.`,
		Example: `  reetwin aqueous run cases.json -o json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			}
			cases, err := readBatch(args[0])
			if err != nil {
				return exitError{exitUsage, err}
			}
			for _, one := range cases {
				one.switchSorption(changed(c, "sorption", &sorption))
			}
			answer := runBatch(cases)
			if format == "json" {
				encoder := json.NewEncoder(c.OutOrStdout())
				encoder.SetIndent("", " ")
				err = encoder.Encode(answer)
			} else {
				err = answer.table(c.OutOrStdout())
			}
			if err != nil {
				return err
			}
			return answer.exit()
		},
	}
	c.Flags().BoolVar(&sorption, "sorption", false, "sorption on or off in every case (default: what each case says)")
	c.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	return c
}

// batchAnswer is what run writes.
type batchAnswer struct {
	Schema string       `json:"schema"`
	Cases  []caseAnswer `json:"cases"`
}

type caseAnswer struct {
	ID       string        `json:"id"`
	Database string        `json:"database,omitempty"`
	Refused  string        `json:"refused,omitempty"`
	Initial  *pointAnswer  `json:"initial,omitempty"`
	Points   []pointAnswer `json:"points,omitempty"`
	Worst    *deviations   `json:"worst,omitempty"`
}

type pointAnswer struct {
	Label      string                   `json:"label,omitempty"`
	Converged  bool                     `json:"converged"`
	Error      string                   `json:"error,omitempty"`
	Iterations int                      `json:"iterations"`
	Residual   float64                  `json:"residual"`
	PH         *float64                 `json:"pH,omitempty"`
	Strength   *float64                 `json:"ionic_strength,omitempty"`
	WaterAct   *float64                 `json:"water_activity,omitempty"`
	KgWater    *float64                 `json:"mass_water_kg,omitempty"`
	Dissolved  map[string]float64       `json:"dissolved_mol_per_kgw,omitempty"`
	Solids     map[string]float64       `json:"solids_mol,omitempty"`
	Sorbed     map[string]float64       `json:"sorbed_mol,omitempty"`
	Surfaces   map[string]surfaceAnswer `json:"surfaces,omitempty"`
	Titrant    string                   `json:"titrant,omitempty"`
	Target     *float64                 `json:"target_pH,omitempty"`
	Added      *float64                 `json:"titrant_added_mol_per_kgw,omitempty"`
	Charge     *float64                 `json:"charge_imbalance_eq_per_kgw,omitempty"`
	Flags      string                   `json:"flags,omitempty"`
	Deviations *deviations              `json:"deviations,omitempty"`
}

// deviations are how far a point, or the worst of a case, is from what the file holds; nil where it holds nothing.
type deviations struct {
	Dissolved *float64 `json:"dissolved,omitempty"` // relative
	Worst     string   `json:"dissolved_worst,omitempty"`
	PH        *float64 `json:"pH,omitempty"`
	Solids    *float64 `json:"solids,omitempty"`         // of the element's total
	Sorbed    *float64 `json:"sorbed,omitempty"`         // of the element's total
	Titrant   *float64 `json:"titrant,omitempty"`        // of the largest of the case
	Strength  *float64 `json:"ionic_strength,omitempty"` // relative
	WaterAct  *float64 `json:"water_activity,omitempty"`
	KgWater   *float64 `json:"mass_water_kg,omitempty"` // relative
	Pass      bool     `json:"pass"`
}

func runBatch(cases []*batchCase) *batchAnswer {
	answer := &batchAnswer{Schema: "reetwin.aqueous/1"}
	for _, c := range cases {
		if c.refused != nil {
			answer.Cases = append(answer.Cases, caseAnswer{ID: c.ID, Database: c.Database, Refused: bare(c.refused)})
			continue
		}
		answer.Cases = append(answer.Cases, c.run())
	}
	return answer
}

func (c *batchCase) run() caseAnswer {
	solver, r := aqueous.NewSolver(c.sys), c.sys.NewResult()
	a := caseAnswer{ID: c.ID, Database: c.Database}
	totals, charge, err := initialWater(c.sys, solver, r, c.totals, c.pH, 0)
	start := c.answer(r, err)
	start.Charge = &charge
	a.Initial = &start
	largest := 0.0
	for _, p := range c.points {
		if p.expected.Added != nil {
			largest = max(largest, math.Abs(*p.expected.Added))
		}
	}
	for _, p := range c.points {
		if err != nil {
			a.Points = append(a.Points, pointAnswer{Label: p.label, Error: "the initial water has no equilibrium", Residual: start.Residual})
			continue
		}
		problem := aqueous.Problem{Totals: append([]float64(nil), totals...), Solids: c.solids, HoldPH: p.holds, Titrant: p.titrant, PH: p.target, Sorbents: c.sorption}
		for _, d := range p.doses {
			c.sys.Dose(problem.Totals, d.reagent, d.amount)
		}
		err := solver.Solve(&problem, r)
		one := c.answer(r, err)
		one.Label = p.label
		if err == nil && len(c.sorption) > 0 {
			one.sorb(c.sys, c.sorption, r)
		}
		if p.holds {
			one.Titrant, one.Target = c.sys.Reagents[p.titrant].Name, &p.target
		}
		if err == nil {
			if p.holds {
				one.Added = new(r.Titrant)
			}
			one.Deviations = p.expected.compare(c.sys, &problem, r, largest)
			a.Worst = a.Worst.worse(one.Deviations)
		}
		a.Points = append(a.Points, one)
	}
	return a
}

// initialWater is the totals of an analysis in 1 kg of water, H and Water among them. Charge that is neutral to the digits
// of the pH stays so; else the pH holds and the charge left (mol/kg) is carried as ions that do nothing.
func initialWater(sys *aqueous.System, solver *aqueous.Solver, r *aqueous.Result, analysis []float64, pH *float64, T float64) (totals []float64, charge float64, err error) {
	p := aqueous.Problem{Totals: append([]float64(nil), analysis...), KgWater: 1, T: T}
	sys.Neutral(p.Totals)
	err = solver.Solve(&p, r)
	if pH != nil && (err != nil || math.Abs(r.PH-*pH) > tolerancePH) {
		if p.Titrant, err = sys.Reagent("H+"); err != nil {
			return nil, 0, err
		}
		p.HoldPH, p.PH = true, *pH
		err = solver.Solve(&p, r)
		charge = r.Titrant
	}
	if err != nil {
		return nil, 0, err
	}
	return append([]float64(nil), r.Dissolved...), charge, nil
}

func (c *batchCase) answer(r *aqueous.Result, err error) pointAnswer {
	if err != nil {
		a := pointAnswer{Error: bare(err)}
		if u, ok := errors.AsType[*aqueous.Unsolved](err); ok {
			a.Iterations = u.Iterations
			if !math.IsNaN(u.Residual) && !math.IsInf(u.Residual, 0) { // JSON has no such numbers; the error says it
				a.Residual = u.Residual
			}
		}
		return a
	}
	a := pointAnswer{Converged: true, Iterations: r.Iterations, Residual: r.Residual, Flags: r.Flags.String(),
		PH: new(r.PH), Strength: new(r.IonicStrength), WaterAct: new(r.WaterActivity), KgWater: new(r.KgWater),
		Dissolved: map[string]float64{}, Solids: map[string]float64{}}
	for i, component := range c.sys.Components {
		if i > aqueous.Water && r.Dissolved[i] > 0 {
			a.Dissolved[component.Name] = r.Molal(i)
		}
	}
	for k, amount := range r.Solids {
		if amount != 0 {
			a.Solids[c.sys.Solids[k].Name] = amount
		}
	}
	return a
}

func (e expectation) compare(sys *aqueous.System, p *aqueous.Problem, r *aqueous.Result, largest float64) *deviations {
	d := &deviations{}
	total := func(i int) float64 {
		sum := p.Totals[i]
		if p.HoldPH {
			for _, t := range sys.Reagents[p.Titrant].Terms {
				if t.Component == i {
					sum += t.Coefficient * r.Titrant
				}
			}
		}
		return sum
	}
	for i := range sys.Components {
		want, ok := e.Dissolved[i]
		if !ok {
			continue
		}
		off := relative(r.Molal(i), want, total(i))
		if d.Dissolved == nil || off > *d.Dissolved {
			d.Dissolved, d.Worst = &off, sys.Components[i].Name
		}
	}
	if e.Solids != nil {
		worst := 0.0
		for k, s := range sys.Solids {
			off := math.Abs(r.Solids[k] - e.Solids[k])
			for _, t := range s.Terms {
				if off > 0 && t.Component > aqueous.Water {
					worst = max(worst, relative(math.Abs(t.Coefficient)*off, 0, total(t.Component)))
				}
			}
		}
		d.Solids = &worst
	}
	for i, want := range e.Sorbed {
		if off := relative(r.Sorbed[i]-want, 0, total(i)); d.Sorbed == nil || off > *d.Sorbed {
			d.Sorbed = &off
		}
	}
	set := func(to **float64, want *float64, off func(float64) float64) {
		if want != nil {
			*to = new(off(*want))
		}
	}
	set(&d.PH, e.PH, func(v float64) float64 { return math.Abs(r.PH - v) })
	if p.HoldPH {
		set(&d.Titrant, e.Added, func(v float64) float64 { return relative(r.Titrant-v, 0, largest) })
	}
	set(&d.Strength, e.Strength, func(v float64) float64 { return relative(r.IonicStrength, v, 1) })
	set(&d.WaterAct, e.WaterAct, func(v float64) float64 { return math.Abs(r.WaterActivity - v) })
	set(&d.KgWater, e.KgWater, func(v float64) float64 { return relative(r.KgWater, v, 1) })
	d.judge()
	if *d == (deviations{Pass: true}) {
		return nil
	}
	return d
}
