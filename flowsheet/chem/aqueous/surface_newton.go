package aqueous

import "math"

// step is what the surfaces add to a Newton step. With components, solids and border as z, and as y the ln of the bare share of
// each kind of site, the potential φ and the metal M of each surface,
//
//	[ K  U ] [dz]   [r]      K: what there is without surfaces, and M Σ ν a aᵀ of the surface species among the components
//	[ V  C ] [dy] = [0]      y is exact at every state, so its right side is zero
//
// by block elimination: one solution with K for each y.
type step struct {
	n       int         // of y
	column  [][]float64 // U by node, then K⁻¹ U
	edge    [][4]float64
	row     [][]float64 // V by node
	rowEdge [][4]float64
	corner  []float64 // C − V K⁻¹ U, factored
	pivot   []int
	y       []float64
}

func newStep(n, nodes int) step {
	all := make([]float64, 2*n*nodes)
	t := step{edge: make([][4]float64, n), rowEdge: make([][4]float64, n), corner: make([]float64, n*n), pivot: make([]int, n), y: make([]float64, n)}
	for i := range n {
		t.column = append(t.column, all[2*i*nodes:(2*i+1)*nodes])
		t.row = append(t.row, all[(2*i+1)*nodes:(2*i+2)*nodes])
	}
	return t
}

// assembleSurfaces adds the surface species to the matrix of components.
func (s *Solver) assembleSurfaces() {
	o := &s.sorb
	for p := range o.list {
		one := &o.list[p]
		for i := one.lo; i < one.hi; i++ {
			n := one.metal * o.nu[i]
			for k := o.slotAt[i]; k < o.slotAt[i+1]; k++ {
				s.kkt.val[o.slot[k]] += o.prod[k] * n
			}
		}
	}
}

// frameSurfaces adds to the border what ionic strength and water activity do to surface species at fixed y, and sets U, V, C.
func (s *Solver) frameSurfaces() {
	o, t, b := &s.sorb, &s.sorb.step, &s.border
	nodes := len(s.comp) + s.so.n()
	t.n = len(o.sites) + 2*len(o.list)
	n := t.n
	clear(t.corner[:n*n])
	for i := range n {
		clear(t.column[i][:nodes])
		clear(t.row[i][:nodes])
		t.edge[i], t.rowEdge[i] = [4]float64{}, [4]float64{}
	}
	for p := range o.list {
		one := &o.list[p]
		phi, metal := len(o.sites)+2*p, len(o.sites)+2*p+1
		for i := one.lo; i < one.hi; i++ {
			kind, nu, w, e, z := int(o.kind[i]), o.nu[i], o.rows.water[i], o.e[i], o.z[i]
			q := o.rows.cz[i]*s.dD + o.rows.cn[i]*s.dN
			cols, a := o.rows.span(i)
			for k, c := range cols {
				v := nu * a[k]
				s.wide[c][ofStrength] += one.metal * v * q
				s.wide[c][ofActivity] += one.metal * v * w
				b.row[ofWater][c] += one.metal * v * w
				t.column[kind][c] += one.metal * v * e
				t.column[phi][c] -= one.metal * v * z
				t.column[metal][c] += v
				t.row[kind][c] += v * e
				t.row[phi][c] -= v * z
			}
			b.corner[ofWater][ofStrength] += one.metal * nu * w * q
			b.corner[ofWater][ofActivity] += one.metal * nu * w * w
			t.edge[kind][ofWater] += one.metal * nu * w * e
			t.edge[phi][ofWater] -= one.metal * nu * w * z
			t.edge[metal][ofWater] += nu * w
			t.rowEdge[kind][ofStrength] += nu * e * q
			t.rowEdge[kind][ofActivity] += nu * e * w
			t.rowEdge[phi][ofStrength] -= nu * z * q
			t.rowEdge[phi][ofActivity] -= nu * z * w
			t.corner[kind*n+kind] += nu * e * e
			t.corner[kind*n+phi] -= nu * e * z
			t.corner[phi*n+kind] -= nu * e * z
			t.corner[phi*n+phi] += nu * z * z
		}
		if one.stiff == 0 { // φ stays
			clear(t.row[phi][:nodes])
			clear(t.corner[phi*n : (phi+1)*n])
			t.rowEdge[phi], t.corner[phi*n+phi] = [4]float64{}, 1
		} else {
			root := math.Sqrt(s.str)
			t.corner[phi*n+phi] += one.stiff * root * math.Cosh(one.phi/2) / 2
			t.rowEdge[phi][ofStrength] += one.stiff * math.Sinh(one.phi/2) / (2 * root)
		}
		t.corner[metal*n+metal] = 1
		for k, w := range one.weight[:s.so.n()] {
			if s.active[k] {
				t.row[metal][len(s.comp)+k] = -o.part * w
			}
		}
	}
}

