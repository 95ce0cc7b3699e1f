package plant_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reetwin/plant"
)

// furnaces is a live plant with batch furnaces: fluorination and calcium reduction, 12 h each.
const furnaces = `
plant = "%s"
site = "metal"
cycle = "5 min"
lateness = "0 s"
in_time = true
remembers = "6 h"

[kpis]
names = ["metal_made"]

[[tag]]
id = "oxide.flow"
unit = "kg/h"
range = ["0.1", "2"]
moves = "oxide_feed.flow"
stale = "20 min"
dead = "40 min"

[[tag]]
id = "soak"
unit = "h"
range = ["1", "20"]
moves = "fluorinator.soak"
stale = "20 min"
dead = "40 min"

[[tag]]
id = "bin"
unit = "kg"
range = ["0", "100"]
signal = "reduction.charge_bin"

[[tag]]
id = "cycles"
unit = "1"
range = ["0", "1000"]
signal = "reduction.cycles"
`

func furnaceTwin(t testing.TB) (*plant.Config, *plant.Twin) {
	t.Helper()
	file, err := filepath.Abs("../configs/calcium-line.toml")
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "live.toml")
	if err := os.WriteFile(at, fmt.Appendf(nil, furnaces, file), 0o644); err != nil {
		t.Fatal(err)
	}
	c, tree, err := plant.ReadConfig(at)
	if err != nil {
		t.Fatal(err)
	}
	m := model(t, c.Plant)
	if err := c.Check(m); err != nil {
		t.Fatal(err)
	}
	twin, err := plant.NewTwin(c, m)
	if err != nil || tree.Err() != nil {
		t.Fatal(err, tree.Err())
	}
	return c, twin
}

// fed is a journal of so many cycles: the feed steps up after 100 of them, and fails for a while from cycle 200.
func fed(cycles int) (rs []plant.Record) {
	for i := range cycles {
		now := begin.Add(time.Duration(i+1) * 5 * time.Minute)
		s := plant.Sample{ID: "oxide.flow", Value: 0.75, Source: now.Add(-time.Second)}
		if i >= 100 {
			s.Value = 0.8
		}
		if i >= 200 && i < 210 {
			s.Quality = plant.Bad
		}
		rs = append(rs, plant.Record{Clock: now, Samples: []plant.Sample{s, {ID: "soak", Value: 9, Source: s.Source}}})
	}
	return rs
}

// A twin in time lets the furnaces charge and tap as a run of the flowsheet does; what rests on its beginning or on a bad inlet is uncertain.
func TestTwinInTimeTakesEvents(t *testing.T) {
	const cycles = 300
	_, twin := furnaceTwin(t)
	frames := advance(twin, fed(cycles))
	if len(frames) != cycles-1 { // the first record opens a cycle
		t.Fatalf("%d frames of %d records", len(frames), cycles)
	}
	p := model(t, "../configs/calcium-line.toml")
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	base, err := p.Handle("oxide_feed.flow")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Begin(); err != nil {
		t.Fatal(err)
	}
	qualities := map[plant.Quality]int{}
	for i, f := range frames {
		flow := map[bool]float64{true: 0.8 / 3600, false: 0.75 / 3600}[i+1 >= 100]
		if i+1 >= 200 && i+1 < 210 {
			flow = base
		}
		if err := p.SetHandle("oxide_feed.flow", flow); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Advance(300, 0); err != nil {
			t.Fatal(err)
		}
		for id, path := range map[string]string{"bin": "reduction.charge_bin", "cycles": "reduction.cycles"} {
			want, _, _ := p.Value(path)
			got := reading(t, f, id)
			if got.Rests != plant.Bad && math.Abs(float64(got.Expected)-want) > 1e-9*math.Max(1, want) {
				t.Fatalf("frame %d: %s %g, by the flowsheet %g", i, id, float64(got.Expected), want)
			}
		}
		qualities[kpi(t, f, "metal_made").Quality]++
	}
	if n := reading(t, frames[len(frames)-1], "cycles").Expected; n != 2 {
		t.Errorf("%g cycles in 25 h, want 2", float64(n))
	}
	// 6 h of 5 minutes after the beginning and after the bad values, which last 10 cycles.
	if want := (map[plant.Quality]int{plant.Good: cycles - 1 - 71 - 10 - 71, plant.Uncertain: 142, plant.Bad: 10}); fmt.Sprint(qualities) != fmt.Sprint(want) {
		t.Errorf("qualities %v, want %v", qualities, want)
	}
	if k := kpi(t, frames[10], "metal_made"); !strings.Contains(k.Why, "began") {
		t.Errorf("why uncertain: %q", k.Why)
	}
	if k := kpi(t, frames[230], "metal_made"); !strings.Contains(k.Why, "was bad until") {
		t.Errorf("why uncertain: %q", k.Why)
	}
}

