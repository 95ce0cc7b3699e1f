package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"reetwin/plant"
)

// screen shows the latest frame: in place on a terminal, else a whole table now and then.
type screen struct {
	out      io.Writer
	terminal bool
	every    time.Duration // between two tables when not on a terminal
	status   func() string // one line on the connections

	mu    sync.Mutex
	shown time.Time
	count int
}

func newScreen(out io.Writer, status func() string) *screen {
	s := &screen{out: out, every: 5 * time.Second, status: status}
	if f, ok := out.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			s.terminal = info.Mode()&os.ModeCharDevice != 0
		}
	}
	return s
}

// show draws a frame. Frames that come faster than they can be read are counted, not drawn.
func (s *screen) show(f *plant.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	every := s.every
	if s.terminal {
		every = 500 * time.Millisecond
	}
	if now := time.Now(); now.Sub(s.shown) >= every {
		s.shown = now
		s.draw(f)
	}
}

func (s *screen) draw(f *plant.Frame) {
	var b bytes.Buffer
	if s.terminal {
		b.WriteString("\x1b[H\x1b[J")
	}
	fmt.Fprintf(&b, "%s   %s   frame %d   model: %s\n", f.Site, f.Time.Local().Format("2006-01-02 15:04:05"), s.count, f.Solve)
	if s.status != nil {
		fmt.Fprintln(&b, s.status())
	}
	fmt.Fprintf(&b, "\n  %-36s %14s %-12s %-9s %7s  %s\n", "KPI", "value", "unit", "quality", "oldest", "why")
	for _, k := range f.KPIs {
		fmt.Fprintf(&b, "  %-36s %14s %-12s %-9s %7s  %s\n", k.Name, number(k.Value), k.Unit, k.Quality, aged(k.Age), cut(k.Why, 60))
	}
	fmt.Fprintf(&b, "\n  %-36s %12s %12s %9s %-8s %-9s %7s  %s\n", "tag", "measured", "expected", "deviation", "unit", "quality", "age", "why")
	for _, r := range f.Tags {
		fmt.Fprintf(&b, "  %-36s %12s %12s %9s %-8s %-9s %7s  %s\n", cut(r.ID, 36), number(r.Measured), number(r.Expected), deviation(r),
			r.Unit, r.Quality, aged(r.Age), cut(r.Why, 50))
	}
	b.WriteByte('\n')
	s.out.Write(b.Bytes())
}

func number(n plant.Number) string {
	if !n.Known() {
		return "–"
	}
	return fmt.Sprintf("%.5g", float64(n))
}

// deviation is measured against expected, in percent of the expected value.
func deviation(r plant.Reading) string {
	if !r.Measured.Known() || !r.Expected.Known() || r.Expected == 0 {
		return ""
	}
	return fmt.Sprintf("%+.1f %%", 100*float64(r.Measured-r.Expected)/math.Abs(float64(r.Expected)))
}

// aged writes an age in the unit an operator thinks in.
func aged(d time.Duration) string {
	switch {
	case d < 0:
		return "never"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

func cut(s string, n int) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
