package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"

	"reetwin/flowsheet/si"
)

// Loss says where one element went: everything that brings it into the plant and every outlet that takes it away.
type Loss struct {
	Plant   string  `json:"plant"`
	Element string  `json:"element"`
	Inlets  []Share `json:"inlets"`  // largest first; drawn streams count
	Outlets []Share `json:"outlets"` // largest first
	In      float64 `json:"in_mol_s"`
	Out     float64 `json:"out_mol_s"`
	Closure float64 `json:"closure"` // out ÷ in: 1 when the balance closes
}

// Share is one stream's part of an element.
type Share struct {
	Stream string  `json:"stream"`
	Unit   string  `json:"unit"` // that it leaves, or enters
	Border string  `json:"border"`
	Moles  float64 `json:"mol_s"`
	Mass   float64 `json:"kg_s"`
	Share  float64 `json:"share"` // of all that came in
}

// Loss traces an element through the plant's border. An unknown element, or one that nothing brings in, is an error.
func (r *Result) Loss(element string) (Loss, error) {
	l := Loss{Plant: r.Plant, Element: element, Inlets: []Share{}, Outlets: []Share{}}
	e, ok := r.Elements[element]
	if !ok {
		if near := si.Nearest(element, alphabetical(r.Elements)); near != "" {
			return l, fmt.Errorf("no element %q in this plant; did you mean %q?", element, near)
		}
		return l, fmt.Errorf("no element %q in this plant", element)
	}
	for _, name := range inOrder(r.Streams, func(s Stream) int { return s.No }) {
		s := r.Streams[name]
		n := s.Atoms[element]
		part := Share{Stream: name, Border: s.Border, Moles: n, Mass: n * e.Mass}
		if s.enters() && n != 0 {
			part.Unit = s.To
			l.Inlets, l.In = append(l.Inlets, part), l.In+n
		}
		if s.leaves() {
			part.Unit = s.From
			l.Outlets, l.Out = append(l.Outlets, part), l.Out+n
		}
	}
	if l.In == 0 {
		return l, fmt.Errorf("nothing brings %s into the plant", element)
	}
	l.Closure = l.Out / l.In
	for _, parts := range [][]Share{l.Inlets, l.Outlets} {
		for i := range parts {
			parts[i].Share = parts[i].Moles / l.In
		}
		slices.SortStableFunc(parts, func(a, b Share) int { return cmp.Compare(math.Abs(b.Moles), math.Abs(a.Moles)) })
	}
	return l, nil
}

// JSON writes the loss with its fields as named.
func (l Loss) JSON(w io.Writer) error { return writeJSON(w, l) }

// Table writes the loss for a terminal.
func (l Loss) Table(to io.Writer) error {
	w := &sticky{w: to}
	fmt.Fprintf(w, "%s: where %s went\n", l.Plant, l.Element)
	l.side(w, "Comes in by", "for", l.Inlets, l.In)
	l.side(w, "Leaves by", "from", l.Outlets, l.Out)
	return w.err
}

func (l Loss) side(w io.Writer, title, unit string, parts []Share, total float64) {
	g := &grid{head: []string{title, unit, "mol/h", "kg/h", "% of what came in"}, words: 2}
	mass := 0.0
	for _, p := range parts {
		name := p.Stream
		if p.Border == "drawn" {
			name += " (drawn)"
		}
		g.add(name, p.Unit, digits(3600*p.Moles), digits(3600*p.Mass), digits(100*p.Share))
		mass += p.Mass
	}
	g.add("together", "", digits(3600*total), digits(3600*mass), fixed(100*total/l.In, 8))
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
