package flowsheet

import (
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// KPI is one figure of merit of the solved plant.
type KPI struct {
	Name  string
	Value float64 // SI; fractions 0 to 1
	Unit  string
	From  []string // streams that the figure is referred to
	To    []string // streams in which it is measured
}

type kpi struct {
	KPI
	value func(p *Plant) Dual
	at    []int // the units that make its streams
}

// KPIs evaluates every KPI of the plant's file on the last solution.
func (p *Plant) KPIs() []KPI {
	p.clearTangents()
	out := make([]KPI, len(p.kpis))
	for i, k := range p.kpis {
		out[i] = k.KPI
		out[i].Value = k.value(p).V
	}
	return out
}

// readAllKPIs reads [kpi]: those of the included parts, [kpi.PART], before the plant's own, which may use them.
func (p *Plant) readAllKPIs(t *conf.Table, parts []string) {
	for _, part := range parts {
		if t.Has(part) {
			p.readKPIs(t.Table(part), part+partMark)
		}
	}
	p.readKPIs(t, "")
}

// readKPIs reads recovery, purity, reagent and formula; the mark goes before the name of each.
func (p *Plant) readKPIs(t *conf.Table, mark string) {
	if t.Has("recovery") {
		r := t.Table("recovery")
		p.addRecoveries(mark, p.streamList(r, "from"), p.streamList(r, "to"))
		r.Close()
	}
	if t.Has("purity") {
		r := t.Table("purity")
		to := p.streamList(r, "of")
		r.Close()
		p.addKPI(mark+"purity.REE", "1", nil, to, func(*Plant) Dual {
			return sum(to, p.System.Mass, p.reeMass(true)...).over(sum(to, p.System.Mass))
		})
	}
	reagents := t.Table("reagent")
	for _, name := range reagents.Keys() {
		p.addReagent(reagents.Table(name), mark, name)
	}
	reagents.Close()
	formulas := t.Table("formula")
	names := formulas.Keys()
	below := make([]string, len(names))
	for i, name := range names {
		below[i] = mark + name
	}
	for i, name := range names {
		p.addFormula(formulas.Table(name), mark+name, below[i:])
	}
	formulas.Close()
	t.Close()
}

func (p *Plant) addKPI(name, unit string, from, to []*link, value func(*Plant) Dual) {
	k := &kpi{KPI: KPI{Name: name, Unit: unit}, value: value}
	for _, s := range from {
		k.From = append(k.From, s.name)
		k.at = append(k.at, s.from)
	}
	for _, s := range to {
		k.To = append(k.To, s.name)
		k.at = append(k.at, s.from)
	}
	p.kpis = append(p.kpis, k)
}

// streamList reads a stream name or a list of them.
func (p *Plant) streamList(t *conf.Table, key string) []*link {
	var names []string
	const wanted = "needs a stream, or a list of streams"
	switch t.Kind(key) {
	case "string":
		names = []string{t.Text(key)}
	case "array":
		if names = t.Texts(key); len(names) == 0 && !t.Faulty(key) {
			t.Fault(key, "empty; "+wanted)
		}
	case "":
		t.Fault(key, "missing; "+wanted)
	default:
		t.Fault(key, wanted)
	}
	var known []string
	for _, s := range p.streams {
		known = append(known, s.name)
	}
	var out []*link
	for _, name := range names {
		s, ok := p.byName[name]
		switch {
		case ok:
			out = append(out, s)
		case !p.excused(name):
			t.Fault(key, "no stream %q; %s", name, conf.Hint(name, known))
		}
	}
	return out
}

// sum adds a linear property over streams; with masses given it adds those elements' flows times them instead.
func sum(streams []*link, property func([]float64) float64, parts ...func([]float64) float64) Dual {
	var d Dual
	for _, s := range streams {
		if len(parts) == 0 {
			d = d.plus(Dual{property(s.flow.N), property(s.d.N)})
			continue
		}
		for _, part := range parts {
			d = d.plus(Dual{part(s.flow.N), part(s.d.N)})
		}
	}
	return d
}

// reeMass returns, for each rare earth of the system, its mass flow (kg/s) in a stream.
func (p *Plant) reeMass(withSc bool) []func([]float64) float64 {
	var parts []func([]float64) float64
	for e, el := range p.System.Elements {
		if el.Group == "ree" && (withSc || el.Symbol != "Sc") {
			parts = append(parts, p.elementMass(e))
		}
	}
	return parts
}

func (p *Plant) elementMass(e int) func([]float64) float64 {
	return func(n []float64) float64 { return p.System.Elements[e].Mass * p.System.ElementFlow(e, n) }
}

func (p *Plant) addRecoveries(mark string, from, to []*link) {
	ratio := func(parts ...func([]float64) float64) func(*Plant) Dual {
		return func(*Plant) Dual {
			return sum(to, p.System.Mass, parts...).over(sum(from, p.System.Mass, parts...)) // no number where none is fed
		}
	}
	for e, el := range p.System.Elements {
		if el.Group != "framework" && p.keyed(e) && slices.ContainsFunc(p.System.Components, func(c chem.Component) bool {
			return c.Key == e && c.Phase == chem.Solid
		}) {
			p.addKPI(mark+"recovery."+el.Symbol, "1", from, to, ratio(p.elementMass(e)))
		}
	}
	if ree := p.reeMass(true); len(ree) > 0 {
		p.addKPI(mark+"recovery.REE", "1", from, to, ratio(ree...))
	}
	if ree := p.reeMass(false); len(ree) > 0 {
		p.addKPI(mark+"recovery.REE_without_Sc", "1", from, to, ratio(ree...))
	}
}

// keyed says whether any component is counted under an element.
func (p *Plant) keyed(e int) bool {
	return slices.ContainsFunc(p.System.Components, func(c chem.Component) bool { return c.Key == e })
}

// oxideMass is the mass flow (kg/s) of the rare earths of a stream, each as M2O3.
func (p *Plant) oxideMass() []func([]float64) float64 {
	o, _ := p.System.Element("O")
	var parts []func([]float64) float64
	for e, el := range p.System.Elements {
		if el.Group == "ree" {
			m := el.Mass + 1.5*p.System.Elements[o].Mass
			parts = append(parts, func(n []float64) float64 { return m * p.System.ElementFlow(e, n) })
		}
	}
	return parts
}

// addReagent reads the use of one reagent: the streams that bring it in, the component that counts it, and the product.
func (p *Plant) addReagent(t *conf.Table, mark, name string) {
	from, to := p.streamList(t, "streams"), p.streamList(t, "product")
	substance, by := t.TextOr("substance", name), t.Text("counted_by")
	defer t.Close()
	kpi := mark + "reagent." + name + ".per_kg_REO"
	p.spoilt[kpi] = true
	if t.Faulty("counted_by") {
		return
	}
	c, ok := p.System.Index(by)
	if !ok {
		t.Fault("counted_by", "%v", p.System.Unknown("component", by, p.components()))
		return
	}
	recipe, err := p.System.Resolve(p.System.Components[c].Phase, substance)
	if err != nil {
		t.Fault("substance", "%v", err)
		return
	}
	count := 0.0
	for _, part := range recipe.Parts {
		if part.Component == c {
			count = part.Count
		}
	}
	if count == 0 {
		t.Fault("counted_by", "%s holds no %s", substance, by)
		return
	}
	p.spoilt[kpi] = false
	p.addKPI(kpi, "1", from, to, func(*Plant) Dual {
		used := sum(from, func(n []float64) float64 { return n[c] * recipe.M / count })
		return used.over(sum(to, p.System.Mass, p.oxideMass()...))
	})
}

// fault notes that a path leads nowhere, unless what it leads to has a fault of its own.
func (p *Plant) fault(t *conf.Table, key, path string, err error) {
	if !p.excused(path) {
		t.Fault(key, "%v", err)
	}
}

func (p *Plant) components() []string {
	names := make([]string, len(p.System.Components))
	for i, c := range p.System.Components {
		names[i] = c.Name
	}
	return names
}

// readAllPublished reads [published], and [published.PART] of the included parts.
func (p *Plant) readAllPublished(t *conf.Table, parts []string) {
	for _, part := range parts {
		if t.Has(part) {
			p.readPublished(t.Table(part), nil)
		}
	}
	p.readPublished(t, parts)
}

// readPublished reads numbers of one source by path, shown beside the computed ones; but names keys that are none.
func (p *Plant) readPublished(t *conf.Table, but []string) {
	paths := slices.DeleteFunc(t.Keys(), func(key string) bool { return slices.Contains(but, key) })
	source := ""
	if len(paths) > 0 {
		source = t.Text("source")
	}
	for _, path := range paths {
		if path == "source" {
			continue
		}
		r, err := p.reading(path)
		if err != nil {
			t.Skip(path)
			p.fault(t, path, path, err)
			continue
		}
		p.refs = append(p.refs, Published{Path: path, Value: r.want(t, path), Source: source})
	}
	t.Close()
}

func (p *Plant) readGangs(t *conf.Table) {
	for _, name := range t.Keys() {
		g := t.Table(name)
		gang := Gang{Name: name, Moves: g.Texts("moves")}
		unit := ""
		for _, m := range gang.Moves {
			n, i, err := p.handle(m)
			switch {
			case err != nil:
				p.fault(g, "moves", m, err)
				p.spoilt[name] = true
			case unit == "":
				unit = n.spec.Handles[i].Unit
			case unit != n.spec.Handles[i].Unit:
				g.Fault("moves", "%s is in %s, the handles before it in %s", m, n.spec.Handles[i].Unit, unit)
			}
		}
		if len(gang.Moves) == 0 && !g.Faulty("moves") {
			g.Fault("moves", "empty; needs handles, such as \"feed.flow\"")
		}
		g.Close()
		p.spoilt[name] = p.spoilt[name] || g.Faulty("")
		p.gangs = append(p.gangs, gang)
	}
	t.Close()
}
