package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// leachTank is one tank at its last point. Let c = 1 + Rate·θ. Then the total y = c·n of what leaves and accumulates obeys
//
//	y_i = b_i + Σ_j ν_ij ξ_j        b_i = in_i + Rate·Prev_i
//
// for any Rate, above and below the weir crest; where solid stays longer than liquid each has its own θ and c, and the
// composition of each part of y is still that of its part of the tank. The solver works on y alone; its unknowns are ln h,
// ln m and ln q, with m the solids and q the volume of y as the rate law counts it (leachOverflow). Given these each oxide is one cubic.
type leachTank struct {
	supply, total      []float64 // b and y, mol/s by component
	grains             []leachGrain
	rate               float64
	crest, weir, ratio float64 // volume, weir_time and residence_ratio

	bAcid, bSulfate               float64 // of the supply, mol/s
	bSolution, bSlurry            float64 // m3/s
	bSolids, bInert               float64 // kg/s; inert are the solids without a rate
	hasAcid, hasSolids, hasSlurry bool    // which of the three equations there are
	leaching                      bool    // there is an oxide to leach
	tie                           float64 // b_tie/f_tie, 0 without tie
	start                         float64 // ln h if nothing reacted

	unknown  [leachUnknowns]float64
	residual [leachUnknowns]float64
	slope    [leachUnknowns][leachUnknowns]float64 // of the residuals
	h        float64                               // free acid, mol/m3
	acid     float64                               // total acidity supplied or used: equal at the solution, mol/s
	solids   float64                               // m as the balance gives it, kg/s
	slurry   float64                               // q as the balance gives it, m3/s
	solution float64                               // aqueous part of q
	core     float64                               // dln(u0)/dln(q): the reference of 1−X depends on q when there is no tie
	flowToK  float64                               // dln(ξ)/dln(q) in the measure of dln(k)
	over     leachOverflow

	leaves, stays [2]float64 // of liquid and solid: n = leaves·y, N = stays·y
}

// leachGrain is one oxide in one tank: u0 t³ + k t² = b, where t³ = 1−X.
type leachGrain struct {
	fed     float64 // f
	intact  float64 // u0 t³/b = y/b
	extent  float64 // ξ
	perK    float64 // dξ/dk at fixed u0, b
	perB    float64 // dξ/db at fixed u0, k
	k, kOfB float64 // rate at 1−X = 1, mol/s, and its derivative to B
}

// Solve takes the tanks one after the other: nothing flows back.
func (l *LeachTrain) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if err := l.check(u); err != nil {
		return err
	}
	merge(l.system, in, &out[leachLiquid])
	copy(l.tanks[0].supply, out[leachLiquid].N)
	for k := range l.tanks {
		p := &l.tanks[k]
		if k > 0 {
			for _, i := range l.held {
				p.supply[i] = l.tanks[k-1].leaves[l.side[i]] * l.tanks[k-1].total[i]
			}
		}
		if st.Rate > 0 {
			prev := l.holdup(st.Prev, k)
			for s, i := range l.held {
				p.supply[i] += st.Rate * prev[s]
			}
		}
		err := l.prepare(p, st.Rate, u, in)
		if err == nil {
			err = l.solveTank(p, st, u, l.unknowns(x, k))
		}
		if err != nil {
			return fmt.Errorf("tank %d: %w", k+1, err)
		}
		l.settle(p)
		l.write(p, l.holdup(x, k), l.unknowns(x, k))
	}
	l.discharge(out)
	return nil
}

