package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/conf"
)

// DosedTank is a stirred tank in which a reagent is dosed and water and solids come to equilibrium. Its inlets are merged; then
//
//	totals of the outlet = totals of the inlets + r · (what one mole of reagent brings)      r mol/s react
//	pH(outlet) = pH          the dose follows, or
//	r = utilisation · dose · water        the pH follows, or
//	r = ratio · 3/2 Σ rare earths − anion          all dissolved at the inlets, r ≥ 0; oxalate and carbonate only
//
// and the outlet is the aqueous equilibrium of these totals with the solids that are allowed: complexes, minerals, water and proton
// balance of package chem/aqueous. Solids at the inlet that are allowed may dissolve; others pass. With co2 the water exchanges CO2 with a
// gas at that partial pressure. With sorption iron and aluminium solids bind rare earths and metals while they form (docs/sorption.md); what
// they hold leaves as components "…(sorbed)". A reagent that could only move the pH the wrong way is not dosed: the valve is closed, the pH is what it
// is, and a warning says so. Solid reagents are delivered with a purity and react to their utilisation; the rest leaves with the solids.
//
// It serves as three kinds, which differ in what they dose and in the solids that form when the plant file does not say: `neutraliser`
// (bases to a pH; hydroxides, gypsum, calcite), `releach` (acids; dissolves what a neutraliser made) and `equilibrium_precipitator`
// (oxalic acid, carbonate, sulfate or caustic; the salts of that anion). Stages are tanks in a row, with separators between.
//
// Assumptions: equilibrium is reached in the tank; no holdup; redox is frozen (Fe(II), Mn(II) are oxidised in an oxidation_tank); no
// heat of reaction; the reagent has the temperature of the tank. Without sorption the capture of rare earths below pH 8 is
// understated; with it, it is that of surfaces in equilibrium, without coprecipitation into the solid.
// Validity: ionic strength to 0.5 mol/kg with Davies, constants mostly at 25 °C; departures are warnings.
// Degrees of freedom: pH, dose or ratio; purity and utilisation of a solid reagent; co2.
// Source: chem/aqueous, whose data carry theirs; purity and utilisation by default AMDTreat.
type DosedTank struct {
	dials
	water     *water
	system    *chem.System
	service   service
	reagent   reagent
	holds     bool // the pH is held
	level     int  // place of pH, dose or ratio
	anion     int  // component that the ratio counts, −1 without a ratio
	metals    []int
	co2       int // place of the CO2 pressure, −1
	after     []float64
	dafter    []float64
	unit      []float64 // what one mole of reagent brings, per total
	dx2       []float64
	signalsOf []signalSource
	tankPorts
}

// tankPorts are the places of a tank's outlets.
type tankPorts struct{ reagentPort, ventPort, airPort int }

// Places of the outlets: the slurry is first.
const slurryPort = 0

// NewNeutraliser makes a tank that raises or lowers the pH of a water.
func NewNeutraliser() flowsheet.Unit { return &DosedTank{service: neutralising()} }

// NewReleach makes a tank that dissolves a precipitate in acid.
func NewReleach() flowsheet.Unit { return &DosedTank{service: releaching()} }

// NewEquilibriumPrecipitator makes a tank that precipitates oxalates, carbonates, double sulfates or hydroxides.
func NewEquilibriumPrecipitator() flowsheet.Unit { return &DosedTank{service: precipitating()} }

