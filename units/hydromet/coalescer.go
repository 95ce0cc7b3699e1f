package hydromet

import (
	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Coalescer takes entrained organic out of an aqueous stream: a coalescer (after-settler), or with recovery = 1 one with a carbon column behind it.
//
//	organic = recovery · organic phase of the inlets        water = the rest
//
// With the organic go the metals it has loaded. Solids stay with the water. Assumptions: the organic leaves without water; dissolved extractant is not told from
// entrained. Degrees of freedom: recovery. Source: none needed; a recovery by default is assumed.
type Coalescer struct {
	dials
	system     *chem.System
	first, end int
}

const ( // places of the outlets
	coalescerWater = iota
	coalescerOrganic
)

// NewCoalescer makes a coalescer.
func NewCoalescer() flowsheet.Unit { return &Coalescer{} }

// Init reads recovery.
func (c *Coalescer) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	c.system = env.System
	c.first, c.end = env.System.Span(chem.Organic)
	const usual = 0.9
	c.add("recovery", "1", env.Param.QuantityOr("recovery", "1", usual, conf.Fraction), conf.Fraction)
	spec := flowsheet.Spec{In: inlets(env), Out: ports("water", "organic"), Handles: c.handles,
		Signals: []flowsheet.Variable{{Name: "organic_left", Unit: "1", Scale: 1e-4}}}
	if !env.Param.Has("recovery") {
		spec.Constants = []chem.Constant{{Name: "coalescer.recovery", Value: usual, Unit: "1", Class: chem.Assumed,
			Source: "coalescers leave 10 to 30 of some 100 to 300 ppm of entrained organic: usual"}}
	}
	return spec, nil
}

// Solve parts the phases.
func (c *Coalescer) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := c.check(u); err != nil {
		return err
	}
	water, organic := &out[coalescerWater], &out[coalescerOrganic]
	merge(c.system, in, water)
	organic.Zero(water.T)
	for i := c.first; i < c.end; i++ {
		n := water.N[i]
		organic.N[i] = u[0] * n
		water.N[i] = (1 - u[0]) * n
	}
	return nil
}

// Tangent is the product rule on Solve.
func (c *Coalescer) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	water, organic := &dout[coalescerWater], &dout[coalescerOrganic]
	mergeTangent(c.system, in, out[coalescerWater].T, din, water)
	organic.Zero(water.T)
	for i := c.first; i < c.end; i++ {
		n, dn := 0.0, water.N[i]
		for k := range in {
			n += in[k].N[i]
		}
		organic.N[i] = u[0]*dn + du[0]*n
		water.N[i] = (1-u[0])*dn - du[0]*n
	}
	return nil
}

// Observe writes the organic that stays, by volume of the water.
func (c *Coalescer) Observe(_, _ []float64, _, out []flowsheet.Stream, y []float64) {
	y[0] = 0
	if V := c.system.PhaseVolume(chem.Aqueous, out[coalescerWater].N); V > 0 {
		y[0] = c.system.PhaseVolume(chem.Organic, out[coalescerWater].N) / V
	}
}

// Explain gives the equations in words.
func (c *Coalescer) Explain() string {
	return "the share recovery of the organic phase, with the metals it holds, is taken out; water and solids pass."
}
