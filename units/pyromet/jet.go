package pyromet

import "math"

// jet is a number with two derivatives: d along the direction of a tangent, x by the unknown of an inner equation.
// What is computed with jets has exact derivatives without a second set of formulas.
type jet struct{ v, d, x float64 }

func num(v float64) jet { return jet{v: v} }

func (a jet) add(b jet) jet           { return jet{a.v + b.v, a.d + b.d, a.x + b.x} }
func (a jet) sub(b jet) jet           { return jet{a.v - b.v, a.d - b.d, a.x - b.x} }
func (a jet) mul(b jet) jet           { return jet{a.v * b.v, a.d*b.v + a.v*b.d, a.x*b.v + a.v*b.x} }
func (a jet) times(c float64) jet     { return jet{c * a.v, c * a.d, c * a.x} }
func (a jet) div(b jet) jet           { q := a.v / b.v; return jet{q, (a.d - q*b.d) / b.v, (a.x - q*b.x) / b.v} }
func (a jet) by(v, slope float64) jet { return jet{v, slope * a.d, slope * a.x} } // v = f(a.v), slope = f'(a.v)
func (a jet) exp() jet                { e := math.Exp(a.v); return a.by(e, e) }
func (a jet) log() jet                { return a.by(math.Log(a.v), 1/a.v) }
func (a jet) sqrt() jet               { r := math.Sqrt(a.v); return a.by(r, 1/(2*r)) }
func (a jet) inv() jet                { return num(1).div(a) }

// expm1 is e^a − 1.
func (a jet) expm1() jet { return a.by(math.Expm1(a.v), math.Exp(a.v)) }

// atLeast0 is a where it is positive, else 0.
func (a jet) atLeast0() jet {
	if a.v > 0 {
		return a
	}
	return jet{}
}

// root is the z between lo and hi at which the rising f is 0, with its derivative along d; f(z).x must be its derivative by z. f may be
// infinite at the ends. ok is false where f does not change its sign.
func root(f func(z jet) jet, lo, hi float64) (z jet, ok bool) {
	a, b := f(jet{v: lo, x: 1}), f(jet{v: hi, x: 1})
	if !(a.v <= 0 && b.v >= 0) {
		return jet{}, false
	}
	at, step := lo+(hi-lo)/2, hi-lo
	for range 300 {
		y := f(jet{v: at, x: 1})
		if y.v > 0 {
			hi = at
		} else {
			lo = at
		}
		next := at - y.v/y.x
		if !(next > lo && next < hi) || math.Abs(next-at) > step/2 { // out of the bracket, or creeping where f grows like exp
			next = lo + (hi-lo)/2
		}
		step = math.Abs(next - at)
		if y.v == 0 || math.Abs(next-at) <= 1e-15*math.Abs(at) || next <= lo || next >= hi {
			break
		}
		at = next
	}
	y := f(jet{v: at, x: 1})
	for _, beside := range []float64{lo, hi} { // rounding may end where f is infinite
		if math.IsInf(y.v, 0) {
			at, y = beside, f(jet{v: beside, x: 1})
		}
	}
	return jet{v: at, d: -y.d / y.x}, true
}
