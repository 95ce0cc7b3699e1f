package sx

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
	"reetwin/units/sx/cascade"
)

// Problem is an extraction problem in the keys of the benchmark SX-1: extraction, scrub and strip around one organic, in any
// one unit of concentration. Sections of no stages are left out.
type Problem struct {
	Components []struct {
		Name  string
		Z     float64
		LogK  float64  `json:"log10K"`
		Slope *float64 // log10 D = log10K + slope pH, whatever the extractant
	}
	Flows              struct{ F, S, W, O float64 }
	Ltot, Sap          float64
	Bleed              map[string]float64
	Feed, Scrub, Strip map[string]float64
	Sizes              []struct{ N, NE, NS, NT int }
	Variant            string
	N                  int
	StageLogK          [][]float64 `json:"stage_log10K"` // by stage and component, in the place of log10K
	ScrubLeaves        bool        `json:"scrub_leaves"` // what leaves the scrub does not join the extraction
	Reflux             float64     // of the strip's liquor to the last stage of the scrub
	Water              *float64    // [H+][OH−], in the unit of concentration squared; where it is not said WaterIons, for mol/L
}

// Answer is what is asked of a Problem.
type Answer struct {
	LnR       []float64 `json:"ln_r"`
	Raffinate []float64 `json:"raffinate_x"`
	Liquor    []float64 `json:"strip_liquor_x,omitempty"`
	Closure   float64   `json:"closure"`    // worst of the extractant's, by stage
	Balance   float64   `json:"balance"`    // worst of the cations', of what enters
	Of        string    `json:"balance_of"` // which
	Path      string    `json:"path"`       // how it was solved
	Cations   []string  `json:"components"` // names, in the order of raffinate and liquor
	Warnings  []string  `json:"warnings,omitempty"`
	Error     string    `json:"error,omitempty"`     // why not
	Hydroxide []float64 `json:"hydroxide,omitempty"` // by stage, where some stage is above pH 5
	Alkaline  *Alkaline `json:"alkaline,omitempty"`  // where base is left over
}

// Alkaline is where base is left over that the cations cannot take up, and what to make of it.
type Alkaline struct {
	Section   string  `json:"section"` // of the stage with most hydroxide
	Stage     int     `json:"stage"`   // from 1 within it
	PH        float64 `json:"pH"`
	Hydroxide float64 `json:"hydroxide"`
	Left      float64 `json:"base_left"` // charge per time that its aqueous carries along
	Stages    int     `json:"stages"`    // that are alkaline
	Warning   string  `json:"warning"`
}

// WaterIons is [H+][OH−] at 25 °C and infinite dilution, (mol/L)²: log10 −13.997, measured, minteq.v4.dat, as in the data of aqueous
// species. In 1 mol/L of salt it is about twice that (by SIT): [OH−] of an alkaline stage is what the balances leave, its pH 0.2 to 0.3 lower.
const WaterIons = 1.0069317e-14

// waterIons are those of the problem, 0 where it leaves them out.
func (p *Problem) waterIons() float64 {
	if p.Water != nil {
		return *p.Water
	}
	return WaterIons
}

// alkaline says where base is left over, and how alkaline that is.
func (p *Problem) alkaline(b *cascade.Base) *Alkaline {
	if b == nil {
		return nil
	}
	return &Alkaline{Section: b.Section, Stage: b.Stage, PH: -math.Log10(b.Acid * math.Sqrt(WaterIons/p.waterIons())), Hydroxide: b.Hydroxide, Left: b.Left,
		Stages: b.Stages, Warning: b.String()}
}

// ReadProblem reads a file that holds one problem, or under "problems" several, of which name is one.
func ReadProblem(file, name string) (*Problem, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if name != "" {
		var all struct{ Problems map[string]json.RawMessage }
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		one, ok := all.Problems[name]
		if !ok {
			return nil, fmt.Errorf("%s: no problem %q among %d", file, name, len(all.Problems))
		}
		text = one
	}
	p := &Problem{Variant: "closed"}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, unreadable(file, text, err)
	}
	if faults := p.faults(text); len(faults) > 0 {
		return nil, errors.New(file + ": " + strings.Join(faults, "\n"+file+": "))
	}
	return p, nil
}

// Chemistry is that of the problem. Hydrogen is the component H, the soap's cation Na.
func (p *Problem) Chemistry() (*cascade.Chemistry, error) {
	q := &cascade.Chemistry{Hydrogen: -1, Soap: -1, Water: p.waterIons()}
	var names []string
	for i, c := range p.Components {
		names = append(names, c.Name)
		switch c.Name {
		case "H":
			q.Hydrogen = i
		case "Na":
			q.Soap = i
		}
		cation := cascade.Cation{Name: c.Name, Z: c.Z, LnK: c.LogK * math.Ln10}
		if c.Slope != nil {
			cation.Slope, cation.Correlated = *c.Slope, true
		}
		q.Cations = append(q.Cations, cation)
	}
	if q.Hydrogen < 0 {
		return nil, errors.New("components: no H")
	}
	for _, table := range []map[string]float64{p.Feed, p.Scrub, p.Strip} {
		for name := range table {
			if !slices.Contains(names, name) {
				return nil, fmt.Errorf("no component %q; known are %s", name, strings.Join(names, ", "))
			}
		}
	}
	return q, nil
}

