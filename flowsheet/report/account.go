package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"reetwin/flowsheet/cost"
)

// productOrder lists the products as the file does.
func (r *Result) productOrder() []string {
	return inOrder(r.Products, func(p cost.Product) int { return p.No })
}

// verdict words whether something asked is met.
func verdict(met *bool) string {
	switch {
	case met == nil:
		return "not known"
	case *met:
		return "met"
	}
	return "not met"
}

// share is a mass fraction as buyers write it: percent, below 0.1 % in ppm.
func share(v float64) string {
	if v != 0 && v < 1e-3 {
		return digits(1e6*v) + " ppm"
	}
	return purityDigits(v) + " %"
}

// purityDigits writes percent with the digits that tell a purity near 1 from 1.
func purityDigits(v float64) string {
	if v < 0.1 {
		return digits(100 * v)
	}
	decimals := 2
	for rest := 1 - v; rest > 0 && rest < 5e-4 && decimals < 5; rest *= 10 {
		decimals++
	}
	return fixed(100*v, decimals)
}

// word is what a demand is called.
func word(p cost.Product, what string) string {
	own := strings.Join(p.Of, "+")
	if len(p.Of) > 3 {
		own = "own elements"
	}
	total := "REO"
	if p.Convention == "metal" {
		total = "RE"
	}
	switch what {
	case "total":
		return total + " in product"
	case "relative":
		return own + "/" + total
	case "content":
		return own + " in product"
	case "loss_on_ignition":
		return "loss on ignition"
	}
	return what
}

// limited words the limiting impurity of a product.
func limited(p cost.Product) string {
	l := p.Limiting
	if l == nil {
		return none
	}
	text := word(p, l.Impurity)
	if l.Demand != l.Impurity {
		text += " (" + word(p, l.Demand) + ")"
	}
	return text + ", " + digits(l.Used) + " × what is allowed"
}

// productTable writes each product with its purity and what limits it.
func (r *Result) productTable(w io.Writer) {
	g := &grid{title: "Products against their grades", head: []string{"", "grade", "kg/h", "own kg/h", "REO or RE", "own of it", "", "limiting impurity"}, words: 2}
	for _, name := range r.productOrder() {
		p := r.Products[name]
		met := verdict(p.Met)
		if p.Grade == "" {
			met = none
		}
		g.add(name, p.Grade, digits(3600*p.Mass), digits(3600*p.Content), maybe(p.Total, share), maybe(p.Relative, share), met, limited(p))
	}
	g.left("limiting impurity")
	g.write(w)
	r.restTable(w)
}

// unknown lists the demands of a product that are not known.
func unknown(p cost.Product) (all []string) {
	for _, d := range p.Demands {
		if d.Met == nil {
			all = append(all, word(p, d.What))
		}
	}
	return all
}

// named joins words, "–" for none.
func named(words []string) string {
	if len(words) == 0 {
		return none
	}
	return strings.ReplaceAll(strings.Join(words, ", "), "loss_on_ignition", "loss on ignition")
}

// restTable writes what each verdict rests on, if anything was taken up by data or is not in the plant.
func (r *Result) restTable(w io.Writer) {
	g := &grid{title: "What the verdicts rest on", head: []string{"", "assumed pick-up of", "beyond at its upper end", "not in the plant", "not known"}, words: 5}
	some := false
	for _, name := range r.productOrder() {
		p := r.Products[name]
		if p.Grade == "" {
			continue
		}
		some = some || len(p.Assumed)+len(p.Absent) > 0
		g.add(name, named(p.Assumed), named(p.Beyond), named(p.Absent), named(unknown(p)))
	}
	if some {
		g.write(w)
	}
}

// basis words what a demand rests on, beside the impurity that stands most against it.
func basis(p cost.Product, d cost.Demand) string {
	text := word(p, d.By) + d.Why
	if len(d.Absent) > 0 {
		text += "; not in the plant: " + strings.Join(d.Absent, ", ")
	}
	if len(d.Taken) > 0 && d.Lo != nil && d.Hi != nil {
		var from []string
		for _, t := range d.Taken {
			from = append(from, fmt.Sprintf("%s %s (%s)", t.What, share(t.Value), t.Class))
		}
		text += fmt.Sprintf("; pick-up of %s: %s to %s", strings.Join(from, ", "), share(*d.Lo), share(*d.Hi))
	}
	return text
}

// demandTable writes every line of every grade.
func (r *Result) demandTable(w io.Writer) {
	g := &grid{title: "What the grades ask", head: []string{"", "", "is", "", "asked", "of what is allowed", "", "class", "by"}, words: 2}
	for _, name := range r.productOrder() {
		p := r.Products[name]
		for _, d := range p.Demands {
			g.add(name, word(p, d.What), maybe(d.Value, share), map[string]string{"least": "≥", "most": "≤"}[d.Sense], share(d.Limit), maybe(d.Used, digits), verdict(d.Met), string(d.Class), basis(p, d))
		}
	}
	g.left("by")
	g.write(w)
}

