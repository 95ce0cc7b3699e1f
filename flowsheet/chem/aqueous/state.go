package aqueous

import "math"

const dryest = 0.3 // floor of the water activity

// curve sets the activity coefficients at the ionic strength, which is held at `used` above it.
func (s *Solver) curve() {
	a := &s.sys.activity
	I := max(s.str, 1e-300)
	if a.model == "sit" {
		I = min(I, a.sit.used)
	}
	root := math.Sqrt(I)
	if a.model == "sit" {
		b := a.sit.ba
		s.lnD = -s.slope * root / (1 + b*root)
		s.dD = -s.slope / (2 * root * (1 + b*root) * (1 + b*root))
		s.lnN, s.dN = 0, 0
		return
	}
	s.dD, s.dN = 1, 1
	if I > a.davies.used {
		I, s.dD, s.dN = a.davies.used, 0, 0
		root = math.Sqrt(I)
	}
	s.lnD = -s.slope * (root/(1+root) - a.davies.linear*I)
	s.dD *= -s.slope * (1/(2*root*(1+root)*(1+root)) - a.davies.linear)
	s.lnN = a.davies.neutral * ln10 * I
	s.dN *= a.davies.neutral * ln10
}

// speciate computes the molalities and their sums at x, I and the water activity.
func (s *Solver) speciate() {
	s.curve()
	nc := len(s.comp)
	d, m := s.d[:nc], s.m[:s.sp.n()]
	sit := s.sys.activity.model == "sit"
	if sit || !s.powers() {
		s.exponentials(sit)
	} else {
		s.products()
	}
	clear(d)
	strength, sum := 0.0, 0.0
	starts, z2 := s.sp.start[1:][:len(m)], s.z2[:len(m)]
	coefficients, columns := s.sp.a, s.sp.col[:len(s.sp.a)]
	lo := int32(0)
	for i, m := range m {
		hi := starts[i]
		for k := lo; k < hi; k++ {
			d[columns[k]] += coefficients[k] * m
		}
		lo = hi
		strength += z2[i] * m
		sum += m
	}
	abs, wm := s.abs[:nc], 0.0
	copy(abs, d)
	for _, e := range s.negative {
		abs[e.component] -= 2 * e.a * m[e.species]
	}
	for _, i := range s.wet {
		wm += s.sp.water[i] * m[i]
	}
	s.strSum, s.sum, s.wm = strength/2, sum, wm
	if sit {
		s.interact()
	}
}

// exponentials sets the molalities one exponential each: for SIT, for coefficients that are no small whole numbers, and while x is far out.
func (s *Solver) exponentials(sit bool) {
	for i := range s.m[:s.sp.n()] {
		cols, a := s.sp.span(i)
		v := s.sp.lnK[i] + s.sp.water[i]*s.lnW + s.sp.cz[i]*s.lnD + s.sp.cn[i]*s.lnN
		if sit {
			v += s.lag[i]
		}
		for k, c := range cols {
			v += a[k] * s.x[c]
		}
		s.m[i] = math.Exp(min(v, 60))
	}
}

// products sets the molalities by multiplying powers.
func (s *Solver) products() {
	m, tables, factors := s.m[:s.sp.n()], s.table, s.factor0[:s.sp.n()]
	at, list := s.factorAt[1:][:len(m)], s.factors
	lo := int32(0)
	for i := range m {
		v, hi := factors[i], at[i]
		for k := lo; k < hi; k++ {
			v *= tables[list[k]]
		}
		lo = hi
		m[i] = v
	}
}

const (
	reach  = 4           // powers of a component go from −reach to reach
	stride = 2*reach + 1 // of each component in the table
	spread = 40          // powers of the activity coefficient per z² go from −spread to spread
	wide   = 2*spread + 1
)

// powers fills the table of powers: of each free molality, of the water activity, of the coefficients. It declines when they might
// leave the range of numbers.
func (s *Solver) powers() bool {
	if !s.whole || s.steep {
		return false
	}
	nc, far := len(s.comp), false
	for _, v := range s.x[:nc] {
		far = far || !(v > -150 && v < 40)
	}
	if far || s.lnD < -8 || s.lnD > 8 {
		return false
	}
	for j := range nc + 2 {
		ln := s.lnN
		if j < nc {
			ln = s.x[j]
		} else if j == nc {
			ln = s.lnW
		}
		fill(s.table[j*stride+reach-s.down[j]:j*stride+reach+s.up[j]+1], s.down[j], ln)
	}
	j := nc + 2
	fill(s.table[j*stride+spread-s.down[j]:j*stride+spread+s.up[j]+1], s.down[j], s.lnD)
	return true
}

