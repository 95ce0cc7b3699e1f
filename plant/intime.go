package plant

import (
	"fmt"
	"time"
)

// State is a twin whose model goes on in time, at the end of a cycle: what no replay of the last minutes of the journal gives back. The clocks and
// charges of batch furnaces are in the memory.
type State struct {
	Time   time.Time            `json:"time"`             // end of the last cycle
	Memory []float64            `json:"memory"`           // flowsheet.Plant.Memory
	Since  time.Time            `json:"since"`            // the model began, or missed a cycle
	Why    string               `json:"why"`              // which of the two
	Spoilt map[string]time.Time `json:"spoilt,omitempty"` // tags whose value was last bad then
}

// course is what a twin keeps whose model goes on in time.
type course struct {
	end   time.Time // of the last cycle
	since time.Time
	why   string
	begun bool
}

// State is the twin's state after the last cycle; not ok before the first one, or when its model is solved anew each cycle.
func (t *Twin) State() (s State, ok bool) {
	if !t.config.InTime || !t.course.begun {
		return s, false
	}
	s = State{Time: t.course.end, Memory: t.model.Memory(), Since: t.course.since, Why: t.course.why, Spoilt: map[string]time.Time{}}
	for _, p := range t.points {
		if !p.spoilt.IsZero() {
			s.Spoilt[p.ID] = p.spoilt
		}
	}
	return s, true
}

// Resume goes on from a state, before the first record: cycles up to its time take values and are not marched again. The error is that of a state
// of another model.
func (t *Twin) Resume(s State) error {
	if !t.config.InTime {
		return fmt.Errorf("a state of a model in time, for one that is solved anew each cycle")
	}
	if err := t.model.Restore(s.Memory); err != nil {
		return fmt.Errorf("state of %s: %w", s.Time.Format(time.RFC3339), err)
	}
	t.course = course{end: s.Time, since: s.Since, why: s.Why, begun: true}
	for _, p := range t.points {
		p.spoilt = s.Spoilt[p.ID]
	}
	return nil
}

// anew lets the model begin at the steady state of its file, at a time.
func (t *Twin) anew(at time.Time) {
	if !t.config.InTime || !at.After(t.course.end) {
		return
	}
	t.course = course{since: at, why: "the model began at the steady state of its file"}
}

// past notes which inlets the model's holdup still remembers as bad.
func (t *Twin) past(end time.Time) {
	for _, p := range t.points {
		if p.quality == Bad && p.Moves != "" {
			p.spoilt = end
		}
		p.past, p.pastWhy = Good, ""
		switch {
		case end.Sub(t.course.since) < t.config.Remembers:
			p.past, p.pastWhy = Uncertain, t.course.why+" at "+t.course.since.UTC().Format(time.TimeOnly)
		case !p.spoilt.IsZero() && end.Sub(p.spoilt) < t.config.Remembers:
			p.past, p.pastWhy = Uncertain, "was bad until "+p.spoilt.UTC().Format(time.TimeOnly)
		}
	}
}

// march takes the model from the end of the last cycle to that of this one, with the inlets of this one. A bad inlet is at the value of
// the model's file. A cycle that fails is missed: the model stands where it was.
func (t *Twin) march(end time.Time) bool {
	if !t.course.begun {
		if err := t.begin(); err != nil {
			t.solve = "not begun: " + err.Error()
			return false
		}
	}
	before := t.model.Memory()
	for _, p := range t.points {
		for _, h := range p.handles {
			if err := t.model.SetHandle(h.path, h.base); err != nil {
				t.solve = err.Error()
				return false
			}
		}
	}
	t.setInlets()
	t.course.end = end
	sum, err := t.model.Advance(t.config.Cycle.Seconds(), 0)
	if err != nil {
		t.solve = "not solved: " + err.Error()
		t.course.since, t.course.why = end, "the model missed a cycle"
		if back := t.model.Restore(before); back != nil {
			t.course.begun = false
		}
		return false
	}
	t.solve = fmt.Sprintf("in time, %d steps, %d events", sum.Steps, sum.Events)
	return true
}

// begin puts the model to the steady state of its file, batch units in regular operation.
func (t *Twin) begin() error {
	if err := t.model.Restore(t.base); err != nil {
		return err
	}
	if err := t.model.Solve(); err != nil { // Begin needs the streams
		return err
	}
	if err := t.model.Begin(); err != nil {
		return err
	}
	t.course.begun = true
	return nil
}
