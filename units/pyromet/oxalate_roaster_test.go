package pyromet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

const chemistry = `
[chemistry]
elements = ["Al", "Ca", "Fe", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Dy", "S", "Cl"]
families = ["aqueous", "organic", "gangue", "oxide", "oxalate", "gas"]
extractant = "D2EHPA"
molar_volume = { "H2O" = "18.000 cm3/mol" }
`

// The operating conditions of PrOMMiS, src/prommis/uky/uky_flowsheet.py, commit 9beba554.
const parameters = `
[unit]
outlet_temperature = "873.15 K"
product_recovery = 0.95
[unit.gas]
flow = "0.00781 mol/s"
temperature = "1330 K"
[unit.gas.fraction]
"O2(g)" = 0.1118
"H2O(g)" = 0.1005
"CO2(g)" = 0.0431
"N2(g)" = 0.7446
`

// roaster is an oxalate roaster with all that Solve takes.
type roaster struct {
	*OxalateRoaster
	t       *testing.T
	sys     *chem.System
	u       []float64
	in, out []flowsheet.Stream
}

func newRoaster(t *testing.T, chemistry, parameters string) *roaster {
	t.Helper()
	tree, err := conf.Parse("test", []byte(chemistry+parameters))
	if err != nil {
		t.Fatal(err)
	}
	r := &roaster{OxalateRoaster: NewOxalateRoaster().(*OxalateRoaster), t: t, sys: chem.FromConfig(tree.Root().Table("chemistry"))}
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	unit := tree.Root().Table("unit")
	spec, err := r.Init(flowsheet.Env{Tag: "roaster", System: r.sys, Param: unit, In: []string{"solid", "liquid"}})
	unit.Close()
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range spec.Handles {
		r.u = append(r.u, h.Value)
	}
	for range spec.In {
		r.in = append(r.in, flowsheet.Stream{T: 298.15, N: make([]float64, len(r.sys.Components))})
	}
	for range spec.Out {
		r.out = append(r.out, flowsheet.Stream{N: make([]float64, len(r.sys.Components))})
	}
	return r
}

func (r *roaster) solve() error { return r.Solve(&flowsheet.Stage{}, r.u, nil, r.in, r.out) }

func (r *roaster) heat() float64 {
	y := make([]float64, 1)
	r.Observe(r.u, nil, r.in, r.out, y)
	return y[0]
}

func (r *roaster) at(name string) int {
	r.t.Helper()
	i, ok := r.sys.Index(name)
	if !ok {
		r.t.Fatalf("no component %q", name)
	}
	return i
}

// oxalate is the oxalate of an element.
func (r *roaster) oxalate(symbol string) int {
	e, _ := r.sys.Element(symbol)
	return r.sys.InFamily("oxalate", e)
}

func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s is %.9g, want %.9g within %g", what, got, want, rel)
	}
}

func (r *roaster) checkGas(flow, rel float64, fractions map[string]float64) {
	r.t.Helper()
	sum := 0.0
	for _, n := range r.out[fluegas].N {
		sum += n
	}
	near(r.t, "gas, mol/s", sum, flow, rel)
	for name, y := range fractions {
		near(r.t, "fraction of "+name, r.out[fluegas].N[r.at(name)]/sum, y, rel)
	}
}

// sourceMass is the mass flow of oxides with the atomic masses of the source, which are cut to five digits (g/mol).
func (r *roaster) sourceMass(n []float64) (mass float64) {
	atomic := map[string]float64{"O": 15.999, "Al": 26.982, "Fe": 55.845, "Ca": 40.078, "Sc": 44.956, "Y": 88.906, "La": 138.91,
		"Ce": 140.12, "Pr": 140.91, "Nd": 144.24, "Sm": 150.36, "Gd": 157.25, "Dy": 162.5}
	for e, el := range r.sys.Elements {
		mass += r.sys.ElementFlow(e, n) * atomic[el.Symbol] / 1000
	}
	return mass
}

