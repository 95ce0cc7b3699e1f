package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// Evaporator boils water off a liquor, in effects in a row or with vapour recompression. Its inlets are merged (W mol/s of water); then
//
//	v = water_recovery · W,  or  v = W − n_X/(c_X V_water)       until X has the tenor c
//	effect k of N boils v/N off;  HCl and NH3 in its vapour = v/N · p_HCl/p_water, v/N · p_NH3/p_water over what leaves it       (volatility.go)
//	condensate = v + HCl + NH3,  concentrate = the rest with all solids and organic;  free NH3 is NH4+ as far as there is alkali (−H+) for it
//	heat.preheat     = W (h_liquid(T) − h_liquid(T_in)),        heat.evaporation = v (h_gas − h_liquid)(T) + HCl · (h_gas − h_ions) + NH3 · (h_gas − h_aq)
//	heat             = heat.preheat + heat.evaporation/(N · economy)        live steam; with a compressor heat.preheat alone
//	power            = work · mass of the vapour                            compressor only
//	cooling          = heat + power − heat.preheat                          condenser
//
// Assumptions: all effects boil at `temperature`, from which both outlets leave as liquids; no boiling point rise; nothing but water, HCl and NH3 is volatile
// (HF, HNO3, CO2 and oxalic acid stay); of the heats of dilution and of ions nothing is known, so that heat.preheat is that of
// the water alone. Salts count in the volatility by the common ion only. No salt precipitates: a crystalliser follows, and a warning names brine
// beyond saturation. No holdup.
// Validity: HCl to 8.7 mol/kg (24 %), 50 to 110 °C; departures are warnings.
// Degrees of freedom: water_recovery or tenor, temperature, economy or work.
// Source: enthalpies of flowsheet/chem/thermo; vapour of HCl as in volatility.go; the balance of effects is textbook.
type Evaporator struct {
	dials
	system                *chem.System
	water, acid, chloride int
	ammonium              int // component, −1
	metal                 int // component whose tenor is set, −1
	level, temperature    int // places
	economy, work         int // places, −1
	effects               int
	vapour                hydrochloric
	stripping             ammonia
	liquid, steam         *thermo.Form
	leaving               float64 // J/mol, HCl as gas over its ions at 298.15 K
}

const ( // places of the outlets
	concentratePort = iota
	condensatePort
)

// NewEvaporator makes an evaporator.
func NewEvaporator() flowsheet.Unit { return &Evaporator{} }

// Init reads water_recovery or tenor, temperature, effects, drive and economy or work.
func (e *Evaporator) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	e.system = env.System
	t := env.Param
	e.water = env.System.Solvent(chem.Aqueous)
	if e.water < 0 {
		t.Skip(t.Keys()...)
		return flowsheet.Spec{}, fmt.Errorf("the system has no water; add the family aqueous to [chemistry]")
	}
	e.acid, e.chloride = component(env.System, "H+"), component(env.System, "Cl-")
	e.ammonium = component(env.System, "NH4+")
	e.readLevel(t)
	e.temperature = e.read(t, "temperature", "K", conf.Between(293.15, 393.15))
	e.effects = t.IntOr("effects", 1, 1, 12)
	constants := e.readDrive(t)
	e.vapour = newHydrochloric()
	if e.acid >= 0 && e.chloride >= 0 {
		constants = append(constants, e.vapour.constants()...)
	}
	more, err := e.enthalpies()
	if err != nil {
		return flowsheet.Spec{}, err
	}
	watt := func(name string) flowsheet.Variable {
		return flowsheet.Variable{Name: name, Unit: "W", Scale: 1e4, Lower: flowsheet.NoBound}
	}
	return flowsheet.Spec{In: inlets(env), Out: ports("concentrate", "condensate"), Handles: e.handles, Constants: append(constants, more...),
		Signals: []flowsheet.Variable{{Name: "evaporated", Unit: "kg/s", Scale: 1e-2}, {Name: "recovered", Unit: "1", Scale: 1},
			{Name: "hcl_in_condensate", Unit: "kg/s", Scale: 1e-4},
			{Name: "nh3_in_condensate", Unit: "kg/s", Scale: 1e-4}, watt("heat"), watt("heat.preheat"), watt("heat.evaporation"), watt("power"), watt("cooling"),
			{Name: "energy", Unit: "J/kg", Scale: 1e6, Lower: flowsheet.NoBound}}}, nil
}

// component is the place of a component, −1 for none.
func component(s *chem.System, name string) int {
	if i, ok := s.Index(name); ok {
		return i
	}
	return -1
}

