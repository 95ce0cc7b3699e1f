package chem_test

import (
	"math"
	"testing"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

func reference(t *testing.T) *conf.Table {
	t.Helper()
	tree, err := conf.Load("testdata/uky.toml")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Err(); err != nil {
			t.Error(err)
		}
	})
	return tree.Root()
}

// Distribution ratios and bisulfate of published stages.
func TestStagesOfUKy(t *testing.T) {
	s := load(t, uky)
	model, err := s.LogD("D2EHPA-UKy")
	if err != nil {
		t.Fatal(err)
	}
	if len(model.Terms) != 12 {
		t.Errorf("%d terms, want 12", len(model.Terms))
	}
	near(t, "volume of pure D2EHPA", model.PureVolume, 0.322431/975.8, 1e-14)
	stages := reference(t).Tables("stage")
	if len(stages) != 3 {
		t.Fatalf("%d stages", len(stages))
	}
	for _, stage := range stages {
		name, pH := stage.Text("name"), stage.Quantity("pH", "1", conf.Any)
		free := stage.Quantity("D2EHPA", "kg/m3", conf.Positive) / 0.322431 // mol/m3
		dosage := 100 * free * model.PureVolume
		D := stage.Table("D")
		for _, term := range model.Terms {
			el := s.Elements[term.Element].Symbol
			// D is printed with 8 digits, pH too: an error of 5e-9 times the slope (up to 5) in log D.
			near(t, name+" D of "+el, math.Pow(10, term.At(pH, dosage)), D.Quantity(el, "1", conf.Positive), 1e-6)
		}
		if stage.Has("HSO4") {
			h, hso4, so4 := stage.Quantity("H", "kg/m3", conf.Positive)/0.001, stage.Quantity("HSO4", "kg/m3", conf.Positive)/0.097, stage.Quantity("SO4", "kg/m3", conf.Positive)/0.096
			near(t, name+" free acid", s.FreeAcid(h+hso4, hso4+so4), h, 1e-7)
		}
	}
}

// Heat duty of the oxalate roaster: enthalpies of oxalates, oxides, gases and liquid water in one balance.
func TestRoasterHeatOfUKy(t *testing.T) {
	s := load(t, uky)
	r := reference(t).Table("roaster")
	in, out := make([]float64, len(s.Components)), make([]float64, len(s.Components))
	h := func(i int, T float64) float64 { return s.Components[i].Enthalpy.At(T) }
	gas, fraction := r.Quantity("gas", "mol/s", conf.Positive), r.Table("gas_fraction")
	var heat float64
	for _, name := range fraction.Keys() {
		i := index(t, s, name)
		in[i] = gas * fraction.Quantity(name, "1", conf.Fraction)
		out[i] = in[i]
		heat -= in[i] * h(i, 1330)
	}
	oxygen, steam, carbon := index(t, s, "O2(g)"), index(t, s, "H2O(g)"), index(t, s, "CO2(g)")
	water := index(t, s, "H2O")
	in[water] = r.Quantity("moisture", "mol/s", conf.Positive)
	out[steam] += in[water]
	heat -= in[water] * h(water, 348.15)
	cake := r.Table("oxalate")
	C, _ := s.Element("C")
	H, _ := s.Element("H")
	for _, symbol := range cake.Keys() {
		e, _ := s.Element(symbol)
		oxalate, oxide := s.InFamily("oxalate", e), s.InFamily("oxide", e)
		n, c := cake.Quantity(symbol, "mol/s", conf.Positive), s.Components[s.InFamily("oxalate", e)]
		in[oxalate] = n
		out[oxide] += n * c.KeyCount / s.Components[oxide].KeyCount
		out[carbon] += n * c.Formula[C]
		out[steam] += n * c.Formula[H] / 2
		out[oxygen] -= n * c.Formula[C] / 4 // C2O4-2 + 1/2 O2 = 2 CO2 + O-2
		heat -= n * h(oxalate, 348.15)
	}
	for i, n := range out {
		if n != 0 {
			heat += n * h(i, 873.15)
		}
	}
	for e := range s.Elements {
		if a, b := s.ElementFlow(e, in), s.ElementFlow(e, out); math.Abs(a-b) > 1e-15*gas {
			t.Errorf("%s: %g in, %g out", s.Elements[e].Symbol, a, b)
		}
	}
	near(t, "heat", heat, r.Quantity("heat", "W", conf.Positive), 5e-6)
}

func TestLogDSelection(t *testing.T) {
	s := load(t, uky)
	small := load(t, chem.Selection{Elements: []string{"Nd", "Eu", "Ca"}, Families: []string{"aqueous", "organic"}, Extractant: "D2EHPA"})
	m, err := small.LogD("D2EHPA-UKy")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]chem.LogDTerm)
	for _, term := range m.Terms {
		got[small.Elements[term.Element].Symbol] = term
	}
	if len(got) != 2 || got["Nd"].Z != 3 || got["Ca"].Z != 2 || got["Nd"].Constant || !got["Ca"].Constant {
		t.Errorf("terms %+v, want Nd by correlation and Ca constant, no Eu", got)
	}
	if got["Nd"].Class != chem.Estimated || got["Ca"].Class != chem.Assumed || got["Nd"].Source == "" {
		t.Errorf("provenance of terms: %+v", got)
	}
	if m.PHLo != 1 || m.PHHi != 2 || m.DosageLo != 5 || m.DosageHi != 5 || m.OALo != 0.1 || m.OAHi != 10 {
		t.Errorf("ranges: %+v", m)
	}
	_, err = s.LogD("D2EHPA-UK")
	wantError(t, err, `no extraction model "D2EHPA-UK"; did you mean "D2EHPA-UKy"?`)
	wet := load(t, chem.Selection{Elements: []string{"Nd"}, Families: []string{"aqueous"}})
	_, err = wet.LogD("D2EHPA-UKy")
	wantError(t, err, `extraction model "D2EHPA-UKy" is for extractant D2EHPA, which is not in the system`)
}
