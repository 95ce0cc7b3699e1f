package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// gasConstant in J/(mol K): exact by the SI of 2019.
const gasConstant = 8.31446261815324

// slurryTank is one tank at its last point. The total y = (1 + Rate·s)·n of what leaves and accumulates obeys, with b = in + Rate·Prev,
//
//	y_i = b_i + Σ_j ν_ij ξ_j        N = stays·y, n = leaves·y        stays = s/(1 + Rate·s), 1/Rate below the weir crest
//
// and in each pool the grains of step b get on with the share  stays·r/(1 + stays·r).
type slurryTank struct {
	supply, total        []float64 // b and y of the components, mol/s
	supplyBins, leftBins []float64 // b and y of the pools, mol/s left in cores
	come, on             []float64 // of each step: grains that come to it, mol as fed/s, and the share that gets on
	grains               []grain
	laws                 []lawState

	rate, crest, weir   float64
	bReagent, bSulfate  float64 // of the supply, mol/s
	bSlurry, bSolution  float64 // m3/s
	hasReagent, hasFlow bool
	start               float64 // ln c if nothing reacted, mol/L

	lnC, lnStays  float64
	residual      [2]float64
	slope         [2][2]float64 // of the residuals to lnC and lnStays
	c             float64       // mol/m3
	reagent       float64       // supplied or used: equal at the solution, mol/s
	sulfate       float64       // mol/s
	slurry        float64       // volume of y, m3/s
	solution      float64
	slopeStays    float64 // d ln(stays)/d slurry
	below         bool
	outflow       float64 // Q, m3/s
	leaves, stays float64
}

// grain is a pool's extent and its derivatives to ln c and ln stays.
type grain struct{ extent, perC, perStays float64 }

// lawState is a law at the conditions of a tank, per size and core.
type lawState struct {
	surfaceTime, layerTime float64   // D/k_s and D²/k_p of D = 1
	rate, share, slope     []float64 // r in 1/s, part of 1/r that is surface, d ln r/d ln c
}

// prepare sums the supply.
func (l *slurryTrain) prepare(t *slurryTank, rate float64, u []float64) error {
	t.rate, t.crest, t.weir = rate, u[slurryVolume], u[slurryWeirTime]
	t.bReagent, t.bSulfate, t.bSlurry, t.bSolution = 0, 0, 0, 0
	for _, i := range l.held {
		c, n := &l.system.Components[i], t.supply[i]
		t.bReagent += l.weight[i] * n
		t.bSlurry += c.V * n
		if c.Phase == chem.Aqueous {
			t.bSolution += c.V * n
		}
	}
	if l.sulfate >= 0 {
		t.bSulfate = t.supply[l.sulfate]
	}
	for j := range l.pools {
		p := &l.pools[j]
		w, v := &l.laws[p.law], l.system.Components[p.solid].V
		for _, n := range t.supplyBins[p.at : p.at+w.classes*w.cores] {
			t.bSlurry += v * n
			if n < 0 {
				return fmt.Errorf("%g mol/s of %s", n, l.system.Components[p.solid].Name)
			}
		}
	}
	t.hasReagent = t.bSolution > 0 && t.bReagent > leachTrace*t.bSolution
	t.hasFlow = t.bSlurry > 0
	t.start = leachNeutral
	if t.hasReagent {
		free := t.bReagent / t.bSolution
		if l.sulfate >= 0 {
			free = l.system.FreeAcid(free, t.bSulfate/t.bSolution)
		}
		t.start = math.Log(free / 1000)
	}
	return nil
}

// pace gives each law its times at T and u; what depends on c and on the size comes with balance.
func (l *slurryTrain) pace(t *slurryTank, u []float64) {
	T := u[slurryTemperature]
	for j := range l.laws {
		w, at := &l.laws[j], &t.laws[j]
		cold := (1/T - 1/w.reference) / gasConstant
		at.surfaceTime = math.Exp(u[w.energy]*cold) / u[w.surface]
		if at.layerTime = 0; w.layer >= 0 {
			at.layerTime = math.Exp(u[w.layerEnergy]*cold) / u[w.layer]
		}
	}
}

// speeds writes the rates of every law at concentration c.
func (l *slurryTrain) speeds(t *slurryTank, u []float64) {
	for j := range l.laws {
		w, at := &l.laws[j], &t.laws[j]
		if !t.hasReagent {
			clear(at.rate)
			clear(at.slope)
			continue
		}
		strength := t.lnC - math.Log(w.concentration/1000)
		surface, layer, layerOrder := at.surfaceTime*math.Exp(-u[w.order]*strength), 0.0, 0.0
		if w.layer >= 0 {
			layerOrder = u[w.layerOrder]
			layer = at.layerTime * math.Exp(-layerOrder*strength)
		}
		for m := range w.classes {
			D := 1.0
			if w.cores > 1 {
				D = l.sizes.ratio(m, u)
			}
			for b := range w.cores {
				a, g := w.pathSurface[b]*D*surface, w.pathLayer[b]*D*D*layer
				cell := m*w.cores + b
				at.rate[cell], at.share[cell] = 1/(a+g), 1
				if g > 0 && !math.IsInf(a, 0) {
					at.share[cell] = a / (a + g)
					if math.IsInf(g, 0) {
						at.share[cell] = 0
					}
				}
				at.slope[cell] = at.share[cell]*u[w.order] + (1-at.share[cell])*layerOrder
			}
		}
	}
}

