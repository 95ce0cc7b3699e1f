package hydromet

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// leachData is testdata/leach.json.
type leachData struct {
	Source string
	Rate   struct {
		Class string
		A     map[string]float64
		B     map[string]float64 `json:"B_mol_kg_h"`
	}
	Volume float64            `json:"volume_gal"`
	Solid  float64            `json:"solid_kg_h"`
	Assay  map[string]float64 `json:"assay"`
	M      map[string]float64 `json:"molar_mass_g_mol"`
	MOxide map[string]float64 `json:"molar_mass_oxide_g_mol"`
	Cases  []struct {
		Name       string
		Tanks      int
		Flow       float64            `json:"flow_L_h"`
		Tenor      map[string]float64 `json:"mg_L"`
		Conversion map[string]float64
		Rel        float64
	}
	UKy struct {
		Tanks                int
		Rel                  float64
		Inlet, Tank1, Outlet leachLiquor
		ConversionTank1      map[string]float64 `json:"conversion_tank1"`
		Conversion           map[string]float64
	}
}

type leachLiquor struct {
	Flow  float64            `json:"flow_L_h"`
	Tenor map[string]float64 `json:"conc_mg_L"`
}

func readLeachData(t testing.TB) (d leachData) {
	t.Helper()
	text, err := os.ReadFile("testdata/leach.json")
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// leachRig is a train beside a plant, fed with the solids of the reference plant.
type leachRig struct {
	testing.TB
	leachData
	sys     *chem.System
	unit    *LeachTrain
	spec    flowsheet.Spec
	u, x    []float64
	in, out []flowsheet.Stream
}

func leachSystem(t testing.TB) *chem.System {
	t.Helper()
	tree, err := conf.Parse("test", []byte(`
elements = ["S", "Cl", "Al", "Ca", "Fe", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Dy"]
families = ["aqueous", "organic", "gangue", "oxide", "oxalate"]
extractant = "D2EHPA"
molar_volume = { H2O = "18.000 cm3/mol" }`))
	if err != nil {
		t.Fatal(err)
	}
	s := chem.FromConfig(tree.Root())
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

func newLeachRig(t testing.TB, tanks int) *leachRig {
	t.Helper()
	r := &leachRig{TB: t, leachData: readLeachData(t), sys: leachSystem(t), unit: NewLeachTrain().(*LeachTrain)}
	text := fmt.Sprintf("tanks = %d\nvolume = \"%g gal\"\n[rate]\nsource = %q\nclass = %q\n", tanks, r.Volume, r.Source, r.Rate.Class)
	for _, symbol := range []string{"Al", "Fe", "Ca", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Gd", "Dy"} {
		text += fmt.Sprintf("%s = { A = %v, B = \"%.12f mol/kg/h\" }\n", symbol, r.Rate.A[symbol], r.Rate.B[symbol])
	}
	tree, err := conf.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	port := []string{"liquid", "solid"}
	if r.spec, err = r.unit.Init(flowsheet.Env{Tag: "leach", System: r.sys, Param: tree.Root(), In: port, Out: port}); err != nil {
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
	for range 2 {
		r.in = append(r.in, flowsheet.Stream{T: 303, N: make([]float64, len(r.sys.Components))})
		r.out = append(r.out, flowsheet.Stream{N: make([]float64, len(r.sys.Components))})
	}
	for name, fraction := range r.Assay {
		if name == "inerts" { // as mass: the pulp density counts, and the source's SiO2 is 60.08 g/mol
			i := r.index("SiO2(s)")
			r.in[1].N[i] = r.Solid / 3600 * fraction / r.sys.Components[i].M
			continue
		}
		symbol := strings.TrimSuffix(strings.TrimSuffix(name, "2O3"), "O")
		r.in[1].N[r.index(name+"(s)")] = r.Solid / 3.6 * fraction / r.MOxide[symbol]
	}
	return r
}

func (r *leachRig) index(name string) int {
	r.Helper()
	i, ok := r.sys.Index(name)
	if !ok {
		r.Fatalf("no component %s", name)
	}
	return i
}

// ion is the aqueous component counted under an element.
func (r *leachRig) ion(symbol string) int {
	e, _ := r.sys.Element(symbol)
	return r.sys.ByKey(chem.Aqueous, e)
}

// moles turns a liquor into molar flows, with the molar masses of the source.
func (r *leachRig) moles(flow float64, tenor map[string]float64) []float64 {
	n := make([]float64, len(r.sys.Components))
	n[r.index("H2O")] = flow / 3.6e6 / 18e-6
	for name, mg := range tenor {
		amount := flow / 3600 * mg / 1000 / r.M[name]
		switch name {
		case "HSO4":
			n[r.index("H+")] += amount
			n[r.index("SO4-2")] += amount
		case "SO4":
			n[r.index("SO4-2")] += amount
		default:
			n[r.ion(name)] += amount
		}
	}
	return n
}

// base gives the rig the liquor of the first published case.
func (r *leachRig) base() *leachRig {
	copy(r.in[0].N, r.moles(r.Cases[0].Flow, r.Cases[0].Tenor))
	return r
}

func (r *leachRig) solve(st flowsheet.Stage) {
	r.Helper()
	if err := r.unit.Solve(&st, r.u, r.x, r.in, r.out); err != nil {
		r.Fatal(err)
	}
}

func (r *leachRig) near(what string, got, want, rel float64) {
	r.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		r.Errorf("%s: got %.12g, want %.12g (%.2g relative)", what, got, want, got/want-1)
	}
}

// scale multiplies handles and feeds.
func (r *leachRig) scale(volume, liquid, acid, solid float64) {
	r.u[leachVolume] *= volume
	for i := range r.in[0].N {
		r.in[0].N[i] *= liquid
		r.in[1].N[i] *= solid
	}
	for _, name := range []string{"H+", "SO4-2"} {
		r.in[0].N[r.index(name)] *= acid
	}
}

// satisfies puts x and outlets into the equations of the type comment, written out anew with amounts per mole by hand. The
// tolerance is relative to what flows through a tank of each component. Without tie holds only in the steady state.
func (r *leachRig) satisfies(st flowsheet.Stage) {
	r.Helper()
	const tol = 1e-10
	supply := make([]float64, len(r.sys.Components))
	for i := range supply {
		supply[i] = r.in[0].N[i] + r.in[1].N[i]
	}
	fed := append([]float64(nil), supply...)
	tie := r.index("SiO2(s)")
	held := make([]float64, len(supply))
	n := make([]float64, len(supply))
	for k := range r.unit.tanks {
		Q := math.Exp(r.unit.unknowns(r.x, k)[leachLnFlow])
		theta := r.u[leachVolume]/Q + r.u[leachWeirTime]
		copy(n, supply)
		clear(held)
		for s, i := range r.unit.held {
			held[i] = r.unit.holdup(r.x, k)[s]
			n[i] = held[i] / theta
		}
		r.near("slurry flow", r.sys.Volume(n), Q, tol)
		pH, ok := r.sys.PH(n)
		if !ok {
			r.Fatalf("tank %d has no pH", k+1)
		}
		net, through := make([]float64, len(n)), make([]float64, len(n))
		for s, i := range r.unit.held {
			net[i] = supply[i] - n[i]
			through[i] = math.Abs(supply[i]) + math.Abs(n[i])
			if st.Rate > 0 {
				prev := r.unit.holdup(st.Prev, k)[s]
				net[i] -= st.Rate * (held[i] - prev)
				through[i] += st.Rate * (math.Abs(prev) + math.Abs(held[i]))
			}
		}
		for symbol, A := range r.Rate.A {
			acids, ions, waters := 6.0, 2.0, 3.0
			oxide := symbol + "2O3(s)"
			if symbol == "Ca" {
				acids, ions, waters, oxide = 2, 1, 1, "CaO(s)"
			}
			j := r.index(oxide)
			if fed[j] == 0 {
				continue
			}
			left := n[j] / fed[j]
			if fed[tie] > 0 {
				left /= n[tie] / fed[tie]
			}
			eps := r.sys.PhaseMass(chem.Solid, n) / Q
			xi := r.u[leachVolume] * eps * r.Rate.B[symbol] / 3600 * math.Pow(10, -pH*A) * math.Pow(left, 2.0/3)
			net[j] -= xi
			net[r.ion(symbol)] += ions * xi
			net[r.index("H2O")] += waters * xi
			net[r.index("H+")] -= acids * xi
		}
		for i, v := range net {
			if math.Abs(v) > tol*through[i] {
				r.Errorf("tank %d: %s does not balance: %.3g of %.3g mol/s", k+1, r.sys.Components[i].Name, v, through[i])
			}
		}
		copy(supply, n)
	}
	for i, want := range supply {
		if got := r.out[0].N[i] + r.out[1].N[i]; math.Abs(got-want) > tol*math.Abs(want) {
			r.Errorf("outlet %s: %g, want %g", r.sys.Components[i].Name, got, want)
		}
		liquid, solid := r.out[0].N[i], r.out[1].N[i]
		if (r.sys.Components[i].Phase == chem.Solid && liquid != 0) || (r.sys.Components[i].Phase != chem.Solid && solid != 0) {
			r.Errorf("%s leaves by the wrong port", r.sys.Components[i].Name)
		}
	}
}

func TestLeachPublished(t *testing.T) {
	for _, c := range readLeachData(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			r := newLeachRig(t, c.Tanks)
			copy(r.in[0].N, r.moles(c.Flow, c.Tenor))
			r.solve(flowsheet.Stage{Cold: true})
			r.satisfies(flowsheet.Stage{})
			y := make([]float64, len(r.spec.Signals))
			r.unit.Observe(r.u, r.x, r.in, r.out, y)
			worst := 0.0
			for k, s := range r.spec.Signals[leachConversion:] {
				want := c.Conversion[strings.TrimPrefix(s.Name, "conversion.")]
				r.near(s.Name, y[leachConversion+k], want, c.Rel)
				worst = math.Max(worst, math.Abs(y[leachConversion+k]/want-1))
			}
			t.Logf("largest relative difference %.2g", worst)
		})
	}
}

