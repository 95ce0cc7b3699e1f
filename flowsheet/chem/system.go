package chem

import "sync"

// Class says what a number rests on.
type Class string

// The classes, best first.
const (
	Measured  Class = "measured"  // read from a published measurement or evaluation
	Derived   Class = "derived"   // computed from measured numbers
	Estimated Class = "estimated" // regression or analogy
	Assumed   Class = "assumed"   // set by somebody
)

// Constant is one number with its provenance.
type Constant struct {
	Name   string  // place in the data, e.g. "element.Nd.mass"
	Value  float64 // in Unit
	Unit   string  // SI unit of Value
	Class  Class
	Source string
	Range  string // validity in words, "" where none is known
	File   string // of the user's own that it stands in, "" for the program's data
}

// Element is a chemical element.
type Element struct {
	Symbol, Name string
	Mass         float64 // kg/mol
	Group        string  // "ree", "framework" (in every system) or ""
	Weight       Constant
}

// Phase is where a component is. Components of a System stand in the order of the phases.
type Phase int

// The phases.
const (
	Aqueous Phase = iota
	Organic
	Solid
	Gas
	phases // how many
)

func (p Phase) String() string {
	if p < 0 || p >= phases {
		return "no phase"
	}
	return [phases]string{"aqueous", "organic", "solid", "gas"}[p]
}

// Component is a species in a phase, or the total of species that equilibrate there.
type Component struct {
	Name     string // "Nd+3", "Nd(D2EHPA)3", "Nd2O3(s)", "CO2(g)"
	Phase    Phase
	Family   string    // "aqueous", "organic", "gangue", "water", "mineral", "coal", "oxide", "ash", …
	Formula  []float64 // atoms of each of System.Elements
	Charge   float64
	M        float64   // kg/mol
	V        float64   // m3/mol that it adds to the volume of its phase; 0 for solutes, free extractant, complexes and gases
	Key      int       // index of the element it is counted under in assays; -1 for none
	KeyCount float64   // atoms of that element in one formula unit; 0 for none
	Enthalpy *Enthalpy // nil: no data
}

// System is the set of components of one plant. It is immutable after loading: callers do not write to its slices.
type System struct {
	Elements   []Element
	Components []Component // aqueous, organic, solid, gas

	span       [phases][2]int // first and end of each phase
	solvent    [phases]int
	index      map[string]int // component name
	element    map[string]int // element symbol
	volumes    []Constant     // density or molar volume behind each V; no name where V is 0
	aliases    []alias
	library    *library // what it was selected from
	families   []string // selected
	extractant string
	models     []LogD
	exchanges  []Exchange
	ka2        Constant
	acid       int // H+, or -1
	sulfate    int // SO4-2, or -1
	natural    int // CO3-2 of the family water, or -1
	derived    derived
}

// derived is what others worked out from the system.
type derived struct {
	sync.Mutex
	by map[string]any
}

// Derived is what work makes of the system, done once for each key and kept with the system: constants selected for its components, say, that
// many units use. What it returns is shared and must not be changed. An error is not kept.
func (s *System) Derived(key string, work func() (any, error)) (any, error) {
	s.derived.Lock()
	defer s.derived.Unlock()
	if v, ok := s.derived.by[key]; ok {
		return v, nil
	}
	v, err := work()
	if err != nil {
		return nil, err
	}
	if s.derived.by == nil {
		s.derived.by = map[string]any{}
	}
	s.derived.by[key] = v
	return v, nil
}

// Index is the place of a component.
func (s *System) Index(name string) (int, bool) {
	i, ok := s.index[name]
	return i, ok
}

// Element is the place of an element by its symbol.
func (s *System) Element(symbol string) (int, bool) {
	e, ok := s.element[symbol]
	return e, ok
}

// Span says where the components of a phase stand: first <= i < end.
func (s *System) Span(p Phase) (first, end int) { return s.span[p][0], s.span[p][1] }

// Solvent is the component that carries a phase: H2O, the diluent, -1 for solids, gases and absent phases.
func (s *System) Solvent(p Phase) int { return s.solvent[p] }

// Mass is the mass of n: kg from mol, kg/s from mol/s.
func (s *System) Mass(n []float64) float64 { return s.mass(n, 0, len(s.Components)) }

// PhaseMass is the mass of one phase of n.
func (s *System) PhaseMass(p Phase, n []float64) float64 {
	return s.mass(n, s.span[p][0], s.span[p][1])
}

// Volume is the volume of the aqueous, organic and solid components of n: m3 from mol, m3/s from mol/s. Gases add nothing.
func (s *System) Volume(n []float64) float64 { return s.volume(n, 0, len(s.Components)) }

// PhaseVolume is the volume of one phase of n; 0 for a gas.
func (s *System) PhaseVolume(p Phase, n []float64) float64 {
	return s.volume(n, s.span[p][0], s.span[p][1])
}

func (s *System) mass(n []float64, first, end int) (sum float64) {
	for i := first; i < end; i++ {
		sum += s.Components[i].M * n[i]
	}
	return sum
}

func (s *System) volume(n []float64, first, end int) (sum float64) {
	for i := first; i < end; i++ {
		sum += s.Components[i].V * n[i]
	}
	return sum
}

// ElementFlow is the amount of element e in n: mol from mol, mol/s from mol/s.
func (s *System) ElementFlow(e int, n []float64) (sum float64) {
	for i := range s.Components {
		sum += s.Components[i].Formula[e] * n[i]
	}
	return sum
}

// ChargeFlow is the charge carried by n in moles of unit charge; 0 for an electroneutral stream.
func (s *System) ChargeFlow(n []float64) (sum float64) {
	for i := range s.Components {
		sum += s.Components[i].Charge * n[i]
	}
	return sum
}

// ByKey is the first component of phase p counted under an element, -1 for none. It is the only one in the organic phase and, but
// for iron (Fe+2 in the family water) and carbon, in the aqueous; solids have one or more in each family: see InFamily.
func (s *System) ByKey(p Phase, element int) int {
	for i := s.span[p][0]; i < s.span[p][1]; i++ {
		if s.Components[i].Key == element {
			return i
		}
	}
	return -1
}

// InFamily is the first component of a family counted under an element, -1 for none.
func (s *System) InFamily(family string, element int) int {
	for i := range s.Components {
		if c := &s.Components[i]; c.Family == family && c.Key == element {
			return i
		}
	}
	return -1
}

// Constants lists every number that the system rests on, with class and source. Mass-action models are left to the units
// that choose one.
func (s *System) Constants() []Constant {
	var all []Constant
	for _, e := range s.Elements {
		all = append(all, e.Weight)
	}
	seen := make(map[string]bool) // one density serves all solids
	for _, v := range s.volumes {
		if v.Name != "" && !seen[v.Name] {
			seen[v.Name] = true
			all = append(all, v)
		}
	}
	for i := range s.Components {
		if h := s.Components[i].Enthalpy; h != nil {
			all = append(all, h.Constants...)
		}
	}
	if s.sulfate >= 0 {
		all = append(all, s.ka2)
	}
	for i := range s.models {
		all = append(all, s.models[i].Constants...)
	}
	return all
}
