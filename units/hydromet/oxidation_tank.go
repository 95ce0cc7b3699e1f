package hydromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/conf"
)

// OxidationTank is an aerated stirred tank behind a linear weir, in which Fe(II) and Mn(II) are oxidised by oxygen and, where it is
// dosed, by hydrogen peroxide, while water and precipitates are in equilibrium:
//
//	Fe+2 + ¼ O2 + H+ → Fe+3 + ½ H2O        r = (k0 + k a(OH-)² p(O2)) [Fe(II)]
//	Mn+2 + ½ O2 + H2O → MnO2(s) + 2 H+      r = Σ k_i [species i] [O2]
//	2 Fe+2 + H2O2 + 2 H+ → 2 Fe+3 + 2 H2O   r = k [Fe(II)] [H2O2]
//	kLa (c* − c) = ¼ r_Fe + ½ r_Mn          c dissolved oxygen; the term k0 of iron, written without oxygen, is left out
//
// What is held, N_i, are totals (dissolved and in the solids that are allowed) and whatever passes; with the volume of water V and its
// outflow Q, as in a Tank:
//
//	dN_i/dt = in_i − Q N_i / V + V Σ ν_i r        V = volume + weir_time · Q, or Q = 0 while V is below volume
//
// With the extents ξ = V r the stage is closed but for one equation for each reaction; they are solved by Newton with the tangents
// of the equilibrium. pH, complexes and precipitates follow by equilibrium at every step.
//
// Assumptions: ideal mixing; oxygen dissolved in streams is not counted (below 0.4 mol/m3); volume is that of the water; iron is oxidised in
// solution only: the path over iron sorbed on precipitates, up to 70 times as fast, is not in it; no bacteria, so that acid water keeps its
// Fe(II) unless peroxide is dosed; no catalysis of Mn by MnO2.
// Validity: rates as docs/kinetics.md has them, most at 25 °C. kLa is assumed: nothing measured was found for mine waters; the signal
// kLa_sensitivity says what hangs on it.
// Degrees of freedom: volume, weir_time, kLa, pressure, peroxide.
// Source: chem/aqueous (LoadKinetics), Singer and Stumm 1970, Morgan 2005.
type OxidationTank struct {
	dials
	system               *chem.System
	water                *water
	kinetics             *aqueous.Kinetics
	reactions            []oxidation
	species              []manganese // of the paths of Mn
	ferrous              int         // place of Fe(II) in the totals
	peroxide             int         // component H2O2, −1
	byOxygen, byPeroxide int         // reactions of Fe(II), −1
	held                 []bool      // per component: has a state
	at                   oxidationPlaces
	density              float64 // kg of water per m3

	g, dg           []float64 // supply, mol/s; after deliver with what reacted
	gBefore         []float64
	after           []float64 // totals at the equilibrium
	rate, step      []float64 // per reaction
	extent, dextent []float64
	before          []float64 // what was left before the step, of which
	share           float64   // is taken
	good            []float64 // what was left when the time in the tank was
	reached         float64   // s
	dir             []float64 // derivative of the rates in a direction
	jacobian        [][]float64
	slopes          [][]float64 // of the memory along each reaction
	unit            []float64
	dafter          []float64
	now             oxidationState
}

// oxidationPlaces are the places in x, u and the outlets.
type oxidationPlaces struct {
	memory, left, oxygen                int // in x
	volume, weir, kLa, pressure, dosing int // in u; dosing −1
}

// oxidation is one reaction: what one mole of it does to totals and to components beside them.
type oxidation struct {
	name   string
	totals []float64 // per total
	others []chem.Part
	oxygen float64 // mol of O2
	law    int
	key    int // total of its reactant; −1 for H2O2
}

const (
	ferrousByOxygen = iota
	manganeseByOxygen
	ferrousByPeroxide
)

