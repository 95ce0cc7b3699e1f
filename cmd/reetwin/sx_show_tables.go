package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/report"
	"reetwin/units/sx"
	"reetwin/units/sx/tuning"
)

// text writes the view for a terminal.
func (q *sxShow) text(out io.Writer) error {
	fmt.Fprintf(out, "%s\n", q.lead())
	for _, t := range q.tables(q.format == "wide") {
		if err := t.Text(out); err != nil {
			return err
		}
	}
	return nil
}

// lead says what was solved and how well it closes.
func (q *sxShow) lead() string {
	what := q.view.Plant + ", " + q.tag
	if q.view.Model != "" {
		what += " on " + q.view.Model
	}
	worst, of := 0.0, ""
	if u, ok := q.result.Balances.Units[q.tag]; ok {
		worst, of = u.Rel, u.Worst
	}
	return fmt.Sprintf("%s: %d stages, converged in %.3g ms, worst imbalance %.1e (%s)", what, len(q.view.Stages), 1000*q.result.Solved.Seconds, worst, of)
}

// tables are the parts of the view in the order of reading. The wide ones hold every element and every handle.
func (q *sxShow) tables(wide bool) []*report.Table {
	all := []*report.Table{q.products(), q.profile(wide || q.elements == "all")}
	if len(q.view.Work) > 0 {
		all = append(all, q.pairTable())
	}
	if s := q.view.Size; s != nil {
		all = append(all, q.pinches(), sectionTable(s), inventoryTable(s), q.useTable(s))
	}
	if len(q.effects) > 0 {
		all = append(all, q.sensitivity(wide))
	}
	all = append(all, q.maps()...)
	if wide || q.own() {
		all = append(all, q.constants())
	}
	return append(all, q.warnings(), q.provenance())
}

func percent(v float64) string {
	switch p := 100 * v; {
	case math.IsNaN(p):
		return "–"
	case p > 99.9 && p <= 99.99995:
		return report.Fixed(p, 4)
	case p > 99.99995:
		return "100"
	default:
		return report.Digits(p)
	}
}

func (q *sxShow) products() *report.Table {
	t := &report.Table{Title: "Products (purity and recovery by mass of oxides M2O3; a rare earth belongs where most of it goes)", Words: 2,
		Head: []string{"stream", "section", "m3/h", "REE g/L", "REO kg/h", "purity %", "recovery %", "worst foreign", "ppm", "of"}}
	for _, p := range q.view.Products {
		foreign, ppm := "–", "–"
		if p.Foreign != "" {
			foreign, ppm = p.Foreign, report.Digits(1e6*p.ForeignPart)
			if 1e6*p.ForeignPart < 1e-3 {
				ppm = "<0.001"
			}
		}
		purity, recovery := percent(p.Purity), percent(p.Recovery)
		if len(p.Group) == 0 {
			purity, recovery = "–", "–"
		}
		t.Add(p.Stream, p.Section, report.Digits(3600*p.Flow), report.Digits(p.Tenor), report.Digits(3600*p.Oxides), purity, recovery,
			foreign, ppm, strings.Join(p.Group, " "))
	}
	return t
}

// chosen are the elements of the profile's columns.
func (q *sxShow) chosen(all bool) []tuning.Element {
	if all || q.elements == "" && len(q.view.Elements) <= 2 {
		return q.view.Elements
	}
	wanted := strings.Split(strings.ReplaceAll(q.elements, " ", ""), ",")
	var picked []tuning.Element
	middle := len(q.view.Elements) / 2
	for i, e := range q.view.Elements {
		if e.Symbol == q.view.Pair.B {
			middle = i
		}
	}
	for i, e := range q.view.Elements {
		if slices.Contains(wanted, e.Symbol) || q.elements == "" && i >= middle && i <= middle+1 {
			picked = append(picked, e)
		}
	}
	return picked
}

// tenor is one that tables show, g/L; "<1e-6" below it.
func tenor(v float64) string {
	if v > 0 && v < 1e-6 {
		return "<1e-6"
	}
	return report.Digits(v)
}

