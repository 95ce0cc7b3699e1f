package flowsheet

import "testing"

// TangentPass carries one direction, a small change of every torn stream, through the recycles of a solved plant by the
// units' own tangents.
func (p *Plant) TangentPass() error {
	p.nudge()
	st := p.stage
	return p.tangents(p.looped(), &st)
}

// DifferencePass carries the same direction by differences of Solve, unit by unit.
func (p *Plant) DifferencePass() error {
	p.nudge()
	st := p.stage
	for _, n := range p.nodes {
		if n.probe == nil {
			n.probe = newProbe(n)
		}
	}
	own := make([]Tangenter, len(p.nodes))
	for i, n := range p.nodes {
		own[i], n.tangent = n.tangent, nil
	}
	err := p.tangents(p.looped(), &st)
	for i, n := range p.nodes {
		n.tangent = own[i]
	}
	return err
}

// TearTangents returns what the last pass made of the direction: the change of every torn stream.
func (p *Plant) TearTangents() (d []float64) {
	for _, t := range p.tears {
		d = append(d, t.link.d.N...)
	}
	return d
}

// TearFlows returns the torn streams.
func (p *Plant) TearFlows() (n []float64) {
	for _, t := range p.tears {
		n = append(n, t.link.flow.N...)
	}
	return n
}

func (p *Plant) nudge() {
	p.clearTangents()
	for _, t := range p.tears {
		for i, n := range t.flow.N {
			t.d.N[i] = n * (0.5 + float64(i%7)/7)
		}
	}
}

// looped are the units in the recycles of all blocks.
func (p *Plant) looped() (units []int) {
	for _, b := range p.blocks {
		units = append(units, b.loop...)
	}
	return units
}

// EventAllocations counts what looking for events allocates in each step.
func (p *Plant) EventAllocations() float64 {
	r := newTimeMarch(p, Schedule{})
	return testing.AllocsPerRun(10, func() {
		if _, err := r.fire(0); err != nil {
			panic(err)
		}
	})
}
