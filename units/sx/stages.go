package sx

import (
	"fmt"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// StageState is one mixer-settler as an engineer reads it. Section and Stage number it as the unit's documentation does.
type StageState struct {
	flowsheet.ProfileStage
	AqueousFlow, OrganicFlow float64 // m3/s that leave the mixer
	Loading, Soap, Free      float64 // parts of the extractant: held by metals, held by the soap's metal, free acid
}

// Stages are the stages of a solved sx_circuit or sx_section in the order of the organic: the barren organic enters the
// first. Other kinds are an error.
func Stages(v flowsheet.UnitView) ([]StageState, error) {
	switch unit := v.Unit.(type) {
	case *Circuit:
		return unit.states(v.U, v.X, v.In), nil
	case *Section:
		return unit.stages(v.U, v.X, v.In), nil
	}
	return nil, fmt.Errorf("%s is a %s; stages are shown of the kinds sx_circuit and sx_section", v.Tag, v.Kind)
}

func (s *Circuit) states(u, x []float64, in []flowsheet.Stream) []StageState {
	s.restore(u, x, in)
	var all []StageState
	for j, p := range s.profile() {
		q := StageState{ProfileStage: p, Loading: s.k.Loading(j), Free: s.k.FreeDimer(j) / s.strength}
		q.AqueousFlow, q.OrganicFlow = s.k.PhaseFlows(j)
		if s.soap >= 0 {
			q.Soap = p.Organic[s.organic[s.soap]] / s.strength
		}
		all = append(all, q)
	}
	return all
}

func (s *Section) stages(u, x []float64, in []flowsheet.Stream) []StageState {
	a, o := s.system.PhaseVolume(chem.Aqueous, in[0].N), s.system.PhaseVolume(chem.Organic, in[1].N)
	var all []StageState
	for number := 1; number <= s.k.n; number++ {
		q := StageState{ProfileStage: s.stage(number, u, x, in), AqueousFlow: a, OrganicFlow: o}
		if q.Organic != nil {
			bound := 0.0
			for i, c := range s.organic {
				bound += s.k.terms[i].z * q.Organic[c]
			}
			if total := bound + q.Organic[s.extractant]; total > 0 {
				q.Loading, q.Free = bound/total, q.Organic[s.extractant]/total
			}
		}
		all = append(all, q)
	}
	if !s.backward { // the aqueous enters at 1, the organic at the last
		slices.Reverse(all)
	}
	return all
}

// SectionShape is a section of a circuit as its file has it.
type SectionShape struct {
	Name                           string
	Stages                         int
	Joins                          bool    // its aqueous flows on into the section before it
	MixerAqueous, MixerOrganic     float64 // m3 of one stage
	SettlerAqueous, SettlerOrganic float64
	SettlerArea                    float64 // m2 of one stage; 0 where the file gives none
	OrganicCarried, AqueousCarried float64 // entrainment, volume per volume of the phase that carries
}

// Shape lists the sections in the order of the organic.
func (s *Circuit) Shape() []SectionShape {
	var all []SectionShape
	for k, t := range s.sections {
		all = append(all, SectionShape{s.names[k], t.stages, t.joins, t.mixA, t.mixO, t.setA, t.setO, t.area, t.organicCarried, t.aqCarried})
	}
	return all
}

// area is the plan area of one settler, and whether it follows from its volume; 0 for a section without settlers.
func (t *SectionShape) area(depth float64) (m2 float64, fromVolume bool) {
	if t.SettlerArea > 0 {
		return t.SettlerArea, false
	}
	return (t.SettlerAqueous + t.SettlerOrganic) / depth, true
}

// Flux is both phases per area of one settler, m/s, and whether its area follows from its volume and the assumed depth; 0
// for a section without settlers.
func (t *SectionShape) Flux(p *Practice, both float64) (flux float64, fromVolume bool) {
	area, fromVolume := t.area(p.SettlerDepth.Value)
	if area == 0 {
		return 0, fromVolume
	}
	return both / area, fromVolume
}

// Practice is what the circuit is built for and where it gives trouble.
func (s *Circuit) Practice() *Practice { return &s.practice }

// Model is the extraction model.
func (s *Circuit) Model() *chem.Exchange { return s.model }

// Strength is the extractant, mol/m3 as monomer.
func (s *Circuit) Strength() float64 { return 2 * s.strength }

// Tank is the volume of the organic tank, m3.
func (s *Circuit) Tank() float64 { return s.tank }

// Metals are the components of the cations that the model knows, hydrogen and the soap's metal left out: in the aqueous and in
// the organic.
func (s *Circuit) Metals() (aqueous, organic []int) {
	for i := range s.aqueous {
		if i != s.hydrogen && i != s.soap {
			aqueous, organic = append(aqueous, s.aqueous[i]), append(organic, s.organic[i])
		}
	}
	return aqueous, organic
}

// Contents is what mixers, settlers and tank hold of each metal, mol, in the order of Metals.
func (s *Circuit) Contents(x []float64) []float64 {
	var n []float64
	for i := range s.aqueous {
		if i == s.hydrogen || i == s.soap {
			continue
		}
		sum, at := 0.0, 0
		for range s.n {
			sum += x[at+i] + x[at+s.c+i] + x[at+2*s.c+i]
			at += s.block
		}
		for q, o := range s.slow.of {
			if o%s.c == i {
				sum += x[s.slow.at+q]
			}
		}
		n = append(n, sum)
	}
	return n
}

// head is the section from which the aqueous of section k leaves: itself, or the one that it joins at last.
func (s *Circuit) head(k int) int {
	for s.sections[k].joins {
		k--
	}
	return k
}

// FeedSection is the section that the aqueous which most rare earths enter by leaves from: sections before it, along the organic, wash
// or exchange, those after its own strip.
func (s *Circuit) FeedSection(in []flowsheet.Stream) int {
	fed, most := make([]float64, len(s.names)), 0
	for k := range in {
		at := k
		if k >= len(s.names)+len(s.feeds) {
			continue // a lye
		}
		if k >= len(s.names) {
			at = s.feeds[k-len(s.names)].section
		}
		for _, c := range s.aqueous {
			if e := s.system.Components[c].Key; e >= 0 && s.system.Elements[e].Group == "ree" {
				fed[s.head(at)] += in[k].N[c]
			}
		}
	}
	for k := range fed {
		if fed[k] > fed[most] {
			most = k
		}
	}
	return most
}

// Brought is the charge, mol/s, that refluxes bring as acid and as metals but the soap's from beyond section `to` into it and those
// before it: it takes as much soap as if it were fed.
func (s *Circuit) Brought(u, x []float64, in []flowsheet.Stream, to int) (charge float64) {
	s.restore(u, x, in)
	for _, r := range s.plan[0].Returns {
		if r.To > to || r.From <= to {
			continue
		}
		for i, c := range s.k.Aqueous(s.last(r.From) - s.sections[r.From].stages + 1) {
			if i != s.soap {
				charge += r.Flow * s.chem.Cations[i].Z * c
			}
		}
	}
	return charge
}