// Init reads reagent, pH or dose, and optionally solids, sorption, co2, strength, purity and utilisation.
func (d *DosedTank) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	d.system = env.System
	d.co2, d.anion = -1, -1
	d.water = newWater(env, d.service.solids(t.TextOr("reagent", "")), t.Has("co2"))
	spec := flowsheet.Spec{In: inlets(env), Out: ports("out", "reagent")}
	spec.Out[1].Drawn = true
	if d.water == nil {
		t.Skip(t.Keys()...)
		return spec, nil
	}
	var assumed []chem.Constant
	d.reagent, assumed = d.water.readReagent(env, &d.dials, d.service.reagents)
	d.readLevel(t)
	d.readRatio(t)
	d.reagentPort, d.ventPort, d.airPort = 1, -1, -1
	if t.Has("co2") {
		d.co2 = d.read(t, "co2", "Pa", conf.Range{Lo: 1e-3, Hi: 1e6})
		d.ventPort, d.airPort = 2, 3
		spec.Out = append(spec.Out, flowsheet.Port{Name: "vent"}, flowsheet.Port{Name: "air", Drawn: true})
	}
	d.water.ready()
	n := len(d.water.at)
	d.after, d.dafter, d.unit, d.dx2 = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, len(d.water.dx))
	for _, term := range d.reagent.terms {
		d.unit[term.Component] += term.Coefficient
	}
	spec.Handles = d.handles
	spec.Algebraic = d.water.variables()
	d.signalsOf = d.sources()
	for _, s := range d.signalsOf {
		spec.Signals = append(spec.Signals, s.Variable)
	}
	spec.Constants = append(d.water.constants(), assumed...)
	return spec, nil
}

// readLevel reads the pH to hold, the dose to give or the ratio to keep, one of the three.
func (d *DosedTank) readLevel(t *conf.Table) {
	switch {
	case t.Has("ratio") && (t.Has("pH") || t.Has("dose")):
		t.Fault("ratio", "pH or dose is given too; give one of them")
		t.Skip("pH", "dose")
	case t.Has("ratio"):
		d.level = d.read(t, "ratio", "1", conf.Between(0, 100))
	case t.Has("pH") && t.Has("dose"):
		t.Fault("dose", "pH is given too; the pH is held by the dose, or follows from it: give one")
		t.Skip("pH")
	case t.Has("pH"):
		d.holds = true
		d.level = d.read(t, "pH", "1", conf.Between(-1, 14))
		if d.reagent.terms != nil && !d.service.holds(d.reagent.name) {
			t.Fault("pH", "%s holds no pH; give a dose", d.reagent.name)
		}
	case t.Has("dose"):
		value, which := t.QuantityOf("dose", []string{"mol/m3", "kg/m3"}, conf.NonNegative)
		if which == 1 && d.reagent.M > 0 {
			value /= d.reagent.M
		}
		d.level = d.add("dose", "mol/m3", value, conf.NonNegative)
	default:
		t.Fault("pH", "missing; give pH = 8.0 to hold it, or dose = \"0.3 kg/m3\" of water")
	}
}

// readRatio finds the anion that a ratio counts, and the rare earths.
func (d *DosedTank) readRatio(t *conf.Table) {
	if !t.Has("ratio") || d.reagent.terms == nil {
		return
	}
	for _, term := range d.reagent.terms {
		if i := d.water.at[term.Component]; d.system.Components[i].Name == "C2O4-2" || d.system.Components[i].Name == "CO3-2" {
			d.anion = i
		}
	}
	if d.anion < 0 {
		t.Fault("ratio", "is of oxalate or carbonate to rare earths, and %s brings neither; give pH or dose", d.reagent.name)
		return
	}
	for _, i := range d.water.at {
		if c := d.system.Components[i]; c.Key >= 0 && c.Charge == 3 && d.system.Elements[c.Key].Group == "ree" {
			d.metals = append(d.metals, i)
		}
	}
	if len(d.metals) == 0 {
		t.Fault("ratio", "there are no rare earths among the elements of [chemistry]; give pH or dose")
	}
}

// owed is the anion that the dissolved rare earths of a stream need, and what it brings of it, mol/s; or their derivatives.
func (d *DosedTank) owed(n []float64) (need, have float64) {
	for _, i := range d.metals {
		need += 1.5 * n[i]
	}
	return need, n[d.anion]
}

// reacting is mol of reagent per kg of water that a dose (mol per m3 of water) makes react, or a ratio to what n brings.
func (d *DosedTank) reacting(u, n []float64) float64 {
	if d.anion >= 0 {
		need, have := d.owed(n)
		return math.Max(0, u[d.level]*need-have) / d.water.kg
	}
	return u[d.level] * d.perKg() * share(d.reagent.utilisation, u, 1)
}

