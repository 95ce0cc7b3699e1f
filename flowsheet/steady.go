package flowsheet

import (
	"errors"
	"math"
	"time"

	"reetwin/flowsheet/solve"
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

	endlessRecycle = 1e12 // a recycle this many times the plant's feed has no bleed
)

// prepare makes what the solver needs, once the plant is loaded.
func (p *Plant) prepare() {
	p.divide()
	p.newton = newTearNewton(p)
	p.mixing = solve.NewAnderson(p.firstControl(), 5)
}

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
		p.start()
		err = p.cold()
	}
	if err == nil {
		err = p.short()
	}
	p.conv.Seconds = time.Since(begin).Seconds()
	p.solved = err == nil
	return err
}

// SolveCold forgets every start value and solves.
func (p *Plant) SolveCold() error {
	p.start()
	return p.Solve()
}

// cold fills the recycles from nothing and settles them with every handle at its start value; when that fails it marches
// in time from the start values. The control loops follow from there.
func (p *Plant) cold() error {
	controls := p.controls
	for _, c := range p.loops {
		c.put(math.Min(math.Max(c.start, c.lo), c.hi))
	}
	p.controls = nil
	p.conv.start = "cold"
	err := p.fill()
	if err == nil {
		err = p.settle()
	}
	if err != nil {
		if march := p.march(); march != nil {
			err = p.failure(err, march)
		} else {
			err = nil
		}
	}
	p.controls = controls
	if err != nil || len(controls) == 0 {
		return err
	}
	return p.settleControls()
}

// failure joins what the steady solve and the march in time said; the march is the witness and gives the reason.
func (p *Plant) failure(steady, march error) error {
	f := &Failure{Reason: march.Error(), Tried: []string{"steady solve: " + steady.Error()}, Cause: march}
	var at *Failure
	if errors.As(march, &at) {
		f.At = at.Unit
	}
	return f
}

// fill starts the recycles: empty torn streams, then a few Anderson passes of the loop.
func (p *Plant) fill() error {
	for _, t := range p.tears {
		t.flow.Zero(298.15)
	}
	st := p.stage
	st.Cold = true
	if err := p.pass(p.head, &st); err != nil {
		return err
	}
	if len(p.tears) == 0 {
		return nil
	}
	w := p.newton
	p.mixing.Reset()
	for k := range mixingPasses {
		st.Cold = k == 0
		if err := p.fillPass(p.loop, &st); err != nil && k == mixingPasses-1 {
			return err
		}
		p.conv.Passes++
		p.conv.mixing++
		for _, t := range p.tears {
			if k == 0 {
				t.flow.T = t.link.flow.T
			}
		}
		p.mix(w)
	}
	return nil
}

// mix takes one Anderson step on the torn streams.
func (p *Plant) mix(w *tearNewton) {
	acid, _ := p.System.Index("H+")
	for _, t := range p.tears {
		total := flowSize(t.link.flow.N)
		w.z[t.at], w.g[t.at], w.lower[t.at], w.scale[t.at] = t.flow.T, t.link.flow.T, 0, 300
		for i, g := range t.link.flow.N {
			k := t.at + 1 + i
			w.z[k], w.g[k] = t.flow.N[i], g
			w.lower[k], w.scale[k] = 0, math.Max(math.Max(math.Abs(g), math.Abs(w.z[k])), traceShare*total+1e-30)
			if i == acid {
				w.lower[k] = NoBound
			}
		}
	}
	n := p.firstControl()
	p.mixing.Scale = w.scale[:n]
	p.mixing.Next(w.z[:n], w.g[:n], w.lower[:n])
	for _, t := range p.tears {
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

// settle runs Newton on the recycles and specifications at Rate 0, solves what lies downstream, and checks every balance.
func (p *Plant) settle() error {
	if err := p.settleLoops(); err != nil {
		return err
	}
	if err := p.pass(p.rest, &p.stage); err != nil {
		return err
	}
	return p.checkBalances()
}

// settleLoops is settle without what lies downstream of all recycles and specifications.
func (p *Plant) settleLoops() error {
	if err := p.pass(p.head, &p.stage); err != nil {
		return err
	}
	return p.newton.run(p, &p.stage)
}
