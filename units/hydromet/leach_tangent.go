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
	dleaves := 0.0
	for k := range l.tanks {
		p := &l.tanks[k]
		if k > 0 {
			before := &l.tanks[k-1]
			for _, i := range l.held {
				d[i] = dleaves*before.total[i] + before.leaves*d[i]
			}
		}
		if dprev != nil {
			prev := l.holdup(dprev, k)
			for s, i := range l.held {
				d[i] += st.Rate * prev[s]
			}
		}
		l.explicit(p, u, in, du, din)
		dunknown, dslurry, ok := l.implicit(p, u)
		if !ok {
			return fmt.Errorf("tank %d: singular slopes at pH %.4g", k+1, -p.unknown[leachLnH]/math.Ln10)
		}
		var dstays float64
		dleaves, dstays = p.weirDirection(dslurry, du)
		holdup, unknowns := l.holdup(dx, k), l.unknowns(dx, k)
		for s, i := range l.held {
			holdup[s] = dstays*p.total[i] + p.stays*d[i]
		}
		unknowns[leachLnH], unknowns[leachLnSolids], unknowns[leachLnFlow] = dunknown[leachLnH], 0, 0
		if p.leaves > 0 && p.hasSolids {
			unknowns[leachLnSolids] = dunknown[leachLnSolids] + dleaves/p.leaves
		}
		if p.leaves > 0 && p.hasSlurry {
			unknowns[leachLnFlow] = dunknown[leachLnFlow] + dleaves/p.leaves
		}
	}
	l.dischargeTangent(dleaves, d, dout)
	return nil
}

// explicit writes the directions of the extents while the unknowns rest.
func (l *LeachTrain) explicit(p *leachTank, u []float64, in []flowsheet.Stream, du []float64, din []flowsheet.Stream) {
	dlnCrest, dlnReference := 0.0, 0.0
	if !p.below {
		dlnCrest = du[leachVolume] / u[leachVolume]
	}
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

// implicit solves for the directions of the unknowns, and turns that of the supply into that of the total. It is
// false when the slopes are singular.
func (l *LeachTrain) implicit(p *leachTank, u []float64) (dunknown [leachUnknowns]float64, dslurry float64, ok bool) {
	d := l.along
	dsulfate, dsolution, dsolids := 0.0, 0.0, 0.0
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
	dacid, dgrowth := dsulfate*bisulfate+p.h*dsolution, 0.0
	for j := range l.oxides {
		o, dxi := &l.oxides[j], l.dextent[j]
		dacid += (o.acids + p.h*o.solution) * dxi
		dsolids += o.mass * (d[o.solid] - dxi)
		dgrowth += o.slurry * dxi
	}
	if p.hasAcid {
		dunknown[leachLnH] = d[l.acid]/p.bAcid - dacid/p.acid
	}
	if p.hasSolids {
		dunknown[leachLnSolids] = dsolids / p.solids
	}
	if p.hasSlurry {
		dunknown[leachLnFlow] = (dslurry + dgrowth) / p.slurry
	}
	if !solve3(&p.slope, &dunknown) {
		return dunknown, 0, false
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
	return dunknown, dslurry, true
}

// weirDirection differentiates leaves and stays.
func (p *leachTank) weirDirection(dslurry float64, du []float64) (dleaves, dstays float64) {
	if p.below || !p.hasSlurry {
		return 0, 0
	}
	dQ := (dslurry - p.rate*(du[leachVolume]+du[leachWeirTime]*p.outflow)) / (1 + p.rate*p.weir)
	dV := du[leachVolume] + du[leachWeirTime]*p.outflow + p.weir*dQ
	if p.rate > 0 {
		dleaves = (dQ - p.leaves*dslurry) / p.slurry
	}
	return dleaves, (dV - p.stays*dslurry) / p.slurry
}

// dischargeTangent differentiates discharge; d is the direction of the last tank's total.
func (l *LeachTrain) dischargeTangent(dleaves float64, d []float64, dout []flowsheet.Stream) {
	liquid, solid := dout[leachLiquid], &dout[leachSolid]
	p := &l.tanks[len(l.tanks)-1]
	for _, i := range l.held {
		liquid.N[i] = dleaves*p.total[i] + p.leaves*d[i]
	}
	solid.Zero(liquid.T)
	first, end := l.system.Span(chem.Solid)
	copy(solid.N[first:end], liquid.N[first:end])
	clear(liquid.N[first:end])
}
