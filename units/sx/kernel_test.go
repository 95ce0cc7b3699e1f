package sx

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// Every stage of every published section, from its inlets.
func TestPublishedProfiles(t *testing.T) {
	r := readReference(t)
	for i := range r.Cases {
		c := &r.Cases[i]
		t.Run(c.Name, func(t *testing.T) {
			k := r.cascade(c.Stages)
			r.set(k, c)
			v := make([]float64, 2*c.Stages)
			if f := k.solve(v, 1e-12, true); f.cause != none {
				t.Fatalf("%+v", f)
			}
			skip := make(map[string]bool)
			for _, m := range r.Exclude[c.Name] {
				skip[m] = true
			}
			for _, p := range c.Profile {
				j := p.Stage - 1
				if c.Aqueous == "backward" {
					j = c.Stages - p.Stage
				}
				check := func(what string, got, want float64) {
					t.Helper()
					if !near(got, want, c.Tolerance) {
						t.Errorf("stage %d: %s is %.9g mol/m3, published %.9g", p.Stage, what, got, want)
					}
				}
				var bound, acid float64
				for i, m := range metals {
					x, y := k.x[i*k.n+j], k.y[i*k.n+j]
					acid, bound = acid+k.terms[i].z*x, bound+k.terms[i].z*y
					if !skip[m] {
						check(m+" in the aqueous", x, p.Aqueous[m]/r.MolarMass[m])
						check(m+" in the organic", y, p.Organic[m]/r.MolarMass[m])
					}
				}
				check("total acid", k.q[j]-acid, r.acid(p.Aqueous, c.MassH))
				check("free D2EHPA", k.e[j]-bound, p.Organic["DEHPA"]/r.MolarMass["DEHPA"])
				check("free acid", k.h[j], p.Aqueous["H"]/c.MassH)
				if pH := 3 - v[2*j]/math.Ln10; p.PH != 0 && math.Abs(pH-p.PH) > 1e-5 {
					t.Errorf("stage %d: pH %.7f, published %.7f", p.Stage, pH, p.PH)
				}
			}
			for i, m := range metals {
				if want, ok := c.Printed.Aqueous[m]; ok && !near(k.x[i*k.n+k.n-1]*r.MolarMass[m], want, c.Printed.Tolerance) {
					t.Errorf("%s leaves with %.6g mg/L, printed %g", m, k.x[i*k.n+k.n-1]*r.MolarMass[m], want)
				}
				if want, ok := c.Printed.Organic[m]; ok && !near(k.y[i*k.n]*r.MolarMass[m], want, c.Printed.Tolerance) {
					t.Errorf("%s leaves in the organic with %.6g mg/L, printed %g", m, k.y[i*k.n]*r.MolarMass[m], want)
				}
			}
		})
	}
}

// Traces keep their digits: every x against Gaussian elimination with 2000 bits, D from 1e-20 to 1e20.
func TestBalanceIsRightToRounding(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	worst := 0.0
	for trial := range 300 {
		n := 1 + rnd.IntN(12)
		k := newCascade(n, []term{{z: 3}}, 10, 0.03, nil)
		d := k.data
		d[flowA], d[flowO] = math.Exp(4*rnd.NormFloat64()), math.Exp(4*rnd.NormFloat64())
		if trial%2 == 1 {
			d[rate], d[holdA], d[holdO] = math.Exp(5*rnd.NormFloat64()), rnd.Float64(), rnd.Float64()
		}
		k.feedX[0], k.feedY[0] = rnd.Float64(), rnd.Float64()
		for j := range n {
			k.D[j] = math.Pow(10, 40*rnd.Float64()-20)
			k.prevM[j] = rnd.Float64()
		}
		k.balance(0)
		for j, want := range exact(k) {
			if e := math.Abs(k.x[j]/want - 1); e > worst {
				worst = e
			}
		}
	}
	t.Logf("worst relative error %.2g", worst)
	if !(worst < 1e-13) {
		t.Errorf("relative error %g", worst)
	}
}

// exact solves the balance of metal 0 by elimination with 2000 bits.
func exact(k *run) []float64 {
	num := func(x float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(x) }
	mul := func(a, b *big.Float) *big.Float { return num(0).Mul(a, b) }
	add := func(a, b *big.Float) *big.Float { return num(0).Add(a, b) }
	div := func(a, b *big.Float) *big.Float { return num(0).Quo(a, b) }
	d := k.data
	A, O, R := num(d[flowA]), num(d[flowO]), num(d[rate])
	diag, rhs, up := make([]*big.Float, k.n), make([]*big.Float, k.n), make([]*big.Float, k.n)
	for j := range k.n {
		D := num(k.D[j])
		diag[j] = add(add(A, mul(O, D)), mul(R, add(num(d[holdA]), mul(num(d[holdO]), D))))
		up[j] = mul(O, D) // of x_j in row j−1
		rhs[j] = mul(R, num(k.prevM[j]))
	}
	rhs[0] = add(rhs[0], num(k.feedX[0]))
	rhs[k.n-1] = add(rhs[k.n-1], num(k.feedY[0]))
	for j := 1; j < k.n; j++ {
		f := div(A, diag[j-1])
		diag[j].Sub(diag[j], mul(f, up[j]))
		rhs[j] = add(rhs[j], mul(f, rhs[j-1]))
	}
	x := make([]float64, k.n)
	next := num(0)
	for j := k.n - 1; j >= 0; j-- {
		v := div(add(rhs[j], next), diag[j])
		next = mul(up[j], v)
		x[j], _ = v.Float64()
	}
	return x
}

func TestJacobian(t *testing.T) {
	r := readReference(t)
	for i := range r.Cases {
		c := &r.Cases[i]
		k := r.cascade(c.Stages)
		r.set(k, c)
		for _, R := range []float64{0, 1e-4} {
			k.data[rate] = R
			for a := range k.prevM {
				k.prevM[a] = 1e-3 * float64(a+1)
			}
			for j := range k.n {
				k.prevQ[j], k.prevE[j], k.prevS[j] = 20, 120, 15
			}
			k.inerts()
			n := 2 * k.n
			v, lo, hi := make([]float64, n), make([]float64, n), make([]float64, n)
			k.start(v)
			jac := make([]float64, n*n)
			k.residual(v, lo)
			k.jacobian(v, jac)
			const h = 1e-5
			for b := range n {
				at := v[b]
				v[b] = at - h
				k.residual(v, lo)
				v[b] = at + h
				k.residual(v, hi)
				v[b] = at
				for a := range n {
					if want := (hi[a] - lo[a]) / (2 * h); math.Abs(jac[a*n+b]-want) > 1e-8*(1+math.Abs(want)) {
						t.Errorf("%s, rate %g: row %d, column %d: %.10g, differences %.10g", c.Name, R, a, b, jac[a*n+b], want)
					}
				}
			}
		}
	}
}
