package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
)

func readJSON(path string) ([]Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	return parseJSON(path, text)
}

// parseJSON reads a case file; name stands for it in faults.
func parseJSON(name string, text []byte) ([]Case, error) {
	var faults conf.Faults
	note := func(line int, path, format string, args ...any) {
		faults = append(faults, conf.Fault{File: name, Line: line, Path: path, Msg: fmt.Sprintf(format, args...)})
	}
	var file struct {
		Schema string `json:"schema"`
		Note   string `json:"note"`
		Cases  []Case `json:"cases"`
	}
	err := json.Unmarshal(text, &file)
	if bad, ok := errors.AsType[*json.SyntaxError](err); ok {
		note(lineAt(text, bad.Offset), "", "%v", err)
		return nil, faults
	}
	o := &outline{text: text, decoder: json.NewDecoder(bytes.NewReader(text)), line: map[string]int{}}
	o.value("")
	for _, p := range o.paths {
		if !known(p) {
			key := p[strings.LastIndexByte(p, '.')+1:]
			note(o.line[p], p, "unknown key %q%s", key, meant(key))
		}
	}
	for _, p := range o.twice {
		note(o.line[p], p, "given twice")
	}
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		note(lineAt(text, bad.Offset), bad.Field, "%s; needs a %s", bad.Value, bad.Type.Kind())
	} else if err != nil {
		note(1, "", "%v", err)
	}
	if err == nil {
		check(file.Schema, file.Cases, func(place, format string, args ...any) {
			note(o.near(place), place, format, args...)
		})
		for i, c := range file.Cases {
			for k := range c.Expect {
				if p := fmt.Sprintf("cases[%d].expect[%d].value", i, k); o.line[p] == 0 {
					note(o.near(p), p, "missing; needs a number")
				}
			}
		}
	}
	if len(faults) > 0 {
		slices.SortStableFunc(faults, func(a, b conf.Fault) int { return a.Line - b.Line })
		return nil, faults
	}
	return file.Cases, nil
}

// keys of a case file by level; those of set and input are free.
func keys() map[string][]string {
	return map[string][]string{
		"":                 {"schema", "note", "cases"},
		"cases[]":          {"id", "kind", "role", "config", "set", "input", "run", "expect", "source"},
		"cases[].run":      {"for", "every", "step", "tolerance", "at"},
		"cases[].expect[]": {"path", "value", "unit", "rel", "abs", "note"},
	}
}

// known says whether a key may stand where it does.
func known(path string) bool {
	level, key := general(path)
	if names, ok := keys()[level]; ok {
		return slices.Contains(names, key)
	}
	return strings.HasPrefix(level, "cases[].set") || strings.HasPrefix(level, "cases[].input")
}