func (q *sxShow) profile(all bool) *report.Table {
	chosen := q.chosen(all)
	t := &report.Table{Title: "Stages along the organic, numbered as in the plant file; g/L of metal; loading, soap and free acid in % of the extractant", Words: 1,
		Head: []string{"section", "stage", "O/A", "pH", "loading", "soap", "free", "REE aq", "REE org", "│"}}
	for _, side := range []string{" aq", " org"} {
		for _, e := range chosen {
			t.Head = append(t.Head, e.Symbol+side)
		}
		if side == " aq" {
			t.Head = append(t.Head, "│")
		}
	}
	for j := range q.view.Stages {
		s := &q.view.Stages[j]
		a, o := q.view.Total(j)
		row := []string{s.Section, fmt.Sprint(s.Stage), report.Digits(s.OrganicFlow / s.AqueousFlow), acidity(s),
			report.Fixed(100*s.Loading, 1), report.Fixed(100*s.Soap, 1), report.Fixed(100*s.Free, 1), tenor(a), tenor(o), "│"}
		var organic []string
		for i := range chosen {
			a, o := q.view.Tenor(j, &chosen[i])
			row, organic = append(row, tenor(a)), append(organic, tenor(o))
		}
		t.Add(append(append(row, "│"), organic...)...)
	}
	if !all && len(chosen) < len(q.view.Elements) {
		t.Notes = append(t.Notes, fmt.Sprintf("%d of %d elements; --elements A,B,… or all shows others.", len(chosen), len(q.view.Elements)))
	}
	return t
}

// acidity is the pH of a stage.
func acidity(s *sx.StageState) string {
	if math.IsNaN(s.PH) {
		return "–"
	}
	return report.Fixed(s.PH, 2)
}

func (q *sxShow) pairTable() *report.Table {
	a, b := q.view.Pair.A, q.view.Pair.B
	t := &report.Table{Title: fmt.Sprintf("%s from %s: McCabe–Thiele of the pair", a, b), Words: 1,
		Head: []string{"section", "stage", "β", "E " + a, "E " + b, "aq % " + a, "org % " + a, "work %"},
		Notes: []string{fmt.Sprintf("E = D·O/A: in extraction %s is carried up above 1, %s stays below 1. Work is the part of ln β that a stage turns into separation: 100 at total exchange, 0 at a pinch.", a, b),
			"A projection: the other rare earths, acid and loading move with the pair, so that steps drawn on this diagram hold for this state only."}}
	for j, w := range q.view.Work {
		s := q.view.Stages[j]
		work := "–"
		if !math.IsNaN(w.Done) {
			work = report.Fixed(100*w.Done, 1)
		}
		t.Add(s.Section, fmt.Sprint(s.Stage), report.Digits(w.Beta), report.Digits(w.EA), report.Digits(w.EB), percent(w.X), percent(w.Y), work)
	}
	return t
}

func (q *sxShow) pinches() *report.Table {
	t := &report.Table{Title: "Pinch"}
	for _, p := range q.view.Pinches {
		t.Notes = append(t.Notes, fmt.Sprintf("%s, stages %d to %d, %s (no stage does more than %.2g %%): %s.", p.Section, p.First, p.Last, p.Element, 100*p.Most, report.Plain(p.Why)))
	}
	if len(t.Notes) == 0 {
		t.Notes = []string{"None: no three stages in a row do less than 5 % of their work."}
	}
	return t
}

