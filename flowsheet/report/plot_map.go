package report

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Map is a number over two others, as coloured cells. Cells without a number are grey.
type Map struct {
	Title   string
	X, Y, Z string // labels with their units
	XAt     []float64
	YAt     []float64
	Values  [][]float64          // by Y, then X; NaN for none
	Format  func(float64) string // of the numbers in the cells; nil is Digits
	Size    Size
}

// mapGrid is what the plot library asks of a map.
type mapGrid struct{ *Map }

func (g mapGrid) Dims() (c, r int)   { return len(g.XAt), len(g.YAt) }
func (g mapGrid) Z(c, r int) float64 { return g.Values[r][c] }
func (g mapGrid) X(c int) float64    { return g.XAt[c] }
func (g mapGrid) Y(r int) float64    { return g.YAt[r] }

// Write draws the map as "svg" or "png". Axes of less than two places, or that do not rise, and a map without a number are
// errors.
func (m *Map) Write(w io.Writer, format string) error {
	lo, hi, err := m.check()
	if err != nil {
		return fmt.Errorf("map: %w", err)
	}
	s, err := newPaper("map", format, m.Size)
	if err != nil {
		return err
	}
	if hi-lo < 1e-9*math.Max(math.Abs(lo), math.Abs(hi)) {
		lo, hi = lo-0.5e-6*math.Max(1, math.Abs(lo)), hi+0.5e-6*math.Max(1, math.Abs(hi))
	}
	colours := shades()
	p := s.plot(m.Title, m.X, m.Y)
	heat := plotter.NewHeatMap(mapGrid{m}, colours)
	heat.Min, heat.Max, heat.NaN = lo, hi, color.Gray{215}
	p.Add(heat)
	if len(m.XAt) <= 11 && len(m.YAt) <= 15 {
		p.Add(m.numbers(colours, lo, hi, p.X.Tick.Label))
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(ticks), plot.TickerFunc(ticks)
	beside := vg.Points(24) + s.points(80)
	p.Draw(draw.Crop(s.whole, s.points(6), -beside, s.points(6), -s.points(6)))
	bar := s.plot("", "", m.Z)
	bar.HideX()
	bar.Y.Tick.Marker = plot.TickerFunc(ticks)
	bar.Add(column{colours, lo, hi})
	bar.X.Min, bar.X.Max, bar.Y.Min, bar.Y.Max = 0, 1, lo, hi
	bar.Draw(draw.Crop(s.whole, s.whole.Size().X-beside+s.points(10), -s.points(14), s.points(30), -s.points(34)))
	return s.write(w)
}

// shaded is a palette between black and white, neither of them.
type shaded []color.Color

// Colors lists the palette from low to high.
func (s shaded) Colors() []color.Color { return s }

func shades() shaded { return shaded(moreland.Kindlmann().Palette(160).Colors()[20:140]) }

func (m *Map) check() (lo, hi float64, err error) {
	for _, axis := range []struct {
		name string
		at   []float64
	}{{m.X, m.XAt}, {m.Y, m.YAt}} {
		if len(axis.at) < 2 {
			return 0, 0, fmt.Errorf("%s: %d places, needs two", axis.name, len(axis.at))
		}
		for i := range axis.at[1:] {
			if !(axis.at[i+1] > axis.at[i]) {
				return 0, 0, fmt.Errorf("%s: %g after %g", axis.name, axis.at[i+1], axis.at[i])
			}
		}
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	if len(m.Values) != len(m.YAt) {
		return 0, 0, fmt.Errorf("%d rows for %d places of %s", len(m.Values), len(m.YAt), m.Y)
	}
	for _, row := range m.Values {
		if len(row) != len(m.XAt) {
			return 0, 0, fmt.Errorf("%d values for %d places of %s", len(row), len(m.XAt), m.X)
		}
		for _, v := range row {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	if lo > hi {
		return 0, 0, fmt.Errorf("no value")
	}
	return lo, hi, nil
}

// column draws the scale of colours.
type column struct {
	colours shaded
	lo, hi  float64
}

// Plot fills from each colour's place to the top, so that no seam shows between two.
func (b column) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, colour := range b.colours {
		v := b.lo + float64(i)/float64(len(b.colours))*(b.hi-b.lo)
		c.FillPolygon(colour, []vg.Point{{X: x(0), Y: y(v)}, {X: x(1), Y: y(v)}, {X: x(1), Y: y(b.hi)}, {X: x(0), Y: y(b.hi)}})
	}
}

// numbers are the values of the cells, dark on light or light on dark.
func (m *Map) numbers(colours shaded, lo, hi float64, style draw.TextStyle) *cells {
	all := &cells{m: m, style: style, format: m.Format}
	if all.format == nil {
		all.format = Digits
	}
	all.style.XAlign, all.style.YAlign = draw.XCenter, draw.YCenter
	all.ink = func(v float64) color.Color {
		k := int((v - lo) / (hi - lo) * float64(len(colours)))
		r, g, b, _ := colours[max(0, min(k, len(colours)-1))].RGBA()
		if 0.3*float64(r)+0.6*float64(g)+0.1*float64(b) < 0.5*65535 {
			return color.White
		}
		return color.Black
	}
	return all
}

// cells writes the numbers of a map.
type cells struct {
	m      *Map
	style  draw.TextStyle
	format func(float64) string
	ink    func(float64) color.Color
}

// Plot writes the numbers.
func (t *cells) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for r, row := range t.m.Values {
		for k, v := range row {
			style, text := t.style, none
			if !math.IsNaN(v) {
				style.Color, text = t.ink(v), t.format(v)
			}
			c.FillText(style, vg.Point{X: x(t.m.XAt[k]), Y: y(t.m.YAt[r])}, text)
		}
	}
}

// Bars is a tornado: for each name what a change down and a change up of it do.
type Bars struct {
	Title     string
	X         string // label with its unit
	Down, Up  string // what the two changes are
	Names     []string
	Low, High []float64 // effect of the change down, and up
	Size      Size
}

// Write draws the bars, the first name at the top, as "svg" or "png".
func (b *Bars) Write(w io.Writer, format string) error {
	n := len(b.Names)
	if n == 0 || len(b.Low) != n || len(b.High) != n {
		return fmt.Errorf("bars: %d names for %d and %d effects", n, len(b.Low), len(b.High))
	}
	s, err := newPaper("bars", format, b.Size)
	if err != nil {
		return err
	}
	p := s.plot(b.Title, b.X, "")
	legend := s.legend()
	var names []plot.Tick
	for q, part := range []struct {
		name    string
		effects []float64
		at      float64
	}{{b.Down, b.Low, 0.18}, {b.Up, b.High, -0.18}} {
		for i, v := range part.effects {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("bars: %s of %s is %g", part.name, b.Names[i], v)
			}
			y := float64(n-i) + part.at
			box, err := plotter.NewPolygon(plotter.XYs{{X: 0, Y: y - 0.16}, {X: v, Y: y - 0.16}, {X: v, Y: y + 0.16}, {X: 0, Y: y + 0.16}})
			if err != nil {
				return fmt.Errorf("bars: %w", err)
			}
			box.Color, box.LineStyle.Width = palette[q], 0
			p.Add(box)
			if i == 0 {
				legend.Add(part.name, box)
			}
		}
	}
	for i, name := range b.Names {
		room := strings.Repeat(" ", 1+len(name)/4) // a viewer of SVG may put a wider font in place of ours
		names = append(names, plot.Tick{Value: float64(n - i), Label: name + room})
	}
	p.Y.Min, p.Y.Max = 0.4, float64(n)+0.6
	p.Y.Tick.Marker, p.X.Tick.Marker = plot.ConstantTicks(names), plot.TickerFunc(ticks)
	p.Add(&plotter.Line{XYs: plotter.XYs{{X: 0, Y: p.Y.Min}, {X: 0, Y: p.Y.Max}}, LineStyle: draw.LineStyle{Color: color.Black, Width: vg.Points(0.8)}})
	return s.finish(w, p, legend)
}
