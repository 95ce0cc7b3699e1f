package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/report"
)

// formats are the ways to write a result.
var formats = [...]string{"table", "wide", "json", "csv", "xlsx"}

// solveRequest is a command line of solve.
type solveRequest struct {
	file    string
	sets    []string
	format  string
	out     string
	compare string
	loss    string
	sankey  string
	summary string
	strict  bool
}

func newSolveCommand() *cobra.Command {
	var q solveRequest
	c := &cobra.Command{
		Use:   "solve FILE",
		Short: "Solve a plant at steady state and show the result",
		Long: `Solve a plant at steady state. What is shown has converged and balances; else the reason stands on stderr
and the exit code is 4.

--set reaches every number of the file by its path below the unit, and every ganged handle by its name.
--compare shows what this run changes against a reference: another plant file, or the same without the settings (both
are solved), or a saved JSON result.
--loss shows by which outlet an element left the plant, REE the rare earths together.
--sankey draws the way of an element, of REE, of mass or of a reagent (HCl, D2EHPA, kerosene) through the plant, as SVG.
--summary writes one page of HTML beside what else is shown: what goes in and comes out, recoveries, products, ledger, limits.`,
		Example: `  reetwin solve configs/uky.toml
  reetwin solve configs/uky.toml --set rougher_load.stages=4 --set "dosage=10 %" --compare configs/uky.toml
  reetwin solve configs/uky.toml --loss Nd
  reetwin solve configs/uky.toml --loss REE
  reetwin solve configs/uky.toml --out uky.xlsx
  reetwin solve configs/amd.toml --sankey Nd --out nd.svg
  reetwin solve configs/amd.toml --summary amd.html`,
		SuggestFor: []string{"sankey", "summary", "loss", "compare"},
		Args:       cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			q.file = args[0]
			if err := filled(c); err != nil {
				return err
			}
			return q.run(c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringArrayVar(&q.sets, "set", nil, "set a parameter, `path=value` (repeat for more)")
	f.StringVarP(&q.format, "output", "o", "", "table, wide, json, csv or xlsx (default: table, or what --out ends with)")
	f.StringVar(&q.out, "out", "", "write to `file` (.json, .csv, .xlsx, or .txt for the table) instead of stdout")
	f.StringVar(&q.compare, "compare", "", "show what changes against a reference `file`: a plant or a saved JSON result")
	f.StringVar(&q.loss, "loss", "", "show where an `element` went, or REE, REE_without_Sc")
	f.StringVar(&q.sankey, "sankey", "", "draw the way of an `element`, REE, mass or a reagent through the plant (SVG)")
	f.StringVar(&q.summary, "summary", "", "write one page of HTML to `file`")
	f.BoolVar(&q.strict, "strict", false, "exit with 3 when something is used outside its validity range")
	return c
}

func (q *solveRequest) run(stdout, stderr io.Writer) error {
	if err := q.check(); err != nil {
		return exitError{exitUsage, err}
	}
	result, err := solve(q.file, q.sets)
	if err != nil {
		return err
	}
	if result.Status != report.Converged {
		return q.unsolved(result, stdout)
	}
	write, err := q.writer(result)
	if err != nil {
		return err
	}
	if err := deliver("--out", q.out, stdout, write); err != nil {
		return err
	}
	if q.summary != "" {
		if err := deliver("--summary", q.summary, stdout, result.Summary); err != nil {
			return err
		}
	}
	if outside := result.Outside(); q.strict && len(outside) > 0 {
		return exitError{exitOutside, fmt.Errorf("outside a validity range: %s", strings.Join(outside, ", "))}
	}
	return nil
}

// check settles the format and refuses combinations that make no sense.
func (q *solveRequest) check() error {
	if end := strings.ToLower(filepath.Ext(q.summary)); q.summary != "" && end != ".html" && end != ".htm" {
		return fmt.Errorf("--summary %s: needs a name that ends in .html", q.summary)
	}
	end := strings.ToLower(strings.TrimPrefix(filepath.Ext(q.out), "."))
	if q.sankey != "" {
		return q.checkSankey(end)
	}
	named := slices.Contains(formats[2:], end)
	if q.format == "" {
		switch {
		case named:
			q.format = end
		case end == "" || end == "txt":
			q.format = "table"
		default:
			return fmt.Errorf("--out %s: unknown ending .%s; known are .json, .csv, .xlsx, and .txt for the table", q.out, end)
		}
	}
	switch {
	case named && q.format != end:
		return fmt.Errorf("-o %s contradicts --out %s", q.format, q.out)
	case !slices.Contains(formats[:], q.format):
		return fmt.Errorf("unknown format %q: %s", q.format, strings.Join(formats[:], ", "))
	case q.compare != "" && q.loss != "":
		return errors.New("--compare and --loss do not go together")
	case q.format == "xlsx" && (q.compare != "" || q.loss != ""):
		return errors.New("xlsx holds a whole result; take csv for --compare and --loss")
	case q.format == "xlsx" && q.out == "":
		return errors.New("xlsx needs --out FILE")
	}
	return nil
}

// checkSankey refuses what does not go with a drawing.
func (q *solveRequest) checkSankey(end string) error {
	switch {
	case q.compare != "" || q.loss != "":
		return errors.New("--sankey does not go with --compare or --loss")
	case q.format != "" && q.format != "svg" || end != "" && end != "svg":
		return errors.New("--sankey is drawn as SVG: --out FILE.svg")
	}
	q.format = "svg"
	return nil
}

// solve loads and solves a plant; a solve that fails comes back as a failed result.
func solve(file string, sets []string) (*report.Result, error) {
	plant, tree, err := loadPlant(file, sets)
	if err != nil {
		return nil, err
	}
	if err := plant.Solve(); err != nil {
		return report.Failed(plant, err, changes(file, tree, sets)...), nil
	}
	return report.New(plant, changes(file, tree, sets)...), nil
}

// unsolved tells of a failed solve: as a result on stdout where a program reads it, else in words.
func (q *solveRequest) unsolved(result *report.Result, stdout io.Writer) error {
	if q.format == "json" && q.compare == "" && q.loss == "" {
		if err := deliver("--out", q.out, stdout, result.JSON); err != nil {
			return err
		}
		return exitError{code: exitUnsolved}
	}
	return exitError{exitUnsolved, describe(result)}
}

// describe words a failed result.
func describe(result *report.Result) error {
	var text strings.Builder
	if err := result.Table(&text); err != nil {
		return err
	}
	return errors.New(strings.TrimSpace(text.String()))
}

// writable is what can be written in the formats of the command line.
type writable interface {
	JSON(io.Writer) error
	Table(io.Writer) error
	Wide(io.Writer) error
	CSV(io.Writer) error
}

// writer chooses what to write, and how.
func (q *solveRequest) writer(result *report.Result) (func(io.Writer) error, error) {
	if q.sankey != "" {
		sankey, err := result.Sankey(q.sankey)
		if err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("--sankey: %w", err)}
		}
		return func(w io.Writer) error { return sankey.Write(w, "svg") }, nil
	}
	var what writable = result
	switch {
	case q.loss != "":
		loss, err := result.Loss(q.loss)
		if err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("--loss: %w", err)}
		}
		what = loss
	case q.compare != "":
		comparison, err := q.other(result)
		if err != nil {
			return nil, err
		}
		what = comparison
	}
	switch q.format {
	case "wide":
		return what.Wide, nil
	case "json":
		return what.JSON, nil
	case "csv":
		return what.CSV, nil
	case "xlsx":
		return result.XLSX, nil
	}
	return what.Table, nil
}

