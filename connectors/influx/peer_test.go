package influx

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reetwin/plant"
)

func TestInfluxDB(t *testing.T) {
	if testing.Short() {
		t.Skip("needs InfluxDB")
	}
	d := startInfluxd(t)
	t.Run("stored as written", func(t *testing.T) { testStoredAsWritten(t, d) })
	t.Run("a later version", func(t *testing.T) { testLaterVersion(t, d) })
	t.Run("poisoned lines", func(t *testing.T) { testPoisonedLines(t, d) })
	t.Run("no data base", func(t *testing.T) { testNoDataBase(t, d) })
	t.Run("queries of docs/influx.md", func(t *testing.T) { testQueriesOfTheDocs(t, d) })
	t.Run("killed under load", func(t *testing.T) { testKilledUnderLoad(t, d) })
}

func peerWriter(t testing.TB, d *influxd, bucket string, tags []plant.Tag, g *grave) *Writer {
	t.Helper()
	w, err := NewWriter(Config{URL: d.URL, Bucket: bucket, Site: "uky"}, tags, g.bury)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func testStoredAsWritten(t *testing.T, d *influxd) {
	d.create(t, "stored")
	odd := plant.Tag{ID: `odd, "name" = 1;'é°`, Unit: "°C ", Signal: `streams. =,"s.mg_L.Nd`}
	var g grave
	w := peerWriter(t, d, "stored", append([]plant.Tag{odd}, tags...), &g)

	values := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e21, 1e-7, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, math.Pi * 1e100}
	record := plant.Record{Clock: noon}
	frame := plant.Frame{Site: "uky", Time: noon, Version: 7}
	for i, v := range values {
		at := noon.Add(time.Duration(i)*time.Second + 123*time.Millisecond + 456*time.Microsecond)
		record.Samples = append(record.Samples, plant.Sample{ID: odd.ID, Value: plant.Number(v), Quality: plant.Quality(i % 3), Status: uint32(math.MaxUint32 - i), Source: at})
		frame.KPIs = append(frame.KPIs, plant.KPI{Name: fmt.Sprintf("recovery.E%d", i), Unit: "1", Value: plant.Number(v), Quality: plant.Quality(i % 3), Age: time.Duration(i) * 1500 * time.Millisecond})
	}
	record.Samples = append(record.Samples, plant.Sample{ID: "FT-101", Value: plant.None, Quality: plant.Bad, Source: noon})
	frame.Tags = []plant.Reading{
		{ID: "AT-201", Measured: 1, Expected: 12.5, Rests: plant.Uncertain, Age: 4 * time.Second},
		{ID: "AT-202", Measured: 1, Expected: plant.None, Age: -1},
		{ID: "FT-101", Measured: 1, Expected: plant.None},
	}
	write := func() {
		t.Helper()
		if err := w.Records(t.Context(), []plant.Record{record}); err != nil {
			t.Fatal(err)
		}
		if err := w.Frames(t.Context(), []plant.Frame{frame}); err != nil {
			t.Fatal(err)
		}
	}
	write()

	type key struct {
		series string
		at     int64
	}
	read := map[key]map[string]float64{}
	for _, r := range d.flux(t, `from(bucket: "stored") |> range(start: 2026-01-01T00:00:00Z, stop: 2027-01-01T00:00:00Z)`) {
		s := fmt.Sprint(r.Measurement(), r.ValueByKey("site"))
		for _, tag := range []string{"id", "kpi", "unit", "stream", "element", "uom"} {
			if v := r.ValueByKey(tag); v != nil && v != "" {
				s += fmt.Sprintf("|%s:%v", tag, v)
			}
		}
		k := key{s, r.Time().UnixNano()}
		if read[k] == nil {
			read[k] = map[string]float64{}
		}
		read[k][r.Field()] = r.Value().(float64)
	}
	want := map[key]map[string]float64{
		{"rawuky|id:FT-101|unit:leach_solid_feed|uom:L/h", noon.UnixNano()}:             {"quality": 2, "status": 0},
		{"modeluky|id:AT-201|stream:leach liquor|element:Nd|uom:mg/L", noon.UnixNano()}: {"quality": 1, "value": 12.5, "age_s": 4, "version": 7},
		{"modeluky|id:AT-202|unit:load|uom:1", noon.UnixNano()}:                         {"quality": 2, "version": 7},
	}
	for i, v := range values {
		at := noon.Add(time.Duration(i)*time.Second + 123*time.Millisecond)
		want[key{`rawuky|id:odd, "name" = 1;'é°|stream: =,"s|element:Nd|uom:°C `, at.UnixNano()}] =
			map[string]float64{"quality": float64(i % 3), "value": v, "status": math.MaxUint32 - float64(i)}
		want[key{fmt.Sprintf("kpiuky|kpi:recovery.E%d|element:E%d|uom:1", i, i), noon.UnixNano()}] =
			map[string]float64{"quality": float64(i % 3), "value": v, "age_s": 1.5 * float64(i), "version": 7}
	}
	for k, fields := range want {
		if !maps.Equal(read[k], fields) {
			t.Errorf("%+v: %v, not %v", k, read[k], fields)
		}
		delete(read, k)
	}
	if len(read) > 0 || len(g.lines) > 0 {
		t.Errorf("besides: %v; dead: %q", read, g.reasons)
	}

	before := d.count(t, "stored")
	write()
	write()
	if after := d.count(t, "stored"); !maps.Equal(before, after) || before["raw.quality"] != len(record.Samples) {
		t.Errorf("a replay changes %v to %v", before, after)
	}
	if s := w.Stats(); s.Stored != uint64(3*(len(record.Samples)+len(frame.KPIs)+2)) || !s.Up || s.Dead+s.Retried != 0 || time.Since(s.LastStored) > time.Minute {
		t.Errorf("%+v", s)
	}
}

