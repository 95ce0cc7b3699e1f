package sx

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// highLoading is the part of the extractant from which on a loaded organic gels or forms a third phase in practice.
const highLoading = 0.85

// Report gives the profile and says where the model is used outside its range.
func (s *Section) Report(u, x []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var r flowsheet.Report
	for number := 1; number <= s.k.n; number++ {
		r.Profile = append(r.Profile, s.stage(number, u, x, in))
	}
	a, o := s.system.PhaseVolume(chem.Aqueous, in[0].N), s.system.PhaseVolume(chem.Organic, in[1].N)
	switch {
	case a > 0 && o > 0:
		r.Warnings = append(r.Warnings, s.ratio(o/a)...)
		r.Warnings = append(r.Warnings, s.ranges(r.Profile)...)
	case a > 0 || o > 0:
		absent := "organic"
		if a == 0 {
			absent = "aqueous"
		}
		r.Warnings = append(r.Warnings, flowsheet.Warning{Code: "no_contact", Where: absent + " inlet", Unit: "m3/s",
			Text: fmt.Sprintf("no %s enters: nothing is extracted or stripped", absent)})
	}
	if l := s.loading(out); l > highLoading {
		r.Warnings = append(r.Warnings, flowsheet.Warning{Code: "high_loading", Where: "loaded organic", Value: l, Limit: highLoading, Unit: "1",
			Text: fmt.Sprintf("%.3g %% of the %s is bound to metal: above %.0f %% the organic may gel or split, and the model has no such limit",
				100*l, s.model.Extractant, 100*highLoading)})
	}
	r.Warnings = append(r.Warnings, s.strays(in)...)
	return r
}

// stage is the profile of one stage, from the memory alone.
func (s *Section) stage(number int, u, x []float64, in []flowsheet.Stream) flowsheet.ProfileStage {
	k, j, metals := s.k, s.place(number), len(s.aqueous)
	p := flowsheet.ProfileStage{Section: "sx", Stage: number, PH: math.NaN()}
	b := x[j*s.block : (j+1)*s.block]
	v := x[s.states+2*j : s.states+2*j+2]
	va, vo := u[aqueousHoldup], u[organicHoldup]
	q, e := b[metals]/va, b[metals+1]/vo
	aqueous := s.system.PhaseVolume(chem.Aqueous, in[0].N) > 0 || q != 0
	organic := s.system.PhaseVolume(chem.Organic, in[1].N) > 0 || e != 0
	if aqueous {
		p.Aqueous = make([]float64, len(s.system.Components))
	}
	if organic {
		p.Organic = make([]float64, len(s.system.Components))
	}
	binds := e > 0
	for i, t := range k.terms {
		var inX, inY float64 // volumes that hold the metal, each times its ratio to x
		if aqueous {
			inX = va
		}
		if organic && binds {
			inY = vo
			if aqueous {
				inY = vo * t.at(v[0], v[1], k.pure)
			}
		}
		if inX+inY == 0 {
			continue
		}
		if aqueous {
			c := b[i] / (inX + inY)
			p.Aqueous[s.aqueous[i]] = c
			q -= t.z * c
		}
		if inY > 0 {
			c := b[i] / (inX + inY) * inY / vo
			p.Organic[s.organic[i]] = c
			e -= t.z * c
		}
	}
	if aqueous {
		p.Aqueous[s.acid] = q
		if q > 0 {
			p.PH = 3 - v[0]/math.Ln10
		}
		for a, c := range s.inertA {
			p.Aqueous[c] = b[metals+2+a] / va
		}
		p.Aqueous[s.system.Solvent(chem.Aqueous)] = s.pureSolvent(chem.Aqueous)
	}
	if organic {
		p.Organic[s.extractant] = e
		for o, c := range s.inertO {
			p.Organic[c] = b[metals+2+len(s.inertA)+o] / vo
		}
		p.Organic[s.system.Solvent(chem.Organic)] = s.pureSolvent(chem.Organic)
	}
	return p
}