// oxidationState is what the rates of the last point rest on.
type oxidationState struct {
	stays         float64 // s
	saturated, c  float64 // mol/m3 of O2
	fe, mn        float64 // mol/m3: Fe(II) dissolved; Σ k_i [i], 1/s per mol/m3 of O2
	fast, perO2   float64 // k a(OH-)², 1/(Pa s); Pa per mol/m3
	peroxide, lnN float64 // mol/m3; ln of neutrals' activity coefficient per ionic strength
}

// NewOxidationTank makes an oxidation tank.
func NewOxidationTank() flowsheet.Unit { return new(OxidationTank) }

// Init reads volume and optionally weir_time, kLa, pressure, peroxide, solids and sorption.
func (o *OxidationTank) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	o.system = env.System
	var err error
	if o.kinetics, err = aqueous.LoadKinetics(); err != nil {
		return flowsheet.Spec{}, err
	}
	o.water = newWater(env, hydroxides(), false)
	spec := flowsheet.Spec{In: inlets(env), Out: ports("out", "oxygen")}
	spec.Out[1].Drawn = true
	if o.water != nil && o.water.activity != "davies" {
		t.Fault("activity", "the rates of an oxidation tank are with Davies")
	}
	if o.water == nil {
		t.Skip(t.Keys()...)
		return spec, nil
	}
	o.readHandles(t)
	if o.at.dosing >= 0 {
		spec.Out = append(spec.Out, flowsheet.Port{Name: "peroxide", Drawn: true})
	}
	if _, ok := env.System.Index("O2(g)"); !ok {
		t.Fault("", "oxygen is drawn as O2(g); add the family gas to [chemistry]")
	}
	o.addReactions()
	if len(o.reactions) == 0 {
		t.Fault("", "there is nothing to oxidise: add the families water (Fe+2) or precipitate (MnO2(s)), and Fe or Mn, to [chemistry]")
	}
	o.water.ready()
	o.room(&spec)
	spec.Handles = o.handles
	spec.Signals = []flowsheet.Variable{
		{Name: "pH_out", Unit: "1", Scale: 1}, {Name: "ionic_strength", Unit: "mol/kg", Scale: 0.1}, {Name: "oxygen", Unit: "mol/m3", Scale: 0.1},
		{Name: "oxygen_used", Unit: "kg/s", Scale: 1e-3}, {Name: "kLa_sensitivity", Unit: "1", Scale: 1}, {Name: "Fe2_left", Unit: "mol/m3", Scale: 0.1},
		{Name: "solids_made", Unit: "kg/s", Scale: 1e-2},
	}
	spec.Constants = append(o.water.constants(), o.figures(t)...)
	return spec, nil
}

func (o *OxidationTank) readHandles(t *conf.Table) {
	o.at.volume = o.read(t, "volume", "m3", conf.Positive)
	o.at.weir = o.add("weir_time", "s", t.QuantityOr("weir_time", "s", 60, conf.Positive), conf.Positive)
	positive := conf.Range{Lo: 1e-9, Hi: 1}
	o.at.kLa = o.add("kLa", "1/s", t.QuantityOr("kLa", "1/s", o.kinetics.Oxygen.KLa, positive), positive)
	column := conf.Between(2e4, 2e6)
	o.at.pressure = o.add("pressure", "Pa", t.QuantityOr("pressure", "Pa", standardAtmosphere, column), column)
	o.at.dosing, o.peroxide = -1, -1
	if i, ok := o.system.Index("H2O2"); ok {
		o.peroxide = i
		o.water.foreign = slices.DeleteFunc(o.water.foreign, func(f int) bool { return f == i }) // it reacts here
	}
	if !t.Has("peroxide") {
		return
	}
	if o.peroxide < 0 {
		t.Fault("peroxide", "is counted as H2O2; add the family water to [chemistry]")
		t.Skip("peroxide")
		return
	}
	dose, which := t.QuantityOf("peroxide", []string{"mol/m3", "kg/m3"}, conf.NonNegative)
	if which == 1 {
		dose /= o.system.Components[o.peroxide].M
	}
	o.at.dosing = o.add("peroxide", "mol/m3", dose, conf.NonNegative)
}

