package cascade

import (
	"math"
	"strings"
	"testing"
)

// Inputs that no plant should have, each with its right answer.
func TestHostile(t *testing.T) {
	b := readSX1(t)
	finite := func(t *testing.T, k *Cascade) {
		t.Helper()
		y := make([]float64, k.c)
		for j := range k.n {
			k.Organic(j, y)
			for i, x := range k.Aqueous(j) {
				if !(x >= 0) || math.IsInf(x, 0) || !(y[i] >= 0) || math.IsInf(y[i], 0) {
					t.Fatalf("stage %d: %s is %g in the aqueous, %g in the organic", j+1, k.m.Cations[i].Name, x, y[i])
				}
			}
		}
	}
	for _, h := range []struct {
		name  string
		spoil func(c *Circuit)
		want  string // part of the error; "" is a solution
	}{
		{"saponification 0", func(c *Circuit) { c.Soap = 0 }, ""},
		{"saponification 1", func(c *Circuit) { c.Soap = 1 }, ""},
		{"O/A 50", func(c *Circuit) { c.Organic = 50 * 11.5 }, ""},
		{"O/A 1/50", func(c *Circuit) { c.Organic = 11.5 / 50 }, ""},
		{"one stage each", func(c *Circuit) {
			for s := range c.Sections {
				c.Sections[s].Stages = 1
			}
		}, ""},
		{"one stage", func(c *Circuit) { c.Sections = c.Sections[:1]; c.Sections[0].Stages = 1; c.Bleed = 1 }, ""},
		{"200 stages", func(c *Circuit) {
			c.Sections[0].Stages, c.Sections[1].Stages, c.Sections[2].Stages = 100, 60, 40
		}, ""},
		{"no neodymium", func(c *Circuit) { c.Sections[0].X[3] = 0 }, ""},
		{"no metal at all", func(c *Circuit) { clear(c.Sections[0].X[:hydrogen]) }, ""},
		{"acid times 20", func(c *Circuit) { c.Sections[2].X[hydrogen] *= 20 }, ""},
		{"feed times 50", func(c *Circuit) {
			for i := range sodium {
				c.Sections[0].X[i] *= 50
			}
		}, ""},
		{"no bleed", func(c *Circuit) { c.Bleed = 0 }, ""},
		{"negative feed", func(c *Circuit) { c.Sections[0].X[3] = -0.01 }, "Nd"},
		{"feed not a number", func(c *Circuit) { c.Sections[0].X[8] = math.NaN() }, "Dy"},
		{"negative flow", func(c *Circuit) { c.Sections[1].Flow = -1 }, "scrub"},
		{"no strip acid", func(c *Circuit) { c.Sections[2].Flow = 0 }, "strip"},
		{"organic not a number", func(c *Circuit) { c.Organic = math.NaN() }, "organic"},
		{"bleed 2", func(c *Circuit) { c.Bleed = 2 }, "bleed"},
		{"no extractant", func(c *Circuit) { c.Capacity = 0 }, "extractant"},
	} {
		t.Run(h.name, func(t *testing.T) {
			c := clone(b.circuit(30, "closed"))
			h.spoil(c)
			k := newCascade(must(t)(compile(b.chemistry())), c)
			res, err := k.Solve(c, 1e-11, true)
			if h.want != "" {
				if err == nil || !strings.Contains(err.Error(), h.want) {
					t.Fatalf("%v, want it to name %q", err, h.want)
				}
				return
			}
			if err != nil {
				t.Fatalf("%+v: %v", res, err)
			}
			finite(t, k)
			if w, name := k.Balance(); !(w < 1e-10) {
				t.Errorf("balance of %s open by %.2g", name, w)
			}
			if h.name == "feed times 50" { // over capacity: loaded, and the heavy still before the light
				y, at := make([]float64, k.c), c.Sections[0].Stages-1
				k.Organic(at, y)
				x := k.Aqueous(at)
				if l := k.Loading(at); !(l > 0.95) || !(y[8]/x[8] > y[3]/x[3]*10) {
					t.Errorf("loading %g, D of Dy %g, of Nd %g", l, y[8]/x[8], y[3]/x[3])
				}
			}
		})
	}
}

func must(t *testing.T) func(*model, error) *model {
	return func(m *model, err error) *model {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}
