package chem

import (
	"fmt"
	"math"

	"reetwin/flowsheet/conf"
)

// LogD is an extraction model that gives distribution ratios D = organic / aqueous (molar concentrations of a stage's
// outlets) by correlation. Outside its fitted range a result is an extrapolation, which callers report.
type LogD struct {
	Name               string
	Extractant         string
	Terms              []LogDTerm // for the elements of the system that have one
	PureVolume         float64    // m3/mol of pure extractant: dosage = 100 · [free extractant] · PureVolume, % v/v
	PHLo, PHHi         float64    // fitted range
	DosageLo, DosageHi float64    // fitted range, % v/v
	OALo, OAHi         float64    // workable phase ratio, organic over aqueous
	Constants          []Constant
}

// LogDTerm is the correlation of one element:
//
//	log10 D = (M0 + M1 d) pH + B0 + B1 log10 d,  d = dosage of free extractant in % v/v,
//
// or, where Constant is true, D whatever the conditions.
type LogDTerm struct {
	Element        int     // of System.Elements
	Z              float64 // charge of the ion: moles of extractant bound and of H+ set free per mole
	Constant       bool
	M0, M1, B0, B1 float64
	D              float64 // when Constant
	Class          Class
	Source         string
}

// At is log10 D at a pH and a dosage of free extractant in % v/v (> 0).
func (t *LogDTerm) At(pH, dosage float64) float64 {
	if t.Constant {
		return math.Log10(t.D)
	}
	return (t.M0+t.M1*dosage)*pH + t.B0 + t.B1*math.Log10(dosage)
}

// LogD is the extraction model of that name for the elements of the system. Callers do not write to it. The error names
// the nearest model, or says that the model belongs to another extractant than the system's.
func (s *System) LogD(name string) (*LogD, error) {
	var names []string
	for i := range s.models {
		m := &s.models[i]
		if m.Name == name {
			if m.Extractant != s.extractant {
				return nil, fmt.Errorf("extraction model %q is for extractant %s, which is not in the system", name, m.Extractant)
			}
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, fmt.Errorf("no extraction model %q; %s", name, conf.Hint(name, names))
}

// PureVolume is the molar volume of the system's pure extractant, m3/mol, which turns a dosage in v/v into moles; 0 when
// no extraction model gives it.
func (s *System) PureVolume() float64 {
	for i := range s.models {
		if s.models[i].Extractant == s.extractant {
			return s.models[i].PureVolume
		}
	}
	return 0
}
