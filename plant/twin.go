package plant

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"reetwin/flowsheet"
)

const (
	// jump is the longest time without records that is filled with frames of ageing values; after a longer silence, of a
	// twin that was switched off, the frames begin again with the first record.
	jump = 10 * time.Minute
	// ahead is how far a source's clock may run ahead before the time of receipt counts instead.
	ahead = 2 * time.Second
	// pending is the most samples of one tag that wait for their cycle to close.
	pending = 100_000
)

// Twin keeps a model of the plant in step with the journal. One goroutine owns it.
//
// At the end of every cycle, and once Lateness has passed for samples still under way, it takes the last sample of each
// tag that was measured by then; checks its status, range and age; gives good and uncertain inlets to the model; solves
// it from the same reference solution each time, so that a frame depends on the values of its cycle and on nothing else;
// and states what is measured, what is expected and what the KPIs are, each with the quality of the inputs it rests on.
// With Config.InTime the model goes on in time instead, from cycle to cycle: see State.
type Twin struct {
	config *Config
	model  *flowsheet.Plant
	base   []float64 // the reference solution that every cycle starts from
	points []*point
	byID   map[string]*point
	kpis   []figure
	clock  time.Time
	next   time.Time // end of the cycle that closes next; zero before the first record
	known  time.Time // cycles that end by then need no frame
	solve  string
	course course

	unknown int // samples of tags that the configuration does not know
}

// point is a tag with its values.
type point struct {
	Tag
	waiting []Sample // measured after the last closed cycle, in order of time
	last    Sample   // the latest of those that a closed cycle has taken
	seen    bool
	quality Quality
	age     time.Duration
	why     string
	inputs  []*point // what the expected value rests on

	handles []handle  // that it moves, with their values in the model's file
	spoilt  time.Time // last end of a cycle with a bad value of an inlet, of a model in time
	past    Quality   // of what such a model remembers
	pastWhy string
}

type handle struct {
	path string
	base float64
}

// figure is a KPI with what it rests on.
type figure struct {
	name, unit string
	inputs     []*point
	ids        []string
}

// NewTwin makes a twin on a model that it solves once, at the values of the model's file, and owns from then on.
func NewTwin(c *Config, model *flowsheet.Plant) (*Twin, error) {
	if err := model.Solve(); err != nil {
		return nil, fmt.Errorf("the model does not solve at the values of its file: %w", err)
	}
	t := &Twin{config: c, model: model, base: model.Memory(), byID: map[string]*point{}}
	for _, tag := range c.Tags {
		p := &point{Tag: tag}
		if tag.Moves != "" {
			for _, path := range MovedBy(model, tag.Moves) {
				base, err := model.Handle(path)
				if err != nil {
					return nil, fmt.Errorf("tag %s: %w", tag.ID, err)
				}
				p.handles = append(p.handles, handle{path, base})
			}
		}
		t.points = append(t.points, p)
		t.byID[tag.ID] = p
	}
	for _, p := range t.points {
		if p.Signal == "" {
			continue
		}
		var err error
		if p.inputs, err = t.restsOn(p.Signal); err != nil {
			return nil, fmt.Errorf("tag %s: %w", p.ID, err)
		}
	}
	for _, name := range c.KPIs {
		_, unit, err := model.Value("kpis." + name)
		if err != nil {
			return nil, fmt.Errorf("KPI %s: %w", name, err)
		}
		f := figure{name: name, unit: unit}
		if f.inputs, err = t.restsOn("kpis." + name); err != nil {
			return nil, fmt.Errorf("KPI %s: %w", name, err)
		}
		for _, p := range f.inputs {
			f.ids = append(f.ids, p.ID)
		}
		t.kpis = append(t.kpis, f)
	}
	return t, nil
}

