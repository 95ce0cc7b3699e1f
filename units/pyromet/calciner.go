package pyromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Calciner turns oxalates, carbonates and hydroxides to the oxides they end as in air, in a gas that passes through.
//
// Every component of the families "oxalate", "carbonate" and "hydroxide" reacts by the share conversion; the coefficients come from the
// formula matrix. Half of an oxalate's carbon leaves as CO, of which the share co_burnt burns in the bed:
//
//	M2(C2O4)3·xH2O -> M2O3 + 3 CO + 3 CO2 + x H2O,     CO + 1/2 O2 -> CO2
//	M2(CO3)3·xH2O  -> M2O3 + 3 CO2 + x H2O,            2 M(OH)3 -> M2O3 + 3 H2O
//	Ce, Pr, Tb take O2 from the gas and end as CeO2, Pr6O11 and Tb4O7 (family "calcined")
//	product = recovery · solids,  dust = solids − product
//	gas     = gas of the inlets + what the reactions make and take + water of the inlets
//	salts   = every dissolved component of the inlets but water
//	heat    = H(product) + H(dust) + H(gas) − H(inlets)
//	        = heat.moisture + heat.reaction + heat.sensible
//
// heat.moisture turns the inlets' water to steam at outlet_temperature, heat.reaction is that of the salts and of CO at 298.15 K,
// heat.sensible the rest. Heat (W) is what has to be supplied; negative means that it has to be taken away.
//
// Assumptions: all water evaporates, all outlets leave at outlet_temperature, no holdup, one conversion and one dust loss for all solids. The
// steps on the way (oxycarbonate) are no states: below the temperature at which an element is taken to end as oxide the unit warns.
// Dissolved salts have no enthalpy here and are left out of the heat; so is a solid without data that passes unchanged, by name. Oxalates of
// Al, Ca and Fe take theirs from flowsheet/chem.
// Validity: the temperature ranges of the enthalpies, reported where left. Those of oxalates and carbonates are estimated, ±40 kJ/mol.
// Degrees of freedom: outlet_temperature, conversion, co_burnt, product_recovery.
//
// Source: enthalpies of flowsheet/chem/thermo; steps and temperatures of data/calcination.toml.
type Calciner struct {
	sys       *chem.System
	handles   []flowsheet.Handle
	reactions []calcination
	heats     []substance // per component
	burning   float64     // J/mol of CO at 298.15 K
	known     *calcinationData

	water, steam, o2, co2, co int // components; co is -1 where there is none
	organic, solid, gas       [2]int

	cake, reacted, unburnt []float64 // scratch
}

// calcination holds the moles made, or O2 taken, by one mole of a salt whose CO does not burn.
type calcination struct {
	salt, oxide                int // components
	oxides, steam, co2, co, o2 float64
	standard                   float64 // J/mol at 298.15 K; NaN without data
}

// substance is where the enthalpy of a component comes from: flowsheet/chem/thermo, or the component's own data where that has none.
// Neither: no data.
type substance struct {
	species *thermo.Species
	tag     string
	own     *chem.Enthalpy
}

func (s *substance) known() bool { return s.species != nil || s.own != nil }

// h is the molar enthalpy at T (K), J/mol.
func (s *substance) h(T float64) float64 {
	if s.species != nil {
		return s.species.Stable(T, s.tag).H(T)
	}
	return s.own.At(T)
}

// span is the range of the data at T, K.
func (s *substance) span(T float64) (lo, hi float64) {
	if s.species != nil {
		f := s.species.Stable(T, s.tag)
		return f.Lo, f.Hi
	}
	return s.own.Lo, s.own.Hi
}

// Inlets and handles of a calciner.
const (
	calcinerSolid = iota
	calcinerLiquid
	calcinerGas
)

const (
	calcinerTemperature = iota
	calcinerConversion
	calcinerBurnt
	calcinerRecovery
)

// NewCalciner makes a calciner to be set up by Init.
func NewCalciner() flowsheet.Unit { return &Calciner{} }

