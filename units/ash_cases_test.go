package units_test

import (
	"math/rand/v2"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

const ashChemistry = `
[chemistry]
elements = ["Al", "Ca", "Fe", "Mg", "Na", "K", "Y", "Nd", "S", "Cl"]
families = ["aqueous", "water", "gangue", "oxide", "labile", "locked", "crystalline", "ash"]
`

// ash adds some 20 kg/h of fly ash with its oxides in all three pools.
func ash(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 350)
	flow := between(r, 10, 40) / 3600 // kg/s
	for _, c := range []struct {
		name string
		w    float64
	}{
		{"SiO2(s)", 0.1}, {"Mullite(s)", 0.15}, {"Al2O3(s)", 0.03}, {"Fe2O3(s)", 0.05}, {"CaO(s)", 0.01}, {"MgO(s)", 0.005},
		{"Y2O3(s)", 5e-5}, {"Nd2O3(s)", 5e-5}, {"CaO(labile)(s)", 0.01}, {"Na2O(labile)(s)", 0.002}, {"SO3(labile)(s)", 0.002},
		{"Nd2O3(labile)(s)", 1e-5}, {"SiO2(locked)(s)", 0.4}, {"Al2O3(locked)(s)", 0.15}, {"K2O(locked)(s)", 0.02}, {"CaO(locked)(s)", 0.01},
		{"Fe2O3(locked)(s)", 0.02}, {"Nd2O3(locked)(s)", 1e-4}, {"Y2O3(locked)(s)", 1e-4}, {"P2O5(locked)(s)", 2e-3},
	} {
		i, _ := s.Index(c.name)
		put(s, in, c.name, flow*c.w/s.Components[i].M*between(r, 0.8, 1.2))
	}
}

// ashCases are the units that leach ash.
func ashCases() []kindCase {
	acid := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
		ash(r, s, &in[1])
		in[0].T = between(r, 290, 350)
		put(s, &in[0], "H2O", between(r, 1.5, 6))
		put(s, &in[0], "H4SiO4", between(r, 1e-4, 1e-3))
		hydrochloric, sulfuric := between(r, 0.03, 0.15), between(r, 0.01, 0.05)
		put(s, &in[0], "H+", hydrochloric+2*sulfuric)
		put(s, &in[0], "Cl-", hydrochloric)
		put(s, &in[0], "SO4-2", sulfuric)
	}
	return []kindCase{
		{"ash_pools", unittest.Case{
			Name: "ash_pools", In: []string{"ash"}, Out: []string{"out"},
			Config: ashChemistry + "[unit]\nmullite = 0.3\n[unit.pool]\n" + fitted + `
Si = { locked = 0.8 }
Al = { labile = 0.01, locked = 0.6 }
REE = { labile = 0.05, locked = "65 %" }
Y = { locked = 0.5, class = "measured", source = "a sequential extraction" }
`,
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { ash(r, s, &in[0]) },
			Bad: []unittest.Bad{
				{Name: "element", Set: "unit.pool.Ndy=0.5", Want: `"Nd"`},
				{Name: "sum", Set: "unit.pool.REE.labile=0.4", Want: "1.05"},
				{Name: "no labile silica", Set: "unit.pool.Si.labile=0.1", Want: "labile form"},
				{Name: "class", Set: "unit.pool.class=guess", Want: "class"},
			},
		}},
		{"pool_leach", unittest.Case{
			Name: "pool_leach", In: []string{"acid", "ash"}, Out: []string{"slurry"}, Inlets: acid,
			Config: ashChemistry + `
[unit]
tanks = 2
volume = "60 L"
temperature = "70 degC"
cores = 3
[unit.labile]
` + fitted + `
rate = "0.5 1/min"
energy = "15 kJ/mol"
order = 0.5
at = "25 degC"
[unit.soluble]
` + fitted + `
at = "80 degC"
REE = { surface = "0.01 1/min", energy = "21 kJ/mol", layer = "0.02 1/min", layer_energy = "12 kJ/mol", layer_order = 0.8 }
Al = { surface = "0.006 1/min", energy = "25.2 kJ/mol", order = 0.5, class = "measured", source = "a batch" }
Fe = { surface = "0.004 1/min", energy = "40 kJ/mol" }
Ca = { surface = "0.05 1/min", energy = "15 kJ/mol" }
[unit.size]
` + fitted + `
d63 = "25 um"
spread = 1.1
reference = "20 um"
classes = 2
`,
			Bad: []unittest.Bad{
				{Name: "no tanks", Set: "unit.tanks=0", Want: "tanks"},
				{Name: "element", Set: "unit.soluble.Ndy=1 1/s", Want: `"Nd"`},

				{Name: "Celsius as kelvin", Set: "unit.temperature=70 K", Want: "temperature"},
				{Name: "class", Set: "unit.soluble.class=guess", Want: "class"},
				{Name: "no spread", Set: "unit.size.spread=0", Want: "spread"},
			},
		}},
		{"caustic_digester", unittest.Case{
			Name: "caustic_digester", In: []string{"caustic", "ash"}, Out: []string{"slurry"},
			Config: ashChemistry + `
[unit]
tanks = 2
volume = "60 L"
temperature = "75 degC"
[unit.rate]
` + fitted + `
at = "75 degC"
caustic = "9.5 mol/L"
Si = { rate = "0.8 1/h", energy = "52 kJ/mol", order = 0.6 }
Al = { rate = "0.8 1/h", energy = "52 kJ/mol", order = 0.6, class = "measured", source = "a batch" }
`,
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				ash(r, s, &in[1])
				in[0].T = between(r, 290, 350)
				put(s, &in[0], "H2O", between(r, 1.5, 6))
				soda := between(r, 0.3, 1)
				put(s, &in[0], "Na+", soda)
				put(s, &in[0], "H+", -soda)
			},
			Bad: []unittest.Bad{
				{Name: "tanks", Set: "unit.tanks=0", Want: "tanks"},
				{Name: "no strength", Set: "unit.rate.caustic=0 mol/L", Want: "caustic"},
				{Name: "energy in kJ", Set: "unit.rate.Si.energy=52 kJ", Want: "energy"},
			},
		}},
		{"heap", unittest.Case{
			Name: "heap", In: []string{"acid", "ash"}, Out: []string{"liquor", "residue"}, Inlets: acid,
			Config: ashChemistry + `
[unit]
days = "90 d"
moisture = "0.12 L/kg"
[unit.extraction]
` + fitted + `
Nd = { maximum = 0.3, rate = "0.02 1/d" }
Al = { maximum = 0.1, rate = "0.01 1/d" }
Ca = { maximum = 0.8, rate = "0.05 1/d" }
`,
			Bad: []unittest.Bad{
				{Name: "element", Set: "unit.extraction.Ndy=1 1/d", Want: `"Nd"`},
				{Name: "days", Set: "unit.days=0 d", Want: "days"},
				{Name: "maximum", Set: "unit.extraction.Nd.maximum=1.5", Want: "maximum"},
			},
		}},
	}
}
