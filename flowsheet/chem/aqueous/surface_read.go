package aqueous

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// surfaceEntry is a surface by names, before it is resolved against the chosen components.
type surfaceEntry struct {
	name, file, metal, like string
	on                      map[string]float64
	area                    float64
	sized                   bool // area is given
	density                 map[string]float64
	origin                  Constant // class and source of area and density
	shift                   float64
	shifted                 []string // components
	shiftOrigin             Constant
	reactions               []entry
}

// readSurfaces reads [surface]. A surface that is known already is laid over: what is given replaces.
func (b *builder) readSurfaces(file string, root *conf.Table) {
	all := root.Table("surface")
	for _, name := range all.Keys() {
		t := all.Table(name)
		i := slices.IndexFunc(b.surfaces, func(e surfaceEntry) bool { return e.name == name })
		if i < 0 {
			i = len(b.surfaces)
			b.surfaces = append(b.surfaces, surfaceEntry{name: name, file: file, on: map[string]float64{}, density: map[string]float64{}})
			b.surfaces[i].like = t.TextOr("like", "")
			b.surfaces[i].metal = t.Text("metal")
			if b.surfaces[i].like == "" {
				t.Required("sites", "sites = { w = 0.2 }")
			}
			t.Required("on", `on = { "Fe(OH)3(a)" = 1 }`)
		}
		b.surface(t, file, &b.surfaces[i])
		t.Close()
	}
	all.Close()
}

func (b *builder) surface(t *conf.Table, file string, e *surfaceEntry) {
	e.metal = t.TextOr("metal", e.metal)
	numbers := func(key string, to map[string]float64, r conf.Range) {
		one := t.Table(key)
		for _, name := range one.Keys() {
			to[name] = one.Quantity(name, "1", r)
		}
		one.Close()
	}
	numbers("on", e.on, conf.Between(0.01, 100))
	if t.Has("sites") || t.Has("area") {
		e.origin = Constant{Class: chem.Class(t.Choice("class", classes...)), Source: t.Text("source"), File: file}
		numbers("sites", e.density, conf.Between(1e-9, 10))
		for name := range e.density {
			if !siteName.MatchString(name) {
				t.Fault("sites", "a kind of site is named by small letters, such as w; %q is not", name)
			}
		}
		if t.Has("area") || e.like == "" && !e.sized { // none of the double layer is said, not left out
			e.area, e.sized = t.Quantity("area", "m2/mol", conf.Between(0, 1e7)), true
		}
	}
	if t.Has("shift") {
		one := t.Table("shift")
		e.shift, e.shifted = one.Quantity("log_k", "1", conf.Between(-20, 20)), one.Texts("of")
		e.shiftOrigin = Constant{Class: chem.Class(one.Choice("class", classes...)), Source: one.Text("source"), File: file}
		for _, name := range e.shifted {
			if !slices.ContainsFunc(b.components, func(c Component) bool { return c.Name == name }) {
				one.Fault("of", "there is no component %q; %s", name, conf.Hint(name, b.componentNames()))
			}
		}
		one.Close()
	}
	for _, block := range t.Tables("reactions") {
		c := Constant{Class: chem.Class(block.Choice("class", classes...)), Source: block.Text("source"), File: file}
		entries := block.Table("entries")
		for _, name := range entries.Keys() {
			one := entries.Table(name)
			c.LogK = one.Quantity("log_k25", "1", conf.Between(-400, 400))
			b.surfaceReaction(one, name, c, e)
			one.Close()
		}
		block.Close()
	}
}

var (
	siteName = regexp.MustCompile(`^[a-z]+$`)
	bareSite = regexp.MustCompile(`^X([a-z]+)OH$`)
)

// surfaceReaction reads the formation of a surface species from the bare site, ">wOH + La+3 = >wOLa+2 + H+". In formulas the
// kind of site counts as an element: >w is Xw.
func (b *builder) surfaceReaction(t *conf.Table, name string, c Constant, e *surfaceEntry) {
	text := t.Text("eq")
	if t.Faulty("eq") {
		return
	}
	eq, err := parseEquation(strings.ReplaceAll(text, ">", "X"))
	if err == nil {
		err = eq.balance()
	}
	if err != nil {
		t.Fault("eq", "%s", strings.ReplaceAll(err.Error(), "X", ">"))
		return
	}
	self := strings.ReplaceAll(name, ">", "X")
	if eq[self] != 1 {
		t.Fault("eq", "%q must stand once, on the right side", name)
		return
	}
	delete(eq, self)
	one := entry{name: name, terms: eq, constant: c}
	sites := 0
	for _, species := range slices.Sorted(maps.Keys(eq)) {
		coefficient := eq[species]
		switch {
		case bareSite.MatchString(species):
			sites++
			if coefficient != -1 && coefficient != -2 {
				t.Fault("eq", "takes %g sites; 1 or 2 are known", -coefficient)
			}
		case species != "H+" && species != "H2O" && !slices.ContainsFunc(b.components, func(o Component) bool { return o.Species == species }):
			t.Fault("eq", "%q is neither a component nor a bare site such as >wOH", strings.ReplaceAll(species, "X", ">"))
		}
		eq[species] = -coefficient
		if coefficient == 0 {
			delete(eq, species)
		}
	}
	if sites != 1 {
		t.Fault("eq", "needs one kind of bare site, such as >wOH")
	}
	if _, one.charge, err = atomsOf(self); err != nil || one.charge < -topCharge || one.charge > topCharge {
		t.Fault("eq", "%q needs a charge from -%d to +%d", name, topCharge, topCharge)
	}
	if i := slices.IndexFunc(e.reactions, func(o entry) bool { return o.name == name }); i >= 0 {
		e.reactions[i] = one
		return
	}
	e.reactions = append(e.reactions, one)
}

