package hydromet

import (
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/conf"
)

// reagent is what a tank doses. A solid one (lime, limestone, magnesia) has a purity and a utilisation: what does not react leaves
// with the sludge as it came, and what it is not pure of is counted as SiO2. A dissolved one (caustic, acids) has a strength: the
// rest of it is water.
type reagent struct {
	name  string
	index int            // in the engine's list
	terms []aqueous.Term // what one mole brings to the water
	parts []chem.Part    // what one mole is drawn as
	solid int            // its component when it is a solid, −1
	inert int            // what a solid one is not pure of, −1
	M     float64        // kg/mol
	base  bool           // raises the pH
	// sought says that the engine cannot hold a pH with it, for it brings carbonate: its dose is searched.
	sought bool
	// places of handles, −1
	purity, utilisation int
}

// grade is what reagents are like when the plant file does not say.
type grade struct {
	reagent             string
	purity, utilisation float64
	note                string
}

// grades are those of a design program; other solid reagents count as pure and used up, for nothing was found.
func grades() []grade {
	return []grade{
		{"Ca(OH)2", 0.96, 0.95, "hydrated lime, slurry"},
		{"CaO", 0.93, 0.80, "quicklime, dry"},
		{"CaCO3", 0.90, 0.85, "limestone"},
	}
}

const gradeSource = "AMDTreat defaults (US OSMRE), as collected from its code; no measurement behind them is known"

// readReagent reads which reagent a unit doses, of those that may be, and what it is like.
func (w *water) readReagent(env flowsheet.Env, d *dials, choice []string) (r reagent, constants []chem.Constant) {
	t := env.Param
	r = reagent{solid: -1, inert: -1, purity: -1, utilisation: -1}
	var names []string
	for _, o := range w.sys.Reagents {
		if slices.Contains(choice, o.Name) {
			names = append(names, o.Name)
		}
	}
	if r.name = t.Choice("reagent", names...); t.Faulty("reagent") {
		t.Skip("strength", "purity", "utilisation")
		return r, nil
	}
	r.index, _ = w.sys.Reagent(r.name)
	r.terms = w.sys.Reagents[r.index].Terms
	want := w.atoms(r.terms)
	protons := 0.0
	for _, term := range r.terms {
		r.M += term.Coefficient * env.System.Components[w.at[term.Component]].M
		switch w.sys.Components[term.Component].Name {
		case "H":
			protons += term.Coefficient
		case "C":
			protons -= 1.5 * term.Coefficient // carbonate ends between bicarbonate and carbonic acid
			r.sought = true
		}
	}
	r.base = protons < 0
	if i := w.sameAtoms(want, "precipitate", "oxide", "ash", "gas"); i >= 0 {
		r.parts = []chem.Part{{Component: i, Count: 1}}
		if env.System.Components[i].Phase == chem.Solid {
			r.solid = i
			constants = r.readGrade(env, d)
		}
		return r, constants
	}
	r.readStrength(t, w)
	return r, nil
}

// readGrade reads purity and utilisation of a solid reagent.
func (r *reagent) readGrade(env flowsheet.Env, d *dials) (constants []chem.Constant) {
	g := grade{r.name, 1, 1, "nothing was found: taken as pure and used up"}
	for _, o := range grades() {
		if o.reagent == r.name {
			g = o
		}
	}
	open := conf.Range{Lo: 0.05, Hi: 1}
	for _, one := range []struct {
		key   string
		value float64
		place *int
	}{{"purity", g.purity, &r.purity}, {"utilisation", g.utilisation, &r.utilisation}} {
		if !env.Param.Has(one.key) {
			constants = append(constants, chem.Constant{Name: "reagent." + r.name + "." + one.key, Value: one.value, Unit: "1",
				Class: chem.Assumed, Source: gradeSource, Range: g.note})
		}
		*one.place = d.add(one.key, "1", env.Param.QuantityOr(one.key, "1", one.value, open), open)
	}
	var ok bool
	if r.inert, ok = env.System.Index("SiO2(s)"); !ok {
		r.inert = -1
		if d.handles[r.purity].Value < 1 {
			env.Param.Fault("purity", "%s that is not pure brings an inert solid, counted as SiO2(s); add the family gangue to [chemistry] or set purity = 1", r.name)
		}
	}
	return constants
}

// readStrength reads the mass fraction of a dissolved reagent in what is delivered and adds its water to the reaction.
func (r *reagent) readStrength(t *conf.Table, w *water) {
	strength := t.QuantityOr("strength", "1", 1, conf.Range{Lo: 1e-3, Hi: 1})
	r.terms = slices.Clone(r.terms)
	if carried := r.M * (1/strength - 1) / w.perMol; carried > 0 {
		i := slices.IndexFunc(r.terms, func(t aqueous.Term) bool { return t.Component == aqueous.Water })
		if i < 0 {
			i = len(r.terms)
			r.terms = append(r.terms, aqueous.Term{Component: aqueous.Water})
		}
		r.terms[i].Coefficient += carried
		r.index = len(w.sys.Reagents)
		w.sys.Reagents = append(w.sys.Reagents, aqueous.Reagent{Name: r.name + " solution", Terms: r.terms})
		r.M /= strength
	}
	for _, term := range r.terms {
		r.parts = append(r.parts, chem.Part{Component: w.at[term.Component], Count: term.Coefficient})
	}
}

// share is a handle's value, 1 where there is none; its derivative is 0 there.
func share(place int, u []float64, none float64) float64 {
	if place < 0 {
		return none
	}
	return u[place]
}

// draw writes what is delivered when n mol/s of the reagent are: the drawn stream, and what of it passes unreacted into the slurry.
func (r *reagent) draw(system *chem.System, u []float64, n float64, drawn, slurry []float64) {
	for _, p := range r.parts {
		drawn[p.Component] += p.Count * n
	}
	if r.solid < 0 {
		return
	}
	slurry[r.solid] += n * (1 - u[r.utilisation])
	if r.inert >= 0 {
		waste := n * r.M * (1/u[r.purity] - 1) / system.Components[r.inert].M
		drawn[r.inert] += waste
		slurry[r.inert] += waste
	}
}

// drawTangent is the product rule on draw.
func (r *reagent) drawTangent(system *chem.System, u, du []float64, n, dn float64, drawn, slurry []float64) {
	for _, p := range r.parts {
		drawn[p.Component] += p.Count * dn
	}
	if r.solid < 0 {
		return
	}
	slurry[r.solid] += dn*(1-u[r.utilisation]) - n*du[r.utilisation]
	if r.inert >= 0 {
		q := u[r.purity]
		waste := (dn*(1/q-1) - n*du[r.purity]/(q*q)) * r.M / system.Components[r.inert].M
		drawn[r.inert] += waste
		slurry[r.inert] += waste
	}
}
