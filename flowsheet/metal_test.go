package flowsheet_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

// The parts of the plants from feed to metal are plants themselves.
func TestPartsSolveByThemselves(t *testing.T) {
	for _, name := range []string{"upgrade", "ree-chloride", "oxide-line", "calcium-line", "cell-line", "lanthanum-line", "brine", "effluent", "refinery"} {
		p := loaded(t, "../configs/"+name+".toml")
		if err := p.Solve(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if worst := worstUnit(p); worst.Rel > 1e-9 {
			t.Errorf("%s: %v", name, worst)
		}
		if c := p.Convergence(); c.Newton > 100 || strings.Contains(c.Path, "searched") { // nothing needs a search of the ranges
			t.Errorf("%s: %s", name, c.Path)
		}
	}
}

// worstUnit is the worst closure of the plant and of each of its units.
func worstUnit(p *flowsheet.Plant) flowsheet.Closure {
	worst := closure(p)
	for _, u := range p.Balances().Units {
		if u.Worst.Rel > worst.Rel {
			worst = u.Worst
		}
	}
	return worst
}

// wholePlants are the plants from feed to metal, with the handle of their feed.
var wholePlants = []struct {
	file, feed string
	units      int
}{
	{"../configs/amd-to-metal.toml", "amd-adit.flow", 221},
	{"../configs/ash-to-metal.toml", "ash-ash_feed.flow", 223},
}

// Elements and charge close over the plant and over each unit; what is made is metal, of every kind that there is a furnace for.
func TestFromFeedToMetal(t *testing.T) {
	for _, w := range wholePlants {
		p := loaded(t, w.file)
		if err := p.Solve(); err != nil {
			t.Fatalf("%s: %v", w.file, err)
		}
		if n := len(p.Units()); n != w.units {
			t.Errorf("%s: %d units, want %d", w.file, n, w.units)
		}
		if worst := worstUnit(p); worst.Rel > 1e-9 {
			t.Errorf("%s: %v", w.file, worst)
		}
		energyCloses(t, p)
		c := p.Convergence()
		t.Logf("%s: %s, %d full passes, %d of tangents, %d blocks, residual %.1e, %.3f s", w.file, c.Path, c.Passes, c.Tangents, c.Blocks, c.Residual, c.Seconds)
		for stream, metals := range map[string][]string{
			"didymium": {"Nd", "Pr"}, "dysprosium": {"Dy"}, "terbium": {"Tb"}, "gadolinium": {"Gd"}, "yttrium": {"Y"}, "samarium": {"Sm"}, "lanthanum": {"La"},
		} {
			made := value(t, p, "ref-"+stream+"_metal.kg_s")
			own := 0.0
			for _, m := range metals {
				e, _ := p.System.Element(m)
				for _, v := range p.Streams() {
					if v.Name == "ref-"+stream+"_metal" {
						own += p.System.ElementFlow(e, v.Flow.N) * p.System.Elements[e].Mass
					}
				}
			}
			if !(own > 0.995*made) || !(made > 1e-6) {
				t.Errorf("%s: %g kg/h of %s metal, %g of it its own", w.file, made*3600, stream, own*3600)
			}
		}
		for _, k := range p.KPIs() {
			if symbol, ok := strings.CutPrefix(k.Name, "recovery."); ok && slices.Contains([]string{"Pr", "Nd", "Sm", "Gd", "Tb", "Dy", "Y"}, symbol) && !(k.Value > 0.5 && k.Value < 1) {
				t.Errorf("%s: recovery of %s %g", w.file, symbol, k.Value)
			}
		}
	}
}

// The figures of docs/metals.md are those of the plant.
func TestMetalsDocs(t *testing.T) {
	text, err := os.ReadFile("../docs/metals.md")
	if err != nil {
		t.Fatal(err)
	}
	p := loaded(t, wholePlants[0].file)
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?m)^\\| [^|]*\\| `([^`]+)` \\| ([0-9.]+) \\|").FindAllStringSubmatch(string(text), -1)
	if len(found) < 16 {
		t.Fatalf("%d figures in the table", len(found))
	}
	for _, f := range found {
		got := value(t, p, "kpis."+f[1])
		want, _ := strconv.ParseFloat(f[2], 64)
		if math.Abs(got/want-1) > 0.01 {
			t.Errorf("%s is %g, docs/metals.md says %s", f[1], got, f[2])
		}
	}
	refined := regexp.MustCompile(`(?m)^\| (\w+) \| \d+ °C[^|]*\| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \| [^|]+ \| ([0-9.]+) \|`).FindAllStringSubmatch(string(text), -1)
	if len(refined) != 4 {
		t.Fatalf("%d metals refined", len(refined))
	}
	for _, f := range refined {
		for i, s := range []struct {
			name   string
			factor float64
		}{{"skin_time", 1. / 60}, {"metal.Ca", 1e6}, {"metal.F", 1e6}, {"evaporated", 100}} {
			got := s.factor * value(t, p, "units.ref-"+f[1]+"_metal-reduction.signals."+s.name+".value")
			if want, _ := strconv.ParseFloat(f[2+i], 64); math.Abs(got-want) > 0.01*want+0.02 {
				t.Errorf("%s %s is %g, docs/metals.md says %s", f[1], s.name, got, f[2+i])
			}
		}
	}
}

// After a change of the feed by 5 % the plant goes on from where it stands.
func TestWholePlantsGoOnWarm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	for _, w := range wholePlants {
		p := loaded(t, w.file)
		if err := p.SolveCold(); err != nil {
			t.Fatal(err)
		}
		at, err := p.Handle(w.feed)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []float64{1.05, 1} {
			if err := p.SetHandle(w.feed, by*at); err != nil {
				t.Fatal(err)
			}
			if err := p.Solve(); err != nil {
				t.Fatal(err)
			}
			if c := p.Convergence(); !strings.HasPrefix(c.Path, "warm") || c.Passes > 6 { // 4: 0.2 s
				t.Errorf("%s: %s, %d passes", w.file, c.Path, c.Passes)
			}
		}
	}
}

// Cold (wanted 3 s), and warm after a change of the feed by 5 %, back and forth (wanted 0.3 s).
func BenchmarkWholePlants(b *testing.B) {
	for _, w := range wholePlants {
		p := loaded(b, w.file)
		b.Run(filepath.Base(w.file)+"/cold", func(b *testing.B) {
			for b.Loop() {
				if err := p.SolveCold(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(filepath.Base(w.file)+"/warm", func(b *testing.B) {
			if err := p.SolveCold(); err != nil {
				b.Fatal(err)
			}
			at, err := p.Handle(w.feed)
			if err != nil {
				b.Fatal(err)
			}
			for k := 0; b.Loop(); k++ {
				if err := p.SetHandle(w.feed, at*(1+0.05*float64((k+1)%2))); err != nil {
					b.Fatal(err)
				}
				if err := p.Solve(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// wholeExcursion draws settings of the feed, from its flow, and of four handles.
func wholeExcursion(feed string, flow float64, seed uint64) map[string]float64 {
	r := rand.New(rand.NewPCG(seed, 8))
	between := func(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }
	return map[string]float64{
		feed: flow * between(0.8, 1.2), "hub-precipitation.ratio": between(5, 8), "hub-dissolver.tenor": between(25, 40),
		"upgrade-filter.moisture": between(0.6, 0.8), "ref-sep-brine-membranes.conversion": between(0.8, 0.95),
	}
}

// setAll sets handles, in the order of their names.
func setAll(t *testing.T, p *flowsheet.Plant, moves map[string]float64) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(moves)) {
		if err := p.SetHandle(path, moves[path]); err != nil {
			t.Fatal(err)
		}
	}
}

// Excursions of the feed and of settings, each from a cold start. Every failure is named; seed 1 was used to size the plant's parts, the others were not.
func TestWholePlantExcursions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	for _, w := range wholePlants {
		failed, worst, slowest := 0, 0.0, 0.0
		const runs = 10
		for seed := range uint64(runs) {
			p := loaded(t, w.file)
			at, err := p.Handle(w.feed)
			if err != nil {
				t.Fatal(err)
			}
			moves := wholeExcursion(w.feed, at, seed+900)
			setAll(t, p, moves)
			if err := p.SolveCold(); err != nil {
				failed++
				t.Logf("%s, seed %d: %v: %v", w.file, seed+900, moves, err)
				continue
			}
			worst, slowest = math.Max(worst, worstUnit(p).Rel), math.Max(slowest, p.Convergence().Seconds)
		}
		t.Logf("%s: %d of %d solved, worst closure %.1e, slowest %.2f s", w.file, runs-failed, runs, worst, slowest)
		if worst > 1e-9 {
			t.Errorf("%s: closure %.1e", w.file, worst)
		}
		if failed > 0 {
			t.Error(fmt.Sprint(w.file, ": ", failed, " failed"))
		}
	}
}

// The same excursions warm from the plant as its file has it, seed 120305 to 120310 besides: before Newton's trial points were brief, two of those took minutes in
// searches for a cut that a long step had made impossible. What does not get there warm starts cold. Passes are bounded; seconds hang on the machine.
func TestWholePlantsFollowExcursions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	for _, w := range wholePlants {
		p := loaded(t, w.file)
		flow, err := p.Handle(w.feed)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.SolveCold(); err != nil {
			t.Fatal(err)
		}
		base := p.Memory()
		runs, warm, slowest := 0, 0, 0.0
		for _, first := range []uint64{900, 120305} {
			for seed := first; seed < first+6; seed++ {
				if err := p.Restore(base); err != nil {
					t.Fatal(err)
				}
				moves := wholeExcursion(w.feed, flow, seed)
				setAll(t, p, moves)
				if err := p.Solve(); err != nil {
					t.Errorf("%s, seed %d: %v: %v", w.file, seed, moves, err)
					continue
				}
				c := p.Convergence()
				if worst := closure(p); worst.Rel > 1e-9 {
					t.Errorf("%s, seed %d: %v", w.file, seed, worst)
				}
				if c.Passes > 30 {
					t.Errorf("%s, seed %d: %d passes, %s", w.file, seed, c.Passes, c.Path)
				}
				runs, slowest = runs+1, math.Max(slowest, c.Seconds)
				if strings.HasPrefix(c.Path, "warm") {
					warm++
				}
			}
		}
		t.Logf("%s: %d of %d went on warm, slowest %.2f s", w.file, warm, runs, slowest)
		if warm < runs-2 {
			t.Errorf("%s: only %d of %d went on warm", w.file, warm, runs)
		}
	}
}
