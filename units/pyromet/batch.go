package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
)

// batchFurnace is a furnace that works in cycles: the average of one in the steady state; charged and tapped in time.
type batchFurnace struct {
	furnace
	observe func(u []float64, in, out []flowsheet.Stream, y []float64) // signals of the furnace itself
	report  func(u []float64, in, out []flowsheet.Stream) flowsheet.Report
}

// lots is what a batch furnace keeps in time. All of it are states, so that a copy of x is the whole furnace; they are nought in the steady state.
//
//	inlets ─▶ charge bin ─▶ furnace 1 … k, shut for cycle_time ─▶ product bins ─▶ outlets
//	                          └─▶ gases, evenly over the cycle
//
// A furnace is charged when it is free and the clock says so (every cycle_time/furnaces, with all that is in the bin), or when charge_mass is in
// the bin. The cycle is computed as it is charged: the furnace then holds its products. Solids are tapped at its end into product bins, whose
// feeders are set at each tapping to empty them within discharge_time, and to a quarter when three quarters are gone: the outlets are constant
// from tapping to tapping, and never stop while anything is there. Gases leave, and drawn gases enter, evenly while the cycle lasts.
// After campaign cycles a furnace stands for standstill.
//
// Amounts are kept as they were when they were set, with a clock each, so that nothing but clocks and the charge bin moves between events:
//
//	gas left of a furnace = amount · (1 − elapsed/length),    in a product bin = amount · (1 − emptying/emptying_time)
type lots struct {
	take, give []int  // components that inlets may bring and outlets may carry; of give those from gases on are gases
	gases      int    // place in give
	drawn      []bool // outlets that flow in
	// Places in x. A bin holds moles and then Σ n T; a lot moles and T; a furnace has the clocks below, then for each outlet moles and T.
	bins, charged, ovens, tapped []int
	size                         int // of x

	discharge, stand, weigh int     // handles; −1 where there is none
	campaign                float64 // cycles, 0 without
	in, out                 []flowsheet.Stream
	own                     int      // signals of the furnace itself, before those of the lots,
	units                   []string // and their units
	each                    []int    // those in W that are of one furnace
}

// First states of a batch furnace.
const (
	lotsAtWork   = iota // 1 after Begin
	lotsClock           // s to the next charging by the clock
	lotsEmptying        // s since the feeders of the product bins were set
	lotsSet             // s in which they were set to empty the bins
	lotsCycles          // tapped since Begin
	lotsFirst
)

// States of one furnace.
const (
	ovenPhase   = iota // 0 free, 1 working, 2 standing
	ovenElapsed        // s of the phase
	ovenLength         // s
	ovenCampaign
	ovenHolds // first of its products
)

const (
	free = iota
	working
	standing
)

const lotsHeel = 0.25 // of a product bin, at which its feeder is set again

// setUp finds enthalpies and reads cycle_time and furnaces.
func (f *batchFurnace) setUp(what string, env flowsheet.Env, inlets, outlets []string) error {
	if err := f.setUpHearth(what, env, inlets, outlets); err != nil {
		return err
	}
	f.batch, f.lots.weigh = true, -1
	f.handle(env.Param, "cycle_time", "s", conf.Between(60, 30*86400))
	f.number = float64(env.Param.IntOr("furnaces", 1, 1, 1000))
	return nil
}

// spec reads the keys of the cycle and declares ports, states, handles and signals: those of the furnace, then those of its lots.
func (f *batchFurnace) spec(p *conf.Table, out []flowsheet.Port, signals []flowsheet.Variable) flowsheet.Spec {
	b := &f.lots
	b.own = len(signals)
	for _, s := range signals {
		b.units = append(b.units, s.Unit)
	}
	b.stand, b.weigh = -1, -1
	b.campaign = float64(p.IntOr("campaign", 0, 0, 1_000_000))
	still := 0.0
	if b.campaign > 0 || p.Has("standstill") {
		b.stand = f.quantityOr(p, "standstill", "s", 0, conf.Between(0, 365*86400))
		still = f.handles[b.stand].Value
	}
	switch {
	case b.campaign > 0 && !p.Has("charge_mass"):
		p.Fault("campaign", "needs charge_mass: by the clock alone the furnaces have no time to catch up after a standstill")
	case b.campaign == 0 && still > 0:
		p.Fault("standstill", "needs campaign, the number of cycles before it")
	}
	if p.Has("charge_mass") {
		b.weigh = f.quantityOr(p, "charge_mass", "kg", 0, conf.Between(1e-6, 1e6))
	}
	b.discharge = f.quantityOr(p, "discharge_time", "s", 2*f.handles[cycleTime].Value/f.number+still, conf.Between(0.01, 1e9))
	for k := range out {
		b.drawn = append(b.drawn, out[k].Drawn)
	}
	states := f.layOut()
	free := make([]int, len(states))
	for i := range free {
		free[i] = i
	}
	return flowsheet.Spec{In: ports(f.inlets), Out: out, Handles: f.handles, States: states, Free: free, Signals: append(signals, lotSignals...), Constants: f.constants()}
}

