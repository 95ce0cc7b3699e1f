package pyromet

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

//go:embed data/furnaces.toml
var furnacesText []byte

// furnace is what batch furnaces share: components with their enthalpies, handles, and one cycle computed with jets, so that Solve and
// Tangent come from the same formulas. A cycle takes what its inlets bring in cycle_time, divided over the furnaces, or charge_mass; outlets of
// the steady state are the average over the cycle. In time it is charged and tapped: see lots.
type furnace struct {
	sys        *chem.System
	lib        *thermo.Library
	heats      []substance // per component
	solid, gas [2]int
	handles    []flowsheet.Handle
	known      map[string]chem.Constant // of data/furnaces.toml
	taken      []chem.Constant          // defaults and limits used
	what       string                   // for errors
	inlets     []string
	outlets    []string
	gases      bool // takes and gives gas
	batch      bool // works in cycles

	u      []jet
	fed    []jet   // all inlets together, mol/s
	in     [][]jet // per inlet
	out    [][]jet
	outT   []jet
	cycle  func() error
	fedM   jet     // kg/s of all inlets
	shift  float64 // s between two charges of one furnace; 0 without a cycle
	number float64 // of furnaces

	lots lots
}

// Handles that every furnace has, before its own.
const (
	cycleTime = iota
	furnaceOwn
)

// readFurnaces reads data/furnaces.toml.
func readFurnaces() (map[string]chem.Constant, error) {
	tree, err := conf.Parse("data/furnaces.toml", furnacesText)
	if err != nil {
		return nil, fmt.Errorf("furnace data: %w", err)
	}
	all := map[string]chem.Constant{}
	root := tree.Root()
	for _, one := range root.Tables("constant") {
		c := chem.Constant{Name: one.Text("name"), Unit: one.Text("unit"), Source: one.Text("source"),
			Class: chem.Class(one.Choice("class", "measured", "derived", "estimated", "assumed"))}
		c.Value = one.Quantity("value", c.Unit, conf.Any)
		c.Range = one.TextOr("range", "")
		all[c.Name] = c
		one.Close()
	}
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, fmt.Errorf("furnace data: %w", err)
	}
	return all, nil
}

// setUpHearth finds enthalpies; a furnace that is set up by it alone has no cycle.
func (f *furnace) setUpHearth(what string, env flowsheet.Env, inlets, outlets []string) (err error) {
	f.what, f.sys, f.inlets, f.outlets = what, env.System, inlets, outlets
	if f.lib, err = library(f.sys); err != nil {
		return err
	}
	if f.known, err = readFurnaces(); err != nil {
		return err
	}
	n := len(f.sys.Components)
	f.solid[0], f.solid[1] = f.sys.Span(chem.Solid)
	f.gas[0], f.gas[1] = f.sys.Span(chem.Gas)
	f.heats = make([]substance, n)
	for i := range f.sys.Components {
		if f.counts(i) {
			f.heats[i] = find(f.lib, &f.sys.Components[i])
		}
	}
	f.fed = make([]jet, n)
	for range inlets {
		f.in = append(f.in, make([]jet, n))
	}
	for range outlets {
		f.out = append(f.out, make([]jet, n))
	}
	f.outT = make([]jet, len(outlets))
	f.number = 1
	return nil
}

// counts says whether a component counts in the heat.
func (f *furnace) counts(i int) bool {
	return i >= f.solid[0] && i < f.solid[1] || i >= f.gas[0] && i < f.gas[1]
}

// handle reads a required handle.
func (f *furnace) handle(p *conf.Table, name, unit string, r conf.Range) {
	f.handles = append(f.handles, flowsheet.Handle{Name: name, Unit: unit, Value: p.Quantity(name, unit, r), Lo: r.Lo, Hi: r.Hi})
	f.u = append(f.u, jet{})
}

// handleOr reads a handle whose default is the constant "what.name" of the data; the default is listed with its source where it is taken.
func (f *furnace) handleOr(p *conf.Table, name, unit string, r conf.Range) {
	c := f.constant(f.what+"."+name, !p.Has(name))
	f.handles = append(f.handles, flowsheet.Handle{Name: name, Unit: unit, Value: p.QuantityOr(name, unit, c.Value, r), Lo: r.Lo, Hi: r.Hi})
	f.u = append(f.u, jet{})
}

// constant is a constant of the data, listed if taken.
func (f *furnace) constant(name string, taken bool) chem.Constant {
	c, ok := f.known[name]
	if !ok {
		panic("no furnace constant " + name)
	}
	if taken {
		f.taken = append(f.taken, c)
	}
	return c
}