func TestLeachUKy(t *testing.T) {
	r := newLeachRig(t, 2)
	c := r.UKy
	copy(r.in[0].N, r.moles(c.Inlet.Flow, c.Inlet.Tenor))
	r.solve(flowsheet.Stage{Cold: true})
	tank1 := make([]float64, len(r.sys.Components))
	theta := r.u[leachVolume]/math.Exp(r.unit.unknowns(r.x, 0)[leachLnFlow]) + r.u[leachWeirTime]
	for s, i := range r.unit.held {
		tank1[i] = r.unit.holdup(r.x, 0)[s] / theta
	}
	last := make([]float64, len(tank1))
	for i := range last {
		last[i] = r.out[0].N[i] + r.out[1].N[i]
	}
	for _, at := range []struct {
		name       string
		got        []float64
		want       leachLiquor
		conversion map[string]float64
	}{{"tank 1", tank1, c.Tank1, c.ConversionTank1}, {"outlet", last, c.Outlet, c.Conversion}} {
		want := r.moles(at.want.Flow, at.want.Tenor)
		first, end := r.sys.Span(chem.Aqueous)
		for i := first; i < end; i++ {
			r.near(at.name+" "+r.sys.Components[i].Name, at.got[i], want[i], c.Rel)
		}
		for symbol, x := range at.conversion {
			e, _ := r.sys.Element(symbol)
			i := r.sys.InFamily("oxide", e)
			r.near(at.name+" conversion "+symbol, 1-at.got[i]/r.in[1].N[i], x, c.Rel)
		}
		h := at.want.Tenor["H"] / r.M["H"] // mol/m3, free
		pH, _ := r.sys.PH(at.got)
		r.near(at.name+" free acid", math.Pow(10, 3-pH), h, c.Rel)
	}
}

