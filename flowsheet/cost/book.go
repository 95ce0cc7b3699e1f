package cost

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

//go:embed data/*.toml
var embedded embed.FS

// Origin is where a number is from.
type Origin struct {
	Class  chem.Class `json:"class"`
	Source string     `json:"source"`
}

// Book is the data: what buyers, permits and climate accounts set. It is not written to after Open.
type Book struct {
	Grades      []Grade
	Prices      []Price
	Exchange    Exchange
	Electricity []Factor // kg CO2e per J, by grid
	Heat        []Factor // kg CO2e per J of fuel
	Reagents    []Factor // kg CO2e per kg
	Warming     []Factor // kg CO2e per kg, by component
	Nuclides    []Nuclide
	Activities  []ActivityLimit
	Permits     []Permit

	oxides map[string]string // trade oxides that are not M2O3, by element
}

// Grade is what a buyer asks of a product. Shares are mass fractions by the convention; 0 asks for nothing.
type Grade struct {
	Name       string
	Convention string // "oxide" or "metal"
	Of         []string
	Total      Asked // least share of rare earths in the product
	Relative   Asked // least share of Of in all rare earths
	Content    Asked // least share of Of in the product
	Limits     []Limit
	Price      string // in Book.Prices, "" for none
}

// Asked is a share with its origin.
type Asked struct {
	Value float64
	Origin
}

// Limit is the most that a product may hold of something.
type Limit struct {
	Name string // an element, an oxide, a sum of them ("Mo+W"), or "loss_on_ignition"
	Asked
}

// Price is what a kilogram of a product fetches.
type Price struct {
	Name   string
	Value  float64 // USD/kg
	Date   string
	Market string
	Origin
}

// Exchange is what a dollar costs.
type Exchange struct {
	Rate float64 // CNY/USD
	Origin
}

// Dollars turns a Chinese quote with its value-added tax, CNY/kg, into USD/kg free on board: exports do not get the tax back.
func (e Exchange) Dollars(quote float64) float64 { return quote / e.Rate }

// Factor is an emission factor. Without Known there is none: the substance is named, its making is not in the data.
type Factor struct {
	Name       string
	Is         []string // component or alias, any of them
	Low, Value float64
	High       float64
	Known      bool
	Origin
}

// Nuclide heads a decay series.
type Nuclide struct {
	Name, Element string
	Activity      float64 // Bq per kg of the element
	Origin
}

// ActivityLimit is an activity that a stream is held against.
type ActivityLimit struct {
	Name string
	Of   []string
	Most float64 // Bq/kg
	Origin
}

// Permit is what a discharge may hold.
type Permit struct {
	Name     string
	Elements []Limit // mg/L by element, "solids" and "dissolved"
	PH       []float64
	Alkaline bool // alkalinity above acidity
	Origin
}

// Open reads the embedded data. An error is a fault of the data.
func Open() (*Book, error) { return open(embedded) }

func open(files fs.FS) (*Book, error) {
	b := &Book{oxides: map[string]string{}}
	for _, file := range []struct {
		name string
		read func(*Book, *conf.Table)
	}{{"prices", (*Book).readPrices}, {"grades", (*Book).readGrades}, {"carbon", (*Book).readCarbon}, {"nuclides", (*Book).readNuclides}, {"permits", (*Book).readPermits}} {
		name := "data/" + file.name + ".toml"
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("cost data: %w", err)
		}
		tree, err := conf.Parse(name, text)
		if err != nil {
			return nil, fmt.Errorf("cost data: %w", err)
		}
		file.read(b, tree.Root())
		tree.Root().Close()
		if err := tree.Err(); err != nil {
			return nil, fmt.Errorf("cost data: %w", err)
		}
	}
	return b, nil
}

// under is the origin of what stands in t: what t says itself, else what surrounds it.
func (o Origin) under(t *conf.Table) Origin {
	o.Class = chem.Class(t.ChoiceOr("class", string(o.Class), string(chem.Measured), string(chem.Derived), string(chem.Estimated), string(chem.Assumed)))
	o.Source = t.TextOr("source", o.Source)
	return o
}

// proven faults a number without provenance.
func (o Origin) proven(t *conf.Table, key string) {
	if o.Class == "" {
		t.Fault(key, "has no class: measured, derived, estimated or assumed")
	}
	if o.Source == "" {
		t.Fault(key, "has no source")
	}
}

// entries lists the keys of t that are not its provenance.
func entries(t *conf.Table) []string {
	return slices.DeleteFunc(t.Keys(), func(key string) bool { return key == "class" || key == "source" || key == "range" })
}

