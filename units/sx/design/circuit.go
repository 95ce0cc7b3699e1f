package design

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/units/sx/cascade"
)

// The sections of a circuit.
const (
	extraction = iota
	scrub
	strip
	sections
)

var sectionNames = [sections]string{"extraction", "scrub", "strip"}

// Point is everything that a circuit's designer chooses.
type Point struct {
	Stages    [sections]int // the feed enters the last of extraction
	Organic   float64       // m3/s
	Soap      float64       // saponified part of the monomer
	ScrubFlow float64       // m3/s
	ScrubAcid float64       // mol/m3
	StripFlow float64
	StripAcid float64
}

// rare is a rare earth of a cut.
type rare struct {
	symbol string
	cation int
	group  int     // product that it is meant for, or -1: it should not be in the feed
	upper  bool    // is extracted at least as well as the heavy key
	weight float64 // kg M2O3 per mole of element, or 1 where purity is by mole
	oxide  float64 // kg M2O3 per mole of element
	fed    float64 // mol/s
}

// plan is a cut with its feed, ready to be solved at any Point.
type plan struct {
	*Spec
	cut      *Cut
	flow     float64   // m3/s of feed, base included
	tenor    []float64 // mol/m3 by component
	base     float64   // mol/s of NaOH that neutralises the feed
	baseFlow float64   // m3/s of its solution

	chem                       cascade.Chemistry
	aqueous                    []int // component of every cation
	solutes                    []int // component of every ligand, then of what takes no part
	hydrogen, soap             int
	rares                      []rare
	fedLight, fedHeavy, fedREO float64 // weighted mol/s; kg/s
	strayLight, strayHeavy     float64 // weighted: of elements that an earlier cut should have kept
	beta                       float64 // of the two keys
	kernels                    map[[sections]int]*cascade.Cascade
	last                       *cascade.Cascade // what it holds is the solution
	at                         Point            // of this
	solves                     int
	work                       float64 // see effort, and
	limit                      float64 // where a search stops
}

// newPlan prepares a cut for the feed given.
func (s *Spec) newPlan(c *Cut, flow float64, tenor []float64) (*plan, error) {
	p := &plan{Spec: s, cut: c, flow: flow, tenor: slices.Clone(tenor), soap: -1, kernels: map[[sections]int]*cascade.Cascade{}, limit: math.Inf(1)}
	p.neutralise()
	p.cations()
	light, heavy := -1, -1
	for i, q := range p.chem.Cations {
		switch q.Name {
		case c.Light:
			light = i
		case c.Heavy:
			heavy = i
		}
	}
	a, b := &p.chem.Cations[heavy], &p.chem.Cations[light]
	half := math.Log(s.extractant / 4 / chem.Molar) // of the dimer is free, where exponents differ
	p.beta = math.Exp(a.LnK - b.LnK + (a.N-b.N)*half)
	o, _ := s.system.Element("O")
	order := s.order()
	for i, q := range p.chem.Cations {
		e, ok := s.system.Element(q.Name)
		if !ok || s.system.Elements[e].Group != "ree" || i == p.hydrogen {
			continue
		}
		fed := p.flow * p.tenor[p.aqueous[i]]
		r := rare{symbol: q.Name, cation: i, fed: fed, upper: q.LnK >= a.LnK, group: -1}
		r.oxide = s.system.Elements[e].Mass + 1.5*s.system.Elements[o].Mass
		if r.weight = r.oxide; s.mole {
			r.weight = 1
		}
		if at := slices.Index(order, q.Name); at >= c.least && at <= c.most {
			r.group = 0
			if r.upper {
				r.group = 1
			}
		}
		p.fedREO += fed * r.oxide
		switch {
		case r.group == 0:
			p.fedLight += fed * r.weight
		case r.group == 1:
			p.fedHeavy += fed * r.weight
		case r.upper:
			p.strayHeavy += fed * r.weight
		default:
			p.strayLight += fed * r.weight
		}
		p.rares = append(p.rares, r)
	}
	if !(p.fedHeavy > 0 && p.fedLight > 0) {
		return nil, fmt.Errorf("cut %s: its feed has nothing to part between %s and %s", c.Name, c.Light, c.Heavy)
	}
	return p, nil
}

