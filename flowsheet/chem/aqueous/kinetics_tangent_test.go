package aqueous

import (
	"math"
	"testing"
)

// kineticTangent compares a partial derivative with a central difference, Richardson-extrapolated.
func kineticTangent(t *testing.T, what string, f func(x float64) float64, x, step, got float64) {
	t.Helper()
	central := func(h float64) float64 { return (f(x+h) - f(x-h)) / (2 * h) }
	want := (4*central(step/2) - central(step)) / 3
	scale := math.Abs(f(x))/step*1e-9 + math.Abs(want)
	if !(math.Abs(got-want) <= 1e-6*scale) {
		t.Errorf("%s: %.10g, by difference %.10g", what, got, want)
	}
}

func TestFerrousTangent(t *testing.T) {
	f := &loadKinetics(t).Ferrous
	w, fe := phWater(6.4), 1.7
	w.T = 291
	on := []SorbedIron{{0, 0.05, 2}, {3, 0.02, 1}}
	d := make([]float64, len(on))
	r := f.Rate(w, fe, on, d)
	rate := func(change func(x float64)) func(float64) float64 {
		return func(x float64) float64 {
			keep, keepFe, keepOn := w, fe, [2]SorbedIron{on[0], on[1]}
			defer func() { w, fe, on[0], on[1] = keep, keepFe, keepOn[0], keepOn[1] }()
			change(x)
			return f.Rate(w, fe, on, nil).Rate
		}
	}
	kineticTangent(t, "Fe", rate(func(x float64) { fe = x }), fe, 0.1, r.DFe)
	kineticTangent(t, "ln OH", rate(func(x float64) { w.LnOH = x }), w.LnOH, 0.01, r.DLnOH)
	kineticTangent(t, "pO2", rate(func(x float64) { w.PO2 = x }), w.PO2, 100, r.DPO2)
	kineticTangent(t, "O2", rate(func(x float64) { w.O2 = x }), w.O2, 0.01, r.DO2)
	kineticTangent(t, "sorbed 0", rate(func(x float64) { on[0].Sorbed = x }), on[0].Sorbed, 0.01, d[0])
	kineticTangent(t, "sorbed 1", rate(func(x float64) { on[1].Sorbed = x }), on[1].Sorbed, 0.01, d[1])
	kineticTangent(t, "T", rate(func(x float64) { w.T = x }), w.T, 0.1, 0)
}

func TestManganeseTangent(t *testing.T) {
	k := loadKinetics(t)
	w, c, d := phWater(8.5), []float64{0.01, 1e-4, 0.02}, make([]float64, 3)
	r := k.Manganous.Rate(w, c, d)
	for i := range c {
		kineticTangent(t, k.Manganous.Paths[i].Species, func(x float64) float64 {
			y := []float64{c[0], c[1], c[2]}
			y[i] = x
			return k.Manganous.Rate(w, y, nil).Rate
		}, c[i], c[i]/10, d[i])
	}
	kineticTangent(t, "O2", func(x float64) float64 { v := w; v.O2 = x; return k.Manganous.Rate(v, c, nil).Rate }, w.O2, 0.01, r.DO2)

	b := &k.Bed
	x := [5]float64{0.01, 0.2, 0.03, 40, 0.9}
	a := b.Area(x[0], x[1], x[2], x[3], x[4])
	for i, got := range []float64{a.DFlow, a.DInlet, a.DOutlet, a.DSurface, a.DDepth} {
		kineticTangent(t, "bed area", func(v float64) float64 {
			y := x
			y[i] = v
			return b.Area(y[0], y[1], y[2], y[3], y[4]).Area
		}, x[i], x[i]/100, got)
	}
	br := b.Rate(0.2, 40)
	kineticTangent(t, "bed Mn", func(v float64) float64 { return b.Rate(v, 40).Rate }, 0.2, 0.01, br.DManganese)
	kineticTangent(t, "bed surface", func(v float64) float64 { return b.Rate(0.2, v).Rate }, 40, 1, br.DSurface)

	p := &k.Pyrolusite
	for _, ln := range []float64{-3, 0.4} {
		r := p.Rate(298.15, 2, 0.6, ln)
		kineticTangent(t, "MnO2 Fe", func(v float64) float64 { return p.Rate(298.15, v, 0.6, ln).Rate }, 2, 0.1, r.DFe)
		kineticTangent(t, "MnO2 left", func(v float64) float64 { return p.Rate(298.15, 2, v, ln).Rate }, 0.6, 0.01, r.DLeft)
		kineticTangent(t, "MnO2 ln Omega", func(v float64) float64 { return p.Rate(298.15, 2, 0.6, v).Rate }, ln, 0.01, r.DLnOmega)
	}
	if below, above := p.Rate(298.15, 2, 0.6, -1e-12), p.Rate(298.15, 2, 0.6, 1e-12); math.Abs(below.Rate) > 1e-15 || math.Abs(above.Rate) > 1e-15 {
		t.Errorf("MnO2 jumps at saturation: %g, %g", below.Rate, above.Rate)
	}
}