func sectionTable(s *tuning.Size) *report.Table {
	t := &report.Table{Title: "Size, per stage as the plant file has it, and wanted by the practice below; kW of all stages", Words: 1,
		Head: []string{"section", "stages", "aq m3/h", "org m3/h", "mixer L", "min", "wanted L", "settler L", "area m2", "m3/m2/h", "wanted m2", "kW"}}
	volume := false
	for _, q := range s.Sections {
		area, flux := "–", "–"
		if q.Flux > 0 {
			area, flux = report.Digits(q.Area), report.Digits(3600*q.Flux)
			if q.FromVolume {
				area, volume = area+"*", true
			}
		}
		t.Add(q.Section, fmt.Sprint(q.Stages), report.Digits(3600*q.Aqueous), report.Digits(3600*q.Organic), report.Digits(1000*q.Mixer), report.Digits(q.MixerTime/60),
			report.Digits(1000*q.MixerWanted), report.Digits(1000*q.Settler), area, flux, report.Digits(q.AreaWanted), report.Digits(q.Power/1000))
	}
	if volume {
		t.Notes = append(t.Notes, "* the file gives no settler_area: its volume over the settler_depth of practice.")
	}
	var figures []string
	for _, c := range s.Practice {
		name := strings.TrimPrefix(c.Name, "practice.")
		if value, ok := map[string]string{
			"mixing_time": report.Digits(c.Value/60) + " min", "mixing_power": report.Digits(c.Value/1000) + " kW/m3", "settler_flux": report.Digits(3600*c.Value) + " m3/m2/h",
			"settler_depth": report.Digits(c.Value) + " m", "solubility": report.Digits(1000*c.Value) + " mg/L", "degradation": report.Digits(100*c.Value*86400*365) + " %/year",
		}[name]; ok {
			figures = append(figures, name+" "+value+" ("+string(c.Class)+")")
		}
	}
	t.Notes = append(t.Notes, "Practice: "+strings.Join(figures, ", ")+"; sources in units/sx/data/practice.toml, overridden in the table practice of the unit.")
	return t
}

func inventoryTable(s *tuning.Size) *report.Table {
	t := &report.Table{Title: "Vessels and inventory", Words: 1, Head: []string{"", "value", "unit"}}
	t.Add("mixers and settlers of the file", report.Digits(s.Volume), "m3")
	t.Add("settler area wanted", report.Digits(s.Area), "m2")
	t.Add("mixer power", report.Digits(s.Power/1000), "kW")
	t.Add("power per kg REO fed", report.Digits(s.Power/1000/(3600*s.Basis)), "kWh/kg")
	t.Add("organic in the circuit", report.Digits(s.Organic), "m3")
	t.Add("extractant in it", report.Digits(s.Extractant), "kg")
	t.Add("rare earths held, as REO", report.Digits(s.Held), "kg")
	t.Add("that is, of feed", report.Digits(s.HeldTime/3600), "h")
	return t
}

// useTable lists reagents and the ways that extractant is lost, per hour and per kg of oxides fed.
func (q *sxShow) useTable(s *tuning.Size) *report.Table {
	t := &report.Table{Title: fmt.Sprintf("Reagents and losses, per kg of the %s kg/h REO fed", report.Digits(3600*s.Basis)), Words: 1,
		Head: []string{"", "kg/h", "g/kg REO", "rests on"}}
	add := func(prefix string, all []tuning.Use) {
		for _, u := range all {
			t.Add(prefix+u.What, report.Digits(3600*u.Flow), report.Digits(1000*u.Flow/s.Basis), u.Basis)
		}
	}
	add("", s.Reagents)
	add("extractant lost: ", s.Losses)
	return t
}

