package report

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
)

// Comparison lists what differs between a run and a reference.
type Comparison struct {
	Run           string       `json:"run"`
	Reference     string       `json:"reference"`
	Differences   []Difference `json:"differences"` // largest change first
	Same          int          `json:"same"`        // quantities that agree within the smallest change shown
	OnlyRun       []string     `json:"only_run"`    // streams, units and KPIs that the reference has not
	OnlyReference []string     `json:"only_reference"`
}

// Difference is one quantity of both, in the result's own unit.
type Difference struct {
	Path      string   `json:"path"`  // as in the JSON result
	Group     string   `json:"group"` // one of Groups
	Unit      string   `json:"unit"`
	Reference float64  `json:"reference"`
	Run       float64  `json:"run"`
	Change    float64  `json:"change"` // run − reference
	Rel       *float64 `json:"rel"`    // change ÷ |reference|; nil where the reference is 0, and for a pH
}

// The groups of differences: figures of merit, handles, streams over the plant's border, signals of units, other streams.
const (
	ofKPI    = "kpi"
	ofHandle = "handle"
	ofBorder = "border"
	ofSignal = "signal"
	ofInside = "inside"
)

// leastDifference is the relative change below which two numbers count as the same: what a solve may leave open.
const leastDifference = 1e-9

// Compare lays a run beside a reference: KPIs, signals, handles, and of streams flows, temperature, pH and the tenors of
// the elements. A tenor that only one of them has counts as 0 in the other. Both must have converged.
func Compare(run, reference *Result) (Comparison, error) {
	c := Comparison{Run: run.Plant, Reference: reference.Plant, Differences: []Difference{}}
	for _, r := range []*Result{run, reference} {
		if r.Status != Converged {
			return c, errors.New(r.Plant + ": " + r.Status + ", there is nothing to compare: " + r.Reason)
		}
	}
	c.OnlyRun, c.OnlyReference = missing(run, reference), missing(reference, run)
	here, there := run.values(), reference.values()
	for _, path := range alphabetical(here) {
		v := here[path]
		was, ok := there[path]
		if ok || tenorOf(path, reference) {
			c.note(path, v, was.value, v.value)
		}
	}
	for _, path := range alphabetical(there) {
		if _, ok := here[path]; !ok && tenorOf(path, run) {
			c.note(path, there[path], there[path].value, 0)
		}
	}
	slices.SortFunc(c.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(rounded(b.size()), rounded(a.size())), strings.Compare(a.Path, b.Path))
	})
	return c, nil
}

// note adds a quantity to the comparison.
func (c *Comparison) note(path string, of number, reference, run float64) {
	d := Difference{Path: path, Group: of.group, Unit: of.unit, Reference: reference, Run: run, Change: run - reference}
	if reference != 0 && !d.pH() {
		d.Rel = finite(d.Change / math.Abs(reference))
	}
	if d.Change == 0 || d.size() <= leastDifference {
		c.Same++
		return
	}
	c.Differences = append(c.Differences, d)
}

// pH says whether the quantity is a pH: as a logarithm it has no relative change.
func (d Difference) pH() bool {
	return d.Group != ofKPI && (strings.HasSuffix(d.Path, ".pH") || strings.Contains(d.Path, ".signals.pH"))
}

// size is how large a change is: relative, for a pH that of its acid, and without bound for what was not there.
func (d Difference) size() float64 {
	switch {
	case d.pH():
		return math.Ln10 * math.Abs(d.Change)
	case d.Rel == nil:
		return math.Inf(1)
	}
	return math.Abs(*d.Rel)
}

// rounded keeps six digits, so that equal liquids stand in the order of their names whatever their rounding.
func rounded(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) {
		return v
	}
	last := math.Pow(10, math.Floor(math.Log10(v))-5)
	return last * math.Round(v/last)
}

// missing lists what a has by name and b has not.
func missing(a, b *Result) []string {
	only := []string{}
	for _, name := range inOrder(a.Streams, func(s Stream) int { return s.No }) {
		if _, ok := b.Streams[name]; !ok {
			only = append(only, "streams."+name)
		}
	}
	for _, tag := range inOrder(a.Units, func(u Unit) int { return u.No }) {
		if _, ok := b.Units[tag]; !ok {
			only = append(only, "units."+tag)
		}
	}
	for _, name := range alphabetical(a.KPIs) {
		if _, ok := b.KPIs[name]; !ok {
			only = append(only, "kpis."+name)
		}
	}
	return only
}

type number struct {
	value       float64
	unit, group string
}

// values lists every number of a result that two results can be compared by, under its path in the JSON result.
func (r *Result) values() map[string]number {
	all := map[string]number{}
	put := func(path string, v *float64, unit, group string) {
		if v != nil {
			all[path] = number{*v, unit, group}
		}
	}
	for name, k := range r.KPIs {
		put("kpis."+name+".value", k.Value, k.Unit, ofKPI)
	}
	for tag, u := range r.Units {
		for name, q := range u.Signals {
			put("units."+tag+".signals."+name+".value", q.Value, q.Unit, ofSignal)
		}
		for name, q := range u.Handles {
			put("units."+tag+".handles."+name+".value", q.Value, q.Unit, ofHandle)
		}
	}
	for name, s := range r.Streams {
		at, group := "streams."+name+".", ofInside
		if s.Border != "" {
			group = ofBorder
		}
		put(at+"T_K", &s.T, "K", group)
		put(at+"m3_s", &s.Volume, "m3/s", group)
		put(at+"kg_s", &s.Mass, "kg/s", group)
		put(at+"pH", s.PH, "1", group)
		for e, v := range s.Tenor {
			put(at+"mg_L."+e, &v, "mg/L", group)
		}
		for e, v := range s.Assay {
			put(at+"g_kg."+e, &v, "g/kg", group)
		}
	}
	return all
}

// tenorOf says whether a path is a tenor or an assay of a stream that a result has.
func tenorOf(path string, r *Result) bool {
	name, quantity := ofStream(path)
	_, ok := r.Streams[name]
	return ok && isTenor(quantity)
}

func isTenor(quantity string) bool {
	return strings.HasPrefix(quantity, "mg_L.") || strings.HasPrefix(quantity, "g_kg.")
}

// ofStream cuts the path of a stream's quantity in two, such as "mg_L.Nd" of "leach.liquid"; "" for all other paths.
func ofStream(path string) (name, quantity string) {
	rest, ok := strings.CutPrefix(path, "streams.")
	if !ok {
		return "", ""
	}
	at := strings.LastIndexByte(rest, '.')
	for _, part := range []string{".mg_L.", ".g_kg."} {
		if i := strings.LastIndex(rest, part); i > 0 {
			at = i
		}
	}
	if at < 0 {
		return "", ""
	}
	return rest[:at], rest[at+1:]
}
