package main

import (
	"encoding/json"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/assay"
)

func TestFeedsList(t *testing.T) {
	code, out, msg := execute("feeds")
	if code != 0 || msg != "" {
		t.Fatalf("exit %d: %s", code, msg)
	}
	if lines := strings.Count(out, "\n"); lines != 1+len(assay.Names()) {
		t.Errorf("%d lines for %d feeds", lines, len(assay.Names()))
	}
	for _, want := range []string{"REE, split, matrix  Ash of the Dale power plant", "water  3.1  0.6 mg/L", "431 mg/kg", "27.3 %"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestFeedsShow(t *testing.T) {
	for name, want := range map[string][]string{
		"fly_ash_appalachia_F": {"rare earths divide as: ash", "what is not listed counts as SiO2", "measured  Reedy et al. 2024", "assumed: loss on ignition counts as carbon"},
		"dale_plant_ash":       {"incomplete: no REE (at least 300 mg/kg, more than 500 expected)"},
		"W1":                   {"pH 3.1, 25 degC", "SO4-2 closes the charge", "Fe_tri  12"},
		"coal_refuse_wky13":    {"not analysed, counted as none: Eu, Tb, Ho, Er, Tm, Yb, Lu"},
	} {
		code, out, msg := execute("feeds", name)
		if code != 0 || msg != "" {
			t.Fatalf("%s: exit %d: %s", name, code, msg)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: %q is not in\n%s", name, w, out)
			}
		}
	}
	if code, _, msg := execute("feeds", "fly_ash_apalachia_F"); code != exitUsage || !strings.Contains(msg, `did you mean "fly_ash_appalachia_F"?`) {
		t.Errorf("exit %d: %s", code, msg)
	}
	if code, _, _ := execute("feeds", "-o", "csv"); code != exitUsage {
		t.Errorf("exit %d for csv", code)
	}
}

func TestFeedsJSON(t *testing.T) {
	_, out, _ := execute("feeds", "-o", "json")
	var got struct {
		Schema string
		Feeds  []struct {
			Name     string
			Complete bool
			Missing  map[string]string
			Amounts  map[string]struct {
				Value       float64
				Unit, Class string
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != "reetwin.feeds/1" || len(got.Feeds) != len(assay.Names()) {
		t.Errorf("%s, %d feeds", got.Schema, len(got.Feeds))
	}
	for _, f := range got.Feeds {
		if f.Complete != (len(f.Missing) == 0) {
			t.Errorf("%s: complete %v, missing %v", f.Name, f.Complete, f.Missing)
		}
		for name, a := range f.Amounts {
			if a.Class == "" || a.Unit == "" {
				t.Errorf("%s %s: %+v", f.Name, name, a)
			}
		}
	}
}

// A feed in a plant of the command line: --set reaches numbers of its file, also where the plant's file has no table for them.
func TestFeedInAPlant(t *testing.T) {
	plant := write(t, "plant.toml", `
[chemistry]
elements = ["S", "Na", "K", "Mg", "Ca", "Ti", "Al", "Fe", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Th", "U"]
families = ["gangue", "oxide", "ash", "coal"]
[units.ash]
kind = "feed"
out = "ash"
from = "fly_ash_appalachia_F"
flow = "1 t/h"
`)
	for _, c := range []struct {
		sets []string
		code int
		want string
	}{
		{nil, 0, "0.4310"},
		{[]string{"ash.assay.REE=600 ppm"}, 0, "0.6000"},
		{[]string{"units.ash.assay.Fe2O3=12 %"}, 0, "83.93"},
		{[]string{"ash.from=fly_ash_prb_C"}, 0, "0.2640"},
		{[]string{"ash.from=fly_ash_illinois_F"}, exitUsage, "fly_ash_illinois_F is incomplete: no matrix (not found); choose proxy.matrix"},
		{[]string{"ash.from=fly_ash_illinois_F", "ash.proxy.matrix=fly_ash_appalachia_F"}, 0, "the matrix is that of fly_ash_appalachia_F"},
		{[]string{"ash.asay.REE=600 ppm"}, exitUsage, `did you mean "assay"?`},
		{[]string{"ash.assay.Al2O4=5 %"}, exitUsage, "Al2O4"},
	} {
		args := []string{"solve", plant}
		for _, s := range c.sets {
			args = append(args, "--set", s)
		}
		code, out, msg := execute(args...)
		if code != c.code || !strings.Contains(out+msg, c.want) {
			t.Errorf("%v: exit %d, want %d with %q:\n%s%s", c.sets, code, c.code, c.want, out, msg)
		}
	}
}
