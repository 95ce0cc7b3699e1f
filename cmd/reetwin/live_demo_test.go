//go:build unix

package main

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"reetwin/plant"
)

// The live half, run as a user runs it, against an InfluxDB and an OPC UA server that are not ours.
func TestLive(t *testing.T) {
	if testing.Short() {
		t.Skip("needs InfluxDB and node-opcua")
	}
	r := newRig(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, *rig)
	}{ // the longest first
		{"killed five times", testKilled},
		{"server restart", testServerRestart},
		{"cable pulled", testCablePulled},
		{"InfluxDB killed", testInfluxKilled},
		{"demo and replay", testDemo},
		{"demo from water to metal", testDemoToMetal},
		{"cut before our own server", testOwnServer},
		{"TCP cut", testCut},
		{"poisoned line", testPoisoned},
		{"Ctrl-C", testInterrupt},
		{"independent server", testIndependentServer},
		{"looking only", testLooking},
		{"full speed", testFullSpeed},
		{"refusals", testRefusals},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			c.test(t, r)
			t.Logf("%.0f s", time.Since(began).Seconds())
		})
	}
}

// What the demo publishes is in InfluxDB, number by number; a replay of its journal changes nothing there.
func testDemo(t *testing.T, r *rig) {
	r.influx.create(t, "demo")
	dir := filepath.Join(t.TempDir(), "demo")
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	sink := []string{"--dir", dir, "--influx", r.influx.url, "--token", "env:T", "--bucket", "demo"}
	for _, seconds := range []string{"12s", "3s"} { // the second goes on from the first
		code, said := r.run(t, 30*time.Second, append([]string{"demo", "--for", seconds, "--frames", log}, sink...)...)
		if code != 0 {
			t.Fatalf("exit code %d\n%s", code, tail(said))
		}
	}
	frames, before := logged(t, log), r.influx.all(t, "demo")
	inInflux(t, before, frames)
	k := read(t, dir)
	k.contiguous(t)
	if len(frames) != len(k.frames) || len(frames) < 12 || !allOf(plant.Good)(frames[5]) {
		t.Errorf("%d frames published, %d in the outbox", len(frames), len(k.frames))
	}
	raw := 0
	for c := range before {
		if c.measurement == "raw" && c.field == "status" {
			raw++
		}
	}
	if raw != len(k.samples) {
		t.Errorf("%d samples in InfluxDB, %d in the journal", raw, len(k.samples))
	}
	code, said := r.run(t, 30*time.Second, append([]string{"replay", filepath.Join(dir, "uky-live.toml")}, sink...)...)
	if code != 0 || !strings.Contains(said, fmt.Sprintf("%d frames", len(frames))) {
		t.Errorf("exit code %d\n%s", code, tail(said))
	}
	if after := r.influx.all(t, "demo"); !maps.Equal(before, after) {
		t.Errorf("a replay changes InfluxDB: %d numbers before, %d after", len(before), len(after))
	}
	t.Logf("%d frames, %d samples, %d numbers in InfluxDB", len(frames), raw, len(before))
}

// The demo runs a whole plant of parts: its KPIs from water to metal are in InfluxDB.
func testDemoToMetal(t *testing.T, r *rig) {
	r.influx.create(t, "metal")
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	code, said := r.run(t, 90*time.Second, "demo", "--plant", "../../configs/amd-to-metal.toml", "--for", "25s", "--frames", log,
		"--dir", filepath.Join(t.TempDir(), "demo"), "--influx", r.influx.url, "--token", "env:T", "--bucket", "metal")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, tail(said))
	}
	frames := logged(t, log)
	if len(frames) < 2 {
		t.Fatalf("%d frames", len(frames))
	}
	inInflux(t, r.influx.all(t, "metal"), frames)
	last := frames[len(frames)-1]
	for _, name := range []string{"amd-discharge_Mn_of_limit", "recovery.Nd", "ref-didymium_metal-metal_made", "ref-dysprosium_metal-metal_made"} {
		i := slices.IndexFunc(last.KPIs, func(k plant.KPI) bool { return k.Name == name })
		if i < 0 || last.KPIs[i].Quality != plant.Good || !(last.KPIs[i].Value > 0) {
			t.Errorf("%s is not told, or not good: %+v", name, last.KPIs)
		}
	}
}

// The command that runs on our own server runs on another with the same tags: same KPIs.
func testIndependentServer(t *testing.T, r *rig) {
	file, dir := r.files(t)
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	code, said := r.run(t, 30*time.Second, "live", file, "--endpoint", r.node.url(), "--dir", dir, "--frames", log, "--for", "8s")
	frames := logged(t, log)
	if code != 0 || len(frames) < 4 {
		t.Fatalf("exit code %d, %d frames\n%s", code, len(frames), tail(said))
	}
	last := frames[len(frames)-1]
	if len(last.KPIs) != len(r.kpis) || len(last.Tags) != 86 || !allOf(plant.Good)(last) {
		t.Errorf("%+v", last.KPIs)
	}
	for _, k := range last.KPIs {
		if want := r.kpis[k.Name]; math.Abs(float64(k.Value)-want) > 1e-9*math.Abs(want) {
			t.Errorf("%s is %g; from the same values the twin makes %g", k.Name, k.Value, want)
		}
	}
	for _, tag := range last.Tags {
		if v := r.values[tag.ID]; math.Abs(float64(tag.Measured-v)) > 1e-12*math.Abs(float64(v)) || tag.Quality != plant.Good {
			t.Errorf("%+v, the plant has %g", tag, v)
		}
	}
}

