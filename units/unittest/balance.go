package unittest

import (
	"math"
	"slices"

	"reetwin/flowsheet"
)

// closure is the largest imbalance of an element or of charge relative to its own flow, in one unit.
const closure = 1e-12

// checkBalance closes elements and charge at random inlets and handles, steady and in time. A unit without inlets or
// without outlets is where matter enters or leaves the plant: it has no balance of its own.
func (r *rig) checkBalance() {
	if len(r.spec.In) == 0 || len(r.spec.Out) == 0 {
		return
	}
	held := r.kept()
	for trial := range 12 {
		p := r.start()
		if trial%2 == 1 {
			for i, h := range r.spec.Handles {
				p.u[i] = math.Max(h.Lo, p.u[i]*(0.9+0.1*r.rand.Float64()))
			}
		}
		if err := r.solve(p, true); err != nil {
			r.fault("trial %d, steady: %v", trial, err)
			continue
		}
		r.close(p, nil)
		r.closeEnergy(p)
		if held == nil {
			continue
		}
		q := p.copy()
		r.inTime(q, math.Pow(10, -5+6*r.rand.Float64()), r.disturbed(p))
		if err := r.solve(q, false); err != nil {
			r.fault("trial %d, rate %g: %v", trial, q.rate, err)
			continue
		}
		r.close(q, held)
	}
}

// closeEnergy wants the energy of a unit with a heat of its own to close, where there are data.
func (r *rig) closeEnergy(p *point) {
	if _, ok := r.unit.(flowsheet.Heated); !ok {
		return
	}
	e := flowsheet.UnitView{Unit: r.unit, Spec: r.spec, U: p.u, X: p.x, In: p.in, Out: p.out}.Energy(r.sys, nil)
	if e.NoData == nil && !(e.Rel <= energyClosure) {
		r.fault("energy closes to %g of %g W", e.Rel, e.Turnover)
	}
}

// energyClosure is the largest relative gap of the energy of one unit.
const energyClosure = 1e-10

// close wants in − out = Rate · (held − held before) for every element and for charge, and open outlets empty.
func (r *rig) close(p *point, held func(x, n []float64)) {
	for k, port := range r.spec.Out {
		if port.Optional && !slices.Contains(r.c.Out, port.Name) && largest(p.out[k].N) != 0 {
			r.fault("outlet %s is not connected and not empty", port.Name)
		}
	}
	components := len(r.sys.Components)
	net, size := make([]float64, components), make([]float64, components)
	add := func(n []float64, sign float64) {
		for i, v := range n {
			net[i] += sign * v
			size[i] += math.Abs(v)
		}
	}
	for _, s := range p.in {
		add(s.N, 1)
	}
	for k, s := range p.out {
		sign := -1.0
		if r.spec.Out[k].Drawn {
			sign = 1
		}
		add(s.N, sign)
	}
	if held != nil && p.rate > 0 {
		for _, side := range []struct {
			x    []float64
			sign float64
		}{{p.x, -p.rate}, {p.prev, p.rate}} {
			n := make([]float64, components)
			held(side.x, n)
			for i := range n {
				n[i] *= math.Abs(side.sign)
			}
			add(n, math.Copysign(1, side.sign))
		}
	}
	balance := func(what string, per func(i int) float64) {
		gap, flow := 0.0, 0.0
		for i := range net {
			gap += per(i) * net[i]
			flow += math.Abs(per(i)) * size[i]
		}
		if !(math.Abs(gap) <= closure*flow) {
			r.fault("%s does not balance at rate %g: in − out − kept = %g, %.2g of its flow", what, p.rate, gap, gap/flow)
		}
	}
	for e := range r.sys.Elements {
		balance(r.sys.Elements[e].Symbol, func(i int) float64 { return r.sys.Components[i].Formula[e] })
	}
	balance("charge", func(i int) float64 { return r.sys.Components[i].Charge })
}
