package pyromet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

const reduction = "cycle_time = \"12 h\"\ntemperature = \"1500 degC\"\nrefining_temperature = \"1420 degC\"\nrefining_time = \"20 min\"\narea = \"0.02 m2\"\n"

// dysprosium is a furnace with 20 kg of DyF3 a cycle and so many times the calcium that it takes.
func dysprosium(t testing.TB, calcium float64) *batch {
	b := newBatch(t, NewCalciothermic(), reduction)
	n := 20 / b.mass("DyF3(s)") / (12 * 3600)
	b.in[0].N[b.at("DyF3(s)")] = n
	b.in[1].N[b.at("Ca(s)")] = 1.5 * n * calcium
	return b
}

// What a kilogram of metal takes, and where a charge with 10 % excess ends without furnace (published table of calcium reduction, computed
// there from the same data: ±5 K). A furnace is needed for all: none reaches the melting point of CaF2 from cold.
func TestCalciothermicTable(t *testing.T) {
	for _, c := range []struct {
		metal                   string
		calcium, fluoride, lime float64
		heat                    float64    // kWh/kg to 1773 K
		T                       [3]float64 // K, from 298.15, 900 and 1100 K
	}{
		{"Gd", 0.3823, 1.3624, 0.7448, 0.34, [3]float64{1157, 1538, 1638}}, {"Tb", 0.3783, 1.3586, 0.7369, 0.34, [3]float64{1165, 1560, 1643}},
		{"Dy", 0.3700, 1.3507, 0.7207, 0.32, [3]float64{1214, 1604, 1685}}, {"Ho", 0.3645, 1.3456, 0.7101, 0.33, [3]float64{1140, 1541, 1682}},
		{"Er", 0.3594, 1.3408, 0.7002, 0.31, [3]float64{1120, 1529, 1672}}, {"Lu", 0.3436, 1.3257, 0.6693, 0.24, [3]float64{1295, 1673, 1691}},
		{"Y", 0.6762, 1.6411, 1.3173, 0.62, [3]float64{1092, 1502, 1646}}, {"Nd", 0.4168, 1.3951, 0.8119, 0.34, [3]float64{1251, 1605, 1691}},
	} {
		b := newBatch(t, NewCalciothermic(), reduction)
		b.in[0].N[b.at(c.metal+"F3(s)")] = 1e-3
		b.in[1].N[b.at("Ca(s)")] = 1.65e-3
		M := b.mass(c.metal + "(s)")
		for _, k := range []struct {
			name       string
			n, kg_want float64
		}{{"Ca(s)", 1.5, c.calcium}, {c.metal + "F3(s)", 1, c.fluoride}, {"CaF2(s)", 1.5, c.lime}} {
			if got := k.n * b.mass(k.name) / M; math.Abs(got-k.kg_want) > 2e-4 {
				t.Errorf("%s: %s %.4f kg/kg, published %g", c.metal, k.name, got, k.kg_want)
			}
		}
		for i, T0 := range []float64{298.15, 900, 1100} {
			b.in[0].T, b.in[1].T = T0, T0
			b.solve()
			if i == 0 { // the published heat is that of a complete reaction
				r, err := b.unit.(*Calciothermic).lib.Parse(c.metal + "F3(cd) + 3/2 Ca(cd) = " + c.metal + "(cd) + 3/2 CaF2(cd)")
				if err != nil {
					t.Fatal(err)
				}
				v := r.NewValues()
				r.At(1773.15, v)
				left := b.out[0].N[b.at(c.metal+"F3(s)")] + b.out[1].N[b.at(c.metal+"F3(s)")]
				if q := (b.signal("heat.reduction") + left*v.H) / (1e-3 * M) / 3.6e6; math.Abs(q-c.heat) > 0.006 {
					t.Errorf("%s: %.4f kWh/kg to 1773 K, published %g", c.metal, q, c.heat)
				}
			}
			if T := b.signal("adiabatic_temperature"); math.Abs(T-c.T[i]) > 5 {
				t.Errorf("%s from %g K: %.1f K, published %g", c.metal, T0, T, c.T[i])
			}
		}
	}
}