// burdens is the ledger with a line for each product.
func (r *Result) burdens() *grid {
	l := r.Ledger
	g := &grid{title: "Ledger, per kg of own elements, shared by " + l.Allocation, head: []string{"", "share %", "kWh electric", "kWh heat", "kg reagents", "kg water", "kg residue", "kg effluent", "kg CO2e"}, words: 1}
	for _, name := range inOrder(l.Products, func(s cost.Share) int { return s.No }) {
		s := l.Products[name]
		per := func(times float64, kinds ...string) string {
			sum, any := 0.0, false
			for _, e := range l.Entries {
				free := e.CO2e != nil && e.CO2e.High == 0 // air, flue gas: nobody buys it
				if slices.Contains(kinds, e.Kind) && !free {
					sum, any = sum+times*e.Per[name], true
				}
			}
			if !any {
				return none
			}
			return digits(sum)
		}
		g.add(name, digits(100*s.Share), per(1/3.6e6, cost.Electricity), per(1/3.6e6, cost.Heat), per(1, cost.Reagent), per(1, cost.Water), per(1, cost.Residue),
			per(1, cost.Effluent, cost.Organic), digits(s.CO2e.Low)+" to "+digits(s.CO2e.High))
	}
	return g
}

// burdenTable writes the burdens, and of what there is no datum.
func (r *Result) burdenTable(w io.Writer) {
	l := r.Ledger
	if l == nil {
		return
	}
	g := r.burdens()
	g.write(w)
	var gaps []string
	for _, gap := range l.NoData {
		what, _, _ := strings.Cut(gap.What, " (")
		count := fmt.Sprint(len(gap.For))
		if e := r.warming(); e != nil && gap.What == "heat" {
			count += fmt.Sprintf("; its water %s kW", digits(e.Amount/1000))
		}
		gaps = append(gaps, fmt.Sprintf("%s (%s)", what, count))
	}
	if len(gaps) > 0 {
		fold(w, "  no data, in no sum: ", gaps, ", ")
	}
}

// warming is the entry of the units whose heat has no data; nil where there are none.
func (r *Result) warming() *cost.Entry {
	i := slices.IndexFunc(r.Ledger.Entries, func(e cost.Entry) bool { return e.Kind == cost.Warming })
	if i < 0 {
		return nil
	}
	return &r.Ledger.Entries[i]
}

func warmingWords(e *cost.Entry) string {
	return fmt.Sprintf("heat without data (%s): %s kW for the %s; in no sum", some(e.At), digits(e.Amount/1000), e.Source)
}

// perKg are the columns of products that stand beside each other.
const perKg = 5

// ledgerTable writes what the plant takes and gives, in all and per kg of each product.
func (r *Result) ledgerTable(w io.Writer) {
	l := r.Ledger
	if l == nil {
		return
	}
	order := inOrder(l.Products, func(s cost.Share) int { return s.No })
	for first := 0; first < len(order); first += perKg {
		columns := order[first:min(first+perKg, len(order))]
		g := &grid{title: "Ledger, per kg of each product's own elements (" + r.perWhat(columns) + ")", head: append([]string{"", "in all", "", ""}, columns...), words: 1}
		r.ledgerRows(g, columns)
		g.write(w)
	}
	fold(w, "  ", strings.Fields(l.Rule), " ")
	for _, gap := range l.NoData {
		fold(w, "  no data: "+gap.What+": ", gap.For, ", ")
	}
	if e := r.warming(); e != nil {
		fold(w, "  ", strings.Fields(warmingWords(e)), " ")
	}
}

// perWhat says how the own elements are counted.
func (r *Result) perWhat(products []string) string {
	kinds := map[string]bool{}
	for _, name := range products {
		kinds[r.Products[name].Convention] = true
	}
	return "as " + strings.Join(alphabetical(kinds), " or ")
}

