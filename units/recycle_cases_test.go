package units_test

import (
	"math/rand/v2"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

const recycleChemistry = `
[chemistry]
elements = ["Na", "K", "Ca", "Mg", "Al", "Fe", "La", "Ce", "Pr", "Nd", "Tb", "Dy", "S", "Cl"]
families = ["aqueous", "water", "gangue", "oxide", "ash", "oxalate", "calcined", "hydroxide", "carbonate", "precipitate", "gas", "chlorine", "salt"]
`

// saltLiquor adds some 1 m3/h of the raffinate of a saponified chloride circuit: NaCl with a little acid and hardness.
func saltLiquor(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 320)
	flow := between(r, 0.5, 2) / 3600
	put(s, in, "H2O", flow/s.Components[s.Solvent(chem.Aqueous)].V)
	charge := 0.0
	for _, c := range []struct {
		name   string
		z      float64
		lo, hi float64 // mol/m3
	}{{"H+", 1, 1, 30}, {"Na+", 1, 200, 1500}, {"Ca+2", 2, 0.1, 5}, {"Mg+2", 2, 0.1, 5}, {"K+", 1, 1, 5}, {"Nd+3", 3, 0.01, 0.1}} {
		n := flow * between(r, c.lo, c.hi)
		put(s, in, c.name, n)
		charge += c.z * n
	}
	sulfate := flow * between(r, 0.1, 2)
	put(s, in, "SO4-2", sulfate)
	put(s, in, "Cl-", charge-2*sulfate)
}

