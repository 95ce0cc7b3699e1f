package cost

import (
	"math"
	"slices"

	"reetwin/flowsheet/chem"
)

// substance is part of what enters.
type substance struct {
	name   string
	mass   float64 // kg/s
	factor *Factor
	with   []string // impurities in its mass
}

// impure is the share of a bought solid or liquid reagent up to which what else comes with it is its impurity: technical limes, alkalis and acids are
// 90 % pure or better but for their water (general practice, assumed).
const impure = 0.1

// substances takes a flow apart into what is bought: HCl rather than ions and water. In a liquid the substances of the data are taken out one after the
// other, as far as all their parts are there; what is left of solids and ions is impurity of the reagent that it comes with, up to the share impure of it, else named by
// its components, traces (below 1 % of the solutes) together.
func (b *Book) substances(sys *chem.System, n []float64) (all []substance) {
	rest := slices.Clone(n)
	for i := range b.Reagents {
		f := &b.Reagents[i]
		mass := 0.0
		for _, name := range f.Is {
			mass += take(sys, name, rest)
		}
		if mass > 0 {
			all = append(all, substance{f.Name, mass, f, nil})
		}
	}
	water, solutes := 0.0, 0.0
	for _, s := range all {
		solutes += s.mass
	}
	host := bought(sys, all)
	var others []substance
	for c, v := range rest {
		if comp := sys.Components[c]; comp.Name == "H2O" {
			water = v * comp.M
		} else if math.Abs(v*comp.M) > 0 {
			others = append(others, substance{name: comp.Name, mass: v * comp.M})
		}
	}
	if host != nil {
		others = host.takeUp(sys, others)
	}
	traces := substance{name: "ions beside the reagents"}
	for _, o := range others {
		if math.Abs(o.mass) < 0.01*solutes {
			traces.mass += o.mass
			continue
		}
		all = append(all, o)
	}
	if traces.mass != 0 {
		all = append(all, traces)
	}
	if water != 0 {
		all = append(all, substance{name: "H2O", mass: water})
	}
	return all
}

// bought is the largest of the reagents of a flow that are no gas and no solvent; nil without any.
func bought(sys *chem.System, all []substance) (host *substance) {
	for i := range all {
		phase := phaseOf(sys, all[i].factor.Is)
		if (phase == chem.Solid || phase == chem.Aqueous) && (host == nil || all[i].mass > host.mass) {
			host = &all[i]
		}
	}
	return host
}

// takeUp counts solids and ions as impurities of s and returns what is left; all of them, when they are too many to be impurities.
func (s *substance) takeUp(sys *chem.System, others []substance) (left []substance) {
	var with []string
	mass, size := 0.0, 0.0
	for _, o := range others {
		i, _ := sys.Index(o.name)
		if phase := sys.Components[i].Phase; phase != chem.Solid && phase != chem.Aqueous {
			left = append(left, o)
			continue
		}
		if math.Abs(o.mass) > 1e-9*s.mass { // what taking apart leaves by rounding has no name
			with = append(with, o.name)
		}
		mass, size = mass+o.mass, size+math.Abs(o.mass)
	}
	if size > impure*s.mass {
		return others
	}
	s.mass, s.with = s.mass+mass, with
	return left
}

// phaseOf is the phase of the first of some names that is a component; of formulas and sums of ions the aqueous one.
func phaseOf(sys *chem.System, names []string) chem.Phase {
	for _, name := range names {
		if i, ok := sys.Index(name); ok {
			return sys.Components[i].Phase
		}
	}
	return chem.Aqueous
}

// take removes from n as much of a substance as its parts allow, and returns its mass, kg/s.
func take(sys *chem.System, name string, n []float64) float64 {
	phases := []chem.Phase{chem.Aqueous}
	if i, ok := sys.Index(name); ok {
		phases[0] = sys.Components[i].Phase
	}
	r, err := sys.Resolve(phases[0], name)
	if err != nil {
		return 0
	}
	amount := math.Inf(1)
	for _, p := range r.Parts {
		if sys.Components[p.Component].Name != "H2O" || len(r.Parts) == 1 {
			amount = math.Min(amount, n[p.Component]/p.Count)
		}
	}
	if !(amount > 0) || math.IsInf(amount, 0) {
		return 0
	}
	for _, p := range r.Parts {
		n[p.Component] -= amount * p.Count
	}
	return amount * r.M
}
