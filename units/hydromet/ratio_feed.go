package hydromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// RatioFeed doses reagents in proportion to the rare earths that pass, by feed-forward: a solvent-extraction circuit lives on
// the ratio of its acids to its feed. The stream passes unchanged. Per dose k, with its tenors c of substances s:
//
//	F_k = r_k Σ_i n_i of rare earths dissolved,   wanted: F_k c_s of every substance, F_k / V_water of water,   source = Σ_k drawn_k
//
// A dose that has an inlet of its own name takes from that stream, a main of recovered reagent, the largest part φ that brings no more of any
// substance or of water than is wanted; what lacks is drawn, at most as strong as strength (mass of substances over mass of make-up), and the
// rest of the main goes on by the outlet NAME_rest to where the next dose is made:
//
//	φ = min(1, F c_s / m_s, F (1/V_water − Σ q_s c_s) / (m_w − Σ q_s m_s)),   q_s = M_s/M_water (1 − strength)/strength
//	dose = φ main + Σ (F c_s − φ m_s) s + (F/V_water − φ m_w) water
//
// m_s: what the main brings of a substance (of HCl the less of H+ and Cl-), m_w of water, mol/s. What else is in the main comes along.
//
// Assumptions: as of an aqueous feed; doses have the temperature of the stream, or of their main. Degrees of freedom: ratio r, m3/mol, and
// tenors, mol/m3, of every dose.
type RatioFeed struct {
	dials
	ree     []int
	doses   []dose
	solvent int
	water   float64 // mol/m3
}

// dose is one reagent: the place of its ratio in u, what it brings, and where its main enters and goes on (0 where it has none).
type dose struct {
	name       string
	ratio      int
	brings     []substance
	main, rest int
}

// substance is one of a dose.
type substance struct {
	handle int
	parts  []chem.Part
	water  float64 // that the make-up brings with it, mol/mol
}

// NewRatioFeed makes a ratio feed.
func NewRatioFeed() flowsheet.Unit { return new(RatioFeed) }

// Init reads the table dose: for each outlet but stream a ratio and optionally tenors.
func (f *RatioFeed) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	s := env.System
	f.solvent = s.Solvent(chem.Aqueous)
	if f.solvent < 0 {
		env.Param.Fault("", "the system has no water; add the family aqueous to [chemistry]")
		env.Param.Skip(env.Param.Keys()...)
		return flowsheet.Spec{In: ports("in"), Out: ports("stream")}, nil
	}
	f.water = 1 / s.Components[f.solvent].V
	first, end := s.Span(chem.Aqueous)
	for c := first; c < end; c++ {
		if key := s.Components[c].Key; key >= 0 && s.Elements[key].Group == "ree" {
			f.ree = append(f.ree, c)
		}
	}
	if len(f.ree) == 0 {
		env.Param.Fault("", "the system has no dissolved rare earth to dose by")
	}
	all := env.Param.Required("dose", "a table for each dose, such as acid = { ratio = \"0.6 L/mol\", tenor = { HCl = \"5 mol/L\" } }")
	in, out := []string{"in"}, []string{"stream"}
	for _, name := range all.Keys() {
		t := all.Table(name)
		if slices.Contains([]string{"stream", "source", "in"}, name) {
			all.Fault(name, "the name is taken")
		}
		out = append(out, name)
		d := dose{name: name, ratio: f.add("dose."+name+".ratio", "m3/mol", t.Quantity("ratio", "m3/mol", conf.NonNegative), conf.NonNegative)}
		if slices.Contains(env.In, name) {
			d.main, in = len(in), append(in, name)
		}
		f.read(t, "dose."+name+".tenor.", s, &d)
		t.Close()
		f.doses = append(f.doses, d)
	}
	if len(out) == 1 && !env.Param.Faulty("dose") {
		env.Param.Fault("dose", "is empty")
	}
	for k := range f.doses {
		if d := &f.doses[k]; d.main > 0 {
			d.rest, out = len(out), append(out, d.name+"_rest")
		}
	}
	for _, port := range env.Out {
		if !slices.Contains(out, port) {
			env.Param.Fault("out", "no outlet %q; %s", port, conf.Hint(port, out))
		}
	}
	return flowsheet.Spec{In: ports(in...), Out: append(ports(out...), flowsheet.Port{Name: "source", Drawn: true}), Handles: f.handles}, nil
}

