package cascade

import "math"

// modelSpace is what the linearised property model needs.
type modelSpace struct {
	factor []float64   // [classes] scratch
	alpha  [][]float64 // [ligand][n·c] −∂ln D/∂ln s
	pull   [][]float64 // [ligand][n·c] ∂g/∂x, g the balance of the ligand
	self   [][]float64 // [ligand][n] ∂g/∂ln s of the same ligand
	free   [][]float64 // [ligand][n] s
	side   []float64   // [n·c] 1/α
	dimer  []float64   // [n] u/u0, and
	basic  []float64   // [n] ln(u0/h), where a correlation has a rise
	load   []float64   // [n] Σ of metal z y over sum
	room   []float64   // [n] Σ κ y
	dl, dx []float64   // [n·c] direction
	like   [][]float64 // [scalar][n] change of ln r that has about the effect of the scalar's
	ionicSpace
}

func newModelSpace(n int, m *model) modelSpace {
	s := modelSpace{factor: make([]float64, len(m.classes)), load: make([]float64, n), room: make([]float64, n),
		dl: make([]float64, n*m.c), dx: make([]float64, n*m.c), side: make([]float64, n*m.c), dimer: make([]float64, n), basic: make([]float64, n), ionicSpace: newIonicSpace(n, m)}
	for range m.beta {
		s.alpha, s.pull = append(s.alpha, make([]float64, n*m.c)), append(s.pull, make([]float64, n*m.c))
		s.self, s.free = append(s.self, make([]float64, n)), append(s.free, make([]float64, n))
	}
	for range m.scalars {
		s.like = append(s.like, make([]float64, n))
	}
	return s
}

// scalar is scalar a of every stage.
func (k *Cascade) scalar(v []float64, a int) []float64 {
	if a < 0 {
		return nil
	}
	return v[(1+a)*k.n : (2+a)*k.n : (2+a)*k.n]
}

// distribute finds every D at v:
//
//	ln D = ln K + z ln r + (n − z)(ln u − ln u0) − fall·load − ln(1 + Σ β1 s + β2 s²),   D of H: c1 r e^room / α
//
// or a correlation in the place of the powers.
func (k *Cascade) distribute(v []float64) {
	m, n, c := k.m, k.n, k.c
	ln0 := 0.0
	if m.free {
		ln0 = math.Log(m.reference())
	}
	lu, load, room := k.scalar(v, m.atFree), k.scalar(v, m.atLoad), k.scalar(v, m.atRoom)
	plain := !m.free && !m.load && m.Ionic == nil
	if m.Ionic != nil {
		k.carry(v)
	}
	for j := range n {
		r := math.Exp(v[j])
		power := [5]float64{1, r, r * r, r * r * r, r * r * r * r}
		if m.bent {
			k.dimer[j], k.basic[j] = math.Exp(lu[j]-ln0), v[j]-lu[j]+ln0
		}
		for a, q := range m.classes {
			e := 0.0
			if !plain {
				if q.u != 0 {
					e = q.u * (lu[j] - ln0)
				}
				if q.fall != 0 {
					e -= q.fall * load[j]
				}
				if q.rise != 0 {
					e += q.rise * k.dimer[j] * k.basic[j]
				}
				if q.ion != 0 {
					e += q.ion * k.exchange[0][j]
				}
			}
			switch p := m.power[a]; {
			case p >= 0 && e == 0:
				k.factor[a] = power[p]
			case p >= 0:
				k.factor[a] = power[p] * math.Exp(e)
			default:
				k.factor[a] = math.Exp(q.r*v[j] + e)
			}
		}
		k.factor[0] *= m.c1
		if room != nil {
			k.factor[0] *= math.Exp(room[j])
		}
		K, D, class := k.rows[k.section[j]][:c], k.d[j*c:j*c+c:j*c+c], m.class[:c]
		factor := k.factor
		for i := range D {
			D[i] = K[i] * factor[class[i]]
		}
		if len(m.beta) > 0 {
			k.complexed(v, j, D)
		}
	}
}

// slopeAt is ∂ln D/∂ln r of cation i in stage j at the last evaluated point.
func (k *Cascade) slopeAt(j, i int) float64 {
	if k.m.bent {
		return k.m.slope[i] + k.m.rise[i]*k.dimer[j]
	}
	return k.m.slope[i]
}

// complexed divides D of stage j by the side reactions.
func (k *Cascade) complexed(v []float64, j int, D []float64) {
	m, c := k.m, k.c
	side := k.side[j*c : j*c+c : j*c+c][:len(D)]
	for i := range side {
		side[i] = 1
	}
	for l := range m.beta {
		s := math.Exp(k.scalar(v, m.atLigand+l)[j])
		k.free[l][j] = s
		one, two := k.betas(l, j)
		one, two = one[:len(D)], two[:len(D)]
		if m.second[l] {
			for i, b := range one {
				side[i] += s * (b + two[i]*s)
			}
			continue
		}
		for i, b := range one {
			side[i] += s * b
		}
	}
	for i, a := range side {
		side[i] = 1 / a
		D[i] *= side[i]
	}
}

