package chem

import (
	"fmt"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
)

// Unknown is the error about a name, of an element or a component, that the system does not hold: what [chemistry] would
// have to select for it, else the nearest of the known names.
//
//	no aqueous substance "Pr+3": Pr is not among the elements of [chemistry]
//	no element "Ndd"; did you mean "Nd"?
func (s *System) Unknown(what, name string, known []string) error {
	if why := s.absent(name); why != "" {
		return fmt.Errorf("no %s %q: %s", what, name, why)
	}
	return fmt.Errorf("no %s %q; %s", what, name, hint(name, known))
}

// Symbols lists the elements that are not in every system: those a plant file may be expected to name.
func (s *System) Symbols() []string { return symbols(s.Elements) }

func symbols(elements []Element) []string {
	var all []string
	for _, e := range elements {
		if e.Group != framework {
			all = append(all, e.Symbol)
		}
	}
	return all
}

// framework is the group of the elements that are in every system.
const framework = "framework"

// hint is conf.Hint but for symbols: every other symbol is near to one of two letters.
func hint(name string, known []string) string {
	if len(name) > 2 || slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
		return conf.Hint(name, known)
	}
	return "known are " + strings.Join(known, ", ")
}

// absent says why a name of the library is not in the system, "" for a name that the library does not know either.
func (s *System) absent(name string) string {
	l := s.library
	if e, ok := l.index[name]; ok {
		if _, in := s.element[name]; !in {
			return l.elements[e].Symbol + " is not among the elements of [chemistry]"
		}
		return ""
	}
	for _, f := range l.families {
		members := f.members
		if f.phase == Organic {
			for _, x := range l.extractants {
				members = append(slices.Clone(members), x.members...)
			}
		}
		for _, m := range members {
			if _, in := s.index[name]; m.name != name || in {
				continue
			}
			if !slices.Contains(s.families, f.name) {
				return f.name + " is not among the families of [chemistry]"
			}
			for e, n := range m.atoms {
				if _, in := s.element[l.elements[e].Symbol]; n != 0 && !in {
					return l.elements[e].Symbol + " is not among the elements of [chemistry]"
				}
			}
		}
	}
	return ""
}
