package hydromet

import (
	"math"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// recycleSystem holds what circuits of chlorides, oxalates and oxides hold together.
func recycleSystem(t *testing.T) *chem.System {
	t.Helper()
	sys, err := chem.Load(chem.Selection{
		Elements:   append([]string{"Na", "K", "Ca", "Mg", "Al", "Fe", "S", "Cl"}, rareEarths()[:15]...),
		Families:   []string{"aqueous", "water", "organic", "gangue", "oxide", "calcined", "oxalate", "hydroxide", "carbonate", "precipitate", "salt", "gas", "chlorine"},
		Extractant: "PC88A",
	})
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

// recycleRig sets a unit up in a system, with empty inlets.
func recycleRig(t *testing.T, sys *chem.System, make1 func() flowsheet.Unit, table string, in ...string) *rig {
	t.Helper()
	r := &rig{T: t, sys: sys, unit: make1()}
	tree, err := conf.Parse("test", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	if r.spec, err = r.unit.Init(flowsheet.Env{Tag: "rig", System: sys, Param: tree.Root(), In: in}); err != nil {
		t.Fatal(err)
	}
	tree.Root().Close()
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	for _, h := range r.spec.Handles {
		r.u = append(r.u, h.Value)
	}
	r.x = make([]float64, len(r.spec.States)+len(r.spec.Algebraic))
	for range r.spec.In {
		r.in = append(r.in, r.stream())
	}
	for range r.spec.Out {
		r.out = append(r.out, r.stream())
	}
	return r
}

// bring sets inlet k to 1 m3/s of water with the given mol/s; chloride closes the charge.
func (r *rig) bring(k int, n map[string]float64) {
	r.Helper()
	clear(r.in[k].N)
	r.in[k].N[r.index("H2O")] = 1 / r.sys.Components[r.index("H2O")].V
	for name, v := range n {
		r.in[k].N[r.index(name)] += v
	}
	r.in[k].N[r.index("Cl-")] += r.sys.ChargeFlow(r.in[k].N)
}

// near wants a relative deviation below tolerance.
func (r *rig) near(what string, got, want, tolerance float64) {
	r.Helper()
	if !(math.Abs(got/want-1) <= tolerance) {
		r.Errorf("%s is %.6g, want %.6g within %g", what, got, want, tolerance)
	}
}
