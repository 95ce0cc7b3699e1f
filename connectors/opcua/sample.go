package opcua

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gopcua/opcua/ua"

	"reetwin/plant"
)

const (
	maxSkew  = 2 * time.Second // a source further ahead of its server has a wrong clock
	overflow = 0x0480          // of a status: values before this one were dropped by the server's queue
)

// earliest is a time before which a clock was never set: PLCs start in 1970, OPC UA in 1601.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// quality is the class of a status code, its two highest bits. The others do not make a value better or worse.
func quality(status ua.StatusCode) plant.Quality {
	return min(plant.Quality(status>>30), plant.Bad)
}

// sample turns what the server says of a tag into a sample. A bad value, no value, or one that is no finite number gives
// plant.None and is bad; the status stays as the server said it. skewed says that the source's clock was not used.
//
// The time is that of the source, else of the server, else of receipt. A source that is ahead of its server by more than
// maxSkew is not believed. One that is behind is: an assay or a value that did not change is rightly old.
func sample(id string, v *ua.DataValue, receipt time.Time) (s plant.Sample, skewed bool) {
	s = plant.Sample{ID: id, Value: plant.None, Quality: quality(v.Status), Status: uint32(v.Status), Source: receipt, Receipt: receipt}
	source, server := v.SourceTimestamp.After(earliest), v.ServerTimestamp.After(earliest)
	skewed = source && server && v.SourceTimestamp.Sub(v.ServerTimestamp) > maxSkew
	if source && !skewed {
		s.Source = v.SourceTimestamp
	} else if server {
		s.Source = v.ServerTimestamp
	}
	s.Source = s.Source.UTC().Truncate(time.Millisecond)
	if s.Quality != plant.Bad {
		s.Value = number(v.Value)
		if !s.Value.Known() {
			s.Value, s.Quality = plant.None, plant.Bad
		}
	}
	return s, skewed
}

// number is the value of a scalar number or Boolean; None of anything else.
func number(v *ua.Variant) plant.Number {
	if v == nil {
		return plant.None
	}
	switch x := v.Value().(type) {
	case float64:
		return plant.Number(x)
	case float32:
		return plant.Number(x)
	case bool:
		if x {
			return 1
		}
		return 0
	case int8, int16, int32, int64:
		return plant.Number(v.Int())
	case uint8, uint16, uint32, uint64:
		return plant.Number(v.Uint())
	}
	return plant.None
}

// node is the identifier of a tag's node.
func node(tag plant.Tag) string {
	if tag.Node != "" {
		return tag.Node
	}
	return tag.ID
}

// nodeID is the node with an identifier in the namespace with an index. "i=7", "g=…", "b=…" and "s=…" are numeric, GUID,
// opaque and string identifiers; anything else is a string identifier. A namespace index is refused: it does not last.
func nodeID(namespace uint16, identifier string) (*ua.NodeID, error) {
	kind, rest, found := strings.Cut(identifier, "=")
	switch {
	case found && (kind == "ns" || kind == "nsu"):
		return nil, fmt.Errorf("node %q: give the identifier only; the namespace is given by its URI, for all tags", identifier)
	case found && kind == "s":
		return ua.NewStringNodeID(namespace, rest), nil
	case found && (kind == "i" || kind == "g" || kind == "b"):
		id, err := ua.ParseNodeID(fmt.Sprintf("ns=%d;%s", namespace, identifier))
		if err != nil {
			return nil, fmt.Errorf("node %q: %w", identifier, err)
		}
		return id, nil
	}
	return ua.NewStringNodeID(namespace, identifier), nil
}

// identifier is what nodeID reads.
func identifier(id *ua.NodeID) string {
	switch id.Type() {
	case ua.NodeIDTypeString:
		text := id.StringID()
		switch kind, _, found := strings.Cut(text, "="); {
		case found && slices.Contains([]string{"ns", "nsu", "s", "i", "g", "b"}, kind):
			return "s=" + text
		}
		return text
	case ua.NodeIDTypeGUID:
		return "g=" + id.StringID()
	case ua.NodeIDTypeByteString:
		return "b=" + id.StringID()
	}
	return fmt.Sprintf("i=%d", id.IntID())
}

// queue is how many values of a tag the server shall keep.
func queue(seconds float64, sampling time.Duration) uint32 {
	return max(1, uint32(math.Ceil(seconds/sampling.Seconds())))
}
