package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"reetwin/plant"
)

// screen shows the latest frame: in place on a terminal; else the KPIs now and then, and the tags at the end.
type screen struct {
	out      io.Writer
	terminal bool
	rows     func() int    // height of the terminal
	every    time.Duration // between two looks
	status   func() string // one line on the connections

	mu    sync.Mutex
	shown time.Time
	last  *plant.Frame
	count int
}

func newScreen(out io.Writer, status func() string) *screen {
	s := &screen{out: out, every: 5 * time.Second, status: status}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal = true
		s.rows = func() int {
			_, rows, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return 50
			}
			return rows
		}
	}
	if s.terminal {
		s.every = 500 * time.Millisecond
	}
	return s
}

// show draws a frame. Frames that come faster than they can be read are counted, not drawn.
func (s *screen) show(f *plant.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	s.last = f
	if now := time.Now(); now.Sub(s.shown) >= s.every {
		s.shown = now
		most := 0 // without a terminal, the KPIs alone
		if s.terminal {
			most = max(0, s.rows()-len(f.KPIs)-8)
		}
		s.draw(f, most)
	}
}

// end draws the last frame, whole, and returns how many there were.
func (s *screen) end() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil {
		s.draw(s.last, len(s.last.Tags))
	}
	return s.count
}

// draw writes the KPIs and up to most tags, those first that are not well.
func (s *screen) draw(f *plant.Frame, most int) {
	var b bytes.Buffer
	if s.terminal {
		b.WriteString("\x1b[H\x1b[J")
	}
	fmt.Fprintf(&b, "%s   %s   frame %d   model: %s\n", f.Site, f.Time.Local().Format("2006-01-02 15:04:05"), s.count, f.Solve)
	if s.status != nil {
		fmt.Fprintln(&b, s.status())
	}
	row := func(format string, a ...any) {
		b.WriteString(strings.TrimRight(fmt.Sprintf(format, a...), " ") + "\n")
	}
	row("\n  %-36s %12s %-8s %-9s %7s  %s", "KPI", "value", "unit", "quality", "oldest", "why")
	for _, k := range f.KPIs {
		value, unit := k.Value, unitText(k.Unit)
		if share(k) {
			value, unit = 100*value, "%"
		}
		row("  %-36s %12s %-8s %-9s %7s  %s", k.Name, number(value), unit, k.Quality, aged(k.Age), cut(k.Why, 60))
	}
	if most > 0 {
		row("\n  %-36s %12s %12s %9s %-8s %-9s %7s  %s", "tag", "measured", "expected", "deviation", "unit", "quality", "age", "why")
		tags := slices.Clone(f.Tags)
		slices.SortStableFunc(tags, func(a, b plant.Reading) int { return cmp.Compare(rank(b), rank(a)) })
		for _, r := range tags[:min(most, len(tags))] {
			row("  %-36s %12s %12s %9s %-8s %-9s %7s  %s", cut(r.ID, 36), number(r.Measured), number(r.Expected), deviation(r),
				unitText(r.Unit), r.Quality, aged(r.Age), cut(r.Why, 50))
		}
	}
	if left := len(f.Tags) - most; s.terminal && left > 0 {
		row("  … %d tags more", left)
	} else {
		b.WriteByte('\n')
	}
	s.out.Write(b.Bytes())
}

// rank puts first what is not well, then what can be compared with the model.
func rank(r plant.Reading) int {
	n := 2 * int(max(r.Quality, r.Rests))
	if r.Expected.Known() {
		n++
	}
	return n
}

// unitText is a dash for a pure number.
func unitText(unit string) string {
	if unit == "1" {
		return "–"
	}
	return unit
}

// share says whether a KPI is a part of a whole, shown in %: the recoveries and purities of a plant's file.
func share(k plant.KPI) bool {
	return k.Unit == "1" && (strings.HasPrefix(k.Name, "recovery.") || strings.HasPrefix(k.Name, "purity."))
}

func number(n plant.Number) string {
	if !n.Known() {
		return "–"
	}
	return fmt.Sprintf("%.5g", float64(n))
}

// deviation is measured against expected, in percent of the expected value; of a pH and a temperature, whose zero means nothing, their difference.
func deviation(r plant.Reading) string {
	if !r.Measured.Known() || !r.Expected.Known() {
		return ""
	}
	difference := float64(r.Measured - r.Expected)
	switch {
	case slices.ContainsFunc(strings.Split(r.ID, "."), func(part string) bool { return part == "pH" || strings.HasPrefix(part, "pH_") }):
		return fmt.Sprintf("%+.2f", difference)
	case r.Unit == "degC" || r.Unit == "K":
		return fmt.Sprintf("%+.1f K", difference)
	case r.Expected == 0:
		return ""
	}
	return fmt.Sprintf("%+.1f %%", 100*difference/math.Abs(float64(r.Expected)))
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
