package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"reetwin/units/sx"
)

func newSXCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "sx",
		Short: "Solvent extraction: circuits as they are tuned, constants from isotherms, benchmark problems",
		Long: `Tools of solvent extraction beside the plant file. A circuit in a plant is the kind sx_circuit: reetwin units sx_circuit.
The benchmark SX-1 is three sections around one organic loop, 20 cations, synthetic constants of realistic size.`,
		Example: `  reetwin sx show configs/sx-amd.toml
  reetwin sx fit configs/validation/source/pc88a_hcl.csv --free n --out my_extractant.toml
  reetwin sx run configs/validation/source/sx1.json -N 60 --variant closed -o json`,
	}
	c.AddCommand(newSXShowCommand(), newSXDesignCommand(), newSXFitCommand(), newSXRunCommand(), newSXBenchCommand())
	return c
}

func newSXRunCommand() *cobra.Command {
	var format, variant string
	var n int
	c := &cobra.Command{
		Use:   "run FILE",
		Short: "Solve a problem in the keys of the benchmark SX-1",
		Long: `Solve a problem in the keys of the benchmark SX-1 (JSON: components, flows, Ltot, sap, bleed, feed, scrub, strip, sizes)
from a cold start, and write ln([(HA)2]/[H+]) of every stage, the raffinate, the strip liquor, closures, warnings and the path taken.
Ltot is dimers per volume of organic, sap the part of the free dimer that is saponified; any one unit of concentration, of flow.
N and variant stand in the file or in the flags. Base that no cation takes up stays in the water: then hydroxide by stage, and
a warning with the worst stage, its pH and the base (water, 1.007e-14 (mol/L)2 unless the file says another). Exit code 4: no solution, with its reason.`,
		Example: `  reetwin sx run configs/validation/source/sx1.json -N 30 --variant open -o json
  reetwin sx run configs/validation/source/sx1.json -N 60 --variant closed`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			}
			p, err := sx.ReadProblem(args[0], "")
			if err != nil {
				return exitError{exitUsage, err}
			}
			if n > 0 {
				p.N = n
			}
			if variant != "" {
				p.Variant = variant
			}
			a, err := p.Solve()
			if err != nil {
				return exitError{exitUsage, fmt.Errorf("%s: %w", args[0], err)}
			}
			if format == "json" {
				encoder := json.NewEncoder(c.OutOrStdout())
				encoder.SetIndent("", " ")
				var answer any = a
				if a.Error != "" { // nothing else of it is a number that holds
					answer = map[string]string{"path": a.Path, "error": a.Error}
				}
				if err := encoder.Encode(answer); err != nil {
					return err
				}
			} else {
				sxTable(c, p, a)
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

func sxTable(c *cobra.Command, p *sx.Problem, a *sx.Answer) {
	out := c.OutOrStdout()
	if a.Error != "" {
		fmt.Fprintf(out, "%s, N = %d: %s\n", p.Variant, p.N, a.Path)
		return
	}
	fmt.Fprintf(out, "%s, N = %d: %s; closure %.2g, balance %.2g (%s)\n\n", p.Variant, p.N, a.Path, a.Closure, a.Balance, a.Of)
	if a.Alkaline != nil {
		fmt.Fprintf(out, "alkaline, pH %.1f in %s stage %d: %s\n\n", a.Alkaline.PH, a.Alkaline.Section, a.Alkaline.Stage, a.Alkaline.Warning)
	}
	fmt.Fprintf(out, "units of the file   raffinate  strip liquor\n")
	for i, q := range p.Components {
		fmt.Fprintf(out, "%-17s %11.4g", q.Name, a.Raffinate[i])
		if a.Liquor != nil {
			fmt.Fprintf(out, " %13.4g", a.Liquor[i])
		}
		fmt.Fprintln(out)
	}
	for _, w := range a.Warnings {
		fmt.Fprintf(out, "Warning: %s\n", w)
	}
}
