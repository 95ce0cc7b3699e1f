package aqueous_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// TestPerturbedStarts restarts the points of 20 cases from states that are off by up to a factor of ten in the totals.
func TestPerturbedStarts(t *testing.T) {
	sys := load(t, asRun)
	solver, r, start := aqueous.NewSolver(sys), sys.NewResult(), sys.NewResult()
	random := rand.New(rand.NewPCG(3, 5))
	worst := 0.0
	cases := references(t)[:20]
	for _, c := range cases {
		totals := analysis(t, sys, solver, c)
		q := c.Points[len(c.Points)/2]
		p := problem(t, sys, totals, c, q)
		if err := solver.Solve(&p, r); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			other := p
			other.Totals = append([]float64(nil), p.Totals...)
			for i := range other.Totals {
				if i > aqueous.Water {
					other.Totals[i] *= math.Pow(10, 2*random.Float64()-1)
				}
			}
			other.HoldPH = false
			sys.Neutral(other.Totals)
			if err := solver.Solve(&other, start); err != nil {
				t.Fatalf("%s: start: %v", c.ID, err)
			}
			if err := solver.Update(&p, start); err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			worst = max(worst, math.Abs(start.PH-r.PH))
			for i := range r.Dissolved {
				if r.Dissolved[i] != 0 && i != aqueous.H {
					worst = max(worst, math.Abs(start.Dissolved[i]/r.Dissolved[i]-1))
				}
			}
		}
		if worst > 1e-8 {
			t.Fatalf("%s: answers differ by %.1e", c.ID, worst)
		}
	}
	t.Logf("%d cases, 100 starts each: largest difference %.1e", len(cases), worst)
}

// wky is the Western Kentucky leachate with lime at pH 8 and 27 solids, and traces of what it lacks: every component there is.
func wky(t testing.TB) (*aqueous.System, *aqueous.Solver, aqueous.Problem) {
	sys := load(t, asRun)
	solver := aqueous.NewSolver(sys)
	for _, c := range references(t) {
		if c.ID == "V1_W2_WKY_refuse_leachate_lime" {
			for _, q := range c.Points {
				if *q.Target == 8 {
					p := problem(t, sys, analysis(t, sys, solver, c), c, q)
					for i := range p.Totals {
						if i > aqueous.Water && p.Totals[i] == 0 {
							p.Totals[i] = 1e-6
						}
					}
					sys.Neutral(p.Totals)
					return sys, solver, p
				}
			}
		}
	}
	t.Fatal("no such case")
	return nil, nil, aqueous.Problem{}
}

func TestNoAllocation(t *testing.T) {
	sys, solver, p := wky(t)
	r, tangent := sys.NewResult(), sys.NewTangent()
	direction := make([]float64, len(sys.Components))
	direction[aqueous.H] = 1
	got := testing.AllocsPerRun(20, func() {
		p.Totals[5] *= 1.001
		if solver.Solve(&p, r) != nil || solver.Update(&p, r) != nil || solver.Tangent(direction, 0, tangent) != nil {
			t.Fatal("not solved")
		}
	})
	if got != 0 {
		t.Errorf("%g allocations", got)
	}
}

// TestTangent compares tangents with central differences, pH free and held, water free and fixed.
func TestTangent(t *testing.T) {
	sys, solver, base := wky(t)
	free := base
	free.Totals = append([]float64(nil), base.Totals...)
	sys.Dose(free.Totals, must(t)(sys.Reagent("Ca(OH)2")), 0.012)
	free.HoldPH = false
	for what, p := range map[string]aqueous.Problem{"pH held": base, "pH free": free} {
		tangents(t, what, sys, solver, p, "Ca", "Al", "S", "Nd", "H", "Water")
	}
}

