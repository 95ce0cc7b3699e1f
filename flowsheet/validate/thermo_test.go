package validate_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/validate"
	"reetwin/units"
)

// thermoSource is configs/validation/source/thermo.json.
type thermoSource struct {
	Rows []struct {
		Name, Reaction, Quantity, Basis, Evidence string
		T                                         float64 `json:"T_K"`
		Error                                     *[2]float64
		Known                                     *float64
	}
	Metal struct {
		Eutectic struct {
			X      float64
			C      float64 `json:"T_C"`
			XError float64 `json:"x_error"`
			TError float64 `json:"T_error_K"`
			Source string
		}
		Pressure       map[string][2]float64 `json:"melting_pressure_torr"`
		PressureSource string                `json:"melting_pressure_source"`
		Voltage        map[string]float64    `json:"voltages_Nd_1050C"`
		VoltageError   float64               `json:"voltage_error"`
		Adiabatic      struct {
			Excess float64
			T0     []float64 `json:"T0_K"`
			T      []float64 `json:"T_K"`
			Error  float64   `json:"error_K"`
		} `json:"adiabatic_DyF3"`
		Thermoneutral float64 `json:"thermoneutral_Nd_CO2_1050C"`
		Recomputed    string  `json:"recomputed_source"`
	}
}

// thermochemistry makes the cases of thermo.json. A known value passes within its stated error; where none is stated, within the
// expanded uncertainty of the data here. The number En = |computed − known| / √(U² of the data + U² of the known value) stands beside a stated
// error and decides nothing. A known value that the data here are made of is a calibration. Rows that compare two sets of data with one
// another are not published values and stay out.
func thermochemistry(t *testing.T) []validate.Case {
	text, err := os.ReadFile(filepath.Join(folder, "source", "thermo.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s thermoSource
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	lib, err := thermo.Load()
	if err != nil {
		t.Fatal(err)
	}
	// one case for what shares its temperature and its role
	var cases []validate.Case
	group := func(id, role string, T float64) *validate.Case {
		k := slices.IndexFunc(cases, func(c validate.Case) bool { return c.ID == id })
		if k < 0 {
			k = len(cases)
			cases = append(cases, validate.Case{ID: id, Kind: validate.Thermo, Role: role, Input: map[string]any{"reactions": map[string]any{}, "T_K": T},
				Source: "reference collection of reaction enthalpies, basis of each value in its note"})
		}
		return &cases[k]
	}
	for _, r := range s.Rows {
		if r.Known == nil || r.Evidence == "second set" {
			continue
		}
		id, role, note := fmt.Sprintf("thermo/enthalpies at %g K", r.T), "", ""
		e := validate.Expect{Path: r.Name + ".dH.value", Value: *r.Known, Unit: "kJ/mol"}
		if r.Quantity != "dH" {
			id, e.Path, e.Unit, r.T = "thermo/equilibrium", r.Name+".equilibrium_T_K", "K", 1000
		}
		reaction, err := lib.Parse(r.Reaction)
		if err != nil {
			t.Fatal(err)
		}
		v := reaction.NewValues()
		reaction.At(r.T, v)
		switch {
		case r.Evidence == "restates":
			id, role, note = fmt.Sprintf("thermo/restated at %g K", r.T), validate.Calibration, "known value of the data's own tables"
		case r.Error != nil:
			e.Value, e.Abs = round(r.Error[0]+r.Error[1])/2, round((r.Error[1]-r.Error[0])/2)
			note = fmt.Sprintf("known %g, stated error %g to %g", *r.Known, r.Error[0], r.Error[1])
			if r.Quantity == "dH" {
				note += fmt.Sprintf("; En %.2f", math.Abs(v.H/1000-e.Value)/math.Hypot(v.UH/1000, e.Abs))
			}
		default:
			e.Abs, note = math.Round(v.UH/10)/100, "tolerance: expanded uncertainty of the data"
		}
		e.Note = r.Evidence + ": " + r.Basis + "; " + note
		c := group(id, role, r.T)
		c.Input["reactions"].(map[string]any)[r.Name] = r.Reaction
		c.Expect = append(c.Expect, e)
	}
	return append(cases, s.metal()...)
}

func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// metal gives the cases of metal reduction.
func (s *thermoSource) metal() []validate.Case {
	m := s.Metal
	eutectic := validate.Case{ID: "thermo/M06", Source: m.Eutectic.Source, Input: map[string]any{"melt": "LiF-NdF3"}, Expect: []validate.Expect{
		{Path: "eutectic_x.value", Value: m.Eutectic.X, Abs: m.Eutectic.XError}, {Path: "eutectic_T_K", Value: m.Eutectic.C + 273.15, Unit: "K", Abs: m.Eutectic.TError}}}
	vapours := map[string]any{}
	pressures := validate.Case{ID: "thermo/M13", Source: m.PressureSource, Input: map[string]any{"vapours": vapours}}
	for _, metal := range []string{"Sm", "Eu", "Nd", "Dy", "Yb"} {
		vapours[metal] = m.Pressure[metal][0]
		pressures.Expect = append(pressures.Expect, validate.Expect{Path: metal + ".pressure.value", Value: round(m.Pressure[metal][1] * 133.322), Unit: "Pa", Rel: 0.5})
	}
	voltages := validate.Case{ID: "thermo/M18", Source: m.Recomputed, Input: map[string]any{"T_K": 1323.15, "reactions": map[string]any{"O2": "Nd2O3 = 2 Nd + 1.5 O2",
		"CO2": "Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2", "CO": "Nd2O3 + 3 C = 2 Nd + 3 CO", "CF4": "NdF3 + 0.75 C = Nd + 0.75 CF4", "C2F6": "NdF3 + C = Nd + 1/2 C2F6"}}}
	for _, gas := range []string{"O2", "CO2", "CO", "CF4", "C2F6"} {
		voltages.Expect = append(voltages.Expect, validate.Expect{Path: gas + ".E.value", Value: -m.Voltage[gas], Unit: "V", Abs: m.VoltageError})
	}
	cases := []validate.Case{eutectic, pressures, voltages,
		{ID: "thermo/M07", Source: m.Recomputed, Input: map[string]any{"reactions": map[string]any{"cell": "Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2"}, "T_K": 1323.15, "reactants_T_K": 298.15},
			Expect: []validate.Expect{{Path: "cell.E_thermoneutral.value", Value: m.Thermoneutral, Unit: "V", Abs: 0.002}}}}
	for i, T0 := range m.Adiabatic.T0 {
		cases = append(cases, validate.Case{ID: fmt.Sprintf("thermo/M17 from %g K", T0), Source: m.Recomputed,
			Input:  map[string]any{"reactions": map[string]any{"furnace": "2 DyF3 + 3.3 Ca = 2 Dy + 3 CaF2 + 0.3 Ca"}, "T_K": T0, "adiabatic": true},
			Expect: []validate.Expect{{Path: "furnace.adiabatic.T_K", Value: m.Adiabatic.T[i], Unit: "K", Abs: m.Adiabatic.Error}}})
	}
	for i := range cases {
		cases[i].Kind = validate.Thermo
	}
	return cases
}

// A thermo case with wrong input is refused by key; one that the data do not cover fails with its reason.
func TestThermoCases(t *testing.T) {
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const good = `{"schema": "reetwin.cases/1", "cases": [{"id": "a", "kind": "thermo", "input": {"reactions": {"lime": "CaCO3 = CaO + CO2"}, "T_K": 1100},
 "expect": [{"path": "lime.dG.value", "value": 9, "unit": "kJ/mol", "abs": 5}], "source": "x"}]}`
	for _, c := range []struct{ from, to, want string }{
		{`"reactions"`, `"reations"`, `unknown key "reations"; did you mean "reactions"?`},
		{`"T_K": 1100`, `"T_K": 9000`, "outside 100 to 6000 K"},
		{`"T_K": 1100`, `"T_K": "hot"`, "T_K is of the wrong type"},
		{`, "T_K": 1100`, ``, "needs T_K"},
		{`{"lime": "CaCO3 = CaO + CO2"}`, `{"lime": 3}`, "reactions is of the wrong type"},
		{`"reactions": {"lime": "CaCO3 = CaO + CO2"}`, `"vapours": {"Sm": 1300}, "melt": "x"`, "needs one of reactions, vapours and melt"},
		{`"kind": "thermo"`, `"kind": "thermal"`, `known are "solve", "run", "equilibrium", "thermo", "sx", "isotherm" and "price"`},
		{`"kind": "thermo"`, `"kind": "thermo", "config": "x.toml"`, "has no plant file"},
	} {
		if _, err := validate.Load(file("bad.json", strings.Replace(good, c.from, c.to, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.to, err, c.want)
		}
	}
	toml := file("good.toml", `schema = "reetwin.cases/1"
[[cases]]
id = "a"
kind = "thermo"
source = "x"
input = { reactions = { a = "2 DyF3 + 3.3 Ca = 2 Dy + 3 CaF2 + 0.3 Ca" }, T_K = 900, adiabatic = true }
expect = [ { path = "a.adiabatic.T_K", value = 1604, unit = "K", abs = 1 } ]
`)
	cases, err := validate.Load(toml)
	if err != nil {
		t.Fatal(err)
	}
	for text, reason := range map[string]string{`{"reactions": {"a": "CaCO3 = CaO + CO2"}, "T_K": 1300}`: "extrapolated", `{"reactions": {"a": "CaCO3 = CaO"}, "T_K": 300}`: "not balanced",
		`{"vapours": {"La": 900}}`: "no data", `{"vapours": {"Xe": 900}}`: "no vapour pressure", `{"melt": "x"}`: "no melt",
		`{"reactions": {"a": "CaC2O4 = CaO + CO + CO2"}, "T_K": 298.15}`: "gives no number"} {
		var input map[string]any
		if err := json.Unmarshal([]byte(text), &input); err != nil {
			t.Fatal(err)
		}
		row := validate.Run([]validate.Case{{ID: "b", Kind: validate.Thermo, Input: input, Expect: []validate.Expect{{Path: "a.dG.value", Value: 1, Rel: 1}}, Source: "x"}}, units.Kinds()).Rows[0]
		if row.Computed != nil || !strings.Contains(row.Reason, reason) {
			t.Errorf("%s: %+v", text, row)
		}
	}
	if table := validate.Run(cases, units.Kinds()); table.Failed() != 0 {
		t.Errorf("%+v", table.Rows)
	}
}
