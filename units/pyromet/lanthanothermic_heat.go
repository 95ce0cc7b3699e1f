package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem/thermo"
)

// observe writes the heats and the furnace power (W), lanthanum over what all oxides take, the time until it is used up or the soak ends, the mass
// fraction of La in the metal, the charge, and for each metal its yield over the condenser and its equilibrium pressure (Pa).
func (l *Lanthanothermic) observe(u []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	if l.load(u, in, nil, nil) != nil || l.cycle() != nil {
		return
	}
	vapour := 0.0
	for _, k := range []int{lanthanoMetal, lanthanoTrap} {
		for i, n := range out[k].N {
			if n != 0 {
				vapour += n * l.vapourH(i, u[lanthanoTemperature])
			}
		}
	}
	cold := l.enthalpy(out[lanthanoMetal]) + l.enthalpy(out[lanthanoTrap])
	y[lanthanoHeatReduction] = l.enthalpy(out[lanthanoResidue]) + vapour - l.enthalpy(in[0]) - l.enthalpy(in[1])
	y[lanthanoHeatCondenser] = cold - vapour
	y[lanthanoHeat] = cold + l.enthalpy(out[lanthanoResidue]) - l.enthalpy(in[0]) - l.enthalpy(in[1])
	y[lanthanoPower] = y[lanthanoHeatReduction] / u[lanthanoEfficiency]
	if need := l.need(); need > 0 {
		y[lanthanoExcess] = l.fed[l.reductant].v/need - 1
	}
	y[lanthanoTime] = l.time.v
	if mass := l.sys.Mass(out[lanthanoMetal].N); mass > 0 {
		y[lanthanoMetalLa] = out[lanthanoMetal].N[l.reductant] * l.sys.Components[l.reductant].M / mass
	}
	y[lanthanoCharge] = l.charge(u, in)
	for k := range l.metals {
		m := &l.metals[k]
		if fed := 2 * l.fed[m.oxide].v; fed > 0 {
			y[lanthanoYield+k] = out[lanthanoMetal].N[m.metal] / fed
		}
		y[lanthanoYield+len(l.metals)+k] = m.pressure.v
	}
}

// need is the lanthanum that all oxides take, mol/s.
func (l *Lanthanothermic) need() (sum float64) {
	for k := range l.metals {
		sum += 2 * l.fed[l.metals[k].oxide].v
	}
	return sum
}

// report warns of a lanthanum deficit ("lanthanum_deficit"), oxide left in spite of lanthanum ("oxide_left"), lanthanum in the metal
// ("lanthanum_in_metal"), a condenser too warm ("condenser_warm"), what passes ("not_reduced"), vapour pressures outside their range, and as all furnaces do.
func (l *Lanthanothermic) report(u []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	if l.load(u, in, nil, nil) != nil || l.cycle() != nil {
		return report
	}
	y := make([]float64, lanthanoYield+2*len(l.metals))
	l.observe(u, in, out, y)
	report.Warnings = l.excursions(u, in, out, l.capacity)
	warn := func(code, where string, value, limit float64, unit, format string, args ...any) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
	}
	if l.time.v < u[lanthanoSoak] && l.need() > 0 {
		warn("lanthanum_deficit", "lanthanum", l.time.v, u[lanthanoSoak], "s", "lanthanum is used up after %.2g h of %.2g h: oxide stays", l.time.v/3600, u[lanthanoSoak]/3600)
	}
	if la, limit := y[lanthanoMetalLa], l.limit.Value; la > limit {
		warn("lanthanum_in_metal", "metal", la, limit, "1", "%.3g ppm La in the metal: cool, shorten the soak or sublime again", 1e6*la)
	}
	for k := range l.metals {
		l.warnMetal(&l.metals[k], u, out, warn)
	}
	var passed []string
	for i := l.solid[0]; i < l.solid[1]; i++ {
		if l.fed[i].v > 0 && i != l.reductant && i != l.end && !l.reduces(i) && !l.trace(i) {
			passed = append(passed, l.sys.Components[i].Name)
		}
	}
	if len(passed) > 0 {
		warn("not_reduced", "residue", float64(len(passed)), 0, "1", "%s passes to the residue and takes no lanthanum", strings.Join(passed, ", "))
	}
	return report
}

// warnMetal warns of one metal that is fed.
func (l *Lanthanothermic) warnMetal(m *distilled, u []float64, out []flowsheet.Stream, warn func(code, where string, value, limit float64, unit, format string, args ...any)) {
	fed := l.fed[m.oxide].v
	if fed == 0 || l.trace(m.oxide) {
		return
	}
	const much, warm = 0.05, 0.01
	if left := out[lanthanoResidue].N[m.oxide] / fed; left > much && l.time.v >= u[lanthanoSoak] {
		warn("oxide_left", l.sys.Components[m.oxide].Name, left, much, "1", "%.3g %% of %s stays: its pressure is %.3g Pa at %.0f °C", 100*left,
			l.sys.Components[m.oxide].Name, m.pressure.v, u[lanthanoTemperature]-273.15)
	}
	if m.vapour == nil {
		return
	}
	if p, _, _, _ := m.vapour.At(u[lanthanoCondenser]); p > warm*m.pressure.v {
		warn("condenser_warm", m.symbol, p, warm*m.pressure.v, "Pa", "%s has %.3g Pa over the condenser, %.3g Pa over the charge", m.symbol, p, m.pressure.v)
	}
	for _, T := range []float64{u[lanthanoTemperature], u[lanthanoCondenser]} {
		if _, _, _, covered := m.vapour.At(T); !covered {
			warn("outside_range", "vapour "+m.symbol, T, 0, "K", "the vapour pressure of %s is extrapolated to %.0f K", m.symbol, T)
		}
	}
}

func (l *Lanthanothermic) reduces(i int) bool {
	for k := range l.metals {
		if l.metals[k].oxide == i {
			return true
		}
	}
	return false
}

// Explain shows the equations in words.
func (l *Lanthanothermic) Explain() string {
	var b strings.Builder
	b.WriteString("Oxides are reduced with lanthanum and the metal distils, in batches, in vacuum:\n")
	T := l.handles[lanthanoTemperature].Value
	for k := range l.metals {
		m := &l.metals[k]
		gas := l.vapourH(m.metal, thermo.Room)
		at := func(i int) float64 { return l.heats[i].h(thermo.Room) }
		limit := ""
		if m.vapour != nil {
			if p, _, _, _ := m.vapour.At(T); math.Abs(l.equilibrium(m, num(T)).v/p-1) < 1e-12 {
				limit = ", that of the pure metal"
			}
		}
		fmt.Fprintf(&b, "  1/2 %s + La -> 1/2 La2O3 + %s(g)   (%+.0f kJ/mol at 298 K, %.3g Pa at %.0f K%s)\n", l.sys.Components[m.oxide].Name, m.symbol,
			(gas+(at(l.end)-at(m.oxide))/2-at(l.reductant))/1000, l.equilibrium(m, num(T)).v, T, limit)
	}
	b.WriteString(`n = n0 exp(-k t),  k = evaporation area (p - p over the condenser)/(sqrt(2 pi M R T) N): Hertz and Knudsen, until lanthanum is used up
Lanthanum left over evaporates too, at its own vapour pressure: the metal picks it up.
heat [W, supplied] = heat.reduction + heat.condenser = H(metal) + H(trap) + H(residue) - H(inlets); power = heat.reduction/thermal_efficiency
` + batchWords + `Source: flowsheet/chem/thermo; evaporation and condenser_recovery assumed.
`)
	return b.String()
}
