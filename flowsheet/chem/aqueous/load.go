package aqueous

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

//go:embed data/*.toml
var embedded embed.FS

// Selection says what a system is made of.
type Selection struct {
	// Components by name, "Ca", "Fe_tri", "S"; none means all. H and Water are always in.
	Components []string
	// Activity is "davies" (also for "") or "sit". "pitzer" is refused: its data are not here.
	Activity string
	// Base leaves out what lies beside the reference set of 337 complexes and 116 solids: the slates of phosphate, oxygen,
	// manganese, radium and ammonia.
	Base bool
	// Files are the user's own data files, laid over the embedded ones in their order: a reaction of the same name
	// replaces, another is added.
	Files []string
}

// Load builds a system. The error holds all faults of the data files, or names an unknown component or model.
func Load(sel Selection) (*System, error) {
	read := whole
	if sel.Base {
		read = reference
	}
	shipped, err := read()
	if err != nil {
		return nil, err
	}
	b := shipped.copy()
	for _, name := range sel.Files {
		tree, err := conf.Load(name)
		if err != nil {
			return nil, fmt.Errorf("aqueous data: %w", err)
		}
		if err := b.read(name, tree); err != nil {
			return nil, err
		}
	}
	switch sel.Activity {
	case "", "davies":
		b.sys.activity.model = "davies"
	case "sit":
		b.sys.activity.model = "sit"
	case "pitzer":
		return nil, fmt.Errorf("aqueous: activity model \"pitzer\" has no data here; use \"davies\" (to I 0.5) or \"sit\" (to I 3.5 mol/kg)")
	default:
		return nil, fmt.Errorf("aqueous: there is no activity model %q; known are davies, sit", sel.Activity)
	}
	return b.build(sel.Components)
}

// The embedded data, each read once and then copied: all, and the reference set alone.
var (
	reference = sync.OnceValues(func() (*builder, error) {
		b := &builder{sys: &System{}}
		return b, b.readEmbedded("components", "species", "solids", "gases", "reagents", "activity", "surfaces")
	})
	whole = sync.OnceValues(func() (*builder, error) {
		b, err := reference()
		if err != nil {
			return nil, err
		}
		b = b.copy()
		return b, b.readEmbedded("phosphate", "oxygen", "manganese", "radium", "ammonia")
	})
)

// builder gathers entries by name before they are resolved against the chosen components.
type builder struct {
	sys        *System
	components []Component
	entries    [4][]entry // species, solids, gases, reagents
	epsilon    []epsilon
	surfaces   []surfaceEntry
}

func (b *builder) readEmbedded(names ...string) error {
	for _, name := range names {
		name = "data/" + name + ".toml"
		text, err := fs.ReadFile(embedded, name)
		if err != nil {
			return fmt.Errorf("aqueous data: %w", err)
		}
		tree, err := conf.Parse(name, text)
		if err != nil {
			return fmt.Errorf("aqueous data: %w", err)
		}
		if err := b.read(name, tree); err != nil {
			return err
		}
	}
	return nil
}

// copy is what more can be read into and built from: of b only the terms of its entries stay shared, which nothing changes.
func (b *builder) copy() *builder {
	c := &builder{
		sys:        &System{index: map[string]int{}, activity: b.sys.activity},
		components: slices.Clone(b.components), epsilon: slices.Clone(b.epsilon), surfaces: slices.Clone(b.surfaces),
	}
	for kind, entries := range b.entries {
		c.entries[kind] = slices.Clone(entries)
	}
	for i := range c.surfaces {
		e := &c.surfaces[i]
		e.on, e.density, e.reactions = maps.Clone(e.on), maps.Clone(e.density), slices.Clone(e.reactions)
	}
	return c
}

type epsilon struct {
	i, k  string
	value float64
}

// entry is a reaction by names: formation of name for a species, what one mole gives for the others.
type entry struct {
	name     string
	charge   float64
	terms    equation
	constant Constant
}

const (
	ofSpecies = iota
	ofSolid
	ofGas
	ofReagent
)

func (b *builder) read(file string, tree *conf.Tree) error {
	root := tree.Root()
	if root.Has("component") {
		t := root.Table("component")
		for _, name := range t.Keys() {
			one := t.Table(name)
			b.component(one, name, one.Text("species"))
			one.Close()
		}
	}
	for kind, block := range []string{"species", "solid", "gas"} {
		for _, t := range root.Tables(block) {
			class, source := chem.Class(t.Choice("class", classes...)), t.Text("source")
			all := t.Table("entries")
			for _, name := range all.Keys() {
				b.reaction(all.Table(name), kind, name, Constant{Class: class, Source: source, File: file})
			}
			t.Close()
		}
	}
	if root.Has("reagent") {
		t := root.Table("reagent")
		for _, name := range t.Keys() {
			b.equation(t, name, t.Text(name), ofReagent, entry{name: name})
		}
	}
	if root.Has("surface") {
		b.readSurfaces(file, root)
	}
	if root.Has("davies") {
		b.readActivity(root)
	}
	root.Close()
	if err := tree.Err(); err != nil {
		return fmt.Errorf("aqueous data: %w", err)
	}
	return nil
}

