package aqueous

import "math"

// kkt is the symmetric quasi-definite matrix of a Newton step,
//
//	[ Hx  Bᵀ ] [dx]   [r]        Hx = W Σ aᵢ aᵢᵀ mᵢ   components
//	[ B   −δ ] [ds] = [ρ]        B, δ                  solids
//
// in arrow form. Leaves are components that share no species and no solid with one another: the metals. What is left are the
// core: H, ligands, and what is in everything. Elimination goes
//
//	weak solids       δ large: into the components, Hx + b bᵀ/δ
//	each leaf         with the strongest of its solids as one 2 x 2 pivot, so that a metal whose dissolved part is nothing
//	                  beside its solid costs no accuracy
//	core and the rest dense, by LU with pivoting: strong solids beyond the first of a leaf bind the ligands
//
// Entries are one array: the diagonals of the leaves, leaf x core, core x core (lower triangle).
type kkt struct {
	leaf, core []int     // compact components
	place      []int     // component -> index in leaf, or −1 − index in core
	val        []float64 // entries, before factor; then what is left of them
	nl, nq     int

	// Solids: the leaf each has (−1 without), its coefficient there, and its coefficients on the core.
	key   []int
	onKey []float64
	row   []float64 // solid x core
	role  []role
	delta []float64
	dense []int // solids in the dense part

	partner  []int     // of each leaf, −1 without
	pxx, pxs []float64 // inverse pivot of each leaf with its partner
	pss      []float64
	lu       []float64 // dense part
	scale    []float64
	pivot    []int
	rhs      []lanes
	u, v     []float64 // scratch of one row of the core
	near     []bool    // adjacency, scratch of analyse
}

// role is what becomes of a solid in the elimination.
type role uint8

const (
	idle   role = iota // its amount stays
	weak               // δ is large
	paired             // the partner of its leaf
	rest               // dense
)

func newKKT(nc, nk int) *kkt {
	f := func(n int) []float64 { return make([]float64, n) }
	i := func(n int) []int { return make([]int, n) }
	n := nc + nk
	return &kkt{
		leaf: make([]int, 0, nc), core: make([]int, 0, nc), place: i(nc), val: f(nc + nc*nc), key: i(nk), onKey: f(nk), row: f(nk * nc),
		role: make([]role, nk), delta: f(nk), dense: make([]int, 0, nk), partner: i(nc), pxx: f(nc), pxs: f(nc), pss: f(nc),
		lu: f(n * n), scale: f(n), pivot: i(n), rhs: make([]lanes, n), u: f(nc), v: f(nc), near: make([]bool, nc*nc),
	}
}

// analyse parts the nc components into leaves and core, h always in the core. species, solids and what is sorbed are the cliques.
func (m *kkt) analyse(nc, h int, species, solids, sorbed *rows) {
	near := m.near[:nc*nc]
	clear(near)
	for _, r := range [3]*rows{species, solids, sorbed} {
		for i := range r.n() {
			cols, _ := r.span(i)
			for _, a := range cols {
				for _, b := range cols {
					near[int(a)*nc+int(b)] = true
				}
			}
		}
	}
	m.leaf, m.core = m.leaf[:0], m.core[:0]
	for j := range nc {
		m.place[j] = open
	}
	m.place[h] = core
	m.part(nc)
	for j := range nc {
		if m.place[j] == leaf {
			m.place[j] = len(m.leaf)
			m.leaf = append(m.leaf, j)
		} else {
			m.place[j] = -1 - len(m.core)
			m.core = append(m.core, j)
		}
	}
	m.nl, m.nq = len(m.leaf), len(m.core)
	for k := range solids.n() {
		m.key[k] = -1
		row := m.row[k*m.nq : (k+1)*m.nq]
		clear(row)
		cols, b := solids.span(k)
		for i, c := range cols {
			if p := m.place[c]; p >= 0 {
				m.key[k], m.onKey[k] = p, b[i]
			} else {
				row[-1-p] = b[i]
			}
		}
	}
}

// Marks in place while components are being parted.
const (
	core = iota - 1
	open
	leaf
)

