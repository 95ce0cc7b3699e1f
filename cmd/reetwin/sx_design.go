package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/report"
	"reetwin/units/sx/design"
)

func newSXDesignCommand() *cobra.Command {
	var format, plant string
	c := &cobra.Command{
		Use:   "design FILE.toml",
		Short: "A circuit from a specification: feed, cuts, purities, recoveries",
		Long: `Find the cheapest circuit of extraction, scrub and strip that meets purities and recoveries: stages, feed stage,
organic, saponification, O/A and acids, on the rigorous model, within the windows of the file. Xu Guangxian's minimum-reagent
relations are the start. Several [[cut]] make a train. A cut that cannot be met is refused with the limit in the way (exit code 4).
--out writes a plant file for reetwin solve. The file is described in docs/sx-design.md.`,
		Example: `  reetwin sx design cut.toml --out plant.toml
  reetwin solve plant.toml`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			}
			spec, err := design.Read(args[0])
			if err != nil {
				return exitError{exitUsage, err}
			}
			at := time.Now()
			r, err := spec.Solve()
			if err != nil {
				return exitError{exitUnsolved, fmt.Errorf("%s: %w", args[0], err)}
			}
			if format == "json" {
				encoder := json.NewEncoder(c.OutOrStdout())
				encoder.SetIndent("", " ")
				err = encoder.Encode(r)
			} else {
				designTable(c.OutOrStdout(), r)
				fmt.Fprintf(c.ErrOrStderr(), "designed in %.2g s\n", time.Since(at).Seconds())
			}
			if err != nil {
				return err
			}
			met := slices.ContainsFunc(r.Cuts, func(c design.CutResult) bool { return c.Met })
			if plant != "" && met {
				if err := os.WriteFile(plant, []byte(r.Plant()), 0o644); err != nil {
					return exitError{exitUsage, err}
				}
				fmt.Fprintf(c.ErrOrStderr(), "wrote %s; next: reetwin solve %s\n", plant, plant)
			}
			return refused(r)
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	c.Flags().StringVar(&plant, "out", "", "plant file to write")
	return c
}

