package cascade

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// sx1 is the synthetic benchmark problem testdata/sx1.json; equations, units and spread stand in the file.
type sx1 struct {
	Components []struct {
		Name string
		Z    float64
		LogK float64 `json:"log10K"`
	}
	Flows              struct{ F, S, W, O float64 }
	Ltot, Sap          float64
	Bleed              map[string]float64
	Feed, Scrub, Strip map[string]float64
	Sizes              []struct{ N, NE, NS, NT int }
	Reference          map[string]struct {
		LnR       []float64 `json:"ln_r"`
		Raffinate []float64 `json:"raffinate_x"`
		Liquor    []float64 `json:"strip_liquor_x"`
	}
}

const (
	sodium   = 19
	hydrogen = 20
)

func readSX1(t testing.TB) *sx1 {
	t.Helper()
	text, err := os.ReadFile("testdata/sx1.json")
	if err != nil {
		t.Fatal(err)
	}
	b := new(sx1)
	if err := json.Unmarshal(text, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *sx1) chemistry() *Chemistry {
	q := &Chemistry{Hydrogen: hydrogen, Soap: sodium}
	for _, c := range b.Components {
		q.Cations = append(q.Cations, Cation{Name: c.Name, Z: c.Z, LnK: c.LogK * math.Ln10})
	}
	return q
}

func (b *sx1) circuit(n int, variant string) *Circuit {
	row := func(of map[string]float64) []float64 {
		x := make([]float64, len(b.Components))
		for i, c := range b.Components {
			x[i] = of[c.Name]
		}
		return x
	}
	for _, s := range b.Sizes {
		if s.N == n {
			return &Circuit{
				Sections: []Section{
					{Name: "extraction", Stages: s.NE, Flow: b.Flows.F, X: row(b.Feed)},
					{Name: "scrub", Stages: s.NS, Flow: b.Flows.S, X: row(b.Scrub), Joins: true},
					{Name: "strip", Stages: s.NT, Flow: b.Flows.W, X: row(b.Strip)},
				},
				Organic: b.Flows.O, Capacity: b.Ltot, Bleed: b.Bleed[variant], Soap: b.Sap,
			}
		}
	}
	panic("size")
}

// shake is a random case of the spread that the benchmark states.
func shake(c *Circuit, chem *Chemistry, r *rand.Rand) (*Circuit, *Chemistry) {
	q := *c
	q.Sections = append([]Section(nil), c.Sections...)
	for s := range q.Sections {
		q.Sections[s].X = append([]float64(nil), c.Sections[s].X...)
	}
	u := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	for i := range sodium {
		q.Sections[0].X[i] *= math.Exp(0.7 * r.NormFloat64())
	}
	q.Organic *= u(0.6, 1.4)
	q.Sections[1].Flow *= u(0.5, 2)
	q.Sections[2].Flow *= u(0.6, 2)
	q.Soap = u(0.05, 0.6)
	q.Capacity = u(0.25, 0.75)
	q.Sections[1].X[hydrogen] = u(0.1, 2)
	q.Sections[2].X[hydrogen] = u(2, 6)
	shift := u(-1, 1)
	h := *chem
	h.Cations = append([]Cation(nil), chem.Cations...)
	for i := range sodium {
		h.Cations[i].LnK += shift * h.Cations[i].Z / 3 * math.Ln10
	}
	return &q, &h
}

func TestReference(t *testing.T) {
	b := readSX1(t)
	for _, variant := range []string{"open", "closed"} {
		for _, s := range b.Sizes {
			name := variant + "_" + itoa(s.N)
			t.Run(name, func(t *testing.T) {
				c := b.circuit(s.N, variant)
				k, err := New(b.chemistry(), c)
				if err != nil {
					t.Fatal(err)
				}
				res, err := k.Solve(c, 1e-11, true)
				if err != nil {
					t.Fatal(err)
				}
				ref, ok := b.Reference[name]
				t.Logf("%+v", res)
				if !ok {
					return
				}
				worst := 0.0
				for j, v := range ref.LnR {
					worst = max(worst, math.Abs(v-k.v[j]))
				}
				t.Logf("ln r within %.2g", worst)
				if !(worst < 1e-8) {
					t.Errorf("ln r differs by %g", worst)
				}
			})
		}
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func TestJacobian(t *testing.T) {
	b := readSX1(t)
	c := b.circuit(10, "closed")
	c.Sections[0].OrganicCarried, c.Sections[1].OrganicCarried, c.Sections[2].OrganicCarried = 0.01, 0.02, 0.03
	c.Sections[0].AqueousCarried, c.Sections[1].AqueousCarried, c.Sections[2].AqueousCarried = 0.03, 0.02, 0.01
	c.Returns = []Return{{From: 2, To: 1, Stage: 2, Flow: 0.4}}
	k, err := New(b.chemistry(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.set(c, nil); err != nil {
		t.Fatal(err)
	}
	k.start()
	for j := range k.v {
		k.v[j] += 0.1 * math.Sin(float64(j))
	}
	k.evaluate(k.v, k.res)
	k.jacobian()
	jac := append([]float64(nil), k.jac...)
	n := k.n
	lo, hi := make([]float64, n), make([]float64, n)
	for q := range n {
		const h = 1e-5
		at := k.v[q]
		k.v[q] = at - h
		k.evaluate(k.v, lo)
		k.v[q] = at + h
		k.evaluate(k.v, hi)
		k.v[q] = at
		for j := range n {
			want := (hi[j] - lo[j]) / (2 * h)
			if math.Abs(jac[j*n+q]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%d,%d: %.9g differences %.9g", j, q, jac[j*n+q], want)
			}
		}
	}
}
