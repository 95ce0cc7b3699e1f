package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	recovery = "recovery."
	purity   = "purity."
	perOxide = ".per_kg_REO" // use of a reagent per kg of rare-earth oxides

	perOxideUnit = "kg/kg REO"
)

// percent writes a fraction in percent.
func percent(v float64) string { return digits(100 * v) }

// deviation writes computed ÷ published − 1 in percent, signed, two digits.
func deviation(v float64) string {
	if v == 0 {
		return "0"
	}
	switch a := math.Abs(100 * v); {
	case a < 0.01:
		return signed(v, power(100*v, 1))
	case a >= 1000:
		return signed(v, digits(100*v))
	}
	return signed(v, fixed(100*v, 2))
}

func signed(v float64, text string) string {
	if v > 0 {
		return "+" + text
	}
	return text
}

// recoveryTable writes the recovery of each element with the published value beside it, and what it is a ratio of.
func (r *Result) recoveryTable(w io.Writer) {
	quoted := r.quotedHead("published %", "deviation %")
	g := &grid{head: append([]string{"", "fed g/h", "won g/h", "recovery %"}, quoted...), words: 1}
	var from, to []string
	names := sortedKeys(r.KPIs, func(a, b string) int {
		return cmp.Compare(r.recoveryOrder(a), r.recoveryOrder(b))
	})
	for _, name := range names {
		what, ok := strings.CutPrefix(name, recovery)
		if !ok {
			continue
		}
		k := r.KPIs[name]
		from, to = k.From, k.To
		row := []string{strings.ReplaceAll(what, "_", " "), none, none, maybe(k.Value, percent)}
		if parts := r.counted(what); len(parts) > 0 {
			row[1], row[2] = digits(3.6e6*r.mass(from, parts)), digits(3.6e6*r.mass(to, parts))
		}
		g.add(append(row, r.quoted(name, percent)...)...)
	}
	g.title = fmt.Sprintf("Recovery, from %s to %s", strings.Join(from, " + "), strings.Join(to, " + "))
	g.trim(quoted...)
	g.write(w)
	r.quotedNote(w, g, quoted)
}

// recoveryOrder puts elements in their order, sums after them.
func (r *Result) recoveryOrder(name string) int {
	if e, ok := r.Elements[strings.TrimPrefix(name, recovery)]; ok {
		return e.No
	}
	return len(r.Elements) + 1
}

// counted lists the elements that a recovery counts: one, or the rare earths with or without scandium.
func (r *Result) counted(what string) []string {
	if _, ok := r.Elements[what]; ok {
		return []string{what}
	}
	var all []string
	for _, e := range alphabetical(r.Elements) {
		if r.Elements[e].Group == "ree" && (what == rareEarths || what == rareEarthsButSc && e != "Sc") {
			all = append(all, e)
		}
	}
	return all
}

// mass sums the flow of elements (kg/s) over streams.
func (r *Result) mass(streams, elements []string) (sum float64) {
	for _, s := range streams {
		for _, e := range elements {
			sum += r.Elements[e].Mass * r.Streams[s].Atoms[e]
		}
	}
	return sum
}

// quoted writes the published value of a quantity and the deviation from it.
func (r *Result) quoted(path string, write func(float64) string) []string {
	q, ok := r.Published[path]
	if !ok {
		return []string{none, none}
	}
	return []string{write(q.Value), maybe(q.Deviation, deviation)}
}

// quotedHead heads the columns of published numbers; a star says that they belong to another case.
func (r *Result) quotedHead(columns ...string) []string {
	if len(r.Changed) > 0 {
		for i := range columns {
			columns[i] += "*"
		}
	}
	return columns
}

// quotedNote explains the star, where the table has such columns.
func (r *Result) quotedNote(w io.Writer, g *grid, columns []string) {
	if len(r.Changed) > 0 && slices.Contains(g.head, columns[0]) {
		fold(w, "  * published for another case; this one differs by ", r.Changed, ", ")
	}
}

// label is what a figure is called in a table.
func label(name string) string {
	if of, ok := strings.CutPrefix(name, purity); ok {
		return "purity: " + of + " metal in stream"
	}
	return strings.TrimSuffix(name, perOxide)
}

// trim drops columns whose cells are all missing.
func (g *grid) trim(columns ...string) {
	for _, name := range columns {
		i := slices.Index(g.head, name)
		if slices.ContainsFunc(g.rows, func(row []string) bool { return row[i] != none }) {
			continue
		}
		g.head = slices.Delete(g.head, i, i+1)
		for k, row := range g.rows {
			g.rows[k] = slices.Delete(row, i, i+1)
		}
	}
}

