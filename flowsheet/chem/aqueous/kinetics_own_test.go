package aqueous

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// The example of docs/kinetics.md is read: it adds a rate with its provenance and replaces another.
func TestOwnMineralRate(t *testing.T) {
	text, err := os.ReadFile("../../../docs/kinetics.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(text), "```toml\n")
	block, _, _ = strings.Cut(block, "```")
	if !ok {
		t.Fatal("docs/kinetics.md has no example")
	}
	file := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := LoadKinetics(file)
	if err != nil {
		t.Fatal(err)
	}
	plain := loadKinetics(t)
	if len(own.Minerals) != len(plain.Minerals)+1 {
		t.Errorf("%d minerals, %d before", len(own.Minerals), len(plain.Minerals))
	}
	m, err := own.Mineral("rhabdophane, our sludge")
	if err != nil {
		t.Fatal(err)
	}
	w := MineralWater{T: 298.15, LnH: -2 * math.Ln10, LnOmega: math.Inf(-1)}
	asPrinted(t, "rate at pH 2 and 25 degC, 1e-10", m.Rate(w).Rate/1e-10, (math.Pow(10, -8.6-1.4)+math.Pow(10, -11.2))/1e-10, 1e-6)
	gypsum, _ := own.Mineral("gypsum (PK)")
	before, _ := plain.Mineral("gypsum (PK)")
	if ratio := gypsum.Rate(w).Rate / before.Rate(w).Rate; math.Abs(ratio-math.Pow(10, -0.21)) > 1e-9 {
		t.Errorf("gypsum is %g of what it was", ratio)
	}
	names := map[string]Figure{}
	for _, f := range own.Figures() {
		if _, twice := names[f.Name]; twice {
			t.Errorf("%s stands twice", f.Name)
		}
		names[f.Name] = f
	}
	f := names[`mineral.law."rhabdophane, our sludge".neutral.logk`]
	if f.Class != chem.Assumed || f.Lo != -12 || f.Hi != -10.5 || !slices.Contains(own.Assumed(), f) {
		t.Errorf("provenance: %+v", f)
	}
	if g := names[`mineral.law."gypsum (PK)".neutral.logk`]; g.Value != -3 || g.Class != chem.Measured {
		t.Errorf("provenance of what is replaced: %+v", g)
	}
}

// Every fault of a user's file comes at once, with its line.
func TestOwnMineralFaults(t *testing.T) {
	head := "[mineral]\nclass = \"measured\"\nsource = \"own batch tests\"\nrange = \"pH 1-3, 25 degC\"\n[mineral.law.x]\n"
	for text, wants := range map[string][]string{
		"[mineral]\nsource = \"own\"\n[mineral.law.x]\nacid = { logk = -8, H = 1 }": {"has no class", "has no range"},
		head + "acid = { H = 1 }\nbase = { logk = -9, h = 1 }":                      {"x.acid.logk: missing", `unknown key "h"`},
		head + "acid = { logk = -8, Ea = \"250 kJ/mol\" }":                          {"outside 0 to 100 kJ/mol"},
		head + "acid = { logk = -8, Ea = \"40 kJ\" }":                               {"wrong dimension"},
		head + "acid = { A = \"-1 mol/(m2 s)\" }":                                   {"x.acid.A"},
		head + "class = \"assumed\"\nacid = { logk = -8 }":                          {"is assumed and needs a span"},
		head + "sigma = 2":                                  {"has no term"},
		head + "of = \"fluorapatit\"\nfactor = 1":           {`there is no mineral "fluorapatit" above`},
		"[mineral]\n[mineral.law]\n[ferrous]\nfast=1":       {`unknown key "ferrous"`},
		"[mineral]\nunit = \"1 mol/(m2 s)\"\n[mineral.law]": {`unknown key "unit"`},
		"":                          {"mineral"},
		"[mineral.law.x]\nacid = {": {"mine.toml"},
	} {
		file := filepath.Join(t.TempDir(), "mine.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKinetics(file)
		for _, want := range wants {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s\n\tgives %v, want %q", text, err, want)
			}
		}
	}
	if _, err := LoadKinetics("none.toml"); err == nil {
		t.Error("a missing file was read")
	}
}

// A bad file leaves what was read before as it was.
func FuzzOwnMineralRate(f *testing.F) {
	f.Add("[mineral]\nclass = \"measured\"\nsource = \"s\"\nrange = \"r\"\n[mineral.law.\"gypsum (PK)\"]\nacid = { logk = -8, Ea = \"40 kJ/mol\", H = 1 }")
	f.Add("[mineral.law.x]\nof = \"gypsum (PK)\"")
	f.Add("[mineral]\nlaw = 3")
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := conf.Parse("fuzz.toml", []byte(text))
		if err != nil {
			return
		}
		r := &kineticsReader{}
		k, err := r.read("data/kinetics.toml", kineticsData)
		if err != nil {
			t.Fatal(err)
		}
		before := len(k.Minerals)
		if err := r.over(k, tree); err != nil && len(k.Minerals) != before || len(k.Minerals) < before {
			t.Errorf("%d minerals, %d before: %v", len(k.Minerals), before, err)
		}
		for _, m := range k.Minerals {
			if len(m.Terms) == 0 || !(m.Factor > 0) {
				t.Errorf("%+v", m)
			}
		}
	})
}
