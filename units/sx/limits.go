package sx

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// warnings says what a number rests on that it should not, and what a plant would suffer that the model does not know.
func (s *Circuit) warnings(u []float64, in, out []flowsheet.Stream, profile []flowsheet.ProfileStage) []flowsheet.Warning {
	w := &limits{Circuit: s, profile: profile}
	w.organic(u)
	w.ranges()
	w.strangers(in)
	w.slow()
	w.stuck(u)
	w.strengths()
	w.vessels(in)
	w.cold(in)
	w.temperatures(in)
	w.base(u, in, out)
	w.all = append(w.all, s.precipitation(profile, in)...)
	return w.all
}

// limits collects warnings.
type limits struct {
	*Circuit
	profile []flowsheet.ProfileStage
	all     []flowsheet.Warning
}

func (w *limits) add(code, where string, value, limit float64, unit, format string, args ...any) {
	w.all = append(w.all, flowsheet.Warning{Code: code, Where: where, Value: value, Limit: limit, Unit: unit, Text: fmt.Sprintf(format, args...)})
}

// most is the stage where a number is largest.
func (w *limits) most(of func(j int) float64) (at int, value float64) {
	value = math.Inf(-1)
	for j := range w.n {
		if v := of(j); v > value {
			at, value = j, v
		}
	}
	return at, value
}

// organic looks at loading, gel, third phase and free extractant.
func (w *limits) organic(u []float64) {
	name, p := w.model.Extractant, &w.practice
	if at, l := w.most(w.k.Loading); l > p.LoadingLimit.Value {
		w.add("high_loading", w.place(at), l, p.LoadingLimit.Value, "1",
			"%.3g %% of the %s is bound to metal: above %.3g %% the organic may gel or split, and the model has no such limit", 100*l, name, 100*p.LoadingLimit.Value)
	}
	limit := p.GelLimit.Value * w.Strength()
	if at, m := w.most(w.rareEarths); m > limit {
		w.add("gel", w.place(at), m, limit, "mol/m3",
			"%.3g mol/L of rare earths in %.3g mol/L %s: from %.3g mol/L on organics gel or form a third phase", m/1000, w.Strength()/1000, name, limit/1000)
	}
	if soap := w.soapOf(u); name == "D2EHPA" && soap >= p.SoapLimit.Value {
		w.add("third_phase", "saponification", soap, p.SoapLimit.Value, "1",
			"%.3g %% of the D2EHPA is saponified: without a modifier that forms a microemulsion", 100*soap)
	}
	if at, lack := w.most(func(j int) float64 { return -w.k.FreeDimer(j) / w.strength }); -lack < p.FreeLimit.Value {
		w.add("low_free_extractant", w.place(at), -lack, p.FreeLimit.Value, "1",
			"only %.2g %% of the %s is free: more saponification or acid moves hardly anything here", -100*lack, name)
	}
}

// rareEarths is what the organic of stage j holds of them, mol/m3.
func (s *Circuit) rareEarths(j int) (sum float64) {
	s.k.Inventories(j, s.held)
	for i, a := range s.aqueous {
		if e := s.system.Components[a].Key; i != s.hydrogen && e >= 0 && s.system.Elements[e].Group == "ree" {
			sum += s.held[i]
		}
	}
	return sum
}

