package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// slurryTrain is a row of stirred tanks behind linear weirs in which pools of solids dissolve by a reagent of the liquor (free acid or
// free caustic, concentration c). It is the common part of PoolLeach and CausticDigester; they say which pools there are.
//
// The grains of a tank are a population: a pool's core goes from the surface to the centre in `cores` equal steps of radius, and each step
// is a state. With the outflow n of a slurry volume Q, and s the residence time volume/Q + weir_time:
//
//	Rate (N_b − Prev_b) = in_b − n_b + φ_b/φ_{b−1} · r_{b−1} N_{b−1} − r_b N_b        φ_b = (1 − b/cores)³, moles left in a core of step b
//	1/r_b = [a(ρ_b) − a(ρ_{b−1})] D/k_s + [g(ρ_b) − g(ρ_{b−1})] D²/k_p                  a(ρ) = 1 − ρ, g(ρ) = 1 − 3ρ² + 2ρ³
//	k = k_ref exp(−E/R (1/T − 1/T_ref)) (c/c_ref)^order                              ρ_b = 1 − (b + 3/4)/cores
//
// D is the grain's size over the size at which k is given. A step's shell goes when the core has come three quarters through it: at the
// middle short residence times leach too much, at the end all leach too little (see the test of residence times). What leaves is a sample of what is held, so that every grain keeps its own
// time in each tank: the residence-time distribution of any train at any hour, in steady state the segregated integral of E(t) but for the
// steps. A pool without cores is of first order: 1/r = 1/k_s.
//
// Per tank two unknowns are solved together: ln c, by the balance of the reagent, and ln s, by that of the volume.
type slurryTrain struct {
	dials
	system  *chem.System
	words   slurryWords
	weight  []float64 // free reagent of a liquor = Σ weight·n
	acid    int
	sulfate int // component that holds the reagent back, −1
	ka2     float64
	laws    []rateLaw
	pools   []pool
	sizes   sizes

	held, passing []int // components with one state, and those that pass
	bins          int   // states of pools in a tank
	tanks         []slurryTank
	along         []float64 // scratch of Tangent: directions of the held components
	alongBins     []float64
	dextent       []float64
}

// slurryWords are the words of the service.
type slurryWords struct{ section, reagent, unknown string }

// pool is one solid that dissolves.
type pool struct {
	solid    int
	law      int
	products []product
	at       int // first of its bins

	uses, sulfates   float64 // reagent used and sulfate freed, per mole
	slurry, solution float64 // growth of the volumes, m3 per mole
}

// rateLaw is the time that a grain stays in each of its core steps. Handles are places in u; layer is −1 without a product layer.
type rateLaw struct {
	surface, energy, order              int
	layer, layerEnergy, layerOrder      int
	reference, concentration            float64 // K, mol/m3
	cores, classes                      int
	left, shell, pathSurface, pathLayer []float64 // per core: φ_b, φ_b − φ_{b+1}, and the differences of a and g
}

// shellTime is the part of a core step after which its shell is counted as dissolved.
const shellTime = 0.75

const ( // places in u
	slurryVolume = iota
	slurryWeirTime
	slurryTemperature
	slurryHandles
)

// readTrain reads what every train has.
func (l *slurryTrain) readTrain(env flowsheet.Env) {
	t := env.Param
	l.system = env.System
	l.tanks = make([]slurryTank, t.Int("tanks", 1, 20))
	l.read(t, "volume", "m3", conf.Positive)
	l.add("weir_time", "s", t.QuantityOr("weir_time", "s", 60, conf.Positive), conf.Positive)
	l.read(t, "temperature", "K", temperatures(chem.Aqueous))
	l.weight = make([]float64, len(env.System.Components))
	l.sulfate = -1
}

