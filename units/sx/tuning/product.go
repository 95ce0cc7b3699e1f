package tuning

// Product is an aqueous that leaves the circuit.
type Product struct {
	Section string   `json:"section"`
	Stream  string   `json:"stream"` // its name in the plant
	Flow    float64  `json:"m3_s"`
	Group   []string `json:"group"` // the rare earths of which most leaves here
	// Of the rare earths as M2O3, by mass: part that is of the group; part of the group's feed that leaves here.
	Purity      float64 `json:"purity"`
	Recovery    float64 `json:"recovery"`
	Oxides      float64 `json:"reo_kg_s"`  // kg/s of them, all rare earths
	Tenor       float64 `json:"ree_kg_m3"` // kg/m3 of rare earths as metal
	Foreign     string  `json:"foreign"`   // the rare earth not of the group that there is most of, and its part of the oxides
	ForeignPart float64 `json:"foreign_part"`

	out  map[string]float64 // mol/s by symbol
	part map[string]float64 // of what is fed
}

// share is the part of an element's feed that leaves here.
func (p *Product) share(e *Element) float64 { return p.part[e.Symbol] }

// products reads the outlets that are an aqueous section's. With groups given (by section) these stand, else each rare earth
// belongs where most of it goes.
func (v *View) products(groups map[string][]string) {
	v.Products = nil
	for k, port := range v.unit.Spec.Out {
		if port.Drawn || port.Name == "bleed" || port.Name == "lye" || port.Name == "spent_lye" {
			continue
		}
		s := v.unit.Out[k]
		p := Product{Section: port.Name, Stream: v.unit.OutNames[k], Flow: v.sys.PhaseVolume(0, s.N), Group: groups[port.Name],
			out: map[string]float64{}, part: map[string]float64{}}
		mass := 0.0
		for _, e := range v.Rare() {
			n := s.N[e.Aqueous]
			p.out[e.Symbol] = n
			p.Oxides += n * e.Oxide
			mass += n * e.M
			if e.Fed > 0 {
				p.part[e.Symbol] = n / e.Fed
			}
		}
		if p.Flow > 0 {
			p.Tenor = mass / p.Flow
		}
		v.Products = append(v.Products, p)
	}
	if groups == nil {
		v.group()
	}
	for k := range v.Products {
		v.judge(&v.Products[k])
	}
}

// group gives each rare earth to the product that most of it goes to.
func (v *View) group() {
	for _, e := range v.Rare() {
		best := 0
		for k := range v.Products {
			if v.Products[k].part[e.Symbol] > v.Products[best].part[e.Symbol] {
				best = k
			}
		}
		if len(v.Products) > 0 && v.Products[best].part[e.Symbol] > 0 {
			v.Products[best].Group = append(v.Products[best].Group, e.Symbol)
		}
	}
}

// judge finds purity, recovery and the worst foreigner of a product.
func (v *View) judge(p *Product) {
	own, fed := 0.0, 0.0
	for _, e := range v.Rare() {
		mass, mine := p.out[e.Symbol]*e.Oxide, false
		for _, g := range p.Group {
			mine = mine || g == e.Symbol
		}
		if mine {
			own, fed = own+mass, fed+e.Fed*e.Oxide
		} else if p.Oxides > 0 && mass/p.Oxides > p.ForeignPart {
			p.Foreign, p.ForeignPart = e.Symbol, mass/p.Oxides
		}
	}
	if p.Oxides > 0 {
		p.Purity = own / p.Oxides
	}
	if fed > 0 {
		p.Recovery = own / fed
	}
}

// Groups are the products' elements by section, to hold them while a circuit is moved.
func (v *View) Groups() map[string][]string {
	all := map[string][]string{}
	for _, p := range v.Products {
		all[p.Section] = p.Group
	}
	return all
}
