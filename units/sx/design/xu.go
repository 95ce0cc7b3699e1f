package design

import "math"

// Split is the separation of two rare earths, or groups of them, by total exchange: everything the organic takes up it
// gives for something else, so that the separation factor alone decides. A is the more extractable. Amounts are moles per
// mole of rare earths in an aqueous feed.
//
//	          S ─▶ extraction, n stages ─▶ S ─▶ scrub, m stages ─▶ S ─▶ strip ─▶ A
//	B ◀─ S + f'B ◀─────────────────────── 1 ─▶ W = S − f'A ◀── W (acid, 3 W protons)
//
//	S_min = f_A + 1/(β−1),  W_min = 1/(β−1)                complete separation, stages without end
//	E_M = S/(S + f'B),  E'_M = S/(S − f'A)                 metal in the organic over metal in the aqueous, by section
//	n = ln b / ln(β E_M),  m + 1 = ln a / ln(β/E'_M)       a, b: how much purer A and B leave than they came
//	S = f'B/(√β − 1)  where E_M = 1/√β decides, S = f'A √β/(√β − 1)  where E'_M = √β does: the larger
//
// Sources: theory of countercurrent extraction of Xu Guangxian, reviewed in Yan, Jia, Liao, Wu, Xu 2006, Tsinghua Science and
// Technology 11(2) 241; S_min and W_min of two components: Cheng and others 2014, doi:10.4236/ampc.2014.412030. The stage
// counts and the choice of E_M are as commonly quoted from that theory and were not read in an original.
type Split struct {
	Beta  float64 // separation factor A/B, above 1
	FA    float64 // A in the feed; B is the rest
	LossA float64 // part of A that goes with B
	LossB float64 // part of B that goes with A
}

// Start is what the relations make of a split.
type Start struct {
	SMin, WMin        float64 // for complete separation
	S, W              float64 // extracted and scrubbed per mole of feed
	EM, EMPrime       float64 // mixed extraction ratios of extraction and scrub
	Extraction, Scrub float64 // stages, n and m
	Fenske            float64 // stages at total reflux: no fewer can do it
}

// Relations gives minimum reagent, mixed extraction ratios and stage counts.
func (q Split) Relations() Start {
	fB := 1 - q.FA
	outA := q.FA*(1-q.LossA) + fB*q.LossB // what leaves as A
	outB := 1 - outA
	root := math.Sqrt(q.Beta)
	s := Start{SMin: q.FA + 1/(q.Beta-1), WMin: 1 / (q.Beta - 1)}
	s.S = max(outB/(root-1), outA*root/(root-1))
	s.W = s.S - outA
	s.EM, s.EMPrime = s.S/(s.S+outB), s.S/s.W
	feed := q.FA / fB
	a := q.FA * (1 - q.LossA) / (fB * q.LossB) / feed
	b := fB * (1 - q.LossB) / (q.FA * q.LossA) * feed
	s.Extraction = math.Log(b) / math.Log(q.Beta*s.EM)
	s.Scrub = math.Log(a)/math.Log(q.Beta/s.EMPrime) - 1
	s.Fenske = q.Fenske()
	return s
}

// Fenske is the number of stages at total reflux, by which no cascade of fewer can reach the split:
//
//	N = ln( (A/B) where A leaves / (A/B) where B leaves ) / ln β
//
// Source: Fenske 1932, doi:10.1021/ie50269a003, for distillation; the same balance holds here.
func (q Split) Fenske() float64 {
	return math.Log((1-q.LossA)*(1-q.LossB)/(q.LossA*q.LossB)) / math.Log(q.Beta)
}