// prepare sums the supply of a tank and checks that it can react.
func (l *LeachTrain) prepare(p *leachTank, rate float64, u []float64, in []flowsheet.Stream) error {
	p.rate, p.crest, p.weir, p.ratio = rate, u[leachVolume], u[leachWeirTime], u[leachRatio]
	p.over = leachOverflow{}
	p.bAcid, p.bSulfate, p.bSolution, p.bSlurry, p.bSolids, p.bInert = p.supply[l.acid], 0, 0, 0, 0, 0
	if l.sulfate >= 0 {
		p.bSulfate = p.supply[l.sulfate]
	}
	for _, i := range l.held {
		c := &l.system.Components[i]
		v := c.V * p.supply[i]
		p.bSlurry += v
		if c.Phase == chem.Aqueous {
			p.bSolution += v
		} else {
			p.bSolids += c.M * p.supply[i]
		}
	}
	for _, i := range l.inert {
		p.bInert += l.system.Components[i].M * p.supply[i]
	}
	p.tie = 0
	if l.tie >= 0 {
		if fed := in[0].N[l.tie] + in[1].N[l.tie]; fed > 0 {
			p.tie = max(0, p.supply[l.tie]/fed)
		}
	}
	p.hasAcid, p.hasSolids, p.hasSlurry = p.bSolution > 0 && p.bAcid > leachTrace*p.bSolution, p.bSolids > 0, p.bSlurry > 0
	p.leaching = false
	for j, o := range l.oxides {
		g := &p.grains[j]
		g.fed = in[0].N[o.solid] + in[1].N[o.solid]
		b := p.supply[o.solid]
		if b <= 0 || u[o.b] == 0 {
			continue
		}
		p.leaching = true
		name := l.system.Components[o.solid].Name
		if p.bAcid < 0 || p.bAcid == 0 && p == &l.tanks[0] || p.bSolution <= 0 {
			return fmt.Errorf("total acidity is %.6g mol/s in %.6g m3/s of solution: no acid to leach %.6g mol/s %s", p.bAcid, p.bSolution, b, name)
		}
		if g.fed <= 0 {
			return fmt.Errorf("no %s in the solid feed: the conversion of the %.6g mol/s in the tank has no reference", name, b)
		}
	}
	switch p.start = leachNeutral; {
	case !p.hasAcid && p.leaching:
		p.start = leachEmpty
	case p.hasAcid:
		p.start = math.Log(l.system.FreeAcid(p.bAcid/p.bSolution, p.bSulfate/p.bSolution) / 1000)
	}
	if p.tie == 0 && rate > 0 && p.leaching && p.ratio != 1 {
		return fmt.Errorf("residence_ratio is %g: without SiO2(s) in the solid feed there is no reference for conversion", p.ratio)
	}
	if p.tie == 0 && rate > 0 && p.leaching && p.bSlurry <= rate*p.crest {
		return fmt.Errorf("%.6g m3 held is below the weir crest at %.6g m3: without SiO2(s) in the solid feed there is no reference for conversion", p.bSlurry/rate, p.crest)
	}
	return nil
}

// conditions gives what the oxides of a tank share at p.unknown: the solids that react (volume·ε, kg) and the reference u0/f of
// 1−X. It is false where the conversion has no reference.
func (p *leachTank) conditions() (reacting, reference float64, ok bool) {
	p.core = 0
	if p.hasSolids && p.hasAcid {
		reacting = p.crest * math.Exp(p.unknown[leachLnSolids]-p.unknown[leachLnFlow])
	}
	switch {
	case p.tie > 0:
		return reacting, p.tie, true
	case p.rate == 0 || !p.leaching:
		return reacting, 1, true
	}
	q := math.Exp(p.unknown[leachLnFlow])
	over := q - p.rate*p.crest // u0/f = c = q/Q
	if over <= 0 {
		return 0, 0, false
	}
	p.core = -p.rate * p.crest / over
	return reacting, q * (1 + p.rate*p.weir) / over, true
}

