package hydromet

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Dissolver makes a feed for solvent extraction of oxides, hydroxides and carbonates: acid and water are dosed until the liquor has a pH and a tenor of
// rare earths. Its inlets are merged; of every solid that is nothing but one metal with O, H and C the share conversion dissolves,
//
//	M2O3 + 6 H+ → 2 M+3 + 3 H2O,    M(OH)3 + 3 H+ → M+3 + 3 H2O,    M2(CO3)3 + 6 H+ → 2 M+3 + 3 CO2 + 3 H2O
//	a metal that is oxidised further takes electrons, e for each formula unit:  CeO2 1, Pr6O11 4, Tb4O7 2, MnO2 2
//	  reductant "chloride":  e Cl− → e/2 Cl2        reductant "peroxide":  e/2 H2O2 → e/2 O2 + e H+
//	H+ of the liquor  = 10^−pH mol/L · water                  acid that is dosed makes up for it; its water is counted by strength
//	water of the liquor = rare earths/tenor                   without a tenor no water is dosed
//
// What would have to be taken out is not: a liquor that is more acid, or more dilute, than is set gets none, and a warning (`not_dosed`) says so. Both
// conditions are linear, so that the doses are closed formulas. What does not dissolve leaves with the liquor: a filter follows.
//
// pH is that of streams: total acidity of a strong acid over the volume of water; hydrolysis, complexes and activities do not count (with sulfate or
// above pH 3 use a releach after it). Assumptions: conversions are given, by default assumed (calcined CeO2 hardly dissolves without a
// reductant); no heat of dilution: heat is that of the reactions at 298.15 K, to be cooled; all outlets are at `temperature`. No holdup.
// Degrees of freedom: temperature, pH, tenor, conversions, strength, peroxide (over what is needed; the rest of it decays to O2).
// Source: stoichiometry by the formula matrix; enthalpies of flowsheet/chem/thermo.
type Dissolver struct {
	dials
	system          *chem.System
	water, proton   int
	base            int     // the acid's anion
	perAcid         float64 // moles of water with one of acid
	solids          []dissolving
	xi              []dual // moles that dissolve, scratch
	gases           [3]int // Cl2, O2, CO2; −1
	peroxide        int    // component, −1 where chloride reduces
	temperature, pH int    // places
	tenor, over     int    // places, −1 for none
	earths          []int  // dissolved rare earths
}

// dissolving is a solid and what one mole of it takes and gives.
type dissolving struct {
	solid, ion               int
	place                    int     // of its conversion, −1 where it is fixed
	fixed                    float64 // conversion
	ions, protons, electrons float64
	co2, water               float64
	heat                     float64 // J/mol, NaN without data
}

const ( // places of the outlets
	dissolverLiquor = iota
	dissolverVent
	dissolverAcid
	dissolverWater
	dissolverPeroxide
)

const ( // places of the gases
	ventChlorine = iota
	ventOxygen
	ventCarbon
)

// NewDissolver makes a dissolver.
func NewDissolver() flowsheet.Unit { return &Dissolver{} }

// Init reads acid, strength, temperature, pH, tenor, reductant, peroxide, conversion and the table conversion_of.
func (d *Dissolver) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	d.system = env.System
	t := env.Param
	spec := flowsheet.Spec{In: inlets(env), Out: []flowsheet.Port{{Name: "out"}, {Name: "vent"}, {Name: "acid", Drawn: true}, {Name: "water", Drawn: true}, {Name: "reductant", Drawn: true}}}
	acid := t.ChoiceOr("acid", "HCl", "HCl", "HNO3")
	d.water, d.proton = d.system.Solvent(chem.Aqueous), component(d.system, "H+")
	d.base = component(d.system, map[string]string{"HCl": "Cl-", "HNO3": "NO3-"}[acid])
	d.peroxide = -1
	reductant := t.ChoiceOr("reductant", "chloride", "chloride", "peroxide")
	if reductant == "peroxide" {
		d.peroxide = component(d.system, "H2O2")
	}
	if d.water < 0 || d.proton < 0 || d.base < 0 || reductant == "peroxide" && d.peroxide < 0 {
		t.Skip(t.Keys()...)
		return spec, fmt.Errorf("a dissolver with %s needs it among the components (and H2O2 where it reduces): add the families aqueous and water, and the element, to [chemistry]", acid)
	}
	d.readDoses(t, acid)
	first, end := d.system.Span(chem.Aqueous)
	for i := first; i < end; i++ {
		if c := d.system.Components[i]; c.Key >= 0 && d.system.Elements[c.Key].Group == "ree" {
			d.earths = append(d.earths, i)
		}
	}
	if d.tenor >= 0 && len(d.earths) == 0 {
		t.Fault("tenor", "there are no rare earths among the elements of [chemistry]")
	}
	for k, name := range [3]string{"Cl2(g)", "O2(g)", "CO2(g)"} {
		d.gases[k] = component(d.system, name)
	}
	d.find()
	spec.Constants = d.readConversions(t)
	d.reduce(t, acid)
	d.xi = make([]dual, len(d.solids))
	heats, err := d.heats()
	spec.Constants = append(spec.Constants, heats...)
	spec.Handles = d.handles
	spec.Signals = []flowsheet.Variable{{Name: "acid_used", Unit: "kg/s", Scale: 1e-2}, {Name: "water_used", Unit: "kg/s", Scale: 0.1},
		{Name: "pH_out", Unit: "1", Scale: 1, Lower: flowsheet.NoBound}, {Name: "tenor_out", Unit: "kg/m3", Scale: 10}, {Name: "dissolved", Unit: "1", Scale: 1},
		{Name: "heat.reaction", Unit: "W", Scale: 1e4, Lower: flowsheet.NoBound}}
	return spec, err
}