// sodaStrength is the NaOH that neutralises a feed, mol/m3.
const sodaStrength = 5000.0

// neutralise adds base to the feed down to the acidity asked for: a sodium hydroxide solution of sodaStrength.
func (p *plan) neutralise() {
	h, _ := p.system.Index("H+")
	na, _ := p.system.Index("Na+")
	if p.cut.FeedAcid == 0 || p.tenor[h] <= p.cut.FeedAcid {
		return
	}
	// (h V − b v)/(V + v) = asked
	p.baseFlow = p.flow * (p.tenor[h] - p.cut.FeedAcid) / (sodaStrength + p.cut.FeedAcid)
	p.base = p.baseFlow * sodaStrength
	all := p.flow + p.baseFlow
	for i := range p.tenor {
		p.tenor[i] *= p.flow / all
	}
	p.tenor[h] -= p.base / all
	p.tenor[na] += p.base / all
	p.flow = all
}

// cations makes the chemistry of the cascade: the same as that of the plant's sx_circuit.
func (p *plan) cations() {
	sys := p.system
	acid, _ := sys.Index("H+")
	taken := map[int]bool{acid: true, sys.Solvent(chem.Aqueous): true}
	p.chem = cascade.Chemistry{Reference: chem.Molar}
	for k, t := range p.Model.Terms {
		a := sys.ByKey(chem.Aqueous, t.Element)
		taken[a] = true
		if k == p.Model.Soap {
			p.soap = len(p.aqueous)
		}
		p.aqueous = append(p.aqueous, a)
		p.chem.Cations = append(p.chem.Cations, cascade.Cation{Name: sys.Elements[t.Element].Symbol, Z: t.Z, LnK: t.LnK, N: t.N, M: 2 * t.N, Fall: t.Fall})
	}
	p.hydrogen = len(p.aqueous)
	p.aqueous = append(p.aqueous, acid)
	h := cascade.Cation{Name: "H", Z: 1}
	if sulfate, ok := sys.Index("SO4-2"); ok {
		p.chem.Ligands = []string{"SO4-2"}
		h.Beta = [][2]float64{{1 / sys.Ka2().Value}}
		p.solutes, taken[sulfate] = append(p.solutes, sulfate), true
	}
	p.chem.Cations = append(p.chem.Cations, h)
	first, end := sys.Span(chem.Aqueous)
	for c := first; c < end; c++ {
		if !taken[c] {
			p.solutes = append(p.solutes, c)
			p.chem.Solutes++
		}
	}
	p.chem.Hydrogen, p.chem.Soap = p.hydrogen, p.soap
}

// circuit is the cascade's form of a point.
func (p *plan) circuit(at Point) *cascade.Circuit {
	chloride, _ := p.system.Index("Cl-")
	acid := func(name string, stages int, flow, strength float64) cascade.Section {
		s := cascade.Section{Name: name, Stages: stages, Flow: flow, X: make([]float64, len(p.aqueous)), Ligands: make([]float64, len(p.solutes)),
			OrganicCarried: p.organicCarried, AqueousCarried: p.aqCarried}
		s.X[p.hydrogen] = strength
		s.Ligands[slices.Index(p.solutes, chloride)] = strength
		return s
	}
	c := &cascade.Circuit{Organic: at.Organic, Capacity: p.extractant / 2, Bleed: p.bleed, Soap: 2 * at.Soap, Loop: true,
		Sections: []cascade.Section{
			acid(sectionNames[extraction], at.Stages[extraction], p.flow, 0),
			acid(sectionNames[scrub], at.Stages[scrub], at.ScrubFlow, at.ScrubAcid),
			acid(sectionNames[strip], at.Stages[strip], at.StripFlow, at.StripAcid),
		}}
	c.Sections[scrub].Joins = true
	feed := &c.Sections[extraction]
	for i, a := range p.aqueous {
		feed.X[i] = p.tenor[a]
	}
	for l, a := range p.solutes {
		feed.Ligands[l] = p.tenor[a]
	}
	return c
}

