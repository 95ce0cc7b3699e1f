package flowsheet_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// reduced is a calcium furnace between a lag and meters: %s are further keys of the furnace.
const reduced = `
[chemistry]
elements = ["F", "Ca", "Tb", "Dy"]
families = ["oxide", "metal", "fluoride", "calcium"]

[units.fluorides]
kind = "feed"
out = "raw"
phase = "solid"
flow = "0.9 kg/h"
temperature = "25 degC"
assay = { "DyF3(s)" = 0.98, "TbF3(s)" = 0.02 }

[units.silo]
kind = "lag"
in = "raw"
out = "fluoride"

[units.calcium]
kind = "feed"
out = "reductant"
phase = "solid"
flow = "0.27 kg/h"
temperature = "25 degC"
assay = { "Ca(s)" = 1 }

[units.furnace]
kind = "calciothermic"
in = { charge = "fluoride", calcium = "reductant" }
out = { metal = "metal", slag = "slag", condensate = "condensate" }
cycle_time = "12 h"
temperature = "1500 degC"
refining_temperature = "1450 degC"
refining_time = "20 min"
area = "0.01 m2"
%s

[units.meter]
kind = "meter"
in = ["metal", "slag", "condensate"]
out = { "1" = "metal_out", "2" = "slag_out", "3" = "condensate_out" }
`

// lag is a vessel of one time constant, 2 h; meter passes what comes and counts it, without holding any.
type lag struct{ tau float64 }

func (l *lag) Init(env flowsheet.Env) (spec flowsheet.Spec, err error) {
	for _, c := range env.System.Components {
		spec.States = append(spec.States, flowsheet.Variable{Name: c.Name, Unit: "mol", Scale: 1})
	}
	spec.In, spec.Out = []flowsheet.Port{{Name: "1"}}, []flowsheet.Port{{Name: "out"}}
	return spec, nil
}

func (l *lag) Solve(st *flowsheet.Stage, _, x []float64, in, out []flowsheet.Stream) error {
	out[0].T = in[0].T
	for i, n := range in[0].N {
		if st.Rate > 0 {
			n += st.Rate * st.Prev[i]
		}
		x[i] = n / (st.Rate + 1/l.tau)
		out[0].N[i] = x[i] / l.tau
	}
	return nil
}

func (l *lag) Held(x, n []float64) {
	for i, v := range x {
		n[i] += v
	}
}

type meter struct{ ports, components int }

func (m *meter) Init(env flowsheet.Env) (spec flowsheet.Spec, err error) {
	m.ports, m.components = len(env.In), len(env.System.Components)
	for _, port := range env.In {
		spec.In, spec.Out = append(spec.In, flowsheet.Port{Name: port}), append(spec.Out, flowsheet.Port{Name: port})
		for _, c := range env.System.Components {
			spec.Free = append(spec.Free, len(spec.States))
			spec.States = append(spec.States, flowsheet.Variable{Name: port + "." + c.Name, Unit: "mol", Scale: 1})
		}
	}
	return spec, nil
}

func (m *meter) Solve(st *flowsheet.Stage, _, x []float64, in, out []flowsheet.Stream) error {
	for k := range in {
		out[k].Copy(in[k])
		for i, n := range in[k].N {
			if at := k*m.components + i; st.Rate > 0 {
				x[at] = st.Prev[at] + n/st.Rate
			}
		}
	}
	return nil
}

func (m *meter) Held(_, _ []float64) {}

func eventful(t testing.TB, text string) *flowsheet.Plant {
	t.Helper()
	kinds := units.Kinds()
	kinds["lag"] = func() flowsheet.Unit { return &lag{tau: 7200} }
	kinds["meter"] = func() flowsheet.Unit { return &meter{} }
	kinds["endless"] = func() flowsheet.Unit { return &endless{} }
	tree, err := conf.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, kinds)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begun is a plant at its steady state, in regular operation.
func begun(t testing.TB, keys string) *flowsheet.Plant {
	t.Helper()
	p := eventful(t, fmt.Sprintf(reduced, keys))
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if err := p.Begin(); err != nil {
		t.Fatal(err)
	}
	return p
}

// advance goes on and wants every element to balance.
func advance(t testing.TB, p *flowsheet.Plant, length float64) flowsheet.RunSummary {
	t.Helper()
	sum, err := p.Advance(length, 1e-9)
	if err != nil {
		t.Fatal(err)
	}
	if len(sum.Closures) != len(p.System.Elements)+1 {
		t.Fatalf("no balance: %q holds what it does not say", sum.NoBalance)
	}
	for _, c := range sum.Closures {
		if c.Rel > 1e-12 {
			t.Errorf("over %g h and %d events %s is off by %.2g", length/3600, sum.Events, c.Element, c.Rel)
		}
	}
	return sum
}

// totals is what the meters have counted, mol.
func totals(p *flowsheet.Plant) []float64 {
	m, _ := p.Unit("meter")
	return slices.Clone(m.X)
}

