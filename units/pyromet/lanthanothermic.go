package pyromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Lanthanothermic reduces oxides with molten lanthanum and distils the metal, in batches, in vacuum.
//
//	1/2 M2O3 + La(l) = 1/2 La2O3 + M(g)       p = min(exp(−ΔG(temperature)/(R T)) bar, p°(temperature))
//	dn/dt = −n · evaporation · area · (p − p°(condenser_temperature))/(sqrt(2π M R T) · N)       N moles of metal in the charge's oxides
//	n = n0 exp(−k t) over the soak, or until lanthanum is used up: it is there at full activity or not at all
//	lanthanum that is left, m moles, evaporates too: m (1 − exp(−J t/m)),  J = evaporation · area · p°(La)/sqrt(2π M R T)
//	metal = condenser_recovery · vapour,  trap = the rest,  residue = La2O3, oxide and lanthanum left
//	heat = heat.reduction + heat.condenser = H(metal) + H(trap) + H(residue) − H(inlets)
//	power = heat.reduction/thermal_efficiency
//
// Reductions that are uphill between condensed phases go because the vapour leaves: Sm, Tm, Yb. Where the reduction is downhill the pure metal's
// own vapour pressure p° limits: Eu. Thulium needs heat at which lanthanum's vapour pressure shows: it picks up La, the more the longer and hotter.
//
// Assumptions: pure condensed phases; each oxide takes its share of the area; no resistance of residual gas, so below about 1 Pa of it; what
// lanthanum evaporates comes off what is left over; metal charged as such stays in the residue. All metals with a gas in flowsheet/chem/thermo
// take part; where p° is not known it does not limit. CeO2, Pr6O11 and Tb4O7 pass, and take no lanthanum. Batches,
// averaged in the steady state; in time charged and tapped: see batchFurnace.
// Validity: ΔG ±12 kJ per mole of metal moves p by a factor of 2.5 at 1300 °C; p° above the melting points of Sm, Eu, Tm and Yb is recalled.
// Degrees of freedom: cycle_time, soak, temperature, area, condenser_temperature, evaporation, condenser_recovery, thermal_efficiency.
//
// Source: flowsheet/chem/thermo; shares of data/furnaces.toml.
type Lanthanothermic struct {
	batchFurnace
	metals         []distilled
	reductant, end int            // La and La2O3
	lanthanum      *thermo.Vapour // of La
	capacity       float64
	limit          chem.Constant

	time jet // s, until lanthanum is used up or the soak ends
}

// distilled is a metal that lanthanum sets free as vapour.
type distilled struct {
	symbol       string
	oxide, metal int
	vapour       *thermo.Vapour // nil without data
	rate         jet            // 1/s
	pressure     jet            // Pa
}

// Handles of lanthanum reduction.
const (
	lanthanoSoak = furnaceOwn + iota
	lanthanoTemperature
	lanthanoArea
	lanthanoCondenser
	lanthanoEvaporation
	lanthanoRecovery
	lanthanoEfficiency
)

// Signals of lanthanum reduction; yield and pressure of each metal follow.
const (
	lanthanoHeat = iota
	lanthanoHeatReduction
	lanthanoHeatCondenser
	lanthanoPower
	lanthanoExcess
	lanthanoTime
	lanthanoMetalLa
	lanthanoCharge
	lanthanoYield
)

// Outlets of lanthanum reduction.
const (
	lanthanoMetal = iota
	lanthanoTrap
	lanthanoResidue
)

// NewLanthanothermic makes a lanthanothermic furnace to be set up by Init.
func NewLanthanothermic() flowsheet.Unit { return &Lanthanothermic{} }

