package aqueous

// lanes are right sides that are solved together: the columns of the border, and that of the step.
type lanes [5]float64

// right is the lane of the step, after those of the border.
const right = 4

// add adds a x.
func (y *lanes) add(a float64, x *lanes) {
	y[0] += a * x[0]
	y[1] += a * x[1]
	y[2] += a * x[2]
	y[3] += a * x[3]
	y[4] += a * x[4]
}

// scaled is a x.
func (x *lanes) scaled(a float64) lanes {
	return lanes{a * x[0], a * x[1], a * x[2], a * x[3], a * x[4]}
}

// solve replaces b, components then solids, by the solution.
func (m *kkt) solve(b []lanes, nc, nk int) {
	x, s := b[:nc], b[nc:nc+nk]
	y := m.rhs[:m.nq+len(m.dense)]
	m.forward(x, s, y)
	m.backward(y)
	nq, g := m.nq, m.val[m.nl:]
	for i, j := range m.core {
		x[j] = y[i]
	}
	for i, k := range m.dense {
		s[k] = y[nq+i]
		if l := m.key[k]; l >= 0 {
			x[m.leaf[l]].add(-m.onKey[k], &s[k])
		}
	}
	for l, j := range m.leaf {
		k, rx := m.partner[l], x[j]
		for i, v := range g[l*nq : (l+1)*nq] {
			rx.add(-v, &y[i])
		}
		x[j] = rx.scaled(m.pxx[l])
		if k < 0 {
			continue
		}
		rs := s[k]
		for i, v := range m.row[k*nq : (k+1)*nq] {
			if v != 0 {
				rs.add(-v, &y[i])
			}
		}
		x[j].add(m.pxs[l], &rs)
		s[k] = rx.scaled(m.pxs[l])
		s[k].add(m.pss[l], &rs)
	}
	for k, r := range m.role[:nk] {
		switch r {
		case idle:
			s[k] = lanes{}
		case weak:
			v := s[k].scaled(-1)
			for i, a := range m.row[k*nq : (k+1)*nq] {
				if a != 0 {
					v.add(a, &y[i])
				}
			}
			if l := m.key[k]; l >= 0 {
				v.add(m.onKey[k], &x[m.leaf[l]])
			}
			s[k] = v.scaled(1 / m.delta[k])
		}
	}
}

// forward carries the right side to the dense part y.
func (m *kkt) forward(x, s, y []lanes) {
	nq, g := m.nq, m.val[m.nl:]
	for k, r := range m.role[:len(s)] {
		if r != weak {
			continue
		}
		w := s[k].scaled(1 / m.delta[k])
		if l := m.key[k]; l >= 0 {
			x[m.leaf[l]].add(m.onKey[k], &w)
		}
		for i, v := range m.row[k*nq : (k+1)*nq] {
			if v != 0 {
				x[m.core[i]].add(v, &w)
			}
		}
	}
	for i, j := range m.core {
		y[i] = x[j]
	}
	for i, k := range m.dense {
		y[nq+i] = s[k]
		if l := m.key[k]; l >= 0 {
			z := x[m.leaf[l]].scaled(m.pxx[l])
			if p := m.partner[l]; p >= 0 {
				z.add(m.pxs[l], &s[p])
			}
			y[nq+i].add(-m.onKey[k], &z)
		}
	}
	for l, j := range m.leaf {
		z := x[j].scaled(m.pxx[l])
		if k := m.partner[l]; k >= 0 {
			z.add(m.pxs[l], &s[k])
			zs := x[j].scaled(m.pxs[l])
			zs.add(m.pss[l], &s[k])
			for i, v := range m.row[k*nq : (k+1)*nq] {
				if v != 0 {
					y[i].add(-v, &zs)
				}
			}
		}
		for i, v := range g[l*nq : (l+1)*nq] {
			y[i].add(-v, &z)
		}
	}
}

// backward solves the dense part.
func (m *kkt) backward(y []lanes) {
	lu, nd := m.lu, len(y)
	for i := range y {
		y[i] = y[i].scaled(m.scale[i])
	}
	for c := range nd {
		if p := m.pivot[c]; p != c {
			y[c], y[p] = y[p], y[c]
		}
	}
	for r := 1; r < nd; r++ {
		v := y[r]
		for c, a := range lu[r*nd : r*nd+r] {
			v.add(-a, &y[c])
		}
		y[r] = v
	}
	for r := nd - 1; r >= 0; r-- {
		v := y[r]
		for c, a := range lu[r*nd+r+1 : (r+1)*nd] {
			v.add(-a, &y[r+1+c])
		}
		y[r] = v.scaled(1 / lu[r*nd+r])
	}
	for i := range y {
		y[i] = y[i].scaled(m.scale[i])
	}
}
