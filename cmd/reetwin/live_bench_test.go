//go:build unix

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"reetwin/connectors/bus"
	"reetwin/connectors/influx"
	"reetwin/plant"
)

const (
	perRecord = 1000
	records   = 100
	pace      = 100 * time.Millisecond // of the records
)

// flood is a plant of 1000 tags, those of the live plant among them, that sends ten records a second and then ends.
type flood struct {
	tags []plant.Tag
	end  context.CancelFunc
}

func (f flood) Run(ctx context.Context, deliver func([]plant.Sample) error) error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for k := range records {
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
		through(b, d, fmt.Sprint("through", bucket))
	}
}

func through(b *testing.B, d *database, bucket string) {
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
	plenty := flood{tags: config.Tags, end: cancel}
	for i := len(plenty.tags); i < perRecord; i++ {
		plenty.tags = append(plenty.tags, plant.Tag{ID: fmt.Sprintf("AT-%d", i), Unit: "mg/L", Signal: "streams.leach_filtrate.mg_L.Nd"})
	}
	writer, err := influx.NewWriter(influx.Config{URL: d.url, Bucket: bucket, Site: config.Site}, plenty.tags, disk.Dead)
	if err != nil {
		b.Fatal(err)
	}
	defer writer.Close()
	l := &line{config: config, twin: twin, bus: disk, source: plenty, writer: writer}
	cpu, began := used(b), time.Now()
	if err := l.run(ctx); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	cpu = used(b) - cpu
	values, sum := 0, 0.0
	for c, v := range d.all(b, bucket) {
		if c.measurement == "raw" && c.field == "value" {
			values, sum = values+1, sum+v
		}
	}
	const sent = perRecord * records
	if values != sent || sum != sent*(sent-1)/2 {
		b.Errorf("sent %d, stored %d, their sum is %g", sent, values, sum)
	}
	b.ReportMetric(float64(values)/took.Seconds(), "values/s")
	b.ReportMetric(float64(sent-values), "lost")
	b.ReportMetric(100*cpu.Seconds()/took.Seconds(), "%CPU")
	b.ReportMetric(float64((took - records*pace).Milliseconds()), "ms-behind")
}

// used is the CPU time of this process so far.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
