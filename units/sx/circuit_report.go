package sx

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// Observe gives the pH of every stage and the loading of the organic that leaves every section.
func (s *Circuit) Observe(u, x []float64, in, out []flowsheet.Stream, y []float64) {
	s.restore(u, x, in)
	for j := range s.n {
		y[j] = 3 - math.Log10(s.k.FreeAcid(j))
	}
	for k := range s.names {
		y[s.n+k] = s.k.Loading(s.last(k))
	}
}

// restore makes the memory x the solution at hand: concentrations of the mixers follow from the unknowns and the mixers'
// contents alone.
func (s *Circuit) restore(u, x []float64, in []flowsheet.Stream) {
	copy(s.k.Unknowns(), s.unknowns(x))
	s.remember(&s.prev[0], x, nil, 0)
	s.fill(&s.plan[0], u, in)
	s.k.Recall(&s.plan[0], &s.step[0])
	s.leaving(x, s.k.Remember)
}

// Report gives the profile, along the organic, and says where the model is used outside its range.
func (s *Circuit) Report(u, x []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var r flowsheet.Report
	s.restore(u, x, in)
	y := make([]float64, s.c)
	for k, t := range s.sections {
		for number := range t.stages {
			j := s.last(k) - t.stages + 1 + number
			p := flowsheet.ProfileStage{Section: s.names[k], Stage: number + 1, PH: 3 - math.Log10(s.k.FreeAcid(j)),
				Aqueous: make([]float64, len(s.system.Components)), Organic: make([]float64, len(s.system.Components))}
			for i, a := range s.aqueous {
				p.Aqueous[a] = s.k.Aqueous(j)[i]
			}
			p.Aqueous[s.system.Solvent(chem.Aqueous)] = 1 / s.system.Components[s.system.Solvent(chem.Aqueous)].V
			for l, a := range s.solutes {
				p.Aqueous[a] = s.prev[0].soluteMixer[l][j] / s.vessel.MixerA[j]
			}
			s.k.Inventories(j, y)
			for i, o := range s.organic {
				p.Organic[o] = y[i]
			}
			p.Organic[s.extractant] += s.bound()
			p.Organic[s.system.Solvent(chem.Organic)] = 1 / s.system.Components[s.system.Solvent(chem.Organic)].V
			r.Profile = append(r.Profile, p)
		}
	}
	r.Warnings = s.warnings(u, in)
	return r
}

// warnings says what a number rests on that it should not.
func (s *Circuit) warnings(u []float64, in []flowsheet.Stream) (w []flowsheet.Warning) {
	add := func(code, where string, value, limit float64, unit, format string, args ...any) {
		w = append(w, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
	}
	at, most := 0, -1.0
	least, thin := 0, math.Inf(1)
	strong, weak := 0, 0
	for j := range s.n {
		if l := s.k.Loading(j); l > most {
			at, most = j, l
		}
		if f := s.k.FreeDimer(j); f < thin {
			least, thin = j, f
		}
		if s.k.FreeAcid(j) > s.k.FreeAcid(strong) {
			strong = j
		}
		if s.k.FreeAcid(j) < s.k.FreeAcid(weak) {
			weak = j
		}
	}
	if most > highLoading {
		add("high_loading", s.place(at), most, highLoading, "1",
			"%.3g %% of the %s is bound to metal: above %.0f %% the organic may gel or split, and the model has no such limit", 100*most, s.model.Extractant, 100*highLoading)
	}
	if free := thin / s.strength; free < 0.02 {
		add("low_free_extractant", s.place(least), free, 0.02, "1",
			"only %.2g %% of the %s is free: more saponification or acid moves hardly anything here", 100*free, s.model.Extractant)
	}
	if h := s.k.FreeAcid(strong); h > s.model.AcidHi {
		add("outside_range", s.place(strong), h, s.model.AcidHi, "mol/m3", "free acid %.3g mol/L, constants found up to %.3g mol/L", h/1000, s.model.AcidHi/1000)
	}
	if h := s.k.FreeAcid(weak); h < s.model.AcidLo {
		add("outside_range", s.place(weak), h, s.model.AcidLo, "mol/m3", "free acid %.3g mol/L, constants found from %.3g mol/L", h/1000, s.model.AcidLo/1000)
	}
	if c := 2 * s.strength; c < s.model.ExtractantLo || c > s.model.ExtractantHi {
		limit := s.model.ExtractantLo
		if c > limit {
			limit = s.model.ExtractantHi
		}
		add("outside_range", "extractant", c, limit, "mol/m3", "%s %.3g mol/L, constants found at %.3g to %.3g mol/L", s.model.Extractant, c/1000, s.model.ExtractantLo/1000, s.model.ExtractantHi/1000)
	}
	for k, name := range s.names {
		a, o := s.k.PhaseFlows(s.last(k))
		if ratio := o / a; ratio > 10 || ratio < 0.1 {
			add("phase_ratio", name, ratio, 10, "1", "O/A of %.3g: mixer-settlers work from 0.1 to 10 overall; beyond it the aqueous or the organic has to be recycled within the stage", ratio)
		}
	}
	for k := range in {
		for _, phase := range [...]chem.Phase{chem.Organic, chem.Solid} {
			if m := s.system.PhaseMass(phase, in[k].N); m > 1e-12*s.system.Mass(in[k].N) {
				add("strays", s.inlet(k), m, 0, "kg/s", "%s enters with the aqueous and passes unreacted", phase)
			}
		}
	}
	return w
}

// Explain gives the equations in words.
func (s *Circuit) Explain() string {
	return fmt.Sprintf(`%d stages of mixer-settlers around one organic, sections %v, model %s: M + n (HA)2 = complex + z H+, D = K [(HA)2]^n / [H+]^z.
%g mol/L %s as monomer, one cation binds 2 n of them; the base turns part of the returning extractant into its soap, which exchanges like any cation.
bisulfate dissociates with Ka2; chloride is taken as fully dissociated; metal complexes are not modelled beyond what K holds; concentrations, not activities.
one unknown per stage, ln([(HA)2]/[H+]), and the scalars of the model: every cation's balance over the whole loop is then linear.
entrainment both ways by section; no heat of reaction; what the model does not know passes with the aqueous.`,
		s.n, s.names, s.model.Name, 2*s.strength/1000, s.model.Extractant)
}
