package hydromet

import (
	"math"

	"reetwin/flowsheet/chem/aqueous"
)

// beside is the step of differences of constants over temperature, K.
const beside = 0.01

// manganese is a species of Mn(II) that oxygen oxidises.
type manganese struct {
	species int
	K       float64 // m3/(mol s)
}

// rates sets rate, in mol per kg of supply, at the equilibrium found.
func (o *OxidationTank) rates(u []float64, stays float64, left []float64) {
	w, s, k := o.water, &o.now, o.kinetics
	T := w.problem.T
	s.stays = stays
	s.fe, s.mn, s.peroxide = 0, 0, 0
	if o.ferrous >= 0 {
		s.fe = o.density * w.result.Dissolved[o.ferrous]
	}
	for _, m := range o.species {
		s.mn += m.K * o.density * w.result.KgWater * w.result.Molality[m.species]
	}
	if o.byPeroxide >= 0 {
		s.peroxide = o.density * left[o.byPeroxide]
	}
	s.fast = k.Ferrous.Fast * math.Exp(2*o.lnOH())
	_, _, s.perO2 = k.Oxygen.Pressure(T, 0)
	s.saturated = k.Oxygen.Saturation(T, u[o.at.pressure]).O2
	s.c = u[o.at.kLa] * s.saturated / (u[o.at.kLa] + o.demand())
	s.lnN = w.neutral()
	for r := range o.reactions {
		o.rate[r] = stays / o.density * o.law(o.reactions[r].law)
	}
}

// demand is mol of O2 per m3 and second at a dissolved oxygen of 1 mol/m3.
func (o *OxidationTank) demand() (sum float64) {
	s := &o.now
	for r := range o.reactions {
		switch o.reactions[r].law {
		case ferrousByOxygen:
			sum += o.reactions[r].oxygen * s.fast * s.perO2 * s.fe
		case manganeseByOxygen:
			sum += o.reactions[r].oxygen * s.mn
		}
	}
	return sum
}

// law is the rate in mol/(m3 s).
func (o *OxidationTank) law(law int) float64 {
	s, k := &o.now, o.kinetics
	switch law {
	case ferrousByOxygen:
		return (k.Ferrous.Slow + s.fast*s.perO2*s.c) * s.fe
	case manganeseByOxygen:
		return s.mn * s.c
	}
	return k.Peroxide.K * s.fe * s.peroxide
}

// lnOH is ln a(OH-).
func (o *OxidationTank) lnOH() float64 {
	w := o.water
	return w.lnKw(w.problem.T) + math.Log(w.result.WaterActivity) + w.result.PH*math.Ln10
}

// lnKw is the ion product of water.
func (w *water) lnKw(T float64) float64 { return w.sys.Species[w.hydroxide].Constant.At(T) * math.Ln10 }

// neutral is ln of the activity coefficient of neutral species per unit of ionic strength, from dissolved Mn(OH)2 or, without it, 0.
func (w *water) neutral() float64 {
	const held = 2.5 // mol/kg, above which the engine holds coefficients constant
	if r := w.result; w.gauge >= 0 && r.Molality[w.gauge] > 0 && r.IonicStrength > 0 && r.IonicStrength <= held {
		return (w.lnActivity(w.gauge) - math.Log(r.Molality[w.gauge])) / r.IonicStrength
	}
	return 0
}

// lnActivity is ln of the activity of a species, from the free molalities of the last result.
func (w *water) lnActivity(k int) float64 {
	w.result.Remember(&w.problem, w.y)
	lnX := w.y[waterDose+1:]
	lnD := -w.result.PH*math.Ln10 - lnX[aqueous.H] // ln of the coefficient per charge squared
	s := &w.sys.Species[k]
	v := s.Constant.At(w.problem.T) * math.Ln10
	for _, t := range s.Terms {
		if t.Component == aqueous.Water {
			v += t.Coefficient * math.Log(w.result.WaterActivity)
			continue
		}
		z := w.sys.Components[t.Component].Charge
		v += t.Coefficient * (lnX[t.Component] + z*z*lnD)
	}
	return v
}

// linearise sets the Jacobian, I − d(rate)/d(extent).
func (o *OxidationTank) linearise(u []float64, stays float64) error {
	w := o.water
	for q := range o.reactions {
		if err := w.along(o.reactions[q].totals, 0, 0, 0, o.slopes[q]); err != nil {
			return err
		}
		peroxide := 0.0
		for _, p := range o.reactions[q].others {
			if p.Component == o.peroxide {
				peroxide = p.Count
			}
		}
		o.ratesAlong(u, nil, o.reactions[q].totals, o.slopes[q], peroxide, 0, 0, 0, o.dir)
		for r := range o.reactions {
			o.jacobian[r][q] = -o.dir[r]
			if r == q {
				o.jacobian[r][q]++
			}
		}
	}
	return nil
}

