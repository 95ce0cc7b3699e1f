package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Filter is a filter press or belt with a cake wash. Per kg of cake solids the cake holds C = w/(1−w) kg of liquid, w = moisture;
// with the wash ratio N = wash/C, both in mass of liquid, a share f of the mother liquor stays in it:
//
//	displacement: f = max[(1 − E)^N, 1 − N]        E = wash_efficiency, the share displaced at N = 1
//	dilution:     f = 1/(1 + N)                     the cake is slurried up with the wash and filtered again
//	cake = (1−ℓ) solids + f C mother liquor + (1−f) C wash        ℓ = solids_loss, to the filtrate
//	filtrate = the other liquor + ℓ solids        wash_filtrate = the other liquor and wash
//
// 1 − N is plug flow, which no wash beats. Without a stream at "wash_filtrate" it joins the filtrate.
//
// Assumptions: liquid is everything that is not solid; it holds to the cake by mass; wash and liquor do not react; one E for all
// that is dissolved; no holdup (a press in turns is averaged). Temperature: the filtrate's is that of the slurry, cake and
// wash filtrate that of their blend by mass.
// Validity: E of washed cakes is 0.35 to 0.86 (Perry's Chemical Engineers' Handbook, 8th ed., 18-2, where the form stands).
// Degrees of freedom: moisture, wash_efficiency (of displacement), solids_loss.
type Filter struct {
	dials
	system     *chem.System
	first, end int // solid components
	dilution   bool
	apart      bool // wash_filtrate has a stream of its own
}

const ( // places in u
	filterMoisture = iota
	filterLoss
	filterEfficiency // of displacement only
)

const ( // places of the outlets
	filterCake = iota
	filterFiltrate
	filterWash
)

// NewFilter makes a filter.
func NewFilter() flowsheet.Unit { return new(Filter) }

// Init reads moisture, solids_loss, wash and wash_efficiency.
func (f *Filter) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	f.system = env.System
	f.first, f.end = env.System.Span(chem.Solid)
	moistures := conf.Between(0, 0.95)
	f.read(t, "moisture", "1", moistures)
	f.add("solids_loss", "1", t.QuantityOr("solids_loss", "1", 0, conf.Fraction), conf.Fraction)
	f.dilution = t.ChoiceOr("wash", "displacement", "displacement", "dilution") == "dilution"
	if !f.dilution {
		f.add("wash_efficiency", "1", t.QuantityOr("wash_efficiency", "1", 0.7, conf.Fraction), conf.Fraction)
	}
	for k, port := range env.Out {
		f.apart = f.apart || port == "wash_filtrate" || port == "3" && k == filterWash
	}
	out := ports("cake", "filtrate", "wash_filtrate")
	out[filterWash].Optional = true
	in := ports("slurry", "wash")
	in[1].Optional = true
	spec := flowsheet.Spec{In: in, Out: out, Handles: f.handles, Signals: []flowsheet.Variable{
		{Name: "wash_ratio", Unit: "1", Scale: 1}, {Name: "liquor_left", Unit: "1", Scale: 1},
	}}
	if !f.dilution && !t.Has("wash_efficiency") {
		spec.Constants = []chem.Constant{{Name: "wash_efficiency", Value: 0.7, Unit: "1", Class: chem.Assumed,
			Source: "middle of the 0.35 to 0.86 of washed cakes, Perry's Chemical Engineers' Handbook, 8th ed., section 18"}}
	}
	return spec, nil
}

// masses gives the solids of the slurry, its liquid and that of the wash, kg/s; in a direction their derivatives.
func (f *Filter) masses(in []flowsheet.Stream) (solids, liquor, wash float64) {
	solids = f.system.PhaseMass(chem.Solid, in[0].N)
	return solids, f.system.Mass(in[0].N) - solids, f.system.Mass(in[1].N) - f.system.PhaseMass(chem.Solid, in[1].N)
}