// quantityOr reads a handle with a default that is no constant. It returns its place.
func (f *batchFurnace) quantityOr(p *conf.Table, name, unit string, def float64, r conf.Range) int {
	f.handles = append(f.handles, flowsheet.Handle{Name: name, Unit: unit, Value: p.QuantityOr(name, unit, def, r), Lo: r.Lo, Hi: r.Hi})
	f.u = append(f.u, jet{})
	return len(f.handles) - 1
}

// layOut gives every state its place and name.
func (f *batchFurnace) layOut() (states []flowsheet.Variable) {
	b := &f.lots
	for i := f.solid[0]; i < f.solid[1]; i++ {
		b.take = append(b.take, i)
	}
	b.gases = len(b.take)
	b.give = append(b.give, b.take...)
	for i := f.gas[0]; i < f.gas[1]; i++ {
		b.give = append(b.give, i)
	}
	if f.gases {
		b.take = b.give
	}
	add := func(unit string, scale float64, name ...string) int {
		states = append(states, flowsheet.Variable{Name: strings.Join(name, "."), Unit: unit, Scale: scale})
		return len(states) - 1
	}
	amounts := func(of []int, at string) int {
		first := len(states)
		for _, i := range of {
			add("mol", 1, at, f.sys.Components[i].Name)
		}
		return first
	}
	add("1", 1, "at_work")
	add("s", 1e4, "clock")
	states[lotsClock].Lower = flowsheet.NoBound
	add("s", 1e4, "emptying")
	add("s", 1e4, "emptying_time")
	add("1", 1, "cycles_done")
	for _, port := range f.inlets {
		b.bins = append(b.bins, amounts(b.take, "bin."+port))
		add("mol K", 300, "bin", port, "n_T")
	}
	for _, port := range f.inlets {
		b.charged = append(b.charged, amounts(b.take, "charged."+port))
		add("K", 300, "charged", port, "T")
	}
	for j := range int(f.number) {
		oven := fmt.Sprintf("furnace%d", j+1)
		b.ovens = append(b.ovens, add("1", 1, oven, "phase"))
		add("s", 1e4, oven, "elapsed")
		add("s", 1e4, oven, "length")
		add("1", 1, oven, "campaign")
		for _, port := range f.outlets {
			amounts(b.give, oven+"."+port)
			add("K", 300, oven, port, "T")
		}
	}
	for _, port := range f.outlets {
		b.tapped = append(b.tapped, amounts(b.give, "tapped."+port))
		add("K", 300, "tapped", port, "T")
	}
	b.size = len(states)
	streams := func(n int) (all []flowsheet.Stream) {
		for range n {
			all = append(all, flowsheet.Stream{T: roomTemperature, N: make([]float64, len(f.sys.Components))})
		}
		return all
	}
	b.in, b.out = streams(len(f.inlets)), streams(len(f.outlets))
	return states
}

// atWork says that the furnace works by events.
func (b *lots) atWork(x []float64) bool { return len(x) > 0 && x[lotsAtWork] != 0 }

// holds is the place of an outlet's products in furnace j.
func (b *lots) holds(j, outlet int) int { return b.ovens[j] + ovenHolds + outlet*(len(b.give)+1) }

// phase of furnace j.
func (b *lots) phase(x []float64, j int) int { return int(math.Round(x[b.ovens[j]+ovenPhase])) }

// left is the share of its gas that furnace j has not given off.
func (b *lots) left(x []float64, j int) float64 {
	if x[b.ovens[j]+ovenLength] == 0 {
		return 0
	}
	return 1 - x[b.ovens[j]+ovenElapsed]/x[b.ovens[j]+ovenLength]
}

