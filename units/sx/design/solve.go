package design

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"reetwin/flowsheet/chem"
	"reetwin/units/sx/cascade"
)

// Solve designs every cut in turn. A cut that cannot be met says why and by which limit; those fed from it are then not designed.
// The error is of a specification that says nothing to design.
func (s *Spec) Solve() (*Result, error) {
	r := &Result{Name: s.Name, Model: s.Model.Name, Extractant: s.Model.Extractant, Basis: "mass of M2O3", Objective: objective, Numbers: s.Numbers, spec: s}
	if s.mole {
		r.Basis = "mole"
	}
	r.Classes = map[chem.Class]int{}
	for _, c := range s.Model.Constants {
		if r.Classes[c.Class]++; c.Class == chem.Assumed {
			r.Assumed = append(r.Assumed, c.Name)
		}
	}
	for k := range s.Cuts {
		c := &s.Cuts[k]
		out := CutResult{Name: c.Name, From: c.From, Light: c.Light, Heavy: c.Heavy, Asked: Targets{c.Raffinate, c.Strip}}
		flow, tenor := s.Feed.Flow, s.Feed.Tenor
		if c.from >= 0 {
			src := &r.Cuts[c.from]
			if !src.Met {
				out.Reason = fmt.Sprintf("its feed %s is not there: cut %s is refused", c.From, src.Name)
				r.Cuts = append(r.Cuts, out)
				continue
			}
			flow, tenor = src.Raffinate.Flow, src.Raffinate.tenor
			if c.From == src.Name+"."+liquor {
				flow, tenor = src.Liquor.Flow, src.Liquor.tenor
			}
		}
		p, err := s.newPlan(c, flow, tenor)
		if err != nil {
			return nil, err
		}
		if err := p.design(&out); err != nil {
			return nil, err
		}
		r.Cuts = append(r.Cuts, out)
	}
	return r, nil
}

// objective is what a design is the cheapest by.
const objective = "stages × volume of mixer and settler × price + HCl + NaOH + lime for the acid of the raffinate, per time"

// design fills in the result of one cut.
func (p *plan) design(out *CutResult) error {
	t, h, q, r := p.start()
	out.Split, out.Relations = q, r
	out.Order = p.groups()
	if s, err := p.solve(p.point(&t, h)); err == nil {
		out.Start = p.describe(s)
	}
	if out.Reason = p.spoilt(); out.Reason != "" {
		return nil
	}
	if n, most := p.fewest(), min(2*p.section, p.total-1); n > float64(most) {
		out.Fewest = math.Ceil(n)
		out.Reason = fmt.Sprintf("limit stages_max: %d with one to strip; %s from %s by a factor of %.3g needs at least %.0f of extraction and scrub, at total reflux (Fenske)",
			most, p.cut.Heavy, p.cut.Light, p.beta, math.Ceil(n))
		return nil
	}
	if o := p.unstripped(t, h); o != nil {
		out.Reached = p.describe(o.state)
		out.Reason = fmt.Sprintf("limit strip_residual_max (%s on the organic): %.4g for %.4g allowed with the most that the windows give, %d stages of %.4g mol/L at O/A %.4g "+
			"(strip_stages_max, strip_acid_max, O_A_min)", o.stays, o.residual, p.residualMax, o.at.Stages[strip], o.at.StripAcid/1000, o.strip)
		return nil
	}
	best := p.best(p.starts(t, h), false)
	if best == nil || best.short() > 0 { // from the other end: every stage there is
		if other := p.best(p.longest(t, h), true); best == nil || other != nil && (other.short() == 0 || other.better(best, true)) {
			best = other
		}
	}
	if best == nil {
		out.Reason = fmt.Sprintf("limit stages_max: no start of the search fits into %d stages", p.total)
		return nil
	}
	out.Solves = p.solves
	if best.short() > 0 {
		p.refuse(best, out)
		return nil
	}
	if err := p.settle(best); err != nil {
		return err
	}
	out.Met = true
	out.Optimum = p.describe(best.state)
	out.Raffinate, out.Liquor = p.stream(best.state.raffinate, best.raffinateFlow), p.stream(best.state.liquor, best.liquorFlow)
	out.Limits = p.active(best)
	out.Warnings = p.warnings(best.state)
	out.Path, out.Imbalance, out.ImbalanceOf = best.path, best.imbalance, best.imbalanceOf
	out.Solves = p.solves
	out.base, out.baseFlow = p.base, p.baseFlow
	return nil
}

