package hydromet

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Tank is a stirred surge tank behind a linear weir. States are the holdups N and the temperature T; with its volume V and
// its outflow Q:
//
//	dN_i/dt = in_i − n_i        n_i = Q N_i / V        V = volume + weir_time · Q, or Q = 0 while V is below volume
//	dT/dt = Σ_k m_k (T_k − T) / m
//
// One implicit stage is closed, because the volumes alone give Q. With g_i = in_i + Rate·Prev_i and G = Σ V_i g_i:
//
//	Q = (G − Rate·volume) / (1 + Rate·weir_time)        n_i = g_i Q/G        N_i = g_i V/G
//
// In the steady state G is the inflow and Q = G; a tank without inflow then is at rest and keeps what it holds.
//
// Assumptions: ideal mixing, ideal volumes, no reaction, no loss of heat, one specific heat for all matter.
// Validity: flow over the weir near its design (weir_time is a linear weir's slope, crest area / (∂Q/∂level)).
// Degrees of freedom: volume (to the crest), weir_time.
// Source: textbook balances.
type Tank struct {
	dials
	system *chem.System
}

const ( // places in u
	tankVolume = iota
	tankWeirTime
)

// NewTank makes a tank.
func NewTank() flowsheet.Unit { return new(Tank) }

// Init reads volume and weir_time.
func (t *Tank) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	t.system = env.System
	t.read(env.Param, "volume", "m3", conf.Positive)
	t.add("weir_time", "s", env.Param.QuantityOr("weir_time", "s", 60, conf.Positive), conf.Positive)
	volume := t.handles[tankVolume].Value
	spec := flowsheet.Spec{
		In: inlets(env), Out: ports("out"), Handles: t.handles,
		Signals: []flowsheet.Variable{{Name: "filled", Unit: "m3", Scale: volume, Start: volume}},
	}
	for _, c := range env.System.Components {
		state := flowsheet.Variable{Name: c.Name, Unit: "mol", Scale: 1000 * volume} // as a 1 mol/L solution
		if c.Name == "H+" {
			state.Lower = flowsheet.NoBound // total acidity may be negative
		}
		spec.States = append(spec.States, state)
	}
	spec.States = append(spec.States, flowsheet.Variable{Name: "T", Unit: "K", Scale: 300, Start: 298.15})
	return spec, nil
}

// weir is the outcome of the volume balance: what leaves and what stays of the supply g = in + Rate·Prev.
type weir struct {
	supply, outflow, volume float64 // G and Q in m3/s, V in m3; V/G is 1/Rate below the crest
	leaves, stays           float64 // n = g · leaves, N = g · stays (s)
}

// weirOf solves the volume balance for a supply of G m3/s; u begins with volume and weir_time.
func weirOf(rate, G float64, u []float64) weir {
	Q := (G - rate*u[tankVolume]) / (1 + rate*u[tankWeirTime])
	if Q <= 0 { // below the crest; never at rate 0, where Q = G > 0
		return weir{supply: G, stays: 1 / rate}
	}
	V := u[tankVolume] + u[tankWeirTime]*Q
	return weir{G, Q, V, Q / G, V / G}
}

// direction is the derivative of leaves and stays along dG and du.
func (w weir) direction(rate, dG float64, u, du []float64) (dleaves, dstays float64) {
	if w.outflow == 0 {
		return 0, 0
	}
	dQ := (dG - rate*(du[tankVolume]+du[tankWeirTime]*w.outflow)) / (1 + rate*u[tankWeirTime])
	dV := du[tankVolume] + du[tankWeirTime]*w.outflow + u[tankWeirTime]*dQ
	return (dQ - w.leaves*dG) / w.supply, (dV - w.stays*dG) / w.supply
}

// Solve writes holdups, temperature and outflow. The inlets are first merged in the place of the outflow.
func (t *Tank) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if err := t.check(u); err != nil {
		return err
	}
	n, N, T := out[0].N, x[:len(x)-1], &x[len(x)-1]
	inflow := merge(t.system, in, &out[0])
	if st.Rate == 0 && t.system.Volume(n) <= 0 {
		return t.rest(st, x, &out[0])
	}
	if st.Rate > 0 {
		for i := range n {
			n[i] += st.Rate * st.Prev[i]
		}
	}
	w := weirOf(st.Rate, t.system.Volume(n), u)
	for i, g := range n {
		n[i], N[i] = g*w.leaves, g*w.stays
	}
	*T = out[0].T
	if held := st.Rate * t.system.Mass(N); held > 0 {
		*T += (st.Prev[len(N)] - *T) * held / (inflow + held)
	}
	out[0].T = *T
	return nil
}

// rest is the steady tank without inflow: nothing flows, and it keeps what it holds, which on a cold start is nothing.
func (t *Tank) rest(st *flowsheet.Stage, x []float64, out *flowsheet.Stream) error {
	last := len(x) - 1
	for i, n := range out.N {
		if n != 0 {
			return fmt.Errorf("the inflow has %g mol/s %s but no volume", n, t.system.Components[i].Name)
		}
	}
	if st.Cold {
		clear(x)
		x[last] = out.T
	}
	out.T = x[last]
	return nil
}

// Tangent differentiates the closed stage; the supply follows from the balance g = n + Rate·N.
func (t *Tank) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, dprev []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	last := len(x) - 1
	n, N, dn := out[0].N, x[:last], dout[0].N
	mass, heat := mergeTangent(t.system, in, x[last], din, &dout[0])
	G := t.system.Volume(n) + st.Rate*t.system.Volume(N)
	if st.Rate == 0 && G <= 0 {
		clear(dx)
		dout[0].T = 0
		return nil
	}
	if dprev != nil {
		for i := range dn {
			dn[i] += st.Rate * dprev[i]
		}
	}
	w := weirOf(st.Rate, G, u)
	dleaves, dstays := w.direction(st.Rate, t.system.Volume(dn), u, du)
	for i, dg := range dn {
		g := n[i] + st.Rate*N[i]
		dn[i], dx[i] = dg*w.leaves+g*dleaves, dg*w.stays+g*dstays
	}
	if held := st.Rate * t.system.Mass(N); held > 0 {
		heat += st.Rate * t.system.Mass(dx[:last]) * (st.Prev[last] - x[last])
		if dprev != nil {
			heat += held * dprev[last]
		}
		dout[0].T = heat / (mass + held)
	}
	dx[last] = dout[0].T
	return nil
}

// Observe gives the volume held.
func (t *Tank) Observe(_, x []float64, _, _ []flowsheet.Stream, y []float64) {
	y[0] = t.system.Volume(x[:len(x)-1])
}

// Explain gives the equations in words.
func (t *Tank) Explain() string {
	return "ideally mixed: what leaves has the composition of what is held; volume held = volume + weir_time x outflow; " +
		"no outflow below the crest; the temperature mixes by mass (equal specific heat)."
}

// Held adds the holdups.
func (t *Tank) Held(x, n []float64) {
	for i := range n {
		n[i] += x[i]
	}
}
