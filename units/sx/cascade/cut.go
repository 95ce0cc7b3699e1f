package cascade

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Cut asks for the organic flow at which as much of the light cation leaves with the liquor, times Balance, as of the heavy
// with the raffinate:
//
//	g = ln(heavy in raffinate) − ln(Balance · light in liquor) = 0
//
// The flow is one more unknown of Newton, bordered to the others. With the flow given, the place where the two cations part
// hangs on it by parts in ten thousand and less, and the equations are as good as singular there; with g given they are not.
type Cut struct {
	Raffinate, Liquor int   // sections
	Light, Heavy      []int // cations on both sides of the cut, first the two that g is of
	Balance           float64

	at, still, more []float64 // unknowns: before a step, the step at this flow, the response to ln of the flow
	dx              []float64 // [n·c]
	kept            []float64 // unknowns of a solution on the way, and
	keptFlow        float64
	target          float64 // of g: 0, or on the way there
	sides           [2]Circuit
	coarse          *Cut // of half the stages
}

// NewCut makes room for a cut.
func (k *Cascade) NewCut(cut Cut) *Cut {
	q := &cut
	q.dx = make([]float64, k.n*k.c)
	q.at, q.still, q.more = make([]float64, len(k.v)), make([]float64, len(k.v)), make([]float64, len(k.v))
	q.kept = make([]float64, len(k.v))
	if k.cold != nil {
		q.coarse = k.cold.NewCut(cut)
	}
	return q
}

// What the search for a cut takes.
const (
	cutSpan    = 1e-4 // relative change of the flow over which coefficients are differenced
	cutStep    = 0.5  // longest step of ln of the flow in Newton, and
	cutStride  = 1.0  // between solutions at given flows
	cutLeast   = 0.05 // shortest of those while the cut is not between two flows; it doubles
	cutNearest = 1e-9 // two flows that are one
	cutReach   = 8.0  // furthest from the start, in ln of the flow
	cutTrials  = 20   // solutions at given flows
	cutBrief   = 2    // and where the caller has another way
	cutWarm    = 20   // steps of Newton from memory, and
	cutSteps   = 40   // from elsewhere
	cutPast    = 4    // steps of Newton that are remembered
	cutGain    = 1e-3 // over those, else Newton gives up
	cutKeep    = 0.02 // a step after which factors and the response to the flow serve once more
	cutFollow  = 2.0  // first step of g along the solutions at other g, and
	cutLegs    = 40   // most of those steps
)

// errBrief says that a cut was looked for no further.
var errBrief = errors.New("the cut is not found near the organic flow at hand, and was not searched for")

// SolveCut solves the steady circuit together with its organic flow, which it changes. With cold false the unknowns and the
// flow at hand are the start, else the flow alone. Brief leaves out the search over flows: of solutions at given flows it takes
// no more than two, on the fewest stages. Path is that of the last solution at a given flow where there was one.
func (k *Cascade) SolveCut(c *Circuit, q *Cut, tol float64, cold, brief bool) (Result, error) {
	k.count = Count{}
	start := c.Organic
	path, err := Warm, error(nil)
	if cold || !k.newtonCut(c, q, cutWarm, tol) {
		c.Organic = start
		if path, err = k.refineCut(c, q, tol, brief); brief && err != nil {
			err = errBrief
		}
	}
	_, most := size(k.res)
	return Result{Path: path, Closure: most, Count: k.count}, err
}

// refineCut finds the cut on half the stages first, where it hangs less on the flow.
func (k *Cascade) refineCut(c *Circuit, q *Cut, tol float64, brief bool) (Path, error) {
	if k.cold != nil {
		c.coarsen(k.coldCircuit)
		start := c.Organic
		if _, err := k.cold.refineCut(k.coldCircuit, q.coarse, coarseTol, brief); err == nil {
			c.Organic = k.coldCircuit.Organic
			if k.prepare(c, nil) == nil {
				k.spread(k.cold)
				if k.newtonCut(c, q, cutSteps, tol) {
					return Refined, nil
				}
			}
			c.Organic = start
		}
		if brief {
			return Failed, errBrief
		}
	}
	trials := cutTrials
	if brief {
		trials = cutBrief
	}
	return k.approachCut(c, q, tol, trials)
}

