package cascade

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func clone(c *Circuit) *Circuit {
	q := *c
	q.Sections = slices.Clone(c.Sections)
	for s := range q.Sections {
		q.Sections[s].X = slices.Clone(q.Sections[s].X)
		q.Sections[s].Ligands = slices.Clone(q.Sections[s].Ligands)
		q.Sections[s].LnK = slices.Clone(q.Sections[s].LnK)
	}
	q.Feeds, q.Returns = slices.Clone(c.Feeds), slices.Clone(c.Returns)
	return &q
}

// Tangents against central differences of the solution, every kind of handle, with entrainment, reflux and a side feed.
func TestTangent(t *testing.T) {
	b := readSX1(t)
	for _, kind := range []string{"", "a", "b", "c", "d", "M", "u", "i", "j", "murphree", "u murphree", "rates murphree"} {
		c := b.circuit(30, "closed")
		chem := b.with(strings.TrimSuffix(strings.TrimSuffix(kind, "murphree"), " "), c)
		c.Soap = 0.36 // off the pinch of the nominal case, where the two sides differ
		for s := range c.Sections {
			c.Sections[s].OrganicCarried, c.Sections[s].AqueousCarried = 0.002, 0.003
			if strings.HasSuffix(kind, "murphree") {
				c.Sections[s].Murphree = efficiencies(len(chem.Cations), float64(s))
				if strings.HasPrefix(kind, "rates") {
					c.Sections[s].Transfer = make([]float64, len(chem.Cations))
					for i := range sodium {
						c.Sections[s].Transfer[i] = c.Organic * float64(i%5+1)
					}
					c.Sections[s].Transfer[3] = 0
				}
			}
			c.Sections[s].LnK = make([]float64, len(chem.Cations))
			for i, q := range chem.Cations {
				c.Sections[s].LnK[i] = q.LnK
			}
		}
		c.Returns = []Return{{From: 2, To: 1, Stage: 7, Flow: 0.3}}
		c.Feeds = []Feed{{Section: 0, Stage: 6, Aqueous: 0.5, X: c.Sections[0].X}}
		if len(chem.Ligands) > 0 {
			c.Feeds[0].Ligands = []float64{0.2, 0.1}[:len(chem.Ligands)+chem.Solutes]
		}
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Solve(c, 1e-12, true); err != nil {
			t.Fatal(err)
		}
		if w, name := k.Balance(); !(w < 1e-11) {
			t.Errorf("model %q: balance of %s open by %.2g", kind, name, w)
		}
		base := slices.Clone(k.v)
		slope := k.NewSlope()
		handles := map[string]func(c *Circuit, f float64){
			"feed Dy":  func(c *Circuit, f float64) { c.Sections[0].X[8] *= f },
			"feed":     func(c *Circuit, f float64) { c.Sections[0].Flow *= f },
			"scrub":    func(c *Circuit, f float64) { c.Sections[1].Flow *= f },
			"strip":    func(c *Circuit, f float64) { c.Sections[2].Flow *= f },
			"acid":     func(c *Circuit, f float64) { c.Sections[2].X[hydrogen] *= f },
			"organic":  func(c *Circuit, f float64) { c.Organic *= f },
			"capacity": func(c *Circuit, f float64) { c.Capacity *= f },
			"soap":     func(c *Circuit, f float64) { c.Soap *= f },
			"bleed":    func(c *Circuit, f float64) { c.Bleed *= f },
			"reflux":   func(c *Circuit, f float64) { c.Returns[0].Flow *= f },
			"carried":  func(c *Circuit, f float64) { c.Sections[1].OrganicCarried *= f },
			"K of Dy":  func(c *Circuit, f float64) { c.Sections[0].LnK[8] += math.Log(f) },
			"sulfate": func(c *Circuit, f float64) {
				if len(c.Sections[0].Ligands) > 0 {
					c.Sections[0].Ligands[0] *= f
				}
			},
		}
		worst, where := 0.0, ""
		for name, move := range handles {
			lo, hi := clone(c), clone(c)
			move(lo, 1-1e-4)
			move(hi, 1+1e-4)
			copy(k.v, base)
			k.set(c, nil)
			if err := k.Tangent(Side{Circuit: lo}, Side{Circuit: hi}, 2e-4, slope); err != nil {
				t.Fatalf("model %q, %s: %v", kind, name, err)
			}
			lo, hi = clone(c), clone(c)
			move(lo, 1-1e-5)
			move(hi, 1+1e-5)
			var v, x [2][]float64
			for s, q := range []*Circuit{lo, hi} {
				copy(k.v, base)
				if _, err := k.Solve(q, 1e-13, false); err != nil {
					t.Fatal(err)
				}
				v[s], x[s] = slices.Clone(k.v), slices.Clone(k.x)
			}
			big := 1e-2 // below it the differences are noise
			for a := range base {
				big = max(big, math.Abs(v[1][a]-v[0][a])/2e-5)
			}
			for a := range base {
				if e := math.Abs((v[1][a]-v[0][a])/2e-5-slope.Unknowns[a]) / big; e > worst {
					worst, where = e, name
				}
			}
			for _, j := range []int{0, 22} { // raffinate and liquor
				for o := j * k.c; o < (j+1)*k.c; o++ {
					mean := (x[0][o] + x[1][o]) / 2
					if mean < 1e-30 {
						continue
					}
					want := (x[1][o] - x[0][o]) / 2e-5 / mean
					if e := math.Abs(want-slope.Aqueous[o]/mean) / (1 + math.Abs(want)); e > worst {
						worst, where = e, name
					}
				}
			}
		}
		t.Logf("model %q: worst difference %.2g (%s)", kind, worst, where)
		if !(worst < 1e-5) {
			t.Errorf("model %q: %s differs by %.2g", kind, where, worst)
		}
	}
}

// A solute of the aqueous alone: what enters leaves, at nearly total reflux as well.
func TestSoluteAtHighReflux(t *testing.T) {
	b := readSX1(t)
	c := b.circuit(30, "closed")
	chem := b.chemistry()
	chem.Solutes = 1
	for s := range c.Sections {
		c.Sections[s].Ligands = []float64{float64(s + 1)}
		c.Sections[s].AqueousCarried = 0.01
	}
	c.Returns = []Return{{From: 2, To: 2, Stage: 7, Flow: 150}} // of some 150 L/min that then leave the strip
	k, err := New(chem, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.set(c, nil); err != nil {
		t.Fatal(err)
	}
	in, out := 0.0, 0.0
	for j := range k.n {
		in += k.ligand[0][j]
		out += k.outA[j] * k.ligandTotal[0][j]
	}
	if !(math.Abs(out/in-1) < 1e-12) {
		t.Errorf("%g enters, %g leaves", in, out)
	}
}
