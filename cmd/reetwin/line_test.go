package main

import (
	"testing"
	"time"

	"reetwin/connectors/bus"
	"reetwin/plant"
)

// What the plant says again after a restart is in the journal once: the present values, and the whole message that a killed process
// stored and did not live to acknowledge.
func TestSaidAgain(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(second int, id string, v plant.Number) plant.Sample {
		return plant.Sample{ID: id, Value: v, Source: begin.Add(time.Duration(second) * time.Second)}
	}
	first := []plant.Sample{at(1, "a", 1), at(1, "b", 5), at(1, "c", plant.None)}
	second := []plant.Sample{at(1, "a", 1), at(2, "a", 2), at(3, "a", 2), at(2, "c", plant.None), at(3, "c", 3), at(1, "b", 5)}
	third := []plant.Sample{at(3, "a", 2), at(4, "a", 2), at(2, "b", 5), at(4, "c", 3)}
	dir := t.TempDir()
	for i, messages := range [][][]plant.Sample{{first, second}, {second, third}, {third, third}} {
		b, err := bus.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		r, err := newRecorder(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			for _, samples := range [][]plant.Sample{m, nil} { // time passes
				if err := r.append(t.Context(), samples); err != nil {
					t.Fatal(err)
				}
			}
		}
		in := map[said]int{}
		err = b.Records(t.Context(), 1, false, func(_ uint64, r plant.Record) error {
			for _, s := range r.Samples {
				in[saying(s)]++
			}
			return nil
		})
		b.Close()
		if err != nil {
			t.Fatal(err)
		}
		for s, n := range in {
			if n != 1 {
				t.Errorf("process %d: %+v is in the journal %d times", i, s, n)
			}
		}
		if want := []int{7, 10, 10}[i]; len(in) != want {
			t.Errorf("process %d: %d samples in the journal, want %d", i, len(in), want)
		}
	}
}
