package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Table writes the result for a terminal, in plant units, with the main elements, about 120 characters wide.
func (r *Result) Table(w io.Writer) error { return r.text(w, false) }

// Wide writes what Table does with every element, both ends of each stream, signals and handles of units, and each
// warning on a line of its own.
func (r *Result) Wide(w io.Writer) error { return r.text(w, true) }

func (r *Result) text(to io.Writer, wide bool) error {
	w := &sticky{w: to}
	r.header(w)
	if r.Status == Broken {
		fmt.Fprintf(w, "\n%s\n", r.Reason)
		for i, t := range r.Tried {
			fmt.Fprintf(w, "  tried %d: %s\n", i+1, t)
		}
		r.warned(w, wide)
		r.solverLine(w)
		return w.err
	}
	columns := r.mainElements()
	if wide {
		columns = r.everyElement()
	}
	r.recoveryTable(w)
	r.kpiTable(w, wide)
	r.accountTables(w, wide)
	r.controlTable(w)
	r.streamTables(w, columns, wide)
	r.profileTable(w, r.fitTwice(columns, wide), wide)
	if wide {
		r.unitTable(w)
	}
	r.balanceTable(w, wide)
	r.energyLine(w)
	if wide {
		r.energyTable(w)
	}
	r.drawnTable(w)
	r.warned(w, wide)
	r.provenanceLine(w, wide)
	r.solverLine(w)
	return w.err
}

// header says what was solved, whether it converged, and how well it balances.
func (r *Result) header(w io.Writer) {
	fmt.Fprintf(w, "%s: %s", r.Plant, r.Status)
	if c := r.Solved; c != nil {
		fmt.Fprintf(w, " in %s ms", Plain(strconv.FormatFloat(1000*c.Seconds, 'g', 3, 64)))
	}
	if r.Status == Converged {
		element, where, worst := r.worst()
		fmt.Fprintf(w, ", worst imbalance %s (%s over %s)", power(worst, 1), element, where)
	}
	if n := len(r.Warnings); n > 0 {
		fmt.Fprintf(w, ", warnings: %d", n)
	}
	fmt.Fprintln(w)
}

// solverLine says how the solve went and how large the plant is.
func (r *Result) solverLine(w io.Writer) {
	c := r.Solved
	if c == nil {
		return
	}
	parts := []string{c.Path, fmt.Sprintf("%d passes", c.Passes), fmt.Sprintf("%d tangent passes", c.Tangents)}
	if c.March > 0 {
		parts = append(parts, fmt.Sprintf("%d steps in time", c.March))
	}
	parts = append(parts, "residual "+maybe(c.Residual, func(v float64) string { return power(v, 1) }))
	if r.Status == Converged {
		metals := 0
		for _, e := range r.Elements {
			if e.Group != "framework" {
				metals++
			}
		}
		parts = append(parts, fmt.Sprintf("%d units, %d streams, %d elements", len(r.Units), len(r.Streams), metals))
	}
	fold(w, "Solver: ", parts, "; ")
}

// worst is the largest relative imbalance of the plant and its units.
func (r *Result) worst() (element, where string, rel float64) {
	element, where, rel = none, "the plant", -1
	for _, e := range alphabetical(r.Balances.Plant) {
		if c := r.Balances.Plant[e]; c.Rel > rel {
			element, rel = e, c.Rel
		}
	}
	for _, tag := range alphabetical(r.Balances.Units) {
		if u := r.Balances.Units[tag]; u.Rel > rel {
			element, where, rel = u.Worst, tag, u.Rel
		}
	}
	return element, where, max(rel, 0)
}

// rareEarths is the column that sums the rare earths.
const rareEarths = "REE"

// mainElements chooses what a table of 120 characters has room for: the three metals that most is fed of, the rare
// earths together, and the three of them that most is fed of.
func (r *Result) mainElements() []string { return r.mainColumns(0) }

// mainColumns are the main elements with so many rare earths fewer.
func (r *Result) mainColumns(fewer int) []string {
	fed := map[string]float64{}
	for _, s := range r.Streams {
		if s.enters() {
			for e, n := range s.Atoms {
				fed[e] += math.Abs(n) * r.Elements[e].Mass
			}
		}
	}
	ree := func(e string) bool { return r.Elements[e].Group == "ree" }
	most := sortedKeys(fed, func(a, b string) int {
		switch {
		case fed[a] > fed[b]:
			return -1
		case fed[a] < fed[b]:
			return 1
		}
		return 0
	})
	metals, rare := []string{}, []string{}
	for _, e := range most {
		switch {
		case ree(e) && len(rare) < 3-fewer:
			rare = append(rare, e)
		case !ree(e) && r.metal(e) && len(metals) < 3:
			metals = append(metals, e)
		}
	}
	byNumber := func(a, b string) int { return r.Elements[a].No - r.Elements[b].No }
	slices.SortFunc(metals, byNumber)
	slices.SortFunc(rare, byNumber)
	if len(rare) > 1 {
		metals = append(metals, rareEarths)
	}
	return append(metals, rare...)
}

