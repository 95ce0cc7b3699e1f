package cascade

// bypass is what the balances need where the organic does not come to equilibrium. Of what arrives with the organic of the
// stage before, the part 1 − η of a cation passes the mixer unchanged (Murphree's efficiency):
//
//	V y_j = (1 − η) (what arrives) + (V − (1 − η) v) D x_j        v volume that arrives, V that leaves or is held
//
// Each stage is then two nodes, contact and organic stream, eliminated without subtraction as before. Droplets that come
// back with the aqueous are contacted in full; the organic that a mixer held is among what arrives (see approach); the aqueous that a link carries beside organic passes
// with it.
type bypass struct {
	e, ras, ts, back, us, ua, fu []float64   // [n·c] flows and probabilities of elimination
	wy                           [][]float64 // [link] answers of the organic
	qs                           []float64   // [n·c] arrivals that pass; then concentrations of the organic
	fate                         [3][]float64
}

func newBypass(n int, m *model, links int) bypass {
	var b bypass
	for _, p := range []*[]float64{&b.e, &b.ras, &b.ts, &b.back, &b.us, &b.ua, &b.fu, &b.qs} {
		*p = make([]float64, n*m.c)
	}
	for range links {
		b.wy = append(b.wy, make([]float64, n*m.c))
	}
	for q := range b.fate {
		b.fate[q] = make([]float64, m.c)
	}
	return b
}

// bypassed solves all balances with efficiencies, into x and y.
func (k *Cascade) bypassed() {
	k.reduce()
	for o, eta := range k.mur {
		k.y[o] = (1 - eta) * k.feedO[o]
		k.x[o] = k.feed[o] - k.y[o]
	}
	for j := range k.n {
		k.add(j)
	}
	k.upBoth(k.x, k.y)
	k.backBoth(k.x, k.y)
	if len(k.links) == 0 {
		return
	}
	for l, z := range k.links {
		w, wy := k.w[l], k.wy[l]
		clear(w)
		clear(wy)
		for i := range k.c {
			o := z.to*k.c + i
			if z.o > 0 {
				wy[o] = 1 - k.mur[o]
			}
			w[o] = 1 - wy[o]
		}
		k.upBoth(w, wy)
		k.backBoth(w, wy)
	}
	k.factorLinks()
	k.closeLinks(k.x, k.y, nil)
}

// reduce eliminates both nodes of each stage from stage 1 on. A unit that arrives at a stage already eliminated ends in the
// next contact, in the next stream, or outside.
func (k *Cascade) reduce() {
	c := k.c
	contact, stream, out := k.fate[0], k.fate[1], k.fate[2]
	clear(contact)
	clear(stream)
	clear(out)
	for j := range k.n {
		la, lo := k.outA[j], k.outO[j]
		for _, l := range k.links {
			if l.from == j {
				la, lo = la+l.a, lo+l.o
			}
		}
		V := k.vtot[j]
		da, ua, fu, fd, fo := k.downA[j], k.upA[j], k.upO[j]/V, k.downO[j]/V, lo/V
		for i := range c {
			o := j*c + i
			e := (V - (1-k.mur[o])*k.vin[j]) * k.d[o]
			back, ex := fd*contact[i], fo+fd*out[i]
			tot := fu + ex + back
			ras := e + da*stream[i]
			p := 1 / (la + da*out[i] + ua + ras*(fu+ex)/tot)
			k.e[o], k.pinv[o], k.ras[o], k.ts[o], k.fu[o] = e, p, ras, 1/tot, fu/tot
			k.bypass.back[o], k.ua[o], k.us[o] = back/tot, ua*p, ras*fu/tot*p
			eta := 1.0
			if j+1 < k.n {
				eta = k.mur[o+c]
			}
			out[i] = (la + da*out[i] + ras*ex/tot) * p
			contact[i], stream[i] = k.ua[o]+k.us[o]*eta, k.us[o]*(1-eta)
		}
	}
}

// upBoth runs arrivals at the contacts and the streams up the cascade.
func (k *Cascade) upBoth(qa, qs []float64) {
	c, n := k.c, k.n*k.c
	for o := range n {
		qa[o] += k.bypass.back[o] * qs[o]
		if next := o + c; next < n {
			organic := k.fu[o]*qs[o] + k.us[o]*qa[o]
			eta := k.mur[next]
			qa[next] += k.ua[o]*qa[o] + eta*organic
			qs[next] += (1 - eta) * organic
		}
	}
}

// backBoth turns arrivals run up into concentrations of the aqueous and the organic.
func (k *Cascade) backBoth(qa, qs []float64) {
	c := k.c
	for j := k.n - 1; j >= 0; j-- {
		for o := j * c; o < (j+1)*c; o++ {
			if j+1 < k.n {
				qa[o] += k.downA[j+1]*qa[o+c] + k.downO[j+1]*qs[o+c]
			}
			qa[o] *= k.pinv[o]
			qs[o] = (qs[o] + k.ras[o]*qa[o]) * k.ts[o] / k.vtot[j]
		}
	}
}

// respondBoth is respond with efficiencies; qs brings what besides enters the streams and leaves with the change of y.
func (k *Cascade) respondBoth(dl, q, qs, direct []float64) {
	for o, e := range k.e {
		t := e * k.x[o] * dl[o]
		q[o] -= t
		qs[o] += t
	}
	k.upBoth(q, qs)
	k.backBoth(q, qs)
	if len(k.links) > 0 {
		k.closeLinks(q, qs, direct)
	}
}

