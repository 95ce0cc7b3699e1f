package sx

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/units/sx/cascade"
)

// cutControl keeps a circuit on its cut: the organic goes round at the rate at which as many moles of the less extractable of
// two rare earths come into the liquor, times balance, as are lost of the other to the raffinate:
//
//	heavy in raffinate − balance · light in liquor = 0      by the organic flow
//
// What soap takes up beyond what acid gives back decides the cut to parts in a thousand, whatever the number of stages, so
// that no circuit can be run on fixed flows: plants trim it by assays of a middle stage. The difference of the losses falls
// nearly straight with the organic flow, which makes it a far better measure than a purity.
//
// In time the flow rests where the steady solve left it.
type cutControl struct {
	on                bool
	light, heavy      int // cations on both sides of it
	raffinate, liquor int // sections
	balance           float64
	at                int // of the flow among the states
	k                 *cascade.Cut

	dx     []float64 // response to the organic flow, and
	dout   []flowsheet.Stream
	still  []flowsheet.Stream // a direction in which no inlet changes
	stillU []float64
}

// readCut reads the table cut of a circuit.
func (s *Circuit) readCut(p *conf.Table) {
	if !p.Has("cut") {
		return
	}
	t := p.Table("cut")
	q := &s.cut
	q.on = true
	between := t.Texts("between")
	q.balance = t.QuantityOr("balance", "1", 1, conf.Between(1e-6, 1e6))
	var leave []string
	for k, name := range s.names {
		if !s.sections[k].joins {
			leave = append(leave, name)
		}
	}
	q.raffinate = slices.Index(s.names, t.ChoiceOr("raffinate", leave[0], leave...))
	q.liquor = slices.Index(s.names, t.ChoiceOr("liquor", leave[len(leave)-1], leave...))
	if err := s.cutSides(between); err != nil && !t.Faulty("between") {
		t.Fault("between", "%v", err)
	}
	if q.raffinate == q.liquor {
		t.Fault("liquor", "is the raffinate")
	}
	t.Close()
}

// cutSides finds the two rare earths, the less extractable first.
func (s *Circuit) cutSides(between []string) error {
	if len(between) != 2 {
		return fmt.Errorf("needs two rare earths, such as [\"Nd\", \"Sm\"]")
	}
	for i, to := range [...]*int{&s.cut.light, &s.cut.heavy} {
		*to = slices.IndexFunc(s.model.Terms, func(t chem.ExchangeTerm) bool { return s.system.Elements[t.Element].Symbol == between[i] })
		if *to < 0 || !s.rareEarth(*to) {
			return fmt.Errorf("%s is no rare earth of model %s and this system", between[i], s.model.Name)
		}
	}
	if s.model.Terms[s.cut.light].LnK >= s.model.Terms[s.cut.heavy].LnK {
		return fmt.Errorf("%s is not less extractable than %s", between[0], between[1])
	}
	return nil
}

// request is the cut as the cascade asks for it: all rare earths up to the lighter of the two, and from the heavier one on.
func (s *Circuit) request() cascade.Cut {
	q := &s.cut
	c := cascade.Cut{Raffinate: q.raffinate, Liquor: q.liquor, Balance: q.balance, Light: []int{q.light}, Heavy: []int{q.heavy}}
	for i, t := range s.model.Terms {
		switch {
		case !s.rareEarth(i) || i == q.light || i == q.heavy:
		case t.LnK < s.model.Terms[q.light].LnK:
			c.Light = append(c.Light, i)
		case t.LnK > s.model.Terms[q.heavy].LnK:
			c.Heavy = append(c.Heavy, i)
		}
	}
	return c
}

// rareEarth says whether cation i is one.
func (s *Circuit) rareEarth(i int) bool {
	return i < len(s.model.Terms) && s.system.Elements[s.model.Terms[i].Element].Group == "ree"
}

// room makes what tangents of a circuit on its cut need.
func (q *cutControl) room(spec *flowsheet.Spec, components int) {
	q.dx = make([]float64, len(spec.States)+len(spec.Algebraic))
	q.dout, q.still, q.stillU = streams(len(spec.Out), components), streams(len(spec.In), components), make([]float64, len(spec.Handles))
}

// streams makes n of them, empty.
func streams(n, components int) (all []flowsheet.Stream) {
	for range n {
		all = append(all, flowsheet.Stream{N: make([]float64, components)})
	}
	return all
}

// rareEarthsFed is what enters of them, mol/s.
func (s *Circuit) rareEarthsFed(in []flowsheet.Stream) (sum float64) {
	for k := range s.inlets(in) {
		for i, a := range s.aqueous {
			if s.rareEarth(i) {
				sum += in[k].N[a]
			}
		}
	}
	return sum
}

// offSlope is the change of what is lost of the heavy less balance times what is lost of the light along a tangent of the outlets, mol/s.
func (s *Circuit) offSlope(out []flowsheet.Stream) float64 {
	q := &s.cut
	r, l := slices.Index(s.leaves, q.raffinate), slices.Index(s.leaves, q.liquor)
	return out[r].N[s.aqueous[q.heavy]] - q.balance*out[l].N[s.aqueous[q.light]]
}

// settleCut solves the steady circuit with the organic flow that keeps the cut, which it returns.
func (s *Circuit) settleCut(st *flowsheet.Stage, u, x []float64, in []flowsheet.Stream, tol float64) (float64, error) {
	p := &s.plan[0]
	for _, i := range [...]int{s.cut.light, s.cut.heavy} {
		fed := 0.0
		for k := range s.inlets(in) {
			fed += in[k].N[s.aqueous[i]]
		}
		if !(fed > 0) {
			return 0, fmt.Errorf("nothing to cut: no %s is fed; the cut needs a trace of it, such as 1e-6 mmol/L", s.chem.Cations[i].Name)
		}
	}
	start, cold := x[s.cut.at], st.Cold
	if cold || !(start > 0) || math.IsInf(start, 1) {
		start, cold = u[organicFlow]*s.rareEarthsFed(in), true
	}
	s.fill(p, u, in, u[extractantSet]/2, start)
	_, err := s.k.SolveCut(p, s.cut.k, tol, cold, st.Brief)
	return p.Organic, err
}

// organicOf is the organic flow at hand, m3/s.
func (s *Circuit) organicOf(u, x []float64) float64 {
	if s.cut.on {
		return x[s.cut.at]
	}
	return u[organicFlow]
}

// tangentOnCut is the tangent of a circuit that keeps its cut: that at a fixed organic flow, and so much of the response to the
// flow that what is lost stays even.
func (s *Circuit) tangentOnCut(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	q, O := &s.cut, x[s.cut.at]
	if err := s.along(st, u, x, in, du, nil, din, 0, dx, dout); err != nil {
		return err
	}
	if !s.here.responded {
		if err := s.along(st, u, x, in, q.stillU, nil, q.still, O, q.dx, q.dout); err != nil {
			return err
		}
		s.here.responded = true
	}
	by := -s.offSlope(dout) / s.offSlope(q.dout)
	if by-by != 0 {
		return fmt.Errorf("tangent: the organic flow does not move the cut")
	}
	for i, v := range q.dx {
		dx[i] += by * v
	}
	for p := range dout {
		dout[p].T += by * q.dout[p].T
		for c, n := range q.dout[p].N {
			dout[p].N[c] += by * n
		}
	}
	return nil
}
