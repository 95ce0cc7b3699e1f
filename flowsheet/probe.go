package flowsheet

import "math"

// probe is a second point beside that of a unit, for differences along a direction.
type probe struct {
	u, x, prev []float64
	in, out    []Stream
	dx         []float64 // results of the first of two evaluations
	dout       []Stream
}

func newProbe(n *node) *probe {
	like := func(streams []Stream) []Stream {
		out := make([]Stream, len(streams))
		for k, s := range streams {
			out[k].N = make([]float64, len(s.N))
		}
		return out
	}
	return &probe{
		u: make([]float64, len(n.u)), x: make([]float64, len(n.x)), prev: make([]float64, len(n.x)),
		in: like(n.ins), out: like(n.outs),
		dx: make([]float64, len(n.x)), dout: like(n.outs),
	}
}

// step is the length along the unit's direction that changes no quantity by more than 1e-5 of itself, or of what is
// large in the same vector times 1e-9; 0 when the direction is empty. With results, x and the outlets count too.
func (q *probe) step(n *node, results bool) float64 {
	largest := 0.0
	grow := func(v, d []float64) {
		total := 0.0
		for _, a := range v {
			total = math.Max(total, math.Abs(a))
		}
		for i, a := range v {
			if d[i] != 0 {
				largest = math.Max(largest, math.Abs(d[i])/math.Max(math.Abs(a), 1e-9*total+1e-300))
			}
		}
	}
	grow(n.u, n.du)
	for k := range n.ins {
		grow(n.ins[k].N, n.dins[k].N)
		largest = math.Max(largest, math.Abs(n.dins[k].T)/300)
	}
	if results {
		grow(n.x, n.dx)
		for k := range n.outs {
			grow(n.outs[k].N, n.douts[k].N)
		}
	}
	if largest == 0 {
		return 0
	}
	return 1e-5 / largest
}

// move puts the probe at the unit's point plus h times its direction.
func (q *probe) move(n *node, h float64, results bool) {
	along := func(to, v, d []float64) {
		for i := range v {
			to[i] = v[i] + h*d[i]
		}
	}
	streams := func(to, v, d []Stream) {
		for k := range v {
			along(to[k].N, v[k].N, d[k].N)
			to[k].T = v[k].T + h*d[k].T
		}
	}
	along(q.u, n.u, n.du)
	streams(q.in, n.ins, n.dins)
	if results {
		along(q.x, n.x, n.dx)
		streams(q.out, n.outs, n.douts)
	}
}

// difference is the tangent of a unit that does not know its own: a central difference of Solve along the direction.
func (q *probe) difference(n *node, st *Stage) error {
	h := q.step(n, false)
	if st.Rate > 0 {
		for i := range n.spec.States {
			if n.dprev[i] != 0 {
				by := 1e-5 * math.Max(math.Abs(n.prev[i]), 1e-9*n.spec.States[i].Scale) / math.Abs(n.dprev[i])
				if h == 0 || by < h {
					h = by
				}
			}
		}
	}
	if h == 0 {
		clear(n.dx)
		for k := range n.douts {
			n.douts[k].Zero(0)
		}
		return nil
	}
	at := *st
	for _, side := range [2]float64{h, -h} {
		q.move(n, side, false)
		copy(q.x, n.x)
		if st.Rate > 0 {
			for i := range n.x {
				q.prev[i] = n.prev[i] + side*n.dprev[i]
			}
			at.Prev = q.prev
		}
		if err := n.unit.Solve(&at, q.u, q.x, q.in, q.out); err != nil {
			return err
		}
		if side > 0 {
			copy(q.dx, q.x)
			for k := range q.out {
				q.dout[k].Copy(q.out[k])
			}
		}
	}
	for i := range n.dx {
		n.dx[i] = (q.dx[i] - q.x[i]) / (2 * h)
	}
	for k := range q.out {
		for i := range q.out[k].N {
			n.douts[k].N[i] = (q.dout[k].N[i] - q.out[k].N[i]) / (2 * h)
		}
		n.douts[k].T = (q.dout[k].T - q.out[k].T) / (2 * h)
	}
	return nil
}
