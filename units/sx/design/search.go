package design

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"reetwin/flowsheet/chem"
	"reetwin/units/sx/cascade"
)

// start is the trial that the minimum-reagent relations name.
func (p *plan) start() (trial, handle, Split, Start) {
	q := p.split()
	r := q.Relations()
	t := trial{soap: min(p.soapHi, max(p.soapLo, 0.45*p.loading)), scrubRatio: p.ratioHi, stripAcid: p.stripHi, left: p.residualMax}
	if R := p.cut.Strip.Recovery; R > 0 && p.bleed > 0 { // what the bleed takes is lost
		t.left = min(t.left, 0.5*(1-R)/p.bleed)
	}
	whole := func(v float64) int { return max(1, min(p.section, int(math.Ceil(v)))) }
	t.stages = [sections]int{whole(r.Extraction), whole(r.Scrub), min(8, p.stripMost)}
	for t.total() > p.total && t.stages[extraction]+t.stages[scrub] > 2 {
		q := extraction
		if t.stages[scrub] > t.stages[extraction] {
			q = scrub
		}
		t.stages[q]--
	}
	moles := 0.0
	for _, r := range p.rares {
		moles += r.fed
	}
	h := handle{load: t.soap, taken: 1, strip: min(p.ratioHi, 5), draw: math.Log(3 * moles * (r.S - r.W)), reflux: math.Log(max(r.W, 1e-3) / (r.S - r.W))}
	h.reflux = max(leastReflux, min(mostReflux, h.reflux))
	return t, h, q, r
}

// split is the cut as the relations see it: two groups, and the separation factor of the two keys.
func (p *plan) split() Split {
	c := p.cut
	q := Split{Beta: p.beta, LossA: 1 - c.Strip.Recovery, LossB: 1 - c.Raffinate.Recovery}
	all, heavy := 0.0, 0.0
	for _, r := range p.rares {
		if all += r.fed; r.upper {
			heavy += r.fed
		}
	}
	q.FA = heavy / all
	if P := c.Raffinate.Purity; P > 0 {
		q.LossA = min(q.LossA, (1-P)/P*p.fedLight/p.fedHeavy)
	}
	if P := c.Strip.Purity; P > 0 {
		q.LossB = min(q.LossB, (1-P)/P*p.fedHeavy/p.fedLight)
	}
	q.LossA, q.LossB = min(q.LossA, 0.5), min(q.LossB, 0.5)
	return q
}

func (t *trial) total() int { return t.stages[extraction] + t.stages[scrub] + t.stages[strip] }

// fits says whether the numbers chosen are within their own windows.
func (p *plan) fits(t *trial) bool {
	for q, n := range t.stages {
		if n < 1 || n > p.most(q) {
			return false
		}
	}
	return t.total() <= p.total
}

// most is the number of stages that a section may have.
func (p *plan) most(section int) int {
	if section == strip {
		return p.stripMost
	}
	return p.section
}

// move is a direction of the search: a factor on one of the continuous choices, or stages added to sections.
type move struct {
	stages                       [sections]int
	soap, scrubRatio, acid, left float64
}

// moves are the directions polled, in this order. Those of two choices keep what one window sees: extraction against scrub
// shifts the feed stage; acid or soap with the O/A keeps the acid per load of the strip, or that of the scrub.
var moves = [...]move{
	{stages: [sections]int{1, 0, 0}}, {stages: [sections]int{0, 1, 0}}, {stages: [sections]int{-1, 0, 0}}, {stages: [sections]int{0, -1, 0}},
	{stages: [sections]int{1, -1, 0}}, {stages: [sections]int{-1, 1, 0}}, {stages: [sections]int{1, 1, 0}}, {stages: [sections]int{-1, -1, 0}},
	{stages: [sections]int{0, 0, 1}}, {stages: [sections]int{0, 0, -1}},
	{soap: 1}, {soap: -1}, {scrubRatio: 1}, {scrubRatio: -1}, {acid: 1}, {acid: -1}, {left: 1}, {left: -1}, {soap: 1, scrubRatio: -1}, {soap: -1, scrubRatio: 1},
}

