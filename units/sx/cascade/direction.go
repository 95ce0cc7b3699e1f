package cascade

import "math"

// slopes writes the change of ln D for a change of the unknowns dv.
func (k *Cascade) slopes(dv, dl []float64) {
	m, c := k.m, k.c
	lu, load, room, ion := k.scalar(dv, m.atFree), k.scalar(dv, m.atLoad), k.scalar(dv, m.atRoom), k.scalar(dv, m.atIon)
	for j := range k.n {
		for a, q := range m.classes {
			e := q.r * dv[j]
			if q.u != 0 {
				e += q.u * lu[j]
			}
			if q.fall != 0 {
				e -= q.fall * load[j]
			}
			if q.rise != 0 {
				e += q.rise * k.dimer[j] * (dv[j] + (k.basic[j]-1)*lu[j])
			}
			if q.ion != 0 {
				e += q.ion * k.exchange[1][j] * ion[j]
			}
			k.factor[a] = e
		}
		if room != nil {
			k.factor[0] += room[j]
		}
		dl, class, factor := dl[j*c:j*c+c:j*c+c], m.class[:c], k.factor
		class = class[:len(dl)]
		for l := range m.beta {
			ds, al := k.scalar(dv, m.atLigand+l)[j], k.alpha[l][j*c:j*c+c:j*c+c]
			al = al[:len(dl)]
			if l == 0 {
				for i, a := range class {
					dl[i] = factor[a] - al[i]*ds
				}
				continue
			}
			for i := range dl {
				dl[i] -= al[i] * ds
			}
		}
		if len(m.beta) == 0 {
			for i, a := range class {
				dl[i] = factor[a]
			}
		} else if m.Ionic != nil {
			for i, t := range k.stir[j*c : j*c+c] {
				dl[i] -= t * ion[j]
			}
		}
	}
}

// respond turns q, a change of what enters each balance, into the change of x when ln D changes by dl as well. direct is
// what besides enters each link, or nil.
func (k *Cascade) respond(dl, q, direct []float64) {
	c := k.c
	if k.mur != nil {
		k.respondBoth(dl, q, k.dy, direct)
		return
	}
	t := k.dy // what y alone changes by with D
	for o, y := range k.y {
		t[o] = y * dl[o]
	}
	for l := range k.links {
		z := &k.links[l]
		for i, t := range t[z.from*c : (z.from+1)*c] {
			direct[l*c+i] += z.o * t
		}
	}
	for j := range k.n {
		o := j * c
		here, own := q[o:o+c:o+c], t[o:o+c:o+c]
		own = own[:len(here)]
		all := k.sentO[j]
		if j == 0 {
			for i, t := range own {
				here[i] -= all * t
			}
		} else {
			up, before, q, kap := k.upO[j-1], t[o-c:o:o], q[o-c:o:o], k.kap[o-c:o:o]
			before, q, kap = before[:len(here)], q[:len(here)], kap[:len(here)]
			for i, t := range own {
				here[i] += up*before[i] - all*t + kap[i]*q[i]
			}
		}
		if j+1 < k.n && k.downO[j+1] > 0 {
			down := k.downO[j+1]
			for i, t := range t[o+c : o+2*c] {
				here[i] += down * t
			}
		}
	}
	k.back(q)
	if len(k.links) > 0 {
		k.closeLinks(q, nil, direct)
	}
	for o, d := range k.d {
		t[o] += d * q[o]
	}
}

// change writes what the residuals change by for dx, dl and dv.
func (k *Cascade) change(dx, dl, dv, out []float64) {
	m, c := k.m, k.c
	h := m.Hydrogen
	for j := range k.n {
		o := j * c
		q := dx[o : o+c : o+c]
		z := m.z[:c]
		dy := k.dy[o : o+c : o+c]
		t := dot(z, dy) / k.sum[j]
		out[j] = t
		if m.free && k.ions > 0 {
			k.scalar(out, m.atFree)[j] = k.ownAcidChange(dv, q[h], dl[o+h], j)
		} else if m.free {
			d := k.scalar(dv, m.atFree)[j] - q[h]/k.x[o+h] - dl[o+h]
			if m.room {
				d += k.scalar(dv, m.atRoom)[j]
			}
			k.scalar(out, m.atFree)[j] = d
		}
		for l := range m.beta {
			k.scalar(out, m.atLigand+l)[j] = k.ligandChange(dv, q, l, j)
		}
		if m.load {
			k.scalar(out, m.atLoad)[j] = k.scalar(dv, m.atLoad)[j] + k.exchanged(dy)/k.sum[j] - (1-k.load[j])*t
		}
		if m.room {
			s := 0.0
			for i, kappa := range m.kappa {
				s += kappa * dy[i]
			}
			r := k.room[j]
			s = k.part*s/(m.c1*math.Exp(k.scalar(k.v, m.atFree)[j])) - r*k.scalar(dv, m.atFree)[j]
			k.scalar(out, m.atRoom)[j] = k.scalar(dv, m.atRoom)[j] - s/(1+r)
		}
		if m.Ionic != nil {
			k.scalar(out, m.atIon)[j] = k.ionicChange(dv, q, j)
		}
	}
}

func (k *Cascade) ligandChange(dv, dx []float64, l, j int) float64 {
	m, c := k.m, k.c
	pull := k.pull[l][j*c : j*c+c : j*c+c]
	d := k.self[l][j]*k.scalar(dv, m.atLigand+l)[j] + dot(pull, dx)
	if m.Ionic != nil {
		d += k.ionLigand[l][j] * k.scalar(dv, m.atIon)[j]
	}
	for p := range m.beta {
		if p == l {
			continue
		}
		ds := k.scalar(dv, m.atLigand+p)[j]
		for i, v := range k.alpha[p][j*c : j*c+c] {
			d -= pull[i] * k.x[j*c+i] * v * ds
		}
	}
	return d
}

// product writes Jacobian·v.
func (k *Cascade) product(v, out []float64) {
	k.count.Products++
	k.respondTo(v)
	k.change(k.dx, k.dl, v, out)
}

// respondTo finds the change of x and y for a change v of the unknowns.
func (k *Cascade) respondTo(v []float64) {
	k.slopes(v, k.dl)
	clear(k.dx)
	if k.aid > 0 {
		for j, t := range k.scalar(v, k.m.atFree) {
			k.dx[j*k.c+k.m.Hydrogen] = -k.given[j] * t
		}
	}
	if k.ions > 0 {
		k.formAlong(v, k.dx)
	}
	if k.mur != nil {
		clear(k.dy)
	}
	clear(k.direct)
	k.respond(k.dl, k.dx, k.direct)
}

// dot is Σ x y, in four sums that do not wait for each other.
func dot(x, y []float64) float64 {
	y = y[:len(x)]
	var a, b, c, d float64
	j := 0
	for ; j+3 < len(x); j += 4 {
		a, b, c, d = a+x[j]*y[j], b+x[j+1]*y[j+1], c+x[j+2]*y[j+2], d+x[j+3]*y[j+3]
	}
	for ; j < len(x); j++ {
		a += x[j] * y[j]
	}
	return (a + b) + (c + d)
}