// means wants the mean flows since the totals to be those of a steady plant.
func means(t *testing.T, p *flowsheet.Plant, before []float64, length float64, steady *flowsheet.Plant, rel float64) {
	t.Helper()
	c, worst := len(p.System.Components), 0.0
	for k, name := range []string{"metal", "slag", "condensate"} {
		s, _ := steady.Stream(name)
		for i, n := range s.N {
			got := (totals(p)[k*c+i] - before[k*c+i]) / length
			if off := math.Abs(got - n); off > rel*n {
				t.Errorf("mean %s of %s is %.9g mol/s, steady %.9g", p.System.Components[i].Name, name, got, n)
			} else if n > 0 {
				worst = math.Max(worst, off/n)
			}
		}
	}
	t.Logf("largest deviation of a mean flow %.1e", worst)
}

const hour = 3600.0

// Over whole cycles the mean in time is the average of the steady state: by the clock, by weight, with several furnaces, in campaigns.
func TestCycleMean(t *testing.T) {
	mass := 1.17 // kg/h of both feeds
	for _, c := range []struct {
		name, keys   string
		warm, length float64 // h
		most         float64 // charge, kg, 0: by the clock
	}{
		{"clock", "", 0, 36, 0},
		{"clock, three furnaces", "furnaces = 3\ndischarge_time = \"3 h\"", 0, 24, 0},
		{"weight", "charge_mass = \"20 kg\"", 0, 5 * 20 / mass, 20},
		{"weight, two furnaces", "furnaces = 2\ncharge_mass = \"9 kg\"\ndischarge_time = \"2 h\"", 0, 10 * 9 / mass, 9},
		{"campaigns", "charge_mass = \"20 kg\"\ncampaign = 3\nstandstill = \"12 h\"", 36 * 20 / mass, 6 * 20 / mass, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, steady := begun(t, c.keys), eventful(t, fmt.Sprintf(reduced, c.keys))
			if err := steady.Solve(); err != nil {
				t.Fatal(err)
			}
			if c.warm > 0 {
				advance(t, p, c.warm*hour)
			}
			before := totals(p)
			sum := advance(t, p, c.length*hour)
			if sum.Events < 2 {
				t.Errorf("%d events", sum.Events)
			}
			means(t, p, before, c.length*hour, steady, 1e-10)
			if got, _, err := p.Value("furnace.charge"); err != nil || c.most > 0 && math.Abs(got-c.most) > 1e-9*c.most {
				t.Errorf("a charge of %.12g kg, want %g (%v)", got, c.most, err)
			}
		})
	}
}

// The signals of bins and furnaces at the steady state are their means over a cycle.
func TestMeanLots(t *testing.T) {
	for _, keys := range []string{"", "furnaces = 2\ncharge_mass = \"16 kg\"\ndischarge_time = \"4 h\""} {
		p := begun(t, keys)
		steady := eventful(t, fmt.Sprintf(reduced, keys))
		if err := steady.Solve(); err != nil {
			t.Fatal(err)
		}
		every, _, _ := steady.Value("furnace.charge")
		const steps = 1000
		period := every / 1.17 * hour
		sums := map[string]float64{}
		for range steps {
			advance(t, p, period/steps)
			for _, s := range []string{"charge_bin", "in_furnaces", "product_bins", "working"} {
				v, _, _ := p.Value("furnace." + s)
				sums[s] += v / steps
			}
		}
		for s, got := range sums {
			if want, _, _ := steady.Value("furnace." + s); math.Abs(got-want) > 2e-3*want {
				t.Errorf("%q: mean %s is %.6g, steady %.6g", keys, s, got, want)
			}
		}
	}
}

// Feed that swings within each cycle gives the average of its mean; feed that changes for good leads to the new average.
func TestCycleMeanOfChangingFeed(t *testing.T) {
	steady := begun(t, "")
	swing := begun(t, "")
	set := func(p *flowsheet.Plant, by float64) {
		for path, v := range map[string]float64{"fluorides.flow": 0.9, "calcium.flow": 0.27} {
			if err := p.SetHandle(path, by*v/hour); err != nil {
				t.Fatal(err)
			}
		}
	}
	turn := func(p *flowsheet.Plant) {
		set(p, 1.3)
		advance(t, p, 5*hour)
		set(p, 1-0.3*5/7)
		advance(t, p, 7*hour)
	}
	for range 30 { // until the silo swings with it
		turn(swing)
	}
	before := totals(swing)
	for range 3 {
		turn(swing)
	}
	means(t, swing, before, 36*hour, steady, 1e-6)

	changed := begun(t, "furnaces = 2")
	advance(t, changed, 4.4*hour)
	set(changed, 1.2)
	advance(t, changed, 140*hour)
	before = totals(changed)
	advance(t, changed, 24*hour)
	want := eventful(t, fmt.Sprintf(reduced, "furnaces = 2"))
	set(want, 1.2)
	if err := want.Solve(); err != nil {
		t.Fatal(err)
	}
	means(t, changed, before, 24*hour, want, 1e-6)
}

