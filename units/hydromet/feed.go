package hydromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Feed brings a stream of one phase into the plant. Per component i, with the composition c (a handle per name):
//
//	aqueous, organic: n_i = F Σ_j ν_ij c_j,        n_solvent = F / V_solvent    F in m3/s, c (tenor) in mol/m3
//	solid:            n_i = F Σ_j ν_ij c_j / M_j                                F in kg/s, c (assay) mass fractions
//	gas:              n_i = F Σ_j ν_ij c_j                                      F in mol/s, c (fraction) mole fractions
//
// ν are the moles of component per mole of the named substance (HSO4- is one H+ and one SO4-2).
//
// Assumptions: the volume of a liquid is that of its solvent, so water that a name brings (NaOH is Na+ − H+ + H2O) is part
// of that solvent. Moles follow from mass by the system's molar masses, or by those the file quotes from its source.
// Validity: none but the ranges of the parameters; Report warns of an assay or gas whose fractions do not add to 1, and of
// a solution whose ions carry a net charge.
// Degrees of freedom: flow, temperature and every tenor, assay or fraction.
//
// With from the composition is that of a feed file: see fromFile.
type Feed struct {
	dials
	system      *chem.System
	composition string // "tenor", "assay", "fraction"
	solvent     int    // −1 for solids and gases
	dilution    float64
	parts       []feedPart
	single      map[int]string // components already named alone: component → name
	file        *fromFile      // nil when the plant's file has the composition
}

// feedPart says that a composition handle brings count moles of a component per its unit and unit of flow.
type feedPart struct {
	handle, component int
	count             float64
}

const (
	feedFlow = iota // places in u
	feedTemperature
	feedComposition
)

// NewFeed makes a feed.
func NewFeed() flowsheet.Unit { return new(Feed) }

// Init reads phase, flow, temperature, the composition and the optional molar_mass; with from it reads a feed file.
func (f *Feed) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	if t.Has("from") {
		return f.initFile(env)
	}
	f.system = env.System
	phase, unit := chem.Aqueous, "m3/s"
	f.composition, f.solvent, f.single = "tenor", -1, map[int]string{}
	name := t.Choice("phase", "aqueous", "organic", "solid", "gas")
	if t.Faulty("phase") { // what else the feed needs depends on it
		t.Skip(t.Keys()...)
		return flowsheet.Spec{Out: ports("out")}, nil
	}
	switch name {
	case "organic":
		phase = chem.Organic
	case "solid":
		phase, unit, f.composition = chem.Solid, "kg/s", "assay"
	case "gas":
		phase, unit, f.composition = chem.Gas, "mol/s", "fraction"
	}
	f.read(t, "flow", unit, conf.NonNegative)
	f.read(t, "temperature", "K", temperatures(phase))
	if first, end := env.System.Span(phase); first == end {
		t.Fault("phase", "the system has no %s component; add the family to [chemistry]", name)
		t.Skip(t.Keys()...)
		return flowsheet.Spec{Out: ports("out"), Handles: f.handles}, nil
	}
	if f.composition == "tenor" {
		f.solvent = env.System.Solvent(phase)
		f.dilution = 1 / env.System.Components[f.solvent].V
	}
	f.readComposition(t, env.System, phase)
	return flowsheet.Spec{Out: ports("out"), Handles: f.handles}, nil
}

