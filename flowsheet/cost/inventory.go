package cost

import (
	"slices"

	"reetwin/flowsheet/chem"
)

// inventory is what is known, beside its flow, of what can be in a product.
type inventory struct {
	complete bool     // no feed, reagent or vessel of the plant is missing in the file, says the file
	there    []bool   // by element: some stream of the plant holds it
	uptakes  []Uptake // of the step that the product comes from
}

// inventory of a solved plant for a product.
func (s Solved) inventory(w Wanted) inventory {
	inv := inventory{complete: w.Complete, there: make([]bool, len(s.System.Elements))}
	for e := range inv.there {
		inv.there[e] = slices.ContainsFunc(s.Flows, func(f Flow) bool {
			return slices.ContainsFunc(s.holding(e), func(c int) bool { return f.N[c] != 0 })
		})
	}
	for _, name := range w.Streams {
		f, _ := s.flow(name)
		for _, u := range s.Units {
			if u.Tag == f.From {
				inv.uptakes = append(inv.uptakes, u.Uptakes...)
			}
		}
	}
	return inv
}

// holding are the components with an element in their formula.
func (s Solved) holding(e int) (all []int) {
	for c := range s.System.Components {
		if s.System.Components[c].Formula[e] != 0 {
			all = append(all, c)
		}
	}
	return all
}

// absent says whether an element is in no stream of a plant whose file is complete.
func (v inventory) absent(sys *chem.System, symbol string) bool {
	e, ok := sys.Element(symbol)
	return v.complete && (!ok || e < len(v.there) && !v.there[e])
}

// Taken is what a demand owes to a share that is data: taken up from vessel, tools or air.
type Taken struct {
	What  string  `json:"what"`
	Value float64 `json:"value"` // of the product's mass, in the form of the limit
	Origin
}

// limit is what a demand of the kind "at most" counts: known, in which parts it is absent, what is not known, and what is taken up.
func (m *makeup) limit(d *Demand, inv inventory) (mass float64) {
	f, err := formOf(d.What)
	if err != nil {
		return 0
	}
	if f.loss {
		return m.burnt()
	}
	known := 0
	for _, p := range f.parts {
		e, ok := m.sys.Element(p.element)
		switch {
		case ok && m.part[e] != 0:
			mass += m.part[e] * m.book.per(m.sys, p.formula, e)
			known++
		case inv.absent(m.sys, p.element):
			d.Absent = append(d.Absent, p.element)
			known++
		case !ok:
			d.Why = "the plant has no such element"
		default:
			d.Why = "the model carries none into the product"
		}
	}
	if known < len(f.parts) && len(f.parts) > 1 {
		d.Why = "not all of it: " + d.Why
	}
	if known == len(f.parts) {
		d.Why = ""
	}
	return mass
}

// rests lists what of a demand is taken up by data, and the demand at the ends of their ranges.
func (m *makeup) rests(d *Demand, inv inventory) {
	f, err := formOf(d.What)
	if err != nil || d.Value == nil {
		return
	}
	lo, hi := *d.Value, *d.Value
	for _, u := range inv.uptakes {
		per := m.counts(f, u.Atoms)
		if per == 0 || u.Kg == 0 {
			continue
		}
		d.Taken = append(d.Taken, Taken{What: u.What, Value: per * u.Kg / m.mass, Origin: Origin{Class: u.Class, Source: u.Source}})
		lo += per * (u.Lo - u.Kg) / m.mass
		hi += per * (u.Hi - u.Kg) / m.mass
	}
	if len(d.Taken) > 0 {
		d.Lo, d.Hi = &lo, &hi
	}
}

// counts is the mass that a limit counts in one kilogram of what is taken up.
func (m *makeup) counts(f form, atoms []float64) (kg float64) {
	if f.loss {
		taken := *m
		taken.part = make([]float64, len(m.part))
		for e := range atoms {
			taken.part[e] = atoms[e] * m.sys.Elements[e].Mass
		}
		return taken.burnt()
	}
	for _, p := range f.parts {
		if e, ok := m.sys.Element(p.element); ok {
			kg += atoms[e] * m.sys.Elements[e].Mass * m.book.per(m.sys, p.formula, e)
		}
	}
	return kg
}