// Circuit is the problem at its size and in its variant.
func (p *Problem) Circuit() (*cascade.Circuit, error) {
	row := func(of map[string]float64) []float64 {
		x := make([]float64, len(p.Components))
		for i, c := range p.Components {
			x[i] = of[c.Name]
		}
		return x
	}
	bleed, ok := p.Bleed[p.Variant]
	if !ok {
		return nil, fmt.Errorf("bleed: no variant %q; %s", p.Variant, conf.Hint(p.Variant, slices.Sorted(maps.Keys(p.Bleed))))
	}
	var known []string
	for _, s := range p.Sizes {
		known = append(known, fmt.Sprint(s.N))
		if s.N != p.N {
			continue
		}
		c := &cascade.Circuit{Organic: p.Flows.O, Capacity: p.Ltot, Bleed: bleed, Soap: p.Sap}
		for _, section := range []cascade.Section{
			{Name: "extraction", Stages: s.NE, Flow: p.Flows.F, X: row(p.Feed)},
			{Name: "scrub", Stages: s.NS, Flow: p.Flows.S, X: row(p.Scrub), Joins: !p.ScrubLeaves},
			{Name: "strip", Stages: s.NT, Flow: p.Flows.W, X: row(p.Strip)},
		} {
			if section.Stages != 0 {
				c.Sections = append(c.Sections, section)
			}
		}
		if p.Reflux > 0 {
			if s.NS == 0 || s.NT == 0 {
				return nil, errors.New("reflux: needs a scrub and a strip")
			}
			c.Returns = []cascade.Return{{From: 2, To: 1, Stage: s.NS - 1, Flow: p.Reflux}}
		}
		return c, p.ownConstants(c)
	}
	if p.N == 0 {
		return nil, fmt.Errorf("the number of stages is given neither as N in the file nor by -N; the file has the sizes %s", strings.Join(known, ", "))
	}
	return nil, fmt.Errorf("no size N = %d; the file has the sizes %s", p.N, strings.Join(known, ", "))
}

// ownConstants turns every stage into a section of its own, with the constants that the file gives it.
func (p *Problem) ownConstants(c *cascade.Circuit) error {
	if p.StageLogK == nil {
		return nil
	}
	if len(p.StageLogK) != p.N {
		return fmt.Errorf("stage_log10K: %d rows for %d stages", len(p.StageLogK), p.N)
	}
	sections := c.Sections
	c.Sections = nil
	var last []int // single stage that the aqueous of a section enters by
	for _, s := range sections {
		for stage := range s.Stages {
			row := p.StageLogK[len(c.Sections)]
			if len(row) != len(p.Components) {
				return fmt.Errorf("stage_log10K: %d numbers in row %d for %d components", len(row), len(c.Sections)+1, len(p.Components))
			}
			one := cascade.Section{Name: fmt.Sprintf("%s %d", s.Name, stage+1), Stages: 1, Joins: stage > 0 || s.Joins}
			if stage == s.Stages-1 {
				one.Flow, one.X = s.Flow, s.X
			}
			for _, v := range row {
				one.LnK = append(one.LnK, v*math.Ln10)
			}
			c.Sections = append(c.Sections, one)
		}
		last = append(last, len(c.Sections)-1)
	}
	for i := range c.Returns {
		r := &c.Returns[i]
		r.From, r.To, r.Stage = last[r.From]-sections[r.From].Stages+1, last[r.To]-sections[r.To].Stages+1+r.Stage, 0
	}
	return nil
}

// Solve answers from a cold start. The answer may say that no solution was found; the error is of the problem's own.
func (p *Problem) Solve() (*Answer, error) {
	chem, err := p.Chemistry()
	if err != nil {
		return nil, err
	}
	circuit, err := p.Circuit()
	if err != nil {
		return nil, err
	}
	k, err := cascade.New(chem, circuit)
	if err != nil {
		return nil, err
	}
	r, err := k.Solve(circuit, 1e-11, true)
	if chem.FreeDimer = k.Dry(); chem.FreeDimer { // base may be left over, for which the free dimer has to be an unknown
		if k, err = cascade.New(chem, circuit); err != nil {
			return nil, err
		}
		r, err = k.Solve(circuit, 1e-11, true)
	}
	a := &Answer{Path: string(r.Path), Closure: r.Closure, Alkaline: p.alkaline(r.Base)}
	if err != nil {
		a.Error = err.Error()
		return a, nil
	}
	for _, c := range p.Components {
		a.Cations = append(a.Cations, c.Name)
	}
	a.Warnings = p.warnings(k, circuit)
	for j := range k.Stages() {
		a.LnR = append(a.LnR, k.LnR(j))
		if k.Hydroxide(j) > 0 {
			a.Hydroxide = append(a.Hydroxide, k.Hydroxide(j))
		}
	}
	a.Raffinate = k.Aqueous(0)
	last := len(circuit.Sections) - 1
	for last > 0 && circuit.Sections[last].Joins {
		last--
	}
	if last > 0 {
		_, _, liquor := k.Leaving(last)
		a.Liquor = k.Aqueous(liquor)
	}
	a.Balance, a.Of = k.Balance()
	return a, nil
}
