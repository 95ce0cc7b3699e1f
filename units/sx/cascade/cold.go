package cascade

import (
	"math"
)

// Path says how a solution was found.
type Path string

// The paths, in the order in which they are tried.
const (
	Warm      Path = "warm"      // Newton from the unknowns given
	Refined   Path = "refined"   // Newton from the solution of half the stages, those from a quarter and so on
	Marched   Path = "march"     // in pseudo-time at some level of the refinement
	Naive     Path = "naive"     // in pseudo-time from stages filled with feed
	Continued Path = "continued" // from the same circuit with more acid, or with equal capacities of all cations
	Alkaline  Path = "alkaline"  // with the hydroxide of the water, by the continuations
	Anchored  Path = "anchor"    // Newton from a neighbour of the ensemble, moved by its slopes
	Failed    Path = "failed"
)

// coarseEnough is the number of stages below which nothing is halved; coarseTol the closure there.
const (
	coarseEnough = 12
	coarseTol    = 1e-3
)

// start writes the first guess of ln r and of the scalars.
func (k *Cascade) start() {
	c, m := k.circuit, k.m
	h := m.Hydrogen
	for j := range k.n {
		s := &c.Sections[k.section[j]]
		acid := 0.0
		if len(s.X) > 0 {
			acid = s.X[h]
		}
		k.v[j] = 0
		if k.section[j] > 0 && acid > 0 {
			part := 0.8
			if s.Joins {
				part = 0.3
			}
			k.v[j] = math.Log(part * c.Capacity / acid)
		}
	}
	k.startScalars()
}

func (k *Cascade) startScalars() {
	m := k.m
	fill := func(a int, t float64) {
		s := k.scalar(k.v, a)
		for j := range s {
			s[j] = t
		}
	}
	fill(m.atFree, math.Log(0.5*k.circuit.Capacity))
	fill(m.atLoad, 0.3)
	fill(m.atRoom, 0.1)
	for l := range m.beta {
		for j := range k.n {
			k.scalar(k.v, m.atLigand+l)[j] = k.lnTotal[l][j] + math.Log(0.3)
		}
	}
	ion := k.scalar(k.v, m.atIon)
	for j := range ion {
		ion[j] = math.Log(k.usualIonic(j))
	}
}

// follow moves the scalars to what the last evaluation makes of them, by at most one each.
func (k *Cascade) follow() {
	m := k.m
	for a := range m.scalars {
		v, r := k.scalar(k.v, a), k.scalar(k.res, a)
		for j := range v {
			t := r[j]
			if q := a - m.atLigand; q >= 0 && q < len(m.beta) {
				t /= k.self[q][j]
			}
			if t == t {
				v[j] -= max(-1, min(1, t))
			}
		}
	}
	k.bound()
}

// spread interpolates the unknowns of a coarser cascade, section by section.
func (k *Cascade) spread(from *Cascade) {
	for a := range 1 + k.m.scalars {
		to, src := k.v[a*k.n:(a+1)*k.n], from.v[a*from.n:(a+1)*from.n]
		for s := range k.circuit.Sections {
			n, old := k.circuit.Sections[s].Stages, from.circuit.Sections[s].Stages
			stretch(to[:n], src[:old])
			to, src = to[n:], src[old:]
		}
	}
}

func stretch(to, src []float64) {
	n := float64(len(src))
	for j := range to {
		t := max(0, min(n-1, (float64(j)+0.5)/float64(len(to))*n-0.5))
		q := min(int(t), max(len(src)-2, 0))
		if len(src) == 1 {
			to[j] = src[0]
			continue
		}
		w := t - float64(q)
		to[j] = (1-w)*src[q] + w*src[q+1]
	}
}

