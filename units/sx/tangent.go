package sx

import (
	"math"
	"slices"
)

// linearise makes the factors of the Jacobian at v for the present data, unless they are those already. inerts must
// have run.
func (k *run) linearise(v []float64) bool {
	size := len(k.data)
	if k.factored && slices.Equal(k.factoredAt[:size], k.data) && slices.Equal(k.factoredAt[size:], v) {
		return true
	}
	if !k.evaluate(v) {
		return false
	}
	clear(k.jac)
	k.jacobian(v, k.jac)
	if k.lu.Factor(k.jac) != nil {
		return false
	}
	copy(k.factoredAt, k.data)
	copy(k.factoredAt[size:], v)
	k.factored = true
	return true
}

// tangent writes dv, dx, dy, dq, de and ds for the change `direction` of data, after linearise.
func (k *run) tangent() {
	n := k.n
	k.dInerts()
	for j := range n {
		k.dv[2*j] = k.h[j]/(k.ka2+k.h[j])*k.ds[j]/k.sumA[j] - k.dq[j]/k.q[j]
		k.dv[2*j+1] = -k.de[j] / k.e[j]
	}
	for i := range k.terms { // at constant D
		k.dBalance(i, false)
		z := k.terms[i].z
		for j := range n {
			k.dv[2*j] += z * k.dx[i*n+j] / k.sumA[j]
			k.dv[2*j+1] += z * k.dy[i*n+j] / k.sumO[j]
		}
	}
	k.lu.Solve(k.dv)
	for a := range k.dv {
		k.dv[a] = -k.dv[a]
	}
	for i := range k.terms {
		if !k.terms[i].constant {
			k.dBalance(i, true)
		}
	}
}

// passTangent is the derivative of pass, in the place of linearise and tangent. inerts must have run.
func (k *run) passTangent(v []float64, noAqueous bool) {
	k.pass(v, noAqueous)
	k.dInerts()
	d, u := k.data, k.direction
	for i := range k.terms {
		at, end := i*k.n, (i+1)*k.n
		dx, dy, dprev := k.dx[at:end], k.dy[at:end], k.dPrevM[at:end]
		clear(dx)
		clear(dy)
		if noAqueous {
			dChain(dy, k.y[at:end], k.dFeedY[i], dprev, d[flowO], u[flowO], d[rate], d[holdO], u[holdO], true)
		} else {
			dChain(dx, k.x[at:end], k.dFeedX[i], dprev, d[flowA], u[flowA], d[rate], d[holdA], u[holdA], false)
		}
	}
	for j := range k.n {
		k.dv[2*j], k.dv[2*j+1] = 0, 0
		acid, extractant := k.q[j]-k.metals(k.x, j), k.e[j]-k.metals(k.y, j)
		if acid > 0 {
			h := math.Exp(v[2*j])
			b := k.ka2 + h
			k.dv[2*j] = (k.dq[j] - k.metals(k.dx, j) - h/b*k.ds[j]) / (h + k.s[j]*h*k.ka2/(b*b))
		}
		if extractant > 0 {
			k.dv[2*j+1] = (k.de[j] - k.metals(k.dy, j)) / extractant
		}
	}
}

// dInerts is the derivative of inerts.
func (k *run) dInerts() {
	d, u := k.data, k.direction
	dChain(k.dq, k.q, u[inQ], k.dPrevQ, d[flowA], u[flowA], d[rate], d[holdA], u[holdA], false)
	dChain(k.ds, k.s, u[inS], k.dPrevS, d[flowA], u[flowA], d[rate], d[holdA], u[holdA], false)
	dChain(k.de, k.e, u[inE], k.dPrevE, d[flowO], u[flowO], d[rate], d[holdO], u[holdO], true)
}

// dChain is the derivative of chain.
func dChain(dout, out []float64, din float64, dprev []float64, flow, dflow, rate, hold, dhold float64, back bool) {
	n := len(out)
	darrives := din
	for i := range n {
		j := i
		if back {
			j = n - 1 - i
		}
		if rate > 0 {
			darrives += rate * dprev[j]
		}
		dout[j] = 0
		if leave := flow + rate*hold; leave > 0 {
			dout[j] = (darrives - (dflow+rate*dhold)*out[j]) / leave
		}
		darrives = dflow*out[j] + flow*dout[j]
	}
}

// dBalance writes dx and dy of metal i for the direction; with moving, also for the change of D that dv brings. What
// moves with the organic leaves the right side of one stage and enters that of the next: it is carried as in column.
func (k *run) dBalance(i int, moving bool) {
	n, d, u := k.n, k.data, k.direction
	O, R, dA, dO := d[flowO], d[rate], u[flowA], u[flowO]
	x, y, D := k.x[i*n:(i+1)*n], k.y[i*n:(i+1)*n], k.D[i*n:(i+1)*n]
	dx, dy := k.dx[i*n:(i+1)*n], k.dy[i*n:(i+1)*n]
	share, f, before := 1.0, k.dFeedX[i], 0.0
	for j := range n {
		a := i*n + j
		dy[j] = 0 // y·dln D for now
		if moving {
			dy[j] = y[j] * (k.sh[a]*k.dv[2*j] + k.sc[a]*k.dv[2*j+1])
		}
		f += dA*(before-x[j]) - share*(dO*y[j]+O*dy[j])
		if j == n-1 {
			f += k.dFeedY[i]
		}
		if R > 0 {
			f += R * (k.dPrevM[a] - u[holdA]*x[j] - u[holdO]*y[j] - d[holdO]*dy[j])
		}
		dx[j] = f
		f *= k.keep[a]
		share, before = k.loss[a], x[j]
	}
	up := 0.0
	for j := n - 1; j >= 0; j-- {
		dx[j] = (dx[j] + up) * k.g[i*n+j]
		dy[j] += D[j] * dx[j]
		up = dO*y[j] + O*dy[j]
	}
}