// pureSolvent is the concentration of a solvent that makes up the whole volume of its phase.
func (s *Section) pureSolvent(p chem.Phase) float64 {
	return 1 / s.system.Components[s.system.Solvent(p)].V
}

// at is D.
func (t *term) at(lnH, lnC, pure float64) float64 {
	if t.constant {
		return math.Exp(t.b0)
	}
	d := pure * math.Exp(lnC)
	return math.Exp((t.m0+t.m1*d)*(lnMolar-lnH) + t.b0 + t.b1*math.Log(d))
}

// ratio warns of a phase ratio that no mixer-settler runs at.
func (s *Section) ratio(oa float64) []flowsheet.Warning {
	m := s.model
	if oa >= m.OALo && oa <= m.OAHi {
		return nil
	}
	return []flowsheet.Warning{{Code: "outside_range", Where: "O/A", Value: oa, Limit: nearer(oa, m.OALo, m.OAHi), Unit: "1",
		Text: fmt.Sprintf("O/A is %.3g; mixer-settlers are run at %.3g to %.3g", oa, m.OALo, m.OAHi)}}
}

// ranges names the stage furthest from the fitted pH and from the fitted dosage of free extractant.
func (s *Section) ranges(profile []flowsheet.ProfileStage) (ws []flowsheet.Warning) {
	worst := func(what, unit string, lo, hi float64, of func(p *flowsheet.ProfileStage) float64) {
		var far, value float64
		var stage, outside int
		for i := range profile {
			v := of(&profile[i])
			if d := math.Abs(v - min(max(v, lo), hi)); d > 1e-9 {
				outside++
				if d > far {
					far, value, stage = d, v, profile[i].Stage
				}
			}
		}
		if outside == 0 {
			return
		}
		ws = append(ws, flowsheet.Warning{Code: "outside_range", Where: fmt.Sprintf("stage %d %s", stage, what),
			Value: value, Limit: nearer(value, lo, hi), Unit: unit,
			Text: fmt.Sprintf("%s is %.3g in stage %d, %d of %d stages are outside the %s that %s was fitted for",
				what, value, stage, outside, len(profile), span(lo, hi), s.model.Name)})
	}
	worst("pH", "1", s.model.PHLo, s.model.PHHi, func(p *flowsheet.ProfileStage) float64 { return p.PH })
	worst("dosage", "%", s.model.DosageLo, s.model.DosageHi, func(p *flowsheet.ProfileStage) float64 {
		return s.k.pure * p.Organic[s.extractant]
	})
	return ws
}

// span writes a range, which may be a single value.
func span(lo, hi float64) string {
	if lo == hi {
		return fmt.Sprintf("%.3g", lo)
	}
	return fmt.Sprintf("%.3g to %.3g", lo, hi)
}

func nearer(v, lo, hi float64) float64 {
	if v < lo {
		return lo
	}
	return hi
}

// strays warns of matter that the section does not touch although it lies in its ports.
func (s *Section) strays(in []flowsheet.Stream) (ws []flowsheet.Warning) {
	sum := func(port int, phase chem.Phase) float64 { return s.system.PhaseMass(phase, in[port].N) }
	for _, w := range []struct {
		what string
		mass float64
	}{
		{"aqueous in the organic inlet", sum(1, chem.Aqueous)},
		{"organic in the aqueous inlet", sum(0, chem.Organic)},
		{"solids in the inlets", sum(0, chem.Solid) + sum(1, chem.Solid)},
		{"gas in the inlets", sum(0, chem.Gas) + sum(1, chem.Gas)},
	} {
		if w.mass > 0 {
			ws = append(ws, flowsheet.Warning{Code: "unreacted", Where: w.what, Value: w.mass, Unit: "kg/s",
				Text: fmt.Sprintf("%.3g kg/s of %s pass unreacted", w.mass, w.what)})
		}
	}
	return ws
}
