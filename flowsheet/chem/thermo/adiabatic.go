package thermo

import (
	"fmt"
	"math"
)

// Adiabatic is where the products of a reaction end that keeps its heat, at constant pressure.
type Adiabatic struct {
	T       float64 // K
	Low     float64 // K, T of a reaction whose heat is less by its expanded uncertainty
	High    float64 // K, the same for more
	Share   float64 // of the transition at T that is done, 0 where T is at none
	Turning []*Form // the forms that come by that transition
	Outside []Excursion
}

// limit bounds the search for an adiabatic temperature, K.
const limit = 6000

// Adiabatic finds the temperature at which the right side has the enthalpy that the left side has at T0 (K). Forms change where they
// do at 1 bar unless the reaction names them; at a transition T stays until all is turned. What stands on both sides is heated too.
func (r *Reaction) Adiabatic(T0 float64) (Adiabatic, error) {
	var a Adiabatic
	target := 0.0
	for i := range r.Terms {
		t := &r.Terms[i]
		if t.Left == 0 {
			continue
		}
		f := t.Species.Stable(T0, t.Tag)
		if !f.Covers(T0) {
			a.Outside = append(a.Outside, Excursion{f, T0})
		}
		target += t.Left * f.H(T0)
	}
	if math.IsNaN(target) {
		return a, fmt.Errorf("adiabatic: %v", a.Outside)
	}
	for i := range r.Terms {
		if t := &r.Terms[i]; t.Right > 0 && !t.Species.Stable(T0+100, t.Tag).HasHeat() {
			return a, fmt.Errorf("adiabatic: %s has no heat capacity", t.Name())
		}
	}
	v := r.NewValues()
	r.At(T0, v)
	lo, hi, err := r.bracket(target)
	if err != nil {
		return a, err
	}
	a.T = (lo + hi) / 2
	for i := range r.Terms { // what differs across the bracket turns there
		t := &r.Terms[i]
		if f, g := t.Species.Stable(lo, t.Tag), t.Species.Stable(hi, t.Tag); t.Right > 0 && f != g {
			a.Turning = append(a.Turning, g)
		}
	}
	if below, above := r.products(lo), r.products(hi); len(a.Turning) > 0 && above > below {
		a.Share = (target - below) / (above - below)
	}
	for i := range r.Terms {
		if t := &r.Terms[i]; t.Right > 0 {
			if f := t.Species.Stable(a.T, t.Tag); !f.Covers(a.T) {
				a.Outside = append(a.Outside, Excursion{f, a.T})
			}
		}
	}
	a.Low, a.High = math.NaN(), math.NaN()
	if lo, hi, err := r.bracket(target - v.UH); err == nil {
		a.Low = (lo + hi) / 2
	}
	if lo, hi, err := r.bracket(target + v.UH); err == nil {
		a.High = (lo + hi) / 2
	}
	return a, nil
}

// products is the enthalpy of the right side at T, J.
func (r *Reaction) products(T float64) (sum float64) {
	for i := range r.Terms {
		if t := &r.Terms[i]; t.Right > 0 {
			sum += t.Right * t.Species.Stable(T, t.Tag).H(T)
		}
	}
	return sum
}

// bracket closes in on the temperature where the products reach an enthalpy, to 1e-9 K: their enthalpy rises with T and jumps
// at transitions, so halving is safe.
func (r *Reaction) bracket(target float64) (lo, hi float64, err error) {
	lo, hi = 200, limit
	if r.products(lo) > target {
		return 0, 0, fmt.Errorf("adiabatic: the products would be below %g K", lo)
	}
	if !(r.products(hi) >= target) {
		return 0, 0, fmt.Errorf("adiabatic: the products would be above %g K", hi)
	}
	for hi-lo > 1e-9 {
		middle := lo + (hi-lo)/2
		if middle == lo || middle == hi {
			break
		}
		if r.products(middle) >= target {
			hi = middle
		} else {
			lo = middle
		}
	}
	return lo, hi, nil
}
