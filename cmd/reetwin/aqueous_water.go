package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/configs"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/chem/assay"
	"reetwin/flowsheet/conf"
)

// water is a water file: an analysis, per kg of water, at its pH.
type water struct {
	name        string
	description string
	source      string
	assumed     []string
	sys         *aqueous.System
	solver      *aqueous.Solver
	mass        []float64          // kg/mol of the free species of each component
	element     []float64          // kg/mol that a tenor by element counts
	formula     map[string]float64 // kg/mol of the names of counted
	perM3       float64            // kg of water in 1 m3 of solution
	T           float64            // K
	analysis    *aqueous.Result
	totals      []float64 // mol per component in 1 kg of water
	solids      []int
	targets     []float64         // log10 of index or fugacity, beside solids
	balance     string            // what closes the charge, "" for nothing
	balanced    float64           // its mol/kg
	charge      float64           // eq/kg that does not close
	sorbs       bool              // the file switches sorption on
	sorbents    []aqueous.Sorbent // of the file, mol/m3
	sorption    []aqueous.Sorbent // that are on, per kg of water; nil: off
}

// feedsHere stands in a help text for the names of the waters, which are read from their files when help is asked for, and not at every start.
const feedsHere = "{feeds}"

func nameFeedsInHelp(c *cobra.Command) {
	c.SetHelpFunc(func(c *cobra.Command, args []string) {
		c.Long = strings.Replace(c.Long, feedsHere, strings.Join(feedNames(), ", "), 1)
		c.Root().HelpFunc()(c, args)
	})
}

// feedNames lists the waters of configs/feeds whose pH is known, without .toml.
func feedNames() []string {
	return slices.DeleteFunc(assay.Names(), func(name string) bool {
		f, err := assay.Open(name, "")
		return err != nil || f.Kind != assay.Water || len(f.Missing) > 0
	})
}

// loadWater reads a water file, or the feed of a name such as "W1" or "w1_appalachia". Its error carries exit code 2,
// or 4 when the water has no equilibrium.
func loadWater(files []string, feed string) (*water, error) {
	if (len(files) == 1) == (feed != "") {
		return nil, exitError{exitUsage, fmt.Errorf("needs a water file or --feed NAME, one of them; feeds are %s", strings.Join(feedNames(), ", "))}
	}
	if feed == "" {
		tree, err := conf.Load(files[0])
		if err != nil {
			return nil, exitError{exitUsage, err}
		}
		return readWater(strings.TrimSuffix(path.Base(files[0]), ".toml"), tree)
	}
	for _, name := range feedNames() {
		short, _, _ := strings.Cut(name, "_")
		if !strings.EqualFold(feed, name) && !strings.EqualFold(feed, short) {
			continue
		}
		text, err := fs.ReadFile(configs.Feeds, "feeds/"+name+".toml")
		if err != nil {
			return nil, err
		}
		tree, err := conf.Parse("feeds/"+name+".toml", text)
		if err != nil {
			return nil, err
		}
		return readWater(name, tree)
	}
	return nil, exitError{exitUsage, fmt.Errorf("there is no feed %q; %s", feed, conf.Hint(feed, feedNames()))}
}

// balances are the reagents that close the charge of an analysis, by the total they change.
var balances = map[string]string{"S": "H2SO4", "Cl": "HCl", "N": "HNO3", "Na": "NaOH"}

func readWater(name string, tree *conf.Tree) (*water, error) {
	root := tree.Root()
	w := &water{name: name}
	activity := root.ChoiceOr("activity", "davies", "davies", "sit", "pitzer")
	var err error
	if w.sys, err = aqueous.Load(aqueous.Selection{Activity: activity, Base: root.BoolOr("reference_set", false), Files: root.TextsOr("constants", nil)}); err != nil {
		return nil, exitError{exitUsage, errors.New(bare(err))}
	}
	if err := w.weigh(); err != nil {
		return nil, err
	}
	w.description, w.source = root.TextOr("description", name), root.TextOr("source", "")
	w.assumed = root.TextsOr("assumed", nil)
	root.Skip("class", "basis", "missing", "split") // of a feed (package assay)
	if root.ChoiceOr("kind", assay.Water, assay.Water, assay.Solid) == assay.Solid {
		root.Fault("kind", "a solid has no equilibrium of its own; see reetwin feeds")
	}
	pH := root.Quantity("pH", "1", conf.Between(lowestPH, highestPH))
	w.T = root.QuantityOr("temperature", "K", 298.15, conf.Between(273.15, 373.15))
	density := root.QuantityOr("density", "kg/m3", 0, conf.Between(900, 2000))
	w.balance = root.ChoiceOr("balance", "", "S", "Cl", "N", "Na")
	w.readSolids(root)
	w.readSorption(root)
	totals := w.readTenors(root.Required("tenor", `[tenor]
Al = "55 mg/L"`), density)
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, exitError{exitUsage, err}
	}
	w.seed(totals)
	w.solver, w.analysis = aqueous.NewSolver(w.sys), w.sys.NewResult()
	if w.balance != "" {
		err = w.close(totals, pH)
	} else {
		w.totals, w.charge, err = initialWater(w.sys, w.solver, w.analysis, totals, &pH, w.T)
	}
	if _, ok := errors.AsType[*aqueous.Unsolved](err); ok {
		err = exitError{exitUnsolved, fmt.Errorf("%s: %s", name, bare(err))}
	}
	return w, err
}