// general splits a path in its level, without indices, and its key.
func general(path string) (level, key string) {
	var b strings.Builder
	inside := false
	for _, r := range path {
		switch {
		case r == '[':
			inside = true
			b.WriteString("[]")
		case r == ']':
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	all := b.String()
	// a key of set holds dots: what follows it is all one key
	for _, free := range []string{"cases[].set.", "cases[].input."} {
		if strings.HasPrefix(all, free) {
			return free[:len(free)-1], all[len(free):]
		}
	}
	dot := strings.LastIndexByte(all, '.')
	return all[:max(dot, 0)], all[dot+1:]
}

func meant(key string) string {
	var names []string
	for _, k := range keys() {
		names = append(names, k...)
	}
	slices.Sort(names)
	if near := conf.Nearest(key, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// outline finds the line of every key of a JSON text that is known to be valid.
type outline struct {
	text    []byte
	decoder *json.Decoder
	line    map[string]int
	paths   []string // of keys, in file order
	twice   []string
}

func (o *outline) here() int { return lineAt(o.text, o.decoder.InputOffset()) }

// value walks through one value.
func (o *outline) value(path string) {
	token, err := o.decoder.Token()
	if err != nil {
		return
	}
	if _, seen := o.line[path]; !seen {
		o.line[path] = o.here()
	}
	switch token {
	case json.Delim('{'):
		for o.decoder.More() {
			key, err := o.decoder.Token()
			if err != nil {
				return
			}
			p := strings.TrimPrefix(path+"."+fmt.Sprint(key), ".")
			if _, seen := o.line[p]; seen {
				o.twice = append(o.twice, p)
			} else {
				o.paths = append(o.paths, p)
			}
			o.line[p] = o.here()
			o.value(p)
		}
	case json.Delim('['):
		for i := 0; o.decoder.More(); i++ {
			o.value(fmt.Sprintf("%s[%d]", path, i))
		}
	default:
		return
	}
	_, _ = o.decoder.Token() // the closing bracket of a valid text
}

// near is the line of a path, or of the nearest that holds it.
func (o *outline) near(path string) int {
	for path != "" {
		if line, ok := o.line[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return o.line[""]
}

func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(offset, int64(len(text)))], []byte("\n"))
}

func readTOML(path string) ([]Case, error) {
	tree, err := conf.Load(path)
	if err != nil {
		return nil, err
	}
	return parseTOML(tree)
}

func parseTOML(tree *conf.Tree) ([]Case, error) {
	root := tree.Root()
	schema := root.Text("schema")
	root.TextOr("note", "")
	at := map[string]*conf.Table{"": root}
	var cases []Case
	for i, t := range root.Tables("cases") {
		place := fmt.Sprintf("cases[%d].", i)
		at[place] = t
		if t.TextOr("kind", "") == Equilibrium {
			t.Fault("kind", "a case of kind %q is written in JSON", Equilibrium)
		}
		c := Case{ID: t.Text("id"), Kind: t.Text("kind"), Role: t.TextOr("role", ""), Source: t.Text("source")}
		if c.Kind == Thermo || c.Kind == Prices {
			c.Config = t.TextOr("config", "")
		} else {
			c.Config = t.Text("config")
		}
		if t.Has("set") {
			set := t.Table("set")
			c.Set = map[string]string{}
			for _, key := range set.Keys() {
				c.Set[key] = set.Text(key)
			}
			set.Close()
		}
		if t.Has("input") {
			c.Input = readInput(t.Table("input"))
		}
		if t.Has("run") {
			run := t.Table("run")
			at[place+"run."] = run
			c.Run = &RunInput{For: run.Text("for"), Every: run.Text("every"), Step: run.TextOr("step", ""),
				Tolerance: run.QuantityOr("tolerance", "1", 0, conf.NonNegative), At: run.TextsOr("at", nil)}
			run.Close()
		}
		for k, e := range t.Tables("expect") {
			at[fmt.Sprintf("%sexpect[%d].", place, k)] = e
			c.Expect = append(c.Expect, readExpect(e))
		}
		t.Close()
		cases = append(cases, c)
	}
	check(schema, cases, func(place, format string, args ...any) {
		dot := strings.LastIndexByte(place, '.') + 1
		t, key := at[place[:dot]], place[dot:]
		if t.Has(key) || !slices.Contains([]string{"schema", "id", "kind", "config", "source", "path", "for", "every"}, key) {
			t.Fault(key, format, args...) // a missing text has its fault already
		}
	})
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, err
	}
	return cases, nil
}

// readInput takes the values of a table as JSON would give them.
func readInput(t *conf.Table) map[string]any {
	input := map[string]any{}
	for _, key := range t.Keys() {
		switch t.Kind(key) {
		case "number":
			input[key] = t.Quantity(key, "1", conf.Any)
		case "bool":
			input[key] = t.Bool(key)
		case "table":
			input[key] = readInput(t.Table(key))
		default:
			input[key] = t.Text(key)
		}
	}
	return input
}

func readExpect(t *conf.Table) Expect {
	e := Expect{Path: t.Text("path"), Value: t.Quantity("value", "1", conf.Any), Unit: t.TextOr("unit", ""), Note: t.TextOr("note", "")}
	e.Rel = t.QuantityOr("rel", "1", 0, conf.NonNegative)
	e.Abs = t.QuantityOr("abs", "1", 0, conf.NonNegative)
	t.Close()
	return e
}
