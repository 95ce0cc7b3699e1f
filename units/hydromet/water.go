package hydromet

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/conf"
)

// water is the border between a stream and the aqueous equilibrium: it knows which component of the plant is which total and
// which solid of package aqueous, and works per kg of water that enters, so that a start value serves at any flow.
//
// What the equilibrium does not know, and solids that it is not allowed to make, pass through unchanged. The engine's names
// are those of the components but for redox states and oxalate ("Fe_tri+3" is Fe+3, "Ox-2" is C2O4-2); formulas are checked.
type water struct {
	system   *chem.System
	sys      *aqueous.System
	solver   *aqueous.Solver
	result   *aqueous.Result
	problem  aqueous.Problem
	at       []int   // of each total: its component
	solids   []int   // of each allowed solid: its component
	sorbed   []int   // of each total: the component of what is sorbed; nil without sorption
	activity string  // its model
	gas      int     // place of CO2(g) among the allowed solids, −1 for none
	seed     float64 // mol/kg of the gas that totals hold beside what is taken: put takes it back
	foreign  []int   // aqueous components that the equilibrium does not know

	hydroxide, gauge int // species OH-, and a neutral one by which to read its activity coefficient (−1: none)

	kg      float64 // kg/s of water that the totals are per
	totals  []float64
	settled []float64 // solids, as put has them
	perMol  float64   // kg of water per mol

	probe  *aqueous.Solver // differences over temperature and pressure
	trial  *aqueous.Result
	slope  *aqueous.Tangent
	moved  aqueous.Problem
	target []float64
	dtotal []float64
	dx     []float64 // derivative of the memory
	dy, y  []float64 // scratch, as long as the memory
}

// engineName turns names of package aqueous into those of components.
var engineName = strings.NewReplacer("_tri", "", "Ox", "C2O4")

// newWater sets the border up and reads solids, sorption and activity of the unit's table. defaults are the names of what may form or dissolve when
// the table does not say; those that the plant has no component for are left out. gas exchanges CO2 at a pressure. Faults go to the table.
func newWater(env flowsheet.Env, defaults []string, gas bool) *water {
	w := &water{system: env.System, gas: -1}
	t := env.Param
	own := t.Has("solids")
	solids := t.TextsOr("solids", defaults)
	sorption := t.BoolOr("sorption", false)
	w.activity = t.ChoiceOr("activity", "davies", "davies", "sit")
	shared, err := env.System.Derived("aqueous "+w.activity, func() (any, error) { return selectWater(env.System, w.activity) })
	if err != nil {
		t.Fault("", "%v", err)
		return nil
	}
	mine := *shared.(*aqueous.System)
	w.sys = &mine // reagents may be added
	w.sys.Reagents = slices.Clip(w.sys.Reagents)
	known := map[int]bool{}
	for _, c := range w.sys.Components {
		i, ok := env.System.Index(engineName.Replace(c.Species))
		if !ok || env.System.Components[i].Charge != c.Charge {
			t.Fault("", "the system has no component %s; add the family aqueous to [chemistry]", engineName.Replace(c.Species))
			return nil
		}
		w.at, known[i] = append(w.at, i), true
	}
	first, end := env.System.Span(chem.Aqueous)
	for i := first; i < end; i++ {
		if !known[i] {
			w.foreign = append(w.foreign, i)
		}
	}
	for _, name := range solids {
		if k, c, err := w.solid(name); err == nil {
			w.problem.Solids, w.solids = append(w.problem.Solids, k), append(w.solids, c)
		} else if own {
			t.Fault("solids", "%v", err)
		}
	}
	if sorption {
		w.sorb(t)
	}
	if gas {
		k, c, err := w.solid("CO2(g)")
		if err != nil {
			t.Fault("co2", "%v", err)
		}
		w.gas = len(w.solids)
		w.problem.Solids, w.solids = append(w.problem.Solids, k), append(w.solids, c)
	}
	w.perMol = env.System.Components[w.at[aqueous.Water]].M
	w.gauge = -1
	for k, s := range w.sys.Species {
		switch {
		case s.Name == "OH-":
			w.hydroxide = k
		case s.Charge == 0 && !s.Free && w.gauge < 0:
			w.gauge = k
		}
	}
	return w
}

