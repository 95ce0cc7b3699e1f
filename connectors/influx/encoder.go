package influx

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"reetwin/plant"
)

// Encoder turns samples, readings and KPIs into lines. Every method appends one line, with its line break, to dst without
// allocating, or returns dst as it was and says why the point cannot be written. An Encoder may be used by many at once.
//
// All fields are floats, for ever: the first point fixes a field's type, and InfluxDB refuses any other that follows; Flux
// cannot group floats and integers together; and every status, version and quality is exact in a float. A value that is
// not known has no field "value", and its quality is bad whatever the source says.
type Encoder struct {
	site string
	tags map[string]known
}

// known is a tag whose tags of line protocol are written in advance.
type known struct {
	series     series
	raw, model []byte
	expected   bool // the model has a value for it
}

// NewEncoder prepares the tags of a site.
func NewEncoder(site string, tags []plant.Tag) (*Encoder, error) {
	e := &Encoder{site: site, tags: make(map[string]known, len(tags))}
	var faults []error
	for _, tag := range tags {
		path := tag.Signal
		if path == "" {
			path = tag.Moves
		}
		k := known{series: series{site: site, id: tag.ID, unitOfMeasure: tag.Unit}.at(path), expected: tag.Signal != ""}
		var err error
		k.series.measurement = "model"
		k.model, _ = k.series.append(nil)
		k.series.measurement = "raw"
		if k.raw, err = k.series.append(nil); err != nil {
			faults = append(faults, fmt.Errorf("tag %q: %w", tag.ID, err))
		}
		if _, twice := e.tags[tag.ID]; twice {
			faults = append(faults, fmt.Errorf("tag %q is there twice", tag.ID))
		}
		e.tags[tag.ID] = k
	}
	return e, errors.Join(faults...)
}

// Sample appends a line of "raw" at the sample's source time: quality, value, status.
func (e *Encoder) Sample(dst []byte, s *plant.Sample) ([]byte, error) {
	key := e.tags[s.ID].raw
	line, err := append(dst, key...), error(nil)
	if key == nil {
		line, err = series{measurement: "raw", site: e.site, id: s.ID}.append(dst)
	}
	if err == nil {
		line = appendValue(line, s.Value, s.Quality)
		line = strconv.AppendUint(append(line, ",status="...), uint64(s.Status), 10)
		line, err = appendTime(line, s.Source)
	}
	if err != nil {
		return dst, err
	}
	return line, nil
}

// Reading appends a line of "model" at the frame's time: the expected value, the quality of what it rests on, the age of
// the measured value that it stands beside, and the frame's version. A tag that only moves the model has no line.
func (e *Encoder) Reading(dst []byte, f *plant.Frame, r *plant.Reading) ([]byte, error) {
	k, ok := e.tags[r.ID]
	if !k.expected && !r.Expected.Known() {
		return dst, nil
	}
	line, err := append(dst, k.model...), error(nil)
	if !ok || f.Site != e.site {
		if !ok {
			k.series = series{id: r.ID, unitOfMeasure: r.Unit}
		}
		k.series.measurement, k.series.site = "model", f.Site
		line, err = k.series.append(dst)
	}
	if err == nil {
		line = appendValue(line, r.Expected, r.Rests)
		line, err = appendFrame(line, f, r.Age)
	}
	if err != nil {
		return dst, err
	}
	return line, nil
}

// KPI appends a line of "kpi" at the frame's time: value, quality, the age of the oldest input, the frame's version.
func (e *Encoder) KPI(dst []byte, f *plant.Frame, k *plant.KPI) ([]byte, error) {
	line, err := series{measurement: "kpi", site: f.Site, kpi: k.Name, element: element(k.Name), unitOfMeasure: k.Unit}.append(dst)
	if err == nil {
		line = appendValue(line, k.Value, k.Quality)
		line, err = appendFrame(line, f, k.Age)
	}
	if err != nil {
		return dst, err
	}
	return line, nil
}

func appendValue(dst []byte, v plant.Number, q plant.Quality) []byte {
	if !v.Known() {
		q = plant.Bad
	}
	dst = append(append(dst, " quality="...), '0'+byte(min(q, plant.Bad)))
	if v.Known() {
		dst = strconv.AppendFloat(append(dst, ",value="...), float64(v), 'g', -1, 64)
	}
	return dst
}

func appendFrame(dst []byte, f *plant.Frame, age time.Duration) ([]byte, error) {
	if age >= 0 {
		dst = strconv.AppendFloat(append(dst, ",age_s="...), age.Seconds(), 'g', -1, 64)
	}
	dst = strconv.AppendInt(append(dst, ",version="...), int64(f.Version), 10)
	return appendTime(dst, f.Time)
}

func appendTime(dst []byte, t time.Time) ([]byte, error) {
	if t.IsZero() {
		return dst, errors.New("a point without a time")
	}
	return append(strconv.AppendInt(append(dst, ' '), t.UnixMilli(), 10), '\n'), nil
}
