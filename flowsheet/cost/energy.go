package cost

import (
	"slices"

	"reetwin/flowsheet/chem"
)

// without names the kinds that are no equipment, or say what happens in that of others: they take no power, and are neither heated nor cooled.
var without = [...]string{"feed", "product", "mixer", "splitter", "acid_factor", "ash_pools", "carry_down", "cake_dryer", "pick_up"}

// energy enters what units say they take: power and work are electricity; fuel is heat with its losses, heat a duty unless power makes it.
func (a *account) energy(electricity, heat Factor) {
	for _, u := range a.solved.Units {
		if slices.Contains(without[:], u.Kind) {
			continue
		}
		electric := false
		for _, name := range []string{"power", "work"} {
			if v := u.Watts[name]; v != 0 {
				electric = true
				a.priced(a.enter(Electricity, electricity.Name, u.Tag, u.Tag, v, "W"), electricity)
			}
		}
		if electric && u.Kind == "electrolysis_cell" {
			a.gap("losses of rectifiers (power is that of the direct current)", u.Tag)
		}
		if !electric {
			a.gap("electricity (pumps, agitators, drives, fans)", u.Tag)
		}
		a.heated(u, heat, electric && u.ByPower)
		if u.Watts["cooling"] > 0 || u.Watts["heat"] < 0 && !electric {
			a.gap("power of cooling", u.Tag)
		}
	}
}

// heated enters the heat of one unit.
func (a *account) heated(u Machine, heat Factor, byPower bool) {
	duty, known := u.Watts["heat"]
	fuel, burns := u.Watts["fuel"]
	switch {
	case byPower:
	case burns && !(fuel > 0) || known && !burns && !(duty > 0): // a cooler takes none
	case burns:
		a.priced(a.enter(Heat, heat.Name, u.Tag, u.Tag, fuel, "W"), heat)
	case known:
		if a.plan.efficiency > 0 {
			duty /= a.plan.efficiency
		} else {
			a.gap("losses of burners (heat is the net duty)", u.Tag)
		}
		a.priced(a.enter(Heat, heat.Name, u.Tag, u.Tag, duty, "W"), heat)
	case u.Heated && len(u.Watts) == 0:
		a.gap("heat", u.Tag)
		if u.Water > 0 {
			e := a.enter(Warming, "where heat has no data", u.Tag, u.Tag, u.Water, "W")
			e.Class, e.Source = chem.Estimated, waterAlone
		}
	}
}

// waterAlone says what the line is worth. It is the size of the heat, not a bound on what a boiler gives.
const waterAlone = "water alone from inlet to outlet temperature (liquid water of flowsheet/chem/thermo); heats of dilution and reaction, unknown and mostly given off, lower it, " +
	"solids, solutes and losses raise it"

// priced puts an emission factor to an entry.
func (a *account) priced(e *Entry, f Factor) {
	e.Class, e.Source = f.Class, f.Source
	if f.Known {
		e.CO2e = &Range{f.Low * e.Amount, f.Value * e.Amount, f.High * e.Amount}
	}
}
