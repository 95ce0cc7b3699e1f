package pyromet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

const fluorinator = "cycle_time = \"10 h\"\nsoak = \"6 h\"\ntemperature = \"700 degC\"\ncontact = 1\n"

// Masses of the published table: HF and fluoride per mass of oxide, complete in excess. The heat at 298 K is in the published range.
func TestHydrofluorinatorMasses(t *testing.T) {
	for _, c := range []struct {
		oxide, fluoride string
		hf, yield       float64
	}{
		{"Nd2O3(s)", "NdF3(s)", 0.357, 1.196}, {"Gd2O3(s)", "GdF3(s)", 0.331, 1.182}, {"Tb2O3(s)", "TbF3(s)", 0.328, 1.180},
		{"Dy2O3(s)", "DyF3(s)", 0.322, 1.177}, {"Y2O3(s)", "YF3(s)", 0.532, 1.292},
	} {
		b := newBatch(t, NewHydrofluorinator(), fluorinator)
		b.in[0].N[b.at(c.oxide)] = 1
		b.in[1].N[b.at("HF(g)")] = 7
		b.solve()
		taken := 7 - b.out[1].N[b.at("HF(g)")]
		made := b.out[0].N[b.at(c.fluoride)]
		if made != 2 || math.Abs(taken*b.mass("HF(g)")/b.mass(c.oxide)-c.hf) > 6e-4 || math.Abs(made*b.mass(c.fluoride)/b.mass(c.oxide)-c.yield) > 6e-4 {
			t.Errorf("%s: HF %.4g, fluoride %.4g kg/kg, published %g and %g", c.oxide, taken*b.mass("HF(g)")/b.mass(c.oxide), made*b.mass(c.fluoride)/b.mass(c.oxide), c.hf, c.yield)
		}
		if q := b.signal("heat.reaction") / 1000; q > -600 || q < -670 {
			t.Errorf("%s: %.1f kJ/mol, published -610 to -665", c.oxide, q)
		}
		if _, short := b.warnings()["hf_short"]; short {
			t.Errorf("%s: HF short at %g excess", c.oxide, b.signal("hf_excess"))
		}
	}
}

// HF held on what the oxide takes is met to rounding: no warning; a millionth less is short.
func TestHydrofluorinatorRounding(t *testing.T) {
	for short, want := range map[float64]bool{1e-11: false, 1e-6: true} {
		b := newBatch(t, NewHydrofluorinator(), fluorinator)
		b.in[0].N[b.at("Nd2O3(s)")] = 0.01
		b.in[1].N[b.at("HF(g)")] = 0.06 * (1 - short)
		b.solve()
		if w, ok := b.warnings()["hf_short"]; ok != want {
			t.Errorf("%g too little HF: %+v", short, w)
		}
	}
}

// HF that is short stops the conversion with the gas near equilibrium: 2 to 7 mbar of HF at half a bar of steam and 700 °C.
func TestHydrofluorinatorShort(t *testing.T) {
	b := newBatch(t, NewHydrofluorinator(), fluorinator)
	b.in[0].N[b.at("Nd2O3(s)")] = 0.01
	b.in[1].N[b.at("HF(g)")] = 0.048 // 80 %
	b.in[1].N[b.at("N2(g)")] = 0.024 // so that steam ends near half
	b.solve()
	p, x := b.signal("pressure.HF"), b.signal("conversion.Nd2O3(s)")
	if p < 200 || p > 1700 || x < 0.75 || x > 0.8 {
		t.Errorf("HF %.4g Pa, conversion %.4g", p, x)
	}
	w := b.warnings()
	if w["hf_short"].Limit != 0.06 || w["oxide_left"].Value != x {
		t.Errorf("warnings %+v", w)
	}
	if o := b.signal("product.O"); o < 0.02 {
		t.Errorf("oxygen %g", o)
	}
	// longer soaks take the gas to its equilibrium, and no further
	b.set("cycle_time", 30*86400)
	b.set("soak", 30*86400)
	b.solve()
	if p := b.signal("pressure.HF"); p < 200 || p > 700 {
		t.Errorf("HF at equilibrium %.4g Pa, published 2 to 7 mbar", p)
	}
}

