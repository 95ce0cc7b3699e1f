package chem

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"reetwin/flowsheet/si"
)

func TestEveryNumberHasClassAndSource(t *testing.T) {
	all, err := Constants()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 150 {
		t.Errorf("%d numbers, want at least 150", len(all))
	}
	names := make(map[string]bool)
	classes := make(map[Class]int)
	for _, c := range all {
		if names[c.Name] {
			t.Errorf("%s: two numbers of this name", c.Name)
		}
		names[c.Name] = true
		classes[c.Class]++
		if len(c.Source) < 20 {
			t.Errorf("%s: source %q says too little", c.Name, c.Source)
		}
		if _, err := si.ParseUnit(c.Unit); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	for _, class := range []Class{Measured, Derived, Estimated, Assumed} {
		if classes[class] == 0 {
			t.Errorf("no number is %s", class)
		}
		delete(classes, class)
	}
	if len(classes) > 0 {
		t.Errorf("other classes: %v", classes)
	}
	s, err := Load(Selection{Elements: []string{"Nd", "S"}, Families: []string{"aqueous", "organic", "oxide"}, Extractant: "D2EHPA"})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, c := range s.Constants() {
		if !names[c.Name] || seen[c.Name] {
			t.Errorf("%s: unknown or listed twice", c.Name)
		}
		seen[c.Name] = true
	}
	for _, name := range []string{"element.Nd.mass", "density.H2O", "density.solid", "bisulfate.Ka2", "D2EHPA-UKy.terms.Nd.m0"} {
		if !seen[name] {
			t.Errorf("%s is not among the constants of the system: %v", name, seen)
		}
	}
	if seen["D2EHPA-UKy.terms.La.m0"] || seen["element.La.mass"] {
		t.Error("a system without La rests on constants of La")
	}
}

// Faults in the data are found when it is loaded, and the entry is named.
func TestDataFaults(t *testing.T) {
	for _, c := range []struct {
		file, old, new string
		parts          []string
	}{
		{"equilibria", "class = \"measured\"\n", "", []string{"equilibria.toml:", "bisulfate.Ka2: has no class"}},
		{"equilibria", "source = ", "range_of = ", []string{"has no source", "range_of"}},
		{"elements", "class = \"measured\"\n", "class = \"remembered\"\n", []string{"element.class", "remembered", "measured"}},
		{"elements", "22.98976928 g/mol", "22.990 g", []string{"element.Na.mass", "kg/mol"}},
		{"components", `"Nd+3" = "Nd"`, `"Nd+3" = "Pr"`, []string{"Nd+3", `is counted under "Pr", which is not in its formula`}},
		{"components", `"Nd+3" = "Nd"`, `"Nq+3" = "Nd"`, []string{`unknown element "Nq"`}},
		{"components", `"Nd+3" = "Nd"`, `"Nd+3x" = "Nd"`, []string{`the charge must read like +3`}},
		{"components", `"CaO(s)" = "Ca"`, `"CaO" = "Ca"`, []string{`its name must end in "(s)"`}},
		{"components", `"CaO(s)" = "Ca"`, `"SiO2(s)" = "Si"`, []string{"is a component already"}},
		{"components", `solvent = "H2O"`, `solvent = "D2O"`, []string{`"D2O" is not among the components`}},
		{"components", `"HCl" = { "H+" = 1`, `"HCl" = { "H+" = 2`, []string{"HCl", "is not the sum of its parts"}},
		{"components", `"kerosene" = "0.82`, `"kerosen" = "0.82`, []string{"kerosen", "is no component"}},
		{"thermo", `"H2O" = {`, `"H20" = {`, []string{"H20", "is no component"}},
		{"thermo", `"CaO(s)" = {`, `"Al2O3(s) " = {`, []string{"is no component"}},
		{"thermo", "lo = \"273.15 K\"\n", "", []string{"has no range"}},
		{"thermo", `, note = "mean of La, Ce, Pr and Nd"`, "", []string{"is assumed, but no note"}},
		{"thermo", `assumed = ["c0", "c1"]`, `assumed = ["c0", "c2"]`, []string{`names "c2"`}},
		{"extraction", `extractant = "D2EHPA"`, `extractant = "D2EPHA"`, []string{`there is no extractant "D2EPHA"`}},
		{"extraction", "\nAl = 0.0531", "\nNd = 0.0531", []string{"has a term already"}},
		{"extraction", "\nAl = 0.0531", "\nAll = 0.0531", []string{"is no element"}},
		{"extraction", ", b1 = 0.26612", "", []string{"D2EHPA-UKy.terms.Y.b1", "missing"}},
	} {
		files := fstest.MapFS{}
		names, _ := fs.Glob(embedded, "data/*.toml")
		for _, name := range names {
			text, err := fs.ReadFile(embedded, name)
			if err != nil {
				t.Fatal(err)
			}
			if name == "data/"+c.file+".toml" {
				changed := strings.Replace(string(text), c.old, c.new, 1)
				if changed == string(text) {
					t.Fatalf("%q is not in %s", c.old, name)
				}
				text = []byte(changed)
			}
			files[name] = &fstest.MapFile{Data: text}
		}
		_, err := open(files)
		if err == nil {
			t.Errorf("%s with %q: no error", c.file, c.new)
			continue
		}
		for _, part := range c.parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s with %q: error %q lacks %q", c.file, c.new, err, part)
			}
		}
	}
}