// addReactions lists the reactions whose components the plant has.
func (o *OxidationTank) addReactions() {
	w := o.water
	place := func(name string) int {
		i, err := w.sys.Component(name)
		if err != nil {
			return -1
		}
		return i
	}
	fe, fe3, mn := place("Fe"), place("Fe_tri"), place("Mn")
	o.ferrous = fe
	add := func(name string, law, key int, oxygen float64, totals map[int]float64, others ...chem.Part) {
		r := oxidation{name, make([]float64, len(w.at)), others, oxygen, law, key}
		for j, n := range totals {
			r.totals[j] = n
		}
		switch law {
		case ferrousByOxygen:
			o.byOxygen = len(o.reactions)
		case ferrousByPeroxide:
			o.byPeroxide = len(o.reactions)
		}
		o.reactions = append(o.reactions, r)
	}
	o.byOxygen, o.byPeroxide = -1, -1
	if fe >= 0 && fe3 >= 0 {
		add("Fe(II) by O2", ferrousByOxygen, fe, 0.25, map[int]float64{fe: -1, fe3: 1, aqueous.H: -1, aqueous.Water: 0.5})
	}
	if i, ok := o.system.Index("MnO2(s)"); ok && mn >= 0 {
		add("Mn(II) by O2", manganeseByOxygen, mn, 0.5, map[int]float64{mn: -1, aqueous.H: 2, aqueous.Water: -1}, chem.Part{Component: i, Count: 1})
		for _, path := range o.kinetics.Manganous.Paths {
			if k, err := w.sys.SpeciesOf(path.Species); err == nil {
				o.species = append(o.species, manganese{k, path.K})
			}
		}
	}
	if fe >= 0 && fe3 >= 0 && o.peroxide >= 0 {
		add("Fe(II) by H2O2", ferrousByPeroxide, -1, 0, map[int]float64{fe: -2, fe3: 2, aqueous.H: -2, aqueous.Water: 2},
			chem.Part{Component: o.peroxide, Count: -1})
	}
}

// room declares states and unknowns and makes room.
func (o *OxidationTank) room(spec *flowsheet.Spec) {
	w, n := o.water, len(o.reactions)
	c := &o.system.Components[w.at[aqueous.Water]]
	o.density = c.M / c.V
	o.held = make([]bool, len(o.system.Components))
	for i := range o.held {
		o.held[i] = true
	}
	w.counted(func(i int) { o.held[i] = false })
	volume := o.handles[o.at.volume].Value
	for i, c := range o.system.Components {
		if o.held[i] {
			v := flowsheet.Variable{Name: c.Name, Unit: "mol", Scale: 1000 * volume}
			if c.Name == "H+" || c.Family == "sorbed" {
				v.Lower = flowsheet.NoBound
			}
			spec.States = append(spec.States, v)
		}
	}
	spec.States = append(spec.States, flowsheet.Variable{Name: "T", Unit: "K", Scale: 300, Start: 298.15})
	o.at.memory = len(spec.States)
	spec.Algebraic = w.variables()
	o.at.left = o.at.memory + len(spec.Algebraic)
	for _, r := range o.reactions {
		spec.Algebraic = append(spec.Algebraic, flowsheet.Variable{Name: "left of " + r.name, Unit: "mol/kg", Scale: 1e-3})
	}
	o.at.oxygen = o.at.left + n
	spec.Algebraic = append(spec.Algebraic, flowsheet.Variable{Name: "dissolved O2", Unit: "mol/m3", Scale: 0.1, Lower: flowsheet.NoBound})

	f := func(n int) []float64 { return make([]float64, n) }
	o.g, o.dg, o.gBefore = f(len(o.held)), f(len(o.held)), f(len(o.held))
	o.after, o.dafter, o.unit = f(len(w.at)), f(len(w.at)), f(len(w.at))
	o.rate, o.step, o.dir, o.extent, o.dextent, o.before, o.good = f(n), f(n), f(n), f(n), f(n), f(n), f(n)
	for range n {
		o.jacobian, o.slopes = append(o.jacobian, f(n+1)), append(o.slopes, f(len(w.dx)))
	}
}

