package report

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Comparison lists what differs between two results.
type Comparison struct {
	A           string       `json:"a"`
	B           string       `json:"b"`
	Differences []Difference `json:"differences"` // largest relative difference first
	Same        int          `json:"same"`        // quantities that agree within the smallest difference shown
	OnlyA       []string     `json:"only_a"`      // streams, units and KPIs that B has not
	OnlyB       []string     `json:"only_b"`
}

// Difference is one quantity of two results, in the result's own unit.
type Difference struct {
	Path  string  `json:"path"` // as in the JSON result
	Unit  string  `json:"unit"`
	A     float64 `json:"value_a"`
	B     float64 `json:"value_b"`
	Delta float64 `json:"difference"` // B − A
	Rel   float64 `json:"rel"`        // Delta ÷ max(|A|, |B|)
}

// leastDifference is the relative difference below which two numbers count as the same: what a solve may leave open.
const leastDifference = 1e-9

// Compare lays result b beside result a: KPIs, signals, handles, and of streams flows, temperature, pH and the tenors of
// the elements. A tenor that only one of them has counts as 0 in the other. Both must have converged.
func Compare(a, b *Result) (Comparison, error) {
	c := Comparison{A: a.Plant, B: b.Plant, Differences: []Difference{}, OnlyA: []string{}, OnlyB: []string{}}
	for _, r := range []*Result{a, b} {
		if r.Status != Converged {
			return c, errors.New(r.Plant + ": " + r.Status + ", there is nothing to compare: " + r.Reason)
		}
	}
	c.OnlyA, c.OnlyB = missing(a, b), missing(b, a)
	va, vb := a.values(), b.values()
	for _, path := range alphabetical(va) {
		x := va[path]
		y, ok := vb[path]
		if !ok && !tenorOf(path, b) {
			continue
		}
		c.note(path, x.unit, x.value, y.value)
	}
	for _, path := range alphabetical(vb) {
		if _, ok := va[path]; !ok && tenorOf(path, a) {
			c.note(path, vb[path].unit, 0, vb[path].value)
		}
	}
	slices.SortStableFunc(c.Differences, func(a, b Difference) int { return cmp.Compare(math.Abs(b.Rel), math.Abs(a.Rel)) })
	return c, nil
}

func (c *Comparison) note(path, unit string, a, b float64) {
	d := Difference{Path: path, Unit: unit, A: a, B: b, Delta: b - a}
	if size := math.Max(math.Abs(a), math.Abs(b)); size > 0 {
		d.Rel = d.Delta / size
	}
	if math.Abs(d.Rel) <= leastDifference {
		c.Same++
		return
	}
	c.Differences = append(c.Differences, d)
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
	value float64
	unit  string
}

// values lists every number of a result that two results can be compared by, under its path in the JSON result.
func (r *Result) values() map[string]number {
	all := map[string]number{}
	put := func(path string, v *float64, unit string) {
		if v != nil {
			all[path] = number{*v, unit}
		}
	}
	for name, k := range r.KPIs {
		put("kpis."+name+".value", k.Value, k.Unit)
	}
	for tag, u := range r.Units {
		for name, q := range u.Signals {
			put("units."+tag+".signals."+name+".value", q.Value, q.Unit)
		}
		for name, q := range u.Handles {
			put("units."+tag+".handles."+name+".value", q.Value, q.Unit)
		}
	}
	for name, s := range r.Streams {
		at := "streams." + name + "."
		put(at+"T_K", &s.T, "K")
		put(at+"m3_s", &s.Volume, "m3/s")
		put(at+"kg_s", &s.Mass, "kg/s")
		put(at+"pH", s.PH, "1")
		for e, v := range s.Tenor {
			put(at+"mg_L."+e, &v, "mg/L")
		}
		for e, v := range s.Assay {
			put(at+"g_kg."+e, &v, "g/kg")
		}
	}
	return all
}

