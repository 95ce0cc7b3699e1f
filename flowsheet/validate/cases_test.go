package validate_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/validate"
	"reetwin/units"
)

var update = flag.Bool("update", false, "write the case files anew from their sources, and the known failures")

const folder = "../../configs/validation"

// The case files follow from the published numbers in configs/validation/source.
func TestCasesFollowFromSource(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	b := newBook(t)
	for name, cases := range map[string][]validate.Case{
		"uky.json": b.uky(), "leach.json": b.leach(), "sx_3stage.json": b.extraction(),
		"roaster.json": b.roaster(), "precipitator.json": b.precipitator(), "thermo.json": thermochemistry(t),
		"crusher.json": b.crusher(), "isotherm.json": b.isotherm(), "feed_roaster.json": b.feedRoaster(),
		"leach_dynamic.json": b.leachInTime(), "sx_problems.json": b.problems(),
		"sx_peer.json": b.peer(),
		"magnets.json": slices.Concat(b.copperNitrate(), b.decrepitation(), []validate.Case{b.pressureLeach()}),
	} {
		text := encode(t, cases)
		path := filepath.Join(folder, name)
		if *update {
			if err := os.WriteFile(path, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, text) {
			t.Errorf("%s does not follow from source/%s; run go test ./flowsheet/validate -run CasesFollow -update", path, name)
		}
	}
}

// Help, doc.go and README.md say how many values are printed by their source and how many are recomputed from it.
func TestBasisCounts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	asserted, recomputed, kept, furnaces, shaken, trade := 0, 0, 0, 0, 0, 0
	var substances, problems [2]int // printed and recomputed of thermochemistry, of extraction problems
	for _, file := range files {
		cases, err := validate.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if !validate.Counted(c.Role) {
				continue
			}
			if c.Kind == validate.Thermo || c.Kind == validate.Extraction {
				k := 0
				if strings.Contains(c.Source, "recomputed from") {
					k = 1
				}
				if c.Kind == validate.Thermo {
					substances[k] += len(c.Expect)
				} else {
					problems[k] += len(c.Expect)
				}
				continue
			}
			if c.Kind == validate.Isotherms {
				shaken += len(c.Expect)
			} else if strings.HasPrefix(c.ID, "furnaces/") {
				furnaces += len(c.Expect)
			} else if c.Kind == validate.Prices || strings.HasPrefix(c.ID, "cells/") && c.Role == "" {
				trade += len(c.Expect)
			} else if c.Role == validate.HoldOut {
				kept += len(c.Expect)
			} else if strings.Contains(c.Source, "recomputed from") {
				recomputed += len(c.Expect)
			} else {
				asserted += len(c.Expect)
			}
		}
	}
	if asserted != 493 || recomputed != 1178 || kept != 101 {
		t.Errorf("%d values are printed by their source, %d recomputed, %d hold-outs; 493, 1178 and 101 stand in the texts", asserted, recomputed, kept)
	}
	if trade != 5 {
		t.Errorf("%d values of potlines' CO and of prices; 5 stand in the texts", trade)
	}
	if furnaces != 23 {
		t.Errorf("%d recomputed values of batch furnaces; 23 stand in the texts", furnaces)
	}
	if substances != [2]int{43, 9} {
		t.Errorf("thermochemistry: %d values are published, %d recomputed; 43 and 9 stand in the texts", substances[0], substances[1])
	}
	if problems != [2]int{72, 718} || shaken != 10 {
		t.Errorf("extraction problems: %d values are published, %d recomputed, %d of measured equilibria; 72, 718 and 10 stand in the texts", problems[0], problems[1], shaken)
	}
}

// encode writes a case file with one line per value.
func encode(t *testing.T, cases []validate.Case) []byte {
	line := func(v any) string {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(b.String())
	}
	var b strings.Builder
	b.WriteString("{\n\"schema\": " + line(validate.Schema) + ",\n\"cases\": [\n")
	for i, c := range cases {
		expect := c.Expect
		c.Expect = nil
		head := strings.TrimSuffix(line(c), "}")
		head = strings.Replace(head, `,"expect":null`, "", 1)
		b.WriteString(head + ",\"expect\": [\n")
		for k, e := range expect {
			b.WriteString("  " + line(e))
			if k < len(expect)-1 {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
		b.WriteString("]}")
		if i < len(cases)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n}\n")
	return []byte(b.String())
}

// Every published case, and the list of what is known to fail: it may change in neither direction.
func TestPublishedCases(t *testing.T) {
	files, err := filepath.Glob(folder + "/*.json")
	if err != nil || len(files) != 22 {
		t.Fatalf("%d case files, %v", len(files), err)
	}
	var cases []validate.Case
	for _, f := range files {
		more, err := validate.Load(f)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, more...)
	}
	table := validate.Run(cases, units.Kinds())
	counted := 0
	for _, r := range table.Rows {
		if r.Pass != nil {
			counted++
		}
	}
	if counted < 900 {
		t.Errorf("only %d values are compared", counted)
	}
	var failing []string
	for _, r := range table.Rows {
		if r.Pass != nil && !*r.Pass {
			failing = append(failing, r.Case+" "+r.Quantity)
		}
	}
	slices.Sort(failing)
	const list = "testdata/known_failures.txt"
	if *update {
		text := "# Published values that are known not to be met: case, quantity.\n"
		for _, f := range failing {
			text += f + "\n"
		}
		if err := os.WriteFile(list, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			known = append(known, line)
		}
	}
	for _, f := range failing {
		if !slices.Contains(known, f) {
			t.Errorf("fails and is not known to: %s", f)
		}
	}
	for _, k := range known {
		if !slices.Contains(failing, k) {
			t.Errorf("is known to fail but passes (or is gone): %s", k)
		}
	}
	if t.Failed() {
		var b bytes.Buffer
		if err := table.Text(&b, false); err != nil {
			t.Fatal(err)
		}
		t.Log("\n" + b.String())
	}
}

// The spread between databases is produced, all of it, and none of it counts.
func TestSpread(t *testing.T) {
	cases, err := validate.Load(filepath.Join(folder, "spread.json"))
	if err != nil {
		t.Fatal(err)
	}
	table := validate.Run(cases, units.Kinds())
	databases := map[string]bool{}
	for _, r := range table.Rows {
		if r.Role != validate.Spread || r.Pass != nil || r.Reason != "" || r.Computed == nil || r.Deviation == nil ||
			math.IsNaN(*r.Deviation) || math.IsInf(*r.Deviation, 0) || *r.Computed == r.Published {
			t.Errorf("%+v", r)
		}
		_, database, _ := strings.Cut(r.Source, "), ")
		databases[database] = true
	}
	if len(cases) != 31 || len(table.Rows) != 2680 || table.Failed() != 0 || len(databases) != 6 {
		t.Errorf("%d cases, %d values, %d fail, databases %v", len(cases), len(table.Rows), table.Failed(), databases)
	}
	var text bytes.Buffer
	if err := table.Text(&text, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0 values in 0 cases: 0 pass, 0 fail", "2680 values in 31 cases are shown, not counted: 0 calibration, 2680 spread", "spread/V3_pitzer_P4_gypsum_brine"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}
