package validate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/validate"
)

// peerInputs is configs/validation/source/sx_peer_inputs.json: designs and equilibria as their source prints them.
type peerInputs struct {
	Designs, Defaults struct {
		Source string
		LogK   map[string]float64 `json:"log10K"`
		Abs    float64
		Runs   []peerRun
	}
	Equilibria struct {
		Source string
		Rel    float64
		Inputs struct {
			Acid    float64            `json:"aq_H_mol"`
			HA      float64            `json:"HA_mol"`
			Diluent float64            `json:"dodecane_mol"`
			LogK    map[string]float64 `json:"log10K"`
		}
		Points []struct {
			Set              string
			Feed, H, Aqueous float64
		}
	}
}

type peerRun struct {
	Name             string
	Feed             map[string]float64 `json:"feed_kg_h"`
	Group            []string           `json:"strip_group"`
	HA               float64
	H, OA            [3]float64
	Recycle          float64
	N                [3]int
	Recovery, Purity float64
}

// peerProblem is a problem as units/sx reads it.
type peerProblem struct {
	Components []map[string]any   `json:"components"`
	Flows      map[string]float64 `json:"flows"`
	Total      float64            `json:"Ltot"`
	Sap        float64            `json:"sap"`
	Bleed      map[string]float64 `json:"bleed"`
	Feed       map[string]float64 `json:"feed"`
	Scrub      map[string]float64 `json:"scrub"`
	Strip      map[string]float64 `json:"strip"`
	Sizes      []map[string]int   `json:"sizes"`
	Variant    string             `json:"variant"`
	N          int
	Leaves     bool        `json:"scrub_leaves"`
	StageLogK  [][]float64 `json:"stage_log10K"`
	expect     []validate.Expect
	source     string
}

var peerMass = map[string]float64{"Nd": 144.242, "Pr": 140.90766, "Ce": 140.116, "La": 138.90547} // kg/kmol

// peerProblems computes the constants of every stage with the oracle, and says what the peer found.
func (b *book) peerProblems() map[string]*peerProblem {
	var in peerInputs
	b.read("sx_peer_inputs.json", &in)
	all := map[string]*peerProblem{}
	for _, r := range in.Designs.Runs {
		all["design_"+r.Name] = r.problem(b, in.Designs.LogK, in.Designs.Abs, in.Designs.Source)
	}
	for _, r := range in.Defaults.Runs {
		all["design_"+r.Name] = r.problem(b, in.Designs.LogK, in.Defaults.Abs, in.Defaults.Source)
	}
	e := &in.Equilibria
	for k, q := range e.Points {
		p := &peer{logK: []float64{e.Inputs.LogK[q.Set]}, diluent: e.Inputs.Diluent, total: e.Inputs.HA}
		stages, _ := p.cascade([]int{1}, []float64{1}, 1, [][]float64{{q.Feed}}, []float64{e.Inputs.Acid})
		all[fmt.Sprintf("equilibrium_%d", k+1)] = p.problem([]string{"Nd"}, []int{1, 0, 0}, map[string]float64{"F": 1, "O": 1},
			[]map[string]float64{{"Nd": q.Feed, "H": e.Inputs.Acid}, {}, {}}, stages, e.Source, []validate.Expect{
				want("raffinate_x.0", q.Aqueous, "", e.Rel, 0, ""), want("raffinate_x.1", q.H, "", e.Rel, 0, "H+")})
	}
	return all
}

