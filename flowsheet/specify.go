package flowsheet

import (
	"fmt"
	"math"
	"strings"
)

// settleControls solves the control loops together with the recycles, from a plant that is settled without them. When
// Newton fails from there, the handles are searched over their whole ranges. Loops that cannot be met are named with where
// the handles come closest.
func (b *block) settleControls(p *Plant) error {
	p.conv.settled = true
	p.clearTangents()
	for _, c := range b.controls {
		c.typical = math.Abs(c.read.value(p).V)
	}
	p.keep(&p.kept)
	err := b.solve(p, &p.stage)
	if err == nil {
		return nil
	}
	p.recall(p.kept)
	s := newSearch(p, b)
	if s.run() {
		return nil
	}
	return s.limits(err)
}

// limits words how close the loops come: of those whose handle stands at a limit, or that never see their set-point whatever the handles
// do, it names the one that is furthest off, or else all.
func (s *search) limits(cause error) error {
	if s.best == nil {
		return cause
	}
	p := s.p
	var reached []string
	worst := -1
	for i, c := range s.loops {
		c.put(c.along(s.best.share[i]))
		limited := s.best.size > 0 && len(s.loops) == 1 || s.best.share[i] < searchEdge || s.best.share[i] > 1-searchEdge ||
			s.spans[i].misses(c.set)
		if limited && (worst < 0 || math.Abs(s.best.off[i]) > math.Abs(s.best.off[worst])) {
			worst = i
		}
		unit := c.nodes[0].spec.Handles[c.handles[0]].Unit
		reached = append(reached, fmt.Sprintf("%s = %s where %s is wanted, with %s = %s", c.measure, inPlantUnits(s.best.got[i], c.read.unit),
			inPlantUnits(c.set, c.read.unit), c.move, inPlantUnits(c.value, unit)))
	}
	if worst >= 0 {
		c := s.loops[worst]
		return &Failure{Reason: c.unreachable(c.value, s.best.got[worst], s.spans[worst]).Error() + s.b.outside(), Tried: []string{cause.Error()}}
	}
	return &Failure{Reason: "the control loops are not met together anywhere in the ranges of their handles as far as searched; closest, the plant shows " + strings.Join(reached, "; ") + s.b.outside(),
		Tried: []string{cause.Error(), fmt.Sprintf("search of %d settings", p.conv.search)}}
}
