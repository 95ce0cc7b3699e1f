package sx

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Section is a counter-current cascade of n equilibrium stages with one distribution model for all of them.
//
//	M^z+ + z HA = MA_z + z H+                        D = [MA_z] / [M^z+], molar, of the phases that leave a stage
//	log10 D = (m0 + m1 d) pH + b0 + b1 log10 d       d = % v/v of free extractant; constant for some metals
//	h + S h / (Ka2 + h) = total acidity              h free [H+], S total sulfate (HSO4- = H+ + SO4-2)
//	A x_(j−1) + O y_(j+1) − A x_j − O y_j = Rate·(M_j − Prev_j),   M = Va x + Vo y
//	Q = acidity + Σ z x passes with the aqueous, E = free HA + Σ z y with the organic, as inerts: Va dQ/dt, Vo dE/dt
//
// Per stage the metals, Q, E and every inert solute are states; ln h and ln c (free extractant) are the unknowns.
//
// Assumptions: each stage is at equilibrium and has one temperature; phase volumes are those of the entering solvents and
// stay; no entrainment; concentrations stand for activities; both outlets leave at the mean temperature of the inlets,
// weighted by mass, at once. Metals without a term in the model, anions and water pass with the aqueous. Solids and gases
// leave with the aqueous unreacted; aqueous in the organic port, and organic in the aqueous port, stay in their stream
// unreacted (a warning says so). A section with one phase missing, or whose organic holds no extractant, passes both
// phases unchanged. An aqueous whose acidity and metal charge are not above zero together is an error.
//
// Validity: as fitted, see Report. Degrees of freedom: stages, the two flows; the holdups act in time only.
//
// Sources: distribution model and its numbers from chem (Spec.Constants); surplus form of the elimination: Grassmann,
// Taksar, Heyman 1985, doi:10.1287/opre.33.5.1107.
type Section struct {
	system   *chem.System
	model    *chem.LogD
	k        *run
	backward bool

	symbols          []string // of the metals
	aqueous, organic []int    // components of the metals
	acid, extractant int      // components
	sulfate          int      // component, or −1
	inertA, inertO   []int    // solutes that pass
	block            int      // states in one stage: metals, Q, E, inertA, inertO
	states           int
	prev, now, dnow  []float64 // [n] of one inert
}

// The handles.
const (
	aqueousHoldup = iota
	organicHoldup
)

// NewSection makes a section.
func NewSection() flowsheet.Unit { return new(Section) }

// Init reads the section and finds the metals that the model knows in both phases.
func (s *Section) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	holdups := conf.Between(1e-9, 1e4) // m3, from a microchip to a lake
	n := env.Param.Int("stages", 1, 200)
	s.backward = env.Param.Choice("aqueous", "forward", "backward") == "backward"
	name := env.Param.Text("model")
	va := env.Param.Quantity("aqueous_holdup", "m3", holdups)
	vo := env.Param.Quantity("organic_holdup", "m3", holdups)
	spec := flowsheet.Spec{
		In:  []flowsheet.Port{{Name: "aqueous"}, {Name: "organic"}},
		Out: []flowsheet.Port{{Name: "aqueous"}, {Name: "organic"}},
		Handles: []flowsheet.Handle{
			{Name: "aqueous_holdup", Unit: "m3", Value: va, Lo: holdups.Lo, Hi: holdups.Hi},
			{Name: "organic_holdup", Unit: "m3", Value: vo, Lo: holdups.Lo, Hi: holdups.Hi},
		},
	}
	s.system = env.System
	if env.Param.Faulty("model") {
		return spec, nil
	}
	var err error
	if s.model, err = env.System.LogD(name); err != nil {
		env.Param.Fault("model", "%v", err)
		return spec, nil
	}
	terms, err := s.components()
	if err != nil {
		return spec, err
	}
	s.k = newCascade(n, terms, s.system.Ka2().Value, 100*s.model.PureVolume, s.system.FreeAcid)
	s.block = len(terms) + 2 + len(s.inertA) + len(s.inertO)
	s.states = n * s.block
	s.prev, s.now, s.dnow = make([]float64, n), make([]float64, n), make([]float64, n)
	s.declare(&spec, va, vo)
	return spec, nil
}