func TestOxygenTangent(t *testing.T) {
	k := loadKinetics(t)
	o := &k.Oxygen
	for _, T := range []float64{274, 293.15, 318} {
		_, dh := o.Henry(T)
		kineticTangent(t, "Henry", func(x float64) float64 { h, _ := o.Henry(x); return h }, T, 0.1, dh)
		_, dv := o.Vapour(T)
		kineticTangent(t, "vapour", func(x float64) float64 { v, _ := o.Vapour(x); return v }, T, 0.1, dv)
		const P = 95000.0
		s := o.Saturation(T, P)
		kineticTangent(t, "O2 over T", func(x float64) float64 { return o.Saturation(x, P).O2 }, T, 0.1, s.DT)
		kineticTangent(t, "O2 over P", func(x float64) float64 { return o.Saturation(T, x).O2 }, P, 100, s.DP)
		kineticTangent(t, "pO2 over T", func(x float64) float64 { return o.Saturation(x, P).PO2 }, T, 0.1, s.DPT)
		kineticTangent(t, "pO2 over P", func(x float64) float64 { return o.Saturation(T, x).PO2 }, P, 100, s.DPP)
		_, dT, dc := o.Pressure(T, 0.2)
		kineticTangent(t, "pressure over T", func(x float64) float64 { p, _, _ := o.Pressure(x, 0.2); return p }, T, 0.1, dT)
		kineticTangent(t, "pressure over O2", func(x float64) float64 { p, _, _ := o.Pressure(T, x); return p }, 0.2, 0.01, dc)
	}
	r := o.Transfer(o.KLa, 0.27, 0.1)
	kineticTangent(t, "kLa", func(x float64) float64 { return o.Transfer(x, 0.27, 0.1).Rate }, o.KLa, o.KLa/10, r.DKLa)
	kineticTangent(t, "saturated", func(x float64) float64 { return o.Transfer(o.KLa, x, 0.1).Rate }, 0.27, 0.01, r.DSaturated)
	kineticTangent(t, "O2", func(x float64) float64 { return o.Transfer(o.KLa, 0.27, x).Rate }, 0.1, 0.01, r.DO2)
	q := k.Peroxide.Rate(298.15, 2, 0.5)
	kineticTangent(t, "peroxide Fe", func(x float64) float64 { return k.Peroxide.Rate(298.15, x, 0.5).Rate }, 2, 0.1, q.DFe)
	kineticTangent(t, "peroxide", func(x float64) float64 { return k.Peroxide.Rate(298.15, 2, x).Rate }, 0.5, 0.1, q.DPeroxide)
}

