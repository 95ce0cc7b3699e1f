package sx

import (
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/sx/cascade"
)

// Tangent carries a direction through the circuit by the factors of the solution.
func (s *Circuit) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream,
	du, dprev []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	if s.cut.on && st.Rate == 0 {
		return s.tangentOnCut(st, u, x, in, out, du, din, dx, dout)
	}
	dO := du[organicFlow]
	if s.cut.on {
		dO = dprev[s.cut.at]
	}
	return s.along(st, u, x, in, du, dprev, din, dO, dx, dout)
}

// along is the tangent in which the organic flow changes by dO.
func (s *Circuit) along(st *flowsheet.Stage, u, x []float64, in []flowsheet.Stream,
	du, dprev []float64, din []flowsheet.Stream, dO float64, dx []float64, dout []flowsheet.Stream) error {
	O := s.organicOf(u, x)
	from, dfrom := 0.0, 0.0
	if st.Rate > 0 {
		from, dfrom = s.strengthIn(st.Prev), s.strengthIn(dprev)
	}
	if v := s.unknowns(x); st.Rate > 0 || !s.here.is(u, v, in, O) {
		if err := s.stand(st, u, x, in, from, O); err != nil {
			return err
		}
		s.here.set(u, v, in, O)
		s.here.known = st.Rate == 0
	}
	size := max(s.size(st, u, in, du, dprev, din), math.Abs(dO)/O)
	span := 1e-4 / size
	if size == 0 {
		span = 1
	}
	var sides [2]cascade.Side
	for q, by := range [...]float64{-span, span} {
		for k := range s.inlets(in) {
			for c, n := range in[k].N {
				s.shifted[q][k].N[c] = n + by*din[k].N[c]
			}
		}
		for i := range u {
			s.shiftedU[q][i] = u[i] + by*du[i]
		}
		strength, _ := s.strengthAt(st.Rate, from+by*dfrom, s.shiftedU[q][extractantSet]/2, O+by*dO)
		s.fill(&s.plan[q+1], s.shiftedU[q], s.shifted[q], strength, O+by*dO)
		sides[q].Circuit = &s.plan[q+1]
		if st.Rate > 0 {
			s.remember(&s.prev[q+1], st.Prev, dprev, by, strength)
			s.step[q+1].Rate = st.Rate
			sides[q].Step = &s.step[q+1]
		}
	}
	if err := s.k.Tangent(sides[0], sides[1], 2*span, s.slope); err != nil {
		return err
	}
	s.slopes(dx)
	dS, dDosed := s.strengthSlope(st.Rate, from, u[extractantSet]/2, O, dfrom, du[extractantSet]/2, dO)
	all, _ := s.organicVolume()
	dx[s.sum()] = 2 * all * dS
	if s.cut.on {
		dx[s.cut.at] = dO
	}
	s.releaseSlopes(u, in, din, du, dout, dS)
	dout[s.makeupPort()].N[s.extractant] += 2*s.k.Makeup()*dS + dDosed
	return nil
}

// stand makes the cascade that of the point of a tangent.
func (s *Circuit) stand(st *flowsheet.Stage, u, x []float64, in []flowsheet.Stream, from, organic float64) error {
	s.here.known = false
	s.strength, s.dosed = s.strengthAt(st.Rate, from, u[extractantSet]/2, organic)
	s.fill(&s.plan[0], u, in, s.strength, organic)
	copy(s.k.Unknowns(), s.unknowns(x))
	var now *cascade.Step
	if st.Rate > 0 {
		s.remember(&s.prev[0], st.Prev, nil, 0, s.strength)
		s.step[0].Rate, now = st.Rate, &s.step[0]
	}
	if err := s.k.At(&s.plan[0], now); err != nil {
		return err
	}
	s.k.Held(&s.vessel, &s.now)
	return nil
}

// size is the largest relative change of a direction.
func (s *Circuit) size(st *flowsheet.Stage, u []float64, in []flowsheet.Stream, du, dprev []float64, din []flowsheet.Stream) float64 {
	worst := 0.0
	look := func(d, scale float64) {
		if scale > 0 {
			worst = max(worst, d/scale, -d/scale)
		}
	}
	for i, d := range du {
		if i == organicFlow {
			continue // along looks at it
		}
		scale := u[i]
		if i == bleedPart || i == saponified && s.soap >= 0 {
			scale = max(scale, 0.1)
		}
		look(d, scale)
	}
	for k := range s.inlets(in) {
		first, end := s.system.Span(chem.Aqueous)
		water := s.system.Solvent(chem.Aqueous)
		total := 0.0
		for c := first; c < end; c++ {
			if c != water {
				total += max(in[k].N[c], -in[k].N[c])
			}
		}
		for c := first; c < end; c++ {
			if c == water {
				look(din[k].N[c], in[k].N[c])
			} else {
				look(din[k].N[c], max(total, 1e-6*in[k].N[water]))
			}
		}
	}
	if st.Rate > 0 {
		total := 0.0
		for i := range s.n * s.block {
			total = max(total, st.Prev[i], -st.Prev[i])
		}
		for i := range s.n * s.block {
			look(dprev[i], total)
		}
		for q := range s.slow.of {
			look(dprev[s.slow.at+q], total)
		}
		look(dprev[s.sum()], st.Prev[s.sum()])
	}
	return worst
}