// other reads or solves the reference that --compare names, and compares.
func (q *solveRequest) other(result *report.Result) (report.Comparison, error) {
	var reference *report.Result
	var err error
	if strings.EqualFold(filepath.Ext(q.compare), ".json") {
		reference, err = readResult(q.compare)
	} else {
		reference, err = solve(q.compare, nil)
	}
	if err != nil {
		return report.Comparison{}, err
	}
	if reference.Status != report.Converged {
		return report.Comparison{}, exitError{exitUnsolved, fmt.Errorf("--compare %s: %w", q.compare, describe(reference))}
	}
	comparison, err := report.Compare(result, reference)
	if err != nil {
		return comparison, err
	}
	comparison.Run, comparison.Reference = strings.Join(append([]string{q.file}, q.sets...), " "), q.compare
	return comparison, nil
}

func readResult(file string) (*report.Result, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	defer f.Close()
	result, err := report.Read(f)
	if err != nil {
		return nil, exitError{exitUsage, fmt.Errorf("%s: %w", file, err)}
	}
	return result, nil
}

// deliver writes to stdout, or to the file of a flag, which appears only when it is complete.
func deliver(flag, file string, stdout io.Writer, write func(io.Writer) error) error {
	if file == "" {
		return write(stdout)
	}
	if at, err := os.Stat(file); err == nil && at.IsDir() {
		return exitError{exitUsage, fmt.Errorf("%s %s: is a folder; needs the name of a file", flag, file)}
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		var at *fs.PathError // of the temporary file: the reason counts
		if errors.As(err, &at) {
			err = at.Err
		}
		return exitError{exitUsage, fmt.Errorf("%s %s: %s: %w", flag, file, filepath.Dir(file), err)}
	}
	defer os.Remove(f.Name()) // gone already when the rename succeeded
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
