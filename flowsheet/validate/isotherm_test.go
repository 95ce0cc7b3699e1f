package validate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet/validate"
)

// What is wrong with the input of an isotherm case is said with its place.
func TestIsothermInput(t *testing.T) {
	const good = `{"schema": "reetwin.cases/1", "cases": [{"id": "a", "kind": "isotherm", "config": "x.csv", "input": {"fit": {"n": 3, "m": 6}, "seed": 3},
 "expect": [{"path": "rms", "value": 0, "abs": 1}], "source": "x"}]}`
	path := filepath.Join(t.TempDir(), "cases.json")
	for _, c := range []struct{ from, to, want string }{
		{`"seed"`, `"sed"`, "unknown key sed"},
		{`"fit": {"n": 3, "m": 6}, `, ``, "needs one of fit, model and logK"},
		{`"fit": {"n": 3, "m": 6}`, `"model": "PC88A-HCl"`, "belong to a fit"},
		{`"seed": 3`, `"seed": 3, "without": "Li"`, "not both"},
		{`"seed": 3`, `"ratio": ["Nd"]`, "two elements"},
		{`"config": "x.csv", `, ``, "needs a CSV file"},
		{`"seed": 3`, `"seed": -1`, "seed"},
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(good, c.from, c.to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := validate.Load(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.to, err, c.want)
		}
	}
}
