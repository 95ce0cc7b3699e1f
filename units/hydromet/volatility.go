package hydromet

import (
	"math"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
)

// hydrochloric is the vapour over hydrochloric acid: partial pressure of HCl and activity of water over molality and temperature.
//
//	ln(p_HCl/Pa) = 2 ln m + a0 + a1 m + a2 m² + a3 m³ + τ (b0 + b1 m + b2 m²),    τ = 1000 K/T − 1000/363.15
//	ln a_water   = −2 M_water m (1 + c m)
//
// Salts beside the acid count by the common ion, m = √(m_H m_Cl), and not by their activity: they drive HCl out further. Beyond m = 10 both
// logarithms go on straight.
type hydrochloric struct{ a, b, c []chem.Constant }

const (
	volatileRange = "2 to 24 % HCl, 50 to 110 °C"
	volatileTo    = 8.7 // mol/kg
	straight      = 10.0
	pressureFit   = "fit, within 7 %, to log p = A - B/T of Perry's Chemical Engineers' Handbook (partial pressures of HCl over its solutions), the table as recalled: " +
		"a reprint of its 1.02 mmHg at 22 % and 30 °C was opened, at 25 °C it agrees within 6 % from 4 mol/kg on with activity coefficients, at 20 % and 108.6 °C with the azeotrope within 10 %"
	activityFit = "from the azeotrope, 20.2 % HCl at 108.6 °C and 1 atm"
)

func newHydrochloric() (h hydrochloric) {
	add := func(list *[]chem.Constant, prefix string, class chem.Class, source string, values ...float64) {
		for k, v := range values {
			*list = append(*list, chem.Constant{Name: "hcl_vapour." + prefix + string(rune('0'+k)), Value: v, Unit: "1", Class: class, Source: source, Range: volatileRange})
		}
	}
	add(&h.a, "a", chem.Estimated, pressureFit, 3.40247, -0.455309, 0.13489, -0.00688708)
	add(&h.b, "b", chem.Estimated, pressureFit, -11.1317, 0.788749, -0.036006)
	add(&h.c, "c", chem.Derived, activityFit, 0.1007)
	return h
}

func (h *hydrochloric) constants() []chem.Constant {
	return append(append(append([]chem.Constant(nil), h.a...), h.b...), h.c...)
}

// lnP is ln(p_HCl/Pa) − 2 ln m, which stays finite where there is no acid.
func (h *hydrochloric) lnP(m, T dual) dual {
	tau := num(1000).div(T).sub(num(1000 / 363.15))
	poly := func(m dual) dual {
		p := m.mul(m.mul(m.times(h.a[3].Value).add(num(h.a[2].Value))).add(num(h.a[1].Value))).add(num(h.a[0].Value))
		return p.add(tau.mul(m.mul(m.times(h.b[2].Value).add(num(h.b[1].Value))).add(num(h.b[0].Value))))
	}
	if m.v <= straight {
		return poly(m)
	}
	slope := num(h.a[1].Value + straight*(2*h.a[2].Value+3*straight*h.a[3].Value)).add(tau.times(h.b[1].Value + 2*straight*h.b[2].Value))
	return poly(num(straight)).add(slope.mul(m.sub(num(straight))))
}

// lnWater is ln of the activity of water.
func (h *hydrochloric) lnWater(m dual, M float64) dual {
	c := h.c[0].Value
	if m.v <= straight {
		return m.mul(m.times(c).add(num(1))).times(-2 * M)
	}
	return m.sub(num(straight)).times(1 + 2*straight*c).add(num(straight * (1 + straight*c))).times(-2 * M)
}

// ratio is p_HCl/p_water over a solution with mH of acid and mCl of chloride, mol/kg of water, at T (K). M is the molar mass of water.
func (h *hydrochloric) ratio(mH, mCl, T dual, M float64) dual {
	square := mH.mul(mCl)
	m := dual{}
	if square.v > 0 {
		m = square.sqrt()
	}
	return square.mul(h.lnP(m, T).sub(saturation(T)).sub(h.lnWater(m, M)).exp())
}

// saturation is ln of the vapour pressure of water in Pa by the textbook's Antoine equation for 1 to 100 °C,
// log10(p/mmHg) = 8.07131 − 1730.63/(t/°C + 233.426); it gives 760 mmHg at 100 °C, and 0.8 % less than steam tables at 110 °C.
func saturation(T dual) dual {
	return num(8.07131*math.Ln10 + math.Log(101325.0/760)).sub(num(1730.63 * math.Ln10).div(T.sub(num(273.15 - 233.426))))
}

// ammonia is the vapour over dilute ammonia by Henry's law from NH3(aq) = NH3(g), constant ΔCp:
//
//	ln(K/(bar kg/mol)) = −(ΔH + ΔCp (T − T0) − T (ΔS + ΔCp ln(T/T0)))/(R T)
type ammonia struct{ h, s, cp float64 }

// newAmmonia takes the enthalpy, entropy and heat capacity of stripping from the data.
func newAmmonia(lib *thermo.Library) (a ammonia, constants []chem.Constant, err error) {
	species, err := lib.Species("NH3")
	if err != nil {
		return a, nil, err
	}
	for _, part := range []struct {
		tag  string
		sign float64
	}{{"g", 1}, {"aq", -1}} {
		f := species.Stable(thermo.Room, part.tag)
		a.h += part.sign * f.H(thermo.Room)
		a.s += part.sign * f.S(thermo.Room)
		a.cp += part.sign * f.Cp(thermo.Room)
		k := f.Constant()
		k.Name = "enthalpy.NH3(" + part.tag + ")"
		constants = append(constants, k)
	}
	return a, constants, nil
}

// ratio is p_NH3/p_water for each mol/kg of free ammonia at T (K).
func (a *ammonia) ratio(T dual) dual {
	rise := T.sub(num(thermo.Room))
	G := num(a.h).add(rise.times(a.cp)).sub(T.mul(num(a.s).add(T.times(1 / thermo.Room).log().times(a.cp))))
	return num(math.Log(1e5)).sub(G.div(T).times(1 / thermo.R)).sub(saturation(T)).exp()
}
