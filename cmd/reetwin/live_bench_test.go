//go:build unix

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"reetwin/connectors/bus"
	"reetwin/connectors/influx"
	"reetwin/plant"
)

const (
	perRecord = 1000
	pace      = 100 * time.Millisecond // of the records
)

// flood is a plant of 1000 tags, those of the live plant among them, that sends ten records a second and ends with the last.
type flood struct {
	tags    []plant.Tag
	records int
	end     context.CancelFunc
}

func (f flood) Run(ctx context.Context, deliver func([]plant.Sample) error) error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for k := range f.records {
		now := (<-tick.C).UTC().Truncate(time.Millisecond)
		samples := make([]plant.Sample, perRecord)
		for i, tag := range f.tags {
			samples[i] = plant.Sample{ID: tag.ID, Value: plant.Number(k*perRecord + i), Source: now, Receipt: now}
		}
		if err := deliver(samples); err != nil {
			return err
		}
	}
	f.end()
	return ctx.Err()
}

// BenchmarkThrough runs a whole live line at 10,000 values a second for ten seconds, through the journal on disk and the
// twin to a real InfluxDB, and counts there what arrived. The CPU share is of this process, in percent of one core.
func BenchmarkThrough(b *testing.B) {
	if testing.Short() {
		b.Skip("needs InfluxDB")
	}
	d, bucket := startInfluxDB(b), 0
	for b.Loop() {
		bucket++
		values, took, cpu := through(b, d, fmt.Sprint("through", bucket), 100)
		b.ReportMetric(float64(values)/took.Seconds(), "values/s")
		b.ReportMetric(float64(100*perRecord-values), "lost")
		b.ReportMetric(100*cpu.Seconds()/took.Seconds(), "%CPU")
		b.ReportMetric(float64((took - 100*pace).Milliseconds()), "ms-behind")
	}
}

// The same for two seconds. The plant ends with its last values, and they are in InfluxDB all the same.
func testFullSpeed(t *testing.T, r *rig) { through(t, r.influx, "through", 20) }

// through returns how many of the values arrived, and what that took.
func through(b testing.TB, d *database, bucket string, records int) (values int, took, cpu time.Duration) {
	b.Helper()
	d.create(b, bucket)
	config, model, err := loadLive(filepath.Join("..", "..", "configs", "uky-live.toml"))
	if err != nil {
		b.Fatal(err)
	}
	twin, err := plant.NewTwin(config, model)
	if err != nil {
		b.Fatal(err)
	}
	disk, err := bus.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer disk.Close()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	plenty := flood{slices.Clone(config.Tags), records, cancel}
	for i := len(plenty.tags); i < perRecord; i++ {
		plenty.tags = append(plenty.tags, plant.Tag{ID: fmt.Sprintf("AT-%d", i), Unit: "mg/L", Signal: "streams.leach_filtrate.mg_L.Nd"})
	}
	writer, err := influx.NewWriter(influx.Config{URL: d.url, Bucket: bucket, Site: config.Site}, plenty.tags, disk.Dead)
	if err != nil {
		b.Fatal(err)
	}
	defer writer.Close()
	l := &line{config: config, twin: twin, bus: disk, source: plenty, writer: writer}
	before, began := used(b), time.Now()
	if err := l.run(ctx); err != nil {
		b.Fatal(err)
	}
	took, cpu = time.Since(began), used(b)-before
	sum := 0.0
	for c, v := range d.all(b, bucket) {
		if c.measurement == "raw" && c.field == "value" {
			values, sum = values+1, sum+v
		}
	}
	if sent := perRecord * records; values != sent || sum != float64(sent*(sent-1)/2) {
		b.Errorf("sent %d, stored %d, their sum is %g", sent, values, sum)
	}
	return values, took, cpu
}

// used is the CPU time of this process so far.
func used(b testing.TB) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
