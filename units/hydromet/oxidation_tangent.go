package hydromet

import (
	"fmt"

	"reetwin/flowsheet"
)

// Tangent differentiates the closed stage: the extents move so that each reaction stays at its rate.
func (o *OxidationTank) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, dprev []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	w, dslurry, n := o.water, &dout[slurryPort], len(o.reactions)
	T := x[o.at.memory-1]
	mass, heat := mergeTangent(o.system, in, T, din, dslurry)
	inflow := 0.0
	for k := range in {
		inflow += w.flowOfWater(in[k].N)
	}
	ddosed := 0.0
	if o.at.dosing >= 0 {
		ddosed = (du[o.at.dosing]*inflow + u[o.at.dosing]*w.flowOfWater(dslurry.N)) / o.density
		dslurry.N[o.peroxide] += ddosed
	}
	o.supply(st.Rate, dslurry.N, dprev, o.dg)
	dkg := w.flowOfWater(o.dg)
	spill := weirOf(st.Rate, w.kg/o.density, u)
	dleaves, dstays := spill.direction(st.Rate, dkg/o.density, u, du)
	dT := dslurry.T
	if st.Rate > 0 {
		dT = o.temperatureAlong(st, spill, x, dstays, mass, heat, dprev)
	}
	w.gather(o.dg, w.dtotal)
	if err := w.along(w.dtotal, 0, dT, 0, w.dx); err != nil {
		return err
	}
	peroxide := 0.0
	if o.peroxide >= 0 { // per a constant kg
		peroxide = o.dg[o.peroxide] / w.kg
	}
	// The Jacobian first: it uses the same scratch.
	copy(o.unit, w.dtotal)
	if err := o.linearise(u, spill.stays); err != nil {
		return err
	}
	dc := o.ratesAlong(u, du, o.unit, w.dx, peroxide, dT, dstays, dkg/w.kg, o.dir)
	for r := range n {
		o.jacobian[r][n] = o.dir[r]
	}
	if !o.solveStep() {
		return fmt.Errorf("the oxidation has no tangent")
	}
	dextents := o.dextent
	copy(dextents, o.step)
	memory := dx[o.at.memory:o.at.left]
	copy(memory, w.dx)
	copy(o.dafter, o.unit)
	for r, d := range dextents {
		for i, v := range o.slopes[r] {
			memory[i] += d * v
		}
		for j, v := range o.reactions[r].totals {
			o.dafter[j] += d * v
		}
	}
	dc += o.oxygenAlong(u, dextents)
	dx[o.at.oxygen] = dc
	o.deliverAlong(x, dx, spill, dleaves, dstays, dkg, dT, ddosed, out, dout)
	return nil
}

// oxygenAlong is what the extents do to dissolved oxygen.
func (o *OxidationTank) oxygenAlong(u, dextents []float64) (dc float64) {
	for q, d := range dextents {
		dc += d * o.ratesAlong(u, nil, o.reactions[q].totals, o.slopes[q], 0, 0, 0, 0, o.dir)
	}
	return dc
}

// temperatureAlong is dT of the tank in time.
func (o *OxidationTank) temperatureAlong(st *flowsheet.Stage, spill weir, x []float64, dstays, mass, heat float64, dprev []float64) float64 {
	last := o.at.memory - 1
	before := o.system.Mass(o.supplied())
	held := st.Rate * spill.stays * before
	dheld := st.Rate * (dstays*before + spill.stays*o.system.Mass(o.dg))
	heat += dheld * (st.Prev[last] - x[last])
	if dprev != nil {
		heat += held * dprev[last]
	}
	return heat / (mass + held)
}

// supplied is the supply before the reactions: what g holds is after them.
func (o *OxidationTank) supplied() []float64 {
	copy(o.gBefore, o.g)
	for r, xi := range o.extent {
		for j, v := range o.reactions[r].totals {
			o.gBefore[o.water.at[j]] -= v * xi * o.water.kg
		}
		for _, p := range o.reactions[r].others {
			o.gBefore[p.Component] -= p.Count * xi * o.water.kg
		}
	}
	return o.gBefore
}

// deliverAlong is the product rule on deliver.
func (o *OxidationTank) deliverAlong(x, dx []float64, spill weir, dleaves, dstays, dkg, dT, ddosed float64, out, dout []flowsheet.Stream) {
	w, dslurry := o.water, &dout[slurryPort]
	memory, dmemory := x[o.at.memory:o.at.left], dx[o.at.memory:o.at.left]
	left, dleft := x[o.at.left:o.at.oxygen], dx[o.at.left:o.at.oxygen]
	for r := range left { // before dg holds what has reacted
		if key := o.reactions[r].key; key >= 0 {
			dleft[r] = o.dafter[key]
		} else {
			dleft[r] = o.dg[o.peroxide]/w.kg - o.dextent[r]
		}
		dleft[r] -= left[r] * dkg / w.kg
	}
	doxygen := 0.0
	for r, d := range o.dextent {
		doxygen += o.reactions[r].oxygen * d * w.kg
		for _, p := range o.reactions[r].others {
			o.dg[p.Component] += p.Count * d * w.kg
		}
	}
	for j, i := range w.at {
		o.dg[i] = w.kg * o.dafter[j]
	}
	k := 0
	for i, held := range o.held {
		dslurry.N[i] = 0
		if held {
			dslurry.N[i] = o.dg[i]*spill.leaves + o.g[i]*dleaves
			dx[k] = o.dg[i]*spill.stays + o.g[i]*dstays
			k++
		}
	}
	dx[k] = dT
	if spill.leaves > 0 {
		kg := w.kg
		w.kg *= spill.leaves
		w.putTangent(o.dafter, dmemory, dslurry.N)
		w.kg = kg
		grow := dleaves / spill.leaves
		for _, i := range w.at {
			dslurry.N[i] += grow * out[slurryPort].N[i]
		}
		w.counted(func(i int) { dslurry.N[i] += grow * out[slurryPort].N[i] })
	}
	for k := range dout {
		dout[k].T = dT
	}
	clear(dout[1].N)
	gas, _ := o.system.Index("O2(g)")
	dout[1].N[gas] = doxygen
	if o.at.dosing >= 0 {
		clear(dout[2].N)
		dout[2].N[o.peroxide] = ddosed
	}
	w.per(memory, dmemory, dkg)
}