func (w *water) readSolids(root *conf.Table) {
	for _, name := range root.TextsOr("solids", nil) {
		k, err := w.sys.Solid(name)
		switch {
		case err != nil:
			root.Fault("solids", "%s", bare(err))
		case w.sys.Solids[k].Gas:
			root.Fault("solids", "%q is a gas: give its fugacity as fugacity.%q", name, name)
		default:
			w.solids, w.targets = append(w.solids, k), append(w.targets, 0)
		}
	}
	t := root.Table("fugacity")
	for _, name := range t.Keys() {
		fugacity := t.Quantity(name, "Pa", conf.Positive) / 101325
		k, err := w.sys.Solid(name)
		switch {
		case err != nil:
			t.Fault(name, "%s", bare(err))
		case !w.sys.Solids[k].Gas:
			t.Fault(name, "%q is no gas", name)
		default:
			w.solids, w.targets = append(w.solids, k), append(w.targets, math.Log10(fugacity))
		}
	}
}

// trace is what a gas may begin from, mol per kg of water.
const trace = 1e-12

// seed gives a trace of what a gas brings and the analysis lacks: the engine takes a component without a total for absent, and
// the gas with it.
func (w *water) seed(totals []float64) {
	for _, k := range w.solids {
		for _, t := range w.sys.Solids[k].Terms {
			if w.sys.Solids[k].Gas && t.Component > aqueous.Water && totals[t.Component] == 0 {
				totals[t.Component] = trace
			}
		}
	}
}

// counted is what a tenor may be given as, beside elements and free species.
var counted = map[string]struct{ component, formula string }{
	"SO4": {"S", "SO4"}, "HSO4-": {"S", "HSO4"}, "NO3": {"N", "NO3"}, "NH3": {"NH4", "NH3"}, "NH4-N": {"NH4", "N"}, "SiO2": {"Si", "SiO2"}, "HCO3-": {"C", "HCO3"},
	"HCO3": {"C", "HCO3"}, "CO3": {"C", "CO3"}, "CO2": {"C", "CO2"}, "Fe+3": {"Fe_tri", "Fe"}, "C2O4": {"Ox", "C2O4"},
	"PO4": {"P", "PO4"}, "HPO4-2": {"P", "HPO4"}, "H2PO4-": {"P", "H2PO4"}, "P2O5": {"P", "PO2.5"}, "C2O4-2": {"Ox", "C2O4"}, "H2C2O4": {"Ox", "H2C2O4"}, "UO2": {"U", "UO2"}, "U3O8": {"U", "UO2.6666667"},
}

// readTenors reads [tenor] to mol per kg of water. Without a density a litre holds 1 kg of water.
func (w *water) readTenors(t *conf.Table, density float64) []float64 {
	totals, by := make([]float64, len(w.sys.Components)), make([]string, len(w.sys.Components))
	dissolved := 0.0
	var names []string
	for _, c := range w.sys.Components[aqueous.Water+1:] {
		names = append(names, c.Name)
	}
	for name := range counted {
		names = append(names, name)
	}
	for _, name := range t.Keys() {
		v, which := t.QuantityOf(name, []string{"mg/L", "mol/L"}, conf.NonNegative)
		i, mass := w.counts(name)
		switch {
		case i <= aqueous.Water:
			t.Fault(name, "there is no total %q; %s", name, conf.Hint(name, names))
			continue
		case by[i] != "":
			t.Fault(name, "%s is given already, by %q", w.sys.Components[i].Name, by[i])
		case w.sys.Components[i].Name == w.balance:
			t.Fault(name, "%s follows from balance = %q", name, w.balance)
		}
		by[i] = name
		if which == 0 {
			v /= mass
		}
		totals[i] = v // mol/m3
		dissolved += v * w.mass[i]
	}
	w.perM3 = 1000
	if density > 0 {
		w.perM3 = density - dissolved
	}
	if w.perM3 < 100 {
		t.Fault("", "%.4g kg/m3 dissolved at a density of %.4g kg/m3 leaves no water", dissolved, density)
	}
	for i := range totals {
		totals[i] /= w.perM3
	}
	return totals
}

