package opcua

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/ua"

	"reetwin/plant"
)

const (
	deepest = 32      // levels that Browse goes down
	most    = 200_000 // nodes that it visits
	perNode = 250     // references in one answer, for a node
)

// Checked is what the server says of a tag.
type Checked struct {
	ID, Node    string
	Fault       string        // why the tag cannot be used; "" if it can
	Type        string        // of its values, e.g. "Double"
	Unit        string        // the server's engineering unit; "" if it says none
	UnitDiffers bool          // the server says a unit, and it is not the tag's
	Sampling    time.Duration // as the server grants it; 0: at every change
	Queue       int           // values kept during an outage, as the server grants it
	First       plant.Sample  // the value now
	Skew        time.Duration // the source's stamp of it minus the server's; far above 0, the source's clock is wrong
}

// Check asks the server about each tag, on a connection of its own; one row for each, in the order of the config. An error
// means that the server could not be asked.
func (c *Client) Check(ctx context.Context) ([]Checked, error) {
	l, err := c.visit(ctx)
	if err != nil {
		return nil, err
	}
	defer l.close()
	rows, err := c.check(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("opcua: checking: %w", err)
	}
	return rows, nil
}

// visit makes a connection with a session that is closed with it.
func (c *Client) visit(ctx context.Context) (*link, error) {
	l, err := c.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("opcua: %w", err)
	}
	within, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	if err := l.newSession(within); err != nil {
		l.close()
		return nil, fmt.Errorf("opcua: %w", err)
	}
	if err := l.survey(ctx, c.cfg.Namespace); err != nil {
		l.close()
		return nil, fmt.Errorf("opcua: %w", err)
	}
	return l, nil
}

func (c *Client) check(ctx context.Context, l *link) ([]Checked, error) {
	nodes := make([]*ua.NodeID, len(c.cfg.Tags))
	for i, tag := range c.cfg.Tags {
		var err error
		if nodes[i], err = nodeID(l.space, node(tag)); err != nil {
			return nil, err
		}
	}
	types, err := l.read(ctx, ua.AttributeIDDataType, nodes)
	if err != nil {
		return nil, err
	}
	values, err := l.read(ctx, ua.AttributeIDValue, nodes)
	if err != nil {
		return nil, err
	}
	receipt := received(time.Now())
	units, err := l.units(ctx, nodes)
	if err != nil {
		return nil, err
	}
	results, err := c.trial(ctx, l)
	if err != nil {
		return nil, err
	}
	rows := make([]Checked, len(nodes))
	for i, tag := range c.cfg.Tags {
		r, v := &rows[i], values[i]
		*r = Checked{ID: tag.ID, Node: node(tag), Type: typeName(types[i]), Unit: units[i]}
		r.UnitDiffers = r.Unit != "" && !sameUnit(r.Unit, tag.Unit)
		r.First, _ = sample(tag.ID, v, receipt)
		if v.SourceTimestamp.After(earliest) && v.ServerTimestamp.After(earliest) {
			r.Skew = v.SourceTimestamp.Sub(v.ServerTimestamp)
		}
		r.Sampling = time.Duration(results[i].RevisedSamplingInterval * float64(time.Millisecond))
		r.Queue = int(results[i].RevisedQueueSize)
		switch {
		case quality(types[i].Status) != plant.Good:
			r.Fault = fmt.Sprintf("no such variable: %v", types[i].Status)
		case quality(results[i].StatusCode) != plant.Good:
			r.Fault = fmt.Sprintf("cannot be monitored: %v", results[i].StatusCode)
		case quality(v.Status) != plant.Bad && !number(v.Value).Known():
			r.Fault = fmt.Sprintf("gives no finite number but %s", typeName(types[i]))
		}
	}
	return rows, nil
}

