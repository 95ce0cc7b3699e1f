package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// PoolLeach is a row of stirred tanks in which acid leaches ash whose oxides are known by pool (see AshPools):
//
//	labile (family labile)                  dX/dt = k (1 − X), one rate for all
//	acid-soluble (families oxide and ash)   shrinking core: the times of surface reaction and of diffusion through the product layer add
//	locked (family locked)                  does not dissolve
//
//	t = [1 − (1−X)^(1/3)] D/k_s + [1 − 3(1−X)^(2/3) + 2(1−X)] D²/k_p        each k: Arrhenius, and (free [H+])^order
//
// over a Rosin–Rammler distribution of sizes. How tanks and time enter is said at slurryTrain. Acid goes by the formula of each oxide, so
// that the matrix (Ca, Al, Fe, Mg) sets the use; free [H+] follows from total acidity and sulfate. When acid runs out the rates fall
// smoothly to nothing, and a warning says so.
//
// Conversion counts from what enters the train: grains are taken as fresh there. A second train sees what the first has left of a core as a
// whole grain of the feed's size without a product layer: with the layer in control it leaches too much, with the surface too little.
//
// Error of the core steps: with 12 the conversion is within 0.03 of the integral of E(t) over trains of 1 to 20 tanks; the mean core of a tank in
// place of its population would be off by up to 0.06.
//
// Assumptions: ideal mixing, no slip; ideal volumes; the tanks are held at `temperature` and the heat is not counted; no reverse reaction:
// dissolved silica does not gel here (a warning compares it with silica_limit), nothing precipitates; Al+3 and Fe+3 do not hydrolyse.
// Validity: that of the sources of the rates. Components of other families pass or stay as they are.
// Degrees of freedom: volume (of each tank), weir_time, temperature, size.d63, every rate, energy and order, silica_limit.
// Source: Levenspiel, Chemical Reaction Engineering (1999), chapter 25 for the core; rates as the tables name.
type PoolLeach struct {
	slurryTrain
	silica, limit int // component and place in u; −1
	elements      []leachedElement
	ignored       []int // oxides without a rate
}

// leachedElement is an element whose conversion is shown, with the solids it is in.
type leachedElement struct {
	symbol string
	solids []product // moles of the element per mole
}

const (
	silicaGel  = 1.95     // solubility of amorphous silica, mol/m3
	silicaMass = 0.060084 // of SiO2, kg/mol
)

// NewPoolLeach makes a train of leach tanks.
func NewPoolLeach() flowsheet.Unit { return new(PoolLeach) }

// Init reads tanks, volume, temperature, the tables labile, soluble and size, and silica_limit.
func (l *PoolLeach) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	l.readTrain(env)
	l.words = slurryWords{section: "leach", reagent: "acid", unknown: "ln_h"}
	spec := flowsheet.Spec{In: inlets(env), Out: ports("slurry")}
	var ok bool
	if l.acid, ok = env.System.Index("H+"); !ok {
		t.Skip(t.Keys()...)
		return spec, fmt.Errorf("the system has no component H+; add the family aqueous to [chemistry]")
	}
	l.weight[l.acid] = 1
	if i, ok := env.System.Index("SO4-2"); ok {
		l.sulfate, l.ka2 = i, env.System.Ka2().Value
		spec.Constants = append(spec.Constants, env.System.Ka2())
	}
	spec.Constants = append(spec.Constants, l.readSizes(t)...)
	if t.Has("labile") {
		spec.Constants = append(spec.Constants, l.readLabile(t.Table("labile"))...)
	}
	spec.Constants = append(spec.Constants, l.readSoluble(t)...)
	l.limit = -1
	if l.silica, ok = env.System.Index("H4SiO4"); !ok {
		l.silica = -1
	} else {
		limit := silicaGel
		if t.Has("silica_limit") {
			var which int
			if limit, which = t.QuantityOf("silica_limit", []string{"mol/m3", "kg/m3"}, conf.Positive); which == 1 {
				limit /= silicaMass
			}
		}
		l.limit = l.add("silica_limit", "mol/m3", limit, conf.Positive)
		spec.Constants = append(spec.Constants, l.silicaConstant(t.Has("silica_limit")))
	}
	l.layOut()
	l.listElements()
	spec.Handles = l.handles
	spec.States, spec.Algebraic = l.variables()
	spec.Signals = l.signals()
	return spec, nil
}

func (l *PoolLeach) silicaConstant(own bool) chem.Constant {
	c := chem.Constant{Name: "silica_limit", Value: l.handles[l.limit].Value, Unit: "mol/m3", Class: chem.Measured,
		Source: "PHREEQC 3 phreeqc.dat, SiO2(a): log10 K = -2.71 at 25 degC", Range: "25 degC; acid liquors hold several times as much for hours before they gel"}
	if own {
		c.Class, c.Source, c.Range = chem.Assumed, "the plant file", ""
	}
	return c
}

