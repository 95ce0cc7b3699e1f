package cascade

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"reetwin/flowsheet/solve"
)

// Ensemble solves many steady circuits of one shape that lie around each other: Monte Carlo, maps, filters. Some of them, the
// anchors, are solved cold and keep their factors and their slopes over every number that varies. Each other case starts from
// the anchor from which it is predicted to differ least, moved by those slopes; then from the next ones, then cold. A result
// does not depend on the number of processors, nor on the cases before it.
type Ensemble struct {
	chem    *Chemistry
	shape   *Circuit
	tol     float64
	anchors []*anchor
	vary    []int // which of a circuit's numbers differ among the anchors
}

// The numbers of anchors, of stages that measure how far a case lies from one, of anchors tried before a cold start, and of
// Newton steps from each.
const (
	mostAnchors = 32
	gauges      = 4
	tries       = 16
	anchorSteps = 8
)

// anchor is a solved case.
type anchor struct {
	at    []float64   // its numbers that vary
	v     []float64   // its unknowns
	lu    *solve.LU   // factors there
	slope [][]float64 // [number] change of every unknown
	gauge [gauges][]float64
	off   [gauges]float64 // gauge·at
}

// NewEnsemble prepares the solution of cases circuits to tol. fill makes a circuit the case i; it starts as a copy of shape,
// then as the case before, and keeps its stages, sections, feeds and returns.
func NewEnsemble(chem *Chemistry, shape *Circuit, cases int, tol float64, fill func(i int, c *Circuit)) (*Ensemble, error) {
	e := &Ensemble{chem: chem, shape: shape, tol: tol}
	n := min(mostAnchors, cases)
	circuits := make([]*Circuit, n)
	var numbers [][]float64
	for a := range n {
		c := shape.Clone()
		fill(a*cases/n, c)
		circuits[a] = c
		numbers = append(numbers, c.numbers(nil))
	}
	spread := e.varies(numbers)
	if _, err := New(chem, shape); err != nil {
		return nil, err
	}
	found := make([]*anchor, n)
	share(n, func(next func() (int, bool)) {
		k, _ := New(chem, shape)
		for a, more := next(); more; a, more = next() {
			if _, err := k.Solve(circuits[a], min(tol, 1e-9), true); err == nil {
				found[a] = e.drop(k, circuits[a], spread)
			}
		}
	})
	for _, a := range found {
		if a != nil {
			e.anchors = append(e.anchors, a)
		}
	}
	return e, nil
}

// Solve solves the cases and hands each to use while its cascade holds it. use runs on several goroutines at once.
func (e *Ensemble) Solve(cases int, fill func(i int, c *Circuit), use func(i int, k *Cascade, r Result, err error)) {
	share(cases, func(next func() (int, bool)) {
		k, _ := New(e.chem, e.shape)
		c := e.shape.Clone()
		own, at, all := k.lu, make([]float64, len(e.vary)), []float64(nil)
		for i, more := next(); more; i, more = next() {
			fill(i, c)
			all = c.numbers(all[:0])
			for p, q := range e.vary {
				at[p] = all[q]
			}
			r, err := e.one(k, c, at)
			use(i, k, r, err)
			k.lu = own
		}
	})
}

// one solves a case whose varying numbers are at.
func (e *Ensemble) one(k *Cascade, c *Circuit, at []float64) (Result, error) {
	k.count = Count{}
	if err := k.prepare(c, nil); err != nil {
		return Result{Path: Failed}, err
	}
	own := k.lu
	var tried [tries]int
	for t := range min(tries, len(e.anchors)) {
		tried[t] = e.nearest(at, tried[:t])
		a := e.anchors[tried[t]]
		a.predict(at, k.v)
		k.bound()
		k.lu, k.factored, k.Reuse, k.hasty = a.lu, true, true, true
		k.spare = own
		k.byRule()
		ok, _, most := k.newton(anchorSteps, e.tol)
		k.lu, k.factored, k.Reuse, k.hasty = own, false, false, false
		if ok && k.ionise(e.tol) {
			return Result{Path: Anchored, Closure: most, Count: k.count, Base: k.leftOver()}, nil
		}
	}
	return k.Solve(c, e.tol, true)
}

// nearest is the anchor that predicts the least change of ln r where it changes most, among those not yet tried.
func (e *Ensemble) nearest(at []float64, tried []int) int {
	best, least := -1, math.Inf(1)
	for q, a := range e.anchors {
		if slices.Contains(tried, q) {
			continue
		}
		far := 0.0
		for g, w := range a.gauge {
			far = max(far, math.Abs(dot(w, at)-a.off[g]))
		}
		if far < least || best < 0 {
			best, least = q, far
		}
	}
	return best
}

// predict writes the unknowns at these numbers, changed by no more than one in all that are logarithms.
func (a *anchor) predict(at, v []float64) {
	clear(v)
	for p, s := range a.slope {
		if d := at[p] - a.at[p]; d != 0 {
			addScaled(v, d, s)
		}
	}
	_, most := size(v)
	scale := min(1, 1/(most+1e-300))
	for j, t := range a.v {
		v[j] = t + scale*v[j]
	}
}

// addScaled adds f·x to y.
func addScaled(y []float64, f float64, x []float64) {
	for j, t := range x {
		y[j] += f * t
	}
}

