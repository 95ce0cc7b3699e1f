package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// CausticDigester is a row of stirred tanks in which caustic opens the glass of ash. What is locked (family locked) goes by first order:
//
//	dX/dt = k (1 − X)        k = k_ref exp(−E/R (1/T − 1/T_ref)) (free [OH−]/c_ref)^order
//
//	SiO2 + 2 NaOH → Na2SiO3 + H2O        Al2O3 + 2 NaOH + 3 H2O → 2 Na[Al(OH)4]
//
// with a rate each for silica and alumina. All else that is locked comes free at the rate of silica: rare earths, iron and calcium stay in the
// residue as acid-soluble oxides (families oxide and ash), alkali and phosphate go to the liquor. Quartz and mullite do not react.
//
// Free caustic of a liquor is what remains of its alkalinity beside aluminate (4 OH− each) and silicate (2 OH− each):
// free OH− = −H+(total) − 4 Al − 2 Si. How tanks and time enter is said at slurryTrain.
//
// Assumptions: as of PoolLeach; labile oxides are not touched; nothing comes down again: sodium aluminosilicate (sodalite, zeolite)
// forms where liquors are rich, takes silica, alumina and caustic, and no rate of it was found.
// Validity: that of the source of the rates.
// Degrees of freedom: volume (of each tank), weir_time, temperature, the rates, energies and orders.
// Source: yields by Widowati et al. 2024 (in the plant file); the form is first order for want of any.
type CausticDigester struct {
	slurryTrain
	silicate int              // H4SiO4
	fed      []leachedElement // locked oxides
}

// NewCausticDigester makes a train of digestion tanks.
func NewCausticDigester() flowsheet.Unit { return new(CausticDigester) }

// Init reads tanks, volume, temperature and the table rate.
func (l *CausticDigester) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t, s := env.Param, env.System
	l.readTrain(env)
	l.words = slurryWords{section: "digestion", reagent: "caustic", unknown: "ln_oh"}
	spec := flowsheet.Spec{In: inlets(env), Out: ports("slurry")}
	table := t.Required("rate", "source, class, at, caustic, and Si and Al such as Si = { rate = \"0.8 1/h\", energy = \"50 kJ/mol\" }")
	var missing error
	for _, c := range []struct {
		name   string
		weight float64
	}{{"H+", -1}, {"Al+3", -4}, {"H4SiO4", -2}} {
		i, ok := s.Index(c.name)
		if !ok {
			missing = fmt.Errorf("the system has no component %s; add the families aqueous and water, and the element, to [chemistry]", c.name)
			continue
		}
		l.weight[i] = c.weight
		if c.name == "H+" {
			l.acid = i
		}
	}
	if l.silicate, _ = s.Index("H4SiO4"); missing == nil && !hasFamily(s, "locked") {
		missing = fmt.Errorf("the system has nothing locked; add the family locked to [chemistry]")
	}
	if missing != nil {
		table.Skip(table.Keys()...)
		return spec, missing
	}
	source := table.Text("source")
	class := chem.Class(table.Choice("class", "measured", "derived", "estimated", "assumed"))
	reference := table.Quantity("at", "K", temperatures(chem.Aqueous))
	concentration := table.Quantity("caustic", "mol/m3", conf.Positive)
	for _, symbol := range [2]string{"Si", "Al"} {
		one, first := table.Table(symbol), len(l.handles)
		how := chem.Class(one.ChoiceOr("class", string(class), "measured", "derived", "estimated", "assumed"))
		from := one.TextOr("source", source)
		l.laws = append(l.laws, l.newLaw(one, "rate."+symbol+".", "rate", reference, concentration, 1, 1))
		one.Close()
		spec.Constants = append(spec.Constants, l.constants(first, how, from)...)
	}
	table.Close()
	l.addLocked(table)
	l.layOut()
	spec.Handles = l.handles
	spec.States, spec.Algebraic = l.variables()
	spec.Signals = l.signals()
	return spec, nil
}

