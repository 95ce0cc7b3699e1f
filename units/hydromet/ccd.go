package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// CCD is a train of thickeners in counter-current decantation: slurry enters stage 1, wash the last stage, and the overflow of each
// stage meets the underflow of the one before it. Every underflow has underflow_solids x by mass, so U = S (1−x)/x of liquid; the
// overflows are clear. In stage k a share E = mixing_efficiency of the liquor that comes with the solids mixes with the
// overflow of stage k+1, the rest stays with the solids (in stage 1 all of the feed's mixes). In liquor masses and, alike, moles:
//
//	pool_k = E u_{k−1} + o_{k+1}        u_k = (1−E) u_{k−1} + φ_k pool_k        o_k = (1 − φ_k) pool_k
//
// φ_k follows from the masses: U = (1−E) U + φ_k (E U + O_{k+1}), O_{k+1} = wash for all stages. Without mixing faults and for a feed with
// as much liquor as an underflow, the liquor lost is (R − 1)/(R^(n+1) − 1) of it, R = wash/U.
//
// Assumptions: liquid is everything that is not solid and stays with the solids by mass; no reaction, no solids in the overflows,
// no holdup; one temperature, the blend of feed and wash by mass.
// Validity: textbook counter-current washing; x and E are the user's. Thickeners of such trains have x of 0.25 to 0.5, R of 1.5 to 3
// and E of 0.9 to 0.98 (general practice, assumed).
// Degrees of freedom: underflow_solids, mixing_efficiency; stages is fixed.
type CCD struct {
	dials
	system     *chem.System
	first, end int // solid components
	stages     int
	answers    [][2]slope // scratch: answer of the underflow of each stage to that before it, and to the wash
}

const ( // places in u
	ccdUnderflow = iota
	ccdEfficiency
)

// NewCCD makes a CCD train.
func NewCCD() flowsheet.Unit { return new(CCD) }

// Init reads stages, underflow_solids and mixing_efficiency.
func (c *CCD) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	c.system = env.System
	c.first, c.end = env.System.Span(chem.Solid)
	c.stages = env.Param.Int("stages", 1, 50)
	c.answers = make([][2]slope, c.stages+1)
	solids, efficiencies := conf.Between(1e-3, 1), conf.Between(1e-3, 1)
	c.read(env.Param, "underflow_solids", "1", solids)
	c.add("mixing_efficiency", "1", env.Param.QuantityOr("mixing_efficiency", "1", 1, efficiencies), efficiencies)
	return flowsheet.Spec{
		In: ports("slurry", "wash"), Out: ports("underflow", "overflow"), Handles: c.handles,
		Signals: []flowsheet.Variable{{Name: "wash_ratio", Unit: "1", Scale: 1}, {Name: "liquor_lost", Unit: "1", Scale: 1}},
	}, nil
}

// slope is a number with its derivative along a direction.
type slope struct{ v, d float64 }

func (a slope) plus(b slope) slope  { return slope{a.v + b.v, a.d + b.d} }
func (a slope) minus(b slope) slope { return slope{a.v - b.v, a.d - b.d} }
func (a slope) times(b slope) slope { return slope{a.v * b.v, a.d*b.v + a.v*b.d} }
func (a slope) over(b slope) slope {
	q := a.v / b.v
	return slope{q, (a.d - q*b.d) / b.v}
}

// shares gives what of the slurry's liquor and of the wash leaves with the underflow, for liquor masses fed, underflow and wash.
func (c *CCD) shares(E, fed, under, wash slope) (lost, kept slope) {
	if under.v == 0 {
		return slope{}, slope{}
	}
	one := slope{v: 1}
	// From the last stage up: o_{k+1} = a u_k + b wash; u_k = gain u_{k−1} + w wash.
	a, b := slope{}, one
	for k := c.stages; k >= 1; k-- {
		enters, e := under, E
		if k == 1 {
			enters, e = fed, one
		}
		stays := one.minus(e)
		phi := under.minus(stays.times(enters)).over(e.times(enters).plus(wash))
		rest := one.minus(phi.times(a))
		gain := stays.plus(phi.times(e)).over(rest)
		w := phi.times(b).over(rest)
		c.answers[k] = [2]slope{gain, w}
		up := one.minus(phi)
		a, b = up.times(e.plus(a.times(gain))), up.times(b.plus(a.times(w)))
	}
	lost = one
	for k := 1; k <= c.stages; k++ {
		gain, w := c.answers[k][0], c.answers[k][1]
		lost, kept = gain.times(lost), gain.times(kept).plus(w)
	}
	return lost, kept
}