// ranges looks at what the constants were found at.
func (w *limits) ranges() {
	m := w.model
	if at, h := w.most(w.k.FreeAcid); h > m.AcidHi {
		w.add("outside_range", w.place(at), h, m.AcidHi, "mol/m3", "free acid %.3g mol/L, constants found up to %.3g mol/L", h/1000, m.AcidHi/1000)
	}
	if at, h := w.most(func(j int) float64 { return -w.k.FreeAcid(j) }); -h < m.AcidLo {
		w.add("outside_range", w.place(at), -h, m.AcidLo, "mol/m3", "free acid %.3g mol/L, constants found from %.3g mol/L", -h/1000, m.AcidLo/1000)
	}
	if q := m.Correlation; q != nil {
		dosage := func(j int) float64 { return 200 * q.PureVolume * w.k.FreeDimer(j) }
		off := func(j int) float64 { d := dosage(j); return math.Abs(d - min(max(d, q.DosageLo), q.DosageHi)) }
		if at, d := w.most(off); d > 1e-9 {
			w.add("outside_range", w.place(at), dosage(at), nearer(dosage(at), q.DosageLo, q.DosageHi), "%", "%.3g %% v/v of free %s, %s was fitted at %s", dosage(at), m.Extractant,
				m.Name, span(q.DosageLo, q.DosageHi))
		}
	} else if c := w.Strength(); c < m.ExtractantLo || c > m.ExtractantHi {
		w.add("outside_range", "extractant", c, nearer(c, m.ExtractantLo, m.ExtractantHi), "mol/m3", "%s %.3g mol/L, constants found at %.3g to %.3g mol/L",
			m.Extractant, c/1000, m.ExtractantLo/1000, m.ExtractantHi/1000)
	}
}

// strangers looks for rare earths that enter and have no constant: they pass with the aqueous.
func (w *limits) strangers(in []flowsheet.Stream) {
	for _, c := range w.solutes {
		e := w.system.Components[c].Key
		if e < 0 || w.system.Elements[e].Group != "ree" {
			continue
		}
		for k := range in {
			if n := in[k].N[c]; n > 0 {
				w.add("no_constant", w.inlet(k), n, 0, "mol/s", "%s enters and has no constant in %s: it passes with the aqueous", w.system.Elements[e].Symbol, w.model.Name)
			}
		}
	}
}

// share is the part of the extractant that cation i holds in stage j.
func (w *limits) share(j, i int) float64 {
	w.k.Inventories(j, w.held)
	return w.chem.Cations[i].M / 2 * w.held[i] / w.strength
}

// slow looks for iron and aluminium that are taken at equilibrium.
func (w *limits) slow() {
	for i, q := range w.chem.Cations {
		if q.Name != "Fe" && q.Name != "Al" {
			continue
		}
		for k, t := range w.sections {
			eta, most := w.k.Efficiency(w.last(k), i), 0.0
			for j := w.last(k) - t.stages + 1; j <= w.last(k); j++ {
				most = max(most, w.share(j, i))
			}
			if limit := w.practice.SlowMetal.Value; eta > limit && most > w.practice.StuckLimit.Value {
				w.add("slow_metal", w.names[k], eta, limit, "1", "%s holds up to %.2g %% of the %s and is taken with a stage efficiency of %.3g: it is slow, 0.2 to 0.7 is usual; %s",
					q.Name, 100*most, w.model.Extractant, eta, w.remedy(q.Name))
			}
		}
	}
}

// remedy says how a slow metal is made slow.
func (w *limits) remedy(symbol string) string {
	switch {
	case !w.kinetics.on():
		return "efficiency_of says which"
	case w.kinetics.rates[symbol].Value > 0:
		return "by its rate and these mixers"
	}
	return "no rate of it is known, kinetics or efficiency_of says one"
}

// stuck looks for metals that the strip does not take off: they build up until the bleed takes what is fed.
func (w *limits) stuck(u []float64) {
	limit, last := w.practice.StuckLimit.Value, w.n-1
	for i, q := range w.chem.Cations {
		if i == w.hydrogen || i == w.soap {
			continue
		}
		if e := w.system.Elements[w.system.Components[w.aqueous[i]].Key]; e.Group == "ree" && e.Symbol != "Sc" {
			continue
		}
		kept := w.share(last, i)
		if kept <= limit {
			continue
		}
		loaded := 0.0
		for j := range w.n {
			loaded = max(loaded, w.share(j, i))
		}
		text := fmt.Sprintf("%s holds %.3g %% of the %s that leaves the strip, %.3g %% of what it holds at most", q.Name, 100*kept, w.model.Extractant, 100*kept/loaded)
		if b := u[bleedPart]; b > 0 && b < 1 && kept > 0.5*loaded {
			text += fmt.Sprintf(": the bleed of %.3g %% takes it away; held below %.3g %% it has to be about %.3g %%, or the organic regenerated", 100*b, 100*limit, min(100*b*kept/limit, 100))
		}
		w.add("build_up", w.place(last), kept, limit, "1", "%s", text)
	}
}