// Yttrium: with a tenth more calcium than it takes 96.8 % is reduced (ln K 6.9 ± 1.5 at 1500 °C: 91 to 99 %), practice has yields above 95 %
// before what slag holds back as drops. The entropy recalled for YF3 before, 110 J/(mol K), left 15 % of it as fluoride.
func TestYttriumReduced(t *testing.T) {
	b := newBatch(t, NewCalciothermic(), reduction)
	b.in[0].N[b.at("YF3(s)")] = 1e-3
	b.in[1].N[b.at("Ca(s)")] = 1.65e-3
	b.solve()
	left := (b.out[0].N[b.at("YF3(s)")] + b.out[1].N[b.at("YF3(s)")]) / 1e-3
	if left < 0.03 || left > 0.034 {
		t.Errorf("%.4f of YF3 left: the data have changed, so say so here, in DESIGN.md and docs/metals.md", left)
	}
	if w := b.warnings()["fluoride_left"]; w.Where != "YF3(s)" || math.Abs(w.Value-left) > 1e-9 {
		t.Errorf("warning %+v", w)
	}
}

// The two melts are in equilibrium: the constant computed from the outlets before drops part is that of the reaction, for each metal.
func TestCalciothermicEquilibrium(t *testing.T) {
	for _, calcium := range []float64{0.6, 0.98, 1, 1.1, 1.5} {
		b := newBatch(t, NewCalciothermic(), reduction+"calcium_in_metal = 0\nfluoride_in_metal = 0\nmetal_in_slag = 0\nslag_in_metal = 0\n")
		b.set("refining_time", 0)
		for _, name := range []string{"DyF3(s)", "TbF3(s)", "YF3(s)"} {
			b.in[0].N[b.at(name)] = 1e-3
		}
		b.in[1].N[b.at("Ca(s)")] = 4.5e-3 * calcium
		b.solve()
		metal, slag := b.out[0].N, b.out[1].N
		total := func(n []float64) (sum float64) {
			for _, v := range n {
				sum += v
			}
			return sum
		}
		for _, symbol := range []string{"Dy", "Tb", "Y"} {
			r, err := b.unit.(*Calciothermic).lib.Parse(symbol + "F3(cd) + 3/2 Ca(cd) = " + symbol + "(cd) + 3/2 CaF2(cd)")
			if err != nil {
				t.Fatal(err)
			}
			v := r.NewValues()
			r.At(1773.15, v)
			lnK := math.Log(metal[b.at(symbol+"(s)")]/total(metal)) - math.Log(slag[b.at(symbol+"F3(s)")]/total(slag)) +
				1.5*math.Log(slag[b.at("CaF2(s)")]/slag[b.at("Ca(s)")])
			if math.Abs(lnK-v.LnK()) > 1e-8 {
				t.Errorf("%s with %g calcium: ln K %.10g, of the reaction %.10g", symbol, calcium, lnK, v.LnK())
			}
		}
	}
}

// A calcium deficit shows in yield and in fluoride in the metal, both without a step, and the warning has the number.
func TestCalciumDeficit(t *testing.T) {
	yield, fluorine := 2.0, 0.0
	for _, calcium := range []float64{1.15, 1.1, 1.05, 1, 0.95, 0.9, 0.8, 0.7} {
		b := dysprosium(t, calcium)
		b.solve()
		y, f := b.signal("yield.Dy"), b.signal("metal.F")
		if y >= yield || f <= fluorine {
			t.Errorf("calcium %g: yield %g after %g, fluorine %g after %g", calcium, y, yield, f, fluorine)
		}
		w, short := b.warnings()["calcium_deficit"]
		if short != (calcium < 1) || short && math.Abs(w.Value-(calcium-1)) > 1e-12 {
			t.Errorf("calcium %g: warning %+v", calcium, w)
		}
		if math.Abs(b.signal("calcium_excess")-(calcium-1)) > 1e-12 {
			t.Errorf("calcium %g: excess %g", calcium, b.signal("calcium_excess"))
		}
		yield, fluorine = y, f
	}
	with, without := dysprosium(t, 1.1), dysprosium(t, 0.8)
	with.solve()
	without.solve()
	if y := without.signal("yield.Dy"); y > 0.8 || y < 0.7 {
		t.Errorf("yield %g with 0.8 of the calcium", y)
	}
	if a, b := with.signal("metal.F"), without.signal("metal.F"); b < 3*a || a > 1e-3 {
		t.Errorf("fluorine %g, with 0.8 of the calcium %g", a, b)
	}
}

// Calcium held on what fluoride takes is met to the solver's tolerance: 6e-12 too little is rounding and no warning, 1e-7 is a deficit.
func TestCalciumDeficitIsNoRounding(t *testing.T) {
	for short, want := range map[float64]bool{-6e-12: false, 6e-12: false, 1e-9: false, 1e-7: true, 1e-3: true} {
		b := dysprosium(t, 1-short)
		b.solve()
		if w, ok := b.warnings()["calcium_deficit"]; ok != want {
			t.Errorf("%g too little calcium: warning %+v", short, w)
		}
	}
}

