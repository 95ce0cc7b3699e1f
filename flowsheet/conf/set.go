package conf

import (
	"fmt"
	"slices"
	"strings"
)

// below is the table that a path whose first element is not a top-level key
// starts in.
const below = "units"

// elsewhere is the key by which a unit names the file that the rest of it stands in.
const elsewhere = "from"

// Set makes an assignment "path=value" as if it stood in the file; it comes
// before reading.
//
// The value is a TOML number, bool, string or array; any other text is a
// string, so `leach.volume=200 gal` needs no quotes. The path starts at the
// top or, when its first element is no top-level key, below units. A key with
// dots is found because the longest existing key wins, or is written in double
// quotes; an element of an array of tables is addressed by its key name. The
// last element may be new, the tables before it must exist (but one table of a
// unit whose key from names another file): the error names the nearest. A table
// is not replaced as a whole.
func (t *Tree) Set(assignment string) error {
	path, text, ok := cutAssignment(assignment)
	if !ok || path == "" {
		return fmt.Errorf("--set %s: needs the form path=value", assignment)
	}
	at := place{file: "--set " + assignment}
	value := literal(text)
	value.move(at)
	if err := t.assign(path, value); err != nil {
		return fmt.Errorf("--set %s: %w", assignment, err)
	}
	if !slices.Contains(t.files, at.file) {
		t.files = append(t.files, at.file)
	}
	return nil
}

func (t *Tree) assign(path string, value *node) error {
	if path == baseKey {
		return fmt.Errorf("the base of a file cannot be set")
	}
	units := t.root.kids[below]
	if rest, ok := strings.CutPrefix(path, below+"."); ok && units != nil && units.kind == kindTable {
		units.layOver(rest, value.at)
	}
	if len(t.root.steps(path)) > 0 || units == nil || units.kind != kindTable {
		return t.root.assign(path, value, t.root.names())
	}
	if len(units.steps(path)) > 0 {
		units.layOver(path, value.at)
		return units.assign(path, value, units.names())
	}
	return t.root.assign(path, value, append(units.names(), t.root.names()...))
}

// layOver makes the table that a path below units names, "amd.tenor" of "amd.tenor.Al", where a unit takes the rest from
// another file (its key from): the assignment then lies over a number of that file.
func (n *node) layOver(path string, at place) {
	for _, s := range n.steps(path) {
		if s.last || s.kid.kind != kindTable || s.kid.kids[elsewhere] == nil || len(s.kid.steps(s.rest)) > 0 {
			continue
		}
		if key, rest := cutKey(s.rest); key != "" && len(rest) > 1 {
			s.kid.put(key, newTable(at))
		}
		return
	}
}

// step is one way to begin a path: the node it leads to and what is left.
type step struct {
	key  string
	kid  *node
	rest string
	last bool
}

// steps lists the ways to begin the path at a node, longest first.
func (n *node) steps(path string) []step {
	var all []step
	try := func(key string, kid *node) {
		for _, form := range []string{key, `"` + key + `"`} {
			if form == path {
				all = append(all, step{key: key, kid: kid, last: true})
			} else if rest, ok := strings.CutPrefix(path, form+"."); ok && form != "" {
				all = append(all, step{key: key, kid: kid, rest: rest})
			}
		}
	}
	if n.kind == kindTables {
		for _, element := range n.list {
			if name := element.name(); name != "" {
				try(name, element)
			}
		}
	} else {
		for _, key := range n.keys {
			try(key, n.kids[key])
		}
	}
	slices.SortStableFunc(all, func(a, b step) int { return len(a.rest) - len(b.rest) })
	return all
}

// assign sets the value at the path below n, a table or an array of tables.
// When the path begins with nothing known, the error names the nearest hint.
func (n *node) assign(path string, value *node, hints []string) error {
	steps := n.steps(path)
	if n.kind == kindTables && len(steps) > 1 && steps[0].key == steps[1].key {
		return fmt.Errorf("%q is the name of several tables", steps[0].key)
	}
	var longest error
	for _, s := range steps {
		err := n.follow(s, value)
		if err == nil {
			return nil
		}
		if longest == nil {
			longest = err
		}
	}
	if longest != nil {
		return longest
	}
	key, rest := cutKey(path)
	switch {
	case key == "":
		return fmt.Errorf("the path has an empty key")
	case rest == "" && n.kind == kindTable:
		n.put(key, value)
		return nil
	}
	return fmt.Errorf("no table %q; %s", key, Hint(key, hints))
}

// follow sets the value in the direction of one step.
func (n *node) follow(s step, value *node) error {
	table := s.kid.kind == kindTable || s.kid.kind == kindTables
	switch {
	case s.last && table:
		return fmt.Errorf("%q is a table; name a key in it", s.key)
	case s.last:
		n.put(s.key, value)
		return nil
	case !table:
		return fmt.Errorf("%q is %s, not a table", s.key, s.kid.show())
	}
	return s.kid.assign(s.rest, value, s.kid.names())
}

// names lists the tables in a table or the elements of an array of tables.
func (n *node) names() []string {
	var names []string
	for _, key := range n.keys {
		if k := n.kids[key].kind; k == kindTable || k == kindTables {
			names = append(names, key)
		}
	}
	for _, element := range n.list {
		if name := element.name(); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// name is what an element of an array of tables calls itself, or "".
func (n *node) name() string {
	if kid, ok := n.kids["name"]; ok {
		name, _ := kid.value.(string)
		return name
	}
	return ""
}

// cutAssignment cuts at the first '=' outside double quotes.
func cutAssignment(s string) (path, value string, ok bool) {
	inside := false
	for i, r := range s {
		switch {
		case r == '"':
			inside = !inside
		case r == '=' && !inside:
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:]), true
		}
	}
	return "", "", false
}

// cutKey cuts the first key, perhaps in double quotes, from a path. The rest
// keeps its dot.
func cutKey(path string) (key, rest string) {
	if quoted, ok := strings.CutPrefix(path, `"`); ok {
		if key, rest, ok := strings.Cut(quoted, `"`); ok && (rest == "" || rest[0] == '.') {
			return key, rest
		}
	}
	if i := strings.IndexByte(path, '.'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// literal reads the value of an assignment.
func literal(text string) *node {
	plain := &node{kind: kindString, value: text}
	root, err := read("", []byte("x = "+text))
	if err != nil || len(root.keys) != 1 {
		return plain
	}
	n := root.kids["x"]
	switch n.kind {
	case kindNumber, kindBool:
		if strings.Contains(text, "#") { // a comment is part of the text here
			return plain
		}
		return n
	case kindString, kindArray, kindTables:
		return n
	}
	return plain // dates and inline tables
}
