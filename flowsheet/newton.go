package flowsheet

import (
	"fmt"
	"math"

	"reetwin/flowsheet/solve"
)

// tearNewton is Newton–GMRES on the torn streams and the handles of the control loops together:
//
//	F(z, w) = [ G(z, w) − z ; measured(z, w) − set ] = 0
//
// Every unknown and residual is scaled by the flow it belongs to, so that traces count like bulk. A product with the
// Jacobian is one pass of the units' tangents. Unknowns that are zero on both sides of a tear take no part.
type tearNewton struct {
	of                 *block
	z, g, lower, scale []float64 // unknowns, what the pass made of them, bounds, sizes
	r                  []float64 // (g − z) / scale, then the scaled errors of the controls
	active             []int     // unknowns that take part
	b, d               []float64 // active part of r; the step
	good, goodX        []float64 // where the last accepted step led
	krylov             *solve.GMRES
	multiply           func(v, out []float64) error // product, bound once
	st                 *Stage                       // of the direction sought
	norm               float64                      // largest scaled residual of the last pass,
	worst              imbalance                    // and where it is
	fed                []float64                    // flow of each element into the plant, mol/s
}

func newTearNewton(p *Plant, b *block) *tearNewton {
	size := b.firstControl(p) + len(b.own)
	f := func() []float64 { return make([]float64, size) }
	w := &tearNewton{of: b, z: f(), g: f(), lower: f(), scale: f(), r: f(), b: f(), d: f(), good: f(),
		goodX: make([]float64, len(p.x)), fed: make([]float64, len(p.System.Elements))}
	w.active = make([]int, 0, size)
	w.krylov = solve.NewGMRES(size, min(krylovMax, size))
	w.multiply = func(v, out []float64) error { return w.product(p, v, out) }
	return w
}

// run iterates from the torn streams and handles as they stand. It returns with the units solved at the solution.
func (w *tearNewton) run(p *Plant, st *Stage) error {
	norm, err := w.evaluate(p, st)
	if err != nil {
		return err
	}
	best := [3]float64{norm, norm, norm} // the last accepted norms
	for step := 0; ; step++ {
		if w.converged(p) {
			return w.of.endless(p)
		}
		if step == newtonSteps {
			return w.stuck(p, "no convergence in %d Newton steps", newtonSteps)
		}
		if err := w.direction(p, st, norm); err != nil {
			return err
		}
		w.remember(p)
		allowed := newtonJump * math.Max(best[0], math.Max(best[1], best[2]))
		norm, err = w.search(p, st, allowed)
		p.conv.Newton++
		if err != nil {
			return err
		}
		best[step%3] = norm
	}
}

// search goes along the step, halved until the pass succeeds and the residual has not grown beyond what is allowed. A unit that a long
// step leads astray is not waited for: a shorter one costs less than its search.
func (w *tearNewton) search(p *Plant, st *Stage, allowed float64) (float64, error) {
	var norm float64
	var err error
	longest := w.longest(p)
	trial := *st
	trial.Brief = true
	for length := longest; length > 1e-3*longest; length /= 2 {
		if length < longest {
			w.recall(p)
		}
		w.advance(p, length)
		norm, err = w.evaluate(p, &trial)
		if err == nil && norm <= math.Max(allowed, tearTol) {
			return norm, nil
		}
	}
	if err != nil {
		return norm, err
	}
	return norm, w.stuck(p, "no step reduces the imbalance %.1e", norm)
}

// longest is the share of the step by which no handle moves further than handleStep of its size.
func (w *tearNewton) longest(p *Plant) float64 {
	share := 1.0
	for j, k := range w.active {
		if k >= w.of.firstControl(p) && math.Abs(w.d[j])*share > handleStep {
			share = handleStep / math.Abs(w.d[j])
		}
	}
	return share
}

