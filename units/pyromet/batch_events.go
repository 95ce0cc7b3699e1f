package pyromet

import (
	"math"

	"reetwin/flowsheet"
)

// everyCharge is the time between two chargings, s, and the mass of one, kg, at inlets of so many kg/s: what the steady state takes. By weight
// it is +Inf without a feed.
func (f *furnace) everyCharge(u []float64, mass float64) (time, charge float64) {
	if f.lots.weigh >= 0 {
		charge = u[f.lots.weigh]
		if time = charge / mass; mass == 0 {
			charge, time = 0, math.Inf(1)
		}
		return time, charge
	}
	time = u[cycleTime] / f.number
	return time, mass * time
}

// utilisation is the share of the furnaces' time, standstills included, that the charges take.
func (f *batchFurnace) utilisation(u []float64, mass float64) float64 {
	every, _ := f.everyCharge(u, mass)
	return f.turn(u) / f.number / every
}

// turn is the time of a cycle with its share of the standstill.
func (f *furnace) turn(u []float64) float64 {
	if f.lots.campaign > 0 {
		return u[cycleTime] + u[f.lots.stand]/f.lots.campaign
	}
	return u[cycleTime]
}

// mass of all inlets, kg/s.
func (f *furnace) mass(in []flowsheet.Stream) (sum float64) {
	for k := range in {
		sum += f.sys.Mass(in[k].N)
	}
	return sum
}

// binMass is what the charge bin holds, kg.
func (f *batchFurnace) binMass(x []float64) (sum float64) {
	for _, at := range f.lots.bins {
		for k, i := range f.lots.take {
			sum += x[at+k] * f.sys.Components[i].M
		}
	}
	return sum
}

// emptying is the share of a product bin that is left a time after tapping, and the mean share until then, with a feeder set to set.
func emptying(set, time float64) (left, mean float64) {
	if math.IsInf(time, 1) {
		return 0, 0
	}
	span := (1 - lotsHeel) * set
	n := math.Floor(time / span)
	share, rest := math.Pow(lotsHeel, n), time-n*span
	sum := (1-share)/(1-lotsHeel)*span*(1+lotsHeel)/2 + share*rest*(1-rest/(2*set))
	return share * (1 - rest/set), sum / time
}

// Begin is regular operation: the first furnace has just been charged, the others follow at the same distance, and the product bins are as full
// as they are at that time, cycle for cycle. More feed than the furnaces take lets the charge bin grow from there.
func (f *batchFurnace) Begin(u, x []float64, in, out []flowsheet.Stream) error {
	b := &f.lots
	clear(x)
	x[lotsAtWork] = 1
	every, _ := f.everyCharge(u, f.mass(in))
	x[lotsClock], x[lotsSet] = every, u[b.discharge]
	if b.weigh >= 0 {
		x[lotsClock] = 0
	}
	for k := range in {
		for g, i := range b.take {
			x[b.charged[k]+g] = 0
			if !math.IsInf(every, 1) {
				x[b.charged[k]+g] = in[k].N[i] * every
			}
		}
		x[b.charged[k]+len(b.take)] = in[k].T
	}
	for k := range b.tapped {
		x[b.tapped[k]+len(b.give)] = out[k].T
	}
	if math.IsInf(every, 1) || f.mass(in) == 0 {
		return nil
	}
	if err := f.fill(u, x, 0); err != nil {
		return err
	}
	every = math.Max(every, f.turn(u)/f.number)
	busy := int(math.Min(f.number, math.Max(1, math.Ceil(u[cycleTime]/every*(1-1e-12)))))
	for j := range busy {
		if j > 0 {
			copy(x[b.ovens[j]:b.ovens[j]+b.ovenSize()], x[b.ovens[0]:])
		}
		x[b.ovens[j]+ovenElapsed] = float64(j) * every
		x[b.ovens[j]+ovenCampaign] = 1 + math.Floor(float64(j)*b.campaign/f.number)
	}
	x[lotsCycles] = 0
	f.beginBins(u, x, every, math.Max(0, float64(busy)*every-u[cycleTime]))
	return nil
}