func TestDataFileMissing(t *testing.T) {
	if _, err := open(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "data/elements.toml") {
		t.Errorf("error %v, want the file named", err)
	}
}

func TestFormula(t *testing.T) {
	index := map[string]int{"H": 0, "C": 1, "O": 2, "Nd": 3, "N": 4}
	groups := map[string][]float64{"A": {34, 16, 4, 0, 0}}
	for _, c := range []struct {
		formula string
		want    []float64
	}{
		{"H2O", []float64{2, 0, 1, 0, 0}},
		{"Nd2(C2O4)3·10H2O", []float64{20, 6, 22, 2, 0}},
		{"NdN", []float64{0, 0, 0, 1, 1}},
		{"Nd(A)3", []float64{102, 48, 12, 1, 0}},
		{"Nd(A)2(OH)", []float64{69, 32, 9, 1, 0}},
		{"((CO)2H)3", []float64{3, 6, 6, 0, 0}},
		{"CH3CH3", []float64{6, 2, 0, 0, 0}},
		{"Nd·0.5H2O", []float64{1, 0, 0.5, 1, 0}},
	} {
		got, err := atoms(c.formula, index, groups)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v %v, want %v", c.formula, got, err, c.want)
		}
	}
	for formula, want := range map[string]string{
		"":                      "a part is empty",
		"H2O·":                  "a part is empty",
		"Xx2":                   `unknown element "Xx"`,
		"h2o":                   "an element is expected",
		"H2O)":                  "an element is expected",
		"(H2O":                  "no closing parenthesis",
		"()2":                   "a part is empty",
		"H0":                    "a count of zero",
		"H10000":                "a count above 9999",
		"1.25H2O":               "an element is expected",
		"H\xff":                 "not valid text",
		"((((((((((H))))))))))": "nested parentheses",
	} {
		if _, err := atoms(formula, index, groups); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", formula, err, want)
		}
	}
}

func FuzzFormula(f *testing.F) {
	for _, seed := range []string{"H2O", "Nd2(C2O4)3·10H2O", "Nd(A)3", "((C)2)3", "H-", "·", "(", "9999H9999", "0.5H2O"} {
		f.Add(seed)
	}
	index := map[string]int{"H": 0, "C": 1, "O": 2, "Nd": 3}
	groups := map[string][]float64{"A": {34, 16, 4, 0}}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := atoms(text, index, groups)
		if err != nil {
			return
		}
		var sum float64
		for _, n := range got {
			sum += n
			if n < 0 {
				t.Errorf("%q: %v", text, got)
			}
		}
		if sum == 0 {
			t.Errorf("%q has no atoms, but no error", text)
		}
		twice, err := atoms(text+"·"+text, index, groups)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for e := range got {
			if twice[e] != 2*got[e] {
				t.Errorf("%q: %v twice is %v", text, got, twice)
			}
		}
	})
}

func TestAtoms(t *testing.T) {
	n, err := Atoms("Nd2(C2O4)3·10H2O")
	if err != nil || len(n) != 4 || n["Nd"] != 2 || n["C"] != 6 || n["O"] != 22 || n["H"] != 20 {
		t.Errorf("%v %v", n, err)
	}
	for _, bad := range []string{"", "nd", "Nd2(", "Nd0", "kaolinite", "C·"} {
		if n, err := Atoms(bad); err == nil {
			t.Errorf("%q passes: %v", bad, n)
		}
	}
}
