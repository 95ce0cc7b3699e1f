package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// LeachTrain is a train of stirred tanks in which acid dissolves oxides out of ash or refuse, solid and liquid in co-current:
//
//	M2O3 + 6 H+ → 2 M+3 + 3 H2O        CaO + 2 H+ → Ca+2 + H2O        HSO4- ⇌ H+ + SO4-2
//
// States are the holdups N of each tank. Behind a linear weir it holds volume + weir_time · Q of slurry, at an outflow Q; solids
// settle, and stay residence_ratio times as long as the liquid (1: no slip):
//
//	Rate (N_i − Prev_i) = in_i − n_i + Σ_j ν_ij ξ_j        N_i = θ n_i of the liquid, residence_ratio · θ n_i of the solids
//	ξ_j = volume · ε B_j h^A_j (1−X_j)^(2/3)               ε = solids per volume of the slurry that leaves, h = free [H+], mol/L
//	1−X_j = (n_j/n_tie) / (f_j/f_tie)                      f = solid entering the train, tie = SiO2(s)
//
// all at the outlet of the tank. Without SiO2 in the feed 1−X_j = n_j/f_j. Free acid follows from total acidity and total
// sulfate. The rate counts the solids as they leave, not as they are held, because its source was fitted so: slip changes how
// long a change takes, not the steady state. While a tank is below its weir crest nothing leaves it; volume is then what it holds,
// and ε that of the slurry that would leave.
//
// Algebraic unknowns are ln of h in mol/L, of the solids outflow in kg/s and of Q in m3/s, for each tank; the last two are
// leachEmpty where nothing leaves. Where there is no acid ln h is that of pH 7 if there is nothing to leach either, else
// leachEmpty: the form has no acid of water's own, so that solids in excess bring h down without bound; below leachTrace of
// total acidity in the supply of a tank nothing reacts there. A pH above 7 is reported as beyond the model.
//
// Assumptions: ideal mixing, a given slip between solid and liquid, ideal volumes, acid rate without a reverse reaction or an
// activation energy, no heat of reaction (T is the mean of the inlets, weighted by mass). Aqueous components and solids but
// oxalates are held up; whatever else enters (organic, gas, oxalates) passes unchanged and takes no room. Oxides without a
// rate do not react. A steady train without inflow is drained.
// Validity: that of the source of the rates, which the table must name.
// Degrees of freedom: volume (of each tank, to the crest), weir_time, residence_ratio, A and B of each rate.
// Source of the form: prommis/prommis, commit 9beba554, src/prommis/leaching/leach_train.py and leach_reactions.py, slip after
// IDAES, mscontactor.py (the weir is ours).
type LeachTrain struct {
	dials
	system               *chem.System
	held, passing        []int // components with a state, in the order of the states, and without
	inert                []int // solids with a state that do not react
	water, acid, sulfate int   // components, -1 where absent
	tie                  int
	ka2                  float64 // mol/m3
	oxides               []leachOxide
	side                 []int       // leachLiquid or leachSolid, by component
	tanks                []leachTank // the point of the last Solve
	along, dextent       []float64   // scratch of Tangent
}

// leachOxide is one reaction: amounts per mole of oxide.
type leachOxide struct {
	symbol                 string
	solid, metal           int
	a, b                   int // handles
	metals, acids, waters  float64
	mass, slurry, solution float64 // solids lost, kg; growth of the volume of slurry and of solution, m3
}

const ( // places in u
	leachVolume = iota
	leachWeirTime
	leachRatio
)

const ( // algebraic unknowns of a tank
	leachLnH = iota
	leachLnSolids
	leachLnFlow
	leachUnknowns
)

const ( // places of the ports
	leachLiquid = iota
	leachSolid
)

const ( // signals before the conversions
	leachPH = iota
	leachFreeAcid
	leachAcidUse
	leachConversion
)

const (
	leachEmpty = -690.0 // ln of a flow or acidity that is nothing: 1e-300
	leachTrace = 1e-30  // total acidity that counts as none, mol/m3
)