// restsOn finds the measured inlets of the model that a reading depends on.
func (t *Twin) restsOn(path string) ([]*point, error) {
	units, err := t.model.RestsOn(path)
	if err != nil {
		return nil, err
	}
	var inputs []*point
	for _, p := range t.points {
		if p.Moves == "" {
			continue
		}
		if slices.ContainsFunc(MovedBy(t.model, p.Moves), func(handle string) bool {
			unit, _, _ := strings.Cut(handle, ".")
			return slices.Contains(units, unit)
		}) {
			inputs = append(inputs, p)
		}
	}
	return inputs, nil
}

// Unknown counts the samples of tags that the twin does not have.
func (t *Twin) Unknown() int { return t.unknown }

// Skip says that the frames up to a time are known already: Advance passes over their cycles without solving them, and does
// not return them. Those that follow are the same as without.
func (t *Twin) Skip(known time.Time) { t.known = known }

// Advance takes one record of the journal and returns the frames of the cycles that its clock closes, oldest first.
func (t *Twin) Advance(r Record) []*Frame {
	if r.Clock.After(t.clock) {
		t.clock = r.Clock
	}
	for _, s := range r.Samples {
		t.take(s)
	}
	cycle := t.config.Cycle
	due := t.clock.Add(-t.config.Lateness)
	if t.next.IsZero() || due.Sub(t.next) > jump {
		t.next = t.clock.Truncate(cycle).Add(cycle)
		t.drop(t.next.Add(-cycle))
		t.anew(t.next.Add(-cycle))
	}
	var frames []*Frame
	for ; !t.next.After(due); t.next = t.next.Add(cycle) {
		switch shown := t.next.After(t.known); {
		case shown:
			frames = append(frames, t.close(t.next))
		case t.config.InTime && t.next.After(t.course.end):
			t.close(t.next)
		default:
			t.drop(t.next)
		}
	}
	return frames
}

// take files a sample until the cycle closes in which it was measured.
func (t *Twin) take(s Sample) {
	p, ok := t.byID[s.ID]
	if !ok {
		t.unknown++
		return
	}
	if s.Source.IsZero() || s.Source.Sub(t.clock) > ahead {
		s.Source = t.clock
	}
	at := sort.Search(len(p.waiting), func(i int) bool { return p.waiting[i].Source.After(s.Source) })
	p.waiting = slices.Insert(p.waiting, at, s)
	if len(p.waiting) > pending {
		p.waiting = slices.Delete(p.waiting, 0, 1)
	}
}

// drop takes what was measured by a time without closing cycles for it.
func (t *Twin) drop(until time.Time) {
	for _, p := range t.points {
		p.close(until)
	}
}

// close takes the samples measured by the end of a cycle; the latest one counts, also when it arrives late.
func (p *point) close(end time.Time) {
	n := 0
	for n < len(p.waiting) && !p.waiting[n].Source.After(end) {
		n++
	}
	if n == 0 {
		return
	}
	if s := p.waiting[n-1]; !p.seen || !s.Source.Before(p.last.Source) {
		p.last, p.seen = s, true
	}
	p.waiting = slices.Delete(p.waiting, 0, n)
}

// judge sets the quality and age of the point's value at a time.
func (p *point) judge(at time.Time) {
	if !p.seen {
		p.quality, p.age, p.why = Bad, -1, "no value yet"
		return
	}
	p.quality, p.why, p.age = p.last.Quality, "", at.Sub(p.last.Source)
	v := float64(p.last.Value)
	switch {
	case !p.last.Value.Known():
		p.quality, p.why = Bad, "no number"
	case p.quality == Bad:
		p.why = fmt.Sprintf("status %#08x", p.last.Status)
	case v < p.Lo || v > p.Hi:
		p.quality, p.why = Bad, fmt.Sprintf("%g is outside %g to %g %s", v, p.Lo, p.Hi, p.Unit)
	case p.age >= p.Dead:
		p.quality, p.why = Bad, "no value for "+age(p.age)
	case p.age >= p.Stale:
		p.quality, p.why = max(p.quality, Uncertain), "last value "+age(p.age)+" old"
	case p.quality == Uncertain:
		p.why = fmt.Sprintf("status %#08x", p.last.Status)
	}
}

