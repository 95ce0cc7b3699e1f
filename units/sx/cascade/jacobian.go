package cascade

import "math"

// jacobian writes the n×n derivatives of the closures after ln r, at the last evaluated point and fixed scalars. The
// inverse of a tridiagonal matrix is semiseparable: G_jk = ρ_j G_(j+1)k above and λ_j G_(j−1)k below the diagonal.
func (k *Cascade) jacobian() {
	k.count.Jacobians++
	if k.mur != nil {
		k.jacobianBoth()
		return
	}
	clear(k.jac)
	k.send()
	k.downwards()
	h := k.m.Hydrogen
	k.cation(h)
	for i := range k.c {
		if i != h {
			k.cation(i)
		}
	}
	if len(k.links) > 0 {
		k.addLinked()
	}
	for j := range k.n {
		row := k.jac[j*k.n : (j+1)*k.n]
		t := 0.0
		for i, y := range k.y[j*k.c : (j+1)*k.c] {
			t += k.m.z[i] * k.slopeAt(j, i) * y
		}
		row[j] += t
		s := 1 / k.sum[j]
		for q := range row {
			row[q] *= s
		}
	}
}

// send sums the organic that leaves each mixer.
func (k *Cascade) send() {
	for j := range k.n {
		k.sentO[j] = k.downO[j] + k.upO[j] + k.outO[j]
	}
	for _, l := range k.links {
		k.sentO[l.from] += l.o
	}
}

// downwards eliminates from the other end: what of a unit in stage j goes down, and the diagonal of the inverse.
func (k *Cascade) downwards() {
	c := k.c
	esc := k.esc[:c]
	clear(esc)
	for j := k.n - 1; j >= 0; j-- {
		o := j * c
		da, do, ua, uo, la, lo := k.downA[j], k.downO[j], k.upA[j], k.upO[j], k.outA[j], k.outO[j]
		for _, l := range k.links {
			if l.from == j {
				la, lo = la+l.a, lo+l.o
			}
		}
		D, b, g := k.d[o:o+c:o+c], k.below[o:o+c:o+c], k.diag[o:o+c:o+c]
		b, g = b[:len(D)], g[:len(D)]
		up := k.kap[o : o+c : o+c]
		P := k.pinv[o : o+c : o+c]
		up, P, esc := up[:len(D)], P[:len(D)], esc[:len(D)]
		for i, D := range D {
			u := ua + uo*D
			above := u * esc[i] // leaves for good above j
			e := la + lo*D + above
			p := 1 / (e + da + do*D)
			b[i] = p
			esc[i] = e * p
			// escapes from j without this stage's own loops: below (1/pinv − u) and above
			g[i] = 1 / ((1-up[i])/P[i] + above)
		}
	}
}

// cation adds the part of cation i.
func (k *Cascade) cation(i int) {
	m, n, c := k.m, k.n, k.c
	z := m.z[i]
	row := k.row
	L := len(k.links)
	if m.slope[i] == 0 && i != m.Soap && !(m.bent && m.rise[i] != 0) {
		clear(k.linkAdd[i*L*n : (i+1)*L*n])
		clear(k.linkSize[i*L : (i+1)*L])
		return
	}
	k.neighbours(i)
	// What is below least of the extractant stays so further off: ρ and λ are at most 1. Rows are cut there.
	least, end := negligible*k.capacity, n
	for j := n - 1; j >= 0; j-- {
		zd := z * k.d[j*c+i]
		jac := k.jac[j*n : j*n+n]
		row[j] = k.same[j]
		jac[j] += zd * row[j]
		if j+1 < n {
			row[j+1] = k.before[j+1]
			jac[j+1] += zd * row[j+1]
			if rho := k.rho[j*c+i]; rho == 0 {
				end = min(end, j+2)
			} else if j+2 < end {
				scaleAdd(row[j+2:end], jac[j+2:end], rho, zd)
				for end > j+2 && math.Abs(zd*row[end-1]) < least {
					end--
				}
			}
			end = max(end, min(j+2, n))
		}
		for l := range L {
			if k.links[l].from == j {
				copy(k.linkRow[l][j:end], row[j:end])
				clear(k.linkRow[l][end:])
			}
		}
	}
	begin := 0
	for j := 1; j < n; j++ {
		zd := z * k.d[j*c+i]
		jac := k.jac[j*n : j*n+n]
		if begin < j-1 {
			scaleAdd(row[begin:j-1], jac[begin:j-1], k.lambda(j, i), zd)
			for begin < j-1 && math.Abs(zd*row[begin]) < least {
				begin++
			}
		}
		row[j-1] = k.after[j-1]
		jac[j-1] += zd * row[j-1]
		for l := range L {
			if k.links[l].from == j {
				clear(k.linkRow[l][:begin])
				copy(k.linkRow[l][begin:j], row[begin:j])
			}
		}
	}
	if L > 0 {
		k.linked(i)
	}
}

