package cost

import (
	"cmp"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
)

// Flow is a stream of a solved plant.
type Flow struct {
	Name     string
	From, To string // units, "" outside the plant
	Enters   bool   // through the plant's border, drawn or fed
	Leaves   bool
	Drawn    bool
	N        []float64 // mol/s by component
}

// Machine is a unit of a solved plant.
type Machine struct {
	Tag, Kind string
	Heated    bool               // it is held at a temperature that somebody set
	ByPower   bool               // its heat is made by its power
	Water     float64            // W that its inlets' water takes up from their temperature to that of the outlets
	Watts     map[string]float64 // its signals in W
	Uptakes   []Uptake           // what its first outlet takes up by shares that are data
}

// Uptake is what a product takes up in a unit by a share that is data, not physics: from vessel, tools, air.
type Uptake struct {
	What       string
	Kg, Lo, Hi float64   // kg/s that is taken, and at the ends of the range of the data
	Atoms      []float64 // mol of each element per kg
	Class      chem.Class
	Source     string
}

// Solved is a solved plant as an account needs it.
type Solved struct {
	System   *chem.System
	Flows    []Flow
	Units    []Machine
	From, To []string                           // streams of its recovery, for a file that names no feed or product
	Value    func(path string) (float64, error) // a reading, SI
}

// Account is what a plan asks of a solved plant. Parts that have nothing to say are empty.
type Account struct {
	Products   map[string]Product
	Ledger     *Ledger
	Activity   *Activity
	Discharges map[string]Held
}

// Account works out the products, the ledger, activities and discharges of a solved plant.
func (p *Plan) Account(s Solved) (*Account, error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	a := &Account{Products: map[string]Product{}, Discharges: map[string]Held{}}
	wanted := p.wanted(s)
	for i, w := range wanted {
		product := p.book.product(s.System, w, s.sum(w.Streams), s.inventory(w))
		product.No = i + 1
		a.Products[w.Name] = product
	}
	a.Ledger = p.ledger(s, wanted, a.Products)
	a.Activity = p.activity(s)
	for _, d := range p.Discharges {
		held, err := d.held(s)
		if err != nil {
			return nil, err
		}
		a.Discharges[d.Name] = held
	}
	return a, nil
}

// wanted are the products of the plan; of one that names none, the streams in which its recovery is measured, without a grade.
func (p *Plan) wanted(s Solved) []Wanted {
	if len(p.Products) > 0 || len(s.To) == 0 {
		return p.Products
	}
	w := Wanted{Name: s.To[0], Streams: s.To, Of: rareEarths(s.System), Form: "oxide", inferred: true}
	metal := make([]float64, len(s.System.Components))
	for c, v := range s.sum(s.To) {
		if s.System.Components[c].Family == "metal" {
			metal[c] = v
		}
	}
	if s.rare(metal) > 0.5*s.rare(s.sum(s.To)) {
		w.Form = "metal"
	}
	return []Wanted{w}
}

// feed are the streams that the plant works up.
func (p *Plan) feed(s Solved) (names []string) {
	if len(p.Feed) > 0 {
		return p.Feed
	}
	if len(s.From) > 0 {
		return s.From
	}
	for _, f := range s.Flows {
		if f.Enters && !f.Drawn && s.rare(f.N) > 0 {
			names = append(names, f.Name)
		}
	}
	return names
}

// rare is the mass (kg/s) of the rare earths of a flow.
func (s Solved) rare(n []float64) (mass float64) {
	for e, el := range s.System.Elements {
		if el.Group == "ree" {
			mass += el.Mass * s.System.ElementFlow(e, n)
		}
	}
	return mass
}

func (s Solved) flow(name string) (Flow, bool) {
	i := slices.IndexFunc(s.Flows, func(f Flow) bool { return f.Name == name })
	if i < 0 {
		return Flow{}, false
	}
	return s.Flows[i], true
}

