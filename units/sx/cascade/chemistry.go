package cascade

import (
	"fmt"
	"math"
)

// Cation is one exchangeable cation, hydrogen among them:
//
//	M^z+ + n (HA)2 = M-complex + z H+          D = K r^z u^(n−z) / α,   r = u/h,  u = [(HA)2],  h = [H+]
type Cation struct {
	Name string
	Z    float64 // charge, and protons it sets free
	LnK  float64 // ln of D at r = 1, u = Chemistry.Reference, without complexes and at no load
	// N is the exponent n of the free dimer; 0 means Z. M is the number of monomers one cation binds; 0 means 2 Z.
	N, M float64
	// Where Correlated is set, D is a correlation over pH and free dimer in the place of mass action,
	//
	//	ln D = LnK + (Slope + Rise u/u0) ln(u0/h) + Power ln(u/u0),   u0 = Chemistry.Reference
	//
	// without Rise and Power a straight line in pH; Slope 0 as well is a constant D.
	Correlated         bool
	Slope, Rise, Power float64
	Ionic              float64      // Δz² by which LnK is carried to an ionic strength, z² − z; 0 where it holds as it is
	Fall               float64      // what ln D loses from an empty to a full organic
	Beta               [][2]float64 // by ligand: cumulative constants of the first and second complex, per concentration and its square
}

// Chemistry is what the stages of a cascade share. Concentrations are in any one unit, the same for every number here and
// in the Circuit.
type Chemistry struct {
	Cations   []Cation
	Hydrogen  int      // index of H+, whose Beta is that of its acids (1/Ka2 for bisulfate)
	Soap      int      // index of the cation of the base that saponifies, or −1
	Ligands   []string // anions that form complexes
	Solutes   int      // further solutes of the aqueous that take no part
	Reference float64  // free dimer at which LnK holds where n ≠ z; 0 means 1
	Ionic     *Ionic   // nil where constants hold as they are
	// Water is [H+][OH−], a concentration squared, of the water that base is left over in; 0 leaves its ions out. They need the free
	// dimer among the unknowns: FreeDimer makes it one where no D hangs on it.
	Water     float64
	FreeDimer bool
}

// class is a set of cations whose D has the same dependence on r, u and loading: one exponential for all.
type class struct{ r, u, fall, rise, ion float64 }

// model is a Chemistry sorted for speed.
type model struct {
	*Chemistry
	c       int
	z       []float64
	slope   []float64 // ∂ln D/∂ln r, without rise
	rise    []float64 // what it gains per u/u0; nil where none gains
	k       []float64 // K
	class   []int
	classes []class
	power   []int       // integer exponent of r where the class is nothing but that, else −1
	kappa   []float64   // c1 m/2 − z, what a bound cation adds to the hydrogen inventory
	c1      float64     // free dimer in the hydrogen inventory
	beta    [][]float64 // [ligand] β1 of every cation, then β2
	second  []bool      // [ligand] some β2 is not zero
	metal   []float64   // z, or 0 for H and the soap's cation

	correlated, bent bool // some D is a correlation; some has a rise
	free, load, room bool // ln u, loading and ln of the hydrogen factor are among the unknowns
	scalars          int
	atFree           int // place of each scalar: free | ligands | load | room
	atLigand         int
	atLoad, atRoom   int
	atIon            int
}

func compile(chem *Chemistry) (*model, error) {
	c := len(chem.Cations)
	m := &model{Chemistry: chem, c: c, c1: 1}
	if c < 2 || chem.Hydrogen < 0 || chem.Hydrogen >= c || chem.Soap >= c || chem.Soap == chem.Hydrogen {
		return nil, fmt.Errorf("%d cations, of which hydrogen is number %d and the soap's number %d", c, chem.Hydrogen, chem.Soap)
	}
	if q := chem.Ionic; q != nil && len(q.Charge) != len(chem.Ligands)+chem.Solutes {
		return nil, fmt.Errorf("ionic strength: charges of %d solutes for %d", len(q.Charge), len(chem.Ligands)+chem.Solutes)
	}
	if !(chem.Water >= 0) || chem.Water > 1e12 {
		return nil, fmt.Errorf("ionic product of water %g", chem.Water)
	}
	m.z, m.k, m.kappa, m.metal = make([]float64, c), make([]float64, c), make([]float64, c), make([]float64, c)
	m.class = make([]int, c)
	m.beta, m.second = make([][]float64, len(chem.Ligands)), make([]bool, len(chem.Ligands))
	for l := range m.beta {
		m.beta[l] = make([]float64, 2*c)
	}
	for i := range chem.Cations {
		if err := m.add(i); err != nil {
			return nil, err
		}
	}
	for i, q := range chem.Cations {
		if i != chem.Hydrogen {
			m.kappa[i] = m.c1*q.binds()/2 - q.Z
			if m.kappa[i] < 1e-12 {
				m.kappa[i] = 0
			}
			m.room = m.room || m.kappa[i] > 0
		}
	}
	m.free = m.free || m.room || chem.FreeDimer
	m.place()
	return m, nil
}

