package tuning_test

import (
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
	"reetwin/units/sx"
	"reetwin/units/sx/tuning"
)

const amd = "../../../configs/sx-amd.toml"

func load(file string, sets ...string) (*flowsheet.Plant, error) {
	tree, err := conf.Load(file)
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		if err := flowsheet.Override(tree, s); err != nil {
			return nil, err
		}
	}
	return flowsheet.Load(tree, units.Kinds())
}

func solved(t *testing.T, file string, sets ...string) *flowsheet.Plant {
	t.Helper()
	p, err := load(file, sets...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	return p
}

func view(t *testing.T, p *flowsheet.Plant, pair tuning.Pair) *tuning.View {
	t.Helper()
	v, err := tuning.New(p, "sx", pair)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The separation factor of every stage is that of the constants, since both have the exponent 3; E_A/E_B is it
// too, and no stage does more than total exchange would.
func TestPair(t *testing.T) {
	v := view(t, solved(t, amd), tuning.Pair{})
	if v.Pair != (tuning.Pair{A: "Sm", B: "Nd"}) {
		t.Fatalf("the circuit splits %v", v.Pair)
	}
	for j, w := range v.Work {
		if want := math.Pow(10, -0.95+1.97); math.Abs(w.Beta/want-1) > 1e-9 {
			t.Errorf("stage %d: β is %.12g, want %.12g", j, w.Beta, want)
		}
		if math.Abs(w.EA/w.EB/w.Beta-1) > 1e-12 || w.Done > 1 {
			t.Errorf("stage %d: %+v", j, w)
		}
	}
	// the other way round is the same pair
	if back := view(t, solved(t, amd), tuning.Pair{A: "Nd", B: "Sm"}); back.Pair != v.Pair {
		t.Errorf("asked as Nd,Sm it is %v", back.Pair)
	}
	for _, c := range []struct {
		pair tuning.Pair
		want string
	}{{tuning.Pair{A: "Sm", B: "Xx"}, `no "Xx"`}, {tuning.Pair{A: "Sm", B: "Sm"}, "one element"}} {
		if _, err := tuning.New(solved(t, amd), "sx", c.pair); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.pair, err)
		}
	}
	if _, err := tuning.New(solved(t, amd), "xs", tuning.Pair{}); err == nil || !strings.Contains(err.Error(), "extraction units are sx") {
		t.Error(err)
	}
}

// What is fed leaves with the products and the bleed; what vessels hold is what their phases hold.
func TestProductsAndContents(t *testing.T) {
	p := solved(t, amd)
	v := view(t, p, tuning.Pair{})
	bleed, _ := p.Stream("organic_bleed")
	fed := 0.0
	for _, e := range v.Rare() {
		fed += e.Fed * e.Oxide
	}
	out := 0.0
	for _, q := range v.Products {
		out += q.Oxides
		if !(q.Purity > 0.999 && q.Purity <= 1 && q.Recovery > 0.99 && q.Recovery <= 1) {
			t.Errorf("%+v", q)
		}
	}
	for _, e := range v.Rare() {
		out += (bleed.N[e.Organic] + bleed.N[e.Aqueous]) * e.Oxide
		for _, name := range []string{"light_raffinate", "heavy_liquor"} { // entrained organic, no product
			s, _ := p.Stream(name)
			out += s.N[e.Organic] * e.Oxide
		}
	}
	if math.Abs(out/fed-1) > 1e-12 {
		t.Errorf("fed %g, out %g kg/s", fed, out)
	}
	unit, _ := p.Unit("sx")
	shape := unit.Unit.(*sx.Circuit).Shape()
	held, k := 0.0, 0
	for _, s := range shape {
		for range s.Stages {
			for _, e := range v.Rare() {
				st := v.Stages[k]
				a, o := s.MixerAqueous+s.SettlerAqueous, s.MixerOrganic+s.SettlerOrganic
				if k == len(v.Stages)-1 {
					o += 1.2 // the tank
				}
				held += e.Oxide * (a*st.Aqueous[e.Aqueous] + o*st.Organic[e.Organic])
			}
			k++
		}
	}
	if math.Abs(held/v.Size.Held-1) > 1e-9 {
		t.Errorf("held %g kg, by phases %g", v.Size.Held, held)
	}
}

