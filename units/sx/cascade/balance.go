package cascade

import "math"

// Cascade solves a Circuit. It is made once for a Chemistry and a shape (the stages of every section) and does not
// allocate when it is used again; one goroutine at a time.
type Cascade struct {
	// Reuse starts each iteration with the factors of the last solve. Then a result depends, within its tolerance, on what
	// was solved before: for an integrator that takes many like steps.
	Reuse bool

	m       *model
	n, c    int
	circuit *Circuit
	*flows
	capacity, lnCapacity float64     // c1 L
	rows, ownRows        [][]float64 // K of each section
	base                 *flows      // the circuit without a time step
	begin                []float64   // start of a step
	ligandTotal          [][]float64 // [ligand][n]
	lnTotal              [][]float64

	// Unknowns: ln r of every stage, then each scalar of the model for every stage.
	v, res []float64

	d, x, pinv, rho, kap []float64   // [n·c] D, aqueous, 1/pivot, pinv·(down of the stage after), part that goes up
	w                    [][]float64 // [link] answer of all stages to a unit that arrives by it
	gain                 []float64   // [c·links²] factors of 1 − the gains
	arrive               []float64   // [links·c] what comes by each link
	keep                 []float64   // [links·c] what it carries per unit of x in its stage
	sum                  []float64   // [n] Σ z y + Y_H
	esc                  []float64   // [c] scratch

	newtonSpace
	modelSpace
	bypass
	water
	y, dy        []float64 // [n·c] organic, and its change
	sides        [2]*flows // of a tangent
	entered      []float64 // [links·c]
	solute       inertSpace
	moment       *Step    // of time; nil in the steady state
	vessels      *Vessels // of the march, whose step is
	pacing, last Step
	pace         []float64 // march: holdup state [n·c]
	part         float64   // of the capacities' difference from 2 z that is on
	aid          float64   // acid given to a stage with all its extractant free, in parts of the organic's extractant
	given        []float64 // [n] acid given for that
	end          []float64 // unknowns where a continuation ended without a solution, and
	endAid       float64   // its aid; 0 where none did
	following    bool      // a continuation is under way
	ample        float64   // the least extractant, over the circuit's, for which a correlation was solved; 0 if none
	cold         *Cascade  // of half the stages
	coldCircuit  *Circuit
	fed          []float64 // [c] scratch
	count        Count
}

// Count says what a solve cost.
type Count struct{ Evaluations, Jacobians, Products, Steps int }

// New makes a cascade for circuits of this shape.
func New(chem *Chemistry, c *Circuit) (*Cascade, error) {
	m, err := compile(chem)
	if err != nil {
		return nil, err
	}
	if err := c.check(m); err != nil {
		return nil, err
	}
	return newCascade(m, c), nil
}

func newCascade(m *model, c *Circuit) *Cascade {
	n := c.stages()
	k := &Cascade{m: m, n: n, c: m.c, flows: newFlows(m, n), part: 1}
	for _, p := range []*[]float64{&k.d, &k.x, &k.y, &k.dy, &k.pinv, &k.rho, &k.kap, &k.pace} {
		*p = make([]float64, n*m.c)
	}
	links := 1 + len(c.Returns)
	for range links {
		k.w = append(k.w, make([]float64, n*m.c))
	}
	k.gain, k.arrive, k.keep = make([]float64, m.c*links*links), make([]float64, links*m.c), make([]float64, links*m.c)
	k.sum, k.esc = make([]float64, n), make([]float64, m.c)
	k.v, k.res = make([]float64, n*(1+m.scalars)), make([]float64, n*(1+m.scalars))
	k.base, k.vessels = newFlows(m, n), newVessels(n)
	k.sides = [2]*flows{newFlows(m, n), newFlows(m, n)}
	k.begin, k.end, k.given = make([]float64, len(k.v)), make([]float64, len(k.v)), make([]float64, n)
	k.rows = make([][]float64, len(c.Sections))
	for range c.Sections {
		k.ownRows = append(k.ownRows, make([]float64, m.c))
	}
	for range m.dissolved() {
		k.ligandTotal, k.lnTotal = append(k.ligandTotal, make([]float64, n)), append(k.lnTotal, make([]float64, n))
	}
	if n > coarseEnough {
		if q := c.coarse(); q.stages() < n {
			k.cold = newCascade(m, q)
			k.coldCircuit = q
		}
	}
	k.fed = make([]float64, m.c)
	k.entered, k.solute = make([]float64, links*m.c), newInertSpace(n, links)
	k.newtonSpace = newNewtonSpace(n, m, links)
	k.modelSpace = newModelSpace(n, m)
	k.bypass = newBypass(n, m, links)
	k.water = newWater(n, m)
	k.mul = func(v, out []float64) error {
		k.precondition(v, k.pre)
		k.product(k.pre, out)
		return nil
	}
	return k
}