// problem is a design: extraction, scrub and strip, each with its own aqueous, per litre of feed.
func (r *peerRun) problem(b *book, logK map[string]float64, abs float64, source string) *peerProblem {
	const loadOf, organicDensity, dodecaneDensity = 45, 960 / 306.42, 750 / 170.335 // g/L, mol/L
	var names []string
	mass := 0.0
	for _, name := range []string{"Nd", "Pr", "Ce", "La"} {
		if m, ok := r.Feed[name]; ok {
			names, mass = append(names, name), mass+m
		}
	}
	p := &peer{diluent: (1 - r.HA) * dodecaneDensity, total: r.HA * organicDensity}
	feed, scrub := make([]float64, len(names)), make([]float64, len(names))
	for i, name := range names {
		p.logK = append(p.logK, logK[name])
		feed[i] = loadOf * r.Feed[name] / mass / peerMass[name]
		if slices.Contains(r.Group, name) {
			scrub[i] = r.Recycle * feed[i]
		}
	}
	organic := r.OA[0]
	flow := []float64{1, organic / r.OA[1], organic / r.OA[2]}
	stages, sweeps := p.cascade(r.N[:], flow, organic, [][]float64{feed, scrub, make([]float64, len(names))}, r.H[:])
	if sweeps >= 20000 {
		b.t.Fatalf("peer %s: %d sweeps", r.Name, sweeps)
	}
	tables := []map[string]float64{{"H": r.H[0]}, {"H": r.H[1]}, {"H": r.H[2]}}
	fed, group := 0.0, 0
	for i, name := range names {
		tables[0][name], tables[1][name] = feed[i], scrub[i]
		if name == r.Group[0] {
			group, fed = i, feed[i]+flow[1]*scrub[i]
		}
	}
	won := r.Recovery * fed / flow[2]
	expect := []validate.Expect{want(fmt.Sprintf("strip_liquor_x.%d", group), won, "", 0, abs*fed/flow[2], fmt.Sprintf("recovery within %g", abs)),
		want(fmt.Sprintf("strip_liquor_x.%d", 1-group), won*(1/r.Purity-1), "", 0, abs*won/(r.Purity*r.Purity)+abs*fed/flow[2]*(1/r.Purity-1), fmt.Sprintf("purity within %g", abs))}
	return p.problem(names, r.N[:], map[string]float64{"F": flow[0], "S": flow[1], "W": flow[2], "O": organic}, tables, stages, source, expect)
}

func (p *peer) problem(names []string, n []int, flows map[string]float64, tables []map[string]float64, stages []*peerStage, source string,
	expect []validate.Expect) *peerProblem {
	q := &peerProblem{Flows: flows, Total: p.total, Bleed: map[string]float64{"open": 1}, Feed: tables[0], Scrub: tables[1], Strip: tables[2],
		Sizes: []map[string]int{{"N": len(stages), "NE": n[0], "NS": n[1], "NT": n[2]}}, Variant: "open", N: len(stages), Leaves: true, expect: expect, source: source}
	for _, name := range names {
		q.Components = append(q.Components, map[string]any{"name": name, "z": 3, "log10K": 0})
	}
	q.Components = append(q.Components, map[string]any{"name": "H", "z": 1, "log10K": 0})
	for _, s := range stages {
		q.StageLogK = append(q.StageLogK, append(slices.Clone(s.log10K), 0))
	}
	return q
}

// peer are the cases of the oracle.
func (b *book) peer() []validate.Case {
	all := b.peerProblems()
	var cases []validate.Case
	for _, name := range sorted(all) {
		p := all[name]
		cases = append(cases, validate.Case{ID: "sx_peer/" + name, Kind: validate.Extraction, Config: "source/sx_peer.json",
			Input: map[string]any{"problem": name}, Source: p.source, Expect: p.expect})
	}
	return cases
}

func sorted[T any](m map[string]T) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// The constants in source/sx_peer.json are those of the oracle, and the oracle alone finds what the peer printed.
func TestPeerConstants(t *testing.T) {
	b := newBook(t)
	all := b.peerProblems()
	path := filepath.Join(folder, "source", "sx_peer.json")
	if *update {
		var text bytes.Buffer
		text.WriteString("{\n\"source\": \"by the oracle in flowsheet/validate/peer_oracle_test.go from sx_peer_inputs.json: log10 K of every stage at the activities of the peer's own model\",\n\"problems\": {\n")
		for i, name := range sorted(all) {
			line, err := json.Marshal(all[name])
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&text, "%q: %s%s\n", name, line, strings.Repeat(",", min(1, len(all)-1-i)))
		}
		text.WriteString("}\n}\n")
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var file struct{ Problems map[string]*peerProblem }
	b.read("sx_peer.json", &file)
	if len(file.Problems) != len(all) {
		t.Fatalf("%d problems, want %d", len(file.Problems), len(all))
	}
	for name, p := range all {
		for j, row := range p.StageLogK {
			for i, v := range row {
				if have := file.Problems[name].StageLogK[j][i]; math.Abs(have-v) > 1e-7 {
					t.Errorf("%s, stage %d: log10 K is %.9f, the oracle finds %.9f", name, j+1, have, v)
				}
			}
		}
	}
}
