package sx_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/sx"
	"reetwin/units/unittest"
)

const chemistry = `[chemistry]
elements = ["S", "Cl", "Na", "Al", "Ca", "Fe", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Dy"]
families = ["aqueous", "organic", "gangue", "oxide", "gas"]
extractant = "D2EHPA"
`

const unit = `[unit]
stages = 3
aqueous = "backward"
model = "D2EHPA-UKy"
aqueous_holdup = "20 L"
organic_holdup = "12 L"
`

func TestConformance(t *testing.T) {
	for name, config := range map[string]string{
		"sx_section":         chemistry + unit,
		"sx_section forward": chemistry + strings.NewReplacer("backward", "forward", "stages = 3", "stages = 1").Replace(unit),
	} {
		t.Run(name, func(t *testing.T) {
			unittest.Run(t, unittest.Case{
				Name: "sx_section", New: sx.NewSection, Config: config,
				In: []string{"aqueous", "organic"}, Out: []string{"aqueous", "organic"},
				Inlets: inlets, Held: held,
				Bad: []unittest.Bad{
					{Name: "no stage", Set: "unit.stages=0", Want: "stages"},
					{Name: "too many stages", Set: "unit.stages=201", Want: "stages"},
					{Name: "numbering", Set: "unit.aqueous=foreward", Want: "forward"},
					{Name: "model", Set: "unit.model=D2EHPA-UKi", Want: "D2EHPA-UKy"},
					{Name: "holdup", Set: "unit.organic_holdup=0 L", Want: "organic_holdup"},
				},
			})
		})
	}
}

// inlets are a sulfate liquor with chloride and sodium, pH 0.3 to 2, and an organic of 5 to 25 % that carries some metal.
func inlets(r *rand.Rand, s *chem.System, in []flowsheet.Stream) {
	within := func(lo, hi float64) float64 { return lo * math.Pow(hi/lo, r.Float64()) }
	A, O := within(1e-5, 1e-4), within(1e-5, 1e-4)
	set := func(p int, name string, v float64) {
		i, ok := s.Index(name)
		if !ok {
			panic(name)
		}
		in[p].N[i] = v
	}
	water, diluent := s.Solvent(chem.Aqueous), s.Solvent(chem.Organic)
	in[0].N[water], in[1].N[diluent] = A/s.Components[water].V, O/s.Components[diluent].V
	charge := 0.0
	first, end := s.Span(chem.Aqueous)
	for i := first; i < end; i++ {
		if c := s.Components[i]; c.Charge >= 2 {
			in[0].N[i] = A * within(0.01, 30)
			charge += c.Charge * in[0].N[i]
		}
	}
	acid, sodium := A*within(20, 600), A*within(1, 100)
	charge += acid + sodium
	set(0, "H+", acid)
	set(0, "Na+", sodium)
	set(0, "SO4-2", 0.3*charge)
	set(0, "Cl-", 0.4*charge)
	first, end = s.Span(chem.Organic)
	for i := first; i < end; i++ {
		if s.Components[i].Key >= 0 {
			in[1].N[i] = O * within(1e-4, 3)
		}
	}
	set(1, "D2EHPA", O*within(200, 800))
	in[0].T, in[1].T = 290+20*r.Float64(), 290+20*r.Float64()
}

// held: a metal is M − z H+, since the acid is what the acidity sum leaves.
func held(s *chem.System, state string, x float64, n []float64) {
	h, _ := s.Index("H+")
	name := state[strings.IndexByte(state, '.')+1:]
	switch name {
	case "acidity_sum":
		n[h] += x
		return
	case "extractant_sum":
		i, _ := s.Index("D2EHPA")
		n[i] += x
		return
	}
	i, _ := s.Index(name)
	n[i] += x
	e, phase := s.Components[i].Key, s.Components[i].Phase
	if m, err := s.LogD("D2EHPA-UKy"); err == nil && phase == chem.Aqueous {
		for _, t := range m.Terms {
			if t.Element == e {
				n[h] -= t.Z * x
			}
		}
	}
}
