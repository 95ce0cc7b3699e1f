package cascade

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// efficiencies are 0.6 to 0.98, hydrogen's and sodium's 1.
func efficiencies(n int, phase float64) []float64 {
	eta := make([]float64, n)
	for i := range eta {
		eta[i] = 0.79 + 0.19*math.Sin(float64(i)+phase)
	}
	eta[sodium], eta[hydrogen] = 1, 1
	return eta
}

// Efficiencies of 1 change nothing.
func TestMurphreeOfOne(t *testing.T) {
	b := readSX1(t)
	c := b.circuit(30, "closed")
	c.Soap = 0.36
	k, err := New(b.chemistry(), c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Solve(c, 1e-12, true); err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(k.v)
	x := slices.Clone(k.x)
	for s := range c.Sections {
		c.Sections[s].Murphree = slices.Repeat([]float64{1}, k.c)
	}
	if _, err := k.Solve(c, 1e-12, true); err != nil {
		t.Fatal(err)
	}
	for j, v := range want {
		if math.Abs(v-k.v[j]) > 1e-10 {
			t.Fatalf("ln r of stage %d: %.14g with efficiency 1, %.14g without", j+1, k.v[j], v)
		}
	}
	for o, v := range x {
		if math.Abs(v-k.x[o]) > 1e-8*v {
			t.Fatalf("stage %d, cation %d: %.14g with efficiency 1, %.14g without", o/k.c+1, o%k.c, k.x[o], v)
		}
	}
}

func TestMurphreeJacobian(t *testing.T) {
	b := readSX1(t)
	c := b.circuit(10, "closed")
	for s := range c.Sections {
		c.Sections[s].Murphree = efficiencies(21, float64(s))
		c.Sections[s].OrganicCarried, c.Sections[s].AqueousCarried = 0.02, 0.01
	}
	c.Returns = []Return{{From: 2, To: 1, Stage: 2, Flow: 0.4}}
	k, err := New(b.chemistry(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.set(c, nil); err != nil {
		t.Fatal(err)
	}
	k.start()
	k.evaluate(k.v, k.res)
	k.jacobian()
	jac := slices.Clone(k.jac)
	lo, hi := make([]float64, k.n), make([]float64, k.n)
	for q := range k.n {
		const h = 1e-5
		at := k.v[q]
		k.v[q] = at - h
		k.evaluate(k.v, lo)
		k.v[q] = at + h
		k.evaluate(k.v, hi)
		k.v[q] = at
		for j := range k.n {
			want := (hi[j] - lo[j]) / (2 * h)
			if math.Abs(jac[j*k.n+q]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%d,%d: %.9g, differences %.9g", j, q, jac[j*k.n+q], want)
			}
		}
	}
}

// Random circuits with efficiencies: all solve, the circuit and every stage balance, and each stage keeps its efficiency.
func TestMurphreeCircuits(t *testing.T) {
	b := readSX1(t)
	r := rand.New(rand.NewPCG(2026, 30))
	base := b.circuit(30, "closed")
	for trial := range 60 {
		c, chem := shake(base, b.chemistry(), r)
		for s := range c.Sections {
			c.Sections[s].Murphree = efficiencies(21, 6*r.Float64())
		}
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := k.Solve(c, 1e-11, true); err != nil {
			t.Errorf("case %d: %+v: %v", trial, res, err)
			continue
		}
		if w, name := k.Balance(); !(w < 1e-10) {
			t.Errorf("case %d: balance of %s open by %.2g", trial, name, w)
		}
		n := k.Stages()
		y := make([][]float64, n)
		for j := range y {
			y[j] = make([]float64, k.c)
			k.Organic(j, y[j])
		}
		for j := range n {
			u, h := k.FreeDimer(j), k.FreeAcid(j)
			sum := 0.0
			for i, q := range chem.Cations {
				sum += q.Z * y[j][i]
				if i == hydrogen || i == sodium {
					continue
				}
				before := (1 - c.Bleed) * y[n-1][i]
				if j > 0 {
					before = y[j-1][i]
				}
				star := math.Exp(q.LnK) * math.Pow(u/h, q.Z) * k.Aqueous(j)[i]
				eta := c.Sections[k.section[j]].Murphree[i]
				want := before + eta*(star-before)
				if math.Abs(y[j][i]-want) > 1e-9*(star+before)+1e-200 {
					t.Fatalf("case %d, stage %d: organic %s is %.12g, want %.12g", trial, j+1, q.Name, y[j][i], want)
				}
			}
			if math.Abs(sum/c.Capacity-1) > 1e-9 {
				t.Fatalf("case %d, stage %d: extractant open by %.2g", trial, j+1, sum/c.Capacity-1)
			}
		}
	}
}

// One stage and a trace of constant D, by hand: the aqueous and the organic of a mixer, T between them, settlers behind.
//
//	Va dx/dt = A (xf − x) − T (D x − y),   Vo dy/dt = −O y + T (D x − y),   layers Ls dl/dt = A (x − l)
func TestRateInTime(t *testing.T) {
	const A, O, Va, Vo, Ls, D, T = 2.0, 3.0, 4.0, 5.0, 20.0, 2.5, 1.2
	chem := &Chemistry{Cations: []Cation{{Name: "M", Z: 1, LnK: math.Log(D), Correlated: true, M: 1}, {Name: "H", Z: 1}}, Hydrogen: 1, Soap: -1}
	circuit := func(feed float64) *Circuit {
		return &Circuit{Organic: O, Capacity: 1, Bleed: 1, Sections: []Section{{Name: "load", Stages: 1, Flow: A, X: []float64{feed, 0.5}, Transfer: []float64{T, 0}}}}
	}
	k, err := New(chem, circuit(1e-6))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Solve(circuit(1e-6), 1e-13, true); err != nil {
		t.Fatal(err)
	}
	v := &Vessels{[]float64{Va}, []float64{Vo}, []float64{Ls}, []float64{Ls}}
	s := NewIntegrator(k, v, 1e-8)
	now := s.Contents()
	x, y := 1e-6*A/(A+T*D-T*D*T/(O+T)), 0.0
	y = T * D * x / (O + T)
	l := x
	for _, c := range [][2]float64{{now.Aqueous[0], x}, {now.Drops[0], Vo * y}} {
		if !(math.Abs(c[0]/c[1]-1) < 1e-10) {
			t.Errorf("the steady state has %.12g, by hand %.12g", c[0], c[1])
		}
	}
	if err := s.Run(circuit(1e-6), 50); err != nil { // at rest it stays
		t.Fatal(err)
	}
	if now = s.Contents(); !(math.Abs(now.Drops[0]/(Vo*y)-1) < 1e-9) || s.Rejected > 0 {
		t.Errorf("at rest the drops went from %.12g to %.12g, %d steps taken back", Vo*y, now.Drops[0], s.Rejected)
	}
	const span, steps = 3.0, 30000
	if err := s.Run(circuit(3e-6), span); err != nil {
		t.Fatal(err)
	}
	rate := func(x, y, l float64) (dx, dy, dl float64) {
		over := T * (D*x - y)
		return (A*(3e-6-x) - over) / Va, (over - O*y) / Vo, A * (x - l) / Ls
	}
	for range steps { // midpoint rule
		h := span / steps
		a, b, c := rate(x, y, l)
		a, b, c = rate(x+h/2*a, y+h/2*b, l+h/2*c)
		x, y, l = x+h*a, y+h*b, l+h*c
	}
	now = s.Contents()
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"mixer", now.Mixer[0], Va*x + Vo*y}, {"drops", now.Drops[0], Vo * y}, {"aqueous layer", now.Aqueous[0], l}} {
		if !(math.Abs(c.got/c.want-1) < 1e-6) {
			t.Errorf("%s after the step: %.10g, by hand %.10g", c.name, c.got, c.want)
		}
	}
}