const leachNeutral = -7 * math.Ln10 // ln h where there is no acid, and no solid that would need one

// NewLeachTrain makes a leach train.
func NewLeachTrain() flowsheet.Unit { return new(LeachTrain) }

// Init reads tanks, volume, weir_time, residence_ratio and the table rate: for each element A and B, with source and class for all.
func (l *LeachTrain) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	l.system = env.System
	tanks := env.Param.Int("tanks", 1, 20)
	l.read(env.Param, "volume", "m3", conf.Positive)
	l.add("weir_time", "s", env.Param.QuantityOr("weir_time", "s", 60, conf.Positive), conf.Positive)
	ratios := conf.Between(1e-2, 1e4)
	l.add("residence_ratio", "1", env.Param.QuantityOr("residence_ratio", "1", 1, ratios), ratios)
	spec := flowsheet.Spec{In: ports("liquid", "solid"), Out: ports("liquid", "solid")}
	table := env.Param.Required("rate", "source, class, and elements such as Nd = { A = 0.7, B = \"0.006 mol/kg/h\" }")
	var ok bool
	if l.acid, ok = env.System.Index("H+"); !ok {
		table.Skip(table.Keys()...)
		return spec, fmt.Errorf("the system has no component H+; add the family aqueous to [chemistry]")
	}
	l.water = env.System.Solvent(chem.Aqueous)
	l.sulfate = -1
	if i, ok := env.System.Index("SO4-2"); ok {
		l.sulfate, l.ka2 = i, env.System.Ka2().Value
		spec.Constants = append(spec.Constants, env.System.Ka2())
	}
	spec.Constants = append(spec.Constants, l.readRates(table)...)
	if len(elements(table)) == 0 {
		table.Fault("", "no element; needs at least one, such as Nd = { A = 0.7, B = \"0.006 mol/kg/h\" }")
	}
	l.layOut(tanks)
	spec.Handles = l.handles
	spec.States, spec.Algebraic, spec.Signals = l.variables()
	return spec, nil
}

// readRates reads the table rate.
func (l *LeachTrain) readRates(table *conf.Table) (constants []chem.Constant) {
	orders := conf.Between(0, 10)
	source := table.Text("source")
	class := chem.Class(table.Choice("class", "measured", "derived", "estimated", "assumed"))
	if !hasFamily(l.system, "oxide") {
		table.Fault("", "the system has no oxides; add the family oxide to [chemistry]")
		table.Skip(table.Keys()...)
		return nil
	}
	for _, symbol := range elements(table) {
		rate := table.Table(symbol)
		order, factor := rate.Quantity("A", "1", orders), rate.Quantity("B", "mol/kg/s", conf.NonNegative)
		rate.Close()
		o, err := l.oxide(symbol)
		if err != nil {
			table.Fault(symbol, "%v", err)
			continue
		}
		o.a = l.add("rate."+symbol+".A", "1", order, orders)
		o.b = l.add("rate."+symbol+".B", "mol/kg/s", factor, conf.NonNegative)
		l.oxides = append(l.oxides, o)
		for _, h := range l.handles[o.a:] {
			constants = append(constants, chem.Constant{Name: h.Name, Value: h.Value, Unit: h.Unit, Class: class, Source: source})
		}
	}
	return constants
}

// oxide finds the oxide of an element and balances its reaction by the formula matrix.
func (l *LeachTrain) oxide(symbol string) (o leachOxide, err error) {
	s := l.system
	e, ok := s.Element(symbol)
	if !ok {
		return o, s.Unknown("element", symbol, s.Symbols())
	}
	o.symbol, o.solid, o.metal = symbol, s.InFamily("oxide", e), s.ByKey(chem.Aqueous, e)
	if o.solid < 0 || o.metal < 0 {
		return o, fmt.Errorf("%s has no oxide in the system; leave it out", symbol)
	}
	oxygen, _ := s.Element("O")
	oxide, metal := s.Components[o.solid], s.Components[o.metal]
	water, acid := s.Components[l.water], s.Components[l.acid]
	o.metals = oxide.Formula[e] / metal.Formula[e]
	o.waters = oxide.Formula[oxygen] / water.Formula[oxygen]
	o.acids = (o.metals*metal.Charge - oxide.Charge) / acid.Charge
	for i := range s.Elements {
		if oxide.Formula[i]+o.acids*acid.Formula[i] != o.metals*metal.Formula[i]+o.waters*water.Formula[i] {
			return o, fmt.Errorf("%s and %s do not make %s and %s alone", oxide.Name, acid.Name, metal.Name, water.Name)
		}
	}
	o.mass = oxide.M
	o.solution = o.metals*metal.V + o.waters*water.V - o.acids*acid.V
	o.slurry = o.solution - oxide.V
	return o, nil
}

