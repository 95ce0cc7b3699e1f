package assay

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
)

// Waters turns names of a water's analysis into components, and its pH into acidity.
type Waters struct {
	sys    *aqueous.System
	weight map[string]float64 // kg/mol of the elements
}

// NewWaters loads the equilibria behind it.
func NewWaters() (*Waters, error) {
	w := &Waters{weight: map[string]float64{}}
	var err error
	if w.sys, err = aqueous.Load(aqueous.Selection{}); err != nil {
		return nil, err
	}
	constants, err := chem.Constants()
	if err != nil {
		return nil, err
	}
	for _, c := range constants {
		if symbol, ok := strings.CutPrefix(c.Name, "element."); ok {
			w.weight[strings.TrimSuffix(symbol, ".mass")] = c.Value
		}
	}
	return w, nil
}

// Dissolved is what a name of an analysis means.
type Dissolved struct {
	Component string  // of a plant: "Fe+2", "SO4-2", "H4SiO4"
	M         float64 // kg for one mole of it, of what the name counts (SiO2 as SiO2, Si as Si)
	total     int     // of the equilibria
}

// counted is what a tenor may be given as, beside totals and free species.
func counted() map[string]struct{ total, formula string } {
	return map[string]struct{ total, formula string }{
		"SO4": {"S", "SO4"}, "HSO4-": {"S", "HSO4"}, "NO3": {"N", "NO3"}, "SiO2": {"Si", "SiO2"}, "HCO3-": {"C", "HCO3"}, "HCO3": {"C", "HCO3"},
		"CO3": {"C", "CO3"}, "CO2": {"C", "CO2"}, "Fe+3": {"Fe_tri", "Fe"}, "UO2": {"U", "UO2"}, "U3O8": {"U", "UO2.6666667"},
	}
}

// Find gives the meaning of a name: a total of the equilibria ("Al"; "Fe" is ferrous, "Fe_tri" ferric iron), its free species
// ("Al+3", "NO3-"), or another way to count it ("SiO2", "HCO3-"). It is false for a name without one.
func (w *Waters) Find(name string) (Dissolved, bool) {
	formula := ""
	for i, c := range w.sys.Components {
		if i <= aqueous.Water || name != c.Name && name != c.Species {
			continue
		}
		if formula = strings.TrimSuffix(name, "_tri"); name == c.Species {
			formula = plain(name)
		}
		return w.mean(i, formula)
	}
	if c, ok := counted()[name]; ok {
		if i, err := w.sys.Component(c.total); err == nil {
			return w.mean(i, c.formula)
		}
	}
	return Dissolved{}, false
}

func (w *Waters) mean(total int, formula string) (Dissolved, bool) {
	M, ok := w.mass(formula)
	species := strings.Replace(w.sys.Components[total].Species, "_tri", "", 1)
	return Dissolved{strings.Replace(species, "Ox-2", "C2O4-2", 1), M, total}, ok
}

// plain is a species without its charge and mark.
func plain(species string) string {
	if i := strings.LastIndexAny(species, "+-"); i > 0 {
		species = species[:i]
	}
	return strings.NewReplacer("_tri", "", "Ox", "C2O4").Replace(species)
}

// mass is kg/mol of a formula without brackets.
func (w *Waters) mass(formula string) (sum float64, ok bool) {
	read := 0
	for _, part := range regexp.MustCompile(`([A-Z][a-z]?)(\d*\.?\d*)`).FindAllStringSubmatch(formula, -1) {
		n := 1.0
		if part[2] != "" {
			n, _ = strconv.ParseFloat(part[2], 64)
		}
		weight, known := w.weight[part[1]]
		if !known {
			return 0, false
		}
		sum, read = sum+n*weight, read+len(part[0])
	}
	return sum, read == len(formula) && read > 0
}

// Names lists the totals and what else Find knows.
func (w *Waters) Names() (names []string) {
	for _, c := range w.sys.Components[aqueous.Water+1:] {
		names = append(names, c.Name)
	}
	for name := range counted() {
		names = append(names, name)
	}
	return names
}

// Closer is the component of a plant that closes the charge, by the name of its total: S, Cl, N or Na.
func Closer(balance string) (component string, charge float64) {
	switch balance {
	case "S":
		return "SO4-2", -2
	case "Cl":
		return "Cl-", -1
	case "N":
		return "NO3-", -1
	case "Na":
		return "Na+", 1
	}
	return "", 0
}

// Acidity is the total acidity of a water, mol/m3, at its pH and T (K): what H+ counts in a plant, the protons of free acid,
// bisulfate and all else less those that hydrolysis gave. The tenors are totals in mol/m3; balance is what closes the charge, and its
// tenor is the second result; without balance the charge stays open. A litre holds 1 kg of water.
// Source: the equilibria of flowsheet/chem/aqueous, redox decoupled, no solid formed.
func (w *Waters) Acidity(tenors map[Dissolved]float64, pH, T float64, balance string) (acidity, closing float64, err error) {
	const perM3 = 1000 // kg of water
	p := aqueous.Problem{Totals: make([]float64, len(w.sys.Components)), KgWater: 1, T: T, HoldPH: true, PH: pH}
	for d, v := range tenors {
		p.Totals[d.total] += v / perM3
	}
	titrant := "H+"
	if balance != "" {
		titrant = map[string]string{"S": "H2SO4", "Cl": "HCl", "N": "HNO3", "Na": "NaOH"}[balance]
		w.sys.Neutral(p.Totals)
	}
	if p.Titrant, err = w.sys.Reagent(titrant); err != nil {
		return 0, 0, err
	}
	r := w.sys.NewResult()
	if err := aqueous.NewSolver(w.sys).Solve(&p, r); err != nil {
		return 0, 0, fmt.Errorf("no equilibrium at pH %g: %w", pH, err)
	}
	if balance == "" {
		return perM3 * r.Dissolved[aqueous.H], 0, nil
	}
	if r.Titrant < 0 {
		return 0, 0, fmt.Errorf("balance = %q cannot close the charge at pH %g: it would need %.3g mol/m3 of %s", balance, pH, perM3*r.Titrant, titrant)
	}
	return perM3 * r.Dissolved[aqueous.H], perM3 * r.Titrant, nil
}
