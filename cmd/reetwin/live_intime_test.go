package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"reetwin/connectors/bus"
	"reetwin/plant"
)

// A live twin in time is ended twice within a furnace's cycle: its frames are those of one that never was, from its saved state.
func TestLineInTimeGoesOn(t *testing.T) {
	dir := t.TempDir()
	model, err := filepath.Abs("../../configs/lanthanum-line.toml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "live.toml")
	text := fmt.Sprintf(`
plant = "%s"
site = "samarium"
cycle = "5 min"
lateness = "0 s"
in_time = true
[kpis]
names = ["metal_made"]
[[tag]]
id = "oxide"
unit = "kg/h"
range = ["0.1", "2"]
moves = "oxide_feed.flow"
stale = "1 h"
dead = "2 h"
[[tag]]
id = "bin"
unit = "kg"
range = ["0", "100"]
signal = "still.charge_bin"
`, model)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	begin := time.Now().Add(-20 * time.Hour).Truncate(5 * time.Minute)
	var records []plant.Record
	for i := range 200 {
		now := begin.Add(time.Duration(i+1) * 5 * time.Minute)
		records = append(records, plant.Record{Clock: now, Samples: []plant.Sample{{ID: "oxide", Value: plant.Number(0.5 + 0.0005*float64(i)), Source: now.Add(-time.Second)}}})
	}
	fresh := func() (*plant.Config, *plant.Twin) {
		config, model, err := loadLive(file)
		if err != nil {
			t.Fatal(err)
		}
		twin, err := plant.NewTwin(config, model)
		if err != nil {
			t.Fatal(err)
		}
		return config, twin
	}
	var want []string
	_, whole := fresh()
	for _, r := range records {
		for _, f := range whole.Advance(r) {
			line, _ := json.Marshal(f)
			want = append(want, string(line))
		}
	}
	b, err := bus.Open(filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	shown := 0
	for _, part := range [][]plant.Record{records[:90], records[90:160], records[160:]} {
		config, twin := fresh()
		for _, r := range part {
			if err := b.Append(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		upTo := shown + len(part)
		if shown == 0 {
			upTo-- // the first record opens a cycle
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		l := &line{config: config, twin: twin, bus: b, state: filepath.Join(dir, "model.json")}
		l.show = func(*plant.Frame) {
			if shown++; shown == upTo {
				cancel()
			}
		}
		_ = l.follow(ctx) // ends when it is cancelled
		cancel()
		if shown != upTo {
			t.Fatalf("%d frames, want %d", shown, upTo)
		}
		if s, ok := twin.State(); !ok || shown > 100 && s.Since.After(begin.Add(6*time.Minute)) {
			t.Errorf("after %d frames the model began at %v", shown, s.Since)
		}
	}
	var got []string
	if err := b.Frames(t.Context(), 1, false, func(_ uint64, f *plant.Frame) error {
		line, err := json.Marshal(f)
		got = append(got, string(line))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d frames published, %d without an end", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("frame %d differs:\n%s\n%s", i, got[i], want[i])
		}
	}
}
