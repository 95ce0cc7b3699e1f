package flowsheet_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the import table of the design: which of our packages each package may import, tests apart.
// A package that is not listed here fails the test.
var mayImport = map[string][]string{
	"flowsheet/si":           {},
	"flowsheet/conf":         {"flowsheet/si"},
	"flowsheet/solve":        {},
	"flowsheet/chem":         {"flowsheet/conf", "flowsheet/si"},
	"flowsheet/chem/aqueous": {"flowsheet/chem", "flowsheet/conf", "flowsheet/solve"},
	"flowsheet/chem/assay":   {"configs", "flowsheet/chem", "flowsheet/chem/aqueous", "flowsheet/conf"},
	"flowsheet/chem/thermo":  {"flowsheet/chem", "flowsheet/conf"},
	"flowsheet/cost":         {"flowsheet/chem", "flowsheet/conf"},
	"flowsheet":              {"flowsheet/conf", "flowsheet/chem", "flowsheet/chem/thermo", "flowsheet/cost", "flowsheet/si", "flowsheet/solve"},
	"flowsheet/report":       {"flowsheet", "flowsheet/chem", "flowsheet/cost", "flowsheet/si"},
	"flowsheet/validate":     {"flowsheet", "flowsheet/chem", "flowsheet/chem/aqueous", "flowsheet/chem/thermo", "flowsheet/conf", "flowsheet/cost", "flowsheet/report", "flowsheet/si", "units", "units/sx"},
	"units":                  {"flowsheet", "units/hydromet", "units/sx", "units/pyromet"},
	"units/hydromet":         append([]string{"flowsheet/chem/thermo"}, unitImports...),
	"units/sx":               append([]string{"units/sx/cascade", "flowsheet/chem/aqueous"}, unitImports...),
	"units/sx/cascade":       {"flowsheet/solve", "units/sx/cascade/audit"},
	"units/sx/cascade/audit": {},
	"units/sx/tuning":        {"flowsheet", "flowsheet/chem", "flowsheet/si", "units/sx"},
	"units/pyromet":          append([]string{"flowsheet/chem/thermo"}, unitImports...),
	"units/sx/design":        {"flowsheet/chem", "flowsheet/conf", "units/sx/cascade"},
	"units/unittest":         {"flowsheet", "units", "flowsheet/chem", "flowsheet/conf", "flowsheet/si", "flowsheet/solve"},
	"configs":                {},
	"plant":                  {"flowsheet", "flowsheet/conf", "flowsheet/si"},
	"plant/virtual":          {"plant", "flowsheet", "flowsheet/conf"},
	"connectors/opcua":       {"plant", "flowsheet/conf"},
	"connectors/influx":      {"plant", "flowsheet/conf"},
	"connectors/bus":         {"plant"},
	"cmd/reetwin":            nil, // everything
}

var unitImports = []string{"flowsheet", "flowsheet/chem", "flowsheet/chem/aqueous", "flowsheet/chem/assay", "flowsheet/conf", "flowsheet/si", "flowsheet/solve"}

// onlyIn is the one package that may import each outside library ("" allows none of the others).
var onlyIn = map[string]string{
	"github.com/BurntSushi/toml": "flowsheet/conf",
	"github.com/xuri/excelize":   "flowsheet/report",
	"github.com/spf13/cobra":     "cmd/reetwin",
	"gonum.org/v1/gonum":         "flowsheet/solve",
	"github.com/santhosh-tekuri": "", // tests only
}

func TestImportTable(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "reetwin/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	count := 0
	for decoder.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		count++
		name := strings.TrimPrefix(p.ImportPath, "reetwin/")
		allowed, listed := mayImport[name]
		if !listed {
			t.Errorf("package %s is not in the import table", name)
		}
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, "reetwin/"); ok {
				if name != "cmd/reetwin" && !slices.Contains(allowed, ours) {
					t.Errorf("%s may not import %s", name, ours)
				}
				continue
			}
			for library, only := range onlyIn {
				if strings.HasPrefix(path, library) && name != only {
					t.Errorf("%s may not import %s: that is %q's", name, path, only)
				}
			}
		}
	}
	if count == 0 {
		t.Fatal("go list named no package")
	}
}