// readLevel reads how far to evaporate.
func (e *Evaporator) readLevel(t *conf.Table) {
	e.metal = -1
	if t.Has("water_recovery") || !t.Has("tenor") {
		if t.Has("tenor") {
			t.Fault("tenor", "water_recovery is given too; give one of them")
			t.Skip("tenor")
		}
		e.level = e.read(t, "water_recovery", "1", conf.Between(0, 0.999))
		return
	}
	tenor := t.Table("tenor")
	for k, name := range tenor.Keys() {
		recipe, err := e.system.Resolve(chem.Aqueous, name)
		value, which := tenor.QuantityOf(name, []string{"mol/m3", "kg/m3"}, conf.Positive)
		switch {
		case err != nil:
			tenor.Fault(name, "%v", err)
			continue
		case len(recipe.Parts) != 1 || recipe.Parts[0].Component == e.acid || recipe.Parts[0].Component == e.chloride || recipe.Parts[0].Component == e.water:
			tenor.Fault(name, "%s is volatile or not one dissolved component; name one that stays, such as Na+, or move water_recovery by a [[control]]", name)
			continue
		case k > 0:
			tenor.Fault(name, "one tenor sets the water; leave the others out")
			continue
		}
		part := recipe.Parts[0]
		if which == 1 {
			value /= recipe.M
		}
		e.metal = part.Component
		e.level = e.add("tenor."+name, "mol/m3", value*part.Count, conf.Positive)
	}
	if len(tenor.Keys()) == 0 {
		t.Fault("tenor", "is empty; needs one component that stays, such as { \"Na+\" = \"90 g/L\" }")
	}
	tenor.Close()
}

// readDrive reads what the vapour is made to boil by, and returns what is assumed of it.
func (e *Evaporator) readDrive(t *conf.Table) (constants []chem.Constant) {
	e.economy, e.work = -1, -1
	assumed := func(key, unit string, value float64, source string) {
		if !t.Has(key) {
			constants = append(constants, chem.Constant{Name: "evaporator." + key, Value: value, Unit: unit, Class: chem.Assumed, Source: source})
		}
	}
	if t.ChoiceOr("drive", "steam", "steam", "compressor") == "compressor" {
		if e.effects > 1 {
			t.Fault("effects", "%d effects are for steam; a compressor returns its vapour to the one it boils from", e.effects)
		}
		const work = 35 * 3600 // J/kg, 35 kWh/t
		assumed("work", "J/kg", work, "middle of the 25 to 45 kWh/t that a maker of evaporators gives (lozzarprocess.com/en/blog/chemical-processing-evaporation-trends)")
		r := conf.Range{Lo: 0, Hi: 1e6, LoOpen: true}
		e.work = e.add("work", "J/kg", t.QuantityOr("work", "J/kg", work, r), r)
		return constants
	}
	const economy = 0.85
	assumed("economy", "1", economy, "kg of vapour per kg of steam and effect: usual 0.8 to 0.9")
	r := conf.Range{Lo: 0.1, Hi: 1}
	e.economy = e.add("economy", "1", t.QuantityOr("economy", "1", economy, r), r)
	return constants
}

// library is the thermochemical data, read once for all units of a system.
func library(sys *chem.System) (*thermo.Library, error) {
	lib, err := sys.Derived("thermo", func() (any, error) { return thermo.Load() })
	if err != nil {
		return nil, err
	}
	return lib.(*thermo.Library), nil
}

// enthalpies finds those of water, and of HCl leaving its ions.
func (e *Evaporator) enthalpies() (constants []chem.Constant, err error) {
	lib, err := library(e.system)
	if err != nil {
		return nil, err
	}
	form := func(name, tag string) (*thermo.Form, error) {
		s, err := lib.Species(name)
		if err != nil {
			return nil, err
		}
		f := s.Stable(thermo.Room, tag)
		k := f.Constant()
		k.Name = "enthalpy." + name + "(" + tag + ")"
		constants = append(constants, k)
		return f, nil
	}
	if e.liquid, err = form("H2O", "l"); err != nil {
		return nil, err
	}
	if e.steam, err = form("H2O", "g"); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name, tag string
		sign      float64
	}{{"HCl", "g", 1}, {"H+", "aq", -1}, {"Cl-", "aq", -1}} {
		f, err := form(part.name, part.tag)
		if err != nil {
			return nil, err
		}
		e.leaving += part.sign * f.H(thermo.Room)
	}
	var more []chem.Constant
	if e.stripping, more, err = newAmmonia(lib); e.ammonium >= 0 {
		constants = append(constants, more...)
	}
	return constants, err
}

// boiling is what leaves as vapour, mol/s.
type boiling struct{ water, hcl, nh3 dual }