// balance evaluates residuals and slopes at p.unknown. It is false outside the domain.
func (l *LeachTrain) balance(p *leachTank, u []float64) bool {
	reacting, reference, ok := p.conditions()
	if !ok {
		return false
	}
	lnH := p.unknown[leachLnH]
	p.h = 1000 * math.Exp(lnH)
	ion := l.ka2 / (l.ka2 + p.h) // SO4-2 of total sulfate
	p.acid, p.solids, p.slurry, p.solution = p.bSulfate*(1-ion), p.bInert, p.bSlurry, p.bSolution
	var acid, solids, liquid, solid, acidH, solidsH, liquidH, solidH float64 // Σ over oxides of what an extent takes or gives, times dξ/dln(k)
	for j := range l.oxides {
		o, g := &l.oxides[j], &p.grains[j]
		b, order := p.supply[o.solid], u[o.a]
		g.react(b, reference*g.fed, reacting*math.Exp(order*lnH), u[o.b])
		p.acid += o.acids * g.extent
		p.solids += o.mass * b * g.intact
		p.slurry += o.slurry * g.extent
		p.solution += o.solution * g.extent
		d := g.perK * g.k
		w := d * (o.acids + p.h*o.solution)
		acid, acidH = acid+w, acidH+w*order
		w = d * o.mass
		solids, solidsH = solids+w, solidsH+w*order
		w = d * o.solution
		liquid, liquidH = liquid+w, liquidH+w*order
		w = d * (o.slurry - o.solution)
		solid, solidH = solid+w, solidH+w*order
	}
	free := p.h * p.solution
	p.acid += free
	free += p.bSulfate * ion * (1 - ion)
	flow := -1 - p.core*2/3 // u0 counts as k to the power -2/3
	p.flowToK = flow
	p.residual = [leachUnknowns]float64{}
	p.slope = [leachUnknowns][leachUnknowns]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	if p.hasAcid {
		p.residual[leachLnH] = math.Log(p.acid / p.bAcid)
		p.slope[leachLnH] = [leachUnknowns]float64{(acidH + free) / p.acid, acid / p.acid, acid * flow / p.acid}
	}
	if p.hasSolids {
		p.residual[leachLnSolids] = p.unknown[leachLnSolids] - math.Log(p.solids)
		p.slope[leachLnSolids] = [leachUnknowns]float64{solidsH / p.solids, 1 + solids/p.solids, solids * flow / p.solids}
	}
	if p.hasSlurry {
		o := p.overflow(p.solution, p.slurry-p.solution)
		p.over = o
		p.residual[leachLnFlow] = p.unknown[leachLnFlow] - o.ln
		w, wH := o.dln[overLiquid]*liquid+o.dln[overSolid]*solid, o.dln[overLiquid]*liquidH+o.dln[overSolid]*solidH
		p.slope[leachLnFlow] = [leachUnknowns]float64{-wH, -w, 1 - w*flow}
	}
	return true
}

// react finds the extent of one oxide for a supply b, a reference u0, and k = kOfB·factor at 1−X = 1.
func (g *leachGrain) react(b, u0, kOfB, factor float64) {
	g.kOfB, g.k = kOfB, kOfB*factor
	if b <= 0 || u0 <= 0 { // nothing there, or (u0 ≤ 0, see prepare) nothing that reacts
		g.intact, g.extent, g.perK, g.perB = 1, 0, 0, 0
		if b == 0 && g.k > 0 {
			g.perB = 1 // a trace dissolves at once: its rate goes like its amount to the power 2/3
		}
		return
	}
	p, q := u0/b, g.k/b
	t := cubicRoot(p, q)
	square := t * t
	g.intact = p * square * t
	g.extent = b * q * square
	g.perK = 3 * square * g.intact / (2 + g.intact)
	g.perB = 2 * q * square / (2 + g.intact)
}

// cubicRoot is the root t > 0 of p t³ + q t² = 1, for p > 0 and q ≥ 0: Newton from above, which is monotone.
func cubicRoot(p, q float64) float64 {
	t := 1 / math.Max(math.Cbrt(p), math.Sqrt(q))
	for range 60 {
		next := t - (t*t*(p*t+q)-1)/(t*(3*p*t+2*q))
		if next >= t || t-next <= 1e-16*t {
			return t
		}
		t = next
	}
	return t
}

// solveTank finds the unknowns of a tank: Newton from the last ones, then from those without reaction, then by bisection.
func (l *LeachTrain) solveTank(p *leachTank, st *flowsheet.Stage, u, last []float64) error {
	tol := max(1e-13, min(st.Tol, 1e-12))
	if !st.Cold && p.recall(last) && l.newton(p, u, tol) {
		return nil
	}
	p.unreacted()
	if l.newton(p, u, tol) {
		return nil
	}
	p.unreacted()
	for range 40 {
		if err := l.bracketAcid(p, u); err != nil {
			return err
		}
		for _, i := range [2]int{leachLnSolids, leachLnFlow} {
			p.unknown[i] -= p.residual[i] / 2 // half way: the full step may swing
		}
		at := p.unknown
		if l.newton(p, u, tol) {
			return nil
		}
		p.unknown = at
	}
	l.balance(p, u)
	worst := 0
	for i, r := range p.residual {
		if math.Abs(r) > math.Abs(p.residual[worst]) {
			worst = i
		}
	}
	name := [leachUnknowns]string{"acid balance", "solids balance", "volume balance"}[worst]
	return fmt.Errorf("%s not met: relative residual %.3g at pH %.4g", name, p.residual[worst], -p.unknown[leachLnH]/math.Ln10)
}

