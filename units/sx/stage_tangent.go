package sx

import (
	"errors"

	"reetwin/flowsheet"
)

var errSingular = errors.New("the closures of the stages have no derivative at this point")

// Tangent differentiates the closed stages: one solve with the factors of the Jacobian at x, which are kept from one
// direction to the next.
func (s *Section) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, dprev []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	k := s.k
	s.fill(st, u, in)
	d := k.direction
	s.enter(d, k.dFeedX, k.dFeedY, din)
	d[rate], d[holdA], d[holdO] = 0, du[aqueousHoldup], du[organicHoldup]
	if st.Rate > 0 {
		s.remember(dprev, k.dPrevM, k.dPrevQ, k.dPrevE, k.dPrevS)
	} else {
		clear(d[header+2*k.m:])
	}
	k.inerts()
	v := x[s.states:]
	meet := !s.apart()
	switch {
	case !meet:
		aqueous, _ := s.absent()
		copy(k.try, v)
		k.passTangent(k.try, aqueous)
	case !k.linearise(v):
		return errSingular
	default:
		k.tangent()
	}
	va, vo, dva, dvo := u[aqueousHoldup], u[organicHoldup], du[aqueousHoldup], du[organicHoldup]
	for j := range k.n {
		b := dx[j*s.block:]
		for i := range s.aqueous {
			a := i*k.n + j
			b[i] = dva*k.x[a] + va*k.dx[a] + dvo*k.y[a] + vo*k.dy[a]
		}
		b[len(s.aqueous)] = dva*k.q[j] + va*k.dq[j]
		b[len(s.aqueous)+1] = dvo*k.e[j] + vo*k.de[j]
	}
	copy(dx[s.states:], k.dv)
	s.releaseTangent(st, meet, in, out, din, dout)
	s.inertsTangent(st, du, dprev, in, din, dx, dout)
	return nil
}

// releaseTangent differentiates release; the outlet that takes the rest is the same.
func (s *Section) releaseTangent(st *flowsheet.Stage, meet bool, in, out, din, dout []flowsheet.Stream) {
	k := s.k
	for p := range dout {
		copy(dout[p].N, din[p].N)
	}
	s.sideline(din[1].N, dout)
	s.mixTangent(in, out[0].T, din, dout)
	A, O, dA, dO := k.data[flowA], k.data[flowO], k.direction[flowA], k.direction[flowO]
	last := k.n - 1
	acid, extractant := din[0].N[s.acid], din[1].N[s.extractant]
	if st.Rate > 0 {
		acid, extractant = dA*k.q[last]+A*k.dq[last], dO*k.e[0]+O*k.de[0]
	}
	for i, t := range k.terms {
		x, y := k.dFeedX[i], k.dFeedY[i]
		atX, atY := i*k.n+last, i*k.n
		a, o := dA*k.x[atX]+A*k.dx[atX], dO*k.y[atY]+O*k.dy[atY]
		switch {
		case st.Rate > 0:
			x, y = 0, 0
		case !meet:
			a, o = x, y
		case A*k.x[atX] <= O*k.y[atY]:
			o = x + y - a
		default:
			a = x + y - o
		}
		dout[0].N[s.aqueous[i]], dout[1].N[s.organic[i]] = a, o
		acid += t.z * (x - a)
		extractant += t.z * (y - o)
	}
	dout[0].N[s.acid], dout[1].N[s.extractant] = acid, extractant
}

// mixTangent differentiates the mean temperature T of the inlets.
func (s *Section) mixTangent(in []flowsheet.Stream, T float64, din, dout []flowsheet.Stream) {
	dT := din[0].T
	if mass := s.system.Mass(in[0].N) + s.system.Mass(in[1].N); mass > 0 {
		dT = 0
		for p := range in {
			dT += s.system.Mass(din[p].N)*(in[p].T-T) + s.system.Mass(in[p].N)*din[p].T
		}
		dT /= mass
	}
	dout[0].T, dout[1].T = dT, dT
}

// inertsTangent differentiates passInerts.
func (s *Section) inertsTangent(st *flowsheet.Stage, du, dprev []float64, in, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) {
	d, g := s.k.data, s.k.direction
	slot := len(s.aqueous) + 2
	for p, list := range [...][]int{s.inertA, s.inertO} {
		flow, dflow, hold, dhold := d[flowA+p], g[flowA+p], d[holdA+p], du[p]
		for _, c := range list {
			if st.Rate > 0 {
				s.gather(s.prev, st.Prev, slot)
			}
			chain(s.now, in[p].N[c], s.prev, flow, st.Rate, hold, p == 1)
			if st.Rate > 0 {
				s.gather(s.prev, dprev, slot)
			}
			dChain(s.dnow, s.now, din[p].N[c], s.prev, flow, dflow, st.Rate, hold, dhold, p == 1)
			for j := range s.now {
				dx[j*s.block+slot] = dhold*s.now[j] + hold*s.dnow[j]
			}
			if st.Rate > 0 {
				at := s.last(p)
				dout[p].N[c] = dflow*s.now[at] + flow*s.dnow[at]
			}
			slot++
		}
	}
}
