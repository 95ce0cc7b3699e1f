package report

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/cost"
)

// summaryStyle holds the page on one sheet also where Liberation Sans and Arial are missing: font-size-adjust gives a wider substitute their size.
const summaryStyle = `@page{size:A4;margin:9mm}*{box-sizing:border-box}
body{font:8.2pt/1.25 "Liberation Sans",Arial,Helvetica,sans-serif;color:#111;margin:0 auto;padding:4mm;max-width:200mm;font-size-adjust:.49}
h1{font-size:13pt;margin:0}h2{font-size:9pt;margin:2.2mm 0 .6mm;border-bottom:.3mm solid #0072b2;color:#00517f}
p{margin:.4mm 0}p.n{color:#444;font-size:7.2pt}div.two{display:grid;grid-template-columns:1fr 1fr;gap:0 5mm}div.two>div{min-width:0}
table{border-collapse:collapse;width:100%}td,th{padding:.1mm 1.2mm;text-align:right;vertical-align:top;font-weight:normal;border-bottom:.15mm solid #e2e2e2}
th{color:#444;font-size:7.2pt;vertical-align:bottom}td.w,th.w{text-align:left;overflow-wrap:break-word}td.w:first-child{white-space:nowrap}div.t{overflow-x:auto}td.bad{color:#b00020;font-weight:bold}td.ok{color:#00663f}td.dim{color:#666}
body.dense{font-size:6.9pt;line-height:1.15}body.dense h2{margin-top:1.4mm;font-size:8pt}body.dense p.n,body.dense th{font-size:6.2pt}
body.denser{font-size:6.3pt;line-height:1}body.denser td,body.denser th{padding:0 1.2mm}body.denser h2{margin-top:1mm}body.denser p.n,body.denser th{font-size:5.8pt}
@media print{body{padding:0;max-width:none}body.denser{zoom:.95}}@media screen and (max-width:640px){div.two{grid-template-columns:1fr}}`

// dense asks for smaller lettering where products and units want many lines.
func dense(r *Result) string {
	switch {
	case len(r.Products) > 5 && len(r.Units) > 60:
		return ` class="dense denser"`
	case len(r.Products) > 5:
		return ` class="dense"`
	}
	return ""
}

// The most lines of a list on one page.
const (
	summaryFlows   = 11
	summaryWays    = 3
	summarySources = 8
)

// Summary writes one page of HTML that needs no other file and prints on one sheet of A4: what goes in and comes out, where each rare earth
// went, products against their grades, the ledger, limits, closure, and what rests on assumed numbers.
func (r *Result) Summary(to io.Writer) error {
	w := &sticky{w: to}
	name := html.EscapeString(r.Plant)
	fmt.Fprintf(w, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title><meta name=\"viewport\" content=\"width=device-width\"><style>%s</style></head><body%s>\n<h1>%s</h1>\n", name, summaryStyle, dense(r), name)
	element, where, worst := r.worst()
	p(w, "", fmt.Sprintf("Steady state, converged. Worst imbalance %s (%s over %s); every element and charge of every unit closes. %d units, %d streams. Warnings: %d.",
		power(worst, 1), element, where, len(r.Units), len(r.Streams), len(r.Warnings)))
	if r.Balances.Energy != nil {
		p(w, "", "Energy: "+r.energyText()+".")
	}
	if len(r.Changed) > 0 {
		p(w, "", "Differs from the plant's file by "+strings.Join(r.Changed, ", ")+".")
	}
	fmt.Fprint(w, "<div class=\"two\"><div>")
	r.goesIn(w)
	fmt.Fprint(w, "</div><div>")
	r.comesOut(w)
	fmt.Fprint(w, "</div></div>")
	r.ways(w)
	r.summaryProducts(w)
	r.summaryLedger(w)
	r.summaryDischarge(w)
	r.summaryActivity(w)
	r.restsOn(w)
	fmt.Fprintln(w, "</body></html>")
	return w.err
}

func p(w io.Writer, class, text string) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	fmt.Fprintf(w, "<p%s>%s</p>\n", class, html.EscapeString(text))
}

