//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"reetwin/plant"
)

// A TCP cut shorter than the server's queues loses nothing; the KPIs say meanwhile what they rest on.
func testCut(t *testing.T, r *rig) {
	cable := startRelay(t, r.node.url())
	file, dir := r.files(t)
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	p := r.start(t, "live", file, "--endpoint", cable.url(), "--dir", dir, "--frames", log)
	showing(t, 15*time.Second, log, 3, "good KPIs", allOf(plant.Good))
	cable.set(true, false)
	time.Sleep(5 * time.Second)
	// A frame whose end is 3 s after the last value ends within 4 s of the cut; with lateness 1 s and a clock of 0.5 s it is shown within 5.5 s.
	showing(t, time.Second, log, 0, "KPIs that are not good 6 s after the cut", func(f *plant.Frame) bool { return !allOf(plant.Good)(f) })
	cable.set(false, false)
	showing(t, 10*time.Second, log, 1, "good KPIs after the cut", allOf(plant.Good))
	showing(t, 10*time.Second, log, 2, "good KPIs for some time", allOf(plant.Good))
	p.interrupt(t)
	k := read(t, dir)
	k.contiguous(t)
	if a := k.balance(t, "TCP cut 5 s, node-opcua", r.node.said()); a.lost != 0 || a.doubled != 0 || a.sent != a.stored || a.sent < 86*20 {
		t.Errorf("%+v", a)
	}
}

// said returns the source times of all values so far.
func (s *server) said() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ticks)
}

// A server that ends and comes back, whatever index its namespace has then: only what it sent before we were back is lost.
func testServerRestart(t *testing.T, r *rig) {
	node := startServer(t, r.config.Tags, r.values)
	file, dir := r.files(t)
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	p := r.start(t, "live", file, "--endpoint", node.url(), "--dir", dir, "--frames", log)
	showing(t, 15*time.Second, log, 3, "good KPIs", allOf(plant.Good))
	for i, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		node.stop(t, end)
		showing(t, 10*time.Second, log, 1, "KPIs of a server that is away", allOf(plant.Uncertain))
		node.options["shift"] = i
		node.start(t)
		began := time.Now()
		showing(t, 15*time.Second, log, 1, "good KPIs after the restart", allOf(plant.Good))
		t.Logf("%v, namespace index +%d: good again %.1f s after the server was back", end, i, time.Since(began).Seconds())
	}
	showing(t, 5*time.Second, log, 2, "good KPIs for some time", allOf(plant.Good))
	p.interrupt(t)
	k := read(t, dir)
	k.contiguous(t)
	a := k.balance(t, "two restarts of node-opcua, the second with its namespace index shifted", node.said())
	if a.doubled != 0 || a.lost > 86*2*12 {
		t.Errorf("%+v", a)
	}
	if !strings.Contains(p.output(), "2 outages lost") {
		t.Errorf("the outages are not shown\n%s", tail(p.output()))
	}
}

// InfluxDB is killed and comes back: the twin goes on, and every point is there afterwards.
func testInfluxKilled(t *testing.T, r *rig) {
	influx := startInfluxDB(t)
	influx.create(t, "twin")
	file, dir := r.files(t)
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	p := r.start(t, "live", file, "--endpoint", r.node.url(), "--dir", dir, "--frames", log, "--influx", influx.url, "--bucket", "twin")
	showing(t, 15*time.Second, log, 3, "good KPIs", allOf(plant.Good))
	influx.running.signal(t, syscall.SIGKILL)
	influx.running.wait(t, 5*time.Second)
	before := len(logged(t, log))
	time.Sleep(30 * time.Second)
	if during := len(logged(t, log)) - before; during < 27 {
		t.Errorf("%d frames in 30 s without InfluxDB", during)
	}
	influx.start(t)
	// The writer backs off for up to 30 s.
	until(t, 60*time.Second, "the backlog in InfluxDB", func() bool {
		newest := map[string]int64{}
		for c := range influx.all(t, "twin") {
			newest[c.measurement] = max(newest[c.measurement], c.ms)
		}
		return time.Since(time.UnixMilli(min(newest["raw"], newest["kpi"]))) < 4*time.Second
	})
	p.interrupt(t)
	if !strings.Contains(p.output(), "InfluxDB down") {
		t.Errorf("the screen does not say that InfluxDB is down\n%s", tail(p.output()))
	}
	k, numbers := read(t, dir), influx.all(t, "twin")
	inInflux(t, numbers, logged(t, log))
	a := k.balance(t, "InfluxDB killed for 30 s, journal", r.node.said())
	raw := 0
	for c := range numbers {
		if c.measurement == "raw" && c.field == "value" {
			raw++
		}
	}
	t.Logf("of these in InfluxDB: stored %d, lost %d", raw, a.stored-raw)
	if a.lost != 0 || a.doubled != 0 || raw != a.stored {
		t.Errorf("%+v, %d in InfluxDB", a, raw)
	}
}

