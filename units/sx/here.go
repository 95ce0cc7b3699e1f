package sx

import (
	"slices"

	"reetwin/flowsheet"
)

// here is the point of the last tangent. Newton on the recycles of a plant asks for many directions at one point: what they share (the factors of
// the cascade, the response to the organic flow) is computed once.
type here struct {
	known     bool // the cascade stands there, and
	responded bool // the response to the organic flow is that of this point
	u, v      []float64
	in        []flowsheet.Stream
	organic   float64
}

// is says whether this is that point, in the steady state.
func (h *here) is(u, v []float64, in []flowsheet.Stream, organic float64) bool {
	if !h.known || organic != h.organic || !slices.Equal(u, h.u) || !slices.Equal(v, h.v) {
		return false
	}
	for k := range in {
		if in[k].T != h.in[k].T || !slices.Equal(in[k].N, h.in[k].N) {
			return false
		}
	}
	return true
}

// set makes it the point.
func (h *here) set(u, v []float64, in []flowsheet.Stream, organic float64) {
	h.known, h.responded, h.organic = true, false, organic
	copy(h.u, u)
	copy(h.v, v)
	for k := range in {
		h.in[k].Copy(in[k])
	}
}
