package flowsheet

import "math"

// Closure is the balance of one element (or of charge) over a unit or the plant.
type Closure struct {
	Element string  // "charge" for the charge balance
	In, Out float64 // mol/s
	Rel     float64 // |In − Out| over the larger of the two; 0 when nothing flows
}

// UnitBalance is the balance of one unit: every element and charge, and the worst of them.
type UnitBalance struct {
	Tag      string
	Closures []Closure
	Worst    Closure
}

// Balances is what a result shows of conservation.
type Balances struct {
	Plant []Closure // every element, then charge
	Units []UnitBalance
	Drawn []string // streams that units draw from outside the plant, counted as entering
}

// MaxClosure is the largest relative imbalance that a steady result may have; a worse one is an error.
const MaxClosure = 1e-8

// Balances closes every element and charge over each unit and over the plant, on the last solution at steady state.
func (p *Plant) Balances() Balances {
	var b Balances
	all := len(p.System.Elements) + 1
	for _, n := range p.nodes {
		if n.atBorder() {
			continue
		}
		p.around(n)
		u := UnitBalance{Tag: n.tag, Worst: p.worstClosure()}
		for e := range all {
			u.Closures = append(u.Closures, p.closure(e))
		}
		b.Units = append(b.Units, u)
	}
	p.border()
	for e := range all {
		b.Plant = append(b.Plant, p.closure(e))
	}
	for _, s := range p.streams {
		if s.drawn {
			b.Drawn = append(b.Drawn, s.name)
		}
	}
	return b
}

// checkBalances refuses a solution that does not conserve.
func (p *Plant) checkBalances() error {
	p.border()
	if c := p.worstClosure(); !(c.Rel <= MaxClosure) {
		return &Failure{Reason: "the plant does not balance: " + c.String()}
	}
	for _, n := range p.nodes {
		if n.atBorder() {
			continue
		}
		p.around(n)
		if c := p.worstClosure(); !(c.Rel <= MaxClosure) {
			return &Failure{Unit: n.tag, Reason: "does not balance: " + c.String()}
		}
	}
	return p.checkEnergy()
}

// atBorder says that a unit only brings streams into the plant or takes them out of it.
func (n *node) atBorder() bool { return len(n.in) == 0 || len(n.out) == 0 }

// around sums what enters and what leaves a unit.
func (p *Plant) around(n *node) {
	clear(p.entering)
	clear(p.leaving)
	for k := range n.ins {
		add(p.entering, n.ins[k].N)
	}
	for k := range n.outs {
		if n.spec.Out[k].Drawn {
			add(p.entering, n.outs[k].N)
		} else {
			add(p.leaving, n.outs[k].N)
		}
	}
}

// border sums what enters and what leaves the plant.
func (p *Plant) border() {
	clear(p.entering)
	clear(p.leaving)
	for _, s := range p.streams {
		if s.enters(p) {
			add(p.entering, s.flow.N)
		}
		if !s.drawn && (s.to < 0 || len(p.nodes[s.to].out) == 0) {
			add(p.leaving, s.flow.N)
		}
	}
}

func add(to, n []float64) {
	for i, v := range n {
		to[i] += v
	}
}

// nothing is the share of all that flows below which an element is not there: what a state that decays to zero leaves over.
const nothing = 1e-18

// closure compares what enters and what leaves: element e, or charge behind the last element. Net charge may be near
// zero, so it is compared with the charge that all ions carry.
func (p *Plant) closure(e int) Closure {
	if e < len(p.System.Elements) {
		c := Closure{Element: p.System.Elements[e].Symbol, In: p.System.ElementFlow(e, p.entering), Out: p.System.ElementFlow(e, p.leaving)}
		floor := nothing * math.Max(flowSize(p.entering), flowSize(p.leaving))
		if size := math.Max(floor, math.Max(math.Abs(c.In), math.Abs(c.Out))); size != 0 { // NaN stays NaN: it does not close
			c.Rel = math.Abs(c.In-c.Out) / size
		}
		return c
	}
	c := Closure{Element: "charge", In: p.System.ChargeFlow(p.entering), Out: p.System.ChargeFlow(p.leaving)}
	carried := 0.0
	for i, comp := range p.System.Components {
		carried += math.Abs(comp.Charge) * math.Max(math.Abs(p.entering[i]), math.Abs(p.leaving[i]))
	}
	if carried != 0 {
		c.Rel = math.Abs(c.In-c.Out) / carried
	}
	return c
}

func (p *Plant) worstClosure() Closure {
	worst := p.closure(0)
	for e := 1; e <= len(p.System.Elements); e++ {
		if c := p.closure(e); !(c.Rel <= worst.Rel) {
			worst = c
		}
	}
	return worst
}
