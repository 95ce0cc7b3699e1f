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

// react adds to net what the rates of the type comment produce in a tank with outflow n, Q; amounts per mole are by hand.
func (r *leachRig) react(net, n, fed []float64, Q float64) {
	r.Helper()
	tie := r.index("SiO2(s)")
	pH, ok := r.sys.PH(n)
	if !ok {
		r.Fatal("a tank has no pH")
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
}

// satisfies puts x and outlets into the equations of the type comment, written out anew. The
// tolerance is relative to what flows through a tank of each component.
func (r *leachRig) satisfies(st flowsheet.Stage) {
	r.Helper()
	const tol = 1e-10
	supply := make([]float64, len(r.sys.Components))
	for i := range supply {
		supply[i] = r.in[0].N[i] + r.in[1].N[i]
	}
	fed := append([]float64(nil), supply...)
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
		r.react(net, n, fed, Q)
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
		if r.in[1].N[r.index("SiO2(s)")] == 0 {
			du[leachRatio] = 0 // slip needs SiO2
		}
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

func (r *leachRig) fails(words string, st flowsheet.Stage) {
	r.Helper()
	err := r.unit.Solve(&st, r.u, r.x, r.in, r.out)
	if err == nil || !strings.Contains(err.Error(), words) {
		r.Errorf("error %v, want one with %q", err, words)
	}
}
