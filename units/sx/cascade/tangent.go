package cascade

import "fmt"

// Slope is the derivative of a solution: of ln r and the scalars, and of what is in every stage.
type Slope struct {
	Unknowns         []float64
	Aqueous, Organic []float64   // [stage·cations]; Organic is of y, hydrogen as in its inventory
	Dissolved        [][]float64 // [ligand, solute][stage]
	// The same of the settlers' layers, and of the flows that leave: those of Leaving by section, Bled, Makeup.
	LayerAqueous, LayerOrganic []float64
	LayerDissolved             [][]float64
	Left, Lost                 []float64
	Bled, Makeup, Returned     float64
	BledAqueous                float64
}

// NewSlope makes room for a derivative.
func (k *Cascade) NewSlope() *Slope {
	s := &Slope{Unknowns: make([]float64, len(k.v)), Aqueous: make([]float64, k.n*k.c), Organic: make([]float64, k.n*k.c)}
	s.LayerAqueous, s.LayerOrganic = make([]float64, k.n*k.c), make([]float64, k.n*k.c)
	s.Left, s.Lost = make([]float64, len(k.rows)), make([]float64, len(k.rows))
	for range k.ligandTotal {
		s.Dissolved, s.LayerDissolved = append(s.Dissolved, make([]float64, k.n)), append(s.LayerDissolved, make([]float64, k.n))
	}
	return s
}

// Side is a circuit beside that of the last solve, and its step of time (nil in the steady state).
type Side struct {
	Circuit *Circuit
	Step    *Step
}

// Tangent writes the derivative of the last solution in the direction (hi − lo)/span. The coefficients are products of at
// most three numbers of the circuit, so that a central difference of them (not of the solution) has no truncation worth
// the name at a relative span of 1e-4. A further direction at the same solution takes its factors.
func (k *Cascade) Tangent(low, high Side, span float64, to *Slope) error {
	lo, hi := low.Circuit, high.Circuit
	for s, c := range [2]Side{low, high} {
		k.sides[s].fill(c.Circuit, k.m)
		if c.Step != nil {
			k.sides[s].time(c.Step, k.m)
		}
	}
	if len(k.sides[0].links) != len(k.links) || len(k.sides[1].links) != len(k.links) {
		return fmt.Errorf("tangent: the direction opens or closes a loop")
	}
	if !k.stands {
		k.evaluate(k.v, k.res)
		if !k.refactor() {
			return fmt.Errorf("tangent: the solution is singular")
		}
		k.stands = true
	}
	k.linearise()
	q := to.Aqueous
	clear(k.direct)
	if k.mur != nil {
		k.shiftBoth(q, k.dy, span)
		copy(to.LayerOrganic, k.dy)
	} else {
		k.shift(q, span)
	}
	copy(k.entered, k.direct)
	copy(to.Organic, q) // kept for the second pass
	k.constantSlopes(lo, hi, span, k.dl)
	k.respond(k.dl, q, k.direct)
	clear(to.Unknowns)
	k.change(q, k.dl, to.Unknowns, k.rhs)
	for a := range k.rhs {
		k.rhs[a] = -k.rhs[a]
	}
	for j := range k.n {
		k.rhs[j] += (hi.Capacity - lo.Capacity) / span / k.circuit.Capacity
	}
	for l := range k.ligandTotal {
		k.inertSlope(l, span, to.Dissolved[l])
		if l >= len(k.m.beta) {
			k.force(l, to.Dissolved[l])
			continue
		}
		rhs := k.scalar(k.rhs, k.m.atLigand+l)
		for j, total := range k.ligandTotal[l] {
			if total > 0 {
				rhs[j] += to.Dissolved[l][j] / total
			}
		}
	}
	if k.m.scalars == 0 {
		copy(to.Unknowns, k.rhs)
		k.lu.Solve(to.Unknowns)
	} else if !(k.krylov(k.rhs, to.Unknowns, 1e-11) < 1) {
		return fmt.Errorf("tangent: the linear solve broke down")
	}
	copy(q, to.Organic)
	copy(k.dy, to.LayerOrganic)
	copy(k.direct, k.entered)
	k.slopes(to.Unknowns, k.dl)
	k.constantSlopes(lo, hi, span, k.dx)
	for o := range k.dl {
		k.dl[o] += k.dx[o]
	}
	if k.ions > 0 {
		k.formAlong(to.Unknowns, q)
	}
	k.respond(k.dl, q, k.direct)
	for j := 0; k.ions > 0 && j < k.n; j++ {
		q[j*k.c+k.m.Hydrogen] -= k.t1[j]
	}
	copy(to.Organic, k.dy)
	k.layers(low, high, span, to)
	return nil
}

