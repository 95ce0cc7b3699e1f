package flowsheet

import (
	"errors"
	"math"

	"reetwin/flowsheet/solve"
)

// settleControls solves the control loops together with the recycles, from a plant that is settled without them.
// When Newton fails and there is one loop, its handle is searched over its whole range. A loop that cannot be met is named
// with where its handle comes closest.
func (p *Plant) settleControls() error {
	p.conv.settled = true
	p.keep(&p.kept)
	err := p.settle()
	if err == nil {
		return nil
	}
	p.recall(p.kept)
	if len(p.controls) == 1 {
		return p.searchControl(p.controls[0], err)
	}
	return p.limits(err)
}

// limits names the loops whose handle stands at a limit when several loops together fail.
func (p *Plant) limits(cause error) error {
	for _, c := range p.controls {
		if c.value <= c.lo || c.value >= c.hi {
			return &Failure{Reason: c.unreachable(c.value, c.got.V).Error(), Tried: []string{cause.Error()}}
		}
	}
	return cause
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
