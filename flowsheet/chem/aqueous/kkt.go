package aqueous

import "math/bits"

// kkt is the symmetric quasi-definite matrix of a Newton step,
//
//	[ Hx  Bᵀ ] [dx]   [r]        Hx = W Σ aᵢ aᵢᵀ mᵢ   components
//	[ B   −δ ] [ds] = [ρ]        B, δ                  solids
//
// factored as L D Lᵀ without pivoting in an order of little fill: a metal couples to ligands only, so the metals go first,
// each followed by its solids, and what remains dense are the ligands. Nodes are components, then solids.
type kkt struct {
	n     int
	order []int     // position -> node
	at    []int     // node -> position
	a     []float64 // n x n by position; the lower triangle is used
	cols  []int32   // rows below the diagonal in each column of L, concatenated
	start []int32   // of each column in cols
	u     []float64 // scratch: one column of L D
	bits  []uint64  // adjacency, scratch of analyse
	done  []bool
}

func newKKT(n int) *kkt {
	words := (n + 63) / 64
	return &kkt{
		order: make([]int, n), at: make([]int, n), a: make([]float64, n*n), cols: make([]int32, 0, n*n/2+1),
		start: make([]int32, n+1), u: make([]float64, n), bits: make([]uint64, n*words), done: make([]bool, n),
	}
}

// analyse finds the order and the fill. adjacent fills the adjacency of the n nodes by calling join; from solid on, nodes have no
// diagonal of their own and follow one of their neighbours. last goes last.
func (m *kkt) analyse(n, solid, last int, adjacent func(join func(i, j int))) {
	words := (n + 63) / 64
	m.n = n
	g := m.bits[:n*words]
	clear(g)
	clear(m.done)
	adjacent(func(i, j int) {
		if i != j {
			g[i*words+j/64] |= 1 << (j % 64)
			g[j*words+i/64] |= 1 << (i % 64)
		}
	})
	m.cols = m.cols[:0]
	for pos := range n {
		best, least := -1, n+1
		for v := range n {
			if m.done[v] || v == last && pos < n-1 {
				continue
			}
			if v >= solid && !m.follows(v) {
				continue
			}
			degree := 0
			for _, w := range g[v*words : (v+1)*words] {
				degree += bits.OnesCount64(w)
			}
			if degree < least {
				best, least = v, degree
			}
		}
		if best < 0 { // a solid whose only component goes last
			best = last
			if m.done[last] {
				for v := range n {
					if !m.done[v] {
						best = v
						break
					}
				}
			}
		}
		m.eliminate(best, pos, words)
	}
	m.start[n] = int32(len(m.cols))
	for i, v := range m.cols { // nodes -> positions
		m.cols[i] = int32(m.at[v])
	}
	for c := range n {
		sort32(m.cols[m.start[c]:m.start[c+1]])
	}
}

// follows reports whether a neighbour of the solid node v is eliminated already; eliminate marks that in u.
func (m *kkt) follows(v int) bool { return m.u[v] != 0 }

func (m *kkt) eliminate(v, pos, words int) {
	n, g := m.n, m.bits
	if pos == 0 {
		clear(m.u)
	}
	m.order[pos], m.at[v], m.done[v] = v, pos, true
	m.start[pos] = int32(len(m.cols))
	row := g[v*words : (v+1)*words]
	for w := range n {
		if row[w/64]&(1<<(w%64)) == 0 {
			continue
		}
		m.cols = append(m.cols, int32(w))
		m.u[w] = 1
		other := g[w*words : (w+1)*words]
		for k := range other {
			other[k] |= row[k]
		}
		other[w/64] &^= 1 << (w % 64)
		other[v/64] &^= 1 << (v % 64)
	}
}

func sort32(v []int32) {
	for i := 1; i < len(v); i++ {
		for j := i; j > 0 && v[j] < v[j-1]; j-- {
			v[j], v[j-1] = v[j-1], v[j]
		}
	}
}

// slot is where the entry of nodes i and j is kept.
func (m *kkt) slot(i, j int) int32 {
	r, c := m.at[i], m.at[j]
	if r < c {
		r, c = c, r
	}
	return int32(r*m.n + c)
}

// clear zeroes the entries of the pattern.
func (m *kkt) clear() {
	n := m.n
	for c := range n {
		m.a[c*n+c] = 0
		for _, r := range m.cols[m.start[c]:m.start[c+1]] {
			m.a[int(r)*n+c] = 0
		}
	}
}

// factor overwrites the entries by L and D. A pivot that vanishes is replaced by one so large that its unknown stays.
func (m *kkt) factor() {
	n, a := m.n, m.a
	for c := range n {
		d := a[c*n+c]
		if d > -1e-290 && d < 1e-290 {
			d = 1e290
			a[c*n+c] = d
		}
		inverse := 1 / d
		rows := m.cols[m.start[c]:m.start[c+1]]
		u := m.u[:len(rows)]
		for i, r := range rows {
			u[i] = a[int(r)*n+c]
		}
		for i, r := range rows {
			v := u[i]
			if v == 0 {
				continue
			}
			l := v * inverse
			row := a[int(r)*n : int(r)*n+int(r)+1]
			row[c] = l
			for j, k := range rows[:i+1] {
				row[k] -= l * u[j]
			}
		}
	}
}

// solve replaces b, by node, by the solution; work has n numbers.
func (m *kkt) solve(b, work []float64) {
	n, a := m.n, m.a
	work = work[:n]
	for i, v := range m.order[:n] {
		work[i] = b[v]
	}
	for c := range n {
		v := work[c]
		if v == 0 {
			continue
		}
		for _, r := range m.cols[m.start[c]:m.start[c+1]] {
			work[r] -= a[int(r)*n+c] * v
		}
	}
	for c := n - 1; c >= 0; c-- {
		v := work[c] / a[c*n+c]
		for _, r := range m.cols[m.start[c]:m.start[c+1]] {
			v -= a[int(r)*n+c] * work[r]
		}
		work[c] = v
	}
	for i, v := range m.order[:n] {
		b[v] = work[i]
	}
}
