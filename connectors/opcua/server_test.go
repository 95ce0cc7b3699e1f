package opcua

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"

	"reetwin/plant"
)

func serve(t *testing.T, tags []plant.Tag) *Server {
	t.Helper()
	s, err := NewServer("127.0.0.1:0", uri, tags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		begin := time.Now()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if time.Since(begin) > 1500*time.Millisecond {
			t.Errorf("Close took %v", time.Since(begin))
		}
	})
	return s
}

// countUp sets the tags to counters until the context ends.
func countUp(ctx context.Context, s *Server, tags []plant.Tag) error {
	tick := time.NewTicker(period)
	defer tick.Stop()
	count := time.Now().UnixMilli() / period.Milliseconds()
	for {
		now := time.Now()
		samples := make([]plant.Sample, len(tags))
		for i, tag := range tags {
			samples[i] = plant.Sample{ID: tag.ID, Value: plant.Number(count), Source: now}
		}
		if err := s.Set(samples); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			count++
		}
	}
}

// What is set arrives as it was set: value, quality, status and the source's time to the millisecond.
func TestServerToClient(t *testing.T) {
	tags := testTags(5)
	tags[1].Node, tags[2].Node = "i=17", "s=i=odd;name"
	s := serve(t, tags)
	l := newLedger()
	c := run(t, config(s.URL(), tags), l)
	until(t, 3*time.Second, "the state before the first value", func() bool { return l.sample(tags[4].ID).Status != 0 })
	if got := l.sample(tags[4].ID); got.Quality != plant.Bad || got.Value.Known() || got.Status != uint32(ua.StatusBadWaitingForInitialData) {
		t.Errorf("before the first value: %+v", got)
	}
	at := time.Now().Add(-time.Hour).UTC()
	set := []plant.Sample{
		{ID: tags[0].ID, Value: 1.5, Source: at},
		{ID: tags[1].ID, Value: 2.5, Quality: plant.Uncertain, Source: at},
		{ID: tags[2].ID, Value: 3.5, Quality: plant.Bad, Status: uint32(ua.StatusBadSensorFailure), Source: at},
		{ID: tags[3].ID, Value: plant.None, Source: at},
		{ID: tags[4].ID, Value: 4.5, Status: overflow, Source: time.Now().Add(time.Hour)},
	}
	if err := s.Set(set); err != nil {
		t.Fatal(err)
	}
	until(t, 3*time.Second, "the values", func() bool {
		return l.sample(tags[4].ID).Value == 4.5 && l.sample(tags[3].ID).Source.Before(time.Now().Add(-time.Minute))
	})
	want := []plant.Sample{
		{Value: 1.5},
		{Value: 2.5, Quality: plant.Uncertain, Status: uint32(ua.StatusUncertain)},
		{Value: plant.None, Quality: plant.Bad, Status: uint32(ua.StatusBadSensorFailure)},
		{Value: plant.None, Quality: plant.Bad, Status: uint32(ua.StatusBadNoData)},
		{Value: 4.5, Status: overflow},
	}
	for i, w := range want {
		got := l.sample(tags[i].ID)
		if got.Value != w.Value && (got.Value.Known() || w.Value.Known()) || got.Quality != w.Quality || got.Status != w.Status {
			t.Errorf("%s: %+v, want %+v", tags[i].ID, got, w)
		}
		if i < 4 && !got.Source.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%s: measured at %v, want %v", tags[i].ID, got.Source, at)
		}
	}
	if age := time.Since(l.sample(tags[4].ID).Source).Abs(); age > time.Minute {
		t.Errorf("a clock that is an hour ahead was believed")
	}
	stats := c.Stats()
	if stats.State != Live || stats.Overflows != 1 || stats.Skewed != 1 || stats.BadItems != 0 || time.Since(stats.LastData) > 5*time.Second || stats.Skew.Abs() > time.Second {
		t.Errorf("%+v", stats)
	}
	if err := s.Set([]plant.Sample{{ID: "nobody"}}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("setting an unknown tag: %v", err)
	}
}

