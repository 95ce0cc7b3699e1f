package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Calciothermic reduces fluorides with calcium, in batches, and refines the metal in vacuum.
//
//	MF3 + 3/2 Ca = M + 3/2 CaF2          slag: CaF2, MF3, Ca       metal: M of all fluorides
//	x(M)/x(MF3) = K (x(Ca)/x(CaF2))^(3/2),  ln K = −ΔG(temperature)/(R T)       mole fractions, M in metal, the others in slag
//
// With more calcium than it takes MF3 is small; with less, calcium is used up and MF3 stays: yield falls, and MF3 goes into the metal by
//
//	x(Ca in metal) = calcium_in_metal · x(Ca in slag),     x(MF3 in metal) = fluoride_in_metal · x(MF3 in slag)
//	metal loses the share metal_in_slag as drops, and carries the shares slag_in_metal of the slag and oxide_in_metal of the charge's oxides
//
// Refining evaporates what has a vapour pressure p°, by Hertz and Knudsen from a melt of N moles (Raoult):
//
//	dn/dt = −evaporation · area · p°/sqrt(2π M R T) · n/N      solved exactly; vapour ends in the condensate
//	skin_time = Σ n/(evaporation · area · p°/sqrt(2π M R T)) over the fluorides that the metal carries
//
// These fluorides, lighter than the metal, float up and cover it: the skin evaporates first, Ca, dissolved MF3 and the metal itself in what is left of
// refining_time. With less than skin_time some of the skin stays in the metal.
//
//	heat = heat.reduction + heat.refining + heat.condenser = H(metal) + H(slag) + H(condensate) − H(inlets)
//	power = (heat.reduction + heat.refining)/thermal_efficiency
//
// adiabatic_temperature is where the charge ends from its own temperature when it reacts as far as calcium or fluoride goes and no heat is lost.
//
// Assumptions: ideal melts, two of them; what calcium and MF3 the metal holds is left out of the equilibrium; the bath does not boil. Sm, Eu and Yb
// stop at difluorides: their fluoride stays in the slag, counted as MF3, and takes no calcium. Solids that are neither go to the slag. Metal goes
// hot from reduction to refining. Slag drops rise at once and cover the whole melt. No tantalum from the crucible. Batches,
// averaged in the steady state; in time charged and tapped: see batchFurnace.
// Validity: ΔG ±20 to 45 kJ/mol; vapour pressures as in flowsheet/chem/thermo.
// Degrees of freedom: cycle_time, temperature, refining_temperature, refining_time, area, condenser_temperature, the shares, thermal_efficiency.
//
// Source: flowsheet/chem/thermo; shares of data/furnaces.toml.
type Calciothermic struct {
	batchFurnace
	metals            []reduced
	calcium, fluorite int
	alloy             []int            // components of the family metal
	vapours           []*thermo.Vapour // per component, nil without data
	capacity          float64
	limits            [2]chem.Constant // Ca, O

	cold, hot []jet // slag and metal
	skin      []jet // fluorides that the metal carries into refining
	dry       jet   // skin_time
	crude     []float64
}

// reduced is a metal that calcium sets free.
type reduced struct {
	symbol          string
	metal, fluoride int
	stays           bool // as fluoride
}

// Handles of calcium reduction.
const (
	calcioTemperature = furnaceOwn + iota
	calcioRefining
	calcioTime
	calcioArea
	calcioCondenser
	calcioCalcium
	calcioFluoride
	calcioDrops
	calcioSlag
	calcioOxide
	calcioEvaporation
	calcioEfficiency
)

// Signals of calcium reduction; the yield of each metal follows.
const (
	calcioHeat = iota
	calcioHeatReduction
	calcioHeatRefining
	calcioHeatCondenser
	calcioPower
	calcioAdiabatic
	calcioExcess
	calcioMetalCa
	calcioMetalF
	calcioMetalO
	calcioEvaporated
	calcioCharge
	calcioSkin
	calcioYield
)

// NewCalciothermic makes a calciothermic furnace to be set up by Init.
func NewCalciothermic() flowsheet.Unit { return &Calciothermic{} }