// beginBins fills the product bins as they are so long after the last tapping, one coming every so often.
func (f *batchFurnace) beginBins(u, x []float64, every, since float64) {
	b := &f.lots
	set := u[b.discharge]
	share, _ := emptying(set, every)
	span := (1 - lotsHeel) * set
	n := math.Floor(since / span)
	x[lotsEmptying] = since - n*span
	for k := range b.tapped {
		for g := range b.gases {
			x[b.tapped[k]+g] = x[b.holds(0, k)+g] / (1 - share) * math.Pow(lotsHeel, n)
		}
	}
}

func (b *lots) ovenSize() int { return ovenHolds + len(b.tapped)*(len(b.give)+1) }

// clearOven sets a furnace free.
func (f *batchFurnace) clearOven(x []float64, j int) {
	b := &f.lots
	x[b.ovens[j]+ovenPhase], x[b.ovens[j]+ovenElapsed], x[b.ovens[j]+ovenLength] = free, 0, 0
	for k := range b.tapped {
		clear(x[b.holds(j, k) : b.holds(j, k)+len(b.give)])
	}
}

// idle is the first furnace that is free, −1 without.
func (f *batchFurnace) idle(x []float64) int {
	for j := range f.lots.ovens {
		if f.lots.phase(x, j) == free {
			return j
		}
	}
	return -1
}

// Due is the time to the next charging, tapping, end of a standstill, or setting of the feeders.
func (f *batchFurnace) Due(u, x []float64, in []flowsheet.Stream) float64 {
	b := &f.lots
	if !b.atWork(x) {
		return math.Inf(1)
	}
	due := math.Inf(1)
	for j, at := range b.ovens {
		if b.phase(x, j) != free {
			due = math.Min(due, x[at+ovenLength]-x[at+ovenElapsed])
		}
	}
	if f.anyTapped(x) {
		due = math.Min(due, (1-lotsHeel)*x[lotsSet]-x[lotsEmptying])
	}
	if f.idle(x) < 0 {
		return due
	}
	if b.weigh < 0 {
		return math.Min(due, x[lotsClock])
	}
	short, flow := u[b.weigh]-f.binMass(x), f.mass(in)
	switch {
	case math.Abs(short) <= 1e-12*u[b.weigh]:
		return math.Min(due, 0)
	case flow > 0:
		return math.Min(due, short/flow)
	case short < 0:
		return math.Inf(-1)
	}
	return due
}

// anyTapped says whether anything is in the product bins.
func (f *batchFurnace) anyTapped(x []float64) bool {
	for _, at := range f.lots.tapped {
		for g := range f.lots.give {
			if x[at+g] != 0 {
				return true
			}
		}
	}
	return false
}

// Fire taps, ends standstills, sets the feeders, and charges the furnaces that are free.
func (f *batchFurnace) Fire(u, x []float64) error {
	b := &f.lots
	for j, at := range b.ovens {
		if p := b.phase(x, j); p != free && x[at+ovenLength]-x[at+ovenElapsed] <= flowsheet.EventTol {
			if p == working {
				f.tap(u, x, j)
			} else {
				f.clearOven(x, j)
			}
		}
	}
	if (1-lotsHeel)*x[lotsSet]-x[lotsEmptying] <= flowsheet.EventTol {
		f.settle(x)
		if !f.anyTapped(x) {
			x[lotsSet] = u[b.discharge]
		}
	}
	for j := f.idle(x); j >= 0 && f.ready(u, x); j = f.idle(x) {
		if err := f.chargeOven(u, x, j); err != nil {
			return err
		}
	}
	return nil
}

