package cascade

// Follow is a warm Solve that gives up, with the unknowns as they were, where Newton does not get there in so many steps: for
// searches that would rather take a smaller step than a cold start.
func (k *Cascade) Follow(c *Circuit, tol float64, steps int) (Result, bool) {
	k.count = Count{}
	if k.prepare(c, nil) != nil {
		return Result{Path: Failed}, false
	}
	before := append([]float64(nil), k.v...)
	k.byRule()
	ok, _, most := k.newton(steps, tol)
	if !ok || !k.ionise(tol) {
		copy(k.v, before)
		return Result{Path: Failed, Closure: most, Count: k.count}, false
	}
	return Result{Path: Warm, Closure: most, Count: k.count, Base: k.leftOver()}, true
}
