package cascade

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// Inputs that no plant should have, each with its right answer.
func TestHostile(t *testing.T) {
	b := readSX1(t)
	for _, h := range []struct {
		name  string
		spoil func(c *Circuit)
		want  string                                 // part of the error; "" is a solution
		right func(a *answer) (what string, ok bool) // what besides the audit must hold of it
	}{
		{"saponification 0", func(c *Circuit) { c.Soap = 0 }, "", func(a *answer) (string, bool) {
			return "sodium that leaves is sodium fed", aboutAs(11.5*a.raffinate(sodium), 10*0.05)
		}},
		{"saponification 1", func(c *Circuit) { c.Soap = 1 }, "", func(a *answer) (string, bool) {
			return "the soap takes most Nd along and leaves next to no acid", a.raffinate(3) < 0.5*0.07 && a.raffinate(8) < 1e-9 && a.k.FreeAcid(0) < 1e-3
		}},
		{"O/A 50", func(c *Circuit) { c.Organic = 50 * 11.5 }, "", func(a *answer) (string, bool) {
			return "strip acid is too little for the organic, which comes back loaded and takes all the same", a.k.Loading(a.k.n-1) > 0.5 && a.raffinate(3) < 0.01 && a.raffinate(8) < 1e-4
		}},
		{"O/A 1/50", func(c *Circuit) { c.Organic = 11.5 / 50 }, "", func(a *answer) (string, bool) {
			return "Nd stays, what is taken is most extractable first", aboutAs(11.5*a.raffinate(3), 10*0.07) && a.y(13, 14)/a.x(13, 14) > 100*a.y(13, 8)/a.x(13, 8)
		}},
		{"one stage each", func(c *Circuit) {
			for s := range c.Sections {
				c.Sections[s].Stages = 1
			}
		}, "", nil},
		{"one stage", func(c *Circuit) { c.Sections = c.Sections[:1]; c.Sections[0].Stages = 1; c.Bleed = 1 }, "", nil},
		{"200 stages", func(c *Circuit) {
			c.Sections[0].Stages, c.Sections[1].Stages, c.Sections[2].Stages = 100, 60, 40
		}, "", func(a *answer) (string, bool) {
			return "Dy leaves no trace in the raffinate", a.raffinate(8) < 1e-12
		}},
		{"no neodymium", func(c *Circuit) { c.Sections[0].X[3] = 0 }, "", func(a *answer) (string, bool) {
			for j := range a.k.n {
				if a.x(j, 3) != 0 || a.y(j, 3) != 0 {
					return "no neodymium anywhere", false
				}
			}
			return "", true
		}},
		{"no metal at all", func(c *Circuit) { clear(c.Sections[0].X[:hydrogen]) }, "", nil},
		{"acid times 20", func(c *Circuit) { c.Sections[2].X[hydrogen] *= 20 }, "", func(a *answer) (string, bool) {
			return "the organic is stripped of Dy", a.y(a.k.n-1, 8) < 1e-12
		}},
		{"feed times 50", func(c *Circuit) {
			for i := range sodium {
				c.Sections[0].X[i] *= 50
			}
		}, "", func(a *answer) (string, bool) {
			at := a.c.Sections[0].Stages - 1
			return "over capacity: loaded, and the heavy still before the light", a.k.Loading(at) > 0.95 && a.y(at, 8)/a.x(at, 8) > 10*a.y(at, 3)/a.x(at, 3)
		}},
		{"no bleed", func(c *Circuit) { c.Bleed = 0 }, "", nil},
		{"negative feed", func(c *Circuit) { c.Sections[0].X[3] = -0.01 }, "Nd", nil},
		{"feed not a number", func(c *Circuit) { c.Sections[0].X[8] = math.NaN() }, "Dy", nil},
		{"negative flow", func(c *Circuit) { c.Sections[1].Flow = -1 }, "scrub", nil},
		{"no strip acid", func(c *Circuit) { c.Sections[2].Flow = 0 }, "strip", nil},
		{"organic not a number", func(c *Circuit) { c.Organic = math.NaN() }, "organic", nil},
		{"bleed 2", func(c *Circuit) { c.Bleed = 2 }, "bleed", nil},
		{"no extractant", func(c *Circuit) { c.Capacity = 0 }, "extractant", nil},
	} {
		for _, kind := range []string{"", "d"} {
			t.Run(h.name+kind, func(t *testing.T) {
				c := b.circuit(30, "closed")
				chem := b.with(kind, c)
				c = clone(c)
				h.spoil(c)
				k := newCascade(must(t)(compile(chem)), c)
				res, err := k.Solve(c, 1e-12, true)
				if h.want != "" {
					if err == nil || !strings.Contains(err.Error(), h.want) {
						t.Fatalf("%v, want it to name %q", err, h.want)
					}
					return
				}
				if err != nil {
					t.Fatalf("%+v: %v", res, err)
				}
				r, err := k.Audit(c, chem)
				if err == nil {
					err = r.Open(1e-10)
				}
				if err != nil {
					t.Errorf("audit: %v", err)
				}
				if w, name := k.Balance(); !(w < 1e-10) {
					t.Errorf("balance of %s open by %.2g", name, w)
				}
				if h.right != nil {
					a := &answer{k, c}
					if what, ok := h.right(a); !ok {
						t.Errorf("not so: %s; raffinate Nd %g Dy %g, acid %g, loading %g", what, a.raffinate(3), a.raffinate(8), k.FreeAcid(0), k.Loading(13))
					}
				}
			})
		}
	}
}

