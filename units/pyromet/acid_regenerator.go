package pyromet

import (
	"fmt"
	"math"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// AcidRegenerator turns spent chloride liquors into oxides and hydrochloric acid: a spray roaster (pyrohydrolysis) with an absorber behind it.
//
//	2 FeCl3 + 3 H2O -> Fe2O3 + 6 HCl         4 FeCl2 + 4 H2O + O2 -> 2 Fe2O3 + 8 HCl
//	2 AlCl3 + 3 H2O -> Al2O3 + 6 HCl         MgCl2 + H2O -> MgO + 2 HCl        2 MCl3 + 3 H2O -> M2O3 + 6 HCl  (rare earths)
//	  each by the share conversion; free acid leaves as HCl
//	acid  = absorption · HCl, with water that is drawn to make it `strength` by mass
//	gas   = the gas of the inlet + steam of the liquor + HCl that is not absorbed
//	oxide = oxides and solids of the inlets;  salts = what does not hydrolyse (Na, K, Ca, Mn), with its chloride
//	heat  = H(oxide, T) + H(gas and HCl, gas_temperature) − H(liquor, gas)        liquor's ions at 298.15 K
//	fuel  = heat/efficiency        cooling of the absorber = HCl · (H(HCl) − H(H+) − H(Cl-)) at 298.15 K
//
// The gas gives its heat to the liquor before it reaches the absorber (venturi), therefore gas_temperature and not that of the roaster counts.
// Assumptions: one conversion for all; rare earths end as oxide (in truth in part as oxychloride); salts have no enthalpy over temperature and are left out
// of the heat beyond 298.15 K; no sulfate is decomposed; fuel and its gas are not mixed in; no holdup.
// Validity: roasters run at 300 to 900 °C; Mg, Fe and Ni are what industry hydrolyses. Acid beyond 20 % is not absorbed at 1 atm; a warning stands.
// Degrees of freedom: temperature, gas_temperature, conversion, absorption, strength, efficiency.
// Source: reactions and temperatures acreg.com (overview of pyrohydrolysis); practice McKinley and Ghahreman 2018, Miner. Process. Extr. Metall.,
// abstract; enthalpies of flowsheet/chem/thermo.
type AcidRegenerator struct {
	sys                     *chem.System
	handles                 []flowsheet.Handle
	constants               []chem.Constant
	reactions               []hydrolysis
	heats                   []substance
	water, acid, chloride   int
	steam, vapour, o2       int
	absorbed                float64 // J/mol, H(HCl) − H(H+) − H(Cl-)
	aqueous, organic, solid [2]int
}

// hydrolysis is what one mole of a metal's chloride gives.
type hydrolysis struct {
	ion, oxide             int
	oxides, hcl, water, o2 float64
	heat                   float64 // J/mol at 298.15 K, from ions and liquid water to solid and gases
}

// Handles and outlets of an acid regenerator.
const (
	regeneratorTemperature = iota
	regeneratorGas
	regeneratorConversion
	regeneratorAbsorption
	regeneratorStrength
	regeneratorEfficiency
)

const (
	regeneratedAcid = iota
	regeneratedOxide
	regeneratedGas
	regeneratedSalts
	regeneratedWater
)

// NewAcidRegenerator makes an acid regenerator.
func NewAcidRegenerator() flowsheet.Unit { return &AcidRegenerator{} }

// Init reads temperature and, all optional, gas_temperature, conversion, absorption, strength and efficiency.
func (r *AcidRegenerator) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	r.sys = env.System
	if err := r.find(); err != nil {
		env.Param.Skip(env.Param.Keys()...)
		return flowsheet.Spec{}, err
	}
	hot := conf.Between(573.15, 1273.15)
	r.handles = []flowsheet.Handle{{Name: "temperature", Unit: "K", Value: env.Param.Quantity("temperature", "K", hot), Lo: hot.Lo, Hi: hot.Hi}}
	for _, o := range []struct {
		key, unit string
		value     float64
		r         conf.Range
		source    string
	}{
		{"gas_temperature", "K", 368.15, conf.Between(323.15, 573.15), "gas behind the preconcentrator, some 95 degC: usual"},
		{"conversion", "1", 0.98, conf.Fraction, "nothing was found: usual"},
		{"absorption", "1", 0.99, conf.Fraction, "column of the absorber: usual"},
		{"strength", "1", 0.18, conf.Range{Lo: 1e-3, Hi: 0.35}, "18 % by mass, what absorbers deliver below the azeotrope: usual"},
		{"efficiency", "1", 0.75, conf.Range{Lo: 0.1, Hi: 1}, "share of the fuel's heat that is not lost by flue gas and walls: set by nobody but this program"},
	} {
		r.handles = append(r.handles, flowsheet.Handle{Name: o.key, Unit: o.unit, Value: env.Param.QuantityOr(o.key, o.unit, o.value, o.r), Lo: o.r.Lo, Hi: o.r.Hi})
		if !env.Param.Has(o.key) {
			r.constants = append(r.constants, chem.Constant{Name: "acid_regenerator." + o.key, Value: o.value, Unit: o.unit, Class: chem.Assumed, Source: o.source})
		}
	}
	watt := func(name string) flowsheet.Variable {
		return flowsheet.Variable{Name: name, Unit: "W", Scale: 1e5, Lower: flowsheet.NoBound}
	}
	return flowsheet.Spec{In: []flowsheet.Port{{Name: "liquor"}, {Name: "gas", Optional: true}},
		Out:     []flowsheet.Port{{Name: "acid"}, {Name: "oxide"}, {Name: "gas"}, {Name: "salts"}, {Name: "water", Drawn: true}},
		Handles: r.handles, Constants: r.constants,
		Signals: []flowsheet.Variable{watt("heat"), watt("fuel"), watt("cooling"), {Name: "chloride_recovered", Unit: "1", Scale: 1}}}, nil
}

