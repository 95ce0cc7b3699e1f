package sx

import (
	"math"

	"reetwin/flowsheet/solve"
)

// cause is what stands in the way of a solution.
type cause int

const (
	none cause = iota
	alkaline
	noExtractant
	acidShort
	extractantShort
	steep
	unconverged
)

// failure says which stage could not be closed; need and have are mol/m3 (ln D and its limit where steep).
type failure struct {
	cause      cause
	stage      int // from 0, as the aqueous flows
	metal      int // where steep
	need, have float64
	residual   float64 // where unconverged: of the logarithm of the closure
	extractant bool    // where unconverged: which closure
}

// solve closes every stage. v is the start and the result; cold says that it is worth nothing. inerts must have run. On
// return x, y and the sums are those of v.
func (k *run) solve(v []float64, tol float64, cold bool) failure {
	tol = min(max(tol, finest), coarsest)
	for j := range k.n {
		switch {
		case !(k.q[j] > 0):
			return failure{cause: alkaline, stage: j, have: k.q[j]}
		case !(k.e[j] > 0):
			return failure{cause: noExtractant, stage: j, have: k.e[j]}
		}
	}
	for _, u := range v {
		cold = cold || !(math.Abs(u) < 100)
	}
	if !cold && k.close(v, tol) {
		return failure{}
	}
	k.start(v)
	copy(k.try, v)
	if k.close(v, tol) {
		return failure{}
	}
	copy(v, k.try)
	if k.march(v, tol) {
		return failure{}
	}
	k.restore()
	return k.diagnose(v)
}

// close is Newton from v, and leaves everything evaluated at the result.
func (k *run) close(v []float64, tol float64) bool {
	o := k.newton.Solve(v, tol, k.residualFunc, k.jacobianFunc)
	return (o.Converged || o.Reason == solve.ErrStalled && o.Residual <= rounding) && k.evaluate(v)
}

// start estimates v from nothing: all metal charge is taken for acid and all extractant for free, which gives the least
// extraction; two damped corrections by the closures follow.
func (k *run) start(v []float64) {
	for j := range k.n {
		v[2*j] = math.Log(k.free(k.q[j], k.s[j]))
		v[2*j+1] = math.Log(k.e[j])
	}
	const least = 0.05 // of the sum stays free
	for range 2 {
		if !k.evaluate(v) {
			return
		}
		for j := range k.n {
			acid := k.q[j] - k.metals(k.x, j)
			extractant := k.e[j] - k.metals(k.y, j)
			h := math.Log(k.free(max(acid, least*k.q[j]), k.s[j]))
			c := math.Log(max(extractant, least*k.e[j]))
			v[2*j] += (h - v[2*j]) / 2
			v[2*j+1] += (c - v[2*j+1]) / 2
		}
	}
}

// metals is Σ z of a phase in one stage.
func (k *run) metals(a []float64, j int) (sum float64) {
	for i := range k.terms {
		sum += k.terms[i].z * a[i*k.n+j]
	}
	return sum
}

// march walks in pseudo-time from the state in which every stage is at equilibrium with v to the wanted one, by implicit
// steps that grow while they succeed. Its holdups are those of the problem, or one second of throughput in the steady
// state. It changes data; the caller restores it from saved.
func (k *run) march(v []float64, tol float64) bool {
	copy(k.saved, k.data)
	if d := k.data; d[rate] == 0 {
		d[holdA], d[holdO] = d[flowA], d[flowO]
	}
	if !k.evaluate(v) {
		return false
	}
	d := k.data
	throughput := max(d[flowA]/d[holdA], d[flowO]/d[holdO], d[rate])
	k.hold()
	for speed, step := marchFast*throughput, 0; step < marchMax; step++ {
		k.anchor(speed)
		copy(k.try, v)
		if !k.close(v, coarsest) {
			copy(v, k.try)
			if speed *= 5; speed > marchStuck*throughput {
				return false
			}
			continue
		}
		k.hold()
		if speed <= marchEnd*throughput {
			copy(k.try, v)
			k.restore()
			if k.close(v, tol) {
				return true
			}
			copy(v, k.try)
		}
		speed /= 2.5
	}
	return false
}

// hold remembers what the stages contain now, for the next step of the march.
func (k *run) hold() {
	va, vo := k.data[holdA], k.data[holdO]
	for a := range k.x {
		k.heldM[a] = va*k.x[a] + vo*k.y[a]
	}
	for j := range k.n {
		k.heldQ[j], k.heldE[j], k.heldS[j] = va*k.sumA[j], vo*k.sumO[j], va*k.s[j]
	}
	k.held[holdA], k.held[holdO] = va, vo
}

// anchor makes the problem of one step of the march: the saved one and speed times the change since hold.
func (k *run) anchor(speed float64) {
	r := k.saved[rate]
	copy(k.data, k.saved)
	k.data[rate] = r + speed
	k.data[holdA], k.data[holdO] = k.held[holdA], k.held[holdO]
	first := header + 2*k.m
	for a := first; a < len(k.data); a++ {
		k.data[a] = (speed * k.held[a]) / (r + speed)
		if r > 0 {
			k.data[a] += r * k.saved[a] / (r + speed)
		}
	}
	k.inerts()
}

func (k *run) restore() {
	copy(k.data, k.saved)
	k.inerts()
}

// diagnose repeats the solve from the cold start to say what cannot be closed. The metals of constant D take the same
// whatever the stages do, so that what they need is a proof; for the rest the last point reached speaks.
func (k *run) diagnose(v []float64) failure {
	k.start(v)
	o := k.newton.Solve(v, coarsest, k.residualFunc, k.jacobianFunc)
	if !k.evaluate(v) || o.Worst < 0 {
		if k.bad < 0 {
			return failure{cause: unconverged, residual: o.Residual}
		}
		return failure{cause: steep, metal: k.bad / k.n, stage: k.bad % k.n, need: k.excess}
	}
	worst := failure{cause: unconverged, stage: o.Worst / 2, extractant: o.Worst%2 == 1, residual: o.Residual}
	most := 0.99 // share of a sum that counts as exhausted at the last point
	for j := range k.n {
		acid, extractant := k.metals(k.x, j), k.metals(k.y, j)
		if part := acid / k.q[j]; part > most {
			most, worst = part, failure{cause: acidShort, stage: j, need: acid, have: k.q[j]}
		}
		if part := extractant / k.e[j]; part > most {
			most, worst = part, failure{cause: extractantShort, stage: j, need: extractant, have: k.e[j]}
		}
	}
	return worst
}

// pass is the solution where the phases do not meet: metals stay in what is present. Where there is no free acid or no
// free extractant the unknown keeps its value, which nothing depends on.
func (k *run) pass(v []float64, noAqueous bool) {
	k.factored = false
	d := k.data
	for i := range k.terms {
		at, end := i*k.n, (i+1)*k.n
		x, y, prev := k.x[at:end], k.y[at:end], k.prevM[at:end]
		clear(x)
		clear(y)
		if noAqueous {
			chain(y, k.feedY[i], prev, d[flowO], d[rate], d[holdO], true)
		} else {
			chain(x, k.feedX[i], prev, d[flowA], d[rate], d[holdA], false)
		}
	}
	for j := range k.n {
		if acid := k.q[j] - k.metals(k.x, j); acid > 0 {
			v[2*j] = math.Log(k.free(acid, k.s[j]))
		}
		if extractant := k.e[j] - k.metals(k.y, j); extractant > 0 {
			v[2*j+1] = math.Log(extractant)
		}
	}
}
