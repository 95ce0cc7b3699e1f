package sx_test

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/units/sx"
)

// Two stages strip neodymium and dysprosium from a loaded organic with 0.3 mol/L hydrochloric acid.
func ExampleNewSection() {
	sys, err := chem.Load(chem.Selection{Elements: []string{"Cl", "Nd", "Dy"}, Families: []string{"aqueous", "organic"}, Extractant: "D2EHPA"})
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, err := conf.Parse("strip.toml", []byte(`
stages = 2
aqueous = "backward"
model = "D2EHPA-UKy"
aqueous_holdup = "1 L"
organic_holdup = "5 L"`))
	if err != nil {
		fmt.Println(err)
		return
	}
	strip := sx.NewSection()
	ports := []string{"aqueous", "organic"}
	spec, err := strip.Init(flowsheet.Env{Tag: "strip", System: sys, Param: tree.Root(), In: ports, Out: ports})
	if err != nil || tree.Err() != nil {
		fmt.Println(err, tree.Err())
		return
	}

	stream := func(volume float64, solvent int) flowsheet.Stream { // m3/s
		s := flowsheet.Stream{T: 298.15, N: make([]float64, len(sys.Components))}
		s.N[solvent] = volume / sys.Components[solvent].V
		return s
	}
	acid, organic := stream(1e-5, sys.Solvent(chem.Aqueous)), stream(5e-5, sys.Solvent(chem.Organic))
	for name, concentration := range map[string]float64{"H+": 300, "Cl-": 300} {
		i, _ := sys.Index(name)
		acid.N[i] = 1e-5 * concentration
	}
	for name, concentration := range map[string]float64{"D2EHPA": 150, "Nd(D2EHPA)3": 2, "Dy(D2EHPA)3": 1} {
		i, _ := sys.Index(name)
		organic.N[i] = 5e-5 * concentration
	}
	out := []flowsheet.Stream{stream(0, sys.Solvent(chem.Aqueous)), stream(0, sys.Solvent(chem.Organic))}
	in := []flowsheet.Stream{acid, organic}
	u := []float64{spec.Handles[0].Value, spec.Handles[1].Value}
	x := make([]float64, len(spec.States)+len(spec.Algebraic))
	if err := strip.Solve(&flowsheet.Stage{Tol: 1e-12, Cold: true}, u, x, in, out); err != nil {
		fmt.Println(err)
		return
	}
	for _, metal := range []string{"Nd", "Dy"} {
		i, _ := sys.Index(metal + "(D2EHPA)3")
		fmt.Printf("%s stripped: %.1f %%\n", metal, 100*(1-out[1].N[i]/organic.N[i]))
	}
	y := make([]float64, len(spec.Signals))
	strip.(flowsheet.Observer).Observe(u, x, in, out, y)
	for i, s := range spec.Signals {
		fmt.Printf("%s = %.3f\n", s.Name, y[i])
	}
	// Output:
	// Nd stripped: 98.7 %
	// Dy stripped: 94.9 %
	// pH.stage1 = 0.591
	// pH.stage2 = 0.533
	// loading = 0.001
	// O_A = 5.000
}
