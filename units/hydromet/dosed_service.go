package hydromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
)

// service is what a dosed tank is for.
type service struct {
	words    string
	reagents []string
	solids   func(reagent string) []string // allowed when the file names none
}

// holds says that a pH can be held with a reagent.
func (service) holds(reagent string) bool {
	return reagent != "Na2SO4" && reagent != "NaCl" && reagent != "Na2Ox"
}

func neutralising() service {
	return service{
		words: "a base (or acid) is dosed until the water has the pH; hydroxides, gypsum and calcite precipitate.",
		reagents: []string{"NaOH", "KOH", "Ca(OH)2", "CaO", "CaCO3", "Mg(OH)2", "MgO", "Na2CO3", "NaHCO3", "CO2",
			"NH3", "NH4OH", "H2SO4", "HCl", "HNO3"},
		solids: func(string) []string { return hydroxides() },
	}
}

func releaching() service {
	return service{
		words:    "acid is dosed, and what a neutraliser precipitated dissolves as far as the equilibrium lets it.",
		reagents: []string{"H2SO4", "HCl", "HNO3"},
		solids:   func(string) []string { return append(hydroxides(), "Portlandite", "Fe(OH)3(a)", "Basaluminite") },
	}
}

func precipitating() service {
	return service{
		words:    "the salts of the anion that is dosed precipitate as far as iron, aluminium, calcium and others leave it free.",
		reagents: []string{"H2Ox", "Na2Ox", "Na2CO3", "NaHCO3", "CO2", "Na2SO4", "NaOH", "Mg(OH)2", "MgO", "Ca(OH)2"},
		solids: func(reagent string) []string {
			switch reagent {
			case "H2Ox", "Na2Ox":
				return append(each("%s2(Ox)3:10H2O", rareEarths()), "Whewellite", "Glushinskite", "Humboldtine", "Lindbergite", "Gypsum")
			case "Na2CO3", "NaHCO3", "CO2":
				return append(hydroxides(), carbonates()...)
			case "Na2SO4":
				return append(each("Na%s(SO4)2:H2O", rareEarths()), "Gypsum")
			}
			return hydroxides()
		},
	}
}

func rareEarths() []string {
	return []string{"La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc"}
}

func each(form string, symbols []string) (names []string) {
	for _, s := range symbols {
		names = append(names, fmt.Sprintf(form, s))
	}
	return names
}

// hydroxides are what fresh precipitates of mine waters are taken as: amorphous where that form is the first to appear, the rare
// earths aged, gypsum, calcite. Crystalline forms and basic sulfates are for the plant file to choose.
func hydroxides() []string {
	return append([]string{"Al(OH)3(am)", "Brucite", "Calcite", "Co(OH)2", "Fe(OH)2", "Ferrihydrite", "Gypsum", "Ni(OH)2", "Pyrochroite",
		"Sc(OH)3(am)", "Schoepite", "SiO2(am-gel)", "ThO2(fresh)", "Y(OH)3(am)", "Zn(OH)2(am)"},
		each("%s(OH)3", rareEarths()[:14])...)
}

func carbonates() []string {
	return []string{"La2(CO3)3:8H2O", "Ce2(CO3)3:8H2O", "Pr2(CO3)3", "Nd2(CO3)3", "Sm2(CO3)3", "Eu2(CO3)3:3H2O", "Gd2(CO3)3", "Tb2(CO3)3",
		"Dy2(CO3)3", "Ho2(CO3)3", "Er2(CO3)3", "Tm2(CO3)3", "Yb2(CO3)3", "Lu2(CO3)3", "Rhodochrosite", "Siderite"}
}

// signalSource is a signal and how it is read off.
type signalSource struct {
	flowsheet.Variable
	read func(x []float64, in, out []flowsheet.Stream) float64
}

