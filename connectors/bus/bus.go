package bus

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"reetwin/plant"
)

// Stream is the name of one of the sequences of messages on disk. Its messages are numbered from 1.
type Stream string

const (
	Journal Stream = "JOURNAL" // plant.Record: what was measured
	Outbox  Stream = "OUTBOX"  // plant.Frame: what the twin made of it
	Dead    Stream = "DEAD"    // payloads that a sink refused, each with the reason

	positions Stream = "POSITION" // of the readers; the newest of each
)

var (
	// ErrClosed ends what is under way when the bus is closed.
	ErrClosed = errors.New("bus: closed")
	// ErrUnwritable says that a stream could not be written, mostly because the disk is full. It takes nothing more until the bus is
	// opened again; it can still be read, and the other streams are as they were.
	ErrUnwritable = errors.New("stream is unwritable until it is opened again")
)

const (
	maxMessage = 8 << 20          // bytes of one message: about 60,000 samples
	patience   = 30 * time.Second // with a disk that is slow to sync, when the context has no deadline of its own
	headReason = "Reason"
	headNewest = "Newest"
)

// Limit bounds one stream. A zero takes the default.
type Limit struct {
	Bytes    int64 // before compression, which makes them about six times smaller on disk
	Messages int64
	Age      time.Duration // since the message was stored
}

// Limits bounds each stream by itself.
type Limits struct{ Journal, Outbox, Dead Limit }

func (l Limit) or(d Limit) Limit {
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	if l.Messages <= 0 {
		l.Messages = d.Messages
	}
	if l.Age <= 0 {
		l.Age = d.Age
	}
	return l
}

const day = 24 * time.Hour

// Bus is an open directory of streams. Its methods may be called from many goroutines.
type Bus struct {
	lock    *os.File
	server  *server.Server
	conn    *nats.Conn
	js      jetstream.JetStream
	streams map[Stream]*stream
	closed  chan struct{}
	close   sync.Once

	publishing sync.Mutex // orders frames, so that the newest time in their heads never falls
	newest     atomic.Pointer[time.Time]

	mu      sync.Mutex
	readers map[string]*reader // by subject of its position
}

// stream is one stream, the bell that wakes those who wait at its end, and a context that lasts as long as it can be written.
type stream struct {
	jetstream.Stream
	mu       sync.Mutex
	bell     chan struct{}
	writable context.Context
	fail     context.CancelCauseFunc
}

// heard returns a channel that is closed by the next ring.
func (s *stream) heard() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bell
}

func (s *stream) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.bell)
	s.bell = make(chan struct{})
}

// Open opens the streams in dir with the default limits: journal 16 GiB and 30 days, outbox 4 GiB, 250,000 frames and 400 days,
// dead letters 256 MiB and 90 days. A directory belongs to one process; the error names the one that has it.
func Open(dir string) (*Bus, error) { return OpenLimited(dir, Limits{}) }

// OpenLimited is Open with other limits. A limit that is lower than last time evicts at once.
func OpenLimited(dir string, limits Limits) (_ *Bus, err error) {
	b := &Bus{streams: map[Stream]*stream{}, closed: make(chan struct{}), readers: map[string]*reader{}}
	for _, s := range []Stream{Journal, Outbox, Dead, positions} {
		b.streams[s] = &stream{bell: make(chan struct{})}
		b.streams[s].writable, b.streams[s].fail = context.WithCancelCause(context.Background())
	}
	if b.lock, err = lock(dir); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	if err := b.open(dir, limits); err != nil {
		b.Close()
		return nil, fmt.Errorf("bus: open %s: %w", dir, err)
	}
	return b, nil
}