// leftTapped is the share of what was tapped that is still in the product bins.
func (b *lots) leftTapped(x []float64) float64 {
	if x[lotsSet] == 0 {
		return 0
	}
	return 1 - x[lotsEmptying]/x[lotsSet]
}

// Held adds what the charge bin, the furnaces and the product bins hold; what is still to be drawn counts against it.
func (f *batchFurnace) Held(x, n []float64) {
	b := &f.lots
	if !b.atWork(x) {
		return
	}
	for _, at := range b.bins {
		for k, i := range b.take {
			n[i] += x[at+k]
		}
	}
	for k := range b.tapped {
		sign := 1.0
		if b.drawn[k] {
			sign = -1
		}
		for j := range b.ovens {
			if b.phase(x, j) != working {
				continue
			}
			at, left := b.holds(j, k), b.left(x, j)
			for g, i := range b.give[:b.gases] {
				n[i] += sign * x[at+g]
			}
			for g, i := range b.give[b.gases:] {
				n[i] += sign * left * x[at+b.gases+g]
			}
		}
		left := b.leftTapped(x)
		for g, i := range b.give {
			n[i] += sign * left * x[b.tapped[k]+g]
		}
	}
}

// between is a stage between events: bins fill, clocks go, all else stays. With dprev it carries a direction instead.
func (f *batchFurnace) between(rate float64, prev, x []float64, in, din []flowsheet.Stream) {
	b := &f.lots
	copy(x, prev)
	h := 1 / rate
	if din == nil {
		x[lotsClock] -= h
		x[lotsEmptying] += h
		for _, at := range b.ovens {
			if math.Round(prev[at+ovenPhase]) != free {
				x[at+ovenElapsed] += h
			}
		}
	}
	for p, at := range b.bins {
		for k, i := range b.take {
			if din == nil {
				x[at+k] += h * in[p].N[i]
				x[at+len(b.take)] += h * in[p].N[i] * in[p].T
			} else {
				x[at+k] += h * din[p].N[i]
				x[at+len(b.take)] += h * (din[p].N[i]*in[p].T + in[p].N[i]*din[p].T)
			}
		}
	}
}

// flows fills the outlets at the states x, which move along dx (nil: they rest).
func (f *batchFurnace) flows(x, dx []float64) {
	b := &f.lots
	at := func(i int) jet {
		if dx == nil {
			return num(x[i])
		}
		return jet{v: x[i], d: dx[i]}
	}
	for k := range f.out {
		clear(f.out[k])
		moles, heat := jet{}, jet{}
		give := func(from, first int, time jet) {
			T := at(from + len(b.give))
			for g := first; g < len(b.give); g++ {
				if n := at(from + g); n != (jet{}) {
					n = n.div(time)
					f.out[k][b.give[g]] = f.out[k][b.give[g]].add(n)
					moles, heat = moles.add(n), heat.add(n.mul(T))
				}
			}
		}
		if set := at(lotsSet); set.v > 0 {
			give(b.tapped[k], 0, set)
		}
		for j := range b.ovens {
			if b.phase(x, j) == working {
				give(b.holds(j, k), b.gases, at(b.ovens[j]+ovenLength))
			}
		}
		if f.outT[k] = at(b.tapped[k] + len(b.give)); moles.v > 0 {
			f.outT[k] = heat.div(moles)
		}
	}
}

// Solve computes one cycle and gives its average; at work by events, one stage between them.
func (f *batchFurnace) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if st.Rate > 0 && f.lots.atWork(st.Prev) {
		if err := f.load(u, in, nil, nil); err != nil {
			return err
		}
		f.between(st.Rate, st.Prev[:len(x)], x, in, nil)
		f.flows(x, nil)
		return f.give(out)
	}
	if clear(x); st.Rate > 0 {
		copy(x, st.Prev)
	}
	return f.furnace.Solve(st, u, x, in, out)
}

// Tangent is exact, in either way of working.
func (f *batchFurnace) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, dprev []float64,
	din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	if st.Rate > 0 && f.lots.atWork(st.Prev) {
		f.between(st.Rate, dprev[:len(x)], dx, in, din)
		f.flows(x, dx)
		return f.giveTangent(dout)
	}
	if clear(dx); st.Rate > 0 {
		copy(dx, dprev)
	}
	return f.furnace.Tangent(st, u, x, in, out, du, dprev, din, dx, dout)
}
