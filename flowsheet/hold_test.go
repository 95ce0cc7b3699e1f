package flowsheet_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

// limed is an acid water that lime brings to a pH, with the underflow's liquor returned: the tank lies in a recycle.
const limed = `
[chemistry]
elements = ["S", "Ca", "Al", "Nd"]
families = ["aqueous", "water", "gangue", "hydroxide", "precipitate"]

[units.water]
kind = "feed"
out = "acid_water"
phase = "aqueous"
flow = "10 m3/h"
temperature = "25 degC"
tenor = { "H+" = "4 mmol/L", "SO4-2" = "5 mmol/L", "Al" = "2 mmol/L", "Nd" = "0.01 mmol/L" }

[units.liming]
kind = "neutraliser"
in = ["acid_water", "liquor"]
out = "slurry"
reagent = "Ca(OH)2"
%s

[units.thickener]
kind = "thickener"
in = "slurry"
out = { underflow = "underflow", overflow = "overflow" }
underflow_solids = "3 %%"

[units.press]
kind = "filter"
in = { slurry = "underflow" }
out = { cake = "cake", filtrate = "liquor" }
moisture = "70 %%"
`

const pHLoop = `
[[control]]
name = "pH"
measure = "liming.pH_out"
set = %s
move = "liming.dose"
min = "0 mol/m3"
max = "%s mol/m3"
%s
`

// A loop around one tank finds the dose that holds the pH, from any start, and the plant is the one whose tank is told the pH.
func TestLoopAroundOneUnit(t *testing.T) {
	told := load(t, fmt.Sprintf(limed, "pH = 6.5"))
	if err := told.Solve(); err != nil {
		t.Fatal(err)
	}
	for _, dose := range []string{"0", "0.05", "4", "5.2", "90"} {
		p := load(t, fmt.Sprintf(limed, `dose = "`+dose+` mol/m3"`)+fmt.Sprintf(pHLoop, "6.5", "100", ""))
		if err := p.Solve(); err != nil {
			t.Fatalf("from %s mol/m3: %v", dose, err)
		}
		for _, path := range []string{"liming.reagent.kg_s", "overflow.mg_L.Nd", "overflow.mg_L.Al", "cake.kg_s"} {
			want, _, err := told.Value(path)
			if err != nil {
				t.Fatal(err)
			}
			if got, _, err := p.Value(path); err != nil || math.Abs(got/want-1) > 1e-8 {
				t.Errorf("from %s mol/m3: %s is %.12g, told the pH %.12g (%v)", dose, path, got, want, err)
			}
		}
		if c := p.Controls()[0]; c.Tag != "liming" || !c.InTime || math.Abs(c.Measured-6.5) > 1e-9 {
			t.Errorf("the loop is %+v", c)
		}
	}
}

// The tangents carry what the loop does, as well as a difference of the signal tells it.
func TestLoopAroundOneUnitTangent(t *testing.T) {
	p := load(t, fmt.Sprintf(limed, `dose = "4 mol/m3"`)+fmt.Sprintf(pHLoop, "6.5", "100", ""))
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if err := p.TangentPass(); err != nil {
		t.Fatal(err)
	}
	own := p.TearTangents()
	told := load(t, fmt.Sprintf(limed, "pH = 6.5"))
	if err := told.Solve(); err != nil {
		t.Fatal(err)
	}
	if err := told.TangentPass(); err != nil {
		t.Fatal(err)
	}
	size := 0.0
	for _, v := range told.TearTangents() {
		size = math.Max(size, math.Abs(v))
	}
	if size == 0 {
		t.Fatal("no direction")
	}
	for i, want := range told.TearTangents() {
		if math.Abs(own[i]-want) > 1e-5*(math.Abs(want)+1e-6*size) {
			t.Errorf("component %d: %.10g, told the pH %.10g", i, own[i], want)
		}
	}
}

