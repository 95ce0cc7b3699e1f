package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// AmmoniaColumn brings a liquid and a gas together in countercurrent stages, of which ammonia goes from the one to the other: air or steam strips a limed
// or caustic liquor; acid or water washes the gas and makes an ammonium salt or aqua ammonia. Per stage j from the top, W kg/s of water, G mol/s of other gas:
//
//	L(j−1) + V(j+1) = L(j) + V(j)                            ammonia, mol/s: L = NH4+ and NH3 of the liquid, V = NH3 of the gas
//	NH3 = L/W · Ka/(Ka + h),   NH3 + Kw/h − h = alkali/W     alkali = −H+, which NH3 takes along: it falls by what L loses
//	y* = K(T) NH3/pressure,    y(j) = y(j+1) + efficiency (y* − y(j+1)),   V = G y/(1 − y)
//	NH4+ -> NH3(g) + H+
//	heat.stripping = ammonia to the gas · (H(g) − H(aq))      at 298.15 K
//
// ln K, Henry's constant, from NH3(aq) = NH3(g); pKa = 9.244, 52 kJ/mol; pKw = 13.997, 55.81 kJ/mol (van 't Hoff). Activity coefficients of NH4+ and H+ cancel
// in Ka, those of Kw and of NH3 (salting out: a few per cent per mol/kg, towards the gas) are left out.
//
// Assumptions: all at `temperature`, which the heat of evaporation has to be brought for; no water goes over: what would saturate the gas is a warning; CO2 of
// air is not taken up; alkali is hydroxide and ammonia (carbonate, borate and hydroxides of metals are not looked at: a warning). Solids pass with the liquid.
// Validity: dilute, below 5 mol/kg of free ammonia; 0 to 100 °C. Degrees of freedom: temperature, pressure, efficiency; the number of stages is fixed.
// Source: flowsheet/chem/thermo, NIST 46.3; desorption of ammonia from a bubble column was found to be controlled by equilibrium (Patoczka and Wilson 1984, abstract);
// countercurrent stages are textbook.
type AmmoniaColumn struct {
	dials
	system                            *chem.System
	water, acid, ammonium, gas        int
	stages                            int
	temperature, pressure, efficiency int // places
	henry                             ammonia
	bases                             []int // components whose share of the alkali is not looked at
}

// NewAmmoniaColumn makes an ammonia column.
func NewAmmoniaColumn() flowsheet.Unit { return &AmmoniaColumn{} }

// Acid constant of ammonium and ion product of water, with their enthalpies, J/mol.
const (
	ammoniumPK, ammoniumHeat = 9.244, 52000
	waterPK, waterHeat       = 13.997, 55810
)

// ports of both sides
const (
	columnLiquid = iota
	columnGas
)

// Init reads stages and temperature.
func (c *AmmoniaColumn) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	c.system = env.System
	t := env.Param
	c.stages = t.Int("stages", 1, 60)
	c.temperature = c.read(t, "temperature", "K", conf.Between(273.15, 393.15))
	c.pressure = c.add("pressure", "Pa", t.QuantityOr("pressure", "Pa", 101325, conf.Between(1e4, 1e6)), conf.Between(1e4, 1e6))
	c.efficiency = c.add("efficiency", "1", t.QuantityOr("efficiency", "1", 1, conf.Between(0.05, 1)), conf.Between(0.05, 1))
	for _, part := range []struct {
		name, add string
		at        *int
	}{{"H2O", "aqueous", &c.water}, {"H+", "aqueous", &c.acid}, {"NH4+", "water", &c.ammonium}, {"NH3(g)", "ammonia", &c.gas}} {
		if *part.at = component(c.system, part.name); *part.at < 0 {
			return flowsheet.Spec{}, fmt.Errorf("an ammonia column needs %s: add %q to chemistry.families", part.name, part.add)
		}
	}
	for _, name := range []string{"CO3-2", "PO4-3", "Al+3", "Fe+3", "Fe+2", "Mg+2", "Mn+2", "Cu+2", "Ni+2", "Zn+2", "Co+2"} {
		if i := component(c.system, name); i >= 0 {
			c.bases = append(c.bases, i)
		}
	}
	lib, err := library(c.system)
	if err != nil {
		return flowsheet.Spec{}, err
	}
	henry, constants, err := newAmmonia(lib)
	if err != nil {
		return flowsheet.Spec{}, err
	}
	c.henry = henry
	for _, k := range []struct {
		name, unit string
		value      float64
	}{{"pKa", "1", ammoniumPK}, {"pKa_heat", "J/mol", ammoniumHeat}, {"pKw", "1", waterPK}, {"pKw_heat", "J/mol", waterHeat}} {
		constants = append(constants, chem.Constant{Name: "ammonia_column." + k.name, Value: k.value, Unit: k.unit, Class: chem.Measured,
			Source: "NIST 46.3 at I 0, 25 C, as in flowsheet/chem/aqueous/data"})
	}
	any := func(name, unit string, scale float64) flowsheet.Variable {
		return flowsheet.Variable{Name: name, Unit: unit, Scale: scale, Lower: flowsheet.NoBound}
	}
	return flowsheet.Spec{In: ports("liquid", "gas"), Out: ports("liquid", "gas"), Handles: c.handles, Constants: constants,
		Signals: []flowsheet.Variable{any("stripped", "mol/s", 1e-2), any("removal", "1", 1), any("scrubbed", "1", 1), any("pH_in", "1", 1), any("pH", "1", 1),
			any("stripping_factor", "1", 1), any("gas_per_liquid", "m3/m3", 1000), any("heat.stripping", "W", 1000)}}, nil
}

