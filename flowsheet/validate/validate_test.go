package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

const good = `{"schema": "reetwin.cases/1", "cases": [
{"id": "a", "kind": "solve", "config": "plant.toml", "set": {"feed.flow": "2 L/h"}, "source": "paper",
 "expect": [
  {"path": "streams.water.m3_s", "value": 2, "unit": "L/h", "rel": 1e-9},
  {"path": "streams.water.T_K", "value": 25, "unit": "degC", "abs": 1e-6, "note": "warm"}]}]}
`

const goodTOML = `schema = "reetwin.cases/1"
[[cases]]
id = "a"
kind = "solve"
config = "plant.toml"
source = "paper"
[cases.set]
"feed.flow" = "2 L/h"
[[cases.expect]]
path = "streams.water.m3_s"
value = 2
unit = "L/h"
rel = 1e-9
[[cases.expect]]
path = "streams.water.T_K"
value = 25
unit = "degC"
abs = 1e-6
note = "warm"
`

const plant = `[chemistry]
elements = []
families = ["aqueous"]
[units.feed]
kind = "feed"
out = "water"
phase = "aqueous"
flow = "1 L/h"
temperature = "25 degC"
[units.drain]
kind = "product"
in = "water"
`

// put writes files into one new folder and returns it.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadJSONAndTOMLAgree(t *testing.T) {
	dir := put(t, map[string]string{"a.json": good, "a.toml": goodTOML})
	want := []Case{{ID: "a", Kind: "solve", Config: filepath.Join(dir, "plant.toml"), Set: map[string]string{"feed.flow": "2 L/h"},
		Source: "paper", Expect: []Expect{
			{Path: "streams.water.m3_s", Value: 2, Unit: "L/h", Rel: 1e-9},
			{Path: "streams.water.T_K", Value: 25, Unit: "degC", Abs: 1e-6, Note: "warm"}}}}
	for _, name := range []string{"a.json", "a.toml"} {
		got, err := Load(filepath.Join(dir, name))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := Load(filepath.Join(dir, "none.json")); err == nil {
		t.Error("a missing file was read")
	}
}

func TestFaultsOfAFileComeAllAtOnce(t *testing.T) {
	bad := `{"schema": "reetwin.cases/2", "cases": [
{"id": "a", "kind": "guess", "config": "x", "source": "", "inputs": {},
 "input": {"k": {"l": 1}},
 "expect": [
  {"path": "p", "value": 1},
  {"path": "p", "unit": "furlong", "rel": -1},
  {"path": "", "value": 0, "rel": 1, "rel": 1}]},
{"id": "a", "kind": "solve", "expect": []}]}
`
	_, err := parseJSON("f", []byte(bad))
	want := `f:1: schema: "reetwin.cases/2"; needs "reetwin.cases/1"
f:2: cases[0].inputs: unknown key "inputs"; did you mean "input"?
f:2: cases[0].kind: "guess" is no kind of case; known are "solve", "run", "equilibrium", "thermo", "sx", "isotherm" and "price"
f:2: cases[0].source: missing; a published value has one
f:3: cases[0].input: a case of kind "guess" takes no input; use set
f:5: cases[0].expect[0].rel: no tolerance; needs rel or abs above 0
f:6: cases[0].expect[1].path: p is expected twice
f:6: cases[0].expect[1].rel: -1 is no tolerance
f:6: cases[0].expect[1].abs: a value of 0 needs a tolerance abs
f:6: cases[0].expect[1].unit: unit "furlong": unknown unit "furlong"
f:6: cases[0].expect[1].value: missing; needs a number
f:7: cases[0].expect[2].rel: given twice
f:7: cases[0].expect[2].path: missing; needs a path into the result
f:7: cases[0].expect[2].abs: a value of 0 needs a tolerance abs
f:8: cases[1].id: a second case "a"
f:8: cases[1].config: missing; needs a plant file
f:8: cases[1].source: missing; a published value has one
f:8: cases[1].expect: missing; nothing is compared`
	if err == nil {
		t.Fatal("no fault")
	}
	got, wanted := strings.Split(err.Error(), "\n"), strings.Split(want, "\n")
	if len(got) != len(wanted) {
		t.Errorf("%d faults, want %d", len(got), len(wanted))
	}
	for i := range min(len(got), len(wanted)) {
		if !strings.HasPrefix(got[i], wanted[i]) {
			t.Errorf("fault %d:\n%s\nwant\n%s", i, got[i], wanted[i])
		}
	}
	for text, part := range map[string]string{
		"{\n\"schema\": }":                  "f:2: invalid character",
		"{\"cases\": [\n{\"id\": 7}]}":      "f:2: cases.id: number; needs a string",
		strings.Repeat("[", 20000):          "exceeded max depth",
		"{\"schema\": \"x\"} trailing":      "f:1: invalid character",
		"{\"cases\": {}}":                   "needs a slice",
		"{\"cases\": [{\"expect\": [[]]}]}": "needs a struct",
	} {
		if _, err := parseJSON("f", []byte(text)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%.40q: %v, want %q", text, err, part)
		}
	}
}

