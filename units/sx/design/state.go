package design

import (
	"fmt"
	"math"

	"reetwin/units/sx/cascade"
)

// state is what a circuit does at a point, on the rigorous model.
type state struct {
	at Point

	raffinate, liquor []float64 // mol/s of every cation, then of every solute
	raffinateFlow     float64   // m3/s
	liquorFlow        float64
	heavyLost         float64 // ln of what of the heavy stays, over what may; +Inf where nothing is extracted
	lightLost         float64 // ln of what of the light goes along, over what may
	purity, recovery  [2]float64
	loading, ph       float64 // worst, and where
	loadingAt, phAt   string
	rare              float64 // most rare earths on the organic, mol/m3, and where
	rareAt            string
	free              float64 // least free part of the extractant
	carried           float64 // charge of metals on the organic that leaves extraction, per monomer
	consumed          float64 // part of the scrub acid that does not go on into extraction
	residual          float64 // rare earths that come back from the strip, of those that went
	stays             string  // the one that makes up most of it
	ratio             [sections]float64
	soda, acid, lime  float64 // mol/s; soda with that of the feed
	volume            float64 // m3 of mixers and settlers
	cost              float64 // USD/s
	path              string
	imbalance         float64 // worst of the cations', relative to what enters
	imbalanceOf       string
}

// read takes the state off a solved cascade.
func (p *plan) read(k *cascade.Cascade, at Point) *state {
	s := &state{at: at, ph: math.Inf(-1), free: 1}
	s.raffinate, s.raffinateFlow = p.product(k, extraction)
	s.liquor, s.liquorFlow = p.product(k, strip)
	y := make([]float64, len(p.aqueous))
	k.Inventories(k.Stages()-1, y)
	s.soda = k.Soaped(y[p.hydrogen]) + p.base
	to := make([]float64, len(y))
	k.Inventories(at.Stages[extraction]+at.Stages[scrub]-1, to)
	fed := make([]float64, len(y))
	k.Inventories(at.Stages[extraction]-1, fed)
	for i, v := range fed {
		if i != p.hydrogen {
			s.carried += p.chem.Cations[i].Z * v / p.extractant
		}
	}
	s.consumed = max(0, 1-k.Aqueous(at.Stages[extraction])[p.hydrogen]/at.ScrubAcid)
	back, went, most := 0.0, 0.0, 0.0
	for _, r := range p.rares {
		back, went = back+y[r.cation], went+to[r.cation]
		if y[r.cation] > most {
			most, s.stays = y[r.cation], r.symbol
		}
	}
	s.residual = back / went
	s.acid = at.ScrubFlow*at.ScrubAcid + at.StripFlow*at.StripAcid
	for j := range k.Stages() {
		if l := k.Loading(j); l > s.loading {
			s.loading, s.loadingAt = l, at.place(j)
		}
		if h := 3 - math.Log10(k.FreeAcid(j)); h > s.ph {
			s.ph, s.phAt = h, at.place(j)
		}
		s.free = min(s.free, k.FreeDimer(j)/(p.extractant/2))
		k.Inventories(j, y)
		sum := 0.0
		for _, r := range p.rares {
			sum += y[r.cation]
		}
		if sum > s.rare {
			s.rare, s.rareAt = sum, at.place(j)
		}
	}
	aqueous := [sections]float64{p.flow + at.ScrubFlow, at.ScrubFlow, at.StripFlow}
	for q := range aqueous {
		s.ratio[q] = at.Organic / aqueous[q]
		s.volume += float64(at.Stages[q]) * (at.Organic + aqueous[q]) * (p.mixer + p.settler)
	}
	s.lime = max(0, s.raffinate[p.hydrogen]) / 2
	s.cost = s.volume*p.stageCost + s.acid*molarHCl*p.acidCost + s.soda*molarNaOH*p.soda + s.lime*molarLime*p.lime
	p.judge(s)
	return s
}

// Molar masses of the reagents, kg/mol, for their prices: IUPAC 2021 weights of H, Cl, Na, O, Ca.
const molarHCl, molarNaOH, molarLime = 0.036458, 0.039997, 0.074092

// product is what leaves with the aqueous of a section, mol/s, and its flow.
func (p *plan) product(k *cascade.Cascade, section int) (n []float64, flow float64) {
	flow, _, j := k.Leaving(section)
	for _, x := range k.Aqueous(j) {
		n = append(n, flow*x)
	}
	for l := range p.solutes {
		n = append(n, flow*k.Dissolved(l, j))
	}
	return n, flow
}

// nothing is a loss over what may be lost that is as good as none: it keeps the logarithm in bounds, on the safe side.
const nothing = 1e-3

