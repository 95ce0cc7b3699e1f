package units_test

import (
	"math/rand/v2"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

// magnetCases are the units for magnets and their alloys.
func magnetCases() []kindCase {
	return []kindCase{
		reactor(),
		decrepitation(),
		oxidisingRoaster(),
		alloying(),
		{"solid_liquid_separator", unittest.Case{
			Name: "solid_liquid_separator_lossy", In: []string{"slurry"}, Out: []string{"solid", "filtrate"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				liquor(r, s, &in[0])
				refuse(r, s, &in[0])
			},
			Config: chemistry + "[unit]\nliquid_recovery = 0.9\nsolids_loss = 0.01\ngas_recovery = 0.2\n",
			Bad:    []unittest.Bad{{Name: "loss", Set: "unit.solids_loss=1.2", Want: "solids_loss"}},
		}},
	}
}

// reactor dissolves magnets in copper nitrate; a second equation lacks hydroxide.
func reactor() kindCase {
	return kindCase{"stoichiometric_reactor", unittest.Case{
		Name: "stoichiometric_reactor", In: []string{"1", "2"}, Out: []string{"out"},
		Config: `
[chemistry]
elements = ["B", "Fe", "Cu", "Nd"]
families = ["aqueous", "water", "oxalate", "hydroxide", "precipitate", "alloying", "magnet", "copper_leach", "gas"]
[unit]
temperature = "343.15 K"
[unit.reaction.dissolution]
equation = "2 Nd2Fe14B(s) + 34 Cu+2 + 10.5 O2(g) = 4 Nd+3 + 28 Fe+2 + Cu3(BO3)2(s) + 15 Cu2O(s) + Cu(s)"
of = "Nd2Fe14B(s)"
conversion = 0.99
` + fitted + `
[unit.reaction.oxidation]
equation = "12 Fe+2 + 3 O2(g) + 6 H2O = 8 Fe+3 + 4 Fe(OH)3(a)(s)"
of = "Fe+2"
conversion = 0.9
basis = "inlet"
` + fitted + `
[unit.reaction.oxalate]
equation = "Fe(OH)3(a)(s) + 3 H2C2O4 + OH- = Fe+3 + 3 C2O4-2 + 6 H2O"
virtual = "2 OH-"
of = "Fe(OH)3(a)(s)"
conversion = 0.5
` + fitted,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			magnets := between(r, 1e-3, 1e-1)
			put(s, &in[0], "Nd2Fe14B(s)", magnets)
			put(s, &in[1], "Cu+2", 17*magnets*between(r, 1.1, 2))
			put(s, &in[1], "NO3-", 34*magnets)
			put(s, &in[1], "Fe+2", magnets*between(r, 0.01, 0.1))
			put(s, &in[1], "O2(g)", magnets*between(r, 20, 50))
			put(s, &in[1], "H2O", magnets*between(r, 200, 500))
			put(s, &in[1], "H+", magnets*between(r, 1, 2))
			in[0].T, in[1].T = between(r, 290, 310), between(r, 290, 310)
		},
		Bad: []unittest.Bad{
			{Name: "not balanced", Set: "unit.reaction.oxidation.equation=12 Fe+2 + 3 O2(g) = 8 Fe+3 + 4 Fe(OH)3(a)(s)", Want: "does not balance"},
			{Name: "unknown", Set: "unit.reaction.oxidation.equation=12 Fe+4 = 12 Fe+3", Want: `"Fe+3"`},
			{Name: "key", Set: "unit.reaction.oxidation.of=Fe+3", Want: `"Fe+2"`},
			{Name: "conversion", Set: "unit.reaction.oxidation.conversion=1.2", Want: "conversion"},
			{Name: "basis", Set: "unit.reaction.oxidation.basis=outlet", Want: "basis"},
		},
	}}
}

const magnetChemistry = `
[chemistry]
elements = ["B", "Fe", "Co", "Cu", "Ni", "Pr", "Nd", "Dy"]
families = ["aqueous", "oxide", "ash", "metal", "alloying", "magnet", "electrode", "gas", "hydrogen"]
`

// magnets adds some 20 kg/h of magnets, as metals and as their hard phase.
func magnets(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 310)
	for name, n := range map[string]float64{"Nd(s)": 9e-3, "Pr(s)": 1e-3, "Dy(s)": 4e-4, "Fe(s)": 6e-2, "B(s)": 4e-3, "Co(s)": 1e-3, "Nd2Fe14B(s)": 1e-4, "Nd2O3(s)": 1e-5} {
		put(s, in, name, n*between(r, 0.5, 2))
	}
}

func decrepitation() kindCase {
	return kindCase{"hydrogen_decrepitation", unittest.Case{
		Name: "hydrogen_decrepitation", In: []string{"magnets"}, Out: []string{"powder", "gas"},
		Config: magnetChemistry + "[unit]\ncycle_time = \"5 h\"\ntemperature = \"170 degC\"\ndegassed = 0.3\n",
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { magnets(r, s, &in[0]) },
		Bad: []unittest.Bad{
			{Name: "too hot", Set: "unit.temperature=1500 degC", Want: "temperature"},
			{Name: "uptake", Set: "unit.uptake=50 %", Want: "uptake"},
			{Name: "unknown", Set: "unit.pressure=1 bar", Want: "pressure"},
		},
	}}
}

func oxidisingRoaster() kindCase {
	return kindCase{"oxidising_roaster", unittest.Case{
		Name: "oxidising_roaster", In: []string{"solid", "gas"}, Out: []string{"product", "dust", "gas"},
		Config: magnetChemistry + "[unit]\noutlet_temperature = \"800 degC\"\nconversion = 0.98\nproduct_recovery = 0.99\n",
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			magnets(r, s, &in[0])
			put(s, &in[0], "H(metal)(s)", between(r, 1e-3, 1e-2))
			put(s, &in[0], "C(s)", between(r, 1e-4, 1e-3))
			in[1].T = between(r, 290, 600)
			put(s, &in[1], "O2(g)", between(r, 0.21, 0.4))
			put(s, &in[1], "N2(g)", between(r, 0.8, 1.5))
		},
		Bad: []unittest.Bad{
			{Name: "too cold", Set: "unit.outlet_temperature=25 degC", Want: "outlet_temperature"},
			{Name: "conversion", Set: "unit.conversion=1.2", Want: "conversion"},
			{Name: "unknown", Set: "unit.dust=0.1", Want: "dust"},
		},
	}}
}

func alloying() kindCase {
	return kindCase{"alloying", unittest.Case{
		Name: "alloying", In: []string{"charge"}, Out: []string{"strip", "skull", "dross", "fume"},
		Config: magnetChemistry + "[unit]\ncycle_time = \"4 h\"\ntemperature = \"1450 degC\"\nhold = \"40 min\"\narea = \"0.1 m2\"\n",
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { magnets(r, s, &in[0]) },
		Bad: []unittest.Bad{
			{Name: "too cold", Set: "unit.temperature=900 K", Want: "temperature"},
			{Name: "area", Set: "unit.area=0 m2", Want: "area"},
			{Name: "unknown", Set: "unit.argon=0.4 bar", Want: "argon"},
		},
	}}
}
