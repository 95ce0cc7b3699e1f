package report

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
)

func svg(t *testing.T, d Drawing) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A logarithmic chart has its decades, spans and marks; breaks cut its curves; a value of zero is refused.
func TestLogChart(t *testing.T) {
	c := &Chart{Title: "profile", X: "stage", Y: "g/L", Log: true, Marks: []Mark{{0, "1"}, {1, "2"}, {2, "3"}, {3, "1"}},
		Spans: []Span{{-0.5, 2.5, "extraction"}, {2.5, 3.5, "strip"}}, Breaks: []float64{2.5},
		Curves: []Curve{{Name: "Nd", X: []float64{0, 1, 2, 3}, Y: []float64{1e-4, 1, 20, 0.5}}}}
	text := svg(t, c)
	for _, want := range []string{"profile", "g/L", "extraction", "strip", ">1e-3<", ">10<", ">0.1<"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if pieces := c.pieces(mustLine(t, c)); len(pieces) != 2 || len(pieces[0]) != 3 || len(pieces[1]) != 1 {
		t.Errorf("%v", pieces)
	}
	c.Curves[0].Y[1] = 0
	if err := c.Write(new(bytes.Buffer), "svg"); err == nil || !strings.Contains(err.Error(), "logarithmic") {
		t.Error(err)
	}
}

func mustLine(t *testing.T, c *Chart) plotter.XYs {
	t.Helper()
	line, err := c.Curves[0].line(0)
	if err != nil {
		t.Fatal(err)
	}
	return line.XYs
}

// A map writes its numbers in ink that shows on the colour, greys what has none, and needs rising axes.
func TestMap(t *testing.T) {
	m := &Map{Title: "purity", X: "organic, m3/h", Y: "soap, –", Z: "purity, %", XAt: []float64{1, 2, 3}, YAt: []float64{0.3, 0.4},
		Values: [][]float64{{90, 95, 99.5}, {91, math.NaN(), 99.9}}}
	text := svg(t, m)
	for _, want := range []string{"purity, %", "organic, m3/h", "soap, –", ">90.00<", ">99.90<", ">–<"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	m.Format = func(v float64) string { return "P" + Digits(v) }
	if !strings.Contains(svg(t, m), ">P90.00<") {
		t.Error("the format is not used")
	}
	flat := &Map{Title: "flat", X: "x, 1", Y: "y, 1", Z: "z, 1", XAt: []float64{1, 2}, YAt: []float64{1, 2}, Values: [][]float64{{5, 5}, {5, 5}}}
	if !strings.Contains(svg(t, flat), ">5.000<") {
		t.Error("a flat map has no numbers")
	}
	for name, spoil := range map[string]func(m *Map){
		"falling": func(m *Map) { m.XAt = []float64{3, 2, 1} },
		"no value": func(m *Map) {
			m.Values = [][]float64{{math.NaN(), math.NaN(), math.NaN()}, {math.NaN(), math.NaN(), math.NaN()}}
		},
		"ragged":  func(m *Map) { m.Values = [][]float64{{1, 2}, {1, 2, 3}} },
		"one row": func(m *Map) { m.Values = m.Values[:1] },
		"tiny":    func(m *Map) { m.Size = Size{5, 5} },
	} {
		q := *m
		spoil(&q)
		if err := q.Write(new(bytes.Buffer), "svg"); err == nil || !strings.Contains(err.Error(), "map: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Bars name their handles and both changes; both sizes can be drawn, and are of that size.
func TestBars(t *testing.T) {
	b := &Bars{Title: "tornado", X: "points of %", Down: "1 % less", Up: "1 % more", Names: []string{"sx.organic_flow", "feed.flow"}, Low: []float64{-1, 0.5}, High: []float64{0.2, -2}}
	text := svg(t, b)
	for _, want := range []string{"sx.organic_flow", "feed.flow", "1 % less", "1 % more", "points of %"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, size := range []Size{{}, {16, 10}} {
		b.Size = size
		var raster bytes.Buffer
		if err := b.Write(&raster, "png"); err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(&raster)
		if err != nil {
			t.Fatal(err)
		}
		wide := size.Wide
		if wide == 0 {
			wide = 24
		}
		if got := float64(picture.Bounds().Dx()); math.Abs(got/wide*2.54-192) > 1 {
			t.Errorf("%v: %g pixels wide", size, got)
		}
	}
	b.High[0] = math.NaN()
	if err := b.Write(new(bytes.Buffer), "svg"); err == nil || !strings.Contains(err.Error(), "sx.organic_flow") {
		t.Error(err)
	}
}

// A page holds its tables as tables and its drawings inside; what is text stays text.
func TestPage(t *testing.T) {
	table := &Table{Title: "Stages <1>", Head: []string{"section", "pH"}, Words: 1, Notes: []string{"a & b"}}
	table.Add("extraction", "1.49")
	p := &Page{Title: "SX", Lead: "lead", Parts: []Part{{Table: table}, {Drawing: chart(), Caption: "caption"}}}
	var b, text bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<!doctype html>", "Stages &lt;1&gt;", "<th class=\"w\">section</th>", "<td>1.49</td>", "a &amp; b", "<svg", "caption", "</html>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(b.String(), "<?xml") || strings.Contains(b.String(), "http-equiv") || strings.Contains(b.String(), "<script") {
		t.Error("the page holds what it should not")
	}
	if err := table.Text(&text); err != nil || !strings.Contains(text.String(), "  extraction  1.49") || !strings.Contains(text.String(), "a & b") {
		t.Errorf("%v: %s", err, text.String())
	}
	bad := &Page{Parts: []Part{{Drawing: &Bars{}}}}
	if err := bad.Write(new(bytes.Buffer)); err == nil {
		t.Error("a drawing that fails does not fail the page")
	}
}

// The name of a stretch too narrow for it stands in the neighbour's room behind an arrow, at its own side; others stay in the middle.
func TestNarrowSpans(t *testing.T) {
	c := &Chart{Title: "stages", X: "stage", Y: "pH", Curves: []Curve{{Name: "pH", X: []float64{0, 127}, Y: []float64{1, 2}}},
		Spans: []Span{{-0.5, 2.5, "exchange"}, {2.5, 120.5, "extraction"}, {120.5, 127.5, "stripping off"}}}
	text := svg(t, c)
	for name, there := range map[string]bool{">← exchange<": true, ">extraction<": true, ">stripping off →<": true, ">exchange<": false} {
		if strings.Contains(text, name) != there {
			t.Errorf("%s: %v", name, !there)
		}
	}
}