// load sets the jets for a cycle; du and din are nil for values alone.
func (f *furnace) load(u []float64, in []flowsheet.Stream, du []float64, din []flowsheet.Stream) error {
	for i, h := range f.handles {
		if !(u[i] >= h.Lo && u[i] <= h.Hi) {
			return fmt.Errorf("%s is %g, outside %g to %g (%s)", h.Name, u[i], h.Lo, h.Hi, h.Unit)
		}
		f.u[i] = num(u[i])
		if du != nil {
			f.u[i].d = du[i]
		}
	}
	f.spaced(u, in)
	clear(f.fed)
	f.fedM = jet{}
	for k := range in {
		for i, n := range in[k].N {
			switch c := &f.sys.Components[i]; {
			case n < 0:
				return fmt.Errorf("%s enters with %.4g mol/s", c.Name, n)
			case n != 0 && (!f.counts(i) || !f.gases && c.Phase == chem.Gas):
				return fmt.Errorf("%s enters by %q with %.4g mol/s: this furnace takes %s", c.Name, f.inlets[k], n, f.takes())
			}
			f.in[k][i] = num(n)
			if din != nil {
				f.in[k][i].d = din[k].N[i]
			}
			f.fed[i] = f.fed[i].add(f.in[k][i])
		}
	}
	if f.batch && f.lots.weigh >= 0 {
		for i, n := range f.fed {
			f.fedM = f.fedM.add(n.times(f.sys.Components[i].M))
		}
	}
	for k := range f.out {
		clear(f.out[k])
	}
	return nil
}

func (f *furnace) takes() string {
	if f.gases {
		return "dry solids and gas"
	}
	return "dry solids only"
}

// Solve computes one cycle and gives its average.
func (f *furnace) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := f.load(u, in, nil, nil); err != nil {
		return err
	}
	if err := f.cycle(); err != nil {
		return err
	}
	return f.give(out)
}

// give writes the outlets.
func (f *furnace) give(out []flowsheet.Stream) error {
	for k := range out {
		out[k].T = f.outT[k].v
		for i := range out[k].N {
			n := f.out[k][i].v
			if math.IsInf(n, 0) || math.IsNaN(n) {
				return fmt.Errorf("flow of %s is %g mol/s", f.sys.Components[i].Name, n)
			}
			out[k].N[i] = n
		}
	}
	return nil
}

// Tangent is exact: the cycle's formulas with their derivatives along the direction.
func (f *furnace) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	if err := f.load(u, in, du, din); err != nil {
		return err
	}
	if err := f.cycle(); err != nil {
		return err
	}
	return f.giveTangent(dout)
}

// giveTangent writes the derivatives of the outlets.
func (f *furnace) giveTangent(dout []flowsheet.Stream) error {
	for k := range dout {
		dout[k].T = f.outT[k].d
		for i := range dout[k].N {
			d := f.out[k][i].d
			if math.IsNaN(d) || math.IsInf(d, 0) {
				return fmt.Errorf("no derivative of %s in %s at %.6g mol/s", f.sys.Components[i].Name, f.outlets[k], f.out[k][i].v)
			}
			dout[k].N[i] = d
		}
	}
	return nil
}

// perCharge turns a flow, mol/s, into what one furnace gets in a cycle.
func (f *furnace) perCharge(n jet) jet {
	if f.lots.weigh < 0 {
		return n.mul(f.u[cycleTime]).times(1 / f.number)
	}
	return n.mul(f.u[f.lots.weigh]).div(f.fedM)
}

// spaced finds the time between two charges of one furnace.
func (f *furnace) spaced(u []float64, in []flowsheet.Stream) {
	if f.batch {
		every, _ := f.everyCharge(u, f.mass(in))
		f.shift = every * f.number
	}
}

// charge is the mass of all inlets per furnace and cycle, kg; 0 without cycles.
func (f *furnace) charge(u []float64, in []flowsheet.Stream) float64 {
	if !f.batch {
		return 0
	}
	_, charge := f.everyCharge(u, f.mass(in))
	return charge
}

// gibbs is the Gibbs energy of a solid or its melt at T, J/mol.
func (f *furnace) gibbs(i int, T jet) jet {
	form := f.heats[i].species.Stable(T.v, f.heats[i].tag)
	return T.by(form.G(T.v), -form.S(T.v))
}

// hasGibbs says whether a component has a Gibbs energy over temperature.
func (f *furnace) hasGibbs(i int) bool {
	s := f.heats[i].species
	return s != nil && s.Stable(thermo.Room, f.heats[i].tag).HasEntropy()
}

// enthalpy is the enthalpy flow of a stream, W.
func (f *furnace) enthalpy(s flowsheet.Stream) (sum float64) {
	for i, n := range s.N {
		if n != 0 && f.heats[i].known() {
			sum += n * f.heats[i].h(s.T)
		}
	}
	return sum
}

