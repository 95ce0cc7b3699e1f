package chem_test

import (
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct {
		sel   chem.Selection
		parts []string
	}{
		{chem.Selection{Elements: []string{"Ndd"}, Families: []string{"oxide"}}, []string{`elements: unknown element "Ndd"; did you mean "Nd"?`}},
		{chem.Selection{Families: []string{"oxides"}}, []string{`families: unknown family "oxides"; did you mean "oxide"?`}},
		{chem.Selection{Families: []string{"organic"}}, []string{"the organic family needs an extractant: D2EHPA"}},
		{chem.Selection{Families: []string{"organic"}, Extractant: "DEHPA"}, []string{`unknown extractant "DEHPA"; did you mean "D2EHPA"?`}},
		{chem.Selection{Elements: []string{"Xx", "Zz"}, Families: []string{"oxyde"}}, []string{`"Xx"`, `"Zz"`, `"oxyde"`}},
		{chem.Selection{Elements: []string{"Nd"}}, []string{"families: elements and families select no component; families are aqueous, "}},
	} {
		_, err := chem.Load(c.sel)
		wantError(t, err, c.parts...)
	}
}

// A component enters when all its elements are selected or belong to the framework.
func TestSelection(t *testing.T) {
	s := load(t, chem.Selection{Elements: []string{"Nd", "Cl"}, Families: []string{"aqueous", "oxalate"}})
	if got := strings.Join(s.Names(chem.Aqueous), " "); got != "H2O H+ Cl- C2O4-2 Nd+3" {
		t.Errorf("aqueous components: %s", got)
	}
	if got := strings.Join(s.Names(chem.Solid), " "); got != "Nd2(C2O4)3·10H2O(s)" {
		t.Errorf("solid components: %s", got)
	}
	if got := len(s.Names(chem.Organic)); got != 0 || s.Solvent(chem.Organic) != -1 {
		t.Errorf("%d organic components, want none", got)
	}
	for _, c := range s.Components {
		if len(c.Formula) != len(s.Elements) {
			t.Errorf("%s: %d elements in the formula, want %d", c.Name, len(c.Formula), len(s.Elements))
		}
	}
}

const plant = `
[chemistry]
elements = ["Nd", "S", "Cl"]
families = ["aqueous", "organic", "oxide", "gas"]
extractant = "D2EHPA"
`

func config(t *testing.T, text string) (*chem.System, error) {
	t.Helper()
	tree, err := conf.Parse("plant.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s := chem.FromConfig(tree.Root().Table("chemistry"))
	tree.Root().Close()
	return s, tree.Err()
}

func TestFromConfig(t *testing.T) {
	s, err := config(t, plant+`
solid_density = "2 kg/L"
[chemistry.molar_volume]
"H2O" = "18.000 cm3/mol"
"D2EHPA" = "330 cm3/mol"
`)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "water", s.Components[index(t, s, "H2O")].V, 18e-6, 1e-14)
	near(t, "extractant", s.Components[index(t, s, "D2EHPA")].V, 330e-6, 1e-14)
	near(t, "oxide", s.Components[index(t, s, "Nd2O3(s)")].V, 0.336481/2000, 1e-14)
	near(t, "diluent", s.Components[index(t, s, "kerosene")].V, 0.17034/820, 1e-14)
	var own []string
	for _, c := range s.Constants() {
		if c.Source == "the plant file" {
			own = append(own, c.Name)
		}
	}
	slices.Sort(own)
	if len(own) != 3 || !strings.Contains(own[0], "molar_volume") || own[2] != "chemistry.solid_density" {
		t.Errorf("constants of the plant file: %q", own)
	}
}

func TestFromConfigFaults(t *testing.T) {
	for _, c := range []struct {
		text  string
		holds string // what the rest of the file may name although the selection is faulty
		parts []string
	}{
		{"[chemistry]\n", "Dy2O3(s)", []string{"elements", "families", "missing"}},
		{strings.Replace(plant, `"Nd"`, `"Nb"`, 1), "Nd+3", []string{"plant.toml:3", `unknown element "Nb"; known are B, F, Na`}},
		{strings.Replace(plant, `"gas"`, `"gaz"`, 1), "O2(g)", []string{"plant.toml:4", `did you mean "gas"?`}},
		{strings.Replace(plant, "D2EHPA", "D2EPHA", 1), "D2EHPA", []string{"plant.toml:5", `did you mean "D2EHPA"?`}},
		{plant + "solid_densty = \"2 kg/L\"\n", "H2O", []string{"unknown key", "solid_densty"}},
		{plant + "solid_density = \"2 kg\"\n", "H2O", []string{"plant.toml:6", "kg/m3"}},
		{plant + "[chemistry.molar_volume]\n\"H20\" = \"18 cm3/mol\"\n", "H2O", []string{"plant.toml:7", `no component "H20"; did you mean "H2O"?`}},
		{plant + "[chemistry.molar_volume]\n\"O2(g)\" = \"24 L/mol\"\n", "H2O", []string{"a gas has no constant molar volume"}},
		{plant + "[chemistry.molar_volume]\n\"H2O\" = \"0 L/mol\"\n", "H2O", []string{"plant.toml:7"}},
	} {
		s, err := config(t, c.text)
		wantError(t, err, c.parts...)
		index(t, s, c.holds)
	}
}

