package tuning

import (
	"math"

	"reetwin/flowsheet/chem"
)

// Size is what a circuit needs in vessels, fillings and chemicals. Numbers of sx.Practice (all of class assumed unless the
// plant file gives them) turn flows into volumes; flows and contents are the model's own.
type Size struct {
	Sections []SectionSize `json:"sections"`
	Power    float64       `json:"power_W"`     // W of all mixers
	Volume   float64       `json:"vessels_m3"`  // m3 of all mixers and settlers as the file has them
	Area     float64       `json:"settlers_m2"` // m2 of all settlers at the design flux

	Organic    float64 `json:"organic_m3"`    // m3 in mixers, settlers and tank
	Extractant float64 `json:"extractant_kg"` // kg of it in there
	Held       float64 `json:"held_reo_kg"`   // kg of rare earths as oxides in both phases
	HeldTime   float64 `json:"held_s"`        // s of feed

	Basis    float64         `json:"fed_reo_kg_s"` // kg/s of rare earths fed, as oxides
	Reagents []Use           `json:"reagents"`
	Losses   []Use           `json:"losses"` // of extractant
	Practice []chem.Constant `json:"practice"`
}

// SectionSize is one section; volumes and areas are of one stage.
type SectionSize struct {
	Section     string  `json:"section"`
	Stages      int     `json:"stages"`
	Aqueous     float64 `json:"aqueous_m3_s"`    // m3/s
	Organic     float64 `json:"organic_m3_s"`    // m3/s
	Mixer       float64 `json:"mixer_m3"`        // m3 and s as the file has them
	MixerTime   float64 `json:"mixer_s"`         // m3 and s as the file has them
	MixerWanted float64 `json:"mixer_wanted_m3"` // m3 at the mixing time of practice
	Settler     float64 `json:"settler_m3"`      // m3 as the file has it
	Area        float64 `json:"area_m2"`         // m2 and m/s as the file has them; FromVolume where the area is not given
	Flux        float64 `json:"flux_m_s"`        // m2 and m/s as the file has them; FromVolume where the area is not given
	FromVolume  bool    `json:"area_from_volume"`
	AreaWanted  float64 `json:"area_wanted_m2"` // m2 at the design flux
	Power       float64 `json:"power_W"`        // W of the section's mixers at the wanted volume
}

// Use is a flow of a chemical.
type Use struct {
	What  string  `json:"what"`
	Flow  float64 `json:"kg_s"`     // kg/s
	Basis string  `json:"rests_on"` // what it rests on
}

// size reads the circuit's vessels, contents and chemicals.
func (v *View) size() *Size {
	p := v.circuit.Practice()
	s := &Size{Practice: p.All()}
	for k, t := range v.circuit.Shape() {
		span := v.Spans()[k]
		at := &v.Stages[span.Last]
		q := SectionSize{Section: t.Name, Stages: t.Stages, Aqueous: at.AqueousFlow, Organic: at.OrganicFlow,
			Mixer: t.MixerAqueous + t.MixerOrganic, Settler: t.SettlerAqueous + t.SettlerOrganic}
		both := q.Aqueous + q.Organic
		q.MixerTime, q.MixerWanted = q.Mixer/both, both*p.MixingTime.Value
		q.AreaWanted = both / p.SettlerFlux.Value
		q.Flux, q.FromVolume = t.Flux(p, both)
		if q.Flux > 0 {
			q.Area = both / q.Flux
		}
		q.Power = float64(t.Stages) * q.MixerWanted * p.MixingPower.Value
		s.Power += q.Power
		s.Volume += float64(t.Stages) * (q.Mixer + q.Settler)
		s.Area += float64(t.Stages) * q.AreaWanted
		s.Organic += float64(t.Stages) * (t.MixerOrganic + t.SettlerOrganic)
		s.Sections = append(s.Sections, q)
	}
	s.Organic += v.circuit.Tank()
	s.Extractant = s.Organic * v.circuit.Strength() * v.extractantMass()
	v.contents(s)
	v.reagents(s)
	v.losses(s)
	return s
}

// extractantMass is that of one mole, kg.
func (v *View) extractantMass() float64 {
	c, _ := v.sys.Index(v.circuit.Model().Extractant)
	return v.sys.Components[c].M
}

// contents adds the rare earths that the vessels hold, from the model's own states.
func (v *View) contents(s *Size) {
	aqueous, _ := v.circuit.Metals()
	held := v.circuit.Contents(v.unit.X)
	for _, e := range v.Rare() {
		s.Basis += e.Fed * e.Oxide
		for i, a := range aqueous {
			if a == e.Aqueous {
				s.Held += held[i] * e.Oxide
			}
		}
	}
	if s.Basis > 0 {
		s.HeldTime = s.Held / s.Basis
	}
}

