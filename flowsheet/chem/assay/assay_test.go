package assay_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/assay"
	"reetwin/flowsheet/conf"
)

// Every feed file loads; each number has a source and a class; what is not known of it is said.
func TestEveryFeed(t *testing.T) {
	waters, err := assay.NewWaters()
	if err != nil {
		t.Fatal(err)
	}
	names := assay.Names()
	if len(names) < 29 {
		t.Errorf("only %d feeds", len(names))
	}
	for _, name := range names {
		f, err := assay.Open(name, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Description == name || f.Source == "" {
			t.Errorf("%s: no description or source", name)
		}
		for _, a := range f.Amounts {
			if a.Class == "" || a.Source == "" || !(a.Value >= 0) {
				t.Errorf("%s: %+v", name, a)
			}
			if d, ok := waters.Find(a.Name); f.Kind == assay.Water && a.Name != assay.REE && (!ok || d.M <= 0) {
				t.Errorf("%s: no meaning of %s", name, a.Name)
			}
		}
		checkGaps(t, f)
	}
}

// checkGaps holds the stated gaps to what the file in truth lacks.
func checkGaps(t *testing.T, f *assay.Feed) {
	missing := func(key string) bool {
		return slices.ContainsFunc(f.Missing, func(g assay.Gap) bool { return g.Key == key })
	}
	_, together := f.Amount(assay.REE)
	alone := len(f.NotAnalysed()) > 0 || len(f.Shares()) > 0
	for _, c := range []struct {
		key   string
		lacks bool
	}{
		{"pH", f.Kind == assay.Water && math.IsNaN(f.PH)},
		{assay.REE, !together && !alone},
		{"split", !alone && f.Split == ""},
		{"matrix", f.Kind == assay.Solid && f.Rest == ""},
	} {
		if missing(c.key) != c.lacks {
			t.Errorf("%s: %s stands among the gaps: %v, is one: %v", f.Name, c.key, missing(c.key), c.lacks)
		}
	}
}

// The totals of rare earths are those of the sources.
func TestTotals(t *testing.T) {
	for name, want := range map[string]float64{ // kg/m3 or mass fraction
		"amd_appalachia_mean": 282e-6, "amd_wky_refuse_leachate": 6.14e-3, "amd_ferrous_deep_mine": 50e-6, "amd_ipb_type": 3e-3,
		"coal_refuse_wky13": 336.1e-6, "phosphogypsum_florida": 230.64e-6, "W1": 0.6e-3,
	} {
		f, err := assay.Open(name, "")
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, s := range f.Shares() {
			a, _ := f.Amount(s.Element)
			sum += a.Value
		}
		if math.Abs(sum-want) > 2e-3*want {
			t.Errorf("%s: rare earths add to %g, the source has %g", name, sum, want)
		}
	}
}

func TestSplits(t *testing.T) {
	for _, name := range []string{"ash", "amd_mree", "coal_refuse_wky13"} {
		shares, basis, err := assay.Splits(name, "")
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, s := range shares {
			sum += s.Share
		}
		if math.Abs(sum-1) > 1e-12 || basis.Class != "assumed" || basis.Source == "" {
			t.Errorf("%s: adds to %g, %+v", name, sum, basis)
		}
	}
	if _, _, err := assay.Splits("fly_ash_prb_C", ""); err == nil || !strings.Contains(err.Error(), "no rare earths one by one") {
		t.Errorf("a split of a total: %v", err)
	}
}

// The engine's acidity, against what a neutral water needs: acidity = 2 S + … − Σ z of the cations.
func TestAcidityIsNeutral(t *testing.T) {
	w, err := assay.NewWaters()
	if err != nil {
		t.Fatal(err)
	}
	al, _ := w.Find("Al")
	fe, _ := w.Find("Fe_tri")
	ca, _ := w.Find("Ca")
	tenors := map[assay.Dissolved]float64{al: 2, fe: 0.5, ca: 5}
	acid, sulfate, err := w.Acidity(tenors, 2.8, 298.15, "S")
	if err != nil {
		t.Fatal(err)
	}
	if gap := acid + 3*2 + 3*0.5 + 2*5 - 2*sulfate; math.Abs(gap) > 1e-9 {
		t.Errorf("charge %g mol/m3 of acid %g, sulfate %g", gap, acid, sulfate)
	}
	if free := 1000 * math.Pow(10, -2.8); acid < 0.5*free || acid > 3*free {
		t.Errorf("acidity %g mol/m3 at %g of free acid", acid, free)
	}
	if _, _, err := w.Acidity(tenors, 2.8, 298.15, "Na"); err == nil || !strings.Contains(err.Error(), "pH 2.8") {
		t.Errorf("cations and no anion: %v", err)
	}
	if d, ok := w.Find("SiO2"); !ok || d.Component != "H4SiO4" || math.Abs(d.M-0.060083) > 1e-6 {
		t.Errorf("SiO2 is %+v", d)
	}
	if d, ok := w.Find("HCO3-"); !ok || d.Component != "CO3-2" || math.Abs(d.M-0.061016) > 1e-6 {
		t.Errorf("HCO3- is %+v", d)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	own := "description = \"mine\"\nsource = \"laboratory\"\nclass = \"measured\"\npH = 3\n[tenor]\nAl = \"5 mg/L\"\n"
	if err := os.WriteFile(filepath.Join(dir, "mine.toml"), []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"mine.toml": "mine", "feeds/w2_refuse_leachate.toml": "w2_refuse_leachate", "W1": "w1_appalachia", "ndfeb_hdd": "ndfeb_hdd"} {
		f, err := assay.Open(name, dir)
		if err != nil || f.Name != want {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
	for name, want := range map[string]string{"fly": "may be fly_ash", "dale_plant_ahs": `did you mean "dale_plant_ash"?`, "yours.toml": "no file"} {
		if _, err := assay.Open(name, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"kind = \"solid\"\nsource = \"s\"\n[assay]\nAl2O3 = 0.7\nSiO2 = 0.5\n": "add to 1.2",
		"kind = \"solid\"\nsource = \"s\"\n[assay]\nREE = 0.1\nNd = 0.5\n":     "Nd is given too",
		"kind = \"solid\"\n[assay]\nAl2O3 = 0.7\n":                             "has no source",
		"kind = \"gas\"\n":                                                             `"water"`,
		"source = \"s\"\n[tenor]\nAl = \"5 kg\"\n":                                     "tenor.Al",
		"source = \"s\"\n[missing]\nph = \"x\"\n":                                      `did you mean "pH"?`,
		"source = \"s\"\n[[basis]]\nof = [\"pH\"]\nclass = \"sure\"\nsource = \"x\"\n": "class",
		"source = \"s\"\nfom = \"metal\"\n":                                            "fom",
	} {
		tree, err := conf.Parse("feed.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := assay.Read("feed", tree); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Whatever the text, a feed that is read has numbers that are numbers.
func FuzzRead(f *testing.F) {
	f.Add("kind = \"solid\"\nsource = \"s\"\nsplit = \"ash\"\n[assay]\nREE = \"5 %\"\n[missing]\nmatrix = \"x\"\n")
	f.Add("source = \"s\"\npH = 3\n[tenor]\nAl = \"5 mg/L\"\nNO3- = \"1 mmol/L\"\n[[basis]]\nof = [\"Al\"]\nclass = \"measured\"\nsource = \"x\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := conf.Parse("feed.toml", []byte(text))
		if err != nil {
			return
		}
		feed, err := assay.Read("feed", tree)
		if err != nil {
			return
		}
		for _, a := range feed.Amounts {
			if !(a.Value >= 0) || math.IsInf(a.Value, 0) || a.Source == "" {
				t.Errorf("%+v", a)
			}
		}
	})
}

func ExampleOpen() {
	f, err := assay.Open("fly_ash_illinois_F", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	ree, _ := f.Amount(assay.REE)
	fmt.Printf("%s: %.0f mg/kg rare earths (%s)\n", f.Description, 1e6*ree.Value, ree.Class)
	for _, gap := range f.Missing {
		fmt.Println("missing:", gap.Key, "-", gap.Why)
	}
	// Output:
	// Class F coal fly ash, Illinois basin: 282 mg/kg rare earths (measured)
	// missing: matrix - not found
}
