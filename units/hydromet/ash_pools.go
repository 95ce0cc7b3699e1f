package hydromet

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// AshPools tells apart, in the assay of an ash, what of each oxide is labile, acid-soluble and locked:
//
//	labile = f_labile · n        locked = f_locked · n        the rest stays acid-soluble (silica: quartz)
//
// where n is the oxide of the family oxide or ash (SiO2(s) for silica) at the inlet, less what mullite takes: with `mullite`, a share of the
// alumina, 3 Al2O3 + 2 SiO2 → Al6Si2O13 (family crystalline), which nothing here attacks. It is bookkeeping: matter only changes the name under which
// it leaches, as a sequential extraction would find it. What is labile or locked already passes, as does all else.
//
// Assumptions: the fractions hold for the ash at hand. Validity: that of their sources; fractions of an element may not exceed 1.
// Degrees of freedom: the fractions, mullite. An element is named, or REE stands for all rare earths that are not.
type AshPools struct {
	dials
	system *chem.System
	splits []ashSplit

	mullite                  int // place in u, −1 without
	crystal, alumina, silica int // components
}

// ashSplit moves one oxide into its pools; labile and locked are places in u, and components.
type ashSplit struct {
	symbol            string
	oxide             int
	labile, locked    int // places in u, −1 without
	toLabile, toGlass int
}

// NewAshPools makes the split of an assay into leach pools.
func NewAshPools() flowsheet.Unit { return new(AshPools) }

// Init reads the table pool: for each element labile and locked, with source and class for all or its own.
func (a *AshPools) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	a.system = env.System
	spec := flowsheet.Spec{In: inlets(env), Out: ports("out")}
	t := env.Param.Required("pool", "source, class, and elements such as REE = { labile = 0.05, locked = 0.6 }")
	source, class := t.Text("source"), t.Choice("class", "measured", "derived", "estimated", "assumed")
	named := map[int]bool{}
	for _, symbol := range elements(t) {
		if e, ok := env.System.Element(symbol); ok {
			named[e] = true
		}
	}
	a.readMullite(env.Param, &spec, source, chem.Class(class))
	for _, symbol := range elements(t) {
		own, first := t.Table(symbol), len(a.handles)
		from := own.TextOr("source", source)
		how := chem.Class(own.ChoiceOr("class", class, "measured", "derived", "estimated", "assumed"))
		labile, locked := -1, -1
		if own.Has("labile") {
			labile = a.add("pool."+symbol+".labile", "1", own.Quantity("labile", "1", conf.Fraction), conf.Fraction)
		}
		if own.Has("locked") {
			locked = a.add("pool."+symbol+".locked", "1", own.Quantity("locked", "1", conf.Fraction), conf.Fraction)
		}
		own.Close()
		if labile < 0 && locked < 0 {
			t.Fault(symbol, "no fraction; needs labile, locked or both")
		}
		a.split(t, symbol, labile, locked, named)
		for _, h := range a.handles[first:] {
			spec.Constants = append(spec.Constants, chem.Constant{Name: h.Name, Value: h.Value, Unit: h.Unit, Class: how, Source: from})
		}
	}
	if len(elements(t)) == 0 {
		t.Fault("", "no element; needs at least one, such as REE = { labile = 0.05, locked = 0.6 }")
	}
	for _, s := range a.splits {
		if sum := a.fraction(s.labile) + a.fraction(s.locked); sum > 1 && !t.Faulty(s.symbol) {
			t.Fault(s.symbol, "labile and locked add to %.6g, more than 1", sum)
		}
	}
	spec.Handles = a.handles
	return spec, nil
}

// readMullite reads the share of the alumina that is in mullite.
func (a *AshPools) readMullite(t *conf.Table, spec *flowsheet.Spec, source string, class chem.Class) {
	a.mullite = -1
	if !t.Has("mullite") {
		return
	}
	share := t.Quantity("mullite", "1", conf.Fraction)
	for _, c := range []struct {
		name string
		at   *int
	}{{"Mullite(s)", &a.crystal}, {"Al2O3(s)", &a.alumina}, {"SiO2(s)", &a.silica}} {
		var ok bool
		if *c.at, ok = a.system.Index(c.name); !ok {
			t.Fault("mullite", "the system has no component %s; add the families crystalline, oxide and gangue to [chemistry]", c.name)
			return
		}
	}
	a.mullite = a.add("mullite", "1", share, conf.Fraction)
	spec.Constants = append(spec.Constants, chem.Constant{Name: "mullite", Value: share, Unit: "1", Class: class, Source: source})
}