// find looks components and enthalpies up and balances the reactions.
func (r *AcidRegenerator) find() error {
	s := r.sys
	for _, part := range []struct {
		name, family string
		at           *int
	}{{"H2O", "aqueous", &r.water}, {"H+", "aqueous", &r.acid}, {"Cl-", "aqueous", &r.chloride}, {"H2O(g)", "gas", &r.steam}, {"O2(g)", "gas", &r.o2},
		{"HCl(g)", "chlorine", &r.vapour}} {
		i, ok := s.Index(part.name)
		if !ok {
			return fmt.Errorf("an acid regenerator needs %s: add %q to chemistry.families and Cl to chemistry.elements", part.name, part.family)
		}
		*part.at = i
	}
	r.aqueous[0], r.aqueous[1] = s.Span(chem.Aqueous)
	r.organic[0], r.organic[1] = s.Span(chem.Organic)
	r.solid[0], r.solid[1] = s.Span(chem.Solid)
	lib, err := library(s)
	if err != nil {
		return err
	}
	r.heats = make([]substance, len(s.Components))
	for i := range s.Components {
		if i == r.water || i >= r.solid[0] {
			r.heats[i] = find(lib, &s.Components[i])
		}
	}
	ion := func(name string) (float64, error) {
		species, err := lib.Species(name)
		if err != nil {
			return 0, err
		}
		f := species.Stable(thermo.Room, "aq")
		k := f.Constant()
		k.Name = "enthalpy." + name
		r.constants = append(r.constants, k)
		return f.H(thermo.Room), nil
	}
	h, err := ion("H+")
	if err != nil {
		return err
	}
	cl, err := ion("Cl-")
	if err != nil {
		return err
	}
	r.absorbed = r.heats[r.vapour].h(thermo.Room) - h - cl
	for i := r.aqueous[0]; i < r.aqueous[1]; i++ {
		if x, ok := r.balance(i); ok {
			metal, err := ion(s.Components[i].Name)
			if err != nil {
				return err
			}
			at := func(i int) float64 { return r.heats[i].h(thermo.Room) }
			x.heat = x.oxides*at(x.oxide) + x.hcl*at(r.vapour) - metal - x.hcl*cl - x.water*at(r.water) - x.o2*at(r.o2)
			r.reactions = append(r.reactions, x)
		}
	}
	if len(r.reactions) == 0 {
		return fmt.Errorf("nothing to hydrolyse: add the family oxide (and ash for MgO, NiO) and Fe, Al, Mg, Ni or rare earths to [chemistry]")
	}
	for _, x := range r.reactions {
		if form := r.heats[x.oxide]; form.species != nil {
			k := form.species.Stable(thermo.Room, form.tag).Constant()
			k.Name = "enthalpy." + s.Components[x.oxide].Name
			r.constants = append(r.constants, k)
		}
	}
	return nil
}

