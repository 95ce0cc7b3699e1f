package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/units/sx"
)

const sx1File = "../../units/sx/cascade/testdata/sx1.json"

// The benchmark by the command line: its reference answers, and what is refused.
func TestSXRun(t *testing.T) {
	text, err := os.ReadFile(sx1File)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Reference map[string]struct {
			LnR []float64 `json:"ln_r"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ variant, n string }{{"open", "30"}, {"closed", "60"}} {
		code, out, stderr := reetwin("sx", "run", sx1File, "-N", c.n, "--variant", c.variant, "-o", "json")
		var a sx.Answer
		if err := json.Unmarshal([]byte(out), &a); code != 0 || err != nil {
			t.Fatalf("exit %d, %v: %s", code, err, stderr)
		}
		for j, v := range file.Reference[c.variant+"_"+c.n].LnR {
			if math.Abs(v-a.LnR[j]) > 1e-8 {
				t.Errorf("%s %s: ln r of stage %d is %.12g, want %.12g", c.variant, c.n, j+1, a.LnR[j], v)
			}
		}
		if !(a.Closure < 1e-10 && a.Balance < 1e-10) || a.Path == "" || len(a.Raffinate) != 21 || len(a.Liquor) != 21 {
			t.Errorf("%+v", a)
		}
	}
	spoilt := func(table, old, name string, v float64) string {
		var p map[string]any
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatal(err)
		}
		delete(p[table].(map[string]any), old)
		p[table].(map[string]any)[name] = v
		changed, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "p.json")
		if err := os.WriteFile(file, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, c := range []struct{ file, n, variant, want string }{
		{sx1File, "31", "open", "sizes 10, 30"},
		{sx1File, "30", "shut", `no variant "shut"`},
		{spoilt("feed", "La", "La", -0.06), "30", "open", "La"},
		{spoilt("feed", "La", "Lx", 0.06), "30", "open", `feed.Lx: no such component; did you mean "La"`},
		{spoilt("flows", "F", "F", -10), "30", "open", "flows.F -10"},
		{"no_such.json", "30", "open", "no_such.json"},
	} {
		code, _, stderr := reetwin("sx", "run", c.file, "-N", c.n, "--variant", c.variant)
		if code != exitUsage || !strings.Contains(stderr, c.want) {
			t.Errorf("exit %d: %s, want %q", code, stderr, c.want)
		}
	}
}

func TestSXBench(t *testing.T) {
	code, out, stderr := reetwin("sx", "bench", sx1File, "--seed", "31337", "--cases", "30", "-N", "10,30", "--variants", "closed")
	if code != 0 || strings.Count(out, "30 of 30") != 2 || !strings.Contains(out, "seed 31337") {
		t.Errorf("exit %d: %s\n%s", code, out, stderr)
	}
}

// The regression writes a model that the chemistry reads, and a plot.
func TestSXFit(t *testing.T) {
	folder := t.TempDir()
	data, plot := filepath.Join(folder, "fit.toml"), filepath.Join(folder, "fit.svg")
	code, out, stderr := reetwin("sx", "fit", "../../configs/validation/source/pc88a_hcl.csv", "--free", "n,fall", "--hold-out", "--seed", "5", "--out", data, "--plot", plot)
	if code != 0 || !strings.Contains(out, "157 rows, rms 0.26") || !strings.Contains(out, "seed 5") {
		t.Fatalf("exit %d: %s\n%s", code, out, stderr)
	}
	text, err := os.ReadFile(data)
	if err != nil || !strings.Contains(string(text), "fall = ") || !strings.Contains(string(text), "Nd = { logK = -2.0") {
		t.Errorf("%v: %s", err, text)
	}
	if svg, err := os.ReadFile(plot); err != nil || !strings.Contains(string(svg), "decades") {
		t.Errorf("plot: %v", err)
	}
	// A plant takes the constants, and its result shows them.
	plant := filepath.Join(folder, "plant.toml")
	if code, out, stderr := reetwin("sx", "fit", "../../configs/validation/source/pc88a_hcl.csv", "--free", "n,fall", "--pairs", "10", "--over", "PC88A-HCl", "--name", "mine",
		"--hold-out", "--out", filepath.Join(folder, "mine.toml")); code != 0 || !strings.Contains(out, "A whole source left out") {
		t.Fatalf("exit %d: %s\n%s", code, out, stderr)
	}
	base, err := filepath.Abs("../../configs/sx-amd.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(plant, []byte("base = \""+base+"\"\n[units.sx]\nconstants = \"mine.toml\"\nmodel = \"mine\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := reetwin("sx", "show", plant, "--pair", "Nd,Pr"); code != 0 || !strings.Contains(out, "Nd/Pr: separation factor of the levels 1.54, 95 % from 1.42 to 1.66") ||
		!strings.Contains(out, "mine.toml: regression on pc88a_hcl.csv: 157 rows") {
		t.Errorf("exit %d: %s\n%s", code, out, stderr)
	}
	if code, out, _ := reetwin("solve", plant, "-o", "json"); code != 0 || !strings.Contains(out, "mine.covariance.Pr.Nd") {
		t.Errorf("exit %d: the result does not show the covariance", code)
	}
	for _, c := range [][]string{{"--free", "q"}, {"--n", "9"}} {
		if code, _, _ := reetwin(append([]string{"sx", "fit", "../../configs/validation/source/pc88a_hcl.csv"}, c...)...); code != exitUsage {
			t.Errorf("%v: exit %d", c, code)
		}
	}
}
