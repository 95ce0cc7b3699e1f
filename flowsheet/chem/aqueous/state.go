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
		if s.dD = -s.slope / (2 * root * (1 + b*root) * (1 + b*root)); s.str > a.sit.used {
			s.dD = 0
		}
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
		t := math.FMA(s.u, s.dose[j], s.total[j]) + s.fine*s.dose[j] // acid and base cancel: t may be 1e-10 of either
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
	if s.sorb.on {
		s.sorbed()
	}
}
