package cascade

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// scatter is a case of the ensemble: 5 % on every tenor of the feed and every flow, by its number alone; with constants, on
// every K as well and less on flows and soap.
func scatter(base *Circuit, chem *Chemistry, constants bool, seed uint64) func(i int, c *Circuit) {
	return func(i int, c *Circuit) {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		with := func(x, part float64) float64 { return x * math.Exp(0.05*part*r.NormFloat64()) }
		for q, x := range base.Sections[0].X {
			c.Sections[0].X[q] = with(x, 1)
		}
		if !constants {
			c.Organic = with(base.Organic, 1)
			for s := range c.Sections {
				c.Sections[s].Flow = with(base.Sections[s].Flow, 1)
			}
			return
		}
		for q := range hydrogen {
			t := chem.Cations[q].LnK + 0.05*r.NormFloat64()
			for s := range c.Sections {
				c.Sections[s].LnK[q] = t
			}
		}
		c.Organic, c.Soap = with(base.Organic, 0.3), with(base.Soap, 0.3)
		for s := 1; s < len(c.Sections); s++ {
			c.Sections[s].Flow = with(base.Sections[s].Flow, 0.3)
		}
	}
}

type ensembleCase struct {
	chem      *Chemistry
	base      *Circuit
	constants bool
}

func (b *sx1) ensemble(kind string, n int, constants bool) ensembleCase {
	c := b.circuit(n, "closed")
	chem := b.with(kind, c)
	if constants {
		for s := range c.Sections {
			for _, q := range chem.Cations {
				c.Sections[s].LnK = append(c.Sections[s].LnK, q.LnK)
			}
		}
	}
	return ensembleCase{chem, c, constants}
}

// run solves cases and counts their paths; look sees each.
func (e ensembleCase) run(t testing.TB, cases int, seed uint64, look func(i int, k *Cascade)) map[Path]int {
	fill := scatter(e.base, e.chem, e.constants, seed)
	all, err := NewEnsemble(e.chem, e.base, cases, 1e-6, fill)
	if err != nil {
		t.Fatal(err)
	}
	var lock sync.Mutex
	paths := map[Path]int{}
	all.Solve(cases, fill, func(i int, k *Cascade, r Result, err error) {
		lock.Lock()
		defer lock.Unlock()
		if paths[r.Path]++; err != nil {
			t.Errorf("case %d: %v", i, err)
		} else if look != nil {
			look(i, k)
		}
	})
	return paths
}

// Every case against its own cold solve.
func TestEnsemble(t *testing.T) {
	b := readSX1(t)
	for _, kind := range []string{"", "d"} {
		for _, constants := range []bool{false, true} {
			e := b.ensemble(kind, 30, constants)
			fill := scatter(e.base, e.chem, constants, 5)
			k, err := New(e.chem, e.base)
			if err != nil {
				t.Fatal(err)
			}
			c, worst, seen := e.base.Clone(), 0.0, 0
			paths := e.run(t, 200, 5, func(i int, got *Cascade) {
				seen++
				fill(i, c)
				if _, err := k.Solve(c, 1e-10, true); err != nil {
					t.Fatal(err)
				}
				for j := range k.n {
					x := k.Aqueous(j)
					for q, v := range got.Aqueous(j) {
						worst = max(worst, math.Abs(v-x[q])/(1e-4+x[q]))
					}
				}
			})
			t.Logf("model %q, constants %v: %v, concentrations within %.1g", kind, constants, paths, worst)
			if seen != 200 || paths[Anchored] < 190 || !(worst < 1e-3) {
				t.Errorf("model %q, constants %v: %d cases, %v, concentrations differ by %.2g", kind, constants, seen, paths, worst)
			}
		}
	}
}
