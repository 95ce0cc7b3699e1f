package hydromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Electrodialysis splits a salt into its acid and its base between bipolar membranes, as NaCl + H2O -> HCl + NaOH: the reagents of a saponified
// chloride circuit come back from its raffinate. One triplet has three compartments, fed by three streams. With E the equivalents of ions of
// one charge that the salt stream brings (Na+, K+, NH4+; Cl-, NO3-, F- and SO4-2; the lesser of cations and anions counts):
//
//	J      = conversion · E                        equivalents of salt that are split, mol/s
//	salt   loses J of cations and of anions, by their shares, and salt_leakage · J of both to acid and to base
//	acid   gains J of H+ and of anions             base gains J of cations and −J of H+ (OH−, at the cost of its water)
//	water  water_transport · J goes from salt to acid, and as much to base
//	I      = F J / current_efficiency              over all triplets        area = I / current_density of each of the three membranes
//	U      = voltage + resistance · current_density                         per triplet
//	power  = I U / rectifier,     cooling = I U − J ΔH,   ΔH of H2O = H+ + OH− at 298.15 K
//
// Assumptions: current_efficiency does not depend on the concentrations (in truth it falls as acid and base grow stronger); ions of more charges
// stay in the salt stream, where they foul the membranes: soften before, a warning says from where on; electrode reactions (H2, O2: one
// pair for a stack of some hundred triplets) and pumps are left out; the streams leave at the temperature of their blend. No holdup.
// Validity: HCl to 3.3 and NaOH to 3.6 mol/L have been made from brine; the defaults are those of a pilot at 200 to 500 A/m2.
// Degrees of freedom: conversion, current_density, current_efficiency, voltage, resistance, salt_leakage, water_transport, rectifier.
// Source: of the pilot Cassaro et al. 2023 (PMC9945178); of the strengths Herrero-Gonzalez et al. 2020, Sep. Purif. Technol. 242, 116785; Faraday's law.
type Electrodialysis struct {
	dials
	system          *chem.System
	water, acid     int
	cations, anions []int
	hardness        []int   // cations of more than one charge
	heat            float64 // J/mol, H2O = H+ + OH-
}

const ( // places of inlets and outlets
	saltStream = iota
	acidStream
	baseStream
)

const ( // places in u
	splitConversion = iota
	splitEfficiency
	splitDensity
	splitVoltage
	splitResistance
	splitLeakage
	splitWater
	splitRectifier
)

const (
	faraday     = 96485.33212 // C/mol
	strongestH  = 3300.0      // mol/m3
	strongestOH = 3600.0      // mol/m3
	hardest     = 0.1         // mol/m3, 4 mg/L of Ca: assumed
)

// NewElectrodialysis makes a bipolar-membrane electrodialysis.
func NewElectrodialysis() flowsheet.Unit { return &Electrodialysis{} }

