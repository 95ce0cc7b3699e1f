package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// HydrogenDecrepitation lets magnets take up hydrogen, swell and fall to powder, in batches.
//
//	hydrogen (drawn) = hydrogen · moles of solids fed
//	absorbed         = uptake · mass of solids fed,      as H(metal)(s)
//	powder           = solids + (1 − degassed) · absorbed,   gas = hydrogen − what the powder keeps
//	heat             = H(powder) + H(gas) − H(magnets) − H(hydrogen)
//	power            = heat + furnaces · (stored heat/cycle_time + heat_loss)     by weight: as often as a charge comes
//
// The furnace is a tube six radii long, half filled, around it insulation, steel, insulation and steel, each from one face temperature to the
// next. The loss q carries through all of them, from the wall by radiation and to the room by convection:
//
//	q = ½ 2π r L σ (T_wall⁴ − T1⁴) = 2π k L ΔT/ln(r_out/r_in) of each shell = h 2π r_ext L (T_ext − T_room)
//
// which gives T1, q and the four thicknesses. The stored heat is that of the shells, heated once in each cycle.
//
// Assumptions: hydrogen in metal or hydride has no enthalpy here: with an uptake the heat leaves it out, by name. All solids take part alike;
// no kinetics: time and pressure are enough. Batches, averaged in the steady state; in time charged and tapped: see batchFurnace.
// Validity: 25 to 400 °C (range of practice). Degrees of freedom: cycle_time, temperature, hydrogen, uptake, degassed.
//
// Source: PrOMMiS (github.com/prommis/prommis, commit 9beba554), src/prommis/hydrogen_decrepitation: it carries hydrogen and solids through
// unchanged (uptake 0) and sizes the furnace; its molar enthalpy of solid neodymium, +326.9 kJ/mol, is not taken.
type HydrogenDecrepitation struct {
	batchFurnace
	hydrogen, held int // H2(g) and H(metal)(s)
	capacity       float64
	tube           tube
	low, high      chem.Constant // K
}

// Handles and outlets of hydrogen decrepitation.
const (
	decrepitationTemperature = furnaceOwn + iota
	decrepitationHydrogen
	decrepitationUptake
	decrepitationDegassed
)

const (
	decrepitationPowder = iota
	decrepitationGas
	decrepitationDrawn
)

// NewHydrogenDecrepitation makes a decrepitation furnace to be set up by Init.
func NewHydrogenDecrepitation() flowsheet.Unit { return &HydrogenDecrepitation{} }

// Init reads cycle_time, temperature and the optional keys.
func (h *HydrogenDecrepitation) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	if err := h.setUp("hydrogen_decrepitation", env, []string{"magnets"}, []string{"powder", "gas", "hydrogen"}); err != nil {
		return flowsheet.Spec{}, err
	}
	h.furnace.cycle, h.batchFurnace.observe, h.batchFurnace.report = h.cycle, h.observe, h.report
	p := env.Param
	h.handle(p, "temperature", "K", conf.Between(280, 1000))
	h.handleOr(p, "hydrogen", "1", conf.Between(0, 100))
	h.handleOr(p, "uptake", "1", conf.Between(0, 0.05))
	h.handleOr(p, "degassed", "1", conf.Fraction)
	h.capacity = p.QuantityOr("capacity", "kg", math.Inf(1), conf.Positive)
	h.low, h.high = h.constant("hydrogen_decrepitation.window_low", true), h.constant("hydrogen_decrepitation.window_high", true)
	h.tube = readTube(&h.furnace)
	for _, part := range []struct {
		name, family string
		at           *int
	}{{"H2(g)", "hydrogen", &h.hydrogen}, {"H(metal)(s)", "alloying", &h.held}} {
		i, ok := h.sys.Index(part.name)
		if !ok {
			return flowsheet.Spec{}, fmt.Errorf("hydrogen decrepitation needs %s: add %q to chemistry.families", part.name, part.family)
		}
		*part.at = i
	}
	out := ports(h.outlets)
	out[decrepitationDrawn].Drawn = true
	var signals []flowsheet.Variable
	for _, s := range []struct {
		name, unit string
		scale      float64
	}{{"heat", "W", 1000}, {"power", "W", 1000}, {"heat_loss", "W", 100}, {"heat_stored", "J", 1e7}, {"radius", "m", 0.1}, {"length", "m", 1},
		{"thickness.1", "m", 0.1}, {"thickness.2", "m", 0.01}, {"thickness.3", "m", 0.1}, {"thickness.4", "m", 0.01}, {"charge", "kg", 10}} {
		v := flowsheet.Variable{Name: s.name, Unit: s.unit, Scale: s.scale}
		if s.unit == "W" {
			v.Lower = flowsheet.NoBound
		}
		signals = append(signals, v)
	}
	h.lots.each = []int{2} // heat_loss
	return h.spec(p, out, signals), nil
}

