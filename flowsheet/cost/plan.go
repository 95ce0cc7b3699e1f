package cost

import (
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Plan is what a plant's file asks to be accounted for.
type Plan struct {
	Products   []Wanted
	Allocation string   // "mass", "value" or "moles"
	Feed       []string // streams that the plant works up; none: what the file's recovery starts from, else every inlet with rare earths
	Discharges []Discharge
	Followed   []Followed

	electricity, heat string
	efficiency        float64 // of burners, 0 when not given
	book              *Book   // nil until it is needed
}

// Wanted is a product as a plant's file names it.
type Wanted struct {
	Name    string
	Streams []string
	Grade   *Grade // nil: no grade to meet
	Of      []string
	Form    string // "oxide" or "metal"
	Price   *Price // nil: that of the grade, else of its elements

	Complete bool // the file says that it has every feed, reagent and vessel that can bring an element into the product

	inferred bool
}

// Discharge is a stream that a permit speaks of.
type Discharge struct {
	Name, Stream            string
	Permits                 []Permit
	PH, Alkalinity, Acidity string // readings, "" where not given
}

// Followed is a nuclide that comes with a stream and that no unit follows: what a stream may hold of it at most.
type Followed struct {
	Nuclide, Stream string
	Activity        float64 // Bq/kg of the stream
	Origin
}

// Surroundings is what a plan's names refer to. Faults go to the table.
type Surroundings struct {
	System  *chem.System
	Streams func(t *conf.Table, key string) []string // a stream or a list of them
	Reading func(t *conf.Table, key string) string   // the path of a reading
}

// Keys are the tables of a plant's file that Read reads.
func Keys() []string { return []string{"product", "grade", "ledger", "norm", "effluent", "permit"} }

// Read reads a plan; without any of its tables it is that of a plant without products. Faults go to the tables.
func Read(root *conf.Table, s Surroundings) *Plan {
	p := &Plan{Allocation: "mass"}
	if !slices.ContainsFunc(Keys(), root.Has) {
		return p
	}
	if err := p.open(); err != nil {
		root.Fault("", "%v", err)
		root.Skip(Keys()...)
		return p
	}
	grades := append(slices.Clone(p.book.Grades), p.book.gradesOf(root.Table("grade"), own())...)
	p.readProducts(root.Table("product"), grades, s)
	p.readLedger(root.Table("ledger"), s)
	p.readNorm(root.Table("norm"), s)
	p.readDischarges(root.Table("effluent"), append(slices.Clone(p.book.Permits), permitsOf(root.Table("permit"), own())...), s)
	return p
}

// own is the origin of a plant file's numbers that name none.
func own() Origin { return Origin{Class: chem.Assumed, Source: "the plant file"} }

func (p *Plan) open() (err error) {
	if p.book == nil {
		p.book, err = Open()
	}
	return err
}

func (p *Plan) readProducts(all *conf.Table, grades []Grade, s Surroundings) {
	for _, name := range all.Keys() {
		t := all.Table(name)
		w := Wanted{Name: name, Streams: s.Streams(t, "stream")}
		for _, other := range p.Products {
			for _, stream := range w.Streams {
				if slices.Contains(other.Streams, stream) {
					t.Fault("stream", "%q is in product %q already; a stream is one product", stream, other.Name)
				}
			}
		}
		if t.Has("grade") {
			wanted := t.Text("grade")
			known := names(grades, func(g Grade) string { return g.Name })
			if i := slices.Index(known, wanted); i >= 0 {
				w.Grade = &grades[i]
			} else if !t.Faulty("grade") {
				t.Fault("grade", "no grade %q; %s", wanted, conf.Hint(wanted, known))
			}
			if t.Has("of") || t.Has("convention") {
				t.Fault("grade", "says what the product is of and how it is counted; of and convention are for products without a grade")
				t.Skip("of", "convention")
			}
		} else {
			w.Of, w.Form = t.TextsOr("of", rareEarths(s.System)), t.ChoiceOr("convention", "oxide", "oxide", "metal")
		}
		if w.Grade != nil {
			w.Form = w.Grade.Convention
			for _, e := range w.Grade.Of { // a grade of all rare earths is met by those that the plant has
				if _, ok := s.System.Element(e); ok {
					w.Of = append(w.Of, e)
				}
			}
			if len(w.Of) == 0 && !t.Faulty("grade") {
				t.Fault("grade", "%s is of %v, which the plant does not have", w.Grade.Name, w.Grade.Of)
			}
		}
		for _, e := range w.Of {
			if i, ok := s.System.Element(e); !ok {
				t.Fault("of", "%v", s.System.Unknown("element", e, s.System.Symbols()))
			} else if s.System.Elements[i].Group != "ree" {
				t.Fault("of", "%s is no rare earth", e)
			}
		}
		w.Price = p.readPrice(t)
		w.Complete = t.ChoiceOr("inventory", "open", "open", "complete") == "complete"
		t.Close()
		p.Products = append(p.Products, w)
	}
	all.Close()
}

// readPrice reads price: a name of the data, or USD/kg of the plant's own.
func (p *Plan) readPrice(t *conf.Table) *Price {
	if !t.Has("price") {
		return nil
	}
	if text := t.Text("price"); p.book.price(text) != nil {
		return p.book.price(text)
	} else if t.Faulty("price") || len(text) == 0 || text[0] < '0' || text[0] > '9' {
		t.Fault("price", "no price of %q; %s; or a price such as \"50 USD/kg\"", text, conf.Hint(text, p.book.priceNames()))
		return nil
	}
	return &Price{Name: t.Path(), Value: t.Quantity("price", "USD/kg", conf.Positive), Date: "–", Market: "the plant file", Origin: own()}
}

// rareEarths lists those of a system.
func rareEarths(sys *chem.System) (all []string) {
	for _, e := range sys.Elements {
		if e.Group == "ree" {
			all = append(all, e.Symbol)
		}
	}
	return all
}

func (p *Plan) readLedger(t *conf.Table, s Surroundings) {
	p.Allocation = t.ChoiceOr("allocation", "mass", "mass", "value", "moles")
	if t.Has("feed") {
		p.Feed = s.Streams(t, "feed")
	}
	p.electricity = t.ChoiceOr("electricity", p.book.Electricity[0].Name, names(p.book.Electricity, func(f Factor) string { return f.Name })...)
	p.heat = t.ChoiceOr("heat", p.book.Heat[0].Name, names(p.book.Heat, func(f Factor) string { return f.Name })...)
	p.efficiency = t.QuantityOr("heat_efficiency", "1", 0, fraction())
	t.Close()
}

func (p *Plan) readNorm(all *conf.Table, s Surroundings) {
	for _, name := range all.Keys() {
		t := all.Table(name)
		known := p.book.nuclideNames()
		f := Followed{Nuclide: name, Activity: t.Quantity("activity", "Bq/kg", conf.NonNegative), Origin: own().under(t)}
		if streams := s.Streams(t, "in"); len(streams) == 1 {
			f.Stream = streams[0]
		} else if len(streams) > 1 {
			t.Fault("in", "needs one stream")
		}
		if i := slices.IndexFunc(known, func(n string) bool { return strings.HasSuffix(name, "-"+n) }); i >= 0 { // of a part
			f.Nuclide = known[i]
		} else if !slices.Contains(known, name) {
			all.Fault(name, "no nuclide %q; %s", name, conf.Hint(name, known))
		}
		t.Close()
		p.Followed = append(p.Followed, f)
	}
	all.Close()
}

func (p *Plan) readDischarges(all *conf.Table, permits []Permit, s Surroundings) {
	known := names(permits, func(p Permit) string { return p.Name })
	for _, name := range all.Keys() {
		t := all.Table(name)
		d := Discharge{Name: name}
		if streams := s.Streams(t, "stream"); len(streams) == 1 {
			d.Stream = streams[0]
		} else if len(streams) > 1 {
			t.Fault("stream", "needs one stream")
		}
		for _, wanted := range t.Texts("permit") {
			if i := slices.Index(known, wanted); i >= 0 {
				d.Permits = append(d.Permits, permits[i])
			} else {
				t.Fault("permit", "no permit %q; %s", wanted, conf.Hint(wanted, known))
			}
		}
		for key, to := range map[string]*string{"pH": &d.PH, "alkalinity": &d.Alkalinity, "acidity": &d.Acidity} {
			if t.Has(key) {
				*to = s.Reading(t, key)
			}
		}
		t.Close()
		p.Discharges = append(p.Discharges, d)
	}
	all.Close()
}