// part marks leaves: again and again the component of fewest neighbours becomes one, its neighbours core.
func (m *kkt) part(nc int) {
	near := m.near
	for {
		best, least := -1, nc+1
		for j := range nc {
			if m.place[j] != open {
				continue
			}
			degree := 0
			for k := range nc {
				if near[j*nc+k] {
					degree++
				}
			}
			if degree < least {
				best, least = j, degree
			}
		}
		if best < 0 {
			break
		}
		m.place[best] = leaf
		for k := range nc {
			if k != best && near[best*nc+k] {
				m.place[k] = core
			}
		}
	}
}

// slot is where the entry of components i and j is kept.
func (m *kkt) slot(i, j int) int32 {
	p, q := m.place[i], m.place[j]
	if p < q {
		p, q = q, p
	}
	switch {
	case q >= 0: // the same leaf
		return int32(p)
	case p >= 0:
		return int32(m.nl + p*m.nq - 1 - q)
	}
	p, q = -1-p, -1-q
	if p < q {
		p, q = q, p
	}
	return int32(m.nl + m.nl*m.nq + p*m.nq + q)
}

func (m *kkt) clear() { clear(m.val[:m.nl+m.nl*m.nq+m.nq*m.nq]) }

// times sets y to the matrix of the components, not yet factored, times x.
func (m *kkt) times(x, y []float64) {
	nl, nq := m.nl, m.nq
	g, c := m.val[nl:nl+nl*nq], m.val[nl+nl*nq:]
	xq, yq := m.u[:nq], m.v[:nq]
	for i, j := range m.core {
		xq[i] = x[j]
	}
	clear(yq)
	for i, v := range xq {
		row := c[i*nq : i*nq+i]
		yq[i] += c[i*nq+i]*v + dot(row, xq)
		axpy(v, row, yq)
	}
	for l, j := range m.leaf {
		row := g[l*nq : (l+1)*nq]
		y[j] = m.val[l]*x[j] + dot(row, xq)
		axpy(x[j], row, yq)
	}
	for i, j := range m.core {
		y[j] = yq[i]
	}
}

// set gives solid k its δ: idle, weak, or strong.
func (m *kkt) set(k int, r role, delta float64) { m.role[k], m.delta[k] = r, delta }

// factor eliminates. The roles and entries must be set, strong solids as rest.
func (m *kkt) factor(nk int) {
	for l := range m.nl {
		m.partner[l] = -1
	}
	m.dense = m.dense[:0]
	for k := range nk {
		switch m.role[k] {
		case weak:
			m.absorb(k)
		case rest:
			l := m.key[k]
			if l < 0 {
				continue
			}
			if p := m.partner[l]; p < 0 || m.delta[k]*m.onKey[p]*m.onKey[p] < m.delta[p]*m.onKey[k]*m.onKey[k] {
				m.partner[l] = k
			}
		}
	}
	for _, k := range m.partner[:m.nl] {
		if k >= 0 {
			m.role[k] = paired
		}
	}
	for k := range nk {
		if m.role[k] == rest {
			m.dense = append(m.dense, k)
		}
	}
	for l := range m.nl {
		m.eliminate(l)
	}
	m.condense()
	m.decompose(m.nq + len(m.dense))
}

// absorb eliminates the weak solid k.
func (m *kkt) absorb(k int) {
	nl, nq, l := m.nl, m.nq, m.key[k]
	w, b := 1/m.delta[k], m.row[k*nq:(k+1)*nq]
	if l >= 0 {
		m.val[l] += w * m.onKey[k] * m.onKey[k]
		axpy(w*m.onKey[k], b, m.val[nl+l*nq:])
	}
	c := m.val[nl+nl*nq:]
	for i, v := range b {
		if v != 0 {
			axpy(w*v, b[:i+1], c[i*nq:])
		}
	}
}