// asked reads a number with its unit, or a table with value, and perhaps class and source of its own.
func asked(t *conf.Table, key, unit string, r conf.Range, o Origin) Asked {
	if t.Kind(key) == "table" {
		own := t.Table(key)
		o = o.under(own)
		own.TextOr("range", "")
		v := own.Quantity("value", unit, r)
		own.Close()
		o.proven(t, key)
		return Asked{v, o}
	}
	o.proven(t, key)
	return Asked{t.Quantity(key, unit, r), o}
}

// fraction is above 0, at most 1.
func fraction() conf.Range { return conf.Range{Lo: 0, Hi: 1, LoOpen: true} }

func (b *Book) readGrades(root *conf.Table) {
	oxides := root.Table("oxide")
	o := Origin{}.under(oxides)
	for _, e := range entries(oxides) {
		o.proven(oxides, e)
		b.oxides[e] = oxides.Text(e)
		if _, err := chem.Atoms(b.oxides[e]); err != nil {
			oxides.Fault(e, "%v", err)
		}
	}
	oxides.Close()
	b.Grades = b.gradesOf(root.Table("grade"), Origin{})
}

// gradesOf reads a table of grades, of the data or of a plant's file.
func (b *Book) gradesOf(all *conf.Table, o Origin) (grades []Grade) {
	o = o.under(all)
	for _, name := range entries(all) {
		grades = append(grades, b.grade(all.Table(name), name, o))
	}
	all.Close()
	return grades
}

func (b *Book) grade(t *conf.Table, name string, o Origin) Grade {
	o = o.under(t)
	g := Grade{Name: name, Convention: t.Choice("convention", "oxide", "metal"), Of: t.Texts("of"), Price: t.TextOr("price", "")}
	if len(g.Of) == 0 && !t.Faulty("of") {
		t.Fault("of", "empty; needs the elements that are bought, such as [\"Nd\"]")
	}
	for _, share := range []struct {
		key string
		to  *Asked
	}{{"total", &g.Total}, {"relative", &g.Relative}, {"content", &g.Content}} {
		if t.Has(share.key) {
			*share.to = asked(t, share.key, "1", fraction(), o)
		}
	}
	if g.Price != "" && b.price(g.Price) == nil {
		t.Fault("price", "no price of %q; %s", g.Price, conf.Hint(g.Price, b.priceNames()))
	}
	limits := t.Table("limit")
	lo := o.under(limits)
	for _, name := range entries(limits) {
		if _, err := formOf(name); err != nil {
			limits.Fault(name, "%v", err)
		}
		g.Limits = append(g.Limits, Limit{name, asked(limits, name, "1", fraction(), lo)})
	}
	limits.Close()
	t.Close()
	return g
}

func (b *Book) readPrices(root *conf.Table) {
	x := root.Table("exchange")
	b.Exchange = Exchange{Rate: x.Quantity("rate", "1", conf.Between(1, 100)), Origin: Origin{}.under(x)}
	b.Exchange.proven(x, "rate")
	x.Close()
	all := root.Table("price")
	o := Origin{}.under(all)
	for _, name := range entries(all) {
		t := all.Table(name)
		p := Price{Name: name, Date: t.Text("date"), Market: t.Text("market"), Origin: o.under(t)}
		if t.Has("CNY_kg") {
			p.quoted(t, b.Exchange)
		} else {
			p.Value = t.Quantity("value", "USD/kg", conf.Positive)
		}
		p.proven(t, "")
		b.Prices = append(b.Prices, p)
		t.Close()
	}
	all.Close()
}

// quoted reads a Chinese quote, one number or from a to b: its middle counts.
func (p *Price) quoted(t *conf.Table, x Exchange) {
	quote := t.Numbers("CNY_kg")
	if n := len(quote); n < 1 || n > 2 || quote[0] <= 0 || quote[n-1] < quote[0] {
		t.Fault("CNY_kg", "%v; needs one number above 0, or two, the lower first", quote)
		return
	}
	last := quote[len(quote)-1]
	p.Value = x.Dollars((quote[0] + last) / 2)
	if p.Market += fmt.Sprintf(", %.4g", quote[0]); last > quote[0] {
		p.Market += fmt.Sprintf(" to %.4g", last)
	}
	p.Market += " CNY/kg"
}

