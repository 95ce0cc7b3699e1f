package report

import (
	"fmt"
	"io"
	"strings"
)

// What dominates a stream, besides its phases.
const (
	salts = "salts" // solutes without their water
	empty = "empty"
)

// streamTables writes one table of streams for each kind of phase that dominates them, in the order of the flow; those
// that carry nothing are named below.
// Streams that units draw have their own table; only Wide writes them here too.
func (r *Result) streamTables(w io.Writer, columns []string, wide bool) {
	names := inOrder(r.Streams, func(s Stream) int { return s.No })
	for _, phase := range []string{"aqueous", "organic", "solid", salts, "gas"} {
		g := r.streamHead(phase, columns)
		if wide {
			g.head = append(g.head, "from", "to")
		}
		for _, name := range names {
			s := r.Streams[name]
			if s.dominant() != phase || s.Border == "drawn" && !wide {
				continue
			}
			row := append([]string{border(s), name, digits(3600 * s.Mass)}, r.streamCells(s, phase, columns, wide)...)
			if wide {
				row = append(row, s.From, s.To)
			}
			g.add(row...)
		}
		if wide {
			g.left("from")
			g.left("to")
		}
		g.write(w)
	}
	var idle []string
	for _, name := range names {
		if s := r.Streams[name]; s.dominant() == empty {
			idle = append(idle, strings.TrimSpace(border(s)+" "+name))
		}
	}
	if len(idle) > 0 {
		fmt.Fprintln(w)
		fold(w, "Empty streams: ", idle, ", ")
	}
}

// streamHead titles the table of one phase.
func (r *Result) streamHead(phase string, columns []string) *grid {
	g := &grid{head: []string{"", "", "kg/h", "L/h", "°C"}, words: 2}
	switch phase {
	case "aqueous":
		g.title = "Aqueous streams, mg/L   (> enters the plant, < leaves it; H is total acidity)"
		g.head = append(append(g.head, "pH"), columns...)
	case "organic":
		g.title = "Organic streams, mg/L"
		for _, e := range r.extractants() {
			g.head = append(g.head, e+" g/L")
		}
		g.head = append(g.head, columns...)
	case "solid":
		g.title = "Solid streams, g/kg of solids"
		g.head = append(g.head, columns...)
	case salts:
		g.title = "Dissolved salts without their water, g/kg of salts"
		g.head = append([]string{"", "", "kg/h", "°C"}, columns...)
	case "gas":
		g.title, g.head = "Gas streams", []string{"", "", "kg/h", "°C", "mol/h"}
	}
	return g
}

// streamCells writes what follows the mass of a stream.
func (r *Result) streamCells(s Stream, phase string, columns []string, wide bool) []string {
	temperature := fixed(s.T-273.15, 1)
	switch phase {
	case salts:
		return append([]string{temperature}, r.assay(r.saltAssay(s), columns, wide)...)
	case "gas":
		total := 0.0
		for _, c := range alphabetical(s.Moles) {
			total += s.Moles[c]
		}
		return []string{temperature, digits(3600 * total)}
	}
	cells := []string{digits(3.6e6 * s.Volume), temperature}
	if s.Volume == 0 {
		cells[0] = none
	}
	switch phase {
	case "aqueous":
		cells = append(cells, maybe(s.PH, acidity))
	case "organic":
		for _, e := range r.extractants() {
			cells = append(cells, digits(s.Tenor[e]/1000))
		}
	case "solid":
		return append(cells, r.assay(s.Assay, columns, wide)...)
	}
	return append(cells, r.assay(s.Tenor, columns, wide)...)
}

func acidity(pH float64) string { return fixed(pH, 3) }

// saltAssay is the mass of each element in a stream per mass of it, g/kg. Hydrogen is left out: the column is acidity.
func (r *Result) saltAssay(s Stream) map[string]float64 {
	all := map[string]float64{}
	for e, n := range s.Atoms {
		if e != "H" && s.Mass > 0 {
			all[e] = 1000 * r.Elements[e].Mass * n / s.Mass
		}
	}
	return all
}

// dominant is the phase that holds most of a stream's mass, salts where that is an aqueous phase without water, or empty.
func (s Stream) dominant() string {
	best := empty
	for _, phase := range alphabetical(s.Phases) {
		if best == empty || s.Phases[phase] > s.Phases[best] {
			best = phase
		}
	}
	if best == "aqueous" && s.Moles["H2O"] == 0 {
		return salts
	}
	return best
}

func border(s Stream) string {
	switch s.Border {
	case "in", "drawn":
		return ">"
	case "out":
		return "<"
	case "through":
		return "<>"
	}
	return ""
}

// extractants lists what is named in tenors without being an element: the free extractant.
func (r *Result) extractants() []string {
	found := map[string]bool{}
	for _, s := range r.Streams {
		for name := range s.Tenor {
			if _, ok := r.Elements[name]; !ok {
				found[name] = true
			}
		}
	}
	return alphabetical(found)
}
