package pyromet

import (
	"fmt"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// FeedRoaster roasts coal refuse or ash before it is leached: its coal burns, its minerals fall apart into oxides, and rare
// earths that acid does not reach are set free. With f the conversion of each mineral and X the release of each rare earth:
//
//	C + O2 → CO2,  H + ¼ O2 → ½ H2O,  O → ½ O2,  N → ½ N2,  S + O2 → SO2       the atoms of the coal, complete
//	Al2Si2O5(OH)4 → Al2O3 + 2 SiO2 + 2 H2O        FeS2 + 2¾ O2 → ½ Fe2O3 + 2 SO2        CaCO3 → CaO + CO2       f of each
//	refractory M2O3 → M2O3                        X of each
//	product = product_recovery · solids,  dust = the rest;  water of the inlets evaporates, its salts leave by "salts"
//	heat    = H(product) + H(dust) + H(gas) − H(inlets)
//
// The coefficients come from the formula matrix: what a component of the families "mineral" and "coal" is made of ends as the
// oxide of each metal, SiO2(s), CO2, H2O, N2 and SO2, and O2 closes oxygen. heat (W) is what has to be supplied; negative
// means that it has to be taken away.
//
// Assumptions: conversions as given, whatever temperature and time; all sulfur ends as SO2, none as SO3 or sulfate; all outlets
// leave at outlet_temperature; no holdup, no loss through the shell. Validity: that of the source of conversion and release,
// which the tables must name; the enthalpies' temperature ranges, reported where left.
// Degrees of freedom: outlet_temperature, product_recovery, conversion.X, release.X; heat follows.
//
// With sulfur_dioxide = "left out" SO2 leaves by the port "left_out" and its enthalpy is not in the heat: that repeats a
// published case whose gas has no SO2 and so loses it. The default counts it.
//
// Source: PrOMMiS (github.com/prommis/prommis, commit 9beba554), src/prommis/roasting/ree_feed_roaster.py.
type FeedRoaster struct {
	hearth
	handles   []flowsheet.Handle
	reactions []decomposition
	quirk     bool // SO2 is left out
	so2       int  // component, −1 where the system has none

	cake []float64 // scratch: solids after reaction, or their derivative
}

// decomposition says what one mole of a solid becomes.
type decomposition struct {
	from   int
	handle int // of its share, −1: complete
	makes  []chem.Part
}

const roasterLeftOut = 4 // outlet after product, dust, fluegas, salts

// NewFeedRoaster makes a feed roaster to be set up by Init.
func NewFeedRoaster() flowsheet.Unit { return new(FeedRoaster) }

// Init reads outlet_temperature, product_recovery, sulfur_dioxide and the tables conversion and release.
func (r *FeedRoaster) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	p := env.Param
	hot := conf.Between(373.15, 2000)
	r.handles = []flowsheet.Handle{
		{Name: "outlet_temperature", Unit: "K", Value: p.Quantity("outlet_temperature", "K", hot), Lo: hot.Lo, Hi: hot.Hi},
		{Name: "product_recovery", Unit: "1", Value: p.Quantity("product_recovery", "1", conf.Fraction), Hi: 1},
	}
	r.quirk = p.ChoiceOr("sulfur_dioxide", "counted", "counted", "left out") == "left out"
	conversion := p.Required("conversion", `source, class, and each mineral, such as "CaCO3(s)" = "50 %"`)
	var release *conf.Table
	if p.Has("release") {
		release = p.Table("release")
	}
	spec := flowsheet.Spec{
		In:      []flowsheet.Port{{Name: "solid"}, {Name: "gas"}, {Name: "liquid", Optional: true}},
		Out:     []flowsheet.Port{{Name: "product"}, {Name: "dust"}, {Name: "gas"}, {Name: "salts"}},
		Signals: []flowsheet.Variable{{Name: "heat", Unit: "W", Scale: 1000, Lower: flowsheet.NoBound}},
	}
	if r.quirk {
		spec.Out = append(spec.Out, flowsheet.Port{Name: "left_out"})
	}
	if err := r.find(env.System); err != nil {
		return spec, err
	}
	r.cake = make([]float64, len(r.sys.Components))
	r.so2 = -1
	if i, ok := r.sys.Index("SO2(g)"); ok {
		r.so2 = i
	}
	constants, err := r.decompose(conversion)
	if err != nil {
		return spec, err
	}
	spec.Constants = append(constants, r.enthalpies()...)
	if release != nil {
		spec.Constants = append(spec.Constants, r.readRelease(release)...)
	}
	spec.Handles = r.handles
	return spec, nil
}