// Vessels are flow times time, flow over flux; the reagents are what the streams bring.
func TestSize(t *testing.T) {
	p := solved(t, amd)
	v := view(t, p, tuning.Pair{})
	s := v.Size
	for _, q := range s.Sections {
		both := q.Aqueous + q.Organic
		if math.Abs(q.MixerWanted/(both*240)-1) > 1e-12 || math.Abs(q.AreaWanted*2.5/3600/both-1) > 1e-12 || math.Abs(q.Flux*q.Area/both-1) > 1e-12 || !q.FromVolume {
			t.Errorf("%+v", q)
		}
	}
	// 1.5 mol/L in 36 stages of 300 L and a tank of 1.2 m3; PC88A is 306.4 g/mol
	if want := (36*0.3 + 1.2) * 1500 * 0.3064; math.Abs(s.Extractant/want-1) > 1e-3 || math.Abs(s.Organic-12) > 1e-9 {
		t.Errorf("%g m3 with %g kg, want 12 with %g", s.Organic, s.Extractant, want)
	}
	uses := map[string]float64{}
	for _, u := range append(append([]tuning.Use{}, s.Reagents...), s.Losses...) {
		uses[u.What] = 3600 * u.Flow
	}
	for what, want := range map[string]float64{
		"HCl of scrub": 150 * 1.5 * 0.03646, "HCl of strip": 250 * 6 * 0.03646, "NaOH of saponification": 617.6 * 0.039997,
		"dissolved": (1.15 + 0.25) * 20e-3, "degraded": s.Extractant * 2.7e-5 / 24,
	} {
		if math.Abs(uses[what]/want-1) > 1e-3 {
			t.Errorf("%s: %g kg/h, want %g", what, uses[what], want)
		}
	}
	if lost, made := uses["bleed"]+uses["entrained"], uses["PC88A of make-up"]; math.Abs(lost/made-1) > 1e-6 {
		t.Errorf("bleed and entrainment are %g kg/h, make-up %g", lost, made)
	}
}

// A plateau is told from a shortage, and a hard strip is named by its element.
func TestPinch(t *testing.T) {
	find := func(v *tuning.View, section, words string) *tuning.Pinch {
		for i := range v.Pinches {
			if p := &v.Pinches[i]; p.Section == section && strings.Contains(p.Why, words) {
				return p
			}
		}
		t.Errorf("no pinch of %s with %q: %+v", section, words, v.Pinches)
		return &tuning.Pinch{}
	}
	pair := tuning.Pair{A: "Sm", B: "Nd"}
	base := view(t, solved(t, amd), pair)
	if p := find(base, "extraction", "idle"); p.First != 7 || p.Last != 15 || p.Element != "Sm/Nd" {
		t.Errorf("%+v", p)
	}
	if p := find(base, "strip", "stripping factor"); p.Element != "Yb" {
		t.Errorf("%+v", p)
	}
	low := view(t, solved(t, amd, "sx.saponification=0.34"), pair)
	if p := find(low, "extraction", "% short"); !(p.Most < 0.05) {
		t.Errorf("%+v", p)
	}
	strong := view(t, solved(t, amd, "strip_acid.tenor.HCl=12 mol/L", "strip_acid.flow=0.6 m3/h"), pair)
	for _, p := range strong.Pinches {
		if p.Section == "strip" && p.Element == "Yb" {
			t.Errorf("with four times the acid: %+v", p)
		}
	}
}

