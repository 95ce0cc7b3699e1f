// Package audit checks the answer of an extraction circuit by the equations as a textbook states them, stage by stage. It shares
// no code with the kernel that solved it: it takes plain numbers, and computes every sum itself.
//
//	extractant    [(HA)2] + Σ m/2 y = L                   over the extractant
//	acid          [H+]_total = [H+] (1 + Σ β1 s + β2 s²)  relative
//	equilibrium   y/x_free = K [(HA)2]^n / [H+]^z …       in ln D
//	ligand        free and bound = what the liquors bring relative
//	balance       of every metal over every stage         over what enters the stage
//	charge        Σ z x = anions                          relative
//	water         [H+] [OH−] = Kw                         in ln, where there is hydroxide. Then the acid is [H+]_total − [OH−]
//	              in every line, relative to what is there of both
//	strength      I = Σ z² c / 2                          relative, where constants are carried to it
//
// Circuits without side feeds, returns, entrainment and efficiencies: the benchmark's.
package audit

import (
	"fmt"
	"math"
)

// Cation is a cation of the model; Monomers 0 is 2 Charge, Exponent 0 is Charge.
type Cation struct {
	Name                                        string
	Charge, LnK, Exponent, Monomers, FallOfLoad float64
	Beta                                        [][2]float64
	// Correlated: ln D = LnK + (PerPH + PerPHAndDimer u) (−ln h) + PerDimer ln u, with u = [(HA)2] and h = [H+] over Reference,
	// in the place of mass action.
	Correlated                     bool
	PerPH, PerPHAndDimer, PerDimer float64
	SquareChange                   float64 // Δz² by which LnK is carried to the ionic strength
}

// Strength carries constants to the ionic strength of each stage, in units of Reference: the factor on ln K of Δz² 1, of exchange
// and of complexes, and the charges of ligands, then of solutes that take no other part.
type Strength struct {
	Exchange, Complexes func(I float64) float64
	Charges             []float64
}

// Section is a run of stages; its liquor enters at the last of them, and leaves or joins the section before.
type Section struct {
	Stages     int
	Flow       float64
	X, Ligands []float64
	Joins      bool
}

// Loop is a circuit. Concentrations are in one unit.
type Loop struct {
	Cations                    []Cation
	Hydrogen, Soap             int // which cation; −1 is no soap
	Sections                   []Section
	Organic, Extractant, Bleed float64
	Reference                  float64 // free dimer at which LnK holds
	Strength                   *Strength
	Water                      float64 // Kw; needed where an answer has hydroxide
}

// Answer is what is to be checked, by stages in the direction of the organic; the organic's hydrogen is the free dimer.
type Answer struct {
	LnR              []float64
	Aqueous, Organic [][]float64
	Free             [][]float64 // [ligand][stage]
	Strength         []float64   // ionic, over Reference
	Solutes          [][]float64 // [solute][stage]
	Hydroxide        []float64   // by stage; nil is without. The acid of Aqueous is then less it
}

// Report is the worst of every kind, and where.
type Report struct {
	Extractant, Acid, Equilibrium, Ligand, Balance, Charge, Strength, Water Worst
}

// Worst is the largest error of a kind, at a stage from 1.
type Worst struct {
	Error float64
	Stage int
	Of    string
}

func (w *Worst) see(err float64, stage int, of string) {
	if !(err <= w.Error) { // a NaN is the worst there is
		*w = Worst{err, stage + 1, of}
	}
}

// Add takes the worse of two reports.
func (r *Report) Add(o Report) {
	for _, p := range [...][2]*Worst{{&r.Extractant, &o.Extractant}, {&r.Acid, &o.Acid}, {&r.Equilibrium, &o.Equilibrium},
		{&r.Ligand, &o.Ligand}, {&r.Balance, &o.Balance}, {&r.Charge, &o.Charge}, {&r.Strength, &o.Strength}, {&r.Water, &o.Water}} {
		if !(p[1].Error <= p[0].Error) {
			*p[0] = *p[1]
		}
	}
}

// Open names what does not hold to tol, in balances and sums, and 10 tol in ln D; nil says that all does.
func (r *Report) Open(tol float64) error {
	for _, k := range [...]struct {
		name string
		w    Worst
		tol  float64
	}{{"extractant", r.Extractant, tol}, {"acid", r.Acid, tol}, {"equilibrium", r.Equilibrium, 10 * tol}, {"ligand", r.Ligand, tol},
		{"balance", r.Balance, tol}, {"charge", r.Charge, 10 * tol}, {"ionic strength", r.Strength, 10 * tol}, {"ionic product of water", r.Water, 10 * tol}} {
		if !(k.w.Error <= k.tol) {
			return fmt.Errorf("stage %d: %s of %s is off by %.2g", k.w.Stage, k.name, k.w.Of, k.w.Error)
		}
	}
	return nil
}