// eliminate takes leaf l out, with its partner.
func (m *kkt) eliminate(l int) {
	nl, nq := m.nl, m.nq
	d, g, c := m.val[l], m.val[nl+l*nq:nl+(l+1)*nq], m.val[nl+nl*nq:]
	k := m.partner[l]
	if k < 0 {
		m.pxx[l], m.pxs[l], m.pss[l] = 1/d, 0, 0
		for i, v := range g {
			if v != 0 {
				axpy(-v*m.pxx[l], g[:i+1], c[i*nq:])
			}
		}
		return
	}
	b, delta := m.onKey[k], m.delta[k]
	w := 1 / (d*delta + b*b)
	m.pxx[l], m.pxs[l], m.pss[l] = delta*w, b*w, -d*w
	beta := m.row[k*nq : (k+1)*nq]
	u, v := m.u[:nq], m.v[:nq]
	for i := range nq {
		u[i] = m.pxx[l]*g[i] + m.pxs[l]*beta[i]
		v[i] = m.pxs[l]*g[i] + m.pss[l]*beta[i]
	}
	for i := range nq {
		gi, bi, row := g[i], beta[i], c[i*nq:i*nq+i+1]
		for j := range row {
			row[j] -= gi*u[j] + bi*v[j]
		}
	}
}

// axpy adds a x to y, over the length of x.
func axpy(a float64, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}

func dot(a, b []float64) (sum float64) {
	b = b[:len(a)]
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// condense forms the dense part, scaled.
func (m *kkt) condense() {
	nl, nq, nd := m.nl, m.nq, m.nq+len(m.dense)
	g, c := m.val[nl:nl+nl*nq], m.val[nl+nl*nq:]
	lu := m.lu[:nd*nd]
	for i := range nq {
		copy(lu[i*nd:i*nd+i+1], c[i*nq:i*nq+i+1])
	}
	for i, k := range m.dense {
		row := lu[(nq+i)*nd : (nq+i)*nd+nq+i+1]
		clear(row)
		copy(row, m.row[k*nq:(k+1)*nq])
		row[nq+i] = -m.delta[k]
		l := m.key[k]
		if l < 0 {
			continue
		}
		b := m.onKey[k]
		axpy(-b*m.pxx[l], g[l*nq:(l+1)*nq], row)
		if p := m.partner[l]; p >= 0 {
			axpy(-b*m.pxs[l], m.row[p*nq:(p+1)*nq], row)
		}
		for j, o := range m.dense[:i+1] {
			if m.key[o] == l {
				row[nq+j] -= b * m.onKey[o] * m.pxx[l]
			}
		}
	}
	for i := range nd {
		v := 0.0
		if i < nq {
			v = lu[i*nd+i]
		} else {
			for j := range nq {
				v = max(v, math.Abs(lu[i*nd+j])*m.scale[j])
			}
			v = max(v*v, math.Abs(lu[i*nd+i]))
		}
		m.scale[i] = 1
		if v > 0 {
			m.scale[i] = 1 / math.Sqrt(v)
		}
	}
	for i := range nd {
		for j := range i + 1 {
			v := lu[i*nd+j] * m.scale[i] * m.scale[j]
			lu[i*nd+j], lu[j*nd+i] = v, v
		}
	}
}

// decompose factors the dense part by LU with partial pivoting. A pivot that vanishes is replaced by one so large that its
// unknown stays.
func (m *kkt) decompose(nd int) {
	lu := m.lu
	for c := range nd {
		p, top := c, math.Abs(lu[c*nd+c])
		for r := c + 1; r < nd; r++ {
			if v := math.Abs(lu[r*nd+c]); v > top {
				p, top = r, v
			}
		}
		m.pivot[c] = p
		if p != c {
			a, b := lu[c*nd:(c+1)*nd], lu[p*nd:(p+1)*nd]
			for i, v := range a {
				a[i], b[i] = b[i], v
			}
		}
		if top < 1e-14 {
			lu[c*nd+c] = 1e200
		}
		inverse := 1 / lu[c*nd+c]
		tail := lu[c*nd+c+1 : (c+1)*nd]
		for r := c + 1; r < nd; r++ {
			if v := lu[r*nd+c]; v != 0 {
				v *= inverse
				lu[r*nd+c] = v
				axpy(-v, tail, lu[r*nd+c+1:])
			}
		}
	}
}
