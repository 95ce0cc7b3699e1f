package aqueous

// state is what a polish starts from.
type state struct {
	x, s            []float64
	active          []bool
	kg, lnW, str, u float64
}

// copyState copies what a polish starts from.
func (to *state) copyState(from *state) {
	copy(to.x, from.x)
	copy(to.s, from.s)
	copy(to.active, from.active)
	to.kg, to.lnW, to.str, to.u = from.kg, from.lnW, from.str, from.u
}

// untangle is for a polish that got stuck near the equilibrium: among the solids taken in, one is a sum of others (two oxalates and two
// hydroxides of two metals), so that not all of them can be there, and no Newton step says which one goes. Each is left out in turn.
func (s *Solver) untangle() bool {
	if !s.stuck {
		return false
	}
	here := state{s.x, s.s, s.active, s.kg, s.lnW, s.str, s.u}
	s.saved.copyState(&here)
	for k := range s.so.n() {
		if !s.saved.active[k] || s.so.free[k] {
			continue
		}
		here.copyState(&s.saved)
		s.kg, s.lnW, s.str, s.u = here.kg, here.lnW, here.str, here.u
		s.active[k], s.s[k] = false, 0
		if s.polish(warmSteps) {
			return true
		}
	}
	return false
}
