package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// JSON writes the comparison with its fields as named.
func (c Comparison) JSON(w io.Writer) error { return writeJSON(w, c) }

// CSV writes one line per difference, in the result's units.
func (c Comparison) CSV(w io.Writer) error {
	rows := [][]string{{"path", "group", "unit", "reference", "run", "change", "rel"}}
	for _, d := range c.Differences {
		rows = append(rows, []string{d.Path, d.Group, d.Unit, full(d.Reference), full(d.Run), full(d.Change), maybeFull(d.Rel)})
	}
	return writeCSV(w, rows)
}

// tableRows is how many lines each part of Table has at most.
const tableRows = 40

// Table writes the comparison for a terminal: every KPI that differs, the handles, what crosses the plant's border with
// the signals of units, then the streams inside; the largest changes first. It leaves out traces, and streams that carry
// the numbers of one above.
func (c Comparison) Table(w io.Writer) error { return c.text(w, false) }

// Wide writes every difference.
func (c Comparison) Wide(w io.Writer) error { return c.text(w, true) }

func (c Comparison) text(to io.Writer, wide bool) error {
	w := &sticky{w: to}
	fmt.Fprintf(w, "this run:  %s\nreference: %s\n%d quantities differ by more than %s, %d are the same\n", c.Run, c.Reference,
		len(c.Differences), power(leastDifference, 0), c.Same)
	for _, only := range []struct {
		in    string
		names []string
	}{{"this run", c.OnlyRun}, {"the reference", c.OnlyReference}} {
		if len(only.names) > 0 {
			fold(w, "only in "+only.in+": ", only.names, ", ")
		}
	}
	seen, left := map[string]bool{}, 0
	for _, part := range []struct {
		title  string
		groups []string
		rows   int
	}{
		{"Figures", []string{ofKPI}, math.MaxInt},
		{"Handles", []string{ofHandle}, tableRows},
		{"Streams that enter and leave, signals of units", []string{ofBorder, ofSignal}, tableRows},
		{"Streams inside", []string{ofInside}, tableRows},
	} {
		g := &grid{title: part.title, head: []string{"", "reference", "this run", "unit", "change"}, words: 1}
		for _, d := range c.Differences {
			switch {
			case !slices.Contains(part.groups, d.Group):
			case !wide && (len(g.rows) >= part.rows || d.trace() || d.repeats(seen)):
				left++
			default:
				g.add(d.row()...)
			}
		}
		g.left("unit")
		g.write(w)
	}
	if left > 0 {
		fmt.Fprintf(w, "\n%d more are smaller, traces, or repeat the numbers of a stream above: -o wide, csv or json shows all\n", left)
	}
	return w.err
}

// trace says whether both are tenors that a plant cannot measure.
func (d Difference) trace() bool {
	_, quantity := ofStream(d.Path)
	return isTenor(quantity) && math.Abs(d.Run) < traces && math.Abs(d.Reference) < traces
}

// repeats says whether a line above tells the same: the same tenor, pH or temperature, before and after, of a stream that
// is split or passed on; or the mass of a stream beside its volume.
func (d Difference) repeats(seen map[string]bool) bool {
	name, quantity := ofStream(d.Path)
	if quantity == "" {
		return false
	}
	key := fmt.Sprintf("%s %.6g %.6g", quantity, d.Reference, d.Run)
	if quantity == "kg_s" || quantity == "m3_s" {
		key = fmt.Sprintf("flow of %s %.2g", name, d.size())
	}
	was := seen[key]
	seen[key] = true
	return was
}

// row writes a difference in plant units.
func (d Difference) row() []string {
	path := strings.TrimSuffix(d.Path, ".value")
	convert, unit := plantUnit(d.Unit, math.Max(math.Abs(d.Reference), math.Abs(d.Run)))
	change := none
	switch {
	case d.pH():
		change = signed(d.Change, fixed(d.Change, 3))
	case d.Unit == "K":
		change = signed(d.Change, digits(d.Change)) + " °C"
	case d.Rel != nil:
		change = deviation(*d.Rel) + " %"
	}
	if d.Group == ofKPI {
		path = strings.TrimPrefix(path, "kpis.")
		switch {
		case strings.HasPrefix(path, recovery), strings.HasPrefix(path, purity):
			convert, unit = func(v float64) float64 { return 100 * v }, "%"
		case strings.HasSuffix(path, perOxide):
			unit = perOxideUnit
		}
		path = label(path)
	} else {
		path = spoken(path)
	}
	return []string{path, digits(convert(d.Reference)), digits(convert(d.Run)), unit, change}
}

// spoken words the path of a reading.
func spoken(path string) string {
	path = strings.NewReplacer("streams.", "", "units.", "", ".signals.", ".", ".handles.", ".").Replace(path)
	for _, tail := range []string{".m3_s", ".kg_s", ".T_K"} {
		if cut, ok := strings.CutSuffix(path, tail); ok {
			path = cut + map[string]string{".m3_s": " volume", ".kg_s": " mass", ".T_K": " temperature"}[tail]
		}
	}
	return strings.NewReplacer(".mg_L.", " ", ".g_kg.", " ", ".pH", " pH").Replace(path)
}
