package main

import (
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/thermo"
)

func TestThermo(t *testing.T) {
	own := write(t, "mine.toml", `[entry.NdF3]
hf = "-1657 kJ/mol"
s = "120.8 J/(mol K)"
by = "crc"
steps = [ { state = "s", lo = "298.15 K", hi = "1650 K", cp = [90.0] } ]
`)
	bad := write(t, "bad.toml", "[entry.NdF3]\nhf = \"-1657 K\"\nby = \"crv\"\n")
	for _, c := range []struct {
		args     []string
		code     int
		out, err string // parts, separated by |
	}{
		{[]string{"Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2", "--T", "1323.15K"}, 0, "1050.00 °C|841 ± |decomposition voltage 1.453 V|Nd +3 to +0|Nd(l)  |stable|hf, s measured [1]|[1] CRC Handbook|1289 to 2500", ""},
		{[]string{"Nd2O3", "+", "1.5", "C", "=", "2", "Nd", "+", "1.5", "CO2", "--T", "1050degC", "--reactants-T", "25degC"}, 0, "-1.453|1388.93 kJ/mol|2.3992 V", ""},
		{[]string{"2 DyF3 + 3.3 Ca = 2 Dy + 3 CaF2 + 0.3 Ca", "--T", "1100K", "--adiabatic"}, 0, "1685.0 K|held there by Dy(l), 83 % done|by the uncertainty", ""},
		{[]string{"CaCO3 = CaO + CO2", "--T", "1250K"}, 0, "p of CO2(g)|warning: CaCO3(s) at 1250 K is extrapolated: its data hold from 298.15 to 1200 K|none|no oxidation number changes", ""},
		{[]string{"CaCO3 = CaO + CO2", "--T", "1250K", "--strict"}, 3, "", "is extrapolated"},
		{[]string{"CaCO3 = CaO + CO2", "--T", "1190K", "--strict"}, 0, "BAR 89", ""},
		{[]string{"CaC2O4 = CaO + CO + CO2", "--T", "298.15K"}, 0, "no data|no entropy, so no ΔS, ΔG and E°: CaC2O4(s)", ""},
		{[]string{"FeS2 + 2.75 O2 = 1/2 Fe2O3 + 2 SO2"}, 0, "the oxidation numbers of FeS2 are not clear|pyrite", ""},
		{[]string{"FeS2 + 2.75 O2 = 1/2 Fe2O3 + 2 SO2", "--electrons", "11"}, 0, "as given", ""},
		{[]string{"NdF3 = NdF3@CRC", "--data", own}, 0, "CRC", ""},
		{[]string{"2 NdF3 + 3 Ca = 2 Nd + 3 CaF2", "--data", own}, 0, "-370", ""},
		{[]string{"NdF3 = Nd", "--data", bad}, 2, "", "bad.toml:2|bad.toml:3|did you mean \"crc\"?"},
		{[]string{"Nd2O3 + Ca = Nd + CaO"}, 2, "", "not balanced: Nd 2 left, 1 right; O 3 left, 1 right"},
		{[]string{"NdF4 + Ca = Nd"}, 2, "", "did you mean \"NdF3\"?"},
		{[]string{"NdF3 = NdF3@CRC", "--T", "1323"}, 2, "", "--T|1323.15K"},
		{[]string{"NdF3 = NdF3@CRC", "--T", "9000K"}, 2, "", "outside 100 to 6000 K"},
		{[]string{"NdF3 = NdF3@CRC", "-o", "xml"}, 2, "", "table or json"},
		{[]string{"CaO + CO2 = CaCO3", "--plot", "x.pdf"}, 2, "", ".svg or .png"},
		{[]string{"CaO + CO + CO2 = CaC2O4", "--adiabatic"}, 3, "", "CaC2O4 has no heat capacity"},
		{[]string{}, 2, "", "requires at least 1 arg"},
		{[]string{"-1 Nd = Nd"}, 2, "", `"-1 Nd = Nd" begins with a minus|reetwin thermo -- "-1 Nd = Nd"`},
		{[]string{"-.5 Nd = Nd", "--T", "500K"}, 2, "", `stands behind --`},
		{[]string{"--", "-1 Nd = Nd"}, 2, "", `"-1 Nd": a coefficient is above 0|left of`},
		{[]string{"Nd = Nd -1 Nd"}, 2, "", "blanks around them"},
		{[]string{"Nd = Nd@CRC", "-T", "500K"}, 2, "", "unknown flag -T; did you mean --T?"},
		{[]string{"Nd = Nd", "-x"}, 2, "", "unknown flag -x"},
		{[]string{"Nd = Nd", "--adiabatc"}, 2, "", "unknown flag --adiabatc; did you mean --adiabatic?"},
		{[]string{"vapour", "Nd"}, 2, "", "--T 1200degC"},
		{[]string{"vapour", "Nd", "-o", "json", "--T", "900K"}, 2, "", "unknown flag -o\n"},
		{[]string{"Nd = Nd(l)", "--from", "500K"}, 2, "", "needs --plot FILE"},
		{[]string{"Nd = Nd(l)", "--plot", ""}, 2, "", "--plot is empty"},
		{[]string{"Nd@FOO = Nd"}, 2, "", `"Nd@FOO": there is no set FOO of Nd; there is Nd`},
		{[]string{"Nd2O3+1.5C=2Nd+1.5CO2"}, 2, "", `blanks around a + between substances: unknown substance "Nd2O3+1.5C"|the nearest of | are CO2, `},
		{[]string{"1e3 Nd = 1e3 Nd"}, 2, "", "a coefficient such as 1.5 or 3/2"},
		{[]string{"species"}, 0, "NdF3\n|kaolinite|SO4-2@SUPCRT", ""},
		{[]string{"species", "Nd", "--T", "1200K"}, 0, "Nd(s β)    1128 to 1289|stable here|extrapolated|dH at 1289 K  7.14 kJ/mol|CRC Handbook, enthalpy of fusion|1.5 J/(mol K) (assumed)", ""},
		{[]string{"species", "Nq"}, 2, "", "did you mean"},
		{[]string{"species", "Nd(l)"}, 2, "", "is a state of Nd"},
		{[]string{"vapour", "Sm", "--T", "1200degC"}, 0, "Sm(l) at 1473.15 K: 2113 Pa, enthalpy of evaporation 165 kJ/mol|assumed, 1345.15 to 2067 K", ""},
		{[]string{"vapour", "La", "--T", "1000K"}, 0, "warning: extrapolated", ""},
		{[]string{"vapour", "Pb", "--T", "1000K"}, 2, "", "no vapour pressure of \"Pb\""},
		{[]string{"melt"}, 0, "eutectic at mole fraction 0.3134 of NdF3, 1004.3 K (731.1 °C)|NdF3", ""},
		{[]string{"melt", "LiF-LaF3"}, 2, "", "LiF-NdF3"},
	} {
		code, out, stderr := reetwin(append([]string{"thermo"}, c.args...)...)
		if code != c.code {
			t.Errorf("%q: exit %d, want %d: %s", c.args, code, c.code, stderr)
		}
		for _, part := range strings.Split(c.out, "|") {
			if !strings.Contains(out, part) {
				t.Errorf("%q: no %q in\n%s", c.args, part, out)
			}
		}
		for _, part := range strings.Split(c.err, "|") {
			if !strings.Contains(stderr, part) {
				t.Errorf("%q: no %q in %s", c.args, part, stderr)
			}
		}
	}
}

