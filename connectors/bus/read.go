package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"reetwin/plant"
)

// Message is one entry of a stream as it is on disk.
type Message struct {
	Stream Stream
	Seq    uint64    // counts from 1 and never comes again; a gap is what was evicted
	Stored time.Time // when it was put there
	Reason string    // of a dead letter
	Data   []byte    // JSON of a record or a frame, or the payload of a dead letter

	subject string
}

// Record decodes an entry of the journal.
func (m Message) Record() (r plant.Record, err error) {
	if err := json.Unmarshal(m.Data, &r); err != nil {
		return r, fmt.Errorf("bus: %s %d: %w", m.Stream, m.Seq, err)
	}
	return r, nil
}

// Frame decodes an entry of the outbox.
func (m Message) Frame() (*plant.Frame, error) {
	f := new(plant.Frame)
	if err := json.Unmarshal(m.Data, f); err != nil {
		return nil, fmt.Errorf("bus: %s %d: %w", m.Stream, m.Seq, err)
	}
	return f, nil
}

// Records gives the records of the journal in order, from number from on (0 and 1 are the first that is left). Without follow it
// ends with nil after the one that was last when it was called; with follow it waits for more until ctx ends and returns the
// context's error. An error of take ends it.
func (b *Bus) Records(ctx context.Context, from uint64, follow bool, take func(seq uint64, r plant.Record) error) error {
	return b.Read(ctx, Journal, from, follow, func(m Message) error {
		r, err := m.Record()
		if err != nil {
			return err
		}
		return take(m.Seq, r)
	})
}

// Frames gives the frames of the outbox, as Records does the records.
func (b *Bus) Frames(ctx context.Context, from uint64, follow bool, take func(seq uint64, f *plant.Frame) error) error {
	return b.Read(ctx, Outbox, from, follow, func(m Message) error {
		f, err := m.Frame()
		if err != nil {
			return err
		}
		return take(m.Seq, f)
	})
}

