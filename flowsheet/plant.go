package flowsheet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/cost"
)

// Plant is a flowsheet ready to be solved. It belongs to one goroutine; parallel work loads one plant each.
type Plant struct {
	Name   string
	System *chem.System

	nodes   []*node
	streams []*link
	byTag   map[string]*node
	byName  map[string]*link
	order   []int // units in the order of solving
	blocks  []*block
	tears   []*tear

	kpis     []*kpi
	loops    []*control // control loops, in file order: those around one unit,
	held     []*hold    // which are closed in every pass,
	controls []*control // and the others, unknowns of the plant
	gangs    []Gang
	refs     []Published
	plan     *cost.Plan
	spoilt   map[string]bool // while loading: units, KPIs and gangs with a fault

	x, u              []float64 // whole memory and handles of all units
	prev              []float64 // states at the start of a step in time
	dx, du            []float64
	dprev             []float64
	stage             Stage
	solved            bool       // the memory holds a solution to start from
	kept              []float64  // memory to come back to
	eventful          []*node    // units that work by events
	goes              *timeMarch // of Advance, made when first needed
	entering, leaving []float64  // scratch of the balances

	conv progress
}

// node is a unit with its place in the plant.
type node struct {
	tag, kind     string
	unit          Unit
	tangent       Tangenter // nil: the plant takes a difference
	events        Eventer   // nil: the states never jump
	empty         []Stream  // inlets of an Eventer before they are known
	spec          Spec
	param         *conf.Table
	in, out       []int // stream index per port, −1 when an optional inlet stays open
	ins, outs     []Stream
	dins, douts   []Stream
	x, u, prev    []float64
	dx, du, dprev []float64
	hold          *hold  // the control loop around this unit, nil without one
	probe         *probe // scratch of differences, made when first needed
	stage         Stage  // of the call under way
	y             []float64
}

// link is a stream with its two ends.
type link struct {
	name     string
	from, to int        // unit index, −1 outside the plant
	taken    connection // by to
	drawn    bool
	flow     Stream // as the producer wrote it
	d        Stream // its tangent
	tear     *tear  // nil when not torn
}

// tear is a torn stream: what the consumer is given, and its tangent.
type tear struct {
	link *link
	at   int // first place in the vector of tear unknowns
	flow Stream
	d    Stream
}

// signed says that a component of a torn stream may be negative: total acidity, and what a surface has given off.
func (t *tear) signed(i, acid int) bool { return i == acid || t.flow.N[i] < 0 || t.link.flow.N[i] < 0 }

// Gang is a handle of the plant that moves several unit handles together.
type Gang struct {
	Name  string
	Moves []string
}

// Published is a number from the source of a plant, shown beside the computed one.
type Published struct {
	Path   string
	Value  float64
	Source string
}

// Gangs lists the plant's ganged handles.
func (p *Plant) Gangs() []Gang { return p.gangs }

// Published lists the numbers of the source that the plant's file quotes.
func (p *Plant) Published() []Published { return p.refs }

// UnitView is a unit as a report sees it. Its slices belong to the plant and change with the next solve.
type UnitView struct {
	Tag, Kind string
	Unit      Unit
	Spec      Spec
	X, U      []float64
	In, Out   []Stream
	InNames   []string // stream names, "" for an open optional inlet
	OutNames  []string
}

// Units lists the units in file order.
func (p *Plant) Units() []UnitView {
	views := make([]UnitView, len(p.nodes))
	for i, n := range p.nodes {
		views[i] = p.view(n)
	}
	return views
}

// Unit finds a unit by its tag.
func (p *Plant) Unit(tag string) (UnitView, bool) {
	n, ok := p.byTag[tag]
	if !ok {
		return UnitView{}, false
	}
	return p.view(n), true
}

func (p *Plant) view(n *node) UnitView {
	v := UnitView{Tag: n.tag, Kind: n.kind, Unit: n.unit, Spec: n.spec, X: n.x, U: n.u, In: n.ins, Out: n.outs}
	for _, s := range n.in {
		name := ""
		if s >= 0 {
			name = p.streams[s].name
		}
		v.InNames = append(v.InNames, name)
	}
	for _, s := range n.out {
		v.OutNames = append(v.OutNames, p.streams[s].name)
	}
	return v
}

// StreamView is a stream as a report sees it.
type StreamView struct {
	Name     string
	From, To string // unit tags, "" outside the plant
	Drawn    bool   // decided by the unit that takes it: burner gas, a virtual source
	Torn     bool
	Flow     Stream
}

// Streams lists the streams in the order of the units that make them.
func (p *Plant) Streams() []StreamView {
	views := make([]StreamView, len(p.streams))
	for i, s := range p.streams {
		v := StreamView{Name: s.name, Drawn: s.drawn, Torn: s.tear != nil, Flow: s.flow}
		switch {
		case s.drawn:
			v.To = p.nodes[s.from].tag
		default:
			v.From = p.nodes[s.from].tag
			if s.to >= 0 {
				v.To = p.nodes[s.to].tag
			}
		}
		views[i] = v
	}
	return views
}

