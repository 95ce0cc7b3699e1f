package unittest

import (
	"math"
	"testing"

	"reetwin/flowsheet"
)

// situations are points worth solving twice: steady and in time, cold and warm.
func (r *rig) situations() (all []situation) {
	for range 2 {
		p := r.solved()
		if p == nil {
			return nil
		}
		for _, cold := range []bool{true, false} {
			all = append(all, situation{p, cold})
			q := p.copy()
			r.inTime(q, math.Pow(10, -4+4*r.rand.Float64()), r.disturbed(p))
			all = append(all, situation{q, cold})
		}
	}
	return all
}

// situation is a point before it is solved.
type situation struct {
	p    *point
	cold bool
}

// checkMemory wants the same bits from a copy of x: from the same unit, from a fresh one, and after other solves.
func (r *rig) checkMemory() {
	fresh, _, _, err := setUp(r.c, r.sys)
	if err != nil {
		r.fault("%v", err)
		return
	}
	for _, s := range r.situations() {
		want := s.p.copy()
		if err := r.solve(want, s.cold); err != nil {
			r.fault("rate %g, cold %v: %v", s.p.rate, s.cold, err)
			continue
		}
		tangent := r.along(r.unit, want)
		again := func(who string, unit flowsheet.Unit) {
			got := s.p.copy()
			if err := r.solveWith(unit, got, s.cold); err != nil {
				r.fault("%s, rate %g, cold %v: %v", who, s.p.rate, s.cold, err)
				return
			}
			if !same(got.x, want.x) || !sameStreams(got.out, want.out) {
				r.fault("%s gives other bits from a copy of x at rate %g, cold %v", who, s.p.rate, s.cold)
			}
			if d := r.along(unit, got); d != nil && tangent != nil && (!same(d.x, tangent.x) || !sameStreams(d.out, tangent.out)) {
				r.fault("%s gives another tangent from a copy of x at rate %g, cold %v", who, s.p.rate, s.cold)
			}
		}
		again("the same unit", r.unit)
		again("a fresh unit", fresh)
		r.wander()
		again("a unit that solved other points", r.unit)
	}
}

// along is the tangent of a unit in a fixed direction; nil when there is none.
func (r *rig) along(unit flowsheet.Unit, p *point) *point {
	t, ok := unit.(flowsheet.Tangenter)
	if !ok {
		return nil
	}
	d := r.direction(p)
	if err := t.Tangent(p.stage(false), p.u, p.x, p.in, p.out, d.u, d.prev, d.in, d.x, d.out); err != nil {
		r.fault("tangent at rate %g: %v", p.rate, err)
		return nil
	}
	return d
}

// direction moves everything in proportion to itself, by amounts that differ.
func (r *rig) direction(p *point) *point {
	d := r.still(p)
	for i, u := range p.u {
		d.u[i] = u * float64(i+1) * 1e-3
	}
	for k := range p.in {
		d.in[k].T = 1
		for i, n := range p.in[k].N {
			d.in[k].N[i] = n * float64(i+k+1) * 1e-3
		}
	}
	if p.rate > 0 {
		for i := range r.spec.States {
			d.prev[i] = p.prev[i] * float64(i+1) * 1e-3
		}
	}
	return d
}

// wander solves points that have nothing to do with the others, hostile ones among them.
func (r *rig) wander() {
	faults := len(r.faults)
	for i := range 2 * len(hostilities) {
		p := r.start()
		if i >= len(hostilities) {
			r.spoil(p, i-len(hostilities))
		}
		if r.solve(p, i%2 == 0) == nil {
			r.along(r.unit, p)
		}
	}
	r.faults = r.faults[:faults] // they are findings of the check "hostile"
}

// checkAllocation counts what Solve, Tangent and Observe allocate.
func (r *rig) checkAllocation() {
	for _, s := range r.situations() {
		p := s.p.copy()
		st := p.stage(s.cold)
		var err error
		count := func(what string, f func()) {
			if n := testing.AllocsPerRun(10, f); n > 0 {
				r.fault("%s allocates %g times at rate %g, cold %v", what, n, p.rate, s.cold)
			}
		}
		count("Solve", func() { err = r.unit.Solve(st, p.u, p.x, p.in, p.out) })
		if err != nil {
			r.fault("rate %g, cold %v: %v", p.rate, s.cold, err)
			continue
		}
		if t, ok := r.unit.(flowsheet.Tangenter); ok {
			d := r.direction(p)
			count("Tangent", func() {
				err = t.Tangent(st, p.u, p.x, p.in, p.out, d.u, d.prev, d.in, d.x, d.out)
			})
			if err != nil {
				r.fault("tangent at rate %g: %v", p.rate, err)
			}
		}
		if o, ok := r.unit.(flowsheet.Observer); ok {
			y := make([]float64, len(r.spec.Signals))
			count("Observe", func() { o.Observe(p.u, p.x, p.in, p.out, y) })
		}
	}
}