// boiled is the vapour from merged inlets n at the handles; dn and du are nil for the values alone.
func (e *Evaporator) boiled(u, du, n, dn []float64) (b boiling, err error) {
	const most = 1000 // mol/kg, where nothing is known of the vapour for long
	W := moving(n, dn, e.water)
	switch {
	case !(W.v > 0):
		return b, nil
	case e.metal < 0:
		b.water = W.mul(moving(u, du, e.level))
	default:
		V := num(e.system.Components[e.water].V)
		if b.water = W.sub(moving(n, dn, e.metal).div(moving(u, du, e.level)).div(V)); !(b.water.v > 0) {
			return boiling{}, nil
		}
	}
	if e.acid < 0 {
		return b, nil
	}
	T := moving(u, du, e.temperature)
	H, Cl, free := moving(n, dn, e.acid), dual{}, dual{}
	if e.chloride >= 0 {
		Cl = moving(n, dn, e.chloride)
	}
	if e.ammonium >= 0 {
		if free = moving(n, dn, e.ammonium); -H.v < free.v {
			free = H.times(-1)
		}
	}
	strips := e.stripping.ratio(T)
	each := b.water.times(1 / float64(e.effects))
	for k := range e.effects {
		left := W.sub(each.times(float64(k + 1))).times(e.system.Components[e.water].M) // kg/s
		if !(left.v > 0) {
			break
		}
		if free.v > 0 {
			g := each.mul(strips).div(left)
			lost := free.mul(g).div(g.add(num(1)))
			b.nh3, free = b.nh3.add(lost), free.sub(lost)
		}
		if !(H.v > 0 && Cl.v > 0) {
			continue
		}
		if m := math.Sqrt(H.v) * math.Sqrt(Cl.v) / left.v; m > most {
			return b, fmt.Errorf("effect %d: so little water stays that its acid is %.3g mol/kg; evaporate less", k+1, m)
		}
		lost := e.acidInVapour(H, Cl, T, left, each)
		b.hcl, H, Cl = b.hcl.add(lost), H.sub(lost), Cl.sub(lost)
	}
	return b, nil
}

// acidInVapour is the HCl that leaves an effect with `vapour` mol/s of water, in equilibrium with the `left` kg/s of water that stay: a root between 0
// and all of it.
func (e *Evaporator) acidInVapour(H, Cl, T, left, vapour dual) dual {
	M := e.system.Components[e.water].M
	off := func(x dual, H, Cl, T, left, vapour dual) dual {
		return x.sub(vapour.mul(e.vapour.ratio(H.sub(x).div(left), Cl.sub(x).div(left), T, M)))
	}
	still := func(a dual) dual { return num(a.v) }
	slope := func(x float64) dual {
		return off(dual{x, 1}, still(H), still(Cl), still(T), still(left), still(vapour))
	}
	lo, hi := 0.0, math.Min(H.v, Cl.v)
	x := math.Min(hi/2, -off(dual{}, still(H), still(Cl), still(T), still(left), still(vapour)).v)
	for range 200 {
		y := slope(x)
		if y.v > 0 {
			hi = x
		} else {
			lo = x
		}
		next := x - y.v/y.d
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
		}
		if y.v == 0 || math.Abs(next-x) <= 1e-15*math.Abs(x) || next <= lo || next >= hi {
			break
		}
		x = next
	}
	return dual{x, -off(num(x), H, Cl, T, left, vapour).d / slope(x).d}
}

// Solve parts concentrate and condensate.
func (e *Evaporator) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := e.check(u); err != nil {
		return err
	}
	concentrate := &out[concentratePort]
	merge(e.system, in, concentrate)
	for i, n := range concentrate.N {
		if n != 0 && e.system.Components[i].Phase == chem.Gas {
			return fmt.Errorf("%s enters with %.4g mol/s: an evaporator takes no gas", e.system.Components[i].Name, n)
		}
	}
	b, err := e.boiled(u, nil, concentrate.N, nil)
	if err != nil {
		return err
	}
	if v := b.water.v + b.hcl.v + b.nh3.v; math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("vapour of %g mol/s water with %g of HCl and %g of NH3", b.water.v, b.hcl.v, b.nh3.v)
	}
	e.part(u[e.temperature], b.water.v, b.hcl.v, b.nh3.v, out)
	return nil
}

// part takes the vapour out of the concentrate. It is linear.
func (e *Evaporator) part(T, water, hcl, nh3 float64, out []flowsheet.Stream) {
	concentrate, condensate := &out[concentratePort], &out[condensatePort]
	concentrate.T = T
	condensate.Zero(T)
	move := func(i int, n float64) {
		if i >= 0 {
			concentrate.N[i] -= n
			condensate.N[i] += n
		}
	}
	move(e.water, water)
	move(e.acid, hcl)
	move(e.chloride, hcl)
	move(e.ammonium, nh3) // NH3 is NH4+ less H+
	move(e.acid, -nh3)
}

