package cascade

import (
	"fmt"
)

// Result says how a solve went.
type Result struct {
	Path    Path
	Closure float64 // worst residual of the unknowns' equations
	Count   Count
}

// Solve finds the steady state of a circuit of the shape that the cascade was made for. With cold false the unknowns of
// the last solve are the start. tol is the largest closure, relative to the extractant.
func (k *Cascade) Solve(c *Circuit, tol float64, cold bool) (Result, error) {
	k.count = Count{}
	if err := c.check(k.m); err != nil {
		return Result{Path: Failed}, err
	}
	if c.stages() != k.n || len(c.Returns)+1 > len(k.w) {
		return Result{Path: Failed}, fmt.Errorf("circuit of %d stages in a cascade of %d", c.stages(), k.n)
	}
	if err := k.set(c); err != nil {
		return Result{Path: Failed}, err
	}
	if !cold {
		if ok, _, most := k.newton(30, tol); ok {
			return Result{Warm, most, k.count}, nil
		}
	}
	path := k.coldSolve(tol)
	_, most := size(k.res)
	r := Result{path, most, k.count}
	if path == Failed {
		return r, k.explain()
	}
	return r, nil
}

func (k *Cascade) explain() error {
	return fmt.Errorf("no solution found")
}
