package cost

import (
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
)

// The kinds of a ledger's entries, in the order in which they are shown.
const (
	Electricity = "electricity"      // W taken by the units that say so
	Heat        = "heat"             // W that has to be supplied to the units that say so
	Warming     = "heating of water" // W that warms the water of units whose heat has no data; in no sum
	Reagent     = "reagent"          // kg/s that enters beside the feed, by substance
	Water       = "water"            // kg/s that enters as water beside the feed
	Raw         = "feed"             // kg/s that the plant works up: no burden of its own making
	Residue     = "residue"          // kg/s, wet: leaves with 1 % of solids or more
	DrySolids   = "dry residue"      // kg/s of solids in it
	Effluent    = "effluent"         // kg/s, leaves as a liquid
	Organic     = "organic"          // kg/s, leaves as solvent
	OffGas      = "off-gas"          // kg/s, leaves as a gas
	Direct      = "direct"           // kg/s of a greenhouse gas in the off-gas, without what came with a fed gas
)

// Ledger is what the plant takes and gives, in all and per kg of each product.
type Ledger struct {
	Allocation  string           `json:"allocation"`  // "mass", "value" or "moles"
	Rule        string           `json:"rule"`        // in words
	Feed        []string         `json:"feed"`        // streams
	Electricity string           `json:"electricity"` // the grid
	Heat        string           `json:"heat"`        // the fuel
	Entries     []Entry          `json:"entries"`
	Products    map[string]Share `json:"products"`
	NoData      []Gap            `json:"no_data"`
}

// Entry is one line of the ledger.
type Entry struct {
	Kind   string             `json:"kind"`
	Name   string             `json:"name"`
	With   []string           `json:"with,omitempty"` // impurities of a reagent, counted in its amount
	At     []string           `json:"at"`             // units, or streams
	Amount float64            `json:"amount"`
	Unit   string             `json:"unit"`            // "W" or "kg/s"
	Per    map[string]float64 `json:"per_kg"`          // J/kg or kg/kg of each product
	CO2e   *Range             `json:"CO2e_kg_s"`       // nil: no emission factor, or none applies
	Class  chem.Class         `json:"class,omitempty"` // of the factor
	Source string             `json:"source,omitempty"`
}

// Range is a value between a low and a high one.
type Range struct {
	Low   float64 `json:"low"`
	Value float64 `json:"value"`
	High  float64 `json:"high"`
}

func (r *Range) add(o Range, times float64) {
	r.Low, r.Value, r.High = r.Low+times*o.Low, r.Value+times*o.Value, r.High+times*o.High
}

// Share is what one product carries.
type Share struct {
	No      int              `json:"no"`
	Content float64          `json:"content_kg_s"`
	Share   float64          `json:"share"` // by the allocation, over all products
	CO2e    Range            `json:"CO2e"`  // kg/kg, of what has a factor
	By      map[string]Range `json:"CO2e_by"`
	Price   *PriceOf         `json:"price,omitempty"`
}

// PriceOf is what a product is worth by.
type PriceOf struct {
	Value   float64    `json:"USD_kg"`
	Of      []string   `json:"of"`                // names and dates of the prices
	Missing []string   `json:"missing,omitempty"` // own elements without a price: counted as worth nothing
	Class   chem.Class `json:"class"`
}

// Gap is something that has no datum.
type Gap struct {
	What string   `json:"what"`
	For  []string `json:"for"`
}

// account is a ledger in the making.
type account struct {
	*Ledger
	plan   *Plan
	solved Solved
	weight map[string]float64         // of each product, by the allocation
	reach  map[string]map[string]bool // products that the flow from a unit can reach
	feeds  map[string][]string        // units that feed a unit
}

// ledger is nil for a plant without a product that leaves it.
func (p *Plan) ledger(s Solved, wanted []Wanted, products map[string]Product) *Ledger {
	a := &account{plan: p, solved: s, weight: map[string]float64{}, reach: map[string]map[string]bool{}, feeds: map[string][]string{}}
	a.Ledger = &Ledger{Allocation: p.Allocation, Feed: p.feed(s), Products: map[string]Share{}, Entries: []Entry{}, NoData: []Gap{}}
	sum := 0.0
	for _, w := range wanted {
		if slices.ContainsFunc(w.Streams, func(name string) bool { f, _ := s.flow(name); return !f.Leaves }) {
			a.gap("a product that does not leave the plant carries nothing", w.Name)
			continue
		}
		share := Share{No: products[w.Name].No, Content: products[w.Name].Content, By: map[string]Range{}, Price: p.priceOf(w, products[w.Name])}
		a.weight[w.Name] = p.weigh(s, w, share)
		sum += a.weight[w.Name]
		if share.Price != nil && len(share.Price.Missing) > 0 && p.Allocation == "value" {
			a.gap("price", share.Price.Missing...)
		}
		a.Products[w.Name] = share
	}
	if len(a.Products) == 0 || !(sum > 0) {
		return nil
	}
	for name, share := range a.Products {
		share.Share = a.weight[name] / sum
		a.Products[name] = share
	}
	a.trace(wanted)
	electricity, heat := p.factors()
	a.Electricity, a.Ledger.Heat = electricity.Name, heat.Name
	a.Rule = a.rule()
	a.energy(electricity, heat)
	a.entering()
	a.leaving(wanted)
	a.carbon()
	return a.Ledger
}