func (b *Book) readCarbon(root *conf.Table) {
	b.Electricity = single(root.Table("electricity"), "kg/J")
	b.Heat = single(root.Table("heat"), "kg/J")
	b.Warming = single(root.Table("warming"), "1")
	all := root.Table("reagent")
	o := Origin{}.under(all)
	for _, name := range entries(all) {
		t := all.Table(name)
		f := Factor{Name: name, Is: t.Texts("is"), Origin: o.under(t)}
		f.proven(t, "")
		if f.Known = t.Has("low"); f.Known {
			f.Low = t.Quantity("low", "1", conf.NonNegative)
			f.High = t.Quantity("high", "1", conf.Range{Lo: f.Low, Hi: conf.Any.Hi})
			f.Value = (f.Low + f.High) / 2
		}
		t.TextOr("range", "")
		b.Reagents = append(b.Reagents, f)
		t.Close()
	}
	all.Close()
}

// single reads factors without a range.
func single(all *conf.Table, unit string) (factors []Factor) {
	o := Origin{}.under(all)
	for _, name := range entries(all) {
		v := asked(all, name, unit, conf.NonNegative, o)
		factors = append(factors, Factor{Name: name, Is: []string{name}, Low: v.Value, Value: v.Value, High: v.Value, Known: true, Origin: v.Origin})
	}
	all.Close()
	return factors
}

func (b *Book) readNuclides(root *conf.Table) {
	all := root.Table("nuclide")
	o := Origin{}.under(all)
	for _, name := range entries(all) {
		t := all.Table(name)
		n := Nuclide{Name: name, Element: t.Text("element"), Activity: t.Quantity("activity", "Bq/kg", conf.Positive), Origin: o.under(t)}
		n.proven(t, "")
		t.TextOr("range", "")
		b.Nuclides = append(b.Nuclides, n)
		t.Close()
	}
	all.Close()
	limits := root.Table("limit")
	o = Origin{}.under(limits)
	for _, name := range entries(limits) {
		t := limits.Table(name)
		l := ActivityLimit{Name: name, Of: t.Texts("of"), Most: t.Quantity("most", "Bq/kg", conf.Positive), Origin: o.under(t)}
		l.proven(t, "")
		for _, n := range l.Of {
			if !slices.Contains(b.nuclideNames(), n) {
				t.Fault("of", "no nuclide %q; %s", n, conf.Hint(n, b.nuclideNames()))
			}
		}
		b.Activities = append(b.Activities, l)
		t.Close()
	}
	limits.Close()
}

func (b *Book) readPermits(root *conf.Table) {
	b.Permits = permitsOf(root.Table("permit"), Origin{})
}

// permitsOf reads a table of permits, of the data or of a plant's file.
func permitsOf(all *conf.Table, o Origin) (permits []Permit) {
	o = o.under(all)
	for _, name := range entries(all) {
		t := all.Table(name)
		p := Permit{Name: name, Origin: o.under(t), Alkaline: t.BoolOr("alkaline", false)}
		p.proven(t, "")
		limits := t.Table("limit")
		for _, key := range limits.Keys() {
			p.Elements = append(p.Elements, Limit{key, Asked{1000 * limits.Quantity(key, "kg/m3", conf.Positive), p.Origin}})
		}
		limits.Close()
		if t.Has("pH") {
			if p.PH = t.Numbers("pH"); !t.Faulty("pH") && (len(p.PH) != 2 || p.PH[0] >= p.PH[1]) {
				t.Fault("pH", "needs two numbers, the lower first, such as [6, 9]")
			}
		}
		permits = append(permits, p)
		t.Close()
	}
	all.Close()
	return permits
}

func (b *Book) price(name string) *Price {
	i := slices.IndexFunc(b.Prices, func(p Price) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &b.Prices[i]
}

func (b *Book) priceNames() []string { return names(b.Prices, func(p Price) string { return p.Name }) }

func (b *Book) nuclideNames() []string {
	return names(b.Nuclides, func(n Nuclide) string { return n.Name })
}

func names[T any](list []T, name func(T) string) []string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = name(v)
	}
	return all
}

// form is what a limit counts.
type form struct {
	loss  bool
	parts []part
}

// part is an element, and the formula that it is counted as.
type part struct{ element, formula string }

// formOf takes apart the name of a limit: "Fe", "Fe2O3", "Mo+W", "loss_on_ignition".
func formOf(name string) (form, error) {
	if name == "loss_on_ignition" {
		return form{loss: true}, nil
	}
	var f form
	for formula := range strings.SplitSeq(name, "+") {
		atoms, err := chem.Atoms(formula)
		if err != nil {
			return form{}, err
		}
		var others []string
		for e := range atoms {
			if e != "O" {
				others = append(others, e)
			}
		}
		switch {
		case len(others) == 1:
			f.parts = append(f.parts, part{others[0], formula})
		case len(others) == 0 && len(atoms) == 1:
			f.parts = append(f.parts, part{"O", formula})
		default:
			return form{}, fmt.Errorf("%q is neither an element nor an oxide of one", formula)
		}
	}
	return f, nil
}
