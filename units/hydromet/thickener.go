package hydromet

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Thickener is a thickener or clarifier with given solids in both outlets. Its inlets are merged; with the solids S and liquid L fed
// (mass), the liquid's density ρ, x = underflow_solids (mass fraction) and c = overflow_solids (mass per liquid volume):
//
//	liquid of the underflow = r (S − S_o)        r = (1 − x)/x        S_o = c (L − r S)/(ρ − c r)        solids of the overflow
//
// A feed so clear that S_o would be above S settles nothing: all of it overflows.
//
// The rise rate, overflow volume over area, is a check and not a limit: where area is given, Report warns above
// rise_limit. Its default, 0.55 gpm/ft2 (1.34 m/h), is that of AMDTreat 6.0 for conventional clarifiers, assumed; a solids contact
// clarifier has 1.5 gpm/ft2 there.
//
// Assumptions: liquid is everything that is not solid, alike in both outlets; one settling for all solids; no reaction, no
// holdup. Validity: that of the two solids contents, which depend on floc and flux; the unit does not know them.
// Degrees of freedom: underflow_solids, overflow_solids, area, rise_limit.
type Thickener struct {
	dials
	system     *chem.System
	first, end int // solid components
	area       bool
	thick      string    // what the thick outlet is called
	still      []float64 // a direction that moves no handle
	scratch    []float64
}

const ( // places in u
	thickenerUnderflow = iota
	thickenerOverflow
	thickenerLimit
	thickenerArea // where it is given
)

// NewThickener makes a thickener.
func NewThickener() flowsheet.Unit { return new(Thickener) }

// Init reads underflow_solids, overflow_solids, area and rise_limit.
func (k *Thickener) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	k.system, k.thick = env.System, "underflow"
	k.first, k.end = env.System.Span(chem.Solid)
	k.read(t, "underflow_solids", "1", conf.Between(1e-3, 1))
	clear := conf.Between(0, 500)
	k.add("overflow_solids", "kg/m3", t.QuantityOr("overflow_solids", "kg/m3", 0, clear), clear)
	const limit = 0.55 * 3.785411784e-3 / 60 / 0.09290304 // 0.55 gpm/ft2 in m/s
	k.add("rise_limit", "m/s", t.QuantityOr("rise_limit", "m/s", limit, conf.Positive), conf.Positive)
	spec := flowsheet.Spec{In: inlets(env), Out: ports("underflow", "overflow")}
	if k.area = t.Has("area"); k.area {
		k.read(t, "area", "m2", conf.Positive)
		spec.Signals = []flowsheet.Variable{{Name: "rise_rate", Unit: "m/s", Scale: 1e-4}}
		if !t.Has("rise_limit") {
			spec.Constants = []chem.Constant{{Name: "rise_limit", Value: limit, Unit: "m/s", Class: chem.Assumed,
				Source: "AMDTreat 6.0 (OSMRE), conventional clarifier, 0.55 gpm/ft2"}}
		}
	}
	spec.Handles = k.handles
	k.still, k.scratch = make([]float64, len(k.handles)), make([]float64, len(env.System.Components))
	return spec, nil
}

// settled is where the solids and the liquid go, in shares of what is fed.
type settled struct {
	lost, held float64 // solids that overflow; liquid that leaves with the underflow
	nothing    bool    // all of it overflows
}

// settle parts S kg/s of solids and L of liquid in V m3/s. In a direction d holds the derivatives of S, L and V and du those of the
// handles; the second result is then that of the shares.
func (k *Thickener) settle(S, L, V float64, u []float64, d [3]float64, du []float64) (s, ds settled) {
	x, c := u[thickenerUnderflow], u[thickenerOverflow]
	r := (1 - x) / x
	dr, dc := -du[thickenerUnderflow]/(x*x), du[thickenerOverflow]
	if S <= 0 {
		return settled{nothing: true}, ds
	}
	if c > 0 {
		density := L / V
		above, below := c*(L/S-r), density-c*r
		s.lost = above / below
		if !(s.lost >= 0 && s.lost < 1) { // clearer than the overflow may be, or c as thick as the underflow
			return settled{nothing: true}, ds
		}
		dabove := dc*(L/S-r) + c*((d[1]-L/S*d[0])/S-dr)
		dbelow := (d[1]-density*d[2])/V - dc*r - c*dr
		ds.lost = (dabove - s.lost*dbelow) / below
	} else if dc != 0 && V > 0 {
		ds.lost = dc * (L/S - r) / (L / V)
	}
	s.held = r * S * (1 - s.lost) / L
	ds.held = (dr*S*(1-s.lost)+r*d[0]*(1-s.lost)-r*S*ds.lost)/L - s.held*d[1]/L
	return s, ds
}

