package units_test

import (
	"math/rand/v2"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

// inlets is short for the signature of Case.Inlets.
type inlets = func(r *rand.Rand, s *chem.System, in []flowsheet.Stream)

// cases lists at least one case for each kind.
func cases() []kindCase {
	return slices.Concat(feedCases(), streamCases(), processCases(), waterCases(), circuitCases(), ashCases(), recycleCases(), magnetCases(), productCases())
}

func feedCases() []kindCase {
	feed := func(name, parameters string, bad ...unittest.Bad) kindCase {
		return kindCase{"feed", unittest.Case{Name: "feed_" + name, Out: []string{"out"}, Config: chemistry + parameters, Bad: bad}}
	}
	return []kindCase{
		feed("aqueous", `
[unit]
phase = "aqueous"
flow = "100 L/h"
temperature = "303 K"
tenor = { "H+" = "277 mg/L", "HSO4-" = "25 g/L", "Nd+3" = "3 mol/m3", "Al" = "1 mg/L" }
molar_mass = { "HSO4-" = "97 g/mol" }
`,
			unittest.Bad{Name: "phase", Set: "unit.phase=aquous", Want: `"aqueous"`},
			unittest.Bad{Name: "unknown ion", Set: "unit.tenor.Nd+2=1 mg/L", Want: "Nd+3"},
			unittest.Bad{Name: "solvent", Set: "unit.tenor.H2O=1 mol/L", Want: "solvent"},
			unittest.Bad{Name: "twice", Set: "unit.tenor.Nd=1 mg/L", Want: "Nd"},
			unittest.Bad{Name: "molar mass unused", Set: "unit.molar_mass.Fe=56 g/mol", Want: "Fe"},
			unittest.Bad{Name: "Celsius as kelvin", Set: "unit.temperature=25 K", Want: "temperature"}),
		feed("organic", `
[unit]
phase = "organic"
flow = "60 L/h"
temperature = "303 K"
tenor = { D2EHPA = "20 %", "Nd(D2EHPA)3" = "1 mg/L" }
`,
			unittest.Bad{Name: "dosage", Set: "unit.tenor.D2EHPA=150 %", Want: "D2EHPA"}),
		feed("solid", `
[unit]
phase = "solid"
flow = "22.68 kg/h"
temperature = "303 K"
assay = { "SiO2(s)" = 0.7, "Al2O3(s)" = "29 %", "Nd2O3(s)" = 0.01 }
`,
			unittest.Bad{Name: "sum", Set: "unit.assay.SiO2(s)=0.6", Want: "0.9"}),
		feed("from_water", `
[unit]
from = "W1"
flow = "40 m3/h"
leave_out = ["Na", "K", "Mg", "Mn", "Zn", "Ni", "Co", "F", "U", "Th", "Fe", "SiO2", "La", "Ce", "Pr", "Sm", "Eu", "Gd", "Tb", "Ho", "Er", "Tm", "Yb", "Lu", "Sc"]
[unit.tenor]
Al = "80 mg/L"
`,
			unittest.Bad{Name: "feed", Set: "unit.from=W9", Want: "no feed"},
			unittest.Bad{Name: "not brought", Set: "unit.leave_out=[\"Ti\"]", Want: "Ti"},
			unittest.Bad{Name: "closes the charge", Set: "unit.tenor.SO4=5 mg/L", Want: "follows from balance"},
			unittest.Bad{Name: "total", Set: "unit.tenor.Alu=5 mg/L", Want: `"Al"`},
			unittest.Bad{Name: "pH", Set: "unit.pH=30", Want: "pH"},
			unittest.Bad{Name: "balance", Set: "unit.balance=Na", Want: "Na follows from balance"},
			unittest.Bad{Name: "incomplete", Set: "unit.from=amdp_sx_strip", Want: "amdp_sx_strip is incomplete: no split"},
			unittest.Bad{Name: "a solid's flow", Set: "unit.from=red_mud_greece_turkey", Want: "1 kg/s"}),
		feed("from_solid", `
[unit]
from = "fly_ash_illinois_F"
flow = "1 t/h"
leave_out = ["Na2O", "K2O", "MgO", "TiO2", "P2O5", "SO3", "coal_C", "Th", "U", "La", "Ce", "Pr", "Sm", "Eu", "Gd", "Tb", "Ho", "Er", "Tm", "Yb", "Lu", "Sc"]
[unit.proxy]
matrix = "fly_ash_appalachia_F"
split = "amd_mree"
[unit.assay]
REE = "500 ppm"
`,
			unittest.Bad{Name: "proxy", Set: "unit.proxy.matrix=dale_plant_ash", Want: "no solid with a whole matrix"},
			unittest.Bad{Name: "split", Set: "unit.proxy.split=ashes", Want: "no division"},
			unittest.Bad{Name: "metal", Set: "unit.from=ndfeb_hdd", Want: "fly_ash_appalachia_F is no solid with a whole matrix"},
			unittest.Bad{Name: "too much", Set: "unit.assay.Fe2O3=80 %", Want: "nothing is left"}),
		feed("gas", `
[unit]
phase = "gas"
flow = "1 mol/s"
temperature = "500 K"
fraction = { "O2(g)" = 0.21, "N2(g)" = 0.79 }
`,
			unittest.Bad{Name: "sum", Set: "unit.fraction.O2(g)=0.3", Want: "1.09"}),
	}
}

// streamCases are units that mix and part.
func streamCases() []kindCase {
	pulp := func(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
		liquor(r, s, in)
		refuse(r, s, in)
	}
	each := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
		for k := range in {
			pulp(r, s, &in[k])
		}
	}
	two := []string{"1", "2"}
	return []kindCase{
		{"product", unittest.Case{Name: "product", In: two, Config: chemistry + "[unit]\n", Inlets: each}},
		{"mixer", unittest.Case{Name: "mixer", In: two, Out: []string{"out"}, Config: chemistry + "[unit]\n", Inlets: each}},
		{"splitter", unittest.Case{
			Name: "splitter", In: []string{"in"}, Out: []string{"recycle", "purge", "rest"}, Inlets: each,
			Config: chemistry + "[unit]\nsplit = { recycle = 0.7, purge = \"10 %\" }\n",
			Bad: []unittest.Bad{
				{Name: "outlet", Set: "unit.split.prge=0.1", Want: `"purge"`},
				{Name: "sum", Set: "unit.split.purge=0.4", Want: "1.1"},
				{Name: "all given", Set: "unit.split.rest=0.2", Want: "leave one out"},
			},
		}},
		{"ratio_feed", unittest.Case{
			Name: "ratio_feed", In: []string{"in"}, Out: []string{"stream", "acid", "water"}, Inlets: each,
			Config: chemistry + "[unit.dose]\nacid = { ratio = \"0.6 L/mol\", tenor = { HCl = \"5 mol/L\" } }\nwater = { ratio = \"0.2 L/mol\" }\n",
			Bad: []unittest.Bad{
				{Name: "ratio", Set: "unit.dose.acid.ratio=-1 L/mol", Want: "unit.dose.acid.ratio"},
				{Name: "tenor", Set: "unit.dose.acid.tenor.HCk=1 mol/L", Want: "HCk"},
			},
		}},
		{"ratio_feed", unittest.Case{ // from mains: of acid the water is what limits it, of water there is too little
			Name: "ratio_feed_mains", In: []string{"in", "acid", "water"}, Out: []string{"stream", "acid", "water", "acid_rest", "water_rest"},
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				pulp(r, s, &in[0])
				ree := 0.0
				for c, q := range s.Components {
					if q.Phase == chem.Aqueous && q.Key >= 0 && s.Elements[q.Key].Group == "ree" {
						ree += in[0].N[c]
					}
				}
				brine(r, s, &in[1], 6e4*ree*2e-3, map[string]float64{"H+": 3500, "Na+": 40}, "Cl-")
				brine(r, s, &in[2], 6e4*ree*1e-4, map[string]float64{"Na+": 40}, "Cl-")
			},
			Config: chemistry + "[unit.dose]\nacid = { ratio = \"0.6 L/mol\", tenor = { HCl = \"5 mol/L\" }, strength = \"32 %\" }\nwater = { ratio = \"0.2 L/mol\" }\n",
			Bad: []unittest.Bad{
				{Name: "ions", Set: "unit.dose.acid.tenor.H+=1 mol/L", Want: "charge"},
				{Name: "strength", Set: "unit.dose.acid.strength=1.2", Want: "strength"},
			},
		}},
		{"solid_liquid_separator", unittest.Case{
			Name: "solid_liquid_separator", In: two, Out: []string{"solid", "filtrate", "retained"}, Inlets: each,
			Config: chemistry + "[unit]\nliquid_recovery = 0.7\n",
		}},
		{"solid_liquid_separator", unittest.Case{
			Name: "solid_liquid_separator_wet_cake", In: []string{"slurry"}, Out: []string{"solid", "filtrate"}, Inlets: each,
			Config: chemistry + "[unit]\nliquid_recovery = \"70 %\"\n",
		}},
		{"acid_factor", unittest.Case{
			Name: "acid_factor", In: []string{"in"}, Out: []string{"out"}, Inlets: each,
			Config: chemistry + "[unit]\nfactor = 1.008\n",
			Bad:    []unittest.Bad{{Name: "zero", Set: "unit.factor=0", Want: "factor"}},
		}},
		{"crusher", unittest.Case{
			Name: "crusher", In: []string{"in"}, Out: []string{"out"}, Inlets: each,
			Config: chemistry + "[unit]\nfeed_size = \"80 mm\"\nproduct_size = \"58 mm\"\nwidth = 1.5\nwork_index = \"12 kWh/t\"\n",
			Bad: []unittest.Bad{
				{Name: "coarser", Set: "unit.product_size=90 mm", Want: "coarser"},
				{Name: "width", Set: "unit.width=0", Want: "width"},
				{Name: "work index", Set: "unit.work_index=12 kW", Want: "work_index"},
			},
		}},
		filter("displacement", "wash_efficiency = 0.6\n", "cake", "filtrate", "wash_filtrate"),
		filter("dilution", "", "cake", "filtrate"),
		{"filter", unittest.Case{
			Name: "filter_unwashed", In: []string{"slurry"}, Out: []string{"cake", "filtrate"}, Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { pulp(r, s, &in[0]) },
			Config: chemistry + "[unit]\nmoisture = \"30 %\"\n",
		}},
		{"thickener", unittest.Case{
			Name: "thickener", In: two, Out: []string{"underflow", "overflow"}, Inlets: each,
			Config: chemistry + "[unit]\nunderflow_solids = 0.35\noverflow_solids = \"20 mg/L\"\narea = \"0.2 m2\"\n",
			Bad: []unittest.Bad{
				{Name: "all liquid", Set: "unit.underflow_solids=0", Want: "underflow_solids"},
				{Name: "unit", Set: "unit.area=2 m", Want: "area"},
				{Name: "limit", Set: "unit.rise_limit=0 m/h", Want: "rise_limit"},
			},
		}},
		{"geotube", unittest.Case{
			Name: "geotube", In: two, Out: []string{"cake", "filtrate"}, Inlets: each,
			Config: chemistry + "[unit]\nfiltrate_solids = \"50 mg/L\"\n",
			Bad: []unittest.Bad{
				{Name: "all liquid", Set: "unit.cake_solids=0", Want: "cake_solids"},
				{Name: "polymer", Set: "unit.polymer_dose=30 g", Want: "polymer_dose"},
			},
		}},
		{"ccd", unittest.Case{
			Name: "ccd", In: []string{"slurry", "wash"}, Out: []string{"underflow", "overflow"}, Inlets: washed(pulp),
			Config: chemistry + "[unit]\nstages = 5\nunderflow_solids = 0.4\nmixing_efficiency = 0.95\n",
			Bad: []unittest.Bad{
				{Name: "stages", Set: "unit.stages=0", Want: "stages"},
				{Name: "efficiency", Set: "unit.mixing_efficiency=1.1", Want: "mixing_efficiency"},
			},
		}},
		{"tank", unittest.Case{
			Name: "tank", In: two, Out: []string{"out"}, Inlets: each,
			Config: chemistry + "[unit]\nvolume = \"1 m3\"\nweir_time = \"90 s\"\n",
			Bad:    []unittest.Bad{{Name: "no volume", Set: "unit.volume=0 L", Want: "volume"}},
		}},
	}
}