// selectWater loads the equilibria of the components that a plant has, with an activity model.
func selectWater(system *chem.System, activity string) (*aqueous.System, error) {
	all, err := aqueous.Load(aqueous.Selection{})
	if err != nil {
		return nil, err
	}
	var chosen []string
	for _, c := range all.Components[aqueous.Water+1:] {
		if _, ok := system.Index(engineName.Replace(c.Species)); ok {
			chosen = append(chosen, c.Name)
		}
	}
	if len(chosen) == 0 { // which would mean all
		return nil, errors.New("the equilibrium knows no component of this plant; add the family aqueous and elements to [chemistry]")
	}
	return aqueous.Load(aqueous.Selection{Components: chosen, Activity: activity})
}

// sorb switches the surfaces on that grow with the allowed solids.
func (w *water) sorb(t *conf.Table) {
	if w.problem.Sorbents = w.sys.Sorbents(w.problem.Solids); len(w.problem.Sorbents) == 0 {
		t.Fault("sorption", "none of the solids carries a surface; Fe(OH)3(a), Ferrihydrite, Schwertmannite, Al(OH)3(am) and Basaluminite do")
		return
	}
	for _, i := range w.at {
		name := w.system.Components[i].Name + "(sorbed)"
		c, ok := w.system.Index(name)
		if !ok {
			t.Fault("sorption", "%v", w.system.Unknown("solid", name, w.system.Names(chem.Solid)))
			w.sorbed = nil
			return
		}
		w.sorbed = append(w.sorbed, c)
	}
}

// ready makes room; reagents must be among those of the system by then.
func (w *water) ready() {
	n := w.sys.MemorySize(&w.problem)
	f := func(n int) []float64 { return make([]float64, n) }
	w.solver, w.probe = aqueous.NewSolver(w.sys), aqueous.NewSolver(w.sys)
	w.result, w.trial, w.slope = w.sys.NewResult(), w.sys.NewResult(), w.sys.NewTangent()
	w.totals, w.dtotal, w.dx, w.dy, w.y = f(len(w.at)), f(len(w.at)), f(n), f(n), f(n)
	w.problem.Totals = w.totals
	w.settled = f(len(w.sys.Solids))
	w.problem.TargetSI, w.target = f(len(w.solids)), f(len(w.solids))
}

// solid finds a solid (or gas) of the engine and its component: of the same name with "(s)", else the oxalate or carbonate of the same
// atoms.
func (w *water) solid(name string) (engine, component int, err error) {
	if engine, err = w.sys.Solid(name); err != nil {
		return 0, 0, err
	}
	s := &w.sys.Solids[engine]
	want := w.atoms(s.Terms)
	ending := "(s)"
	if s.Gas {
		ending = ""
	}
	if i, ok := w.system.Index(name + ending); ok {
		if c := &w.system.Components[i]; c.Charge != 0 || !equalAtoms(c.Formula, want) {
			return 0, 0, fmt.Errorf("component %s and the reaction of solid %s do not balance", c.Name, name)
		}
		return engine, i, nil
	}
	if component = w.sameAtoms(want, "oxalate", "carbonate"); component < 0 {
		return 0, 0, fmt.Errorf("%v", w.system.Unknown("solid", name+ending, w.system.Names(chem.Solid)))
	}
	return engine, component, nil
}

// sameAtoms is the first neutral solid or gas with given atoms in the families named, or in any; −1 for none.
func (w *water) sameAtoms(want []float64, families ...string) int {
	for i, c := range w.system.Components {
		if (c.Phase == chem.Solid || c.Phase == chem.Gas) && (families == nil || slices.Contains(families, c.Family)) && c.Family != "sorbed" &&
			c.Charge == 0 && equalAtoms(c.Formula, want) {
			return i
		}
	}
	return -1
}

