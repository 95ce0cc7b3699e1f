package hydromet

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem/aqueous"
)

// ferrous is a water of 50 mg/L Fe(II) that caustic has taken to a pH near 7.
var ferrous = map[string]float64{"Fe+2": 0.9, "Ca+2": 5, "Mn+2": 0.2, "Na+": 4, "SO4-2": 6.1, "CO3-2": 2.4}

// A tank leaves 1/(1 + k t) of the iron, with k of the rate law at the pH and the oxygen in the tank, and takes ¼ O2 per Fe.
func TestOxidationFollowsTheLaw(t *testing.T) {
	r := waterRig(t, NewOxidationTank, "volume = \"1000 m3\"\nkLa = \"10 1/h\"\n")
	r.feed(ferrous)
	r.solve(flowsheet.Stage{Cold: true})
	k, err := aqueous.LoadKinetics()
	if err != nil {
		t.Fatal(err)
	}
	pH, c := r.signal("pH_out"), r.signal("oxygen")
	p, _, _ := k.Oxygen.Pressure(298.15, c)
	w := aqueous.OxidationWater{T: 298.15, LnH: -pH * math.Ln10, LnOH: (pH - 13.997) * math.Ln10, PO2: p, O2: c}
	left := r.out[0].N[r.index("Fe+2")]
	law := k.Ferrous.Rate(w, left, nil, nil)
	volume := 1000 + 60*1.0 // 60 s of 1 m3/s over the crest
	if want := 0.9 / (1 + law.DFe*volume/1); math.Abs(left/want-1) > 0.01 {
		t.Errorf("Fe(II) left %.6g mol/s, want %.6g (within 1 %%: the law takes a(H2O) as 1, and iron binds water)", left, want)
	}
	if left > 0.5 || left < 0.01 {
		t.Errorf("Fe(II) left %g of 0.9: the case shows nothing", left)
	}
	gas := r.out[1].N[r.index("O2(g)")]
	mn := r.out[0].N[r.index("MnO2(s)")]
	if want := (0.9-left)/4 + mn/2; math.Abs(gas/want-1) > 1e-10 {
		t.Errorf("oxygen %.10g mol/s, want %.10g", gas, want)
	}
	transfer := 10. / 3600 * (k.Oxygen.Saturation(298.15, 101325).O2 - c) * volume
	slow := k.Ferrous.Slow * left * volume / 4
	if math.Abs((transfer+slow)/gas-1) > 1e-3 {
		t.Errorf("oxygen from air %.6g mol/s, used %.6g", transfer, gas)
	}
}

// In acid water air does nothing to Fe(II), peroxide does: half a mole per mole.
func TestPeroxideInAcid(t *testing.T) {
	acid := map[string]float64{"Fe+2": 0.1, "Al+3": 2, "SO4-2": 3.5}
	air := waterRig(t, NewOxidationTank, "volume = \"2000 m3\"\n")
	air.feed(acid)
	air.solve(flowsheet.Stage{Cold: true})
	if left := air.out[0].N[air.index("Fe+2")]; left < 0.0999 {
		t.Errorf("air left %g of 0.1 mol/s at pH %g", left, air.signal("pH_out"))
	}
	r := waterRig(t, NewOxidationTank, "volume = \"2000 m3\"\nperoxide = \"0.06 mol/m3\"\n")
	r.feed(acid)
	r.solve(flowsheet.Stage{Cold: true})
	left, unused := r.out[0].N[r.index("Fe+2")], r.out[0].N[r.index("H2O2")]
	if used := 0.06 - unused; math.Abs((0.1-left)/(2*used)-1) > 1e-3 || left > 0.05 {
		t.Errorf("%g mol/s of Fe(II) left, %g of peroxide used", left, used)
	}
	if got := r.out[2].N[r.index("H2O2")]; math.Abs(got/0.06-1) > 1e-12 {
		t.Errorf("peroxide drawn %g", got)
	}
}

// More kLa is more oxygen by as much as the sensitivity says, and a tank that rests on kLa says so.
func TestSensitivityToKLa(t *testing.T) {
	used := func(kLa string) (float64, *rig) {
		r := waterRig(t, NewOxidationTank, "volume = \"4000 m3\"\nkLa = \""+kLa+"\"\n")
		r.feed(ferrous)
		r.solve(flowsheet.Stage{Cold: true})
		return r.signal("oxygen_used"), r
	}
	base, r := used("2 1/h")
	more, _ := used("2.02 1/h")
	s := r.signal("kLa_sensitivity")
	// The signal holds pH, and Fe(II) at what is there; the tank answers by less.
	if got := math.Log(more/base) / math.Log(1.01); got <= 0 || got > s {
		t.Errorf("sensitivity %.4f, signal %.4f", got, s)
	}
	if s > 0.3 && !slices.Contains(r.codes(), "rests_on_assumed") {
		t.Errorf("sensitivity %g, warnings %v", s, r.codes())
	}
	if s < 0.3 {
		t.Errorf("sensitivity %g: the case shows nothing", s)
	}
}

func TestNothingToOxidise(t *testing.T) {
	if got := rigFaults(t, NewOxidationTank, "volume = \"1 m3\"\n", []string{"in"}, []string{"out"}); got == "" {
		t.Error("a plant without Fe+2 and MnO2 is accepted")
	}
}

// Waters of any mine, more or less neutralised, in small and large tanks with and without peroxide: all settle from nothing. (3,000 on seed 3003,
// which was not used before, did as well.)
func TestOxidationSettlesAnywhere(t *testing.T) {
	dice := rand.New(rand.NewPCG(2002, 4))
	between := func(lo, hi float64) float64 { return lo * math.Pow(hi/lo, dice.Float64()) }
	r := waterRig(t, NewOxidationTank, "volume = \"200 m3\"\nperoxide = \"1 g/m3\"\nkLa = \"5 1/h\"\n")
	for trial := range 300 {
		fe, fe3, al, mn, ca, mg := between(0.01, 5), between(0.01, 5), between(0.1, 10), between(0.02, 2), between(1, 12), between(0.5, 15)
		r.feed(map[string]float64{
			"Fe+2": fe, "Fe+3": fe3, "Al+3": al, "Mn+2": mn, "Ca+2": ca, "Mg+2": mg, "Na+": (3*al + 3*fe3 + 1) * between(0.3, 1.5),
			"SO4-2": fe + 1.5*fe3 + 1.5*al + mn + ca + mg + between(0.1, 3), "CO3-2": between(0.01, 3), "H4SiO4": between(0.1, 0.6),
		})
		r.in[0].T = between(278, 303)
		for i, h := range r.spec.Handles {
			switch h.Name {
			case "volume":
				r.u[i] = between(10, 20000)
			case "kLa":
				r.u[i] = between(0.2, 50) / 3600
			case "peroxide":
				r.u[i] = fe * between(0.01, 2)
			}
		}
		if err := r.unit.Solve(&flowsheet.Stage{Cold: true}, r.u, r.x, r.in, r.out); err != nil {
			t.Errorf("trial %d: %v", trial, err)
		}
	}
}
