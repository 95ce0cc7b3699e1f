package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"reetwin/units/sx"
	"reetwin/units/sx/cascade"
	"reetwin/units/sx/cascade/audit"
)

func newSXBenchCommand() *cobra.Command {
	var seed uint64
	var cases int
	var stages []int
	var variants, models []string
	c := &cobra.Command{
		Use:   "bench FILE",
		Short: "Solve random circuits around a benchmark problem, and count",
		Long: `Solve random circuits cold, spread around a problem in the keys of SX-1: metals of the feed times exp(0.7 N), organic
0.6 to 1.4, scrub 0.5 to 2, strip 0.6 to 2 times theirs, saponification 0.05 to 0.6, extractant 0.25 to 0.75, scrub acid
0.1 to 2, strip acid 2 to 6, all log K shifted by -1 to 1 (times z/3). Prints how many converge, by which path, and times of
this machine. Every answer is audited, stage by stage, by code that shares nothing with the kernel (units/sx/cascade/audit):
sums of extractant and ligand, acid, every equilibrium, every balance, charge, [H+][OH-]; the worst of each is printed. Exit
code 4: some do not converge, or do not hold to 1e-10 (ln D and charge 1e-9); each is named with its reason.
Where base is left over that the cations cannot take up, it stays in the water as hydroxide: such a circuit is counted as
alkaline besides, and named with its stage, pH and base. Metals would come down there. The model of the water is at 25 °C.

Models: ideal; a exponent 2.38 of trivalents; b 0.5 mol/L of sulfate; c log K falls by 0.5 with the loading; d all of them;
m capacities of 4.6 and 6 monomers; M the same with exponents to match.`,
		Example: `  reetwin sx bench configs/validation/source/sx1.json --seed 77 --cases 1000 -N 30,60
  reetwin sx bench configs/validation/source/sx1.json --seed 77 --cases 200 -N 100 --models a,b,c,d --variants closed`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := sx.ReadProblem(args[0], "")
			if err != nil {
				return exitError{exitUsage, err}
			}
			if cases < 1 {
				return exitError{exitUsage, fmt.Errorf("--cases %d: needs 1 or more", cases)}
			}
			fmt.Fprintf(c.OutOrStdout(), "seed %d, tolerance 1e-12, cold\n%6s %8s %4s  %-13s %8s %7s %7s %7s %7s ms  paths\n", seed, "model", "variant", "N", "converged", "alkaline",
				"mean", "median", "p99", "most")
			failed, worst := 0, audit.Report{}
			for _, m := range models {
				for _, v := range variants {
					for _, n := range stages {
						p.Variant, p.N = v, n
						t, err := randomCircuits(p, m, cases, seed)
						if err != nil {
							return exitError{exitUsage, fmt.Errorf("%s: %w", args[0], err)}
						}
						fmt.Fprintf(c.OutOrStdout(), "%6s %8s %4d  %s\n", m, v, n, t)
						for _, f := range append(t.alkaline, t.failures...) {
							fmt.Fprintf(c.OutOrStdout(), "               %s\n", f)
						}
						failed += len(t.failures)
						worst.Add(t.worst)
					}
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "audit, worst of all: extractant %.0e, acid %.0e, ln D %.0e, ligand %.0e, balance %.0e, charge %.0e, water %.0e\n", worst.Extractant.Error,
				worst.Acid.Error, worst.Equilibrium.Error, worst.Ligand.Error, worst.Balance.Error, worst.Charge.Error, worst.Water.Error)
			if failed > 0 {
				return exitError{exitUnsolved, fmt.Errorf("%d circuits do not converge, or do not hold", failed)}
			}
			return nil
		},
	}
	c.Flags().Uint64Var(&seed, "seed", 1, "of the random circuits")
	c.Flags().IntVar(&cases, "cases", 1000, "circuits of each size and variant")
	c.Flags().IntSliceVarP(&stages, "stages", "N", []int{10, 30, 60, 100}, "sizes, among those of the file")
	c.Flags().StringSliceVar(&variants, "variants", []string{"closed", "open"}, "closed, open or both")
	c.Flags().StringSliceVar(&models, "models", []string{"ideal"}, "property models: "+sx.Models)
	return c
}