// tolerance is the closure of the extractant that a design is solved to.
const tolerance = 1e-9

// solve finds what the circuit does at a point: from the last solution, halfway first if need be, else cold.
func (p *plan) solve(at Point) (*state, error) {
	k := p.kernels[at.Stages]
	if k == nil {
		var err error
		if k, err = cascade.New(&p.chem, p.circuit(at)); err != nil {
			return nil, err
		}
		if len(p.kernels) > 200 { // a kernel keeps a dense matrix
			clear(p.kernels)
		}
		k.Reuse = true
		p.kernels[at.Stages] = k
	}
	p.solves++
	warm := false
	if p.last != nil {
		if k != p.last {
			stretch(k.Unknowns(), at.Stages, p.last.Unknowns(), p.at.Stages)
		}
		warm = p.follow(k, p.at, at, halvings)
	}
	if !warm {
		r, err := k.Solve(p.circuit(at), tolerance, true)
		if p.effort(k, r); err != nil {
			if k == p.last {
				p.last = nil
			}
			return nil, err
		}
	}
	p.last, p.at = k, at
	return p.read(k, at), nil
}

// effort counts what a solve took, roughly in multiplications: derivatives and their factors, evaluations. A search ends by this
// count and not by the clock, so that a slow machine finds the same design.
func (p *plan) effort(k *cascade.Cascade, r cascade.Result) {
	n, c := float64(k.Stages()), float64(len(p.aqueous))
	if r.Path != cascade.Warm { // coarse levels count for themselves
		defer func(before float64) { p.work += 2 * (p.work - before) }(p.work)
	}
	rows := n * float64(len(k.Unknowns())/k.Stages())
	p.work += float64(r.Count.Jacobians)*n*n*(2*c+n/3) + float64(r.Count.Evaluations+r.Count.Products)*(20*rows*c+n*n)
}

// halvings is how often a way is cut in two; newtons the steps of one warm solve.
const halvings, newtons = 1, 25

// follow brings the cascade's solution at a point to another.
func (p *plan) follow(k *cascade.Cascade, from, to Point, halvings int) bool {
	r, ok := k.Follow(p.circuit(to), tolerance, newtons)
	if p.effort(k, r); ok {
		return true
	}
	if halvings == 0 {
		return false
	}
	half := to
	for _, v := range [...][3]*float64{{&half.Organic, &from.Organic, &to.Organic}, {&half.Soap, &from.Soap, &to.Soap}, {&half.ScrubFlow, &from.ScrubFlow, &to.ScrubFlow},
		{&half.ScrubAcid, &from.ScrubAcid, &to.ScrubAcid}, {&half.StripFlow, &from.StripFlow, &to.StripFlow}, {&half.StripAcid, &from.StripAcid, &to.StripAcid}} {
		*v[0] = math.Sqrt(*v[1] * *v[2])
	}
	return p.follow(k, from, half, halvings-1) && p.follow(k, half, to, halvings-1)
}

// stretch interpolates the unknowns of one shape to another, section by section: each is a row over the stages.
func stretch(to []float64, shape [sections]int, from []float64, old [sections]int) {
	total := func(s [sections]int) (n int) {
		for _, v := range s {
			n += v
		}
		return n
	}
	n, m := total(shape), total(old)
	for row := range len(to) / n {
		a, b := to[row*n:(row+1)*n], from[row*m:(row+1)*m]
		for q := range shape {
			for j := range shape[q] {
				t := 0.0
				if shape[q] > 1 {
					t = float64(j) / float64(shape[q]-1) * float64(old[q]-1)
				}
				k := min(int(t), max(old[q]-2, 0))
				if a[j] = b[k]; old[q] > 1 {
					a[j] += (t - float64(k)) * (b[k+1] - b[k])
				}
			}
			a, b = a[shape[q]:], b[old[q]:]
		}
	}
}