// A set-point out of reach of the handle is named with the range of what is measured; a loop that may miss it stands at its limit.
func TestLoopAroundOneUnitOutOfReach(t *testing.T) {
	for _, c := range []struct{ set, most, at string }{{"6.5", "3", "liming.dose = 0.003 mol/L"}, {"1.5", "100", "liming.dose = 0 mol/L"}} {
		p := load(t, fmt.Sprintf(limed, `dose = "2 mol/m3"`)+fmt.Sprintf(pHLoop, c.set, c.most, ""))
		err := p.Solve()
		if err == nil {
			t.Fatalf("pH %s with at most %s mol/m3", c.set, c.most)
		}
		for _, want := range []string{`control "pH": liming.pH_out = ` + c.set + " is not reachable", c.at, "at every setting tried, over the whole range"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
		p = load(t, fmt.Sprintf(limed, `dose = "2 mol/m3"`)+fmt.Sprintf(pHLoop, c.set, c.most, `unmet = "warns"`))
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
		if l := p.Controls()[0]; l.Missed == "" || l.Handle != l.Lo && l.Handle != l.Hi {
			t.Errorf("the loop is %+v", l)
		}
	}
}

// The set-point is a handle: a new one is met from where the plant stands, and the memory holds it.
func TestSetPointIsAHandle(t *testing.T) {
	p := load(t, fmt.Sprintf(limed, `dose = "4 mol/m3"`)+fmt.Sprintf(pHLoop, "6.5", "100", ""))
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	memory := p.Memory()
	if err := p.SetHandle("control.pH.set", 5); err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if v, _, _ := p.Value("liming.pH_out"); math.Abs(v-5) > 1e-9 {
		t.Errorf("pH %g, want 5", v)
	}
	if err := p.Restore(memory); err != nil {
		t.Fatal(err)
	}
	if v, err := p.Handle("control.pH.set"); err != nil || v != 6.5 {
		t.Errorf("set-point %g (%v), want 6.5", v, err)
	}
	if err := p.SetHandle("control.pH.set", math.NaN()); err == nil {
		t.Error("a set-point that is no number is taken")
	}
}

// In time a loop around a unit without states stays closed, until a move takes its handle.
func TestLoopAroundOneUnitInTime(t *testing.T) {
	run := func(m flowsheet.Move) (pH float64) {
		p := load(t, fmt.Sprintf(limed, `dose = "4 mol/m3"`)+fmt.Sprintf(pHLoop, "6.5", "100", ""))
		_, err := p.Run(flowsheet.Schedule{For: 3600, Every: 3600, Moves: []flowsheet.Move{m}}, func(float64) error {
			var err error
			pH, _, err = p.Value("liming.pH_out")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return pH
	}
	if pH := run(flowsheet.Move{At: 60, Path: "water.tenor.H+", Value: 6}); math.Abs(pH-6.5) > 1e-9 {
		t.Errorf("after more acid the pH is %g, want 6.5", pH)
	}
	if pH := run(flowsheet.Move{At: 60, Path: "control.pH.set", Value: 5}); math.Abs(pH-5) > 1e-9 {
		t.Errorf("after a move of the set-point the pH is %g, want 5", pH)
	}
	if pH := run(flowsheet.Move{At: 60, Path: "liming.dose", Value: 2}); math.Abs(pH-6.5) < 0.5 {
		t.Errorf("after a move of the dose the pH is %g", pH)
	}
}

// A cell fed a third of its design has no place within its limits: it is refused after a search that is counted, by the loop, its range, what was seen, and
// the limit that the start formula runs into. With that limit moved it solves.
func TestUnderfedCellIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	p := loaded(t, "../configs/cell-line.toml", "oxide_feed.flow=1 kg/h")
	err := p.SolveCold()
	if err == nil {
		t.Fatal("a bath that nothing heats is solved")
	}
	for _, want := range []string{`control "bath temperature"`, "range 1 W/K to 60 W/K", "stays above the set-point: 1389", "cell.heat_loss = 0.66", "below its min of 1 W/K"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said: %v", want, err)
		}
	}
	if c := p.Convergence(); c.Passes > 200 {
		t.Errorf("%d passes: %s", c.Passes, c.Path)
	}
	text, err := os.ReadFile("../configs/cell-line.toml")
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.NewReplacer(`"1 W/K"`, `"0.6 W/K"`, `"2.5 kg/h"`, `"1 kg/h"`).Replace(string(text))
	if err := load(t, moved).SolveCold(); err != nil {
		t.Errorf("with the limit moved as the refusal says: %v", err)
	}
}
