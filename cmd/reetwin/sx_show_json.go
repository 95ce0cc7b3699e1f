package main

import (
	"math"

	"reetwin/units/sx/tuning"
)

// sxView is the view as JSON, in the units of its names; null where there is no number.
type sxView struct {
	Plant    string             `json:"plant"`
	Unit     string             `json:"unit"`
	Model    string             `json:"model,omitempty"`
	Pair     []string           `json:"pair,omitempty"` // the more extractable first
	Products []tuning.Product   `json:"products"`
	Stages   []sxStage          `json:"stages"`
	Pinches  []tuning.Pinch     `json:"pinches"`
	Size     *tuning.Size       `json:"size,omitempty"` // SI
	Effects  []tuning.Effect    `json:"sensitivity,omitempty"`
	Axes     []tuning.Axis      `json:"axes,omitempty"`
	Map      [][][]tuning.Moved `json:"map,omitempty"` // by y, x, product
	Unsolved []string           `json:"unsolved,omitempty"`
	Warnings []string           `json:"warnings"`
}

type sxStage struct {
	Section string             `json:"section"`
	Stage   int                `json:"stage"`
	PH      *float64           `json:"pH"`
	OA      float64            `json:"O_A"`
	Loading float64            `json:"loading"`
	Soap    float64            `json:"soap"`
	Free    float64            `json:"free"`
	Aqueous map[string]float64 `json:"aq_g_L"`
	Organic map[string]float64 `json:"org_g_L"`
	Beta    *float64           `json:"beta,omitempty"`
	EA      *float64           `json:"E_A,omitempty"`
	EB      *float64           `json:"E_B,omitempty"`
	Work    *float64           `json:"work,omitempty"`
}

func (q *sxShow) answer() *sxView {
	v := q.view
	a := &sxView{Plant: v.Plant, Unit: q.tag, Model: v.Model, Products: v.Products, Pinches: v.Pinches, Size: v.Size, Effects: q.effects,
		Axes: q.axes, Map: q.grid, Unsolved: q.reasons, Warnings: []string{}}
	if v.Pair != (tuning.Pair{}) {
		a.Pair = []string{v.Pair.A, v.Pair.B}
	}
	number := func(x float64) *float64 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
		return &x
	}
	for j, s := range v.Stages {
		t := sxStage{Section: s.Section, Stage: s.Stage, PH: number(s.PH), OA: s.OrganicFlow / s.AqueousFlow, Loading: s.Loading, Soap: s.Soap, Free: s.Free,
			Aqueous: map[string]float64{}, Organic: map[string]float64{}}
		for i := range v.Elements {
			e := &v.Elements[i]
			t.Aqueous[e.Symbol], t.Organic[e.Symbol] = v.Tenor(j, e)
		}
		if len(v.Work) > 0 {
			w := v.Work[j]
			t.Beta, t.EA, t.EB, t.Work = number(w.Beta), number(w.EA), number(w.EB), number(w.Done)
		}
		a.Stages = append(a.Stages, t)
	}
	a.Warnings = append(a.Warnings, q.warnings().Notes...)
	return a
}
