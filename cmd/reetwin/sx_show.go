package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/flowsheet"
	"reetwin/flowsheet/report"
	"reetwin/units/sx/tuning"
)

// sxShow is what sx show is asked, and what it finds.
type sxShow struct {
	file, tag string
	sets      []string
	pair      string
	elements  string
	x, y      string
	format    string
	out       string
	size      string

	plant   *flowsheet.Plant
	result  *report.Result
	view    *tuning.View
	effects []tuning.Effect
	axes    []tuning.Axis
	grid    [][][]tuning.Moved // by y, x and product; nil where there is no solution
	reasons []string           // of points without one
	paper   report.Size
}

func newSXShowCommand() *cobra.Command {
	var q sxShow
	c := &cobra.Command{
		Use:   "show FILE [UNIT]",
		Short: "A circuit as an SX engineer tunes it: profiles, pinch, handles, size",
		Long: `Solve a plant and show one extraction unit: what its products are; what each stage holds in both phases, its pH, loading and
free extractant; what each stage does for the pair of elements that is split, and where it is pinched; vessels, inventory,
reagents and losses; and what 1 % of every handle does.

UNIT may be left out where the plant has one. The full view is of the kind sx_circuit; of an sx_section the profiles.
--x and --y map purity and recovery of every product over one or two numbers of the file, path=lo:hi:n. UNIT.feed_stage stands for
the stage of the first section that the feed enters, its stages and those of the section that joins it being constant together.
--out writes one HTML page (index.html) and every drawing as SVG and PNG.`,
		Example: `  reetwin sx show configs/sx-amd.toml
  reetwin sx show configs/sx-amd.toml --set sx.saponification=0.34 --pair Sm,Nd
  reetwin sx show configs/sx-amd.toml --x "sx.organic_flow=1.18:1.24 m3/h:7" --y sx.saponification=0.35:0.37:5 --out sx-amd
  reetwin sx show configs/uky.toml rougher_load`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			q.file = args[0]
			if len(args) > 1 {
				q.tag = args[1]
			}
			return q.run(c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringArrayVar(&q.sets, "set", nil, "set a parameter, `path=value` (repeat for more)")
	f.StringVar(&q.pair, "pair", "", "the two elements that are split, `A,B` (default: those that the result splits)")
	f.StringVar(&q.elements, "elements", "", "elements of the profile, `A,B,…` or all (default: the pair)")
	f.StringVar(&q.x, "x", "", "map over `path=lo:hi:n`")
	f.StringVar(&q.y, "y", "", "and over `path=lo:hi:n`")
	f.StringVarP(&q.format, "output", "o", "table", "table, wide or json")
	f.StringVar(&q.out, "out", "", "write the page and the drawings into this `folder`")
	f.StringVar(&q.size, "size", "24x14", "of the drawings, cm, `WIDExHIGH`")
	return c
}

func (q *sxShow) run(stdout io.Writer) error {
	if err := q.check(); err != nil {
		return exitError{exitUsage, err}
	}
	if err := q.solve(); err != nil {
		return err
	}
	if len(q.view.Products) > 0 {
		var err error
		if q.effects, err = q.view.Sensitivity(q.plant); err != nil {
			return err
		}
	}
	if err := q.sweep(); err != nil {
		return err
	}
	var err error
	if q.format == "json" {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", " ")
		err = encoder.Encode(q.answer())
	} else {
		err = q.text(stdout)
	}
	if err != nil || q.out == "" {
		return err
	}
	return q.write(stdout)
}

// check refuses what contradicts itself.
func (q *sxShow) check() error {
	if !slices.Contains([]string{"table", "wide", "json"}, q.format) {
		return fmt.Errorf("-o %s: needs table, wide or json", q.format)
	}
	if q.y != "" && q.x == "" {
		return errors.New("--y needs --x")
	}
	if _, err := fmt.Sscanf(q.size, "%gx%g", &q.paper.Wide, &q.paper.High); err != nil {
		return fmt.Errorf("--size %s: needs WIDExHIGH in cm, such as 24x14", q.size)
	}
	if err := q.paper.Check(); err != nil {
		return fmt.Errorf("--size %s: %w", q.size, err)
	}
	for i, text := range []string{q.x, q.y} {
		if text == "" {
			continue
		}
		a, err := tuning.ParseAxis(text)
		if err != nil {
			return fmt.Errorf("--%c %w", "xy"[i], err)
		}
		q.axes = append(q.axes, a)
	}
	if q.pair != "" && len(strings.Split(q.pair, ",")) != 2 {
		return fmt.Errorf("--pair %s: needs two elements, such as Sm,Nd", q.pair)
	}
	return nil
}

// solve loads, solves and reads the unit.
func (q *sxShow) solve() error {
	plant, result, err := q.variant(nil)
	if err != nil {
		return err
	}
	if result.Status != report.Converged {
		return exitError{exitUnsolved, describe(result)}
	}
	q.plant, q.result = plant, result
	if q.tag == "" {
		tags := tuning.Tags(plant)
		if len(tags) != 1 {
			return exitError{exitUsage, fmt.Errorf("%s has %d extraction units, say which: %s", q.file, len(tags), strings.Join(tags, ", "))}
		}
		q.tag = tags[0]
	}
	var pair tuning.Pair
	if q.pair != "" {
		pair.A, pair.B, _ = strings.Cut(q.pair, ",")
	}
	if q.view, err = tuning.New(plant, q.tag, pair); err != nil {
		return exitError{exitUsage, err}
	}
	if err := q.known(); err != nil {
		return exitError{exitUsage, fmt.Errorf("--elements: %w", err)}
	}
	if len(q.axes) > 0 && len(q.view.Products) == 0 {
		return exitError{exitUsage, fmt.Errorf("--x: %s is a %s; maps are of circuits, whose products are known", q.tag, q.view.Kind)}
	}
	return nil
}

// known refuses elements that the unit does not exchange.
func (q *sxShow) known() error {
	if q.elements == "" || q.elements == "all" {
		return nil
	}
	var names []string
	for _, e := range q.view.Elements {
		names = append(names, e.Symbol)
	}
	for _, symbol := range strings.Split(q.elements, ",") {
		if !slices.Contains(names, strings.TrimSpace(symbol)) {
			return fmt.Errorf("%s exchanges no %q; it exchanges %s", q.tag, symbol, strings.Join(names, ", "))
		}
	}
	return nil
}

// variant is the plant with further settings, solved from a cold start.
func (q *sxShow) variant(more []string) (*flowsheet.Plant, *report.Result, error) {
	sets, err := q.feedStages(append(slices.Clone(q.sets), more...))
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	plant, tree, err := loadPlant(q.file, sets)
	if err != nil {
		return nil, nil, err
	}
	if err := plant.Solve(); err != nil {
		return plant, report.Failed(plant, err, changes(q.file, tree, sets)...), nil
	}
	return plant, report.New(plant, changes(q.file, tree, sets)...), nil
}

// feedStages turns UNIT.feed_stage=k into the stages of the two sections between which the feed enters.
func (q *sxShow) feedStages(sets []string) ([]string, error) {
	var plain, moved []string
	for _, s := range sets {
		path, value, _ := strings.Cut(s, "=")
		tag, ok := strings.CutSuffix(strings.TrimSpace(path), ".feed_stage")
		if !ok {
			plain = append(plain, s)
			continue
		}
		stage, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return nil, fmt.Errorf("%s: needs a whole number", s)
		}
		plant, _, err := loadPlant(q.file, plain)
		if err != nil {
			return nil, err
		}
		first, second, sum, err := tuning.FeedStage(plant, tag)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
		if stage < 1 || stage >= sum {
			return nil, fmt.Errorf("%s: needs 1 to %d", s, sum-1)
		}
		moved = append(moved, fmt.Sprintf("%s=%d", first, stage), fmt.Sprintf("%s=%d", second, sum-stage))
	}
	return append(plain, moved...), nil
}

// sweep solves every point of the map.
func (q *sxShow) sweep() error {
	if len(q.axes) == 0 {
		return nil
	}
	rows := 1
	if len(q.axes) > 1 {
		rows = len(q.axes[1].At)
	}
	for r := range rows {
		var line [][]tuning.Moved
		for c := range q.axes[0].At {
			sets := []string{q.axes[0].Setting(c)}
			if len(q.axes) > 1 {
				sets = append(sets, q.axes[1].Setting(r))
			}
			plant, result, err := q.variant(sets)
			if err != nil {
				return err
			}
			var point []tuning.Moved
			if result.Status == report.Converged {
				point = q.view.Moved(plant)
			} else {
				q.reasons = append(q.reasons, strings.Join(sets, ", ")+": "+result.Reason)
			}
			line = append(line, point)
		}
		q.grid = append(q.grid, line)
	}
	return nil
}

// value is purity (or recovery) of product k at a point, %, NaN without a solution.
func (q *sxShow) value(r, c, k int, recovery bool) float64 {
	switch p := q.grid[r][c]; {
	case p == nil:
		return math.NaN()
	case recovery:
		return 100 * p[k].Recovery
	default:
		return 100 * p[k].Purity
	}
}

// write makes the folder with its page and drawings.
func (q *sxShow) write(stdout io.Writer) error {
	if err := os.MkdirAll(q.out, 0o755); err != nil {
		return exitError{exitUsage, fmt.Errorf("--out %s: %w", q.out, err)}
	}
	page := q.page()
	for _, d := range q.drawings() {
		for _, format := range []string{"svg", "png"} {
			file := filepath.Join(q.out, d.name+"."+format)
			if err := deliver("--out", file, stdout, func(w io.Writer) error { return d.drawing.Write(w, format) }); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
		page.Parts = append(page.Parts, report.Part{Drawing: d.drawing, Caption: d.caption})
	}
	file := filepath.Join(q.out, "index.html")
	if err := deliver("--out", file, stdout, page.Write); err != nil {
		return err
	}
	if q.format != "json" {
		fmt.Fprintf(stdout, "\n%s and %d drawings beside it\n", file, 2*len(q.drawings()))
	}
	return nil
}
