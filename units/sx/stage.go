package sx

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// negative is the part of a feed's acidity or extractant sum that a component may be below zero: rounding of a recycle.
const negative = 1e-9

// Solve closes every stage, or passes the phases unchanged when they do not meet.
func (s *Section) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	s.fill(st, u, in)
	if err := s.check(in); err != nil {
		return err
	}
	s.k.inerts()
	if v := x[s.states:]; s.apart() {
		aqueous, _ := s.absent()
		s.k.pass(v, aqueous)
	} else if f := s.k.solve(v, st.Tol, st.Cold); f.cause != none {
		return s.describe(f)
	}
	for j := range s.k.n {
		b := x[j*s.block:]
		for i := range s.aqueous {
			b[i] = u[aqueousHoldup]*s.k.x[i*s.k.n+j] + u[organicHoldup]*s.k.y[i*s.k.n+j]
		}
		b[len(s.aqueous)] = u[aqueousHoldup] * s.k.q[j]
		b[len(s.aqueous)+1] = u[organicHoldup] * s.k.e[j]
	}
	s.release(st, in, out)
	s.passInerts(st, x, in, out)
	return s.finite(x, out)
}

// finite refuses a result that the numbers cannot hold.
func (s *Section) finite(x []float64, out []flowsheet.Stream) error {
	for i, v := range x {
		if v-v != 0 {
			return fmt.Errorf("stage %d: a content is %g: the inlets are beyond all measure", s.number(min(i/s.block, s.k.n-1)), v)
		}
	}
	for p := range out {
		for c, v := range out[p].N {
			if v-v != 0 {
				return fmt.Errorf("%s leaves with %g mol/s: the inlets are beyond all measure", s.system.Components[c].Name, v)
			}
		}
		if T := out[p].T; T-T != 0 {
			return fmt.Errorf("the outlets are at %g K: the inlets are beyond all measure", T)
		}
	}
	return nil
}

// fill makes the stage the problem of the cascade.
func (s *Section) fill(st *flowsheet.Stage, u []float64, in []flowsheet.Stream) {
	k, d := s.k, s.k.data
	s.enter(d, k.feedX, k.feedY, in)
	d[rate], d[holdA], d[holdO] = st.Rate, u[aqueousHoldup], u[organicHoldup]
	if st.Rate > 0 {
		s.remember(st.Prev, k.prevM, k.prevQ, k.prevE, k.prevS)
	} else {
		clear(d[header+2*k.m:])
	}
}

// enter writes what two inlets bring; it is linear in them.
func (s *Section) enter(d, feedX, feedY []float64, in []flowsheet.Stream) {
	aq, org := in[0].N, in[1].N
	d[flowA], d[flowO] = s.system.PhaseVolume(chem.Aqueous, aq), s.system.PhaseVolume(chem.Organic, org)
	d[inQ], d[inE], d[inS] = aq[s.acid], org[s.extractant], 0
	if s.sulfate >= 0 {
		d[inS] = aq[s.sulfate]
	}
	for i, t := range s.k.terms {
		feedX[i], feedY[i] = aq[s.aqueous[i]], org[s.organic[i]]
		d[inQ] += t.z * feedX[i]
		d[inE] += t.z * feedY[i]
	}
}

// remember sorts states by metal.
func (s *Section) remember(x, m, q, e, so4 []float64) {
	n, metals := s.k.n, len(s.aqueous)
	for j := range n {
		b := x[j*s.block : (j+1)*s.block]
		for i := range metals {
			m[i*n+j] = b[i]
		}
		q[j], e[j], so4[j] = b[metals], b[metals+1], 0
		for a, c := range s.inertA {
			if c == s.sulfate {
				so4[j] = b[metals+2+a]
			}
		}
	}
}

// check refuses inlets that cannot be.
func (s *Section) check(in []flowsheet.Stream) error {
	d := s.k.data
	bad := func(port, component int, sum float64) error {
		if v := in[port].N[component]; !(v >= -negative*math.Abs(sum)) {
			return fmt.Errorf("%s enters with the negative flow %.3g mol/s", s.system.Components[component].Name, v)
		}
		return nil
	}
	if !(d[flowA] >= 0 && d[flowO] >= 0) {
		return fmt.Errorf("a phase enters with a negative flow: aqueous %.3g, organic %.3g m3/s", d[flowA], d[flowO])
	}
	for i := range s.aqueous {
		if err := bad(0, s.aqueous[i], d[inQ]); err != nil {
			return err
		}
		if err := bad(1, s.organic[i], d[inE]); err != nil {
			return err
		}
	}
	if s.sulfate >= 0 {
		return bad(0, s.sulfate, d[inQ])
	}
	return nil
}

// absent says which phases are missing, in every stage.
func (s *Section) absent() (aqueous, organic bool) {
	return s.k.data[flowA] == 0 && allZero(s.k.q), s.k.data[flowO] == 0 && allZero(s.k.e)
}