// readComposition reads the table of the composition. A liquid without one is pure solvent.
func (f *Feed) readComposition(t *conf.Table, s *chem.System, phase chem.Phase) {
	var names []string
	table, quoted := t, t
	switch f.composition {
	case "assay":
		table = t.Required("assay", "mass fractions, such as \"SiO2(s)\" = 0.9")
		names = table.Keys()
	case "fraction":
		table = t.Required("fraction", "mole fractions, such as \"N2(g)\" = 0.8")
		names = table.Keys()
	case "tenor":
		if t.Has("tenor") {
			table = t.Table("tenor")
			names = table.Keys()
		}
	}
	if phase != chem.Gas && t.Has("molar_mass") {
		quoted = t.Table("molar_mass")
	}
	used := map[string]bool{}
	sum := 0.0
	for _, name := range names {
		recipe, err := s.Resolve(phase, name)
		if err != nil {
			table.Fault(name, "%v", err)
			used[name] = true
			if quoted != t {
				quoted.Skip(name)
			}
			continue
		}
		f.refuse(table, name, s, recipe)
		M := recipe.M
		if quoted != t && quoted.Has(name) {
			M = quoted.Quantity(name, "kg/mol", conf.Positive)
		}
		value := f.readOne(table, name, s, phase, recipe, M)
		used[name] = true
		sum += value
	}
	if quoted != t {
		for _, name := range quoted.Keys() {
			if !used[name] {
				quoted.Fault(name, "not used: %s has no %s; %s", f.composition, name, conf.Hint(name, names))
			}
		}
	}
	if f.composition != "tenor" {
		f.checkSum(t, sum)
	}
}

// refuse faults the solvent, which follows from the flow, and a second name for a component that already has one.
func (f *Feed) refuse(table *conf.Table, name string, s *chem.System, recipe chem.Recipe) {
	if len(recipe.Parts) != 1 {
		return
	}
	c := recipe.Parts[0].Component
	if c == f.solvent {
		table.Fault(name, "%s is the solvent, its amount follows from flow; leave it out", name)
	}
	if other, ok := f.single[c]; ok {
		table.Fault(name, "%s is already given as %s", s.Components[c].Name, other)
	}
	f.single[c] = name
}

// readOne reads the amount of one name and declares its handle.
func (f *Feed) readOne(table *conf.Table, name string, s *chem.System, phase chem.Phase, recipe chem.Recipe, M float64) (value float64) {
	r, unit, perHandle := conf.Fraction, "1", 1.0
	switch f.composition {
	case "tenor":
		unit = "mol/m3"
		value, r = readTenor(table, name, s, phase, recipe, M)
	case "assay":
		value, perHandle = table.Quantity(name, "1", r), 1/M
	case "fraction":
		value = table.Quantity(name, "1", r)
	}
	h := f.add(f.composition+"."+name, unit, value, r)
	for _, p := range recipe.Parts {
		if p.Component != f.solvent {
			f.parts = append(f.parts, feedPart{h, p.Component, p.Count * perHandle})
		}
	}
	return value
}

// readTenor reads a tenor in mol/m3, and the range it may take: total acidity alone may be negative.
func readTenor(table *conf.Table, name string, s *chem.System, phase chem.Phase, recipe chem.Recipe, M float64) (tenor float64, r conf.Range) {
	r = conf.NonNegative
	units := []string{"g/L", "mol/L"}
	var pure float64 // m3/mol of the free extractant, 0 for all others
	if len(recipe.Parts) == 1 {
		c := recipe.Parts[0].Component
		if s.Components[c].Name == "H+" {
			r = conf.Any
		}
		if phase == chem.Organic && s.Components[c].Key < 0 && c != s.Solvent(phase) {
			if pure = s.PureVolume(); pure > 0 {
				units = append(units, "1")
			}
		}
	}
	tenor, which := table.QuantityOf(name, units, r)
	switch which {
	case 0:
		tenor /= M
	case 2:
		tenor /= pure
	}
	if pure > 0 {
		r.Hi = (1 + 1e-9) / pure // the pure liquid, with room for a molar mass that the file quotes
		if tenor > r.Hi {
			table.Fault(name, "a dosage of %.6g %% is more than the whole volume", 100*tenor*pure)
		}
	}
	return tenor, r
}

// checkSum faults fractions that do not add to 1, or for a solid to the value the file owns up to as assay_sum.
func (f *Feed) checkSum(t *conf.Table, sum float64) {
	want := 1.0
	if f.composition == "assay" {
		want = t.QuantityOr("assay_sum", "1", 1, conf.NonNegative)
	}
	if math.Abs(sum-want) > sumTolerance && !t.Faulty(f.composition) && !t.Faulty("assay_sum") {
		t.Fault(f.composition, "the fractions add to %.9g, not to %.9g", sum, want)
	}
}

