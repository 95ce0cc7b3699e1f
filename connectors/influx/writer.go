package influx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api"

	"reetwin/plant"
)

// Writer writes to one bucket. Records and Frames may run beside each other: a backlog of the one does not delay the other.
type Writer struct {
	encoder *Encoder
	batch   int
	dead    func(ctx context.Context, reason string, line []byte) error
	lines   api.WriteAPIBlocking
	net     http.RoundTripper

	records, frames lane

	mu    sync.Mutex // of stats
	stats Stats
}

// Stats is the state of a Writer and what it has counted since its start.
type Stats struct {
	Stored     uint64    // lines that the server has confirmed; a line written again counts again
	Retried    uint64    // requests that had to be made again
	Dead       uint64    // lines that went to the dead letters
	LastError  string    // in the server's words; stays after the recovery
	LastStored time.Time // when the server last confirmed a line, by the local clock
	Up         bool      // the last request, or dead letter, was taken
}

// lane is the text of the lines that are written together, and where each begins. It holds one batch at most.
type lane struct {
	mu     sync.Mutex
	text   []byte
	starts []int
}

// NewWriter prepares a writer; it does not connect. dead takes a line that can never be stored, with the reason (the
// server's words), and returns once it is safe; after an error it is called again. A point that has no line is given as
// JSON.
func NewWriter(c Config, tags []plant.Tag, dead func(ctx context.Context, reason string, line []byte) error) (*Writer, error) {
	return newWriter(c, tags, dead, &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     90 * time.Second,
	})
}

func newWriter(c Config, tags []plant.Tag, dead func(context.Context, string, []byte) error, rt http.RoundTripper) (*Writer, error) {
	encoder, err := NewEncoder(c.Site, tags)
	faults := []error{err, checkURL(c.URL)}
	if c.Bucket == "" {
		faults = append(faults, errors.New("no bucket"))
	}
	if dead == nil {
		faults = append(faults, errors.New("no place for dead letters"))
	}
	token, err := Token(c.Token)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, fmt.Errorf("influx: %w", err)
	}
	if c.Batch <= 0 {
		c.Batch = usualBatch
	}
	if c.Timeout <= 0 {
		c.Timeout = usualTimeout
	}
	if c.Org == "" {
		c.Org = "-" // InfluxDB 2 answers "" with 400, as if the lines were to blame; "-" with 404
	}
	client := influxdb2.NewClientWithOptions(c.URL, token, influxdb2.DefaultOptions().
		SetPrecision(time.Millisecond).SetApplicationName("reetwin").SetLogLevel(0).
		SetHTTPClient(&http.Client{
			Transport: rt, Timeout: c.Timeout,
			// A redirected POST becomes a GET, and the 200 of a log-in page would pass for stored.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}))
	return &Writer{encoder: encoder, batch: c.Batch, dead: dead, net: rt, lines: client.WriteAPIBlocking(c.Org, c.Bucket)}, nil
}

// Close gives up the idle connections.
func (w *Writer) Close() {
	if t, ok := w.net.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Stats returns the present state and counters.
func (w *Writer) Stats() Stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stats
}

// Records writes the samples of records as "raw". It returns nil when every one is stored or dead-lettered, and the
// context's error when that ends first; then the same records must be given again.
func (w *Writer) Records(ctx context.Context, records []plant.Record) error {
	l := &w.records
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	for i := range records {
		for j := range records[i].Samples {
			s := &records[i].Samples[j]
			text, bad := w.encoder.Sample(l.text, s)
			if err := w.add(ctx, l, text, bad, func() any { return s }); err != nil {
				return err
			}
		}
	}
	return w.flush(ctx, l)
}

// Frames writes the readings of frames as "model" and their KPIs as "kpi". It returns as Records does.
func (w *Writer) Frames(ctx context.Context, frames []plant.Frame) error {
	l := &w.frames
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	for i := range frames {
		f := &frames[i]
		for j := range f.KPIs {
			text, bad := w.encoder.KPI(l.text, f, &f.KPIs[j])
			if err := w.add(ctx, l, text, bad, func() any { return inFrame{f.Time, f.Version, f.KPIs[j]} }); err != nil {
				return err
			}
		}
		for j := range f.Tags {
			text, bad := w.encoder.Reading(l.text, f, &f.Tags[j])
			if err := w.add(ctx, l, text, bad, func() any { return inFrame{f.Time, f.Version, f.Tags[j]} }); err != nil {
				return err
			}
		}
	}
	return w.flush(ctx, l)
}

// inFrame is a KPI or reading as it stands in the dead letters.
type inFrame struct {
	Time    time.Time
	Version int
	Point   any
}

// add takes the text of a lane with one line more and writes a full batch. A point that has no line is a dead letter.
func (w *Writer) add(ctx context.Context, l *lane, text []byte, bad error, point func() any) error {
	if bad != nil {
		line, err := json.Marshal(point())
		if err != nil {
			line = fmt.Appendf(nil, "%+v", point())
		}
		return w.bury(ctx, bad.Error(), line)
	}
	if len(text) == len(l.text) {
		return nil
	}
	l.starts = append(l.starts, len(l.text))
	l.text = text
	if len(l.starts) < w.batch {
		return nil
	}
	return w.flush(ctx, l)
}

func (l *lane) clear() { l.text, l.starts = l.text[:0], l.starts[:0] }

func (w *Writer) flush(ctx context.Context, l *lane) error {
	defer l.clear()
	if len(l.starts) == 0 {
		return nil
	}
	return w.store(ctx, l.text, l.starts)
}