func TestLimestoneTangent(t *testing.T) {
	l := &loadKinetics(t).Limestone
	for _, w := range []CarbonateWater{
		{T: 283, LnH: -9.5, LnCO2: -8, LnWater: -0.02, LnOmega: -4},
		{T: 318, LnH: -15, LnCO2: -10, LnWater: -0.02, LnOmega: -0.3},
		{T: 300, LnH: -18, LnCO2: -11, LnWater: -0.02, LnOmega: 1.2},
	} {
		r := l.Rate(w)
		for _, c := range []struct {
			name      string
			at        func(w *CarbonateWater) *float64
			step, got float64
		}{
			{"ln H", func(w *CarbonateWater) *float64 { return &w.LnH }, 0.01, r.DLnH},
			{"ln CO2", func(w *CarbonateWater) *float64 { return &w.LnCO2 }, 0.01, r.DLnCO2},
			{"ln H2O", func(w *CarbonateWater) *float64 { return &w.LnWater }, 0.01, r.DLnWater},
			{"ln Omega", func(w *CarbonateWater) *float64 { return &w.LnOmega }, 0.01, r.DLnOmega},
			{"T", func(w *CarbonateWater) *float64 { return &w.T }, 0.1, r.DT},
		} {
			kineticTangent(t, c.name, func(x float64) float64 { v := w; *c.at(&v) = x; return l.Rate(v).Rate }, *c.at(&w), c.step, c.got)
		}
	}
	a, d := ShrinkingArea(30, 0.4, 2, 2.0/3)
	kineticTangent(t, "area", func(x float64) float64 { a, _ := ShrinkingArea(30, x, 2, 2.0/3); return a }, 0.4, 0.01, d)
	asPrinted(t, "area", a, 30*math.Pow(0.2, 2.0/3), 1e-9)
	if a, d := ShrinkingArea(30, 0, 2, 2.0/3); a != 0 || d != 0 {
		t.Errorf("used up: %g, %g", a, d)
	}
}

func TestMineralTangent(t *testing.T) {
	k := loadKinetics(t)
	for i := range k.Minerals {
		m := &k.Minerals[i]
		for _, w := range []MineralWater{
			{T: 285, LnH: -5, LnOmega: -3, LnCO2: 7, LnAl: -11, LnO2: -9},
			{T: 345, LnH: -23, LnOmega: 0.4, LnCO2: 5, LnAl: -20, LnO2: -8},
		} {
			r := m.Rate(w)
			for _, c := range []struct {
				name      string
				at        func(w *MineralWater) *float64
				step, got float64
			}{
				{"ln H", func(w *MineralWater) *float64 { return &w.LnH }, 0.01, r.DLnH},
				{"ln CO2", func(w *MineralWater) *float64 { return &w.LnCO2 }, 0.01, r.DLnCO2},
				{"ln Al", func(w *MineralWater) *float64 { return &w.LnAl }, 0.01, r.DLnAl},
				{"ln O2", func(w *MineralWater) *float64 { return &w.LnO2 }, 0.01, r.DLnO2},
				{"ln Omega", func(w *MineralWater) *float64 { return &w.LnOmega }, 0.01, r.DLnOmega},
				{"T", func(w *MineralWater) *float64 { return &w.T }, 0.1, r.DT},
			} {
				kineticTangent(t, m.Name+" "+c.name, func(x float64) float64 { v := w; *c.at(&v) = x; return m.Rate(v).Rate }, *c.at(&w), c.step, c.got)
			}
		}
	}
}

func TestRatesDoNotAllocate(t *testing.T) {
	k := loadKinetics(t)
	on, d, c, dc := []SorbedIron{{0, 0.1, 1}}, make([]float64, 1), []float64{1, 1, 1}, make([]float64, 3)
	w := phWater(7)
	var sum float64
	if n := testing.AllocsPerRun(100, func() {
		sum += k.Ferrous.Rate(w, 1, on, d).Rate + k.Manganous.Rate(w, c, dc).Rate + k.Bed.Area(1, 2, 1, 1, 1).Area
		sum += k.Pyrolusite.Rate(298, 1, 0.5, -1).Rate + k.Oxygen.Saturation(290, 1e5).O2 + k.Peroxide.Rate(298, 1, 1).Rate
		sum += k.Limestone.Rate(CarbonateWater{T: 290, LnH: -9}).Rate
		for i := range k.Minerals {
			sum += k.Minerals[i].Rate(MineralWater{T: 290, LnH: -9, LnOmega: -1}).Rate
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
	if math.IsNaN(sum) {
		t.Error("a rate is no number")
	}
}
