package chem

import (
	"fmt"
	"strings"
)

// Recipe is a named substance as a sum of components.
type Recipe struct {
	Parts []Part
	M     float64 // kg per mole of the substance
}

// Part is the moles of one component in one mole of a substance; it may be negative (NaOH = Na+ − H+ + H2O).
type Part struct {
	Component int
	Count     float64
}

// alias is a substance that is no component.
type alias struct {
	phase Phase
	name  string
	parts []ingredient
}

type ingredient struct {
	component string
	count     float64
}

// Resolve finds what a name stands for in phase p: a component, an alias of the data (HSO4-, H2SO4, NaOH ...), or the
// symbol of an element when exactly one component of the phase is counted under it; M is then the element's mass and
// Count the moles of component per mole of element. The error names the nearest name, or what else the name is.
func (s *System) Resolve(p Phase, name string) (Recipe, error) {
	if i, ok := s.index[name]; ok && s.Components[i].Phase == p {
		return Recipe{[]Part{{i, 1}}, s.Components[i].M}, nil
	}
	for _, a := range s.aliases {
		if a.phase == p && a.name == name {
			return s.mix(a)
		}
	}
	if e, ok := s.element[name]; ok {
		if r, err := s.asElement(p, e); err != nil || r.Parts != nil {
			return r, err
		}
	}
	if i, ok := s.index[name]; ok {
		return Recipe{}, fmt.Errorf("%q is %v, not %v", name, s.Components[i].Phase, p)
	}
	return Recipe{}, s.Unknown(p.String()+" substance", name, s.known(p))
}

// mix is the recipe of an alias.
func (s *System) mix(a alias) (Recipe, error) {
	var r Recipe
	for _, g := range a.parts {
		i, ok := s.index[g.component]
		if !ok {
			return Recipe{}, fmt.Errorf("%q needs %s, which is not among the components", a.name, g.component)
		}
		r.Parts = append(r.Parts, Part{i, g.count})
		r.M += g.count * s.Components[i].M
	}
	return r, nil
}

// asElement is the recipe of one mole of an element in a phase; without parts when nothing there is counted under it.
func (s *System) asElement(p Phase, e int) (Recipe, error) {
	var found []string
	var r Recipe
	for i := s.span[p][0]; i < s.span[p][1]; i++ {
		if c := &s.Components[i]; c.Key == e {
			found = append(found, c.Name)
			r = Recipe{[]Part{{i, 1 / c.KeyCount}}, s.Elements[e].Mass}
		}
	}
	if len(found) > 1 {
		return Recipe{}, fmt.Errorf("%q may be %s: name one of them", s.Elements[e].Symbol, strings.Join(found, " or "))
	}
	return r, nil
}

// Names lists the components of a phase.
func (s *System) Names(p Phase) []string {
	first, end := s.Span(p)
	names := make([]string, 0, end-first)
	for _, c := range s.Components[first:end] {
		names = append(names, c.Name)
	}
	return names
}

// known lists what Resolve finds in a phase.
func (s *System) known(p Phase) []string {
	names := s.Names(p)
	for _, a := range s.aliases {
		if _, err := s.mix(a); a.phase == p && err == nil {
			names = append(names, a.name)
		}
	}
	for e := range s.Elements {
		if r, err := s.asElement(p, e); err == nil && r.Parts != nil {
			names = append(names, s.Elements[e].Symbol)
		}
	}
	return names
}