// stuck is the failure of the iteration itself.
func (w *tearNewton) stuck(p *Plant, format string, args ...any) error {
	return &Failure{Reason: fmt.Sprintf("recycles do not close: "+format, args...) + "; largest imbalance: " + p.describe(w.worst)}
}

// evaluate runs one pass and forms the scaled residual. It returns the residual's largest entry.
func (w *tearNewton) evaluate(p *Plant, st *Stage) (float64, error) {
	if err := p.pass(w.of.loop, st); err != nil {
		return math.Inf(1), err
	}
	p.conv.solved += len(w.of.loop)
	w.active = w.active[:0]
	norm := 0.0
	take := func(k int) {
		w.r[k] = (w.g[k] - w.z[k]) / w.scale[k]
		w.active = append(w.active, k)
		norm = math.Max(norm, math.Abs(w.r[k]))
	}
	for _, t := range w.of.tears {
		total := math.Max(flowSize(t.flow.N), flowSize(t.link.flow.N))
		w.z[t.at], w.g[t.at], w.scale[t.at] = t.flow.T, t.link.flow.T, t.flow.T
		take(t.at)
		for i, g := range t.link.flow.N {
			k := t.at + 1 + i
			w.z[k], w.g[k] = t.flow.N[i], g
			if w.z[k] == 0 && g == 0 {
				continue
			}
			w.scale[k] = math.Max(math.Max(math.Abs(g), math.Abs(w.z[k])), traceShare*total)
			take(k)
		}
	}
	if len(w.of.controls) > 0 {
		p.clearTangents() // what the loops measure is read at units of the iteration: see divide
		for i, c := range w.of.controls {
			k := w.of.firstControl(p) + i
			c.got = c.read.value(p)
			w.z[k], w.scale[k] = c.value, c.span()
			w.r[k] = (c.set - c.got.V) / c.size()
			w.active = append(w.active, k)
			norm = math.Max(norm, math.Abs(w.r[k]))
		}
	}
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return norm, &Failure{Reason: "a unit returned a flow that is no number"}
	}
	w.norm = norm
	return norm, nil
}

// direction solves the linearised system for the step d.
func (w *tearNewton) direction(p *Plant, st *Stage, norm float64) error {
	n := len(w.active)
	for j, k := range w.active {
		w.b[j] = w.r[k]
	}
	tol := math.Min(1e-2, math.Max(0.1*norm, krylovEnough/norm))
	w.st = st
	_, _, err := w.krylov.Solve(w.multiply, w.b[:n], w.d[:n], tol)
	if err != nil {
		return w.stuck(p, "the linear system has no solution (%v): something that circulates may have no way out", err)
	}
	return nil
}

// product multiplies a scaled direction with the negative Jacobian, [v − G'v ; −(measured)'v].
func (w *tearNewton) product(p *Plant, v, out []float64) error {
	for _, t := range w.of.tears {
		t.d.Zero(0)
	}
	first := w.of.firstControl(p)
	for j, k := range w.active {
		if k >= first {
			w.of.controls[k-first].push(v[j] * w.scale[k])
			continue
		}
		if t, i := w.of.unknown(p, k); i < 0 {
			t.d.T = v[j] * w.scale[k]
		} else {
			t.d.N[i] = v[j] * w.scale[k]
		}
	}
	if err := p.tangents(w.of.loop, w.st); err != nil {
		return err
	}
	p.conv.carried += len(w.of.loop)
	for j, k := range w.active {
		if k >= first {
			c := w.of.controls[k-first]
			out[j] = c.read.value(p).D / c.size()
			continue
		}
		if t, i := w.of.unknown(p, k); i < 0 {
			out[j] = v[j] - t.link.d.T/w.scale[k]
		} else {
			out[j] = v[j] - t.link.d.N[i]/w.scale[k]
		}
	}
	return nil
}

