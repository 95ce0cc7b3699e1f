package hydromet

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// OxalatePrecipitator turns a given recovery r of each dissolved metal into its oxalate, for instance
//
//	2 M+3 + 3 C2O4-2 + x H2O → M2(C2O4)3·xH2O        ξ = r n_M / 2
//
// Oxalate and hydrate water come from the liquor, or, when the source of the recoveries balances no oxalic acid, from a
// virtual source: the drawn port "reagent", which enters with its charge. Solids already in the liquor leave with the new.
//
// Assumptions: recovery independent of dose, pH and temperature; no co-precipitation, no holdup; total acidity stays in the
// liquor (C2O4-2 is total oxalate). Metals without a recovery stay dissolved. Temperature is carried, not balanced.
// Validity: that of the source of the recoveries, which the table must name.
// Degrees of freedom: temperature, the recoveries.
// Source of the form: prommis/prommis, commit 9beba554, src/prommis/precipitate/precipitator.py.
type OxalatePrecipitator struct {
	dials
	system         *chem.System
	virtual        bool
	oxalate, water int // components
	first, end     int // solid components
	reactions      []oxalateReaction
}

// oxalateReaction says what one mole of a solid takes.
type oxalateReaction struct {
	handle, metal, solid     int
	metals, oxalates, waters float64
}

const ( // places of the outlets
	precipitatorLiquor = iota
	precipitatorSolid
	precipitatorReagent
)

// NewOxalatePrecipitator makes an oxalate precipitator.
func NewOxalatePrecipitator() flowsheet.Unit { return new(OxalatePrecipitator) }

// Init reads temperature, oxalate and the table recovery with its source and class.
func (p *OxalatePrecipitator) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	p.system = env.System
	p.first, p.end = env.System.Span(chem.Solid)
	p.water = env.System.Solvent(chem.Aqueous)
	p.read(env.Param, "temperature", "K", temperatures(chem.Aqueous))
	p.virtual = env.Param.Choice("oxalate", "liquor", "virtual source") == "virtual source"
	table := env.Param.Required("recovery", "source, class, and elements such as Nd = \"80 %\"")
	source := table.Text("source")
	class := chem.Class(table.Choice("class", "measured", "derived", "estimated", "assumed"))
	spec := flowsheet.Spec{In: ports("liquor"), Out: ports("liquor", "solid")}
	if p.virtual {
		spec.Out = append(spec.Out, flowsheet.Port{Name: "reagent", Drawn: true})
	}
	if !hasFamily(p.system, "oxalate") {
		table.Fault("", "the system has no oxalates; add the family oxalate to [chemistry]")
		table.Skip(table.Keys()...)
		return spec, nil
	}
	var ok bool
	if p.oxalate, ok = env.System.Index("C2O4-2"); !ok || p.water < 0 {
		table.Skip(table.Keys()...)
		return spec, fmt.Errorf("the system has no component C2O4-2; add the family aqueous and the element C to [chemistry]")
	}
	for _, symbol := range elements(table) {
		value := table.Quantity(symbol, "1", conf.Fraction)
		r, err := p.reaction(symbol)
		if err != nil {
			table.Fault(symbol, "%v", err)
			continue
		}
		r.handle = p.add("recovery."+symbol, "1", value, conf.Fraction)
		p.reactions = append(p.reactions, r)
		spec.Constants = append(spec.Constants, chem.Constant{
			Name: "recovery." + symbol, Value: value, Unit: "1", Class: class, Source: source,
		})
	}
	if len(elements(table)) == 0 {
		table.Fault("", "no element; needs at least one, such as Nd = \"80 %%\"")
	}
	spec.Handles = p.handles
	return spec, nil
}

