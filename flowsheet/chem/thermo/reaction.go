package thermo

import (
	"fmt"
	"math"
)

// Values are what a reaction comes to at one temperature, per mole of reaction as written, pure phases and gases at 1 bar.
// H is NaN where a substance has no heat capacity, S and G also where one has no entropy: Reaction.Lacking names them.
type Values struct {
	T          float64 // K
	H, S, G    float64 // J, J/K, J
	Cp         float64 // J/K, the derivative of H; that of G is −S
	UH, US, UG float64 // expanded uncertainty
	Forms      []*Form // of each term: the one written or the stable one
}

// NewValues makes room for At.
func (r *Reaction) NewValues() *Values { return &Values{Forms: make([]*Form, len(r.Terms))} }

// At fills v for the temperature T (K). It does not allocate. A substance that does nothing, on both sides, does not enter.
func (r *Reaction) At(T float64, v *Values) {
	*v = Values{T: T, Forms: v.Forms}
	for i := range r.Terms {
		t := &r.Terms[i]
		f := t.Species.Stable(T, t.Tag)
		v.Forms[i] = f
		if n := t.Net(); n != 0 {
			v.H += n * f.H(T)
			v.S += n * f.S(T)
			v.Cp += n * f.Cp(T)
		}
	}
	v.G = v.H - T*v.S
	v.uncertainty(r)
}

// uncertainty adds the substances as independent and the forms of one substance as one.
func (v *Values) uncertainty(r *Reaction) {
	T := v.T
	for i, f := range v.Forms {
		var n, h, s float64
		first := true
		for j, o := range v.Forms {
			if o.chain != f.chain {
				continue
			}
			if j < i {
				first = false
				break
			}
			if c := r.Terms[j].Net(); c != 0 {
				n += c
				h += c * (o.H(T) - o.chain.h298)
				s += c * (o.S(T) - o.chain.s298)
			}
		}
		if !first {
			continue
		}
		c := f.chain
		v.UH += square(n*c.uh) + square(c.content*h)
		v.US += square(n*c.us) + square(c.content*s)
		v.UG += square(n*c.uh) + square(n*T*c.us) + square(c.content*(h-T*s))
	}
	v.UH, v.US, v.UG = math.Sqrt(v.UH), math.Sqrt(v.US), math.Sqrt(v.UG)
}

func square(x float64) float64 { return x * x }

// LnK is ln of the equilibrium constant, −ΔG/(R T), gases in bar.
func (v *Values) LnK() float64 { return -v.G / (R * v.T) }

// E is the standard cell voltage −ΔG/(n F), V, for n electrons per mole of reaction.
func (v *Values) E(n float64) float64 { return -v.G / (n * Faraday) }

// Excursion is a form used outside the range of its data.
type Excursion struct {
	Form *Form
	T    float64 // K
}

func (e Excursion) String() string {
	if !e.Form.HasHeat() {
		return fmt.Sprintf("%s at %g K: no heat capacity, its data hold at 298.15 K only", e.Form.Name(), e.T)
	}
	if e.Form.Lo == e.Form.Hi {
		return fmt.Sprintf("%s at %g K: its heat capacity is that at 298.15 K, held", e.Form.Name(), e.T)
	}
	return fmt.Sprintf("%s at %g K is extrapolated: its data hold from %g to %g K", e.Form.Name(), e.T, e.Form.Lo, e.Form.Hi)
}

// Outside lists the forms of v that are used outside the range of their data, those that do nothing left out.
func (r *Reaction) Outside(v *Values) []Excursion {
	var all []Excursion
	for i, f := range v.Forms {
		if r.Terms[i].Net() != 0 && !f.Covers(v.T) {
			all = append(all, Excursion{f, v.T})
		}
	}
	return all
}

// Lacking names the forms of v for want of which H, or S and G, is NaN.
func (r *Reaction) Lacking(v *Values) (heat, entropy []string) {
	for i, f := range v.Forms {
		if r.Terms[i].Net() == 0 {
			continue
		}
		if math.IsNaN(f.H(v.T)) {
			heat = append(heat, f.Name())
		}
		if !f.HasEntropy() {
			entropy = append(entropy, f.Name())
		}
	}
	return heat, entropy
}

// Span is the range of temperature (K) over which all substances of the reaction that change have data: lo is not below hi where
// there is none.
func (r *Reaction) Span() (lo, hi float64) {
	lo, hi = 0, math.Inf(1)
	for i := range r.Terms {
		t := &r.Terms[i]
		if t.Net() == 0 {
			continue
		}
		first, last := math.Inf(1), 0.0
		for _, f := range t.Species.Forms {
			if f.fits(t.Tag) && f.HasHeat() {
				first, last = min(first, f.Lo), max(last, f.Hi)
			}
		}
		lo, hi = max(lo, first), min(hi, last)
	}
	return lo, hi
}

// Equilibrium is the lowest temperature (K) in the range of all data at which ΔG changes its sign; ok is false where there is none
// or no ΔG.
func (r *Reaction) Equilibrium() (T float64, ok bool) {
	const steps = 200
	lo, hi := r.Span()
	if !(hi > lo) || math.IsInf(hi, 1) {
		return 0, false
	}
	v := r.NewValues()
	sign := func(T float64) bool { r.At(T, v); return v.G > 0 }
	start := sign(lo)
	if math.IsNaN(v.G) {
		return 0, false
	}
	for i := range steps {
		a, b := lo+(hi-lo)*float64(i)/steps, lo+(hi-lo)*float64(i+1)/steps
		if sign(b) == start {
			continue
		}
		for b-a > 1e-9 {
			if middle := (a + b) / 2; sign(middle) == start {
				a = middle
			} else {
				b = middle
			}
		}
		return (a + b) / 2, true
	}
	return 0, false
}
