package report

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/cost"
	"reetwin/flowsheet/si"
)

// Sankey is the way of one element, reagent or group through the plant: units in layers from left to right, bands as wide as flows,
// recycles led back below. A band that carries less than Least of what enters is not drawn; Left says how much that is at the border.
type Sankey struct {
	Title string
	Unit  string
	In    float64 // entering, in Unit
	Least float64 // share of In
	Left  string  // what is not drawn

	nodes []*sankeyNode
	bands []*sankeyBand

	x          []float64 // left edges of the layers, once it is laid out
	wide, high float64
}

// sankeyNode is a unit, the end of a stream at the border, or a bend of a band that passes a layer.
type sankeyNode struct {
	name  string
	names []string // of the units that it stands for, where there are several
	value float64  // of an end
	kind  nodeKind
	no    int // order in the plant's file

	layer   int
	y, high float64 // top and height, in points
	in, out []*sankeyBand
}

type nodeKind int

const (
	unitNode nodeKind = iota
	inEnd
	outEnd
	bend
)

// sankeyBand is a stream, or the part of one between two layers.
type sankeyBand struct {
	name       string
	value      float64
	from, to   *sankeyNode
	back       bool    // a recycle
	wide       float64 // in points
	y0, y1     float64 // middle, where it leaves and enters
	lane       float64 // middle, of a recycle
	exit, come float64 // turns of a recycle: x of its right and left end
}

// leastBand is the share of what enters below which a band is not drawn.
const leastBand = 1e-3

// Sankey traces an element ("Nd"), the rare earths ("REE", "REE_without_Sc"), "mass", or a reagent: a component or an extractant
// ("kerosene", "D2EHPA", with its complexes), a formula ("HCl"), counted by its element that is neither H nor O, or a name of the ledger
// ("slaked lime").
func (r *Result) Sankey(of string) (*Sankey, error) {
	measure, unit, what, err := r.measure(of)
	if err != nil {
		return nil, err
	}
	s := &Sankey{Least: leastBand}
	values := map[string]float64{}
	largest := 0.0
	for name, stream := range r.Streams {
		values[name] = measure(stream)
		largest = max(largest, math.Abs(values[name]))
		if stream.enters() {
			s.In += values[name]
		}
	}
	if !(s.In > 0) {
		return nil, fmt.Errorf("nothing brings %s into the plant", of)
	}
	if unit == "kg/h" && s.In < 1 {
		unit = "g/h"
		s.In *= 1000
		for name := range values {
			values[name] *= 1000
		}
	}
	s.Unit = unit
	s.Title = fmt.Sprintf("%s: %s, %s", r.Plant, what, unit)
	s.build(r, values)
	return s, nil
}

// measure is what of each stream is traced, per hour.
func (r *Result) measure(of string) (measure func(Stream) float64, unit, what string, err error) {
	parts := r.counted(of)
	switch {
	case of == "mass":
		return func(s Stream) float64 { return 3600 * s.Mass }, "kg/h", "all matter", nil
	case len(parts) > 0:
		return func(s Stream) float64 {
			sum := 0.0
			for _, e := range parts {
				sum += 3600 * r.Elements[e].Mass * s.Atoms[e]
			}
			return sum
		}, "kg/h", strings.ReplaceAll(of, "_", " "), nil
	}
	if group := groupName(of); r.flows(group) {
		times := map[string]float64{}
		return func(s Stream) float64 {
			sum := 0.0
			for c, n := range s.Moles {
				if _, ok := times[c]; !ok {
					times[c] = groups(c, group)
				}
				sum += 3600 * times[c] * n
			}
			return sum
		}, "mol/h", of + ", free and bound; used up where it ends", nil
	}
	if e, times, ok := r.countedBy(of); ok {
		return func(s Stream) float64 { return 3600 * times * s.Atoms[e] }, "kg/h", of + ", counted by " + e, nil
	}
	if parts := bought(of); slices.ContainsFunc(parts, r.flows) {
		return func(s Stream) float64 {
			sum := 0.0
			for _, c := range parts {
				sum += 3600 * s.Moles[c]
			}
			return sum
		}, "mol/h", of + ", as " + strings.Join(parts, " and ") + "; used up where it ends", nil
	}
	known := append(inOrder(r.Elements, func(e Element) int { return e.No }), rareEarths, rareEarthsButSc, "mass")
	if r.Ledger != nil {
		for _, e := range r.Ledger.Entries {
			if e.Kind == cost.Reagent || e.Kind == cost.Water {
				known = append(known, e.Name)
			}
		}
	}
	if near := si.Nearest(of, known); near != "" {
		return nil, "", "", fmt.Errorf("no element, component or reagent %q in this plant; did you mean %q?", of, near)
	}
	return nil, "", "", fmt.Errorf("no element, component or reagent %q in this plant; it takes an element, REE, mass, a component, a formula such as HCl, or a reagent as the ledger names it", of)
}

// bought are the components of a reagent by its name in the ledger: slaked lime, calcium, hydrogen peroxide.
func bought(name string) []string {
	if name == cost.Water {
		return []string{"H2O"}
	}
	book, err := cost.Open()
	if err != nil {
		return nil
	}
	for _, f := range book.Reagents {
		if f.Name == name {
			return f.Is
		}
	}
	return nil
}

// groupName is what a substance is called inside formulas.
func groupName(of string) string {
	if of == "H2C2O4" || of == "oxalic acid" {
		return "C2O4"
	}
	return of
}

// flows says whether any component holds a group.
func (r *Result) flows(group string) bool {
	for _, s := range r.Streams {
		for c := range s.Moles {
			if groups(c, group) > 0 {
				return true
			}
		}
	}
	return false
}