// column is what the stages compute with.
type column struct {
	water, ammonia, alkali, carrier, vapour dual // kg/s of water, mol/s of the rest, as they enter
	ka, kw, k, efficiency                   dual // k is y* per mol/kg of free ammonia
}

// enter gathers the inlets; n and dn are liquid and gas, dn nil for the values alone.
func (c *AmmoniaColumn) enter(u, du []float64, in, din []flowsheet.Stream) (s column) {
	flow := func(port, i int) dual {
		if din == nil {
			return num(in[port].N[i])
		}
		return dual{in[port].N[i], din[port].N[i]}
	}
	T := moving(u, du, c.temperature)
	s.water = flow(columnLiquid, c.water).times(c.system.Components[c.water].M)
	s.ammonia, s.alkali, s.vapour = flow(columnLiquid, c.ammonium), flow(columnLiquid, c.acid).times(-1), flow(columnGas, c.gas)
	first, end := c.system.Span(chem.Gas)
	for i := first; i < end; i++ {
		if i != c.gas {
			s.carrier = s.carrier.add(flow(columnGas, i))
		}
	}
	constant := func(pK, heat float64) dual {
		return num(1).div(T).sub(num(1 / 298.15)).times(-heat / gasConstant).sub(num(pK * math.Ln10)).exp()
	}
	s.ka, s.kw = constant(ammoniumPK, ammoniumHeat), constant(waterPK, waterHeat)
	s.k = c.henry.ratio(T).mul(saturation(T).exp()).div(moving(u, du, c.pressure))
	s.efficiency = moving(u, du, c.efficiency)
	return s
}

func still(a dual) dual { return num(a.v) }

func (s column) still() column {
	return column{still(s.water), still(s.ammonia), still(s.alkali), still(s.carrier), still(s.vapour), still(s.ka), still(s.kw), still(s.k), still(s.efficiency)}
}

// proton is the H+ (mol/kg) of a liquid with L mol/s of ammonia: the root of NH3 + Kw/h − h − alkali, which falls with h.
func (s *column) proton(L dual) dual {
	n, a := L.div(s.water), s.alkali.sub(s.ammonia).add(L).div(s.water)
	if n.v < 0 {
		n = dual{}
	}
	gap := func(h, n, a, ka, kw dual) dual { return n.mul(ka).div(ka.add(h)).add(kw.div(h)).sub(h).sub(a) }
	at := func(z float64) dual {
		h := math.Exp(z)
		return gap(dual{h, h}, still(n), still(a), still(s.ka), still(s.kw))
	}
	z := bracket(func(z float64) dual { y := at(z); return dual{-y.v, -y.d} }, -45, 7)
	h := math.Exp(z)
	return dual{h, -gap(num(h), n, a, s.ka, s.kw).d / at(z).d * h}
}

// share is y* of a liquid with L mol/s of ammonia. It rises with L.
func (s *column) share(L dual) dual {
	at := L
	if L.v <= 0 { // beside the root: goes on straight
		at = dual{}
	}
	return L.div(s.water).mul(s.k).mul(s.ka).div(s.ka.add(s.proton(at)))
}

