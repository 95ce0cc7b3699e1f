package flowsheet

import (
	"slices"

	"reetwin/flowsheet/solve"
)

// block is a part of the plant that is solved by itself, once what comes from the blocks before it is known: units that
// recycles tie together, and units between what a control loop measures and what it moves. Most blocks are one unit.
type block struct {
	units    []int      // in the order of solving
	head     []int      // those that its iteration needs once, upstream of every tear and handle,
	loop     []int      // those that a pass of it needs,
	rest     []int      // and those that only the last pass needs
	inlets   []int      // streams from other blocks
	tears    []*tear    //
	controls []*control // at work: none while its loops rest
	own      []*control // all of its loops but
	held     []*hold    // those around one unit
	led      []*control // those of either kind whose handle starts by a formula
	newton   *tearNewton
	mixing   *solve.Anderson
}

// divide sorts the units into blocks, in topological order. A control loop ties what it measures to what it moves, both ways.
func (p *Plant) divide() {
	edges := make([]edge, len(p.streams))
	for i, s := range p.streams {
		edges[i] = edge{s.from, s.to}
	}
	for _, c := range p.controls {
		for _, unit := range c.nodes {
			at := p.index(unit)
			for _, i := range c.read.at {
				edges = append(edges, edge{at, i}, edge{i, at})
			}
			edges = append(edges, edge{at, p.index(c.nodes[0])}, edge{p.index(c.nodes[0]), at})
		}
	}
	place, in := make([]int, len(p.nodes)), make([]*block, len(p.nodes))
	for k, i := range p.order {
		place[i] = k
	}
	p.order, p.blocks = p.order[:0], nil
	for _, part := range parts(len(p.nodes), edges) {
		slices.SortFunc(part, func(a, b int) int { return place[a] - place[b] })
		b := &block{units: part}
		for _, i := range part {
			in[i] = b
		}
		p.blocks = append(p.blocks, b)
		p.order = append(p.order, part...)
	}
	for _, t := range p.tears {
		b := in[t.link.to]
		t.at = len(b.tears) * (1 + len(p.System.Components))
		b.tears = append(b.tears, t)
	}
	for _, c := range p.controls {
		b := in[p.index(c.nodes[0])]
		b.own = append(b.own, c)
	}
	for _, l := range p.held {
		b := in[p.index(l.n)]
		b.held = append(b.held, l)
	}
	for _, c := range p.loops {
		if c.guess != nil {
			b := in[p.index(c.nodes[0])]
			b.led = append(b.led, c)
		}
	}
	for _, b := range p.blocks {
		for _, i := range b.units {
			for _, s := range p.nodes[i].in {
				if s >= 0 && in[p.streams[s].from] != b {
					b.inlets = append(b.inlets, s)
				}
			}
		}
		b.controls = b.own
		b.divide(p)
		b.newton = newTearNewton(p, b)
		b.mixing = solve.NewAnderson(b.firstControl(p), 5)
	}
}

// divide sorts the units of a block into those that a pass of the iteration needs, those upstream of it (solved once)
// and those downstream of it (solved at the end). Units whose handle a control moves, and what a control
// measures with all upstream of it, belong to the iteration.
func (b *block) divide(p *Plant) {
	n := len(p.nodes)
	moves, matters := make([]bool, n), make([]bool, n)
	for _, t := range b.tears {
		moves[t.link.to] = true
		matters[t.link.from] = true
	}
	for _, c := range b.own {
		for _, unit := range c.nodes {
			moves[p.index(unit)] = true
		}
		for _, i := range c.read.at {
			matters[i] = true
		}
	}
	for _, i := range b.units { // forward: what changes with the unknowns
		for _, s := range p.nodes[i].in {
			if s >= 0 && moves[p.streams[s].from] {
				moves[i] = true
			}
		}
	}
	for _, i := range slices.Backward(b.units) { // backward: what the residual needs
		for _, s := range p.nodes[i].out {
			if to := p.streams[s].to; to >= 0 && matters[to] {
				matters[i] = true
			}
		}
	}
	for _, i := range b.units {
		switch {
		case !moves[i]:
			b.head = append(b.head, i)
		case matters[i]:
			b.loop = append(b.loop, i)
		default:
			b.rest = append(b.rest, i)
		}
	}
}

// solve finds the steady state of the block from where it stands, or at st.Rate > 0 one implicit stage in time.
func (b *block) solve(p *Plant, st *Stage) error {
	if err := b.iterate(p, st); err != nil {
		return err
	}
	return p.pass(b.rest, st)
}

// iterate is solve without what lies downstream of all its recycles and specifications.
func (b *block) iterate(p *Plant, st *Stage) error {
	if err := p.pass(b.head, st); err != nil || len(b.loop) == 0 {
		return err
	}
	for _, i := range b.inlets {
		p.streams[i].d.Zero(0)
	}
	for _, i := range b.units {
		clear(p.nodes[i].du)
	}
	return b.newton.run(p, st)
}

// warm is solve from the last solution: handles that start by a formula go with it.
func (b *block) warm(p *Plant) error {
	for _, c := range b.led {
		c.lead(p)
	}
	return b.solve(p, &p.stage)
}

// rests puts all control loops to rest, or to work again.
func (p *Plant) rests(rest bool) {
	for _, b := range p.blocks {
		b.controls = b.own
		if rest {
			b.controls = nil
		}
	}
}

// firstControl is the place of the first handle in the vector of the block's unknowns, after those of the tears.
func (b *block) firstControl(p *Plant) int { return len(b.tears) * (1 + len(p.System.Components)) }

// unknown finds the tear of an unknown, and its component; −1 is the temperature.
func (b *block) unknown(p *Plant, k int) (t *tear, component int) {
	t = b.tears[k/(1+len(p.System.Components))]
	return t, k - t.at - 1
}
