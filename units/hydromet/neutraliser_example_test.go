package hydromet_test

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units/hydromet"
)

// A mine water of 60 L/s is limed to pH 6: the lime as delivered, and the precipitate.
func ExampleNewNeutraliser() {
	const plant = `
[chemistry]
elements = ["Al", "Ca", "Fe", "Mn", "S"]
families = ["aqueous", "water", "gangue", "hydroxide", "precipitate"]

[units.adit]
kind = "feed"
out = "adit"
phase = "aqueous"
flow = "60 L/s"
temperature = "12 degC"
tenor = { "Al" = "55 mg/L", "Fe+3" = "12 mg/L", "Ca" = "190 mg/L", "Mn" = "11 mg/L", "SO4-2" = "843 mg/L", "H+" = "1 mg/L" }

[units.liming]
kind = "neutraliser"
in = "adit"
reagent = "Ca(OH)2"
pH = 6
`
	tree, err := conf.Parse("plant.toml", []byte(plant))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := flowsheet.Load(tree, map[string]func() flowsheet.Unit{"feed": hydromet.NewFeed, "neutraliser": hydromet.NewNeutraliser})
	if err == nil {
		err = p.Solve()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"liming.pH_out", "liming.reagent_used", "liming.solids_made"} {
		v, unit, _ := p.Value(path)
		fmt.Printf("%s %.3g %s\n", path, v, unit)
	}
	// Output:
	// liming.pH_out 6 1
	// liming.reagent_used 0.0187 kg/s
	// liming.solids_made 0.0122 kg/s
}
