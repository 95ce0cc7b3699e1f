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

// Tree is one file with what it is based on and what Set changed, and the
// faults found so far. One goroutine at a time may use it.
type Tree struct {
	dir    string
	files  []string // the file, its base, the base of that, ..., the assignments
	root   *node
	faults Faults
	above  []string // the files that this one is a part of
	parts  []string // names of what was laid under it, see Under
}

// baseKey names the file to lay this one over.
const baseKey = "base"

// Load reads a file and its bases. Faults of syntax, and of the key base, come
// back as Faults; a file that cannot be read as the error of os.ReadFile.
func Load(path string) (*Tree, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	t := &Tree{dir: filepath.Dir(path)}
	if t.root, err = t.load(path, text, nil); err != nil {
		return nil, err
	}
	return t, nil
}

// Parse reads a text; name stands for the file in faults and its folder is
// Dir. There is no file to find a base from, so the key base is a fault.
func Parse(name string, text []byte) (*Tree, error) {
	root, err := read(name, text)
	if err != nil {
		return nil, err
	}
	if base := root.drop(baseKey); base != nil {
		return nil, Faults{{base.at.file, base.at.line, baseKey, "only a file may have a base"}}
	}
	return &Tree{dir: filepath.Dir(name), files: []string{name}, root: root}, nil
}

// load reads the text of a file and lays it over its base; above are the files
// being laid over this one.
func (t *Tree) load(path string, text []byte, above []os.FileInfo) (*node, error) {
	t.files = append(t.files, path)
	root, err := read(path, text)
	if err != nil {
		return nil, err
	}
	key := root.drop(baseKey)
	if key == nil {
		return root, nil
	}
	fault := func(format string, args ...any) error {
		return Faults{{path, key.at.line, baseKey, fmt.Sprintf(format, args...)}}
	}
	name, ok := key.value.(string)
	if !ok || name == "" {
		return nil, fault("%s; needs the name of a file", key.show())
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(path), name)
	}
	self, err := os.Stat(path)
	if err != nil {
		return nil, fault("%v", err)
	}
	above = append(above, self)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault("there is no file %s", name)
	case err != nil:
		return nil, fault("%v", err)
	}
	if slices.ContainsFunc(above, func(f os.FileInfo) bool { return os.SameFile(f, info) }) {
		return nil, fault("%s is based on itself: %s", name, strings.Join(t.files, " <- ")+" <- "+name)
	}
	if text, err = os.ReadFile(name); err != nil {
		return nil, fault("%v", err)
	}
	below, err := t.load(name, text, above)
	if err != nil {
		return nil, err
	}
	return below.lay(root), nil
}

// Root returns the top table.
func (t *Tree) Root() *Table { return &Table{tree: t, node: t.root} }

// Dir is the folder of the file, for relative paths. It is that of the file
// given to Load, also for values that came from a base in another folder.
func (t *Tree) Dir() string { return t.dir }

// Err returns nil, or as Faults all that was found so far: the file first,
// then its bases, each by line, then the assignments of Set.
func (t *Tree) Err() error {
	if len(t.faults) == 0 {
		return nil
	}
	sorted := slices.Clone(t.faults)
	slices.SortStableFunc(sorted, func(a, b Fault) int {
		if a.File != b.File {
			return slices.Index(t.files, a.File) - slices.Index(t.files, b.File)
		}
		return a.Line - b.Line
	})
	return sorted
}

// missing begins the message about a required key that is not there.
const missing = "missing; "

// forgive takes back that a key is missing.
func (t *Tree) forgive(at place, path string) {
	t.faults = slices.DeleteFunc(t.faults, func(f Fault) bool {
		return f.File == at.file && f.Line == at.line && f.Path == path && strings.HasPrefix(f.Msg, missing)
	})
}

// note keeps a fault, once.
func (t *Tree) note(at place, path, msg string) {
	if f := (Fault{at.file, at.line, path, msg}); !slices.Contains(t.faults, f) {
		t.faults = append(t.faults, f)
	}
}
