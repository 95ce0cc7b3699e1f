package conf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Part loads the file that a key of this tree names, relative to the file in which the key stands, as a tree of its own that can be renamed and
// then laid under this one. Faults of the key and of the file's syntax go to this tree; the part is then nil. A file may not be a part of itself.
func (t *Tree) Part(table *Table, key string) *Tree {
	name := table.Text(key)
	if table.Faulty(key) {
		return nil
	}
	at := table.node.kids[key].at
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(at.file), name)
	}
	if at.line == 0 && !filepath.IsAbs(name) { // an assignment: relative to the plant's file
		name = filepath.Join(t.dir, table.node.kids[key].value.(string))
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		table.Fault(key, "there is no file %s", name)
		return nil
	case err != nil:
		table.Fault(key, "%v", err)
		return nil
	}
	part := &Tree{dir: filepath.Dir(name), above: append(slices.Clone(t.above), t.files[0])}
	for i, file := range part.above {
		if above, err := os.Stat(file); err == nil && os.SameFile(above, info) {
			table.Fault(key, "%s includes itself: %s", name, strings.Join(append(part.above[i:], name), " <- "))
			return nil
		}
	}
	text, err := os.ReadFile(name)
	if err == nil {
		part.root, err = part.load(name, text, nil)
	}
	if faults, ok := errors.AsType[Faults](err); ok {
		t.gather(part.files, faults)
		return nil
	}
	if err != nil {
		table.Fault(key, "%v", err)
		return nil
	}
	return part
}

// Faults notes all faults of a part in this tree.
func (t *Tree) Faults(part *Tree) { t.gather(part.files, part.faults) }

func (t *Tree) gather(files []string, faults Faults) {
	for _, file := range files {
		if !slices.Contains(t.files, file) {
			t.files = append(t.files, file)
		}
	}
	for _, f := range faults {
		if !slices.Contains(t.faults, f) {
			t.faults = append(t.faults, f)
		}
	}
}

// Under lays the tree over a part: tables merge, arrays of tables are appended to those of the part, all other values stay those of the tree. The
// part is used up; the names are what Parts lists of it.
func (t *Tree) Under(part *Tree, names ...string) {
	t.Faults(part)
	t.root = part.root.lay(t.root)
	t.parts = append(names, t.parts...)
}

// Parts lists the names of what was laid under the tree.
func (t *Tree) Parts() []string { return slices.Clone(t.parts) }

// TakeOne assigns the value of a table's key at a path, as Set does.
func (t *Tree) TakeOne(from *Table, key, path string) error {
	n := from.ask(key)
	t.gather([]string{n.at.file}, nil)
	return t.assign(path, n)
}

// Take assigns the values of a table at the paths that their keys make, but those of the keys named. What an assignment
// refuses is a fault of its key.
func (t *Tree) Take(from *Table, but ...string) { t.take(from, "", but) }

func (t *Tree) take(from *Table, path string, but []string) {
	for _, key := range from.Keys() {
		to := key // a key in quotes may be a path by itself
		if path != "" {
			to = path + "." + quote(key)
		}
		switch {
		case slices.Contains(but, key) && path == "":
		case from.Kind(key) == "table":
			t.take(from.Table(key), to, nil)
		default:
			if err := t.TakeOne(from, key, to); err != nil {
				from.Fault(key, "%v", err)
			}
		}
	}
}

// Leave takes out what stands at a path, which is written as in Set. The error names the nearest.
func (t *Tree) Leave(path string) error {
	from, hints := t.root, t.root.names()
	if units := t.root.kids[below]; units != nil && units.kind == kindTable {
		hints = append(units.names(), hints...)
		if len(t.root.steps(path)) == 0 {
			from = units
		}
	}
	return from.leave(path, hints)
}

