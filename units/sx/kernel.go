package sx

import (
	"math"
	"slices"

	"reetwin/flowsheet/solve"
)

// term is the distribution of one metal in natural logarithms:
//
//	ln D = (m0 + m1·d)·(ln 1000 − ln h) + b0 + b1·ln d,   d = pure·c, dosage in % v/v;  or ln D = b0 where constant.
type term struct {
	z              float64 // charge: extractant bound and H+ set free, mol per mol
	m0, m1, b0, b1 float64
	constant       bool
}

const (
	lnLimit  = 250 * math.Ln10 // |ln D| beyond this is an error: D² must not overflow
	lnMolar  = 3 * math.Ln10   // ln of the mol/m3 in 1 mol/L
	maxStep  = 1.5             // largest Newton step in ln h and ln c
	finest   = 1e-13           // the closures are sums of a few terms: nothing below this is more than rounding
	coarsest = 1e-6
	rounding = 1e-11 // where Newton stalls below this, rounding has stopped it
	// The pseudo-time march: steps allowed, and 1/step in units of the throughput at the first step, from where on the
	// step of infinite length is tried, and where it gives up.
	marchMax   = 200
	marchFast  = 10.0
	marchEnd   = 0.5
	marchStuck = 1e6
)

// run is n counter-current equilibrium stages with m metals; the aqueous enters stage 0 and leaves stage n−1, the
// organic the other way. It knows nothing of components, streams or keys. Concentrations are mol/m3, flows mol/s.
//
// The problem is in the vector data, cut into the slices below; the unknowns v are ln h and ln c of every stage in turn.
type run struct {
	n, m  int
	terms []term
	ka2   float64                             // mol/m3, dissociation of bisulfate
	pure  float64                             // % v/v of extractant per mol/m3
	free  func(acid, sulfate float64) float64 // free [H+], mol/m3

	data                       []float64 // all numbers of the problem
	feedX                      []float64 // [m] metal that enters with the aqueous, mol/s
	feedY                      []float64 // [m] with the organic
	prevM                      []float64 // [m·n] total metal held at the start of the step, mol, metal by metal
	prevQ                      []float64 // [n] acidity sum held, mol
	prevE                      []float64 // [n] extractant sum held, mol
	prevS                      []float64 // [n] sulfate held, mol
	saved, held                []float64 // data of the problem while a march changes it, and of its last state
	heldM, heldQ, heldE, heldS []float64
	factoredAt                 []float64 // data and v at which lu holds
	factored                   bool

	q, e, s        []float64 // [n] acidity sum, extractant sum, sulfate, mol/m3
	h, c, dos, lnd []float64 // [n] free acid, free extractant, dosage and its logarithm
	sumA, sumO     []float64 // [n] total acidity + Σ z x, free extractant + Σ z y
	D, x, y        []float64 // [m·n] metal by metal
	sh, sc         []float64 // [m·n] ∂ln D/∂ln h, ∂ln D/∂ln c
	g, keep, loss  []float64 // [m·n] 1/pivot, A/pivot, loss/pivot = 1 − keep without the subtraction
	bad            int       // metal·n + stage of the last D outside the limit, or −1
	excess         float64   // its ln D

	newton         *solve.Newton
	lu             *solve.LU
	jac, w         []float64
	dv, try        []float64
	residualFunc   func(v, r []float64) bool
	jacobianFunc   func(v, j []float64)
	dx, dy         []float64 // [m·n] result of tangent
	dq, de, ds     []float64 // [n]
	direction      []float64 // like data
	dFeedX, dFeedY []float64
	dPrevM         []float64
	dPrevQ, dPrevE []float64
	dPrevS         []float64
}

// The first numbers of data.
const (
	flowA  = iota // m3/s of aqueous
	flowO         // m3/s of organic
	holdA         // m3 of aqueous in each stage
	holdO         // m3 of organic in each stage
	rate          // 1/s; 0 is the steady state
	inQ           // acidity sum that enters, mol/s
	inE           // extractant sum that enters, mol/s
	inS           // sulfate that enters, mol/s
	header        // how many
)

func newCascade(n int, terms []term, ka2, pure float64, free func(acid, sulfate float64) float64) *run {
	m := len(terms)
	k := &run{n: n, m: m, terms: terms, ka2: ka2, pure: pure, free: free, bad: -1}
	size := header + 2*m + m*n + 3*n
	k.data = make([]float64, size)
	k.direction = make([]float64, size)
	k.saved = make([]float64, size)
	k.held = make([]float64, size)
	k.factoredAt = make([]float64, size+2*n)
	k.feedX, k.feedY, k.prevM, k.prevQ, k.prevE, k.prevS = cut(k.data, n, m)
	_, _, k.heldM, k.heldQ, k.heldE, k.heldS = cut(k.held, n, m)
	k.dFeedX, k.dFeedY, k.dPrevM, k.dPrevQ, k.dPrevE, k.dPrevS = cut(k.direction, n, m)
	for _, p := range []*[]float64{&k.q, &k.e, &k.s, &k.h, &k.c, &k.dos, &k.lnd, &k.sumA, &k.sumO, &k.w, &k.dq, &k.de, &k.ds} {
		*p = make([]float64, n)
	}
	for _, p := range []*[]float64{&k.D, &k.x, &k.y, &k.sh, &k.sc, &k.g, &k.keep, &k.loss, &k.dx, &k.dy} {
		*p = make([]float64, m*n)
	}
	for _, p := range []*[]float64{&k.dv, &k.try} {
		*p = make([]float64, 2*n)
	}
	for i, t := range terms {
		if t.constant {
			for j := range n {
				k.D[i*n+j] = math.Exp(t.b0)
			}
		}
	}
	k.jac = make([]float64, 4*n*n)
	k.lu = solve.NewLU(2 * n)
	k.newton = solve.NewNewton(2 * n)
	k.newton.MaxStep = slices.Repeat([]float64{maxStep}, 2*n)
	k.residualFunc, k.jacobianFunc = k.residual, k.jacobian
	return k
}