// Init reads outlet_temperature, product_recovery, conversion and co_burnt.
func (c *Calciner) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	c.sys = env.System
	c.cake = make([]float64, len(c.sys.Components))
	p := env.Param
	hot := conf.Between(373.15, 2000)
	if err := c.find(); err != nil {
		return flowsheet.Spec{}, err
	}
	c.handles = []flowsheet.Handle{
		{Name: "outlet_temperature", Unit: "K", Value: p.Quantity("outlet_temperature", "K", hot), Lo: hot.Lo, Hi: hot.Hi},
		{Name: "conversion", Unit: "1", Value: p.QuantityOr("conversion", "1", 1, conf.Fraction), Hi: 1},
		{Name: "co_burnt", Unit: "1", Value: p.QuantityOr("co_burnt", "1", 1, conf.Fraction), Hi: 1},
		{Name: "product_recovery", Unit: "1", Value: p.QuantityOr("product_recovery", "1", 1, conf.Fraction), Hi: 1},
	}
	if c.co < 0 {
		if b := &c.handles[calcinerBurnt]; b.Value < 1 && !p.Faulty("co_burnt") {
			p.Fault("co_burnt", "%g leaves CO: add \"carbon_monoxide\" to chemistry.families", b.Value)
		} else {
			b.Lo = 1
		}
	}
	if err := c.enthalpies(); err != nil {
		return flowsheet.Spec{}, err
	}
	heat := func(name string) flowsheet.Variable {
		return flowsheet.Variable{Name: name, Unit: "W", Scale: 1000, Lower: flowsheet.NoBound}
	}
	return flowsheet.Spec{
		In:        []flowsheet.Port{{Name: "solid"}, {Name: "liquid", Optional: true}, {Name: "gas"}},
		Out:       []flowsheet.Port{{Name: "product"}, {Name: "dust"}, {Name: "gas"}, {Name: "salts"}},
		Handles:   c.handles,
		Signals:   []flowsheet.Variable{heat("heat"), heat("heat.moisture"), heat("heat.reaction"), heat("heat.sensible"), {Name: "loss_on_ignition", Unit: "1", Scale: 1}},
		Constants: c.constants(),
	}, nil
}

// find looks up the components that take part and balances the reaction of every salt.
func (c *Calciner) find() error {
	s := c.sys
	for _, part := range []struct {
		name string
		at   *int
	}{{"H2O", &c.water}, {"H2O(g)", &c.steam}, {"O2(g)", &c.o2}, {"CO2(g)", &c.co2}} {
		i, ok := s.Index(part.name)
		if !ok {
			return s.Unknown("component", part.name, s.Names(chem.Gas))
		}
		*part.at = i
	}
	c.co = -1
	if i, ok := s.Index("CO(g)"); ok {
		c.co = i
	}
	c.organic[0], c.organic[1] = s.Span(chem.Organic)
	c.solid[0], c.solid[1] = s.Span(chem.Solid)
	c.gas[0], c.gas[1] = s.Span(chem.Gas)
	for i := range s.Components {
		switch s.Components[i].Family {
		case "oxalate", "carbonate", "hydroxide":
			r, err := c.balance(i)
			if err != nil {
				return err
			}
			c.reactions = append(c.reactions, r)
		}
	}
	if len(c.reactions) == 0 {
		return fmt.Errorf("a calciner needs salts: add \"oxalate\", \"carbonate\" or \"hydroxide\" to chemistry.families")
	}
	c.reacted, c.unburnt = make([]float64, len(c.reactions)), make([]float64, len(c.reactions))
	return nil
}

// balance finds the coefficients of a salt: metal by its oxide, H by H2O, C by CO2 or half by CO, O by O2; then every element is checked.
func (c *Calciner) balance(salt int) (calcination, error) {
	s := c.sys
	from := &s.Components[salt]
	symbol := s.Elements[from.Key].Symbol
	r := calcination{salt: salt, oxide: s.InFamily("calcined", from.Key)}
	if r.oxide < 0 {
		r.oxide = s.InFamily("oxide", from.Key)
		switch {
		case symbol == "Ce" || symbol == "Pr" || symbol == "Tb":
			return r, fmt.Errorf("%s does not end as the oxide of three-valued %s in air: add \"calcined\" to chemistry.families", from.Name, symbol)
		case r.oxide < 0:
			return r, fmt.Errorf("no oxide for %s: add \"oxide\" to chemistry.families", from.Name)
		}
	}
	to := &s.Components[r.oxide]
	atoms := func(symbol string, of *chem.Component) float64 {
		if e, ok := s.Element(symbol); ok {
			return of.Formula[e]
		}
		return 0
	}
	r.oxides = from.KeyCount / to.KeyCount
	r.steam = atoms("H", from) / 2
	r.co2 = atoms("C", from)
	if from.Family == "oxalate" {
		r.co = r.co2 / 2
		r.co2 -= r.co
	}
	r.o2 = (r.oxides*atoms("O", to) + r.steam + r.co + 2*r.co2 - atoms("O", from)) / 2
	for e := range s.Elements {
		gap := from.Formula[e] - r.oxides*to.Formula[e]
		switch s.Elements[e].Symbol {
		case "C":
			gap -= r.co + r.co2
		case "H":
			gap -= 2 * r.steam
		case "O":
			gap += 2*r.o2 - r.steam - r.co - 2*r.co2
		}
		if math.Abs(gap) > 1e-9 {
			return r, fmt.Errorf("calcination of %s does not balance %s: %g atoms over", from.Name, s.Elements[e].Symbol, gap)
		}
	}
	return r, nil
}

