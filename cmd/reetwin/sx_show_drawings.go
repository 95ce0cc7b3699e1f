package main

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet/report"
	"reetwin/units/sx/tuning"
)

// named is a drawing with the name of its file and what to know when reading it.
type named struct {
	name, caption string
	drawing       report.Drawing
}

// page holds every table, wide; the drawings are appended.
func (q *sxShow) page() *report.Page {
	p := &report.Page{Title: q.view.Plant + ": " + q.tag, Lead: q.lead()}
	for _, t := range q.tables(true) {
		p.Parts = append(p.Parts, report.Part{Table: t})
	}
	return p
}

// drawings are profiles, McCabe–Thiele diagrams, tornados and maps.
func (q *sxShow) drawings() (all []named) {
	all = append(all, q.profiles()...)
	all = append(all, q.thiele()...)
	all = append(all, q.totals()...)
	all = append(all, q.tornados()...)
	return append(all, q.mapDrawings()...)
}

// staged is a chart over the stages along the organic.
func (q *sxShow) staged(title, y string) report.Chart {
	c := report.Chart{Title: title, X: "stage, along the organic", Y: y, Size: q.paper}
	every := 1 + len(q.view.Stages)/20
	for _, span := range q.view.Spans() {
		if !span.Joins {
			c.Breaks = append(c.Breaks, float64(span.First)-0.5)
		}
		c.Spans = append(c.Spans, report.Span{From: float64(span.First) - 0.5, To: float64(span.Last) + 0.5, Name: span.Section})
		for j := span.First; j <= span.Last; j += every {
			c.Marks = append(c.Marks, report.Mark{At: float64(j), Name: fmt.Sprint(q.view.Stages[j].Stage)})
		}
	}
	return c
}

// over is a curve over the stages; values that are no number are left out.
func (q *sxShow) over(name string, value func(j int) float64) report.Curve {
	c := report.Curve{Name: name}
	for j := range q.view.Stages {
		if v := value(j); !math.IsNaN(v) && !math.IsInf(v, 0) {
			c.X, c.Y = append(c.X, float64(j)), append(c.Y, v)
		}
	}
	return c
}

// floor is the tenor below which a logarithmic profile is cut, g/L.
const floor = 1e-6

func (q *sxShow) profiles() (all []named) {
	tenor := func(organic bool) report.Chart {
		phase := "aqueous"
		if organic {
			phase = "organic"
		}
		c := q.staged(q.tag+": "+phase+" that leaves each stage", phase+", g/L of metal")
		c.Log = true
		for i := range q.view.Elements {
			e := &q.view.Elements[i]
			curve := q.over(e.Symbol, func(j int) float64 {
				a, o := q.view.Tenor(j, e)
				if organic {
					a = o
				}
				if a < floor {
					return math.NaN()
				}
				return a
			})
			if len(curve.X) > 0 {
				c.Curves = append(c.Curves, curve)
			}
		}
		return c
	}
	for _, organic := range []bool{false, true} {
		c := tenor(organic)
		if len(c.Curves) > 0 {
			name := map[bool]string{false: "aqueous", true: "organic"}[organic]
			all = append(all, named{name, report.Plain(fmt.Sprintf("Each element in the %s that leaves each stage; below %g g/L it is not drawn.", name, floor)), &c})
		}
	}
	acid := q.staged(q.tag+": pH", "pH")
	acid.Curves = []report.Curve{q.over("pH", func(j int) float64 { return q.view.Stages[j].PH })}
	load := q.staged(q.tag+": what holds the extractant", "% of the extractant")
	load.Range = [2]float64{0, 100}
	load.Curves = []report.Curve{q.over("metals", func(j int) float64 { return 100 * q.view.Stages[j].Loading }),
		q.over("soap", func(j int) float64 { return 100 * q.view.Stages[j].Soap }), q.over("free acid", func(j int) float64 { return 100 * q.view.Stages[j].Free })}
	all = append(all, named{"ph", "pH from the free acid concentration; below 0 it is more than 1 mol/L.", &acid},
		named{"loading", "Of the organic that leaves each stage; stoichiometric: a trivalent metal counts with the monomers that the model lets it bind. Soap that enters is exchanged in the first stages.", &load})
	if len(q.view.Work) > 0 {
		work := q.staged(fmt.Sprintf("%s: work of each stage for %s/%s", q.tag, q.view.Pair.A, q.view.Pair.B), "% of ln β")
		work.Curves = []report.Curve{q.over("work", func(j int) float64 { return 100 * q.view.Work[j].Done })}
		for _, s := range work.Spans[1:] {
			work.Breaks = append(work.Breaks, s.From)
		}
		if len(work.Curves[0].X) > 0 {
			all = append(all, named{"work", "100 at total exchange, 0 at a pinch; sections that strip have none.", &work})
		}
	}
	return all
}