// Practice: yield 95 to 98 % before what refining takes, and calcium that vacuum strips; dysprosium itself evaporates.
func TestCalciothermicRefining(t *testing.T) {
	b := dysprosium(t, 1.1)
	b.set("refining_time", 0)
	b.solve()
	crude := b.signal("metal.Ca")
	if y := b.signal("yield.Dy"); y < 0.95 || y > 0.98 {
		t.Errorf("yield %g, practice 0.95 to 0.98", y)
	}
	if crude < 1e-3 || crude > 5e-3 {
		t.Errorf("crude metal with %g Ca", crude)
	}
	if w := b.warnings()["residual_calcium"]; w.Value != crude || w.Limit != 2e-4 {
		t.Errorf("warning %+v", w)
	}
	b.set("refining_time", 1800)
	b.solve()
	if n := b.out[0].N[b.at("Ca(s)")]; n > 1e-6*b.out[2].N[b.at("Ca(s)")] {
		t.Errorf("refined metal with %g mol/s Ca", n)
	}
	loss := b.out[2].N[b.at("Dy(s)")] / (b.out[0].N[b.at("Dy(s)")] + b.out[2].N[b.at("Dy(s)")])
	// p = 84 Pa at 1420 °C by its own formula: flux p/sqrt(2 pi M R T) times a tenth of the area and half an hour, over the charge
	T, M := 1693.15, b.mass("Dy(s)")
	p := b.unit.(*Calciothermic).vapours[b.at("Dy(s)")]
	pa, _, _, _ := p.At(T)
	mol := 12 * 3600 * (b.out[0].N[b.at("Dy(s)")] + b.out[2].N[b.at("Dy(s)")])
	want := 0.1 * 0.02 * pa / math.Sqrt(2*math.Pi*M*8.314462618*T) * (1800 - b.signal("skin_time")) / mol
	if math.Abs(loss/want-1) > 0.05 {
		t.Errorf("refining takes %g of Dy, by the flux from pure metal %g", loss, want)
	}
	b.set("refining_time", 30*86400)
	b.solve() // a month evaporates all, and says so
	if w := b.warnings()["metal_evaporates"]; w.Value != 1 || b.out[0].N[b.at("Dy(s)")] != 0 || math.IsNaN(b.signal("metal.F")) {
		t.Errorf("after 30 days %g mol/s of Dy, F %g: %+v", b.out[0].N[b.at("Dy(s)")], b.signal("metal.F"), w)
	}
}

// The exact refining equals a fine march of the same equations.
func TestRefiningMarch(t *testing.T) {
	b := dysprosium(t, 1.1)
	b.set("refining_time", 0)
	b.in[0].N[b.at("TbF3(s)")] = b.in[0].N[b.at("DyF3(s)")]
	b.solve()
	u := b.unit.(*Calciothermic)
	n, k := make([]float64, len(u.hot)), make([]float64, len(u.hot))
	for i := range n {
		n[i] = 12 * 3600 * u.hot[i].v
		k[i] = u.rate(i).v
	}
	const steps = 200000
	b.set("refining_time", 7200)
	b.solve()
	bare := 7200 - b.signal("skin_time") // when the slag has gone
	for range steps {
		N := 0.0
		for _, v := range n {
			N += v
		}
		for i := range n {
			n[i] *= math.Exp(-k[i] / N * bare / steps)
		}
	}
	for _, name := range []string{"Dy(s)", "Tb(s)", "Ca(s)"} {
		if got := 12 * 3600 * b.out[0].N[b.at(name)]; math.Abs(got-n[b.at(name)]) > 1e-5*n[b.at(name)]+1e-12 {
			t.Errorf("%s %.8g mol, marched %.8g", name, got, n[b.at(name)])
		}
	}
}

