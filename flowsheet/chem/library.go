package chem

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"reetwin/flowsheet/conf"
)

//go:embed data/*.toml
var embedded embed.FS

// library is all of data/*.toml, before anything is selected.
type library struct {
	elements    []Element
	index       map[string]int // element symbol
	families    []family
	extractants []extractant
	aliases     []alias
	density     map[string]Constant  // by component; "solid" for all solids
	enthalpy    map[string]*Enthalpy // by component
	models      []model
	exchanges   []exchange
	refused     map[string]string // extractants that are not in the data, each with the reason
	ka2         Constant
	constants   []Constant
	file        string // of the user's own, "" for the program's data
}

// family is a group of components that is chosen as a whole.
type family struct {
	name    string
	phase   Phase
	solvent string
	members []member
}

// member is a component before it is part of a system.
type member struct {
	name, key string
	atoms     []float64 // per element of the library
	charge    float64
}

// extractant is what the organic family holds besides its diluent.
type extractant struct {
	name    string
	members []member
}

// model is an extraction model with its terms still by element symbol.
type model struct {
	LogD
	symbols []string // of Terms
	numbers [][]Constant
}

// Constants lists every number of the data, with class and source.
func Constants() ([]Constant, error) {
	lib, err := shipped()
	if err != nil {
		return nil, err
	}
	return slices.Clone(lib.constants), nil
}

// shipped is the embedded data, read once. It is not changed after reading, and all systems share it.
var shipped = sync.OnceValues(func() (*library, error) { return open(embedded) })

// open reads all data; elements come first because formulas need them, components before what refers to them.
func open(files fs.FS) (*library, error) {
	lib := &library{}
	for _, file := range []struct {
		name string
		read func(*library, *conf.Table)
	}{
		{"elements", (*library).readElements},
		{"components", (*library).readComponents},
		{"thermo", (*library).readThermo},
		{"extraction", (*library).readExtraction},
		{"exchange", (*library).readExchange},
		{"equilibria", (*library).readEquilibria},
	} {
		name := "data/" + file.name + ".toml"
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("chemistry data: %w", err)
		}
		tree, err := conf.Parse(name, text)
		if err != nil {
			return nil, fmt.Errorf("chemistry data: %w", err)
		}
		file.read(lib, tree.Root())
		tree.Root().Close()
		if err := tree.Err(); err != nil {
			return nil, fmt.Errorf("chemistry data: %w", err)
		}
	}
	return lib, nil
}

// origin is the provenance that a number takes over from the tables around it.
type origin struct {
	class            Class
	source, validity string
}

// under is the origin of what stands in t: what t says itself, else what surrounds it.
func (o origin) under(t *conf.Table) origin {
	classes := []string{string(Measured), string(Derived), string(Estimated), string(Assumed)}
	o.class = Class(t.ChoiceOr("class", string(o.class), classes...))
	o.source = t.TextOr("source", o.source)
	o.validity = t.TextOr("range", o.validity)
	return o
}

// entries lists the keys of t that are not its provenance nor among those left out.
func entries(t *conf.Table, without ...string) []string {
	var keys []string
next:
	for _, key := range t.Keys() {
		for _, other := range append(without, "class", "source", "range") {
			if key == other {
				continue next
			}
		}
		keys = append(keys, key)
	}
	return keys
}

// number reads one number and records it; a number without class or source is a fault.
func (l *library) number(t *conf.Table, key, unit string, r conf.Range, o origin) Constant {
	c := Constant{Name: t.Path() + "." + key, Value: t.Quantity(key, unit, r), Unit: unit, Class: o.class, Source: o.source, Range: o.validity, File: l.file}
	if o.class == "" {
		t.Fault(key, "has no class")
	}
	if o.source == "" {
		t.Fault(key, "has no source")
	}
	l.constants = append(l.constants, c)
	return c
}

func (l *library) readElements(root *conf.Table) {
	l.index = make(map[string]int)
	all := root.Table("element")
	o := origin{}.under(all)
	for _, symbol := range entries(all) {
		t := all.Table(symbol)
		w := l.number(t, "mass", "kg/mol", conf.Positive, o.under(t))
		e := Element{Symbol: symbol, Name: t.Text("name"), Mass: w.Value, Weight: w, Group: t.ChoiceOr("group", "", "ree", "framework")}
		l.index[symbol] = len(l.elements)
		l.elements = append(l.elements, e)
		t.Close()
	}
	all.Close()
}

func (l *library) readThermo(root *conf.Table) {
	l.enthalpy = make(map[string]*Enthalpy)
	for _, block := range root.Keys() {
		all := root.Table(block)
		o := origin{}.under(all)
		lo, hi := all.QuantityOr("lo", "K", 0, conf.Positive), all.QuantityOr("hi", "K", 0, conf.Positive)
		for _, name := range entries(all, "lo", "hi") {
			t := all.Table(name)
			if !l.has(name) {
				all.Fault(name, "is no component")
			}
			if l.enthalpy[name] != nil {
				all.Fault(name, "has an enthalpy already")
			}
			h := l.readEnthalpy(t, o.under(t))
			h.Lo, h.Hi = t.QuantityOr("lo", "K", lo, conf.Positive), t.QuantityOr("hi", "K", hi, conf.Positive)
			if !(h.Lo > 0 && h.Hi > h.Lo) {
				all.Fault(name, "has no range: needs lo and hi")
			}
			for i := range h.Constants {
				c := &h.Constants[i]
				if c.Range == "" {
					c.Range = fmt.Sprintf("%g to %g K", h.Lo, h.Hi)
				}
			}
			l.constants = append(l.constants, h.Constants...)
			l.enthalpy[name] = h
			t.Close()
		}
		all.Close()
	}
}

