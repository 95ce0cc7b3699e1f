package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem/thermo"
)

func newSpeciesCommand(data *[]string) *cobra.Command {
	var at, format string
	c := &cobra.Command{
		Use:   "species [NAME]",
		Short: "Substances there are; of one, its forms and every number with class, uncertainty and source",
		Example: `  reetwin thermo species
  reetwin thermo species CaF2 --T 1600K`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			}
			lib, err := loadThermo(*data)
			if err != nil {
				return err
			}
			T, err := kelvin("T", at)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if format == "json" {
					return writeIndented(c.OutOrStdout(), lib.Names())
				}
				_, err := fmt.Fprintln(c.OutOrStdout(), strings.Join(lib.Names(), "\n"))
				return err
			}
			s, err := lib.Species(args[0])
			if err != nil {
				return exitError{exitUsage, err}
			}
			forms := formRows(s, T)
			if format == "json" {
				return writeIndented(c.OutOrStdout(), forms)
			}
			return formTable(c.OutOrStdout(), forms, T)
		},
	}
	c.Flags().StringVar(&at, "T", "298.15K", "temperature of the values")
	c.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	return c
}

// formRow is one form of a substance at a temperature.
type formRow struct {
	Form    string             `json:"form"`
	Stable  bool               `json:"stable"` // at that temperature and 1 bar
	Lo      float64            `json:"lo_T_K"`
	Hi      float64            `json:"hi_T_K"`
	T       float64            `json:"T_K"`
	H       *float64           `json:"H_kJ_mol"`
	S       *float64           `json:"S_J_molK"`
	G       *float64           `json:"G_kJ_mol"`
	Cp      *float64           `json:"Cp_J_molK"`
	Class   string             `json:"class"`
	Numbers []thermo.NumberRow `json:"numbers"`
	Note    string             `json:"note,omitempty"`
}

func formRows(s *thermo.Species, T float64) []formRow {
	var rows []formRow
	stable := s.Stable(T, "")
	finite := func(v float64) *float64 {
		if v != v {
			return nil
		}
		return &v
	}
	for _, f := range s.Forms {
		rows = append(rows, formRow{Form: f.Name(), Stable: f == stable && f.Covers(T), Lo: f.Lo, Hi: f.Hi, T: T, H: finite(f.H(T) / 1000), S: finite(f.S(T)),
			G: finite(f.G(T) / 1000), Cp: finite(f.Cp(T)), Class: string(f.Class), Numbers: f.Rows(), Note: f.Note})
	}
	return rows
}

func formTable(to io.Writer, rows []formRow, T float64) error {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "at %g K\trange K\tH kJ/mol\tS J/(mol K)\tG kJ/mol\tCp J/(mol K)\tweakest class\t\n", T)
	for _, r := range rows {
		mark := ""
		switch {
		case r.Stable:
			mark = "stable here"
		case T < r.Lo || T > r.Hi:
			mark = "extrapolated"
		}
		fmt.Fprintf(t, "%s\t%.6g to %.6g\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Form, r.Lo, r.Hi, value(r.H), value(r.S), value(r.G), value(r.Cp), r.Class, mark)
	}
	for _, r := range rows {
		fmt.Fprintf(t, "\n%s\tvalue\t±\tclass\tsource\n", r.Form)
		for _, n := range r.Numbers {
			u := n.Uncertainty
			if u != "" {
				u += " (" + string(n.UncertaintyClass) + ")"
			}
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", n.Name, n.Value, u, n.Class, n.Source)
		}
		if r.Note != "" {
			fmt.Fprintf(t, "  note\t%s\n", r.Note)
		}
	}
	return t.Flush()
}

func value(v *float64) string {
	if v == nil {
		return "no data"
	}
	return fmt.Sprintf("%.6g", *v)
}

func newVapourCommand(data *[]string) *cobra.Command {
	var at string
	c := &cobra.Command{
		Use:     "vapour METAL",
		Short:   "Vapour pressure of a metal, with its range, class and source",
		Example: `  reetwin thermo vapour Sm --T 1200degC`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if at == "" {
				return exitError{exitUsage, errors.New("needs a temperature, such as --T 1200degC")}
			}
			T, err := kelvin("T", at)
			if err != nil {
				return err
			}
			lib, err := loadThermo(*data)
			if err != nil {
				return err
			}
			v, err := lib.Vapour(args[0])
			if err != nil {
				return exitError{exitUsage, err}
			}
			p, slope, from, covered := v.At(T)
			to := c.OutOrStdout()
			fmt.Fprintf(to, "%s(%s) at %.2f K: %.4g Pa, enthalpy of evaporation %.4g kJ/mol\n", v.Name, from.State, T, p, slope*thermo.R*T/1000)
			fmt.Fprintf(to, "%s, %g to %g K: %s\n", from.Class, from.Lo, from.Hi, from.Source)
			if !covered {
				fmt.Fprintf(to, "warning: extrapolated, the data of %s hold from %g to %g K\n", v.Name, v.Pieces[0].Lo, v.Pieces[len(v.Pieces)-1].Hi)
			}
			return nil
		},
	}
	c.Flags().StringVar(&at, "T", "", "temperature, such as 1473K")
	return c
}

func newMeltCommand(data *[]string) *cobra.Command {
	return &cobra.Command{
		Use:     "melt [NAME]",
		Short:   "Liquidus and eutectic of a binary salt melt",
		Example: `  reetwin thermo melt LiF-NdF3`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			lib, err := loadThermo(*data)
			if err != nil {
				return err
			}
			name := "LiF-NdF3"
			if len(args) > 0 {
				name = args[0]
			}
			m, err := lib.Melt(name)
			if err != nil {
				return exitError{exitUsage, err}
			}
			x, T, err := m.Eutectic()
			if err != nil {
				return err
			}
			to := c.OutOrStdout()
			fmt.Fprintf(to, "%s: eutectic at mole fraction %.4f of %s, %.1f K (%.1f °C)\n%s: %s\n\n", m.Name, x, m.Salts[1], T, T-273.15, m.Class, m.Source)
			t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
			fmt.Fprintf(t, "x %s\tliquidus °C\tfirst solid\n", m.Salts[1])
			for i := 1; i < 20; i++ {
				x := float64(i) / 20
				if T, solid, err := m.Liquidus(x); err == nil {
					fmt.Fprintf(t, "%.2f\t%.0f\t%s\n", x, T-273.15, solid)
				} else {
					fmt.Fprintf(t, "%.2f\tno data\t\n", x)
				}
			}
			return t.Flush()
		},
	}
}
