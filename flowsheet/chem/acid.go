package chem

import "math"

// Ka2 is the dissociation constant of bisulfate, HSO4- = H+ + SO4-2, in mol/m3.
func (s *System) Ka2() Constant { return s.ka2 }

// FreeAcid is the free [H+] of a solution of total acidity A and total sulfate S >= 0, all in mol/m3: the positive root of
//
//	h² + (Ka2 + S − A) h − Ka2 A = 0
//
// A total acidity of zero or less is returned as it is: there is no free acid, and the caller decides what that means.
func (s *System) FreeAcid(acid, sulfate float64) float64 {
	if acid <= 0 {
		return acid
	}
	K := s.ka2.Value
	b := K + (sulfate - acid) // exact difference where they are near each other
	root := math.Hypot(b, 2*math.Sqrt(K*acid))
	if b > 0 {
		return 2 * K * acid / (b + root) // the other form would cancel
	}
	return (root - b) / 2
}

// PH is −log10 of the free [H+] in mol/L of the aqueous part of n. Only bisulfate holds acid back: oxalate counts as a
// strong acid here, and concentrations stand for activities. It is false without water or without free acid, and with the family water
// above pH 2.5 or where there is carbonate: hydrolysed metals and carbonate hold acid too there, and the pH is a signal of the units that
// find the equilibrium.
func (s *System) PH(n []float64) (float64, bool) {
	const plainly = 3.16 // mol/m3 of free H+
	volume := s.PhaseVolume(Aqueous, n)
	if s.acid < 0 || s.solvent[Aqueous] < 0 || n[s.solvent[Aqueous]] <= 0 || volume <= 0 {
		return 0, false
	}
	var sulfate float64
	if s.sulfate >= 0 {
		sulfate = n[s.sulfate] / volume
	}
	h := s.FreeAcid(n[s.acid]/volume, sulfate)
	if !(h > 0) || s.natural >= 0 && (h < plainly || n[s.natural] > 0) {
		return 0, false
	}
	return -math.Log10(h / 1000), true
}