// A line that InfluxDB refuses is kept beside its words; everything else is stored.
func testPoisoned(t *testing.T, r *rig) {
	year2001 := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	r.influx.create(t, "poisoned")
	r.influx.line(t, "poisoned", fmt.Sprintf("raw,id=other value=1i %d", year2001)) // whoever wrote an integer
	node := startServer(t, r.config.Tags, r.values)
	file, dir := r.files(t)
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	p := r.start(t, "live", file, "--endpoint", node.url(), "--dir", dir, "--frames", log, "--influx", r.influx.url, "--bucket", "poisoned")
	showing(t, 15*time.Second, log, 2, "good KPIs", allOf(plant.Good))
	if _, err := fmt.Fprintf(node.input, "{\"id\":\"leach.pH\",\"at\":%d}\n", year2001); err != nil { // its clock is wrong, once
		t.Fatal(err)
	}
	until(t, 10*time.Second, "a dead letter on the screen", func() bool { return strings.Contains(p.output(), "1 dead letters") })
	p.interrupt(t)
	k, numbers := read(t, dir), r.influx.all(t, "poisoned")
	inInflux(t, numbers, logged(t, log))
	raw := 0
	for c := range numbers {
		if c.measurement == "raw" && c.field == "status" {
			raw++
		}
	}
	a := k.balance(t, "poisoned line", node.said())
	t.Logf("of these in InfluxDB: stored %d, dead letters %d", raw, len(k.dead))
	if raw != a.stored-1 || a.doubled != 0 || len(k.dead) != 1 {
		t.Fatalf("%d in InfluxDB, %d dead letters, journal %+v", raw, len(k.dead), a)
	}
	if m := k.dead[0]; !strings.Contains(m.Reason, "field type conflict") || !strings.Contains(string(m.Data), "id=leach.pH") ||
		!strings.Contains(string(m.Data), fmt.Sprint(year2001)) {
		t.Errorf("%q because %q", m.Data, m.Reason)
	}
}