// trace is a concentration below which numbers cannot hold ratios.
const trace = 1e-200

// Check audits an answer. The error is of one that is no answer: a shape that is not the circuit's, or a concentration that
// is negative or no number.
func (l *Loop) Check(a *Answer) (Report, error) {
	var r Report
	n := 0
	for _, s := range l.Sections {
		n += s.Stages
	}
	if len(a.LnR) != n || len(a.Aqueous) != n || len(a.Organic) != n {
		return r, fmt.Errorf("%d stages with %d, %d and %d answers", n, len(a.LnR), len(a.Aqueous), len(a.Organic))
	}
	if a.Hydroxide != nil && len(a.Hydroxide) != n {
		return r, fmt.Errorf("%d stages with %d of hydroxide", n, len(a.Hydroxide))
	}
	for j := range n {
		for i, q := range l.Cations {
			for _, v := range [2]float64{l.there(a, j, i), a.Organic[j][i]} {
				if !(v >= 0) || math.IsInf(v, 0) {
					return r, fmt.Errorf("stage %d: %s is %g", j+1, q.Name, v)
				}
			}
		}
	}
	for j := range n {
		l.stage(a, j, &r)
	}
	l.exchange(a, &r)
	return r, nil
}

// stage checks what holds within stage j.
func (l *Loop) stage(a *Answer, j int, r *Report) {
	x, y, h := a.Aqueous[j], a.Organic[j], l.Hydrogen
	free, load, total := y[h], 0.0, y[h]
	sum := free
	for i, q := range l.Cations {
		if i == h {
			continue
		}
		m := q.Monomers
		if m == 0 {
			m = 2 * q.Charge
		}
		sum += m / 2 * y[i]
		total += q.Charge * y[i]
		if i != l.Soap {
			load += q.Charge * y[i]
		}
	}
	r.Extractant.see(math.Abs(sum/l.Extractant-1), j, "the organic")
	if l.Strength != nil {
		r.Strength.see(math.Abs(l.ions(a, j)/a.Strength[j]-1), j, "the aqueous")
	}
	acid := free / math.Exp(a.LnR[j])
	for i, q := range l.Cations {
		side := l.side(a, j, i)
		if i == h && a.Hydroxide != nil {
			oh := a.Hydroxide[j]
			r.Water.see(math.Abs(math.Log(acid*oh/l.Water)), j, "the aqueous")
			r.Acid.see(math.Abs(x[i]-(acid*side-oh))/(acid*side+oh), j, q.Name)
			continue
		} else if i == h {
			r.Acid.see(math.Abs(x[i]/side/acid-1), j, q.Name)
			continue
		}
		n := q.Exponent
		if n == 0 {
			n = q.Charge
		}
		lnD := q.LnK + n*math.Log(free) - q.Charge*math.Log(acid) - q.FallOfLoad*load/total
		if l.Reference > 0 {
			lnD -= (n - q.Charge) * math.Log(l.Reference)
		}
		if q.Correlated {
			unit := max(l.Reference, 0)
			if unit == 0 {
				unit = 1
			}
			u, h := free/unit, acid/unit
			lnD = q.LnK - (q.PerPH+q.PerPHAndDimer*u)*math.Log(h) + q.PerDimer*math.Log(u)
		}
		if s := l.Strength; s != nil && s.Exchange != nil {
			lnD += q.SquareChange * s.Exchange(a.Strength[j])
		}
		if x[i] > trace && y[i] > trace {
			r.Equilibrium.see(math.Abs(math.Log(y[i]/(x[i]/side))-lnD), j, q.Name)
		}
	}
}

// there is what the aqueous of stage j holds of cation i, free and bound: of acid beside hydroxide, by what is free.
func (l *Loop) there(a *Answer, j, i int) float64 {
	if i == l.Hydrogen && a.Hydroxide != nil {
		return a.Organic[j][i] / math.Exp(a.LnR[j]) * l.side(a, j, i)
	}
	return a.Aqueous[j][i]
}

// ions is the ionic strength of stage j from what is in it, form by form.
func (l *Loop) ions(a *Answer, j int) float64 {
	sum := 0.0
	for i, q := range l.Cations {
		free := l.there(a, j, i) / l.side(a, j, i)
		sum += q.Charge * q.Charge * free
		for p := range q.Beta {
			s, z := a.Free[p][j], l.Strength.Charges[p]
			sum += math.Pow(q.Charge+z, 2)*free*l.beta(a, j, i, p, 0)*s + math.Pow(q.Charge+2*z, 2)*free*l.beta(a, j, i, p, 1)*s*s
		}
	}
	for p, free := range a.Free {
		sum += math.Pow(l.Strength.Charges[p], 2) * free[j]
	}
	for p, c := range a.Solutes {
		sum += math.Pow(l.Strength.Charges[len(a.Free)+p], 2) * c[j]
	}
	if a.Hydroxide != nil {
		sum += a.Hydroxide[j]
	}
	if l.Reference > 0 {
		sum /= l.Reference
	}
	return sum / 2
}

