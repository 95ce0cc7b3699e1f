package chem_test

import (
	"math"
	"testing"
)

// Values worked by hand from the equations, and formation enthalpies of the NIST WebBook.
func TestEnthalpy(t *testing.T) {
	s := load(t, uky)
	for _, c := range []struct {
		name    string
		T, want float64 // K, J/mol
		rel     float64
	}{
		{"H2O", 298.15, -285840.0016, 1e-12},                                                // −68317.4 cal
		{"H2O", 348.15, -285840.0016 + 50*75.33873, 1e-12},                                  //
		{"Nd2O3(s)", 298.15, -1807906, 1e-12},                                               //
		{"Nd2O3(s)", 873.15, -1807906 + 60449.75 + 0.02015*(762390.9225-88893.4225), 1e-12}, // 105.13·575, 0.0403/2·(T²−T0²)
		{"Nd2(C2O4)3·10H2O(s)", 348.15, -6782000 + 2287.55, 1e-12},                          // 45.751·50
		{"CaC2O4·H2O(s)", 348.15, -1674860 + 7640, 1e-12},                                   // 152.8·50
		{"H2O(g)", 1000, 1000 * (30.092 + 3.416257 + 2.264478333333333 - 0.63362 - 0.082139 - 250.881), 1e-12},
		{"CO2(g)", 298.15, -393522.4, 1e-5},     // NIST: −393.5224 kJ/mol
		{"H2O(g)", 500, -241826.4 + 6925, 5e-4}, // NIST: h(500) − h(298.15) = 6.92 kJ/mol
		{"O2(g)", 1000, 22700, 2e-3},            // NIST: 22.70 kJ/mol
		{"N2(g)", 1000, 21460, 2e-3},            // NIST: 21.46 kJ/mol
		{"SO2(g)", 298.15, -296842.2, 1e-5},     // NIST: −296.8422 kJ/mol
	} {
		near(t, c.name, s.Components[index(t, s, c.name)].Enthalpy.At(c.T), c.want, c.rel)
	}
	for _, name := range []string{"H+", "Nd+3", "kerosene", "D2EHPA"} {
		if s.Components[index(t, s, name)].Enthalpy != nil {
			t.Errorf("%s has an enthalpy, but there is no datum for it", name)
		}
	}
}

// Cp is the derivative of At, and every enthalpy has a range and its constants.
func TestHeatCapacity(t *testing.T) {
	s := load(t, uky)
	seen := 0
	for _, c := range s.Components {
		h := c.Enthalpy
		if h == nil {
			continue
		}
		seen++
		if !(h.Lo > 0 && h.Hi > h.Lo) || len(h.Constants) < 2 {
			t.Errorf("%s: range %g to %g K, %d constants", c.Name, h.Lo, h.Hi, len(h.Constants))
		}
		for _, T := range []float64{h.Lo, (h.Lo + h.Hi) / 2, h.Hi} {
			const d = 0.05
			slope := (h.At(T+d) - h.At(T-d)) / (2 * d)
			if cp := h.Cp(T); math.Abs(slope-cp) > 1e-6*cp || cp <= 0 {
				t.Errorf("%s at %g K: cp %g, slope of h %g", c.Name, T, cp, slope)
			}
		}
	}
	if seen != 1+1+12+12+5 {
		t.Errorf("%d enthalpies, want 31: water, SiO2, oxides, oxalates, gases", seen)
	}
}
