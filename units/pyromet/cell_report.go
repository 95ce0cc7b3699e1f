package pyromet

import (
	"fmt"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
)

// Signals of a cell.
const (
	yVoltage = iota
	yReversible
	yAnode
	yCathode
	yOhmic
	yFilm
	yResistance
	yDensity
	yLimit
	yRatio
	yFluoride
	yEfficiency
	yContent
	ySaturation
	yTemperature
	yBore
	yPower
	yLoss
	yHood
	yEnergy
	yUtilisation
	yCarbon
	yWarming
	yDecomposition // to CO2, CO, CF4, C2F6
	ySignals       = yDecomposition + 4
)

func cellSignals() []flowsheet.Variable {
	all := make([]flowsheet.Variable, ySignals)
	for i, s := range map[int]flowsheet.Variable{
		yVoltage: {Name: "voltage", Unit: "V", Scale: 10}, yReversible: {Name: "voltage.reversible", Unit: "V", Scale: 1},
		yAnode: {Name: "voltage.anode", Unit: "V", Scale: 1}, yCathode: {Name: "voltage.cathode", Unit: "V", Scale: 1},
		yOhmic: {Name: "voltage.ohmic", Unit: "V", Scale: 1}, yFilm: {Name: "voltage.film", Unit: "V", Scale: 1},
		yResistance: {Name: "resistance", Unit: "ohm", Scale: 1e-3},
		yDensity:    {Name: "current_density.anode", Unit: "A/m2", Scale: 1e4}, yLimit: {Name: "current_density.limit", Unit: "A/m2", Scale: 1e4},
		yRatio: {Name: "limit_used", Unit: "1", Scale: 1}, yFluoride: {Name: "pfc_share", Unit: "1", Scale: 0.01},
		yEfficiency: {Name: "current_efficiency", Unit: "1", Scale: 1},
		yContent:    {Name: "oxide_content", Unit: "1", Scale: 0.01}, ySaturation: {Name: "oxide_solubility", Unit: "1", Scale: 0.01},
		yTemperature: {Name: "temperature", Unit: "K", Scale: 1000}, yBore: {Name: "anode_bore", Unit: "m", Scale: 0.1},
		yPower: {Name: "power", Unit: "W", Scale: 1e4}, yLoss: {Name: "heat.loss", Unit: "W", Scale: 1e4}, yHood: {Name: "heat.hood", Unit: "W", Scale: 1e4},
		yEnergy: {Name: "energy", Unit: "J/kg", Scale: 1e7}, yUtilisation: {Name: "energy_utilisation", Unit: "1", Scale: 1},
		yCarbon: {Name: "carbon", Unit: "1", Scale: 0.1}, yWarming: {Name: "warming", Unit: "K/s", Scale: 0.01, Lower: flowsheet.NoBound},
		yDecomposition: {Name: "decomposition.CO2", Unit: "V", Scale: 1}, yDecomposition + 1: {Name: "decomposition.CO", Unit: "V", Scale: 1},
		yDecomposition + 2: {Name: "decomposition.CF4", Unit: "V", Scale: 1}, yDecomposition + 3: {Name: "decomposition.C2F6", Unit: "V", Scale: 1},
	} {
		all[i] = s
	}
	return all
}

