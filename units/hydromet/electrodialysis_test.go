package hydromet

import (
	"math"
	"slices"
	"testing"

	"reetwin/flowsheet"
)

// What the stack takes, against the pilot beside the two points its voltage line goes through: 1.9 kWh/kg of NaOH at 67 % and 300 A/m2.
func TestElectrodialysisPilot(t *testing.T) {
	sys := recycleSystem(t)
	for _, o := range []struct{ efficiency, density, energy, tolerance float64 }{
		{0.80, 200, 1.4, 0.005}, {0.63, 500, 2.6, 0.005}, // restate what the line was drawn through
		{0.67, 300, 1.9, 0.03},
	} {
		r := recycleRig(t, sys, NewElectrodialysis, "conversion = 0.5\nrectifier = 1\n", "salt", "acid", "base")
		r.u[splitEfficiency], r.u[splitDensity] = o.efficiency, o.density
		r.bring(0, map[string]float64{"Na+": 1000})
		r.bring(1, nil)
		r.bring(2, nil)
		r.solve(flowsheet.Stage{})
		r.near("energy", r.signal("energy")/3.6e6, o.energy, o.tolerance)
		r.near("power", r.signal("power"), r.signal("energy")*500*0.0399971, 1e-9)
		r.near("area", r.signal("area"), 96485.33*500/o.efficiency/o.density, 1e-6)
		// 55.8 kJ/mol of the power is in acid and base, the rest is cooled away
		r.near("cooling", r.signal("cooling"), r.signal("power")-500*55.83e3, 1e-3)
	}
}

// Half the salt ends as as many moles of acid and of base; what leaks makes both salty; hardness, strong acid and warm streams are named, and what cannot be is refused.
func TestElectrodialysisProducts(t *testing.T) {
	r := recycleRig(t, recycleSystem(t), NewElectrodialysis, "conversion = 0.5\nsalt_leakage = 0.1\nwater_transport = 5\n", "salt", "acid", "base")
	r.bring(0, map[string]float64{"Na+": 900, "K+": 100, "H+": 3, "SO4-2": 50, "Mg+2": 0.05})
	r.bring(1, nil)
	r.bring(2, nil)
	r.solve(flowsheet.Stage{})
	at := func(k int, name string) float64 { return r.out[k].N[r.index(name)] }
	for _, o := range []struct {
		k    int
		name string
		want float64
	}{
		{acidStream, "H+", 500}, {baseStream, "H+", -500}, {saltStream, "H+", 3},
		{baseStream, "Na+", 900 * 0.55}, {baseStream, "K+", 100 * 0.55}, {acidStream, "Na+", 900 * 0.05}, {saltStream, "Na+", 900 * 0.4},
		{saltStream, "Mg+2", 0.05}, {acidStream, "H2O", 1/0.018015*1000 + 2500},
	} {
		if got := at(o.k, o.name); math.Abs(got-o.want) > 2e-4*math.Abs(o.want) {
			t.Errorf("outlet %d: %g mol/s of %s, want %g", o.k, got, o.name, o.want)
		}
	}
	for k := range r.out {
		if z := r.sys.ChargeFlow(r.out[k].N); math.Abs(z) > 1e-9 {
			t.Errorf("outlet %d carries a charge of %g mol/s", k, z)
		}
	}
	if len(r.codes()) != 0 {
		t.Errorf("warnings %v", r.codes())
	}
	r.bring(0, map[string]float64{"Na+": 12000, "Ca+2": 5})
	r.in[1].T, r.in[0].T, r.u[splitWater] = 340, 340, 1
	r.solve(flowsheet.Stage{})
	codes := r.codes()
	if !slices.Contains(codes, "hardness") || len(codes) != 4 {
		t.Errorf("warnings %v", codes)
	}
	r.u[splitConversion], r.u[splitLeakage] = 0.95, 0.1
	r.fails("lower one of them")
	r.u[splitLeakage], r.u[splitWater] = 0, 50
	r.fails("water_transport")
	r.in[0].N[r.index("SiO2(s)")] = 1
	r.fails("filtered water only")
}