// Init reads conversion and, all optional, the numbers of the stack.
func (e *Electrodialysis) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	e.system = env.System
	t := env.Param
	if err := e.find(); err != nil {
		t.Skip(t.Keys()...)
		return flowsheet.Spec{}, err
	}
	e.read(t, "conversion", "1", conf.Between(0, 0.98))
	const pilot = "Cassaro et al. 2023, PMC9945178, abstract: 19.2 m2 pilot on NaCl brine, "
	var constants []chem.Constant
	for _, o := range []struct {
		key, unit string
		value     float64
		r         conf.Range
		class     chem.Class
		source    string
	}{
		{"current_efficiency", "1", 0.65, conf.Between(0.05, 1), chem.Measured, pilot + "63 to 67 % at 300 to 500 A/m2, 80 % at 200 A/m2"},
		{"current_density", "A/m2", 300, conf.Between(1, 3000), chem.Assumed, "within the 200 to 500 A/m2 of that pilot"},
		{"voltage", "V", 1.16, conf.Between(0.83, 10), chem.Derived, pilot + "from 1.4 kWh/kg NaOH at 80 % and 200 A/m2 and 2.6 at 63 % and 500 A/m2, a straight line"},
		{"resistance", "ohm m2", 2.57e-3, conf.Between(0, 1), chem.Derived, pilot + "the same line"},
		{"salt_leakage", "1", 0.02, conf.Between(0, 0.5), chem.Assumed, "mole of salt in each product per mole of acid or base; products of 91 to 97 % are reported (Du et al. 2021, Ind. Eng. Chem. Res. 60, 3115)"},
		{"water_transport", "1", 5, conf.Between(0, 50), chem.Assumed, "moles of water that go with a mole of charge through each of the two membranes; no source was opened"},
		{"rectifier", "1", 0.95, conf.Between(0.3, 1), chem.Assumed, "usual"},
	} {
		e.add(o.key, o.unit, t.QuantityOr(o.key, o.unit, o.value, o.r), o.r)
		if !t.Has(o.key) {
			constants = append(constants, chem.Constant{Name: "electrodialysis." + o.key, Value: o.value, Unit: o.unit, Class: o.class, Source: o.source})
		}
	}
	h, err := e.splitting()
	if err != nil {
		return flowsheet.Spec{}, err
	}
	v := func(name, unit string, scale float64) flowsheet.Variable {
		return flowsheet.Variable{Name: name, Unit: unit, Scale: scale, Lower: flowsheet.NoBound}
	}
	return flowsheet.Spec{In: ports("salt", "acid", "base"), Out: ports("salt", "acid", "base"), Handles: e.handles, Constants: append(constants, h...),
		Signals: []flowsheet.Variable{v("split", "mol/s", 0.1), v("power", "W", 1e4), v("cooling", "W", 1e4), v("current", "A", 1e4), v("area", "m2", 10),
			v("triplet_voltage", "V", 1), v("energy", "J/kg", 1e6), v("acid_strength", "mol/m3", 1000), v("base_strength", "mol/m3", 1000), v("salt_left", "mol/m3", 100)}}, nil
}

// find looks the ions up.
func (e *Electrodialysis) find() error {
	e.water, e.acid = e.system.Solvent(chem.Aqueous), component(e.system, "H+")
	if e.water < 0 || e.acid < 0 {
		return fmt.Errorf("the system has no water or no H+; add the family aqueous to [chemistry]")
	}
	first, end := e.system.Span(chem.Aqueous)
	for i := first; i < end; i++ {
		switch c := e.system.Components[i]; {
		case slices.Contains([]string{"Na+", "K+", "NH4+"}, c.Name):
			e.cations = append(e.cations, i)
		case slices.Contains([]string{"Cl-", "NO3-", "F-", "SO4-2"}, c.Name):
			e.anions = append(e.anions, i)
		case c.Charge > 1:
			e.hardness = append(e.hardness, i)
		}
	}
	if len(e.cations) == 0 || len(e.anions) == 0 {
		return fmt.Errorf("no salt to split: add Na and Cl to chemistry.elements")
	}
	return nil
}

// splitting finds the enthalpy of splitting water.
func (e *Electrodialysis) splitting() (constants []chem.Constant, err error) {
	lib, err := library(e.system)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name, tag string
		sign      float64
	}{{"H+", "aq", 1}, {"OH-", "aq", 1}, {"H2O", "l", -1}} {
		s, err := lib.Species(part.name)
		if err != nil {
			return nil, err
		}
		f := s.Stable(thermo.Room, part.tag)
		e.heat += part.sign * f.H(thermo.Room)
		k := f.Constant()
		k.Name = "enthalpy." + part.name + "(" + part.tag + ")"
		constants = append(constants, k)
	}
	return constants, nil
}

// equivalents of ions that a stream brings, mol/s; dn is nil for the value alone.
func (e *Electrodialysis) equivalents(n, dn []float64, ions []int) (sum dual) {
	for _, i := range ions {
		sum = sum.add(moving(n, dn, i).times(math.Abs(e.system.Components[i].Charge)))
	}
	return sum
}

