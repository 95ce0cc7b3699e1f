package influx

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"reetwin/plant"
)

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tags = []plant.Tag{
		{ID: "AT-201", Unit: "mg/L", Signal: "streams.leach liquor.mg_L.Nd"},
		{ID: "AT-202", Unit: "1", Signal: "units.load.signals.pH.stage1"},
		{ID: "FT-101", Unit: "L/h", Moves: "leach_solid_feed.flow"},
	}
)

func Example() {
	e, err := NewEncoder("uky", tags)
	if err != nil {
		panic(err)
	}
	frame := plant.Frame{Site: "uky", Time: noon, Version: 2}
	line, _ := e.Sample(nil, &plant.Sample{ID: "AT-201", Value: 12.5, Source: noon.Add(-1500 * time.Millisecond)})
	line, _ = e.Sample(line, &plant.Sample{ID: "FT-101", Value: plant.None, Quality: plant.Bad, Status: 0x80310000, Source: noon})
	line, _ = e.Reading(line, &frame, &plant.Reading{ID: "AT-201", Expected: 12.25, Rests: plant.Uncertain, Age: 1500 * time.Millisecond})
	line, _ = e.KPI(line, &frame, &plant.KPI{Name: "recovery.Nd", Unit: "1", Value: 0.75, Age: 4 * time.Hour})
	fmt.Print(string(line))
	// Output:
	// raw,element=Nd,id=AT-201,site=uky,stream=leach\ liquor,uom=mg/L quality=0,value=12.5,status=0 1772366398500
	// raw,id=FT-101,site=uky,unit=leach_solid_feed,uom=L/h quality=2,status=2150694912 1772366400000
	// model,element=Nd,id=AT-201,site=uky,stream=leach\ liquor,uom=mg/L quality=1,value=12.25,age_s=1.5,version=2 1772366400000
	// kpi,element=Nd,kpi=recovery.Nd,site=uky,uom=1 quality=0,value=0.75,age_s=14400,version=2 1772366400000
}

func TestPlace(t *testing.T) {
	for path, want := range map[string]series{
		"streams.leach_liquor.mg_L.Nd":           {stream: "leach_liquor", element: "Nd"},
		"leach_liquor.mg_L.Nd":                   {stream: "leach_liquor", element: "Nd"},
		"streams.SX-201.raffinate.mg_L.Dy":       {stream: "SX-201.raffinate", element: "Dy"},
		"streams.cake.mol_s.Nd2(C2O4)3·10H2O(s)": {stream: "cake"},
		"streams.product.pH":                     {stream: "product"},
		"product.kg_s":                           {stream: "product"},
		"units.load.signals.pH.stage1":           {unit: "load"},
		"units.load.pH.stage1":                   {unit: "load"},
		"leach.conversion.Nd":                    {unit: "leach", element: "Nd"},
		"leach_solid_feed.flow":                  {unit: "leach_solid_feed"},
		"roaster.gas.flow":                       {unit: "roaster"},
		"kpis.recovery.Nd":                       {kpi: "recovery.Nd", element: "Nd"},
		"kpis.reagent.HCl":                       {kpi: "reagent.HCl"},
		"all_strips":                             {},
		"":                                       {},
	} {
		if got := (series{}).at(path); got != want {
			t.Errorf("%q: %+v, not %+v", path, got, want)
		}
	}
}

func TestNoNumberIsBadAndHasNoValue(t *testing.T) {
	e, err := NewEncoder("uky", tags)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []plant.Number{plant.None, plant.Number(math.Inf(1)), plant.Number(math.Inf(-1))} {
		f := &plant.Frame{Site: "uky", Time: noon}
		text, err := e.Sample(nil, &plant.Sample{ID: "AT-201", Value: v, Source: noon})
		if err != nil {
			t.Fatal(err)
		}
		if text, err = e.Reading(text, f, &plant.Reading{ID: "AT-201", Expected: v, Age: -1}); err != nil {
			t.Fatal(err)
		}
		if text, err = e.KPI(text, f, &plant.KPI{Name: "purity.REE", Value: v}); err != nil {
			t.Fatal(err)
		}
		points, err := parse(string(text))
		if err != nil || len(points) != 3 {
			t.Fatalf("%v: %v", points, err)
		}
		for _, p := range points {
			if _, ok := p.fields["value"]; ok || p.fields["quality"] != 2 {
				t.Errorf("%v: %+v", v, p)
			}
		}
		if _, ok := points[1].fields["age_s"]; ok {
			t.Error("an age that there never was")
		}
	}
}

