package thermo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// temperature bounds every T of the data, K.
var temperature = conf.Between(1, 20000)

// entryReader turns one entry of the data into forms.
type entryReader struct {
	b       *builder
	t       *conf.Table
	key     string
	species *Species
	chain   *chain
	by      *source // of all numbers that name no other
	byH     *source
	byS     *source
	numbers []Number // of the chain so far: a form rests on all before it
	forms   []*Form
}

func (e *entryReader) read() []*Form {
	t := e.t
	e.species = e.name()
	note := t.TextOr("note", "")
	if t.Has("by") || !t.Has("by_hf") {
		e.by = e.b.source(t, "by", nil)
	}
	e.byH, e.byS = e.b.source(t, "by_hf", e.by), e.b.source(t, "by_s", e.by)
	e.chain = &chain{h298: math.NaN(), s298: math.NaN()}
	chained := t.Has("hf")
	if chained {
		e.chain.h298 = t.Quantity("hf", "J/mol", conf.Between(-1e8, 1e8))
		e.chain.s298 = t.QuantityOr("s", "J/(mol K)", math.NaN(), conf.Between(-1e4, 1e5))
	}
	steps := t.Tables("steps")
	if len(steps) == 0 && !t.Faulty("steps") {
		t.Fault("steps", "missing; an entry needs the ranges of its forms")
	}
	for i, step := range steps {
		e.step(step, i, chained)
		step.Close()
	}
	if t.Faulty("") || len(e.forms) == 0 {
		return nil
	}
	if !chained {
		f := e.forms[0]
		for _, o := range e.forms {
			if o.away(Room) < f.away(Room) {
				f = o
			}
		}
		e.chain.h298, e.chain.s298 = f.H(Room), f.S(Room)
	}
	e.uncertainty(chained)
	for _, f := range e.forms {
		f.Note = note
	}
	return e.forms
}

// name takes the key apart and counts the atoms of the formula.
func (e *entryReader) name() *Species {
	base, set, _ := strings.Cut(e.key, "@")
	for _, s := range []State{Solid, Liquid, Gas, Aqueous} {
		base = strings.TrimSuffix(base, "("+string(s)+")")
	}
	s := &Species{Name: base}
	if set != "" {
		s.Name += "@" + set
	}
	s.Formula = e.t.TextOr("formula", base)
	formula, charge := ion(s.Formula)
	var err error
	if s.Atoms, err = chem.Atoms(formula); err != nil {
		e.t.Fault("", "%v; give the key formula", err)
	}
	s.Charge = charge
	return s
}

// uncertainty fills that of the chain: its own keys, else what its sources are taken to have.
func (e *entryReader) uncertainty(chained bool) {
	c, t := e.chain, e.t
	c.uClass = e.byH.uncertainty
	if t.Has("u_hf") {
		c.uClass = weaker(e.byH.uncertainty, e.byH.class)
	}
	c.uh = t.QuantityOr("u_hf", "J/mol", e.byH.uh, conf.NonNegative)
	if math.IsNaN(c.uh) {
		t.Fault("u_hf", "missing; neither the entry nor its source says how uncertain the enthalpy is")
	}
	c.us = t.QuantityOr("u_s", "J/(mol K)", e.byS.us, conf.NonNegative)
	if math.IsNaN(c.us) {
		if !math.IsNaN(c.s298) {
			t.Fault("u_s", "missing; neither the entry nor its source says how uncertain the entropy is")
		}
		c.us = 0
	}
	if t.Has("u_heat") {
		c.content = t.Quantity("u_heat", "1", conf.Between(0, 1))
	}
	show := func(v float64, unit string) string { return fmt.Sprintf("%.3g %s", v, unit) }
	var head []Number
	if chained {
		head = []Number{{"hf", e.written("hf"), show(c.uh/1000, "kJ/mol"), c.uClass, e.byH.class, e.byH.text}}
		if !math.IsNaN(c.s298) {
			head = append(head, Number{"s", e.written("s"), show(c.us, "J/(mol K)"), e.byS.uncertainty, e.byS.class, e.byS.text})
		}
	} else {
		head = []Number{
			{"H at 298.15 K", show6(c.h298/1000, "kJ/mol"), show(c.uh/1000, "kJ/mol"), c.uClass, e.byH.class, e.byH.text},
			{"S at 298.15 K", show6(c.s298, "J/(mol K)"), show(c.us, "J/(mol K)"), e.byS.uncertainty, e.byS.class, e.byS.text},
		}
	}
	for _, f := range e.forms {
		f.Numbers = append(slices.Clone(head), f.Numbers...)
		for _, n := range f.Numbers {
			f.Class = weaker(f.Class, n.Class)
		}
	}
}

func show6(v float64, unit string) string { return fmt.Sprintf("%.6g %s", v, unit) }

// written is a value of the entry as it stands in the file, as far as the reader keeps that.
func (e *entryReader) written(key string) string {
	if key == "hf" {
		return show6(e.chain.h298/1000, "kJ/mol")
	}
	return show6(e.chain.s298, "J/(mol K)")
}