// sources lists the signals.
func (d *DosedTank) sources() []signalSource {
	list := []signalSource{
		{flowsheet.Variable{Name: "pH_out", Unit: "1", Scale: 1}, func(x []float64, _, _ []flowsheet.Stream) float64 { return x[waterPH] }},
		{flowsheet.Variable{Name: "ionic_strength", Unit: "mol/kg", Scale: 0.1}, func(x []float64, _, _ []flowsheet.Stream) float64 { return x[waterStrength] }},
		{flowsheet.Variable{Name: "reagent_used", Unit: "kg/s", Scale: 1e-2}, func(_ []float64, _, out []flowsheet.Stream) float64 {
			return d.system.Mass(out[d.reagentPort].N)
		}},
		{flowsheet.Variable{Name: "solids_made", Unit: "kg/s", Scale: 1e-2}, func(_ []float64, in, out []flowsheet.Stream) float64 {
			made := d.system.PhaseMass(chem.Solid, out[slurryPort].N)
			for k := range in {
				made -= d.system.PhaseMass(chem.Solid, in[k].N)
			}
			return made
		}},
	}
	if i, ok := d.system.Index("Gypsum(s)"); ok && slices.Contains(d.water.solids, i) {
		list = append(list, signalSource{flowsheet.Variable{Name: "gypsum", Unit: "kg/s", Scale: 1e-2}, func(_ []float64, _, out []flowsheet.Stream) float64 {
			return d.system.Components[i].M * out[slurryPort].N[i]
		}})
	}
	list = append(list, newTitratable(d.system).signals()...)
	return append(list, d.rareEarthSignals()...)
}

// rareEarthSignals are the share of the rare earths that is in the solids at the outlet, and their mass in those solids.
func (d *DosedTank) rareEarthSignals() []signalSource {
	first, end := d.system.Span(chem.Solid)
	weight := make([]float64, len(d.system.Components)) // kg of rare earths per mol
	for e, el := range d.system.Elements {
		if el.Group == "ree" {
			for i, c := range d.system.Components {
				weight[i] += c.Formula[e] * el.Mass
			}
		}
	}
	if first == end || slices.Max(weight) == 0 {
		return nil
	}
	of := func(n []float64, first, end int) (kg float64) {
		for i := first; i < end; i++ {
			kg += weight[i] * n[i]
		}
		return kg
	}
	ratio := func(a, b float64) float64 {
		if a > 0 {
			return a / b
		}
		return 0
	}
	return []signalSource{
		{flowsheet.Variable{Name: "REE_in_solids", Unit: "1", Scale: 1}, func(_ []float64, _, out []flowsheet.Stream) float64 {
			n := out[slurryPort].N
			return ratio(of(n, first, end), of(n, 0, len(n)))
		}},
		{flowsheet.Variable{Name: "REE_grade", Unit: "1", Scale: 0.01}, func(_ []float64, _, out []flowsheet.Stream) float64 {
			n := out[slurryPort].N
			return ratio(of(n, first, end), d.system.PhaseMass(chem.Solid, n))
		}},
	}
}

// Observe reads the signals.
func (d *DosedTank) Observe(_, x []float64, in, out []flowsheet.Stream, y []float64) {
	for i := range d.signalsOf {
		y[i] = d.signalsOf[i].read(x, in, out)
	}
}

// Explain gives the equations in words.
func (d *DosedTank) Explain() string {
	how := "the dose is given and the pH follows"
	if d.anion >= 0 {
		how = "the dose brings oxalate (or carbonate) to the ratio of the 3/2 mol that each mole of dissolved rare earths takes, and the pH follows"
	}
	if d.holds {
		how = "the pH is held and the dose follows; a valve does not open the wrong way"
	}
	solids := ""
	for i, k := range d.water.problem.Solids {
		if i > 0 {
			solids += ", "
		}
		solids += d.water.sys.Solids[k].Name
	}
	sorbs := "nothing sorbs"
	if d.water.sorbed != nil {
		sorbs = "iron and aluminium solids sorb as they form"
	}
	return d.service.words + " " + d.reagent.name + ": " + how +
		". The outlet is the aqueous equilibrium of all that enters; redox is frozen, " + sorbs + ". Solids that may form or dissolve: " + solids + "."
}

// Report gives the water as a profile of one stage and what is not to be trusted blindly.
func (d *DosedTank) Report(u, x []float64, in, out []flowsheet.Stream) flowsheet.Report {
	w := d.water
	report := flowsheet.Report{Profile: []flowsheet.ProfileStage{{Section: "tank", Stage: 1, PH: x[waterPH], Aqueous: tenors(d.system, out[slurryPort].N)}}}
	warn := func(code, where string, value, limit float64, unit, text string, args ...any) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(text, args...)})
	}
	if d.closed(x) && math.Abs(x[waterPH]-u[d.level]) > 1e-9 {
		warn("not_dosed", "pH", x[waterPH], u[d.level], "1", "the water is at pH %.2f without %s, which could only bring it further from the %.2f that is set: none is dosed",
			x[waterPH], d.reagent.name, u[d.level])
	}
	if d.anion >= 0 && x[waterDose] == 0 {
		warn("not_dosed", "ratio", u[d.level], u[d.level], "1", "the liquor brings the ratio of %s or more already, or no rare earths: none is dosed", d.system.Components[d.anion].Name)
	}
	report.Warnings = append(report.Warnings, w.doubts(x, in, out[slurryPort])...)
	return report
}

