package flowsheet

import (
	"errors"
	"math"
	"time"
)

const (
	tearTol      = 1e-10 // imbalance of every component of a torn stream, relative to its flow
	elementTol   = 1e-11 // imbalance of every element over the tears, relative to that element's feed
	traceShare   = 1e-12 // flows below this share of a torn stream's total are compared with that share
	unitTol      = 1e-13 // relative tolerance of each unit's own iteration
	mixingPasses = 10    // Anderson passes of a cold start
	newtonSteps  = 30
	newtonJump   = 6   // a step may be this much worse than its predecessors: imbalances are relative, so traces that grow exaggerate
	handleStep   = 0.4 // largest change of a control loop's handle in one Newton step, relative to its size
	krylovMax    = 80
	krylovEnough = 1e-11 // imbalance of the linear system that is as good as none

	endlessRecycle = 1e12 // a recycle this many times the plant's feed has no bleed
)

// prepare makes what the solver needs, once the plant is loaded.
func (p *Plant) prepare() { p.divide() }

// Solve finds the steady state: warm from the last solution if there is one, else cold from no guess.
// On failure it returns a *Failure, and the plant's state is no result.
func (p *Plant) Solve() error {
	begin := time.Now()
	p.conv = progress{start: "warm"}
	p.stage = Stage{Tol: unitTol}
	var err error
	warm := p.solved
	if warm {
		err = p.settle()
	}
	if !warm || err != nil {
		p.start(p.order)
		err = p.cold()
	}
	if err == nil {
		for _, c := range p.loops {
			if c.guess != nil {
				c.guessed = c.guess(p).V
			}
		}
	}
	p.conv.Seconds = time.Since(begin).Seconds()
	p.solved = err == nil
	return err
}

// SolveCold forgets every start value and solves.
func (p *Plant) SolveCold() error {
	p.start(p.order)
	return p.Solve()
}

// cold solves block by block from nothing, and checks every balance.
func (p *Plant) cold() error {
	p.conv.start = "cold"
	for _, c := range p.loops {
		c.begin(p)
	}
	for _, b := range p.blocks {
		err := b.cold(p)
		if err == nil {
			err = b.short(p)
		}
		if err != nil {
			return err
		}
	}
	return p.checkBalances()
}

// settle solves block by block from where the plant stands, and checks every balance.
func (p *Plant) settle() error {
	for _, b := range p.blocks {
		err := b.warm(p)
		if err == nil {
			err = b.short(p)
		}
		if err != nil {
			return err
		}
	}
	return p.checkBalances()
}

// cold fills the recycles from nothing and settles them with every handle at its start value; when that fails it marches
// in time from the start values. The control loops follow from there.
func (b *block) cold(p *Plant) error {
	for _, c := range b.led { // what comes from other blocks is known now
		c.begin(p)
	}
	b.controls = nil
	err := b.fill(p)
	if err == nil {
		err = b.solve(p, &p.stage)
	}
	if err != nil {
		if march := b.march(p); march != nil {
			err = failure(err, march, p.conv.March > 0)
		} else {
			err = nil
		}
	}
	b.controls = b.own
	if err != nil || len(b.own) == 0 {
		return err
	}
	return b.settleControls(p)
}

// failure joins what the steady solve and the march in time said; the march is the witness and gives the reason, unless it did not get a step.
func failure(steady, march error, marched bool) error {
	f := &Failure{Reason: march.Error(), Tried: []string{"steady solve: " + steady.Error()}, Cause: march}
	if !marched {
		f = &Failure{Reason: steady.Error(), Tried: []string{march.Error()}, Cause: steady}
	}
	var at *Failure
	if errors.As(f.Cause, &at) {
		f.At = at.Unit
	}
	return f
}

// fill starts the recycles: empty torn streams, then a few Anderson passes of the loop.
func (b *block) fill(p *Plant) error {
	for _, t := range b.tears {
		t.flow.Zero(298.15)
	}
	st := p.stage
	st.Cold = true
	if err := p.pass(b.head, &st); err != nil {
		return err
	}
	if len(b.tears) == 0 {
		return nil
	}
	b.mixing.Reset()
	defer b.wait()()
	for k := range mixingPasses {
		st.Cold = k == 0
		if err := p.fillPass(b.loop, &st); err != nil && k == mixingPasses-1 {
			return err
		}
		p.conv.solved += len(b.loop)
		for _, t := range b.tears {
			if k == 0 {
				t.flow.T = t.link.flow.T
			}
		}
		b.mix(p)
	}
	p.conv.mixing = mixingPasses
	return nil
}

// wait lets the loops around one unit whose handle starts by a formula stand there while the recycles fill: what comes round is not there yet, and a search for a
// set-point without it leads away. It returns what ends that.
func (b *block) wait() (end func()) {
	var waiting []*hold
	for _, l := range b.held {
		if l.c.guess != nil && !l.rests {
			l.rests = true
			waiting = append(waiting, l)
		}
	}
	return func() {
		for _, l := range waiting {
			l.rests = false
		}
	}
}

// mix takes one Anderson step on the torn streams.
func (b *block) mix(p *Plant) {
	w := b.newton
	acid, _ := p.System.Index("H+")
	for _, t := range b.tears {
		total := flowSize(t.link.flow.N)
		w.z[t.at], w.g[t.at], w.lower[t.at], w.scale[t.at] = t.flow.T, t.link.flow.T, 0, 300
		for i, g := range t.link.flow.N {
			k := t.at + 1 + i
			w.z[k], w.g[k] = t.flow.N[i], g
			w.lower[k], w.scale[k] = 0, math.Max(math.Max(math.Abs(g), math.Abs(w.z[k])), traceShare*total+1e-30)
			if t.signed(i, acid) {
				w.lower[k] = NoBound
			}
		}
	}
	n := b.firstControl(p)
	b.mixing.Scale = w.scale[:n]
	b.mixing.Next(w.z[:n], w.g[:n], w.lower[:n])
	for _, t := range b.tears {
		t.flow.T = w.z[t.at]
		copy(t.flow.N, w.z[t.at+1:])
	}
}

// flowSize is the sum of the sizes of all component flows.
func flowSize(n []float64) float64 {
	total := 0.0
	for _, v := range n {
		total += math.Abs(v)
	}
	return total
}
