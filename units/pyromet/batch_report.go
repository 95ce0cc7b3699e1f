package pyromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
)

// rounding is the share by which a reagent has to fall short of what it meets before a furnace warns of it. Both are known to
// flowsheet.MaxClosure of their flow, the largest imbalance that a result may have, their ratio to twice that: a control that holds an excess of 0 leaves no shortage.
const rounding = 2 * flowsheet.MaxClosure

// Signals of the lots, after those of the furnace itself. In the steady state they are the means over a cycle.
const (
	lotsBin       = iota // kg in the charge bin
	lotsInside           // kg in the furnaces
	lotsTapped           // kg in the product bins
	lotsWorking          // furnaces at work
	lotsStanding         // furnaces at a standstill
	lotsProgress         // of the cycle of the first furnace; 0 when it does not work
	lotsDone             // cycles tapped since the beginning
	lotsTimeTaken        // share of the furnaces' time that the feed takes
)

var lotSignals = []flowsheet.Variable{
	lotsBin: {Name: "charge_bin", Unit: "kg", Scale: 10}, lotsInside: {Name: "in_furnaces", Unit: "kg", Scale: 10}, lotsTapped: {Name: "product_bins", Unit: "kg", Scale: 10},
	lotsWorking: {Name: "working", Unit: "1", Scale: 1}, lotsStanding: {Name: "standing", Unit: "1", Scale: 1}, lotsProgress: {Name: "progress", Unit: "1", Scale: 1},
	lotsDone: {Name: "cycles", Unit: "1", Scale: 1}, lotsTimeTaken: {Name: "utilisation", Unit: "1", Scale: 1},
}

// batchWords is what Explain says of the cycle.
const batchWords = `Batches: the steady state gives the average of one cycle.
In time (reetwin run) the feed gathers in a charge bin; a furnace is charged by the clock or by charge_mass and shut for cycle_time.
It is tapped into product bins, emptied within discharge_time; after campaign cycles it stands for standstill.
`

// InTime names the signals to show of a run in time.
func (f *batchFurnace) InTime() (names []string) {
	for _, s := range lotSignals {
		names = append(names, s.Name)
	}
	return names
}

// Observe writes the signals of the furnace, in time those of the last charge with its powers by the share of the furnaces at work; then what bins
// and furnaces hold (kg), how many work and stand, the progress of the first, cycles done, and the utilisation.
func (f *batchFurnace) Observe(u, x []float64, in, out []flowsheet.Stream, y []float64) {
	b := &f.lots
	own, lots := y[:b.own], y[b.own:]
	clear(lots)
	lots[lotsTimeTaken] = f.utilisation(u, f.mass(in))
	if !b.atWork(x) {
		f.observe(u, in, out, own)
		f.meanLots(u, in, out, lots)
		return
	}
	for j := range b.ovens {
		switch b.phase(x, j) {
		case working:
			lots[lotsWorking]++
		case standing:
			lots[lotsStanding]++
		}
	}
	if b.phase(x, 0) == working {
		lots[lotsProgress] = 1 - b.left(x, 0)
	}
	lots[lotsBin], lots[lotsDone] = f.binMass(x), x[lotsCycles]
	lots[lotsInside], lots[lotsTapped] = f.holdings(x)
	clear(own)
	if !f.lastCharge(u, x) {
		return
	}
	f.observe(u, b.in, b.out, own)
	for i, s := range b.units {
		if s == "W" && !slices.Contains(b.each, i) {
			own[i] *= lots[lotsWorking] / f.number
		}
	}
}

// lastCharge puts the last charge and its products into the streams of the lots, as means over its cycle.
func (f *batchFurnace) lastCharge(u, x []float64) bool {
	f.chargedFlows(u, x)
	return f.load(u, f.lots.in, nil, nil) == nil && f.cycle() == nil && f.give(f.lots.out) == nil
}

// holdings is what furnaces and product bins hold, kg.
func (f *batchFurnace) holdings(x []float64) (inside, tapped float64) {
	b := &f.lots
	for k := range b.tapped {
		sign := 1.0
		if b.drawn[k] {
			sign = -1
		}
		mass := func(at, from, to int) (sum float64) {
			for g := from; g < to; g++ {
				sum += x[at+g] * f.sys.Components[b.give[g]].M
			}
			return sign * sum
		}
		for j := range b.ovens {
			if b.phase(x, j) == working {
				inside += mass(b.holds(j, k), 0, b.gases) + b.left(x, j)*mass(b.holds(j, k), b.gases, len(b.give))
			}
		}
		tapped += b.leftTapped(x) * mass(b.tapped[k], 0, len(b.give))
	}
	return inside, tapped
}

// meanLots writes the means over a cycle at the steady state.
func (f *batchFurnace) meanLots(u []float64, in, out []flowsheet.Stream, y []float64) {
	b := &f.lots
	every, charge := f.everyCharge(u, f.mass(in))
	if charge == 0 {
		return
	}
	every = math.Max(every, f.turn(u)/f.number)
	y[lotsWorking] = u[cycleTime] / every
	if b.campaign > 0 {
		y[lotsStanding] = u[b.stand] / b.campaign / every
	}
	y[lotsProgress] = y[lotsWorking] / f.number / 2
	y[lotsBin] = charge / 2
	solids, gases := 0.0, 0.0
	for k := range out {
		for i, n := range out[k].N {
			m := n * f.sys.Components[i].M
			switch {
			case b.drawn[k]:
				gases -= m
			case i >= f.gas[0] && i < f.gas[1]:
				gases += m
			default:
				solids += m
			}
		}
	}
	y[lotsInside] = (solids + gases/2) * u[cycleTime]
	left, mean := emptying(u[b.discharge], every)
	y[lotsTapped] = solids * every / (1 - left) * mean
}

// Report is that of the furnace, in time of the last charge; it warns of furnaces that are short ("furnaces_short").
func (f *batchFurnace) Report(u, x []float64, in, out []flowsheet.Stream) flowsheet.Report {
	b := &f.lots
	used := f.utilisation(u, f.mass(in))
	if b.atWork(x) && f.lastCharge(u, x) {
		in, out = b.in, b.out
	}
	report := f.report(u, in, out)
	if used > 1+1e-9 {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "furnaces_short", Where: "charge_mass", Value: used, Limit: 1, Unit: "1",
			Text: fmt.Sprintf("charges of %.4g kg take %.4g %% of the time of the furnaces: the charge bin fills", u[b.weigh], 100*used)})
	}
	return report
}
