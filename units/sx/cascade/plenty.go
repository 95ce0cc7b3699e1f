package cascade

// plenty is the extractant, over that of the circuit, from which the solution of a correlation is followed.
const plenty = 4.0

// fromPlenty solves the circuit cold with more extractant and follows the solution as it becomes less. Where free extractant runs out
// a correlation need not have no solution: then k.ample is how much the last one had, over the circuit's.
func (k *Cascade) fromPlenty(tol float64) bool {
	c := k.circuit
	k.following = true
	defer func() { k.following = false }()
	times := func(part float64) float64 { return 1 + (plenty-1)*(1-part) }
	set := func(part float64) bool {
		q := c
		if part < 1 {
			q = c.Clone()
			q.Capacity *= times(part)
		}
		return k.set(q, nil) == nil
	}
	reached := 0.0
	if set(0) && k.coldSolve(1e-8) != Failed {
		reached = k.walk(set, tol)
		k.ample = times(reached)
		copy(k.end, k.v)
		k.endAid = 0
	}
	k.set(c, nil) // it was possible before
	return reached == 1
}