// read reads the composition of a dose, and how strong its make-up is.
func (f *RatioFeed) read(t *conf.Table, prefix string, s *chem.System, d *dose) {
	strength := 1.0
	if d.main > 0 {
		strength = t.QuantityOr("strength", "1", 1, conf.Between(0.01, 1))
	}
	if !t.Has("tenor") {
		return
	}
	t = t.Table("tenor")
	for _, name := range t.Keys() {
		recipe, err := s.Resolve(chem.Aqueous, name)
		if err != nil {
			t.Fault(name, "%v", err)
			continue
		}
		value, r := readTenor(t, name, s, chem.Aqueous, recipe, recipe.M)
		b := substance{handle: f.add(prefix+name, "mol/m3", value, r), water: recipe.M / s.Components[f.solvent].M * (1/strength - 1)}
		charge := 0.0
		for _, p := range recipe.Parts {
			charge += p.Count * s.Components[p.Component].Charge
			if p.Component != f.solvent {
				b.parts = append(b.parts, p)
			}
		}
		if d.main > 0 && math.Abs(charge) > 1e-9 {
			t.Fault(name, "carries a charge: what a main lacks is made up by neutral substances, such as HCl")
		}
		d.brings = append(d.brings, b)
	}
}

// holds is what a main brings of a substance, mol/s; its parts may be below zero by rounding, or of the other sign, as the acidity of a lye.
func (b *substance) holds(n, dn []float64) (least dual) {
	for k, p := range b.parts {
		if have := moving(n, dn, p.Component).times(1 / p.Count); k == 0 || have.v < least.v {
			least = have
		}
	}
	if !(least.v > 0) {
		return dual{}
	}
	return least
}

// part is the part of a main that a dose of flow F takes.
func (f *RatioFeed) part(d *dose, F dual, u, du, n, dn []float64) dual {
	part := num(1)
	limit := func(wanted, brought dual) {
		if brought.v > 0 && wanted.v < part.v*brought.v {
			part = wanted.div(brought)
		}
	}
	water, brought := F.times(f.water), moving(n, dn, f.solvent)
	for k := range d.brings {
		b := &d.brings[k]
		wanted, have := F.mul(moving(u, du, b.handle)), b.holds(n, dn)
		limit(wanted, have)
		water, brought = water.sub(wanted.times(b.water)), brought.sub(have.times(b.water))
	}
	limit(water, brought)
	return part
}

// rareEarths is what is dissolved of them, mol/s.
func (f *RatioFeed) rareEarths(n, dn []float64) (sum dual) {
	for _, c := range f.ree {
		sum = sum.add(moving(n, dn, c))
	}
	return sum
}

// Solve doses.
func (f *RatioFeed) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := f.check(u); err != nil {
		return err
	}
	for k := range f.doses {
		d := &f.doses[k]
		if d.main == 0 {
			continue
		}
		water := f.water
		for _, b := range d.brings {
			water -= b.water * u[b.handle]
		}
		if water < 0 {
			return fmt.Errorf("dose %s is wanted stronger than its make-up: it would need %.3g mol of water less per litre than the make-up brings", d.name, -water/1000)
		}
		if v := in[d.main].N[f.solvent]; !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%s: the main enters with %.4g mol/s of water", d.name, v)
		}
	}
	f.write(u, nil, in, nil, out, func(d dual) float64 { return d.v })
	return nil
}

// Tangent is Solve on duals.
func (f *RatioFeed) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	f.write(u, du, in, din, dout, func(d dual) float64 { return d.d })
	return nil
}

// write writes outlets or their derivatives, as of says.
func (f *RatioFeed) write(u, du []float64, in, din, out []flowsheet.Stream, of func(dual) float64) {
	from := in
	if din != nil {
		from = din
	}
	slope := func(k int) []float64 {
		if din == nil {
			return nil
		}
		return din[k].N
	}
	ree := f.rareEarths(in[0].N, slope(0))
	out[0].Copy(from[0])
	source := &out[len(out)-1]
	source.Zero(from[0].T)
	for k := range f.doses {
		d := &f.doses[k]
		to, F := &out[k+1], moving(u, du, d.ratio).mul(ree)
		part, n, dn := dual{}, []float64(nil), []float64(nil)
		to.Zero(from[d.main].T)
		if d.main > 0 {
			n, dn = in[d.main].N, slope(d.main)
			part = f.part(d, F, u, du, n, dn)
			rest := &out[d.rest]
			rest.Zero(from[d.main].T)
			for c := range n {
				taken := of(part.mul(moving(n, dn, c)))
				to.N[c], rest.N[c] = taken, from[d.main].N[c]-taken
			}
		}
		add := func(c int, amount float64) {
			to.N[c] += amount
			source.N[c] += amount
		}
		water := F.times(f.water)
		if n != nil {
			water = water.sub(part.mul(moving(n, dn, f.solvent)))
		}
		add(f.solvent, of(water))
		for q := range d.brings {
			b := &d.brings[q]
			lack := F.mul(moving(u, du, b.handle))
			if n != nil {
				lack = lack.sub(part.mul(b.holds(n, dn)))
			}
			for _, p := range b.parts {
				add(p.Component, of(lack)*p.Count)
			}
		}
	}
}

// Explain gives the equations in words.
func (f *RatioFeed) Explain() string {
	return "the stream passes unchanged; each dose is its ratio times the moles of dissolved rare earths that pass, at its tenors, and is drawn from outside; " +
		"a dose with a main takes from it what it can, the main's rest goes on, and only what lacks is drawn."
}