// The slag that metal carries evaporates before the metal does: F falls with time until it has gone, nothing else leaves, and the time it takes is that of the
// flux from its own melt, Σ n sqrt(2π M R T)/(evaporation area p°).
func TestSkinEvaporates(t *testing.T) {
	b := dysprosium(t, 1.1)
	b.set("refining_time", 0)
	b.solve()
	skin, crude := b.signal("skin_time"), b.signal("metal.F")
	want := 0.0
	c := b.unit.(*Calciothermic)
	for _, name := range []string{"CaF2(s)", "DyF3(s)"} {
		i := b.at(name)
		p, _, _, covered := c.vapours[i].At(1693.15)
		if !covered || p < 1 || p > 100 {
			t.Errorf("%s at 1420 °C: %g Pa", name, p)
		}
		carried := 0.001 / 0.999 * b.out[1].N[i] // slag_in_metal of the slag before it parts
		want += carried * 12 * 3600 * math.Sqrt(2*math.Pi*b.mass(name)*8.314462618*1693.15) / (0.1 * 0.02 * p)
	}
	if math.Abs(skin/want-1) > 1e-9 || skin < 300 || skin > 1500 {
		t.Errorf("skin_time %g s, want %g", skin, want)
	}
	last := crude
	for _, share := range []float64{0.3, 0.6, 0.95} {
		b.set("refining_time", share*skin)
		b.solve()
		if f := b.signal("metal.F"); f >= last || b.out[2].N[b.at("Dy(s)")] != 0 || b.out[2].N[b.at("Ca(s)")] != 0 {
			t.Errorf("after %g of skin_time %g F, before %g; condensate %g Dy", share, f, last, b.out[2].N[b.at("Dy(s)")])
		} else {
			last = f
		}
		if w := b.warnings()["slag_left"]; w.Limit != skin {
			t.Errorf("warning %+v", w)
		}
	}
	b.set("refining_time", 1.001*skin)
	b.solve()
	if w, there := b.warnings()["slag_left"]; there || b.out[0].N[b.at("CaF2(s)")] != 0 {
		t.Errorf("slag after skin_time: %g, %+v", b.out[0].N[b.at("CaF2(s)")], w)
	}
}

// Elements and energy close; the parts of the heat add up; 200 cases of seed 13.
func TestCalciothermicCloses(t *testing.T) {
	b := newBatch(t, NewCalciothermic(), reduction)
	r := rand.New(rand.NewPCG(13, 13))
	for range 200 {
		b.random(r, 0, 1e-4, 1e-2, "DyF3(s)", "TbF3(s)", "YF3(s)", "NdF3(s)", "LuF3(s)", "EuF3(s)", "CaF2(s)", "Dy2O3(s)", "Tb4O7(s)", "Nd(s)", "SiO2(s)")
		b.random(r, 1, 1e-3, 1e-1, "Ca(s)")
		b.in[0].T, b.in[1].T = 290+800*r.Float64(), 290+60*r.Float64()
		b.set("temperature", 1600+400*r.Float64())
		b.set("refining_temperature", 1500+300*r.Float64())
		b.solve()
		heat := b.signal("heat")
		b.closes(heat)
		parts := b.signal("heat.reduction") + b.signal("heat.refining") + b.signal("heat.condenser")
		if math.Abs(parts-heat) > 1e-9*(math.Abs(heat)+1e4) {
			t.Fatalf("heat %g W, its parts %g W", heat, parts)
		}
	}
}

// Calcium does not make samarium, europium and ytterbium.
func TestCalciothermicNotReduced(t *testing.T) {
	b := dysprosium(t, 1.1)
	b.in[0].N[b.at("SmF3(s)")] = 1e-4
	b.solve()
	if n := b.out[0].N[b.at("Sm(s)")]; n != 0 {
		t.Errorf("samarium %g", n)
	}
	if w := b.warnings()["not_reduced"]; !strings.Contains(w.Text, "Sm") {
		t.Errorf("warning %+v", w)
	}
}

func TestCalciothermicRefusals(t *testing.T) {
	b := dysprosium(t, 1.1)
	b.in[0].N[b.at("O2(g)")] = 1
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), "dry solids only") {
		t.Errorf("%v", err)
	}
	for _, c := range []struct{ families, want string }{
		{`"fluoride", "metal"`, `add "calcium"`}, {`"calcium", "metal"`, `add "fluoride"`}, {`"fluoride", "calcium"`, `add "metal"`},
	} {
		_, err := tryBatch(t, NewCalciothermic(), "[chemistry]\nelements = [\"F\", \"Ca\", \"Dy\"]\nfamilies = [\"aqueous\", "+c.families+"]\n", reduction)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.families, err, c.want)
		}
	}
}

// Twenty kilograms of dysprosium fluoride with a tenth more calcium than it takes.
func ExampleNewCalciothermic() {
	b := dysprosium(&testing.T{}, 1.1)
	b.solve()
	fmt.Printf("yield %.3f, %.0f ppm Ca, %.0f ppm F, power %.2f kW, alone %.0f K", b.signal("yield.Dy"), 1e6*b.signal("metal.Ca"), 1e6*b.signal("metal.F"),
		b.signal("power")/1000, b.signal("adiabatic_temperature"))
	// Output: yield 0.959, 0 ppm Ca, 18 ppm F, power 3.97 kW, alone 1214 K
}
