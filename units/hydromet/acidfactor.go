package hydromet

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
)

// AcidFactor multiplies the total acidity of a stream and changes nothing else:
//
//	n_H+(out) = factor · n_H+(in)        acid_jump = (factor − 1) · n_H+(in) as H+, drawn from outside
//
// It is no equipment. It reproduces one published case whose two property packages count H+ with 1.000 and 1.008 g/mol, so
// that acid appears at the border between them: the drawn port keeps the balances honest about it.
// Source: prommis/prommis, commit 9beba554, sulfuric_acid_leaching_properties.py and hcl_stripping_properties.py.
//
// Validity: only that case. Degrees of freedom: factor.
type AcidFactor struct {
	dials
	acid int
}

// NewAcidFactor makes an acid factor.
func NewAcidFactor() flowsheet.Unit { return new(AcidFactor) }

// Init reads factor.
func (a *AcidFactor) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	a.read(env.Param, "factor", "1", conf.Positive)
	var ok bool
	if a.acid, ok = env.System.Index("H+"); !ok {
		return flowsheet.Spec{}, fmt.Errorf("the system has no component H+; add the family aqueous to [chemistry]")
	}
	out := ports("out", "acid_jump")
	out[1].Drawn = true
	return flowsheet.Spec{In: ports("in"), Out: out, Handles: a.handles}, nil
}

// Solve multiplies the acidity.
func (a *AcidFactor) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := a.check(u); err != nil {
		return err
	}
	out[0].Copy(in[0])
	out[1].Zero(in[0].T)
	out[0].N[a.acid] = u[0] * in[0].N[a.acid]
	out[1].N[a.acid] = (u[0] - 1) * in[0].N[a.acid]
	return nil
}

// Tangent is the product rule on Solve.
func (a *AcidFactor) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	dout[0].Copy(din[0])
	dout[1].Zero(din[0].T)
	jump := du[0] * in[0].N[a.acid]
	dout[0].N[a.acid] = u[0]*din[0].N[a.acid] + jump
	dout[1].N[a.acid] = (u[0]-1)*din[0].N[a.acid] + jump
	return nil
}

// Explain gives the equations in words.
func (a *AcidFactor) Explain() string {
	return "total acidity is multiplied by factor, the difference is drawn from outside: a quirk of one published case, not equipment."
}
