package opcua

import (
	"errors"
	"syscall"
	"testing"
	"time"
)

// A TCP cut that is shorter than the server's queues loses nothing.
func TestCutLosesNothing(t *testing.T) {
	tags := testTags(100)
	p := startPeer(t, tags, 10_000)
	t.Run("cut", func(t *testing.T) {
		t.Parallel()
		r, l := newRelay(t, p.address), newLedger()
		c := run(t, config(r.url(), tags), l)
		flowing(t, 10*time.Second, l, tags)
		if rides := c.Stats().Rides; rides < 30*time.Second {
			t.Errorf("the queues ride out %v, want 30 s", rides)
		}
		r.cut()
		time.Sleep(5 * time.Second)
		r.join()
		back := flowing(t, 3*time.Second, l, tags)
		t.Logf("back %v after the cut", back)
		time.Sleep(500 * time.Millisecond)
		l.print(t, "TCP cut 5 s", c.Stats())
		sent, stored, lost, doubled := l.totals()
		if s := c.Stats(); lost != 0 || doubled != 0 || stored != sent || s.SequenceGaps != 0 || s.Reactivated != 1 || s.Recreated != 0 {
			t.Errorf("want nothing lost or doubled, one session activated again; %+v", s)
		}
	})
	t.Run("hole", func(t *testing.T) {
		t.Parallel()
		r, l := newRelay(t, p.address), newLedger()
		c := run(t, config(r.url(), tags), l)
		flowing(t, 10*time.Second, l, tags)
		r.swallow(true)
		time.Sleep(8 * time.Second)
		r.swallow(false)
		back := flowing(t, 3*time.Second, l, tags)
		t.Logf("back %v after the hole", back)
		time.Sleep(500 * time.Millisecond)
		l.print(t, "black hole 8 s", c.Stats())
		sent, stored, lost, doubled := l.totals()
		if s := c.Stats(); lost != 0 || doubled != 0 || stored != sent || s.SequenceGaps != 0 || s.Recreated != 0 {
			t.Errorf("want nothing lost or doubled; %+v", s)
		}
	})
	for _, what := range []string{"refused", "refused and session lost"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			refusedOnce(t, config("opc.tcp://"+p.address, tags), what == "refused")
		})
	}
}

// refusedOnce has the journal refuse the first message. It must come again in the next run, over the old session or,
// without it, over a new one to which the subscription is transferred.
func refusedOnce(t *testing.T, cfg Config, same bool) {
	l, full := newLedger(), errors.New("no space left")
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l.refuse = full
	if err := c.Run(t.Context(), l.deliver); !errors.Is(err, full) || l.refused == 0 || c.Stats().State != Idle {
		t.Fatalf("Run ended with %v; %+v", err, c.Stats())
	}
	if !same {
		c.held.session = nil
	}
	time.Sleep(time.Second)
	start(t, c, l)
	flowing(t, 5*time.Second, l, cfg.Tags)
	l.print(t, t.Name(), c.Stats())
	s := c.Stats()
	if s.Republished == 0 || s.Recreated != 0 || same && s.Reactivated != 1 || !same && s.Transferred != 1 {
		t.Errorf("what was refused did not come again; %+v", s)
	}
	if sent, stored, lost, _ := l.totals(); lost != 0 || sent != stored {
		t.Errorf("sent %d, stored %d, lost %d", sent, stored, lost)
	}
}

// A server that restarts loses its outage only, whatever index its namespace has then.
func TestServerRestart(t *testing.T) {
	t.Parallel()
	tags := testTags(100)
	p := startPeer(t, tags, 10_000)
	l := newLedger()
	c := run(t, config("opc.tcp://"+p.address, tags), l)
	flowing(t, 10*time.Second, l, tags)
	for i, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		p.stop(end)
		time.Sleep(3 * time.Second)
		p.options["shift"] = i
		p.start(t)
		back := flowing(t, 2*time.Second, l, tags)
		l.mu.Lock()
		jumps := l.jumps
		l.mu.Unlock()
		t.Logf("%v, namespace index +%d: back after %v, values missing at %d places of %d tags", end, i, back, jumps, len(tags))
		if most := int64((i + 1) * len(tags)); jumps > most {
			t.Errorf("values are missing at %d places; only the outages may lose some", jumps)
		}
		if s := c.Stats(); s.Recreated != uint64(i+1) || s.State != Live {
			t.Errorf("%+v", s)
		}
	}
	l.print(t, "two restarts", c.Stats())
}
