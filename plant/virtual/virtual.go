package virtual

import (
	"errors"
	"fmt"
	"math"
	"time"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/plant"
)

// Options say how the virtual plant behaves. The zero Options are a drifting plant of seed 0 with noisy instruments and an
// hourly laboratory.
type Options struct {
	Seed        uint64
	Start       time.Time     // the drift counts from here; the same after a restart. Zero: 1970
	LabInterval time.Duration // between two samplings of the laboratory, at multiples of it; 0: 1 h
	LabDelay    time.Duration // from sampling to report; 0: 20 min
	Still       bool          // nothing drifts
	Exact       bool          // instruments without noise and rounding
}

const (
	usualLabInterval = time.Hour
	usualLabDelay    = 20 * time.Minute
	// laboratory is the least Stale of a tag whose values come from the laboratory.
	laboratory = 10 * time.Minute
)

// ReadOptions reads a table [virtual]: seed, lab_interval, lab_delay, still, exact. Its faults are collected in the tree.
func ReadOptions(t *conf.Table) Options {
	hours := conf.Between(1, 30*86400)
	seconds := func(key string, def time.Duration) time.Duration {
		return time.Duration(math.Round(t.QuantityOr(key, "s", def.Seconds(), hours) * float64(time.Second)))
	}
	o := Options{
		Seed:        uint64(t.IntOr("seed", 0, 0, math.MaxInt32)),
		LabInterval: seconds("lab_interval", usualLabInterval),
		LabDelay:    seconds("lab_delay", usualLabDelay),
		Still:       t.BoolOr("still", false),
		Exact:       t.BoolOr("exact", false),
	}
	t.Close()
	return o
}

// Plant is the virtual plant. It belongs to one goroutine.
type Plant struct {
	model    *flowsheet.Plant
	options  Options
	base     []float64 // memory of the model at the values of its file
	drifts   []drift
	balances []balance
	points   []*point
	byID     map[string]*point
	ids      []string
	at       time.Time // that the model is solved at
	lab      time.Time // of the last sampling reported
}

// point is a tag with the instrument that reads it.
type point struct {
	plant.Tag
	lab        bool
	instrument instrument
	faults     []*fault
}

