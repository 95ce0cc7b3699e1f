package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"reetwin/plant"
)

var _ plant.Sink = (*Bus)(nil)

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

// record is the i-th record of n samples; its clock carries i.
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

// number is the i of record(i, n).
func number(r plant.Record) int { return int(r.Clock.Sub(start) / time.Second) }

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

func appendAll(t testing.TB, b *Bus, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := b.Append(t.Context(), record(i, 1)); err != nil {
			t.Fatal(err)
		}
	}
}

func published(t testing.TB, b *Bus) (frames []*plant.Frame) {
	t.Helper()
	err := b.Frames(t.Context(), 0, false, func(_ uint64, f *plant.Frame) error { frames = append(frames, f); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

var errEnough = errors.New("enough")

// consume takes n messages of the journal or more, and gives the numbers of their records. Those past n are taken too, unless fail.
func consume(t testing.TB, b *Bus, name string, batch, n int, fail bool) (numbers []int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := b.Consume(ctx, Journal, name, batch, func(msgs []Message) error {
		if len(msgs) > batch {
			t.Errorf("batch of %d, may be %d", len(msgs), batch)
		}
		for _, m := range msgs {
			r, err := m.Record()
			if err != nil {
				return err
			}
			numbers = append(numbers, number(r))
		}
		if len(numbers) >= n {
			if fail {
				return errEnough
			}
			cancel()
		}
		return nil
	})
	if want := map[bool]error{true: errEnough, false: context.Canceled}[fail]; !errors.Is(err, want) {
		t.Fatalf("consume ended with %v, not %v", err, want)
	}
	return numbers
}

func span(from, to int) (s []int) {
	for i := from; i < to; i++ {
		s = append(s, i)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Limits{})
	records := []plant.Record{record(0, 500), {Clock: start}, record(2, 1)}
	records[2].Samples[0].Value = plant.None
	frames := []*plant.Frame{frame(0, 100), frame(1, 1)}
	frames[1].KPIs[0].Value = plant.None
	for _, r := range records {
		if err := b.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range frames {
		if err := b.Publish(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	b.Close()
	b = open(t, dir, Limits{})
	var seqs []uint64
	err := b.Records(t.Context(), 0, false, func(seq uint64, r plant.Record) error {
		if got, want := fmt.Sprintf("%+v", r), fmt.Sprintf("%+v", records[len(seqs)]); got != want {
			t.Errorf("record %d\n%s\nis not\n%s", seq, got, want)
		}
		seqs = append(seqs, seq)
		return nil
	})
	if err != nil || !slices.Equal(seqs, []uint64{1, 2, 3}) {
		t.Errorf("records %v, error %v", seqs, err)
	}
	got := published(t, b)
	if len(got) != 2 || !reflect.DeepEqual(got[0], frames[0]) || fmt.Sprintf("%+v", got[1]) != fmt.Sprintf("%+v", frames[1]) {
		t.Errorf("frames differ: %+v", got)
	}
	if last, ok := b.LastFrame(); !ok || !last.Equal(frames[1].Time) {
		t.Errorf("last frame %v %v", last, ok)
	}
	if err := b.Records(t.Context(), 3, false, func(seq uint64, _ plant.Record) error { return fmt.Errorf("seen %d", seq) }); err == nil || err.Error() != "seen 3" {
		t.Errorf("from 3: %v", err)
	}
	if err := b.Records(t.Context(), 4, false, func(seq uint64, _ plant.Record) error { return errEnough }); err != nil {
		t.Errorf("past the end: %v", err)
	}
	if err := b.Append(t.Context(), record(0, 100_000)); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("record of 100,000 samples: %v", err)
	}
}

func TestDeadLetter(t *testing.T) {
	b := open(t, t.TempDir(), Limits{})
	reason, payload := "400: partial write:\r\nfield \"ü\" dropped", []byte("leach,id=x v=1\n\x00\xff")
	if err := b.Dead(t.Context(), reason, payload); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := b.Read(t.Context(), Dead, 0, false, func(m Message) error {
		if n++; m.Reason != reason || !bytes.Equal(m.Data, payload) || time.Since(m.Stored).Abs() > time.Minute {
			t.Errorf("%+v", m)
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d letters, error %v", n, err)
	}
}

func TestFrameOnce(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Limits{})
	if _, ok := b.LastFrame(); ok {
		t.Error("a last frame before the first")
	}
	corrected, elsewhere := frame(1, 1), frame(1, 1)
	corrected.Version, elsewhere.Site = 2, "other"
	for _, reopen := range []bool{false, true} {
		if reopen {
			b.Close()
			b = open(t, dir, Limits{})
		}
		for _, f := range []*plant.Frame{frame(0, 1), frame(1, 1), frame(2, 1), frame(0, 1), corrected, elsewhere, corrected} {
			if err := b.Publish(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		if got := published(t, b); len(got) != 5 || got[3].Version != 2 || got[4].Site != "other" {
			t.Errorf("reopened %v: %d frames", reopen, len(got))
		}
		if last, ok := b.LastFrame(); !ok || !last.Equal(frame(2, 1).Time) { // not that of the correction, which came later
			t.Errorf("last frame %v", last)
		}
	}
}

func TestFollow(t *testing.T) {
	b := open(t, t.TempDir(), Limits{})
	appendAll(t, b, 0, 3)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen, done := make(chan int, 10), make(chan error, 1)
	go func() {
		done <- b.Records(ctx, 2, true, func(_ uint64, r plant.Record) error { seen <- number(r); return nil })
	}()
	expect := func(i int) {
		t.Helper()
		select {
		case got := <-seen:
			if got != i {
				t.Fatalf("record %d, not %d", got, i)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("record %d does not come", i)
		}
	}
	expect(1)
	expect(2)
	time.Sleep(20 * time.Millisecond)
	asleep := time.Now()
	appendAll(t, b, 3, 4)
	expect(3)
	if d := time.Since(asleep); d > 900*time.Millisecond {
		t.Errorf("follower woke after %v", d)
	}
	promptly(t, cancel, done, context.Canceled)
}

// promptly ends something and sees that it ends within a second and says why.
func promptly(t *testing.T, end func(), done <-chan error, want error) {
	t.Helper()
	at := time.Now()
	end()
	select {
	case err := <-done:
		if !errors.Is(err, want) {
			t.Errorf("ended with %v, not %v", err, want)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("does not end")
	}
	if d := time.Since(at); d > time.Second {
		t.Errorf("ended after %v", d)
	}
}

func TestEndsPromptly(t *testing.T) {
	b := open(t, t.TempDir(), Limits{})
	quiet := func([]Message) error { return nil }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Consume(ctx, Outbox, "influx", 10, quiet) }()
	time.Sleep(20 * time.Millisecond)
	promptly(t, cancel, done, context.Canceled)
	if err := b.Append(ctx, record(0, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("append in an ended context: %v", err)
	}
	go func() { done <- b.Consume(t.Context(), Outbox, "influx", 10, quiet) }()
	time.Sleep(20 * time.Millisecond)
	promptly(t, b.Close, done, ErrClosed)
	if err := b.Append(t.Context(), record(0, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("append to a closed bus: %v", err)
	}
	if err := b.Records(t.Context(), 0, false, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("read of a closed bus: %v", err)
	}
}

func TestReaderResumes(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Limits{})
	appendAll(t, b, 0, 10)
	if got := consume(t, b, "influx", 4, 8, false); !slices.Equal(got, span(0, 8)) {
		t.Errorf("first: %v", got)
	}
	if got := consume(t, b, "influx", 1, 1, true); !slices.Equal(got, span(8, 9)) {
		t.Errorf("refused: %v", got)
	}
	if got := consume(t, b, "influx", 5, 1, false); !slices.Equal(got, span(8, 10)) { // the refused one again, at once
		t.Errorf("again: %v", got)
	}
	if got := consume(t, b, "archive", 100, 10, false); !slices.Equal(got, span(0, 10)) {
		t.Errorf("another reader: %v", got)
	}
	b.Close()
	b = open(t, dir, Limits{})
	appendAll(t, b, 10, 12)
	if got := consume(t, b, "influx", 5, 2, false); !slices.Equal(got, span(10, 12)) {
		t.Errorf("after a restart: %v", got)
	}
	all, err := b.Stats(t.Context())
	if want := []Reader{{"archive", 10, 2, 0}, {"influx", 12, 0, 0}}; err != nil || !slices.Equal(all[Journal].Readers, want) {
		t.Errorf("readers %v, not %v; error %v", all[Journal].Readers, want, err)
	}
}

func TestReaderRefused(t *testing.T) {
	b := open(t, t.TempDir(), Limits{})
	busy, done := make(chan struct{}), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	appendAll(t, b, 0, 1)
	go func() {
		done <- b.Consume(ctx, Journal, "influx", 1, func([]Message) error { close(busy); return nil })
	}()
	<-busy
	for _, c := range []struct {
		s    Stream
		name string
		want string
	}{
		{Journal, "influx", "already in use"}, {Journal, "a.b", "other than letters"}, {Journal, "", "other than letters"},
		{"NONE", "influx", "no such stream"}, {positions, "influx", "no such stream"},
	} {
		if err := b.Consume(ctx, c.s, c.name, 1, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v", c.s, c.name, err)
		}
	}
	promptly(t, cancel, done, context.Canceled)
}

// A journal that is put aside by hand starts anew; the reader's old position must not hide what comes.
func TestJournalPutAside(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Limits{})
	appendAll(t, b, 0, 5)
	consume(t, b, "influx", 5, 5, false)
	b.Close()
	if err := os.RemoveAll(dir + "/jetstream/$G/streams/JOURNAL"); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Limits{}).Close()
	b = open(t, dir, Limits{})
	appendAll(t, b, 20, 27)
	if got := consume(t, b, "influx", 7, 7, false); !slices.Equal(got, span(20, 27)) {
		t.Errorf("%v", got)
	}
}

func TestEvictionIsCounted(t *testing.T) {
	dir := t.TempDir()
	limits := Limits{Journal: Limit{Messages: 20}, Outbox: Limit{Messages: 1000}}
	b := open(t, dir, limits)
	for i := range 10 {
		if err := b.Publish(t.Context(), frame(i, 5)); err != nil {
			t.Fatal(err)
		}
	}
	appendAll(t, b, 0, 10)
	consume(t, b, "influx", 4, 8, false) // at 8
	appendAll(t, b, 10, 40)              // 21 to 40 are left
	check := func(what string, want Stats) {
		t.Helper()
		all, err := b.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := all[Journal]
		want.Bytes, want.FirstTime, want.LastTime = got.Bytes, got.FirstTime, got.LastTime
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, not %+v", what, got, want)
		}
		if all[Outbox].Messages != 10 || all[Outbox].Evicted != 0 {
			t.Errorf("%s: raw data took frames: %+v", what, all[Outbox])
		}
		lost, err := b.Lost(t.Context())
		if err != nil || len(lost) != 1 || lost[Journal] != want.Readers[0].Lost {
			t.Errorf("%s: lost %v, error %v", what, lost, err)
		}
	}
	check("before reading", Stats{Messages: 20, First: 21, Last: 40, Evicted: 20, Readers: []Reader{{"influx", 8, 20, 12}}})
	if got := consume(t, b, "influx", 100, 20, false); !slices.Equal(got, span(20, 40)) {
		t.Errorf("what is left: %v", got)
	}
	check("after reading", Stats{Messages: 20, First: 21, Last: 40, Evicted: 20, Readers: []Reader{{"influx", 40, 0, 12}}})
	b.Close()
	limits.Journal.Messages = 5
	b = open(t, dir, limits)
	check("lower limit", Stats{Messages: 5, First: 36, Last: 40, Evicted: 35, Readers: []Reader{{"influx", 40, 0, 12}}})
	first := uint64(0)
	if err := b.Records(t.Context(), 3, false, func(seq uint64, _ plant.Record) error { first = seq; return errEnough }); !errors.Is(err, errEnough) || first != 36 {
		t.Errorf("records from 3 start at %d, error %v", first, err)
	}
}

func TestLimitOfBytes(t *testing.T) {
	b := open(t, t.TempDir(), Limits{Journal: Limit{Bytes: 100_000}})
	for i := range 20 {
		if err := b.Append(t.Context(), record(i, 100)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := b.Stats(t.Context())
	if s := all[Journal]; err != nil || s.Bytes > 100_000 || s.Messages < 3 || s.Evicted+s.Messages != 20 {
		t.Errorf("%+v, error %v", s, err)
	}
}

// All messages too old: their numbers do not come again, not even after a restart, so a reader misses nothing of what follows.
func TestLimitOfAge(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, Limits{})
	appendAll(t, b, 0, 3)
	consume(t, b, "influx", 3, 3, false)
	b.Close()
	b = open(t, dir, Limits{Journal: Limit{Age: 100 * time.Millisecond}})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		all, err := b.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s := all[Journal]; s.Messages == 0 {
			if s.Evicted != 3 || s.Last != 3 || s.Readers[0].Lost != 0 {
				t.Errorf("%+v", s)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still there: %+v", all[Journal])
		}
	}
	b.Close()
	b = open(t, dir, Limits{})
	appendAll(t, b, 3, 5)
	if got := consume(t, b, "influx", 5, 2, false); !slices.Equal(got, span(3, 5)) {
		t.Errorf("%v", got)
	}
}

// No address is listened on.
func TestNoSocket(t *testing.T) {
	b := open(t, t.TempDir(), Limits{})
	if a := b.server.Addr(); a != nil {
		t.Errorf("listens on %v", a)
	}
	if b.conn.Status() != nats.CONNECTED {
		t.Error(b.conn.Status())
	}
}
