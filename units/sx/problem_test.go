package sx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const smallProblem = `{
 "components": [{"name": "Nd", "z": 3, "log10K": -0.67}, {"name": "Na", "z": 1, "log10K": -2.5}, {"name": "H", "z": 1, "log10K": 0}],
 "flows": {"F": 10, "S": 1.5, "W": 1.5, "O": 20},
 "Ltot": 0.5, "sap": 0.42, "bleed": {"open": 1, "closed": 0.01},
 "feed": {"Nd": 0.07, "H": 0.03}, "scrub": {"H": 0.6}, "strip": {"H": 5},
 "sizes": [{"N": 10, "NE": 5, "NS": 3, "NT": 2}], "N": 10
}`

func readSmall(t *testing.T, changes ...string) (*Problem, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "p.json")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(changes...).Replace(smallProblem)), 0o644); err != nil {
		t.Fatal(err)
	}
	return ReadProblem(file, "")
}

// What is wrong with a problem is refused by its key, with the value and what is meant to be there; all of it at once.
func TestProblemFaults(t *testing.T) {
	for _, c := range [][]string{
		{`"Nd": 0.07`, `"Nd": -0.07`, "feed.Nd -0.07: needs a concentration"},
		{`"Nd": 0.07`, `"Md": 0.07`, `feed.Md: no such component; did you mean "Nd"`},
		{`"S": 1.5`, `"S": -1.5`, "flows.S -1.5: needs a flow"},
		{`"O": 20`, `"O": 0`, "flows.O 0: needs an organic flow"},
		{`"Ltot": 0.5`, `"Ltot": 0`, "Ltot 0: needs"},
		{`"sap": 0.42`, `"sap": 1.01`, "sap 1.01: needs 0 to 1"},
		{`"sap": 0.42`, `"spa": 0.42`, `unknown key "spa"; did you mean "sap"`},
		{`"closed": 0.01`, `"closed": 2`, "bleed.closed 2: needs 0 to 1"},
		{`{"name": "Na", "z": 1, "log10K": -2.5}`, `{"name": "Nd", "z": 3, "log10K": 1}`, "components[1] Nd: the name is missing or there already"},
		{`"z": 3`, `"z": 0`, "components[0] Nd: z 0"},
		{`"log10K": 0`, `"log10K": 1`, "hydrogen has 1 and 0"},
		{`"NE": 5`, `"NE": 6`, "and N their sum"},
		{`"Nd": 0.07`, `"Nd": NaN`, "p.json:5: invalid character"},
		{`"Nd": 0.07`, `"Nd": "much"`, "p.json:5: Feed is a string; needs a number"},
	} {
		if _, err := readSmall(t, c[0], c[1]); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v, want %s", c[1], err, c[2])
		}
	}
	if _, err := readSmall(t, `"Nd": 0.07`, `"Nd": -0.07`, `"S": 1.5`, `"S": -1.5`, `"sap": 0.42`, `"sap": 7`); err == nil || strings.Count(err.Error(), "p.json: ") != 3 {
		t.Errorf("three faults: %v", err)
	}
	p, err := readSmall(t)
	if err != nil {
		t.Fatal(err)
	}
	p.Variant = "close"
	if _, err := p.Solve(); err == nil || !strings.Contains(err.Error(), `did you mean "closed"`) {
		t.Error(err)
	}
}

// Over capacity and out of a mixer-settler's range is solved, and warned of with numbers; within, nothing is said.
func TestProblemWarnings(t *testing.T) {
	for _, c := range []struct {
		changes []string
		want    []string
	}{
		{[]string{`"S": 1.5, "W": 1.5`, `"S": 3, "W": 3`}, nil},
		{[]string{`"S": 1.5, "W": 1.5`, `"S": 3, "W": 3`, `"Nd": 0.07, "H": 0.03`, `"Nd": 35, "H": 0.03`}, []string{"extraction stage 5: 97.", "scrub stage 1: 9"}},
		{[]string{`"S": 1.5, "W": 1.5`, `"S": 3, "W": 3`, `"sap": 0.42`, `"sap": 1`, `"Nd": 0.07`, `"Nd": 0.7`}, []string{"% of the extractant holds metal", "% of the extractant is free"}},
		{[]string{`"S": 1.5, "W": 1.5, "O": 20`, `"S": 3, "W": 3, "O": 650`}, []string{"extraction: O/A is 50", "scrub: O/A is 217", "strip: O/A is 217"}},
	} {
		p, err := readSmall(t, c.changes...)
		if err != nil {
			t.Fatal(err)
		}
		a, err := p.Solve()
		if err != nil || a.Error != "" {
			t.Fatal(err, a)
		}
		text := strings.Join(a.Warnings, "\n")
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%v: %s\nwant %s", c.changes, text, want)
			}
		}
		if c.want == nil && text != "" {
			t.Errorf("within all ranges: %s", text)
		}
		if len(a.Cations) != len(a.Raffinate) || a.Cations[0] != "Nd" {
			t.Errorf("%v for %v", a.Cations, a.Raffinate)
		}
	}
}
