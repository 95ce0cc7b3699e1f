package pyromet

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const pickUpChemistry = `
[chemistry]
elements = ["F", "Na", "Mg", "Al", "S", "Cl", "Ca", "Fe", "Nd", "Dy", "W", "Ta"]
families = ["oxide", "metal", "electrode", "gas", "gangue", "calcium", "salt", "vessel", "trace"]
`

func pickUp(t *testing.T, parameters string) *batch {
	t.Helper()
	b, err := tryBatch(t, NewPickUp(), pickUpChemistry, parameters)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Elements close with what is drawn, and the heat is that of the long way round, for every vessel of the data. The seed is unused.
func TestPickUpCloses(t *testing.T) {
	known, err := readPickUps()
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(2411_0044, 8))
	for _, vessel := range known.vessels {
		if strings.HasPrefix(vessel, "kiln") {
			continue // no metal
		}
		b := pickUp(t, "vessel = \""+vessel+"\"\n")
		for range 20 {
			b.in[0].T = 400 + 1400*dice.Float64()
			for _, name := range []string{"Nd(s)", "Dy(s)", "Dy2O3(s)"} {
				b.in[0].N[b.at(name)] = dice.Float64()
			}
			b.solve()
			heat := b.signal("heat")
			if !(heat < 0) {
				t.Errorf("%s: metal burns with %g W", vessel, heat)
			}
			for _, k := range []int{pickedVessel, pickedAir} { // drawn
				for i := range b.out[k].N {
					b.out[k].N[i] = -b.out[k].N[i]
				}
			}
			b.closes(heat)
		}
	}
}

// Tungsten of a crucible follows the temperature by its heat of solution, and tantalum is twice as much.
func TestCrucibleSaturates(t *testing.T) {
	taken := func(vessel, metal string, T float64) float64 {
		b := pickUp(t, "vessel = \""+vessel+"\"\n")
		b.in[0].T = T
		b.in[0].N[b.at("Dy(s)")] = 1 / b.mass("Dy(s)")
		b.solve()
		return b.out[pickedProduct].N[b.at(metal)] * b.mass(metal)
	}
	at, hotter := taken("tungsten crucible", "W(s)", 1723.15), taken("tungsten crucible", "W(s)", 1853.15)
	if math.Abs(at/0.0015-1) > 1e-12 {
		t.Errorf("%g kg/kg at 1450 °C", at)
	}
	if want := math.Exp(-120e3 / gasConstant * (1/1853.15 - 1/1723.15)); math.Abs(hotter/at/want-1) > 1e-12 {
		t.Errorf("%g times as much at 1580 °C, want %g", hotter/at, want)
	}
	if ta := taken("tantalum crucible", "Ta(s)", 1723.15); math.Abs(ta/at-2) > 1e-12 {
		t.Errorf("tantalum %g, tungsten %g", ta, at)
	}
}

// What the plant's file sets is the plant's: its class is assumed, its range none. The rest keeps the data's.
func TestUptakesCarryTheirSource(t *testing.T) {
	b := pickUp(t, "vessel = \"fluoride cell\"\n\"C(s)\" = \"100 ppm\"\n")
	b.in[0].T = 1323.15
	b.in[0].N[b.at("Nd(s)")] = 1 / b.mass("Nd(s)")
	all := b.unit.(*PickUp).Uptakes(b.u, b.in)
	for _, u := range all {
		if u.Source == "" || u.Class == "" || !(u.Lo <= u.Kg && u.Kg <= u.Hi) {
			t.Errorf("%+v", u)
		}
		if u.What == "C" && (u.Source != "the plant file" || math.Abs(u.Kg-1e-4) > 1e-16 || u.Lo != u.Hi) {
			t.Errorf("%+v", u)
		}
		if own := u.What != "C"; own && !(u.Lo < u.Hi) {
			t.Errorf("%s has no range", u.What)
		}
	}
	if len(all) != 11 {
		t.Errorf("%d lines of a cell", len(all))
	}
}

// More oxygen than the metal can take is refused; a vessel whose metal is no component is named with what lacks.
func TestPickUpFaults(t *testing.T) {
	b := pickUp(t, "vessel = \"steel condenser\"\n\"O\" = \"9 %\"\n")
	b.in[0].T = 800
	b.in[0].N[b.at("Nd(s)")], b.in[0].N[b.at("SiO2(s)")] = 1, 100
	if err := b.unit.Solve(nil, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), "Nd(s)") {
		t.Errorf("%v", err)
	}
	_, err := tryBatch(t, NewPickUp(), "[chemistry]\nelements = [\"Nd\"]\nfamilies = [\"oxide\", \"metal\", \"gas\", \"electrode\"]\n", "vessel = \"tungsten crucible\"\n")
	if err == nil || !strings.Contains(err.Error(), "W(s)") {
		t.Errorf("%v", err)
	}
}

// Every line of the data has a source and lies in its range; every vessel takes something.
func TestPickUpData(t *testing.T) {
	d, err := readPickUps()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range d.lines {
		if len(l.constant.Source) < 10 || l.constant.Class == "" || l.lo > l.constant.Value || l.hi < l.constant.Value {
			t.Errorf("%s: %+v", l.what, l.constant)
		}
	}
	for _, want := range []string{"fluoride cell", "tungsten crucible", "tantalum crucible", "kiln"} {
		if !slices.Contains(d.vessels, want) {
			t.Errorf("no %s", want)
		}
	}
}
