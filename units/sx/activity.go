package sx

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/conf"
	"reetwin/units/sx/cascade"
)

// sulfateActivity carries the constants of sulfate complexes and of bisulfate, which stand at no ionic strength: the Debye-Hückel
// term of specific ion interaction (sit.dat, ThermoChimie), without its small sums. At 1 mol/L it leaves EuSO4+ 0.3 decades below
// what is measured in perchlorate (1.3 against 1.5 to 1.6); the form of Davies, 0.5 to 1 above.
func sulfateActivity() *chem.Activity { return &chem.Activity{A: 0.509, B: 1.5, Used: 3.5} }

// activity wants an ionic strength of every section where the model's constants need one, or to solve for that of every stage.
func (s *Circuit) activity(p *conf.Table) {
	if p.Kind("ionic_strength") == "string" && p.Text("ionic_strength") == "solved" {
		s.solveStrength(p)
		return
	}
	s.ionic = p.QuantityOr("ionic_strength", "mol/m3", math.NaN(), conf.Between(0, 2e4)) / 1000
	for k := range s.sections {
		t := &s.sections[k]
		if math.IsNaN(t.ionic) {
			t.ionic = s.ionic
		}
		if s.model.Activity != nil && math.IsNaN(t.ionic) {
			p.Table(s.names[k]).Fault("ionic_strength", "missing; the constants of %s stand at no ionic strength: needs a quantity like \"1 mol/L\", here or for the whole circuit", s.model.Name)
		}
	}
}

// solveStrength makes the ionic strength an unknown of every stage.
func (s *Circuit) solveStrength(p *conf.Table) {
	s.solved, s.ionic = true, math.NaN()
	for k := range s.sections {
		if !math.IsNaN(s.sections[k].ionic) {
			p.Table(s.names[k]).Fault("ionic_strength", "that of the circuit is solved for, stage by stage")
		}
	}
	q := new(cascade.Ionic)
	for _, a := range s.solutes {
		q.Charge = append(q.Charge, s.system.Components[a].Charge)
	}
	if by := s.model.Activity; by != nil {
		q.Exchange = by.Ln
		for i := range s.model.Terms {
			if t := &s.model.Terms[i]; t.Ideal {
				s.chem.Cations[i].Ionic = t.Z*t.Z - t.Z
			}
		}
	}
	s.chem.Ionic = q
}

// complexes adds the sulfate complexes of metals that follow mass action: constants of the aqueous data, carried to the circuit's ionic strength, at
// which bisulfate then dissociates too. One or two sulfates on a metal.
func (s *Circuit) complexes(p *conf.Table) error {
	if !p.BoolOr("complexes", false) {
		return nil
	}
	if len(s.chem.Ligands) == 0 {
		p.Fault("complexes", "needs sulfate: S in the system's elements")
		return nil
	}
	if math.IsNaN(s.ionic) && !s.solved {
		p.Fault("ionic_strength", "missing; complexes need the ionic strength of the aqueous, a quantity like \"0.5 mol/L\", or \"solved\"")
		return nil
	}
	by := sulfateActivity()
	carried := func(z2 float64) float64 { return by.Log10(z2, s.ionic) }
	to := fmt.Sprintf("%.3g mol/L", s.ionic)
	if s.solved {
		s.chem.Ionic.Complexes = by.Ln
		carried, to = func(float64) float64 { return 0 }, "the ionic strength of each stage"
	}
	sys, err := aqueous.Load(aqueous.Selection{Activity: "sit"})
	if err != nil {
		return fmt.Errorf("complexes: %w", err)
	}
	for i := range s.chem.Cations {
		q := &s.chem.Cations[i]
		if q.Name == "H" {
			const z2 = 1 + 4 - 1
			q.Beta[0][0] *= math.Pow(10, carried(z2))
			continue
		}
		if s.model.Terms[i].Correlated { // D of all that is dissolved, as it was measured
			q.Beta = [][2]float64{{}}
			continue
		}
		beta := [2]float64{}
		for _, o := range sys.Species {
			n := sulfates(sys, &o, q.Name)
			if n < 1 || n > 2 {
				continue
			}
			z2 := q.Z*q.Z + 4*float64(n) - o.Charge*o.Charge
			level := o.Constant.LogK + carried(z2)
			beta[n-1] = math.Pow(10, level) / math.Pow(chem.Molar, float64(n))
			s.conditional = append(s.conditional, chem.Constant{Name: "complexes." + o.Name, Value: level, Unit: "1", Class: o.Constant.Class,
				Source: fmt.Sprintf("log10 K %.4g at no ionic strength: %s; carried to %s by the Debye-Hückel term of SIT", o.Constant.LogK, o.Constant.Source, to)})
		}
		q.Beta = [][2]float64{beta}
	}
	return nil
}

