package cascade

import (
	"math"
	"testing"
)

func TestTmpJac(t *testing.T) {
	for _, eta := range []float64{1, 0.8} {
		b := readSX1(t)
		c := b.circuit(10, "closed")
		for s := range c.Sections {
			c.Sections[s].OrganicCarried, c.Sections[s].AqueousCarried = 0.01, 0.02
		}
		c.Returns = []Return{{2, 1, 0, 0.1}}
		chem := b.with("m", c)
		chem.Water = 1e-3
		if eta < 1 {
			for s := range c.Sections {
				c.Sections[s].Murphree = make([]float64, len(chem.Cations))
				for i := range chem.Cations {
					c.Sections[s].Murphree[i] = eta
				}
				c.Sections[s].Murphree[hydrogen] = 1
			}
		}
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Solve(c, 1e-9, true); err != nil {
			t.Fatal(err)
		}
		k.ions = 1
		k.evaluate(k.v, k.res)
		k.refactor()
		jac := append([]float64(nil), k.jac...)
		at := append([]float64(nil), k.v...)
		k.jacobian()
		copy(jac, k.jac)
		lo, hi := make([]float64, len(k.v)), make([]float64, len(k.v))
		worst := 0.0
		for q := range k.n {
			copy(k.v, at)
			k.v[q] = at[q] - 1e-5
			k.evaluate(k.v, lo)
			k.v[q] = at[q] + 1e-5
			k.evaluate(k.v, hi)
			for j := range k.n {
				want := (hi[j] - lo[j]) / 2e-5
				worst = max(worst, math.Abs(want-jac[j*k.n+q]))
			}
		}
		t.Log(worst)
	}
}