// set makes the circuit the problem: flows, constants, and the ligand that stands in every stage.
func (k *Cascade) set(c *Circuit, step *Step) error {
	k.circuit = c
	k.base.fill(c, k.m)
	if err := k.base.possible(c, k.m); err != nil {
		return err
	}
	k.flows.copy(k.base)
	if step != nil {
		k.flows.time(step, k.m)
	}
	k.moment = step
	k.capacity = k.m.c1 * c.Capacity
	k.lnCapacity = math.Log(k.capacity)
	k.constants(c)
	k.eliminateInert()
	for l := range k.ligandTotal {
		k.inert(k.ligand[l], k.ligandTotal[l])
		for j, t := range k.ligandTotal[l] {
			k.lnTotal[l][j] = math.Log(max(t, 1e-30))
		}
	}
	return nil
}

// constants finds K in every section.
func (k *Cascade) constants(c *Circuit) {
	for s := range c.Sections {
		k.rows[s] = k.m.k
		if q := c.Sections[s].LnK; len(q) == k.c {
			for i, v := range q {
				k.ownRows[s][i] = math.Exp(v)
			}
			k.rows[s] = k.ownRows[s]
		}
	}
}

// balances solves the balance of every cation for the D at hand:
//
//	(down_j + up_j + out_j) x_j = down_(j+1) x_(j+1) + up_(j−1) x_(j−1) + feed_j + links,    each coefficient a + o D_j
//
// What a pivot has beyond the flow to the stage not yet eliminated is carried as a sum of products (Grassmann, Taksar,
// Heyman 1985, doi:10.1287/opre.33.5.1107): nothing is subtracted, traces keep their digits. Links close by their own
// escape probabilities, in the same way.
func (k *Cascade) balances() {
	k.count.Evaluations++
	if k.mur != nil {
		k.bypassed()
		return
	}
	k.eliminate()
	k.back(k.x)
	if len(k.links) == 0 {
		return
	}
	for l := range k.links {
		k.unit(l)
	}
	k.factorLinks()
	k.closeLinks(k.x, nil, nil)
}

// eliminate finds the pivots and runs the feeds up the cascade, into x.
func (k *Cascade) eliminate() {
	c := k.c
	esc := k.esc[:c]
	for j := range k.n {
		o := j * c
		D, P, U, F := k.d[o:o+c:o+c], k.pinv[o:o+c:o+c], k.kap[o:o+c:o+c], k.x[o:o+c:o+c]
		feed := k.feed[o : o+c : o+c]
		ua, uo, la, lo := k.upA[j], k.upO[j], k.outA[j], k.outO[j]
		for _, l := range k.links {
			if l.from == j {
				la, lo = la+l.a, lo+l.o
			}
		}
		if j == 0 {
			for i, D := range D {
				e, u := la+lo*D, ua+uo*D
				p := 1 / (e + u)
				P[i], U[i], esc[i], F[i] = p, u*p, e*p, feed[i]
			}
			k.add(j)
			continue
		}
		da, do := k.downA[j], k.downO[j]
		Fp, Up, Pp, Rp := k.x[o-c:o:o], k.kap[o-c:o:o], k.pinv[o-c:o:o], k.rho[o-c:o:o]
		Fp, Up, Pp, Rp, P, U, F, feed = Fp[:len(D)], Up[:len(D)], Pp[:len(D)], Rp[:len(D)], P[:len(D)], U[:len(D)], F[:len(D)], feed[:len(D)]
		esc = esc[:len(D)]
		for i, D := range D {
			d := da + do*D
			u := ua + uo*D
			e := la + lo*D + d*esc[i]
			p := 1 / (e + u)
			Rp[i] = d * Pp[i]
			P[i], U[i], esc[i] = p, u*p, e*p
			F[i] = feed[i] + Up[i]*Fp[i]
		}
		k.add(j)
	}
}

