package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/flowsheet"
	"reetwin/flowsheet/report"
)

// runRequest is a command line of run.
type runRequest struct {
	file               string
	sets, moves, show  []string
	length, every      string
	step               string
	tolerance          float64
	average            bool
	format, out, chart string
}

func newRunCommand() *cobra.Command {
	var q runRequest
	c := &cobra.Command{
		Use:   "run FILE",
		Short: "Run a plant in time from its steady state",
		Long: `Run a plant in time: it starts at the steady state of its file, and --at moves handles on the way. What tanks, leach trains and
SX stages hold follows; units without a holdup follow at once. Control loops rest: their handles stay as the steady solve left
them, until --at moves them.

Steps are chosen by SDIRK4(3), L-stable, for a relative error --tolerance of each; with --step they are implicit Euler steps of
one length. An output shows the state before a move of the same time. The balance over the run closes or the exit code is 4.

Batch furnaces begin in regular operation and are charged, shut and tapped, at exact times; with --average they give the average of
their cycles throughout.

--show names readings as a control loop or a formula of the plant file does: leach.pH, streams.liquor.mg_L.Nd, kpis.recovery.Nd.
Without it the signals of the units that hold something are shown.`,
		Example: `  reetwin run configs/validation/leach_dynamic.toml --for 24h --at "4h acid.flow=300 L/h"
  reetwin run configs/calcium-line.toml --for 48h --every 15min --show reduction.charge_bin --show reduction.product_bins --plot reduction.svg
  reetwin run configs/uky.toml --for 8h --every 30min --at "1h leach_liquid_feed.flow=250 L/h" --show streams.leach_filtrate.mg_L.Nd -o csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			q.file = args[0]
			return q.run(c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringArrayVar(&q.sets, "set", nil, "set a parameter before the run, `path=value` (repeat for more)")
	f.StringArrayVar(&q.moves, "at", nil, "move a handle on the way, `\"4h acid.flow=300 L/h\"` (repeat for more)")
	f.StringArrayVar(&q.show, "show", nil, "a `reading` to show (repeat for more)")
	f.StringVar(&q.length, "for", "24 h", "how long, a `time`")
	f.StringVar(&q.every, "every", "1 h", "`time` between outputs")
	f.StringVar(&q.step, "step", "", "implicit Euler steps of this `time` instead of steps by their error")
	f.Float64Var(&q.tolerance, "tolerance", flowsheet.RunTol, "relative error of a step")
	f.BoolVar(&q.average, "average", false, "batch furnaces give the average of their cycles")
	f.StringVarP(&q.format, "output", "o", "table", "table, csv or json")
	f.StringVar(&q.out, "out", "", "write to `file` instead of stdout")
	f.StringVar(&q.chart, "plot", "", "draw the readings over time to `file` (.png or .svg); they need one unit")
	return c
}

func (q *runRequest) run(stdout io.Writer) error {
	if !slices.Contains([]string{"table", "csv", "json"}, q.format) {
		return exitError{exitUsage, fmt.Errorf("-o %s: needs table, csv or json", q.format)}
	}
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(q.chart), "."))
	if q.chart != "" && format != "png" && format != "svg" {
		return exitError{exitUsage, fmt.Errorf("--plot %s: needs a name ending in .png or .svg", q.chart)}
	}
	plant, tree, err := loadPlant(q.file, q.sets)
	if err != nil {
		return err
	}
	schedule, err := q.schedule(plant)
	if err != nil {
		return exitError{exitUsage, err}
	}
	result, err := report.NewRun(plant, schedule, q.show, q.moves, changes(q.file, tree, q.sets)...)
	if err != nil {
		return exitError{exitUsage, err}
	}
	if result.Status != report.Converged && q.format != "json" {
		return exitError{exitUnsolved, errors.New(result.Reason)}
	}
	write := map[string]func(io.Writer) error{"table": result.Table, "csv": result.CSV, "json": result.JSON}[q.format]
	if err := deliver("--out", q.out, stdout, write); err != nil {
		return err
	}
	if result.Status != report.Converged {
		return exitError{code: exitUnsolved}
	}
	if q.chart == "" {
		return nil
	}
	chart, err := result.Chart()
	if err != nil {
		return exitError{exitUsage, fmt.Errorf("--plot: %w", err)}
	}
	return deliver("--plot", q.chart, stdout, func(w io.Writer) error { return chart.Write(w, format) })
}

// schedule reads the times and the moves; all that is wrong is reported at once.
func (q *runRequest) schedule(p *flowsheet.Plant) (s flowsheet.Schedule, err error) {
	var faults []error
	for _, d := range []struct {
		name, text string
		to         *float64
	}{{"for", q.length, &s.For}, {"every", q.every, &s.Every}, {"step", q.step, &s.Step}} {
		if d.text == "" && d.name == "step" {
			continue
		}
		v, err := flowsheet.Duration(d.text)
		if err == nil && !(v > 0) {
			err = fmt.Errorf("%s is no length of time", d.text)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("--%s: %w", d.name, err))
		}
		*d.to = v
	}
	s.Average = q.average
	if s.Tol = q.tolerance; !(s.Tol >= 1e-12 && s.Tol <= 0.1) {
		faults = append(faults, fmt.Errorf("--tolerance %g: needs 1e-12 to 0.1", s.Tol))
	}
	for _, text := range q.moves {
		m, err := p.ParseMove(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("--at: %w", err))
			continue
		}
		s.Moves = append(s.Moves, m)
	}
	return s, errors.Join(faults...)
}