// New makes a virtual plant of a model, which it solves at the values of its file and owns from then on. A tag whose
// Stale is at least 10 min is read in the laboratory, all others at every At. Every tag must have a signal or move a
// handle of the model, and a finite range.
func New(model *flowsheet.Plant, tags []plant.Tag, o Options) (*Plant, error) {
	if o.LabInterval == 0 {
		o.LabInterval = usualLabInterval
	}
	if o.LabDelay == 0 {
		o.LabDelay = usualLabDelay
	}
	if o.LabInterval < 0 || o.LabDelay < 0 {
		return nil, fmt.Errorf("laboratory every %v with a delay of %v: needs positive times", o.LabInterval, o.LabDelay)
	}
	if o.Start.IsZero() {
		o.Start = time.Unix(0, 0)
	}
	if err := model.Solve(); err != nil {
		return nil, fmt.Errorf("the model does not solve at the values of its file: %w", err)
	}
	p := &Plant{model: model, options: o, base: model.Memory(), byID: map[string]*point{}}
	var errs []error
	for _, tag := range tags {
		q, err := newPoint(model, tag)
		if err == nil && p.byID[tag.ID] != nil {
			err = fmt.Errorf("tag %s: there are two of it", tag.ID)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p.points = append(p.points, q)
		p.byID[tag.ID] = q
		p.ids = append(p.ids, tag.ID)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if !o.Still {
		if err := p.drift(tags); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func newPoint(model *flowsheet.Plant, tag plant.Tag) (*point, error) {
	path := tag.Reads(model)
	if path == "" {
		return nil, fmt.Errorf("tag %s: neither a signal nor a handle of the model, so that nothing is known of it", tag.ID)
	}
	if span := tag.Hi - tag.Lo; !(span > 0) || math.IsInf(span, 0) {
		return nil, fmt.Errorf("tag %s: range %g to %g %s; needs two ends, the lower first", tag.ID, tag.Lo, tag.Hi, tag.Unit)
	}
	if _, err := tag.Expected(model); err != nil {
		return nil, err
	}
	_, unit, err := model.Value(path)
	if err != nil {
		return nil, fmt.Errorf("tag %s: %w", tag.ID, err)
	}
	lab := tag.Stale >= laboratory
	i, err := instrumentFor(tag, path, unit, lab)
	if err != nil {
		return nil, err
	}
	return &point{Tag: tag, lab: lab, instrument: i}, nil
}

// At is what arrives at t: a sample of every tag read on line, measured at t to the millisecond, and at the first At after
// a report of the laboratory those of its tags, measured when it took its sample. Samples are in the order of the tags;
// all were received at t. The first At gives the last report before it. t must not run backwards for the laboratory to report
// again. The error is that of the model, which cannot be solved at t.
func (p *Plant) At(t time.Time) ([]plant.Sample, error) {
	t = t.UTC()
	now := t.Truncate(time.Millisecond)
	sampled := t.Add(-p.options.LabDelay).Truncate(p.options.LabInterval)
	report := sampled.After(p.lab)
	late := map[*point]plant.Sample{}
	if report {
		for _, q := range p.points {
			if !q.lab {
				continue
			}
			s, ok, err := p.sample(q, sampled)
			if err != nil {
				return nil, err
			}
			if ok {
				late[q] = s
			}
		}
	}
	samples := make([]plant.Sample, 0, len(p.points))
	for _, q := range p.points {
		s, ok := late[q]
		if !q.lab {
			var err error
			if s, ok, err = p.sample(q, now); err != nil {
				return nil, err
			}
		}
		if ok {
			s.Receipt = t
			samples = append(samples, s)
		}
	}
	if report {
		p.lab = sampled
	}
	return samples, nil
}

// sample is what the instrument of a point shows at a time; not ok when it is silent.
func (p *Plant) sample(q *point, t time.Time) (s plant.Sample, ok bool, err error) {
	v, err := p.measure(q, t)
	if err != nil {
		return plant.Sample{}, false, err
	}
	s = plant.Sample{ID: q.ID, Value: plant.Number(v), Source: t}
	if f := q.fault(t); f != nil {
		ok, err = p.spoil(q, f, &s)
		return s, ok, err
	}
	return s, true, nil
}

// measure is the value of a point at a time, by an instrument in order.
func (p *Plant) measure(q *point, t time.Time) (float64, error) {
	if err := p.move(t); err != nil {
		return 0, err
	}
	v, err := q.Expected(p.model)
	if err != nil {
		return 0, fmt.Errorf("virtual plant at %s: %w", t.Format(time.RFC3339Nano), err)
	}
	if p.options.Exact {
		return v, nil
	}
	return q.instrument.show(v, random(p.options.Seed, q.ID, t.UnixMilli()).NormFloat64()), nil
}

// move solves the model at the handles of a time: from the same solution each time, so that the result depends on t alone.
func (p *Plant) move(t time.Time) error {
	if !p.at.IsZero() && p.at.Equal(t) {
		return nil
	}
	p.at = time.Time{}
	if err := p.model.Restore(p.base); err != nil {
		return err
	}
	seconds := t.Sub(p.options.Start).Seconds()
	for i := range p.drifts {
		d := &p.drifts[i]
		d.now = d.value(seconds)
		if err := p.model.SetHandle(d.handle, d.now); err != nil {
			return fmt.Errorf("virtual plant at %s: %w", t.Format(time.RFC3339Nano), err)
		}
	}
	for _, b := range p.balances {
		rest := b.sum
		for _, i := range b.parts {
			rest -= p.drifts[i].now
		}
		if err := p.model.SetHandle(b.handle, rest); err != nil {
			return fmt.Errorf("virtual plant at %s: %w", t.Format(time.RFC3339Nano), err)
		}
	}
	if err := p.model.Solve(); err != nil {
		return fmt.Errorf("virtual plant at %s: %w", t.Format(time.RFC3339Nano), err)
	}
	p.at = t
	return nil
}
