package chem

import "reetwin/flowsheet/conf"

func (l *library) readComponents(root *conf.Table) {
	families := root.Table("family")
	for _, name := range families.Keys() {
		l.readFamily(name, families.Table(name))
	}
	families.Close()
	extractants := root.Table("extractant")
	for _, name := range extractants.Keys() {
		l.readExtractant(name, extractants.Table(name))
	}
	extractants.Close()
	aliases := root.Table("alias")
	for p := range phases {
		if aliases.Has(p.String()) {
			l.readAliases(p, aliases.Table(p.String()))
		}
	}
	aliases.Close()

	l.density = make(map[string]Constant)
	t := root.Table("density")
	o := origin{}.under(t)
	for _, name := range entries(t) {
		if name != "solid" && !l.has(name) {
			t.Fault(name, "is no component")
		}
		l.density[name] = l.number(t, name, "kg/m3", conf.Positive, o)
	}
	t.Close()
}

func (l *library) readFamily(name string, t *conf.Table) {
	f := family{name: name, solvent: t.TextOr("solvent", "")}
	phase := t.Choice("phase", Aqueous.String(), Organic.String(), Solid.String(), Gas.String())
	for p := range phases {
		if p.String() == phase {
			f.phase = p
		}
	}
	formulas := make(map[string]string)
	if t.Has("formula") {
		named := t.Table("formula")
		for _, key := range named.Keys() {
			formulas[key] = named.Text(key)
		}
	}
	f.members = l.readMembers(t.Table("components"), f.phase, formulas, nil)
	solvent := false
	for _, m := range f.members {
		solvent = solvent || m.name == f.solvent
	}
	if f.solvent != "" && !solvent {
		t.Fault("solvent", "%q is not among the components of the family", f.solvent)
	}
	l.families = append(l.families, f)
	t.Close()
}

func (l *library) readExtractant(name string, t *conf.Table) {
	anion, err := atoms(t.Text("anion"), l.index, nil)
	if err != nil {
		t.Fault("anion", "%v", err)
	}
	formulas := map[string]string{name: t.Text("acid")}
	x := extractant{name: name}
	x.members = l.readMembers(t.Table("components"), Organic, formulas, map[string][]float64{name: anion})
	if len(x.members) == 0 || x.members[0].name != name {
		t.Fault("components", "must begin with the free extractant %q", name)
	}
	l.extractants = append(l.extractants, x)
	t.Close()
}

// readMembers reads components: lines of the form  name = "element it is counted under".
func (l *library) readMembers(t *conf.Table, p Phase, formulas map[string]string, groups map[string][]float64) []member {
	var list []member
	for _, name := range t.Keys() {
		m := member{name: name, key: t.Text(name)}
		formula, charge, err := species(name, p)
		if f, ok := formulas[name]; ok {
			formula = f
		}
		if err == nil {
			m.charge = charge
			m.atoms, err = atoms(formula, l.index, groups)
		}
		if err != nil {
			t.Fault(name, "%v", err)
			continue
		}
		if e, ok := l.index[m.key]; m.key != "" && (!ok || m.atoms[e] == 0) {
			t.Fault(name, "is counted under %q, which is not in its formula", m.key)
		}
		if l.has(name) {
			t.Fault(name, "is a component already")
		}
		list = append(list, m)
	}
	t.Close()
	return list
}

// readAliases reads substances as sums of components; atoms and charge of the name must be those of the sum.
func (l *library) readAliases(p Phase, all *conf.Table) {
	for _, name := range all.Keys() {
		t := all.Table(name)
		a := alias{phase: p, name: name}
		sum := make([]float64, len(l.elements))
		var charge float64
		for _, part := range t.Keys() {
			n := float64(t.Int(part, -9, 9))
			a.parts = append(a.parts, ingredient{part, n})
			m := l.member(part)
			if m == nil {
				t.Fault(part, "is no component")
				continue
			}
			charge += n * m.charge
			for e := range sum {
				sum[e] += n * m.atoms[e]
			}
		}
		formula, z, err := species(name, p)
		var own []float64
		if err == nil {
			own, err = atoms(formula, l.index, nil)
		}
		if err != nil {
			all.Fault(name, "%v", err)
		} else if z != charge || !equal(own, sum) {
			all.Fault(name, "is not the sum of its parts")
		}
		l.aliases = append(l.aliases, a)
		t.Close()
	}
	all.Close()
}

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func (l *library) has(component string) bool { return l.member(component) != nil }

// member is a component of any family or extractant, nil if there is none of that name.
func (l *library) member(name string) *member {
	for _, f := range l.families {
		for i := range f.members {
			if f.members[i].name == name {
				return &f.members[i]
			}
		}
	}
	for _, x := range l.extractants {
		for i := range x.members {
			if x.members[i].name == name {
				return &x.members[i]
			}
		}
	}
	return nil
}

func (l *library) extractant(name string) *extractant {
	for i := range l.extractants {
		if l.extractants[i].name == name {
			return &l.extractants[i]
		}
	}
	return nil
}
