package tuning

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/units/sx"
)

// View is a solved unit as an engineer reads it. SI units.
type View struct {
	Plant, Tag, Kind string
	Model            string // extraction model, "" where the unit has its own way to say
	Elements         []Element
	Stages           []sx.StageState // along the organic
	Pair             Pair
	Work             []Work // by stage; empty without a pair
	Pinches          []Pinch
	Products         []Product
	Size             *Size // of a circuit
	Constants        []chem.Constant

	sys     *chem.System
	unit    flowsheet.UnitView
	circuit *sx.Circuit
	feeds   int // section that the feed's aqueous leaves from
}

// Element is a metal that both phases hold.
type Element struct {
	Symbol           string
	Z                float64
	M                float64 // kg/mol
	Oxide            float64 // kg of MO1.5 per mol of the rare earth; 0 for other metals
	Aqueous, Organic int     // components
	Fed              float64 // mol/s in all aqueous inlets
}

// Rare says that the element is a rare earth.
func (e *Element) Rare() bool { return e.Oxide > 0 }

// Pair is what is split: A goes up with the organic, B stays with the aqueous. The zero Pair asks for the one that the result
// splits.
type Pair struct{ A, B string }

// Work is what a stage does for the pair.
type Work struct {
	X, Y   float64 // mole fraction of A in A + B, aqueous and organic
	Beta   float64
	EA, EB float64 // extraction factors
	Done   float64 // see the package; NaN in the last stage before an aqueous enters or where the section strips
}

// New reads unit tag of a solved plant. The error names a unit or element that is not there.
func New(p *flowsheet.Plant, tag string, pair Pair) (*View, error) {
	unit, ok := p.Unit(tag)
	if !ok {
		return nil, fmt.Errorf("no unit %q; extraction units are %s", tag, strings.Join(Tags(p), ", "))
	}
	stages, err := sx.Stages(unit)
	if err != nil {
		return nil, err
	}
	v := &View{Plant: p.Name, Tag: tag, Kind: unit.Kind, Stages: stages, sys: p.System, unit: unit, Constants: unit.Spec.Constants}
	v.circuit, _ = unit.Unit.(*sx.Circuit)
	v.elements()
	v.order()
	if v.circuit != nil {
		v.Model, v.feeds = v.circuit.Model().Name, v.circuit.FeedSection(unit.In)
		v.products(nil)
	}
	if err := v.choose(pair); err != nil {
		return nil, err
	}
	v.work()
	if v.circuit != nil {
		v.pinches()
		v.Size = v.size()
	}
	return v, nil
}

// Tags lists the extraction units of a plant.
func Tags(p *flowsheet.Plant) (tags []string) {
	for _, u := range p.Units() {
		if u.Kind == "sx_circuit" || u.Kind == "sx_section" {
			tags = append(tags, u.Tag)
		}
	}
	return tags
}

// elements finds the metals that some stage holds in both phases; the soap's metal is none of them.
func (v *View) elements() {
	soap := -1
	if v.circuit != nil {
		if m := v.circuit.Model(); m.Soap >= 0 {
			soap = m.Terms[m.Soap].Element
		}
	}
	oxygen, _ := v.sys.Element("O")
	for e, el := range v.sys.Elements {
		a, o := v.sys.ByKey(chem.Aqueous, e), v.sys.ByKey(chem.Organic, e)
		if a < 0 || o < 0 || e == soap || el.Group == "framework" {
			continue
		}
		q := Element{Symbol: el.Symbol, Z: v.sys.Components[a].Charge, M: el.Mass, Aqueous: a, Organic: o}
		if el.Group == "ree" {
			q.Oxide = el.Mass + 1.5*v.sys.Elements[oxygen].Mass
		}
		there := false
		for _, s := range v.Stages {
			there = there || s.Aqueous != nil && s.Aqueous[a] > 0 && s.Organic != nil && s.Organic[o] > 0
		}
		for k := range v.unit.In {
			q.Fed += v.unit.In[k].N[a]
		}
		if there {
			v.Elements = append(v.Elements, q)
		}
	}
}

// order sorts the elements by their mean ln D, the least extractable first.
func (v *View) order() {
	mean := map[string]float64{}
	for i := range v.Elements {
		e, n := &v.Elements[i], 0.0
		for j := range v.Stages {
			if d := v.d(j, e); d > 0 && !math.IsInf(d, 0) {
				mean[e.Symbol] += math.Log(d)
				n++
			}
		}
		mean[e.Symbol] /= max(n, 1)
	}
	slices.SortStableFunc(v.Elements, func(a, b Element) int { return cmp.Compare(mean[a.Symbol], mean[b.Symbol]) })
}

// d is the distribution ratio in stage j.
func (v *View) d(j int, e *Element) float64 { return v.y(j, e) / v.x(j, e) }

func (v *View) x(j int, e *Element) float64 {
	if a := v.Stages[j].Aqueous; a != nil {
		return a[e.Aqueous]
	}
	return 0
}

func (v *View) y(j int, e *Element) float64 {
	if o := v.Stages[j].Organic; o != nil {
		return o[e.Organic]
	}
	return 0
}

// element finds a metal by its symbol.
func (v *View) element(symbol string) (*Element, error) {
	var names []string
	for i := range v.Elements {
		if v.Elements[i].Symbol == symbol {
			return &v.Elements[i], nil
		}
		names = append(names, v.Elements[i].Symbol)
	}
	return nil, fmt.Errorf("%s exchanges no %q; it exchanges %s", v.Tag, symbol, strings.Join(names, ", "))
}

// Rare are the rare earths, the least extractable first.
func (v *View) Rare() (all []*Element) {
	for i := range v.Elements {
		if v.Elements[i].Rare() {
			all = append(all, &v.Elements[i])
		}
	}
	return all
}

// Tenor is the concentration of an element in stage j, kg/m3 (g/L), in the aqueous and in the organic.
func (v *View) Tenor(j int, e *Element) (aqueous, organic float64) {
	return e.M * v.x(j, e), e.M * v.y(j, e)
}

// Total is the concentration of the rare earths in stage j, kg/m3 of metal.
func (v *View) Total(j int) (aqueous, organic float64) {
	for _, e := range v.Rare() {
		a, o := v.Tenor(j, e)
		aqueous, organic = aqueous+a, organic+o
	}
	return aqueous, organic
}

// Span is a run of stages of one section, from first to last along the organic.
type Span struct {
	Section     string
	First, Last int  // of View.Stages
	Joins       bool // its aqueous flows on into the section before
	Washes      bool // its aqueous is one with that which the rare earths enter by
	Strips      bool // the loaded organic comes to it after those
}

// Spans are the sections along the organic.
func (v *View) Spans() (all []Span) {
	for j, s := range v.Stages {
		if len(all) == 0 || all[len(all)-1].Section != s.Section {
			all = append(all, Span{Section: s.Section, First: j, Washes: len(all) == 0})
		}
		all[len(all)-1].Last = j
	}
	if v.circuit != nil {
		joined := false
		for k, t := range v.circuit.Shape() {
			joined = k == v.feeds || joined && t.Joins
			all[k].Joins, all[k].Washes, all[k].Strips = t.Joins, joined, k > v.feeds && !joined
		}
	}
	return all
}
