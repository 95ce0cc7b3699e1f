package pyromet

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// PickUp is what a product takes up from a vessel, from tools and from air in a step that no unit follows: a ladle, a crucible, a condenser, a kiln.
//
//	n(k) leaves = n(k) enters + share(k) · m/M(k)          m: mass that enters, kg/s; drawn from the outlet "vessel"
//	share(k) of a saturation = share · exp(−heat/R (1/T − 1/at))
//	O: share(O) · m of oxygen makes 2 M + 3/2 O2 -> M2O3 of the metals, by their moles; drawn from the outlet "air"
//	heat = H(product) − H(inlet) − H(vessel) − H(air), that of the oxidation
//
// What is drawn has the temperature of the product. Assumptions: what is taken does not react but for oxygen; no heat of dissolution.
// Validity: shares are data with a range (data/pickup.toml), of which most are assumed.
// Degrees of freedom: every share, by the name of what is taken ("C(s)", "O").
//
// Source: data/pickup.toml.
type PickUp struct {
	sys     *chem.System
	handles []flowsheet.Handle
	takes   []taken
	heats   []substance
	metals  []oxidised
	o2      int // component, -1 where no oxygen is taken
}

// taken is one line of the table.
type taken struct {
	what      string
	component int // -1 for oxygen
	lo, hi    float64
	heat, at  float64 // J/mol and K of a saturation; heat 0 for others
	constant  chem.Constant
}

// oxidised is a metal with its oxide M2O3.
type oxidised struct{ metal, oxide int }

// Outlets of a pick-up.
const (
	pickedProduct = iota
	pickedVessel
	pickedAir
)

// NewPickUp makes a pick-up to be set up by Init.
func NewPickUp() flowsheet.Unit { return &PickUp{} }

// Init reads vessel, and shares where a plant knows better.
func (p *PickUp) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	p.sys, p.o2 = env.System, -1
	known, err := readPickUps()
	if err != nil {
		return flowsheet.Spec{}, err
	}
	t := env.Param
	vessel := t.Choice("vessel", known.vessels...)
	for _, l := range known.lines {
		if slices.Contains(l.vessels, vessel) {
			p.take(t, l.taken)
		}
	}
	if err := p.enthalpies(); err != nil {
		return flowsheet.Spec{}, err
	}
	spec := flowsheet.Spec{In: []flowsheet.Port{{Name: "in"}},
		Out:     []flowsheet.Port{{Name: "product"}, {Name: "vessel", Drawn: true}, {Name: "air", Drawn: true}},
		Handles: p.handles,
		Signals: []flowsheet.Variable{{Name: "heat", Unit: "W", Scale: 1000, Lower: flowsheet.NoBound}, {Name: "taken", Unit: "1", Scale: 1e-3}}}
	for _, k := range p.takes {
		spec.Constants = append(spec.Constants, k.constant)
	}
	return spec, nil
}

// take reads the share of a line and finds its component. What the plant's file sets is the plant's.
func (p *PickUp) take(t *conf.Table, k taken) {
	value := k.constant.Value
	if t.Has(k.what) {
		value = t.Quantity(k.what, "1", conf.Between(0, 0.1))
		k.lo, k.hi, k.constant.Value, k.constant.Class, k.constant.Source = value, value, value, chem.Assumed, "the plant file"
	}
	switch i, ok := p.sys.Index(k.what); {
	case k.what == "O":
		if p.o2, ok = p.sys.Index("O2(g)"); !ok {
			t.Fault("vessel", "takes oxygen: add \"gas\" to chemistry.families")
		}
		k.component = -1
	case !ok:
		t.Fault("vessel", "takes %s, which is no component here: add its element to chemistry.elements and its family to chemistry.families", k.what)
	default:
		k.component = i
	}
	p.handles = append(p.handles, flowsheet.Handle{Name: k.what, Unit: "1", Value: value, Hi: 0.1})
	p.takes = append(p.takes, k)
}

// enthalpies finds the enthalpy of every component, and the metals that oxygen takes.
func (p *PickUp) enthalpies() error {
	lib, err := library(p.sys)
	if err != nil {
		return err
	}
	p.heats = make([]substance, len(p.sys.Components))
	for i := range p.sys.Components {
		c := &p.sys.Components[i]
		if c.Phase != chem.Aqueous || i == p.sys.Solvent(chem.Aqueous) {
			p.heats[i] = find(lib, c)
		}
		if c.Family != "metal" || p.sys.Elements[c.Key].Group != "ree" || p.o2 < 0 {
			continue
		}
		if oxide := p.sys.InFamily("oxide", c.Key); oxide >= 0 {
			p.metals = append(p.metals, oxidised{i, oxide})
		}
	}
	return nil
}

// shares gives the share of each line at T.
func (p *PickUp) share(k int, u, T jet) jet {
	l := &p.takes[k]
	if l.heat == 0 {
		return u
	}
	return u.mul(T.inv().sub(num(1 / l.at)).times(-l.heat / gasConstant).exp())
}

