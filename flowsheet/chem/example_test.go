package chem_test

import (
	"fmt"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

func ExampleLoad() {
	s, err := chem.Load(chem.Selection{
		Elements:   []string{"S", "Nd"},
		Families:   []string{"aqueous", "organic", "oxide"},
		Extractant: "D2EHPA",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range s.Components {
		fmt.Printf("%-12s %-8v %8.3f g/mol\n", c.Name, c.Phase, 1000*c.M)
	}
	// Output:
	// H2O          aqueous    18.015 g/mol
	// H+           aqueous     1.008 g/mol
	// SO4-2        aqueous    96.056 g/mol
	// C2O4-2       aqueous    88.018 g/mol
	// Nd+3         aqueous   144.242 g/mol
	// kerosene     organic   170.340 g/mol
	// D2EHPA       organic   322.426 g/mol
	// Nd(D2EHPA)3  organic  1108.495 g/mol
	// Nd2O3(s)     solid     336.481 g/mol
}

func ExampleFromConfig() {
	tree, err := conf.Parse("plant.toml", []byte(`
[chemistry]
elements = ["Nd", "Prr"]
families = ["oxide"]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	s := chem.FromConfig(tree.Root().Table("chemistry"))
	_, ok := s.Index("Pr2O3(s)") // for the rest of the file not to be faulted too
	fmt.Println(ok)
	fmt.Println(tree.Err())
	// Output:
	// true
	// plant.toml:3: chemistry.elements: unknown element "Prr"; did you mean "Pr"?
}

func ExampleSystem_Resolve() {
	s, err := chem.Load(chem.Selection{Elements: []string{"S", "Nd"}, Families: []string{"aqueous"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	acid, err := s.Resolve(chem.Aqueous, "H2SO4")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range acid.Parts {
		fmt.Println(p.Count, s.Components[p.Component].Name)
	}
	_, err = s.Resolve(chem.Aqueous, "Nd+33")
	fmt.Println(err)
	// Output:
	// 2 H+
	// 1 SO4-2
	// no aqueous substance "Nd+33"; did you mean "Nd+3"?
}

func ExampleSystem_PH() {
	s, err := chem.Load(chem.Selection{Elements: []string{"S"}, Families: []string{"aqueous"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := make([]float64, len(s.Components)) // 1 L of water with 0.05 mol of sulfuric acid
	for name, mol := range map[string]float64{"H2O": 1 / 0.018015, "H+": 0.1, "SO4-2": 0.05} {
		i, _ := s.Index(name)
		n[i] = mol
	}
	pH, ok := s.PH(n)
	fmt.Printf("%.3f %v\n", pH, ok)
	// Output: 1.240 true
}

func ExampleSystem_LogD() {
	s, err := chem.Load(chem.Selection{Elements: []string{"Nd", "Dy"}, Families: []string{"aqueous", "organic"}, Extractant: "D2EHPA"})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := s.LogD("D2EHPA-UKy")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, term := range m.Terms { // pH 1.5, 5 % v/v
		fmt.Printf("%s %.2f %s\n", s.Elements[term.Element].Symbol, term.At(1.5, 5), term.Class)
	}
	// Output:
	// Nd -1.14 estimated
	// Dy 0.60 estimated
}
