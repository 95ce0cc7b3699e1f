//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"reetwin/configs"
	"reetwin/connectors/bus"
	"reetwin/plant"
	"reetwin/plant/virtual"
)

// until waits for something, and fails when it is not there in time.
func until(t testing.TB, limit time.Duration, what string, reached func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !reached(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}

// process is a program that runs beside the test, and what it has said.
type process struct {
	command *exec.Cmd
	ended   chan struct{}

	mu   sync.Mutex
	said bytes.Buffer
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// startProcess runs a program until the test ends. What it says is kept unless the command has another place for it.
func startProcess(t testing.TB, command *exec.Cmd) *process {
	t.Helper()
	p := &process{command: command, ended: make(chan struct{})}
	if command.Stdout == nil {
		command.Stdout = p
	}
	command.Stderr = p
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(p.ended); _ = command.Wait() }()
	t.Cleanup(func() { _ = command.Process.Kill(); <-p.ended })
	return p
}

func (p *process) signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// wait returns the exit code; −1 for one that was killed.
func (p *process) wait(t testing.TB, limit time.Duration) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		t.Fatalf("%v has not ended within %v; it said\n%s", p.command.Args, limit, p.output())
	}
	return p.command.ProcessState.ExitCode()
}

// interrupt is Ctrl-C: the program ends within 3 s with code 130.
func (p *process) interrupt(t testing.TB) {
	t.Helper()
	p.signal(t, syscall.SIGINT)
	if code := p.wait(t, 3*time.Second); code != exitInterrupted {
		t.Fatalf("exit code %d after Ctrl-C; it said\n%s", code, p.output())
	}
}