// refine solves on half the stages first. It says whether it got there and whether a march was needed.
func (k *Cascade) refine(tol float64, march bool) (ok, marched bool) {
	shrunk := false
	if k.cold != nil {
		k.circuit.coarsen(k.coldCircuit)
		if k.cold.set(k.coldCircuit, nil) == nil {
			shrunk = true
			if ok, marched = k.cold.refine(coarseTol, march); !ok {
				return false, marched
			}
		}
	}
	if shrunk {
		k.spread(k.cold)
	} else {
		k.start()
		for range 2 * min(k.m.scalars, 1) {
			k.evaluate(k.v, k.res)
			k.linearise()
			k.follow()
		}
	}
	copy(k.begin, k.v)
	k.evaluate(k.v, k.res)
	if _, most := size(k.res); most < 8 {
		if ok, _, _ := k.newton(12, tol); ok {
			return true, marched
		}
	}
	copy(k.v, k.begin)
	k.evaluate(k.v, k.res)
	if !march {
		return false, marched
	}
	k.hold()
	if k.march(3, 0.05, 3, 160, tol) {
		return true, true
	}
	// A coarse level that marches astray costs little to fill anew; a fine one is left to the rescues.
	for flavour, r := range rescues[:2] {
		if k.n > 40 {
			break
		}
		k.naive(flavour)
		if k.march(r[0], r[1], r[2], 150, tol) {
			return true, true
		}
	}
	return false, true
}

// hold fills the stages with what the last evaluation found, bounded where the start was wild.
func (k *Cascade) hold() {
	most := 5.0
	for _, s := range k.circuit.Sections {
		for _, x := range s.X {
			most = max(most, x)
		}
	}
	for j := range k.n {
		g := min(1, k.capacity/k.sum[j])
		va, vo := k.base.volumes(j)
		for o := j * k.c; o < (j+1)*k.c; o++ {
			k.pace[o] = va*min(k.x[o], most) + g*vo*min(k.y[o], k.d[o]*most)
		}
	}
}

// timed makes the balances those of an implicit step dt from the holdup pace; the stages hold one unit of time of flow.
func (k *Cascade) timed(dt float64) {
	k.flows.copy(k.base)
	for j := range k.n {
		k.vessels.MixerA[j], k.vessels.MixerO[j] = k.base.volumes(j)
	}
	k.pacing = Step{Rate: 1 / dt, Vessels: k.vessels, Mixer: k.pace}
	k.flows.time(&k.pacing, k.m)
}

// steady takes the step back.
func (k *Cascade) steady() { k.flows.copy(k.base) }

// march goes through pseudo-time by implicit Euler steps until the steady state is in reach of Newton.
func (k *Cascade) march(dt, inner, grow float64, most int, tol float64) bool {
	defer k.steady()
	failed := false
	for range most {
		k.count.Steps++
		k.timed(dt)
		copy(k.begin, k.v)
		k.evaluate(k.v, k.res)
		_, open := size(k.res) // a step that Newton need not move for is no step: contents would drift
		ok, steps, _ := k.newton(7, min(inner, max(0.1*open, 1e-8)))
		if !ok {
			copy(k.v, k.begin)
			if dt *= 0.2; dt < 1e-3 {
				return false
			}
			failed = true
			continue
		}
		for j := range k.n {
			g := k.capacity / k.sum[j]
			va, vo := k.base.volumes(j)
			for o := j * k.c; o < (j+1)*k.c; o++ {
				k.pace[o] = va*k.x[o] + g*vo*k.y[o]
			}
			if k.ions > 0 {
				k.pace[j*k.c+k.m.Hydrogen] -= va * k.hydroxide[j]
			}
		}
		if dt > 1e6 {
			k.steady()
			copy(k.begin, k.v)
			if ok, _, _ := k.newton(30, tol); ok {
				return true
			}
			copy(k.v, k.begin)
			dt, inner, grow = 300, 0.2*inner, max(1.5, 0.7*grow)
			continue
		}
		switch {
		case failed:
			failed = false // this dt once more
		case steps <= 1:
			dt *= grow * grow
		case steps <= 2:
			dt *= grow
		case steps <= 3:
			dt *= math.Sqrt(grow)
		}
	}
	return false
}

