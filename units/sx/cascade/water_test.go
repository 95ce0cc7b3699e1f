package cascade

import (
	"math"
	"testing"
)

// The stage of TestNoSolution in water that dissociates: extractant and acid all but run out, so that A and B in the organic are those
// found there, and what was missing of acid is hydroxide to the digit; with half of the missing acid half of it. Through neutrality
// there is a solution at every step.
func TestHydroxideByHand(t *testing.T) {
	a, b, missing := contradiction()
	stage := func(acid float64) (*Cascade, Result) {
		t.Helper()
		chem, c := contradicted(4.6, fedA, acid)
		chem.Water = waterIons
		k := newCascade(must(t)(compile(chem)), c)
		res, err := k.Solve(c, 1e-12, true)
		if err != nil {
			t.Fatalf("acid %g: %v", acid, err)
		}
		return k, res
	}
	for _, part := range []float64{0, 0.5, 0.99} { // of the acid that is missing
		k, res := stage(fedAcid + part*missing)
		oh, h := (1-part)*missing, k.FreeAcid(0)
		for name, v := range map[string][2]float64{"hydroxide": {k.Hydroxide(0), oh}, "acid": {h, waterIons / oh}, "acid that leaves": {k.Aqueous(0)[2], -oh},
			"A": {k.organicAt(0, 0), a}, "B": {k.organicAt(0, 1), b}} {
			if !(math.Abs(v[0]/v[1]-1) < 1e-6) {
				t.Errorf("%g of the acid missing: %s %.9g, by hand %.9g", 1-part, name, v[0], v[1])
			}
		}
		if q := res.Base; q == nil || q.Section != "exchange" || q.Stage != 1 || q.Stages != 1 || q.Left != q.Hydroxide-q.Acid || res.Path != Alkaline {
			t.Errorf("path %s, base %+v", res.Path, res.Base)
		}
	}
	for i := range 41 { // across the point of neutrality
		acid := fedAcid + missing*(1+1e-6*float64(i-20)*math.Abs(float64(i-20)))
		k, res := stage(acid)
		if net := k.Aqueous(0)[2]; (res.Base != nil) != (net < 0) {
			t.Errorf("acid %g leaves with %g, base %v", acid, net, res.Base)
		}
	}
	if _, res := stage(fedAcid + 1.1*missing); res.Base != nil {
		t.Errorf("acid enough, and %v", res.Base)
	}
}

// overSaponified is a circuit whose soap meets a tenth of the metals, in water that dissociates.
func overSaponified(b *sx1, kind string, eta float64) (*Chemistry, *Circuit) {
	c := b.circuit(10, "closed")
	chem := b.with(kind, c)
	chem.Water, chem.FreeDimer = waterIons, true
	c = clone(c)
	c.Soap = 1
	for i := range sodium {
		c.Sections[0].X[i] *= 0.1
	}
	if eta < 1 {
		for s := range c.Sections {
			c.Sections[s].Murphree = make([]float64, len(chem.Cations))
			for i := range chem.Cations {
				c.Sections[s].Murphree[i] = eta
			}
			c.Sections[s].Murphree[hydrogen] = 1
		}
	}
	if chem.Ionic != nil {
		neutral(c, chem)
	}
	return chem, c
}

// More soap than metals take: without hydroxide the models with exponents of their own find nothing and the ideal one an acid of 1e-40;
// with it every model is alkaline, by the audit to the digits, and warm from there is the same.
func TestOverSaponified(t *testing.T) {
	b := readSX1(t)
	for _, kind := range []string{"", "a", "b", "c", "d", "i", "m", "M"} {
		chem, c := overSaponified(b, kind, 1)
		k := newCascade(must(t)(compile(chem)), c)
		res, err := k.Solve(c, 1e-12, true)
		if err != nil {
			t.Errorf("model %q: %v", kind, err)
			continue
		}
		report, err := k.Audit(c, chem)
		if err == nil {
			err = report.Open(1e-10)
		}
		if err != nil {
			t.Errorf("model %q: audit: %v", kind, err)
		}
		if w, name := k.Balance(); !(w < 1e-10) {
			t.Errorf("model %q: balance of %s open by %.2g", kind, name, w)
		}
		if res.Base == nil || !(k.FreeAcid(0) > 1e-14 && k.FreeAcid(0) < 1e-7) {
			t.Errorf("model %q: acid %.2g, base %v", kind, k.FreeAcid(0), res.Base)
			continue
		}
		acid := k.FreeAcid(0)
		again, err := k.Solve(c, 1e-12, false)
		if err != nil || again.Path != Warm || again.Base == nil || !(math.Abs(k.FreeAcid(0)/acid-1) < 1e-10) {
			t.Errorf("model %q, warm: %+v, %v; acid %g after %g", kind, again, err, k.FreeAcid(0), acid)
		}
	}
}

