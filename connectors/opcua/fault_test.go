package opcua

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"

	"reetwin/plant"
)

// A TCP cut that is shorter than the server's queues loses nothing.
func TestCutLosesNothing(t *testing.T) {
	tags := testTags(100)
	p := startPeer(t, tags)
	t.Run("leftovers", func(t *testing.T) { // before the others: it counts goroutines
		before := runtime.NumGoroutine()
		r, l := newRelay(t, p.address), newLedger()
		c, err := New(config(r.url(), tags))
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, c, l)
		for i := range uint64(5) {
			flowing(t, 10*time.Second, l, tags)
			r.drop()
			until(t, 5*time.Second, "the old session", func() bool { return c.Stats().Reactivated == i+1 })
		}
		flowing(t, 10*time.Second, l, tags)
		stop()
		r.drop()
		most := before + 1 // the relay's
		until(t, 3*time.Second, "the end of all goroutines", func() bool { return runtime.NumGoroutine() <= most })
		if _, _, lost, _ := l.totals(); lost != 0 || c.Stats().Reactivated != 5 {
			t.Errorf("lost %d in 5 cuts; %+v", lost, c.Stats())
		}
	})
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
	t.Run("slow journal", func(t *testing.T) {
		t.Parallel()
		l := newLedger()
		c, err := New(config("opc.tcp://"+p.address, tags))
		if err != nil {
			t.Fatal(err)
		}
		l.slow = 7 * time.Second // longer than a server may be silent
		start(t, c, l)
		flowing(t, 20*time.Second, l, tags)
		flowing(t, 3*time.Second, l, tags) // what waited has come
		l.print(t, "deliver took 7 s", c.Stats())
		sent, stored, lost, doubled := l.totals()
		if s := c.Stats(); lost != 0 || doubled != 0 || stored != sent || s.Reactivated != 0 || s.Recreated != 0 {
			t.Errorf("want nothing lost and the connection kept; %+v", s)
		}
	})
	t.Run("taken by another", func(t *testing.T) {
		t.Parallel()
		taken(t, config("opc.tcp://"+p.address, tags))
	})
	t.Run("hole in the order", func(t *testing.T) {
		t.Parallel()
		missing(t, config("opc.tcp://"+p.address, tags))
	})
	for _, what := range []string{"refused", "refused and session lost", "refused and session lost, requests waiting"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			cfg, wait := config("opc.tcp://"+p.address, tags), time.Second
			if strings.HasSuffix(what, "waiting") { // the dead session's, with which the server tells it of the transfer
				cfg.PublishInterval, wait = time.Second, 0
			}
			refusedOnce(t, cfg, what == "refused", wait)
		})
	}
}

// taken has another client take the subscription: the first one makes itself a new one.
func taken(t *testing.T, cfg Config) {
	cfg.Memory = filepath.Join(t.TempDir(), "subscription.json")
	first, l := newLedger(), newLedger()
	c := run(t, cfg, first)
	flowing(t, 10*time.Second, first, cfg.Tags)
	other := run(t, cfg, l)
	flowing(t, 5*time.Second, l, cfg.Tags)
	flowing(t, 5*time.Second, first, cfg.Tags)
	if a, b := c.Stats(), other.Stats(); a.Recreated != 1 || b.Transferred != 1 || b.Recreated != 0 {
		t.Errorf("%+v\n%+v", a, b)
	}
}