// apart says that nothing can be exchanged: a phase is missing, there is no extractant, or neither acid nor metal.
func (s *Section) apart() bool {
	k := s.k
	aqueous, organic := s.absent()
	return aqueous || organic || allZero(k.e) && allZero(k.feedY) ||
		allZero(k.q) && allZero(k.feedX) && allZero(k.feedY) && allZero(k.prevM)
}

func allZero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// release writes what leaves, inerts as they came. In the steady state the larger outlet of a metal is what the smaller
// one leaves of the inlets: every element closes to rounding and traces keep their digits.
func (s *Section) release(st *flowsheet.Stage, in, out []flowsheet.Stream) {
	k := s.k
	s.carry(in, out)
	A, O := k.data[flowA], k.data[flowO]
	aq, org := out[0].N, out[1].N
	meet := !s.apart()
	acid, extractant := in[0].N[s.acid], in[1].N[s.extractant]
	if st.Rate > 0 {
		acid, extractant = A*k.q[k.n-1], O*k.e[0]
	}
	for i, t := range k.terms {
		x, y := k.feedX[i], k.feedY[i]
		a, o := A*k.x[i*k.n+k.n-1], O*k.y[i*k.n]
		switch {
		case st.Rate > 0:
			x, y = 0, 0 // the sums hold them
		case !meet:
			a, o = x, y
		case a <= o:
			o = x + y - a
		default:
			a = x + y - o
		}
		aq[s.aqueous[i]], org[s.organic[i]] = a, o
		acid += t.z * (x - a)
		extractant += t.z * (y - o)
	}
	aq[s.acid], org[s.extractant] = acid, extractant
}

// carry copies the inlets to the outlets, moves solids and gases to the aqueous one and mixes the temperatures.
func (s *Section) carry(in, out []flowsheet.Stream) {
	for p := range out {
		copy(out[p].N, in[p].N)
	}
	s.sideline(in[1].N, out)
	T := in[0].T
	a, o := s.system.Mass(in[0].N), s.system.Mass(in[1].N)
	if a+o > 0 {
		T = (a*in[0].T + o*in[1].T) / (a + o)
	}
	out[0].T, out[1].T = T, T
}

// sideline moves the solids and gases that came with the organic.
func (s *Section) sideline(organic []float64, out []flowsheet.Stream) {
	for _, p := range [...]chem.Phase{chem.Solid, chem.Gas} {
		first, end := s.system.Span(p)
		for c := first; c < end; c++ {
			out[0].N[c] += organic[c]
			out[1].N[c] = 0
		}
	}
}

// passInerts follows every other solute through the stages.
func (s *Section) passInerts(st *flowsheet.Stage, x []float64, in, out []flowsheet.Stream) {
	slot := len(s.aqueous) + 2
	for p, list := range [...][]int{s.inertA, s.inertO} {
		flow, hold := s.k.data[flowA+p], s.k.data[holdA+p]
		for _, c := range list {
			if st.Rate > 0 {
				s.gather(s.prev, st.Prev, slot)
			}
			chain(s.now, in[p].N[c], s.prev, flow, st.Rate, hold, p == 1)
			for j, v := range s.now {
				x[j*s.block+slot] = hold * v
			}
			if st.Rate > 0 {
				out[p].N[c] = flow * s.now[s.last(p)]
			}
			slot++
		}
	}
}

func (s *Section) gather(to, x []float64, slot int) {
	for j := range to {
		to[j] = x[j*s.block+slot]
	}
}

// last is the stage that a phase leaves from.
func (s *Section) last(phase int) int {
	if phase == 0 {
		return s.k.n - 1
	}
	return 0
}

// describe puts a failure into words.
func (s *Section) describe(f failure) error {
	at := fmt.Sprintf("stage %d", s.number(f.stage))
	name := s.model.Extractant
	switch f.cause {
	case alkaline:
		return fmt.Errorf("%s: acidity plus metal charge is %.4g mol/m3: the aqueous needs acid", at, f.have)
	case noExtractant:
		return fmt.Errorf("%s: %s, free and bound, is %.4g mol/m3: the organic needs extractant", at, name, f.have)
	case acidShort:
		return fmt.Errorf("%s: free acid exhausted: metals in the aqueous need %.4g mol/m3 of its acidity, %.4g available", at, f.need, f.have)
	case extractantShort:
		return fmt.Errorf("%s: free %s exhausted: metals need %.4g mol/m3, %.4g available", at, name, f.need, f.have)
	case steep:
		return fmt.Errorf("%s: log10 D of %s is %.4g, beyond ±%.0f", at, s.symbols[f.metal], f.need/math.Ln10, lnLimit/math.Ln10)
	}
	which := "acidity"
	if f.extractant {
		which = name
	}
	return fmt.Errorf("%s: no equilibrium found: the balance of %s is open by %.2g of its amount", at, which, math.Abs(math.Expm1(f.residual)))
}
