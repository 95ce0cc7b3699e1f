package hydromet

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// rig is a unit set up beside a plant: with handles, memory and streams of its own.
type rig struct {
	*testing.T
	sys     *chem.System
	unit    flowsheet.Unit
	spec    flowsheet.Spec
	u, x    []float64
	in, out []flowsheet.Stream
}

func rigSystem(t testing.TB) *chem.System {
	t.Helper()
	s, err := chem.Load(chem.Selection{
		Elements:   []string{"S", "Cl", "Na", "Al", "Ca", "Fe", "Nd", "Dy"},
		Families:   []string{"aqueous", "organic", "gangue", "oxide", "oxalate", "gas"},
		Extractant: "D2EHPA",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newRig sets a unit up from its table and gives every inlet a stream with all components, random but repeatable.
func newRig(t *testing.T, make1 func() flowsheet.Unit, table string, in, out []string) *rig {
	t.Helper()
	r := &rig{T: t, sys: rigSystem(t), unit: make1()}
	tree, err := conf.Parse("test", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	r.spec, err = r.unit.Init(flowsheet.Env{Tag: "rig", System: r.sys, Param: tree.Root(), In: in, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	tree.Root().Close()
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	for _, h := range r.spec.Handles {
		r.u = append(r.u, h.Value)
	}
	for _, v := range append(append([]flowsheet.Variable(nil), r.spec.States...), r.spec.Algebraic...) {
		r.x = append(r.x, v.Start)
	}
	dice := rand.New(rand.NewPCG(1, 2))
	for k := range r.spec.In {
		r.in = append(r.in, r.stream())
		r.in[k].T = 290 + 20*float64(k)
		for i := range r.in[k].N {
			r.in[k].N[i] = 0.001 * dice.Float64()
		}
		r.in[k].N[r.sys.Solvent(chem.Aqueous)] = 2 + dice.Float64()
		r.in[k].N[r.index("C2O4-2")] = 0.1
	}
	for range r.spec.Out {
		r.out = append(r.out, r.stream())
	}
	return r
}

// rigFaults is what Init and Close have to say about a table.
func rigFaults(t *testing.T, make1 func() flowsheet.Unit, table string, in, out []string) string {
	t.Helper()
	tree, err := conf.Parse("test", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := make1().Init(flowsheet.Env{Tag: "rig", System: rigSystem(t), Param: tree.Root(), In: in, Out: out}); err != nil {
		return err.Error()
	}
	tree.Root().Close()
	if err := tree.Err(); err != nil {
		return err.Error()
	}
	return ""
}

func (r *rig) stream() flowsheet.Stream {
	return flowsheet.Stream{T: 298.15, N: make([]float64, len(r.sys.Components))}
}

func (r *rig) index(name string) int {
	r.Helper()
	i, ok := r.sys.Index(name)
	if !ok {
		r.Fatalf("no component %s", name)
	}
	return i
}

func (r *rig) solve(st flowsheet.Stage) {
	r.Helper()
	if err := r.unit.Solve(&st, r.u, r.x, r.in, r.out); err != nil {
		r.Fatal(err)
	}
}

// fails solves and wants an error with the given words.
func (r *rig) fails(words string) {
	r.Helper()
	err := r.unit.Solve(&flowsheet.Stage{}, r.u, r.x, r.in, r.out)
	if err == nil || !strings.Contains(err.Error(), words) {
		r.Errorf("error %v, want one with %q", err, words)
	}
}

func (r *rig) equal(what string, got, want float64) {
	r.Helper()
	if !(math.Abs(got-want) <= 1e-12*math.Max(math.Abs(want), 1e-3)) {
		r.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// closes checks the balance of every element and of charge, holdup included.
func (r *rig) closes(st flowsheet.Stage) {
	r.Helper()
	r.solve(st)
	net := r.stream().N
	for i := range net {
		for _, s := range r.in {
			net[i] += s.N[i]
		}
		for k, s := range r.out {
			if r.spec.Out[k].Drawn {
				net[i] += s.N[i]
			} else {
				net[i] -= s.N[i]
			}
		}
		if st.Rate > 0 && len(r.spec.States) > 0 {
			net[i] -= st.Rate * (r.x[i] - st.Prev[i])
		}
	}
	for e := range r.sys.Elements {
		if v := r.sys.ElementFlow(e, net); math.Abs(v) > 1e-12 {
			r.Errorf("rate %g: %s does not close: %g mol/s", st.Rate, r.sys.Elements[e].Symbol, v)
		}
	}
	if v := r.sys.ChargeFlow(net); math.Abs(v) > 1e-12 {
		r.Errorf("rate %g: charge does not close: %g mol/s", st.Rate, v)
	}
}

// tangent compares Tangent with central differences along random directions, and wants both without allocation.
func (r *rig) tangent(st flowsheet.Stage) {
	r.Helper()
	r.solve(st)
	tan := r.unit.(flowsheet.Tangenter)
	dice := rand.New(rand.NewPCG(3, 4))
	like := func(v []flowsheet.Stream) []flowsheet.Stream {
		d := make([]flowsheet.Stream, len(v))
		for k := range v {
			d[k] = r.stream()
		}
		return d
	}
	turn := func(d, v []float64) { // a direction of the size of v
		for i := range v {
			d[i] = (dice.Float64() - 0.5) * v[i]
		}
	}
	du, dx, dout := make([]float64, len(r.u)), make([]float64, len(r.x)), like(r.out)
	din := like(r.in)
	var prev, dprev []float64
	if st.Rate > 0 {
		prev, dprev = append(prev, st.Prev...), make([]float64, len(st.Prev))
	}
	for range 3 {
		turn(du, r.u)
		turn(dprev, prev)
		for k := range din {
			turn(din[k].N, r.in[k].N)
			din[k].T = dice.Float64()
		}
		r.solve(st)
		if err := tan.Tangent(&st, r.u, r.x, r.in, r.out, du, dprev, din, dx, dout); err != nil {
			r.Fatal(err)
		}
		var side [2][]float64
		const h = 1e-4
		for s, step := range [2]float64{h, -h} {
			q := *r
			q.u, q.x, q.in, q.out = append([]float64(nil), r.u...), append([]float64(nil), r.x...), like(r.in), like(r.out)
			at := st
			at.Prev = append([]float64(nil), prev...)
			for i := range q.u {
				q.u[i] += step * du[i]
			}
			for i := range at.Prev {
				at.Prev[i] += step * dprev[i]
			}
			for k := range q.in {
				q.in[k].T = r.in[k].T + step*din[k].T
				for i := range q.in[k].N {
					q.in[k].N[i] = r.in[k].N[i] + step*din[k].N[i]
				}
			}
			q.solve(at)
			side[s] = flat(q.x, q.out)
		}
		for i, got := range flat(dx, dout) {
			want := (side[0][i] - side[1][i]) / (2 * h)
			if size := math.Abs(side[0][i]); math.Abs(got-want) > 1e-6*math.Abs(want)+1e-7*size+1e-12 {
				r.Fatalf("rate %g: tangent %d is %g, difference %g", st.Rate, i, got, want)
			}
		}
	}
	if n := testing.AllocsPerRun(10, func() {
		if err := r.unit.Solve(&st, r.u, r.x, r.in, r.out); err != nil {
			r.Fatal(err)
		}
	}); n != 0 {
		r.Errorf("Solve allocates %g times", n)
	}
	if n := testing.AllocsPerRun(10, func() {
		if err := tan.Tangent(&st, r.u, r.x, r.in, r.out, du, dprev, din, dx, dout); err != nil {
			r.Fatal(err)
		}
	}); n != 0 {
		r.Errorf("Tangent allocates %g times", n)
	}
}

func flat(x []float64, out []flowsheet.Stream) []float64 {
	all := append([]float64(nil), x...)
	for _, s := range out {
		all = append(append(all, s.T), s.N...)
	}
	return all
}

// empty takes everything out of the inlets.
func (r *rig) empty() {
	for k := range r.in {
		clear(r.in[k].N)
	}
}

// finite wants numbers in every place that Solve writes.
func (r *rig) finite() {
	r.Helper()
	for i, v := range flat(r.x, r.out) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			r.Fatalf("value %d is %g", i, v)
		}
	}
}

// wants checks that the faults of a table hold the words.
func wants(t *testing.T, got, words string) {
	t.Helper()
	if !strings.Contains(got, words) {
		t.Errorf("faults:\n%s\nwant one with %q", got, words)
	}
}
