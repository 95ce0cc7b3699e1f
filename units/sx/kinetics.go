package sx

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/units/sx/cascade"
)

//go:embed data/kinetics.toml
var kineticsText []byte

// kinetics are first-order rates of the organic's approach to equilibrium in a mixer, for the elements that have one:
//
//	dy/dt = k (D x − y),   so that a stirred mixer's organic comes the part E = k τ/(1 + k τ) of the way, τ its residence time
type kinetics struct {
	rates   map[string]chem.Constant // 1/s, by element
	cations []int                    // that have one
	unknown map[string]string        // why an element has none
}

// readKinetics reads the embedded rates for an extractant, and lays those of the unit's own table over them; none without the key.
func (s *Circuit) readKinetics(p *conf.Table) error {
	if !p.Has("kinetics") || p.Kind("kinetics") != "table" && !p.Bool("kinetics") {
		return nil
	}
	tree, err := conf.Parse("kinetics.toml", kineticsText)
	if err != nil {
		return err
	}
	root := tree.Root()
	q := &s.kinetics
	q.rates, q.unknown = map[string]chem.Constant{}, map[string]string{}
	for _, group := range root.Keys() {
		t := root.Table(group)
		for _, symbol := range t.Keys() {
			if group == "unknown" {
				q.unknown[symbol] = t.Text(symbol)
				continue
			}
			e := t.Table(symbol)
			c := chem.Constant{Name: "kinetics." + symbol, Value: e.Quantity("rate", "1/s", conf.Positive), Unit: "1/s",
				Class: chem.Class(e.Choice("class", string(chem.Measured), string(chem.Derived), string(chem.Estimated), string(chem.Assumed))), Source: e.Text("source")}
			e.Close()
			if group == "any" || group == s.model.Extractant {
				q.rates[symbol] = c
			}
		}
		t.Close()
	}
	root.Close()
	if p.Kind("kinetics") == "table" {
		own := p.Table("kinetics")
		for _, symbol := range own.Keys() {
			v := own.Quantity(symbol, "1/s", conf.Between(1e-7, 1e3))
			if !s.exchanges(symbol) {
				own.Fault(symbol, "is no metal that %s extracts here", s.model.Name)
			}
			q.rates[symbol] = chem.Constant{Name: "kinetics." + symbol, Value: v, Unit: "1/s", Class: chem.Assumed, Source: "given in the plant file"}
		}
		own.Close()
	}
	maps.DeleteFunc(q.rates, func(symbol string, _ chem.Constant) bool { return !s.exchanges(symbol) })
	maps.DeleteFunc(q.unknown, func(symbol, _ string) bool {
		_, known := q.rates[symbol]
		return known || !s.exchanges(symbol)
	})
	for i, c := range s.chem.Cations {
		if _, known := q.rates[c.Name]; known {
			q.cations = append(q.cations, i)
		}
	}
	return tree.Err()
}

// exchanges says whether an element is among the cations, the soap's not.
func (s *Circuit) exchanges(symbol string) bool {
	return slices.ContainsFunc(s.chem.Cations, func(c cascade.Cation) bool {
		return c.Name == symbol && symbol != "H" && (s.soap < 0 || symbol != s.chem.Cations[s.soap].Name)
	})
}

// on says whether rates act.
func (q *kinetics) on() bool { return q.rates != nil }

// transfer is k V of every cation in a section, m3/s; elements whose efficiency the file gives keep that.
func (s *Circuit) transfer(t sectionSpec) []float64 {
	if len(s.kinetics.rates) == 0 {
		return nil
	}
	s.partial = true
	all := make([]float64, s.c)
	for i := range all {
		q := &s.chem.Cations[i]
		if _, given := t.own[q.Name]; !given && i != s.hydrogen && i != s.soap {
			all[i] = s.kinetics.rates[q.Name].Value * t.mixO
		}
	}
	return all
}

// dropStates are the states of what mixers hold of slow metals as organic: of is stage·cations + cation, is says which are there.
type dropStates struct {
	at int
	of []int
	is []bool
	// stage says in which mixers some metal is slow. Hydrogen's state there is the acidity less what the other cations hold of the
	// organic: what slow metals leave of the extractant would contradict theirs.
	stage []bool
}

// atOnce is Σ z y of the cations that exchange at once in stage j, hydrogen left out.
func (s *Circuit) atOnce(j int, y []float64) (sum float64) {
	for i, v := range y {
		if i != s.hydrogen && !s.slow.is[j*s.c+i] {
			sum += s.chem.Cations[i].Z * v
		}
	}
	return sum
}

// findSlow lists the metals of every stage that come to equilibrium in part.
func (s *Circuit) findSlow() {
	j := 0
	s.slow.is, s.slow.stage = make([]bool, s.n*s.c), make([]bool, s.n)
	for k, t := range s.sections {
		p := &s.plan[0].Sections[k]
		for range t.stages {
			for i := range s.c {
				if p.Murphree != nil && p.Murphree[i] < 1 || p.Transfer != nil && p.Transfer[i] > 0 {
					s.slow.of, s.slow.is[j*s.c+i] = append(s.slow.of, j*s.c+i), true
					s.slow.stage[j] = true
				}
			}
			j++
		}
	}
}

// declareDrops names them.
func (s *Circuit) declareDrops(spec *flowsheet.Spec) {
	for _, o := range s.slow.of {
		j, i := o/s.c, o%s.c
		spec.States = append(spec.States, flowsheet.Variable{Name: s.place(j) + ".drops." + s.system.Components[s.organic[i]].Name, Unit: "mol", Scale: max(s.vessel.MixerO[j]*s.strength, 1e-6)})
	}
}

// inWords says what is slow, and of what no rate is known.
func (q *kinetics) inWords() string {
	var parts []string
	for _, symbol := range slices.Sorted(maps.Keys(q.rates)) {
		c := q.rates[symbol]
		parts = append(parts, fmt.Sprintf("%s %.3g 1/min (%s)", symbol, 60*c.Value, c.Class))
	}
	text := "first-order rates in the mixers: " + strings.Join(parts, ", ")
	if len(parts) == 0 {
		text = "no element here has a rate"
	}
	if len(q.unknown) > 0 {
		text += "; none is known of " + strings.Join(slices.Sorted(maps.Keys(q.unknown)), ", ")
	}
	return text
}
