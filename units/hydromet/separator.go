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
// connected, else with the solids. With solids_loss that share of the solids goes with the filtrate, with gas_recovery gas parts by it
// instead of r.
//
// Assumptions: no washing, no reaction, no holdup; the liquid in the cake is the filtrate.
// Validity: 0 ≤ r ≤ 1. Degrees of freedom: r, and solids_loss and gas_recovery where they are given.
type Separator struct {
	dials
	system     *chem.System
	first, end int   // solid components
	share      []int // per component: place in u of what goes with the filtrate, −1: nothing
	cake       int   // the outlet of the retained liquid
}

const ( // places of the outlets
	separatorSolid = iota
	separatorFiltrate
	separatorRetained
)

// NewSeparator makes a solid–liquid separator.
func NewSeparator() flowsheet.Unit { return new(Separator) }

// Init reads liquid_recovery, solids_loss and gas_recovery.
func (s *Separator) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	s.system = env.System
	s.first, s.end = env.System.Span(chem.Solid)
	s.read(env.Param, "liquid_recovery", "1", conf.Fraction)
	loss, gas := -1, 0
	if env.Param.Has("solids_loss") {
		loss = s.read(env.Param, "solids_loss", "1", conf.Fraction)
	}
	if env.Param.Has("gas_recovery") {
		gas = s.read(env.Param, "gas_recovery", "1", conf.Fraction)
	}
	for i := range s.system.Components {
		place := 0
		switch s.system.Components[i].Phase {
		case chem.Solid:
			place = loss
		case chem.Gas:
			place = gas
		}
		s.share = append(s.share, place)
	}
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
		if at := s.share[i]; at >= 0 {
			filtrate.N[i], solid.N[i] = u[at]*n, 0
			s.rest(i, cake, solid.N)[i] = (1 - u[at]) * n
		}
	}
	return nil
}

// rest is where a component goes that does not leave with the filtrate.
func (s *Separator) rest(i int, cake, solid []float64) []float64 {
	if i >= s.first && i < s.end {
		return solid
	}
	return cake
}

// Tangent is the product rule on Solve; the liquid is recovered from the outlets.
func (s *Separator) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	dsolid, dfiltrate, dretained := &dout[separatorSolid], &dout[separatorFiltrate], &dout[separatorRetained]
	mergeTangent(s.system, in, out[separatorSolid].T, din, dsolid)
	dfiltrate.Zero(dsolid.T)
	dretained.Zero(dsolid.T)
	dcake := dout[s.cake].N
	for i, dn := range dsolid.N {
		if at := s.share[i]; at >= 0 {
			n := out[separatorFiltrate].N[i] + s.rest(i, out[s.cake].N, out[separatorSolid].N)[i]
			dfiltrate.N[i], dsolid.N[i] = u[at]*dn+du[at]*n, 0
			s.rest(i, dcake, dsolid.N)[i] = (1-u[at])*dn - du[at]*n
		}
	}
	return nil
}

// Explain gives the equations in words.
func (s *Separator) Explain() string {
	return "solids leave as cake, but for solids_loss; liquid_recovery of the liquid (gas_recovery of gas, where given) leaves as filtrate, the rest wets the cake with the same composition."
}