func (n *node) leave(path string, hints []string) error {
	var longest error
	for _, s := range n.steps(path) {
		if s.last {
			if n.kind == kindTables {
				n.list = slices.DeleteFunc(n.list, func(e *node) bool { return e == s.kid })
			} else {
				n.drop(s.key)
			}
			return nil
		}
		err := s.kid.leave(s.rest, s.kid.names())
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
	key, _ := cutKey(path)
	return fmt.Errorf("there is no %q; %s", key, Hint(key, hints))
}

// RenameKeys gives the keys of the table at a path other names.
func (t *Tree) RenameKeys(path string, rename func(string) string) {
	for _, n := range t.root.match(strings.Split(path, ".")) {
		kids := map[string]*node{}
		for i, key := range n.keys {
			n.keys[i] = rename(key)
			kids[n.keys[i]] = n.kids[key]
		}
		if n.kids != nil {
			n.kids = kids
		}
	}
}

// RenameTexts replaces the texts at a path, in which * is any key and any element of an array: a text itself, those of an array, those of a table.
// It returns the texts as they were.
func (t *Tree) RenameTexts(path string, rename func(string) string) (texts []string) {
	put := func(n *node) {
		if v, ok := n.value.(string); ok && n.kind == kindString {
			texts = append(texts, v)
			n.value = rename(v)
		}
	}
	for _, n := range t.root.match(strings.Split(path, ".")) {
		put(n)
		for _, key := range n.keys {
			put(n.kids[key])
		}
		if n.kind == kindArray {
			for _, element := range n.list {
				put(element)
			}
		}
	}
	return texts
}

// match lists the nodes at a path in which * is any key or element.
func (n *node) match(path []string) (all []*node) {
	if len(path) == 0 {
		return []*node{n}
	}
	switch {
	case path[0] != "*":
		if kid := n.kids[path[0]]; kid != nil {
			return kid.match(path[1:])
		}
	case n.kind == kindTables:
		for _, element := range n.list {
			all = append(all, element.match(path[1:])...)
		}
	default:
		for _, key := range n.keys {
			all = append(all, n.kids[key].match(path[1:])...)
		}
	}
	return all
}

// Wrap moves the keys of a top-level table, but those named, into a table in it: [kpi.recovery] becomes [kpi.NAME.recovery].
func (t *Tree) Wrap(key, name string, but ...string) {
	table := t.root.kids[key]
	if table == nil || table.kind != kindTable {
		return
	}
	inner := newTable(table.at)
	for _, k := range slices.Clone(table.keys) {
		if !slices.Contains(but, k) {
			inner.put(k, table.drop(k))
		}
	}
	if len(inner.keys) > 0 {
		table.put(name, inner)
	}
}

// Unite makes the two tables at a key of the top say one thing: arrays hold the elements of both, the part's first. Any other value that differs
// is a fault at the part's, unless the tree's own was settled: then it stays.
func (t *Tree) Unite(key string, part *Tree, own func(path string) bool) {
	mine, theirs := t.root.kids[key], part.root.kids[key]
	if mine == nil || theirs == nil || mine.kind != kindTable || theirs.kind != kindTable {
		return
	}
	mine.unite(theirs, key, own, part)
}

func (n *node) unite(part *node, path string, own func(string) bool, tree *Tree) {
	for _, key := range part.keys {
		mine, theirs := n.kids[key], part.kids[key]
		switch at := path + "." + quote(key); {
		case mine == nil:
		case mine.kind == kindTable && theirs.kind == kindTable:
			mine.unite(theirs, at, own, tree)
		case mine.kind == kindArray && theirs.kind == kindArray:
			list := slices.Clone(theirs.list)
			for _, e := range mine.list {
				if !slices.ContainsFunc(list, func(o *node) bool { return o.kind == e.kind && o.value == e.value }) {
					list = append(list, e)
				}
			}
			mine.list = list
		case !own(at) && (mine.kind != theirs.kind || mine.value != theirs.value):
			tree.note(theirs.at, at, fmt.Sprintf("%s here, %s in %s:%d; the plant that includes both has to say which", theirs.show(), mine.show(), mine.at.file, mine.at.line))
		}
	}
}