// A cold start needs no guess, from a hundredth to a hundred times the design.
func TestLeachCold(t *testing.T) {
	factors := []float64{0.01, 0.25, 0.5, 1, 1.5, 4, 100}
	design := newLeachRig(t, 2).base()
	solved := 0
	for _, volume := range factors {
		for _, liquid := range factors {
			for _, acid := range factors {
				for _, solid := range factors {
					r := design.copy()
					r.scale(volume, liquid, acid, solid)
					st := flowsheet.Stage{Cold: true}
					if err := r.unit.Solve(&st, r.u, r.x, r.in, r.out); err != nil {
						t.Fatalf("volume %g, liquid %g, acid %g, solid %g: %v", volume, liquid, acid, solid, err)
					}
					for k := range r.unit.tanks {
						if norm := r.unit.tanks[k].norm(); norm > 1e-11 {
							t.Fatalf("volume %g, liquid %g, acid %g, solid %g: residual %g", volume, liquid, acid, solid, norm)
						}
					}
					if solved%50 == 0 {
						r.satisfies(st)
					}
					if t.Failed() {
						t.Fatalf("volume %g, liquid %g, acid %g, solid %g", volume, liquid, acid, solid)
					}
					solved++
				}
			}
		}
	}
	t.Logf("%d cold starts", solved)
}

