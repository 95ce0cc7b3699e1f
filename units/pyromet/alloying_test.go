package pyromet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"reetwin/flowsheet"
)

const alloyChemistry = `
[chemistry]
elements = ["B", "Fe", "Co", "Nd", "Pr", "Dy"]
families = ["oxide", "ash", "metal", "alloying", "gas"]
`

const casting = `
cycle_time = "4 h"
temperature = "1450 degC"
hold = "40 min"
area = "0.2 m2"
`

// alloyed is a furnace with 300 kg of a charge of 31.5 % rare earths, 1.05 % boron, the rest iron.
func alloyed(t testing.TB, parameters string) *batch {
	b, err := tryBatch(t, NewAlloying(), alloyChemistry, parameters)
	if err != nil {
		t.Fatal(err)
	}
	const rate = 300 / (4 * 3600.0) // kg/s
	for name, w := range map[string]float64{"Nd(s)": 0.23, "Pr(s)": 0.07, "Dy(s)": 0.015, "B(s)": 0.0105, "Fe(s)": 0.6745} {
		b.in[0].N[b.at(name)] = rate * w / b.mass(name)
	}
	return b
}

// By hand: the oxide is half a per cent of each rare earth, holds its own mass of melt, and 2 % of what is left stays as skull.
func TestAlloyingByHand(t *testing.T) {
	b := alloyed(t, casting+"evaporation = 0\n")
	b.solve()
	nd, oxide := b.in[0].N[b.at("Nd(s)")], b.out[alloyDrossOut].N[b.at("Nd2O3(s)")]
	if want := 0.0025 * nd; math.Abs(oxide-want) > 1e-15 {
		t.Errorf("%g mol/s of oxide, by hand %g", oxide, want)
	}
	oxides, caught := 0.0, 0.0
	for i, n := range b.out[alloyDrossOut].N {
		if m := n * b.sys.Components[i].M; b.sys.Components[i].Family == "oxide" {
			oxides += m
		} else {
			caught += m
		}
	}
	if math.Abs(caught/oxides-1) > 1e-12 {
		t.Errorf("the dross holds %g kg of metal per kg of oxides", caught/oxides)
	}
	if skull, strip := b.sys.Mass(b.out[alloySkullOut].N), b.sys.Mass(b.out[alloyStrip].N); math.Abs(skull/(skull+strip)-0.02) > 1e-12 {
		t.Errorf("skull %g of the melt", skull/(skull+strip))
	}
}

// The defaults give practice's losses: about 1 % of the rare earths, a yield near 97 %, 1 to 2 kWh/kg. They were set to it.
func TestAlloyingPractice(t *testing.T) {
	b := alloyed(t, casting)
	b.solve()
	loss, yield, energy := b.signal("loss.rare_earth"), b.signal("yield"), b.signal("energy")/3.6e6
	t.Logf("rare earths lost %.3g %%, yield %.4g %%, %.3g kWh/kg", 100*loss, 100*yield, energy)
	if loss < 0.005 || loss > 0.015 || yield < 0.965 || yield > 0.985 || energy < 1 || energy > 2 {
		t.Errorf("rare earths lost %g, yield %g, %g kWh/kg", loss, yield, energy)
	}
	for i, n := range b.out[alloyFume].N {
		if name := b.sys.Components[i].Name; (n > 0) != (name == "Nd(s)" || name == "Dy(s)") {
			t.Errorf("fume has %g mol/s of %s", n, name)
		}
	}
}

// Dysprosium boils off first: hotter and longer melts lose more of it, and more of it than of neodymium.
func TestAlloyingLosesDysprosium(t *testing.T) {
	lost := func(temperature, hold float64) (nd, dy float64) {
		b := alloyed(t, casting)
		b.set("temperature", temperature)
		b.set("hold", hold)
		b.solve()
		return b.out[alloyFume].N[b.at("Nd(s)")] / b.in[0].N[b.at("Nd(s)")], b.out[alloyFume].N[b.at("Dy(s)")] / b.in[0].N[b.at("Dy(s)")]
	}
	nd, dy := lost(1723, 2400)
	_, hotter := lost(1823, 2400)
	_, longer := lost(1723, 7200)
	if !(dy > 10*nd && hotter > 2*dy && longer > 2.5*dy && longer < 3*dy) {
		t.Errorf("Nd %g, Dy %g, hotter %g, longer %g", nd, dy, hotter, longer)
	}
}

// Stoichiometry of the strip: exactly 2:14:1 has no excess; less rare earth leaves free iron, less boron Nd2Fe17.
func TestAlloyingPhases(t *testing.T) {
	b := alloyed(t, casting+"oxidation = 0\nevaporation = 0\n")
	clear(b.in[0].N)
	for name, n := range map[string]float64{"Nd(s)": 2, "Fe(s)": 13, "Co(s)": 1, "B(s)": 1} {
		b.in[0].N[b.at(name)] = n * 1e-3
	}
	b.solve()
	if re, boron := b.signal("excess.rare_earth"), b.signal("excess.boron"); math.Abs(re) > 1e-12 || math.Abs(boron) > 1e-12 {
		t.Errorf("excess %g and %g", re, boron)
	}
	b.in[0].N[b.at("Fe(s)")] *= 1 + 1e-11 // as a control leaves it
	b.solve()
	for _, code := range []string{"free_iron", "boron_short"} {
		if w, ok := b.warnings()[code]; ok {
			t.Errorf("rounding warned of: %+v", w)
		}
	}
	b.in[0].N[b.at("Fe(s)")] = 13e-3
	b.in[0].N[b.at("Nd(s)")] *= 0.9
	b.in[0].N[b.at("B(s)")] *= 0.8
	b.solve()
	w := b.warnings()
	if math.Abs(w["free_iron"].Value+0.1) > 1e-12 || math.Abs(w["boron_short"].Value+0.2) > 1e-12 {
		t.Errorf("warnings %v", w)
	}
}

// Energy by the long way round, elements, whatever the charge.
func TestAlloyingCloses(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	for range 6 {
		b := alloyed(t, casting)
		b.random(r, 0, 1e-3, 1e-1, "Nd(s)", "Pr(s)", "Dy(s)", "Fe(s)", "B(s)", "Co(s)")
		b.random(r, 0, 1e-6, 1e-5, "Dy2O3(s)")
		b.in[0].T = 290 + 300*r.Float64()
		b.set("temperature", 1650+200*r.Float64())
		b.solve()
		drawn := b.out[alloyOxygen]
		b.in, b.out = append(b.in[:1:1], drawn), b.out[:alloyOxygen]
		b.closes(heatOf(b, drawn))
	}
}

// heatOf is the signal heat with the drawn stream in its place among the outlets.
func heatOf(b *batch, drawn flowsheet.Stream) float64 {
	in, out := b.in, b.out
	b.in, b.out = in[:1], append(out[:len(out):len(out)], drawn)
	heat := b.signal("heat")
	b.in, b.out = in, out
	return heat
}

// A charge of Nd-Pr, Dy, iron and boron to strip.
func ExampleAlloying() {
	b := alloyed(&testing.T{}, casting)
	b.solve()
	fmt.Printf("strip %.1f kg/h: %.2f %% rare earths, %.3f %% boron, %.1f %% above 2:14:1\n", 3600*b.sys.Mass(b.out[alloyStrip].N),
		100*b.signal("rare_earth"), 100*b.signal("boron"), 100*b.signal("excess.rare_earth"))
	// Output: strip 73.2 kg/h: 31.39 % rare earths, 1.052 % boron, 25.9 % above 2:14:1
}
