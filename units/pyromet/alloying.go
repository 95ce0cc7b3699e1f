package pyromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Alloying melts metals together in an induction furnace under argon and casts the melt on a cold wheel to strip: Nd-Fe-B from rare earths,
// iron, boron and what else the charge brings. In batches; n moles of M in the charge of a furnace:
//
//	oxidised     2 M + 3/2 O2 -> M2O3         share `oxidation` of every rare earth, with oxygen of the atmosphere and the crucible (drawn, "oxygen")
//	evaporated   n (1 − exp(−J t/n)),  J = evaporation · area · x p°(temperature)/sqrt(2π M R T)     of metals with a vapour pressure, over `hold`
//	dross        = oxides + metal_in_dross · their mass, of the melt
//	skull        = share `skull` of the melt: what stays in crucible and tundish
//	strip        = the rest, at strip_temperature;  fume = what evaporated
//	heat         = heat.melting + heat.casting;  power = heat.melting/thermal_efficiency
//
// heat.melting takes charge and oxygen to melt, dross and vapour at `temperature`; heat.casting is taken away by wheel and walls (negative).
//
// The strip is reported by element and by how far its rare earths and its boron are above 2:14:1: below that iron dendrites or Nd2Fe17 form.
//
// Assumptions: ideal melt of the liquid elements (those below their melting points are extrapolated), no heat of mixing and none of the
// compound; p° of Pr, Fe, Co and B is left out (no data, or too low); argon holds evaporation back by a fixed share; no carbon, oxygen or
// nitrogen in the strip; oxides of the charge go to the dross. Batches, averaged in the steady state; in time charged and tapped: see batchFurnace.
// Validity: losses are assumed, so that practice's 1 % of rare earths and 97 % yield come out.
// Degrees of freedom: cycle_time, temperature, hold, area, oxidation, evaporation, metal_in_dross, skull, strip_temperature, thermal_efficiency.
//
// Source: enthalpies and vapour pressures of flowsheet/chem/thermo; shares of data/furnaces.toml.
type Alloying struct {
	batchFurnace
	metals   []molten
	o2       int
	capacity float64
	n        []jet // scratch: the melt, mol/s
}

// molten is a component of the melt.
type molten struct {
	at, oxide int            // −1: does not oxidise
	vapour    *thermo.Vapour // nil: does not evaporate
}

// Handles of alloying.
const (
	alloyTemperature = furnaceOwn + iota
	alloyHold
	alloyArea
	alloyOxidation
	alloyEvaporation
	alloyDross
	alloySkull
	alloyStripTemperature
	alloyEfficiency
)

// Outlets of alloying.
const (
	alloyStrip = iota
	alloySkullOut
	alloyDrossOut
	alloyFume
	alloyOxygen
)

// Signals of alloying.
const (
	alloyHeat = iota
	alloyHeatMelting
	alloyHeatCasting
	alloyPower
	alloyEnergy
	alloyYield
	alloyLoss
	alloyRareEarth
	alloyIron
	alloyBoron
	alloyExcessRareEarth
	alloyExcessBoron
	alloyCharge
	alloySignals
)

// NewAlloying makes an alloying furnace with a strip caster, to be set up by Init.
func NewAlloying() flowsheet.Unit { return &Alloying{} }

// Init reads cycle_time, temperature, hold, area and the optional keys.
func (a *Alloying) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	if err := a.setUp("alloying", env, []string{"charge"}, []string{"strip", "skull", "dross", "fume", "oxygen"}); err != nil {
		return flowsheet.Spec{}, err
	}
	a.furnace.cycle, a.batchFurnace.observe, a.batchFurnace.report = a.cycle, a.observe, a.report
	p := env.Param
	a.handle(p, "temperature", "K", conf.Between(1200, 2200))
	a.handle(p, "hold", "s", conf.Between(0, 30*86400))
	a.handle(p, "area", "m2", conf.Between(1e-4, 100))
	a.handleOr(p, "oxidation", "1", conf.Fraction)
	a.handleOr(p, "evaporation", "1", conf.Fraction)
	a.handleOr(p, "metal_in_dross", "1", conf.Between(0, 10))
	a.handleOr(p, "skull", "1", conf.Fraction)
	a.handleOr(p, "strip_temperature", "K", conf.Between(280, 1200))
	a.handleOr(p, "thermal_efficiency", "1", conf.Between(0.01, 1))
	a.capacity = p.QuantityOr("capacity", "kg", math.Inf(1), conf.Positive)
	if err := a.find(); err != nil {
		return flowsheet.Spec{}, err
	}
	out := ports(a.outlets)
	out[alloyOxygen].Drawn = true
	signals := make([]flowsheet.Variable, alloySignals)
	for k, s := range map[int]flowsheet.Variable{
		alloyHeat: {Name: "heat", Unit: "W", Scale: 1000}, alloyHeatMelting: {Name: "heat.melting", Unit: "W", Scale: 1000},
		alloyHeatCasting: {Name: "heat.casting", Unit: "W", Scale: 1000}, alloyPower: {Name: "power", Unit: "W", Scale: 1000},
		alloyEnergy: {Name: "energy", Unit: "J/kg", Scale: 1e6}, alloyYield: {Name: "yield", Unit: "1", Scale: 1},
		alloyLoss: {Name: "loss.rare_earth", Unit: "1", Scale: 0.01}, alloyRareEarth: {Name: "rare_earth", Unit: "1", Scale: 0.3},
		alloyIron: {Name: "iron", Unit: "1", Scale: 1}, alloyBoron: {Name: "boron", Unit: "1", Scale: 0.01},
		alloyExcessRareEarth: {Name: "excess.rare_earth", Unit: "1", Scale: 0.1}, alloyExcessBoron: {Name: "excess.boron", Unit: "1", Scale: 0.1},
		alloyCharge: {Name: "charge", Unit: "kg", Scale: 100},
	} {
		s.Lower = flowsheet.NoBound
		signals[k] = s
	}
	return a.spec(p, out, signals), nil
}

