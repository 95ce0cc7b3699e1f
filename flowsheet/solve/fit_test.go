package solve

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// A decay with noise of a known spread: parameters within their bands as often as they should be.
func TestFitBands(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	inside, trials := 0, 200
	for range trials {
		var x, y [40]float64
		for i := range x {
			x[i] = float64(i) / 10
			y[i] = 2*math.Exp(-0.7*x[i]) + 0.3 + 0.05*r.NormFloat64()
		}
		f := Fit{Lo: []float64{0, 0, -5}, Hi: []float64{10, 10, 5}}
		q, err := f.Solve(len(x), []float64{1, 1, 0}, func(p, out []float64) {
			for i := range x {
				out[i] = p[0]*math.Exp(-p[1]*x[i]) + p[2] - y[i]
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(q.P[1]-0.7) < 2*math.Sqrt(q.Covariance[1][1]) {
			inside++
		}
	}
	if inside < 180 || inside > 198 {
		t.Errorf("the rate is within two standard deviations in %d of %d, want some 190", inside, trials)
	}
}

// Outliers bend a plain fit and not Huber's; a bound holds and is said.
func TestFitOutliersAndBounds(t *testing.T) {
	line := func(p, out []float64) {
		for i := range out {
			y := 1 + 2*float64(i)
			if i%10 == 3 {
				y += 40
			}
			out[i] = p[0] + p[1]*float64(i) - y
		}
	}
	f := Fit{Lo: []float64{-100, -100}, Hi: []float64{100, 100}}
	plain, err := f.Solve(30, []float64{0, 0}, line)
	if err != nil {
		t.Fatal(err)
	}
	f.Huber = 0.1
	robust, err := f.Solve(30, []float64{0, 0}, line)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(plain.P[0]-1) < 2 || math.Abs(robust.P[0]-1) > 0.1 || math.Abs(robust.P[1]-2) > 0.01 {
		t.Errorf("plain %v, robust %v, want 1 and 2 of the robust", plain.P, robust.P)
	}
	f.Hi[1] = 1.5
	held, err := f.Solve(30, []float64{0, 0}, line)
	if err != nil || held.P[1] != 1.5 || !held.AtBound[1] || held.Covariance[1][1] != 0 {
		t.Errorf("%+v, %v", held, err)
	}
}

func TestFitRefuses(t *testing.T) {
	f := Fit{Lo: []float64{0, 0}, Hi: []float64{1, 1}}
	if _, err := f.Solve(3, []float64{0.5, 0.5}, func(_, r []float64) { r[0] = math.NaN() }); !errors.Is(err, ErrDomain) {
		t.Errorf("not a number: %v", err)
	}
	var s *Singular
	if _, err := f.Solve(3, []float64{0.5, 0.5}, func(p, r []float64) {
		for i := range r {
			r[i] = p[0] + p[1] - float64(i)
		}
	}); !errors.As(err, &s) {
		t.Errorf("two parameters for one number: %v", err)
	}
}
