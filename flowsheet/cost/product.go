package cost

import (
	"cmp"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
)

// Product is a product of a solved plant, judged by its grade. Fractions are of mass, 0 to 1.
type Product struct {
	No         int      `json:"no"`                 // order in the plant's file
	Inferred   bool     `json:"inferred,omitempty"` // the file names no product: what its recovery is measured in
	Streams    []string `json:"streams"`
	Grade      string   `json:"grade,omitempty"`
	Convention string   `json:"convention"` // "oxide" or "metal"
	Of         []string `json:"of"`

	Mass     float64            `json:"kg_s"`         // of the streams, all of it
	Content  float64            `json:"content_kg_s"` // own elements by the convention: what "per kg" of the ledger means
	Total    *float64           `json:"total"`        // rare earths by the convention ÷ mass
	Relative *float64           `json:"relative"`     // own elements ÷ all rare earths, by the convention
	Shares   map[string]float64 `json:"shares"`       // of the own elements, by the convention

	Demands    []Demand           `json:"demands"`
	Impurities map[string]float64 `json:"impurities"`                 // ÷ mass: other rare earths by the convention, others as element, those with a limit in its form
	Limiting   *Limiting          `json:"limiting"`                   // nil where nothing is known or nothing is asked
	Met        *bool              `json:"met"`                        // nil: no grade, or some demand is not known and none is broken
	Absent     []string           `json:"not_in_the_plant,omitempty"` // elements with a limit that no stream of the plant holds, the file's inventory being complete
	Assumed    []string           `json:"assumed_pick_up,omitempty"`  // demands that rest on a pick-up that nobody measured
	Beyond     []string           `json:"beyond_at_worst,omitempty"`  // demands that are met, but not at the upper end of their pick-up's range
}

// Demand is one line of a grade.
type Demand struct {
	What  string   `json:"what"`  // "total", "relative", "content", or what is limited
	Sense string   `json:"sense"` // "least" or "most"
	Limit float64  `json:"limit"`
	Value *float64 `json:"value"` // nil: not known
	Used  *float64 `json:"used"`  // of the impurity that is allowed: 1 at the limit
	Met   *bool    `json:"met"`
	By    string   `json:"by,omitempty"`  // what stands most against it
	Why   string   `json:"why,omitempty"` // it is not known

	Absent []string `json:"not_in_the_plant,omitempty"` // elements that no stream of the plant holds
	Taken  []Taken  `json:"pick_up,omitempty"`          // what of the value is taken up by a share that is data
	Lo     *float64 `json:"low,omitempty"`              // the value at the ends of the ranges of those shares
	Hi     *float64 `json:"high,omitempty"`
	Origin
}

// Limiting is the demand that is furthest beyond its limit, or nearest to it, and the impurity behind it.
type Limiting struct {
	Impurity string  `json:"impurity"`
	Demand   string  `json:"demand"`
	Used     float64 `json:"used"`
}

// makeup is a product's flow taken apart.
type makeup struct {
	book *Book
	sys  *chem.System
	form string // convention
	mass float64
	part []float64 // kg/s of each element
}

func (b *Book) makeup(sys *chem.System, form string, n []float64) *makeup {
	m := &makeup{book: b, sys: sys, form: form, mass: sys.Mass(n), part: make([]float64, len(sys.Elements))}
	for e := range sys.Elements {
		m.part[e] = sys.Elements[e].Mass * sys.ElementFlow(e, n)
	}
	return m
}

// counted is the mass (kg/s) of an element by the convention.
func (m *makeup) counted(e int) float64 {
	if m.form == "metal" {
		return m.part[e]
	}
	return m.part[e] * m.book.per(m.sys, m.book.oxide(m.sys.Elements[e].Symbol), e)
}

// oxide is the trade oxide of a rare earth.
func (b *Book) oxide(symbol string) string {
	if name, ok := b.oxides[symbol]; ok {
		return name
	}
	return symbol + "2O3"
}

// per is the mass of a formula over that of element e in it. The formula holds e and oxygen.
func (b *Book) per(sys *chem.System, formula string, e int) float64 {
	atoms, err := chem.Atoms(formula)
	if err != nil {
		return math.NaN() // checked when it was read
	}
	o, _ := sys.Element("O")
	own := atoms[sys.Elements[e].Symbol] * sys.Elements[e].Mass
	if e == o {
		return 1
	}
	return 1 + atoms["O"]*sys.Elements[o].Mass/own
}

