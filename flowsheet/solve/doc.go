// Package solve is the numerics under the plant and its units, and knows nothing of either.
//
//	LU        factors of a small dense matrix
//	Newton    r(x) = 0 with a Jacobian at hand, damped
//	Stage     Rate·(x − Prev) = f(x), 0 = f(x): one implicit stage of a simple unit that writes only its rates
//	SDIRK     dx/dt = f(t, x) by such stages, order 4(3), L-stable, steps by their error
//	GMRES     A·x = b where A is known by its products: the tangents of a plant
//	Anderson  x = G(x): the first passes over the recycles
//	Root      f(x) = 0 on an interval
//	Fit       least Σ ρ(r) over data, with bounds, outliers and bands
//
// A stirred tank is a stage with one line per holdup:
//
//	tank := solve.NewStage(1, 1, []float64{1}, []float64{0})
//	err := tank.Solve(0, nil, x, 1e-10, func(x, fx []float64) {
//		fx[0] = feed - flow*x[0]/volume - k*x[0]*x[0]
//	})
//
// Every type is made once with its size and does not allocate after that, errors excepted. A result depends on the
// arguments of the call alone: nothing is carried over from one solve to the next but scratch (Anderson, whose history is
// its purpose, is the exception). No type may be used by two goroutines at a time. A slice of the wrong length is a
// mistake in the program and panics.
package solve
