package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/validate"
	"reetwin/units"
)

// caseFolder is where validate looks without arguments, below the working directory.
const caseFolder = "configs/validation"

func newValidateCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "validate [PATH...]",
		Short: "Compare published cases with what is computed here",
		Long: `Compare published cases with what is computed here, in one table: value by value, with deviation, tolerance and source.

Many values of ` + caseFolder + ` are not printed by their source: an independent code solved them from its equations, and the
column source says so. They show that the equations are the source's and are solved, not that they describe a real plant.
The role of a case says what its values are: hold-out, published statements that nothing was fitted to; calibration, what
constants were fitted to; spread, how far other constants lead. The last two are shown and not counted. thermo.json holds
43 published thermochemical values and 9 recomputed ones, furnaces.json 23 recomputed ones of batch furnaces, sx_problems.json and
sx_peer.json 72 published and 718 recomputed ones of extraction cascades, sx_isotherms.json 10 of measured equilibria.

A PATH is a case file (JSON or TOML) or a folder whose *.json are case files; the default is ` + caseFolder + `.
The table has one line per case, with the value that uses most of its tolerance, then every value that fails; wide shows
all values. Nothing is skipped: a case that does not solve fails. The exit code is 3 when any counted value fails; those
that are known to are listed in flowsheet/validate/testdata/known_failures.txt.`,
		Example: `  reetwin validate
  reetwin validate configs/validation/leach.json -o wide
  reetwin validate -o json > validation.json`,
		RunE: func(c *cobra.Command, args []string) error {
			cases, err := readCases(args)
			if err != nil {
				return exitError{exitUsage, err}
			}
			if format != "table" && format != "wide" && format != "json" {
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table, wide or json", format)}
			}
			table := validate.Run(cases, units.Kinds())
			if format == "json" {
				err = table.JSON(c.OutOrStdout())
			} else {
				err = table.Text(c.OutOrStdout(), format == "wide")
			}
			if n := table.Failed(); err == nil && n > 0 {
				return exitError{exitOutside, fmt.Errorf("%d values are not met", n)}
			}
			return err
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "table, wide or json")
	return c
}

// readCases reads all case files that the paths name; faults of all of them are reported.
func readCases(paths []string) ([]validate.Case, error) {
	if len(paths) == 0 {
		paths = []string{caseFolder}
	}
	var cases []validate.Case
	var faults []error
	for _, path := range paths {
		files := []string{path}
		info, err := os.Stat(path)
		if err != nil && path == caseFolder {
			return nil, fmt.Errorf("no folder %s here, it belongs to the repository; give a path: reetwin validate PATH", caseFolder)
		}
		if err != nil {
			return nil, fmt.Errorf("no case file: %w", err)
		}
		if info.IsDir() {
			if files, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil || len(files) == 0 {
				return nil, fmt.Errorf("no case file *.json in %s", path)
			}
		}
		for _, file := range files {
			more, err := validate.Load(file)
			if _, ok := errors.AsType[conf.Faults](err); err != nil && !ok {
				err = fmt.Errorf("%s: %w", file, err)
			}
			faults = append(faults, err)
			cases = append(cases, more...)
		}
	}
	return cases, errors.Join(faults...)
}
