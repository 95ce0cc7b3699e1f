package design_test

import (
	"os"
	"strings"
	"testing"

	"reetwin/units/sx/design"
)

// small is a specification of two rare earths that designs in a moment.
const small = `name = "small"
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
[[cut]]
name = "cut"
between = ["Nd", "Sm"]
raffinate = { purity = "99 %" }
liquor = { purity = "99 %" }
`

// replaced is the small specification with texts exchanged in pairs.
func replaced(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(small) }

// A file with many faults names all of them, each with its line.
func TestFaults(t *testing.T) {
	text := `name = "bad"
model = "PC88A-HCX"
pump = 3
[chemistry]
elements = ["Na", "Cl", "Nd", "Sm"]
families = ["aqueous", "organic"]
extractant = "PC88A"
[feed]
flow = "-1 m3/h"
balance = "Na+"
[feed.tenor]
Nd = "-1 g/L"
Xx = "1 mol/L"
[window]
loading_max = 3
scrub_acid_min = "5 mol/L"
scrub_acid_max = "1 mol/L"
[cost]
HCl = "1 kg"
[[cut]]
name = "a b"
between = ["Nd", "Sm"]
raffinate = { purity = 2 }
liquor = { }
`
	_, err := design.Parse("bad.toml", []byte(text))
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{"bad.toml:2", "PC88A-HCl", "bad.toml:3", "bad.toml:9", "flow", "bad.toml:12", "bad.toml:13", "loading_max", "scrub_acid_min: is above scrub_acid_max",
		"cost.HCl", `"a b"`, "purity"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

// Each fault by itself.
func TestFault(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{replaced("raffinate = { purity = \"99 %\" }", "raffinate = { recovery = \"99 %\" }", "liquor = { purity = \"99 %\" }", "liquor = {}"), "needs raffinate.purity or liquor.recovery"},
		{replaced("liquor = { purity = \"99 %\" }", "liquor = { recovery = \"99 %\" }"), "needs liquor.purity or raffinate.recovery"},
		{replaced("[\"Nd\", \"Sm\"]\nraff", "[\"Sm\", \"Nd\"]\nraff"), "the order of extraction is Nd Sm"},
		{replaced("[\"Nd\", \"Sm\"]\nraff", "[\"Nd\"]\nraff"), "needs two elements"},
		{replaced("[\"Nd\", \"Sm\"]\nraff", "[\"Nd\", \"Eu\"]\nraff"), "Eu"},
		{replaced("[[cut]]", "[[ct]]"), "needs at least one [[cut]]"},
		{replaced("balance = \"Cl-\"\n", ""), "of the charge is open"},
		{replaced("Nd = \"100 mmol/L\"", "Nd = \"100 mmol/L\"\n\"Cl-\" = \"3 mmol/L\""), "has a tenor already"},
		{replaced("balance = \"Cl-\"", "balance = \"OH\""), "no anion"},
		{replaced("\"Na\", ", ""), "no Na+"},
		{replaced("[[cut]]", "[window]\nsaponification_min = 0.4\nsaponification_max = 0.3\n[[cut]]"), "above saponification_max"},
		{small + strings.Replace(small[strings.Index(small, "[[cut]]"):], "name = \"cut\"", "name = \"two\"", 1), "only the first cut takes the feed"},
		{small + strings.Replace(small[strings.Index(small, "[[cut]]"):], "name = \"cut\"", "name = \"two\"\nfrom = \"cut.raffinat\"", 1), `did you mean "cut.raffinate"?`},
		{small + strings.Replace(small[strings.Index(small, "[[cut]]"):], "name = \"cut\"", "name = \"cut\"\nfrom = \"cut.raffinate\"", 1), "is taken"},
		{small + strings.Replace(small[strings.Index(small, "[[cut]]"):], "name = \"cut\"", "name = \"two\"\nfrom = \"cut.raffinate\"", 1), "no rare earth that is meant to be in its feed"},
		{"name = \"x\"\n[chemistry]\nelements = [\"Zz\"]\nfamilies = [\"aqueous\"]\n", "Zz"},
		{"= 1", "1"},
	} {
		_, err := design.Parse("bad.toml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q is not in: %v", c.want, err)
		}
	}
	if _, err := design.Read("testdata/none.toml"); err == nil {
		t.Error("a file that is not there")
	}
}

// A specification with any one line gone is an error or a specification, and no crash.
func TestLineGone(t *testing.T) {
	lines := strings.SplitAfter(small, "\n")
	for k := range lines[:len(lines)-1] {
		text := strings.Join(lines[:k], "") + strings.Join(lines[k+1:], "")
		_, err := design.Parse("gone.toml", []byte(text))
		if fine := strings.HasPrefix(lines[k], "\"H+\""); (err == nil) != fine {
			t.Errorf("without %q: %v", lines[k], err)
		}
	}
}

// Any text is either a specification or an error.
func FuzzParse(f *testing.F) {
	f.Add(small)
	for _, file := range []string{"../../../configs/design/light-heavy.toml", "../../../configs/design/dysprosium.toml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := design.Parse("fuzz.toml", []byte(text))
		if err == nil && (s.Model == nil || len(s.Cuts) == 0) {
			t.Error("a specification of nothing")
		}
	})
}
