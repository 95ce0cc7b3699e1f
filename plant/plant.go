package plant

import (
	"context"
	"encoding/json"
	"math"
	"time"
)

// Quality says how far a number can be trusted. It travels from an input to everything that rests on it.
type Quality uint8

const (
	Good      Quality = iota
	Uncertain         // usable, but old or doubtful
	Bad               // no number to rest on
)

func (q Quality) String() string { return [...]string{"good", "uncertain", "bad"}[min(q, Bad)] }

// Number is a float64 that is null in JSON when it is no number: a bad value has none.
type Number float64

// None is the number of a value that is not known.
var None = Number(math.NaN())

// Known says whether there is a number.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON writes null for None.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as None.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = None
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// Tag is one measured point of the plant.
type Tag struct {
	ID          string // as on the P&ID, in OPC UA and in InfluxDB, e.g. "leach_solid_feed.flow"
	Description string
	Unit        string        // of its values
	Lo, Hi      float64       // physical range in Unit; a value outside is bad
	Signal      string        // the reading of the flowsheet that it measures (path of flowsheet.Plant.Value); "" if none
	Moves       string        // the handle of the flowsheet that it sets (an inlet of the model); "" if it is only compared
	Stale, Dead time.Duration // age from which a value is uncertain, and from which it is bad
	Node        string        // string identifier of its OPC UA node; ID when not given
}

// Sample is one value of a tag. Value is in the tag's unit.
type Sample struct {
	ID      string    `json:"id"`
	Value   Number    `json:"v"` // None when the source gave no value
	Quality Quality   `json:"q"`
	Status  uint32    `json:"s,omitempty"` // as the source said it: the OPC UA status code
	Source  time.Time `json:"t"`           // when it was measured
	Receipt time.Time `json:"r"`           // when it arrived here
}

// Record is one entry of the journal: samples that arrived together, and the time by the twin's clock. The twin has no
// other clock, so that a replay of the journal is the same as the first run. A record without samples is a tick.
type Record struct {
	Clock   time.Time `json:"clock"`
	Samples []Sample  `json:"samples,omitempty"`
}

// Reading is a tag in a frame: what is measured beside what the model expects.
type Reading struct {
	ID       string        `json:"id"`
	Unit     string        `json:"unit"`
	Measured Number        `json:"measured"` // None when bad
	Quality  Quality       `json:"quality"`  // of the measured value
	Age      time.Duration `json:"age"`      // of the measured value at the frame's time; −1 if there never was one
	Source   time.Time     `json:"source"`   // when it was measured
	Why      string        `json:"why,omitempty"`
	Expected Number        `json:"expected"` // None when it rests on a bad input, or when the tag only moves a handle
	Rests    Quality       `json:"rests"`    // quality of the expected value: the worst of the inputs it rests on
}

// KPI is a figure of merit in a frame.
type KPI struct {
	Name    string        `json:"name"`
	Unit    string        `json:"unit"`
	Value   Number        `json:"value"` // None when bad
	Quality Quality       `json:"quality"`
	Age     time.Duration `json:"age"` // of the oldest input that it rests on
	RestsOn []string      `json:"rests_on"`
	Why     string        `json:"why,omitempty"` // the input, or the solve, that spoils its quality
}

// Frame is what the twin knows at one time. It is never changed after it is published.
type Frame struct {
	Site    string    `json:"site"`
	Time    time.Time `json:"time"` // end of the cycle, UTC, a multiple of its length
	Version int       `json:"version"`
	Tags    []Reading `json:"tags"`
	KPIs    []KPI     `json:"kpis"`
	Solve   string    `json:"solve"` // how the model was solved, or why it was not
}

// Source delivers samples until its context ends. deliver returns once the samples are on disk; only then may the source
// tell the plant that it has them. An error of deliver ends the source.
type Source interface {
	Run(ctx context.Context, deliver func([]Sample) error) error
}

// Sink takes frames. It must not block the twin for longer than it takes to put a frame on disk.
type Sink interface {
	Publish(ctx context.Context, f *Frame) error
}