// cakeWash is where liquor and wash go.
type cakeWash struct {
	liquid         float64 // C, that of the cake, kg/s
	ratio          float64 // N, 0 for a dry cake
	held           float64 // share of the liquor that the cake holds before the wash
	share          float64 // f
	replaced       float64 // share of the wash that stays in the cake
	solids, liquor float64
	wash           float64
}

// wash parts liquor and wash.
func (f *Filter) wash(u []float64, in []flowsheet.Stream) (c cakeWash) {
	c.solids, c.liquor, c.wash = f.masses(in)
	c.share = 1
	if c.liquid = (1 - u[filterLoss]) * c.solids * u[filterMoisture] / (1 - u[filterMoisture]); c.liquid <= 0 {
		return c
	}
	c.held = c.liquid / c.liquor
	c.ratio = c.wash / c.liquid
	c.share, _, _ = f.left(u, c.ratio)
	if c.wash > 0 {
		c.replaced = (1 - c.share) * c.liquid / c.wash
	} else {
		_, slope, _ := f.left(u, 0)
		c.replaced = -slope
	}
	return c
}

// left is the share of mother liquor that stays at a wash ratio, with its slopes to the ratio and to the efficiency.
func (f *Filter) left(u []float64, ratio float64) (share, slope, toE float64) {
	if f.dilution {
		share = 1 / (1 + ratio)
		return share, -share * share, 0
	}
	E := u[filterEfficiency]
	share = math.Pow(1-E, ratio)
	ln := math.Log(1 - E)
	if share < 1-ratio || ratio == 0 && ln < -1 {
		return 1 - ratio, -1, 0
	}
	if share == 0 {
		return 0, 0, 0
	}
	return share, share * ln, -ratio * share / (1 - E)
}

// Solve writes cake and filtrates.
func (f *Filter) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := f.check(u); err != nil {
		return err
	}
	for i := f.first; i < f.end; i++ {
		if n := in[1].N[i]; n != 0 {
			return fmt.Errorf("the wash brings %.4g mol/s of solid %s", n, f.system.Components[i].Name)
		}
	}
	c := f.wash(u, in)
	switch {
	case c.liquid > c.liquor:
		return fmt.Errorf("moisture is %.4g: the cake would hold %.4g kg/s of liquid, the slurry brings %.4g", u[filterMoisture], c.liquid, c.liquor)
	case c.wash < 0:
		return fmt.Errorf("the wash has a mass of %.4g kg/s", c.wash)
	}
	cake, filtrate, washed := &out[filterCake], &out[filterFiltrate], &out[filterWash]
	T, _ := blend(in, (1-u[filterLoss])*c.solids+c.liquid, c.wash)
	cake.Zero(T)
	filtrate.Zero(in[0].T)
	washed.Zero(T)
	if !f.apart {
		washed = filtrate
		filtrate.T, _ = blend(in, c.liquor+u[filterLoss]*c.solids, c.wash)
	}
	for i, n := range in[0].N {
		if i >= f.first && i < f.end {
			cake.N[i], filtrate.N[i] = (1-u[filterLoss])*n, u[filterLoss]*n
			continue
		}
		w := in[1].N[i]
		cake.N[i] = c.held*c.share*n + c.replaced*w
		filtrate.N[i] += (1 - c.held) * n
		washed.N[i] += c.held*(1-c.share)*n + (1-c.replaced)*w
	}
	return nil
}

// blend is the mean temperature of a mass of slurry and one of wash, and the share of the wash in it.
func blend(in []flowsheet.Stream, mass, wash float64) (T, share float64) {
	if !(mass+wash > 0) || math.IsInf(mass+wash, 0) {
		return in[0].T, 0
	}
	share = wash / (mass + wash)
	return in[0].T + (in[1].T-in[0].T)*share, share
}

// blendTangent is the derivative of its temperature.
func blendTangent(in, din []flowsheet.Stream, mass, wash, dmass, dwash float64) float64 {
	_, share := blend(in, mass, wash)
	d := din[0].T + (din[1].T-din[0].T)*share
	if mass+wash > 0 {
		d += (in[1].T - in[0].T) * (dwash - share*(dmass+dwash)) / (mass + wash)
	}
	return d
}

