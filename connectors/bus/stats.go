package bus

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Stats is what a stream holds.
type Stats struct {
	Messages, Bytes     uint64 // bytes before compression
	First, Last         uint64 // numbers of the first message that is left and of the last that was ever stored
	FirstTime, LastTime time.Time
	Evicted             uint64 // messages that went because of a limit, read or not, since the stream began
	Readers             []Reader
}

// Reader is how far a named reader is.
type Reader struct {
	Name    string
	Seq     uint64 // last message that its sink took
	Waiting uint64 // messages that are there for it
	Lost    uint64 // messages that were evicted before its sink took them
}

// Stats tells of the journal, the outbox and the dead letters.
func (b *Bus) Stats(ctx context.Context) (map[Stream]Stats, error) {
	all := map[Stream]Stats{}
	for _, name := range []Stream{Journal, Outbox, Dead} {
		info, err := b.streams[name].Info(ctx)
		if err != nil {
			return nil, fmt.Errorf("bus: stats of %s: %w", name, b.ended(err))
		}
		s := info.State
		all[name] = Stats{
			Messages: s.Msgs, Bytes: s.Bytes, First: s.FirstSeq, Last: s.LastSeq, FirstTime: s.FirstTime, LastTime: s.LastTime,
			Evicted: evicted(s), Readers: b.readersOf(name, s),
		}
	}
	return all, nil
}

// evicted is exact, as nothing but a limit ever removes a message, and always the oldest.
func evicted(s jetstream.StreamState) uint64 { return s.LastSeq - s.Msgs }

func (b *Bus) readersOf(name Stream, s jetstream.StreamState) (readers []Reader) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for subject, r := range b.readers {
		name, ok := strings.CutPrefix(subject, readerSubject(name, ""))
		if !ok {
			continue
		}
		passed := max(r.Seq, evicted(s)) // what is evicted past the reader is lost, though it does not know yet
		readers = append(readers, Reader{Name: name, Seq: r.Seq, Waiting: s.LastSeq - min(passed, s.LastSeq), Lost: r.Lost + passed - r.Seq})
	}
	sort.Slice(readers, func(i, j int) bool { return readers[i].Name < readers[j].Name })
	return readers
}

// Lost counts the messages of each stream that were evicted before some reader took them; a stream without loss is left out.
func (b *Bus) Lost(ctx context.Context) (map[Stream]uint64, error) {
	all, err := b.Stats(ctx)
	if err != nil {
		return nil, err
	}
	lost := map[Stream]uint64{}
	for name, s := range all {
		for _, r := range s.Readers {
			if r.Lost > 0 {
				lost[name] += r.Lost
			}
		}
	}
	return lost, nil
}