// rule says how burdens are shared.
func (a *account) rule() string {
	by := map[string]string{"mass": "mass of its own elements", "value": "value (mass × price)", "moles": "moles of its own elements"}[a.Allocation]
	return "What enters or leaves at a unit is shared among the products that the flow from there can reach, by " + by +
		"; what reaches none, among those of its nearest suppliers. The feed carries no burden of its own making; nothing is credited."
}

// factors are the grid and the fuel: those of the file, else the first of the data.
func (p *Plan) factors() (electricity, heat Factor) {
	pick := func(list []Factor, name string) Factor {
		i := slices.IndexFunc(list, func(f Factor) bool { return f.Name == name })
		return list[max(0, i)]
	}
	return pick(p.book.Electricity, p.electricity), pick(p.book.Heat, p.heat)
}

// weigh is what a product counts when burdens are shared.
func (p *Plan) weigh(s Solved, w Wanted, share Share) float64 {
	switch p.Allocation {
	case "value":
		if share.Price == nil {
			return 0
		}
		return share.Content * share.Price.Value
	case "moles":
		n, moles := s.sum(w.Streams), 0.0
		for _, symbol := range w.Of {
			e, _ := s.System.Element(symbol)
			moles += s.System.ElementFlow(e, n)
		}
		return moles
	}
	return share.Content
}

// priceOf is the price of a product: its own, that of its grade, else the sum over its elements as trade oxides or metals.
func (p *Plan) priceOf(w Wanted, product Product) *PriceOf {
	price := w.Price
	if price == nil && w.Grade != nil && w.Grade.Price != "" {
		price = p.book.price(w.Grade.Price)
	}
	if price != nil {
		return &PriceOf{Value: price.Value, Of: []string{price.dated()}, Class: price.Class}
	}
	sum := &PriceOf{Class: chem.Measured}
	for _, e := range w.Of {
		name := p.book.oxide(e)
		if w.Form == "metal" {
			name = e + " metal"
		}
		q := p.book.price(name)
		switch {
		case product.Shares[e] == 0:
		case q == nil:
			sum.Missing = append(sum.Missing, name)
		default:
			sum.Value += product.Shares[e] * q.Value
			sum.Of = append(sum.Of, q.dated())
			sum.Class = weaker(sum.Class, q.Class)
		}
	}
	if len(sum.Of) == 0 {
		return nil
	}
	return sum
}

func (p *Price) dated() string { return p.Name + " (" + p.Date + ")" }

