package hydromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// StoichiometricReactor mixes its inlets and lets reactions run, one after the other in the order of the file, each by the conversion of one of
// the components that it takes:
//
//	ξ = (n − (1 − conversion) · n°)/ν        n: what is there when the reaction's turn comes, ν: what one turn takes of it
//	n_i += ξ · (what one turn makes of i)
//	n° = n  (basis "available"),  or what entered by the inlets  (basis "inlet")
//
// Equations are balanced when they are read. What an equation of a source lacks is named by `virtual`: it enters the plant by the drawn port
// "virtual", so that balances stay honest.
//
// Assumptions: conversions as given, whatever temperature and time; no equilibrium, no holdup, no heat of reaction. Totals are totals: H+ is
// total acidity (OH- is H2O less H+), C2O4-2 all oxalate.
// Validity: that of the conversions' source. Degrees of freedom: the conversions, and temperature where it is given.
type StoichiometricReactor struct {
	dials
	system    *chem.System
	reactions []stoichiometry
	warm      int // place of temperature in u, −1: that of the blend
	acid      int // H+, which may be negative

	fed, dfed []float64        // scratch: what enters, and its derivative
	now       flowsheet.Stream // scratch: what is there between the reactions
}

// stoichiometry is one reaction.
type stoichiometry struct {
	name, text  string
	key, handle int
	taken       float64 // of the key, mol per turn
	inlet       bool    // basis
	makes       []chem.Part
	virtual     []chem.Part
}

const reactorVirtual = 1 // outlet

// NewStoichiometricReactor makes a stoichiometric reactor.
func NewStoichiometricReactor() flowsheet.Unit { return new(StoichiometricReactor) }

// Init reads the table reaction, and temperature.
func (r *StoichiometricReactor) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	s, t := env.System, env.Param
	r.system = s
	r.warm, r.acid = -1, -1
	if i, ok := s.Index("H+"); ok {
		r.acid = i
	}
	if t.Has("temperature") {
		r.warm = r.read(t, "temperature", "K", conf.Between(200, 3000))
	}
	spec := flowsheet.Spec{In: inlets(env), Out: ports("out")}
	all := t.Required("reaction", `a table for each, such as [units.TAG.reaction.leach] with equation, of, conversion, source and class`)
	for _, name := range all.Keys() {
		one := all.Table(name)
		spec.Constants = append(spec.Constants, r.readReaction(name, one))
		one.Close()
	}
	all.Close()
	n := len(s.Components)
	r.fed, r.dfed, r.now.N = make([]float64, n), make([]float64, n), make([]float64, n)
	for _, q := range r.reactions {
		if len(q.virtual) > 0 && len(spec.Out) == reactorVirtual {
			spec.Out = append(spec.Out, flowsheet.Port{Name: "virtual", Drawn: true})
		}
		spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "extent." + q.name, Unit: "mol/s", Scale: 1e-3, Lower: flowsheet.NoBound})
	}
	spec.Handles = r.handles
	return spec, nil
}

// readReaction reads and balances one reaction.
func (r *StoichiometricReactor) readReaction(name string, t *conf.Table) chem.Constant {
	q := stoichiometry{name: name, text: t.Text("equation"), key: -1, inlet: t.ChoiceOr("basis", "available", "available", "inlet") == "inlet"}
	drawn, of := t.TextOr("virtual", ""), t.Text("of")
	source, class := t.Text("source"), chem.Class(t.Choice("class", "measured", "derived", "estimated", "assumed"))
	q.handle = r.add("reaction."+name+".conversion", "1", t.Quantity("conversion", "1", conf.Fraction), conf.Fraction)
	if !t.Faulty("equation") {
		var err error
		if q.makes, q.virtual, err = r.system.Equation(q.text, drawn); err != nil {
			t.Fault("equation", "%v", err)
		} else {
			var takes []string
			for _, p := range q.makes {
				c := r.system.Components[p.Component].Name
				if p.Count < 0 {
					takes = append(takes, c)
				}
				if c == of && p.Count < 0 {
					q.key, q.taken = p.Component, -p.Count
				}
			}
			if q.key < 0 && !t.Faulty("of") {
				t.Fault("of", "%q is not taken by the reaction; %s", of, conf.Hint(of, takes))
			}
		}
	}
	r.reactions = append(r.reactions, q)
	return chem.Constant{Name: "reaction." + name + ".conversion", Value: r.handles[q.handle].Value, Unit: "1", Class: class, Source: source}
}

