package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"sync"
	"time"

	"reetwin/connectors/bus"
	"reetwin/connectors/influx"
	"reetwin/plant"
)

// line is a live twin in one process: plant data in at one end, frames out at the other.
//
//	source ─▶ recorder ─▶ journal ─▶ twin ─▶ outbox ─▶ InfluxDB
//	                                   └──▶ show
type line struct {
	config *plant.Config
	twin   *plant.Twin
	bus    *bus.Bus
	source plant.Source
	writer *influx.Writer // nil without an InfluxDB: the outbox keeps the frames
	show   func(*plant.Frame)
	state  string // file that keeps the state of a model in time; "" without
}

// run works until the context ends or a part fails; then it stops every part and returns the first failure.
func (l *line) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts sync.WaitGroup
	start := func(name string, work func(context.Context) error) {
		parts.Go(func() {
			if err := work(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	r, err := newRecorder(ctx, l.bus)
	if err != nil {
		return err
	}
	start("plant data", func(ctx context.Context) error {
		return l.source.Run(ctx, func(s []plant.Sample) error { return r.append(ctx, s) })
	})
	start("clock", func(ctx context.Context) error { return r.tick(ctx, l.config.Cycle/2) })
	start("twin", l.follow)
	sinking, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var sinks sync.WaitGroup
	if l.writer != nil {
		sinks.Go(func() { l.drain(sinking, bus.Outbox, l.frames) })
		sinks.Go(func() { l.drain(sinking, bus.Journal, l.records) })
	}
	<-ctx.Done()
	parts.Wait()
	l.finish(sinking)
	stop()
	sinks.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// follow feeds the journal to the twin and publishes its frames. After a restart it first goes back far enough for the
// twin to know every value that still counts; what was published then is not published again.
func (l *line) follow(ctx context.Context) error {
	published, ok := l.bus.LastFrame()
	from := uint64(1)
	if ok {
		since, err := l.resume(published)
		if err == nil && !since.IsZero() {
			from, err = rewind(ctx, l.bus, since.Add(-memory(l.config)))
		}
		if err != nil {
			return err
		}
		l.twin.Skip(published)
	}
	saved := published
	return l.bus.Records(ctx, from, true, func(_ uint64, r plant.Record) error {
		for _, f := range l.twin.Advance(r) {
			if err := l.bus.Publish(ctx, f); err != nil {
				return err
			}
			if l.show != nil {
				l.show(f)
			}
		}
		return l.save(&saved)
	})
}

// savedEvery is the plant time between two savings of the state of a model in time: what a restart marches again.
const savedEvery = time.Minute

// save keeps the state of a model in time after its frame is published, once in a while.
func (l *line) save(last *time.Time) error {
	if l.state == "" || !l.config.InTime {
		return nil
	}
	s, ok := l.twin.State()
	if !ok || s.Time.Sub(*last) < savedEvery {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("state of the model: %w", err)
	}
	next := l.state + ".new"
	if err := os.WriteFile(next, text, 0o644); err != nil {
		return fmt.Errorf("state of the model: %w", err)
	}
	if err := os.Rename(next, l.state); err != nil { // whole or not at all
		return fmt.Errorf("state of the model: %w", err)
	}
	*last = s.Time
	return nil
}

// resume says from when on the journal is needed: a model in time goes on from its saved state, or from the beginning of the journal (zero).
func (l *line) resume(published time.Time) (since time.Time, err error) {
	if !l.config.InTime {
		return published, nil
	}
	text, err := os.ReadFile(l.state)
	if l.state == "" || errors.Is(err, fs.ErrNotExist) {
		return since, nil
	}
	var s plant.State
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err == nil && !s.Time.After(published) {
		if err = l.twin.Resume(s); err == nil {
			return s.Time, nil
		}
	}
	if err != nil {
		slog.Warn("the saved state of the model is of no use: it starts from the beginning of the journal", "file", l.state, "error", err)
	}
	return since, nil
}

// memory is the age up to which a value of any tag counts.
func memory(c *plant.Config) time.Duration {
	longest := time.Duration(0)
	for _, t := range c.Tags {
		longest = max(longest, t.Dead)
	}
	return longest + c.Lateness + time.Minute
}

// rewind finds the first record of the journal that was stored at or after a time, by bisection.
func rewind(ctx context.Context, b *bus.Bus, since time.Time) (uint64, error) {
	stats, err := b.Stats(ctx)
	if err != nil {
		return 0, err
	}
	lo, hi := max(stats[bus.Journal].First, 1), stats[bus.Journal].Last+1
	found := errors.New("found")
	for lo < hi {
		mid := lo + (hi-lo)/2
		var stored time.Time
		err := b.Read(ctx, bus.Journal, mid, false, func(m bus.Message) error {
			stored = m.Stored
			return found
		})
		if err != nil && !errors.Is(err, found) {
			return 0, err
		}
		if err != nil && stored.Before(since) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, nil
}

// drain gives a stream to the InfluxDB writer as its durable reader. What fails is tried again; nothing is skipped.
func (l *line) drain(ctx context.Context, s bus.Stream, take func(context.Context, []bus.Message) error) {
	for {
		err := l.bus.Consume(ctx, s, "influx", 500, func(m []bus.Message) error { return take(ctx, m) })
		if ctx.Err() != nil {
			return
		}
		slog.Warn("InfluxDB", "stream", s, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// linger is how long a line that ends waits for the InfluxDB to take the rest; what it has not taken then waits on disk
// for the next start.
const linger = 1500 * time.Millisecond

// finish waits until the InfluxDB has all that is on disk, if it answers, for a short time.
func (l *line) finish(ctx context.Context) {
	for end := time.Now().Add(linger); l.writer != nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		stats, err := l.bus.Stats(ctx)
		if w := l.writer.Stats(); err != nil || !w.Up && w.LastError != "" {
			return
		}
		waiting := uint64(0)
		for _, s := range []bus.Stream{bus.Journal, bus.Outbox} {
			for _, r := range stats[s].Readers {
				waiting += r.Waiting
			}
		}
		if waiting == 0 {
			return
		}
	}
}

func (l *line) frames(ctx context.Context, messages []bus.Message) error {
	var frames []plant.Frame
	for _, m := range messages {
		f, err := m.Frame()
		if err != nil {
			if err := l.bus.Dead(ctx, err.Error(), m.Data); err != nil {
				return err
			}
			continue
		}
		frames = append(frames, *f)
	}
	return l.writer.Frames(ctx, frames)
}

func (l *line) records(ctx context.Context, messages []bus.Message) error {
	var records []plant.Record
	for _, m := range messages {
		r, err := m.Record()
		if err != nil {
			if err := l.bus.Dead(ctx, err.Error(), m.Data); err != nil {
				return err
			}
			continue
		}
		records = append(records, r)
	}
	return l.writer.Records(ctx, records)
}

// recorder puts samples and the passing of time into the journal, in one order.
type recorder struct {
	mu      sync.Mutex
	bus     *bus.Bus
	started time.Time
	last    time.Time               // clock of the last record
	latest  map[string]plant.Sample // the last of each tag
	again   map[said]bool           // by the message that the process before stored last, and may have been killed before it said so
}

// said is what makes two samples the same.
type said struct {
	id      string
	measure int64  // when, ns
	value   uint64 // bits, of plant.None for any that is not known
	status  uint32
}

func saying(s plant.Sample) said {
	v := s.Value
	if !v.Known() {
		v = plant.None
	}
	return said{s.ID, s.Source.UnixNano(), math.Float64bits(float64(v)), s.Status}
}

// recall is how many of the last records are looked through at a start for what the plant may say again.
const recall = 10_000

// newRecorder makes a recorder that goes on from the end of the journal.
func newRecorder(ctx context.Context, b *bus.Bus) (*recorder, error) {
	r := &recorder{bus: b, started: time.Now(), latest: map[string]plant.Sample{}}
	stats, err := b.Stats(ctx)
	if err != nil {
		return nil, err
	}
	from := stats[bus.Journal].Last - min(stats[bus.Journal].Last, recall) + 1
	var tail []plant.Sample // of the last record that has any; those before it are in latest
	err = b.Records(ctx, from, false, func(_ uint64, old plant.Record) error {
		if len(old.Samples) > 0 {
			r.fresh(tail)
			tail = old.Samples
		}
		return nil
	})
	again := map[said]bool{}
	for _, s := range tail {
		again[saying(s)] = true
		if before, known := r.latest[s.ID]; known { // said once more by the same message, it was left out of the record
			again[saying(before)] = true
		}
	}
	r.fresh(tail)
	r.again = again
	return r, err
}

// fresh leaves out samples that are the last of their tag in the journal already: every new subscription begins with the
// present values, whether they are new or not. And those of the message that a killed process did not live to acknowledge.
func (r *recorder) fresh(samples []plant.Sample) (fresh []plant.Sample) {
	for _, s := range samples {
		old, known := r.latest[s.ID]
		if one := saying(s); r.again[one] || known && one == saying(old) {
			continue
		}
		fresh = append(fresh, s)
		r.latest[s.ID] = s
	}
	return fresh
}

// firstTick is how long after a start the clock waits for the samples that a plant kept for us: their cycles are not to
// close without them.
const firstTick = 3 * time.Second

func (r *recorder) append(ctx context.Context, samples []plant.Sample) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	ticks := len(samples) == 0
	if samples = r.fresh(samples); len(samples) == 0 && !ticks {
		return nil
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	if now.Before(r.last) {
		now = r.last
	}
	if err := r.bus.Append(ctx, plant.Record{Clock: now, Samples: samples}); err != nil {
		return err
	}
	r.last = now
	return nil
}

// tick lets time pass in the journal while the plant is silent, so that its values age.
func (r *recorder) tick(ctx context.Context, every time.Duration) error {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-t.C:
			r.mu.Lock()
			quiet := now.Sub(r.last) >= every && now.Sub(r.started) >= firstTick
			r.mu.Unlock()
			if !quiet {
				continue
			}
			if err := r.append(ctx, nil); err != nil {
				return err
			}
		}
	}
}
