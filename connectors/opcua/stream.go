package opcua

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gopcua/opcua"
	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/ua"

	"reetwin/plant"
)

const (
	perMessage = 10_000           // values in one message of the server
	widestGap  = 1000             // missing messages that are asked for one by one
	askAgain   = 30 * time.Second // for tags that the server refused
)

// create makes a subscription with an item for each tag.
func (c *Client) create(ctx context.Context, l *link, deliver func([]plant.Sample) error) error {
	publish := float64(c.cfg.PublishInterval) / float64(time.Millisecond)
	quiet := max(1, uint32(silence/c.cfg.PublishInterval)) // intervals without values until the server says that it lives
	r, err := ask[*ua.CreateSubscriptionResponse](ctx, l, &ua.CreateSubscriptionRequest{
		RequestedPublishingInterval: publish, RequestedMaxKeepAliveCount: quiet,
		RequestedLifetimeCount:     max(3*quiet, uint32(2*c.sessionTime/c.cfg.PublishInterval)), // outlives the session: way 2
		MaxNotificationsPerPublish: perMessage, PublishingEnabled: true,
	})
	if err != nil {
		if refused(err) {
			c.forget()
		}
		return fmt.Errorf("creating the subscription: %w", err)
	}
	h := &c.held
	h.subscription, h.next, h.acks = r.SubscriptionID, 1, map[uint32]bool{}
	h.keepAlive = time.Duration(r.RevisedPublishingInterval * float64(r.RevisedMaxKeepAliveCount) * float64(time.Millisecond))
	h.keepAlive = min(max(h.keepAlive, c.cfg.PublishInterval, 100*time.Millisecond), 5*time.Minute)
	h.refused = map[int]ua.StatusCode{}
	again := h.everMade
	h.everMade = true
	c.count(func(s *Stats) {
		s.Rides = 0
		if again {
			s.Recreated++
		}
	})
	all := make([]int, len(c.cfg.Tags))
	for i := range all {
		all[i] = i
	}
	if err := c.monitor(ctx, l, all); err != nil {
		c.forget() // with what there is of the subscription
		return fmt.Errorf("creating items: %w", err)
	}
	c.save()
	return c.report(deliver)
}

// items are the requests for the tags at these places. The server is to tell of a value that was measured again and did not
// change, too: else a plant that stands still would look dead.
func (c *Client) items(l *link, places []int) ([]*ua.MonitoredItemCreateRequest, error) {
	items := make([]*ua.MonitoredItemCreateRequest, len(places))
	for i, place := range places {
		n, err := nodeID(l.space, node(c.cfg.Tags[place]))
		if err != nil {
			return nil, err
		}
		items[i] = opcua.NewMonitoredItemCreateRequestWithDefaults(n, ua.AttributeIDValue, uint32(place))
		items[i].RequestedParameters.SamplingInterval = float64(c.cfg.Sampling) / float64(time.Millisecond)
		items[i].RequestedParameters.QueueSize = queue(c.cfg.QueueSeconds, c.cfg.Sampling)
		items[i].RequestedParameters.DiscardOldest = true
		items[i].RequestedParameters.Filter = ua.NewExtensionObject(&ua.DataChangeFilter{Trigger: ua.DataChangeTriggerStatusValueTimestamp})
	}
	return items, nil
}

// noFilter are the answers of a server that takes no filter.
var noFilter = []ua.StatusCode{ua.StatusBadMonitoredItemFilterUnsupported, ua.StatusBadMonitoredItemFilterInvalid, ua.StatusBadFilterNotAllowed}

// createItems has the server monitor the tags at these places; one result for each. One that takes no filter tells changes only.
func (c *Client) createItems(ctx context.Context, l *link, subscription uint32, places []int) ([]*ua.MonitoredItemCreateResult, error) {
	items, err := c.items(l, places)
	if err != nil {
		return nil, err
	}
	results, err := l.createItems(ctx, subscription, items)
	if err != nil {
		return nil, err
	}
	var plain []*ua.MonitoredItemCreateRequest
	var at []int
	for i, r := range results {
		if slices.Contains(noFilter, r.StatusCode) {
			items[i].RequestedParameters.Filter = ua.NewExtensionObject(nil)
			plain, at = append(plain, items[i]), append(at, i)
		}
	}
	again, err := l.createItems(ctx, subscription, plain)
	if err != nil {
		return nil, err
	}
	for i, r := range again {
		results[at[i]] = r
	}
	return results, nil
}