// copy is a rig with feeds, handles and memory of its own; the unit is shared, as what it returns depends on its arguments.
func (r *leachRig) copy() *leachRig {
	q := *r
	q.u, q.x = append([]float64(nil), r.u...), append([]float64(nil), r.x...)
	q.in, q.out = leachStreams(r.in), leachStreams(r.out)
	return &q
}

func leachStreams(s []flowsheet.Stream) (c []flowsheet.Stream) {
	for _, v := range s {
		c = append(c, flowsheet.Stream{T: v.T, N: append([]float64(nil), v.N...)})
	}
	return c
}

// Warm starts, from points far away too, find what cold starts find, and a copy of x gives the same bits.
func TestLeachWarm(t *testing.T) {
	r := newLeachRig(t, 2).base()
	r.solve(flowsheet.Stage{Cold: true})
	dice := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		factor := func() float64 { return math.Exp(3 * dice.NormFloat64()) }
		q := r.copy()
		q.scale(factor(), factor(), factor(), factor())
		cold, again := q.copy(), q.copy()
		q.solve(flowsheet.Stage{})
		cold.solve(flowsheet.Stage{Cold: true})
		for i, n := range cold.out[0].N {
			if math.Abs(q.out[0].N[i]-n) > 1e-10*math.Abs(n) {
				t.Fatalf("%s: warm %g, cold %g mol/s", r.sys.Components[i].Name, q.out[0].N[i], n)
			}
		}
		again.solve(flowsheet.Stage{})
		for i, v := range q.x {
			if again.x[i] != v {
				t.Fatalf("x[%d]: %v, then %v", i, v, again.x[i])
			}
		}
	}
}

// In time the equations hold above the crest, and from an empty tank the train fills, overflows and reaches the steady state.
func TestLeachTime(t *testing.T) {
	r := newLeachRig(t, 3).base()
	r.solve(flowsheet.Stage{Cold: true})
	steady := r.copy()
	r.scale(1, 1.3, 0.8, 0.9)
	for _, rate := range []float64{1, 1e-2, 1e-4, 1e-6} {
		prev := append([]float64(nil), steady.x...)
		st := flowsheet.Stage{Rate: rate, Prev: prev}
		r.solve(st)
		r.satisfies(st)
	}
	q := newLeachRig(t, 3).base()
	clear(q.x)
	below := 0
	for step := 1.0; step < 1e9; step *= 1.2 {
		prev := append([]float64(nil), q.x...)
		q.solve(flowsheet.Stage{Rate: 1 / step, Prev: prev, Cold: step == 1})
		q.closes(1/step, prev)
		if q.unit.tanks[2].below {
			below++
			if v := q.sys.Mass(q.out[0].N) + q.sys.Mass(q.out[1].N); v != 0 {
				t.Fatalf("a train below its crest discharges %g kg/s", v)
			}
		}
	}
	if below == 0 {
		t.Error("the train was never below its crest")
	}
	for i, n := range steady.out[0].N {
		q.near(q.sys.Components[i].Name, q.out[0].N[i], n, 1e-6)
	}
}

