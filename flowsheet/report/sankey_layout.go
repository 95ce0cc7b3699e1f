package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Sizes of a Sankey drawing, points.
const (
	sankeyTall   = 320.0 // of the bands of the fullest layer
	sankeyLine   = 13.0  // of lettering
	sankeyLetter = 6.3   // mean width of a letter
	nodeWide     = 9.0
	layerGap     = 26.0 // besides the labels
	nodeGap      = 10.0
	laneGap      = 17.0
	edgeRoom     = 14.0
	headRoom     = 44.0
)

// layout places everything, once.
func (s *Sankey) layout() {
	if s.x != nil {
		return
	}
	s.breakCycles()
	s.layers()
	s.bends()
	layers := s.byLayer()
	s.scale(layers)
	order(layers)
	low := s.settle(layers)
	s.x = s.columns(layers)
	s.slots()
	bottom := s.lanes(low)
	s.wide, s.high = s.x[len(layers)]-layerGap+edgeRoom, bottom+edgeRoom+sankeyLine
}

// breakCycles marks the recycles: bands within a loop that lead to a unit that stands earlier, in the plant's file or, where less then flows back (a file of
// parts need not follow the flow), in an order made for that.
func (s *Sankey) breakCycles() {
	part := s.loops()
	loops := map[int][]*sankeyNode{}
	for _, n := range s.nodes {
		loops[part[n]] = append(loops[part[n]], n)
	}
	within := func(b *sankeyBand) bool { return part[b.from] == part[b.to] && b.from.kind == unitNode }
	back := func(loop []*sankeyNode, place map[*sankeyNode]int) (sum float64) {
		for _, n := range loop {
			for _, b := range n.out {
				if within(b) && place[b.to] <= place[n] {
					sum += b.value
				}
			}
		}
		return sum
	}
	place := map[*sankeyNode]int{}
	for _, k := range slices.Sorted(maps.Keys(loops)) {
		loop := loops[k]
		slices.SortStableFunc(loop, func(a, b *sankeyNode) int { return a.no - b.no })
		file, flow := map[*sankeyNode]int{}, along(loop, within)
		for i, n := range loop {
			file[n] = i
		}
		if back(loop, flow) < 0.999*back(loop, file) {
			file = flow
		}
		maps.Copy(place, file)
	}
	for _, b := range s.bands {
		b.back = b.to.kind == unitNode && within(b) && place[b.to] <= place[b.from]
	}
}

// along orders the units of a loop so that little flows back: ends are taken off, sinks last and sources first, and where there is none the unit that gives most more
// than it takes (Eades, Lin and Smyth 1993, weighted by flow).
func along(loop []*sankeyNode, within func(*sankeyBand) bool) map[*sankeyNode]int {
	place := map[*sankeyNode]int{}
	left := slices.Clone(loop)
	sum := func(bands []*sankeyBand, other func(*sankeyBand) *sankeyNode, n *sankeyNode) (v float64) {
		for _, b := range bands {
			if within(b) && other(b) != n && slices.Contains(left, other(b)) {
				v += b.value
			}
		}
		return v
	}
	first, last := 0, len(loop)-1
	for len(left) > 0 {
		best, most, front := 0, math.Inf(-1), true
		for i, n := range left {
			in := sum(n.in, func(b *sankeyBand) *sankeyNode { return b.from }, n)
			out := sum(n.out, func(b *sankeyBand) *sankeyNode { return b.to }, n)
			if out == 0 && in > 0 {
				best, front = i, false
				break
			}
			if v := out - in; v > most {
				best, most = i, v
			}
		}
		n := left[best]
		left = slices.Delete(left, best, best+1)
		if front {
			place[n] = first
			first++
		} else {
			place[n] = last
			last--
		}
	}
	return place
}

// loops numbers the strongly connected parts (Tarjan).
func (s *Sankey) loops() map[*sankeyNode]int {
	index, low, part := map[*sankeyNode]int{}, map[*sankeyNode]int{}, map[*sankeyNode]int{}
	var stack []*sankeyNode
	on := map[*sankeyNode]bool{}
	var visit func(n *sankeyNode)
	visit = func(n *sankeyNode) {
		index[n] = len(index) + 1
		low[n] = index[n]
		stack, on[n] = append(stack, n), true
		for _, b := range n.out {
			if index[b.to] == 0 {
				visit(b.to)
				low[n] = min(low[n], low[b.to])
			} else if on[b.to] {
				low[n] = min(low[n], index[b.to])
			}
		}
		if low[n] != index[n] {
			return
		}
		for {
			top := stack[len(stack)-1]
			stack, on[top] = stack[:len(stack)-1], false
			if part[top] = index[n]; top == n {
				return
			}
		}
	}
	for _, n := range s.nodes {
		if index[n] == 0 {
			visit(n)
		}
	}
	return part
}

