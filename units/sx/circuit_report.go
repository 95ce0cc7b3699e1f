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
	at := s.n + len(s.names)
	for _, i := range s.kinetics.cations {
		for k := range s.names {
			y[at] = s.k.Efficiency(s.last(k), i)
			at++
		}
	}
	for j := 0; s.solved && j < s.n; j++ {
		y[at] = s.k.IonicStrength(j) * chem.Molar
		at++
	}
	if s.cut.on {
		y[at] = x[s.cut.at]
	}
	if s.lye.on {
		taken := 0.0
		if w := s.system.Solvent(chem.Aqueous); in[s.lye.in].N[w] > 0 {
			taken = out[s.lye.rest+1].N[w] / in[s.lye.in].N[w]
		}
		y[len(y)-2], y[len(y)-1] = s.soaped(in, out), taken
	}
}

// restore makes the memory x the solution at hand: concentrations of the mixers follow from the unknowns and the mixers'
// contents alone.
func (s *Circuit) restore(u, x []float64, in []flowsheet.Stream) {
	s.here.known = false
	copy(s.k.Unknowns(), s.unknowns(x))
	s.strength = s.strengthIn(x)
	s.remember(&s.prev[0], x, nil, 0, s.strength)
	s.fill(&s.plan[0], u, in, s.strength, s.organicOf(u, x))
	s.k.Recall(&s.plan[0], &s.step[0])
	s.leaving(x, s.k.Remember)
}

// Report gives the profile, along the organic, and says where the model is used outside its range.
func (s *Circuit) Report(u, x []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var r flowsheet.Report
	s.restore(u, x, in)
	r.Profile = s.profile()
	r.Warnings = s.warnings(u, in, out, r.Profile)
	return r
}

// profile reads every stage of the solution at hand.
func (s *Circuit) profile() (all []flowsheet.ProfileStage) {
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
			all = append(all, p)
		}
	}
	return all
}

// Explain gives the equations in words.
func (s *Circuit) Explain() string {
	return fmt.Sprintf(`%d stages of mixer-settlers around one organic, sections %v, model %s: M + n (HA)2 = complex + z H+, D = K [(HA)2]^n / [H+]^z.
%g mol/L %s as monomer, one cation binds 2 n of them; the base turns part of the returning extractant into its soap, which exchanges like any cation.
bisulfate dissociates with Ka2; chloride is taken as fully dissociated; %s.
one unknown per stage, ln([(HA)2]/[H+]), and the scalars of the model: every cation's balance over the whole loop is then linear.
entrainment both ways by section; no heat of reaction; what the model does not know passes with the aqueous.`,
		s.n, s.names, s.model.Name, 2*s.strength/1000, s.model.Extractant, s.activities())
}

// activities says in words how far the aqueous departs from concentrations.
func (s *Circuit) activities() string {
	text := "concentrations, not activities"
	if s.model.Activity != nil {
		text = "constants at no ionic strength, carried to that of each section after Davies"
		if s.solved {
			text = "constants at no ionic strength, carried after Davies to that of each stage, which is solved for"
		}
	}
	if s.kinetics.on() {
		text = s.kinetics.inWords() + "; " + text
	}
	if len(s.conditional) > 0 && s.solved {
		return "metals bind one or two sulfates, constants carried to the ionic strength of each stage; " + text
	}
	if len(s.conditional) > 0 {
		return fmt.Sprintf("metals bind one or two sulfates, constants carried to %.3g mol/L; %s", s.ionic, text)
	}
	return "metal complexes are not modelled beyond what K holds; " + text
}
