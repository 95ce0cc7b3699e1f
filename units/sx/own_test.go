package sx_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

const ownConstants = `[mine]
extractant = "PC88A"
class = "estimated"
source = "our shaking tests of May"
n = 2.9
fall = 0.2
acid_lo = "1e-5 mol/L"
acid_hi = "1 mol/L"
extractant_lo = "0.1 mol/L"
extractant_hi = "3 mol/L"
over = "PC88A-HCl"

[mine.terms]
Nd = { logK = -2.1, band = 0.2 }
Pr = { logK = -2.3, band = 0.2 }

[mine.covariance]
Nd = [0.01, 0.009, 0.001]
Pr = [0.009, 0.012, 0.002]
n = [0.001, 0.002, 0.02]
`

// withOwn is sx-amd.toml with constants of a file of its own.
func withOwn(t *testing.T, text, model string) (*flowsheet.Plant, error) {
	t.Helper()
	base, err := filepath.Abs(amd)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if text != "" {
		if err := os.WriteFile(filepath.Join(folder, "mine.toml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, "plant.toml")
	if err := os.WriteFile(path, []byte("base = \""+base+"\"\n[units.sx]\nconstants = \"mine.toml\"\nmodel = \""+model+"\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return flowsheet.Load(tree, units.Kinds())
}

// A circuit takes the constants of a file beside the plant, what the file lacks from the model that it is laid over, and
// shows each with its source and the covariance.
func TestOwnConstants(t *testing.T) {
	p, err := withOwn(t, ownConstants, "mine")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	v, _ := p.Unit("sx")
	got := map[string]chem.Constant{}
	for _, c := range v.Spec.Constants {
		got[c.Name] = c
	}
	for name, want := range map[string]float64{"mine.terms.Nd.logK": -2.1, "mine.terms.Nd.band": 0.2, "mine.n": 2.9, "mine.fall": 0.2,
		"mine.covariance.Pr.Nd": 0.009, "mine.covariance.n.n": 0.02, "PC88A-HCl.terms.Sm.logK": -0.95, "PC88A-HCl.soap.Na.logK": -4} {
		c, ok := got[name]
		own := strings.HasPrefix(name, "mine")
		if !ok || c.Value != want || c.Source == "" || own != (filepath.Base(c.File) == "mine.toml") || own && c.Source != "our shaking tests of May" {
			t.Errorf("%s: %+v, want %g", name, c, want)
		}
	}
	if _, ok := got["PC88A-HCl.terms.Nd.logK"]; ok {
		t.Error("the constant that was replaced is still shown")
	}
	// D of neodymium in the profile is that of the constants, of samarium that of the model below.
	r := report(t, p, "sx")
	at := r.Profile[7]
	index := func(name string) int {
		i, ok := p.System.Index(name)
		if !ok {
			t.Fatal(name)
		}
		return i
	}
	bound := 0.0
	for c, m := range map[string]float64{"Na": 2, "Ca": 4} {
		bound += m * at.Organic[index(map[string]string{"Na": "Na(PC88A)", "Ca": "Ca(PC88A)2"}[c])]
	}
	metal := 4 * at.Organic[index("Ca(PC88A)2")]
	for _, symbol := range []string{"Al", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu"} {
		m := 6.0
		if symbol == "Nd" || symbol == "Pr" {
			m = 5.8
		}
		bound += m * at.Organic[index(symbol+"(PC88A)3")]
		metal += m * at.Organic[index(symbol+"(PC88A)3")]
	}
	free, h := (1500-bound)/2/1000, math.Pow(10, -at.PH)
	for _, c := range []struct {
		symbol        string
		level, n, off float64
	}{{"Nd", -2.1, 2.9, 0.2}, {"Sm", -0.95, 3, 0}} {
		D := at.Organic[index(c.symbol+"(PC88A)3")] / at.Aqueous[index(c.symbol+"+3")]
		want := c.level + c.n*math.Log10(free) - 3*math.Log10(h) - c.off*metal/1500
		if math.Abs(math.Log10(D)-want) > 0.02 {
			t.Errorf("log10 D of %s is %.3f, by hand %.3f (free dimer %.4g mol/L)", c.symbol, math.Log10(D), want, free)
		}
	}
}

// Faults of the file are named with file, line and key, all at once.
func TestOwnConstantsFaults(t *testing.T) {
	for _, c := range []struct {
		from, to, model string
		want            []string
	}{
		{"band = 0.2 }\nPr", "}\nPr", "mine", []string{"units.sx.constants: ", "mine.toml:14: mine.terms.Nd.band: missing"}},
		{"class = \"estimated\"", "class = \"good\"", "mine", []string{"mine.toml:3: mine.class"}},
		{"source = \"our shaking tests of May\"\n", "", "mine", []string{"mine.n: has no source"}},
		{"extractant = \"PC88A\"", "extractant = \"PC88B\"", "mine", []string{"mine.toml:2: mine.extractant", `"PC88A"`}},
		{"extractant = \"PC88A\"", "extractant = \"D2EHPA\"", "mine", []string{"mine.over", "is for extractant PC88A"}},
		{"over = \"PC88A-HCl\"", "over = \"PC88A-HCL\"", "mine", []string{"mine.toml:11: mine.over", `"PC88A-HCl"`}},
		{"[0.009, 0.012, 0.002]", "[0.009, 0.012]", "mine", []string{"mine.toml:19: mine.covariance.Pr: has 2 numbers"}},
		{"[0.009, 0.012, 0.002]", "[0.008, 0.012, 0.002]", "mine", []string{"mine.covariance.Pr: is not symmetric"}},
		{"[0.001, 0.002, 0.02]", "[0.001, 0.002, -0.02]", "mine", []string{"mine.covariance.n: has a variance of -0.02"}},
		{"logK = -2.3", "logk = -2.3", "mine", []string{`unknown key "logk"`}},
		{"", "", "mone", []string{`has no model "mone"; did you mean "mine"?`}},
	} {
		_, err := withOwn(t, strings.Replace(ownConstants, c.from, c.to, 1), c.model)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v\nwant %q", c.to, err, want)
			}
		}
	}
	if _, err := withOwn(t, "", "mine"); err == nil || !strings.Contains(err.Error(), "there is no file") || !strings.Contains(err.Error(), "plant.toml:3: units.sx.constants") {
		t.Error(err)
	}
}

// A rare earth without a constant passes, and a warning says so.
func TestWithoutConstant(t *testing.T) {
	p, err := withOwn(t, strings.Replace(ownConstants, "over = \"PC88A-HCl\"\n", "", 1)+"[mine.soap]\nclass = \"assumed\"\nsource = \"x\"\nNa = { logK = -4, band = 1 }\n", "mine")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, w := range report(t, p, "sx").Warnings {
		if w.Code == "no_constant" {
			found++
		}
	}
	if found != 13 { // La, Ce, Sm to Lu, Y
		t.Errorf("%d warnings of rare earths without a constant, want 13", found)
	}
}