// masses gives liquor and underflow liquor of the slurry and the liquid of the wash, kg/s.
func (c *CCD) masses(u []float64, in []flowsheet.Stream) (fed, under, wash float64) {
	solids := c.system.PhaseMass(chem.Solid, in[0].N)
	return c.system.Mass(in[0].N) - solids, solids * (1 - u[ccdUnderflow]) / u[ccdUnderflow],
		c.system.Mass(in[1].N) - c.system.PhaseMass(chem.Solid, in[1].N)
}

// Solve washes the solids.
func (c *CCD) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := c.check(u); err != nil {
		return err
	}
	for i := c.first; i < c.end; i++ {
		if n := in[1].N[i]; n != 0 {
			return fmt.Errorf("the wash brings %.4g mol/s of solid %s", n, c.system.Components[i].Name)
		}
	}
	fed, under, wash := c.masses(u, in)
	if fed < 0 || wash < 0 {
		return fmt.Errorf("the liquor fed has a mass of %.4g kg/s, the wash of %.4g kg/s", fed, wash)
	}
	if under > fed+wash {
		return fmt.Errorf("underflow_solids is %.4g: the underflow would hold %.4g kg/s of liquor, feed and wash bring %.4g", u[ccdUnderflow], under, fed+wash)
	}
	lost, kept := c.shares(slope{v: u[ccdEfficiency]}, slope{v: fed}, slope{v: under}, slope{v: wash})
	merge(c.system, in, &out[1])
	out[0].Zero(out[1].T)
	for i, n := range in[0].N {
		if i >= c.first && i < c.end {
			out[0].N[i], out[1].N[i] = n, 0
			continue
		}
		out[0].N[i] = lost.v*n + kept.v*in[1].N[i]
		out[1].N[i] -= out[0].N[i]
	}
	return nil
}

// Tangent is the product rule on Solve.
func (c *CCD) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	mergeTangent(c.system, in, out[1].T, din, &dout[1])
	dout[0].Zero(dout[1].T)
	fed, under, wash := c.masses(u, in)
	dfed, dunder, dwash := c.masses(u, din)
	if x := u[ccdUnderflow]; x < 1 {
		dunder -= under * du[ccdUnderflow] / (x * (1 - x))
	} else {
		dunder -= c.system.PhaseMass(chem.Solid, in[0].N) * du[ccdUnderflow]
	}
	lost, kept := c.shares(slope{u[ccdEfficiency], du[ccdEfficiency]}, slope{fed, dfed}, slope{under, dunder}, slope{wash, dwash})
	for i, dn := range din[0].N {
		if i >= c.first && i < c.end {
			dout[0].N[i], dout[1].N[i] = dn, 0
			continue
		}
		dout[0].N[i] = lost.v*dn + lost.d*in[0].N[i] + kept.v*din[1].N[i] + kept.d*in[1].N[i]
		dout[1].N[i] -= dout[0].N[i]
	}
	return nil
}

// Observe gives the wash ratio, wash over underflow liquor, and the share of the slurry's liquor that is lost with the solids.
func (c *CCD) Observe(u, _ []float64, in, _ []flowsheet.Stream, y []float64) {
	fed, under, wash := c.masses(u, in)
	y[0], y[1] = 0, 0
	if under > 0 {
		y[0] = wash / under
		if lost, _ := c.shares(slope{v: u[ccdEfficiency]}, slope{v: fed}, slope{v: under}, slope{v: wash}); !math.IsNaN(lost.v) {
			y[1] = lost.v
		}
	}
}

// Explain gives the equations in words.
func (c *CCD) Explain() string {
	return "counter-current decantation: every underflow has underflow_solids, overflows are clear; in each stage mixing_efficiency of the incoming liquor " +
		"mixes with the overflow from the next stage, the rest stays with the solids. Ideal: liquor lost = (R - 1)/(R^(n+1) - 1), R = wash/underflow liquor."
}