// rig is what the live tests share: the program, as a user has it, and peers that are not ours.
type rig struct {
	program string
	influx  *database
	node    *server
	config  *plant.Config
	values  map[string]plant.Number // what a still plant with exact instruments shows
	kpis    map[string]float64      // what the twin makes of them
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{program: filepath.Join(t.TempDir(), "reetwin"), values: map[string]plant.Number{}, kpis: map[string]float64{}}
	if said, err := exec.Command("go", "build", "-o", r.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	r.reference(t)
	r.influx = startInfluxDB(t)
	r.node = startServer(t, r.config.Tags, r.values)
	return r
}

// reference computes the values and KPIs of the plant that stands still.
func (r *rig) reference(t *testing.T) {
	t.Helper()
	config, model, err := loadLive(filepath.Join("..", "..", "configs", "uky-live.toml"))
	if err != nil {
		t.Fatal(err)
	}
	r.config = config
	moving, err := virtual.New(model, config.Tags, virtual.Options{Still: true, Exact: true})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	samples, err := moving.At(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		r.values[s.ID] = s.Value
	}
	if _, model, err = loadLive(filepath.Join("..", "..", "configs", "uky-live.toml")); err != nil {
		t.Fatal(err)
	}
	twin, err := plant.NewTwin(config, model)
	if err != nil {
		t.Fatal(err)
	}
	frames := append(twin.Advance(plant.Record{Clock: now, Samples: samples}), twin.Advance(plant.Record{Clock: now.Add(2500 * time.Millisecond)})...)
	if len(frames) == 0 {
		t.Fatal("the reference has no frame")
	}
	for _, k := range frames[0].KPIs {
		r.kpis[k.Name] = float64(k.Value)
	}
	if v := r.kpis["recovery.REE"]; math.Abs(v-0.21719) > 5e-6 || len(r.values) != 86 {
		t.Fatalf("recovery of REE %g from %d tags", v, len(r.values))
	}
}

// files writes the live plant's two files, sampled often enough for every tick, and with these changes.
func (r *rig) files(t *testing.T, changes ...string) (file, dir string) {
	t.Helper()
	dir = t.TempDir()
	changes = append([]string{`sampling = "1 s"`, `sampling = "100 ms"`}, changes...)
	for _, name := range []string{"uky.toml", "uky-live.toml"} {
		text, err := configs.Demo.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(changes) && name == "uky-live.toml"; i += 2 {
			if !bytes.Contains(text, []byte(changes[i])) {
				t.Fatalf("no %s in %s", changes[i], name)
			}
			text = bytes.Replace(text, []byte(changes[i]), []byte(changes[i+1]), 1)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "uky-live.toml"), filepath.Join(dir, "bus")
}

// start runs reetwin with a token for InfluxDB in its environment. What would run for ever ends by itself should this test be
// ended from outside.
func (r *rig) start(t *testing.T, args ...string) *process {
	t.Helper()
	if slices.Contains([]string{"live", "demo", "virtual"}, args[0]) && !slices.Contains(args, "--for") {
		args = append(args, "--for", "3m")
	}
	command := exec.Command(r.program, args...)
	command.Env = append(os.Environ(), "T=secret")
	return startProcess(t, command)
}

// run runs reetwin to its end.
func (r *rig) run(t *testing.T, limit time.Duration, args ...string) (code int, said string) {
	t.Helper()
	p := r.start(t, args...)
	return p.wait(t, limit), p.output()
}

// logged reads the log of published frames. Of a process that was killed the last line may be cut.
func logged(t testing.TB, log string) (frames []*plant.Frame) {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		f := new(plant.Frame)
		if bytes.HasSuffix(line, []byte("}\n")) {
			if err := json.Unmarshal(line, f); err != nil {
				t.Fatal(err)
			}
			frames = append(frames, f)
		}
	}
	return frames
}

// showing waits until n frames more are published, the last of them as the condition wants it.
func showing(t testing.TB, limit time.Duration, log string, n int, what string, condition func(*plant.Frame) bool) {
	t.Helper()
	before := len(logged(t, log))
	until(t, limit, what, func() bool {
		frames := logged(t, log)
		return len(frames) >= before+n && condition(frames[len(frames)-1])
	})
}

func anyFrame(*plant.Frame) bool { return true }

// allOf says whether every KPI has this quality.
func allOf(q plant.Quality) func(*plant.Frame) bool {
	return func(f *plant.Frame) bool {
		return !slices.ContainsFunc(f.KPIs, func(k plant.KPI) bool { return k.Quality != q })
	}
}

// kept is what a twin that has ended left on disk.
type kept struct {
	samples []plant.Sample
	frames  []*plant.Frame
	dead    []bus.Message
}

func read(t testing.TB, dir string) (k kept) {
	t.Helper()
	b, err := bus.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	err = b.Records(t.Context(), 1, false, func(_ uint64, r plant.Record) error {
		k.samples = append(k.samples, r.Samples...)
		return nil
	})
	if err == nil {
		err = b.Frames(t.Context(), 1, false, func(_ uint64, f *plant.Frame) error { k.frames = append(k.frames, f); return nil })
	}
	if err == nil {
		err = b.Read(t.Context(), bus.Dead, 1, false, func(m bus.Message) error { k.dead = append(k.dead, m); return nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// contiguous checks that the outbox holds one frame for every cycle from its first to its last.
func (k kept) contiguous(t testing.TB) {
	t.Helper()
	for i := 1; i < len(k.frames); i++ {
		if step := k.frames[i].Time.Sub(k.frames[i-1].Time); step != time.Second {
			t.Errorf("outbox: %v after the frame of %v comes that of %v", step, k.frames[i-1].Time, k.frames[i].Time)
		}
	}
	if len(k.frames) < 3 {
		t.Errorf("only %d frames in the outbox", len(k.frames))
	}
}

// reading is one value of one tag.
type reading struct {
	id string
	ms int64
}

// account says what became of the values that a plant sent.
type account struct{ sent, stored, lost, doubled int }

// balance compares the journal with the source times at which every tag was given a value.
func (k kept) balance(t testing.TB, what string, ticks []int64) (a account) {
	t.Helper()
	in := map[reading]int{}
	first, last := map[string]int64{}, map[string]int64{}
	known := map[int64]bool{}
	for _, ms := range ticks {
		known[ms] = true
	}
	for _, s := range k.samples {
		ms := s.Source.UnixMilli()
		in[reading{s.ID, ms}]++
		if !known[ms] {
			continue
		}
		if at, ok := first[s.ID]; !ok || ms < at {
			first[s.ID] = ms
		}
		last[s.ID] = max(last[s.ID], ms)
	}
	a.stored, a.doubled = len(in), len(k.samples)-len(in)
	for id, begin := range first {
		for ms := range known {
			if ms < begin || ms > last[id] {
				continue
			}
			a.sent++
			if in[reading{id, ms}] == 0 {
				a.lost++
			}
		}
	}
	t.Logf("%s: sent %d, stored %d, lost %d, doubled %d", what, a.sent, a.stored, a.lost, a.doubled)
	return a
}

// inInflux checks that InfluxDB holds every KPI of these frames as they were published, and no other.
func inInflux(t testing.TB, numbers map[cell]float64, frames []*plant.Frame) {
	t.Helper()
	points := 0
	for _, f := range frames {
		for _, k := range f.KPIs {
			points++
			want := map[string]float64{"quality": float64(k.Quality), "version": float64(f.Version)}
			if k.Value.Known() {
				want["value"] = float64(k.Value)
			}
			if k.Age >= 0 {
				want["age_s"] = k.Age.Seconds()
			}
			for _, field := range []string{"value", "quality", "version", "age_s"} {
				v, there := numbers[cell{"kpi", k.Name, field, f.Time.UnixMilli()}]
				w, wanted := want[field]
				if there != wanted || v != w {
					t.Fatalf("%s of %v: %s is %v (there: %v) in InfluxDB, published was %v", k.Name, f.Time, field, v, there, want)
				}
			}
		}
	}
	stored := 0
	for c := range numbers {
		if c.measurement == "kpi" && c.field == "quality" {
			stored++
		}
	}
	if stored != points || points == 0 {
		t.Errorf("%d points of KPIs in InfluxDB, %d were published", stored, points)
	}
}

// tail is the end of what a process said, for messages.
func tail(said string) string {
	lines := strings.Split(said, "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}
