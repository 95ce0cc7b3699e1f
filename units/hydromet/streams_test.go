package hydromet

import (
	"testing"

	"reetwin/flowsheet"
)

// Every kind differentiates and explains itself.
func TestContract(t *testing.T) {
	for _, make1 := range []func() flowsheet.Unit{
		NewFeed, NewProduct, NewMixer, NewSplitter, NewSeparator, NewAcidFactor, NewOxalatePrecipitator, NewTank,
	} {
		unit := make1()
		if _, ok := unit.(flowsheet.Tangenter); !ok {
			t.Errorf("%T has no tangent", unit)
		}
		if e, ok := unit.(flowsheet.Explainer); !ok || len(e.Explain()) < 20 {
			t.Errorf("%T does not explain itself", unit)
		}
	}
}

func TestProduct(t *testing.T) {
	r := newRig(t, NewProduct, "", []string{"1", "2"}, nil)
	r.tangent(flowsheet.Stage{})
	if len(r.spec.In) != 2 || len(r.spec.Out) != 0 {
		t.Errorf("ports %v, %v", r.spec.In, r.spec.Out)
	}
	wants(t, rigFaults(t, NewProduct, "", nil, nil), "no inlet")
}

func TestMixer(t *testing.T) {
	r := newRig(t, NewMixer, "", []string{"a", "b", "c"}, []string{"1"})
	r.tangent(flowsheet.Stage{})
	r.closes(flowsheet.Stage{})
	var mass, heat float64
	for _, s := range r.in {
		mass += r.sys.Mass(s.N)
		heat += r.sys.Mass(s.N) * s.T
	}
	r.equal("T", r.out[0].T, heat/mass)
	wants(t, rigFaults(t, NewMixer, "", nil, nil), "no inlet")
}

// Empty inlets have no say in the temperature, and neither has acidity below zero without water.
func TestMixerEmpty(t *testing.T) {
	r := newRig(t, NewMixer, "", []string{"a", "b"}, []string{"1"})
	clear(r.in[0].N)
	r.tangent(flowsheet.Stage{})
	r.equal("T with one empty inlet", r.out[0].T, r.in[1].T)
	r.empty()
	r.tangent(flowsheet.Stage{})
	r.equal("T of nothing", r.out[0].T, r.in[0].T)
	r.in[0].N[r.index("H+")], r.in[1].N[r.index("H+")] = 1, -1
	r.closes(flowsheet.Stage{})
	r.equal("T with alkalinity alone", r.out[0].T, r.in[0].T)
}

func TestSplitter(t *testing.T) {
	r := newRig(t, NewSplitter, "split = { recycle = 0.7, bleed = \"10 %\" }", []string{"1"}, []string{"recycle", "rest", "bleed"})
	r.tangent(flowsheet.Stage{})
	r.closes(flowsheet.Stage{})
	i := r.index("Nd+3")
	for k, share := range []float64{0.7, 0.2, 0.1} {
		r.equal(r.spec.Out[k].Name, r.out[k].N[i], share*r.in[0].N[i])
		r.equal("T", r.out[k].T, r.in[0].T)
	}
	r.u[0] = 0.95
	r.fails("the split fractions add to 1.05, more than 1")
	r.u[0] = -0.1
	r.fails("split.recycle is -0.1")
}

// 0.7 + 0.2 + 0.1 exceeds 1 by rounding, which is no fault and leaves nothing, not less.
func TestSplitterRounding(t *testing.T) {
	r := newRig(t, NewSplitter, "split = { a = 0.7, b = 0.2, c = 0.1 }", []string{"1"}, []string{"a", "b", "c", "d"})
	r.u[2] += 1e-15
	r.closes(flowsheet.Stage{})
	for _, n := range r.out[3].N {
		if n < 0 {
			t.Fatalf("rest is %g", n)
		}
	}
}

func TestSplitterFaults(t *testing.T) {
	split := func(table string, out ...string) string { return rigFaults(t, NewSplitter, table, []string{"1"}, out) }
	wants(t, split("split = { recycel = 0.5 }", "recycle", "bleed"), `no outlet "recycel"; did you mean "recycle"?`)
	wants(t, split("split = { a = 0.5, b = 0.5 }", "a", "b"), "leave one out")
	wants(t, split("split = { a = 0.5 }", "a", "b", "c"), "no fraction for b, c")
	wants(t, split("split = { a = 0.5, b = 0.7 }", "a", "b", "c"), "add to 1.2, more than 1")
	wants(t, split("split = { a = 1.5 }", "a", "b"), "split.a")
	wants(t, split("split = {}", "a"), "needs two or more")
	wants(t, split("", "a", "b"), "split")
}

func TestSeparator(t *testing.T) {
	for _, outs := range [][]string{{"solid", "filtrate"}, {"filtrate", "solid", "retained"}, {"1", "2", "3"}} {
		r := newRig(t, NewSeparator, "liquid_recovery = \"70 %\"", []string{"liquor", "solid"}, outs)
		r.tangent(flowsheet.Stage{})
		r.closes(flowsheet.Stage{})
		water, oxide := r.index("H2O"), r.index("Nd2O3(s)")
		liquid := r.in[0].N[water] + r.in[1].N[water]
		wet, other := separatorSolid, separatorRetained
		if len(outs) == 3 {
			wet, other = other, wet
		}
		r.equal("filtrate", r.out[separatorFiltrate].N[water], 0.7*liquid)
		r.equal("retained", r.out[wet].N[water], 0.3*liquid)
		r.equal("elsewhere", r.out[other].N[water], 0)
		r.equal("solid", r.out[separatorSolid].N[oxide], r.in[0].N[oxide]+r.in[1].N[oxide])
		r.equal("solid in the filtrate", r.out[separatorFiltrate].N[oxide], 0)
		r.equal("T of the filtrate", r.out[separatorFiltrate].T, r.out[separatorSolid].T)
		if !r.spec.Out[separatorRetained].Optional {
			t.Error("the retained liquid must be optional")
		}
		r.empty()
		r.solve(flowsheet.Stage{})
		r.finite()
		r.u[0] = 1.01
		r.fails("liquid_recovery is 1.01")
	}
	wants(t, rigFaults(t, NewSeparator, "liquid_recovery = \"120 %\"", []string{"1"}, nil), "liquid_recovery")
}

func TestAcidFactor(t *testing.T) {
	for _, table := range []string{"factor = 0.992063492", "factor = 1.008"} {
		r := newRig(t, NewAcidFactor, table, []string{"1"}, []string{"1"})
		r.tangent(flowsheet.Stage{})
		r.closes(flowsheet.Stage{})
		acid := r.index("H+")
		for i, n := range r.in[0].N {
			if want := n; i != acid {
				r.equal("unchanged", r.out[0].N[i], want)
			}
		}
		r.equal("acid", r.out[0].N[acid], r.u[0]*r.in[0].N[acid])
		if !r.spec.Out[1].Drawn || r.spec.Out[1].Name != "acid_jump" {
			t.Errorf("port %+v", r.spec.Out[1])
		}
		r.u[0] = 0
		r.fails("factor is 0")
	}
	wants(t, rigFaults(t, NewAcidFactor, "factor = -1", []string{"1"}, nil), "factor")
}
