package aqueous_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"reetwin/flowsheet/chem/aqueous"
)

// reference is a case of testdata/phreeqc_v1.json.gz.
type reference struct {
	ID      string           `json:"id"`
	Initial referencePoint   `json:"initial"`
	Allowed []string         `json:"allowed_solids"`
	Points  []referencePoint `json:"points"`
}

type referencePoint struct {
	PH        float64            `json:"pH"`
	Strength  float64            `json:"ionic_strength"`
	WaterAct  float64            `json:"water_activity"`
	KgWater   float64            `json:"mass_water_kg"`
	Dissolved map[string]float64 `json:"dissolved_mol_per_kgw"`
	Solids    map[string]float64 `json:"solids_mol"`
	Molality  map[string]float64 `json:"molality"`
	Target    *float64           `json:"target_pH"`
	Titrant   string             `json:"titrant"`
	Added     float64            `json:"titrant_added_mol_per_kgw"`
	Oxalic    float64            `json:"oxalic_acid_mol_per_kgw"`
	HF        float64            `json:"HF_mol_per_kgw"`
	Na2SO4    float64            `json:"Na2SO4_mol_per_kgw"`
}

func references(t testing.TB) []reference {
	t.Helper()
	return readReferences(t, "phreeqc_v1", 23)
}

func readReferences(t testing.TB, name string, cases int) []reference {
	t.Helper()
	file, err := os.Open("testdata/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []reference }
	if err := json.NewDecoder(text).Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all.Cases) != cases {
		t.Fatalf("%d cases, want %d", len(all.Cases), cases)
	}
	return all.Cases
}

// load makes a system with the constants the reference was computed with.
func load(t testing.TB, sel aqueous.Selection) *aqueous.System {
	t.Helper()
	sys, err := aqueous.Load(sel)
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

var asRun = aqueous.Selection{Base: true, Files: []string{"testdata/as_run.toml"}}

func must(t testing.TB) func(i int, err error) int {
	return func(i int, err error) int {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
}

// analysis is the totals of the initial water of a case: its dissolved totals, the protons that make it neutral, as its
// charge_eq of 1e-16 says it is, and 1 kg of water. The pH of the file is rounded to 1e-6.
func analysis(t testing.TB, sys *aqueous.System, solver *aqueous.Solver, c reference) []float64 {
	t.Helper()
	p := aqueous.Problem{Totals: make([]float64, len(sys.Components)), KgWater: 1}
	for name, v := range c.Initial.Dissolved {
		p.Totals[must(t)(sys.Component(name))] = v
	}
	sys.Neutral(p.Totals)
	r := sys.NewResult()
	if err := solver.Solve(&p, r); err != nil {
		t.Fatalf("%s: initial: %v", c.ID, err)
	}
	if math.Abs(r.PH-c.Initial.PH) > 2e-6 {
		t.Errorf("%s: initial pH %.8f, want %.6f", c.ID, r.PH, c.Initial.PH)
	}
	return append([]float64(nil), r.Dissolved...)
}

// problem is the equilibrium of one point of a case.
func problem(t testing.TB, sys *aqueous.System, totals []float64, c reference, q referencePoint) aqueous.Problem {
	t.Helper()
	p := aqueous.Problem{Totals: append([]float64(nil), totals...)}
	for _, name := range c.Allowed {
		p.Solids = append(p.Solids, must(t)(sys.Solid(name)))
	}
	sys.Dose(p.Totals, must(t)(sys.Reagent("H2Ox")), q.Oxalic)
	sys.Dose(p.Totals, must(t)(sys.Reagent("HF")), q.HF)
	sys.Dose(p.Totals, must(t)(sys.Reagent("Na2SO4")), q.Na2SO4)
	if q.Target != nil {
		p.HoldPH, p.Titrant, p.PH = true, must(t)(sys.Reagent(q.Titrant)), *q.Target
	}
	return p
}

// deviation is how far a result is from a point: relative for dissolved totals, absolute for pH, over the total for solids, over
// the largest of the case for the titrant.
type deviation struct {
	dissolved, pH, solids, titrant, strength, water float64
	worst                                           string
}

func compare(t testing.TB, sys *aqueous.System, p *aqueous.Problem, r *aqueous.Result, q referencePoint, largest float64) (d deviation) {
	t.Helper()
	for name, want := range q.Dissolved {
		i := must(t)(sys.Component(name))
		if e := math.Abs(r.Molal(i)-want) / want; e > d.dissolved {
			d.dissolved, d.worst = e, name
		}
	}
	d.pH = math.Abs(r.PH - q.PH)
	for i := range sys.Solids {
		got, want := r.Solids[i], q.Solids[sys.Solids[i].Name]
		for _, term := range sys.Solids[i].Terms {
			if term.Component == aqueous.H || term.Component == aqueous.Water {
				continue
			}
			total := p.Totals[term.Component]
			if p.HoldPH {
				for _, dose := range sys.Reagents[p.Titrant].Terms {
					if dose.Component == term.Component {
						total += dose.Coefficient * r.Titrant
					}
				}
			}
			if got != 0 || want != 0 {
				d.solids = max(d.solids, term.Coefficient*math.Abs(got-want)/total)
			}
		}
	}
	if largest > 0 {
		d.titrant = math.Abs(r.Titrant-q.Added) / largest
	}
	d.strength = math.Abs(r.IonicStrength-q.Strength) / q.Strength
	d.water = math.Abs(r.WaterActivity - q.WaterAct)
	return d
}

// TestPHREEQC compares every V1 case with PHREEQC on the same constants. go test -v prints the table.
func TestPHREEQC(t *testing.T) { against(t, load(t, asRun), references(t)) }

// against compares every point of the cases with a system of their constants.
func against(t *testing.T, sys *aqueous.System, cases []reference) {
	t.Helper()
	solver, r := aqueous.NewSolver(sys), sys.NewResult()
	var table strings.Builder
	points := 0
	fmt.Fprintf(&table, "%-42s %6s %10s %10s %10s %10s %6s\n", "case", "points", "dissolved", "pH", "solids", "titrant", "steps")
	for _, c := range cases {
		totals := analysis(t, sys, solver, c)
		largest, most := 0.0, 0
		for _, q := range c.Points {
			largest = max(largest, math.Abs(q.Added))
		}
		var worst deviation
		for _, q := range c.Points {
			points++
			p := problem(t, sys, totals, c, q)
			if err := solver.Solve(&p, r); err != nil {
				t.Errorf("%s pH %g: %v", c.ID, q.PH, err)
				continue
			}
			d := compare(t, sys, &p, r, q, largest)
			if d.dissolved > 1e-6 || d.pH > 2e-6 || d.solids > 1e-6 || d.titrant > 1e-6 {
				t.Errorf("%s pH %g: dissolved %.1e (%s), pH %.1e, solids %.1e, titrant %.1e, I %.1e, aw %.1e", c.ID, q.PH, d.dissolved, d.worst, d.pH, d.solids, d.titrant, d.strength, d.water)
			}
			worst.dissolved, worst.pH = max(worst.dissolved, d.dissolved), max(worst.pH, d.pH)
			worst.solids, worst.titrant = max(worst.solids, d.solids), max(worst.titrant, d.titrant)
			most = max(most, r.Iterations)
		}
		fmt.Fprintf(&table, "%-42s %6d %10.1e %10.1e %10.1e %10.1e %6d\n", c.ID, len(c.Points), worst.dissolved, worst.pH, worst.solids, worst.titrant, most)
	}
	t.Logf("%d points\n%s", points, table.String())
}