// refused is the error of a train in which a cut is not met.
func refused(r *design.Result) error {
	var all []string
	for _, c := range r.Cuts {
		if !c.Met {
			all = append(all, fmt.Sprintf("cut %s is refused: %s", c.Name, report.Plain(c.Reason)))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return exitError{exitUnsolved, errors.New(strings.Join(all, "\n"))}
}

// designTable writes a design for a terminal.
func designTable(w io.Writer, r *design.Result) {
	out := func(format string, args ...any) { fmt.Fprint(w, report.Plain(fmt.Sprintf(format, args...))) }
	out("%s: %s, purity and recovery by %s\n", r.Name, r.Model, r.Basis)
	for k := range r.Cuts {
		cutTable(out, &r.Cuts[k])
	}
	out("\nCheapest by: %s\n", r.Objective)
	for _, class := range []string{"given", "assumed"} {
		var list []string
		for _, n := range r.Numbers {
			if n.Class == class {
				list = append(list, fmt.Sprintf("%s %.4g%s", n.Name, n.Value, map[bool]string{true: "", false: " " + n.Unit}[n.Unit == "1"]))
			}
		}
		if len(list) > 0 {
			out("%s", folded(class+": ", list, ", "))
		}
	}
	var classes []string
	for _, c := range slices.Sorted(maps.Keys(r.Classes)) {
		classes = append(classes, fmt.Sprintf("%d %s", r.Classes[c], c))
	}
	out("The model rests on constants: %s\n", strings.Join(classes, ", "))
}

// folded writes a list in lines of about 120 characters.
func folded(head string, list []string, by string) string {
	var b strings.Builder
	line := head
	for i, item := range list {
		if i < len(list)-1 {
			item += by
		}
		if len(line)+len(item) > 120 {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = "  "
		}
		line += item
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}

// cutTable writes one circuit: the start beside the optimum, then what limits.
func cutTable(out func(string, ...any), c *design.CutResult) {
	out("\n%s: %s │ %s", c.Name, c.Order[0], c.Order[1])
	if c.From != "" {
		out("   from %s", c.From)
	}
	q := c.Relations
	if c.Split.Beta > 0 {
		out("\nSeparation factor %s/%s %.4g, %.4g of the rare earths to the liquor: least extracted %.4g, least scrubbed %.4g per mole fed,\nstages at total reflux %.3g (Fenske); mixed extraction ratios %.4g and %.4g\n",
			c.Heavy, c.Light, c.Split.Beta, c.Split.FA, q.SMin, q.WMin, q.Fenske, q.EM, q.EMPrime)
	}
	last, head := c.Optimum, "optimum"
	if last == nil {
		last, head = c.Reached, "reached"
	}
	if !c.Met {
		out("\n")
		out("%s", folded("Refused: ", strings.SplitAfter(c.Reason, " "), ""))
	}
	if last == nil {
		return
	}
	var none design.Circuit
	first := c.Start
	if first == nil {
		first = &none
	}
	out("\n  %-36s %12s %12s %12s\n", "", "asked", "start (Xu)", head)
	row := func(name string, asked float64, of func(*design.Circuit) float64, format string) {
		cell := func(v float64, there bool) string {
			if !there || math.IsNaN(v) {
				return "–"
			}
			return fmt.Sprintf(format, v)
		}
		out("  %-36s %12s %12s %12s\n", name, cell(asked, asked > 0), cell(of(first), c.Start != nil), cell(of(last), true))
	}
	type C = design.Circuit
	row("raffinate purity, %", 100*c.Asked.Raffinate.Purity, func(c *C) float64 { return 100 * c.RaffinatePure }, "%.5g")
	row("raffinate recovery, %", 100*c.Asked.Raffinate.Recovery, func(c *C) float64 { return 100 * c.RaffinateGot }, "%.5g")
	row("liquor purity, %", 100*c.Asked.Liquor.Purity, func(c *C) float64 { return 100 * c.LiquorPure }, "%.5g")
	row("liquor recovery, %", 100*c.Asked.Liquor.Recovery, func(c *C) float64 { return 100 * c.LiquorGot }, "%.5g")
	for _, f := range []struct {
		name   string
		of     func(*C) float64
		format string
	}{
		{"extraction stages, feed at the last", func(c *C) float64 { return float64(c.Extraction) }, "%.0f"},
		{"scrub stages", func(c *C) float64 { return float64(c.Scrub) }, "%.0f"},
		{"strip stages", func(c *C) float64 { return float64(c.Strip) }, "%.0f"},
		{"organic, m3/h", func(c *C) float64 { return 3600 * c.Organic }, "%.4g"},
		{"saponification, %", func(c *C) float64 { return 100 * c.Soap }, "%.4g"},
		{"scrub, m3/h", func(c *C) float64 { return 3600 * c.ScrubFlow }, "%.4g"},
		{"scrub acid, mol/L", func(c *C) float64 { return c.ScrubAcid / 1000 }, "%.4g"},
		{"strip, m3/h", func(c *C) float64 { return 3600 * c.StripFlow }, "%.4g"},
		{"strip acid, mol/L", func(c *C) float64 { return c.StripAcid / 1000 }, "%.4g"},
		{"O/A extraction", func(c *C) float64 { return c.ExtractionOA }, "%.3g"},
		{"O/A scrub", func(c *C) float64 { return c.ScrubOA }, "%.3g"},
		{"O/A strip", func(c *C) float64 { return c.StripOA }, "%.3g"},
		{"highest loading, %", func(c *C) float64 { return 100 * c.Loading }, "%.3g"},
		{"back from the strip, % of the load", func(c *C) float64 { return 100 * c.Residual }, "%.3g"},
		{"highest pH", func(c *C) float64 { return c.PH }, "%.3g"},
		{"mixers and settlers, m3", func(c *C) float64 { return c.Volume }, "%.4g"},
		{"HCl, kg/kg REO fed", func(c *C) float64 { return c.HCl }, "%.4g"},
		{"NaOH, kg/kg REO fed", func(c *C) float64 { return c.NaOH }, "%.4g"},
		{"stages, USD/kg REO fed", func(c *C) float64 { return c.StageCost }, "%.4g"},
		{"reagents, USD/kg REO fed", func(c *C) float64 { return c.ReagentCost }, "%.4g"},
		{"together, USD/kg REO fed", func(c *C) float64 { return c.Cost }, "%.4g"},
	} {
		row(f.name, 0, f.of, f.format)
	}
	if c.Met {
		out("\nWhat limits, and what 5 %% more room would save:\n")
		for _, l := range c.Limits {
			unit, by := "", 1.0
			if l.Unit == "mol/m3" {
				unit, by = "mol/L", 1e-3
			}
			out("  %-20s %-20s %7.4g of %.4g %-6s %8.2g %%\n", l.Name, l.Where, l.Value*by, l.Bound*by, unit, 100*l.Saves)
		}
		if len(c.Limits) == 0 {
			out("  none of the windows\n")
		}
		for _, text := range c.Warnings {
			out("Warning: %s\n", text)
		}
		out("Solved again from a cold start: %s, worst imbalance %.1g (%s); %d circuits tried\n", c.Path, c.Imbalance, c.ImbalanceOf, c.Solves)
	}
}
