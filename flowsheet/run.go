package flowsheet

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/si"
	"reetwin/flowsheet/solve"
)

// Holder is a unit that says what its states hold; a balance in time needs it of every unit with states.
type Holder interface {
	// Held adds to n the moles of each component that the states x stand for. Components may stand for others with the same
	// atoms and charge.
	Held(x, n []float64)
}

// Schedule says how a plant is run in time from its steady state.
type Schedule struct {
	For   float64 // s, > 0
	Every float64 // s between outputs, > 0
	Step  float64 // s, of implicit Euler steps of one length; 0: SDIRK4(3) with steps of its own choice
	Tol   float64 // relative error of a step of SDIRK4(3); 0 is RunTol
	Moves []Move  // in any order
}

// Move sets a handle or a gang at a time. Outputs of that time still show the old value.
type Move struct {
	At    float64 // s, 0 ≤ At
	Path  string
	Value float64 // SI
}

// RunTol is the usual relative error of a step in time.
const RunTol = 1e-6

const (
	runFirst = 1.0  // s, first step after the start and after each move
	runLeast = 1e-6 // s, a shorter step is a failure
	runFloor = 1e-6 // of its scale: below that an amount counts as that in the error of a step
)

// RunSummary is what a run in time took, and its balance.
type RunSummary struct {
	Method          string
	Steps, Rejected int
	// Closures has for each element and charge what entered and left in all, mol, and the change of what the units hold;
	// nil when a unit with states does not say what it holds: its tag is then NoBalance.
	Closures  []RunClosure
	NoBalance string
}

// RunClosure is the balance of one element, or of charge, over a run.
type RunClosure struct {
	Element   string
	In, Out   float64 // mol
	Held      float64 // mol, at the end less at the start
	Rel       float64 // |In − Out − Held| over the largest of In, Out and what is held at the end
	HeldAtEnd float64 // mol
}

// letRest lets the loops around one unit rest whose handle the schedule moves; what it returns closes them again.
func (p *Plant) letRest(moves []Move) (end func()) {
	for _, m := range moves {
		for _, l := range p.held {
			l.rests = l.rests || l.c.move == m.Path
		}
	}
	return func() {
		for _, l := range p.held {
			l.rests = false
		}
	}
}

// Run solves the steady state and goes on in time. Loops around one unit without states, a pH by the dose into the same tank, stay closed
// unless a move takes their handle. All others rest: every handle stays where the steady state left it,
// until a move. at is called at time 0, at every output and at the end with the plant at that state; its error ends the run.
// A *Failure names the time that was reached. Closures worse than MaxClosure are a failure.
func (p *Plant) Run(s Schedule, at func(t float64) error) (RunSummary, error) {
	moves, err := p.checkSchedule(s)
	if err != nil {
		return RunSummary{}, err
	}
	if err := p.Solve(); err != nil {
		return RunSummary{}, err
	}
	p.rests(true)
	defer p.rests(false)
	defer p.letRest(moves)()
	r := newTimeMarch(p, s)
	held := r.held()
	if err := at(0); err != nil {
		return r.sum, err
	}
	for t, next := 0.0, 1; t < s.For; {
		for len(moves) > 0 && moves[0].At <= t {
			if err := p.SetHandle(moves[0].Path, moves[0].Value); err != nil {
				return r.sum, err
			}
			moves, r.h = moves[1:], runFirst
		}
		end := math.Min(s.For, float64(next)*s.Every)
		output := true
		if len(moves) > 0 && moves[0].At < end {
			end, output = moves[0].At, false
		}
		if err := r.until(t, end); err != nil {
			return r.sum, err
		}
		if t = end; output {
			next++
			if err := at(t); err != nil {
				return r.sum, err
			}
		}
	}
	return r.sum, r.close(held)
}

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

// timeMarch is the integration under way. The flow over the plant's border is summed with the weights of the stages, so that
// the balance is exact but for rounding, whatever the error of the steps.
type timeMarch struct {
	p       *Plant
	sum     RunSummary
	method  *solve.SDIRK
	step    float64 // of implicit Euler, 0: SDIRK
	h       float64 // next step
	state   []int   // places of the states in p.x
	x, kept []float64
	flow    [2][][]float64 // border flow of each stage, in and out, mol/s by component
	passed  [2][]float64   // mol by component
	weights []float64
	tryAt   func(i int, t, rate float64, prev, x []float64) error
}

func newTimeMarch(p *Plant, s Schedule) *timeMarch {
	r := &timeMarch{p: p, step: s.Step, h: runFirst}
	at := 0
	for _, n := range p.nodes {
		for i := range n.spec.States {
			r.state = append(r.state, at+i)
		}
		at += len(n.x)
	}
	r.method = solve.NewSDIRK(len(r.state))
	r.method.Rel = s.Tol
	if s.Tol == 0 {
		r.method.Rel = RunTol
	}
	k := 0
	for _, n := range p.nodes {
		for _, v := range n.spec.States {
			r.method.Floor[k] = v.Scale
			if v.Lower >= 0 { // an amount: traces count; where zero is arbitrary, as of T or acidity, the scale is the size
				r.method.Floor[k] *= runFloor
			}
			k++
		}
	}
	r.x = make([]float64, len(r.state))
	weights := solve.SDIRKWeights()
	r.weights = weights[:]
	r.sum.Method = fmt.Sprintf("SDIRK4(3), relative error of a step %g", r.method.Rel)
	if r.step > 0 {
		r.weights = []float64{1}
		r.sum.Method = fmt.Sprintf("implicit Euler, step %g s", r.step)
	}
	for side := range r.flow {
		for range r.weights {
			r.flow[side] = append(r.flow[side], make([]float64, len(p.System.Components)))
		}
		r.passed[side] = make([]float64, len(p.System.Components))
	}
	r.tryAt = r.stage
	return r
}

