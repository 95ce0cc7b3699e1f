package hydromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// Observe writes doses and what the liquor is like; pH is 14 where there is no free acid.
func (d *Dissolver) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	s, liquor := d.system, out[dissolverLiquor].N
	y[0], y[1] = s.Mass(out[dissolverAcid].N), s.Mass(out[dissolverWater].N)
	y[2], y[3], y[4], y[5] = 14, 0, 0, 0
	metal := 0.0
	for _, i := range d.earths {
		metal += liquor[i] * s.Elements[s.Components[i].Key].Mass * s.Components[i].KeyCount
	}
	if V := s.PhaseVolume(chem.Aqueous, liquor); V > 0 {
		y[3] = metal / V
		if h := liquor[d.proton] / V / 1000; h > 1e-14 {
			y[2] = -math.Log10(h)
		}
	}
	solids, left := 0.0, 0.0
	for k := range d.solids {
		r, fed := &d.solids[k], 0.0
		for j := range in {
			fed += in[j].N[r.solid]
		}
		solids += fed * s.Components[r.solid].M
		left += liquor[r.solid] * s.Components[r.solid].M
		if !math.IsNaN(r.heat) {
			y[5] += r.heat * (fed - liquor[r.solid])
		}
	}
	if solids > 0 {
		y[4] = 1 - left/solids
	}
}

// Report warns of doses that would have to be negative, of solids without enthalpy and of sulfate.
func (d *Dissolver) Report(u, x []float64, in, out []flowsheet.Stream) (report flowsheet.Report) {
	y := make([]float64, 6)
	d.Observe(u, x, in, out, y)
	warn := func(code, where string, value, limit float64, unit, text string) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: text})
	}
	if out[dissolverAcid].N[d.proton] == 0 {
		warn("not_dosed", "acid", y[2], u[d.pH], "1", "the liquor is more acid than is set, or there is none: no acid is dosed")
	}
	if d.tenor >= 0 && out[dissolverWater].N[d.water] == 0 {
		warn("not_dosed", "water", y[3], u[d.tenor], "kg/m3", "the liquor is more dilute than the tenor that is set, or holds no rare earths: no water is dosed")
	}
	if i := component(d.system, "SO4-2"); i >= 0 && out[dissolverLiquor].N[i] > 0.01*out[dissolverLiquor].N[d.base] {
		warn("outside_range", "pH", out[dissolverLiquor].N[i], 0, "mol/s", "pH counts all acidity as free; with sulfate it is not")
	}
	var missing []string
	for k := range d.solids {
		for j := range in {
			if r := &d.solids[k]; math.IsNaN(r.heat) && in[j].N[r.solid] != 0 && r.conversion(u, nil).v > 0 {
				missing = append(missing, d.system.Components[r.solid].Name)
			}
		}
	}
	if len(missing) > 0 {
		warn("no_enthalpy", "heat.reaction", float64(len(missing)), 0, "1", "the heat leaves out what has no enthalpy data: "+strings.Join(missing, ", "))
	}
	return report
}

// Explain gives the reactions in words.
func (d *Dissolver) Explain() string {
	var b strings.Builder
	b.WriteString("acid and water are dosed until the liquor has the pH (total acidity over water) and the tenor of rare earths; what would have to be taken out is not. The share conversion dissolves of:\n")
	for _, r := range d.solids {
		fmt.Fprintf(&b, "  %s + %g H+", d.system.Components[r.solid].Name, r.protons)
		reducing := ""
		switch {
		case r.electrons > 0 && d.peroxide < 0:
			fmt.Fprintf(&b, " + %g Cl-", r.electrons)
			reducing = fmt.Sprintf(" + %g Cl2", r.electrons/2)
		case r.electrons > 0:
			fmt.Fprintf(&b, " + %g H2O2", r.electrons/2)
			reducing = fmt.Sprintf(" + %g O2", r.electrons/2)
		}
		if r.co2 > 0 {
			reducing += fmt.Sprintf(" + %g CO2", r.co2)
		}
		fmt.Fprintf(&b, " -> %g %s + %g H2O%s", r.ions, d.system.Components[r.ion].Name, r.water, reducing)
		if !math.IsNaN(r.heat) {
			fmt.Fprintf(&b, "   (%+.0f kJ/mol at 298 K)", r.heat/1000)
		}
		b.WriteString("\n")
	}
	return b.String()
}