// figures are the numbers of the rate laws, and kLa where the plant file gives its own.
func (o *OxidationTank) figures(t *conf.Table) (list []chem.Constant) {
	for _, f := range o.kinetics.Figures() {
		if f.Name == "oxygen.kLa" && t.Has("kLa") {
			f.Value, f.Class, f.Source = o.handles[o.at.kLa].Value, chem.Assumed, "the plant file"
		}
		for _, part := range []string{"oxygen.", "ferrous.", "manganous.", "peroxide."} {
			if len(f.Name) > len(part) && f.Name[:len(part)] == part {
				list = append(list, f.Constant)
			}
		}
	}
	return list
}

// supply sets g: what enters and, in time, what was held, with the peroxide dosed and solids that are allowed counted in the totals.
// The same is done for derivatives, u being du and V the derivative of the inlets' water.
func (o *OxidationTank) supply(rate float64, in, prev []float64, g []float64) {
	copy(g, in)
	for k, i := range o.water.solids {
		if g[i] != 0 {
			for _, t := range o.water.sys.Solids[o.water.problem.Solids[k]].Terms {
				g[o.water.at[t.Component]] += t.Coefficient * g[i]
			}
			g[i] = 0
		}
	}
	for j, i := range o.water.sorbed {
		g[o.water.at[j]] += g[i]
		g[i] = 0
	}
	if rate > 0 && prev != nil {
		k := 0
		for i, held := range o.held {
			if held {
				g[i] += rate * prev[k]
				k++
			}
		}
	}
}

// Solve finds extents, equilibrium, holdups and outflow.
func (o *OxidationTank) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if err := o.check(u); err != nil {
		return err
	}
	w, slurry := o.water, &out[slurryPort]
	inflow := merge(o.system, in, slurry)
	dosed := o.dose(u, slurry.N)
	if o.at.dosing >= 0 {
		slurry.N[o.peroxide] += dosed
	}
	o.supply(st.Rate, slurry.N, st.Prev, o.g)
	if w.kg = w.flowOfWater(o.g); !(w.kg > 0) {
		return fmt.Errorf("there is no water: %g kg/s", w.kg)
	}
	spill := weirOf(st.Rate, w.kg/o.density, u)
	T := slurry.T
	if held := st.Rate * spill.stays * o.system.Mass(o.g); held > 0 {
		T += (st.Prev[o.at.memory-1] - T) * held / (inflow + held)
	}
	w.problem.T, w.problem.HoldPH, w.problem.Totals = T, false, o.after
	w.gather(o.g, w.totals)
	if err := o.react(u, x, spill.stays, st.Cold); err != nil {
		return err
	}
	o.deliver(x, spill, T, dosed, out)
	return nil
}

// dose is the peroxide dosed, mol/s, to the water of n.
func (o *OxidationTank) dose(u, n []float64) float64 {
	if o.at.dosing < 0 {
		return 0
	}
	return u[o.at.dosing] * o.water.flowOfWater(n) / o.density
}

// deliver writes memory, holdups and outlets.
func (o *OxidationTank) deliver(x []float64, spill weir, T, dosed float64, out []flowsheet.Stream) {
	w, slurry := o.water, &out[slurryPort]
	w.result.Remember(&w.problem, x[o.at.memory:o.at.left])
	oxygen := 0.0
	for r, xi := range o.extent {
		oxygen += o.reactions[r].oxygen * xi * w.kg
		for _, p := range o.reactions[r].others {
			o.g[p.Component] += p.Count * xi * w.kg
		}
	}
	for j, i := range w.at {
		o.g[i] = w.kg * o.after[j]
	}
	k := 0
	for i, held := range o.held {
		slurry.N[i] = 0
		if held {
			slurry.N[i], x[k] = o.g[i]*spill.leaves, o.g[i]*spill.stays
			k++
		}
	}
	x[k] = T
	if spill.leaves > 0 {
		kg := w.kg
		w.kg *= spill.leaves
		w.put(o.after, slurry.N)
		w.kg = kg
	}
	for k := range out {
		out[k].T = T
	}
	clear(out[1].N)
	gas, _ := o.system.Index("O2(g)")
	out[1].N[gas] = oxygen
	if o.at.dosing >= 0 {
		clear(out[2].N)
		out[2].N[o.peroxide] = dosed
	}
}

