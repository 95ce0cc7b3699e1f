package hydromet

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// CarryDown lets the oxalates that have formed in a slurry carry down traces of other rare earths, which equilibrium with pure salts leaves in
// solution: rare-earth oxalates form mixed crystals. Of a rare earth with s in solids and a dissolved, mol/s, and S and A of all together,
//
//	s leaves = max(s, (s + a) D S/(D S + A))          homogeneous distribution, D = distribution
//	M+3 + 3/2 C2O4-2 + 5 H2O -> 1/2 M2(C2O4)3·10H2O   of what is added
//
// Assumptions: one D for all (D = 1: no preference of the crystal); the liquor is not brought to equilibrium again.
// Degrees of freedom: distribution.
// Source: the law of Henderson and Kraček; D = 1 is assumed.
type CarryDown struct {
	dials
	system         *chem.System
	oxalate, water int
	solids         []dried // of rare earths
	moved, dmoved  []float64
}

// NewCarryDown makes a carry-down.
func NewCarryDown() flowsheet.Unit { return &CarryDown{} }

// Init reads distribution.
func (c *CarryDown) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	s := env.System
	c.system = s
	for _, k := range oxalates(s) {
		if s.Elements[s.Components[k.solid].Key].Group == "ree" {
			c.solids = append(c.solids, k)
		}
	}
	if len(c.solids) == 0 {
		return flowsheet.Spec{}, fmt.Errorf(`there is no oxalate of a rare earth: add "aqueous", "water" and "oxalate" to chemistry.families`)
	}
	c.oxalate, _ = s.Index("C2O4-2")
	c.water = s.Solvent(chem.Aqueous)
	c.moved, c.dmoved = make([]float64, len(c.solids)), make([]float64, len(c.solids))
	const usual = 1.0
	c.add("distribution", "1", env.Param.QuantityOr("distribution", "1", usual, conf.Between(0, 100)), conf.Between(0, 100))
	spec := flowsheet.Spec{In: ports("slurry"), Out: ports("slurry"), Handles: c.handles, Signals: []flowsheet.Variable{{Name: "carried", Unit: "1", Scale: 1e-4}}}
	if !env.Param.Has("distribution") {
		spec.Constants = []chem.Constant{{Name: "carry_down.distribution", Value: usual, Unit: "1", Class: chem.Assumed,
			Source: "rare earths in mixed crystals of their oxalates: no preference; no measurement opened"}}
	}
	return spec, nil
}

// carried is what is carried down of each, with its derivative along (dD, dn).
func (c *CarryDown) carried(D, dD float64, n, dn []float64) {
	var S, dS, A, dA float64
	for _, k := range c.solids {
		S, dS = S+n[k.solid]/k.solids, dS+dn[k.solid]/k.solids
		A, dA = A+n[k.ion], dA+dn[k.ion]
	}
	all, dall := D*S+A, dD*S+D*dS+dA
	for i, k := range c.solids {
		c.moved[i], c.dmoved[i] = 0, 0
		s, ds := n[k.solid]/k.solids, dn[k.solid]/k.solids
		if total := s + n[k.ion]; S > 0 && all > 0 && total > 0 {
			share := D * S / all
			if more := total*share - s; more > 0 {
				c.moved[i] = more
				c.dmoved[i] = (ds+dn[k.ion])*share + total*(dD*S+D*dS-share*dall)/all - ds
			}
		}
	}
}

// Solve carries down.
func (c *CarryDown) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := c.check(u); err != nil {
		return err
	}
	c.carried(u[0], 0, in[0].N, in[0].N)
	out[0].Copy(in[0])
	c.move(c.moved, out[0].N)
	if n := out[0].N[c.oxalate]; n < 0 && in[0].N[c.oxalate] >= 0 {
		return fmt.Errorf("oxalate short: what is carried down takes %.4g mol/s, %.4g mol/s are dissolved", in[0].N[c.oxalate]-n, in[0].N[c.oxalate])
	}
	return nil
}

// move takes ions to their oxalates.
func (c *CarryDown) move(moved, to []float64) {
	for i, k := range c.solids {
		to[k.ion] -= moved[i]
		to[c.oxalate] -= k.oxalate * moved[i]
		to[c.water] -= k.water * moved[i]
		to[k.solid] += k.solids * moved[i]
	}
}

// Tangent is the product rule on Solve.
func (c *CarryDown) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	c.carried(u[0], du[0], in[0].N, din[0].N)
	dout[0].Copy(din[0])
	c.move(c.dmoved, dout[0].N)
	return nil
}

// Observe writes the share of the dissolved rare earths that is carried down.
func (c *CarryDown) Observe(_, _ []float64, in, out []flowsheet.Stream, y []float64) {
	y[0] = 0
	before, after := 0.0, 0.0
	for _, k := range c.solids {
		before += in[0].N[k.ion]
		after += out[0].N[k.ion]
	}
	if before > 0 {
		y[0] = 1 - after/before
	}
}

// Explain gives the equations in words.
func (c *CarryDown) Explain() string {
	return "of each rare earth at least the share D S/(D S + A) is in the solids, S and A being all that is precipitated and dissolved: mixed crystals carry down traces that pure salts would leave in solution."
}