// Observe writes the signals. energy, carbon (taken, the hood's included) and energy_utilisation (least energy from cold feed to CO2, over power) are those of the metal
// made at the moment, 0 where none is.
func (c *Cell) Observe(u, x []float64, in, out []flowsheet.Stream, y []float64) {
	c.take(u, in, nil, nil)
	c.place(x, nil)
	c.flow()
	c.balances()
	f := &c.now
	T := x[c.heatAt()]
	y[yVoltage], y[yReversible] = real(f.voltage()), real(f.reversible)
	y[yAnode], y[yCathode], y[yOhmic], y[yFilm] = real(f.anode), real(f.cathode), real(f.ohmic), real(f.film)
	y[yDensity], y[yLimit] = u[current]/real(f.area), real(f.limit/f.area)
	y[yResistance], y[yRatio], y[yFluoride] = 0, 0, 0
	if u[current] > 0 {
		y[yResistance] = (y[yVoltage] - y[yReversible]) / u[current]
		y[yFluoride] = real(f.fluoride) / u[current]
	}
	if limit := real(f.limit); limit > 0 {
		y[yRatio] = u[current] / limit
	}
	y[yEfficiency], y[yContent], y[ySaturation] = real(f.efficiency), real(f.content), real(f.saturated)
	y[yTemperature], y[yBore] = T, real(f.bore)
	y[yPower] = c.cells * u[current] * y[yVoltage]
	y[yLoss] = c.cells * u[heatLoss] * (T - u[ambient])
	y[yHood] = c.hood(T, in, out)
	y[yEnergy], y[yUtilisation], y[yCarbon] = 0, 0, 0
	mass, least := 0.0, 0.0
	for j := range c.metals {
		m := &c.metals[j]
		n := real(f.made[j])
		mass += n * c.sys.Components[m.metal].M
		least += n * c.least(m, T)
	}
	mass += real(f.iron) * c.iron0()
	if mass > 0 {
		y[yEnergy] = y[yPower] / mass
		y[yCarbon] = real(f.carbon+f.burn) * c.molar(c.graphite) / mass
	}
	if y[yPower] > 0 {
		y[yUtilisation] = least / y[yPower]
	}
	y[yWarming] = real(c.f[c.heatAt()])
	c.decompose(complex(T, 0), y[yDecomposition:])
}

// iron0 is the molar mass of iron, 0 without an alloy.
func (c *Cell) iron0() float64 {
	if c.alloy < 0 {
		return 0
	}
	return c.sys.Components[c.iron].M
}

// decompose writes the decomposition voltages of the bath's mean metal.
func (c *Cell) decompose(T complex128, y []float64) {
	clear(y)
	for j := range c.metals {
		if m := &c.metals[j]; m.share > 0 {
			for k, e := range c.decomposition(m, T) {
				y[k] += m.share * real(e)
			}
		}
	}
}

// least is the least energy of one mole of metal at T from oxide and carbon at 298.15 K, to CO2: J.
func (c *Cell) least(m *reducible, T float64) float64 {
	oxide, carbon := c.heats[m.oxide].h(thermo.Room), c.heats[c.graphite].h(thermo.Room)
	return m.hMetal.H(T) + 0.75*(c.gCO2.H(T)-carbon) - oxide/2
}

// hood is the heat that the hood takes away, W: of the gas and the carbon that leave the bath, and of the gas that enters, less that of the gas outlet.
func (c *Cell) hood(T float64, in, out []flowsheet.Stream) (heat float64) {
	f := &c.now
	heat = real(f.co2)*c.gCO2.H(T) + real(f.co)*c.gCO.H(T) + real(f.cf4)*c.cf4.H(T) + real(f.c2f6)*c.c2f6.H(T) + real(f.burn)*c.carbon.H(T)
	if n := real(f.o2); n != 0 {
		heat += n * c.heats[c.o2].h(T)
	}
	for i := range c.sys.Components {
		if c.sys.Components[i].Phase != chem.Gas || !c.heats[i].known() {
			continue
		}
		for k := range in {
			if n := in[k].N[i]; n != 0 {
				heat += n * c.heats[i].h(in[k].T)
			}
		}
		if n := out[cellGas].N[i]; n != 0 {
			heat -= n * c.heats[i].h(out[cellGas].T)
		}
	}
	return heat
}