// moved is the trial one step away; ok is false where a window lets it stay where it is.
func (p *plan) moved(t trial, m *move, whole int, part float64) (trial, bool) {
	to := t
	for q := range to.stages {
		to.stages[q] = max(1, to.stages[q]+m.stages[q]*whole)
	}
	within := func(v, by, lo, hi float64) float64 { return max(lo, min(hi, v*math.Exp(by*part))) }
	to.soap = max(p.soapLo, min(p.soapHi, t.soap+0.4*m.soap*part))
	to.scrubRatio = within(t.scrubRatio, m.scrubRatio, p.ratioLo, p.ratioHi)
	to.stripAcid = within(t.stripAcid, m.acid, p.stripLo, p.stripHi)
	to.left = within(t.left, 2*m.left, leastLeft, p.residualMax)
	return to, to != t && p.fits(&to)
}

// leastLeft is the least that a strip is asked to leave.
const leastLeft = 1e-7

// Steps of the search: stages and parts, from coarse to fine.
var steps = [...]struct {
	whole int
	part  float64
}{{8, 0.2}, {4, 0.1}, {2, 0.05}, {1, 0.02}, {1, 0.007}}

// descend follows the cheapest neighbours, steps shrinking where none is.
func (p *plan) descend(best *outcome, strict bool) *outcome {
	for _, strict := range []bool{strict, true} {
		for _, s := range steps {
			best = p.poll(best, s.whole, s.part, 60, strict)
		}
		if best.short() == 0 {
			break
		}
	}
	return best
}

// starting is a place where the search sets out.
type starting struct {
	trial
	handle
}

// starts are the relations' own stages and up to twice as many, saponified as is usual and next to not. The cost has several
// valleys; which one a start leads to does not depend on the machine.
func (p *plan) starts(t trial, h handle) (all []starting) {
	t.stages[strip] = max(t.stages[strip], min(p.stripMost, 12))
	h.strip = p.stripped(&t)
	for k := range 2 {
		for _, soap := range []float64{t.soap, 0.1 * t.soap} {
			q := starting{t, h}
			q.soap = max(p.soapLo, soap)
			if soap < t.soap { // the acid form extracts: the organic fills, and acid passes
				q.load, q.taken = 0.8*p.loading, 0.5
			}
			for s := range strip {
				q.stages[s] = min(p.section, t.stages[s]+k*min(t.stages[s], 6))
			}
			if p.fits(&q.trial) {
				all = append(all, q)
			}
		}
	}
	return all
}

// stripped estimates the largest O/A of a strip that leaves no more on the organic than it may: Kremser's equation with the
// distribution ratios at the fresh acid and a free extractant.
func (p *plan) stripped(t *trial) float64 {
	left := func(ratio float64) (part float64) {
		all := 0.0
		for _, r := range p.rares {
			if !r.upper {
				continue
			}
			q := &p.chem.Cations[r.cation]
			d := math.Exp(q.LnK+q.N*math.Log(p.extractant/2/chem.Molar)-q.Z*math.Log(t.stripAcid/chem.Molar)) * ratio
			n := float64(t.stages[strip])
			rest := 1 / (n + 1)
			if s := 1 / d; math.Abs(s-1) > 1e-6 {
				rest = (s - 1) / (math.Pow(s, n+1) - 1)
			}
			all, part = all+r.fed, part+r.fed*rest
		}
		return part / all
	}
	ratio := min(p.ratioHi, 6)
	for ratio > p.ratioLo && left(ratio) > t.left {
		ratio *= 0.9
	}
	return max(ratio, p.ratioLo)
}

// workers search at the same time.
const workers = 2

// usualEffort is the work, as effort counts it, after which a descent takes no further trial: some seconds. A start and a
// departure have a part of it each, so that one that leads nowhere, by circuits hard to solve, takes nothing from the others.
const usualEffort, startEffort, departEffort = 1e10, 0.3, 0.1

func (s *Spec) effortMost() float64 {
	if s.Effort > 0 {
		return s.Effort * usualEffort
	}
	return usualEffort
}