// addLocked says of each locked oxide what it becomes.
func (l *CausticDigester) addLocked(t *conf.Table) {
	s := l.system
	for _, i := range inFamily(s, "locked") {
		c := s.Components[i]
		law := 0
		oxide := solubleOxide(s, c.Key)
		symbol := s.Elements[c.Key].Symbol
		if symbol == "Al" {
			law = 1
		}
		if ion := s.ByKey(chem.Aqueous, c.Key); symbol == "Al" || ion >= 0 && s.Components[ion].Charge <= 1 {
			oxide = -1 // alkali, phosphate, silica and alumina go to the liquor
		}
		products := []product{{oxide, 1}}
		if oxide < 0 {
			var err error
			if products, err = dissolution(s, i); err != nil {
				t.Fault("", "%v", err)
				continue
			}
		}
		l.addPool(i, law, products)
		l.fed = append(l.fed, leachedElement{symbol, []product{{i, 1}}})
	}
}

const ( // signals before the conversions
	digesterCaustic = iota
	digesterUse
	digesterSilica
	digesterConversion
)

func (l *CausticDigester) signals() []flowsheet.Variable {
	list := []flowsheet.Variable{
		digesterCaustic: {Name: "free_caustic", Unit: "mol/m3", Scale: 100},
		digesterUse:     {Name: "caustic_use", Unit: "mol/s", Scale: 1e-3, Lower: flowsheet.NoBound},
		digesterSilica:  {Name: "silica", Unit: "mol/m3", Scale: 100},
	}
	for _, e := range l.fed {
		list = append(list, flowsheet.Variable{Name: "opened." + e.symbol, Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	}
	return list
}

// Observe gives free caustic of the last tank, what of it is used, the dissolved silica, and of each locked oxide the part that has come free.
func (l *CausticDigester) Observe(_, x []float64, in, out []flowsheet.Stream, y []float64) {
	n := out[slurryPort].N
	y[digesterCaustic], y[digesterUse], y[digesterSilica] = l.concentration(x), 0, 0
	for i, w := range l.weight {
		if w == 0 {
			continue
		}
		y[digesterUse] -= w * n[i]
		for k := range in {
			y[digesterUse] += w * in[k].N[i]
		}
	}
	if volume := l.system.PhaseVolume(chem.Aqueous, n); volume > 0 {
		y[digesterSilica] = n[l.silicate] / volume
	}
	for j, e := range l.fed {
		fed, i := 0.0, e.solids[0].component
		for k := range in {
			fed += in[k].N[i]
		}
		if y[digesterConversion+j] = 0; fed > 0 {
			y[digesterConversion+j] = 1 - n[i]/fed
		}
	}
}

// Report gives the solution of each tank and names tanks without caustic.
func (l *CausticDigester) Report(_, x []float64, _, _ []flowsheet.Stream) (r flowsheet.Report) {
	r = l.profile(x)
	for k := range l.tanks {
		c := 1000 * math.Exp(*l.unknown(x, k))
		if c <= 1 {
			r.Warnings = append(r.Warnings, flowsheet.Warning{
				Code: "caustic_exhausted", Where: fmt.Sprintf("tank %d", k+1), Value: c, Limit: 1, Unit: "mol/m3",
				Text: "silica and alumina take all the caustic, or there is none: nothing digests on.",
			})
		}
	}
	return r
}

// Explain gives the equations in words.
func (l *CausticDigester) Explain() string {
	return "stirred tanks behind linear weirs, no slip; locked silica and alumina dissolve by first order in what is left, k = k_ref exp(-E/R (1/T - " +
		"1/T_ref)) (free OH-/reference)^order; all else that is locked comes free with the silica: rare earths, Fe, Ca, Mg as acid-soluble oxides of " +
		"the residue, alkali and phosphate to the liquor. Free OH- = alkalinity - 4 Al - 2 Si. No sodium aluminosilicate forms again, no heat."
}
