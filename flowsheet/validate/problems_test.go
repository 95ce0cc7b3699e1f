package validate_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"reetwin/flowsheet/validate"
)

// problems are cases of the kind sx: the benchmark SX-1, and raffinate cascades by straight lines of log D over pH.
func (b *book) problems() []validate.Case {
	var sx1 struct {
		Source    string
		Reference map[string]struct {
			LnR []float64 `json:"ln_r"`
		}
	}
	b.read("sx1.json", &sx1)
	var cases []validate.Case
	for _, variant := range []string{"open", "closed"} {
		for _, n := range []int{10, 30, 60, 100, 300} {
			answer, ok := sx1.Reference[fmt.Sprintf("%s_%d", variant, n)]
			if !ok {
				continue
			}
			c := validate.Case{ID: fmt.Sprintf("sx1/%s_%d", variant, n), Kind: validate.Extraction, Config: "source/sx1.json",
				Input: map[string]any{"variant": variant, "N": n}, Source: "recomputed from the benchmark's equations: " + sx1.Source}
			for j, v := range answer.LnR {
				c.Expect = append(c.Expect, want(fmt.Sprintf("ln_r.%d", j), v, "", 0, 1e-8, ""))
			}
			cases = append(cases, c)
		}
	}
	var lines struct {
		Source   string
		Problems map[string]struct {
			Feed      map[string]float64
			Note      string
			Published struct {
				Purity   float64 `json:"purity_Nd"`
				Recovery float64 `json:"recovery_Nd"`
				PH       float64 `json:"pH_raff"`
			}
		}
	}
	b.read("sx_lines.json", &lines)
	names := slices.SortedFunc(maps.Keys(lines.Problems), func(x, y string) int {
		i, _ := strconv.Atoi(x)
		j, _ := strconv.Atoi(y)
		return i - j
	})
	for _, name := range names {
		p := lines.Problems[name]
		q, feed := p.Published, p.Feed["Nd"]
		nd := q.Recovery * feed
		const exact = 1e-5 // of purity, recovery and pH, as the reference study states
		c := validate.Case{ID: "sx_lines/" + name, Kind: validate.Extraction, Config: "source/sx_lines.json",
			Input: map[string]any{"problem": name}, Source: lines.Source, Expect: []validate.Expect{
				want("raffinate_x.0", nd, "", 0, exact*feed, "recovery within 1e-5"),
				want("raffinate_x.1", nd*(1/q.Purity-1), "", 0, exact*nd/(q.Purity*q.Purity)+exact*feed*(1/q.Purity-1), "purity within 1e-5")}}
		if p.Note == "" {
			c.Expect = append(c.Expect, want("raffinate_x.2", math.Pow(10, -q.PH), "", exact*math.Ln10, 0, "pH within 1e-5"))
		} else { // what the source lists did not converge
			c.Source = "recomputed from the equations of " + lines.Source
			c.Expect[0].Note, c.Expect[1].Note = "recovery within 1e-5; the source lists 0.976927", "purity within 1e-5; the source lists 0.995388"
		}
		cases = append(cases, c)
	}
	return append(cases, b.exchange()...)
}

// exchange are cascades at a constant separation factor: impurities within 1e-3.
func (b *book) exchange() (cases []validate.Case) {
	var file struct {
		Source   string
		Problems map[string]struct {
			A         float64 `json:"f_A"`
			Flows     struct{ S, W float64 }
			Published struct {
				Raffinate float64 `json:"raffinate_A_molefrac"`
				Extract   float64 `json:"extract_A_molefrac"`
			}
		}
	}
	b.read("sx_exchange.json", &file)
	for _, name := range sorted(file.Problems) {
		p := file.Problems[name]
		cases = append(cases, validate.Case{ID: "sx_exchange/" + name, Kind: validate.Extraction, Config: "source/sx_exchange.json",
			Input: map[string]any{"problem": name}, Source: file.Source, Expect: []validate.Expect{
				want("raffinate_x.0", p.Published.Raffinate*(1-p.A)/(1+p.Flows.S), "", 1e-3, 0, "A in the raffinate, impurity within 1e-3"),
				want("strip_liquor_x.1", 1-p.Published.Extract, "", 1e-3, 0, "B in the extract, impurity within 1e-3"),
			}})
	}
	return cases
}
