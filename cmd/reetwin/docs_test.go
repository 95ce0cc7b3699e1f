package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/report"
	"reetwin/units"
)

// tomlBlocks lists the fenced TOML blocks of a page, apart by whether they are marked as variants.
func tomlBlocks(t *testing.T, page string) (blocks, variants []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var block strings.Builder
	fence := ""
	for line := range strings.Lines(string(text)) {
		switch mark := strings.TrimSpace(line); {
		case fence == "" && strings.HasPrefix(mark, "```"):
			fence = mark
		case fence == "":
		case mark != "```":
			block.WriteString(line)
		default:
			switch fence {
			case "```toml":
				blocks = append(blocks, block.String())
			case "```toml variant":
				variants = append(variants, block.String())
			}
			fence = ""
			block.Reset()
		}
	}
	if fence != "" {
		t.Errorf("%s: a block does not end", page)
	}
	return blocks, variants
}

// solveText solves a plant file and reads its result.
func solveText(t *testing.T, file, text string) *report.Result {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := execute("solve", file, "-o", "json")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	result, err := report.Read(bytes.NewReader([]byte(stdout)))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// The plant file in README.md solves, and its control meets its set point.
func TestReadmePlantSolves(t *testing.T) {
	blocks, _ := tomlBlocks(t, "../../README.md")
	if len(blocks) == 0 {
		t.Fatal("README.md shows no plant file")
	}
	for _, text := range blocks {
		r := solveText(t, filepath.Join(t.TempDir(), "plant.toml"), text)
		if len(r.Controls) == 0 {
			t.Error("no control")
		}
		for name, c := range r.Controls {
			if c.Measured == nil || math.Abs(*c.Measured-c.Set) > 1e-8 {
				t.Errorf("control %s: %+v", name, c)
			}
		}
	}
}

// The blocks of the reference are one plant file that solves to the numbers it quotes; its variant lies over it.
func TestReferencePlantSolves(t *testing.T) {
	blocks, variants := tomlBlocks(t, "../../docs/plant-file.md")
	if len(blocks) < 5 || len(variants) == 0 {
		t.Fatalf("%d blocks, %d variants", len(blocks), len(variants))
	}
	folder := t.TempDir()
	r := solveText(t, filepath.Join(folder, "plant.toml"), strings.Join(blocks, "\n"))
	if len(r.Published) == 0 {
		t.Error("no published number")
	}
	for path, q := range r.Published {
		if q.Deviation == nil || math.Abs(*q.Deviation) > 0.01 {
			t.Errorf("%s: %g published, computed %v", path, q.Value, q.Computed)
		}
	}
	for _, text := range variants {
		if over := solveText(t, filepath.Join(folder, "variant.toml"), text); len(over.Changed) == 0 {
			t.Error("the variant does not say that it is another case than the one quoted")
		}
	}
}

// live are the subcommands that serve or need a server; the tests in live_*_test.go run them.
var live = []string{"demo", "virtual", "opcua", "live", "replay"}

// The command lines of README.md and docs exit with 0, each page in a folder of its own beside configs: what one line writes the next may
// read. Of the live ones the flags are read, and sx bench takes ten cases. With -short only the solves of README.md are run. TestSXSession
// holds sx design, which takes a minute, and the lines that begin with $.
func TestDocsCommands(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		pages = nil
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Chdir(readersFolder(t, root))
			for line := range strings.Lines(string(text)) {
				command, ok := strings.CutPrefix(strings.TrimSpace(line), "reetwin ")
				if !ok || strings.HasPrefix(command, "computes ") || strings.HasPrefix(command, "sx design ") ||
					testing.Short() && !strings.HasPrefix(command, "solve ") {
					continue
				}
				args := words(strings.Replace(command, "--cases 1000", "--cases 10", 1))
				if slices.Contains(live, args[0]) {
					args = append(args, "--help")
				}
				if key := strings.Join(args, "\n"); seen[key] {
					continue
				} else {
					seen[key] = true
				}
				if code, _, stderr := execute(args...); code != 0 {
					t.Errorf("%q: exit %d: %s", args, code, stderr)
				}
			}
		})
	}
	if least := 6; len(seen) < least || !testing.Short() && len(seen) < 10*least {
		t.Errorf("%d command lines", len(seen))
	}
}

// readersFolder makes a folder with configs and with the files that a reader of the docs is thought to have.
func readersFolder(t *testing.T, root string) string {
	t.Helper()
	folder := t.TempDir()
	for name, file := range map[string]string{
		"configs":       "configs",
		"isotherms.csv": "configs/validation/source/pc88a_hcl.csv",
		"problem.json":  "units/sx/cascade/testdata/sx1.json",
		"water.toml":    "configs/feeds/w2_refuse_leachate.toml",
	} {
		if err := os.Symlink(filepath.Join(root, file), filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	cases := `{"cases": [{"id": "a", "initial": {"pH": 3, "dissolved_mol_per_kgw": {"Ca": 0.01}}, "points": [{"pH": 3}]}]}`
	if err := os.WriteFile(filepath.Join(folder, "cases.json"), []byte(cases), 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

// words takes a command line apart as a shell does: spaces part words, quotes keep them together. Two spaces, or a pipe, end it: what follows
// explains. [KIND] may be left out, TAG is a unit of what reetwin new writes.
func words(line string) (all []string) {
	var word strings.Builder
	var quote rune
	inside := false
	end := func() {
		if w := word.String(); inside && w != "[KIND]" {
			all = append(all, strings.ReplaceAll(w, "TAG", "mixer"))
		}
		word.Reset()
		inside = false
	}
	spaces := 0
	for _, c := range line {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inside = c, true
		case quote == 0 && c == ' ':
			if spaces++; spaces == 2 {
				return all
			}
			end()
			continue
		case quote == 0 && c == '|':
			return all
		default:
			word.WriteRune(c)
			inside = true
		}
		spaces = 0
	}
	end()
	return all
}

// The capture in README.md is what solve prints: every line but time, rounding errors and the solver's path.
func TestReadmeCapture(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, capture, _ := strings.Cut(string(text), "```\nUKy coal-refuse plant: converged in ")
	capture, _, _ = strings.Cut(capture, "```")
	_, stdout, _ := execute("solve", uky)
	seen := 0
	for line := range strings.Lines(capture) {
		rest := strings.TrimSpace(line)
		if seen++; seen == 1 || rest == "" || rest == "…" || strings.HasPrefix(rest, "Solver:") || strings.HasPrefix(rest, "H  ") {
			continue
		}
		if !strings.Contains(stdout, "\n"+line) {
			t.Errorf("solve does not print %q", line)
		}
	}
	if seen < 40 {
		t.Errorf("%d lines", seen)
	}
}

// The table of kinds in docs/plant-file.md has a row for every kind.
func TestKindsInPlantFile(t *testing.T) {
	text, err := os.ReadFile("../../docs/plant-file.md")
	if err != nil {
		t.Fatal(err)
	}
	for kind := range units.Kinds() {
		if !strings.Contains(string(text), "\n| `"+kind+"` |") {
			t.Errorf("docs/plant-file.md has no row for %s in its table of kinds", kind)
		}
	}
}