// layers puts every node as far left as what comes before it allows, ends beside their units.
func (s *Sankey) layers() {
	var depth func(n *sankeyNode) int
	known := map[*sankeyNode]int{}
	depth = func(n *sankeyNode) int {
		if d, ok := known[n]; ok {
			return d
		}
		d := 0
		for _, b := range n.in {
			if !b.back {
				d = max(d, depth(b.from)+1)
			}
		}
		known[n] = d
		return d
	}
	for _, n := range s.nodes {
		n.layer = depth(n)
	}
	for i := len(s.nodes) - 1; i >= 0; i-- { // what starts a line stands just before what it leads to
		n := s.nodes[i]
		if slices.ContainsFunc(n.in, func(b *sankeyBand) bool { return !b.back && b.from.kind == unitNode }) {
			continue
		}
		next := math.MaxInt
		for _, b := range n.out {
			if !b.back {
				next = min(next, b.to.layer)
			}
		}
		if next != math.MaxInt {
			n.layer = max(n.layer, next-1)
		}
	}
	for _, n := range s.nodes {
		if n.kind == inEnd {
			n.layer = n.out[0].to.layer - 1
		}
	}
	if first := slices.MinFunc(s.nodes, func(a, b *sankeyNode) int { return a.layer - b.layer }).layer; first < 0 {
		for _, n := range s.nodes {
			n.layer -= first
		}
	}
}

// bends splits bands that pass layers.
func (s *Sankey) bends() {
	for _, b := range slices.Clone(s.bands) {
		if b.back || b.to.layer-b.from.layer <= 1 {
			continue
		}
		to := b.to
		at := slices.Index(to.in, b)
		part := b
		for layer := b.from.layer + 1; layer < to.layer; layer++ {
			n := &sankeyNode{kind: bend, layer: layer}
			s.nodes = append(s.nodes, n)
			part.to = n
			n.in = []*sankeyBand{part}
			next := &sankeyBand{name: b.name, value: b.value, from: n}
			n.out = []*sankeyBand{next}
			s.bands = append(s.bands, next)
			part = next
		}
		part.to = to
		to.in[at] = part
	}
}

func (s *Sankey) byLayer() (layers [][]*sankeyNode) {
	for _, n := range s.nodes {
		for len(layers) <= n.layer {
			layers = append(layers, nil)
		}
		layers[n.layer] = append(layers[n.layer], n)
	}
	return layers
}

// scale gives bands their width and nodes their height.
func (s *Sankey) scale(layers [][]*sankeyNode) {
	through := func(bands []*sankeyBand) (sum float64) {
		for _, b := range bands {
			sum += b.value
		}
		return sum
	}
	most := 0.0
	for _, layer := range layers {
		sum := 0.0
		for _, n := range layer {
			sum += max(through(n.in), through(n.out))
		}
		most = max(most, sum)
	}
	for _, b := range s.bands {
		b.wide = max(0.8, sankeyTall*b.value/most)
	}
	height := func(bands []*sankeyBand) (sum float64) {
		for _, b := range bands {
			sum += b.wide
		}
		return sum
	}
	for _, n := range s.nodes {
		n.high = max(height(n.in), height(n.out))
	}
}

