package report

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	_ "gonum.org/v1/plot/vg/vgsvg" // svg
)

// Chart is lines over a common axis, with the legend beside them.
type Chart struct {
	Title  string
	X, Y   string     // axis labels with their units
	Range  [2]float64 // of Y; equal ends fit the curves
	Log    bool       // Y is logarithmic; values must be above 0, and Range is of their log10
	Marks  []Mark     // on the X axis in place of numbers
	Spans  []Span     // named stretches of the X axis
	Breaks []float64  // X at which curves are interrupted
	Curves []Curve
	Size   Size
}

// Mark is a labelled tick.
type Mark struct {
	At   float64
	Name string
}

// Span is a stretch of the X axis, named above the curves and fenced off from the next by a line.
type Span struct {
	From, To float64
	Name     string
}

// Size is that of a drawing, cm. The zero size is 24 by 14; lettering shrinks with a drawing that is smaller.
type Size struct{ Wide, High float64 }

// The size below which labels cannot be read, cm.
const leastWide, leastHigh = 16, 9

// Check refuses a size that no label could be read at.
func (s Size) Check() error {
	if s != (Size{}) && !(s.Wide >= leastWide && s.High >= leastHigh && s.Wide <= 100 && s.High <= 100) {
		return fmt.Errorf("%g by %g cm; needs at least %d by %d, at most 100", s.Wide, s.High, leastWide, leastHigh)
	}
	return nil
}

// points are the drawing's width and height, and the scale of its lettering.
func (s Size) points() (wide, high vg.Length, scale float64, err error) {
	if s == (Size{}) {
		s = Size{24, 14}
	}
	return vg.Length(s.Wide) * vg.Centimeter, vg.Length(s.High) * vg.Centimeter, math.Min(1, math.Min(s.Wide/24, s.High/14)), s.Check()
}

// Curve is one line: as many X as Y.
type Curve struct {
	Name   string
	X, Y   []float64
	Strong bool // drawn thicker
	Dots   bool // points instead of a line
}

// Write draws the chart as "svg" or "png". A curve without points, of unequal lengths or with a value that is no number is an
// error.
func (c *Chart) Write(w io.Writer, format string) error {
	paper, err := newPaper("chart", format, c.Size)
	if err != nil {
		return err
	}
	p := paper.plot(c.Title, c.X, c.Y)
	legend := paper.legend()
	dotted := false
	for i, curve := range c.Curves {
		line, err := curve.line(i)
		if err != nil {
			return fmt.Errorf("chart: curve %q: %w", curve.Name, err)
		}
		line.Width *= vg.Length(paper.scale)
		for k := range line.XYs {
			if y := &line.XYs[k].Y; c.Log && *y <= 0 {
				return fmt.Errorf("chart: curve %q: %g on a logarithmic axis", curve.Name, *y)
			} else if c.Log {
				*y = math.Log10(*y)
			}
		}
		if curve.Dots {
			dots := curve.dots(line, i)
			dots.Radius *= vg.Length(paper.scale)
			p.Add(dots)
			legend.Add(curve.Name, dots)
			dotted = true
			continue
		}
		for _, piece := range c.pieces(line.XYs) {
			p.Add(&plotter.Line{XYs: piece, LineStyle: line.LineStyle})
			if len(piece) == 1 {
				dot := curve.dots(line, 0)
				dot.XYs, dot.Radius = piece, line.Width
				p.Add(dot)
			}
		}
		legend.Add(curve.Name, line)
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(ticks), plot.TickerFunc(ticks)
	if c.Log { // by hand: the library places a label on its logarithmic axis as on a linear one
		p.Y.Tick.Marker = plot.TickerFunc(decades)
	}
	if dotted { // whole dots at the ends
		p.X.Min, p.X.Max = wider(p.X.Min, p.X.Max)
		p.Y.Min, p.Y.Max = wider(p.Y.Min, p.Y.Max)
	}
	if c.Range[0] != c.Range[1] {
		p.Y.Min, p.Y.Max = c.Range[0], c.Range[1]
	}
	if len(c.Marks) > 0 {
		p.X.Tick.Marker = plot.TickerFunc(c.marks)
	}
	c.spans(p)
	return paper.finish(w, p, legend)
}

func wider(lo, hi float64) (float64, float64) { return lo - 0.03*(hi-lo), hi + 0.03*(hi-lo) }

// pieces cuts a curve where the chart says that it is interrupted.
func (c *Chart) pieces(xy plotter.XYs) (all []plotter.XYs) {
	from := 0
	for k := 1; k < len(xy); k++ {
		for _, b := range c.Breaks {
			if xy[k-1].X < b && xy[k].X > b {
				all, from = append(all, xy[from:k]), k
			}
		}
	}
	return append(all, xy[from:])
}

// marks are the ticks that the chart names.
func (c *Chart) marks(lo, hi float64) (all []plot.Tick) {
	for _, m := range c.Marks {
		all = append(all, plot.Tick{Value: m.At, Label: m.Name})
	}
	return all
}

// spans writes the names of stretches into room made above the curves.
func (c *Chart) spans(p *plot.Plot) {
	if len(c.Spans) == 0 {
		return
	}
	at := p.Y.Max + 0.06*(p.Y.Max-p.Y.Min)
	top := p.Y.Max + 0.11*(p.Y.Max-p.Y.Min)
	bottom := p.Y.Min
	p.Y.Max = top
	for i, s := range c.Spans {
		p.X.Min, p.X.Max = math.Min(p.X.Min, s.From), math.Max(p.X.Max, s.To)
		if i > 0 {
			p.Add(&plotter.Line{XYs: plotter.XYs{{X: s.From, Y: bottom}, {X: s.From, Y: top}}, LineStyle: draw.LineStyle{Color: color.Gray{120}, Width: vg.Points(0.8)}})
		}
	}
	style := p.X.Tick.Label
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	p.Add(&lettering{spans: c.Spans, y: at, style: style})
}

// lettering writes the names of spans inside the plot; unlike the library's labels it asks for no room outside.
type lettering struct {
	spans []Span
	y     float64
	style draw.TextStyle
}

// Plot writes the names, each in the middle of its stretch; one that is wider than that stands in the neighbour's room, behind an arrow.
func (l *lettering) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, s := range l.spans {
		at, name, style := x((s.From+s.To)/2), s.Name, l.style
		gap := style.Font.Size / 3
		if narrow := style.Width(name)+2*gap > x(s.To)-x(s.From); narrow && i < len(l.spans)-1 {
			at, name, style.XAlign = x(s.To)+gap, "← "+name, draw.XLeft
		} else if narrow && i > 0 {
			at, name, style.XAlign = x(s.From)-gap, name+" →", draw.XRight
		}
		c.FillText(style, vg.Point{X: at, Y: y(l.y)}, name)
	}
}

