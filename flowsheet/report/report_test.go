package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xuri/excelize/v2"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/report"
	"reetwin/units"
)

const uky = "../../configs/uky.toml"

// load builds the UKy plant with settings applied.
func load(t testing.TB, file string, sets ...string) *flowsheet.Plant {
	t.Helper()
	tree, err := conf.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		if err := flowsheet.Override(tree, s); err != nil {
			t.Fatal(err)
		}
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func solved(t testing.TB, file string, sets ...string) *flowsheet.Plant {
	t.Helper()
	p := load(t, file, sets...)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	return p
}

func solve(t testing.TB, file string, sets ...string) *report.Result {
	t.Helper()
	return report.New(solved(t, file, sets...))
}

// controlled writes a plant file that lays a control loop and a formula over UKy.
func controlled(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(uky)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "controlled.toml")
	extra := `
[[control]]
name = "scrub_pH"
measure = "rougher_scrub.pH.stage1"
set = 0.3
move = "acid_feed1.flow"
min = "0.01 L/h"
max = "10 L/h"

[kpi.formula.heat]
formula = "{roaster.heat} / {streams.oxide_product.kg_s}"
unit = "J/kg"
`
	if err := os.WriteFile(file, append(text, extra...), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func encode(t testing.TB, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJSON(t testing.TB, r *report.Result) []byte {
	return encode(t, func(b *bytes.Buffer) error { return r.JSON(b) })
}

func asTable(t testing.TB, r *report.Result) string {
	return string(encode(t, func(b *bytes.Buffer) error { return r.Table(b) }))
}

func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	for name, r := range map[string]*report.Result{"uky": solve(t, uky), "controlled": solve(t, controlled(t)),
		"changed": report.New(solved(t, uky, "dosage=10 %"), "dosage=10 %"), "failed": failed(t)} {
		if err := check(asJSON(t, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The schema refuses what is no result.
	good := string(asJSON(t, solve(t, uky)))
	for _, bad := range []struct{ name, old, new string }{
		{"unknown field", `"status"`, `"state": 1, "status"`},
		{"failed with streams", `"converged"`, `"failed"`},
		{"text for a number", `"T_K": 303`, `"T_K": "303 K"`},
		{"negative time", `"seconds": `, `"seconds": -1`},
		{"no charge balance", `"charge"`, `"Ch"`},
		{"unknown class", `"assumed": 3`, `"guessed": 3`},
	} {
		text := strings.Replace(good, bad.old, bad.new, 1)
		if text == good {
			t.Errorf("%s: %s does not occur in the result", bad.name, bad.old)
		} else if check([]byte(text)) == nil {
			t.Errorf("%s: the schema takes it", bad.name)
		}
	}
}

// TestDocumented holds docs/result.md to the schema: every field is named there.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/result.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if fields, ok := v["properties"].(map[string]any); ok {
				for name := range fields {
					if !regexp.MustCompile("[`.]" + regexp.QuoteMeta(name) + "[`.\\[]").Match(page) {
						t.Errorf("docs/result.md does not name %q", name)
					}
				}
			}
			for _, kid := range v {
				walk(kid)
			}
		case []any:
			for _, kid := range v {
				walk(kid)
			}
		}
	}
	walk(schema)
}

func TestStreamsByHand(t *testing.T) {
	r := solve(t, uky)
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-9*math.Abs(want)) {
			t.Errorf("%s is %.12g, want %.12g", what, got, want)
		}
	}
	acid := r.Streams["rougher_strip_acid"]
	near("HCl volume", acid.Volume, 3.375e-3/3600)
	near("Cl tenor", acid.Tenor["Cl"], 35453*35.45/35.453)
	near("acidity", acid.Tenor["H"], 1008)
	organic := r.Streams["rougher_make_up"]
	near("D2EHPA, 20 % v/v", organic.Moles["D2EHPA"]/organic.Volume, 0.2*975.8e3/322.431)
	near("tenor of D2EHPA", organic.Tenor["D2EHPA"], 0.2*975.8e3/322.431*322.425761998)
	if organic.PH != nil || organic.Border != "in" || organic.To != "rougher_mixer" {
		t.Errorf("rougher_make_up: pH %v, border %q, to %q", organic.PH, organic.Border, organic.To)
	}
	cake := r.Streams["filter_cake_solid"]
	if len(cake.Tenor) != 0 || cake.Border != "out" || cake.Phases["solid"] != cake.Mass {
		t.Errorf("filter_cake_solid: mg_L %v, border %q, phases %v of %g", cake.Tenor, cake.Border, cake.Phases, cake.Mass)
	}
	near("Fe of the cake", cake.Assay["Fe"], 1000*r.Elements["Fe"].Mass*cake.Atoms["Fe"]/cake.Mass)
	near("Fe of Fe2O3", cake.Atoms["Fe"], 2*cake.Moles["Fe2O3(s)"])
	if s := r.Streams["roaster.burner_gas"]; s.Border != "drawn" || s.From != "" || s.To != "roaster" || s.Volume != 0 {
		t.Errorf("burner gas: %+v", s)
	}
	stage := r.Units["rougher_load"].Profile[2]
	near("last stage and raffinate", stage.Aqueous["Nd"], r.Streams["rougher_load_aq_out"].Tenor["Nd"])
	if got := *r.KPIs["recovery.Nd"].Value; math.Abs(*r.Published["recovery.Nd"].Deviation-(got/0.31905547-1)) > 1e-12 {
		t.Errorf("deviation %g of %g", *r.Published["recovery.Nd"].Deviation, got)
	}
}

