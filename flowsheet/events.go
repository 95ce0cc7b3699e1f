package flowsheet

import (
	"errors"
	"fmt"
	"math"
)

// Eventer is a unit whose states jump at instants: a batch furnace that is charged and tapped. Whatever tells when, clocks and counts, is
// among its states, so that a copy of x goes on as the original would. A cold or steady solve leaves it at rest: it gives the average of its
// cycles and keeps its states. After Begin it works by its events, in time, until the next steady solve. None of the methods may allocate.
type Eventer interface {
	// Begin sets the states x to those of regular operation at the steady state that was just solved.
	Begin(u, x []float64, in, out []Stream) error
	// Due is the time, s, to the next event if the inlets stay as they are; below 0 by what it is overdue, +Inf without an event or at rest.
	Due(u, x []float64, in []Stream) float64
	// Fire makes all events that are due within EventTol. What the states hold stays the same (Holder): matter leaves by the outlets alone.
	Fire(u, x []float64) error
}

// EventTol is how early, s, an event may fire: below the rounding of clocks over months.
const EventTol = 1e-6

const (
	eventsAtOnce = 100  // of a unit at one instant: more do not end
	eventShare   = 0.95 // a step that went past an event is tried again at most this long
)

// Begin puts the units that work by events into regular operation; the plant stands at the steady state of its last solve.
func (p *Plant) Begin() error {
	var faults []error
	for _, n := range p.eventful {
		if err := n.events.Begin(n.u, n.x, n.ins, n.outs); err != nil {
			faults = append(faults, &Failure{Unit: n.tag, Reason: "does not begin its cycles: " + err.Error(), Cause: err})
		}
	}
	return errors.Join(faults...)
}

// due is the time, s, to the next event of any unit; +Inf without one.
func (r *timeMarch) due() float64 {
	least := math.Inf(1)
	for _, n := range r.p.eventful {
		least = math.Min(least, r.dueOf(n))
	}
	return least
}

// dueOf is the time to the next event of a unit. Before the first step its inlets are not known: they are no part of the plant's memory.
func (r *timeMarch) dueOf(n *node) float64 {
	if r.blind {
		return n.events.Due(n.u, n.x, n.empty)
	}
	r.p.gather(n)
	return n.events.Due(n.u, n.x, n.ins)
}

// fire makes the events that are due, and returns the time to the next.
func (r *timeMarch) fire(t float64) (float64, error) {
	for _, n := range r.p.eventful {
		for round := 0; r.dueOf(n) <= EventTol; round++ {
			err := n.events.Fire(n.u, n.x)
			if err == nil && round == eventsAtOnce {
				err = fmt.Errorf("%d events at one instant do not end", round)
			}
			if err != nil {
				return 0, &Failure{Unit: n.tag, Reason: fmt.Sprintf("at %.6g s: %v", t, err), Cause: err}
			}
			r.sum.Events++
		}
	}
	return r.due(), nil
}

// Advance goes on in time from where the plant stands, by a length (s, > 0), with every handle where it is; tol is the relative error of a step,
// 0 for RunTol. It keeps nothing but the plant's memory: two plants of one file and one memory go on alike to the bit. On failure the plant is
// at the time of its last good step.
func (p *Plant) Advance(length, tol float64) (RunSummary, error) {
	if !(length > 0) || math.IsInf(length, 0) {
		return RunSummary{}, fmt.Errorf("length is %g s; needs more than 0", length)
	}
	if p.goes == nil {
		p.goes = newTimeMarch(p, Schedule{Tol: tol})
	}
	r := p.goes
	r.begin(tol)
	p.rests(true)
	defer p.rests(false)
	held := r.held()
	if err := r.until(0, length); err != nil {
		return r.sum, err
	}
	return r.sum, r.close(held)
}
