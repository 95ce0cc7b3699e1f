package flowsheet

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet/solve"
)

// settleControls solves the control loops together with the recycles, from a plant that is settled without them.
// When Newton fails and there is one loop, its handle is searched over its whole range; several are led there in steps. A
// loop that cannot be met is named with where its handle comes closest.
func (p *Plant) settleControls() error {
	p.conv.settled = true
	p.clearTangents()
	for _, c := range p.controls {
		c.from = c.read.value(p).V
	}
	p.keep(&p.kept)
	err := p.settle()
	if err == nil {
		return nil
	}
	p.recall(p.kept)
	if len(p.controls) == 1 {
		return p.searchControl(p.controls[0], err)
	}
	return p.followControls(err)
}

const (
	followFirst = 0.25 // of the way to the set-points in the first step
	followLeast = 1e-3 // a shorter step is no way
)

// followControls leads the set-points from what the plant shows with its handles at rest to what is wanted, in steps as
// long as Newton closes them.
func (p *Plant) followControls(cause error) error {
	wanted := make([]float64, len(p.controls))
	for i, c := range p.controls {
		wanted[i] = c.set
	}
	aim := func(share float64) {
		for i, c := range p.controls {
			if c.set = wanted[i]; share < 1 {
				c.set = (1-share)*c.from + share*wanted[i]
			}
		}
	}
	defer aim(1)
	for done, step := 0.0, followFirst; done < 1; {
		share := math.Min(1, done+step)
		aim(share)
		if err := p.settle(); err != nil {
			p.recall(p.kept)
			if step /= 4; step >= followLeast {
				continue
			}
			aim(done)
			for _, c := range p.controls {
				c.got.V = c.set
			}
			aim(1)
			return p.limits(cause)
		}
		p.keep(&p.kept)
		done, step = share, 2*step
	}
	return nil
}

// limits words how far several loops together have come: it names the one whose handle stands at a limit, or else all.
func (p *Plant) limits(cause error) error {
	var reached []string
	for _, c := range p.controls {
		near := math.Max(0.02*math.Abs(c.value), 1e-3*(c.hi-c.lo))
		if c.value <= c.lo+near || c.value >= c.hi-near {
			return &Failure{Reason: c.unreachable(c.value, c.got.V).Error(), Tried: []string{cause.Error()}}
		}
		unit := c.nodes[0].spec.Handles[c.handles[0]].Unit
		reached = append(reached, fmt.Sprintf("%s = %s where %s is wanted, with %s = %s", c.measure, inPlantUnits(c.got.V, c.read.unit),
			inPlantUnits(c.set, c.read.unit), c.move, inPlantUnits(c.value, unit)))
	}
	return &Failure{Reason: "the control loops were not met together (they may be reachable on another branch); led towards them the plant comes to " + strings.Join(reached, "; "),
		Tried: []string{cause.Error()}}
}

// searchControl scans the handle of the only loop for a change of sign of measured − set, closes in on it, and polishes
// with Newton. Without a change of sign the set-point is out of reach.
func (p *Plant) searchControl(c *control, cause error) error {
	controls := p.controls
	p.conv.search = c.move
	at := func(value float64) (float64, error) {
		p.controls = nil
		defer func() { p.controls = controls }()
		c.put(value)
		if err := p.settle(); err != nil {
			return 0, err
		}
		p.clearTangents()
		c.got = c.read.value(p)
		return c.got.V - c.set, nil
	}
	const points = 24
	type point struct{ value, error float64 }
	var seen []point
	for i := range points + 1 {
		v := c.lo + (c.hi-c.lo)*float64(i)/points
		if c.lo > 0 { // a positive handle is scanned evenly in its logarithm
			v = c.lo * math.Pow(c.hi/c.lo, float64(i)/points)
		}
		e, err := at(v)
		if err != nil {
			continue
		}
		seen = append(seen, point{v, e})
		k := len(seen) - 1
		if k == 0 || (seen[k-1].error > 0) == (e > 0) {
			continue
		}
		var inner error
		root, ok := solve.Root(func(v float64) float64 {
			e, err := at(v)
			inner = errors.Join(inner, err)
			return e
		}, seen[k-1].value, v, 1e-6*(c.hi-c.lo))
		if !ok || inner != nil {
			continue
		}
		if _, err := at(root); err != nil {
			continue
		}
		if err := p.settle(); err == nil {
			return nil
		}
	}
	best := point{error: 1e300}
	for _, s := range seen {
		if math.Abs(s.error) < math.Abs(best.error) {
			best = s
		}
	}
	if len(seen) == 0 {
		return cause
	}
	return &Failure{Reason: c.unreachable(best.value, best.error+c.set).Error(), Tried: []string{cause.Error()}}
}
