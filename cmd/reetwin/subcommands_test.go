package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"reetwin/units"
)

const ukyFile = "../../configs/uky.toml"

// reetwin runs one command line.
func reetwin(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(context.Background(), args, &out, &err, new(atomic.Bool))
	return code, out.String(), err.String()
}

func TestSubcommands(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.toml")
	if err := os.WriteFile(bad, []byte("[chemistry]\nelements = [\"Nx\"]\nfamilies = [\"aqueous\"]\n[units.a]\nkind = \"fed\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args     []string
		code     int
		out, err string // parts, separated by |
	}{
		{[]string{"check", ukyFile}, 0, "ok: 34 units, |streams, |tears: leach_liquid_inlet", ""},
		{[]string{"check", ukyFile, "--set", "leach.tanks=0"}, 2, "", "0 is outside 1 to 20"},
		{[]string{"check", ukyFile, "--set", "leech.tanks=1"}, 2, "", "leech"},
		{[]string{"check", bad}, 2, "", "bad.toml:2|bad.toml:5"},
		{[]string{"check", "none.toml"}, 2, "", "none.toml"},
		{[]string{"check"}, 2, "", "accepts 1 arg|reetwin check --help"},
		{[]string{"units"}, 0, "leach_train|liquid, solid|volume, weir_time, residence_ratio, rate.*|tenor.*, assay.*, fraction.*|reagent (drawn)|[retained]", ""},
		{[]string{"units", "leach_train"}, 0, "[units.leach.rate]|shrinking core|rate.Nd.B|estimated: PrOMMiS|measured:", ""},
		{[]string{"units", "leach_trian"}, 2, "", `did you mean "leach_train"?`},
		{[]string{"units", "zzz"}, 2, "", "acid_factor, "},
		{[]string{"explain", "oxalate_roaster"}, 0, "heat [W|burner_gas|drawn from outside", ""},
		{[]string{"explain", ukyFile, "rougher_load"}, 0, "rougher_load (sx_section)|rougher_load_aq_in|20     L|estimated:|1.63166|pH.stage3", ""},
		{[]string{"explain", ukyFile, "leach", "--set", "leach.volume=50 L"}, 0, "volume           50 ", ""},
		{[]string{"explain", ukyFile, "roughr_load"}, 2, "", `did you mean "rougher_load"?`},
		{[]string{"explain", ukyFile, "zzz"}, 2, "", "the nearest of 34 are leach_solid_feed"},
		{[]string{"explain", ukyFile}, 0, "rougher_load                   sx_section  |rougher_load_aq_in, rougher_org_in|explain " + ukyFile + " UNIT", ""},
		{[]string{"explain", ukyFile, "leach_liquid_feed"}, 0, "temperature  29.85   degC|tenor.H+     0.277   g/L|tenor.HSO4-  25.025  g/L", ""},
		{[]string{"explain", ukyFile, "rougher_org_make_up"}, 0, "flow          12.89    L/h|tenor.D2EHPA  195.157  g/L", ""},
		{[]string{"explain", ukyFile, "rougher_load"}, 0, "12     L     1e-6 to 1e7", ""},
		{[]string{"explain", "rougher_load"}, 2, "", "no kind |reetwin explain FILE rougher_load"},
		{[]string{"explain", "mixer", "--set", "a=1"}, 2, "", "--set needs FILE UNIT"},
		{[]string{"components"}, 0, "Lu+3|Lu(D2EHPA)3|LuC48H102P3O12|N2(g)|SO4 |no data", ""},
		{[]string{"components", ukyFile}, 0, "Nd2(C2O4)3·10H2O(s)|NdC48|144.24", ""},
		{[]string{"components", bad}, 2, "", "Nx"},
		{[]string{"validate", "../../configs/validation/leach.json"}, 0, "leach/1tank_base|12 of 12|36 values in 3 cases: 36 pass, 0 fail", ""},
		{[]string{"validate", "../../configs/validation", "-o", "json"}, 3, `"schema": "reetwin.validation/1"|"failed_hold_out"`, "values are not met"},
		{[]string{"validate", "../../configs/validation/leach.json", "-o", "wide"}, 0, "pass  leach/2tank_base", ""},
		{[]string{"validate", "../../configs/validation/leach.json", "-o", "xml"}, 2, "", "needs table, wide or json"},
		{[]string{"validate", bad}, 2, "", "unknown key|schema"},
		{[]string{"validate", t.TempDir()}, 2, "", "no case file"},
		{[]string{"validate"}, 2, "", "no folder configs/validation here|give a path: reetwin validate PATH"}, // there is no configs/validation below this folder
		{[]string{"version"}, 0, "reetwin |go1.", ""},
	} {
		code, out, err := reetwin(c.args...)
		if code != c.code {
			t.Errorf("%v: exit %d, want %d: %s", c.args, code, c.code, err)
		}
		if (c.code == 0) != (err == "") {
			t.Errorf("%v: stderr %q", c.args, err)
		}
		for _, got := range [][2]string{{out, c.out}, {err, c.err}} {
			for part := range strings.SplitSeq(got[1], "|") {
				if !strings.Contains(got[0], part) {
					t.Errorf("%v: %q is not in\n%s", c.args, part, got[0])
				}
			}
		}
	}
}

// A value beyond its tolerance gives exit code 3 and shows on stdout.
func TestValidateFails(t *testing.T) {
	dir := t.TempDir()
	plant, err := filepath.Abs("../../configs/validation/leach.toml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "off.json")
	text := `{"schema": "reetwin.cases/1", "cases": [{"id": "off", "kind": "solve", "config": "` + filepath.ToSlash(plant) + `", "source": "none",
		"expect": [{"path": "units.leach.signals.pH.value", "value": 99, "rel": 1e-3}]}]}`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, _ := reetwin("validate", dir)
	if code != 3 || !strings.Contains(out, "FAIL  off") || !strings.Contains(out, "0 pass, 1 fail") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestNewPlantSolves(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plant.toml")
	if code, _, err := reetwin("new", file); code != 0 || !strings.Contains(err, "next: reetwin solve") {
		t.Fatalf("exit %d: %s", code, err)
	}
	if code, _, err := reetwin("new", file); code != 2 || !strings.Contains(err, "exists") {
		t.Errorf("overwriting: exit %d: %s", code, err)
	}
	if code, out, err := reetwin("solve", file); code != 0 || !strings.Contains(out, "Nd_recovery") {
		t.Errorf("exit %d: %s\n%s", code, err, out)
	}
	closed := strings.ReplaceAll(newPlant, "\n# [[control]]", "\n[[control]]")
	for _, key := range []string{"name = \"recovery\"", "measure", "set = 0.95", "move", "min", "max"} {
		closed = strings.Replace(closed, "\n# "+key, "\n"+key, 1)
	}
	if err := os.WriteFile(file, []byte(closed), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out, err := reetwin("check", file); code != 0 || !strings.Contains(out, "1 control loops") {
		t.Fatalf("with the control loop: exit %d: %s\n%s", code, err, out)
	}
	code, out, err := reetwin("solve", file, "-o", "json")
	var result struct {
		KPIs map[string]struct{ Value float64 }
	}
	if fault := json.Unmarshal([]byte(out), &result); code != 0 || fault != nil || math.Abs(result.KPIs["Nd_recovery"].Value-0.95) > 1e-8 {
		t.Errorf("with the control loop: exit %d, %v: %s, recovery %g", code, fault, err, result.KPIs["Nd_recovery"].Value)
	}
}

// The plant behind `reetwin units` holds every kind, solves, and each of its units can be shown.
func TestKindsPlant(t *testing.T) {
	plant, _, err := samplePlant()
	if err != nil {
		t.Fatal(err)
	}
	if err := plant.Solve(); err != nil {
		t.Error(err)
	}
	var shown []string
	for _, u := range plant.Units() {
		shown = append(shown, u.Kind)
		if s := snippet(u.Tag); !strings.HasPrefix(s, "[units."+u.Tag+"]\nkind = \""+u.Kind+"\"") {
			t.Errorf("example of %s:\n%s", u.Tag, s)
		}
	}
	for kind := range units.Kinds() {
		if !slices.Contains(shown, kind) {
			t.Errorf("cmd/reetwin/kinds.toml has no unit of kind %s: reetwin units and explain show their examples from it", kind)
		}
	}
}

// Every command tells what it is for and shows an example.
func TestHelp(t *testing.T) {
	for _, c := range newRootCommand().Commands() {
		if len(c.Short) < 10 || len(c.Long) < 80 || !strings.Contains(c.Example, "reetwin "+c.Name()) {
			t.Errorf("%s: short %q, long %q, example %q", c.Name(), c.Short, c.Long, c.Example)
		}
	}
}

// The help of what takes a water names the waters that are built in.
func TestHelpNamesTheFeeds(t *testing.T) {
	for _, name := range []string{"speciate", "titrate"} {
		if code, out, _ := reetwin("aqueous", name, "--help"); code != 0 || !strings.Contains(out, "amd_appalachia_mean, ") || strings.Contains(out, feedsHere) {
			t.Errorf("help of %s: code %d\n%s", name, code, out)
		}
	}
}

func TestWrap(t *testing.T) {
	if got := wrap("  aa bb cc", 8); got != "  aa bb\n  cc" {
		t.Errorf("%q", got)
	}
	if got := wrap("", 8); got != "" {
		t.Errorf("%q", got)
	}
}