// Report warns of perfluorocarbons, the anode effect, a bath near its liquidus or below the melting point of the metal, sludge, and substances without enthalpy.
func (c *Cell) Report(u, x []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var y [ySignals]float64
	c.Observe(u, x, in, out, y[:])
	var r flowsheet.Report
	warn := func(code, where string, value, limit float64, unit, format string, args ...any) {
		r.Warnings = append(r.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
	}
	T := x[c.heatAt()]
	switch ratio := y[yRatio]; {
	case ratio >= 1:
		warn("anode_effect", "anode", ratio, 1, "1", "the current density is %.3g times what dissolved oxide can carry: anode effect, %.3g of the current makes perfluorocarbons", ratio, y[yFluoride])
	case ratio >= pfcOnset:
		warn("pfc", "anode", ratio, pfcOnset, "1", "the current density is %.3g of what dissolved oxide can carry: perfluorocarbons take %.3g of the current", ratio, y[yFluoride])
	}
	if c.melt != nil {
		if freezes, salt, err := c.melt.Liquidus(c.xRE); err == nil && T < freezes {
			warn("freezing", "bath", T, freezes, "K", "the bath is below its liquidus: %s freezes out", salt)
		}
	}
	const trace = 1e-6
	for j := range c.metals {
		m := &c.metals[j]
		if solid := m.hMetal.State == thermo.Solid || T < m.hMetal.Lo; solid && c.alloy < 0 && c.sys.Components[m.metal].M*out[cellMetal].N[m.metal] > trace*c.sys.Mass(out[cellMetal].N) {
			warn("metal_solid", m.symbol, T, m.hMetal.Lo, "K", "%s is solid at %.0f K: it cannot be tapped", m.symbol, T)
		}
	}
	if y[yContent] > y[ySaturation] {
		warn("saturated", "bath", y[yContent], y[ySaturation], "1", "the bath holds more oxide than dissolves")
	}
	if out[cellAnode].N[c.graphite] < 0 {
		warn("anode_large", "anode", x[c.anodeAt()], c.cells*real(c.ringCarbon(c.u, c.u[anodeRadius])), "mol", "the anodes are larger than new ones: carbon goes back")
	}
	var missing []string
	for i := range c.sys.Components {
		if name := c.sys.Components[i].Name; c.fed[i] != 0 && !c.heats[i].known() && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		warn("no_enthalpy", "heat", float64(len(missing)), 0, "1", "the heat leaves out what has no enthalpy data: %s", strings.Join(missing, ", "))
	}
	return r
}

// pfcOnset is the part of the limiting current from which perfluorocarbons count: middle of 0.5 to 0.7 (data/cell.toml, source.onset).
const pfcOnset = 0.6

// Explain shows the equations in words.
func (c *Cell) Explain() string {
	var b strings.Builder
	b.WriteString("Oxide-fluoride electrolysis. At 1323.15 K, decomposition voltages to CO2, CO, CF4, C2F6:\n")
	for j := range c.metals {
		m := &c.metals[j]
		e := c.decomposition(m, complex(reference, 0))
		fmt.Fprintf(&b, "  %s2O3, %sF3: %.3f, %.3f, %.3f, %.3f V\n", m.symbol, m.symbol, real(e[0]), real(e[1]), real(e[2]), real(e[3]))
	}
	b.WriteString(`metal = current efficiency x current of the oxide / (3 F) + current of the fluoride / (3 F), n cells in series
current of the oxide: at most what mass transfer brings, 2 F k_m c_O x anode area; the rest makes CF4 and C2F6
U = reversible + overvoltages (asinh, concentration) + I x resistance of melt, bubbles and leads + gas film in the anode effect
sludge dissolves by k s (1 - w/S); ln S[wt%] = solubility - heat_of_solution/(R T); metal is tapped, sludge raked, anodes renewed as a mean over time
heat capacity x dT/dt = I U - loss + H(inlets) - H(outlets): the temperature follows from the current and the voltage
Iron of an alloy dissolves with the metal; salts lost (fume, perfluorocarbons) are made up. The hood burns CO and air-burnt carbon.
`)
	return b.String()
}