// vessels looks at phase ratio and settler flux of every section, and at what strays into it.
func (w *limits) vessels(in []flowsheet.Stream) {
	p := &w.practice
	lo, hi := p.PhaseRatioLo.Value, p.PhaseRatioHi.Value
	for k, t := range w.Shape() {
		a, o := w.k.PhaseFlows(w.last(k))
		if ratio := o / a; ratio > hi || ratio < lo {
			w.add("phase_ratio", t.Name, ratio, nearer(ratio, lo, hi), "1",
				"O/A of %.3g: mixer-settlers work from %.3g to %.3g overall; beyond it the aqueous or the organic has to be recycled within the stage", ratio, lo, hi)
		}
		if flux, fromVolume := t.Flux(p, a+o); flux > p.SettlerFluxLimit.Value {
			how := ""
			if fromVolume {
				how = fmt.Sprintf(" (area from its volume and %.3g m of depth)", p.SettlerDepth.Value)
			}
			w.add("settler_flux", t.Name, flux, p.SettlerFluxLimit.Value, "m/s", "settlers take %.3g m3/m2/h%s; above %.3g the dispersion band floods",
				3600*flux, how, 3600*p.SettlerFluxLimit.Value)
		}
	}
	for k := range in {
		for _, phase := range [...]chem.Phase{chem.Organic, chem.Solid} {
			if m := w.system.PhaseMass(phase, in[k].N); m > 1e-12*w.system.Mass(in[k].N) {
				w.add("strays", w.inlet(k), m, 0, "kg/s", "%s enters with the aqueous and passes unreacted", phase)
			}
		}
	}
}

// cold looks at the temperature of the inlets.
func (w *limits) cold(in []flowsheet.Stream) {
	limit := w.practice.ColdLimit.Value
	for k := range in {
		if T := in[k].T; T < limit && w.system.Mass(in[k].N) > 0 {
			w.add("cold", w.inlet(k), T, limit, "K", "aqueous enters at %.3g °C: below %.3g °C the organic is viscous and a third phase more likely", T-273.15, limit-273.15)
		}
	}
}

// Where constants are used at another temperature than they hold for: kelvin by which a section may be off 25 °C before metals without an
// enthalpy are named, and an inlet off its section.
const (
	offStandard = 0.5
	offSection  = 10
)

// temperatures looks for constants that stay at 25 °C although their section does not, and for water that is not what its section says.
func (w *limits) temperatures(in []flowsheet.Stream) {
	const standard = 298.15
	for k, t := range w.sections {
		var still []string
		for i := range w.model.Terms {
			symbol := w.chem.Cations[i].Name
			if _, own := t.logK[symbol]; w.model.Terms[i].DH == 0 && !own {
				still = append(still, symbol)
			}
		}
		if math.Abs(t.T-standard) > offStandard && len(still) > 0 {
			w.add("no_enthalpy", w.names[k], t.T, standard, "K", "%.3g °C: the constants of %s stay those of 25 °C, for no enthalpy of their extraction is known",
				t.T-273.15, strings.Join(still, ", "))
		}
		if T := in[k].T; w.system.Mass(in[k].N) > 0 && math.Abs(T-t.T) > offSection {
			w.add("temperature", w.inlet(k), T, t.T, "K", "aqueous enters at %.3g °C, constants are taken at %.3g °C: temperature of the section says at which", T-273.15, t.T-273.15)
		}
	}
}
