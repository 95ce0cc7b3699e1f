package units_test

import (
	"math/rand/v2"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/unittest"
)

const waterChemistry = `
[chemistry]
elements = ["Al", "Ca", "Mg", "Fe", "Mn", "Na", "K", "S", "Cl", "F", "Zn", "Th", "U", "Y", "La", "Nd", "Dy"]
families = ["aqueous", "water", "gangue", "oxalate", "hydroxide", "precipitate", "sorbed", "gas"]
`

// mineWater adds some 60 L/s of acid mine drainage, neutral in charge; sulfate closes it.
func mineWater(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 280, 300)
	flow := between(r, 30, 120) / 1000 // m3/s
	put(s, in, "H2O", flow/s.Components[s.Solvent(chem.Aqueous)].V)
	charge := 0.0
	for _, c := range []struct {
		name   string
		z      float64
		lo, hi float64 // mol/m3
	}{
		{"H+", 1, 0.5, 3}, {"Al+3", 3, 0.5, 5}, {"Fe+3", 3, 0.05, 2}, {"Fe+2", 2, 0.05, 2}, {"Mn+2", 2, 0.05, 0.5}, {"Ca+2", 2, 3, 9},
		{"Mg+2", 2, 1, 6}, {"Na+", 1, 0.3, 3}, {"K+", 1, 0.03, 0.2}, {"Zn+2", 2, 0.005, 0.1}, {"F-", -1, 0.01, 0.1}, {"Cl-", -1, 0.1, 1},
		{"H4SiO4", 0, 0.1, 0.6}, {"Th+4", 4, 1e-6, 1e-5}, {"UO2+2", 2, 1e-6, 1e-5}, {"CO3-2", -2, 0.01, 0.3}, {"NO3-", -1, 0.01, 0.1},
		{"Y+3", 3, 3e-4, 1e-2}, {"La+3", 3, 1e-4, 5e-3}, {"Nd+3", 3, 2e-4, 5e-3}, {"Dy+3", 3, 5e-5, 2e-3},
	} {
		n := flow * between(r, c.lo, c.hi)
		put(s, in, c.name, n)
		charge += c.z * n
	}
	put(s, in, "SO4-2", charge/2)
}

// preconcentrate adds the wet hydroxides that a neutraliser made of some 60 L/s.
func preconcentrate(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 285, 300)
	put(s, in, "H2O", between(r, 20, 60))
	for _, c := range []struct {
		name   string
		lo, hi float64 // mol/s
	}{
		{"Al(OH)3(am)(s)", 0.01, 0.1}, {"Fe(OH)3(a)(s)", 0.001, 0.02}, {"Nd(OH)3(s)", 1e-5, 3e-4}, {"Y(OH)3(am)(s)", 1e-5, 3e-4},
		{"La(OH)3(s)", 1e-5, 1e-4}, {"Dy(OH)3(s)", 3e-6, 1e-4}, {"Zn(OH)2(am)(s)", 1e-4, 1e-3}, {"Portlandite(s)", 1e-4, 3e-3},
		{"SiO2(s)", 1e-4, 1e-2},
	} {
		put(s, in, c.name, between(r, c.lo, c.hi))
	}
	sulfate := between(r, 0.005, 0.02)
	put(s, in, "SO4-2", sulfate)
	put(s, in, "Ca+2", sulfate)
}

// strip adds some 100 L/h of a chloride liquor rich in rare earths, with the iron, aluminium and calcium that follow them.
func strip(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 320)
	flow := between(r, 50, 200) / 3.6e6
	put(s, in, "H2O", flow/s.Components[s.Solvent(chem.Aqueous)].V)
	charge := 0.0
	for _, c := range []struct {
		name   string
		z      float64
		lo, hi float64
	}{
		{"H+", 1, 10, 80}, {"Al+3", 3, 3, 60}, {"Fe+3", 3, 1, 10}, {"Ca+2", 2, 1, 20}, {"Y+3", 3, 0.5, 5}, {"La+3", 3, 0.3, 3}, {"Nd+3", 3, 0.5, 5}, {"Dy+3", 3, 0.1, 1},
	} {
		n := flow * between(r, c.lo, c.hi)
		put(s, in, c.name, n)
		charge += c.z * n
	}
	put(s, in, "Cl-", charge)
}

// single adds some 100 L/h of the strip liquor of one rare earth: 0.1 to 0.3 mol/L, with 0.1 to 3 mol/L of free HCl.
func single(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 320)
	flow := between(r, 50, 200) / 3.6e6
	put(s, in, "H2O", flow/s.Components[s.Solvent(chem.Aqueous)].V)
	charge := 0.0
	for _, c := range []struct {
		name   string
		z      float64
		lo, hi float64
	}{{"H+", 1, 100, 3000}, {"Nd+3", 3, 100, 300}, {"La+3", 3, 0.01, 0.3}, {"Dy+3", 3, 0.01, 0.3}, {"Ca+2", 2, 0.1, 1}, {"Na+", 1, 1, 20}} {
		n := flow * between(r, c.lo, c.hi)
		put(s, in, c.name, n)
		charge += c.z * n
	}
	put(s, in, "Cl-", charge)
}