// readLabile reads the one rate of all labile solids.
func (l *PoolLeach) readLabile(t *conf.Table) (constants []chem.Constant) {
	source, class := t.Text("source"), chem.Class(t.Choice("class", "measured", "derived", "estimated", "assumed"))
	first := len(l.handles)
	w := l.newLaw(t, "labile.", "rate", t.Quantity("at", "K", temperatures(chem.Aqueous)), 1000, 1, 1)
	t.Close()
	l.laws = append(l.laws, w)
	solids := inFamily(l.system, "labile")
	if len(solids) == 0 {
		t.Fault("", "the system has no labile oxides; add the family labile to [chemistry]")
	}
	for _, i := range solids {
		l.join(t, "", i, len(l.laws)-1)
	}
	return l.constants(first, class, source)
}

// readSoluble reads the rates of the acid-soluble oxides: an element, or REE for all rare earths that are not named. They hold at the
// temperature `at` and the free acid `acid` (1 mol/L), of the table or of their own.
func (l *PoolLeach) readSoluble(unit *conf.Table) (constants []chem.Constant) {
	t := unit.Required("soluble", "source, class, at, and elements such as REE = { surface = \"0.01 1/min\", energy = \"20 kJ/mol\" }")
	source, class := t.Text("source"), t.Choice("class", "measured", "derived", "estimated", "assumed")
	at := t.Quantity("at", "K", temperatures(chem.Aqueous))
	cores := unit.IntOr("cores", 12, 2, 60)
	named := map[int]bool{}
	keys := elements(t)
	for _, symbol := range keys {
		if e, ok := l.system.Element(symbol); ok {
			named[e] = true
		}
	}
	for _, symbol := range keys {
		if symbol == "at" {
			continue
		}
		var solids []int
		e, ok := l.system.Element(symbol)
		switch {
		case symbol == "REE":
			for e, element := range l.system.Elements {
				if i := l.system.InFamily("oxide", e); element.Group == "ree" && !named[e] && i >= 0 {
					solids = append(solids, i)
				}
			}
		case ok && solubleOxide(l.system, e) >= 0:
			solids = append(solids, solubleOxide(l.system, e))
		case ok:
			t.Fault(symbol, "%s has no oxide in the system; leave it out, or add the family oxide to [chemistry]", symbol)
		default:
			t.Fault(symbol, "%v", l.system.Unknown("element", symbol, append(l.system.Symbols(), "REE")))
		}
		rate, first := t.Table(symbol), len(l.handles)
		from := rate.TextOr("source", source)
		how := chem.Class(rate.ChoiceOr("class", class, "measured", "derived", "estimated", "assumed"))
		warm, acid := rate.QuantityOr("at", "K", at, temperatures(chem.Aqueous)), rate.QuantityOr("acid", "mol/m3", 1000, conf.Positive)
		l.laws = append(l.laws, l.newLaw(rate, "soluble."+symbol+".", "surface", warm, acid, cores, len(l.sizes.shape)))
		rate.Close()
		for _, i := range solids {
			l.join(t, symbol, i, len(l.laws)-1)
		}
		constants = append(constants, l.constants(first, how, from)...)
	}
	if len(keys) < 2 { // at alone
		t.Fault("", "no element; needs at least one, such as REE = { surface = \"0.01 1/min\", energy = \"20 kJ/mol\" }")
	}
	return constants
}

// join adds a solid to a law.
func (l *PoolLeach) join(t *conf.Table, key string, solid, law int) {
	products, err := dissolution(l.system, solid)
	if err != nil {
		t.Fault(key, "%v", err)
		return
	}
	l.addPool(solid, law, products)
}

// constants lists the handles from first on with their provenance.
func (l *slurryTrain) constants(first int, class chem.Class, source string) (list []chem.Constant) {
	for _, h := range l.handles[first:] {
		list = append(list, chem.Constant{Name: h.Name, Value: h.Value, Unit: h.Unit, Class: class, Source: source})
	}
	return list
}

// listElements finds the elements that a pool holds, the solids they are in, and the oxides that have no rate.
func (l *PoolLeach) listElements() {
	leached := make(map[int]bool)
	for _, p := range l.pools {
		leached[p.solid] = true
	}
	for e, element := range l.system.Elements {
		seen := leachedElement{symbol: element.Symbol}
		any := false
		for i, c := range l.system.Components {
			if c.Phase != chem.Solid || c.Key != e {
				continue
			}
			any = any || leached[i]
			seen.solids = append(seen.solids, product{i, c.Formula[e]})
			if _, err := dissolution(l.system, i); err == nil && (c.Family == "oxide" || c.Family == "ash" || c.Family == "labile") && !leached[i] {
				l.ignored = append(l.ignored, i)
			}
		}
		if any {
			l.elements = append(l.elements, seen)
		}
	}
}

const ( // signals before the conversions
	poolPH = iota
	poolFreeAcid
	poolAcidUse
	poolSilica
	poolConversion
)

