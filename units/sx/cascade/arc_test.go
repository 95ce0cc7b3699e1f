package cascade

import (
	"math"
	"testing"
)

// What the continuations add to the derivatives, against central differences of the residuals: acid given, its amount, and the
// part of the capacities' differences; with efficiencies, and with water's own ions, too.
func TestArcDerivatives(t *testing.T) {
	b := readSX1(t)
	for _, of := range []struct {
		eta, ions float64
		kind      string
	}{{1, 0, "m"}, {0.8, 0, "m"}, {1, 1e-3, "m"}, {0.8, 1e-3, "m"}, {1, 1e-3, "i"}} {
		eta := of.eta
		c := b.circuit(10, "closed")
		chem := b.with(of.kind, c)
		chem.Water = 1
		for i := range sodium {
			if chem.Cations[i].Z == 3 {
				chem.Cations[i].M = 4.6 + 1.4*float64(i%2)
			}
		}
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
		k.aid, k.part, k.ions = 1e-3, 0.7, of.ions
		size := len(k.v)
		at, dv := append([]float64(nil), k.v...), make([]float64, size)
		for a := range at {
			at[a] += 0.1 * math.Sin(float64(a))
			dv[a] = math.Cos(3 * float64(a))
		}
		room := k.scalar(at, k.m.atRoom)
		for j := range room {
			room[j] = math.Abs(room[j])
		}
		check := func(name string, got []float64, move func(by float64)) {
			const h = 1e-5
			lo, hi := make([]float64, size), make([]float64, size)
			move(-h)
			k.evaluate(k.v, lo)
			move(h)
			k.evaluate(k.v, hi)
			move(0)
			for a := range got {
				if want := (hi[a] - lo[a]) / (2 * h); !(math.Abs(got[a]-want) < 1e-6*(1+math.Abs(want))) {
					t.Fatalf("%+v, %s, residual %d: %.9g, differences %.9g", of, name, a, got[a], want)
				}
			}
		}
		copy(k.v, at)
		k.evaluate(k.v, k.res)
		if !k.refactor() {
			t.Fatal("singular")
		}
		k.linearise()
		along, aid, part := make([]float64, size), make([]float64, size), make([]float64, size)
		k.product(dv, along)
		k.byAid(aid)
		k.byPart(part)
		check("unknowns", along, func(by float64) {
			for a := range at {
				k.v[a] = at[a] + by*dv[a]
			}
		})
		check("aid", aid, func(by float64) { k.aid = 1e-3 * math.Exp(by) })
		check("part", part, func(by float64) { k.part = 0.7 + by })
	}
}
