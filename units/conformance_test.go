package units_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units"
	"reetwin/units/unittest"
)

// TestConformance runs the suite on every case, and fails a kind that has none.
func TestConformance(t *testing.T) {
	kinds := units.Kinds()
	tested := map[string]bool{}
	for _, c := range cases() {
		constructor, ok := kinds[c.kind]
		if !ok {
			t.Errorf("case %s: no such kind", c.Name)
			continue
		}
		again := tested[c.kind]
		tested[c.kind] = true
		c.New = constructor
		if testing.Short() && (again || slices.Contains(variants, c.Name)) { // one case of each kind
			continue
		}
		t.Run(c.Name, func(t *testing.T) { unittest.Run(t, c.Case) })
	}
	for kind := range kinds {
		if !tested[kind] {
			t.Errorf("kind %s has no conformance case: add one to units/cases_test.go", kind)
		}
	}
}

type kindCase struct {
	kind string
	unittest.Case
}

// variants are left out of a short run: each is another setting of a case that runs.
var variants = []string{"neutraliser_caustic_open", "neutraliser_limestone_dose", "neutraliser_sorption_dose", "neutraliser_closed_valve",
	"oxidation_tank_sorption", "oxidation_tank_air", "releach_sit", "equilibrium_precipitator_ratio"}

const chemistry = `
[chemistry]
elements = ["Al", "Ca", "Fe", "Y", "Nd", "Dy", "S", "Cl"]
families = ["aqueous", "organic", "gangue", "oxide", "oxalate", "gas"]
extractant = "D2EHPA"
`

// between is a random number, uniform in its logarithm.
func between(r *rand.Rand, lo, hi float64) float64 { return lo * math.Pow(hi/lo, r.Float64()) }

// put adds a flow of a component that the system must have.
func put(s *chem.System, in *flowsheet.Stream, name string, n float64) {
	i, ok := s.Index(name)
	if !ok {
		panic("no component " + name)
	}
	in.N[i] += n
}

// liquor adds some 100 L/h of a sulfate liquor, neutral in charge, with trace chloride.
func liquor(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 340)
	flow := between(r, 50, 200) / 3.6e6 // m3/s
	put(s, in, "H2O", flow/s.Components[s.Solvent(chem.Aqueous)].V)
	charge := 0.0
	for _, c := range []struct {
		name   string
		z      float64
		lo, hi float64 // mol/m3
	}{
		{"H+", 1, 100, 600}, {"Al+3", 3, 2, 60}, {"Ca+2", 2, 1, 10}, {"Fe+3", 3, 2, 40},
		{"Y+3", 3, 1e-3, 0.1}, {"Nd+3", 3, 1e-2, 1}, {"Dy+3", 3, 1e-4, 1e-2},
	} {
		n := flow * between(r, c.lo, c.hi)
		put(s, in, c.name, n)
		charge += c.z * n
	}
	put(s, in, "Cl-", charge/10)
	put(s, in, "SO4-2", 0.45*charge)
}

// solvent adds an organic of some 5 to 20 % D2EHPA that carries a little metal.
func solvent(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 310)
	flow := between(r, 50, 200) / 3.6e6 // m3/s
	put(s, in, "kerosene", flow/s.Components[s.Solvent(chem.Organic)].V)
	put(s, in, "D2EHPA", flow*between(r, 150, 600))
	for _, metal := range []string{"Al", "Fe", "Y", "Nd", "Dy"} {
		put(s, in, metal+"(D2EHPA)3", flow*between(r, 1e-3, 1))
	}
	put(s, in, "Ca(D2EHPA)2", flow*between(r, 1e-3, 1))
}

// refuse adds some 20 kg/h of coal refuse.
func refuse(r *rand.Rand, s *chem.System, in *flowsheet.Stream) {
	in.T = between(r, 290, 310)
	flow := between(r, 10, 40) / 3600 // kg/s
	for name, w := range map[string]float64{
		"SiO2(s)": 0.6952, "Al2O3(s)": 0.237, "CaO(s)": 0.00331, "Fe2O3(s)": 0.0642,
		"Y2O3(s)": 3.28653e-5, "Nd2O3(s)": 6.76618e-5, "Dy2O3(s)": 7.54827e-6,
	} {
		i, _ := s.Index(name)
		put(s, in, name, flow*w/s.Components[i].M)
	}
}