// tenorOf says whether a path is a tenor of a stream that a result has.
func tenorOf(path string, r *Result) bool {
	rest, ok := strings.CutPrefix(path, "streams.")
	if !ok {
		return false
	}
	for _, part := range []string{".mg_L.", ".g_kg."} {
		if i := strings.LastIndex(rest, part); i > 0 {
			_, ok := r.Streams[rest[:i]]
			return ok
		}
	}
	return false
}

// JSON writes the comparison with its fields as named.
func (c Comparison) JSON(w io.Writer) error { return writeJSON(w, c) }

// tableRows is how many differences of streams and units Table shows.
const tableRows = 40

// Table writes the comparison for a terminal: every KPI that differs, and the largest differences of streams and units.
func (c Comparison) Table(w io.Writer) error { return c.text(w, tableRows) }

// Wide writes every difference.
func (c Comparison) Wide(w io.Writer) error { return c.text(w, len(c.Differences)) }

func (c Comparison) text(to io.Writer, rows int) error {
	w := &sticky{w: to}
	fmt.Fprintf(w, "A: %s\nB: %s\n%d quantities differ by more than %s, %d are the same\n", c.A, c.B, len(c.Differences),
		power(leastDifference, 0), c.Same)
	for _, only := range []struct {
		in    string
		names []string
	}{{"A", c.OnlyA}, {"B", c.OnlyB}} {
		if len(only.names) > 0 {
			fold(w, "only in "+only.in+": ", only.names, ", ")
		}
	}
	figures := &grid{title: "Figures", head: []string{"", "A", "B", "B − A", "% of the larger", ""}, words: 1}
	rest := &grid{title: "Streams and units", head: figures.head, words: 1}
	hidden, largest := 0, 0.0
	for _, d := range c.Differences {
		g, path := rest, strings.TrimSuffix(d.Path, ".value")
		if strings.HasPrefix(path, "kpis.") {
			g, path = figures, strings.TrimPrefix(path, "kpis.")
		} else if len(rest.rows) >= rows {
			hidden, largest = hidden+1, math.Max(largest, math.Abs(d.Rel))
			continue
		}
		g.add(d.row(path)...)
	}
	figures.write(w)
	rest.write(w)
	if hidden > 0 {
		fmt.Fprintf(w, "  … and %d more of at most %s %%: -o wide, csv or json shows all\n", hidden, digits(100*largest))
	}
	return w.err
}

// row writes a difference in plant units.
func (d Difference) row(path string) []string {
	convert, unit := plantUnit(d.Unit, math.Max(math.Abs(d.A), math.Abs(d.B)))
	a, b := convert(d.A), convert(d.B)
	switch {
	case strings.HasPrefix(path, recovery), strings.HasPrefix(path, purity):
		a, b, unit = 100*a, 100*b, "%"
	case strings.HasSuffix(path, perOxide):
		path, unit = strings.TrimSuffix(path, perOxide), perOxideUnit
	}
	path = strings.NewReplacer("streams.", "", "units.", "", ".signals.", ".", ".handles.", ".").Replace(path)
	for _, tail := range []string{".m3_s", ".kg_s", ".T_K"} {
		if cut, ok := strings.CutSuffix(path, tail); ok {
			path = cut + map[string]string{".m3_s": " volume", ".kg_s": " mass", ".T_K": " temperature"}[tail]
		}
	}
	return []string{strings.NewReplacer(".mg_L.", " ", ".g_kg.", " ", ".pH", " pH").Replace(path),
		digits(a), digits(b), digits(b - a), deviation(d.Rel), unit}
}

// CSV writes one line per difference, in the result's units.
func (c Comparison) CSV(w io.Writer) error {
	rows := [][]string{{"path", "unit", "value_a", "value_b", "difference", "rel"}}
	for _, d := range c.Differences {
		rows = append(rows, []string{d.Path, d.Unit, full(d.A), full(d.B), full(d.Delta), full(d.Rel)})
	}
	return writeCSV(w, rows)
}
