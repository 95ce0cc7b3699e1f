package hydromet

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// waterRig is a dosed or oxidation tank beside a plant, with one inlet that is empty.
func waterRig(t *testing.T, make1 func() flowsheet.Unit, table string) *rig {
	t.Helper()
	sys, err := chem.Load(chem.Selection{
		Elements: []string{"Al", "Ca", "Mg", "Fe", "Mn", "Na", "S", "Cl", "Nd", "Y"},
		Families: []string{"aqueous", "water", "gangue", "oxalate", "hydroxide", "precipitate", "gas"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, sys: sys, unit: make1()}
	tree, err := conf.Parse("test", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	if r.spec, err = r.unit.Init(flowsheet.Env{Tag: "rig", System: sys, Param: tree.Root(), In: []string{"in"}, Out: []string{"out"}}); err != nil {
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
	r.in = append(r.in, r.stream())
	for range r.spec.Out {
		r.out = append(r.out, r.stream())
	}
	return r
}

// feed sets the inlet, mol/s; H+ closes the charge.
func (r *rig) feed(n map[string]float64) {
	clear(r.in[0].N)
	r.in[0].N[r.index("H2O")] = 1000 / 0.018015 // 1 m3/s
	for name, v := range n {
		r.in[0].N[r.index(name)] += v
	}
	r.in[0].N[r.index("H+")] -= r.sys.ChargeFlow(r.in[0].N)
}

func (r *rig) signal(name string) float64 {
	r.Helper()
	y := make([]float64, len(r.spec.Signals))
	r.unit.(flowsheet.Observer).Observe(r.u, r.x, r.in, r.out, y)
	for i, s := range r.spec.Signals {
		if s.Name == name {
			return y[i]
		}
	}
	r.Fatalf("no signal %s", name)
	return 0
}

func (r *rig) codes() (list []string) {
	for _, w := range r.unit.(flowsheet.Reporter).Report(r.u, r.x, r.in, r.out).Warnings {
		list = append(list, w.Code)
	}
	return list
}

// A strong acid takes half a mole of lime per proton to pH 7; purity and utilisation make more of it, and what they leave over is in
// the sludge.
func TestLimeDemand(t *testing.T) {
	r := waterRig(t, NewNeutraliser, "reagent = \"Ca(OH)2\"\npH = 7\npurity = 0.9\nutilisation = 0.8\n")
	r.feed(map[string]float64{"Cl-": 10})
	r.solve(flowsheet.Stage{Cold: true})
	const reacts = 5.0 // mol/s for 10 mol/s of HCl, but for 1e-4 mol/m3 of free H+
	got := r.signal("reagent_used")
	M := r.sys.Components[r.index("Portlandite(s)")].M
	if want := reacts * M / 0.8 / 0.9; math.Abs(got/want-1) > 1e-4 {
		t.Errorf("lime delivered %.6g kg/s, want %.6g", got, want)
	}
	out := r.out[0].N
	if got, want := out[r.index("Portlandite(s)")], reacts*(1/0.8-1); math.Abs(got/want-1) > 1e-4 {
		t.Errorf("lime left over %.6g mol/s, want %.6g", got, want)
	}
	if got, want := out[r.index("SiO2(s)")]*r.sys.Components[r.index("SiO2(s)")].M, reacts*M/0.8*(1/0.9-1); math.Abs(got/want-1) > 1e-4 {
		t.Errorf("inert %.6g kg/s, want %.6g", got, want)
	}
	r.equal("pH", r.signal("pH_out"), 7)
}

// What a set pH needs is what gives that pH when it is dosed, for a reagent that the engine holds and for one that is searched.
func TestPHAndDoseAgree(t *testing.T) {
	for _, reagent := range []string{"NaOH", "Na2CO3", "CaCO3"} {
		water := map[string]float64{"Al+3": 2, "Fe+3": 1, "Ca+2": 5, "SO4-2": 12}
		held := waterRig(t, NewNeutraliser, fmt.Sprintf("reagent = %q\npH = 6.2\n", reagent))
		held.feed(water)
		held.solve(flowsheet.Stage{Cold: true})
		dose := held.x[waterDose] * 1000 // 1 m3 of water is 1000 kg
		if dose <= 0 {
			t.Fatalf("%s: dose %g", reagent, dose)
		}
		if reagent == "CaCO3" {
			dose /= 0.85 // the default utilisation
		}
		dosed := waterRig(t, NewNeutraliser, fmt.Sprintf("reagent = %q\ndose = \"%.17g mol/m3\"\n", reagent, dose))
		dosed.feed(water)
		dosed.solve(flowsheet.Stage{Cold: true})
		if pH := dosed.signal("pH_out"); math.Abs(pH-6.2) > 1e-8 {
			t.Errorf("%s: pH %.10g, want 6.2", reagent, pH)
		}
	}
}

// A base does not lower a pH: nothing is dosed, and the unit says so. Limestone does not reach pH 10: that is an error in plain words.
func TestValveAndReach(t *testing.T) {
	r := waterRig(t, NewNeutraliser, "reagent = \"NaOH\"\npH = 5\n")
	r.feed(map[string]float64{"Na+": 2, "Cl-": 1, "CO3-2": 0.4})
	r.solve(flowsheet.Stage{Cold: true})
	if used, pH := r.signal("reagent_used"), r.signal("pH_out"); used != 0 || pH < 7 {
		t.Errorf("reagent %g kg/s at pH %g", used, pH)
	}
	if codes := r.codes(); len(codes) == 0 || codes[0] != "not_dosed" {
		t.Errorf("warnings %v", codes)
	}
	r = waterRig(t, NewNeutraliser, "reagent = \"CaCO3\"\npH = 10.5\n")
	r.feed(map[string]float64{"Ca+2": 2, "SO4-2": 3})
	r.fails("CaCO3 does not bring the water to pH 10.5")
	clear(r.in[0].N)
	r.fails("no water")
}

// Solids that are not allowed pass; silica above its solubility and gypsum that may not form are named.
func TestNotAllowed(t *testing.T) {
	r := waterRig(t, NewNeutraliser, "reagent = \"NaOH\"\npH = 8\nsolids = [\"Al(OH)3(am)\"]\n")
	r.feed(map[string]float64{"Al+3": 2, "Ca+2": 30, "SO4-2": 40, "H4SiO4": 5, "Goethite(s)": 1, "H2O2": 0.1})
	r.solve(flowsheet.Stage{Cold: true})
	if got := r.out[0].N[r.index("Goethite(s)")]; got != 1 {
		t.Errorf("goethite %g, want 1", got)
	}
	if got := r.out[0].N[r.index("Al(OH)3(am)(s)")]; math.Abs(got+r.out[0].N[r.index("Al+3")]-2) > 1e-12 || got < 1.5 {
		t.Errorf("Al(OH)3 %g of 2", got)
	}
	codes := strings.Join(r.codes(), " ")
	for _, want := range []string{"supersaturated", "silica_gel", "not_in_equilibrium"} {
		if !strings.Contains(codes, want) {
			t.Errorf("no warning %s: %s", want, codes)
		}
	}
	if text := r.unit.(flowsheet.Explainer).Explain(); !strings.Contains(text, "Al(OH)3(am)") {
		t.Error(text)
	}
}

// A releach at pH 1 dissolves what a neutraliser made; oxalate then takes neodymium and leaves aluminium.
func TestReleachAndOxalate(t *testing.T) {
	r := waterRig(t, NewReleach, "reagent = \"HCl\"\nstrength = \"35 %\"\npH = 1\n")
	r.feed(map[string]float64{"Al(OH)3(am)(s)": 20, "Fe(OH)3(a)(s)": 2, "Nd(OH)3(s)": 10})
	r.solve(flowsheet.Stage{Cold: true})
	if left := r.sys.PhaseMass(chem.Solid, r.out[0].N); left > 1e-9 {
		t.Errorf("%g kg/s of solids are left", left)
	}
	liquor := r.out[0]
	p := waterRig(t, NewEquilibriumPrecipitator, "reagent = \"H2Ox\"\ndose = \"10 kg/m3\"\n")
	p.in[0] = liquor
	p.solve(flowsheet.Stage{Cold: true})
	nd := p.out[0].N[p.index("Nd2(C2O4)3·10H2O(s)")] * 2 / 10
	if nd < 0.5 || nd > 1 || p.out[0].N[p.index("Al+3")] != liquor.N[p.index("Al+3")] {
		t.Errorf("Nd recovered %g, Al left %g of %g", nd, p.out[0].N[p.index("Al+3")], liquor.N[p.index("Al+3")])
	}
}
