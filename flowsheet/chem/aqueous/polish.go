package aqueous

import "math"

// border is what a Newton step has besides components and solids: ionic strength, ln water activity, ln of the water in
// solution and the titrant, by block elimination on the factors of the core.
type border struct {
	row    [3][]float64 // by node; that of the titrant is 1 at H
	corner [4][4]float64
	schur  [4]lanes // corner less row x column, once the columns are solved
	f      [4]float64
	on     [4]bool
}

const (
	ofStrength = iota
	ofActivity
	ofWater
	ofTitrant
)

func newBorder(n int) (b border) {
	for i := range b.row {
		b.row[i] = make([]float64, n)
	}
	return b
}

// assemble sets the core matrix at the molalities in hand: with all solids by their barrier, or the active ones.
func (s *Solver) assemble(barrier bool) {
	s.kkt.clear()
	s.hessian()
	const strong = 10 // s over its scale to t beyond which a solid is on its way in
	for k := range s.so.n() {
		switch {
		case s.so.free[k] || !barrier && s.active[k]:
			s.kkt.set(k, rest, 0)
		case !barrier || !s.counts(k):
			s.kkt.set(k, idle, 0)
		case s.s[k] > strong*s.slack[k]*s.smallest[k]:
			s.kkt.set(k, rest, s.slack[k]/s.s[k])
		default:
			s.kkt.set(k, weak, s.slack[k]/s.s[k])
		}
	}
}

// frame sets the border and its right side.
func (s *Solver) frame() {
	nc, nk, b := len(s.comp), s.so.n(), &s.border
	n := nc + nk
	b.on = [4]bool{true, true, s.problem.KgWater == 0, s.titrate}
	for i := range b.row {
		clear(b.row[i][:n])
	}
	_, slope := s.waterActivity()
	kg := s.kg
	s.sensitivities(slope)
	for j := range nc {
		b.row[ofActivity][j] = slope * s.d[j]
		c := &s.wide[j]
		c[ofWater], c[ofTitrant] = kg*s.d[j], -s.dose[j]
	}
	for k := range nk {
		s.wide[nc+k] = lanes{}
		if s.kkt.role[k] != idle {
			s.wide[nc+k] = lanes{ofStrength: s.so.cz[k]*s.dD + s.so.cn[k]*s.dN, ofActivity: s.so.water[k]}
			b.row[ofWater][nc+k] = s.so.water[k]
		}
	}
	if s.sorb.on { // after sensitivities, which read the matrix without surfaces
		s.assembleSurfaces()
		s.frameSurfaces()
	}
	s.misfit()
}

// misfit sets the right side of the border.
func (s *Solver) misfit() {
	lnA, _ := s.waterActivity()
	s.border.f = [4]float64{s.str - s.strSum, s.lnW - lnA, s.fw, 0}
	if s.titrate {
		s.border.f[ofTitrant] = s.lnAH - s.x[s.pos[H]] - s.lnD - s.E[s.pos[H]]
	}
}

// step solves for f, by node, and the right side of the border, and leaves the solution in both. The matrix and the border must be
// set: it factors the one and eliminates the other on the way.
func (s *Solver) step(f []float64) {
	n, b := len(s.comp)+s.so.n(), &s.border
	for j, v := range f[:n] {
		s.wide[j][right] = v
	}
	s.kkt.factor(s.so.n())
	sums := s.reduce(s.wide)
	for i := range 4 {
		b.schur[i] = lanes{}
		for j := range 4 {
			if b.on[i] && b.on[j] {
				b.schur[i][j] = b.corner[i][j] - sums[i][j]
			}
		}
		if !b.on[i] {
			b.schur[i][i] = 1
		}
	}
	s.combine(f, s.wide, &sums)
	if s.sorb.on {
		s.factorSurfaces()
		s.correct(f[:n])
	}
}

// again is step with the factors of the last one.
func (s *Solver) again(f []float64) {
	for j, v := range f[:len(s.comp)+s.so.n()] {
		s.narrow[j] = lanes{right: v}
	}
	sums := s.reduce(s.narrow)
	s.combine(f, s.narrow, &sums)
	if s.sorb.on {
		s.correct(f[:len(s.comp)+s.so.n()])
	}
}

// reduce solves w by the factors of the core and returns the rows of the border times the solution.
func (s *Solver) reduce(w []lanes) (sums [4]lanes) {
	nc, nk, b := len(s.comp), s.so.n(), &s.border
	w = w[:nc+nk]
	s.kkt.solve(w, nc, nk)
	r0, r1, r2 := b.row[0][:len(w)], b.row[1][:len(w)], b.row[2][:len(w)]
	for j := range w {
		sums[ofStrength].add(r0[j], &w[j])
		sums[ofActivity].add(r1[j], &w[j])
		sums[ofWater].add(r2[j], &w[j])
	}
	sums[ofTitrant] = w[s.pos[H]]
	return sums
}

