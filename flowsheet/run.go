package flowsheet

import (
	"fmt"
	"math"

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
	// Average lets batch units (Eventer) give the average of their cycles, as in the steady state, instead of charging and tapping.
	Average bool
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
	Events          int // instants at which the states of a unit jumped, each unit counted by itself
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

// Run solves the steady state and goes on in time; batch units begin in regular operation. Loops around one unit without states, a pH by the dose into the same tank, stay closed
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
	if !s.Average {
		if err := p.Begin(); err != nil {
			return RunSummary{}, err
		}
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

// timeMarch is the integration under way. The flow over the plant's border is summed with the weights of the stages, so that
// the balance is exact but for rounding, whatever the error of the steps.
type timeMarch struct {
	p       *Plant
	sum     RunSummary
	method  *solve.SDIRK
	step    float64 // of implicit Euler, 0: SDIRK
	blind   bool    // no stage solved yet
	h       float64 // next step
	state   []int   // places of the states in p.x
	x, kept []float64
	flow    [2][][]float64 // border flow of each stage, in and out, mol/s by component
	passed  [2][]float64   // mol by component
	weights []float64
	tryAt   func(i int, t, rate float64, prev, x []float64) error
}

func newTimeMarch(p *Plant, s Schedule) *timeMarch {
	r := &timeMarch{p: p, step: s.Step, h: runFirst, blind: true}
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

// begin forgets an earlier march.
func (r *timeMarch) begin(tol float64) {
	r.sum, r.h, r.blind = RunSummary{Method: r.sum.Method}, runFirst, true
	if r.method.Rel = tol; tol == 0 {
		r.method.Rel = RunTol
	}
	for side := range r.passed {
		clear(r.passed[side])
	}
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
	r.blind = false
	for k, at := range r.state {
		x[k] = p.x[at]
	}
	p.border()
	copy(r.flow[0][i], p.entering)
	copy(r.flow[1][i], p.leaving)
	return nil
}

// until goes from t to end, with a step ending there and at every event on the way.
func (r *timeMarch) until(t, end float64) error {
	p := r.p
	if r.step > 0 {
		r.h = r.step
	}
	most := math.Inf(1) // that a step may take: less after one that went past an event
	for t < end {
		due, err := r.fire(t)
		if err != nil {
			return err
		}
		h := math.Min(r.length(t, math.Min(end, t+due)), most)
		for k, at := range r.state {
			r.x[k] = p.x[at]
		}
		p.keep(&r.kept)
		miss, failed := r.try(t, h)
		if failed == nil && miss <= 1 {
			if late := -r.due(); late > EventTol {
				p.recall(r.kept)
				r.sum.Rejected++
				most = math.Min(math.Max(h-late, h*(1-eventShare)), h*eventShare)
				continue
			}
		}
		if failed != nil || !(miss <= 1) {
			p.recall(r.kept)
			r.sum.Rejected++
			if err := r.shorten(t, h, miss, failed); err != nil {
				return err
			}
			continue
		}
		most = math.Inf(1)
		r.pass(h)
		if t += h; r.step == 0 && h >= r.h { // a step cut short says little about the next
			r.h = r.method.Next(h, miss)
		} else if r.step == 0 {
			r.h = math.Max(r.h, r.method.Next(h, miss))
		}
		if end-t < 1e-12*end {
			t = end
		}
	}
	return nil
}

// length is that of the next step from t towards stop.
func (r *timeMarch) length(t, stop float64) float64 {
	h := math.Min(r.h, stop-t)
	if rest := stop - t - h; rest < 1e-9*stop { // no crumbs
		return stop - t
	} else if rest < h/2 && r.step == 0 {
		return (stop - t) / 2
	}
	return h
}

// shorten chooses the step to try after one that failed or missed the error; a step of given length, or one too short, is a failure.
func (r *timeMarch) shorten(t, h, miss float64, failed error) error {
	if r.step > 0 {
		return r.failure(t, h, failed)
	}
	if r.h = h / 4; failed == nil {
		r.h = math.Min(h, r.method.Next(h, miss))
	}
	if r.h < runLeast {
		return r.failure(t, h, failed)
	}
	return nil
}

// pass sums what passed the plant's border in a step.
func (r *timeMarch) pass(h float64) {
	for side := range r.flow {
		for i, w := range r.weights {
			for c, n := range r.flow[side][i] {
				r.passed[side][c] += h * w * n
			}
		}
	}
	r.sum.Steps++
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
