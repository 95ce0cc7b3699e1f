package aqueous_test

import (
	"slices"
	"testing"
	"time"

	"reetwin/flowsheet/chem/aqueous"
)

// BenchmarkSlate takes every V1 point of the acid mine waters, leach liquors and strips in turn, the full slate with its solids,
// and reports the median times of a cold start and of a step of 1 % in every total.
func BenchmarkSlate(b *testing.B) { medians(b, false) }

// BenchmarkFull does so with every component there is, traces of 1e-6 mol of what a water lacks, and with all 27 solids of the
// acid mine waters at every point.
func BenchmarkFull(b *testing.B) { medians(b, true) }

func medians(b *testing.B, full bool) {
	sys := load(b, asRun)
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	_, _, all := wky(b)
	var problems, next []aqueous.Problem
	for _, c := range references(b) {
		totals := analysis(b, sys, solver, c)
		for _, q := range c.Points {
			p := problem(b, sys, totals, c, q)
			if len(p.Solids) == 0 {
				continue
			}
			if full {
				p.Solids = all.Solids
				for i := range p.Totals {
					if i > aqueous.Water && p.Totals[i] == 0 {
						p.Totals[i] = 1e-6
					}
				}
				sys.Neutral(p.Totals)
			}
			n := p
			n.Totals = append([]float64(nil), p.Totals...)
			for i := range n.Totals {
				if i != aqueous.Water {
					n.Totals[i] *= 1.01
				}
			}
			problems, next = append(problems, p), append(next, n)
		}
	}
	var cold, warm []float64
	b.ReportAllocs()
	for b.Loop() {
		cold, warm = cold[:0], warm[:0]
		for i := range problems {
			if err := solver.Solve(&problems[i], r); err != nil { // the same components from here on
				b.Fatal(err)
			}
			start := time.Now()
			if err := solver.Solve(&problems[i], r); err != nil {
				b.Fatal(err)
			}
			middle := time.Now()
			if err := solver.Update(&next[i], r); err != nil {
				b.Fatal(err)
			}
			cold, warm = append(cold, float64(middle.Sub(start).Nanoseconds())/1e3), append(warm, float64(time.Since(middle).Nanoseconds())/1e3)
		}
	}
	slices.Sort(cold)
	slices.Sort(warm)
	b.ReportMetric(cold[len(cold)/2], "cold-median-µs")
	b.ReportMetric(cold[len(cold)*95/100], "cold-p95-µs")
	b.ReportMetric(cold[len(cold)-1], "cold-worst-µs")
	b.ReportMetric(warm[len(warm)/2], "warm-median-µs")
	b.ReportMetric(warm[len(warm)*95/100], "warm-p95-µs")
	b.ReportMetric(warm[len(warm)-1], "warm-worst-µs")
	b.ReportMetric(0, "ns/op")
}
