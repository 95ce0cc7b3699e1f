package assay

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"reetwin/configs"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// The kinds of feed.
const (
	Water = "water"
	Solid = "solid"
)

// REE is the name of all rare earths together.
const REE = "REE"

// Feed is one analysis.
type Feed struct {
	Name        string // of its file, without folder and .toml
	Description string
	Kind        string // Water or Solid
	Source      string // of the file; each amount has its own
	Assumed     []string
	Missing     []Gap // what is not known, as the file says

	PH, T   float64  // of a water; PH is NaN where it is not known, T in K
	Balance string   // of a water: what closes its charge, S, Cl, N or Na; "" for nothing
	Form    string   // of a solid: what its elements are bound as, "oxide" or "metal"
	Rest    string   // of a solid: what the part that is not listed counts as; "" for nothing
	Split   string   // how REE divides, a name of Splits or of a feed; "" for not known
	Amounts []Amount // in the order of the file
}

// Gap is something not known of a feed.
type Gap struct{ Key, Why string } // Key is pH, REE, split or matrix

// Amount is one number of an analysis.
type Amount struct {
	Name  string
	Value float64 // water: kg/m3 or, where Molar, mol/m3; solid: mass fraction
	Molar bool
	Basis
}

// Basis is what a number rests on.
type Basis struct {
	Class  chem.Class
	Source string
}

// Share is the part of one rare earth in all rare earths, by mass.
type Share struct {
	Element string
	Share   float64
}

// gaps are the keys of [missing].
func gaps() []string { return []string{"pH", REE, "split", "matrix"} }

// earths are the rare earths, in the order of their atomic numbers.
func earths() []string {
	return []string{"Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu"}
}

// Names lists the feeds of configs/feeds.
func Names() []string {
	files, err := fs.Glob(configs.Feeds, "feeds/*.toml")
	if err != nil {
		panic(err) // the pattern is malformed
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".toml")
	}
	return files
}

// Open reads a feed: a file if the name ends in .toml, relative to dir, else one of Names; the part before the first
// underscore will do where it says which ("W1"). The error is conf.Faults with every fault of the file, or names the nearest feed.
func Open(name, dir string) (*Feed, error) {
	base := strings.TrimSuffix(path.Base(filepath.ToSlash(name)), ".toml")
	if strings.HasSuffix(name, ".toml") {
		file := name
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		if _, err := os.Stat(file); err == nil {
			tree, err := conf.Load(file)
			if err != nil {
				return nil, err
			}
			return Read(base, tree)
		}
		if !slices.Contains(Names(), base) {
			return nil, fmt.Errorf("no file %s, and no feed %q; %s", file, base, conf.Hint(base, Names()))
		}
	}
	var found []string
	for _, known := range Names() {
		short, _, _ := strings.Cut(known, "_")
		if strings.EqualFold(known, base) {
			found = []string{known}
			break
		}
		if strings.EqualFold(short, base) {
			found = append(found, known)
		}
	}
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("no feed %q; %s", name, conf.Hint(base, Names()))
	case len(found) > 1:
		return nil, fmt.Errorf("feed %q may be %s", name, strings.Join(found, " or "))
	}
	text, err := fs.ReadFile(configs.Feeds, "feeds/"+found[0]+".toml")
	if err != nil {
		return nil, err
	}
	tree, err := conf.Parse("feeds/"+found[0]+".toml", text)
	if err != nil {
		return nil, err
	}
	return Read(found[0], tree)
}

