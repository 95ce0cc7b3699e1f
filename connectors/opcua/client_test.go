package opcua

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"reetwin/plant"
)

// ledger is where samples are stored; the tags count, so a step says what is lost and what came twice.
type ledger struct {
	mu      sync.Mutex
	last    map[string]int64
	first   map[string]int64
	stored  int64
	lost    int64 // values missing between two of a tag
	doubled int64 // values not after the one before
	jumps   int64 // places where values are missing
	latest  map[string]plant.Sample
	refuse  error // what deliver returns, once
	refused int
	slow    time.Duration // how long deliver takes, once
}

func newLedger() *ledger {
	return &ledger{last: map[string]int64{}, first: map[string]int64{}, latest: map[string]plant.Sample{}}
}

func (l *ledger) deliver(samples []plant.Sample) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refuse; err != nil {
		l.refuse = nil
		l.refused += len(samples)
		return err
	}
	slow := l.slow
	l.slow = 0
	l.mu.Unlock()
	time.Sleep(slow)
	l.mu.Lock()
	for _, s := range samples {
		l.latest[s.ID] = s
		if !s.Value.Known() {
			continue
		}
		v := int64(s.Value)
		last, known := l.last[s.ID]
		switch {
		case !known:
			l.first[s.ID] = v
		case v <= last:
			l.doubled++
			continue
		case v > last+1:
			l.lost += v - last - 1
			l.jumps++
		}
		l.stored++
		l.last[s.ID] = v
	}
	return nil
}

// totals are the values sent (as the counters say), stored, lost and doubled.
func (l *ledger) totals() (sent, stored, lost, doubled int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, last := range l.last {
		sent += last - l.first[id] + 1
	}
	return sent, l.stored, l.lost, l.doubled
}

// holes is how often values are missing between two of a tag.
func (l *ledger) holes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.jumps
}

func (l *ledger) sample(id string) plant.Sample {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latest[id]
}

func (l *ledger) print(t *testing.T, what string, stats Stats) {
	t.Helper()
	sent, stored, lost, doubled := l.totals()
	t.Logf("%s: sent %d, stored %d, lost %d, doubled %d; republished %d, gaps %d, overflows %d, reactivated %d, transferred %d, recreated %d",
		what, sent, stored, lost, doubled, stats.Republished, stats.SequenceGaps, stats.Overflows, stats.Reactivated, stats.Transferred, stats.Recreated)
}

// config is for counters: sampled twice per period, so that none is missed while the server keeps up.
func config(url string, tags []plant.Tag) Config {
	return Config{Endpoint: url, Namespace: uri, Tags: tags, PublishInterval: 100 * time.Millisecond, Sampling: period / 2, QueueSeconds: 30}
}

// run runs a client until the test ends.
func run(t *testing.T, cfg Config, l *ledger) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	start(t, c, l)
	return c
}

// start runs the client; stop ends it and checks that it ends within a second.
func start(t *testing.T, c *Client, l *ledger) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, l.deliver) }()
	once := sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Run ended with %v", err)
			}
		case <-time.After(time.Second):
			t.Error("Run goes on a second after its context ended")
		}
	})
	t.Cleanup(once)
	return once
}

// until waits for a condition and says how long it took.
func until(t *testing.T, limit time.Duration, what string, reached func() bool) time.Duration {
	t.Helper()
	begin := time.Now()
	for !reached() {
		if time.Since(begin) > limit {
			t.Fatalf("%s: not within %v", what, limit)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(begin)
}

// flowing waits until values come that were measured after now.
func flowing(t *testing.T, limit time.Duration, l *ledger, tags []plant.Tag) time.Duration {
	t.Helper()
	since := time.Now()
	return until(t, limit, "values of all tags", func() bool {
		for _, tag := range tags {
			if s := l.sample(tag.ID); !s.Source.After(since) {
				return false
			}
		}
		return true
	})
}