// direction is the derivative of wash.
func (f *Filter) direction(c cakeWash, u, du []float64, din []flowsheet.Stream) (d cakeWash) {
	d.solids, d.liquor, d.wash = f.masses(din)
	keep, wet := 1-u[filterLoss], u[filterMoisture]/(1-u[filterMoisture])
	d.liquid = (keep*d.solids-du[filterLoss]*c.solids)*wet + keep*c.solids*du[filterMoisture]/((1-u[filterMoisture])*(1-u[filterMoisture]))
	if c.liquid <= 0 {
		return d
	}
	d.held = (d.liquid - c.held*d.liquor) / c.liquor
	d.ratio = (d.wash - c.ratio*d.liquid) / c.liquid
	_, slope, toE := f.left(u, c.ratio)
	d.share = slope * d.ratio
	if !f.dilution {
		d.share += toE * du[filterEfficiency]
	}
	if c.wash > 0 {
		d.replaced = ((1-c.share)*d.liquid - d.share*c.liquid - c.replaced*d.wash) / c.wash
	}
	return d
}

// Tangent is the product rule on Solve.
func (f *Filter) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	c := f.wash(u, in)
	d := f.direction(c, u, du, din)
	loss, dloss := u[filterLoss], du[filterLoss]
	cake, filtrate, washed := &dout[filterCake], &dout[filterFiltrate], &dout[filterWash]
	T := blendTangent(in, din, (1-loss)*c.solids+c.liquid, c.wash, (1-loss)*d.solids-dloss*c.solids+d.liquid, d.wash)
	cake.Zero(T)
	filtrate.Zero(din[0].T)
	washed.Zero(T)
	if !f.apart {
		washed = filtrate
		filtrate.T = blendTangent(in, din, c.liquor+loss*c.solids, c.wash, d.liquor+dloss*c.solids+loss*d.solids, d.wash)
	}
	for i, dn := range din[0].N {
		n, w, dw := in[0].N[i], in[1].N[i], din[1].N[i]
		if i >= f.first && i < f.end {
			cake.N[i], filtrate.N[i] = (1-loss)*dn-dloss*n, loss*dn+dloss*n
			continue
		}
		stays := d.held*c.share*n + c.held*d.share*n + c.held*c.share*dn
		cake.N[i] = stays + d.replaced*w + c.replaced*dw
		filtrate.N[i] += (1-c.held)*dn - d.held*n
		washed.N[i] += d.held*n + c.held*dn - stays + (1-c.replaced)*dw - d.replaced*w
	}
	return nil
}

// Observe gives the wash ratio (0 where the cake is dry) and the share of mother liquor left in the cake.
func (f *Filter) Observe(u, _ []float64, in, _ []flowsheet.Stream, y []float64) {
	c := f.wash(u, in)
	y[0], y[1] = c.ratio, c.share
}

// Report warns of an efficiency beyond what cakes show.
func (f *Filter) Report(u, _ []float64, in, _ []flowsheet.Stream) (r flowsheet.Report) {
	const most = 0.86
	if _, _, wash := f.masses(in); !f.dilution && wash > 0 && u[filterEfficiency] > most {
		r.Warnings = append(r.Warnings, flowsheet.Warning{Code: "outside_range", Where: "wash_efficiency", Value: u[filterEfficiency], Limit: most, Unit: "1",
			Text: "cakes are washed with an efficiency of 0.35 to 0.86"})
	}
	return r
}

// Explain gives the equations in words.
func (f *Filter) Explain() string {
	if f.dilution {
		return "the cake holds its moisture; the share of mother liquor left in it is 1/(1 + N), N = wash/liquid of the cake by mass (slurried up with the wash)."
	}
	return "the cake holds its moisture; the share of mother liquor left in it is (1 - E)^N, not less than 1 - N, " +
		"N = wash/liquid of the cake by mass, E = wash_efficiency (displacement)."
}
