package cascade

import "math"

// Stages is the number of stages.
func (k *Cascade) Stages() int { return k.n }

// Aqueous is the concentration of every cation in the aqueous that leaves stage j (from 0), total of free and complexed.
// The slice is the cascade's own until the next solve.
func (k *Cascade) Aqueous(j int) []float64 { return k.x[j*k.c : (j+1)*k.c : (j+1)*k.c] }

// Organic writes the concentration of every cation in the organic that leaves stage j; for hydrogen it is the free dimer.
func (k *Cascade) Organic(j int, y []float64) {
	for i := range y {
		y[i] = k.organicAt(j, i)
	}
	y[k.m.Hydrogen] = k.FreeDimer(j)
}

func (k *Cascade) organicAt(j, i int) float64 { return k.d[j*k.c+i] * k.x[j*k.c+i] }

// LnR is ln([(HA)2]/[H+]) of stage j.
func (k *Cascade) LnR(j int) float64 { return k.v[j] }

// FreeDimer is [(HA)2] of stage j.
func (k *Cascade) FreeDimer(j int) float64 {
	if k.m.free {
		return math.Exp(k.scalar(k.v, k.m.atFree)[j])
	}
	return k.organicAt(j, k.m.Hydrogen)
}

// FreeAcid is [H+] of stage j.
func (k *Cascade) FreeAcid(j int) float64 { return k.FreeDimer(j) * math.Exp(-k.v[j]) }

// Ligand is the free concentration of ligand l in stage j, of which Total is there in all.
func (k *Cascade) Ligand(l, j int) (free, total float64) {
	return math.Exp(k.scalar(k.v, k.m.atLigand+l)[j]), k.ligandTotal[l][j]
}

// Loading is the part of the extractant in stage j that metals hold.
func (k *Cascade) Loading(j int) float64 {
	bound := 0.0
	for i := range k.c {
		if k.m.metal[i] > 0 {
			bound += k.m.Cations[i].binds() / 2 * k.organicAt(j, i)
		}
	}
	return bound / k.circuit.Capacity
}

// Liquor is the flow of the aqueous that leaves section s for good or to return, and the stage it leaves from.
func (k *Cascade) Liquor(s int) (flow float64, stage int) { return k.leaveFlow[s], k.leave[s] }

// Makeup is the flow of fresh organic.
func (k *Cascade) Makeup() float64 { return k.makeup }

// Balance is the imbalance of every cation over the whole circuit relative to what enters of it, the worst of them and
// its name. What enters are the feeds and fresh organic; hydrogen and the soap's cation are taken together.
func (k *Cascade) Balance() (worst float64, name string) {
	m := k.m
	in, out, scale := k.t4[:1], 0.0, 0.0
	_ = in
	var exchangeIn, exchangeOut float64
	for i := range k.c {
		enters, leaves := 0.0, 0.0
		for j := range k.n {
			enters += k.feed[j*k.c+i]
		}
		for _, j := range k.exits {
			leaves += (k.outA[j] + k.outO[j]*k.d[j*k.c+i]) * k.x[j*k.c+i]
		}
		if i == m.Hydrogen || i == m.Soap {
			exchangeIn += enters
			exchangeOut += leaves
			continue
		}
		out, scale = math.Abs(enters-leaves), enters
		if scale > 0 && out/scale > worst {
			worst, name = out/scale, m.Cations[i].Name
		}
	}
	if t := math.Abs(exchangeIn-exchangeOut) / exchangeIn; t > worst {
		worst, name = t, m.Cations[m.Hydrogen].Name
	}
	return worst, name
}
