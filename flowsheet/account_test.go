package flowsheet_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/cost"
	"reetwin/units"
)

// ofParts solves a plant of parts, written as in [include], and accounts for it.
func ofParts(t *testing.T, text string) (*flowsheet.Plant, *cost.Account) {
	t.Helper()
	at, err := filepath.Abs("../configs")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "whole.toml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "CONFIGS", at)), 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	a, err := p.Account()
	if err != nil {
		t.Fatal(err)
	}
	return p, a
}

// Products of parts are those of the plant under the part's name; the ledger is the whole plant's, and each cell's power is carried by its own metal.
func TestAccountOfParts(t *testing.T) {
	_, a := ofParts(t, "[include.first]\nfile = \"CONFIGS/nd-cell.toml\"\n[include.second]\nfile = \"CONFIGS/nd-cell.toml\"\n[ledger]\nallocation = \"moles\"\n")
	l := a.Ledger
	if l.Allocation != "moles" || len(l.Products) != 2 || math.Abs(l.Products["first-Nd"].Share-0.5) > 1e-9 {
		t.Fatalf("%s, %+v", l.Allocation, l.Products)
	}
	for _, e := range l.Entries {
		if e.Kind == "electricity" && (len(e.At) != 2 || math.Abs(e.Per["first-Nd"]*l.Products["first-Nd"].Content*2/e.Amount-1) > 1e-9) {
			t.Errorf("power of the cells is carried as %v", e.Per)
		}
	}
}

// The discharge of a part means the part's streams and readings.
func TestDischargeOfAPart(t *testing.T) {
	_, a := ofParts(t, "[include.mine]\nfile = \"CONFIGS/amd.toml\"\n")
	if got := a.Activity; len(got.Streams) != 0 || len(got.NoData) != 3 { // nothing of the series is in the analysis: no data, not zero
		t.Errorf("activity %+v", got)
	}
	d := a.Discharges["mine-discharge"]
	if d.Stream != "mine-discharge" || len(d.Lines) != 10 {
		t.Fatalf("%+v", d)
	}
	for _, line := range d.Lines {
		if line.Value == nil {
			t.Errorf("%s is not known", line.What)
		}
	}
}

// A plant that asks for nothing costs no data: its account follows from its recovery.
func TestAccountWithoutAPlan(t *testing.T) {
	p := load(t, recycle)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	a, err := p.Account()
	if err != nil || a.Ledger != nil || len(a.Products) != 0 || a.Activity != nil || len(a.Discharges) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// A norm of a part keeps its nuclide, and what two parts bring adds up in what leaves.
func TestNormOfParts(t *testing.T) {
	p, a := ofParts(t, "[include.a]\nfile = \"CONFIGS/coal-ash.toml\"\n[include.b]\nfile = \"CONFIGS/coal-ash.toml\"\nset = { ash_feed.flow = \"500 kg/h\" }\ndrop = [\"control\"]\n")
	mass, _, err := p.Value("a-sludge.kg_s")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := a.Activity.Streams["a-sludge"].Nuclides["Ra-226"], 169*1500/(3600*mass); math.Abs(got.Value/want-1) > 1e-9 || !got.AtMost {
		t.Errorf("radium of the sludge %+v, want %g", got, want)
	}
}