// evaluate finds everything at v, and the residuals: ln of the closure of every stage, then every scalar's own equation.
func (k *Cascade) evaluate(v, res []float64) {
	k.stands = false
	m, n, c := k.m, k.n, k.c
	k.distribute(v)
	if k.aid > 0 {
		k.give(v)
	}
	if k.ions > 0 {
		k.dissociate(v)
	}
	k.balances()
	for j := range n {
		D, x, z := k.d[j*c:j*c+c:j*c+c], k.x[j*c:j*c+c:j*c+c], m.z[:c]
		x, z = x[:len(D)], z[:len(D)]
		t := 0.0
		y := k.y[j*c : j*c+c : j*c+c]
		y = y[:len(D)]
		if k.mur != nil {
			for i, y := range y {
				t += z[i] * y
			}
		} else {
			for i, D := range D {
				y[i] = D * x[i]
				t += z[i] * y[i]
			}
		}
		k.sum[j] = t
		res[j] = -50
		if t > 0 {
			res[j] = math.Log(t) - k.lnCapacity
		}
	}
	if m.scalars > 0 {
		k.scalarResiduals(v, res)
	}
}

// scalarResiduals writes lu − ln u, ln of the ligand balances, load − its sum, room − its sum.
func (k *Cascade) scalarResiduals(v, res []float64) {
	m, n, c := k.m, k.n, k.c
	lu, room := k.scalar(v, m.atFree), k.scalar(v, m.atRoom)
	h := m.Hydrogen
	for j := range n {
		if m.free && k.ions > 0 {
			k.scalar(res, m.atFree)[j] = k.ownAcid(v, j)
		} else if m.free {
			t := lu[j] - math.Log(k.d[j*c+h]*k.x[j*c+h]/m.c1)
			if m.room {
				t += room[j]
			}
			k.scalar(res, m.atFree)[j] = t
		}
		for l := range m.beta {
			k.scalar(res, m.atLigand+l)[j] = k.ligandResidual(v, j, l)
		}
		if m.load {
			k.load[j] = 1 - k.exchanged(k.y[j*c:j*c+c])/k.sum[j]
			k.scalar(res, m.atLoad)[j] = k.scalar(v, m.atLoad)[j] - k.load[j]
		}
		if m.room {
			t := 0.0
			for i, kappa := range m.kappa {
				t += kappa * k.y[j*c+i]
			}
			k.room[j] = k.part * t / (m.c1 * math.Exp(lu[j]))
			k.scalar(res, m.atRoom)[j] = room[j] - math.Log1p(k.room[j])
		}
		if m.Ionic != nil {
			k.scalar(res, m.atIon)[j] = k.ionicResidual(v, j)
		}
	}
}

// exchanged is what of Σ z y is no metal.
func (k *Cascade) exchanged(y []float64) float64 {
	t := y[k.m.Hydrogen]
	if i := k.m.Soap; i >= 0 {
		t += k.m.z[i] * y[i]
	}
	return t
}

// onCations writes s ∂α/∂s / α of every cation in stage j for ligand l, the ligands on one cation, and gives their sum.
func (k *Cascade) onCations(l, j int, e []float64) float64 {
	c := k.c
	s, t := k.free[l][j], 0.0
	side, x := k.side[j*c:j*c+c:j*c+c], k.x[j*c:j*c+c:j*c+c]
	one, two := k.betas(l, j)
	x, one, two, e = x[:len(side)], one[:len(side)], two[:len(side)], e[:len(side)]
	for i, a := range side {
		e[i] = s * (one[i] + 2*two[i]*s) * a
		t += x[i] * e[i]
	}
	return t
}

// ligandResidual is ln((s + Σ x s (β1 + 2 β2 s)/α) / total).
func (k *Cascade) ligandResidual(v []float64, j, l int) float64 {
	t := k.onCations(l, j, k.alpha[l][j*k.c:(j+1)*k.c])
	return k.scalar(v, k.m.atLigand+l)[j] + math.Log1p(t/k.free[l][j]) - k.lnTotal[l][j]
}

// linearise prepares products with the Jacobian at the last evaluated point.
func (k *Cascade) linearise() {
	m, c := k.m, k.c
	k.send()
	for l := range m.beta {
		for j := range k.n {
			_, two := k.betas(l, j)
			x, side := k.x[j*c:j*c+c], k.side[j*c:j*c+c]
			e, pull := k.alpha[l][j*c:j*c+c], k.pull[l][j*c:j*c+c]
			s := k.free[l][j]
			total, self := s, s
			for i, e := range e {
				total += x[i] * e
				// s ∂e/∂s = e + 2 β2 s²/α − e²
				self += x[i] * (e*(1-e) + 2*two[i]*s*s*side[i])
			}
			per := 1 / total
			for i, e := range e {
				pull[i] = e * per
			}
			k.self[l][j] = self * per
		}
	}
	for j := 0; m.Ionic != nil && j < k.n; j++ {
		k.lineariseIonic(j)
	}
	if k.rough {
		k.liken()
	}
}

// liken finds the change of ln r that moves about as much of the extractant as a change of each scalar. A cation counts by what
// it holds, times 1/pivot: one whose flows are large next to its feed changes its aqueous rather than its organic.
func (k *Cascade) liken() {
	m, c := k.m, k.c
	weight := k.esc[:c]
	for j := range k.n {
		y, p := k.y[j*c:j*c+c:j*c+c], k.pinv[j*c:j*c+c:j*c+c]
		clear(k.factor)
		for i, a := range m.class {
			weight[i] = m.z[i] * y[i] * p[i]
			k.factor[a] += weight[i]
		}
		r, u, fall := 0.0, 0.0, 0.0
		for a, q := range m.classes {
			t := k.factor[a]
			r, u, fall = r+q.r*t, u+q.u*t, fall+q.fall*t
		}
		if m.free {
			k.like[m.atFree][j] = u / r
		}
		if m.load {
			k.like[m.atLoad][j] = -fall / r
		}
		for l := range m.beta {
			k.like[m.atLigand+l][j] = -dot(weight, k.alpha[l][j*c:j*c+c]) / r
		}
	}
}