func h2(w io.Writer, text string) { fmt.Fprintf(w, "<h2>%s</h2>\n", html.EscapeString(text)) }

// sheetOf is a table of a page; the first words columns read from the left. A cell "not met" is marked.
func sheetOf(w io.Writer, words int, head []string, rows [][]string) {
	fmt.Fprint(w, "<div class=\"t\"><table>")
	for i, row := range append([][]string{head}, rows...) {
		tag := "td"
		if i == 0 {
			tag = "th"
		}
		fmt.Fprint(w, "<tr>")
		for c, cell := range row {
			var class []string
			if c < words || strings.HasPrefix(cell, "\t") {
				class = append(class, "w")
			}
			cell = strings.TrimPrefix(cell, "\t")
			switch {
			case cell == "not met" || strings.HasSuffix(cell, " ×!"):
				class = append(class, "bad")
				cell = strings.TrimSuffix(cell, "!")
			case cell == "met":
				class = append(class, "ok")
			case cell == "not known" || cell == none:
				class = append(class, "dim")
			}
			attribute := ""
			if len(class) > 0 {
				attribute = ` class="` + strings.Join(class, " ") + `"`
			}
			fmt.Fprintf(w, "<%s%s>%s</%s>", tag, attribute, html.EscapeString(cell), tag)
		}
		fmt.Fprint(w, "</tr>\n")
	}
	fmt.Fprint(w, "</table></div>\n")
}

// amount is one line of what goes in or comes out.
type amount struct {
	name, kind string
	kg         float64 // kg/h
}

// list writes amounts, largest first, those that there is no room for together.
func list(w io.Writer, all []amount) {
	slices.SortStableFunc(all, func(a, b amount) int { return cmp.Compare(b.kg, a.kg) })
	var rows [][]string
	rest := 0.0
	for i, a := range all {
		if i >= summaryFlows && len(all) > summaryFlows+1 {
			rest += a.kg
			continue
		}
		rows = append(rows, []string{a.name, a.kind, digits(a.kg)})
	}
	if rest > 0 {
		rows = append(rows, []string{fmt.Sprintf("%d more", len(all)-summaryFlows), "", digits(rest)})
	}
	sheetOf(w, 2, []string{"", "", "kg/h"}, rows)
}

func (r *Result) goesIn(w io.Writer) {
	h2(w, "Goes in")
	var all []amount
	energy := ""
	if r.Ledger != nil {
		for _, e := range r.Ledger.Entries {
			switch e.Kind {
			case cost.Raw, cost.Reagent, cost.Water:
				all = append(all, amount{e.Name, e.Kind, 3600 * e.Amount})
			case cost.Electricity, cost.Heat:
				energy += fmt.Sprintf(" %s %s kW (%s).", strings.ToUpper(e.Kind[:1])+e.Kind[1:], digits(e.Amount/1000), some(e.At))
			}
		}
	} else {
		for name, s := range r.Streams {
			if s.enters() && s.Mass != 0 {
				all = append(all, amount{name, s.Border, 3600 * s.Mass})
			}
		}
		slices.SortFunc(all, func(a, b amount) int { return strings.Compare(a.name, b.name) })
	}
	list(w, all)
	if r.Ledger != nil {
		if e := r.warming(); e != nil {
			words := warmingWords(e)
			energy += " " + strings.ToUpper(words[:1]) + words[1:] + "."
		}
	}
	if energy != "" {
		p(w, "n", strings.TrimSpace(energy))
	}
}

func (r *Result) comesOut(w io.Writer) {
	h2(w, "Comes out")
	kinds := map[string]string{}
	if r.Ledger != nil {
		for _, e := range r.Ledger.Entries {
			if slices.Contains([]string{cost.Residue, cost.Effluent, cost.Organic, cost.OffGas}, e.Kind) {
				kinds[e.Name] = e.Kind
			}
		}
	}
	for _, q := range r.Products {
		for _, s := range q.Streams {
			kinds[s] = "product"
		}
	}
	var all []amount
	for _, name := range inOrder(r.Streams, func(s Stream) int { return s.No }) {
		if s := r.Streams[name]; s.leaves() && s.Mass != 0 {
			all = append(all, amount{name, kinds[name], 3600 * s.Mass})
		}
	}
	list(w, all)
}

