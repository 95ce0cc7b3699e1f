package pyromet

import (
	"math"
	"math/rand/v2"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

const furnaceChemistry = `
[chemistry]
elements = ["F", "Ca", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu"]
families = ["aqueous", "gangue", "oxide", "calcined", "fluoride", "metal", "calcium", "gas", "hydrogen_fluoride", "bifluoride", "ammonia"]
`

// batch is a batch furnace with all that Solve takes.
type batch struct {
	t       testing.TB
	unit    flowsheet.Unit
	sys     *chem.System
	spec    flowsheet.Spec
	u       []float64
	in, out []flowsheet.Stream
	lib     *thermo.Library // of closes
}

func tryBatch(t testing.TB, unit flowsheet.Unit, chemistry, parameters string) (*batch, error) {
	tree, err := conf.Parse("test", []byte(chemistry+"[unit]\n"+parameters))
	if err != nil {
		t.Fatal(err)
	}
	b := &batch{t: t, unit: unit, sys: chem.FromConfig(tree.Root().Table("chemistry"))}
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	table := tree.Root().Table("unit")
	b.spec, err = unit.Init(flowsheet.Env{Tag: "furnace", System: b.sys, Param: table})
	table.Close()
	if err == nil {
		err = tree.Err()
	}
	for _, h := range b.spec.Handles {
		b.u = append(b.u, h.Value)
	}
	for range b.spec.In {
		b.in = append(b.in, flowsheet.Stream{T: 298.15, N: make([]float64, len(b.sys.Components))})
	}
	for range b.spec.Out {
		b.out = append(b.out, flowsheet.Stream{N: make([]float64, len(b.sys.Components))})
	}
	return b, err
}

func newBatch(t testing.TB, unit flowsheet.Unit, parameters string) *batch {
	t.Helper()
	b, err := tryBatch(t, unit, furnaceChemistry, parameters)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *batch) at(name string) int {
	b.t.Helper()
	i, ok := b.sys.Index(name)
	if !ok {
		b.t.Fatalf("no component %q", name)
	}
	return i
}

func (b *batch) mass(name string) float64 { return b.sys.Components[b.at(name)].M }

func (b *batch) solve() {
	b.t.Helper()
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err != nil {
		b.t.Fatal(err)
	}
}

func (b *batch) set(name string, v float64) {
	b.t.Helper()
	for i, h := range b.spec.Handles {
		if h.Name == name {
			b.u[i] = v
			return
		}
	}
	b.t.Fatalf("no handle %q", name)
}

// signal is one signal of the last solve.
func (b *batch) signal(name string) float64 {
	b.t.Helper()
	y := make([]float64, len(b.spec.Signals))
	b.unit.(flowsheet.Observer).Observe(b.u, nil, b.in, b.out, y)
	for i, s := range b.spec.Signals {
		if s.Name == name {
			return y[i]
		}
	}
	b.t.Fatalf("no signal %q", name)
	return 0
}

// warnings are the codes and places of the warnings, with their values.
func (b *batch) warnings() map[string]flowsheet.Warning {
	all := map[string]flowsheet.Warning{}
	for _, w := range b.unit.(flowsheet.Reporter).Report(b.u, nil, b.in, b.out).Warnings {
		all[w.Code] = w
	}
	return all
}

// closes compares the heat with the long way round: inlets cool to 298.15 K, their elements part and form the outlets, which heat up.
// It uses the data library and the streams alone. Elements close to 1e-12.
func (b *batch) closes(heat float64) {
	b.t.Helper()
	if b.lib == nil {
		var err error
		if b.lib, err = thermo.Load(); err != nil {
			b.t.Fatal(err)
		}
	}
	sum, size := 0.0, 0.0
	atoms, flow := make([]float64, len(b.sys.Elements)), make([]float64, len(b.sys.Elements))
	add := func(s flowsheet.Stream, sign float64) {
		for i, n := range s.N {
			if n == 0 {
				continue
			}
			c := &b.sys.Components[i]
			for e, k := range c.Formula {
				atoms[e] += sign * n * k
				flow[e] += math.Abs(n * k)
			}
			form := find(b.lib, c)
			room, heating := form.h(thermo.Room), form.h(s.T)-form.h(thermo.Room)
			sum += sign * n * heating
			sum += sign * n * room
			size += math.Abs(n * room)
		}
	}
	for _, s := range b.in {
		add(s, -1)
	}
	for _, s := range b.out {
		add(s, 1)
	}
	for e, gap := range atoms {
		if math.Abs(gap) > 1e-12*flow[e] {
			b.t.Errorf("%s does not balance: %g of %g mol/s", b.sys.Elements[e].Symbol, gap, flow[e])
		}
	}
	if math.Abs(sum-heat) > 1e-9*size {
		b.t.Errorf("heat %g W, by elements %g W", heat, sum)
	}
}

// random fills the inlets with what their names say; a share of zeros.
func (b *batch) random(r *rand.Rand, port int, lo, hi float64, names ...string) {
	for _, name := range names {
		b.in[port].N[b.at(name)] = lo * math.Pow(hi/lo, r.Float64())
	}
}

// The two derivatives of a jet are those of differences, and a root carries the derivative of its equation.
func TestJet(t *testing.T) {
	f := func(a, b jet) jet {
		return a.mul(b).add(a.exp().div(b)).sub(b.log().sqrt()).add(a.times(-3).expm1()).add(b.inv())
	}
	const a, b, h = 0.7, 2.3, 1e-5
	y := f(jet{v: a, d: 1}, jet{v: b, x: 1})
	if want := (f(num(a+h), num(b)).v - f(num(a-h), num(b)).v) / (2 * h); math.Abs(y.d-want) > 1e-8 {
		t.Errorf("d %g, difference %g", y.d, want)
	}
	if want := (f(num(a), num(b+h)).v - f(num(a), num(b-h)).v) / (2 * h); math.Abs(y.x-want) > 1e-8 {
		t.Errorf("x %g, difference %g", y.x, want)
	}
	// z³ = p: z = p^(1/3)
	z, ok := root(func(z jet) jet { return z.mul(z).mul(z).sub(jet{v: 5, d: 1}) }, 0, 10)
	if want := math.Cbrt(5); !ok || math.Abs(z.v-want) > 1e-14 || math.Abs(z.d-want/15) > 1e-14 {
		t.Errorf("root %+v, want %g and %g", z, want, want/15)
	}
	if _, ok := root(func(z jet) jet { return z.add(num(1)) }, 0, 1); ok {
		t.Error("a root where there is none")
	}
}

// Every default and limit has a unit, a source and a class.
func TestFurnaceData(t *testing.T) {
	all, err := readFurnaces()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range all {
		if c.Source == "" || c.Class == "" || c.Unit == "" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
