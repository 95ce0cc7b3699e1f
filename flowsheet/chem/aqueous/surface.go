package aqueous

import (
	"fmt"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Surface is a sorbent: sites on minerals that grow with them, under a diffuse double layer.
//
//	ln θᵢ = ln Kᵢ + eᵢ ln θ_free + Σⱼ aᵢⱼ ln aⱼ + wᵢ ln a_w − zᵢ φ      θ: share of the sites of its kind that species i covers
//	Σᵢ θᵢ = 1                                                          for each kind of site
//	F Σ zᵢ nᵢ / A = √(8 ε ε₀ R T · 1000 I) sinh(φ/2),  φ = F ψ/RT      charge and potential (Gouy and Chapman)
//	M = M₀ + Σₖ cₖ sₖ                                                  mol of its metal: what is there, and what precipitates
//
// Sites and area are proportional to M. The bare site ≡OH carries no charge and is part of the mineral: sorbed species count
// in the balances by what they add to it. Dzombak and Morel (1990) as in PHREEQC, whose log K mean the same.
type Surface struct {
	Name     string
	Metal    string    // what its amount counts, such as Fe_tri
	Carriers []Carrier // the solids that it grows with
	Area     float64   // m2 per mol of metal; 0: no double layer, φ = 0
	Sites    []Site
	Species  []SurfaceSpecies // the bare site of each kind first, in their order
	Class    chem.Class       // of area and densities
	Source   string
}

// Carrier is a solid with the mol of the metal that one mol of it brings.
type Carrier struct {
	Solid int
	Metal float64
}

// Site is a kind of site.
type Site struct {
	Name    string  // "w" of >wOH
	Density float64 // mol per mol of metal
}

// SurfaceSpecies is what covers Sites sites of one kind.
type SurfaceSpecies struct {
	Name     string // ">wOLa+2"
	Charge   float64
	Site     int
	Sites    float64 // 1 or 2
	Terms    []Term  // formation from the bare site
	Constant Constant
}

// Sorbent switches a surface on in a Problem.
type Sorbent struct {
	Surface int
	// Metal is mol of the surface's metal that is there besides what precipitates: returned sludge, an added sorbent. Its own
	// atoms are not in the totals, what it sorbs is.
	Metal float64
}

// Sorbed is the state of a surface in a Result.
type Sorbed struct {
	Metal     float64   // mol of its metal
	Potential float64   // V
	Charge    float64   // C/m2; 0 without a double layer
	Amount    []float64 // mol per component of the system; of H the protons
	Species   []float64 // mol per species of the surface
}

// Surface returns the index of a surface. The error names the nearest.
func (s *System) Surface(name string) (int, error) {
	return s.find("surface", name, len(s.Surfaces), func(i int) string { return s.Surfaces[i].Name })
}

// Sorbents switches on every surface that grows with one of the solids given.
func (s *System) Sorbents(solids []int) []Sorbent {
	var list []Sorbent
	for p := range s.Surfaces {
		if s.Surfaces[p].grows(solids) {
			list = append(list, Sorbent{Surface: p})
		}
	}
	return list
}

func (o *Surface) grows(solids []int) bool {
	for _, c := range o.Carriers {
		for _, k := range solids {
			if c.Solid == k {
				return true
			}
		}
	}
	return false
}

// constants lists the numbers of a surface with class and source.
func (o *Surface) constants() (list []chem.Constant) {
	note := func(name string, v float64, unit string, class chem.Class, source string) {
		list = append(list, chem.Constant{Name: "surface." + o.Name + "." + name, Value: v, Unit: unit, Class: class, Source: source, Range: "25 C"})
	}
	note("area", o.Area, "m2/mol", o.Class, o.Source)
	for _, site := range o.Sites {
		note("sites."+site.Name, site.Density, "1", o.Class, o.Source)
	}
	for _, one := range o.Species[len(o.Sites):] {
		note(one.Name+".log_k25", one.Constant.LogK, "1", one.Constant.Class, one.Constant.Source)
	}
	return list
}

// checkSorbents names the first thing wrong with the sorbents of a problem.
func (p *Problem) checkSorbents(s *System) error {
	for i, o := range p.Sorbents {
		if o.Surface < 0 || o.Surface >= len(s.Surfaces) {
			return fmt.Errorf("aqueous: there is no surface number %d", o.Surface)
		}
		name := s.Surfaces[o.Surface].Name
		if !conf.NonNegative.Contains(o.Metal) {
			return fmt.Errorf("aqueous: surface %s has %g mol of metal", name, o.Metal)
		}
		for _, other := range p.Sorbents[:i] {
			if other.Surface == o.Surface {
				return fmt.Errorf("aqueous: surface %s is switched on twice", name)
			}
		}
	}
	return nil
}

func (s *System) newSorbed() []Sorbed {
	list := make([]Sorbed, len(s.Surfaces))
	for p := range list {
		list[p] = Sorbed{Amount: make([]float64, len(s.Components)), Species: make([]float64, len(s.Surfaces[p].Species))}
	}
	return list
}

func (o *Sorbed) copyFrom(from *Sorbed) {
	o.Metal, o.Potential, o.Charge = from.Metal, from.Potential, from.Charge
	copy(o.Amount, from.Amount)
	copy(o.Species, from.Species)
}