// A later version of a frame overwrites the earlier; a number that is no longer known stays beneath quality 2.
func testLaterVersion(t *testing.T, d *influxd) {
	d.create(t, "later")
	var g grave
	w := peerWriter(t, d, "later", tags, &g)
	for version, kpi := range []plant.KPI{
		{Name: "recovery.Nd", Value: 0.5, Quality: plant.Uncertain},
		{Name: "recovery.Nd", Value: 0.6},
		{Name: "recovery.Nd", Value: plant.None, Quality: plant.Bad},
	} {
		if err := w.Frames(t.Context(), []plant.Frame{{Site: "uky", Time: noon, Version: version, KPIs: []plant.KPI{kpi}}}); err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, r := range d.flux(t, `from(bucket: "later") |> range(start: 2026-01-01T00:00:00Z, stop: 2027-01-01T00:00:00Z)`) {
			got[r.Field()] = r.Value().(float64)
		}
		want := []map[string]float64{
			{"value": 0.5, "quality": 1, "version": 0, "age_s": 0},
			{"value": 0.6, "quality": 0, "version": 1, "age_s": 0},
			{"value": 0.6, "quality": 2, "version": 2, "age_s": 0},
		}[version]
		if !maps.Equal(got, want) {
			t.Errorf("version %d: %v, not %v", version, got, want)
		}
	}
}

