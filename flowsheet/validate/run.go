package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
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
		if c.Kind == Equilibrium {
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
	case Solve:
	case Equilibrium:
		return equilibria(c)
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
	if err := plant.Solve(); err != nil {
		return nil, fmt.Errorf("did not solve: %w", err)
	}
	var text bytes.Buffer
	if err := report.New(plant).JSON(&text); err != nil {
		return nil, err
	}
	var result any
	err = json.Unmarshal(text.Bytes(), &result)
	return result, err
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