// Init reads cycle_time, soak, temperature, area, condenser_temperature and the optional keys.
func (l *Lanthanothermic) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	if err := l.setUp("lanthanothermic", env, []string{"charge", "lanthanum"}, []string{"metal", "trap", "residue"}); err != nil {
		return flowsheet.Spec{}, err
	}
	l.furnace.cycle, l.batchFurnace.observe, l.batchFurnace.report = l.cycle, l.observe, l.report
	p := env.Param
	l.handle(p, "soak", "s", conf.Between(60, 30*86400))
	l.handle(p, "temperature", "K", conf.Between(1100, 2200))
	l.handle(p, "area", "m2", conf.Between(1e-4, 1000))
	l.handle(p, "condenser_temperature", "K", conf.Between(280, 1500))
	l.handleOr(p, "evaporation", "1", conf.Fraction)
	l.handleOr(p, "condenser_recovery", "1", conf.Fraction)
	l.handleOr(p, "thermal_efficiency", "1", conf.Between(0.01, 1))
	l.capacity = p.QuantityOr("capacity", "kg", math.Inf(1), conf.Positive)
	l.limit = l.constant("lanthanothermic.limit_lanthanum", true)
	if err := l.find(); err != nil {
		return flowsheet.Spec{}, err
	}
	var signals []flowsheet.Variable
	for _, name := range []string{"heat", "heat.reduction", "heat.condenser", "power"} {
		signals = append(signals, flowsheet.Variable{Name: name, Unit: "W", Scale: 1000, Lower: flowsheet.NoBound})
	}
	signals = append(signals, flowsheet.Variable{Name: "lanthanum_excess", Unit: "1", Scale: 1, Lower: flowsheet.NoBound},
		flowsheet.Variable{Name: "lanthanum_time", Unit: "s", Scale: 1e4}, flowsheet.Variable{Name: "metal.La", Unit: "1", Scale: 1e-4},
		flowsheet.Variable{Name: "charge", Unit: "kg", Scale: 10})
	for _, m := range l.metals {
		signals = append(signals, flowsheet.Variable{Name: "yield." + m.symbol, Unit: "1", Scale: 1})
	}
	for _, m := range l.metals {
		signals = append(signals, flowsheet.Variable{Name: "pressure." + m.symbol, Unit: "Pa", Scale: 100})
	}
	return l.spec(p, ports(l.outlets), signals), nil
}

// find looks up lanthanum and the oxides it reduces.
func (l *Lanthanothermic) find() (err error) {
	s := l.sys
	for _, part := range []struct {
		name, family string
		at           *int
	}{{"La(s)", "metal", &l.reductant}, {"La2O3(s)", "oxide", &l.end}} {
		i, ok := s.Index(part.name)
		if !ok {
			return fmt.Errorf("lanthanum reduction needs %s: add %q to chemistry.families and La to chemistry.elements", part.name, part.family)
		}
		*part.at = i
	}
	if l.lanthanum, err = l.lib.Vapour("La"); err != nil {
		return err
	}
	for i := range s.Components {
		c := &s.Components[i]
		if c.Family != "oxide" || i == l.end {
			continue
		}
		m := distilled{symbol: s.Elements[c.Key].Symbol, oxide: i, metal: s.InFamily("metal", c.Key)}
		if m.metal < 0 || c.KeyCount != 2 || m.symbol == "Fe" || !l.hasGibbs(i) || l.heats[m.metal].species.Stable(thermo.Room, "g") == nil {
			continue
		}
		if v, err := l.lib.Vapour(m.symbol); err == nil {
			m.vapour = v
		}
		l.metals = append(l.metals, m)
	}
	if len(l.metals) == 0 {
		return fmt.Errorf("lanthanum reduction needs oxides of metals to distil: add their elements to chemistry.elements")
	}
	return nil
}

