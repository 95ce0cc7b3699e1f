package hydromet

import (
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

const (
	acidFeed = `
phase = "aqueous"
flow = "100 L/h"
temperature = "303 K"
tenor = { "H+" = "277 mg/L", "HSO4-" = "25025 mg/L", "Nd" = "0.01 mol/L", "NaOH" = "1 mmol/L" }
molar_mass = { "H+" = "1 g/mol", "HSO4-" = "97 g/mol" }
`
	refuseFeed = `
phase = "solid"
flow = "22.68 kg/h"
temperature = "30 degC"
assay = { "Al2O3(s)" = 0.237, "SiO2(s)" = "76.2 %", "Nd" = 0.001 }
`
	gasFeed = `
phase = "gas"
flow = "0.00781 mol/s"
temperature = "1330 K"
fraction = { "O2(g)" = 0.25, "N2(g)" = 0.75 }
`
)

func TestFeedAqueous(t *testing.T) {
	r := newRig(t, NewFeed, acidFeed, nil, []string{"1"})
	r.tangent(flowsheet.Stage{})
	flow := 0.1 / 3600
	bisulfate := 25.025 / 0.097
	n := r.out[0].N
	r.equal("T", r.out[0].T, 303)
	r.equal("volume", r.sys.Volume(n), flow)
	r.equal("H+", n[r.index("H+")], flow*(277+bisulfate-1))
	r.equal("SO4-2", n[r.index("SO4-2")], flow*bisulfate)
	r.equal("Nd+3", n[r.index("Nd+3")], flow*10)
	r.equal("Na+", n[r.index("Na+")], flow)
	if h := r.spec.Handles[4]; h.Name != "tenor.Nd" || h.Unit != "mol/m3" || h.Lo != 0 {
		t.Errorf("handle %+v", h)
	}
	r.u[feedFlow] = 0
	r.solve(flowsheet.Stage{})
	r.equal("mass at flow 0", r.sys.Mass(n), 0)
	r.u[feedFlow] = -1
	r.fails("flow is -1 m3/s, outside at least 0")
}

func TestFeedPureSolvent(t *testing.T) {
	for _, tenor := range []string{"", "tenor = {}"} {
		r := newRig(t, NewFeed, "phase = \"organic\"\nflow = \"1 m3/h\"\ntemperature = \"298 K\"\n"+tenor, nil, nil)
		r.solve(flowsheet.Stage{})
		diluent := r.sys.Solvent(chem.Organic)
		r.equal("diluent", r.out[0].N[diluent]*r.sys.Components[diluent].V, 1./3600)
	}
}

// The free extractant may be given as a dosage in volume: 20 % of pure D2EHPA is 195.16 g/L.
// Source: prommis_uky.json, operating_conditions.rougher_org_makeup.
func TestFeedOrganic(t *testing.T) {
	r := newRig(t, NewFeed, `
phase = "organic"
flow = "12.89 L/h"
temperature = "303 K"
tenor = { D2EHPA = "20 %" }`, nil, nil)
	r.tangent(flowsheet.Stage{})
	r.equal("D2EHPA", r.out[0].N[r.index("D2EHPA")], 12.89e-3/3600*195.16/0.322431)
	wants(t, rigFaults(t, NewFeed, `
phase = "organic"
flow = "1 L/h"
temperature = "303 K"
tenor = { D2EHPA = "120 %" }`, nil, nil), "more than the whole volume")
}

func TestFeedSolid(t *testing.T) {
	r := newRig(t, NewFeed, strings.Replace(refuseFeed, `"Nd"`, `"Nd2O3(s)"`, 1), nil, nil)
	r.tangent(flowsheet.Stage{})
	r.equal("mass", r.sys.Mass(r.out[0].N), 22.68/3600)
	i := r.index("Al2O3(s)")
	r.equal("Al2O3", r.out[0].N[i]*r.sys.Components[i].M, 0.237*22.68/3600)
	if w := r.unit.(flowsheet.Reporter).Report(r.u, r.x, r.in, r.out).Warnings; len(w) != 0 {
		t.Errorf("warnings %v", w)
	}
	r.u[feedComposition] += 0.01
	w := r.unit.(flowsheet.Reporter).Report(r.u, r.x, r.in, r.out).Warnings
	if len(w) != 1 || w[0].Code != "assay_sum" {
		t.Errorf("warnings of a moved assay: %v", w)
	}
	wants(t, rigFaults(t, NewFeed, refuseFeed, nil, nil), `"Nd" may be`)
}

// A sum beside 1 must be owned up to.
func TestFeedAssaySum(t *testing.T) {
	short := strings.Replace(refuseFeed, `, "Nd" = 0.001`, "", 1)
	wants(t, rigFaults(t, NewFeed, short, nil, nil), "the fractions add to 0.999, not to 1")
	wants(t, rigFaults(t, NewFeed, short+"assay_sum = 0.998\n", nil, nil), "the fractions add to 0.999, not to 0.998")
	r := newRig(t, NewFeed, short+"assay_sum = 0.999\n", nil, nil)
	r.solve(flowsheet.Stage{})
	r.equal("mass", r.sys.Mass(r.out[0].N), 0.999*22.68/3600)
}

func TestFeedGas(t *testing.T) {
	r := newRig(t, NewFeed, gasFeed, nil, nil)
	r.tangent(flowsheet.Stage{})
	r.equal("O2", r.out[0].N[r.index("O2(g)")], 0.25*0.00781)
	wants(t, rigFaults(t, NewFeed, strings.Replace(gasFeed, "0.75", "0.7", 1), nil, nil), "the fractions add to 0.95, not to 1")
}

// More extractant than its pure liquid holds is a fault in every unit, and out of reach of its handle.
func TestFeedDosageIsAtMostAll(t *testing.T) {
	feed := func(dosage string) string {
		return "phase = \"organic\"\nflow = \"1 L/h\"\ntemperature = \"303 K\"\ntenor = { D2EHPA = \"" + dosage + "\" }"
	}
	for _, dosage := range []string{"101 %", "20 mol/L", "980 g/L"} {
		wants(t, rigFaults(t, NewFeed, feed(dosage), nil, nil), "more than the whole volume")
	}
	r := newRig(t, NewFeed, feed("100 %"), nil, nil)
	r.solve(flowsheet.Stage{})
	r.u[feedComposition] *= 1.01
	r.fails("tenor.D2EHPA is")
}

func TestFeedNetChargeWarns(t *testing.T) {
	for tenor, want := range map[string]string{
		`"H2SO4" = "1 mol/L", "NaOH" = "1 g/L"`:         "",
		`"H+" = "277 mg/L", "HSO4-" = "26.87 g/L"`:      "",
		`"HCl" = "1 mol/L", "Nd+3" = "1 mol/L"`:         "60 % of the ions' charge is not balanced: anions are missing",
		`"H+" = "0 mol/L", "SO4-2" = "1 mol/L"`:         "100 % of the ions' charge is not balanced: cations are missing",
		`"Nd+3" = "2 mol/L", "SO4-2" = "3 mol/L"`:       "",
		`"Nd+3" = "2 mol/L", "SO4-2" = "3.2 mol/L"`:     "3.23 % of the ions' charge is not balanced: cations are missing",
		`"Nd+3" = "0.2 mol/L", "SO4-2" = "0.301 mol/L"`: "",
	} {
		r := newRig(t, NewFeed, "phase = \"aqueous\"\nflow = \"1 L/h\"\ntemperature = \"303 K\"\ntenor = { "+tenor+" }", nil, nil)
		r.solve(flowsheet.Stage{})
		got := ""
		for _, w := range r.unit.(flowsheet.Reporter).Report(r.u, r.x, r.in, r.out).Warnings {
			got += w.Text
		}
		if got != want {
			t.Errorf("%s: warns %q, want %q", tenor, got, want)
		}
	}
}

func TestFeedFaults(t *testing.T) {
	feed := func(phase, rest string) string {
		return rigFaults(t, NewFeed, "phase = \""+phase+"\"\nflow = \"1 L/h\"\ntemperature = \"298 K\"\n"+rest, nil, nil)
	}
	wants(t, feed("aqueous", `tenor = { "Nd+2" = "1 g/L" }`), `did you mean "Nd+3"?`)
	wants(t, feed("aqueous", `tenor = { "Nd" = "1 g/L", "Nd+3" = "1 g/L" }`), "Nd+3 is already given as Nd")
	wants(t, feed("aqueous", `tenor = { "H2O" = "1 kg/L" }`), "H2O is the solvent")
	wants(t, feed("aqueous", `tenor = { "Nd" = "20 %" }`), "tenor.Nd")
	wants(t, feed("aqueous", `tenor = { "Nd" = "-1 g/L" }`), "tenor.Nd")
	wants(t, feed("aqueous", "tenor = { \"Nd\" = \"1 mol/L\" }\nmolar_mass = { \"Pr\" = \"141 g/mol\" }"), "not used: tenor has no Pr")
	wants(t, feed("aqueous", "molar_mass = { \"Nd\" = \"144 g/mol\" }"), "not used")
	wants(t, feed("aqueous", "tenors = {}"), "unknown key")
	wants(t, feed("solid", `assay = { "SiO2(s)" = 1 }`), "flow")
	wants(t, feed("gas", ""), "fraction")
	wants(t, feed("plasma", ""), "phase")
	if got := feed("aqueous", `tenor = { "H+" = "-1 mol/L" }`); got != "" {
		t.Errorf("alkalinity is legal, got %s", got)
	}
}