// readDoses reads what acid and water are dosed for.
func (d *Dissolver) readDoses(t *conf.Table, acid string) {
	d.temperature = d.read(t, "temperature", "K", temperatures(chem.Aqueous))
	d.pH = d.read(t, "pH", "1", conf.Between(-1, 5))
	d.tenor = -1
	if t.Has("tenor") {
		d.tenor = d.read(t, "tenor", "kg/m3", conf.Range{Lo: 1e-3, Hi: 1000})
	}
	strength := t.QuantityOr("strength", "1", map[string]float64{"HCl": 0.32, "HNO3": 0.6}[acid], conf.Range{Lo: 1e-2, Hi: 1})
	s := d.system
	d.perAcid = (s.Components[d.proton].M + s.Components[d.base].M) * (1/strength - 1) / s.Components[d.water].M
	d.over = -1
	if d.peroxide >= 0 {
		r := conf.Between(1, 20)
		d.over = d.add("peroxide", "1", t.QuantityOr("peroxide", "1", 1.5, r), r)
	} else if t.Has("peroxide") {
		t.Fault("peroxide", "is how many times the need of it; it takes reductant = \"peroxide\"")
		t.Skip("peroxide")
	}
}

// find lists the solids that can dissolve and balances them: one metal with O, H and C whose ion is dissolved.
func (d *Dissolver) find() {
	s := d.system
	at := func(symbol string) int { e, _ := s.Element(symbol); return e } // the framework is in every system
	O, H, C := at("O"), at("H"), at("C")
	first, end := s.Span(chem.Solid)
	for i := first; i < end; i++ {
		c := &s.Components[i]
		if c.Key < 0 || !slices.Contains([]string{"oxide", "calcined", "hydroxide", "carbonate", "precipitate"}, c.Family) {
			continue
		}
		plain := true
		for e, n := range c.Formula {
			plain = plain && (n == 0 || e == c.Key || e == O || e == H || e == C)
		}
		charge := 2*c.Formula[O] - c.Formula[H] - 4*c.Formula[C] // of the metal, with C as carbonate
		ion, least := -1, math.Inf(1)
		for j, a := range s.Components {
			if rest := charge - c.KeyCount*a.Charge; plain && a.Phase == chem.Aqueous && a.Key == c.Key && a.Charge > 0 && a.Formula[O]+a.Formula[H]+a.Formula[C] == 0 && rest >= 0 && rest < least {
				ion, least = j, rest
			}
		}
		if ion >= 0 {
			d.solids = append(d.solids, dissolving{solid: i, ion: ion, ions: c.KeyCount, electrons: least, co2: c.Formula[C],
				protons: c.KeyCount * s.Components[ion].Charge, water: (c.Formula[H] + c.KeyCount*s.Components[ion].Charge) / 2})
		}
	}
}

// reduce adds to each solid what gives it its electrons, and finds fault where there is nothing.
func (d *Dissolver) reduce(t *conf.Table, acid string) {
	var short []string
	for k := range d.solids {
		r := &d.solids[k]
		if r.co2 > 0 && d.gases[ventCarbon] < 0 || r.electrons > 0 && d.peroxide >= 0 && d.gases[ventOxygen] < 0 {
			short = append(short, d.system.Components[r.solid].Name+" gives off CO2 or O2: add the family gas to [chemistry]")
		}
		if r.electrons == 0 {
			continue
		}
		r.water += r.electrons / 2
		if d.peroxide < 0 {
			r.protons += r.electrons
			if d.gases[ventChlorine] < 0 || acid != "HCl" {
				short = append(short, d.system.Components[r.solid].Name+" takes electrons of chloride and gives off Cl2: add the family chlorine to [chemistry] with acid HCl, or set reductant = \"peroxide\"")
			}
		}
	}
	if len(short) > 0 {
		t.Fault("reductant", "%s", strings.Join(short, "; "))
	}
}