func (l *link) createItems(ctx context.Context, subscription uint32, items []*ua.MonitoredItemCreateRequest) (results []*ua.MonitoredItemCreateResult, err error) {
	for some := range slices.Chunk(items, l.perCreate) {
		r, err := ask[*ua.CreateMonitoredItemsResponse](ctx, l, &ua.CreateMonitoredItemsRequest{
			SubscriptionID: subscription, TimestampsToReturn: ua.TimestampsToReturnBoth, ItemsToCreate: some,
		})
		if err != nil {
			return nil, err
		}
		if len(r.Results) != len(some) {
			return nil, fmt.Errorf("the server answered %d of %d", len(r.Results), len(some))
		}
		results = append(results, r.Results...)
	}
	return results, nil
}

// granted is the outage that an item's queue rides out.
func granted(r *ua.MonitoredItemCreateResult, publish time.Duration) time.Duration {
	sampling := time.Duration(r.RevisedSamplingInterval * float64(time.Millisecond))
	if sampling <= 0 { // by exception
		sampling = publish
	}
	return time.Duration(r.RevisedQueueSize) * sampling
}

// monitor makes items for these tags and remembers which were refused: one bad tag does not stop the others.
func (c *Client) monitor(ctx context.Context, l *link, places []int) error {
	results, err := c.createItems(ctx, l, c.held.subscription, places)
	if err != nil {
		return err
	}
	for i, r := range results {
		delete(c.held.refused, places[i])
		if quality(r.StatusCode) != plant.Good {
			c.held.refused[places[i]] = r.StatusCode
		}
	}
	var names []string
	for place, tag := range c.cfg.Tags {
		if status, bad := c.held.refused[place]; bad {
			names = append(names, fmt.Sprintf("%s: %v", tag.ID, status))
		}
	}
	c.count(func(s *Stats) {
		s.BadItems, s.Refused = len(names), names
		for _, r := range results {
			if g := granted(r, c.cfg.PublishInterval); quality(r.StatusCode) == plant.Good && (s.Rides == 0 || g < s.Rides) {
				s.Rides = g
			}
		}
	})
	return nil
}

// report delivers one bad sample for each tag that was refused, so that nobody waits for it.
func (c *Client) report(deliver func([]plant.Sample) error) error {
	var samples []plant.Sample
	now := time.Now()
	for place, tag := range c.cfg.Tags {
		if status, bad := c.held.refused[place]; bad {
			s, _ := sample(tag.ID, &ua.DataValue{Status: status}, received(now))
			samples = append(samples, s)
		}
	}
	if len(samples) == 0 {
		return nil
	}
	return c.handOver(samples, deliver)
}

func (c *Client) handOver(samples []plant.Sample, deliver func([]plant.Sample) error) error {
	if err := deliver(samples); err != nil {
		return deliverFault{err}
	}
	c.count(func(s *Stats) {
		s.Received += uint64(len(samples))
		for _, one := range samples {
			if one.Quality == plant.Bad {
				s.Bad++
			}
		}
	})
	return nil
}

