package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Hydrofluorinator turns oxides to fluorides, in batches, with hydrogen fluoride that comes as gas or as ammonium bifluoride.
//
//	1/2 M2O3 + 3 HF -> MF3 + 3/2 H2O               NH4HF2 -> NH3 + 2 HF
//	CaO + 2 HF -> CaF2 + H2O                       CeO2, Pr6O11, Tb4O7 give O2 besides
//	X = 1 − (1 − soak/particle_time · (p − p_eq)/p_ref)³          shrinking core, first order in HF; X = 1 where the bracket is used up
//	p_eq = sqrt(p_H2O) · K^(−1/z),  ln K = −ΔG(temperature)/(R T)      per mole of metal of charge z, bar
//	p = pressure · HF/(HF + H2O + other gas)     in the gas that has met the bed: contact · (gas of the inlets + NH3 + HF of the bifluoride)
//	heat = H(product) + H(gas) − H(inlets)
//
// p and the conversions X of all oxides are found together: what they take is what the gas lacks. So HF runs short by itself: X then stops where
// p is near p_eq. The share 1 − contact of the gas passes the bed.
//
// Assumptions: the gas is mixed and the same over the soak; pure solids, no oxyfluoride; a pressure of O2 of 1 bar in p_eq, which is on the
// safe side; where an oxide has no entropy p_eq is 0. Fluorides do not hydrolyse again. Solids without a fluoride pass, silica too (in truth it
// leaves in part as SiF4). Batches, averaged in the steady state; in time charged and tapped: see batchFurnace. Gas that
// is fed waits with the charge, in a holder.
// Validity: 550 to 750 °C is practice; the particle time is measured on carbonate at 100 to 250 °C and assumed for oxides.
// Degrees of freedom: cycle_time, soak, temperature, pressure, contact, particle_time.
//
// Source: ΔG and enthalpies of flowsheet/chem/thermo; kinetics and contact of data/furnaces.toml.
type Hydrofluorinator struct {
	batchFurnace
	reactions           []fluorination
	hf, steam, o2       int
	ammonia, bifluoride int // components; -1 where there is none
	reference           float64
	conversion          []jet
	pressure            jet // Pa, of HF
	window              [2]chem.Constant
	capacity            float64
	supply, need        jet
}

// fluorination holds the moles per mole of an oxide.
type fluorination struct {
	oxide, fluoride   int
	fluorides, hf, o2 float64
	charge            float64 // of the metal
	gibbs             bool
	metal             string
}

// Handles of a hydrofluorinator.
const (
	fluorSoak = furnaceOwn + iota
	fluorTemperature
	fluorPressure
	fluorContact
	fluorParticle
)

// NewHydrofluorinator makes a hydrofluorinator to be set up by Init.
func NewHydrofluorinator() flowsheet.Unit { return &Hydrofluorinator{} }

// Init reads cycle_time, soak, temperature, pressure, contact, particle_time, furnaces and capacity.
func (h *Hydrofluorinator) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	if err := h.setUp("hydrofluorinator", env, []string{"solid", "reagent"}, []string{"product", "gas"}); err != nil {
		return flowsheet.Spec{}, err
	}
	h.gases = true
	h.furnace.cycle, h.batchFurnace.observe, h.batchFurnace.report = h.cycle, h.observe, h.report
	p := env.Param
	h.handle(p, "soak", "s", conf.Between(60, 30*86400))
	h.handle(p, "temperature", "K", conf.Between(373.15, 1500))
	h.handles = append(h.handles, flowsheet.Handle{Name: "pressure", Unit: "Pa", Value: p.QuantityOr("pressure", "Pa", 101325, conf.Between(100, 1e7)), Lo: 100, Hi: 1e7})
	h.u = append(h.u, jet{})
	h.handleOr(p, "contact", "1", conf.Fraction)
	h.handleOr(p, "particle_time", "s", conf.Between(1, 1e7))
	h.capacity = p.QuantityOr("capacity", "kg", math.Inf(1), conf.Positive)
	h.reference = h.constant("hydrofluorinator.reference_pressure", true).Value
	h.window = [2]chem.Constant{h.constant("hydrofluorinator.window_low", true), h.constant("hydrofluorinator.window_high", true)}
	if err := h.find(); err != nil {
		return flowsheet.Spec{}, err
	}
	signals := []flowsheet.Variable{{Name: "heat", Unit: "W", Scale: 1000, Lower: flowsheet.NoBound}, {Name: "heat.reaction", Unit: "W", Scale: 1000, Lower: flowsheet.NoBound},
		{Name: "hf_excess", Unit: "1", Scale: 1, Lower: flowsheet.NoBound}, {Name: "hf_use", Unit: "1", Scale: 1}, {Name: "pressure.HF", Unit: "Pa", Scale: 1000},
		{Name: "product.O", Unit: "1", Scale: 0.01}, {Name: "charge", Unit: "kg", Scale: 10}}
	for _, r := range h.reactions {
		signals = append(signals, flowsheet.Variable{Name: "conversion." + h.sys.Components[r.oxide].Name, Unit: "1", Scale: 1})
	}
	return h.spec(p, ports(h.outlets), signals), nil
}

