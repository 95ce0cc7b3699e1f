package aqueous

import "math"

// resume takes the state of an earlier equilibrium, if it has the components and serves the problem.
func (s *Solver) resume(r *Result) bool {
	s.kg = r.KgWater
	if s.problem.KgWater > 0 {
		s.kg = s.problem.KgWater
	}
	s.lnW, s.str, s.u = math.Log(r.WaterActivity), r.IonicStrength, 0
	if s.titrate {
		s.u = r.Titrant
	}
	for j, c := range s.comp {
		if s.x[j] = r.lnX[c]; math.IsInf(s.x[j], -1) {
			return false
		}
	}
	for k, o := range s.allowed {
		s.active[k] = s.so.start[k+1] > s.so.start[k] && (s.so.free[k] || r.Present[o])
		s.s[k] = 0
		if s.active[k] {
			s.s[k] = r.Solids[o]
		}
	}
	s.resumeSurfaces(r)
	if s.sys.activity.model == "sit" { // the sums follow from molalities
		for range 2 {
			s.speciate()
		}
	}
	return true
}

// store writes the state to the result.
func (s *Solver) store(r *Result) {
	r.Residual = s.residual()
	r.Iterations, r.Exchanged = s.iterations, s.exchanged
	r.PH = -(s.x[s.pos[H]] + s.lnD + s.E[s.pos[H]]) / ln10
	r.IonicStrength, r.WaterActivity, r.KgWater, r.Titrant = s.str, math.Exp(s.lnW), s.kg, s.u
	clear(r.Dissolved)
	clear(r.Molality)
	clear(r.Solids)
	clear(r.Present)
	for c := range r.lnX {
		r.lnX[c] = math.Inf(-1)
	}
	for j, c := range s.comp {
		r.Dissolved[c] = s.kg * s.d[j]
		r.lnX[c] = s.x[j]
	}
	r.Dissolved[Water] = s.kg/molarW + s.kg*s.wm
	for i, o := range s.species {
		r.Molality[o] = s.m[i]
	}
	for k, o := range s.allowed {
		r.Solids[o], r.Present[o] = s.s[k], s.active[k]
	}
	s.storeSurfaces(r)
	s.saturations(r)
	r.Flags = s.flags(r)
	r.solved, s.found = true, true
}

// saturations sets the index of every solid of the system, allowed or not.
func (s *Solver) saturations(r *Result) {
	for o := range s.sys.Solids {
		solid := &s.sys.Solids[o]
		v := -solid.Constant.At(s.T) * ln10
		for _, t := range solid.Terms {
			if t.Component == Water {
				v += t.Coefficient * s.lnW
				continue
			}
			j := s.pos[t.Component]
			if j < 0 {
				v = math.Inf(-1)
				break
			}
			g := s.lnN
			if z := s.sys.Components[t.Component].Charge; z != 0 {
				g = z * z * s.lnD
			}
			v += t.Coefficient * (s.x[j] + g + s.E[j])
		}
		r.SI[o] = v / ln10
	}
}

// flags gathers departures from the validity of the model.
func (s *Solver) flags(r *Result) (f Flags) {
	a := &s.sys.activity
	valid, used := a.davies.valid, a.davies.used
	if a.model == "sit" {
		valid, used = a.sit.valid, a.sit.used
	}
	if s.str > valid {
		f |= AboveValid
	}
	if s.str > used {
		f |= AboveUsed
	}
	if s.T < a.lo || s.T > a.hi {
		f |= WaterRange
	}
	if s.lnW <= math.Log(dryest) {
		f |= DryWater
	}
	if s.titrate && s.u < 0 && s.sys.Reagents[s.problem.Titrant].Name != "H+" {
		f |= NegativeDose
	}
	for o := range s.sys.Solids {
		if s.sys.Solids[o].Gas && r.SI[o] > 0 && !r.Present[o] {
			f |= Effervesces
		}
	}
	if math.Abs(s.T-room) > nearRoom && s.rests() {
		f |= NoEnthalpy
	}
	return f
}

// nearRoom is how far from 25 C a constant of 25 C still serves, K: at 40 kJ/mol log K moves by 0.0024, less than its second decimal.
const nearRoom = 0.1

// rests reports whether a constant without enthalpy belongs to a solid that is present or a species that holds more than a
// hundredth of what is dissolved of one of its components.
func (s *Solver) rests() bool {
	for p := range s.sorb.list { // no constant of a surface has an enthalpy
		if s.sorb.on && s.sorb.list[p].metal > 0 {
			return true
		}
	}
	for k, o := range s.allowed {
		if s.active[k] && math.IsNaN(s.sys.Solids[o].Constant.Enthalpy) {
			return true
		}
	}
	for i, o := range s.species {
		species := &s.sys.Species[o]
		if species.Free || !math.IsNaN(species.Constant.Enthalpy) {
			continue
		}
		cols, a := s.sp.span(i)
		for k, c := range cols {
			if math.Abs(a[k])*s.m[i] > 0.01*s.abs[c] {
				return true
			}
		}
	}
	return false
}
