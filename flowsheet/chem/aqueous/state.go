package aqueous

import "math"

const dryest = 0.3 // floor of the water activity

// curve sets the activity coefficients at the ionic strength, which is held at `used` above it.
func (s *Solver) curve() {
	a := &s.sys.activity
	I := max(s.str, 1e-300)
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
	d, abs := s.d[:nc], s.abs[:nc]
	clear(d)
	clear(abs)
	strength, sum, wm := 0.0, 0.0, 0.0
	sit := s.sys.activity.model == "sit"
	x := s.x[:nc]
	for i := range s.m[:s.sp.n()] {
		cols, a := s.sp.span(i)
		v := s.sp.lnK[i] + s.sp.water[i]*s.lnW + s.sp.cz[i]*s.lnD + s.sp.cn[i]*s.lnN
		if sit {
			v += s.lag[i]
		}
		for k, c := range cols {
			v += a[k] * x[c]
		}
		m := math.Exp(min(v, 60))
		s.m[i] = m
		for k, c := range cols {
			am := a[k] * m
			d[c] += am
			abs[c] += math.Abs(am)
		}
		strength += s.z2[i] * m
		sum += m
		wm += s.sp.water[i] * m
	}
	s.strSum, s.sum, s.wm = strength/2, sum, wm
	if sit {
		s.interact()
	}
}

// interact sets the SIT sums of the molalities in hand, for the next speciate to use; drift is the largest change.
func (s *Solver) interact() {
	n := s.sp.n()
	E := s.E[:n]
	clear(E)
	for _, p := range s.pairs {
		E[p.i] += p.value * ln10 * s.m[p.k]
		E[p.k] += p.value * ln10 * s.m[p.i]
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