// unreacted starts from the supply.
func (p *leachTank) unreacted() {
	p.unknown = [leachUnknowns]float64{p.start, leachEmpty, leachEmpty}
	if p.hasSolids {
		p.unknown[leachLnSolids] = math.Log(p.bSolids)
	}
	if p.hasSlurry {
		p.unknown[leachLnFlow] = p.overflow(p.bSolution, p.bSlurry-p.bSolution).ln
	}
}

// newton is false when it does not reach tol.
func (l *LeachTrain) newton(p *leachTank, u []float64, tol float64) bool {
	if !l.balance(p, u) {
		return false
	}
	norm := p.norm()
	for range 40 {
		if norm <= tol {
			return true
		}
		step := p.residual
		if !solve3(&p.slope, &step) {
			return false
		}
		length := 1.0
		for _, d := range step {
			length = min(length, 3/math.Abs(d))
		}
		at, old := p.unknown, norm
		for range 12 {
			for i, d := range step {
				p.unknown[i] = at[i] - length*d
			}
			if l.balance(p, u) {
				if norm = p.norm(); norm < old {
					break
				}
			}
			length /= 2
		}
		if !(norm < old) { // rounding is reached, or Newton is lost
			p.unknown = at
			return l.balance(p, u) && old <= 1e-11
		}
	}
	return norm <= tol
}

func (p *leachTank) norm() float64 {
	return max(math.Abs(p.residual[0]), math.Abs(p.residual[1]), math.Abs(p.residual[2]))
}

// bracketAcid solves the acid balance alone for ln h, by Newton inside a shrinking bracket: what is used and left rises with h.
func (l *LeachTrain) bracketAcid(p *leachTank, u []float64) error {
	lo, hi := -1e5, p.start
	p.unknown[leachLnH] = lo
	if !p.hasAcid {
		p.unknown[leachLnH] = p.start
	}
	if !l.balance(p, u) {
		return fmt.Errorf("conversion has no reference: the tank falls below its weir crest without SiO2(s) in the solid feed")
	}
	if !p.hasAcid {
		return nil
	}
	if p.residual[leachLnH] >= 0 {
		return fmt.Errorf("acid exhausted: the oxides take %.6g mol/s at vanishing acidity, %.6g mol/s available", p.acid, p.bAcid)
	}
	p.unknown[leachLnH] = hi
	for range 200 {
		l.balance(p, u)
		r := p.residual[leachLnH]
		if math.Abs(r) <= 1e-12 || hi-lo <= 1e-12 {
			break
		}
		if r > 0 {
			hi = p.unknown[leachLnH]
		} else {
			lo = p.unknown[leachLnH]
		}
		next := p.unknown[leachLnH] - r/p.slope[leachLnH][leachLnH]
		if !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		p.unknown[leachLnH] = next
	}
	return nil
}

// recall starts from the unknowns of an earlier point; it is false when they are of no use here.
func (p *leachTank) recall(last []float64) bool {
	p.unknown = [leachUnknowns]float64(last)
	if !p.hasAcid {
		p.unknown[leachLnH] = p.start
	}
	lnC := 0.0 // of the solids; q is as much above Q
	if p.rate > 0 && p.hasSlurry {
		Q, solids := math.Exp(last[leachLnFlow]), 0.0
		if p.hasSolids {
			solids = math.Exp(last[leachLnSolids]) * (p.bSlurry - p.bSolution) / p.bSolids
		}
		lnC = math.Log1p(p.rate * p.ratio * (p.crest + p.weir*Q) / (Q + (p.ratio-1)*solids))
	}
	for _, e := range [2]struct {
		unknown int
		has     bool
	}{{leachLnSolids, p.hasSolids}, {leachLnFlow, p.hasSlurry}} {
		if p.unknown[e.unknown] += lnC; !e.has {
			p.unknown[e.unknown] = leachEmpty
		}
	}
	for i, has := range [leachUnknowns]bool{p.hasAcid, p.hasSolids, p.hasSlurry} {
		if v := p.unknown[i]; !(math.Abs(v) < 1e5) || has && v == leachEmpty {
			return false
		}
	}
	return true
}

