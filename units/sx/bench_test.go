package sx

import (
	"fmt"
	"testing"

	"reetwin/flowsheet"
)

func benchCascade(b *testing.B, n int) (*run, []float64) {
	r := readReference(b)
	k := r.cascade(n)
	r.set(k, &r.Cases[0])
	v := make([]float64, 2*n)
	if f := k.solve(v, 1e-11, true); f.cause != none {
		b.Fatalf("%+v", f)
	}
	return k, v
}

func BenchmarkNewtonStep(b *testing.B) {
	for _, n := range []int{3, 10, 30} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k, v := benchCascade(b, n)
			r := make([]float64, 2*n)
			b.ReportAllocs()
			for b.Loop() {
				k.residual(v, r)
				clear(k.jac)
				k.jacobian(v, k.jac)
				if err := k.lu.Factor(k.jac); err != nil {
					b.Fatal(err)
				}
				k.lu.Solve(r)
			}
		})
	}
}

func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{3, 10, 30} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k, v := benchCascade(b, n)
			b.ReportAllocs()
			for b.Loop() {
				k.evaluate(v)
			}
		})
	}
}

func BenchmarkColdSolve(b *testing.B) {
	for _, n := range []int{3, 10, 30} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k, v := benchCascade(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if f := k.solve(v, 1e-11, true); f.cause != none {
					b.Fatalf("%+v", f)
				}
			}
		})
	}
}

func BenchmarkTangent(b *testing.B) {
	for _, n := range []int{3, 10, 30} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k, v := benchCascade(b, n)
			clear(k.direction)
			k.direction[flowA] = 1
			b.ReportAllocs()
			for b.Loop() {
				if !k.linearise(v) {
					b.Fatal("singular")
				}
				k.tangent()
			}
		})
	}
}

// One warm solve of the unit after a change of the feed, and one tangent, as the plant asks for them.
func BenchmarkSection(b *testing.B) {
	ref := readReference(b)
	for _, n := range []int{3, 10, 30} {
		r := newRig(b, n, "forward")
		r.feed(ref, &ref.Cases[0])
		if err := r.solve(true); err != nil {
			b.Fatal(err)
		}
		nd := r.index("Nd+3")
		base := r.in[0].N[nd]
		b.Run(fmt.Sprintf("Warm/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r.in[0].N[nd] = base * (1 + 0.05*float64(i%2))
				if err := r.solve(false); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Tangent/%d", n), func(b *testing.B) {
			st := &flowsheet.Stage{Tol: 1e-13}
			b.ReportAllocs()
			dx := make([]float64, len(r.x))
			for b.Loop() {
				if err := r.s.Tangent(st, r.u, r.x, r.in, r.out, []float64{0, 0}, nil, r.in, dx, r.out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