// Somebody wrote integers where and when the writer writes floats, and a clock says 1601: only those lines die.
func testPoisonedLines(t *testing.T, d *influxd) {
	d.create(t, "poison")
	year2001 := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	d.line(t, "poison", fmt.Sprintf("raw,id=other value=1i %d", year2001.UnixMilli()))
	records := samples(10000)
	records[0].Samples[4321].Source = year2001
	records[0].Samples[9000].Source = time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)
	var g grave
	w := peerWriter(t, d, "poison", tags, &g)
	if err := w.Records(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	if len(g.lines) != 2 {
		t.Fatalf("%d dead: %q", len(g.lines), g.reasons)
	}
	for i, want := range []struct{ line, reason string }{
		{"value=4321,", `field type conflict: input field "value" on measurement "raw" is type float, already exists as type integer`},
		{"value=9000,", "time outside range"},
	} {
		if !strings.Contains(g.lines[i], want.line) || !strings.Contains(g.reasons[i], want.reason) {
			t.Errorf("%q because %q, not %v", g.lines[i], g.reasons[i], want)
		}
	}
	if n := d.count(t, "poison")["raw.status"]; n != 9998 {
		t.Errorf("%d stored", n)
	}
	if s := w.Stats(); s.Stored != 9998 || s.Dead != 2 || !s.Up {
		t.Errorf("%+v", s)
	}
}

// Without its data base a writer keeps everything, says so, and stores it once the data base is there.
func testNoDataBase(t *testing.T, d *influxd) {
	var g grave
	w := peerWriter(t, d, "missing", tags, &g)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if err := w.Records(ctx, samples(10)); err == nil || len(g.lines) != 0 {
		t.Errorf("%v, %d dead", err, len(g.lines))
	}
	if s := w.Stats(); s.Up || !strings.Contains(s.LastError, `database not found: "missing"`) || s.Stored != 0 {
		t.Errorf("%+v", s)
	}
	d.create(t, "missing")
	if err := w.Records(t.Context(), samples(10)); err != nil || d.count(t, "missing")["raw.value"] != 10 || !w.Stats().Up {
		t.Errorf("%v, %+v", err, w.Stats())
	}
}

// Every query of docs/influx.md runs on an hour of a plant and finds something.
func testQueriesOfTheDocs(t *testing.T, d *influxd) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "influx.md"))
	if err != nil {
		t.Fatal(err)
	}
	d.create(t, "twin")
	var g grave
	w := peerWriter(t, d, "twin", tags, &g)
	now := time.Now().Truncate(10 * time.Second)
	var records []plant.Record
	var frames []plant.Frame
	for at := now.Add(-time.Hour); !at.After(now); at = at.Add(10 * time.Second) {
		q := plant.Quality(0)
		if at.Minute()%10 == 3 {
			q = plant.Bad
		}
		v := plant.Number(100 + at.Sub(now).Minutes())
		records = append(records, plant.Record{Clock: at, Samples: []plant.Sample{
			{ID: "AT-201", Value: v, Quality: q, Source: at.Add(-time.Second)},
			{ID: "AT-202", Value: 2, Source: at.Add(-time.Second)}}})
		frames = append(frames, plant.Frame{Site: "uky", Time: at, Version: 1,
			Tags: []plant.Reading{{ID: "AT-201", Expected: v + 1, Age: time.Second}, {ID: "AT-202", Expected: 2.1}},
			KPIs: []plant.KPI{{Name: "recovery.Nd", Unit: "1", Value: 0.8, Quality: q}, {Name: "purity.REE", Unit: "1", Value: 0.9}}})
	}
	if err := w.Records(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	if err := w.Frames(t.Context(), frames); err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```flux\n")[1:]
	if len(blocks) < 5 {
		t.Errorf("only %d queries", len(blocks))
	}
	for _, block := range blocks {
		query, _, ok := strings.Cut(block, "```")
		if !ok {
			t.Fatalf("%s\ndoes not end", block)
		}
		rows := d.flux(t, query)
		if len(rows) == 0 {
			t.Errorf("%s\nfinds nothing", query)
			continue
		}
		t.Logf("%d rows, the first %v of\n%s", len(rows), rows[0].Values(), query)
	}
}

