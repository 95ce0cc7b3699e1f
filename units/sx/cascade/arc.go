package cascade

import (
	"math"

	"reetwin/flowsheet/solve"
)

// arc is a curve of solutions over a parameter p, followed by its length: p is one more unknown, and a step along the tangent
// is corrected in the plane across it, so that folds are passed (pseudo-arclength: Keller 1977, in Applications of
// Bifurcation Theory, Academic Press, 359).
type arc struct {
	k     *Cascade
	p     float64
	set   func(p float64)
	by    func(out []float64) // derivative of the residuals after p
	gmres *solve.GMRES
	mul   func(v, out []float64) error
	// Unknowns and p: tangent, start of a step, right-hand side, solution, GMRES's; derivative after p, and preconditioned.
	tangent, at, rhs, sol, krylov, pre, side, bent []float64
}

// What an arc takes. Lengths are of the unknowns, logarithms most of them, and p.
const (
	arcFirst, arcLeast       = 0.1, 1e-9 // steps, and
	arcLong, arcShort        = 8.0, 1.0  // longest of them; the short where the long lost their way
	arcSteps                 = 1500      // at most
	arcNewton                = 6         // steps of Newton back to the curve, from a closure of
	arcWild                  = 50.0      // at most to
	arcClosure               = 1e-4
	arcProducts              = 120
	arcTangent, arcCorrector = 1e-4, 1e-2 // of GMRES
	arcIons                  = 1e-8       // the tangent's with hydroxide: where it takes over from acid given, unknowns move far
	arcUseless               = 0.3        // what it may leave at worst
)

func (k *Cascade) newArc(p float64, set func(p float64), by func(out []float64)) *arc {
	n := len(k.v) + 1
	a := &arc{k: k, p: p, set: set, by: by, gmres: solve.NewGMRES(n, arcProducts)}
	for _, q := range []*[]float64{&a.tangent, &a.at, &a.rhs, &a.sol, &a.krylov, &a.pre, &a.side, &a.bent} {
		*q = make([]float64, n)
	}
	a.mul = func(v, out []float64) error {
		a.precondition(v, a.pre)
		n := len(v) - 1
		k.product(a.pre[:n], out[:n])
		for i, s := range a.side[:n] {
			out[i] += a.pre[n] * s
		}
		out[n] = dot(a.tangent, a.pre)
		return nil
	}
	return a
}

// follow goes along the curve from the solution at hand, first the way in which p changes by dir, by steps of at most longest,
// until done says so after one. It says whether it came to that; if not, the unknowns are those of the last solution.
func (a *arc) follow(dir, longest float64, done func() bool) bool {
	k, n := a.k, len(a.at)-1
	clear(a.tangent)
	a.tangent[n] = dir
	k.evaluate(k.v, k.res)
	length := arcFirst
	for range arcSteps {
		if !a.turn() {
			return false
		}
		copy(a.at, k.v)
		a.at[n] = a.p
		for {
			a.move(length)
			if steps, ok := a.correct(length); ok {
				switch {
				case steps <= 2:
					length = min(1.6*length, longest)
				case steps > 3:
					length *= 0.7
				}
				break
			}
			if length *= 0.3; length < arcLeast {
				a.move(0)
				return false
			}
		}
		if done() {
			return true
		}
	}
	return false
}

// turn finds the tangent at the last evaluated point, on the side of the last one.
func (a *arc) turn() bool {
	clear(a.rhs)
	a.rhs[len(a.rhs)-1] = 1
	tol := arcTangent
	if a.k.ions > 0 {
		tol = arcIons
	}
	if !a.linearise() || !a.solve(tol) {
		return false
	}
	two, _ := size(a.sol)
	for i, t := range a.sol {
		a.tangent[i] = t / two
	}
	return two-two == 0
}

// move goes a length along the tangent.
func (a *arc) move(length float64) {
	n := len(a.at) - 1
	for i := range a.k.v {
		a.k.v[i] = a.at[i] + length*a.tangent[i]
	}
	a.p = a.at[n] + length*a.tangent[n]
	a.set(a.p)
}

// correct goes back to the curve, across the tangent, by steps that are not longer than the step along it.
func (a *arc) correct(length float64) (steps int, ok bool) {
	k, n := a.k, len(a.at)-1
	for ; steps < arcNewton; steps++ {
		k.evaluate(k.v, k.res)
		_, most := size(k.res)
		if most < arcClosure {
			return steps, true
		}
		if !(most < arcWild) || !a.linearise() {
			break
		}
		for i, r := range k.res {
			a.rhs[i] = -r
		}
		a.rhs[n] = 0
		if !a.solve(arcCorrector) {
			break
		}
		if two, _ := size(a.sol); !(two < 2*length+1e-6) {
			break
		}
		for i := range k.v {
			k.v[i] += a.sol[i]
		}
		a.p += a.sol[n]
		a.set(a.p)
	}
	return steps, false
}

// linearise prepares solve at the last evaluated point.
func (a *arc) linearise() bool {
	if !a.k.refactor() {
		return false
	}
	a.k.linearise()
	n := len(a.side) - 1
	a.by(a.side[:n])
	a.k.precondition(a.side[:n], a.bent[:n])
	return true
}

// solve writes to sol what solves the bordered system for rhs.
func (a *arc) solve(tol float64) bool {
	rel, _, _ := a.gmres.Solve(a.mul, a.rhs, a.krylov, tol)
	a.precondition(a.krylov, a.sol)
	return rel < arcUseless
}

// precondition solves the bordered system with the cascade's preconditioner in place of its derivatives.
func (a *arc) precondition(r, z []float64) {
	n := len(r) - 1
	a.k.precondition(r[:n], z[:n])
	pivot := a.tangent[n] - dot(a.tangent[:n], a.bent[:n])
	if math.Abs(pivot) < 1e-6 {
		pivot = math.Copysign(1e-6, pivot)
	}
	z[n] = (r[n] - dot(a.tangent[:n], z[:n])) / pivot
	for i, b := range a.bent[:n] {
		z[i] -= z[n] * b
	}
}