var classes = []string{string(chem.Measured), string(chem.Derived), string(chem.Estimated), string(chem.Assumed)}

func (b *builder) component(t *conf.Table, name, species string) {
	_, charge, err := atomsOf(species)
	if err != nil && !t.Faulty("species") {
		t.Fault("species", "%v", err)
	}
	if name == "H" || name == "Water" || species == "H+" || species == "H2O" {
		t.Fault("species", "H and water are components already")
	}
	c := Component{Name: name, Species: species, Charge: charge}
	if i := slices.IndexFunc(b.components, func(o Component) bool { return o.Name == name }); i >= 0 {
		b.components[i] = c
		return
	}
	if slices.ContainsFunc(b.components, func(o Component) bool { return o.Species == species }) {
		t.Fault("species", "%q is a component already", species)
	}
	b.components = append(b.components, c)
}

func (b *builder) reaction(t *conf.Table, kind int, name string, c Constant) {
	c.LogK = t.Quantity("log_k25", "1", conf.Between(-400, 400))
	c.Enthalpy = math.NaN()
	if t.Has("dH") {
		c.Enthalpy = t.Quantity("dH", "J/mol", conf.Between(-2e6, 2e6))
		if t.Has("dH_source") {
			c.Source += "; enthalpy (" + t.Choice("dH_class", classes...) + "): " + t.Text("dH_source")
		}
	}
	if t.Has("log_k") {
		readExpression(t, &c)
	}
	b.equation(t, "eq", t.Text("eq"), kind, entry{name: name, constant: c})
	t.Close()
}

// readExpression reads log_k, the constant over temperature. It must give log_k25 at 25 C, as databases carry expressions that
// do not; the constant is then the expression's, and so is the enthalpy.
func readExpression(t *conf.Table, c *Constant) {
	of := t.Table("log_k")
	var e Expression
	for i, unit := range [...]string{"1", "1/K", "K", "1", "K2"} {
		e[i] = of.QuantityOr("abcde"[i:i+1], unit, 0, conf.Any)
	}
	of.Close()
	if t.Has("dH") {
		t.Fault("dH", "log_k gives the enthalpy already")
	}
	if at25 := e.At(room); !t.Faulty("log_k") && !t.Faulty("log_k25") && !(math.Abs(at25-c.LogK) <= 0.005) {
		t.Fault("log_k", "gives %.4f at 25 C, log_k25 is %g; needs to agree within 0.005", at25, c.LogK)
	}
	c.Expression, c.LogK, c.Enthalpy = &e, e.At(room), e.enthalpy(room)
}

// equation resolves which term is the entry itself: for a species the one of its name, else the one that is no component.
func (b *builder) equation(t *conf.Table, key, text string, kind int, e entry) {
	if t.Faulty(key) {
		return
	}
	eq, err := parseEquation(text)
	if err == nil {
		err = eq.balance()
	}
	if err != nil {
		t.Fault(key, "%v", err)
		return
	}
	known := func(species string) bool {
		return species == "H+" || species == "H2O" || slices.ContainsFunc(b.components, func(c Component) bool { return c.Species == species })
	}
	self := ""
	for species := range eq {
		if known(species) {
			continue
		}
		if self != "" || kind == ofSpecies && species != e.name {
			t.Fault(key, "%q is no component", species)
			return
		}
		self = species
	}
	if self == "" { // a bare component as reagent cancels to nothing
		if kind != ofReagent || !known(e.name) {
			t.Fault(key, "has only components")
			return
		}
		eq = equation{e.name: 1}
	} else if want := map[bool]float64{true: 1, false: -1}[kind == ofSpecies]; eq[self] != want {
		t.Fault(key, "%q must stand once, on the %s side", self, map[bool]string{true: "right", false: "left"}[kind == ofSpecies])
		return
	}
	delete(eq, self)
	e.terms = eq
	if kind == ofSpecies {
		for species := range eq {
			eq[species] *= -1
		}
		if _, e.charge, err = atomsOf(e.name); err != nil {
			t.Fault(key, "%v", err)
		}
	}
	for species, c := range eq {
		if c == 0 {
			delete(eq, species)
		}
	}
	if len(eq) == 0 || kind != ofReagent && onlyWater(eq) {
		t.Fault(key, "has no component but water")
		return
	}
	if i := slices.IndexFunc(b.entries[kind], func(o entry) bool { return o.name == e.name }); i >= 0 {
		b.entries[kind][i] = e
		return
	}
	b.entries[kind] = append(b.entries[kind], e)
}

func onlyWater(eq equation) bool { _, water := eq["H2O"]; return water && len(eq) == 1 }

