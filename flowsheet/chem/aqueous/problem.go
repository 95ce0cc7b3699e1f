package aqueous

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Problem is one equilibrium to find.
type Problem struct {
	// Totals in mol per component. That of H is the proton balance: H+ bound and free less OH-, so it may be negative.
	// Others are not negative; a component with less than one atom per kg of water counts as absent.
	Totals []float64
	// KgWater fixes the water in solution (kg) and makes the total of Water an answer: an analysis in mol/kg. 0 keeps
	// the total of Water.
	KgWater float64
	// Solids are the indices of the solids that may form and the gases that are exchanged.
	Solids []int
	// TargetSI is log10 of the saturation index, for gases of the fugacity (atm), at which each of Solids is held; nil means 0.
	TargetSI []float64
	// T is the temperature, K; 0 means 298.15.
	T float64
	// HoldPH makes PH the pH and the amount of the reagent Titrant the answer. Else pH is an answer.
	HoldPH  bool
	PH      float64
	Titrant int
	// Sorbents are the surfaces that sorb; none: no sorption.
	Sorbents []Sorbent
}

// Result is an equilibrium, and the start of the next by Update. Make it by NewResult.
type Result struct {
	PH            float64
	IonicStrength float64   // mol/kg
	WaterActivity float64   //
	KgWater       float64   // water in solution
	Titrant       float64   // mol added
	Dissolved     []float64 // mol per component in solution; of Water, free and bound in species
	Molality      []float64 // mol/kg per species
	Solids        []float64 // mol per solid; what a gas gave off, negative where it was taken up
	SI            []float64 // log10 saturation index per solid, of a gas its log10 fugacity; -Inf without its components
	Present       []bool    // active set: solids in equilibrium with the solution, gases held
	Sorbed        []float64 // mol per component on all surfaces; of H the protons
	Surfaces      []Sorbed  // per surface of the system; nothing on those that are off
	Residual      float64   // largest balance, relative to what it balances; of an activity or saturation, absolute in ln
	Iterations    int
	Exchanged     int // solids taken in or out of the active set after the interior point
	Flags         Flags

	system *System
	lnX    []float64 // ln molality of the free species, per component; -Inf where absent
	solved bool
}

// NewResult makes room for an equilibrium.
func (s *System) NewResult() *Result {
	return &Result{
		system:    s,
		Dissolved: make([]float64, len(s.Components)),
		Molality:  make([]float64, len(s.Species)),
		Solids:    make([]float64, len(s.Solids)),
		SI:        make([]float64, len(s.Solids)),
		Present:   make([]bool, len(s.Solids)),
		lnX:       make([]float64, len(s.Components)),
		Sorbed:    make([]float64, len(s.Components)),
		Surfaces:  s.newSorbed(),
	}
}

// Molal is the dissolved total of a component, mol/kg.
func (r *Result) Molal(component int) float64 { return r.Dissolved[component] / r.KgWater }

// CopyFrom makes r equal to another result of the same system.
func (r *Result) CopyFrom(o *Result) {
	dissolved, molality, solids, si, present, lnX := r.Dissolved, r.Molality, r.Solids, r.SI, r.Present, r.lnX
	sorbed, surfaces := r.Sorbed, r.Surfaces
	copy(dissolved, o.Dissolved)
	copy(molality, o.Molality)
	copy(solids, o.Solids)
	copy(si, o.SI)
	copy(present, o.Present)
	copy(lnX, o.lnX)
	copy(sorbed, o.Sorbed)
	for p := range surfaces {
		surfaces[p].copyFrom(&o.Surfaces[p])
	}
	*r = *o
	r.Sorbed, r.Surfaces = sorbed, surfaces
	r.Dissolved, r.Molality, r.Solids, r.SI, r.Present, r.lnX = dissolved, molality, solids, si, present, lnX
}

// Flags are departures from the validity of the model, none of which is an error.
type Flags uint8

// The flags.
const (
	AboveValid   Flags = 1 << iota // ionic strength above what the activity model is good for
	AboveUsed                      // ionic strength above where the coefficients are held constant
	NoEnthalpy                     // away from 25 C, and a constant of something present is known at 25 C only
	WaterRange                     // temperature outside the range of the water properties
	DryWater                       // water activity at its floor of 0.3: the model has left its ground
	NegativeDose                   // the pH asked for needs a negative amount of the titrant
	Effervesces                    // a gas that is not held is above 1 atm: it would leave an open vessel
)

var flagNames = [...]string{
	"ionic strength above the activity model's range",
	"ionic strength above where activity coefficients are held constant",
	"temperature away from 25 C with constants known at 25 C only",
	"temperature outside the range of the water properties",
	"water activity at its floor of 0.3",
	"the pH asked for needs a negative amount of the titrant",
	"a gas above 1 atm, which would leave an open vessel",
}

