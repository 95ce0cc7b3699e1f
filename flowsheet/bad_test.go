package flowsheet_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// loadFile builds the plant of a file.
func loadFile(file string) (*flowsheet.Plant, error) {
	tree, err := conf.Load(file)
	if err != nil {
		return nil, err
	}
	return flowsheet.Load(tree, units.Kinds())
}

// kindLists fills in how a fault names kinds, "{kinds}" and "{known kinds}" in the files, so that a new kind does not change them.
func kindLists(want string) string {
	names := slices.Sorted(maps.Keys(units.Kinds()))
	some := fmt.Sprintf(`one of %d, such as "%s"`, len(names), strings.Join(names[:12], `", "`))
	return strings.NewReplacer("{kinds}", some, "{known kinds}", "known are "+strings.Join(names, ", ")).Replace(want)
}

// holdFaults requires that a file has the faults of its first lines, "# want: FAULT", and no others.
func holdFaults(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(text)) {
		w, ok := strings.CutPrefix(line, "# want: ")
		if !ok {
			break
		}
		want = append(want, kindLists(strings.TrimSpace(w)))
	}
	_, err = loadFile(file)
	faults, ok := errors.AsType[conf.Faults](err)
	if !ok {
		t.Fatalf("%s: %v, want faults", file, err)
	}
	if got := strings.Split(faults.Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", file, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// Every file of testdata/bad has one mistake, and one fault that says where it stands, which value is wrong and what
// would be right.
func TestBadFiles(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "bad"))
	files, err := filepath.Glob("*.toml")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		holdFaults(t, file)
	}
}

// All mistakes of a file are told at once, in its order.
func TestFiveMistakesFiveFaults(t *testing.T) {
	t.Chdir("testdata")
	holdFaults(t, "bad_five.toml")
}

// A mistake on the command line is told as one in the file is, with the assignment for its place.
func TestBadAssignments(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"rougher_load.stages=0", "--set rougher_load.stages=0: units.rougher_load.stages: 0 is outside 1 to 200"},
		{"rougher_load.stage=5", `--set rougher_load.stage=5: units.rougher_load.stage: unknown key "stage"; did you mean "stages"?`},
		{"rougher_loud.stages=5", `--set rougher_loud.stages=5: no table "rougher_loud"; did you mean "rougher_load"?`},
		{"leach.volume=200", `--set leach.volume=200: units.leach.volume: 200 has no unit; needs e.g. "1 m3"`},
		{"leach.rate.Nd.A=-1", "--set leach.rate.Nd.A=-1: units.leach.rate.Nd.A: -1 is outside 0 to 10"},
		{"leach.rate.Nb.A=1", `--set leach.rate.Nb.A=1: no table "Nb"; did you mean "Nd"?`},
		{"dosge=10 %", `--set dosge=10 %: no handle or key "dosge"; did you mean "dosage"?`},
		{"dosage", "--set dosage: needs the form path=value"},
	} {
		tree, err := conf.Load(ukyFile)
		if err != nil {
			t.Fatal(err)
		}
		if err = flowsheet.Override(tree, c.set); err == nil {
			_, err = flowsheet.Load(tree, units.Kinds())
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.set, err, c.want)
		}
	}
}

// trimmed is a plant file without comments and blank lines.
func trimmed(text []byte) []byte {
	return regexp.MustCompile(`(?m)^\s*(#.*)?\n|\s+#.*$`).ReplaceAll(text, nil)
}

// FuzzLoad holds that no text makes Load panic, and that it gives either a plant or faults with their places.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "bad", "*.toml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, filepath.Join("testdata", "bad_five.toml"), ukyFile) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(trimmed(text))
	}
	f.Add([]byte(recycle))
	f.Fuzz(func(t *testing.T, text []byte) {
		tree, err := conf.Parse("plant.toml", text)
		if err != nil {
			return
		}
		p, err := flowsheet.Load(tree, units.Kinds())
		if err == nil {
			if len(p.Units()) == 0 {
				t.Fatal("a plant without units")
			}
			return
		}
		faults, ok := errors.AsType[conf.Faults](err)
		if !ok || p != nil {
			t.Fatalf("%T beside plant %v", err, p)
		}
		for _, fault := range faults {
			if fault.File == "plant.toml" && (fault.Line < 1 || fault.Line > 1+strings.Count(string(text), "\n")) || fault.Msg == "" {
				t.Fatalf("fault without a place: %v", fault)
			}
		}
	})
}
