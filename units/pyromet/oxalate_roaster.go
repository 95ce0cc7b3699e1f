package pyromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// OxalateRoaster burns oxalates to oxides.
//
// Every component of the family "oxalate" reacts completely; the coefficients come from the formula matrix:
//
//	M2(C2O4)3·xH2O + 3/2 O2 -> M2O3 + 6 CO2 + x H2O,   CaC2O4·H2O + 1/2 O2 -> CaO + 2 CO2 + H2O
//	product = recovery · solids,  dust = solids − product   (oxides made and entering, gangue, any other solid)
//	gas     = burner gas + gas of the inlets + what the reaction makes and takes + water of the inlets
//	salts   = every dissolved component of the inlets but water
//	heat    = H(product) + H(dust) + H(gas) − H(inlets) − H(burner gas)
//
// Assumptions: complete conversion at any outlet temperature, all water evaporates, all outlets leave at
// outlet_temperature, no holdup, one dust loss for all solids. Where the source lets the dissolved salts and the acid of
// the moisture vanish they leave here by the port "salts". They have no enthalpy data and are left out of the heat.
// Validity: the enthalpies' temperature ranges, reported where left; solids or gases without data are named.
// Burner gas is flow · fraction; fractions that are moved until they do not add to 1 are taken as they are, with a warning.
// Degrees of freedom: outlet_temperature, product_recovery, gas.flow, gas.temperature, gas.fraction.X; heat follows.
// Heat (W) is what has to be supplied; negative means that it has to be taken away.
//
// Source: PrOMMiS (github.com/prommis/prommis, commit 9beba554), src/prommis/roasting/ree_oxalate_roaster.py.
type OxalateRoaster struct {
	hearth
	handles   []flowsheet.Handle
	gases     []chem.Recipe // of the gas fractions, in the order of their handles
	reactions []combustion

	cake []float64 // scratch: solids after reaction, or their derivative
}

// combustion holds the moles made (or O2 taken) when one mole of an oxalate burns.
type combustion struct {
	oxalate, oxide         int // components
	oxides, o2, co2, steam float64
}

// Outlet slots.
const (
	product = iota
	dust
	fluegas
	salts
	burnerGas
)

// Handles; the gas fractions follow.
const (
	outletTemperature = iota
	recovery
	gasFlow
	gasTemperature
	gasFraction
)

// NewOxalateRoaster makes an oxalate roaster to be set up by Init.
func NewOxalateRoaster() flowsheet.Unit { return &OxalateRoaster{} }

// Init reads outlet_temperature, product_recovery and the table gas.
func (r *OxalateRoaster) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	r.cake = make([]float64, len(env.System.Components))
	p := env.Param
	if err := r.balance(env.System); err != nil {
		return flowsheet.Spec{}, err
	}
	gas := p.Required("gas", "flow, temperature and fraction of the burner gas")
	hot, warm := conf.Between(373.15, 2000), conf.Between(200, 3000)
	r.handles = []flowsheet.Handle{
		{Name: "outlet_temperature", Unit: "K", Value: p.Quantity("outlet_temperature", "K", hot), Lo: hot.Lo, Hi: hot.Hi},
		{Name: "product_recovery", Unit: "1", Value: p.Quantity("product_recovery", "1", conf.Fraction), Hi: 1},
		{Name: "gas.flow", Unit: "mol/s", Value: gas.Quantity("flow", "mol/s", conf.NonNegative), Hi: math.Inf(1)},
		{Name: "gas.temperature", Unit: "K", Value: gas.Quantity("temperature", "K", warm), Lo: warm.Lo, Hi: warm.Hi},
	}
	r.readFractions(gas.Required("fraction", "mole fractions, such as \"O2(g)\" = 0.2"))
	gas.Close()

	spec := flowsheet.Spec{
		In: []flowsheet.Port{{Name: "solid"}, {Name: "liquid", Optional: true}},
		Out: []flowsheet.Port{{Name: "product"}, {Name: "dust"}, {Name: "gas"}, {Name: "salts"},
			{Name: "burner_gas", Drawn: true}},
		Handles: r.handles,
		Signals: []flowsheet.Variable{{Name: "heat", Unit: "W", Scale: 1000, Lower: flowsheet.NoBound}},
	}
	spec.Constants = r.enthalpies()
	return spec, nil
}

