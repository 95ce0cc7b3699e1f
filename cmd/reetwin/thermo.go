package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/si"
)

// thermoFlags are the options of reetwin thermo.
type thermoFlags struct {
	T, reactants, from, to string
	data                   []string
	electrons              float64
	adiabatic, strict      bool
	plot, format           string
}

func newThermoCommand() *cobra.Command {
	var f thermoFlags
	c := &cobra.Command{
		Use:   "thermo REACTION",
		Short: "Heat, Gibbs energy and voltage of a reaction over temperature",
		Long: `ΔH, ΔS, ΔG, equilibrium constant and E° of a reaction, with uncertainty (about 95 %), class, range and source of all data used.
Per mole of reaction as written; pure phases, gases at 1 bar.

REACTION is like "Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2". A state may stand behind a name, (s) (l) (g) (aq), (cd) for solid or liquid, or
a form such as (β); without one the stable phase is taken and named. Excess may stand on both sides. NAME@SET takes another set of
data, as in NdF3@CRC. A reaction that does not balance is refused with what is out. docs/thermo.md describes the data.

--adiabatic gives the temperature that the products reach without heat loss, from reactants at --reactants-T (or --T).
Outside the range of its data a substance is extrapolated and listed by name; --strict then exits with 3.`,
		Example: `  reetwin thermo "Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2" --T 1323.15K --plot nd.png
  reetwin thermo "2 DyF3 + 3.3 Ca = 2 Dy + 3 CaF2 + 0.3 Ca" --T 900K --adiabatic
  reetwin thermo species NdF3`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := filled(c); err != nil {
				return err
			}
			return f.run(c, strings.Join(args, " "))
		},
	}
	c.Flags().StringVar(&f.T, "T", "298.15K", "temperature, such as 1323.15K or 1050degC")
	c.Flags().StringVar(&f.reactants, "reactants-T", "", "temperature of the reactants: adds the heat from there to products at --T")
	c.Flags().BoolVar(&f.adiabatic, "adiabatic", false, "add the adiabatic temperature")
	c.Flags().Float64Var(&f.electrons, "electrons", 0, "electrons per mole of reaction for E°; 0 counts them from oxidation numbers")
	c.Flags().StringVar(&f.plot, "plot", "", "draw ΔG over temperature to this file, .svg or .png")
	c.Flags().StringVar(&f.from, "from", "", "lowest temperature of the plot; the data decide without it")
	c.Flags().StringVar(&f.to, "to", "", "highest temperature of the plot")
	c.Flags().BoolVar(&f.strict, "strict", false, "exit with 3 when a substance is used outside the range of its data")
	c.Flags().StringVarP(&f.format, "output", "o", "table", "table or json")
	c.PersistentFlags().StringArrayVar(&f.data, "data", nil, "a file of your own data, laid over those here; may be repeated")
	c.AddCommand(newSpeciesCommand(&f.data), newVapourCommand(&f.data), newMeltCommand(&f.data))
	return c
}

// loadThermo reads the data with the user's files.
func loadThermo(files []string) (*thermo.Library, error) {
	lib, err := thermo.Load(files...)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	return lib, nil
}

// kelvin reads the temperature of a flag.
func kelvin(flag, text string) (float64, error) {
	value, unit, err := si.Parse(text)
	if err == nil && !si.Same(unit.Name, "K") {
		err = fmt.Errorf("%q is no temperature", text)
	}
	if err == nil && !(value >= 100 && value <= 6000) {
		err = fmt.Errorf("%q is outside 100 to 6000 K", text)
	}
	if err != nil {
		return 0, exitError{exitUsage, fmt.Errorf("--%s: %w; needs e.g. 1323.15K or 1050degC", flag, err)}
	}
	return value, nil
}

func (f *thermoFlags) run(c *cobra.Command, text string) error {
	if f.format != "table" && f.format != "json" {
		return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", f.format)}
	}
	if f.plot == "" && (f.from != "" || f.to != "") {
		return exitError{exitUsage, errors.New("--from and --to are of a plot: needs --plot FILE")}
	}
	if f.electrons < 0 || math.IsNaN(f.electrons) || f.electrons > 1000 {
		return exitError{exitUsage, fmt.Errorf("--electrons %g: needs a number from 0 to 1000", f.electrons)}
	}
	T, err := kelvin("T", f.T)
	if err != nil {
		return err
	}
	lib, err := loadThermo(f.data)
	if err != nil {
		return err
	}
	r, err := lib.Parse(text)
	if err != nil {
		return exitError{exitUsage, err}
	}
	x := lib.Result(r, T, f.electrons)
	if err := f.heats(x, r, T); err != nil {
		return err
	}
	if f.plot != "" {
		if err := f.draw(r); err != nil {
			return err
		}
	}
	if f.format == "json" {
		err = writeIndented(c.OutOrStdout(), x)
	} else {
		err = thermoTable(c.OutOrStdout(), x)
	}
	if err == nil && f.strict && len(x.Outside) > 0 {
		err = exitError{exitOutside, errors.New(strings.Join(x.Outside, "\n"))}
	}
	return err
}

// heats adds what --reactants-T and --adiabatic ask for.
func (f *thermoFlags) heats(x *thermo.Result, r *thermo.Reaction, T float64) error {
	start := T
	if f.reactants != "" {
		var err error
		if start, err = kelvin("reactants-T", f.reactants); err != nil {
			return err
		}
		x.From(r, start)
	}
	if !f.adiabatic {
		return nil
	}
	if err := x.Adiabat(r, start); err != nil {
		return exitError{exitOutside, err}
	}
	return nil
}

// picture is the format that a file name asks for.
func picture(name string) (string, error) {
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	if format != "svg" && format != "png" {
		return "", exitError{exitUsage, fmt.Errorf("--plot %s: needs a name that ends in .svg or .png", name)}
	}
	return format, nil
}