// march goes up from x mol/s of ammonia in the liquid that leaves. It gives the ammonia of the gas that leaves, and what of ammonia would have to enter with
// the liquid; both rise with x. full is true where a stage would boil off.
func (s *column) march(x dual, stages int) (top, needed dual, full bool) {
	V, y := s.vapour, s.vapour.div(s.carrier.add(s.vapour))
	L := x
	for range stages {
		y = y.add(s.efficiency.mul(s.share(L).sub(y)))
		if y.v >= 1 {
			return dual{}, dual{}, true
		}
		next := s.carrier.mul(y).div(num(1).sub(y))
		L, V = x.add(next).sub(s.vapour), next
	}
	return V, L, false
}

// leave finds the ammonia that leaves with liquid and gas, mol/s: the smaller is exact, the other the rest.
func (s *column) leave(stages int) (liquid, gas dual) {
	total := s.ammonia.add(s.vapour)
	switch {
	case !(s.water.v > 0) || !(s.carrier.v > 0):
		return s.ammonia, s.vapour
	case !(total.v > 0): // straight through the origin
		fed := s.still()
		_, unit, _ := fed.march(dual{0, 1}, stages)
		fed.vapour = dual{0, 1}
		_, needed, _ := fed.march(dual{}, stages)
		liquid = dual{0, (s.ammonia.d - needed.d*s.vapour.d) / unit.d}
		return liquid, dual{0, total.d - liquid.d}
	}
	gap := func(s *column, x dual) dual {
		_, needed, full := s.march(x, stages)
		if full {
			return dual{v: math.Inf(1)}
		}
		return needed.sub(s.ammonia).times(1 / total.v)
	}
	fixed := s.still()
	z := bracket(func(z float64) dual {
		x := math.Exp(z) * total.v
		return gap(&fixed, dual{x, x})
	}, -600, 0)
	x := math.Exp(z) * total.v
	slope := gap(&fixed, dual{x, 1}).d
	at := gap(s, num(x))
	liquid = dual{x, -at.d / slope}
	if top, _, _ := s.march(liquid, stages); top.v < x {
		return total.sub(top), top
	}
	return liquid, total.sub(liquid)
}

// bracket is the root of a function that rises between lo and hi, by Newton steps kept in the bracket; its ends where it has no sign change.
func bracket(f func(float64) dual, lo, hi float64) float64 {
	z := hi
	for range 200 {
		y := f(z)
		next := z - y.v/y.d
		if y.v == 0 || math.Abs(next-z) <= 1e-15*math.Max(1, math.Abs(z)) {
			return z
		}
		if y.v > 0 {
			hi = z
		} else {
			lo = z
		}
		if !(next > lo && next < hi) {
			if next = lo + (hi-lo)/2; next <= lo || next >= hi {
				return z
			}
		}
		z = next
	}
	return z
}

// Solve finds what goes over.
func (c *AmmoniaColumn) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := c.check(u); err != nil {
		return err
	}
	for port, name := range []string{"liquid", "gas"} {
		for i, n := range in[port].N {
			if gas := c.system.Components[i].Phase == chem.Gas; n != 0 && gas != (port == columnGas) {
				return fmt.Errorf("%s enters by %q with %.4g mol/s: the one takes liquid and solids, the other gas", c.system.Components[i].Name, name, n)
			}
		}
	}
	if n := in[columnLiquid].N[c.ammonium]; n < 0 {
		return fmt.Errorf("NH4+ enters with %g mol/s", n)
	}
	s := c.enter(u, nil, in, nil)
	_, gas := s.leave(c.stages)
	if math.IsNaN(gas.v) || math.IsInf(gas.v, 0) {
		return fmt.Errorf("ammonia of the gas is %g mol/s", gas.v)
	}
	c.part(u[c.temperature], gas.v-s.vapour.v, in, out)
	out[columnGas].N[c.gas] = gas.v
	return nil
}

// part fills the outlets for what goes to the gas, mol/s. It is linear.
func (c *AmmoniaColumn) part(T, over float64, in, out []flowsheet.Stream) {
	for port := range out {
		out[port].T = T
		copy(out[port].N, in[port].N)
	}
	out[columnLiquid].N[c.ammonium] -= over
	out[columnLiquid].N[c.acid] += over
	out[columnGas].N[c.gas] += over
}

// Tangent computes the stages with duals; all else is linear.
func (c *AmmoniaColumn) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	s := c.enter(u, du, in, din)
	_, gas := s.leave(c.stages)
	c.part(du[c.temperature], gas.d-s.vapour.d, din, dout)
	return nil
}

