package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet/report"
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

// Every solve that README.md shows runs.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	seen := 0
	for line := range strings.Lines(string(text)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "reetwin solve ")
		if !ok {
			continue
		}
		command, _, _ = strings.Cut(command, "  ") // what follows explains it
		args := []string{"solve"}
		for i, part := range strings.Split(command, `"`) { // the odd ones are quoted
			if i%2 == 1 {
				args = append(args, part)
			} else {
				args = append(args, strings.Fields(part)...)
			}
		}
		for i, a := range args {
			if i > 0 && (args[i-1] == "--out" || args[i-1] == "--summary") {
				args[i] = filepath.Join(t.TempDir(), a)
			}
		}
		seen++
		if code, _, stderr := execute(args...); code != 0 {
			t.Errorf("%q: exit %d: %s", args, code, stderr)
		}
	}
	if seen < 4 {
		t.Errorf("%d command lines", seen)
	}
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
