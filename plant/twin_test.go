package plant_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/plant"
	"reetwin/plant/virtual"
	"reetwin/units"
)

var begin = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// rig is a twin of the UKy plant with its virtual plant.
type rig struct {
	config *plant.Config
	twin   *plant.Twin
	plant  *virtual.Plant
}

func model(t testing.TB, file string) *flowsheet.Plant {
	t.Helper()
	tree, err := conf.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newRig(t testing.TB, o virtual.Options) *rig {
	t.Helper()
	c, _, err := plant.ReadConfig("../configs/uky-live.toml")
	if err != nil {
		t.Fatal(err)
	}
	m := model(t, c.Plant)
	if err := c.Check(m); err != nil {
		t.Fatal(err)
	}
	twin, err := plant.NewTwin(c, m)
	if err != nil {
		t.Fatal(err)
	}
	v, err := virtual.New(model(t, c.Plant), c.Tags, o)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{c, twin, v}
}

// records are the journal of so many seconds of the virtual plant, one record a second.
func (r *rig) records(t testing.TB, seconds int) []plant.Record {
	t.Helper()
	var rs []plant.Record
	for i := range seconds {
		now := begin.Add(time.Duration(i) * time.Second)
		samples, err := r.plant.At(now)
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, plant.Record{Clock: now.Add(200 * time.Millisecond), Samples: samples})
	}
	return rs
}

func advance(twin *plant.Twin, rs []plant.Record) (frames []*plant.Frame) {
	for _, r := range rs {
		frames = append(frames, twin.Advance(r)...)
	}
	return frames
}