// pass is the share of the grains of a step that get on to the next, and of those that stay, at x = stays·r.
func pass(x float64) (on, stay float64) {
	if x > 1e300 {
		return 1, 0
	}
	stay = 1 / (1 + x)
	return x * stay, stay
}

// react finds the extent of a pool and what is left in its cores.
func (l *slurryTrain) react(t *slurryTank, p *pool, g *grain) {
	w, law := &l.laws[p.law], &t.laws[p.law]
	*g = grain{}
	stays := math.Exp(t.lnStays)
	for m := range w.classes {
		var flux, perC, perStays float64 // of grains in moles as fed
		for b := range w.cores {
			cell := m*w.cores + b
			n := t.supplyBins[p.at+cell]/w.left[b] + flux
			on, stay := pass(stays * law.rate[cell])
			t.come[p.at+cell], t.on[p.at+cell] = n, on
			t.leftBins[p.at+cell] = w.left[b] * n * stay
			bend := n * on * stay
			flux, perC, perStays = n*on, perC*on+bend*law.slope[cell], perStays*on+bend
			g.extent += w.shell[b] * flux
			g.perC += w.shell[b] * perC
			g.perStays += w.shell[b] * perStays
		}
	}
}

// balance evaluates residuals and slopes. It is false outside the domain.
func (l *slurryTrain) balance(t *slurryTank, u []float64) bool {
	t.c = 1000 * math.Exp(t.lnC)
	l.speeds(t, u)
	t.slurry, t.solution, t.sulfate = t.bSlurry, t.bSolution, t.bSulfate
	var used, usedC, usedS, slurryC, slurryS, solutionC, solutionS, sulfateC, sulfateS float64
	for j := range l.pools {
		p, g := &l.pools[j], &t.grains[j]
		l.react(t, p, g)
		t.slurry += p.slurry * g.extent
		t.solution += p.solution * g.extent
		t.sulfate += p.sulfates * g.extent
		used += p.uses * g.extent
		usedC, usedS = usedC+p.uses*g.perC, usedS+p.uses*g.perStays
		slurryC, slurryS = slurryC+p.slurry*g.perC, slurryS+p.slurry*g.perStays
		solutionC, solutionS = solutionC+p.solution*g.perC, solutionS+p.solution*g.perStays
		sulfateC, sulfateS = sulfateC+p.sulfates*g.perC, sulfateS+p.sulfates*g.perStays
	}
	t.residual, t.slope = [2]float64{}, [2][2]float64{{1, 0}, {0, 1}}
	if t.hasReagent {
		bound, bends := l.bound(t.c)
		t.reagent = used + t.c*t.solution + bound*t.sulfate
		if !(t.reagent > 0) {
			return false
		}
		t.residual[0] = math.Log(t.reagent / t.bReagent)
		t.slope[0] = [2]float64{
			(usedC + t.c*(t.solution+solutionC) + bends*t.sulfate + bound*sulfateC) / t.reagent,
			(usedS + t.c*solutionS + bound*sulfateS) / t.reagent,
		}
	}
	if t.hasFlow {
		ln, ok := t.residence()
		if !ok {
			return false
		}
		t.residual[1] = t.lnStays - ln
		t.slope[1] = [2]float64{-t.slopeStays * slurryC, 1 - t.slopeStays*slurryS}
	}
	return true
}

// bound is the share of the sulfate that holds an acid proton, and its derivative to ln c.
func (l *slurryTrain) bound(c float64) (share, bend float64) {
	if l.sulfate < 0 {
		return 0, 0
	}
	share = c / (l.ka2 + c)
	return share, share * (1 - share)
}

// residence is ln(stays) by the volume balance at the weir: Q = (q − Rate·volume)/(1 + Rate·weir_time) for the volume q of y.
func (t *slurryTank) residence() (ln float64, ok bool) {
	if !(t.slurry > 0) {
		return 0, false
	}
	t.outflow = (t.slurry - t.rate*t.crest) / (1 + t.rate*t.weir)
	if t.below = t.outflow <= 0; t.below {
		t.outflow, t.slopeStays = 0, 0
		return -math.Log(t.rate), true
	}
	V := t.crest + t.weir*t.outflow
	t.slopeStays = t.weir/(1+t.rate*t.weir)/V - 1/t.slurry
	return math.Log(V / t.slurry), true
}

