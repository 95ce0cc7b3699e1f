package flowsheet

import "slices"

// edge is a stream seen by the graph: producer and consumer are unit indices, −1 outside the plant.
type edge struct{ from, to int }

// parts returns the strongly connected parts of a graph of n nodes in topological order (Tarjan 1972).
func parts(n int, edges []edge) [][]int {
	next := make([][]int, n)
	for _, e := range edges {
		if e.from >= 0 && e.to >= 0 {
			next[e.from] = append(next[e.from], e.to)
		}
	}
	var (
		index   = make([]int, n) // 0: not visited
		low     = make([]int, n)
		onStack = make([]bool, n)
		stack   []int
		count   int
		out     [][]int
		visit   func(v int)
	)
	visit = func(v int) {
		count++
		index[v], low[v] = count, count
		stack, onStack[v] = append(stack, v), true
		for _, w := range next[v] {
			if index[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if onStack[w] {
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] != index[v] {
			return
		}
		var part []int
		for {
			w := stack[len(stack)-1]
			stack, onStack[w] = stack[:len(stack)-1], false
			part = append(part, w)
			if w == v {
				break
			}
		}
		slices.Sort(part)
		out = append(out, part)
	}
	for v := range n {
		if index[v] == 0 {
			visit(v)
		}
	}
	slices.Reverse(out) // Tarjan finds the sinks first
	return out
}

// sequence orders the units for solving and chooses the tears: the streams that run against that order.
// Within each strongly connected part it starts from the file's order and moves single units as long as that
// leaves fewer streams to tear; the file's order decides between equals, so the answer is the same every time.
func sequence(n int, edges []edge) (order, tears []int) {
	for _, part := range parts(n, edges) {
		order = append(order, fewestTears(part, edges)...)
	}
	place := make([]int, n)
	for i, v := range order {
		place[v] = i
	}
	for s, e := range edges {
		if e.from >= 0 && e.to >= 0 && place[e.to] <= place[e.from] {
			tears = append(tears, s)
		}
	}
	return order, tears
}

// fewestTears orders one strongly connected part by single-unit moves until no move removes a tear.
func fewestTears(part []int, edges []edge) []int {
	if len(part) < 2 {
		return part
	}
	local := make(map[int]int, len(part)) // unit → position in the part as given
	for i, v := range part {
		local[v] = i
	}
	m := len(part)
	flows := make([][]int, m) // flows[i][j]: number of streams from i to j
	for i := range flows {
		flows[i] = make([]int, m)
	}
	for _, e := range edges {
		i, ok1 := local[e.from]
		j, ok2 := local[e.to]
		if ok1 && ok2 && i != j {
			flows[i][j]++
		}
	}
	best := greedyOrder(flows)
	improve(best, flows)
	other := make([]int, m)
	for i := range other {
		other[i] = i
	}
	improve(other, flows)
	if against(other, flows) <= against(best, flows) {
		best = other
	}
	out := make([]int, m)
	for i, k := range best {
		out[i] = part[k]
	}
	return out
}

// greedyOrder is the heuristic of Eades, Lin and Smyth (1993) for a small feedback arc set: sinks to the end, sources to
// the front, else the node that sends most more than it receives.
func greedyOrder(flows [][]int) []int {
	m := len(flows)
	left := make([]bool, m)
	for i := range left {
		left[i] = true
	}
	var front, back []int
	for len(front)+len(back) < m {
		pick, gain, toBack := -1, 0, false
		for i := range m {
			if !left[i] {
				continue
			}
			in, out := 0, 0
			for j := range m {
				if left[j] {
					in += flows[j][i]
					out += flows[i][j]
				}
			}
			if out == 0 || in == 0 {
				pick, toBack = i, out == 0 && in > 0
				break
			}
			if pick < 0 || out-in > gain {
				pick, gain = i, out-in
			}
		}
		left[pick] = false
		if toBack {
			back = append(back, pick)
		} else {
			front = append(front, pick)
		}
	}
	slices.Reverse(back)
	return append(front, back...)
}

// against counts the streams that run backward in an order.
func against(order []int, flows [][]int) int {
	count := 0
	for i, a := range order {
		for _, b := range order[:i] {
			count += flows[a][b]
		}
	}
	return count
}

// improve moves single units to the place where fewest streams run backward, until nothing gains.
func improve(order []int, flows [][]int) {
	for moved := true; moved; {
		moved = false
		for i := range order {
			v := order[i]
			bestGain, bestAt := 0, i
			gain := 0
			for j := i - 1; j >= 0; j-- { // towards the front
				w := order[j]
				gain += flows[v][w] - flows[w][v]
				if gain > bestGain {
					bestGain, bestAt = gain, j
				}
			}
			gain = 0
			for j := i + 1; j < len(order); j++ { // towards the end
				w := order[j]
				gain += flows[w][v] - flows[v][w]
				if gain > bestGain {
					bestGain, bestAt = gain, j
				}
			}
			if bestGain > 0 {
				rest := slices.Delete(order, i, i+1)
				copy(order, slices.Insert(rest, bestAt, v))
				moved = true
			}
		}
	}
}
