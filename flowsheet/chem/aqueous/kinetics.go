package aqueous

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

//go:embed data/kinetics.toml
var kineticsData string

// Kinetics holds the rate laws of the embedded data, immutable after loading. No rate allocates, and each comes with its
// analytic partial derivatives: over concentrations, pressures and temperature plainly, over activities and saturation
// ratios by their natural logarithm (those are the unknowns of the equilibrium, and stay finite at zero).
// The laws, their classes and what is not known: docs/kinetics.md.
type Kinetics struct {
	Ferrous    FerrousOxidation
	Manganous  ManganousOxidation
	Bed        ManganeseBed
	Pyrolusite PyrolusiteReduction
	Oxygen     OxygenSupply
	Peroxide   Peroxide
	Limestone  LimestoneRate
	Minerals   []MineralRate

	figures []Figure
}

// Figure is one number of the kinetic data.
type Figure struct {
	chem.Constant
	Lo, Hi float64 // span it may lie in, in Unit; both are Value where none is stated
}

// Caution says what a rate rests on beyond what was measured; the values are bits.
type Caution uint16

// What there is to be careful about.
const (
	NoTemperature  Caution = 1 << iota // the law has no temperature dependence and the water is at another temperature
	OutsidePH                          // pH outside the range of the measurements
	NotOfOxygen                        // more than half the rate is of the term that is written without oxygen
	AboveSites                         // more Fe(II) sorbed than the solid has sites
	AboveSpeedup                       // surface path faster, relative to the homogeneous one, than was ever seen
	ArmourPossible                     // dissolved Fe or Al that may coat the limestone; the rate is of a clean surface
	ArmourSeen                         // as much iron as in the bed that was armoured: the rate does not hold
	Precipitating                      // supersaturated: a law measured in dissolution gives the rate of growth
	Boiling                            // the vapour pressure reaches the total pressure: no oxygen
	Guessed                            // rests on an assumed number, see Kinetics.Assumed
)

var cautions = [...]string{
	"no temperature dependence known", "pH outside the measurements", "oxygen-free term dominates",
	"more sorbed than sites", "surface path above the largest seen", "armouring possible",
	"armouring seen under such conditions", "dissolution law used for growth", "boiling", "rests on an assumed number",
}

// String lists the cautions in words, "" for none.
func (c Caution) String() string {
	var words []string
	for i, word := range cautions {
		if c&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, "; ")
}

// LoadKinetics reads the embedded rate laws, and lays the user's own mineral rates (docs/kinetics.md) over them in the order of
// the files: a rate of the same name replaces, another is added. The error holds every fault of the file that is read.
func LoadKinetics(files ...string) (*Kinetics, error) {
	r := &kineticsReader{}
	k, err := r.read("data/kinetics.toml", kineticsData)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		tree, err := conf.Load(file)
		if err == nil {
			err = r.over(k, tree)
		}
		if err != nil {
			return nil, fmt.Errorf("kinetics: %w", err)
		}
	}
	return k, nil
}

// over lays the mineral rates of a user's file over those of k.
func (r *kineticsReader) over(k *Kinetics, tree *conf.Tree) error {
	root := tree.Root()
	minerals := r.minerals(root, k.Minerals)
	root.Close()
	if err := tree.Err(); err != nil {
		return err
	}
	k.Minerals, k.figures = minerals, r.list
	return nil
}

// Figures lists every number of the kinetic data.
func (k *Kinetics) Figures() []Figure { return slices.Clone(k.figures) }

// Assumed lists the numbers that nobody measured, each with the span it may lie in.
func (k *Kinetics) Assumed() []Figure {
	return slices.DeleteFunc(k.Figures(), func(f Figure) bool { return f.Class != chem.Assumed })
}

// Mineral is a rate law by its name, "fluorapatite (Kinec)". The error names the nearest one.
func (k *Kinetics) Mineral(name string) (*MineralRate, error) {
	var names []string
	for i := range k.Minerals {
		if k.Minerals[i].Name == name {
			return &k.Minerals[i], nil
		}
		names = append(names, k.Minerals[i].Name)
	}
	return nil, fmt.Errorf("kinetics: there is no rate of mineral %q; did you mean %q?", name, conf.Nearest(name, names))
}

// measuredAt is the temperature a law without temperature dependence was measured at.
type measuredAt struct{ at, within float64 } // K

func (r measuredAt) caution(T float64) Caution {
	if math.Abs(T-r.at) > r.within {
		return NoTemperature
	}
	return 0
}