func (b *builder) componentNames() []string {
	names := make([]string, len(b.components))
	for i, c := range b.components {
		names[i] = c.Name
	}
	return names
}

// buildSurfaces resolves the surfaces whose metal is chosen. at is the component of each free species.
func (b *builder) buildSurfaces(at map[string]int) error {
	s := b.sys
	for i := range b.surfaces {
		e := &b.surfaces[i]
		fault := func(format string, args ...any) error {
			return fmt.Errorf("aqueous data: %s: surface.%s: %s", e.file, e.name, fmt.Sprintf(format, args...))
		}
		if e.like != "" {
			if err := e.inherit(b.surfaces, fault); err != nil {
				return err
			}
		}
		if !slices.ContainsFunc(b.components, func(c Component) bool { return c.Name == e.metal }) {
			return fault("metal: there is no component %q; %s", e.metal, conf.Hint(e.metal, b.componentNames()))
		}
		o := Surface{Name: e.name, Metal: e.metal, Area: e.area, Class: e.origin.Class, Source: e.origin.Source}
		for _, name := range slices.Sorted(maps.Keys(e.on)) {
			if !slices.ContainsFunc(b.entries[ofSolid], func(o entry) bool { return o.name == name }) {
				var names []string
				for _, o := range b.entries[ofSolid] {
					names = append(names, o.name)
				}
				return fault("on: there is no solid %q; %s", name, conf.Hint(name, names))
			}
			if k, there := s.index["solid:"+name]; there {
				o.Carriers = append(o.Carriers, Carrier{k, e.on[name]})
			}
		}
		if err := o.resolve(e, at, fault); err != nil {
			return err
		}
		if _, chosen := s.index["component:"+e.metal]; chosen {
			s.index["surface:"+o.Name] = len(s.Surfaces)
			s.Surfaces = append(s.Surfaces, o)
		}
	}
	return nil
}

// resolve sets sites and species.
func (o *Surface) resolve(e *surfaceEntry, at map[string]int, fault func(string, ...any) error) error {
	names := slices.Sorted(maps.Keys(e.density))
	for i, name := range names {
		o.Sites = append(o.Sites, Site{name, e.density[name]})
		o.Species = append(o.Species, SurfaceSpecies{Name: ">" + name + "OH", Site: i, Sites: 1, Constant: Constant{Class: e.origin.Class, Source: "reference"}})
	}
	for _, one := range e.reactions {
		species := SurfaceSpecies{Name: one.name, Charge: one.charge, Constant: one.constant}
		rest := maps.Clone(one.terms)
		for name, sites := range one.terms {
			if found := bareSite.FindStringSubmatch(name); found != nil {
				if species.Site = slices.Index(names, found[1]); species.Site < 0 {
					return fault("%s: there is no kind of site %q; %s", one.name, found[1], conf.Hint(found[1], names))
				}
				species.Sites = sites
				delete(rest, name)
			}
		}
		ok := true
		if species.Terms, ok = resolve(rest, at); ok {
			o.Species = append(o.Species, species)
		}
	}
	return nil
}

// inherit lays e over the surface it is like: numbers carried over from another solid are assumed.
func (e *surfaceEntry) inherit(all []surfaceEntry, fault func(string, ...any) error) error {
	i := slices.IndexFunc(all, func(o surfaceEntry) bool { return o.name == e.like && o.like == "" })
	if i < 0 {
		var names []string
		for _, o := range all {
			if o.like == "" {
				names = append(names, o.name)
			}
		}
		return fault("like: there is no surface %q of its own; %s", e.like, conf.Hint(e.like, names))
	}
	base := &all[i]
	carried := func(c Constant) Constant {
		c.Class, c.Source = chem.Assumed, fmt.Sprintf("carried over from %s: %s", base.name, c.Source)
		return c
	}
	if len(e.density) == 0 && !e.sized {
		e.origin = carried(base.origin)
	}
	if len(e.density) == 0 {
		e.density = base.density
	}
	if !e.sized {
		e.area = base.area
	}
	own := e.reactions
	e.reactions = nil
	for _, one := range base.reactions {
		if slices.ContainsFunc(own, func(o entry) bool { return o.name == one.name }) {
			continue
		}
		one.constant = carried(one.constant)
		for name := range one.terms {
			if slices.ContainsFunc(e.shifted, func(c string) bool { return strings.HasPrefix(name, c+"+") }) {
				one.constant.LogK += e.shift
				one.constant.Source += fmt.Sprintf("; shifted by %+g (%s): %s", e.shift, e.shiftOrigin.Class, e.shiftOrigin.Source)
			}
		}
		e.reactions = append(e.reactions, one)
	}
	e.reactions = append(e.reactions, own...)
	return nil
}