// Tangent computes the vapour with duals; all else is linear.
func (e *Evaporator) Tangent(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	n := dout[condensatePort].N // scratch: the merged inlets
	for i := range n {
		n[i] = out[concentratePort].N[i] + out[condensatePort].N[i]
	}
	mergeTangent(e.system, in, out[concentratePort].T, din, &dout[concentratePort])
	b, err := e.boiled(u, du, n, dout[concentratePort].N)
	e.part(du[e.temperature], b.water.d, b.hcl.d, b.nh3.d, dout)
	return err
}

// Observe writes what is evaporated and the energy it takes.
func (e *Evaporator) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	T := u[e.temperature]
	n := out[condensatePort].N
	v, nh3, hcl := n[e.water], 0.0, 0.0
	if e.ammonium >= 0 {
		nh3 = n[e.ammonium]
	}
	if e.acid >= 0 && e.chloride >= 0 {
		hcl = n[e.chloride]
	}
	W, preheat := 0.0, 0.0
	for k := range in {
		W += in[k].N[e.water]
		preheat += in[k].N[e.water] * (e.liquid.H(T) - e.liquid.H(in[k].T))
	}
	evaporation := v*(e.steam.H(T)-e.liquid.H(T)) + hcl*e.leaving + nh3*e.stripping.h
	mass := e.system.Mass(out[condensatePort].N)
	heat, power := preheat, 0.0
	if e.work >= 0 {
		power = u[e.work] * mass
	} else {
		heat += evaporation / (float64(e.effects) * u[e.economy])
	}
	acid := 0.0
	if hcl != 0 {
		acid = hcl * (e.system.Components[e.acid].M + e.system.Components[e.chloride].M)
	}
	if nh3 != 0 {
		nh3 *= e.system.Components[e.ammonium].M - e.system.Components[e.acid].M
	}
	y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7], y[8] = mass, 0, acid, nh3, heat, preheat, evaporation, power, heat+power-preheat
	if y[9] = 0; mass > 0 {
		y[9] = (heat + power) / mass
	}
	if W > 0 {
		y[1] = v / W
	}
}

// Report warns of acid beyond the data, brine beyond saturation and a tenor that is passed already.
func (e *Evaporator) Report(u, _ []float64, _, out []flowsheet.Stream) (report flowsheet.Report) {
	n := out[concentratePort].N
	warn := func(code, where string, value, limit float64, unit, text string) {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: text})
	}
	if V := e.system.PhaseVolume(chem.Organic, n); V > 0 {
		warn("organic_passes", "concentrate", V, 0, "m3/s", "entrained organic stays in the concentrate here; in truth it goes over with the steam: a coalescer takes it out before")
	}
	kg := n[e.water] * e.system.Components[e.water].M
	if !(kg > 0) {
		return report
	}
	if e.metal >= 0 && out[condensatePort].N[e.water] == 0 {
		c := n[e.metal] / e.system.PhaseVolume(chem.Aqueous, n)
		warn("not_evaporated", "tenor", c, u[e.level], "mol/m3", "the liquor has the tenor already, or nothing of it: none is evaporated")
	}
	if e.acid >= 0 && e.chloride >= 0 && n[e.acid] > 0 && n[e.chloride] > 0 {
		if m := math.Sqrt(n[e.acid]*n[e.chloride]) / kg; m > volatileTo {
			warn("outside_range", "HCl", m, volatileTo, "mol/kg", "the vapour of HCl is known to 8.7 mol/kg")
		}
		if T := u[e.temperature]; T < 323.15 || T > 383.15 {
			warn("outside_range", "temperature", T, min(max(T, 323.15), 383.15), "K", "the vapour of HCl is known from 50 to 110 degC")
		}
	}
	const halite = 6.1 // mol/kg, 35.9 g per 100 g of water at 25 °C
	if i := component(e.system, "Na+"); i >= 0 && e.chloride >= 0 {
		if m := min(n[i], n[e.chloride]) / kg; m > halite {
			warn("supersaturated", "NaCl", m, halite, "mol/kg", fmt.Sprintf("%.3g mol/kg of NaCl: a brine is saturated at 6.1, salt would crystallise", m))
		}
	}
	return report
}

// Explain gives the equations in words.
func (e *Evaporator) Explain() string {
	drive := fmt.Sprintf("%d effect(s) of steam: heat = heat.preheat + heat.evaporation/(effects * economy)", e.effects)
	if e.work >= 0 {
		drive = "its vapour is recompressed: power = work * mass of the vapour, heat.preheat has to be given besides"
	}
	return "water boils off to the recovery or tenor that is set; " + drive + ". HCl, and NH3 as far as it is free, follow by their partial pressures over what leaves each effect; " +
		"nothing else is volatile. heat + power - cooling is what the water of the outlets has more than that of the inlets."
}
