package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// Tangent differentiates tank after tank at the point of the last Solve: with the unknowns at rest the direction of the supply and of
// the handles gives that of the residuals, these by their slopes that of the unknowns, and with them everything else moves.
func (l *slurryTrain) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, dprev []float64, din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	mergeTangent(l.system, in, out[slurryPort].T, din, &dout[slurryPort])
	dout[slurryPort].T = du[slurryTemperature]
	dn := dout[slurryPort].N
	dleaves := 0.0
	for k := range l.tanks {
		t := &l.tanks[k]
		l.feedTangent(k, dn, dleaves)
		if dprev != nil {
			for s, i := range l.held {
				l.along[i] += st.Rate * l.holdup(dprev, k)[s]
			}
			for b, d := range l.binsOf(dprev, k) {
				l.alongBins[b] += st.Rate * d
			}
		}
		dlnC, dlnStays, ok := l.implicit(t, u, du)
		if !ok {
			return fmt.Errorf("tank %d: singular slopes at %.4g mol/L", k+1, t.c/1000)
		}
		dslurry := l.move(t, u, du, dlnC, dlnStays)
		var dstays float64
		dleaves, dstays = t.weirDirection(dslurry, du)
		for s, i := range l.held {
			l.holdup(dx, k)[s] = dstays*t.total[i] + t.stays*l.along[i]
		}
		for b, d := range l.alongBins {
			l.binsOf(dx, k)[b] = dstays*t.leftBins[b] + t.stays*d
		}
		*l.unknown(dx, k) = dlnC
	}
	l.dischargeTangent(dn, dleaves)
	return nil
}

// feedTangent turns l.along from the direction of the total of one tank to that of the supply of the next.
func (l *slurryTrain) feedTangent(k int, dn []float64, dleaves float64) {
	if k > 0 {
		before := &l.tanks[k-1]
		for _, i := range l.held {
			l.along[i] = dleaves*before.total[i] + before.leaves*l.along[i]
		}
		for b, left := range before.leftBins {
			l.alongBins[b] = dleaves*left + before.leaves*l.alongBins[b]
		}
		return
	}
	copy(l.along, dn)
	clear(l.alongBins)
	for _, p := range l.pools {
		w := &l.laws[p.law]
		for m := range w.classes {
			l.alongBins[p.at+m*w.cores] = dn[p.solid] / float64(w.classes)
		}
	}
}

// movePools moves the grains of every pool along dlnC, dlnStays, the handles and the supply, and notes the directions of the extents. With
// write it leaves in alongBins the direction of what is left.
func (l *slurryTrain) movePools(t *slurryTank, u, du []float64, dlnC, dlnStays float64, write bool) {
	for j := range l.pools {
		p := &l.pools[j]
		w, law := &l.laws[p.law], &t.laws[p.law]
		surface, layer := l.lawDirection(w, t, u, du)
		l.dextent[j] = 0
		for m := range w.classes {
			dsize := 0.0
			if w.cores > 1 && l.sizes.d63 >= 0 {
				dsize = du[l.sizes.d63] / u[l.sizes.d63]
			}
			dflux := 0.0
			for b := range w.cores {
				cell := m*w.cores + b
				n, on := t.come[p.at+cell], t.on[p.at+cell]
				dn := l.alongBins[p.at+cell]/w.left[b] + dflux
				stay := 1 - on
				share := law.share[cell]
				dlnx := dlnStays + law.slope[cell]*dlnC + share*(surface-dsize) + (1-share)*(layer-2*dsize)
				bend := n * on * stay * dlnx
				if write {
					l.alongBins[p.at+cell] = w.left[b] * (dn*stay - bend)
				}
				dflux = dn*on + bend
				l.dextent[j] += w.shell[b] * dflux
			}
		}
	}
}

// lawDirection is the direction of ln k_s and ln k_p while c rests.
func (l *slurryTrain) lawDirection(w *rateLaw, t *slurryTank, u, du []float64) (surface, layer float64) {
	if !t.hasReagent {
		return 0, 0
	}
	T := u[slurryTemperature]
	cold, strength := (1/T-1/w.reference)/gasConstant, t.lnC-math.Log(w.concentration/1000)
	warm := du[slurryTemperature] / (gasConstant * T * T)
	surface = du[w.surface]/u[w.surface] - cold*du[w.energy] + u[w.energy]*warm + strength*du[w.order]
	if w.layer >= 0 {
		layer = du[w.layer]/u[w.layer] - cold*du[w.layerEnergy] + u[w.layerEnergy]*warm + strength*du[w.layerOrder]
	}
	return surface, layer
}

