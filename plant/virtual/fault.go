package virtual

import (
	"fmt"
	"time"

	"reetwin/flowsheet/conf"
	"reetwin/plant"
)

// Kind is a way in which an instrument fails.
type Kind uint8

const (
	BadStatus  Kind = iota // the value comes with a bad status, and is not to be used though it is there
	Doubtful               // the value comes with an uncertain status
	Stuck                  // the value stays as it was when the fault began; its status is good
	OutOfRange             // the value is above the tag's range; its status is good
	Silent                 // no value comes
)

var kinds = [...]string{"bad status", "doubtful", "stuck", "out of range", "silent"}

func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// OPC UA status codes (OPC 10000-6, StatusCode.csv).
const (
	badSensorFailure           = 0x808C0000
	uncertainSensorNotAccurate = 0x40930000
)

type fault struct {
	kind     Kind
	from, to time.Time
	kept     float64 // the value that is stuck
	known    bool
}

// Fault lets the instrument of a tag fail for values measured from a time up to, not at, another. Where faults of a tag
// overlap, the last one given holds.
func (p *Plant) Fault(tag string, kind Kind, from, to time.Time) error {
	q, ok := p.byID[tag]
	switch {
	case !ok:
		return fmt.Errorf("no tag %q; %s", tag, conf.Hint(tag, p.ids))
	case int(kind) >= len(kinds):
		return fmt.Errorf("tag %s: no fault of %v", tag, kind)
	case !from.Before(to):
		return fmt.Errorf("tag %s: %v from %s to %s: the end is not after the beginning", tag, kind, from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	q.faults = append(q.faults, &fault{kind: kind, from: from.UTC().Truncate(time.Millisecond), to: to.UTC()})
	return nil
}

// fault is the one that holds at a time, or nil.
func (q *point) fault(t time.Time) *fault {
	for i := len(q.faults) - 1; i >= 0; i-- {
		if f := q.faults[i]; !t.Before(f.from) && t.Before(f.to) {
			return f
		}
	}
	return nil
}

// spoil turns a sample into what the faulty instrument gives; not ok when that is nothing.
func (p *Plant) spoil(q *point, f *fault, s *plant.Sample) (ok bool, err error) {
	switch f.kind {
	case BadStatus:
		s.Quality, s.Status = plant.Bad, badSensorFailure
	case Doubtful:
		s.Quality, s.Status = plant.Uncertain, uncertainSensorNotAccurate
	case Stuck:
		if !f.known {
			if f.kept, err = p.measure(q, f.from); err != nil {
				return false, err
			}
			f.known = true
		}
		s.Value = plant.Number(f.kept)
	case OutOfRange:
		s.Value = plant.Number(q.Hi + (q.Hi-q.Lo)/10)
	case Silent:
		return false, nil
	}
	return true, nil
}