// Solve merges the inlets into the place of the overflow and then takes the underflow out.
func (k *Thickener) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := k.check(u); err != nil {
		return err
	}
	under, over := &out[0], &out[1]
	merge(k.system, in, over)
	under.Zero(over.T)
	S, L, V := k.amounts(over.N)
	if r := (1 - u[thickenerUnderflow]) / u[thickenerUnderflow]; S > 0 && L < r*S {
		return fmt.Errorf("the feed has %.4g %% solids, more than the %s with %.4g %%", 100*S/(S+L), k.thick, 100*u[thickenerUnderflow])
	}
	s, _ := k.settle(S, L, V, u, [3]float64{}, k.still)
	if s.nothing {
		return nil
	}
	for i, n := range over.N {
		share := s.held
		if i >= k.first && i < k.end {
			share = 1 - s.lost
		}
		under.N[i] = share * n
		over.N[i] = n - under.N[i]
	}
	return nil
}

// amounts are solids and liquid, kg/s, and the volume of the liquid, m3/s.
func (k *Thickener) amounts(n []float64) (S, L, V float64) {
	S = k.system.PhaseMass(chem.Solid, n)
	return S, k.system.Mass(n) - S, k.system.Volume(n) - k.system.PhaseVolume(chem.Solid, n)
}

// Tangent is the product rule on Solve; what is fed is the sum of the outlets.
func (k *Thickener) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	under, over := &dout[0], &dout[1]
	mergeTangent(k.system, in, out[1].T, din, over)
	under.Zero(over.T)
	fed := k.scratch
	for i := range fed {
		fed[i] = out[0].N[i] + out[1].N[i]
	}
	S, L, V := k.amounts(fed)
	var d [3]float64
	d[0], d[1], d[2] = k.amounts(over.N)
	s, ds := k.settle(S, L, V, u, d, du)
	if s.nothing {
		return nil
	}
	for i, dn := range over.N {
		share, dshare := s.held, ds.held
		if i >= k.first && i < k.end {
			share, dshare = 1-s.lost, -ds.lost
		}
		under.N[i] = share*dn + dshare*fed[i]
		over.N[i] = dn - under.N[i]
	}
	return nil
}

// Observe gives the rise rate.
func (k *Thickener) Observe(u, _ []float64, _, out []flowsheet.Stream, y []float64) {
	if k.area {
		y[0] = k.system.Volume(out[1].N) / u[thickenerArea]
	}
}

// Report warns of a rise rate above its limit, and of a feed that settles nothing.
func (k *Thickener) Report(u, _ []float64, _, out []flowsheet.Stream) (r flowsheet.Report) {
	if k.area {
		if rise := k.system.Volume(out[1].N) / u[thickenerArea]; rise > u[thickenerLimit] {
			r.Warnings = append(r.Warnings, flowsheet.Warning{Code: "outside_range", Where: "rise_rate", Value: rise, Limit: u[thickenerLimit], Unit: "m/s",
				Text: fmt.Sprintf("the overflow rises with %.3g m/h, above %.3g m/h: the area is too small for clear water", 3600*rise, 3600*u[thickenerLimit])})
		}
	}
	if S := k.system.PhaseMass(chem.Solid, out[1].N); S > 0 && k.system.PhaseMass(chem.Solid, out[0].N) == 0 {
		r.Warnings = append(r.Warnings, flowsheet.Warning{Code: "nothing_settles", Where: k.thick, Value: S, Unit: "kg/s",
			Text: "the feed has no more solids than the overflow may have: all of it overflows"})
	}
	return r
}

// Explain gives the equations in words.
func (k *Thickener) Explain() string {
	return "underflow and overflow have the given solids; the liquid is alike in both. rise_rate = overflow volume / area is checked against rise_limit, not enforced."
}