// Stream finds a stream by name.
func (p *Plant) Stream(name string) (Stream, bool) {
	s, ok := p.byName[name]
	if !ok {
		return Stream{}, false
	}
	return s.flow, true
}

// Handle returns the value (SI) of a unit's handle, e.g. "acid_feed2.flow", or of a set-point, "control.NAME.set".
func (p *Plant) Handle(path string) (float64, error) {
	if c := p.setPoint(path); c != nil {
		return c.set, nil
	}
	n, i, err := p.handle(path)
	if err != nil {
		return 0, err
	}
	return n.u[i], nil
}

// setPoint finds the control loop of a path "control.NAME.set", nil when the path is another.
func (p *Plant) setPoint(path string) *control {
	for _, c := range p.loops {
		if path == "control."+c.name+".set" {
			return c
		}
	}
	return nil
}

// SetHandle moves a unit's handle, or every handle of a gang, to a value (SI) within its range, or a set-point.
// The next Solve starts warm.
func (p *Plant) SetHandle(path string, value float64) error {
	if c := p.setPoint(path); c != nil {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("%s = %g is no set-point", path, value)
		}
		c.set = value
		return nil
	}
	for _, g := range p.gangs {
		if g.Name != path {
			continue
		}
		for _, m := range g.Moves {
			if err := p.SetHandle(m, value); err != nil {
				return err
			}
		}
		return nil
	}
	n, i, err := p.handle(path)
	if err != nil {
		return err
	}
	h := n.spec.Handles[i]
	if !(value >= h.Lo && value <= h.Hi) {
		return fmt.Errorf("%s = %g is outside %g to %g %s", path, value, h.Lo, h.Hi, h.Unit)
	}
	n.u[i] = value
	return nil
}

func (p *Plant) handle(path string) (*node, int, error) {
	tag, name := splitPath(path, func(s string) bool { _, ok := p.byTag[s]; return ok })
	n, ok := p.byTag[tag]
	if !ok {
		return nil, 0, fmt.Errorf("%s: no such unit or handle; %s", path, conf.Hint(tag, append(p.tags(), p.gangNames()...)))
	}
	if i := slices.IndexFunc(n.spec.Handles, func(h Handle) bool { return h.Name == name }); i >= 0 {
		return n, i, nil
	}
	names := make([]string, len(n.spec.Handles))
	for i, h := range n.spec.Handles {
		names[i] = h.Name
	}
	return nil, 0, fmt.Errorf("%s: %s has no handle %q; %s", path, n.tag, name, conf.Hint(name, names))
}

func (p *Plant) gangNames() []string {
	names := make([]string, len(p.gangs))
	for i, g := range p.gangs {
		names[i] = g.Name
	}
	return names
}

func (p *Plant) tags() []string {
	tags := make([]string, len(p.nodes))
	for i, n := range p.nodes {
		tags[i] = n.tag
	}
	return tags
}

// Memory returns a copy of everything a warm start or a fork needs: the units' memory, the torn streams, the handles, the
// set-points with what their start formulas gave at the last solution.
func (p *Plant) Memory() []float64 {
	var m []float64
	p.keep(&m)
	return m
}

// Restore sets the plant to a copy made by Memory of a plant from the same file.
func (p *Plant) Restore(memory []float64) error {
	if want := p.memorySize(); len(memory) != want {
		return fmt.Errorf("memory holds %d numbers, this plant needs %d", len(memory), want)
	}
	p.recall(memory)
	p.solved = true
	return nil
}

func (p *Plant) memorySize() int {
	return len(p.x) + len(p.u) + 2*len(p.loops) + len(p.tears)*(1+len(p.System.Components))
}

// keep writes the memory to a slice, which is made when it is too short.
func (p *Plant) keep(to *[]float64) {
	m := (*to)[:0]
	if cap(m) < p.memorySize() {
		m = make([]float64, 0, p.memorySize())
	}
	m = append(append(m, p.x...), p.u...)
	for _, c := range p.loops {
		m = append(m, c.set, c.guessed)
	}
	for _, t := range p.tears {
		m = append(append(m, t.flow.T), t.flow.N...)
	}
	*to = m
}

// recall sets the memory to what keep wrote.
func (p *Plant) recall(memory []float64) {
	memory = memory[copy(p.x, memory):]
	memory = memory[copy(p.u, memory):]
	for _, c := range p.loops {
		c.set, c.guessed, memory = memory[0], memory[1], memory[2:]
	}
	for _, t := range p.tears {
		t.flow.T = memory[0]
		memory = memory[1+copy(t.flow.N, memory[1:]):]
	}
	for _, c := range p.loops {
		c.value = c.nodes[0].u[c.handles[0]]
	}
}