func TestProvenanceCountsEachConstantOnce(t *testing.T) {
	p := load(t, uky)
	distinct := map[string]bool{}
	for _, c := range p.System.Constants() {
		distinct[fmt.Sprintf("%#v", c)] = true
	}
	for _, u := range p.Units() {
		for _, c := range u.Spec.Constants {
			distinct[fmt.Sprintf("%#v", c)] = true
		}
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	r := report.New(p)
	total := 0
	for _, n := range r.Origin.Classes {
		total += n
	}
	if total != len(distinct) || total < 100 || len(r.Origin.Assumed) != r.Origin.Classes["assumed"] {
		t.Errorf("%d counted, %d distinct, %d assumed named of %d", total, len(distinct), len(r.Origin.Assumed), r.Origin.Classes["assumed"])
	}
}

func TestReadBack(t *testing.T) {
	r := solve(t, uky)
	text := asJSON(t, r)
	back, err := report.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(asJSON(t, back), text) {
		t.Error("a result read back writes other JSON")
	}
	if asTable(t, back) != asTable(t, r) {
		t.Error("a result read back writes another table")
	}
	for _, bad := range []string{"", "{}", "[]", `{"schema":"reetwin.result/2","status":"converged"}`, `{"schema":"reetwin.result/1","status":"maybe"}`,
		`{"schema":"reetwin.result/1","status":"converged"}`} {
		if _, err := report.Read(strings.NewReader(bad)); err == nil {
			t.Errorf("Read takes %q", bad)
		}
	}
}

func TestWideShowsEverything(t *testing.T) {
	r := solve(t, controlled(t))
	text := string(encode(t, func(b *bytes.Buffer) error { return r.Wide(b) }))
	var want []string
	for name := range r.Streams {
		want = append(want, name)
	}
	for e, v := range r.Elements {
		if v.Group != "framework" {
			want = append(want, " "+e+" ")
		}
	}
	for _, u := range r.Units {
		for name := range u.Signals {
			want = append(want, name)
		}
	}
	for _, w := range append(want, "scrub_pH", "acid_feed1.flow", "heat", "J/kg") {
		if !strings.Contains(text, w) {
			t.Errorf("wide lacks %q", w)
		}
	}
}

func TestControlReachesItsSet(t *testing.T) {
	r := solve(t, controlled(t))
	c, ok := r.Controls["scrub_pH"]
	if !ok || c.Measured == nil || math.Abs(*c.Measured-0.3) > 1e-9 || c.Handle <= c.Lo || c.Handle >= c.Hi {
		t.Errorf("control: %+v", c)
	}
	if got := r.Units["acid_feed1"].Handles["flow"].Value; *got != c.Handle {
		t.Errorf("handle of the unit %g, of the loop %g", *got, c.Handle)
	}
}

func failed(t testing.TB) *report.Result {
	t.Helper()
	p := load(t, controlled(t), "control.scrub_pH.set=13")
	err := p.Solve()
	if err == nil {
		t.Fatal("a pH of 13 from hydrochloric acid was solved")
	}
	return report.Failed(p, err)
}

func TestFailed(t *testing.T) {
	r := failed(t)
	if r.Status != report.Broken || !strings.Contains(r.Reason, "scrub_pH") || len(r.Warnings) == 0 {
		t.Errorf("failed: %+v", r)
	}
	if r.Streams != nil || r.Units != nil || r.KPIs != nil || r.Balances != nil {
		t.Error("a failed solve shows numbers as a result")
	}
	if text := asTable(t, r); !strings.Contains(text, r.Reason) {
		t.Errorf("the table does not say why:\n%s", text)
	}
	if _, err := report.Compare(solve(t, uky), r); err == nil {
		t.Error("a failed result was compared")
	}
	f := report.Failed(load(t, uky), fmt.Errorf("plant: %w", &flowsheet.Failure{Unit: "leach", Reason: "no acid", Tried: []string{"march"}}))
	if f.Reason != "leach: no acid" || !slices.Equal(f.Tried, []string{"march"}) {
		t.Errorf("reason %q, tried %q", f.Reason, f.Tried)
	}
}

func TestCSVIsLossless(t *testing.T) {
	r := solve(t, uky)
	rows, err := csv.NewReader(bytes.NewReader(encode(t, func(b *bytes.Buffer) error { return r.CSV(b) }))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	flows := 0
	for _, row := range rows {
		if row[0] == "stream" && row[2] == "flow" {
			v, err := strconv.ParseFloat(row[4], 64)
			if err != nil || v != r.Streams[row[1]].Moles[row[3]] || row[5] != "mol/s" {
				t.Errorf("%v, result has %g", row, r.Streams[row[1]].Moles[row[3]])
			}
			flows++
		}
	}
	want := 0
	for _, s := range r.Streams {
		want += len(s.Moles)
	}
	if flows != want || want == 0 {
		t.Errorf("%d flows in the file, %d in the result", flows, want)
	}
}

func TestXLSX(t *testing.T) {
	r := solve(t, uky)
	f, err := excelize.OpenReader(bytes.NewReader(encode(t, func(b *bytes.Buffer) error { return r.XLSX(b) })))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Streams", "Profiles", "Balance", "KPIs", "Products", "Ledger", "Warnings"}) {
		t.Errorf("sheets %v", got)
	}
	rows, err := f.GetRows("Streams")
	if err != nil {
		t.Fatal(err)
	}
	nd := slices.Index(rows[0], "Nd")
	if len(rows) != len(r.Streams)+2 || nd < 0 || rows[1][nd] != "mg/L" {
		t.Fatalf("%d rows, Nd in column %d", len(rows), nd)
	}
	for _, row := range rows[2:] {
		if row[0] != "leach_filtrate" {
			continue
		}
		if v, err := strconv.ParseFloat(row[nd], 64); err != nil || math.Abs(v/r.Streams[row[0]].Tenor["Nd"]-1) > 1e-12 {
			t.Errorf("Nd of the filtrate: %q, %v", row[nd], err)
		}
	}
	panes, err := f.GetPanes("Streams")
	if err != nil || !panes.Freeze || panes.YSplit != 2 {
		t.Errorf("panes %+v, %v", panes, err)
	}
}

// full is a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestWritersReportErrors(t *testing.T) {
	r := solve(t, uky)
	l, err := r.Loss("Nd")
	if err != nil {
		t.Fatal(err)
	}
	c, err := report.Compare(r, solve(t, uky, "dosage=10 %"))
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"json": r.JSON(full{}), "table": r.Table(full{}), "wide": r.Wide(full{}), "csv": r.CSV(full{}),
		"xlsx": r.XLSX(full{}), "loss": l.Table(full{}), "loss csv": l.CSV(full{}), "compare": c.Table(full{}), "compare csv": c.CSV(full{})} {
		if err == nil {
			t.Errorf("%s: a full disk is no error", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"schema":"reetwin.result/1","status":"failed","reason":"x","warnings":[]}`))
	f.Add([]byte(`{"schema":"reetwin.result/1","status":"converged","streams":{"a":{"mg_L":{"Nd":1}}},"units":{"u":{"profile":[{}]}},
		"kpis":{"recovery.Nd":{"value":null}},"balances":{"drawn":["b"]},"convergence":{},"provenance":{},"warnings":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := report.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, write := range []func(*bytes.Buffer) error{
			func(b *bytes.Buffer) error { return r.JSON(b) },
			func(b *bytes.Buffer) error { return r.Table(b) },
			func(b *bytes.Buffer) error { return r.Wide(b) },
			func(b *bytes.Buffer) error { return r.CSV(b) },
		} {
			if err := write(new(bytes.Buffer)); err != nil {
				t.Error(err)
			}
		}
	})
}

func ExampleResult_Loss() {
	tree, err := conf.Load(uky)
	if err != nil {
		fmt.Println(err)
		return
	}
	plant, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := plant.Solve(); err != nil {
		fmt.Println(err)
		return
	}
	loss, err := report.New(plant).Loss("Nd")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, out := range loss.Outlets[:3] {
		fmt.Printf("%s %.1f %%\n", out.Stream, 100*out.Share)
	}
	// Output:
	// filter_cake_liquid 33.1 %
	// oxide_product 31.9 %
	// filter_cake_solid 23.4 %
}

// Peroxide that is left over is one warning, at the tank that leaves it, however many units it goes through.
func TestWarnedOnce(t *testing.T) {
	var found []report.Warning
	for _, w := range solve(t, "../../configs/amd.toml").Warnings {
		if strings.Contains(w.Where, "H2O2") {
			found = append(found, w)
		}
	}
	if len(found) != 1 || found[0].Tag != "oxidation" || !strings.Contains(found[0].Text, "it goes through iron, preconcentration, polish, trim") {
		t.Errorf("warnings %v", found)
	}
}
