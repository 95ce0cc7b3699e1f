package flowsheet_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// washed is a surge tank in a recycle: 1 m3/h fresh, nine parts of ten of what leaves the tank come back to it. Its content
// has the composition of the product, so that a change of feed is washed out with the time constant V/fresh,
// V = volume + weir_time · 10 m3/h.
const washed = `
[chemistry]
elements = ["Cl", "Nd"]
families = ["aqueous"]

[units.feed]
kind = "feed"
out = "fresh"
phase = "aqueous"
flow = "1 m3/h"
temperature = "303 K"
tenor = { "Cl-" = "0.1 mol/L", "Nd+3" = "1 mmol/L" }

[units.tank]
kind = "tank"
in = ["fresh", "back"]
out = "loop"
volume = "2 m3"
weir_time = "36 s"

[units.splitter]
kind = "splitter"
in = "loop"
out = { back = "back", out = "product" }
split = { back = 0.9 }

[handle.Nd]
moves = ["feed.tenor.Nd+3"]
`

const washedTime = 3600 * (2 + 36*10/3600.0) // s

// follow runs a plant and calls at for every output with the product's Nd, mol/m3.
func follow(t *testing.T, p *flowsheet.Plant, s flowsheet.Schedule, at func(t, nd float64)) flowsheet.RunSummary {
	t.Helper()
	sum, err := p.Run(s, func(now float64) error {
		n, _, err := p.Value("streams.product.mol_s.Nd+3")
		if err != nil {
			return err
		}
		v, _, err := p.Value("streams.product.m3_s")
		at(now, n/v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// Against the analytic washout, through a recycle, with a move between outputs.
func TestRunWashout(t *testing.T) {
	p := load(t, washed)
	const moved = 5000.0
	s := flowsheet.Schedule{For: 8 * 3600, Every: 3600, Tol: 1e-9, Moves: []flowsheet.Move{{At: moved, Path: "Nd", Value: 3}}}
	outputs := 0
	sum := follow(t, p, s, func(now, nd float64) {
		outputs++
		want := 1.0
		if now > moved {
			want = 3 - 2*math.Exp(-(now-moved)/washedTime)
		}
		if math.Abs(nd-want) > 1e-8*want {
			t.Errorf("at %g s Nd is %.12g mol/m3, want %.12g", now, nd, want)
		}
	})
	if outputs != 9 {
		t.Errorf("%d outputs, want 9", outputs)
	}
	if len(sum.Closures) != len(p.System.Elements)+1 || sum.NoBalance != "" {
		t.Errorf("balance %+v", sum)
	}
	for _, c := range sum.Closures {
		if c.Rel > 1e-12 {
			t.Errorf("%s does not close: %+v", c.Element, c)
		}
		if held := 2 * (1 - math.Exp(-(8*3600-moved)/washedTime)) * washedTime / 3600; c.Element == "Nd" && math.Abs(c.Held-held) > 1e-7*held {
			t.Errorf("Nd held more %.12g mol, want %.12g", c.Held, held)
		}
	}
}

// The error asked for is the error got, within what steps add up to; implicit Euler is of order one.
func TestRunAccuracy(t *testing.T) {
	worst := func(s flowsheet.Schedule) (off float64) {
		s.For, s.Every, s.Moves = 8*3600, 3600, []flowsheet.Move{{Path: "feed.tenor.Nd+3", Value: 3}}
		follow(t, load(t, washed), s, func(now, nd float64) { off = math.Max(off, math.Abs(nd/(3-2*math.Exp(-now/washedTime))-1)) })
		return off
	}
	for _, tol := range []float64{1e-4, 1e-6, 1e-8} {
		if off := worst(flowsheet.Schedule{Tol: tol}); off > 10*tol {
			t.Errorf("tolerance %g: off by %.2g", tol, off)
		}
	}
	coarse, fine := worst(flowsheet.Schedule{Step: 600}), worst(flowsheet.Schedule{Step: 300})
	if ratio := coarse / fine; ratio < 1.8 || ratio > 2.2 {
		t.Errorf("halving the Euler step divides the error by %.3g: %.3g, %.3g", ratio, coarse, fine)
	}
}

// A run that is long enough ends in the steady state of its last handles: the whole UKy plant, with its recycles.
func TestRunEndsSteady(t *testing.T) {
	text, err := os.ReadFile("../configs/uky.toml")
	if err != nil {
		t.Fatal(err)
	}
	p := load(t, string(text))
	const hours = 2000
	s := flowsheet.Schedule{For: hours * 3600, Every: hours * 3600, Moves: []flowsheet.Move{{At: 60, Path: "leach_liquid_feed.flow", Value: 150.0 / 3.6e6}}}
	if _, err := p.Run(s, func(float64) error { return nil }); err != nil {
		t.Fatal(err)
	}
	q := load(t, string(text))
	if err := q.SetHandle(s.Moves[0].Path, s.Moves[0].Value); err != nil {
		t.Fatal(err)
	}
	if err := q.Solve(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"kpis.recovery.Nd", "kpis.purity.REE", "leach.pH", "rougher_load.loading", "streams.precipitate.kg_s"} {
		got, _, err := p.Value(path)
		want, _, err2 := q.Value(path)
		if err != nil || err2 != nil || math.Abs(got-want) > 1e-7*math.Abs(want) {
			t.Errorf("%s ends at %.10g, steady %.10g (%v, %v)", path, got, want, err, err2)
		}
	}
}

// Loops rest while the plant runs, and work again afterwards.
func TestRunControlsRest(t *testing.T) {
	p := load(t, washed+`
[[control]]
name = "Nd"
measure = "product.mg_L.Nd"
set = "288.484 mg/L"
move = "Nd"
min = "0.1 mol/m3"
max = "10 mol/m3"
`)
	s := flowsheet.Schedule{For: 3600, Every: 3600, Moves: []flowsheet.Move{{At: 0, Path: "feed.flow", Value: 2.0 / 3600}}}
	follow(t, p, s, func(now, nd float64) {
		if math.Abs(nd-2) > 1e-9 {
			t.Errorf("at %g s Nd is %.12g mol/m3, want 2 from the loop at rest", now, nd)
		}
	})
	if len(p.Controls()) != 1 {
		t.Error("the loop is gone")
	}
}

// blind hides what a unit holds.
type blind struct{ flowsheet.Unit }

func TestRunWithoutHolder(t *testing.T) {
	kinds := units.Kinds()
	tank := kinds["tank"]
	kinds = maps.Clone(kinds)
	kinds["tank"] = func() flowsheet.Unit { return blind{tank()} }
	tree, err := conf.Parse("plant.toml", []byte(washed))
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, kinds)
	if err != nil {
		t.Fatal(err)
	}
	if sum := follow(t, p, flowsheet.Schedule{For: 60, Every: 60}, func(_, _ float64) {}); sum.NoBalance != "tank" || sum.Closures != nil {
		t.Errorf("%+v, want no balance because of tank", sum)
	}
}

func TestRunRefused(t *testing.T) {
	stop := errors.New("enough")
	for _, c := range []struct {
		s    flowsheet.Schedule
		want string
	}{
		{flowsheet.Schedule{Every: 1}, "for is 0"},
		{flowsheet.Schedule{For: 1}, "every is 0"},
		{flowsheet.Schedule{For: 1, Every: 1, Step: -1}, "step is -1"},
		{flowsheet.Schedule{For: 1e9, Every: 1}, "more than a million"},
		{flowsheet.Schedule{For: 10, Every: 1, Moves: []flowsheet.Move{{At: 10, Path: "feed.flow", Value: 1}}}, "feed.flow moves at 10 s, outside the run of 10 s"},
		{flowsheet.Schedule{For: 10, Every: 1, Moves: []flowsheet.Move{{Path: "feed.flo", Value: 1}}}, `"flow"`},
		{flowsheet.Schedule{For: 10, Every: 1, Moves: []flowsheet.Move{{Path: "feed.flow", Value: -1}}}, "feed.flow = -1 is outside"},
		{flowsheet.Schedule{For: 10, Every: 1}, "enough"},
	} {
		_, err := load(t, washed).Run(c.s, func(float64) error { return stop })
		if c.want != "enough" {
			_, err = load(t, washed).Run(c.s, func(float64) error { return nil })
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.s, err, c.want)
		}
	}
}

func TestParseMove(t *testing.T) {
	p := load(t, washed)
	for text, want := range map[string]flowsheet.Move{
		"4 h feed.flow=2 m3/h":               {At: 14400, Path: "feed.flow", Value: 2.0 / 3600},
		"90min feed.tenor.Nd+3 = 0.01 mol/L": {At: 5400, Path: "feed.tenor.Nd+3", Value: 10},
		"0 s Nd=5 mmol/L":                    {Path: "Nd", Value: 5},
		"1 d splitter.split.back=80 %":       {At: 86400, Path: "splitter.split.back", Value: 0.8},
	} {
		got, err := p.ParseMove(text)
		if err != nil || got.Path != want.Path || math.Abs(got.At-want.At) > 1e-9 || math.Abs(got.Value-want.Value) > 1e-12 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"feed.flow=1 m3/h":            "needs the form",
		"4 h feed.flow":               "needs the form",
		"4 L feed.flow=1 m3/h":        "is no time",
		"4 h feed.flw=1 m3/h":         `"flow"`,
		"4 h tonk.volume=1 m3":        `"tank"`,
		"4 h feed.flow=1 kg/h":        "feed.flow is in m3/s",
		"4 h splitter.split.back=1.2": "outside 0 to 1",
		"4 h feed.flow=fast":          "does not begin with a number",
	} {
		if _, err := p.ParseMove(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Whatever the text, a move is within its handle's range or refused.
func FuzzParseMove(f *testing.F) {
	p := load(f, washed)
	for _, text := range []string{"4 h feed.flow=2 m3/h", "0 s Nd=5 mmol/L", "= =", "1e308 h feed.flow=1e308 m3/h", "4 h feed.temperature=25 degC"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := p.ParseMove(text)
		if err != nil {
			return
		}
		if math.IsNaN(m.At) || math.IsNaN(m.Value) {
			t.Errorf("%q gives %+v", text, m)
		}
		if err := p.SetHandle(m.Path, m.Value); err != nil {
			t.Errorf("%q is taken, its value is not: %v", text, err)
		}
	})
}

func ExamplePlant_Run() {
	tree, err := conf.Parse("plant.toml", []byte(washed))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		fmt.Println(err)
		return
	}
	move, err := p.ParseMove("1 h Nd=2 mmol/L")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Run(flowsheet.Schedule{For: 3 * 3600, Every: 3600, Moves: []flowsheet.Move{move}}, func(t float64) error {
		nd, _, err := p.Value("product.mg_L.Nd")
		fmt.Printf("%g h: %.1f mg/L\n", t/3600, nd)
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 h: 144.2 mg/L
	// 1 h: 144.2 mg/L
	// 2 h: 198.9 mg/L
	// 3 h: 232.8 mg/L
}

// Far from its base case and back: random moves of acid, solids, tanks, bleed and strip acid during a day, whole plant with recycles.
// What is held is that every run ends and balances.
func TestRunRandom(t *testing.T) {
	draws := 40
	if testing.Short() {
		draws = 6
	}
	if n := runRandom(t, 1, draws); n < draws {
		t.Errorf("%d of %d runs end in balance", n, draws)
	}
}

// runRandom counts the runs that end.
func runRandom(t *testing.T, seed uint64, draws int) (ended int) {
	t.Helper()
	text, err := os.ReadFile("../configs/uky.toml")
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(seed, 77))
	worst, steps := 0.0, 0
	for range draws {
		p := load(t, string(text))
		schedule := flowsheet.Schedule{For: 24 * 3600, Every: 6 * 3600, Tol: 1e-5}
		for _, path := range []string{"leach_liquid_feed.flow", "leach_solid_feed.flow", "acid_feed2.flow", "acid_feed3.flow", "rougher_org_make_up.flow"} {
			base, err := p.Handle(path)
			if err != nil {
				t.Fatal(err)
			}
			schedule.Moves = append(schedule.Moves, flowsheet.Move{At: 20 * 3600 * dice.Float64(), Path: path, Value: base * math.Pow(2, 2*dice.Float64()-1)})
		}
		sum, err := p.Run(schedule, func(float64) error { return nil })
		if err != nil {
			t.Logf("%+v: %v", schedule.Moves, err)
			continue
		}
		ended++
		steps += sum.Steps + sum.Rejected
		for _, c := range sum.Closures {
			worst = math.Max(worst, c.Rel)
		}
	}
	t.Logf("seed %d: %d of %d runs end, worst balance %.1e, %d steps in all", seed, ended, draws, worst, steps)
	return ended
}
