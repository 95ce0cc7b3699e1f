package aqueous

import (
	"math"
	"testing"
)

// TestWaterProperties holds density, dielectric constant and the Debye–Hückel slope against IAPWS-95, IAPWS R8-97 (0.101325 MPa, package
// iapws 1.5.5) and what PHREEQC 3.8.6 prints as DH_A; -v prints the deviations.
func TestWaterProperties(t *testing.T) {
	sys, err := Load(Selection{})
	if err != nil {
		t.Fatal(err)
	}
	a := &sys.activity
	cubic := func(c [4]float64, t float64) float64 { return c[0] + t*(c[1]+t*(c[2]+t*c[3])) }
	for _, w := range []struct{ celsius, density, dielectric, growth, slope float64 }{
		{0.01, 999.8438, 87.8994, 0.962056, 0.490840298},
		{10, 999.7025, 83.9745, 0.976176, 0.497863954},
		{25, 997.0476, 78.4085, 1, 0.510024789},
		{40, 992.2164, 73.2006, 1.027404, 0.524115735},
		{60, 983.1958, 66.7745, 1.069752, 0.545901742},
		{80, 971.7904, 60.8980, 1.118877, 0.571171465},
		{99.5, 958.7081, 55.6552, 1.173471, 0.599304543},
	} {
		off := func(got, want float64) float64 { return got/want - 1 }
		density, dielectric := off(cubic(a.rho, w.celsius), w.density), off(cubic(a.eps, w.celsius), w.dielectric)
		growth := off(a.growth(w.celsius+273.15), w.growth)
		slope := off(a.davies.a*a.growth(w.celsius+273.15), w.slope)
		t.Logf("%5g C: density %+.1e, dielectric constant %+.1e, A over that at 25 C %+.1e, A %+.1e of PHREEQC", w.celsius, density, dielectric, growth, slope)
		if math.Abs(density) > 2.1e-4 || math.Abs(dielectric) > 7e-5 || math.Abs(growth) > 2.3e-4 || math.Abs(slope) > 1.5e-3 {
			t.Errorf("%g C: outside what the data file says", w.celsius)
		}
	}
	// A itself, from the same water: 0.509776 at 25 C. Davies has PHREEQC's, SIT that of its guidelines.
	const iapws = 0.509776
	if davies, sit := a.davies.a/iapws-1, a.sit.a/iapws-1; math.Abs(davies-4.9e-4) > 1e-5 || math.Abs(sit+1.52e-3) > 1e-5 {
		t.Errorf("A of Davies is off by %.2e, of SIT by %.2e", davies, sit)
	}
}

// TestRangesAreSaid: beyond its range Davies and SIT answer with words, and Pitzer is refused by name with the ranges there are.
func TestRangesAreSaid(t *testing.T) {
	for _, c := range []struct {
		activity string
		salt     float64 // mol/kg of NaCl
		flags    Flags
	}{
		{"davies", 0.4, 0}, {"davies", 0.6, AboveValid}, {"davies", 2.6, AboveValid | AboveUsed},
		{"sit", 3.4, 0}, {"sit", 3.6, AboveValid}, {"sit", 6.1, AboveValid | AboveUsed},
	} {
		sys, err := Load(Selection{Components: []string{"Na", "Cl"}, Activity: c.activity})
		if err != nil {
			t.Fatal(err)
		}
		reagent, err := sys.Reagent("NaCl")
		if err != nil {
			t.Fatal(err)
		}
		p, r := Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1}, sys.NewResult()
		sys.Dose(p.Totals, reagent, c.salt)
		if err := NewSolver(sys).Solve(&p, r); err != nil {
			t.Fatal(err)
		}
		if r.Flags != c.flags || (r.Flags.String() == "") != (c.flags == 0) {
			t.Errorf("%s at %g mol/kg: %q", c.activity, c.salt, r.Flags)
		}
	}
	const want = `aqueous: activity model "pitzer" has no data here; use "davies" (to I 0.5) or "sit" (to I 3.5 mol/kg)`
	if _, err := Load(Selection{Activity: "pitzer"}); err == nil || err.Error() != want {
		t.Errorf("Pitzer: %v", err)
	}
}