// Solve runs the reactions in their order.
func (r *StoichiometricReactor) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := r.check(u); err != nil {
		return err
	}
	merge(r.system, in, &out[0])
	if r.warm >= 0 {
		out[0].T = u[r.warm]
	}
	if len(out) > reactorVirtual {
		out[reactorVirtual].Zero(out[0].T)
	}
	copy(r.fed, out[0].N)
	n := out[0].N
	for k := range r.reactions {
		q := &r.reactions[k]
		if n[q.key] < 0 {
			return fmt.Errorf("reaction %s: %s stands at %.4g mol/s", q.name, r.system.Components[q.key].Name, n[q.key])
		}
		left := (1 - u[q.handle]) * n[q.key]
		if q.inlet {
			left = (1 - u[q.handle]) * r.fed[q.key]
		}
		extent := (n[q.key] - left) / q.taken
		for _, p := range q.makes {
			n[p.Component] += extent * p.Count
		}
		n[q.key] = left // exactly: rounding would leave less than nothing
		for _, p := range q.virtual {
			out[reactorVirtual].N[p.Component] += extent * p.Count
		}
		if err := r.short(q, extent, n); err != nil {
			return err
		}
	}
	for i, v := range n {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Errorf("flow of %s is %g mol/s", r.system.Components[i].Name, v)
		}
	}
	return nil
}

// short faults a component that a reaction takes more of than there is. Acidity may be negative.
func (r *StoichiometricReactor) short(q *stoichiometry, extent float64, n []float64) error {
	for _, p := range q.makes {
		if i := p.Component; p.Count < 0 && n[i] < 0 && i != r.acid {
			need := -extent * p.Count
			if n[i] < -1e-9*need {
				return fmt.Errorf("reaction %s: %s short, %.6g mol/s are needed and %.6g available", q.name, r.system.Components[i].Name, need, need+n[i])
			}
		}
	}
	return nil
}

// Tangent is exact: the product rule on the extents, in their order.
func (r *StoichiometricReactor) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	merge(r.system, in, &r.now)
	mergeTangent(r.system, in, r.now.T, din, &dout[0])
	if r.warm >= 0 {
		dout[0].T = du[r.warm]
	}
	if len(dout) > reactorVirtual {
		dout[reactorVirtual].Zero(dout[0].T)
	}
	copy(r.fed, r.now.N)
	copy(r.dfed, dout[0].N)
	n, d := r.now.N, dout[0].N
	for k := range r.reactions {
		q := &r.reactions[k]
		base, dbase := n[q.key], d[q.key]
		if q.inlet {
			base, dbase = r.fed[q.key], r.dfed[q.key]
		}
		left, dleft := (1-u[q.handle])*base, (1-u[q.handle])*dbase-du[q.handle]*base
		extent, dextent := (n[q.key]-left)/q.taken, (d[q.key]-dleft)/q.taken
		for _, p := range q.makes {
			n[p.Component] += extent * p.Count
			d[p.Component] += dextent * p.Count
		}
		n[q.key], d[q.key] = left, dleft
		for _, p := range q.virtual {
			dout[reactorVirtual].N[p.Component] += dextent * p.Count
		}
	}
	return nil
}

// Observe writes the extents, mol/s.
func (r *StoichiometricReactor) Observe(u, _ []float64, in, _ []flowsheet.Stream, y []float64) {
	merge(r.system, in, &r.now)
	n := r.now.N
	copy(r.fed, n)
	for k := range r.reactions {
		q := &r.reactions[k]
		base := n[q.key]
		if q.inlet {
			base = r.fed[q.key]
		}
		y[k] = (n[q.key] - (1-u[q.handle])*base) / q.taken
		for _, p := range q.makes {
			n[p.Component] += y[k] * p.Count
		}
	}
}

// Report warns of what is drawn from outside because an equation lacks it ("unbalanced").
func (r *StoichiometricReactor) Report(_, _ []float64, _, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	for _, q := range r.reactions {
		if len(q.virtual) == 0 {
			continue
		}
		mass := r.system.Mass(out[reactorVirtual].N)
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "unbalanced", Where: "reaction " + q.name, Value: mass, Unit: "kg/s",
			Text: "the equation does not balance by itself: what it lacks is drawn from outside, a quirk of a published case"})
	}
	return report
}

// Explain shows the reactions.
func (r *StoichiometricReactor) Explain() string {
	var b strings.Builder
	b.WriteString("Reactions run one after the other, each by the conversion of one component:\n")
	for _, q := range r.reactions {
		basis := ""
		if q.inlet {
			basis = ", counted on what enters"
		}
		fmt.Fprintf(&b, "  %s: %s   (%.6g of %s%s)\n", q.name, q.text, r.handles[q.handle].Value, r.system.Components[q.key].Name, basis)
	}
	b.WriteString("No equilibrium, no heat of reaction, no holdup: steady and in time are the same.\n")
	return b.String()
}
