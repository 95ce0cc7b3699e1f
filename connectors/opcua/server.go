package opcua

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/server"
	"github.com/gopcua/opcua/ua"

	"reetwin/plant"
)

// Server serves tags to clients on this machine, read-only and without security: the virtual plant, and tests. For a
// subscription it keeps the last value of a tag only, and it forgets the subscription when the connection breaks.
type Server struct {
	url   string
	inner *server.Server
	stop  context.CancelFunc
	tags  map[string]*served

	telling sync.Mutex
}

// served is a tag's node.
type served struct {
	id  *ua.NodeID
	now atomic.Pointer[ua.DataValue]
}

// NewServer serves the tags at addr ("127.0.0.1:4840"; port 0 takes a free one), in the namespace with this URI. A tag's
// node has its Node (or ID) as a string identifier, and engineering unit and range as properties. Until the first Set its
// status is BadWaitingForInitialData. An address that other machines could reach is refused.
func NewServer(addr, uri string, tags []plant.Tag) (*Server, error) {
	host, port, err := address(addr)
	if err != nil {
		return nil, fmt.Errorf("opcua: serving at %q: %w", addr, err)
	}
	if uri == "" {
		return nil, errors.New("opcua: serving: needs the URI of a namespace")
	}
	inner := server.New(server.EndPoint(host, port), server.ServerName("reetwin"), server.ManufacturerName("reetwin"), server.ProductName("reetwin"),
		server.EnableSecurity(None, ua.MessageSecurityModeNone), server.EnableAuthMode(ua.UserTokenTypeAnonymous))
	s := &Server{url: "opc.tcp://" + net.JoinHostPort(host, strconv.Itoa(port)), inner: inner, tags: map[string]*served{}}
	if err := s.addNodes(uri, tags); err != nil {
		return nil, fmt.Errorf("opcua: serving: %w", err)
	}
	s.guard()
	ctx, stop := context.WithCancel(context.Background())
	if err := inner.Start(ctx); err != nil {
		stop()
		return nil, fmt.Errorf("opcua: serving at %q: %w", addr, err)
	}
	s.stop = stop
	return s, nil
}

// address reads host and port, of this machine only. gopcua does not tell which port it took, so a free one is taken here.
func address(addr string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	if !loopback(host) {
		return "", 0, errors.New("this server has no users and no security: only 127.0.0.1, ::1 or localhost")
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, text))
	if err != nil {
		return "", 0, err
	}
	defer l.Close()
	return host, l.Addr().(*net.TCPAddr).Port, nil
}

// URL is the endpoint.
func (s *Server) URL() string { return s.url }

// Close ends the server and its connections. gopcua waits for its clients; this waits a second for gopcua.
func (s *Server) Close() error {
	done := make(chan error, 1)
	go func() {
		err := s.inner.Close()
		s.stop()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Second):
		return nil
	}
}

// Set sets tags and tells the subscriptions. A sample's status is sent as it is; where it is 0, one that says the quality.
// All known tags are set; an error names one that is not, or says that a subscription did not take its values in a second.
func (s *Server) Set(samples []plant.Sample) error {
	var unknown error
	now := time.Now()
	changed := make([]*ua.NodeID, 0, len(samples))
	for _, one := range samples {
		tag, known := s.tags[one.ID]
		if !known {
			unknown = fmt.Errorf("opcua: setting %q: no such tag", one.ID)
			continue
		}
		tag.now.Store(dataValue(one, now))
		changed = append(changed, tag.id)
	}
	return errors.Join(unknown, s.notify(changed))
}

// dataValue is a sample on the wire. Each part is only sent with its bit in the mask.
func dataValue(one plant.Sample, now time.Time) *ua.DataValue {
	status := ua.StatusCode(one.Status)
	if status == 0 {
		status = [...]ua.StatusCode{ua.StatusGood, ua.StatusUncertain, ua.StatusBad}[min(one.Quality, plant.Bad)]
	}
	if !one.Value.Known() && quality(status) != plant.Bad {
		status = ua.StatusBadNoData
	}
	v := &ua.DataValue{Status: status, ServerTimestamp: now, EncodingMask: ua.DataValueStatusCode | ua.DataValueServerTimestamp}
	if one.Value.Known() {
		v.Value, v.EncodingMask = ua.MustVariant(float64(one.Value)), v.EncodingMask|ua.DataValueValue
	}
	if !one.Source.IsZero() {
		v.SourceTimestamp, v.EncodingMask = one.Source, v.EncodingMask|ua.DataValueSourceTimestamp
	}
	return v
}

// notify tells the subscriptions of these nodes that they have changed.
func (s *Server) notify(nodes []*ua.NodeID) error {
	all := s.inner.MonitoredItemService
	var items []*server.MonitoredItem
	all.Mu.Lock()
	for _, n := range nodes {
		items = append(items, all.Nodes[n.String()]...)
	}
	all.Mu.Unlock()
	return s.tell(items)
}