// atoms of what a reaction gives, per element of the system.
func (w *water) atoms(terms []aqueous.Term) []float64 {
	sum := make([]float64, len(w.system.Elements))
	for _, t := range terms {
		for e, n := range w.system.Components[w.at[t.Component]].Formula {
			sum[e] += t.Coefficient * n
		}
	}
	return sum
}

func equalAtoms(a, b []float64) bool {
	for e := range a {
		if math.Abs(a[e]-b[e]) > 1e-9 {
			return false
		}
	}
	return true
}

// variables are the names of the memory.
func (w *water) variables() []flowsheet.Variable {
	any := flowsheet.NoBound
	list := []flowsheet.Variable{
		{Name: "water.pH", Unit: "1", Scale: 1, Lower: any}, {Name: "water.ionic_strength", Unit: "mol/kg", Scale: 0.1},
		{Name: "water.water_activity", Unit: "1", Scale: 1}, {Name: "water.free_water", Unit: "1", Scale: 1},
		{Name: "water.dose", Unit: "mol/kg", Scale: 1e-3, Lower: any},
	}
	for _, c := range w.sys.Components {
		list = append(list, flowsheet.Variable{Name: "water.ln " + c.Species, Unit: "1", Scale: 1, Lower: any})
	}
	for _, k := range w.problem.Solids {
		list = append(list, flowsheet.Variable{Name: "water.solid " + w.sys.Solids[k].Name, Unit: "mol/kg", Scale: 1e-3, Lower: any})
	}
	if w.sorbed != nil {
		for _, c := range w.sys.Components {
			list = append(list, flowsheet.Variable{Name: "water.sorbed " + c.Species, Unit: "mol/kg", Scale: 1e-4, Lower: any})
		}
	}
	return list
}

// places in the memory
const (
	waterPH = iota
	waterStrength
	waterActivity
	waterFree
	waterDose
)

// take sets the totals from a stream: what is dissolved, and what the allowed solids hold.
func (w *water) take(n []float64, T float64) error {
	w.problem.T = T
	if w.kg = n[w.at[aqueous.Water]] * w.perMol; !(w.kg > 0) {
		return fmt.Errorf("there is no water: %g kg/s", w.kg)
	}
	w.gather(n, w.totals)
	w.sow()
	return nil
}

// sow gives a water without a trace of carbonate one, of CO2 of the gas it is open to: the engine takes a component without a total for absent, and
// the gas with it.
func (w *water) sow() {
	const trace = 1e-12 // mol/kg
	w.seed = 0
	if w.gas < 0 {
		return
	}
	terms := w.sys.Solids[w.problem.Solids[w.gas]].Terms
	for _, t := range terms {
		if t.Component > aqueous.Water && w.totals[t.Component] < trace {
			w.seed = trace
		}
	}
	for _, t := range terms {
		w.totals[t.Component] += w.seed * t.Coefficient
	}
}

// gather adds up totals of flows, or of their derivatives, per kg of water that enters.
func (w *water) gather(n, totals []float64) {
	for j, i := range w.at {
		totals[j] = n[i] / w.kg
	}
	for k, i := range w.solids {
		if held := n[i] / w.kg; held != 0 && k != w.gas {
			for _, t := range w.sys.Solids[w.problem.Solids[k]].Terms {
				totals[t.Component] += t.Coefficient * held
			}
		}
	}
	for j, i := range w.sorbed {
		totals[j] += n[i] / w.kg
	}
}

// counted calls f for every component beside the dissolved ones that is counted in the totals.
func (w *water) counted(f func(component int)) {
	for k, i := range w.solids {
		if k != w.gas {
			f(i)
		}
	}
	for _, i := range w.sorbed {
		f(i)
	}
}

// start takes a memory as the start of the next find; false when it holds nothing.
func (w *water) start(cold bool, x []float64) bool {
	return !cold && w.result.Recall(&w.problem, x)
}

// find solves the problem in hand, from the last result when warm.
func (w *water) find(warm bool) error {
	if warm {
		return w.solver.Update(&w.problem, w.result)
	}
	return w.solver.Solve(&w.problem, w.result)
}

