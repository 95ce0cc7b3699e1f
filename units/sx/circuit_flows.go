package sx

import (
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/units/sx/cascade"
)

// reflux reads what of a section's aqueous goes back to another.
func (s *Circuit) reflux(p *conf.Table, spec *flowsheet.Spec) {
	if !p.Has("reflux") {
		return
	}
	all := p.Table("reflux")
	for _, from := range all.Keys() {
		t := all.Table(from)
		r := cascade.Return{From: slices.Index(s.names, from)}
		if r.From < 0 || s.sections[r.From].joins {
			all.Fault(from, "is no section whose aqueous leaves; %s", conf.Hint(from, s.names))
			r.From = 0
		}
		r.To = slices.Index(s.names, t.Choice("to", s.names...))
		r.Stage = t.IntOr("stage", s.sections[r.To].stages, 1, s.sections[r.To].stages) - 1
		key, unit, within := "flow", "m3/s", conf.Between(1e-9, 1e3)
		part := t.Has("part")
		if part {
			key, unit, within = "part", "1", conf.Between(1e-6, 0.99)
		}
		h := flowsheet.Handle{Name: "reflux." + from + "." + key, Unit: unit, Value: t.Quantity(key, unit, within), Lo: within.Lo, Hi: within.Hi}
		r.Flow = h.Value
		s.refluxes = append(s.refluxes, reflux{len(spec.Handles), part})
		spec.Handles = append(spec.Handles, h)
		s.plan[0].Returns = append(s.plan[0].Returns, r)
		t.Close()
	}
	s.split = make([]float64, len(s.refluxes)*(len(s.refluxes)+1))
	all.Close()
}

// sides reads side feeds and draws of aqueous.
func (s *Circuit) sides(p *conf.Table, spec *flowsheet.Spec, seen map[string]bool) {
	each := func(key string, add func(t *conf.Table, at sidePort)) {
		if !p.Has(key) {
			return
		}
		all := p.Table(key)
		for _, name := range all.Keys() {
			t := all.Table(name)
			at := sidePort{name: name, section: slices.Index(s.names, t.Choice("section", s.names...))}
			at.stage = t.Int("stage", 1, s.sections[at.section].stages) - 1
			if seen[name] || slices.Contains(ownPorts, name) {
				all.Fault(name, "the name is taken")
			}
			seen[name] = true
			add(t, at)
			t.Close()
		}
		all.Close()
	}
	each("side_feed", func(_ *conf.Table, at sidePort) {
		s.feeds = append(s.feeds, at)
		s.plan[0].Feeds = append(s.plan[0].Feeds, cascade.Feed{Section: at.section, Stage: at.stage})
	})
	each("draw", func(t *conf.Table, at sidePort) {
		flows := conf.Between(1e-9, 1e3)
		at.handle = len(spec.Handles)
		spec.Handles = append(spec.Handles, flowsheet.Handle{Name: "draw." + at.name + ".flow", Unit: "m3/s", Value: t.Quantity("flow", "m3/s", flows), Lo: flows.Lo, Hi: flows.Hi})
		s.draws = append(s.draws, at)
		s.plan[0].Feeds = append(s.plan[0].Feeds, cascade.Feed{Section: at.section, Stage: at.stage})
	})
}

// returned says whether reflux enters where the aqueous of section k does, so that nothing else has to.
func (s *Circuit) returned(k int) bool {
	for _, r := range s.plan[0].Returns {
		if r.To == k && r.Stage == s.sections[k].stages-1 {
			return true
		}
	}
	return false
}

// fill makes handles and inlets the circuit of the cascade, with an organic of that strength and flow.
func (s *Circuit) fill(p *cascade.Circuit, u []float64, in []flowsheet.Stream, strength, organic float64) {
	p.Organic, p.Bleed, p.Soap, p.Capacity = organic, u[bleedPart], 2*s.soapOf(u), strength
	for k := range p.Sections {
		t := &p.Sections[k]
		t.Flow = s.liquor(in[k].N, t.X, t.Ligands)
	}
	for k := range s.feeds {
		t := &p.Feeds[k]
		t.Aqueous = s.liquor(in[len(s.names)+k].N, t.X, t.Ligands)
	}
	for k, d := range s.draws {
		p.Feeds[len(s.feeds)+k].Aqueous = -u[d.handle]
	}
	for q, r := range s.refluxes {
		p.Returns[q].Flow = 0
		if !r.part {
			p.Returns[q].Flow = u[r.handle]
		}
	}
	s.parts(p, u)
}

// parts finds the refluxes that are parts of what runs through their section, of which they, or others, may bring some themselves:
//
//	r_q = p_q (what else enters + Σ r_k into the section of q)
//
// The matrix is dominated by its diagonal, by columns, for each reflux enters one section and all p < 1.
func (s *Circuit) parts(p *cascade.Circuit, u []float64) {
	n := len(s.refluxes)
	if n == 0 {
		return
	}
	row := func(q int) []float64 { return s.split[q*(n+1) : (q+1)*(n+1)] }
	for q, r := range s.refluxes {
		at := row(q)
		clear(at)
		at[q], at[n] = 1, p.Returns[q].Flow
		if !r.part {
			continue
		}
		at[n] = u[r.handle] * s.through(p, p.Returns[q].From)
		for k, other := range s.refluxes {
			if other.part && s.head(p.Returns[k].To) == p.Returns[q].From {
				at[k] -= u[r.handle]
			}
		}
	}
	for i := range n {
		for q := range n {
			if f := row(q)[i] / row(i)[i]; q != i && f != 0 {
				for k := i; k <= n; k++ {
					row(q)[k] -= f * row(i)[k]
				}
			}
		}
	}
	for q := range n {
		p.Returns[q].Flow = row(q)[n] / row(q)[q]
	}
}

// withoutSoap takes back the handle of saponification: there is nothing that it could move.
func (s *Circuit) withoutSoap(spec *flowsheet.Spec) {
	spec.Handles = slices.Delete(spec.Handles, saponified, saponified+1)
	for q := range s.refluxes {
		s.refluxes[q].handle--
	}
	for q := range s.draws {
		s.draws[q].handle--
	}
}

// soapOf is the saponified part among the handles, or of their slopes; 0 where the model has no soap.
func (s *Circuit) soapOf(u []float64) float64 {
	if s.soap < 0 {
		return 0
	}
	return u[saponified]
}

// through is the aqueous that is fed to section k and to those that join it, and so leaves there but for entrainment.
func (s *Circuit) through(p *cascade.Circuit, k int) (flow float64) {
	for end := k; end == k || end < len(p.Sections) && p.Sections[end].Joins; end++ {
		flow += p.Sections[end].Flow
		for i := range p.Feeds {
			if p.Feeds[i].Section == end {
				flow += p.Feeds[i].Aqueous
			}
		}
		for i := range p.Returns {
			if p.Returns[i].To == end {
				flow += p.Returns[i].Flow
			}
		}
	}
	return flow
}

// liquor is the aqueous flow of a stream, m3/s, and its concentrations.
func (s *Circuit) liquor(n, x, dissolved []float64) float64 {
	flow, per := s.system.PhaseVolume(chem.Aqueous, n), 0.0
	if flow != 0 {
		per = 1 / flow
	}
	for i, a := range s.aqueous {
		x[i] = n[a] * per
	}
	for l, a := range s.solutes {
		dissolved[l] = n[a] * per
	}
	return flow
}
