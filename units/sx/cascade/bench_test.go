package cascade

import (
	"fmt"
	"testing"
)

func benchCascade(b *testing.B, n int, kind string) (*Cascade, *Circuit) {
	s := readSX1(b)
	c := s.circuit(n, "closed")
	k, err := New(s.with(kind, c), c)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := k.Solve(c, 1e-9, true); err != nil {
		b.Fatal(err)
	}
	return k, c
}

var sizes = []int{10, 30, 60, 100}

func BenchmarkBalances(b *testing.B) {
	for _, n := range sizes {
		k, _ := benchCascade(b, n, "")
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.evaluate(k.v, k.res)
			}
		})
	}
}

func BenchmarkJacobian(b *testing.B) {
	for _, n := range sizes {
		k, _ := benchCascade(b, n, "")
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.jacobian()
			}
		})
	}
}

// One Newton step: balances, derivatives, factors, step.
func BenchmarkNewtonStep(b *testing.B) {
	for _, kind := range []string{"", "d"} {
		for _, n := range sizes {
			k, _ := benchCascade(b, n, kind)
			b.Run(fmt.Sprintf("%s%d", kind, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					k.evaluate(k.v, k.res)
					k.refactor()
					k.direction(0.01, 0)
				}
			})
		}
	}
}

func BenchmarkCold(b *testing.B) {
	for _, kind := range []string{"", "d"} {
		for _, n := range sizes {
			k, c := benchCascade(b, n, kind)
			b.Run(fmt.Sprintf("%s%d", kind, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := k.Solve(c, 1e-9, true); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// Warm from the solution for 5 % less of every metal, as KINSOL's warm start in the reference. With loading (c, not here)
// 5 % leads across the pinch, where a warm start is no help at any size.
func BenchmarkWarm(b *testing.B) {
	for _, kind := range []string{"", "a", "b", "d"} {
		for _, n := range sizes {
			k, c := benchCascade(b, n, kind)
			less := clone(c)
			for i := range sodium {
				less.Sections[0].X[i] *= 0.95
			}
			if _, err := k.Solve(less, 1e-11, true); err != nil {
				b.Fatal(err)
			}
			start := append([]float64(nil), k.v...)
			b.Run(fmt.Sprintf("%s%d", kind, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					copy(k.v, start)
					res, err := k.Solve(c, 1e-9, false)
					if err != nil || res.Path != Warm {
						b.Fatal(res, err)
					}
				}
			})
		}
	}
}

func BenchmarkFactor(b *testing.B) {
	for _, n := range sizes {
		k, _ := benchCascade(b, n, "")
		k.jacobian()
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				k.lu.Factor(k.jac)
			}
		})
	}
}
