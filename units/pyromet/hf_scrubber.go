package pyromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// HFScrubber washes hydrogen fluoride out of a gas with water or caustic.
//
//	HF(g) -> H+ + F-        E = 1 − exp(−transfer_units), the share absorbed
//	liquid = liquid + absorbed,  gas = the rest
//	heat.absorption = absorbed · (H(F-) + H(H+) − H(HF))  at 298.15 K
//
// H+ is total acidity: caustic in the liquid, which counts as negative H+, is used up by itself. Fluoride is precipitated after it, by a
// neutraliser with lime. transfer_units are those of the gas side, with nothing held back by the liquid: HF is taken as bound at once.
//
// Assumptions: both outlets leave at the liquid's temperature; no water evaporates or condenses; ammonia passes (there is no NH4+ among the
// components). Ions have enthalpies at 298.15 K only: of the heat that of absorption is known, not that of cooling the gas, and there is no closed
// heat balance. Validity: while free acid stays low; a warning stands where caustic is used up.
// Degrees of freedom: transfer_units.
//
// Source: enthalpies of flowsheet/chem/thermo; absorption with transfer units is textbook.
type HFScrubber struct {
	sys                *chem.System
	handle             flowsheet.Handle
	hf, acid, fluoride int
	aqueous, gas       [2]int
	absorption         float64 // J/mol
	constants          []chem.Constant
}

// NewHFScrubber makes an HF scrubber to be set up by Init.
func NewHFScrubber() flowsheet.Unit { return &HFScrubber{} }

// Init reads transfer_units.
func (s *HFScrubber) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	s.sys = env.System
	s.handle = flowsheet.Handle{Name: "transfer_units", Unit: "1", Value: env.Param.Quantity("transfer_units", "1", conf.Between(0, 100)), Hi: 100}
	for _, part := range []struct {
		name, family string
		at           *int
	}{{"HF(g)", "hydrogen_fluoride", &s.hf}, {"H+", "aqueous", &s.acid}, {"F-", "water", &s.fluoride}} {
		i, ok := s.sys.Index(part.name)
		if !ok {
			return flowsheet.Spec{}, fmt.Errorf("a scrubber needs %s: add %q to chemistry.families and F to chemistry.elements", part.name, part.family)
		}
		*part.at = i
	}
	s.aqueous[0], s.aqueous[1] = s.sys.Span(chem.Aqueous)
	s.gas[0], s.gas[1] = s.sys.Span(chem.Gas)
	lib, err := library(s.sys)
	if err != nil {
		return flowsheet.Spec{}, err
	}
	for _, part := range []struct {
		name, tag string
		sign      float64
	}{{"F-", "aq", 1}, {"H+", "aq", 1}, {"HF", "g", -1}} {
		species, err := lib.Species(part.name)
		if err != nil {
			return flowsheet.Spec{}, err
		}
		form := species.Stable(thermo.Room, part.tag)
		s.absorption += part.sign * form.H(thermo.Room)
		k := form.Constant()
		k.Name = "enthalpy." + part.name
		s.constants = append(s.constants, k)
	}
	return flowsheet.Spec{In: []flowsheet.Port{{Name: "gas"}, {Name: "liquid"}}, Out: []flowsheet.Port{{Name: "gas"}, {Name: "liquid"}},
		Handles: []flowsheet.Handle{s.handle},
		Signals: []flowsheet.Variable{{Name: "absorbed", Unit: "mol/s", Scale: 1e-3}, {Name: "removal", Unit: "1", Scale: 1},
			{Name: "caustic_excess", Unit: "1", Scale: 1, Lower: flowsheet.NoBound}, {Name: "heat.absorption", Unit: "W", Scale: 1000, Lower: flowsheet.NoBound}},
		Constants: s.constants}, nil
}

// Solve absorbs what the transfer units allow; there is nothing to iterate.
func (s *HFScrubber) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if !(u[0] >= s.handle.Lo && u[0] <= s.handle.Hi) {
		return fmt.Errorf("%s is %g, outside %g to %g", s.handle.Name, u[0], s.handle.Lo, s.handle.Hi)
	}
	for k, port := range []string{"gas", "liquid"} {
		for i, n := range in[k].N {
			if n != 0 && !(i >= s.gas[0] && i < s.gas[1]) && !(i >= s.aqueous[0] && i < s.aqueous[1]) {
				return fmt.Errorf("%s enters by %q with %.4g mol/s: a scrubber takes gas and water", s.sys.Components[i].Name, port, n)
			}
		}
	}
	s.wash(in, out, -math.Expm1(-u[0])*s.sum(in, s.hf))
	for k := range out {
		for i, n := range out[k].N {
			if math.IsNaN(n) || math.IsInf(n, 0) {
				return fmt.Errorf("flow of %s is %g mol/s", s.sys.Components[i].Name, n)
			}
		}
	}
	return nil
}

func (s *HFScrubber) sum(in []flowsheet.Stream, i int) float64 { return in[0].N[i] + in[1].N[i] }

// wash fills the outlets for what is absorbed, mol/s. It is linear in both.
func (s *HFScrubber) wash(in, out []flowsheet.Stream, absorbed float64) {
	out[0].Zero(in[1].T)
	out[1].Zero(in[1].T)
	for i := range in[0].N {
		k := 1
		if i >= s.gas[0] && i < s.gas[1] {
			k = 0
		}
		out[k].N[i] = s.sum(in, i)
	}
	out[0].N[s.hf] -= absorbed
	out[1].N[s.acid] += absorbed
	out[1].N[s.fluoride] += absorbed
}

// Tangent is exact: all is linear but the share times HF.
func (s *HFScrubber) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	s.wash(din, dout, -math.Expm1(-u[0])*s.sum(din, s.hf)+math.Exp(-u[0])*du[0]*s.sum(in, s.hf))
	return nil
}

// Observe writes the HF absorbed, its share, caustic over what that takes, and the heat of absorption (W, negative: given off).
func (s *HFScrubber) Observe(u, _ []float64, in, _ []flowsheet.Stream, y []float64) {
	y[1] = -math.Expm1(-u[0])
	y[0] = y[1] * s.sum(in, s.hf)
	y[2] = 0
	if y[0] > 0 {
		y[2] = -s.sum(in, s.acid)/y[0] - 1
	}
	y[3] = y[0] * s.absorption
}

// Report warns where caustic is used up ("caustic_short").
func (s *HFScrubber) Report(_, _ []float64, _, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	if acid := out[1].N[s.acid]; acid > 0 && out[1].N[s.fluoride] > 0 {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "caustic_short", Where: "liquid", Value: acid, Limit: 0, Unit: "mol/s",
			Text: fmt.Sprintf("the liquid leaves with %.4g mol/s of acid: HF is no longer bound", acid)})
	}
	return report
}

// Explain shows the equations in words.
func (s *HFScrubber) Explain() string {
	return fmt.Sprintf(`HF(g) -> H+ + F-   (%+.1f kJ/mol at 298 K); the share 1 - exp(-transfer_units) is absorbed
H+ is total acidity: caustic counts as negative and is used up by itself. All other gas passes, ammonia too.
Both outlets leave at the liquid's temperature; no water evaporates. The heat is that of absorption alone: ions have no heat capacity here.
Source: flowsheet/chem/thermo.
`, s.absorption/1000)
}
