package aqueous_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// surfacePoint is an equilibrium of testdata/phreeqc_surfaces.json.gz, which phreeqpython 1.6.2 computed on the constants of amdree.dat and
// data/surfaces.toml, convergence tolerance 1e-12.
type surfacePoint struct {
	PH        float64            `json:"pH"`
	Strength  float64            `json:"ionic_strength"`
	KgWater   float64            `json:"mass_water_kg"`
	Dissolved map[string]float64 `json:"dissolved"` // mol/kg
	Solids    map[string]float64 `json:"solids"`    // mol
	Titrant   float64            `json:"titrant"`
	Potential map[string]float64 `json:"psi"` // V
}

type surfaceCase struct {
	ID      string             `json:"id"`
	Reagent string             `json:"reagent"`
	Solids  []string           `json:"solids"`
	Fixed   map[string]float64 `json:"fixed"` // mol of metal
	Initial surfacePoint       `json:"initial"`
	Points  []surfacePoint     `json:"points"`
}

func surfaceCases(t testing.TB) []surfaceCase {
	t.Helper()
	file, err := os.Open("testdata/phreeqc_surfaces.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []surfaceCase }
	if err := json.NewDecoder(text).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all.Cases
}

// problems are the equilibria of a case, in its order.
func (c *surfaceCase) problems(t testing.TB, sys *aqueous.System, solver *aqueous.Solver) (list []aqueous.Problem) {
	t.Helper()
	initial := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1}
	for name, v := range c.Initial.Dissolved {
		initial.Totals[must(t)(sys.Component(name))] = v
	}
	sys.Neutral(initial.Totals)
	r := sys.NewResult()
	if err := solver.Solve(&initial, r); err != nil {
		t.Fatal(err)
	}
	p := aqueous.Problem{Totals: append([]float64(nil), r.Dissolved...), HoldPH: true, Titrant: must(t)(sys.Reagent(c.Reagent))}
	for _, name := range c.Solids {
		p.Solids = append(p.Solids, must(t)(sys.Solid(name)))
	}
	for name, v := range c.Fixed {
		p.Sorbents = append(p.Sorbents, aqueous.Sorbent{Surface: must(t)(sys.Surface(name)), Metal: v})
	}
	for _, q := range c.Points {
		p.PH = q.PH
		list = append(list, p)
	}
	return list
}

// TestSurfacesOfPHREEQC compares fixed and growing surfaces with PHREEQC on the same constants: first with its values of F, R, ε and ε₀,
// then with ours. go test -v prints the table.
func TestSurfacesOfPHREEQC(t *testing.T) {
	for _, c := range []struct {
		name              string
		files             []string
		dissolved, solids float64 // relative; mol
	}{
		{"its physical constants", []string{"testdata/as_run.toml", "testdata/phreeqc_surfaces.toml"}, 1e-7, 1e-12},
		{"our physical constants", []string{"testdata/as_run.toml"}, 1.5e-4, 1e-8},
	} {
		t.Run(c.name, func(t *testing.T) {
			sys := load(t, aqueous.Selection{Base: true, Files: c.files})
			solver, r := aqueous.NewSolver(sys), sys.NewResult()
			points := 0
			for _, one := range surfaceCases(t) {
				var worst surfaceDeviation
				for i, p := range one.problems(t, sys, solver) {
					points++
					if err := solver.Solve(&p, r); err != nil {
						t.Errorf("%s pH %g: %v", one.ID, p.PH, err)
						continue
					}
					if err := verify(sys, &p, r); err != nil {
						t.Errorf("%s pH %g: %v", one.ID, p.PH, err)
					}
					worst.compare(t, sys, r, one.Points[i])
				}
				t.Logf("%-28s dissolved %.1e (%s), solids %.1e mol, potential %.1e V, titrant %.1e mol, residual %.0e, %d iterations", one.ID,
					worst.dissolved, worst.where, worst.solids, worst.potential, worst.titrant, worst.residual, worst.iterations)
				if worst.dissolved > c.dissolved || worst.solids > c.solids || worst.potential > 2e-5 || worst.titrant > 2e-8 {
					t.Errorf("%s deviates", one.ID)
				}
			}
			if points != 132 {
				t.Errorf("%d points", points)
			}
		})
	}
}

type surfaceDeviation struct {
	dissolved, solids, potential, titrant, residual float64
	where                                           string
	iterations                                      int
}

func (d *surfaceDeviation) compare(t *testing.T, sys *aqueous.System, r *aqueous.Result, want surfacePoint) {
	for name, v := range want.Dissolved {
		if off := math.Abs(r.Molal(must(t)(sys.Component(name)))/v - 1); off > d.dissolved {
			d.dissolved, d.where = off, fmt.Sprintf("%s, pH %.2f", name, r.PH)
		}
	}
	for k, s := range sys.Solids {
		d.solids = max(d.solids, math.Abs(r.Solids[k]-want.Solids[s.Name]))
	}
	for name, v := range want.Potential {
		if s := r.Surfaces[must(t)(sys.Surface(name))]; s.Metal > 0 { // PHREEQC has no potential of what is not there
			d.potential = max(d.potential, math.Abs(s.Potential-v))
		}
	}
	d.titrant = max(d.titrant, math.Abs(r.Titrant-want.Titrant))
	d.residual, d.iterations = max(d.residual, r.Residual), max(d.iterations, r.Iterations)
}