// readConversions reads how much of each solid dissolves, and returns what is assumed.
func (d *Dissolver) readConversions(t *conf.Table) (constants []chem.Constant) {
	const note = "set by nobody but this program: freshly calcined sesquioxides, hydroxides and carbonates dissolve in warm acid, CeO2 hardly"
	constant := func(name string, value float64, class chem.Class, source string) {
		constants = append(constants, chem.Constant{Name: name, Value: value, Unit: "1", Class: class, Source: source})
	}
	rest := d.add("conversion", "1", t.QuantityOr("conversion", "1", 0.99, conf.Fraction), conf.Fraction)
	constant("conversion", d.handles[rest].Value, chem.Assumed, note)
	own := map[string]float64{"CeO2(s)": 0.1, "Tb4O7(s)": 0.9}
	if d.peroxide >= 0 {
		own["CeO2(s)"] = 0.5
	}
	given := t.Has("conversion_of")
	var table *conf.Table
	var source string
	var class chem.Class
	if given {
		table = t.Table("conversion_of")
		source, class = table.Text("source"), chem.Class(table.Choice("class", "measured", "derived", "estimated", "assumed"))
	}
	var names []string
	for k := range d.solids {
		r := &d.solids[k]
		name := d.system.Components[r.solid].Name
		names = append(names, name)
		value, special := own[name]
		switch {
		case given && table.Has(name):
			r.place = d.add("conversion_of."+name, "1", table.Quantity(name, "1", conf.Fraction), conf.Fraction)
			constant("conversion_of."+name, d.handles[r.place].Value, class, source)
		case special:
			r.place, r.fixed = -1, value
			constant("conversion_of."+name, value, chem.Assumed, note)
		default:
			r.place = rest
		}
	}
	if !given {
		return constants
	}
	for _, name := range elements(table) {
		if !slices.Contains(names, name) {
			table.Fault(name, "%v", d.system.Unknown("solid that dissolves", name, names))
			table.Skip(name)
		}
	}
	table.Close()
	return constants
}

// heats sets the heat of each reaction at 298.15 K; NaN where something has no data.
func (d *Dissolver) heats() (constants []chem.Constant, err error) {
	lib, err := library(d.system)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	at := func(name, tag string, count float64) float64 {
		if count == 0 {
			return 0
		}
		s, err := lib.Species(name)
		if err != nil {
			return math.NaN()
		}
		f := s.Stable(thermo.Room, tag)
		if f == nil {
			return math.NaN()
		}
		if k := f.Constant(); !seen[name+tag] {
			seen[name+tag] = true
			k.Name = "enthalpy." + name + "(" + tag + ")"
			constants = append(constants, k)
		}
		return count * f.H(thermo.Room)
	}
	for k := range d.solids {
		r := &d.solids[k]
		r.heat = -at(strings.TrimSuffix(d.system.Components[r.solid].Name, "(s)"), "cr", 1)
		if math.IsNaN(r.heat) {
			continue
		}
		r.heat += at(d.system.Components[r.ion].Name, "aq", r.ions) + at("H2O", "l", r.water) + at("CO2", "g", r.co2) - at("H+", "aq", r.protons)
		if d.peroxide < 0 {
			r.heat += at("Cl2", "g", r.electrons/2) - at("Cl-", "aq", r.electrons)
		} else {
			r.heat += at("O2", "g", r.electrons/2) - at("H2O2", "aq", r.electrons/2)
		}
	}
	return constants, nil
}

// conversion is the share that dissolves.
func (r *dissolving) conversion(u, du []float64) dual {
	if r.place < 0 {
		return num(r.fixed)
	}
	return moving(u, du, r.place)
}

// doses are what is added, mol/s.
type doses struct{ acid, water, peroxide dual }

