package unittest

import (
	"math"
	"slices"
	"testing"

	"reetwin/flowsheet"
)

const (
	eventsSeen   = 24    // events of each march
	eventClosure = 1e-10 // of an element over a march with events, of all that passed and is held
	eventSteps   = 4000
)

// checkEvents marches a unit that works by events: balances over steps and events, the same bits from a copy of x, rest before Begin and after a
// steady solve, tangents between events, no allocation.
func (r *rig) checkEvents() {
	e, ok := r.unit.(flowsheet.Eventer)
	if !ok {
		return
	}
	held := r.kept()
	fresh, _, _, err := setUp(r.c, r.sys)
	if err != nil || held == nil {
		r.fault("events need states in mol and a fresh unit: %v", err)
		return
	}
	for trial := range 3 {
		p := r.solved()
		if p == nil {
			return
		}
		steady := p.copy()
		if due := e.Due(p.u, p.x, p.in); !math.IsInf(due, 1) {
			r.fault("an event is due in %g s before Begin", due)
		}
		if err := e.Begin(p.u, p.x, p.in, p.out); err != nil {
			r.fault("Begin: %v", err)
			return
		}
		m := &eventMarch{rig: r, e: e, again: fresh.(flowsheet.Eventer), p: p, held: held, constant: trial == 0}
		m.begin = m.elements(p.x)
		m.run()
		m.close()
		if trial == 0 {
			r.compare(p)
			m.allocation()
		}
		rest := steady.copy()
		copy(rest.x, p.x)
		if err := r.solve(rest, false); err != nil {
			r.fault("steady after events: %v", err)
		} else if due := e.Due(rest.u, rest.x, rest.in); !math.IsInf(due, 1) || !sameStreams(rest.out, steady.out) || !same(rest.x, steady.x) {
			r.fault("a steady solve after events is not the one before; the next event is due in %g s", due)
		}
	}
}

// eventMarch is a unit on its way.
type eventMarch struct {
	*rig
	e, again        flowsheet.Eventer
	p               *point
	held            func(x, n []float64)
	constant        bool // inlets stay
	begin, in, size []float64
	before          []float64 // x before the last event
}

// elements is what x holds of every element and of charge.
func (m *eventMarch) elements(x []float64) []float64 {
	n := make([]float64, len(m.sys.Components))
	m.held(x, n)
	return m.sum(n)
}

func (m *eventMarch) sum(n []float64) (all []float64) {
	for e := range m.sys.Elements {
		all = append(all, m.sys.ElementFlow(e, n))
	}
	return append(all, m.sys.ChargeFlow(n))
}

// run goes on until enough events have fired.
func (m *eventMarch) run() {
	m.in, m.size = make([]float64, len(m.begin)), slices.Clone(m.begin)
	base := m.p.copy()
	for events, step := 0, 0; events < eventsSeen; step++ {
		if step == eventSteps {
			m.fault("%d events in %d steps", events, step)
			return
		}
		due := m.e.Due(m.p.u, m.p.x, m.p.in)
		if math.IsNaN(due) {
			m.fault("Due gives %g", due)
			return
		}
		if due <= flowsheet.EventTol {
			if !m.fire() {
				return
			}
			events++
			continue
		}
		if !m.constant {
			for k := range m.p.in {
				by := 0.5 + m.rand.Float64()
				for i, n := range base.in[k].N {
					m.p.in[k].N[i] = by * n
				}
			}
			due = m.e.Due(m.p.u, m.p.x, m.p.in)
		}
		h := math.Min(due, 3600)
		if m.rand.IntN(3) == 0 {
			h *= m.rand.Float64()
		}
		if !m.step(h) {
			return
		}
		if then := m.e.Due(m.p.u, m.p.x, m.p.in); math.Abs(due-h-then) > flowsheet.EventTol+1e-9*due && !math.IsInf(due, 1) {
			m.fault("an event due in %g s is due in %g s after a step of %g s", due, then, h)
		}
	}
}

// step is one implicit step; its balance closes.
func (m *eventMarch) step(h float64) bool {
	if !(h > 0) {
		m.fault("a step of %g s to the next event", h)
		return false
	}
	m.inTime(m.p, 1/h, m.p.x)
	if err := m.solve(m.p, false); err != nil {
		m.fault("between events, step %g s: %v", h, err)
		return false
	}
	m.rig.close(m.p, m.held)
	pass := func(s flowsheet.Stream, by float64) {
		for e, n := range m.sum(s.N) {
			m.in[e] += by * h * n
			m.size[e] += h * math.Abs(n)
		}
	}
	for _, s := range m.p.in {
		pass(s, 1)
	}
	for k, s := range m.p.out {
		if m.spec.Out[k].Drawn {
			pass(s, 1)
		} else {
			pass(s, -1)
		}
	}
	return true
}

// fire lets the event happen, here and in a fresh unit on a copy of x: same bits, same matter, and it is over.
func (m *eventMarch) fire() bool {
	x := slices.Clone(m.p.x)
	m.before = slices.Clone(x)
	was := m.elements(x)
	if err := m.e.Fire(m.p.u, m.p.x); err != nil {
		m.fault("Fire: %v", err)
		return false
	}
	if err := m.again.Fire(m.p.u, x); err != nil || !same(x, m.p.x) {
		m.fault("an event in a fresh unit gives other bits from a copy of x: %v", err)
	}
	for e, n := range m.elements(m.p.x) {
		if math.Abs(n-was[e]) > closure*m.size[e] {
			m.fault("an event changes what is held of element %d from %g to %g mol", e, was[e], n)
		}
	}
	if due := m.e.Due(m.p.u, m.p.x, m.p.in); due <= flowsheet.EventTol {
		m.fault("after an event the next is due in %g s", due)
		return false
	}
	return true
}

// close wants all that came in to have gone out or to be held.
func (m *eventMarch) close() {
	for e, n := range m.elements(m.p.x) {
		if gap := m.in[e] - (n - m.begin[e]); math.Abs(gap) > eventClosure*m.size[e] {
			m.fault("over the events element %d does not balance: %g mol of %g", e, gap, m.size[e])
		}
	}
}

// allocation counts what the methods allocate while the unit works by events.
func (m *eventMarch) allocation() {
	p := m.p.copy()
	st := p.stage(false)
	x := slices.Clone(m.before)
	count := func(what string, f func()) {
		if n := testing.AllocsPerRun(10, f); n > 0 {
			m.fault("%s allocates %g times at work by events", what, n)
		}
	}
	var err error
	note := func(e error) {
		if e != nil {
			err = e
		}
	}
	count("Solve", func() { note(m.unit.Solve(st, p.u, p.x, p.in, p.out)) })
	count("Due", func() { m.e.Due(p.u, p.x, p.in) })
	count("Fire", func() { copy(x, m.before); note(m.e.Fire(p.u, x)) })
	if t, ok := m.unit.(flowsheet.Tangenter); ok {
		d := m.direction(p)
		count("Tangent", func() { note(t.Tangent(st, p.u, p.x, p.in, p.out, d.u, d.prev, d.in, d.x, d.out)) })
	}
	if o, ok := m.unit.(flowsheet.Observer); ok {
		y := make([]float64, len(m.spec.Signals))
		count("Observe", func() { o.Observe(p.u, p.x, p.in, p.out, y) })
		for i, v := range y {
			if bad(v) {
				m.fault("signal %s = %g at work by events", m.spec.Signals[i].Name, v)
			}
		}
	}
	if err != nil {
		m.fault("at work by events: %v", err)
	}
}