func (l *PoolLeach) signals() []flowsheet.Variable {
	list := []flowsheet.Variable{
		poolPH:       {Name: "pH", Unit: "1", Scale: 1, Lower: flowsheet.NoBound, Start: 7},
		poolFreeAcid: {Name: "free_acid", Unit: "mol/m3", Scale: 1},
		poolAcidUse:  {Name: "acid_use", Unit: "mol/s", Scale: 1e-3, Lower: flowsheet.NoBound},
		poolSilica:   {Name: "silica", Unit: "mol/m3", Scale: 1},
	}
	for _, e := range l.elements {
		list = append(list, flowsheet.Variable{Name: "conversion." + e.symbol, Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	}
	return list
}

// Observe gives pH and free acid of the last tank, the acidity used up, the dissolved silica at the outlet, and of each element that a pool
// holds the part that has left the solids (0 where none is fed).
func (l *PoolLeach) Observe(_, x []float64, in, out []flowsheet.Stream, y []float64) {
	c := l.concentration(x)
	y[poolPH], y[poolFreeAcid] = -math.Log10(c/1000), c
	y[poolAcidUse], y[poolSilica] = -out[slurryPort].N[l.acid], l.silicaOf(out[slurryPort].N)
	for k := range in {
		y[poolAcidUse] += in[k].N[l.acid]
	}
	for j, e := range l.elements {
		fed, left := 0.0, 0.0
		for _, s := range e.solids {
			left += s.count * out[slurryPort].N[s.component]
			for k := range in {
				fed += s.count * in[k].N[s.component]
			}
		}
		if y[poolConversion+j] = 0; fed > 0 {
			y[poolConversion+j] = 1 - left/fed
		}
	}
}

// silicaOf is the dissolved silica, mol/m3.
func (l *PoolLeach) silicaOf(n []float64) float64 {
	if volume := l.system.PhaseVolume(chem.Aqueous, n); l.silica >= 0 && volume > 0 {
		return n[l.silica] / volume
	}
	return 0
}

// Report gives pH and solution of each tank, and names tanks without acid, silica above its limit and oxides without a rate.
func (l *PoolLeach) Report(u, x []float64, in, out []flowsheet.Stream) (r flowsheet.Report) {
	r = l.profile(x)
	for k := range l.tanks {
		pH := -*l.unknown(x, k) / math.Ln10
		r.Profile[k].PH = pH
		if pH >= 7 {
			r.Warnings = append(r.Warnings, flowsheet.Warning{
				Code: "acid_exhausted", Where: fmt.Sprintf("tank %d", k+1), Value: pH, Limit: 7, Unit: "1",
				Text: "the solids take all the acid, or there is none: nothing leaches on, and no pH above 7 has a meaning here.",
			})
		}
	}
	if silica := l.silicaOf(out[slurryPort].N); l.silica >= 0 && silica > u[l.limit] {
		r.Warnings = append(r.Warnings, flowsheet.Warning{
			Code: "silica_gel", Where: "last tank", Value: silica, Limit: u[l.limit], Unit: "mol/m3",
			Text: fmt.Sprintf("dissolved silica, %.3g mg/L SiO2, is %.3g times the limit: the liquor gels with time, and filters badly.", silica*silicaMass*1000, silica/u[l.limit]),
		})
	}
	for _, i := range l.ignored {
		fed := 0.0
		for k := range in {
			fed += in[k].N[i]
		}
		if c := l.system.Components[i]; fed > 0 {
			r.Warnings = append(r.Warnings, flowsheet.Warning{
				Code: "no_rate", Where: c.Name, Value: fed, Unit: "mol/s", Text: c.Name + " is fed but has no leach rate: it leaves as it came.",
			})
		}
	}
	return r
}

// profile gives the solution of each tank.
func (l *slurryTrain) profile(x []float64) (r flowsheet.Report) {
	n := make([]float64, len(l.system.Components))
	for k := range l.tanks {
		for s, i := range l.held {
			n[i] = l.holdup(x, k)[s]
		}
		stage := flowsheet.ProfileStage{Section: l.words.section, Stage: k + 1, PH: math.NaN()}
		if volume := l.system.PhaseVolume(chem.Aqueous, n); volume > 0 {
			stage.Aqueous = make([]float64, len(n))
			first, end := l.system.Span(chem.Aqueous)
			for i := first; i < end; i++ {
				stage.Aqueous[i] = n[i] / volume
			}
		}
		r.Profile = append(r.Profile, stage)
	}
	return r
}

// Explain gives the equations in words.
func (l *PoolLeach) Explain() string {
	return "stirred tanks behind linear weirs, no slip; labile oxides dissolve by first order; acid-soluble oxides by a shrinking core, the " +
		"times of surface reaction (~ size) and of diffusion through the product layer (~ size squared) added, for each size of a " +
		"Rosin-Rammler distribution and with the residence times that the tanks give each grain; locked oxides stay. " +
		"k = k_ref exp(-E/R (1/T - 1/T_ref)) [free H+ in mol/L]^order; acid goes by the formula of each oxide. " +
		"Grains are fresh where they enter; no reverse reaction, no gel, no heat. Core: Levenspiel 1999, chapter 25; rates from the sources in the tables."
}