// shift says what goes from the salt stream to the products.
type shift struct {
	split         dual // J, mol/s
	cation, anion dual // share of the salt's cations and anions that is split
	leakC, leakA  dual // share that leaks to each product
	water         dual // to each product, mol/s
}

func (e *Electrodialysis) shift(u, du, n, dn []float64) (s shift) {
	C, A := e.equivalents(n, dn, e.cations), e.equivalents(n, dn, e.anions)
	if !(C.v > 0 && A.v > 0) {
		return s
	}
	E := C
	if A.v < C.v {
		E = A
	}
	s.split = E.mul(moving(u, du, splitConversion))
	s.cation, s.anion = s.split.div(C), s.split.div(A)
	leak := moving(u, du, splitLeakage)
	s.leakC, s.leakA = s.cation.mul(leak), s.anion.mul(leak)
	s.water = s.split.mul(moving(u, du, splitWater))
	return s
}

// Solve moves ions and water.
func (e *Electrodialysis) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := e.check(u); err != nil {
		return err
	}
	for k := range in {
		for i, n := range in[k].N {
			if c := &e.system.Components[i]; n != 0 && (c.Phase == chem.Solid || c.Phase == chem.Gas) {
				return fmt.Errorf("%s enters by %q with %.4g mol/s: the membranes take filtered water only", c.Name, [3]string{"salt", "acid", "base"}[k], n)
			}
		}
	}
	s := e.shift(u, nil, in[saltStream].N, nil)
	if taken := math.Max(s.cation.v+2*s.leakC.v, s.anion.v+2*s.leakA.v); taken > 1 {
		return fmt.Errorf("conversion %g and salt_leakage %g together take %.4g of the salt; lower one of them", u[splitConversion], u[splitLeakage], taken)
	}
	if v := s.split.v + s.water.v; math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%g mol/s of salt would be split", s.split.v)
	}
	if have := in[saltStream].N[e.water]; 2*s.water.v > have {
		return fmt.Errorf("water_transport takes %.4g mol/s of water, the salt stream brings %.4g", 2*s.water.v, have)
	}
	merge(e.system, in, &out[saltStream])
	e.move(out[saltStream].T, in, out, s, func(d dual, n, _ float64) float64 { return d.v * n }, func(d dual) float64 { return d.v }, nil)
	return nil
}

// move writes the outlets; of computes the moved part of a flow n (and its derivative dn) from a share, value that of an amount.
func (e *Electrodialysis) move(T float64, in, out []flowsheet.Stream, s shift, of func(d dual, n, dn float64) float64, value func(dual) float64, din []flowsheet.Stream) {
	from := in
	if din != nil {
		from = din
	}
	for k := range out {
		out[k].T = T
		copy(out[k].N, from[k].N)
	}
	take := func(ions []int, share, leak dual, product, other int) {
		for _, i := range ions {
			n, dn := in[saltStream].N[i], from[saltStream].N[i]
			split, leaked := of(share, n, dn), of(leak, n, dn)
			out[saltStream].N[i] -= split + 2*leaked
			out[product].N[i] += split + leaked
			out[other].N[i] += leaked
		}
	}
	take(e.cations, s.cation, s.leakC, baseStream, acidStream)
	take(e.anions, s.anion, s.leakA, acidStream, baseStream)
	J, water := value(s.split), value(s.water)
	out[acidStream].N[e.acid] += J
	out[baseStream].N[e.acid] -= J
	out[saltStream].N[e.water] -= 2 * water
	out[acidStream].N[e.water] += water
	out[baseStream].N[e.water] += water
}

// Tangent is the product rule on Solve, by duals.
func (e *Electrodialysis) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	mergeTangent(e.system, in, out[saltStream].T, din, &dout[saltStream])
	s := e.shift(u, du, in[saltStream].N, din[saltStream].N)
	e.move(dout[saltStream].T, in, dout, s, func(d dual, n, dn float64) float64 { return d.d*n + d.v*dn }, func(d dual) float64 { return d.d }, din)
	return nil
}