// rangeOfPH is the range of pH of the measurements.
type rangeOfPH struct{ lo, hi float64 }

func (a rangeOfPH) caution(lnH float64) Caution {
	if pH := -lnH / math.Ln10; pH < a.lo || pH > a.hi {
		return OutsidePH
	}
	return 0
}

// kineticsOrigin is the provenance that a number takes over from the tables around it.
type kineticsOrigin struct{ class, source, validity string }

func (o kineticsOrigin) under(t *conf.Table) kineticsOrigin {
	o.class = t.ChoiceOr("class", o.class, string(chem.Measured), string(chem.Derived), string(chem.Estimated), string(chem.Assumed))
	o.source = t.TextOr("source", o.source)
	o.validity = t.TextOr("range", o.validity)
	return o
}

// kineticsReader reads the data file and records every number.
type kineticsReader struct {
	list   []Figure
	within float64 // K
	gas    float64 // J/(mol K)
	units  mineralUnits
}

// number reads a number, plain or as a table with a provenance and a span of its own; after a fault, some number of r.
func (r *kineticsReader) number(t *conf.Table, key, unit string, span conf.Range, o kineticsOrigin) float64 {
	f := Figure{Constant: chem.Constant{Name: t.Path() + "." + key, Unit: unit}}
	if t.Kind(key) == "table" {
		own := t.Table(key)
		o = o.under(own)
		f.Value = own.Quantity("value", unit, span)
		f.Lo, f.Hi = own.QuantityOr("lo", unit, f.Value, span), own.QuantityOr("hi", unit, f.Value, span)
		if !own.Has("lo") && !own.Has("hi") && o.class == string(chem.Assumed) {
			t.Fault(key, "is assumed and needs a span: lo and hi")
		}
		if f.Lo > f.Value || f.Hi < f.Value {
			t.Fault(key, "lies outside its span lo to hi")
		}
		own.Close()
	} else {
		f.Value = t.Quantity(key, unit, span)
		f.Lo, f.Hi = f.Value, f.Value
		if o.class == string(chem.Assumed) {
			t.Fault(key, "is assumed and needs a span: lo and hi")
		}
	}
	f.Class, f.Source, f.Range = chem.Class(o.class), o.source, o.validity
	for _, part := range [][2]string{{o.class, "class"}, {o.source, "source"}, {o.validity, "range"}} {
		if part[0] == "" {
			t.Fault(key, "has no %s", part[1])
		}
	}
	r.list = append(r.list, f)
	return f.Value
}

// open is the table at a key with the provenance that holds in it.
func (r *kineticsReader) open(t *conf.Table, key string, o kineticsOrigin) (*conf.Table, kineticsOrigin) {
	own := t.Required(key, "numbers")
	return own, o.under(own)
}

// named lists the keys of t but for its provenance.
func (r *kineticsReader) named(t *conf.Table) []string {
	return slices.DeleteFunc(t.Keys(), func(key string) bool { return key == "class" || key == "source" || key == "range" })
}

// reference reads at, the temperature of a law that has none.
func (r *kineticsReader) reference(t *conf.Table, o kineticsOrigin) measuredAt {
	return measuredAt{r.number(t, "at", "K", conf.Positive, o), r.within}
}

func (r *kineticsReader) acidity(t *conf.Table, o kineticsOrigin) rangeOfPH {
	return rangeOfPH{r.number(t, "pH_lo", "1", conf.Any, o), r.number(t, "pH_hi", "1", conf.Any, o)}
}

func (r *kineticsReader) read(name, text string) (*Kinetics, error) {
	tree, err := conf.Parse(name, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("kinetics: %w", err)
	}
	k, root := &Kinetics{}, tree.Root()
	t, o := r.open(root, "gas", kineticsOrigin{})
	r.gas = r.number(t, "R", "J/(mol K)", conf.Positive, o)
	t.Close()
	t, o = r.open(root, "same", kineticsOrigin{})
	r.within = r.number(t, "temperature", "K", conf.Positive, o)
	t.Close()
	r.ferrous(root, &k.Ferrous)
	r.manganous(root, &k.Manganous)
	r.bed(root, &k.Bed)
	r.pyrolusite(root, &k.Pyrolusite)
	r.oxygen(root, &k.Oxygen)
	r.peroxide(root, &k.Peroxide)
	r.limestone(root, &k.Limestone)
	k.Minerals = r.minerals(root, nil)
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, fmt.Errorf("kinetics: %w", err)
	}
	k.figures = r.list
	return k, nil
}
