package chem_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"reetwin/flowsheet/chem"
)

// A file of constants is read or refused, never half read.
func FuzzOwnExchange(f *testing.F) {
	f.Add("[m]\nextractant = \"PC88A\"\nclass = \"measured\"\nsource = \"s\"\nn = 3\nm = 5\nover = \"PC88A-HCl\"\nacid_lo = \"1 mmol/L\"\nacid_hi = \"1 mol/L\"\nextractant_lo = \"0.1 mol/L\"\nextractant_hi = \"1 mol/L\"\n[m.terms]\nNd = { logK = -2, band = 0.2 }\n[m.covariance]\nNd = [0.1]\n")
	sys, err := chem.Load(chem.Selection{Elements: []string{"Na", "Cl", "La", "Nd"}, Families: []string{"aqueous", "organic"}, Extractant: "PC88A"})
	if err != nil {
		f.Fatal(err)
	}
	file := filepath.Join(f.TempDir(), "own.toml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := sys.OwnExchange(file, "m")
		if err != nil {
			return
		}
		for _, q := range m.Terms {
			if math.IsNaN(q.LnK) || !(q.N > 0) || !(q.M > 0) || !(q.Band > 0) || q.Source == "" || q.Class == "" {
				t.Errorf("%+v", q)
			}
		}
		if len(m.Terms) == 0 || len(m.Covariance.Rows) != len(m.Covariance.Names) {
			t.Errorf("%+v", m)
		}
	})
}
