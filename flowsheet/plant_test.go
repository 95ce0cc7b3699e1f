package flowsheet_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats/scalar"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// load builds a plant from text.
func load(t testing.TB, text string) *flowsheet.Plant {
	t.Helper()
	p, err := tryLoad(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryLoad(text string, sets ...string) (*flowsheet.Plant, error) {
	tree, err := conf.Parse("plant.toml", []byte(text))
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		if err := flowsheet.Override(tree, s); err != nil {
			return nil, err
		}
	}
	return flowsheet.Load(tree, units.Kinds())
}

// recycle is a feed, a mixer and a splitter that sends a share back: the loop carries feed/(1 − share).
const recycle = `
[chemistry]
elements = ["Cl", "Nd"]
families = ["aqueous"]

[units.feed]
kind = "feed"
out = "fresh"
phase = "aqueous"
flow = "1 m3/h"
temperature = "303 K"
tenor = { "HCl" = "0.1 mol/L", "Nd+3" = "1 mmol/L" }

[units.mixer]
kind = "mixer"
in = ["fresh", "back"]
out = "loop"

[units.splitter]
kind = "splitter"
in = "loop"
out = { back = "back", out = "product" }
split = { back = 0.9 }
`

func TestRecycleClosesExactly(t *testing.T) {
	p := load(t, recycle)
	for _, pass := range []string{"cold", "warm"} {
		if err := p.Solve(); err != nil {
			t.Fatal(pass, err)
		}
		fresh, _ := p.Stream("fresh")
		loop, _ := p.Stream("loop")
		for i, n := range fresh.N {
			if !scalar.EqualWithinRel(loop.N[i], 10*n, 1e-9) && n != 0 {
				t.Errorf("%s: %s in the loop %g, want %g", pass, p.System.Components[i].Name, loop.N[i], 10*n)
			}
		}
		if loop.T != 303 && math.Abs(loop.T-303) > 1e-6 {
			t.Errorf("loop at %g K", loop.T)
		}
		for _, c := range p.Balances().Plant {
			if c.Rel > 1e-10 {
				t.Errorf("%s: %v", pass, c)
			}
		}
	}
}

func TestMemoryForksAPlant(t *testing.T) {
	p := load(t, recycle)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	q := load(t, recycle)
	if err := q.Restore(p.Memory()); err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if err := q.Solve(); err != nil {
		t.Fatal(err)
	}
	a, _ := p.Stream("loop")
	b, _ := q.Stream("loop")
	for i := range a.N {
		if a.N[i] != b.N[i] {
			t.Fatalf("component %d: %g and %g from the same memory", i, a.N[i], b.N[i])
		}
	}
	if err := q.Restore(p.Memory()[1:]); err == nil {
		t.Error("a memory of another length was accepted")
	}
}

func TestControlIsASpecification(t *testing.T) {
	p := load(t, recycle+`
[[control]]
name = "acid"
measure = "streams.product.mg_L.Cl"
set = "5 g/L"
move = "feed.tenor.HCl"
min = "0.01 mol/L"
max = "1 mol/L"

[[control]]
name = "load"
measure = "streams.loop.m3_s"
set = "20 m3/h"
move = "feed.flow"
min = "0.1 m3/h"
max = "10 m3/h"
`)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	cl, _, _ := p.Value("product.mg_L.Cl")
	if !scalar.EqualWithinRel(cl, 5000, 1e-9) {
		t.Errorf("Cl %g mg/L, want 5000", cl)
	}
	flow, _ := p.Handle("feed.flow")
	if !scalar.EqualWithinRel(flow, 2.0/3600, 1e-9) {
		t.Errorf("flow %g, want 2 m3/h", flow*3600)
	}
}

// A set-point of zero has no size of its own: the error is taken relative to what was measured before.
func TestControlToZero(t *testing.T) {
	p := load(t, recycle+`
[kpi.formula.beyond]
formula = "{product.mg_L.Cl} - 5000"
unit = "mg/L"

[[control]]
name = "acid"
measure = "kpis.beyond"
set = "0 mg/L"
move = "feed.tenor.HCl"
min = "0.01 mol/L"
max = "1 mol/L"
`)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	cl, _, _ := p.Value("product.mg_L.Cl")
	if !scalar.EqualWithinRel(cl, 5000, 1e-8) {
		t.Errorf("Cl %g mg/L, want 5000", cl)
	}
}

func TestUnreachableControlIsNamed(t *testing.T) {
	p := load(t, recycle+`
[[control]]
name = "acid"
measure = "streams.product.mg_L.Cl"
set = "50 g/L"
move = "feed.tenor.HCl"
min = "0.01 mol/L"
max = "1 mol/L"
`)
	err := p.Solve()
	if err == nil {
		t.Fatal("50 g/L Cl from at most 1 mol/L")
	}
	for _, want := range []string{`control "acid"`, "not reachable", "feed.tenor.HCl = 1 mol/L"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

func TestFormulaKPI(t *testing.T) {
	p := load(t, recycle+`
[kpi.formula.gain]
formula = "({loop.kg_s} - {fresh.kg_s}) / -{fresh.kg_s} * -1 + log10(1e2) - 2"
`)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	v, unit, err := p.Value("kpis.gain")
	if err != nil || unit != "1" || !scalar.EqualWithinRel(v, 9, 1e-9) {
		t.Errorf("gain %g %s %v, want 9", v, unit, err)
	}
}

func TestRestsOnIsUpstream(t *testing.T) {
	p := load(t, recycle+`
[kpi.formula.fresh]
formula = "{fresh.kg_s}"
`)
	for path, want := range map[string]string{
		"streams.fresh.m3_s": "feed", "kpis.fresh": "feed", "feed.flow": "feed",
		"streams.product.mg_L.Nd": "feed mixer splitter", "streams.loop.pH": "feed mixer splitter",
	} {
		got, err := p.RestsOn(path)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s rests on %v, %v; want %s", path, got, err, want)
		}
	}
	if _, err := p.RestsOn("streams.lop.pH"); err == nil || !strings.Contains(err.Error(), `did you mean "loop"?`) {
		t.Errorf("unknown stream: %v", err)
	}
}

// A unit outside every recycle takes no part in a tangent pass; its signals can be read all the same, before a solve too.
func TestSignalOutsideEveryLoop(t *testing.T) {
	p := load(t, recycle+`
[units.tank]
kind = "tank"
in = "product"
out = "stored"
volume = "1 m3"

[kpi.formula.filled]
formula = "{tank.filled}"
unit = "m3"
`)
	p.KPIs()
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if v := p.KPIs()[0].Value; !(v > 1) {
		t.Errorf("a running tank stands above its crest: %g m3", v)
	}
}

// A number beyond all measure is no result: neither +Inf nor NaN closes a balance.
func TestInfiniteFlowIsNoResult(t *testing.T) {
	p, err := tryLoad(recycle, "feed.flow=1e306 m3/s", "splitter.split.back=0")
	if err != nil {
		t.Fatal(err)
	}
	var failure *flowsheet.Failure
	if err := p.Solve(); !errors.As(err, &failure) {
		t.Fatalf("solved an infinite flow: %v", err)
	}
	single, _, _ := strings.Cut(recycle, "[units.mixer]")
	if p, err = tryLoad(single, "feed.flow=1e306 m3/s"); err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); !errors.As(err, &failure) || !strings.Contains(err.Error(), "does not balance") {
		t.Errorf("solved an infinite flow: %v", err)
	}
}

// What is not fed has no recovery.
func TestRecoveryOfNothingIsNoNumber(t *testing.T) {
	p := load(t, strings.Replace(recycle, `families = ["aqueous"]`, `families = ["aqueous", "oxide"]`, 1)+"\n[kpi.recovery]\nfrom = \"fresh\"\nto = \"product\"\n")
	for flow, want := range map[float64]float64{1: 1, 0: math.NaN()} {
		if err := p.SetHandle("feed.flow", flow); err != nil {
			t.Fatal(err)
		}
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
		if got, _, err := p.Value("recovery.Nd"); err != nil || !scalar.Same(got, want) && math.Abs(got-want) > 1e-9 {
			t.Errorf("recovery at %g m3/s is %g, want %g (%v)", flow, got, want, err)
		}
	}
}

func TestWarmSolveAllocatesNothing(t *testing.T) {
	p := uky(t)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	flow := 22.68 / 3600
	if n := testing.AllocsPerRun(10, func() {
		flow *= 1.01
		if err := p.SetHandle("leach_solid_feed.flow", flow); err != nil {
			t.Fatal(err)
		}
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%g allocations", n)
	}
}

// A loop that takes in what it does not let out is named, and no step in time is taken for solved either.
func TestRecycleWithoutBleedIsNamed(t *testing.T) {
	tree, err := conf.Load("../configs/uky.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := flowsheet.Override(tree, "rougher_sep.split.recycle=1"); err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	want := "stream rougher_scrub_org_out carries "
	if err := p.Solve(); err == nil || !strings.Contains(err.Error(), want) || p.Convergence().March > 0 {
		t.Errorf("after %d steps in time: %v; want %q", p.Convergence().March, err, want)
	}
	p = load(t, strings.Replace(recycle, "back = 0.9", "back = 1", 1))
	if err := p.Solve(); err == nil || !strings.Contains(err.Error(), "no way out") {
		t.Errorf("a loop without an outlet: %v", err)
	}
}
