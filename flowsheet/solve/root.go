package solve

import "math"

// Root finds a zero of f between lo and hi, in either order, at whose ends f must differ in sign. The zero lies within
// tol + 4·eps·|x| of x. ok is false, and x NaN, if the signs agree, if f is NaN where it is asked, or after 2000 values of f.
//
// Inverse quadratic and secant steps inside a bracket that bisection keeps shrinking: Brent, Algorithms for Minimization
// without Derivatives (1973), chapter 4.
func Root(f func(float64) float64, lo, hi, tol float64) (x float64, ok bool) {
	a, b := lo, hi // b is the best point, a the one before
	fa, fb := f(a), f(b)
	c, fc := b, fb // the zero is between b and c
	if fa == 0 {
		return a, true
	}
	if !(fa*sign(fb) <= 0) {
		return math.NaN(), false
	}
	var step, before float64 // the last step and the one before it
	for range 2000 {
		if sign(fb) == sign(fc) {
			c, fc = a, fa
			step = b - a
			before = step
		}
		if math.Abs(fc) < math.Abs(fb) {
			a, b, c = b, c, b
			fa, fb, fc = fb, fc, fb
		}
		least := tol/2 + 2*eps*math.Abs(b)
		half := c/2 - b/2
		if fb == 0 || math.Abs(half) <= least {
			return b, true
		}
		t := interpolate(a, b, c, fa, fb, fc)
		if t/half > 0 && math.Abs(t) < math.Abs(before)/2 && t/half < 1.5 && math.Abs(fa) > math.Abs(fb) {
			before, step = step, t
		} else { // also for a t that is NaN
			before, step = half, half
		}
		a, fa = b, fb
		if math.Abs(step) < least {
			step = math.Copysign(least, half)
		}
		b += step
		if fb = f(b); math.IsNaN(fb) {
			break
		}
	}
	return math.NaN(), false
}

// interpolate gives the step from b to where the inverse quadratic (the secant, where a is c) vanishes.
func interpolate(a, b, c, fa, fb, fc float64) float64 {
	s := fb / fa
	if a == c {
		return (c - b) * s / (s - 1)
	}
	q, r := fa/fc, fb/fc
	return s * ((c-b)*q*(q-r) - (b-a)*(r-1)) / ((1 - q) * (r - 1) * (s - 1))
}

// sign is -1, 0 or 1; NaN for NaN.
func sign(x float64) float64 {
	if x == 0 || math.IsNaN(x) {
		return x
	}
	return math.Copysign(1, x)
}