// sumTolerance is how far fractions may add beside their sum.
const sumTolerance = 1e-6

// Solve writes the feed.
func (f *Feed) Solve(_ *flowsheet.Stage, u, _ []float64, _, out []flowsheet.Stream) error {
	if err := f.check(u); err != nil {
		return err
	}
	flow, n := u[feedFlow], out[0].N
	out[0].Zero(u[feedTemperature])
	for _, p := range f.parts {
		n[p.component] += flow * u[p.handle] * p.count
	}
	if f.solvent >= 0 {
		n[f.solvent] = flow * f.dilution
	}
	return f.close(u, nil, n)
}

// Tangent is the product rule on Solve.
func (f *Feed) Tangent(_ *flowsheet.Stage, u, _ []float64, _, _ []flowsheet.Stream, du, _ []float64, _ []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	flow, dflow, dn := u[feedFlow], du[feedFlow], dout[0].N
	dout[0].Zero(du[feedTemperature])
	for _, p := range f.parts {
		dn[p.component] += (dflow*u[p.handle] + flow*du[p.handle]) * p.count
	}
	if f.solvent >= 0 {
		dn[f.solvent] = dflow * f.dilution
	}
	return f.close(u, du, dn)
}

// netCharge is the part of the charge of its ions that a solution may be off by: what rounding of published tenors leaves.
const netCharge = 0.01

// charged warns of a solution whose ions do not cancel: a counter-ion is missing, or one is given twice.
func (f *Feed) charged(n []float64) flowsheet.Report {
	carried := 0.0
	for i, c := range f.system.Components {
		carried += math.Abs(c.Charge * n[i])
	}
	net := f.system.ChargeFlow(n)
	if math.Abs(net) <= netCharge*carried {
		return flowsheet.Report{}
	}
	missing := "anions"
	if net < 0 {
		missing = "cations"
	}
	return flowsheet.Report{Warnings: []flowsheet.Warning{{
		Code: "net_charge", Where: "tenor", Value: net / carried, Limit: netCharge, Unit: "1",
		Text: fmt.Sprintf("%.3g %% of the ions' charge is not balanced: %s are missing", 100*math.Abs(net)/carried, missing),
	}}}
}

// Report warns of an assay or gas that does not add to 1, the stream then being flow × sum, and of a charged solution.
func (f *Feed) Report(u, _ []float64, _, out []flowsheet.Stream) flowsheet.Report {
	if f.file != nil {
		r := flowsheet.Report{Warnings: slices.Clone(f.file.warnings)}
		if f.composition == "tenor" {
			r.Warnings = append(append(r.Warnings, f.charged(out[0].N).Warnings...), f.pHs(out[0].N)...)
		}
		return r
	}
	if f.composition == "tenor" {
		return f.charged(out[0].N)
	}
	sum := 0.0
	for _, c := range u[feedComposition:] {
		sum += c
	}
	if math.Abs(sum-1) <= sumTolerance {
		return flowsheet.Report{}
	}
	return flowsheet.Report{Warnings: []flowsheet.Warning{{
		Code: f.composition + "_sum", Where: f.composition, Value: sum, Limit: 1, Unit: "1",
		Text: fmt.Sprintf("the fractions add to %.9g, so that the feed is this times its flow", sum),
	}}}
}

// Explain gives the equations in words.
func (f *Feed) Explain() string {
	if f.file != nil {
		return f.file.explain()
	}
	switch f.composition {
	case "assay":
		return "moles = flow (mass) x assay / molar mass; fractions that do not add to 1 are taken as they are, with a warning."
	case "fraction":
		return "moles = flow (moles) x mole fraction."
	}
	return "moles = flow (volume) x tenor; solvent moles = flow / molar volume of the solvent, which alone carries the volume."
}