// The measured particle: in 10 % HF by mass that does not run out, all is turned in 26 min, and 1 − (1 − 1/2)³ in half of it.
func TestHydrofluorinatorParticle(t *testing.T) {
	b := newBatch(t, NewHydrofluorinator(), "cycle_time = \"1 h\"\nsoak = \"13 min\"\ntemperature = \"250 degC\"\ncontact = 1\n")
	b.in[0].N[b.at("Nd2O3(s)")] = 1e-6
	b.in[1].N[b.at("HF(g)")] = 0.1 / b.mass("HF(g)")
	b.in[1].N[b.at("N2(g)")] = 0.9 / b.mass("N2(g)")
	b.solve()
	if x := b.signal("conversion.Nd2O3(s)"); math.Abs(x-0.875) > 1e-3 {
		t.Errorf("conversion %g in half the time, want 0.875", x)
	}
	b.set("soak", 26*60*1.001)
	b.solve()
	if x := b.signal("conversion.Nd2O3(s)"); x != 1 {
		t.Errorf("conversion %g", x)
	}
}

// Ammonium bifluoride brings the same HF and leaves ammonia; oxides of four-valued metals give oxygen.
func TestHydrofluorinatorBifluoride(t *testing.T) {
	b := newBatch(t, NewHydrofluorinator(), fluorinator)
	b.in[0].N[b.at("Pr6O11(s)")] = 0.01
	b.in[0].N[b.at("SiO2(s)")] = 0.001
	b.in[1].N[b.at("NH4HF2(s)")] = 0.12
	b.solve()
	for name, want := range map[string]float64{"NH3(g)": 0.12, "H2O(g)": 0.09, "O2(g)": 0.01, "HF(g)": 0.24 - 0.18} {
		if got := b.out[1].N[b.at(name)]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s %g, want %g", name, got, want)
		}
	}
	if w := b.warnings()["not_fluorinated"]; w.Value != 0.001 || !strings.Contains(w.Text, "SiO2") {
		t.Errorf("warning %+v", w)
	}
	b.closes(b.signal("heat"))
}

// Elements and energy close; 200 cases of seed 11.
func TestHydrofluorinatorCloses(t *testing.T) {
	b := newBatch(t, NewHydrofluorinator(), fluorinator)
	r := rand.New(rand.NewPCG(11, 11))
	for range 200 {
		b.random(r, 0, 1e-4, 1e-2, "Nd2O3(s)", "Pr6O11(s)", "CeO2(s)", "Tb4O7(s)", "Dy2O3(s)", "CaO(s)", "Lu2O3(s)", "DyF3(s)")
		b.random(r, 1, 1e-4, 1, "HF(g)", "N2(g)", "H2O(g)", "NH4HF2(s)")
		b.in[0].T, b.in[1].T = 290+60*r.Float64(), 290+300*r.Float64()
		b.set("temperature", 500+700*r.Float64())
		b.set("contact", r.Float64())
		b.solve()
		b.closes(b.signal("heat"))
	}
}

func TestHydrofluorinatorRefusals(t *testing.T) {
	b := newBatch(t, NewHydrofluorinator(), fluorinator)
	b.in[0].N[b.at("H2O")] = 1
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), `H2O enters by "solid"`) {
		t.Errorf("%v", err)
	}
	b.in[0].N[b.at("H2O")] = 0
	b.set("soak", 20*3600)
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), "longer than cycle_time") {
		t.Errorf("%v", err)
	}
	for _, c := range []struct{ elements, families, want string }{
		{`"F", "Nd"`, `"aqueous", "oxide", "fluoride", "gas"`, `"hydrogen_fluoride"`},
		{`"F", "Nd"`, `"aqueous", "oxide", "hydrogen_fluoride", "gas"`, `add "oxide" and "fluoride"`},
		{`"F", "Nd"`, `"aqueous", "oxide", "fluoride", "hydrogen_fluoride", "bifluoride", "gas"`, `"ammonia"`},
	} {
		_, err := tryBatch(t, NewHydrofluorinator(), "[chemistry]\nelements = ["+c.elements+"]\nfamilies = ["+c.families+"]\n", fluorinator)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.families, err, c.want)
		}
	}
}

// Ten kilograms of dysprosium oxide per shift with a quarter more HF than it takes, four fifths of which meet the bed.
func ExampleNewHydrofluorinator() {
	b := newBatch(&testing.T{}, NewHydrofluorinator(), "cycle_time = \"8 h\"\nsoak = \"6 h\"\ntemperature = \"650 degC\"\n")
	n := 10 / b.mass("Dy2O3(s)") / (8 * 3600)
	b.in[0].N[b.at("Dy2O3(s)")] = n
	b.in[1].N[b.at("HF(g)")] = 1.3 * 6 * n
	b.solve()
	fmt.Printf("charge %.1f kg, conversion %.4f, HF used %.3f, heat %.2f kW", b.signal("charge"), b.signal("conversion.Dy2O3(s)"), b.signal("hf_use"), b.signal("heat")/1000)
	// Output: charge 14.2 kg, conversion 1.0000, HF used 0.769, heat -0.36 kW
}