func kpi(t testing.TB, f *plant.Frame, name string) plant.KPI {
	t.Helper()
	for _, k := range f.KPIs {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("no KPI %s", name)
	return plant.KPI{}
}

func reading(t testing.TB, f *plant.Frame, id string) plant.Reading {
	t.Helper()
	for _, r := range f.Tags {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("no tag %s", id)
	return plant.Reading{}
}

func TestTwinFollowsAStillPlantExactly(t *testing.T) {
	r := newRig(t, virtual.Options{Still: true, Exact: true})
	if len(r.config.Tags) < 40 {
		t.Errorf("%d tags, want 40", len(r.config.Tags))
	}
	frames := advance(r.twin, r.records(t, 5))
	if len(frames) == 0 {
		t.Fatal("no frame")
	}
	f := frames[len(frames)-1]
	k := kpi(t, f, "recovery.REE")
	if k.Quality != plant.Good || math.Abs(float64(k.Value)-0.217194) > 1e-4 {
		t.Errorf("recovery %v %v (%s), want 0.217194 good", k.Value, k.Quality, k.Why)
	}
	if len(k.RestsOn) == 0 {
		t.Error("the KPI rests on nothing")
	}
	compared := 0
	for _, x := range f.Tags {
		if x.Quality != plant.Good {
			t.Errorf("%s is %v: %s", x.ID, x.Quality, x.Why)
		}
		if !x.Expected.Known() {
			continue
		}
		compared++
		if off := math.Abs(float64(x.Measured-x.Expected)) / math.Max(1e-9, math.Abs(float64(x.Expected))); off > 1e-8 {
			t.Errorf("%s measured %v, expected %v", x.ID, x.Measured, x.Expected)
		}
	}
	if compared < 15 {
		t.Errorf("%d tags compared", compared)
	}
}

func TestReplayGivesTheSameFrames(t *testing.T) {
	r := newRig(t, virtual.Options{Seed: 5})
	rs := r.records(t, 30)
	first := advance(r.twin, rs)
	again := advance(newRig(t, virtual.Options{}).twin, rs)
	if len(first) < 25 || len(first) != len(again) {
		t.Fatalf("%d and %d frames", len(first), len(again))
	}
	for i := range first {
		a, _ := json.Marshal(first[i])
		b, _ := json.Marshal(again[i])
		if string(a) != string(b) {
			t.Fatalf("frame %d differs:\n%s\n%s", i, a, b)
		}
	}
	// A twin that starts in the middle, as after a kill, agrees once it has heard every tag; the laboratory's came first.
	late := newRig(t, virtual.Options{}).twin
	rest := append([]plant.Record{rs[0]}, rs[15:]...)
	tail := advance(late, rest)
	a, b := first[len(first)-1], tail[len(tail)-1]
	if !reflect.DeepEqual(a.KPIs, b.KPIs) {
		t.Errorf("restarted twin: %v, want %v", b.KPIs, a.KPIs)
	}
	// One that knows the first ten frames gives the others, the same to the bit.
	knows := newRig(t, virtual.Options{}).twin
	knows.Skip(first[9].Time)
	others, _ := json.Marshal(advance(knows, rs))
	if want, _ := json.Marshal(first[10:]); string(others) != string(want) {
		t.Error("frames after those that were skipped differ")
	}
	// A frame survives its way through JSON.
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back plant.Frame
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if round, _ := json.Marshal(&back); string(round) != string(text) {
		t.Error("a frame changes on its way through JSON")
	}
}

// What happens to an inlet is said by every number that rests on it, and is over when the inlet is well again.
func TestQualityTravels(t *testing.T) {
	const input, upstream, kpiName = "acid_feed2.flow", "leach_solid_feed.flow", "recovery.REE"
	for _, test := range []struct {
		name    string
		spoil   func(*plant.Sample) bool // false: the sample never comes
		quality plant.Quality
		why     string
	}{
		{"bad status", func(s *plant.Sample) bool { s.Quality, s.Status = plant.Bad, 0x80000000; return true }, plant.Bad, "status 0x80000000"},
		{"no number", func(s *plant.Sample) bool { s.Value = plant.None; return true }, plant.Bad, "no number"},
		{"uncertain", func(s *plant.Sample) bool { s.Quality, s.Status = plant.Uncertain, 0x40000000; return true }, plant.Uncertain, "status 0x40000000"},
		{"out of range", func(s *plant.Sample) bool { s.Value = 1e6; return true }, plant.Bad, "outside"},
		{"silent for 5 s", func(*plant.Sample) bool { return false }, plant.Uncertain, "old"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, virtual.Options{Still: true, Exact: true})
			rs := r.records(t, 30)
			for i := 10; i < 16; i++ {
				kept := rs[i].Samples[:0:0]
				for _, s := range rs[i].Samples {
					if s.ID != input || test.spoil(&s) {
						kept = append(kept, s)
					}
				}
				rs[i].Samples = kept
			}
			frames := advance(r.twin, rs)
			sick := frames[14]
			if got := reading(t, sick, input); got.Quality != test.quality || !strings.Contains(got.Why, test.why) {
				t.Errorf("%s at %v: %v %q, want %v %q", input, sick.Time, got.Quality, got.Why, test.quality, test.why)
			}
			k := kpi(t, sick, kpiName)
			if k.Quality != test.quality || !strings.Contains(k.Why, input) {
				t.Errorf("KPI %v %q, want %v and the input named", k.Quality, k.Why, test.quality)
			}
			if test.quality == plant.Bad && k.Value.Known() {
				t.Errorf("a bad KPI shows the number %v", k.Value)
			}
			// A number that does not rest on the input is untouched.
			if got := reading(t, sick, upstream); got.Quality != plant.Good {
				t.Errorf("%s is %v", upstream, got.Quality)
			}
			well := frames[len(frames)-1]
			if k := kpi(t, well, kpiName); k.Quality != plant.Good || k.Value != kpi(t, frames[5], kpiName).Value {
				t.Errorf("after recovery %v %v, before %v", k.Quality, k.Value, kpi(t, frames[5], kpiName).Value)
			}
		})
	}
}