// fraction is a fraction as read.
func (a *AshPools) fraction(at int) float64 {
	if at < 0 {
		return 0
	}
	return a.handles[at].Value
}

// split finds the oxides that a key stands for and where they go.
func (a *AshPools) split(t *conf.Table, symbol string, labile, locked int, named map[int]bool) {
	s := a.system
	var list []int
	if e, ok := s.Element(symbol); ok {
		list = append(list, e)
	} else if symbol == "REE" {
		for e, element := range s.Elements {
			if element.Group == "ree" && !named[e] && s.InFamily("oxide", e) >= 0 {
				list = append(list, e)
			}
		}
	} else {
		t.Fault(symbol, "%v", s.Unknown("element", symbol, append(s.Symbols(), "REE")))
	}
	for _, e := range list {
		split := ashSplit{symbol: symbol, oxide: solubleOxide(s, e), labile: labile, locked: locked,
			toLabile: s.InFamily("labile", e), toGlass: s.InFamily("locked", e)}
		if split.oxide < 0 {
			split.oxide = s.InFamily("gangue", e)
		}
		name := s.Elements[e].Symbol
		switch {
		case split.oxide < 0:
			t.Fault(symbol, "%s has no oxide in the system to split", name)
		case labile >= 0 && split.toLabile < 0:
			t.Fault(symbol, "%s has no labile form; leave labile out, or add the family labile to [chemistry]", name)
		case locked >= 0 && split.toGlass < 0:
			t.Fault(symbol, "%s has no locked form; leave locked out, or add the family locked to [chemistry]", name)
		default:
			a.splits = append(a.splits, split)
		}
	}
}

// Solve renames.
func (a *AshPools) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := a.check(u); err != nil {
		return err
	}
	merge(a.system, in, &out[0])
	n := out[0].N
	if a.mullite >= 0 {
		extent := u[a.mullite] * n[a.alumina] / 3
		if 2*extent > n[a.silica] {
			return fmt.Errorf("mullite takes %.6g mol/s of silica, the ash has %.6g", 2*extent, n[a.silica])
		}
		n[a.crystal] += extent
		n[a.alumina] *= 1 - u[a.mullite]
		n[a.silica] -= 2 * extent
	}
	for _, s := range a.splits {
		labile, locked := at(u, s.labile), at(u, s.locked)
		if labile+locked > 1 {
			return fmt.Errorf("labile and locked %s add to %.6g, more than 1", s.symbol, labile+locked)
		}
		total := n[s.oxide]
		n[s.oxide] = total * (1 - labile - locked)
		if s.labile >= 0 {
			n[s.toLabile] += labile * total
		}
		if s.locked >= 0 {
			n[s.toGlass] += locked * total
		}
	}
	return nil
}

// at is u[i], 0 without a place.
func at(u []float64, i int) float64 {
	if i < 0 {
		return 0
	}
	return u[i]
}

// Tangent is the product rule on Solve.
func (a *AshPools) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	mergeTangent(a.system, in, out[0].T, din, &dout[0])
	dn := dout[0].N
	extent := 0.0
	if a.mullite >= 0 {
		fed := 0.0
		for k := range in {
			fed += in[k].N[a.alumina]
		}
		extent = u[a.mullite] * fed / 3
		dextent := (u[a.mullite]*dn[a.alumina] + du[a.mullite]*fed) / 3
		dn[a.crystal] += dextent
		dn[a.alumina] -= 3 * dextent
		dn[a.silica] -= 2 * dextent
	}
	for _, s := range a.splits {
		labile, locked, dlabile, dlocked := at(u, s.labile), at(u, s.locked), at(du, s.labile), at(du, s.locked)
		total, dtotal := 0.0, dn[s.oxide]
		for k := range in {
			total += in[k].N[s.oxide]
		}
		switch {
		case a.mullite < 0:
		case s.oxide == a.alumina:
			total -= 3 * extent
		case s.oxide == a.silica:
			total -= 2 * extent
		}
		dn[s.oxide] = dtotal*(1-labile-locked) - total*(dlabile+dlocked)
		if s.labile >= 0 {
			dn[s.toLabile] += labile*dtotal + dlabile*total
		}
		if s.locked >= 0 {
			dn[s.toGlass] += locked*dtotal + dlocked*total
		}
	}
	return nil
}

// Explain gives the equations in words.
func (a *AshPools) Explain() string {
	return "each oxide of the assay is told apart into labile, acid-soluble (the rest) and locked, by fractions of its moles, after what mullite takes; nothing reacts."
}
