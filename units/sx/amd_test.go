package sx_test

import (
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// configs/sx-amd.toml splits light from heavy, closes, and is lost 1 % to either side of its organic flow.
func TestLightFromHeavy(t *testing.T) {
	for _, c := range []struct {
		organic           string
		lightLo, heavyLo  float64 // purities at least
		lightHi, heavyHi  float64 // and at most
		lightYld, heavyYl float64 // recoveries at least
	}{
		{"1.208 m3/h", 0.9999, 0.9999, 1, 1, 0.999, 0.998},
		{"1.195 m3/h", 0.98, 0.9999, 0.998, 1, 0.999, 0.98},
		{"1.22 m3/h", 0.9999, 0.97, 1, 0.995, 0.97, 0.998},
	} {
		tree, err := conf.Load("../../configs/sx-amd.toml")
		if err != nil {
			t.Fatal(err)
		}
		if err := flowsheet.Override(tree, "sx.organic_flow="+c.organic); err != nil {
			t.Fatal(err)
		}
		p, err := flowsheet.Load(tree, units.Kinds())
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
		for _, b := range p.Balances().Plant {
			if !(b.Rel < 1e-10) {
				t.Errorf("%s: %s is open by %.2g", c.organic, b.Element, b.Rel)
			}
		}
		kpi := map[string]float64{}
		for _, k := range p.KPIs() {
			kpi[k.Name] = k.Value
		}
		within := func(name string, lo, hi float64) {
			if v, ok := kpi[name]; !ok || !(v >= lo && v <= hi) {
				t.Errorf("%s: %s is %.5g, want %g to %g", c.organic, name, v, lo, hi)
			}
		}
		within("light_purity", c.lightLo, c.lightHi)
		within("heavy_purity", c.heavyLo, c.heavyHi)
		within("light_recovery", c.lightYld, 1)
		within("heavy_recovery", c.heavyYl, 1)
	}
}
