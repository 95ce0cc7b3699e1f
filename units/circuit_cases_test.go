package units_test

import (
	"math/rand/v2"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

// circuitCases are whole solvent-extraction circuits: PC88A with mixers and settlers, entrainment and reflux; D2EHPA, whose
// exponent is no whole number, with sulfate, its complexes, thorium, and no settlers.
func circuitCases() []kindCase {
	const pc88a = `
[chemistry]
elements = ["Na", "Ca", "Y", "La", "Nd", "Dy", "Cl"]
families = ["aqueous", "organic", "oxide", "gas"]
extractant = "PC88A"
[unit]
sections = ["extraction", "scrub", "strip"]
model = "PC88A-HCl"
organic_flow = "20 L/min"
extractant = "1 mol/L"
saponification = 0.2
bleed = 0.02
organic_tank = "2 m3"
[unit.extraction]
stages = 3
mixer_aqueous = "40 L"
mixer_organic = "60 L"
settler_aqueous = "150 L"
settler_organic = "250 L"
organic_carried = 1e-4
aqueous_carried = 2e-4
[unit.scrub]
stages = 2
joins = true
mixer_aqueous = "10 L"
mixer_organic = "60 L"
settler_aqueous = "30 L"
settler_organic = "250 L"
aqueous_carried = 2e-4
[unit.strip]
stages = 2
mixer_aqueous = "10 L"
mixer_organic = "60 L"
settler_aqueous = "30 L"
settler_organic = "250 L"
organic_carried = 1e-4
[unit.reflux.strip]
to = "scrub"
flow = "0.2 L/min"
`
	// The first circuit with a feed into the middle and a draw, the strip warmer than the rest, efficiencies below 1.
	sides := strings.Replace(pc88a, "[unit.extraction]", "side_feed.middle = { section = \"extraction\", stage = 2 }\n"+
		"draw.cut = { section = \"scrub\", stage = 1, flow = \"0.3 L/min\" }\n[unit.extraction]", 1)
	sides = strings.Replace(sides, "[unit.strip]\n", "[unit.strip]\ntemperature = \"40 degC\"\nefficiency = 0.85\n", 1)
	sides = strings.Replace(sides, "[unit.scrub]\n", "[unit.scrub]\nefficiency = 0.95\nefficiency_of.Dy = 0.8\n", 1)
	// The first circuit on its cut, dysprosium at a rate and so by a flow that the cut finds, with the reflux as a part of the liquor and nothing but it to scrub with.
	cut := strings.NewReplacer("organic_flow = \"20 L/min\"", "organic_flow = \"12 L/mol\"\ncut = { between = [\"Nd\", \"Dy\"], balance = 2 }\nkinetics = { Ca = \"0.5 1/min\", Dy = \"4 1/min\" }",
		"flow = \"0.2 L/min\"", "part = 0.4").Replace(pc88a)
	const d2ehpa = `
[chemistry]
elements = ["Na", "Ca", "Y", "La", "Nd", "Th", "S", "Cl"]
families = ["aqueous", "organic", "oxide", "water"]
extractant = "D2EHPA"
[unit]
sections = ["load", "strip"]
model = "D2EHPA-HCl"
organic_flow = "10 L/min"
extractant = "0.6 mol/L"
saponification = 0
bleed = 1
complexes = true
ionic_strength = "0.6 mol/L"
[unit.load]
stages = 2
mixer_aqueous = "40 L"
mixer_organic = "60 L"
[unit.strip]
stages = 2
mixer_aqueous = "40 L"
mixer_organic = "60 L"
`
	// The correlation over pH and dosage in a closed circuit, with reflux and entrainment, the strip away from equilibrium.
	correlation := strings.NewReplacer(`"D2EHPA-HCl"`, `"D2EHPA-UKy"`, "complexes = true\nionic_strength = \"0.6 mol/L\"\n", "", "bleed = 1\n", "bleed = 0.05\n", `"0.6 mol/L"`, `"0.16 mol/L"`,
		`"Th", `, `"Sc", "Fe", `, "[unit.strip]\n", "organic_carried = 1e-3\n[unit.reflux.strip]\nto = \"load\"\npart = 0.1\n[unit.strip]\nefficiency_of.Y = 0.7\n").Replace(d2ehpa)
	// Complexes at the ionic strength of each stage.
	ionic := strings.Replace(d2ehpa, `ionic_strength = "0.6 mol/L"`, `ionic_strength = "solved"`, 1)
	return []kindCase{
		{"sx_circuit", unittest.Case{
			Name: "sx_circuit", Config: pc88a, In: []string{"extraction", "scrub", "strip"},
			Out: []string{"extraction", "strip", "bleed"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 20, "Na+": 50, "Ca+2": 20, "Y+3": 20, "La+3": 60, "Nd+3": 70, "Dy+3": 8}, "Cl-")
				brine(r, s, &in[1], 1.5, map[string]float64{"H+": 800}, "Cl-")
				brine(r, s, &in[2], 2, map[string]float64{"H+": 4000}, "Cl-")
			},
			Bad: []unittest.Bad{
				{Name: "section", Set: "unit.reflux.strip.to=scrubb", Want: `"scrub"`},
				{Name: "stages", Set: "unit.strip.stages=0", Want: "stages"},
				{Name: "model", Set: "unit.model=PC88-HCl", Want: "PC88A-HCl"},
				{Name: "other extractant", Set: "unit.model=D2EHPA-HCl", Want: "D2EHPA"},
				{Name: "soap beyond NaA.HA", Set: "unit.saponification=0.6", Want: "saponification"},
			},
		}},
		{"sx_circuit", unittest.Case{
			Name: "sx_circuit_sides", Config: sides, In: []string{"extraction", "scrub", "strip", "middle"},
			Out: []string{"extraction", "strip", "cut", "bleed"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 20, "Na+": 50, "Y+3": 20, "La+3": 60, "Nd+3": 70, "Dy+3": 8}, "Cl-")
				brine(r, s, &in[1], 1.5, map[string]float64{"H+": 800}, "Cl-")
				brine(r, s, &in[2], 2, map[string]float64{"H+": 4000}, "Cl-")
				brine(r, s, &in[3], 2, map[string]float64{"H+": 50, "La+3": 40, "Nd+3": 60}, "Cl-")
			},
			Bad: []unittest.Bad{
				{Name: "stage", Set: "unit.side_feed.middle.stage=4", Want: "stage"},
				{Name: "efficiency", Set: "unit.strip.efficiency=0", Want: "efficiency"},
				{Name: "element", Set: "unit.scrub.efficiency_of.Fe=0.5", Want: "Fe"},
				{Name: "section", Set: "unit.draw.cut.section=scrap", Want: `"scrub"`},
			},
		}},
		{"sx_circuit", unittest.Case{
			Name: "sx_circuit_cut", Config: cut, In: []string{"extraction", "strip"},
			Out: []string{"extraction", "strip", "bleed"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 20, "Na+": 50, "Ca+2": 20, "Y+3": 20, "La+3": 60, "Nd+3": 70, "Dy+3": 8}, "Cl-")
				brine(r, s, &in[2], 2, map[string]float64{"H+": 4000}, "Cl-")
			},
			Bad: []unittest.Bad{
				{Name: "element", Set: "unit.cut.between=[\"Nd\", \"Dz\"]", Want: "Dz"},
				{Name: "order", Set: "unit.cut.between=[\"Dy\", \"Nd\"]", Want: "less extractable"},
				{Name: "section", Set: "unit.cut.raffinate=scrub", Want: "scrub"},
				{Name: "flow", Set: "unit.organic_flow=20 L/min", Want: "organic_flow"},
				{Name: "part", Set: "unit.reflux.strip.part=1", Want: "part"},
			},
		}},
		{"sx_circuit", unittest.Case{ // a weak lye with salt in it, more than the saponification takes
			Name: "sx_circuit_lye", Config: cut, In: []string{"extraction", "strip", "lye"},
			Out: []string{"extraction", "strip", "bleed", "lye", "spent_lye"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 20, "Na+": 50, "Ca+2": 20, "Y+3": 20, "La+3": 60, "Nd+3": 70, "Dy+3": 8}, "Cl-")
				brine(r, s, &in[2], 2, map[string]float64{"H+": 4000}, "Cl-")
				lye(r, s, &in[3], 6, 2000, 60)
			},
			Bad: []unittest.Bad{{Name: "use", Set: "unit.lye_use=0.2", Want: "lye_use"}, {Name: "soap", Set: "unit.saponification=0.6", Want: "saponification"}},
		}},
		{"sx_circuit", unittest.Case{ // less lye than it takes: the rest is drawn
			Name: "sx_circuit_short_lye", Config: strings.Replace(pc88a, "saponification = 0.2", "saponification = 0.3\nlye_use = 0.97", 1), In: []string{"extraction", "scrub", "strip", "lye"},
			Out: []string{"extraction", "strip", "bleed", "lye", "spent_lye"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 20, "Na+": 50, "Ca+2": 20, "Y+3": 20, "La+3": 60, "Nd+3": 70, "Dy+3": 8}, "Cl-")
				brine(r, s, &in[1], 1.5, map[string]float64{"H+": 800}, "Cl-")
				brine(r, s, &in[2], 2, map[string]float64{"H+": 4000}, "Cl-")
				lye(r, s, &in[3], 0.5, 2000, 60)
				put(s, &in[3], "Ca+2", 1e-6)
				put(s, &in[3], "Cl-", 2e-6)
			},
		}},
		{"sx_circuit", unittest.Case{
			Name: "sx_circuit_sulfate", Config: d2ehpa, In: []string{"load", "strip"}, Out: []string{"load", "strip", "bleed"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 300, "Na+": 50, "Ca+2": 10, "Y+3": 10, "La+3": 20, "Nd+3": 20, "Th+4": 0.1}, "SO4-2")
				brine(r, s, &in[1], 3, map[string]float64{"H+": 3000}, "SO4-2")
			},
		}},
		{"sx_circuit", unittest.Case{
			Name: "sx_circuit_ionic", Config: ionic, In: []string{"load", "strip"}, Out: []string{"load", "strip", "bleed"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 300, "Na+": 50, "Ca+2": 10, "Y+3": 10, "La+3": 20, "Nd+3": 20, "Th+4": 0.1}, "SO4-2")
				brine(r, s, &in[1], 3, map[string]float64{"H+": 1500}, "Cl-")
			},
			Bad: []unittest.Bad{
				{Name: "word", Set: "unit.ionic_strength=solve", Want: "ionic_strength"},
			},
		}},
		{"sx_circuit", unittest.Case{
			Name: "sx_circuit_correlation", Config: correlation, In: []string{"load", "strip"}, Out: []string{"load", "strip", "bleed"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				brine(r, s, &in[0], 10, map[string]float64{"H+": 60, "Na+": 50, "Ca+2": 5, "Y+3": 2, "La+3": 5, "Nd+3": 5, "Fe+3": 3, "Sc+3": 0.01}, "SO4-2")
				brine(r, s, &in[1], 3, map[string]float64{"H+": 3000}, "Cl-")
			},
			Bad: []unittest.Bad{
				{Name: "no soap", Set: "unit.saponification=0.1", Want: "saponification"},
				{Name: "model", Set: "unit.model=D2EHPA-UKi", Want: "D2EHPA-UKy"},
			},
		}},
	}
}

// lye adds a flow in L/min of caustic and salt, mol/m3 to within 30 %.
func lye(r *rand.Rand, s *chem.System, in *flowsheet.Stream, flow, base, salt float64) {
	brine(r, s, in, flow, map[string]float64{"Na+": salt}, "Cl-")
	n := flow / 6e4 * base * between(r, 0.77, 1.3)
	put(s, in, "Na+", n)
	put(s, in, "H+", -n)
}

// brine adds a flow in L/min of the given cations, mol/m3 to within 30 %, neutral by one anion.
func brine(r *rand.Rand, s *chem.System, in *flowsheet.Stream, flow float64, cations map[string]float64, anion string) {
	in.T = between(r, 290, 310)
	A := flow * between(r, 0.8, 1.25) / 6e4
	put(s, in, "H2O", A/s.Components[s.Solvent(chem.Aqueous)].V)
	charge := 0.0
	for _, c := range s.Components { // in order: the same random numbers in every run
		if x, ok := cations[c.Name]; ok {
			n := A * x * between(r, 0.77, 1.3)
			put(s, in, c.Name, n)
			charge += c.Charge * n
		}
	}
	i, _ := s.Index(anion)
	put(s, in, anion, -charge/s.Components[i].Charge)
}
