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
	var effort float64
	c := &cobra.Command{
		Use:   "design FILE.toml",
		Short: "A circuit from a specification: feed, cuts, purities, recoveries",
		Long: `Find the cheapest circuit of extraction, scrub and strip that meets purities and recoveries: stages, feed stage,
organic, saponification, O/A and acids, on the rigorous model, within the windows of the file. Xu Guangxian's minimum-reagent
relations are the start; from there a local search. Several [[cut]] make a train. A cut that cannot be met is refused with the limit in the way (exit code 4).
--out writes a plant file for reetwin solve. The file is described in docs/sx.md.`,
		Example: `  reetwin sx design configs/design/dysprosium.toml --out plant.toml
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
			if !(effort >= 0.01 && effort <= 100) {
				return exitError{exitUsage, fmt.Errorf("--effort %g: needs 0.01 to 100", effort)}
			}
			spec.Effort = effort
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
	c.Flags().Float64Var(&effort, "effort", 1, "how much longer than usual to search")
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

// inPlantUnits writes a number that a design rests on as its file would.
func inPlantUnits(v float64, unit string) string {
	switch unit {
	case "s":
		return fmt.Sprintf("%.4g min", v/60)
	case "USD/m3/s":
		return fmt.Sprintf("%.4g USD/m3/a", v*365.25*86400)
	}
	v, unit = report.Shown(v, unit)
	return strings.TrimSpace(fmt.Sprintf("%.4g %s", v, unit))
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
				list = append(list, n.Name+" "+inPlantUnits(n.Value, n.Unit))
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
	if len(r.Assumed) > 0 {
		out("%s", folded("assumed of them: ", r.Assumed, ", "))
	}
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
		out("\nSeparation factor %s/%s %.4g, %.4g of the rare earths to the liquor: least extracted %.4g, least scrubbed %.4g per mole fed,\nstages at total reflux %.3g (Fenske); mixed extraction ratios %.4g and %.4g",
			c.Heavy, c.Light, c.Split.Beta, c.Split.FA, q.SMin, q.WMin, q.Fenske, q.EM, q.EMPrime)
	}
	out("\n")
	if !c.Met {
		out("%s", folded("Refused: ", strings.SplitAfter(c.Reason, " "), ""))
	}
	circuitTable(out, c)
	if !c.Met {
		return
	}
	out("\nWhat limits, and what 5 %% more room would save:\n")
	for _, l := range c.Limits {
		unit, by := l.Unit, 1.0
		switch unit {
		case "mol/m3":
			unit, by = "mol/L", 1e-3
		case "1":
			unit = ""
		}
		out("  %-20s %-20s %7.4g of %.4g %-6s %8.2g %%\n", l.Name, l.Where, l.Value*by, l.Bound*by, unit, 100*l.Saves)
	}
	if len(c.Limits) == 0 {
		out("  none of the windows\n")
	}
	for _, text := range c.Warnings {
		out("%s", folded("Warning: ", strings.SplitAfter(text, " "), ""))
	}
	out("Solved again from a cold start: %s, worst imbalance %.1g (%s); %d circuits tried\n", c.Path, c.Imbalance, c.ImbalanceOf, c.Solves)
}

// circuitTable writes what is asked, the start of the relations and the optimum, or what was reached, side by side.
func circuitTable(out func(string, ...any), c *design.CutResult) {
	last, head := c.Optimum, "optimum"
	if last == nil {
		last, head = c.Reached, "reached"
	}
	if last == nil {
		return
	}
	cell := func(format string, v float64) string {
		if math.IsNaN(v) {
			return "–"
		}
		return fmt.Sprintf(format, v)
	}
	out("\n  %-38s %12s %12s %12s\n", "", "asked", "start (Xu)", head)
	for _, f := range circuitRows(&c.Asked) {
		start := "–"
		if c.Start != nil {
			start = cell(f.format, f.of(c.Start))
		}
		asks := "–"
		if f.asked > 0 {
			asks = cell(f.format, 100*f.asked)
		}
		out("  %-38s %12s %12s %12s\n", f.name, asks, start, cell(f.format, f.of(last)))
	}
}

// circuitRow is a line of the table.
type circuitRow struct {
	name, format string
	asked        float64 // as a part; 0 for nothing
	of           func(*design.Circuit) float64
}

func circuitRows(asked *design.Targets) []circuitRow {
	type C = design.Circuit
	return []circuitRow{
		{"raffinate purity, %", "%.5g", asked.Raffinate.Purity, func(c *C) float64 { return 100 * c.RaffinatePure }},
		{"raffinate recovery, %", "%.5g", asked.Raffinate.Recovery, func(c *C) float64 { return 100 * c.RaffinateGot }},
		{"liquor purity, %", "%.5g", asked.Liquor.Purity, func(c *C) float64 { return 100 * c.LiquorPure }},
		{"liquor recovery, %", "%.5g", asked.Liquor.Recovery, func(c *C) float64 { return 100 * c.LiquorGot }},
		{"extraction stages, feed at the last", "%.0f", 0, func(c *C) float64 { return float64(c.Extraction) }},
		{"scrub stages", "%.0f", 0, func(c *C) float64 { return float64(c.Scrub) }},
		{"strip stages", "%.0f", 0, func(c *C) float64 { return float64(c.Strip) }},
		{"organic, m3/h", "%.4g", 0, func(c *C) float64 { return 3600 * c.Organic }},
		{"saponification, %", "%.4g", 0, func(c *C) float64 { return 100 * c.Soap }},
		{"scrub, m3/h", "%.4g", 0, func(c *C) float64 { return 3600 * c.ScrubFlow }},
		{"scrub acid, mol/L", "%.4g", 0, func(c *C) float64 { return c.ScrubAcid / 1000 }},
		{"strip, m3/h", "%.4g", 0, func(c *C) float64 { return 3600 * c.StripFlow }},
		{"strip acid, mol/L", "%.4g", 0, func(c *C) float64 { return c.StripAcid / 1000 }},
		{"O/A extraction", "%.3g", 0, func(c *C) float64 { return c.ExtractionOA }},
		{"O/A scrub", "%.3g", 0, func(c *C) float64 { return c.ScrubOA }},
		{"O/A strip", "%.3g", 0, func(c *C) float64 { return c.StripOA }},
		{"highest loading, %", "%.3g", 0, func(c *C) float64 { return 100 * c.Loading }},
		{"back from the strip, % of the load", "%.3g", 0, func(c *C) float64 { return 100 * c.Residual }},
		{"highest pH", "%.3g", 0, func(c *C) float64 { return c.PH }},
		{"mixers and settlers, m3", "%.4g", 0, func(c *C) float64 { return c.Volume }},
		{"HCl, kg/kg REO fed", "%.4g", 0, func(c *C) float64 { return c.HCl }},
		{"NaOH, kg/kg REO fed", "%.4g", 0, func(c *C) float64 { return c.NaOH }},
		{"lime for the raffinate, kg/kg REO fed", "%.4g", 0, func(c *C) float64 { return c.Lime }},
		{"stages, USD/kg REO fed", "%.4g", 0, func(c *C) float64 { return c.StageCost }},
		{"reagents, USD/kg REO fed", "%.4g", 0, func(c *C) float64 { return c.ReagentCost }},
		{"together, USD/kg REO fed", "%.4g", 0, func(c *C) float64 { return c.Cost }},
	}
}
