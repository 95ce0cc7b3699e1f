package flowsheet_test

import (
	"testing"

	"gonum.org/v1/gonum/floats/scalar"
)

// Two recycles in a row, the second with a control loop that reaches to its own feed only: two blocks, each solved by itself.
const twoBlocks = recycle + `
[units.acid]
kind = "feed"
out = "acid"
phase = "aqueous"
flow = "1 m3/h"
temperature = "25 degC"
tenor = { HCl = "0.01 mol/L" }

[units.second]
kind = "mixer"
in = ["product", "acid", "second_back"]
out = "second_loop"

[units.second_bleed]
kind = "splitter"
in = "second_loop"
out = { back = "second_back", out = "second_product" }
split = { back = 0.5 }

[[control]]
name = "second acid"
measure = "second_loop.mg_L.Cl"
set = "10 g/L"
move = "acid.tenor.HCl"
min = "0.001 mol/L"
max = "10 mol/L"
`

func TestBlocksAreSolvedOneByOne(t *testing.T) {
	p := load(t, twoBlocks)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if c := p.Convergence(); c.Blocks != 2 {
		t.Errorf("%d blocks, want 2", c.Blocks)
	}
	if got := value(t, p, "second_product.mg_L.Cl"); !scalar.EqualWithinRel(got, 1e4, 1e-9) {
		t.Errorf("%g mg/L, want 10000", got)
	}
	alone := load(t, recycle)
	if err := alone.Solve(); err != nil {
		t.Fatal(err)
	}
	a, _ := alone.Stream("loop")
	b, _ := p.Stream("loop")
	for i := range a.N {
		if a.N[i] != b.N[i] {
			t.Errorf("component %d of the first recycle: %g, alone %g", i, b.N[i], a.N[i])
		}
	}
}

// A handle with a start formula starts there, cold from what comes from other blocks, and moves with it on a warm start.
func TestHandleStartsByFormula(t *testing.T) {
	const dilute = "\n[[control]]\nname = \"third\"\nmeasure = \"third.mg_L.Cl\"\nset = \"20 g/L\"\nmove = \"late.tenor.HCl\"\nmin = \"1e-6 mol/L\"\nmax = \"20 mol/L\"\n"
	const third = "\n[units.late]\nkind = \"feed\"\nout = \"late\"\nphase = \"aqueous\"\nflow = \"1 m3/h\"\ntemperature = \"25 degC\"\ntenor = { HCl = \"1 umol/L\" }\n" +
		"\n[units.third]\nkind = \"mixer\"\nin = [\"second_product\", \"late\"]\nout = \"third\"\n"
	// the exact handle: 20 g/L of chloride over all water, less what comes
	const exact = "start = \"({second_product.m3_s} + {late.flow}) / {late.flow} * 20000 / 35.45 - {second_product.mol_s.Cl-} / {late.flow}\"\n"
	plain, started := load(t, twoBlocks+third+dilute), load(t, twoBlocks+third+dilute+exact)
	for _, p := range []interface{ Solve() error }{plain, started} {
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := plain.Convergence().Newton, started.Convergence().Newton; b >= a {
		t.Errorf("%d Newton steps with a start at the answer, %d without", b, a)
	}
	for _, p := range []interface {
		SetHandle(string, float64) error
		Solve() error
	}{plain, started} {
		if err := p.SetHandle("feed.flow", 1.3/3600); err != nil {
			t.Fatal(err)
		}
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := value(t, plain, "late.tenor.HCl"), value(t, started, "late.tenor.HCl"); !scalar.EqualWithinRel(a, b, 1e-7) {
		t.Errorf("handle %g with a start, %g without", b, a)
	}
}

// What the formula gave at the last solution is remembered with it: a plant put back to a solution stands there, wherever it was between.
func TestHandleStartsByFormulaOfItsMemory(t *testing.T) {
	const late = "\n[units.late]\nkind = \"feed\"\nout = \"late\"\nphase = \"aqueous\"\nflow = \"1 m3/h\"\ntemperature = \"25 degC\"\ntenor = { HCl = \"1 mol/L\" }\n" +
		"\n[units.third]\nkind = \"mixer\"\nin = [\"second_product\", \"late\"]\nout = \"third\"\n" +
		"\n[[control]]\nname = \"third\"\nmeasure = \"third.mg_L.Cl\"\nset = \"20 g/L\"\nmove = \"late.tenor.HCl\"\nmin = \"1e-6 mol/L\"\nmax = \"20 mol/L\"\n" +
		"start = \"{second_product.m3_s} / {late.flow} * 1000\"\n"
	p := load(t, twoBlocks+late)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	base, was := p.Memory(), value(t, p, "late.tenor.HCl")
	if err := p.SetHandle("feed.flow", 1.3/3600); err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if err := p.Restore(base); err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if c := p.Convergence(); c.Newton > 0 || value(t, p, "late.tenor.HCl") != was {
		t.Errorf("back at the solution: %s, handle %g, was %g", c.Path, value(t, p, "late.tenor.HCl"), was)
	}
}