func TestReadings(t *testing.T) {
	e, err := NewEncoder("uky", tags)
	if err != nil {
		t.Fatal(err)
	}
	uky, other := &plant.Frame{Site: "uky", Time: noon}, &plant.Frame{Site: "other", Time: noon}
	line := func(f *plant.Frame, r plant.Reading) string {
		text, err := e.Reading(nil, f, &r)
		if err != nil {
			t.Fatal(err)
		}
		key, _, _ := strings.Cut(strings.ReplaceAll(string(text), `\ `, "_"), " ")
		return key
	}
	for _, c := range []struct{ got, want string }{
		{line(uky, plant.Reading{ID: "FT-101", Measured: 3, Expected: plant.None}), ""}, // only moves the model
		{line(uky, plant.Reading{ID: "AT-202", Expected: 2}), "model,id=AT-202,site=uky,unit=load,uom=1"},
		{line(other, plant.Reading{ID: "AT-202", Expected: 2}), "model,id=AT-202,site=other,unit=load,uom=1"},
		{line(other, plant.Reading{ID: "XT-9", Unit: "Pa", Expected: 2}), "model,id=XT-9,site=other,uom=Pa"},
	} {
		if c.got != c.want {
			t.Errorf("%s, not %s", c.got, c.want)
		}
	}
}

