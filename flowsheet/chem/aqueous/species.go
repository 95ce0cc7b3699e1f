package aqueous

import (
	"cmp"
	"math"
	"slices"
)

// binary is a complex of two components, as nearly all are. K and what the medium does to it are apart from the powers of the
// two free molalities.
type binary struct {
	k              float64
	a1, a2         float64 // coefficients on the first and the second component
	water          float64
	first          int32 // compact component
	power1, power2 int32 // entries of the table
	medium         int32
	slot1, slot2   int32 // entries of the matrix for first x first and first x second
}

// run is a row of binaries with the same second component, charge, sign there and say of water. Their sums on the second
// component stay in a register: in memory each would wait for the one before.
type run struct {
	lo, hi int32 // species
	second int32 // compact component
	class  int32 // of z²
	slot   int32 // entry of the matrix for second x second
	sign   float64
	wet    bool // binds or frees water
}

// medium is what ionic strength and water do to a species: (γ per z²)^cz, (γ of neutrals)^cn, a_w^water.
type medium struct{ cz, cn, water int }

// layout is the order the solver keeps the species of a system in: the free species, the binaries run by run, the rest.
type layout struct {
	species  []int    // of the system
	terms    [][]Term // of each: of a binary the first component, the second, then water
	binaries int      // from here on
	rest     int      // from here on
	class    []int32  // of z²
	medium   []int32
	z2       []float64 // of the classes
	media    []medium
	most     struct{ up, down medium } // largest powers of the media
	up, down []int                     // and of each component of the system
	whole    bool                      // all coefficients are small whole numbers
}

const (
	reach  = 4           // powers of a component go from −reach to reach
	stride = 2*reach + 1 // of each component in the table
	spread = 40          // powers of a coefficient go from −spread to spread
)

func newLayout(sys *System) *layout {
	l := &layout{up: make([]int, len(sys.Components)), down: make([]int, len(sys.Components)), whole: true}
	common := make([]int, len(sys.Components))
	dry := make([][]Term, len(sys.Species))
	for i, o := range sys.Species {
		for _, t := range o.Terms {
			if t.Component != Water {
				dry[i] = append(dry[i], t)
			}
		}
		if len(dry[i]) == 2 {
			common[dry[i][0].Component]++
			common[dry[i][1].Component]++
		}
	}
	kind := make([]int, len(sys.Species))
	for i, o := range sys.Species {
		l.species = append(l.species, i)
		switch {
		case o.Free:
			l.binaries++
			continue
		case len(dry[i]) == 2:
			kind[i] = 1
			a, b := dry[i][0], dry[i][1]
			if d := common[a.Component] - common[b.Component]; d > 0 || d == 0 && a.Component < b.Component {
				dry[i][0], dry[i][1] = b, a
			}
			if dry[i][0].Coefficient > 0 {
				l.rest++
				continue
			}
		}
		kind[i] = 2
	}
	l.rest += l.binaries
	slices.SortStableFunc(l.species, func(i, k int) int {
		if c := cmp.Compare(kind[i], kind[k]); c != 0 || kind[i] != 1 {
			return c
		}
		a, b := dry[i][1], dry[k][1]
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(math.Abs(sys.Species[i].Charge), math.Abs(sys.Species[k].Charge)),
			cmp.Compare(math.Copysign(1, a.Coefficient), math.Copysign(1, b.Coefficient)), cmp.Compare(sys.Species[i].water(), sys.Species[k].water()))
	})
	for _, i := range l.species {
		l.note(sys, &sys.Species[i], dry[i])
	}
	return l
}

// water is what the formation takes of water.
func (o *Species) water() float64 {
	for _, t := range o.Terms {
		if t.Component == Water {
			return t.Coefficient
		}
	}
	return 0
}