func received(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// catchUp fetches the messages that the server sent into a dead channel.
func (c *Client) catchUp(ctx context.Context, l *link, deliver func([]plant.Sample) error) error {
	for {
		m, err := l.republish(ctx, c.held.subscription, c.held.next)
		switch {
		case err == nil:
			c.count(func(s *Stats) { s.Republished++ })
			if err := c.take(m, deliver); err != nil {
				return err
			}
			continue
		case errors.Is(err, ua.StatusBadMessageNotAvailable):
			return nil
		case ctx.Err() == nil && (refused(err) || l.alive(ctx)): // the subscription is gone, or the message cannot be read
			c.forget()
		}
		return fmt.Errorf("fetching missed messages: %w", err)
	}
}

func (l *link) republish(ctx context.Context, subscription, number uint32) (*ua.NotificationMessage, error) {
	r, err := ask[*ua.RepublishResponse](ctx, l, &ua.RepublishRequest{SubscriptionID: subscription, RetransmitSequenceNumber: number})
	if err != nil {
		return nil, err
	}
	if r.NotificationMessage == nil || r.NotificationMessage.SequenceNumber != number {
		return nil, ua.StatusBadMessageNotAvailable
	}
	return r.NotificationMessage, nil
}

// alive asks the server for anything.
func (l *link) alive(ctx context.Context) bool {
	_, err := l.read(ctx, ua.AttributeIDValue, []*ua.NodeID{ua.NewNumericNodeID(0, id.Server_ServerStatus_CurrentTime)})
	return err == nil
}

// answer is what became of a publish request.
type answer struct {
	*ua.PublishResponse
	err  error
	acks []*ua.SubscriptionAcknowledgement // that it carried
}

// stream keeps publish requests in flight and delivers what comes, until something fails. deliver is called here, so a
// slow one slows the requests: the values wait in the server's queues.
func (c *Client) stream(ctx context.Context, l *link, deliver func([]plant.Sample) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h := &c.held
	for number := range h.acks {
		h.acks[number] = false // those on their way were on the old channel
	}
	answers := make(chan answer, inFlight)
	for range inFlight {
		c.request(ctx, l, answers)
	}
	line := line{waiting: map[uint32]*ua.NotificationMessage{}, horizon: h.next}
	heard, asked, flying := time.Now(), time.Now(), inFlight
	watch := time.NewTicker(min(h.keepAlive/4, time.Second))
	defer watch.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-watch.C:
			if len(answers) > 0 {
				continue
			}
			if silent := time.Since(heard); silent > 3*h.keepAlive {
				return fmt.Errorf("no answer for %v", silent.Round(time.Millisecond))
			}
			if len(h.refused) > 0 && time.Since(asked) > askAgain {
				asked = time.Now()
				if err := c.retry(ctx, l); err != nil {
					return err
				}
			}
		case a := <-answers:
			more, err := c.answered(ctx, l, a, &line, deliver)
			if err != nil {
				return err
			}
			if a.err == nil {
				heard = time.Now()
			}
			if more {
				c.request(ctx, l, answers)
			} else if flying--; flying == 0 { // the server takes fewer
				return fmt.Errorf("waiting for values: %w", a.err)
			}
		}
	}
}

// retry asks again for the tags that were refused.
func (c *Client) retry(ctx context.Context, l *link) error {
	var places []int
	for place := range c.held.refused {
		places = append(places, place)
	}
	slices.Sort(places)
	return c.monitor(ctx, l, places)
}

// request sends a publish request with all acknowledgements that are due. There is room for its answer.
func (c *Client) request(ctx context.Context, l *link, answers chan<- answer) {
	acks := []*ua.SubscriptionAcknowledgement{}
	for number, sent := range c.held.acks {
		if !sent {
			c.held.acks[number] = true
			acks = append(acks, &ua.SubscriptionAcknowledgement{SubscriptionID: c.held.subscription, SequenceNumber: number})
		}
	}
	go func() {
		r, err := ask[*ua.PublishResponse](ctx, l, &ua.PublishRequest{SubscriptionAcknowledgements: acks})
		answers <- answer{r, err, acks}
	}()
}

// answered deals with one answer. more says whether another request may follow it.
func (c *Client) answered(ctx context.Context, l *link, a answer, line *line, deliver func([]plant.Sample) error) (more bool, err error) {
	h := &c.held
	if a.err != nil {
		for _, ack := range a.acks {
			h.acks[ack.SequenceNumber] = false
		}
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case errors.Is(a.err, ua.StatusBadTooManyPublishRequests):
			return false, nil
		case errors.Is(a.err, ua.StatusBadTimeout): // the server gave the request back unused
			return true, nil
		case errors.Is(a.err, ua.StatusBadNoSubscription), errors.Is(a.err, ua.StatusBadSubscriptionIDInvalid):
			h.subscription = 0
		case errors.Is(a.err, ua.StatusBadSessionIDInvalid), errors.Is(a.err, ua.StatusBadSessionClosed), errors.Is(a.err, ua.StatusBadSessionNotActivated):
			h.session = nil
		}
		return false, fmt.Errorf("waiting for values: %w", a.err)
	}
	for _, ack := range a.acks {
		delete(h.acks, ack.SequenceNumber)
	}
	m := a.NotificationMessage
	if m == nil || a.SubscriptionID != h.subscription {
		return true, nil
	}
	now, back := time.Now(), false
	c.count(func(s *Stats) {
		back = s.State != Live
		s.State, s.Why, s.LastHeard = Live, "", now
		if m.PublishTime.After(earliest) {
			s.Skew = now.Sub(m.PublishTime)
		}
	})
	if back {
		c.log.Info("the server answers", "tags refused", len(h.refused))
	}
	if duplicate := line.add(m, h.next); duplicate {
		h.acks[m.SequenceNumber] = false
		c.count(func(s *Stats) { s.Duplicates++ })
	}
	return true, c.advance(ctx, l, line, deliver)
}