// Tangents at a solution with hydroxide, against central differences of solutions.
func TestHydroxideTangent(t *testing.T) {
	b := readSX1(t)
	for _, of := range []struct {
		kind string
		eta  float64
	}{{"a", 1}, {"d", 1}, {"m", 1}, {"m", 0.8}, {"i", 1}} {
		chem, c := overSaponified(b, of.kind, of.eta)
		k := newCascade(must(t)(compile(chem)), c)
		for name, x := range map[string]func(c *Circuit) *float64{
			"feed":    func(c *Circuit) *float64 { return &c.Sections[0].Flow },
			"organic": func(c *Circuit) *float64 { return &c.Organic },
			"dimer":   func(c *Circuit) *float64 { return &c.Capacity },
			"Nd fed":  func(c *Circuit) *float64 { return &c.Sections[0].X[3] },
		} {
			at := func(by float64) *Circuit {
				q := clone(c)
				*x(q) *= 1 + by
				return q
			}
			solved := func(by float64, cold bool) []float64 {
				if res, err := k.Solve(at(by), 1e-13, cold); err != nil || res.Base == nil {
					t.Fatalf("%+v, %s: %v, base %v", of, name, err, res.Base)
				}
				all := append([]float64(nil), k.v...)
				for j := range k.n {
					all = append(all, k.Aqueous(j)...)
				}
				for j := range k.n {
					all = append(all, k.y[j*k.c:(j+1)*k.c]...)
				}
				return all
			}
			const span = 1e-4
			solved(0, true)
			lo := solved(-span, false)
			hi := solved(span, false)
			solved(0, false)
			if err := k.At(c, nil); err != nil {
				t.Fatal(err)
			}
			slope := k.NewSlope()
			if err := k.Tangent(Side{Circuit: at(-span)}, Side{Circuit: at(span)}, 2*span, slope); err != nil {
				t.Fatal(err)
			}
			got := append(append(append([]float64(nil), slope.Unknowns...), slope.Aqueous...), slope.Organic...)
			for i, g := range got {
				if want := (hi[i] - lo[i]) / (2 * span); !(math.Abs(g-want) < 1e-4*(1e-3+math.Abs(want))) {
					t.Errorf("%+v, %s, number %d: %.8g, differences %.8g", of, name, i, g, want)
					break
				}
			}
		}
	}
}

// In time a circuit with hydroxide stays where it is steady, and after a step of the feed comes to the steady state of the new one.
func TestHydroxideInTime(t *testing.T) {
	b := readSX1(t)
	for _, kind := range []string{"a", "m"} {
		chem, c := overSaponified(b, kind, 1)
		k := newCascade(must(t)(compile(chem)), c)
		if _, err := k.Solve(c, 1e-12, true); err != nil {
			t.Fatal(err)
		}
		v := newVessels(k.n)
		for j := range k.n {
			v.MixerA[j], v.MixerO[j], v.SettlerA[j], v.SettlerO[j] = 0.2, 0.2, 0.4, 0.4
		}
		before := append([]float64(nil), k.v...)
		in := NewIntegrator(k, v, 1e-5)
		if err := in.Run(c, 10); err != nil {
			t.Fatal(err)
		}
		for i, w := range before {
			if !(math.Abs(k.v[i]-w) < 1e-6) {
				t.Fatalf("model %s: unknown %d was %g at rest and is %g", kind, i, w, k.v[i])
			}
		}
		next := clone(c)
		next.Sections[0].Flow *= 1.1
		if err := in.Run(next, 500); err != nil {
			t.Fatal(err)
		}
		after := append([]float64(nil), k.v...)
		if res, err := k.Solve(next, 1e-12, false); err != nil || res.Base == nil {
			t.Fatalf("%+v, %v", res, err)
		}
		for i, w := range k.v {
			if !(math.Abs(after[i]-w) < 1e-3) {
				t.Errorf("model %s: unknown %d ends at %g, steady is %g", kind, i, after[i], w)
				break
			}
		}
	}
}

// Acid circuits do not know of it: where no stage is above pH 5 the answer is bit for bit that of water without ions, and with them
// taken in all the same ln r moves by less than 1e-6, as [OH−] is less than 1e-9 mol/L.
func TestAcidWithoutHydroxide(t *testing.T) {
	b := readSX1(t)
	worst := 0.0
	for _, kind := range []string{"a", "d", "m"} {
		dry, wet := b.circuit(30, "closed"), &Chemistry{}
		chem := b.with(kind, dry)
		*wet = *chem
		wet.Water = waterIons
		for i, factor := range []float64{0.3, 0.6, 1, 1.5, 2} {
			c := clone(dry)
			c.Organic *= 0.8 + 0.1*float64(i)
			for q := range sodium {
				c.Sections[0].X[q] *= factor
			}
			k, l := newCascade(must(t)(compile(chem)), c), newCascade(must(t)(compile(wet)), c)
			a, err := k.Solve(c, 1e-12, true)
			if err != nil {
				t.Fatal(err)
			}
			w, err := l.Solve(c, 1e-12, true)
			if err != nil {
				t.Fatal(err)
			}
			if l.ions > 0 || a.Path != w.Path {
				t.Fatalf("model %s, metals times %g: path %s and %s", kind, factor, a.Path, w.Path)
			}
			for j, v := range k.v {
				if l.v[j] != v {
					t.Fatalf("model %s: %v and %v", kind, v, l.v[j])
				}
			}
			l.ions = 1
			if ok, _, most := l.newton(20, 1e-12); !ok {
				t.Fatalf("model %s: closure %g with hydroxide", kind, most)
			}
			for j := range k.n {
				worst = max(worst, math.Abs(l.v[j]-k.v[j]))
			}
		}
	}
	t.Logf("ln r moves by %.1e at most", worst)
	if worst > 1e-6 {
		t.Errorf("ln r moves by %g", worst)
	}
}
