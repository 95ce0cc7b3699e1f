package cascade

import "math"

// Mixed capacities are solved by two continuations where nothing else finds a solution. In the first every stage is given acid,
// aid·L/u of what the organic's extractant could take: the more, the less of it is free. Then neither extractant nor acid can
// run out, whatever the model says, and for any aid there is a solution: they form a curve that has folds but no end, and
// it is followed by arc length as the aid goes to nothing. Either the acid given goes with it, and the end is a solution; or some
// stages ask for acid to the last, and what they ask for is the reason of the failure. The second goes from equal capacities of
// all cations, with next to no aid: it can end elsewhere.
const (
	firstAid, mostAid = 1e-2, 10.0
	nextAid           = 3.0   // where there is no solution to begin with
	leastAid          = 1e-12 // of the first, and
	smallAid          = 1e-10 // of the second
	endOfAid          = 1e-40 // of the first with hydroxide, which takes over from it
	tryGiven          = 1e-4  // acid given in all at which Newton without it is tried, and each time there is
	lessGiven         = 0.1   // of that
)

// continued looks for the solution by both.
func (k *Cascade) continued(tol float64) bool {
	k.following = true
	defer func() {
		k.following = false
		k.setAid(0)
		k.setPart(1)
	}()
	return k.m.room && k.capacities(tol) || k.lessAcid(tol)
}

// setAid gives it on all levels, as setPart.
func (k *Cascade) setAid(t float64) {
	for ; k != nil; k = k.cold {
		k.aid = t
	}
}

func (k *Cascade) setPart(t float64) {
	for ; k != nil; k = k.cold {
		k.part = t
	}
}

// give finds the acid for every stage.
func (k *Cascade) give(v []float64) {
	c := k.circuit
	for j, lu := range k.scalar(v, k.m.atFree) {
		k.given[j] = k.aid * c.Organic * c.Capacity * c.Capacity * math.Exp(-lu)
	}
}

// givenInAll is the acid given, in parts of the organic's extractant.
func (k *Cascade) givenInAll() (t float64) {
	for _, g := range k.given {
		t += g
	}
	return t / (k.circuit.Organic * k.circuit.Capacity)
}

// lessAcid follows the solution as acid is taken away.
func (k *Cascade) lessAcid(tol float64) bool {
	k.setPart(1)
	aid, least := firstAid, leastAid
	if k.ions > 0 {
		least = endOfAid
	}
	for k.setAid(aid); k.coldSolve(1e-8) == Failed; k.setAid(aid) {
		if aid *= nextAid; aid > mostAid {
			return false
		}
	}
	first := math.Log(aid)
	a := k.newArc(first, func(p float64) { k.aid = math.Exp(p) }, k.byAid)
	begin := append([]float64(nil), k.v...)
	solved := false
	for _, longest := range [...]float64{arcLong, arcShort} {
		copy(k.v, begin)
		a.p, k.aid = first, aid
		try := tryGiven
		a.follow(-1, longest, func() bool {
			if t := k.givenInAll(); t < try || a.p < math.Log(least) {
				try = lessGiven * t
				solved = k.unaided(tol)
			}
			return solved || a.p < math.Log(least) || a.p > first+1 // there it turned round
		})
		if solved || k.aid <= smallAid {
			break
		}
	}
	if !solved && k.aid <= smallAid && k.ions == 0 {
		k.newton(15, 1e-8) // the curve is followed less closely
		copy(k.end, k.v)
		k.endAid = k.aid
	}
	return solved
}

// unaided is Newton without acid given, from a solution with it, to which it goes back if it fails.
func (k *Cascade) unaided(tol float64) bool {
	aid := k.aid
	copy(k.begin, k.v)
	k.aid = 0
	if ok, _, _ := k.newton(40, tol); ok {
		return true
	}
	k.aid = aid
	copy(k.v, k.begin)
	k.evaluate(k.v, k.res)
	return false
}

// byAid writes the change of the residuals with ln of the aid.
func (k *Cascade) byAid(out []float64) {
	clear(k.dl)
	clear(k.dx)
	clear(k.dy)
	clear(k.direct)
	for j, g := range k.given {
		k.dx[j*k.c+k.m.Hydrogen] = g
	}
	k.respond(k.dl, k.dx, k.direct)
	clear(k.rhs)
	k.change(k.dx, k.dl, k.rhs, out)
}

// capacities follows the solution from equal capacities of all cations as they part from each other.
func (k *Cascade) capacities(tol float64) bool {
	k.setAid(smallAid)
	if k.ions > 0 {
		k.setAid(0) // what is missing comes of water
	}
	k.setPart(0)
	if k.coldSolve(1e-8) == Failed {
		return false
	}
	a := k.newArc(0, func(p float64) { k.part = p }, k.byPart)
	solved := false
	a.follow(1, arcLong, func() bool {
		if a.p < 1 {
			return a.p < 0
		}
		k.part = 1
		ok, _, _ := k.newton(15, 1e-8)
		solved = ok && k.unaided(tol)
		return true
	})
	return solved
}

// byPart writes the change of the residuals with the part of the capacities' differences.
func (k *Cascade) byPart(out []float64) {
	m := k.m
	clear(out)
	lu, room := k.scalar(k.v, m.atFree), k.scalar(out, m.atRoom)
	for j := range k.n {
		t := 0.0
		for i, kappa := range m.kappa {
			t += kappa * k.y[j*k.c+i]
		}
		room[j] = -t / (m.c1 * math.Exp(lu[j])) / (1 + k.room[j])
	}
}

// leastPart is the step of a continuation below which no solution lies further on.
const leastPart = 1e-3

// walk goes on with a solution from part 0 of a way to 1, where set makes the problem that of a part. It gives the last part
// that has a solution, whose unknowns are k.v.
func (k *Cascade) walk(set func(part float64) bool, tol float64) (reached float64) {
	for step := 0.25; reached < 1 && step >= leastPart; {
		part := min(1, reached+step)
		copy(k.begin, k.v)
		ok := set(part)
		if ok {
			ok, _, _ = k.newton(15, tol)
		}
		if !ok {
			copy(k.v, k.begin)
			step /= 4
			continue
		}
		reached = part
		step *= 2
	}
	return reached
}