// A dead source: every value shows its age at once, turns uncertain, then bad.
func TestDeadSourceAges(t *testing.T) {
	r := newRig(t, virtual.Options{Still: true, Exact: true})
	rs := r.records(t, 10)
	for i := range 20 {
		rs = append(rs, plant.Record{Clock: begin.Add(time.Duration(10+i)*time.Second + 200*time.Millisecond)})
	}
	frames := advance(r.twin, rs)
	var uncertain, bad time.Duration
	last := begin.Add(9 * time.Second)
	for _, f := range frames {
		k, x := kpi(t, f, "recovery.REE"), reading(t, f, "acid_feed2.flow")
		if f.Time.After(last) && x.Age != f.Time.Sub(last) {
			t.Errorf("at %v the value is %v old, the frame says %v", f.Time, f.Time.Sub(last), x.Age)
		}
		if k.Quality == plant.Uncertain && uncertain == 0 {
			uncertain = f.Time.Sub(last)
		}
		if k.Quality == plant.Bad && bad == 0 {
			bad = f.Time.Sub(last)
		}
	}
	if uncertain != 3*time.Second || bad != 10*time.Second {
		t.Errorf("uncertain after %v, bad after %v; want 3 s and 10 s", uncertain, bad)
	}
	if f := frames[len(frames)-1]; kpi(t, f, "recovery.REE").Value.Known() {
		t.Error("a dead plant shows a recovery")
	}
}

func TestLateLaboratoryValueCounts(t *testing.T) {
	r := newRig(t, virtual.Options{Still: true, Exact: true})
	rs := r.records(t, 10)
	var lab string
	for _, tag := range r.config.Tags {
		if tag.Stale >= 10*time.Minute && tag.Moves != "" {
			lab = tag.ID
			break
		}
	}
	if lab == "" {
		t.Fatal("no laboratory tag moves the model")
	}
	before := reading(t, advance(r.twin, rs)[3], lab)
	next := plant.Record{Clock: begin.Add(11 * time.Second), Samples: []plant.Sample{{ID: lab, Value: before.Measured * 1.1,
		Source: before.Source.Add(time.Minute), Receipt: begin.Add(11 * time.Second)}}}
	frames := r.twin.Advance(next)
	frames = append(frames, r.twin.Advance(plant.Record{Clock: begin.Add(13 * time.Second)})...)
	got := reading(t, frames[len(frames)-1], lab)
	if got.Measured != before.Measured*1.1 || !got.Source.Equal(before.Source.Add(time.Minute)) {
		t.Errorf("the late value is not taken: %+v", got)
	}
	older := plant.Record{Clock: begin.Add(14 * time.Second), Samples: []plant.Sample{{ID: lab, Value: 0, Source: before.Source.Add(-time.Hour)}}}
	frames = append(r.twin.Advance(older), r.twin.Advance(plant.Record{Clock: begin.Add(16 * time.Second)})...)
	if again := reading(t, frames[len(frames)-1], lab); again.Measured != got.Measured {
		t.Errorf("an older value replaced a newer one: %+v", again)
	}
}

func TestLongSilenceIsNotFilled(t *testing.T) {
	r := newRig(t, virtual.Options{Still: true, Exact: true})
	advance(r.twin, r.records(t, 3))
	frames := r.twin.Advance(plant.Record{Clock: begin.Add(48 * time.Hour)})
	if len(frames) > 2 {
		t.Errorf("%d frames for two days of silence", len(frames))
	}
}

func BenchmarkTwinCycle(b *testing.B) {
	r := newRig(b, virtual.Options{Seed: 1})
	rs := r.records(b, 60)
	b.ReportAllocs()
	shift := time.Duration(0)
	i := 0
	for b.Loop() {
		record := rs[i%len(rs)]
		record.Clock = record.Clock.Add(shift)
		record.Samples = append([]plant.Sample(nil), record.Samples...)
		for k := range record.Samples {
			record.Samples[k].Source = record.Samples[k].Source.Add(shift)
		}
		r.twin.Advance(record)
		if i++; i%len(rs) == 0 {
			shift += time.Duration(len(rs)) * time.Second
		}
	}
}
