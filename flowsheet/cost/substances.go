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
}

// substances takes a flow apart into what is bought: HCl rather than ions and water. In a liquid the substances of the data are taken out one after the
// other, as far as all their parts are there; what is left is named by its components, traces (below 1 % of the solutes) together.
func (b *Book) substances(sys *chem.System, n []float64) (all []substance) {
	rest := slices.Clone(n)
	for i := range b.Reagents {
		f := &b.Reagents[i]
		mass := 0.0
		for _, name := range f.Is {
			mass += take(sys, name, rest)
		}
		if mass > 0 {
			all = append(all, substance{f.Name, mass, f})
		}
	}
	water, solutes := 0.0, 0.0
	for _, s := range all {
		solutes += s.mass
	}
	var others []substance
	for c, v := range rest {
		if comp := sys.Components[c]; comp.Name == "H2O" {
			water = v * comp.M
		} else if math.Abs(v*comp.M) > 0 {
			others = append(others, substance{comp.Name, v * comp.M, nil})
		}
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
		all = append(all, substance{"H2O", water, nil})
	}
	return all
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