// ways says of each rare earth, and of all, how much reached its product, how much is in other products, and where the rest went.
func (r *Result) ways(w io.Writer) {
	own, any := map[string][]string{}, map[string]bool{} // product streams by element
	for _, q := range r.Products {
		for _, s := range q.Streams {
			any[s] = true
			for _, e := range q.Of {
				own[e] = append(own[e], s)
			}
		}
	}
	var rows [][]string
	var brought, alone []string // by reagents; recovery of the feed itself
	elements := []string{}
	for _, e := range inOrder(r.Elements, func(e Element) int { return e.No }) {
		if r.Elements[e].Group == "ree" {
			elements = append(elements, e)
		}
	}
	if len(elements) > 1 {
		elements = append(elements, rareEarths)
	}
	for _, e := range elements {
		loss, err := r.Loss(e)
		if err != nil {
			continue
		}
		toOwn, toOther := 0.0, 0.0
		var rest []Share
		for _, out := range loss.Outlets {
			switch {
			case slices.Contains(own[e], out.Stream) || e == rareEarths && any[out.Stream]:
				toOwn += out.Share
			case any[out.Stream]:
				toOther += out.Share
			default:
				rest = append(rest, out)
			}
		}
		rows = append(rows, []string{e, digits(3.6e6 * loss.In), digits(100 * toOwn), digits(100 * toOther), "\t" + restOf(rest)})
		if b := r.brought(loss); b > 5e-4 && b < 1 {
			brought = append(brought, e+" "+brief(100*b))
			alone = append(alone, e+" "+brief(100*toOwn/(1-b)))
		}
	}
	if len(rows) == 0 {
		return
	}
	h2(w, "Recovery, from what is fed to product, and where the rest went")
	sheetOf(w, 1, []string{"", "fed g/h", "to its product %", "in other products %", "\trest, % of what is fed"}, rows)
	if len(brought) > 0 {
		p(w, "n", "Fed counts what reagents bring, % of it: "+strings.Join(brought, ", ")+". To its product, % of the feed without them: "+strings.Join(alone, ", ")+".")
	}
}

// brought is the share of what is fed that does not come with the feed of the ledger, such as the salt of a cell.
func (r *Result) brought(loss Loss) (share float64) {
	if r.Ledger == nil || len(r.Ledger.Feed) == 0 {
		return 0
	}
	for _, in := range loss.Inlets {
		if !slices.Contains(r.Ledger.Feed, in.Stream) {
			share += in.Share
		}
	}
	return share
}

// restOf names the largest outlets of a rest.
func restOf(rest []Share) string {
	var parts []string
	left := 0.0
	for i, s := range rest {
		if i < summaryWays && s.Share > 5e-6 {
			parts = append(parts, s.Stream+" "+brief(100*s.Share))
		} else {
			left += s.Share
		}
	}
	if left > 5e-5 {
		parts = append(parts, "others "+brief(100*left))
	}
	if len(parts) == 0 {
		return none
	}
	return strings.Join(parts, " · ")
}

// brief is a percentage with two decimals at most.
func brief(v float64) string {
	if v != 0 && math.Abs(v) < 0.01 {
		return "<0.01"
	}
	return fixed(v, 2)
}

