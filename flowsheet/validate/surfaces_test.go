package validate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A case that sorbs answers with fractions that follow from each other, takes its own constants, and names what is wrong.
func TestSorptionCase(t *testing.T) {
	const text = `{"schema": "reetwin.cases/1", "cases": [{"id": "w", "kind": "equilibrium", "config": "own.toml", "source": "by hand",
"input": {"dissolved_mol_kg": {"Fe_tri": 0.002, "S": 0.01, "La": 1e-7, "Yb": 1e-7}, "solids": ["Fe(OH)3(a)"], "sorption": true,
 "sorbents_mol_kg": {"Schwertmannite": 1e-3}, "points": [{"titrant": "NaOH", "pH": 5}, {"titrant": "NaOH", "pH": 9}]},
"expect": [{"path": "points.1.sorbed_fraction.REE", "value": 1, "rel": 0.01}, {"path": "points.1.removed_fraction.Fe_tri", "value": 1, "rel": 1e-3},
 {"path": "points.1.captured_fraction.La", "value": 0.95, "abs": 0.05}, {"path": "points.0.heavy_less_light", "value": 0.1, "abs": 0.1},
 {"path": "surface_log_k.HFO.>wOLa+2", "value": 1.5, "rel": 1e-12}, {"path": "strong_less_weak.HFO.>sOLa+2", "value": 0.31, "rel": 1e-9}]}]}`
	dir := t.TempDir()
	run := func(text string) []Row {
		t.Helper()
		for name, content := range map[string]string{"a.json": text, "own.toml": "[[surface.HFO.reactions]]\nclass = \"assumed\"\nsource = \"t\"\n" +
			"[surface.HFO.reactions.entries]\n\">wOLa+2\" = { eq = \">wOH + La+3 = >wOLa+2 + H+\", log_k25 = 1.5 }\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cases, err := Load(filepath.Join(dir, "a.json"))
		if err != nil {
			t.Fatal(err)
		}
		return Run(cases, nil).Rows
	}
	for _, r := range run(text) {
		if !*r.Pass {
			t.Errorf("%s: %+v, computed %v", r.Quantity, r, r.Computed)
		}
	}
	for want, with := range map[string][2]string{
		`there is no surface "HFFO"; did you mean "HFO"`: {`"Schwertmannite": 1e-3`, `"HFFO": 1`},
		"none of the solids carries a surface":           {`"Fe(OH)3(a)"], "sorption": true,` + "\n" + ` "sorbents_mol_kg": {"Schwertmannite": 1e-3}`, `"Gypsum"], "sorption": true`},
		"no such file":                                   {"own.toml", "none.toml"},
	} {
		if r := run(strings.Replace(text, with[0], with[1], 1))[0]; *r.Pass || !strings.Contains(r.Reason, want) {
			t.Errorf("%q, want %q", r.Reason, want)
		}
	}
}
