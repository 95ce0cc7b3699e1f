package design

import (
	"errors"
	"math"

	"reetwin/units/sx/cascade"
)

// trial is what the search chooses; what is left, the handles, follows from the specification.
type trial struct {
	stages     [sections]int
	soap       float64
	scrubRatio float64 // O/A
	stripAcid  float64
	left       float64 // part of the load that the strip is to leave, at most
}

// handle are the three unknowns that meet a specification: ln of the draw, the charge per time that the organic carries on to
// the strip, ln of the reflux, scrub acid over draw, and the O/A of the strip. Products hang on the draw by parts in ten thousand,
// on the reflux slowly, and one hardly moves with the other as long as load and taken are near what they are; the strip leaves
// what it may.
type handle struct {
	draw, reflux, strip float64
	load                float64 // charge that the organic carries, per monomer, and
	taken               float64 // part of the scrub acid that metals of the organic take up: as they were in the last solve
	pull, gain, leave   float64 // slopes of the last search, as a first guess: of what is lost by the draw, by the reflux; of ln left by ln O/A
}

// point is the circuit of a trial at these handles: draw = organic · extractant · load − scrub acid taken up.
func (p *plan) point(t *trial, h handle) Point {
	draw := math.Exp(h.draw)
	acid := draw * math.Exp(h.reflux)
	o := (draw + h.taken*acid) / (h.load * p.extractant)
	return Point{Stages: t.stages, Organic: o, Soap: t.soap, ScrubFlow: o / t.scrubRatio, ScrubAcid: acid / (o / t.scrubRatio),
		StripFlow: o / h.strip, StripAcid: t.stripAcid}
}

// from is where the search for a neighbour's handles sets out: the same flows, by what load and taken are here.
func (o *outcome) from(p *plan) handle {
	h := o.handle
	if o.state == nil || !(o.carried > 0) {
		return h
	}
	acid := o.at.ScrubFlow * o.at.ScrubAcid
	if draw := o.at.Organic*p.extractant*o.carried - o.consumed*acid; draw > 1e-3*acid {
		h.draw, h.reflux, h.load, h.taken = math.Log(draw), math.Log(acid/draw), o.carried, o.consumed
	}
	return h
}

// margin is by how much a design is better than asked, as ln of what is lost over what may be lost; slack is how much more
// it may be.
const (
	margin = 2e-3
	slack  = 4e-3
)

// outcome is a trial with the specification met as well as it can be.
type outcome struct {
	trial trial
	handle
	*state         // nil where the cascade has no solution
	miss   float64 // ln of the worse loss over what may be lost, and margin; not above 0 where the specification is met
	beyond float64 // by how much windows are overstepped
	worst  string  // the window, overstepped most, or what the cascade says
	fault  error
}

// better orders outcomes: designs by cost; before there is one, by cost and what is missing together, so that the way into the
// windows is not paid at any price; in the end (strict) by what is missing alone.
func (o *outcome) better(than *outcome, strict bool) bool {
	a, b := o.short(), than.short()
	switch {
	case math.IsInf(a, 1) || a > 0 && b == 0:
		return false
	case math.IsInf(b, 1):
		return true
	case strict && (a > 0 || b > 0):
		return a < b-1e-6
	}
	return math.Log(o.cost)+penalty*a < math.Log(than.cost)+penalty*b-1e-6
}

// penalty is the part of the cost that one e-fold beyond a limit counts; limits are worth less than a third of it.
const penalty = 20

// short is what is missing to the specification and the windows, 0 for a design.
func (o *outcome) short() float64 {
	if o.state == nil {
		return math.Inf(1)
	}
	return max(o.miss, 0) + o.beyond
}