// ready says whether a free furnace is to be charged. By the clock, one without anything to charge waits for the next time.
func (f *batchFurnace) ready(u, x []float64) bool {
	b := &f.lots
	mass := f.binMass(x)
	if b.weigh >= 0 {
		return mass >= u[b.weigh]*(1-1e-9)
	}
	if x[lotsClock] > flowsheet.EventTol {
		return false
	}
	every := u[cycleTime] / f.number
	if x[lotsClock] += every; x[lotsClock] < 0.99*every { // no furnace was free in time: the clock begins anew
		x[lotsClock] = every
	}
	return mass > 0
}

// settle writes down what the product bins hold now, and starts their clock.
func (f *batchFurnace) settle(x []float64) {
	left := f.lots.leftTapped(x)
	for _, at := range f.lots.tapped {
		for g := range f.lots.give {
			x[at+g] *= left
		}
	}
	x[lotsEmptying] = 0
}

// tap empties furnace j into the product bins and sets their feeders.
func (f *batchFurnace) tap(u, x []float64, j int) {
	b := &f.lots
	f.settle(x)
	left := b.left(x, j) // of the gas: rounding
	for k, to := range b.tapped {
		from := b.holds(j, k)
		there, comes := 0.0, 0.0
		for g := range b.give {
			n := x[from+g]
			if g >= b.gases {
				n *= left
			}
			there, comes = there+math.Abs(x[to+g]), comes+math.Abs(n)
			x[to+g] += n
		}
		T := &x[to+len(b.give)]
		if new := x[from+len(b.give)]; comes > 0 && *T != new {
			*T = (there**T + comes*new) / (there + comes)
		}
	}
	x[lotsSet] = u[b.discharge]
	x[lotsCycles]++
	done := x[b.ovens[j]+ovenCampaign]
	f.clearOven(x, j)
	if b.campaign > 0 && done >= b.campaign && u[b.stand] > 0 {
		x[b.ovens[j]+ovenPhase], x[b.ovens[j]+ovenLength], x[b.ovens[j]+ovenCampaign] = standing, u[b.stand], 0
	}
}

// chargeOven takes a charge from the bin, all of it by the clock, and starts furnace j.
func (f *batchFurnace) chargeOven(u, x []float64, j int) error {
	b := &f.lots
	share := 1.0
	if b.weigh >= 0 {
		share = math.Min(1, u[b.weigh]/f.binMass(x))
	}
	n := len(b.take)
	for k, at := range b.bins {
		lot, moles := b.charged[k], 0.0
		for g := range b.take {
			moles += x[at+g]
			x[lot+g] = share * x[at+g]
			x[at+g] -= x[lot+g]
		}
		if moles > 0 {
			x[lot+n] = x[at+n] / moles
			x[at+n] -= share * x[at+n]
		}
	}
	return f.fill(u, x, j)
}

// fill computes the cycle of the charge in x and puts its products into furnace j.
func (f *batchFurnace) fill(u, x []float64, j int) error {
	b := &f.lots
	f.chargedFlows(u, x)
	if err := f.load(u, b.in, nil, nil); err != nil {
		return err
	}
	if err := f.cycle(); err != nil {
		return err
	}
	at := b.ovens[j]
	x[at+ovenPhase], x[at+ovenElapsed], x[at+ovenLength] = working, 0, u[cycleTime]
	x[at+ovenCampaign]++
	for k := range b.tapped {
		to := b.holds(j, k)
		for g, i := range b.give {
			x[to+g] = f.out[k][i].v * u[cycleTime] / f.number
		}
		x[to+len(b.give)] = f.outT[k].v
	}
	return nil
}

// chargedFlows writes the last charge as the mean flows of all furnaces, were each charged with it anew every cycle_time.
func (f *batchFurnace) chargedFlows(u, x []float64) {
	b := &f.lots
	for k, at := range b.charged {
		for g, i := range b.take {
			b.in[k].N[i] = x[at+g] * f.number / u[cycleTime]
		}
		b.in[k].T = x[at+len(b.take)]
	}
}
