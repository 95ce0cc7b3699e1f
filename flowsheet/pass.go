package flowsheet

import "fmt"

// pass solves the given units in order, each with what the torn streams and the units before it give.
func (p *Plant) pass(units []int, st *Stage) error {
	for _, i := range units {
		n := p.nodes[i]
		p.gather(n)
		var err error
		if n.hold != nil {
			err = n.hold.solve(p, st)
		} else {
			err = p.solveUnit(n, st)
		}
		if err != nil {
			return &Failure{Unit: n.tag, Reason: err.Error(), Cause: err}
		}
	}
	return nil
}

// solveUnit solves one unit with its inlets as they stand.
func (p *Plant) solveUnit(n *node, st *Stage) error {
	at := n.at(st)
	err := n.unit.Solve(at, n.u, n.x, n.ins, n.outs)
	if err != nil && !at.Cold { // a start value from another regime can mislead: forget it
		at.Cold = true
		err = n.unit.Solve(at, n.u, n.x, n.ins, n.outs)
	}
	if err != nil {
		return err
	}
	for k, s := range n.out {
		p.streams[s].flow.T = n.outs[k].T
	}
	return nil
}

// fillPass is a pass over recycles that are not filled yet: a unit that cannot work with what it is given leaves its
// outlets empty. It returns the first such unit's failure.
func (p *Plant) fillPass(units []int, st *Stage) (first error) {
	for i := range units {
		err := p.pass(units[i:i+1], st)
		if err == nil {
			continue
		}
		if first == nil {
			first = err
		}
		n := p.nodes[units[i]]
		for k, s := range n.out {
			n.outs[k].Zero(298.15)
			p.streams[s].flow.Zero(298.15)
		}
	}
	return first
}

// at is the stage as the unit is told of it.
func (n *node) at(st *Stage) *Stage {
	n.stage = *st
	if st.Rate > 0 {
		n.stage.Prev = n.prev
	}
	return &n.stage
}

// gather hands a unit its inlets. Their flows are shared with the stream; only the temperature is copied.
func (p *Plant) gather(n *node) {
	for k, s := range n.in {
		if s < 0 {
			continue
		}
		if t := p.streams[s].tear; t != nil {
			n.ins[k] = t.flow
		} else {
			n.ins[k] = p.streams[s].flow
		}
	}
}

// gatherTangents hands a unit the directions of its inlets.
func (p *Plant) gatherTangents(n *node) {
	for k, s := range n.in {
		if s < 0 {
			continue
		}
		if t := p.streams[s].tear; t != nil {
			n.dins[k] = t.d
		} else {
			n.dins[k] = p.streams[s].d
		}
	}
}

// tangents carries the direction set on the torn streams and the handles through the given units.
func (p *Plant) tangents(units []int, st *Stage) error {
	for _, i := range units {
		n := p.nodes[i]
		p.gatherTangents(n)
		var err error
		if n.hold != nil {
			err = n.hold.tangent(p, st)
		} else {
			err = p.tangentUnit(n, st)
		}
		if err != nil {
			return fmt.Errorf("%s: tangent: %w", n.tag, err)
		}
	}
	return nil
}

// tangentUnit carries the direction set on a unit's inlets and handles through it.
func (p *Plant) tangentUnit(n *node, st *Stage) error {
	at := n.at(st)
	var dprev []float64
	if st.Rate > 0 {
		dprev = n.dprev
	}
	var err error
	if n.tangent != nil {
		err = n.tangent.Tangent(at, n.u, n.x, n.ins, n.outs, n.du, dprev, n.dins, n.dx, n.douts)
	} else {
		err = n.probe.difference(n, at)
	}
	if err != nil {
		return err
	}
	for k, s := range n.out {
		p.streams[s].d.T = n.douts[k].T
	}
	return nil
}

func (p *Plant) index(n *node) int {
	for i, m := range p.nodes {
		if m == n {
			return i
		}
	}
	return -1
}