// neighbours finds the diagonal and what is next to it in every column, per unit of ln r.
func (k *Cascade) neighbours(i int) {
	n, c := k.n, k.c
	for q := range n {
		o := q*c + i
		y := k.slopeAt(q, i) * k.d[o] * k.x[o]
		g, all := k.diag[o], k.sentO[q]
		down, up := k.downO[q], k.upO[q]
		if k.ions > 0 && i == k.m.Hydrogen && y != 0 { // the acid that comes of hydroxide, per unit of y
			oh := k.hydroxide[q] / y
			all, down, up = all-k.sentA(q)*oh, down-k.downA[q]*oh, up-k.upA[q]*oh
		}
		same, before, after, next := -all*g, 0.0, 0.0, 0.0
		if q+1 < n {
			uo, ga := up, k.diag[o+c]
			next = k.lambda(q+1, i)
			same += uo * k.rho[o] * ga
			after = uo*ga - all*next*g
		}
		if q > 0 {
			before = k.rho[o-c] * same
			if do := down; do != 0 { // droplets arrive in q−1
				lam, gb := k.lambda(q, i), k.diag[o-c]
				before += do * gb
				same += do * lam * gb
				if q+1 < n {
					after += do * next * lam * gb
				}
			}
		}
		k.same[q], k.before[q], k.after[q] = same*y, before*y, after*y
	}
}

// negligible is the part of the extractant whose change is left out of the derivatives.
const negligible = 1e-18

// lambda is what of a unit in stage j−1 is in stage j: G_jq = λ_j G_(j−1)q for q < j.
func (k *Cascade) lambda(j, i int) float64 {
	o := j*k.c + i
	return (k.upA[j-1] + k.upO[j-1]*k.d[o-k.c]) * k.below[o]
}

// scaleAdd multiplies row by f and adds it, times w, to jac.
func scaleAdd(row, jac []float64, f, w float64) {
	if f == 0 {
		clear(row)
		return
	}
	jac = jac[:len(row)]
	for q, t := range row {
		t *= f
		row[q] = t
		jac[q] += w * t
	}
}

// linked finds what comes back by the links for a change of every ln r.
func (k *Cascade) linked(i int) {
	m, n, c, L := k.m, k.n, k.c, len(k.links)
	g := k.gain[i*L*L : (i+1)*L*L]
	var room, keep, own [8]float64 // by link: arrivals; what it keeps of x; what it carries more with ln r of its own stage
	b := room[:L]
	for l := range L {
		e := &k.links[l]
		o := e.from*c + i
		keep[l], own[l] = k.keep[l*c+i], k.slopeAt(e.from, i)*e.o*k.d[o]*k.x[o]
		if i == m.Hydrogen {
			own[l] *= 1 - e.soap
			if k.ions > 0 {
				own[l] -= e.a * k.hydroxide[e.from]
			}
		}
	}
	out, most := k.linkAdd[i*L*n:(i+1)*L*n], k.linkSize[i*L:(i+1)*L]
	clear(most)
	per := 1 / g[0]
	for q := range n {
		for l := range L {
			b[l] = keep[l] * k.linkRow[l][q]
			if k.links[l].from == q {
				b[l] += own[l]
			}
		}
		if i == m.Soap {
			b[0] += k.soapRow[q]
		}
		if L == 1 {
			b[0] *= per
		} else {
			surplusSolve(g, b)
		}
		for l, v := range b {
			out[l*n+q] = v
			if v > most[l] {
				most[l] = v
			} else if -v > most[l] {
				most[l] = -v
			}
		}
		if e := &k.links[0]; i == m.Hydrogen {
			o := e.from*c + i
			dx := k.linkRow[0][q]
			for l := range L {
				dx += k.w[l][o] * b[l]
			}
			t := k.d[o] * dx
			if q == e.from {
				t += k.m.slope[i] * k.d[o] * k.x[o]
			}
			k.soapRow[q] = e.soap * e.o * t
		}
	}
}

// addLinked adds to every row what comes by the links: a sum of outer products, four at a time.
func (k *Cascade) addLinked() {
	n, c, L := k.n, k.c, len(k.links)
	least := negligible * k.capacity
	for j := range n {
		count := 0
		for i := range c {
			zd := k.m.z[i] * k.d[j*c+i]
			for l := range L {
				r := i*L + l
				if s := zd * k.w[l][j*c+i]; s*k.linkSize[r] > least {
					k.linkPart[count], k.linkOf[count] = s, r*n
					count++
				}
			}
		}
		for count%4 != 0 {
			k.linkPart[count], k.linkOf[count] = 0, 0
			count++
		}
		jac := k.jac[j*n : j*n+n]
		for p := 0; p < count; p += 4 {
			s0, s1, s2, s3 := k.linkPart[p], k.linkPart[p+1], k.linkPart[p+2], k.linkPart[p+3]
			v0, v1 := k.linkAdd[k.linkOf[p]:k.linkOf[p]+n], k.linkAdd[k.linkOf[p+1]:k.linkOf[p+1]+n]
			v2, v3 := k.linkAdd[k.linkOf[p+2]:k.linkOf[p+2]+n], k.linkAdd[k.linkOf[p+3]:k.linkOf[p+3]+n]
			v0, v1, v2, v3 = v0[:len(jac)], v1[:len(jac)], v2[:len(jac)], v3[:len(jac)]
			for q := range jac {
				jac[q] += (s0*v0[q] + s1*v1[q]) + (s2*v2[q] + s3*v3[q])
			}
		}
	}
}