// closes checks every element and the charge, with holdup.
func (r *leachRig) closes(rate float64, prev []float64) {
	r.Helper()
	net, gross := make([]float64, len(r.sys.Components)), make([]float64, len(r.sys.Components))
	add := func(i int, v float64) { net[i], gross[i] = net[i]+v, gross[i]+math.Abs(v) }
	for i := range net {
		for k := range r.in {
			add(i, r.in[k].N[i])
			add(i, -r.out[k].N[i])
		}
	}
	if rate > 0 {
		for k := range r.unit.tanks {
			for s, i := range r.unit.held {
				add(i, rate*r.unit.holdup(prev, k)[s])
				add(i, -rate*r.unit.holdup(r.x, k)[s])
			}
		}
	}
	for e := range r.sys.Elements {
		if v, all := r.sys.ElementFlow(e, net), r.sys.ElementFlow(e, gross); math.Abs(v) > 1e-12*all {
			r.Errorf("rate %g: %s does not close: %g of %g mol/s", rate, r.sys.Elements[e].Symbol, v, all)
		}
	}
	charge, all := 0.0, 0.0
	for i, c := range r.sys.Components {
		charge += c.Charge * net[i]
		all += math.Abs(c.Charge) * gross[i]
	}
	if math.Abs(charge) > 1e-12*all {
		r.Errorf("rate %g: charge does not close: %g of %g mol/s", rate, charge, all)
	}
}

func TestLeachTangent(t *testing.T) {
	base := func(tanks int) *leachRig {
		r := newLeachRig(t, tanks).base()
		r.in[0].T = 350
		r.solve(flowsheet.Stage{Cold: true})
		return r
	}
	noTie := func(r *leachRig) *leachRig { r.in[1].N[r.index("SiO2(s)")] = 0; return r }
	half := func(r *leachRig) *leachRig { // half empty
		for i := range r.spec.States {
			r.x[i] /= 2
		}
		return r
	}
	for _, c := range []struct {
		name string
		rig  *leachRig
		rate float64
	}{
		{"steady", base(2), 0},
		{"steady without SiO2", noTie(base(2)), 0},
		{"step", base(2), 1e-3},
		{"short step", base(3), 1},
		{"step without SiO2", noTie(base(2)), 1e-3},
		{"below the crest", half(base(2)), 1e-2},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.rig.TB = t
			st := flowsheet.Stage{Rate: c.rate}
			if c.rate > 0 {
				st.Prev = append([]float64(nil), c.rig.x...)
				dice := rand.New(rand.NewPCG(9, 9))
				for i := range c.rig.spec.States {
					st.Prev[i] *= 0.99 + 0.02*dice.Float64()
				}
			}
			c.rig.in[0].N[c.rig.index("kerosene")] = 1e-3 // passes
			c.rig.in[1].N[c.rig.index("Nd2(C2O4)3·10H2O(s)")] = 1e-6
			c.rig.in[1].N[c.rig.index("Eu2O3(s)")] = 1e-6 // has no rate
			c.rig.in[0].N[c.rig.index("Al2O3(s)")] = 1e-5 // unsettled solids
			c.rig.tangent(st)
		})
	}
}

// tangent compares Tangent with central differences along random directions.
func (r *leachRig) tangent(st flowsheet.Stage) {
	r.Helper()
	dice := rand.New(rand.NewPCG(3, 4))
	turn := func(v []float64) []float64 { // a direction of the size of v
		d := make([]float64, len(v))
		for i := range v {
			d[i] = (dice.Float64() - 0.5) * v[i]
		}
		return d
	}
	for range 4 {
		du, din := turn(r.u), leachStreams(r.in)
		var dprev []float64
		if st.Rate > 0 {
			dprev = turn(st.Prev)
			clear(dprev[len(r.spec.States):])
		}
		for k := range din {
			din[k] = flowsheet.Stream{T: dice.Float64(), N: turn(r.in[k].N)}
		}
		r.solve(st)
		dx, dout := make([]float64, len(r.x)), leachStreams(r.out)
		if err := r.unit.Tangent(&st, r.u, r.x, r.in, r.out, du, dprev, din, dx, dout); err != nil {
			r.Fatal(err)
		}
		const h = 1e-5
		var side [2][]float64
		for s, step := range [2]float64{h, -h} {
			q, at := r.copy(), st
			at.Prev = append([]float64(nil), st.Prev...)
			along := func(v, d []float64) {
				for i := range d {
					v[i] += step * d[i]
				}
			}
			along(q.u, du)
			along(at.Prev, dprev)
			for k := range q.in {
				along(q.in[k].N, din[k].N)
				q.in[k].T += step * din[k].T
			}
			q.solve(at)
			side[s] = flat(q.x, q.out)
		}
		for i, got := range flat(dx, dout) {
			want := (side[0][i] - side[1][i]) / (2 * h)
			if size := math.Abs(side[0][i]); math.Abs(got-want) > 1e-6*math.Abs(want)+1e-7*size {
				r.Fatalf("rate %g: tangent %d is %g, difference %g", st.Rate, i, got, want)
			}
		}
	}
}

