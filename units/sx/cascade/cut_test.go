package cascade

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// pair is a cut between two rare earths of the benchmark that follow each other in extractability.
func pair(chem *Chemistry, at int) Cut {
	var order []int
	for i, q := range chem.Cations {
		if q.Z == 3 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if chem.Cations[a].LnK < chem.Cations[b].LnK {
			return -1
		}
		return 1
	})
	at = min(max(at, 1), len(order)-1)
	light := slices.Clone(order[:at])
	slices.Reverse(light)
	return Cut{Raffinate: 0, Liquor: 2, Light: light, Heavy: order[at:], Balance: 1}
}

// evenness is heavy in the raffinate over light in the liquor, read from the results alone.
func evenness(k *Cascade, q *Cut) float64 {
	a, _, i := k.Leaving(q.Raffinate)
	b, _, j := k.Leaving(q.Liquor)
	return a * k.Aqueous(i)[q.Heavy[0]] / (q.Balance * b * k.Aqueous(j)[q.Light[0]])
}

// A cut is the solution at its own flow, the same from any start, and as uneven as asked for.
func TestCut(t *testing.T) {
	b := readSX1(t)
	for _, kind := range []string{"", "a", "b", "c", "d", "M", "murphree"} {
		c := b.circuit(30, "closed")
		chem := b.with(kind, c)
		for s := range c.Sections {
			c.Sections[s].OrganicCarried, c.Sections[s].AqueousCarried = 0.002, 0.003
			if kind == "murphree" {
				c.Sections[s].Murphree = efficiencies(len(chem.Cations), float64(s))
			}
		}
		c.Returns = []Return{{From: 2, To: 1, Stage: 7, Flow: 0.3}}
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		q := k.NewCut(pair(chem, 6))
		q.Balance = 3
		if q.coarse != nil {
			for p := q.coarse; p != nil; p = p.coarse {
				p.Balance = 3
			}
		}
		var flow float64
		for _, start := range []float64{1, 0.6, 1.8} {
			c.Organic = start * b.Flows.O
			r, err := k.SolveCut(c, q, 1e-12, true, false)
			if err != nil {
				t.Errorf("model %q from %g: %v", kind, start, err)
				continue
			}
			if w, name := k.Balance(); !(w < 1e-10) {
				t.Errorf("model %q: balance of %s open by %.2g", kind, name, w)
			}
			if e := evenness(k, q); !(math.Abs(e-1) < 1e-8) {
				t.Errorf("model %q: losses at %g of what is asked for, path %s", kind, e, r.Path)
			}
			if flow == 0 {
				flow = c.Organic
			}
			if !(math.Abs(c.Organic/flow-1) < 1e-9) {
				t.Errorf("model %q from %g: organic flow %.12g, from the first start %.12g", kind, start, c.Organic, flow)
			}
		}
		found := slices.Clone(k.v)
		if _, err := k.Solve(c, 1e-12, false); err != nil {
			t.Fatal(err)
		}
		for a, v := range k.v {
			if math.Abs(v-found[a]) > 1e-7 {
				t.Errorf("model %q: unknown %d is %.12g, solved at that flow %.12g", kind, a, found[a], v)
				break
			}
		}
		c.Sections[0].Flow *= 1.03
		if r, err := k.SolveCut(c, q, 1e-12, false, false); err != nil || r.Path != Warm {
			t.Errorf("model %q: 3 %% more feed: path %s, %v", kind, r.Path, err)
		}
		met := c.Organic
		c.Sections[0].Flow *= 1.03
		if r, err := k.SolveCut(c, q, 1e-12, false, true); err != nil || r.Path != Warm || !(math.Abs(evenness(k, q)-1) < 1e-8) || !(math.Abs(c.Organic/met-1) < 0.1) {
			t.Errorf("model %q: 3 %% more feed once more, in brief: path %s, %v, losses at %g, %g of the organic", kind, r.Path, err, evenness(k, q), c.Organic/met)
		}
		met = c.Organic
		if _, err := k.SolveCut(c, q, 1e-12, true, true); err != nil || !(math.Abs(c.Organic/met-1) < 1e-9) {
			t.Errorf("model %q: cold in brief to %.12g of the flow, %v", kind, c.Organic/met, err)
		}
		far := 1e6 * c.Organic // further than all steps together
		c.Organic = far
		if _, err := k.SolveCut(c, q, 1e-12, false, true); err != errBrief || c.Organic != far {
			t.Errorf("model %q: in brief from afar: %v, at %g of the flow", kind, err, c.Organic/far)
		}
	}
}

// Cuts of random circuits, cold: met, or refused because at thousands of times the flow the heavy one is still lost.
func TestRandomCuts(t *testing.T) {
	b := readSX1(t)
	seed, cases := uint64(770131), 150
	if *seedFlag != 0 {
		seed = *seedFlag
	}
	if *casesFlag != 0 {
		cases = *casesFlag
	}
	if testing.Short() {
		cases /= 5
	}
	for _, n := range []int{10, 30, 60} {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		paths := map[Path]int{}
		for range cases {
			c, chem := shake(b.circuit(n, "closed"), b.chemistry(), r)
			k, err := New(chem, c)
			if err != nil {
				t.Fatal(err)
			}
			start := c.Organic
			q := k.NewCut(pair(chem, 1+r.IntN(14)))
			res, err := k.SolveCut(c, q, 1e-11, true, false)
			paths[res.Path]++
			if err != nil {
				_, again := k.Solve(c, 1e-11, true)
				if far := c.Organic / start; again != nil || !(far > 1000 && evenness(k, q) > 1) {
					t.Errorf("N = %d: %v at %.3g of the flow, losses at %.3g of what is asked for", n, err, far, evenness(k, q))
				}
				continue
			}
			if w, name := k.Balance(); !(w < 1e-10) {
				t.Errorf("N = %d: balance of %s open by %.2g", n, name, w)
			}
			if e := evenness(k, q); !(math.Abs(e-1) < 1e-5) {
				t.Errorf("N = %d: losses at %g of what is asked for", n, e)
			}
		}
		t.Logf("N = %d: %v", n, paths)
		if 20*paths[Failed] > cases {
			t.Errorf("N = %d: %d of %d refused", n, paths[Failed], cases)
		}
	}
}