// find looks up what takes part and balances the reaction of every oxide.
func (h *Hydrofluorinator) find() error {
	s := h.sys
	h.ammonia, h.bifluoride = -1, -1
	if i, ok := s.Index("NH4HF2(s)"); ok {
		h.bifluoride = i
		if h.ammonia, ok = s.Index("NH3(g)"); !ok {
			return fmt.Errorf("ammonium bifluoride leaves ammonia: add \"ammonia\" to chemistry.families")
		}
	}
	for _, c := range []struct {
		name, family string
		at           *int
	}{{"HF(g)", "hydrogen_fluoride", &h.hf}, {"H2O(g)", "gas", &h.steam}, {"O2(g)", "gas", &h.o2}} {
		i, ok := s.Index(c.name)
		if !ok {
			return fmt.Errorf("a hydrofluorinator needs %s: add %q to chemistry.families and F to chemistry.elements", c.name, c.family)
		}
		*c.at = i
	}
	for i := range s.Components {
		c := &s.Components[i]
		if c.Family != "oxide" && c.Family != "calcined" {
			continue
		}
		to := s.InFamily("fluoride", c.Key)
		if lime, ok := s.Index("CaF2(s)"); ok && s.Elements[c.Key].Symbol == "Ca" {
			to = lime
		}
		if to < 0 {
			continue
		}
		r, err := h.balance(i, to)
		if err != nil {
			return err
		}
		h.reactions = append(h.reactions, r)
	}
	if len(h.reactions) == 0 {
		return fmt.Errorf("a hydrofluorinator needs oxides and their fluorides: add \"oxide\" and \"fluoride\" to chemistry.families")
	}
	h.conversion = make([]jet, len(h.reactions))
	return nil
}

// balance finds the coefficients: metal by its fluoride, F by HF, H by H2O, O by O2; then every element is checked.
func (h *Hydrofluorinator) balance(oxide, fluoride int) (fluorination, error) {
	s := h.sys
	from, to := &s.Components[oxide], &s.Components[fluoride]
	f, _ := s.Element("F")
	o, _ := s.Element("O")
	r := fluorination{oxide: oxide, fluoride: fluoride, fluorides: from.KeyCount / to.KeyCount, metal: s.Elements[from.Key].Symbol}
	r.charge = to.Formula[f] / to.KeyCount
	r.hf = r.fluorides * to.Formula[f]
	r.o2 = (from.Formula[o] - r.hf/2) / 2
	for e := range s.Elements {
		gap := from.Formula[e] + r.hf*s.Components[h.hf].Formula[e] - r.fluorides*to.Formula[e] - r.hf/2*s.Components[h.steam].Formula[e] - r.o2*s.Components[h.o2].Formula[e]
		if math.Abs(gap) > 1e-9 {
			return r, fmt.Errorf("hydrofluorination of %s does not balance %s: %g atoms over", from.Name, s.Elements[e].Symbol, gap)
		}
	}
	for _, i := range []int{oxide, fluoride} {
		if !h.heats[i].known() {
			return r, fmt.Errorf("no enthalpy of %s: leave its element out of [chemistry]", s.Components[i].Name)
		}
	}
	r.gibbs = h.hasGibbs(oxide) && h.hasGibbs(fluoride)
	return r, nil
}

// lnK is ln of the equilibrium constant of r per mole of metal, gases in bar.
func (h *Hydrofluorinator) lnK(r *fluorination, T jet) jet {
	metals := r.hf / r.charge
	g := h.gibbs(r.fluoride, T).times(r.fluorides).sub(h.gibbs(r.oxide, T))
	g = g.add(h.gibbs(h.steam, T).times(r.hf / 2)).add(h.gibbs(h.o2, T).times(r.o2)).sub(h.gibbs(h.hf, T).times(r.hf))
	return g.times(-1 / (metals * gasConstant)).div(T)
}