// sulfates is the number of them in a complex of one metal and nothing else, 0 for all other species.
func sulfates(sys *aqueous.System, o *aqueous.Species, metal string) (n int) {
	found := false
	for _, t := range o.Terms {
		name := sys.Components[t.Component].Name
		switch {
		case strings.TrimSuffix(name, "_tri") == metal && t.Coefficient == 1 && !(metal == "Fe" && name == "Fe"):
			found = true
		case name == "S" && t.Coefficient > 0:
			n = int(t.Coefficient)
		default:
			return 0
		}
	}
	if !found {
		return 0
	}
	return n
}

// ionicStrength is that of the aqueous of stage j, mol/L: bisulfate and complexes as they are, all else dissociated.
func (s *Circuit) ionicStrength(j int, p *flowsheet.ProfileStage) float64 {
	if s.solved {
		return s.k.IonicStrength(j)
	}
	sum, c := 0.0, s.system.Components
	free := 0.0
	if len(s.chem.Ligands) > 0 {
		free, _ = s.k.Ligand(0, j)
		sum += 4 * free
	}
	for i, a := range s.aqueous {
		z, x := c[a].Charge, p.Aqueous[a]
		if len(s.chem.Ligands) == 0 || len(s.chem.Cations[i].Beta) == 0 {
			sum += z * z * x
			continue
		}
		b := s.chem.Cations[i].Beta[0]
		one, two := b[0]*free, b[1]*free*free
		sum += x / (1 + one + two) * (z*z + (z-2)*(z-2)*one + (z-4)*(z-4)*two)
	}
	for l, a := range s.solutes {
		if l >= len(s.chem.Ligands) {
			sum += c[a].Charge * c[a].Charge * p.Aqueous[a]
		}
	}
	return sum / 2 / chem.Molar
}

// ionicLimit is how far a constant of a trivalent cation may be off by the ionic strength that a section is given, decades.
const ionicLimit = 0.1

// strengths looks at how far the ionic strengths that the file gives are from those of the stages.
func (w *limits) strengths() {
	by := sulfateActivity()
	if w.solved {
		w.beyond(by)
		return
	}
	for k, t := range w.sections {
		first := w.last(k) - t.stages + 1
		at, off, is := 0, -1.0, 0.0
		for j := first; j <= w.last(k); j++ {
			I := w.ionicStrength(j, &w.profile[j])
			d := 0.0
			if w.model.Activity != nil {
				d = math.Abs(w.model.Activity.Log10(6, I) - w.model.Activity.Log10(6, t.ionic))
			}
			if len(w.conditional) > 0 && slices.ContainsFunc(w.solutes[:1], func(a int) bool { return w.profile[j].Aqueous[a] > 0 }) {
				d = max(d, math.Abs(by.Log10(12, I)-by.Log10(12, w.ionic)))
			}
			if d > off {
				at, off, is = j, d, I
			}
		}
		if off > ionicLimit {
			given := t.ionic
			if w.model.Activity == nil {
				given = w.ionic
			}
			w.add("ionic_strength", w.place(at), is*chem.Molar, given*chem.Molar, "mol/m3",
				"the aqueous has %.3g mol/L of ionic strength, its constants are carried to %.3g mol/L: those of trivalent cations are off by %.2g decades", is, given, off)
		}
	}
}

// beyond looks for stages whose ionic strength, solved for, is beyond what an activity is known to.
func (w *limits) beyond(sulfate *chem.Activity) {
	used := math.Inf(1)
	if w.model.Activity != nil {
		used = w.model.Activity.Used
	}
	if len(w.conditional) > 0 {
		used = min(used, sulfate.Used)
	}
	if at, I := w.most(w.k.IonicStrength); I > used {
		w.add("ionic_strength", w.place(at), I*chem.Molar, used*chem.Molar, "mol/m3", "the aqueous has %.3g mol/L of ionic strength; constants are carried to %.3g mol/L and held there", I, used)
	}
}
