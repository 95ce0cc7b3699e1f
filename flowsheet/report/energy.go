package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"reetwin/flowsheet"
)

// Energy shows the energy balance of every unit and of the plant.
type Energy struct {
	Plant PlantEnergy           `json:"plant"`
	Units map[string]UnitEnergy `json:"units"` // all but feeds and products
}

// PlantEnergy is what the units with a heat of their own take, and their balance together.
type PlantEnergy struct {
	Heat     float64  `json:"heat_W"`
	Work     float64  `json:"work_W"`
	Turnover float64  `json:"turnover_W"`
	Rel      float64  `json:"rel"`
	NoData   []string `json:"no_data,omitempty"` // components over the plant's border without enthalpy: the whole plant has no balance
}

// UnitEnergy is the energy balance of a unit; Rel is nil where there are no data.
type UnitEnergy struct {
	Heat     *float64 `json:"heat_W,omitempty"` // nil: the kind supplies none
	Work     *float64 `json:"work_W,omitempty"`
	Turnover *float64 `json:"turnover_W"`
	Rel      *float64 `json:"rel"`
	LeftOut  []string `json:"left_out,omitempty"`       // passes without enthalpy
	Share    float64  `json:"left_out_share,omitempty"` // of the inlets' mass
	NoData   []string `json:"no_data,omitempty"`        // changes without enthalpy, or in a kind without a heat of its own
}

func energy(p *flowsheet.Plant) (*Energy, error) {
	e, err := p.Energy()
	if err != nil {
		return nil, err
	}
	all := &Energy{Plant: PlantEnergy(e.Plant), Units: map[string]UnitEnergy{}}
	for _, u := range e.Units {
		one := UnitEnergy{Turnover: finite(u.Turnover), Rel: finite(u.Rel), LeftOut: u.LeftOut, Share: u.Share, NoData: u.NoData}
		if u.Heated {
			one.Heat, one.Work = finite(u.Heat), finite(u.Work)
		}
		all.Units[u.Tag] = one
	}
	return all, nil
}

// energyCount sorts the units by what is known of their energy.
type energyCount struct {
	closed, open, unknown, partial []string // open: of a kind that has no heat of its own and mixes by mass
	worst                          string   // of the closed
	missing                        []string // components, those of most units first
}

func (r *Result) energyCount() (c energyCount) {
	units := r.Balances.Energy.Units
	lacking := map[string]int{}
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		u, ok := units[tag]
		switch {
		case !ok:
		case u.Rel == nil:
			c.unknown = append(c.unknown, tag)
			for _, name := range u.NoData {
				lacking[name]++
			}
		case u.Heat == nil && *u.Rel > flowsheet.MaxClosure:
			c.open = append(c.open, tag)
		default:
			c.closed = append(c.closed, tag)
			if c.worst == "" || *u.Rel > *units[c.worst].Rel {
				c.worst = tag
			}
			if u.LeftOut != nil {
				c.partial = append(c.partial, tag)
			}
		}
	}
	c.missing = sortedKeys(lacking, func(a, b string) int { return cmp.Or(cmp.Compare(lacking[b], lacking[a]), cmp.Compare(a, b)) })
	return c
}

// energyLine writes how many units close, the worst of them, and what the others lack.
func (r *Result) energyLine(w io.Writer) {
	if e := r.Balances.Energy; e != nil && len(e.Units) > 0 {
		fold(w, "  energy: ", strings.SplitAfter(r.energyText(), " "), "")
	}
}

func (r *Result) energyText() string {
	e := r.Balances.Energy
	c := r.energyCount()
	text := fmt.Sprintf("%d of %d units close", len(c.closed), len(e.Units))
	if n := len(c.partial); n > 0 {
		text += fmt.Sprintf(", %d but for solutes", n)
	}
	if c.worst != "" {
		text += fmt.Sprintf(", worst %s (%s)", power(*e.Units[c.worst].Rel, 1), c.worst)
	}
	parts := []string{text}
	if len(c.open) > 0 {
		parts = append(parts, fmt.Sprintf("by mass %d", len(c.open)))
	}
	if n := len(c.missing); n > 0 {
		parts = append(parts, fmt.Sprintf("no data on %d (%s and %d more)", len(c.unknown), c.missing[0], n-1))
	}
	return strings.Join(parts, "; ")
}

// energyTable writes the energy of the plant and of every unit.
func (r *Result) energyTable(w io.Writer) {
	e := r.Balances.Energy
	if e == nil || len(e.Units) == 0 {
		return
	}
	c := r.energyCount()
	fmt.Fprintf(w, "\nEnergy: units with a heat of their own take heat %s kW, power %s kW; those that close do so together to %s of %s kW\n", digits(e.Plant.Heat/1000),
		digits(e.Plant.Work/1000), power(e.Plant.Rel, 1), digits(e.Plant.Turnover/1000))
	if len(e.Plant.NoData) > 0 {
		fold(w, "  of the whole plant there is no balance: no enthalpy of ", e.Plant.NoData, ", ")
	}
	if len(c.open) > 0 {
		fold(w, "  mixed by mass, not by heat: ", c.open, ", ")
	}
	g := &grid{title: "Energy of units", head: []string{"", "heat kW", "power kW", "turned over kW", "relative", ""}, words: 1}
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		u, ok := e.Units[tag]
		if !ok {
			continue
		}
		kW := func(v float64) string { return digits(v / 1000) }
		turnover := maybe(u.Turnover, kW)
		rel, note := maybe(u.Rel, func(v float64) string { return power(v, 1) }), ""
		switch {
		case u.Rel == nil:
			rel, note = "no data", some(u.NoData)
		case u.LeftOut != nil:
			note = "without " + some(u.LeftOut)
		}
		g.add(tag, maybe(u.Heat, kW), maybe(u.Work, kW), turnover, rel, note)
	}
	g.left("")
	g.write(w)
}
