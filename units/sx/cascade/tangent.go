package cascade

import "fmt"

// Slope is the derivative of a solution: of ln r and the scalars, and of what every stage sends on.
type Slope struct {
	Unknowns         []float64
	Aqueous, Organic []float64 // [stage·cations]; Organic is of y, hydrogen as in its inventory
}

// NewSlope makes room for a derivative.
func (k *Cascade) NewSlope() *Slope {
	return &Slope{make([]float64, len(k.v)), make([]float64, k.n*k.c), make([]float64, k.n*k.c)}
}

// Tangent writes the derivative of the last solution in the direction (hi − lo)/span of its circuit, where lo and hi lie
// on the two sides of it. The coefficients are products of at most three numbers of the circuit, so that a central
// difference of them (not of the solution) has no truncation worth the name at a relative span of 1e-4.
func (k *Cascade) Tangent(lo, hi *Circuit, span float64, to *Slope) error {
	if k.sides[0] == nil {
		for s := range k.sides {
			k.sides[s] = newFlows(k.m, k.n)
		}
	}
	for s, c := range [2]*Circuit{lo, hi} {
		if err := k.sides[s].fill(c, k.m); err != nil {
			return fmt.Errorf("tangent: %w", err)
		}
	}
	if len(k.sides[0].links) != len(k.links) || len(k.sides[1].links) != len(k.links) {
		return fmt.Errorf("tangent: the direction opens or closes a loop")
	}
	k.evaluate(k.v, k.res)
	if !k.refactor() {
		return fmt.Errorf("tangent: the solution is singular")
	}
	k.linearise(k.v)
	q := to.Aqueous
	clear(k.direct)
	k.shift(q, span)
	copy(k.entered, k.direct)
	copy(to.Organic, q) // kept for the second pass
	k.constants(lo, hi, span, k.dl)
	k.respond(k.dl, q, k.direct)
	clear(to.Unknowns)
	k.change(q, k.dl, to.Unknowns, k.rhs)
	for a := range k.rhs {
		k.rhs[a] = -k.rhs[a]
	}
	for j := range k.n {
		k.rhs[j] += (hi.Capacity - lo.Capacity) / span / k.circuit.Capacity
	}
	for l := range k.m.beta {
		k.inertSlope(l, span, k.t1)
		for j, t := range k.scalar(k.rhs, k.m.atLigand+l) {
			if total := k.ligandTotal[l][j]; total > 0 {
				t += k.t1[j] / total
			}
			k.scalar(k.rhs, k.m.atLigand+l)[j] = t
		}
	}
	if k.m.scalars == 0 {
		copy(to.Unknowns, k.rhs)
		k.lu.Solve(to.Unknowns)
	} else if !k.krylov(k.rhs, to.Unknowns, 1e-11) {
		return fmt.Errorf("tangent: the linear solve broke down")
	}
	copy(q, to.Organic)
	copy(k.direct, k.entered)
	k.slopes(to.Unknowns, nil, k.dl)
	k.constants(lo, hi, span, k.dx)
	for o := range k.dl {
		k.dl[o] += k.dx[o]
	}
	k.respond(k.dl, q, k.direct)
	for o, d := range k.d {
		to.Organic[o] = d * (q[o] + k.x[o]*k.dl[o])
	}
	return nil
}

// constants writes the change of ln K, by stages and cations.
func (k *Cascade) constants(lo, hi *Circuit, span float64, dl []float64) {
	clear(dl)
	for j := range k.n {
		s := k.section[j]
		a, b := lo.Sections[s].LnK, hi.Sections[s].LnK
		if len(a) == k.c && len(b) == k.c {
			for i := range k.c {
				dl[j*k.c+i] = (b[i] - a[i]) / span
			}
		}
	}
}

// shift writes to q what enters each balance by the change of the flows alone, and to direct what enters each link.
func (k *Cascade) shift(q []float64, span float64) {
	c, lo, hi := k.c, k.sides[0], k.sides[1]
	for o := range q {
		q[o] = (hi.feed[o] - lo.feed[o]) / span
	}
	for j := range k.n {
		down, downO := (hi.downA[j]-lo.downA[j])/span, (hi.downO[j]-lo.downO[j])/span
		up, upO := (hi.upA[j]-lo.upA[j])/span, (hi.upO[j]-lo.upO[j])/span
		all, allO := down+up+(hi.outA[j]-lo.outA[j])/span, downO+upO+(hi.outO[j]-lo.outO[j])/span
		for l := range k.links {
			if z := &k.links[l]; z.from == j {
				a, b := (hi.links[l].a-lo.links[l].a)/span, (hi.links[l].o-lo.links[l].o)/span
				all, allO = all+a, allO+b
				soap := (hi.links[l].soap - lo.links[l].soap) / span
				for i := range c {
					x := k.x[j*c+i]
					y := k.d[j*c+i] * x
					k.direct[l*c+i] += b * y
					q[z.to*c+i] += a * x
					if i == k.m.Hydrogen && soap != 0 {
						// more soap: less hydrogen and more of its cation arrive in the link's stage
						q[z.to*c+i] -= soap * z.o * y
						q[z.to*c+k.m.Soap] += soap * z.o * y
					}
				}
			}
		}
		for i := range c {
			x := k.x[j*c+i]
			y := k.d[j*c+i] * x
			q[j*c+i] -= all*x + allO*y
			if j > 0 {
				q[(j-1)*c+i] += down*x + downO*y
			}
			if j+1 < k.n {
				q[(j+1)*c+i] += up*x + upO*y
			}
		}
	}
}

// inertSlope is the change of the total of ligand l in every stage.
func (k *Cascade) inertSlope(l int, span float64, out []float64) {
	lo, hi, t := k.sides[0], k.sides[1], k.ligandTotal[l]
	src := k.inertFeed
	for j := range k.n {
		src[j] = (hi.ligand[l][j] - lo.ligand[l][j]) / span
	}
	for j := range k.n {
		down, up := (hi.downA[j]-lo.downA[j])/span, (hi.upA[j]-lo.upA[j])/span
		src[j] -= (down + up + (hi.outA[j]-lo.outA[j])/span) * t[j]
		if j > 0 {
			src[j-1] += down * t[j]
		}
		if j+1 < k.n {
			src[j+1] += up * t[j]
		}
		for q := range k.links {
			if z := &k.links[q]; z.from == j {
				a := (hi.links[q].a - lo.links[q].a) / span
				src[j] -= a * t[j]
				src[z.to] += a * t[j]
			}
		}
	}
	k.inert(src, out)
}