// Init reads cycle_time, temperature, refining_temperature, refining_time, area and the optional keys.
func (c *Calciothermic) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	if err := c.setUp("calciothermic", env, []string{"charge", "calcium"}, []string{"metal", "slag", "condensate"}); err != nil {
		return flowsheet.Spec{}, err
	}
	c.furnace.cycle, c.batchFurnace.observe, c.batchFurnace.report = c.cycle, c.observe, c.report
	p, hot := env.Param, conf.Between(1100, 2500)
	c.handle(p, "temperature", "K", hot)
	c.handle(p, "refining_temperature", "K", hot)
	c.handle(p, "refining_time", "s", conf.Between(0, 30*86400))
	c.handle(p, "area", "m2", conf.Between(1e-4, 100))
	c.handleOr(p, "condenser_temperature", "K", conf.Between(280, 1100))
	for _, share := range []string{"calcium_in_metal", "fluoride_in_metal", "metal_in_slag", "slag_in_metal", "oxide_in_metal", "evaporation"} {
		c.handleOr(p, share, "1", conf.Fraction)
	}
	c.handleOr(p, "thermal_efficiency", "1", conf.Between(0.01, 1))
	c.capacity = p.QuantityOr("capacity", "kg", math.Inf(1), conf.Positive)
	c.limits = [2]chem.Constant{c.constant("calciothermic.limit_calcium", true), c.constant("calciothermic.limit_oxygen", true)}
	if err := c.find(); err != nil {
		return flowsheet.Spec{}, err
	}
	signals := []flowsheet.Variable{}
	for _, name := range []string{"heat", "heat.reduction", "heat.refining", "heat.condenser", "power"} {
		signals = append(signals, flowsheet.Variable{Name: name, Unit: "W", Scale: 1000, Lower: flowsheet.NoBound})
	}
	signals = append(signals, flowsheet.Variable{Name: "adiabatic_temperature", Unit: "K", Scale: 1000}, flowsheet.Variable{Name: "calcium_excess", Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	for _, name := range []string{"metal.Ca", "metal.F", "metal.O", "evaporated"} {
		signals = append(signals, flowsheet.Variable{Name: name, Unit: "1", Scale: 1e-3})
	}
	signals = append(signals, flowsheet.Variable{Name: "charge", Unit: "kg", Scale: 10}, flowsheet.Variable{Name: "skin_time", Unit: "s", Scale: 1000})
	for _, m := range c.metals {
		signals = append(signals, flowsheet.Variable{Name: "yield." + m.symbol, Unit: "1", Scale: 1})
	}
	return c.spec(p, ports(c.outlets), signals), nil
}

// find looks up calcium, fluorides and metals.
func (c *Calciothermic) find() error {
	s := c.sys
	for _, part := range []struct {
		name string
		at   *int
	}{{"Ca(s)", &c.calcium}, {"CaF2(s)", &c.fluorite}} {
		i, ok := s.Index(part.name)
		if !ok {
			return fmt.Errorf("calcium reduction needs %s: add \"calcium\" to chemistry.families, and Ca and F to chemistry.elements", part.name)
		}
		*part.at = i
	}
	c.vapours = make([]*thermo.Vapour, len(s.Components))
	for i := range s.Components {
		part := &s.Components[i]
		if i == c.calcium || i == c.fluorite || part.Family == "metal" || part.Family == "fluoride" {
			if v, err := c.lib.Vapour(strings.TrimSuffix(part.Name, "(s)")); err == nil {
				c.vapours[i] = v
			}
		}
		if part.Family == "metal" {
			c.alloy = append(c.alloy, i)
		}
		if part.Family != "fluoride" {
			continue
		}
		m := reduced{symbol: s.Elements[s.Components[i].Key].Symbol, fluoride: i, metal: s.InFamily("metal", s.Components[i].Key)}
		if m.metal < 0 {
			return fmt.Errorf("no metal for %s: add \"metal\" to chemistry.families", s.Components[i].Name)
		}
		if !c.hasGibbs(m.fluoride) || !c.hasGibbs(m.metal) {
			return fmt.Errorf("no Gibbs energy of %s or its metal: leave its element out of [chemistry]", s.Components[i].Name)
		}
		m.stays = m.symbol == "Sm" || m.symbol == "Eu" || m.symbol == "Yb"
		c.metals = append(c.metals, m)
	}
	if len(c.metals) == 0 {
		return fmt.Errorf("calcium reduction needs fluorides: add \"fluoride\" to chemistry.families")
	}
	c.cold, c.hot, c.skin, c.crude = make([]jet, len(s.Components)), make([]jet, len(s.Components)), make([]jet, len(s.Components)), make([]float64, len(s.Components))
	return nil
}

// cycle reduces, parts slag and metal, and refines.
func (c *Calciothermic) cycle() error {
	c.outT[0], c.outT[1], c.outT[2] = c.u[calcioRefining], c.u[calcioTemperature], c.u[calcioCondenser]
	copy(c.cold, c.fed)
	clear(c.hot)
	clear(c.skin)
	c.dry = jet{}
	for _, i := range c.alloy {
		c.hot[i], c.cold[i] = c.cold[i], jet{}
	}
	c.reduce()
	c.part()
	return c.refine()
}

// reduce finds the equilibrium of both melts. With q = (N(metal)/N(slag)) · (n(Ca)/n(CaF2))^(3/2) each metal is K q/(1 + K q) reduced, and
// the amounts that follow have to give q again; the gap rises with ln q.
func (c *Calciothermic) reduce() {
	T := c.u[calcioTemperature]
	total, metal0 := jet{}, jet{}
	for k := range c.metals {
		if m := &c.metals[k]; !m.stays {
			total = total.add(c.cold[m.fluoride]).add(c.hot[m.metal])
			metal0 = metal0.add(c.hot[m.metal])
		}
	}
	reach := c.cold[c.calcium].add(metal0.times(1.5)) // calcium, were all metal fluoride
	if !(total.v > 0 && c.cold[c.calcium].v > 0) {
		return
	}
	lime := c.cold[c.fluorite].sub(metal0.times(1.5))
	rest := jet{} // fluorides that take no part
	for k := range c.metals {
		if m := &c.metals[k]; m.stays {
			rest = rest.add(c.cold[m.fluoride])
		}
	}
	made := func(z jet) jet {
		sum := jet{}
		for k := range c.metals {
			if m := &c.metals[k]; !m.stays {
				sum = sum.add(c.cold[m.fluoride].add(c.hot[m.metal]).mul(c.share(m, T, z)))
			}
		}
		return sum
	}
	gap := func(z jet) jet {
		n := made(z)
		ca, caf2 := reach.sub(n.times(1.5)), lime.add(n.times(1.5))
		switch {
		case ca.v <= 0:
			return jet{v: math.Inf(1)}
		case caf2.v <= 0 || n.v <= 0:
			return jet{v: math.Inf(-1)}
		}
		slag := ca.add(caf2).add(total).sub(n).add(rest)
		return z.add(slag.log()).sub(n.log()).sub(ca.log().sub(caf2.log()).times(1.5))
	}
	z, ok := root(gap, -600, 600)
	if !ok { // no metal forms: calcium only thins the slag
		return
	}
	n := made(z)
	for k := range c.metals {
		if m := &c.metals[k]; !m.stays {
			all := c.cold[m.fluoride].add(c.hot[m.metal])
			c.hot[m.metal] = all.mul(c.share(m, T, z))
			c.cold[m.fluoride] = all.mul(c.share(m, T, z.times(-1).sub(c.lnK(m, T).times(2)))) // all − metal, without its rounding
		}
	}
	c.cold[c.calcium], c.cold[c.fluorite] = reach.sub(n.times(1.5)), lime.add(n.times(1.5))
}

// share is K q/(1 + K q) for ln q = z.
func (c *Calciothermic) share(m *reduced, T, z jet) jet {
	return z.add(c.lnK(m, T)).times(-1).exp().add(num(1)).inv()
}

// lnK is ln of the equilibrium constant of MF3 + 3/2 Ca = M + 3/2 CaF2.
func (c *Calciothermic) lnK(m *reduced, T jet) jet {
	g := c.gibbs(m.metal, T).sub(c.gibbs(m.fluoride, T)).add(c.gibbs(c.fluorite, T).sub(c.gibbs(c.calcium, T)).times(1.5))
	return g.times(-1 / gasConstant).div(T)
}

// part lets metal take up Ca and MF3, drops of each stay in the other, and oxide goes to both.
func (c *Calciothermic) part() {
	metal, slag := jet{}, c.cold[c.calcium].add(c.cold[c.fluorite])
	for _, i := range c.alloy {
		metal = metal.add(c.hot[i])
	}
	for k := range c.metals {
		slag = slag.add(c.cold[c.metals[k].fluoride])
	}
	if metal.v <= 0 {
		return
	}
	move := func(i int, share jet) {
		n := share.mul(c.cold[i])
		c.cold[i] = c.cold[i].sub(n)
		c.hot[i] = c.hot[i].add(n)
	}
	dissolve := func(i int, ratio jet) {
		if slag.v > 0 {
			move(i, ratio.mul(metal).div(slag.add(ratio.mul(metal))))
		}
	}
	dissolve(c.calcium, c.u[calcioCalcium])
	for k := range c.metals {
		dissolve(c.metals[k].fluoride, c.u[calcioFluoride])
	}
	for _, i := range c.alloy {
		c.cold[i] = c.u[calcioDrops].mul(c.hot[i])
		c.hot[i] = c.hot[i].sub(c.cold[i])
	}
	for i := c.solid[0]; i < c.solid[1]; i++ {
		switch c.sys.Components[i].Family {
		case "oxide", "calcined":
			move(i, c.u[calcioOxide])
		case "metal":
		default:
			n := c.u[calcioSlag].mul(c.cold[i])
			c.cold[i] = c.cold[i].sub(n)
			if i != c.calcium && c.vapours[i] != nil {
				c.skin[i] = n
			} else {
				c.hot[i] = c.hot[i].add(n)
			}
		}
	}
}

// refine evaporates the skin, then the metal in c.hot, and fills the outlets.
func (c *Calciothermic) refine() error {
	carried := 0.0
	for i := c.solid[0]; i < c.solid[1]; i++ {
		c.out[0][i], c.out[1][i] = jet{}, c.cold[i]
		carried += c.skin[i].v
	}
	t := c.u[calcioTime]
	if carried > 0 {
		for i := c.solid[0]; i < c.solid[1]; i++ {
			if n, k := c.skin[i], c.rate(i); n.v > 0 && k.v > 0 {
				c.dry = c.dry.add(c.perCharge(n).div(k))
			}
		}
		if t.v < c.dry.v {
			c.evaporate(c.skin, t)
			c.stay(c.hot)
			return nil
		}
		if c.dry.v == 0 { // evaporation is off
			c.stay(c.skin)
			c.stay(c.hot)
			return nil
		}
		for i := c.solid[0]; i < c.solid[1]; i++ {
			c.out[2][i] = c.out[2][i].add(c.skin[i])
		}
		t = t.sub(c.dry)
	}
	c.evaporate(c.hot, t)
	return nil
}

// stay leaves a melt in the metal.
func (c *Calciothermic) stay(melt []jet) {
	for i := c.solid[0]; i < c.solid[1]; i++ {
		c.out[0][i] = c.out[0][i].add(melt[i])
	}
}

// evaporate takes from a melt for the time t. With dθ = dt/N each n falls as exp(−k θ), and t = ∫ N dθ is a sum. Of a small charge all may go.
func (c *Calciothermic) evaporate(melt []jet, t jet) {
	moles := 0.0
	for _, n := range melt {
		moles += n.v
	}
	if t.v == 0 || moles <= 0 {
		c.stay(melt)
		return
	}
	gap := func(z jet) jet { // over t, so that its rounding does not grow with the charge
		theta, sum := z.exp(), jet{}
		for i := c.solid[0]; i < c.solid[1]; i++ {
			n := c.perCharge(melt[i])
			if k := c.rate(i); k.v > 0 {
				sum = sum.add(n.div(k).mul(k.mul(theta).times(-1).expm1()))
			} else {
				sum = sum.sub(n.mul(theta))
			}
		}
		return sum.times(-1).sub(t).div(t)
	}
	z, ok := root(gap, -600, 600)
	if !ok {
		for i := c.solid[0]; i < c.solid[1]; i++ {
			c.out[2][i] = c.out[2][i].add(melt[i])
		}
		return
	}
	theta := z.exp()
	for i := c.solid[0]; i < c.solid[1]; i++ {
		if k := c.rate(i); k.v > 0 {
			x := k.mul(theta).times(-1)
			c.out[2][i] = c.out[2][i].add(melt[i].mul(x.expm1()).times(-1))
			c.out[0][i] = c.out[0][i].add(melt[i].mul(x.exp())) // traces without the rounding of melt − gone
		} else {
			c.out[0][i] = c.out[0][i].add(melt[i])
		}
	}
}

// rate is k of a component, mol/s; 0 where it has no vapour pressure.
func (c *Calciothermic) rate(i int) jet {
	v := c.vapours[i]
	if v == nil {
		return jet{}
	}
	T := c.u[calcioRefining]
	return c.u[calcioEvaporation].mul(c.u[calcioArea]).mul(flux(pressure(v, T), T, c.sys.Components[i].M))
}
