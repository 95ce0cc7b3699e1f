package report

import (
	"errors"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// New reads a plant after a successful solve. changed says, if anything does, what makes the case another than the one
// that its published numbers belong to, such as "dosage=25 %".
func New(p *flowsheet.Plant, changed ...string) *Result {
	r := &Result{Schema: Schema, Status: Converged, Plant: p.Name, Changed: changed,
		Elements: elements(p.System), Streams: streams(p), Units: units(p), KPIs: kpis(p),
		Published: published(p), Controls: controls(p), Balances: balances(p), Solved: convergence(p),
		Warnings: warnings(p), Origin: provenance(p)}
	if a, err := p.Account(); err != nil {
		r.Warnings = append(r.Warnings, Warning{Code: "no_account", Tag: p.Name, Where: "ledger", Text: err.Error()})
	} else {
		r.Products, r.Ledger, r.Activity, r.Discharges = a.Products, a.Ledger, a.Activity, a.Discharges
	}
	var err error
	if r.Balances.Energy, err = energy(p); err != nil {
		r.Warnings = append(r.Warnings, Warning{Code: "no_energy", Tag: p.Name, Where: "energy", Text: err.Error()})
	}
	return r
}

// Failed reads a plant whose solve failed: the reason, what was tried, and the warnings of the units that the solver
// reached, which then speak of the state at which it stopped. No number of that state is shown as a result.
func Failed(p *flowsheet.Plant, err error, changed ...string) *Result {
	r := &Result{Schema: Schema, Status: Broken, Plant: p.Name, Changed: changed, Reason: err.Error(), Solved: convergence(p),
		Warnings: warnings(p)}
	if f, ok := errors.AsType[*flowsheet.Failure](err); ok {
		r.Reason, r.Tried = f.Reason, f.Tried
		if f.Unit != "" {
			r.Reason = f.Unit + ": " + f.Reason
		}
	}
	r.Reason = Plain(r.Reason)
	return r
}

// finite is a number that JSON can hold, or nil.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func elements(sys *chem.System) map[string]Element {
	all := make(map[string]Element, len(sys.Elements))
	for i, e := range sys.Elements {
		all[e.Symbol] = Element{No: i + 1, Mass: e.Mass, Group: e.Group}
	}
	return all
}

func streams(p *flowsheet.Plant) map[string]Stream {
	feeds, products := map[string]bool{}, map[string]bool{"": true}
	for _, u := range p.Units() {
		feeds[u.Tag], products[u.Tag] = len(u.In) == 0, len(u.Out) == 0
	}
	all := make(map[string]Stream)
	for i, v := range p.Streams() {
		s := stream(p.System, v.Flow)
		s.No, s.From, s.To = i+1, v.From, v.To
		switch {
		case v.Drawn:
			s.Border = "drawn"
		case feeds[v.From] && products[v.To]:
			s.Border = "through"
		case feeds[v.From]:
			s.Border = "in"
		case products[v.To]:
			s.Border = "out"
		}
		all[v.Name] = s
	}
	return all
}

func stream(sys *chem.System, flow flowsheet.Stream) Stream {
	s := Stream{T: flow.T, Volume: sys.Volume(flow.N), Mass: sys.Mass(flow.N),
		Phases: map[string]float64{}, Moles: map[string]float64{}, Atoms: map[string]float64{}}
	for i, n := range flow.N {
		if n != 0 {
			s.Moles[sys.Components[i].Name] = n
		}
	}
	for e, el := range sys.Elements {
		if n := sys.ElementFlow(e, flow.N); n != 0 {
			s.Atoms[el.Symbol] = n
		}
	}
	for _, phase := range []chem.Phase{chem.Aqueous, chem.Organic, chem.Solid, chem.Gas} {
		if m := sys.PhaseMass(phase, flow.N); m != 0 {
			s.Phases[phase.String()] = m
		}
	}
	liquid := flowsheet.LiquidPhase(sys, flow.N)
	s.Tenor = keyed(sys, liquid, flow.N, sys.PhaseVolume(liquid, flow.N))
	if m := sys.PhaseMass(chem.Solid, flow.N); m > 0 {
		s.Assay = keyed(sys, chem.Solid, flow.N, m)
	}
	if pH, ok := sys.PH(flow.N); ok {
		s.PH = finite(pH)
	}
	return s
}

