package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/conf"
)

// batchCase is a case of a batch: an initial water, the solids it may form, and points to compute from it.
type batchCase struct {
	ID       string
	Database string
	refused  error // why its constants are not here
	sys      *aqueous.System
	totals   []float64 // of the initial water, mol/kg; H and Water not set
	pH       *float64
	solids   []int
	sorbs    bool              // the file switches sorption on
	sorbents []aqueous.Sorbent // amounts the file gives, mol in the kg of water
	sorption []aqueous.Sorbent // that are on
	points   []batchPoint
}

// batchPoint is what to do at a point, and what the file expects of it.
type batchPoint struct {
	label    string
	doses    []dose
	holds    bool // target, by titrant
	titrant  int
	target   float64
	expected expectation
}

type dose struct {
	reagent int
	amount  float64 // mol per kg of initial water
}

// expectation is what a file says of a point; nil where it says nothing.
type expectation struct {
	PH        *float64
	Strength  *float64
	WaterAct  *float64
	KgWater   *float64
	Added     *float64
	Dissolved map[int]float64 // mol/kg by component
	Solids    map[int]float64 // mol by solid; nil without the key
	Sorbed    map[int]float64 // mol by component
}

// batchReader gathers the faults of a file.
type batchReader struct {
	file   string
	where  string // "case X"
	sets   constantSets
	faults []error
}