// cycle finds the gas that agrees with the conversions.
func (h *Hydrofluorinator) cycle() error {
	if h.u[fluorSoak].v > h.u[cycleTime].v {
		return fmt.Errorf("soak is %.6g s, longer than cycle_time, %.6g s", h.u[fluorSoak].v, h.u[cycleTime].v)
	}
	contact, T := h.u[fluorContact], h.u[fluorTemperature]
	hf, rest := h.fed[h.hf], jet{}
	for i := h.gas[0]; i < h.gas[1]; i++ {
		if i != h.hf && i != h.steam {
			rest = rest.add(h.fed[i])
		}
	}
	if h.bifluoride >= 0 {
		hf = hf.add(h.fed[h.bifluoride].times(2))
		rest = rest.add(h.fed[h.bifluoride])
	}
	h.supply, h.need, h.pressure = hf, jet{}, jet{}
	for k := range h.reactions {
		r := &h.reactions[k]
		h.conversion[k] = jet{}
		h.need = h.need.add(h.fed[r.oxide].times(r.hf))
	}
	if start := contact.mul(hf); start.v > 0 && h.need.v > 0 {
		share, ok := root(func(z jet) jet { return h.gap(z, start, contact.mul(h.fed[h.steam]), contact.mul(rest)) }, 0, 1)
		if !ok {
			return fmt.Errorf("no balance of HF: %.4g mol/s enter, the oxides can take %.4g mol/s", hf.v, h.need.v)
		}
		h.gap(share, start, contact.mul(h.fed[h.steam]), contact.mul(rest))
	}
	h.outT[0], h.outT[1] = T, T
	return h.write()
}

// gap is (HF left + HF taken − HF at the start)/start at the share z of HF left; it sets conversion and pressure.
func (h *Hydrofluorinator) gap(z, start, steam, rest jet) jet {
	left := z.mul(start)
	steam = steam.add(start.sub(left).times(0.5))
	T, total := h.u[fluorTemperature], h.u[fluorPressure].div(left.add(steam).add(rest))
	h.pressure = left.mul(total)
	root := steam.mul(total).times(1e-5).sqrt()
	taken := jet{}
	for k := range h.reactions {
		r := &h.reactions[k]
		drive := h.pressure
		if r.gibbs {
			drive = drive.sub(root.mul(h.lnK(r, T).times(-1 / r.charge).exp()).times(1e5))
		}
		core := num(1).sub(h.u[fluorSoak].div(h.u[fluorParticle]).mul(drive.atLeast0()).times(1 / h.reference)).atLeast0()
		h.conversion[k] = num(1).sub(core.mul(core).mul(core))
		taken = taken.add(h.conversion[k].mul(h.fed[r.oxide]).times(r.hf))
	}
	return z.add(taken.div(start)).sub(num(1))
}

// write fills the outlets.
func (h *Hydrofluorinator) write() error {
	solids, gas := h.out[0], h.out[1]
	for i := range h.fed {
		if i >= h.gas[0] && i < h.gas[1] {
			gas[i] = gas[i].add(h.fed[i])
		} else {
			solids[i] = solids[i].add(h.fed[i])
		}
	}
	if h.bifluoride >= 0 {
		n := h.fed[h.bifluoride]
		solids[h.bifluoride] = jet{}
		gas[h.ammonia] = gas[h.ammonia].add(n)
		gas[h.hf] = gas[h.hf].add(n.times(2))
	}
	for k := range h.reactions {
		r := &h.reactions[k]
		n := h.conversion[k].mul(h.fed[r.oxide])
		solids[r.oxide] = solids[r.oxide].sub(n)
		solids[r.fluoride] = solids[r.fluoride].add(n.times(r.fluorides))
		gas[h.hf] = gas[h.hf].sub(n.times(r.hf))
		gas[h.steam] = gas[h.steam].add(n.times(r.hf / 2))
		gas[h.o2] = gas[h.o2].add(n.times(r.o2))
	}
	return nil
}

// observe writes the heat supplied and that of the reactions at 298.15 K (W), the excess of HF over what the oxides can take, the share of HF
// taken, its pressure at the bed, oxygen in the product, the charge, and the conversion of each oxide.
func (h *Hydrofluorinator) observe(u []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	if h.load(u, in, nil, nil) != nil || h.cycle() != nil {
		return
	}
	y[0] = h.enthalpy(out[0]) + h.enthalpy(out[1]) - h.enthalpy(in[0]) - h.enthalpy(in[1])
	taken := 0.0
	for k := range h.reactions {
		r := &h.reactions[k]
		n := h.conversion[k].v * h.fed[r.oxide].v
		taken += n * r.hf
		y[1] += n * h.standard(r)
		y[7+k] = h.conversion[k].v
	}
	if h.bifluoride >= 0 && h.heats[h.bifluoride].known() {
		at := func(i int) float64 { return h.heats[i].h(thermo.Room) }
		y[1] += h.fed[h.bifluoride].v * (at(h.ammonia) + 2*at(h.hf) - at(h.bifluoride))
	}
	if h.need.v > 0 {
		y[2] = h.supply.v/h.need.v - 1
	}
	if h.supply.v > 0 {
		y[3] = taken / h.supply.v
	}
	y[4], y[5], y[6] = h.pressure.v, h.massFraction(out[0], "O"), h.charge(u, in)
}

