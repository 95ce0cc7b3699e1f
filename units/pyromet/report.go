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
	report := flowsheet.Report{Warnings: r.excursions(
		portFlow{"solid", in[0]}, portFlow{"liquid", in[1]}, portFlow{"product", out[product]}, portFlow{"dust", out[dust]},
		portFlow{"gas", out[fluegas]}, portFlow{"burner_gas", out[burnerGas]})}
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
