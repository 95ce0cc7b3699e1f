package aqueous_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// sorbing is the refuse leachate of wky with the surfaces that grow with its solids, at pH 6.
func sorbing(t testing.TB) (*aqueous.System, *aqueous.Solver, aqueous.Problem) {
	sys, solver, p := wky(t)
	p.PH = 6
	p.Sorbents = sys.Sorbents(p.Solids)
	if len(p.Sorbents) != 2 {
		t.Fatalf("%d surfaces, want HFO and Al solids", len(p.Sorbents))
	}
	return sys, solver, p
}

func TestSorptionDoesNotAllocate(t *testing.T) {
	sys, solver, p := sorbing(t)
	r, tangent := sys.NewResult(), sys.NewTangent()
	direction := make([]float64, len(sys.Components))
	direction[aqueous.H] = 1
	on := p.Sorbents
	if got := testing.AllocsPerRun(20, func() {
		p.Totals[5] *= 1.001
		for _, p.Sorbents = range [][]aqueous.Sorbent{on, nil} {
			if solver.Solve(&p, r) != nil || solver.Update(&p, r) != nil || solver.Tangent(direction, 0, tangent) != nil {
				t.Fatal("not solved")
			}
		}
	}); got != 0 {
		t.Errorf("%g allocations", got)
	}
}

// Tangents of every quantity, surfaces included, are those of differences.
func TestSorptionTangent(t *testing.T) {
	sys, solver, base := sorbing(t)
	tangent := sys.NewTangent()
	lo, hi, mid := sys.NewResult(), sys.NewResult(), sys.NewResult()
	hfo := must(t)(sys.Surface("HFO"))
	for _, free := range []bool{false, true} {
		p := base
		p.Sorbents = slices.Clone(base.Sorbents)
		p.Sorbents[0].Metal = 1e-4
		if free {
			p.Totals = append([]float64(nil), base.Totals...)
			sys.Dose(p.Totals, must(t)(sys.Reagent("Ca(OH)2")), 0.0115)
			p.HoldPH = false
		}
		for _, name := range []string{"Ca", "Al", "Fe_tri", "S", "Nd", "H", "Water"} {
			i := must(t)(sys.Component(name))
			direction := make([]float64, len(sys.Components))
			direction[i] = 1e-4 * math.Abs(p.Totals[i])
			const h = 1e-2
			shifted := func(sign float64, r *aqueous.Result) {
				q := p
				q.Totals = append([]float64(nil), p.Totals...)
				q.Totals[i] += sign * h * direction[i]
				if err := solver.Solve(&q, r); err != nil {
					t.Fatal(err)
				}
			}
			shifted(-1, lo)
			shifted(1, hi)
			if err := solver.Solve(&p, mid); err != nil {
				t.Fatal(err)
			}
			if err := solver.Tangent(direction, 0, tangent); err != nil {
				t.Fatal(err)
			}
			check := func(what string, got, a, b, scale float64) {
				want := (b - a) / (2 * h)
				if math.Abs(got-want) > 1e-5*math.Abs(want)+1e-8*scale {
					t.Errorf("free %v, along %s: %s %.8g, difference %.8g", free, name, what, got, want)
				}
			}
			check("pH", tangent.PH, lo.PH, hi.PH, 1)
			check("titrant", tangent.Titrant, lo.Titrant, hi.Titrant, math.Abs(mid.Titrant))
			check("metal", tangent.Metal[hfo], lo.Surfaces[hfo].Metal, hi.Surfaces[hfo].Metal, mid.Surfaces[hfo].Metal)
			for j := range mid.Dissolved {
				check(sys.Components[j].Name, tangent.Dissolved[j], lo.Dissolved[j], hi.Dissolved[j], math.Abs(mid.Dissolved[j]))
				check("sorbed "+sys.Components[j].Name, tangent.Sorbed[j], lo.Sorbed[j], hi.Sorbed[j], math.Abs(mid.Sorbed[j]))
			}
			for k := range mid.Solids {
				check(sys.Solids[k].Name, tangent.Solids[k], lo.Solids[k], hi.Solids[k], mid.Solids[k])
			}
		}
	}
}