// The server is killed for some seconds under 10,000 values/s: none is lost, and the backlog is made up.
func testKilledUnderLoad(t *testing.T, d *influxd) {
	const (
		perRecord = 1000 // ten records a second
		seconds   = 9
		total     = 10 * seconds * perRecord
	)
	d.create(t, "load")
	many := make([]plant.Tag, perRecord)
	for i := range many {
		many[i] = plant.Tag{ID: fmt.Sprintf("AT-%d", i), Unit: "mg/L", Signal: "streams.leach_liquor.mg_L.Nd"}
	}
	var g grave
	w := peerWriter(t, d, "load", many, &g)

	journal := make(chan plant.Record, 10*seconds) // as the durable consumer's: what is not returned for stays
	go func() {
		defer close(journal)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for k := range 10 * seconds {
			r := plant.Record{Clock: noon.Add(time.Duration(k) * 100 * time.Millisecond)}
			for i := range perRecord {
				r.Samples = append(r.Samples, plant.Sample{ID: many[i].ID, Value: plant.Number(k*perRecord + i), Source: r.Clock})
			}
			journal <- r
			<-tick.C
		}
	}()
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		time.Sleep(2 * time.Second)
		d.kill()
		time.Sleep(4 * time.Second)
	}()
	written := make(chan error, 1)
	began := time.Now()
	go func() {
		for r := range journal {
			batch := []plant.Record{r}
			for len(journal) > 0 && len(batch) < 20 {
				batch = append(batch, <-journal)
			}
			if err := w.Records(t.Context(), batch); err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	<-killed
	if s := w.Stats(); s.Up || s.Stored == 0 || s.Stored == total {
		t.Errorf("while the server was away: %+v", s)
	}
	d.start(t)
	select {
	case err := <-written:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("not written within 30 s: %+v", w.Stats())
	}
	took := time.Since(began)
	s := w.Stats()
	t.Logf("%d values in %.1f s; %d tries again, last error %q", total, took.Seconds(), s.Retried, s.LastError)
	if s.Stored < total || s.Retried == 0 || s.Dead != 0 || !s.Up {
		t.Errorf("%+v", s)
	}
	if got := d.count(t, "load"); got["raw.value"] != total || got["raw.quality"] != total || got["raw.status"] != total {
		t.Errorf("%v, not %d", got, total)
	}
	sum := d.flux(t, `from(bucket: "load") |> range(start: 2026-01-01T00:00:00Z, stop: 2027-01-01T00:00:00Z)
		|> filter(fn: (r) => r._field == "value") |> group() |> sum()`)
	if want := float64(total) * (total - 1) / 2; len(sum) != 1 || sum[0].Value().(float64) != want {
		t.Errorf("the values' sum is not %v: %v", want, sum)
	}
}

// BenchmarkInfluxDB writes values through the writer to a real server on the same machine.
func BenchmarkInfluxDB(b *testing.B) {
	if testing.Short() {
		b.Skip("needs InfluxDB")
	}
	d := startInfluxd(b)
	d.create(b, "bench")
	e, frame, _ := benchEncoder(b)
	many := make([]plant.Tag, 0, len(frame.Tags))
	for _, r := range frame.Tags {
		many = append(many, plant.Tag{ID: r.ID, Unit: e.tags[r.ID].series.unitOfMeasure, Signal: "streams.leach_liquor.mg_L.Nd"})
	}
	var g grave
	w := peerWriter(b, d, "bench", many, &g)
	records := make([]plant.Record, 10)
	at, values := noon, 0
	for b.Loop() {
		for i := range records {
			records[i].Samples = records[i].Samples[:0]
			for j := range frame.Tags {
				records[i].Samples = append(records[i].Samples, plant.Sample{ID: frame.Tags[j].ID, Value: frame.Tags[j].Measured, Source: at})
			}
			at = at.Add(100 * time.Millisecond)
		}
		if err := w.Records(b.Context(), records); err != nil {
			b.Fatal(err)
		}
		values += len(records) * len(many)
	}
	b.ReportMetric(float64(values)/b.Elapsed().Seconds(), "values/s")
	if s := w.Stats(); s.Stored != uint64(values) {
		b.Errorf("%+v", s)
	}
}
