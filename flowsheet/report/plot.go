package report

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	_ "gonum.org/v1/plot/vg/vgimg" // png
	_ "gonum.org/v1/plot/vg/vgsvg" // svg
)

// Chart is lines over a common axis, with the legend beside them.
type Chart struct {
	Title  string
	X, Y   string     // axis labels with their units
	Range  [2]float64 // of Y; equal ends fit the curves
	Curves []Curve
}

// Curve is one line: as many X as Y.
type Curve struct {
	Name   string
	X, Y   []float64
	Strong bool // drawn thicker
	Dots   bool // points instead of a line
}

// Write draws the chart as "svg" or "png", 24 by 14 cm. A curve without points, of unequal lengths or with a value that is
// no number is an error.
func (c *Chart) Write(w io.Writer, format string) error {
	if format != "svg" && format != "png" {
		return fmt.Errorf("chart: no format %q; needs svg or png", format)
	}
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.X, c.Y
	sans := func(style *font.Font, size float64) { style.Variant, style.Size = "Sans", vg.Points(size) }
	p.Title.Padding = vg.Points(8)
	sans(&p.Title.TextStyle.Font, 13)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		sans(&axis.Label.TextStyle.Font, 12)
		sans(&axis.Tick.Label.Font, 11)
		axis.Label.Padding = vg.Points(4)
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{225}, color.Gray{225}
	p.Add(grid)
	legend := plot.NewLegend()
	legend.Top, legend.Left = true, true
	legend.ThumbnailWidth, legend.Padding = vg.Points(30), vg.Points(3)
	sans(&legend.TextStyle.Font, 11)
	for i, curve := range c.Curves {
		line, err := curve.line(i)
		if err != nil {
			return fmt.Errorf("chart: curve %q: %w", curve.Name, err)
		}
		if curve.Dots {
			dots := curve.dots(line, i)
			p.Add(dots)
			legend.Add(curve.Name, dots)
			continue
		}
		p.Add(line)
		legend.Add(curve.Name, line)
	}
	if c.Range[0] != c.Range[1] {
		p.Y.Min, p.Y.Max = c.Range[0], c.Range[1]
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(ticks), plot.TickerFunc(ticks)
	canvas, err := draw.NewFormattedCanvas(24*vg.Centimeter, 14*vg.Centimeter, format)
	if err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	whole := draw.New(canvas)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	beside := legend.Rectangle(whole).Size().X + vg.Points(16)
	left := draw.Crop(whole, vg.Points(6), -beside, vg.Points(6), -vg.Points(6))
	p.Draw(left)
	legend.Draw(draw.Crop(whole, left.Size().X+vg.Points(12), 0, 0, -vg.Points(34)))
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	return nil
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
