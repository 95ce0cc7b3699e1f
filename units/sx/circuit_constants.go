package sx

import (
	"errors"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// constantsOf finds the extraction model: in the plant's own file of constants, else in the data. An error is noted already.
func (s *Circuit) constantsOf(p *conf.Table, name string) (m *chem.Exchange, err error) {
	key := "model"
	if p.Has("constants") {
		key = "constants"
		file := p.Text(key)
		if p.Faulty(key) {
			return nil, errors.New("constants")
		}
		if at := p.File(key); !filepath.IsAbs(file) && !strings.HasPrefix(at, "--") {
			file = filepath.Join(filepath.Dir(at), file)
		}
		m, err = s.system.OwnExchange(file, name)
	} else {
		m, err = s.system.Exchange(name)
	}
	if err != nil {
		p.Fault(key, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return m, err
}

// byElement reads a table of numbers by element.
func (s *Circuit) byElement(t *conf.Table, key string, r conf.Range) map[string]float64 {
	list := map[string]float64{}
	if !t.Has(key) {
		return list
	}
	of := t.Table(key)
	for _, symbol := range of.Keys() {
		list[symbol] = of.Quantity(symbol, "1", r)
		if _, ok := s.system.Element(symbol); !ok {
			of.Fault(symbol, "is no element of the system")
		}
	}
	of.Close()
	return list
}

// constants are ln K of every cation in a section: the model's at its temperature, or what the section says.
func (s *Circuit) constants(t sectionSpec) []float64 {
	var all []float64
	for i := range s.model.Terms {
		k := s.model.Terms[i].At(t.T)
		if q := &s.model.Terms[i]; q.Ideal && s.model.Activity != nil && !s.solved {
			k += s.model.Activity.Log10(q.Z*q.Z-q.Z, t.ionic) * math.Ln10
		}
		if own, ok := t.logK[s.system.Elements[s.model.Terms[i].Element].Symbol]; ok {
			k = own * math.Ln10
		}
		all = append(all, k)
	}
	return append(all, 0) // hydrogen's
}

// ownLevels are the constants that single sections say.
func (s *Circuit) ownLevels() (all []chem.Constant) {
	for k, t := range s.sections {
		for _, symbol := range slices.Sorted(maps.Keys(t.logK)) {
			all = append(all, chem.Constant{Name: s.names[k] + ".logK_of." + symbol, Value: t.logK[symbol], Unit: "1", Class: chem.Assumed, Source: "given in the plant file"})
		}
	}
	return all
}
