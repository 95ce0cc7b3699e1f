package pyromet

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// HeatExchanger brings a stream to a temperature and says what heat that takes; nothing reacts, boils or condenses.
//
//	heat = Σ n_i (h_i(temperature) − h_i(T_in))        W, supplied; negative: to be taken away
//
// It cools oxides between kiln and dissolver, condensates and liquors. What has no enthalpy over temperature (dissolved ions, the organic) is left
// out of the heat, and a warning names its share of the mass. The other side is not modelled.
//
// Degrees of freedom: temperature. Source: enthalpies of flowsheet/chem/thermo, else of flowsheet/chem.
type HeatExchanger struct {
	sys    *chem.System
	handle flowsheet.Handle
	heats  []substance
}

// NewHeatExchanger makes a heat exchanger.
func NewHeatExchanger() flowsheet.Unit { return &HeatExchanger{} }

// Init reads temperature.
func (h *HeatExchanger) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	h.sys = env.System
	r := conf.Between(250, 2000)
	h.handle = flowsheet.Handle{Name: "temperature", Unit: "K", Value: env.Param.Quantity("temperature", "K", r), Lo: r.Lo, Hi: r.Hi}
	lib, err := library(h.sys)
	if err != nil {
		return flowsheet.Spec{}, err
	}
	spec := flowsheet.Spec{In: []flowsheet.Port{{Name: "in"}}, Out: []flowsheet.Port{{Name: "out"}}, Handles: []flowsheet.Handle{h.handle},
		Signals: []flowsheet.Variable{{Name: "heat", Unit: "W", Scale: 1e4, Lower: flowsheet.NoBound}}}
	h.heats = make([]substance, len(h.sys.Components))
	for i := range h.sys.Components {
		c := &h.sys.Components[i]
		if c.Phase != chem.Aqueous || i == h.sys.Solvent(chem.Aqueous) {
			h.heats[i] = find(lib, c)
		}
		if s := h.heats[i]; s.species != nil {
			k := s.species.Stable(h.handle.Value, s.tag).Constant()
			k.Name = "enthalpy." + c.Name
			spec.Constants = append(spec.Constants, k)
		} else if s.own != nil {
			spec.Constants = append(spec.Constants, s.own.Constants...)
		}
	}
	return spec, nil
}

// Solve passes the stream on.
func (h *HeatExchanger) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if !(u[0] >= h.handle.Lo && u[0] <= h.handle.Hi) {
		return fmt.Errorf("%s is %g K, outside %g to %g", h.handle.Name, u[0], h.handle.Lo, h.handle.Hi)
	}
	out[0].Copy(in[0])
	out[0].T = u[0]
	return nil
}

// Tangent is that of a copy.
func (h *HeatExchanger) Tangent(_ *flowsheet.Stage, _, _ []float64, _, _ []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	dout[0].Copy(din[0])
	dout[0].T = du[0]
	return nil
}

// Observe writes the heat.
func (h *HeatExchanger) Observe(u, _ []float64, in, _ []flowsheet.Stream, y []float64) {
	y[0] = 0
	for i, n := range in[0].N {
		if n != 0 && h.heats[i].known() {
			y[0] += n * (h.heats[i].h(u[0]) - h.heats[i].h(in[0].T))
		}
	}
}

// Report names what the heat leaves out ("no_enthalpy"), and water that would boil or freeze.
func (h *HeatExchanger) Report(u, _ []float64, in, _ []flowsheet.Stream) (report flowsheet.Report) {
	left := 0.0
	var missing []string
	for i, n := range in[0].N {
		if c := &h.sys.Components[i]; n != 0 && !h.heats[i].known() {
			left += math.Abs(n) * c.M
			missing = append(missing, c.Name)
		}
	}
	slices.Sort(missing)
	if all := h.sys.Mass(in[0].N); left > 0.01*all {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "no_enthalpy", Where: "heat", Value: left / all, Unit: "1",
			Text: fmt.Sprintf("the heat leaves out %.2g %% of the mass, which has no enthalpy data: %s", 100*left/all, strings.Join(missing, ", "))})
	}
	if w := h.sys.Solvent(chem.Aqueous); w >= 0 && in[0].N[w] > 0 && (u[0] > 373.15 || u[0] < 273.15) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "outside_range", Where: "temperature", Value: u[0], Limit: min(max(u[0], 273.15), 373.15), Unit: "K",
			Text: "the stream holds water, which neither boils nor freezes here"})
	}
	return report
}

// Explain shows the equation in words.
func (h *HeatExchanger) Explain() string {
	return "the stream leaves at the temperature; heat [W, supplied] = sum of n (h(temperature) - h(T_in)) over what has enthalpies. Nothing reacts, boils or condenses.\n"
}