// factorSurfaces solves K for the columns of U, as many at a time as there are lanes, and factors what is left of C.
func (s *Solver) factorSurfaces() {
	t, b := &s.sorb.step, &s.border
	nodes, n := len(s.comp)+s.so.n(), t.n
	w := s.narrow[:nodes]
	for lo := 0; lo < n; lo += len(lanes{}) {
		columns := t.column[lo:min(n, lo+len(lanes{}))]
		for j := range w {
			w[j] = lanes{}
			for l, c := range columns {
				w[j][l] = c[j]
			}
		}
		sums := s.reduce(w)
		for l, c := range columns {
			a, g := b.schur, &t.edge[lo+l]
			for i := range g {
				if b.on[i] {
					a[i][right] = g[i] - sums[i][l]
				}
			}
			eliminate(&a)
			for i := range g {
				g[i] = a[i][right]
			}
			for j := range c[:nodes] {
				k := &s.wide[j]
				c[j] = w[j][l] - g[0]*k[0] - g[1]*k[1] - g[2]*k[2] - g[3]*k[3]
			}
		}
	}
	for i := range n {
		for j := range n {
			t.corner[i*n+j] -= dot(t.row[i][:nodes], t.column[j][:nodes]) + dot(t.rowEdge[i][:], t.edge[j][:])
		}
	}
	t.decompose()
}

// decompose factors the corner by LU with partial pivoting over scaled rows.
func (t *step) decompose() {
	n, a := t.n, t.corner
	for c := range n {
		p, best := c, -1.0
		for r := c; r < n; r++ {
			size := 0.0
			for _, v := range a[r*n+c : (r+1)*n] {
				size = max(size, math.Abs(v))
			}
			if size > 0 && math.Abs(a[r*n+c])/size > best {
				p, best = r, math.Abs(a[r*n+c])/size
			}
		}
		t.pivot[c] = p
		if p != c {
			for k := range n {
				a[c*n+k], a[p*n+k] = a[p*n+k], a[c*n+k]
			}
		}
		if a[c*n+c] == 0 {
			a[c*n+c] = 1e290 // its unknown stays
		}
		for r := c + 1; r < n; r++ {
			v := a[r*n+c] / a[c*n+c]
			a[r*n+c] = v
			for k := c + 1; k < n; k++ {
				a[r*n+k] -= v * a[c*n+k]
			}
		}
	}
}

// correct turns the solution without the surfaces, in f and the border, into that with them, and leaves y.
func (s *Solver) correct(f []float64) {
	t, g := &s.sorb.step, &s.border.f
	n, a, y, nodes := t.n, t.corner, t.y[:t.n], len(f)
	for i := range n {
		y[i] = -dot(t.row[i][:nodes], f) - dot(t.rowEdge[i][:], g[:])
	}
	for c := range n {
		if p := t.pivot[c]; p != c {
			y[c], y[p] = y[p], y[c]
		}
	}
	for r := 1; r < n; r++ {
		y[r] -= dot(a[r*n:r*n+r], y)
	}
	for r := n - 1; r >= 0; r-- {
		y[r] = (y[r] - dot(a[r*n+r+1:(r+1)*n], y[r+1:])) / a[r*n+r]
	}
	for j, v := range y {
		for i, c := range t.column[j][:nodes] {
			f[i] -= v * c
		}
		for i := range 4 {
			g[i] -= v * t.edge[j][i]
		}
	}
}

// tangentSurfaces sets what the surfaces take along the step in f and the border; SIT sums are held in it (3e-5 of a
// tangent in W2).
func (s *Solver) tangentSurfaces(tangent *Tangent) {
	o, y, b := &s.sorb, s.sorb.step.y, &s.border
	clear(tangent.Sorbed)
	for p := range tangent.Metal {
		tangent.Metal[p] = 0
	}
	if !o.on {
		return
	}
	for p := range o.list {
		one := &o.list[p]
		dPhi, dMetal := y[len(o.sites)+2*p], y[len(o.sites)+2*p+1]
		tangent.Metal[one.surface] = dMetal
		for i := one.lo; i < one.hi; i++ {
			cols, a := o.rows.span(i)
			d := (o.rows.cz[i]*s.dD+o.rows.cn[i]*s.dN)*b.f[ofStrength] + o.rows.water[i]*b.f[ofActivity] + o.e[i]*y[o.kind[i]] - o.z[i]*dPhi
			for k, c := range cols {
				d += a[k] * s.f[c]
			}
			change := o.nu[i] * (one.metal*d + dMetal)
			for k, c := range cols {
				tangent.Sorbed[s.comp[c]] += a[k] * change
			}
			tangent.Sorbed[Water] += o.rows.water[i] * change
		}
	}
	for c, v := range tangent.Sorbed {
		if c != Water || b.on[ofWater] {
			tangent.Dissolved[c] -= v
		}
	}
}