// Killed five times in the middle of its work, the twin loses nothing and says nothing twice.
func testKilled(t *testing.T, r *rig) {
	r.influx.create(t, "killed")
	node := startServer(t, r.config.Tags, r.values)
	file, dir := r.files(t)
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	sink := []string{"--dir", dir, "--influx", r.influx.url, "--token", "env:T", "--bucket", "killed"}
	args := append([]string{"live", file, "--endpoint", node.url(), "--frames", log}, sink...)
	for i := range 5 {
		p := r.start(t, args...)
		showing(t, 15*time.Second, log, 3-i%2, "frames", anyFrame)
		time.Sleep(time.Duration(137*i) * time.Millisecond)
		p.signal(t, syscall.SIGKILL)
		p.wait(t, 5*time.Second)
		time.Sleep(time.Duration(i) * 500 * time.Millisecond) // what is measured now waits in the server for the next process
	}
	p := r.start(t, args...)
	showing(t, 15*time.Second, log, 2, "good KPIs at last", allOf(plant.Good))
	p.interrupt(t)

	k := read(t, dir)
	k.contiguous(t)
	if a := k.balance(t, "killed five times", node.said()); a.lost != 0 || a.doubled != 0 || a.sent < 86*10 {
		t.Errorf("%+v", a)
	}
	in := map[int64]int{}
	for _, s := range k.samples {
		in[s.Source.UnixMilli()]++
	}
	node.mu.Lock()
	acks, gone := 0, 0
	for key, n := range node.acks {
		acks += n
		gone += max(0, min(n, len(r.config.Tags))-in[key.ms]) // a transfer sends the present values again: acknowledged twice
	}
	node.mu.Unlock()
	t.Logf("acknowledged to the server %d, of these lost %d", acks, gone)
	if gone != 0 || acks < 86*10 {
		t.Errorf("%d of %d acknowledged samples are not in the journal", gone, acks)
	}

	code, said := r.run(t, 30*time.Second, "replay", file, "--dir", dir, "-o", "json")
	var again []*plant.Frame
	for line := range strings.Lines(said) {
		f := new(plant.Frame)
		if json.Unmarshal([]byte(line), f) == nil {
			again = append(again, f)
		}
	}
	before := r.influx.all(t, "killed")
	inInflux(t, before, again)
	if code != 0 || !slices.EqualFunc(again, k.frames, sameFrame) {
		t.Errorf("exit code %d, %d frames of a replay are not the %d in the outbox", code, len(again), len(k.frames))
	}
	if code, said := r.run(t, 30*time.Second, append([]string{"replay", file}, sink...)...); code != 0 {
		t.Errorf("exit code %d\n%s", code, tail(said))
	}
	if after := r.influx.all(t, "killed"); !maps.Equal(before, after) {
		t.Errorf("a replay changes InfluxDB: %d numbers before, %d after", len(before), len(after))
	}
}

// sameFrame compares frames to the bit.
func sameFrame(a, b *plant.Frame) bool {
	first, errA := json.Marshal(a)
	second, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(first) == string(second)
}

// Our own server keeps one value of a tag and no subscription over a cut: what is lost is counted and shown.
func testOwnServer(t *testing.T, r *rig) {
	file, dir := r.files(t)
	own := r.start(t, "virtual", file, "--listen", "127.0.0.1:0")
	address := regexp.MustCompile(`opc\.tcp://\S+`)
	until(t, 10*time.Second, "our own server", func() bool { return address.MatchString(own.output()) })
	cable := startRelay(t, address.FindString(own.output()))
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	p := r.start(t, "live", file, "--endpoint", cable.url(), "--dir", dir, "--frames", log)
	showing(t, 15*time.Second, log, 3, "good KPIs", allOf(plant.Good))
	cable.set(true, false)
	time.Sleep(5 * time.Second)
	cable.set(false, false)
	showing(t, 10*time.Second, log, 1, "good KPIs after the cut", allOf(plant.Good))
	showing(t, 10*time.Second, log, 6, "good KPIs for some time", allOf(plant.Good)) // and a table on the screen
	p.interrupt(t)
	own.interrupt(t)
	k := read(t, dir)
	k.contiguous(t)
	times := map[string][]int64{}
	seen := map[reading]bool{}
	a := account{}
	for _, s := range k.samples {
		one := reading{s.ID, s.Source.UnixMilli()}
		if seen[one] {
			a.doubled++
			continue
		}
		seen[one] = true
		times[s.ID] = append(times[s.ID], one.ms)
		a.stored++
	}
	online := 0 // the laboratory says nothing meanwhile
	for _, ms := range times {
		slices.Sort(ms)
		online += min(1, len(ms)-1)
		for i := 1; i < len(ms); i++ {
			a.lost += int((ms[i]-ms[i-1]+500)/1000) - 1 // a value a second
		}
	}
	a.sent = a.stored + a.lost
	t.Logf("TCP cut 5 s, our own server: sent %d, stored %d, lost %d, doubled %d", a.sent, a.stored, a.lost, a.doubled)
	if perTag := float64(a.lost) / float64(online); perTag < 3 || perTag > 8 || a.doubled != 0 {
		t.Errorf("lost %.1f values per tag over 5 s; %+v", perTag, a)
	}
	if !strings.Contains(p.output(), "1 outages lost") {
		t.Errorf("the outage is not shown\n%s", tail(p.output()))
	}
}