// implicit solves for the directions of the unknowns. It is false when the slopes are singular.
func (l *slurryTrain) implicit(t *slurryTank, u, du []float64) (dlnC, dlnStays float64, ok bool) {
	l.movePools(t, u, du, 0, 0, false)
	var dsupply, dslurry, dsolution, dsulfate float64
	for _, i := range l.held {
		c, d := &l.system.Components[i], l.along[i]
		dsupply += l.weight[i] * d
		dslurry += c.V * d
		if c.Phase == chem.Aqueous {
			dsolution += c.V * d
		}
	}
	if l.sulfate >= 0 {
		dsulfate = l.along[l.sulfate]
	}
	var used float64
	for j := range l.pools {
		p, w := &l.pools[j], &l.laws[l.pools[j].law]
		for _, d := range l.alongBins[p.at : p.at+w.classes*w.cores] {
			dslurry += l.system.Components[p.solid].V * d
		}
		used += p.uses * l.dextent[j]
		dslurry += p.slurry * l.dextent[j]
		dsolution += p.solution * l.dextent[j]
		dsulfate += p.sulfates * l.dextent[j]
	}
	var along [2]float64 // of the residuals while the unknowns rest
	if t.hasReagent {
		bound, _ := l.bound(t.c)
		along[0] = (used+t.c*dsolution+bound*dsulfate)/t.reagent - dsupply/t.bReagent
	}
	if t.hasFlow && !t.below {
		dV := du[slurryVolume] + du[slurryWeirTime]*t.outflow - t.weir*t.rate*(du[slurryVolume]+du[slurryWeirTime]*t.outflow)/(1+t.rate*t.weir)
		along[1] = -t.slopeStays*dslurry - dV/(t.crest+t.weir*t.outflow)
	}
	dlnC, dlnStays, ok = solve2(t.slope, [2]float64{-along[0], -along[1]})
	return dlnC, dlnStays, ok
}

// move turns l.along and l.alongBins from the direction of the supply to that of the total; dslurry is that of its volume.
func (l *slurryTrain) move(t *slurryTank, u, du []float64, dlnC, dlnStays float64) (dslurry float64) {
	l.movePools(t, u, du, dlnC, dlnStays, true)
	for j := range l.pools {
		for _, q := range l.pools[j].products {
			l.along[q.component] += q.count * l.dextent[j]
		}
	}
	dsolution := 0.0
	for _, i := range l.held {
		c := &l.system.Components[i]
		dslurry += c.V * l.along[i]
		if c.Phase == chem.Aqueous {
			dsolution += c.V * l.along[i]
		}
	}
	for j := range l.pools {
		p, w := &l.pools[j], &l.laws[l.pools[j].law]
		for _, d := range l.alongBins[p.at : p.at+w.classes*w.cores] {
			dslurry += l.system.Components[p.solid].V * d
		}
	}
	if t.hasReagent && l.weight[l.acid] > 0 {
		bound, bend := l.bound(t.c)
		l.along[l.acid] = t.c * (dsolution + dlnC*t.solution)
		if l.sulfate >= 0 {
			l.along[l.acid] += bound*l.along[l.sulfate] + bend*t.sulfate*dlnC
		}
	}
	return dslurry
}

// weirDirection differentiates leaves and stays.
func (t *slurryTank) weirDirection(dslurry float64, du []float64) (dleaves, dstays float64) {
	if t.below || !t.hasFlow {
		return 0, 0
	}
	dQ := (dslurry - t.rate*(du[slurryVolume]+du[slurryWeirTime]*t.outflow)) / (1 + t.rate*t.weir)
	dV := du[slurryVolume] + du[slurryWeirTime]*t.outflow + t.weir*dQ
	if t.rate > 0 {
		dleaves = (dQ - t.leaves*dslurry) / t.slurry
	}
	return dleaves, (dV - t.stays*dslurry) / t.slurry
}

// dischargeTangent differentiates discharge.
func (l *slurryTrain) dischargeTangent(dn []float64, dleaves float64) {
	t := &l.tanks[len(l.tanks)-1]
	for _, i := range l.held {
		dn[i] = dleaves*t.total[i] + t.leaves*l.along[i]
	}
	for _, p := range l.pools {
		w := &l.laws[p.law]
		sum, dsum := 0.0, 0.0
		for b := p.at; b < p.at+w.classes*w.cores; b++ {
			sum, dsum = sum+t.leftBins[b], dsum+l.alongBins[b]
		}
		dn[p.solid] = dleaves*sum + t.leaves*dsum
	}
}