// coarse is the number of steps by which a start is told from another; descents is how many of the best beginnings are followed
// to the end, and rounds how often the best of these is departed from.
const coarse, descents, rounds = 2, 3, 3

// each does jobs, a few at a time, each on a plan of its own with a part of the usual effort: what one finds hangs on no other.
// The outcomes come in order, those that promise most first.
func (p *plan) each(jobs int, effort float64, strict bool, do func(q *plan, k int) *outcome) []*outcome {
	all, plans := make([]*outcome, jobs), make([]plan, jobs)
	var group sync.WaitGroup
	free := make(chan struct{}, workers)
	for k := range jobs {
		free <- struct{}{}
		group.Go(func() {
			q := &plans[k]
			*q = *p
			q.kernels, q.last, q.solves, q.work, q.limit = map[[sections]int]*cascade.Cascade{}, nil, 0, 0, effort*p.effortMost()
			all[k] = do(q, k)
			q.kernels, q.last = nil, nil
			<-free
		})
	}
	group.Wait()
	for k := range plans {
		p.solves += plans[k].solves
		p.work += plans[k].work
	}
	slices.SortStableFunc(all, func(a, b *outcome) int { return cmp.Compare(a.price(strict), b.price(strict)) })
	return all
}

// price orders outcomes that a descent is still to improve: ln of the cost with what is missing, strictly by what is missing first.
func (o *outcome) price(strict bool) float64 {
	short := o.short()
	if math.IsInf(short, 1) {
		return short
	}
	if strict {
		short *= 1e6
	}
	return math.Log(o.cost) + penalty*short
}

// final is the best of outcomes in order: a design, if there is one.
func final(all []*outcome) *outcome {
	for _, o := range all {
		if o.short() == 0 {
			return o
		}
	}
	return all[0]
}

// best is the cheapest of all that the starts lead to, and departures from there; strict goes for the windows first, whatever
// that costs on the way.
func (p *plan) best(starts []starting, strict bool) *outcome {
	if len(starts) == 0 {
		return nil
	}
	began := p.each(len(starts), startEffort, strict, func(q *plan, k int) *outcome {
		o := q.operate(starts[k].trial, starts[k].handle, math.Inf(1))
		for _, s := range steps[:coarse] {
			o = q.poll(o, s.whole, s.part, 5, strict)
		}
		return o
	})
	best := p.followed(began, strict)
	for range rounds {
		found := p.depart(best, strict)
		if found == best {
			break
		}
		best = found
	}
	return best
}

// followed is the best that the first of some beginnings lead to.
func (p *plan) followed(began []*outcome, strict bool) *outcome {
	return final(p.each(min(descents, len(began)), 1, strict, func(q *plan, k int) *outcome {
		o := q.descend(began[k], strict)
		return o
	}))
}

// departures are moves larger than any that a descent takes, each the first step of a descent of its own.
var departures = [...]struct {
	stages      [sections]float64 // factor
	soap        float64           // added, of the room there is to the one bound or to the other
	ratio, acid float64           // factor
}{
	{stages: [sections]float64{1.5, 1, 1}}, {stages: [sections]float64{1, 1.5, 1}}, {stages: [sections]float64{0.6, 1, 1}}, {stages: [sections]float64{1, 0.6, 1}},
	{stages: [sections]float64{1.5, 0.6, 1}}, {stages: [sections]float64{0.6, 1.5, 1}}, {stages: [sections]float64{1.6, 1.6, 1}},
	{soap: -1}, {soap: -0.5}, {soap: 0.5}, {ratio: 0.6}, {acid: 0.7, stages: [sections]float64{1, 1, 1.5}},
}