// keyed is the mass (g) of each element counted in one phase of n per size of that phase: mg/L per m3, g/kg per kg.
// The free extractant stands under its own name. It is empty where the phase is.
func keyed(sys *chem.System, phase chem.Phase, n []float64, size float64) map[string]float64 {
	all := map[string]float64{}
	if !(size > 0) {
		return all
	}
	first, end := sys.Span(phase)
	for i := first; i < end; i++ {
		c := &sys.Components[i]
		switch {
		case n[i] == 0 || i == sys.Solvent(phase):
		case c.Key >= 0:
			e := sys.Elements[c.Key]
			all[e.Symbol] += 1000 * e.Mass * c.KeyCount * n[i] / size
		case phase == chem.Organic:
			all[c.Name] += 1000 * c.M * n[i] / size
		}
	}
	return all
}

func units(p *flowsheet.Plant) map[string]Unit {
	all := make(map[string]Unit)
	for i, v := range p.Units() {
		u := Unit{No: i + 1, Kind: v.Kind, Signals: map[string]Quantity{}, Handles: map[string]Quantity{}, Profile: []ProfileStage{}}
		for k, h := range v.Spec.Handles {
			u.Handles[h.Name] = Quantity{finite(v.U[k]), h.Unit}
		}
		if o, ok := v.Unit.(flowsheet.Observer); ok {
			y := make([]float64, len(v.Spec.Signals))
			o.Observe(v.U, v.X, v.In, v.Out, y)
			for k, s := range v.Spec.Signals {
				u.Signals[s.Name] = Quantity{finite(y[k]), s.Unit}
			}
		}
		if rep, ok := v.Unit.(flowsheet.Reporter); ok {
			for _, s := range rep.Report(v.U, v.X, v.In, v.Out).Profile {
				u.Profile = append(u.Profile, profileStage(p.System, s))
			}
		}
		all[v.Tag] = u
	}
	return all
}

func profileStage(sys *chem.System, s flowsheet.ProfileStage) ProfileStage {
	stage := ProfileStage{Section: s.Section, Stage: s.Stage, PH: finite(s.PH)}
	if s.Aqueous != nil {
		stage.Aqueous = keyed(sys, chem.Aqueous, s.Aqueous, 1)
	}
	if s.Organic != nil {
		stage.Organic = keyed(sys, chem.Organic, s.Organic, 1)
	}
	return stage
}

func kpis(p *flowsheet.Plant) map[string]KPI {
	all := make(map[string]KPI)
	for _, k := range p.KPIs() {
		all[k.Name] = KPI{Quantity{finite(k.Value), k.Unit}, append([]string{}, k.From...), append([]string{}, k.To...)}
	}
	return all
}

func published(p *flowsheet.Plant) map[string]Quoted {
	all := make(map[string]Quoted)
	for _, q := range p.Published() {
		v, unit, err := p.Value(q.Path)
		if err != nil {
			v = math.NaN() // the path was valid when the file was read
		}
		all[strings.TrimSuffix(strings.TrimPrefix(q.Path, "kpis."), ".value")] = Quoted{Value: q.Value, Computed: finite(v), Unit: unit,
			Deviation: finite(v/q.Value - 1), Source: q.Source}
	}
	return all
}

func controls(p *flowsheet.Plant) map[string]Control {
	all := make(map[string]Control)
	for _, c := range p.Controls() {
		all[c.Name] = Control{Measure: c.Measure, Set: c.Set, Measured: finite(c.Measured), Unit: c.Unit,
			Move: c.Move, Handle: c.Handle, Lo: c.Lo, Hi: c.Hi, HandleIn: c.HandleUnit}
	}
	return all
}