// ticks are 4 to 10 round numbers: steps of 1, 2 or 5 times a power of ten.
func ticks(lo, hi float64) []plot.Tick {
	if !(hi > lo) {
		return []plot.Tick{{Value: lo, Label: fmt.Sprintf("%.4g", lo)}}
	}
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/4)))
	for _, times := range []float64{5, 2} {
		if (hi-lo)/(times*step) >= 4 {
			step *= times
			break
		}
	}
	var all []plot.Tick
	// + 0 makes 0 of -0
	for k := math.Ceil(lo/step-1e-9) + 0; k*step <= hi+1e-9*step; k++ {
		all = append(all, plot.Tick{Value: k * step, Label: fmt.Sprintf("%.6g", k*step)})
	}
	return all
}

// decades are the powers of ten in a range of log10, thinned to about ten.
func decades(lo, hi float64) (all []plot.Tick) {
	first, last := int(math.Ceil(lo-1e-9)), int(math.Floor(hi+1e-9))
	if last-first < 1 { // no two powers: plain numbers
		for _, t := range ticks(math.Pow(10, lo), math.Pow(10, hi)) {
			if t.Value > 0 {
				all = append(all, plot.Tick{Value: math.Log10(t.Value), Label: t.Label})
			}
		}
		return all
	}
	for k := first; k <= last; k += 1 + (last-first)/10 {
		label := "1e" + strconv.Itoa(k)
		if k >= -2 && k <= 4 {
			label = strconv.FormatFloat(math.Pow(10, float64(k)), 'f', -1, 64)
		}
		all = append(all, plot.Tick{Value: float64(k), Label: label})
	}
	return all
}

// palette holds colours that people who see no red or no green tell apart (Okabe and Ito).
var palette = [...]color.RGBA{
	{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {230, 159, 0, 255}, {86, 180, 233, 255}, {0, 0, 0, 255},
}

// dashes set apart the curves that share a colour.
var dashes = [...][]vg.Length{nil, {vg.Length(6), vg.Length(3)}, {vg.Length(1.5), vg.Length(3)}}

func (c *Curve) line(i int) (*plotter.Line, error) {
	if len(c.X) != len(c.Y) || len(c.X) == 0 {
		return nil, fmt.Errorf("%d x for %d y", len(c.X), len(c.Y))
	}
	points := make(plotter.XYs, len(c.X))
	for k := range points {
		if math.IsNaN(c.X[k]+c.Y[k]) || math.IsInf(c.X[k]+c.Y[k], 0) {
			return nil, fmt.Errorf("point %d is (%g, %g)", k, c.X[k], c.Y[k])
		}
		points[k] = plotter.XY{X: c.X[k], Y: c.Y[k]}
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return nil, err
	}
	line.Color = palette[i%len(palette)]
	line.Dashes = dashes[i/len(palette)%len(dashes)]
	line.Width = vg.Points(1.4)
	if c.Strong {
		line.Width = vg.Points(2.8)
	}
	return line, nil
}

// dots are the points of a line, told apart by shape as well as colour.
func (c *Curve) dots(line *plotter.Line, i int) *plotter.Scatter {
	shapes := [...]draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PlusGlyph{}, draw.CrossGlyph{}, draw.RingGlyph{}, draw.PyramidGlyph{}}
	return &plotter.Scatter{XYs: line.XYs, GlyphStyle: draw.GlyphStyle{Color: line.Color, Radius: vg.Points(3), Shape: shapes[i%len(shapes)]}}
}
