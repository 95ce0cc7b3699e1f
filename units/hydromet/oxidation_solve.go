package hydromet

import (
	"fmt"
	"math"
)

// react finds, per kg of supply, how much of each reactant is left when every reaction goes as far as its rate in the tank lets it. What is
// left is the unknown, not what has reacted: of Fe(II) at pH 9 that is a billionth. Where Newton fails from the start the time in the tank grows
// from nothing to what it is.
func (o *OxidationTank) react(u, x []float64, stays float64, cold bool) error {
	const first, growth, finest = 1e-9, 30, 1.1
	w := o.water
	left := x[o.at.left:o.at.oxygen]
	warm := w.start(cold, x[o.at.memory:o.at.left])
	o.bound(left, warm)
	err := o.settle(u, left, stays, warm)
	if err == nil {
		x[o.at.oxygen] = o.now.c
		return nil
	}
	o.bound(left, false)
	copy(o.good, left)
	at, factor, warm := first*stays, float64(growth), false
	for {
		if failed := o.settle(u, left, at, warm); failed == nil {
			if at == stays {
				x[o.at.oxygen] = o.now.c
				return nil
			}
			warm = true
			copy(o.good, left)
			o.reached = at
			at = math.Min(at*factor, stays)
			continue
		}
		if factor = math.Sqrt(factor); factor < finest || !warm {
			return err
		}
		copy(left, o.good)
		at = math.Min(o.reached*factor, stays)
		warm = true
	}
}

// settle is Newton on what is left for one time in the tank.
func (o *OxidationTank) settle(u, left []float64, stays float64, warm bool) error {
	const (
		evaluations = 120
		near        = 1e-9  // a step so small is taken without asking
		done        = 1e-14 // and so small is rounding
	)
	last, merit, rounding := math.Inf(1), math.Inf(1), 0
	for range evaluations {
		if err := o.find(left, warm); err != nil {
			return err
		}
		warm = true
		o.rates(u, stays, left)
		m := o.merit()
		if m >= merit && last > near && o.share > 1e-6 { // solids come and go: the slope was another's
			o.back(left)
			continue
		}
		merit = m
		if err := o.newton(u, stays); err != nil {
			return err
		}
		worst := o.worst(left)
		if rounding++; worst > 1e-10 || worst < last/4 {
			rounding = 0
		}
		if worst <= done || rounding > 1 {
			o.refine()
			return nil
		}
		last = worst
		o.advance(left)
	}
	return fmt.Errorf("the oxidation does not settle in %d steps at pH %.3g, the last by %.1g", evaluations, o.water.result.PH, last)
}

// merit is the sum of squares of what the reactions are off their rates, as parts of their reactants.
func (o *OxidationTank) merit() (sum float64) {
	for r, rate := range o.rate {
		if have := o.reactant(r); have > 0 {
			off := (rate - o.extent[r]) / have
			sum += off * off
		}
	}
	return sum
}

// newton finds the step of the extents.
func (o *OxidationTank) newton(u []float64, stays float64) error {
	if err := o.linearise(u, stays); err != nil {
		return err
	}
	for r := range o.reactions {
		o.jacobian[r][len(o.reactions)] = o.rate[r] - o.extent[r]
	}
	if !o.solveStep() {
		return fmt.Errorf("the oxidation has no next step at pH %.3g", o.water.result.PH)
	}
	return nil
}

// reactant is what there is of a reaction's reactant, mol/kg, before any reaction.
func (o *OxidationTank) reactant(r int) float64 {
	if k := o.reactions[r].key; k >= 0 {
		return o.water.totals[k]
	}
	return o.g[o.peroxide] / o.water.kg
}

// fall turns steps or extents of the reactions into the fall of what is left.
func (o *OxidationTank) fall(r int, extents []float64) float64 {
	d := extents[r]
	if o.reactions[r].law == ferrousByOxygen && o.byPeroxide >= 0 {
		d += 2 * extents[o.byPeroxide]
	}
	return d
}

// bound begins with nothing reacted, or keeps a start value to what is there.
func (o *OxidationTank) bound(left []float64, warm bool) {
	for r := range left {
		if have := o.reactant(r); !warm || !(left[r] >= 0 && left[r] <= have) {
			left[r] = have
		}
	}
	o.ration(left)
}

// extents sets what has reacted, mol/kg.
func (o *OxidationTank) extents(left []float64) {
	for r := range o.reactions {
		o.extent[r] = o.reactant(r) - left[r]
	}
	if p := o.byPeroxide; p >= 0 {
		o.extent[o.byOxygen] -= 2 * o.extent[p]
	}
}

// find solves the equilibrium after the reactions.
func (o *OxidationTank) find(left []float64, warm bool) error {
	w := o.water
	o.extents(left)
	copy(o.after, w.totals)
	for r, xi := range o.extent {
		for j, n := range o.reactions[r].totals {
			o.after[j] += n * xi
		}
	}
	for r := range o.reactions {
		if k := o.reactions[r].key; k >= 0 {
			o.after[k] = left[r]
		}
	}
	if err := w.find(warm); err != nil {
		return fmt.Errorf("after oxidation: %w", err)
	}
	return nil
}

// refine takes the extent of a slow reaction from its rate: the difference of what came and what is left is rounding there.
func (o *OxidationTank) refine() {
	for r, rate := range o.rate {
		if rate >= 0 && rate < 0.5*o.reactant(r) {
			for j, n := range o.reactions[r].totals {
				if j != o.reactions[r].key && j != o.ferrous { // its total is what is left of it
					o.after[j] += n * (rate - o.extent[r])
				}
			}
			o.extent[r] = rate
		}
	}
}

// worst is the largest relative change of what is left that the step makes.
func (o *OxidationTank) worst(left []float64) (worst float64) {
	for r, v := range left {
		if v > 0 {
			worst = math.Max(worst, math.Abs(o.fall(r, o.step))/v)
		}
	}
	return worst
}

// advance takes the step, shortened so that a tenth of every reactant is left: it is a start for the next.
func (o *OxidationTank) advance(left []float64) {
	const least = 0.1
	copy(o.before, left)
	o.share = 1
	for r, v := range left {
		if d := o.fall(r, o.step); v > 0 && o.share*d > (1-least)*v {
			o.share = (1 - least) * v / d
		}
	}
	o.along(left)
}

// back takes half of the step instead.
func (o *OxidationTank) back(left []float64) {
	o.share /= 2
	o.along(left)
}

func (o *OxidationTank) along(left []float64) {
	for r, v := range o.before {
		left[r] = math.Min(v-o.share*o.fall(r, o.step), o.reactant(r))
	}
	o.ration(left)
}

// ration keeps peroxide from having taken more iron than is gone.
func (o *OxidationTank) ration(left []float64) {
	if p := o.byPeroxide; p >= 0 {
		gone := o.reactant(o.byOxygen) - left[o.byOxygen]
		left[p] = math.Max(left[p], o.reactant(p)-gone/2)
	}
}

// solveStep eliminates in the small Jacobian; the step is false when it is singular.
func (o *OxidationTank) solveStep() bool {
	a, n := o.jacobian, len(o.reactions)
	for c := range n {
		p := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p] = a[p], a[c]
		if a[c][c] == 0 || math.IsNaN(a[c][c]) {
			return false
		}
		for r := range n {
			if r != c {
				f := a[r][c] / a[c][c]
				for k := c; k <= n; k++ {
					a[r][k] -= f * a[c][k]
				}
			}
		}
	}
	for r := range n {
		o.step[r] = a[r][n] / a[r][r]
	}
	return true
}