func balances(p *flowsheet.Plant) *Balances {
	b := p.Balances()
	all := &Balances{Plant: map[string]Closure{}, Units: map[string]UnitClosure{}, Drawn: b.Drawn}
	for _, c := range b.Plant {
		if c.In != 0 || c.Out != 0 || c.Element == "charge" {
			all.Plant[c.Element] = Closure{c.In, c.Out, c.Rel}
		}
	}
	for _, u := range b.Units {
		all.Units[u.Tag] = UnitClosure{u.Worst.Element, u.Worst.Rel}
	}
	return all
}

func convergence(p *flowsheet.Plant) *Convergence {
	c := p.Convergence()
	return &Convergence{Path: c.Path, Passes: c.Passes, Tangents: c.Tangents, Newton: c.Newton, March: c.March,
		Residual: finite(c.Residual), Worst: c.Worst, Seconds: c.Seconds}
}

const passesOn = "; it goes through "

// warnings of all units, in the order of the file, then of control loops. A substance that no equilibrium knows goes through unit after unit: it is one warning,
// where it is first met, that names the others.
func warnings(p *flowsheet.Plant) []Warning {
	all := []Warning{}
	passes := map[string]int{} // substances that pass: their place in all
	for _, v := range p.Units() {
		rep, ok := v.Unit.(flowsheet.Reporter)
		if !ok || !reached(v) {
			continue
		}
		for _, w := range rep.Report(v.U, v.X, v.In, v.Out).Warnings {
			where := w.Where
			if w.Code == "not_in_equilibrium" {
				if first, ok := passes[where]; ok {
					joint := ", "
					if !strings.Contains(all[first].Text, passesOn) {
						joint = passesOn
					}
					all[first].Text += joint + v.Tag
					continue
				}
				passes[where] = len(all)
			}
			if where != v.Tag && !strings.HasPrefix(where, v.Tag+" ") {
				where = strings.TrimSpace(v.Tag + " " + where)
			}
			all = append(all, Warning{Code: w.Code, Tag: v.Tag, Where: where, Value: finite(w.Value), Limit: finite(w.Limit),
				Unit: w.Unit, Text: Plain(w.Text)})
		}
	}
	for _, c := range p.Controls() {
		if c.Missed != "" {
			all = append(all, Warning{Code: "set_point", Tag: c.Tag, Where: c.Measure, Value: finite(c.Measured), Limit: finite(c.Set), Unit: c.Unit, Text: c.Missed})
		}
	}
	return all
}

// reached says whether the solver came as far as a unit: before, its inlets are no streams yet.
func reached(v flowsheet.UnitView) bool {
	return !slices.ContainsFunc(v.In, func(s flowsheet.Stream) bool { return s.N == nil })
}

func provenance(p *flowsheet.Plant) *Provenance {
	o := &Provenance{Classes: map[string]int{}}
	seen := map[chem.Constant]int{} // its place in o.Assumed
	count := func(constants []chem.Constant, tags ...string) {
		for _, c := range constants {
			at, known := seen[c]
			if !known {
				o.Classes[string(c.Class)]++
				at = len(o.Assumed)
				seen[c] = at
				if c.Class == chem.Assumed {
					o.Assumed = append(o.Assumed, Assumption{Name: c.Name, Value: c.Value, Unit: c.Unit, Source: c.Source})
				}
			}
			if c.Class == chem.Assumed {
				o.Assumed[at].Tags = append(o.Assumed[at].Tags, tags...)
			}
			if c.File != "" {
				o.Own = append(o.Own, OwnConstant{c.Name, c.Value, c.Unit, string(c.Class), c.Source, c.File, tags})
			}
		}
	}
	count(p.System.Constants())
	for _, v := range p.Units() {
		count(v.Spec.Constants, v.Tag)
	}
	return o
}