// counts is the component that a tenor's name means and its kg/mol; 0 when there is none.
func (w *water) counts(name string) (component int, mass float64) {
	for i, c := range w.sys.Components {
		switch name {
		case c.Name:
			return i, w.element[i]
		case c.Species:
			return i, w.mass[i]
		}
	}
	if c, ok := counted[name]; ok {
		if i, err := w.sys.Component(c.component); err == nil {
			return i, w.formula[name]
		}
	}
	return 0, 0
}

// close sets the total of the balance so that the analysis is neutral at its pH.
func (w *water) close(totals []float64, pH float64) error {
	reagent, err := w.sys.Reagent(balances[w.balance])
	if err != nil {
		return err
	}
	p := aqueous.Problem{Totals: totals, KgWater: 1, HoldPH: true, Titrant: reagent, PH: pH, T: w.T}
	w.sys.Neutral(p.Totals)
	if err := w.solver.Solve(&p, w.analysis); err != nil {
		return err
	}
	if w.analysis.Titrant < 0 {
		return exitError{exitUsage, fmt.Errorf("%s: balance = %q cannot close the charge at pH %g: it would need %.3g mol/kg of %s",
			w.name, w.balance, pH, w.analysis.Titrant, balances[w.balance])}
	}
	w.balanced = w.analysis.Titrant
	w.totals = append([]float64(nil), w.analysis.Dissolved...)
	return nil
}

// weigh sets the molar masses, from the atomic weights of the data.
func (w *water) weigh() error {
	constants, err := chem.Constants()
	if err != nil {
		return err
	}
	weights := map[string]float64{}
	for _, c := range constants {
		if symbol, ok := strings.CutPrefix(c.Name, "element."); ok {
			weights[strings.TrimSuffix(symbol, ".mass")] = c.Value
		}
	}
	w.formula = map[string]float64{}
	for name, c := range counted {
		if w.formula[name], err = molarMass(c.formula, weights); err != nil {
			return err
		}
	}
	for _, c := range w.sys.Components {
		formula, _, _ := strings.Cut(strings.TrimSuffix(c.Species, "-"), "+")
		formula, _, _ = strings.Cut(formula, "-")
		formula = strings.NewReplacer("_tri", "", "Ox", "C2O4").Replace(formula)
		mass, err := molarMass(formula, weights)
		if err != nil {
			return err
		}
		element, ok := weights[strings.TrimSuffix(c.Name, "_tri")]
		if !ok { // oxalate, water
			element = mass
		}
		w.mass, w.element = append(w.mass, mass), append(w.element, element)
	}
	return nil
}

// weight is kg/mol of what terms add up to.
func (w *water) weight(terms []aqueous.Term) (sum float64) {
	for _, t := range terms {
		sum += t.Coefficient * w.mass[t.Component]
	}
	return sum
}

var atoms = regexp.MustCompile(`([A-Z][a-z]?)(\d*\.?\d*)`)

// molarMass is kg/mol of a plain formula without brackets or charge.
func molarMass(formula string, weights map[string]float64) (float64, error) {
	sum, read := 0.0, 0
	for _, part := range atoms.FindAllStringSubmatch(formula, -1) {
		count := 1.0
		if part[2] != "" {
			var err error
			if count, err = strconv.ParseFloat(part[2], 64); err != nil {
				return 0, fmt.Errorf("formula %q: %w", formula, err)
			}
		}
		weight, ok := weights[part[1]]
		if !ok {
			return 0, fmt.Errorf("formula %q: no atomic weight of %q", formula, part[1])
		}
		sum, read = sum+count*weight, read+len(part[0])
	}
	if read != len(formula) {
		return 0, fmt.Errorf("formula %q cannot be read", formula)
	}
	return sum, nil
}