// pick writes the outlets: values, or with du and din derivatives.
func (p *PickUp) pick(u []float64, in []flowsheet.Stream, du []float64, din, out []flowsheet.Stream) {
	T, m := num(in[0].T), num(p.sys.Mass(in[0].N))
	part := func(z jet) float64 { return z.v }
	from := in[0]
	if din != nil {
		T.d, m.d = din[0].T, p.sys.Mass(din[0].N)
		part = func(z jet) float64 { return z.d }
		from = din[0]
	}
	for k := range out {
		out[k].Zero(part(T))
	}
	copy(out[pickedProduct].N, from.N)
	for k, l := range p.takes {
		share := num(u[k])
		if du != nil {
			share.d = du[k]
		}
		mass := p.share(k, share, T).mul(m)
		if l.component >= 0 {
			n := part(mass.times(1 / p.sys.Components[l.component].M))
			out[pickedProduct].N[l.component] += n
			out[pickedVessel].N[l.component] += n
			continue
		}
		oxygen, _ := p.sys.Element("O")
		p.oxidise(mass.times(1/p.sys.Elements[oxygen].Mass), in, din, out, part)
	}
}

// oxidise takes oxygen atoms (mol/s) by the metals, as far as there are any.
func (p *PickUp) oxidise(atoms jet, in, din, out []flowsheet.Stream, part func(jet) float64) {
	all := jet{}
	flow := func(i int) jet {
		n := num(in[0].N[i])
		if din != nil {
			n.d = din[0].N[i]
		}
		return n
	}
	for _, o := range p.metals {
		all = all.add(flow(o.metal))
	}
	if all.v <= 0 {
		return
	}
	for _, o := range p.metals {
		n := atoms.times(2. / 3).mul(flow(o.metal)).div(all)
		out[pickedProduct].N[o.metal] -= part(n)
		out[pickedProduct].N[o.oxide] += part(n.times(0.5))
	}
	out[pickedAir].N[p.o2] = part(atoms.times(0.5))
}

// Solve takes up what the table says; there is nothing to iterate.
func (p *PickUp) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	for i, h := range p.handles {
		if !(u[i] >= h.Lo && u[i] <= h.Hi) {
			return fmt.Errorf("%s is %g, outside %g to %g (%s)", h.Name, u[i], h.Lo, h.Hi, h.Unit)
		}
	}
	p.pick(u, in, nil, nil, out)
	for _, o := range p.metals {
		if n := out[pickedProduct].N[o.metal]; n < 0 && in[0].N[o.metal] >= 0 {
			return fmt.Errorf("more oxygen is taken than %s can bind", p.sys.Components[o.metal].Name)
		}
	}
	for i, n := range out[pickedProduct].N {
		if math.IsInf(n, 0) || math.IsNaN(n) {
			return fmt.Errorf("flow of %s is %g mol/s", p.sys.Components[i].Name, n)
		}
	}
	return nil
}

// Tangent is exact: the same formulas with their derivatives.
func (p *PickUp) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	p.pick(u, in, du, din, dout)
	return nil
}

// Observe writes the heat supplied, W, which is that of the oxidation, and the mass taken over the mass of the product.
func (p *PickUp) Observe(_, _ []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	T, product := out[pickedProduct].T, out[pickedProduct].N
	if p.o2 >= 0 && out[pickedAir].N[p.o2] != 0 {
		y[0] = -out[pickedAir].N[p.o2] * p.heats[p.o2].h(T)
		for _, o := range p.metals {
			for _, i := range []int{o.metal, o.oxide} {
				if made := product[i] - in[0].N[i]; made != 0 {
					y[0] += made * p.heats[i].h(T)
				}
			}
		}
	}
	if m := p.sys.Mass(product); m > 0 {
		y[1] = (p.sys.Mass(out[pickedVessel].N) + p.sys.Mass(out[pickedAir].N)) / m
	}
}

// Supplied is the heat.
func (p *PickUp) Supplied(y []float64) (heat, work float64) { return y[0], 0 }

// Enthalpy of a component, J/mol.
func (p *PickUp) Enthalpy(i int, T float64, _ bool) float64 { return p.heats[i].molar(T) }

// Uptakes says what is taken, by what it rests on.
func (p *PickUp) Uptakes(u []float64, in []flowsheet.Stream) (all []flowsheet.Uptake) {
	m := p.sys.Mass(in[0].N)
	for k, l := range p.takes {
		at := p.share(k, num(1), num(in[0].T)).v * m
		t := flowsheet.Uptake{What: strings.TrimSuffix(strings.TrimSuffix(l.what, "(s)"), "(trace)"), Kg: at * u[k], Lo: at * min(l.lo, u[k]), Hi: at * max(l.hi, u[k]),
			Class: l.constant.Class, Source: l.constant.Source, Atoms: make([]float64, len(p.sys.Elements))}
		if l.component < 0 {
			e, _ := p.sys.Element("O")
			t.Atoms[e] = 1 / p.sys.Elements[e].Mass
		} else {
			c := &p.sys.Components[l.component]
			for e, atoms := range c.Formula {
				t.Atoms[e] = atoms / c.M
			}
		}
		all = append(all, t)
	}
	return all
}

// Explain shows what is taken.
func (p *PickUp) Explain() string {
	var b strings.Builder
	b.WriteString("The product takes up, per kg:\n")
	for k, l := range p.takes {
		fmt.Fprintf(&b, "  %-10s %8.4g ppm, %.4g to %.4g (%s: %s)", strings.TrimSuffix(l.what, "(s)"), 1e6*p.handles[k].Value, 1e6*l.lo, 1e6*l.hi, l.constant.Class, l.constant.Source)
		if l.heat > 0 {
			fmt.Fprintf(&b, "; a saturation at %.0f °C, heat of solution %.0f kJ/mol", l.at-273.15, l.heat/1000)
		}
		b.WriteString("\n")
	}
	b.WriteString("It is drawn from \"vessel\" at the temperature of the product; oxygen, from \"air\", turns metal to M2O3 and sets heat free.\n")
	return b.String()
}