// The UKy plant as recomputed from the source's equations: PrOMMiS, commit 9beba554, src/prommis/uky; precipitate in mol/h,
// cake moisture 0.3517 L/h at 18.000 cm3/mol and 348.15 K; oxide product as mass fractions of metal in it. PrOMMiS itself
// asserts gas flow and fractions to six digits (uky/tests/test_uky_flowsheet.py).
func TestUKy(t *testing.T) {
	r := newRoaster(t, chemistry, parameters)
	for symbol, n := range map[string]float64{
		"Al": 0.00053264973, "Ca": 0.0019350921, "Fe": 0.00055868507, "Sc": 4.6455365e-12, "Y": 0.00012886659,
		"La": 0.00016495271, "Ce": 0.0038336077, "Pr": 2.5328216e-05, "Nd": 0.0015316866, "Sm": 1.641371e-05,
		"Gd": 0.00035256005, "Dy": 0.00010787246,
	} {
		r.in[0].N[r.oxalate(symbol)] = n / 3600
	}
	r.in[0].T, r.in[1].T = 348.15, 348.15
	r.in[1].N[r.at("H2O")] = 0.3517e-3 / 3600 / 18e-6
	if err := r.solve(); err != nil {
		t.Fatal(err)
	}
	r.checkGas(0.013265452, 1e-5, map[string]float64{
		"O2(g)": 0.065573893, "H2O(g)": 0.46967754, "CO2(g)": 0.026367271, "N2(g)": 0.4383813})
	near(t, "heat, W", r.heat(), 206.47322, 1e-5)
	near(t, "product, kg/h", 3600*r.sourceMass(r.out[product].N), 0.0021761714, 1e-5)
	near(t, "dust, kg/h", 3600*r.sourceMass(r.out[dust].N), 0.00011453534, 1e-5)
	for k, T := range []float64{873.15, 873.15, 873.15, 873.15, 1330} {
		near(t, "temperature", r.out[k].T, T, 0)
	}
	// The burner gas is hotter than NIST's range for CO2; the source uses it all the same.
	report := r.Report(r.u, nil, r.in, r.out)
	if len(report.Warnings) != 1 || report.Warnings[0].Where != "burner_gas CO2(g)" || report.Warnings[0].Limit != 1200 {
		t.Errorf("warnings %+v, want one on CO2 of the burner gas above 1200 K", report.Warnings)
	}
}

// PrOMMiS, commit 9beba554, src/prommis/roasting/tests/test_ree_oxalate_roaster.py; printed digits.
func TestMethaneGas(t *testing.T) {
	r := newRoaster(t, chemistry, parameters)
	fractions := map[string]float64{
		"Al2O3(s)": 0.0330398, "Fe2O3(s)": 0.0517456, "CaO(s)": 0.0181714, "Sc2O3(s)": 0.0446886, "Y2O3(s)": 0.073172,
		"La2O3(s)": 0.105579, "Ce2O3(s)": 0.1063632, "Pr2O3(s)": 0.1068752, "Nd2O3(s)": 0.1090333, "Sm2O3(s)": 0.1129996,
		"Gd2O3(s)": 0.1174649, "Dy2O3(s)": 0.1208674,
	}
	for name := range fractions {
		r.in[0].N[r.oxalate(r.sys.Elements[r.sys.Components[r.at(name)].Key].Symbol)] = 6.1e-5 / 3600
	}
	r.in[0].T = 299.15
	r.in[0].N[r.at("H2O")] = 0.000675 // moisture may come with the cake itself
	if err := r.solve(); err != nil {
		t.Fatal(err)
	}
	r.checkGas(0.008487, 1e-4, map[string]float64{"H2O(g)": 0.172195, "O2(g)": 0.102842, "CO2(g)": 0.039795})
	near(t, "heat, W", r.heat(), -82.248, 1e-5)
	mass := r.sys.Mass(r.out[product].N)
	near(t, "product, kg/s", mass, 4.9676e-8, 1e-4)
	for name, w := range fractions {
		i := r.at(name)
		near(t, name, r.out[product].N[i]*r.sys.Components[i].M/mass, w, 1e-4)
	}
}

// Entering oxides and gangue part like those made; dissolved matter leaves by salts; a gas in an inlet joins the gas.
func TestPassing(t *testing.T) {
	r := newRoaster(t, chemistry, parameters)
	r.in[0].N[r.at("SiO2(s)")] = 1
	r.in[0].N[r.at("Nd2O3(s)")] = 2
	r.in[0].N[r.oxalate("Nd")] = 1e-4
	r.in[0].N[r.at("Cl-")] = 0.5
	r.in[1].N[r.at("Cl-")] = 0.25
	r.in[1].N[r.at("H+")] = -0.75
	r.in[1].N[r.at("N2(g)")] = 3
	if err := r.solve(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		port int
		name string
		want float64
	}{
		{product, "SiO2(s)", 0.95}, {dust, "SiO2(s)", 0.05}, {product, "Nd2O3(s)", 0.95 * 2.0001},
		{dust, "Nd2O3(s)", 0.05 * 2.0001}, {product, "Nd2(C2O4)3·10H2O(s)", 0},
		{salts, "Cl-", 0.75}, {salts, "H+", -0.75}, {fluegas, "N2(g)", 3 + 0.00781*0.7446},
		{fluegas, "O2(g)", 0.00781*0.1118 - 1.5e-4}, {fluegas, "H2O(g)", 0.00781*0.1005 + 10e-4},
		{fluegas, "CO2(g)", 0.00781*0.0431 + 6e-4}, {burnerGas, "O2(g)", 0.00781 * 0.1118},
	} {
		near(t, c.name, r.out[c.port].N[r.at(c.name)], c.want, 1e-13)
	}
}