// Our server keeps one value and forgets subscriptions: a cut loses the outage, which is counted, and nothing else.
func TestCutOfOurServer(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	tags := testTags(150) // more than gopcua's channel to a subscription holds
	s := serve(t, tags)
	ctx, cancel := context.WithCancel(t.Context())
	counting := make(chan error, 1)
	go func() { counting <- countUp(ctx, s, tags) }()
	defer func() {
		cancel()
		if err := <-counting; err != nil {
			t.Error(err)
		}
	}()
	r, l := newRelay(t, strings.TrimPrefix(s.URL(), "opc.tcp://")), newLedger()
	cfg := config(r.url(), tags)
	cfg.PublishInterval = period / 4 // often enough for one value
	c := run(t, cfg, l)
	flowing(t, 5*time.Second, l, tags)
	time.Sleep(time.Second)
	if rides := c.Stats().Rides; rides > period {
		t.Errorf("the queues are said to ride out %v", rides)
	}
	r.cut()
	time.Sleep(3 * time.Second)
	r.join()
	back := flowing(t, 3*time.Second, l, tags)
	t.Logf("back %v after the cut", back)
	time.Sleep(time.Second)
	l.print(t, "TCP cut 3 s, our server", c.Stats())
	sent, stored, lost, _ := l.totals()
	holes := l.holes()
	if least, most := int64(20*len(tags)), int64(60*len(tags)); lost < least || lost > most || sent != stored+lost || holes != int64(len(tags)) {
		t.Errorf("lost %d in %d places, want the outage, %d to %d", lost, holes, least, most)
	}
	if s := c.Stats(); s.Recreated != 1 || s.State != Live {
		t.Errorf("%+v", s)
	}
}