func TestNamesThatNoLineCanCarry(t *testing.T) {
	for _, name := range []string{"", `a\`, "a\nb", "a\x00", "a\x7f", "a\xff"} {
		if _, err := NewEncoder("uky", []plant.Tag{{ID: name}}); err == nil {
			t.Errorf("tag %q is taken", name)
		}
		e, _ := NewEncoder("uky", nil)
		before := []byte("before")
		if text, err := e.Sample(before, &plant.Sample{ID: name, Source: noon}); err == nil || string(text) != "before" {
			t.Errorf("sample of %q: %q, %v", name, text, err)
		}
		if text, err := e.KPI(before, &plant.Frame{Time: noon}, &plant.KPI{Name: name}); err == nil || string(text) != "before" {
			t.Errorf("KPI %q: %q, %v", name, text, err)
		}
	}
	if _, err := NewEncoder("uky", []plant.Tag{{ID: "a"}, {ID: "a"}}); err == nil {
		t.Error("a tag is taken twice")
	}
	e, _ := NewEncoder("uky", tags)
	if _, err := e.Sample(nil, &plant.Sample{ID: "AT-201"}); err == nil {
		t.Error("a sample without a time is taken")
	}
}

// FuzzEncoder writes a sample, a reading and a KPI and reads them back: all is as it was, or the encoder refused.
func FuzzEncoder(f *testing.F) {
	f.Add("AT-201", "leach liquor", "mg/L", "recovery.Nd", 12.5, uint8(0), uint32(0), int64(1772366400000), int64(1500))
	f.Add(`a,b=c "d"`, " ", "°C", "=", math.Copysign(0, -1), uint8(1), uint32(0x480), int64(-1), int64(-1))
	f.Add(`a\`, "\n", "\xff", ",", math.NaN(), uint8(9), uint32(math.MaxUint32), int64(math.MaxInt32), int64(0))
	f.Add("é,=", "s", "", "k", math.MaxFloat64, uint8(2), uint32(1), int64(0), int64(math.MaxInt32))
	f.Fuzz(func(t *testing.T, id, stream, uom, kpi string, value float64, q uint8, status uint32, ms, ageMs int64) {
		at := time.UnixMilli(ms % (1 << 45)).Add(time.Duration(uint64(ageMs) % 1e6))
		stream = "S" + stream
		age := time.Duration(ageMs % (1 << 40) * 1e6)
		tag := plant.Tag{ID: id, Unit: uom, Signal: "streams." + stream + ".mg_L.Nd"}
		bad := func(names ...string) bool {
			return names[0] == "" || slices.ContainsFunc(names, func(name string) bool {
				return !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool {
					return r < ' ' || r == 0x7f || r == '\\'
				})
			})
		}
		e, err := NewEncoder("uky", []plant.Tag{tag})
		if (err != nil) != bad(id, stream, uom) {
			t.Fatalf("tag %+v: %v", tag, err)
		}
		if err != nil {
			return
		}
		frame := plant.Frame{Site: "a b", Time: at, Version: int(q)}
		text, err := e.Sample(nil, &plant.Sample{ID: id, Value: plant.Number(value), Quality: plant.Quality(q), Status: status, Source: at})
		if err != nil {
			t.Fatal(err)
		}
		if text, err = e.Reading(text, &frame, &plant.Reading{ID: id, Expected: plant.Number(value), Rests: plant.Quality(q), Age: age}); err != nil {
			t.Fatal(err)
		}
		text, err = e.KPI(text, &frame, &plant.KPI{Name: kpi, Unit: uom, Value: plant.Number(value), Quality: plant.Quality(q), Age: age})
		if (err != nil) != bad(kpi, uom) {
			t.Fatalf("KPI %q: %v", kpi, err)
		}

		fields := map[string]float64{"quality": float64(min(q, 2))}
		if plant.Number(value).Known() {
			fields["value"] = value
		} else {
			fields["quality"] = 2
		}
		raw := maps.Clone(fields)
		raw["status"] = float64(status)
		fields["version"] = float64(q)
		if age >= 0 {
			fields["age_s"] = age.Seconds()
		}
		some := func(m map[string]string) map[string]string {
			maps.DeleteFunc(m, func(_, v string) bool { return v == "" })
			return m
		}
		want := []point{
			{"raw", some(map[string]string{"site": "uky", "id": id, "stream": stream, "element": "Nd", "uom": uom}), raw, at.UnixMilli()},
			{"model", some(map[string]string{"site": "a b", "id": id, "stream": stream, "element": "Nd", "uom": uom}), fields, at.UnixMilli()},
			{"kpi", some(map[string]string{"site": "a b", "kpi": kpi, "element": element(kpi), "uom": uom}), fields, at.UnixMilli()},
		}
		if err != nil {
			want = want[:2]
		}
		got, err := parse(string(text))
		if err != nil || len(got) != len(want) {
			t.Fatalf("%q: %v", text, err)
		}
		for i, g := range got {
			w := want[i]
			if g.measurement != w.measurement || g.ms != w.ms || !maps.Equal(g.tags, w.tags) || !maps.Equal(g.fields, w.fields) {
				t.Errorf("%q reads\n%+v, not\n%+v", text, g, w)
			}
		}
	})
}

func TestEncoderDoesNotAllocate(t *testing.T) {
	e, frame, text := benchEncoder(t)
	if n := testing.AllocsPerRun(100, func() { encodeAll(e, frame, text) }); n != 0 {
		t.Errorf("%v allocations in %d points", n, 3*len(frame.Tags))
	}
}

func BenchmarkEncoder(b *testing.B) {
	e, frame, text := benchEncoder(b)
	b.ReportAllocs()
	points := 0
	for b.Loop() {
		text = encodeAll(e, frame, text)
		points += 3 * len(frame.Tags)
	}
	b.ReportMetric(float64(points)/b.Elapsed().Seconds(), "points/s")
	b.ReportMetric(float64(len(text))/float64(3*len(frame.Tags)), "B/point")
}

// benchEncoder prepares 1000 tags, a frame of them with as many KPIs, and room for its text.
func benchEncoder(t testing.TB) (*Encoder, *plant.Frame, []byte) {
	frame := &plant.Frame{Site: "uky", Time: noon, Version: 1}
	var tags []plant.Tag
	for i := range 1000 {
		id := fmt.Sprintf("AT-%d", i)
		tags = append(tags, plant.Tag{ID: id, Unit: "mg/L", Signal: "streams.leach_liquor.mg_L.Nd"})
		v := plant.Number(100 + math.Sin(float64(i)))
		frame.Tags = append(frame.Tags, plant.Reading{ID: id, Unit: "mg/L", Measured: v, Source: noon, Expected: v, Age: 2 * time.Second})
		frame.KPIs = append(frame.KPIs, plant.KPI{Name: fmt.Sprintf("recovery.E%d", i), Unit: "1", Value: v / 200})
	}
	e, err := NewEncoder("uky", tags)
	if err != nil {
		t.Fatal(err)
	}
	return e, frame, make([]byte, 0, 1<<20)
}

func encodeAll(e *Encoder, f *plant.Frame, text []byte) []byte {
	text = text[:0]
	for i := range f.Tags {
		r := &f.Tags[i]
		s := plant.Sample{ID: r.ID, Value: r.Measured, Source: r.Source}
		text, _ = e.Sample(text, &s)
		text, _ = e.Reading(text, f, r)
		text, _ = e.KPI(text, f, &f.KPIs[i])
	}
	return text
}
