package conf

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const plant = `name = "UKy"
seed = 7

[units.leach]
kind = "leach_tank"
volume = "100 gal"
stages = 3
fast = true
note = "x"

[units.leach_liquid_feed]
kind = "feed"
tenor = { "Nd+3" = "5 mg/L", Nd = "6 mg/L", "Nd.+3" = "7 mg/L" }

[[control]]
name = "purity"
set = 0.99

[[control]]
name = "pH.raffinate"
set = 2.0

[[control]]
set = 3.0
`

func parse(t *testing.T, text string) *Tree {
	t.Helper()
	tree, err := Parse("p.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// fault fails unless the faults of the tree are the lines of want.
func fault(t *testing.T, name string, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
}

func TestGetters(t *testing.T) {
	root := parse(t, plant).Root()
	units := root.Table("units")
	leach := units.Table("leach")
	if v := leach.Quantity("volume", "m3", Between(0, 1)); math.Abs(v-0.3785411784) > 1e-15 {
		t.Error(v)
	}
	if n, or := leach.Int("stages", 1, 5), leach.IntOr("cells", 4, 1, 5); n != 3 || or != 4 {
		t.Error(n, or)
	}
	if !leach.Bool("fast") || !leach.BoolOr("slow", true) {
		t.Error("bool")
	}
	if s := leach.Choice("kind", "mixer", "leach_tank") + leach.ChoiceOr("mode", "b", "a", "b") + leach.TextOr("tag", "c"); s != "leach_tankbc" {
		t.Error(s)
	}
	if s := leach.TextsOr("lixiviants", []string{"a"}); !slices.Equal(s, []string{"a"}) {
		t.Error(s)
	}
	if v := leach.QuantityOr("density", "kg/m3", 1000, Positive); v != 1000 {
		t.Error(v)
	}
	feed := units.Table("leach_liquid_feed")
	if v, which := feed.Table("tenor").QuantityOf("Nd+3", []string{"mol/L", "g/L"}, Positive); v != 5e-3 || which != 1 {
		t.Error(v, which)
	}
	feed.Table("tenor").Skip("Nd", "Nd.+3")
	feed.Text("kind")
	var sets []float64
	var paths []string
	for _, loop := range root.Tables("control") {
		sets = append(sets, loop.Quantity("set", "1", Positive))
		paths = append(paths, loop.Path())
		loop.Skip("name")
		loop.Close()
	}
	if !slices.Equal(sets, []float64{0.99, 2, 3}) || !slices.Equal(paths, []string{"control.purity", `control."pH.raffinate"`, "control[3]"}) {
		t.Error(sets, paths)
	}
	leach.Skip("note")
	root.Skip("name", "seed")
	for _, table := range []*Table{root, units, leach, feed, feed.Table("tenor")} {
		table.Close()
	}
	if err := root.tree.Err(); err != nil {
		t.Error(err)
	}
	if keys := units.Keys(); !slices.Equal(keys, []string{"leach", "leach_liquid_feed"}) {
		t.Error(keys)
	}
	if p := feed.Table("tenor").Path(); p != "units.leach_liquid_feed.tenor" {
		t.Error(p)
	}
	if k := []string{root.Kind("seed"), root.Kind("units"), root.Kind("control"), root.Kind("x")}; !slices.Equal(k, []string{"number", "table", "tables", ""}) || root.Has("x") || !root.Has("seed") {
		t.Error(k)
	}
}

// TestFaults has one bad value per mistake; every text is read by one getter.
func TestFaults(t *testing.T) {
	liters := Range{Lo: 0, Hi: 1, LoOpen: true} // m3
	quantity := func(unit string, r Range) func(*Table) bool {
		return func(t *Table) bool { return r.Contains(t.Quantity("x", unit, r)) }
	}
	volume := quantity("L", liters)
	whole := func(t *Table) bool { return t.Int("x", 2, 9) == 2 }
	choice := func(t *Table) bool { return t.Choice("x", "mixer", "tank") == "mixer" }
	texts := func(t *Table) bool { return len(t.Texts("x")) <= 1 }
	text := func(t *Table) bool { return t.Text("x") == "" }
	boolean := func(t *Table) bool { return !t.Bool("x") }
	table := func(t *Table) bool { return t.Table("x").Text("y") == "" }
	tables := func(t *Table) bool { return t.Tables("x") == nil }
	either := func(t *Table) bool {
		v, which := t.QuantityOf("x", []string{"L/h", "kg/h"}, Positive)
		return v > 0 && which == 0
	}
	or := func(t *Table) bool { return t.QuantityOr("x", "L", 0.25, liters) == 0.25 }
	orOutside := func(t *Table) bool { return t.QuantityOr("x", "L", 7, liters) == 0.5 }

	for _, c := range []struct {
		text string
		get  func(*Table) bool // whether the value is one to go on with
		want string
	}{
		{``, volume, `p.toml:1: x: missing; needs e.g. "1 L"`},
		{``, quantity("m3", liters), `p.toml:1: x: missing; needs e.g. "1 m3"`},
		{``, quantity("gal", Between(10, 20)), `p.toml:1: x: missing; needs e.g. "3962.58 gal"`},
		{``, quantity("degC", Between(273.15, 373.15)), `p.toml:1: x: missing; needs e.g. "1 degC"`},
		{``, quantity("1", Fraction), `p.toml:1: x: missing; needs e.g. 1`},
		{``, either, `p.toml:1: x: missing; needs e.g. "1 L/h" or "1 kg/h"`},
		{`x = "5 kg"`, volume, `p.toml:1: x: "5 kg" has the wrong dimension; needs e.g. "1 L"`},
		{`x = "5 kg"`, or, `p.toml:1: x: "5 kg" has the wrong dimension; needs e.g. "1 L"`},
		{`x = "5 kg"`, orOutside, `p.toml:1: x: "5 kg" has the wrong dimension; needs e.g. "1 L"`},
		{`x = "5 kg"`, either, `p.toml:1: x: "5 kg" has the wrong dimension; needs e.g. "1 L/h" or "1 kg/h"`},
		{`x = "5 kg"`, quantity("1", Any), `p.toml:1: x: "5 kg" has the wrong dimension; needs e.g. 1`},
		{`x = 5`, volume, `p.toml:1: x: 5 has no unit; needs e.g. "1 L"`},
		{`x = "5"`, volume, `p.toml:1: x: "5" has no unit; needs e.g. "1 L"`},
		{`x = 0.5`, quantity("%", Fraction), `p.toml:1: x: 0.5 has no unit; needs e.g. "1 %"`},
		{`x = "5 galn"`, volume, `p.toml:1: x: "5 galn": unknown unit "galn"; did you mean "gal"? (needs e.g. "1 L")`},
		{`x = "abc"`, volume, `p.toml:1: x: "abc" does not begin with a number (needs e.g. "1 L")`},
		{`x = "0 L"`, volume, `p.toml:1: x: "0 L" is outside 0 (excluded) to 1000 L`},
		{`x = "2 m3"`, volume, `p.toml:1: x: "2 m3" is outside 0 (excluded) to 1 m3`},
		{`x = "-1 degC"`, quantity("degC", Between(273.15, 373.15)), `p.toml:1: x: "-1 degC" is outside 0 to 100 degC`},
		{`x = -0.1`, quantity("1", NonNegative), `p.toml:1: x: -0.1 is not at least 0`},
		{`x = nan`, quantity("1", Any), `p.toml:1: x: NaN is no finite number`},
		{`x = -inf`, quantity("1", Any), `p.toml:1: x: -Inf is no finite number`},
		{`x = "1e400 L"`, volume, `p.toml:1: x: "1e400 L": number 1e400 is out of range (needs e.g. "1 L")`},
		{`x = ["5 L"]`, volume, `p.toml:1: x: an array; needs e.g. "1 L"`},
		{`x = true`, volume, `p.toml:1: x: true; needs e.g. "1 L"`},
		{`x = 1979-05-27`, volume, `p.toml:1: x: a date without quotes; needs e.g. "1 L"`},
		{`x = 5`, quantity("glons", Any), `p.toml:1: x: the program asks for a wrong unit: unit "glons": unknown unit`},
		{``, whole, `p.toml:1: x: missing; needs a whole number, 2 to 9`},
		{`x = 1`, whole, `p.toml:1: x: 1 is outside 2 to 9`},
		{`x = 3.0`, whole, `p.toml:1: x: 3; needs a whole number, 2 to 9`},
		{`x = "3"`, whole, `p.toml:1: x: "3"; needs a whole number, 2 to 9`},
		{``, choice, `p.toml:1: x: missing; needs "mixer" or "tank"`},
		{`x = "tnak"`, choice, `p.toml:1: x: "tnak"; needs "mixer" or "tank"; did you mean "tank"?`},
		{`x = "furnace"`, choice, `p.toml:1: x: "furnace"; needs "mixer" or "tank"`},
		{`x = 1`, choice, `p.toml:1: x: 1; needs "mixer" or "tank"`},
		{``, text, `p.toml:1: x: missing; needs a string`},
		{`x = 1`, text, `p.toml:1: x: 1; needs a string`},
		{``, boolean, `p.toml:1: x: missing; needs true or false`},
		{`x = "true"`, boolean, `p.toml:1: x: "true"; needs true or false`},
		{``, texts, `p.toml:1: x: missing; needs an array of strings`},
		{`x = "a"`, texts, `p.toml:1: x: "a"; needs an array of strings`},
		{"x = [\n'a',\n1,\n{}]", texts, "p.toml:3: x[2]: 1; needs a string\np.toml:4: x[3]: a table; needs a string"},
		{`x = [{}]`, texts, `p.toml:1: x[1]: a table; needs a string`},
		{``, table, `p.toml:1: x.y: missing; needs a string`},
		{"\nx = 1", table, `p.toml:2: x: 1; needs a table [x]`},
		{"[[x]]", table, `p.toml:1: x: an array of tables; needs a table [x]`},
		{"\n[x]", table, `p.toml:2: x.y: missing; needs a string`},
		{`x = 1`, tables, `p.toml:1: x: 1; needs tables [[x]]`},
		{`[x]`, tables, `p.toml:1: x: a table; needs tables [[x]]`},
		{`x = [{}, 1]`, tables, `p.toml:1: x: an array; needs tables [[x]]`},
	} {
		tree := parse(t, c.text)
		if !c.get(tree.Root()) {
			t.Errorf("%s: not a value to go on with", c.text)
		}
		tree.Root().Close()
		err := tree.Err()
		if strings.HasSuffix(c.want, "unknown unit") && err != nil && strings.HasPrefix(err.Error(), c.want) {
			continue
		}
		fault(t, c.text, err, c.want)
	}
}

func TestGoodValues(t *testing.T) {
	for _, c := range []struct {
		text, unit string
		r          Range
		want       float64
	}{
		{`x = 5`, "1", Any, 5},
		{`x = 0.5`, "", Fraction, 0.5},
		{`x = "0.5"`, "1", Fraction, 0.5},
		{`x = "50 %"`, "1", Fraction, 0.5},
		{`x = "100 %"`, "%", Fraction, 1},
		{`x = "25 degC"`, "K", Positive, 298.15},
		{`x = "3.6 m3/h"`, "L/s", Between(0, 1e-3), 1e-3}, // a limit is met in spite of rounding
		{`x = "1.1 gal"`, "gal", Between(1.1*3.785411784e-3, 1), 1.1 * 3.785411784e-3},
	} {
		tree := parse(t, c.text)
		if v := tree.Root().Quantity("x", c.unit, c.r); v != c.want || tree.Err() != nil {
			t.Errorf("%s: %v %v", c.text, v, tree.Err())
		}
	}
}

func TestClose(t *testing.T) {
	tree := parse(t, "stags = 1\nNd = 2\n[units.a]\nvolme = 1\nvolume = 2\nflow = 1\n")
	root := tree.Root()
	root.IntOr("stages", 1, 1, 9)
	a := root.Table("units").Table("a")
	a.Skip("volume")
	a.Fault("flow", "is %s", "odd")
	a.Fault("", "a table")
	a.Fault("gone", "not there")
	a.Has("volme") // to look is not to ask
	a.Close()
	a.Close()
	root.Close()
	fault(t, "close", tree.Err(), `p.toml:1: stags: unknown key "stags"; did you mean "stages"?
p.toml:2: Nd: unknown key "Nd"; known are stages, units
p.toml:3: units.a: a table
p.toml:3: units.a.gone: not there
p.toml:4: units.a.volme: unknown key "volme"; did you mean "volume"?
p.toml:6: units.a.flow: is odd`)
}

// One mistake is one fault: a key that is there under another name is not missing besides, a table that is missing says
// nothing of what it lacks, and a reader can ask whether a value is sound before it draws conclusions from it.
func TestOneFaultPerMistake(t *testing.T) {
	tree := parse(t, "[a]\nflw = 1\n\n[a.gsa]\n\n[[c]]\nname = 'x'\nset = 1\n[[c]]\nname = 'x'\nset = 'y'\n")
	root := tree.Root()
	a := root.Table("a")
	a.Quantity("flow", "L/h", Positive)
	gas := a.Required("gas", "a flow and a temperature")
	gas.Quantity("flow", "L/h", Positive)
	gas.Fault("flow", "is nothing")
	if !gas.Faulty("flow") || !a.Faulty("flow") || !a.Faulty("") || !root.Faulty("a") || a.Faulty("fl") {
		t.Error("a missing key, and a table that holds it, are not faulty")
	}
	both := root.Tables("c")
	for _, c := range both {
		c.Text("name")
		c.Quantity("set", "1", Any)
	}
	if both[0].Faulty("set") || !both[1].Faulty("set") || both[1].Faulty("name") || root.Faulty("base") {
		t.Error("faults of a namesake")
	}
	a.Close()
	root.Required("units", "units")
	fault(t, "one fault", tree.Err(), `p.toml:1: units: missing; needs a table [units] with units
p.toml:2: a.flw: unknown key "flw"; did you mean "flow"?
p.toml:4: a.gsa: unknown key "gsa"; did you mean "gas"?
p.toml:11: c.x.set: "y" does not begin with a number (needs e.g. 1)`)
}

func TestSyntaxFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a = 1\nb = \n", `p.toml:2: not valid TOML: expected value but found '\n' instead`},
		{"a = 1\n\na = 2\n", `p.toml:3: not valid TOML: Key 'a' has already been defined`},
		{"[t]\n[t]\n", `p.toml:2: not valid TOML: Key 't' has already been defined`},
		{"a = 5 kg\n", `p.toml:1: not valid TOML: a quantity with a unit stands in quotes, such as "1 m3/h"`},
		{"a = 1\nb = { \"H+\" = 1.5e-3 mol/L }\n", `p.toml:2: not valid TOML: a quantity with a unit stands in quotes, such as "1 m3/h"`},
		{"a = 5kg\n", `p.toml:1: not valid TOML: expected a top-level item to end with a newline, comment, or EOF, but got 'k' instead`},
		{"a = \"x\n", `p.toml:1: not valid TOML: strings cannot contain newlines`},
		{"x = 1\na = \xff\n", `p.toml:2: not valid TOML: invalid UTF-8 byte: 0xff`},
		{"a = {}\na.b = 1\n", `p.toml:2: not valid TOML: key "a" is complete, nothing can be added`},
		{"a = {b = {}}\n\n[a.c]\n", `p.toml:3: not valid TOML: key "a" is complete, nothing can be added`},
		{"a = [[{x = 1}]]\na.y = 1\n", `p.toml:2: not valid TOML: key "a" is complete, nothing can be added`},
		{"a = {b = {}, b.c = 1}\n", `p.toml:1: not valid TOML: key "b" is complete, nothing can be added`},
		{"a = 1\nbase = 'x'\n", `p.toml:2: base: only a file may have a base`},
	} {
		tree, err := Parse("p.toml", []byte(c.text))
		if tree != nil {
			t.Errorf("%q: a tree beside the error", c.text)
		}
		var faults Faults
		if !errors.As(err, &faults) {
			t.Errorf("%q: not Faults", c.text)
		}
		fault(t, c.text, err, c.want)
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct{ assignment, path, want string }{
		{"units.leach.volume=200 gal", "units.leach.volume", `"200 gal"`},
		{"leach.volume=200 gal", "units.leach.volume", `"200 gal"`},
		{"leach.volume = '200 gal'", "units.leach.volume", `"200 gal"`},
		{`leach.volume="200 gal"`, "units.leach.volume", `"200 gal"`},
		{"leach.stages=5", "units.leach.stages", "5"},
		{"leach.fast=false", "units.leach.fast", "false"},
		{"leach.note=5 # 6", "units.leach.note", `"5 # 6"`},
		{"leach.note=5\nx=6", "units.leach.note", `"5\nx=6"`},
		{"leach.note=a=b", "units.leach.note", `"a=b"`},
		{"leach.note=", "units.leach.note", `""`},
		{"leach.note=1979-05-27", "units.leach.note", `"1979-05-27"`},
		{"leach.note={a=1}", "units.leach.note", `"{a=1}"`},
		{"leach.note=[1,2]", "units.leach.note", "an array"},
		{"leach.new=1", "units.leach.new", "1"},
		{`leach."new.one"=1`, "units.leach.new.one", "1"},
		{"seed=8", "seed", "8"},
		{"new=8", "new", "8"},
		{"leach_liquid_feed.tenor.Nd+3=9", "units.leach_liquid_feed.tenor.Nd+3", "9"},
		{"leach_liquid_feed.tenor.Nd.+3=9", "units.leach_liquid_feed.tenor.Nd.+3", "9"},
		{`leach_liquid_feed.tenor."Nd.+3"=9`, "units.leach_liquid_feed.tenor.Nd.+3", "9"},
		{"leach_liquid_feed.tenor.Nd=9", "units.leach_liquid_feed.tenor.Nd", "9"},
		{"leach_liquid_feed.tenor.Pr=9", "units.leach_liquid_feed.tenor.Pr", "9"},
		{"control.purity.set=0.9", "control.0.set", "0.9"},
		{"control.pH.raffinate.set=0.9", "control.1.set", "0.9"},
		{`control."pH.raffinate".set=0.9`, "control.1.set", "0.9"},
	} {
		tree := parse(t, plant)
		if err := tree.Set(c.assignment); err != nil {
			t.Error(err)
			continue
		}
		got := ""
		var find func(n *node, path string)
		find = func(n *node, path string) {
			for key, kid := range n.kids {
				if path+key == c.path {
					got = kid.show()
				}
				find(kid, path+key+".")
			}
			for i, element := range n.list {
				find(element, fmt.Sprintf("%s%d.", path, i))
			}
		}
		find(tree.root, "")
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.assignment, got, c.want)
		}
	}
}