func (b *builder) readActivity(root *conf.Table) {
	a := &b.sys.activity
	read := func(t *conf.Table, key string, r conf.Range) float64 { return t.Quantity(key, "1", r) }
	t := root.Table("davies")
	d := &a.davies
	d.a, d.linear, d.neutral, d.water = read(t, "A", conf.Positive), read(t, "linear", conf.NonNegative), read(t, "neutral", conf.Any), read(t, "water", conf.NonNegative)
	d.valid, d.used = read(t, "valid", conf.Positive), read(t, "used", conf.Positive)
	t.Skip("class", "source")
	t.Close()
	t = root.Table("sit")
	a.sit.a, a.sit.ba = read(t, "A", conf.Positive), read(t, "ba", conf.Positive)
	a.sit.valid, a.sit.used = read(t, "valid", conf.Positive), read(t, "used", conf.Positive)
	t.Skip("class", "source")
	pairs := t.Table("epsilon")
	for _, k := range pairs.Keys() {
		one := pairs.Table(k)
		for _, i := range one.Keys() {
			b.epsilon = append(b.epsilon, epsilon{i, k, read(one, i, conf.Between(-2, 2))})
		}
	}
	t.Close()
	t = root.Table("water")
	for i := range 4 {
		a.eps[i] = read(t, fmt.Sprintf("e%d", i), conf.Any)
		a.rho[i] = read(t, fmt.Sprintf("r%d", i), conf.Any)
	}
	a.lo, a.hi = t.Quantity("lo", "K", conf.Positive), t.Quantity("hi", "K", conf.Positive)
	t.Skip("class", "source")
	t.Close()
}

// build resolves the entries whose components are all chosen.
func (b *builder) build(chosen []string) (*System, error) {
	s := b.sys
	s.Components = []Component{{"H", "H+", 1}, {"Water", "H2O", 0}}
	for _, c := range b.components {
		if len(chosen) == 0 || slices.Contains(chosen, c.Name) {
			s.Components = append(s.Components, c)
		}
	}
	at := map[string]int{}
	for i, c := range s.Components {
		s.index["component:"+c.Name] = i
		at[c.Species] = i
	}
	for _, name := range chosen {
		if _, err := s.Component(name); err != nil {
			names := make([]string, len(b.components))
			for i, c := range b.components {
				names[i] = c.Name
			}
			return nil, fmt.Errorf("aqueous: there is no component %q; %s", name, conf.Hint(name, names))
		}
	}
	for i, c := range s.Components {
		if i != Water {
			s.Species = append(s.Species, Species{Name: c.Species, Charge: c.Charge, Terms: []Term{{i, 1}}, Free: true})
		}
	}
	for _, e := range b.entries[ofSpecies] {
		if terms, ok := resolve(e.terms, at); ok {
			s.Species = append(s.Species, Species{Name: e.name, Charge: e.charge, Terms: terms, Constant: e.constant})
		}
	}
	for kind := ofSolid; kind <= ofGas; kind++ {
		for _, e := range b.entries[kind] {
			if terms, ok := resolve(e.terms, at); ok {
				s.Solids = append(s.Solids, Solid{e.name, terms, e.constant, kind == ofGas})
			}
		}
	}
	for _, e := range b.entries[ofReagent] {
		if terms, ok := resolve(e.terms, at); ok {
			s.index["reagent:"+e.name] = len(s.Reagents)
			s.Reagents = append(s.Reagents, Reagent{e.name, terms})
		}
	}
	s.findCarriers()
	for i, o := range s.Species {
		if _, twice := s.index["species:"+o.Name]; twice {
			return nil, fmt.Errorf("aqueous: species %q stands twice in the data", o.Name)
		}
		s.index["species:"+o.Name] = i
	}
	for i, o := range s.Solids {
		if _, twice := s.index["solid:"+o.Name]; twice {
			return nil, fmt.Errorf("aqueous: solid %q stands twice in the data", o.Name)
		}
		s.index["solid:"+o.Name] = i
	}
	b.interactions()
	if err := b.buildSurfaces(at); err != nil {
		return nil, err
	}
	return s, nil
}

// resolve turns names into terms, in component order; ok is false when a component is not chosen.
func resolve(eq equation, at map[string]int) (terms []Term, ok bool) {
	for species, c := range eq {
		i, known := at[species]
		if !known {
			return nil, false
		}
		terms = append(terms, Term{i, c})
	}
	slices.SortFunc(terms, func(a, b Term) int { return a.Component - b.Component })
	return terms, true
}

// interactions lists the SIT pairs of the species there are; a rare earth without its own takes europium's.
func (b *builder) interactions() {
	s := b.sys
	own := map[[2]string]bool{}
	for _, e := range b.epsilon {
		own[[2]string{e.i, e.k}] = true
	}
	add := func(name string, e epsilon) {
		i, found := s.index["species:"+name]
		k, there := s.index["species:"+e.k]
		if found && there {
			s.activity.epsilon = append(s.activity.epsilon, pair{i, k, e.value})
		}
	}
	for _, e := range b.epsilon {
		add(e.i, e)
		if rest, ok := strings.CutPrefix(e.i, "Eu"); ok {
			for _, ree := range strings.Fields("La Ce Pr Nd Sm Gd Tb Dy Ho Er Tm Yb Lu Y Sc") {
				if !own[[2]string{ree + rest, e.k}] {
					add(ree+rest, e)
				}
			}
		}
	}
}
