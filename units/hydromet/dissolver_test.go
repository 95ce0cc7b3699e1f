package hydromet

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Oxides of every rare earth, as calcined, become a feed of the pH and tenor that are set; the acid is what stoichiometry says. Seed 4711, not used before.
func TestDissolverFeeds(t *testing.T) {
	sys := recycleSystem(t)
	dice := rand.New(rand.NewPCG(4711, 0))
	r := recycleRig(t, sys, NewDissolver, "temperature = \"60 degC\"\npH = 1\ntenor = \"40 g/L\"\nconversion = 0.98\n", "1", "2")
	for range 200 {
		protons := 0.0
		clear(r.in[0].N)
		for name, need := range map[string]float64{"La2O3(s)": 6, "CeO2(s)": 4, "Pr6O11(s)": 22, "Nd2O3(s)": 6, "Tb4O7(s)": 14, "Y2O3(s)": 6, "Nd(OH)3(s)": 3,
			"Dy2(CO3)3·8H2O(s)": 6, "CaO(s)": 2, "Fe2O3(s)": 6} {
			n := dice.Float64()
			r.in[0].N[r.index(name)] = n
			share := map[string]float64{"CeO2(s)": 0.1, "Tb4O7(s)": 0.9}[name]
			if share == 0 {
				share = 0.98
			}
			protons += need * share * n
		}
		clear(r.in[1].N)
		r.in[1].N[r.index("H2O")] = 10 * dice.Float64()
		r.u[1], r.u[2] = -0.3+2*dice.Float64(), 5+60*dice.Float64()
		r.solve(flowsheet.Stage{})
		r.near("pH", math.Pow(10, -r.signal("pH_out")), math.Pow(10, -r.u[1]), 1e-9)
		r.near("tenor", r.signal("tenor_out"), r.u[2], 1e-9)
		V := sys.PhaseVolume(chem.Aqueous, r.out[0].N)
		r.near("acid", r.out[dissolverAcid].N[r.index("Cl-")], protons+1000*math.Pow(10, -r.u[1])*V, 1e-9)
		if pH, ok := sys.PH(r.out[0].N); ok && math.Abs(pH-r.u[1]) > 1e-9 {
			t.Errorf("the stream's pH is %g, set %g", pH, r.u[1])
		}
		// chlorine is half a mole for each electron
		e := 0.1*r.in[0].N[r.index("CeO2(s)")] + 4*0.98*r.in[0].N[r.index("Pr6O11(s)")] + 2*0.9*r.in[0].N[r.index("Tb4O7(s)")]
		r.near("chlorine", r.out[dissolverVent].N[r.index("Cl2(g)")], e/2, 1e-9)
	}
}

// A liquor that is more dilute, or more acid, than is set is left alone, and says so; heats are those of the ions.
func TestDissolverValves(t *testing.T) {
	sys := recycleSystem(t)
	r := recycleRig(t, sys, NewDissolver, "temperature = \"25 degC\"\npH = 1\ntenor = \"40 g/L\"\nconversion = 1\n", "1", "2")
	r.in[0].N[r.index("Nd2O3(s)")] = 1
	r.bring(1, map[string]float64{"H+": 2})
	r.solve(flowsheet.Stage{})
	if !slices.Equal(r.codes(), []string{"not_dosed"}) || r.out[dissolverWater].N[r.index("H2O")] != 0 {
		t.Errorf("dilute: warnings %v", r.codes())
	}
	r.near("pH", r.signal("pH_out"), 1, 1e-9)
	r.near("heat", r.signal("heat.reaction"), -442e3, 0.003) // 2 Nd+3 − 442.0 kJ/mol, thermo_extra: La −478, Nd −442
	r.bring(1, map[string]float64{"H+": 2000})
	r.solve(flowsheet.Stage{})
	if codes := r.codes(); len(codes) != 2 || r.out[dissolverAcid].N[r.index("Cl-")] != 0 {
		t.Errorf("acid: warnings %v", codes)
	}
	weak := recycleRig(t, sys, NewDissolver, "temperature = \"25 degC\"\npH = -1\nstrength = 0.1\n", "1")
	weak.in[0].N[weak.index("Nd2O3(s)")] = 1
	weak.in[0].N[weak.index("H2O")] = 10
	weak.fails("not that strong")
}

// With peroxide cerium gives off oxygen; without it and without the family chlorine, or with nitric acid, the dissolver says what is missing.
func TestDissolverReduction(t *testing.T) {
	sys := recycleSystem(t)
	r := recycleRig(t, sys, NewDissolver, "temperature = \"60 degC\"\npH = 1\nacid = \"HNO3\"\nreductant = \"peroxide\"\nperoxide = 2\n[conversion_of]\nsource = \"test\"\nclass = \"assumed\"\n\"CeO2(s)\" = 0.8\n", "1")
	r.in[0].N[r.index("CeO2(s)")] = 1
	r.in[0].N[r.index("H2O")] = 100
	r.solve(flowsheet.Stage{})
	r.near("peroxide", r.out[dissolverPeroxide].N[r.index("H2O2")], 0.8, 1e-12)
	r.near("oxygen", r.out[dissolverVent].N[r.index("O2(g)")], 0.6, 1e-12)
	r.near("Ce", r.out[0].N[r.index("Ce+3")], 0.8, 1e-12)
	tree, err := conf.Parse("test", []byte("temperature = \"60 degC\"\npH = 1\nacid = \"HNO3\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewDissolver().Init(flowsheet.Env{System: sys, Param: tree.Root(), In: []string{"1"}}); err != nil {
		t.Fatal(err)
	}
	if err := tree.Err(); err == nil || !strings.Contains(err.Error(), "CeO2(s) takes electrons") || !strings.Contains(err.Error(), "family chlorine") {
		t.Errorf("%v", err)
	}
}