// Off, and on with nothing to sorb on, are the same water; back and forth, the answer stays.
func TestSorptionSwitch(t *testing.T) {
	sys, solver, p := sorbing(t)
	off, on, again := sys.NewResult(), sys.NewResult(), sys.NewResult()
	surfaces := p.Sorbents
	solve := func(r *aqueous.Result) {
		t.Helper()
		if err := solver.Solve(&p, r); err != nil {
			t.Fatal(err)
		}
	}
	solve(on)
	p.Sorbents = nil
	solve(off)
	nd := must(t)(sys.Component("Nd"))
	if !(on.Sorbed[nd] > 0.1*p.Totals[nd]) || off.Sorbed[nd] != 0 || off.Surfaces[0].Metal != 0 {
		t.Errorf("Nd sorbed %g on, %g off, of %g", on.Sorbed[nd], off.Sorbed[nd], p.Totals[nd])
	}
	p.Sorbents = surfaces
	if err := solver.Update(&p, off); err != nil { // from the answer without surfaces
		t.Fatal(err)
	}
	if math.Abs(off.Sorbed[nd]/on.Sorbed[nd]-1) > 1e-10 {
		t.Errorf("from off to on %.12g, cold %.12g", off.Sorbed[nd], on.Sorbed[nd])
	}
	again.CopyFrom(on)
	on.Surfaces[0].Species[0] = -1
	if again.Surfaces[0].Species[0] < 0 {
		t.Error("a copy shares its surfaces")
	}
	p.Solids = nil // nothing grows
	p.Sorbents = nil
	solve(off)
	p.Sorbents = surfaces
	solve(on)
	for i := range on.Dissolved {
		if math.Abs(on.Dissolved[i]-off.Dissolved[i]) > 1e-12*math.Abs(off.Dissolved[i]) {
			t.Errorf("%s: %g with empty surfaces, %g without", sys.Components[i].Name, on.Dissolved[i], off.Dissolved[i])
		}
	}
	p.T = 288.15
	p.Sorbents = []aqueous.Sorbent{{Metal: 1e-3}}
	solve(on)
	if on.Flags&aqueous.NoEnthalpy == 0 {
		t.Error("surfaces away from 25 C are not flagged")
	}
}

// A user's file brings a surface of its own, without a double layer, and moves a constant of HFO; what is like HFO follows.
func TestOwnSurface(t *testing.T) {
	sys := load(t, aqueous.Selection{Files: []string{ownSurface(t, `
[surface.Clay]
metal = "Al"
on = { "Gibbsite" = 1 }
sites = { x = 0.02 }
area = "0 m2/mol"
class = "assumed"
source = "test"
[[surface.Clay.reactions]]
class = "assumed"
source = "test"
[surface.Clay.reactions.entries]
">xOLa+2" = { eq = ">xOH + La+3 = >xOLa+2 + H+", log_k25 = -1.15 }
"(>xO)2Ca" = { eq = "2 >xOH + Ca+2 = (>xO)2Ca + 2 H+", log_k25 = -9 }
[[surface.HFO.reactions]]
class = "assumed"
source = "test"
[surface.HFO.reactions.entries]
">wOLa+2" = { eq = ">wOH + La+3 = >wOLa+2 + H+", log_k25 = 0.5 }
`)}})
	clay, la := must(t)(sys.Surface("Clay")), must(t)(sys.Component("La"))
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1, HoldPH: true, PH: 6, Titrant: must(t)(sys.Reagent("NaOH")),
		Sorbents: []aqueous.Sorbent{{Surface: clay, Metal: 0.01}}}
	p.Totals[la], p.Totals[must(t)(sys.Component("Ca"))], p.Totals[must(t)(sys.Component("Cl"))] = 1e-6, 1e-3, 0.01
	sys.Neutral(p.Totals)
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	if err := solver.Solve(&p, r); err != nil {
		t.Fatal(err)
	}
	if err := verify(sys, &p, r); err != nil {
		t.Fatal(err)
	}
	if r.Surfaces[clay].Potential != 0 || !(r.Sorbed[la] > 0) {
		t.Errorf("%+v", r.Surfaces[clay])
	}
	for name, want := range map[string]float64{"HFO": 0.5, "Schwertmannite": 0.5, "Al solids": 1.2} {
		o := &sys.Surfaces[must(t)(sys.Surface(name))]
		i := slices.IndexFunc(o.Species, func(s aqueous.SurfaceSpecies) bool { return s.Name == ">wOLa+2" })
		if c := o.Species[i].Constant; math.Abs(c.LogK-want) > 1e-12 || name != "HFO" && !strings.Contains(c.Source, "carried over from HFO: test") || c.Class != "assumed" {
			t.Errorf("%s: %+v, want %g", name, c, want)
		}
	}
}

