package flowsheet

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/si"
)

// checkSchedule refuses what cannot be run, and sorts the moves by time.
func (p *Plant) checkSchedule(s Schedule) ([]Move, error) {
	for _, v := range []struct {
		name  string
		value float64
		zero  bool
	}{{"for", s.For, false}, {"every", s.Every, false}, {"step", s.Step, true}, {"tolerance", s.Tol, true}} {
		if !(v.value > 0 || v.zero && v.value == 0) || math.IsInf(v.value, 0) {
			return nil, fmt.Errorf("%s is %g; needs more than 0", v.name, v.value)
		}
	}
	if s.For/s.Every > 1e6 {
		return nil, fmt.Errorf("an output every %g s over %g s makes more than a million", s.Every, s.For)
	}
	moves := slices.Clone(s.Moves)
	slices.SortStableFunc(moves, func(a, b Move) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	for _, m := range moves {
		if !(m.At >= 0 && m.At < s.For) {
			return nil, fmt.Errorf("%s moves at %g s, outside the run of %g s", m.Path, m.At, s.For)
		}
		if c := p.setPoint(m.Path); c != nil && !c.closedInTime() {
			return nil, fmt.Errorf("%s: control %q rests in time; move %s instead", m.Path, c.name, c.move)
		}
		if _, err := p.Handle(m.Path); err != nil && !slices.Contains(p.gangNames(), m.Path) {
			return nil, err
		}
	}
	return moves, nil
}

// ParseMove reads a move such as "4 h acid.flow=300 L/h": a time, a handle or gang, and its new value with unit. The
// error names what is wrong, with the nearest name or the range.
func (p *Plant) ParseMove(text string) (Move, error) {
	fail := func(format string, args ...any) (Move, error) {
		return Move{}, fmt.Errorf("move %q: %w", text, fmt.Errorf(format, args...))
	}
	head, value, ok := strings.Cut(text, "=")
	head = strings.TrimSpace(head)
	space := strings.LastIndexByte(head, ' ')
	if !ok || space < 0 {
		return fail("needs the form \"4 h acid.flow=300 L/h\"")
	}
	at, err := Duration(head[:space])
	if err != nil {
		return fail("%w", err)
	}
	m := Move{At: at, Path: head[space+1:]}
	target := m.Path
	for _, g := range p.gangs {
		if g.Name == m.Path {
			target = g.Moves[0]
		}
	}
	h, err := p.movable(target)
	if err != nil {
		return fail("%w", err)
	}
	v, unit, err := si.Parse(value)
	if err != nil {
		return fail("%w", err)
	}
	if own, err := si.ParseUnit(h.Unit); err != nil || own.Dim != unit.Dim {
		return fail("%s is in %s, which %q is not", m.Path, h.Unit, strings.TrimSpace(value))
	}
	if m.Value, err = si.Convert(v, h.Unit); err != nil {
		return fail("%w", err)
	}
	if !(m.Value >= h.Lo && m.Value <= h.Hi) {
		return fail("%g is outside %g to %g %s", v, h.Lo, h.Hi, h.Unit)
	}
	return m, nil
}

// movable is the handle of a path, or the set-point as one.
func (p *Plant) movable(path string) (Handle, error) {
	if c := p.setPoint(path); c != nil {
		return Handle{Name: path, Unit: c.read.unit, Value: c.set, Lo: -math.MaxFloat64, Hi: math.MaxFloat64}, nil
	}
	n, i, err := p.handle(path)
	if err != nil {
		return Handle{}, err
	}
	return n.spec.Handles[i], nil
}

// Duration reads a time with its unit, "4 h", in s.
func Duration(text string) (float64, error) {
	v, unit, err := si.Parse(text)
	if err != nil {
		return 0, fmt.Errorf("time: %w", err)
	}
	if s, err := si.ParseUnit("s"); err != nil || unit.Dim != s.Dim {
		return 0, fmt.Errorf("time: %q is no time, such as \"24 h\"", text)
	}
	return v, nil
}
