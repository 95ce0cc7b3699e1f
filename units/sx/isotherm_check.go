package sx

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
)

// Sources lists where the rows come from, in the order in which they first appear.
func (iso *Isotherm) Sources() (all []string) {
	for _, r := range iso.Rows {
		if !slices.Contains(all, r.Source) {
			all = append(all, r.Source)
		}
	}
	return all
}

// Without splits off all rows of a source.
func (iso *Isotherm) Without(source string) (kept, held *Isotherm) {
	kept, held = &Isotherm{Elements: iso.Elements}, &Isotherm{Elements: iso.Elements}
	for _, r := range iso.Rows {
		to := kept
		if r.Source == source {
			to = held
		}
		to.Rows = append(to.Rows, r)
	}
	kept.Elements = kept.present()
	return kept, held
}

// present are the elements that have a row.
func (iso *Isotherm) present() (all []string) {
	for _, e := range iso.Elements {
		if slices.ContainsFunc(iso.Rows, func(r IsothermRow) bool { return r.Element == e }) {
			all = append(all, e)
		}
	}
	return all
}

// Residuals are log10 D by a model's constants less that of the data, for the rows that it can say something of: its
// elements, where its metals leave free extractant.
func (iso *Isotherm) Residuals(m *chem.Exchange, sys *chem.System) (r []float64, rows []IsothermRow) {
	term := map[string]*chem.ExchangeTerm{}
	for i := range m.Terms {
		term[sys.Elements[m.Terms[i].Element].Symbol] = &m.Terms[i]
	}
	bound := map[string]float64{}    // extractant that the metals of a vessel hold
	strength := map[string]float64{} // ionic strength of a vessel, without its acid, chloride in balance
	key := func(r *IsothermRow) string { return r.Source + "\x00" + r.Point }
	for i := range iso.Rows {
		q := &iso.Rows[i]
		z := chargeOf(q.Element)
		strength[key(q)] += (z*z*q.Aqueous + z*q.Feed) / 2
		if t := term[q.Element]; t != nil {
			bound[key(q)] += t.M * max(q.Feed-q.Aqueous, 0) / q.OA
		}
	}
	for _, q := range iso.Rows {
		t, held := term[q.Element], bound[key(&q)]
		if t == nil || !(q.Extractant-held > 0.01*q.Extractant) {
			continue
		}
		u, h := (q.Extractant-held)/2, q.Acid+q.freed
		e := (t.LnK-t.Fall*held/q.Extractant)/math.Ln10 + t.N*math.Log10(u) - t.Z*math.Log10(h) - math.Log10(q.D)
		if t.Correlated {
			e = t.LnK/math.Ln10 - (t.Slope+t.Rise*u)*math.Log10(h) + t.Power*math.Log10(u) - math.Log10(q.D)
		}
		if t.Ideal && m.Activity != nil {
			e += m.Activity.Log10(t.Z*t.Z-t.Z, strength[key(&q)]+(h+q.Acid)/2)
		}
		r = append(r, e)
		rows = append(rows, q)
	}
	return r, rows
}

// Ratio is the geometric mean of D of one element over that of another in the same vessel, and of how many.
func (iso *Isotherm) Ratio(of, over string) (mean float64, vessels int, err error) {
	sum := 0.0
	for _, a := range iso.Rows {
		for _, b := range iso.Rows {
			if a.Element == of && b.Element == over && a.Source == b.Source && a.Point == b.Point {
				sum += math.Log(a.D / b.D)
				vessels++
			}
		}
	}
	if vessels == 0 {
		return 0, 0, fmt.Errorf("%s and %s are together in no vessel", of, over)
	}
	return math.Exp(sum / float64(vessels)), vessels, nil
}

// Level is what the fit found for log10 K of an element, or NaN.
func (q *IsothermResult) Level(element string) float64 {
	if i := slices.Index(q.elements, element); i >= 0 {
		return q.Values[i]
	}
	return math.NaN()
}