// equilibrium is the pressure of M over its oxide and lanthanum, Pa.
func (l *Lanthanothermic) equilibrium(m *distilled, T jet) jet {
	gas := l.heats[m.metal].species.Stable(T.v, "g")
	g := T.by(gas.G(T.v), -gas.S(T.v)).add(l.gibbs(l.end, T).sub(l.gibbs(m.oxide, T)).times(0.5)).sub(l.gibbs(l.reductant, T))
	p := g.times(-1 / gasConstant).div(T).exp().times(1e5)
	if m.vapour != nil {
		if pure := pressure(m.vapour, T); pure.v < p.v {
			return pure
		}
	}
	return p
}

// cycle reduces and distils one charge.
func (l *Lanthanothermic) cycle() error {
	soak, T, condenser := l.u[lanthanoSoak], l.u[lanthanoTemperature], l.u[lanthanoCondenser]
	switch {
	case soak.v > l.u[cycleTime].v:
		return fmt.Errorf("soak is %.6g s, longer than cycle_time, %.6g s", soak.v, l.u[cycleTime].v)
	case condenser.v > T.v:
		return fmt.Errorf("condenser_temperature is %.6g K, above temperature, %.6g K", condenser.v, T.v)
	}
	l.outT[lanthanoMetal], l.outT[lanthanoTrap], l.outT[lanthanoResidue] = condenser, condenser, T
	moles := jet{}
	for k := range l.metals {
		moles = moles.add(l.fed[l.metals[k].oxide].times(2))
	}
	open := l.u[lanthanoEvaporation].mul(l.u[lanthanoArea])
	for k := range l.metals {
		m := &l.metals[k]
		m.pressure = l.equilibrium(m, T)
		m.rate = jet{}
		drive := m.pressure
		if m.vapour != nil {
			drive = drive.sub(pressure(m.vapour, condenser)).atLeast0()
		}
		if moles.v > 0 {
			m.rate = open.mul(flux(drive, T, l.sys.Components[m.metal].M)).div(l.perCharge(moles))
		}
	}
	fed := l.fed[l.reductant]
	l.time = soak
	left := fed.sub(l.taken(soak))
	if left.v < 0 || fed.v == 0 {
		left, l.time = jet{}, jet{}
		if fed.v > 0 {
			ok := false
			if l.time, ok = root(func(t jet) jet { return l.taken(t).sub(fed).div(fed) }, 0, soak.v); !ok {
				return fmt.Errorf("no time at which %.4g mol/s of lanthanum are used up", fed.v)
			}
		}
	}
	copy(l.out[lanthanoResidue], l.fed)
	l.distil(l.reductant, left, open.mul(flux(pressure(l.lanthanum, T), T, l.sys.Components[l.reductant].M)).mul(soak))
	return nil
}

// taken is the lanthanum that the oxides take in the time t, mol/s.
func (l *Lanthanothermic) taken(t jet) (sum jet) {
	for k := range l.metals {
		m := &l.metals[k]
		sum = sum.sub(m.rate.mul(t).times(-1).expm1().mul(l.fed[m.oxide].times(2)))
	}
	return sum
}

// distil fills the outlets: the metals, and of the lanthanum left over what evaporates of at most free (mol per charge).
func (l *Lanthanothermic) distil(reductant int, left, free jet) {
	residue := l.out[lanthanoResidue]
	vapour := func(i int, n jet) {
		l.out[lanthanoMetal][i] = l.u[lanthanoRecovery].mul(n)
		l.out[lanthanoTrap][i] = n.sub(l.out[lanthanoMetal][i])
	}
	for k := range l.metals {
		m := &l.metals[k]
		share := m.rate.mul(l.time).times(-1).expm1().times(-1)
		n := share.mul(l.fed[m.oxide])
		residue[m.oxide] = residue[m.oxide].sub(n)
		residue[l.end] = residue[l.end].add(n)
		vapour(m.metal, n.times(2))
	}
	residue[reductant] = jet{} // used up, to rounding
	if left.v > 0 {
		gone := left.mul(free.div(l.perCharge(left)).times(-1).expm1()).times(-1)
		vapour(reductant, gone)
		residue[reductant] = left.sub(gone)
	}
}
