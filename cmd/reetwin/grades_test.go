package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGrades(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"grades"}, "25 Pa. Code 87.102, 30 days"},
		{[]string{"grades"}, "100.3"},
		{[]string{"grades", "Nd2O3 99.5"}, "Fe2O3, at most             10 ppm   assumed"},
		{[]string{"grades", "Nd metal SMM"}, "measured  SMM, quality standard"},
	} {
		if code, out, stderr := reetwin(c.args...); code != 0 || !strings.Contains(out, c.want) {
			t.Errorf("%v: exit %d, %s, lacks %q in\n%s", c.args, code, stderr, c.want, out)
		}
	}
	if code, _, stderr := reetwin("grades", "Nd2O3 99"); code != exitUsage || !strings.Contains(stderr, `did you mean "Nd2O3 99.5"?`) {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

// --sankey and --summary write what they say, and refuse what makes no sense.
func TestSankeyAndSummary(t *testing.T) {
	dir := t.TempDir()
	drawing, page := filepath.Join(dir, "nd.svg"), filepath.Join(dir, "page.html")
	if code, _, stderr := reetwin("solve", "../../configs/uky.toml", "--sankey", "Nd", "--out", drawing, "--summary", page); code != 0 {
		t.Fatal(stderr)
	}
	for file, want := range map[string]string{drawing: "oxide_product", page: "not met"} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %q (%v)", file, want, err)
		}
	}
	for _, args := range [][]string{{"--sankey", "Nx"}, {"--sankey", "Nd", "--loss", "Nd"}, {"--sankey", "Nd", "-o", "json"}, {"--sankey", "Nd", "--out", "x.csv"}} {
		if code, _, _ := reetwin(append([]string{"solve", "../../configs/uky.toml"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d", args, code)
		}
	}
}