// purest is the log10 of a ratio beyond which the diagram ends: a part per million of the other.
const purest = 6

// thiele draws the pair in log ratios, where the equilibrium line is straight and both pure ends can be read.
func (q *sxShow) thiele() []named {
	if len(q.view.Work) == 0 {
		return nil
	}
	a, b := q.view.Pair.A, q.view.Pair.B
	c := report.Chart{Title: fmt.Sprintf("%s: McCabe–Thiele of %s/%s", q.tag, a, b), Size: q.paper,
		X: fmt.Sprintf("log10(%s/%s) in the aqueous, mol/mol", a, b), Y: fmt.Sprintf("log10(%s/%s) in the organic, mol/mol", a, b)}
	odds := func(part float64) float64 { return math.Log10(part / (1 - part)) }
	lo, hi, beta, n := math.Inf(1), math.Inf(-1), 0.0, 0.0
	var steps []report.Curve
	for _, span := range q.view.Spans() {
		if !span.Washes && q.view.Size != nil {
			continue
		}
		stairs, line := report.Curve{Name: "stages of " + span.Section}, report.Curve{Name: "operating, " + span.Section, Strong: true}
		for j := span.First; j <= span.Last; j++ {
			w := q.view.Work[j]
			x, y := odds(w.X), odds(w.Y)
			if !(math.Abs(x) < purest && math.Abs(y) < purest) {
				continue
			}
			stairs.X, stairs.Y = append(stairs.X, x), append(stairs.Y, y)
			beta, n = beta+y-x, n+1
			lo, hi = math.Min(lo, x), math.Max(hi, x)
			if j < span.Last {
				if next := odds(q.view.Work[j+1].X); math.Abs(next) < purest {
					stairs.X, stairs.Y = append(stairs.X, next), append(stairs.Y, y)
					line.X, line.Y = append(line.X, next), append(line.Y, y)
				}
			}
		}
		if len(stairs.X) > 1 && len(line.X) > 0 {
			steps = append(steps, stairs, line)
		}
	}
	if len(steps) == 0 {
		return nil
	}
	beta /= n
	c.Curves = append([]report.Curve{{Name: fmt.Sprintf("equilibrium, β = %.3g", math.Pow(10, beta)), X: []float64{lo, hi}, Y: []float64{lo + beta, hi + beta}},
		{Name: "total exchange", X: []float64{lo, hi}, Y: []float64{lo, hi}}}, steps...)
	return []named{{"mccabe-thiele-pair", fmt.Sprintf("The pair alone, on a scale of ratios: equilibrium is a line at the mean log β, total exchange the diagonal. Where the operating line nears equilibrium, "+
		"stages do little. A projection: the other elements, acid and loading move with it, so a stage count read off it holds for this state of %s only.", q.tag), &c}}
}

// totals draws all rare earths together, one diagram for the sections of each aqueous.
func (q *sxShow) totals() (all []named) {
	spans := q.view.Spans()
	for first := 0; first < len(spans); {
		end := first + 1
		for end < len(spans) && spans[end].Joins {
			end++
		}
		if d, ok := q.total(spans[first:end]); ok {
			all = append(all, d)
		}
		first = end
	}
	return all
}

