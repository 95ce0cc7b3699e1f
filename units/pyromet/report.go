package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
)

// Report names the solids and gases that the heat leaves out for want of data ("no_enthalpy"), those whose enthalpy is
// used outside the range of its data ("outside_range"), and gas fractions that do not add to 1 ("fraction_sum").
func (r *OxalateRoaster) Report(u, _ []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	missing := make([]bool, len(r.sys.Components))
	look := func(port string, s flowsheet.Stream) {
		for i, n := range s.N {
			h := r.sys.Components[i].Enthalpy
			switch {
			case n == 0 || !r.hasHeat(i):
			case h == nil:
				missing[i] = true
			case s.T < h.Lo || s.T > h.Hi:
				limit := h.Lo
				if s.T > h.Hi {
					limit = h.Hi
				}
				name := r.sys.Components[i].Name
				report.Warnings = append(report.Warnings, flowsheet.Warning{
					Code: "outside_range", Where: port + " " + name, Value: s.T, Limit: limit, Unit: "K",
					Text: fmt.Sprintf("the enthalpy of %s is known from %g to %g K and used at %g K", name, h.Lo, h.Hi, s.T),
				})
			}
		}
	}
	look("solid", in[0])
	look("liquid", in[1])
	look("product", out[product])
	look("dust", out[dust])
	look("gas", out[fluegas])
	look("burner_gas", out[burnerGas])
	var names []string
	for i, m := range missing {
		if m {
			names = append(names, r.sys.Components[i].Name)
		}
	}
	if len(names) > 0 {
		report.Warnings = append(report.Warnings, flowsheet.Warning{
			Code: "no_enthalpy", Where: "heat", Value: float64(len(names)), Unit: "1",
			Text: "the heat leaves out what has no enthalpy data: " + strings.Join(names, ", "),
		})
	}
	sum := 0.0
	for _, y := range u[gasFraction:] {
		sum += y
	}
	if math.Abs(sum-1) > sumTolerance {
		report.Warnings = append(report.Warnings, flowsheet.Warning{
			Code: "fraction_sum", Where: "gas.fraction", Value: sum, Limit: 1, Unit: "1",
			Text: fmt.Sprintf("the fractions add to %.9g, so that the burner gas is this times its flow", sum),
		})
	}
	return report
}

// Explain shows the equations in words.
func (r *OxalateRoaster) Explain() string {
	var b strings.Builder
	b.WriteString("Oxalates burn completely in the oxygen of the burner gas:\n")
	for _, c := range r.reactions {
		fmt.Fprintf(&b, "  %s + %g O2(g) -> %g %s + %g CO2(g) + %g H2O(g)\n", r.sys.Components[c.oxalate].Name, c.o2,
			c.oxides, r.sys.Components[c.oxide].Name, c.co2, c.steam)
	}
	b.WriteString(`All water of the inlets evaporates. Solids part into product (product_recovery) and dust (the rest).
Dissolved salts and acid leave by "salts"; they are left out of the heat.
heat [W, supplied] = H(product) + H(dust) + H(gas) - H(solid) - H(liquid) - H(burner gas), formation enthalpies included.
All outlets leave at outlet_temperature. No holdup: steady and in time are the same.
Source: PrOMMiS, src/prommis/roasting/ree_oxalate_roaster.py, commit 9beba554.
`)
	return b.String()
}