// sxTally counts random circuits.
type sxTally struct {
	asked    int
	paths    map[cascade.Path]int
	ms       []float64
	alkaline []string // of those that converge
	failures []string
	worst    audit.Report
}

func (t *sxTally) String() string {
	sort.Float64s(t.ms)
	at := func(part float64) float64 { return t.ms[int(part*float64(len(t.ms)-1))] }
	mean := 0.0
	for _, v := range t.ms {
		mean += v / float64(len(t.ms))
	}
	var paths []string
	for path, n := range t.paths {
		paths = append(paths, fmt.Sprintf("%s %d", path, n))
	}
	slices.Sort(paths)
	return fmt.Sprintf("%5d of %-5d %8d %7.2f %7.2f %7.1f %7.0f     %s", t.asked-len(t.failures), t.asked, len(t.alkaline), mean, at(0.5), at(0.99), at(1), strings.Join(paths, ", "))
}

// randomCircuits solves circuits of the benchmark's spread and audits them.
func randomCircuits(p *sx.Problem, model string, cases int, seed uint64) (*sxTally, error) {
	chem, err := p.Chemistry()
	if err != nil {
		return nil, err
	}
	circuit, err := p.Circuit()
	if err != nil {
		return nil, err
	}
	if err := sx.Model(model, chem, circuit); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, uint64(p.N)))
	t := &sxTally{asked: cases, paths: map[cascade.Path]int{}}
	for i := range cases {
		c, h := shakeCircuit(circuit, chem, r)
		k, err := cascade.New(h, c)
		if err != nil {
			return nil, err
		}
		begin := time.Now()
		res, err := k.Solve(c, 1e-12, true)
		t.ms = append(t.ms, float64(time.Since(begin).Microseconds())/1000)
		t.paths[res.Path]++
		if err != nil {
			t.failures = append(t.failures, fmt.Sprintf("case %d: %v", i, err))
			continue
		}
		if b := res.Base; b != nil {
			t.alkaline = append(t.alkaline, fmt.Sprintf("case %d: pH %.1f, %s", i, -math.Log10(b.Acid), b))
		}
		report, err := k.Audit(c, h)
		if err == nil {
			err = report.Open(1e-10)
		}
		if err != nil {
			t.failures = append(t.failures, fmt.Sprintf("case %d: audit: %v", i, err))
		}
		t.worst.Add(report)
	}
	return t, nil
}

// shake is one circuit of the spread.
func shakeCircuit(c *cascade.Circuit, chem *cascade.Chemistry, r *rand.Rand) (*cascade.Circuit, *cascade.Chemistry) {
	q, h := *c, *chem
	q.Sections = slices.Clone(c.Sections)
	for s := range q.Sections {
		q.Sections[s].X = slices.Clone(c.Sections[s].X)
	}
	h.Cations = slices.Clone(chem.Cations)
	within := func(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }
	metal := func(i int) bool { return i != h.Hydrogen && i != h.Soap }
	for i := range q.Sections[0].X {
		if metal(i) {
			q.Sections[0].X[i] *= math.Exp(0.7 * r.NormFloat64())
		}
	}
	q.Organic *= within(0.6, 1.4)
	q.Sections[1].Flow *= within(0.5, 2)
	q.Sections[2].Flow *= within(0.6, 2)
	q.Soap, q.Capacity = within(0.05, 0.6), within(0.25, 0.75)
	q.Sections[1].X[h.Hydrogen], q.Sections[2].X[h.Hydrogen] = within(0.1, 2), within(2, 6)
	shift := within(-1, 1) * math.Ln10
	for i := range h.Cations {
		if metal(i) {
			h.Cations[i].LnK += shift * h.Cations[i].Z / 3
		}
	}
	return &q, &h
}
