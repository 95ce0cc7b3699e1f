package hydromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// OxalatePrecipitator turns a given recovery r of each dissolved metal into its oxalate, for instance
//
//	2 M+3 + 3 C2O4-2 + x H2O → M2(C2O4)3·xH2O        ξ = r n_M / 2
//
// or the recovery that the dose d of oxalic acid gives it by an isotherm,
//
//	r = exp(−(E/d)^n)        d = total oxalate of the liquor as H2C2O4, kg/m3
//
// Oxalate and hydrate water come from the liquor, or, when the source of the recoveries balances no oxalic acid, from a
// virtual source: the drawn port "reagent", which enters with its charge. Solids already in the liquor leave with the new.
//
// Assumptions: a given recovery does not depend on the dose, neither form on pH and temperature; no co-precipitation, no holdup; total acidity stays in the
// liquor (C2O4-2 is total oxalate). Metals without a recovery stay dissolved. Temperature is carried, not balanced.
// Validity: that of the source of the recoveries and isotherms, which the tables must name.
// Degrees of freedom: temperature, the recoveries, E and n.
// Source of the forms: prommis/prommis, commit 9beba554, src/prommis/precipitate/precipitator.py and precipitate_reactions.py.
type OxalatePrecipitator struct {
	dials
	system         *chem.System
	virtual        bool
	oxalate, water int // components
	first, end     int // solid components
	reactions      []oxalateReaction
	acid           float64 // kg/mol of H2C2O4
}

// oxalateReaction says what one mole of a solid takes.
type oxalateReaction struct {
	handle                   int  // of the recovery, or of E and then n
	isotherm                 bool // the dose decides
	metal, solid             int
	metals, oxalates, waters float64
}

const ( // places of the outlets
	precipitatorLiquor = iota
	precipitatorSolid
	precipitatorReagent
)

// NewOxalatePrecipitator makes an oxalate precipitator.
func NewOxalatePrecipitator() flowsheet.Unit { return new(OxalatePrecipitator) }

// Init reads temperature, oxalate and the tables recovery and isotherm, each with source and class, one of them at least.
func (p *OxalatePrecipitator) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	p.system = env.System
	p.first, p.end = env.System.Span(chem.Solid)
	p.water = env.System.Solvent(chem.Aqueous)
	p.read(env.Param, "temperature", "K", temperatures(chem.Aqueous))
	p.virtual = env.Param.Choice("oxalate", "liquor", "virtual source") == "virtual source"
	var tables []*conf.Table
	if env.Param.Has("isotherm") {
		if p.virtual {
			env.Param.Fault("isotherm", "needs the dose, and so oxalate = \"liquor\"")
		}
		tables = append(tables, env.Param.Table("isotherm"))
	}
	if env.Param.Has("recovery") || len(tables) == 0 {
		tables = append(tables, env.Param.Required("recovery", "source, class, and elements such as Nd = \"80 %\""))
	}
	spec := flowsheet.Spec{In: ports("liquor"), Out: ports("liquor", "solid")}
	if p.virtual {
		spec.Out = append(spec.Out, flowsheet.Port{Name: "reagent", Drawn: true})
	}
	var ok bool
	p.oxalate, ok = env.System.Index("C2O4-2")
	for _, t := range tables {
		switch {
		case !hasFamily(p.system, "oxalate"):
			t.Fault("", "the system has no oxalates; add the family oxalate to [chemistry]")
			t.Skip(t.Keys()...)
		case !ok || p.water < 0:
			t.Skip(t.Keys()...)
			return spec, fmt.Errorf("the system has no component C2O4-2; add the family aqueous and the element C to [chemistry]")
		default:
			spec.Constants = append(spec.Constants, p.readElements(t)...)
		}
	}
	if ok {
		p.acid = p.system.Components[p.oxalate].M
		if i, ok := p.system.Index("H+"); ok {
			p.acid += 2 * p.system.Components[i].M
		}
	}
	spec.Handles = p.handles
	return spec, nil
}

