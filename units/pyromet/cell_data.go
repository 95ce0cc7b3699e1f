package pyromet

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

//go:embed data/cell.toml
var cellText []byte

// Handles of a cell, in this order: what the plant file must give, then the parameters of data/cell.toml.
const (
	current = iota
	heatLoss
	bathMass
	anodeRadius
	anodeOuter
	anodeLength
	anodeImmersion
	cathodeRadius

	bathDensity
	bathConductivity
	bathHeat
	bathLining
	bathBubbles
	ambient
	external
	anodeDensity
	anodeRenewal
	airBurn
	anodeTransfer
	anodeExchange
	cathodeTransfer
	cathodeExchange
	massTransfer
	sharpness
	solubility
	heatOfSolution
	dissolution
	raking
	tapping
	efficiencyBase
	efficiencyTemperature
	efficiencyHeating
	leastOxide
	starving
	gasCO
	gasBurnt
	hoodTemperature
	pfcMost
	pfcMiddle
	pfcWidth
	pfcC2F6
	pfcVoltage
	fluorideLoss
	cellHandles // how many; alloy.iron follows where there is an alloy
)

// cellUnits are the names and SI units of the handles.
var cellUnits = [cellHandles]struct {
	name, unit string
	in         conf.Range // of those that the plant file must give
}{
	{"current", "A", ampere}, {"heat_loss", "W/K", conf.Between(0.01, 1e5)}, {"bath.mass", "kg", conf.Between(0.01, 1e6)},
	{"anode.radius", "m", length}, {"anode.outer_radius", "m", length}, {"anode.length", "m", length}, {"anode.immersion", "m", length},
	{"cathode.radius", "m", length},
	{name: "bath.density", unit: "kg/m3"}, {name: "bath.conductivity", unit: "S/m"}, {name: "bath.heat_capacity", unit: "J/(kg K)"},
	{name: "bath.lining", unit: "J/K"}, {name: "bath.bubbles", unit: "1"}, {name: "ambient", unit: "K"}, {name: "external_resistance", unit: "ohm"},
	{name: "anode.density", unit: "kg/m3"}, {name: "anode.renewal", unit: "s"}, {name: "anode.air_burn", unit: "1"},
	{name: "anode.transfer", unit: "1"}, {name: "anode.exchange", unit: "A/m2"}, {name: "cathode.transfer", unit: "1"}, {name: "cathode.exchange", unit: "A/m2"},
	{name: "oxide.mass_transfer", unit: "m/s"}, {name: "oxide.sharpness", unit: "1"}, {name: "oxide.solubility", unit: "1"},
	{name: "oxide.heat_of_solution", unit: "J/mol"}, {name: "oxide.dissolution", unit: "1/s"}, {name: "oxide.raking", unit: "s"}, {name: "tapping", unit: "s"},
	{name: "efficiency.base", unit: "1"}, {name: "efficiency.temperature", unit: "K"}, {name: "efficiency.heating", unit: "1/K"},
	{name: "efficiency.least_oxide", unit: "1"}, {name: "efficiency.starving", unit: "1"},
	{name: "gas.co", unit: "1"}, {name: "gas.burnt", unit: "1"}, {name: "gas.temperature", unit: "K"},
	{name: "pfc.most", unit: "1"}, {name: "pfc.middle", unit: "1"}, {name: "pfc.width", unit: "1"}, {name: "pfc.c2f6", unit: "1"}, {name: "pfc.voltage", unit: "V"},
	{name: "fluoride_loss", unit: "1"},
}

// cellDefault is one parameter of data/cell.toml.
type cellDefault struct {
	chem.Constant
	lo, hi float64
}

// readCellData reads data/cell.toml.
func readCellData() (map[string]cellDefault, error) {
	tree, err := conf.Parse("data/cell.toml", cellText)
	if err != nil {
		return nil, err
	}
	root := tree.Root()
	sources := map[string]chem.Constant{}
	t := root.Table("source")
	for _, key := range t.Keys() {
		one := t.Table(key)
		sources[key] = chem.Constant{Source: one.Text("text"), Class: chem.Class(one.Choice("class", "measured", "derived", "estimated", "assumed"))}
		one.Close()
	}
	all := map[string]cellDefault{}
	t = root.Table("parameter")
	for _, h := range cellUnits[bathDensity:] {
		one := t.Table(h.name)
		by := one.Text("by")
		k, ok := sources[by]
		if !ok {
			one.Fault("by", "is no source")
		}
		d := cellDefault{Constant: k, lo: one.Quantity("lo", h.unit, conf.Any), hi: one.Quantity("hi", h.unit, conf.Any)}
		d.Name, d.Unit, d.Value = h.name, h.unit, one.Quantity("value", h.unit, conf.Any)
		if !(d.lo <= d.Value && d.Value <= d.hi) {
			one.Fault("value", "is outside lo to hi")
		}
		all[h.name] = d
		one.Close()
	}
	t.Close()
	root.Close()
	return all, tree.Err()
}

