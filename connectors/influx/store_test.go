package influx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reetwin/plant"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// answer is what a server in memory says to lines.
type answer struct {
	status int
	header string // "Name: value"
	text   string
}

// server is such a server, and keeps what it has answered 204 to and when it was asked.
type server struct {
	answer func(try int, lines []string) answer
	most   int // lines in a request
	silent int // so many requests are never answered
	stored []string
	asked  []time.Time
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	s.asked, s.most = append(s.asked, time.Now()), max(s.most, len(lines))
	if len(s.asked) <= s.silent {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	a := s.answer(len(s.asked)-1, lines)
	if a.status == 0 {
		return nil, errors.New(a.text)
	}
	if a.status == http.StatusNoContent {
		s.stored = append(s.stored, lines...)
	}
	header := http.Header{}
	if name, value, ok := strings.Cut(a.header, ": "); ok {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: a.status, Status: http.StatusText(a.status), Header: header, Body: io.NopCloser(strings.NewReader(a.text)), Request: r}, nil
}

// pauses returns the times between requests.
func (s *server) pauses() []time.Duration {
	var out []time.Duration
	for i := 1; i < len(s.asked); i++ {
		out = append(out, s.asked[i].Sub(s.asked[i-1]))
	}
	return out
}

type grave struct{ reasons, lines []string }

func (g *grave) bury(_ context.Context, reason string, line []byte) error {
	g.reasons, g.lines = append(g.reasons, reason), append(g.lines, string(line))
	return nil
}

func testWriter(t *testing.T, s *server, dead func(context.Context, string, []byte) error) *Writer {
	t.Helper()
	w, err := newWriter(Config{URL: "http://influx", Bucket: "twin", Site: "uky"}, tags, dead, s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// samples returns a record of n samples of AT-201, a millisecond apart, with values from 0.
func samples(n int) []plant.Record {
	r := plant.Record{Clock: noon}
	for i := range n {
		r.Samples = append(r.Samples, plant.Sample{ID: "AT-201", Value: plant.Number(i), Source: noon.Add(time.Duration(i) * time.Millisecond)})
	}
	return []plant.Record{r}
}

func TestBackOff(t *testing.T) {
	date := func(after time.Duration) string { return time.Now().Add(after).UTC().Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		answer func() answer
		lo, hi func(try int) time.Duration
	}{
		"503":        {func() answer { return answer{status: 503} }, half, doubling},
		"no answer":  {func() answer { return answer{text: "connection refused"} }, half, doubling},
		"500":        {func() answer { return answer{status: 500, text: "partial write"} }, half, doubling},
		"429, 7 s":   {func() answer { return answer{429, "Retry-After: 7", ""} }, fixed(7), func(try int) time.Duration { return fixed(7)(0) + doubling(try) }},
		"429, 300 s": {func() answer { return answer{429, "Retry-After: 300", ""} }, fixed(30), fixed(30)},
		"503, date":  {func() answer { return answer{503, "Retry-After: " + date(9*time.Second), ""} }, fixed(8), fixed(30)},
		"401":        {func() answer { return answer{status: 401, text: "unauthorized"} }, fixed(15), fixed(30)},
		"403":        {func() answer { return answer{status: 403} }, fixed(15), fixed(30)},
		"404":        {func() answer { return answer{status: 404, text: "database not found"} }, fixed(15), fixed(30)},
		"302":        {func() answer { return answer{302, "Location: http://influx/login", ""} }, fixed(15), fixed(30)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g grave
				var w *Writer
				s := &server{answer: func(try int, _ []string) answer {
					if try > 0 && (w.Stats().Up || w.Stats().LastError == "") {
						t.Errorf("try %d: %+v", try, w.Stats())
					}
					if try < 12 {
						return c.answer()
					}
					return answer{status: 204}
				}}
				w = testWriter(t, s, g.bury)
				if err := w.Records(t.Context(), samples(10)); err != nil {
					t.Fatal(err)
				}
				for try, p := range s.pauses() {
					if p < c.lo(try) || p > c.hi(try) || p > longestPause {
						t.Errorf("pause of %v after try %d", p, try)
					}
				}
				if st := w.Stats(); st.Retried != 12 || st.Stored != 10 || st.Dead != 0 || !st.Up || !st.LastStored.Equal(time.Now()) {
					t.Errorf("%+v", st)
				}
				if len(s.stored) != 10 {
					t.Errorf("%d lines stored", len(s.stored))
				}
			})
		})
	}
}

