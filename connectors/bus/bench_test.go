package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"reetwin/plant"
)

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 100, 500} {
		b.Run(fmt.Sprintf("samples=%d", n), func(b *testing.B) {
			bus := open(b, b.TempDir(), Limits{})
			r := record(1, n)
			b.ReportAllocs()
			for b.Loop() {
				if err := bus.Append(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}

// BenchmarkEncode is the part of Append that is not the disk.
func BenchmarkEncode(b *testing.B) {
	r := record(1, 500)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublish(b *testing.B) {
	for _, repeat := range []bool{false, true} {
		b.Run(fmt.Sprintf("repeat=%v", repeat), func(b *testing.B) {
			bus := open(b, b.TempDir(), Limits{})
			f := frame(0, 100)
			b.ReportAllocs()
			for b.Loop() {
				if !repeat {
					f.Time = f.Time.Add(time.Second)
				}
				if err := bus.Publish(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRecords(b *testing.B) {
	for _, n := range []int{1, 100, 500} {
		b.Run(fmt.Sprintf("samples=%d", n), func(b *testing.B) {
			bus := open(b, b.TempDir(), Limits{})
			const records = 200
			for i := range records {
				if err := bus.Append(b.Context(), record(i, n)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := bus.Records(b.Context(), 0, false, func(uint64, plant.Record) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(records*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(n)*records*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}

func BenchmarkConsume(b *testing.B) {
	bus := open(b, b.TempDir(), Limits{})
	const records = 1000
	for i := range records {
		if err := bus.Append(b.Context(), record(i, 1)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		ctx, cancel := context.WithCancel(b.Context())
		n := 0
		_ = bus.Consume(ctx, Journal, fmt.Sprint("reader", i), 100, func(msgs []Message) error {
			if n += len(msgs); n == records {
				cancel()
			}
			return nil
		})
		cancel()
		if n != records {
			b.Fatal(n)
		}
	}
	b.ReportMetric(records*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