func (r *Result) summaryProducts(w io.Writer) {
	if len(r.Products) == 0 {
		h2(w, "Products")
		p(w, "n", "The plant's file names no product ([product.NAME]) and no recovery: there is nothing to hold against a grade or to carry a ledger.")
		return
	}
	h2(w, "Products against their grades")
	var rows [][]string
	for _, name := range r.productOrder() {
		q := r.Products[name]
		met, limit, used := none, "\t"+none, none
		if q.Grade != "" {
			met = verdict(q.Met)
		}
		if l := q.Limiting; l != nil {
			limit = "\t" + word(q, l.Impurity)
			if l.Demand != l.Impurity {
				limit += " (" + word(q, l.Demand) + ")"
			}
			if used = digits(l.Used) + " ×"; l.Used > 1 {
				used += "!"
			}
		}
		missing, unknown := 0, none
		for _, d := range q.Demands {
			if d.Met == nil {
				missing++
			}
		}
		if len(q.Demands) > 0 {
			unknown = fmt.Sprintf("%d of %d", missing, len(q.Demands))
		}
		rows = append(rows, []string{name, cmp.Or(q.Grade, none), digits(3600 * q.Content), maybe(q.Total, share), maybe(q.Relative, share), met, limit, used,
			"\t" + named(q.Assumed), "\t" + named(q.Beyond), "\t" + named(q.Absent), unknown})
	}
	sheetOf(w, 2, []string{"", "grade", "kg/h contained", "REO or RE", "own of it", "", "\tlimiting impurity", "of what is allowed", "\tassumed pick-up of", "\tbeyond at its upper end", "\tnot in the plant", "not known"}, rows)
	p(w, "n", "Contained: own elements as trade oxides (CeO2, Pr6O11, Tb4O7, else M2O3) or as metal. Not known: limits on what the plant's model does not carry into the product. Pick-up: what vessels, tools and air leave in it, by data with a range; not in the plant: no stream of it holds the element, and the file says that it has every feed, reagent and vessel.")
}

func (r *Result) summaryLedger(w io.Writer) {
	l := r.Ledger
	if l == nil {
		return
	}
	h2(w, "Ledger, per kg contained in each product, shared by "+l.Allocation)
	g := r.burdens()
	sheetOf(w, 1, g.head, g.rows)
	var gaps []string
	for _, gap := range l.NoData {
		gaps = append(gaps, gap.What+": "+some(gap.For))
	}
	if len(gaps) > 0 {
		p(w, "n", "No data, and in no sum: "+strings.Join(gaps, "; ")+".")
	}
	p(w, "n", l.Rule)
}

func (r *Result) summaryDischarge(w io.Writer) {
	if len(r.Discharges) == 0 {
		return
	}
	h2(w, "Discharge against permit, mg/L, dissolved or not")
	var rows [][]string
	for _, name := range alphabetical(r.Discharges) {
		for _, l := range r.Discharges[name].Lines {
			limit := "≤ " + maybe(l.Hi, digits)
			switch {
			case l.Lo != nil && l.Hi != nil:
				limit = digits(*l.Lo) + " to " + digits(*l.Hi)
			case l.What == "alkalinity":
				limit = "≥ " + maybe(l.Lo, digits) + " (acidity)"
			}
			row := []string{name, l.What, maybe(l.Value, digits), limit, verdict(l.Met), "\t" + l.Permit}
			if at := slices.IndexFunc(rows, func(o []string) bool { return slices.Equal(o[:5], row[:5]) }); at >= 0 { // the same limit by another permit
				rows[at][5] += "; " + l.Permit
				continue
			}
			rows = append(rows, row)
		}
	}
	sheetOf(w, 2, []string{"", "", "is", "limit", "", "\tpermit"}, rows)
}

func (r *Result) summaryActivity(w io.Writer) {
	a := r.Activity
	if a == nil {
		return
	}
	h2(w, "Activity, Bq/g of the wet stream")
	var rows [][]string
	for _, name := range inOrder(a.Streams, func(s cost.Active) int { return s.No }) {
		s := a.Streams[name]
		var parts []string
		worst := cost.NuclideIn{}
		for _, n := range alphabetical(s.Nuclides) {
			v := s.Nuclides[n]
			if v.OfLimit > worst.OfLimit {
				worst = v
			}
			parts = append(parts, n+" "+activityCell(v, true))
		}
		if worst.OfLimit < 0.01 {
			continue
		}
		used := digits(worst.OfLimit) + " ×"
		if worst.OfLimit > 1 {
			used += "!"
		}
		rows = append(rows, []string{map[string]string{"in": "in ", "out": "out "}[s.Border] + name, strings.Join(parts, ", "), used, "\t" + worst.Limit})
	}
	switch {
	case len(a.Streams) == 0:
		p(w, "n", "No data on "+strings.Join(a.NoData, ", ")+": none is in the analysis of what is fed.")
		return
	case len(rows) == 0:
		p(w, "n", "No stream at the border reaches 1 % of a limit.")
		return
	}
	sheetOf(w, 2, []string{"", "", "of limit", "\t"}, rows)
}