// spoilt says that the feed brings more of what an earlier cut should have kept than a product may hold.
func (p *plan) spoilt() string {
	for _, q := range []struct {
		product    string
		stray, fed float64
		purity     float64
	}{{raffinate, p.strayLight, p.fedLight, p.cut.Raffinate.Purity}, {liquor, p.strayHeavy, p.fedHeavy, p.cut.Strip.Purity}} {
		if q.purity > 0 && q.stray/q.fed > (1-q.purity)/q.purity {
			return fmt.Sprintf("limit %s.purity: %s brings %.4g %% of rare earths beyond those of this cut, which go the way of its %s: ask more of the cut before",
				q.product, p.cut.From, 100*q.stray/(q.stray+q.fed), q.product)
		}
	}
	return ""
}

// fewest is the number of stages of extraction and scrub below which no circuit meets the cut, by the two keys alone.
func (p *plan) fewest() float64 {
	q := p.split()
	c := p.cut
	lossA, lossB := 1-c.Strip.Recovery, 1-c.Raffinate.Recovery
	if P := c.Raffinate.Purity; P > 0 {
		lossA = min(lossA, (1-P)/P*p.fedLight/p.fedHeavy)
	}
	if P := c.Strip.Purity; P > 0 {
		lossB = min(lossB, (1-P)/P*p.fedHeavy/p.fedLight)
	}
	for _, r := range p.rares { // all that is lost of a group may be its key
		switch r.symbol {
		case c.Heavy:
			lossA *= p.fedHeavy / (r.fed * r.weight)
		case c.Light:
			lossB *= p.fedLight / (r.fed * r.weight)
		}
	}
	if !p.sameOrder() || lossA >= 1 || lossB >= 1 {
		return 0
	}
	q.LossA, q.LossB = lossA, lossB
	return q.Fenske()
}

// sameOrder says whether the factor of the two keys is one number whatever the extractant's freedom.
func (p *plan) sameOrder() bool {
	var n []cascade.Cation
	for _, q := range p.chem.Cations {
		if q.Name == p.cut.Heavy || q.Name == p.cut.Light {
			n = append(n, q)
		}
	}
	return len(n) == 2 && n[0].N == n[1].N && n[0].Z == n[1].Z && n[0].Fall == n[1].Fall
}

// hopeless is how many times as much as it may a strip at its best leaves before a search is not worth while.
const hopeless = 3

// unstripped is the cut met with the best strip that the windows allow, where even that leaves far too much on the organic.
func (p *plan) unstripped(t trial, h handle) *outcome {
	t.stages[strip] = min(p.stripMost, p.total-t.stages[extraction]-t.stages[scrub])
	t.stripAcid, t.left, h.strip = p.stripHi, p.residualMax, p.ratioLo
	o := p.operate(t, h, math.Inf(1))
	if o.state == nil || o.strip > p.ratioLo*1.001 || o.residual < hopeless*p.residualMax {
		return nil
	}
	return o
}

// longest are the starts with every stage that the windows allow, shared as t shares them.
func (p *plan) longest(t trial, h handle) []starting {
	t.stages[strip] = max(1, min(p.stripMost, p.total/6))
	left := p.total - t.stages[strip]
	part := float64(t.stages[extraction]) / float64(t.stages[extraction]+t.stages[scrub])
	t.stages[extraction] = max(1, min(p.section, left-1, int(part*float64(left))))
	t.stages[scrub] = max(1, min(p.section, left-t.stages[extraction]))
	h.strip = p.stripped(&t)
	low := starting{t, h}
	low.soap, low.load, low.taken = max(p.soapLo, 0.1*t.soap), 0.8*p.loading, 0.5
	return []starting{{t, h}, low}
}

// places is the number of digits that a design is written with; the verdict is on the numbers as written.
const places = 10