// newLaw reads one rate with its energy and order, and cuts the core into steps.
func (l *slurryTrain) newLaw(t *conf.Table, path, surface string, reference, concentration float64, cores, classes int) rateLaw {
	orders, energies := conf.Between(0, 5), conf.Between(0, 3e5)
	w := rateLaw{layer: -1, reference: reference, concentration: concentration, cores: cores, classes: classes}
	w.surface = l.add(path+surface, "1/s", t.Quantity(surface, "1/s", conf.Positive), conf.Positive)
	w.energy = l.add(path+"energy", "J/mol", t.Quantity("energy", "J/mol", energies), energies)
	w.order = l.add(path+"order", "1", t.QuantityOr("order", "1", 1, orders), orders)
	if cores > 1 && t.Has("layer") {
		w.layer = l.add(path+"layer", "1/s", t.Quantity("layer", "1/s", conf.Positive), conf.Positive)
		w.layerEnergy = l.add(path+"layer_energy", "J/mol", t.Quantity("layer_energy", "J/mol", energies), energies)
		w.layerOrder = l.add(path+"layer_order", "1", t.QuantityOr("layer_order", "1", 1, orders), orders)
	}
	a := func(rho float64) float64 { return 1 - rho }
	g := func(rho float64) float64 { return 1 - 3*rho*rho + 2*rho*rho*rho }
	before, n := 1.0, float64(cores)
	for b := range cores {
		inner, outer, rho := 1-float64(b+1)/n, 1-float64(b)/n, 1-(float64(b)+shellTime)/n
		w.left = append(w.left, outer*outer*outer)
		w.shell = append(w.shell, outer*outer*outer-inner*inner*inner)
		w.pathSurface = append(w.pathSurface, a(rho)-a(before))
		w.pathLayer = append(w.pathLayer, g(rho)-g(before))
		before = rho
	}
	if cores == 1 {
		w.pathSurface[0] = 1 // first order: dX/dt = k (1 − X)
	}
	return w
}

// addPool adds a solid that dissolves into products by a law.
func (l *slurryTrain) addPool(solid, law int, products []product) {
	p := pool{solid: solid, law: law, products: products, at: l.bins}
	p.slurry = -l.system.Components[solid].V
	for _, q := range products {
		c := l.system.Components[q.component]
		p.uses -= l.weight[q.component] * q.count
		p.slurry += c.V * q.count
		if c.Phase == chem.Aqueous {
			p.solution += c.V * q.count
		}
		if q.component == l.sulfate {
			p.sulfates += q.count
		}
	}
	l.bins += l.laws[law].classes * l.laws[law].cores
	l.pools = append(l.pools, p)
}

// layOut sorts the components and makes room.
func (l *slurryTrain) layOut() {
	dissolving := make(map[int]bool)
	for _, p := range l.pools {
		dissolving[p.solid] = true
	}
	for i, c := range l.system.Components {
		switch {
		case dissolving[i]:
		case c.Phase == chem.Aqueous || c.Phase == chem.Solid:
			l.held = append(l.held, i)
		default:
			l.passing = append(l.passing, i)
		}
	}
	n := len(l.system.Components)
	for k := range l.tanks {
		t := &l.tanks[k]
		t.supply, t.total = make([]float64, n), make([]float64, n)
		t.supplyBins, t.leftBins = make([]float64, l.bins), make([]float64, l.bins)
		t.come, t.on = make([]float64, l.bins), make([]float64, l.bins)
		t.grains = make([]grain, len(l.pools))
		t.laws = make([]lawState, len(l.laws))
		for j, w := range l.laws {
			cells := w.classes * w.cores
			t.laws[j] = lawState{rate: make([]float64, cells), share: make([]float64, cells), slope: make([]float64, cells)}
		}
	}
	l.along, l.alongBins, l.dextent = make([]float64, n), make([]float64, l.bins), make([]float64, len(l.pools))
}