// varies finds the numbers that differ among circuits, and how much.
func (e *Ensemble) varies(numbers [][]float64) (spread []float64) {
	for q, t := range numbers[0] {
		lo, hi := t, t
		for _, row := range numbers {
			lo, hi = min(lo, row[q]), max(hi, row[q])
		}
		if hi > lo {
			e.vary, spread = append(e.vary, q), append(spread, hi-lo)
		}
	}
	return spread
}

// drop makes the last solution of k an anchor. Its slopes are those of the residuals, by differences, through the factors.
func (e *Ensemble) drop(k *Cascade, c *Circuit, spread []float64) *anchor {
	all := c.numbers(nil)
	a := &anchor{v: slices.Clone(k.v)}
	for g := range a.gauge {
		a.gauge[g] = make([]float64, len(e.vary))
	}
	moved := c.Clone()
	var pointers []*float64
	moved.visit(func(x *float64) { pointers = append(pointers, x) })
	for p, q := range e.vary {
		step := 1e-4 * spread[p]
		*pointers[q] = all[q] - step // to the side on which parts of one stay below it
		rhs := make([]float64, len(k.v))
		if k.set(moved, nil) != nil {
			return nil
		}
		k.evaluate(k.v, rhs)
		*pointers[q] = all[q]
		for j := range rhs {
			rhs[j] /= step
		}
		a.at, a.slope = append(a.at, all[q]), append(a.slope, rhs)
	}
	if k.set(c, nil) != nil {
		return nil
	}
	k.evaluate(k.v, k.res)
	if !k.refactor() {
		return nil
	}
	for p, rhs := range a.slope {
		addScaled(rhs, -1/(1e-4*spread[p]), k.res)
		if k.m.scalars == 0 {
			k.lu.Solve(rhs)
		} else if copy(k.rhs, rhs); !(k.krylov(k.rhs, rhs, 1e-3) < 1) {
			return nil
		}
	}
	a.lu, k.lu = k.lu, solve.NewLU(k.n)
	k.factored = false
	a.choose(k.n, spread)
	return a
}

// choose takes as gauges the stages whose ln r moves most, some stages apart.
func (a *anchor) choose(n int, spread []float64) {
	taken := make([]bool, n)
	for g := range a.gauge {
		best, most := 0, -1.0
		for j := range n {
			t := 0.0
			for p, s := range a.slope {
				t += s[j] * s[j] * spread[p] * spread[p]
			}
			if t > most && !taken[j] {
				best, most = j, t
			}
		}
		for j := max(0, best-3); j < min(n, best+4); j++ {
			taken[j] = true
		}
		for p, s := range a.slope {
			a.gauge[g][p] = s[best]
		}
		a.off[g] = dot(a.gauge[g], a.at)
	}
}

// share runs work on every processor; next gives the indices below n, each once.
func share(n int, work func(next func() (int, bool))) {
	const batch = 16
	var lock sync.Mutex
	var wait sync.WaitGroup
	begin := 0
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			i, end := 0, 0
			work(func() (int, bool) {
				if i++; i >= end {
					lock.Lock()
					i, end = begin, min(n, begin+max(1, min(batch, n/64)))
					begin = end
					lock.Unlock()
				}
				return i, i < end
			})
		})
	}
	wait.Wait()
}

// Clone is a circuit that shares nothing with c.
func (c *Circuit) Clone() *Circuit {
	q := *c
	q.Sections, q.Feeds, q.Returns = slices.Clone(c.Sections), slices.Clone(c.Feeds), slices.Clone(c.Returns)
	q.Makeup = slices.Clone(c.Makeup)
	for k := range q.Sections {
		s := &q.Sections[k]
		for _, p := range []*[]float64{&s.X, &s.Ligands, &s.LnK, &s.Murphree, &s.Transfer} {
			*p = slices.Clone(*p)
		}
	}
	for k := range q.Feeds {
		f := &q.Feeds[k]
		f.X, f.Y, f.Ligands = slices.Clone(f.X), slices.Clone(f.Y), slices.Clone(f.Ligands)
	}
	return &q
}

// visit goes through all numbers of a circuit in a fixed order.
func (c *Circuit) visit(f func(*float64)) {
	row := func(x []float64) {
		for i := range x {
			f(&x[i])
		}
	}
	for _, p := range [...]*float64{&c.Organic, &c.Capacity, &c.Bleed, &c.Soap} {
		f(p)
	}
	row(c.Makeup)
	for k := range c.Sections {
		s := &c.Sections[k]
		f(&s.Flow)
		f(&s.OrganicCarried)
		f(&s.AqueousCarried)
		row(s.X)
		row(s.Ligands)
		row(s.LnK)
		row(s.Murphree)
		row(s.Transfer)
	}
	for k := range c.Feeds {
		q := &c.Feeds[k]
		f(&q.Aqueous)
		f(&q.Organic)
		row(q.X)
		row(q.Y)
		row(q.Ligands)
	}
	for k := range c.Returns {
		f(&c.Returns[k].Flow)
	}
}

func (c *Circuit) numbers(to []float64) []float64 {
	c.visit(func(x *float64) { to = append(to, *x) })
	return to
}
