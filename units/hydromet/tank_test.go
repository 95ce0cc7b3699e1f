package hydromet

import (
	"fmt"
	"math"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

func surgeTank(t *testing.T) *rig {
	return newRig(t, NewTank, "volume = \"0.01 m3\"\nweir_time = \"30 s\"", []string{"a", "b"}, []string{"1"})
}

func TestTankSteady(t *testing.T) {
	r := surgeTank(t)
	r.tangent(flowsheet.Stage{})
	r.closes(flowsheet.Stage{})
	Q := r.sys.Volume(r.out[0].N)
	y := []float64{0}
	r.unit.(flowsheet.Observer).Observe(r.u, r.x, r.in, r.out, y)
	r.equal("held", y[0], 0.01+30*Q)
	i := r.index("Nd+3")
	r.equal("Nd held", r.x[i], r.out[0].N[i]*(0.01/Q+30))
}

// One implicit stage obeys the written balances, above the crest and below it.
func TestTankStage(t *testing.T) {
	for _, fill := range []float64{3, 1, 0.1, 0} {
		r := surgeTank(t)
		r.solve(flowsheet.Stage{})
		prev := append([]float64(nil), r.x...)
		last := len(prev) - 1
		for i := range prev[:last] {
			prev[i] *= fill * (1 + 0.1*math.Sin(float64(i)))
		}
		prev[last] = 340
		st := flowsheet.Stage{Rate: 0.1, Prev: prev}
		r.tangent(st)
		r.closes(st)
		Q, V := r.sys.Volume(r.out[0].N), r.sys.Volume(r.x[:last])
		if Q > 0 {
			r.equal("volume", V, 0.01+30*Q)
		} else if V > 0.01 {
			t.Errorf("%g m3 above the crest and no outflow", V)
		}
		if (Q > 0) != (fill > 0.5) {
			t.Errorf("fill %g: outflow %g", fill, Q)
		}
		var heat float64
		for _, s := range r.in {
			heat += r.sys.Mass(s.N) * (s.T - r.x[last])
		}
		r.equal("temperature", st.Rate*(r.x[last]-340)*r.sys.Mass(r.x[:last])/10, heat/10)
	}
}

// A steady tank without inflow keeps what it holds; a cold one holds nothing; in time it drains to its crest.
func TestTankRest(t *testing.T) {
	r := surgeTank(t)
	r.solve(flowsheet.Stage{})
	full := append([]float64(nil), r.x...)
	last := len(full) - 1
	r.empty()
	r.tangent(flowsheet.Stage{})
	r.equal("outflow", r.sys.Mass(r.out[0].N), 0)
	r.equal("held", r.sys.Mass(r.x[:last]), r.sys.Mass(full[:last]))
	for range 200 {
		r.closes(flowsheet.Stage{Rate: 0.1, Prev: append([]float64(nil), r.x...)})
	}
	r.equal("drained to the crest", r.sys.Volume(r.x[:last]), 0.01)
	r.solve(flowsheet.Stage{Cold: true})
	r.equal("held cold", r.sys.Mass(r.x[:last]), 0)
	r.finite()
	r.closes(flowsheet.Stage{Rate: 1, Prev: append([]float64(nil), r.x...)})
	r.finite()
}

func TestTankFails(t *testing.T) {
	r := surgeTank(t)
	r.empty()
	r.in[0].N[r.index("O2(g)")] = 0.1
	r.fails("the inflow has 0.1 mol/s O2(g) but no volume")
	r.u[tankVolume] = 0
	r.fails("volume is 0 m3")
	tank := func(table string, in ...string) string { return rigFaults(t, NewTank, table, in, []string{"1"}) }
	wants(t, tank("volume = \"0 m3\"", "1"), "volume")
	wants(t, tank("volume = \"1 kg\"", "1"), "volume")
	wants(t, tank("volume = \"1 m3\"\nweir_time = \"0 s\"", "1"), "weir_time")
	wants(t, tank("volume = \"1 m3\""), "no inlet")
	wants(t, tank("volume = \"1 m3\"\nwire_time = \"1 s\"", "1"), `did you mean "weir_time"?`)
}

// A tank of 1 m3 that 1 L/s of water flows through holds 1 m3 and what stands over the weir.
func ExampleTank() {
	system, _ := chem.Load(chem.Selection{Families: []string{"aqueous"}})
	tree, _ := conf.Parse("tank.toml", []byte(`volume = "1 m3"`))
	tank := NewTank()
	spec, _ := tank.Init(flowsheet.Env{System: system, Param: tree.Root(), In: []string{"feed"}, Out: []string{"out"}})

	u := []float64{spec.Handles[tankVolume].Value, spec.Handles[tankWeirTime].Value}
	x := make([]float64, len(spec.States))
	in := []flowsheet.Stream{{T: 298.15, N: make([]float64, len(system.Components))}}
	out := []flowsheet.Stream{{N: make([]float64, len(system.Components))}}
	water := system.Solvent(chem.Aqueous)
	in[0].N[water] = 0.001 / system.Components[water].V

	err := tank.Solve(&flowsheet.Stage{Cold: true}, u, x, in, out)
	fmt.Printf("%.3f m3 held, error %v\n", system.Volume(x[:len(x)-1]), err)
	// Output: 1.060 m3 held, error <nil>
}