func TestResolve(t *testing.T) {
	s := load(t, chem.Selection{Elements: append([]string{"Na"}, uky.Elements...), Families: uky.Families, Extractant: "D2EHPA"})
	for _, c := range []struct {
		phase chem.Phase
		name  string
		parts map[string]float64
		mass  float64 // g/mol
	}{
		{chem.Aqueous, "Nd+3", map[string]float64{"Nd+3": 1}, 144.242},
		{chem.Aqueous, "HSO4-", map[string]float64{"H+": 1, "SO4-2": 1}, 97.064},
		{chem.Aqueous, "H2SO4", map[string]float64{"H+": 2, "SO4-2": 1}, 98.072},
		{chem.Aqueous, "HCl", map[string]float64{"H+": 1, "Cl-": 1}, 36.458},
		{chem.Aqueous, "H2C2O4", map[string]float64{"H+": 2, "C2O4-2": 1}, 90.034},
		{chem.Aqueous, "NaOH", map[string]float64{"Na+": 1, "H+": -1, "H2O": 1}, 39.99676928},
		{chem.Aqueous, "Nd", map[string]float64{"Nd+3": 1}, 144.242},
		{chem.Aqueous, "S", map[string]float64{"SO4-2": 1}, 32.06},
		{chem.Aqueous, "C", map[string]float64{"C2O4-2": 0.5}, 12.011},
		{chem.Organic, "Nd", map[string]float64{"Nd(D2EHPA)3": 1}, 144.242},
		{chem.Organic, "D2EHPA", map[string]float64{"D2EHPA": 1}, 322.425761998},
		{chem.Solid, "Nd2O3(s)", map[string]float64{"Nd2O3(s)": 1}, 336.481},
		{chem.Solid, "Si", map[string]float64{"SiO2(s)": 1}, 28.085},
		{chem.Gas, "O2(g)", map[string]float64{"O2(g)": 1}, 31.998},
	} {
		r, err := s.Resolve(c.phase, c.name)
		if err != nil {
			t.Error(err)
			continue
		}
		near(t, "mass of "+c.name, 1000*r.M, c.mass, 1e-12)
		if len(r.Parts) != len(c.parts) {
			t.Errorf("%s: %d parts, want %d", c.name, len(r.Parts), len(c.parts))
		}
		for _, p := range r.Parts {
			if want := c.parts[s.Components[p.Component].Name]; p.Count != want {
				t.Errorf("%s: %g of %s, want %g", c.name, p.Count, s.Components[p.Component].Name, want)
			}
		}
	}
}

func TestResolveErrors(t *testing.T) {
	s := load(t, uky)
	for _, c := range []struct {
		phase chem.Phase
		name  string
		want  string
	}{
		{chem.Aqueous, "Nd+33", `no aqueous substance "Nd+33"; did you mean "Nd+3"?`},
		{chem.Aqueous, "Na+", `no aqueous substance "Na+": Na is not among the elements of [chemistry]`},
		{chem.Aqueous, "H2SO44", `did you mean "H2SO4"?`},
		{chem.Aqueous, "Nd2O3(s)", `"Nd2O3(s)" is solid, not aqueous`},
		{chem.Aqueous, "NaOH", `"NaOH" needs Na+, which is not among the components`},
		{chem.Solid, "Nd", `"Nd" may be Nd2O3(s) or Nd2(C2O4)3·10H2O(s): name one of them`},
		{chem.Organic, "H2SO4", `no organic substance "H2SO4"`},
		{chem.Gas, "N", `no gas substance "N"`},
	} {
		_, err := s.Resolve(c.phase, c.name)
		wantError(t, err, c.want)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b, uky)
	}
}
