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

// Balances closes every element and charge over each unit and over the plant, on the last solution at steady state.
func (p *Plant) Balances() Balances {
	var b Balances
	c := len(p.System.Components)
	in, out := make([]float64, c), make([]float64, c)
	for _, n := range p.nodes {
		clear(in)
		clear(out)
		for k := range n.ins {
			add(in, n.ins[k].N)
		}
		for k := range n.outs {
			if n.spec.Out[k].Drawn {
				add(in, n.outs[k].N)
			} else {
				add(out, n.outs[k].N)
			}
		}
		if len(n.in) == 0 || len(n.out) == 0 {
			continue // the plant's border
		}
		u := UnitBalance{Tag: n.tag, Closures: p.close(in, out, in)}
		for _, c := range u.Closures {
			if c.Rel >= u.Worst.Rel {
				u.Worst = c
			}
		}
		b.Units = append(b.Units, u)
	}
	p.border(in, out)
	b.Plant = p.close(in, out, in)
	for _, s := range p.streams {
		if s.drawn {
			b.Drawn = append(b.Drawn, s.name)
		}
	}
	return b
}

func add(to, n []float64) {
	for i, v := range n {
		to[i] += v
	}
}

// border sums what enters and what leaves the plant.
func (p *Plant) border(in, out []float64) {
	clear(in)
	clear(out)
	for _, s := range p.streams {
		if s.drawn || len(p.nodes[s.from].in) == 0 {
			add(in, s.flow.N)
		}
		if !s.drawn && (s.to < 0 || len(p.nodes[s.to].out) == 0) {
			add(out, s.flow.N)
		}
	}
}

// close compares what enters and what leaves, element by element; gross is the flow that charge is compared with.
func (p *Plant) close(in, out, gross []float64) []Closure {
	var cs []Closure
	for e, el := range p.System.Elements {
		c := Closure{Element: el.Symbol, In: p.System.ElementFlow(e, in), Out: p.System.ElementFlow(e, out)}
		if size := math.Max(math.Abs(c.In), math.Abs(c.Out)); size > 0 {
			c.Rel = math.Abs(c.In-c.Out) / size
		}
		cs = append(cs, c)
	}
	c := Closure{Element: "charge", In: p.System.ChargeFlow(in), Out: p.System.ChargeFlow(out)}
	carried := 0.0 // net charge may be near zero: compare with the charge carried by cations and anions
	for i, comp := range p.System.Components {
		carried += math.Abs(comp.Charge * gross[i])
	}
	if carried > 0 {
		c.Rel = math.Abs(c.In-c.Out) / carried
	}
	return append(cs, c)
}

// MaxClosure is the largest relative imbalance that a steady result may have; a worse one is an error.
const MaxClosure = 1e-8

// checkBalances refuses a solution that does not conserve.
func (p *Plant) checkBalances() error {
	b := p.Balances()
	for _, c := range b.Plant {
		if !(c.Rel <= MaxClosure) {
			return &Failure{Reason: "the plant does not balance: " + c.String()}
		}
	}
	for _, u := range b.Units {
		if !(u.Worst.Rel <= MaxClosure) {
			return &Failure{Unit: u.Tag, Reason: "does not balance: " + u.Worst.String()}
		}
	}
	return nil
}
