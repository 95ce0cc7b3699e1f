package hydromet

import (
	"math"
	"testing"

	"reetwin/flowsheet"
)

func TestAshPools(t *testing.T) {
	r := ashRig(t, NewAshPools, "[pool]\nsource = \"test\"\nclass = \"assumed\"\nSi = { locked = 0.8 }\nREE = { labile = 0.05, locked = 0.65 }\nY = { locked = 0.5 }\n", []string{"1"}, []string{"out"})
	r.in[0].N[r.index("SiO2(s)")], r.in[0].N[r.index("Nd2O3(s)")], r.in[0].N[r.index("Y2O3(s)")] = 10, 2, 4
	r.in[0].N[r.index("Nd2O3(locked)(s)")] = 1
	r.solve(flowsheet.Stage{})
	for name, want := range map[string]float64{"SiO2(s)": 2, "SiO2(locked)(s)": 8, "Nd2O3(labile)(s)": 0.1, "Nd2O3(s)": 0.6, "Nd2O3(locked)(s)": 2.3,
		"Y2O3(s)": 2, "Y2O3(locked)(s)": 2, "Y2O3(labile)(s)": 0} {
		if got := r.out[0].N[r.index(name)]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, want)
		}
	}
	for i, h := range r.spec.Handles {
		if h.Name == "pool.REE.labile" {
			r.u[i] = 0.4
		}
	}
	r.fails("add to 1.05")
}

// By hand: of 3 mol/s glass silica and 1 of alumina the train opens what first order in two tanks says; the liquor's caustic falls by two per
// silica and two per alumina; rare earths follow the silica into the acid-soluble oxide.
func TestCausticDigester(t *testing.T) {
	r := ashRig(t, NewCausticDigester, "tanks = 2\nvolume = \"1 m3\"\nweir_time = \"1e-9 s\"\ntemperature = \"95 degC\"\n[rate]\nsource = \"test\"\nclass = \"assumed\"\n"+
		"at = \"75 degC\"\ncaustic = \"9.5 mol/L\"\nSi = { rate = \"1 1/h\", energy = \"52 kJ/mol\", order = 0 }\nAl = { rate = \"1 1/h\", energy = \"0 J/mol\", order = 0 }\n", []string{"1"}, []string{"slurry"})
	for name, n := range map[string]float64{"H2O": 50, "Na+": 10, "H+": -10, "SiO2(locked)(s)": 0.3, "Al2O3(locked)(s)": 0.1, "Nd2O3(locked)(s)": 1e-4,
		"SiO2(s)": 1, "Mullite(s)": 0.1, "Nd2O3(s)": 1e-4, "Fe2O3(locked)(s)": 0.01} {
		r.in[0].N[r.index(name)] = n
	}
	r.solve(flowsheet.Stage{Cold: true})
	n := r.out[0].N
	theta := func(k int) float64 { // of a tank, by what it holds of an inert
		for i, v := range r.spec.States {
			if v.Name == []string{"tank1.Mullite(s)", "tank2.Mullite(s)"}[k] {
				return r.x[i] / 0.1
			}
		}
		t.Fatal("no mullite")
		return 0
	}
	opened := func(perHour float64) float64 {
		k := perHour / 3600
		return 1 - 1/(1+k*theta(0))/(1+k*theta(1))
	}
	silica := opened(math.Exp(52000 / gasConstant * (1/348.15 - 1/368.15)))
	for _, c := range []struct {
		name string
		want float64
	}{
		{"H4SiO4", 0.3 * silica}, {"Al+3", 0.2 * opened(1)}, {"Nd2O3(s)", 1e-4 * (1 + silica)}, {"Fe2O3(s)", 0.01 * silica}, {"SiO2(s)", 1}, {"Mullite(s)", 0.1},
	} {
		if got := n[r.index(c.name)]; math.Abs(got/c.want-1) > 1e-9 {
			t.Errorf("%s: %.9g mol/s, want %.9g", c.name, got, c.want)
		}
	}
	if use, want := r.signal("caustic_use"), 2*n[r.index("H4SiO4")]+n[r.index("Al+3")]; math.Abs(use/want-1) > 1e-9 {
		t.Errorf("caustic used: %.9g mol/s, want %.9g", use, want)
	}
}

// Caustic that runs out stops the digestion, and the unit says so.
func TestCausticDigesterRunsOut(t *testing.T) {
	r := ashRig(t, NewCausticDigester, "tanks = 1\nvolume = \"10 m3\"\ntemperature = \"95 degC\"\n[rate]\nsource = \"test\"\nclass = \"assumed\"\n"+
		"at = \"75 degC\"\ncaustic = \"9.5 mol/L\"\nSi = { rate = \"1 1/h\", energy = \"52 kJ/mol\" }\nAl = { rate = \"1 1/h\", energy = \"52 kJ/mol\" }\n", []string{"1"}, []string{"slurry"})
	for _, soda := range []float64{2, 0.2, 1e-3, 0} {
		for name, n := range map[string]float64{"H2O": 50, "Na+": soda, "H+": -soda, "SiO2(locked)(s)": 1} {
			r.in[0].N[r.index(name)] = n
		}
		r.solve(flowsheet.Stage{Cold: true})
		dissolved := r.out[0].N[r.index("H4SiO4")]
		_, said := r.warned("caustic_exhausted")
		if 2*dissolved > soda*(1+1e-9) || soda < 0.01 && !said || soda == 2 && said {
			t.Errorf("%g mol/s of caustic: %g mol/s of silica, warned %v", soda, dissolved, said)
		}
	}
}

func TestHeap(t *testing.T) {
	table := "days = \"100 d\"\nmoisture = \"0.1 L/kg\"\n[extraction]\nsource = \"test\"\nclass = \"assumed\"\nNd = { maximum = 0.3, rate = \"0.02 1/d\" }\n"
	r := ashRig(t, NewHeap, table, []string{"1"}, []string{"liquor", "residue"})
	for name, n := range map[string]float64{"H2O": 50, "H+": 1, "Cl-": 1, "SiO2(s)": 10, "Nd2O3(s)": 0.01} {
		r.in[0].N[r.index(name)] = n
	}
	r.solve(flowsheet.Stage{})
	X := 0.3 * (1 - math.Exp(-2))
	if got := r.out[heapResidue].N[r.index("Nd2O3(s)")]; math.Abs(got-0.01*(1-X)) > 1e-12 {
		t.Errorf("left %g, want %g", got, 0.01*(1-X))
	}
	if got, want := r.signal("mean.Nd"), 0.3*(1-(1-math.Exp(-2))/2); math.Abs(got-want) > 1e-12 {
		t.Errorf("mean over the lifts %g, want %g", got, want)
	}
	acid := r.out[heapLiquor].N[r.index("H+")] + r.out[heapResidue].N[r.index("H+")]
	if want := 1 - 6*0.01*X; math.Abs(acid-want) > 1e-12 {
		t.Errorf("acid %g, want %g", acid, want)
	}
	r.in[0].N[r.index("H+")] = 0.001
	r.fails("takes 0.01")
	r.in[0].N[r.index("H+")], r.in[0].N[r.index("H2O")] = 1, 1
	r.fails("nothing drains")
}
