package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Heap is a heap leach: lifts of crushed ash or refuse are stacked one after the other, irrigated for `days` and then left.
//
//	X_j = maximum_j (1 − exp(−rate_j · days))        of each oxide with a rate, as a lift is left
//	mean over the lifts under irrigation, of all ages from 0 to days: maximum (1 − (1 − exp(−k t))/(k t))
//
// With lifts stacked at the rate of the solid feed the liquor of all lifts together carries feed · X_j at any time. Acid goes by the formula
// of each oxide. A lift that is left keeps `moisture` m3 of liquor per kg of its solids.
//
// Assumptions: as many lifts as days ask for, so that ages are even; the rate is what it is at the acid of its source (no effect of
// acid, temperature or size); plug flow of solids, one composition of liquor; no precipitation; no holdup: the heap answers to a
// change of its feed at once, where a real one takes its days. Validity: that of the source of the rates.
// Degrees of freedom: days, moisture, maximum and rate of each oxide.
// Source: first order to a maximum, textbook; constants as the table names.
type Heap struct {
	dials
	system *chem.System
	acid   int
	oxides []heapOxide
}

// heapOxide is one oxide that leaches; maximum and rate are places in u.
type heapOxide struct {
	symbol        string
	solid         int
	maximum, rate int
	products      []product
	acids         float64 // mol H+ per mole
}

const ( // places in u
	heapDays = iota
	heapMoisture
)

const ( // places of the outlets
	heapLiquor = iota
	heapResidue
)

// NewHeap makes a heap leach.
func NewHeap() flowsheet.Unit { return new(Heap) }

// Init reads days, moisture and the table extraction.
func (h *Heap) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	h.system = env.System
	spec := flowsheet.Spec{In: inlets(env), Out: ports("liquor", "residue")}
	h.read(env.Param, "days", "s", conf.Positive)
	h.read(env.Param, "moisture", "m3/kg", conf.NonNegative)
	t := env.Param.Required("extraction", "source, class, and elements such as Nd = { maximum = 0.3, rate = \"0.02 1/d\" }")
	source, class := t.Text("source"), chem.Class(t.Choice("class", "measured", "derived", "estimated", "assumed"))
	var ok bool
	if h.acid, ok = env.System.Index("H+"); !ok {
		t.Skip(t.Keys()...)
		return spec, fmt.Errorf("the system has no component H+; add the family aqueous to [chemistry]")
	}
	for _, symbol := range elements(t) {
		one := t.Table(symbol)
		o := heapOxide{symbol: symbol, solid: -1}
		o.maximum = h.add("extraction."+symbol+".maximum", "1", one.Quantity("maximum", "1", conf.Fraction), conf.Fraction)
		o.rate = h.add("extraction."+symbol+".rate", "1/s", one.Quantity("rate", "1/s", conf.NonNegative), conf.NonNegative)
		one.Close()
		for _, d := range h.handles[o.maximum:] {
			spec.Constants = append(spec.Constants, chem.Constant{Name: d.Name, Value: d.Value, Unit: d.Unit, Class: class, Source: source})
		}
		if e, known := env.System.Element(symbol); !known {
			t.Fault(symbol, "%v", env.System.Unknown("element", symbol, env.System.Symbols()))
			continue
		} else if o.solid = env.System.InFamily("oxide", e); o.solid < 0 {
			t.Fault(symbol, "%s has no oxide in the system; leave it out", symbol)
			continue
		}
		var err error
		if o.products, err = dissolution(env.System, o.solid); err != nil {
			t.Fault(symbol, "%v", err)
			continue
		}
		for _, q := range o.products {
			if q.component == h.acid {
				o.acids -= q.count
			}
		}
		h.oxides = append(h.oxides, o)
		spec.Signals = append(spec.Signals,
			flowsheet.Variable{Name: "conversion." + symbol, Unit: "1", Scale: 1},
			flowsheet.Variable{Name: "mean." + symbol, Unit: "1", Scale: 1})
	}
	if len(elements(t)) == 0 {
		t.Fault("", "no element; needs at least one, such as Nd = { maximum = 0.3, rate = \"0.02 1/d\" }")
	}
	spec.Handles = h.handles
	return spec, nil
}

