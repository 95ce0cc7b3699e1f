package pyromet

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// OxidisingRoaster roasts metals and alloys in air: powder and swarf of magnets, before acid leaches their rare earths and leaves the iron.
//
//	M + O2 -> oxide of M,  C + O2 -> CO2,  H + 1/4 O2 -> 1/2 H2O      by the share conversion; every atom of the families metal, magnet,
//	                                                                alloying and electrode
//	product = product_recovery · solids,   dust = the rest
//	heat    = H(product) + H(dust) + H(gas) − H(inlets) = heat.reaction + heat.sensible
//
// The coefficients come from the formula matrix: an element ends as its oxide of the family oxide, else ash (CoO, NiO, CuO, B2O3), and O2
// closes oxygen. heat (W) is what has to be supplied; negative, as ever here, means that it has to be taken away.
//
// Assumptions: one conversion for all; rare earths end as M2O3 and iron as Fe2O3: the double oxides NdFeO3 and NdBO3 that are found above 500 °C
// are counted as their oxides (no enthalpies), what that does to the leach is in its rates; oxides pass. All outlets leave at
// outlet_temperature, nothing is kept. What has no enthalpy is left out of the heat, by name.
// Validity: conversion is that of the plant file. Degrees of freedom: outlet_temperature, conversion, product_recovery.
//
// Source: enthalpies of flowsheet/chem/thermo; products of a roast at 800 °C: Jiang et al. 2020, Trans. Indian Inst. Met. (abstract).
type OxidisingRoaster struct {
	furnace
	burns []roasting
	o2    int
}

// roasting is what one mole of a component becomes.
type roasting struct {
	from     int
	o2       float64 // taken
	makes    []chem.Part
	standard float64 // J/mol at 298.15 K; NaN without data
}

// Handles and signals of the oxidising roaster.
const (
	roastTemperature = iota
	roastConversion
	roastRecovery
)

// Outlets of the oxidising roaster.
const (
	roastProduct = iota
	roastDust
	roastGas
)

// NewOxidisingRoaster makes an oxidising roaster to be set up by Init.
func NewOxidisingRoaster() flowsheet.Unit { return &OxidisingRoaster{} }

