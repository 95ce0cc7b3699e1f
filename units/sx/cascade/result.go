package cascade

import "math"

// Stages is the number of stages.
func (k *Cascade) Stages() int { return k.n }

// Aqueous is the concentration of every cation in the aqueous that leaves stage j (from 0), total of free and complexed; of
// hydrogen it is the acid less Hydroxide. The slice is the cascade's own until the next solve.
func (k *Cascade) Aqueous(j int) []float64 {
	if k.ions > 0 {
		return k.netted(j)
	}
	return k.x[j*k.c : (j+1)*k.c : (j+1)*k.c]
}

// Organic writes the concentration of every cation in the organic that leaves stage j; for hydrogen it is the free dimer.
func (k *Cascade) Organic(j int, y []float64) {
	for i := range y {
		y[i] = k.organicAt(j, i)
	}
	y[k.m.Hydrogen] = k.FreeDimer(j)
}

func (k *Cascade) organicAt(j, i int) float64 { return k.y[j*k.c+i] }

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
func (k *Cascade) Makeup() float64 { return k.base.makeup }

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
			leaves += k.outA[j]*k.Aqueous(j)[i] + k.outO[j]*k.y[j*k.c+i]
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

// Unknowns are ln r of every stage, then each scalar of the model for every stage: the start of a warm solve, to be
// overwritten by the caller, and its result.
func (k *Cascade) Unknowns() []float64 { return k.v }

// Dissolved is the concentration of ligand or solute l in the aqueous that leaves the mixer of stage j.
func (k *Cascade) Dissolved(l, j int) float64 { return k.ligandTotal[l][j] }

// Leaving is the aqueous flow of section s that leaves the circuit, the organic it carries away, and the last stage it is in.
func (k *Cascade) Leaving(s int) (aqueous, organic float64, stage int) {
	f := k.base
	if f.leave[s] < 0 {
		return 0, 0, -1
	}
	return max(f.left[s], 0), k.circuit.Sections[s].OrganicCarried * max(f.left[s], 0), f.leave[s]
}

// Bled is the organic flow that leaves after the last stage for good, and the aqueous in it.
func (k *Cascade) Bled() (organic, aqueous float64) {
	last := &k.circuit.Sections[len(k.circuit.Sections)-1]
	return k.circuit.Bleed * k.base.organicOut, k.circuit.Bleed * last.AqueousCarried * k.circuit.Organic
}

// SoapFlows are the part of the hydrogen inventory that saponification takes, and the organic flow that returns to it.
func (k *Cascade) SoapFlows() (part, returned float64) {
	return k.circuit.Soap / k.m.c1, k.base.organicOut - k.circuit.Bleed*k.base.organicOut
}

// Soaped is the base that saponification takes, charge per time: from the organic that returns with hydrogen inventory yH,
// and from the fresh organic.
func (k *Cascade) Soaped(yH float64) float64 {
	part, returned := k.SoapFlows()
	h := k.capacity
	for i, v := range k.circuit.Makeup {
		if i != k.m.Hydrogen {
			h -= k.m.z[i] * v
		}
	}
	return part * (returned*yH + k.base.makeup*h)
}

// Inventory is c1: Σ z y of an organic, its hydrogen inventory included, per dimer of extractant.
func (k *Cascade) Inventory() float64 { return k.m.c1 }

// Unknown names scalar a of the unknowns; 0 is ln r.
func (k *Cascade) Unknown(a int) string {
	m := k.m
	switch a--; {
	case a < 0:
		return "ln_r"
	case a == m.atFree:
		return "ln_free_dimer"
	case a == m.atLoad:
		return "loading"
	case a == m.atRoom:
		return "ln_hydrogen_factor"
	case a == m.atIon:
		return "ln_ionic_strength"
	}
	return "ln_free_" + m.Ligands[a-m.atLigand]
}

// Inventories writes the concentration of every cation in the organic of stage j, the hydrogen inventory among them.
func (k *Cascade) Inventories(j int, y []float64) {
	for i := range y {
		y[i] = k.organicAt(j, i)
	}
}

// PhaseFlows are the flows that leave the mixer of stage j.
func (k *Cascade) PhaseFlows(j int) (aqueous, organic float64) { return k.base.va[j], k.base.vo[j] }

// Recall makes the contents of the mixers in held, and the unknowns at hand, the state that results are asked of: what is
// in each phase follows from D.
func (k *Cascade) Recall(c *Circuit, held *Step) {
	k.stands = false
	k.circuit = c
	k.base.fill(c, k.m)
	k.capacity = k.m.c1 * c.Capacity
	for l := range k.ligandTotal {
		for j := range k.n {
			k.ligandTotal[l][j] = held.LigandMixer[l][j] / held.Vessels.MixerA[j]
		}
	}
	k.constants(c)
	k.byRule()
	k.distribute(k.v)
	if k.ions > 0 {
		k.dissociate(k.v)
	}
	for j := range k.n {
		a, o := held.Vessels.MixerA[j], held.Vessels.MixerO[j]
		for q := j * k.c; q < (j+1)*k.c; q++ {
			k.x[q] = held.Mixer[q] / (a + o*k.d[q])
			if k.ions > 0 && q%k.c == k.m.Hydrogen {
				k.x[q] += a * k.hydroxide[j] / (a + o*k.d[q])
			}
			k.y[q] = k.d[q] * k.x[q]
		}
	}
}

// Remember makes x and y what leaves stage j: after Recall, where efficiencies leave y open.
func (k *Cascade) Remember(j int, x, y []float64) {
	k.stands = false
	copy(k.x[j*k.c:(j+1)*k.c], x)
	copy(k.y[j*k.c:(j+1)*k.c], y)
}
