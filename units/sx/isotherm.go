package sx

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"reetwin/flowsheet/solve"
)

// Isotherm is measured equilibria of one extractant: shaken phases, analysed.
type Isotherm struct {
	Rows     []IsothermRow
	Elements []string // in the order in which they first appear
	Excluded []string // rows left out, each with its reason
}

// IsothermRow is one element in one experiment, in mol/L.
type IsothermRow struct {
	Line          int
	Point, Source string
	Element       string
	Acid          float64 // H+ before contact
	Extractant    float64 // monomer, before contact
	Feed, Aqueous float64 // in the aqueous before and after
	OA            float64 // organic over aqueous, by volume
	D             float64 // organic over aqueous concentration
	// By all elements of the point: trivalent metal in the organic; monomers that the others hold there, 2 z each, as models bind what
	// has no n of its own; protons set free per aqueous.
	load, other, freed float64
}

// chargeOf is that of an element as it is extracted (U as UO2+2, Fe as iron(III)); 0 for what no isotherm can hold.
func chargeOf(element string) float64 {
	switch element {
	case "Na", "K", "Li":
		return 1
	case "Mg", "Ca", "Zn", "Mn", "Co", "Ni", "Cu", "Sr", "Ba", "U", "Pb", "Cd", "Ra":
		return 2
	case "Th":
		return 4
	case "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Y", "Er", "Tm", "Yb", "Lu", "Sc", "Pm", "Fe", "Al", "Ga", "In", "Am", "Cm":
		return 3
	}
	return 0
}

// bound is the monomers that all metals of the row's vessel hold, m for a trivalent one.
func (r *IsothermRow) bound(m float64) float64 { return m*r.load + r.other }

// ReadIsotherm reads a CSV file with the columns point, source, H0_molL, HA_formal_molL, element, feed_molL, aq_eq_molL and, if
// there, OA (else 1), D (else from the balance) and flag. Elements of one point were in one vessel. Rows with a flag, and rows
// without a distribution ratio, are excluded by name. The error holds every fault with its line.
func ReadIsotherm(r io.Reader) (*Isotherm, error) {
	file := csv.NewReader(r)
	file.FieldsPerRecord = -1
	rows, err := file.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("needs a line of names and data")
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	var faults []string
	for _, name := range []string{"point", "source", "H0_molL", "HA_formal_molL", "element", "feed_molL", "aq_eq_molL"} {
		if _, ok := column[name]; !ok {
			faults = append(faults, fmt.Sprintf("line 1: no column %q", name))
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(faults, "\n"))
	}
	iso := &Isotherm{}
	for i, cells := range rows[1:] {
		row := IsothermRow{Line: i + 2, OA: 1}
		if len(cells) != len(rows[0]) {
			faults = append(faults, fmt.Sprintf("line %d: %d fields; the names in line 1 are %d", row.Line, len(cells), len(rows[0])))
			continue
		}
		text := func(name string) string {
			if c, ok := column[name]; ok {
				return strings.TrimSpace(cells[c])
			}
			return ""
		}
		number := func(name string, to *float64, optional bool) {
			s := text(name)
			if s == "" && optional {
				return
			}
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || !(v >= 0) || math.IsInf(v, 0) {
				faults = append(faults, fmt.Sprintf("line %d: %s is %q; needs a number, 0 or more", row.Line, name, s))
			}
			*to = v
		}
		row.Point, row.Source, row.Element = text("point"), text("source"), text("element")
		number("H0_molL", &row.Acid, false)
		number("HA_formal_molL", &row.Extractant, false)
		number("feed_molL", &row.Feed, false)
		number("aq_eq_molL", &row.Aqueous, false)
		number("OA", &row.OA, true)
		number("D", &row.D, true)
		switch flag := text("flag"); {
		case flag != "":
			iso.Excluded = append(iso.Excluded, fmt.Sprintf("line %d: %s", row.Line, flag))
			continue
		case chargeOf(row.Element) == 0:
			faults = append(faults, fmt.Sprintf("line %d: element is %q; needs the symbol of a metal whose charge is known, such as Nd, Fe, Zn or Th", row.Line, row.Element))
		case row.OA == 0:
			faults = append(faults, fmt.Sprintf("line %d: OA is 0; needs the volume of organic over that of aqueous", row.Line))
		}
		iso.Rows = append(iso.Rows, row)
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(faults, "\n"))
	}
	iso.sum()
	return iso, nil
}

