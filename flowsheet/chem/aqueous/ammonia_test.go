package aqueous_test

import (
	"math"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// TestPHREEQCAmmonia compares mine water and ammonium sulfate liquors of Zn, Ni, Co and Cu with PHREEQC 3.8.6 on the same constants.
// None of them was used to set anything here.
func TestPHREEQCAmmonia(t *testing.T) {
	against(t, load(t, aqueous.Selection{Base: true, Files: append([]string{"data/ammonia.toml"}, asRun.Files...)}), readReferences(t, "phreeqc_ammonia", 3))
}

// ammonia is the equilibrium of water with NH4Cl, NH3 and HCl, mol/kg.
func ammonia(t *testing.T, salt, base, acid, T float64) (*aqueous.System, *aqueous.Result) {
	t.Helper()
	sys := load(t, aqueous.Selection{Components: []string{"NH4", "Cl"}})
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1, T: T}
	sys.Dose(p.Totals, must(t)(sys.Reagent("NH4Cl")), salt)
	sys.Dose(p.Totals, must(t)(sys.Reagent("NH3")), base)
	sys.Dose(p.Totals, must(t)(sys.Reagent("HCl")), acid)
	r := sys.NewResult()
	if err := aqueous.NewSolver(sys).Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if err := verify(sys, &p, r); err != nil && T == 298.15 {
		t.Error(err)
	}
	return sys, r
}

// TestAmmoniaByHand: 0.1 mol/kg of the salt, of the base and of both, against the mass action written out with Davies.
func TestAmmoniaByHand(t *testing.T) {
	const pK, pKw, A = 9.244, 13.997, 0.51002479
	gamma := func(I float64) float64 { return math.Pow(10, -A*(math.Sqrt(I)/(1+math.Sqrt(I))-0.3*I)) }
	for _, c := range []struct{ salt, base, acid float64 }{{0.1, 0, 0}, {0, 0.1, 0}, {0.05, 0.05, 0}, {0, 0.1, 0.05}, {0, 0.1, 0.2}} {
		// [NH4+] + [H+] = [Cl-] + [OH-], [NH3] = total - [NH4+]: bisection on the pH.
		total, chloride, lo, hi := c.salt+c.base, c.salt+c.acid, 0.0, 14.0
		I := 0.1
		for range 200 {
			pH := (lo + hi) / 2
			g, neutral := gamma(I), math.Pow(10, 0.1*I)
			ratio := math.Pow(10, pK-pH) * neutral / g // NH4+ over NH3
			ammonium := total * ratio / (1 + ratio)
			h, oh := math.Pow(10, -pH)/g, math.Pow(10, pH-pKw)/g
			if ammonium+h > chloride+oh {
				lo = pH
			} else {
				hi = pH
			}
			I = (ammonium + h + chloride + oh) / 2
		}
		sys, r := ammonia(t, c.salt, c.base, c.acid, 298.15)
		if want := (lo + hi) / 2; math.Abs(r.PH-want) > 1e-3 { // the hand leaves the activity of water out
			t.Errorf("%+v: pH %.5f, by hand %.5f", c, r.PH, want)
		}
		if got := r.Molal(must(t)(sys.Component("NH4"))); math.Abs(got/total-1) > 1e-12 {
			t.Errorf("%+v: %g mol/kg of ammonia, %g were put in", c, got, total)
		}
	}
	// At the half point the pH is pK up to the activity of the ion.
	_, half := ammonia(t, 0, 0.1, 0.05, 298.15)
	if want := pK - math.Log10(gamma(half.IonicStrength)) + 0.1*half.IonicStrength; math.Abs(half.PH-want) > 1e-3 {
		t.Errorf("half point at pH %.4f, want %.4f", half.PH, want)
	}
}

// Cold ammonia is the weaker acid's base: pK rises by 52 kJ/mol.
func TestAmmoniaCold(t *testing.T) {
	_, warm := ammonia(t, 0.05, 0.05, 0, 298.15)
	_, cold := ammonia(t, 0.05, 0.05, 0, 283.15)
	want := 52e3 / (8.314462618 * math.Ln10) * (1/283.15 - 1/298.15)
	if got := cold.PH - warm.PH; math.Abs(got-want) > 0.01 {
		t.Errorf("pH rises by %.3f from 25 to 10 C, want %.3f", got, want)
	}
}

// Ammonia in water loses or gains nothing to nitrate, and 1 mol/kg of it stays below 1 atm: Henry's constant is 10^1.7966 mol/(kg atm).
func TestAmmoniaGas(t *testing.T) {
	sys := load(t, aqueous.Selection{Components: []string{"NH4", "N", "Cl"}})
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1}
	sys.Dose(p.Totals, must(t)(sys.Reagent("NH3")), 1)
	nitrate := must(t)(sys.Component("N"))
	sys.Dose(p.Totals, must(t)(sys.Reagent("HNO3")), 0.1)
	r := sys.NewResult()
	if err := aqueous.NewSolver(sys).Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	molal := r.Molality[must(t)(sys.SpeciesOf("NH3"))]
	want := math.Log10(molal) + 0.1*r.IonicStrength - 1.7966
	if got := r.SI[must(t)(sys.Solid("NH3(g)"))]; math.Abs(got-want) > 1e-6 || r.Flags&aqueous.Effervesces != 0 {
		t.Errorf("log fugacity %.6f, want %.6f; %v", got, want, r.Flags)
	}
	if math.Abs(r.Molal(nitrate)-0.1) > 1e-12 {
		t.Errorf("%g mol/kg of nitrate, 0.1 were put in", r.Molal(nitrate))
	}
}
