package thermo

import (
	"strings"

	"reetwin/flowsheet/chem"
)

// Component finds the substance of a plant's component and the tag of its state: "cd" of a solid, "g" of a gas, "l" of a liquid. nil where
// there is none with a heat capacity; what is dissolved has none.
func (l *Library) Component(c *chem.Component) (s *Species, tag string) {
	name, tag := c.Name, "l"
	if base, ok := strings.CutSuffix(name, "(s)"); ok {
		name, tag = base, "cd"
	} else if base, ok := strings.CutSuffix(name, "(g)"); ok {
		name, tag = base, "g"
	}
	name = strings.TrimSuffix(name, "(trace)") // dissolved in a metal: as the substance
	if s := l.species[plain(name)]; s != nil { // Species would look for what else was meant
		if f := s.Stable(Room, tag); f != nil && f.HasHeat() {
			return s, tag
		}
	}
	return nil, ""
}