// fitTwice leaves out of a table's columns the rare earths that least is fed of, so that two phases fit beside each other.
func (r *Result) fitTwice(columns []string, wide bool) []string {
	const room = 6
	if wide || len(columns) <= room {
		return columns
	}
	return r.mainColumns(len(columns) - room)
}

// metal says whether an element is neither of the framework nor the key of an anion.
func (r *Result) metal(e string) bool {
	return r.Elements[e].Group != "framework" && !slices.Contains([]string{"S", "Cl", "F"}, e)
}

// everyElement lists all elements that are not of the framework, acid first and the sum of the rare earths last.
func (r *Result) everyElement() []string {
	all := []string{"H"}
	rare := 0
	for _, e := range inOrder(r.Elements, func(e Element) int { return e.No }) {
		if r.Elements[e].Group != "framework" {
			all = append(all, e)
		}
		if r.Elements[e].Group == "ree" {
			rare++
		}
	}
	if rare > 1 {
		all = append(all, rareEarths)
	}
	return all
}

// traces is the tenor (mg/L, g/kg) below which Table writes "<0.001"; Wide writes the number.
const traces = 0.001

// assay writes one row of element cells; REE sums the rare earths.
func (r *Result) assay(values map[string]float64, columns []string, wide bool) []string {
	cells := make([]string, len(columns))
	for i, e := range columns {
		v, ok := values[e]
		if e == rareEarths {
			for symbol, part := range values {
				if r.Elements[symbol].Group == "ree" {
					v, ok = v+part, true
				}
			}
		}
		switch {
		case !ok:
			cells[i] = none
		case !wide && v > 0 && v < traces:
			cells[i] = "<0.001"
		default:
			cells[i] = digits(v)
		}
	}
	return cells
}

// profileTable writes the stages of every unit that has a profile: the aqueous phase, then the organic one.
func (r *Result) profileTable(w io.Writer, columns []string, wide bool) {
	g := &grid{title: "Stage profiles, mg/L   (aqueous │ organic)", head: append([]string{"", "stage", "pH"}, columns...), words: 1}
	g.head = append(append(g.head, "│"), columns...)
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		for _, s := range r.Units[tag].Profile {
			label := tag
			if len(sections(r.Units[tag].Profile)) > 1 {
				label += " " + s.Section
			}
			row := append([]string{label, fmt.Sprint(s.Stage), maybe(s.PH, acidity)}, r.assay(s.Aqueous, columns, wide)...)
			if s.Organic != nil {
				row = append(append(row, "│"), r.assay(s.Organic, columns, wide)...)
			}
			g.add(row...)
		}
	}
	g.write(w)
}

func sections(profile []ProfileStage) map[string]bool {
	all := map[string]bool{}
	for _, s := range profile {
		all[s.Section] = true
	}
	return all
}

// unitTable writes signals and handles.
func (r *Result) unitTable(w io.Writer) {
	g := &grid{title: "Units: signals and handles", head: []string{"unit", "kind", "name", "", "value", "unit"}, words: 4}
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		u := r.Units[tag]
		for _, part := range []struct {
			what   string
			values map[string]Quantity
		}{{"signal", u.Signals}, {"handle", u.Handles}} {
			for _, name := range alphabetical(part.values) {
				q := part.values[name]
				value, unit := none, q.Unit
				if q.Value != nil {
					v, in := shown(*q.Value, q.Unit)
					value, unit = digits(v), in
				}
				g.add(tag, u.Kind, name, part.what, value, unit)
			}
		}
	}
	g.write(w)
}

func (r *Result) controlTable(w io.Writer) {
	g := &grid{title: "Control loops", head: []string{"loop", "measured", "set", "is", "", "moved", "to", "min", "max", ""}, words: 2}
	for _, name := range alphabetical(r.Controls) {
		c := r.Controls[name]
		measured, unit := plantUnit(c.Unit, c.Set)
		handle, handleUnit := plantUnit(c.HandleIn, c.Handle)
		is := maybe(c.Measured, func(v float64) string { return digits(measured(v)) })
		g.add(name, c.Measure, digits(measured(c.Set)), is, unit,
			c.Move, digits(handle(c.Handle)), digits(handle(c.Lo)), digits(handle(c.Hi)), handleUnit)
	}
	g.write(w)
}