// stage solves the plant at one implicit stage.
func (r *timeMarch) stage(i int, _, rate float64, prev, x []float64) error {
	p := r.p
	for k, at := range r.state {
		p.prev[at] = prev[k]
	}
	st := Stage{Rate: rate, Tol: unitTol}
	for _, b := range p.blocks {
		if err := b.solve(p, &st); err != nil {
			return err
		}
	}
	for k, at := range r.state {
		x[k] = p.x[at]
	}
	p.border()
	copy(r.flow[0][i], p.entering)
	copy(r.flow[1][i], p.leaving)
	return nil
}

// until goes from t to end, with a step ending there.
func (r *timeMarch) until(t, end float64) error {
	p := r.p
	if r.step > 0 {
		r.h = r.step
	}
	for t < end {
		h := math.Min(r.h, end-t)
		if rest := end - t - h; rest < 1e-9*end { // no crumbs
			h = end - t
		} else if rest < h/2 && r.step == 0 {
			h = (end - t) / 2
		}
		for k, at := range r.state {
			r.x[k] = p.x[at]
		}
		p.keep(&r.kept)
		err, failed := r.try(t, h)
		if failed != nil || !(err <= 1) {
			p.recall(r.kept)
			r.sum.Rejected++
			if r.step > 0 {
				return r.failure(t, h, failed)
			}
			if failed != nil {
				r.h = h / 4
			} else {
				r.h = math.Min(h, r.method.Next(h, err))
			}
			if r.h < runLeast {
				return r.failure(t, h, failed)
			}
			continue
		}
		for side := range r.flow {
			for i, w := range r.weights {
				for c, n := range r.flow[side][i] {
					r.passed[side][c] += h * w * n
				}
			}
		}
		r.sum.Steps++
		if t += h; r.step == 0 && h >= r.h { // a step cut short says little about the next
			r.h = r.method.Next(h, err)
		} else if r.step == 0 {
			r.h = math.Max(r.h, r.method.Next(h, err))
		}
		if end-t < 1e-12*end {
			t = end
		}
	}
	return nil
}

// try takes one step; err is its error over what is allowed.
func (r *timeMarch) try(t, h float64) (err float64, failed error) {
	if r.step > 0 {
		return 0, r.stage(0, t+h, 1/h, r.x, r.x)
	}
	return r.method.Step(t, h, r.x, r.tryAt)
}

// failure names the time at which a step cannot be taken.
func (r *timeMarch) failure(t, h float64, cause error) error {
	if cause == nil {
		return &Failure{Reason: fmt.Sprintf("at %.6g s: steps of %.3g s still miss the error of %g", t, h, r.method.Rel)}
	}
	f := &Failure{Reason: fmt.Sprintf("at %.6g s, step %.3g s: %v", t, h, cause), Cause: cause}
	return f
}

// held is what all units hold, mol by component; nil when a unit with states does not say.
func (r *timeMarch) held() []float64 {
	n := make([]float64, len(r.p.System.Components))
	for _, node := range r.p.nodes {
		if len(node.spec.States) == 0 {
			continue
		}
		h, ok := node.unit.(Holder)
		if !ok {
			r.sum.NoBalance = node.tag
			return nil
		}
		h.Held(node.x, n)
	}
	return n
}

// close draws the balance of the run.
func (r *timeMarch) close(before []float64) error {
	after := r.held()
	if before == nil || after == nil {
		return nil
	}
	sys := r.p.System
	amount := func(e int, n []float64) float64 {
		if e == len(sys.Elements) {
			return sys.ChargeFlow(n)
		}
		return sys.ElementFlow(e, n)
	}
	var worst RunClosure
	for e := range len(sys.Elements) + 1 {
		c := RunClosure{Element: "charge", In: amount(e, r.passed[0]), Out: amount(e, r.passed[1]), HeldAtEnd: amount(e, after)}
		c.Held = c.HeldAtEnd - amount(e, before)
		size := math.Max(math.Max(math.Abs(c.In), math.Abs(c.Out)), math.Abs(c.HeldAtEnd))
		if e < len(sys.Elements) {
			c.Element = sys.Elements[e].Symbol
		} else { // net charge may be near zero: against the charge that all ions carry
			size = 0
			for i, comp := range sys.Components {
				size += math.Abs(comp.Charge) * math.Max(math.Abs(r.passed[0][i])+math.Abs(r.passed[1][i]), math.Abs(after[i]))
			}
		}
		if size > 0 {
			c.Rel = math.Abs(c.In-c.Out-c.Held) / size
		}
		if !(c.Rel <= worst.Rel) {
			worst = c
		}
		r.sum.Closures = append(r.sum.Closures, c)
	}
	if !(worst.Rel <= MaxClosure) {
		return &Failure{Reason: fmt.Sprintf("the run does not balance: %s, %.6g mol in, %.6g out, %.6g more held, off by %.2g", worst.Element, worst.In, worst.Out, worst.Held, worst.Rel)}
	}
	return nil
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