// fill each stage with feed and fresh organic; the flavours differ in the organic.
func (k *Cascade) naive(flavour int) {
	m, c, cc := k.m, k.circuit, k.c
	feed := k.fed // all cations fed in the aqueous that leaves stage 1
	clear(feed)
	for j := range k.n {
		for i := range feed {
			feed[i] += k.base.feed[j*cc+i]
		}
	}
	va, _ := k.base.volumes(0)
	for i := range feed {
		feed[i] /= va
	}
	feed[m.Hydrogen] = 0
	for j := range k.n {
		s := &c.Sections[k.section[j]]
		va, vo := k.base.volumes(j)
		for i := range cc {
			x, y := 0.0, 0.0
			if len(s.X) > 0 {
				x = s.X[i]
			}
			if k.section[j] == 0 {
				x = max(x, feed[i])
			} else {
				x += 0.1 * feed[i]
			}
			soap := 0.0
			if k.section[j] == 0 && flavour != 1 {
				soap = c.Soap / m.c1
			}
			switch i {
			case m.Hydrogen:
				y = k.capacity * (1 - soap)
				x = max(x, 1e-6*c.Capacity)
			case m.Soap:
				y = k.capacity * soap
			}
			k.pace[j*cc+i] = va*x + vo*y
		}
		k.v[j] = k.flash(j, va, vo)
	}
	k.startScalars()
}

// flash is ln r of stage j when its holdup alone comes to equilibrium, without the scalars.
func (k *Cascade) flash(j int, va, vo float64) float64 {
	s := 0.0
	K := k.rows[k.section[j]]
	dimer, ln := k.usual()
	f := 0.0
	if k.m.Ionic != nil && k.m.Ionic.Exchange != nil {
		f, _ = k.m.Ionic.Exchange(k.usualIonic(j))
	}
	for range 60 {
		sum, slope := 0.0, 0.0
		for i := range k.c {
			q := &k.m.classes[k.m.class[i]]
			p, e := k.m.slope[i], q.ion*f
			if k.m.correlated {
				p += q.rise * dimer
				e += q.u*ln - q.rise*dimer*ln
			}
			D := K[i] * math.Exp(p*s+e)
			x := k.pace[j*k.c+i] / (va + vo*D)
			t := k.m.z[i] * D * x
			sum += t
			slope += t * p * va / (va + vo*D)
		}
		d := max(-2, min(2, -math.Log(sum/k.capacity)*sum/(slope+1e-300)))
		s = max(leastLnR, min(mostLnR, s+d))
		if math.Abs(d) < 1e-10 {
			break
		}
	}
	return s
}

// usual is the free dimer over u0 that correlations are first taken at, and its logarithm.
func (k *Cascade) usual() (dimer, ln float64) {
	dimer = 0.5 * k.circuit.Capacity / k.m.reference()
	return dimer, math.Log(dimer)
}

// rescues are the marches from naive states: first step, closure of each, growth.
var rescues = [...][3]float64{{0.3, 0.05, 2.5}, {3, 0.01, 2}, {0.1, 0.01, 1.7}, {0.03, 0.003, 1.5}}

// coldSolve solves without a start value.
func (k *Cascade) coldSolve(tol float64) Path {
	if !k.following {
		k.setIons(0)
	}
	ok, marched := k.refine(tol, true)
	switch {
	case ok && !marched:
		return Refined
	case ok:
		return Marched
	}
	if !k.following {
		k.endAid = 0
		if k.m.room && k.continued(tol) {
			return Continued
		}
		k.ample = 0
		if k.m.correlated && k.fromPlenty(tol) {
			return Continued
		}
	}
	if path := k.rescue(tol); path != Failed || k.following || !k.m.dissociates() {
		return path
	}
	return k.alkaline(tol)
}

// rescue marches from naive states.
func (k *Cascade) rescue(tol float64) Path {
	for flavour, r := range rescues {
		k.naive(flavour)
		most := 200
		if flavour == len(rescues)-1 {
			most = 600
		}
		if k.march(r[0], r[1], r[2], most, tol) {
			return Naive
		}
	}
	return Failed
}
