package aqueous

import "math"

// keep notes the state to go back to.
func (s *Solver) keep() {
	here := state{s.x, s.s, s.active, s.kg, s.lnW, s.str, s.u}
	s.sorb.kept.copyState(&here)
}

func (s *Solver) restore() {
	here := state{x: s.x, s: s.s, active: s.active}
	here.copyState(&s.sorb.kept)
	s.kg, s.lnW, s.str, s.u = here.kg, here.lnW, here.str, here.u
}

// fresh goes from nothing: without the sorbents, then with them.
func (s *Solver) fresh() bool {
	s.sorb.on = false
	return s.cold() && (len(s.problem.Sorbents) == 0 || s.join())
}

// join brings the sorbents into an equilibrium found without them: all at once, or else little by little.
func (s *Solver) join() bool {
	const steps = 30
	o := &s.sorb
	o.on = true
	s.keep()
	s.spread()
	if s.polish(steps) {
		return true
	}
	if s.titrate { // search does that over the dose
		return false
	}
	s.restore()
	done, stride := 1e-9, 1e3
	for range 60 {
		o.part = min(done*stride, 1)
		s.spread()
		if !s.polish(steps) {
			s.restore()
			if stride = math.Sqrt(stride); stride < 1.1 {
				break
			}
			continue
		}
		if o.part == 1 {
			return true
		}
		done = o.part
		s.keep()
		stride = min(stride*stride, 1e3)
	}
	o.part = 1
	for _, effort := range efforts { // solids come and go in crowds: let the interior point choose
		s.restore()
		s.interior(effort)
		if s.polish(effort.polish) {
			return true
		}
	}
	return false
}

// spread moves each component that is in no solid to where its dissolved part and its sorbed part, both in proportion, add up to
// what there is.
func (s *Solver) spread() {
	h := s.pos[H]
	for range 8 {
		s.speciate()
		s.balances()
		s.condense()
		worst := 0.0
		for j := range s.comp {
			if j == h || s.pinned(j) {
				continue
			}
			there := s.total[j] + s.u*s.dose[j]
			if got := there - s.f[j]; got > 0 && there > 0 {
				step := max(-6, min(6, math.Log(there/got)/s.condensed[j]))
				s.x[j] += 0.8 * step
				worst = max(worst, math.Abs(step))
			}
		}
		if worst < 0.3 {
			break
		}
	}
}

// pinned reports whether a solid that is present holds component j at its solubility.
func (s *Solver) pinned(j int) bool {
	for k := range s.so.n() {
		if !s.active[k] {
			continue
		}
		cols, _ := s.so.span(k)
		for _, c := range cols {
			if int(c) == j {
				return true
			}
		}
	}
	return false
}
