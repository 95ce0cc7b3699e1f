package pyromet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

const magnetChemistry = `
[chemistry]
elements = ["B", "Fe", "Co", "Nd", "Dy"]
families = ["oxide", "ash", "metal", "alloying", "magnet", "electrode", "gas", "hydrogen"]
`

const decrepitating = "cycle_time = \"5 h\"\ntemperature = \"170 degC\"\n"

// Hydrogen: what is drawn, taken up, given back.
func TestDecrepitationHydrogen(t *testing.T) {
	b, err := tryBatch(t, NewHydrogenDecrepitation(), magnetChemistry, decrepitating+"hydrogen = 4\nuptake = \"0.4 %\"\ndegassed = \"25 %\"\n")
	if err != nil {
		t.Fatal(err)
	}
	b.in[0].N[b.at("Nd2Fe14B(s)")] = 1e-2
	b.solve()
	absorbed := 0.004 * 1e-2 * b.mass("Nd2Fe14B(s)") / b.mass("H(metal)(s)")
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"drawn", b.out[decrepitationDrawn].N[b.at("H2(g)")], 4e-2},
		{"kept", b.out[decrepitationPowder].N[b.at("H(metal)(s)")], 0.75 * absorbed},
		{"left", b.out[decrepitationGas].N[b.at("H2(g)")], 4e-2 - 0.375*absorbed},
	} {
		if math.Abs(c.got-c.want) > 1e-15 {
			t.Errorf("%s %g mol/s, by hand %g", c.what, c.got, c.want)
		}
	}
	b.set("hydrogen", 1)
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), "hydrogen short") {
		t.Errorf("too little hydrogen: %v", err)
	}
}

// The loss that is found is that of every shell, of the wall's radiation and of convection, whatever the charge.
func TestDecrepitationLoss(t *testing.T) {
	b, err := tryBatch(t, NewHydrogenDecrepitation(), magnetChemistry, decrepitating)
	if err != nil {
		t.Fatal(err)
	}
	tube := b.unit.(*HydrogenDecrepitation).tube
	for _, charge := range []float64{0.1, 1, 60, 1000} {
		s := tube.size(charge)
		if got := math.Pi * s.radius * s.radius * s.length; math.Abs(got/(tube.fill*charge/tube.density)-1) > 1e-12 {
			t.Errorf("%g kg: chamber %g m3", charge, got)
		}
		close := func(what string, q float64) {
			if math.Abs(q/s.loss-1) > 1e-9 {
				t.Errorf("%g kg: %s carries %g W, loss %g W", charge, what, q, s.loss)
			}
		}
		close("radiation", 0.5*2*math.Pi*s.radius*s.length*boltzmann*(math.Pow(tube.wall, 4)-math.Pow(s.inner, 4)))
		in, from := s.radius, s.inner
		for k, layer := range tube.shells {
			out := in + s.thickness[k]
			close(fmt.Sprint("shell ", k+1), 2*math.Pi*layer.conductivity*s.length*(from-layer.face)/math.Log1p(s.thickness[k]/in))
			in, from = out, layer.face
		}
		close("convection", tube.film*2*math.Pi*in*s.length*(from-roomTemperature))
	}
}

// Heat of decrepitation without uptake, by the long way round.
func TestDecrepitationCloses(t *testing.T) {
	b, err := tryBatch(t, NewHydrogenDecrepitation(), magnetChemistry, decrepitating+"uptake = 0\n")
	if err != nil {
		t.Fatal(err)
	}
	b.in[0].N[b.at("Nd2Fe14B(s)")], b.in[0].N[b.at("Nd(s)")] = 5e-3, 4e-4
	b.solve()
	heat := b.signal("heat")
	b.in, b.out = append(b.in, b.out[decrepitationDrawn]), b.out[:decrepitationDrawn]
	b.closes(heat)
	if power, least := func() (float64, float64) {
		b.in, b.out = b.in[:1], append(b.out, b.in[1])
		return b.signal("power"), heat + b.signal("heat_loss")
	}(); !(power > least) {
		t.Errorf("power %g W, heat and loss alone %g W", power, least)
	}
}

