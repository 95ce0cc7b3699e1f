package sx

import "reetwin/flowsheet"

// organicVolume is that of all mixers and settlers with the tank, m3, and of the mixers alone.
func (s *Circuit) organicVolume() (all, mixers float64) {
	for j := range s.n {
		mixers += s.vessel.MixerO[j]
		all += s.vessel.SettlerO[j]
	}
	return all + mixers, mixers
}

// sum is the place of the extractant that the circuit holds, monomers in all forms, mol, among the states.
func (s *Circuit) sum() int { return s.n * s.block }

// strengthIn is the strength, dimers per m3, that the memory x says.
func (s *Circuit) strengthIn(x []float64) float64 {
	v, _ := s.organicVolume()
	return x[s.sum()] / (2 * v)
}

// strengthAt is the strength at the end of a step that began with from, all dimers per m3: extractant is dosed (or taken) with the
// make-up, into all of the organic, as long as it takes to go round once at its flow O, m3/s,
//
//	dS/dt = (S_set − S) O/V
//
// and at once in the steady state. With it, how fast, mol/s of monomers.
func (s *Circuit) strengthAt(rate, from, set, flow float64) (S, dosed float64) {
	if rate == 0 {
		return set, 0
	}
	v, _ := s.organicVolume()
	turn := flow / v
	S = (rate*from + set*turn) / (rate + turn)
	return S, 2 * flow * (set - S)
}

// strengthSlope is the derivative of strengthAt.
func (s *Circuit) strengthSlope(rate, from, set, flow, dfrom, dset, dflow float64) (dS, dDosed float64) {
	if rate == 0 {
		return dset, 0
	}
	v, _ := s.organicVolume()
	S, _ := s.strengthAt(rate, from, set, flow)
	dS = (rate*dfrom + (dset*flow+(set-S)*dflow)/v) / (rate + flow/v)
	return dS, 2 * (flow*(dset-dS) + dflow*(set-S))
}

// Held adds what the circuit holds. A metal in an organic is counted as its ion, against the acidity that the organic gave for
// it: MA_z stands for M^z+ + z HA − z H+.
func (s *Circuit) Held(x, n []float64) {
	all, mixers := s.organicVolume()
	for j, slow := range s.slow.stage {
		if slow {
			mixers -= s.vessel.MixerO[j] // its hydrogen is what leaves the organic out
		}
	}
	n[s.extractant] += x[s.sum()]
	n[s.acid] -= s.k.Inventory() * x[s.sum()] / (2 * all) * mixers // hydrogen in a mixer's state holds that of its organic
	at := 0
	for q, o := range s.slow.of {
		n[s.aqueous[o%s.c]] += x[s.slow.at+q]
		n[s.acid] -= s.chem.Cations[o%s.c].Z * x[s.slow.at+q]
	}
	for range s.n {
		for i, a := range s.aqueous {
			n[a] += x[at+i] + x[at+s.c+i]
			if i != s.hydrogen {
				y := x[at+2*s.c+i]
				n[a] += y
				n[s.acid] -= s.chem.Cations[i].Z * y
			}
		}
		at += 3*s.c - 1
		for l, a := range s.solutes {
			n[a] += x[at+l] + x[at+len(s.solutes)+l]
		}
		at += 2 * len(s.solutes)
	}
}

var _ flowsheet.Holder = (*Circuit)(nil)