// The cable is pulled: no connection breaks, no byte comes. Every frame says how old its values are, and nothing is good
// that is not.
func testCablePulled(t *testing.T, r *rig) {
	cable := startRelay(t, r.node.url())
	file, dir := r.files(t)
	log := filepath.Join(t.TempDir(), "frames.jsonl")
	p := r.start(t, "live", file, "--endpoint", cable.url(), "--dir", dir, "--frames", log)
	showing(t, 15*time.Second, log, 3, "good KPIs", allOf(plant.Good))
	cable.set(false, true)
	pulled := time.Now()
	showing(t, 10*time.Second, log, 1, "uncertain KPIs", allOf(plant.Uncertain))
	uncertain := time.Since(pulled)
	showing(t, 12*time.Second, log, 1, "bad KPIs", allOf(plant.Bad))
	bad := time.Since(pulled)
	cable.set(false, false)
	back := time.Now()
	showing(t, 12*time.Second, log, 1, "good KPIs after the cable is back", allOf(plant.Good))
	t.Logf("on the screen: uncertain %.1f s after the cable was pulled, bad after %.1f s; good %.1f s after it was back",
		uncertain.Seconds(), bad.Seconds(), time.Since(back).Seconds())
	p.interrupt(t)
	// A frame is shown a cycle of lateness after its time, and the clock ticks every half cycle.
	if uncertain > 6*time.Second || bad > 13*time.Second {
		t.Error("that is late")
	}
	aged := [3]int{}
	for _, f := range logged(t, log) {
		checkAges(t, f)
		aged[f.KPIs[0].Quality]++
	}
	if aged[plant.Uncertain] < 6 || aged[plant.Bad] < 1 {
		t.Errorf("frames with good, uncertain and bad KPIs: %v", aged)
	}
	k := read(t, dir)
	k.contiguous(t)
	if a := k.balance(t, "black hole, node-opcua", r.node.said()); a.lost != 0 || a.doubled != 0 {
		t.Errorf("%+v", a)
	}
}

// checkAges checks that no number of a frame is better than the age of what it rests on.
func checkAges(t *testing.T, f *plant.Frame) {
	t.Helper()
	class := func(age time.Duration) plant.Quality {
		switch {
		case age < 0 || age >= 10*time.Second:
			return plant.Bad
		case age >= 3*time.Second:
			return plant.Uncertain
		}
		return plant.Good
	}
	quick := map[string]plant.Reading{}
	for _, tag := range f.Tags {
		if tag.Age >= 0 && tag.Age != f.Time.Sub(tag.Source) {
			t.Errorf("%v: %s of %v is said to be %v old", f.Time, tag.ID, tag.Source, tag.Age)
		}
		if strings.HasSuffix(tag.ID, ".flow") {
			quick[tag.ID] = tag
			if q := class(tag.Age); tag.Quality != q || tag.Measured.Known() != (q != plant.Bad) {
				t.Errorf("%v: %s is %v old and %v, with the value %v", f.Time, tag.ID, tag.Age, tag.Quality, tag.Measured)
			}
		}
	}
	for _, k := range f.KPIs {
		worst := time.Duration(0)
		for _, id := range k.RestsOn {
			if tag, ok := quick[id]; ok {
				worst = max(worst, tag.Age)
				if k.Age >= 0 && k.Age < tag.Age {
					t.Errorf("%v: %s is %v old, %s on which it rests %v", f.Time, k.Name, k.Age, id, tag.Age)
				}
			}
		}
		if q := class(worst); k.Quality < q || k.Value.Known() != (k.Quality != plant.Bad) {
			t.Errorf("%v: %s is %v, with the value %v, and rests on values %v old", f.Time, k.Name, k.Quality, k.Value, worst)
		}
	}
}