// kpiTable writes every other figure, and published numbers that are no KPI.
func (r *Result) kpiTable(w io.Writer, wide bool) {
	quoted := r.quotedHead("published", "deviation %")
	g := &grid{title: "Figures", head: append(append([]string{"", "value", ""}, quoted...), "from"), words: 1}
	for _, name := range alphabetical(r.KPIs) {
		if strings.HasPrefix(name, recovery) {
			continue
		}
		k := r.KPIs[name]
		write, unit := digits, k.Unit
		switch {
		case strings.HasPrefix(name, purity):
			write, unit = percent, "%"
		case strings.HasSuffix(name, perOxide):
			unit = perOxideUnit
		case unit == "1":
			unit = ""
		}
		row := append([]string{label(name), maybe(k.Value, write), unit}, r.quoted(name, write)...)
		g.add(append(row, route(k.From, k.To, wide))...)
	}
	for _, path := range alphabetical(r.Published) {
		if _, ok := r.KPIs[path]; ok {
			continue
		}
		q := r.Published[path]
		convert, unit := plantUnit(q.Unit, q.Value)
		write := func(v float64) string { return digits(convert(v)) }
		g.add(path, maybe(q.Computed, write), unit, write(q.Value), maybe(q.Deviation, deviation), "")
	}
	g.left("from")
	g.trim(quoted...)
	g.write(w)
	r.quotedNote(w, g, quoted)
}

// route names the streams that a figure goes from and to: of a side with more than two the first, unless all is asked for.
func route(from, to []string, all bool) string {
	side := func(streams []string) string {
		if len(streams) > 2 && !all {
			return fmt.Sprintf("%s + %d more", streams[0], len(streams)-1)
		}
		return strings.Join(streams, " + ")
	}
	switch {
	case len(to) == 0:
		return side(from)
	case len(from) == 0:
		return "in " + side(to)
	}
	return side(from) + " → " + side(to)
}

// left pads the cells of a last column so that it reads from the left.
func (g *grid) left(column string) {
	i := slices.Index(g.head, column)
	width := utf8.RuneCountInString(column)
	for _, row := range g.rows {
		width = max(width, utf8.RuneCountInString(row[i]))
	}
	pad := func(s string) string { return s + strings.Repeat(" ", width-utf8.RuneCountInString(s)) }
	g.head[i] = pad(column)
	for _, row := range g.rows {
		row[i] = pad(row[i])
	}
}

// balanceTable writes the closure of each element over the plant, three abreast, and the worst units.
func (r *Result) balanceTable(w io.Writer, wide bool) {
	const abreast = 3
	names := sortedKeys(r.Balances.Plant, func(a, b string) int { return r.balanceOrder(a) - r.balanceOrder(b) })
	g := &grid{title: "Balance of the plant, mol/h", words: 0}
	rows := (len(names) + abreast - 1) / abreast
	for k := range min(abreast, len(names)) {
		if k > 0 {
			g.head = append(g.head, "│")
		}
		g.head = append(g.head, "", "in", "out", "relative")
	}
	for i := range rows {
		row := make([]string, len(g.head))
		for k := range abreast {
			if k > 0 && 5*k-1 < len(row) {
				row[5*k-1] = "│"
			}
			if at := k*rows + i; at < len(names) {
				c := r.Balances.Plant[names[at]]
				copy(row[5*k:], []string{names[at], digits(3600 * c.In), digits(3600 * c.Out), power(c.Rel, 1)})
			}
		}
		g.add(row...)
	}
	g.write(w)
	r.unitBalances(w, wide)
}

func (r *Result) balanceOrder(name string) int {
	if e, ok := r.Elements[name]; ok {
		return e.No
	}
	return len(r.Elements) + 1 // charge
}

// unitBalances writes the worst balance of the units: the three worst, or all.
func (r *Result) unitBalances(w io.Writer, wide bool) {
	units := r.Balances.Units
	tags := sortedKeys(units, func(a, b string) int { return cmp.Compare(units[b].Rel, units[a].Rel) })
	show := min(3, len(tags))
	if wide {
		show = len(tags)
	}
	if show == 0 {
		return
	}
	var parts []string
	for _, tag := range tags[:show] {
		parts = append(parts, fmt.Sprintf("%s %s (%s)", tag, power(units[tag].Rel, 1), units[tag].Worst))
	}
	if show < len(tags) {
		parts = append(parts, fmt.Sprintf("%d more below", len(tags)-show))
	}
	fold(w, "  worst by unit: ", parts, ", ")
}