// Solve leaches, then parts liquor and residue.
func (h *Heap) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := h.check(u); err != nil {
		return err
	}
	liquor, residue := &out[heapLiquor], &out[heapResidue]
	merge(h.system, in, liquor)
	residue.Zero(liquor.T)
	n, acid := liquor.N, 0.0
	for i := range h.oxides {
		o := &h.oxides[i]
		extent := n[o.solid] * u[o.maximum] * -math.Expm1(-u[o.rate]*u[heapDays])
		acid += o.acids * extent
		n[o.solid] -= extent
		for _, q := range o.products {
			if q.component != h.acid {
				n[q.component] += q.count * extent
			}
		}
	}
	if acid > 0 && acid > n[h.acid] {
		return fmt.Errorf("the heap takes %.6g mol/s of acid at these extractions, the irrigation brings %.6g mol/s", acid, n[h.acid])
	}
	n[h.acid] -= acid
	first, end := h.system.Span(chem.Solid)
	copy(residue.N[first:end], n[first:end])
	clear(n[first:end])
	volume, kept := h.system.PhaseVolume(chem.Aqueous, n), u[heapMoisture]*h.system.Mass(residue.N)
	if kept == 0 {
		return nil
	}
	if kept > volume {
		return fmt.Errorf("the lifts keep %.6g m3/s of liquor, %.6g m3/s comes in: nothing drains", kept, volume)
	}
	first, end = h.system.Span(chem.Aqueous)
	for i := first; i < end; i++ {
		residue.N[i] = n[i] * kept / volume
		n[i] -= residue.N[i]
	}
	return nil
}

// Tangent differentiates Solve. The liquor before drainage is what leaves at both outlets.
func (h *Heap) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	dliquor, dresidue := &dout[heapLiquor], &dout[heapResidue]
	mergeTangent(h.system, in, out[heapLiquor].T, din, dliquor)
	dresidue.Zero(dliquor.T)
	dn := dliquor.N
	for i := range h.oxides {
		o := &h.oxides[i]
		fed := 0.0
		for k := range in {
			fed += in[k].N[o.solid]
		}
		kt := u[o.rate] * u[heapDays]
		X := -math.Expm1(-kt)
		dX := math.Exp(-kt) * (du[o.rate]*u[heapDays] + u[o.rate]*du[heapDays])
		dextent := dn[o.solid]*u[o.maximum]*X + fed*(du[o.maximum]*X+u[o.maximum]*dX)
		dn[o.solid] -= dextent
		for _, q := range o.products {
			dn[q.component] += q.count * dextent
		}
	}
	first, end := h.system.Span(chem.Solid)
	copy(dresidue.N[first:end], dn[first:end])
	clear(dn[first:end])
	liquor, residue := out[heapLiquor].N, out[heapResidue].N
	solids := h.system.PhaseMass(chem.Solid, residue)
	volume := h.system.PhaseVolume(chem.Aqueous, liquor) + h.system.PhaseVolume(chem.Aqueous, residue)
	if u[heapMoisture] == 0 && du[heapMoisture] == 0 || volume <= 0 {
		return nil
	}
	kept := u[heapMoisture] * solids / volume
	dkept := (du[heapMoisture]*solids + u[heapMoisture]*h.system.PhaseMass(chem.Solid, dresidue.N) - kept*h.system.PhaseVolume(chem.Aqueous, dn)) / volume
	first, end = h.system.Span(chem.Aqueous)
	for i := first; i < end; i++ {
		dresidue.N[i] = kept*dn[i] + dkept*(liquor[i]+residue[i])
		dn[i] -= dresidue.N[i]
	}
	return nil
}

// Observe gives of each oxide the extraction of a lift that is left, and the mean over the lifts under irrigation.
func (h *Heap) Observe(u, _ []float64, _, _ []flowsheet.Stream, y []float64) {
	for j, o := range h.oxides {
		kt := u[o.rate] * u[heapDays]
		y[2*j] = u[o.maximum] * -math.Expm1(-kt)
		y[2*j+1] = 0
		if kt > 0 {
			y[2*j+1] = u[o.maximum] * (1 + math.Expm1(-kt)/kt)
		}
	}
}

// Explain gives the equations in words.
func (h *Heap) Explain() string {
	return "lifts stacked in turn and irrigated for `days`: X = maximum (1 - exp(-rate days)) as a lift is left; the liquor of all lifts together " +
		"carries feed x X; acid by the formula of each oxide; a lift keeps `moisture` of liquor per kg of solids. No effect of acid, temperature " +
		"or size on the rate; no holdup: the answer to a change comes at once."
}