// TestTangentSIT does so with SIT, where the interaction sums move too: below, and above where they are held, with gypsum and
// with the analysis of a solution.
func TestTangentSIT(t *testing.T) {
	sys := load(t, aqueous.Selection{Activity: "sit"})
	solver := aqueous.NewSolver(sys)
	for what, salt := range map[string]float64{"weak": 0.01, "strong": 2.5, "beyond": 8} {
		p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), Solids: []int{must(t)(sys.Solid("Gypsum")), must(t)(sys.Solid("Al(OH)3(am)"))}}
		p.Totals[aqueous.Water] = 55.5
		for reagent, amount := range map[string]float64{"NaCl": salt, "H2SO4": 0.1, "Ca(OH)2": 0.05, "HF": 0.002, "HNO3": 0.1} {
			sys.Dose(p.Totals, must(t)(sys.Reagent(reagent)), amount)
		}
		for name, v := range map[string]float64{"Al": 0.01, "Nd": 0.002, "Eu": 0.001, "Fe_tri": 0.001, "U": 1e-5} {
			i := must(t)(sys.Component(name))
			p.Totals[i] = v
			p.Totals[aqueous.H] -= v
		}
		tangents(t, what+", pH free", sys, solver, p, "Na", "Cl", "S", "Eu", "H", "Water")
		p.HoldPH, p.PH, p.Titrant = true, 4.5, must(t)(sys.Reagent("NaOH"))
		tangents(t, what+", pH held", sys, solver, p, "Na", "Cl", "S", "Eu", "pH", "Water")
		p.KgWater = 1
		tangents(t, what+", water fixed", sys, solver, p, "Na", "Eu", "pH")
	}
}

// tangents compares the tangents of p along the totals named, or along the held "pH", with central differences.
func tangents(t *testing.T, what string, sys *aqueous.System, solver *aqueous.Solver, p aqueous.Problem, along ...string) {
	t.Helper()
	const h = 1e-2
	tangent, lo, hi, mid := sys.NewTangent(), sys.NewResult(), sys.NewResult(), sys.NewResult()
	for _, name := range along {
		direction, pH := make([]float64, len(sys.Components)), 0.0
		if name == "pH" {
			pH = 1e-3
		} else {
			i := must(t)(sys.Component(name))
			direction[i] = 1e-4 * math.Abs(p.Totals[i])
		}
		shifted := func(sign float64, r *aqueous.Result) {
			q := p
			q.Totals = append([]float64(nil), p.Totals...)
			for i := range direction {
				q.Totals[i] += sign * h * direction[i]
			}
			q.PH += sign * h * pH
			if err := solver.Solve(&q, r); err != nil {
				t.Fatal(err)
			}
		}
		shifted(-1, lo)
		shifted(1, hi)
		if err := solver.Solve(&p, mid); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second uses the factors of the first
			if err := solver.Tangent(direction, pH, tangent); err != nil {
				t.Fatal(err)
			}
		}
		check := func(of string, got, a, b, scale float64) {
			want := (b - a) / (2 * h)
			if math.Abs(got-want) > 1e-5*math.Abs(want)+1e-8*scale {
				t.Errorf("%s, along %s: %s %.8g, difference %.8g", what, name, of, got, want)
			}
		}
		check("pH", tangent.PH, lo.PH, hi.PH, 1)
		check("I", tangent.IonicStrength, lo.IonicStrength, hi.IonicStrength, mid.IonicStrength)
		check("titrant", tangent.Titrant, lo.Titrant, hi.Titrant, math.Abs(mid.Titrant))
		check("water", tangent.KgWater, lo.KgWater, hi.KgWater, 1)
		for j := range mid.Dissolved {
			check(sys.Components[j].Name, tangent.Dissolved[j], lo.Dissolved[j], hi.Dissolved[j], math.Abs(mid.Dissolved[j]))
		}
		for k := range mid.Solids {
			check(sys.Solids[k].Name, tangent.Solids[k], lo.Solids[k], hi.Solids[k], mid.Solids[k])
		}
	}
}