// sum adds streams.
func (s Solved) sum(names []string) []float64 {
	all := make([]float64, len(s.System.Components))
	for _, name := range names {
		f, _ := s.flow(name)
		for c, v := range f.N {
			all[c] += v
		}
	}
	return all
}

// Activity is what the streams at the border hold of radioactive elements.
type Activity struct {
	Streams map[string]Active `json:"streams"`
	NoData  []string          `json:"no_data,omitempty"` // nuclides that nothing is known of: not analysed, or not in the plant's chemistry
}

// Active is one stream. Activities are of its whole mass, wet.
type Active struct {
	No       int                  `json:"no"`
	Border   string               `json:"border"` // "in" or "out"
	Nuclides map[string]NuclideIn `json:"nuclides"`
}

// NuclideIn is the activity of one nuclide in a stream, and the limit that it comes nearest to.
type NuclideIn struct {
	Value   float64 `json:"Bq_kg"`
	AtMost  bool    `json:"at_most,omitempty"` // no unit follows it: all of what is fed, were it to end here; said of streams of a tenth of the mass that brings it, or more
	Limit   string  `json:"limit,omitempty"`
	OfLimit float64 `json:"of_limit,omitempty"`
	Origin
}

// activity is nil where neither the plant's elements nor its file name a nuclide.
func (p *Plan) activity(s Solved) *Activity {
	a := &Activity{Streams: map[string]Active{}}
	for i, f := range s.Flows {
		mass := s.System.Mass(f.N)
		if !f.Enters && !f.Leaves || f.Drawn || !(mass > 0) || s.System.PhaseMass(chem.Gas, f.N) > 0.5*mass {
			continue
		}
		active := Active{No: i + 1, Border: "out", Nuclides: map[string]NuclideIn{}}
		if f.Enters {
			active.Border = "in"
		}
		for _, n := range p.book.Nuclides {
			e, ok := s.System.Element(n.Element)
			if !ok {
				continue
			}
			if kg := s.System.Elements[e].Mass * s.System.ElementFlow(e, f.N); kg != 0 {
				active.Nuclides[n.Name] = p.book.limitOf(n.Name, NuclideIn{Value: kg * n.Activity / mass, Origin: n.Origin})
			}
		}
		p.followed(s, f, mass, active.Nuclides)
		if len(active.Nuclides) > 0 {
			a.Streams[f.Name] = active
		}
	}
	known := false
	for _, n := range p.book.Nuclides {
		_, ok := s.System.Element(n.Element)
		known = known || ok
		told := false
		for _, stream := range a.Streams {
			_, here := stream.Nuclides[n.Name]
			told = told || here
		}
		if !told {
			a.NoData = append(a.NoData, n.Name)
		}
	}
	if len(a.Streams) == 0 && !known {
		return nil
	}
	return a
}

// boundShare is the least mass of a stream, over that of the stream that brings a nuclide which no unit follows, of which an upper bound is said:
// that of a gram of metal with all the radium of tonnes of ash would be right and say nothing.
const boundShare = 0.1

// followed adds what comes with some streams and is followed by no unit: in a stream that leaves all of it at most.
func (p *Plan) followed(s Solved, f Flow, mass float64, to map[string]NuclideIn) {
	for _, n := range p.Followed {
		from, _ := s.flow(n.Stream)
		value := NuclideIn{Value: n.Activity, Origin: n.Origin}
		switch {
		case f.Name == n.Stream:
		case f.Enters || mass < boundShare*s.System.Mass(from.N):
			continue
		default:
			value.Value, value.AtMost = to[n.Nuclide].Value+n.Activity*s.System.Mass(from.N)/mass, true
		}
		to[n.Nuclide] = p.book.limitOf(n.Nuclide, value)
	}
}

// limitOf names the lowest limit of a nuclide.
func (b *Book) limitOf(nuclide string, v NuclideIn) NuclideIn {
	for _, l := range b.Activities {
		if share := v.Value / l.Most; slices.Contains(l.Of, nuclide) && share > v.OfLimit {
			v.Limit, v.OfLimit = l.Name, share
		}
	}
	return v
}