func (r *Result) ledgerRows(g *grid, columns []string) {
	l := r.Ledger
	add := func(name, in, unit, per string, value func(product string) float64) {
		row := []string{name, in, unit, per}
		for _, product := range columns {
			row = append(row, digits(value(product)))
		}
		g.add(row...)
	}
	add("share by "+l.Allocation, "100", "%", "%", func(product string) float64 { return 100 * l.Products[product].Share })
	for _, e := range ledgerLines(l.Entries, true) {
		if e.Unit == "W" {
			add(e.Words(), digits(e.Amount/1000), "kW", "kWh/kg", func(product string) float64 { return e.Per[product] / 3.6e6 })
		} else {
			add(e.Words(), digits(3600*e.Amount), "kg/h", "kg/kg", func(product string) float64 { return e.Per[product] })
		}
	}
	kinds := map[string]bool{}
	for _, s := range l.Products {
		for kind := range s.By {
			kinds[kind] = true
		}
	}
	for _, kind := range alphabetical(kinds) {
		add("CO2e of "+kind, "", "", "kg/kg", func(product string) float64 { return l.Products[product].By[kind].Value })
	}
	row := []string{"CO2e, low to high", "", "", "kg/kg"}
	for _, product := range columns {
		c := l.Products[product].CO2e
		row = append(row, digits(c.Low)+" to "+digits(c.High))
	}
	g.add(row...)
}

// ledgerLines are the entries as a table shows them: those of the border by kind together, unless all are asked for.
func ledgerLines(entries []cost.Entry, all bool) (lines []cost.Entry) {
	kinds := []string{cost.Electricity, cost.Heat, cost.Warming, cost.Raw, cost.Reagent, cost.Water, cost.Residue, cost.DrySolids, cost.Effluent, cost.Organic, cost.OffGas, cost.Direct}
	for _, kind := range kinds {
		sum := cost.Entry{Kind: kind, Per: map[string]float64{}}
		for _, e := range entries {
			if e.Kind != kind {
				continue
			}
			if apart := kind == cost.Reagent || kind == cost.Direct || kind == cost.Electricity || kind == cost.Heat; all || apart {
				lines = append(lines, e)
				continue
			}
			sum.Unit, sum.At = e.Unit, append(sum.At, e.At...)
			sum.Amount += e.Amount
			for product, v := range e.Per {
				sum.Per[product] += v
			}
		}
		if sum.Unit != "" {
			lines = append(lines, sum)
		}
	}
	return lines
}

// activityTable writes what the streams at the border hold of radioactive elements.
func (r *Result) activityTable(w io.Writer, wide bool) {
	a := r.Activity
	if a == nil {
		return
	}
	nuclides := map[string]bool{}
	for _, s := range a.Streams {
		for n := range s.Nuclides {
			nuclides[n] = true
		}
	}
	columns := alphabetical(nuclides)
	g := &grid{title: "Activity, Bq/g of the whole stream, wet   (> enters the plant, < leaves it; up to: no unit follows it)", head: append([]string{""}, append(slices.Clone(columns), "of the nearest limit", "")...), words: 1}
	for _, name := range inOrder(a.Streams, func(s cost.Active) int { return s.No }) {
		s := a.Streams[name]
		row := []string{map[string]string{"in": "> ", "out": "< "}[s.Border] + name}
		worst := cost.NuclideIn{}
		for _, n := range columns {
			v, ok := s.Nuclides[n]
			if v.OfLimit > worst.OfLimit {
				worst = v
			}
			row = append(row, activityCell(v, ok))
		}
		if worst.OfLimit < 1e-3 && !wide {
			continue
		}
		g.add(append(row, digits(worst.OfLimit), worst.Limit)...)
	}
	g.left("")
	g.write(w)
	if len(a.NoData) > 0 {
		if len(g.rows) == 0 {
			fmt.Fprintln(w, "\nActivity")
		}
		fold(w, "  no data: ", a.NoData, ", ")
	}
}

func activityCell(v cost.NuclideIn, ok bool) string {
	switch {
	case !ok:
		return none
	case v.AtMost:
		return "up to " + digits(v.Value/1000)
	}
	return digits(v.Value / 1000)
}

// dischargeTable writes each discharge against its permits.
func (r *Result) dischargeTable(w io.Writer) {
	g := &grid{title: "Discharge against permit, mg/L of the whole water, dissolved or not", head: []string{"", "", "is", "least", "most", "", "permit"}, words: 2}
	for _, name := range alphabetical(r.Discharges) {
		for _, l := range r.Discharges[name].Lines {
			g.add(name, l.What, maybe(l.Value, digits), maybe(l.Lo, digits), maybe(l.Hi, digits), verdict(l.Met), l.Permit)
		}
	}
	g.left("permit")
	g.write(w)
}

// accountTables writes products, ledger, activities and discharges: those that the plant's file asks for, wide all.
func (r *Result) accountTables(w io.Writer, wide bool) {
	inferred := false
	for _, p := range r.Products {
		inferred = inferred || p.Inferred
	}
	switch {
	case wide:
		r.productTable(w)
		r.demandTable(w)
		r.ledgerTable(w)
	case !inferred:
		r.productTable(w)
		r.burdenTable(w)
	}
	r.activityTable(w, wide)
	r.dischargeTable(w)
}
