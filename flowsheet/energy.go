package flowsheet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
)

// Energy is the energy balance of a steady result, unit by unit and of the plant.
type Energy struct {
	Units []UnitEnergy // all but those at the border of the plant
	Plant PlantEnergy
}

// UnitEnergy is the energy balance of one unit,
//
//	gap = heat + work + H(inlets) − H(outlets)        turnover = max(|heat| + |work|, sensible heat of the inlets, of the outlets, heat of reaction)
//
// It is known where all that is changed has an enthalpy. What passes unchanged without one is left out, by name.
type UnitEnergy struct {
	Tag        string
	Heated     bool     // the kind has a heat of its own; else nothing is supplied
	Heat, Work float64  // W, that enter
	Turnover   float64  // W
	Rel        float64  // |gap| over the turnover; 0 where nothing is turned over
	LeftOut    []string // components that pass and have no enthalpy
	Share      float64  // of the inlets' mass that is left out
	NoData     []string // components for want of which there is no balance; Turnover and Rel are then NaN
}

// PlantEnergy is what the units with a heat of their own take together, and the balance over those of them that close: what flows between two of them
// cancels where both count it alike, from the same state of reference.
type PlantEnergy struct {
	Heat, Work, Turnover, Rel float64
	NoData                    []string // components that cross the border of the plant and have no enthalpy: of the whole plant there is no balance
}

// Enthalpies is the part of Heated that the enthalpies are.
type Enthalpies interface {
	Enthalpy(i int, T float64, leaving bool) float64
}

// unchanged is the relative difference below which a component passes a unit.
const unchanged = 1e-12

// energyBooks is the enthalpy of every component, by chem/thermo, else by chem.
type energyBooks struct {
	species []*thermo.Species
	tags    []string
	system  *chem.System
}

func (p *Plant) energyBooks() (*energyBooks, error) {
	made, err := p.System.Derived("energy", func() (any, error) {
		lib, err := thermo.Load()
		if err != nil {
			return nil, err
		}
		b := &energyBooks{system: p.System}
		for i := range p.System.Components {
			c := &p.System.Components[i]
			var s *thermo.Species
			tag := ""
			if c.Phase != chem.Aqueous || i == p.System.Solvent(chem.Aqueous) {
				s, tag = lib.Component(c)
			}
			b.species, b.tags = append(b.species, s), append(b.tags, tag)
		}
		return b, nil
	})
	if err != nil {
		return nil, err
	}
	return made.(*energyBooks), nil
}

// Enthalpy of a component, J/mol.
func (b *energyBooks) Enthalpy(i int, T float64, _ bool) float64 {
	if s := b.species[i]; s != nil {
		return s.Stable(T, b.tags[i]).H(T)
	}
	if e := b.system.Components[i].Enthalpy; e != nil {
		return e.At(T)
	}
	return math.NaN()
}

// Energy closes the energy of the last solution at steady state.
func (p *Plant) Energy() (Energy, error) {
	books, err := p.energyBooks()
	if err != nil {
		return Energy{}, err
	}
	var all Energy
	closed := map[int]bool{}
	for k, n := range p.nodes {
		if n.atBorder() {
			continue
		}
		e := n.plain().Energy(p.System, books)
		if e.Heated {
			all.Plant.Heat += e.Heat
			all.Plant.Work += e.Work
		}
		if e.Heated && e.NoData == nil {
			closed[k] = true
		}
		all.Units = append(all.Units, e)
	}
	p.energyTogether(closed, &all.Plant)
	p.withoutEnthalpy(books, &all.Plant)
	return all, nil
}

// energyTogether closes the energy over the units that close by themselves.
func (p *Plant) energyTogether(closed map[int]bool, e *PlantEnergy) {
	var sums tally
	for k, n := range p.nodes {
		if !closed[k] {
			continue
		}
		unit := n.unit.(Heated)
		sums.book = unit
		sums.supply(unit.Supplied(n.plain().observe(n.y)))
		for j, s := range n.in {
			if s >= 0 && (p.streams[s].from < 0 || !closed[p.streams[s].from]) {
				sums.add(n.ins[j], 1)
			}
		}
		for j, s := range n.out {
			if drawn := n.spec.Out[j].Drawn; drawn {
				sums.add(n.outs[j], 1)
			} else if p.streams[s].to < 0 || !closed[p.streams[s].to] {
				sums.add(n.outs[j], -1)
			}
		}
	}
	e.Turnover, e.Rel = sums.turnover(), sums.rel()
}

// withoutEnthalpy names what crosses the plant's border without an enthalpy.
func (p *Plant) withoutEnthalpy(books *energyBooks, e *PlantEnergy) {
	p.border()
	for i := range p.entering {
		if (p.entering[i] != 0 || p.leaving[i] != 0) && math.IsNaN(books.Enthalpy(i, thermo.Room, false)) {
			e.NoData = append(e.NoData, p.System.Components[i].Name)
		}
	}
}

// plain is a unit without the names of its streams, which cost memory.
func (n *node) plain() UnitView {
	return UnitView{Tag: n.tag, Unit: n.unit, Spec: n.spec, X: n.x, U: n.u, In: n.ins, Out: n.outs}
}

// observe writes the unit's signals at its last solution.
func (v UnitView) observe(y []float64) []float64 {
	clear(y)
	if o, ok := v.Unit.(Observer); ok {
		o.Observe(v.U, v.X, v.In, v.Out, y)
	}
	return y
}