// operate finds the handles of a trial from a start. It gives up where the specification is not met yet and the cost is
// above most already: more reflux costs more.
func (p *plan) operate(t trial, start handle, most float64) *outcome {
	least, highest := p.refluxes(&t, start)
	start.reflux = max(least, min(highest, start.reflux))
	best := &outcome{trial: t, handle: start, miss: math.Inf(1)}
	var lo, hi *outcome // reflux too small, and enough
	h, step := start, 0.12
	if start.gain < 0 {
		step = 0 // by the slope
	}
	for range 40 {
		o := p.drawn(t, h)
		if o.state == nil {
			if best.state == nil {
				best.fault = o.fault
			}
			break
		}
		if o.miss > slack && o.cost > most {
			o.beyond = o.miss
			return o
		}
		if p.spent() {
			if best.state == nil {
				best = o
			}
			break
		}
		switch {
		case o.miss <= 0:
			if hi == nil || o.reflux < hi.reflux {
				hi = o
			}
			if o.miss > -slack || o.reflux <= least {
				return p.checked(o)
			}
		case lo != nil && o.reflux > lo.reflux && o.miss >= lo.miss && hi == nil:
			return p.checked(best) // more reflux makes it worse
		default:
			if lo == nil || o.reflux > lo.reflux {
				lo = o
			}
		}
		if best.state == nil || math.Abs(o.miss) < math.Abs(best.miss) || o.miss <= 0 && best.miss > 0 {
			best = o
		}
		if lo != nil && hi != nil {
			if hi.reflux-lo.reflux < 1e-9 {
				return p.checked(hi)
			}
			h = h.between(lo, hi, o.pull)
			continue
		}
		if h = o.handle; lo != nil && h.reflux >= highest {
			return p.checked(best)
		}
		by := step
		if step == 0 {
			by = max(0.004, min(0.4, math.Abs(1.1*(o.miss+slack/2)/start.gain)))
			step = 3 * by
		} else {
			step *= 1.7
		}
		if lo == nil {
			by = -by
		}
		h.reflux = max(least, min(highest, h.reflux+by))
	}
	if hi != nil {
		best = hi
	}
	return p.checked(best)
}

// between is the handle at the secant of what is lost, kept inside.
func (h handle) between(lo, hi *outcome, pull float64) handle {
	w := max(0.05, min(0.95, (lo.miss+slack/2)/(lo.miss-hi.miss)))
	h.gain = (hi.miss - lo.miss) / (hi.reflux - lo.reflux)
	h.reflux, h.draw, h.pull = lo.reflux+w*(hi.reflux-lo.reflux), lo.draw+w*(hi.draw-lo.draw), pull
	return h
}

// Bounds of ln reflux: next to no scrub, and next to nothing drawn.
const leastReflux, mostReflux = -7.0, 4.0

// refluxes are the bounds of ln reflux R that the windows of the scrub acid leave: it is load · extractant · O/A · R/(1 + taken R).
func (p *plan) refluxes(t *trial, h handle) (least, highest float64) {
	least, highest = leastReflux, mostReflux
	full := h.load * p.extractant * t.scrubRatio
	if v := full - h.taken*p.scrubLo; v > 0 {
		least = max(least, math.Log(p.scrubLo/v))
	}
	if v := full - h.taken*p.scrubHi; v > 0 {
		highest = min(highest, math.Log(p.scrubHi/v))
	}
	return min(least, highest), highest
}

// drawn finds the draw at which what is lost of the heavy and of the light is, of what may be lost, the same, and with it the
// O/A of the strip.
func (p *plan) drawn(t trial, h handle) *outcome {
	search, strip := drawing{step: 0.004}, stripping{}
	if h.pull < 0 {
		search.step = 0 // by the slope
	}
	var best *outcome
	for range 60 {
		s, err := p.solve(p.point(&t, h))
		if err != nil {
			if best == nil {
				return &outcome{trial: t, handle: h, miss: math.Inf(1), fault: err}
			}
			return best
		}
		g := s.heavyLost - s.lightLost
		o := &outcome{trial: t, handle: h, state: s, miss: max(s.heavyLost, s.lightLost) + margin}
		if best == nil || s.residual <= t.left && best.residual > t.left || o.miss < best.miss && (s.residual <= t.left || best.residual > t.left) {
			best = o
		}
		moved := strip.correct(p, &h, s.residual/t.left)
		if moved == 0 && math.Abs(g) < max(slack/2, 0.1*math.Abs(o.miss)) {
			return o
		}
		if moved > 0.02 {
			search.forget()
		}
		if p.spent() {
			return best
		}
		if search.next(&h, g) {
			if moved == 0 {
				return best
			}
			search.forget()
		}
	}
	return best
}

