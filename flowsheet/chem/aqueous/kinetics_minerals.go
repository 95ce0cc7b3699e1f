package aqueous

import "math"

// LimestoneRate is the dissolution of calcite after Plummer, Wigley and Parkhurst, per area of clean surface:
//
//	r = (k1 a(H+) + k2 a(CO2) + k3 a(H2O)) (1 - Omega^(2/3))
//
// The two branches of k3 meet at 298.32 K. There they are joined, so that r is continuous; the source changes branch at
// 298.15 K, where they differ by 0.6 %.
type LimestoneRate struct {
	ArmouredIn float64 // s: life of the bed that was seen to be armoured

	k1, k2, cold, warm arrhenius // mol/(m2 s)
	change             float64   // K
	power              float64
	from, seen         float64 // mol/m3 of dissolved Fe or Al; of Fe
}

// arrhenius is exp(ln - slope/T).
type arrhenius struct{ ln, slope float64 }

// at is the constant and its derivative over T.
func (a arrhenius) at(T float64) (k, dT float64) {
	k = math.Exp(a.ln - a.slope/T)
	return k, k * a.slope / (T * T)
}

// CarbonateWater is what the limestone law asks of a water; activities on the molal scale.
type CarbonateWater struct {
	T                   float64 // K
	LnH, LnCO2, LnWater float64 // ln of activity; CO2 is all of it that is not ionised
	LnOmega             float64 // ln of the saturation ratio of calcite
	Iron, Aluminium     float64 // mol/m3 dissolved, for the armouring flags only
}

// SurfaceRate is a rate per area and its partial derivatives; positive is dissolution.
type SurfaceRate struct {
	Rate                                 float64 // mol/(m2 s)
	DLnH, DLnCO2, DLnWater, DLnAl, DLnO2 float64 // 0 for what the law does not use
	DLnOmega                             float64
	DT                                   float64
	Caution                              Caution
}

// Constants are k1, k2 and k3 at T, mol/(m2 s).
func (l *LimestoneRate) Constants(T float64) (k1, k2, k3 float64) {
	k1, _ = l.k1.at(T)
	k2, _ = l.k2.at(T)
	k3, _ = l.third(T).at(T)
	return k1, k2, k3
}

func (l *LimestoneRate) third(T float64) arrhenius {
	if T > l.change {
		return l.warm
	}
	return l.cold
}

// Rate is the dissolution of clean calcite.
func (l *LimestoneRate) Rate(w CarbonateWater) SurfaceRate {
	k1, d1 := l.k1.at(w.T)
	k2, d2 := l.k2.at(w.T)
	k3, d3 := l.third(w.T).at(w.T)
	h, c, a := math.Exp(w.LnH), math.Exp(w.LnCO2), math.Exp(w.LnWater)
	forward := k1*h + k2*c + k3*a
	back := math.Exp(l.power * w.LnOmega)
	far := 1 - back
	r := SurfaceRate{
		Rate: forward * far,
		DLnH: k1 * h * far, DLnCO2: k2 * c * far, DLnWater: k3 * a * far,
		DLnOmega: -forward * l.power * back,
		DT:       (d1*h + d2*c + d3*a) * far,
	}
	if w.LnOmega > 0 {
		r.Caution |= Precipitating
	}
	if max(w.Iron, w.Aluminium) > l.from {
		r.Caution |= ArmourPossible
	}
	if w.Iron >= l.seen {
		r.Caution |= ArmourSeen
	}
	return r
}

// ShrinkingArea is the area a0 (m/m0)^n of a dissolving solid and its derivative over m: n is 2/3 for grains that keep
// their shape. A solid that is used up (m <= 0) has no area.
func ShrinkingArea(a0, m, m0, n float64) (area, dm float64) {
	if m <= 0 {
		return 0, 0
	}
	area = a0 * math.Pow(m/m0, n)
	return area, area * n / m
}

// MineralRate is a rate law of Palandri-Kharaka or Kinec form, per area:
//
//	r = sum_i k_i(T) a(H+)^H f(CO2)^CO2 a(Al+3)^Al m(O2)^O2 (1 - Omega^(1/Sigma))
type MineralRate struct {
	Name         string
	Terms        []RateTerm
	Sigma        float64 // 0: irreversible, no saturation term
	Factor       float64 // 1 but for an analogue
	Analogue     string  // whose terms these are, "" for none: then the rate is assumed
	reference    measuredAt
	noActivation bool // a term has no temperature dependence
}

// RateTerm is one path of a mineral's dissolution.
type RateTerm struct {
	Name           string  // "acid", "neutral", "base", "carbonic", "oxygen"
	Ea             float64 // J/mol
	H, CO2, Al, O2 float64 // exponents

	k arrhenius // mol/(m2 s), with f(CO2) in Pa
}

// MineralWater is what the mineral laws ask of a water. What a law does not use need not be set.
type MineralWater struct {
	T       float64 // K
	LnH     float64 // ln a(H+), molal scale
	LnOmega float64 // ln of the saturation ratio; -Inf where nothing is known of the solubility
	LnCO2   float64 // ln of the fugacity of CO2, Pa
	LnAl    float64 // ln a(Al+3)
	LnO2    float64 // ln of the molality of dissolved O2
}

// At is the rate constant of the path at T, mol/(m2 s) at unit activities and a CO2 fugacity of 1 Pa.
func (t *RateTerm) At(T float64) float64 { k, _ := t.k.at(T); return k }

// Rate is the dissolution of the mineral; DLnCO2 is over the fugacity.
func (m *MineralRate) Rate(w MineralWater) SurfaceRate {
	var r SurfaceRate
	for i := range m.Terms {
		t := &m.Terms[i]
		k, dT := t.k.at(w.T)
		a := m.Factor * raised(w.LnH, t.H) * raised(w.LnCO2, t.CO2) * raised(w.LnAl, t.Al) * raised(w.LnO2, t.O2)
		k, dT = k*a, dT*a
		r.Rate += k
		r.DT += dT
		r.DLnH += k * t.H
		r.DLnCO2 += k * t.CO2
		r.DLnAl += k * t.Al
		r.DLnO2 += k * t.O2
	}
	if m.Sigma > 0 {
		back := math.Exp(w.LnOmega / m.Sigma)
		far := 1 - back
		r.DLnOmega = -r.Rate * back / m.Sigma
		for _, x := range [...]*float64{&r.Rate, &r.DT, &r.DLnH, &r.DLnCO2, &r.DLnAl, &r.DLnO2} {
			*x *= far
		}
		if w.LnOmega > 0 {
			r.Caution |= Precipitating
		}
	}
	if m.Analogue != "" {
		r.Caution |= Guessed
	}
	if m.noActivation {
		r.Caution |= m.reference.caution(w.T)
	}
	return r
}

// raised is a^n from ln a; what is raised to 0 may be absent (ln a = -Inf).
func raised(ln, n float64) float64 {
	if n == 0 {
		return 1
	}
	return math.Exp(n * ln)
}
