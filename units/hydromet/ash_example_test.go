package hydromet_test

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units/hydromet"
)

// Fly ash is digested in caustic, filtered and leached: what caustic opens is what acid then dissolves.
func ExampleNewPoolLeach() {
	show(`
[chemistry]
elements = ["Cl", "Na", "Al", "Nd"]
families = ["aqueous", "water", "gangue", "oxide", "labile", "locked"]

[units.ash]
kind = "feed"
out = "ash"
phase = "solid"
flow = "20 kg/h"
temperature = "25 degC"
assay = { "SiO2(s)" = "69.95 %", "Al2O3(s)" = "30 %", "Nd2O3(s)" = "0.05 %" }

[units.pools]
kind = "ash_pools"
in = "ash"
out = "ash_by_pool"
[units.pools.pool]
source = "set for this example"
class = "assumed"
Si = { locked = 0.9 }
Al = { locked = 0.8 }
REE = { labile = 0.05, locked = 0.65 }

[units.caustic]
kind = "feed"
out = "caustic"
phase = "aqueous"
flow = "60 L/h"
temperature = "25 degC"
tenor = { "NaOH" = "9.5 mol/L" }

[units.digester]
kind = "caustic_digester"
in = ["ash_by_pool", "caustic"]
out = "digested"
tanks = 2
volume = "100 L"
temperature = "85 degC"
[units.digester.rate]
source = "set for this example"
class = "assumed"
at = "75 degC"
caustic = "9.5 mol/L"
Si = { rate = "0.8 1/h", energy = "52 kJ/mol", order = 0.6 }
Al = { rate = "0.8 1/h", energy = "52 kJ/mol", order = 0.6 }

[units.filter]
kind = "solid_liquid_separator"
in = "digested"
out = { solid = "cake", filtrate = "silicate" }
liquid_recovery = 0.95

[units.acid]
kind = "feed"
out = "acid"
phase = "aqueous"
flow = "60 L/h"
temperature = "25 degC"
tenor = { "HCl" = "3 mol/L" }

[units.leach]
kind = "pool_leach"
in = ["cake", "acid"]
out = "leached"
tanks = 3
volume = "60 L"
temperature = "80 degC"
[units.leach.labile]
source = "set for this example"
class = "assumed"
at = "80 degC"
rate = "0.5 1/min"
energy = "15 kJ/mol"
[units.leach.soluble]
source = "set for this example"
class = "assumed"
at = "80 degC"
REE = { surface = "0.02 1/min", energy = "21 kJ/mol", layer = "0.02 1/min", layer_energy = "12 kJ/mol" }
Al = { surface = "0.005 1/min", energy = "25 kJ/mol" }
`, "digester.opened.Si", "digester.free_caustic", "leach.conversion.Nd", "leach.conversion.Al", "leach.free_acid")
	// Output:
	// digester.opened.Si 0.804 1
	// digester.free_caustic 2.81e+03 mol/m3
	// leach.conversion.Nd 0.859 1
	// leach.conversion.Al 0.52 1
	// leach.free_acid 1.18e+03 mol/m3
}

// A heap of refuse, 90 days under irrigation.
func ExampleNewHeap() {
	show(`
[chemistry]
elements = ["S", "Al", "Nd"]
families = ["aqueous", "gangue", "oxide"]

[units.refuse]
kind = "feed"
out = "refuse"
phase = "solid"
flow = "1 t/h"
temperature = "15 degC"
assay = { "SiO2(s)" = "69.99 %", "Al2O3(s)" = "30 %", "Nd2O3(s)" = "0.01 %" }

[units.acid]
kind = "feed"
out = "acid"
phase = "aqueous"
flow = "2 m3/h"
temperature = "15 degC"
tenor = { "H2SO4" = "20 g/L" }

[units.pad]
kind = "heap"
in = ["refuse", "acid"]
out = { liquor = "liquor", residue = "spent" }
days = "90 d"
moisture = "0.12 L/kg"
[units.pad.extraction]
source = "set for this example"
class = "assumed"
Nd = { maximum = 0.3, rate = "0.02 1/d" }
Al = { maximum = 0.02, rate = "0.01 1/d" }
`, "pad.conversion.Nd", "pad.mean.Nd", "liquor.mg_L.Nd")
	// Output:
	// pad.conversion.Nd 0.25 1
	// pad.mean.Nd 0.161 1
	// liquor.mg_L.Nd 10.7 g/m3
}

// show solves a plant and prints readings.
func show(plant string, paths ...string) {
	tree, err := conf.Parse("plant.toml", []byte(plant))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := flowsheet.Load(tree, map[string]func() flowsheet.Unit{
		"feed": hydromet.NewFeed, "ash_pools": hydromet.NewAshPools, "caustic_digester": hydromet.NewCausticDigester,
		"solid_liquid_separator": hydromet.NewSeparator, "pool_leach": hydromet.NewPoolLeach, "heap": hydromet.NewHeap,
	})
	if err == nil {
		err = p.Solve()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range paths {
		v, unit, _ := p.Value(path)
		fmt.Printf("%s %.3g %s\n", path, v, unit)
	}
}