func TestSetFaults(t *testing.T) {
	for _, c := range []struct{ assignment, want string }{
		{"leach", `needs the form path=value`},
		{"=5", `needs the form path=value`},
		{"leech.volume=5", `no table "leech"; did you mean "leach"?`},
		{"unit.leach.volume=5", `no table "unit"; did you mean "units"?`},
		{"units.leech.volume=5", `no table "leech"; did you mean "leach"?`},
		{"furnace.volume=5", `no table "furnace"; known are leach, leach_liquid_feed, units, control`},
		{"leach.volume.x=5", `"volume" is "100 gal", not a table`},
		{"leach=5", `"leach" is a table; name a key in it`},
		{"control=5", `"control" is a table; name a key in it`},
		{"control.purity=5", `"purity" is a table; name a key in it`},
		{"control.puriti.set=5", `no table "puriti"; did you mean "purity"?`},
		{"control.new=5", `no table "new"; known are purity, pH.raffinate`},
		{"leach.=5", `the path has an empty key`},
		{".leach=5", `the path has an empty key`},
		{"leach..volume=5", `the path has an empty key`},
		{"base=x", `the base of a file cannot be set`},
	} {
		fault(t, c.assignment, parse(t, plant).Set(c.assignment), "--set "+c.assignment+": "+c.want)
	}
	twins := parse(t, "[[c]]\nname = 'a'\n[[c]]\nname = 'a'\n")
	fault(t, "twins", twins.Set("c.a.x=1"), `--set c.a.x=1: "a" is the name of several tables`)
}

