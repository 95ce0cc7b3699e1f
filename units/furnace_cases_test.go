package units_test

import (
	"math/rand/v2"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

// furnaceChemistry is that of the batch furnaces.
const furnaceChemistry = `
[chemistry]
elements = ["F", "Ca", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Tm", "Yb"]
families = ["oxide", "calcined", "fluoride", "metal", "calcium", "gas", "hydrogen_fluoride", "bifluoride", "ammonia"]
`

func hydrofluorinator() kindCase {
	return kindCase{"hydrofluorinator", unittest.Case{
		Name: "hydrofluorinator", In: []string{"solid", "reagent"}, Out: []string{"product", "gas"},
		Config: furnaceChemistry + `
[unit]
cycle_time = "10 h"
soak = "6 h"
temperature = "650 degC"
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			for k := range in {
				in[k].T = between(r, 290, 350)
			}
			for _, name := range []string{"Nd2O3(s)", "Dy2O3(s)", "Pr6O11(s)", "Tb4O7(s)", "CaO(s)", "NdF3(s)"} {
				put(s, &in[0], name, between(r, 1e-4, 1e-3))
			}
			put(s, &in[1], "HF(g)", between(r, 1e-2, 1e-1))
			put(s, &in[1], "N2(g)", between(r, 1e-3, 1e-1))
			put(s, &in[1], "H2O(g)", between(r, 1e-5, 1e-4))
			put(s, &in[1], "NH4HF2(s)", between(r, 1e-4, 1e-3))
		},
		Bad: []unittest.Bad{
			{Name: "too cold", Set: "unit.temperature=25 degC", Want: "temperature"},
			{Name: "contact", Set: "unit.contact=1.2", Want: "contact"},
			{Name: "unknown", Set: "unit.hf_excess=1", Want: "hf_excess"},
		},
	}}
}

// calciothermic is the furnace with so many times the calcium that its fluorides take.
func calciothermic(name string, lo, hi float64) kindCase {
	return kindCase{"calciothermic", unittest.Case{
		Name: "calciothermic_" + name, In: []string{"charge", "calcium"}, Out: []string{"metal", "slag", "condensate"},
		Config: furnaceChemistry + `
[unit]
cycle_time = "12 h"
temperature = "1500 degC"
refining_temperature = "1450 degC"
refining_time = "1 h"
area = "0.05 m2"
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			calcium := 0.0
			for _, name := range []string{"DyF3(s)", "TbF3(s)", "GdF3(s)", "YF3(s)"} {
				n := between(r, 1e-3, 1e-2)
				put(s, &in[0], name, n)
				calcium += 1.5 * n
			}
			put(s, &in[0], "CaF2(s)", between(r, 1e-5, 1e-3))
			put(s, &in[0], "SmF3(s)", between(r, 1e-5, 1e-4))
			put(s, &in[0], "Dy2O3(s)", between(r, 1e-6, 1e-5))
			put(s, &in[0], "Nd(s)", between(r, 1e-5, 1e-4))
			put(s, &in[1], "Ca(s)", calcium*between(r, lo, hi))
			in[0].T, in[1].T = between(r, 290, 900), between(r, 290, 310)
		},
		Bad: []unittest.Bad{
			{Name: "too cold", Set: "unit.temperature=900 K", Want: "temperature"},
			{Name: "area", Set: "unit.area=0 m2", Want: "area"},
			{Name: "share", Set: "unit.metal_in_slag=3", Want: "metal_in_slag"},
			{Name: "unknown", Set: "unit.calcium_excess=0.1", Want: "calcium_excess"},
		},
	}}
}

// calciothermicWeighed is charged by weight, in campaigns.
func calciothermicWeighed() kindCase {
	c := calciothermic("weighed", 1.02, 1.3)
	c.Config += "furnaces = 3\ncharge_mass = \"80 kg\"\ncampaign = 4\nstandstill = \"20 h\"\ndischarge_time = \"5 h\"\n"
	c.Bad = []unittest.Bad{
		{Name: "weight", Set: "unit.charge_mass=0 kg", Want: "charge_mass"},
		{Name: "campaign", Set: "unit.campaign=-1", Want: "campaign"},
		{Name: "no campaign", Set: "unit.campaign=0", Want: "standstill"},
	}
	return c
}

// lanthanothermic is the furnace with so many times the lanthanum that its oxides take.
func lanthanothermic(name string, lo, hi float64) kindCase {
	return kindCase{"lanthanothermic", unittest.Case{
		Name: "lanthanothermic_" + name, In: []string{"charge", "lanthanum"}, Out: []string{"metal", "trap", "residue"},
		Config: furnaceChemistry + `
[unit]
cycle_time = "12 h"
soak = "8 h"
temperature = "1300 degC"
area = "10 m2"
condenser_temperature = "500 degC"
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			lanthanum := 0.0
			for _, name := range []string{"Sm2O3(s)", "Yb2O3(s)", "Tm2O3(s)", "Eu2O3(s)", "Nd2O3(s)"} {
				n := between(r, 1e-4, 1e-3)
				put(s, &in[0], name, n)
				lanthanum += 2 * n
			}
			put(s, &in[0], "La2O3(s)", between(r, 1e-6, 1e-5))
			put(s, &in[0], "CeO2(s)", between(r, 1e-6, 1e-5))
			put(s, &in[1], "La(s)", lanthanum*between(r, lo, hi))
			in[0].T, in[1].T = between(r, 290, 310), between(r, 290, 310)
		},
		Bad: []unittest.Bad{
			{Name: "too cold", Set: "unit.temperature=900 K", Want: "temperature"},
			{Name: "area", Set: "unit.area=0 m2", Want: "area"},
			{Name: "unknown", Set: "unit.vacuum=1 Pa", Want: "vacuum"},
		},
	}}
}

func hfScrubber() kindCase {
	return kindCase{"hf_scrubber", unittest.Case{
		Name: "hf_scrubber", In: []string{"gas", "liquid"}, Out: []string{"gas", "liquid"},
		Config: "[chemistry]\nelements = [\"F\", \"Na\"]\nfamilies = [\"aqueous\", \"water\", \"gas\", \"hydrogen_fluoride\", \"ammonia\"]\n[unit]\ntransfer_units = 3\n",
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			in[0].T, in[1].T = between(r, 300, 900), between(r, 290, 320)
			put(s, &in[0], "HF(g)", between(r, 1e-3, 1e-2))
			put(s, &in[0], "N2(g)", between(r, 1e-3, 1e-1))
			put(s, &in[0], "NH3(g)", between(r, 1e-4, 1e-2))
			put(s, &in[1], "H2O", between(r, 1, 10))
			alkali := between(r, 1e-3, 2e-2)
			put(s, &in[1], "Na+", alkali)
			put(s, &in[1], "H+", -alkali)
		},
		Bad: []unittest.Bad{
			{Name: "too many", Set: "unit.transfer_units=1000", Want: "transfer_units"},
			{Name: "unknown", Set: "unit.removal=0.99", Want: "removal"},
		},
	}}
}