// trial makes the items in a subscription that never publishes, and removes it.
func (c *Client) trial(ctx context.Context, l *link) ([]*ua.MonitoredItemCreateResult, error) {
	s, err := ask[*ua.CreateSubscriptionResponse](ctx, l, &ua.CreateSubscriptionRequest{
		RequestedPublishingInterval: float64(c.cfg.PublishInterval) / float64(time.Millisecond),
		RequestedMaxKeepAliveCount:  100, RequestedLifetimeCount: 300,
	})
	if err != nil {
		return nil, err
	}
	all := make([]int, len(c.cfg.Tags))
	for i := range all {
		all[i] = i
	}
	results, err := c.createItems(ctx, l, s.SubscriptionID, all)
	_, removed := ask[*ua.DeleteSubscriptionsResponse](ctx, l, &ua.DeleteSubscriptionsRequest{SubscriptionIDs: []uint32{s.SubscriptionID}})
	return results, errors.Join(err, removed)
}

// Found is a variable of the server.
type Found struct {
	Node      string // as Tag.Node wants it, in Namespace
	Namespace string // URI
	Name      string // as it is shown, below the root: "Reactor1/Temperature"
	Type      string
	Unit      string // engineering unit; "" if it says none
}

// Browse lists the variables below a node (identifier as in Tag.Node), or, with "", all but those that describe the server
// itself, on a connection of its own. Properties are not listed.
func (c *Client) Browse(ctx context.Context, root string) ([]Found, error) {
	l, err := c.visit(ctx)
	if err != nil {
		return nil, err
	}
	defer l.close()
	found, err := l.browse(ctx, root)
	if err != nil {
		return nil, fmt.Errorf("opcua: browsing: %w", err)
	}
	return found, nil
}

// place is a node that Browse comes by.
type place struct {
	id   *ua.NodeID
	path string
}

func (l *link) browse(ctx context.Context, root string) ([]Found, error) {
	start := ua.NewNumericNodeID(0, id.ObjectsFolder)
	if root != "" {
		var err error
		if start, err = nodeID(l.space, root); err != nil {
			return nil, err
		}
	}
	seen := map[string]bool{start.String(): true, ua.NewNumericNodeID(0, id.Server).String(): true}
	var found []Found
	var variables []*ua.NodeID
	level := []place{{start, ""}}
	for depth := 0; len(level) > 0; depth++ {
		if depth > deepest || len(seen) > most {
			return nil, fmt.Errorf("more than %d levels or %d nodes: begin at a node further down", deepest, most)
		}
		nodes := make([]*ua.NodeID, len(level))
		for i, p := range level {
			nodes[i] = p.id
		}
		children, err := l.references(ctx, nodes, id.HierarchicalReferences)
		if err != nil {
			return nil, err
		}
		var below []place
		for i, p := range level {
			for _, child := range children[i] {
				n := child.NodeID.NodeID
				if child.ReferenceTypeID.IntID() == id.HasProperty && child.ReferenceTypeID.Namespace() == 0 || seen[n.String()] {
					continue
				}
				seen[n.String()] = true
				path := strings.TrimPrefix(p.path+"/"+child.DisplayName.Text, "/")
				below = append(below, place{n, path})
				if child.NodeClass == ua.NodeClassVariable {
					variables = append(variables, n)
					found = append(found, Found{Node: identifier(n), Namespace: l.uri(n), Name: path})
				}
			}
		}
		level = below
	}
	types, err := l.read(ctx, ua.AttributeIDDataType, variables)
	if err != nil {
		return nil, err
	}
	units, err := l.units(ctx, variables)
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].Type, found[i].Unit = typeName(types[i]), units[i]
	}
	return found, nil
}

func (l *link) uri(n *ua.NodeID) string {
	if int(n.Namespace()) < len(l.table) {
		return l.table[n.Namespace()]
	}
	return ""
}