// A fault of an assignment is reported at the assignment, after those of files.
func TestSetPlace(t *testing.T) {
	tree := parse(t, plant)
	for _, a := range []string{"leach.volum=5", "leach.volume=5 kg", "seed=x"} {
		if err := tree.Set(a); err != nil {
			t.Fatal(err)
		}
	}
	root := tree.Root()
	root.Int("seed", 0, 9)
	root.Skip("units", "control")
	leach := root.Table("units").Table("leach")
	leach.Quantity("volume", "m3", Positive)
	leach.Skip("kind", "stages", "fast")
	leach.Close()
	root.Close()
	fault(t, "place", tree.Err(), `p.toml:1: name: unknown key "name"; known are control, seed, units
p.toml:9: units.leach.note: unknown key "note"; known are fast, kind, stages, volume
--set leach.volum=5: units.leach.volum: unknown key "volum"; did you mean "volume"?
--set leach.volume=5 kg: units.leach.volume: "5 kg" has the wrong dimension; needs e.g. "1 m3"
--set seed=x: seed: "x"; needs a whole number, 0 to 9`)
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBase(t *testing.T) {
	dir := write(t, map[string]string{
		"plants/p.toml": "base = '../uky.toml'\nb = 20\n\n[units.leach]\nvolume = 2\nnew = 3\n\n[[control]]\nname = 'c2'\n",
		"uky.toml":      "base = 'deep.toml'\na = 1\nb = 2\n[units.leach]\nvolume = 1\nold = 1\n[[control]]\nname = 'c1'\n",
		"deep.toml":     "a = 100\nz = 100\n[units.tank]\n",
	})
	tree, err := Load(filepath.Join(dir, "plants", "p.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if tree.Dir() != filepath.Join(dir, "plants") {
		t.Error(tree.Dir())
	}
	root := tree.Root()
	leach := root.Table("units").Table("leach")
	if got := fmt.Sprint(root.Keys(), root.Table("units").Keys(), leach.Keys(), root.Int("a", 0, 9), root.Int("b", 0, 99), leach.Int("volume", 0, 9)); got !=
		"[a z units b control] [tank leach] [volume old new] 1 20 2" {
		t.Error(got)
	}
	for _, control := range root.Tables("control") {
		control.Close()
	}
	leach.Close()
	root.Close()
	fault(t, "places", tree.Err(), strings.ReplaceAll(`D/plants/p.toml:6: units.leach.new: unknown key "new"; known are volume
D/plants/p.toml:9: control.c2.name: unknown key "name"; there is none
D/uky.toml:6: units.leach.old: unknown key "old"; known are volume
D/uky.toml:8: control.c1.name: unknown key "name"; there is none
D/deep.toml:2: z: unknown key "z"; known are a, b, control, units`, "D", dir))
}

func TestBaseFaults(t *testing.T) {
	dir := write(t, map[string]string{
		"self.toml":    "\nbase = 'self.toml'\n",
		"a.toml":       "base = 'sub/b.toml'\n",
		"sub/b.toml":   "base = '../a.toml'\n",
		"gone.toml":    "x = 1\nbase = 'nowhere.toml'\n",
		"number.toml":  "base = 5\n",
		"empty.toml":   "base = ''\n",
		"bad.toml":     "a = \n",
		"overbad.toml": "base = 'bad.toml'\n",
	})
	for _, c := range []struct{ file, want string }{
		{"self.toml", "D/self.toml:2: base: D/self.toml is based on itself: D/self.toml <- D/self.toml"},
		{"a.toml", "D/sub/b.toml:1: base: D/a.toml is based on itself: D/a.toml <- D/sub/b.toml <- D/a.toml"},
		{"gone.toml", "D/gone.toml:2: base: there is no file D/nowhere.toml"},
		{"number.toml", "D/number.toml:1: base: 5; needs the name of a file"},
		{"empty.toml", `D/empty.toml:1: base: ""; needs the name of a file`},
		{"overbad.toml", `D/bad.toml:1: not valid TOML: expected value but found '\n' instead`},
	} {
		_, err := Load(filepath.Join(dir, c.file))
		var faults Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s: not Faults", c.file)
		}
		fault(t, c.file, err, strings.ReplaceAll(c.want, "D", dir))
	}
	if _, err := Load(filepath.Join(dir, "missing.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestRange(t *testing.T) {
	inf := math.Inf(1)
	for _, r := range []Range{Any, Positive, NonNegative, Fraction, Between(3, 3), Between(-2, 5), Between(1e20, inf), Between(-inf, -1e20),
		{Lo: 0, Hi: 1, LoOpen: true, HiOpen: true}, {Lo: -inf, Hi: 0, HiOpen: true}, Between(-math.MaxFloat64, math.MaxFloat64)} {
		if v := r.inside(); !r.Contains(v) {
			t.Errorf("%v does not hold %v", r, v)
		}
		for _, v := range []float64{inf, -inf, math.NaN()} {
			if r.Contains(v) {
				t.Errorf("%v holds %v", r, v)
			}
		}
	}
	for _, c := range []struct {
		r       Range
		text    string
		in, out []float64
	}{
		{Any, "any number", []float64{-1e300, 0}, nil},
		{Positive, "above 0", []float64{1e-300}, []float64{0, -1}},
		{NonNegative, "at least 0", []float64{0}, []float64{-1e-300}},
		{Fraction, "0 to 1", []float64{0, 1}, []float64{-1e-9, 1 + 1e-9}},
		{Range{Lo: -inf, Hi: 2}, "at most 2", []float64{2}, []float64{2.1}},
		{Range{Lo: -inf, Hi: 2, HiOpen: true}, "below 2", []float64{1.9}, []float64{2}},
		{Range{Lo: 1, Hi: 2, LoOpen: true, HiOpen: true}, "1 (excluded) to 2 (excluded)", []float64{1.5}, []float64{1, 2}},
	} {
		if c.r.String() != c.text {
			t.Errorf("%q, want %q", c.r, c.text)
		}
		for _, v := range c.in {
			if !c.r.Contains(v) {
				t.Errorf("%v lacks %v", c.r, v)
			}
		}
		for _, v := range c.out {
			if c.r.Contains(v) || c.r.Contains(c.r.settle(v)) {
				t.Errorf("%v holds %v", c.r, v)
			}
		}
	}
}

func ExampleTree() {
	tree, err := Parse("plant.toml", []byte("[units.leach]\nvolume = \"5 kg\"\nstags = 3\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	leach := tree.Root().Table("units").Table("leach")
	leach.Quantity("volume", "m3", Positive)
	leach.IntOr("stages", 1, 1, 50)
	leach.Close()
	fmt.Println(tree.Err())
	// Output:
	// plant.toml:2: units.leach.volume: "5 kg" has the wrong dimension; needs e.g. "1 m3"
	// plant.toml:3: units.leach.stags: unknown key "stags"; did you mean "stages"?
}

func TestFileOfAKey(t *testing.T) {
	dir := t.TempDir()
	base, over := filepath.Join(dir, "base.toml"), filepath.Join(dir, "over.toml")
	for path, text := range map[string]string{base: "[t]\na = 1\nb = 2\n", over: "base = \"base.toml\"\n[t]\nb = 3\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := Load(over)
	if err != nil {
		t.Fatal(err)
	}
	table := tree.Root().Table("t")
	if a, b, c := table.File("a"), table.File("b"), table.File("c"); a != base || b != over || c != "" {
		t.Errorf("a from %q, b from %q, c from %q", a, b, c)
	}
}

func TestNumbers(t *testing.T) {
	tree, err := Parse("f.toml", []byte("a = [1, 2.5, -3e2]\nb = [1, \"x\", nan]\nc = 3\nd = []\n"))
	if err != nil {
		t.Fatal(err)
	}
	root := tree.Root()
	if got := root.Numbers("a"); !slices.Equal(got, []float64{1, 2.5, -300}) {
		t.Errorf("a: %v", got)
	}
	if got := root.Numbers("b"); !slices.Equal(got, []float64{1}) {
		t.Errorf("b: %v", got)
	}
	if root.Numbers("c") != nil || root.Numbers("e") != nil || len(root.Numbers("d")) != 0 {
		t.Error("c, d or e")
	}
	text := ""
	if err := tree.Err(); err != nil {
		text = err.Error()
	}
	for _, want := range []string{`f.toml:2: b[2]`, `f.toml:2: b[3]`, `f.toml:3: c: `, `needs an array of numbers`, `e: missing`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

// A key with many options is not answered with all of them.
func TestChoiceOfMany(t *testing.T) {
	var kinds []string
	for i := range 30 {
		kinds = append(kinds, fmt.Sprintf("kind%c", 'A'+i))
	}
	kinds = append(kinds, "thickener")
	tree, err := Parse("p.toml", []byte("a = 'thickner'\nb = 5\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b", "c"} {
		tree.Root().Choice(key, kinds...)
	}
	err = tree.Err()
	if text := fmt.Sprint(err); !strings.Contains(text, `a: "thickner"; did you mean "thickener"?`) || strings.Count(text, "one of 31, such as") != 2 || strings.Contains(text, "kindZ") {
		t.Error(err)
	}
}