// depart leaves the best by every departure, goes down from there, and gives back the best of all.
func (p *plan) depart(best *outcome, strict bool) *outcome {
	all := p.each(len(departures), departEffort, strict, func(q *plan, k int) *outcome {
		t, ok := q.departed(best.trial, k)
		if !ok {
			return best
		}
		o := q.operate(t, best.from(q), math.Inf(1))
		for _, s := range steps[1:] {
			o = q.poll(o, s.whole, s.part, 5, strict)
		}
		return o
	})
	var began []*outcome
	for _, o := range all {
		if o.price(strict) < best.price(strict)-1e-4 {
			began = append(began, o)
		}
	}
	if len(began) == 0 {
		return best
	}
	found := p.followed(began, strict)
	if found.short() == 0 && best.short() > 0 || found.better(best, strict) {
		return found
	}
	return best
}

// departed is the trial at departure k; ok is false where a window lets it stay where it is.
func (p *plan) departed(t trial, k int) (trial, bool) {
	to, d := t, &departures[k]
	for q, f := range d.stages {
		if f > 0 {
			to.stages[q] = max(1, min(p.most(q), int(math.Round(f*float64(t.stages[q])))))
		}
	}
	room := p.soapHi - t.soap
	if d.soap < 0 {
		room = t.soap - p.soapLo
	}
	to.soap = max(p.soapLo, min(p.soapHi, t.soap+d.soap*room))
	if d.ratio > 0 {
		to.scrubRatio = max(p.ratioLo, d.ratio*t.scrubRatio)
	}
	if d.acid > 0 {
		to.stripAcid = max(p.stripLo, d.acid*t.stripAcid)
	}
	return to, to != t && p.fits(&to)
}

// spent says that the effort is at its end.
func (p *plan) spent() bool { return p.work > p.limit }

// poll tries every move in turn and goes on in those that pay with steps twice as long, then in the direction of all that
// paid together, in at most so many rounds.
func (p *plan) poll(best *outcome, whole int, part float64, rounds int, strict bool) *outcome {
	for range rounds {
		before := best
		for k := range moves {
			for w, f := whole, part; ; w, f = 2*w, 2*f {
				t, ok := p.moved(best.trial, &moves[k], w, f)
				if !ok || p.spent() {
					break
				}
				o := p.along(p.operate(t, best.from(p), best.bar()), best)
				if !o.better(best, strict) {
					break
				}
				best = o
			}
		}
		if best == before {
			break
		}
		for from := before.trial; ; {
			t, ok := p.onward(from, best.trial)
			if !ok || p.spent() {
				break
			}
			o := p.operate(t, best.from(p), best.bar())
			if !o.better(best, strict) {
				break
			}
			from, best = best.trial, o
		}
	}
	return best
}

// brink is how far beyond loading_max a trial is brought back; loadSlope is what ln of the loading loses at least by one less of
// saponification there.
const brink, loadSlope = 0.01, 1.0

// along brings a trial that would pay, but for a hair of loading, back by less saponification: many designs stand at that
// bound, where few single choices can move.
func (p *plan) along(o, best *outcome) *outcome {
	if o.state == nil || o.miss > 0 || o.worst != "loading_max" || o.beyond > brink || o.cost >= best.cost || best.short() > 0 {
		return o
	}
	t := o.trial
	if t.soap = max(p.soapLo, t.soap-o.beyond/loadSlope-1e-5); t.soap == o.trial.soap {
		return o
	}
	return p.operate(t, o.from(p), best.cost)
}

// bar is the cost above which nothing is better.
func (o *outcome) bar() float64 {
	if o.short() > 0 {
		return math.Inf(1)
	}
	return o.cost
}

// onward repeats the way from one trial to another.
func (p *plan) onward(from, to trial) (trial, bool) {
	next := to
	for q := range next.stages {
		next.stages[q] = max(1, 2*to.stages[q]-from.stages[q])
	}
	again := func(from, to, lo, hi float64) float64 { return max(lo, min(hi, to*to/from)) }
	next.soap = max(p.soapLo, min(p.soapHi, 2*to.soap-from.soap))
	next.scrubRatio = again(from.scrubRatio, to.scrubRatio, p.ratioLo, p.ratioHi)
	next.left = again(from.left, to.left, leastLeft, p.residualMax)
	next.stripAcid = again(from.stripAcid, to.stripAcid, p.stripLo, p.stripHi)
	return next, next != to && p.fits(&next)
}
