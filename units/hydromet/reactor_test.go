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

// magnetRig is a reactor beside a plant, with one inlet.
func magnetRig(t testing.TB, reactions string) *rig {
	tree, err := conf.Parse("test", []byte(`
[chemistry]
elements = ["B", "Fe", "Cu", "Nd"]
families = ["aqueous", "water", "oxalate", "hydroxide", "precipitate", "alloying", "magnet", "copper_leach", "gas"]
[unit]
`+reactions))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{sys: chem.FromConfig(tree.Root().Table("chemistry")), unit: NewStoichiometricReactor()}
	if tt, ok := t.(*testing.T); ok {
		r.T = tt
	}
	r.spec, err = r.unit.Init(flowsheet.Env{Tag: "rig", System: r.sys, Param: tree.Root().Table("unit"), In: []string{"1"}, Out: []string{"out"}})
	if err == nil {
		err = tree.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.spec.Handles {
		r.u = append(r.u, h.Value)
	}
	r.in = []flowsheet.Stream{r.stream()}
	for range r.spec.Out {
		r.out = append(r.out, r.stream())
	}
	return r
}

const reaction = "\nsource = \"test\"\nclass = \"assumed\"\n"

// Reactions follow each other: the second sees what the first makes; with basis "inlet" it leaves a share of what entered.
func TestReactorOrder(t *testing.T) {
	for _, c := range []struct {
		basis string
		left  float64 // Fe+2
	}{{"", 0.1 * (2 + 14*0.5)}, {"basis = \"inlet\"\n", 0.1 * 2}} {
		r := magnetRig(t, `
[unit.reaction.dissolution]
equation = "2 Nd2Fe14B(s) + 34 Cu+2 + 10.5 O2(g) = 4 Nd+3 + 28 Fe+2 + Cu3(BO3)2(s) + 15 Cu2O(s) + Cu(s)"
of = "Nd2Fe14B(s)"
conversion = 0.5`+reaction+`[unit.reaction.oxidation]
equation = "12 Fe+2 + 3 O2(g) + 6 H2O = 8 Fe+3 + 4 Fe(OH)3(a)(s)"
of = "Fe+2"
conversion = 0.9
`+c.basis+reaction)
		for name, n := range map[string]float64{"Nd2Fe14B(s)": 1, "Cu+2": 20, "Fe+2": 2, "O2(g)": 30, "H2O": 100} {
			r.in[0].N[r.index(name)] = n
		}
		r.solve(flowsheet.Stage{})
		extent := (9 - c.left) / 12
		for name, want := range map[string]float64{"Fe+2": c.left, "Cu+2": 11.5, "Nd+3": 1, "Cu(s)": 0.25, "Fe+3": 8 * extent, "Fe(OH)3(a)(s)": 4 * extent, "H2O": 100 - 6*extent} {
			if got := r.out[0].N[r.index(name)]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%q: %g mol/s of %s, by hand %g", c.basis, got, name, want)
			}
		}
		r.in[0].N[r.index("Cu+2")] = 8
		r.fails("Cu+2 short, 8.5 mol/s are needed and 8 available")
	}
}

// What an equation lacks comes by a port of its own, and is warned of.
func TestReactorVirtual(t *testing.T) {
	r := magnetRig(t, `
[unit.reaction.oxalate]
equation = "Fe(OH)3(a)(s) + 3 H2C2O4 + OH- = Fe+3 + 3 C2O4-2 + 6 H2O"
virtual = "2 OH-"
of = "Fe(OH)3(a)(s)"
conversion = 1`+reaction)
	r.in[0].N[r.index("Fe(OH)3(a)(s)")], r.in[0].N[r.index("C2O4-2")], r.in[0].N[r.index("H2O")] = 1, 3, 10
	r.solve(flowsheet.Stage{})
	if got := r.out[reactorVirtual].N[r.index("H+")]; got != -2 {
		t.Errorf("%g mol/s of H+ drawn, want -2", got)
	}
	w := r.unit.(flowsheet.Reporter).Report(r.u, nil, r.in, r.out).Warnings
	if len(w) != 1 || w[0].Code != "unbalanced" || !strings.Contains(w[0].Where, "oxalate") {
		t.Errorf("warnings %v", w)
	}
}

// Magnets in copper nitrate.
func ExampleStoichiometricReactor() {
	r := magnetRig(&testing.T{}, `
[unit.reaction.dissolution]
equation = "2 Nd2Fe14B(s) + 34 Cu+2 + 10.5 O2(g) = 4 Nd+3 + 28 Fe+2 + Cu3(BO3)2(s) + 15 Cu2O(s) + Cu(s)"
of = "Nd2Fe14B(s)"
conversion = 0.99`+reaction)
	at := func(name string) int { i, _ := r.sys.Index(name); return i }
	r.in[0].N[at("Nd2Fe14B(s)")], r.in[0].N[at("Cu+2")], r.in[0].N[at("O2(g)")] = 1, 17, 6
	if err := r.unit.Solve(&flowsheet.Stage{}, r.u, nil, r.in, r.out); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f mol/s Nd+3, %.2f mol/s Fe+2, %.2f mol/s Cu+2 left\n", r.out[0].N[at("Nd+3")], r.out[0].N[at("Fe+2")], r.out[0].N[at("Cu+2")])
	// Output: 1.98 mol/s Nd+3, 13.86 mol/s Fe+2, 0.17 mol/s Cu+2 left
}