// components finds the metals, the acid, the extractant and the inerts.
func (s *Section) components() ([]term, error) {
	sys := s.system
	var ok bool
	if s.acid, ok = sys.Index("H+"); !ok {
		return nil, fmt.Errorf("the system has no aqueous H+")
	}
	if s.extractant, ok = sys.Index(s.model.Extractant); !ok {
		return nil, fmt.Errorf("the system has no organic %s", s.model.Extractant)
	}
	if s.sulfate, ok = sys.Index("SO4-2"); !ok {
		s.sulfate = -1
	}
	taken := map[int]bool{s.acid: true, s.extractant: true, sys.Solvent(chem.Aqueous): true, sys.Solvent(chem.Organic): true}
	var terms []term
	for _, t := range s.model.Terms {
		a, o := sys.ByKey(chem.Aqueous, t.Element), sys.ByKey(chem.Organic, t.Element)
		if a < 0 || o < 0 {
			continue
		}
		if err := s.balanced(a, o, t.Z); err != nil {
			return nil, err
		}
		taken[a], taken[o] = true, true
		s.aqueous, s.organic = append(s.aqueous, a), append(s.organic, o)
		s.symbols = append(s.symbols, sys.Elements[t.Element].Symbol)
		if t.Constant {
			terms = append(terms, term{z: t.Z, b0: math.Log(t.D), constant: true})
		} else {
			terms = append(terms, term{z: t.Z, m0: t.M0, m1: t.M1, b0: t.B0 * math.Ln10, b1: t.B1})
		}
	}
	rest := func(p chem.Phase) (inert []int) {
		first, end := sys.Span(p)
		for c := first; c < end; c++ {
			if !taken[c] {
				inert = append(inert, c)
			}
		}
		return inert
	}
	s.inertA, s.inertO = rest(chem.Aqueous), rest(chem.Organic)
	return terms, nil
}

// balanced checks M + z HA = MA_z + z H+ in atoms and charge.
func (s *Section) balanced(a, o int, z float64) error {
	c := s.system.Components
	off := math.Abs(c[a].Charge + z*c[s.extractant].Charge - c[o].Charge - z*c[s.acid].Charge)
	for e := range s.system.Elements {
		off = max(off, math.Abs(c[a].Formula[e]+z*c[s.extractant].Formula[e]-c[o].Formula[e]-z*c[s.acid].Formula[e]))
	}
	if off > 1e-9 {
		return fmt.Errorf("model %s: %s + %g %s = %s + %g H+ does not balance",
			s.model.Name, c[a].Name, z, c[s.extractant].Name, c[o].Name, z)
	}
	return nil
}