func cut(data []float64, n, m int) (feedX, feedY, prevM, prevQ, prevE, prevS []float64) {
	at := header
	next := func(size int) []float64 {
		at += size
		return data[at-size : at : at]
	}
	return next(m), next(m), next(m * n), next(n), next(n), next(n)
}

// chain follows an inert from stage to stage: (flow + rate·hold)·out_j = flow·out_(j−1) + rate·prev_j, in mol/s at the
// entrance. back is for what travels with the organic.
func chain(out []float64, in float64, prev []float64, flow, rate, hold float64, back bool) {
	arrives := in
	n := len(out)
	for i := range n {
		j := i
		if back {
			j = n - 1 - i
		}
		if rate > 0 {
			arrives += rate * prev[j]
		}
		out[j] = 0
		if leave := flow + rate*hold; leave > 0 {
			out[j] = arrives / leave
		}
		arrives = flow * out[j]
	}
}

// inerts finds the three sums that pass the cascade as inerts.
func (k *run) inerts() {
	d := k.data
	chain(k.q, d[inQ], k.prevQ, d[flowA], d[rate], d[holdA], false)
	chain(k.s, d[inS], k.prevS, d[flowA], d[rate], d[holdA], false)
	chain(k.e, d[inE], k.prevE, d[flowO], d[rate], d[holdO], true)
}

// distribute finds every D at v; false where one is out of the limits.
func (k *run) distribute(v []float64) bool {
	n := k.n
	lnPure := math.Log(k.pure)
	for j := range n {
		k.h[j], k.c[j] = math.Exp(v[2*j]), math.Exp(v[2*j+1])
		k.dos[j], k.lnd[j] = k.pure*k.c[j], lnPure+v[2*j+1]
	}
	for i := range k.terms {
		t := &k.terms[i]
		if t.constant {
			continue
		}
		for j, a := 0, i*n; j < n; j, a = j+1, a+1 {
			pH := lnMolar - v[2*j] // times ln 10
			slope := t.m0 + t.m1*k.dos[j]
			l := slope*pH + t.b0 + t.b1*k.lnd[j]
			if !(math.Abs(l) <= lnLimit) {
				k.bad, k.excess = a, l
				return false
			}
			k.D[a] = math.Exp(l)
			k.sh[a], k.sc[a] = -slope, t.m1*k.dos[j]*pH+t.b1
		}
	}
	k.bad = -1
	return true
}

// evaluate solves the balances of every metal for the D of v and forms the two sums of every stage.
func (k *run) evaluate(v []float64) bool {
	k.factored = false // x and y will be others
	if !k.distribute(v) {
		return false
	}
	for j := range k.n {
		k.sumA[j] = k.h[j] + k.s[j]*k.h[j]/(k.ka2+k.h[j])
		k.sumO[j] = k.c[j]
	}
	for i := range k.terms {
		k.balance(i)
		z := k.terms[i].z
		x, y := k.x[i*k.n:(i+1)*k.n], k.y[i*k.n:(i+1)*k.n]
		for j := range x {
			k.sumA[j] += z * x[j]
			k.sumO[j] += z * y[j]
		}
	}
	return true
}

// balance solves
//
//	A x_(j−1) + O D_(j+1) x_(j+1) + f_j = (A + O D_j + R (Va + Vo D_j)) x_j
//
// for metal i. What a pivot has beyond A, the loss, is carried from stage to stage as a sum of products (Grassmann, Taksar
// and Heyman 1985, doi:10.1287/opre.33.5.1107): nothing is subtracted, so every x is right to rounding however large the D.
func (k *run) balance(i int) {
	n, d := k.n, k.data
	A, O, R := d[flowA], d[flowO], d[rate]
	ra, ro := R*d[holdA], R*d[holdO]
	D, x, y := k.D[i*n:(i+1)*n], k.x[i*n:(i+1)*n], k.y[i*n:(i+1)*n]
	g, keep, loss, prev := k.g[i*n:(i+1)*n], k.keep[i*n:(i+1)*n], k.loss[i*n:(i+1)*n], k.prevM[i*n:(i+1)*n]
	share, f := 1.0, k.feedX[i]
	for j := range n {
		l := O*D[j]*share + ra + ro*D[j]
		p := 1 / (A + l)
		share = l * p
		g[j], keep[j], loss[j] = p, A*p, share
		if R > 0 {
			f += R * prev[j]
		}
		if j == n-1 {
			f += k.feedY[i]
		}
		x[j] = f // eliminated right side for now
		f *= keep[j]
	}
	up := 0.0
	for j := n - 1; j >= 0; j-- {
		x[j] = (x[j] + up) * g[j]
		y[j] = D[j] * x[j]
		up = O * y[j]
	}
}

// residual writes the closures of every stage, in logarithms: acidity, then extractant.
func (k *run) residual(v, r []float64) bool {
	if !k.evaluate(v) {
		return false
	}
	for j := range k.n {
		r[2*j] = math.Log(k.sumA[j] / k.q[j])
		r[2*j+1] = math.Log(k.sumO[j] / k.e[j])
	}
	return true
}
