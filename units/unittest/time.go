package unittest

import (
	"math"
	"slices"

	"reetwin/flowsheet"
)

// kept returns what adds up the moles that states stand for; nil for a unit without states, and a finding when a state
// in mol is named after no component. A unit that is a Holder says it itself.
func (r *rig) kept() func(x, n []float64) {
	if len(r.spec.States) == 0 {
		return nil
	}
	if h, ok := r.unit.(flowsheet.Holder); ok {
		return h.Held
	}
	if r.c.Held != nil {
		return func(x, n []float64) {
			for i, v := range r.spec.States {
				r.c.Held(r.sys, v.Name, x[i], n)
			}
		}
	}
	at := make([]int, len(r.spec.States))
	for i, v := range r.spec.States {
		at[i] = r.component(v)
		if at[i] < 0 && v.Unit == "mol" {
			r.fault("state %s is in mol but named after no component: the case needs Held", v.Name)
			return nil
		}
	}
	return func(x, n []float64) {
		for i, c := range at {
			if c >= 0 {
				n[c] += x[i]
			}
		}
	}
}

// disturbed is the memory of a solved point with every state off by up to 10 %, temperatures by up to 5 K, and one state
// 30 % too high. Free states stay: nothing would bring them back.
func (r *rig) disturbed(p *point) []float64 {
	x := slices.Clone(p.x)
	var solid []int // states worth disturbing
	for i, v := range r.spec.States {
		off := 0.2*r.rand.Float64() - 0.1
		if r.free(i) {
			continue
		}
		if v.Unit == "K" {
			x[i] += 50 * off
			continue
		}
		x[i] *= 1 + off
		if x[i] != 0 {
			solid = append(solid, i)
		}
	}
	if len(solid) > 0 {
		i := solid[r.rand.IntN(len(solid))]
		x[i] = 1.3 * p.x[i]
	}
	return x
}

// free says whether no steady equation fixes state i.
func (r *rig) free(i int) bool { return slices.Contains(r.spec.Free, i) }

// checkMarch takes implicit Euler steps of growing length from a disturbed start; they must end in the steady state.
func (r *rig) checkMarch() {
	if len(r.spec.States) == 0 {
		return
	}
	for range 3 {
		steady := r.solved()
		if steady == nil {
			return
		}
		p := steady.copy()
		begin := r.disturbed(steady)
		prev, moved := begin, false
		for h := 1.0; h < 1e12; h *= 1.6 {
			r.inTime(p, 1/h, prev)
			if err := r.solve(p, false); err != nil {
				r.fault("march fails at a step of %.3g s: %v", h, err)
				return
			}
			prev = slices.Clone(p.x)
			if h == 1 {
				for i := range r.spec.States {
					moved = moved || math.Abs(p.x[i]-steady.x[i]) > 1e-4*math.Abs(steady.x[i])
				}
			}
		}
		if !moved && len(r.spec.Free) < len(r.spec.States) {
			r.fault("a step of 1 s from a disturbed start is already steady: the states remember nothing")
		}
		r.equal(p, steady)
	}
}

// equal wants a march to have come to the steady state.
func (r *rig) equal(p, steady *point) {
	const rel = 1e-8
	for i, v := range r.spec.States {
		if !r.free(i) && !(math.Abs(p.x[i]-steady.x[i]) <= rel*math.Abs(steady.x[i])+1e-14*v.Scale) {
			r.fault("%s marches to %.10g, steady %.10g", v.Name, p.x[i], steady.x[i])
		}
	}
	for k, s := range steady.out {
		top := largest(s.N)
		if math.Abs(p.out[k].T-s.T) > rel*s.T {
			r.fault("T of %s marches to %.10g, steady %.10g", r.spec.Out[k].Name, p.out[k].T, s.T)
		}
		for i, n := range s.N {
			if got := p.out[k].N[i]; !(math.Abs(got-n) <= rel*math.Abs(n)+1e-14*top) {
				r.fault("%s of %s marches to %.10g, steady %.10g", r.sys.Components[i].Name, r.spec.Out[k].Name, got, n)
			}
		}
	}
}

// checkIndex wants a solution at every rate, warm and cold, and states that tend to Prev like 1/rate while the outlets
// come to rest. With index 2 (a volume that may not change) the outlets would grow with the rate.
func (r *rig) checkIndex() {
	if len(r.spec.States) == 0 {
		return
	}
	for range 3 {
		steady := r.solved()
		if steady == nil {
			return
		}
		prev := r.disturbed(steady)
		var last, before *point
		for rate := 1e-6; rate < 2e6; rate *= 10 {
			for _, cold := range []bool{true, false} {
				p := steady.copy()
				r.inTime(p, rate, prev)
				if err := r.solve(p, cold); err != nil {
					r.fault("rate %.0e, cold %v: %v", rate, cold, err)
					return
				}
				if !cold {
					before, last = last, p
				}
			}
		}
		r.settles(prev, before, last)
	}
}

// settles compares the solutions at two rates a factor of ten apart.
func (r *rig) settles(prev []float64, before, last *point) {
	for i, v := range r.spec.States {
		a, b := math.Abs(before.x[i]-prev[i]), math.Abs(last.x[i]-prev[i])
		if !(b <= 0.2*a+1e-10*math.Abs(prev[i])+1e-18*v.Scale) {
			r.fault("%s is %g off Prev at rate %.0e, %g at rate %.0e: not index 1", v.Name, a, before.rate, b, last.rate)
		}
	}
	for k, s := range last.out {
		top := largest(s.N)
		for i, b := range s.N {
			a := before.out[k].N[i]
			if !(math.Abs(b-a) <= 1e-3*math.Abs(b)+1e-9*top) {
				r.fault("%s of %s is %g at rate %.0e, %g at rate %.0e: not index 1",
					r.sys.Components[i].Name, r.spec.Out[k].Name, a, before.rate, b, last.rate)
			}
		}
	}
}

// largest is the largest magnitude.
func largest(v []float64) (top float64) {
	for _, n := range v {
		top = math.Max(top, math.Abs(n))
	}
	return top
}