func TestLeachAllocates(t *testing.T) {
	r := newLeachRig(t, 2).base()
	r.solve(flowsheet.Stage{Cold: true})
	prev := append([]float64(nil), r.x...)
	y := make([]float64, len(r.spec.Signals))
	du, dx, din, dout := make([]float64, len(r.u)), make([]float64, len(r.x)), leachStreams(r.in), leachStreams(r.out)
	for _, st := range []flowsheet.Stage{{}, {Cold: true}, {Rate: 1e-3, Prev: prev}} {
		if n := testing.AllocsPerRun(10, func() {
			r.solve(st)
			if err := r.unit.Tangent(&st, r.u, r.x, r.in, r.out, du, st.Prev, din, dx, dout); err != nil {
				t.Fatal(err)
			}
			r.unit.Observe(r.u, r.x, r.in, r.out, y)
		}); n != 0 {
			t.Errorf("rate %g: %g allocations", st.Rate, n)
		}
	}
}

func (r *leachRig) fails(words string, st flowsheet.Stage) {
	r.Helper()
	err := r.unit.Solve(&st, r.u, r.x, r.in, r.out)
	if err == nil || !strings.Contains(err.Error(), words) {
		r.Errorf("error %v, want one with %q", err, words)
	}
}

func TestLeachWithoutFeed(t *testing.T) {
	design := newLeachRig(t, 2).base()
	for _, c := range []struct{ liquid, solid float64 }{{0, 0}, {1, 0}} {
		r := design.copy()
		r.scale(1, c.liquid, 1, c.solid)
		for _, st := range []flowsheet.Stage{{Cold: true}, {}, {Rate: 1e-3, Prev: make([]float64, len(r.x))}, {}} {
			r.solve(st)
			y := make([]float64, len(r.spec.Signals))
			r.unit.Observe(r.u, r.x, r.in, r.out, y)
			for i, v := range append(flat(r.x, r.out), y...) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("liquid %g, solid %g: value %d is %g", c.liquid, c.solid, i, v)
				}
			}
			dx, dout := make([]float64, len(r.x)), leachStreams(r.out)
			if err := r.unit.Tangent(&st, r.u, r.x, r.in, r.out, r.u, st.Prev, r.in, dx, dout); err != nil {
				t.Fatal(err)
			}
			for i, v := range flat(dx, dout) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("liquid %g, solid %g: tangent %d is %g", c.liquid, c.solid, i, v)
				}
			}
		}
		for i, n := range r.in[0].N {
			r.near("passing "+r.sys.Components[i].Name, r.out[0].N[i], n, 1e-12)
		}
	}
	dry := design.copy()
	dry.scale(1, 0, 1, 1)
	dry.fails("tank 1: total acidity is 0 mol/s", flowsheet.Stage{Cold: true})
}