// Held is a discharge held against its permits.
type Held struct {
	Stream string `json:"stream"`
	Lines  []Line `json:"lines"`
	Met    *bool  `json:"met"` // nil: something is not known and nothing is broken
}

// Line is one limit of a permit.
type Line struct {
	What   string   `json:"what"` // element, "solids", "dissolved", "pH", "alkalinity"
	Permit string   `json:"permit"`
	Unit   string   `json:"unit"`  // "mg/L" of the whole water (alkalinity as CaCO3), "1"
	Value  *float64 `json:"value"` // nil: not known
	Lo     *float64 `json:"lo,omitempty"`
	Hi     *float64 `json:"hi,omitempty"`
	Met    *bool    `json:"met"`
	Why    string   `json:"why,omitempty"`
}

// held holds a discharge against each limit of its permits.
func (d Discharge) held(s Solved) (Held, error) {
	h := Held{Stream: d.Stream, Lines: []Line{}}
	f, _ := s.flow(d.Stream)
	volume := s.System.Volume(f.N)
	read := func(path string) (*float64, error) {
		if path == "" {
			return nil, nil
		}
		v, err := s.Value(path)
		if err != nil || math.IsNaN(v) {
			return nil, err
		}
		return &v, nil
	}
	pH, err1 := read(d.PH)
	alkalinity, err2 := read(d.Alkalinity)
	acidity, err3 := read(d.Acidity)
	if err := cmp.Or(err1, err2, err3); err != nil {
		return h, err
	}
	for _, p := range d.Permits {
		for _, l := range p.Elements {
			line := Line{What: l.Name, Permit: p.Name, Hi: &l.Value}
			if kg, ok := s.whole(l.Name, f.N); !ok {
				line.Why = "the plant has no such element"
				if l.Name == "dissolved" {
					line.Why = "the plant has no water"
				}
			} else if volume > 0 {
				v := 1000 * kg / volume
				line.Value = &v
			}
			h.add(line)
		}
		if len(p.PH) == 2 {
			h.add(Line{What: "pH", Permit: p.Name, Value: pH, Lo: &p.PH[0], Hi: &p.PH[1], Why: "no reading of pH is named"})
		}
		if p.Alkaline {
			h.add(Line{What: "alkalinity", Permit: p.Name, Value: alkalinity, Lo: acidity, Why: "no reading of alkalinity and acidity is named"})
		}
	}
	h.conclude()
	return h, nil
}

// whole is the mass (kg/s) of an element, dissolved or not, of all solids or of all that is dissolved; false where the plant has no such element, or no water.
func (s Solved) whole(what string, n []float64) (float64, bool) {
	if what == "solids" {
		return s.System.PhaseMass(chem.Solid, n), true
	}
	if what == "dissolved" {
		water := s.System.Solvent(chem.Aqueous)
		if water < 0 {
			return 0, false
		}
		return s.System.PhaseMass(chem.Aqueous, n) - n[water]*s.System.Components[water].M, true
	}
	e, ok := s.System.Element(what)
	if !ok {
		return 0, false
	}
	return s.System.Elements[e].Mass * s.System.ElementFlow(e, n), true
}

func (h *Held) add(l Line) {
	if l.Unit = "mg/L"; l.What == "pH" {
		l.Unit = "1"
	}
	if l.Value != nil && (l.Lo != nil || l.Hi != nil) {
		met := (l.Lo == nil || *l.Value >= *l.Lo) && (l.Hi == nil || *l.Value <= *l.Hi)
		l.Met, l.Why = &met, ""
	}
	h.Lines = append(h.Lines, l)
}

func (h *Held) conclude() {
	met, known := true, true
	for _, l := range h.Lines {
		known = known && l.Met != nil
		met = met && (l.Met == nil || *l.Met)
	}
	if len(h.Lines) > 0 && (known || !met) {
		h.Met = &met
	}
}
