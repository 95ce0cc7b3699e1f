package si_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet/si"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-14*max(math.Abs(a), math.Abs(b)) }

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want float64
		dim  si.Dim
	}{
		{"100 gal", 0.3785411784, si.Dim{3}},
		{"100gal", 0.3785411784, si.Dim{3}},
		{" 45 g/L ", 45, si.Dim{-3, 1}},
		{"1 mg/L", 1e-3, si.Dim{-3, 1}},
		{"3.6 m3/h", 1e-3, si.Dim{3, 0, -1}},
		{"25 degC", 298.15, si.Dim{0, 0, 0, 1}},
		{"-40 degF", 233.15, si.Dim{0, 0, 0, 1}},
		{"-40°C", 233.15, si.Dim{0, 0, 0, 1}},
		{"25 (degC)", 298.15, si.Dim{0, 0, 0, 1}},
		{"8.314 J/mol/K", 8.314, si.Dim{2, 1, -2, -1, -1}},
		{"8.314 J/(mol K)", 8.314, si.Dim{2, 1, -2, -1, -1}},
		{"8.314 J mol-1 K^-1", 8.314, si.Dim{2, 1, -2, -1, -1}},
		{"8.314 J·mol⁻¹·K⁻¹", 8.314, si.Dim{2, 1, -2, -1, -1}},
		{"8.314 J.mol-1.K-1", 8.314, si.Dim{2, 1, -2, -1, -1}},
		{"8.314 J / (mol * K)", 8.314, si.Dim{2, 1, -2, -1, -1}},
		{"3600 mol/kg/h", 1, si.Dim{0, -1, -1, 0, 1}},
		{"3600 m3/m2/h", 1, si.Dim{1, 0, -1}},
		{"3600 m³/m²/h", 1, si.Dim{1, 0, -1}},
		{"2 m^3", 2, si.Dim{3}},
		{"2 m^-3", 2, si.Dim{-3}},
		{"7 1/s", 7, si.Dim{0, 0, -1}},
		{"7/s", 7, si.Dim{0, 0, -1}},
		{"7 /s", 7, si.Dim{0, 0, -1}},
		{"2 1/(h/d)", 48, si.Dim{}},
		{"4 (m/s)2", 4, si.Dim{2, 0, -2}},
		{"5", 5, si.Dim{}},
		{".5", 0.5, si.Dim{}},
		{"-1e-3", -1e-3, si.Dim{}},
		{"5 1", 5, si.Dim{}},
		{"1e3m", 1000, si.Dim{1}},
		{"45 %", 0.45, si.Dim{}},
		{"5 ppm", 5e-6, si.Dim{}},
		{"5 ppb", 5e-9, si.Dim{}},
		{"2 M", 2000, si.Dim{-3, 0, 0, 0, 1}},
		{"2 mmol/L", 2, si.Dim{-3, 0, 0, 0, 1}},
		{"2 mM", 2, si.Dim{-3, 0, 0, 0, 1}},
		{"1 gpm", 6.30901964e-5, si.Dim{3, 0, -1}},
		{"1 ft3", 0.028316846592, si.Dim{3}},
		{"1 lb", 0.45359237, si.Dim{0, 1}},
		{"1 t", 1000, si.Dim{0, 1}},
		{"1 kt", 1e6, si.Dim{0, 1}},
		{"1 ng", 1e-12, si.Dim{0, 1}},
		{"1 µg", 1e-9, si.Dim{0, 1}}, // U+00B5
		{"1 μg", 1e-9, si.Dim{0, 1}}, // U+03BC
		{"1 ug", 1e-9, si.Dim{0, 1}},
		{"1 min", 60, si.Dim{0, 0, 1}},
		{"1 d", 86400, si.Dim{0, 0, 1}},
		{"1 a", 31557600, si.Dim{0, 0, 1}},
		{"1 atm", 101325, si.Dim{-1, 1, -2}},
		{"1 psi", 6894.757293168361, si.Dim{-1, 1, -2}},
		{"1 kPa", 1000, si.Dim{-1, 1, -2}},
		{"1 bar", 1e5, si.Dim{-1, 1, -2}},
		{"1 kcal", 4184, si.Dim{2, 1, -2}},
		{"1 kWh", 3.6e6, si.Dim{2, 1, -2}},
		{"1 MW", 1e6, si.Dim{2, 1, -3}},
		{"2 V A", 2, si.Dim{2, 1, -3}},
		{"2 ohm A2", 2, si.Dim{2, 1, -3}},
		{"2 Ω*A^2", 2, si.Dim{2, 1, -3}},
		{"3 Bq/g", 3000, si.Dim{0, -1, -1}},
		{"3 USD/lb", 3 / 0.45359237, si.Dim{0, -1, 0, 0, 0, 0, 1}},
		{"3 MUSD", 3e6, si.Dim{0, 0, 0, 0, 0, 0, 1}},
	} {
		v, u, err := si.Parse(c.text)
		if err != nil || !near(v, c.want) || u.Dim != c.dim {
			t.Errorf("Parse(%q) = %v %v %v, want %v %v", c.text, v, u.Dim, err, c.want, c.dim)
		}
	}
}

func TestParseFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `"" does not begin with a number`},
		{"gal", `"gal" does not begin with a number`},
		{"nan m", `"nan m" does not begin with a number`},
		{"inf", `"inf" does not begin with a number`},
		{"- 5 m", `"- 5 m" does not begin with a number`},
		{"1e m", `"1e m": unknown unit "e"; known are`},
		{"5 cd", `"5 cd": unknown unit "cd"; did you mean "d"?`}, // no centidays
		{"1e999 m", `"1e999 m": number 1e999 is out of range`},
		{"1e308 km", `"1e308 km" is out of range`},
		{"1,000 L", `"1,000 L": write the number without a comma`},
		{"5 gals", `"5 gals": unknown unit "gals"; did you mean "gal"?`},
		{"5 Kg", `"5 Kg": unknown unit "Kg"; did you mean "kg"?`},
		{"5 KPA", `"5 KPA": unknown unit "KPA"; did you mean "kPa"?`},
		{"5 hr", `"5 hr": unknown unit "hr"; did you mean "h"?`},
		{"5 m3/day", `"5 m3/day": unknown unit "day"; did you mean "d"?`},
		{"25 C", `"25 C": unknown unit "C"; did you mean "degC"?`},
		{"5 tonnes", `"5 tonnes": unknown unit "tonnes"; did you mean "t"?`},
		{"5 kmin", `"5 kmin": unknown unit "kmin"; did you mean "min"?`},
		{"5 furlong", `"5 furlong": unknown unit "furlong"; known are 1 % ppm`},
		{"5 J/mol K", `"5 J/mol K": ambiguous after the '/': write a/(b c) or a/b/c`},
		{"5 J/degC", `"5 J/degC": degC and degF stand alone: use K in a product`},
		{"5 1/degC", `"5 1/degC": degC and degF stand alone: use K in a product`},
		{"5 degC2", `"5 degC2": degC and degF have no powers: use K`},
		{"5 m/", `"5 m/": it ends too early`},
		{"5 m//s", `"5 m//s": "/" is out of place`},
		{"5 (m", `"5 (m": a ')' is missing`},
		{"5 m)", `"5 m)": ")" is out of place`},
		{"5 ()", `"5 ()": ")" is out of place`},
		{"5 m3h", `"5 m3h": "h" is out of place`},
		{"5 m^", `"5 m^": "m^" needs a whole exponent`},
		{"5 m^0.5", `"5 m^0.5": number 5 is out of place`},
		{"5 m12", `"5 m12": exponent above 9`},
		{"5 mg/100 mL", `"5 mg/100 mL": number 100 is out of place`},
		{"5 \x00", `"5 \x00": "\x00" is out of place`},
		{"5 ((((((((((m))))))))))", `"5 ((((((((((m))))))))))": too many parentheses`},
		{"5 ((m9)9)9", `"5 ((m9)9)9": exponents are too large`},
		{"5 (Tm9)9", `"5 (Tm9)9": the size of the unit is out of range`},
	} {
		_, _, err := si.Parse(c.text)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Parse(%q): %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := si.ParseUnit("m3/hr"); err == nil || err.Error() != `unit "m3/hr": unknown unit "hr"; did you mean "h"?` {
		t.Error(err)
	}
}

