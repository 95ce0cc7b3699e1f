package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

const uky = "../../configs/uky.toml"

// execute runs a command line in this process.
func execute(args ...string) (code int, stdout, stderr string) {
	var out, msg bytes.Buffer
	code = run(context.Background(), args, &out, &msg, new(atomic.Bool))
	return code, out.String(), msg.String()
}

// unreachable writes the UKy plant with a control loop that cannot reach its set point.
func unreachable(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(uky)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "unreachable.toml")
	loop := "\n[[control]]\nname = \"scrub_pH\"\nmeasure = \"rougher_scrub.pH.stage1\"\nset = 13\n" +
		"move = \"acid_feed1.flow\"\nmin = \"0.01 L/h\"\nmax = \"10 L/h\"\n"
	if err := os.WriteFile(file, append(text, loop...), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSolveExitCodes(t *testing.T) {
	lost := unreachable(t)
	for _, c := range []struct {
		args   string
		code   int
		stdout string // what must stand there; "" for nothing at all
		stderr string
	}{
		{"solve " + uky, 0, "Recovery, from leach_solid_in", ""},
		{"solve " + uky + " -o wide", 0, "cleaner_HCl_leach_translator.acid_jump", ""},
		{"solve " + uky + " -o csv", 0, "kind,name,quantity,element,value,unit\n", ""},
		{"solve " + uky + " --loss Nd", 0, "oxide_product", ""},
		{"solve " + uky + " --loss Nd -o csv", 0, "side,stream,unit,element,mol_s,kg_s,share\n", ""},
		{"solve " + uky + " --set rougher_load.stages=4 --compare " + uky, 0, "recovery.Nd", ""},
		{"solve " + uky + " --set dosage=10% --compare " + uky + " -o json", 0, `"kpis.recovery.Nd.value"`, ""},
		{"solve " + uky + " --strict", 3, "Recovery", "outside a validity range: rougher_load"},
		{"solve " + lost, 4, "", "scrub_pH"},
		{"solve " + lost + " -o json", 4, `"status": "failed"`, ""},
		{"solve " + uky + " --compare " + lost, 4, "", "scrub_pH"},
		{"solve", 2, "", "accepts 1 arg(s), received 0: reetwin solve FILE"},
		{"solve nowhere.toml", 2, "", "nowhere.toml"},
		{"solve " + uky + " --compare nowhere.json", 2, "", "nowhere.json"},
		{"solve " + uky + " --colour", 2, "", "unknown flag"},
		{"solve " + uky + " -o pdf", 2, "", `unknown format "pdf"`},
		{"solve " + uky + " -o xlsx", 2, "", "--out"},
		{"solve " + uky + " --loss Nd --compare x.json", 2, "", "do not go together"},
		{"solve " + uky + " --loss REE", 0, "oxide_product          roaster       0.01171    1.656              21.72", ""},
		{"solve " + uky + " --loss REE_without_Sc", 0, "22.96", ""},
		{"solve " + uky + " --out u.pdf", 2, "", "unknown ending .pdf; known are .json, .csv, .xlsx, and .txt"},
		{"solve " + uky + " -o csv --out u.json", 2, "", "-o csv contradicts --out u.json"},
		{"solve " + uky + " --set dosage=10%", 0, "* published for another case; this one differs by dosage=10%", ""},
		{"solve " + uky + " --set zzz.stages=3", 2, "", "the nearest of 41 are "},
		{"solve " + uky + " --loss Ndd", 2, "", `did you mean "Nd"?`},
		{"solve " + uky + " --set leach", 2, "", "--set leach: "},
		{"solve " + uky + " --set leach.volum=3", 2, "", `did you mean "volume"?`},
		{"solve " + uky + " --set rougher_load.stages=0 --set leach.volume=3", 2, "", "units.leach.volume: 3 has no unit"},
		{"solve " + uky + " --set leach.volum=3 --set nowhere.x=1 --set zz=1 --set rougher_load.stages=0", 2, "", "\n--set zz=1: no handle or key \"zz\""},
		{"solve " + uky + " --set zz=1 --set rougher_load.stages=0", 2, "", "\n--set rougher_load.stages=0: units.rougher_load.stages: 0 is outside"},
		{"solve " + uky + " --set=-1", 2, "", "--set -1: needs the form path=value"},
		{"solve -1", 2, "", `reetwin solve -- "-1"`},
		{"solve " + uky + " --summary=", 2, "", "--summary is empty"},
		{"solve " + uky + " --loss= --sankey=", 2, "", "--loss is empty\n--sankey is empty"},
		{"solve " + uky + " --summary sheet.pdf", 2, "", "ends in .html"},
		{"solve " + uky + " --summary nowhere/x.html", 2, "Recovery", "--summary nowhere/x.html: nowhere: no such"},
		{"solve " + uky + " --out ../../configs", 2, "", "--out ../../configs: is a folder"},
		{"solve --", 2, "", "received 0: reetwin solve FILE"},
		{"sankey " + uky, 2, "", "solve"},
		{"summary " + uky, 2, "", "solve"},
		{"dissolve", 2, "", `unknown command "dissolve"`},
	} {
		code, stdout, stderr := execute(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) ||
			(c.stdout == "") != (stdout == "") || (c.stderr == "") != (stderr == "") {
			t.Errorf("%s\nexit %d, want %d\nstdout (want %q): %.300s\nstderr (want %q): %.300s", c.args, code, c.code, c.stdout, stdout, c.stderr, stderr)
		}
	}
}

func TestConfigFaultsComeOneALine(t *testing.T) {
	_, _, stderr := execute("solve", uky, "--set", "rougher_load.stages=0", "--set", "leach.volume=3")
	if lines := strings.Split(strings.TrimSpace(stderr), "\n"); len(lines) != 2 {
		t.Errorf("two faults on %d lines:\n%s", len(lines), stderr)
	}
}

func TestSavedResultComparesEqual(t *testing.T) {
	saved := filepath.Join(t.TempDir(), "base.json")
	if code, stdout, stderr := execute("solve", uky, "--out", saved); code != 0 || stdout != "" {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	text, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(text) {
		t.Fatal("--out base.json did not write JSON")
	}
	code, stdout, stderr := execute("solve", uky, "--compare", saved)
	if code != 0 || !strings.Contains(stdout, "0 quantities differ") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
}

func TestOutLeavesNoHalfFile(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := execute("solve", uky, "--out", filepath.Join(dir, "plant.xlsx")); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	code, _, stderr := execute("solve", unreachable(t), "--out", filepath.Join(dir, "lost.csv"))
	if code != 4 {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if code, _, stderr := execute("solve", uky, "--out", filepath.Join(dir, "no", "such", "folder.csv")); code != 2 || !strings.Contains(stderr, "--out") {
		t.Errorf("a folder that is not there: exit %d, %q", code, stderr)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || files[0].Name() != "plant.xlsx" {
		t.Errorf("files left: %v", files)
	}
}

func TestSettingIsNamedOnce(t *testing.T) {
	for _, set := range []string{"leach", "zzz.stages=3", "zzz=3"} {
		if _, _, stderr := execute("solve", uky, "--set", set); strings.Count(stderr, "--set") != 1 {
			t.Errorf("--set %s: %s", set, stderr)
		}
	}
}

func TestNearestNames(t *testing.T) {
	names := "b1, b2, b3, b4, b5, b6, b7, b8, b9, c1, c2, c3, stripping"
	for message, want := range map[string]string{
		`x: no unit "strip"; known are ` + names: `x: no unit "strip"; the nearest of 13 are stripping, b1, b2, b3, b4, b5, b6, b7, b8, b9, c1, c2`,
		`no "a" of b; known are ` + names[4:]:    `no "a" of b; known are ` + names[4:],
		"a \"b\"\nc; known are " + names:         "a \"b\"\nc; known are " + names,
		`no unit "a"; did you mean "b"?`:         `no unit "a"; did you mean "b"?`,
	} {
		if got := nearestNames(message); got != want {
			t.Errorf("%s\nis %s", message, got)
		}
	}
}

// An overlay that quotes no numbers of its own is another case than the published one; so is a setting.
func TestOverlayIsAnotherCase(t *testing.T) {
	base, err := filepath.Abs(uky)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "over.toml")
	over := "base = '" + base + "'\nunits.rougher_load.stages = 4\n"
	for text, changed := range map[string]bool{over: true, over + "[published]\nsource = 'mine'\n": false} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := execute("solve", file)
		if code != 0 || strings.Contains(stdout, "another case; this one differs by over.toml over ") != changed {
			t.Errorf("%s\nexit %d %s%.1500s", text, code, stderr, stdout)
		}
	}
	if _, stdout, _ := execute("solve", uky); strings.Contains(stdout, "another case") {
		t.Error("the published case counts as another")
	}
}

func TestTextFileHoldsTheTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "u.txt")
	if code, _, stderr := execute("solve", uky, "--out", file); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "UKy coal-refuse plant: converged") {
		t.Errorf("%v: %.100s", err, text)
	}
}

// A file that is not there, a file of the other sort and too few arguments are answered with what was probably meant.
func TestWrongFile(t *testing.T) {
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{exitUsage, "did you mean " + uky + "?", []string{"solve", strings.Replace(uky, "uky", "ukky", 1)}},
		{exitUsage, "its plant is the file that the key plant names, uky.toml", []string{"check", strings.Replace(uky, "uky", "uky-live", 1)}},
		{exitUsage, "uky-live.toml?", []string{"live", uky}},
		{exitUsage, "reetwin solve FILE", []string{"solve"}},
		{exitConnection, "no value came from opc.tcp://127.0.0.1:1:", []string{"live", strings.Replace(uky, "uky", "uky-live", 1), "--endpoint", "opc.tcp://127.0.0.1:1", "--for", "200ms", "--dir", t.TempDir()}},
	} {
		if code, _, stderr := execute(c.args...); code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit %d, %s", c.args, code, stderr)
		}
	}
}
