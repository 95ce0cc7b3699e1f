package cascade

import (
	"math"

	"reetwin/flowsheet/solve"
)

// newtonSpace is the room of the Newton iteration.
type newtonSpace struct {
	jac                           []float64
	lu, spare                     *solve.LU // spare takes the next factors where those at hand are to stay
	factored                      bool
	stands                        bool        // the last evaluation and the factors are of the same point: that of the last tangent
	hasty                         bool        // other starts are at hand
	rough                         bool        // preconditioning is to be cheap
	below, diag                   []float64   // [n·c]
	same, before, after, row      []float64   // [n]
	linkRow                       [][]float64 // [link][n]
	linkAdd                       []float64   // [c·links·n]
	linkSize, linkPart            []float64   // [c·links], rounded up to fours
	linkOf                        []int
	soapRow                       []float64
	sentO                         []float64 // [n] organic that leaves each mixer
	direct                        []float64 // [links·c]
	gmres                         *solve.GMRES
	rhs, step, whole, at, pre, t4 []float64 // all unknowns
	t1, t2                        []float64 // [n]
	mul                           func(v, out []float64) error
}

// products is the most that one Newton step may take.
const products = 16

func newNewtonSpace(n int, m *model, links int) newtonSpace {
	s := newtonSpace{jac: make([]float64, n*n), lu: solve.NewLU(n)}
	for _, p := range []*[]float64{&s.same, &s.before, &s.after, &s.row, &s.soapRow, &s.sentO, &s.t1, &s.t2} {
		*p = make([]float64, n)
	}
	for range links {
		s.linkRow = append(s.linkRow, make([]float64, n))
	}
	s.linkAdd, s.linkSize = make([]float64, m.c*links*n), make([]float64, m.c*links+3)
	s.linkPart, s.linkOf = make([]float64, m.c*links+3), make([]int, m.c*links+3)
	s.below, s.diag, s.direct = make([]float64, n*m.c), make([]float64, n*m.c), make([]float64, links*m.c)
	size := n * (1 + m.scalars)
	for _, p := range []*[]float64{&s.rhs, &s.step, &s.whole, &s.at, &s.pre, &s.t4} {
		*p = make([]float64, size)
	}
	if m.scalars > 0 {
		most := products
		if m.room {
			most = 3 * products
		}
		s.gmres = solve.NewGMRES(size, most)
	}
	return s
}

func size(r []float64) (two, most float64) {
	for _, t := range r {
		two += t * t
		if !(math.Abs(t) <= most) {
			most = math.Abs(t)
		}
	}
	return math.Sqrt(two), most
}

// chord is the reduction of the residual from which on the factors are used once more; hastyChord that of a hasty solve,
// whose tolerance is wide.
const chord, hastyChord = 0.1, 0.25

// bent is the part of a step below which a residual less than near is no guide.
const bent, near = 0.3, 0.1

// slow is the reduction by a step with new factors at which a hasty solve looks for another start.
const slow = 0.8

// rounding is where a stall of Newton counts as arrived: with many stages and steep D it can stop above the tolerance.
const rounding = 1e-11

// Bounds of ln r and caps of one step.
const (
	leastLnR, mostLnR = -40.0, 40.0
	capLog, capLoad   = 3.0, 0.7
)

// newton solves from k.v in at most limit steps; k.res is the residual at the end, most its largest entry.
func (k *Cascade) newton(limit int, tol float64) (ok bool, steps int, most float64) {
	v, res := k.v, k.res
	k.evaluate(v, res)
	two, most := size(res)
	old := k.Reuse && k.factored // the factors are of an earlier point, which serves while they make the residual small
	for chords := 0; steps < limit && chords < 3*limit && !(most <= tol); {
		if old {
			chords++
		} else {
			steps++
		}
		if math.IsNaN(two) || !old && !k.refactor() || !k.direction(two, tol) {
			return false, steps, most
		}
		before, full := two, k.limit()
		copy(k.at, v)
		scale, t, u := k.search(full, two, tol)
		if old && scale == 0 {
			old = false
			continue
		}
		if !old && scale < bent*full && two < near {
			scale, t, u = k.natural(scale, full, t, u, tol)
		}
		better := scale > 0
		two, most = t, u
		if k.hasty && !old && (!better || two > slow*before) {
			return false, steps, most
		}
		old = better && (two < chord*before || k.hasty && two < hastyChord*before)
		if !better {
			return most <= max(tol, rounding), steps, most
		}
	}
	return most <= tol, steps, most
}

// search goes along the step from k.at as far as the residual falls below two, at most full of it. With none it stays there.
func (k *Cascade) search(full, two, tol float64) (scale, t, most float64) {
	scale = full
	for range 5 {
		t, most = k.walkTo(scale, k.step)
		if t < two*(1-1e-4*scale) || most <= tol {
			return scale, t, most
		}
		scale *= 0.4
	}
	t, most = k.walkTo(0, k.step)
	return 0, t, most
}

// walkTo evaluates at part of a step from k.at.
func (k *Cascade) walkTo(part float64, step []float64) (two, most float64) {
	for a := range k.v {
		k.v[a] = k.at[a] + part*step[a]
	}
	k.bound()
	k.evaluate(k.v, k.res)
	return size(k.res)
}

