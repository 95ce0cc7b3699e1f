package hydromet

import (
	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Geotube dewaters sludge in a bag of fabric: the sludge is conditioned with polymer, the bag holds its solids and the water drains. Its
// inlets are merged; cake and filtrate have given solids, by the equations of Thickener with
//
//	x = cake_solids        c = filtrate_solids        polymer = polymer_dose · volume of the sludge, active polymer in kg/s
//
// Assumptions: the cake is that of a bag that has drained; filling and draining are averaged; liquid is alike in cake and filtrate. The polymer
// is a demand and no part of the balance: at the default dose it is 30 g per m3 of sludge.
// Validity: cake_solids and polymer_dose are defaults of a design program (AMDTreat), assumed; a bag test gives those of a sludge.
// Degrees of freedom: cake_solids (0.40), filtrate_solids (0), polymer_dose (30 g/m3).
type Geotube struct{ Thickener }

const geotubePolymer = 2 // place in u, after those of a thickener's two solids

// NewGeotube makes a geotube.
func NewGeotube() flowsheet.Unit { return new(Geotube) }

// Init reads cake_solids, filtrate_solids and polymer_dose.
func (g *Geotube) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	g.system, g.thick = env.System, "cake"
	g.first, g.end = env.System.Span(chem.Solid)
	spec := flowsheet.Spec{In: inlets(env), Out: ports("cake", "filtrate"), Signals: []flowsheet.Variable{{Name: "polymer", Unit: "kg/s", Scale: 1e-5}}}
	for _, key := range []struct {
		name, unit string
		value      float64
		in         conf.Range
		source     string
	}{
		{"cake_solids", "1", 0.4, conf.Between(1e-3, 1), "AMDTreat (US OSMRE) default for geotubes; cakes of lime sludge from filters hold 19 to 22 % (PLB07, measured)"},
		{"filtrate_solids", "kg/m3", 0, conf.Between(0, 500), "nothing was found: taken as clear"},
		{"polymer_dose", "kg/m3", 0.03, conf.Between(0, 10), "AMDTreat (US OSMRE) default, 30 mg of active polymer per L of sludge"},
	} {
		g.add(key.name, key.unit, t.QuantityOr(key.name, key.unit, key.value, key.in), key.in)
		if !t.Has(key.name) {
			spec.Constants = append(spec.Constants, chem.Constant{Name: key.name, Value: key.value, Unit: key.unit, Class: chem.Assumed, Source: key.source})
		}
	}
	spec.Handles = g.handles
	g.still, g.scratch = make([]float64, len(g.handles)), make([]float64, len(env.System.Components))
	return spec, nil
}

// Observe gives the polymer.
func (g *Geotube) Observe(u, _ []float64, in, _ []flowsheet.Stream, y []float64) {
	y[0] = 0
	for k := range in {
		y[0] += u[geotubePolymer] * g.system.Volume(in[k].N)
	}
}

// Explain gives the equations in words.
func (g *Geotube) Explain() string {
	return "cake and filtrate have the given solids; the liquid is alike in both. polymer = polymer_dose x volume of the sludge, a demand outside the balance."
}