func TestConvert(t *testing.T) {
	for _, c := range []struct {
		si   float64
		unit string
		want float64
	}{
		{298.15, "degC", 25}, {273.15, "degF", 32}, {1e-3, "m3/h", 3.6}, {0.45, "%", 45}, {2, "", 2}, {5, "K", 5},
	} {
		if v, err := si.Convert(c.si, c.unit); err != nil || math.Abs(v-c.want) > 1e-12*c.want {
			t.Errorf("Convert(%v, %q) = %v %v, want %v", c.si, c.unit, v, err, c.want)
		}
	}
	if _, err := si.Convert(1, "parsec"); err == nil {
		t.Error("an unknown unit must fail")
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"gpm", "L/h", true}, {"degC", "K", true}, {"%", "1", true}, {"", "ppm", true}, {"kg", "m3", false},
		{"W", "kWh/h", true}, {"mm", "m", true}, {"cL", "L", true}, {"hPa", "Pa", true}, {"min", "s", true}, {"mmol", "mol", true}, {"Bq", "Hz", true}, {"nonsense", "nonsense", false}, {"m", "nonsense", false},
	} {
		if si.Same(c.a, c.b) != c.want {
			t.Errorf("Same(%q, %q) is not %v", c.a, c.b, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"stages", "volume", "temperature", "acid", "T", "Nd+3"}
	for _, c := range []struct{ name, want string }{
		{"stags", "stages"}, {"satges", "stages"}, {"Volume", "volume"}, {"temprature", "temperature"}, {"adic", "acid"},
		{"t", "T"}, {"nd+3", "Nd+3"}, {"Nd3", "Nd+3"}, {"x", ""}, {"", ""}, {"reagent", ""}, {"pressure", ""},
	} {
		if got := si.Nearest(c.name, names); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.name, got, c.want)
		}
	}
	if got := si.Nearest("a", nil); got != "" {
		t.Errorf("Nearest of nothing = %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"100 gal", "8.314 J/(mol K)", "25 degC", "1 µg m⁻³", "5 m^-3*h", "1e3 1/h", "5 ((m))2", "7/s", "5 J/mol K"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, u, err := si.Parse(s)
		if err != nil {
			if v != 0 || u != (si.Unit{}) {
				t.Fatalf("%q: a value beside the error", s)
			}
			return
		}
		if math.IsNaN(v) || math.IsInf(v, 0) || !(u.Factor > 0) {
			t.Fatalf("%q: %v %+v", s, v, u)
		}
		again, err := si.ParseUnit(u.Name)
		if err != nil || again != u {
			t.Fatalf("%q: unit %q reads as %+v, then %+v %v", s, u.Name, u, again, err)
		}
		if !si.Same(u.Name, u.Name) {
			t.Fatalf("%q: not of its own dimension", s)
		}
	})
}

func ExampleParse() {
	flow, unit, err := si.Parse("100 gpm")
	fmt.Printf("%.6f m3/s, %v, %v\n", flow, si.Same(unit.Name, "m3/s"), err)
	inLitres, _ := si.Convert(flow, "L/min")
	fmt.Printf("%.2f L/min\n", inLitres)
	_, _, err = si.Parse("100 gpn")
	fmt.Println(err)
	// Output:
	// 0.006309 m3/s, true, <nil>
	// 378.54 L/min
	// "100 gpn": unknown unit "gpn"; did you mean "gpm"?
}
