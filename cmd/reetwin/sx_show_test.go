package main

import (
	"encoding/json"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const sxAMD = "../../configs/sx-amd.toml"

// The captures of docs/sx.md and README.md are what sx show prints.
func TestSXSession(t *testing.T) {
	t.Chdir("../..")
	outputs := map[string]string{} // pages share commands
	for page, most := range map[string]int{"docs/sx.md": 6, "README.md": 4} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		sessions := strings.Split(string(text), "```session\n$ reetwin ")
		if len(sessions)-1 < most {
			t.Errorf("%s has %d captures", page, len(sessions)-1)
		}
		for _, s := range sessions[1:] {
			s, _, _ = strings.Cut(s, "\n```")
			command, capture, _ := strings.Cut(s, "\n")
			if testing.Short() && strings.HasPrefix(command, "sx design ") {
				continue // takes seconds
			}
			out, known := outputs[command]
			if !known {
				code, stdout, stderr := execute(words(command)...)
				if code != 0 {
					t.Errorf("%s: exit %d: %s", command, code, stderr)
				}
				out, outputs[command] = stdout, stdout
			}
			printed, seen := strings.Split(out, "\n"), 0
			for line := range strings.Lines(capture) {
				if line = strings.TrimRight(line, "\n"); line == "…" || line == "" {
					continue
				}
				if seen++; !slices.Contains(printed, line) {
					t.Errorf("%s: %s does not print %q", page, command, line)
				}
			}
			if seen < 4 {
				t.Errorf("%s: %d lines of %s", page, seen, command)
			}
		}
	}
}

// The page and every drawing appear in both forms, at both sizes, with units on their axes.
func TestSXShowFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	for _, size := range []string{"24x14", "16x10"} {
		folder := filepath.Join(t.TempDir(), "new")
		code, out, stderr := execute("sx", "show", sxAMD, "--size", size, "--out", folder,
			"--x", "sx.organic_flow=1.2:1.22 m3/h:2", "--y", "scrub_acid.tenor.HCl=1.4:1.6 mol/L:3")
		if code != 0 || !strings.Contains(out, "index.html") {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		page, err := os.ReadFile(filepath.Join(folder, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		drawings := 0
		for name, labels := range map[string][]string{
			"aqueous": {"aqueous, g/L of metal", "extraction", "scrub", "strip", "Nd"}, "organic": {"organic, g/L of metal"}, "ph": {"pH"},
			"loading": {"% of the extractant", "free acid"}, "work": {"% of ln β"}, "mccabe-thiele-pair": {"log10(Sm/Nd) in the aqueous, mol/mol", "total exchange"},
			"mccabe-thiele-extraction": {"aqueous, g/L of rare earths"}, "mccabe-thiele-strip": {"organic, g/L of rare earths"},
			"purity-extraction": {"points of %", "sx.organic_flow"}, "recovery-strip": {"1 % more"},
			"map-purity-strip": {"purity, %", "sx.organic_flow, m3/h", "scrub_acid.tenor.HCl, mol/L"}, "map-recovery-extraction": {"recovery, %"},
		} {
			svg, err := os.ReadFile(filepath.Join(folder, name+".svg"))
			if err != nil {
				t.Fatal(err)
			}
			for _, label := range labels {
				if !strings.Contains(string(svg), label) {
					t.Errorf("%s %s has no %q", size, name, label)
				}
			}
			f, err := os.Open(filepath.Join(folder, name+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(f); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			f.Close()
			drawings++
		}
		if n := strings.Count(string(page), "<figure>"); n < drawings || !strings.Contains(string(page), "feed.tenor.Lu") {
			t.Errorf("the page has %d drawings", n)
		}
	}
}

// JSON holds what the tables show, and no number that is none.
func TestSXShowJSON(t *testing.T) {
	code, out, stderr := execute("sx", "show", sxAMD, "-o", "json", "--x", "sx.feed_stage=8:16:2")
	var v sxView
	if err := json.Unmarshal([]byte(out), &v); code != 0 || err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, stderr)
	}
	if len(v.Stages) != 36 || len(v.Products) != 2 || len(v.Pair) != 2 || v.Size == nil || len(v.Effects) < 20 || len(v.Warnings) == 0 {
		t.Errorf("%d stages, %d products, pair %v, %d effects", len(v.Stages), len(v.Products), v.Pair, len(v.Effects))
	}
	// feed stage 16 is the case as it is
	if m := v.Map[0][1]; math.Abs(m[0].Purity-v.Products[0].Purity) > 1e-9 || math.Abs(m[1].Recovery-v.Products[1].Recovery) > 1e-9 {
		t.Errorf("%+v beside %+v", m, v.Products)
	}
	if v.Stages[16].Work == nil || v.Stages[35].Work != nil {
		t.Error("work of the last strip stage")
	}
}

// A section of the UKy plant has its profile, in its own numbering, and its drawings.
func TestSXShowSection(t *testing.T) {
	folder := t.TempDir()
	code, out, stderr := execute("sx", "show", uky, "rougher_load", "--elements", "all", "--pair", "Nd,Ce", "--out", folder)
	if code != 0 || !strings.Contains(out, "Sc aq") || !strings.Contains(out, "outside_range") || strings.Contains(out, "Pinch") {
		t.Errorf("exit %d: %s\n%s", code, stderr, out)
	}
	if _, err := os.Stat(filepath.Join(folder, "mccabe-thiele-sx.svg")); err != nil {
		t.Error(err)
	}
	for tag := range map[string]bool{"rougher_scrub": true, "rougher_strip": true, "cleaner_load": true, "cleaner_strip": true} {
		if code, _, stderr := execute("sx", "show", uky, tag); code != 0 {
			t.Errorf("%s: exit %d: %s", tag, code, stderr)
		}
	}
}

func TestSXShowRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{sxAMD, "xs"}, exitUsage, "extraction units are sx"},
		{[]string{uky}, exitUsage, "say which"},
		{[]string{uky, "leach"}, exitUsage, "sx_section"},
		{[]string{sxAMD, "--pair", "Sm"}, exitUsage, "two elements"},
		{[]string{sxAMD, "--pair", "Sm,Zz"}, exitUsage, `"Zz"`},
		{[]string{sxAMD, "--elements", "Nd,Zz"}, exitUsage, `"Zz"`},
		{[]string{sxAMD, "--y", "sx.bleed=0.1:0.2:2"}, exitUsage, "--y needs --x"},
		{[]string{sxAMD, "--x", "sx.bleed=0.2:0.1:2"}, exitUsage, "larger number last"},
		{[]string{sxAMD, "--x", "sx.bled=0.1:0.2:2"}, exitUsage, "bleed"},
		{[]string{sxAMD, "--x", "sx.feed_stage=27:28:2"}, exitUsage, "1 to 27"},
		{[]string{sxAMD, "--x", "sx.extraction.stages=3:4:3"}, exitUsage, "3.5"},
		{[]string{sxAMD, "--size", "10x5"}, exitUsage, "at least"},
		{[]string{sxAMD, "--size", "large"}, exitUsage, "WIDExHIGH"},
		{[]string{sxAMD, "-o", "xlsx"}, exitUsage, "json"},
		{[]string{uky, "rougher_load", "--x", "dosage=10:20 %:2"}, exitUsage, "circuits"},
		{[]string{"no_such.toml"}, exitUsage, "no_such.toml"},
	} {
		code, out, stderr := execute(append([]string{"sx", "show"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit %d: %s, want %q\n%.200s", c.args, code, stderr, c.want, out)
		}
	}
}
