package aqueous

import (
	"math"

	"reetwin/flowsheet/conf"
)

// OxygenSupply is the solubility of oxygen and its transfer from air.
type OxygenSupply struct {
	Air   float64 // mol of O2 per mol of dry air
	Water float64 // kg of water per m3 of solution
	KLa   float64 // 1/s: assumed, nothing measured was found; see Sensitivity for what hangs on it

	a, b, c float64 // log10 K = a + b T + c/T^2
	unit    float64 // mol/(kg Pa)
	vapour  magnus
}

// magnus is the vapour pressure p0 exp(a t/(t + b)), t = T - zero.
type magnus struct{ p0, a, b, zero float64 } // Pa, 1, K, K

// Henry is the solubility of oxygen at T, mol/(kg Pa), and its derivative over T.
func (o *OxygenSupply) Henry(T float64) (h, dT float64) {
	h = o.unit * math.Exp((o.a+o.b*T+o.c/(T*T))*math.Ln10)
	return h, h * (o.b - 2*o.c/(T*T*T)) * math.Ln10
}

// Vapour is the vapour pressure of pure water at T, Pa, and its derivative over T.
func (o *OxygenSupply) Vapour(T float64) (p, dT float64) {
	v := o.vapour
	t := T - v.zero + v.b
	p = v.p0 * math.Exp(v.a*(t-v.b)/t)
	return p, p * v.a * v.b / (t * t)
}

// OxygenSaturation is water in equilibrium with moist air.
type OxygenSaturation struct {
	O2, DT, DP    float64 // mol/m3; over T and over the total pressure
	PO2, DPT, DPP float64 // Pa, partial pressure of oxygen; over T and over the total pressure
	Caution       Caution
}

// Saturation is water at T under moist air of total pressure P, Pa. At and above boiling there is no oxygen: all is 0 and
// the caution Boiling.
func (o *OxygenSupply) Saturation(T, P float64) OxygenSaturation {
	h, dh := o.Henry(T)
	v, dv := o.Vapour(T)
	if v >= P {
		return OxygenSaturation{Caution: Boiling}
	}
	p := o.Air * (P - v)
	return OxygenSaturation{
		O2: o.Water * h * p, DT: o.Water * (dh*p - h*o.Air*dv), DP: o.Water * h * o.Air,
		PO2: p, DPT: -o.Air * dv, DPP: o.Air,
	}
}

// Pressure is the partial pressure in equilibrium with dissolved oxygen c, mol/m3, at T, and its derivatives.
func (o *OxygenSupply) Pressure(T, c float64) (p, dT, dc float64) {
	h, dh := o.Henry(T)
	dc = 1 / (o.Water * h)
	return c * dc, -c * dc * dh / h, dc
}

// OxygenTransfer is a rate of oxygen transfer and its partial derivatives.
type OxygenTransfer struct {
	Rate                  float64 // mol/(m3 s) into the water
	DKLa, DSaturated, DO2 float64
}

// Transfer is kLa (saturated - c): kLa in 1/s, concentrations in mol/m3.
func (o *OxygenSupply) Transfer(kLa, saturated, c float64) OxygenTransfer {
	return OxygenTransfer{kLa * (saturated - c), saturated - c, kLa, -kLa}
}

// TransferSensitivity is the sensitivity of a mixed tank to kLa.
type TransferSensitivity struct {
	DO2    float64 // d c / d ln kLa, mol/m3
	DLnKLa float64 // d ln(consumption) / d ln kLa: 1 where transfer limits, 0 where chemistry does
}

// Sensitivity is what a mixed tank, in which
//
//	0 = (inlet - c)/residence + kLa (saturated - c) - consumption(c),
//
// owes to kLa at its steady state: renewal is 1/residence, 1/s (0 for a batch that keeps up), consumption in mol/(m3 s),
// and slope its derivative over c, 1/s.
func (o *OxygenSupply) Sensitivity(kLa, saturated, c, renewal, consumption, slope float64) TransferSensitivity {
	d := kLa * (saturated - c) / (renewal + kLa + slope)
	return TransferSensitivity{d, slope * d / consumption}
}

// Peroxide is the oxidation by hydrogen peroxide, and the oxygen that the same oxidations take.
type Peroxide struct {
	Fe, Mn     float64 // mol of H2O2 per mol of Fe(II), Mn(II)
	O2Fe, O2Mn float64 // mol of O2 per mol
	Ratio      float64 // Fe/H2O2 around which over 80 % of the iron was removed, as reported
	K          float64 // m3/(mol s), Fe(II) + H2O2: assumed

	reference measuredAt
}

// Demand is the peroxide that oxidises Fe(II) and Mn(II): mol/m3 from mol/m3.
func (p *Peroxide) Demand(fe, mn float64) float64 { return p.Fe*fe + p.Mn*mn }

// OxygenDemand is the oxygen that does the same.
func (p *Peroxide) OxygenDemand(fe, mn float64) float64 { return p.O2Fe*fe + p.O2Mn*mn }

// PeroxideRate is a rate of oxidation by peroxide.
type PeroxideRate struct {
	Rate           float64 // mol/(m3 s) of H2O2; Fe(II) goes 1/Peroxide.Fe times as fast
	DFe, DPeroxide float64 // 1/s
	Caution        Caution
}

// Rate is K [Fe(II)] [H2O2], concentrations in mol/m3.
func (p *Peroxide) Rate(T, fe, peroxide float64) PeroxideRate {
	return PeroxideRate{p.K * fe * peroxide, p.K * peroxide, p.K * fe, Guessed | p.reference.caution(T)}
}

func (r *kineticsReader) oxygen(root *conf.Table, x *OxygenSupply) {
	t, o := r.open(root, "oxygen", kineticsOrigin{})
	x.a, x.b, x.c = r.number(t, "a", "1", conf.Any, o), r.number(t, "b", "1/K", conf.Any, o), r.number(t, "c", "K2", conf.Any, o)
	x.unit = r.number(t, "unit", "mol/(kg Pa)", conf.Positive, o)
	x.Air = r.number(t, "air", "1", conf.Fraction, o)
	x.Water = r.number(t, "water", "kg/m3", conf.Positive, o)
	x.KLa = r.number(t, "kLa", "1/s", conf.Positive, o)
	v, vo := r.open(t, "vapour", o)
	x.vapour = magnus{r.number(v, "p0", "Pa", conf.Positive, vo), r.number(v, "a", "1", conf.Positive, vo),
		r.number(v, "b", "K", conf.Positive, vo), r.number(v, "zero", "K", conf.Positive, vo)}
	v.Close()
	t.Close()
}

func (r *kineticsReader) peroxide(root *conf.Table, p *Peroxide) {
	t, o := r.open(root, "peroxide", kineticsOrigin{})
	p.Fe, p.Mn = r.number(t, "Fe", "1", conf.Positive, o), r.number(t, "Mn", "1", conf.Positive, o)
	p.O2Fe, p.O2Mn = r.number(t, "O2_Fe", "1", conf.Positive, o), r.number(t, "O2_Mn", "1", conf.Positive, o)
	p.Ratio = r.number(t, "ratio", "1", conf.Positive, o)
	p.K = r.number(t, "k", "m3/(mol s)", conf.Positive, o)
	p.reference = r.reference(t, o)
	t.Close()
}
