package chem

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
)

// Selection says what a system is made of. A component of a chosen family enters when all its elements are in Elements
// or belong to the framework (H, C, N, O, Si, P), which is always in.
type Selection struct {
	Elements   []string
	Families   []string
	Extractant string // needed with the organic family
}

// Load builds a system from the embedded data. The error names every unknown element, family and extractant with its
// nearest name.
func Load(sel Selection) (*System, error) {
	lib, err := shipped()
	if err != nil {
		return nil, err
	}
	var faults []error
	lib.check(sel, func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("chemistry: %s: %w", key, fmt.Errorf(format, args...)))
	})
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return lib.assemble(sel), nil
}

// FromConfig builds the system that a plant file's table [chemistry] asks for, and closes the table:
//
//	[chemistry]
//	elements = ["S", "Cl", "Nd"]
//	families = ["aqueous", "organic", "gangue", "oxide", "oxalate", "gas"] // further: water, mineral, sorbed
//	extractant = "D2EHPA"              # needed with "organic"
//	solid_density = "2.4 kg/L"         # optional, all solids
//
//	[chemistry.molar_volume]           # optional, liquids and solids
//	"H2O" = "18.000 cm3/mol"
//
// Faults go to the table. Where a selection is faulty the system holds all that the library knows instead, so that
// the rest of the file can be read without faults that only follow from that one. It is nil only without a library.
func FromConfig(t *conf.Table) *System {
	sel := Selection{
		Elements:   t.Texts("elements"),
		Families:   t.Texts("families"),
		Extractant: t.TextOr("extractant", ""),
	}
	lib, err := shipped()
	if err != nil {
		t.Fault("", "%v", err)
		return nil
	}
	if !t.Faulty("elements") && !t.Faulty("families") {
		lib.check(sel, t.Fault)
	}
	s := lib.assemble(lib.widen(sel, t.Faulty))
	s.setVolumes(t)
	t.Close()
	return s
}

// setVolumes replaces densities by those of the plant file.
func (s *System) setVolumes(t *conf.Table) {
	own := Constant{Class: Assumed, Source: "the plant file"}
	if t.Has("solid_density") {
		density := own
		density.Name, density.Unit = t.Path()+".solid_density", "kg/m3"
		density.Value = t.Quantity("solid_density", "kg/m3", conf.Positive)
		for i := s.span[Solid][0]; i < s.span[Solid][1]; i++ {
			s.Components[i].V = s.Components[i].M / density.Value
			s.volumes[i] = density
		}
	}
	if !t.Has("molar_volume") {
		return
	}
	volumes := t.Table("molar_volume")
	for _, name := range volumes.Keys() {
		v := own
		v.Name, v.Unit = volumes.Path()+"."+name, "m3/mol"
		v.Value = volumes.Quantity(name, "m3/mol", conf.Positive)
		switch i, ok := s.index[name]; {
		case !ok:
			volumes.Fault(name, "%v", s.Unknown("component", name, s.names()))
		case s.Components[i].Phase == Gas:
			volumes.Fault(name, "a gas has no constant molar volume")
		default:
			s.Components[i].V, s.volumes[i] = v.Value, v
		}
	}
	volumes.Close()
}

func (s *System) names() []string {
	var names []string
	for p := range phases {
		names = append(names, s.Names(p)...)
	}
	return names
}

// Everything selects all elements and families of the embedded data, with the first extractant.
func Everything() (Selection, error) {
	lib, err := shipped()
	if err != nil {
		return Selection{}, err
	}
	return Selection{Elements: symbols(lib.elements), Families: lib.familyNames(), Extractant: lib.extractantNames()[0]}, nil
}

// widen puts everything in the place of what is faulty in a selection.
func (l *library) widen(sel Selection, faulty func(key string) bool) Selection {
	if faulty("elements") {
		sel.Elements = symbols(l.elements)
	}
	if faulty("families") {
		sel.Families = l.familyNames()
	}
	if names := l.extractantNames(); !slices.Contains(names, sel.Extractant) {
		near := conf.Nearest(sel.Extractant, names)
		sel.Extractant = names[max(0, slices.Index(names, near))]
	}
	return sel
}