// note books class, medium and powers of a species; dry are its terms without water.
func (l *layout) note(sys *System, o *Species, dry []Term) {
	cz, cn := 0.0, 0.0
	power := func(v float64, most int) int {
		l.whole = l.whole && v == math.Trunc(v) && math.Abs(v) <= float64(most)
		return int(max(-float64(most), min(v, float64(most))))
	}
	for _, t := range dry {
		p := power(t.Coefficient, reach)
		l.up[t.Component], l.down[t.Component] = max(l.up[t.Component], p), max(l.down[t.Component], -p)
		if zc := sys.Components[t.Component].Charge; zc == 0 {
			cn += t.Coefficient
		} else {
			cz += t.Coefficient * zc * zc
		}
	}
	z2 := o.Charge * o.Charge
	if cz -= z2; z2 == 0 {
		cn--
	}
	m := medium{power(cz, spread), power(cn, spread), power(o.water(), spread)}
	up, down := &l.most.up, &l.most.down
	*up = medium{max(up.cz, m.cz), max(up.cn, m.cn), max(up.water, m.water)}
	*down = medium{max(down.cz, -m.cz), max(down.cn, -m.cn), max(down.water, -m.water)}
	if !slices.Contains(l.z2, z2) {
		l.z2 = append(l.z2, z2)
	}
	if !slices.Contains(l.media, m) {
		l.media = append(l.media, m)
	}
	l.class = append(l.class, int32(slices.Index(l.z2, z2)))
	l.medium = append(l.medium, int32(slices.Index(l.media, m)))
	terms := dry
	if w := o.water(); w != 0 {
		terms = append(terms, Term{Water, w})
	}
	l.terms = append(l.terms, terms)
}

// arrange compiles the species that are there, in the order of the layout.
func (s *Solver) arrange() {
	l := s.layout
	s.species, s.z2, s.class = s.species[:0], s.z2[:0], s.class[:0]
	s.binaries, s.runs, s.heavy, s.negative, s.wet = s.binaries[:0], s.runs[:0], s.heavy[:0], s.negative[:0], s.wet[:0]
	s.sp.reset()
	s.rest = 0
	for at, i := range l.species {
		terms := l.terms[at]
		if !s.has(terms) {
			continue
		}
		o, n := &s.sys.Species[i], int32(len(s.species))
		s.species, s.class = append(s.species, i), append(s.class, l.class[at])
		s.z2 = append(s.z2, o.Charge*o.Charge)
		s.add(&s.sp, terms, o.Charge, true)
		if at < l.rest {
			s.rest = len(s.species)
		}
		water := s.sp.water[n]
		if at >= l.binaries && at < l.rest {
			s.pair(n, terms, l.class[at], l.medium[at], water)
		} else if water != 0 {
			s.wet = append(s.wet, n)
		}
		for _, t := range terms {
			if t.Component == Water {
				continue
			}
			if c := int32(s.pos[t.Component]); t.Coefficient > 1 {
				s.heavy = append(s.heavy, heavy{c, n, t.Coefficient})
			} else if at >= l.rest && t.Coefficient < 0 {
				s.negative = append(s.negative, heavy{c, n, t.Coefficient})
			}
		}
	}
}

// pair appends species n as a binary to the runs.
func (s *Solver) pair(n int32, terms []Term, class, medium int32, water float64) {
	a, b := terms[0], terms[1]
	first, second := int32(s.pos[a.Component]), int32(s.pos[b.Component])
	r := run{lo: n, second: second, class: class, sign: math.Copysign(1, b.Coefficient), wet: water != 0}
	if k := len(s.runs) - 1; k < 0 || s.runs[k].second != second || s.runs[k].class != class || s.runs[k].sign != r.sign || s.runs[k].wet != r.wet {
		s.runs = append(s.runs, r)
	}
	s.runs[len(s.runs)-1].hi = n + 1
	s.binaries = append(s.binaries, binary{
		k: 1, a1: a.Coefficient, a2: b.Coefficient, water: water, first: first, medium: medium,
		power1: first*stride + reach + int32(a.Coefficient), power2: second*stride + reach + int32(b.Coefficient),
	})
}

// speciate computes the molalities and their sums at x, I and the water activity.
func (s *Solver) speciate() {
	s.curve()
	sit := s.sys.activity.model == "sit"
	if sit || !s.powers() {
		s.exponentials(0)
	} else {
		s.products()
		s.exponentials(s.rest)
	}
	s.sums()
	if sit {
		s.interact()
	}
}

// exponentials sets the molalities from species `from` on by one exponential each: for SIT, for coefficients that are no small
// whole numbers, for what is no binary and while x is far out.
func (s *Solver) exponentials(from int) {
	for i := from; i < s.sp.n(); i++ {
		cols, a := s.sp.span(i)
		v := s.sp.lnK[i] + s.sp.water[i]*s.lnW + s.sp.cz[i]*s.lnD + s.sp.cn[i]*s.lnN + s.lag[i]
		for k, c := range cols {
			v += a[k] * s.x[c]
		}
		s.m[i] = math.Exp(min(v, 60))
	}
}

