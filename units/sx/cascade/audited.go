package cascade

import (
	"fmt"

	"reetwin/units/sx/cascade/audit"
)

// Audit hands the last solution to package audit, which shares nothing with the kernel. The error is of a circuit or a model
// that it does not know, or of an answer that is none.
func (k *Cascade) Audit(c *Circuit, chem *Chemistry) (audit.Report, error) {
	if len(c.Feeds)+len(c.Returns) > 0 || c.Makeup != nil {
		return audit.Report{}, fmt.Errorf("audit: %d side feeds, %d returns, make-up of its own composition %v", len(c.Feeds), len(c.Returns), c.Makeup != nil)
	}
	l := &audit.Loop{Hydrogen: chem.Hydrogen, Soap: chem.Soap, Organic: c.Organic, Extractant: c.Capacity, Bleed: c.Bleed, Reference: chem.Reference, Water: chem.Water}
	for _, q := range chem.Cations {
		l.Cations = append(l.Cations, audit.Cation{Name: q.Name, Charge: q.Z, LnK: q.LnK, Exponent: q.N, Monomers: q.M, FallOfLoad: q.Fall, Beta: q.Beta,
			Correlated: q.Correlated, PerPH: q.Slope, PerPHAndDimer: q.Rise, PerDimer: q.Power, SquareChange: q.Ionic})
	}
	for _, s := range c.Sections {
		if s.LnK != nil || s.Murphree != nil || s.Transfer != nil || s.OrganicCarried+s.AqueousCarried > 0 {
			return audit.Report{}, fmt.Errorf("audit: section %s has constants, efficiencies or entrainment of its own", s.Name)
		}
		l.Sections = append(l.Sections, audit.Section{Stages: s.Stages, Flow: s.Flow, X: s.X, Ligands: s.Ligands[:min(len(s.Ligands), len(chem.Ligands))], Joins: s.Joins})
	}
	if q := chem.Ionic; q != nil {
		l.Strength = &audit.Strength{Charges: q.Charge}
		if q.Exchange != nil {
			l.Strength.Exchange = func(I float64) float64 { f, _ := q.Exchange(I); return f }
		}
		if q.Complexes != nil {
			l.Strength.Complexes = func(I float64) float64 { f, _ := q.Complexes(I); return f }
		}
	}
	a := &audit.Answer{Free: make([][]float64, len(chem.Ligands))}
	for j := range k.n {
		y := make([]float64, k.c)
		k.Organic(j, y)
		a.LnR, a.Aqueous, a.Organic = append(a.LnR, k.LnR(j)), append(a.Aqueous, k.Aqueous(j)), append(a.Organic, y)
		if k.ions > 0 {
			a.Hydroxide = append(a.Hydroxide, k.Hydroxide(j))
		}
		for p := range a.Free {
			s, _ := k.Ligand(p, j)
			a.Free[p] = append(a.Free[p], s)
		}
		if chem.Ionic != nil {
			a.Strength = append(a.Strength, k.IonicStrength(j))
		}
	}
	if chem.Ionic != nil {
		a.Solutes = k.ligandTotal[len(chem.Ligands):]
	}
	return l.Check(a)
}