// add gives stage j the acid of a continuation, and that of water.
func (k *Cascade) add(j int) {
	if k.ions > 0 {
		k.x[j*k.c+k.m.Hydrogen] += k.formed[j]
	}
	if k.aid > 0 {
		k.x[j*k.c+k.m.Hydrogen] += k.given[j]
	}
}

// up runs sources q up the cascade from stage j on.
func (k *Cascade) up(q []float64, j int) {
	c := k.c
	for j++; j < k.n; j++ {
		o := j * c
		F, Fp, Up := q[o:o+c:o+c], q[o-c:o:o], k.kap[o-c:o:o]
		Fp, Up = Fp[:len(F)], Up[:len(F)]
		for i := range F {
			F[i] += Up[i] * Fp[i]
		}
	}
}

// back turns sources run up into concentrations.
func (k *Cascade) back(q []float64) {
	c := k.c
	o := (k.n - 1) * c
	F, P := q[o:o+c:o+c], k.pinv[o:o+c:o+c]
	for i := range F {
		F[i] *= P[i]
	}
	for j := k.n - 2; j >= 0; j-- {
		o := j * c
		F, P := q[o:o+c:o+c], k.pinv[o:o+c:o+c]
		N, R := q[o+c:o+2*c:o+2*c], k.rho[o:o+c:o+c]
		P, N, R = P[:len(F)], N[:len(F)], R[:len(F)]
		if k.downA[j+1] == 0 && k.downO[j+1] == 0 {
			for i := range F {
				F[i] *= P[i]
			}
			continue
		}
		for i := range F {
			F[i] = F[i]*P[i] + R[i]*N[i]
		}
	}
}

// unit finds what one mol per time that arrives by link l makes of every concentration.
func (k *Cascade) unit(l int) {
	w := k.w[l]
	at := k.links[l].to * k.c
	clear(w[:at])
	for i := range k.c {
		w[at+i] = 1
	}
	clear(w[at+k.c:])
	k.up(w, k.links[l].to)
	k.back(w)
}

// arrives is what link l brings of cation i when x and y are in its stage.
func (k *Cascade) arrives(l, i int, x, y float64) float64 {
	q := &k.links[l]
	t := q.o * y
	if i == k.m.Hydrogen {
		t *= 1 - q.soap
	}
	return q.a*x + t
}

// organicOf is the organic's part at o of the answer to a unit by link m, of which w is the aqueous's.
func (k *Cascade) organicOf(w []float64, m, o int) float64 {
	if k.mur != nil {
		return k.wy[m][o]
	}
	return k.d[o] * w[o]
}

// factorLinks eliminates 1 − G, G_lm what of a unit by link m comes back by link l, with its column sums given as escapes.
func (k *Cascade) factorLinks() {
	c, L := k.c, len(k.links)
	for l := range k.links {
		for i, d := range k.d[k.links[l].from*c : (k.links[l].from+1)*c] {
			k.keep[l*c+i] = k.arrives(l, i, 1, d)
		}
	}
	for m := range L {
		w := k.w[m]
		for i, escape := range k.escapes(m) {
			g := k.gain[i*L*L : (i+1)*L*L]
			for l := range L {
				q := &k.links[l]
				o := q.from*c + i
				y := k.organicOf(w, m, o)
				if i == k.m.Hydrogen {
					escape += q.soap * q.o * y
				}
				if l != m {
					g[l*L+m] = k.arrives(l, i, w[o], y)
				}
			}
			g[m*L+m] = escape
		}
	}
	for i := range c {
		surplusFactor(k.gain[i*L*L:(i+1)*L*L], L)
	}
}

// escapes sums what of a unit by link m leaves for good, by cation.
func (k *Cascade) escapes(m int) []float64 {
	c := k.c
	t, w, y := k.esc[:c], k.w[m], k.w[m]
	clear(t)
	if k.mur != nil {
		y = k.wy[m]
	}
	for _, j := range k.exits {
		a, b, x := k.outA[j], k.outO[j], w[j*c:j*c+c:j*c+c]
		x = x[:len(t)]
		y, d := y[j*c : j*c+c : j*c+c][:len(t)], k.d[j*c : j*c+c : j*c+c][:len(t)]
		for i, x := range x {
			if k.mur != nil {
				t[i] += a*x + b*y[i]
			} else {
				t[i] += (a + b*d[i]) * x
			}
		}
	}
	return t
}