// cycle decrepitates one charge.
func (h *HydrogenDecrepitation) cycle() error {
	T := h.u[decrepitationTemperature]
	h.outT[decrepitationPowder], h.outT[decrepitationGas], h.outT[decrepitationDrawn] = T, T, num(roomTemperature)
	moles, mass := jet{}, jet{}
	for i := h.solid[0]; i < h.solid[1]; i++ {
		moles = moles.add(h.fed[i])
		mass = mass.add(h.fed[i].times(h.sys.Components[i].M))
		h.out[decrepitationPowder][i] = h.fed[i]
	}
	drawn := h.u[decrepitationHydrogen].mul(moles)
	absorbed := h.u[decrepitationUptake].mul(mass).times(1 / h.sys.Components[h.held].M) // mol/s of H
	if absorbed.v/2 > drawn.v {
		return fmt.Errorf("hydrogen short: the magnets take up %.4g mol/s of H2, %.4g are given", absorbed.v/2, drawn.v)
	}
	kept := num(1).sub(h.u[decrepitationDegassed]).mul(absorbed)
	h.out[decrepitationDrawn][h.hydrogen] = drawn
	h.out[decrepitationPowder][h.held] = h.fed[h.held].add(kept)
	h.out[decrepitationGas][h.hydrogen] = drawn.sub(kept.times(0.5))
	return nil
}

// observe writes heat and power (W), the furnace's loss (W), stored heat (J), radius, length and thicknesses (m) of one furnace, and the charge (kg).
func (h *HydrogenDecrepitation) observe(u []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	h.spaced(u, in)
	y[0] = h.enthalpy(out[decrepitationPowder]) + h.enthalpy(out[decrepitationGas]) - h.enthalpy(in[0]) - h.enthalpy(out[decrepitationDrawn])
	y[1] = y[0]
	y[10] = h.charge(u, in)
	if !(y[10] > 0) || math.IsInf(y[10], 0) {
		return
	}
	s := h.tube.size(y[10])
	y[2], y[3], y[4], y[5] = s.loss, s.stored, s.radius, s.length
	copy(y[6:10], s.thickness[:])
	y[1] += h.number * (s.stored/h.shift + s.loss*(u[cycleTime]/h.shift)) // cold between cycles
}

// report warns of a temperature outside that of practice ("decrepitation_temperature"), and as all furnaces do.
func (h *HydrogenDecrepitation) report(u []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	h.spaced(u, in)
	report.Warnings = h.excursions(u, in, out, h.capacity)
	if T := u[decrepitationTemperature]; T < h.low.Value || T > h.high.Value {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "decrepitation_temperature", Where: "temperature", Value: T,
			Limit: min(max(T, h.low.Value), h.high.Value), Unit: "K", Text: fmt.Sprintf("magnets are decrepitated at %.0f to %.0f °C", h.low.Value-273.15, h.high.Value-273.15)})
	}
	return report
}

// Explain shows the equations in words.
func (h *HydrogenDecrepitation) Explain() string {
	var b strings.Builder
	b.WriteString(`Magnets take up hydrogen and fall to powder, in batches:
hydrogen drawn = hydrogen x moles of solids; absorbed = uptake x their mass, kept but for the share degassed
heat [W] = H(powder) + H(gas) - H(magnets) - H(hydrogen); the heat of absorption is not known and left out
power = heat + furnaces (stored heat/cycle_time + loss)
The furnace is a tube, half filled, six radii long, in four shells:
`)
	for k, s := range h.tube.shells {
		fmt.Fprintf(&b, "  %d: %.4g W/(m K), to %.2f K\n", k+1, s.conductivity, s.face)
	}
	b.WriteString(batchWords + "Source: PrOMMiS, src/prommis/hydrogen_decrepitation, commit 9beba554.\n")
	return b.String()
}