// fill sets t[one+k] to exp(k ln).
func fill(t []float64, one int, ln float64) {
	t[one] = 1
	v := math.Exp(ln)
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

// factorise notes which powers each species is a product of.
func (s *Solver) factorise() {
	nc := len(s.comp)
	s.whole = true
	s.factors, s.factorAt, s.negative, s.wet = s.factors[:0], append(s.factorAt[:0], 0), s.negative[:0], s.wet[:0]
	clear(s.up)
	clear(s.down)
	put := func(j, reach int, power float64) {
		if power == 0 {
			return
		}
		if power != math.Trunc(power) || math.Abs(power) > float64(reach) {
			s.whole = false
			return
		}
		s.up[j], s.down[j] = max(s.up[j], int(power)), max(s.down[j], -int(power))
		s.factors = append(s.factors, int32(j*stride+reach+int(power)))
	}
	for i := range s.sp.n() {
		cols, a := s.sp.span(i)
		for k, c := range cols {
			put(int(c), reach, a[k])
			if a[k] < 0 {
				s.negative = append(s.negative, heavy{c, int32(i), a[k]})
			}
		}
		put(nc, reach, s.sp.water[i])
		put(nc+1, reach, s.sp.cn[i])
		put(nc+2, spread, s.sp.cz[i])
		if s.sp.water[i] != 0 {
			s.wet = append(s.wet, int32(i))
		}
		s.factorAt = append(s.factorAt, int32(len(s.factors)))
	}
}

// interact sets the SIT sums of the molalities in hand, for the next speciate to use; drift is the largest change.
func (s *Solver) interact() {
	n := s.sp.n()
	E := s.E[:n]
	clear(E)
	unit := ln10
	if used := s.sys.activity.sit.used; s.strSum > used { // held there
		unit *= used / s.strSum
	}
	for _, p := range s.pairs {
		E[p.i] += p.value * unit * s.m[p.k]
		E[p.k] += p.value * unit * s.m[p.i]
	}
	s.drift = 0
	for i := range n { // the free species come first, in the order of the components
		cols, a := s.sp.span(i)
		v := -E[i]
		for k, c := range cols {
			v += a[k] * E[c]
		}
		s.drift = max(s.drift, math.Abs(v-s.lag[i]))
		s.lag[i] = v
	}
	for k := range s.so.n() {
		cols, b := s.so.span(k)
		v := 0.0
		for i, c := range cols {
			v += b[i] * E[c]
		}
		s.soLag[k] = v
	}
}

// waterActivity is ln a_w of the molalities in hand and its slope over Σ m.
func (s *Solver) waterActivity() (ln, slope float64) {
	k := s.sys.activity.davies.water
	a := 1 - k*s.sum
	if a < dryest {
		return math.Log(dryest), 0
	}
	return math.Log(a), -k / a
}

// saturation is ln (IAP / K) less the target of solid k.
func (s *Solver) saturation(k int) float64 {
	cols, b := s.so.span(k)
	v := s.so.water[k]*s.lnW + s.so.cz[k]*s.lnD + s.so.cn[k]*s.lnN + s.soLag[k] - s.so.lnK[k] - s.so.target[k]
	for i, c := range cols {
		v += b[i] * s.x[c]
	}
	return v
}

// balances sets the residuals of all balances, in mol, and their scales.
func (s *Solver) balances() {
	nc := len(s.comp)
	for j := range nc {
		t := s.total[j] + s.u*s.dose[j]
		s.f[j] = t - s.kg*s.d[j]
		s.scale[j] = math.Abs(t) + s.kg*s.abs[j]
	}
	s.fw = s.waterT + s.u*s.waterD - s.kg/molarW - s.kg*s.wm
	s.scaleW = s.kg / molarW
	for k := range s.so.n() {
		amount := s.s[k]
		if amount == 0 {
			continue
		}
		cols, b := s.so.span(k)
		for i, c := range cols {
			s.f[c] -= b[i] * amount
			s.scale[c] += math.Abs(b[i] * amount)
		}
		s.fw -= s.so.water[k] * amount
	}
	if s.problem.KgWater > 0 {
		s.fw = 0
	}
}
