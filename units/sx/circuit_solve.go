package sx

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/sx/cascade"
)

// Solve solves the whole circuit as one block.
func (s *Circuit) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if err := s.check(in); err != nil {
		return err
	}
	from := 0.0
	if st.Rate > 0 {
		from = s.strengthIn(st.Prev)
	}
	v := s.unknowns(x)
	s.here.known = false
	copy(s.k.Unknowns(), v)
	tol := max(st.Tol, 1e-13)
	var err error
	switch {
	case !s.cut.on:
	case st.Rate > 0:
		x[s.cut.at] = st.Prev[s.cut.at]
	default:
		if x[s.cut.at], err = s.settleCut(st, u, x, in, tol); err != nil {
			return err
		}
	}
	organic := s.organicOf(u, x)
	s.strength, s.dosed = s.strengthAt(st.Rate, from, u[extractantSet]/2, organic)
	s.fill(&s.plan[0], u, in, s.strength, organic)
	if st.Rate > 0 {
		s.remember(&s.prev[0], st.Prev, nil, 0, s.strength)
		s.step[0].Rate = st.Rate
		_, err = s.k.Advance(&s.plan[0], &s.step[0], tol, st.Cold)
	} else if !s.cut.on {
		_, err = s.k.Solve(&s.plan[0], tol, st.Cold)
	}
	if err != nil {
		return err
	}
	copy(v, s.k.Unknowns())
	s.contents(x)
	s.leaving(x, func(j int, aqueous, organic []float64) {
		copy(aqueous, s.k.Aqueous(j))
		s.k.Inventories(j, organic)
	})
	s.release(u, in, out)
	return s.finite(x, out)
}

// unknowns are the cascade's in the memory x.
func (s *Circuit) unknowns(x []float64) []float64 {
	at := s.stateCount
	return x[at : at+len(s.k.Unknowns())]
}

// leaving goes through what leaves each mixer in the memory x, where it is kept.
func (s *Circuit) leaving(x []float64, each func(j int, aqueous, organic []float64)) {
	if !s.partial {
		return
	}
	at := s.stateCount + len(s.k.Unknowns())
	for j := range s.n {
		each(j, x[at:at+s.c:at+s.c], x[at+s.c:at+2*s.c:at+2*s.c])
		at += 2 * s.c
	}
}

// check refuses inlets that cannot be.
func (s *Circuit) check(in []flowsheet.Stream) error {
	for k := range in {
		a := s.system.PhaseVolume(chem.Aqueous, in[k].N)
		if !(a >= 0) {
			return fmt.Errorf("%s: aqueous enters with %.3g m3/s", s.inlet(k), a)
		}
		first, end := s.system.Span(chem.Aqueous)
		for c := first; c < end && a == 0; c++ {
			if in[k].N[c] != 0 {
				return fmt.Errorf("%s: %s enters without water", s.inlet(k), s.system.Components[c].Name)
			}
		}
	}
	for k := range s.inlets(in) {
		const rounding = 1e-9 // of a recycle, as the cascade allows it
		ions := 0.0
		for _, a := range s.aqueous {
			ions += math.Abs(in[k].N[a])
		}
		if base := -in[k].N[s.acid]; base > rounding*ions {
			return fmt.Errorf("%s: the aqueous is alkaline, by %.3g mol/s of base: metals would come down as hydroxides; neutralise it before", s.inlet(k), base)
		}
	}
	if s.lye.on {
		return s.checkLye(in[s.lye.in].N)
	}
	return nil
}

// inlets are those whose aqueous goes through the mixers: sections and side feeds.
func (s *Circuit) inlets(in []flowsheet.Stream) []flowsheet.Stream {
	return in[:len(s.names)+len(s.feeds)]
}

// inlet is the name of inlet k: a section's, then a side feed's, then the lye.
func (s *Circuit) inlet(k int) string {
	if k < len(s.names) {
		return s.names[k]
	}
	if s.lye.on && k == s.lye.in {
		return "lye"
	}
	return s.feeds[k-len(s.names)].name
}

