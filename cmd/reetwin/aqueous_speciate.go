package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem/aqueous"
)

func newSpeciateCommand() *cobra.Command {
	var feed, format string
	var sorption bool
	c := &cobra.Command{
		Use:   "speciate [FILE]",
		Short: "Species of a water at its pH, and what it is saturated with",
		Long: `Species of a water as analysed, at its pH: totals, the species they are in, and the saturation index of the solids its
file allows (above 0 they would form; nothing is precipitated here, titrate does that). With --sorption also what the
sorbents of the file take from it at its pH. FILE is a water file
(docs/aqueous.md); --feed takes one that is built in: ` + feedsHere + `.`,
		Example: `  reetwin aqueous speciate --feed W1`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			}
			w, err := loadWater(args, feed)
			if err != nil {
				return err
			}
			if err := w.switchSorption(changed(c, "sorption", &sorption), false); err != nil {
				return err
			}
			if format == "json" {
				s, err := w.speciation()
				if err != nil {
					return err
				}
				return writeIndented(c.OutOrStdout(), s)
			}
			if err := w.speciesTable(c.OutOrStdout()); err != nil || len(w.sorption) == 0 {
				return err
			}
			return w.contactTable(c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&feed, "feed", "", "a built-in water, such as W1")
	c.Flags().BoolVar(&sorption, "sorption", false, "what the sorbents of the file take (default: what the file says)")
	c.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	nameFeedsInHelp(c)
	return c
}

func writeIndented(to io.Writer, v any) error {
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", " ")
	return encoder.Encode(v)
}

// speciation is a water in the keys of a batch, with its species and saturation indices.
type speciation struct {
	Schema   string             `json:"schema"`
	Water    string             `json:"water"`
	Source   string             `json:"source,omitempty"`
	Assumed  []string           `json:"assumed,omitempty"`
	PerM3    float64            `json:"water_kg_per_m3"`
	Kelvin   float64            `json:"temperature_K"`
	Balance  string             `json:"balance,omitempty"`
	Point    pointAnswer        `json:"point"`
	Molality map[string]float64 `json:"molality"`
	SI       map[string]float64 `json:"saturation_index"`
	Contact  *pointAnswer       `json:"with_sorbents,omitempty"` // at the same pH
}

func (w *water) speciation() (speciation, error) {
	s := speciation{Schema: "reetwin.aqueous.speciation/1", Water: w.description, Source: w.source, Assumed: w.assumed, PerM3: w.perM3, Kelvin: w.T,
		Balance: w.balance, Molality: map[string]float64{}, SI: map[string]float64{}}
	c := batchCase{sys: w.sys}
	s.Point = c.answer(w.analysis, nil)
	s.Point.Charge = &w.charge
	for i, species := range w.sys.Species {
		if m := w.analysis.Molality[i]; m > 0 {
			s.Molality[species.Name] = m
		}
	}
	for _, k := range w.solids {
		if si := w.analysis.SI[k]; !math.IsInf(si, 0) {
			s.SI[w.sys.Solids[k].Name] = si
		}
	}
	if len(w.sorption) > 0 {
		r, err := w.contact()
		if err != nil {
			return s, err
		}
		one := c.answer(r, nil)
		one.sorb(w.sys, w.sorption, r)
		s.Contact = &one
	}
	return s, nil
}

// header says what water it is and what about it is assumed.
func (w *water) header(to io.Writer) {
	r := w.analysis
	fmt.Fprintf(to, "%s\n", w.description)
	if w.source != "" {
		fmt.Fprintf(to, "source: %s\n", w.source)
	}
	for _, a := range w.assumed {
		fmt.Fprintf(to, "assumed: %s\n", a)
	}
	if w.perM3 == 1000 {
		fmt.Fprintln(to, "assumed: a litre holds 1 kg of water (the file gives no density)")
	}
	fmt.Fprintf(to, "\nas analysed: pH %.3f, %.1f °C, ionic strength %.4f mol/kg, water activity %.5f\n", r.PH, w.T-273.15, r.IonicStrength, r.WaterActivity)
	if w.balance != "" {
		fmt.Fprintf(to, "%s closes the charge: %.4g mol/m3\n", w.balance, w.balanced*w.perM3)
	}
	if math.Abs(w.charge) > 1e-9 {
		fmt.Fprintf(to, "charge does not close: %+.3g eq/m3 (%+.1f %% of the cations) carried as ions that do nothing\n", w.charge*w.perM3, 100*w.charge/w.cations())
	}
	if r.Flags != 0 {
		fmt.Fprintf(to, "warning: %s\n", r.Flags)
	}
}

// cations is the eq/kg of positive species.
func (w *water) cations() (sum float64) {
	for i, s := range w.sys.Species {
		sum += max(0, s.Charge) * w.analysis.Molality[i]
	}
	return sum
}

func (w *water) speciesTable(to io.Writer) error {
	w.header(to)
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\ntotal\tmg/L\tmol/m3\tspecies, % of the total")
	for i, c := range w.sys.Components {
		total := w.analysis.Molal(i)
		if i <= aqueous.Water || total <= 0 {
			continue
		}
		fmt.Fprintf(t, "%s\t%.4g\t%.4g\t%s\n", c.Name, total*w.perM3*w.element[i]*1000, total*w.perM3, strings.Join(w.shares(i, total), ", "))
	}
	if len(w.solids) > 0 {
		fmt.Fprintln(t, "\nsolid\tsaturation index\tconstant")
		order := slices.Clone(w.solids)
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(w.analysis.SI[b], w.analysis.SI[a]) })
		for _, k := range order {
			if s := w.sys.Solids[k]; !math.IsInf(w.analysis.SI[k], 0) {
				fmt.Fprintf(t, "%s\t%+.2f\t%s\n", s.Name, w.analysis.SI[k], s.Constant.Class)
			}
		}
	}
	return t.Flush()
}

// shares lists the species that hold 1 % or more of a total, the largest first, four at most.
func (w *water) shares(component int, total float64) []string {
	type share struct {
		name string
		part float64
	}
	var all []share
	for i, s := range w.sys.Species {
		for _, term := range s.Terms {
			if part := term.Coefficient * w.analysis.Molality[i] / total; term.Component == component && part >= 0.01 {
				all = append(all, share{s.Name, part})
			}
		}
	}
	slices.SortFunc(all, func(a, b share) int { return cmp.Compare(b.part, a.part) })
	var texts []string
	for _, s := range all[:min(4, len(all))] {
		texts = append(texts, fmt.Sprintf("%s %.0f", s.name, 100*s.part))
	}
	return texts
}