// settle writes the totals, and what of them leaves and stays.
func (l *LeachTrain) settle(p *leachTank) {
	for _, i := range l.held {
		p.total[i] = p.supply[i]
	}
	for j, o := range l.oxides {
		g := &p.grains[j]
		p.total[o.solid] *= g.intact
		p.total[o.metal] += o.metals * g.extent
		p.total[l.water] += o.waters * g.extent
	}
	if p.hasAcid { // as the equilibrium has it: the difference of supply and use would cancel
		p.total[l.acid] = p.h * (p.solution + p.bSulfate/(l.ka2+p.h))
	}
	p.leaves, p.stays = [2]float64{}, [2]float64{}
	switch {
	case p.over.below && p.hasSlurry:
		p.stays = [2]float64{1 / p.rate, 1 / p.rate}
	case p.hasSlurry:
		for side, theta := range p.over.residence(p.ratio) {
			p.leaves[side], p.stays[side] = 1/(1+p.rate*theta), theta/(1+p.rate*theta)
		}
	}
	if p.rate == 0 {
		p.leaves = [2]float64{1, 1} // also where what flows has no volume
	}
}

// write puts the tank into x.
func (l *LeachTrain) write(p *leachTank, holdup, unknowns []float64) {
	for s, i := range l.held {
		holdup[s] = p.stays[l.side[i]] * p.total[i]
	}
	unknowns[leachLnH], unknowns[leachLnSolids], unknowns[leachLnFlow] = p.unknown[leachLnH], leachEmpty, leachEmpty
	if p.leaves[leachSolid] > 0 {
		ln := math.Log(p.leaves[leachSolid])
		unknowns[leachLnSolids] = max(leachEmpty, p.unknown[leachLnSolids]+ln)
		unknowns[leachLnFlow] = max(leachEmpty, p.unknown[leachLnFlow]+ln)
	}
}

// discharge parts what leaves the last tank, and what passes, into liquid and solid. out[leachLiquid] holds the merged inlets.
func (l *LeachTrain) discharge(out []flowsheet.Stream) {
	liquid, solid := out[leachLiquid], &out[leachSolid]
	p := &l.tanks[len(l.tanks)-1]
	for _, i := range l.held {
		liquid.N[i] = p.leaves[l.side[i]] * p.total[i]
	}
	solid.Zero(liquid.T)
	first, end := l.system.Span(chem.Solid)
	copy(solid.N[first:end], liquid.N[first:end])
	clear(liquid.N[first:end])
}

// solve3 replaces b by the solution of a·x = b. It is false when a is singular.
func solve3(a *[leachUnknowns][leachUnknowns]float64, b *[leachUnknowns]float64) bool {
	m := *a
	for c := range b {
		pivot := c
		for r := c + 1; r < len(b); r++ {
			if math.Abs(m[r][c]) > math.Abs(m[pivot][c]) {
				pivot = r
			}
		}
		m[c], m[pivot] = m[pivot], m[c]
		b[c], b[pivot] = b[pivot], b[c]
		if !(math.Abs(m[c][c]) > 0) {
			return false
		}
		for r := c + 1; r < len(b); r++ {
			f := m[r][c] / m[c][c]
			for k := c + 1; k < len(b); k++ {
				m[r][k] -= f * m[c][k]
			}
			b[r] -= f * b[c]
		}
	}
	for r := len(b) - 1; r >= 0; r-- {
		for k := r + 1; k < len(b); k++ {
			b[r] -= m[r][k] * b[k]
		}
		b[r] /= m[r][r]
	}
	return true
}