// groups counts a group in the name of a component: 1 of D2EHPA in itself, 3 in Nd(D2EHPA)3, 3 of C2O4 in Nd2(C2O4)3.
func groups(component, group string) float64 {
	if component == group {
		return 1
	}
	if regexp.MustCompile(`^` + regexp.QuoteMeta(group) + `[+-]\d?$`).MatchString(component) {
		return 1
	}
	m := regexp.MustCompile(`\(` + regexp.QuoteMeta(group) + `\)(\d*)`).FindStringSubmatch(component)
	switch {
	case m == nil || group == "s" || group == "g":
		return 0
	case m[1] == "":
		return 1
	}
	n := 0.0
	fmt.Sscan(m[1], &n)
	return n
}

// countedBy is the element that counts a formula, and the kg of formula per mole of it.
func (r *Result) countedBy(formula string) (element string, kg float64, ok bool) {
	atoms, err := chem.Atoms(formula)
	if err != nil {
		return "", 0, false
	}
	for _, e := range slices.Sorted(maps.Keys(atoms)) {
		if _, there := r.Elements[e]; !there {
			return "", 0, false
		}
		kg += atoms[e] * r.Elements[e].Mass
		if e != "H" && e != "O" {
			element = e
		}
	}
	if element == "" {
		return "", 0, false
	}
	return element, kg / atoms[element], true
}

// build makes the graph: units that something flows through, ends at the border, bands above the least.
func (s *Sankey) build(r *Result, values map[string]float64) {
	units := map[string]*sankeyNode{}
	unit := func(tag string) *sankeyNode {
		if units[tag] == nil {
			units[tag] = &sankeyNode{name: tag, no: r.Units[tag].No}
			s.nodes = append(s.nodes, units[tag])
		}
		return units[tag]
	}
	end := func(name string, value float64, kind nodeKind) *sankeyNode {
		n := &sankeyNode{name: name, value: value, kind: kind}
		s.nodes = append(s.nodes, n)
		return n
	}
	small, negative := 0, []string{}
	smallIn, smallOut := 0.0, 0.0
	for _, name := range inOrder(r.Streams, func(v Stream) int { return v.No }) {
		stream, value := r.Streams[name], values[name]
		switch {
		case value == 0 || stream.Border == "through":
			continue
		case value < 0:
			negative = append(negative, name)
			continue
		case value < leastBand*s.In:
			small++
			if stream.enters() {
				smallIn += value
			} else if stream.leaves() {
				smallOut += value
			}
			continue
		}
		b := &sankeyBand{name: name, value: value}
		if stream.enters() {
			b.from = end(name, value, inEnd)
		} else {
			b.from = unit(stream.From)
		}
		if stream.leaves() {
			b.to = end(name, value, outEnd)
		} else {
			b.to = unit(stream.To)
		}
		s.join(b)
	}
	s.shorten(r)
	s.gather()
	if small > 0 {
		s.Left = fmt.Sprintf("%d bands below %s %% of what enters: not drawn; of it %s %% enters, %s %% leaves", small, digits(100*leastBand), digits(100*smallIn/s.In), digits(100*smallOut/s.In))
	}
	if len(negative) > 0 {
		s.Left += ". Negative, not drawn: " + strings.Join(negative, ", ")
	}
}

// sankeyLong is the number of layers from which on a drawing is gathered.
const sankeyLong = 10

// gather makes one node of units in a row between which nothing comes in, leaves or turns off, where the drawing would be long: it then fits a page, and its label
// lists them.
func (s *Sankey) gather() {
	s.breakCycles()
	s.layers()
	if slices.MaxFunc(s.nodes, func(a, b *sankeyNode) int { return a.layer - b.layer }).layer < sankeyLong {
		return
	}
	for _, n := range slices.Clone(s.nodes) {
		for n.kind == unitNode && len(n.out) == 1 {
			b := n.out[0]
			next := b.to
			if next == n || next.kind != unitNode || len(next.in) != 1 || b.back {
				break
			}
			if n.names == nil {
				n.names = []string{n.name}
			}
			if next.names == nil {
				next.names = []string{next.name}
			}
			n.names = append(n.names, next.names...)
			n.out = next.out
			for _, o := range n.out {
				o.from = n
			}
			s.bands = slices.DeleteFunc(s.bands, func(o *sankeyBand) bool { return o == b })
			s.nodes = slices.DeleteFunc(s.nodes, func(o *sankeyNode) bool { return o == next })
			next.kind, next.out = bend, nil // it is in n now
		}
	}
	s.nodes = slices.DeleteFunc(s.nodes, func(n *sankeyNode) bool { return len(n.in)+len(n.out) == 0 }) // a row that only turns off what is too little to draw
}

func (s *Sankey) join(b *sankeyBand) {
	s.bands = append(s.bands, b)
	b.from.out = append(b.from.out, b)
	b.to.in = append(b.to.in, b)
}

// shorten leaves out mixers, splitters and the like that one band enters and one leaves: nothing happens there.
func (s *Sankey) shorten(r *Result) {
	for _, n := range slices.Clone(s.nodes) {
		idle := slices.Contains([]string{"mixer", "splitter", "acid_factor"}, r.Units[n.name].Kind)
		if n.kind != unitNode || !idle || len(n.in) != 1 || len(n.out) != 1 || n.in[0].from == n || n.in[0].from.kind == inEnd && n.out[0].to.kind == outEnd {
			continue
		}
		in, out := n.in[0], n.out[0]
		in.to = out.to
		out.to.in[slices.Index(out.to.in, out)] = in
		s.bands = slices.DeleteFunc(s.bands, func(b *sankeyBand) bool { return b == out })
		s.nodes = slices.DeleteFunc(s.nodes, func(m *sankeyNode) bool { return m == n })
	}
}
