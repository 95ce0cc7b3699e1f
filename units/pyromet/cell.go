package pyromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/solve"
)

// Cell is a line of equal oxide–fluoride electrolysis cells in series: a rod of tungsten, or for an alloy of iron, in a ring of graphite.
//
//	anode     O2- + C = CO + 2 e (share gas.co of the oxide current),   2 O2- + C = CO2 + 4 e,   4 F- + C = CF4 + 4 e,   6 F- + 2 C = C2F6 + 6 e
//	cathode   M3+ + 3 e = M;   of the metal that the oxide current makes 1 − CE is oxidised again, by CO2 and, that used up, by CO
//	I = I_O + I_F        I_L = 2 F k_m c_O A,  c_O = 3 Σ O/V,   φ = I/I_L
//	I_O = (1 − most/(1 + exp((middle − φ)/width))) · I I_L/(I^p + I_L^p)^(1/p)
//	CE  = base − heating (T − temperature) − starving · max(0, least_oxide − w)
//	R   = CE I_O/(6 F)                 M2O3 consumed, by element as dissolved
//	dO_j/dt = k (s_j − s w/S · O_j/O) − R O_j/O,   ln S[wt%] = solubility − heat_of_solution/(R T)
//	ds_j/dt = fed_j − k (s_j − s w/S · O_j/O) − s_j/raking
//	dm_j/dt = 2 R O_j/O + I_F b_j/(3 F) − m_j/tapping         b_j: share among the fluorides of the bath
//	dC/dt   = (C_new − C)/renewal − (carbon of the gas) · air_burn,   bore of the ring r² = R_o² − C M_C/(π ρ length)
//	U = E + R T/(2 α F) asinh(i/2i0) + R T/2F ln(I_L/(I_L − I_O)) + R T/(3 α_c F) asinh(i_c/2i0_c) + I (R_bath (1 + bubbles) + R_ext)
//	      + pfc.voltage φ^p/(1 + φ^p),   R_bath = ln(r/r_c)/(2 π κ immersion)
//	E = E(CO2, CO by their share of I_O) and E(CF4), by their share of I, from flowsheet/chem/thermo at T
//	Σ n c_p dT/dt = I U − heat_loss (T − ambient) + H(inlets) − H(outlets at T) − Σ h dn/dt
//
// In the anode effect the oxide current is what mass transfer brings; the rest makes perfluorocarbons from the bath's fluorides and the gas film takes
// pfc.voltage. Salts lost that way and as fume (fluoride_loss per metal) are made up ("fluoride", drawn), so that the bath keeps its mass; the lithium salt
// does not move. In an alloy iron dissolves from the cathode as the metal takes it up (alloy.iron). The hood burns the share gas.burnt of the CO, and
// the anode beyond its electrolytic wear, in the air that enters, and cools the gas to gas.temperature.
//
// Assumptions: well-mixed bath; elements reduced as dissolved, not by their potential; anodes renewed and metal tapped and sludge raked out as a mean over
// time; pure condensed phases (no heat of dissolution or of alloying); constant heat loss coefficient; no carbon or oxygen in the metal. Sm, Eu, Tm and Yb,
// which stay divalent in the bath, and all other solids leave with the sludge. Overfed, the cell fills with sludge until raking takes it; underfed it
// falls to where mass transfer brings what is fed: there is always a steady state, which may be one of permanent anode effect.
// Validity: 0.7 to 1.3 of the current of a known cell; most parameters are assumed (data/cell.toml).
// Degrees of freedom: the handles.
//
// Source: voltage terms and balances of a cell as commonly written; numbers in data/cell.toml, thermochemistry of flowsheet/chem/thermo.
type Cell struct {
	sys     *chem.System
	cells   float64
	handles []flowsheet.Handle
	metals  []reducible
	iron    int // component, -1 for no alloy
	alloy   int // its handle, -1 for none
	heats   []substance
	carbon  *thermo.Form
	cf4     *thermo.Form
	c2f6    *thermo.Form

	co, co2, o2, nCF4, nC2F6, graphite int // components

	solid  [2]int
	higher []higherOxide
	gCO    *thermo.Form
	gCO2   *thermo.Form
	stage  *solve.Stage
	rates  func(x, fx []float64) // of the point of the last Solve, kept so that nothing is allocated
	melt   *thermo.Melt
	xRE    float64 // mole fraction of rare-earth fluorides among the salts

	// scratch: the point, complex for derivatives by the complex step
	u, x, f, fed []complex128
	feedHeat     complex128
	through      []int // solids in the feed that pass unchanged, of known enthalpy
	now          cellFlows
	dfdp         []float64
	beyond       []float64 // the last states without rates in a solve
}