// A twin that was killed goes on with the furnaces where they were: from the whole journal, or from a state and the journal's last minutes.
func TestTwinInTimeGoesOn(t *testing.T) {
	const cycles, killed = 260, 205
	rs := fed(cycles)
	_, twin := furnaceTwin(t)
	first := advance(twin, rs[:killed])
	state, ok := twin.State()
	if !ok {
		t.Fatal("no state")
	}
	first = append(first, advance(twin, rs[killed:])...)
	want, _ := json.Marshal(first[killed-1:])
	text, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	var back plant.State
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	_, resumed := furnaceTwin(t)
	if err := resumed.Resume(back); err != nil {
		t.Fatal(err)
	}
	resumed.Skip(back.Time)
	got, _ := json.Marshal(advance(resumed, rs[killed-12:]))
	if string(got) != string(want) {
		t.Error("frames after a restart from a state differ")
	}
	_, replayed := furnaceTwin(t)
	replayed.Skip(back.Time)
	if got, _ := json.Marshal(advance(replayed, rs)); string(got) != string(want) {
		t.Error("frames after a restart from the whole journal differ")
	}
	if err := resumed.Resume(plant.State{Memory: []float64{1}}); err == nil {
		t.Error("takes a state of another model")
	}
}

// A cycle that the model cannot go through is missed, said, and remembered: here a furnace is to be charged for a soak longer than its cycle.
func TestTwinInTimeMissesCycles(t *testing.T) {
	_, twin := furnaceTwin(t)
	rs := fed(300)
	for i := range rs {
		rs[i].Samples[0].Quality = plant.Good
		if i >= 140 && i < 160 { // it is charged at 12 h, frame 143
			rs[i].Samples[1].Value = 15
		}
	}
	frames := advance(twin, rs)
	missed := 0
	for i, f := range frames {
		k := kpi(t, f, "metal_made")
		switch {
		case strings.Contains(f.Solve, "not solved"):
			missed++
			if !strings.Contains(f.Solve, "fluorinator") || k.Quality != plant.Bad || k.Value.Known() {
				t.Errorf("frame %d: %s, %v %v", i, f.Solve, k.Quality, k.Value)
			}
		case i > 80 && missed == 0 && k.Quality != plant.Good, missed > 0 && i < 220 && k.Quality != plant.Uncertain, i > 240 && k.Quality != plant.Good:
			t.Errorf("frame %d: %v %s", i, k.Quality, k.Why)
		}
	}
	if missed < 14 || missed > 18 {
		t.Errorf("%d cycles missed of those from 143 to 159", missed)
	}
}

// After a long silence the model begins anew: it cannot know what happened.
func TestTwinInTimeAfterSilence(t *testing.T) {
	_, twin := furnaceTwin(t)
	rs := fed(90)
	frames := advance(twin, rs)
	if k := kpi(t, frames[len(frames)-1], "metal_made"); k.Quality != plant.Good {
		t.Fatalf("%v: %s", k.Quality, k.Why)
	}
	later := fed(2)
	for i := range later {
		later[i].Clock = later[i].Clock.Add(30 * time.Hour)
		for k := range later[i].Samples {
			later[i].Samples[k].Source = later[i].Clock.Add(-time.Second)
		}
	}
	after := advance(twin, later)
	if len(after) == 0 || len(after) > 3 {
		t.Fatalf("%d frames after a silence", len(after))
	}
	last := after[len(after)-1]
	if k := kpi(t, last, "metal_made"); k.Quality != plant.Uncertain || !strings.Contains(k.Why, "began") || reading(t, last, "cycles").Expected != 0 {
		t.Errorf("%v %s, %v cycles", k.Quality, k.Why, reading(t, last, "cycles").Expected)
	}
}