// fold writes parts on lines of at most 118 characters, each but the first indented by four.
func fold(w io.Writer, first string, parts []string, separator string) {
	line := first
	for i, p := range parts {
		if i < len(parts)-1 {
			p += separator
		}
		if utf8.RuneCountInString(line)+utf8.RuneCountInString(strings.TrimRight(p, " ")) > 118 && strings.TrimSpace(line) != "" {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
			line = "    "
		}
		line += p
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

// drawnTable names what units draw from outside the plant without a feed: it enters the balance, nobody bought it.
func (r *Result) drawnTable(w io.Writer) {
	g := &grid{title: "Drawn from outside as a unit decides (counted as entering)", head: []string{"", "kg/h", "°C", "  mol/h"}, words: 1}
	for _, name := range r.Balances.Drawn {
		s := r.Streams[name]
		var parts []string
		for _, c := range sortedKeys(s.Moles, func(a, b string) int { return cmp.Compare(math.Abs(s.Moles[b]), math.Abs(s.Moles[a])) }) {
			parts = append(parts, c+" "+digits(3600*s.Moles[c]))
		}
		if len(parts) > 4 {
			parts = append(parts[:4], fmt.Sprintf("and %d more", len(parts)-4))
		}
		g.add(name, digits(3600*s.Mass), fixed(s.T-273.15, 1), "  "+strings.Join(parts, ", "))
	}
	g.left("  mol/h")
	g.write(w)
}

// warned writes the warnings: those of one code and unit on one line with their count and the worst, and of these the ones of several units that say the same on
// one line with their places; or all, a line each.
func (r *Result) warned(w io.Writer, wide bool) {
	if len(r.Warnings) == 0 {
		return
	}
	type key struct{ code, tag string }
	var order []key
	groups := map[key][]Warning{}
	for i, v := range r.Warnings {
		k := key{v.Code, v.Tag}
		if wide {
			k.tag = fmt.Sprint(i)
		}
		if len(groups[k]) == 0 {
			order = append(order, k)
		}
		groups[k] = append(groups[k], v)
	}
	type line struct{ first, text string }
	var lines []line
	places := map[line][]string{}
	for _, k := range order {
		group := groups[k]
		worst := slices.MaxFunc(group, func(a, b Warning) int { return cmp.Compare(a.excess(), b.excess()) })
		l := line{"  " + worst.Code, worst.Text}
		if len(group) > 1 {
			l.first = fmt.Sprintf("  %s ×%d, worst", worst.Code, len(group))
		}
		if worst.Text == "" {
			l.text = fmt.Sprintf("%s, limit %s %s", maybe(worst.Value, digits), maybe(worst.Limit, digits), worst.Unit)
		}
		if wide || len(places[l]) == 0 {
			lines = append(lines, l)
		}
		places[l] = append(places[l], worst.Where)
	}
	kinds := ""
	if len(lines) < len(r.Warnings) {
		kinds = fmt.Sprintf(" in %d kinds", len(lines))
	}
	fmt.Fprintf(w, "\nWarnings: %d%s\n", len(r.Warnings), kinds)
	for _, l := range lines {
		where := places[l]
		if wide {
			where, places[l] = where[:1], where[1:]
		}
		if len(where) > 1 {
			l.first += fmt.Sprintf(" at %d places", len(where))
		}
		fold(w, l.first+"  ", strings.Fields(strings.Join(where, ", ")+": "+l.text), " ")
	}
}

// Outside names what was used outside its validity range, each once, in the order of the units.
func (r *Result) Outside() []string {
	var all []string
	for _, v := range r.Warnings {
		if strings.HasPrefix(v.Code, "outside_") && !slices.Contains(all, v.Where) {
			all = append(all, v.Where)
		}
	}
	return all
}

// excess is how far a warning's value is beyond its limit, relative to the limit where there is one.
func (w Warning) excess() float64 {
	if w.Value == nil || w.Limit == nil {
		return 0
	}
	d := math.Abs(*w.Value - *w.Limit)
	if *w.Limit != 0 {
		d /= math.Abs(*w.Limit)
	}
	return d
}

// assumedSteps lists the units that rest on assumed numbers, in the order of the flow, with how many.
func (r *Result) assumedSteps() (steps []string) {
	count := map[string]int{}
	for _, a := range r.Origin.Assumed {
		for _, tag := range a.Tags {
			count[tag]++
		}
	}
	for _, tag := range slices.SortedFunc(maps.Keys(count), func(a, b string) int { return r.Units[a].No - r.Units[b].No }) {
		steps = append(steps, fmt.Sprintf("%s (%d)", tag, count[tag]))
	}
	return steps
}

// ownFiles says how many numbers come of each data file that the plant names, and what they rest on.
func (r *Result) ownFiles() (lines []string) {
	count, first := map[string]int{}, map[string]OwnConstant{}
	for _, c := range r.Origin.Own {
		if count[c.File] == 0 {
			first[c.File] = c
		}
		count[c.File]++
	}
	for _, file := range alphabetical(count) {
		lines = append(lines, fmt.Sprintf("  %d of them from %s: %s", count[file], file, first[file].Source))
	}
	return lines
}

// provenanceLine counts the numbers behind the result by class.
func (r *Result) provenanceLine(w io.Writer, wide bool) {
	var parts []string
	total := 0
	for _, class := range alphabetical(r.Origin.Classes) {
		parts = append(parts, fmt.Sprintf("%d %s", r.Origin.Classes[class], class))
		total += r.Origin.Classes[class]
	}
	fmt.Fprintf(w, "\nRests on %d constants: %s\n", total, strings.Join(parts, ", "))
	for _, file := range r.ownFiles() {
		fmt.Fprintln(w, file)
	}
	if steps := r.assumedSteps(); len(steps) > 0 {
		fold(w, "Assumed numbers in ", steps, ", ")
	}
	if !wide {
		return
	}
	g := &grid{title: "Assumed", head: []string{"", "", "", "", ""}, words: 5}
	for _, a := range r.Origin.Assumed {
		g.add(strings.Join(a.Tags, " "), a.Name, digits(a.Value), a.Unit, a.Source)
	}
	g.writeBody(w)
}