// age writes a duration as an operator says it.
func age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f h", d.Hours())
}

// close makes the frame of the cycle that ends at a time.
func (t *Twin) close(end time.Time) *Frame {
	for _, p := range t.points {
		p.close(end)
		p.judge(end)
	}
	solved := t.step(end)
	f := &Frame{Site: t.config.Site, Time: end.UTC(), Version: 1, Solve: t.solve}
	for _, p := range t.points {
		f.Tags = append(f.Tags, t.reading(p, solved))
	}
	for i := range t.kpis {
		f.KPIs = append(f.KPIs, t.figure(&t.kpis[i], solved))
	}
	return f
}

// step brings the model to the inlets of this cycle. A bad inlet stays at the value of the model's file: nothing that
// rests on it is shown.
func (t *Twin) step(end time.Time) (solved bool) {
	if t.config.InTime {
		solved = t.march(end)
		t.past(end)
		return solved
	}
	if err := t.model.Restore(t.base); err != nil {
		t.solve = err.Error()
		return false
	}
	t.setInlets()
	if err := t.model.Solve(); err != nil {
		t.solve = "not solved: " + err.Error()
		return false
	}
	t.solve = t.model.Convergence().Path
	return true
}

// setInlets gives the model the inlets that are not bad; one that it cannot take is bad.
func (t *Twin) setInlets() {
	for _, p := range t.points {
		if p.Moves == "" || p.quality == Bad {
			continue
		}
		v, err := p.SI(float64(p.last.Value))
		if err == nil {
			err = t.model.SetHandle(p.Moves, v)
		}
		if err != nil {
			p.quality, p.why = Bad, err.Error()
		}
	}
}

func (t *Twin) reading(p *point, solved bool) Reading {
	r := Reading{ID: p.ID, Unit: p.Unit, Measured: None, Quality: p.quality, Age: p.age, Why: p.why, Expected: None}
	if p.seen {
		r.Source = p.last.Source.UTC()
	}
	if p.quality != Bad {
		r.Measured = p.last.Value
	}
	if p.Signal == "" || p.Moves != "" {
		return r
	}
	r.Rests, _, _ = worst(p.inputs)
	if !solved {
		r.Rests = Bad
	}
	if r.Rests == Bad {
		return r
	}
	if v, err := p.Expected(t.model); err == nil {
		r.Expected = Number(v)
	} else {
		r.Rests = Bad
	}
	return r
}

func (t *Twin) figure(f *figure, solved bool) KPI {
	k := KPI{Name: f.name, Unit: f.unit, Value: None, RestsOn: f.ids}
	k.Quality, k.Age, k.Why = worst(f.inputs)
	if !solved {
		k.Quality, k.Why = Bad, "model "+t.solve
	}
	if k.Quality == Bad {
		return k
	}
	v, _, err := t.model.Value("kpis." + f.name)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		k.Quality, k.Why = Bad, "the model gives no number"
		return k
	}
	k.Value = Number(v)
	return k
}

// worst is the worst quality of the inputs, the age of the oldest, and in words what spoils it.
func worst(inputs []*point) (q Quality, oldest time.Duration, why string) {
	var spoilt []string
	for _, p := range inputs {
		q = max(q, p.quality, p.past)
		if p.age < 0 || oldest < 0 {
			oldest = -1
		} else {
			oldest = max(oldest, p.age)
		}
	}
	if q == Good {
		return q, oldest, ""
	}
	for _, p := range inputs {
		switch q {
		case p.quality:
			spoilt = append(spoilt, p.ID+": "+p.why)
		case p.past:
			spoilt = append(spoilt, p.ID+": "+p.pastWhy)
		}
	}
	if n := len(spoilt); n > 3 {
		spoilt = append(spoilt[:3], fmt.Sprintf("%d more", n-3))
	}
	return q, oldest, strings.Join(spoilt, "; ")
}