// reducible is a rare earth that the cell reduces.
type reducible struct {
	decomposesAt  complex128 // K, of decomposition as last worked out; 0 before
	decomposition [4]complex128

	symbol                 string
	oxide, metal, fluoride int // components; fluoride is -1 where the bath has none
	share                  float64
	hOxide, hMetal         *thermo.Form // in the cell
	hFluoride              *thermo.Form
}

// higherOxide is an oxide such as Pr6O11 that falls to M2O3 and O2 in the cell.
type higherOxide struct {
	component, metal int     // metal: place in metals
	oxides, o2       float64 // mol per mol
}

// Outlet slots of a cell.
const (
	cellMetal = iota
	cellSludge
	cellGas
	cellFume
	cellAnode
	cellFluoride
	cellIron
)

// reference is the temperature at which the phases in the cell are chosen, K.
const reference = 1323.15

// NewCell makes an electrolysis cell to be set up by Init.
func NewCell() flowsheet.Unit { return &Cell{} }

// Init reads cells, the geometry, the bath and what differs from data/cell.toml.
func (c *Cell) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	c.sys = env.System
	p := env.Param
	c.cells = float64(p.IntOr("cells", 1, 1, 10000))
	constants, err := c.readParameters(p)
	if err != nil {
		return flowsheet.Spec{}, err
	}
	if err := c.find(); err != nil {
		return flowsheet.Spec{}, err
	}
	used, err := c.thermochemistry()
	if err != nil {
		return flowsheet.Spec{}, err
	}
	spec := flowsheet.Spec{
		In: []flowsheet.Port{{Name: "oxide"}, {Name: "air", Optional: true}},
		Out: []flowsheet.Port{{Name: "metal"}, {Name: "sludge"}, {Name: "gas"}, {Name: "fume"},
			{Name: "anode", Drawn: true}, {Name: "fluoride", Drawn: true}},
		Handles: c.handles, Signals: cellSignals(), Constants: append(constants, used...),
	}
	if c.alloy >= 0 {
		spec.Out = append(spec.Out, flowsheet.Port{Name: "iron", Drawn: true})
	}
	spec.States = c.states()
	n := len(spec.States)
	scale, lower := make([]float64, n), make([]float64, n)
	for i, v := range spec.States {
		scale[i], lower[i] = v.Scale, v.Lower
	}
	c.stage = solve.NewStage(n, n, scale, lower)
	c.stage.MaxIter, c.stage.MaxSteps, c.stage.Leaving = 100, 40, 0.02
	c.u, c.fed = make([]complex128, len(c.handles)), make([]complex128, len(c.sys.Components))
	c.x, c.f, c.dfdp, c.beyond = make([]complex128, n), make([]complex128, n), make([]float64, n), make([]float64, n)
	c.now.init(len(c.metals))
	c.rates = c.writeRates
	return spec, nil
}

// states are the dissolved oxide, sludge and metal of every element, iron in the metal, the anodes' carbon and the temperature.
func (c *Cell) states() (all []flowsheet.Variable) {
	bath := c.cells * c.handles[bathMass].Value
	mol := func(where string, i int, share float64) {
		m := c.sys.Components[i].M
		all = append(all, flowsheet.Variable{Name: where + "." + c.sys.Components[i].Name, Unit: "mol", Scale: share * bath / m, Start: 0.5 * share * bath / m})
	}
	for _, m := range c.metals {
		mol("oxide", m.oxide, 0.02)
	}
	for _, m := range c.metals {
		mol("sludge", m.oxide, 0.01)
	}
	for _, m := range c.metals {
		mol("metal", m.metal, 0.1)
	}
	if c.alloy >= 0 {
		mol("metal", c.iron, 0.1)
	}
	anode := c.cells * real(c.ringCarbon(c.values(), complex(c.handles[anodeRadius].Value, 0)))
	if !(anode > 0) {
		anode = 1 // a fault of the plant file, reported
	}
	all = append(all,
		flowsheet.Variable{Name: "anode." + c.sys.Components[c.graphite].Name, Unit: "mol", Scale: anode, Start: anode,
			Lower: flowsheet.NoBound}, // below 0 it has burnt through: Solve says so
		flowsheet.Variable{Name: "T", Unit: "K", Scale: 1000, Lower: 250, Start: reference})
	return all
}