// readEnthalpy reads one entry: hf, c0 and perhaps c1, or the six numbers of Shomate.
func (l *library) readEnthalpy(t *conf.Table, o origin) *Enthalpy {
	standIn := make(map[string]bool)
	for _, key := range t.TextsOr("assumed", nil) {
		if !t.Has(key) {
			t.Fault("assumed", "names %q, which the entry does not have", key)
		}
		standIn[key] = true
	}
	note := t.TextOr("note", "")
	var list []Constant
	get := func(key, unit, label string, r conf.Range) float64 {
		o := o
		if standIn[key] {
			o.class = Assumed
			if o.source += "; " + note; note == "" {
				t.Fault(key, "is assumed, but no note says for what it stands")
			}
		}
		c := l.number(t, key, unit, r, o)
		c.Unit = label
		l.constants = l.constants[:len(l.constants)-1] // recorded by the caller, with the range
		list = append(list, c)
		return c.Value
	}
	var h *Enthalpy
	if t.Has("A") {
		h = &Enthalpy{
			a: get("A", "1", "J/(mol K)", conf.Any),
			b: get("B", "1", "J/(mol K kK)", conf.Any),
			c: get("C", "1", "J/(mol K kK2)", conf.Any),
			d: get("D", "1", "J/(mol K kK3)", conf.Any),
			e: get("E", "1", "J kK2/(mol K)", conf.Any),
			f: get("F", "1", "kJ/mol", conf.Any),
		}
	} else {
		hf := get("hf", "J/mol", "J/mol", conf.Any)
		c0 := get("c0", "J/(mol K)", "J/(mol K)", conf.Positive)
		var c1 float64
		if t.Has("c1") {
			c1 = get("c1", "J/(mol K2)", "J/(mol K2)", conf.Any)
		}
		h = linear(hf, c0, c1)
	}
	h.Constants = list
	return h
}

func (l *library) readExtraction(root *conf.Table) {
	for _, name := range root.Keys() {
		t := root.Table(name)
		o := origin{}.under(t)
		from := len(l.constants)
		m := model{LogD: LogD{Name: name, Extractant: t.Text("extractant")}}
		if l.extractant(m.Extractant) == nil {
			t.Fault("extractant", "there is no extractant %q", m.Extractant)
		}
		pure, fitted, workable := t.Table("pure"), t.Table("fitted"), t.Table("workable")
		po, fo, wo := o.under(pure), o.under(fitted), o.under(workable)
		m.PureVolume = l.number(pure, "molar_mass", "kg/mol", conf.Positive, po).Value / l.number(pure, "density", "kg/m3", conf.Positive, po).Value
		m.PHLo = l.number(fitted, "pH_lo", "1", conf.Any, fo).Value
		m.PHHi = l.number(fitted, "pH_hi", "1", conf.Any, fo).Value
		m.DosageLo = l.number(fitted, "dosage_lo", "1", conf.Positive, fo).Value
		m.DosageHi = l.number(fitted, "dosage_hi", "1", conf.Positive, fo).Value
		m.OALo = l.number(workable, "OA_lo", "1", conf.Positive, wo).Value
		m.OAHi = l.number(workable, "OA_hi", "1", conf.Positive, wo).Value
		m.Constants = append(m.Constants, l.constants[from:]...)
		l.readTerms(&m, t.Table("terms"), o)
		l.readRatios(&m, t.Table("constant"), o)
		l.models = append(l.models, m)
		for _, part := range []*conf.Table{pure, fitted, workable, t} {
			part.Close()
		}
	}
}

// readTerms reads the correlations over pH and dosage.
func (l *library) readTerms(m *model, all *conf.Table, o origin) {
	o = o.under(all)
	for _, symbol := range entries(all) {
		t := all.Table(symbol)
		to := o.under(t)
		numbers := []Constant{
			l.number(t, "m0", "1", conf.Any, to), l.number(t, "m1", "1", conf.Any, to),
			l.number(t, "b0", "1", conf.Any, to), l.number(t, "b1", "1", conf.Any, to),
		}
		t.Close()
		l.addTerm(m, all, symbol, numbers, LogDTerm{
			M0: numbers[0].Value, M1: numbers[1].Value, B0: numbers[2].Value, B1: numbers[3].Value, Class: to.class, Source: to.source})
	}
	all.Close()
}

// readRatios reads the elements whose distribution ratio is one constant.
func (l *library) readRatios(m *model, all *conf.Table, o origin) {
	o = o.under(all)
	for _, symbol := range entries(all) {
		d := l.number(all, symbol, "1", conf.Positive, o)
		l.addTerm(m, all, symbol, []Constant{d}, LogDTerm{Constant: true, D: d.Value, Class: o.class, Source: o.source})
	}
	all.Close()
}

func (l *library) addTerm(m *model, t *conf.Table, symbol string, numbers []Constant, term LogDTerm) {
	for _, s := range m.symbols {
		if s == symbol {
			t.Fault(symbol, "has a term already")
		}
	}
	if _, ok := l.index[symbol]; !ok {
		t.Fault(symbol, "is no element")
	}
	m.symbols = append(m.symbols, symbol)
	m.numbers = append(m.numbers, numbers)
	m.Terms = append(m.Terms, term)
}

func (l *library) readEquilibria(root *conf.Table) {
	t := root.Table("bisulfate")
	l.ka2 = l.number(t, "Ka2", "mol/m3", conf.Positive, origin{}.under(t))
	t.Close()
}