func TestLeachFailures(t *testing.T) {
	design := newLeachRig(t, 2).base()
	design.solve(flowsheet.Stage{Cold: true})
	r := design.copy()
	r.in[0].N[r.index("H+")] = -0.25
	r.fails("tank 1: total acidity is -0.25 mol/s", flowsheet.Stage{})
	r = design.copy()
	r.u[leachVolume] = 0
	r.fails("volume is 0 m3, outside", flowsheet.Stage{})
	r = design.copy()
	for _, o := range r.unit.oxides {
		r.u[o.a] = 0 // takes acid at any pH
	}
	r.scale(100, 1, 1e-3, 100)
	r.fails("tank 1: acid exhausted", flowsheet.Stage{Cold: true})
	r = design.copy()
	prev := append([]float64(nil), r.x...)
	r.scale(1, 1, 1, 0)
	r.fails("no Al2O3(s) in the solid feed", flowsheet.Stage{Rate: 1e-3, Prev: prev})
	r = design.copy()
	r.in[1].N[r.index("SiO2(s)")] = 0
	r.fails("below the weir crest", flowsheet.Stage{Rate: 1e-3, Prev: make([]float64, len(r.x))})
}

func TestLeachFaults(t *testing.T) {
	sys := leachSystem(t)
	for text, words := range map[string]string{
		`tanks = 0`:                            "tanks: 0 is outside",
		`tanks = 2`:                            "volume: missing",
		`weir_time = "0 s"`:                    "weir_time",
		`[rate]`:                               "at least one",
		"[rate]\nNd = { A = 1, B = \"1 kg\" }": "mol/kg/s",
		"[rate]\nXx = { A = 1 }":               `no element "Xx"`,
		"[rate]\nCl = { A = 1 }":               "Cl has no oxide",
		"[rate]\nNd = { A = 1, C = 2 }":        `unknown key "C"`,
		"[rate]\nclass = \"guess\"":            "class",
	} {
		tree, err := conf.Parse("test", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewLeachTrain().Init(flowsheet.Env{System: sys, Param: tree.Root()}); err != nil {
			t.Fatal(err)
		}
		tree.Root().Close()
		if err := tree.Err(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s:\n%v\nwant %q", text, err, words)
		}
	}
}

func TestLeachReport(t *testing.T) {
	r := newLeachRig(t, 2).base()
	r.in[1].N[r.index("Eu2O3(s)")] = 1e-6
	r.solve(flowsheet.Stage{Cold: true})
	report := r.unit.Report(r.u, r.x, r.in, r.out)
	if len(report.Profile) != 2 || report.Profile[0].PH >= report.Profile[1].PH {
		t.Fatalf("profile %v", report.Profile)
	}
	y := make([]float64, len(r.spec.Signals))
	r.unit.Observe(r.u, r.x, r.in, r.out, y)
	r.near("pH", y[leachPH], report.Profile[1].PH, 1e-10)
	r.near("free acid", y[leachFreeAcid], math.Pow(10, 3-y[leachPH]), 1e-10)
	nd := r.index("Nd+3")
	r.near("Nd", report.Profile[1].Aqueous[nd], r.out[0].N[nd]/r.sys.PhaseVolume(chem.Aqueous, r.out[0].N), 1e-10)
	if len(report.Warnings) != 1 || report.Warnings[0].Where != "Eu2O3(s)" {
		t.Errorf("warnings %v, want Eu2O3(s)", report.Warnings)
	}
	if n := len(r.spec.Constants); n != 25 {
		t.Errorf("%d constants, want 24 of the rates and Ka2", n)
	}
}

func BenchmarkLeach(b *testing.B) {
	for _, tanks := range []int{1, 2, 8} {
		r := newLeachRig(b, tanks).base()
		r.solve(flowsheet.Stage{Cold: true})
		feed := r.in[0].N[r.index("H+")]
		for _, start := range []struct {
			name string
			cold bool
		}{{"warm", false}, {"cold", true}} {
			b.Run(fmt.Sprintf("%s/tanks=%d", start.name, tanks), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					r.in[0].N[r.index("H+")] = feed * (1 + 0.01*float64(i%2))
					r.solve(flowsheet.Stage{Cold: start.cold})
				}
			})
		}
		b.Run(fmt.Sprintf("tangent/tanks=%d", tanks), func(b *testing.B) {
			b.ReportAllocs()
			var st flowsheet.Stage
			dx, dout := make([]float64, len(r.x)), leachStreams(r.out)
			r.solve(st)
			for b.Loop() {
				if err := r.unit.Tangent(&st, r.u, r.x, r.in, r.out, r.u, nil, r.in, dx, dout); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
