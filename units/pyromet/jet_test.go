package pyromet

import (
	"math"
	"testing"
)

// A function that is flat and then grows like exp sends Newton far out, from where it would creep back by one a step: the root is found all the
// same, wherever it lies.
func TestRootOfAFlatFunctionThatGrowsLikeExp(t *testing.T) {
	for _, want := range []float64{-8, -3, 0.5, 2, 4, 7, 9} {
		x := math.Exp(want)
		target := 1 - math.Exp(-x) + 1e-6*x
		z, ok := root(func(z jet) jet {
			theta := z.exp()
			return theta.times(1e-6).sub(theta.times(-1).expm1()).sub(jet{v: target})
		}, -600, 600)
		f := 1 - math.Exp(-math.Exp(z.v)) + 1e-6*math.Exp(z.v)
		if !ok || math.Abs(f/target-1) > 1e-12 {
			t.Errorf("root at %g: found %g, f is %g of %g", want, z.v, f, target)
		}
	}
}

// The metal that refining evaporates goes with the time, not with the size of the charge: it was all of it for some sizes.
func TestRefiningOfAnyCharge(t *testing.T) {
	first := math.NaN()
	for _, size := range []float64{0.1, 0.2, 0.4, 0.5, 0.7, 1, 1.5, 3} {
		z, ok := root(func(z jet) jet { // 4 mol of metal at 1e-6 mol/s, of 1e-3 that does not evaporate, for 1200 s
			theta := z.exp()
			return theta.times(-1e-6).expm1().times(-4 * size / 1e-6).add(theta.times(1e-3 * size)).times(1 / 1200.).sub(jet{v: 1})
		}, -600, 600)
		gone := -math.Expm1(-1e-6*math.Exp(z.v)) * 4 * size
		if math.IsNaN(first) {
			first = gone
		}
		if !ok || math.Abs(gone/first-1) > 1e-3 {
			t.Errorf("charge %g: %g mol evaporate, %g of the smallest", size, gone, first)
		}
	}
}
