package unittest

import (
	"errors"
	"fmt"
	"math"

	"reetwin/flowsheet"
)

// Differences are of fourth order, with this step and with a quarter of it, as part of the quantity that moves. A tangent
// is held to one part in a million of them, plus what the two differences disagree by, but not more than one in a thousand.
const (
	step    = 1e-3
	agree   = 1e-6  // relative
	unclear = 1e-3  // relative
	noise   = 1e-10 // of a value, per scale of the direction
	noise2  = 4e-12 // of the largest flow or state: rounding over the finer step
)

// still is a direction in which nothing moves: a point whose numbers are derivatives.
func (r *rig) still(p *point) *point {
	n := len(r.sys.Components)
	d := &point{rate: p.rate, u: make([]float64, len(p.u)), x: make([]float64, len(p.x)),
		in: streams(len(p.in), n), out: streams(len(p.out), n)}
	if p.rate > 0 {
		d.prev = make([]float64, len(p.x))
	}
	for k := range d.in {
		d.in[k].T = 0
	}
	return d
}

// tangent writes x and out of the direction d, poisoned before.
func (r *rig) tangent(p, d *point) error {
	t, ok := r.unit.(flowsheet.Tangenter)
	if !ok {
		return fmt.Errorf("no Tangent")
	}
	for i := range d.x {
		d.x[i] = math.NaN()
	}
	for k := range d.out {
		d.out[k].T = math.NaN()
		for i := range d.out[k].N {
			d.out[k].N[i] = math.NaN()
		}
	}
	return t.Tangent(p.stage(false), p.u, p.x, p.in, p.out, d.u, d.prev, d.in, d.x, d.out)
}

// motion is one direction of the suite: a single number of the point.
type motion struct {
	name   string
	at     func(p *point) *float64
	scale  float64
	lo, hi float64 // where it may go
	must   bool    // Solve must succeed beside the point
}

// motions lists every handle, inlet flow, inlet temperature and, in time, previous state.
func (r *rig) motions(p *point) []motion {
	var all []motion
	inf := math.Inf(1)
	for i, h := range r.spec.Handles {
		scale := math.Abs(p.u[i])
		if scale == 0 {
			scale = math.Min(1, h.Hi)
		}
		all = append(all, motion{"handle " + h.Name, func(p *point) *float64 { return &p.u[i] }, scale, h.Lo, h.Hi, true})
	}
	for k := range p.in {
		if !r.connected(k) {
			continue
		}
		total := 0.0
		for _, n := range p.in[k].N {
			total += math.Abs(n)
		}
		name := "inlet " + r.spec.In[k].Name + " "
		for i, n := range p.in[k].N {
			m := motion{name + r.sys.Components[i].Name, func(p *point) *float64 { return &p.in[k].N[i] }, math.Abs(n), -inf, inf, true}
			if n == 0 { // a flow that is not there may be foreign to the unit, and cannot fall
				m.scale, m.lo, m.must = 3e-7*total, 0, false
			}
			if m.scale > 0 {
				all = append(all, m)
			}
		}
		all = append(all, motion{name + "T", func(p *point) *float64 { return &p.in[k].T }, p.in[k].T, 0, inf, true})
	}
	if p.rate > 0 {
		for i, v := range r.spec.States {
			m := motion{"previous " + v.Name, func(p *point) *float64 { return &p.prev[i] }, math.Abs(p.prev[i]), v.Lower, inf, true}
			if m.scale == 0 {
				m.scale, m.must = 1e-6*v.Scale, false
			}
			all = append(all, m)
		}
	}
	return all
}

// checkTangent compares Tangent with differences of Solve.
func (r *rig) checkTangent() {
	if _, ok := r.unit.(flowsheet.Tangenter); !ok {
		r.fault("no Tangent")
		return
	}
	for trial := range 4 {
		p := r.solved()
		if p == nil {
			return
		}
		if trial%2 == 1 {
			r.inTime(p, []float64{1e-3, 0.3}[trial/2], r.disturbed(p))
			for range 2 {
				if err := r.solve(p, false); err != nil {
					r.fault("rate %g: %v", p.rate, err)
					return
				}
			}
		}
		r.compare(p)
	}
}

