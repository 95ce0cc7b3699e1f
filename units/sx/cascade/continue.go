package cascade

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

// capacities follows the solution from equal capacities of all cations as they part from each other.
func (k *Cascade) capacities(tol float64) bool {
	defer k.setPart(1)
	k.setPart(0)
	k.following = true
	defer func() { k.following = false }()
	if k.coldSolve(1e-8) == Failed {
		return false
	}
	k.reached = k.walk(func(part float64) bool { k.part = part; return true }, tol)
	copy(k.end, k.v)
	return k.reached == 1
}

func (k *Cascade) setPart(t float64) {
	for ; k != nil; k = k.cold {
		k.part = t
	}
}

// detours lead to the circuit, at 0, from ones in which acid keeps extractant free: more of it in what scrubs, in the feed,
// more scrub. Where capacities contradict exponents the straight way can be barred though there is a solution.
var detours = [...]func(c *Circuit, h int, more float64){
	func(c *Circuit, h int, more float64) { scrub(c, h, 1, 1+2*more) },
	func(c *Circuit, h int, more float64) { feedAcid(c, h, 1.2*more) },
	func(c *Circuit, h int, more float64) { scrub(c, h, 1+2*more, 1) },
	func(c *Circuit, h int, more float64) { feedAcid(c, h, 5*more) },
	func(c *Circuit, h int, more float64) { scrub(c, h, 1, 1+5*more) },
}

// scrub multiplies what scrubs, and its acid.
func scrub(c *Circuit, h int, flow, acid float64) {
	for s := range c.Sections {
		if q := &c.Sections[s]; q.Joins && len(q.X) > 0 {
			q.Flow *= flow
			q.X[h] *= acid
		}
	}
}

// feedAcid adds acid to the first section's feed, in parts of the extractant's concentration.
func feedAcid(c *Circuit, h int, more float64) {
	if q := &c.Sections[0]; len(q.X) > 0 {
		q.X[h] += more * c.Capacity
	}
}

// detour solves a circuit with more acid cold and follows its solution to the circuit at hand.
func (k *Cascade) detour(tol float64) bool {
	c := k.circuit
	k.following = true
	defer func() { k.following = false }()
	for _, more := range detours {
		set := func(part float64) bool {
			q := c
			if part < 1 {
				q = c.Clone()
				more(q, k.m.Hydrogen, 1-part)
			}
			return k.set(q, nil) == nil
		}
		if set(0) && k.coldSolve(1e-8) != Failed && k.walk(set, tol) == 1 {
			return true
		}
	}
	k.set(c, nil) // it was possible before
	return false
}