// rare is the moles of rare earths in an aqueous.
func (v *View) rare(n []float64) (sum float64) {
	for _, e := range v.Rare() {
		sum += n[e.Aqueous]
	}
	return sum
}

// reagents are the acid of every inlet that brings hardly any rare earths, base, and fresh organic.
func (v *View) reagents(s *Size) {
	acid, _ := v.sys.Index("H+")
	sulfate, has := v.sys.Index("SO4-2")
	fed := 0.0
	for _, e := range v.Rare() {
		fed += e.Fed
	}
	for k, port := range v.unit.Spec.In {
		n := v.unit.In[k].N
		if rare := v.rare(n); port.Name == "lye" || n[acid] <= 0 || rare > 0.01*fed || rare > 0.01*n[acid] {
			continue
		}
		name := "HCl"
		if has && 2*n[sulfate] > 0.5*n[acid] {
			name = "H2SO4"
		}
		recipe, err := v.sys.Resolve(chem.Aqueous, name)
		if err != nil {
			continue // neither anion in the system: the acid has no name
		}
		count := 1.0
		for _, part := range recipe.Parts {
			if part.Component == acid {
				count = part.Count
			}
		}
		s.Reagents = append(s.Reagents, Use{name + " of " + port.Name, n[acid] / count * recipe.M, "acidity of " + v.unit.InNames[k] + ", 100 %"})
	}
	if recipe, err := v.sys.Resolve(chem.Aqueous, "NaOH"); err == nil {
		if base := v.soaped(); base > 0 {
			s.Reagents = append(s.Reagents, Use{"NaOH of saponification", base * recipe.M, "neutralised, 100 %"})
		}
	}
	for p, port := range v.unit.Spec.Out {
		n := v.unit.Out[p].N
		switch port.Name {
		case "makeup":
			c, _ := v.sys.Index(v.circuit.Model().Extractant)
			d := v.sys.Solvent(chem.Organic)
			s.Reagents = append(s.Reagents, Use{v.circuit.Model().Extractant + " of make-up", n[c] * v.sys.Components[c].M, "bleed and entrainment made up"},
				Use{v.sys.Components[d].Name + " of make-up", n[d] * v.sys.Components[d].M, "bleed and entrainment made up"})
		}
	}
}

// soaped is the base that saponification takes, mol/s: drawn from outside, and of a lye.
func (v *View) soaped() (base float64) {
	acid, _ := v.sys.Index("H+")
	for p, port := range v.unit.Spec.Out {
		switch n := v.unit.Out[p].N[acid]; port.Name {
		case "base":
			base -= n
		case "lye", "spent_lye":
			base += n
		}
	}
	for k, port := range v.unit.Spec.In {
		if port.Name == "lye" {
			base -= v.unit.In[k].N[acid]
		}
	}
	return base
}

// losses are the ways extractant leaves. Bleed and entrainment are the model's, solubility and degradation by practice.
func (v *View) losses(s *Size) {
	p, mass := v.circuit.Practice(), v.extractantMass()
	strength := v.circuit.Strength() * mass // kg/m3
	entrained, dissolved := 0.0, 0.0
	for k, port := range v.unit.Spec.Out {
		n := v.unit.Out[k].N
		switch {
		case port.Drawn, port.Name == "lye", port.Name == "spent_lye": // these carry none
		case port.Name == "bleed":
			s.Losses = append(s.Losses, Use{"bleed", v.sys.PhaseVolume(chem.Organic, n) * strength, "the file's bleed; not lost where it is regenerated"})
		default:
			entrained += v.sys.PhaseVolume(chem.Organic, n) * strength
			dissolved += v.sys.PhaseVolume(chem.Aqueous, n) * v.dissolved(port.Name)
		}
	}
	s.Losses = append(s.Losses, Use{"entrained", entrained, "organic_carried of the sections"},
		Use{"dissolved", dissolved, p.DissolvedBy()}, Use{"degraded", s.Extractant * p.Degradation.Value, "practice.degradation"})
}

// dissolved is the extractant in the aqueous that leaves by a port, kg/m3: of a section from its first stage; of a draw at most.
func (v *View) dissolved(port string) (most float64) {
	spans := v.Spans()
	for k, t := range v.circuit.Shape() {
		for j := spans[k].First; j <= spans[k].Last; j++ {
			s := &v.Stages[j]
			c := v.circuit.Practice().Dissolved(s.Free*v.circuit.Strength()/2, 1000*math.Pow(10, -s.PH), v.extractantMass())
			if t.Name == port {
				return c
			}
			most = max(most, c)
		}
	}
	return most
}