func (r *rig) compare(p *point) {
	all := r.motions(p)
	exact := make([]*point, len(all))
	for m := range all { // all tangents first: they rest on the last Solve
		exact[m] = r.still(p)
		*all[m].at(exact[m]) = 1
		if err := r.tangent(p, exact[m]); err != nil {
			r.fault("tangent along %s at rate %g: %v", all[m].name, p.rate, err)
			return
		}
	}
	for m, motion := range all {
		coarse, err := r.difference(p, motion, step*motion.scale)
		fine, err2 := r.difference(p, motion, step/4*motion.scale)
		if err = errors.Join(err, err2); err != nil {
			if motion.must {
				r.fault("%s cannot be moved by %g at rate %g: %v", motion.name, 2*step*motion.scale, p.rate, err)
			}
			continue
		}
		r.match(p, motion, exact[m], coarse, fine)
	}
	if err := r.solve(p, false); err != nil {
		r.fault("solved point does not solve again: %v", err)
	}
}

// difference is the derivative along a motion by differences with step h: central, or one-sided at a limit.
func (r *rig) difference(p *point, m motion, h float64) (*point, error) {
	v := *m.at(p)
	places, weights := []float64{-2, -1, 1, 2}, []float64{1. / 12, -8. / 12, 8. / 12, -1. / 12}
	switch {
	case v-2*h < m.lo:
		places, weights = []float64{0, 1, 2, 3, 4}, []float64{-25. / 12, 4, -3, 4. / 3, -1. / 4}
	case v+2*h > m.hi:
		places, weights = []float64{0, -1, -2, -3, -4}, []float64{25. / 12, -4, 3, -4. / 3, 1. / 4}
	}
	d := r.still(p)
	for k := range d.out {
		d.out[k].T = 0
	}
	for j, place := range places {
		q := p.copy()
		*m.at(q) = v + place*h
		if err := r.solve(q, false); err != nil {
			return nil, err
		}
		w := weights[j] / h
		for i := range d.x {
			d.x[i] += w * (q.x[i] - p.x[i])
		}
		for k := range d.out {
			d.out[k].T += w * (q.out[k].T - p.out[k].T)
			for i := range d.out[k].N {
				d.out[k].N[i] += w * (q.out[k].N[i] - p.out[k].N[i])
			}
		}
	}
	return d, nil
}

// match compares the derivatives of every result.
func (r *rig) match(p *point, m motion, exact, coarse, fine *point) {
	look := func(what string, value, largest, e, c, f float64) {
		size := math.Max(math.Abs(e), math.Abs(f))
		allowed := agree*size + math.Min(math.Abs(c-f), unclear*size) + (noise*math.Abs(value)+noise2*largest)/m.scale
		if !(math.Abs(e-f) <= allowed) {
			r.fault("d(%s)/d(%s) at rate %g is %.9g by Tangent, %.9g by differences", what, m.name, p.rate, e, f)
		}
	}
	held := 0.0
	for i, v := range r.spec.States {
		if v.Unit == "mol" {
			held = math.Max(held, math.Abs(p.x[i]))
		}
	}
	for i, x := range p.x {
		v, floor := r.variable(i), r.variable(i).Scale
		if v.Unit == "mol" {
			floor = held
		}
		look(v.Name, x, floor, exact.x[i], coarse.x[i], fine.x[i])
	}
	for k, s := range p.out {
		name, floor := " of "+r.spec.Out[k].Name, largest(s.N)+p.rate*held
		look("T"+name, s.T, 300, exact.out[k].T, coarse.out[k].T, fine.out[k].T)
		for i, n := range s.N {
			look(r.sys.Components[i].Name+name, n, floor, exact.out[k].N[i], coarse.out[k].N[i], fine.out[k].N[i])
		}
	}
}
