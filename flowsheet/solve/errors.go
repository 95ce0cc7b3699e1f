package solve

import (
	"errors"
	"fmt"
)

// Reasons why an iteration ended without a solution; found with errors.Is.
var (
	// ErrDomain: the functions have no finite value where one is needed.
	ErrDomain = errors.New("functions are undefined at this point")
	// ErrStalled: no step along the Newton direction lowers the residual.
	ErrStalled = errors.New("no step lowers the residual")
	// ErrLeaves: a march in pseudo-time leads out of where the functions are defined.
	ErrLeaves = errors.New("the states run to where the functions are undefined")
	// ErrIterations: the limit on iterations was reached.
	ErrIterations = errors.New("iteration limit reached")
	// ErrBreakdown: the operator is singular on the space that GMRES has built.
	ErrBreakdown = errors.New("operator is singular on the krylov space")
)

// Singular says that elimination found no usable pivot for unknown Pivot (from 0).
type Singular struct{ Pivot int }

func (e *Singular) Error() string { return fmt.Sprintf("matrix is singular at pivot %d", e.Pivot) }

// NotConverged is the error of Stage.Solve. It describes the last point reached, which is left in x.
type NotConverged struct {
	Equation   int     // the worst equation: the largest Relative, or the first without a finite value
	Residual   float64 // its residual, in the unit of f
	Relative   float64 // its residual over the size of its terms
	Iterations int     // Newton steps in all
	Steps      int     // steps in pseudo-time tried after Newton alone had failed
	Cause      error   // ErrDomain, ErrStalled, ErrIterations, ErrLeaves or *Singular
}

func (e *NotConverged) Error() string {
	return fmt.Sprintf("not converged after %d iterations and %d pseudo-time steps: equation %d has residual %.3g (relative %.3g): %v",
		e.Iterations, e.Steps, e.Equation, e.Residual, e.Relative, e.Cause)
}

// Unwrap gives the cause.
func (e *NotConverged) Unwrap() error { return e.Cause }

// eps is the spacing of floating-point numbers at 1.
const eps = 0x1p-52

func mustLen(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("solve: %s has length %d, want %d", what, got, want))
	}
}
