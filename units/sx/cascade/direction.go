package cascade

import "math"

// slopes writes the change of ln D for a change of the unknowns dv.
func (k *Cascade) slopes(dv, dl []float64) {
	m, c := k.m, k.c
	lu, load, room := k.scalar(dv, m.atFree), k.scalar(dv, m.atLoad), k.scalar(dv, m.atRoom)
	for j := range k.n {
		for a, q := range m.classes {
			e := q.r * dv[j]
			if q.u != 0 {
				e += q.u * lu[j]
			}
			if q.fall != 0 {
				e -= q.fall * load[j]
			}
			k.factor[a] = e
		}
		if room != nil {
			k.factor[0] += room[j]
		}
		dl, class := dl[j*c:j*c+c:j*c+c], m.class[:c]
		for i := range dl {
			dl[i] = k.factor[class[i]]
		}
		for l := range m.beta {
			ds, al := k.scalar(dv, m.atLigand+l)[j], k.alpha[l][j*c:j*c+c:j*c+c]
			if ds != 0 {
				for i := range dl {
					dl[i] -= al[i] * ds
				}
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
	for j := range k.n {
		o := j * c
		down, up, all := k.downO[j], k.upO[j], k.downO[j]+k.upO[j]+k.outO[j]
		for l := range k.links {
			if z := &k.links[l]; z.from == j {
				all += z.o
				for i := range c {
					direct[l*c+i] += z.o * k.d[o+i] * k.x[o+i] * dl[o+i]
				}
			}
		}
		D, x, e, here := k.d[o:o+c:o+c], k.x[o:o+c:o+c], dl[o:o+c:o+c], q[o:o+c:o+c]
		x, e, here = x[:len(D)], e[:len(D)], here[:len(D)]
		switch {
		case j+1 < k.n && down == 0:
			next := q[o+c : o+2*c : o+2*c]
			next = next[:len(D)]
			for i, D := range D {
				t := D * x[i] * e[i]
				here[i] -= all * t
				next[i] += up * t
			}
		default:
			for i, D := range D {
				t := D * x[i] * e[i]
				here[i] -= all * t
				if j+1 < k.n {
					q[o+c+i] += up * t
				}
				if j > 0 {
					q[o-c+i] += down * t
				}
			}
		}
	}
	k.up(q, 0)
	k.back(q)
	if len(k.links) > 0 {
		k.closeLinks(q, nil, direct)
	}
	for o, d := range k.d {
		k.dy[o] = d * (q[o] + k.x[o]*dl[o])
	}
}

// change writes what the residuals change by for dx, dl and dv.
func (k *Cascade) change(dx, dl, dv, out []float64) {
	m, c := k.m, k.c
	h := m.Hydrogen
	for j := range k.n {
		o := j * c
		x, e, q := k.x[o:o+c:o+c], dl[o:o+c:o+c], dx[o:o+c:o+c]
		z := m.z[:c]
		t := 0.0
		dy := k.dy[o : o+c : o+c]
		dy = dy[:len(z)]
		for i, z := range z {
			t += z * dy[i]
		}
		t /= k.sum[j]
		out[j] = t
		if m.free {
			d := k.scalar(dv, m.atFree)[j] - q[h]/x[h] - e[h]
			if m.room {
				d += k.scalar(dv, m.atRoom)[j]
			}
			k.scalar(out, m.atFree)[j] = d
		}
		for l := range m.beta {
			k.scalar(out, m.atLigand+l)[j] = k.ligandChange(dv, q, l, j)
		}
		if m.load {
			s := 0.0
			for i, z := range m.metal {
				s += z * dy[i]
			}
			k.scalar(out, m.atLoad)[j] = k.scalar(dv, m.atLoad)[j] - s/k.sum[j] + k.load[j]*t
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
	}
}

func (k *Cascade) ligandChange(dv, dx []float64, l, j int) float64 {
	m, c := k.m, k.c
	d := k.self[l][j] * k.scalar(dv, m.atLigand+l)[j]
	pull := k.pull[l][j*c : j*c+c : j*c+c]
	for i, v := range dx {
		d += pull[i] * v
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
	k.slopes(v, k.dl)
	clear(k.dx)
	clear(k.dy)
	clear(k.direct)
	k.respond(k.dl, k.dx, k.direct)
	k.change(k.dx, k.dl, v, out)
}