// approachCut solves at given flows, so many at most, between which a regula falsi chooses, until Newton finds the cut from one of them.
func (k *Cascade) approachCut(c *Circuit, q *Cut, tol float64, trials int) (path Path, err error) {
	start := math.Log(c.Organic)
	at := start
	lo, hi := math.Inf(-1), math.Inf(1)
	var last, before float64
	solved := false
	least := cutLeast // of a step while the cut is not between two flows
	for trial := range trials {
		c.Organic = math.Exp(at)
		copy(k.v, q.kept)
		r, err := k.Solve(c, tol, !solved)
		if err != nil {
			if at = (at + last) / 2; !solved {
				at = start + cutLeast*float64(trial+1) // more organic is easier
			}
			if trial > 2 && !solved || solved && math.Abs(at-last) < 1e-3 {
				return r.Path, fmt.Errorf("on the way to the cut, with %.4g of organic: %w", c.Organic, err)
			}
			continue
		}
		f, g := k.excess(q), k.apart(q)
		q.keep(k, c)
		if path = r.Path; k.newtonCut(c, q, cutSteps, tol) || k.followCut(c, q, tol) {
			return path, nil
		}
		if g > 0 {
			lo = at
		} else {
			hi = at
		}
		slope := -2 * math.Exp(at) * c.Capacity * max(c.Soap, 0.05) / 3
		if solved && (f-before)/(at-last) < 0 {
			slope = (f - before) / (at - last)
		}
		last, before, solved = at, f, true
		at += max(-cutStride, min(cutStride, -f/slope))
		if math.IsInf(hi-lo, 1) && math.Copysign(1, g)*(at-last) < least {
			at = last + math.Copysign(least, g)
			least = min(2*least, cutStride)
		}
		if !(at > lo && at < hi) || trial > 8 && trial%2 == 0 && !math.IsInf(hi-lo, 1) {
			at = (lo + hi) / 2
		}
		if hi-lo < cutNearest || math.Abs(at-start) > cutReach {
			break
		}
	}
	c.Organic = math.Exp(last)
	switch {
	case math.IsInf(hi, 1):
		return Failed, fmt.Errorf("no organic flow keeps the cut: up to %.4g, %s is lost to the raffinate; what the stripped organic brings back no flow holds", c.Organic, k.m.Cations[q.Heavy[0]].Name)
	case math.IsInf(lo, -1):
		return Failed, fmt.Errorf("no organic flow keeps the cut: down to %.4g, %s comes with the liquor", c.Organic, k.m.Cations[q.Light[0]].Name)
	}
	return Failed, fmt.Errorf("the cut is not met: between organic flows of %.9g and %.9g nothing was found", math.Exp(lo), math.Exp(hi))
}

// keep notes a solution.
func (q *Cut) keep(k *Cascade, c *Circuit) {
	copy(q.kept, k.v)
	q.keptFlow = c.Organic
}

// followCut goes from the solution kept to the cut along the solutions in between: those of other values of g. They are as well
// posed as the cut itself, wherever the two cations part.
func (k *Cascade) followCut(c *Circuit, q *Cut, tol float64) bool {
	defer func() { q.target = 0 }()
	copy(k.v, q.kept)
	c.Organic = q.keptFlow
	if k.prepare(c, nil) != nil {
		return false
	}
	k.byRule()
	k.evaluate(k.v, k.res)
	at := k.apart(q)
	for step, tries := cutFollow, 0; tries < cutLegs; tries++ {
		q.target = at - math.Copysign(min(step, math.Abs(at)), at)
		end := q.target == 0
		closure := max(tol, coarseTol*coarseTol)
		if end {
			closure = tol
		}
		if k.newtonCut(c, q, cutWarm/2, closure) {
			if end {
				return true
			}
			q.keep(k, c)
			at, step = q.target, 1.5*step
			continue
		}
		copy(k.v, q.kept)
		c.Organic = q.keptFlow
		if step /= 3; step < cutFollow/100 {
			return false
		}
	}
	return false
}

// excess is what is lost of the heavy side less what comes of the light.
func (k *Cascade) excess(q *Cut) (f float64) {
	a, i := q.lost(k, q.Raffinate)
	b, j := q.lost(k, q.Liquor)
	for _, m := range q.Heavy {
		f += a * k.x[i*k.c+m]
	}
	for _, m := range q.Light {
		f -= b * k.x[j*k.c+m]
	}
	return f
}

// newtonCut is Newton with the flow among the unknowns, from those and the flow at hand. It says whether it got to the closure tol
// within limit steps; if not, unknowns and flow are anywhere. A solution at which more organic loses more of the heavy is none: there
// is one in floods of organic that no acid strips, where the two cations do not part at all.
func (k *Cascade) newtonCut(c *Circuit, q *Cut, limit int, tol float64) bool {
	if k.prepare(c, nil) != nil {
		return false
	}
	k.evaluate(k.v, k.res)
	two, most := size(k.res)
	g, slope, kept := k.apart(q), -1.0, false
	var past [cutPast]float64 // the front has to pass worse places on its way: steps may be worse than some of those before
	for i := range past {
		past[i] = 2 * math.Hypot(two, g)
	}
	for it := range limit {
		if most <= tol && math.Abs(g) <= max(1e3*tol, 1e-10) {
			return slope < 0 && k.byItsRule()
		}
		if !(two+math.Abs(g) < 1e6) {
			return false
		}
		if kept = kept && k.direction(two, 0); kept { // the response to the flow is that of an earlier point
			k.linearise()
			copy(q.still, k.step)
		} else {
			if !k.borders(c, q, two) {
				return false
			}
			slope = k.apartBy(q, q.more, true)
		}
		by := -(g + k.apartBy(q, q.still, false)) / slope
		if by-by != 0 {
			return false
		}
		for a := range k.step {
			k.step[a] = q.still[a] + by*q.more[a]
		}
		scale := min(k.limit(), cutStep/(math.Abs(by)+1e-300))
		past[it%cutPast] = math.Hypot(two, g)
		before, flow := slices.Max(past[:]), c.Organic
		copy(q.at, k.v)
		better := false
		for range 6 {
			for a := range k.v {
				k.v[a] = q.at[a] + scale*k.step[a]
			}
			k.bound()
			c.Organic = flow * math.Exp(scale*by)
			if k.set(c, nil) == nil {
				k.evaluate(k.v, k.res)
				two, most = size(k.res)
				g = k.apart(q)
				if t := math.Hypot(two, g); t < before*(1-1e-4*scale) || t <= tol {
					better = true
					break
				}
			}
			scale *= 0.4
		}
		switch {
		case better:
		case kept:
			kept = false
			if !k.standAt(c, q.at, flow) {
				return false
			}
			two, most = size(k.res)
			g = k.apart(q)
			continue
		default:
			return most <= max(tol, rounding) && math.Abs(g) <= 1e-6 && slope < 0 && k.byItsRule()
		}
		_, moved := size(k.step)
		kept = scale*moved < cutKeep
		if it >= cutPast && math.Hypot(two, g) > (1-cutGain)*slices.Max(past[:]) {
			return false
		}
	}
	return false
}