// reactingTangent is the derivative of what reacts, per a constant kg of water; kg moves by dkg.
func (d *DosedTank) reactingTangent(u, x []float64, in []flowsheet.Stream, du, dn []float64, dkg float64) float64 {
	if d.anion >= 0 {
		if x[waterDose] == 0 {
			return 0
		}
		need := 0.0
		for k := range in {
			n, _ := d.owed(in[k].N)
			need += n
		}
		dneed, dhave := d.owed(dn)
		return (du[d.level]*need + u[d.level]*dneed - dhave) / d.water.kg
	}
	of := d.reagent.utilisation
	return x[waterDose]*dkg/d.water.kg + d.perKg()*(du[d.level]*share(of, u, 1)+u[d.level]*share(of, du, 0))
}

// perKg is m3 of water per kg.
func (d *DosedTank) perKg() float64 {
	c := &d.system.Components[d.water.at[aqueous.Water]]
	return c.V / c.M
}

// Solve finds the equilibrium.
func (d *DosedTank) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if err := d.check(u); err != nil {
		return err
	}
	w, slurry := d.water, &out[slurryPort]
	merge(d.system, in, slurry)
	for k := range out[1:] {
		out[k+1].Zero(slurry.T)
	}
	if err := w.take(slurry.N, slurry.T); err != nil {
		return err
	}
	if d.co2 >= 0 {
		w.problem.TargetSI[w.gas] = math.Log10(u[d.co2] / standardAtmosphere)
	}
	given := d.reacting(u, slurry.N)
	dose, err := d.equilibrium(u, given, w.start(st.Cold, x))
	if err != nil {
		return err
	}
	w.result.Remember(&w.problem, x)
	x[waterDose] = dose
	d.exchange(w.put(d.after, slurry.N), out)
	d.reagent.draw(d.system, u, dose*w.kg/share(d.reagent.utilisation, u, 1), out[d.reagentPort].N, slurry.N)
	return nil
}

// standardAtmosphere is the unit of fugacity in the engine's data, Pa.
const standardAtmosphere = 101325

// exchange writes CO2 given off to the vent, or taken up as drawn from the air.
func (d *DosedTank) exchange(gas float64, out []flowsheet.Stream) {
	if d.co2 < 0 {
		return
	}
	c := d.water.solids[d.water.gas]
	out[d.ventPort].N[c], out[d.airPort].N[c] = math.Max(gas, 0), math.Max(-gas, 0)
}

// equilibrium finds the equilibrium and the reagent that reacts, mol/kg: what is given, or what holds the pH. after then holds the totals.
func (d *DosedTank) equilibrium(u []float64, given float64, warm bool) (dose float64, err error) {
	w := d.water
	w.problem.HoldPH, w.problem.Totals = false, d.after
	d.dosed(0)
	switch {
	case !d.holds:
		d.dosed(given)
		return given, w.find(warm)
	case d.reagent.sought:
		return d.seek(u[d.level], warm)
	}
	w.problem.HoldPH, w.problem.PH, w.problem.Titrant, w.problem.Totals = true, u[d.level], d.reagent.index, w.totals
	err = w.find(warm)
	dose = w.result.Titrant
	if err == nil && dose >= 0 {
		d.dosed(dose)
		return dose, nil
	}
	// With the valve closed the pH may be beyond the set-point already.
	w.problem.HoldPH = false
	if free := w.find(false); free == nil && d.beyond(u[d.level]) {
		return 0, nil
	}
	if err == nil {
		err = fmt.Errorf("holding it would take %.3g mol/kg of %s out of the water", -dose, d.reagent.name)
	}
	return 0, fmt.Errorf("%s does not bring the water to pH %.3g: %w", d.reagent.name, u[d.level], err)
}

// dosed sets the totals after a dose.
func (d *DosedTank) dosed(dose float64) {
	for j, t := range d.water.totals {
		d.after[j] = t + dose*d.unit[j]
	}
}

// beyond says that the pH found is past what the reagent could bring it to.
func (d *DosedTank) beyond(pH float64) bool {
	if d.reagent.base {
		return d.water.result.PH >= pH
	}
	return d.water.result.PH <= pH
}

// most is the largest dose that is searched, mol/kg.
const most = 10