// refusedOnce has the journal refuse the first message. After some time it must come again in the next run, over the old session
// or, without it, over a new one to which the subscription is transferred.
func refusedOnce(t *testing.T, cfg Config, same bool, wait time.Duration) {
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
	time.Sleep(wait)
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

// missing fetches a message out of a hole: the server has sent two that never came.
func missing(t *testing.T, cfg Config) {
	l, full := newLedger(), errors.New("no space left")
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l.refuse = full
	if err := c.Run(t.Context(), l.deliver); !errors.Is(err, full) {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond) // requests in flight are answered into the closed channel
	link, err := c.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer link.close()
	if same, err := c.session(t.Context(), link); err != nil || !same {
		t.Fatalf("same session: %v, %v", same, err)
	}
	order := line{waiting: map[uint32]*ua.NotificationMessage{}, horizon: c.held.next + 2}
	for range inFlight + 1 {
		if l.stored > 0 {
			t.Error("it did not wait for the others in flight")
		}
		if err := c.advance(t.Context(), link, &order, l.deliver); err != nil {
			t.Fatal(err)
		}
	}
	if s := c.Stats(); s.Republished != 2 || s.SequenceGaps != 0 || l.lost != 0 || l.stored == 0 || c.held.next != order.horizon {
		t.Errorf("stored %d, lost %d; %+v", l.stored, l.lost, s)
	}
}

// The state of each value comes along, and what the server's queue drops is counted.
func TestQualityAndOverflow(t *testing.T) {
	t.Parallel()
	tags := testTags(6)
	p := startPeer(t, tags)
	checkBoth(t, "opc.tcp://"+p.address, tags, "m³/h", 600)
	for i, status := range []string{"Good", "BadSensorFailure", "UncertainLastUsableValue", "GoodLocalOverride", "BadOutOfService", "UncertainInitialValue"} {
		p.set(t, tags[i].ID, status)
	}
	cfg := config("opc.tcp://"+p.address, append(tags, plant.Tag{ID: "nobody"}))
	cfg.PublishInterval, cfg.QueueSeconds = time.Second, 0.15 // ten values for a queue of three
	l := newLedger()
	c := run(t, cfg, l)
	flowing(t, 10*time.Second, l, tags)
	time.Sleep(time.Second)
	want := []plant.Quality{plant.Good, plant.Bad, plant.Uncertain, plant.Good, plant.Bad, plant.Uncertain, plant.Bad}
	for i, tag := range cfg.Tags {
		if s := l.sample(tag.ID); s.Quality != want[i] || s.Value.Known() != (want[i] != plant.Bad) {
			t.Errorf("%s: %+v, want it %v", tag.ID, s, want[i])
		}
	}
	s := c.Stats()
	l.print(t, "queue of 3", s)
	if _, _, lost, _ := l.totals(); lost == 0 || s.Overflows == 0 || s.SequenceGaps != 0 {
		t.Errorf("lost %d; %+v", lost, s)
	}
	if s.BadItems != 1 || !strings.HasPrefix(s.Refused[0], "nobody: ") || s.Rides > time.Second {
		t.Errorf("%+v", s)
	}
}

// Encrypted, with a password: only to the server whose certificate is known.
func TestSecurity(t *testing.T) {
	t.Parallel()
	tags := testTags(3)
	p := startPeer(t, tags)
	cfg, l := secured(t, config("opc.tcp://"+p.address, tags)), newLedger()
	r := newRelay(t, p.address)
	cfg.Endpoint = r.url()
	known := run(t, cfg, l)
	flowing(t, 10*time.Second, l, tags)
	r.drop()
	until(t, 5*time.Second, "the old session", func() bool { return known.Stats().Reactivated == 1 })
	flowing(t, 5*time.Second, l, tags)
	_, _, lost, _ := l.totals()
	if s := known.Stats(); s.State != Live || s.BadItems != 0 || lost != 0 {
		t.Errorf("lost %d; %+v", lost, s)
	}
	cfg.Password = "guess"
	guess := run(t, cfg, newLedger())
	until(t, 5*time.Second, "the refusal of a wrong password", func() bool {
		s := guess.Stats()
		return s.State == Waiting && strings.Contains(s.Why, "BadUserAccessDenied")
	})
	if strings.Contains(guess.Stats().Why, "guess") {
		t.Error("the password is in the error")
	}
}

// secured encrypts: it makes a certificate, and has the server's refused once to know it.
func secured(t *testing.T, cfg Config) Config {
	t.Helper()
	dir := t.TempDir()
	cfg.Security, cfg.User, cfg.Password = Basic256Sha256, "twin", "s3cret"
	cfg.Certificate, cfg.Key = filepath.Join(dir, "own.pem"), filepath.Join(dir, "own.key")
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(cfg.Key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
	stop := start(t, c, newLedger())
	defer stop()
	thumbprint := regexp.MustCompile("sha256:[0-9a-f]{64}")
	until(t, 5*time.Second, "the refusal of an unknown certificate", func() bool { return thumbprint.MatchString(c.Stats().Why) })
	cfg.Thumbprint = thumbprint.FindString(c.Stats().Why)
	return cfg
}

// The keys of a secure channel are renewed without a fault, with values on their way.
func TestChannelRenewed(t *testing.T) {
	t.Parallel()
	tags := testTags(100)
	p := startPeer(t, tags)
	for _, security := range []string{None, Basic256Sha256} {
		t.Run(security, func(t *testing.T) {
			t.Parallel()
			cfg := config("opc.tcp://"+p.address, tags)
			if security != None {
				cfg = secured(t, cfg)
			}
			r, l := newRelay(t, p.address), newLedger()
			cfg.Endpoint = r.url()
			c, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			c.channelTime = 4 * time.Second // so after three
			start(t, c, l)
			flowing(t, 10*time.Second, l, tags)
			asked := func() int { r.mu.Lock(); defer r.mu.Unlock(); return r.opened }
			first := asked()
			until(t, 15*time.Second, "three renewals", func() bool { return asked() >= first+3 })
			time.Sleep(1500 * time.Millisecond) // the last old keys are no longer valid
			flowing(t, time.Second, l, tags)
			l.print(t, "three renewals of the keys, "+security, c.Stats())
			sent, stored, lost, doubled := l.totals()
			if s := c.Stats(); lost != 0 || doubled != 0 || stored != sent || s.SequenceGaps != 0 || s.Reactivated+s.Transferred+s.Recreated != 0 {
				t.Errorf("want no fault; %+v", s)
			}
		})
	}
}

// A server that restarts loses its outage only, whatever index its namespace has then.
func TestServerRestart(t *testing.T) {
	t.Parallel()
	tags := testTags(100)
	p := startPeer(t, tags)
	l := newLedger()
	c := run(t, config("opc.tcp://"+p.address, tags), l)
	flowing(t, 10*time.Second, l, tags)
	for i, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_, _, before, _ := l.totals()
		last := l.sample(tags[0].ID)
		behind := max(0, last.Source.UnixMilli()/period.Milliseconds()-int64(last.Value)) // ticks that a busy machine put off
		stopped := time.Now()
		p.stop(end)
		time.Sleep(3 * time.Second)
		p.options["shift"], p.options["plain"] = i, i == 1
		p.start(t)
		back := flowing(t, 2*time.Second, l, tags)
		// At most the outage, a tick at its end, those put off, and one publish interval (as in config): what was sampled and not
		// yet sent dies with the server.
		const unsent = 100 * time.Millisecond
		outage := int64((time.Since(stopped)+unsent)/period) + 1 + behind
		_, _, after, _ := l.totals()
		jumps := l.holes()
		t.Logf("%v, namespace index +%d: back after %v; lost %d at %d places of %d tags, the outage is %d",
			end, i, back, after-before, jumps, len(tags), outage*int64(len(tags)))
		if jumps > int64((i+1)*len(tags)) || after-before > outage*int64(len(tags)) {
			t.Errorf("more is lost than the outage")
		}
		if s := c.Stats(); s.Recreated != uint64(i+1) || s.State != Live {
			t.Errorf("%+v", s)
		}
	}
	l.print(t, "two restarts", c.Stats())
}