// jacobianBoth writes the derivatives column by column.
func (k *Cascade) jacobianBoth() {
	c, n := k.c, k.n
	for q := range n {
		clear(k.dx)
		clear(k.qs)
		for i := range c {
			o := q*c + i
			t := k.e[o] * k.x[o] * k.slopeAt(q, i)
			k.dx[o], k.qs[o] = -t, t
		}
		if k.ions > 0 {
			k.formOf(q, k.hydroxide[q], func(j int, acid float64) { k.dx[j*c+k.m.Hydrogen] += acid })
		}
		k.upBoth(k.dx, k.qs)
		k.backBoth(k.dx, k.qs)
		if len(k.links) > 0 {
			k.closeLinks(k.dx, k.qs, nil)
		}
		for j := range n {
			t := 0.0
			for i, z := range k.m.z {
				t += z * k.qs[j*c+i]
			}
			k.jac[j*n+q] = t / k.sum[j]
		}
	}
}

// shiftBoth is shift with efficiencies: what enters contacts and streams by the change of the flows alone.
func (k *Cascade) shiftBoth(q, qs []float64, span float64) {
	c, lo, hi := k.c, k.sides[0], k.sides[1]
	d := func(a, b []float64, j int) float64 {
		if j < 0 || j >= len(a) {
			return 0
		}
		return (b[j] - a[j]) / span
	}
	for j := range k.n {
		out := d(lo.downA, hi.downA, j) + d(lo.upA, hi.upA, j) + d(lo.outA, hi.outA, j)
		for l := range k.links {
			if k.links[l].from == j {
				out += (hi.links[l].a - lo.links[l].a) / span
			}
		}
		down, downO := d(lo.downA, hi.downA, j+1), d(lo.downO, hi.downO, j+1)
		up, upO := d(lo.upA, hi.upA, j-1), d(lo.upO, hi.upO, j-1)
		v, in := d(lo.vtot, hi.vtot, j), d(lo.vin, hi.vin, j)
		for i := range c {
			o := j*c + i
			eta := k.mur[o]
			organic := d(lo.feedO, hi.feedO, o)
			aqueous := d(lo.feed, hi.feed, o) - organic - out*k.Aqueous(j)[i]
			if j > 0 {
				organic += upO * k.y[o-c]
				aqueous += up * k.Aqueous(j - 1)[i]
			}
			if j+1 < k.n {
				aqueous += down*k.Aqueous(j + 1)[i] + downO*k.y[o+c]
			}
			e := (v - (1-eta)*in) * k.d[o] * k.x[o]
			q[o] = aqueous + eta*organic - e
			qs[o] = (1-eta)*organic + e - v*k.y[o]
			if de := d(lo.mur, hi.mur, o); de != 0 {
				t := de * (k.passing(j, i) - k.vin[j]*k.d[o]*k.x[o])
				q[o] += t
				qs[o] -= t
			}
		}
	}
	for l, z := range k.links {
		a, b, soap := (hi.links[l].a-lo.links[l].a)/span, (hi.links[l].o-lo.links[l].o)/span, (hi.links[l].soap-lo.links[l].soap)/span
		for i := range c {
			from, to := z.from*c+i, z.to*c+i
			k.direct[l*c+i] += b * k.y[from]
			more := a * k.Aqueous(z.from)[i]
			if soap != 0 && i == k.m.Hydrogen {
				more -= soap * z.o * k.y[from]
			} else if soap != 0 && i == k.m.Soap {
				more += soap * z.o * k.y[z.from*c+k.m.Hydrogen]
			}
			eta := k.mur[to]
			if z.o == 0 {
				eta = 1
			}
			q[to] += eta * more
			qs[to] += (1 - eta) * more
		}
	}
}

// passing is what arrives of cation i at stage j with organic, of which the part 1 − η passes.
func (k *Cascade) passing(j, i int) float64 {
	t := k.feedO[j*k.c+i]
	if j > 0 {
		t += k.upO[j-1] * k.y[(j-1)*k.c+i]
	}
	for l, z := range k.links {
		if z.to == j && z.o > 0 {
			t += k.arrives(l, i, k.x[z.from*k.c+i], k.y[z.from*k.c+i])
		}
	}
	return t
}

// Efficiency is Murphree's of cation i in stage j of the last solve: the part of the way to equilibrium that the organic comes.
func (k *Cascade) Efficiency(j, i int) float64 {
	if k.base.mur == nil {
		return 1
	}
	return k.base.mur[j*k.c+i]
}

// efficiencies spreads those of the sections over the stages, rates with the flow of each.
func (f *flows) efficiencies(c *Circuit, m *model) {
	some := false
	for k := range c.Sections {
		some = some || c.Sections[k].Murphree != nil || c.Sections[k].Transfer != nil
	}
	if !some {
		f.mur = nil
		return
	}
	if f.murRoom == nil {
		f.murRoom = make([]float64, f.n*m.c)
	}
	f.mur = f.murRoom
	for j := range f.n {
		eta, transfer := c.Sections[f.section[j]].Murphree, c.Sections[f.section[j]].Transfer
		for i := range m.c {
			e := 1.0
			if eta != nil {
				e = eta[i]
			}
			if transfer != nil && transfer[i] > 0 {
				e *= transfer[i] / (transfer[i] + f.vo[j])
			}
			f.mur[j*m.c+i] = e
		}
	}
}