// references lists what the nodes refer to by a kind of reference, for each node.
func (l *link) references(ctx context.Context, nodes []*ua.NodeID, kind uint32) ([][]*ua.ReferenceDescription, error) {
	all := make([][]*ua.ReferenceDescription, 0, len(nodes))
	for some := range slices.Chunk(nodes, l.perBrowse) {
		request := &ua.BrowseRequest{RequestedMaxReferencesPerNode: perNode, View: &ua.ViewDescription{ViewID: ua.NewTwoByteNodeID(0)}}
		for _, n := range some {
			request.NodesToBrowse = append(request.NodesToBrowse, &ua.BrowseDescription{
				NodeID: n, BrowseDirection: ua.BrowseDirectionForward, ReferenceTypeID: ua.NewNumericNodeID(0, kind), IncludeSubtypes: true,
				NodeClassMask: uint32(ua.NodeClassObject | ua.NodeClassVariable), ResultMask: uint32(ua.BrowseResultMaskAll),
			})
		}
		r, err := ask[*ua.BrowseResponse](ctx, l, request)
		if err != nil {
			return nil, err
		}
		if len(r.Results) != len(some) {
			return nil, fmt.Errorf("the server answered %d of %d", len(r.Results), len(some))
		}
		for _, result := range r.Results {
			found, more := result.References, result.ContinuationPoint
			for len(more) > 0 && len(found) < most {
				next, err := ask[*ua.BrowseNextResponse](ctx, l, &ua.BrowseNextRequest{ContinuationPoints: [][]byte{more}})
				if err != nil {
					return nil, err
				}
				if len(next.Results) != 1 || quality(next.Results[0].StatusCode) == plant.Bad {
					return nil, errors.New("the server broke off a list of references")
				}
				found, more = append(found, next.Results[0].References...), next.Results[0].ContinuationPoint
			}
			all = append(all, found)
		}
	}
	return all, nil
}

// units are the engineering units of variables, "" where there is none.
func (l *link) units(ctx context.Context, variables []*ua.NodeID) ([]string, error) {
	units := make([]string, len(variables))
	properties, err := l.references(ctx, variables, id.HasProperty)
	if err != nil {
		return nil, err
	}
	var of []int
	var nodes []*ua.NodeID
	for i, list := range properties {
		for _, p := range list {
			if p.BrowseName.Name == "EngineeringUnits" {
				of, nodes = append(of, i), append(nodes, p.NodeID.NodeID)
			}
		}
	}
	values, err := l.read(ctx, ua.AttributeIDValue, nodes)
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		if object, ok := scalar(v).(*ua.ExtensionObject); ok {
			if unit, ok := object.Value.(*ua.EUInformation); ok && unit.DisplayName != nil {
				units[of[i]] = unit.DisplayName.Text
			}
		}
	}
	return units, nil
}

// typeNames are the built-in types by their number in namespace 0, and the abstract ones above the numbers.
var typeNames = [...]string{1: "Boolean", 2: "SByte", 3: "Byte", 4: "Int16", 5: "UInt16", 6: "Int32", 7: "UInt32", 8: "Int64",
	9: "UInt64", 10: "Float", 11: "Double", 12: "String", 13: "DateTime", 14: "Guid", 15: "ByteString", 16: "XmlElement", 17: "NodeId",
	18: "ExpandedNodeId", 19: "StatusCode", 20: "QualifiedName", 21: "LocalizedText", 22: "Structure", 23: "DataValue", 24: "BaseDataType",
	25: "DiagnosticInfo", 26: "Number", 27: "Integer", 28: "UInteger", 29: "Enumeration"}

// typeName names a DataType attribute; some servers give an expanded identifier.
func typeName(v *ua.DataValue) string {
	n, _ := scalar(v).(*ua.NodeID)
	if expanded, ok := scalar(v).(*ua.ExpandedNodeID); ok {
		n = expanded.NodeID
	}
	switch {
	case n == nil:
		return ""
	case n.Namespace() == 0 && 0 < n.IntID() && n.IntID() < uint32(len(typeNames)):
		return typeNames[n.IntID()]
	}
	return n.String()
}

// plainUnit brings the ways to write a unit together.
var plainUnit = strings.NewReplacer(" ", "", "³", "3", "²", "2", "^", "", "·", "*", "°C", "degC", "℃", "degC", "µ", "u", "μ", "u", "Ω", "ohm")

// sameUnit says whether two units are written the same.
func sameUnit(a, b string) bool { return plainUnit.Replace(a) == plainUnit.Replace(b) }