// readFractions reads the gas table's mole fractions; each becomes a handle.
func (r *OxalateRoaster) readFractions(t *conf.Table) {
	var sum float64
	for _, name := range t.Keys() {
		y := t.Quantity(name, "1", conf.Fraction)
		gas, err := r.sys.Resolve(chem.Gas, name)
		if err != nil {
			t.Fault(name, "%v", err)
			continue
		}
		sum += y
		r.gases = append(r.gases, gas)
		r.handles = append(r.handles, flowsheet.Handle{Name: "gas.fraction." + name, Unit: "1", Value: y, Hi: 1})
	}
	if math.Abs(sum-1) > sumTolerance && !t.Faulty("") {
		t.Fault("", "the mole fractions add to %.9g, not to 1", sum)
	}
}

// sumTolerance is how far mole fractions may add beside 1.
const sumTolerance = 1e-6

// balance finds the components that take part and balances the combustion of every oxalate.
func (r *OxalateRoaster) balance(s *chem.System) error {
	if err := r.find(s); err != nil {
		return err
	}
	for i := range s.Components {
		if s.Components[i].Family != "oxalate" {
			continue
		}
		c, err := r.combust(i)
		if err != nil {
			return err
		}
		r.reactions = append(r.reactions, c)
	}
	if len(r.reactions) == 0 {
		return fmt.Errorf("an oxalate roaster needs oxalates: add \"oxalate\" to chemistry.families")
	}
	return nil
}

// combust balances one combustion: metal by the oxide, C by CO2, H by H2O(g), O by O2; then every element is checked.
func (r *OxalateRoaster) combust(oxalate int) (combustion, error) {
	s := r.sys
	salt := &s.Components[oxalate]
	atoms := func(symbol string, component int) float64 {
		e, ok := s.Element(symbol)
		if !ok {
			return 0
		}
		return s.Components[component].Formula[e]
	}
	c := combustion{oxalate: oxalate, oxide: s.InFamily("oxide", salt.Key)}
	if c.oxide < 0 {
		return c, fmt.Errorf("no oxide for %s: add \"oxide\" to chemistry.families", salt.Name)
	}
	c.oxides = salt.KeyCount / s.Components[c.oxide].KeyCount
	c.co2 = atoms("C", oxalate)
	c.steam = atoms("H", oxalate) / 2
	c.o2 = (c.oxides*atoms("O", c.oxide) + 2*c.co2 + c.steam - atoms("O", oxalate)) / 2
	for e := range s.Elements {
		gap := salt.Formula[e] + c.o2*s.Components[r.o2].Formula[e] - c.oxides*s.Components[c.oxide].Formula[e] -
			c.co2*s.Components[r.co2].Formula[e] - c.steam*s.Components[r.steam].Formula[e]
		if math.Abs(gap) > 1e-9 {
			return c, fmt.Errorf("combustion of %s does not balance %s: %g atoms over", salt.Name, s.Elements[e].Symbol, gap)
		}
	}
	return c, nil
}

// Solve burns what enters; there is nothing to iterate.
func (r *OxalateRoaster) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	for i, h := range r.handles {
		if !(u[i] >= h.Lo && u[i] <= h.Hi) {
			return fmt.Errorf("%s is %g, outside %g to %g (%s)", h.Name, u[i], h.Lo, h.Hi, h.Unit)
		}
	}
	if err := r.refuseOrganic(in); err != nil {
		return err
	}
	r.clear(out, u)
	r.draw(out[burnerGas].N, u[gasFlow], u[gasFraction:])
	r.pass(in, out)
	r.part(u[recovery], out)
	return r.check(in, out)
}

