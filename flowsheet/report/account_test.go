package report_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet/report"
)

// Products, ledger, activities and discharges reach every format, and the numbers are those of the JSON.
func TestAccountInEveryFormat(t *testing.T) {
	for file, want := range map[string][]string{
		"../../configs/uky.toml":      {"mixed_REO  mixed REO 92", "not met  Al2O3, 2.371 × what is allowed", "40953 to 71687", "no data, in no sum: electricity (10)"},
		"../../configs/amd.toml":      {"discharge  Al            1.851", "met  25 Pa. Code 87.102, 30 days"},
		"../../configs/coal-ash.toml": {"up to 0.2185", "< sludge"},
		"../../configs/nd-cell.toml":  {"Nd  Nd metal SMM", "not known"},
	} {
		r := solve(t, file)
		text := asTable(t, r)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the table lacks %q", file, w)
			}
		}
		csv := string(encode(t, func(b *bytes.Buffer) error { return r.CSV(b) }))
		for _, w := range []string{"product,", "ledger,", "no data: "} {
			if !strings.Contains(csv, w) {
				t.Errorf("%s: the CSV lacks %q", file, w)
			}
		}
		back, err := report.Read(bytes.NewReader(encode(t, func(b *bytes.Buffer) error { return r.JSON(b) })))
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range r.Products {
			if q := back.Products[name]; q.Content != p.Content || len(q.Demands) != len(p.Demands) || (q.Met == nil) != (p.Met == nil) {
				t.Errorf("%s: %s comes back as %+v", file, name, q)
			}
		}
	}
}

// The ledger of the cell is what its own signals and off-gas say.
func TestLedgerOfTheCell(t *testing.T) {
	r := solve(t, "../../configs/nd-cell.toml")
	metal := r.Streams["metal"].Mass
	power := *r.Units["cell"].Signals["power"].Value
	gwp := map[string]float64{"CO2(g)": 1, "CF4(g)": 7380, "C2F6(g)": 12400, "CO(g)": 1.571}
	mass := map[string]float64{"CO2(g)": 0.044009, "CF4(g)": 0.0880036, "C2F6(g)": 0.1380118, "CO(g)": 0.02801}
	direct := 0.0
	for gas, n := range gwp {
		direct += n * mass[gas] * r.Streams["off_gas"].Moles[gas]
	}
	s := r.Ledger.Products["Nd"]
	for what, pair := range map[string][2]float64{
		"content":     {s.Content, metal},
		"electricity": {s.By["electricity"].Value, power * 0.386 / 3.6e6 / metal},
		"direct":      {s.By["direct"].Value, direct / metal},
		"graphite":    {s.By["reagent"].High, 6 * r.Streams["cell.anode"].Mass / metal},
	} {
		if math.Abs(pair[0]/pair[1]-1) > 1e-4 {
			t.Errorf("%s is %g, want %g", what, pair[0], pair[1])
		}
	}
}