// vapourH is the enthalpy of a component's gas at T, J/mol.
func (f *furnace) vapourH(i int, T float64) float64 {
	return f.heats[i].species.Stable(T, "g").H(T)
}

// trace says that components together are less than a thousandth of the mass of the solids fed: nobody is warned of each.
func (f *furnace) trace(components ...int) bool {
	own, all := 0.0, 0.0
	for i := f.solid[0]; i < f.solid[1]; i++ {
		all += f.fed[i].v * f.sys.Components[i].M
	}
	for _, i := range components {
		own += f.fed[i].v * f.sys.Components[i].M
	}
	return own < 1e-3*all
}

// melting is the temperature at which a component melts, K; 0 without data of its melt.
func (f *furnace) melting(i int) float64 {
	if s := f.heats[i].species; s != nil {
		for _, form := range s.Forms {
			if form.State == thermo.Liquid {
				return form.Lo
			}
		}
	}
	return 0
}

// flux is the evaporation into vacuum by Hertz and Knudsen, mol/(s m2), at p (Pa), T (K), molar mass M (kg/mol).
func flux(p, T jet, M float64) jet {
	return p.div(T.times(2 * math.Pi * M * gasConstant).sqrt())
}

const gasConstant = thermo.R

// pressure is a metal's vapour pressure, Pa.
func pressure(v *thermo.Vapour, T jet) jet {
	p, slope, _, _ := v.At(T.v)
	return T.by(p, p*slope/T.v)
}

// constants are the enthalpies and the defaults that a result rests on.
func (f *furnace) constants() []chem.Constant {
	all := slices.Clone(f.taken)
	for i, s := range f.heats {
		switch {
		case s.species != nil:
			k := s.species.Stable(thermo.Room, s.tag).Constant()
			k.Name = "enthalpy." + f.sys.Components[i].Name
			all = append(all, k)
		case s.own != nil:
			all = append(all, s.own.Constants...)
		}
	}
	return all
}

// excursions warns of enthalpies outside their range ("outside_range") for what is a thousandth of a stream's mass or more, names what the heat leaves out ("no_enthalpy"), and of a charge
// above the capacity (kg; "charge_above_capacity").
func (f *furnace) excursions(u []float64, in, out []flowsheet.Stream, capacity float64) (warnings []flowsheet.Warning) {
	var missing []string
	look := func(port string, s flowsheet.Stream) {
		mass := f.sys.Mass(s.N)
		for i, n := range s.N {
			if n == 0 {
				continue
			}
			name := f.sys.Components[i].Name
			if !f.heats[i].known() {
				if !slices.Contains(missing, name) {
					missing = append(missing, name)
				}
				continue
			}
			if lo, hi := f.heats[i].span(s.T); (s.T < lo-1e-6 || s.T > hi+1e-6) && n*f.sys.Components[i].M > 1e-3*mass {
				warnings = append(warnings, flowsheet.Warning{Code: "outside_range", Where: port + " " + name, Value: s.T, Limit: min(max(s.T, lo), hi), Unit: "K",
					Text: fmt.Sprintf("the enthalpy of %s is known from %g to %g K and used at %g K", name, lo, hi, s.T)})
			}
		}
	}
	for k := range in {
		look(f.inlets[k], in[k])
	}
	for k := range out {
		look(f.outlets[k], out[k])
	}
	if len(missing) > 0 {
		warnings = append(warnings, flowsheet.Warning{Code: "no_enthalpy", Where: "heat", Value: float64(len(missing)), Unit: "1",
			Text: "the heat leaves out what has no enthalpy data: " + strings.Join(missing, ", ")})
	}
	if m := f.charge(u, in); m > capacity {
		warnings = append(warnings, flowsheet.Warning{Code: "charge_above_capacity", Where: "charge", Value: m, Limit: capacity, Unit: "kg",
			Text: fmt.Sprintf("a charge of %.4g kg is above the capacity of %.4g kg: more furnaces or shorter cycles", m, capacity)})
	}
	return warnings
}

// massFraction is the share of an element in a stream's mass; 0 where it is empty.
func (f *furnace) massFraction(s flowsheet.Stream, symbol string) float64 {
	e, ok := f.sys.Element(symbol)
	mass := f.sys.Mass(s.N)
	if !ok || mass == 0 {
		return 0
	}
	return f.sys.ElementFlow(e, s.N) * f.sys.Elements[e].Mass / mass
}

// ports declares required ports.
func ports(names []string) (all []flowsheet.Port) {
	for _, name := range names {
		all = append(all, flowsheet.Port{Name: name})
	}
	return all
}
