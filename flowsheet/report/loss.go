package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/si"
)

// Loss says where an element went, or the rare earths together: everything that brings it into the plant and every
// outlet that takes it away. Shares are by mass of metal.
type Loss struct {
	Plant   string  `json:"plant"`
	Element string  `json:"element"` // or "REE", "REE_without_Sc"
	Inlets  []Share `json:"inlets"`  // largest first; drawn streams count
	Outlets []Share `json:"outlets"` // largest first
	In      float64 `json:"in_kg_s"`
	Out     float64 `json:"out_kg_s"`
	Closure float64 `json:"closure"` // out ÷ in: 1 when the balance closes
}

// Share is one stream's part of what is traced.
type Share struct {
	Stream string  `json:"stream"`
	Unit   string  `json:"unit"` // that it leaves, or enters
	Border string  `json:"border"`
	Moles  float64 `json:"mol_s"`
	Mass   float64 `json:"kg_s"`
	Share  float64 `json:"share"` // of the mass that came in
}

// rareEarthsButSc is the sum of the rare earths without scandium.
const rareEarthsButSc = "REE_without_Sc"

// Loss traces an element through the plant's border, or the rare earths by "REE" and "REE_without_Sc". A name that is
// none of these, or of which nothing comes in, is an error.
func (r *Result) Loss(element string) (Loss, error) {
	l := Loss{Plant: r.Plant, Element: element, Inlets: []Share{}, Outlets: []Share{}}
	parts := r.counted(element)
	if len(parts) == 0 {
		known := append(inOrder(r.Elements, func(e Element) int { return e.No }), rareEarths, rareEarthsButSc)
		if near := si.Nearest(element, known); near != "" && near != element {
			return l, fmt.Errorf("no element %q in this plant; did you mean %q?", element, near)
		}
		return l, fmt.Errorf("no element %q in this plant; known are %s", element, strings.Join(known, ", "))
	}
	for _, name := range inOrder(r.Streams, func(s Stream) int { return s.No }) {
		s := r.Streams[name]
		part := Share{Stream: name, Border: s.Border, Mass: r.mass([]string{name}, parts)}
		for _, e := range parts {
			part.Moles += s.Atoms[e]
		}
		if s.enters() && part.Mass != 0 {
			part.Unit = s.To
			l.Inlets, l.In = append(l.Inlets, part), l.In+part.Mass
		}
		if s.leaves() {
			part.Unit = s.From
			l.Outlets, l.Out = append(l.Outlets, part), l.Out+part.Mass
		}
	}
	if l.In == 0 {
		return l, fmt.Errorf("nothing brings %s into the plant", element)
	}
	l.Closure = l.Out / l.In
	for _, parts := range [][]Share{l.Inlets, l.Outlets} {
		for i := range parts {
			parts[i].Share = parts[i].Mass / l.In
		}
		slices.SortStableFunc(parts, func(a, b Share) int { return cmp.Compare(math.Abs(b.Mass), math.Abs(a.Mass)) })
	}
	return l, nil
}

// JSON writes the loss with its fields as named.
func (l Loss) JSON(w io.Writer) error { return writeJSON(w, l) }

// Table writes the loss for a terminal.
func (l Loss) Table(to io.Writer) error {
	w := &sticky{w: to}
	fmt.Fprintf(w, "%s: where %s went, by mass of metal\n", l.Plant, strings.ReplaceAll(l.Element, "_", " "))
	l.side(w, "Comes in by", "for", l.Inlets, l.In)
	l.side(w, "Leaves by", "from", l.Outlets, l.Out)
	return w.err
}

func (l Loss) side(w io.Writer, title, unit string, parts []Share, total float64) {
	g := &grid{head: []string{title, unit, "mol/h", "g/h", "% of what came in"}, words: 2}
	moles := 0.0
	for _, p := range parts {
		name := p.Stream
		if p.Border == "drawn" {
			name += " (drawn)"
		}
		g.add(name, p.Unit, digits(3600*p.Moles), digits(3.6e6*p.Mass), digits(100*p.Share))
		moles += p.Moles
	}
	g.add("together", "", digits(3600*moles), digits(3.6e6*total), fixed(100*total/l.In, 8))
	fmt.Fprintln(w)
	g.write(w)
}

// CSV writes one line per stream.
func (l Loss) CSV(w io.Writer) error {
	rows := [][]string{{"side", "stream", "unit", "element", "mol_s", "kg_s", "share"}}
	for _, side := range []struct {
		name  string
		parts []Share
	}{{"in", l.Inlets}, {"out", l.Outlets}} {
		for _, p := range side.parts {
			rows = append(rows, []string{side.name, p.Stream, p.Unit, l.Element, full(p.Moles), full(p.Mass), full(p.Share)})
		}
	}
	return writeCSV(w, rows)
}

// Wide writes the same as Table: every inlet and outlet is in it.
func (l Loss) Wide(w io.Writer) error { return l.Table(w) }