// Read gives the messages of any stream, as Records does the records.
func (b *Bus) Read(ctx context.Context, s Stream, from uint64, follow bool, take func(Message) error) error {
	st := b.streams[s]
	if st == nil {
		return fmt.Errorf("bus: no stream %q", s)
	}
	last := uint64(math.MaxUint64)
	if !follow {
		info, err := st.Info(ctx)
		if err != nil {
			return fmt.Errorf("bus: read %s: %w", s, b.ended(err))
		}
		last = info.State.LastSeq
	}
	for seq := max(from, 1); seq <= last; {
		heard := st.heard()
		m, err := b.next(ctx, s, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			if !follow {
				return nil
			}
			if err = b.wait(ctx, heard); err == nil {
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("bus: read %s %d: %w", s, seq, err)
		}
		if m.Seq > last {
			return nil
		}
		if err := take(m); err != nil {
			return err
		}
		seq = m.Seq + 1
	}
	return nil
}

// next is the first message that is left from number seq on; jetstream.ErrMsgNotFound if there is none.
func (b *Bus) next(ctx context.Context, s Stream, seq uint64) (Message, error) {
	raw, err := b.streams[s].GetMsg(ctx, seq, jetstream.WithGetMsgSubject(">"))
	if err != nil {
		return Message{}, b.ended(err)
	}
	m := Message{Stream: s, Seq: raw.Sequence, Stored: raw.Time, Data: raw.Data, subject: raw.Subject}
	if quoted := raw.Header.Get(headReason); quoted != "" {
		if m.Reason, err = strconv.Unquote(quoted); err != nil {
			m.Reason = quoted
		}
	}
	return m, nil
}

// wait returns when there may be something new: at the ring of the bell, or after a second, as a message whose writer gave up
// waiting rings none.
func (b *Bus) wait(ctx context.Context, heard <-chan struct{}) error {
	select {
	case <-heard:
		return nil
	case <-time.After(time.Second):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-b.closed:
		return ErrClosed
	}
}

// reader is a named position in a stream.
type reader struct {
	Seq  uint64 `json:"seq"`            // last message that was taken
	Lost uint64 `json:"lost,omitempty"` // messages that were evicted before it came to them
	busy bool
}

func readerSubject(s Stream, name string) string { return fmt.Sprintf("position.%s.%s", s, name) }

var readerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

const maxBatch = 8 << 20 // bytes of the messages of one batch, beyond its first

// Consume gives the messages of a stream to a sink, each at least once and in order, in batches of 1 to batch that are at hand. When
// take returns nil the position of the reader is moved past the batch, on disk; a name that is new starts at the first message that
// is left. An error of take ends Consume and leaves the position: the next Consume gives the same messages again, at once, so
// whoever calls it again waits in between. Else it ends with ctx, and returns its error. One Consume at a time runs under a name.
func (b *Bus) Consume(ctx context.Context, s Stream, name string, batch int, take func([]Message) error) error {
	where := fmt.Sprintf("bus: reader %s of %s", name, s)
	r, err := b.claim(ctx, s, name)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	defer b.release(r)
	for at := b.at(r); ; {
		heard := b.streams[s].heard()
		msgs, err := b.gather(ctx, s, at.Seq+1, batch)
		if err == nil && len(msgs) == 0 {
			if err = b.wait(ctx, heard); err == nil {
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if err := take(msgs); err != nil {
			return fmt.Errorf("%s: at %d: %w", where, msgs[0].Seq, err)
		}
		last := msgs[len(msgs)-1].Seq
		at.Lost += last - at.Seq - uint64(len(msgs))
		at.Seq = last
		if err := b.move(ctx, s, name, r, at); err != nil {
			return fmt.Errorf("%s: position %d: %w", where, at.Seq, err)
		}
	}
}

// gather returns up to n messages from seq on that are there now.
func (b *Bus) gather(ctx context.Context, s Stream, seq uint64, n int) (msgs []Message, err error) {
	for size := 0; len(msgs) < max(n, 1) && size < maxBatch; {
		m, err := b.next(ctx, s, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		msgs, size, seq = append(msgs, m), size+len(m.Data), m.Seq+1
	}
	return msgs, nil
}

// claim finds the reader, or makes it, and keeps others from using it.
func (b *Bus) claim(ctx context.Context, s Stream, name string) (*reader, error) {
	st := b.streams[s]
	if st == nil || s == positions || !readerName.MatchString(name) {
		return nil, errors.New("no such stream, or a name with other than letters, digits, - and _")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.readers[readerSubject(s, name)]
	if r != nil && r.busy {
		return nil, errors.New("already in use")
	}
	if r == nil { // its place is kept from now on, so that what is evicted before its first batch counts as lost
		info, err := st.Info(ctx)
		if err != nil {
			return nil, b.ended(err)
		}
		r = &reader{Seq: evicted(info.State)}
		if err := b.save(ctx, s, name, *r); err != nil {
			return nil, err
		}
		b.readers[readerSubject(s, name)] = r
	}
	r.busy = true
	return r, nil
}

func (b *Bus) release(r *reader) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.busy = false
}

func (b *Bus) at(r *reader) reader {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *r
}

// move saves a position, within a second even if ctx has just ended: the sink has the messages.
func (b *Bus) move(ctx context.Context, s Stream, name string, r *reader, to reader) error {
	if ctx.Err() != nil {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		ctx = late
	}
	if err := b.save(ctx, s, name, to); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Seq, r.Lost = to.Seq, to.Lost
	return nil
}

func (b *Bus) save(ctx context.Context, s Stream, name string, r reader) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return b.store(ctx, positions, &nats.Msg{Subject: readerSubject(s, name), Data: data})
}

// findReaders reads the positions. One that is past the end of its stream (which was put aside, or lost its end with the disk's
// cache) is set back to the end before anything is added, so that what comes is read.
func (b *Bus) findReaders(ctx context.Context) error {
	return b.Read(ctx, positions, 0, false, func(m Message) error {
		r := new(reader)
		if err := json.Unmarshal(m.Data, r); err != nil {
			return fmt.Errorf("%s %d: %w", positions, m.Seq, err)
		}
		s, name, _ := strings.Cut(strings.TrimPrefix(m.subject, "position."), ".")
		st := b.streams[Stream(s)]
		if st == nil {
			return fmt.Errorf("%s %d: no stream %q", positions, m.Seq, s)
		}
		info, err := st.Info(ctx)
		if err != nil {
			return err
		}
		b.readers[m.subject] = r
		if r.Seq > info.State.LastSeq {
			r.Seq = info.State.LastSeq
			return b.save(ctx, Stream(s), name, *r)
		}
		return nil
	})
}