// layers carries a derivative on through the settlers and to the outlets.
func (k *Cascade) layers(low, high Side, span float64, to *Slope) {
	c := k.c
	copy(to.LayerAqueous, to.Aqueous)
	copy(to.LayerOrganic, to.Organic)
	for l := range to.Dissolved {
		copy(to.LayerDissolved[l], to.Dissolved[l])
	}
	lo, hi := k.sides[0], k.sides[1]
	if k.moment != nil {
		m, a, b := k.moment, low.Step, high.Step
		for j := range k.n {
			pa, po := k.passes(m.Vessels, j)
			if pa < 1 {
				da := pa * (1 - pa) / k.base.va[j] * (hi.va[j] - lo.va[j]) / span
				flowing := k.Aqueous(j)
				for q := j * c; q < (j+1)*c; q++ {
					to.LayerAqueous[q] = pa*to.Aqueous[q] + (1-pa)*(b.Aqueous[q]-a.Aqueous[q])/span + da*(flowing[q-j*c]-m.Aqueous[q])
				}
				for l, t := range k.ligandTotal {
					to.LayerDissolved[l][j] = pa*to.Dissolved[l][j] + (1-pa)*(b.LigandAq[l][j]-a.LigandAq[l][j])/span + da*(t[j]-m.LigandAq[l][j])
				}
			}
			if po < 1 {
				do := po * (1 - po) / k.base.vo[j] * (hi.vo[j] - lo.vo[j]) / span
				for q := j * c; q < (j+1)*c; q++ {
					to.LayerOrganic[q] = po*to.Organic[q] + (1-po)*(b.Organic[q]-a.Organic[q])/span + do*(k.y[q]-m.Organic[q])
				}
			}
		}
	}
	for s := range to.Left {
		to.Left[s] = (hi.left[s] - lo.left[s]) / span
		to.Lost[s] = k.circuit.Sections[s].OrganicCarried * to.Left[s]
	}
	a, b := low.Circuit, high.Circuit
	to.Bled = (b.Bleed*hi.organicOut - a.Bleed*lo.organicOut) / span
	to.Returned = (hi.organicOut-lo.organicOut)/span - to.Bled
	to.BledAqueous = k.circuit.Sections[len(to.Left)-1].AqueousCarried * (b.Bleed*b.Organic - a.Bleed*a.Organic) / span
	to.Makeup = (hi.makeup - lo.makeup) / span
}

// constantSlopes writes the change of ln K, by stages and cations.
func (k *Cascade) constantSlopes(lo, hi *Circuit, span float64, dl []float64) {
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
		flowing := k.Aqueous(j)
		for l := range k.links {
			if z := &k.links[l]; z.from == j {
				a, b := (hi.links[l].a-lo.links[l].a)/span, (hi.links[l].o-lo.links[l].o)/span
				all, allO = all+a, allO+b
				soap := (hi.links[l].soap - lo.links[l].soap) / span
				for i := range c {
					x, y := flowing[i], k.y[j*c+i]
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
			x, y := flowing[i], k.y[j*c+i]
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
	src := k.solute.feed
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
