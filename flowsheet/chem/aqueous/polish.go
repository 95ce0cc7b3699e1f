package aqueous

import "math"

// border is what a Newton step has besides components and solids: ionic strength, ln water activity, ln of the water in
// solution and the titrant, by block elimination on the factors of the core.
type border struct {
	column [4][]float64 // by node; solved in place
	row    [4][]float64 // by node
	corner [4][4]float64
	f      [4]float64
	on     [4]bool
	lu     [4][5]float64
}

const (
	ofStrength = iota
	ofActivity
	ofWater
	ofTitrant
)

func newBorder(n int) (b border) {
	for i := range 4 {
		b.column[i], b.row[i] = make([]float64, n), make([]float64, n)
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
	for i := range 4 {
		clear(b.column[i][:n])
		clear(b.row[i][:n])
	}
	b.corner = [4][4]float64{}
	lnA, slope := s.waterActivity()
	kg := s.kg
	s.sensitivities(slope)
	cI, cL, rW := b.column[ofStrength], b.column[ofActivity], b.row[ofWater]
	for j := range nc {
		b.row[ofActivity][j] = slope * s.d[j]
		b.column[ofWater][j] = kg * s.d[j]
		b.column[ofTitrant][j] = -s.dose[j]
	}
	for k := range nk {
		if s.active[k] {
			cI[nc+k] = s.so.cz[k]*s.dD + s.so.cn[k]*s.dN
			cL[nc+k] = s.so.water[k]
			rW[nc+k] = s.so.water[k]
		}
	}
	b.row[ofTitrant][s.pos[H]] = 1
	b.f = [4]float64{s.str - s.strSum, s.lnW - lnA, s.fw, 0}
	if s.titrate {
		b.f[ofTitrant] = s.lnAH - s.x[s.pos[H]] - s.lnD - s.E[s.pos[H]]
	}
}

// factor factors core and border.
func (s *Solver) factor() {
	nc, nk, b := len(s.comp), s.so.n(), &s.border
	n := nc + nk
	s.kkt.factor(nk)
	for i := range 4 {
		if b.on[i] {
			s.kkt.solve(b.column[i], nc, nk)
		}
	}
	for i := range 4 {
		for j := range 4 {
			b.lu[i][j] = 0
			if i == j {
				b.lu[i][j] = 1
			}
			if b.on[i] && b.on[j] {
				b.lu[i][j] = b.corner[i][j] - dot(b.row[i][:n], b.column[j][:n])
			}
		}
	}
}

func dot(a, b []float64) (sum float64) {
	b = b[:len(a)]
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// solve replaces f, by node, and g, of the border, by the solution.
func (s *Solver) solve(f []float64, g *[4]float64) {
	nc, nk, b := len(s.comp), s.so.n(), &s.border
	n := nc + nk
	s.kkt.solve(f, nc, nk)
	lu := b.lu
	for i := range 4 {
		lu[i][4] = 0
		if b.on[i] {
			lu[i][4] = g[i] - dot(b.row[i][:n], f[:n])
		}
	}
	eliminate(&lu)
	for i := range 4 {
		g[i] = lu[i][4]
		if b.on[i] && g[i] != 0 {
			for j, c := range b.column[i][:n] {
				f[j] -= g[i] * c
			}
		}
	}
}

// eliminate solves the four equations in a, right side last, leaving the solution there.
func eliminate(a *[4][5]float64) {
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
	accepted = 1e-10 // residual that is good enough where rounding stops the progress
	settled  = 1e-6  // residual at which the active set is judged
)

// polish runs Newton on the active set, ionic strength, water and titrant included, exchanging solids whose amount is negative or
// that are supersaturated. It reports whether the equilibrium was found.
func (s *Solver) polish(most int) bool {
	last := math.Inf(1)
	exchanges := 0
	nc := len(s.comp)
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
				worst = s.residual()
			} else if worst <= wanted || worst <= accepted && worst > last/4 {
				return true
			}
		}
		last = worst
		s.assemble(false)
		s.frame()
		for k := range s.so.n() {
			s.f[nc+k] = 0
			if s.active[k] {
				s.f[nc+k] = -s.saturation(k)
			}
		}
		s.factor()
		s.solve(s.f, &s.border.f)
		s.move()
	}
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
		s.u += al * g[ofTitrant]
	}
}