// Observe reads the signals.
func (o *OxidationTank) Observe(u, x []float64, in, out []flowsheet.Stream, y []float64) {
	slurry := out[slurryPort]
	y[0], y[1], y[2] = x[o.at.memory+waterPH], x[o.at.memory+waterStrength], x[o.at.oxygen]
	y[3] = o.system.Mass(out[1].N)
	y[4] = o.sensitivity(u, x)
	y[5] = 0
	if o.ferrous >= 0 {
		if water := o.water.flowOfWater(slurry.N); water > 0 {
			y[5] = slurry.N[o.water.at[o.ferrous]] * o.density / water
		}
	}
	y[6] = o.system.PhaseMass(chem.Solid, slurry.N)
	for k := range in {
		y[6] -= o.system.PhaseMass(chem.Solid, in[k].N)
	}
}

// sensitivity is d ln(oxygen used) / d ln kLa.
func (o *OxidationTank) sensitivity(u, x []float64) float64 {
	sat := o.kinetics.Oxygen.Saturation(x[o.at.memory-1], u[o.at.pressure]).O2
	c := x[o.at.oxygen]
	if used := u[o.at.kLa] * (sat - c); used > 0 && c > 0 {
		return o.kinetics.Oxygen.Sensitivity(u[o.at.kLa], sat, c, 0, used, used/c).DLnKLa
	}
	return 0
}

// Explain gives the equations in words.
func (o *OxidationTank) Explain() string {
	return "an aerated stirred tank behind a weir: Fe(II) and Mn(II) are oxidised at the rates of docs/kinetics.md, oxygen enters at kLa (c* - c), " +
		"peroxide oxidises Fe(II) where it is dosed; water and precipitates are in equilibrium. Oxidation on sorbed iron, bacteria and the catalysis of Mn " +
		"by MnO2 are not in it."
}

// Report gives the water as a profile of one stage, and what is not to be trusted blindly.
func (o *OxidationTank) Report(u, x []float64, in, out []flowsheet.Stream) flowsheet.Report {
	const much = 0.3
	memory := x[o.at.memory:o.at.left]
	report := flowsheet.Report{
		Profile:  []flowsheet.ProfileStage{{Section: "tank", Stage: 1, PH: memory[waterPH], Aqueous: tenors(o.system, out[slurryPort].N)}},
		Warnings: o.water.doubts(memory, in, out[slurryPort]),
	}
	warn := func(code, where string, value, limit float64, unit, text string, args ...any) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(text, args...)})
	}
	if s := o.sensitivity(u, x); s > much {
		warn("rests_on_assumed", "kLa", s, much, "1", "%.0f %% more kLa is %.1f %% more oxidation, and kLa is assumed: nothing measured was found for mine waters", 10.0, 10*s)
	}
	if p := o.peroxide; p >= 0 {
		dosed := 0.0
		if o.at.dosing >= 0 {
			dosed = out[2].N[p]
		}
		if left := out[slurryPort].N[p]; left > 1e-6*dosed {
			warn("not_in_equilibrium", "H2O2", left, 0, "mol/s", "%.3g mg/L of H2O2 is left: units after this one pass it unchanged, it oxidises nothing there",
				1000*left*o.system.Components[p].M/o.system.PhaseVolume(chem.Aqueous, out[slurryPort].N))
		}
	}
	if T := x[o.at.memory-1]; math.Abs(T-298.15) > 1 {
		warn("outside_range", "rates", T, 298.15, "K", "%.1f degC, with rate laws that are known at 25 degC only", T-273.15)
	}
	return report
}

// Held adds the holdups: states are totals, each named after its dissolved component, and what passes.
func (o *OxidationTank) Held(x, n []float64) {
	k := 0
	for i, held := range o.held {
		if held {
			n[i] += x[k]
			k++
		}
	}
}