// Commands that look at a plant write nothing.
func testLooking(t *testing.T, r *rig) {
	file, dir := r.files(t)
	for _, args := range [][]string{{"live", file, "--dry-run", "--dir", dir}, {"opcua", "check", file}} {
		code, said := r.run(t, 20*time.Second, append(args, "--endpoint", r.node.url())...)
		if code != 0 || !strings.Contains(said, "86 of 86 tags can be used") || strings.Count(said, "good") != 86 {
			t.Errorf("%v: exit code %d\n%s", args, code, tail(said))
		}
	}
	code, said := r.run(t, 20*time.Second, "opcua", "browse", file, "--endpoint", r.node.url())
	for _, tag := range r.config.Tags {
		if !strings.Contains(said, tag.ID+" ") {
			t.Errorf("browse does not show %s", tag.ID)
		}
	}
	if code != 0 || strings.Count(said, virtualNamespace) != 86 {
		t.Errorf("exit code %d, %d variables of the plant\n%s", code, strings.Count(said, virtualNamespace), tail(said))
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 2 {
		t.Errorf("besides the plant's two files: %v %v", left, err)
	}
	file, _ = r.files(t, `id = "leach.pH"`, "id = \"leach.pH\"\nnode = \"nobody\"")
	code, said = r.run(t, 20*time.Second, "opcua", "check", file, "--endpoint", r.node.url())
	if code != exitData || !strings.Contains(said, "85 of 86 tags can be used") || !strings.Contains(said, "BadNodeIDUnknown") {
		t.Errorf("exit code %d\n%s", code, tail(said))
	}
}

// What cannot run says so with its exit code.
func testRefusals(t *testing.T, r *rig) {
	file, dir := r.files(t)
	nowhere := fmt.Sprintf("opc.tcp://127.0.0.1:%d", freePort(t))
	broken, _ := r.files(t, `unit = "kg/h"`, `unit = "kg/fortnight"`)
	for _, c := range []struct {
		code int
		text string
		args []string
	}{
		{exitUsage, "no such file", []string{"live", file + "x"}},
		{exitUsage, "fortnight", []string{"live", broken}},
		{exitUsage, "env:NAME", []string{"live", file, "--dir", dir, "--influx", r.influx.url, "--token", "literal"}},
		{exitUsage, "NOWHERE", []string{"live", file, "--dir", dir, "--influx", r.influx.url, "--token", "env:NOWHERE"}},
		{exitUsage, "opc.tcp://", []string{"live", file, "--endpoint", "127.0.0.1"}},
		{exitUsage, "unknown flag", []string{"demo", "--fro", "1s"}},
		{exitUsage, "", []string{"demo", "argument"}},
		{exitUsage, "amd-live.toml", []string{"demo", "--plant", "../../configs/amd.toml"}},
		{exitUsage, "needs table or json", []string{"replay", file, "-o", "xml"}},
		{exitConnection, "refused", []string{"live", file, "--dry-run", "--endpoint", nowhere}},
		{exitConnection, "refused", []string{"opcua", "check", file, "--endpoint", nowhere}},
		{exitConnection, "refused", []string{"opcua", "browse", file, "--endpoint", nowhere}},
		{exitConnection, "has no namespace", []string{"opcua", "check", "", "--endpoint", r.node.url()}},
	} {
		if c.args[2%len(c.args)] == "" {
			c.args[2], _ = r.files(t, virtualNamespace+`"`, `urn:another"`)
		}
		code, said := r.run(t, 15*time.Second, c.args...)
		if code != c.code || !strings.Contains(said, c.text) || strings.Contains(said, "goroutine") {
			t.Errorf("%v: exit code %d\n%s", c.args, code, tail(said))
		}
	}
}

// Ctrl-C ends a demo cleanly, and the next start goes on without a gap or a double; a plant's server ends likewise.
func testInterrupt(t *testing.T, r *rig) {
	dir, log := filepath.Join(t.TempDir(), "demo"), filepath.Join(t.TempDir(), "frames.jsonl")
	for range 3 {
		p := r.start(t, "demo", "--dir", dir, "--frames", log)
		showing(t, 15*time.Second, log, 2, "a demo", anyFrame)
		p.interrupt(t)
		if said := p.output(); strings.Contains(said, "goroutine") || !strings.Contains(said, "stopped after") {
			t.Errorf("%s", tail(said))
		}
	}
	k := read(t, dir)
	k.contiguous(t)
	if frames := logged(t, log); len(frames) != len(k.frames) {
		t.Errorf("%d frames published, %d in the outbox", len(frames), len(k.frames))
	}
	var ticks []int64
	for _, s := range k.samples {
		ticks = append(ticks, s.Source.UnixMilli())
	}
	if a := k.balance(t, "three starts of a demo", ticks); a.doubled != 0 {
		t.Errorf("%+v", a)
	}
	file, _ := r.files(t)
	p := r.start(t, "virtual", file, "--listen", "127.0.0.1:0")
	until(t, 10*time.Second, "a server", func() bool { return strings.Contains(p.output(), "serves 86 tags") })
	p.interrupt(t)
}