// waterCases are the units that rest on the aqueous equilibrium.
func waterCases() []kindCase {
	first := func(feed func(*rand.Rand, *chem.System, *flowsheet.Stream)) inlets {
		return func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { feed(r, s, &in[0]) }
	}
	neutraliser := func(name, config string, bad ...unittest.Bad) kindCase {
		return kindCase{"neutraliser", unittest.Case{Name: "neutraliser_" + name, In: []string{"1"}, Out: []string{"out"}, Inlets: first(mineWater),
			Config: waterChemistry + "[unit]\n" + config, Bad: bad}}
	}
	oxidation := func(name, config string, feed inlets, bad ...unittest.Bad) kindCase {
		return kindCase{"oxidation_tank", unittest.Case{Name: "oxidation_tank_" + name, In: []string{"1"}, Out: []string{"out"}, Inlets: feed,
			Config: waterChemistry + "[unit]\n" + config, Bad: bad}}
	}
	acid := first(mineWater)
	neutral := func(r *rand.Rand, s *chem.System, in []flowsheet.Stream) { // some pH 6 to 9: caustic was dosed before
		mineWater(r, s, &in[0])
		h, _ := s.Index("H+")
		al, _ := s.Index("Al+3")
		fe, _ := s.Index("Fe+3")
		base := in[0].N[h] + 3*in[0].N[al] + 3*in[0].N[fe] + in[0].N[al]*between(r, 0.03, 1)
		put(s, &in[0], "Na+", base)
		put(s, &in[0], "H+", -base)
	}
	return []kindCase{
		neutraliser("lime", "reagent = \"Ca(OH)2\"\npH = 8.0\n",
			unittest.Bad{Name: "reagent", Set: "unit.reagent=Ca(HO)2", Want: "Ca(OH)2"},
			unittest.Bad{Name: "both", Set: "unit.dose=1 kg/m3", Want: "give one"},
			unittest.Bad{Name: "solid", Set: `unit.solids=["Gypsun"]`, Want: "Gypsum"},
			unittest.Bad{Name: "no element", Set: `unit.solids=["Ni(OH)2"]`, Want: "Ni(OH)2"},
			unittest.Bad{Name: "strength of a solid", Set: "unit.strength=0.3", Want: "strength"}),
		neutraliser("caustic_open", "reagent = \"NaOH\"\nstrength = \"20 %\"\npH = 9.5\nco2 = \"40 Pa\"\n"),
		neutraliser("limestone_dose", "reagent = \"CaCO3\"\ndose = \"0.4 kg/m3\"\nco2 = \"300 Pa\"\n"),
		neutraliser("soda_ash", "reagent = \"Na2CO3\"\npH = 7.5\n"),
		neutraliser("ammonia", "reagent = \"NH3\"\nstrength = \"29 %\"\npH = 8.5\n",
			unittest.Bad{Name: "strength", Set: "unit.strength=0", Want: "strength"}),
		neutraliser("sorption", "reagent = \"NaOH\"\npH = 6.5\nsorption = true\n",
			unittest.Bad{Name: "no surface", Set: `unit.solids=["Gypsum"]`, Want: "surface"}),
		neutraliser("sorption_dose", "reagent = \"Ca(OH)2\"\ndose = \"0.4 kg/m3\"\nsorption = true\nsolids = [\"Fe(OH)3(a)\", \"Basaluminite\", \"Gypsum\"]\n"),
		neutraliser("closed_valve", "reagent = \"H2SO4\"\nstrength = \"93 %\"\npH = 6.0\n"),
		oxidation("air", "volume = \"200 m3\"\n", neutral),
		oxidation("sorption", "volume = \"200 m3\"\nsorption = true\n", neutral),
		oxidation("peroxide", "volume = \"100 m3\"\nkLa = \"20 1/h\"\npressure = \"0.95 bar\"\nperoxide = \"30 g/m3\"\n", acid,
			unittest.Bad{Name: "volume", Set: "unit.volume=0 L", Want: "volume"},
			unittest.Bad{Name: "pressure", Set: "unit.pressure=1 Pa", Want: "pressure"}),
		{"releach", unittest.Case{Name: "releach", In: []string{"cake"}, Out: []string{"out"}, Inlets: first(preconcentrate),
			Config: waterChemistry + "[unit]\nreagent = \"HCl\"\nstrength = \"35 %\"\npH = 2.5\n",
			Bad:    []unittest.Bad{{Name: "base", Set: "unit.reagent=NaOH", Want: "HCl"}}}},
		{"releach", unittest.Case{Name: "releach_sit", In: []string{"cake"}, Out: []string{"out"}, Inlets: first(preconcentrate),
			Config: waterChemistry + "[unit]\nreagent = \"H2SO4\"\nstrength = \"93 %\"\npH = 1.5\nactivity = \"sit\"\n",
			Bad:    []unittest.Bad{{Name: "activity", Set: "unit.activity=pitzer", Want: "davies"}}}},
		{"equilibrium_precipitator", unittest.Case{Name: "equilibrium_precipitator_oxalate", In: []string{"liquor"}, Out: []string{"out"}, Inlets: first(strip),
			Config: waterChemistry + "[unit]\nreagent = \"H2Ox\"\ndose = \"20 kg/m3\"\n",
			Bad:    []unittest.Bad{{Name: "no level", Set: "unit.dose=-1 kg/m3", Want: "dose"}}}},
		{"equilibrium_precipitator", unittest.Case{Name: "equilibrium_precipitator_ratio", In: []string{"liquor"}, Out: []string{"out"}, Inlets: first(single),
			Config: waterChemistry + "[unit]\nreagent = \"H2Ox\"\nratio = 1.3\nactivity = \"sit\"\nstrength = \"10 %\"\n",
			Bad: []unittest.Bad{
				{Name: "both", Set: "unit.dose=1 kg/m3", Want: "give one"},
				{Name: "no anion", Set: "unit.reagent=NaOH", Want: "brings neither"},
			}}},
	}
}