// String lists the flags in words, "" when there is none.
func (f Flags) String() string {
	var names []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

// Unsolved is the error of an equilibrium that was not found.
type Unsolved struct {
	Balance    string  // the worst: a component, "H2O", "ionic strength", "water activity", "pH" or a solid
	Residual   float64 // relative, or absolute in ln
	Iterations int
	Strength   float64 // ionic strength reached, mol/kg
	Limit      *Limit  // why the pH cannot be reached, where that is known
}

// Limit is how far a reagent can take the pH, and why no farther.
type Limit struct {
	Reagent string
	Wanted  float64 // pH
	Start   float64 // pH without it
	PH      float64 // pH at Dose
	Dose    float64 // mol per kg of water, the largest looked at
	Solid   string  // the solid or gas that takes all further reagent: it does not dissolve any more, or leaves
	Away    bool    // the reagent moves the pH the other way
}

func (u *Unsolved) Error() string {
	if u.Limit != nil {
		return "aqueous: " + u.Limit.String()
	}
	return fmt.Sprintf("aqueous: no equilibrium after %d iterations: balance of %s is off by %.2g, ionic strength %.3g mol/kg",
		u.Iterations, u.Balance, u.Residual, u.Strength)
}

// String says it in words.
func (l *Limit) String() string {
	way, end := "raises", "highest"
	if l.Away == (l.Wanted > l.Start) {
		way = "lowers"
	}
	if l.Wanted < l.Start {
		end = "lowest"
	}
	switch {
	case l.Away:
		return fmt.Sprintf("pH %.4g is not reached with %s: it %s the pH, which is %.2f without it", l.Wanted, l.Reagent, way, l.Start)
	case l.Solid != "":
		return fmt.Sprintf("pH %.4g is not reached with %s: the %s it gives is %.2f, where %s is saturated and takes what is added",
			l.Wanted, l.Reagent, end, l.PH, l.Solid)
	}
	return fmt.Sprintf("pH %.4g is not reached with %s: the %s found is %.2f, with %.3g mol/kg of it", l.Wanted, l.Reagent, end, l.PH, l.Dose)
}

// check names the first thing wrong with a problem.
func (p *Problem) check(s *System) error {
	if len(p.Totals) != len(s.Components) {
		return fmt.Errorf("aqueous: %d totals for %d components", len(p.Totals), len(s.Components))
	}
	for i, v := range p.Totals {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 && i != H {
			return fmt.Errorf("aqueous: total of %s is %g mol", s.Components[i].Name, v)
		}
	}
	if !(p.KgWater > 0) && !(p.KgWater == 0 && p.Totals[Water] > 0) || math.IsInf(p.KgWater, 0) {
		return fmt.Errorf("aqueous: there is no water: total %g mol", p.Totals[Water])
	}
	if p.T != 0 && !(p.T > 200 && p.T < 700) {
		return fmt.Errorf("aqueous: temperature %g K is no water's", p.T)
	}
	if p.HoldPH {
		if p.Titrant < 0 || p.Titrant >= len(s.Reagents) {
			return fmt.Errorf("aqueous: there is no reagent number %d", p.Titrant)
		}
		if !(math.Abs(p.PH) <= 20) {
			return fmt.Errorf("aqueous: pH %g cannot be held", p.PH)
		}
		if !s.HoldsPH(p.Titrant) {
			return fmt.Errorf("aqueous: %s brings no protons and takes none: it holds no pH", s.Reagents[p.Titrant].Name)
		}
	}
	if p.TargetSI != nil && len(p.TargetSI) != len(p.Solids) {
		return fmt.Errorf("aqueous: %d saturation indices for %d solids", len(p.TargetSI), len(p.Solids))
	}
	if err := p.checkSorbents(s); err != nil {
		return err
	}
	for i, k := range p.Solids {
		if k < 0 || k >= len(s.Solids) {
			return fmt.Errorf("aqueous: there is no solid number %d", k)
		}
		for _, o := range p.Solids[:i] {
			if o == k {
				return fmt.Errorf("aqueous: solid %s is allowed twice", s.Solids[k].Name)
			}
		}
		if p.TargetSI != nil && !(math.Abs(p.TargetSI[i]) < 100) {
			return fmt.Errorf("aqueous: solid %s has the target %g", s.Solids[k].Name, p.TargetSI[i])
		}
	}
	return nil
}

// HoldsPH reports whether a reagent may be the titrant of a held pH: it brings protons or takes them, itself or by what it brings,
// as carbonate and fluoride do.
func (s *System) HoldsPH(reagent int) bool {
	return slices.ContainsFunc(s.Reagents[reagent].Terms, func(t Term) bool { return t.Component == H || s.carries(t) })
}

// carries reports whether a component of a reagent binds protons, as carbonate and fluoride do.
func (s *System) carries(t Term) bool { return t.Component > Water && s.carrier[t.Component] }