// balance is the hydrolysis of an ion's chloride; false for ions that do not, or whose oxide has no component or enthalpy.
func (r *AcidRegenerator) balance(i int) (x hydrolysis, ok bool) {
	s := r.sys
	c := &s.Components[i]
	if c.Key < 0 || c.Charge < 2 || c.KeyCount != 1 {
		return x, false
	}
	if e := &s.Elements[c.Key]; e.Group != "ree" && !slices.Contains([]string{"Fe", "Al", "Mg", "Ni", "Co"}, e.Symbol) {
		return x, false
	}
	x.ion, x.oxide = i, s.InFamily("oxide", c.Key)
	if x.oxide < 0 {
		x.oxide = s.InFamily("ash", c.Key)
	}
	if x.oxide < 0 || !r.heats[x.oxide].known() {
		return x, false
	}
	O, _ := s.Element("O")
	oxide := &s.Components[x.oxide]
	x.oxides = 1 / oxide.KeyCount
	x.hcl, x.water = c.Charge, c.Charge/2
	x.o2 = (x.oxides*oxide.Formula[O] - x.water) / 2
	return x, x.o2 >= 0
}

// regenerated is what leaves as free acid, as HCl, as acid, and the water drawn for it, mol/s.
type regenerated struct{ free, hcl, acid, water jet }

// react is what the handles make of the inlets along a direction; xi gives what hydrolyses.
func (r *AcidRegenerator) react(u, du []float64, in, din []flowsheet.Stream, xi func(k int, n jet)) (f regenerated) {
	at := func(i int) (n jet) {
		for k := range in {
			n.v += in[k].N[i]
			if din != nil {
				n.d += din[k].N[i]
			}
		}
		return n
	}
	handle := func(i int) (h jet) {
		if h.v = u[i]; du != nil {
			h.d = du[i]
		}
		return h
	}
	f.free = at(r.acid).atLeast0()
	f.hcl = f.free
	for k := range r.reactions {
		n := at(r.reactions[k].ion).mul(handle(regeneratorConversion))
		xi(k, n)
		f.hcl = f.hcl.add(n.times(r.reactions[k].hcl))
	}
	f.acid = f.hcl.mul(handle(regeneratorAbsorption))
	M := r.sys.Components
	f.water = f.acid.mul(handle(regeneratorStrength).inv().sub(num(1))).times((M[r.acid].M + M[r.chloride].M) / M[r.water].M)
	return f
}

// Solve roasts and absorbs.
func (r *AcidRegenerator) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	for i, h := range r.handles {
		if !(u[i] >= h.Lo && u[i] <= h.Hi) {
			return fmt.Errorf("%s is %g, outside %g to %g (%s)", h.Name, u[i], h.Lo, h.Hi, h.Unit)
		}
	}
	for i := r.organic[0]; i < r.organic[1]; i++ {
		if n := fed(in, i); n != 0 {
			return fmt.Errorf("%s enters with %.4g mol/s: an organic phase is not burnt here", r.sys.Components[i].Name, n)
		}
	}
	r.run(u, nil, in, nil, out)
	for _, short := range []struct {
		port, component int
		what            string
	}{{regeneratedSalts, r.chloride, "chloride"}, {regeneratedGas, r.steam, "water"}, {regeneratedGas, r.o2, "oxygen"}} {
		have := fed(in, short.component)
		if short.component == r.steam {
			have += fed(in, r.water)
		}
		if left := out[short.port].N[short.component]; left < -1e-12*math.Abs(have) || left < 0 && have <= 0 {
			return fmt.Errorf("%s short: %.6g mol/s more are needed than the %.6g that enter", short.what, -left, have)
		}
	}
	for k := range out {
		for i, n := range out[k].N {
			if math.IsNaN(n) || math.IsInf(n, 0) {
				return fmt.Errorf("flow of %s is %g mol/s", r.sys.Components[i].Name, n)
			}
		}
	}
	return nil
}

// run writes the outlets, or with a direction their derivatives.
func (r *AcidRegenerator) run(u, du []float64, in, din []flowsheet.Stream, out []flowsheet.Stream) {
	pick, from, of := func(x jet) float64 { return x.v }, in, u
	if din != nil {
		pick, from, of = func(x jet) float64 { return x.d }, din, du
	}
	for k, T := range [5]float64{of[regeneratorGas], of[regeneratorTemperature], of[regeneratorGas], of[regeneratorTemperature], of[regeneratorGas]} {
		out[k].Zero(T)
	}
	oxide, gas, salts := out[regeneratedOxide].N, out[regeneratedGas].N, out[regeneratedSalts].N
	for i := range gas {
		switch n := fed(from, i); {
		case i >= r.solid[0] && i < r.solid[1]:
			oxide[i] = n
		case i >= r.solid[1]:
			gas[i] += n
		case i == r.water:
			gas[r.steam] += n
		default:
			salts[i] = n
		}
	}
	f := r.react(u, du, in, din, func(k int, xi jet) {
		x, n := &r.reactions[k], pick(xi)
		salts[x.ion] -= n
		salts[r.chloride] -= x.hcl * n
		oxide[x.oxide] += x.oxides * n
		gas[r.steam] -= x.water * n
		gas[r.o2] -= x.o2 * n
	})
	salts[r.acid] -= pick(f.free)
	salts[r.chloride] -= pick(f.free)
	gas[r.vapour] += pick(f.hcl) - pick(f.acid)
	acid := out[regeneratedAcid].N
	acid[r.acid], acid[r.chloride], acid[r.water] = pick(f.acid), pick(f.acid), pick(f.water)
	out[regeneratedWater].N[r.water] = pick(f.water)
}