// Nd2Fe14B takes 0.377 kg of oxygen per kg: 1 1/2 O2 for each two Nd, 10 1/2 for 14 Fe, 3/4 for B.
func TestRoastOxygen(t *testing.T) {
	b, err := tryBatch(t, NewOxidisingRoaster(), magnetChemistry, "outlet_temperature = \"800 degC\"\n")
	if err != nil {
		t.Fatal(err)
	}
	b.in[0].N[b.at("Nd2Fe14B(s)")], b.in[1].N[b.at("O2(g)")] = 1e-2, 1
	b.solve()
	used := 1 - b.out[roastGas].N[b.at("O2(g)")]
	if math.Abs(used-0.1275) > 1e-12 || math.Abs(used*b.mass("O2(g)")/(1e-2*b.mass("Nd2Fe14B(s)"))-0.3774) > 5e-5 {
		t.Errorf("%g mol/s of O2", used)
	}
	for name, want := range map[string]float64{"Nd2O3(s)": 1e-2, "Fe2O3(s)": 7e-2, "B2O3(s)": 5e-3, "Nd2Fe14B(s)": 0} {
		if got := b.out[roastProduct].N[b.at(name)]; math.Abs(got-want) > 1e-15 {
			t.Errorf("%g mol/s of %s, want %g", got, name, want)
		}
	}
	b.in[1].N[b.at("O2(g)")] = 0.1
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), "oxygen short") {
		t.Errorf("too little air: %v", err)
	}
}

// Elements and heat close for random powders, hydrogen and carbon in them too; heat leaves hydrogen's own enthalpy out, so it has none here.
func TestRoastCloses(t *testing.T) {
	r := rand.New(rand.NewPCG(81, 82))
	b, err := tryBatch(t, NewOxidisingRoaster(), magnetChemistry, "outlet_temperature = \"800 degC\"\nproduct_recovery = 0.9\n")
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		b.random(r, 0, 1e-3, 1e-1, "Nd(s)", "Dy(s)", "Fe(s)", "B(s)", "Co(s)", "Nd2Fe14B(s)", "C(s)", "Fe2O3(s)")
		b.in[1].N[b.at("O2(g)")], b.in[1].N[b.at("N2(g)")] = 2, 8
		b.set("conversion", 0.8+0.2*r.Float64())
		b.set("outlet_temperature", 900+300*r.Float64())
		b.solve()
		b.closes(b.signal("heat"))
		if got := b.signal("heat.reaction") + b.signal("heat.sensible"); math.Abs(got/b.signal("heat")-1) > 1e-12 {
			t.Errorf("parts add to %g W", got)
		}
	}
}

// What the furnaces cannot do without is named.
func TestMagnetRefusals(t *testing.T) {
	for _, c := range []struct {
		what, chemistry, parameters, want string
	}{
		{"no hydrogen", strings.Replace(magnetChemistry, `, "hydrogen"`, "", 1), "decrepitation", `add "hydrogen"`},
		{"no oxide for boron", strings.Replace(magnetChemistry, `"ash", `, "", 1), "roast", "no oxide of"},
		{"no oxide for dross", strings.Replace(alloyChemistry, `"oxide", `, "", 1), "alloy", "oxidises to no component"},
	} {
		unit, parameters := NewHydrogenDecrepitation(), decrepitating
		switch c.parameters {
		case "roast":
			unit, parameters = NewOxidisingRoaster(), "outlet_temperature = \"800 degC\"\n"
		case "alloy":
			unit, parameters = NewAlloying(), casting
		}
		if _, err := tryBatch(t, unit, c.chemistry, parameters); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v lacks %q", c.what, err, c.want)
		}
	}
}

// One kilogram of the hard phase, roasted.
func ExampleOxidisingRoaster() {
	b, err := tryBatch(&testing.T{}, NewOxidisingRoaster(), magnetChemistry, "outlet_temperature = \"800 degC\"\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	b.in[0].N[b.at("Nd2Fe14B(s)")], b.in[1].N[b.at("O2(g)")] = 1/b.mass("Nd2Fe14B(s)"), 20
	b.solve()
	fmt.Printf("%.3f kg of oxides, %.1f MJ given off by the reaction\n", b.sys.Mass(b.out[roastProduct].N), -b.signal("heat.reaction")/1e6)
	// Output: 1.377 kg of oxides, 7.5 MJ given off by the reaction
}
