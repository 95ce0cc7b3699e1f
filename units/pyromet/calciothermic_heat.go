package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem/thermo"
)

// observe writes the heats, the furnace power (W), the adiabatic temperature, calcium over what fluoride takes, mass fractions of Ca, F and O in
// the metal, the share of the metal's mass that refining evaporates, the charge, the time that the slag on the metal takes to evaporate, and the share of each element's metal and fluoride that is metal.
func (c *Calciothermic) observe(u []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	if c.load(u, in, nil, nil) != nil || c.cycle() != nil {
		return
	}
	before := c.enthalpy(in[0]) + c.enthalpy(in[1])
	crude, vapour := c.enthalpy(out[1]), 0.0
	for i := c.solid[0]; i < c.solid[1]; i++ {
		if n := c.hot[i].v + c.skin[i].v; n != 0 && c.heats[i].known() {
			crude += n * c.heats[i].h(u[calcioTemperature])
		}
		if n := out[2].N[i]; n != 0 {
			vapour += n * c.vapourOf(i, u[calcioRefining])
		}
	}
	y[calcioHeatReduction] = crude - before
	y[calcioHeatRefining] = c.enthalpy(out[0]) + vapour - (crude - c.enthalpy(out[1]))
	y[calcioHeatCondenser] = c.enthalpy(out[2]) - vapour
	y[calcioHeat] = c.enthalpy(out[0]) + c.enthalpy(out[1]) + c.enthalpy(out[2]) - before
	y[calcioPower] = (y[calcioHeatReduction] + y[calcioHeatRefining]) / u[calcioEfficiency]
	y[calcioAdiabatic] = c.adiabatic(before)
	if need := c.need(); need > 0 {
		y[calcioExcess] = c.fed[c.calcium].v/need - 1
	}
	y[calcioMetalCa], y[calcioMetalF], y[calcioMetalO] = c.massFraction(out[0], "Ca"), c.massFraction(out[0], "F"), c.massFraction(out[0], "O")
	if m := c.sys.Mass(out[0].N) + c.sys.Mass(out[2].N); m > 0 {
		y[calcioEvaporated] = c.sys.Mass(out[2].N) / m
	}
	y[calcioCharge], y[calcioSkin] = c.charge(u, in), c.dry.v
	for k := range c.metals {
		m := &c.metals[k]
		if fed := c.fed[m.fluoride].v + c.fed[m.metal].v; fed > 0 {
			y[calcioYield+k] = out[0].N[m.metal] / fed
		}
	}
}

// vapourOf is the enthalpy of a component's gas at T, J/mol: where gas has no data, as of most fluorides, that of the melt and what the slope of its vapour
// pressure says, R T d ln p/d ln T.
func (c *Calciothermic) vapourOf(i int, T float64) float64 {
	if s := c.heats[i].species; s != nil && s.Stable(T, "g") != nil {
		return c.vapourH(i, T)
	}
	_, slope, _, _ := c.vapours[i].At(T)
	return c.heats[i].h(T) + gasConstant*T*slope
}

// need is the calcium that the fluorides take, mol/s.
func (c *Calciothermic) need() (sum float64) {
	for k := range c.metals {
		if m := &c.metals[k]; !m.stays {
			sum += 1.5 * c.fed[m.fluoride].v
		}
	}
	return sum
}

// adiabatic is the temperature, K, at which the charge, reacted as far as calcium or fluoride goes, has the enthalpy H (W); where it melts or
// turns on the way it stays at that temperature. 0 without calcium or fluoride.
func (c *Calciothermic) adiabatic(H float64) float64 {
	need, calcium := c.need(), c.fed[c.calcium].v
	if need == 0 || calcium == 0 {
		return 0
	}
	share := math.Min(1, calcium/need)
	for i := range c.crude {
		c.crude[i] = c.fed[i].v
	}
	for k := range c.metals {
		if m := &c.metals[k]; !m.stays {
			n := share * c.fed[m.fluoride].v
			c.crude[m.fluoride] -= n
			c.crude[m.metal] += n
			c.crude[c.calcium] -= 1.5 * n
			c.crude[c.fluorite] += 1.5 * n
		}
	}
	lo, hi := 200.0, 6000.0
	for range 60 {
		T := (lo + hi) / 2
		if c.enthalpy(flowsheet.Stream{T: T, N: c.crude}) > H {
			hi = T
		} else {
			lo = T
		}
	}
	return (lo + hi) / 2
}