func TestFaultsOfTOML(t *testing.T) {
	tree, err := conf.Parse("f.toml", []byte(`schema = "reetwin.cases/1"
[[cases]]
id = "a"
kind = "guess"
config = "x"
[cases.input]
k = 1
[[cases.expect]]
path = "p"
value = 1
tol = 3
`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parseTOML(tree)
	for _, part := range []string{`f.toml:4: cases`, `"guess" is no kind`, "takes no input", "no tolerance", `unknown key "tol"`, "source: missing"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not among the faults:\n%v", part, err)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	f.Add(good)
	f.Add(`{"cases":[{"set":{"a[0].b":"1"},"expect":[{"value":1e999}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := parseJSON("f", []byte(text))
		if err == nil && len(cases) == 0 {
			t.Error("neither cases nor a fault")
		}
		for _, c := range cases {
			for _, e := range c.Expect {
				if Counted(c.Role) && !(e.Tolerance() > 0) || math.IsInf(e.Tolerance(), 0) && math.Abs(e.Value) < 1e200 {
					t.Errorf("tolerance %g of %+v", e.Tolerance(), e)
				}
			}
		}
	})
}

func TestLookup(t *testing.T) {
	var result any
	if err := json.Unmarshal([]byte(`{"kpis": {"recovery.REE": {"value": 0.2, "unit": "1"}, "recovery": {"REE": 3, "RE": 4}},
		"streams": {"a.b": {"mol_s": {"Nd+3": 2}, "T_K": 300, "pH": null}},
		"units": {"u": {"profile": [{"aq_mg_L": {"Nd": 5}}, {"stage": 2}]}}, "balances": {"plant": {"Nd": {"in_mol_s": 1}}}}`), &result); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, unit string
		value      float64
	}{
		{"kpis.recovery.REE.value", "1", 0.2}, {"kpis.recovery.RE", "", 4}, {"streams.a.b.mol_s.Nd+3", "mol/s", 2}, {"streams.a.b.T_K", "K", 300},
		{"units.u.profile.0.aq_mg_L.Nd", "mg/L", 5}, {"units.u.profile.1.stage", "", 2}, {"balances.plant.Nd.in_mol_s", "mol/s", 1},
	} {
		if v, u, err := lookup(result, c.path); err != nil || v != c.value || u != c.unit {
			t.Errorf("%s: %g %q %v, want %g %q", c.path, v, u, err, c.value, c.unit)
		}
	}
	for path, part := range map[string]string{
		"streams.a.b.mol_s.Nd+2": `did you mean streams.a.b.mol_s.Nd+3?`, "streams.a.b": "leads to no number", "units.u.profile.2.stage": `no element "2" of 2`,
		"units.u.profile.-1.stage": "no element", "streams.a.b.pH": "gives no number", "streams.a.b.T_K.x": "leads beyond a value", "": "leads to no number",
	} {
		if _, _, err := lookup(result, path); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v, want %q", path, err, part)
		}
	}
}

func TestRun(t *testing.T) {
	dir := put(t, map[string]string{"plant.toml": plant, "broken.toml": strings.Replace(plant, `"feed"`, `"fed"`, 1), "a.json": good})
	cases, err := Load(filepath.Join(dir, "a.json"))
	if err != nil {
		t.Fatal(err)
	}
	lost := cases[0]
	lost.ID, lost.Expect = "lost", []Expect{
		{Path: "streams.water.kg_s", Value: 1, Unit: "m3/s", Rel: 1}, // another dimension
		{Path: "streams.water.mol_s.H2", Value: 1, Rel: 1},           // nowhere
		{Path: "streams.water.m3_s", Value: 2.1, Unit: "L/h", Rel: 0.01},
		{Path: "streams.water.pH", Value: 0, Abs: 1}}
	broken := cases[0]
	broken.ID, broken.Config = "broken", filepath.Join(dir, "broken.toml")
	unset := cases[0]
	unset.ID, unset.Set = "unset", map[string]string{"feed.flw.x": "1"}
	guess := cases[0]
	guess.ID, guess.Kind, guess.Config = "guess", "guess", "none"
	loads := 0
	kinds := units.Kinds()
	feed := kinds["feed"]
	kinds["feed"] = func() flowsheet.Unit { loads++; return feed() }
	table := Run(append(cases, lost, broken, unset, guess), kinds)
	if loads != 1 {
		t.Errorf("the plant was loaded %d times, want once for two cases", loads)
	}
	reasons := []string{"", "", "which is no m3/s", "nothing here", "", "nothing here", "kind", "kind", "flw", "flw", "no kind of case", "no kind of case"}
	if len(table.Rows) != len(reasons) {
		t.Fatalf("%d rows, want %d", len(table.Rows), len(reasons))
	}
	for i, r := range table.Rows {
		if *r.Pass != (i < 2) || !strings.Contains(r.Reason, reasons[i]) || (r.Reason == "") != (r.Computed != nil) {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	off := table.Rows[4]
	if off.Computed == nil || math.Abs(*off.Computed-2) > 1e-9 || math.Abs(*off.Deviation+0.1/2.1) > 1e-9 || math.Abs(off.Share-0.1/0.021) > 1e-6 {
		t.Errorf("row out of tolerance: %+v", off)
	}
	var text, wide, raw bytes.Buffer
	if err := table.Text(&text, false); err != nil {
		t.Fatal(err)
	}
	if err := table.Text(&wide, true); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(text.String(), "FAIL"); got != table.Failed() || got != 10 || strings.Contains(text.String(), "pass  ") {
		t.Errorf("%d failures shown:\n%s", got, text.String())
	}
	if !strings.Contains(wide.String(), "pass  a") || !strings.Contains(text.String(), "12 values in 5 cases: 2 pass, 10 fail") {
		t.Errorf("table:\n%s", wide.String())
	}
	if err := table.JSON(&raw); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Schema         string
		Passed, Failed int
		Rows           []Row
	}
	if err := json.Unmarshal(raw.Bytes(), &back); err != nil || back.Schema != TableSchema || back.Failed != 10 || !reflect.DeepEqual(back.Rows, table.Rows) {
		t.Errorf("JSON does not hold the table: %v", err)
	}
}

// A water is titrated as its input says; every fault of the form comes at load, those of names with the row.
func TestEquilibriumCase(t *testing.T) {
	text := `{"schema": "reetwin.cases/1", "cases": [{"id": "w", "kind": "equilibrium", "source": "by hand",
"input": {"dissolved_mol_kg": {"Na": 0.01, "Cl": 0.01}, "points": [{}, {"dose_mol_kg": {"HCl": 0.001}}, {"titrant": "NaOH", "pH": 11}]},
"expect": [{"path": "points.0.pH", "value": 7, "abs": 0.01}, {"path": "points.1.dissolved_mol_kg.Cl", "value": 11, "unit": "mmol/kg", "rel": 1e-6},
 {"path": "points.2.titrant_mol_kg", "value": 1.1e-3, "rel": 0.05}]}]}`
	cases, err := parseJSON("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Run(cases, nil).Rows {
		if !*r.Pass {
			t.Errorf("%+v", r)
		}
	}
	lost := strings.NewReplacer(`"NaOH"`, `"NaHO"`).Replace(text)
	if cases, err = parseJSON("f", []byte(lost)); err != nil {
		t.Fatal(err)
	}
	if r := Run(cases, nil).Rows[0]; *r.Pass || !strings.Contains(r.Reason, `points[2]: aqueous: there is no reagent "NaHO"`) {
		t.Errorf("%+v", r)
	}
	for part, with := range map[string][2]string{
		`unknown field "dose"`:            {"dose_mol_kg", "dose"},
		"points[2]: needs titrant and pH": {`"titrant": "NaOH", `, ""},
		"dissolved_mol_kg: missing":       {`"Na": 0.01, "Cl": 0.01`, ""},
		"takes no set":                    {`"kind"`, `"set": {"x": "1"}, "kind"`},
		"points: missing":                 {`{}, {"dose_mol_kg": {"HCl": 0.001}}, {"titrant": "NaOH", "pH": 11}`, ""},
	} {
		if _, err := parseJSON("f", []byte(strings.Replace(text, with[0], with[1], 1))); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v, want %q", err, part)
		}
	}
	tree, err := conf.Parse("f.toml", []byte(strings.Replace(goodTOML, `"solve"`, `"equilibrium"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseTOML(tree); err == nil || !strings.Contains(err.Error(), "is written in JSON") {
		t.Errorf("TOML: %v", err)
	}
}

// Calibration and spread are shown and never counted; a hold-out is.
func TestRoles(t *testing.T) {
	dir := put(t, map[string]string{"plant.toml": plant, "a.json": strings.NewReplacer(`"kind": "solve"`, `"kind": "solve", "role": "spread"`,
		`, "rel": 1e-9`, "", `, "abs": 1e-6`, "").Replace(good)})
	cases, err := Load(filepath.Join(dir, "a.json"))
	if err != nil {
		t.Fatal(err)
	}
	cases[0].Expect[0].Value = 4
	fit, kept := cases[0], cases[0]
	fit.ID, fit.Role, fit.Expect = "fit", Calibration, []Expect{{Path: "nowhere", Value: 1}}
	kept.ID, kept.Role, kept.Expect = "kept", HoldOut, []Expect{{Path: "streams.water.m3_s", Value: 4, Unit: "L/h", Rel: 0.1}}
	table := Run(append(cases, fit, kept), units.Kinds())
	for i, want := range []string{"spread", "spread", "calibration", "FAIL"} {
		if r := table.Rows[i]; r.verdict() != want || (r.Pass == nil) != (i < 3) || r.Share != 0 && i < 3 {
			t.Errorf("row %d: %s, want %s: %+v", i, r.verdict(), want, r)
		}
	}
	var text bytes.Buffer
	if err := table.Text(&text, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 values in 1 cases: 0 pass, 1 fail\n1 of them are hold-outs, statements that nothing was fitted to: 0 pass, 1 fail\n3 values in 2 cases are shown, not counted: 1 calibration, 2 spread",
		"not counted  role ", "a            spread       2 of 2  5.0e-01      5.0e-01      -5.0e-01           streams.water.m3_s", "fit          calibration  0 of 1  none"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if table.Failed() != 1 || table.Missed() != 1 || strings.Contains(text.String(), "\nspread  a") {
		t.Errorf("%d fail:\n%s", table.Failed(), text.String())
	}
	for role, part := range map[string]string{"spread": "cases[0].expect[0].rel: a value of role \"spread\" is not counted", "fit": `cases[0].role: "fit" is no role`} {
		if _, err := parseJSON("f", []byte(strings.Replace(good, `"kind"`, `"role": "`+role+`", "kind"`, 1))); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v, want %q", role, err, part)
		}
	}
}

// A value exactly at its tolerance passes, one beyond does not, and a NaN never does.
func TestTolerance(t *testing.T) {
	for _, c := range []struct {
		computed float64
		e        Expect
		pass     bool
	}{
		{1.5, Expect{Path: "x", Value: 1, Rel: 0.5}, true},
		{1.5001, Expect{Path: "x", Value: 1, Rel: 0.5}, false},
		{-1.5, Expect{Path: "x", Value: -1, Rel: 0.5}, true},
		{0.25, Expect{Path: "x", Value: 0, Rel: 9, Abs: 0.25}, true},
		{3, Expect{Path: "x", Value: 1, Rel: 0.5, Abs: 2}, true},
	} {
		r := compare(Case{}, c.e, outcome{result: map[string]any{"x": c.computed}})
		if *r.Pass != c.pass {
			t.Errorf("%g against %+v: %v", c.computed, c.e, r.Pass)
		}
	}
	if r := compare(Case{}, Expect{Path: "x", Rel: 1}, outcome{result: map[string]any{"x": math.NaN()}}); *r.Pass {
		t.Error("NaN passes")
	}
}

func ExampleRun() {
	cases, err := Load("../../configs/validation/leach.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	table := Run(cases, units.Kinds())
	fmt.Println(len(table.Rows), "values,", table.Failed(), "fail")
	// Output: 36 values, 0 fail
}