// standAt evaluates at the unknowns v and an organic flow.
func (k *Cascade) standAt(c *Circuit, v []float64, flow float64) bool {
	copy(k.v, v)
	c.Organic = flow
	if k.set(c, nil) != nil {
		return false
	}
	k.evaluate(k.v, k.res)
	return true
}

// apart is g less its target.
func (k *Cascade) apart(q *Cut) float64 {
	a, i := q.lost(k, q.Raffinate)
	b, j := q.lost(k, q.Liquor)
	return math.Log(a*k.x[i*k.c+q.Heavy[0]]) - math.Log(q.Balance*b*k.x[j*k.c+q.Light[0]]) - q.target
}

// lost is the aqueous that leaves for good from a section, and its stage.
func (q *Cut) lost(k *Cascade, section int) (flow float64, stage int) {
	return k.base.left[section], k.base.leave[section]
}

// borders finds the Newton step at this flow and the response of the unknowns to ln of the flow.
func (k *Cascade) borders(c *Circuit, q *Cut, two float64) bool {
	for s, by := range [...]float64{1 - cutSpan, 1 + cutSpan} {
		q.sides[s] = *c
		q.sides[s].Organic *= by
		k.sides[s].fill(&q.sides[s], k.m)
	}
	if len(k.sides[0].links) != len(k.links) || len(k.sides[1].links) != len(k.links) || !k.refactor() || !k.direction(two, 0) {
		return false
	}
	copy(q.still, k.step)
	k.linearise()
	k.flowSource(q)
	clear(k.dl)
	k.respond(k.dl, q.dx, k.direct)
	clear(q.more)
	k.change(q.dx, k.dl, q.more, k.rhs)
	for a := range k.rhs {
		k.rhs[a] = -k.rhs[a]
	}
	for l := range k.ligandTotal {
		if l >= len(k.m.beta) && k.m.Ionic == nil {
			break
		}
		t := k.t2
		k.inertSlope(l, 2*cutSpan, t)
		if l >= len(k.m.beta) {
			k.force(l, t)
			continue
		}
		rhs := k.scalar(k.rhs, k.m.atLigand+l)
		for j, total := range k.ligandTotal[l] {
			if total > 0 {
				rhs[j] += t[j] / total
			}
		}
	}
	if k.m.scalars == 0 {
		copy(q.more, k.rhs)
		k.lu.Solve(q.more)
		return true
	}
	return k.krylov(k.rhs, q.more, 1e-8) < 1
}

// flowSource writes what enters each balance by more organic.
func (k *Cascade) flowSource(q *Cut) {
	clear(k.direct)
	if k.mur != nil {
		k.shiftBoth(q.dx, k.dy, 2*cutSpan)
		return
	}
	k.shift(q.dx, 2*cutSpan)
}

// apartBy is the change of g along a change of the unknowns, with the flow's own if flow.
func (k *Cascade) apartBy(q *Cut, dv []float64, flow bool) (d float64) {
	clear(q.dx)
	clear(k.dy)
	clear(k.direct)
	if flow {
		k.flowSource(q)
		more := func(s int) float64 { return (k.sides[1].left[s] - k.sides[0].left[s]) / (2 * cutSpan) / k.base.left[s] }
		d = more(q.Raffinate) - more(q.Liquor)
	}
	k.slopes(dv, k.dl)
	k.respond(k.dl, q.dx, k.direct)
	_, i := q.lost(k, q.Raffinate)
	_, j := q.lost(k, q.Liquor)
	return d + q.dx[i*k.c+q.Heavy[0]]/k.x[i*k.c+q.Heavy[0]] - q.dx[j*k.c+q.Light[0]]/k.x[j*k.c+q.Light[0]]
}