// remember sorts states into the form of the cascade, x + by·dx, as if the organic had that strength already.
func (s *Circuit) remember(m *memory, x, dx []float64, by, strength float64) {
	v, c := &s.vessel, s.c
	at := 0
	next := func() float64 {
		t := x[at]
		if dx != nil {
			t += by * dx[at]
		}
		at++
		return t
	}
	per := func(volume float64) float64 {
		if volume > 0 {
			return 1 / volume
		}
		return 0
	}
	before := s.strengthIn(x)
	if dx != nil {
		before += by * s.strengthIn(dx)
	}
	for j := range s.n {
		for i := range c {
			m.mixer[j*c+i] = next()
		}
		if s.slow.stage[j] {
			m.mixer[j*c+s.hydrogen] += s.k.Inventory() * v.MixerO[j] * strength
		} else {
			m.mixer[j*c+s.hydrogen] += s.k.Inventory() * v.MixerO[j] * (strength - before)
		}
		a, o := per(v.SettlerA[j]), per(v.SettlerO[j])
		for i := range c {
			m.layerA[j*c+i] = a * next()
		}
		h := s.k.Inventory() * strength
		for i := range c - 1 {
			m.layerO[j*c+i] = o * next()
			h -= s.chem.Cations[i].Z * m.layerO[j*c+i]
		}
		m.layerO[j*c+s.hydrogen] = h
		for l := range s.solutes {
			m.soluteMixer[l][j] = next()
		}
		for l := range s.solutes {
			m.soluteLayer[l][j] = a * next()
		}
	}
	for q, o := range s.slow.of {
		m.drops[o] = x[s.slow.at+q]
		if dx != nil {
			m.drops[o] += by * dx[s.slow.at+q]
		}
		m.mixer[o] += m.drops[o]
		m.mixer[o-o%c+s.hydrogen] -= s.chem.Cations[o%c].Z * m.drops[o]
	}
}

// contents writes the states.
func (s *Circuit) contents(x []float64) {
	v, c := &s.vessel, s.c
	s.k.Held(v, &s.now)
	at := 0
	for j := range s.n {
		row := j * c
		copy(x[at:], s.mixer[row:row+c])
		for i := range c {
			if s.slow.is[row+i] {
				x[at+i] = v.MixerA[j] * s.k.Aqueous(j)[i]
			}
		}
		if s.slow.stage[j] {
			s.k.Inventories(j, s.held)
			x[at+s.hydrogen] = v.MixerA[j]*s.k.Aqueous(j)[s.hydrogen] - v.MixerO[j]*s.atOnce(j, s.held)
		}
		at += c
		for i := range c {
			x[at+i] = v.SettlerA[j] * s.layerA[row+i]
		}
		for i := range c - 1 {
			x[at+c+i] = v.SettlerO[j] * s.layerO[row+i]
		}
		at += 2*c - 1
		n := len(s.solutes)
		for l := range n {
			x[at+l], x[at+n+l] = s.soluteMixer[l][j], v.SettlerA[j]*s.soluteLayer[l][j]
		}
		at += 2 * n
	}
	all, _ := s.organicVolume()
	x[at] = 2 * all * s.strength
	for q, o := range s.slow.of {
		x[s.slow.at+q] = s.drops[o]
	}
}

// release writes what leaves.
func (s *Circuit) release(u []float64, in, out []flowsheet.Stream) {
	T, mass := 0.0, 0.0
	for k := range s.inlets(in) {
		m := s.system.Mass(in[k].N)
		T, mass = T+m*in[k].T, mass+m
	}
	if T /= mass; mass == 0 {
		T = in[0].T
	}
	for p := range out {
		out[p].Zero(T)
	}
	for p, k := range s.leaves {
		a, o, j := s.k.Leaving(k)
		s.sendAqueous(&out[p], a, j, 1, nil)
		s.sendOrganic(&out[p], o, j)
	}
	base := len(s.leaves)
	for _, d := range s.draws {
		s.sendAqueous(&out[base], -s.plan[0].Feeds[len(s.feeds)+base-len(s.leaves)].Aqueous, s.first(d), 1, nil)
		base++
	}
	o, a := s.k.Bled()
	s.sendOrganic(&out[base], o, s.n-1)
	s.sendAqueous(&out[base], a, s.n-1, 1, nil)
	s.fresh(&out[base+1], s.k.Makeup())
	out[base+1].N[s.extractant] += s.dosed
	soap := s.k.Soaped(s.layerO[(s.n-1)*s.c+s.hydrogen])
	if s.lye.on {
		soap = s.spend(u, in, out, soap)
	}
	s.alkali(&out[base+2], soap)
	s.strays(in, out, 1)
}