// boiling is the pressure, Pa, above which calcium needs a sealed vessel or argon above the atmosphere.
const boiling = 101325

// report warns of a calcium deficit ("calcium_deficit"), of fluoride left beside enough calcium ("fluoride_left"), of fluorides that calcium does not reduce ("not_reduced"), of a furnace too cold for
// metal or slag ("not_molten"), of boiling calcium ("calcium_boils"), of what refining leaves ("residual_calcium", "slag_left", "oxygen") or takes
// ("metal_evaporates"), of metals without vapour pressure ("no_vapour_pressure") and as all furnaces do.
func (c *Calciothermic) report(u []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	if c.load(u, in, nil, nil) != nil || c.cycle() != nil {
		return report
	}
	y := make([]float64, calcioYield+len(c.metals))
	c.observe(u, in, out, y)
	report.Warnings = c.excursions(u, in, out, c.capacity)
	warn := func(code, where string, value, limit float64, unit, format string, args ...any) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
	}
	if y[calcioExcess] < -rounding {
		warn("calcium_deficit", "calcium", y[calcioExcess], -rounding, "1", "%.3g %% less calcium than the fluorides take: fluoride stays, %.4g %% F in the metal", -100*y[calcioExcess], 100*y[calcioMetalF])
	}
	for k := range c.metals {
		const much = 0.02
		m := &c.metals[k]
		if left := (out[0].N[m.fluoride] + out[1].N[m.fluoride]) / (c.fed[m.fluoride].v + c.fed[m.metal].v); !m.stays && y[calcioExcess] >= -rounding && left > much && !c.trace(m.fluoride, m.metal) {
			warn("fluoride_left", c.sys.Components[m.fluoride].Name, left, much, "1", "%.3g %% of %s stays in spite of enough calcium: ln K is %.1f at %.0f °C", 100*left,
				c.sys.Components[m.fluoride].Name, c.lnK(m, c.u[calcioTemperature]).v, u[calcioTemperature]-273.15)
		}
	}
	c.warnMelt(u, out, warn)
	if p, _, _, _ := c.vapours[c.calcium].At(u[calcioTemperature]); p > boiling && c.fed[c.calcium].v > 0 {
		warn("calcium_boils", "temperature", p, boiling, "Pa", "calcium has %.3g bar at %.0f °C: argon above that, or a sealed bomb", p/1e5, u[calcioTemperature]-273.15)
	}
	if limit := c.limits[0].Value; y[calcioMetalCa] > limit {
		warn("residual_calcium", "metal", y[calcioMetalCa], limit, "1", "%.4g %% Ca in the metal, %.4g %% as slag it carries and the rest as metal that refining leaves", 100*y[calcioMetalCa],
			100*out[0].N[c.fluorite]*c.sys.Elements[c.sys.Components[c.fluorite].Key].Mass/c.sys.Mass(out[0].N))
	}
	if t := u[calcioTime]; t < y[calcioSkin] {
		warn("slag_left", "metal", t, y[calcioSkin], "s", "refining for %.3g min leaves slag on the metal: it takes %.3g min, or a hotter melt", t/60, y[calcioSkin]/60)
	}
	if limit := c.limits[1].Value; y[calcioMetalO] > limit {
		warn("oxygen", "metal", y[calcioMetalO], limit, "1", "%.0f ppm O in the metal, from oxide in the charge", 1e6*y[calcioMetalO])
	}
	return report
}