// readParameters reads the handles from the unit's table and those in it, and the bath's salts; it gives the constants of data/cell.toml in use.
func (c *Cell) readParameters(p *conf.Table) (used []chem.Constant, err error) {
	defaults, err := readCellData()
	if err != nil {
		return nil, fmt.Errorf("cell data: %w", err)
	}
	tables := map[string]*conf.Table{"": p, "bath": p.Required("bath", "mass, and salts such as { NdF3 = 0.875, LiF = 0.125 }"),
		"anode": p.Required("anode", "radius, outer_radius, length and immersion"), "cathode": p.Required("cathode", "radius")}
	c.handles = nil
	for _, h := range cellUnits {
		group, key, nested := strings.Cut(h.name, ".")
		if !nested {
			group, key = "", h.name
		}
		t, there := tables[group]
		if !there && p.Has(group) {
			t, there = p.Table(group), true
			tables[group] = t
		}
		one := flowsheet.Handle{Name: h.name, Unit: h.unit, Lo: h.in.Lo, Hi: h.in.Hi}
		if d, ok := defaults[h.name]; !ok {
			one.Value = t.Quantity(key, h.unit, h.in)
		} else {
			one.Lo, one.Hi, one.Value = d.lo, d.hi, d.Value
			if there && t.Has(key) {
				one.Value = t.Quantity(key, h.unit, conf.Between(d.lo, d.hi))
			} else {
				used = append(used, d.Constant)
			}
		}
		c.handles = append(c.handles, one)
	}
	if t, h := tables["anode"], c.handles; !t.Faulty("") && !(h[cathodeRadius].Value < h[anodeRadius].Value && h[anodeRadius].Value < h[anodeOuter].Value) {
		t.Fault("radius", "%g m must lie between cathode.radius, %g m, and outer_radius, %g m", h[anodeRadius].Value, h[cathodeRadius].Value, h[anodeOuter].Value)
	}
	c.alloy = -1
	if p.Has("alloy") {
		t := p.Table("alloy")
		c.alloy = len(c.handles)
		c.handles = append(c.handles, flowsheet.Handle{Name: "alloy.iron", Unit: "1", Value: t.Quantity("iron", "1", conf.Between(0, 0.9)), Hi: 0.9})
		t.Close()
	}
	if c.metals, err = c.reducibles(); err == nil {
		c.readSalts(tables["bath"].Required("salts", "mass fractions, such as NdF3 = 0.875"))
	}
	for _, t := range tables {
		if t != p {
			t.Close()
		}
	}
	return used, err
}

// lithiumFluoride is the molar mass of LiF, kg/mol, for the liquidus: IUPAC/CIAAW 2021, Li 6.94, F 18.998.
const lithiumFluoride = 25.938e-3

// readSalts reads the mass fractions of the bath's salts: rare-earth fluorides give the shares of their metals in what is made from fluoride.
func (c *Cell) readSalts(t *conf.Table) {
	sum, lithium, earths := 0.0, 0.0, 0.0
	var known []string
	for i := range c.metals {
		known = append(known, c.metals[i].symbol+"F3")
	}
	for _, name := range t.Keys() {
		w := t.Quantity(name, "1", conf.Fraction)
		sum += w
		i := slices.Index(known, name)
		if i >= 0 && c.metals[i].fluoride >= 0 {
			c.metals[i].share = w / c.sys.Components[c.metals[i].fluoride].M
			earths += c.metals[i].share
			continue
		}
		if name != "LiF" && name != "BaF2" && name != "CaF2" {
			t.Fault(name, "no salt of a cell here; %s (a rare earth's needs its oxide, metal and fluoride among the components)", conf.Hint(name, append(known, "LiF", "BaF2", "CaF2")))
		}
		if name == "LiF" {
			lithium = w / lithiumFluoride
		}
	}
	if math.Abs(sum-1) > sumTolerance && !t.Faulty("") {
		t.Fault("", "the mass fractions of the salts add to %.9g, not to 1", sum)
	}
	if earths == 0 {
		t.Fault("", "no rare-earth fluoride among the salts")
		earths = 1
	}
	for i := range c.metals {
		c.metals[i].share /= earths
	}
	c.xRE = earths / (earths + lithium)
	binary := t.Has("LiF") && t.Has("NdF3") && len(t.Keys()) == 2
	t.Close()
	if !binary {
		return
	}
	if lib, err := library(c.sys); err == nil {
		c.melt, _ = lib.Melt("LiF-NdF3")
	}
}

// thermochemistry finds enthalpies and Gibbs energies, and gives the constants that they rest on.
func (c *Cell) thermochemistry() (used []chem.Constant, err error) {
	lib, err := library(c.sys)
	if err != nil {
		return nil, err
	}
	form := func(name, tag string) *thermo.Form {
		s, e := lib.Species(name)
		if e != nil {
			err = e
			return nil
		}
		f := s.Stable(reference, tag)
		if f == nil || !f.HasHeat() || !f.HasEntropy() {
			err = fmt.Errorf("%s has no enthalpy and entropy over temperature", name)
			return nil
		}
		used = append(used, f.Constant())
		return f
	}
	c.carbon, c.cf4, c.c2f6 = form("C", "cd"), form("CF4", "g"), form("C2F6", "g")
	for i := range c.metals {
		m := &c.metals[i]
		m.hOxide, m.hMetal, m.hFluoride = form(m.symbol+"2O3", "cd"), form(m.symbol, "cd"), form(m.symbol+"F3", "cd")
		if m.fluoride < 0 && m.share > 0 {
			return nil, fmt.Errorf("%sF3 is no component", m.symbol)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("electrolysis: %w", err)
	}
	c.heats = make([]substance, len(c.sys.Components))
	for i := range c.sys.Components {
		if p := c.sys.Components[i].Phase; p == chem.Solid || p == chem.Gas {
			c.heats[i] = find(lib, &c.sys.Components[i])
		}
	}
	c.gCO, c.gCO2 = form("CO", "g"), form("CO2", "g")
	return used, err
}
