package flowsheet

import (
	"fmt"
	"math"

	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
)

// control is a control loop, which offline is a specification: its handle is solved so that measured = set.
type control struct {
	name    string
	measure string
	move    string
	set     float64
	lo, hi  float64
	read    reading
	nodes   []*node // the units whose handle moves (several for a gang)
	handles []int
	value   float64  // of the handle
	start   float64  // as the file gives it
	guess   evaluate // where the search for the handle starts, instead; nil without one
	asked   float64  // by guess at the last cold start, before the range of the handle
	guessed float64  // at the last solution
	got     Dual     // measured
	typical float64  // measured where the control loops were taken in
	mayMiss bool     // the handle may stand at its limit, the set-point missed
}

// Control is a control loop as a report sees it.
type Control struct {
	Name, Measure, Move string
	Set, Measured       float64
	Unit                string
	Handle, Lo, Hi      float64
	HandleUnit          string
	Tag                 string // the unit of a loop that measures and moves one unit, else ""
	InTime              bool   // the loop is closed in time too
	Missed              string // says how far the handle came, where the file allows it to miss the set-point; "" when that is met
}

// Controls lists the plant's control loops with what the last solve made of them.
func (p *Plant) Controls() []Control {
	out := make([]Control, len(p.loops))
	p.clearTangents()
	for i, c := range p.loops {
		n := c.nodes[0]
		h := n.spec.Handles[c.handles[0]]
		out[i] = Control{Name: c.name, Measure: c.measure, Move: c.move, Set: c.set, Measured: c.read.value(p).V,
			Unit: c.read.unit, Handle: n.u[c.handles[0]], Lo: c.lo, Hi: c.hi, HandleUnit: h.Unit}
		if c.around(n) {
			out[i].Tag, out[i].InTime = n.tag, c.closedInTime()
			if n.hold.short {
				out[i].Missed = c.unreachable(out[i].Handle, out[i].Measured, n.hold.seen).Error()
			}
		}
	}
	return out
}

// around says whether the loop is closed within a unit.
func (c *control) around(n *node) bool { return n.hold != nil && n.hold.c == c }

// closedInTime says whether the loop is closed at every instant of a run in time.
func (c *control) closedInTime() bool {
	return len(c.nodes) > 0 && c.around(c.nodes[0]) && len(c.nodes[0].spec.States) == 0
}

// readControls reads [[control]]: name, measure, set, move, min, max, unmet.
func (p *Plant) readControls(tables []*conf.Table) {
	names := map[string]bool{}
	moved := map[string]string{}
	for _, t := range tables {
		c := &control{name: t.Text("name"), measure: t.Text("measure"), move: t.Text("move")}
		if names[c.name] && !t.Faulty("name") {
			t.Fault("name", "a second control %q", c.name)
		}
		names[c.name] = true
		if r, err := p.reading(c.measure); err == nil {
			c.read = r
			c.set = r.want(t, "set")
		} else {
			t.Skip("set")
			if !t.Faulty("measure") {
				p.fault(t, "measure", c.measure, err)
			}
		}
		p.readMove(t, c, moved)
		p.readStart(t, c)
		c.mayMiss = t.ChoiceOr("unmet", "fails", "fails", "warns") == "warns"
		p.loops = append(p.loops, c)
		if !p.hold(c) {
			p.controls = append(p.controls, c)
			if c.mayMiss && len(c.nodes) > 0 && c.read.value != nil {
				t.Fault("unmet", "only a loop that measures and moves one unit can stand at its limit; %s and %s are of several", c.measure, c.move)
			}
		}
		t.Close()
	}
}

// readStart reads the formula by which the handle starts.
func (p *Plant) readStart(t *conf.Table, c *control) {
	if !t.Has("start") {
		return
	}
	text := t.Text("start")
	if t.Faulty("start") {
		return
	}
	excused := false
	guess, err := parseFormula(text, func(path string) (reading, error) {
		r, err := p.reading(path)
		excused = err != nil && p.excused(path)
		return r, err
	})
	if err != nil && !excused {
		t.Fault("start", "%v", err)
	}
	c.guess = guess
}

// begin puts the handle where the search for it starts: at the file's value, or by the formula start.
func (c *control) begin(p *Plant) {
	value := c.start
	if c.guess != nil {
		if v := c.guess(p).V; v != 0 && !math.IsNaN(v) && !math.IsInf(v, 0) { // 0: nothing flows yet
			value = v
		}
	}
	c.asked = value
	c.put(math.Min(math.Max(value, c.lo), c.hi))
}