// find lists the metals of the melt, with oxide and vapour pressure where they have them.
func (a *Alloying) find() error {
	var ok bool
	if a.o2, ok = a.sys.Index("O2(g)"); !ok {
		return a.sys.Unknown("component", "O2(g)", a.sys.Names(chem.Gas))
	}
	for i := range a.sys.Components {
		c := &a.sys.Components[i]
		if c.Family != "metal" && c.Family != "alloying" && c.Family != "magnet" {
			continue
		}
		m := molten{at: i, oxide: -1}
		if c.Family == "metal" && a.sys.Elements[c.Key].Group == "ree" {
			if m.oxide = a.sys.InFamily("oxide", c.Key); m.oxide < 0 {
				return fmt.Errorf("%s oxidises to no component: add \"oxide\" to chemistry.families", c.Name)
			}
			if v, err := a.lib.Vapour(a.sys.Elements[c.Key].Symbol); err == nil {
				m.vapour = v
			}
		}
		a.metals = append(a.metals, m)
	}
	if len(a.metals) == 0 {
		return fmt.Errorf("alloying needs metals: add \"metal\" and \"alloying\" to chemistry.families")
	}
	a.n = make([]jet, len(a.sys.Components))
	return nil
}

// cycle melts and casts one charge.
func (a *Alloying) cycle() error {
	T, cold := a.u[alloyTemperature], a.u[alloyStripTemperature]
	if a.u[alloyHold].v > a.u[cycleTime].v {
		return fmt.Errorf("hold is %.6g s, longer than cycle_time, %.6g s", a.u[alloyHold].v, a.u[cycleTime].v)
	}
	a.outT[alloyStrip], a.outT[alloySkullOut], a.outT[alloyDrossOut], a.outT[alloyFume], a.outT[alloyOxygen] = cold, cold, T, cold, num(roomTemperature)
	dross := a.out[alloyDrossOut]
	for i := a.solid[0]; i < a.solid[1]; i++ {
		dross[i] = a.fed[i] // oxides and slag of the charge; metals are taken out below
	}
	melt := jet{}
	clear(a.n)
	for _, m := range a.metals {
		n := a.fed[m.at]
		dross[m.at] = jet{}
		if m.oxide >= 0 {
			lost := a.u[alloyOxidation].mul(n)
			n = num(1).sub(a.u[alloyOxidation]).mul(n)
			oxides := lost.times(1 / a.sys.Components[m.oxide].KeyCount)
			dross[m.oxide] = dross[m.oxide].add(oxides)
			oxygen, _ := a.sys.Element("O")
			a.out[alloyOxygen][a.o2] = a.out[alloyOxygen][a.o2].add(oxides.times(a.sys.Components[m.oxide].Formula[oxygen] / 2))
		}
		a.n[m.at] = n
		melt = melt.add(n)
	}
	a.evaporate(T, melt)
	return a.part()
}

// evaporate takes the fume out of the melt.
func (a *Alloying) evaporate(T, melt jet) {
	open := a.u[alloyEvaporation].mul(a.u[alloyArea])
	for _, m := range a.metals {
		n := a.n[m.at]
		if m.vapour == nil || !(n.v > 0) {
			continue
		}
		x := n.div(melt)
		J := open.mul(flux(x.mul(pressure(m.vapour, T)), T, a.sys.Components[m.at].M))
		stays := J.mul(a.u[alloyHold]).div(a.perCharge(n)).times(-1)
		a.out[alloyFume][m.at] = stays.expm1().times(-1).mul(n)
		a.n[m.at] = n.mul(stays.exp())
	}
}

// part divides the melt into dross, skull and strip.
func (a *Alloying) part() error {
	melt, oxides := jet{}, jet{}
	for _, m := range a.metals {
		melt = melt.add(a.n[m.at].times(a.sys.Components[m.at].M))
	}
	for i := a.solid[0]; i < a.solid[1]; i++ {
		oxides = oxides.add(a.out[alloyDrossOut][i].times(a.sys.Components[i].M))
	}
	if !(melt.v > 0) {
		return nil
	}
	caught := a.u[alloyDross].mul(oxides).div(melt) // of the melt
	if caught.v > 1 {
		return fmt.Errorf("dross holds %.4g kg/s of metal, the melt is %.4g kg/s", caught.v*melt.v, melt.v)
	}
	for _, m := range a.metals {
		drops := caught.mul(a.n[m.at])
		rest := num(1).sub(caught).mul(a.n[m.at])
		a.out[alloyDrossOut][m.at] = drops
		a.out[alloySkullOut][m.at] = a.u[alloySkull].mul(rest)
		a.out[alloyStrip][m.at] = num(1).sub(a.u[alloySkull]).mul(rest)
	}
	return nil
}