// decompose balances the reactions of all minerals and of the coal, and reads the conversion of each mineral.
func (r *FeedRoaster) decompose(t *conf.Table) (constants []chem.Constant, err error) {
	source, class := provenance(t)
	var minerals []string
	for i := range r.sys.Components {
		c := &r.sys.Components[i]
		d := decomposition{from: i, handle: -1}
		switch c.Family {
		case "mineral":
			minerals = append(minerals, c.Name)
			d.handle = len(r.handles)
			r.handles = append(r.handles, flowsheet.Handle{Name: "conversion." + c.Name, Unit: "1", Value: t.Quantity(c.Name, "1", conf.Fraction), Hi: 1})
			h := r.handles[d.handle]
			constants = append(constants, chem.Constant{Name: h.Name, Value: h.Value, Unit: h.Unit, Class: class, Source: source})
		case "coal":
		default:
			continue
		}
		if d.makes, err = r.products(c); err != nil {
			return nil, err
		}
		r.reactions = append(r.reactions, d)
	}
	for _, name := range t.Keys() {
		if _, ok := r.sys.Index(name); !ok && name != "source" && name != "class" {
			t.Fault(name, "no mineral of the system; %s", conf.Hint(name, minerals))
		}
	}
	t.Close()
	return constants, nil
}

// products balances what one mole of a component becomes: every element by its own product, oxygen by O2.
func (r *FeedRoaster) products(c *chem.Component) (makes []chem.Part, err error) {
	s := r.sys
	oxygen, _ := s.Element("O")
	short := c.Formula[oxygen]
	add := func(i int, n float64) {
		makes = append(makes, chem.Part{Component: i, Count: n})
		short -= n * s.Components[i].Formula[oxygen]
	}
	for e, atoms := range c.Formula {
		symbol := s.Elements[e].Symbol
		if atoms == 0 || symbol == "O" {
			continue
		}
		name, per := map[string]string{"H": "H2O(g)", "C": "CO2(g)", "N": "N2(g)", "S": "SO2(g)", "Si": "SiO2(s)"}[symbol], 1.0
		i, ok := s.Index(name)
		if name == "" {
			i = s.InFamily("oxide", e)
			ok = i >= 0
			name = "the oxide of " + symbol
		}
		if !ok {
			return nil, fmt.Errorf("%s roasts to %s, which the system does not have: add its family to chemistry.families", c.Name, name)
		}
		per = s.Components[i].Formula[e]
		add(i, atoms/per)
	}
	if short != 0 {
		add(r.o2, short/2)
	}
	return makes, nil
}

// readRelease reads which share of each refractory oxide is set free.
func (r *FeedRoaster) readRelease(t *conf.Table) (constants []chem.Constant) {
	source, class := provenance(t)
	for _, symbol := range t.Keys() {
		if symbol == "source" || symbol == "class" {
			continue
		}
		h := flowsheet.Handle{Name: "release." + symbol, Unit: "1", Value: t.Quantity(symbol, "1", conf.Fraction), Hi: 1}
		e, ok := r.sys.Element(symbol)
		if !ok {
			t.Fault(symbol, "%v", r.sys.Unknown("element", symbol, r.sys.Symbols()))
			continue
		}
		locked, free := r.sys.InFamily("refractory", e), r.sys.InFamily("oxide", e)
		if locked < 0 || free < 0 {
			t.Fault(symbol, "%s needs its oxide and its refractory oxide in the system; add the families oxide and refractory", symbol)
			continue
		}
		r.reactions = append(r.reactions, decomposition{from: locked, handle: len(r.handles), makes: []chem.Part{{Component: free, Count: 1}}})
		r.handles = append(r.handles, h)
		constants = append(constants, chem.Constant{Name: h.Name, Value: h.Value, Unit: h.Unit, Class: class, Source: source})
	}
	t.Close()
	return constants
}

// provenance reads the source and class of a table of fitted numbers.
func provenance(t *conf.Table) (source string, class chem.Class) {
	return t.Text("source"), chem.Class(t.Choice("class", "measured", "derived", "estimated", "assumed"))
}

// Solve roasts what enters; there is nothing to iterate.
func (r *FeedRoaster) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	for i, h := range r.handles {
		if !(u[i] >= h.Lo && u[i] <= h.Hi) {
			return fmt.Errorf("%s is %g, outside %g to %g (%s)", h.Name, u[i], h.Lo, h.Hi, h.Unit)
		}
	}
	if err := r.refuseOrganic(in); err != nil {
		return err
	}
	r.gather(u[outletTemperature], in, out)
	before := out[fluegas].N[r.o2]
	for _, d := range r.reactions {
		share := 1.0
		if d.handle >= 0 {
			share = u[d.handle]
		}
		r.react(d, share*feeds(in, d.from), out)
	}
	r.discharge(u[recovery], out)
	if after := out[fluegas].N[r.o2]; after < 0 {
		return fmt.Errorf("oxygen short: coal and minerals need %.6g mol/s of O2, %.6g mol/s available", before-after, before)
	}
	return r.finite(out)
}

// feeds is the flow of a component in all inlets.
func feeds(in []flowsheet.Stream, component int) (n float64) {
	for k := range in {
		n += in[k].N[component]
	}
	return n
}

