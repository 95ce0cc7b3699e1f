package flowsheet_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats/scalar"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// composed is a plant of a text whose parts are found relative to this folder.
func composed(t *testing.T, text string, sets ...string) *flowsheet.Plant {
	t.Helper()
	tree, err := conf.Parse("plant.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		if err := flowsheet.Override(tree, s); err != nil {
			t.Fatal(err)
		}
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	return p
}

// value is a reading that must exist.
func value(t *testing.T, p *flowsheet.Plant, path string) float64 {
	t.Helper()
	v, _, err := p.Value(path)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A plant included alone has the solution that it has by itself, under the part's name.
func TestIncludedAloneIsThePlantItself(t *testing.T) {
	alone := uky(t)
	if err := alone.Solve(); err != nil {
		t.Fatal(err)
	}
	part := composed(t, "[include.uky]\nfile = \""+ukyFile+"\"\n")
	for _, s := range alone.Streams() {
		same, ok := part.Stream("uky-" + s.Name)
		if !ok {
			t.Fatalf("no stream uky-%s", s.Name)
		}
		if !scalar.EqualWithinRel(same.T, s.Flow.T, 1e-12) {
			t.Errorf("%s: %g K, by itself %g", s.Name, same.T, s.Flow.T)
		}
		for i, n := range s.Flow.N {
			if !scalar.EqualWithinAbsOrRel(same.N[i], n, 1e-30, 1e-12) {
				t.Errorf("%s, %s: %g, by itself %g", s.Name, alone.System.Components[i].Name, same.N[i], n)
			}
		}
	}
	for i, k := range alone.KPIs() {
		if other := part.KPIs()[i]; other.Name != "uky-"+k.Name || !scalar.EqualWithinRel(other.Value, k.Value, 1e-12) {
			t.Errorf("%s is %g, by itself %s is %g", other.Name, other.Value, k.Name, k.Value)
		}
	}
	own, its := alone.Published(), part.Published()
	if len(own) != len(its) || own[0].Value != its[0].Value || own[0].Source != its[0].Source {
		t.Errorf("%d published numbers, by itself %d", len(its), len(own))
	}
	if len(alone.Gangs()) != len(part.Gangs()) || part.Gangs()[0].Name != "uky-"+alone.Gangs()[0].Name {
		t.Errorf("gangs %v, by itself %v", part.Gangs(), alone.Gangs())
	}
}

// Two copies of one part in a row: streams joined, a feed dropped, numbers set in each way that there is.
const inARow = `
[include.first]
file = "testdata/parts/loop.toml"
drop = ["store", "control.chloride"]
join = { product = "liquor" }
set = { acid = "0.2 mol/L", feed.flow = "2 m3/h" }

[include.second]
file = "testdata/parts/loop.toml"
drop = ["feed", "handle", "control", "kpi.formula", "published"]
join = { fresh = "liquor" }

[units.second-splitter]
split = { back = 0.8 }

[kpi.formula.ratio]
formula = "{second-product.mg_L.Cl} / {first-chloride} * {second-loop.m3_s} / {first-loop.m3_s}"
`

func TestPartsInARow(t *testing.T) {
	p := composed(t, inARow)
	for path, want := range map[string]float64{
		"second-product.m3_s": 2.0 / 3600, // what is set of the first
		"second-loop.m3_s":    10.0 / 3600,
		"first-loop.m3_s":     20.0 / 3600,
		"liquor.mg_L.Cl":      value(t, p, "first-chloride"),
		"first-twice":         2 * value(t, p, "kpis.first-chloride"),
		"ratio":               0.5,
		"first-feed.flow":     2.0 / 3600,
	} {
		if got := value(t, p, path); !scalar.EqualWithinRel(got, want, 1e-9) {
			t.Errorf("%s = %g, want %g", path, got, want)
		}
	}
	if len(p.Controls()) != 0 || len(p.Gangs()) != 1 {
		t.Errorf("controls %v, gangs %v", p.Controls(), p.Gangs())
	}
	q := composed(t, inARow, "first-acid=0.3 mol/L", "second-splitter.split.back=0.5", `kpi.first.formula.twice.unit=kg/m3`)
	if got, want := value(t, q, "liquor.mg_L.Cl")/value(t, p, "liquor.mg_L.Cl"), 1.5; math.Abs(got-want) > 0.02 { // neodymium brings its chloride
		t.Errorf("half as much acid again: %g times the chloride", got)
	}
	if got := value(t, q, "second-loop.m3_s"); !scalar.EqualWithinRel(got, 4.0/3600, 1e-9) {
		t.Errorf("second loop %g m3/s", got)
	}
}

// Faults of set are told together, at the level of the part and of its units, and with those of the plant's own file.
func TestIncludeTellsAllFaultsOfSet(t *testing.T) {
	tree, err := conf.Parse("plant.toml", []byte("[include.a]\nfile = \"testdata/parts/loop.toml\"\nset = { nowhere.flow = \"1 m3/h\", feed.flow = \"1 kg\", splitter.colour = 3, store.volum = \"1 m3\" }\n"+
		"[units.mixer]\nkind = \"mixr\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = flowsheet.Load(tree, units.Kinds())
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{`plant.toml:3: include.a.set.nowhere.flow: no table "nowhere"`, "a-feed.flow: ", `unknown key "colour"`, `unknown key "volum"`, "plant.toml:5: units.mixer.kind"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

// A part may be made of parts: each adds its name. The control of the innermost holds its set-point.
func TestPartOfAPart(t *testing.T) {
	p := composed(t, "[include.east]\nfile = \"testdata/parts/nest.toml\"\n\n[include.west]\nfile = \"testdata/parts/nest.toml\"\nset = { control.loop-chloride.set = \"4 g/L\" }\n")
	for path, want := range map[string]float64{
		"east-loop-chloride": 5000, "west-loop-product.mg_L.Cl": 4000, "east-half": 0.5, "east-diluted.mg_L.Cl": 2500, "west-loop-twice": 8000,
	} {
		if got := value(t, p, path); !scalar.EqualWithinRel(got, want, 1e-6) {
			t.Errorf("%s = %g, want %g", path, got, want)
		}
	}
	var names []string
	for _, c := range p.Controls() {
		names = append(names, c.Name)
	}
	if want := []string{"east-loop-chloride", "west-loop-chloride"}; !slices.Equal(names, want) {
		t.Errorf("controls %v, want %v", names, want)
	}
	if refs := p.Published(); len(refs) != 2 || refs[0].Path != "kpis.east-loop-chloride" {
		t.Errorf("published %v", refs)
	}
}

// The chemistry of the plant is what its parts and its own file name, together.
func TestChemistryIsTheUnionOfTheParts(t *testing.T) {
	p := composed(t, "[include.loop]\nfile = \"testdata/parts/loop.toml\"\n\n[include.dense]\nfile = \"testdata/parts/dense.toml\"\n\n[include.denser]\nfile = \"testdata/parts/denser.toml\"\n\n"+
		"[chemistry]\nelements = [\"Dy\"]\nsolid_density = \"3 kg/L\"\n")
	for _, name := range []string{"Na+", "Nd+3", "Dy+3", "SiO2(s)"} {
		if _, ok := p.System.Index(name); !ok {
			t.Errorf("no %s", name)
		}
	}
	i, _ := p.System.Index("SiO2(s)")
	if c := p.System.Components[i]; !scalar.EqualWithinRel(c.M/c.V, 3000, 1e-12) {
		t.Errorf("density %g, want the plant's own", c.M/c.V)
	}
}

// A base is laid below before the parts come in, so that a variant may change which parts there are.
func TestVariantOfAnInclude(t *testing.T) {
	dir := t.TempDir()
	loop, err := filepath.Abs("testdata/parts/loop.toml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"plant.toml":   "[include.loop]\nfile = \"" + filepath.ToSlash(loop) + "\"\n",
		"variant.toml": "base = \"plant.toml\"\n[include.loop.set]\nsplitter.split.back = 0.5\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := loaded(t, filepath.Join(dir, "variant.toml"))
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if got := value(t, p, "loop-loop.m3_s"); !scalar.EqualWithinRel(got, 2.0/3600, 1e-9) {
		t.Errorf("loop %g m3/s", got)
	}
}

// Faults of the plant, of its parts and of the assignments come together, each with its place.
func TestAllFaultsOfTheParts(t *testing.T) {
	tree, err := conf.Parse("plant.toml", []byte("[include.a]\nfile = \"testdata/parts/loop.toml\"\njoin = { fresh = \"\", produkt = \"x\" }\ndrop = [\"stor\"]\nsett = 1\n[include.b]\nfile = \"nowhere.toml\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = flowsheet.Load(tree, units.Kinds())
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{`produkt`, `no "stor"`, `unknown key "sett"`, `plant.toml:7: include.b.file: there is no file nowhere.toml`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
	if n := strings.Count(err.Error(), "\n"); n != 3 {
		t.Errorf("%d faults, want 4:\n%v", n+1, err)
	}
}