// combine takes the border's part out of the step, which is the right lane of w.
func (s *Solver) combine(f []float64, w []lanes, sums *[4]lanes) {
	b := &s.border
	a := b.schur
	for i := range 4 {
		if b.on[i] {
			a[i][right] = b.f[i] - sums[i][right]
		}
	}
	eliminate(&a)
	for i := range 4 {
		b.f[i] = a[i][right]
	}
	g := b.f
	for j := range w[:len(s.comp)+s.so.n()] {
		c := &s.wide[j]
		f[j] = w[j][right] - g[0]*c[0] - g[1]*c[1] - g[2]*c[2] - g[3]*c[3]
	}
}

// eliminate solves the four equations in a, right side last, leaving the solution there.
func eliminate(a *[4]lanes) {
	for c := range 4 {
		p := c
		for r := c + 1; r < 4; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p] = a[p], a[c]
		if a[c][c] == 0 {
			a[c][c] = 1e290
		}
		for r := range 4 {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k < 5; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	for c := range 4 {
		a[c][4] /= a[c][c]
	}
}

const (
	wanted   = 1e-13 // residual at which Newton stops at once
	accepted = 1e-11 // residual that is good enough where rounding stops the progress
	settled  = 1e-4  // residual at which the active set is judged
)

// polish runs Newton on the active set, ionic strength, water and titrant included, exchanging solids whose amount is negative or
// that are supersaturated. It reports whether the equilibrium was found.
func (s *Solver) polish(most int) bool {
	last, factored := math.Inf(1), math.Inf(1) // the residual before, and that at which the factors were made
	exchanges := 0
	nc := len(s.comp)
	s.fine, s.stuck = 0, false
	for range most {
		s.iterations++
		s.speciate()
		worst := s.residual()
		if math.IsNaN(worst) {
			return false
		}
		if worst < settled {
			if s.exchange() {
				if exchanges++; exchanges > 10 {
					return false
				}
				worst, factored = s.residual(), math.Inf(1)
			} else if worst <= wanted || worst <= accepted && worst > last/4 {
				return true
			}
		}
		last = worst
		for k := range s.so.n() {
			s.f[nc+k] = 0
			if s.active[k] {
				s.f[nc+k] = -s.saturation(k)
			}
		}
		if worst*factored < wanted { // near enough for the factors in hand
			s.misfit()
			s.again(s.f)
		} else {
			factored = worst
			s.assemble(false)
			s.frame()
			s.step(s.f)
		}
		s.move()
	}
	s.stuck = last < settled
	return false
}

// residual sets the balances and returns the worst of everything.
func (s *Solver) residual() float64 {
	s.balances()
	_, worst := s.worst()
	return worst
}

// worst names the equation with the largest residual. The balances must be set.
func (s *Solver) worst() (name string, worst float64) {
	note := func(what string, v float64) {
		if v > worst || math.IsNaN(v) {
			name, worst = what, v
		}
	}
	for j, c := range s.comp {
		note(s.sys.Components[c].Name, math.Abs(s.f[j])/s.scale[j])
	}
	note("H2O", math.Abs(s.fw)/s.scaleW)
	note("ionic strength", math.Abs(s.str-s.strSum)/s.strSum)
	lnA, _ := s.waterActivity()
	note("water activity", math.Abs(s.lnW-lnA))
	note("activity coefficients", s.drift)
	if s.sorb.on {
		note("surfaces", s.sorb.off)
	}
	if s.titrate {
		note("pH", math.Abs(s.lnAH-s.x[s.pos[H]]-s.lnD-s.E[s.pos[H]]))
	}
	for k := range s.so.n() {
		if s.active[k] {
			note(s.sys.Solids[s.allowed[k]].Name, math.Abs(s.saturation(k)))
		}
	}
	return name, worst
}

// exchange takes out solids of negative amount, else takes in the supersaturated ones, and reports whether there was any.
func (s *Solver) exchange() bool {
	changed := false
	for k := range s.so.n() {
		if s.active[k] && !s.so.free[k] && s.s[k] < 0 {
			s.active[k], s.s[k] = false, 0
			s.exchanged++
			changed = true
		}
	}
	if changed {
		return true
	}
	for k := range s.so.n() {
		if !s.active[k] && s.counts(k) && s.saturation(k) > 1e-10 {
			s.active[k] = true
			s.exchanged++
			changed = true
		}
	}
	return changed
}

// move takes the Newton step, in f and the border, shortened where it is large.
func (s *Solver) move() {
	const most = 2.5
	nc, g := len(s.comp), &s.border.f
	al := 1.0
	for _, v := range s.f[:nc] {
		if v = math.Abs(v); v*al > most {
			al = most / v
		}
	}
	for i, limit := range [3]float64{math.Inf(1), 0.5, 0.5} {
		if v := math.Abs(g[i]); s.border.on[i] && v*al > limit {
			al = limit / v
		}
	}
	for j := range nc {
		s.x[j] += al * s.f[j]
	}
	for k := range s.so.n() {
		if s.active[k] {
			s.s[k] += al * s.f[nc+k]
		}
	}
	s.str = max(s.str+al*g[ofStrength], s.str/4)
	s.lnW += al * g[ofActivity]
	if s.border.on[ofWater] {
		s.kg *= math.Exp(al * g[ofWater])
	}
	if s.titrate {
		from, by := s.u, al*g[ofTitrant]
		s.u = from + by
		part := s.u - from
		s.fine += (from - (s.u - part)) + (by - part) // what rounding took
	}
}