// sendAqueous adds flow, m3/s, of the aqueous layer of stage j, with conc concentrations in place of the layer's if given.
func (s *Circuit) sendAqueous(to *flowsheet.Stream, flow float64, j int, water float64, d *cascade.Slope) {
	w := s.system.Solvent(chem.Aqueous)
	x, dissolved := s.layerA, s.soluteLayer
	if d != nil {
		x, dissolved = d.LayerAqueous, d.LayerDissolved
	}
	to.N[w] += water * flow / s.system.Components[w].V
	for i, a := range s.aqueous {
		to.N[a] += flow * x[j*s.c+i]
	}
	for l, a := range s.solutes {
		to.N[a] += flow * dissolved[l][j]
	}
}

// sendOrganic adds flow, m3/s, of the organic layer of stage j.
func (s *Circuit) sendOrganic(to *flowsheet.Stream, flow float64, j int) {
	w := s.system.Solvent(chem.Organic)
	to.N[w] += flow / s.system.Components[w].V
	for i, o := range s.organic {
		to.N[o] += flow * s.layerO[j*s.c+i]
	}
	to.N[s.extractant] += flow * s.bound()
}

// bound is the extractant that is no part of the hydrogen inventory, mol/m3: monomers are conserved, whatever binds them.
func (s *Circuit) bound() float64 { return (2 - s.k.Inventory()) * s.strength }

// fresh adds flow, m3/s, of fresh organic.
func (s *Circuit) fresh(to *flowsheet.Stream, flow float64) {
	w := s.system.Solvent(chem.Organic)
	to.N[w] += flow / s.system.Components[w].V
	to.N[s.extractant] += flow * 2 * s.strength
}

// alkali adds base, mol/s of hydroxide of the soap's cation less the water that it forms.
func (s *Circuit) alkali(to *flowsheet.Stream, base float64) {
	if s.sodium >= 0 {
		to.N[s.sodium] += base
		to.N[s.acid] -= base
	}
}

// strays lets organic, solids and gases of an aqueous inlet pass to where that section's aqueous leaves.
func (s *Circuit) strays(in, out []flowsheet.Stream, by float64) {
	for k := range s.inlets(in) {
		p := s.exit(k)
		for _, phase := range [...]chem.Phase{chem.Organic, chem.Solid, chem.Gas} {
			first, end := s.system.Span(phase)
			for c := first; c < end; c++ {
				out[p].N[c] += by * in[k].N[c]
			}
		}
	}
}

// first is the stage, in the order of the organic, that a side port is at.
func (s *Circuit) first(p sidePort) int {
	return s.last(p.section) - s.sections[p.section].stages + 1 + p.stage
}

// exit is the outlet that the aqueous of section k leaves by.
func (s *Circuit) exit(k int) int {
	if k >= len(s.names) {
		k = s.feeds[k-len(s.names)].section
	}
	p := 0
	for q, leaves := range s.leaves {
		if leaves <= k {
			p = q
		}
	}
	return p
}

// makeupPort is the outlet that the fresh organic is drawn by, basePort that of the base.
func (s *Circuit) makeupPort() int { return len(s.leaves) + len(s.draws) + 1 }
func (s *Circuit) basePort() int   { return s.makeupPort() + 1 }

// finite refuses a result that the numbers cannot hold.
func (s *Circuit) finite(x []float64, out []flowsheet.Stream) error {
	for i, v := range x[:s.sum()] {
		if v-v != 0 {
			return fmt.Errorf("%s: a content is %g: the inlets are beyond all measure", s.place(i/s.block), v)
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