// Observe writes what the stack takes and makes. energy is per kg of NaOH.
func (e *Electrodialysis) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	const caustic = 0.0399971 // kg/mol of NaOH
	s := e.shift(u, nil, in[saltStream].N, nil)
	strength := func(k int, sign float64) float64 {
		if V := e.system.PhaseVolume(chem.Aqueous, out[k].N); V > 0 {
			return sign * out[k].N[e.acid] / V
		}
		return 0
	}
	I, U := faraday*s.split.v/u[splitEfficiency], u[splitVoltage]+u[splitResistance]*u[splitDensity]
	y[0], y[1], y[2], y[3], y[4], y[5] = s.split.v, I*U/u[splitRectifier], I*U-s.split.v*e.heat, I, I/u[splitDensity], U
	y[6] = faraday * U / (u[splitEfficiency] * u[splitRectifier] * caustic)
	y[7], y[8], y[9] = strength(acidStream, 1), strength(baseStream, -1), 0
	if V := e.system.PhaseVolume(chem.Aqueous, out[saltStream].N); V > 0 {
		y[9] = e.equivalents(out[saltStream].N, nil, e.cations).v / V
	}
}

// Report warns of products stronger than any that were made, of hardness and of a current beyond the pilot's.
func (e *Electrodialysis) Report(u, _ []float64, in, out []flowsheet.Stream) (report flowsheet.Report) {
	warn := func(code, where string, value, limit float64, unit, text string) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: text})
	}
	for _, o := range []struct {
		port  int
		name  string
		sign  float64
		limit float64
	}{{acidStream, "acid", 1, strongestH}, {baseStream, "base", -1, strongestOH}} {
		if V := e.system.PhaseVolume(chem.Aqueous, out[o.port].N); V > 0 {
			if c := o.sign * out[o.port].N[e.acid] / V; c > o.limit {
				warn("outside_range", o.name, c, o.limit, "mol/m3", fmt.Sprintf("the %s is %.3g mol/L; from brine up to %.3g have been made (bring more water to it, and an evaporator after it)", o.name, c/1000, o.limit/1000))
			}
		}
	}
	if V := e.system.PhaseVolume(chem.Aqueous, in[saltStream].N); V > 0 {
		c := 0.0
		for _, i := range e.hardness {
			c += in[saltStream].N[i] / V
		}
		if c > hardest {
			warn("hardness", "salt", c, hardest, "mol/m3", fmt.Sprintf("the brine brings %.3g mmol/L of cations of more than one charge, which foul the membranes: soften it before", c))
		}
	}
	if i := u[splitDensity]; i < 200 || i > 500 {
		warn("outside_range", "current_density", i, min(max(i, 200), 500), "A/m2", "efficiency and voltage are those of a pilot at 200 to 500 A/m2")
	}
	for k := range in {
		if V := e.system.PhaseVolume(chem.Organic, in[k].N); V > 0 {
			warn("organic_passes", [3]string{"salt", "acid", "base"}[k], V, 0, "m3/s", "entrained organic passes here; in truth it fouls the membranes: a coalescer and carbon take it out before")
		}
	}
	const warmest = 313.15 // K, usual limit of the membranes: assumed
	if T := out[saltStream].T; T > warmest {
		warn("outside_range", "temperature", T, warmest, "K", "membranes are run below 40 degC: cool what comes in")
	}
	return report
}

// Explain gives the equations in words.
func (e *Electrodialysis) Explain() string {
	return fmt.Sprintf("the share conversion of the salt's equivalents is split between bipolar membranes: its anions and H+ to the acid, its cations and OH- to the base; "+
		"water goes along with both, some salt leaks into both. Current = F * split/current_efficiency, voltage = voltage + resistance * current_density per triplet, "+
		"power is that of the stack with its rectifier. Splitting water takes %.1f kJ/mol, the rest is heat to be cooled away.", e.heat/1000)
}
