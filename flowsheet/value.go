package flowsheet

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
)

// Dual is a value with its derivative along one direction of the plant (0 when no direction is asked for).
type Dual struct{ V, D float64 }

// reading is a quantity that can be read off a solved plant: a stream property, a signal, a handle, a KPI.
type reading struct {
	path, unit string
	value      func(p *Plant) Dual // uses the tangents of streams, x and u as they stand
	at         []int               // the units that it is read at, or that make the streams it is read at
}

// want reads a quantity of the plant's file that this reading shall have, in the reading's unit.
func (r reading) want(t *conf.Table, key string) float64 {
	v, err := si.Convert(t.Quantity(key, r.unit, conf.Any), r.unit)
	if err != nil {
		t.Fault(key, "%v", err)
	}
	return v
}

// Value reads a quantity of the solved plant, with its unit: SI but for the tenors mg_L, which are g/m3. Paths:
//
//	streams.NAME.mol_s.COMPONENT  mg_L.ELEMENT (g/m3)  kg_s  m3_s  T_K  pH       "streams." may be left out
//	units.TAG.signals.NAME        or TAG.NAME: a signal or a handle of a unit
//	kpis.NAME                     or just NAME
func (p *Plant) Value(path string) (value float64, unit string, err error) {
	r, err := p.reading(path)
	if err != nil {
		return 0, "", err
	}
	p.clearTangents()
	return r.value(p).V, r.unit, nil
}

// RestsOn lists the units that a quantity depends on, in file order: those it is read at, and all upstream of them.
// At the steady state a handle of any other unit cannot change it, unless a control loop carries the change.
func (p *Plant) RestsOn(path string) ([]string, error) {
	r, err := p.reading(path)
	if err != nil {
		return nil, err
	}
	reached := make([]bool, len(p.nodes))
	next := slices.Clone(r.at)
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		if reached[i] {
			continue
		}
		reached[i] = true
		for _, s := range p.nodes[i].in {
			if s >= 0 {
				next = append(next, p.streams[s].from)
			}
		}
	}
	var tags []string
	for i, n := range p.nodes {
		if reached[i] {
			tags = append(tags, n.tag)
		}
	}
	return tags, nil
}

func (p *Plant) clearTangents() {
	for _, s := range p.streams {
		s.d.Zero(0)
	}
	for _, t := range p.tears {
		t.d.Zero(0)
	}
	clear(p.dx)
	clear(p.du)
}

func (p *Plant) reading(path string) (reading, error) {
	rest := strings.TrimPrefix(path, "kpis.")
	for _, k := range p.kpis {
		if k.Name == rest || k.Name+".value" == rest {
			return reading{path, k.Unit, k.value, k.at}, nil
		}
	}
	if rest, ok := strings.CutPrefix(path, "streams."); ok {
		return p.streamReading(rest)
	}
	tagged := strings.TrimPrefix(path, "units.")
	if tag, name := splitPath(tagged, func(s string) bool { return p.byTag[s] != nil }); p.byTag[tag] != nil { // cell.anode.immersion, though cell.anode is a stream too
		if r, err := p.unitReading(p.byTag[tag], name); err == nil {
			return r, nil
		}
	}
	first, name := splitPath(tagged, func(s string) bool { return p.byTag[s] != nil || p.byName[s] != nil })
	if n := p.byTag[first]; n != nil && name != "" {
		if r, err := p.unitReading(n, name); err == nil || p.byName[first] == nil {
			return r, err
		}
	}
	if p.byName[first] != nil {
		return p.streamReading(tagged)
	}
	names := p.tags()
	for _, s := range p.streams {
		names = append(names, s.name)
	}
	for _, k := range p.kpis {
		names = append(names, k.Name)
	}
	meant := path
	if conf.Nearest(path, names) == "" {
		meant = first
	}
	return reading{}, fmt.Errorf("%q is no stream, unit or KPI of this plant; %s", path, conf.Hint(meant, names))
}

func (p *Plant) unitReading(n *node, name string) (reading, error) {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "signals."), ".value")
	var names []string
	for i, s := range n.spec.Signals {
		if s.Name == name {
			return reading{n.tag + "." + name, s.Unit, func(p *Plant) Dual { return n.signal(i) }, []int{p.index(n)}}, nil
		}
		names = append(names, s.Name)
	}
	for i, h := range n.spec.Handles {
		if h.Name == name {
			return reading{n.tag + "." + name, h.Unit, func(p *Plant) Dual { return Dual{n.u[i], n.du[i]} }, []int{p.index(n)}}, nil
		}
		names = append(names, h.Name)
	}
	return reading{}, fmt.Errorf("%s has no signal or handle %q; %s", n.tag, name, conf.Hint(name, names))
}

// signal reads one signal of a unit; its derivative is a central difference along the unit's tangent, one-sided where a flow would pass zero on the other side:
// a unit need not observe what cannot be.
func (n *node) signal(i int) Dual {
	o, ok := n.unit.(Observer)
	if !ok {
		return Dual{math.NaN(), math.NaN()}
	}
	o.Observe(n.u, n.x, n.ins, n.outs, n.y)
	v := n.y[i]
	if n.probe == nil {
		n.probe = newProbe(n)
	}
	q := n.probe
	step := q.step(n, true)
	if step == 0 {
		return Dual{v, 0}
	}
	up, down, span := v, v, 0.0
	for _, side := range []struct {
		h  float64
		to *float64
	}{{step, &up}, {-step, &down}} {
		if n.leavesZero(side.h) && !n.leavesZero(-side.h) {
			continue
		}
		q.move(n, side.h, true)
		o.Observe(q.u, q.x, q.in, q.out, n.y)
		*side.to = n.y[i]
		span += step
	}
	return Dual{v, (up - down) / span}
}