// washed is a slurry with a wash liquor.
func washed(pulp func(r *rand.Rand, s *chem.System, in *flowsheet.Stream)) inlets {
	return func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
		pulp(r, s, &in[0])
		put(s, &in[1], "H2O", between(r, 0.2, 2))
		put(s, &in[1], "Cl-", between(r, 1e-4, 1e-3))
		in[1].T = between(r, 285, 340)
	}
}

func filter(wash, parameters string, out ...string) kindCase {
	return kindCase{"filter", unittest.Case{
		Name: "filter_" + wash, In: []string{"slurry", "wash"}, Out: out,
		Inlets: washed(func(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
			liquor(r, s, in)
			refuse(r, s, in)
		}),
		Config: chemistry + "[unit]\nmoisture = \"30 %\"\nsolids_loss = 0.002\nwash = \"" + wash + "\"\n" + parameters,
		Bad: []unittest.Bad{
			{Name: "moisture", Set: "unit.moisture=100 %", Want: "moisture"},
			{Name: "wash", Set: "unit.wash=plug", Want: "displacement"},
		},
	}}
}

const fitted = `source = "conformance suite"
class = "assumed"
`

// processCases are units that react.
func processCases() []kindCase {
	oxalic := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
		liquor(r, s, &in[0])
		oxalate := between(r, 0.05, 0.5)
		put(s, &in[0], "C2O4-2", oxalate)
		put(s, &in[0], "H+", 2*oxalate)
	}
	precipitator := func(name, oxalate string, feed inlets, bad ...unittest.Bad) kindCase {
		return kindCase{"oxalate_precipitator", unittest.Case{
			Name: "oxalate_precipitator_" + name, In: []string{"liquor"}, Out: []string{"liquor", "solid"}, Inlets: feed, Bad: bad,
			Config: chemistry + "[unit]\ntemperature = \"348.15 K\"\noxalate = \"" + oxalate + "\"\n[unit.recovery]\n" + fitted +
				"Nd = 0.8\nCa = \"20 %\"\nFe = 0.02\nAl = 0.01\n",
		}}
	}
	return []kindCase{
		precipitator("liquor", "liquor", oxalic,
			unittest.Bad{Name: "no source", Set: "unit.recovery.source=0.5", Want: "source"},
			unittest.Bad{Name: "class", Set: "unit.recovery.class=guess", Want: "class"},
			unittest.Bad{Name: "element", Set: "unit.recovery.Ndy=0.5", Want: `"Nd"`}),
		precipitator("virtual", "virtual source", func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { liquor(r, s, &in[0]) }),
		leach("leach_train", ""),
		leach("leach_train_settling", "residence_ratio = 32\n"),
		leach("leach_train_floating", "residence_ratio = 0.2\n"),
		section("forward"),
		section("backward"),
		isotherm(oxalic),
		roaster(),
		feedRoaster("counted", "product", "dust", "gas"),
		feedRoaster("left out", "product", "dust", "gas", "salts", "left_out"),
		calciner(),
		cell("NdPr", `"Pr", "Nd"`, "NdF3 = 0.70, PrF3 = 0.175, LiF = 0.125", "", "metal", "sludge", "gas", "fume"),
		cell("DyFe", `"Fe", "Dy"`, "DyF3 = 0.9, LiF = 0.1", "[unit.alloy]\niron = 0.2\n", "metal", "sludge", "gas", "fume", "anode", "fluoride", "iron"),
		hydrofluorinator(),
		hfScrubber(),
		lanthanothermic("excess", 1.1, 1.3),
		lanthanothermic("deficit", 0.3, 0.6),
		calciothermic("excess", 1.05, 1.3),
		calciothermic("deficit", 0.5, 0.95), calciothermicWeighed(),
	}
}