// layOut sorts the components and makes room for the tanks.
func (l *LeachTrain) layOut(tanks int) {
	reacting := make(map[int]bool)
	for _, o := range l.oxides {
		reacting[o.solid] = true
	}
	l.tie = -1
	l.side = make([]int, len(l.system.Components))
	for i, c := range l.system.Components {
		if c.Phase == chem.Solid {
			l.side[i] = leachSolid
		}
		if c.Name == "SiO2(s)" {
			l.tie = i
		}
		switch {
		case c.Phase == chem.Aqueous:
			l.held = append(l.held, i)
		case c.Phase == chem.Solid && c.Family != "oxalate":
			l.held = append(l.held, i)
			if !reacting[i] {
				l.inert = append(l.inert, i)
			}
		default:
			l.passing = append(l.passing, i)
		}
	}
	l.tanks = make([]leachTank, tanks)
	for k := range l.tanks {
		l.tanks[k].supply = make([]float64, len(l.system.Components))
		l.tanks[k].total = make([]float64, len(l.system.Components))
		l.tanks[k].grains = make([]leachGrain, len(l.oxides))
	}
	l.along = make([]float64, len(l.system.Components))
	l.dextent = make([]float64, len(l.oxides))
}

// variables declares x and the signals.
func (l *LeachTrain) variables() (states, algebraic, signals []flowsheet.Variable) {
	volume := l.handles[leachVolume].Value
	for k := range l.tanks {
		for _, i := range l.held {
			c := l.system.Components[i]
			state := flowsheet.Variable{Name: fmt.Sprintf("tank%d.%s", k+1, c.Name), Unit: "mol", Scale: volume} // as 1 mol/m3
			switch {
			case i == l.water:
				state.Scale = volume / c.V
			case i == l.acid:
				state.Lower = flowsheet.NoBound // total acidity may be negative
			}
			states = append(states, state)
		}
		for u, name := range [leachUnknowns]string{"ln_h", "ln_solids", "ln_flow"} {
			start := [leachUnknowns]float64{leachNeutral, leachEmpty, leachEmpty}[u]
			algebraic = append(algebraic, flowsheet.Variable{
				Name: fmt.Sprintf("tank%d.%s", k+1, name), Unit: "1", Scale: 1, Lower: flowsheet.NoBound, Start: start,
			})
		}
	}
	signals = []flowsheet.Variable{
		leachPH:       {Name: "pH", Unit: "1", Scale: 1, Lower: flowsheet.NoBound, Start: 7},
		leachFreeAcid: {Name: "free_acid", Unit: "mol/m3", Scale: 1},
		leachAcidUse:  {Name: "acid_use", Unit: "mol/s", Scale: 1e-3, Lower: flowsheet.NoBound},
	}
	for _, o := range l.oxides {
		signals = append(signals, flowsheet.Variable{Name: "conversion." + o.symbol, Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	}
	return states, algebraic, signals
}

// holdup is the part of x that holds the states of a tank, unknowns the part with its algebraic unknowns.
func (l *LeachTrain) holdup(x []float64, tank int) []float64 {
	n := len(l.held)
	return x[tank*n : (tank+1)*n]
}

func (l *LeachTrain) unknowns(x []float64, tank int) []float64 {
	at := len(l.tanks)*len(l.held) + tank*leachUnknowns
	return x[at : at+leachUnknowns]
}

// Observe gives pH and free acid of the last tank, the total acidity used up, and of each oxide with a rate what the train
// has converted of the feed, 1 − out/in (0 where none is fed). For the pH without acid see
// the type comment.
func (l *LeachTrain) Observe(_, x []float64, in, out []flowsheet.Stream, y []float64) {
	ln := l.unknowns(x, len(l.tanks)-1)[leachLnH]
	y[leachPH] = -ln / math.Ln10
	y[leachFreeAcid] = 1000 * math.Exp(ln)
	y[leachAcidUse] = in[0].N[l.acid] + in[1].N[l.acid] - out[0].N[l.acid] - out[1].N[l.acid]
	leaves := 1.0 // share of the solid fed, by SiO2; in time it is not 1
	if l.tie >= 0 {
		if fed, left := in[0].N[l.tie]+in[1].N[l.tie], out[0].N[l.tie]+out[1].N[l.tie]; fed > 0 && left > 0 {
			leaves = left / fed
		}
	}
	for j, o := range l.oxides {
		y[leachConversion+j] = 0
		if fed := in[0].N[o.solid] + in[1].N[o.solid]; fed > 0 {
			y[leachConversion+j] = 1 - (out[0].N[o.solid]+out[1].N[o.solid])/fed/leaves
		}
	}
}

// Report gives pH and solution of each tank, in the order of flow, and names tanks without acid and
// oxides that are fed but have no rate.
func (l *LeachTrain) Report(_, x []float64, in, _ []flowsheet.Stream) (r flowsheet.Report) {
	n := make([]float64, len(l.system.Components))
	for k := range l.tanks {
		for s, i := range l.held {
			n[i] = l.holdup(x, k)[s]
		}
		stage := flowsheet.ProfileStage{Section: "leach", Stage: k + 1, PH: math.NaN()}
		if pH, ok := l.system.PH(n); ok {
			stage.PH = pH
		}
		if volume := l.system.PhaseVolume(chem.Aqueous, n); volume > 0 {
			stage.Aqueous = make([]float64, len(n))
			first, end := l.system.Span(chem.Aqueous)
			for i := first; i < end; i++ {
				stage.Aqueous[i] = n[i] / volume
			}
		}
		r.Profile = append(r.Profile, stage)
		if pH := -l.unknowns(x, k)[leachLnH] / math.Ln10; pH > 7 {
			r.Warnings = append(r.Warnings, flowsheet.Warning{
				Code: "acid_exhausted", Where: fmt.Sprintf("tank %d", k+1), Value: pH, Limit: 7, Unit: "1",
				Text: "the solids take all the acid: the rate law has no meaning above pH 7.",
			})
		}
	}
	for _, i := range l.inert {
		c := l.system.Components[i]
		if fed := in[0].N[i] + in[1].N[i]; c.Family == "oxide" && fed > 0 {
			r.Warnings = append(r.Warnings, flowsheet.Warning{
				Code: "no_rate", Where: c.Name, Value: fed, Unit: "mol/s", Text: c.Name + " is fed but has no leach rate: it leaves as it came.",
			})
		}
	}
	return r
}

// Explain gives the equations in words.
func (l *LeachTrain) Explain() string {
	return "co-current stirred tanks behind linear weirs; solids stay residence_ratio times as long as the liquid; volume held = volume + weir_time x slurry outflow; " +
		"oxide + H+ -> metal ion + water at the rate volume x pulp density x B x [free H+ in mol/L]^A x (1 - X)^(2/3), " +
		"a shrinking core with X counted against SiO2; free H+ from total acidity and sulfate (HSO4- = H+ + SO4-2); " +
		"no temperature effect, no reverse reaction, no heat; all at outlet conditions. " +
		"Form: PrOMMiS (commit 9beba554, leaching/leach_reactions.py); A and B from the source that the table rate names."
}

// Held adds the holdups of all tanks.
func (l *LeachTrain) Held(x, n []float64) {
	for k := range l.tanks {
		for s, i := range l.held {
			n[i] += l.holdup(x, k)[s]
		}
	}
}