// products sets the molalities of free species and binaries by multiplying powers.
func (s *Solver) products() {
	nc := len(s.comp)
	table, media := s.table, s.media
	for j := range nc {
		s.m[j] = table[j*stride+reach+1]
	}
	m := s.m[nc:][:len(s.binaries)]
	for i := range m {
		b := &s.binaries[i]
		m[i] = b.k * table[b.power1] * table[b.power2] * media[b.medium]
	}
}

// powers fills the table of powers: of each free molality, and what the media do. It declines when they might leave the range of
// numbers.
func (s *Solver) powers() bool {
	l := s.layout
	if !l.whole || s.steep {
		return false
	}
	far := false
	for _, v := range s.x[:len(s.comp)] {
		far = far || !(v > -150 && v < 40)
	}
	if far || s.lnD < -8 || s.lnD > 8 {
		return false
	}
	for j, c := range s.comp {
		fill(s.table[j*stride+reach-l.down[c]:j*stride+reach+max(l.up[c], 1)+1], l.down[c], math.Exp(s.x[j]))
	}
	d, n, w := s.ofD[:], s.ofN[:], s.ofW[:]
	fill(d[spread-l.most.down.cz:spread+l.most.up.cz+1], l.most.down.cz, math.Exp(s.lnD))
	fill(n[spread-l.most.down.cn:spread+l.most.up.cn+1], l.most.down.cn, math.Exp(s.lnN))
	fill(w[spread-l.most.down.water:spread+l.most.up.water+1], l.most.down.water, math.Exp(s.lnW))
	for i, m := range l.media {
		s.media[i] = d[spread+m.cz] * n[spread+m.cn] * w[spread+m.water]
	}
	return true
}

// fill sets t[one+k] to v^k.
func fill(t []float64, one int, v float64) {
	t[one] = 1
	for k := one + 1; k < len(t); k++ {
		t[k] = t[k-1] * v
	}
	if one > 0 {
		v = 1 / v
		for k := one - 1; k >= 0; k-- {
			t[k] = t[k+1] * v
		}
	}
}

// sums adds the molalities up: by z², what is there and what it holds of each component; Σ a m and Σ |a| m, ½ Σ z² m, Σ m, Σ w m.
func (s *Solver) sums() {
	nc := len(s.comp)
	classes := s.layout.z2
	by := s.byClass[:nc*len(classes)]
	lacking := s.abs[:nc]
	clear(by)
	clear(lacking)
	wm, of := 0.0, s.classSum
	clear(of)
	for j, v := range s.m[:nc] {
		c := int(s.class[j])
		by[c*nc+j] = v
		of[c] += v
	}
	for k := range s.runs {
		r := &s.runs[k]
		ms := s.m[r.lo:r.hi]
		bs := s.binaries[int(r.lo)-nc:][:len(ms)]
		row := by[int(r.class)*nc:][:nc]
		held, all := 0.0, 0.0
		for i, v := range ms {
			b := &bs[i]
			row[b.first] += b.a1 * v
			held += b.a2 * v
			all += v
		}
		row[r.second] += held
		if r.sign < 0 {
			lacking[r.second] -= held
		}
		if r.wet {
			for i, v := range ms {
				wm += bs[i].water * v
			}
		}
		of[r.class] += all
	}
	for i := s.rest; i < s.sp.n(); i++ {
		cols, a := s.sp.span(i)
		v, row := s.m[i], by[int(s.class[i])*nc:][:nc]
		for k, c := range cols {
			row[c] += a[k] * v
		}
		of[s.class[i]] += v
	}
	for _, e := range s.negative {
		lacking[e.component] -= e.a * s.m[e.species]
	}
	for _, i := range s.wet {
		wm += s.sp.water[i] * s.m[i]
	}
	d := s.d[:nc]
	copy(d, by)
	for c := nc; c < len(by); c += nc {
		for j, v := range by[c : c+nc] {
			d[j] += v
		}
	}
	for j, v := range lacking {
		lacking[j] = d[j] + 2*v
	}
	s.strSum, s.sum, s.wm = 0, 0, wm
	for k, v := range of {
		s.strSum += classes[k] / 2 * v
		s.sum += v
	}
}