// gather writes gas and salts, and the solids into r.cake, before any reaction. It is linear in the inlets.
func (r *FeedRoaster) gather(T float64, in, out []flowsheet.Stream) {
	for k := range out {
		out[k].Zero(T)
	}
	clear(r.cake)
	for i := range r.cake {
		n := feeds(in, i)
		switch {
		case i >= r.solid[0] && i < r.solid[1]:
			r.cake[i] = n
		case i >= r.gas[0] && i < r.gas[1]:
			out[fluegas].N[i] += n
		case i == r.water:
			out[fluegas].N[r.steam] += n
		default:
			out[salts].N[i] = n
		}
	}
}

// react turns x mol/s of a solid into its products.
func (r *FeedRoaster) react(d decomposition, x float64, out []flowsheet.Stream) {
	r.cake[d.from] -= x
	for _, m := range d.makes {
		if m.Component >= r.gas[0] && m.Component < r.gas[1] {
			out[fluegas].N[m.Component] += m.Count * x
		} else {
			r.cake[m.Component] += m.Count * x
		}
	}
}

// discharge parts the solids, and takes SO2 out of the gas where it is left out.
func (r *FeedRoaster) discharge(recovery float64, out []flowsheet.Stream) {
	for i := r.solid[0]; i < r.solid[1]; i++ {
		out[product].N[i] = recovery * r.cake[i]
		out[dust].N[i] = r.cake[i] - out[product].N[i]
	}
	if r.quirk && r.so2 >= 0 {
		out[roasterLeftOut].N[r.so2], out[fluegas].N[r.so2] = out[fluegas].N[r.so2], 0
	}
}

// Tangent is exact: everything is linear but the products share · feed and recovery · solids.
func (r *FeedRoaster) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	r.gather(du[outletTemperature], din, dout)
	for _, d := range r.reactions {
		share, dshare := 1.0, 0.0
		if d.handle >= 0 {
			share, dshare = u[d.handle], du[d.handle]
		}
		r.react(d, share*feeds(din, d.from)+dshare*feeds(in, d.from), dout)
	}
	r.discharge(u[recovery], dout)
	for i := r.solid[0]; i < r.solid[1]; i++ {
		d := du[recovery] * (out[product].N[i] + out[dust].N[i])
		dout[product].N[i] += d
		dout[dust].N[i] -= d
	}
	return nil
}

// Observe writes the heat supplied, W, from the components that have enthalpy data.
func (r *FeedRoaster) Observe(_, _ []float64, in, out []flowsheet.Stream, y []float64) {
	y[0] = r.enthalpy(out[product]) + r.enthalpy(out[dust]) + r.enthalpy(out[fluegas])
	for k := range in {
		y[0] -= r.enthalpy(in[k])
	}
}

// Report names enthalpies that are missing or used outside their range, and SO2 that is left out.
func (r *FeedRoaster) Report(_, _ []float64, in, out []flowsheet.Stream) flowsheet.Report {
	report := flowsheet.Report{Warnings: r.excursions(portFlow{"solid", in[0]}, portFlow{"gas", in[1]}, portFlow{"liquid", in[2]},
		portFlow{"product", out[product]}, portFlow{"dust", out[dust]}, portFlow{"gas", out[fluegas]})}
	if r.quirk && r.so2 >= 0 {
		report.Warnings = append(report.Warnings, flowsheet.Warning{
			Code: "left_out", Where: "SO2(g)", Value: out[roasterLeftOut].N[r.so2], Unit: "mol/s",
			Text: "SO2 is neither in the gas nor in the heat: a quirk of a published case, set by sulfur_dioxide",
		})
	}
	return report
}

// Explain shows the equations in words.
func (r *FeedRoaster) Explain() string {
	var b strings.Builder
	b.WriteString("Coal burns and minerals decompose, each by its conversion (coal completely):\n")
	for _, d := range r.reactions {
		takes, sign := "", " "
		var makes strings.Builder
		for _, m := range d.makes {
			if name := r.sys.Components[m.Component].Name; m.Count < 0 {
				takes += fmt.Sprintf(" + %.4g %s", -m.Count, name)
			} else {
				fmt.Fprintf(&makes, "%s%.4g %s", sign, m.Count, name)
				sign = " + "
			}
		}
		fmt.Fprintf(&b, "  %s%s ->%s", r.sys.Components[d.from].Name, takes, makes.String())
		b.WriteByte('\n')
	}
	b.WriteString(`All water of the inlets evaporates; dissolved salts leave by "salts", outside the heat.
Solids part into product (product_recovery) and dust (the rest).
heat [W, supplied] = H(product) + H(dust) + H(gas) - H(inlets), formation enthalpies included; SO2 counts unless it is left out.
All outlets leave at outlet_temperature. No holdup: steady and in time are the same.
Source: PrOMMiS, src/prommis/roasting/ree_feed_roaster.py, commit 9beba554.
`)
	return b.String()
}