// natural takes the whole step in place of the scale that search found, if the step that would follow with the same factors is
// less than half of it: near a singular point steps say how far the solution is, residuals do not.
func (k *Cascade) natural(scale, full, two, most, tol float64) (float64, float64, float64) {
	copy(k.whole, k.step)
	_, before := size(k.whole)
	t, u := k.walkTo(full, k.whole)
	if k.direction(t, tol) {
		if _, after := size(k.step); after < 0.5*full*before {
			return full, t, u
		}
	}
	k.walkTo(scale, k.whole)
	return scale, two, most
}

// refactor factors the derivatives at the present point.
func (k *Cascade) refactor() bool {
	k.stands = false
	k.jacobian()
	if k.spare != nil { // the factors at hand are another's
		k.lu, k.spare = k.spare, nil
	}
	k.factored = k.lu.Factor(k.jac) == nil
	return k.factored
}

// direction writes the Newton step for the residual at hand, whose norm is two, with the factors at hand. What GMRES leaves
// of it is what the next step, or tol, asks for.
func (k *Cascade) direction(two, tol float64) bool {
	for a, r := range k.res {
		k.rhs[a] = -r
	}
	if k.m.scalars == 0 {
		copy(k.step, k.rhs)
		k.lu.Solve(k.step)
		return true
	}
	asked := max(1e-6, 0.1*tol/two, min(0.1, two))
	if !k.m.room && !k.m.bent && k.m.Ionic == nil && k.mur == nil && k.ions == 0 {
		k.rough = true
		left := k.krylov(k.rhs, k.step, asked)
		k.rough = false
		if left <= asked {
			return true
		}
	}
	return k.krylov(k.rhs, k.step, asked) < 1
}

// krylov solves Jacobian·sol = rhs by GMRES, preconditioned from the right, and gives what is left of rhs: 1 is no solution.
func (k *Cascade) krylov(rhs, sol []float64, tol float64) (rel float64) {
	k.linearise()
	rel, _, _ = k.gmres.Solve(k.mul, rhs, k.t4, tol)
	k.precondition(k.t4, sol)
	return rel
}

// precondition solves the block triangle: scalars by their own diagonal, then ln r with their effect on the closures; roughly,
// that of the ln r that moves as much of the extractant.
func (k *Cascade) precondition(r, z []float64) {
	m, n := k.m, k.n
	copy(z, r)
	for l := range m.beta {
		zs, self := k.scalar(z, m.atLigand+l), k.self[l]
		for j := range zs {
			zs[j] /= self[j]
		}
	}
	if m.Ionic != nil {
		zi := k.scalar(z, m.atIon)
		for j := range zi {
			zi[j] /= k.ionSelf[j]
		}
	}
	if m.room { // room's own row holds ln u
		zu, zr := k.scalar(z, m.atFree), k.scalar(z, m.atRoom)
		for j := range zu {
			// zu + zr = ru, zr + R/(1+R) zu = rr
			f := k.room[j] / (1 + k.room[j])
			if k.ions > 0 {
				t := k.byRoom(j)
				per := 1 / (1 - t*f)
				zu[j], zr[j] = (zu[j]-t*zr[j])*per, (zr[j]-f*zu[j])*per
				continue
			}
			zu[j], zr[j] = (zu[j]-zr[j])*(1+k.room[j]), (zr[j]-f*zu[j])*(1+k.room[j])
		}
	}
	if k.rough {
		copy(z[:n], r[:n])
		k.lu.Solve(z[:n])
		for a := range m.scalars {
			for j, like := range k.like[a] {
				z[j] -= like * z[(1+a)*n+j]
			}
		}
		return
	}
	clear(z[:n])
	k.respondTo(z)
	c := k.c
	for j := range n {
		z[j] = r[j] - dot(m.z, k.dy[j*c:(j+1)*c])/k.sum[j]
	}
	k.lu.Solve(z[:n])
}

// limit is the part of the step that the caps allow.
func (k *Cascade) limit() float64 {
	m := k.m
	_, big := size(k.step[:k.n])
	s := min(1, capLog/(big+1e-300))
	for a := range m.scalars {
		c := capLog
		if a == m.atLoad {
			c = capLoad
		}
		_, big := size(k.scalar(k.step, a))
		s = min(s, c/(big+1e-300))
	}
	return s
}

// bound keeps the unknowns where numbers are.
func (k *Cascade) bound() {
	m, v := k.m, k.v
	for j := range k.n {
		v[j] = max(leastLnR, min(mostLnR, v[j]))
	}
	if lu := k.scalar(v, m.atFree); lu != nil {
		for j := range lu {
			lu[j] = max(k.lnCapacity-60, min(k.lnCapacity+3, lu[j]))
		}
	}
	for l := range m.beta {
		s := k.scalar(v, m.atLigand+l)
		for j := range s {
			s[j] = min(k.lnTotal[l][j], s[j])
		}
	}
	if load := k.scalar(v, m.atLoad); load != nil {
		for j := range load {
			load[j] = max(-0.5, min(1.5, load[j]))
		}
	}
	if room := k.scalar(v, m.atRoom); room != nil {
		for j := range room {
			room[j] = max(0, min(60, room[j]))
		}
	}
	if ion := k.scalar(v, m.atIon); ion != nil {
		for j := range ion {
			ion[j] = max(math.Log(leastIonic), min(math.Log(mostIonic), ion[j]))
		}
	}
}