// Energy closes the energy of a unit at steady state by the enthalpies that it counts with; one without a heat of its own is given
// some.
func (v UnitView) Energy(sys *chem.System, given Enthalpies) UnitEnergy {
	entering, leaving := make([]float64, len(sys.Components)), make([]float64, len(sys.Components))
	e, sums := v.tally(given, make([]float64, len(v.Spec.Signals)), entering, leaving)
	passes := true
	left := 0.0
	for i, in := range entering {
		same := alike(in, leaving[i])
		passes = passes && same
		if in == 0 && leaving[i] == 0 || !math.IsNaN(sums.book.Enthalpy(i, thermo.Room, false)) {
			continue
		}
		if name := sys.Components[i].Name; same && e.Heated {
			e.LeftOut = append(e.LeftOut, name)
			left += math.Abs(in) * sys.Components[i].M
		} else {
			e.NoData = append(e.NoData, name)
		}
	}
	if left > 0 {
		e.Share = left / sys.Mass(entering)
	}
	switch {
	case passes && !e.Heated && v.isothermal(sys):
		e.NoData = nil
		e.Turnover, e.Rel = 0, 0
	case e.NoData != nil:
		e.Turnover, e.Rel = math.NaN(), math.NaN()
	}
	return e
}

// alike says whether a component passes unchanged.
func alike(in, out float64) bool {
	return math.Abs(in-out) <= unchanged*math.Max(math.Abs(in), math.Abs(out))
}

// tally sums the energy and the matter around a unit; y, entering and leaving are scratch that it fills.
func (v UnitView) tally(given Enthalpies, y, entering, leaving []float64) (UnitEnergy, tally) {
	e, sums := UnitEnergy{Tag: v.Tag}, tally{book: given}
	if unit, ok := v.Unit.(Heated); ok {
		e.Heated, sums.book = true, unit
		e.Heat, e.Work = unit.Supplied(v.observe(y))
		sums.supply(e.Heat, e.Work)
	}
	clear(entering)
	clear(leaving)
	for _, s := range v.In {
		sums.add(s, 1)
		add(entering, s.N)
	}
	for k, s := range v.Out {
		if v.Spec.Out[k].Drawn {
			sums.add(s, 1)
			add(entering, s.N)
		} else {
			sums.add(s, -1)
			add(leaving, s.N)
		}
	}
	e.Turnover, e.Rel = sums.turnover(), sums.rel()
	return e, sums
}

// isothermal says whether all streams have one temperature and at most one inlet is liquid: liquors that meet may give off heat. What passes unchanged then
// has the enthalpy that it had, whatever that is.
func (v UnitView) isothermal(sys *chem.System) bool {
	T, liquors := 0.0, 0
	for k, s := range slices.Concat(v.In, v.Out) {
		if flowSize(s.N) == 0 {
			continue
		}
		if T == 0 {
			T = s.T
		}
		if s.T != T {
			return false
		}
		enters := k < len(v.In) || v.Spec.Out[k-len(v.In)].Drawn
		if enters && sys.PhaseMass(chem.Aqueous, s.N)+sys.PhaseMass(chem.Organic, s.N) != 0 {
			liquors++
		}
	}
	return liquors <= 1
}

// tally sums an energy balance, W.
type tally struct {
	book            Enthalpies
	gap, supplied   float64
	warmIn, warmOut float64 // sensible heat, sizes
	reaction        float64
}

// supply counts heat and work that enter.
func (t *tally) supply(heat, work float64) {
	t.gap += heat + work
	t.supplied += math.Abs(heat) + math.Abs(work)
}

// add counts what has an enthalpy: sign 1 where it enters, −1 where it leaves.
func (t *tally) add(s Stream, sign float64) {
	for i, n := range s.N {
		if n == 0 {
			continue
		}
		h, room := t.book.Enthalpy(i, s.T, sign < 0), t.book.Enthalpy(i, thermo.Room, sign < 0)
		if math.IsNaN(h) {
			continue
		}
		t.gap += sign * n * h
		t.reaction += sign * n * room
		if warm := math.Abs(n * (h - room)); sign > 0 {
			t.warmIn += warm
		} else {
			t.warmOut += warm
		}
	}
}

func (t *tally) turnover() float64 {
	return max(t.supplied, t.warmIn, t.warmOut, math.Abs(t.reaction))
}

func (t *tally) rel() float64 {
	if all := t.turnover(); all != 0 {
		return math.Abs(t.gap) / all
	}
	return 0
}

// checkEnergy refuses a solution in which a unit with a heat of its own does not close.
func (p *Plant) checkEnergy() error {
	for _, n := range p.nodes {
		if _, ok := n.unit.(Heated); !ok || n.atBorder() {
			continue
		}
		e, sums := n.plain().tally(nil, n.y, p.entering, p.leaving)
		known := true
		for i, in := range p.entering {
			known = known && (alike(in, p.leaving[i]) || !math.IsNaN(sums.book.Enthalpy(i, thermo.Room, false)))
		}
		if known && !(e.Rel <= MaxClosure) {
			return &Failure{Unit: n.tag, Reason: fmt.Sprintf("does not balance: energy, relative %.1e of %.4g W", e.Rel, e.Turnover)}
		}
	}
	return nil
}