// A pressure is known by its logarithm: it has a factor, not a ± that would let it be negative; the factor is that of log10 K.
func TestThermoPressureFactor(t *testing.T) {
	for _, c := range []struct {
		reaction, T string
		gases       float64 // moles, so that decades of p = decades of K/gases
	}{{"CaCO3 = CaO + CO2", "1100K", 1}, {"2 Nd2O3 + 3 C = 4 Nd + 3 CO2", "1323.15K", 3}} {
		_, table, _ := reetwin("thermo", c.reaction, "--T", c.T)
		line := table[strings.Index(table, "p of CO2(g)"):]
		line = line[:strings.Index(line, "\n")]
		code, out, stderr := reetwin("thermo", c.reaction, "--T", c.T, "-o", "json")
		var x thermo.Result
		if err := json.Unmarshal([]byte(out), &x); code != 0 || err != nil {
			t.Fatal(err, stderr)
		}
		decades := *x.LogK.Uncertainty / c.gases
		if got := x.Pressure; got.Uncertainty != nil || got.Decades == nil || math.Abs(*got.Decades-decades) > 1e-12 {
			t.Errorf("%s: %+v, want %g decades", c.reaction, got, decades)
		}
		if want := fmt.Sprintf("Pa (×/÷ %.3g)", math.Pow(10, decades)); strings.Contains(line, "±") || !strings.Contains(line, want) {
			t.Errorf("%q has no %q", line, want)
		}
	}
	if got := factor(87.9); got != "×/÷ 10^88" {
		t.Error(got)
	}
}

// The JSON holds what the table shows, with every number's source.
func TestThermoJSON(t *testing.T) {
	code, out, stderr := reetwin("thermo", "2 NdF3 + 3.3 Ca = 2 Nd + 3 CaF2 + 0.3 Ca", "--T", "900K", "--adiabatic", "-o", "json")
	if code != 0 {
		t.Fatal(stderr)
	}
	var x thermo.Result
	if err := json.Unmarshal([]byte(out), &x); err != nil {
		t.Fatal(err)
	}
	if x.Schema != thermo.ResultSchema || x.T != 900 || x.Electrons != 6 || math.Abs(x.Adiabatic.T-1605) > 0.6 || x.Class != "assumed" || len(x.Substances) != 4 || len(x.Outside)+len(x.Lacking) != 0 {
		t.Errorf("%+v", x)
	}
	for _, s := range x.Substances {
		if len(s.Numbers) == 0 || s.H.Value == nil || s.H.Uncertainty == nil || !(s.Lo <= 900 && s.Hi >= 900) {
			t.Errorf("%+v", s)
		}
		for _, n := range s.Numbers {
			if n.Source == "" || n.Class == "" {
				t.Errorf("%s: %+v", s.Form, n)
			}
		}
	}
}

// The plot is a picture, with a curve of its own for what is extrapolated.
func TestThermoPlot(t *testing.T) {
	dir := t.TempDir()
	raster, drawing := filepath.Join(dir, "a.png"), filepath.Join(dir, "a.svg")
	for name, to := range map[string]string{raster: "1200K", drawing: "1400K"} {
		if code, _, stderr := reetwin("thermo", "CaCO3 = CaO + CO2", "--plot", name, "--to", to); code != 0 {
			t.Fatal(stderr)
		}
	}
	file, err := os.Open(raster)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := png.Decode(file); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(drawing)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"CaCO3 = CaO + CO2", "extrapolated", "uncertainty", "temperature, K"} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the plot does not show %q", part)
		}
	}
	for _, args := range [][]string{{"CaC2O4 = CaO + CO + CO2"}, {"CaCO3 = CaO + CO2", "--from", "1300K", "--to", "400K"}} {
		if code, _, _ := reetwin(append([]string{"thermo", "--plot", drawing}, args...)...); code != 2 {
			t.Errorf("%q: exit %d", args, code)
		}
	}
}