// order sorts the nodes of each layer so that few bands cross: by the mean place of what they are joined to, to and fro.
func order(layers [][]*sankeyNode) {
	place := map[*sankeyNode]float64{}
	number := func(layer []*sankeyNode) {
		for i, n := range layer {
			place[n] = (float64(i) + 0.5) / float64(len(layer))
		}
	}
	for _, layer := range layers {
		slices.SortStableFunc(layer, func(a, b *sankeyNode) int { return cmp.Compare(rank(a), rank(b)) })
		number(layer)
	}
	for sweep := range 24 {
		for k := range layers {
			at, bands, other := k, func(n *sankeyNode) []*sankeyBand { return n.in }, func(b *sankeyBand) *sankeyNode { return b.from }
			if sweep%2 == 1 {
				at, bands, other = len(layers)-1-k, func(n *sankeyNode) []*sankeyBand { return n.out }, func(b *sankeyBand) *sankeyNode { return b.to }
			}
			mean := map[*sankeyNode]float64{}
			for _, n := range layers[at] {
				sum, weight := 0.0, 0.0
				for _, b := range bands(n) {
					if !b.back {
						sum, weight = sum+b.wide*place[other(b)], weight+b.wide
					}
				}
				if mean[n] = place[n]; weight > 0 {
					mean[n] = sum / weight
				}
			}
			slices.SortStableFunc(layers[at], func(a, b *sankeyNode) int { return cmp.Compare(mean[a], mean[b]) })
			number(layers[at])
		}
	}
}

// rank is the order to begin with: units, then what enters or leaves beside them.
func rank(n *sankeyNode) int {
	switch n.kind {
	case unitNode:
		return 0
	case bend:
		return 1
	}
	return 2
}

// room is the height that a node asks for with its label.
func (s *Sankey) room(n *sankeyNode) float64 {
	if n.kind == bend {
		return n.high
	}
	return max(n.high, sankeyLine*float64(len(s.label(n))))
}

// settle finds the nodes' heights: each near the middle of what it is joined to, none over another. It returns the lowest point.
func (s *Sankey) settle(layers [][]*sankeyNode) (low float64) {
	for _, layer := range layers {
		y := headRoom
		for _, n := range layer {
			n.y = y
			y += s.room(n) + nodeGap
		}
	}
	middle := func(n *sankeyNode) float64 { return n.y + s.room(n)/2 }
	for sweep := range 60 {
		for k := range layers {
			layer := layers[k]
			if sweep%2 == 1 {
				layer = layers[len(layers)-1-k]
			}
			for _, n := range layer {
				sum, weight := 0.0, 0.0
				for _, b := range n.in {
					if !b.back && (sweep%2 == 0 || n.kind != unitNode) {
						sum, weight = sum+b.wide*middle(b.from), weight+b.wide
					}
				}
				for _, b := range n.out {
					if !b.back && (sweep%2 == 1 || n.kind != unitNode) {
						sum, weight = sum+b.wide*middle(b.to), weight+b.wide
					}
				}
				if weight > 0 {
					n.y = sum/weight - s.room(n)/2
				}
			}
			s.spread(layer)
		}
	}
	top := math.Inf(1)
	for _, n := range s.nodes {
		top = min(top, n.y)
	}
	for _, n := range s.nodes {
		n.y -= top - headRoom
		low = max(low, n.y+s.room(n))
	}
	return low
}

// spread moves the nodes of a layer apart, down and then up again as far as there is room.
func (s *Sankey) spread(layer []*sankeyNode) {
	y := headRoom
	for _, n := range layer {
		n.y = max(n.y, y)
		y = n.y + s.room(n) + nodeGap
	}
	total := 0.0
	for _, n := range layer {
		total += s.room(n) + nodeGap
	}
	floor := headRoom + max(sankeyTall+120, total)
	for i := len(layer) - 1; i >= 0; i-- {
		n := layer[i]
		n.y = min(n.y, floor-s.room(n))
		floor = n.y - nodeGap
	}
}

// columns finds the left edge of each layer; a label stands right of its node and has room for itself, and after it the recycles turn.
func (s *Sankey) columns(layers [][]*sankeyNode) []float64 {
	x := make([]float64, len(layers)+1)
	x[0] = edgeRoom
	turning := func(layer int, ends bool) (sum float64) { // width of the recycles that leave, or end at, a layer
		for _, b := range s.bands {
			if b.back && (!ends && b.from.layer == layer || ends && b.to.layer == layer) {
				sum += b.wide + 4
			}
		}
		return sum
	}
	x[0] += turning(0, true) + 6
	for k, layer := range layers {
		widest := 0.0
		for _, n := range layer {
			for _, line := range s.label(n) {
				widest = max(widest, sankeyLetter*float64(len([]rune(line))))
			}
		}
		labels := x[k] + nodeWide + widest + 8
		x[k+1] = labels + layerGap + turning(k, false) + turning(k+1, true)
		exit, come := labels, x[k]-6
		for _, b := range s.bands {
			if b.back && b.from.layer == k {
				b.exit = exit + b.wide/2
				exit += b.wide + 4
			}
			if b.back && b.to.layer == k {
				b.come = come - b.wide/2
				come -= b.wide + 4
			}
		}
	}
	return x
}