// leavesZero says whether some flow of a unit's inlets turns negative, h along their direction.
func (n *node) leavesZero(h float64) bool {
	for k := range n.ins {
		for i, v := range n.ins[k].N {
			if v >= 0 && v+h*n.dins[k].N[i] < 0 {
				return true
			}
		}
	}
	return false
}

func (p *Plant) streamReading(path string) (reading, error) {
	name, quantity := splitPath(path, func(s string) bool { return p.byName[s] != nil })
	s := p.byName[name]
	if s == nil {
		var names []string
		for _, s := range p.streams {
			names = append(names, s.name)
		}
		return reading{}, fmt.Errorf("no stream %q; %s", name, conf.Hint(name, names))
	}
	sys := p.System
	what, of, _ := strings.Cut(quantity, ".")
	full, at := "streams."+path, []int{s.from}
	linear := func(unit string, f func(n []float64) float64) (reading, error) {
		return reading{full, unit, func(*Plant) Dual { return Dual{f(s.flow.N), f(s.d.N)} }, at}, nil
	}
	switch what {
	case "kg_s":
		return linear("kg/s", sys.Mass)
	case "m3_s":
		return linear("m3/s", sys.Volume)
	case "T_K":
		return reading{full, "K", func(*Plant) Dual { return Dual{s.flow.T, s.d.T} }, at}, nil
	case "pH":
		return reading{full, "1", func(*Plant) Dual { return streamPH(sys, s) }, at}, nil
	case "mol_s":
		if i, ok := sys.Index(of); ok {
			return linear("mol/s", func(n []float64) float64 { return n[i] })
		}
		return reading{}, fmt.Errorf("%s: %w", path, sys.Unknown("component", of, p.components()))
	case "mg_L":
		e, ok := sys.Element(of)
		if !ok {
			return reading{}, fmt.Errorf("%s: %w", path, sys.Unknown("element", of, sys.Symbols()))
		}
		return reading{full, "g/m3", func(*Plant) Dual { return tenor(sys, e, s) }, at}, nil
	}
	return reading{}, fmt.Errorf("%s: a stream has no %q; it has mol_s.COMPONENT, mg_L.ELEMENT, kg_s, m3_s, T_K, pH", path, quantity)
}

// tenor is the mass of an element dissolved per volume of the stream's liquid, g/m3 (= mg/L).
func tenor(sys *chem.System, e int, s *link) Dual {
	phase := LiquidPhase(sys, s.flow.N)
	v := Dual{sys.PhaseVolume(phase, s.flow.N), sys.PhaseVolume(phase, s.d.N)}
	if v.V <= 0 {
		return Dual{}
	}
	var mass Dual
	first, end := sys.Span(phase)
	for c := first; c < end; c++ {
		if comp := &sys.Components[c]; comp.Key == e {
			mass = mass.plus(Dual{s.flow.N[c], s.d.N[c]}.scale(1000 * sys.Elements[e].Mass * comp.KeyCount))
		}
	}
	return mass.over(v)
}

// LiquidPhase tells which liquid a stream's tenors belong to: the aqueous one, or the organic one where that is larger.
func LiquidPhase(sys *chem.System, n []float64) chem.Phase {
	if sys.PhaseVolume(chem.Organic, n) > sys.PhaseVolume(chem.Aqueous, n) {
		return chem.Organic
	}
	return chem.Aqueous
}

func streamPH(sys *chem.System, s *link) Dual {
	v, ok := sys.PH(s.flow.N)
	if !ok {
		return Dual{math.NaN(), 0}
	}
	largest := 0.0
	first, end := sys.Span(chem.Aqueous)
	for i := first; i < end; i++ {
		if s.d.N[i] != 0 {
			largest = math.Max(largest, math.Abs(s.d.N[i])/(math.Abs(s.flow.N[i])+1e-12*s.flow.N[sys.Solvent(chem.Aqueous)]))
		}
	}
	if largest == 0 {
		return Dual{v, 0}
	}
	step := 1e-6 / largest
	moved := make([]float64, len(s.flow.N))
	at := func(h float64) float64 {
		for i, n := range s.flow.N {
			moved[i] = n + h*s.d.N[i]
		}
		ph, _ := sys.PH(moved)
		return ph
	}
	return Dual{v, (at(step) - at(-step)) / (2 * step)}
}

func (a Dual) plus(b Dual) Dual     { return Dual{a.V + b.V, a.D + b.D} }
func (a Dual) minus(b Dual) Dual    { return Dual{a.V - b.V, a.D - b.D} }
func (a Dual) times(b Dual) Dual    { return Dual{a.V * b.V, a.D*b.V + a.V*b.D} }
func (a Dual) over(b Dual) Dual     { q := a.V / b.V; return Dual{q, (a.D - q*b.D) / b.V} }
func (a Dual) scale(f float64) Dual { return Dual{f * a.V, f * a.D} }
