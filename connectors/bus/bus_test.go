package bus

import (
	"fmt"
	"testing"
	"time"

	"reetwin/plant"
)

var start = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

func open(t testing.TB, dir string, limits Limits) *Bus {
	t.Helper()
	b, err := OpenLimited(dir, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// record is the i-th record of n samples; it carries i in its clock.
func record(i, n int) plant.Record {
	r := plant.Record{Clock: start.Add(time.Duration(i) * time.Second)}
	for k := range n {
		r.Samples = append(r.Samples, plant.Sample{
			ID: fmt.Sprintf("leach_tank_%d.temperature", k), Value: plant.Number(341.2 + float64(i*k%97)/7), Quality: plant.Quality(k % 3),
			Status: uint32(k%2) * 0x40000000, Source: r.Clock.Add(-time.Duration(k) * time.Millisecond), Receipt: r.Clock.Add(123456789),
		})
	}
	return r
}

// frame is the i-th frame of n tags.
func frame(i, n int) *plant.Frame {
	f := &plant.Frame{Site: "UKy, pilot 1", Time: start.Add(time.Duration(i) * 10 * time.Second), Version: 1, Solve: "warm, 2 passes"}
	for k := range n {
		f.Tags = append(f.Tags, plant.Reading{
			ID: fmt.Sprintf("leach_tank_%d.temperature", k), Unit: "K", Measured: plant.Number(341.2 + float64(k)/7), Quality: plant.Uncertain,
			Age: 12 * time.Second, Source: f.Time.Add(-12 * time.Second), Why: "old", Expected: 343.75,
		})
	}
	f.KPIs = []plant.KPI{{Name: "recovery.Nd", Unit: "%", Value: 83.4, Age: time.Minute, RestsOn: []string{"leach_tank_0.temperature"}}}
	return f
}
