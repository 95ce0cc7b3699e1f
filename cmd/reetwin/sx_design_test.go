package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/units/sx/design"
)

// designFile writes a small design file, with texts of it exchanged.
func designFile(t *testing.T, pairs ...string) string {
	t.Helper()
	text := `name = "Nd from Sm"
model = "PC88A-HCl"
[chemistry]
elements = ["Na", "Cl", "Nd", "Sm"]
families = ["aqueous", "organic"]
extractant = "PC88A"
[feed]
flow = "1 m3/h"
balance = "Cl-"
[feed.tenor]
"H+" = "20 mmol/L"
Nd = "100 mmol/L"
Sm = "50 mmol/L"
[window]
stages_max = 40
[[cut]]
name = "cut"
between = ["Nd", "Sm"]
raffinate = { purity = "99 %" }
liquor = { purity = "99 %" }
`
	file := filepath.Join(t.TempDir(), "design.toml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(text)), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// A design is printed, written as a plant that solves to its purities, or given as JSON.
func TestSXDesign(t *testing.T) {
	plant := filepath.Join(t.TempDir(), "plant.toml")
	code, out, stderr := execute("sx", "design", designFile(t), "--effort", "0.02", "--out", plant)
	if code != 0 || !strings.Contains(stderr, "next: reetwin solve") {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for _, want := range []string{"cut: Nd │ Sm", "start (Xu)", "What limits", "given: window.stages_max 40", "cost.HCl 0.25 USD/kg", "assumed of them: ", "log K of Nd and Sm is known to"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	code, solved, stderr := execute("solve", plant)
	if code != 0 || !strings.Contains(solved, "cut_liquor_purity") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	code, out, stderr = execute("sx", "design", designFile(t), "--effort", "0.02", "-o", "json")
	var r design.Result
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 || len(r.Cuts) != 1 || r.Cuts[0].Optimum.LiquorPure < 0.99 {
		t.Errorf("exit %d, %v: %s", code, err, stderr)
	}
}

// What is wrong or cannot be met says so by its exit code and in words.
func TestSXDesignRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{designFile(t), "-o", "csv"}, 2, "needs table or json"},
		{[]string{designFile(t), "--effort", "0"}, 2, "needs 0.01 to 100"},
		{[]string{"none.toml"}, 2, "none.toml"},
		{[]string{designFile(t, "Sm = \"50", "Smm = \"50", "99 %", "199 %")}, 2, "Smm"},
		{[]string{designFile(t, "99 %", "99.999 %", "= 40", "= 6"), "--effort", "0.02"}, 4, "cut cut is refused: limit stages_max"},
		{[]string{designFile(t), "--effort", "0.02", "--out", filepath.Join(t.TempDir(), "none", "plant.toml")}, 2, "none"},
	} {
		code, _, stderr := execute(append([]string{"sx", "design"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit %d, want %d: %s", c.args[1:], code, c.code, stderr)
		}
	}
}
