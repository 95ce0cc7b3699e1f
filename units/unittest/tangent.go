package unittest

import (
	"errors"
	"fmt"
	"math"

	"reetwin/flowsheet"
)

// Differences are of fourth order, with this step and with a quarter of it, as part of the quantity that moves. A tangent
// is held to one part in a million of them, plus what the two differences disagree by: rounding, or a bend of the function.
// Where everything is well scaled they may not disagree by more than one in a thousand.
const (
	step    = 1e-3
	agree   = 1e-6  // relative
	unclear = 1e-3  // relative
	noise   = 4e-9  // of a value: what the solver leaves over the finer step
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
		r.fault("no Tangent: write the derivative of Solve (flowsheet.Tangenter); the plant's Newton needs it")
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

// compare notes what differs at p. Where it does, the point may be beside a bend of the function (a weir's crest): it counts
// when the same motion differs a few steps further as well.
func (r *rig) compare(p *point) {
	for _, m := range r.motions(p) {
		found := r.mismatch(p, m)
		if len(found) == 0 {
			continue
		}
		q, away := p.copy(), 10*step*m.scale
		if *m.at(q)+2*away > m.hi {
			away = -away
		}
		*m.at(q) += away
		if err := r.solve(q, false); err != nil || len(r.mismatch(q, m)) > 0 {
			r.faults = append(r.faults, found...)
		}
	}
}

// mismatch lists the results whose derivative along a motion differs.
func (r *rig) mismatch(p *point, m motion) []string {
	base, exact := p.copy(), r.still(p)
	*m.at(exact) = 1
	if err := r.solve(base, false); err != nil {
		return []string{fmt.Sprintf("a solved point does not solve again: %v", err)}
	}
	if err := r.tangent(base, exact); err != nil {
		return []string{fmt.Sprintf("tangent along %s at rate %g: %v", m.name, p.rate, err)}
	}
	coarse, err := r.difference(p, m, step*m.scale)
	fine, err2 := r.difference(p, m, step/4*m.scale)
	if err = errors.Join(err, err2); err != nil && m.must {
		return []string{fmt.Sprintf("%s cannot be moved by %g at rate %g: %v", m.name, 2*step*m.scale, p.rate, err)}
	} else if err != nil {
		return nil
	}
	return r.match(p, m, exact, coarse, fine)
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

// match lists the results whose derivatives differ.
func (r *rig) match(p *point, m motion, exact, coarse, fine *point) (found []string) {
	look := func(what string, value, largest, e, c, f float64) {
		size := math.Max(math.Abs(e), math.Abs(f))
		doubt := 3 * math.Abs(c-f)
		if m.must {
			doubt = math.Min(doubt, unclear*size)
		}
		allowed := agree*size + doubt + (noise*math.Abs(value)+noise2*largest)/m.scale
		if !(math.Abs(e-f) <= allowed) {
			found = append(found, fmt.Sprintf("d(%s)/d(%s) at rate %g is %.9g by Tangent, %.9g by differences",
				what, m.name, p.rate, e, f))
		}
	}
	held := 0.0
	for i, v := range r.spec.States {
		if v.Unit == "mol" {
			held = math.Max(held, math.Abs(p.x[i]))
		}
	}
	for i, x := range p.x {
		v, floor := r.variable(i), held
		if v.Unit != "mol" {
			x, floor = math.Max(math.Abs(x), v.Scale), 0 // a logarithm near zero is no more exact than others
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
	return found
}