// name is what an element is called by the convention.
func (m *makeup) name(e int) string {
	el := m.sys.Elements[e]
	if el.Group == "ree" && m.form == "oxide" {
		return m.book.oxide(el.Symbol)
	}
	return el.Symbol
}

// burnt is the mass of water and carbon dioxide that would leave on ignition.
func (m *makeup) burnt() float64 {
	lost := 0.0
	o, _ := m.sys.Element("O")
	for symbol, atoms := range map[string]float64{"H": 0.5, "C": 2} { // of oxygen
		e, _ := m.sys.Element(symbol)
		lost += m.part[e] * (1 + atoms*m.sys.Elements[o].Mass/m.sys.Elements[e].Mass)
	}
	return lost
}

// limited is the mass of what a limit counts, as far as the plant has its elements; ok is false where it has none of them.
func (m *makeup) limited(name string) (mass float64, ok bool) {
	f, err := formOf(name)
	if err != nil {
		return 0, false
	}
	if f.loss {
		return m.burnt(), true
	}
	for _, p := range f.parts {
		e, there := m.sys.Element(p.element)
		if !there {
			continue
		}
		ok = true
		mass += m.part[e] * m.book.per(m.sys, p.formula, e)
	}
	return mass, ok
}

// product judges the flow n (mol/s by component) of a product.
func (b *Book) product(sys *chem.System, w Wanted, n []float64, inv inventory) Product {
	m := b.makeup(sys, w.Form, n)
	p := Product{Streams: w.Streams, Inferred: w.inferred, Convention: w.Form, Of: w.Of, Mass: m.mass, Shares: map[string]float64{}, Impurities: map[string]float64{}, Demands: []Demand{}}
	total := 0.0
	for e, el := range sys.Elements {
		if el.Group != "ree" {
			continue
		}
		total += m.counted(e)
		if slices.Contains(w.Of, el.Symbol) {
			p.Content += m.counted(e)
			p.Shares[el.Symbol] = m.counted(e)
		}
	}
	for e := range p.Shares {
		if p.Content > 0 {
			p.Shares[e] /= p.Content
		}
	}
	if m.mass > 0 {
		v := total / m.mass
		p.Total = &v
	}
	if total > 0 {
		v := p.Content / total
		p.Relative = &v
	}
	m.impurities(&p, w)
	if w.Grade != nil {
		p.Grade = w.Grade.Name
		m.judge(&p, w.Grade, inv)
	}
	return p
}

// impurities lists everything but the own elements, what has a limit in the form of the limit.
func (m *makeup) impurities(p *Product, w Wanted) {
	if !(m.mass > 0) {
		return
	}
	told := map[string]bool{"O": w.Form == "oxide", "H": w.Form == "oxide", "C": w.Form == "oxide"} // what ignition tells
	if w.Grade != nil {
		for _, l := range w.Grade.Limits {
			if v, ok := m.limited(l.Name); ok {
				p.Impurities[l.Name] = v / m.mass
			}
			f, _ := formOf(l.Name)
			for _, part := range f.parts {
				told[part.element] = true
			}
		}
	}
	if v := m.burnt(); v != 0 && w.Form == "oxide" {
		p.Impurities["loss_on_ignition"] = v / m.mass
	}
	for e, el := range m.sys.Elements {
		if m.part[e] != 0 && !told[el.Symbol] && !slices.Contains(w.Of, el.Symbol) {
			v := m.part[e]
			if el.Group == "ree" {
				v = m.counted(e)
			}
			p.Impurities[m.name(e)] = v / m.mass
		}
	}
}