func (b *Bus) open(dir string, limits Limits) (err error) {
	b.server, err = server.NewServer(&server.Options{
		ServerName: "reetwin", DontListen: true, NoSigs: true,
		JetStream: true, StoreDir: dir, SyncAlways: true, DisableJetStreamBanner: true,
		JetStreamMaxStore: 1 << 60, JetStreamMaxMemory: 1 << 20, // the streams have bounds of their own
		MaxPayload: maxMessage,
	})
	if err != nil {
		return err
	}
	log := &serverLog{streams: b.streams}
	b.server.SetLogger(log, false, false)
	b.server.Start()
	if !b.server.ReadyForConnections(patience) || !b.server.JetStreamEnabled() {
		return fmt.Errorf("embedded server does not start: %v", log.last.Load())
	}
	b.conn, err = nats.Connect("", nats.InProcessServer(b.server), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { slog.Error("bus", "error", err) }))
	if err != nil {
		return err
	}
	if b.js, err = jetstream.New(b.conn, jetstream.WithDefaultTimeout(patience)); err != nil {
		return err
	}
	ctx := context.Background()
	for _, s := range []struct {
		name       Stream
		subject    string
		limit      Limit
		perSubject int64
	}{
		{Journal, "record", limits.Journal.or(Limit{16 << 30, 1 << 40, 30 * day}), -1},
		{Outbox, "frame.>", limits.Outbox.or(Limit{4 << 30, 250_000, 400 * day}), -1},
		{Dead, "dead", limits.Dead.or(Limit{256 << 20, 1 << 40, 90 * day}), -1},
		{positions, "position.>", Limit{64 << 20, 10_000, 0}, 1},
	} {
		b.streams[s.name].Stream, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: string(s.name), Subjects: []string{s.subject}, Storage: jetstream.FileStorage, Compression: jetstream.S2Compression,
			Discard: jetstream.DiscardOld, MaxBytes: s.limit.Bytes, MaxMsgs: s.limit.Messages, MaxAge: s.limit.Age,
			MaxMsgsPerSubject: s.perSubject, AllowDirect: true,
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if err := b.findReaders(ctx); err != nil {
		return err
	}
	return b.findNewest(ctx)
}

// Close ends what is under way with ErrClosed, stops the server and frees the directory. It does not wait for callbacks; end their
// contexts first to have their positions kept.
func (b *Bus) Close() {
	b.close.Do(func() {
		close(b.closed)
		if b.conn != nil {
			b.conn.Close()
		}
		if b.server != nil {
			b.server.Shutdown()
			b.server.WaitForShutdown()
		}
		b.lock.Close()
	})
}

// Append puts a record into the journal and returns when it is on disk. After an error it may be there or not; whoever appends it
// again may have it twice. ErrUnwritable is for good: close and open the bus.
func (b *Bus) Append(ctx context.Context, r plant.Record) error {
	data, err := json.Marshal(r)
	if err == nil {
		err = b.store(ctx, Journal, &nats.Msg{Subject: "record", Data: data})
	}
	if err != nil {
		return fmt.Errorf("bus: append record of %s: %w", r.Clock.Format(time.RFC3339), err)
	}
	return nil
}

// Publish puts a frame into the outbox and returns when it is on disk. A frame whose site, time and version are in the outbox
// already is left as it is, without error: a twin that repeats itself after a restart doubles nothing.
func (b *Bus) Publish(ctx context.Context, f *plant.Frame) error {
	data, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("bus: publish frame of %s: %w", f.Time.Format(time.RFC3339), err)
	}
	b.publishing.Lock()
	defer b.publishing.Unlock()
	newest := f.Time
	if t := b.newest.Load(); t != nil && t.After(newest) {
		newest = *t
	}
	msg := &nats.Msg{Data: data, Header: nats.Header{headNewest: {newest.UTC().Format(time.RFC3339Nano)}}}
	// One subject a frame, which must have no message yet: unlike a window of message ids, this knows all frames that are kept,
	// also after a restart, for 180 bytes of memory each.
	msg.Subject = fmt.Sprintf("frame.%s-.%d-%d.%d", base64.RawURLEncoding.EncodeToString([]byte(f.Site)), f.Time.Unix(), f.Time.Nanosecond(), f.Version)
	err = b.store(ctx, Outbox, msg, jetstream.WithExpectLastSequencePerSubject(0))
	var api *jetstream.APIError
	if errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("bus: publish frame of %s: %w", f.Time.Format(time.RFC3339), err)
	}
	b.newest.Store(&newest)
	return nil
}

