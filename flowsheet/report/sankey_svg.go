package report

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// Write draws the Sankey as "svg".
func (s *Sankey) Write(w io.Writer, format string) error {
	if format != "svg" {
		return fmt.Errorf("sankey: no format %q; needs svg", format)
	}
	s.layout()
	x, high := s.x, s.high
	out := &sticky{w: w}
	wide := max(s.wide, 8*float64(len([]rune(s.Title)))+2*edgeRoom, 5.4*float64(len([]rune(s.Left)))+2*edgeRoom)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="Liberation Sans,Arial,Helvetica,sans-serif" font-size="11">`+"\n", wide, high, wide, high)
	fmt.Fprintf(out, `<rect width="100%%" height="100%%" fill="#fff"/><text x="%g" y="20" font-size="14" font-weight="bold">%s</text>`+"\n", edgeRoom, html.EscapeString(s.Title))
	fmt.Fprintf(out, `<text x="%g" y="35" fill="#444">in all %s %s enter; percent of that</text>`+"\n", edgeRoom, digits(s.In), s.Unit)
	for _, b := range s.bands {
		s.band(out, b, x)
	}
	for _, n := range s.nodes {
		if n.kind != bend {
			fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%g" height="%.1f" fill="%s"><title>%s</title></rect>`+"\n", x[n.layer], n.y, nodeWide, max(n.high, 1), nodeColour[n.kind], html.EscapeString(strings.Join(append(n.names[:len(n.names):len(n.names)], n.name)[:max(len(n.names), 1)], ", ")))
		}
	}
	for _, n := range s.nodes { // lettering over everything
		s.letter(out, n, x)
	}
	for _, b := range s.bands {
		if b.back {
			s.name(out, b)
		}
	}
	if s.Left != "" {
		fmt.Fprintf(out, `<text x="%g" y="%.1f" fill="#444" font-size="10">%s</text>`+"\n", edgeRoom, high-6, html.EscapeString(s.Left))
	}
	fmt.Fprintln(out, "</svg>")
	return out.err
}

// nodeColour is by kind of node.
var nodeColour = [...]string{unitNode: "#333", inEnd: "#0072b2", outEnd: "#d55e00"}

// band draws a band; those that enter, leave and return have colours of their own.
func (s *Sankey) band(w io.Writer, b *sankeyBand, x []float64) {
	colour := "#8a8a8a"
	switch whole := b; {
	case b.back:
		colour = "#009e73"
	case s.end(whole, inEnd):
		colour = "#56b4e9"
	case s.end(whole, outEnd):
		colour = "#e69f00"
	}
	title := html.EscapeString(fmt.Sprintf("%s: %s %s, %s %%", b.name, digits(b.value), s.Unit, digits(100*b.value/s.In)))
	x0, x1 := x[b.from.layer]+nodeWide, x[b.to.layer]
	if b.from.kind == bend {
		x0 -= nodeWide
	}
	path := ""
	if b.back {
		path = s.loop(b, x0, x1)
	} else {
		half := b.wide / 2
		mid := (x0 + x1) / 2
		path = fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fV%.1fC%.1f %.1f %.1f %.1f %.1f %.1fZ",
			x0, b.y0-half, mid, b.y0-half, mid, b.y1-half, x1, b.y1-half, b.y1+half, mid, b.y1+half, mid, b.y0+half, x0, b.y0+half)
	}
	if b.back {
		fmt.Fprintf(w, `<path d="%s" fill="none" stroke="%s" stroke-opacity=".5" stroke-width="%.1f" stroke-linejoin="round"><title>%s</title></path>`+"\n", path, colour, b.wide, title)
		return
	}
	fmt.Fprintf(w, `<path d="%s" fill="%s" fill-opacity=".5"><title>%s</title></path>`+"\n", path, colour, title)
}

// end says whether a band, or the stream of which it is a part, begins or ends at the border.
func (s *Sankey) end(b *sankeyBand, kind nodeKind) bool {
	first, last := b.from, b.to
	for first.kind == bend {
		first = first.in[0].from
	}
	for last.kind == bend {
		last = last.out[0].to
	}
	return first.kind == kind || last.kind == kind
}

// loop is the middle of a recycle: out to the right, down, back along its lane, up, and in from the left.
func (s *Sankey) loop(b *sankeyBand, x0, x1 float64) string {
	r := min(b.wide/2+4, b.exit-x0)
	l := min(b.wide/2+4, x1-b.come)
	return fmt.Sprintf("M%.1f %.1fH%.1fQ%.1f %.1f %.1f %.1fV%.1fQ%.1f %.1f %.1f %.1fH%.1fQ%.1f %.1f %.1f %.1fV%.1fQ%.1f %.1f %.1f %.1fH%.1f",
		x0, b.y0, b.exit-r, b.exit, b.y0, b.exit, b.y0+r,
		b.lane-r, b.exit, b.lane, b.exit-r, b.lane,
		b.come+l, b.come, b.lane, b.come, b.lane-l,
		b.y1+l, b.come, b.y1, b.come+l, b.y1, x1)
}

// halo keeps lettering readable over bands.
const halo = `paint-order="stroke" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"`

func (s *Sankey) letter(w io.Writer, n *sankeyNode, x []float64) {
	lines := s.label(n)
	y := n.y + max(0, (n.high-sankeyLine*float64(len(lines)))/2) + sankeyLine - 3
	for i, line := range lines {
		weight := ""
		if n.kind == unitNode {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(w, `<text x="%.1f" y="%.1f"%s %s>%s</text>`+"\n", x[n.layer]+nodeWide+3, y+sankeyLine*float64(i), weight, halo, html.EscapeString(line))
	}
}

// name letters a recycle on its lane.
func (s *Sankey) name(w io.Writer, b *sankeyBand) {
	fmt.Fprintf(w, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="#00513b" %s>%s</text>`+"\n", (b.exit+b.come)/2, b.lane+4, halo, html.EscapeString(s.told(b)))
}

// told is the name of a recycle with its flow.
func (s *Sankey) told(b *sankeyBand) string {
	return fmt.Sprintf("%s  %s, %s %%", b.name, digits(b.value), digits(100*b.value/s.In))
}
