package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Crystalliser cools (or warms) a liquor to a temperature at which a salt crystallises until the mother liquor is saturated. With the totals of the merged
// inlets, crystals included (W kg/s of water, amounts in mol/s), and the solubility m(T) in mol per kg of water,
//
//	oxalic acid, H2C2O4·2H2O:   A − ξ = m (W − 2 M_water ξ)      A is oxalate, or half of the acidity where that is less
//	salt, NaCl:                 (Na − ξ)(Cl − ξ) = m² W²         the common ion counts
//	ln m = c0 + c1 θ + c2 θ²,  θ = (t − 25 °C)/100 °C
//
// ξ are the crystals of the outlet, a slurry; none where the liquor is not saturated. A filter follows.
//
// Assumptions: equilibrium; other solutes do not change the solubility (hydrochloric acid lowers that of oxalic acid up to some 5 mol/L, so that more
// crystallises than is shown); pure crystals; oxalate that is bound to metals counts as free; heats are those of water and of crystallisation at 298.15 K.
// Validity: oxalic acid 5 to 65 °C, salt 0 to 100 °C; a warning stands outside.
// Degrees of freedom: temperature.
// Source: the constants carry it; enthalpies of flowsheet/chem/thermo.
type Crystalliser struct {
	dials
	system       *chem.System
	kind         crystal
	solid, water int
	parts        []chem.Part // what one mole of crystals dissolves to
	a, b         int         // component of the oxalate and of the acidity, or of both ions
	crystallise  float64     // J/mol
	liquid       *thermo.Form
	before       []float64 // scratch: the merged inlets, crystals dissolved
}

// crystal is a substance that crystallises.
type crystal struct {
	name, solid, a, b string
	waters            float64
	lnm               [3]float64
	class             chem.Class
	source, valid     string
	lo, hi            float64 // K
}

func crystals() []crystal {
	return []crystal{
		{"oxalic acid", "H2C2O4·2H2O(s)", "C2O4-2", "H+", 2, [3]float64{0.25485, 4.30754, -1.30460}, chem.Measured,
			"fit, within 5 %, to the solubilities that the encyclopedia's page Oxalic acid quotes (opened; after Apelblat and Manzurola 1987, J. Chem. Thermodyn. 19, 317), taken per kg of water",
			"5 to 65 degC", 278.15, 338.15},
		{"NaCl", "NaCl(s)", "Na+", "Cl-", 0, [3]float64{1.81805, 0.05851, 0.06535}, chem.Estimated,
			"fit, within 0.1 %, to 35.65 (0 °C), 35.89 (20 °C), 37.04 (60 °C), 38.99 g (100 °C) per 100 g of water, handbook values as recalled", "0 to 100 degC", 273.15, 373.15},
	}
}

// NewCrystalliser makes a cooling crystalliser.
func NewCrystalliser() flowsheet.Unit { return &Crystalliser{} }

// Init reads substance and temperature.
func (c *Crystalliser) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	c.system, c.before = env.System, make([]float64, len(env.System.Components))
	t := env.Param
	var names []string
	for _, k := range crystals() {
		names = append(names, k.name)
	}
	chosen := t.Choice("substance", names...)
	for _, k := range crystals() {
		if k.name == chosen {
			c.kind = k
		}
	}
	c.read(t, "temperature", "K", conf.Between(270, 380))
	spec := flowsheet.Spec{In: inlets(env), Out: ports("out"), Handles: c.handles, Signals: []flowsheet.Variable{
		{Name: "crystals", Unit: "kg/s", Scale: 1e-2}, {Name: "recovered", Unit: "1", Scale: 1}, {Name: "solubility", Unit: "mol/kg", Scale: 1},
		{Name: "cooling", Unit: "W", Scale: 1e4, Lower: flowsheet.NoBound}}}
	if c.kind.name == "" {
		return spec, nil
	}
	c.water, c.solid = c.system.Solvent(chem.Aqueous), component(c.system, c.kind.solid)
	c.a, c.b = component(c.system, c.kind.a), component(c.system, c.kind.b)
	if c.water < 0 || c.solid < 0 || c.a < 0 || c.b < 0 {
		return spec, fmt.Errorf("the system has no %s, or not its ions: add the families aqueous and salt and the elements to [chemistry]", c.kind.solid)
	}
	c.parts = []chem.Part{{Component: c.a, Count: 1}, {Component: c.b, Count: c.perB()}}
	if c.kind.waters > 0 {
		c.parts = append(c.parts, chem.Part{Component: c.water, Count: c.kind.waters})
	}
	for k, v := range c.kind.lnm {
		spec.Constants = append(spec.Constants, chem.Constant{Name: fmt.Sprintf("solubility.%s.c%d", c.kind.name, k), Value: v, Unit: "1",
			Class: c.kind.class, Source: c.kind.source, Range: c.kind.valid})
	}
	heats, err := c.heats()
	spec.Constants = append(spec.Constants, heats...)
	return spec, err
}

// acidic says that the crystals are an acid, not a salt.
func (c *Crystalliser) acidic() bool { return c.kind.b == "H+" }

// perB are the moles of the second ion in one of crystals.
func (c *Crystalliser) perB() float64 {
	if c.acidic() {
		return 2
	}
	return 1
}