// hessian adds W Σ aᵢ aᵢᵀ mᵢ to the matrix.
func (s *Solver) hessian() {
	nc, h := len(s.comp), s.kkt.val
	for j, v := range s.m[:nc] {
		h[s.diagonal[j]] += v * s.kg
	}
	for k := range s.runs {
		r := &s.runs[k]
		ms := s.m[r.lo:r.hi]
		bs := s.binaries[int(r.lo)-nc:][:len(ms)]
		held := 0.0
		for i, v := range ms {
			b := &bs[i]
			v *= s.kg
			v1, v2 := v*b.a1, v*b.a2
			h[b.slot1] += v1 * b.a1
			h[b.slot2] += v1 * b.a2
			held += v2 * b.a2
		}
		h[r.slot] += held
	}
	for i := s.rest; i < s.sp.n(); i++ {
		cols, a := s.sp.span(i)
		v := s.m[i] * s.kg
		for k, c := range cols {
			for l, o := range cols[:k+1] {
				h[s.kkt.slot(int(c), int(o))] += v * a[k] * a[l]
			}
		}
	}
}

// place notes where each product of coefficients goes in the matrix.
func (s *Solver) place() {
	nc := len(s.comp)
	s.diagonal = s.diagonal[:0]
	for j := range nc {
		s.diagonal = append(s.diagonal, s.kkt.slot(j, j))
	}
	for k := range s.runs {
		r := &s.runs[k]
		second := int(r.second)
		r.slot = s.kkt.slot(second, second)
		for i := r.lo; i < r.hi; i++ {
			b := &s.binaries[int(i)-nc]
			first := int(b.first)
			b.slot1, b.slot2 = s.kkt.slot(first, first), s.kkt.slot(first, second)
		}
	}
}

// sensitivities sums over the species what ionic strength and water activity do to the balances, and the balances to them; slope is
// that of ln a_w over Σ m. The matrix must be set and not yet factored: as the growth of a species' molality with I is Σ a g less
// its own g, with g the growth of ln γ, the sums follow from the matrix and from what each charge holds.
func (s *Solver) sensitivities(slope float64) {
	nc, b, kg := len(s.comp), &s.border, s.kg
	grow, cI, cL, rI := s.grow[:nc], s.growI[:nc], s.growL[:nc], b.row[ofStrength]
	clear(cL)
	for j := range grow {
		grow[j] = s.growth(s.z2[j])
	}
	s.kkt.times(grow, cI)
	zq, qm := 0.0, 0.0
	for k, z2 := range s.layout.z2 {
		g := s.growth(z2)
		for j, v := range s.byClass[k*nc : (k+1)*nc] {
			cI[j] -= kg * g * v
			rI[j] += z2 / 2 * v
		}
		zq -= z2 / 2 * g * s.classSum[k]
		qm -= g * s.classSum[k]
	}
	zw, wq, ww := s.wetness(cL)
	for j, g := range grow {
		zq += g * rI[j]
		qm += g * s.d[j]
		wq += g * cL[j]
		s.wide[j][ofStrength], s.wide[j][ofActivity] = cI[j], kg*cL[j]
		b.row[ofWater][j] = kg * cL[j]
	}
	b.corner[ofStrength] = [4]float64{zq - 1, zw, 0, 0}
	b.corner[ofActivity] = [4]float64{slope * qm, slope*s.wm - 1, 0, 0}
	b.corner[ofWater] = [4]float64{kg * wq, kg * ww, kg/molarW + kg*s.wm, -s.waterD}
	b.corner[ofTitrant] = [4]float64{s.dD, 0, 0, 0}
}

// growth is that of ln γ over I for a species of this z².
func (s *Solver) growth(z2 float64) float64 {
	if z2 == 0 {
		return s.dN
	}
	return z2 * s.dD
}

// wetness adds Σ w a m to c, and returns ½ Σ w z² m, less Σ w g m with the growth g, Σ w² m.
func (s *Solver) wetness(c []float64) (zw, wg, ww float64) {
	nc := len(s.comp)
	for k := range s.runs {
		r := &s.runs[k]
		if !r.wet {
			continue
		}
		bs := s.binaries[int(r.lo)-nc:]
		all, held := 0.0, 0.0
		for i, v := range s.m[r.lo:r.hi] {
			b := &bs[i]
			v *= b.water
			c[b.first] += b.a1 * v
			held += b.a2 * v
			all += v
			ww += b.water * v
		}
		c[r.second] += held
		z2 := s.layout.z2[r.class]
		zw += z2 / 2 * all
		wg -= s.growth(z2) * all
	}
	for _, i := range s.wet {
		w := s.sp.water[i]
		v := w * s.m[i]
		cols, a := s.sp.span(int(i))
		for k, j := range cols {
			c[j] += a[k] * v
		}
		ww += w * v
		zw += s.z2[i] / 2 * v
		wg -= s.growth(s.z2[i]) * v
	}
	return zw, wg, ww
}
