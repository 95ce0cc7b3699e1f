package aqueous

import "errors"

// Tangent is the derivative of an equilibrium in one direction of its problem.
type Tangent struct {
	PH, IonicStrength, LnWaterActivity, KgWater, Titrant float64
	Dissolved, Solids                                    []float64 // mol, as in Result; solids that are absent stay so
	LnMolality                                           []float64 // of the free species, per component; 0 where absent
	Sorbed                                               []float64 // mol, as in Result
	Metal                                                []float64 // mol, of each surface
}

// NewTangent makes room for a tangent.
func (s *System) NewTangent() *Tangent {
	n := len(s.Components)
	return &Tangent{Dissolved: make([]float64, n), Solids: make([]float64, len(s.Solids)), LnMolality: make([]float64, n),
		Sorbed: make([]float64, n), Metal: make([]float64, len(s.Surfaces))}
}

var errNoPoint = errors.New("aqueous: no equilibrium to take a tangent at: the last solve of this solver failed, or there was none")

// Tangent differentiates the last equilibrium of this solver along a change of the totals (mol, per component) and of a held
// pH, with the active set as it is.
func (s *Solver) Tangent(totals []float64, pH float64, t *Tangent) error {
	if !s.found {
		return errNoPoint
	}
	nc, b := len(s.comp), &s.border
	take := s.again
	if !s.factored {
		s.assemble(false)
		s.frame()
		take = s.step
		s.factored = true
	}
	s.direct(totals, pH)
	take(s.f)
	if s.krylov != nil {
		if err := s.settle(totals, pH); err != nil {
			return err
		}
	}
	t.IonicStrength, t.LnWaterActivity, t.KgWater, t.Titrant = b.f[ofStrength], b.f[ofActivity], 0, 0
	if b.on[ofWater] {
		t.KgWater = s.kg * b.f[ofWater]
	}
	if s.titrate {
		t.Titrant = b.f[ofTitrant]
	}
	t.PH = -(s.f[s.pos[H]] + s.dD*t.IonicStrength) / ln10
	if s.krylov != nil {
		t.PH -= s.krylov.z[s.pos[H]] / ln10
	}
	clear(t.Dissolved)
	clear(t.Solids)
	clear(t.LnMolality)
	for j, c := range s.comp {
		t.LnMolality[c] = s.f[j]
		t.Dissolved[c] = totals[c] + t.Titrant*s.dose[j]
	}
	t.Dissolved[Water] = totals[Water] + t.Titrant*s.waterD
	for k, o := range s.allowed {
		if !s.active[k] {
			continue
		}
		ds := s.f[nc+k]
		t.Solids[o] = ds
		for _, term := range s.sys.Solids[o].Terms {
			t.Dissolved[term.Component] -= term.Coefficient * ds
		}
	}
	if !b.on[ofWater] { // the total of water is an answer: what its species bind follows from the balance that is not kept
		t.Dissolved[Water] = s.boundWater()
	}
	s.tangentSurfaces(t)
	return nil
}

// direct sets the right sides to a change of the totals and of the held pH.
func (s *Solver) direct(totals []float64, pH float64) {
	nc := len(s.comp)
	clear(s.f[:nc+s.so.n()])
	for j, c := range s.comp {
		s.f[j] = totals[c]
	}
	s.border.f = [4]float64{ofWater: totals[Water], ofTitrant: -pH * ln10}
}

// boundWater is the change of the water bound in species along the step in f and the border, at fixed water.
func (s *Solver) boundWater() float64 {
	b, v := &s.border, 0.0
	for i := range s.sp.n() {
		w := s.sp.water[i]
		if w == 0 {
			continue
		}
		change := (s.sp.cz[i]*s.dD+s.sp.cn[i]*s.dN)*b.f[ofStrength] + w*b.f[ofActivity] + s.dLag[i]
		cols, a := s.sp.span(i)
		for k, c := range cols {
			change += a[k] * s.f[c]
		}
		v += s.kg * w * s.m[i] * change
	}
	return v
}