// put writes the equilibrium to a stream that holds what was taken from it. totals are those at the equilibrium, reagent included.
// A total of which only traces stay dissolved keeps the traces that the equilibrium found: as a difference they would be rounding.
// What the equilibrium is off by in such a total (1e-13 of it) goes to the solid that holds most of it, so that elements close to
// rounding. CO2 that is exchanged is returned, mol/s given off.
func (w *water) put(totals, n []float64) (gas float64) {
	const trace = 1e-3
	r := w.result
	copy(w.settled, r.Solids)
	for j := aqueous.Water + 1; j < len(w.at); j++ {
		if r.Dissolved[j] < trace*totals[j] && r.Dissolved[j] > 0 {
			w.settle(j, totals[j]-r.Dissolved[j])
		}
	}
	w.remains(totals, w.settled, r.Sorbed, n)
	for j := aqueous.Water + 1; j < len(w.at); j++ {
		if r.Dissolved[j] == 0 && totals[j] > 0 { // less than an atom per kg: the engine takes it for none, here it passes
			continue
		}
		if d, i := w.kg*r.Dissolved[j], w.at[j]; r.Dissolved[j] < trace*totals[j] || !(math.Abs(n[i]-d) <= 0.5*d) {
			n[i] = d
		}
	}
	return w.putSolids(w.settled, r.Sorbed, n) - w.kg*w.seed
}

// settle lets the solids (and surfaces) hold what they have to of a total, by a change of the solid that holds most of it.
func (w *water) settle(total int, wanted float64) {
	if w.sorbed != nil {
		wanted -= w.result.Sorbed[total]
	}
	solid, most, per := -1, 0.0, 0.0
	for _, k := range w.problem.Solids {
		for _, t := range w.sys.Solids[k].Terms {
			if t.Component != total || w.settled[k] == 0 {
				continue
			}
			held := t.Coefficient * w.settled[k]
			wanted -= held
			if held > most {
				solid, most, per = k, held, t.Coefficient
			}
		}
	}
	if solid >= 0 && math.Abs(wanted) < 1e-6*most {
		w.settled[solid] += wanted / per
	}
}

// remains writes to n what solids and surfaces leave of totals; all may be derivatives.
func (w *water) remains(totals, solids, sorbed, n []float64) {
	for j, i := range w.at {
		n[i] = w.kg * totals[j]
	}
	for _, k := range w.problem.Solids {
		if s := solids[k]; s != 0 {
			for _, t := range w.sys.Solids[k].Terms {
				n[w.at[t.Component]] -= w.kg * t.Coefficient * s
			}
		}
	}
	if w.sorbed != nil {
		for j, i := range w.at {
			n[i] -= w.kg * sorbed[j]
		}
	}
}

func (w *water) putSolids(solids, sorbed, n []float64) (gas float64) {
	for j, i := range w.sorbed {
		n[i] = w.kg * sorbed[j]
	}
	for k, i := range w.solids {
		if s := w.kg * solids[w.problem.Solids[k]]; k == w.gas {
			gas = s
		} else {
			n[i] = s
		}
	}
	return gas
}

// constants lists the numbers that an equilibrium with these solids rests on.
func (w *water) constants() []chem.Constant {
	allowed := map[string]bool{}
	for _, k := range w.problem.Solids {
		allowed[w.sys.Solids[k].Name] = true
	}
	surface := func(name string) bool {
		for _, s := range w.problem.Sorbents {
			if strings.HasPrefix(name, "surface."+w.sys.Surfaces[s.Surface].Name+".") {
				return true
			}
		}
		return false
	}
	var list []chem.Constant
	for _, c := range w.sys.Constants() {
		name, isSolid := strings.CutPrefix(c.Name, "solid.")
		if isSolid {
			name = strings.TrimSuffix(strings.TrimSuffix(name, ".log_k25"), ".dH")
			if !allowed[name] {
				continue
			}
		}
		if strings.HasPrefix(c.Name, "surface.") && !surface(c.Name) {
			continue
		}
		list = append(list, c)
	}
	return list
}