// slots stacks the bands at each node in the order of where they come from and go to, recycles below.
func (s *Sankey) slots() {
	stack := func(bands []*sankeyBand, other func(*sankeyBand) *sankeyNode, set func(*sankeyBand, float64), y float64) {
		slices.SortStableFunc(bands, func(a, b *sankeyBand) int {
			if a.back != b.back {
				if a.back {
					return 1
				}
				return -1
			}
			return cmp.Compare(other(a).y+other(a).high/2, other(b).y+other(b).high/2)
		})
		for _, b := range bands {
			set(b, y+b.wide/2)
			y += b.wide
		}
	}
	for _, n := range s.nodes {
		stack(n.in, func(b *sankeyBand) *sankeyNode { return b.from }, func(b *sankeyBand, y float64) { b.y1 = y }, n.y)
		stack(n.out, func(b *sankeyBand) *sankeyNode { return b.to }, func(b *sankeyBand, y float64) { b.y0 = y }, n.y)
	}
}

// lanes lead recycles back below everything, the shorter the nearer. It returns the lowest point.
func (s *Sankey) lanes(low float64) float64 {
	var back []*sankeyBand
	for _, b := range s.bands {
		if b.back {
			back = append(back, b)
		}
	}
	slices.SortStableFunc(back, func(a, b *sankeyBand) int {
		return cmp.Compare(a.from.layer-a.to.layer, b.from.layer-b.to.layer)
	})
	type used struct {
		from, to    int
		top, bottom float64
	}
	var taken []used
	for _, b := range back {
		top := low + laneGap
		for moved := true; moved; {
			moved = false
			for _, u := range taken {
				if b.to.layer <= u.to && u.from <= b.from.layer && top < u.bottom+laneGap && u.top < top+b.wide+laneGap {
					top, moved = u.bottom+laneGap, true
				}
			}
		}
		b.lane = top + b.wide/2
		taken = append(taken, used{b.to.layer, b.from.layer, top, top + b.wide})
	}
	bottom := low
	for _, b := range back {
		bottom = max(bottom, b.lane+b.wide/2)
	}
	return bottom
}

// label are the lines of a node's label: its name, wrapped, and of an end the flow and its share.
func (s *Sankey) label(n *sankeyNode) []string {
	if n.kind == bend {
		return nil
	}
	lines := wrap(n.name, 15)
	if n.names != nil {
		lines = listed(n.names)
		if last := len(n.names) - 1; len(lines) > max(5, int(n.high/sankeyLine)) {
			lines = append(wrap(n.names[0], 15), fmt.Sprintf("… %d more …", last-1))
			if last == 1 {
				lines = lines[:len(lines)-1]
			}
			lines = append(lines, wrap(n.names[last], 15)...)
		}
	}
	if n.kind != unitNode {
		lines = append(lines, digits(n.value)+", "+digits(100*n.value/s.In)+" %")
	}
	return lines
}

// listed writes names in lines; what several in a row begin with (their part of the plant) stands once.
func listed(names []string) (lines []string) {
	part := ""
	for _, name := range names {
		own, rest := "", name
		if i := strings.LastIndexByte(name, '-'); i >= 0 {
			own, rest = name[:i+1], name[i+1:]
		}
		if own != part && own != "" {
			lines = append(lines, wrap(own, 15)...)
		}
		part = own
		for _, line := range wrap(rest, 18) {
			if own != "" {
				line = "  " + line
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// wrap breaks a name after _, . or - into lines of at most so many letters where it can.
func wrap(name string, letters int) (lines []string) {
	line := ""
	for _, word := range strings.SplitAfter(strings.NewReplacer(".", ".\x00", "_", "_\x00").Replace(name), "\x00") {
		word = strings.TrimSuffix(word, "\x00")
		if line != "" && len(line)+len(word) > letters {
			lines, line = append(lines, line), ""
		}
		line += word
	}
	return append(lines, line)
}