func isotherm(feed inlets) kindCase {
	return kindCase{"oxalate_precipitator", unittest.Case{
		Name: "oxalate_precipitator_isotherm", In: []string{"liquor"}, Out: []string{"liquor", "solid"}, Inlets: feed,
		Config: chemistry + "[unit]\ntemperature = \"348.15 K\"\noxalate = \"liquor\"\n[unit.recovery]\n" + fitted + "Ca = 1e-6\n[unit.isotherm]\n" + fitted +
			"Nd = { E = \"1.0103 g/L\", n = 2.419 }\nDy = { E = \"4.86 g/L\", n = 4.73 }\nAl = { E = \"50 g/L\", n = 0.9 }\n",
		Bad: []unittest.Bad{
			{Name: "both", Set: "unit.recovery.Nd=0.5", Want: "Nd has an isotherm and a recovery"},
			{Name: "no dose", Set: "unit.oxalate=virtual source", Want: "needs the dose"},
			{Name: "E", Set: "unit.isotherm.Nd.E=-1 g/L", Want: "isotherm.Nd.E"},
		},
	}}
}

func feedRoaster(so2 string, out ...string) kindCase {
	return kindCase{"feed_roaster", unittest.Case{
		Name: "feed_roaster_" + strings.ReplaceAll(so2, " ", "_"), In: []string{"solid", "gas", "liquid"}, Out: out,
		Config: `
[chemistry]
elements = ["Al", "Ca", "Fe", "Nd", "Dy", "S", "Cl"]
families = ["aqueous", "gangue", "mineral", "coal", "oxide", "refractory", "gas"]
[unit]
outlet_temperature = "600 degC"
product_recovery = 0.99
sulfur_dioxide = "` + so2 + `"
[unit.conversion]
` + fitted + `
"Al2Si2O5(OH)4(s)" = 1
"FeS2(s)" = 0.97
"CaCO3(s)" = "50 %"
[unit.release]
` + fitted + `
Nd = 0.67
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			for name, n := range map[string]float64{
				"coal_C(s)": 5, "coal_H(s)": 4, "coal_O(s)": 0.6, "coal_N(s)": 0.1, "coal_S(s)": 0.03, "Al2Si2O5(OH)4(s)": 0.4, "FeS2(s)": 0.3,
				"CaCO3(s)": 0.08, "SiO2(s)": 0.5, "Al2O3(s)": 0.01, "Nd2O3(s)": 1e-5, "refractory_Nd2O3(s)": 2e-5, "refractory_Dy2O3(s)": 2e-6,
			} {
				put(s, &in[0], name, n)
			}
			for i := range in[0].N {
				in[0].N[i] *= between(r, 0.5, 2)
			}
			in[0].T = between(r, 290, 310)
			in[1].T = between(r, 700, 1000)
			air := between(r, 100, 200)
			put(s, &in[1], "O2(g)", 0.21*air)
			put(s, &in[1], "N2(g)", 0.79*air)
			put(s, &in[2], "H2O", between(r, 0.1, 1))
			put(s, &in[2], "Cl-", between(r, 1e-3, 1e-2))
			in[2].T = between(r, 290, 310)
		},
		Bad: []unittest.Bad{
			{Name: "mineral", Set: "unit.conversion.CaCO4(s)=0.5", Want: "CaCO3(s)"},
			{Name: "no class", Set: "unit.conversion.class=good", Want: "class"},
			{Name: "not refractory", Set: "unit.release.Al=0.5", Want: "refractory"},
			{Name: "quirk", Set: "unit.sulfur_dioxide=lost", Want: "left out"},
			{Name: "too cold", Set: "unit.outlet_temperature=25 degC", Want: "outlet_temperature"},
		},
	}}
}

func leach(name, slip string) kindCase {
	return kindCase{"leach_train", unittest.Case{
		Name: name, In: []string{"liquid", "solid"}, Out: []string{"liquid", "solid"},
		Config: chemistry + "[unit]\ntanks = 2\nvolume = \"100 gal\"\n" + slip + "[unit.rate]\n" + fitted + `
Al = { A = 1.4967, B = "405.5 mol/kg/h" }
Fe = { A = 0.90295, B = "11.347 mol/kg/h" }
Ca = { A = 0.15974, B = "0.081845 mol/kg/h" }
Y = { A = 0.5807, B = "5.28612e-4 mol/kg/h" }
Nd = { A = 0.70295, B = "6.28994e-3 mol/kg/h" }
Dy = { A = 0.42809, B = "4.56708e-5 mol/kg/h" }
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			liquor(r, s, &in[0])
			refuse(r, s, &in[1])
			acid := between(r, 0.01, 0.04) // mol/s: where acid runs out, ln h is too steep for differences
			put(s, &in[0], "H+", 2*acid)
			put(s, &in[0], "SO4-2", acid)
		},
		Bad: []unittest.Bad{
			{Name: "tanks", Set: "unit.tanks=0", Want: "tanks"},
			{Name: "volume", Set: "unit.volume=0 L", Want: "volume"},
			{Name: "class", Set: "unit.rate.class=good", Want: "class"},
		},
	}}
}

