package virtual

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/plant"
	"reetwin/units"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// uky loads the live UKy plant and its model.
func uky(t testing.TB) (*plant.Config, *flowsheet.Plant) {
	t.Helper()
	c, _, err := plant.ReadConfig("../../configs/uky-live.toml")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Load(c.Plant)
	if err != nil {
		t.Fatal(err)
	}
	model, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return c, model
}

func start(t testing.TB, o Options) (*Plant, *plant.Config) {
	t.Helper()
	c, model := uky(t)
	p, err := New(model, c.Tags, o)
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

func at(t testing.TB, p *Plant, when time.Time) []plant.Sample {
	t.Helper()
	samples, err := p.At(when)
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// of finds the sample of a tag.
func of(samples []plant.Sample, id string) (plant.Sample, bool) {
	for _, s := range samples {
		if s.ID == id {
			return s, true
		}
	}
	return plant.Sample{}, false
}

func must(t testing.TB, samples []plant.Sample, id string) plant.Sample {
	t.Helper()
	s, ok := of(samples, id)
	if !ok {
		t.Fatalf("no sample of %s", id)
	}
	return s
}

func TestEveryTagIsReadWithinItsRange(t *testing.T) {
	p, c := start(t, Options{Seed: 1})
	ranges := map[string]plant.Tag{}
	for _, tag := range c.Tags {
		ranges[tag.ID] = tag
	}
	if n := len(at(t, p, noon)); n != len(c.Tags) || n < 40 {
		t.Errorf("%d samples at first, of %d tags", n, len(c.Tags))
	}
	for k := range 400 { // ten days
		when := noon.Add(time.Duration(k)*36*time.Minute + 123456*time.Microsecond)
		for _, s := range at(t, p, when) {
			tag := ranges[s.ID]
			if v := float64(s.Value); !(v >= tag.Lo && v <= tag.Hi) {
				t.Fatalf("%v: %s = %g %s is outside %g to %g", when, s.ID, v, tag.Unit, tag.Lo, tag.Hi)
			}
			if s.Quality != plant.Good || s.Status != 0 || !s.Receipt.Equal(when) || s.Source.After(when) || s.Source != s.Source.Truncate(time.Millisecond).UTC() {
				t.Fatalf("%v: %+v", when, s)
			}
		}
	}
}

// A value depends on seed, tag and time alone: not on what was read before, so that a restarted plant goes on.
func TestAValueDependsOnItsTimeAlone(t *testing.T) {
	one, _ := start(t, Options{Seed: 1})
	for k := range 50 {
		at(t, one, noon.Add(-time.Duration(50-k)*7*time.Minute))
	}
	other, _ := start(t, Options{Seed: 1})
	second, _ := start(t, Options{Seed: 2})
	a, b, c := at(t, one, noon), at(t, other, noon), at(t, second, noon)
	online := 0
	for _, s := range a {
		u := must(t, b, s.ID)
		if u != s {
			t.Errorf("%+v after a restart, %+v without", u, s)
		}
		if must(t, c, s.ID).Value != s.Value {
			online++
		}
	}
	if len(a) < 40 || online < len(a)*9/10 {
		t.Errorf("%d of %d values change with the seed", online, len(a))
	}
}

func TestTheLaboratoryIsLate(t *testing.T) {
	p, _ := start(t, Options{Seed: 1, LabInterval: time.Hour, LabDelay: 20 * time.Minute})
	const id = "leach_solid_feed.assay.Nd2O3(s)"
	times := map[time.Time]time.Time{} // sampled → received
	var first time.Time
	for k := range 181 {
		when := noon.Add(time.Duration(k) * time.Minute)
		s, ok := of(at(t, p, when), id)
		if !ok {
			continue
		}
		if _, twice := times[s.Source]; twice {
			t.Errorf("the sample of %v is reported twice", s.Source)
		}
		times[s.Source] = s.Receipt
		if first.IsZero() {
			first = s.Source
		}
	}
	if want := noon.Add(-time.Hour); !first.Equal(want) {
		t.Errorf("the first report is of %v, want that of %v", first, want)
	}
	for hour := range 3 {
		sampled := noon.Add(time.Duration(hour) * time.Hour)
		if received := times[sampled]; !received.Equal(sampled.Add(20 * time.Minute)) {
			t.Errorf("sampled %v, received %v; want 20 min later", sampled, received)
		}
	}
	if len(times) != 4 {
		t.Errorf("%d reports in 3 h, want 4 with the first", len(times))
	}
}

// The value of a report is that of the time of sampling.
func TestALateValueIsOldNews(t *testing.T) {
	const id = "leach_solid_feed.assay.Nd2O3(s)"
	o := Options{Seed: 1, Exact: true, LabDelay: 50 * time.Minute}
	p, _ := start(t, o)
	late := must(t, at(t, p, noon.Add(50*time.Minute)), id)
	if !late.Source.Equal(noon) {
		t.Fatalf("sampled %v", late.Source)
	}
	clean := func(when time.Time) float64 {
		if err := p.move(when); err != nil {
			t.Fatal(err)
		}
		v, err := p.byID[id].Expected(p.model)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := clean(noon); float64(late.Value) != v {
		t.Errorf("reported %v, the plant had %v", late.Value, v)
	}
	if v := clean(noon.Add(50 * time.Minute)); float64(late.Value) == v {
		t.Error("nothing has drifted within the delay")
	}
}

func TestDrift(t *testing.T) {
	p, c := start(t, Options{Seed: 1, Exact: true})
	_, model := uky(t)
	if err := model.Solve(); err != nil {
		t.Fatal(err)
	}
	lo, hi := map[string]float64{}, map[string]float64{}
	for k := range 300 { // five days
		for _, s := range at(t, p, noon.Add(time.Duration(k)*24*time.Minute)) {
			v := float64(s.Value)
			if _, ok := lo[s.ID]; !ok {
				lo[s.ID], hi[s.ID] = v, v
			}
			lo[s.ID], hi[s.ID] = min(lo[s.ID], v), max(hi[s.ID], v)
		}
	}
	for _, tag := range c.Tags {
		base, err := tag.Expected(model)
		if err != nil {
			t.Fatal(err)
		}
		up, down := (hi[tag.ID]-base)/math.Abs(base), (base-lo[tag.ID])/math.Abs(base)
		if (hi[tag.ID]-lo[tag.ID])/math.Abs(base) < 1e-3 {
			t.Errorf("%s stays at %g to %g %s", tag.ID, lo[tag.ID], hi[tag.ID], tag.Unit)
		}
		if tag.Moves != "" && (up > 0.06 || down > 0.06) {
			t.Errorf("%s drifts from %g to %g %s, base %g", tag.ID, lo[tag.ID], hi[tag.ID], tag.Unit, base)
		}
	}
	// What a feed is made of still adds up, and its acid is as neutral as at the base.
	sum := func(m *flowsheet.Plant) (assay, charge float64) {
		feed, _ := m.Unit("leach_solid_feed")
		for i, h := range feed.Spec.Handles {
			if strings.HasPrefix(h.Name, "assay.") {
				assay += feed.U[i]
			}
		}
		get := func(path string) float64 {
			v, err := m.Handle(path)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		return assay, get("acid_feed1.tenor.H+") / get("acid_feed1.tenor.Cl-")
	}
	a, r := sum(p.model)
	b, s := sum(model)
	if math.Abs(a-b) > 1e-12 || math.Abs(r-s) > 1e-12 {
		t.Errorf("assay adds to %.15g, at the base to %.15g; H to Cl %.15g, at the base %.15g", a, b, r, s)
	}
}

func TestStillAndExactIsTheBase(t *testing.T) {
	p, c := start(t, Options{Seed: 1, Still: true, Exact: true})
	_, model := uky(t)
	if err := model.Solve(); err != nil {
		t.Fatal(err)
	}
	samples := at(t, p, noon)
	for _, tag := range c.Tags {
		base, err := tag.Expected(model)
		if err != nil {
			t.Fatal(err)
		}
		if v := float64(must(t, samples, tag.ID).Value); math.Abs(v-base) > 1e-8*math.Abs(base) {
			t.Errorf("%s = %g, the base is %g", tag.ID, v, base)
		}
	}
}

// Noise has the size its instrument says, no bias, and a display with so many digits.
func TestNoise(t *testing.T) {
	p, _ := start(t, Options{Seed: 1, Still: true})
	exact, _ := start(t, Options{Still: true, Exact: true})
	clean := at(t, exact, noon)
	const n = 2000
	sum, squares := map[string]float64{}, map[string]float64{}
	for k := range n {
		for _, s := range at(t, p, noon.Add(time.Duration(k)*time.Second)) {
			d := float64(s.Value) - float64(must(t, clean, s.ID).Value)
			sum[s.ID] += d
			squares[s.ID] += d * d
		}
	}
	for id, want := range map[string]float64{
		"leach_liquid_feed.flow":        0.005 * 100,
		"leach_liquid_feed.temperature": 0.1,
		"leach.pH":                      0.01,
		"rougher_load.pH.stage2":        0.01,
		"leach_filtrate.mg_L.Fe":        0.01 * float64(must(t, clean, "leach_filtrate.mg_L.Fe").Value),
		"roaster.heat":                  0.005 * float64(must(t, clean, "roaster.heat").Value),
	} {
		mean, sigma := sum[id]/n, math.Sqrt(squares[id]/n)
		if math.Abs(mean) > 4*want/math.Sqrt(n) || math.Abs(sigma-want) > 0.1*want {
			t.Errorf("%s: noise %.3g ± %.3g, want 0 ± %.3g", id, mean, sigma, want)
		}
	}
	if v := float64(must(t, at(t, p, noon), "leach_liquid_feed.flow").Value); v != math.Round(v*100)/100 {
		t.Errorf("%v L/h on a display of 0.01 L/h", v)
	}
}

func TestFaults(t *testing.T) {
	p, c := start(t, Options{Seed: 1})
	sound, _ := start(t, Options{Seed: 1})
	from, to := noon, noon.Add(time.Minute)
	const lab = "leach_solid_feed.assay.Nd2O3(s)"
	failing := map[string]Kind{"leach.pH": BadStatus, "leach_filtrate.m3_s": Doubtful, "leach_liquid_feed.flow": Stuck,
		"roaster.heat": OutOfRange, "acid_feed2.flow": Silent, lab: Silent}
	for id, kind := range failing {
		if err := p.Fault(id, kind, from, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, when := range []time.Time{from.Add(-time.Second), from, from.Add(30 * time.Second), to.Add(-time.Millisecond), to, from.Add(20 * time.Minute)} {
		samples, want := at(t, p, when), at(t, sound, when)
		failed := !when.Before(from) && when.Before(to)
		for _, w := range want {
			s, ok := of(samples, w.ID)
			kind, faulty := failing[w.ID]
			if !faulty || !failed && w.ID != lab {
				if s != w {
					t.Errorf("%v: %+v, without a fault %+v", when, s, w)
				}
				continue
			}
			if w.ID == lab { // what counts is the time of sampling
				if silent := w.Source.Equal(noon); ok == silent {
					t.Errorf("%v: %s sampled %v: reported %v", when, lab, w.Source, ok)
				}
				continue
			}
			switch kind {
			case BadStatus:
				w.Quality, w.Status = plant.Bad, badSensorFailure
			case Doubtful:
				w.Quality, w.Status = plant.Uncertain, uncertainSensorNotAccurate
			case Stuck:
				again, _ := start(t, Options{Seed: 1})
				w.Value = must(t, at(t, again, from), w.ID).Value
			case OutOfRange:
				w.Value = 1100
			case Silent:
				if ok {
					t.Errorf("%v: a silent tag says %+v", when, s)
				}
				continue
			}
			if s != w {
				t.Errorf("%v: %v gives %+v, want %+v", when, kind, s, w)
			}
		}
		if failed && len(samples) >= len(want) {
			t.Errorf("%v: %d samples of %d tags, want fewer", when, len(samples), len(c.Tags))
		}
	}
}

func TestRefusals(t *testing.T) {
	p, _ := start(t, Options{})
	for _, c := range []struct {
		err  error
		want string
	}{
		{p.Fault("leach.Ph2", Stuck, noon, noon.Add(1)), `no tag "leach.Ph2"; did you mean "leach.pH"?`},
		{p.Fault("leach.pH", Kind(9), noon, noon.Add(1)), "tag leach.pH: no fault of kind 9"},
		{p.Fault("leach.pH", Stuck, noon, noon), "tag leach.pH: stuck from 2026-03-02T12:00:00Z to 2026-03-02T12:00:00Z: the end is not after the beginning"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%v, want %s", c.err, c.want)
		}
	}
	for name, c := range map[string]struct {
		o    Options
		tags []plant.Tag
		want string
	}{
		"delay":   {Options{LabDelay: -1}, nil, "needs positive times"},
		"nothing": {Options{}, []plant.Tag{{ID: "x", Unit: "1", Hi: 1}}, "tag x: neither a signal nor a handle"},
		"range":   {Options{}, []plant.Tag{{ID: "x", Unit: "1", Signal: "leach.pH"}}, "tag x: range 0 to 0 1; needs two ends"},
		"twice":   {Options{}, []plant.Tag{{ID: "x", Unit: "1", Hi: 7, Signal: "leach.pH"}, {ID: "x", Unit: "1", Hi: 7, Signal: "leach.pH"}}, "tag x: there are two of it"},
		"signal":  {Options{}, []plant.Tag{{ID: "x", Unit: "1", Hi: 7, Signal: "leach.pHH"}}, `did you mean "pH"?`},
		"unit":    {Options{}, []plant.Tag{{ID: "x", Unit: "K", Hi: 7, Signal: "leach.pH"}}, "tag x: a value in 1 is no quantity in K"},
		"moves":   {Options{}, []plant.Tag{{ID: "x", Unit: "1", Hi: 7, Signal: "leach.pH", Moves: "leach.pHH"}}, "tag x: leach.pHH: leach has no handle"},
	} {
		_, model := uky(t)
		if _, err := New(model, c.tags, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A ganged handle moves its members alike, in temperature scales of the tag's own.
func TestGangsDriftTogether(t *testing.T) {
	_, model := uky(t)
	p, err := New(model, []plant.Tag{
		{ID: "dosage", Unit: "mol/L", Hi: 2, Moves: "dosage"},
		{ID: "T", Unit: "degF", Lo: 30, Hi: 212, Moves: "precipitator.temperature"},
	}, Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	base, err := model.Handle("rougher_org_make_up.tenor.D2EHPA")
	if err != nil {
		t.Fatal(err)
	}
	at(t, p, noon)
	a, errA := model.Handle("rougher_org_make_up.tenor.D2EHPA")
	b, errB := model.Handle("cleaner_org_make_up.tenor.D2EHPA")
	if errA != nil || errB != nil || a != b || a == base {
		t.Errorf("%g and %g, base %g (%v, %v)", a, b, base, errA, errB)
	}
	if i := p.byID["T"].instrument; math.Abs(i.absolute-0.18) > 1e-9 || i.relative != 0 {
		t.Errorf("thermometer in degF: %+v", i)
	}
}

func TestReadOptions(t *testing.T) {
	tree, err := conf.Parse("live.toml", []byte("seed = 7\nlab_interval = '2 h'\nstill = true\n"))
	if err != nil {
		t.Fatal(err)
	}
	if o := ReadOptions(tree.Root()); o != (Options{Seed: 7, LabInterval: 2 * time.Hour, LabDelay: 20 * time.Minute, Still: true}) || tree.Err() != nil {
		t.Errorf("%+v %v", o, tree.Err())
	}
	tree, err = conf.Parse("live.toml", []byte("sed = 7\nlab_delay = '2 L'\n"))
	if err != nil {
		t.Fatal(err)
	}
	ReadOptions(tree.Root())
	want := "live.toml:1: sed: unknown key \"sed\"; did you mean \"seed\"?\nlive.toml:2: lab_delay: \"2 L\" has the wrong dimension; needs e.g. \"1 s\""
	if err := tree.Err(); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

// A step of all tags, with one report of the laboratory in it, is to be far within a cycle: 10 ms are wanted.
func BenchmarkAt(b *testing.B) {
	p, c := start(b, Options{Seed: 1})
	when := noon
	b.ReportMetric(float64(len(c.Tags)), "tags")
	for b.Loop() {
		when = when.Add(time.Second)
		at(b, p, when)
	}
}

func ExamplePlant() {
	c, _, err := plant.ReadConfig("../../configs/uky-live.toml")
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, err := conf.Load(c.Plant)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := New(model, c.Tags, ReadOptions(c.Virtual))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	if err := p.Fault("roaster.heat", OutOfRange, now, now.Add(time.Minute)); err != nil {
		fmt.Println(err)
		return
	}
	samples, err := p.At(now)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range samples {
		if s.ID == "roaster.heat" || s.ID == "leach_solid_feed.assay.Nd2O3(s)" {
			fmt.Println(s.ID, s.Value, s.Quality, now.Sub(s.Source))
		}
	}
	// Output:
	// leach_solid_feed.assay.Nd2O3(s) 68.76 good 1h0m0s
	// roaster.heat 1100 good 0s
}
