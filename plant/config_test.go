package plant

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
	"reetwin/units"
)

const liveFile = "../configs/uky-live.toml"

func loadModel(t testing.TB, path string) *flowsheet.Plant {
	t.Helper()
	tree, err := conf.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLivePlantOfUKy(t *testing.T) {
	c, _, err := ReadConfig(liveFile)
	if err != nil {
		t.Fatal(err)
	}
	model := loadModel(t, c.Plant)
	if err := c.Check(model); err != nil {
		t.Fatal(err)
	}
	if c.Site != "uky" || c.Cycle != time.Second || c.Lateness != time.Second || c.OPCUA == nil || c.Virtual == nil || c.Influx != nil || c.Bus != nil {
		t.Errorf("read as %+v", c)
	}
	moves, late := 0, 0
	for _, tag := range c.Tags {
		if tag.Description == "" {
			t.Errorf("%s: no description", tag.ID)
		}
		if tag.Moves != "" {
			moves++
		}
		if tag.Stale >= time.Hour {
			late++
		}
		v, err := tag.Expected(model)
		if err != nil {
			t.Error(err)
		}
		if v < tag.Lo || v > tag.Hi {
			t.Errorf("%s: %g %s at the base is outside %g to %g", tag.ID, v, tag.Unit, tag.Lo, tag.Hi)
		}
	}
	t.Logf("%d tags: %d move the model, %d from the laboratory", len(c.Tags), moves, late)
	if len(c.Tags) < 40 || moves < 15 || late < 10 {
		t.Errorf("%d tags, %d move the model, %d from the laboratory", len(c.Tags), moves, late)
	}
}

// live is a sound live file on the model m.toml, around more lines.
func live(more string) string {
	return "plant = 'm.toml'\nsite = 's'\n[kpis]\nnames = ['recovery.REE']\n[[tag]]\nid = 'a'\nunit = 'L/h'\nrange = ['0', '0.2 m3/h']\nmoves = 'leach_liquid_feed.flow'\n" + more
}

// TestFaultsOfALivePlant has one mistake per case, or several where they stand together.
func TestFaultsOfALivePlant(t *testing.T) {
	dir := t.TempDir()
	uky, err := os.ReadFile("../configs/uky.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "m.toml"), uky, 0o644); err != nil {
		t.Fatal(err)
	}
	model := loadModel(t, filepath.Join(dir, "m.toml"))
	tag := func(lines string) string { return live("[[tag]]\n" + lines + "\n") }
	good := "id = 'b'\nunit = '1'\nrange = ['0', '7']\n"
	for name, c := range map[string]struct{ text, want string }{
		"sound":         {tag(good + "signal = 'leach.pH'"), ""},
		"empty":         {"", "live.toml:1: plant: missing; needs a string\nlive.toml:1: site: missing; needs a string\nlive.toml:1: kpis: missing; needs a table [kpis] with names = [\"recovery.REE\"]\nlive.toml:1: tag: no tag; a live plant needs at least one [[tag]]"},
		"no file":       {strings.Replace(live(""), "m.toml", "n.toml", 1), "live.toml:1: plant: there is no file DIR/n.toml"},
		"unknown key":   {"cyle = '1 s'\n" + live(""), `live.toml:1: cyle: unknown key "cyle"; did you mean "cycle"?`},
		"cycle":         {"cycle = '1 L'\n" + live(""), `live.toml:1: cycle: "1 L" has the wrong dimension; needs e.g. "1 s"`},
		"site":          {strings.Replace(live(""), "'s'", "'s 1'", 1), `live.toml:2: site: "s 1"; needs a name without blanks`},
		"tag key":       {tag(good + "singal = 'leach.pH'"), `live.toml:14: tag[2].singal: unknown key "singal"; did you mean "signal"?`},
		"unit":          {tag("id = 'b'\nunit = 'L/hr'\nrange = ['0', '7']"), `live.toml:12: tag[2].unit: unit "L/hr": unknown unit "hr"; did you mean "h"?`},
		"two of one id": {tag("id = 'a'\nunit = '1'\nrange = ['0', '7']"), `live.toml:11: tag[2].id: "a" is an id of tag 1 already`},
		"blank id":      {tag("id = 'a b'\nunit = '1'\nrange = ['0', '7']"), `live.toml:11: tag[2].id: "a b"; needs a name without blanks`},
		"two of a node": {tag(good + "node = 'a'"), `live.toml:14: tag[2].node: "a" is a node of tag 1 already`},
		"moved twice":   {tag("id = 'b'\nunit = 'L/h'\nrange = ['0', '7']\nmoves = 'leach_liquid_feed.flow'"), `live.toml:14: tag[2].moves: "leach_liquid_feed.flow" is what moves of tag 1 already`},
		"range":         {tag("id = 'b'\nunit = '1'\nrange = ['7', '7']"), `live.toml:13: tag[2].range: 7 is not below 7`},
		"one end":       {tag("id = 'b'\nunit = '1'\nrange = ['7']"), `live.toml:13: tag[2].range: 1 values; needs two, such as ["0", "40"]`},
		"numbers":       {tag("id = 'b'\nunit = '1'\nrange = [0, '7']"), `live.toml:13: tag[2].range[1]: 0; needs a string`},
		"other range":   {tag("id = 'b'\nunit = 'L/h'\nrange = ['0', '7 kg/h']"), `live.toml:13: tag[2].range: "7 kg/h" is no quantity in L/h`},
		"no number":     {tag("id = 'b'\nunit = 'L/h'\nrange = ['0', 'x']"), `live.toml:13: tag[2].range: "x" does not begin with a number`},
		"dead too soon": {tag(good + "stale = '1 h'"), `live.toml:10: tag[2].dead: 10s is not after stale, 1h0m0s`},
		"signal":        {tag(good + "signal = 'laech.pH'"), `live.toml:14: tag[2].signal: "laech.pH" is no stream, unit or KPI of this plant`},
		"signal name":   {tag(good + "signal = 'leach.Ph2'"), `live.toml:14: tag[2].signal: leach has no signal or handle "Ph2"; did you mean "pH"?`},
		"signal unit":   {tag(good + "signal = 'leach_filtrate.m3_s'"), `live.toml:14: tag[2].signal: leach_filtrate.m3_s is in m3/s, the tag in 1`},
		"no pH":         {tag(good + "signal = 'rougher_org_in.pH'"), `live.toml:14: tag[2].signal: rougher_org_in.pH has no value in this model`},
		"handle":        {tag(good + "moves = 'acid_fed2.flow'"), `live.toml:14: tag[2].moves: acid_fed2.flow: no such unit or handle; did you mean "acid_feed2"?`},
		"gang":          {tag(good + "moves = 'dosag'"), `did you mean "dosage"?`},
		"handle unit":   {tag(good + "moves = 'acid_feed2.flow'"), `live.toml:14: tag[2].moves: acid_feed2.flow is in m3/s, the tag in 1`},
		"handle range":  {tag(good + "moves = 'load_sep.split.recycle'"), `live.toml:13: tag[2].range: 0 to 7 1 is more than load_sep.split.recycle can take: 0 to 1 1`},
		"gang and part": {tag("id = 'b'\nunit = 'mol/L'\nrange = ['0', '2']\nmoves = 'dosage'\n[[tag]]\nid = 'c'\nunit = 'mol/L'\nrange = ['0', '2']\nmoves = 'rougher_org_make_up.tenor.D2EHPA'"),
			`live.toml:19: tag[3].moves: rougher_org_make_up.tenor.D2EHPA is moved by b already`},
		"KPI": {strings.Replace(live(""), "recovery.REE", "recovry.REE", 1), `live.toml:4: kpis.names: no KPI "recovry.REE" in the model; did you mean "recovery.REE"?`},
	} {
		path := filepath.Join(dir, "live.toml")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		config, _, err := ReadConfig(path)
		if err == nil {
			err = config.Check(model)
		}
		got := ""
		if err != nil {
			var faults conf.Faults
			if !errors.As(err, &faults) {
				t.Errorf("%s: not conf.Faults: %v", name, err)
			}
			got = strings.ReplaceAll(strings.ReplaceAll(err.Error(), path, "live.toml"), dir, "DIR")
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) || strings.Count(got, "\n") != strings.Count(c.want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// A Config made by a program is checked as well, and names its tags instead of lines.
func TestCheckWithoutFile(t *testing.T) {
	c := &Config{KPIs: []string{"recovery.Ndd"}, Tags: []Tag{
		{ID: "x", Unit: "degC", Lo: 0, Hi: 90, Signal: "leach.pH"},
		{ID: "y", Unit: "degC", Lo: -100, Hi: 90, Moves: "precipitator.temperature"},
	}}
	err := c.Check(loadModel(t, "../configs/uky.toml"))
	want := "tag x: signal: leach.pH is in 1, the tag in degC\n" +
		"tag y: range: -100 to 90 degC is more than precipitator.temperature can take: 250 to 450 K\n" +
		`no KPI "recovery.Ndd" in the model; did you mean "recovery.Nd"?`
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

func TestTagUnits(t *testing.T) {
	for _, c := range []struct {
		unit, of  string
		v, si, in float64 // v in the tag's unit is si; v in of is in the tag's unit
	}{
		{"mg/L", "g/m3", 40, 0.04, 40},
		{"g/L", "g/m3", 40, 40, 0.04},
		{"degC", "K", 300, 573.15, 26.85},
		{"degF", "K", 300, 422.039, 80.33},
		{"%", "1", 0.5, 0.005, 50},
		{"L/h", "m3/s", 36, 1e-5, 36 * 3.6e6},
		{"mol/L", "mol/m3", 2, 2000, 0.002},
	} {
		tag := Tag{ID: "x", Unit: c.unit}
		v, err := tag.SI(c.v)
		if err != nil || math.Abs(v-c.si) > 1e-5*math.Abs(c.si) {
			t.Errorf("%g %s is %g SI, want %g (%v)", c.v, c.unit, v, c.si, err)
		}
		v, err = tag.InUnit(c.v, c.of)
		if err != nil || math.Abs(v-c.in) > 1e-9*math.Abs(c.in) {
			t.Errorf("%g %s is %g %s, want %g (%v)", c.v, c.of, v, c.unit, c.in, err)
		}
	}
	if _, err := (Tag{ID: "x", Unit: "L/h"}).InUnit(1, "kg/s"); err == nil || !strings.Contains(err.Error(), "tag x: a value in kg/s is no quantity in L/h") {
		t.Error(err)
	}
	if _, err := (Tag{ID: "x", Unit: "L/hr"}).SI(1); err == nil || !strings.Contains(err.Error(), `did you mean "h"?`) {
		t.Error(err)
	}
}

// A handle of the model, set to what a tag shows of it, is where it was.
func TestMovesReturnTheirHandles(t *testing.T) {
	c, _, err := ReadConfig(liveFile)
	if err != nil {
		t.Fatal(err)
	}
	model := loadModel(t, c.Plant)
	if err := model.Solve(); err != nil {
		t.Fatal(err)
	}
	for _, tag := range c.Tags {
		if tag.Moves == "" {
			continue
		}
		before, err := model.Handle(tag.Moves)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := tag.Expected(model)
		if err != nil {
			t.Fatal(err)
		}
		v, err := tag.SI(shown)
		if err != nil || math.Abs(v-before) > 1e-12*math.Abs(before) {
			t.Errorf("%s: %g %s is %g, the handle is %g (%v)", tag.ID, shown, tag.Unit, v, before, err)
		}
	}
}

func FuzzReadConfig(f *testing.F) {
	text, err := os.ReadFile(liveFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add(live(""))
	f.Add(live("[[tag]]\nid = 'b'\nunit = 'degC'\nrange = ['0', '1e308 degC']\ndead = '1e300 s'\n"))
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := conf.Parse("live.toml", []byte(text))
		if err != nil {
			return
		}
		c := readConfig(tree)
		if tree.Err() != nil {
			return
		}
		ids := map[string]bool{}
		for _, tag := range c.Tags {
			if _, err := si.ParseUnit(tag.Unit); err != nil || tag.ID == "" || ids[tag.ID] || !(tag.Lo < tag.Hi) || math.IsInf(tag.Hi-tag.Lo, 0) || tag.Stale <= 0 || tag.Dead <= tag.Stale {
				t.Fatalf("%+v is no sound tag", tag)
			}
			ids[tag.ID] = true
		}
		if len(c.Tags) == 0 || c.Cycle <= 0 || c.Lateness < 0 {
			t.Fatalf("%+v", c)
		}
	})
}
