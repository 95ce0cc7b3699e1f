package pyromet

import (
	"fmt"
	"strings"

	"reetwin/flowsheet"
)

// observe writes the heats and the furnace power (W), the energy per kg of strip (J/kg), the share of the charge's metal that ends as strip, that of
// its rare earths that dross and fume take, the mass fractions of the strip, how far rare earths and boron are above 2:14:1, and the charge (kg).
func (a *Alloying) observe(u []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	a.spaced(u, in)
	hot := 0.0
	for _, k := range []int{alloyStrip, alloySkullOut} {
		for i, n := range out[k].N {
			if n != 0 && a.heats[i].known() {
				hot += n * a.meltH(i, u[alloyTemperature])
			}
		}
	}
	for i, n := range out[alloyFume].N {
		if n != 0 {
			hot += n * a.vapourH(i, u[alloyTemperature])
		}
	}
	dross := 0.0
	for i, n := range out[alloyDrossOut].N {
		if n != 0 && a.heats[i].known() {
			dross += n * a.heats[i].h(u[alloyTemperature])
		}
	}
	before := a.enthalpy(in[0]) + a.enthalpy(out[alloyOxygen])
	cold := a.enthalpy(out[alloyStrip]) + a.enthalpy(out[alloySkullOut]) + a.enthalpy(out[alloyFume])
	y[alloyHeatMelting] = hot + dross - before
	y[alloyHeatCasting] = cold - hot
	y[alloyHeat] = cold + dross - before
	y[alloyPower] = y[alloyHeatMelting] / u[alloyEfficiency]
	y[alloyCharge] = a.charge(u, in)
	fed, strip := a.metal(in[0]), out[alloyStrip]
	if mass := a.sys.Mass(strip.N); mass > 0 && fed > 0 {
		y[alloyEnergy] = y[alloyPower] / mass
		y[alloyYield] = mass / fed
	}
	if all := a.rareEarth(in[0], 1); all > 0 {
		y[alloyLoss] = (a.rareEarth(out[alloyDrossOut], 1) + a.rareEarth(out[alloyFume], 1)) / all
	}
	a.compose(strip, y)
}

// compose writes the strip's composition. Cobalt and nickel stand in the place of iron.
func (a *Alloying) compose(strip flowsheet.Stream, y []float64) {
	mass := a.sys.Mass(strip.N)
	if !(mass > 0) {
		return
	}
	y[alloyRareEarth] = a.rareEarth(strip, 0) / mass
	y[alloyIron], y[alloyBoron] = a.massFraction(strip, "Fe"), a.massFraction(strip, "B")
	atoms := func(symbol string) float64 {
		if e, ok := a.sys.Element(symbol); ok {
			return a.sys.ElementFlow(e, strip.N)
		}
		return 0
	}
	if iron := (atoms("Fe") + atoms("Co") + atoms("Ni")) / 14; iron > 0 {
		y[alloyExcessRareEarth] = a.rareEarth(strip, 1)/2/iron - 1
		y[alloyExcessBoron] = atoms("B")/iron - 1
	}
}

// rareEarth is the rare earths of a stream: kg/s, or with a power of 1 mol/s.
func (a *Alloying) rareEarth(s flowsheet.Stream, moles int) (sum float64) {
	for e, el := range a.sys.Elements {
		if el.Group == "ree" {
			n := a.sys.ElementFlow(e, s.N)
			if moles == 0 {
				n *= el.Mass
			}
			sum += n
		}
	}
	return sum
}

// metal is the mass of the melt's components in a stream, kg/s.
func (a *Alloying) metal(s flowsheet.Stream) (sum float64) {
	for _, m := range a.metals {
		sum += s.N[m.at] * a.sys.Components[m.at].M
	}
	return sum
}

// meltH is the enthalpy of a component as a liquid, extrapolated below its melting point; as it is where it has no liquid.
func (a *Alloying) meltH(i int, T float64) float64 {
	if s := a.heats[i].species; s != nil {
		if f := s.Stable(T, "l"); f != nil {
			return f.H(T)
		}
	}
	return a.heats[i].h(T)
}

// report warns of a strip short of rare earths ("free_iron") or boron ("boron_short"), of oxides in the charge ("oxide_in_charge"), of vapour pressures
// outside their range, and as all furnaces do.
func (a *Alloying) report(u []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	y := make([]float64, alloySignals)
	a.observe(u, in, out, y)
	report.Warnings = a.excursions(u, in, out, a.capacity)
	warn := func(code, where string, value, limit float64, unit, format string, args ...any) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
	}
	if x := y[alloyExcessRareEarth]; y[alloyIron] > 0 && y[alloyBoron] > 0 && x < -rounding {
		warn("free_iron", "strip", x, -rounding, "1", "rare earths are %.3g %% below 2:14:1: iron dendrites form", -100*x)
	}
	if x := y[alloyExcessBoron]; y[alloyIron] > 0 && y[alloyBoron] > 0 && x < -rounding {
		warn("boron_short", "strip", x, -rounding, "1", "boron is %.3g %% below 2:14:1: the soft Nd2Fe17 forms", -100*x)
	}
	if all := a.sys.Mass(in[0].N); all > 0 {
		if share := 1 - a.metal(in[0])/all; share > 1e-12 {
			warn("oxide_in_charge", "charge", share, 0, "1", "%.3g %% of the charge is no metal and goes to the dross", 100*share)
		}
	}
	for _, m := range a.metals {
		if m.vapour == nil || in[0].N[m.at] == 0 {
			continue
		}
		if _, _, _, covered := m.vapour.At(u[alloyTemperature]); !covered {
			name := a.sys.Components[m.at].Name
			warn("outside_range", "vapour "+name, u[alloyTemperature], 0, "K", "the vapour pressure of %s is extrapolated to %.0f K", name, u[alloyTemperature])
		}
	}
	return report
}

// Explain shows the equations in words.
func (a *Alloying) Explain() string {
	var vapours []string
	for _, m := range a.metals {
		if m.vapour != nil {
			vapours = append(vapours, a.sys.Components[m.at].Name)
		}
	}
	return `Metals are melted together under argon and cast to strip, in batches:
a share of the rare earths oxidises to dross, which holds metal too; ` + strings.Join(vapours, ", ") + ` evaporate by Hertz and Knudsen, held back by argon
skull = share of the melt that stays in crucible and tundish; strip = the rest
heat [W, supplied] = heat.melting + heat.casting; power = heat.melting/thermal_efficiency. Ideal melt, no heat of mixing.
` + batchWords + `Source: flowsheet/chem/thermo; oxidation, evaporation, metal_in_dross, skull and thermal_efficiency assumed.
`
}