// judge holds a product against its grade.
func (m *makeup) judge(p *Product, g *Grade, inv inventory) {
	least := func(what string, a Asked, value *float64, rest float64, by string) {
		if a.Value == 0 {
			return
		}
		d := Demand{What: what, Sense: "least", Limit: a.Value, Origin: a.Origin, By: by}
		switch {
		case value == nil:
			d.Why = "the product is empty"
		case rest == 0:
			d.Why, d.By = "the model carries no impurity of this kind into the product", ""
		default:
			used := math.Inf(1)
			if a.Value < 1 {
				used = (1 - *value) / (1 - a.Value)
			}
			d.settle(*value, used, *value >= a.Value)
		}
		p.Demands = append(p.Demands, d)
	}
	by, rest := m.foreign()
	least("total", g.Total, p.Total, rest, by)
	by, rest = m.otherRare(p.Of)
	least("relative", g.Relative, p.Relative, rest, by)
	var content *float64
	if m.mass > 0 {
		v := p.Content / m.mass
		content = &v
	}
	by, rest = m.otherThan(p.Of)
	least("content", g.Content, content, rest, by)
	for _, l := range g.Limits {
		d := Demand{What: l.Name, Sense: "most", Limit: l.Value, Origin: l.Origin, By: l.Name}
		v := m.limit(&d, inv)
		if f, _ := formOf(l.Name); f.loss && v == 0 {
			d.Why = "the model carries none into the product"
		}
		switch {
		case !(m.mass > 0):
			d.Why = "the product is empty"
		case d.Why == "" || v/m.mass > l.Value: // what is known may be too much already
			d.Why = ""
			d.settle(v/m.mass, v/m.mass/l.Value, v/m.mass <= l.Value)
			m.rests(&d, inv)
		}
		if d.Why != "" {
			d.By = ""
		}
		p.Demands = append(p.Demands, d)
	}
	p.conclude()
}

func (d *Demand) settle(value, used float64, met bool) {
	d.Value, d.Met = &value, &met
	if !math.IsInf(used, 0) && !math.IsNaN(used) {
		d.Used = &used
	}
}

// conclude names what limits, and whether the grade is met: broken when one demand is, met when all are, else not known.
func (p *Product) conclude() {
	met, known := true, true
	for _, d := range p.Demands {
		switch {
		case d.Met == nil:
			known = false
		case !*d.Met:
			met = false
		}
		p.remark(d)
		if d.Used != nil && (p.Limiting == nil || *d.Used > p.Limiting.Used) {
			p.Limiting = &Limiting{Impurity: d.By, Demand: d.What, Used: *d.Used}
		}
	}
	if len(p.Demands) > 0 && (known || !met) {
		p.Met = &met
	}
}

// remark notes what a demand rests on.
func (p *Product) remark(d Demand) {
	p.Absent = append(p.Absent, d.Absent...)
	if slices.ContainsFunc(d.Taken, func(t Taken) bool { return t.Class == chem.Assumed || t.Class == chem.Estimated }) {
		p.Assumed = append(p.Assumed, d.What)
	}
	if d.Hi != nil && d.Met != nil && *d.Met && *d.Hi > d.Limit {
		p.Beyond = append(p.Beyond, d.What)
	}
}

// foreign is what is no rare earth: its mass by element, the largest by name. In oxides hydrogen and carbon count by what ignition drives off,
// and oxygen belongs to the oxides.
func (m *makeup) foreign() (largest string, mass float64) {
	most := 0.0
	oxide := m.form == "oxide"
	if oxide {
		if most = m.burnt(); most > 0 {
			largest = "loss_on_ignition"
		}
		mass = most
	}
	for e, el := range m.sys.Elements {
		if el.Group == "ree" || oxide && slices.Contains([]string{"H", "C", "O"}, el.Symbol) {
			continue
		}
		v := m.part[e]
		mass += math.Abs(v)
		if v > most {
			largest, most = el.Symbol, v
		}
	}
	return largest, mass
}

// otherRare is the mass of rare earths that are not bought, and the largest of them.
func (m *makeup) otherRare(of []string) (largest string, mass float64) {
	most := 0.0
	for e, el := range m.sys.Elements {
		if el.Group != "ree" || slices.Contains(of, el.Symbol) {
			continue
		}
		v := m.counted(e)
		if mass += v; v > most {
			largest, most = m.name(e), v
		}
	}
	return largest, mass
}

// otherThan is the mass of everything that is not bought.
func (m *makeup) otherThan(of []string) (largest string, mass float64) {
	rare, a := m.otherRare(of)
	other, b := m.foreign()
	return cmp.Or(map[bool]string{true: rare, false: other}[a > b], rare, other), a + b
}