// sensitivity shows what 1 % of each handle does, the strongest first.
func (q *sxShow) sensitivity(wide bool) *report.Table {
	t := &report.Table{Title: "What 1 % less (−) and 1 % more (+) of a handle do to purity P and recovery R, in points of %", Words: 1, Head: []string{"handle", "is"}}
	var names []string
	for k, p := range q.view.Products {
		if len(p.Group) == 0 {
			continue
		}
		n := fmt.Sprint(k + 1)
		t.Head = append(t.Head, "P"+n+" −", "P"+n+" +", "R"+n+" −", "R"+n+" +")
		names = append(names, n+" "+p.Stream)
	}
	t.Notes = append(t.Notes, strings.Join(names, ", ")+". All else as it is; the whole plant solved again.")
	effects := q.ranked()
	shown := effects
	if !wide && len(shown) > 12 {
		shown = shown[:12]
		t.Notes = append(t.Notes, fmt.Sprintf("%d of %d handles; -o wide shows all.", len(shown), len(effects)))
	}
	for _, e := range shown {
		value, unit := report.Shown(e.Value, e.Unit)
		row := []string{e.Handle, strings.TrimSpace(report.Digits(value) + " " + unit)}
		for k, p := range q.view.Products {
			if len(p.Group) == 0 {
				continue
			}
			for _, recovery := range []bool{false, true} {
				row = append(row, point(e.Down, k, p, recovery), point(e.Up, k, p, recovery))
			}
		}
		t.Add(row...)
		for _, why := range []string{e.NoDown, e.NoUp} {
			if why != "" {
				t.Notes = append(t.Notes, e.Handle+": "+why)
			}
		}
	}
	return t
}

// point is a change in points of %.
func point(m []tuning.Moved, k int, p tuning.Product, recovery bool) string {
	if m == nil {
		return "–"
	}
	d := m[k].Purity - p.Purity
	if recovery {
		d = m[k].Recovery - p.Recovery
	}
	if math.Abs(100*d) < 5e-5 {
		return "0"
	}
	return fmt.Sprintf("%+.4f", 100*d)
}

// ranked sorts the effects by the largest they do to any product.
func (q *sxShow) ranked() []tuning.Effect {
	all := slices.Clone(q.effects)
	most := func(e *tuning.Effect) float64 {
		return max(e.Largest(q.view.Products, false), e.Largest(q.view.Products, true))
	}
	slices.SortStableFunc(all, func(a, b tuning.Effect) int {
		switch x, y := most(&a), most(&b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return all
}

// maps are one table for purity and one for recovery of each product.
func (q *sxShow) maps() (all []*report.Table) {
	if len(q.grid) == 0 {
		return nil
	}
	for k, p := range q.view.Products {
		if len(p.Group) == 0 {
			continue
		}
		for _, recovery := range []bool{false, true} {
			what := "Purity"
			if recovery {
				what = "Recovery"
			}
			t := &report.Table{Title: fmt.Sprintf("%s of %s, %%, over %s", what, p.Stream, q.axes[0].Label()), Words: 1, Head: []string{""}}
			if len(q.axes) > 1 {
				t.Head[0] = q.axes[1].Label()
			}
			for _, v := range q.axes[0].At {
				t.Head = append(t.Head, report.Digits(v))
			}
			for r := range q.grid {
				row := []string{""}
				if len(q.axes) > 1 {
					row[0] = report.Digits(q.axes[1].At[r])
				}
				for c := range q.axes[0].At {
					row = append(row, percent(q.value(r, c, k, recovery)/100))
				}
				t.Add(row...)
			}
			all = append(all, t)
		}
	}
	if len(all) > 0 {
		all[len(all)-1].Notes = q.reasons
	}
	return all
}

// warnings are those of the unit.
func (q *sxShow) warnings() *report.Table {
	t := &report.Table{Title: "Warnings"}
	for _, w := range q.result.Warnings {
		if w.Tag == q.tag {
			t.Notes = append(t.Notes, fmt.Sprintf("%s, %s: %s", w.Code, w.Where, report.Plain(w.Text)))
		}
	}
	if len(t.Notes) == 0 {
		t.Notes = []string{"None."}
	}
	return t
}

// provenance counts the classes of the unit's constants.
func (q *sxShow) provenance() *report.Table {
	count := map[string]int{}
	for _, c := range q.view.Constants {
		count[string(c.Class)]++
	}
	var parts []string
	for _, class := range []string{"assumed", "estimated", "derived", "measured"} {
		if count[class] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[class], class))
		}
	}
	return &report.Table{Title: "Rests on", Notes: []string{fmt.Sprintf("%d constants of the extraction model: %s.", len(q.view.Constants), strings.Join(parts, ", "))}}
}
