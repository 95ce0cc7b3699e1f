package flowsheet

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
)

// hold closes a control loop around one unit: what it measures is made by the unit whose handle it moves, a pH by the dose into the
// same tank. Such a loop needs no other unit: it is closed within every pass, and carries its share of every tangent, so that the
// recycles and the other loops see a unit that keeps its set-point. In time it is closed at every instant where the unit has no states, and
// rests where it has some.
//
// Newton with the slope from the unit's tangent, then, where that leaves the range of the handle or does not close in, a search of the range for
// a change of sign and Newton kept within it. A handle that cannot reach the set-point stands where it comes closest.
type hold struct {
	c     *control
	n     *node
	u     int  // place of the handle
	rests bool // the handle stands as it is
	short bool // the set-point was not reached in the last pass
	seen  span // of what is measured, over the range, where the set-point was not reached

	known  bool      // dx, dout and slope are those of the last pass
	slope  float64   // of what is measured, by the handle
	dx     []float64 // of the unit's memory and outlets, by the handle
	dout   []Stream
	still  []Stream  // inlets that do not change
	others []float64 // direction of the unit's handles
}

const (
	holdTol   = 1e-13 // error of a loop around one unit, relative to its set-point
	holdStall = 1e-9  // that is taken where rounding stops the iteration
	holdSteps = 12    // Newton steps from the last value of the handle
	holdScan  = 16    // settings of the handle over its range that are looked at for a change of sign
	holdLost  = 2     // settings in a row without a solution, beyond which a pass looks no further
	holdAgain = 5     // times that a block is solved again because a loop at its limit has found a place
	holdClose = 100   // steps between two settings on either side of the set-point
)

// hold takes a loop that lies within one unit out of the loops of the plant.
func (p *Plant) hold(c *control) bool {
	if len(c.nodes) != 1 || len(c.read.at) != 1 || p.nodes[c.read.at[0]] != c.nodes[0] || c.nodes[0].hold != nil {
		return false
	}
	n := c.nodes[0]
	l := &hold{c: c, n: n, u: c.handles[0], dx: make([]float64, len(n.dx))}
	like := func(streams []Stream) (s []Stream) {
		for _, o := range streams {
			s = append(s, Stream{N: make([]float64, len(o.N))})
		}
		return s
	}
	l.dout, l.still, l.others = like(n.douts), like(n.dins), make([]float64, len(n.du))
	n.hold = l
	p.held = append(p.held, l)
	return true
}

// solve solves the unit with the loop closed.
func (l *hold) solve(p *Plant, st *Stage) error {
	atLimit := l.short
	l.known, l.short = false, false
	if l.resting(st) {
		return p.solveUnit(l.n, st)
	}
	met, err := l.newton(p, st)
	switch {
	case err != nil:
	case met:
		return nil
	case atLimit && (l.n.u[l.u] == l.c.lo || l.n.u[l.u] == l.c.hi): // as in the pass before, whose scan found no other place
		l.short = true
		return nil
	}
	if st.Rate > 0 { // in time nothing looks again at the whole range, as short does at a steady state
		return l.scan(p, st, math.MaxInt)
	}
	return l.scan(p, st, holdLost)
}

// resting says that the handle stands as it is.
func (l *hold) resting(st *Stage) bool { return l.rests || st.Rate > 0 && len(l.n.spec.States) > 0 }

// newton follows the slope from the handle's present value while the error falls, to the limit of the range at most. A step
// across the set-point that does not halve the error leaves two values to close in from.
func (l *hold) newton(p *Plant, st *Stage) (met bool, err error) {
	off, err := l.try(p, st, math.Min(math.Max(l.n.u[l.u], l.c.lo), l.c.hi))
	for range holdSteps {
		if err != nil || math.Abs(off) <= holdTol*l.c.size() {
			return err == nil, err
		}
		at := l.n.u[l.u]
		to, ok := l.follow(p, st, off)
		if to = math.Min(math.Max(to, l.c.lo), l.c.hi); !ok || to == at {
			break
		}
		next, wrong := l.try(p, st, to)
		switch near := math.Abs(off) <= holdStall*l.c.size(); {
		case wrong == nil && math.Abs(next) < math.Abs(off)/2:
		case wrong == nil && !near && (next > 0) != (off > 0):
			return true, l.between(p, st, holdPoint{at, off}, holdPoint{to, next})
		case wrong == nil && !near && math.Abs(next) < math.Abs(off):
		default: // rounding, or nowhere to go
			_, err = l.try(p, st, at)
			return near, err
		}
		off = next
	}
	return math.Abs(off) <= holdStall*l.c.size(), nil
}

// try solves the unit with the handle at a value. It returns measured − set.
func (l *hold) try(p *Plant, st *Stage, value float64) (off float64, err error) {
	l.c.put(value)
	l.known = false
	if err := p.solveUnit(l.n, st); err != nil {
		return math.NaN(), err
	}
	clear(l.n.dx) // the reading takes a slope only along a direction
	l.c.got = l.c.read.value(p)
	return l.c.got.V - l.c.set, nil
}

// follow is where the slope leads.
func (l *hold) follow(p *Plant, st *Stage, off float64) (to float64, ok bool) {
	if l.gain(p, st) != nil || l.slope == 0 || math.IsNaN(l.slope) {
		return 0, false
	}
	return l.n.u[l.u] - off/l.slope, true
}

// gain finds what the handle alone does to the unit and to what is measured.
func (l *hold) gain(p *Plant, st *Stage) error {
	n := l.n
	copy(l.others, n.du)
	clear(n.du)
	n.du[l.u] = 1
	moving := n.dins
	n.dins = l.still
	err := p.tangentUnit(n, st)
	n.dins = moving
	if err == nil {
		l.slope = l.c.read.value(p).D
		copy(l.dx, n.dx)
		for k := range n.douts {
			l.dout[k].Copy(n.douts[k])
		}
	}
	copy(n.du, l.others)
	n.du[l.u] = 0
	l.known = err == nil
	return err
}