// Dead puts a payload that nobody will take beside the reason, where a person can read both.
func (b *Bus) Dead(ctx context.Context, reason string, payload []byte) error {
	msg := &nats.Msg{Subject: "dead", Data: payload, Header: nats.Header{headReason: {strconv.QuoteToASCII(reason)}}}
	if err := b.store(ctx, Dead, msg); err != nil {
		return fmt.Errorf("bus: dead letter (%s): %w", reason, err)
	}
	return nil
}

// store returns when the message is on disk.
func (b *Bus) store(ctx context.Context, s Stream, m *nats.Msg, opts ...jetstream.PublishOpt) error {
	if len(m.Data) > maxMessage/2 { // the other half is left for its head
		return fmt.Errorf("%d bytes; a message may have %d", len(m.Data), maxMessage/2)
	}
	st := b.streams[s]
	writing, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(st.writable, cancel)()
	_, err := b.js.PublishMsg(writing, m, opts...)
	if failed := context.Cause(st.writable); err != nil && failed != nil {
		return failed
	}
	if err == nil {
		st.ring()
	}
	return b.ended(err)
}

// ended is err, or ErrClosed if that is the reason for it.
func (b *Bus) ended(err error) error {
	if err == nil {
		return nil
	}
	select {
	case <-b.closed:
		return ErrClosed
	default:
		return err
	}
}

// LastFrame is the newest time of a frame in the outbox or evicted from it in this run; false if there is none.
func (b *Bus) LastFrame() (time.Time, bool) {
	if t := b.newest.Load(); t != nil {
		return *t, true
	}
	return time.Time{}, false
}

// findNewest reads the newest time from the head of the last frame: the frame itself may be an older one, corrected.
func (b *Bus) findNewest(ctx context.Context) error {
	info, err := b.streams[Outbox].Info(ctx)
	if err != nil || info.State.Msgs == 0 {
		return err
	}
	m, err := b.streams[Outbox].GetMsg(ctx, info.State.LastSeq)
	if err != nil {
		return fmt.Errorf("%s %d: %w", Outbox, info.State.LastSeq, err)
	}
	t, err := time.Parse(time.RFC3339Nano, m.Header.Get(headNewest))
	if err != nil {
		return fmt.Errorf("%s %d: %w", Outbox, m.Sequence, err)
	}
	b.newest.Store(&t)
	return nil
}

// serverLog passes on what the embedded server warns of, and keeps the last of it. It is also the only place where the server says
// that it gave up writing a stream: a publisher hears nothing and would wait until its context ends.
type serverLog struct {
	last    atomic.Value
	streams map[Stream]*stream
}

func (l *serverLog) say(level slog.Level, format string, v []any) {
	text := fmt.Sprintf(format, v...)
	l.last.Store(text)
	slog.Log(context.Background(), level, "bus: embedded server: "+text)
}
func (l *serverLog) Warnf(format string, v ...any) { l.say(slog.LevelWarn, format, v) }
func (l *serverLog) Errorf(format string, v ...any) {
	l.say(slog.LevelError, format, v)
	if len(v) != 3 || !strings.HasPrefix(format, "JetStream stream") || !strings.Contains(format, "write error") {
		return
	}
	if st := l.streams[Stream(fmt.Sprint(v[1]))]; st != nil {
		st.fail(fmt.Errorf("%w: %v", ErrUnwritable, v[2]))
	}
}

// Fatalf does not end the process: Open sees that the server does not start.
func (l *serverLog) Fatalf(format string, v ...any) { l.say(slog.LevelError, format, v) }
func (l *serverLog) Noticef(string, ...any)         {}
func (l *serverLog) Debugf(string, ...any)          {}
func (l *serverLog) Tracef(string, ...any)          {}