// Tangent is exact, by jets.
func (r *AcidRegenerator) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64,
	din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	r.run(u, du, in, din, dout)
	return nil
}

// Observe writes heat, fuel, the cooling of the absorber and the share of the chloride that comes back as acid.
func (r *AcidRegenerator) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	rise := func(i int, T float64) float64 { // over 298.15 K
		if !r.heats[i].known() {
			return 0
		}
		return r.heats[i].h(T) - r.heats[i].h(thermo.Room)
	}
	gas, oxide := out[regeneratedGas].N, out[regeneratedOxide].N
	heat := 0.0
	f := r.react(u, nil, in, nil, func(k int, n jet) { heat += n.v * r.reactions[k].heat })
	heat += f.free.v*r.absorbed + (gas[r.steam]-fed(in, r.steam))*(r.heats[r.steam].h(thermo.Room)-r.heats[r.water].h(thermo.Room))
	heat += f.acid.v * rise(r.vapour, u[regeneratorGas]) // it is absorbed behind the roaster
	for i := range r.heats {
		if gas[i] != 0 {
			heat += gas[i] * rise(i, u[regeneratorGas])
		}
		if oxide[i] != 0 {
			heat += oxide[i] * rise(i, u[regeneratorTemperature])
		}
		for k := range in {
			if n := in[k].N[i]; n != 0 {
				heat -= n * rise(i, in[k].T)
			}
		}
	}
	y[0], y[1], y[2], y[3] = heat, heat/u[regeneratorEfficiency], f.acid.v*r.absorbed, 0
	if all := fed(in, r.chloride); all > 0 {
		y[3] = f.acid.v / all
	}
}

// Report warns of acid that an absorber does not make, of what industry does not hydrolyse and of sulfate.
func (r *AcidRegenerator) Report(u, _ []float64, in, _ []flowsheet.Stream) (report flowsheet.Report) {
	warn := func(code, where string, value, limit float64, unit, text string) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: text})
	}
	if s := u[regeneratorStrength]; s > 0.202 {
		warn("outside_range", "strength", s, 0.202, "1", "an absorber at 1 atm makes no acid beyond the azeotrope, 20.2 %")
	}
	rare := 0.0
	for _, x := range r.reactions {
		if r.sys.Elements[r.sys.Components[x.ion].Key].Group == "ree" {
			rare += fed(in, x.ion)
		}
	}
	if all := fed(in, r.chloride); rare > 0.01*all {
		warn("outside_range", "oxide", rare/all, 0.01, "1", "rare earths count as oxides; their chlorides end in part as oxychlorides")
	}
	if i, ok := r.sys.Index("SO4-2"); ok && fed(in, i) > 0.01*fed(in, r.chloride) {
		warn("outside_range", "salts", fed(in, i), 0, "mol/s", "sulfate counts as staying in the salts; a roaster decomposes that of Fe and Al in part")
	}
	return report
}

// Explain shows the equations in words.
func (r *AcidRegenerator) Explain() string {
	text := "Chlorides hydrolyse by the share conversion, free acid leaves as HCl; the absorber takes the share absorption of it into water that makes acid of `strength`:\n"
	for _, x := range r.reactions {
		o2 := ""
		if x.o2 > 0 {
			o2 = fmt.Sprintf(" + %g O2(g)", x.o2)
		}
		text += fmt.Sprintf("  %s + %g Cl- + %g H2O%s -> %.4g %s + %g HCl(g)   (%+.0f kJ/mol at 298 K)\n", r.sys.Components[x.ion].Name, x.hcl, x.water, o2,
			x.oxides, r.sys.Components[x.oxide].Name, x.hcl, x.heat/1000)
	}
	return text + "What does not hydrolyse leaves as salts. heat [W, supplied] = H(oxide) + H(gas with its HCl, gas_temperature) - H(liquor, gas); fuel = heat/efficiency.\n"
}
