package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/assay"
)

func newFeedsCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "feeds [NAME]",
		Short: "List feeds: waters and solids with their analyses, or show one",
		Long: `List the feeds that are built in, or show one, or a file of your own: every number with its class and source, and what is not known.

A plant takes one with from = "NAME" in a unit of kind feed. A feed that is incomplete is refused until the plant's file says what
fills the gap: a number, or a proxy (docs/plant-file.md).`,
		Example: `  reetwin feeds
  reetwin feeds fly_ash_appalachia_F
  reetwin feeds my_water.toml -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			}
			names := assay.Names()
			if len(args) == 1 {
				names = args
			}
			var feeds []*assay.Feed
			for _, name := range names {
				f, err := assay.Open(name, "")
				if err != nil {
					return exitError{exitUsage, err}
				}
				feeds = append(feeds, f)
			}
			switch {
			case format == "json":
				return feedsJSON(c.OutOrStdout(), feeds)
			case len(args) == 1:
				return showFeed(c.OutOrStdout(), feeds[0])
			}
			return listFeeds(c.OutOrStdout(), feeds)
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	return c
}

// rareEarths is the sum of the rare earths, kg/m3 or mass fraction, with the weakest class; NaN where it is not known.
func rareEarths(f *assay.Feed) (sum float64, class chem.Class) {
	if a, ok := f.Amount(assay.REE); ok {
		return a.Value, a.Class
	}
	none := true
	rank := map[chem.Class]int{chem.Measured: 1, chem.Derived: 2, chem.Estimated: 3, chem.Assumed: 4}
	for _, s := range f.Shares() {
		a, _ := f.Amount(s.Element)
		sum, none = sum+a.Value, false
		if rank[a.Class] > rank[class] {
			class = a.Class
		}
	}
	if none {
		return math.NaN(), ""
	}
	return sum, class
}

func listFeeds(w io.Writer, feeds []*assay.Feed) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "feed\tkind\tpH\trare earths\tclass\tmissing\twhat")
	for _, f := range feeds {
		ree, unit := "–", "mg/kg"
		sum, class := rareEarths(f)
		if f.Kind == assay.Water {
			sum, unit = sum/1000, "mg/L" // kg/m3 are g/L
		}
		switch {
		case math.IsNaN(sum):
		case f.Kind == assay.Solid && sum >= 1e-2:
			ree = fmt.Sprintf("%.4g %%", 100*sum)
		default:
			ree = fmt.Sprintf("%.4g %s", 1e6*sum, unit)
		}
		pH := "–"
		if !math.IsNaN(f.PH) {
			pH = fmt.Sprintf("%.4g", f.PH)
		}
		var gaps []string
		for _, g := range f.Missing {
			gaps = append(gaps, g.Key)
		}
		if len(gaps) == 0 {
			gaps = []string{"–"}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Kind, pH, ree, class, strings.Join(gaps, ", "), f.Description)
	}
	return t.Flush()
}

func showFeed(out io.Writer, f *assay.Feed) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s, a %s: %s\n", f.Name, f.Kind, f.Description)
	for _, g := range f.Missing {
		fmt.Fprintf(w, "incomplete: no %s (%s)\n", g.Key, g.Why)
	}
	for _, a := range f.Assumed {
		fmt.Fprintf(w, "assumed: %s\n", a)
	}
	if none := f.NotAnalysed(); len(none) > 0 {
		fmt.Fprintf(w, "not analysed, counted as none: %s\n", strings.Join(none, ", "))
	}
	if f.Split != "" {
		fmt.Fprintf(w, "rare earths divide as: %s\n", f.Split)
	}
	if f.Kind == assay.Water {
		if !math.IsNaN(f.PH) {
			fmt.Fprintf(w, "pH %.4g, %.4g degC\n", f.PH, f.T-273.15)
		}
		if c, _ := assay.Closer(f.Balance); c != "" {
			fmt.Fprintf(w, "%s closes the charge\n", c)
		}
	} else {
		fmt.Fprintf(w, "elements count as %ss", f.Form)
		if f.Rest != "" {
			fmt.Fprintf(w, "; what is not listed counts as %s", f.Rest)
		}
		fmt.Fprintln(w)
	}
	if len(f.Amounts) > 0 {
		fmt.Fprintln(w, "\n\tvalue\tunit\tclass\tsource")
	}
	for _, a := range f.Amounts {
		value, unit := a.Value, "mg/L"
		switch {
		case a.Molar:
			unit = "mmol/L"
		case f.Kind == assay.Water:
			value *= 1000
		case value >= 1e-3:
			value, unit = 100*value, "%"
		default:
			value, unit = 1e6*value, "mg/kg"
		}
		fmt.Fprintf(w, "%s\t%.6g\t%s\t%s\t%s\n", a.Name, value, unit, a.Class, a.Source)
	}
	return w.Flush()
}

// feedsJSON writes feeds in SI: kg/m3 or mol/m3 for a water, mass fractions for a solid.
func feedsJSON(w io.Writer, feeds []*assay.Feed) error {
	type amount struct {
		Value  float64    `json:"value"`
		Unit   string     `json:"unit"`
		Class  chem.Class `json:"class"`
		Source string     `json:"source"`
	}
	type feed struct {
		Name        string            `json:"name"`
		Kind        string            `json:"kind"`
		Description string            `json:"description"`
		Complete    bool              `json:"complete"`
		Missing     map[string]string `json:"missing,omitempty"`
		Assumed     []string          `json:"assumed,omitempty"`
		NotAnalysed []string          `json:"not_analysed,omitempty"`
		PH          *float64          `json:"pH,omitempty"`
		Balance     string            `json:"balance,omitempty"`
		Rest        string            `json:"rest,omitempty"`
		Split       string            `json:"split,omitempty"`
		Amounts     map[string]amount `json:"amounts"`
	}
	var all []feed
	for _, f := range feeds {
		one := feed{Name: f.Name, Kind: f.Kind, Description: f.Description, Complete: len(f.Missing) == 0, Missing: map[string]string{}, Assumed: f.Assumed,
			NotAnalysed: f.NotAnalysed(), Balance: f.Balance, Rest: f.Rest, Split: f.Split, Amounts: map[string]amount{}}
		if !math.IsNaN(f.PH) {
			one.PH = &f.PH
		}
		for _, g := range f.Missing {
			one.Missing[g.Key] = g.Why
		}
		for _, a := range f.Amounts {
			unit := "1"
			if a.Molar {
				unit = "mol/m3"
			} else if f.Kind == assay.Water {
				unit = "kg/m3"
			}
			one.Amounts[a.Name] = amount{a.Value, unit, a.Class, a.Source}
		}
		all = append(all, one)
	}
	text, err := json.MarshalIndent(struct {
		Schema string `json:"schema"`
		Feeds  []feed `json:"feeds"`
	}{"reetwin.feeds/1", all}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
