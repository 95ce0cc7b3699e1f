package aqueous

import "math"

// begin finds a first state: each free species is moved so that what raises its balance equals what lowers it, with the
// exponent of its most condensed species so that polynuclear iron does not overshoot; metals beyond saturation go to solids.
func (s *Solver) begin() {
	const calm, sweeps = 0.5, 12 // the ionic strength is held below calm meanwhile
	nc := len(s.comp)
	s.kg = s.problem.KgWater
	if s.kg == 0 {
		s.kg = s.waterT * molarW
	}
	s.u, s.fine, s.lnW, s.str = 0, 0, 0, 0.05
	s.dissolveAll()
	for k := range s.active {
		s.active[k] = false
	}
	h := s.pos[H]
	for j := range nc {
		s.x[j] = math.Log(max(s.total[j], 1e-7*math.Abs(s.dose[j])*s.kg) / (2 * s.kg))
	}
	s.x[h] = -7 * ln10
	for range sweeps {
		s.curve()
		if s.titrate {
			s.x[h] = s.lnAH - s.lnD
		}
		s.speciate()
		s.condense()
		worst := 0.0
		for j := range nc {
			if j == h && s.titrate || s.host[j] {
				continue
			}
			step := s.sweep(j)
			worst = max(worst, math.Abs(step))
			s.x[j] += 0.8 * max(-6, min(6, step))
		}
		if s.titrate {
			s.guessDose()
		}
		worst = max(worst, s.precipitate())
		s.str = min(s.strSum, calm)
		ln, _ := s.waterActivity()
		s.lnW = max(ln, math.Log(0.8))
		if worst < 1 {
			break
		}
	}
	s.speciate()
}

// sweep is the step of ln molality of component j.
func (s *Solver) sweep(j int) float64 {
	const least = 1e-3 // part of a total that stays dissolved, whatever all solids together would take
	all := s.total[j] + s.u*s.dose[j]
	t := all - s.bound[j]
	if j != s.pos[H] {
		t = max(t, least*all)
	}
	t /= s.kg
	// Σ a m = P − N with P what carries the component and N what lacks it: P − N = t.
	plus, minus := (s.abs[j]+s.d[j])/2, (s.abs[j]-s.d[j])/2
	if t > 0 {
		minus += t
	} else {
		plus -= t
	}
	return math.Log(max(minus, 1e-100)/max(plus, 1e-100)) / s.condensed[j]
}

// condense finds, for each component, the coefficient in the species that holds most of it.
func (s *Solver) condense() {
	nc := len(s.comp)
	copy(s.top[:nc], s.m[:nc]) // the free species come first
	for j := range nc {
		s.condensed[j] = 1
	}
	for _, e := range s.heavy {
		if v := e.a * s.m[e.species]; v > s.top[e.component] {
			s.top[e.component], s.condensed[e.component] = v, e.a
		}
	}
}

// guessDose sets the titrant by the proton balance, where the totals allow it. The protons that carbonate, fluoride and their like
// carry at the held pH count with those of the reagent.
func (s *Solver) guessDose() {
	h := s.pos[H]
	short := s.kg*s.d[h] + s.boundH - s.total[h] - s.u*s.dose[h]
	brings := s.dose[h]
	for _, c := range s.carriers {
		brings -= s.dose[c] * s.carried(c)
	}
	if math.Abs(brings) < 0.05 { // hardly any: its pH is near the one to hold
		brings = math.Copysign(0.05, brings)
	}
	s.u = s.within(s.u + short/brings)
}

// carried is how many protons one mole of component c binds, on average.
func (s *Solver) carried(c int) float64 {
	h := s.pos[H]
	protons, all := 0.0, s.m[c]
	for i := len(s.comp); i < s.sp.n(); i++ {
		of, a := 0.0, 0.0
		cols, v := s.sp.span(i)
		for k, j := range cols {
			switch int(j) {
			case c:
				of = v[k]
			case h:
				a = v[k]
			}
		}
		if of != 0 {
			protons += of * a * s.m[i]
			all += of * of * s.m[i]
		}
	}
	return protons / all
}

// within limits a dose so that no total falls below a tenth of what was there.
func (s *Solver) within(u float64) float64 {
	h := s.pos[H]
	for j := range s.comp {
		if c := s.dose[j]; j != h && c != 0 {
			if low := (0.1*max(s.total[j], 1e-8*math.Abs(c)*s.kg) - s.total[j]) / c; c > 0 {
				u = max(u, low)
			} else {
				u = min(u, low)
			}
		}
	}
	return min(u, farthest*s.kg)
}

// dissolveAll empties the solids.
func (s *Solver) dissolveAll() {
	nc := len(s.comp)
	clear(s.s)
	clear(s.bound[:nc])
	s.boundH = 0
	clear(s.host[:nc])
}

// precipitate holds each metal that is beyond saturation to its most supersaturated solid, which takes what is then not
// dissolved. It returns the largest step of a metal in ln molality.
func (s *Solver) precipitate() (worst float64) {
	m := s.kkt
	for l := range m.nl {
		m.partner[l] = -1
	}
	for k := range s.so.n() {
		l := m.key[k]
		if l < 0 || !s.counts(k) || m.onKey[k] < 0 {
			continue
		}
		s.slack[k] = s.saturation(k) / m.onKey[k]
		if p := m.partner[l]; (s.slack[k] > 0 || s.s[k] > 0) && (p < 0 || s.slack[k] > s.slack[p]) {
			m.partner[l] = k
		}
	}
	s.dissolveAll()
	s.scarcest()
	for l, k := range m.partner[:m.nl] {
		if k < 0 {
			continue
		}
		j := m.leaf[l]
		step := max(-60, min(6, -s.slack[k]))
		dissolved := s.kg * s.d[j] * math.Exp(min(step, 0))
		amount := min((s.total[j]+s.u*s.dose[j]-dissolved)/m.onKey[k], 0.99*s.smallest[k])
		if amount <= 0 {
			continue
		}
		s.x[j] += step
		worst = max(worst, math.Abs(step))
		s.s[k], s.host[j] = amount, true
		cols, b := s.so.span(k)
		protons, dosed := 0.0, false
		for i, c := range cols {
			s.bound[c] += b[i] * amount
			if int(c) == s.pos[H] {
				protons = b[i] * amount
			} else {
				dosed = dosed || s.dose[c] != 0
			}
		}
		if !dosed { // what the reagent itself forms would call for more of it without end
			s.boundH += protons
		}
	}
	return worst
}