// readElements reads the elements of a table recovery or isotherm.
func (p *OxalatePrecipitator) readElements(t *conf.Table) (constants []chem.Constant) {
	source := t.Text("source")
	class := chem.Class(t.Choice("class", "measured", "derived", "estimated", "assumed"))
	curve := strings.HasSuffix(t.Path(), "isotherm")
	for _, symbol := range elements(t) {
		first := len(p.handles)
		if curve {
			powers := conf.Between(1e-3, 100)
			e := t.Table(symbol)
			p.add("isotherm."+symbol+".E", "kg/m3", e.Quantity("E", "kg/m3", conf.NonNegative), conf.NonNegative)
			p.add("isotherm."+symbol+".n", "1", e.Quantity("n", "1", powers), powers)
			e.Close()
		} else {
			p.add("recovery."+symbol, "1", t.Quantity(symbol, "1", conf.Fraction), conf.Fraction)
		}
		r, err := p.reaction(symbol)
		if err != nil {
			t.Fault(symbol, "%v", err)
			continue
		}
		for _, other := range p.reactions {
			if other.metal == r.metal {
				t.Fault(symbol, "%s has an isotherm and a recovery; give one of them", symbol)
			}
		}
		r.handle, r.isotherm = first, curve
		p.reactions = append(p.reactions, r)
		for _, h := range p.handles[first:] {
			constants = append(constants, chem.Constant{Name: h.Name, Value: h.Value, Unit: h.Unit, Class: class, Source: source})
		}
	}
	if len(elements(t)) == 0 {
		t.Fault("", "no element; needs at least one, such as Nd = %s", map[bool]string{false: `"80 %"`, true: `{ E = "1 g/L", n = 2.4 }`}[curve])
	}
	return constants
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
	dose, _ := p.dose(in[0].N)
	var oxalate, water float64 // mol/s that the solids take
	for _, r := range p.reactions {
		recovery, _ := r.recovery(u, dose)
		x := recovery * in[0].N[r.metal] / r.metals
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

// dose is the total oxalate of a liquor as oxalic acid, kg/m3, and the liquor's volume; 0 without either.
func (p *OxalatePrecipitator) dose(n []float64) (dose, volume float64) {
	volume = p.system.PhaseVolume(chem.Aqueous, n)
	if volume <= 0 || n[p.oxalate] <= 0 {
		return 0, volume
	}
	return p.acid * n[p.oxalate] / volume, volume
}

// recoverySlope are the derivatives of an isotherm's recovery.
type recoverySlope struct{ dose, E, n float64 }

// recovery is the share of the metal that precipitates at a dose.
func (r oxalateReaction) recovery(u []float64, dose float64) (x float64, d recoverySlope) {
	if !r.isotherm {
		return u[r.handle], d
	}
	E, n := u[r.handle], u[r.handle+1]
	switch {
	case dose <= 0:
		return 0, d
	case E == 0:
		return 1, d
	}
	ln := math.Log(E / dose)
	z := math.Exp(n * ln)
	if x = math.Exp(-z); x == 0 {
		return 0, d
	}
	return x, recoverySlope{dose: x * z * n / dose, E: -x * z * n / E, n: -x * z * ln}
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
	dose, volume := p.dose(in[0].N)
	ddose := 0.0
	if dose > 0 {
		ddose = (p.acid*din[0].N[p.oxalate] - dose*p.system.PhaseVolume(chem.Aqueous, din[0].N)) / volume
	}
	for _, r := range p.reactions {
		recovery, slope := r.recovery(u, dose)
		drecovery := du[r.handle]
		if r.isotherm {
			drecovery = slope.dose*ddose + slope.E*du[r.handle] + slope.n*du[r.handle+1]
		}
		dx := (recovery*din[0].N[r.metal] + drecovery*in[0].N[r.metal]) / r.metals
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
	return "a given recovery of each metal, or exp(-(E/d)^n) at d g/L of oxalic acid in the liquor, becomes its oxalate hydrate; oxalate and hydrate water come from " + from + "."
}