// A charge by weight is complete at the time that the inflow says, however it changes: the silo follows a step of its feed.
func TestEventTime(t *testing.T) {
	p := begun(t, "charge_mass = \"20 kg\"\nfurnaces = 4")
	if err := p.SetHandle("fluorides.flow", 2*0.9/hour); err != nil {
		t.Fatal(err)
	}
	filled := func(s float64) float64 { // kg in the bin: the flow goes to the double with 2 h
		return (0.27*s + 0.9*s + 0.9*(s-7200*(1-math.Exp(-s/7200)))) / hour
	}
	lo, hi := 0.0, 20*hour
	for hi-lo > 1e-9 {
		if mid := (lo + hi) / 2; filled(mid) < 20 {
			lo = mid
		} else {
			hi = mid
		}
	}
	working := func() float64 { v, _, _ := p.Value("furnace.charge_bin"); return v }
	advance(t, p, lo-1e-3)
	if full := working(); math.Abs(full-20) > 1e-5 {
		t.Errorf("%.9g kg in the bin 1 ms before it is full at %.6g s", full, lo)
	}
	advance(t, p, 2e-3)
	if left := working(); left > 1e-5 {
		t.Errorf("%.9g kg in the bin 1 ms after it was charged at %.6g s", left, lo)
	}
}

// A copy of the memory goes on with the same bits in a plant of its own: clocks, charges and campaigns are in it.
func TestMemoryKeepsClocks(t *testing.T) {
	const keys = "charge_mass = \"9 kg\"\nfurnaces = 2\ncampaign = 2\nstandstill = \"5 h\""
	rand := rand.New(rand.NewPCG(8, 21))
	p := begun(t, keys)
	for range 6 {
		advance(t, p, hour*(1+9*rand.Float64()))
		if err := p.SetHandle("fluorides.flow", (0.6+0.4*rand.Float64())/hour); err != nil {
			t.Fatal(err)
		}
		other := eventful(t, fmt.Sprintf(reduced, keys))
		if err := other.Restore(p.Memory()); err != nil {
			t.Fatal(err)
		}
		length := hour * (5 + 30*rand.Float64())
		a, b := advance(t, p, length), advance(t, other, length)
		if a.Events == 0 || a.Events != b.Events || a.Steps != b.Steps || !slices.Equal(p.Memory(), other.Memory()) {
			t.Errorf("after %g h, %d and %d events, %d and %d steps: the memories differ", length/hour, a.Events, b.Events, a.Steps, b.Steps)
		}
	}
}

// endless is never done with its event.
type endless struct{ lag }

func (e *endless) Begin(_, _ []float64, _, _ []flowsheet.Stream) error { return nil }
func (e *endless) Due(_, _ []float64, _ []flowsheet.Stream) float64    { return 0 }
func (e *endless) Fire(_, _ []float64) error                           { return nil }
func (e *endless) Init(env flowsheet.Env) (s flowsheet.Spec, err error) {
	e.tau = 1
	return e.lag.Init(env)
}

func TestEventsThatDoNotEnd(t *testing.T) {
	p := eventful(t, strings.Replace(fmt.Sprintf(reduced, ""), `"lag"`, `"endless"`, 1))
	_, err := p.Run(flowsheet.Schedule{For: hour, Every: hour}, func(float64) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "silo") || !strings.Contains(err.Error(), "do not end") {
		t.Errorf("%v, want silo named", err)
	}
	if _, err := p.Advance(0, 0); err == nil {
		t.Error("advances by 0 s")
	}
}

// Run begins the cycles, lets moves act at their time, averages on demand, and takes steps of one length past events all the same.
func TestRunOfFurnaces(t *testing.T) {
	for _, s := range []flowsheet.Schedule{{}, {Average: true}, {Step: 1000}} {
		s.For, s.Every, s.Moves = 60*hour, 12*hour, []flowsheet.Move{{At: 13 * hour, Path: "furnace.cycle_time", Value: 6 * hour}}
		p := eventful(t, fmt.Sprintf(reduced, ""))
		var cycles []float64
		sum, err := p.Run(s, func(float64) error {
			v, _, err := p.Value("furnace.cycles")
			cycles = append(cycles, v)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range sum.Closures {
			if c.Rel > 1e-12 {
				t.Errorf("%+v: %+v", s, c)
			}
		}
		want := []float64{0, 0, 1, 3, 5, 7} // the cycle under way at 13 h lasts until 24 h still; an output shows the state before an event
		if s.Average {
			want = make([]float64, 6)
		}
		if !slices.Equal(cycles, want) || (sum.Events == 0) != s.Average {
			t.Errorf("%+v: cycles %v, want %v; %d events", s, cycles, want, sum.Events)
		}
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
		if u, _ := p.Unit("furnace"); slices.ContainsFunc(u.X, func(v float64) bool { return v != 0 }) {
			t.Error("a steady solve does not put the furnace to rest")
		}
	}
}

// A plant without events allocates nothing for them.
func TestEventsCostNothing(t *testing.T) {
	p := load(t, washed)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if err := p.Begin(); err != nil {
		t.Fatal(err)
	}
	if n := p.EventAllocations(); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