// standard is the heat of a reaction at 298.15 K, J per mole of oxide.
func (h *Hydrofluorinator) standard(r *fluorination) float64 {
	at := func(i int) float64 { return h.heats[i].h(thermo.Room) }
	return r.fluorides*at(r.fluoride) + r.hf/2*at(h.steam) + r.o2*at(h.o2) - at(r.oxide) - r.hf*at(h.hf)
}

// report warns of HF that is short ("hf_short"), of oxide left ("oxide_left"), of a temperature beside practice ("temperature_window"), of
// solids that pass ("not_fluorinated"), and as all furnaces do.
func (h *Hydrofluorinator) report(u []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	if h.load(u, in, nil, nil) != nil || h.cycle() != nil {
		return report
	}
	warn := func(code, where string, value, limit float64, unit, format string, args ...any) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
	}
	report.Warnings = h.excursions(u, in, out, h.capacity)
	if h.need.v*(1-rounding) > h.supply.v*u[fluorContact] {
		warn("hf_short", "reagent", h.supply.v*u[fluorContact], h.need.v, "mol/s", "%.4g mol/s of HF meet the bed, the oxides can take %.4g", h.supply.v*u[fluorContact], h.need.v)
	}
	for k := range h.reactions {
		const complete = 0.99
		if r := &h.reactions[k]; h.fed[r.oxide].v > 0 && !h.trace(r.oxide) {
			if x := h.conversion[k].v; x < complete {
				warn("oxide_left", h.sys.Components[r.oxide].Name, x, complete, "1", "%.2f %% of %s is turned: the rest carries oxygen into the metal", 100*x, h.sys.Components[r.oxide].Name)
			}
			if !r.gibbs {
				warn("no_equilibrium", h.sys.Components[r.oxide].Name, 0, 0, "1", "%s has no entropy: its HF is taken to be used to the last", h.sys.Components[r.oxide].Name)
			}
		}
	}
	if T, lo, hi := u[fluorTemperature], h.window[0].Value, h.window[1].Value; T < lo || T > hi {
		warn("temperature_window", "temperature", T, min(max(T, lo), hi), "K", "%.0f °C is outside practice, %.0f to %.0f °C", T-273.15, lo-273.15, hi-273.15)
	}
	var passed []string
	sum := 0.0
	for i := h.solid[0]; i < h.solid[1]; i++ {
		if c := &h.sys.Components[i]; h.fed[i].v > 0 && i != h.bifluoride && c.Family != "fluoride" && !h.reacts(i) && !h.trace(i) {
			passed = append(passed, c.Name)
			sum += h.fed[i].v
		}
	}
	if len(passed) > 0 {
		warn("not_fluorinated", "product", sum, 0, "mol/s", "%s passes unchanged", strings.Join(passed, ", "))
	}
	return report
}

func (h *Hydrofluorinator) reacts(i int) bool {
	for k := range h.reactions {
		if h.reactions[k].oxide == i {
			return true
		}
	}
	return false
}

// Explain shows the equations in words.
func (h *Hydrofluorinator) Explain() string {
	var b strings.Builder
	b.WriteString("Oxides turn to fluorides in hydrogen fluoride, in batches:\n")
	for k := range h.reactions {
		r := &h.reactions[k]
		o2 := ""
		if r.o2 > 0 {
			o2 = fmt.Sprintf(" + %.4g O2(g)", r.o2)
		}
		fmt.Fprintf(&b, "  %s + %.4g HF(g) -> %.4g %s + %.4g H2O(g)%s   (%+.0f kJ/mol at 298 K)\n", h.sys.Components[r.oxide].Name, r.hf, r.fluorides,
			h.sys.Components[r.fluoride].Name, r.hf/2, o2, h.standard(r)/1000)
	}
	if h.bifluoride >= 0 {
		b.WriteString("  NH4HF2(s) -> NH3(g) + 2 HF(g); on cooling the gas gives NH4F again\n")
	}
	b.WriteString(`X = 1 - (1 - soak/particle_time (p - p_eq)/p_ref)^3, a shrinking core; p_eq = sqrt(p_H2O) K^(-1/z)
p is the HF left in the gas that met the bed (the share contact); what the oxides take is what it lacks, so HF short stops X at p_eq.
heat [W, supplied] = H(product) + H(gas) - H(inlets).
` + batchWords + `Source: flowsheet/chem/thermo; particle_time: Pretorius et al. 2019 on carbonate, assumed for oxide; contact assumed.
`)
	return b.String()
}
