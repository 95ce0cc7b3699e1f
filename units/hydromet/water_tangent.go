package hydromet

import (
	"math"

	"reetwin/flowsheet/chem/aqueous"
)

// along differentiates the equilibrium in the direction of totals (per kg), of a held pH, of temperature (K) and of ln of the CO2
// pressure. The derivative of the memory is written to dx; the totals are per a constant kg of water.
func (w *water) along(dtotals []float64, dPH, dT, dlnP float64, dx []float64) error {
	if err := w.solver.Tangent(dtotals, dPH, w.slope); err != nil {
		return err
	}
	w.result.Direction(w.slope, &w.problem, dx)
	if dT == 0 && (dlnP == 0 || w.gas < 0) {
		return nil
	}
	return w.surroundings(dT, dlnP, dx)
}

// surroundings adds to dx what temperature and gas pressure do: a difference of fourth order, as the engine's tangents hold its
// constants.
func (w *water) surroundings(dT, dlnP float64, dx []float64) error {
	const stepT, stepP = 0.1, 0.01 // K, ln
	h := 1 / math.Max(math.Abs(dT)/stepT, math.Abs(dlnP)/stepP)
	clear(w.dy)
	for k, place := range [4]float64{-2, -1, 1, 2} {
		w.moved = w.problem
		w.moved.T += place * h * dT
		if w.gas >= 0 {
			copy(w.target, w.problem.TargetSI)
			w.target[w.gas] += place * h * dlnP / math.Ln10
			w.moved.TargetSI = w.target
		}
		w.trial.CopyFrom(w.result)
		if err := w.probe.Update(&w.moved, w.trial); err != nil {
			return err
		}
		w.trial.Remember(&w.problem, w.y)
		weight := [4]float64{1. / 12, -8. / 12, 8. / 12, -1. / 12}[k] / h
		for i, v := range w.y {
			w.dy[i] += weight * v
		}
	}
	for i, d := range w.dy {
		dx[i] += d
	}
	return nil
}

// per turns the derivative of the memory at a constant kg of water into that of the memory itself, which is per kg that enters.
func (w *water) per(x, dx []float64, dkg float64) {
	shrink := dkg / w.kg
	first, _ := w.places()
	dx[waterFree] -= x[waterFree] * shrink
	dx[waterDose] -= x[waterDose] * shrink
	for i := first; i < len(x); i++ {
		dx[i] -= x[i] * shrink
	}
}

// places are where the solids and what is sorbed begin in the memory.
func (w *water) places() (solids, sorbed int) {
	solids = waterDose + 1 + len(w.at)
	return solids, solids + len(w.solids)
}

// putTangent writes the derivative of put to dn: dtotals at the equilibrium, reagent included, and dx at constant kg.
func (w *water) putTangent(dtotals, dx, dn []float64) (gas float64) {
	first, sorbed := w.places()
	for k, s := range w.problem.Solids {
		w.slope.Solids[s] = dx[first+k]
	}
	w.remains(dtotals, w.slope.Solids, dx[sorbed:], dn)
	return w.putSolids(w.slope.Solids, dx[sorbed:], dn)
}

// flowOfWater is kg/s of water in a stream or a derivative.
func (w *water) flowOfWater(n []float64) float64 { return n[w.at[aqueous.Water]] * w.perMol }