// assemble selects from the library what the selection names.
func (l *library) assemble(sel Selection) *System {
	s := &System{
		library: l, families: sel.Families,
		index: make(map[string]int), element: make(map[string]int),
		aliases: l.aliases, ka2: l.ka2, acid: -1, sulfate: -1, natural: -1,
	}
	var from []int // element of the library behind each element of the system
	for e, el := range l.elements {
		if el.Group == framework || slices.Contains(sel.Elements, el.Symbol) {
			s.element[el.Symbol] = len(s.Elements)
			s.Elements = append(s.Elements, el)
			from = append(from, e)
		}
	}
	for p := range phases {
		s.span[p][0] = len(s.Components)
		s.solvent[p] = -1
		for _, f := range l.families {
			if f.phase != p || !slices.Contains(sel.Families, f.name) {
				continue
			}
			l.add(s, f, f.members, from)
			if f.phase == Organic {
				if x := l.extractant(sel.Extractant); x != nil {
					l.add(s, f, x.members, from)
					s.extractant = x.name
				}
			}
			if i, ok := s.index[f.solvent]; ok {
				s.solvent[p] = i
			}
		}
		s.span[p][1] = len(s.Components)
	}
	if i, ok := s.index["H+"]; ok {
		s.acid = i
	}
	if i, ok := s.index["CO3-2"]; ok {
		s.natural = i
	}
	if i, ok := s.index["SO4-2"]; ok {
		s.sulfate = i
	}
	l.addModels(s)
	l.addExchanges(s)
	return s
}

func (l *library) familyNames() []string {
	var names []string
	for _, f := range l.families {
		names = append(names, f.name)
	}
	return names
}

func (l *library) extractantNames() []string {
	var names []string
	for _, x := range l.extractants {
		names = append(names, x.name)
	}
	return names
}

// check reports the names of a selection that the library does not know, and a selection of nothing.
func (l *library) check(sel Selection, fault func(key, format string, args ...any)) {
	for _, e := range sel.Elements {
		if _, ok := l.index[e]; !ok {
			fault("elements", "unknown element %q; %s", e, hint(e, symbols(l.elements)))
		}
	}
	families, extractants := l.familyNames(), l.extractantNames()
	known := len(sel.Families) == 0
	for _, f := range sel.Families {
		if slices.Contains(families, f) {
			known = true
		} else {
			fault("families", "unknown family %q; %s", f, conf.Hint(f, families))
		}
	}
	if known && len(l.assemble(sel).Components) == 0 {
		fault("families", "elements and families select no component; families are %s", strings.Join(families, ", "))
	}
	organic := slices.Contains(sel.Families, Organic.String())
	switch {
	case sel.Extractant == "" && organic:
		fault("extractant", "missing; the organic family needs an extractant: %s", strings.Join(extractants, ", "))
	case l.refused[refusedName(sel.Extractant)] != "":
		fault("extractant", "%s is not in the data: %s; there are %s", sel.Extractant, l.refused[refusedName(sel.Extractant)], strings.Join(extractants, ", "))
	case sel.Extractant != "" && !slices.Contains(extractants, sel.Extractant):
		fault("extractant", "unknown extractant %q; %s", sel.Extractant, conf.Hint(sel.Extractant, extractants))
	}
}

// refusedName is the name of an extractant as the list of the refused has it.
func refusedName(name string) string {
	if strings.EqualFold(name, "TBP") || strings.EqualFold(name, "TODGA") {
		return strings.ToUpper(name)
	}
	return strings.ToLower(strings.ReplaceAll(name, " ", "_"))
}

// add appends the members whose elements are all in the system.
func (l *library) add(s *System, f family, members []member, from []int) {
next:
	for _, m := range members {
		for e, n := range m.atoms {
			if n != 0 && !slices.Contains(from, e) {
				continue next
			}
		}
		c := Component{Name: m.name, Phase: f.phase, Family: f.name, Charge: m.charge, Key: -1, Enthalpy: l.enthalpy[m.name]}
		for _, e := range from {
			c.Formula = append(c.Formula, m.atoms[e])
			c.M += m.atoms[e] * l.elements[e].Mass
		}
		if m.key != "" {
			c.Key = s.element[m.key]
			c.KeyCount = c.Formula[c.Key]
		}
		density, ok := l.density[m.name]
		if !ok && f.phase == Solid {
			density, ok = l.density["solid"]
		}
		if ok {
			c.V = c.M / density.Value
		}
		s.index[m.name] = len(s.Components)
		s.Components = append(s.Components, c)
		s.volumes = append(s.volumes, density)
	}
}

// addModels keeps of each extraction model the terms of elements that are in both the aqueous and the organic phase.
// A model for another extractant stays without terms, to be named in an error.
func (l *library) addModels(s *System) {
	for _, m := range l.models {
		d := m.LogD
		d.Terms, d.Constants = nil, nil
		if d.Extractant == s.extractant {
			d.Constants = append(d.Constants, m.LogD.Constants...)
			for k, term := range m.Terms {
				e, ok := s.element[m.symbols[k]]
				if !ok {
					continue
				}
				aqueous := s.ByKey(Aqueous, e)
				if aqueous < 0 || s.ByKey(Organic, e) < 0 {
					continue
				}
				term.Element, term.Z = e, s.Components[aqueous].Charge
				d.Terms = append(d.Terms, term)
				d.Constants = append(d.Constants, m.numbers[k]...)
			}
		}
		s.models = append(s.models, d)
	}
}
