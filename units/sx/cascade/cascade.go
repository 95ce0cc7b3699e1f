package cascade

import (
	"fmt"
	"math"
)

// Result says how a solve went.
type Result struct {
	Path    Path
	Closure float64 // worst residual of the unknowns' equations
	Count   Count
	Base    *Base // left over in the water; nil where no stage is alkaline, or Chemistry.Water is 0
}

// Solve finds the steady state of a circuit of the shape that the cascade was made for. With cold false the unknowns of
// the last solve are the start. tol is the largest closure, relative to the extractant.
func (k *Cascade) Solve(c *Circuit, tol float64, cold bool) (Result, error) {
	k.count = Count{}
	if err := k.prepare(c, nil); err != nil {
		return Result{Path: Failed}, err
	}
	path := Failed
	if !cold {
		k.byRule()
		if ok, _, _ := k.newton(30, tol); ok && k.ionise(tol) {
			path = Warm
		}
	}
	if path == Failed {
		if path = k.coldSolve(tol); path != Failed && !k.ionise(tol) {
			path = k.alkaline(tol)
		}
	}
	_, most := size(k.res)
	r := Result{Path: path, Closure: most, Count: k.count, Base: k.leftOver()}
	if path == Failed {
		return r, k.explain()
	}
	return r, nil
}

// prepare makes the circuit the problem, if it can be one.
func (k *Cascade) prepare(c *Circuit, step *Step) error {
	if err := c.check(k.m); err != nil {
		return err
	}
	if c.stages() != k.n || len(c.Returns)+1 > len(k.w) {
		return fmt.Errorf("circuit of %d stages in a cascade of %d", c.stages(), k.n)
	}
	return k.set(c, step)
}

// Failure says why a circuit has no solution, or none that was found.
type Failure struct {
	Section string  // and
	Stage   int     // from 1 within it: where it is worst
	Closure float64 // of the extractant there
	Free    float64 // part of the extractant that is free there
	Loading float64 // part that metals hold
	Metal   string  // the one that holds most
	Given   float64 // charge of acid per time that the stages ask for besides; 0 where that is not the cause
	Ample   float64 // the least extractant, over the circuit's, for which correlations have a solution that was found; 0 where none did
	Soap    float64 // charge per time that saponification offers, and
	Demand  float64 // that of the metals fed
}

func (f *Failure) Error() string {
	at := fmt.Sprintf("%s stage %d", f.Section, f.Stage)
	state := fmt.Sprintf("%.2g of the extractant is free, %.3g %% holds metal, most %s", f.Free, 100*f.Loading, f.Metal)
	switch {
	case f.Given > 0:
		return fmt.Sprintf("no equilibrium found near %s: %s. Cations bind other amounts of extractant than their exponents say: such a model "+
			"need not have a solution where extractant and acid run out together (followed to where %.3g of acid per time are missing)", at, state, f.Given)
	case f.Ample > 1:
		return fmt.Sprintf("no equilibrium found near %s: with %.4g times the extractant there is one, in which %s. Correlations need not have a solution where the "+
			"extractant runs out", at, f.Ample, state)
	case f.Free < 1e-4:
		return fmt.Sprintf("%s has no free extractant: %s; saponification offers %.4g, metals need %.4g of charge per time", at, state, f.Soap, f.Demand)
	}
	return fmt.Sprintf("no equilibrium found: extractant of %s open by %.2g; %s", at, f.Closure, state)
}

// explain looks for the reason of a failure.
func (k *Cascade) explain() error {
	if err := k.exhausted(); err != nil {
		return err
	}
	f := &Failure{}
	worst, at := -1.0, 0
	continued := k.endAid > 0 && k.moment == nil && k.m.inconsistent()
	if continued {
		copy(k.v, k.end)
		k.aid = k.endAid
		defer k.setAid(0)
	} else if k.ample > 1 && k.moment == nil {
		f.Ample = k.ample
		copy(k.v, k.end)
	}
	k.evaluate(k.v, k.res)
	for j := range k.n {
		t := math.Abs(k.res[j])
		if continued {
			t = k.given[j]
			f.Given += t
		} else if f.Ample > 1 {
			t = -k.FreeDimer(j)
		}
		if t > worst || j == 0 {
			worst, at = t, j
		}
	}
	s := k.section[at]
	f.Section, f.Stage = k.circuit.Sections[s].Name, at-k.circuit.first(s)+1
	f.Closure, f.Free, f.Loading = math.Expm1(math.Abs(k.res[at])), k.FreeDimer(at)/k.circuit.Capacity, k.Loading(at)
	most := 0.0
	for i, q := range k.m.Cations {
		if t := q.Z * k.organicAt(at, i); k.m.metal[i] > 0 && t > most {
			most, f.Metal = t, q.Name
		}
		for j := range k.n {
			f.Demand += k.m.metal[i] * k.base.feed[j*k.c+i]
		}
	}
	f.Soap = k.circuit.Organic * k.circuit.Capacity * k.circuit.Soap
	return f
}
