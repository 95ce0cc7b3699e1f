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
	"reetwin/units/sx"
)

// A reflux that is a part of what runs through its section counts itself among that, and others that it feeds in a circle: by hand
// 0.25/(1 − 0.3) m3/h run through a strip that takes back 30 %, and with a tenth of the raffinate R = (1.15 + 0.3 S) besides,
// S = 0.25 + 0.1 R. Entrainment of 100 ppm moves volumes by parts in a thousand.
func TestRefluxOfItself(t *testing.T) {
	const itself, circle = "[units.sx.reflux.strip]\nto = \"strip\"\npart = 0.3\n",
		"[units.sx.reflux.strip]\nto = \"scrub\"\npart = 0.3\n[units.sx.reflux.extraction]\nto = \"strip\"\npart = 0.1\n"
	for over, want := range map[string][2]float64{itself: {1.15, 0.25 / 0.7}, circle: {(1.15 + 0.3*0.25) / 0.97, (0.25 + 0.1*1.15) / 0.97}} {
		v, _ := solved(t, amd, over).Unit("sx")
		all, err := sx.Stages(v)
		if err != nil {
			t.Fatal(err)
		}
		for q, j := range [2]int{0, 28} {
			if got := 3600 * all[j].AqueousFlow; math.Abs(got/want[q]-1) > 2e-3 {
				t.Errorf("%s: %s 1: %.5g m3/h run through, by hand %.5g", over, all[j].Section, got, want[q])
			}
		}
	}
}

// Constants that stay at 25 °C in a section that does not, and water that is another than its section, are named with both numbers.
func TestTemperatures(t *testing.T) {
	count := func(over string, sets ...string) map[string]int {
		seen := map[string]int{}
		for _, w := range report(t, solved(t, amd, over, sets...), "sx").Warnings {
			if w.Code == "no_enthalpy" || w.Code == "temperature" {
				seen[w.Code+" "+w.Where]++
				if w.Unit != "K" || w.Value == w.Limit || w.Code == "no_enthalpy" && !strings.Contains(w.Text, "Nd, Sm") {
					t.Errorf("%+v", w)
				}
			}
		}
		return seen
	}
	if got := count(""); len(got) > 0 {
		t.Errorf("at 25 °C: %v", got)
	}
	if got := count("[units.sx.scrub]\ntemperature = \"30 degC\"\n"); len(got) != 1 || got["no_enthalpy scrub"] != 1 {
		t.Errorf("a scrub at 30 °C: %v", got)
	}
	if got := count("", "feed.temperature=60 degC"); len(got) != 1 || got["temperature extraction"] != 1 {
		t.Errorf("a feed of 60 °C: %v", got)
	}
}

// An extractant that there are no constants of is refused with the reason, and as the only fault: connections are right.
func TestRefusedModel(t *testing.T) {
	text, err := os.ReadFile(amd)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"TBP": "solvates nitrates", "naphthenic acid": "no constants were found", "TODGA-HCl": "solvates", "PC88-HCl": `did you mean "PC88A-HCl"`} {
		file := filepath.Join(t.TempDir(), "plant.toml")
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), `model = "PC88A-HCl"`, `model = "`+name+`"`, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		tree, err := conf.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = flowsheet.Load(tree, units.Kinds())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "\n") > 0 || !strings.Contains(err.Error(), "units.sx.model") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A liquor of which most returns carries off organic with the part that leaves, as much as organic_carried says, and no more.
func TestDropsOfRefluxedLiquor(t *testing.T) {
	for _, over := range []string{"", "[units.sx.reflux.strip]\nto = \"scrub\"\npart = 0.7\n"} {
		p := solved(t, amd, over)
		v, _ := p.Unit("sx")
		for k, name := range v.OutNames {
			if name != "heavy_liquor" && name != "light_raffinate" {
				continue
			}
			n := v.Out[k].N
			if got := p.System.PhaseVolume(chem.Organic, n) / p.System.PhaseVolume(chem.Aqueous, n); math.Abs(got/1e-4-1) > 1e-6 {
				t.Errorf("%q: %s carries %.6g of organic per aqueous, the file says 1e-4", over, name, got)
			}
		}
	}
}