func (q *sxShow) total(spans []tuning.Span) (named, bool) {
	c := report.Chart{Title: q.tag + ": McCabe–Thiele of all rare earths", X: "aqueous, g/L of rare earths", Y: "organic, g/L of rare earths", Size: q.paper}
	for i, span := range spans {
		if i == 0 {
			c.Title += ", " + span.Section
		} else {
			c.Title += " and " + span.Section
		}
		points, line, stairs := report.Curve{Name: "equilibrium, " + span.Section, Dots: true}, report.Curve{Name: "operating, " + span.Section, Strong: true}, report.Curve{Name: "stages of " + span.Section}
		for j := span.First; j <= span.Last; j++ {
			x, y := q.view.Total(j)
			points.X, points.Y = append(points.X, x), append(points.Y, y)
			stairs.X, stairs.Y = append(stairs.X, x), append(stairs.Y, y)
			if j < span.Last {
				next, _ := q.view.Total(j + 1)
				line.X, line.Y = append(line.X, next), append(line.Y, y)
				stairs.X, stairs.Y = append(stairs.X, next), append(stairs.Y, y)
			}
		}
		if len(line.X) == 0 {
			continue
		}
		c.Curves = append(c.Curves, points, line, stairs)
	}
	return named{"mccabe-thiele-" + spans[0].Section, "All rare earths as if they were one. The points are what each stage holds; no curve goes through them, for the composition changes from stage to stage.", &c}, len(c.Curves) > 0
}

// tornados show the ten handles that move a product most.
func (q *sxShow) tornados() (all []named) {
	const shown = 10
	for k, p := range q.view.Products {
		if len(p.Group) == 0 {
			continue
		}
		for _, recovery := range []bool{false, true} {
			what := "purity"
			if recovery {
				what = "recovery"
			}
			b := report.Bars{Title: fmt.Sprintf("%s of %s: what 1 %% of a handle does", what, p.Stream), X: "change of " + what + ", points of %",
				Down: "1 % less", Up: "1 % more", Size: q.paper}
			change := func(m []tuning.Moved) float64 {
				switch {
				case m == nil:
					return 0
				case recovery:
					return 100 * (m[k].Recovery - p.Recovery)
				}
				return 100 * (m[k].Purity - p.Purity)
			}
			effects := slices.Clone(q.effects)
			size := func(e tuning.Effect) float64 { return math.Max(math.Abs(change(e.Down)), math.Abs(change(e.Up))) }
			slices.SortStableFunc(effects, func(x, y tuning.Effect) int {
				switch a, b := size(x), size(y); {
				case a > b:
					return -1
				case a < b:
					return 1
				}
				return 0
			})
			for _, e := range effects[:min(shown, len(effects))] {
				if e.Down == nil && e.Up == nil {
					continue
				}
				b.Names, b.Low, b.High = append(b.Names, e.Handle), append(b.Low, change(e.Down)), append(b.High, change(e.Up))
			}
			if len(b.Names) > 0 {
				all = append(all, named{what + "-" + p.Section, "Each handle alone, all others as they are; the whole plant solved again.", &b})
			}
		}
	}
	return all
}

// mapDrawings are purity and recovery of each product over the axes: a map over two, a curve over one.
func (q *sxShow) mapDrawings() (all []named) {
	if len(q.grid) == 0 {
		return nil
	}
	curves := report.Chart{Title: q.tag + ": purity and recovery over " + q.axes[0].Path, X: q.axes[0].Label(), Y: "%", Size: q.paper}
	for k, p := range q.view.Products {
		if len(p.Group) == 0 {
			continue
		}
		for _, recovery := range []bool{false, true} {
			what := "purity"
			if recovery {
				what = "recovery"
			}
			if len(q.axes) > 1 {
				m := report.Map{Title: what + " of " + p.Stream, X: q.axes[0].Label(), Y: q.axes[1].Label(), Z: what + ", %", XAt: q.axes[0].At, YAt: q.axes[1].At, Size: q.paper,
					Format: func(v float64) string { return percent(v / 100) }}
				some := false
				for r := range q.grid {
					var row []float64
					for c := range q.axes[0].At {
						v := q.value(r, c, k, recovery)
						row, some = append(row, v), some || !math.IsNaN(v)
					}
					m.Values = append(m.Values, row)
				}
				if some {
					all = append(all, named{"map-" + what + "-" + p.Section, "Grey cells have no solution.", &m})
				}
				continue
			}
			curve := report.Curve{Name: what + " of " + p.Section, Strong: !recovery}
			for c, at := range q.axes[0].At {
				if v := q.value(0, c, k, recovery); !math.IsNaN(v) {
					curve.X, curve.Y = append(curve.X, at), append(curve.Y, v)
				}
			}
			if len(curve.X) > 0 {
				curves.Curves = append(curves.Curves, curve)
			}
		}
	}
	if len(q.axes) == 1 && len(curves.Curves) > 0 {
		all = append(all, named{"map", "Groups of elements as in the case itself.", &curves})
	}
	return all
}