// answer is a solution as the checks of hostile inputs ask of it.
type answer struct {
	k *Cascade
	c *Circuit
}

func (a *answer) x(j, i int) float64      { return a.k.Aqueous(j)[i] }
func (a *answer) y(j, i int) float64      { return a.k.organicAt(j, i) }
func (a *answer) raffinate(i int) float64 { return a.x(0, i) }

func aboutAs(a, b float64) bool { return math.Abs(a-b) < 0.01*math.Abs(b) }

// Where capacities contradict exponents there may be no solution, and one stage shows why. Organic full of A, 2.3 dimers
// each, meets plenty of B, 3 dimers each, of the same n and z, without acid to speak of: A and B are exchanged charge for
// charge, D_B/D_A = K_B/K_A whatever is free, until the organic would hold more B than it has dimers.
//
// In numbers: the acid is that fed less 3 (A set free − B taken), and both cations in the organic rise along the line of equal
// exchange, A ↦ B(A). So acid is never more than where no dimer is free, 2.3 A + 3 B = L. If it is negative there, no state
// has any. What it lacks there is the acid that the failure names, and with a thousandth more there is a solution.
func TestNoSolution(t *testing.T) {
	_, _, missing := contradiction()
	solve := func(m, fedA, acid float64) error {
		chem, c := contradicted(m, fedA, acid)
		k, err := New(chem, c)
		if err != nil {
			return err
		}
		_, err = k.Solve(c, 1e-10, true)
		return err
	}
	for _, part := range []float64{0, 0.5, 0.999} { // of the acid that is missing
		err := solve(4.6, fedA, fedAcid+part*missing)
		var f *Failure
		if !errors.As(err, &f) || f.Section != "exchange" || f.Stage != 1 || f.Metal != "B" {
			t.Fatalf("%v, want it to name exchange stage 1 and B", err)
		}
		if want := (1 - part) * missing; !(math.Abs(f.Given-want) < 1e-6*missing) {
			t.Errorf("%.6g of acid missing, %.6g said", want, f.Given)
		}
		for _, reason := range []string{"exchange stage 1", "most B", "other amounts of extractant", "followed to"} {
			if !strings.Contains(err.Error(), reason) {
				t.Errorf("%v, want %q", err, reason)
			}
		}
	}
	if err := solve(4.6, fedA, fedAcid+1.001*missing); err != nil {
		t.Errorf("with the acid that was missing: %v", err)
	}
	if err := solve(6, 0.495/3, fedAcid); err != nil { // as the exponent says
		t.Error(err)
	}
}

// The stage of TestNoSolution: ln K of B, extractant, A fed with the organic, acid fed.
const lnKOfB, dimersFed, fedA, fedAcid = 9.0, 0.5, 0.495 / 2.3, 1e-6

// contradiction finds A and B in the organic without a free dimer, and the acid that is missing there.
func contradiction() (a, b, missing float64) {
	lo, hi := 0.0, dimersFed/2.3 // of A in the organic
	for range 200 {
		a = (lo + hi) / 2
		q := math.Exp(lnKOfB) * a / (fedA - a) // B in the organic per B in the aqueous
		if b = q / (1 + q); a > fedA || 2.3*a+3*b > dimersFed {
			hi = a
		} else {
			lo = a
		}
	}
	return a, b, 3*(fedA-a-b) - fedAcid
}

// contradicted is that stage, with m monomers on each A.
func contradicted(m, fedA, acid float64) (*Chemistry, *Circuit) {
	return &Chemistry{Cations: []Cation{{Name: "A", Z: 3, M: m}, {Name: "B", Z: 3, M: 6, LnK: lnKOfB}, {Name: "H", Z: 1}}, Hydrogen: 2, Soap: -1},
		&Circuit{Sections: []Section{{Name: "exchange", Stages: 1, Flow: 1, X: []float64{0, 1, acid}}}, Organic: 1, Capacity: dimersFed, Bleed: 1,
			Makeup: []float64{fedA, 0, 0}}
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