// Solve calcines what enters; there is nothing to iterate.
func (c *Calciner) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	for i, h := range c.handles {
		if !(u[i] >= h.Lo && u[i] <= h.Hi) {
			return fmt.Errorf("%s is %g, outside %g to %g (%s)", h.Name, u[i], h.Lo, h.Hi, h.Unit)
		}
	}
	for i := c.organic[0]; i < c.organic[1]; i++ {
		if n := fed(in, i); n != 0 {
			return fmt.Errorf("%s enters with %.4g mol/s: an organic phase is not burnt here", c.sys.Components[i].Name, n)
		}
	}
	need := 0.0
	for k := range c.reactions {
		r := &c.reactions[k]
		c.reacted[k] = u[calcinerConversion] * fed(in, r.salt)
		c.unburnt[k] = (1 - u[calcinerBurnt]) * c.reacted[k]
		need += r.o2*c.reacted[k] + r.co/2*(c.reacted[k]-c.unburnt[k])
	}
	if have := fed(in, c.o2); need > 0 && need > have {
		return fmt.Errorf("oxygen short: the salts and their CO need %.6g mol/s of O2, %.6g mol/s available", need, have)
	}
	c.spread(in, out, u[calcinerTemperature])
	for i := c.solid[0]; i < c.solid[1]; i++ {
		out[product].N[i] = u[calcinerRecovery] * c.cake[i]
		out[dust].N[i] = c.cake[i] - out[product].N[i]
	}
	for k := range out {
		for i, n := range out[k].N {
			if math.IsInf(n, 0) || math.IsNaN(n) {
				return fmt.Errorf("flow of %s is %g mol/s", c.sys.Components[i].Name, n)
			}
		}
	}
	return nil
}

// fed is what enters of a component by all inlets.
func fed(in []flowsheet.Stream, i int) (sum float64) {
	for k := range in {
		sum += in[k].N[i]
	}
	return sum
}

// spread writes gas and salts, and the solids into c.cake, for the inlets, c.reacted and c.unburnt. It is linear in all of them.
func (c *Calciner) spread(in, out []flowsheet.Stream, T float64) {
	for k := range out {
		out[k].Zero(T)
	}
	gas := out[fluegas].N
	for i := range c.cake {
		n := fed(in, i)
		c.cake[i] = 0
		switch {
		case i >= c.solid[0] && i < c.solid[1]:
			c.cake[i] = n
		case i >= c.gas[0] && i < c.gas[1]:
			gas[i] += n
		case i == c.water:
			gas[c.steam] += n
		default:
			out[salts].N[i] = n
		}
	}
	for k := range c.reactions {
		r, n := &c.reactions[k], c.reacted[k]
		burnt := r.co * (n - c.unburnt[k])
		c.cake[r.salt] -= n
		c.cake[r.oxide] += r.oxides * n
		gas[c.steam] += r.steam * n
		gas[c.co2] += r.co2*n + burnt
		gas[c.o2] -= r.o2*n + burnt/2
		if c.co >= 0 {
			gas[c.co] += r.co * c.unburnt[k]
		}
	}
}

// Tangent is exact: all is linear but conversion · salt, co_burnt · CO and recovery · solids.
func (c *Calciner) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	for k := range c.reactions {
		salt := c.reactions[k].salt
		n, dn := fed(in, salt), fed(din, salt)
		c.reacted[k] = u[calcinerConversion]*dn + du[calcinerConversion]*n
		c.unburnt[k] = (1-u[calcinerBurnt])*c.reacted[k] - du[calcinerBurnt]*u[calcinerConversion]*n
	}
	c.spread(din, dout, du[calcinerTemperature])
	for i := c.solid[0]; i < c.solid[1]; i++ {
		dout[product].N[i] = u[calcinerRecovery]*c.cake[i] + du[calcinerRecovery]*(out[product].N[i]+out[dust].N[i])
		dout[dust].N[i] = c.cake[i] - dout[product].N[i]
	}
	return nil
}