// judge compares the products with what is asked.
//
//	heavyLost = ln max( (others/light)raffinate / ((1−P)/P),  (1 − heavy in liquor/heavy fed)/(1−R) )
func (p *plan) judge(s *state) {
	var main, rest [2]float64 // by product: its own group, all other rare earths
	for _, r := range p.rares {
		for k, n := range [2][]float64{s.raffinate, s.liquor} {
			v := n[r.cation] * r.weight
			if r.group == k {
				main[k] += v
			} else {
				rest[k] += v
			}
		}
	}
	s.purity = [2]float64{main[0] / (main[0] + rest[0]), main[1] / (main[1] + rest[1])}
	s.recovery = [2]float64{main[0] / p.fedLight, main[1] / p.fedHeavy}
	side := func(impurity, main, purity, left, fed, recovery float64) float64 {
		worst := 0.0
		if purity > 0 {
			worst = impurity / main / ((1 - purity) / purity)
		}
		if recovery > 0 {
			worst = max(worst, (1-left/fed)/(1-recovery))
		}
		return math.Log(worst + nothing)
	}
	c := p.cut
	s.heavyLost = side(rest[0], main[0], c.Raffinate.Purity, main[1], p.fedHeavy, c.Strip.Recovery)
	s.lightLost = side(rest[1], main[1], c.Strip.Purity, main[0], p.fedLight, c.Raffinate.Recovery)
}

// place names stage j, counted along the organic.
func (at *Point) place(j int) string {
	for q, n := range at.Stages {
		if j < n {
			return fmt.Sprintf("%s stage %d", sectionNames[q], j+1)
		}
		j -= n
	}
	return ""
}

// Limit is a bound of the plant and what a design comes to.
type Limit struct {
	Name  string  `json:"name"`  // key of the window, or of the specification
	Where string  `json:"where"` // section or stage
	Value float64 `json:"value"` // SI
	Bound float64 `json:"bound"`
	Unit  string  `json:"unit"`
	Above bool    `json:"above"`  // the bound is the largest value allowed
	Part  float64 `json:"-"`      // how far beyond: ln of value over bound, or of bound over value
	Saves float64 `json:"saving"` // part of the cost that a bound moved by 5 % would save
	set   func(*Given, float64)
}

// limits compares a state with the windows; those of numbers that the search chooses hold by themselves.
func (p *plan) limits(s *state) []Limit {
	var all []Limit
	add := func(name, where, unit string, value, bound float64, above bool, set func(*Given, float64)) {
		l := Limit{Name: name, Where: where, Value: value, Bound: bound, Unit: unit, Above: above, set: set}
		switch {
		case name == "pH_max":
			l.Part = value - bound
		case above:
			l.Part = math.Log(value / bound)
		default:
			l.Part = math.Log(bound / value)
		}
		all = append(all, l)
	}
	at := &s.at
	add("loading_max", s.loadingAt, "1", s.loading, p.loading, true, func(g *Given, v float64) { g.loading = v })
	add("strip_residual_max", s.stays+" on the organic", "1", s.residual, p.residualMax, true, func(g *Given, v float64) { g.residualMax = v })
	add("pH_max", s.phAt, "1", s.ph, p.phMax, true, func(g *Given, v float64) { g.phMax = v })
	add("saponification_max", "organic", "1", at.Soap, p.soapHi, true, func(g *Given, v float64) { g.soapHi = v })
	if p.soapLo > 0 {
		add("saponification_min", "organic", "1", at.Soap, p.soapLo, false, func(g *Given, v float64) { g.soapLo = v })
	}
	for q, ratio := range s.ratio {
		add("O_A_max", sectionNames[q], "1", ratio, p.ratioHi, true, func(g *Given, v float64) { g.ratioHi = v })
		add("O_A_min", sectionNames[q], "1", ratio, p.ratioLo, false, func(g *Given, v float64) { g.ratioLo = v })
	}
	add("scrub_acid_max", "scrub", "mol/m3", at.ScrubAcid, p.scrubHi, true, func(g *Given, v float64) { g.scrubHi = v })
	add("scrub_acid_min", "scrub", "mol/m3", at.ScrubAcid, p.scrubLo, false, func(g *Given, v float64) { g.scrubLo = v })
	add("strip_acid_max", "strip", "mol/m3", at.StripAcid, p.stripHi, true, func(g *Given, v float64) { g.stripHi = v })
	add("strip_acid_min", "strip", "mol/m3", at.StripAcid, p.stripLo, false, func(g *Given, v float64) { g.stripLo = v })
	total := 0
	for q, n := range at.Stages {
		total += n
		if q == strip {
			add("strip_stages_max", sectionNames[q], "1", float64(n), float64(p.stripMost), true, func(g *Given, v float64) { g.stripMost = int(math.Ceil(v)) })
			continue
		}
		add("section_stages_max", sectionNames[q], "1", float64(n), float64(p.section), true, func(g *Given, v float64) { g.section = int(math.Ceil(v)) })
	}
	add("stages_max", "circuit", "1", float64(total), float64(p.total), true, func(g *Given, v float64) { g.total = int(math.Ceil(v)) })
	return all
}
