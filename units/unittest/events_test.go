package unittest

import (
	"math"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
)

// hopper gathers what comes and gives it on every ten minutes, evenly until the next time. It passes the suite until it is given a defect.
type hopper struct {
	defect string
	last   float64
	parts  int
}

const hopperTurn = 600.0 // s

func (h *hopper) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	env.Param.Quantity("tau", "s", conf.Between(1, 1e4))
	h.parts = len(env.System.Components)
	spec := flowsheet.Spec{In: []flowsheet.Port{{Name: "in"}}, Out: []flowsheet.Port{{Name: "out"}}}
	add := func(name, unit string) {
		spec.Free = append(spec.Free, len(spec.States))
		spec.States = append(spec.States, flowsheet.Variable{Name: name, Unit: unit, Scale: 1, Lower: flowsheet.NoBound})
	}
	add("at_work", "1")
	add("clock", "s")
	for _, what := range []string{"bin.", "given."} {
		for _, c := range env.System.Components {
			add(what+c.Name, "mol")
		}
	}
	return spec, nil
}

func (h *hopper) Solve(st *flowsheet.Stage, _, x []float64, in, out []flowsheet.Stream) error {
	if clear(x); st.Rate > 0 {
		copy(x, st.Prev)
	}
	out[0].Copy(in[0])
	if h.defect == "steady solve goes on" && st.Rate == 0 {
		x[0] = 1
	}
	if x[0] == 0 || st.Rate == 0 {
		return nil
	}
	x[1] += 1 / st.Rate
	for i, n := range in[0].N {
		x[2+i] += n / st.Rate
		out[0].N[i] = x[2+h.parts+i] / hopperTurn
	}
	if h.defect == "leaks between events" {
		out[0].N[0] *= 1 - 1e-9
	}
	if h.defect == "allocates at work" {
		sink = make([]float64, 8)
	}
	return nil
}

func (h *hopper) Tangent(st *flowsheet.Stage, _, x []float64, _, _ []flowsheet.Stream, _, dprev []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	if clear(dx); st.Rate > 0 {
		copy(dx, dprev)
	}
	dout[0].Copy(din[0])
	if st.Rate == 0 || st.Prev[0] == 0 || h.defect == "tangent of the average" {
		return nil
	}
	for i, n := range din[0].N {
		dx[2+i] += n / st.Rate
		dout[0].N[i] = dprev[2+h.parts+i] / hopperTurn
	}
	return nil
}

func (h *hopper) Held(x, n []float64) {
	for i := range n {
		n[i] += x[2+i] + x[2+h.parts+i]*(1-x[1]/hopperTurn)
	}
}

func (h *hopper) Begin(_, x []float64, in, _ []flowsheet.Stream) error {
	clear(x)
	x[0] = 1
	for i, n := range in[0].N {
		x[2+h.parts+i] = n * hopperTurn
	}
	return nil
}

func (h *hopper) Due(_, x []float64, _ []flowsheet.Stream) float64 {
	if len(x) == 0 || x[0] == 0 {
		return math.Inf(1)
	}
	due := hopperTurn - x[1]
	if h.defect == "late" && due < hopperTurn/2 {
		return due + 1
	}
	return due
}

func (h *hopper) Fire(_, x []float64) error {
	if h.defect == "does not end" {
		return nil
	}
	left := 1 - x[1]/hopperTurn
	x[1] = 0
	for i := range h.parts {
		x[2+h.parts+i] = left*x[2+h.parts+i] + x[2+i]
		x[2+i] = 0
	}
	switch h.defect {
	case "loses at an event":
		x[2+h.parts] *= 1 - 1e-9
	case "remembers its events":
		x[2] = 1e-15 * h.last
		h.last++
	case "event allocates":
		sink = make([]float64, 8)
	}
	return nil
}

func hopperCase(defect string) Case {
	c := drumCase("")
	c.Name, c.New = "hopper", func() flowsheet.Unit { return &hopper{defect: defect} }
	return c
}

func TestEventDefectsAreFound(t *testing.T) {
	events := check{"events", (*rig).checkEvents}
	if found := findings(hopperCase(""), nil, events); len(found) > 0 {
		t.Errorf("a sound hopper: %q", found)
	}
	for _, defect := range []string{"steady solve goes on", "leaks between events", "allocates at work", "tangent of the average", "late", "does not end", "loses at an event",
		"remembers its events", "event allocates"} {
		if len(findings(hopperCase(defect), nil, events)) == 0 {
			t.Errorf("the defect %q is not found", defect)
		}
	}
}
