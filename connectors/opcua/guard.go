package opcua

import (
	"time"

	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/server"
	"github.com/gopcua/opcua/ua"
	"github.com/gopcua/opcua/uasc"
)

// guard replaces services of gopcua that a client can end the process with, or that accept what does not exist. The
// first registration of a service wins; the original is at hand once the server has started.
func (s *Server) guard() {
	register := func(service uint16, h server.Handler) {
		s.inner.RegisterHandler(service, func(c *uasc.SecureChannel, r ua.Request, number uint32) (ua.Response, error) {
			if s.inner.Session(r.Header()) == nil {
				return nil, ua.StatusBadSessionIDInvalid
			}
			return h(c, r, number)
		})
	}
	s.inner.RegisterHandler(id.GetEndpointsRequest_Encoding_DefaultBinary, s.endpoints)
	register(id.CreateSubscriptionRequest_Encoding_DefaultBinary, s.createSubscription)
	register(id.DeleteSubscriptionsRequest_Encoding_DefaultBinary, func(c *uasc.SecureChannel, r ua.Request, number uint32) (ua.Response, error) {
		return s.inner.SubscriptionService.DeleteSubscriptions(c, r, number)
	})
	register(id.CreateMonitoredItemsRequest_Encoding_DefaultBinary, s.createItems)
	register(id.DeleteMonitoredItemsRequest_Encoding_DefaultBinary, func(c *uasc.SecureChannel, r ua.Request, number uint32) (ua.Response, error) {
		if q, ok := r.(*ua.DeleteMonitoredItemsRequest); !ok || !s.monitored(q.MonitoredItemIDs) {
			return nil, ua.StatusBadMonitoredItemIDInvalid
		}
		return s.inner.MonitoredItemService.DeleteMonitoredItems(c, r, number)
	})
	register(id.SetMonitoringModeRequest_Encoding_DefaultBinary, func(c *uasc.SecureChannel, r ua.Request, number uint32) (ua.Response, error) {
		if q, ok := r.(*ua.SetMonitoringModeRequest); !ok || !s.monitored(q.MonitoredItemIDs) {
			return nil, ua.StatusBadMonitoredItemIDInvalid
		}
		return s.inner.MonitoredItemService.SetMonitoringMode(c, r, number)
	})
}

func (s *Server) monitored(numbers []uint32) bool {
	items := s.inner.MonitoredItemService
	items.Mu.Lock()
	defer items.Mu.Unlock()
	for _, n := range numbers {
		if items.Items[n] == nil {
			return false
		}
	}
	return true
}

// createSubscription bounds what gopcua takes as it comes, and keeps numbers apart: gopcua's next number is how many there
// are plus one, and may be one that lives. Until it has taken the next free one, the holes below are filled.
func (s *Server) createSubscription(c *uasc.SecureChannel, r ua.Request, number uint32) (ua.Response, error) {
	q, ok := r.(*ua.CreateSubscriptionRequest)
	if !ok {
		return nil, ua.StatusBadRequestTypeInvalid
	}
	interval := min(max(q.RequestedPublishingInterval, 10), 60_000) // ms; a ticker of 0 panics
	alive := min(max(q.RequestedMaxKeepAliveCount, 1), 1000)
	q.RequestedPublishingInterval, q.RequestedMaxKeepAliveCount = interval, alive
	q.RequestedLifetimeCount = min(max(q.RequestedLifetimeCount, 3*alive), max(3*alive, uint32(60_000/interval)))
	all := s.inner.SubscriptionService
	all.Mu.Lock()
	next := uint32(len(all.Subs)) + 1
	for all.Subs[next] != nil {
		next++
	}
	var fillers []uint32
	for hole := uint32(1); uint32(len(all.Subs)) < next-1; hole++ {
		if all.Subs[hole] == nil {
			all.Subs[hole] = server.NewSubscription()
			fillers = append(fillers, hole)
		}
	}
	all.Mu.Unlock()
	answer, err := all.CreateSubscription(c, r, number)
	all.Mu.Lock()
	defer all.Mu.Unlock()
	for _, hole := range fillers {
		delete(all.Subs, hole)
	}
	return answer, err
}

// createItems is gopcua's, but refuses nodes that do not exist and never waits with the service locked.
func (s *Server) createItems(_ *uasc.SecureChannel, r ua.Request, _ uint32) (ua.Response, error) {
	q, ok := r.(*ua.CreateMonitoredItemsRequest)
	if !ok {
		return nil, ua.StatusBadRequestTypeInvalid
	}
	all := s.inner.SubscriptionService
	all.Mu.Lock()
	sub := all.Subs[q.SubscriptionID]
	all.Mu.Unlock()
	if sub == nil || sub.Session != s.inner.Session(q.RequestHeader) {
		return nil, ua.StatusBadSubscriptionIDInvalid
	}
	items := s.inner.MonitoredItemService
	results := make([]*ua.MonitoredItemCreateResult, len(q.ItemsToCreate))
	var made []*server.MonitoredItem
	items.Mu.Lock()
	for i, request := range q.ItemsToCreate {
		results[i] = &ua.MonitoredItemCreateResult{StatusCode: ua.StatusBadNodeIDUnknown, FilterResult: ua.NewExtensionObject(nil)}
		n := request.ItemToMonitor.NodeID
		if s.inner.Node(n) == nil {
			continue
		}
		item := &server.MonitoredItem{ID: items.NextID(), Sub: sub, Req: request}
		items.Items[item.ID] = item
		items.Nodes[n.String()] = append(items.Nodes[n.String()], item)
		items.Subs[sub.ID] = append(items.Subs[sub.ID], item)
		results[i].StatusCode, results[i].MonitoredItemID = ua.StatusGood, item.ID
		results[i].RevisedSamplingInterval, results[i].RevisedQueueSize = sub.RevisedPublishingInterval, 1
		made = append(made, item)
	}
	items.Mu.Unlock()
	go func() { _ = s.tell(made) }() // what a subscription does not take now it will at the next Set
	return &ua.CreateMonitoredItemsResponse{ResponseHeader: done(q.RequestHeader), Results: results, DiagnosticInfos: []*ua.DiagnosticInfo{}}, nil
}

// endpoints are offered whatever address the client came by: a tunnel, another name.
func (s *Server) endpoints(_ *uasc.SecureChannel, r ua.Request, _ uint32) (ua.Response, error) {
	return &ua.GetEndpointsResponse{ResponseHeader: done(r.Header()), Endpoints: s.inner.Endpoints()}, nil
}

func done(request *ua.RequestHeader) *ua.ResponseHeader {
	return &ua.ResponseHeader{
		Timestamp: time.Now(), RequestHandle: request.RequestHandle, ServiceDiagnostics: &ua.DiagnosticInfo{},
		StringTable: []string{}, AdditionalHeader: ua.NewExtensionObject(nil),
	}
}