// The heat leaves out what has no data and says so; it never turns into NaN.
func TestNoEnthalpy(t *testing.T) {
	r := newRoaster(t, chemistry, parameters)
	if err := r.solve(); err != nil {
		t.Fatal(err)
	}
	idle := r.heat()
	r.in[0].N[r.at("Eu2O3(s)")] = 1
	if err := r.solve(); err != nil {
		t.Fatal(err)
	}
	near(t, "heat with Eu2O3, W", r.heat(), idle, 0)
	report := r.Report(r.u, nil, r.in, r.out)
	i := slices.IndexFunc(report.Warnings, func(w flowsheet.Warning) bool { return w.Code == "no_enthalpy" })
	if i < 0 || !strings.HasSuffix(report.Warnings[i].Text, ": Eu2O3(s)") {
		t.Errorf("warnings %+v, want no_enthalpy naming Eu2O3(s) alone", report.Warnings)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		prepare    func(r *roaster)
	}{
		{"oxygen", "oxygen short: the oxalates need 1.5 mol/s of O2, 0.000873158 mol/s available",
			func(r *roaster) { r.in[0].N[r.oxalate("Nd")] = 1 }},
		{"organic", "kerosene enters with 0.1 mol/s", func(r *roaster) { r.in[1].N[r.at("kerosene")] = 0.1 }},
		{"recovery", "product_recovery is 1.1, outside 0 to 1 (1)", func(r *roaster) { r.u[recovery] = 1.1 }},
		{"huge", "flow of SiO2(s) is +Inf mol/s",
			func(r *roaster) { r.in[0].N[r.at("SiO2(s)")], r.in[1].N[r.at("SiO2(s)")] = 1.7e308, 1.7e308 }},
	} {
		r := newRoaster(t, chemistry, parameters)
		c.prepare(r)
		if err := r.solve(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestChemistryTooSmall(t *testing.T) {
	for families, want := range map[string]string{
		`"aqueous", "oxide", "gas"`:     `add "oxalate"`,
		`"aqueous", "oxalate", "gas"`:   `add "oxide"`,
		`"aqueous", "oxide", "oxalate"`: "H2O(g)",
	} {
		tree, err := conf.Parse("test", []byte("[chemistry]\nelements = [\"Nd\"]\nfamilies = ["+families+"]\n"+parameters))
		if err != nil {
			t.Fatal(err)
		}
		sys := chem.FromConfig(tree.Root().Table("chemistry"))
		if sys == nil {
			t.Fatal(tree.Err())
		}
		_, err = NewOxalateRoaster().Init(flowsheet.Env{System: sys, Param: tree.Root().Table("unit")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("families %s: error %v, want %q", families, err, want)
		}
	}
}

func ExampleOxalateRoaster_Explain() {
	tree, err := conf.Parse("example", []byte(`
[chemistry]
elements = ["Ca", "Nd"]
families = ["aqueous", "oxide", "oxalate", "gas"]
`+parameters))
	if err != nil {
		fmt.Println(err)
		return
	}
	roaster := NewOxalateRoaster()
	_, err = roaster.Init(flowsheet.Env{
		System: chem.FromConfig(tree.Root().Table("chemistry")), Param: tree.Root().Table("unit")})
	if err != nil {
		fmt.Println(err)
		return
	}
	lines := strings.Split(roaster.(flowsheet.Explainer).Explain(), "\n")
	fmt.Println(strings.Join(lines[:3], "\n"))
	// Output:
	// Oxalates burn completely in the oxygen of the burner gas:
	//   CaC2O4·H2O(s) + 0.5 O2(g) -> 1 CaO(s) + 2 CO2(g) + 1 H2O(g)
	//   Nd2(C2O4)3·10H2O(s) + 1.5 O2(g) -> 1 Nd2O3(s) + 6 CO2(g) + 10 H2O(g)
}
