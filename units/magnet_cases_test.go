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
