package aqueous

import (
	"fmt"
	"math"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// H and Water are the first two components of every system: the proton balance, and water.
const (
	H     = 0
	Water = 1
)

// System is the equilibria to choose from: components, species, solids, gases and reagents. It is immutable after Load.
type System struct {
	Components []Component // H, Water, then as in the data
	Species    []Species   // the free species of every component but water, in their order, then the complexes
	Solids     []Solid     // solids, then gases
	Reagents   []Reagent
	Surfaces   []Surface
	activity   activityData
	carrier    []bool         // of the components: bind protons in a species
	index      map[string]int // "component:Ca", "species:CaSO4", "solid:Gypsum", "reagent:NaOH"
}

// Component is a total and the free species it is written in.
type Component struct {
	Name    string // "Fe_tri"
	Species string // "Fe_tri+3"
	Charge  float64
}

// Term is a stoichiometric coefficient on a component.
type Term struct {
	Component   int
	Coefficient float64
}

// Constant is an equilibrium constant at 25 C and infinite dilution with its van 't Hoff enthalpy.
type Constant struct {
	LogK     float64 // log10 at 298.15 K
	Enthalpy float64 // J/mol of reaction; NaN where unknown: the constant is then held at its 25 C value
	// Expression is log10 K over temperature where it is known; LogK and Enthalpy are its values at 25 C.
	Expression *Expression
	Class      chem.Class
	Source     string
	File       string // the file it was read from
}

// Expression is a + b T + c/T + d log10 T + e/T2, T in K.
type Expression [5]float64

// At is the value at the temperature T (K).
func (e *Expression) At(T float64) float64 {
	return e[0] + e[1]*T + e[2]/T + e[3]*math.Log10(T) + e[4]/(T*T)
}

// enthalpy is the enthalpy of reaction at T (K), J/mol, of a constant with this log10.
func (e *Expression) enthalpy(T float64) float64 {
	return ln10 * gas * T * T * (e[1] - e[2]/(T*T) + e[3]/(T*ln10) - 2*e[4]/(T*T*T))
}

// At is log10 K at the temperature T (K), by its expression or else by van 't Hoff at constant enthalpy.
func (c Constant) At(T float64) float64 {
	if c.Expression != nil {
		return c.Expression.At(T)
	}
	if math.IsNaN(c.Enthalpy) || T == room {
		return c.LogK
	}
	return c.LogK + c.Enthalpy/(gas*math.Ln10)*(1/room-1/T)
}

const (
	room   = 298.15
	gas    = 8.314462618 // J/(mol K)
	ln10   = math.Ln10
	molarW = 0.018015 // kg/mol of water, H 1.008 and O 15.999
)

// Species is an aqueous species formed from components.
type Species struct {
	Name     string
	Charge   float64
	Terms    []Term // formation
	Constant Constant
	Free     bool // the free species of a component
}

// Solid is a mineral or a gas that dissolves to components.
type Solid struct {
	Name     string
	Terms    []Term // dissolution
	Constant Constant
	Gas      bool // held at a fugacity and exchanged freely while allowed
}

// Reagent is what may be dosed.
type Reagent struct {
	Name  string
	Terms []Term // what one mole brings
}

// Constants lists every equilibrium constant and enthalpy of the system with its class and source. An enthalpy has its own words
// in the source where it is not from the same place.
func (s *System) Constants() []chem.Constant {
	var list []chem.Constant
	add := func(name string, c Constant) {
		list = append(list, chem.Constant{Name: name + ".log_k25", Value: c.LogK, Unit: "1", Class: c.Class, Source: c.Source, Range: "25 C, infinite dilution"})
		if !math.IsNaN(c.Enthalpy) {
			list = append(list, chem.Constant{Name: name + ".dH", Value: c.Enthalpy, Unit: "J/mol", Class: c.Class, Source: c.Source, Range: "25 C"})
		}
	}
	for _, o := range s.Species {
		if !o.Free {
			add("species."+o.Name, o.Constant)
		}
	}
	for _, o := range s.Solids {
		add("solid."+o.Name, o.Constant)
	}
	for i := range s.Surfaces {
		list = append(list, s.Surfaces[i].constants()...)
	}
	return list
}

// Component returns the index of a component. The error names the nearest.
func (s *System) Component(name string) (int, error) {
	return s.find("component", name, len(s.Components), func(i int) string { return s.Components[i].Name })
}

// Solid returns the index of a solid or gas. The error names the nearest.
func (s *System) Solid(name string) (int, error) {
	return s.find("solid", name, len(s.Solids), func(i int) string { return s.Solids[i].Name })
}

// Reagent returns the index of a reagent. The error names the nearest.
func (s *System) Reagent(name string) (int, error) {
	return s.find("reagent", name, len(s.Reagents), func(i int) string { return s.Reagents[i].Name })
}

// SpeciesOf returns the index of an aqueous species. The error names the nearest.
func (s *System) SpeciesOf(name string) (int, error) {
	return s.find("species", name, len(s.Species), func(i int) string { return s.Species[i].Name })
}

func (s *System) find(what, name string, n int, of func(int) string) (int, error) {
	if i, ok := s.index[what+":"+name]; ok {
		return i, nil
	}
	names := make([]string, n)
	for i := range names {
		names[i] = of(i)
	}
	return 0, fmt.Errorf("aqueous: there is no %s %q; %s", what, name, conf.Hint(name, names))
}

// Dose adds amount mol of a reagent to totals (mol per component).
func (s *System) Dose(totals []float64, reagent int, amount float64) {
	for _, t := range s.Reagents[reagent].Terms {
		totals[t.Component] += t.Coefficient * amount
	}
}

// findCarriers notes which components bind protons by themselves.
func (s *System) findCarriers() {
	s.carrier = make([]bool, len(s.Components))
	for _, o := range s.Species {
		protons, other, others := 0.0, 0, 0
		for _, t := range o.Terms {
			switch t.Component {
			case H:
				protons = t.Coefficient
			case Water:
			default:
				other = t.Component
				others++
			}
		}
		if protons > 0 && others == 1 {
			s.carrier[other] = true
		}
	}
}

// Neutral sets the total of H so that the totals carry no charge. Silica and water carry none.
func (s *System) Neutral(totals []float64) {
	charge := 0.0
	for i, c := range s.Components {
		if i != H {
			charge += c.Charge * totals[i]
		}
	}
	totals[H] = -charge
}

// activityData is the constants of activity.toml.
type activityData struct {
	model   string // "davies" or "sit"
	davies  struct{ a, linear, neutral, water, valid, used float64 }
	sit     struct{ a, ba, valid, used float64 }
	epsilon []pair
	eps     [4]float64 // dielectric constant of water over C
	rho     [4]float64 // density of water over C, kg/m3
	lo, hi  float64    // K
}

// pair is one SIT interaction.
type pair struct {
	i, k  int // species
	value float64
}

// growth is the Debye–Hückel slope at T (K) relative to 25 C.
func (d *activityData) growth(T float64) float64 {
	if T == room {
		return 1
	}
	cubic := func(c [4]float64, t float64) float64 { return c[0] + t*(c[1]+t*(c[2]+t*c[3])) }
	t, t0 := T-273.15, room-273.15
	return math.Sqrt(cubic(d.rho, t)/cubic(d.rho, t0)) * math.Pow(cubic(d.eps, t0)*room/(cubic(d.eps, t)*T), 1.5)
}
