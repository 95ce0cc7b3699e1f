package chem_test

import (
	"math"
	"testing"

	"reetwin/flowsheet/chem"
)

// bisect solves A = h + S h/(K + h) for h: the balance itself, not the quadratic.
func bisect(k, a, s float64) float64 {
	lo, hi := 0.0, a
	for range 2000 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if mid*(1+s/(k+mid)) < a {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

func TestFreeAcid(t *testing.T) {
	s := load(t, uky)
	k := s.Ka2()
	near(t, "Ka2", k.Value, 1000*math.Pow(10, -1.99), 1e-12)
	if k.Unit != "mol/m3" || k.Class == "" || k.Source == "" {
		t.Errorf("Ka2 is %+v", k)
	}
	for a := 1e-8; a < 2e4; a *= math.Sqrt(10) { // twelve decades
		for _, sulfate := range []float64{0, a / 1e6, a / 2, a * (1 - 1e-9), a, a * (1 + 1e-9), 2 * a, 1e3 * a, 1, 1e4} {
			near(t, "free acid", s.FreeAcid(a, sulfate), bisect(k.Value, a, sulfate), 1e-12)
		}
	}
	for _, a := range []float64{0, -1e-9, -250} {
		if got := s.FreeAcid(a, 100); got != a {
			t.Errorf("free acid of total %g is %g, want it unchanged", a, got)
		}
	}
	if !math.IsNaN(s.FreeAcid(math.NaN(), 1)) {
		t.Error("not a number must stay visible")
	}
}

func TestPH(t *testing.T) {
	s := load(t, uky)
	n := make([]float64, len(s.Components))
	water, acid, sulfate := index(t, s, "H2O"), index(t, s, "H+"), index(t, s, "SO4-2")
	if _, ok := s.PH(n); ok {
		t.Error("an empty stream has no pH")
	}
	n[water] = 1 / 0.018015 // 1 L
	if _, ok := s.PH(n); ok {
		t.Error("pure water has no free acid")
	}
	n[acid] = 0.01
	if pH, ok := s.PH(n); !ok || math.Abs(pH-2) > 1e-12 {
		t.Errorf("0.01 M strong acid has pH %v %v, want 2", pH, ok)
	}
	// 0.01 M H2SO4 by hand, mol/L: A = 0.02, S = 0.01, K = 0.0102329: h² + 0.0002329 h − 2.04659e-4 = 0, h = 0.0141899.
	n[acid], n[sulfate] = 0.02, 0.01
	if pH, ok := s.PH(n); !ok || math.Abs(pH-1.84802) > 1e-5 {
		t.Errorf("0.01 M sulfuric acid has pH %v %v, want 1.84802", pH, ok)
	}
	n[acid] = -0.02
	if _, ok := s.PH(n); ok {
		t.Error("an alkaline solution has no free acid")
	}
	dry := load(t, chem.Selection{Elements: []string{"Nd"}, Families: []string{"oxide"}})
	if _, ok := dry.PH(make([]float64, len(dry.Components))); ok {
		t.Error("a system without an aqueous phase has no pH")
	}
}

func BenchmarkFreeAcid(b *testing.B) {
	s := load(b, uky)
	b.ReportAllocs()
	var sum float64
	for b.Loop() {
		sum += s.FreeAcid(500, 400)
	}
	if math.IsNaN(sum) {
		b.Fatal(sum)
	}
}
