package unittest

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// drum is a well-mixed vessel of constant residence time, dN/dt = in + makeup − N/tau, whose makeup (water, a tenth of what
// enters) is drawn. It passes the suite until it is given a defect.
type drum struct {
	defect string
	last   float64
	water  int
}

func (d *drum) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	span := conf.Between(1, 1e4)
	read, hi := span, 1e4
	if d.defect == "accepts any parameter" {
		read = conf.Any
	}
	name := "tau"
	if d.defect == "handle of another name" {
		name = "residence_time"
	}
	spec := flowsheet.Spec{
		In:      []flowsheet.Port{{Name: "in"}},
		Out:     []flowsheet.Port{{Name: "out"}, {Name: "makeup", Drawn: true}},
		Handles: []flowsheet.Handle{{Name: name, Unit: "s", Value: env.Param.Quantity("tau", "s", read), Lo: 1, Hi: hi}},
		Signals: []flowsheet.Variable{{Name: "held", Unit: "mol", Scale: 1}},
	}
	for _, c := range env.System.Components {
		spec.States = append(spec.States, flowsheet.Variable{Name: c.Name, Unit: "mol", Scale: 1, Lower: flowsheet.NoBound})
	}
	switch d.defect {
	case "value outside its range":
		spec.Handles[0].Hi = 2
	case "two states of one name":
		spec.States[1].Name = spec.States[0].Name
	case "unit unknown":
		spec.Signals[0].Unit = "bushel"
	case "no scale":
		spec.States[0].Scale = 0
	case "unknown key ignored":
		env.Param.Skip(env.Param.Keys()...)
	}
	d.water, _ = env.System.Index("H2O")
	return spec, nil
}

var sink []float64

func (d *drum) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	tau, water, rate := u[0], 0.0, st.Rate
	for _, n := range in[0].N {
		water += 0.1 * n
	}
	out[0].T = in[0].T
	out[1].Zero(in[0].T)
	out[1].N[d.water] = water
	for i := range x {
		supply := in[0].N[i] + out[1].N[i]
		if rate > 0 {
			supply += rate * st.Prev[i]
		}
		x[i] = supply * tau / (1 + rate*tau)
		out[0].N[i] = x[i] / tau
	}
	if d.defect == "" {
		return nil
	}
	return d.spoil(st, u, x, in, out)
}

// spoil is what the defects do to a solution.
func (d *drum) spoil(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	switch d.defect {
	case "leak":
		out[0].N[d.water] *= 1 - 1e-11
	case "leak in time":
		if st.Rate > 0 {
			out[0].N[d.water] *= 1 - 1e-9
		}
	case "drawn counted twice":
		out[1].N[d.water] *= 2
	case "temperature by mass":
		sum := 0.0
		for _, n := range in[0].N {
			sum += n
		}
		out[0].T *= sum / sum
	case "outlet not written":
		out[1].T = math.NaN()
	case "panic":
		if in[0].N[d.water] == 0 {
			panic("no water")
		}
	case "writes its inlet":
		in[0].T++
	case "march ends elsewhere":
		if st.Rate == 0 {
			x[0] *= 1 + 1e-6
		}
	case "no memory":
		for i := range x {
			x[i] = (in[0].N[i] + out[1].N[i]) * u[0]
			out[0].N[i] = x[i] / u[0]
		}
	case "volume may not change": // index 2: the outflow takes what would change the holdup
		if st.Rate > 0 {
			x[d.water] = 1000
			out[0].N[d.water] = in[0].N[d.water] + out[1].N[d.water] + st.Rate*(st.Prev[d.water]-1000)
		}
	case "stiff":
		if st.Rate > 1e3 {
			return errors.New("no solution")
		}
	case "remembers":
		x[0] *= 1 + 1e-15*d.last
		d.last = 1 + math.Abs(in[0].N[0])
	case "allocates":
		sink = make([]float64, 8)
	}
	return nil
}

