package opcua

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gopcua/opcua"
	"github.com/gopcua/opcua/ua"

	"reetwin/plant"
)

const (
	stepTime   = 5 * time.Second  // for one request, publish requests apart
	dialTime   = 3 * time.Second  // for a TCP connection and a secure channel
	inFlight   = 3                // publish requests
	silence    = 2 * time.Second  // after which an idle server shall say that it lives
	retryMax   = 30 * time.Second // longest pause between two attempts
	sessionMin = 2 * time.Minute  // a server keeps session and subscription at least so long without us
	keyTime    = time.Hour        // asked for: gopcua renews the keys of a secure channel after three quarters of what is granted
)

// State is what the client is doing.
type State string

const (
	Idle       State = "idle"       // Run is not running
	Connecting State = "connecting" // on the way from the server's address to its values
	Live       State = "live"       // the server answers; whether values come, LastData says
	Waiting    State = "waiting"    // after a fault (Why), before the next attempt
)

// Stats is what the client has done since New.
type Stats struct {
	State     State
	Why       string        // the last fault; "" when live
	LastData  time.Time     // when the last value came; zero if none ever
	LastHeard time.Time     // when the server last said anything on the subscription
	Skew      time.Duration // our clock minus the server's, by its last message (travel included)
	Rides     time.Duration // outage that the server's queues ride out, as it granted: the least of all tags

	Received     uint64 // values delivered
	Bad          uint64 // of these, with a bad quality
	Skewed       uint64 // of these, with a source clock ahead of the server's by more than 2 s, so not used
	Republished  uint64 // messages fetched again after an outage or out of a hole
	Duplicates   uint64 // messages that came twice and were dropped
	SequenceGaps uint64 // messages lost: the server had them no more
	Overflows    uint64 // values before which the server's queue had dropped others
	Reactivated  uint64 // recoveries by the old session: nothing lost
	Transferred  uint64 // recoveries by a new session with the old subscription: nothing lost
	Recreated    uint64 // recoveries by a new subscription: the outage is lost

	BadItems int      // tags that the server does not monitor now
	Refused  []string // these tags, each with the server's reason
}

// Client is a plant.Source: it subscribes to the tags of its Config.
type Client struct {
	cfg  Config
	pair keyPair
	log  *slog.Logger

	running sync.Mutex // held by Run, which alone uses held
	held    held

	mu    sync.Mutex
	stats Stats

	sessionTime, channelTime time.Duration
}

// held is what outlives a connection.
type held struct {
	session *opcua.Session
	table   []string  // the server's namespaces
	started time.Time // when the server started

	subscription uint32 // 0 if none
	everMade     bool   // there was one before
	keepAlive    time.Duration
	next         uint32          // number of the message to deliver next
	acks         map[uint32]bool // messages delivered and not yet known to be acknowledged; true: on its way
	refused      map[int]ua.StatusCode
}

var _ plant.Source = (*Client)(nil)

// New checks the config, all faults at once, and reads or makes the client's certificate if one is needed.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.ready()
	if err != nil {
		return nil, err
	}
	cfg.Tags = slices.Clone(cfg.Tags)
	c := &Client{cfg: cfg, stats: Stats{State: Idle}, log: slog.With("connector", "opcua", "endpoint", cfg.Endpoint)}
	c.pair.uri, c.channelTime = "urn:reetwin", keyTime
	c.sessionTime = max(sessionMin, 2*time.Duration(cfg.QueueSeconds*float64(time.Second)))
	if cfg.Security == Basic256Sha256 {
		if c.pair, err = loadKeyPair(cfg.Certificate, cfg.Key); err != nil {
			return nil, fmt.Errorf("opcua: %w", err)
		}
	}
	return c, c.recollect()
}

// Stats may be called at any time.
func (c *Client) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Refused = slices.Clone(s.Refused)
	return s
}

func (c *Client) count(f func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.stats)
}

// deliverFault is an error of deliver: it ends Run.
type deliverFault struct{ error }

func (f deliverFault) Unwrap() error { return f.error }