// beta is the constant of the complex of cation i with n + 1 of ligand p in stage j.
func (l *Loop) beta(a *Answer, j, i, p, n int) float64 {
	b := l.Cations[i].Beta[p][n]
	if s := l.Strength; s != nil && s.Complexes != nil {
		z, many := l.Cations[i].Charge, float64(n+1)
		b *= math.Exp((z*z + many*math.Pow(s.Charges[p], 2) - math.Pow(z+many*s.Charges[p], 2)) * s.Complexes(a.Strength[j]))
	}
	return b
}

// side is total over free of cation i in stage j.
func (l *Loop) side(a *Answer, j, i int) float64 {
	t := 1.0
	for p := range l.Cations[i].Beta {
		s := a.Free[p][j]
		t += l.beta(a, j, i, p, 0)*s + l.beta(a, j, i, p, 1)*s*s
	}
	return t
}

// exchange checks what goes from stage to stage: aqueous with the liquors of the sections from the last stage down, organic up.
func (l *Loop) exchange(a *Answer, r *Report) {
	n := len(a.LnR)
	flow, anion, ligands := 0.0, 0.0, make([]float64, len(a.Free)) // of the aqueous that passes, amounts per time
	j := n - 1
	for k := len(l.Sections) - 1; k >= 0; k-- {
		s := l.Sections[k]
		if k+1 == len(l.Sections) || !l.Sections[k+1].Joins {
			flow, anion = 0, 0
			clear(ligands)
		}
		above := flow // what comes down from the section above
		flow += s.Flow
		for i, q := range l.Cations {
			anion += s.Flow * q.Charge * at(s.X, i)
		}
		for p := range ligands {
			ligands[p] += s.Flow * at(s.Ligands, p)
		}
		for t := s.Stages - 1; t >= 0; t-- {
			arrives := flow
			if t == s.Stages-1 {
				arrives = above
			}
			l.balances(a, j, arrives, flow, s, t == s.Stages-1, r)
			charge := 0.0
			for i, q := range l.Cations {
				charge += q.Charge * a.Aqueous[j][i]
			}
			r.Charge.see(math.Abs(charge*flow/anion-1), j, "the aqueous")
			for p, total := range ligands {
				if total > 0 { // none brings none: what a kernel writes for it is a trace
					r.Ligand.see(math.Abs(l.bound(a, j, p)*flow/total-1), j, fmt.Sprintf("number %d", p+1))
				}
			}
			j--
		}
	}
}

// balances checks every metal over stage j: aqueous arrives from above, the section's liquor at its last stage; and the acid, which
// is what the aqueous brings less hydroxide and what the cations set free in the organic.
func (l *Loop) balances(a *Answer, j int, arrives, leaves float64, s Section, last bool, r *Report) {
	n := len(a.LnR)
	if h := l.Hydrogen; j > 0 {
		acid, passes := -leaves*a.Aqueous[j][h], leaves*math.Abs(a.Aqueous[j][h])
		see := func(t float64) { acid, passes = acid+t, passes+math.Abs(t) }
		if arrives > 0 {
			see(arrives * a.Aqueous[j+1][h])
		}
		if last {
			see(s.Flow * at(s.X, h))
		}
		for i, q := range l.Cations {
			if i != h {
				see(l.Organic * q.Charge * a.Organic[j][i])
				see(-l.Organic * q.Charge * a.Organic[j-1][i])
			}
		}
		r.Balance.see(math.Abs(acid)/passes, j, l.Cations[h].Name)
	}
	for i, q := range l.Cations {
		if i == l.Hydrogen || i == l.Soap && j == 0 { // saponification is between them, before stage 1
			continue
		}
		in := 0.0
		if arrives > 0 {
			in += arrives * a.Aqueous[j+1][i]
		}
		if last {
			in += s.Flow * at(s.X, i)
		}
		if j > 0 {
			in += l.Organic * a.Organic[j-1][i]
		} else {
			in += (1 - l.Bleed) * l.Organic * a.Organic[n-1][i]
		}
		out := leaves*a.Aqueous[j][i] + l.Organic*a.Organic[j][i]
		if in > trace {
			r.Balance.see(math.Abs(in-out)/math.Max(in, out), j, q.Name)
		}
	}
}

// bound is ligand p in stage j, free and in complexes.
func (l *Loop) bound(a *Answer, j, p int) float64 {
	s := a.Free[p][j]
	t := s
	for i, q := range l.Cations {
		if p < len(q.Beta) {
			t += l.there(a, j, i) * (l.beta(a, j, i, p, 0)*s + 2*l.beta(a, j, i, p, 1)*s*s) / l.side(a, j, i)
		}
	}
	return t
}

func at(x []float64, i int) float64 {
	if i < len(x) {
		return x[i]
	}
	return 0
}