// step reads one form. A chained one begins where the form before it ends, with the enthalpy of transition.
func (e *entryReader) step(t *conf.Table, i int, chained bool) {
	f := &Form{Species: e.species, State: State(t.Choice("state", "s", "l", "g", "aq")), Phase: t.TextOr("phase", ""), chain: e.chain}
	heat := e.b.source(t, "by", e.by)
	switch {
	case t.Has("pieces"):
		f.pieces = e.nasa(t)
		e.numbers = append(e.numbers, Number{Name: "coefficients", Text: fmt.Sprintf("%d pieces", len(f.pieces)), Class: heat.class, Source: heat.text})
	case t.Has("shomate"):
		if c := t.Numbers("shomate"); len(c) == 7 {
			f.pieces = []piece{shomate(t.Quantity("lo", "K", temperature), t.Quantity("hi", "K", temperature), [7]float64(c))}
		} else {
			t.Fault("shomate", "needs the 7 numbers A to G")
		}
		e.numbers = append(e.numbers, Number{Name: "coefficients", Text: "Shomate, A to G", Class: heat.class, Source: heat.text})
	case !chained:
		t.Fault("", "needs pieces, shomate, or hf of the entry and cp")
	default:
		e.chained(t, f, i, heat)
	}
	if !math.IsNaN(heat.content) {
		e.chain.content = max(e.chain.content, heat.content)
	} else if f.HasHeat() && !e.t.Has("u_heat") {
		t.Fault("by", "its source says nothing of the uncertainty of the heat content; give the entry u_heat")
	}
	if len(f.pieces) > 0 {
		f.Lo, f.Hi = f.pieces[0].lo, f.pieces[len(f.pieces)-1].hi
	}
	f.Numbers = slices.Clone(e.numbers)
	e.forms = append(e.forms, f)
}

// nasa reads the pieces of a form, each with its range and 7 + 2 constants.
func (e *entryReader) nasa(t *conf.Table) []piece {
	var pieces []piece
	for k, one := range t.Tables("pieces") {
		p := piece{lo: one.Quantity("lo", "K", temperature), hi: one.Quantity("hi", "K", temperature)}
		if a, b := one.Numbers("a"), one.Numbers("b"); len(a) == 7 && len(b) == 2 {
			p.a, p.b = [7]float64(a), [2]float64(b)
		} else if !one.Faulty("a") && !one.Faulty("b") {
			one.Fault("a", "needs 7 numbers in a and 2 in b")
		}
		if !(p.hi > p.lo) || k > 0 && p.lo != pieces[k-1].hi {
			one.Fault("lo", "the range is empty or does not begin where the piece before ends")
		}
		pieces = append(pieces, p)
		one.Close()
	}
	return pieces
}

// chained reads a form by its heat capacity: cp, or a table of it, or none at 298.15 K.
func (e *entryReader) chained(t *conf.Table, f *Form, i int, heat *source) {
	H, S := e.chain.h298, e.chain.s298
	at, lo := Room, 0.0
	if i > 0 {
		before := e.forms[i-1]
		lo = before.Hi
		at = lo
		dH := t.Quantity("dH", "J/mol", conf.Between(-1e6, 1e6))
		H, S = before.H(lo)+dH, before.S(lo)+dH/lo
		by := e.b.source(t, "by_tr", heat)
		e.numbers = append(e.numbers, Number{Name: fmt.Sprintf("dH at %g K", lo), Text: show6(dH/1000, "kJ/mol"), Class: by.class, Source: by.text})
	} else {
		lo = t.Quantity("lo", "K", temperature)
	}
	switch {
	case t.Has("T"):
		T, cp := t.Numbers("T"), t.Numbers("cp_at")
		if len(T) < 2 || len(T) != len(cp) || !slices.IsSorted(T) || len(slices.Compact(slices.Clone(T))) != len(T) || T[0] <= 0 || i > 0 && T[0] != lo {
			t.Fault("T", "needs two or more rising temperatures (K) from where the form begins, and as many cp_at (J/(mol K))")
			return
		}
		f.pieces = tabulated(T, cp)
		e.numbers = append(e.numbers, Number{Name: "cp", Text: fmt.Sprintf("table of %d points", len(T)), Class: heat.class, Source: heat.text})
		t.Skip("lo", "hi")
	case t.Has("cp"):
		c := t.Numbers("cp")
		hi := t.Quantity("hi", "K", temperature)
		if len(c) == 0 || len(c) > 5 || hi < lo {
			t.Fault("cp", "needs 1 to 5 numbers, and hi not below lo")
			return
		}
		f.pieces = []piece{polynomial(lo, hi, c)}
		e.numbers = append(e.numbers, Number{Name: "cp", Text: fmt.Sprint(c), Class: heat.class, Source: heat.text})
	default:
		if hi := t.Quantity("hi", "K", temperature); i > 0 || lo != Room || hi != Room {
			t.Fault("cp", "missing; without it a form serves at 298.15 K only")
		}
		f.Lo, f.Hi = Room, Room
		return
	}
	e.join(f, at, H, S)
}

// join gives the pieces their constants: H and S at the temperature given, and continuous from piece to piece.
func (e *entryReader) join(f *Form, at, H, S float64) {
	k := slices.IndexFunc(f.pieces, func(p piece) bool { return at <= p.hi })
	if k < 0 {
		k = len(f.pieces) - 1
	}
	f.Lo, f.Hi = f.pieces[0].lo, f.pieces[len(f.pieces)-1].hi
	f.pieces[k].anchor(at, H, S)
	for j := k + 1; j < len(f.pieces); j++ {
		p := &f.pieces[j-1]
		f.pieces[j].anchor(p.hi, p.h(p.hi), p.s(p.hi))
	}
	for j := k - 1; j >= 0; j-- {
		p := &f.pieces[j+1]
		f.pieces[j].anchor(p.lo, p.h(p.lo), p.s(p.lo))
	}
}
