package cascade

import (
	"fmt"
	"math"
)

// audit checks a solution of an SX-1 circuit by the equations as the benchmark states them. It shares nothing with the
// kernel but the answers: concentrations, ln r and free ligand.
func audit(k *Cascade, c *Circuit, chem *Chemistry) string {
	n, h, na := k.Stages(), chem.Hydrogen, chem.Soap
	nc := len(chem.Cations)
	ne, ns := c.Sections[0].Stages, c.Sections[1].Stages
	aq := func(j int) float64 {
		switch {
		case j < ne:
			return c.Sections[0].Flow + c.Sections[1].Flow
		case j < ne+ns:
			return c.Sections[1].Flow
		}
		return c.Sections[2].Flow
	}
	dimers := func(i int) float64 {
		if m := chem.Cations[i].M; m != 0 {
			return m / 2
		}
		return chem.Cations[i].Z
	}
	y := make([][]float64, n)
	for j := range y {
		y[j] = make([]float64, nc)
		k.Organic(j, y[j])
		for i, v := range y[j] {
			if !(v >= 0) || !(k.Aqueous(j)[i] >= 0) {
				return fmt.Sprintf("stage %d: %s is %g", j+1, chem.Cations[i].Name, v)
			}
		}
	}
	// Free dimer and acid from the stage's own sums.
	free, acid := make([]float64, n), make([]float64, n)
	for j := range n {
		free[j] = c.Capacity
		charge := 0.0
		for i := range nc {
			if i != h {
				free[j] -= dimers(i) * y[j][i]
			}
			charge += chem.Cations[i].Z * k.Aqueous(j)[i]
		}
		if e := math.Abs(free[j]-y[j][h]) / c.Capacity; !(e < 1e-8) {
			return fmt.Sprintf("stage %d: extractant open by %.2g", j+1, e)
		}
		acid[j] = y[j][h] / math.Exp(k.LnR(j))
		_ = charge
	}
	// Equilibria.
	for j := range n {
		for i, q := range chem.Cations {
			x := k.Aqueous(j)[i]
			side := 1.0
			for l := range chem.Ligands {
				s, _ := k.Ligand(l, j)
				if len(q.Beta) > l {
					side += q.Beta[l][0]*s + q.Beta[l][1]*s*s
				}
			}
			if i == h {
				if e := math.Abs(x/side/acid[j] - 1); !(e < 1e-8) {
					return fmt.Sprintf("stage %d: acid off by %.2g", j+1, e)
				}
				continue
			}
			nn := q.N
			if nn == 0 {
				nn = q.Z
			}
			ref := chem.Reference
			if ref == 0 {
				ref = 1
			}
			load := 0.0
			for i, q := range chem.Cations {
				if i != h && i != na {
					load += q.Z * y[j][i]
				}
			}
			total := load + y[j][na] + y[j][h]
			lnD := q.LnK + nn*math.Log(y[j][h]) - q.Z*math.Log(acid[j]) - (nn-q.Z)*math.Log(ref) - q.Fall*load/total
			if x < 1e-200 {
				continue
			}
			if e := math.Abs(math.Log(y[j][i]/(x/side)) - lnD); !(e < 1e-7) {
				return fmt.Sprintf("stage %d: ln D of %s off by %.2g", j+1, q.Name, e)
			}
		}
		for l := range chem.Ligands {
			s, total := k.Ligand(l, j)
			sum := s
			for i, q := range chem.Cations {
				if len(q.Beta) > l {
					side := 1.0
					for p := range q.Beta {
						t, _ := k.Ligand(p, j)
						side += q.Beta[p][0]*t + q.Beta[p][1]*t*t
					}
					sum += k.Aqueous(j)[i] * (q.Beta[l][0]*s + 2*q.Beta[l][1]*s*s) / side
				}
			}
			if e := math.Abs(sum/total - 1); !(e < 1e-8) {
				return fmt.Sprintf("stage %d: %s open by %.2g", j+1, chem.Ligands[l], e)
			}
		}
	}
	// Balances of every metal over every stage. Those of acid and sodium follow from the anion's: see charge below.
	back := func(i int) float64 { return (1 - c.Bleed) * y[n-1][i] }
	for i, q := range chem.Cations {
		if i == h || i == na {
			continue
		}
		for j := range n {
			in := 0.0
			switch j {
			case ne - 1:
				in += c.Sections[0].Flow * c.Sections[0].X[i]
			case ne + ns - 1:
				in += c.Sections[1].Flow * c.Sections[1].X[i]
			case n - 1:
				in += c.Sections[2].Flow * c.Sections[2].X[i]
			}
			before := back(i)
			if j > 0 {
				before = y[j-1][i]
			}
			in += c.Organic * before
			if j+1 < n && j+1 != ne+ns {
				in += aq(j+1) * k.Aqueous(j + 1)[i]
			}
			out := aq(j)*k.Aqueous(j)[i] + c.Organic*y[j][i]
			if e := math.Abs(in-out) / math.Max(in, out); e > 1e-9 && in > 1e-200 {
				return fmt.Sprintf("stage %d: %s open by %.2g", j+1, q.Name, e)
			}
		}
	}
	// Charge: the anions are inert, so Σ z x is known in every stage of each aqueous.
	anion := func(s int) (t float64) {
		for i, q := range chem.Cations {
			t += q.Z * c.Sections[s].X[i]
		}
		return t
	}
	for j := range n {
		got := 0.0
		for i, q := range chem.Cations {
			got += q.Z * k.Aqueous(j)[i]
		}
		want := anion(2)
		switch {
		case j < ne:
			want = (c.Sections[0].Flow*anion(0) + c.Sections[1].Flow*anion(1)) / aq(j)
		case j < ne+ns:
			want = anion(1)
		}
		if e := math.Abs(got/want - 1); !(e < 1e-6) {
			return fmt.Sprintf("stage %d: charge open by %.2g", j+1, e)
		}
	}
	return ""
}
