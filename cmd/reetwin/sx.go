package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/units/sx/cascade"
)

func newSXCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "sx",
		Short: "Solvent extraction: constants from isotherms, benchmark problems",
		Long: `Tools of solvent extraction beside the plant file. A circuit in a plant is the kind sx_circuit: reetwin units sx_circuit.
The benchmark SX-1 is three sections around one organic loop, 20 cations, synthetic constants of realistic size.`,
		Example: `  reetwin sx fit isotherms.csv --free n --out my_extractant.toml
  reetwin sx run problem.json -N 60 --variant closed -o json`,
	}
	c.AddCommand(newSXFitCommand(), newSXRunCommand(), newSXBenchCommand())
	return c
}

// sxProblem is a problem in the keys of the benchmark SX-1.
type sxProblem struct {
	Components []struct {
		Name string
		Z    float64
		LogK float64 `json:"log10K"`
	}
	Flows              struct{ F, S, W, O float64 }
	Ltot, Sap          float64
	Bleed              map[string]float64
	Feed, Scrub, Strip map[string]float64
	Sizes              []struct{ N, NE, NS, NT int }
	Variant            string
	N                  int
}

func readSXProblem(file string) (*sxProblem, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p := &sxProblem{Variant: "closed"}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// chemistry names hydrogen H and the soap's cation Na.
func (p *sxProblem) chemistry() (*cascade.Chemistry, error) {
	q := &cascade.Chemistry{Hydrogen: -1, Soap: -1}
	var names []string
	for i, c := range p.Components {
		names = append(names, c.Name)
		switch c.Name {
		case "H":
			q.Hydrogen = i
		case "Na":
			q.Soap = i
		}
		q.Cations = append(q.Cations, cascade.Cation{Name: c.Name, Z: c.Z, LnK: c.LogK * math.Ln10})
	}
	if q.Hydrogen < 0 {
		return nil, errors.New("components: no H")
	}
	for _, table := range []map[string]float64{p.Feed, p.Scrub, p.Strip} {
		for name := range table {
			if !slices.Contains(names, name) {
				return nil, fmt.Errorf("no component %q; known are %s", name, strings.Join(names, ", "))
			}
		}
	}
	return q, nil
}

func (p *sxProblem) circuit() (*cascade.Circuit, error) {
	row := func(of map[string]float64) []float64 {
		x := make([]float64, len(p.Components))
		for i, c := range p.Components {
			x[i] = of[c.Name]
		}
		return x
	}
	bleed, ok := p.Bleed[p.Variant]
	if !ok {
		return nil, fmt.Errorf("bleed: no variant %q", p.Variant)
	}
	var known []string
	for _, s := range p.Sizes {
		known = append(known, fmt.Sprint(s.N))
		if s.N == p.N {
			return &cascade.Circuit{
				Sections: []cascade.Section{
					{Name: "extraction", Stages: s.NE, Flow: p.Flows.F, X: row(p.Feed)},
					{Name: "scrub", Stages: s.NS, Flow: p.Flows.S, X: row(p.Scrub), Joins: true},
					{Name: "strip", Stages: s.NT, Flow: p.Flows.W, X: row(p.Strip)},
				},
				Organic: p.Flows.O, Capacity: p.Ltot, Bleed: bleed, Soap: p.Sap,
			}, nil
		}
	}
	return nil, fmt.Errorf("no size N = %d; the file has the sizes %s", p.N, strings.Join(known, ", "))
}

// sxAnswer is what sx run writes.
type sxAnswer struct {
	LnR       []float64 `json:"ln_r"`
	Raffinate []float64 `json:"raffinate_x"`
	Liquor    []float64 `json:"strip_liquor_x"`
	Closure   float64   `json:"closure"`         // worst of the extractant's, by stage
	Balance   float64   `json:"balance"`         // worst of the cations', of what enters
	Of        string    `json:"balance_of"`      // which
	Path      string    `json:"path"`            // how it was solved
	Error     string    `json:"error,omitempty"` // why not
}

func newSXRunCommand() *cobra.Command {
	var format, variant string
	var n int
	c := &cobra.Command{
		Use:   "run FILE",
		Short: "Solve a problem in the keys of the benchmark SX-1",
		Long: `Solve a problem in the keys of the benchmark SX-1 (JSON: components, flows, Ltot, sap, bleed, feed, scrub, strip, sizes)
from a cold start, and write ln([(HA)2]/[H+]) of every stage, the raffinate, the strip liquor, closures and the path taken.
N and variant stand in the file or in the flags. Exit code 4: no solution, with its reason.`,
		Example: `  reetwin sx run problem.json -N 30 --variant open -o json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			}
			p, err := readSXProblem(args[0])
			if err != nil {
				return exitError{exitUsage, err}
			}
			if n > 0 {
				p.N = n
			}
			if variant != "" {
				p.Variant = variant
			}
			a, err := p.solve()
			if err != nil {
				return exitError{exitUsage, fmt.Errorf("%s: %w", args[0], err)}
			}
			if format == "json" {
				encoder := json.NewEncoder(c.OutOrStdout())
				encoder.SetIndent("", " ")
				if err := encoder.Encode(a); err != nil {
					return err
				}
			} else {
				a.table(c, p)
			}
			if a.Error != "" {
				return exitError{exitUnsolved, errors.New(a.Error)}
			}
			return nil
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	c.Flags().StringVar(&variant, "variant", "", "open or closed")
	c.Flags().IntVarP(&n, "stages", "N", 0, "stages, one of the sizes of the file")
	return c
}

// solve gives an answer, which may say that there is none; the error is of the problem's own.
func (p *sxProblem) solve() (*sxAnswer, error) {
	chem, err := p.chemistry()
	if err != nil {
		return nil, err
	}
	circuit, err := p.circuit()
	if err != nil {
		return nil, err
	}
	k, err := cascade.New(chem, circuit)
	if err != nil {
		return nil, err
	}
	r, err := k.Solve(circuit, 1e-11, true)
	a := &sxAnswer{Path: string(r.Path), Closure: r.Closure}
	if err != nil {
		a.Error = err.Error()
		return a, nil
	}
	for j := range k.Stages() {
		a.LnR = append(a.LnR, k.LnR(j))
	}
	_, _, liquor := k.Leaving(2)
	a.Raffinate, a.Liquor = k.Aqueous(0), k.Aqueous(liquor)
	a.Balance, a.Of = k.Balance()
	return a, nil
}

func (a *sxAnswer) table(c *cobra.Command, p *sxProblem) {
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s, N = %d: %s; closure %.2g, balance %.2g (%s)\n\n", p.Variant, p.N, a.Path, a.Closure, a.Balance, a.Of)
	if a.Error != "" {
		return
	}
	fmt.Fprintf(out, "mol/L   raffinate  strip liquor\n")
	for i, q := range p.Components {
		fmt.Fprintf(out, "%-5s %11.4g %13.4g\n", q.Name, a.Raffinate[i], a.Liquor[i])
	}
}
