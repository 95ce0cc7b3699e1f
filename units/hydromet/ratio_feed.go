package hydromet

import (
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// RatioFeed doses reagents in proportion to the rare earths that pass, by feed-forward: a solvent-extraction circuit lives on
// the ratio of its acids to its feed. The stream passes unchanged. Per dose k, with its tenors c:
//
//	F_k = r_k Σ_i n_i of rare earths dissolved,   n_jk = F_k Σ c ν_j,   n_water,k = F_k / V_water,   source = Σ_k dose_k
//
// Assumptions: as of an aqueous feed; doses have the temperature of the stream. Degrees of freedom: ratio r, m3/mol, and
// tenors, mol/m3, of every dose.
type RatioFeed struct {
	dials
	ree     []int
	doses   []dose
	solvent int
	water   float64 // mol/m3
}

// dose is one reagent: the place of its ratio in u, and what it brings.
type dose struct {
	ratio int
	parts []feedPart
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
	names := []string{"stream"}
	for _, name := range all.Keys() {
		t := all.Table(name)
		if name == "stream" || name == "source" || name == "in" {
			all.Fault(name, "the name is taken")
		}
		names = append(names, name)
		d := dose{ratio: f.add("dose."+name+".ratio", "m3/mol", t.Quantity("ratio", "m3/mol", conf.NonNegative), conf.NonNegative)}
		if t.Has("tenor") {
			f.tenors(t.Table("tenor"), "dose."+name+".tenor.", s, &d)
		}
		t.Close()
		f.doses = append(f.doses, d)
	}
	if len(names) == 1 && !env.Param.Faulty("dose") {
		env.Param.Fault("dose", "is empty")
	}
	for _, port := range env.Out {
		if !slices.Contains(names, port) {
			env.Param.Fault("out", "no outlet %q; %s", port, conf.Hint(port, names))
		}
	}
	out := append(ports(names...), flowsheet.Port{Name: "source", Drawn: true})
	return flowsheet.Spec{In: ports("in"), Out: out, Handles: f.handles}, nil
}

// tenors reads the composition of a dose.
func (f *RatioFeed) tenors(t *conf.Table, prefix string, s *chem.System, d *dose) {
	for _, name := range t.Keys() {
		recipe, err := s.Resolve(chem.Aqueous, name)
		if err != nil {
			t.Fault(name, "%v", err)
			continue
		}
		value, r := readTenor(t, name, s, chem.Aqueous, recipe, recipe.M)
		h := f.add(prefix+name, "mol/m3", value, r)
		for _, p := range recipe.Parts {
			if p.Component != f.solvent {
				d.parts = append(d.parts, feedPart{h, p.Component, p.Count})
			}
		}
	}
}

// rareEarths is what is dissolved of them, mol/s.
func (f *RatioFeed) rareEarths(n []float64) (sum float64) {
	for _, c := range f.ree {
		sum += n[c]
	}
	return sum
}

// Solve doses.
func (f *RatioFeed) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := f.check(u); err != nil {
		return err
	}
	ree := f.rareEarths(in[0].N)
	out[0].Copy(in[0])
	source := &out[len(out)-1]
	source.Zero(in[0].T)
	for k, d := range f.doses {
		to, flow := &out[k+1], u[d.ratio]*ree
		to.Zero(in[0].T)
		to.N[f.solvent] = flow * f.water
		for _, p := range d.parts {
			to.N[p.component] += flow * u[p.handle] * p.count
		}
		for c, n := range to.N {
			source.N[c] += n
		}
	}
	return nil
}

// Tangent is the product rule on Solve.
func (f *RatioFeed) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	ree, dree := f.rareEarths(in[0].N), f.rareEarths(din[0].N)
	dout[0].Copy(din[0])
	source := &dout[len(dout)-1]
	source.Zero(din[0].T)
	for k, d := range f.doses {
		to, flow, dflow := &dout[k+1], u[d.ratio]*ree, du[d.ratio]*ree+u[d.ratio]*dree
		to.Zero(din[0].T)
		to.N[f.solvent] = dflow * f.water
		for _, p := range d.parts {
			to.N[p.component] += (dflow*u[p.handle] + flow*du[p.handle]) * p.count
		}
		for c, n := range to.N {
			source.N[c] += n
		}
	}
	return nil
}

// Explain gives the equations in words.
func (f *RatioFeed) Explain() string {
	return "the stream passes unchanged; each dose is its ratio times the moles of dissolved rare earths that pass, at its tenors, and is drawn from outside."
}
