package units_test

import (
	"math/rand/v2"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

const metalChemistry = `
[chemistry]
elements = ["F", "Na", "Mg", "Al", "S", "Cl", "Ca", "Fe", "Pr", "Nd", "Dy", "W", "Ta"]
families = ["oxide", "calcined", "metal", "fluoride", "electrode", "gas", "gangue", "calcium", "salt", "vessel", "trace"]
`

// productCases are the units that say what is left in a product.
func productCases() []kindCase {
	metal := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
		in[0].T = between(r, 900, 1800)
		put(s, &in[0], "Nd(s)", between(r, 1e-3, 1e-2))
		put(s, &in[0], "Dy(s)", between(r, 1e-4, 1e-2))
		put(s, &in[0], "Nd2O3(s)", between(r, 1e-6, 1e-5))
	}
	pick := func(name, parameters string) kindCase {
		return kindCase{"pick_up", unittest.Case{Name: name, In: []string{"in"}, Out: []string{"product", "vessel", "air"},
			Config: metalChemistry + "[unit]\n" + parameters, Inlets: metal,
			Bad: []unittest.Bad{{Name: "vessel", Set: "unit.vessel=steel crucible", Want: `"steel condenser"`},
				{Name: "share", Set: "unit.O=0.5", Want: "O"},
				{Name: "unknown", Set: "unit.Pb=1 ppm", Want: "Pb"}}}}
	}
	oxalates := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
		in[0].T = between(r, 290, 320)
		n := between(r, 1e-3, 1e-2)
		for name, v := range map[string]float64{"H2O": 40, "H+": 0.3, "Cl-": 0.2, "Na+": 0.1, "C2O4-2": 0.2, "Nd+3": 1e-4, "La+3": 1e-3, "Dy+3": 1e-3, "Ca+2": 1e-4, "Nd2(C2O4)3·10H2O(s)": 1, "La2(C2O4)3·10H2O(s)": 1e-5} {
			put(s, &in[0], name, v*n*between(r, 0.7, 1.4))
		}
	}
	return []kindCase{
		pick("pick_up_cell", "vessel = \"fluoride cell\"\n"),
		pick("pick_up_tantalum", "vessel = \"tantalum crucible\"\n\"C(s)\" = \"200 ppm\"\n"),
		{"cake_dryer", unittest.Case{Name: "cake_dryer", In: []string{"cake"}, Out: []string{"cake"}, Config: recycleChemistry + "[unit]\n", Inlets: oxalates,
			Bad: []unittest.Bad{{Name: "unknown", Set: "unit.moisture=1", Want: "moisture"}}}},
		{"carry_down", unittest.Case{Name: "carry_down", In: []string{"slurry"}, Out: []string{"slurry"}, Config: recycleChemistry + "[unit]\ndistribution = 0.8\n", Inlets: oxalates,
			Bad: []unittest.Bad{{Name: "negative", Set: "unit.distribution=-1", Want: "distribution"}}}},
	}
}