// values are the handles as read.
func (c *Cell) values() []complex128 {
	u := make([]complex128, len(c.handles))
	for i, h := range c.handles {
		u[i] = complex(h.Value, 0)
	}
	return u
}

// find looks up the components that take part.
func (c *Cell) find() error {
	s := c.sys
	for _, part := range []struct {
		name, family string
		at           *int
	}{{"O2(g)", "gas", &c.o2}, {"CO2(g)", "gas", &c.co2}, {"CO(g)", "carbon_monoxide", &c.co}, {"C(s)", "electrode", &c.graphite}} {
		i, ok := s.Index(part.name)
		if !ok {
			return fmt.Errorf("an electrolysis cell needs %s: add %q to chemistry.families", part.name, part.family)
		}
		*part.at = i
	}
	for _, part := range []struct {
		name string
		at   *int
	}{{"CF4(g)", &c.nCF4}, {"C2F6(g)", &c.nC2F6}} {
		i, ok := s.Index(part.name)
		if !ok {
			return fmt.Errorf(`an electrolysis cell needs %s: add "F" to chemistry.elements and "perfluorocarbon" to chemistry.families`, part.name)
		}
		*part.at = i
	}
	c.solid[0], c.solid[1] = s.Span(chem.Solid)
	c.iron = -1
	if i, ok := s.Index("Fe(s)"); ok {
		c.iron = i
	}
	for i := range s.Components {
		k := &s.Components[i]
		j := slices.IndexFunc(c.metals, func(m reducible) bool { return s.Components[m.oxide].Key == k.Key })
		if k.Family == "calcined" && j >= 0 {
			oxygen, _ := s.Element("O")
			c.higher = append(c.higher, higherOxide{i, j, k.KeyCount / 2, (k.Formula[oxygen] - 1.5*k.KeyCount) / 2})
		}
	}
	if c.alloy >= 0 && c.iron < 0 {
		return fmt.Errorf(`alloy.iron needs Fe(s): add "Fe" to chemistry.elements and "metal" to chemistry.families`)
	}
	return nil
}

// divalent lists what is not won by electrolysis of its oxide: it circulates as M2+.
var divalent = [...]string{"Sm", "Eu", "Tm", "Yb"}

// reducibles lists the rare earths that have oxide and metal among the components.
func (c *Cell) reducibles() (all []reducible, err error) {
	s := c.sys
	for e := range s.Elements {
		symbol := s.Elements[e].Symbol
		if s.Elements[e].Group != "ree" || slices.Contains(divalent[:], symbol) {
			continue
		}
		m := reducible{symbol: symbol, oxide: s.InFamily("oxide", e), metal: s.InFamily("metal", e), fluoride: s.InFamily("fluoride", e)}
		if m.oxide >= 0 && m.metal >= 0 {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf(`an electrolysis cell needs a rare earth with oxide and metal: add "oxide" and "metal" to chemistry.families`)
	}
	return all, nil
}

// check refuses handles outside their range, geometry that cannot be, and what does not belong in a cell.
func (c *Cell) check(u []float64, in []flowsheet.Stream) error {
	for i, h := range c.handles {
		if !(u[i] >= h.Lo && u[i] <= h.Hi) {
			return fmt.Errorf("%s is %g, outside %g to %g (%s)", h.Name, u[i], h.Lo, h.Hi, h.Unit)
		}
	}
	if !(u[cathodeRadius] < u[anodeRadius] && u[anodeRadius] < u[anodeOuter]) {
		return fmt.Errorf("radii of cathode %g m, of the anode's bore %g m and of its outside %g m must rise", u[cathodeRadius], u[anodeRadius], u[anodeOuter])
	}
	for k := range in {
		for i, n := range in[k].N {
			phase := c.sys.Components[i].Phase
			switch {
			case math.IsNaN(n) || math.IsInf(n, 0):
				return fmt.Errorf("%s enters with %g mol/s", c.sys.Components[i].Name, n)
			case n < 0:
				return fmt.Errorf("%s enters with %g mol/s: a cell takes no negative flow", c.sys.Components[i].Name, n)
			case n != 0 && (phase == chem.Aqueous || phase == chem.Organic):
				return fmt.Errorf("%s enters with %.4g mol/s: a liquid has no place in a cell", c.sys.Components[i].Name, n)
			}
		}
	}
	return nil
}

// conf ranges of what a plant file must give.
var (
	ampere = conf.Between(0, 1e6)
	length = conf.Between(1e-3, 10)
)