// advance moves the unknowns along the step. A flow that would fall below zero keeps a tenth of itself instead, one below traceShare
// nothing, and a handle stops at its limit: such a step is a start for the next, never a result.
func (w *tearNewton) advance(p *Plant, length float64) {
	acid, _ := p.System.Index("H+")
	first := w.of.firstControl(p)
	for j, k := range w.active {
		step := length * w.d[j] * w.scale[k]
		if k >= first {
			ctl := w.of.controls[k-first]
			ctl.put(math.Min(math.Max(ctl.value+step, ctl.lo), ctl.hi))
			continue
		}
		if t, i := w.of.unknown(p, k); i < 0 {
			t.flow.T = math.Max(t.flow.T+step, 0.5*t.flow.T)
		} else {
			v := t.flow.N[i] + step
			if v < 0.1*t.flow.N[i] && !t.signed(i, acid) {
				v = 0.1 * t.flow.N[i]
				if math.Max(t.flow.N[i], w.g[k]) < w.scale[k] { // less than a trace, which would take a step for every decade
					v = 0
				}
			}
			t.flow.N[i] = v
		}
	}
}

func (w *tearNewton) remember(p *Plant) {
	c := 1 + len(p.System.Components)
	for _, t := range w.of.tears {
		w.good[t.at] = t.flow.T
		copy(w.good[t.at+1:t.at+c], t.flow.N)
	}
	for i, ctl := range w.of.controls {
		w.good[w.of.firstControl(p)+i] = ctl.value
	}
	copy(w.goodX, p.x)
}

func (w *tearNewton) recall(p *Plant) {
	c := 1 + len(p.System.Components)
	for _, t := range w.of.tears {
		t.flow.T = w.good[t.at]
		copy(t.flow.N, w.good[t.at+1:t.at+c])
	}
	for i, ctl := range w.of.controls {
		ctl.put(w.good[w.of.firstControl(p)+i])
	}
	copy(p.x, w.goodX)
}

// converged tests every component, temperature and specification against tearTol, and every element against its feed.
// It notes the worst.
func (w *tearNewton) converged(p *Plant) bool {
	worst := imbalance{b: w.of, at: -1, element: -1}
	for _, k := range w.active {
		if r := math.Abs(w.r[k]); r > worst.size {
			worst.size, worst.at = r, k
		}
	}
	w.worst = worst
	if worst.size > tearTol {
		return false
	}
	sys := p.System
	fed := p.fed(w.fed)
	for e := range sys.Elements {
		if fed[e] == 0 {
			continue
		}
		for i, t := range w.of.tears {
			diff := math.Abs(sys.ElementFlow(e, t.link.flow.N) - sys.ElementFlow(e, t.flow.N))
			if diff > elementTol*fed[e] {
				w.worst = imbalance{b: w.of, at: -1, element: e, tear: i, size: diff / fed[e]}
				return false
			}
		}
	}
	return true
}

// endless refuses a recycle so large that all that the plant is fed is lost in its rounding: the imbalance is small only
// because the stream is not. It is what Newton makes of a loop without a bleed.
func (b *block) endless(p *Plant) error {
	fed := 0.0
	for _, s := range p.streams {
		if s.enters(p) {
			fed += flowSize(s.flow.N)
		}
	}
	for _, t := range b.tears {
		if n := flowSize(t.flow.N); fed > 0 && n > endlessRecycle*fed {
			return &Failure{Reason: fmt.Sprintf("stream %s carries %.1e times all that the plant is fed: what enters its recycle has no way out", t.link.name, n/fed)}
		}
	}
	return nil
}

// enters says that a stream comes into the plant.
func (s *link) enters(p *Plant) bool { return s.drawn || len(p.nodes[s.from].in) == 0 }

// fed sums the flow of each element into the plant, mol/s.
func (p *Plant) fed(fed []float64) []float64 {
	clear(p.entering)
	for _, s := range p.streams {
		if s.enters(p) {
			for i, n := range s.flow.N {
				p.entering[i] += math.Abs(n)
			}
		}
	}
	for e := range fed {
		fed[e] = p.System.ElementFlow(e, p.entering)
	}
	return fed
}