// Init reads outlet_temperature, conversion and product_recovery.
func (r *OxidisingRoaster) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	if err := r.setUpHearth("oxidising_roaster", env, []string{"solid", "gas"}, []string{"product", "dust", "gas"}); err != nil {
		return flowsheet.Spec{}, err
	}
	r.gases = true
	r.furnace.cycle = r.roast
	p := env.Param
	r.handle(p, "outlet_temperature", "K", conf.Between(400, 2000))
	r.handleOr(p, "conversion", "1", conf.Fraction)
	r.handleOr(p, "product_recovery", "1", conf.Fraction)
	if err := r.find(); err != nil {
		return flowsheet.Spec{}, err
	}
	var signals []flowsheet.Variable
	for _, name := range []string{"heat", "heat.reaction", "heat.sensible"} {
		signals = append(signals, flowsheet.Variable{Name: name, Unit: "W", Scale: 1000, Lower: flowsheet.NoBound})
	}
	signals = append(signals, flowsheet.Variable{Name: "oxygen_used", Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	return flowsheet.Spec{In: ports(r.inlets), Out: ports(r.outlets), Handles: r.handles, Signals: signals, Constants: r.constants()}, nil
}

// find balances what every metal becomes.
func (r *OxidisingRoaster) find() error {
	var ok bool
	if r.o2, ok = r.sys.Index("O2(g)"); !ok {
		return r.sys.Unknown("component", "O2(g)", r.sys.Names(chem.Gas))
	}
	for i := range r.sys.Components {
		switch r.sys.Components[i].Family {
		case "metal", "magnet", "alloying", "electrode":
			c, err := r.balance(i)
			if err != nil {
				return err
			}
			r.burns = append(r.burns, c)
		}
	}
	if len(r.burns) == 0 {
		return fmt.Errorf("an oxidising roaster needs metals: add \"metal\", \"magnet\" or \"alloying\" to chemistry.families")
	}
	return nil
}

// balance finds the oxides of a component and the O2 they take.
func (r *OxidisingRoaster) balance(from int) (roasting, error) {
	s := r.sys
	c := roasting{from: from}
	oxygen, _ := s.Element("O")
	known := r.heats[from].known()
	if known {
		c.standard = -r.heats[from].h(thermo.Room)
	}
	for e, atoms := range s.Components[from].Formula {
		if atoms == 0 || e == oxygen {
			continue
		}
		i, name := -1, map[string]string{"H": "H2O(g)", "C": "CO2(g)"}[s.Elements[e].Symbol]
		if name != "" {
			i, _ = s.Index(name)
		} else if i = s.InFamily("oxide", e); i < 0 {
			i = s.InFamily("ash", e)
		}
		if i < 0 || i >= len(s.Components) || s.Components[i].Formula[e] == 0 {
			return c, fmt.Errorf("%s has no oxide of %s to end as: add \"oxide\", \"ash\" and \"gas\" to chemistry.families", s.Components[from].Name, s.Elements[e].Symbol)
		}
		to := &s.Components[i]
		n := atoms / to.Formula[e]
		c.makes = append(c.makes, chem.Part{Component: i, Count: n})
		c.o2 += n * to.Formula[oxygen] / 2
		if known = known && r.heats[i].known(); known {
			c.standard += n * r.heats[i].h(thermo.Room)
		}
	}
	c.o2 -= s.Components[from].Formula[oxygen] / 2
	if c.standard -= c.o2 * r.heats[r.o2].h(thermo.Room); !known {
		c.standard = math.NaN()
	}
	return c, nil
}

// roast burns what enters.
func (r *OxidisingRoaster) roast() error {
	T := r.u[roastTemperature]
	r.outT[roastProduct], r.outT[roastDust], r.outT[roastGas] = T, T, T
	gas, solids := r.out[roastGas], r.out[roastProduct]
	for i, n := range r.fed {
		if i >= r.gas[0] && i < r.gas[1] {
			gas[i] = n
		} else {
			solids[i] = n
		}
	}
	need := 0.0
	for k := range r.burns {
		c := &r.burns[k]
		if r.fed[c.from].v == 0 && r.fed[c.from].d == 0 {
			continue
		}
		n := r.u[roastConversion].mul(r.fed[c.from])
		solids[c.from] = num(1).sub(r.u[roastConversion]).mul(r.fed[c.from])
		need += c.o2 * n.v
		gas[r.o2] = gas[r.o2].sub(n.times(c.o2))
		for _, p := range c.makes {
			to := solids
			if p.Component >= r.gas[0] && p.Component < r.gas[1] {
				to = gas
			}
			to[p.Component] = to[p.Component].add(n.times(p.Count))
		}
	}
	if have := r.fed[r.o2].v; need > have {
		return fmt.Errorf("oxygen short: the metals need %.6g mol/s of O2, %.6g mol/s available", need, have)
	}
	for i := r.solid[0]; i < r.solid[1]; i++ {
		all := solids[i]
		solids[i] = r.u[roastRecovery].mul(all)
		r.out[roastDust][i] = num(1).sub(r.u[roastRecovery]).mul(all)
	}
	return nil
}

// Observe writes the heat supplied and its parts, W, from what has enthalpies, and the share of the oxygen fed that is used.
func (r *OxidisingRoaster) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	clear(y)
	for k := range out {
		y[0] += r.enthalpy(out[k])
	}
	for k := range in {
		y[0] -= r.enthalpy(in[k])
	}
	used := 0.0
	for k := range r.burns {
		c := &r.burns[k]
		n := u[roastConversion] * fed(in, c.from)
		used += c.o2 * n
		if n != 0 && !math.IsNaN(c.standard) {
			y[1] += n * c.standard
		}
	}
	y[2] = y[0] - y[1]
	if have := fed(in, r.o2); have > 0 {
		y[3] = used / have
	}
}

// Report names what the heat leaves out, data outside their range, and metal that stays ("not_oxidised").
func (r *OxidisingRoaster) Report(u, _ []float64, in, out []flowsheet.Stream) flowsheet.Report {
	report := flowsheet.Report{Warnings: r.excursions(u, in, out, math.Inf(1))}
	if left := 1 - u[roastConversion]; left > 0 {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "not_oxidised", Where: "conversion", Value: left, Unit: "1",
			Text: fmt.Sprintf("%.3g %% of the metals stays metal: acid makes hydrogen of it", 100*left)})
	}
	return report
}

// Explain shows the equations in words.
func (r *OxidisingRoaster) Explain() string {
	var b strings.Builder
	b.WriteString("Metals and alloys burn to oxides by the share conversion:\n")
	for _, c := range r.burns {
		var makes []string
		for _, p := range c.makes {
			makes = append(makes, fmt.Sprintf("%.4g %s", p.Count, r.sys.Components[p.Component].Name))
		}
		heat := "no data"
		if !math.IsNaN(c.standard) {
			heat = fmt.Sprintf("%+.0f kJ/mol at 298 K", c.standard/1000)
		}
		fmt.Fprintf(&b, "  %s + %.4g O2(g) -> %s   (%s)\n", r.sys.Components[c.from].Name, c.o2, strings.Join(makes, " + "), heat)
	}
	b.WriteString(`Solids part into product (product_recovery) and dust (the rest); oxides pass. Double oxides (NdFeO3, NdBO3) are counted as their oxides.
heat [W, supplied] = H(product) + H(dust) + H(gas) - H(inlets) = heat.reaction + heat.sensible
All outlets leave at outlet_temperature. No holdup: steady and in time are the same.
Source: enthalpies of flowsheet/chem/thermo; Jiang et al. 2020 (phases at 800 °C).
`)
	return b.String()
}