// One per cent of the organic is what the file says it is, and the plant is left as it was.
func TestSensitivity(t *testing.T) {
	p := solved(t, amd)
	v := view(t, p, tuning.Pair{})
	before := p.Memory()
	effects, err := v.Sensitivity(p)
	if err != nil {
		t.Fatal(err)
	}
	after := p.Memory()
	for i := range before {
		if d := math.Abs(after[i] - before[i]); d > 1e-9*math.Abs(before[i])+1e-12 {
			t.Fatalf("memory %d: %g, was %g", i, after[i], before[i])
		}
	}
	seen := map[string]tuning.Effect{}
	for _, e := range effects {
		seen[e.Handle] = e
	}
	o, ok := seen["sx.organic_flow"]
	if !ok || len(o.Up) != 2 || seen["strip_acid.flow"].Handle == "" || seen["feed.tenor.Sm"].Handle == "" {
		t.Fatalf("%d effects", len(effects))
	}
	moved := view(t, solved(t, amd, "sx.organic_flow=1.22008 m3/h"), tuning.Pair{})
	for k, m := range o.Up {
		if math.Abs(m.Purity-moved.Products[k].Purity) > 1e-8 || math.Abs(m.Recovery-moved.Products[k].Recovery) > 1e-8 {
			t.Errorf("product %d: %+v by the handle, %+v cold", k, m, moved.Products[k])
		}
	}
	if d := o.Largest(v.Products, true); math.Abs(100*d-1.459) > 2e-3 {
		t.Errorf("recovery moves by %g points", 100*d)
	}
}

// A section of another kind has stages, elements and no circuit; an element that only some stages hold is still there.
func TestSectionView(t *testing.T) {
	p := solved(t, "../../../configs/uky.toml")
	v, err := tuning.New(p, "rougher_load", tuning.Pair{A: "Nd", B: "Ce"})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Stages) != 3 || v.Stages[0].Stage != 3 || len(v.Elements) == 0 || v.Size != nil || len(v.Products) != 0 || len(v.Work) != 3 {
		t.Errorf("%+v", v)
	}
	if _, err := tuning.New(p, "leach", tuning.Pair{}); err == nil {
		t.Error("a leach is shown as an extraction unit")
	}
	if tags := tuning.Tags(p); len(tags) < 4 {
		t.Errorf("%v", tags)
	}
}

func TestAxis(t *testing.T) {
	a, err := tuning.ParseAxis("sx.organic_flow=1.1:1.3 m3/h:5")
	if err != nil || a.Setting(1) != "sx.organic_flow=1.15 m3/h" || a.Label() != "sx.organic_flow, m3/h" || len(a.At) != 5 {
		t.Errorf("%+v, %v", a, err)
	}
	if b, err := tuning.ParseAxis("sx.strip.stages=4:8:5"); err != nil || b.Setting(4) != "sx.strip.stages=8" {
		t.Errorf("%+v, %v", b, err)
	}
	for _, text := range []string{"", "x", "x=1:2", "x=1:2:1", "x=1:2:61", "x=2:1:3", "x=1:1:3", "x=a:2:3", "x=NaN:2:3", "x=1:Inf:3", "x=1 L/h:2 m3/h:3", "x=1:2 furlong:3", "=1:2:3"} {
		if a, err := tuning.ParseAxis(text); err == nil || !strings.Contains(err.Error(), "path=lo:hi:n") {
			t.Errorf("%q: %+v, %v", text, a, err)
		}
	}
}

func FuzzAxis(f *testing.F) {
	for _, s := range []string{"sx.organic_flow=1.1:1.3 m3/h:5", "a=1:2:3", "a=-1e300:1e300:60", "=::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := tuning.ParseAxis(text)
		if err != nil {
			return
		}
		for i, v := range a.At {
			if v-v != 0 || i > 0 && v < a.At[i-1] || a.Setting(i) == "" {
				t.Errorf("%q: %v", text, a.At)
			}
		}
	})
}

func TestFeedStage(t *testing.T) {
	p := solved(t, amd)
	first, second, sum, err := tuning.FeedStage(p, "sx")
	if err != nil || first != "sx.extraction.stages" || second != "sx.scrub.stages" || sum != 28 {
		t.Errorf("%s %s %d %v", first, second, sum, err)
	}
	if _, _, _, err := tuning.FeedStage(p, "feed"); err == nil {
		t.Error("a feed has a feed stage")
	}
}
