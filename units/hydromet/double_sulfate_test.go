package hydromet

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// sulfateCase is V1_D1_double_sulfate of chem/aqueous once more, with its one defect corrected: sodium sulfate to a liquor of rare earths, by
// PHREEQC on the same constants.
type sulfateCase struct {
	Dissolved map[string]float64 `json:"dissolved_mol_per_kgw"`
	Points    []struct {
		PH     float64            `json:"pH"`
		Solids map[string]float64 `json:"solids_mol"`
		Dose   float64            `json:"Na2SO4_mol_per_kgw"`
	} `json:"points"`
}

// TestDoubleSulfate: the precipitator makes of the liquor what PHREEQC makes of it, at each of the six doses.
func TestDoubleSulfate(t *testing.T) {
	text, err := os.ReadFile("testdata/double_sulfate.json")
	if err != nil {
		t.Fatal(err)
	}
	var c sulfateCase
	if err := json.Unmarshal(text, &c); err != nil || len(c.Points) != 6 {
		t.Fatalf("%d points: %v", len(c.Points), err)
	}
	sys, err := chem.Load(chem.Selection{
		Elements: []string{"Na", "Al", "Fe", "S", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc"},
		Families: []string{"aqueous", "precipitate"},
	})
	if err != nil {
		t.Fatal(err)
	}
	precipitated, worst := 0, 0.0
	for _, point := range c.Points {
		r := doubleSulfateRig(t, sys, point.Dose)
		r.in[0].N[r.index("H2O")] = 1 / r.sys.Components[r.index("H2O")].M // 1 kg/s
		for name, n := range c.Dissolved {
			r.in[0].N[r.index(dissolved(name))] = n
		}
		r.in[0].N[r.index("H+")] = -r.sys.ChargeFlow(r.in[0].N)
		r.solve(flowsheet.Stage{Cold: true})
		for _, symbol := range rareEarths() {
			solid := "Na" + symbol + "(SO4)2:H2O"
			i, ok := r.sys.Index(solid + "(s)")
			if !ok {
				if point.Solids[solid] != 0 {
					t.Errorf("no component %s", solid)
				}
				continue
			}
			got, want := r.out[0].N[i], point.Solids[solid]
			worst = math.Max(worst, math.Abs(got-want)/c.Dissolved[symbol])
			if want > 0 {
				precipitated++
			}
		}
		if pH := r.signal("pH_out"); math.Abs(pH-point.PH) > 2e-6 {
			t.Errorf("%g mol/kg of Na2SO4: pH %.7f, PHREEQC %.7f", point.Dose, pH, point.PH)
		}
	}
	t.Logf("%d solids, worst %.1e of the rare earth", precipitated, worst)
	if worst > 1e-6 || precipitated != 12 {
		t.Errorf("%d solids, off by %.1e of the rare earth at most", precipitated, worst)
	}
}

// dissolved is the component of a total.
func dissolved(total string) string {
	switch total {
	case "Fe_tri":
		return "Fe+3"
	case "S":
		return "SO4-2"
	case "Na":
		return "Na+"
	}
	return total + "+3"
}

func doubleSulfateRig(t *testing.T, sys *chem.System, dose float64) *rig {
	t.Helper()
	r := &rig{T: t, sys: sys, unit: NewEquilibriumPrecipitator()}
	water := sys.Components[sys.Solvent(chem.Aqueous)]
	tree, err := conf.Parse("test", fmt.Appendf(nil, "reagent = \"Na2SO4\"\ndose = \"%.17g mol/m3\"\n", dose*water.M/water.V))
	if err != nil {
		t.Fatal(err)
	}
	if r.spec, err = r.unit.Init(flowsheet.Env{Tag: "rig", System: sys, Param: tree.Root(), In: []string{"in"}, Out: []string{"out"}}); err != nil {
		t.Fatal(err)
	}
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	for _, h := range r.spec.Handles {
		r.u = append(r.u, h.Value)
	}
	r.x = make([]float64, len(r.spec.States)+len(r.spec.Algebraic))
	r.in = append(r.in, r.stream())
	for range r.spec.Out {
		r.out = append(r.out, r.stream())
	}
	return r
}
