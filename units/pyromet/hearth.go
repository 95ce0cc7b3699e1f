package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// hearth is what roasters share: where water, solids and gases stand, and their heat.
type hearth struct {
	sys                   *chem.System
	water, steam, o2, co2 int // components
	organic, solid, gas   [2]int
}

// find looks up the components that every roaster needs.
func (h *hearth) find(s *chem.System) error {
	h.sys = s
	for _, c := range []struct {
		name string
		at   *int
	}{{"H2O", &h.water}, {"H2O(g)", &h.steam}, {"O2(g)", &h.o2}, {"CO2(g)", &h.co2}} {
		i, ok := s.Index(c.name)
		if !ok {
			return s.Unknown("component", c.name, s.Names(chem.Gas))
		}
		*c.at = i
	}
	h.organic[0], h.organic[1] = s.Span(chem.Organic)
	h.solid[0], h.solid[1] = s.Span(chem.Solid)
	h.gas[0], h.gas[1] = s.Span(chem.Gas)
	return nil
}

// refuseOrganic faults an organic phase.
func (h *hearth) refuseOrganic(in []flowsheet.Stream) error {
	for k := range in {
		for i := h.organic[0]; i < h.organic[1]; i++ {
			if n := in[k].N[i]; n != 0 {
				return fmt.Errorf("%s enters with %.4g mol/s: an organic phase is not burnt here", h.sys.Components[i].Name, n)
			}
		}
	}
	return nil
}

// finite faults a flow too large for a number.
func (h *hearth) finite(out []flowsheet.Stream) error {
	for k := range out {
		for i, n := range out[k].N {
			if math.IsInf(n, 0) || math.IsNaN(n) {
				return fmt.Errorf("flow of %s is %g mol/s", h.sys.Components[i].Name, n)
			}
		}
	}
	return nil
}

// enthalpy is the enthalpy flow of a stream's water, solids and gases, W.
func (h *hearth) enthalpy(s flowsheet.Stream) (sum float64) {
	for i, n := range s.N {
		if e := h.sys.Components[i].Enthalpy; n != 0 && e != nil && h.hasHeat(i) {
			sum += n * e.At(s.T)
		}
	}
	return sum
}

// hasHeat says whether a component counts in the heat: water, solids and gases.
func (h *hearth) hasHeat(i int) bool {
	return i == h.water || i >= h.solid[0] && i < h.solid[1] || i >= h.gas[0] && i < h.gas[1]
}

// enthalpies lists the constants of the heat.
func (h *hearth) enthalpies() (all []chem.Constant) {
	for i := range h.sys.Components {
		if c := &h.sys.Components[i]; h.hasHeat(i) && c.Enthalpy != nil {
			all = append(all, c.Enthalpy.Constants...)
		}
	}
	return all
}

// portFlow is a stream under the name of its port.
type portFlow struct {
	name string
	flowsheet.Stream
}

// excursions warns of enthalpies used outside the range of their data ("outside_range") and names what the heat leaves out
// for want of data ("no_enthalpy").
func (h *hearth) excursions(flows ...portFlow) (warnings []flowsheet.Warning) {
	missing := make([]bool, len(h.sys.Components))
	for _, s := range flows {
		for i, n := range s.N {
			e := h.sys.Components[i].Enthalpy
			switch {
			case n == 0 || !h.hasHeat(i):
			case e == nil:
				missing[i] = true
			case s.T < e.Lo || s.T > e.Hi:
				limit := e.Lo
				if s.T > e.Hi {
					limit = e.Hi
				}
				name := h.sys.Components[i].Name
				warnings = append(warnings, flowsheet.Warning{
					Code: "outside_range", Where: s.name + " " + name, Value: s.T, Limit: limit, Unit: "K",
					Text: fmt.Sprintf("the enthalpy of %s is known from %g to %g K and used at %g K", name, e.Lo, e.Hi, s.T),
				})
			}
		}
	}
	var names []string
	for i, m := range missing {
		if m {
			names = append(names, h.sys.Components[i].Name)
		}
	}
	if len(names) > 0 {
		warnings = append(warnings, flowsheet.Warning{
			Code: "no_enthalpy", Where: "heat", Value: float64(len(names)), Unit: "1",
			Text: "the heat leaves out what has no enthalpy data: " + strings.Join(names, ", "),
		})
	}
	return warnings
}