// weaker is the class that promises less.
func weaker(a, b chem.Class) chem.Class {
	order := []chem.Class{chem.Measured, chem.Derived, chem.Estimated, chem.Assumed}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// trace finds the products that the flow from each unit can reach.
func (a *account) trace(wanted []Wanted) {
	next := map[string][]string{}
	for _, f := range a.solved.Flows {
		if f.From != "" && f.To != "" && a.flows(f) {
			next[f.From] = append(next[f.From], f.To)
			a.feeds[f.To] = append(a.feeds[f.To], f.From)
		}
	}
	mark := func(unit, product string) bool {
		if a.reach[unit] == nil {
			a.reach[unit] = map[string]bool{}
		}
		was := a.reach[unit][product]
		a.reach[unit][product] = true
		return !was
	}
	for _, w := range wanted {
		if !(a.weight[w.Name] > 0) { // an empty product carries nothing
			continue
		}
		var queue []string
		for _, name := range w.Streams {
			if f, _ := a.solved.flow(name); mark(f.From, w.Name) {
				queue = append(queue, f.From)
			}
		}
		for len(queue) > 0 {
			unit := queue[0]
			queue = queue[1:]
			for _, supplier := range a.feeds[unit] {
				if mark(supplier, w.Name) {
					queue = append(queue, supplier)
				}
			}
		}
	}
}

// flows says whether anything is in a stream.
func (a *account) flows(f Flow) bool {
	return slices.ContainsFunc(f.N, func(v float64) bool { return v != 0 })
}

// carriers are the products that share what happens at a unit.
func (a *account) carriers(unit string) map[string]bool {
	seen := map[string]bool{unit: true}
	level := []string{unit}
	for len(level) > 0 {
		all := map[string]bool{}
		var above []string
		for _, u := range level {
			for product := range a.reach[u] {
				all[product] = true
			}
			for _, supplier := range a.feeds[u] {
				if !seen[supplier] {
					seen[supplier] = true
					above = append(above, supplier)
				}
			}
		}
		if len(all) > 0 {
			return all
		}
		level = above
	}
	all := map[string]bool{} // apart from every product: shared by all
	for name := range a.Products {
		all[name] = a.weight[name] > 0
	}
	return all
}

// enter adds an amount at a unit to the entry of a kind and name.
func (a *account) enter(kind, name, at, unit string, amount float64, in string) *Entry {
	i := slices.IndexFunc(a.Entries, func(e Entry) bool { return e.Kind == kind && e.Name == name })
	if i < 0 {
		i = len(a.Entries)
		a.Entries = append(a.Entries, Entry{Kind: kind, Name: name, Unit: in, Per: map[string]float64{}})
	}
	e := &a.Entries[i]
	if !slices.Contains(e.At, at) {
		e.At = append(e.At, at)
	}
	e.Amount += amount
	carriers := a.carriers(unit)
	sum := 0.0
	for _, name := range sorted(carriers) {
		sum += a.weight[name]
	}
	for _, name := range sorted(carriers) {
		if content := a.Products[name].Content; sum > 0 && content > 0 {
			e.Per[name] += amount * a.weight[name] / sum / content
		}
	}
	return e
}

func sorted(set map[string]bool) []string {
	all := make([]string, 0, len(set))
	for name := range set {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func (a *account) gap(what string, names ...string) {
	i := slices.IndexFunc(a.NoData, func(g Gap) bool { return g.What == what })
	if i < 0 {
		i = len(a.NoData)
		a.NoData = append(a.NoData, Gap{What: what})
	}
	for _, name := range names {
		if !slices.Contains(a.NoData[i].For, name) {
			a.NoData[i].For = append(a.NoData[i].For, name)
		}
	}
}

// entering enters what comes in: feed, water, reagents.
func (a *account) entering() {
	for _, f := range a.solved.Flows {
		if !f.Enters || !a.flows(f) {
			continue
		}
		if slices.Contains(a.Feed, f.Name) {
			a.enter(Raw, f.Name, f.Name, f.To, a.solved.System.Mass(f.N), "kg/s")
			continue
		}
		for _, part := range a.plan.book.substances(a.solved.System, f.N) {
			if part.name == "H2O" {
				a.enter(Water, "water", f.Name, f.To, part.mass, "kg/s")
				continue
			}
			e := a.enter(Reagent, part.name, f.Name, f.To, part.mass, "kg/s")
			for _, name := range part.with {
				if !slices.Contains(e.With, name) {
					e.With = append(e.With, name)
				}
			}
			if part.factor != nil {
				a.priced(e, *part.factor)
			}
			if part.factor == nil || !part.factor.Known {
				a.gap("emission factor", part.name)
			}
		}
	}
}

// leaving enters what goes out and is no product, and the greenhouse gases in it.
func (a *account) leaving(wanted []Wanted) {
	sys := a.solved.System
	for _, f := range a.solved.Flows {
		if !f.Leaves || !a.flows(f) || slices.ContainsFunc(wanted, func(w Wanted) bool { return slices.Contains(w.Streams, f.Name) }) {
			continue
		}
		mass, solids := sys.Mass(f.N), sys.PhaseMass(chem.Solid, f.N)
		switch {
		case sys.PhaseMass(chem.Gas, f.N) > 0.5*mass:
			a.enter(OffGas, f.Name, f.Name, f.From, mass, "kg/s")
		case solids >= 0.01*mass:
			a.enter(Residue, f.Name, f.Name, f.From, mass, "kg/s")
			a.enter(DrySolids, f.Name, f.Name, f.From, solids, "kg/s")
		case sys.PhaseMass(chem.Organic, f.N) > 0.5*mass:
			a.enter(Organic, f.Name, f.Name, f.From, mass, "kg/s")
		default:
			a.enter(Effluent, f.Name, f.Name, f.From, mass, "kg/s")
		}
	}
	for _, w := range a.plan.book.Warming {
		c, ok := sys.Index(w.Is[0])
		if !ok {
			continue
		}
		for _, f := range a.solved.Flows {
			kg := sys.Components[c].M * f.N[c]
			switch {
			case kg == 0:
			case f.Leaves:
				a.priced(a.enter(Direct, w.Name, f.Name, f.From, kg, "kg/s"), w)
			case f.Enters && !f.Drawn: // what a fed gas brings was in the air before
				a.priced(a.enter(Direct, w.Name, f.Name, f.To, -kg, "kg/s"), w)
			}
		}
	}
}

// carbon sums the emissions that each product carries.
func (a *account) carbon() {
	for name, share := range a.Products {
		for _, e := range a.Entries {
			if e.CO2e == nil || e.Amount == 0 {
				continue
			}
			times := e.Per[name] / e.Amount
			share.CO2e.add(*e.CO2e, times)
			by := share.By[e.Kind]
			by.add(*e.CO2e, times)
			share.By[e.Kind] = by
		}
		a.Products[name] = share
	}
}

// Words is what an entry is called.
func (e Entry) Words() string {
	if e.Kind == e.Name || e.Name == "" {
		return e.Kind
	}
	if len(e.With) > 0 {
		return e.Kind + ": " + e.Name + " with its " + strings.Join(e.With, ", ")
	}
	return e.Kind + ": " + e.Name
}