// lead moves the handle by as much as the formula start has moved since the last solution.
func (c *control) lead(p *Plant) {
	if c.guess == nil || !(c.guessed > 0) {
		return
	}
	if by := c.guess(p).V / c.guessed; by > 0 && !math.IsInf(by, 0) && by != 1 {
		c.put(math.Min(math.Max(c.value*by, c.lo), c.hi))
	}
}

func (p *Plant) readMove(t *conf.Table, c *control, moved map[string]string) {
	targets := []string{c.move}
	for _, g := range p.gangs {
		if g.Name == c.move {
			targets = g.Moves
		}
	}
	for _, target := range targets {
		n, i, err := p.handle(target)
		if err != nil {
			if !t.Faulty("move") && !p.excused(c.move) {
				p.fault(t, "move", target, err)
			}
			break
		}
		if by, ok := moved[target]; ok {
			t.Fault("move", "%s is already moved by control %q", target, by)
		}
		moved[target] = c.name
		c.nodes, c.handles = append(c.nodes, n), append(c.handles, i)
	}
	if len(c.nodes) == 0 { // a fault already: the range is that of a handle
		t.Skip("min", "max")
		return
	}
	h := c.nodes[0].spec.Handles[c.handles[0]]
	c.start = h.Value
	r := conf.Between(h.Lo, h.Hi)
	c.lo, c.hi = t.Quantity("min", h.Unit, r), t.Quantity("max", h.Unit, r)
	if c.lo >= c.hi && !t.Faulty("min") && !t.Faulty("max") {
		t.Fault("max", "%g %s is not above min, %g %s", c.hi, h.Unit, c.lo, h.Unit)
	}
}

// put moves the control's handle.
func (c *control) put(value float64) {
	c.value = value
	for k, n := range c.nodes {
		n.u[c.handles[k]] = value
	}
}

// push sets the direction of the control's handle.
func (c *control) push(d float64) {
	for k, n := range c.nodes {
		n.du[c.handles[k]] = d
	}
}

// span is the size of the handle's variable, to scale it with.
func (c *control) span() float64 { return math.Max(math.Abs(c.value), 1e-3*(c.hi-c.lo)) }

// size is the size of the measured value, to scale its error with: the set-point's, or for a set-point of zero that of the
// value found.
func (c *control) size() float64 {
	switch {
	case c.set != 0:
		return math.Abs(c.set)
	case c.typical != 0:
		return c.typical
	}
	return 1
}

// unreachable words a specification that its handle cannot meet: at is where the handle comes closest, seen what was measured at all
// settings tried.
func (c *control) unreachable(at, measured float64, seen span) error {
	unit := c.nodes[0].spec.Handles[c.handles[0]].Unit
	stays := ""
	if seen.misses(c.set) {
		side := "above"
		if seen.hi < c.set {
			side = "below"
		}
		stays = fmt.Sprintf("; at every setting tried, over the whole range, it stays %s the set-point: %s to %s", side, inPlantUnits(seen.lo, c.read.unit), inPlantUnits(seen.hi, c.read.unit))
	}
	return fmt.Errorf("control %q: %s = %s is not reachable: with %s = %s (range %s to %s) it is %s%s",
		c.name, c.measure, inPlantUnits(c.set, c.read.unit), c.move, inPlantUnits(at, unit),
		inPlantUnits(c.lo, unit), inPlantUnits(c.hi, unit), inPlantUnits(measured, c.read.unit), stays)
}

// outside says of the loops whose formula start asks for more or less than the handle can give what that is: the likely limit, which a plant far from its
// set-points does not show. It is "" when there are none.
func (b *block) outside() string {
	words := ""
	for _, c := range b.led {
		limit, key, way := c.lo, "min", "below"
		if c.asked > c.hi {
			limit, key, way = c.hi, "max", "above"
		}
		if !(c.asked < c.lo || c.asked > c.hi) {
			continue
		}
		unit := c.nodes[0].spec.Handles[c.handles[0]].Unit
		words += fmt.Sprintf("; by its start formula control %q needs about %s = %s, %s its %s of %s",
			c.name, c.move, inPlantUnits(c.asked, unit), way, key, inPlantUnits(limit, unit))
	}
	if words != "" {
		words += ": change the limit, or what the formula starts from"
	}
	return words
}

// inPlantUnits writes a value as plant people say it.
func inPlantUnits(v float64, unit string) string {
	plant := map[string]string{"m3/s": "L/h", "kg/s": "kg/h", "m3": "L", "mol/m3": "mol/L", "g/m3": "mg/L"}
	if to, ok := plant[unit]; ok {
		if u, err := si.ParseUnit(unit); err == nil {
			if w, err := si.Convert(v*u.Factor, to); err == nil {
				v, unit = w, to
			}
		}
	}
	if unit == "1" {
		return fmt.Sprintf("%.6g", v)
	}
	return fmt.Sprintf("%.6g %s", v, unit)
}
