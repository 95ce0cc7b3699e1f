package cascade

import (
	"fmt"
	"math"
)

// Coefficients of SDIRK4(3), L-stable, γ = 1/4: Hairer and Wanner, Solving Ordinary Differential Equations II, table IV.6.5.
var (
	sdirkA = [5][5]float64{{1. / 4}, {1. / 2, 1. / 4}, {17. / 50, -1. / 25, 1. / 4}, {371. / 1360, -137. / 2720, 15. / 544, 1. / 4},
		{25. / 24, -49. / 48, 125. / 16, -85. / 12, 1. / 4}}
	sdirkE = [5]float64{25./24 - 59./48, -49./48 + 17./96, 125./16 - 225./32, 0, 1. / 4} // b less the third-order weights
)

// Integrator takes a circuit through time from a solution of its cascade, with steps that keep to a tolerance. Time is in the
// unit of the flows.
type Integrator struct {
	Rtol, Atol float64 // of amounts and concentrations; Atol is a concentration
	Step       float64 // the next step to try
	Taken      int     // steps, and
	Rejected   int

	k       *Cascade
	vessels *Vessels
	state   []float64 // mixers, aqueous layers, organic layers, then the solutes' mixers and layers
	begin   []float64 // of an implicit stage
	end     []float64
	rate    [5][]float64
	from    Step // begin, cut up
	to      Step // end, cut up
	v       []float64
}

// NewIntegrator starts from the last solution of k, steady or in time, with its contents in these vessels.
func NewIntegrator(k *Cascade, vessels *Vessels, rtol float64) *Integrator {
	n := k.n*k.c*3 + 2*k.n*len(k.ligandTotal)
	if k.base.mur != nil {
		n += k.n * k.c
	}
	s := &Integrator{Rtol: rtol, Atol: 1e-4 * rtol, k: k, vessels: vessels, state: make([]float64, n), begin: make([]float64, n), end: make([]float64, n),
		v: make([]float64, len(k.v))}
	for q := range s.rate {
		s.rate[q] = make([]float64, n)
	}
	s.from, s.to = s.cut(s.begin), s.cut(s.end)
	now := s.cut(s.state)
	k.Held(vessels, &now)
	return s
}

// cut makes a step's contents of a flat vector.
func (s *Integrator) cut(x []float64) Step {
	k := s.k
	n := k.n * k.c
	t := Step{Vessels: s.vessels, Mixer: x[:n], Aqueous: x[n : 2*n], Organic: x[2*n : 3*n]}
	x = x[3*n:]
	for range k.ligandTotal {
		t.LigandMixer, t.LigandAq = append(t.LigandMixer, x[:k.n]), append(t.LigandAq, x[k.n:2*k.n])
		x = x[2*k.n:]
	}
	if len(x) > 0 {
		t.Drops = x
	}
	return t
}

// Contents are the amounts in the mixers and the concentrations of the layers, the integrator's own.
func (s *Integrator) Contents() Step { return s.cut(s.state) }

// Run goes on by span under a circuit.
func (s *Integrator) Run(c *Circuit, span float64) error {
	k := s.k
	reuse := k.Reuse
	defer func() { k.Reuse = reuse }()
	k.Reuse = true
	if s.Step == 0 {
		s.Step = 1e-3 * span
	}
	for t := 0.0; t < span*(1-1e-12); {
		h := min(s.Step, span-t)
		copy(s.v, k.v)
		size, err := s.try(c, h)
		if err != nil || size > 1 {
			copy(k.v, s.v)
			k.factored = false
			s.Rejected++
			s.Step = h * 0.3
			if err == nil {
				s.Step = h * max(0.2, min(0.7, 0.9*math.Pow(size, -0.25)))
			} else if h < 1e-9*span {
				return fmt.Errorf("time integration stands still: %w", err)
			}
			continue
		}
		t += h
		s.Taken++
		copy(s.state, s.end)
		grow := min(4, max(0.2, 0.9*math.Pow(size+1e-10, -0.25)))
		if grow > 0.9 && grow < 1.25 {
			grow = 1 // the factors serve on
		}
		if h == s.Step || grow < 1 {
			s.Step = h * grow
		}
	}
	return nil
}

// try takes one step to end and gives its error relative to the tolerance.
func (s *Integrator) try(c *Circuit, h float64) (float64, error) {
	k := s.k
	s.from.Rate = 4 / h
	for q := range s.rate {
		copy(s.begin, s.state)
		for p := range q {
			if a := h * sdirkA[q][p]; a != 0 {
				for i, f := range s.rate[p] {
					s.begin[i] += a * f
				}
			}
		}
		if r, err := k.Advance(c, &s.from, max(0.03*s.Rtol, 1e-12), false); err != nil {
			return 0, err
		} else if r.Path != Warm {
			k.factored = false
		}
		k.Held(s.vessels, &s.to)
		for i, x := range s.end {
			s.rate[q][i] = (x - s.begin[i]) * s.from.Rate
		}
		s.settle(s.rate[q])
	}
	sum := 0.0
	n := k.n * k.c
	for i, y := range s.state {
		e := 0.0
		for q, w := range sdirkE {
			e += w * s.rate[q][i]
		}
		least := s.Atol
		if j := i / k.c; i < n {
			least *= s.vessels.MixerA[j] + s.vessels.MixerO[j]
		}
		e *= h / (least + s.Rtol*math.Abs(y))
		sum += e * e
	}
	return math.Sqrt(sum / float64(len(s.state))), nil
}

// settle clears the rates of layers that hold nothing: their concentrations follow at once.
func (s *Integrator) settle(rate []float64) {
	k := s.k
	n := k.n * k.c
	for j := range k.n {
		if s.vessels.SettlerA[j] == 0 {
			clear(rate[n+j*k.c : n+(j+1)*k.c])
			for l := range k.ligandTotal {
				rate[3*n+(2*l+1)*k.n+j] = 0
			}
		}
		if s.vessels.SettlerO[j] == 0 {
			clear(rate[2*n+j*k.c : 2*n+(j+1)*k.c])
		}
	}
}
