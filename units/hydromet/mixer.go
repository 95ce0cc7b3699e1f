package hydromet

import (
	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// Mixer joins any number of streams:
//
//	n_i = Σ_k n_ik        T = Σ_k m_k T_k / Σ_k m_k
//
// Assumptions: no reaction, no holdup, no heat of mixing, one specific heat for all matter. When every inlet is empty, T is
// that of the first inlet. Validity: none. Degrees of freedom: none.
type Mixer struct{ system *chem.System }

// NewMixer makes a mixer.
func NewMixer() flowsheet.Unit { return new(Mixer) }

// Init takes any number of inlets.
func (m *Mixer) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	m.system = env.System
	return flowsheet.Spec{In: inlets(env), Out: ports("out")}, nil
}

// Solve adds the inlets.
func (m *Mixer) Solve(_ *flowsheet.Stage, _, _ []float64, in, out []flowsheet.Stream) error {
	merge(m.system, in, &out[0])
	return nil
}

// Tangent differentiates the sum and the mean.
func (m *Mixer) Tangent(_ *flowsheet.Stage, _, _ []float64, in, out []flowsheet.Stream, _, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	mergeTangent(m.system, in, out[0].T, din, &dout[0])
	return nil
}

// Explain gives the equations in words.
func (m *Mixer) Explain() string {
	return "moles add; the temperature is the mean of the inlets weighted by mass (equal specific heat, no heat of mixing)."
}