func (q *Cation) binds() float64 {
	if q.M == 0 {
		return 2 * q.Z
	}
	return q.M
}

// add takes in cation i.
func (m *model) add(i int) error {
	q := &m.Cations[i]
	if !(q.Z >= 1 && q.Z <= 4) || q.LnK-q.LnK != 0 || math.Abs(q.LnK) > 200 || !(q.N >= 0 && q.N < 10) || !(q.M >= 0 && q.M < 20) {
		return fmt.Errorf("cation %s: z %g, ln K %g, n %g, m %g", q.Name, q.Z, q.LnK, q.N, q.M)
	}
	if i == m.Hydrogen && (q.Z != 1 || q.LnK != 0 || q.N > 1 || q.M > 2 || q.Fall != 0 || q.Correlated) {
		return fmt.Errorf("hydrogen is z = 1, K = 1, n = 1 by definition")
	}
	if !(math.Abs(q.Slope) < 100 && math.Abs(q.Rise) < 1e4 && math.Abs(q.Power) < 100) {
		return fmt.Errorf("cation %s: slope %g, rise %g, power %g", q.Name, q.Slope, q.Rise, q.Power)
	}
	m.z[i], m.k[i] = q.Z, math.Exp(q.LnK)
	if i != m.Hydrogen && i != m.Soap {
		m.metal[i] = q.Z
	}
	k := class{r: q.Z, fall: q.Fall}
	if q.N != 0 {
		k.u = q.N - q.Z
	}
	if q.Correlated {
		k = class{r: q.Slope, u: q.Power - q.Slope, rise: q.Rise}
	}
	if m.Ionic != nil && m.Ionic.Exchange != nil {
		k.ion = q.Ionic
	}
	at := -1
	for a, b := range m.classes {
		if a != 0 && b == k {
			at = a
		}
	}
	if i == m.Hydrogen || len(m.classes) == 0 {
		if len(m.classes) == 0 {
			m.classes = append(m.classes, class{r: 1}) // of hydrogen alone
		}
		if i == m.Hydrogen {
			at = 0
		}
	}
	if at < 0 {
		at = len(m.classes)
		m.classes = append(m.classes, k)
	}
	m.class[i] = at
	m.free = m.free || k.u != 0 || k.rise != 0
	m.correlated = m.correlated || q.Correlated
	m.bent = m.bent || k.rise != 0
	m.load = m.load || k.fall != 0
	m.c1 = max(m.c1, 2*q.Z/q.binds())
	for l := range q.Beta {
		if l >= len(m.beta) || !(q.Beta[l][0] >= 0 && q.Beta[l][1] >= 0) {
			return fmt.Errorf("cation %s: complexes %v, ligands %v", q.Name, q.Beta, m.Ligands)
		}
		m.beta[l][i], m.beta[l][m.c+i] = q.Beta[l][0], q.Beta[l][1]
		m.second[l] = m.second[l] || q.Beta[l][1] > 0
	}
	return nil
}

// place numbers the scalars and finds the plain powers.
func (m *model) place() {
	m.atFree, m.atLoad, m.atRoom, m.atIon = -1, -1, -1, -1
	if m.free {
		m.atFree = 0
		m.scalars++
	}
	m.atLigand = m.scalars
	m.scalars += len(m.beta)
	if m.load {
		m.atLoad = m.scalars
		m.scalars++
	}
	if m.room {
		m.atRoom = m.scalars
		m.scalars++
	}
	if m.Ionic != nil {
		m.atIon = m.scalars
		m.scalars++
	}
	m.power = make([]int, len(m.classes))
	for a, k := range m.classes {
		m.power[a] = -1
		if k.r == math.Trunc(k.r) && k.r >= 0 && k.r <= 4 {
			m.power[a] = int(k.r)
		}
	}
	for _, a := range m.class {
		m.slope = append(m.slope, m.classes[a].r)
		if m.bent {
			m.rise = append(m.rise, m.classes[a].rise)
		}
	}
}

func (m *model) reference() float64 {
	if m.Reference > 0 {
		return m.Reference
	}
	return 1
}

// inconsistent says that some cation binds another amount of extractant than its exponent says: such a model has no
// energy to be least, and no solution where extractant and acid run out.
func (m *model) inconsistent() bool {
	for i := range m.Cations {
		q := &m.Cations[i]
		n := q.N
		if n == 0 {
			n = q.Z
		}
		if i != m.Hydrogen && q.binds() != 2*n {
			return true
		}
	}
	return false
}
