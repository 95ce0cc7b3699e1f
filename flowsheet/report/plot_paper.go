package report

import (
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// paper is what a drawing is on: its canvas, and the scale of its lettering.
type paper struct {
	what   string // of the drawing, for errors
	canvas vg.CanvasWriterTo
	whole  draw.Canvas
	scale  float64
}

func newPaper(what, format string, size Size) (*paper, error) {
	if format != "svg" && format != "png" {
		return nil, fmt.Errorf("%s: no format %q; needs svg or png", what, format)
	}
	wide, high, scale, err := size.points()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	canvas, err := draw.NewFormattedCanvas(wide, high, format)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if format == "png" { // twice the library's dots: at its 96 an inch a stop after a y disappears under it
		canvas = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(wide, high), vgimg.UseDPI(192))}
	}
	s := &paper{what: what, canvas: canvas, whole: draw.New(canvas), scale: scale}
	s.whole.SetColor(color.White)
	s.whole.Fill(s.whole.Rectangle.Path())
	return s, nil
}

func (s *paper) points(v float64) vg.Length { return vg.Points(v * s.scale) }

func (s *paper) sans(style *font.Font, size float64) {
	style.Variant, style.Size = "Sans", s.points(size)
}

// plot is an empty plot with a grid, in the lettering of the paper.
func (s *paper) plot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = s.points(8)
	s.sans(&p.Title.TextStyle.Font, 13)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		s.sans(&axis.Label.TextStyle.Font, 12)
		s.sans(&axis.Tick.Label.Font, 11)
		axis.Label.Padding, axis.Tick.Length = s.points(4), s.points(8)
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{225}, color.Gray{225}
	p.Add(grid)
	return p
}

func (s *paper) legend() plot.Legend {
	legend := plot.NewLegend()
	legend.Top, legend.Left = true, true
	legend.ThumbnailWidth, legend.Padding = s.points(30), s.points(3)
	s.sans(&legend.TextStyle.Font, 11)
	return legend
}

// finish draws the plot with its legend beside it, and writes it.
func (s *paper) finish(w io.Writer, p *plot.Plot, legend plot.Legend) error {
	beside := 1.15*legend.Rectangle(s.whole).Size().X + s.points(16) // a viewer of SVG may put a wider font in place of ours
	left := draw.Crop(s.whole, s.points(6), -beside, s.points(6), -s.points(6))
	p.Draw(left)
	legend.Draw(draw.Crop(s.whole, left.Size().X+s.points(12), 0, 0, -s.points(34)))
	return s.write(w)
}

func (s *paper) write(w io.Writer) error {
	if _, err := s.canvas.WriteTo(w); err != nil {
		return fmt.Errorf("%s: %w", s.what, err)
	}
	return nil
}