// warnMelt warns of what does not melt, evaporates, or has no data.
func (c *Calciothermic) warnMelt(u []float64, out []flowsheet.Stream, warn func(code, where string, value, limit float64, unit, format string, args ...any)) {
	if T, melt := u[calcioTemperature], c.melting(c.fluorite); c.fed[c.calcium].v > 0 && T < melt {
		warn("not_molten", "temperature", T, melt, "K", "%.0f °C is below the melting point of CaF2, %.0f °C: slag and metal part badly", T-273.15, melt-273.15)
	}
	var unknown, kept []string
	for k := range c.metals {
		m := &c.metals[k]
		if n := c.fed[m.fluoride].v; n > 0 && m.stays && !c.trace(m.fluoride) {
			kept = append(kept, m.symbol)
		}
		n := out[0].N[m.metal] + out[2].N[m.metal]
		if n == 0 || c.trace(m.fluoride, m.metal) {
			continue
		}
		melt := c.melting(m.metal)
		for _, h := range []int{calcioTemperature, calcioRefining} {
			if main := c.sys.Components[m.metal].M*n > c.sys.Mass(out[0].N)/2; main && u[h] < melt {
				warn("not_molten", c.handles[h].Name, u[h], melt, "K", "%.0f °C is below the melting point of %s, %.0f °C", u[h]-273.15, m.symbol, melt-273.15)
			}
		}
		const much = 0.02
		if share := out[2].N[m.metal] / n; share > much {
			warn("metal_evaporates", m.symbol, share, much, "1", "refining evaporates %.2g %% of %s", 100*share, m.symbol)
		}
		v := c.vapours[m.metal]
		if v == nil {
			unknown = append(unknown, m.symbol)
		} else if _, _, _, covered := v.At(u[calcioRefining]); !covered {
			warn("outside_range", "vapour "+m.symbol, u[calcioRefining], 0, "K", "the vapour pressure of %s is extrapolated to %.0f K", m.symbol, u[calcioRefining])
		}
	}
	if len(unknown) > 0 {
		warn("no_vapour_pressure", "refining", float64(len(unknown)), 0, "1", "no vapour pressure of %s: its loss in refining is left out", strings.Join(unknown, ", "))
	}
	if len(kept) > 0 {
		warn("not_reduced", "charge", float64(len(kept)), 0, "1", "calcium takes %s only to difluoride: it stays in the slag", strings.Join(kept, ", "))
	}
}

// Explain shows the equations in words.
func (c *Calciothermic) Explain() string {
	var b strings.Builder
	b.WriteString("Fluorides are reduced with calcium, in batches:\n")
	at := func(i int) float64 { return c.heats[i].h(thermo.Room) }
	for k := range c.metals {
		m := &c.metals[k]
		if m.stays {
			fmt.Fprintf(&b, "  %sF3(s) stays in the slag (calcium takes it to difluoride only)\n", m.symbol)
			continue
		}
		heat := at(m.metal) + 1.5*at(c.fluorite) - at(m.fluoride) - 1.5*at(c.calcium)
		fmt.Fprintf(&b, "  %sF3(s) + 1.5 Ca(s) -> %s(s) + 1.5 CaF2(s)   (%+.0f kJ/mol at 298 K, ln K %.1f at %.0f K)\n", m.symbol, m.symbol, heat/1000,
			c.lnK(m, num(c.handles[calcioTemperature].Value)).v, c.handles[calcioTemperature].Value)
	}
	b.WriteString(`x(M)/x(MF3) = K (x(Ca)/x(CaF2))^1.5, two ideal melts: metal, and slag of CaF2, MF3 and Ca
Metal takes up Ca and MF3 by their shares in the slag, loses drops to it and carries some of it and of the charge's oxide.
Refining in vacuum, by Hertz and Knudsen: dn/dt = -evaporation area p/sqrt(2 pi M R T) n/N, solved exactly over refining_time.
heat [W, supplied] = heat.reduction + heat.refining + heat.condenser = H(metal) + H(slag) + H(condensate) - H(inlets)
power = (heat.reduction + heat.refining)/thermal_efficiency.
` + batchWords + `Source: flowsheet/chem/thermo; shares assumed or derived, see the constants.
`)
	return b.String()
}