// declare names the states, unknowns and signals.
func (s *Section) declare(spec *flowsheet.Spec, va, vo float64) {
	c := s.system.Components
	// Typical, mol/m3. A cold march starts from stages filled with strong acid and barren organic: a weak start would be
	// used up by whatever metal the organic brings before the feeds have displaced it.
	const acid, extractant = 1000.0, 500.0
	for j := range s.k.n {
		stage := fmt.Sprintf("stage%d.", s.number(j))
		amount := func(name string, typical, start float64) {
			spec.States = append(spec.States, flowsheet.Variable{Name: stage + name, Unit: "mol", Scale: typical, Start: start})
		}
		for _, a := range s.aqueous {
			amount(c[a].Name, va+vo, 0)
		}
		amount("acidity_sum", va*acid, va*acid)
		amount("extractant_sum", vo*extractant, vo*extractant)
		for _, a := range s.inertA {
			amount(c[a].Name, va*acid, 0)
		}
		for _, o := range s.inertO {
			amount(c[o].Name, vo, 0)
		}
		spec.Algebraic = append(spec.Algebraic,
			flowsheet.Variable{Name: stage + "ln_free_acid", Unit: "1", Scale: 1, Lower: flowsheet.NoBound, Start: math.Log(acid)},
			flowsheet.Variable{Name: stage + "ln_free_extractant", Unit: "1", Scale: 1, Lower: flowsheet.NoBound, Start: math.Log(extractant)})
	}
	for stage := 1; stage <= s.k.n; stage++ {
		spec.Signals = append(spec.Signals, flowsheet.Variable{Name: fmt.Sprintf("pH.stage%d", stage), Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	}
	spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "loading", Unit: "1", Scale: 1}, flowsheet.Variable{Name: "O_A", Unit: "1", Scale: 1})
	spec.Constants = append(append(spec.Constants, s.model.Constants...), s.system.Ka2())
}

// number is the stage as the plant counts it, from the place that the aqueous reaches after j others; place inverts it.
func (s *Section) number(j int) int {
	if s.backward {
		return s.k.n - j
	}
	return j + 1
}

func (s *Section) place(number int) int {
	if s.backward {
		return s.k.n - number
	}
	return number - 1
}

// Observe gives the pH of every stage, the part of the loaded organic's extractant that is bound, and the phase ratio
// (0 while no aqueous enters).
func (s *Section) Observe(_, x []float64, in, out []flowsheet.Stream, y []float64) {
	n := s.k.n
	for stage := 1; stage <= n; stage++ {
		y[stage-1] = 3 - x[s.states+2*s.place(stage)]/math.Ln10
	}
	y[n] = s.loading(out)
	y[n+1] = 0
	if a := s.system.PhaseVolume(chem.Aqueous, in[0].N); a > 0 {
		y[n+1] = s.system.PhaseVolume(chem.Organic, in[1].N) / a
	}
}

func (s *Section) loading(out []flowsheet.Stream) float64 {
	bound := 0.0
	for i, o := range s.organic {
		bound += s.k.terms[i].z * out[1].N[o]
	}
	if all := bound + out[1].N[s.extractant]; all > 0 {
		return bound / all
	}
	return 0
}

// Explain gives the equations in words.
func (s *Section) Explain() string {
	return fmt.Sprintf(`%d counter-current equilibrium stages, model %s: each metal takes z %s and frees z H+.
log10 D = (m0 + m1 d) pH + b0 + b1 log10 d with d the free %s in %% v/v, or D constant; concentrations, not activities.
free acid: bisulfate dissociates with Ka2 = %.4g mol/m3; chloride and oxalate are taken as fully dissociated.
two sums pass as inerts: acidity + Σ z x with the aqueous, free extractant + Σ z y with the organic.
given ln h and ln c of every stage each metal's balance is linear and solved without subtraction; Newton closes both sums.
no entrainment, no kinetics, no heat of reaction; what the model does not know passes with its phase.`,
		s.k.n, s.model.Name, s.model.Extractant, s.model.Extractant, s.system.Ka2().Value)
}

// Held adds what the stages hold. A metal is held in both phases and counted here as its ion, against the acidity that the
// organic gave for it: MA_z stands for M^z+ + z HA − z H+.
func (s *Section) Held(x, n []float64) {
	for j := range s.k.n {
		for i, v := range x[j*s.block : (j+1)*s.block] {
			m := len(s.aqueous)
			switch {
			case i < m:
				n[s.aqueous[i]] += v
				n[s.acid] -= s.k.terms[i].z * v
			case i == m:
				n[s.acid] += v
			case i == m+1:
				n[s.extractant] += v
			case i < m+2+len(s.inertA):
				n[s.inertA[i-m-2]] += v
			default:
				n[s.inertO[i-m-2-len(s.inertA)]] += v
			}
		}
	}
}
