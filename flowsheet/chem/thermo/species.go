package thermo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
)

// State is the state of aggregation, as written behind a name: "s", "l", "g" or "aq".
type State string

// The states.
const (
	Solid   State = "s"
	Liquid  State = "l"
	Gas     State = "g"
	Aqueous State = "aq"
)

// Number is one number of the data with what it rests on.
type Number struct {
	Name   string // "hf", "s", "cp", "dH", ...
	Text   string // value and unit as written
	U      string // expanded uncertainty with its unit, "" where none is known
	UClass chem.Class
	Class  chem.Class
	Source string
}

// Form is one state of a substance, or one crystal form, over a range of temperature. It does not change after loading.
type Form struct {
	Species *Species
	State   State
	Phase   string  // "β", "hqz"; "" for the only one
	Lo, Hi  float64 // K, range of the data
	Numbers []Number
	Class   chem.Class // the weakest of Numbers
	Note    string

	chain  *chain
	pieces []piece // none: 298.15 K only
}

// chain is what the forms of one entry of the data share.
type chain struct {
	h298, s298      float64 // J/mol, J/(mol K); s298 is NaN where unknown
	uh, us, content float64 // expanded: of h298, of s298, share of what is beyond 298.15 K
	uClass          chem.Class
}

// Species is a substance with its forms, in the order of the data: solids, liquid, gas, or solute.
type Species struct {
	Name    string // "CaF2", or with another set of data "CaF2@NASA7"
	Formula string
	Atoms   map[string]float64
	Charge  float64
	Forms   []*Form
}

// Name is that of the species with its state, and its form where there are several: "Nd(s β)".
func (f *Form) Name() string {
	if !slices.ContainsFunc(f.Species.Forms, func(o *Form) bool { return o != f && o.State == f.State }) {
		return f.Species.Name + "(" + string(f.State) + ")"
	}
	return f.Species.Name + "(" + string(f.State) + " " + f.Phase + ")"
}

// HasHeat says whether there is a heat capacity; without one the form serves at 298.15 K only and all else is NaN.
func (f *Form) HasHeat() bool { return len(f.pieces) > 0 }

// HasEntropy says whether S and G are known; else they are NaN.
func (f *Form) HasEntropy() bool { return !math.IsNaN(f.chain.s298) }

// Covers says whether T (K) is in the range of the data.
func (f *Form) Covers(T float64) bool { return T >= f.Lo-1e-6 && T <= f.Hi+1e-6 }

// at is the piece for T, the nearest one outside all.
func (f *Form) at(T float64) *piece {
	for i := range f.pieces {
		if T <= f.pieces[i].hi || i == len(f.pieces)-1 {
			return &f.pieces[i]
		}
	}
	return nil
}

// Cp is the heat capacity at T (K), J/(mol K): the derivative of H.
func (f *Form) Cp(T float64) float64 {
	if p := f.at(T); p != nil {
		return p.cp(T)
	}
	return math.NaN()
}

// H is the enthalpy at T (K), J/mol, with that of formation at 298.15 K.
func (f *Form) H(T float64) float64 {
	if p := f.at(T); p != nil {
		return p.h(T)
	}
	if math.Abs(T-Room) < 1e-6 {
		return f.chain.h298
	}
	return math.NaN()
}

// S is the entropy at T (K) and 1 bar, J/(mol K).
func (f *Form) S(T float64) float64 {
	if p := f.at(T); p != nil {
		return p.s(T) // NaN where the entropy at 298.15 K is
	}
	if math.Abs(T-Room) < 1e-6 {
		return f.chain.s298
	}
	return math.NaN()
}

// G is H − T S, J/mol.
func (f *Form) G(T float64) float64 { return f.H(T) - T*f.S(T) }

// Uncertainty is the expanded uncertainty of H (J/mol), S (J/(mol K)) and G (J/mol) at T (K), of the form by itself.
func (f *Form) Uncertainty(T float64) (h, s, g float64) {
	c := f.chain
	dh, ds := f.H(T)-c.h298, f.S(T)-c.s298
	return math.Hypot(c.uh, c.content*dh), math.Hypot(c.us, c.content*ds), math.Hypot(math.Hypot(c.uh, T*c.us), c.content*(dh-T*ds))
}

// UncertaintyClass says how well the uncertainty itself is known.
func (f *Form) UncertaintyClass() chem.Class { return f.chain.uClass }

// fits says whether a form is one of those that a tag behind a name asks for: a state, "cd" for solid or liquid, or the
// name of a form. "" asks for any, dissolved only if there is no other.
func (f *Form) fits(tag string) bool {
	switch tag {
	case "":
		return f.State != Aqueous || !slices.ContainsFunc(f.Species.Forms, func(o *Form) bool { return o.State != Aqueous })
	case "cd":
		return f.State == Solid || f.State == Liquid
	case "cr":
		return f.State == Solid
	}
	return string(f.State) == tag || f.Phase != "" && strings.EqualFold(f.Phase, tag)
}

// Stable is the form with the lowest G at T (K) and 1 bar of those that fit the tag: a state, "cd" (solid or liquid), the name of
// a form, or "" for any. Where none covers T it is the nearest, to be extrapolated. nil: no form fits.
func (s *Species) Stable(T float64, tag string) *Form {
	var best, near *Form
	for _, f := range s.Forms {
		if !f.fits(tag) {
			continue
		}
		if near == nil || f.away(T) < near.away(T) {
			near = f
		}
		if !f.Covers(T) {
			continue
		}
		if best == nil || f.HasEntropy() && (!best.HasEntropy() || f.G(T) < best.G(T)) {
			best = f
		}
	}
	if best == nil {
		return near
	}
	return best
}

// away is how far T lies outside the range, K; a form without heat capacity is farther than any with one.
func (f *Form) away(T float64) float64 {
	d := max(f.Lo-T, T-f.Hi, 0)
	if !f.HasHeat() {
		d += 1e6
	}
	return d
}

// weaker is the weaker of two classes; "" is none yet.
func weaker(a, b chem.Class) chem.Class {
	order := []chem.Class{"", chem.Measured, chem.Derived, chem.Estimated, chem.Assumed}
	if slices.Index(order, a) >= slices.Index(order, b) {
		return a
	}
	return b
}

// Constant is the enthalpy at 298.15 K as a constant of a plant, with the weakest class, all sources and the range of the form.
func (f *Form) Constant() chem.Constant {
	var sources []string
	for _, n := range f.Numbers {
		if !slices.Contains(sources, n.Source) {
			sources = append(sources, n.Source)
		}
	}
	return chem.Constant{Name: "enthalpy." + f.Name(), Value: f.H(Room), Unit: "J/mol", Class: f.Class, Source: strings.Join(sources, "; "),
		Range: fmt.Sprintf("%g to %g K", f.Lo, f.Hi)}
}