func section(direction string) kindCase {
	return kindCase{"sx_section", unittest.Case{
		Name: "sx_section_" + direction, In: []string{"aqueous", "organic"}, Out: []string{"aqueous", "organic"},
		Config: chemistry + "[unit]\nstages = 3\naqueous = \"" + direction + `"
model = "D2EHPA-UKy"
aqueous_holdup = "50 L"
organic_holdup = "60 L"
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			liquor(r, s, &in[0])
			solvent(r, s, &in[1])
		},
		Bad: []unittest.Bad{
			{Name: "stages", Set: "unit.stages=0", Want: "stages"},
			{Name: "model", Set: "unit.model=D2EHPA-UK", Want: "D2EHPA-UKy"},
			{Name: "direction", Set: "unit.aqueous=forwards", Want: "forward"},
		},
	}}
}

func roaster() kindCase {
	return kindCase{"oxalate_roaster", unittest.Case{
		Name: "oxalate_roaster", In: []string{"solid", "liquid"}, Out: []string{"product", "dust", "gas"},
		Config: chemistry + `
[unit]
outlet_temperature = "873.15 K"
product_recovery = 0.95
[unit.gas]
flow = "7.81 mmol/s"
temperature = "1330 K"
fraction = { "O2(g)" = 0.1118, "H2O(g)" = 0.1005, "CO2(g)" = 0.0431, "N2(g)" = 0.7446 }
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			in[0].T = between(r, 290, 350)
			for _, symbol := range []string{"Al", "Ca", "Fe", "Y", "Nd", "Dy"} {
				e, _ := s.Element(symbol)
				in[0].N[s.InFamily("oxalate", e)] = between(r, 1e-9, 5e-5)
				in[0].N[s.InFamily("oxide", e)] = between(r, 1e-9, 1e-5)
			}
			put(s, &in[0], "SiO2(s)", between(r, 1e-9, 1e-5))
			liquor(r, s, &in[1])
			for i := range in[1].N {
				in[1].N[i] *= 1e-3
			}
		},
		Bad: []unittest.Bad{
			{Name: "sum", Set: "unit.gas.fraction.N2(g)=0.5", Want: "unit.gas.fraction"},
			{Name: "gas", Set: "unit.gas.fraction.CH4(g)=0", Want: "CH4(g)"},
			{Name: "too cold", Set: "unit.outlet_temperature=25 degC", Want: "outlet_temperature"},
		},
	}}
}