// variables declares x.
func (l *slurryTrain) variables() (states, algebraic []flowsheet.Variable) {
	volume := l.handles[slurryVolume].Value
	water := l.system.Solvent(chem.Aqueous)
	for k := range l.tanks {
		for _, i := range l.held {
			c := l.system.Components[i]
			state := flowsheet.Variable{Name: fmt.Sprintf("tank%d.%s", k+1, c.Name), Unit: "mol", Scale: volume} // as 1 mol/m3
			switch i {
			case water:
				state.Scale = volume / c.V
			case l.acid:
				state.Lower = flowsheet.NoBound // total acidity may be negative
			}
			states = append(states, state)
		}
		for _, p := range l.pools {
			w, name := l.laws[p.law], l.system.Components[p.solid].Name
			for b := range w.classes * w.cores {
				at := fmt.Sprintf("tank%d.%s", k+1, name)
				if w.cores > 1 {
					at = fmt.Sprintf("tank%d.size%d.core%d.%s", k+1, b/w.cores+1, b%w.cores+1, name)
				}
				states = append(states, flowsheet.Variable{Name: at, Unit: "mol", Scale: volume})
			}
		}
		algebraic = append(algebraic, flowsheet.Variable{
			Name: fmt.Sprintf("tank%d.%s", k+1, l.words.unknown), Unit: "1", Scale: 1, Lower: flowsheet.NoBound, Start: leachNeutral,
		})
	}
	return states, algebraic
}

// holdup and binsOf are the parts of x that hold the states of a tank; unknown is its algebraic unknown, ln of c in mol/L.
func (l *slurryTrain) holdup(x []float64, tank int) []float64 {
	at := tank * (len(l.held) + l.bins)
	return x[at : at+len(l.held)]
}

func (l *slurryTrain) binsOf(x []float64, tank int) []float64 {
	at := tank*(len(l.held)+l.bins) + len(l.held)
	return x[at : at+l.bins]
}

func (l *slurryTrain) unknown(x []float64, tank int) *float64 {
	return &x[len(l.tanks)*(len(l.held)+l.bins)+tank]
}

// Solve takes the tanks one after the other: nothing flows back.
func (l *slurryTrain) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if err := l.check(u); err != nil {
		return err
	}
	merge(l.system, in, &out[slurryPort])
	out[slurryPort].T = u[slurryTemperature]
	n := out[slurryPort].N
	for k := range l.tanks {
		t := &l.tanks[k]
		l.feed(t, k, n)
		if st.Rate > 0 {
			for s, i := range l.held {
				t.supply[i] += st.Rate * l.holdup(st.Prev, k)[s]
			}
			for b, prev := range l.binsOf(st.Prev, k) {
				t.supplyBins[b] += st.Rate * prev
			}
		}
		if err := l.solveTank(t, st, u, *l.unknown(x, k)); err != nil {
			return fmt.Errorf("tank %d: %w", k+1, err)
		}
		l.settle(t, u)
		for s, i := range l.held {
			l.holdup(x, k)[s] = t.stays * t.total[i]
		}
		for b, left := range t.leftBins {
			l.binsOf(x, k)[b] = t.stays * left
		}
		*l.unknown(x, k) = t.lnC
	}
	l.discharge(n)
	return nil
}

// feed brings to a tank what flows in: fresh grains in all sizes, or what the tank before lets go.
func (l *slurryTrain) feed(t *slurryTank, k int, inlet []float64) {
	if k > 0 {
		before := &l.tanks[k-1]
		for _, i := range l.held {
			t.supply[i] = before.leaves * before.total[i]
		}
		for b, left := range before.leftBins {
			t.supplyBins[b] = before.leaves * left
		}
		return
	}
	copy(t.supply, inlet)
	clear(t.supplyBins)
	for _, p := range l.pools {
		w := &l.laws[p.law]
		for m := range w.classes {
			t.supplyBins[p.at+m*w.cores] = inlet[p.solid] / float64(w.classes)
		}
	}
}

// discharge writes what leaves the last tank. What passes stands in n already.
func (l *slurryTrain) discharge(n []float64) {
	t := &l.tanks[len(l.tanks)-1]
	for _, i := range l.held {
		n[i] = t.leaves * t.total[i]
	}
	for _, p := range l.pools {
		sum := 0.0
		for _, left := range t.leftBins[p.at : p.at+l.laws[p.law].classes*l.laws[p.law].cores] {
			sum += left
		}
		n[p.solid] = t.leaves * sum
	}
}

// concentration is c of the last tank, mol/m3.
func (l *slurryTrain) concentration(x []float64) float64 {
	return 1000 * math.Exp(*l.unknown(x, len(l.tanks)-1))
}
