package aqueous

import "math"

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
	s.wm = wm + s.others(by, of, lacking)
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
	s.strSum, s.sum = 0, 0
	for k, v := range of {
		s.strSum += classes[k] / 2 * v
		s.sum += v
	}
}

// others adds the rest to the sums, and returns Σ w m of it.
func (s *Solver) others(by, of, lacking []float64) (wm float64) {
	nc := len(s.comp)
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
	return wm
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
