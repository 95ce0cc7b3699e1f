package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// Tangent differentiates tank after tank at the point of the last Solve: the direction of the supply and of the handles
// gives, by the slopes of the residuals, that of the unknowns, and with them that of the extents and of everything else.
func (l *LeachTrain) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, dprev []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	mergeTangent(l.system, in, out[leachLiquid].T, din, &dout[leachLiquid])
	d := l.along // direction of the supply of a tank, then of its total
	copy(d, dout[leachLiquid].N)
	var dleaves, dstays [2]float64
	for k := range l.tanks {
		p := &l.tanks[k]
		if k > 0 {
			before := &l.tanks[k-1]
			for _, i := range l.held {
				d[i] = dleaves[l.side[i]]*before.total[i] + before.leaves[l.side[i]]*d[i]
			}
		}
		if dprev != nil {
			prev := l.holdup(dprev, k)
			for s, i := range l.held {
				d[i] += st.Rate * prev[s]
			}
		}
		l.explicit(p, u, in, du, din)
		dunknown, dvolume, ok := l.implicit(p, u, du)
		if !ok {
			return fmt.Errorf("tank %d: singular slopes at pH %.4g", k+1, -p.unknown[leachLnH]/math.Ln10)
		}
		dleaves, dstays = p.weirDirection(dvolume, du)
		holdup, unknowns := l.holdup(dx, k), l.unknowns(dx, k)
		for s, i := range l.held {
			holdup[s] = dstays[l.side[i]]*p.total[i] + p.stays[l.side[i]]*d[i]
		}
		unknowns[leachLnH], unknowns[leachLnSolids], unknowns[leachLnFlow] = dunknown[leachLnH], 0, 0
		dln := dleaves[leachSolid] / p.leaves[leachSolid]
		if p.leaves[leachSolid] > 0 && p.hasSolids {
			unknowns[leachLnSolids] = dunknown[leachLnSolids] + dln
		}
		if p.leaves[leachSolid] > 0 && p.hasSlurry {
			unknowns[leachLnFlow] = dunknown[leachLnFlow] + dln
		}
	}
	l.dischargeTangent(dleaves, d, dout)
	return nil
}

// explicit writes the directions of the extents while the unknowns rest.
func (l *LeachTrain) explicit(p *leachTank, u []float64, in []flowsheet.Stream, du []float64, din []flowsheet.Stream) {
	dlnCrest, dlnReference := du[leachVolume]/u[leachVolume], 0.0
	switch {
	case p.tie > 0:
		fed, dfed := in[0].N[l.tie]+in[1].N[l.tie], din[0].N[l.tie]+din[1].N[l.tie]
		dlnReference = l.along[l.tie]/p.supply[l.tie] - dfed/fed
	case p.rate > 0 && p.leaching: // c, see conditions
		dlnReference = p.rate*du[leachWeirTime]/(1+p.rate*p.weir) - p.core*du[leachVolume]/p.crest
	}
	for j := range l.oxides {
		o, g := &l.oxides[j], &p.grains[j]
		dxi := g.perB * l.along[o.solid]
		if g.perK > 0 {
			dlnU0 := dlnReference + (din[0].N[o.solid]+din[1].N[o.solid])/g.fed
			dk := g.kOfB*du[o.b] + g.k*(p.unknown[leachLnH]*du[o.a]+dlnCrest)
			dxi += g.perK * (dk - g.k*dlnU0*2/3)
		}
		l.dextent[j] = dxi
	}
}

// implicit solves for the directions of the unknowns, and turns that of the supply into that of the total. It gives the
// directions of the volumes of liquid and solid too, and is false when the slopes are singular.
func (l *LeachTrain) implicit(p *leachTank, u, du []float64) (dunknown [leachUnknowns]float64, dvolume [2]float64, ok bool) {
	d := l.along
	dsulfate, dsolution, dslurry, dsolids := 0.0, 0.0, 0.0, 0.0
	if l.sulfate >= 0 {
		dsulfate = d[l.sulfate]
	}
	for _, i := range l.held {
		c := &l.system.Components[i]
		dslurry += c.V * d[i]
		if c.Phase == chem.Aqueous {
			dsolution += c.V * d[i]
		}
	}
	for _, i := range l.inert {
		dsolids += l.system.Components[i].M * d[i]
	}
	bisulfate := p.h / (l.ka2 + p.h)
	dacid := dsulfate*bisulfate + p.h*dsolution
	dvolume = [2]float64{dsolution, dslurry - dsolution}
	for j := range l.oxides {
		o, dxi := &l.oxides[j], l.dextent[j]
		dacid += (o.acids + p.h*o.solution) * dxi
		dsolids += o.mass * (d[o.solid] - dxi)
		dvolume[leachLiquid] += o.solution * dxi
		dvolume[leachSolid] += (o.slurry - o.solution) * dxi
	}
	if p.hasAcid {
		dunknown[leachLnH] = d[l.acid]/p.bAcid - dacid/p.acid
	}
	if p.hasSolids {
		dunknown[leachLnSolids] = dsolids / p.solids
	}
	if p.hasSlurry {
		dunknown[leachLnFlow] = along(&p.over.dln, dvolume, du)
	}
	if !solve3(&p.slope, &dunknown) {
		return dunknown, dvolume, false
	}
	for j := range l.oxides {
		o, g := &l.oxides[j], &p.grains[j]
		dxi := l.dextent[j] + g.perK*g.k*(u[o.a]*dunknown[leachLnH]+dunknown[leachLnSolids]+p.flowToK*dunknown[leachLnFlow])
		d[o.solid] -= dxi
		d[o.metal] += o.metals * dxi
		d[l.water] += o.waters * dxi
		d[l.acid] -= o.acids * dxi
		dslurry += o.slurry * dxi
		dsolution += o.solution * dxi
	}
	if p.hasAcid {
		ion := l.ka2 / (l.ka2 + p.h)
		d[l.acid] = p.h * (dsolution + dunknown[leachLnH]*p.solution + (dsulfate+dunknown[leachLnH]*p.bSulfate*ion)/(l.ka2+p.h))
	}
	return dunknown, [2]float64{dsolution, dslurry - dsolution}, true
}

// weirDirection differentiates leaves and stays.
func (p *leachTank) weirDirection(dvolume [2]float64, du []float64) (dleaves, dstays [2]float64) {
	if p.over.below || !p.hasSlurry {
		return dleaves, dstays
	}
	dtheta := along(&p.over.dtheta, dvolume, du)
	for side, d := range [2]float64{dtheta, p.ratio*dtheta + du[leachRatio]*p.over.theta} {
		square := p.leaves[side] * p.leaves[side]
		dleaves[side], dstays[side] = -p.rate*d*square, d*square
	}
	return dleaves, dstays
}

// dischargeTangent differentiates discharge; d is the direction of the last tank's total.
func (l *LeachTrain) dischargeTangent(dleaves [2]float64, d []float64, dout []flowsheet.Stream) {
	liquid, solid := dout[leachLiquid], &dout[leachSolid]
	p := &l.tanks[len(l.tanks)-1]
	for _, i := range l.held {
		liquid.N[i] = dleaves[l.side[i]]*p.total[i] + p.leaves[l.side[i]]*d[i]
	}
	solid.Zero(liquid.T)
	first, end := l.system.Span(chem.Solid)
	copy(solid.N[first:end], liquid.N[first:end])
	clear(liquid.N[first:end])
}