// TestEdges compares pH10, pH50 and pH90 of rare earths on HFO with the table of the reference, which PHREEQC computed for a
// water of 10 mM sulfate and 3 mM Ca with 1e-7 mol/kg of each metal of the table. The table was read between points 0.25 pH apart,
// as is done here; that Na balances the charge is our reading.
func TestEdges(t *testing.T) {
	text, err := os.ReadFile("testdata/edges.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Edges map[string]map[string][3]float64 `json:"pH10_50_90_by_mg_L_Fe"`
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	sys := load(t, aqueous.Selection{})
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	worst, count := [3]float64{}, 0
	for name, edges := range table.Edges {
		iron, err := strconv.ParseFloat(name, 64)
		if err != nil {
			t.Fatal(err)
		}
		p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1, HoldPH: true, Titrant: must(t)(sys.Reagent("NaOH")),
			Sorbents: []aqueous.Sorbent{{Surface: must(t)(sys.Surface("HFO")), Metal: iron / 55845}}}
		for name, v := range map[string]float64{"S": 0.01, "Ca": 0.003, "Na": 0.0139} {
			p.Totals[must(t)(sys.Component(name))] = v
		}
		for metal := range edges {
			p.Totals[must(t)(sys.Component(metal))] = 1e-7
		}
		sys.Neutral(p.Totals)
		var pH []float64
		share := map[string][]float64{}
		for i := range 27 {
			p.PH = 3 + 0.25*float64(i)
			if err := solver.Solve(&p, r); err != nil {
				t.Fatal(err)
			}
			pH = append(pH, p.PH)
			for metal := range edges {
				share[metal] = append(share[metal], r.Sorbed[must(t)(sys.Component(metal))]/1e-7)
			}
		}
		for metal, want := range edges {
			for k, level := range []float64{0.1, 0.5, 0.9} {
				y := share[metal]
				i := slices.IndexFunc(y, func(v float64) bool { return v >= level })
				got := pH[i-1] + 0.25*(level-y[i-1])/(y[i]-y[i-1])
				count++
				worst[k] = max(worst[k], math.Abs(got-want[k]))
				if math.Abs(got-want[k]) > 0.015 { // printed to 0.01
					t.Errorf("%s mg/L Fe, %s: pH%.0f %.3f, table %.2f", name, metal, 100*level, got, want[k])
				}
			}
		}
	}
	if count != 99 {
		t.Errorf("%d values", count)
	}
	t.Logf("%d values; largest deviation of pH10, pH50, pH90: %.3f", count, worst)
}

// TestExample8 compares zinc on HFO with the output of example 8 of PHREEQC as its repository has it. Its activity coefficients are those
// of WATEQ, so testdata/ex8.toml moves the constants of Zn by the difference at the ionic strength of all its points, 0.1 mol/kg.
func TestExample8(t *testing.T) {
	text, err := os.ReadFile("testdata/ex8.json")
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		Points []struct{ Zn, PH, Charge, Free, Weak, Strong float64 }
	}
	if err := json.Unmarshal(text, &example); err != nil {
		t.Fatal(err)
	}
	sys := load(t, aqueous.Selection{Components: []string{"Zn", "Na", "N", "Fe_tri"}, Files: []string{"testdata/ex8.toml"}})
	hfo := must(t)(sys.Surface("HFO"))
	index := func(name string) int {
		return slices.IndexFunc(sys.Surfaces[hfo].Species, func(s aqueous.SurfaceSpecies) bool { return s.Name == name })
	}
	weak, strong, zn := index(">wOZn+"), index(">sOZn+"), must(t)(sys.Component("Zn"))
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1, HoldPH: true, Titrant: must(t)(sys.Reagent("NaOH")),
		Sorbents: []aqueous.Sorbent{{Surface: hfo, Metal: 1e-3}}}
	p.Totals[must(t)(sys.Component("N"))] = 0.1
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	worst := 0.0
	for _, q := range example.Points {
		p.Totals[zn], p.PH = q.Zn, q.PH
		p.Totals[must(t)(sys.Component("Na"))] = 0.1 - 2*q.Zn
		sys.Neutral(p.Totals)
		if err := solver.Solve(&p, r); err != nil {
			t.Fatal(err)
		}
		s := r.Surfaces[hfo]
		charge := s.Charge * sys.Surfaces[hfo].Area * s.Metal / 96485
		for _, c := range []struct {
			what      string
			got, want float64
		}{{"Zn+2", r.Molality[must(t)(sys.SpeciesOf("Zn+2"))], q.Free}, {"weak", s.Species[weak], q.Weak}, {"strong", s.Species[strong], q.Strong},
			{"charge", charge, -q.Charge}} {
			off := math.Abs(c.got-c.want) / math.Abs(c.want)
			if c.what == "charge" { // passes zero at pH 8
				off = math.Abs(c.got-c.want) / 1.1e-4
			}
			worst = max(worst, off)
			if off > 2e-3 {
				t.Errorf("Zn %g, pH %g: %s %.5g, printed %.5g", q.Zn, q.PH, c.what, c.got, c.want)
			}
		}
	}
	t.Logf("%d points, largest deviation %.1e", len(example.Points), worst)
}