// drawing is the search for the draw: it brackets, then takes the secant, halving the end that stays (Illinois).
type drawing struct {
	low, high *side // too little drawn (g > 0), too much
	stale     int
	step      float64 // of the bracketing; 0 takes the slope at hand
}

// side is ln of a draw, and ln of what is lost of the heavy over that of the light.
type side struct{ draw, g float64 }

func (q *drawing) forget() { q.low, q.high, q.stale = nil, nil, 0 }

// next moves the draw by what it led to; it is done where the bracket has closed.
func (q *drawing) next(h *handle, g float64) (done bool) {
	if g > 0 {
		if q.low != nil {
			q.stale++
		}
		q.low = &side{h.draw, g}
		if q.stale > 1 && q.high != nil {
			q.high.g /= 2
			q.stale = 0
		}
	} else {
		if q.high != nil {
			q.stale--
		}
		q.high = &side{h.draw, g}
		if q.stale < -1 && q.low != nil {
			q.low.g /= 2
			q.stale = 0
		}
	}
	if low, high := q.low, q.high; low != nil && high != nil {
		if high.draw-low.draw < 1e-9 {
			return true
		}
		h.pull = (high.g - low.g) / (high.draw - low.draw)
		h.draw = low.draw + (high.draw-low.draw)*low.g/(low.g-high.g)
		return false
	}
	by := q.step
	if q.step == 0 {
		by = max(1e-6, min(0.05, math.Abs(1.1*g/h.pull)))
		q.step = 3 * by
	} else {
		q.step *= 2.5
	}
	if g < 0 {
		by = -by
	}
	h.draw += by
	return false
}

// stripping is the search for the O/A of the strip that leaves what it may on the organic: a secant in logarithms.
type stripping struct{ ratio, left float64 }

// leavesLo and leavesHi are the band of what the strip leaves over what it may.
const leavesLo, leavesHi = 0.96, 1.0

// correct moves the O/A, by what is left over what may be, and says how far, as ln; 0 where it may stay.
func (q *stripping) correct(p *plan, h *handle, left float64) float64 {
	x, y := math.Log(h.strip), math.Log(left)
	if d := x - q.ratio; q.ratio != 0 && math.Abs(d) > 1e-4 {
		if slope := (y - q.left) / d; slope > 0.3 && slope < 60 {
			h.leave = slope
		}
	}
	q.ratio, q.left = x, y
	if y <= math.Log(leavesHi) && y >= math.Log(leavesLo) {
		return 0
	}
	if h.leave == 0 {
		h.leave = 4
	}
	by := max(-0.5, min(0.5, (math.Log(0.98)-y)/h.leave))
	to := max(p.ratioLo, min(p.ratioHi, h.strip*math.Exp(by)))
	by = math.Log(to / h.strip)
	h.strip = to
	return math.Abs(by)
}

// checked adds up by how much the windows are overstepped.
func (p *plan) checked(o *outcome) *outcome {
	if o.state == nil {
		var f *cascade.Failure
		if errors.As(o.fault, &f) {
			o.worst = f.Error()
		}
		return o
	}
	most := 0.0
	for _, l := range p.limits(o.state) {
		if l.Part > 1e-9 {
			o.beyond += l.Part
			if l.Part > most {
				most, o.worst = l.Part, l.Name
			}
		}
	}
	return o
}
