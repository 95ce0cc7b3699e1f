package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/cost"
)

func newGradesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "grades [NAME]",
		Short: "List grades of products with their prices, and permits; or what one asks",
		Long: `List the grades that a plant's file may name in [product.NAME], each with what it asks and its price, and the permits of [effluent.NAME];
or every line of one with class and source. A plant's file may have its own (docs/plant-file.md).`,
		Example: `  reetwin grades
  reetwin grades "Nd2O3 99.5"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			book, err := cost.Open()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return listGrades(c.OutOrStdout(), book)
			}
			i := slices.IndexFunc(book.Grades, func(g cost.Grade) bool { return g.Name == args[0] })
			if i < 0 {
				var known []string
				for _, g := range book.Grades {
					known = append(known, g.Name)
				}
				return exitError{exitUsage, fmt.Errorf("no grade %q; %s", args[0], conf.Hint(args[0], known))}
			}
			return showGrade(c.OutOrStdout(), book.Grades[i])
		},
	}
}

// percentOf is a share as buyers write it, "–" for none.
func percentOf(a cost.Asked) string {
	switch {
	case a.Value == 0:
		return "–"
	case a.Value < 1e-3:
		return fmt.Sprintf("%.4g ppm", 1e6*a.Value)
	}
	return fmt.Sprintf("%.6g %%", 100*a.Value)
}

func listGrades(w io.Writer, book *cost.Book) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "grade\tcounted as\ttotal\trelative\tcontent\tlimits\tUSD/kg\tprice of\tclass of the price")
	for _, g := range book.Grades {
		price := "–\t\t"
		for _, p := range book.Prices {
			if p.Name == g.Price {
				price = fmt.Sprintf("%.4g\t%s, %s\t%s", p.Value, p.Date, p.Market, p.Class)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", g.Name, g.Convention, percentOf(g.Total), percentOf(g.Relative), percentOf(g.Content), len(g.Limits), price)
	}
	fmt.Fprintln(t, "\npermit\tmg/L\tpH\tsource")
	for _, p := range book.Permits {
		var limits []string
		for _, l := range p.Elements {
			limits = append(limits, fmt.Sprintf("%s %.4g", l.Name, l.Value))
		}
		pH := "–"
		if len(p.PH) == 2 {
			pH = fmt.Sprintf("%g to %g", p.PH[0], p.PH[1])
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", p.Name, strings.Join(limits, ", "), pH, p.Source)
	}
	return t.Flush()
}

func showGrade(w io.Writer, g cost.Grade) error {
	fmt.Fprintf(w, "%s: %s, counted as %s\n", g.Name, strings.Join(g.Of, ", "), g.Convention)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "asked\t\tclass\tsource")
	for _, l := range []cost.Limit{{Name: "total, at least", Asked: g.Total}, {Name: "relative, at least", Asked: g.Relative}, {Name: "content, at least", Asked: g.Content}} {
		if l.Value != 0 {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", l.Name, percentOf(l.Asked), l.Class, l.Source)
		}
	}
	for _, l := range g.Limits {
		fmt.Fprintf(t, "%s, at most\t%s\t%s\t%s\n", l.Name, percentOf(l.Asked), l.Class, l.Source)
	}
	return t.Flush()
}