// surplusFactor turns an L×L matrix of off-diagonal flows g[l][m] ≥ 0 (from m to l), with the escapes on the diagonal,
// into the factors of the M-matrix they stand for: multipliers below, pivots on and flows above the diagonal.
func surplusFactor(g []float64, L int) {
	for p := range L {
		pivot := g[p*L+p] // escape of p
		for l := p + 1; l < L; l++ {
			pivot += g[l*L+p]
		}
		for m := p + 1; m < L; m++ {
			f := g[p*L+m] / pivot
			g[m*L+m] += g[p*L+p] * f
			for l := p + 1; l < L; l++ {
				if l != m {
					g[l*L+m] += g[l*L+p] * f
				}
			}
		}
		for l := p + 1; l < L; l++ {
			g[l*L+p] /= pivot
		}
		g[p*L+p] = pivot
	}
}

// closeLinks adds to q, found with all links cut, what comes by them, and to qy, the organic's part where there are
// efficiencies. direct[l·c+i] is what besides enters link l.
func (k *Cascade) closeLinks(q, qy, direct []float64) {
	c, L := k.c, len(k.links)
	h, soap := k.m.Hydrogen, 0.0
	all := k.arrive[:L*c]
	for pass := range c { // hydrogen first: soap follows from it
		i := pass
		if pass == 0 {
			i = h
		} else if pass <= h {
			i = pass - 1
		}
		var room [8]float64
		b := room[:L]
		for l := range L {
			z := &k.links[l]
			o := z.from*c + i
			if qy != nil {
				b[l] = k.arrives(l, i, q[o], qy[o])
			} else {
				b[l] = k.keep[l*c+i] * q[o]
			}
			if direct != nil {
				t := direct[l*c+i]
				if i == h {
					t *= 1 - z.soap
				}
				b[l] += t
			}
		}
		if i == k.m.Soap {
			b[0] += soap
		}
		g := k.gain[i*L*L : (i+1)*L*L]
		surplusSolve(g, b)
		for l := range L {
			all[l*c+i] = b[l]
		}
		if z := &k.links[0]; i == h && z.soap > 0 {
			at := z.from*c + h
			y := k.d[at] * q[at]
			if qy != nil {
				y = qy[at]
			}
			for l := range L {
				y += k.organicOf(k.w[l], l, at) * b[l]
			}
			soap = z.soap * z.o * y
			if direct != nil {
				soap += z.soap * direct[h]
			}
		}
	}
	k.addArrivals(q, k.w, all)
	if qy != nil {
		k.addArrivals(qy, k.wy, all)
	}
}

// addArrivals adds to q the answers w to what comes by every link, three links at a time.
func (k *Cascade) addArrivals(q []float64, w [][]float64, all []float64) {
	c, L := k.c, len(k.links)
	l := 0
	for ; l+2 < L; l += 3 {
		g0, g1, g2 := all[l*c:(l+1)*c:(l+1)*c], all[(l+1)*c:(l+2)*c:(l+2)*c], all[(l+2)*c:(l+3)*c:(l+3)*c]
		for o := 0; o < len(q); o += c {
			x, w0, w1, w2 := q[o:o+c:o+c], w[l][o:o+c:o+c], w[l+1][o:o+c:o+c], w[l+2][o:o+c:o+c]
			g0, g1, g2, w0, w1, w2 := g0[:len(x)], g1[:len(x)], g2[:len(x)], w0[:len(x)], w1[:len(x)], w2[:len(x)]
			for i := range x {
				x[i] += (g0[i]*w0[i] + g1[i]*w1[i]) + g2[i]*w2[i]
			}
		}
	}
	for ; l < L; l++ {
		g, w := all[l*c:(l+1)*c:(l+1)*c], w[l]
		for o := 0; o < len(q); o += c {
			x, w := q[o:o+c:o+c], w[o:o+c:o+c]
			x, w = x[:len(g)], w[:len(g)]
			for i, g := range g {
				x[i] += g * w[i]
			}
		}
	}
}

func surplusSolve(g, b []float64) {
	L := len(b)
	for p := range L {
		for l := p + 1; l < L; l++ {
			b[l] += g[l*L+p] * b[p]
		}
	}
	for p := L - 1; p >= 0; p-- {
		for m := p + 1; m < L; m++ {
			b[p] += g[p*L+m] * b[m]
		}
		b[p] /= g[p*L+p]
	}
}
