package conf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"reetwin/flowsheet/si"
)

// Table is one table of the tree as its reader sees it. It remembers which
// keys were asked for, so that Close can name the others.
type Table struct {
	tree *Tree
	node *node
	path string
	mute bool // stands for something that is no table: already a fault
}

// Path is the key path from the top, "units.leach"; "" at the top. An element
// of an array of tables is called by its key name; without one, the second is
// [2].
func (t *Table) Path() string { return t.path }

// Keys lists the keys in file order, those of the base first.
func (t *Table) Keys() []string { return slices.Clone(t.node.keys) }

// Has reports whether the key is there. Like Kind it does not count as asking
// for it.
func (t *Table) Has(key string) bool {
	if _, known := t.node.asked[key]; !known {
		t.node.asked[key] = false
	}
	return t.node.kids[key] != nil
}

// File is the file in which the key stands: the one given to Load or one of its bases; "--set …" for an assignment, ""
// when the key is missing.
func (t *Table) File(key string) string {
	if !t.Has(key) {
		return ""
	}
	return t.node.kids[key].at.file
}

// Kind is "string", "number", "bool", "date", "array", "table", "tables" (an
// array of tables with at least one element), or "" when the key is missing.
func (t *Table) Kind(key string) string {
	if !t.Has(key) {
		return ""
	}
	return string(t.node.kids[key].kind)
}

// Table returns the table at the key. A missing one reads as empty: its
// required keys are reported as missing, at the line of t. What is no table is
// a fault and reads as a table that reports nothing more.
func (t *Table) Table(key string) *Table {
	n := t.ask(key)
	if n == nil {
		return &Table{tree: t.tree, node: newTable(t.node.at), path: t.join(key), mute: t.mute}
	}
	if n.kind != kindTable {
		t.wrong(key, n, "needs a table [%s]", t.join(key))
		return &Table{tree: t.tree, node: newTable(n.at), path: t.join(key), mute: true}
	}
	return &Table{tree: t.tree, node: n, path: t.join(key)}
}

// Required is Table for a table that must be there: a missing one is one fault
// and reads as a table that reports nothing more. like shows what it holds.
func (t *Table) Required(key, like string) *Table {
	table := t.Table(key)
	if t.node.kids[key] == nil {
		t.need(key, fmt.Sprintf("a table [%s] with %s", table.path, like))
		table.mute = true
	}
	return table
}

// Faulty reports whether a fault was noted so far at the key or below it; for
// "", anywhere in the table. What rests on such a value is no fault of its own.
func (t *Table) Faulty(key string) bool {
	if t.mute {
		return true
	}
	at, path := t.node, t.path
	if key != "" {
		at, path = t.node.kids[key], t.join(key)
	}
	return slices.ContainsFunc(t.tree.faults, func(f Fault) bool {
		if f.Path == path { // elements of an array of tables may share a name
			return at == nil || f.File == at.at.file && f.Line == at.at.line
		}
		return strings.HasPrefix(f.Path, path) && (path == "" || strings.ContainsRune(".[", rune(f.Path[len(path)])))
	})
}

// Tables returns the elements of the array of tables at the key: none when it
// is missing or empty.
func (t *Table) Tables(key string) []*Table {
	n := t.ask(key)
	if n == nil || n.kind == kindArray && len(n.list) == 0 {
		return nil
	}
	if n.kind != kindTables {
		t.wrong(key, n, "needs tables [[%s]]", t.join(key))
		return nil
	}
	tables := make([]*Table, len(n.list))
	for i, element := range n.list {
		path := fmt.Sprintf("%s[%d]", t.join(key), i+1)
		if name := element.name(); name != "" {
			path = t.join(key) + "." + quote(name)
		}
		tables[i] = &Table{tree: t.tree, node: element, path: path}
	}
	return tables
}

// Fault notes a fault at the key, or at the table when key is "" or missing.
func (t *Table) Fault(key, format string, args ...any) {
	at, path := t.node.at, t.path
	if key != "" {
		path = t.join(key)
		if n := t.ask(key); n != nil {
			at = n.at
		}
	}
	t.note(at, path, format, args...)
}

// Skip marks keys as known.
func (t *Table) Skip(keys ...string) {
	for _, key := range keys {
		t.ask(key)
	}
}

// Close makes a fault of every key never asked for. It looks at this table
// only; the tables in it are closed by whoever reads them. A required key that
// was probably meant is not missing besides.
func (t *Table) Close() {
	var known []string
	for key := range t.node.asked {
		known = append(known, key)
	}
	slices.Sort(known)
	for _, key := range t.node.keys {
		if !t.node.asked[key] {
			others := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == key })
			t.note(t.node.kids[key].at, t.join(key), "unknown key %q; %s", key, Hint(key, others))
			if near := Nearest(key, others); near != "" && t.node.kids[near] == nil {
				t.tree.forgive(t.node.at, t.join(near))
			}
		}
	}
}

// Nearest returns the name that was probably meant, or "" when nothing is
// near: equal but for case, else the fewest edits, else the only one that
// begins with name or that name begins with ("setpoint" and "set").
func Nearest(name string, names []string) string {
	if near := si.Nearest(name, names); near != "" {
		return near
	}
	found, lower := "", strings.ToLower(name)
	for _, n := range names {
		n = strings.ToLower(n)
		if min(len(n), len(lower)) < 3 || !strings.HasPrefix(n, lower) && !strings.HasPrefix(lower, n) {
			continue
		}
		if found != "" {
			return ""
		}
		found = n
	}
	i := slices.IndexFunc(names, func(n string) bool { return found != "" && strings.ToLower(n) == found })
	if i < 0 {
		return ""
	}
	return names[i]
}

// Hint ends a message about an unknown name: with the name that was probably
// meant, else with those that there are.
func Hint(name string, names []string) string {
	if near := Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	const most = 1000
	switch {
	case len(names) == 0:
		return "there is none"
	case len(names) > most:
		return "known are " + strings.Join(names[:most], ", ") + ", …"
	}
	return "known are " + strings.Join(names, ", ")
}

// meant is the end of a message about an unknown name.
func meant(name string, names []string) string {
	if near := Nearest(name, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// ask returns the node of a key, or nil, and remembers that it is known.
func (t *Table) ask(key string) *node {
	t.node.asked[key] = true
	return t.node.kids[key]
}

// need is ask for a required key: a missing one is a fault.
func (t *Table) need(key, wanted string) *node {
	n := t.ask(key)
	if n == nil {
		t.note(t.node.at, t.join(key), missing+"needs %s", wanted)
	}
	return n
}

// wrong notes that the key holds what it may not.
func (t *Table) wrong(key string, n *node, format string, args ...any) {
	t.note(n.at, t.join(key), "%s; %s", n.show(), fmt.Sprintf(format, args...))
}

func (t *Table) note(at place, path, format string, args ...any) {
	if !t.mute {
		t.tree.note(at, path, fmt.Sprintf(format, args...))
	}
}

func (t *Table) join(key string) string {
	if t.path == "" {
		return quote(key)
	}
	return t.path + "." + quote(key)
}

// quote puts a key in quotes that could be misread in a path.
func quote(key string) string {
	if key == "" || strings.ContainsAny(key, ".=\" \t\r\n") {
		return strconv.Quote(key)
	}
	return key
}

// show writes the value for a message.
func (n *node) show() string {
	switch v := n.value.(type) {
	case string:
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case int64, bool:
		return fmt.Sprint(v)
	}
	switch n.kind {
	case kindDate:
		return "a date without quotes"
	case kindTables:
		return "an array of tables"
	case kindArray:
		return "an array"
	}
	return "a table"
}
