package hydromet

import "math"

// leachOverflow is what the weir makes of the volumes of liquid and solid in y (leachTank), q_L and q_S. With the residence
// time θ of the liquid and s·θ of the solid, s = residence_ratio, Q_L = q_L/(1+Rate·θ) and Q_S = q_S/(1+Rate·s·θ) leave and
//
//	volume + weir_time (Q_L + Q_S) = θ Q_L + s θ Q_S
//
// has one root θ > 0 above the crest, that of a quadratic. ln is that of the volume q by which volume·ε = volume·m/q:
//
//	q = q_L (1+Rate·s·θ)/(1+Rate·θ) + q_S    above        (s q_L + q_S) Rate·volume/(q_L + q_S)    below, where θ grows without bound
//
// Without slip, and in the steady state, q is the volume of y above the crest.
type leachOverflow struct {
	below       bool
	theta, ln   float64
	dtheta, dln [overs]float64 // along q_L, q_S, volume, weir_time and residence_ratio
}

const ( // places of the derivatives
	overLiquid = iota
	overSolid
	overCrest
	overWeir
	overRatio
	overs
)

// overflow solves the volume balance at the weir.
func (p *leachTank) overflow(liquid, solid float64) (o leachOverflow) {
	R, V, w, s := p.rate, p.crest, p.weir, p.ratio
	q := liquid + solid
	if q <= R*V {
		o.below = true
		spread := s*liquid + solid
		o.ln = math.Log(spread / q * R * V)
		o.dln = [overs]float64{s/spread - 1/q, 1/spread - 1/q, 1 / V, 0, liquid / spread}
		return o
	}
	a := R * s * (q - R*V)
	b := liquid*(1-R*s*w) + solid*(s-R*w) - V*R*(1+s)
	c := V + w*q
	root := math.Hypot(b, 2*math.Sqrt(a)*math.Sqrt(c))
	if b >= 0 {
		o.theta = 2 * c / (b + root)
	} else {
		o.theta = (root - b) / (2 * a)
	}
	cL, cS := 1+R*o.theta, 1+R*s*o.theta
	slope := (1 + R*w) * (liquid/(cL*cL) + s*solid/(cS*cS)) // of the volume held, to θ
	o.dtheta = [overs]float64{
		(w - o.theta) / cL / slope, (w - s*o.theta) / cS / slope, 1 / slope, (liquid/cL + solid/cS) / slope,
		-o.theta * (1 + R*w) * solid / (cS * cS) / slope,
	}
	g := cS / cL
	volume := g*liquid + solid
	o.ln = math.Log(volume)
	for k, d := range o.dtheta {
		o.dln[k] = liquid * R * (s - 1) / (cL * cL) * d / volume
	}
	o.dln[overLiquid] += g / volume
	o.dln[overSolid] += 1 / volume
	o.dln[overRatio] += liquid * R * o.theta / cL / volume
	return o
}

// residence gives the residence times of liquid and solid, s.
func (o *leachOverflow) residence(ratio float64) [2]float64 {
	return [2]float64{o.theta, ratio * o.theta}
}

// along is the derivative along a direction of the volumes and of the handles.
func along(slopes *[overs]float64, dvolume [2]float64, du []float64) float64 {
	return slopes[overLiquid]*dvolume[leachLiquid] + slopes[overSolid]*dvolume[leachSolid] +
		slopes[overCrest]*du[leachVolume] + slopes[overWeir]*du[leachWeirTime] + slopes[overRatio]*du[leachRatio]
}
