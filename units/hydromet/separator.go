package hydromet

import (
	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Separator is a filter, thickener or centrifuge with a given recovery r of liquid. Its inlets are merged; then
//
//	filtrate = r · liquid        retained = (1 − r) · liquid        solid = all solids
//
// with liquid everything that is not solid. The retained liquid wets the cake: it leaves at "retained" when that port is
// connected, else with the solids.
//
// Assumptions: no solids in the filtrate, no washing, no reaction, no holdup; the liquid in the cake is the filtrate.
// Validity: 0 ≤ r ≤ 1. Degrees of freedom: r.
type Separator struct {
	dials
	system     *chem.System
	first, end int // solid components
	cake       int // the outlet of the retained liquid
}

const ( // places of the outlets
	separatorSolid = iota
	separatorFiltrate
	separatorRetained
)

// NewSeparator makes a solid–liquid separator.
func NewSeparator() flowsheet.Unit { return new(Separator) }

// Init reads liquid_recovery.
func (s *Separator) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	s.system = env.System
	s.first, s.end = env.System.Span(chem.Solid)
	s.read(env.Param, "liquid_recovery", "1", conf.Fraction)
	s.cake = separatorSolid
	// A plain list of three outlets connects all ports in their order.
	for i, port := range env.Out {
		if port == "retained" || port == "3" && i == separatorRetained {
			s.cake = separatorRetained
		}
	}
	out := ports("solid", "filtrate", "retained")
	out[separatorRetained].Optional = true
	return flowsheet.Spec{In: inlets(env), Out: out, Handles: s.handles}, nil
}

// Solve merges the inlets into the place of the solids and then takes the liquid out.
func (s *Separator) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := s.check(u); err != nil {
		return err
	}
	solid, filtrate, retained := &out[separatorSolid], &out[separatorFiltrate], &out[separatorRetained]
	merge(s.system, in, solid)
	filtrate.Zero(solid.T)
	retained.Zero(solid.T)
	cake := out[s.cake].N
	for i, n := range solid.N {
		if i < s.first || i >= s.end {
			filtrate.N[i], solid.N[i] = u[0]*n, 0
			cake[i] = (1 - u[0]) * n
		}
	}
	return nil
}

// Tangent is the product rule on Solve; the liquid is recovered from the outlets.
func (s *Separator) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	dsolid, dfiltrate, dretained := &dout[separatorSolid], &dout[separatorFiltrate], &dout[separatorRetained]
	mergeTangent(s.system, in, out[separatorSolid].T, din, dsolid)
	dfiltrate.Zero(dsolid.T)
	dretained.Zero(dsolid.T)
	dcake := dout[s.cake].N
	for i, dn := range dsolid.N {
		if i < s.first || i >= s.end {
			n := out[separatorFiltrate].N[i] + out[s.cake].N[i]
			dfiltrate.N[i], dsolid.N[i] = u[0]*dn+du[0]*n, 0
			dcake[i] = (1-u[0])*dn - du[0]*n
		}
	}
	return nil
}

// Explain gives the equations in words.
func (s *Separator) Explain() string {
	return "all solids leave as cake; liquid_recovery of the liquid leaves as filtrate, the rest wets the cake with the same composition."
}