// ratesAlong writes the derivative of rate along a change of the totals and of the memory (dx), of peroxide (mol/kg), all per a constant kg of
// water while ln of it changes by dlnkg, of temperature, of the time that the supply stays, and of the handles (du may be nil). It returns that of dissolved oxygen.
func (o *OxidationTank) ratesAlong(u, du, dtotals, dx []float64, dperoxide, dT, dstays, dlnkg float64, drate []float64) (dc float64) {
	w, s, k := o.water, &o.now, o.kinetics
	var dfe, dmn, dfast float64
	if o.ferrous >= 0 {
		dfe = o.density*w.dissolvedAlong(o.ferrous, dtotals, dx) - s.fe*dlnkg
	}
	for _, m := range o.species {
		c := m.K * o.density * w.result.KgWater * w.result.Molality[m.species]
		dmn += c * (dx[waterFree]/w.result.KgWater + w.lnMolalityAlong(m.species, dx, dT, s.lnN))
	}
	dmn -= s.mn * dlnkg
	dH2O2 := o.density*dperoxide - s.peroxide*dlnkg
	dlnKw := 0.0
	if dT != 0 {
		dlnKw = dT * (w.lnKw(w.problem.T+beside) - w.lnKw(w.problem.T-beside)) / (2 * beside)
	}
	dfast = s.fast * 2 * (dx[waterActivity]/w.result.WaterActivity + dx[waterPH]*math.Ln10 + dlnKw)
	henry, dhenry := k.Oxygen.Henry(w.problem.T)
	dperO2 := -s.perO2 * dhenry / henry * dT
	sat := k.Oxygen.Saturation(w.problem.T, u[o.at.pressure])
	dsat, dkLa := sat.DT*dT, 0.0
	if du != nil {
		dsat += sat.DP * du[o.at.pressure]
		dkLa = du[o.at.kLa]
	}
	kLa := u[o.at.kLa]
	ddemand := 0.0
	for r := range o.reactions {
		switch o.reactions[r].law {
		case ferrousByOxygen:
			ddemand += o.reactions[r].oxygen * (dfast*s.perO2*s.fe + s.fast*dperO2*s.fe + s.fast*s.perO2*dfe)
		case manganeseByOxygen:
			ddemand += o.reactions[r].oxygen * dmn
		}
	}
	dc = (dkLa*s.saturated + kLa*dsat - s.c*(dkLa+ddemand)) / (kLa + o.demand())
	for r := range o.reactions {
		var d float64
		switch o.reactions[r].law {
		case ferrousByOxygen:
			d = (k.Ferrous.Slow+s.fast*s.perO2*s.c)*dfe + (dfast*s.perO2*s.c+s.fast*dperO2*s.c+s.fast*s.perO2*dc)*s.fe
		case manganeseByOxygen:
			d = dmn*s.c + s.mn*dc
		default:
			d = k.Peroxide.K * (dfe*s.peroxide + s.fe*dH2O2)
		}
		drate[r] = (s.stays*d + (dstays+s.stays*dlnkg)*o.law(o.reactions[r].law)) / o.density
	}
	return dc
}

// dissolvedAlong is the derivative of what is dissolved of a total.
func (w *water) dissolvedAlong(total int, dtotals, dx []float64) float64 {
	d := dtotals[total]
	first, sorbed := w.places()
	if w.sorbed != nil {
		d -= dx[sorbed+total]
	}
	for k, s := range w.problem.Solids {
		if ds := dx[first+k]; ds != 0 {
			for _, t := range w.sys.Solids[s].Terms {
				if t.Component == total {
					d -= t.Coefficient * ds
				}
			}
		}
	}
	return d
}

// lnMolalityAlong is the derivative of ln of a species' molality along dx, with lnN that of neutral species per ionic strength (Davies).
func (w *water) lnMolalityAlong(k int, dx []float64, dT, lnN float64) float64 {
	dlnX := dx[waterDose+1:]
	dlnD := -dx[waterPH]*math.Ln10 - dlnX[aqueous.H]
	s := &w.sys.Species[k]
	d := 0.0
	if dT != 0 {
		d = dT * (s.Constant.At(w.problem.T+beside) - s.Constant.At(w.problem.T-beside)) * math.Ln10 / (2 * beside)
	}
	for _, t := range s.Terms {
		if t.Component == aqueous.Water {
			d += t.Coefficient * dx[waterActivity] / w.result.WaterActivity
			continue
		}
		z := w.sys.Components[t.Component].Charge
		d += t.Coefficient * (dlnX[t.Component] + z*z*dlnD)
	}
	if s.Charge == 0 {
		return d - lnN*dx[waterStrength]
	}
	return d - s.Charge*s.Charge*dlnD
}