// tell puts the present values into the subscriptions. gopcua's own way waits for room with its service locked: a
// subscription that ends meanwhile would lock the server for ever. One after the other, so that the last is the newest.
func (s *Server) tell(items []*server.MonitoredItem) error {
	s.telling.Lock()
	defer s.telling.Unlock()
	patience := map[*server.Subscription]<-chan time.Time{}
	var err error
	for _, item := range items {
		what := item.Req.ItemToMonitor
		space, unknown := s.inner.Namespace(int(what.NodeID.Namespace()))
		if unknown != nil {
			continue
		}
		limit, waiting := patience[item.Sub]
		if !waiting {
			limit = time.After(time.Second)
			patience[item.Sub] = limit
		}
		if limit == nil {
			continue // it took nothing for a second
		}
		v := &ua.MonitoredItemNotification{
			ClientHandle: item.Req.RequestedParameters.ClientHandle, Value: space.Attribute(what.NodeID, what.AttributeID),
		}
		select {
		case item.Sub.NotifyChannel <- v:
		case <-limit:
			patience[item.Sub] = nil
			err = errors.New("opcua: a subscription does not take its values")
		}
	}
	return err
}

// addNodes makes the address space: Objects, a folder of the namespace, the tags in it.
func (s *Server) addNodes(uri string, tags []plant.Tag) error {
	space := server.NewNodeNameSpace(s.inner, uri)
	root, err := s.inner.Namespace(0)
	if err != nil {
		return err
	}
	root.Objects().AddRef(space.Objects(), id.Organizes, true)
	for _, tag := range tags {
		n, err := nodeID(space.ID(), node(tag))
		if err != nil {
			return err
		}
		if s.tags[tag.ID] != nil || space.Node(n) != nil {
			return fmt.Errorf("tag %q: its ID or node is taken", tag.ID)
		}
		one := &served{id: n}
		one.now.Store(&ua.DataValue{EncodingMask: ua.DataValueStatusCode, Status: ua.StatusBadWaitingForInitialData})
		s.tags[tag.ID] = one
		v := variable(n, tag.ID, tag.Description, id.Double, one.now.Load)
		space.AddNode(v)
		space.Objects().AddRef(v, id.HasComponent, true)
		v.AddRef(s.inner.Node(ua.NewNumericNodeID(0, id.AnalogItemType)), id.HasTypeDefinition, true)
		property := func(name string, kind uint32, value any) {
			object := &ua.DataValue{EncodingMask: ua.DataValueValue, Value: ua.MustVariant(ua.NewExtensionObject(value))}
			p := variable(ua.NewStringNodeID(space.ID(), node(tag)+"/"+name), name, "", kind, func() *ua.DataValue { return object })
			space.AddNode(p)
			v.AddRef(p, id.HasProperty, true)
			p.AddRef(s.inner.Node(ua.NewNumericNodeID(0, id.PropertyType)), id.HasTypeDefinition, true)
		}
		property("EngineeringUnits", id.EUInformation, &ua.EUInformation{
			NamespaceURI: "http://www.opcfoundation.org/UA/units/un/cefact", UnitID: -1, // no code: the name is what counts
			DisplayName: ua.NewLocalizedText(tag.Unit), Description: ua.NewLocalizedText(tag.Unit),
		})
		property("EURange", id.Range, &ua.Range{Low: tag.Lo, High: tag.Hi})
	}
	return nil
}

// variable is a read-only node, with the attributes that strict clients ask for.
func variable(n *ua.NodeID, name, description string, kind uint32, value func() *ua.DataValue) *server.Node {
	space := n.Namespace()
	if kind != id.Double {
		space = 0 // names of properties are the standard's
	}
	is := func(v any) *ua.DataValue {
		return &ua.DataValue{EncodingMask: ua.DataValueValue, Value: ua.MustVariant(v)}
	}
	return server.NewNode(n, server.Attributes{
		ua.AttributeIDNodeClass:               is(uint32(ua.NodeClassVariable)),
		ua.AttributeIDBrowseName:              is(&ua.QualifiedName{NamespaceIndex: space, Name: name}),
		ua.AttributeIDDisplayName:             is(ua.NewLocalizedText(name)),
		ua.AttributeIDDescription:             is(ua.NewLocalizedText(description)),
		ua.AttributeIDDataType:                is(ua.NewNumericNodeID(0, kind)),
		ua.AttributeIDValueRank:               is(int32(-1)), // scalar
		ua.AttributeIDAccessLevel:             is(byte(ua.AccessLevelTypeCurrentRead)),
		ua.AttributeIDUserAccessLevel:         is(byte(ua.AccessLevelTypeCurrentRead)),
		ua.AttributeIDMinimumSamplingInterval: is(float64(0)),
		ua.AttributeIDHistorizing:             is(false),
	}, nil, value)
}