// tenors is mol per m3 of water of the aqueous components.
func tenors(s *chem.System, n []float64) []float64 {
	c := make([]float64, len(n))
	first, end := s.Span(chem.Aqueous)
	if V := s.PhaseVolume(chem.Aqueous, n); V > 0 {
		for i := first; i < end; i++ {
			c[i] = n[i] / V
		}
	}
	return c
}

// doubts are the warnings about an equilibrium: it is found once more from its memory, so that they depend on the arguments alone.
func (w *water) doubts(x []float64, in []flowsheet.Stream, out flowsheet.Stream) (list []flowsheet.Warning) {
	limit, model := 0.5, "Davies" // mol/kg
	if w.activity == "sit" {
		limit, model = 3.5, "SIT"
	}
	if I := x[waterStrength]; I > limit {
		list = append(list, flowsheet.Warning{Code: "outside_range", Where: "ionic strength", Value: I, Limit: limit, Unit: "mol/kg",
			Text: fmt.Sprintf("ionic strength is %.3g mol/kg, the activity model (%s) is good to %g", I, model, limit)})
	}
	r := w.sys.NewResult()
	if r.Recall(&w.problem, x) {
		list = append(list, w.scaling(r, out)...)
	}
	if w.sorbed == nil {
		n := 0.0
		for k := range in {
			for i, c := range w.system.Components {
				if c.Family == "sorbed" {
					n += math.Abs(in[k].N[i])
				}
			}
		}
		if n > 0 {
			list = append(list, flowsheet.Warning{Code: "sorbed_passes", Where: "sorption", Value: n, Unit: "mol/s",
				Text: "what is sorbed passes unchanged, whatever becomes of the solids that hold it: set sorption = true"})
		}
	}
	for _, i := range w.foreign {
		n := 0.0
		for k := range in {
			n += in[k].N[i]
		}
		if n > 0 {
			list = append(list, flowsheet.Warning{Code: "not_in_equilibrium", Where: w.system.Components[i].Name, Value: n, Unit: "mol/s",
				Text: w.system.Components[i].Name + " passes unchanged: the equilibrium has no constants for it"})
		}
	}
	return list
}

// scaling warns of solids that are supersaturated but not allowed to form, and of constants away from 25 °C.
func (w *water) scaling(r *aqueous.Result, out flowsheet.Stream) (list []flowsheet.Warning) {
	p := w.problem
	p.HoldPH, p.Totals, p.T = false, make([]float64, len(w.at)), out.T
	taken := w.kg
	defer func() { w.kg = taken }()
	if w.kg = w.flowOfWater(out.N); !(w.kg > 0) {
		return nil
	}
	w.gather(out.N, p.Totals)
	if w.probe.Solve(&p, r) != nil {
		return nil
	}
	for _, name := range []string{"Gypsum", "Calcite", "SiO2(am-gel)", "Brucite"} {
		k, err := w.sys.Solid(name)
		if err != nil || slices.Contains(p.Solids, k) || !(r.SI[k] > 0) {
			continue
		}
		code, text := "supersaturated", fmt.Sprintf("%s has a saturation index of %.2f and is not among the solids: it may scale", name, r.SI[k])
		if name == "SiO2(am-gel)" {
			code, text = "silica_gel", fmt.Sprintf("silica has a saturation index of %.2f: it may gel and blind filters", r.SI[k])
		}
		list = append(list, flowsheet.Warning{Code: code, Where: name, Value: r.SI[k], Unit: "1", Text: text})
	}
	if r.Flags&aqueous.NoEnthalpy != 0 {
		list = append(list, flowsheet.Warning{Code: "outside_range", Where: "temperature", Value: out.T, Limit: 298.15, Unit: "K",
			Text: fmt.Sprintf("%.1f degC, with constants that are known at 25 degC only", out.T-273.15)})
	}
	return list
}
