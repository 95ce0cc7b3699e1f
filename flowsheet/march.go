package flowsheet

import "fmt"

const (
	marchFirst  = 1.0  // s, first step of a march towards the steady state
	marchLast   = 1e10 // s, a step this long is steady to within the plant's own time
	marchGrowth = 3.0
	marchSteps  = 120
	marchFill   = 3 // passes
)

// march goes to the steady state in time: implicit Euler steps of growing length from the units' start values, with every
// handle at rest, then the steady solve. It is the rescue when that solve fails from a cold start, and the witness of a
// failure: a plant that has no steady state drifts until a unit names what runs out.
func (b *block) march(p *Plant) error {
	p.start(b.units)
	for _, t := range b.tears {
		t.flow.Zero(298.15)
	}
	copy(p.prev, p.x)
	filling := Stage{Rate: 1 / marchFirst, Tol: unitTol}
	for range marchFill { // what the tanks hold at the start fills the recycles; the first step sets what is left right
		p.fillPass(b.units, &filling)
		for _, t := range b.tears {
			t.flow.Copy(t.link.flow)
		}
	}
	p.start(b.units)
	p.conv.start = "march"
	p.keep(&p.kept)
	h := marchFirst
	elapsed := 0.0
	for range marchSteps {
		if err := b.step(p, h); err != nil {
			p.recall(p.kept)
			if h /= 8; h < 1e-4*marchFirst {
				return fmt.Errorf("march in time stops after %.3g s: %w", elapsed, err)
			}
			continue
		}
		elapsed += h
		p.keep(&p.kept)
		p.conv.March++
		if h > marchLast {
			return b.solve(p, &p.stage)
		}
		h *= marchGrowth
	}
	return fmt.Errorf("march in time is not steady after %d steps, %.3g s", p.conv.March, elapsed)
}

// step takes one implicit Euler step of length h (s) from the present states.
func (b *block) step(p *Plant, h float64) error {
	copy(p.prev, p.x)
	return b.solve(p, &Stage{Rate: 1 / h, Tol: unitTol})
}
