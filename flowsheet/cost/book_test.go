package cost

import (
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"reetwin/flowsheet/conf"
)

func TestOpen(t *testing.T) {
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Grades) < 20 || len(b.Prices) < 15 || len(b.Reagents) < 15 || len(b.Nuclides) != 3 || len(b.Permits) != 4 {
		t.Errorf("%d grades, %d prices, %d reagents, %d nuclides, %d permits", len(b.Grades), len(b.Prices), len(b.Reagents), len(b.Nuclides), len(b.Permits))
	}
	for _, g := range b.Grades {
		for _, a := range append([]Asked{g.Total, g.Relative, g.Content}, asksOf(g)...) {
			if a.Value != 0 && (a.Class == "" || a.Source == "") {
				t.Errorf("%s: %v has no class or source", g.Name, a)
			}
		}
	}
	if p := b.Permits[0]; p.Elements[0].Value != 3 { // mg/L
		t.Errorf("%s: %v", p.Name, p.Elements[0])
	}
	if e := b.Electricity[0]; math.Abs(e.Value*3.6e6/0.386-1) > 1e-12 {
		t.Errorf("%s: %g kg/J", e.Name, e.Value)
	}
}

func asksOf(g Grade) (all []Asked) {
	for _, l := range g.Limits {
		all = append(all, l.Asked)
	}
	return all
}

// Data with a hole are refused, and the hole is named.
func TestDataFaults(t *testing.T) {
	for _, c := range []struct{ file, from, to, want string }{
		{"prices", "[price]\nclass = \"estimated\"", "[price]", "has no class"},
		{"prices", `source = "SMM, 5 Feb 2026"`, "", "has no source"},
		{"prices", "CNY_kg = [1390, 1410]", "CNY_kg = [1410, 1390]", "the lower first"},
		{"prices", "rate = 7.30", "rate = 0", "exchange.rate"},
		{"grades", `price = "Nd2O3"`, `price = "Nd2O4"`, `no price of "Nd2O4"`},
		{"grades", "total = \"99 %\"", "total = \"199 %\"", `grade."La2O3 99.5".total: "199 %" is outside`},
		{"grades", "Fe2O3 = \"10 ppm\"", "FeAl2O4 = \"10 ppm\"", "neither an element nor an oxide"},
		{"carbon", "low = 0.8, high = 1.4", "low = 1.8, high = 1.4", "reagent.HCl.high"},
		{"nuclides", `of = ["Ra-226"]`, `of = ["Ra-228"]`, `no nuclide "Ra-228"`},
		{"permits", "pH = [6, 9]", "pH = [9, 6]", "the lower first"},
	} {
		files := fstest.MapFS{}
		for _, name := range []string{"prices", "grades", "carbon", "nuclides", "permits"} {
			text, err := fs.ReadFile(embedded, "data/"+name+".toml")
			if err != nil {
				t.Fatal(err)
			}
			if name == c.file {
				changed := strings.Replace(string(text), c.from, c.to, 1)
				if changed == string(text) {
					t.Fatalf("%s does not hold %q", name, c.from)
				}
				text = []byte(changed)
			}
			files["data/"+name+".toml"] = &fstest.MapFile{Data: text}
		}
		if _, err := open(files); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.to, err, c.want)
		}
	}
	if _, err := open(fstest.MapFS{}); err == nil {
		t.Error("no data is no error")
	}
}

// FuzzGrade: whatever a grade of a plant's file says, reading it ends in a grade or in faults.
func FuzzGrade(f *testing.F) {
	f.Add("[grade.x]\nconvention = \"oxide\"\nof = [\"Nd\"]\ntotal = \"99 %\"\nlimit = { Fe2O3 = \"10 ppm\" }")
	f.Add("[grade.x]\nof = []\nlimit = { \"Mo+W\" = 0.1, \"+\" = 1 }")
	b, err := Open()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := conf.Parse("x.toml", []byte(text))
		if err != nil {
			return
		}
		grades := b.gradesOf(tree.Root().Table("grade"), own())
		if tree.Err() != nil {
			return
		}
		for _, g := range grades {
			if len(g.Of) == 0 || g.Total.Value < 0 || g.Total.Value > 1 {
				t.Errorf("%q is taken as %v", text, g)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := Open(); err != nil {
			b.Fatal(err)
		}
	}
}
