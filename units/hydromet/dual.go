package hydromet

import "math"

// dual is a number with its derivative along the direction of a tangent. What is computed with duals needs no second set of formulas;
// with a zero direction it is the value alone.
type dual struct{ v, d float64 }

func num(v float64) dual { return dual{v: v} }

func (a dual) add(b dual) dual          { return dual{a.v + b.v, a.d + b.d} }
func (a dual) sub(b dual) dual          { return dual{a.v - b.v, a.d - b.d} }
func (a dual) mul(b dual) dual          { return dual{a.v * b.v, a.d*b.v + a.v*b.d} }
func (a dual) times(c float64) dual     { return dual{c * a.v, c * a.d} }
func (a dual) div(b dual) dual          { q := a.v / b.v; return dual{q, (a.d - q*b.d) / b.v} }
func (a dual) by(v, slope float64) dual { return dual{v, slope * a.d} } // v = f(a.v), slope = f'(a.v)
func (a dual) exp() dual                { e := math.Exp(a.v); return a.by(e, e) }
func (a dual) log() dual                { return a.by(math.Log(a.v), 1/a.v) }
func (a dual) sqrt() dual               { r := math.Sqrt(a.v); return a.by(r, 1/(2*r)) }

// moving is a flow or handle of an inlet as a dual; din is nil for the value alone.
func moving(n []float64, dn []float64, i int) dual {
	if dn == nil {
		return num(n[i])
	}
	return dual{n[i], dn[i]}
}