// recycleCases are the units that bring reagents back.
func recycleCases() []kindCase {
	weak := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { // hydrochloric acid of 0.3 to 3 mol/L with salt
		saltLiquor(r, s, &in[0])
		acid := in[0].N[s.Solvent(chem.Aqueous)] * 0.018 * between(r, 0.3, 3)
		put(s, &in[0], "H+", acid)
		put(s, &in[0], "Cl-", acid)
	}
	first := func(feed func(*rand.Rand, *chem.System, *flowsheet.Stream)) inlets {
		return func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { feed(r, s, &in[0]) }
	}
	evaporator := func(name, config string, feed inlets, bad ...unittest.Bad) kindCase {
		return kindCase{"evaporator", unittest.Case{Name: "evaporator_" + name, In: []string{"1"}, Out: []string{"concentrate", "condensate"}, Inlets: feed,
			Config: recycleChemistry + "[unit]\n" + config, Bad: bad}}
	}
	oxides := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { // with a weak acid that comes back
		in[0].T, in[1].T = between(r, 290, 310), between(r, 290, 330)
		for _, name := range []string{"CeO2(s)", "Pr6O11(s)", "Tb4O7(s)", "Nd2O3(s)", "La2O3(s)", "Nd(OH)3(s)", "La2(CO3)3·8H2O(s)", "CaO(s)", "Ferrihydrite(s)", "SiO2(s)"} {
			put(s, &in[0], name, between(r, 1e-3, 1e-2))
		}
		put(s, &in[1], "H2O", between(r, 1, 5))
		acid := between(r, 0.01, 0.05)
		put(s, &in[1], "H+", acid)
		put(s, &in[1], "Cl-", acid)
	}
	ammoniaColumn := func(name, config string, feed inlets, bad ...unittest.Bad) kindCase {
		return kindCase{"ammonia_column", unittest.Case{Name: "ammonia_column_" + name, In: []string{"liquid", "gas"}, Out: []string{"liquid", "gas"}, Inlets: feed,
			Config: recycleChemistry[:len(recycleChemistry)-len("]\n")] + ", \"ammonia\"]\n[unit]\n" + config, Bad: bad}}
	}
	dissolver := func(name, config string, bad ...unittest.Bad) kindCase {
		return kindCase{"dissolver", unittest.Case{Name: "dissolver_" + name, In: []string{"1", "2"}, Out: []string{"out", "vent"}, Inlets: oxides,
			Config: recycleChemistry + "[unit]\n" + config, Bad: bad}}
	}
	crystalliser := func(name, config string, feed inlets, bad ...unittest.Bad) kindCase {
		return kindCase{"crystalliser", unittest.Case{Name: "crystalliser_" + name, In: []string{"1"}, Out: []string{"out"}, Inlets: feed,
			Config: recycleChemistry + "[unit]\n" + config, Bad: bad}}
	}
	return []kindCase{
		evaporator("acid", "water_recovery = \"60 %\"\ntemperature = \"100 degC\"\neffects = 3\n", weak,
			unittest.Bad{Name: "effects", Set: "unit.effects=0", Want: "effects"},
			unittest.Bad{Name: "drive", Set: "unit.drive=gas", Want: "compressor"},
			unittest.Bad{Name: "compressed effects", Set: "unit.drive=compressor", Want: "effects"}),
		evaporator("brine", "tenor = { \"Na+\" = \"95 g/L\" }\ntemperature = \"90 degC\"\ndrive = \"compressor\"\n", first(saltLiquor),
			unittest.Bad{Name: "volatile", Set: "unit.tenor.Cl=90 g/L", Want: "volatile"},
			unittest.Bad{Name: "unknown", Set: "unit.tenor.Nax=90 g/L", Want: "Na"},
			unittest.Bad{Name: "second", Set: "unit.tenor.Ca=90 g/L", Want: "leave the others out"},
			unittest.Bad{Name: "two levels", Set: "unit.water_recovery=0.5", Want: "give one"}),
		evaporator("ammonia", "water_recovery = \"20 %\"\ntemperature = \"95 degC\"\neffects = 2\n", func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			saltLiquor(r, s, &in[0])
			ammonia, lime := in[0].N[s.Solvent(chem.Aqueous)]*0.018*between(r, 0.1, 1), between(r, 0.7, 1.2)
			put(s, &in[0], "NH4+", ammonia)
			put(s, &in[0], "Cl-", ammonia)
			put(s, &in[0], "Ca+2", ammonia*lime/2)
			put(s, &in[0], "H+", -ammonia*lime)
		}),
		ammoniaColumn("strips", "stages = 8\ntemperature = \"80 degC\"\nefficiency = 0.6\n", func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			saltLiquor(r, s, &in[0])
			ammonia := in[0].N[s.Solvent(chem.Aqueous)] * 0.018 * between(r, 0.05, 1)
			put(s, &in[0], "NH4+", ammonia)
			put(s, &in[0], "Cl-", ammonia)
			put(s, &in[0], "Na+", 1.3*ammonia)
			put(s, &in[0], "H+", -1.3*ammonia)
			in[1].T = between(r, 350, 380)
			put(s, &in[1], "H2O(g)", in[0].N[s.Solvent(chem.Aqueous)]*between(r, 0.05, 0.2))
			put(s, &in[1], "N2(g)", between(r, 0.01, 0.1))
		}, unittest.Bad{Name: "stages", Set: "unit.stages=0", Want: "stages"},
			unittest.Bad{Name: "cold", Set: "unit.temperature=250 K", Want: "temperature"},
			unittest.Bad{Name: "efficiency", Set: "unit.efficiency=2", Want: "efficiency"},
			unittest.Bad{Name: "unknown", Set: "unit.pH=11", Want: "pH"}),
		ammoniaColumn("absorbs", "stages = 3\ntemperature = \"30 degC\"\n", func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			in[0].T, in[1].T = between(r, 290, 310), between(r, 300, 340)
			flow := between(r, 5, 20)
			put(s, &in[0], "H2O", flow)
			put(s, &in[0], "NH4+", 0.01*flow)
			put(s, &in[0], "Cl-", 0.01*flow)
			put(s, &in[1], "N2(g)", between(r, 5, 50))
			put(s, &in[1], "NH3(g)", 0.018*flow*between(r, 0.05, 0.3))
		}),
		dissolver("chlorine", "temperature = \"60 degC\"\npH = 1.5\ntenor = \"40 g/L\"\n",
			unittest.Bad{Name: "acid", Set: "unit.acid=H2SO4", Want: "HCl"},
			unittest.Bad{Name: "peroxide", Set: "unit.peroxide=2", Want: "reductant"},
			unittest.Bad{Name: "tenor", Set: "unit.tenor=40 g", Want: "tenor"}),
		dissolver("peroxide", "temperature = \"80 degC\"\npH = 1\nreductant = \"peroxide\"\nacid = \"HNO3\"\n[unit.conversion_of]\n"+fitted+"\"CeO2(s)\" = 0.8\n\"Nd2O3(s)\" = 0.97\n",
			unittest.Bad{Name: "solid", Set: "unit.conversion_of.Nd2O4(s)=0.5", Want: "Nd2O3(s)"},
			unittest.Bad{Name: "class", Set: "unit.conversion_of.class=good", Want: "class"}),
		crystalliser("oxalic_acid", "substance = \"oxalic acid\"\ntemperature = \"10 degC\"\n", func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			weak(r, s, in)
			oxalate := in[0].N[s.Solvent(chem.Aqueous)] * 0.018 * between(r, 0.3, 3)
			put(s, &in[0], "H+", 2*oxalate)
			put(s, &in[0], "C2O4-2", oxalate)
			put(s, &in[0], "H2C2O4·2H2O(s)", between(r, 0.01, 1)*oxalate)
		}, unittest.Bad{Name: "substance", Set: "unit.substance=oxalic", Want: "oxalic acid"}),
		crystalliser("salt", "substance = \"NaCl\"\ntemperature = \"40 degC\"\n", func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
			weak(r, s, in)
			put(s, &in[0], "NaCl(s)", in[0].N[s.Solvent(chem.Aqueous)]*0.018*between(r, 5, 10))
		}),
		{"coalescer", unittest.Case{Name: "coalescer", In: []string{"1"}, Out: []string{"water", "organic"}, Config: chemistry + "[unit]\nrecovery = 0.95\n",
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				solvent(r, s, &in[0])
				liquor(r, s, &in[0])
			},
			Bad: []unittest.Bad{{Name: "more than all", Set: "unit.recovery=1.1", Want: "recovery"}}}},
		{"acid_regenerator", unittest.Case{Name: "acid_regenerator", In: []string{"liquor", "gas"}, Out: []string{"acid", "oxide", "gas", "salts"},
			Config: recycleChemistry + "[unit]\ntemperature = \"700 degC\"\n",
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				weak(r, s, in)
				for name, z := range map[string]float64{"Fe+3": 3, "Fe+2": 2, "Al+3": 3, "Mg+2": 2} {
					n := in[0].N[s.Solvent(chem.Aqueous)] * 0.018 * between(r, 0.1, 1)
					put(s, &in[0], name, n)
					put(s, &in[0], "Cl-", z*n)
				}
				put(s, &in[1], "O2(g)", between(r, 1, 3))
				put(s, &in[1], "N2(g)", between(r, 4, 8))
			},
			Bad: []unittest.Bad{{Name: "too cold", Set: "unit.temperature=25 degC", Want: "temperature"}, {Name: "strength", Set: "unit.strength=60 %", Want: "strength"}}}},
		{"heat_exchanger", unittest.Case{Name: "heat_exchanger", In: []string{"in"}, Out: []string{"out"},
			Config: recycleChemistry + "[unit]\ntemperature = \"30 degC\"\n",
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				weak(r, s, in)
				put(s, &in[0], "Nd2O3(s)", between(r, 0.1, 1))
				put(s, &in[0], "N2(g)", between(r, 0.1, 1))
				in[0].T = between(r, 300, 370)
			},
			Bad: []unittest.Bad{{Name: "Celsius as kelvin", Set: "unit.temperature=30 K", Want: "temperature"}}}},
		{"electrodialysis", unittest.Case{Name: "electrodialysis", In: []string{"salt", "acid", "base"}, Out: []string{"salt", "acid", "base"},
			Config: recycleChemistry + "[unit]\nconversion = \"80 %\"\n",
			Inlets: func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
				saltLiquor(r, s, &in[0])
				for k := range in[1:] {
					in[k+1].T = between(r, 290, 310)
					put(s, &in[k+1], "H2O", between(r, 2, 30))
				}
				put(s, &in[1], "H+", 0.1)
				put(s, &in[1], "Cl-", 0.1)
				put(s, &in[2], "H+", -0.1)
				put(s, &in[2], "Na+", 0.1)
			},
			Bad: []unittest.Bad{
				{Name: "all", Set: "unit.conversion=1", Want: "conversion"},
				{Name: "voltage", Set: "unit.voltage=0.5 V", Want: "voltage"},
			}}},
	}
}
