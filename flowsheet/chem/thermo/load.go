package thermo

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

//go:embed data/*.toml
var embedded embed.FS

// Load reads the data here and lays the user's files over them in their order: an entry of the same name replaces, another is added.
// The error holds all faults of a file, by file, line and key. Without files all callers share one library.
func Load(files ...string) (*Library, error) {
	if len(files) == 0 {
		return shipped()
	}
	return load(files)
}

// shipped is the embedded data, read once.
var shipped = sync.OnceValues(func() (*Library, error) { return load(nil) })

func load(files []string) (*Library, error) {
	b := newBuilder()
	names, err := fs.Glob(embedded, "data/*.toml")
	if err != nil {
		return nil, fmt.Errorf("thermo data: %w", err)
	}
	// sources first: entries refer to them
	slices.SortStableFunc(names, func(a, b string) int {
		return strings.Compare(strings.TrimSuffix(a, "sources.toml"), strings.TrimSuffix(b, "sources.toml"))
	})
	for _, name := range names {
		text, err := fs.ReadFile(embedded, name)
		if err != nil {
			return nil, fmt.Errorf("thermo data: %w", err)
		}
		tree, err := conf.Parse(name, text)
		if err != nil {
			return nil, fmt.Errorf("thermo data: %w", err)
		}
		if err := b.read(tree); err != nil {
			return nil, err
		}
	}
	for _, name := range files {
		tree, err := conf.Load(name)
		if err != nil {
			return nil, fmt.Errorf("thermo data: %w", err)
		}
		if err := b.read(tree); err != nil {
			return nil, err
		}
	}
	b.assemble()
	return b.lib, nil
}

// source is what stands behind numbers.
type source struct {
	text        string
	class       chem.Class
	uh, us      float64 // J/mol, J/(mol K); NaN where none is taken
	content     float64
	uncertainty chem.Class
}

// builder gathers entries by key before they become species.
type builder struct {
	lib     *Library
	sources map[string]*source
	entries map[string][]*Form // "NAME", "NAME(g)", "NAME@SET"
	order   []string
}

func newBuilder() *builder {
	return &builder{sources: map[string]*source{}, entries: map[string][]*Form{},
		lib: &Library{species: map[string]*Species{}, vapours: map[string]*Vapour{}, melts: map[string]*Melt{}}}
}

func classes() []string {
	return []string{string(chem.Measured), string(chem.Derived), string(chem.Estimated), string(chem.Assumed)}
}

func (b *builder) read(tree *conf.Tree) error {
	root := tree.Root()
	if root.Has("source") {
		t := root.Table("source")
		for _, key := range t.Keys() {
			one := t.Table(key)
			b.sources[key] = &source{
				text: one.Text("text"), class: chem.Class(one.Choice("class", classes()...)),
				uh:          one.QuantityOr("u_hf", "J/mol", math.NaN(), conf.NonNegative),
				us:          one.QuantityOr("u_s", "J/(mol K)", math.NaN(), conf.NonNegative),
				content:     one.QuantityOr("u_heat", "1", math.NaN(), conf.Between(0, 1)),
				uncertainty: chem.Class(one.ChoiceOr("u_class", string(chem.Assumed), classes()...)),
			}
			one.Close()
		}
	}
	if root.Has("entry") {
		t := root.Table("entry")
		for _, key := range t.Keys() {
			one := t.Table(key)
			e := &entryReader{b: b, t: one, key: key}
			if forms := e.read(); len(forms) > 0 {
				if b.entries[key] == nil {
					b.order = append(b.order, key)
				}
				b.entries[key] = forms
			}
			one.Close()
		}
	}
	for block, read := range map[string]func(*conf.Table, string){"vapour": b.readVapour, "melt": b.readMelt} {
		if !root.Has(block) {
			continue
		}
		t := root.Table(block)
		for _, key := range t.Keys() {
			one := t.Table(key)
			read(one, key)
			one.Close()
		}
	}
	root.Close()
	if err := tree.Err(); err != nil {
		return fmt.Errorf("thermo data: %w", err)
	}
	return nil
}

// source reads the key of a source; or is taken where it is missing.
func (b *builder) source(t *conf.Table, key string, or *source) *source {
	if !t.Has(key) && or != nil {
		return or
	}
	name := t.Text(key)
	if s := b.sources[name]; s != nil {
		return s
	}
	if !t.Faulty(key) {
		t.Fault(key, "there is no source %q; %s", name, conf.Hint(name, slices.Sorted(maps.Keys(b.sources))))
	}
	return &source{uh: math.NaN(), us: math.NaN(), content: math.NaN()}
}

// assemble makes species of the entries: the forms of "NAME", "NAME(g)" and "NAME(aq)" belong together.
func (b *builder) assemble() {
	for _, key := range b.order {
		for _, f := range b.entries[key] {
			s := b.lib.species[f.Species.Name]
			if s == nil {
				s = f.Species
				b.lib.species[s.Name] = s
				b.lib.names = append(b.lib.names, s.Name)
			}
			f.Species = s
			s.Forms = append(s.Forms, f)
		}
	}
	slices.Sort(b.lib.names)
	rank := []State{Solid, Liquid, Gas, Aqueous}
	for _, s := range b.lib.species {
		slices.SortStableFunc(s.Forms, func(f, g *Form) int { return slices.Index(rank, f.State) - slices.Index(rank, g.State) })
	}
}