func (b *batchReader) fault(key, format string, args ...any) {
	place := b.file
	if b.where != "" {
		place += ": " + b.where
	}
	if key != "" {
		place += ": " + key
	}
	b.faults = append(b.faults, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// object is a JSON object whose keys are struck off as they are read; all keys left at close are faults.
type object struct {
	b      *batchReader
	at     string // "points[3]."
	fields map[string]json.RawMessage
	asked  []string
}

func (b *batchReader) object(at string, text json.RawMessage) *object {
	o := &object{b: b, at: at}
	if at != "" {
		o.at += "."
	}
	if err := json.Unmarshal(text, &o.fields); err != nil || o.fields == nil {
		b.fault(at, "needs an object { … }")
	}
	return o
}

// read decodes a key into target and reports whether it is there and well formed. Null reads as missing.
func (o *object) read(key string, target any, needs string) bool {
	o.asked = append(o.asked, key)
	text, ok := o.fields[key]
	delete(o.fields, key)
	if !ok || string(text) == "null" {
		return false
	}
	if err := json.Unmarshal(text, target); err != nil {
		o.b.fault(o.at+key, "needs %s", needs)
		return false
	}
	return true
}

func (o *object) number(key string, lo, hi float64) *float64 {
	var v float64
	if !o.read(key, &v, "a number") {
		return nil
	}
	if v < lo || v > hi {
		o.b.fault(o.at+key, "%g is outside %g to %g", v, lo, hi)
		return nil
	}
	return &v
}

func (o *object) text(key string) (v string) { o.read(key, &v, "a text"); return v }

// amounts reads { name: mol } with the index of each name.
func (o *object) amounts(key string, index func(string) (int, error)) map[int]float64 {
	return o.moles(key, index, false)
}

// moles is amounts that may be negative where signed says so.
func (o *object) moles(key string, index func(string) (int, error), signed bool) map[int]float64 {
	var names map[string]float64
	if !o.read(key, &names, "an object of numbers") {
		return nil
	}
	amounts := map[int]float64{}
	for name, v := range names {
		i, err := index(name)
		switch {
		case err != nil:
			o.b.fault(o.at+key, "%s", bare(err))
		case v < 0 && !signed:
			o.b.fault(o.at+key+"."+name, "%g mol is negative", v)
		default:
			amounts[i] = v
		}
	}
	return amounts
}

func (o *object) close() {
	for name := range o.fields {
		o.b.fault(o.at+name, "unknown key %q; %s", name, conf.Hint(name, o.asked))
	}
}

const (
	lowestPH  = -2.0
	highestPH = 16.0
)

// readBatch reads a file of cases. The error holds all faults.
func readBatch(file string) ([]*batchCase, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("no batch: %w", err)
	}
	return parseBatch(file, text)
}

func parseBatch(file string, text []byte) ([]*batchCase, error) {
	var top struct{ Cases []json.RawMessage }
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(top.Cases) == 0 {
		return nil, fmt.Errorf("%s: has no cases: needs { \"cases\": [ { \"id\": …, \"initial\": …, \"points\": [ … ] } ] }", file)
	}
	b := &batchReader{file: file, sets: constantSets{}}
	var cases []*batchCase
	for i, one := range top.Cases {
		b.where = fmt.Sprintf("cases[%d]", i)
		cases = append(cases, b.readCase(one))
	}
	slices.SortFunc(b.faults, func(x, y error) int { return strings.Compare(x.Error(), y.Error()) })
	return cases, errors.Join(b.faults...)
}

func (b *batchReader) readCase(text json.RawMessage) *batchCase {
	o := b.object("", text)
	c := &batchCase{ID: o.text("id")}
	if c.ID != "" {
		b.where = "case " + c.ID
	} else {
		c.ID = b.where
	}
	if c.Database = o.text("database"); c.Database == "" {
		c.Database = referenceConstants
	}
	activity := o.text("activity_model")
	if activity != "" && !slices.Contains([]string{"davies", "sit", "pitzer"}, activity) {
		b.fault("activity_model", "there is no activity model %q; known are davies, sit", activity)
		return c
	}
	if c.sys, c.refused = b.sets.of(c.Database, activity); c.refused != nil {
		return c
	}
	for _, key := range []string{"group", "description", "input_file"} {
		o.text(key)
	}
	var input any
	o.read("input", &input, "anything")
	b.readInitial(c, o)
	var solids []string
	o.read("allowed_solids", &solids, "a list of names")
	for _, name := range solids {
		k, err := c.sys.Solid(name)
		switch {
		case err != nil:
			b.fault("allowed_solids", "%s", bare(err))
		case slices.Contains(c.solids, k):
			b.fault("allowed_solids", "%q stands twice", name)
		default:
			c.solids = append(c.solids, k)
		}
	}
	o.read("sorption", &c.sorbs, "true or false")
	for p, v := range o.amounts("sorbents_mol", c.sys.Surface) {
		c.sorbents = append(c.sorbents, aqueous.Sorbent{Surface: p, Metal: v})
	}
	slices.SortFunc(c.sorbents, func(a, b aqueous.Sorbent) int { return a.Surface - b.Surface })
	c.switchSorption(nil)
	var points []json.RawMessage
	if !o.read("points", &points, "a list of points") || len(points) == 0 {
		b.fault("points", "needs at least one point")
	}
	for i, one := range points {
		c.points = append(c.points, b.readPoint(c.sys, fmt.Sprintf("points[%d]", i), one))
	}
	o.close()
	return c
}

func (b *batchReader) readInitial(c *batchCase, o *object) {
	c.totals = make([]float64, len(c.sys.Components))
	var text json.RawMessage
	if !o.read("initial", &text, "an object") {
		b.fault("initial", "is missing: needs { \"pH\": …, \"dissolved_mol_per_kgw\": { … } }")
		return
	}
	i := b.object("initial", text)
	if i.fields["dissolved_mol_per_kgw"] == nil {
		b.fault("initial.dissolved_mol_per_kgw", "is missing")
	}
	for k, v := range i.amounts("dissolved_mol_per_kgw", c.element) {
		c.totals[k] = v
	}
	c.pH = i.number("pH", lowestPH, highestPH)
	if kg := i.number("mass_water_kg", 0, math.MaxFloat64); kg != nil && *kg != 1 {
		b.fault("initial.mass_water_kg", "%g kg: the initial water is 1 kg", *kg)
	}
	if solids := i.amounts("solids_mol", c.sys.Solid); len(solids) > 0 {
		b.fault("initial.solids_mol", "an initial water has no solids")
	}
	var rest any
	for _, key := range []string{"ionic_strength", "water_activity", "charge_eq", "molality"} {
		i.read(key, &rest, "anything")
	}
	i.close()
}

// element is the index of a component that a file may give: not H or Water, which follow from pH and mass.
func (c *batchCase) element(name string) (int, error) {
	i, err := c.sys.Component(name)
	if err == nil && i <= aqueous.Water {
		err = fmt.Errorf("%q is no total of a file: it follows from pH and mass of water", name)
	}
	return i, err
}

const perWater = "_mol_per_kgw"

func (b *batchReader) readPoint(sys *aqueous.System, at string, text json.RawMessage) batchPoint {
	o := b.object(at, text)
	p := batchPoint{label: o.text("label")}
	c := batchCase{sys: sys}
	e := &p.expected
	e.PH = o.number("pH", lowestPH, highestPH)
	e.Strength = o.number("ionic_strength", 0, math.MaxFloat64)
	e.WaterAct = o.number("water_activity", 0, 1.1)
	e.KgWater = o.number("mass_water_kg", 0, math.MaxFloat64)
	e.Added = o.number("titrant_added"+perWater, -1e3, 1e3)
	e.Dissolved = o.amounts("dissolved"+perWater, c.element)
	e.Solids = o.amounts("solids_mol", sys.Solid)
	e.Sorbed = o.moles("sorbed_mol", sys.Component, true)
	b.readTitrant(sys, o, &p)
	var rest any
	for _, key := range []string{"charge_eq", "molality", "oxalate_ratio_stoich_REE", "converged", "iterations", "residual", "surfaces"} {
		o.read(key, &rest, "anything")
	}
	if _, ok := o.fields["oxalic_acid"+perWater]; ok { // grams only repeat the moles
		o.read("oxalic_acid_g_per_kgw", &rest, "a number")
	}
	for key := range o.fields {
		name, ok := strings.CutSuffix(key, perWater)
		if !ok {
			continue
		}
		if name == "oxalic_acid" {
			name = "H2Ox"
		}
		r, err := sys.Reagent(name)
		if amount := o.number(key, 0, 1e3); err != nil {
			b.fault(at+"."+key, "%s", bare(err))
		} else if amount != nil {
			p.doses = append(p.doses, dose{r, *amount})
		}
	}
	o.asked = append(o.asked, "NaOH"+perWater, "HF"+perWater, "oxalic_acid"+perWater, "Na2SO4"+perWater)
	o.close()
	return p
}

// readTitrant reads titrant and its target: target_pH, or a fixed amount where only that is given, or the pH of the point.
func (b *batchReader) readTitrant(sys *aqueous.System, o *object, p *batchPoint) {
	name := o.text("titrant")
	target := o.number("target_pH", lowestPH, highestPH)
	if name == "" {
		if target != nil {
			b.fault(o.at+"titrant", "is missing: target_pH needs the reagent that holds it")
		}
		return
	}
	r, err := sys.Reagent(name)
	if err != nil {
		b.fault(o.at+"titrant", "%s", bare(err))
		return
	}
	e := &p.expected
	switch {
	case target == nil && e.Added != nil:
		p.doses = append(p.doses, dose{r, *e.Added})
		e.Added = nil
		return
	case target == nil && e.PH != nil:
		target = e.PH
	case target == nil:
		b.fault(o.at+"target_pH", "is missing: the titrant needs a target or an amount")
		return
	}
	if !sys.HoldsPH(r) {
		b.fault(o.at+"titrant", "%s brings no protons and takes none: it holds no pH", name)
		return
	}
	p.holds, p.titrant, p.target = true, r, *target
}