// heats finds the heat of crystallisation, and water's.
func (c *Crystalliser) heats() (constants []chem.Constant, err error) {
	lib, err := library(c.system)
	if err != nil {
		return nil, err
	}
	for _, p := range append([]chem.Part{{Component: c.solid, Count: -1}}, c.parts...) {
		name, tag := c.system.Components[p.Component].Name, "aq"
		switch p.Component {
		case c.solid:
			name, tag = name[:len(name)-len("(s)")], "cr"
		case c.water:
			tag = "l"
		}
		s, err := lib.Species(name)
		if err != nil {
			return nil, err
		}
		f := s.Stable(thermo.Room, tag)
		c.crystallise -= p.Count * f.H(thermo.Room)
		k := f.Constant()
		k.Name = "enthalpy." + name
		constants = append(constants, k)
	}
	water, err := lib.Species("H2O")
	if err != nil {
		return nil, err
	}
	c.liquid = water.Stable(thermo.Room, "l")
	return constants, nil
}

// molality is the solubility, mol per kg of water.
func (c *Crystalliser) molality(T dual) dual {
	x := T.sub(num(298.15)).times(0.01)
	k := c.kind.lnm
	return x.mul(x.times(k[2]).add(num(k[1]))).add(num(k[0])).exp()
}

// formed are the crystals of the outlet, mol/s, from merged inlets n with all crystals dissolved; du and dn are nil for the value alone.
func (c *Crystalliser) formed(u, du, n, dn []float64) dual {
	W := moving(n, dn, c.water).times(c.system.Components[c.water].M)
	a, b := moving(n, dn, c.a), moving(n, dn, c.b).times(1/c.perB())
	if !(W.v > 0 && a.v > 0 && b.v > 0) {
		return dual{}
	}
	m := c.molality(moving(u, du, 0))
	held := m.mul(W)
	if c.acidic() {
		if b.v < a.v {
			a = b
		}
		if a.v <= held.v {
			return dual{}
		}
		return a.sub(held).div(num(1).sub(m.times(c.kind.waters * c.system.Components[c.water].M)))
	}
	if math.Sqrt(a.v)*math.Sqrt(b.v) <= held.v {
		return dual{}
	}
	// the lesser root of ξ² − (a+b) ξ + ab − held² = 0, without cancellation
	gap := a.sub(b)
	half := a.add(b).add(gap.mul(gap).add(held.mul(held).times(4)).sqrt()).times(0.5)
	return a.mul(b).sub(held.mul(held)).div(half)
}

// dissolve turns all crystals of a stream, or of its derivative, into what they dissolve to; form does the opposite with ξ.
func (c *Crystalliser) dissolve(n []float64) { c.form(n, -n[c.solid]) }

func (c *Crystalliser) form(n []float64, xi float64) {
	for _, p := range c.parts {
		n[p.Component] -= p.Count * xi
	}
	n[c.solid] += xi
}

// Solve crystallises.
func (c *Crystalliser) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := c.check(u); err != nil {
		return err
	}
	slurry := &out[0]
	merge(c.system, in, slurry)
	slurry.T = u[0]
	c.dissolve(slurry.N)
	xi := c.formed(u, nil, slurry.N, nil).v
	if math.IsNaN(xi) || math.IsInf(xi, 0) {
		return fmt.Errorf("%g mol/s of crystals", xi)
	}
	c.form(slurry.N, xi)
	return nil
}

// Tangent is exact, by duals.
func (c *Crystalliser) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	slurry := &dout[0]
	mergeTangent(c.system, in, out[0].T, din, slurry)
	slurry.T = du[0]
	c.dissolve(slurry.N)
	copy(c.before, out[0].N)
	c.dissolve(c.before)
	c.form(slurry.N, c.formed(u, du, c.before, slurry.N).d)
	return nil
}

// Observe writes crystals, their share of what could form them, the solubility and the cooling.
func (c *Crystalliser) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	n := out[0].N
	y[0], y[1], y[2] = n[c.solid]*c.system.Components[c.solid].M, 0, c.molality(num(u[0])).v
	if all := n[c.solid] + min(n[c.a], n[c.b]/c.perB()); all > 0 {
		y[1] = n[c.solid] / all
	}
	y[3] = 0
	fed := 0.0
	for k := range in {
		y[3] += in[k].N[c.water] * (c.liquid.H(in[k].T) - c.liquid.H(u[0]))
		fed += in[k].N[c.solid]
	}
	y[3] -= (n[c.solid] - fed) * c.crystallise
}

// Report warns of temperatures beyond the data and of a liquor that is not saturated.
func (c *Crystalliser) Report(u, _ []float64, _, out []flowsheet.Stream) (report flowsheet.Report) {
	if T := u[0]; T < c.kind.lo || T > c.kind.hi {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "outside_range", Where: "temperature", Value: T, Limit: min(max(T, c.kind.lo), c.kind.hi), Unit: "K",
			Text: "the solubility of " + c.kind.name + " is known from " + c.kind.valid})
	}
	if out[0].N[c.solid] == 0 {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "not_saturated", Where: c.kind.name, Value: 0, Unit: "mol/s",
			Text: "nothing crystallises: cool further or evaporate before"})
	}
	return report
}

// Explain gives the equations in words.
func (c *Crystalliser) Explain() string {
	law := "the product of its ions' molalities is m^2"
	if c.acidic() {
		law = "the acid's molality is m"
	}
	return fmt.Sprintf("%s crystallises until %s, the solubility at the temperature (c0 + c1 x + c2 x^2 is ln m, x = (t - 25 degC)/100); other solutes do not change it. "+
		"Crystallising gives %+.1f kJ/mol at 298 K.", c.kind.solid, law, c.crystallise/1000)
}