// sum finds what all elements of a point do together, then leaves out rows without a ratio.
func (iso *Isotherm) sum() {
	type vessel struct{ load, other, freed float64 }
	at := map[string]*vessel{}
	key := func(r *IsothermRow) string { return r.Source + "\x00" + r.Point }
	for i := range iso.Rows {
		r := &iso.Rows[i]
		v := at[key(r)]
		if v == nil {
			v = new(vessel)
			at[key(r)] = v
		}
		moved := max(r.Feed-r.Aqueous, 0)
		z := chargeOf(r.Element)
		if z == 3 {
			v.load += moved / r.OA
		} else {
			v.other += 2 * z * moved / r.OA
		}
		v.freed += z * moved
	}
	kept := iso.Rows[:0]
	for _, r := range iso.Rows {
		v := at[key(&r)]
		r.load, r.other, r.freed = v.load, v.other, v.freed
		if r.D == 0 && r.Aqueous > 0 {
			r.D = (r.Feed - r.Aqueous) / r.OA / r.Aqueous
		}
		if !(r.Aqueous > 0) || !(r.Feed > r.Aqueous) || !(r.D > 0) {
			iso.Excluded = append(iso.Excluded, fmt.Sprintf("line %d: %s leaves no distribution ratio (feed %g, aqueous %g)", r.Line, r.Element, r.Feed, r.Aqueous))
			continue
		}
		kept = append(kept, r)
		if !slices.Contains(iso.Elements, r.Element) {
			iso.Elements = append(iso.Elements, r.Element)
		}
	}
	iso.Rows = kept
}

// Hold splits the rows at random, the same part of each source; elements of one point stay together.
func (iso *Isotherm) Hold(part float64, seed uint64) (kept, held *Isotherm) {
	r := rand.New(rand.NewPCG(seed, 1))
	points := map[string][]string{}
	var sources []string
	for _, row := range iso.Rows {
		if !slices.Contains(sources, row.Source) {
			sources = append(sources, row.Source)
		}
		if !slices.Contains(points[row.Source], row.Point) {
			points[row.Source] = append(points[row.Source], row.Point)
		}
	}
	out := map[string]bool{}
	for _, s := range sources {
		p := points[s]
		r.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
		for _, point := range p[:int(math.Round(part*float64(len(p))))] {
			out[s+"\x00"+point] = true
		}
	}
	kept, held = &Isotherm{Elements: iso.Elements}, &Isotherm{Elements: iso.Elements}
	for _, row := range iso.Rows {
		if out[row.Source+"\x00"+row.Point] {
			held.Rows = append(held.Rows, row)
		} else {
			kept.Rows = append(kept.Rows, row)
		}
	}
	return kept, held
}

// IsothermFit is a regression of mass action on isotherms:
//
//	log10 D = log10 K + n log10 u − z log10 h − fall·loading,  u = (C − Σ m y)/2,  h = acid + protons freed,  loading = Σ m y/C
//
// n and m are of trivalent cations; others keep their charge z as n and bind 2 z, as in an extraction model.
type IsothermFit struct {
	FreeN, FreeM, FreeFall bool    // what is fitted besides the levels
	N, M                   float64 // values, or where they start; M 0 is 2 n whatever n is
	Huber                  float64 // decades beyond which a row counts less
	// Pairs is how many times surer the ratio of two elements in one vessel is than a level: what the vessel's acid and
	// extractant are off by, they share. 0 and 1 count both alike.
	Pairs float64
}

// IsothermResult is what a regression found.
type IsothermResult struct {
	Names     []string  // logK.Nd …, n, m, fall
	Values    []float64 // log10 for levels; fall in decades
	Deviation []float64 // standard deviation of each
	// Covariance of Values, in their order; zero rows for what is at a bound.
	Covariance [][]float64
	AtBound    []bool
	RMS        float64   // of log10 D
	Residuals  []float64 // calculated − measured, by row
	Unusable   []string  // rows whose extractant the metals would exceed at the largest m
	rows       []IsothermRow
	fit        IsothermFit
	elements   []string
}

// bounds of log10 K, n, m and fall.
var isothermBounds = struct{ logK, n, m, fall [2]float64 }{[2]float64{-15, 15}, [2]float64{1, 4}, [2]float64{2, 6}, [2]float64{-2, 4}}

// most monomers that one cation may bind in the course of a fit.
func (f IsothermFit) most() float64 {
	switch {
	case f.FreeM:
		return isothermBounds.m[1]
	case f.M > 0:
		return f.M
	case f.FreeN:
		return 2 * isothermBounds.n[1]
	}
	return 2 * f.N
}