// A tag that the server does not have is bad, by name, and the others come.
func TestRefusedTag(t *testing.T) {
	tags := testTags(3)
	s := serve(t, tags[:2])
	if err := s.Set([]plant.Sample{{ID: tags[0].ID, Value: 1, Source: time.Now()}, {ID: tags[1].ID, Value: 2, Source: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	l := newLedger()
	c := run(t, config(s.URL(), tags), l)
	until(t, 3*time.Second, "values", func() bool { return l.sample(tags[1].ID).Value == 2 })
	got := l.sample(tags[2].ID)
	if got.Quality != plant.Bad || got.Status != uint32(ua.StatusBadNodeIDUnknown) || got.Value.Known() {
		t.Errorf("%+v", got)
	}
	if s := c.Stats(); s.BadItems != 1 || len(s.Refused) != 1 || !strings.HasPrefix(s.Refused[0], tags[2].ID+": ") {
		t.Errorf("%+v", s)
	}
}

// What a hostile or careless client sends neither ends the server nor changes a value.
func TestServerWithstands(t *testing.T) {
	tags := testTags(1)
	s := serve(t, tags)
	if err := s.Set([]plant.Sample{{ID: tags[0].ID, Value: 7, Source: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	c, err := New(config(s.URL(), tags))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	bare, err := c.dial(ctx) // a channel without a session
	if err != nil {
		t.Fatal(err)
	}
	defer bare.close()
	if _, err := ask[*ua.CreateSubscriptionResponse](ctx, bare, &ua.CreateSubscriptionRequest{}); err == nil {
		t.Error("a subscription without a session")
	}
	l, err := c.visit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if _, err := ask[*ua.DeleteMonitoredItemsResponse](ctx, l, &ua.DeleteMonitoredItemsRequest{SubscriptionID: 1, MonitoredItemIDs: []uint32{4711}}); err == nil {
		t.Error("an item that does not exist was deleted")
	}
	n, _ := nodeID(l.space, tags[0].ID)
	for _, value := range []any{"text", 8.0} {
		w, err := ask[*ua.WriteResponse](ctx, l, &ua.WriteRequest{NodesToWrite: []*ua.WriteValue{{NodeID: n, AttributeID: ua.AttributeIDValue,
			Value: &ua.DataValue{EncodingMask: ua.DataValueValue, Value: ua.MustVariant(value)}}}})
		if err == nil && quality(w.Results[0]) != plant.Bad {
			t.Errorf("%v was written", value)
		}
	}
	if v, err := l.read(ctx, ua.AttributeIDValue, []*ua.NodeID{n}); err != nil || number(v[0].Value) != 7 {
		t.Errorf("the value is %v, %v", v, err)
	}
	var numbers []uint32
	for i := range 4 { // numbers stay apart when one in the middle goes
		r, err := ask[*ua.CreateSubscriptionResponse](ctx, l, &ua.CreateSubscriptionRequest{RequestedLifetimeCount: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(numbers, r.SubscriptionID) {
			t.Errorf("number %d twice in %v", r.SubscriptionID, numbers)
		}
		numbers = append(numbers, r.SubscriptionID)
		if i == 1 {
			if _, err := ask[*ua.DeleteSubscriptionsResponse](ctx, l, &ua.DeleteSubscriptionsRequest{SubscriptionIDs: numbers[:1]}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
			numbers = numbers[1:]
		}
	}
}

func TestServerRefusesOtherMachines(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":4840", "10.1.2.3:4840", "plant:4840", "[::]:0", "127.0.0.1"} {
		if s, err := NewServer(addr, uri, testTags(1)); err == nil {
			s.Close()
			t.Errorf("serves at %q", addr)
		}
	}
	if s, err := NewServer("127.0.0.1:0", uri, append(testTags(2), testTags(1)...)); err == nil {
		s.Close()
		t.Error("serves a tag twice")
	}
}

func checkBoth(t *testing.T, url string, tags []plant.Tag, unit string, least int) {
	t.Helper()
	wrong := append(slices.Clone(tags), plant.Tag{ID: "nobody", Unit: "K"})
	wrong[0].Unit = "kg/s"
	c, err := New(config(url, wrong))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		switch {
		case i == len(tags):
			if r.Fault == "" || r.ID != "nobody" {
				t.Errorf("%+v", r)
			}
		case r.Fault != "" || r.Type != "Double" || r.Unit != unit || r.UnitDiffers != (i == 0) || r.Queue < least || r.First.Quality != plant.Good || !r.First.Value.Known() || r.Skew.Abs() > time.Second:
			t.Errorf("%+v", r)
		}
	}
	found, err := c.Browse(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]Found{}
	for _, f := range found {
		if f.Namespace == uri {
			ours[f.Node] = f
		}
	}
	if len(ours) != len(tags) {
		t.Errorf("browsing found %d variables, want %d", len(ours), len(tags))
	}
	for _, tag := range tags {
		if f := ours[tag.ID]; f.Type != "Double" || f.Unit != unit || !strings.HasSuffix(f.Name, "/"+tag.ID) {
			t.Errorf("%s: %+v", tag.ID, f)
		}
	}
	if below, err := c.Browse(t.Context(), tags[0].ID); err != nil || len(below) != 0 {
		t.Errorf("below a variable: %v, %v", below, err)
	}
}

func TestCheckAndBrowse(t *testing.T) {
	tags := testTags(perNode + 50) // more than comes in one answer
	s := serve(t, tags)
	var samples []plant.Sample
	for i, tag := range tags {
		samples = append(samples, plant.Sample{ID: tag.ID, Value: plant.Number(i), Source: time.Now()})
	}
	if err := s.Set(samples); err != nil {
		t.Fatal(err)
	}
	checkBoth(t, s.URL(), tags, "m3/h", 1)
}

// A message that does not come, and that the server has no more, is counted; what follows is delivered.
func TestSequenceGap(t *testing.T) {
	s := serve(t, testTags(1)) // it keeps no messages
	c, err := New(config(s.URL(), testTags(1)))
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.visit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	values := func(number uint32, value float64) *ua.NotificationMessage {
		return &ua.NotificationMessage{SequenceNumber: number, NotificationData: []*ua.ExtensionObject{{Value: &ua.DataChangeNotification{
			MonitoredItems: []*ua.MonitoredItemNotification{{Value: &ua.DataValue{Value: ua.MustVariant(value)}}},
		}}}}
	}
	stored := newLedger()
	c.held.next, c.held.acks = 1, map[uint32]bool{}
	order := line{waiting: map[uint32]*ua.NotificationMessage{}, horizon: 1}
	for i, m := range []*ua.NotificationMessage{values(2, 2), values(1, 1), values(6, 6), values(5, 5), values(7, 7), values(8, 8)} {
		order.add(m, c.held.next)
		if err := c.advance(t.Context(), l, &order, stored.deliver); err != nil {
			t.Fatal(err)
		}
		if want := []int64{0, 2, 2, 2, 2, 6}[i]; stored.stored != want {
			t.Errorf("after message %d: %d stored, want %d", m.SequenceNumber, stored.stored, want)
		}
	}
	if s := c.Stats(); s.SequenceGaps != 2 || stored.lost != 2 || stored.doubled != 0 || c.held.next != 9 || len(c.held.acks) != 6 || len(order.waiting) != 0 {
		t.Errorf("lost %d, doubled %d, next %d; %+v", stored.lost, stored.doubled, c.held.next, s)
	}
	order.add(values(8+widestGap+2, 4000), 9)
	for range inFlight + 1 {
		if err := c.advance(t.Context(), l, &order, stored.deliver); err != nil {
			t.Fatal(err)
		}
	}
	if s := c.Stats(); s.SequenceGaps != 2+widestGap+1 || c.held.next != 8+widestGap+3 {
		t.Errorf("after a wide gap: next %d; %+v", c.held.next, s)
	}
}

func TestSample(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 123_456_789, time.UTC)
	receipt := at.Add(time.Second).Truncate(time.Millisecond)
	for name, c := range map[string]struct {
		v      ua.DataValue
		value  plant.Number
		q      plant.Quality
		source time.Time
		skewed bool
	}{
		"good":           {ua.DataValue{Value: ua.MustVariant(1.5), SourceTimestamp: at, ServerTimestamp: at}, 1.5, plant.Good, at, false},
		"integer":        {ua.DataValue{Value: ua.MustVariant(int16(-3)), ServerTimestamp: at}, -3, plant.Good, at, false},
		"unsigned":       {ua.DataValue{Value: ua.MustVariant(uint64(9))}, 9, plant.Good, receipt, false},
		"switch":         {ua.DataValue{Value: ua.MustVariant(true)}, 1, plant.Good, receipt, false},
		"override":       {ua.DataValue{Value: ua.MustVariant(1.0), Status: ua.StatusGoodLocalOverride}, 1, plant.Good, receipt, false},
		"overflow":       {ua.DataValue{Value: ua.MustVariant(1.0), Status: overflow}, 1, plant.Good, receipt, false},
		"uncertain":      {ua.DataValue{Value: ua.MustVariant(1.0), Status: ua.StatusUncertainLastUsableValue}, 1, plant.Uncertain, receipt, false},
		"bad with value": {ua.DataValue{Value: ua.MustVariant(1.0), Status: ua.StatusBadSensorFailure}, plant.None, plant.Bad, receipt, false},
		"reserved class": {ua.DataValue{Value: ua.MustVariant(1.0), Status: 0xC0000000}, plant.None, plant.Bad, receipt, false},
		"nothing":        {ua.DataValue{}, plant.None, plant.Bad, receipt, false},
		"text":           {ua.DataValue{Value: ua.MustVariant("1.0")}, plant.None, plant.Bad, receipt, false},
		"list":           {ua.DataValue{Value: ua.MustVariant([]float64{1})}, plant.None, plant.Bad, receipt, false},
		"NaN":            {ua.DataValue{Value: ua.MustVariant(math.NaN())}, plant.None, plant.Bad, receipt, false},
		"infinite":       {ua.DataValue{Value: ua.MustVariant(math.Inf(1))}, plant.None, plant.Bad, receipt, false},
		"clock ahead":    {ua.DataValue{Value: ua.MustVariant(1.0), SourceTimestamp: at.Add(time.Hour), ServerTimestamp: at}, 1, plant.Good, at, true},
		"assay":          {ua.DataValue{Value: ua.MustVariant(1.0), SourceTimestamp: at.Add(-time.Hour), ServerTimestamp: at}, 1, plant.Good, at.Add(-time.Hour), false},
		"clock not set":  {ua.DataValue{Value: ua.MustVariant(1.0), SourceTimestamp: time.Unix(60, 0), ServerTimestamp: at}, 1, plant.Good, at, false},
	} {
		s, skewed := sample("x", &c.v, receipt)
		if s.Value != c.value && (s.Value.Known() || c.value.Known()) || s.Quality != c.q || !s.Source.Equal(c.source.Truncate(time.Millisecond)) || skewed != c.skewed || s.Status != uint32(c.v.Status) {
			t.Errorf("%s: %+v, skewed %v", name, s, skewed)
		}
	}
}
