package influx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	ihttp "github.com/influxdata/influxdb-client-go/v2/api/http"
)

// Pauses between two tries.
const (
	firstPause   = 250 * time.Millisecond // the most before the second try; doubles with every try
	longestPause = 30 * time.Second
	deniedPause  = 15 * time.Second // the least after a denial, which takes a person to mend
	longestWords = 2000             // bytes kept of what a server says
)

// verdict is what an answer of the server says about a request.
type verdict int

const (
	stored  verdict = iota
	later           // the server cannot now: the same again
	refused         // something in the lines: in halves
	denied          // not the lines but the right, the bucket or the address: a person must mend it
)

// store writes text, whose lines begin at starts, until each is stored or a dead letter, or ctx ends.
func (w *Writer) store(ctx context.Context, text []byte, starts []int) error {
	for try := 0; ; try++ {
		err := w.lines.WriteRecord(ctx, string(text))
		if ctx.Err() != nil && err != nil {
			return fmt.Errorf("influx: %d lines not confirmed: %w", len(starts), ctx.Err())
		}
		v, after := judge(err)
		switch {
		case v == stored:
			w.note(func(s *Stats) { s.Stored += uint64(len(starts)); s.LastStored = time.Now() }, nil)
			return nil
		case v == refused && len(starts) == 1:
			return w.bury(ctx, words(err), bytes.Clone(bytes.TrimSuffix(text, []byte{'\n'})))
		case v == refused:
			return w.halve(ctx, text, starts)
		}
		w.note(func(s *Stats) { s.Retried++ }, err)
		if err := sleep(ctx, pause(v, try, after)); err != nil {
			return fmt.Errorf("influx: %d lines not stored: %w", len(starts), err)
		}
	}
}

// halve writes the two halves of lines that were refused together. What the server took of them already is written again,
// onto itself.
func (w *Writer) halve(ctx context.Context, text []byte, starts []int) error {
	half := len(starts) / 2
	cut := starts[half] - starts[0]
	if err := w.store(ctx, text[:cut], starts[:half]); err != nil {
		return err
	}
	return w.store(ctx, text[cut:], starts[half:])
}

// bury hands a line to the dead letters until they have it, or ctx ends.
func (w *Writer) bury(ctx context.Context, reason string, line []byte) error {
	for try := 0; ; try++ {
		err := w.dead(ctx, reason, line)
		if err == nil {
			w.note(func(s *Stats) { s.Dead++; s.LastError = reason }, nil)
			return nil
		}
		w.note(func(*Stats) {}, fmt.Errorf("dead letter: %w", err))
		if err := sleep(ctx, pause(later, try, 0)); err != nil {
			return fmt.Errorf("influx: a dead letter is not kept: %w", err)
		}
	}
}

// note counts, and logs when the writer stops or goes on.
func (w *Writer) note(count func(*Stats), err error) {
	w.mu.Lock()
	was := w.stats
	count(&w.stats)
	w.stats.Up = err == nil
	if err != nil {
		w.stats.LastError = words(err)
	}
	is := w.stats
	w.mu.Unlock()
	switch {
	case err != nil && (was.Up || was.LastError != is.LastError):
		slog.Warn("influx: does not store; kept and tried again", "error", is.LastError)
	case err == nil && !was.Up:
		slog.Info("influx: stores", "retried", is.Retried)
	}
}

// judge tells what the outcome of a request means, and how long the server wants to be left alone.
func judge(err error) (v verdict, after time.Duration) {
	if err == nil {
		return stored, 0
	}
	var e *ihttp.Error
	if !errors.As(err, &e) || e.StatusCode == 0 {
		return later, 0 // no answer
	}
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return refused, 0
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return later, retryAfter(e)
	}
	if strings.Contains(e.Error(), "partial write:") { // with a reason: of lines, under whatever status
		return refused, 0
	}
	if e.StatusCode >= 500 {
		return later, retryAfter(e)
	}
	return denied, 0 // 401, 403, 404, and what no InfluxDB answers, as a redirection
}

func retryAfter(e *ihttp.Error) time.Duration {
	if e.RetryAfter > 0 {
		return time.Duration(e.RetryAfter) * time.Second
	}
	if at, err := http.ParseTime(e.Header.Get("Retry-After")); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// pause returns how long to wait after the given try, the first being 0: at random between half a bound that doubles and
// all of it, after what the server asks for, and never longer than longestPause. Thus at most twice as long as the server
// has been away.
func pause(v verdict, try int, after time.Duration) time.Duration {
	if v == denied {
		return deniedPause + rand.N(longestPause-deniedPause)
	}
	half := min(firstPause<<min(try, 20), longestPause) / 2
	return min(after+half+rand.N(half), longestPause)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// words are what the server said, or why it said nothing.
func words(err error) string {
	text := strings.TrimSpace(err.Error())
	var e *ihttp.Error
	if errors.As(err, &e) && e.StatusCode != 0 && !strings.Contains(text, fmt.Sprint(e.StatusCode)) {
		text = fmt.Sprintf("%d %s: %s", e.StatusCode, http.StatusText(e.StatusCode), text)
	}
	if len(text) > longestWords {
		text = strings.ToValidUTF8(text[:longestWords], "") + "…"
	}
	return text
}
