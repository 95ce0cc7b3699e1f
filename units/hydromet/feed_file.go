package hydromet

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/assay"
	"reetwin/flowsheet/conf"
)

// fromFile is a feed whose composition is that of a feed file (package assay). What the file leaves open, the plant's file closes:
// one component takes the rest of a solid, or the charge of a water:
//
//	solid: n_rest = F (1 − Σ_j w_j m_j)/M_rest        m_j = mass of the components that a unit of j brings
//	water: n_closing = −Σ_i z_i n_i / z_closing        the acidity (a handle) is that of the analysis at its pH
type fromFile struct {
	analysis *assay.Feed
	waters   *assay.Waters
	families []string  // of solids: where an element is looked for
	left     []string  // names of the file that the plant leaves out
	closing  int       // component, −1 for none
	mass     []float64 // of solids: kg that a unit of each handle brings per kg of feed
	split    []chem.Constant
	warnings []flowsheet.Warning
}

// ownNumbers is what a number of the plant's file rests on.
func ownNumbers() assay.Basis { return assay.Basis{Class: chem.Assumed, Source: "the plant file"} }

// initFile reads from, flow and what may replace or fill the numbers of the file.
func (f *Feed) initFile(env flowsheet.Env) (flowsheet.Spec, error) {
	t := env.Param
	f.system, f.solvent = env.System, -1
	f.file = &fromFile{closing: -1}
	spec := flowsheet.Spec{Out: ports("out")}
	a, err := assay.Open(t.Text("from"), folder(t.File("from")))
	if err != nil {
		if !t.Faulty("from") {
			t.Fault("from", "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		t.Skip(t.Keys()...)
		return spec, nil
	}
	f.file.analysis = a
	phase, unit, standard := chem.Solid, "kg/s", 298.15
	f.composition = "assay"
	if a.Kind == assay.Water {
		phase, unit, standard, f.composition = chem.Aqueous, "m3/s", a.T, "tenor"
	}
	f.read(t, "flow", unit, conf.NonNegative)
	f.add("temperature", "K", t.QuantityOr("temperature", "K", standard, temperatures(phase)), temperatures(phase))
	f.fill(t, folder(t.File("from")))
	f.override(t)
	f.gaps(t)
	if first, end := env.System.Span(phase); first == end {
		t.Fault("from", "%s is a %s, and the system has no %s component; add the family to [chemistry]", a.Name, a.Kind, phase)
	}
	if t.Faulty("") {
		t.Skip(t.Keys()...)
		return spec, nil
	}
	if a.Kind == assay.Water {
		err = f.initWater(t)
	} else {
		f.initSolid(t)
	}
	if err != nil {
		return spec, err
	}
	f.reportGaps(t)
	spec.Handles = f.handles
	spec.Constants = f.file.constants()
	return spec, nil
}

// folder is where a plant's file stands.
func folder(file string) string {
	if strings.HasPrefix(file, "--set") {
		return ""
	}
	return filepath.Dir(file)
}

// override takes the numbers of the plant's own file in the place of those of the feed's.
func (f *Feed) override(t *conf.Table) {
	a := f.file.analysis
	if a.Kind == assay.Water {
		if t.Has("pH") {
			a.PH = t.Quantity("pH", "1", conf.Between(-2, 16))
			a.Fill("pH")
		}
		if t.Has("acidity") {
			if t.Has("pH") {
				t.Fault("acidity", "pH is given too; give one of them")
			}
			a.PH = math.NaN()
			a.Fill("pH")
		}
		if a.Balance = t.ChoiceOr("balance", a.Balance, "", "S", "Cl", "N", "Na", "none"); a.Balance == "none" {
			a.Balance = ""
		}
	} else if t.Has("rest") {
		a.Rest = t.Text("rest")
		a.Fill("matrix")
	}
	if !t.Has(f.composition) {
		return
	}
	own := t.Table(f.composition)
	for _, name := range own.Keys() {
		n := assay.Amount{Name: name, Basis: ownNumbers()}
		if a.Kind == assay.Water {
			var which int
			n.Value, which = own.QuantityOf(name, []string{"mg/L", "mol/L"}, conf.NonNegative)
			n.Molar = which == 1
		} else {
			n.Value = own.Quantity(name, "1", conf.Fraction)
		}
		if e, ok := f.system.Element(name); name == assay.REE || ok && f.system.Elements[e].Group == "ree" {
			a.Fill(assay.REE)
		}
		a.Put(n)
	}
	if len(a.Shares()) > 0 { // one by one, which is more than together
		a.Amounts = slices.DeleteFunc(a.Amounts, func(n assay.Amount) bool { return n.Name == assay.REE })
		a.Fill("split")
	}
}

// fill takes what the plant's file names for the gaps of the feed's.
func (f *Feed) fill(t *conf.Table, dir string) {
	a := f.file.analysis
	if t.Has("proxy") {
		proxy := t.Table("proxy")
		defer proxy.Close()
		if proxy.Has("split") {
			a.Split = proxy.Text("split")
			a.Fill("split")
			f.file.warn("proxy", "split", "the rare earths divide as in %s: the plant file's choice", a.Split)
		}
		if proxy.Has("matrix") {
			name := proxy.Text("matrix")
			other, err := assay.Open(name, dir)
			switch {
			case err != nil:
				proxy.Fault("matrix", "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
			case other.Kind != a.Kind || other.Form != a.Form || other.Rest == "":
				proxy.Fault("matrix", "%s is no %s with a whole matrix", other.Name, a.Kind)
			default:
				f.file.borrow(other, f.system)
			}
		}
	}
}

// gaps faults what is still missing, and says what would fill it.
func (f *Feed) gaps(t *conf.Table) {
	a := f.file.analysis
	for _, gap := range a.Missing {
		t.Fault("from", "%s is incomplete: no %s (%s); %s", a.Name, gap.Key, gap.Why, map[string]string{
			"pH":      `give pH = 2, or acidity = "0.5 mol/L"`,
			assay.REE: `give ` + f.composition + `.REE = "500 ppm"`,
			"split":   `choose proxy.split = "ash", "amd_mree" or a feed that has it`,
			"matrix":  `choose proxy.matrix = a feed that has one, or rest = "SiO2" for what is not listed`,
		}[gap.Key])
	}
}

// borrow takes the matrix of another feed.
func (file *fromFile) borrow(other *assay.Feed, s *chem.System) {
	a := file.analysis
	for _, n := range other.Amounts {
		e, ok := s.Element(n.Name)
		if _, has := a.Amount(n.Name); has || n.Name == assay.REE || ok && s.Elements[e].Group == "ree" {
			continue
		}
		n.Basis = assay.Basis{Class: chem.Assumed, Source: "proxy " + other.Name + ": " + n.Source}
		a.Put(n)
	}
	if a.Rest == "" {
		a.Rest = other.Rest
	}
	a.Fill("matrix")
	file.warn("proxy", "matrix", "the matrix is that of %s: the plant file's choice", other.Name)
}

func (file *fromFile) warn(code, where, format string, args ...any) {
	file.warnings = append(file.warnings, flowsheet.Warning{Code: code, Where: where, Text: fmt.Sprintf(format, args...)})
}

// leaveOut says whether the plant's file leaves a name out; a name that the plant does not have and that is not left out is a
// fault.
func (f *Feed) leaveOut(t *conf.Table, name, why string) bool {
	if slices.Contains(t.TextsOr("leave_out", nil), name) {
		f.file.left = append(f.file.left, name)
		return true
	}
	if why != "" {
		t.Fault("from", "%s brings %s, %s; add it to [chemistry], or name it in leave_out", f.file.analysis.Name, name, why)
	}
	return false
}

// shares declares the handle of all rare earths together, which divides by the split. unit is what the handle counts, per
// its kg; part makes the part of an element.
func (f *Feed) shares(t *conf.Table, a assay.Amount, unit string, part func(symbol string) (chem.Part, float64, bool)) {
	shares, basis, err := assay.Splits(f.file.analysis.Split, folder(t.File("from")))
	if err != nil {
		t.Fault("from", "split: %v", err)
		return
	}
	h := f.add(f.composition+"."+assay.REE, unit, a.Value, conf.NonNegative)
	for _, s := range shares {
		p, M, ok := part(s.Element)
		if f.leaveOut(t, s.Element, map[bool]string{false: "which the system does not have"}[ok]) || !ok {
			continue
		}
		f.parts = append(f.parts, feedPart{h, p.Component, p.Count * s.Share / M})
		f.file.split = append(f.file.split, chem.Constant{Name: "split." + s.Element, Value: s.Share, Unit: "1", Class: basis.Class, Source: basis.Source})
	}
}

// initWater declares the tenors, the acidity and what closes the charge.
func (f *Feed) initWater(t *conf.Table) error {
	a := f.file.analysis
	var err error
	if f.file.waters, err = assay.NewWaters(); err != nil {
		return err
	}
	w := f.file.waters
	f.solvent = f.system.Solvent(chem.Aqueous)
	f.dilution = 1 / f.system.Components[f.solvent].V
	tenors := map[assay.Dissolved]float64{}
	part := func(symbol string) (chem.Part, float64, bool) {
		d, known := w.Find(symbol)
		i, ok := f.system.Index(d.Component)
		return chem.Part{Component: i, Count: 1}, d.M, known && ok
	}
	closer, _ := assay.Closer(a.Balance)
	for _, n := range a.Amounts {
		if n.Name == assay.REE {
			f.shares(t, n, "kg/m3", part)
			shares, _, _ := assay.Splits(a.Split, folder(t.File("from")))
			for _, s := range shares {
				if d, ok := w.Find(s.Element); ok {
					tenors[d] += n.Value * s.Share / d.M
				}
			}
			continue
		}
		d, known := w.Find(n.Name)
		if !known {
			t.Fault(f.composition, "%s: no such total; %s", n.Name, conf.Hint(n.Name, w.Names()))
			continue
		}
		value := n.Value
		if !n.Molar {
			value /= d.M
		}
		tenors[d] += value
		if d.Component == closer {
			t.Fault("from", "%s follows from balance = %q; leave out its tenor, or set balance = \"none\"", n.Name, a.Balance)
		}
		i, ok := f.system.Index(d.Component)
		if f.leaveOut(t, n.Name, map[bool]string{false: d.Component + ", which the system does not have (families aqueous and water)"}[ok]) || !ok {
			continue
		}
		f.parts = append(f.parts, feedPart{f.add("tenor."+n.Name, "mol/m3", value, conf.NonNegative), i, 1})
	}
	return f.initAcidity(t, tenors)
}

// initAcidity declares the acidity, and finds what closes the charge.
func (f *Feed) initAcidity(t *conf.Table, tenors map[assay.Dissolved]float64) (err error) {
	a := f.file.analysis
	acid, ok := f.system.Index("H+")
	if !ok {
		return errors.New("the system has no component H+; add the family aqueous to [chemistry]")
	}
	if a.Balance != "" {
		closer, _ := assay.Closer(a.Balance)
		if f.file.closing, ok = f.system.Index(closer); !ok {
			t.Fault("from", "balance = %q closes the charge with %s, which the system does not have", a.Balance, closer)
		}
	}
	if t.Faulty("") {
		return nil
	}
	acidity := 0.0
	if t.Has("acidity") {
		acidity = t.Quantity("acidity", "mol/m3", conf.Any)
	} else if acidity, _, err = f.file.waters.Acidity(tenors, a.PH, f.handles[feedTemperature].Value, a.Balance); err != nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	f.parts = append(f.parts, feedPart{f.add("acidity", "mol/m3", acidity, conf.Any), acid, 1})
	return nil
}

// initSolid declares the assay and what takes the rest.
func (f *Feed) initSolid(t *conf.Table) {
	a, s := f.file.analysis, f.system
	f.file.families = map[string][]string{"oxide": {"oxide", "ash", "gangue"}, "metal": {"metal", "alloying", "electrode"}}[a.Form]
	for _, n := range a.Amounts {
		if n.Name == assay.REE {
			f.shares(t, n, "1", f.bound)
			continue
		}
		p, M, ok := f.bound(n.Name)
		if f.leaveOut(t, n.Name, map[bool]string{false: "for which the system has no " + a.Form + " or other solid (families oxide, ash, gangue, coal, phosphate_rock)"}[ok]) || !ok {
			continue
		}
		f.parts = append(f.parts, feedPart{f.add("assay."+n.Name, "1", n.Value, conf.Fraction), p.Component, p.Count / M})
	}
	f.file.mass = make([]float64, len(f.handles))
	for _, p := range f.parts {
		f.file.mass[p.handle] += p.count * s.Components[p.component].M
	}
	listed := 0.0
	for h, m := range f.file.mass {
		listed += m * f.handles[h].Value
	}
	p, _, ok := f.bound(a.Rest)
	switch {
	case a.Rest == "" && math.Abs(listed-1) > sumTolerance:
		t.Fault("from", "the assay of %s gives %.6g %% of the mass; say what the rest counts as, such as rest = \"SiO2\"", a.Name, 100*listed)
	case a.Rest != "" && !ok:
		t.Fault("from", "the rest of %s counts as %s, which the system does not have", a.Name, a.Rest)
	case listed > 1+sumTolerance:
		t.Fault("from", "the assay of %s gives %.6g %% of the mass: nothing is left for the rest", a.Name, 100*listed)
	case a.Rest != "":
		f.file.closing = p.Component
		f.file.warnings = append(f.file.warnings, flowsheet.Warning{Code: "rest", Where: a.Rest, Value: 1 - listed, Unit: "1",
			Text: fmt.Sprintf("%.3g %% of the mass is what the assay leaves, counted as %s", 100*(1-listed), a.Rest)})
	}
}

// bound finds the solid that a name of an assay stands for: moles of component per mole of the name, and kg/mol of the name.
func (f *Feed) bound(name string) (chem.Part, float64, bool) {
	s := f.system
	if e, ok := s.Element(name); ok {
		for _, family := range f.file.families {
			if i := s.InFamily(family, e); i >= 0 {
				return chem.Part{Component: i, Count: 1 / s.Components[i].KeyCount}, s.Elements[e].Mass, true
			}
		}
		return chem.Part{}, 0, false
	}
	i, ok := s.Index(name + "(s)")
	if !ok {
		return chem.Part{}, 0, false
	}
	return chem.Part{Component: i, Count: 1}, s.Components[i].M, true
}

// reportGaps notes what is left out, and rare earths that were not analysed.
func (f *Feed) reportGaps(t *conf.Table) {
	a := f.file.analysis
	for _, name := range t.TextsOr("leave_out", nil) {
		if !slices.Contains(f.file.left, name) {
			t.Fault("leave_out", "%s brings no %q", a.Name, name)
		}
	}
	for _, name := range f.file.left {
		as := "its charge is closed by the others"
		if a.Kind == assay.Solid {
			as = "its mass counts as " + a.Rest
		}
		f.file.warn("left_out", name, "%s of %s is left out: %s", name, a.Name, as)
	}
	if none := a.NotAnalysed(); len(none) > 0 {
		f.file.warn("not_analysed", "rare earths", "%s has no %s: they count as none", a.Name, strings.Join(none, ", "))
	}
	if a.Kind == assay.Water && a.Balance != "" {
		closer, _ := assay.Closer(a.Balance)
		f.file.warn("closes_charge", closer, "%s is not analysed: it closes the charge", closer)
	}
}

// clearly is by how much pH in the plant may differ from that of the analysis without a word.
const clearly = 0.02

// pHs warns where the plant's pH of a feed is not the analysis's.
func (f *Feed) pHs(n []float64) (w []flowsheet.Warning) {
	pH, ok := f.system.PH(n)
	if own := f.file.analysis.PH; ok && !math.IsNaN(own) && math.Abs(pH-own) > clearly {
		w = append(w, flowsheet.Warning{Code: "pH_model", Where: "pH", Value: pH, Limit: own, Unit: "1", Text: fmt.Sprintf(
			"the analysis has pH %.4g, the stream shows %.4g: a plant's pH knows bisulfate alone and takes concentrations for activities; the acidity is right", own, pH)})
	}
	return w
}

// constants are the numbers of the feed with their provenance.
func (file *fromFile) constants() []chem.Constant {
	unit := map[string]string{assay.Water: "kg/m3", assay.Solid: "1"}[file.analysis.Kind]
	all := slices.Clone(file.split)
	for _, n := range file.analysis.Amounts {
		if slices.Contains(file.left, n.Name) {
			continue
		}
		c := chem.Constant{Name: file.analysis.Name + "." + n.Name, Value: n.Value, Unit: unit, Class: n.Class, Source: n.Source}
		if n.Molar {
			c.Unit = "mol/m3"
		}
		all = append(all, c)
	}
	return all
}

// close writes the component that takes the rest of a solid or the charge of a water. In a direction (d not nil) it
// writes its derivative.
func (f *Feed) close(u, d, n []float64) error {
	file := f.file
	if file == nil || file.closing < 0 {
		return nil
	}
	c := &f.system.Components[file.closing]
	if file.analysis.Kind == assay.Water {
		n[file.closing] = 0
		x := -f.system.ChargeFlow(n) / c.Charge
		if n[file.closing] = x; x < 0 && d == nil {
			return fmt.Errorf("the charge is not closed by %s: that would take %.4g mol/s of it", c.Name, x)
		}
		return nil
	}
	left, dleft := 1.0, 0.0
	for h, m := range file.mass {
		left -= m * u[h]
		if d != nil {
			dleft -= m * d[h]
		}
	}
	if left < -sumTolerance && d == nil {
		return fmt.Errorf("the assay gives %.6g %% of the mass: nothing is left for %s", 100*(1-left), c.Name)
	}
	if d != nil {
		n[file.closing] += (d[feedFlow]*left + u[feedFlow]*dleft) / c.M
		return nil
	}
	n[file.closing] += u[feedFlow] * max(left, 0) / c.M
	return nil
}

// explain gives the equations in words.
func (file *fromFile) explain() string {
	a := file.analysis
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s. ", a.Name, a.Description)
	if a.Kind == assay.Water {
		b.WriteString("moles = flow (volume) x tenor; the acidity is that of the analysis at its pH (equilibria, redox decoupled) and stays when tenors are moved; ")
		if c, _ := assay.Closer(a.Balance); c != "" {
			fmt.Fprintf(&b, "%s closes the charge.", c)
		} else {
			b.WriteString("the charge stays open.")
		}
	} else {
		b.WriteString("moles = flow (mass, dry) x assay / molar mass; elements count as their " + a.Form + "s")
		if a.Rest != "" {
			b.WriteString("; what the assay leaves counts as " + a.Rest)
		}
		b.WriteByte('.')
	}
	classes := map[chem.Class]int{}
	for _, n := range a.Amounts {
		classes[n.Class]++
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		fmt.Fprintf(&b, " %d numbers %s.", classes[class], class)
	}
	return b.String()
}