func ownSurface(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "surface.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSurfaceFaults(t *testing.T) {
	const clay = "[surface.Clay]\nmetal = \"Al\"\non = { Gibbsite = 1 }\nsites = { x = 0.02 }\narea = \"0 m2/mol\"\nclass = \"assumed\"\nsource = \"test\"\n"
	reaction := func(name, eq string) string {
		return clay + "[[surface.Clay.reactions]]\nclass = \"assumed\"\nsource = \"test\"\n[surface.Clay.reactions.entries]\n" +
			fmt.Sprintf("%q = { eq = %q, log_k25 = 1 }\n", name, eq)
	}
	for text, want := range map[string]string{
		"[surface.Clay]\nmetal = \"Al\"":                                                             "surface.Clay.sites: missing",
		strings.Replace(clay, "metal = \"Al\"\n", "", 1):                                             "metal: missing",
		strings.Replace(clay, "\"Al\"", "\"Aluminium\"", 1):                                          `metal: there is no component "Aluminium"`,
		strings.Replace(clay, "Gibbsite", "Gibsite", 1):                                              `there is no solid "Gibsite"; did you mean "Gibbsite"`,
		strings.Replace(clay, "class = \"assumed\"\n", "", 1):                                        "class: missing",
		strings.Replace(clay, "area = \"0 m2/mol\"\n", "", 1):                                        "area: missing",
		strings.Replace(clay, "0.02", "20", 1):                                                       "sites.x",
		strings.Replace(clay, "x =", "X2 =", 1):                                                      "named by small letters",
		clay + "density = 3\n":                                                                       "unknown key",
		"[surface.Mud]\nmetal = \"Al\"\nlike = \"HFOO\"\non = {}\n":                                  `there is no surface "HFOO" of its own; did you mean "HFO"`,
		reaction(">xOLa+2", ">xOH + La+3 = >xOLa+2"):                                                 "is out by",
		reaction(">xOLa+2", ">yOH + La+3 = >yOLa+2 + H+"):                                            `">xOLa+2" must stand once`,
		reaction(">yOLa+2", ">yOH + La+3 = >yOLa+2 + H+"):                                            `there is no kind of site "y"`,
		reaction("(>xO)3La", "3 >xOH + La+3 = (>xO)3La + 3 H+"):                                      "takes 3 sites; 1 or 2 are known",
		reaction(">xOBa+", ">xOH + Ba+2 = >xOBa+ + H+"):                                              `"Ba+2" is neither a component nor a bare site`,
		reaction(">xOTh4+5", ">xOH + 4 Th+4 = >xOTh4+5 + H+ + 10 H+ - H2O"):                          "",
		clay + "[surface.Clay.shift]\nlog_k = 1\nof = [\"Ld\"]\nclass = \"assumed\"\nsource = \"t\"": `there is no component "Ld"`,
	} {
		if _, err := aqueous.Load(aqueous.Selection{Files: []string{ownSurface(t, text)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\tgives %v, want %q", text, err, want)
		}
	}
	sys, solver, p := sorbing(t)
	r := sys.NewResult()
	for want, list := range map[string][]aqueous.Sorbent{
		"there is no surface number 9":         {{Surface: 9}},
		"surface HFO has -1 mol of metal":      {{Metal: -1}},
		"surface HFO is switched on twice":     {{}, {Metal: 1}},
		"surface HFO has NaN mol of metal":     {{Metal: math.NaN()}},
		"surface Al solids is switched on twi": {{Surface: 1}, {Surface: 1}},
	} {
		p.Sorbents = list
		if err := solver.Solve(&p, r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := sys.Surface("HFOX"); err == nil || !strings.Contains(err.Error(), `did you mean "HFO"`) {
		t.Error(err)
	}
}

// Neodymium leaves a water with 100 mg/L of precipitating iron between pH 5 and 8, before its hydroxide would form.
func ExampleProblem_sorbents() {
	sys, err := aqueous.Load(aqueous.Selection{Components: []string{"Fe_tri", "Ca", "Na", "S", "Nd"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	iron, _ := sys.Solid("Fe(OH)3(a)")
	lye, _ := sys.Reagent("NaOH")
	totals := make([]float64, len(sys.Components))
	for name, v := range map[string]float64{"Fe_tri": 1.8e-3, "Ca": 3e-3, "S": 1e-2, "Nd": 1e-7} {
		i, _ := sys.Component(name)
		totals[i] = v
	}
	sys.Neutral(totals)
	nd, _ := sys.Component("Nd")
	p := aqueous.Problem{Totals: totals, KgWater: 1, Solids: []int{iron}, Sorbents: sys.Sorbents([]int{iron}), HoldPH: true, Titrant: lye}
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	for _, p.PH = range []float64{5, 6, 7, 8} {
		if err := solver.Update(&p, r); err != nil {
			fmt.Println(err)
			return
		}
		hfo := r.Surfaces[p.Sorbents[0].Surface]
		fmt.Printf("pH %.0f: Nd sorbed %.3f, potential %.3f V\n", r.PH, r.Sorbed[nd]/totals[nd], hfo.Potential)
	}
	// Output:
	// pH 5: Nd sorbed 0.004, potential 0.052 V
	// pH 6: Nd sorbed 0.221, potential 0.044 V
	// pH 7: Nd sorbed 0.880, potential 0.029 V
	// pH 8: Nd sorbed 0.994, potential 0.009 V
}

func BenchmarkSorption(b *testing.B) {
	sys, solver, p := sorbing(b)
	r := sys.NewResult()
	for _, one := range []struct {
		name  string
		solve func(*aqueous.Problem, *aqueous.Result) error
	}{{"cold", solver.Solve}, {"warm", solver.Update}} {
		b.Run(one.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				p.Totals[5] *= [2]float64{1.01, 1 / 1.01}[i%2]
				if err := one.solve(&p, r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Iterations), "iterations")
		})
	}
}
