package thermo

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Library is all data. It does not change after loading and is safe for concurrent use.
type Library struct {
	species map[string]*Species // by name, "CaF2@NASA7" for another set
	names   []string            // sorted
	vapours map[string]*Vapour
	melts   map[string]*Melt
}

// Names lists all species, sorted.
func (l *Library) Names() []string { return slices.Clone(l.names) }

// Species finds a substance by its name, without a state: "NdF3", "H2O", "SO4-2", "calcite", "NdF3@CRC". Hydrates may be
// written with "." or "*". The error names the nearest.
func (l *Library) Species(name string) (*Species, error) {
	s, _, err := l.find(name)
	if err == nil && s.Name != plain(name) {
		return nil, fmt.Errorf("%q is a state of %s", name, s.Name)
	}
	return s, err
}

// plain writes a name as the data do.
func plain(name string) string { return strings.NewReplacer(".", "·", "*", "·").Replace(name) }

// find takes a name apart into species and the tag of its state, "Ca(l)" or "CaF2(l)@NASA7" or "CaF2@NASA7(l)".
func (l *Library) find(text string) (*Species, string, error) {
	name, tag := plain(text), ""
	if s, ok := l.species[name]; ok {
		return s, "", nil
	}
	base, set, _ := strings.Cut(name, "@")
	if i := strings.IndexByte(set, '('); i >= 0 && strings.HasSuffix(set, ")") {
		base, set = base+set[i:], set[:i]
	}
	if set != "" {
		set = "@" + set
	}
	if i := strings.LastIndexByte(base, '('); i > 0 && strings.HasSuffix(base, ")") && l.species[base+set] == nil {
		base, tag = base[:i], base[i+1:len(base)-1]
	}
	s, ok := l.species[base+set]
	if known := l.species[base]; !ok && set != "" && known != nil {
		sets := []string{known.Name}
		for _, o := range l.Others(known) {
			sets = append(sets, o.Name)
		}
		return nil, "", fmt.Errorf("%q: there is no set %s of %s; there is %s", text, set[1:], base, strings.Join(sets, ", "))
	}
	if !ok {
		return nil, "", l.unknown(text, base+set)
	}
	if tag == "L" || tag == "liq" {
		tag = "l"
	}
	if tag != "" && !slices.ContainsFunc(s.Forms, func(f *Form) bool { return f.fits(tag) }) {
		return nil, "", fmt.Errorf("%q: there is no data of %s as %q; there is %s", text, s.Name, tag, s.states())
	}
	return s, tag, nil
}

// states lists what forms there are.
func (s *Species) states() string {
	names := make([]string, len(s.Forms))
	for i, f := range s.Forms {
		names[i] = f.Name()
	}
	return strings.Join(names, ", ")
}

// unknown says what was probably meant: a name close by, or a substance of that formula.
func (l *Library) unknown(text, name string) error {
	base, set, _ := strings.Cut(name, "@")
	formula, charge := ion(base)
	if set == "" {
		if atoms, err := chem.Atoms(formula); err == nil {
			var same []string
			for _, n := range l.names {
				if s := l.species[n]; s.Charge == charge && maps.Equal(s.Atoms, atoms) {
					same = append(same, n)
				}
			}
			if len(same) > 0 {
				return fmt.Errorf("unknown substance %q; that formula has %s", text, strings.Join(same, ", "))
			}
		}
	}
	return fmt.Errorf("unknown substance %q; %s", text, conf.Hint(name, l.names))
}

// Others lists the same substance in other sets of data, such as "NdF3@CRC" for "NdF3", or a mineral of its formula.
func (l *Library) Others(s *Species) []*Species {
	var all []*Species
	for _, n := range l.names {
		if o := l.species[n]; o != s && o.Charge == s.Charge && maps.Equal(o.Atoms, s.Atoms) {
			all = append(all, o)
		}
	}
	return all
}

// ion splits "SO4-2" into formula and charge; what is no charge stays.
func ion(name string) (formula string, charge float64) {
	i := strings.LastIndexAny(name, "+-")
	if i <= 0 {
		return name, 0
	}
	switch digits := name[i+1:]; {
	case digits == "":
		charge = 1
	case len(digits) == 1 && digits[0] >= '1' && digits[0] <= '9':
		charge = float64(digits[0] - '0')
	default:
		return name, 0
	}
	if name[i] == '-' {
		charge = -charge
	}
	return name[:i], charge
}