func TestTangentNeedsPoint(t *testing.T) {
	sys := load(t, aqueous.Selection{})
	if err := aqueous.NewSolver(sys).Tangent(make([]float64, len(sys.Components)), 0, sys.NewTangent()); err == nil {
		t.Error("a tangent without a point")
	}
}

// TestOwnData lets a user's file add a complex, a solid, a reagent and a component, and replace a constant.
func TestOwnData(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.toml")
	text := `
[component]
Ba = { species = "Ba+2" }
[reagent]
"BaCl2" = "BaCl2 = Ba+2 + 2 Cl-"
[[species]]
class = "assumed"
source = "test"
[species.entries]
"BaSO4" = { eq = "Ba+2 + SO4-2 = BaSO4", log_k25 = 2.7 }
[[solid]]
class = "assumed"
source = "test"
[solid.entries]
"Barite" = { eq = "BaSO4 = Ba+2 + SO4-2", log_k25 = -9.97, dH = "26.6 kJ/mol" }
"Gypsum" = { eq = "CaSO4:2H2O = Ca+2 + SO4-2 + 2 H2O", log_k25 = -5.0 }
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	sys := load(t, aqueous.Selection{Files: []string{file}})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components))}
	p.Totals[aqueous.Water] = 55.5
	for reagent, amount := range map[string]float64{"BaCl2": 0.01, "Na2SO4": 0.05, "CaCO3": 0.03, "HCl": 0.06} {
		sys.Dose(p.Totals, must(t)(sys.Reagent(reagent)), amount)
	}
	barite, gypsum := must(t)(sys.Solid("Barite")), must(t)(sys.Solid("Gypsum"))
	p.Solids = []int{barite, gypsum}
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if err := verify(sys, &p, r); err != nil {
		t.Fatal(err)
	}
	if r.Solids[barite] < 0.0099 || sys.Solids[gypsum].Constant.LogK != -5 || r.Solids[gypsum] <= 0 {
		t.Errorf("barite %g mol, gypsum %g mol, log K %g", r.Solids[barite], r.Solids[gypsum], sys.Solids[gypsum].Constant.LogK)
	}
}

func TestDataFaults(t *testing.T) {
	head := "[[solid]]\nclass = \"assumed\"\nsource = \"test\"\n[solid.entries]\n"
	for text, want := range map[string]string{
		head + `"X" = { eq = "CaSO4 = Ca+2 + SO4-3", log_k25 = 1 }`:            "charge is out by",
		head + `"X" = { eq = "CaSO4:H2O = Ca+2 + SO4-2", log_k25 = 1 }`:        "is out by",
		head + `"X" = { eq = "BaSO4 = Ba+2 + SO4-2", log_k25 = 1 }`:            "is no component",
		head + `"X" = { eq = "CaSO4 = Ca+2 + SO4-2" }`:                         "log_k25: missing",
		head + `"X" = { eq = "CaSO4 Ca+2 + SO4-2", log_k25 = 1 }`:              "needs a sign",
		head + `"X" = { eq = "CaSO4 = Ca+2 + SO4-2", log_k25 = 1, dH = "3 m"}`: "wrong dimension",
		head + `"X" = { eq = "CaSO4 = Ca+2 + SO4-2", log_k25 = 1, dh = 3 }`:    "unknown key",
		"[[solid]]\nsource = \"test\"\n[solid.entries]\n":                      "class: missing",
		"[component]\nX = { species = \"Ca+2\" }":                              "is a component already",
		"[species]\n": "needs tables",
	} {
		file := filepath.Join(t.TempDir(), "bad.toml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := aqueous.Load(aqueous.Selection{Files: []string{file}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\tgives %v, want %q", text, err, want)
		}
	}
	for _, sel := range []aqueous.Selection{{Activity: "pitzer"}, {Activity: "ideal"}, {Components: []string{"Fe3"}}, {Files: []string{"none.toml"}}} {
		if _, err := aqueous.Load(sel); err == nil {
			t.Errorf("%+v is accepted", sel)
		}
	}
}

func TestProblemFaults(t *testing.T) {
	sys := load(t, aqueous.Selection{Components: []string{"Na", "Cl", "Ca", "C"}})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	good := func() aqueous.Problem {
		p := aqueous.Problem{Totals: make([]float64, len(sys.Components))}
		p.Totals[aqueous.Water] = 55
		return p
	}
	salt := must(t)(sys.Reagent("NaCl"))
	for what, spoil := range map[string]func(p *aqueous.Problem){
		"totals for":          func(p *aqueous.Problem) { p.Totals = p.Totals[:2] },
		"total of Na is":      func(p *aqueous.Problem) { p.Totals[must(t)(sys.Component("Na"))] = -1 },
		"total of H is":       func(p *aqueous.Problem) { p.Totals[aqueous.H] = math.NaN() },
		"no water":            func(p *aqueous.Problem) { p.Totals[aqueous.Water] = 0 },
		"brings no protons":   func(p *aqueous.Problem) { p.HoldPH, p.Titrant, p.PH = true, salt, 7 },
		"no reagent":          func(p *aqueous.Problem) { p.HoldPH, p.Titrant = true, 999 },
		"no solid":            func(p *aqueous.Problem) { p.Solids = []int{999} },
		"allowed twice":       func(p *aqueous.Problem) { p.Solids = []int{0, 0} },
		"is no water's":       func(p *aqueous.Problem) { p.T = 25 },
		"saturation indices ": func(p *aqueous.Problem) { p.TargetSI = []float64{1} },
	} {
		p := good()
		spoil(&p)
		if err := solver.Solve(&p, r); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// More acid than there is water to carry it: no equilibrium, and the error says which balance.
	p := good()
	p.HoldPH, p.Titrant, p.PH = true, must(t)(sys.Reagent("NaOH")), 2
	err := solver.Solve(&p, r)
	var unsolved *aqueous.Unsolved
	if !errors.As(err, &unsolved) || unsolved.Balance == "" {
		t.Errorf("a base that is to make acid: %v", err)
	}
}

// TestGas holds water at the fugacity of CO2 in air: pH 5.6, and with calcite 8.3, as in any textbook.
func TestGas(t *testing.T) {
	sys := load(t, aqueous.Selection{Components: []string{"Ca", "C"}})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	co2, calcite := must(t)(sys.Solid("CO2(g)")), must(t)(sys.Solid("Calcite"))
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), Solids: []int{co2}, TargetSI: []float64{-3.4}}
	p.Totals[aqueous.Water], p.Totals[must(t)(sys.Component("C"))] = 55.5, 1e-9
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.PH-5.62) > 0.05 || math.Abs(r.SI[co2]+3.4) > 1e-10 {
		t.Errorf("rain: pH %.3f at log fugacity %.3f", r.PH, r.SI[co2])
	}
	p.Solids, p.TargetSI = []int{co2, calcite}, []float64{-3.4, 0}
	sys.Dose(p.Totals, must(t)(sys.Reagent("CaCO3")), 0.01)
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.PH-8.3) > 0.1 || !(r.Solids[calcite] > 0) || !(r.Solids[co2] < 0) {
		t.Errorf("limestone: pH %.3f, calcite %g mol, CO2 %g mol", r.PH, r.Solids[calcite], r.Solids[co2])
	}
}

// TestTemperature checks van 't Hoff and the flags: neutral water at 50 C has pH 6.6 to 6.65.
func TestTemperature(t *testing.T) {
	sys := load(t, aqueous.Selection{})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), T: 323.15}
	p.Totals[aqueous.Water] = 55.5
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.PH-6.62) > 0.03 || r.Flags != 0 {
		t.Errorf("water at 50 C: pH %.3f, %v", r.PH, r.Flags)
	}
	sys.Dose(p.Totals, must(t)(sys.Reagent("NaCl")), 0.8)
	p.Totals[must(t)(sys.Component("Zn"))] = 1e-4
	p.HoldPH, p.Titrant, p.PH, p.T = true, must(t)(sys.Reagent("NaOH")), 11, 380
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if r.Flags != aqueous.NoEnthalpy|aqueous.AboveValid|aqueous.WaterRange {
		t.Errorf("flags: %v", r.Flags)
	}
	// mixed streams are a rounding error away from 25 C: constants of 25 C hold there, and are said not to at 26 C
	for T, want := range map[float64]aqueous.Flags{math.Nextafter(298.15, 300): 0, 298.2: 0, 299.15: aqueous.NoEnthalpy} {
		p.T = T
		if err := solver.Solve(&p, r); err != nil {
			t.Fatal(err)
		}
		if got := r.Flags & aqueous.NoEnthalpy; got != want {
			t.Errorf("at %v K: %v, want %v", T, got, want)
		}
	}
}

// TestSIT: gamma of H+ and Cl- in HCl 1 mol/kg is 10^(−0.509·1/(1+1.5) + 0.12): pH 0.084.
func TestSIT(t *testing.T) {
	sys := load(t, aqueous.Selection{Components: []string{"Cl"}, Activity: "sit"})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1}
	sys.Dose(p.Totals, must(t)(sys.Reagent("HCl")), 1)
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if want := 0.509/2.5 - 0.12; math.Abs(r.PH-want) > 1e-9 {
		t.Errorf("pH %.6f, want %.6f", r.PH, want)
	}
	full := load(t, aqueous.Selection{Base: true, Activity: "sit"})
	solver, r = aqueous.NewSolver(full), full.NewResult()
	davies := load(t, asRun)
	for _, c := range references(t) {
		totals := analysis(t, davies, aqueous.NewSolver(davies), c)
		for _, q := range c.Points {
			p := problem(t, full, totals, c, q)
			if err := solver.Solve(&p, r); err != nil {
				t.Errorf("%s %g: %v", c.ID, q.PH, err)
			}
		}
	}
}

func FuzzEquation(f *testing.F) {
	f.Add("Ca+2 + H2O = CaOH+ + H+")
	f.Add("(H3O)Fe_tri3(SO4)2(OH)6 + 5 H+ = 3 Fe_tri+3 + 2 SO4-2 + 7 H2O")
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "fuzz.toml")
		data := fmt.Sprintf("[[solid]]\nclass = \"assumed\"\nsource = \"fuzz\"\n[solid.entries]\n\"X\" = { eq = '''%s''', log_k25 = 1 }\n", text)
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		sys, err := aqueous.Load(aqueous.Selection{Files: []string{file}})
		if err != nil {
			return
		}
		k, err := sys.Solid("X")
		if err != nil {
			t.Skip() // the text closed the string and said something else
		}
		for _, term := range sys.Solids[k].Terms {
			if !(math.Abs(term.Coefficient) > 0) {
				t.Errorf("%q: coefficient %g", text, term.Coefficient)
			}
		}
	})
}

func BenchmarkCold(b *testing.B) {
	sys, solver, p := wky(b)
	r := sys.NewResult()
	b.ReportAllocs()
	for b.Loop() {
		if err := solver.Solve(&p, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWarm(b *testing.B) {
	sys, solver, p := wky(b)
	r := sys.NewResult()
	if err := solver.Solve(&p, r); err != nil {
		b.Fatal(err)
	}
	q := p
	q.Totals = append([]float64(nil), p.Totals...)
	for i := range q.Totals {
		if i != aqueous.Water {
			q.Totals[i] *= 1.01
		}
	}
	b.ReportAllocs()
	both := [2]*aqueous.Problem{&q, &p}
	for i := 0; b.Loop(); i++ {
		if err := solver.Update(both[i%2], r); err != nil {
			b.Fatal(err)
		}
	}
}
