package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"reetwin/flowsheet/report"
)

const inTime = "../../configs/validation/leach_dynamic.toml"

func TestRunTable(t *testing.T) {
	code, out, msg := execute("run", inTime, "--for", "6h", "--every", "2h", "--at", "4h acid.flow=300 L/h", "--show", "leach.pH", "--show", "streams.liquor.mg_L.La")
	if code != 0 || msg != "" {
		t.Fatalf("exit %d: %s", code, msg)
	}
	for _, want := range []string{
		"leach train of PrOMMiS, in time: converged, 4 outputs\nMove: 4h acid.flow=300 L/h\n", "streams.liquor.mg_L.La", "  6.000     2.525                   1.808\n",
		"Balance over the run, mol", "worst: ", "assay_sum  ash assay, from 0 h: ", "Solver: SDIRK4(3), relative error of a step 1e-06; ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// The formats hold the same numbers.
func TestRunFormats(t *testing.T) {
	args := []string{"run", inTime, "--for", "2h", "--every", "1h", "--step", "30min", "--at", "0s acid.flow=300 L/h"}
	_, text, _ := execute(append(args, "-o", "json")...)
	var r report.Run
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if r.Schema != report.RunSchema || r.Status != report.Converged || r.Steps != 4 || len(r.Time) != 3 || r.Time[2] != 7200 || len(r.Balance) == 0 {
		t.Errorf("%+v", r)
	}
	_, table, _ := execute(append(args, "-o", "csv")...)
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, name := range rows[0][1:] {
		path, _, _ := strings.Cut(name, " [")
		for k, row := range rows[1:] {
			v, err := strconv.ParseFloat(row[i+1], 64)
			if want := r.Readings[path].Values[k]; err != nil || want == nil || math.Float64bits(v) != math.Float64bits(*want) {
				t.Errorf("%s at output %d: %s in CSV, %v in JSON", path, k, row[i+1], want)
			}
		}
	}
	if len(rows[0]) != 1+3+12 {
		t.Errorf("%d columns: %v; want the signals of the leach train", len(rows[0]), rows[0])
	}
}

func TestRunPlot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run.svg")
	args := []string{"run", inTime, "--for", "2h", "--plot", file, "--show", "leach.conversion.Nd"}
	if code, _, msg := execute(append(args, "--show", "leach.conversion.Dy")...); code != 0 {
		t.Fatalf("exit %d: %s", code, msg)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "<svg") {
		t.Errorf("no drawing: %v", err)
	}
	if code, _, msg := execute(append(args, "--show", "streams.liquor.mg_L.Nd")...); code != exitUsage || !strings.Contains(msg, "choose readings of one unit") {
		t.Errorf("exit %d: %s", code, msg)
	}
}

func TestRunExitCodes(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--for", "3 L"}, exitUsage, "--for: time: \"3 L\" is no time"},
		{[]string{"--every", "0 h", "--step", "x", "--tolerance", "1"}, exitUsage, "--every: 0 h is no length of time\n--step: time: "},
		{[]string{"--at", "4h acid.flw=1 L/h"}, exitUsage, `did you mean "flow"?`},
		{[]string{"--show", "leach.pHH"}, exitUsage, `did you mean "pH"?`},
		{[]string{"--at", "30h acid.flow=1 L/h"}, exitUsage, "outside the run of 86400 s"},
		{[]string{"-o", "xlsx"}, exitUsage, "needs table, csv or json"},
		{[]string{"--plot", "a.pdf"}, exitUsage, ".png or .svg"},
		{[]string{"--set", "acid.tenor.H+=-1 mol/L"}, exitUnsolved, "no acid to leach"},
		{[]string{"--at", "1h acid.tenor.H+=-1 mol/L"}, exitUnsolved, "at 3"},
	} {
		code, out, msg := execute(append([]string{"run", inTime}, c.args...)...)
		if code != c.code || !strings.Contains(msg, c.want) || out != "" {
			t.Errorf("%v: exit %d, %q; want %d, %q", c.args, code, msg, c.code, c.want)
		}
	}
}

// Batch furnaces are charged and tapped; without --show their own signals are shown; with --average nothing happens.
func TestRunFurnaces(t *testing.T) {
	args := []string{"run", "../../configs/lanthanum-line.toml", "--for", "26h", "--every", "13h"}
	code, out, msg := execute(args...)
	if code != 0 || msg != "" {
		t.Fatalf("exit %d: %s", code, msg)
	}
	for _, want := range []string{"still.charge_bin  still.in_furnaces  still.product_bins  still.working", ", 2 events\n", "still.cycles"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "still.power") {
		t.Error("all signals of a furnace are shown")
	}
	if _, out, _ := execute(append(args, "--average")...); strings.Contains(out, "events") {
		t.Errorf("events in averages:\n%s", out)
	}
}