// advance delivers what is in order. A message may have been overtaken by as many as are in flight; after that it is
// missing, and is asked for again.
func (c *Client) advance(ctx context.Context, l *link, line *line, deliver func([]plant.Sample) error) error {
	h := &c.held
	for {
		for m := line.waiting[h.next]; m != nil; m = line.waiting[h.next] {
			delete(line.waiting, h.next)
			if err := c.take(m, deliver); err != nil {
				return err
			}
		}
		if !line.hole(h.next) {
			return nil
		}
		if line.patience++; line.patience <= inFlight {
			return nil
		}
		first, found := line.first(), (*ua.NotificationMessage)(nil)
		var err error
		if first-h.next <= widestGap {
			if found, err = l.republish(ctx, h.subscription, h.next); err != nil && !refused(err) {
				return fmt.Errorf("fetching a missing message: %w", err)
			}
		} else {
			c.count(func(s *Stats) { s.SequenceGaps += uint64(first - h.next - 1) })
			h.next = first - 1
		}
		if found != nil {
			c.count(func(s *Stats) { s.Republished++ })
			line.waiting[h.next] = found
			continue
		}
		c.count(func(s *Stats) { s.SequenceGaps++ })
		h.next = following(h.next)
	}
}

// take delivers a message and then has it acknowledged.
func (c *Client) take(m *ua.NotificationMessage, deliver func([]plant.Sample) error) error {
	now := received(time.Now())
	var samples []plant.Sample
	var skewed, overflows uint64
	var ended error
	for _, part := range m.NotificationData {
		switch n := part.Value.(type) {
		case *ua.DataChangeNotification:
			for _, item := range n.MonitoredItems {
				if int(item.ClientHandle) >= len(c.cfg.Tags) || item.Value == nil {
					continue
				}
				s, ahead := sample(c.cfg.Tags[item.ClientHandle].ID, item.Value, now)
				samples = append(samples, s)
				if ahead {
					skewed++
				}
				if s.Status&overflow == overflow {
					overflows++
				}
			}
		case *ua.StatusChangeNotification:
			// A transfer to us is told to the dead session and comes with what it missed; one from us, the next request tells.
			if n.Status != ua.StatusGoodSubscriptionTransferred {
				ended = fmt.Errorf("the server ended the subscription: %w", n.Status)
			}
		}
	}
	if len(samples) > 0 {
		if err := c.handOver(samples, deliver); err != nil {
			return err
		}
	}
	c.held.acks[m.SequenceNumber] = false
	c.held.next = following(m.SequenceNumber)
	c.count(func(s *Stats) {
		s.Skewed += skewed
		s.Overflows += overflows
		if len(samples) > 0 {
			s.LastData = now
		}
	})
	if ended != nil {
		c.held.subscription = 0
	}
	c.save()
	return ended
}

// line puts the messages in order: answers to requests in flight may overtake each other.
type line struct {
	waiting  map[uint32]*ua.NotificationMessage
	horizon  uint32 // a keep-alive says which number comes next
	patience int    // answers since there is a hole
}

// add takes in a message and says whether it was delivered before.
func (l *line) add(m *ua.NotificationMessage, next uint32) (duplicate bool) {
	n := m.SequenceNumber
	switch {
	case len(m.NotificationData) == 0: // keep-alive
		if before(l.horizon, n) {
			l.horizon = n
		}
	case before(n, next):
		return true
	default:
		l.waiting[n] = m
	}
	return false
}

// hole says whether a message before one that came, or was said to be sent, is missing.
func (l *line) hole(next uint32) bool {
	if len(l.waiting) > 0 || before(next, l.horizon) {
		return true
	}
	l.patience = 0
	return false
}

// first is the number after the hole.
func (l *line) first() uint32 {
	first := l.horizon
	any := false
	for n := range l.waiting {
		if !any || before(n, first) {
			first, any = n, true
		}
	}
	return first
}

// before compares numbers that begin again after the largest.
func before(a, b uint32) bool { return int32(a-b) < 0 }

// following is the next number; 0 is never used.
func following(n uint32) uint32 { return max(1, n+1) }