// Read reads a feed from the tree of its file.
func Read(name string, tree *conf.Tree) (*Feed, error) {
	root := tree.Root()
	f := &Feed{Name: name, PH: math.NaN()}
	f.Description = root.TextOr("description", name)
	f.Kind = root.ChoiceOr("kind", Water, Water, Solid)
	f.Source = root.TextOr("source", "")
	f.Assumed = root.TextsOr("assumed", nil)
	own := Basis{Source: f.Source, Class: chem.Class(root.ChoiceOr("class", string(chem.Assumed), classes()...))}
	bases := readBases(root)
	table := "assay"
	if f.Kind == Water {
		table = "tenor"
		if root.Has("pH") {
			f.PH = root.Quantity("pH", "1", conf.Between(-2, 16))
		}
		f.T = root.QuantityOr("temperature", "K", 298.15, conf.Between(273.15, 373.15))
		f.Balance = root.ChoiceOr("balance", "", "", "S", "Cl", "N", "Na")
		root.Skip("solids", "fugacity", "activity", "constants", "density", "reference_set") // of reetwin aqueous
	} else {
		f.Form = root.ChoiceOr("form", "oxide", "oxide", "metal")
		f.Rest = root.TextOr("rest", "")
	}
	f.Split = root.TextOr("split", "")
	f.readAmounts(root.Table(table), own, bases)
	f.readMissing(root.Table("missing"))
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

func classes() []string {
	return []string{string(chem.Measured), string(chem.Derived), string(chem.Estimated), string(chem.Assumed)}
}

// readBases reads [[basis]]: by the name of the number.
func readBases(root *conf.Table) map[string]Basis {
	all := map[string]Basis{}
	for _, t := range root.Tables("basis") {
		b := Basis{Class: chem.Class(t.Choice("class", classes()...)), Source: t.Text("source")}
		for _, name := range t.Texts("of") {
			names := []string{name}
			if name == REE {
				names = append(names, earths()...)
			}
			for _, n := range names {
				all[n] = b
			}
		}
		t.Close()
	}
	return all
}

// readAmounts reads [tenor] or [assay].
func (f *Feed) readAmounts(t *conf.Table, own Basis, bases map[string]Basis) {
	sum, single := 0.0, ""
	for _, name := range t.Keys() {
		a := Amount{Name: name, Basis: own}
		if b, ok := bases[name]; ok {
			a.Basis = b
		}
		if f.Kind == Water {
			var which int
			a.Value, which = t.QuantityOf(name, []string{"mg/L", "mol/L"}, conf.NonNegative)
			a.Molar = which == 1
		} else {
			a.Value = t.Quantity(name, "1", conf.Fraction)
			sum += a.Value
		}
		if a.Source == "" {
			t.Fault(name, "has no source; give the file one, or the number a [[basis]]")
		}
		if slices.Contains(earths(), name) {
			single = name
		}
		f.Amounts = append(f.Amounts, a)
	}
	if single != "" && t.Has(REE) {
		t.Fault(REE, "%s is given too; give the rare earths together or one by one", single)
	}
	if sum > 1+1e-9 {
		t.Fault("", "the fractions add to %.6g, more than the whole", sum)
	}
	t.Close()
}

func (f *Feed) readMissing(t *conf.Table) {
	for _, key := range t.Keys() {
		why := t.Text(key)
		if !slices.Contains(gaps(), key) {
			t.Fault(key, "no such gap; %s", conf.Hint(key, gaps()))
		}
		f.Missing = append(f.Missing, Gap{key, why})
	}
	t.Close()
}

// Amount finds a number by its name.
func (f *Feed) Amount(name string) (Amount, bool) {
	for _, a := range f.Amounts {
		if a.Name == name {
			return a, true
		}
	}
	return Amount{}, false
}

// Put adds a number, or puts another in its place.
func (f *Feed) Put(a Amount) {
	for i := range f.Amounts {
		if f.Amounts[i].Name == a.Name {
			f.Amounts[i] = a
			return
		}
	}
	f.Amounts = append(f.Amounts, a)
}

// Fill takes a gap from what is missing.
func (f *Feed) Fill(key string) {
	f.Missing = slices.DeleteFunc(f.Missing, func(g Gap) bool { return g.Key == key })
}

// NotAnalysed lists the rare earths that a feed with numbers of single rare earths does not have: they count as none.
func (f *Feed) NotAnalysed() (none []string) {
	any := false
	for _, e := range earths() {
		if _, ok := f.Amount(e); ok {
			any = true
		} else {
			none = append(none, e)
		}
	}
	if !any {
		return nil
	}
	return none
}

// Shares is how the rare earths of a feed divide, by mass: as its own numbers have it. It is empty where it has none.
func (f *Feed) Shares() (all []Share) {
	sum := 0.0
	for _, e := range earths() {
		if a, ok := f.Amount(e); ok && !a.Molar {
			all = append(all, Share{e, a.Value})
			sum += a.Value
		}
	}
	for i := range all {
		all[i].Share /= sum
	}
	return all
}

// Splits gives a division of the rare earths by name: one of configs/splits.toml, or that of a feed (Open). The shares
// add to 1.
func Splits(name, dir string) ([]Share, Basis, error) {
	tree, err := conf.Parse("splits.toml", configs.Splits)
	if err != nil {
		return nil, Basis{}, err
	}
	root := tree.Root()
	if !root.Has(name) {
		f, err := Open(name, dir)
		if err != nil {
			return nil, Basis{}, fmt.Errorf("no division of rare earths %q (%s), and %w", name, strings.Join(root.Keys(), ", "), err)
		}
		shares := f.Shares()
		if len(shares) == 0 {
			return nil, Basis{}, fmt.Errorf("feed %s has no rare earths one by one", f.Name)
		}
		return shares, Basis{chem.Assumed, "rare earths divided as in " + f.Name + ": " + f.Source}, nil
	}
	root.Skip(root.Keys()...)
	t := root.Table(name)
	b := Basis{Class: chem.Class(t.Choice("class", classes()...)), Source: t.Text("source")}
	var shares []Share
	sum := 0.0
	for _, e := range t.Keys() {
		if e == "class" || e == "source" {
			continue
		}
		v := t.Quantity(e, "1", conf.Fraction)
		if !slices.Contains(earths(), e) {
			t.Fault(e, "no rare earth")
		}
		shares, sum = append(shares, Share{e, v}), sum+v
	}
	t.Close()
	for i := range shares {
		shares[i].Share /= sum
	}
	return shares, b, tree.Err()
}