// slopes writes the derivative of states and unknowns.
func (s *Circuit) slopes(dx []float64) {
	v, c, d := &s.vessel, s.c, s.slope
	at, n := 0, len(s.solutes)
	for j := range s.n {
		for i := range c {
			q := j*c + i
			dx[at+i] = v.MixerA[j] * d.Aqueous[q]
			if !s.slow.is[q] {
				dx[at+i] += v.MixerO[j] * d.Organic[q]
			}
			if i == s.hydrogen && s.slow.stage[j] {
				dx[at+i] = v.MixerA[j]*d.Aqueous[q] - v.MixerO[j]*s.atOnce(j, d.Organic[j*c:(j+1)*c])
			}
			dx[at+c+i] = v.SettlerA[j] * d.LayerAqueous[q]
			if i < c-1 {
				dx[at+2*c+i] = v.SettlerO[j] * d.LayerOrganic[q]
			}
		}
		at += 3*c - 1
		for l := range n {
			dx[at+l] = v.MixerA[j] * d.Dissolved[l][j]
			dx[at+n+l] = v.SettlerA[j] * d.LayerDissolved[l][j]
		}
		at += 2 * n
	}
	for q, o := range s.slow.of {
		dx[s.slow.at+q] = v.MixerO[o/c] * d.Organic[o]
	}
	copy(dx[s.stateCount:], d.Unknowns)
	s.leaving(dx, func(j int, aqueous, organic []float64) {
		copy(aqueous, d.Aqueous[j*c:(j+1)*c])
		copy(organic, d.Organic[j*c:(j+1)*c])
	})
}

// releaseSlopes writes the derivative of the outlets.
func (s *Circuit) releaseSlopes(u []float64, in, din []flowsheet.Stream, du []float64, dout []flowsheet.Stream, dS float64) {
	T, mass, dT, dm := 0.0, 0.0, 0.0, 0.0
	for k := range s.inlets(in) {
		m, d := s.system.Mass(in[k].N), s.system.Mass(din[k].N)
		T, mass, dT, dm = T+m*in[k].T, mass+m, dT+m*din[k].T+d*in[k].T, dm+d
	}
	if dT = (dT - T/mass*dm) / mass; mass == 0 {
		dT = din[0].T
	}
	for p := range dout {
		dout[p].Zero(dT)
	}
	d, last := s.slope, s.n-1
	for p, k := range s.leaves {
		a, o, j := s.k.Leaving(k)
		s.sendAqueous(&dout[p], d.Left[k], j, 1, nil)
		s.sendAqueous(&dout[p], a, j, 0, d)
		s.sendOrganic(&dout[p], d.Lost[k], j)
		s.organicSlope(&dout[p], o, j, dS)
	}
	base := len(s.leaves)
	for _, w := range s.draws {
		s.sendAqueous(&dout[base], du[w.handle], s.first(w), 1, nil)
		s.sendAqueous(&dout[base], -s.plan[0].Feeds[len(s.feeds)+base-len(s.leaves)].Aqueous, s.first(w), 0, d)
		base++
	}
	o, a := s.k.Bled()
	s.sendOrganic(&dout[base], d.Bled, last)
	s.organicSlope(&dout[base], o, last, dS)
	s.sendAqueous(&dout[base], d.BledAqueous, last, 1, nil)
	s.sendAqueous(&dout[base], a, last, 0, d)
	s.fresh(&dout[base+1], d.Makeup)
	yH := s.layerO[last*s.c+s.hydrogen]
	soap, back := s.k.SoapFlows()
	full := s.k.Inventory() * s.strength
	dsoap := 2 * s.soapOf(du) / s.k.Inventory()
	taken := soap*(d.Returned*yH+back*d.LayerOrganic[last*s.c+s.hydrogen]+d.Makeup*full+s.k.Makeup()*s.k.Inventory()*dS) + dsoap*(back*yH+s.k.Makeup()*full)
	if s.lye.on {
		taken = s.spendSlope(u, in, du, din, dout, s.k.Soaped(yH), taken)
	}
	s.alkali(&dout[base+2], taken)
	s.strays(din, dout, 1)
}

func (s *Circuit) organicSlope(to *flowsheet.Stream, flow float64, j int, dS float64) {
	to.N[s.extractant] += flow * (2 - s.k.Inventory()) * dS
	for i, o := range s.organic {
		to.N[o] += flow * s.slope.LayerOrganic[j*s.c+i]
	}
}
