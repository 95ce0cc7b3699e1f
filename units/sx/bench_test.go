package sx

import (
	"fmt"
	"testing"
)

func benchCascade(b *testing.B, n int) (*cascade, []float64) {
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