// seek searches the dose of a reagent that brings carbonate: Newton on pH(dose) between bounds that close in.
func (d *DosedTank) seek(pH float64, warm bool) (dose float64, err error) {
	const steps = 100
	w := d.water
	w.problem.HoldPH = false
	if warm {
		dose = math.Min(math.Max(w.result.Titrant, 0), most)
	}
	lo, hi := 0.0, math.Inf(1)
	for range steps {
		d.dosed(dose)
		if err = w.find(warm); err != nil {
			return 0, err
		}
		warm = true
		off := w.result.PH - pH
		if math.Abs(off) <= 3e-12 {
			return dose, nil
		}
		if d.beyond(pH) {
			if dose == 0 {
				return 0, nil // the valve is closed
			}
			hi = dose
		} else {
			lo = dose
		}
		if err = w.solver.Tangent(d.unit, 0, w.slope); err != nil {
			return 0, err
		}
		next := dose - off/w.slope.PH
		if math.Abs(next-dose) <= 1e-15*dose || hi-lo <= 1e-15*lo {
			return dose, nil
		}
		if !(next > lo && next < hi) {
			if next = (lo + hi) / 2; math.IsInf(hi, 1) {
				next = 10*dose + 1e-4
			}
		}
		if next > most {
			return 0, fmt.Errorf("%s does not bring the water to pH %.3g: with %.3g mol/kg it is at %.4g", d.reagent.name, pH, dose, w.result.PH)
		}
		dose = next
	}
	return 0, fmt.Errorf("%s does not bring the water to pH %.3g: between %.6g and %.6g mol/kg it jumps", d.reagent.name, pH, lo, hi)
}

// closed says that the pH is held by a reagent that is not needed.
func (d *DosedTank) closed(x []float64) bool { return d.holds && x[waterDose] == 0 }

// Tangent differentiates at the equilibrium: the engine's factors, and differences for temperature and CO2 pressure.
func (d *DosedTank) Tangent(_ *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	w, dslurry := d.water, &dout[slurryPort]
	mergeTangent(d.system, in, out[slurryPort].T, din, dslurry)
	for k := range dout[1:] {
		dout[k+1].Zero(dslurry.T)
	}
	w.gather(dslurry.N, w.dtotal)
	dkg := w.flowOfWater(dslurry.N)
	var dPH, dose float64 // of what is held; at constant kg
	if !d.holds {
		dose = d.reactingTangent(u, x, in, du, dslurry.N, dkg) // the dose is per water that enters, the totals are per a constant kg of it
		for j := range w.dtotal {
			w.dtotal[j] += dose * d.unit[j]
		}
	} else if !d.closed(x) {
		dPH = du[d.level]
	}
	dlnP := 0.0
	if d.co2 >= 0 {
		dlnP = du[d.co2] / u[d.co2]
	}
	if err := w.along(w.dtotal, dPH, dslurry.T, dlnP, dx); err != nil {
		return err
	}
	if d.holds && !d.closed(x) {
		if d.reagent.sought {
			if err := w.along(d.unit, 0, 0, 0, d.dx2); err != nil {
				return err
			}
			dose = (dPH - dx[waterPH]) / d.dx2[waterPH]
			for i, v := range d.dx2 {
				dx[i] += dose * v
			}
		} else {
			dose = dx[waterDose]
		}
		for j := range w.dtotal {
			w.dtotal[j] += dose * d.unit[j]
		}
	}
	d.exchangeTangent(w.putTangent(w.dtotal, dx, dslurry.N), out, dout)
	dx[waterDose] = dose
	part := share(d.reagent.utilisation, u, 1)
	n := x[waterDose] * w.kg / part
	dn := (dose*w.kg - n*share(d.reagent.utilisation, du, 0)) / part
	d.reagent.drawTangent(d.system, u, du, n, dn, dout[d.reagentPort].N, dslurry.N)
	w.per(x, dx, dkg)
	return nil
}

func (d *DosedTank) exchangeTangent(gas float64, out, dout []flowsheet.Stream) {
	if d.co2 < 0 {
		return
	}
	c := d.water.solids[d.water.gas]
	if out[d.ventPort].N[c] > 0 {
		dout[d.ventPort].N[c] = gas
	} else {
		dout[d.airPort].N[c] = -gas
	}
}
