package hydromet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

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
					r.closes(0, nil)
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

// Warm starts, from points far away too, find what cold starts find, and a copy of x gives the same bits.
func TestLeachWarm(t *testing.T) {
	r := newLeachRig(t, 2).base()
	r.solve(flowsheet.Stage{Cold: true})
	prev := append([]float64(nil), r.x...)
	dice := rand.New(rand.NewPCG(5, 6))
	for round := range 400 {
		factor := func() float64 { return math.Exp(3 * dice.NormFloat64()) }
		q := r.copy()
		var st flowsheet.Stage
		if round%2 == 1 {
			st = flowsheet.Stage{Rate: 1e-3 * factor(), Prev: prev}
		}
		q.scale(factor(), factor(), factor(), factor())
		cold, again := q.copy(), q.copy()
		q.solve(st)
		q.closes(st.Rate, prev)
		again.solve(st)
		st.Cold = true
		cold.solve(st)
		for i, n := range cold.out[0].N {
			if math.Abs(q.out[0].N[i]-n) > 1e-10*math.Abs(n) {
				t.Fatalf("%s: warm %g, cold %g mol/s", r.sys.Components[i].Name, q.out[0].N[i], n)
			}
		}
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
		if q.unit.tanks[2].over.below {
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
		{"acid nearly exhausted", base(4), 0},
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

// A long train takes all the acid: it is solved, closes, and says so.
func TestLeachExhausted(t *testing.T) {
	r := newLeachRig(t, 20).base()
	r.solve(flowsheet.Stage{Cold: true})
	r.closes(0, nil)
	cold := append([]float64(nil), r.x...)
	r.solve(flowsheet.Stage{})
	for i, v := range r.x {
		if math.Abs(v-cold[i]) > 1e-9*math.Abs(cold[i]) {
			t.Fatalf("x[%d]: cold %g, warm %g", i, cold[i], v)
		}
	}
	dx, dout := make([]float64, len(r.x)), leachStreams(r.out)
	if err := r.unit.Tangent(&flowsheet.Stage{}, r.u, r.x, r.in, r.out, r.u, nil, r.in, dx, dout); err != nil {
		t.Fatal(err)
	}
	for i, v := range flat(dx, dout) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("tangent %d is %g", i, v)
		}
	}
	acid, used := r.in[0].N[r.index("H+")], 0.0
	for _, o := range r.unit.oxides {
		used += o.acids * (r.in[1].N[o.solid] - r.out[1].N[o.solid])
	}
	r.near("acid used", used, acid, 1e-12)
	report := r.unit.Report(r.u, r.x, r.in, r.out)
	if len(report.Warnings) != 17 || report.Warnings[0].Where != "tank 4" {
		t.Errorf("warnings %v, want tanks 4 to 20", report.Warnings)
	}
}

func TestLeachCubic(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 8))
	for range 10000 {
		p, q := math.Exp(20*dice.NormFloat64()), math.Exp(20*dice.NormFloat64())
		if dice.IntN(10) == 0 {
			q = 0
		}
		root := cubicRoot(p, q)
		if r := p*root*root*root + q*root*root - 1; !(math.Abs(r) <= 1e-14) {
			t.Fatalf("p %g, q %g: t %g leaves %g", p, q, root, r)
		}
	}
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

// Slip: solids stay longer by the ratio, the tank holds what it is built for, and the steady outlets do not depend on it.
func TestLeachSlip(t *testing.T) {
	plain := newLeachRig(t, 2).base()
	plain.solve(flowsheet.Stage{Cold: true})
	for _, ratio := range []float64{0.1, 1, 32} {
		r := newLeachRig(t, 2).base()
		r.u[leachRatio] = ratio
		r.solve(flowsheet.Stage{Cold: true})
		for i, n := range plain.out[0].N {
			r.near(r.sys.Components[i].Name, r.out[0].N[i]+r.out[1].N[i], n+plain.out[1].N[i], 1e-12)
		}
		check := func(out []flowsheet.Stream) {
			held := make([]float64, len(r.sys.Components))
			for s, i := range r.unit.held {
				held[i] = r.unit.holdup(r.x, 1)[s] // the last tank: its outflow is the train's
			}
			liquid := r.sys.PhaseVolume(chem.Aqueous, held) / r.sys.PhaseVolume(chem.Aqueous, out[leachLiquid].N)
			solid := r.sys.PhaseVolume(chem.Solid, held) / r.sys.PhaseVolume(chem.Solid, out[leachSolid].N)
			r.near("ratio of residence times", solid/liquid, ratio, 1e-12)
			Q := r.sys.Volume(out[leachLiquid].N) + r.sys.Volume(out[leachSolid].N)
			r.near("volume held", r.sys.Volume(held), r.u[leachVolume]+r.u[leachWeirTime]*Q, 1e-12)
		}
		check(r.out)
		for _, rate := range []float64{1e-5, 1e-3, 1e-1} { // a step after more liquid
			r.in[0].N[r.index("H2O")] *= 1.3
			st := flowsheet.Stage{Rate: rate, Prev: append([]float64(nil), r.x...)}
			r.solve(st)
			check(r.out)
			r.closes(rate, st.Prev)
		}
	}
}

func TestLeachSlipNeedsSiO2(t *testing.T) {
	r := newLeachRig(t, 1).base()
	r.solve(flowsheet.Stage{Cold: true})
	r.u[leachRatio] = 32
	r.in[1].N[r.index("SiO2(s)")] = 0
	err := r.unit.Solve(&flowsheet.Stage{Rate: 1e-3, Prev: append([]float64(nil), r.x...), Tol: 1e-13}, r.u, r.x, r.in, r.out)
	if err == nil || !strings.Contains(err.Error(), "residence_ratio is 32: without SiO2(s)") {
		t.Errorf("error %v", err)
	}
}