// holdPoint is a value of the handle with its error.
type holdPoint struct{ at, off float64 }

// scan looks over the range of the handle for a change of sign and closes in on the one nearest to the present value.
// Without one the handle is put where it comes closest, and the loop is short. From the present value it looks outwards; after lost settings in a
// row without a solution it looks no further on that side.
func (l *hold) scan(p *Plant, st *Stage, lost int) error {
	here := math.Min(math.Max(l.n.u[l.u], l.c.lo), l.c.hi)
	values := make([]float64, 0, holdScan+2)
	values = append(values, here)
	for k := range holdScan + 1 {
		values = append(values, l.c.along(float64(k)/holdScan))
	}
	slices.Sort(values)
	l.seen = span{math.Inf(1), math.Inf(-1)}
	var points []holdPoint
	var failed error
	look := func(v float64) bool {
		off, err := l.try(p, st, v)
		if err != nil || math.IsNaN(off) {
			failed = err
			return false
		}
		points = append(points, holdPoint{v, off})
		l.seen = span{math.Min(l.seen.lo, off+l.c.set), math.Max(l.seen.hi, off+l.c.set)}
		return true
	}
	from := slices.Index(values, here)
	outward := func(values iter.Seq2[int, float64]) {
		in := 0
		for _, v := range values {
			if in++; look(v) {
				in = 0
			} else if in >= lost && len(points) > 0 {
				return
			}
		}
	}
	outward(slices.All(values[from:]))
	outward(slices.Backward(values[:from]))
	slices.SortFunc(points, func(a, b holdPoint) int { return cmp.Compare(a.at, b.at) })
	if len(points) == 0 {
		return failed
	}
	best := -1
	distance := func(k int) float64 { return math.Min(math.Abs(points[k].at-here), math.Abs(points[k+1].at-here)) }
	for k := range len(points) - 1 {
		if (points[k].off > 0) != (points[k+1].off > 0) && (best < 0 || distance(k) < distance(best)) {
			best = k
		}
	}
	if best >= 0 {
		return l.between(p, st, points[best], points[best+1])
	}
	near := slices.MinFunc(points, func(a, b holdPoint) int {
		if math.Abs(a.off) < math.Abs(b.off) {
			return -1
		}
		return 1
	})
	off, err := l.try(p, st, near.at)
	l.short = math.Abs(off) > holdStall*l.c.size()
	return err
}

// between closes in from two settings on either side of the set-point: Newton, and halving where that leaves the two.
func (l *hold) between(p *Plant, st *Stage, a, b holdPoint) error {
	value := (a.at + b.at) / 2
	for range holdClose {
		off, err := l.try(p, st, value)
		if err != nil {
			return err
		}
		if math.Abs(off) <= holdTol*l.c.size() {
			return nil
		}
		if (off > 0) == (a.off > 0) {
			a = holdPoint{value, off}
		} else {
			b = holdPoint{value, off}
		}
		to, ok := l.follow(p, st, off)
		if lo, hi := math.Min(a.at, b.at), math.Max(a.at, b.at); !ok || !(to > lo && to < hi) {
			to = (a.at + b.at) / 2
		}
		if to == value || to == a.at || to == b.at { // no number lies between
			break
		}
		value = to
	}
	l.short = math.Abs(l.c.got.V-l.c.set) > holdStall*l.c.size() // it jumps there
	return nil
}

// tangent carries the direction of the unit's inlets through it with the loop closed: the handle moves by what keeps the measured value.
func (l *hold) tangent(p *Plant, st *Stage) error {
	n := l.n
	n.du[l.u] = 0
	if l.short || l.resting(st) {
		return p.tangentUnit(n, st)
	}
	if !l.known {
		if err := l.gain(p, st); err != nil {
			return err
		}
	}
	if err := p.tangentUnit(n, st); err != nil {
		return err
	}
	push := -l.c.read.value(p).D
	if push == 0 {
		return nil
	}
	if push /= l.slope; math.IsNaN(push) || math.IsInf(push, 0) {
		return fmt.Errorf("%s does not follow %s", l.c.measure, l.c.move)
	}
	n.du[l.u] = push
	for i := range n.dx {
		n.dx[i] += push * l.dx[i]
	}
	for k := range n.douts {
		n.douts[k].T += push * l.dout[k].T
		for i := range n.douts[k].N {
			n.douts[k].N[i] += push * l.dout[k].N[i]
		}
		p.streams[n.out[k]].d.T = n.douts[k].T
	}
	return nil
}

// short refuses a solution in which a loop around one unit does not reach its set-point, unless it may. A loop that was found at its limit in
// one pass is taken to stay there in the next: here the whole range is looked at again, and the block solved again when that finds a place.
func (b *block) short(p *Plant) error {
	for range holdAgain {
		found := false
		for _, l := range b.held {
			if !l.short {
				continue
			}
			l.short = false
			if err := l.scan(p, &p.stage, math.MaxInt); err != nil {
				return &Failure{Unit: l.n.tag, Reason: err.Error(), Cause: err}
			}
			found = found || !l.short
		}
		if !found {
			break
		}
		if err := b.solve(p, &p.stage); err != nil {
			return err
		}
	}
	for _, l := range b.held {
		if l.short && !l.c.mayMiss {
			return &Failure{Reason: l.c.unreachable(l.n.u[l.u], l.c.got.V, l.seen).Error() + b.outside()}
		}
	}
	return nil
}