// reaction finds the oxalate of an element and balances its reaction by the formula matrix.
func (p *OxalatePrecipitator) reaction(symbol string) (r oxalateReaction, err error) {
	s := p.system
	e, ok := s.Element(symbol)
	if !ok {
		return r, s.Unknown("element", symbol, s.Symbols())
	}
	r.metal, r.solid = s.ByKey(chem.Aqueous, e), s.InFamily("oxalate", e)
	if r.metal < 0 || r.solid < 0 {
		return r, fmt.Errorf("%s has no oxalate in the system; leave it out", symbol)
	}
	carbon, _ := s.Element("C")
	hydrogen, _ := s.Element("H")
	solid, metal := s.Components[r.solid], s.Components[r.metal]
	oxalate, water := s.Components[p.oxalate], s.Components[p.water]
	r.metals = solid.Formula[e] / metal.Formula[e]
	r.oxalates = solid.Formula[carbon] / oxalate.Formula[carbon]
	r.waters = solid.Formula[hydrogen] / water.Formula[hydrogen]
	for i := range s.Elements {
		if solid.Formula[i] != r.metals*metal.Formula[i]+r.oxalates*oxalate.Formula[i]+r.waters*water.Formula[i] {
			return r, fmt.Errorf("%s is not made of %s, %s and %s alone", solid.Name, metal.Name, oxalate.Name, water.Name)
		}
	}
	if r.metals*metal.Charge+r.oxalates*oxalate.Charge != solid.Charge {
		return r, fmt.Errorf("the charges of %s and %s do not make a neutral %s", metal.Name, oxalate.Name, solid.Name)
	}
	return r, nil
}

// Solve precipitates the recoveries.
func (p *OxalatePrecipitator) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := p.check(u); err != nil {
		return err
	}
	p.part(u[0], in[0].N, out)
	var oxalate, water float64 // mol/s that the solids take
	for _, r := range p.reactions {
		x := u[r.handle] * in[0].N[r.metal] / r.metals
		p.precipitate(r, x, out)
		oxalate += r.oxalates * x
		water += r.waters * x
	}
	if p.virtual {
		return nil
	}
	if have := in[0].N[p.oxalate]; oxalate > max(have, 0) {
		return fmt.Errorf("oxalate short: the solids need %.6g mol/s C2O4-2, the liquor brings %.6g", oxalate, have)
	}
	if have := in[0].N[p.water]; water > max(have, 0) {
		return fmt.Errorf("water short: the hydrates need %.6g mol/s H2O, the liquor brings %.6g", water, have)
	}
	return nil
}

// part writes the outlets without reaction; in a direction (temperature and n are derivatives) it writes their derivatives.
func (p *OxalatePrecipitator) part(temperature float64, n []float64, out []flowsheet.Stream) {
	for k := range out {
		out[k].Zero(temperature)
	}
	copy(out[precipitatorLiquor].N, n)
	clear(out[precipitatorLiquor].N[p.first:p.end])
	copy(out[precipitatorSolid].N[p.first:p.end], n[p.first:p.end])
}

// precipitate lets x mol/s of a solid form.
func (p *OxalatePrecipitator) precipitate(r oxalateReaction, x float64, out []flowsheet.Stream) {
	liquor := out[precipitatorLiquor].N
	out[precipitatorSolid].N[r.solid] += x
	liquor[r.metal] -= r.metals * x
	if p.virtual {
		reagent := out[precipitatorReagent].N
		reagent[p.oxalate] += r.oxalates * x
		reagent[p.water] += r.waters * x
		return
	}
	liquor[p.oxalate] -= r.oxalates * x
	liquor[p.water] -= r.waters * x
}

// Tangent is the product rule on Solve.
func (p *OxalatePrecipitator) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	p.part(du[0], din[0].N, dout)
	for _, r := range p.reactions {
		dx := (u[r.handle]*din[0].N[r.metal] + du[r.handle]*in[0].N[r.metal]) / r.metals
		p.precipitate(r, dx, dout)
	}
	return nil
}

// Explain gives the equations in words.
func (p *OxalatePrecipitator) Explain() string {
	from := "the liquor"
	if p.virtual {
		from = "a virtual source outside the plant, as the source balances no oxalic acid"
	}
	return "a given recovery of each metal becomes its oxalate hydrate; oxalate and hydrate water come from " + from + "."
}