func doubling(try int) time.Duration { return firstPause << try }

func half(try int) time.Duration { return min(doubling(try), longestPause) / 2 }

func fixed(s int) func(int) time.Duration {
	return func(int) time.Duration { return time.Duration(s) * time.Second }
}

func TestPoisonedLinesAreAlone(t *testing.T) {
	poisoned := []string{"value=0,", "value=777,", "value=778,", "value=5999,"}
	for _, c := range []struct {
		status int
		words  string
	}{{400, "unable to parse"}, {422, "field type conflict"}, {500, "partial write: points beyond retention policy dropped=1"}} {
		var g grave
		s := &server{answer: func(_ int, lines []string) answer {
			for _, line := range lines {
				if slices.ContainsFunc(poisoned, func(p string) bool { return strings.Contains(line, p) }) {
					return answer{c.status, "", c.words}
				}
			}
			return answer{status: 204}
		}}
		w := testWriter(t, s, g.bury)
		if err := w.Records(t.Context(), samples(6000)); err != nil {
			t.Fatal(err)
		}
		slices.Sort(s.stored)
		if n := len(slices.Compact(s.stored)); n != 5996 || len(g.lines) != 4 {
			t.Errorf("%d: %d stored, %d dead", c.status, n, len(g.lines))
		}
		for i, line := range g.lines {
			if !strings.Contains(line, poisoned[i]) || strings.HasSuffix(line, "\n") || !strings.Contains(g.reasons[i], c.words) {
				t.Errorf("%d: %q because %q", c.status, line, g.reasons[i])
			}
		}
		if st := w.Stats(); st.Dead != 4 || st.Stored != 5996 || st.Retried != 0 || !st.Up || !strings.Contains(st.LastError, c.words) {
			t.Errorf("%d: %+v", c.status, st)
		}
		if s.most != usualBatch || len(s.asked) > 2+4*2*13 {
			t.Errorf("%d: %d requests, the longest of %d lines", c.status, len(s.asked), s.most)
		}
	}
}

func TestTooLargeIsHalved(t *testing.T) {
	var g grave
	s := &server{answer: func(_ int, lines []string) answer {
		if len(lines) > 700 {
			return answer{413, "", "Request Entity Too Large"}
		}
		return answer{status: 204}
	}}
	w := testWriter(t, s, g.bury)
	if err := w.Records(t.Context(), samples(12000)); err != nil {
		t.Fatal(err)
	}
	if len(s.stored) != 12000 || len(g.lines) != 0 || !slices.IsSorted(timesOf(t, s.stored)) {
		t.Errorf("%d stored, %d dead", len(s.stored), len(g.lines))
	}
}

func timesOf(t *testing.T, lines []string) []int64 {
	t.Helper()
	points, err := parse(strings.Join(lines, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	times := make([]int64, len(points))
	for i, p := range points {
		times[i] = p.ms
	}
	return times
}

func TestEndsWithItsContext(t *testing.T) {
	for name, s := range map[string]*server{
		"pause":  {answer: func(int, []string) answer { return answer{429, "Retry-After: 30", ""} }},
		"denied": {answer: func(int, []string) answer { return answer{status: 401} }},
		"silent": {silent: 9},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g grave
				w := testWriter(t, s, g.bury)
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				began := time.Now()
				err := w.Frames(ctx, []plant.Frame{{Site: "uky", Time: noon, KPIs: []plant.KPI{{Name: "purity.REE"}}}})
				if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != 2*time.Second || len(g.lines) != 0 {
					t.Errorf("%v after %v", err, took)
				}
				if err := w.Records(ctx, samples(1)); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("with a context that has ended: %v", err)
				}
			})
		})
	}
}

func TestDeadLetterThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := 3
		var g grave
		dead := func(ctx context.Context, reason string, line []byte) error {
			if full--; full >= 0 {
				return errors.New("disk full")
			}
			return g.bury(ctx, reason, line)
		}
		s := &server{answer: func(int, []string) answer { return answer{status: 204} }}
		w := testWriter(t, s, dead)
		records := samples(2)
		records[0].Samples[0] = plant.Sample{ID: "XT\n1", Value: 5, Source: noon} // has no line
		if err := w.Records(t.Context(), records); err != nil {
			t.Fatal(err)
		}
		if len(g.lines) != 1 || !strings.Contains(g.lines[0], `"XT\n1"`) || !strings.Contains(g.reasons[0], "control character") || len(s.stored) != 1 {
			t.Errorf("%q because %q; %d stored", g.lines, g.reasons, len(s.stored))
		}
		if st := w.Stats(); st.Dead != 1 || st.Stored != 1 || !st.Up {
			t.Errorf("%+v", st)
		}

		frame := plant.Frame{Site: "uky", Version: 3, Tags: []plant.Reading{{ID: "AT-201"}}, KPIs: []plant.KPI{{Name: "purity.REE"}}} // no time
		if err := w.Frames(t.Context(), []plant.Frame{frame}); err != nil {
			t.Fatal(err)
		}
		if len(g.lines) != 3 || !strings.Contains(g.lines[1], "purity.REE") || !strings.Contains(g.lines[2], `"Version":3`) {
			t.Errorf("%q", g.lines)
		}
		if err := w.Records(t.Context(), []plant.Record{{Clock: noon}}); err != nil { // a tick
			t.Fatal(err)
		}
		if len(s.asked) != 1 {
			t.Errorf("%d requests", len(s.asked))
		}
	})
}

func TestServerThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g grave
		s := &server{silent: 2, answer: func(int, []string) answer { return answer{status: 204} }}
		w := testWriter(t, s, g.bury)
		if err := w.Records(t.Context(), samples(10)); err != nil {
			t.Fatal(err)
		}
		for try, p := range s.pauses() {
			if p < usualTimeout+half(try) || p > usualTimeout+doubling(try) {
				t.Errorf("pause of %v after try %d", p, try)
			}
		}
		if st := w.Stats(); st.Retried != 2 || st.Stored != 10 || len(s.stored) != 10 || st.LastError == "" {
			t.Errorf("%+v", st)
		}
	})
}

// A backlog of records does not hold up the frames.
func TestLanesAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g grave
		s := &server{answer: func(_ int, lines []string) answer {
			if strings.HasPrefix(lines[0], "raw") {
				return answer{status: 503}
			}
			return answer{status: 204}
		}}
		w := testWriter(t, s, g.bury)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.Records(ctx, samples(1)) }()
		synctest.Wait()
		if err := w.Frames(ctx, []plant.Frame{{Site: "uky", Time: noon, KPIs: []plant.KPI{{Name: "purity.REE"}}}}); err != nil || len(s.stored) != 1 {
			t.Errorf("%v, %d stored", err, len(s.stored))
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestNewWriterRefuses(t *testing.T) {
	var g grave
	ok := Config{URL: "http://127.0.0.1:8086", Bucket: "twin"}
	for want, c := range map[string]Config{
		"no bucket": {URL: ok.URL}, "needs e.g.": {Bucket: "twin", URL: "127.0.0.1:8086"}, "no user": {Bucket: "twin", URL: "http://a:b@c"},
		"env:NAME": {URL: ok.URL, Bucket: "twin", Token: "literal"},
	} {
		if _, err := NewWriter(c, nil, g.bury); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := NewWriter(ok, nil, nil); err == nil {
		t.Error("no dead letters are taken")
	}
	if _, err := NewWriter(ok, []plant.Tag{{ID: "a\nb"}}, g.bury); err == nil {
		t.Error("a tag that cannot be written is taken")
	}
	w, err := NewWriter(ok, tags, g.bury)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
}

func TestWordsAreBounded(t *testing.T) {
	got := words(fmt.Errorf("%s", strings.Repeat("é", 5000)))
	if len(got) > longestWords+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d bytes, %q", len(got), got[len(got)-10:])
	}
}