func calciner() kindCase {
	return kindCase{"calciner", unittest.Case{
		Name: "calciner", In: []string{"solid", "liquid", "gas"}, Out: []string{"product", "dust", "gas", "salts"},
		Config: strings.NewReplacer(`"Nd", "Dy"`, `"Ce", "Pr", "Nd", "Tb", "Dy"`, `"gas"]`, `"gas", "calcined", "carbonate", "hydroxide", "carbon_monoxide"]`).Replace(chemistry) + `
[unit]
outlet_temperature = "1173 K"
conversion = 0.98
co_burnt = 0.9
product_recovery = 0.95
`,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			for k := range in {
				in[k].T = between(r, 290, 350)
			}
			for _, symbol := range []string{"Al", "Ca", "Fe", "Y", "Ce", "Pr", "Nd", "Tb"} {
				e, _ := s.Element(symbol)
				for _, family := range []string{"oxalate", "carbonate", "hydroxide", "oxide"} {
					if i := s.InFamily(family, e); i >= 0 {
						in[0].N[i] = between(r, 1e-9, 5e-5)
					}
				}
			}
			put(s, &in[0], "SiO2(s)", between(r, 1e-9, 1e-5))
			liquor(r, s, &in[1])
			for i := range in[1].N {
				in[1].N[i] *= 1e-3
			}
			put(s, &in[2], "O2(g)", between(r, 1e-2, 1e-1))
			put(s, &in[2], "N2(g)", between(r, 1e-2, 1e-1))
		},
		Bad: []unittest.Bad{
			{Name: "too cold", Set: "unit.outlet_temperature=25 degC", Want: "outlet_temperature"},
			{Name: "conversion", Set: "unit.conversion=1.2", Want: "conversion"},
			{Name: "unknown", Set: "unit.co_burned=1", Want: "co_burnt"},
		},
	}}
}