func rounded(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', places-1, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// written is the point as a plant file has it: flows in m3/h, acids in mol/L.
func (at Point) written() Point {
	at.Organic, at.ScrubFlow, at.StripFlow = rounded(at.Organic*3600)/3600, rounded(at.ScrubFlow*3600)/3600, rounded(at.StripFlow*3600)/3600
	at.ScrubAcid, at.StripAcid, at.Soap = rounded(at.ScrubAcid), rounded(at.StripAcid), rounded(at.Soap)
	return at
}

// settle solves a design once more as it is written, cold and on a cascade of its own, and takes the verdict from that.
func (p *plan) settle(best *outcome) error {
	at := best.at.written()
	c := p.circuit(at)
	k, err := cascade.New(&p.chem, c)
	if err != nil {
		return err
	}
	q, err := k.Solve(c, 1e-12, true)
	if err != nil {
		return fmt.Errorf("cut %s: the design, solved again from a cold start: %w", p.cut.Name, err)
	}
	s := p.read(k, at)
	s.path = string(q.Path)
	s.imbalance, s.imbalanceOf = k.Balance()
	best.state, best.miss = s, max(s.heavyLost, s.lightLost)
	best.beyond, best.worst = 0, ""
	if p.checked(best); best.miss > 0 || best.beyond > 1e-6 {
		return fmt.Errorf("cut %s: the design, solved again from a cold start, misses by %.2g and oversteps %s by %.2g", p.cut.Name, best.miss, best.worst, best.beyond)
	}
	return nil
}

// relaxation is the part by which a bound is moved to see what it is worth; near is how close to it a design rests on it.
const relaxation, near = 0.05, 0.01

// eased is the cost, or what is missing, with one bound moved.
func (p *plan) eased(best *outcome, l *Limit) *outcome {
	spec, q := *p.Spec, *p
	by := 1 + relaxation
	if !l.Above {
		by = 1 / by
	}
	l.set(&spec.Given, l.Bound*by)
	q.Spec, q.work, q.limit = &spec, 0, p.effortMost()/20
	if best.short() == 0 { // a design stays one
		return q.poll(best, 1, relaxation/2, 4, false)
	}
	again := q.operate(best.trial, best.from(p), math.Inf(1))
	if again.state == nil {
		return best
	}
	return q.poll(again, 1, relaxation/2, 4, true)
}

// active lists the limits that a design rests on and that cost something, the dearest first.
func (p *plan) active(best *outcome) []Limit {
	var all []Limit
	for _, l := range p.limits(best.state) {
		if l.Part < -near {
			continue
		}
		if o := p.eased(best, &l); o.short() == 0 {
			l.Saves = max(0, 1-o.cost/best.cost)
		}
		if l.Saves > 1e-4 {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b Limit) int {
		switch {
		case a.Saves > b.Saves:
			return -1
		case a.Saves < b.Saves:
			return 1
		}
		return 0
	})
	return all
}

// refuse names the limit in the way: the one whose easing brings the specification nearest.
func (p *plan) refuse(best *outcome, out *CutResult) {
	if best.state == nil {
		out.Reason = fmt.Sprintf("the cascade has no solution: %v", best.fault)
		return
	}
	out.Reached = p.describe(best.state)
	var over, named *Limit
	least := best.short()
	for _, l := range p.limits(best.state) {
		if l.Part > 1e-9 && (over == nil || l.Part > over.Part) {
			over = &l
		}
		if l.Part < -near {
			continue
		}
		if o := p.eased(best, &l); o.short() < least-1e-6 {
			named, least = &l, o.short()
		}
	}
	reached := fmt.Sprintf("the best found has a raffinate of %.6g %% at %.6g %% recovery and a liquor of %.6g %% at %.6g %%, with %d stages", 100*best.purity[0],
		100*best.recovery[0], 100*best.purity[1], 100*best.recovery[1], best.trial.total())
	helps := ""
	if named != nil {
		out.Limits = []Limit{*named}
		helps = fmt.Sprintf("; what would help most is more room at %s (%s, %.4g)", named.Name, named.Where, named.Bound)
	}
	switch {
	case over != nil:
		out.Limits = append([]Limit{*over}, out.Limits...)
		out.Reason = fmt.Sprintf("limit %s (%s): %.4g for %.4g allowed; %s%s", over.Name, over.Where, over.Value, over.Bound, reached, helps)
	case named != nil:
		out.Reason = fmt.Sprintf("limit %s (%s, %.4g): %s", named.Name, named.Where, named.Bound, reached)
	default:
		out.Reason = fmt.Sprintf("limit %s: %s, and no window makes it better", best.obstacle(p.cut), reached)
	}
}

// obstacle names what of the specification is the farthest off.
func (o *outcome) obstacle(c *Cut) string {
	name, worst := "", -1.0
	for _, q := range []struct {
		key        string
		asked, got float64
	}{{"raffinate.purity", c.Raffinate.Purity, o.purity[0]}, {"raffinate.recovery", c.Raffinate.Recovery, o.recovery[0]},
		{"liquor.purity", c.Strip.Purity, o.purity[1]}, {"liquor.recovery", c.Strip.Recovery, o.recovery[1]}} {
		if off := (1 - q.got) / (1 - q.asked); q.asked > 0 && off > worst {
			name, worst = q.key, off
		}
	}
	return name
}