// clear empties the outlets and sets their temperatures; u may be a direction.
func (r *OxalateRoaster) clear(out []flowsheet.Stream, u []float64) {
	for k := range out {
		out[k].Zero(u[outletTemperature])
	}
	out[burnerGas].T = u[gasTemperature]
}

// draw adds flow · fraction of each burner gas to n.
func (r *OxalateRoaster) draw(n []float64, flow float64, fraction []float64) {
	for k, g := range r.gases {
		for _, p := range g.Parts {
			n[p.Component] += flow * fraction[k] * p.Count
		}
	}
}

// pass writes gas and salts, and the burnt solids into r.cake, for the inlets and the burner gas. It is linear in both.
func (r *OxalateRoaster) pass(in, out []flowsheet.Stream) {
	gas := out[fluegas].N
	copy(gas, out[burnerGas].N)
	for i := range r.cake {
		n := in[0].N[i] + in[1].N[i]
		r.cake[i] = 0
		switch {
		case i >= r.solid[0] && i < r.solid[1]:
			r.cake[i] = n
		case i >= r.gas[0] && i < r.gas[1]:
			gas[i] += n
		case i != r.water:
			out[salts].N[i] = n
		}
	}
	gas[r.steam] += in[0].N[r.water] + in[1].N[r.water]
	for _, c := range r.reactions {
		n := r.cake[c.oxalate]
		r.cake[c.oxalate] = 0
		r.cake[c.oxide] += c.oxides * n
		gas[r.o2] -= c.o2 * n
		gas[r.co2] += c.co2 * n
		gas[r.steam] += c.steam * n
	}
}

// part splits the burnt solids into product and dust.
func (r *OxalateRoaster) part(recovery float64, out []flowsheet.Stream) {
	for i := r.solid[0]; i < r.solid[1]; i++ {
		out[product].N[i] = recovery * r.cake[i]
		out[dust].N[i] = r.cake[i] - out[product].N[i]
	}
}

// check refuses a lack of oxygen and flows too large for a number.
func (r *OxalateRoaster) check(in, out []flowsheet.Stream) error {
	available := in[0].N[r.o2] + in[1].N[r.o2] + out[burnerGas].N[r.o2]
	var need float64
	for _, c := range r.reactions {
		need += c.o2 * (in[0].N[c.oxalate] + in[1].N[c.oxalate])
	}
	if need > 0 && need > available {
		return fmt.Errorf("oxygen short: the oxalates need %.6g mol/s of O2, %.6g mol/s available", need, available)
	}
	return r.finite(out)
}

// Tangent is exact: all but the products flow · fraction and recovery · solids is linear.
func (r *OxalateRoaster) Tangent(_ *flowsheet.Stage, u, _ []float64, _, out []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	r.clear(dout, du)
	r.draw(dout[burnerGas].N, u[gasFlow], du[gasFraction:])
	r.draw(dout[burnerGas].N, du[gasFlow], u[gasFraction:])
	r.pass(din, dout)
	r.part(u[recovery], dout)
	for i := r.solid[0]; i < r.solid[1]; i++ {
		d := du[recovery] * (out[product].N[i] + out[dust].N[i])
		dout[product].N[i] += d
		dout[dust].N[i] -= d
	}
	return nil
}

// Observe writes the heat supplied, W, from the components that have enthalpy data.
func (r *OxalateRoaster) Observe(_, _ []float64, in, out []flowsheet.Stream, y []float64) {
	y[0] = r.enthalpy(out[product]) + r.enthalpy(out[dust]) + r.enthalpy(out[fluegas]) -
		r.enthalpy(in[0]) - r.enthalpy(in[1]) - r.enthalpy(out[burnerGas])
}
