package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Crusher breaks the solids to a given size; matter passes unchanged. Sizes follow Rosin and Rammler, the work Bond:
//
//	passing F(x) = 1 − exp(−(x/size)^(2/width))        P80 = size · (ln 5)^(width/2)
//	work = m · 10 · work_index · (1/√P80_product − 1/√P80_feed)        P80 in µm, m of the solids
//
// size is the 63.2 % passing size of Rosin and Rammler: F(size) = 1 − 1/e. The source of this form calls that parameter the
// median, which it is not: the size that half the mass passes is size · (ln 2)^(width/2).
//
// Assumptions: one width for feed and product, dry solids alone take work, no heat, no fines lost. The work index is
// that of the ore, for one stage. Validity: Bond's third law, feed from some centimetres to product of some tens of micrometres; a product
// P80 below 5 mm leaves the range of crushers (then it is a mill). Degrees of freedom: feed_size, product_size, width,
// work_index.
// Source: F. C. Bond, Trans. AIME 193 (1952) 484; P. Rosin, E. Rammler, J. Inst. Fuel 7 (1933) 29; the case is
// PrOMMiS, commit 9beba554, src/prommis/solid_handling/crusher.py.
type Crusher struct {
	dials
	system     *chem.System
	first, end int // solid components
}

const ( // places in u
	crusherFeedSize = iota
	crusherProductSize
	crusherWidth
	crusherWorkIndex
)

const ( // signals
	crusherFeedP80 = iota
	crusherProductP80
	crusherWork
)

// millLimit is the finest product P80 that a crusher makes, m.
const millLimit = 5e-3

// NewCrusher makes a crusher.
func NewCrusher() flowsheet.Unit { return new(Crusher) }

// Init reads feed_size, product_size, width and work_index.
func (c *Crusher) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	c.system = env.System
	c.first, c.end = env.System.Span(chem.Solid)
	sizes := conf.Between(1e-6, 10)
	c.read(env.Param, "feed_size", "m", sizes)
	c.read(env.Param, "product_size", "m", sizes)
	c.read(env.Param, "width", "1", conf.Between(0.05, 20))
	c.read(env.Param, "work_index", "J/kg", conf.NonNegative)
	feed, product := c.handles[crusherFeedSize].Value, c.handles[crusherProductSize].Value
	if product > feed && !env.Param.Faulty("") {
		env.Param.Fault("product_size", "%g m is coarser than the feed, %g m: a crusher does not grow its feed", product, feed)
	}
	return flowsheet.Spec{
		In: ports("in"), Out: ports("out"), Handles: c.handles,
		Signals: []flowsheet.Variable{
			crusherFeedP80:    {Name: "P80_feed", Unit: "m", Scale: 0.1},
			crusherProductP80: {Name: "P80_product", Unit: "m", Scale: 0.1},
			crusherWork:       {Name: "work", Unit: "W", Scale: 100},
		},
	}, nil
}

// Solve passes the solids on.
func (c *Crusher) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := c.check(u); err != nil {
		return err
	}
	if u[crusherProductSize] > u[crusherFeedSize] {
		return fmt.Errorf("product_size %g m is coarser than feed_size %g m", u[crusherProductSize], u[crusherFeedSize])
	}
	out[0].Copy(in[0])
	return nil
}

// Tangent passes the direction on.
func (c *Crusher) Tangent(_ *flowsheet.Stage, _, _ []float64, _, _ []flowsheet.Stream, _, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	dout[0].Copy(din[0])
	return nil
}

// p80 is the 80 % passing size of a Rosin–Rammler size and width.
func p80(size, width float64) float64 { return size * math.Pow(math.Log(5), width/2) }

// Observe gives both 80 % passing sizes and the work.
func (c *Crusher) Observe(u, _ []float64, in, _ []flowsheet.Stream, y []float64) {
	feed, product := p80(u[crusherFeedSize], u[crusherWidth]), p80(u[crusherProductSize], u[crusherWidth])
	y[crusherFeedP80], y[crusherProductP80] = feed, product
	const bond = 10 * 1e-3 // Bond counts sizes in µm: 10·√(1 µm), in √m
	y[crusherWork] = bond * u[crusherWorkIndex] * c.system.PhaseMass(chem.Solid, in[0].N) * (1/math.Sqrt(product) - 1/math.Sqrt(feed))
}

// Report warns of a product finer than crushers make.
func (c *Crusher) Report(u, _ []float64, _, _ []flowsheet.Stream) (r flowsheet.Report) {
	if size := p80(u[crusherProductSize], u[crusherWidth]); size < millLimit {
		r.Warnings = append(r.Warnings, flowsheet.Warning{
			Code: "outside_range", Where: "P80_product", Value: size, Limit: millLimit, Unit: "m",
			Text: fmt.Sprintf("P80 of the product is %.3g mm: finer than %g mm is the work of a mill", 1000*size, 1000*millLimit),
		})
	}
	return r
}

// Explain gives the equations in words.
func (c *Crusher) Explain() string {
	return "work = solids x 10 x work_index x (1/sqrt(P80 product) - 1/sqrt(P80 feed)) with P80 in um (Bond 1952); " +
		"P80 = size x (ln 5)^(width/2), Rosin-Rammler, with size the 63.2 % passing size (the source of the form calls it a median); matter passes unchanged."
}