// solveTank finds the unknowns of a tank: Newton from the last ones, then from those without reaction, then by bisection.
func (l *slurryTrain) solveTank(t *slurryTank, st *flowsheet.Stage, u []float64, last float64) error {
	if err := l.prepare(t, st.Rate, u); err != nil {
		return err
	}
	l.pace(t, u)
	tol := max(1e-13, min(st.Tol, 1e-12))
	if t.hasReagent && !st.Cold && math.Abs(last) < 1e5 {
		l.unreacted(t, last)
		if l.newton(t, u, tol) {
			return nil
		}
	}
	l.unreacted(t, t.start)
	if l.newton(t, u, tol) {
		return nil
	}
	l.unreacted(t, t.start)
	for range 40 {
		l.bracket(t, u)
		lnC, lnStays := t.lnC, t.lnStays
		if l.newton(t, u, tol) {
			return nil
		}
		t.lnC, t.lnStays = lnC, lnStays
		if !l.balance(t, u) {
			break
		}
		t.lnStays -= t.residual[1] / 2
	}
	if !l.balance(t, u) {
		return fmt.Errorf("the solids take more water or %s than there is: %.6g m3/s of solution come in", l.words.reagent, t.bSolution)
	}
	return fmt.Errorf("balance of %s or of volume not met: relative residuals %.3g and %.3g at %.4g mol/L", l.words.reagent, t.residual[0], t.residual[1], t.c/1000)
}

// unreacted starts from the volume of the supply.
func (l *slurryTrain) unreacted(t *slurryTank, lnC float64) {
	t.lnC, t.lnStays, t.slurry = lnC, math.Inf(-1), t.bSlurry
	if t.hasFlow {
		t.lnStays, _ = t.residence()
	}
}

// newton is false when it does not reach tol.
func (l *slurryTrain) newton(t *slurryTank, u []float64, tol float64) bool {
	if !l.balance(t, u) {
		return false
	}
	for range 60 {
		norm := max(math.Abs(t.residual[0]), math.Abs(t.residual[1]))
		if norm <= tol {
			return true
		}
		d0, d1, ok := solve2(t.slope, t.residual)
		if !ok {
			return false
		}
		length := min(1, 3/math.Abs(d0), 1/math.Abs(d1))
		lnC, lnStays, better := t.lnC, t.lnStays, false
		for range 14 {
			t.lnC, t.lnStays = lnC-length*d0, lnStays-length*d1
			if l.balance(t, u) && max(math.Abs(t.residual[0]), math.Abs(t.residual[1])) < norm {
				better = true
				break
			}
			length /= 2
		}
		if !better { // rounding is reached, or Newton is lost
			t.lnC, t.lnStays = lnC, lnStays
			return l.balance(t, u) && norm <= 1e-11
		}
	}
	return false
}

// bracket solves the balance of the reagent alone for ln c: what is used and left rises with c.
func (l *slurryTrain) bracket(t *slurryTank, u []float64) {
	if !t.hasReagent {
		return
	}
	lo, hi := -1e4, t.start
	over := func(lnC float64) bool {
		t.lnC = lnC
		return l.balance(t, u) && t.residual[0] > 0
	}
	for range 60 { // solids that set reagent free
		if over(hi) {
			break
		}
		lo, hi = hi, hi+1
	}
	for range 200 {
		if hi-lo <= 1e-13*(1+math.Abs(lo)) {
			break
		}
		if mid := (lo + hi) / 2; over(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	t.lnC = hi
}

// solve2 is the solution of a·x = b. It is false when a is singular.
func solve2(a [2][2]float64, b [2]float64) (x0, x1 float64, ok bool) {
	det := a[0][0]*a[1][1] - a[0][1]*a[1][0]
	x0, x1 = (b[0]*a[1][1]-b[1]*a[0][1])/det, (b[1]*a[0][0]-b[0]*a[1][0])/det
	return x0, x1, det != 0 && !math.IsNaN(x0) && !math.IsInf(x0, 0) && !math.IsNaN(x1) && !math.IsInf(x1, 0)
}

// settle writes the totals, and what of them leaves and stays.
func (l *slurryTrain) settle(t *slurryTank, _ []float64) {
	for _, i := range l.held {
		t.total[i] = t.supply[i]
	}
	for j := range l.pools {
		for _, q := range l.pools[j].products {
			t.total[q.component] += q.count * t.grains[j].extent
		}
	}
	if t.hasReagent && l.weight[l.acid] > 0 { // as the equilibrium has it: the difference of supply and use would cancel
		bound, _ := l.bound(t.c)
		t.total[l.acid] = t.c*t.solution + bound*t.sulfate
	}
	t.stays, t.leaves = math.Exp(t.lnStays), 0
	switch {
	case t.rate == 0:
		t.leaves = 1 // also where what flows has no volume
	case t.hasFlow:
		t.leaves = t.outflow / t.slurry
	default:
		t.stays = 1 / t.rate
	}
}
