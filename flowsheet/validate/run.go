package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/report"
)

// Run computes every case and compares each value. The same plant file with the same settings is solved once.
func Run(cases []Case, kinds map[string]func() flowsheet.Unit) Table {
	var t Table
	solved := map[string]outcome{}
	for _, c := range cases {
		key := c.Config
		if c.Kind != Solve { // what a run reads is that of its case
			key = c.Kind + "\x00" + c.ID
		}
		key += "\x00" + strings.Join(settings(c.Set), "\x00")
		got, ok := solved[key]
		if !ok {
			got.result, got.err = solve(c, kinds)
			solved[key] = got
		}
		for _, e := range c.Expect {
			t.Rows = append(t.Rows, compare(c, e, got))
		}
	}
	return t
}

// outcome is a decoded JSON result, or why there is none.
type outcome struct {
	result any
	err    error
}

func settings(set map[string]string) []string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(set)) {
		all = append(all, path+"="+set[path])
	}
	return all
}

// solve gives the result of a case as a program reads it.
func solve(c Case, kinds map[string]func() flowsheet.Unit) (any, error) {
	switch c.Kind {
	case Solve, March:
	case Equilibrium:
		return equilibria(c)
	case Thermo:
		return askThermo(c.Input)
	case Prices:
		return askQuotes(c.Input)
	case Extraction:
		return extract(c)
	case Isotherms:
		return askIsotherm(c)
	default:
		return nil, fmt.Errorf("%q is no kind of case", c.Kind)
	}
	tree, err := conf.Load(c.Config)
	if err != nil {
		return nil, err
	}
	for _, s := range settings(c.Set) {
		if err := flowsheet.Override(tree, s); err != nil {
			return nil, err
		}
	}
	plant, err := flowsheet.Load(tree, kinds)
	if err != nil {
		return nil, err
	}
	if c.Kind == March {
		return march(c, plant)
	}
	if err := plant.Solve(); err != nil {
		return nil, fmt.Errorf("did not solve: %w", err)
	}
	return decoded(report.New(plant).JSON)
}

// decoded is what a program reads of a JSON text.
func decoded(write func(io.Writer) error) (result any, err error) {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return nil, err
	}
	err = json.Unmarshal(text.Bytes(), &result)
	return result, err
}

// march gives the result of a case in time. Paths look like readings.leach.conversion.Nd.values.24: what they read
// is read at every output, the number counts the outputs from 0.
func march(c Case, plant *flowsheet.Plant) (any, error) {
	s := flowsheet.Schedule{Tol: c.Run.Tolerance}
	for _, d := range []struct {
		text string
		to   *float64
	}{{c.Run.For, &s.For}, {c.Run.Every, &s.Every}, {c.Run.Step, &s.Step}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.to, err = flowsheet.Duration(d.text); err != nil {
			return nil, err
		}
	}
	for _, text := range c.Run.At {
		m, err := plant.ParseMove(text)
		if err != nil {
			return nil, err
		}
		s.Moves = append(s.Moves, m)
	}
	var paths []string
	for _, e := range c.Expect {
		path, ok := strings.CutPrefix(e.Path, "readings.")
		if end := strings.LastIndex(path, ".values."); ok && end >= 0 && !slices.Contains(paths, path[:end]) {
			paths = append(paths, path[:end])
		}
	}
	r, err := report.NewRun(plant, s, paths, c.Run.At)
	if err != nil {
		return nil, err
	}
	if r.Status != report.Converged {
		return nil, fmt.Errorf("did not run: %s", r.Reason)
	}
	return decoded(r.JSON)
}

// compare makes the row of one value.
func compare(c Case, e Expect, got outcome) Row {
	r := Row{Case: c.ID, Role: c.Role, Quantity: e.Path, Published: e.Value, Unit: e.Unit, Rel: e.Rel, Abs: e.Abs, Source: c.Source, Note: e.Note}
	if Counted(c.Role) {
		r.Pass = new(false)
	}
	fail := func(err error) Row {
		r.Reason = strings.ReplaceAll(err.Error(), "\n", "; ")
		return r
	}
	if got.err != nil {
		return fail(got.err)
	}
	value, unit, err := lookup(got.result, e.Path)
	if err != nil {
		return fail(err)
	}
	if r.Unit == "" {
		r.Unit = unit
	}
	if value, err = convert(value, unit, e.Unit); err != nil {
		return fail(err)
	}
	r.Computed = &value
	gap := value - e.Value
	if e.Value != 0 {
		deviation := gap / math.Abs(e.Value)
		r.Deviation = &deviation
	}
	if Counted(c.Role) {
		r.Share = math.Abs(gap) / e.Tolerance()
		*r.Pass = math.Abs(gap) <= e.Tolerance()
	}
	return r
}