func (d *drum) Tangent(st *flowsheet.Stage, u, x []float64, in, _ []flowsheet.Stream, du, dprev []float64,
	din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	tau, rate := u[0], st.Rate
	dwater := 0.0
	for _, dn := range din[0].N {
		dwater += 0.1 * dn
	}
	dout[0].T = din[0].T
	dout[1].Zero(din[0].T)
	dout[1].N[d.water] = dwater
	for i := range x {
		dsupply := din[0].N[i] + dout[1].N[i]
		if rate > 0 && d.defect != "tangent forgets prev" {
			dsupply += rate * dprev[i]
		}
		if d.defect == "tangent off by 1e-5" {
			dsupply *= 1 + 1e-5
		}
		dx[i] = (dsupply*tau + x[i]/tau*du[0]) / (1 + rate*tau)
		dout[0].N[i] = dx[i]/tau - x[i]/(tau*tau)*du[0]
	}
	return nil
}

func (d *drum) Observe(_, x []float64, _, _ []flowsheet.Stream, y []float64) {
	y[0] = 0
	for _, n := range x {
		y[0] += n
	}
	if d.defect == "signal without value" {
		y[0] = math.NaN()
	}
}

func (d *drum) Explain() string {
	if d.defect == "silent" {
		return ""
	}
	return "dN/dt = in + makeup - N/tau"
}

func drumCase(defect string) Case {
	return Case{
		Name: "drum", In: []string{"in"}, Out: []string{"out"},
		New: func() flowsheet.Unit { return &drum{defect: defect} },
		Config: `
[chemistry]
elements = ["Nd", "S"]
families = ["aqueous"]
[unit]
tau = "1 min"
`,
		Inlets: func(r *rand.Rand, _ *chem.System, in []flowsheet.Stream) {
			for i := range in[0].N {
				in[0].N[i] = 1 + r.Float64()
			}
		},
		Bad: []Bad{{"zero", "unit.tau=0 s", "tau"}},
	}
}

// A sound unit passes, and every defect is found by the check that is there to find it.
func TestSoundUnitPasses(t *testing.T) { Run(t, drumCase("")) }

func TestDefectsAreFound(t *testing.T) {
	for defect, name := range map[string]string{
		"leak":                    "balance",
		"leak in time":            "balance",
		"drawn counted twice":     "balance",
		"temperature by mass":     "hostile",
		"outlet not written":      "hostile",
		"panic":                   "hostile",
		"writes its inlet":        "hostile",
		"tangent off by 1e-5":     "tangent",
		"tangent forgets prev":    "tangent",
		"march ends elsewhere":    "march",
		"no memory":               "march",
		"volume may not change":   "index",
		"stiff":                   "index",
		"remembers":               "memory",
		"allocates":               "allocation",
		"accepts any parameter":   "parameters",
		"handle of another name":  "parameters",
		"unknown key ignored":     "parameters",
		"value outside its range": "spec",
		"two states of one name":  "spec",
		"unit unknown":            "spec",
		"no scale":                "spec",
		"signal without value":    "words",
		"silent":                  "words",
	} {
		found := false
		for _, k := range checks {
			if k.name == name {
				found = len(findings(drumCase(defect), nil, k)) > 0
			}
		}
		if !found {
			t.Errorf("check %q does not find the defect %q", name, defect)
		}
	}
}

// A case that does not load is a finding, not a pass.
func TestBrokenCase(t *testing.T) {
	for _, config := range []string{"[unit", "[chemistry]\nelements = [\"Xx\"]\n", drumCase("").Config + "tua = 1\n"} {
		c := drumCase("")
		c.Config = config
		for _, k := range checks {
			if len(findings(c, nil, k)) == 0 {
				t.Errorf("check %q passes with the file %q", k.name, config)
			}
		}
	}
}

// A panic is told with the line of the unit where it happened, not only with what was wrong.
func TestPanicPlace(t *testing.T) {
	defer func() {
		recover()
		if place := panicPlace(debug.Stack()); !strings.HasPrefix(place, "units/unittest/unittest_test.go:") {
			t.Errorf("place %q", place)
		}
	}()
	none := []float64{}
	sink[0] = none[len(none)]
}