// dose finds what dissolves (xi) of the merged inlets n and what is added for it; du and dn are nil for the values alone.
func (d *Dissolver) dose(u, du, n, dn []float64) (a doses, err error) {
	s := d.system
	W, H := moving(n, dn, d.water), moving(n, dn, d.proton)
	metal := dual{} // kg/s of rare earths
	for _, i := range d.earths {
		metal = metal.add(moving(n, dn, i).times(s.Elements[s.Components[i].Key].Mass * s.Components[i].KeyCount))
	}
	for k := range d.solids {
		r := &d.solids[k]
		x := moving(n, dn, r.solid).mul(r.conversion(u, du))
		d.xi[k] = x
		W, H = W.add(x.times(r.water)), H.sub(x.times(r.protons))
		if d.peroxide >= 0 {
			a.peroxide = a.peroxide.add(x.times(r.electrons / 2))
		}
		if e := &s.Elements[s.Components[r.ion].Key]; e.Group == "ree" {
			metal = metal.add(x.times(r.ions * e.Mass))
		}
	}
	if d.peroxide >= 0 {
		need := a.peroxide
		a.peroxide = need.mul(moving(u, du, d.over))
		W = W.add(a.peroxide.sub(need)) // what decays to O2
	}
	per := moving(u, du, d.pH).times(-math.Ln10).exp().times(1000 * s.Components[d.water].V) // H+ per mole of water
	if d.tenor >= 0 {
		water := metal.div(moving(u, du, d.tenor)).times(1 / s.Components[d.water].V)
		if a.acid = per.mul(water).sub(H); !(a.acid.v > 0) {
			a.acid = dual{}
		}
		if a.water = water.sub(W).sub(a.acid.times(d.perAcid)); a.water.v > 0 {
			return a, nil
		}
		a.water = dual{}
	}
	room := num(1).sub(per.times(d.perAcid))
	if !(room.v > 0) {
		return a, fmt.Errorf("pH is %g: the acid itself is not that strong", u[d.pH])
	}
	if a.acid = per.mul(W).sub(H).div(room); !(a.acid.v > 0) {
		a.acid = dual{}
	}
	return a, nil
}

// Solve dissolves and doses.
func (d *Dissolver) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := d.check(u); err != nil {
		return err
	}
	liquor := &out[dissolverLiquor]
	merge(d.system, in, liquor)
	liquor.T = u[d.temperature]
	a, err := d.dose(u, nil, liquor.N, nil)
	if err != nil {
		return err
	}
	if v := a.acid.v + a.water.v + a.peroxide.v; math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("doses of %g mol/s acid and %g water", a.acid.v, a.water.v)
	}
	d.part(a, out, func(x dual) float64 { return x.v })
	return nil
}

// part writes the outlets, or with pick their derivatives: it is linear in what dissolves and in the doses. out[0] holds the merged inlets.
func (d *Dissolver) part(a doses, out []flowsheet.Stream, pick func(dual) float64) {
	liquor := out[dissolverLiquor].N
	for k := range out[1:] {
		out[k+1].Zero(out[dissolverLiquor].T)
	}
	vent := out[dissolverVent].N
	gas := func(k int, n float64) {
		if n != 0 {
			vent[d.gases[k]] += n
		}
	}
	oxygen := 0.0
	for k := range d.solids {
		r, x := &d.solids[k], pick(d.xi[k])
		liquor[r.solid] -= x
		liquor[r.ion] += r.ions * x
		liquor[d.proton] -= r.protons * x
		liquor[d.water] += r.water * x
		gas(ventCarbon, r.co2*x)
		if d.peroxide >= 0 {
			oxygen += r.electrons / 2 * x
		} else if r.electrons > 0 {
			liquor[d.base] -= r.electrons * x
			gas(ventChlorine, r.electrons/2*x)
		}
	}
	if d.peroxide >= 0 {
		n := pick(a.peroxide)
		out[dissolverPeroxide].N[d.peroxide] = n
		liquor[d.water] += n - oxygen
		gas(ventOxygen, oxygen+(n-oxygen)/2)
	}
	acid, water := pick(a.acid), pick(a.water)
	drawn := out[dissolverAcid].N
	drawn[d.proton], drawn[d.base], drawn[d.water] = acid, acid, acid*d.perAcid
	out[dissolverWater].N[d.water] = water
	liquor[d.proton] += acid
	liquor[d.base] += acid
	liquor[d.water] += acid*d.perAcid + water
}

// Tangent is exact, by duals.
func (d *Dissolver) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	n := dout[dissolverVent].N // scratch: the merged inlets
	clear(n)
	for k := range in {
		for i, v := range in[k].N {
			n[i] += v
		}
	}
	mergeTangent(d.system, in, out[dissolverLiquor].T, din, &dout[dissolverLiquor])
	dout[dissolverLiquor].T = du[d.temperature]
	a, err := d.dose(u, du, n, dout[dissolverLiquor].N)
	d.part(a, dout, func(x dual) float64 { return x.d })
	return err
}
