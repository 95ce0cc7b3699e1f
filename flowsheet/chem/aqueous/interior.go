package aqueous

import "math"

// interior runs the primal–dual interior point: with the slack t of each solid, ln K − ln IAP = t, and its amount s, the
// products s t are driven to zero together while the activity coefficients follow.
func (s *Solver) interior(e effort) {
	nk := s.so.n()
	s.scarcest()
	for k := range nk {
		if !s.counts(k) {
			continue
		}
		if s.s[k] > 0 {
			s.s[k] = min(max(s.s[k], 0.01*s.smallest[k]), s.smallest[k])
			s.slack[k] = max(-s.saturation(k), 0.1*s.smallest[k]/s.s[k])
		} else {
			s.slack[k] = max(-s.saturation(k), 1)
			s.s[k] = 0.1 * s.smallest[k] / s.slack[k]
		}
	}
	mu, count := 0.1, 0
	for k := range nk {
		if s.counts(k) {
			count++
		}
	}
	for range e.steps {
		s.iterations++
		s.follow(e)
		s.speciate()
		s.balances()
		rel, off, gap := s.progress(count)
		if math.IsNaN(rel) || rel < e.stop && off < e.stop && gap < e.stop*0.02 {
			break
		}
		if rel < 1 && off < 1 {
			mu = min(mu, e.center*gap)
		} else {
			mu = min(mu, gap)
		}
		s.advance(mu, s.direction(mu, e.inside), e)
	}
	for k := range nk {
		s.active[k] = s.so.free[k] || s.counts(k) && s.s[k]/s.smallest[k] > s.slack[k]
		if !s.active[k] {
			s.s[k] = 0
		}
	}
}

// direction leaves the Newton step at the barrier mu in f and returns that of the titrant.
func (s *Solver) direction(mu float64, inside bool) (du float64) {
	nc, nk := len(s.comp), s.so.n()
	s.assemble(true)
	for k := range nk {
		s.f[nc+k] = 0
		switch {
		case s.so.free[k]:
			s.f[nc+k] = -s.saturation(k)
		case s.counts(k):
			s.f[nc+k] = -s.saturation(k) - mu*s.smallest[k]/s.s[k]
		}
	}
	s.frame()
	b := &s.border
	b.on = [4]bool{ofStrength: inside, ofTitrant: s.titrate}
	s.step(s.f)
	if s.titrate {
		du = b.f[ofTitrant]
	}
	return du
}

// counts reports whether solid k takes part with an amount of one sign.
func (s *Solver) counts(k int) bool { return !s.so.free[k] && s.so.start[k+1] > s.so.start[k] }

// scarcest sets the scale of each solid: what the scarcest of its components would give.
func (s *Solver) scarcest() {
	for k := range s.so.n() {
		least := math.Inf(1)
		cols, b := s.so.span(k)
		for i, c := range cols {
			if int(c) != s.pos[H] && b[i] > 0 {
				least = min(least, max(s.total[c]+s.u*s.dose[c], atom*s.kg)/b[i])
			}
		}
		s.smallest[k] = least
	}
}

// follow moves ionic strength, water and held pH to the molalities in hand.
func (s *Solver) follow(e effort) {
	const most = 2.5 // where coefficients of Davies are held; SIT needs its own beyond only in the polish
	toward := func(from, to float64) float64 {
		if e.follow == 1 {
			return to
		}
		return from * math.Pow(to/from, e.follow)
	}
	if !e.inside {
		s.str = toward(s.str, min(s.strSum, max(most, s.str)))
	}
	ln, _ := s.waterActivity()
	s.lnW += e.follow * (ln - s.lnW)
	if s.problem.KgWater == 0 {
		w := s.waterT + s.u*s.waterD - s.kg*s.wm
		for k, amount := range s.s[:s.so.n()] {
			w -= s.so.water[k] * amount
		}
		all := s.waterT * molarW // while far from balance, water is not to vanish
		s.kg = toward(s.kg, min(max(w*molarW, 0.5*all), 1.5*all))
	}
	if s.titrate {
		s.curve()
		s.x[s.pos[H]] = s.lnAH - s.lnD - s.E[s.pos[H]]
	}
	s.scarcest()
}

// progress measures the largest relative balance, the largest saturation error and the mean complementarity.
func (s *Solver) progress(count int) (rel, off, gap float64) {
	for j := range s.comp {
		rel = max(rel, math.Abs(s.f[j])/s.scale[j])
	}
	for k := range s.so.n() {
		switch {
		case s.so.free[k]:
			off = max(off, math.Abs(s.saturation(k)))
		case s.counts(k):
			off = max(off, math.Abs(s.saturation(k)+s.slack[k]))
			gap += s.s[k] * s.slack[k] / s.smallest[k] / float64(count)
		}
	}
	return rel, off, gap
}

// advance takes the step in f and du, as far as slacks and amounts stay positive.
func (s *Solver) advance(mu, du float64, e effort) {
	nc, nk := len(s.comp), s.so.n()
	al := 1.0
	for _, v := range s.f[:nc] {
		if v = math.Abs(v); v*al > e.cap {
			al = e.cap / v
		}
	}
	ad := al
	for k := range nk {
		if !s.counts(k) {
			continue
		}
		ds, t, amount := s.f[nc+k], s.slack[k], s.s[k]
		dt := (mu*s.smallest[k] - amount*t - t*ds) / amount
		s.slackStep[k] = dt
		if dt < 0 && -dt*al > 0.99*t {
			al = 0.99 * t / -dt
		}
		if ds < 0 && -ds*ad > 0.99*amount {
			ad = 0.99 * amount / -ds
		}
	}
	for k := range nk {
		switch {
		case s.so.free[k]:
			s.s[k] += al * s.f[nc+k]
		case s.counts(k):
			s.s[k] += ad * s.f[nc+k]
			s.slack[k] += al * s.slackStep[k]
		}
	}
	for j := range nc {
		s.x[j] += al * s.f[j]
	}
	if e.inside {
		s.str = min(max(s.str+al*s.border.f[ofStrength], s.str/2), max(2*s.str, 0.01))
	}
	if du != 0 {
		s.u = s.within(s.u + al*du)
	}
}
