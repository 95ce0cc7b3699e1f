package pyromet

import (
	"math"

	"reetwin/flowsheet/chem/thermo"
)

// What the plant needs to close the energy of the units here (flowsheet.Heated): which of their signals is heat or work that enters, and the enthalpies
// that they count with. Acid regenerator and HF scrubber are not among them: ions have enthalpies at 298.15 K only.

// molar is the enthalpy at T (K), J/mol; NaN without data.
func (s *substance) molar(T float64) float64 {
	if !s.known() {
		return math.NaN()
	}
	return s.h(T)
}

// Enthalpy of a component, J/mol.
func (f *furnace) Enthalpy(i int, T float64, _ bool) float64 { return f.heats[i].molar(T) }

// Supplied is the heat.
func (c *Calciothermic) Supplied(y []float64) (heat, work float64) { return y[calcioHeat], 0 }

// Supplied is the heat.
func (l *Lanthanothermic) Supplied(y []float64) (heat, work float64) { return y[lanthanoHeat], 0 }

// Supplied is the heat.
func (h *Hydrofluorinator) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Supplied is the heat.
func (a *Alloying) Supplied(y []float64) (heat, work float64) { return y[alloyHeat], 0 }

// Supplied is the heat.
func (h *HydrogenDecrepitation) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Supplied is the heat.
func (r *OxidisingRoaster) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Supplied is the heat.
func (c *Calciner) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Enthalpy of a component, J/mol.
func (c *Calciner) Enthalpy(i int, T float64, _ bool) float64 { return c.heats[i].molar(T) }

// Supplied is the heat.
func (h *HeatExchanger) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Enthalpy of a component, J/mol.
func (h *HeatExchanger) Enthalpy(i int, T float64, _ bool) float64 { return h.heats[i].molar(T) }

// Supplied is the heat.
func (r *OxalateRoaster) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Supplied is the heat.
func (r *FeedRoaster) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Enthalpy of a component, J/mol, in the data of chem; the sulfur dioxide of a published case that leaves it out has none.
func (r *FeedRoaster) Enthalpy(i int, T float64, leaving bool) float64 {
	if r.quirk && i == r.so2 {
		return math.NaN()
	}
	return r.hearth.Enthalpy(i, T, leaving)
}

// Enthalpy of a component, J/mol, in the data of chem: same reference state as chem/thermo.
func (h *hearth) Enthalpy(i int, T float64, _ bool) float64 {
	if e := h.sys.Components[i].Enthalpy; e != nil && h.hasHeat(i) {
		return e.At(T)
	}
	return math.NaN()
}

// Supplied is the power, less the loss of the shell and what the hood takes away.
func (c *Cell) Supplied(y []float64) (heat, work float64) { return -y[yLoss] - y[yHood], y[yPower] }

// Enthalpy of a component, J/mol: what leaves the bath has the form that it has there.
func (c *Cell) Enthalpy(i int, T float64, leaving bool) float64 {
	if form := c.fixed(i); leaving && form != nil {
		return form.H(T)
	}
	return c.heats[i].molar(T)
}

// fixed is the form that a solid of the bath has in the cell at any temperature, nil for others.
func (c *Cell) fixed(i int) *thermo.Form {
	for j := range c.metals {
		switch m := &c.metals[j]; i {
		case m.oxide:
			return m.hOxide
		case m.metal:
			return m.hMetal
		case m.fluoride:
			return m.hFluoride
		}
	}
	return nil
}