// Observe writes the ammonia that goes to the gas (mol/s, negative where the liquid takes it), its share of the liquid's, the share of the gas's that the
// liquid takes, the pH of the liquid before and after at `temperature`, the stripping factor (mol of gas times y* per mol of free ammonia), gas per liquid as
// volumes at the column's own temperature and pressure, and the heat that ammonia takes.
func (c *AmmoniaColumn) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	s := c.enter(u, nil, in, nil)
	over := out[columnGas].N[c.gas] - in[columnGas].N[c.gas]
	y[0], y[7] = over, over*c.henry.h
	if s.ammonia.v > 0 {
		y[1] = over / s.ammonia.v
	}
	if s.vapour.v > 0 {
		y[2] = -over / s.vapour.v
	}
	if !(s.water.v > 0) {
		return
	}
	y[3] = -math.Log10(s.proton(s.ammonia).v)
	y[4] = -math.Log10(s.proton(num(out[columnLiquid].N[c.ammonium])).v)
	y[5] = s.carrier.v * s.k.v / s.water.v
	if V := c.system.PhaseVolume(chem.Aqueous, in[columnLiquid].N); V > 0 {
		y[6] = (s.carrier.v + s.vapour.v) * gasConstant * u[c.temperature] / u[c.pressure] / V
	}
}

// Report warns of alkali that runs out ("alkali_short"), acid that runs out ("acid_used_up"), water that the gas would carry off ("water_evaporates"), other
// bases ("other_bases") and strong ammonia ("outside_range").
func (c *AmmoniaColumn) Report(u, _ []float64, in, out []flowsheet.Stream) (report flowsheet.Report) {
	s := c.enter(u, nil, in, nil)
	if !(s.water.v > 0) {
		return report
	}
	warn := func(code, where string, value, limit float64, unit, format string, args ...any) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
	}
	left, over := out[columnLiquid].N[c.ammonium], out[columnGas].N[c.gas]-s.vapour.v
	switch {
	case over > 0 && s.alkali.v < s.ammonia.v:
		warn("alkali_short", "liquid", s.alkali.v/s.ammonia.v, 1, "1", "alkali for %.3g of the ammonia: the rest stays as NH4+", math.Max(0, s.alkali.v/s.ammonia.v))
	case over < 0 && s.alkali.v < 0 && s.alkali.v > over:
		warn("acid_used_up", "liquid", -s.alkali.v, -over, "mol/s", "the acid is used up: beyond it the liquid takes ammonia as water does")
	}
	const much = 0.02
	steam := component(c.system, "H2O(g)")
	if pressure, room := saturation(num(u[c.temperature])).exp().v, u[c.pressure]; pressure < room {
		has := 0.0
		if steam >= 0 {
			has = in[columnGas].N[steam]
		}
		dry := s.carrier.v - has
		if share := (dry*pressure/(room-pressure) - has) / in[columnLiquid].N[c.water]; share > much {
			warn("water_evaporates", "gas", share, much, "1", "the gas is not saturated: it would take %.2g %% of the water, and the heat for it, with it", 100*share)
		}
	}
	other := 0.0
	for _, i := range c.bases {
		other += math.Abs(in[columnLiquid].N[i])
	}
	if alkali := math.Abs(s.alkali.v); other > much*alkali && alkali > 0 {
		warn("other_bases", "liquid", other/alkali, much, "1", "carbonate and metals of %.2g times the alkali: what they bind of it is not looked at", other/alkali)
	}
	const strong = 5
	if m := math.Max(s.share(s.ammonia).v, s.share(num(left)).v) / s.k.v; m > strong {
		warn("outside_range", "NH3", m, strong, "mol/kg", "%.3g mol/kg of free ammonia: Henry's law is for dilute", m)
	}
	return report
}

// Explain shows the equations in words.
func (c *AmmoniaColumn) Explain() string {
	return fmt.Sprintf(`Ammonia goes between liquid and gas in %d stages, countercurrent:
  NH4+ -> NH3(g) + H+
  NH3 = share of NH4+ and NH3 that is free at the pH of the stage (pKa 9.244 at 25 degC); pH from the alkali (-H+) that is left: each NH3 takes one with it
  y* = K NH3/pressure by Henry's law; y leaves each stage the share efficiency of the way to y*
  more gas, heat, alkali or stages take more; an acid liquid takes it back out of the gas
`, c.stages)
}
