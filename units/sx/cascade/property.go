package cascade

import "math"

// modelSpace is what the linearised property model needs.
type modelSpace struct {
	factor []float64   // [classes] scratch
	alpha  [][]float64 // [ligand][n·c] −∂ln D/∂ln s
	pull   [][]float64 // [ligand][n·c] ∂g/∂x, g the balance of the ligand
	self   [][]float64 // [ligand][n] ∂g/∂ln s of the same ligand
	load   []float64   // [n] Σ of metal z y over sum
	room   []float64   // [n] Σ κ y
	dl, dx []float64   // [n·c] direction
}

func newModelSpace(n int, m *model) modelSpace {
	s := modelSpace{factor: make([]float64, len(m.classes)), load: make([]float64, n), room: make([]float64, n),
		dl: make([]float64, n*m.c), dx: make([]float64, n*m.c)}
	for range m.beta {
		s.alpha, s.pull = append(s.alpha, make([]float64, n*m.c)), append(s.pull, make([]float64, n*m.c))
		s.self = append(s.self, make([]float64, n))
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
func (k *Cascade) distribute(v []float64) {
	m, n, c := k.m, k.n, k.c
	ln0 := 0.0
	if m.free {
		ln0 = math.Log(m.reference())
	}
	lu, load, room := k.scalar(v, m.atFree), k.scalar(v, m.atLoad), k.scalar(v, m.atRoom)
	plain := !m.free && !m.load
	for j := range n {
		r := math.Exp(v[j])
		power := [5]float64{1, r, r * r, r * r * r, r * r * r * r}
		for a, q := range m.classes {
			e := 0.0
			if !plain {
				if q.u != 0 {
					e = q.u * (lu[j] - ln0)
				}
				if q.fall != 0 {
					e -= q.fall * load[j]
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

// complexed divides D of stage j by the side reactions.
func (k *Cascade) complexed(v []float64, j int, D []float64) {
	m, c := k.m, k.c
	if len(m.beta) == 1 && !m.second[0] {
		s, b := math.Exp(k.scalar(v, m.atLigand)[j]), m.beta[0][:c]
		for i := range D {
			D[i] /= 1 + b[i]*s
		}
		return
	}
	for i := range D {
		a := 1.0
		for l, b := range m.beta {
			s := math.Exp(k.scalar(v, m.atLigand+l)[j])
			a += s * (b[i] + b[c+i]*s)
		}
		D[i] /= a
	}
}

// evaluate finds everything at v, and the residuals: ln of the closure of every stage, then every scalar's own equation.
func (k *Cascade) evaluate(v, res []float64) {
	m, n, c := k.m, k.n, k.c
	k.distribute(v)
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
	for j := range n {
		D, x := k.d[j*c:j*c+c:j*c+c], k.x[j*c:j*c+c:j*c+c]
		h := m.Hydrogen
		if m.free {
			t := lu[j] - math.Log(D[h]*x[h]/m.c1)
			if m.room {
				t += room[j]
			}
			k.scalar(res, m.atFree)[j] = t
		}
		for l := range m.beta {
			k.scalar(res, m.atLigand+l)[j] = k.ligandResidual(v, j, l, x)
		}
		if m.load {
			t := 0.0
			for i, z := range m.metal {
				t += z * k.y[j*c+i]
			}
			k.load[j] = t / k.sum[j]
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
	}
}

// side is α of cation i in stage j without ligand l, and s of that ligand.
func (k *Cascade) side(v []float64, j, l, i int) (rest, s float64) {
	rest = 1
	for q, b := range k.m.beta {
		t := math.Exp(k.scalar(v, k.m.atLigand+q)[j])
		if q == l {
			s = t
		} else {
			rest += t * (b[i] + b[k.c+i]*t)
		}
	}
	return rest, s
}

// ligandResidual is ln(s (1 + Σ x (β1 + 2 β2 s)/α) / total).
func (k *Cascade) ligandResidual(v []float64, j, l int, x []float64) float64 {
	m, c := k.m, k.c
	b := m.beta[l]
	ls := k.scalar(v, m.atLigand+l)[j]
	s, a := math.Exp(ls), 1.0
	if len(m.beta) == 1 && !m.second[0] {
		for i, x := range x {
			a += b[i] * x / (1 + b[i]*s)
		}
	} else {
		for i, x := range x {
			if b[i] == 0 && b[c+i] == 0 {
				continue
			}
			rest, _ := k.side(v, j, l, i)
			a += x * (b[i] + 2*b[c+i]*s) / (rest + s*(b[i]+b[c+i]*s))
		}
	}
	return ls + math.Log(a) - k.lnTotal[l][j]
}

// linearise prepares products with the Jacobian at the last evaluated v.
func (k *Cascade) linearise(v []float64) {
	m, c := k.m, k.c
	for l, b := range m.beta {
		for j := range k.n {
			x := k.x[j*c : j*c+c]
			al, pull := k.alpha[l][j*c:j*c+c], k.pull[l][j*c:j*c+c]
			a, self := 1.0, 1.0
			for i := range al {
				rest, s := k.side(v, j, l, i)
				full := rest + s*(b[i]+b[c+i]*s)
				e := s * (b[i] + 2*b[c+i]*s) / full // ligands on one cation
				al[i] = e
				pull[i] = e / s
				a += x[i] * e / s
				// d(s·a)/d ln s: β1 s + 4 β2 s² over α, less e²
				self += x[i] / s * (s*(b[i]+4*b[c+i]*s)/full - e*e)
			}
			for i := range pull {
				pull[i] /= a
			}
			k.self[l][j] = self / a
		}
	}
}
