package aqueous_test

import (
	"fmt"
	"math"

	"reetwin/flowsheet/chem/aqueous"
)

const tolerance = 1e-8 // relative, or absolute in ln

// verify checks an equilibrium against the problem from the reactions alone, with its own Davies and its own sums: mass, charge,
// mass action, saturation, complementarity. It shares no code with the solver.
func verify(sys *aqueous.System, p *aqueous.Problem, r *aqueous.Result) error {
	sum, strength, charge, size := 0.0, 0.0, 0.0, 0.0
	for i, m := range r.Molality {
		z := sys.Species[i].Charge
		if !(m >= 0) {
			return fmt.Errorf("molality of %s is %g", sys.Species[i].Name, m)
		}
		sum += m
		strength += m * z * z / 2
		charge += m * z
		size += m * math.Abs(z)
	}
	lnA := math.Log(max(1-0.017*sum, 0.3))
	I := min(strength, 2.5)
	gamma := func(z float64) float64 {
		if z == 0 {
			return 0.1 * math.Ln10 * I
		}
		return -0.51002479 * math.Ln10 * z * z * (math.Sqrt(I)/(1+math.Sqrt(I)) - 0.3*I)
	}
	if math.Abs(strength-r.IonicStrength) > tolerance*strength || math.Abs(math.Exp(lnA)-r.WaterActivity) > tolerance {
		return fmt.Errorf("ionic strength %g, water activity %g do not follow from the molalities: %g, %g", r.IonicStrength, r.WaterActivity, strength, math.Exp(lnA))
	}
	totals := append([]float64(nil), p.Totals...)
	if p.HoldPH {
		sys.Dose(totals, p.Titrant, r.Titrant)
		if math.Abs(r.PH-p.PH) > tolerance {
			return fmt.Errorf("pH %g, held %g", r.PH, p.PH)
		}
	}
	// Charge of solution against that of the totals: solids carry none.
	want := 0.0
	for i, c := range sys.Components {
		want += c.Charge * totals[i]
		size += math.Abs(c.Charge*totals[i]) / r.KgWater
	}
	onSurfaces := 0.0
	for p, surface := range r.Surfaces {
		for i, n := range surface.Species {
			onSurfaces += sys.Surfaces[p].Species[i].Charge * n
			size += math.Abs(sys.Surfaces[p].Species[i].Charge*n) / r.KgWater
		}
	}
	if math.Abs(charge+(onSurfaces-want)/r.KgWater) > tolerance*size {
		return fmt.Errorf("charge %g and %g on surfaces, totals carry %g", charge, onSurfaces/r.KgWater, want/r.KgWater)
	}
	lnActivity := make([]float64, len(sys.Components))
	for i := range lnActivity {
		lnActivity[i] = math.Inf(-1)
	}
	lnActivity[aqueous.Water] = lnA
	for i, s := range sys.Species {
		if s.Free && r.Molality[i] > 0 {
			lnActivity[s.Terms[0].Component] = math.Log(r.Molality[i]) + gamma(s.Charge)
		}
	}
	if math.Abs(-lnActivity[aqueous.H]/math.Ln10-r.PH) > tolerance {
		return fmt.Errorf("pH %g, activity of H+ says %g", r.PH, -lnActivity[aqueous.H]/math.Ln10)
	}
	if err := verifySurfaces(sys, p, r, lnActivity); err != nil {
		return err
	}
	return action(sys, p, r, totals, lnActivity, gamma)
}

// action checks mass action, saturation and the balances at given activities of the components.
func action(sys *aqueous.System, p *aqueous.Problem, r *aqueous.Result, totals, lnActivity []float64, gamma func(z float64) float64) error {
	product := func(terms []aqueous.Term) (v float64, ok bool) {
		for _, t := range terms {
			if math.IsInf(lnActivity[t.Component], -1) {
				return 0, false
			}
			v += t.Coefficient * lnActivity[t.Component]
		}
		return v, true
	}
	held := make([]float64, len(totals))
	scale := make([]float64, len(totals))
	book := func(terms []aqueous.Term, amount float64) {
		for _, t := range terms {
			held[t.Component] += t.Coefficient * amount
			scale[t.Component] += math.Abs(t.Coefficient * amount)
		}
	}
	for i, s := range sys.Species {
		book(s.Terms, r.Molality[i]*r.KgWater)
		if v, ok := product(s.Terms); !ok {
			if r.Molality[i] != 0 {
				return fmt.Errorf("%s without its components", s.Name)
			}
		} else if want := v + math.Ln10*s.Constant.At(298.15) - gamma(s.Charge); math.Abs(want-math.Log(r.Molality[i])) > tolerance && want > -690 {
			return fmt.Errorf("%s: ln m %g, mass action wants %g", s.Name, math.Log(r.Molality[i]), want)
		}
	}
	held[aqueous.Water] += r.KgWater / 0.018015
	for i := range sys.Components {
		if i == aqueous.Water && p.KgWater > 0 {
			continue
		}
		dissolved := held[i]
		if math.Abs(dissolved-r.Dissolved[i]) > tolerance*(scale[i]+1e-300) {
			return fmt.Errorf("dissolved %s %g, species say %g", sys.Components[i].Name, r.Dissolved[i], dissolved)
		}
	}
	allowed := map[int]bool{}
	for _, k := range p.Solids {
		allowed[k] = true
	}
	for k, s := range sys.Solids {
		book(s.Terms, r.Solids[k])
		v, ok := product(s.Terms)
		si := v - math.Ln10*s.Constant.At(298.15)
		switch {
		case !allowed[k] || !ok:
			if r.Solids[k] != 0 {
				return fmt.Errorf("%s may not form", s.Name)
			}
		case s.Gas:
		case r.Solids[k] < 0:
			return fmt.Errorf("%s: %g mol", s.Name, r.Solids[k])
		case si > tolerance:
			return fmt.Errorf("%s is supersaturated: ln SI %g", s.Name, si)
		case r.Solids[k] > 0 && si < -tolerance:
			return fmt.Errorf("%s is there undersaturated: ln SI %g", s.Name, si)
		}
	}
	for k, surface := range r.Surfaces {
		for i, n := range surface.Species {
			book(sys.Surfaces[k].Species[i].Terms, n)
		}
	}
	for i, c := range sys.Components {
		if i == aqueous.Water && p.KgWater > 0 {
			continue
		}
		if i != aqueous.H && i != aqueous.Water && totals[i] < 2e-24*r.KgWater {
			continue
		}
		if off := math.Abs(held[i] - totals[i]); !(off <= tolerance*(scale[i]+math.Abs(totals[i]))) {
			return fmt.Errorf("%s: total %g, found %g", c.Name, totals[i], held[i])
		}
	}
	return nil
}