func cell(name, elements, salts, alloy string, out ...string) kindCase {
	return kindCase{"electrolysis_cell", unittest.Case{
		Name: "electrolysis_cell_" + name, In: []string{"oxide", "air"}, Out: out,
		Config: `
[chemistry]
elements = ["F", ` + elements + `]
families = ["gangue", "oxide", "calcined", "metal", "fluoride", "electrode", "gas", "carbon_monoxide", "perfluorocarbon"]
[unit]
cells = 3
current = "4010 A"
heat_loss = "15 W/K"
[unit.bath]
mass = "250 kg"
salts = { ` + salts + ` }
[unit.anode]
radius = "0.22 m"
outer_radius = "0.30 m"
length = "0.8 m"
immersion = "0.58 m"
[unit.cathode]
radius = "0.06 m"
[unit.oxide]
[unit.efficiency]
[unit.gas]
[unit.pfc]
` + alloy,
		Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			demand := 3 * 5.2e-3 // mol/s of M2O3
			for i := range s.Components {
				c := &s.Components[i]
				switch {
				case c.Name == "Nd2O3(s)" || c.Name == "Dy2O3(s)":
					in[0].N[i] = demand * between(r, 1.1, 1.5)
				case c.Name == "Pr6O11(s)":
					in[0].N[i] = demand * between(r, 0.01, 0.05)
				}
			}
			put(s, &in[0], "SiO2(s)", demand*between(r, 1e-4, 1e-2))
			in[0].T = between(r, 290, 400)
			in[1].T = between(r, 290, 310)
			put(s, &in[1], "O2(g)", between(r, 0.21, 0.8))
			put(s, &in[1], "N2(g)", between(r, 0.79, 3))
		},
		Bad: []unittest.Bad{
			{Name: "salts", Set: "unit.bath.salts.LiF=0.5", Want: "add to"},
			{Name: "unknown salt", Set: "unit.bath.salts.KF=0", Want: "KF"},
			{Name: "no such parameter", Set: "unit.anode.exchnge=1 A/m2", Want: "exchange"},
			{Name: "solubility", Set: "unit.oxide.solubility=99", Want: "solubility"},
			{Name: "cells", Set: "unit.cells=0", Want: "cells"},
		},
	}}
}
