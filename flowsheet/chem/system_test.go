package chem_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats/scalar"

	"reetwin/flowsheet/chem"
)

// uky is the selection of the University of Kentucky plant.
var uky = chem.Selection{
	Elements:   []string{"Al", "Ca", "Fe", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Gd", "Dy", "S", "Cl"},
	Families:   []string{"aqueous", "organic", "gangue", "oxide", "oxalate", "gas"},
	Extractant: "D2EHPA",
}

func load(t testing.TB, sel chem.Selection) *chem.System {
	t.Helper()
	s, err := chem.Load(sel)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func index(t testing.TB, s *chem.System, name string) int {
	t.Helper()
	i, ok := s.Index(name)
	if !ok {
		t.Fatalf("no component %q", name)
	}
	return i
}

func near(t testing.TB, what string, got, want, rel float64) {
	t.Helper()
	if !scalar.EqualWithinRel(got, want, rel) {
		t.Errorf("%s = %.12g, want %.12g (rel %.1e)", what, got, want, rel)
	}
}

// Molar masses against values of the CRC Handbook (97th ed.) and of chemical suppliers, in g/mol to their printed digits.
func TestMolarMass(t *testing.T) {
	s := load(t, uky)
	for name, want := range map[string]float64{
		"H2O": 18.015, "H+": 1.008, "SO4-2": 96.06, "Cl-": 35.45, "C2O4-2": 88.02, "Nd+3": 144.24,
		"kerosene": 170.34, "D2EHPA": 322.43, "SiO2(s)": 60.084, "CaO(s)": 56.077, "Al2O3(s)": 101.961,
		"Fe2O3(s)": 159.688, "Nd2O3(s)": 336.48, "Dy2O3(s)": 373.00, "CaC2O4·H2O(s)": 146.11,
		"La2(C2O4)3·10H2O(s)": 722.02, "Nd2(C2O4)3·10H2O(s)": 732.69, "CO2(g)": 44.01, "N2(g)": 28.014,
	} {
		near(t, name, 1000*s.Components[index(t, s, name)].M, want, 5e-5)
	}
	// A complex is the metal and three anions: acid less proton.
	near(t, "Nd(D2EHPA)3", s.Components[index(t, s, "Nd(D2EHPA)3")].M, 0.144242+3*(0.322425761998-0.001008), 1e-14)
}

func TestPhasesAreContiguous(t *testing.T) {
	s := load(t, uky)
	next := 0
	for _, p := range []chem.Phase{chem.Aqueous, chem.Organic, chem.Solid, chem.Gas} {
		first, end := s.Span(p)
		if first != next || end <= first {
			t.Errorf("%v spans %d to %d, want it to begin at %d", p, first, end, next)
		}
		for i := first; i < end; i++ {
			if s.Components[i].Phase != p {
				t.Errorf("%s stands among the %v components", s.Components[i].Name, p)
			}
		}
		if len(s.Names(p)) != end-first {
			t.Errorf("%v: %d names for %d components", p, len(s.Names(p)), end-first)
		}
		next = end
	}
	if next != len(s.Components) {
		t.Errorf("phases end at %d of %d components", next, len(s.Components))
	}
	for p, want := range map[chem.Phase]string{chem.Aqueous: "H2O", chem.Organic: "kerosene"} {
		if got := s.Solvent(p); got != index(t, s, want) {
			t.Errorf("solvent of the %v phase is %d, want %s", p, got, want)
		}
	}
	if s.Solvent(chem.Solid) != -1 || s.Solvent(chem.Gas) != -1 {
		t.Error("solids and gases have no solvent")
	}
}

// Every reaction that the units rest on conserves every element and charge.
func TestReactionsBalance(t *testing.T) {
	s := load(t, uky)
	check := func(what string, terms map[string]float64) {
		n := make([]float64, len(s.Components))
		for name, count := range terms {
			n[index(t, s, name)] += count
		}
		for e, el := range s.Elements {
			if left := s.ElementFlow(e, n); left != 0 {
				t.Errorf("%s: %g atoms of %s left", what, left, el.Symbol)
			}
		}
		if q := s.ChargeFlow(n); q != 0 {
			t.Errorf("%s: charge %g left", what, q)
		}
		if m := s.Mass(n); math.Abs(m) > 1e-14 {
			t.Errorf("%s: %g kg left", what, m)
		}
	}
	water := map[string]float64{"Al": 1, "Fe": 2}
	hydrate := map[string]string{"Al": "H2O", "Fe": "2H2O"}
	for _, m := range uky.Elements {
		if m == "S" || m == "Cl" || m == "Ca" {
			continue
		}
		x, h := 10.0, "10H2O"
		if w, ok := water[m]; ok {
			x, h = w, hydrate[m]
		}
		oxalate, oxide, ion, complexed := m+"2(C2O4)3·"+h+"(s)", m+"2O3(s)", m+"+3", m+"(D2EHPA)3"
		check("roast "+m, map[string]float64{oxalate: -1, "O2(g)": -1.5, oxide: 1, "CO2(g)": 6, "H2O(g)": x})
		check("leach "+m, map[string]float64{oxide: -1, "H+": -6, ion: 2, "H2O": 3})
		check("extract "+m, map[string]float64{ion: -1, "D2EHPA": -3, complexed: 1, "H+": 3})
		check("precipitate "+m, map[string]float64{ion: -2, "C2O4-2": -3, "H2O": -x, oxalate: 1})
	}
	check("roast Ca", map[string]float64{"CaC2O4·H2O(s)": -1, "O2(g)": -0.5, "CaO(s)": 1, "CO2(g)": 2, "H2O(g)": 1})
	check("leach Ca", map[string]float64{"CaO(s)": -1, "H+": -2, "Ca+2": 1, "H2O": 1})
	check("extract Ca", map[string]float64{"Ca+2": -1, "D2EHPA": -2, "Ca(D2EHPA)2": 1, "H+": 2})
	check("precipitate Ca", map[string]float64{"Ca+2": -1, "C2O4-2": -1, "H2O": -1, "CaC2O4·H2O(s)": 1})
}

func TestKeys(t *testing.T) {
	s := load(t, uky)
	for name, want := range map[string]struct {
		key   string
		count float64
	}{
		"Nd+3": {"Nd", 1}, "Nd(D2EHPA)3": {"Nd", 1}, "Nd2O3(s)": {"Nd", 2}, "Nd2(C2O4)3·10H2O(s)": {"Nd", 2},
		"SO4-2": {"S", 1}, "Cl-": {"Cl", 1}, "H+": {"H", 1}, "C2O4-2": {"C", 2}, "SiO2(s)": {"Si", 1}, "CaO(s)": {"Ca", 1},
	} {
		c := s.Components[index(t, s, name)]
		if c.Key < 0 || s.Elements[c.Key].Symbol != want.key || c.KeyCount != want.count {
			t.Errorf("%s is counted %g times under element %d, want %s", name, c.KeyCount, c.Key, want.key)
		}
	}
	for _, name := range []string{"H2O", "kerosene", "D2EHPA", "O2(g)", "H2O(g)", "CO2(g)", "N2(g)"} {
		if c := s.Components[index(t, s, name)]; c.Key != -1 || c.KeyCount != 0 {
			t.Errorf("%s is counted under element %d", name, c.Key)
		}
	}
	nd, _ := s.Element("Nd")
	si, _ := s.Element("Si")
	for _, c := range []struct {
		got  int
		want string
	}{
		{s.ByKey(chem.Aqueous, nd), "Nd+3"}, {s.ByKey(chem.Organic, nd), "Nd(D2EHPA)3"},
		{s.InFamily("oxide", nd), "Nd2O3(s)"}, {s.InFamily("oxalate", nd), "Nd2(C2O4)3·10H2O(s)"}, {s.InFamily("gangue", si), "SiO2(s)"},
	} {
		if c.got != index(t, s, c.want) {
			t.Errorf("got component %d, want %s", c.got, c.want)
		}
	}
	if s.ByKey(chem.Organic, si) != -1 || s.InFamily("oxide", si) != -1 {
		t.Error("silicon is neither organic nor an oxide of this system")
	}
}

func TestMassAndVolume(t *testing.T) {
	s := load(t, uky)
	n := make([]float64, len(s.Components))
	n[index(t, s, "H2O")] = 1 / 0.018015       // 1 kg
	n[index(t, s, "SO4-2")] = 0.1 / 0.096056   // 0.1 kg, no volume
	n[index(t, s, "kerosene")] = 0.82 / 0.1703 // about 1 L
	n[index(t, s, "SiO2(s)")] = 2.4 / 0.060083 // 1 L
	n[index(t, s, "N2(g)")] = 1 / 0.028014     // 1 kg, no volume here
	kerosene := n[index(t, s, "kerosene")] * 0.17034
	near(t, "aqueous mass", s.PhaseMass(chem.Aqueous, n), 1.1, 1e-14)
	near(t, "aqueous volume", s.PhaseVolume(chem.Aqueous, n), 1e-3, 1e-14)
	near(t, "organic volume", s.PhaseVolume(chem.Organic, n), kerosene/820, 1e-14)
	near(t, "solid volume", s.PhaseVolume(chem.Solid, n), 1e-3, 1e-14)
	near(t, "mass", s.Mass(n), 1.1+kerosene+2.4+1, 1e-14)
	near(t, "volume", s.Volume(n), 2e-3+kerosene/820, 1e-14)
	if s.PhaseVolume(chem.Gas, n) != 0 {
		t.Error("a gas has no volume here")
	}
}

func TestEveryRareEarth(t *testing.T) {
	sel := chem.Selection{Families: []string{"aqueous", "organic", "oxide", "oxalate"}, Extractant: "D2EHPA"}
	sel.Elements = []string{"Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu"}
	s := load(t, sel)
	for _, symbol := range sel.Elements {
		e, ok := s.Element(symbol)
		if !ok || s.Elements[e].Group != "ree" {
			t.Errorf("%s is not a rare earth", symbol)
			continue
		}
		if s.ByKey(chem.Aqueous, e) < 0 || s.ByKey(chem.Organic, e) < 0 || s.InFamily("oxide", e) < 0 || s.InFamily("oxalate", e) < 0 {
			t.Errorf("%s lacks a component", symbol)
		}
		known := !slices.Contains([]string{"Eu", "Tb", "Ho", "Er", "Tm", "Yb", "Lu"}, symbol)
		if has := s.Components[s.InFamily("oxide", e)].Enthalpy != nil; has != known {
			t.Errorf("%s2O3: enthalpy known %v, want %v", symbol, has, known)
		}
	}
}

func TestDerivedIsWorkedOutOnce(t *testing.T) {
	s, err := chem.Load(chem.Selection{Elements: []string{"Cl"}, Families: []string{"aqueous"}})
	if err != nil {
		t.Fatal(err)
	}
	times := 0
	for range 3 {
		v, err := s.Derived("answer", func() (any, error) {
			if times++; times == 1 {
				return nil, errors.New("not yet")
			}
			return times, nil
		})
		if (err != nil) != (times == 1) || err == nil && v != 2 {
			t.Errorf("%v, %v after %d", v, err, times)
		}
	}
	if times != 2 {
		t.Errorf("worked out %d times, want the failure and once more", times)
	}
}