// some lists the first names, and how many more there are.
func some(names []string) string {
	text := strings.Join(names[:min(len(names), summarySources)], ", ")
	if more := len(names) - summarySources; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// restsOn says what the page rests on.
func (r *Result) restsOn(w io.Writer) {
	h2(w, "What this page rests on")
	total := 0
	var parts []string
	for _, class := range alphabetical(r.Origin.Classes) {
		total += r.Origin.Classes[class]
		parts = append(parts, fmt.Sprintf("%d %s", r.Origin.Classes[class], class))
	}
	text := fmt.Sprintf("Process: %d constants, %s.", total, strings.Join(parts, ", "))
	if steps := r.assumedSteps(); len(steps) > 0 {
		text += " Assumed numbers in " + some(steps) + "."
	}
	p(w, "", text)
	if text := r.accountOrigins(); text != "" {
		p(w, "", text)
	}
	if outside := r.Outside(); len(outside) > 0 {
		p(w, "", "Used outside its validity range: "+some(outside)+".")
	}
	codes := map[string]int{}
	for _, v := range r.Warnings {
		codes[v.Code]++
	}
	var warned []string
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		warned = append(warned, fmt.Sprintf("%s (%d)", strings.ReplaceAll(code, "_", " "), codes[code]))
	}
	if len(warned) > 0 {
		p(w, "", "Warnings: "+strings.Join(warned, ", ")+".")
	}
	p(w, "n", "Solver: "+r.Solved.Path+"; residual "+maybe(r.Solved.Residual, func(v float64) string { return power(v, 1) })+". All of it, with every source: reetwin solve FILE -o json.")
}

// accountOrigins says how many limits and factors of the account are assumed.
func (r *Result) accountOrigins() string {
	limits, assumedLimits := 0, 0
	for _, q := range r.Products {
		for _, d := range q.Demands {
			limits++
			if d.Class == "assumed" {
				assumedLimits++
			}
		}
	}
	var parts []string
	if limits > 0 {
		parts = append(parts, fmt.Sprintf("Grades: %d of %d limits are assumed.", assumedLimits, limits))
	}
	if r.Ledger != nil {
		factors, assumed := 0, 0
		for _, e := range r.Ledger.Entries {
			if e.CO2e != nil {
				factors++
				if e.Class == "assumed" {
					assumed++
				}
			}
		}
		parts = append(parts, fmt.Sprintf("CO2e: %d of %d emission factors are assumed; its range is theirs.", assumed, factors))
		if r.Ledger.Allocation == "value" {
			var prices []string
			for _, name := range inOrder(r.Ledger.Products, func(s cost.Share) int { return s.No }) {
				if q := r.Ledger.Products[name].Price; q != nil {
					prices = append(prices, fmt.Sprintf("%s %s USD/kg (%s)", name, digits(q.Value), q.Class))
				}
			}
			parts = append(parts, "Prices: "+strings.Join(prices, ", ")+".")
		}
	}
	if a := r.Activity; a != nil {
		var bounds []string
		for _, s := range a.Streams {
			for n, v := range s.Nuclides {
				if v.AtMost && !slices.Contains(bounds, n) {
					bounds = append(bounds, n)
				}
			}
		}
		slices.Sort(bounds)
		if len(bounds) > 0 {
			parts = append(parts, "No unit follows "+strings.Join(bounds, ", ")+": upper bounds, for the large streams only.")
		}
		if len(a.NoData) > 0 {
			parts = append(parts, "No data on "+strings.Join(a.NoData, ", ")+".")
		}
	}
	return strings.Join(parts, " ")
}