// Solve fits the rows.
func (f IsothermFit) Solve(iso *Isotherm) (*IsothermResult, error) {
	q := &IsothermResult{fit: f, elements: iso.Elements}
	most := f.most()
	seen := map[string]bool{}
	for _, r := range iso.Rows {
		if !(r.Extractant-r.bound(most) > 0.01*r.Extractant) {
			q.Unusable = append(q.Unusable, fmt.Sprintf("line %d: %s: the metals of its vessel hold %.3g of %g mol/L of extractant", r.Line, r.Element, r.bound(most), r.Extractant))
			continue
		}
		q.rows, seen[r.Element] = append(q.rows, r), true
	}
	var start, lo, hi []float64
	add := func(name string, v float64, b [2]float64) {
		q.Names, start, lo, hi = append(q.Names, name), append(start, v), append(lo, b[0]), append(hi, b[1])
	}
	for _, e := range iso.Elements {
		if !seen[e] {
			return nil, fmt.Errorf("no usable row for %s", e)
		}
		add("logK."+e, 0, isothermBounds.logK)
	}
	for _, p := range []struct {
		free bool
		name string
		v    float64
		b    [2]float64
	}{{f.FreeN, "n", f.N, isothermBounds.n}, {f.FreeM, "m", f.M, isothermBounds.m}, {f.FreeFall, "fall", 0, isothermBounds.fall}} {
		if p.free {
			add(p.name, p.v, p.b)
		}
	}
	if len(q.rows) <= len(start) {
		return nil, fmt.Errorf("%d usable rows for %d constants (%s): how far they scatter cannot be told, so no band could be given; needs at least %d", len(q.rows), len(start), strings.Join(q.Names, ", "), len(start)+1)
	}
	ls := solve.Fit{Lo: lo, Hi: hi, Huber: f.Huber}
	vessels := q.vessels()
	got, err := ls.Solve(len(q.rows), start, func(p, r []float64) {
		q.residuals(p, q.rows, r)
		f.stretch(vessels, r)
	})
	if err != nil {
		return nil, fmt.Errorf("regression on %d rows: %w", len(q.rows), err)
	}
	q.Values, q.AtBound, q.Covariance, q.Residuals = got.P, got.AtBound, got.Covariance, make([]float64, len(q.rows))
	q.residuals(q.Values, q.rows, q.Residuals)
	q.RMS = RMS(q.Residuals)
	for i := range got.P {
		q.Deviation = append(q.Deviation, math.Sqrt(max(got.Covariance[i][i], 0)))
	}
	return q, nil
}

// vessels are the rows of every experiment with more than one element.
func (q *IsothermResult) vessels() (all [][]int) {
	at := map[string]int{}
	for i, r := range q.rows {
		key := r.Source + "\x00" + r.Point
		k, ok := at[key]
		if !ok {
			k = len(all)
			at[key] = k
			all = append(all, nil)
		}
		all[k] = append(all[k], i)
	}
	return slices.DeleteFunc(all, func(rows []int) bool { return len(rows) < 2 })
}

// stretch makes what sets the elements of a vessel apart count Pairs times what they share.
func (f IsothermFit) stretch(vessels [][]int, r []float64) {
	if f.Pairs == 0 {
		return
	}
	for _, rows := range vessels {
		mean := 0.0
		for _, i := range rows {
			mean += r[i] / float64(len(rows))
		}
		for _, i := range rows {
			r[i] = mean + f.Pairs*(r[i]-mean)
		}
	}
}

// RMS is the root of the mean square.
func RMS(r []float64) float64 {
	sum := 0.0
	for _, e := range r {
		sum += e * e
	}
	return math.Sqrt(sum / float64(max(len(r), 1)))
}

// residuals writes log10 D of the model less that of the data.
func (q *IsothermResult) residuals(p []float64, rows []IsothermRow, out []float64) {
	n, m, fall := q.fit.N, q.fit.M, 0.0
	at := len(q.elements)
	next := func(free bool, to *float64) {
		if free {
			*to = p[at]
			at++
		}
	}
	next(q.fit.FreeN, &n)
	next(q.fit.FreeM, &m)
	next(q.fit.FreeFall, &fall)
	if m == 0 {
		m = 2 * n
	}
	for i, r := range rows {
		z := chargeOf(r.Element)
		order := z
		if z == 3 {
			order = n
		}
		bound := r.bound(m)
		u, h := (r.Extractant-bound)/2, r.Acid+r.freed
		e := slices.Index(q.elements, r.Element)
		out[i] = p[e] + order*math.Log10(u) - z*math.Log10(h) - math.Log10(r.D)
		if z == 3 {
			out[i] -= fall * bound / r.Extractant
		}
	}
}

// Predict is the rms of log10 D on other rows, and how many of them can be used.
func (q *IsothermResult) Predict(other *Isotherm) (scatter float64, rows int) {
	most := q.fit.most()
	var usable []IsothermRow
	for _, r := range other.Rows {
		if r.Extractant-r.bound(most) > 0.01*r.Extractant && slices.Contains(q.elements, r.Element) {
			usable = append(usable, r)
		}
	}
	out := make([]float64, len(usable))
	q.residuals(q.Values, usable, out)
	return RMS(out), len(usable)
}

// Used are the rows that the regression rests on, in the order of Residuals.
func (q *IsothermResult) Used() []IsothermRow { return q.rows }