// Run delivers the samples of each message of the server at once, in order, and acknowledges the message when deliver has
// returned. No fault of the connection ends it: it returns the error of ctx, or of deliver. After the latter the
// subscription stays with the server, and the next Run begins with the message that was refused.
func (c *Client) Run(ctx context.Context, deliver func([]plant.Sample) error) error {
	if !c.running.TryLock() {
		return errors.New("opcua: is running already")
	}
	defer c.running.Unlock()
	defer c.count(func(s *Stats) { s.State = Idle })
	if address, err := url.Parse(c.cfg.Endpoint); err == nil && c.cfg.Security == None && !loopback(address.Hostname()) {
		c.log.Warn("security None: everyone on the way can read and change the values")
	}
	heard, logged := time.Now(), time.Time{}
	for {
		c.count(func(s *Stats) { s.State = Connecting })
		err := c.attempt(ctx, deliver)
		if fault, ok := errors.AsType[deliverFault](err); ok {
			return fmt.Errorf("opcua: delivering: %w", fault.error)
		}
		if ctx.Err() != nil {
			c.held = held{}
			return ctx.Err()
		}
		if last := c.Stats().LastHeard; last.After(heard) {
			heard, logged = last, time.Time{}
		}
		if time.Since(logged) > retryMax { // one line for an outage, and then one now and then
			logged = time.Now()
			c.log.Warn("no values", "why", err, "since", heard)
		}
		c.count(func(s *Stats) { s.State, s.Why = Waiting, err.Error() })
		select {
		case <-ctx.Done():
		case <-time.After(pause(err, time.Since(heard))):
		}
	}
}

// pause is a random time up to a quarter of the outage, so that a recovery is late by that at most and many clients do
// not come at once. A server that refuses who we are is not pressed: it might lock the account.
func pause(err error, outage time.Duration) time.Duration {
	for _, refusal := range []ua.StatusCode{ua.StatusBadUserAccessDenied, ua.StatusBadIdentityTokenRejected, ua.StatusBadIdentityTokenInvalid} {
		if errors.Is(err, refusal) {
			return retryMax
		}
	}
	longest := min(max(outage/4, 500*time.Millisecond), retryMax)
	return 50*time.Millisecond + rand.N(longest)
}

// attempt makes one connection and streams over it until it fails.
func (c *Client) attempt(ctx context.Context, deliver func([]plant.Sample) error) error {
	l, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if ctx.Err() != nil || c.held.session == nil {
			l.close() // with session and subscription
		} else {
			l.leave()
		}
	}()
	if err := c.subscribe(ctx, l, deliver); err != nil {
		return err
	}
	return c.stream(ctx, l, deliver)
}

// subscribe gets a session with a subscription, by the first of the three ways that works, and what was missed.
func (c *Client) subscribe(ctx context.Context, l *link, deliver func([]plant.Sample) error) error {
	same, err := c.session(ctx, l)
	if err != nil {
		return err
	}
	if err := l.survey(ctx, c.cfg.Namespace); err != nil {
		return err
	}
	h := &c.held
	moved := !slices.Equal(h.table, l.table)
	restarted := !same && !h.started.Equal(l.started) // ids of subscriptions may have gone to others
	h.table, h.started = l.table, l.started
	switch {
	case h.subscription == 0:
	case moved || restarted:
		gone := h.subscription
		h.subscription = 0
		if same { // the old one would go on with its old nodes
			if _, err := ask[*ua.DeleteSubscriptionsResponse](ctx, l, &ua.DeleteSubscriptionsRequest{SubscriptionIDs: []uint32{gone}}); err != nil {
				c.forget()
				return fmt.Errorf("deleting the old subscription: %w", err)
			}
		}
	case same:
		if err := c.catchUp(ctx, l, deliver); err != nil {
			return err
		}
		c.count(func(s *Stats) { s.Reactivated++ })
		return nil
	default:
		if err := l.transfer(ctx, h.subscription); err == nil {
			if err := c.catchUp(ctx, l, deliver); err != nil {
				return err
			}
			c.count(func(s *Stats) { s.Transferred++ })
			return nil
		} else if !refused(err) {
			return err
		}
		h.subscription = 0
	}
	return c.create(ctx, l, deliver)
}

// session activates the old session on the new channel (same), else makes a new one.
func (c *Client) session(ctx context.Context, l *link) (same bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	if old := c.held.session; old != nil {
		err := l.client.ActivateSession(ctx, old)
		if err == nil && l.client.Session() == old {
			return true, nil
		}
		if err != nil && !refused(err) {
			return false, fmt.Errorf("activating the session: %w", err)
		}
		c.held.session = nil
	}
	if err := l.newSession(ctx); err != nil {
		return false, err
	}
	c.held.session = l.client.Session()
	return false, nil
}

// forget gives up session and subscription: the server keeps them no more, or cannot go on with them. The session is
// closed with the channel.
func (c *Client) forget() {
	c.held.session, c.held.subscription = nil, 0
}
