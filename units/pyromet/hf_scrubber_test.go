package pyromet

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

const scrubberChemistry = `
[chemistry]
elements = ["F", "Na"]
families = ["aqueous", "water", "gas", "hydrogen_fluoride", "ammonia", "gangue"]
`

func scrubber(t testing.TB, units float64) *batch {
	b, err := tryBatch(t, NewHFScrubber(), scrubberChemistry, fmt.Sprintf("transfer_units = %g\n", units))
	if err != nil {
		t.Fatal(err)
	}
	b.in[0].N[b.at("HF(g)")] = 0.01
	b.in[0].N[b.at("N2(g)")] = 0.1
	b.in[0].N[b.at("NH3(g)")] = 0.02
	b.in[1].N[b.at("H2O")] = 5
	b.in[1].N[b.at("Na+")] = 0.012 // NaOH
	b.in[1].N[b.at("H+")] = -0.012
	b.in[1].T = 305
	return b
}

// One transfer unit leaves 1/e of HF; caustic is used up mole by mole, and where it is the warning says how much acid is left.
func TestHFScrubber(t *testing.T) {
	for _, units := range []float64{0, 0.5, 1, 3, 20} {
		b := scrubber(t, units)
		b.solve()
		left := b.out[0].N[b.at("HF(g)")]
		if math.Abs(left-0.01*math.Exp(-units)) > 1e-16 || math.Abs(b.out[1].N[b.at("F-")]+left-0.01) > 1e-16 {
			t.Errorf("%g units: %g HF left", units, left)
		}
		if h := b.out[1].N[b.at("H+")]; math.Abs(h+0.002+left) > 1e-15 {
			t.Errorf("%g units: acid %g", units, h)
		}
		if b.out[0].T != 305 || b.out[0].N[b.at("NH3(g)")] != 0.02 {
			t.Errorf("gas leaves %+v", b.out[0])
		}
		if len(b.warnings()) != 0 {
			t.Errorf("warnings %v", b.warnings())
		}
	}
	b := scrubber(t, 20)
	b.in[1].N[b.at("H+")] = -0.004
	b.in[1].N[b.at("Na+")] = 0.004
	b.solve()
	if w := b.warnings()["caustic_short"]; math.Abs(w.Value-0.006) > 1e-9 {
		t.Errorf("warning %+v", w)
	}
	if x := b.signal("caustic_excess"); math.Abs(x+0.6) > 1e-6 {
		t.Errorf("excess %g", x)
	}
	// H(F-) − H(HF gas) = −332.6 + 272.5 = −60 kJ/mol (CRC)
	if q := b.signal("heat.absorption") / b.signal("absorbed") / 1000; math.Abs(q+60.5) > 2.5 {
		t.Errorf("heat %g kJ/mol", q)
	}
}

func TestHFScrubberRefusals(t *testing.T) {
	b := scrubber(t, 3)
	b.in[0].N[b.at("SiO2(s)")] = 1
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, nil, b.in, b.out); err == nil || !strings.Contains(err.Error(), "takes gas and water") {
		t.Errorf("%v", err)
	}
	for _, c := range []struct{ families, want string }{
		{`"aqueous", "gas", "hydrogen_fluoride"`, `add "water"`}, {`"aqueous", "water", "gas"`, `add "hydrogen_fluoride"`},
	} {
		_, err := tryBatch(t, NewHFScrubber(), "[chemistry]\nelements = [\"F\"]\nfamilies = ["+c.families+"]\n", "transfer_units = 3\n")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.families, err, c.want)
		}
	}
}

// Three transfer units behind a fluorinator.
func ExampleNewHFScrubber() {
	b := scrubber(&testing.T{}, 3)
	b.solve()
	fmt.Printf("%.1f %% of HF absorbed, caustic %.2f over", 100*b.signal("removal"), b.signal("caustic_excess"))
	// Output: 95.0 % of HF absorbed, caustic 0.26 over
}
