package sx

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/units/sx/cascade"
)

// Circuit is a whole solvent-extraction circuit: one organic that goes round through any number of sections of
// mixer-settlers, saponified on its way back, solved as one block.
//
//	           aqueous of a section enters at its last stage and leaves at its first, or joins the section before
//	organic ─▶ [ extraction ] ─▶ [ scrub ] ─▶ [ strip ] ─┬─▶ bleed
//	   ▲                                                 │
//	   └── make-up ── saponification (base) ◀────────────┘
//	                    lye ─┴▶ lye, spent_lye      where a lye is connected, see lyeMain
//
//	M^z+ + n (HA)2 = M-complex + z H+     D = K [(HA)2]^n / ([H+]^z α),  one cation binds 2 n monomers
//	or log10 D = log10 K + (slope + rise [(HA)2]) pH + power log10 [(HA)2], a correlation
//	acidity = [H+] + [HSO4-],  [H+] [SO4-2] = Ka2 [HSO4-]
//	y_j = (1 − η) y_(j−1) + η D x, Murphree efficiency η by section and element, with kinetics times k τ/(1 + k τ); hydrogen and soap exchange at once
//	mixer: Rate·(Va x + Vo y − before) = what enters − A x − O y at equilibrium, or dy/dt = (arrives − O y)/Vo + k (D x − y) with
//	k Vo = O η/(1 − η); each settler layer, and the organic tank, is
//	a stirred volume behind it
//
// States are amounts by stage: in the mixer (both phases), in the settler's aqueous and organic layer; hydrogen in a mixer
// stands for acidity and free extractant together, in an organic layer it is what the metals leave; the extractant of the whole
// circuit, which follows its handle within a turn of the organic. Where a metal comes to equilibrium in part, its state in the mixer is
// the aqueous alone and its organic (drops) one of its own, and hydrogen's the acidity less what the others hold of the organic.
// Unknowns are ln([(HA)2]/[H+]) of every stage and the scalars of the model; with efficiencies below 1 also what leaves each mixer.
//
// Assumptions: equilibrium in every mixer, at the section's own temperature as far as constants go; phase volumes are those of the solvents and stay; concentrations stand for
// activities, or constants are carried to the ionic strength that a section is given; metals bind sulfate where complexes are asked for; entrained droplets have the composition of their settler layer; one strength of extractant everywhere; the
// base neutralises a fixed part of the extractant; outlets at the mass-weighted mean temperature of the inlets. Solutes that
// the model does not know pass with the aqueous; organic, solids and gases in an aqueous inlet pass to where that section's
// aqueous leaves, unreacted.
//
// Validity: acid and extractant ranges of the model (Report warns), loading below 85 %. Degrees of freedom: stages, organic
// flow (or the cut that it is to keep, see cutControl), extractant, saponification, bleed, reflux; the aqueous inlets are streams.
//
// Sources: model and constants from chem, or of a file that constants names (Spec.Constants); complexes from chem/aqueous; method:
// package cascade.
type Circuit struct {
	system *chem.System
	model  *chem.Exchange
	k      *cascade.Cascade
	chem   cascade.Chemistry
	plan   [3]cascade.Circuit // the circuit, and the two sides of a tangent
	step   [3]cascade.Step
	vessel cascade.Vessels

	names            []string // of the sections
	sections         []sectionSpec
	aqueous, organic []int   // component of every cation; of hydrogen H+ and the extractant
	solutes          []int   // components: ligands, then what takes no part
	acid, extractant int     // component
	sodium           int     // component of the soap's cation in the aqueous, or −1
	hydrogen, soap   int     // cation
	strength         float64 // of the organic now, dimers, mol/m3
	dosed            float64 // extractant beside the make-up's own, mol/s
	partial          bool    // some efficiency is below 1: concentrations of both phases are unknowns besides
	refluxes         []reflux
	split            []float64 // of the refluxes' equations, see parts
	cut              cutControl
	lye              lyeMain
	here             here
	feeds, draws     []sidePort
	tank             float64 // m3
	practice         Practice
	kinetics         kinetics
	conditional      []chem.Constant // of complexes and bisulfate at an ionic strength
	ionic            float64         // that one, mol/L; NaN where none is given
	solved           bool            // it is an unknown of every stage
	waters           *saturation     // made when first needed

	leaves     []int
	n, c       int
	block      int
	stateCount int

	mixer, layerA, layerO    []float64 // contents after a solve, [stage·cations]
	drops                    []float64 // of the mixers' organic, where efficiencies are below 1, and
	slow                     dropStates
	soluteMixer, soluteLayer [][]float64
	prev                     [3]memory
	shifted                  [2][]flowsheet.Stream
	shiftedU                 [2][]float64
	now                      cascade.Step // the contents above, as a step
	slope                    *cascade.Slope
	held                     []float64 // [cations] scratch
}

// memory is what a step of time starts from, in the cascade's form.
type memory struct {
	mixer, layerA, layerO    []float64
	drops                    []float64
	soluteMixer, soluteLayer [][]float64
}

// reflux is a return of the plan: its handle is a flow, or the part of what runs through the section it comes from.
type reflux struct {
	handle int
	part   bool
}

// sidePort is a side feed or a draw: a port beside those of the sections.
type sidePort struct {
	name           string
	section, stage int // from 0
	handle         int // of a draw's flow
}

// sectionSpec is a section as the file has it.
type sectionSpec struct {
	stages                    int
	joins                     bool
	mixA, mixO, setA, setO    float64
	area                      float64
	organicCarried, aqCarried float64
	T                         float64
	efficiency                float64
	own                       map[string]float64 // efficiencies by element
	logK                      map[string]float64 // in the place of the model's, by element
	ionic                     float64            // ionic strength that its constants are carried to, mol/L; NaN where none is given
}

// The handles that every circuit has, but for saponification without a soap; the flow of each reflux follows.
const (
	organicFlow = iota
	bleedPart
	extractantSet
	saponified
)

// ownPorts are names that no section, side feed or draw can have.
var ownPorts = []string{"bleed", "makeup", "base", "lye", "spent_lye"}

// NewCircuit makes a circuit.
func NewCircuit() flowsheet.Unit { return new(Circuit) }

// Init reads the circuit.
func (s *Circuit) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	p := env.Param
	flows, parts, strengths := conf.Between(1e-9, 1e3), conf.Between(0, 1), conf.Between(1, 1e4)
	var spec flowsheet.Spec
	s.system = env.System
	s.names = p.Texts("sections")
	spec.Handles = []flowsheet.Handle{
		{Name: "organic_flow", Unit: "m3/s", Lo: flows.Lo, Hi: flows.Hi},
		{Name: "bleed", Unit: "1", Value: p.Quantity("bleed", "1", parts), Hi: 1},
		{Name: "extractant", Unit: "mol/m3", Value: p.Quantity("extractant", "mol/m3", strengths), Lo: strengths.Lo, Hi: strengths.Hi},
		{Name: "saponification", Unit: "1", Value: p.Quantity("saponification", "1", conf.Between(0, 0.5)), Hi: 0.5},
	}
	if p.Has("cut") {
		spec.Handles[organicFlow].Unit = "m3/mol"
	}
	spec.Handles[organicFlow].Value = p.Quantity("organic_flow", spec.Handles[organicFlow].Unit, flows)
	s.strength = spec.Handles[extractantSet].Value / 2
	s.tank = p.QuantityOr("organic_tank", "m3", 0, conf.Between(0, 1e6))
	if len(s.names) == 0 || slices.Contains(s.names, "") {
		p.Fault("sections", "needs the names of the sections in the order of the organic")
		return spec, nil
	}
	seen := map[string]bool{}
	for _, name := range s.names {
		if seen[name] || strings.ContainsAny(name, ". ") || slices.Contains(ownPorts, name) {
			p.Fault("sections", "%q is taken or cannot be the name of a section", name)
			return spec, nil
		}
		seen[name] = true
		s.section(p, name)
	}
	s.reflux(p, &spec)
	s.sides(p, &spec, seen)
	s.readLye(p, slices.Contains(env.In, "lye"), &spec)
	s.ports(&spec)
	if ok, err := s.readModel(p, &spec); !ok {
		return spec, err
	}
	s.readCut(p)
	s.build(len(spec.Handles))
	var err error
	if s.k, err = cascade.New(&s.chem, &s.plan[0]); err != nil {
		p.Fault("sections", "%v", err)
		return spec, nil
	}
	s.slope = s.k.NewSlope()
	s.held = make([]float64, s.c)
	s.declare(&spec)
	s.here = here{u: make([]float64, len(spec.Handles)), v: make([]float64, len(s.k.Unknowns())), in: streams(len(spec.In), len(s.system.Components))}
	if s.cut.on && !p.Faulty("cut") {
		s.cut.room(&spec, len(s.system.Components))
		s.cut.k = s.k.NewCut(s.request())
	}
	return spec, nil
}

// readModel reads the extraction model and what rests on it; not ok after a fault.
func (s *Circuit) readModel(p *conf.Table, spec *flowsheet.Spec) (ok bool, err error) {
	name := p.Text("model")
	if p.Faulty("model") {
		p.Skip("cut", "practice", "constants", "complexes", "ionic_strength", "kinetics")
		return false, nil
	}
	if s.model, err = s.constantsOf(p, name); err != nil {
		p.Skip("cut", "practice", "complexes", "ionic_strength", "kinetics")
		return false, nil
	}
	if s.practice, err = readPractice(p, s.model.Extractant); err != nil {
		return false, err
	}
	if err := s.cations(); err != nil {
		return false, err
	}
	if err := s.readKinetics(p); err != nil {
		return false, err
	}
	s.activity(p)
	if err := s.complexes(p); err != nil {
		return false, err
	}
	if s.soap < 0 && (spec.Handles[saponified].Value > 0 || s.lye.on) {
		p.Fault("saponification", "needs a model with a soap, and its element (Na) in the system")
		return false, nil
	}
	if s.soap < 0 {
		s.withoutSoap(spec)
	}
	return true, nil
}

// section reads one section.
func (s *Circuit) section(p *conf.Table, name string) {
	t := p.Required(name, "a table with stages and volumes")
	volume, part := conf.Between(0, 1e4), conf.Between(0.01, 1)
	own, logK := s.byElement(t, "efficiency_of", part), s.byElement(t, "logK_of", conf.Between(-30, 30))
	s.sections = append(s.sections, sectionSpec{
		stages: t.Int("stages", 1, 200), joins: t.BoolOr("joins", false),
		mixA: t.Quantity("mixer_aqueous", "m3", conf.Between(1e-9, 1e4)), mixO: t.Quantity("mixer_organic", "m3", conf.Between(1e-9, 1e4)),
		setA: t.QuantityOr("settler_aqueous", "m3", 0, volume), setO: t.QuantityOr("settler_organic", "m3", 0, volume),
		area:           t.QuantityOr("settler_area", "m2", 0, conf.Between(1e-4, 1e4)),
		organicCarried: t.QuantityOr("organic_carried", "1", 0, conf.Between(0, 0.2)),
		aqCarried:      t.QuantityOr("aqueous_carried", "1", 0, conf.Between(0, 0.2)),
		efficiency:     t.QuantityOr("efficiency", "1", 1, part), own: own, logK: logK,
		ionic: t.QuantityOr("ionic_strength", "mol/m3", math.NaN(), conf.Between(0, 2e4)) / 1000,
		T:     t.QuantityOr("temperature", "K", 298.15, conf.Between(273.15, 373.15)),
	})
	if len(s.sections) == 1 && s.sections[0].joins {
		t.Fault("joins", "the first section has none before it")
	}
	t.Close()
}

// cations finds the components of every cation that the model knows, and the solutes.
func (s *Circuit) cations() error {
	sys := s.system
	var ok bool
	if s.acid, ok = sys.Index("H+"); !ok {
		return fmt.Errorf("the system has no aqueous H+")
	}
	if s.extractant, ok = sys.Index(s.model.Extractant); !ok {
		return fmt.Errorf("the system has no organic %s", s.model.Extractant)
	}
	sulfate, hasSulfate := sys.Index("SO4-2")
	taken := map[int]bool{s.acid: true, sys.Solvent(chem.Aqueous): true}
	s.soap, s.sodium = -1, -1
	s.chem = cascade.Chemistry{Reference: chem.Molar}
	for k, t := range s.model.Terms {
		a, o := sys.ByKey(chem.Aqueous, t.Element), sys.ByKey(chem.Organic, t.Element)
		if err := s.balanced(a, o, t.Z); err != nil {
			return err
		}
		taken[a] = true
		if k == s.model.Soap {
			s.soap, s.sodium = len(s.aqueous), a
		}
		s.aqueous, s.organic = append(s.aqueous, a), append(s.organic, o)
		s.chem.Cations = append(s.chem.Cations, cascade.Cation{Name: sys.Elements[t.Element].Symbol, Z: t.Z, LnK: t.LnK, N: t.N, M: t.M, Fall: t.Fall,
			Correlated: t.Correlated, Slope: t.Slope, Rise: t.Rise, Power: t.Power})
	}
	s.hydrogen = len(s.aqueous)
	s.aqueous, s.organic = append(s.aqueous, s.acid), append(s.organic, s.extractant)
	h := cascade.Cation{Name: "H", Z: 1}
	if hasSulfate {
		s.chem.Ligands = []string{"SO4-2"}
		h.Beta = [][2]float64{{1 / sys.Ka2().Value}}
		s.solutes, taken[sulfate] = append(s.solutes, sulfate), true
	}
	s.chem.Cations = append(s.chem.Cations, h)
	first, end := sys.Span(chem.Aqueous)
	for c := first; c < end; c++ {
		if !taken[c] {
			s.solutes = append(s.solutes, c)
			s.chem.Solutes++
		}
	}
	s.chem.Hydrogen, s.chem.Soap = s.hydrogen, s.soap
	s.c = len(s.aqueous)
	if s.c < 2 {
		return fmt.Errorf("model %s knows none of the system's elements", s.model.Name)
	}
	return nil
}

// balanced checks M + z HA = MA_z + z H+ in atoms and charge.
func (s *Circuit) balanced(a, o int, z float64) error {
	c := s.system.Components
	off := math.Abs(c[a].Charge + z*c[s.extractant].Charge - c[o].Charge - z*c[s.acid].Charge)
	for e := range s.system.Elements {
		off = max(off, math.Abs(c[a].Formula[e]+z*c[s.extractant].Formula[e]-c[o].Formula[e]-z*c[s.acid].Formula[e]))
	}
	if off > 1e-9 {
		return fmt.Errorf("model %s: %s + %g %s = %s + %g H+ does not balance", s.model.Name, c[a].Name, z, c[s.extractant].Name, c[o].Name, z)
	}
	return nil
}

// build makes the plan, its two copies for tangents, and the vessels.
func (s *Circuit) build(handles int) {
	for q := range s.plan {
		p := &s.plan[q]
		p.Organic, p.Capacity, p.Loop, p.Bleed = 1, s.strength, true, 1
		p.Returns, p.Feeds = slices.Clone(s.plan[0].Returns), slices.Clone(s.plan[0].Feeds)
		for k := range s.feeds {
			p.Feeds[k].X, p.Feeds[k].Ligands = make([]float64, s.c), make([]float64, len(s.solutes))
		}
		for k, t := range s.sections {
			p.Sections = append(p.Sections, cascade.Section{Name: s.names[k], Stages: t.stages, Joins: t.joins, Flow: 1,
				X: make([]float64, s.c), Ligands: make([]float64, len(s.solutes)), LnK: s.constants(t), Murphree: s.efficiencies(t), Transfer: s.transfer(t), OrganicCarried: t.organicCarried, AqueousCarried: t.aqCarried})
		}
	}
	v := &s.vessel
	for _, t := range s.sections {
		for range t.stages {
			v.MixerA, v.MixerO = append(v.MixerA, t.mixA), append(v.MixerO, t.mixO)
			v.SettlerA, v.SettlerO = append(v.SettlerA, t.setA), append(v.SettlerO, t.setO)
		}
	}
	s.n = len(v.MixerA)
	v.SettlerO[s.n-1] += s.tank
	room := func() []float64 { return make([]float64, s.n*s.c) }
	rows := func() (r [][]float64) {
		for range s.solutes {
			r = append(r, make([]float64, s.n))
		}
		return r
	}
	s.mixer, s.layerA, s.layerO, s.soluteMixer, s.soluteLayer = room(), room(), room(), rows(), rows()
	s.findSlow()
	if s.partial {
		s.drops = room()
	}
	for q := range s.prev {
		s.prev[q] = memory{mixer: room(), layerA: room(), layerO: room(), soluteMixer: rows(), soluteLayer: rows()}
		m := &s.prev[q]
		if s.partial {
			m.drops = room()
		}
		s.step[q] = cascade.Step{Vessels: v, Mixer: m.mixer, Drops: m.drops, Aqueous: m.layerA, Organic: m.layerO, LigandMixer: m.soluteMixer, LigandAq: m.soluteLayer}
	}
	s.now = cascade.Step{Vessels: v, Mixer: s.mixer, Drops: s.drops, Aqueous: s.layerA, Organic: s.layerO, LigandMixer: s.soluteMixer, LigandAq: s.soluteLayer}
	for q := range s.shifted {
		for range len(s.names) + len(s.feeds) {
			s.shifted[q] = append(s.shifted[q], flowsheet.Stream{N: make([]float64, len(s.system.Components))})
		}
		s.shiftedU[q] = make([]float64, handles)
	}
	s.block = 3*s.c - 1 + 2*len(s.solutes)
	s.stateCount = s.sum() + 1
	if s.cut.on {
		s.cut.at = s.stateCount
		s.stateCount++
	}
	s.slow.at = s.stateCount
	s.stateCount += len(s.slow.of)
}

// efficiencies are Murphree's of every cation, nil where all are 1. Hydrogen and the soap's cation exchange at once.
func (s *Circuit) efficiencies(t sectionSpec) []float64 {
	if t.efficiency == 1 && len(t.own) == 0 {
		return nil
	}
	s.partial = true
	eta := make([]float64, s.c)
	for i := range eta {
		eta[i] = t.efficiency
		if v, ok := t.own[s.chem.Cations[i].Name]; ok {
			eta[i] = v
		}
		if i == s.hydrogen || i == s.soap {
			eta[i] = 1
		}
	}
	return eta
}

// ports names what is connected: before the model is read, so that a fault there leaves the connections right.
func (s *Circuit) ports(spec *flowsheet.Spec) {
	for k, name := range s.names {
		spec.In = append(spec.In, flowsheet.Port{Name: name, Optional: s.returned(k)})
		if !s.sections[k].joins {
			s.leaves = append(s.leaves, k)
			spec.Out = append(spec.Out, flowsheet.Port{Name: name})
		}
	}
	for _, f := range s.feeds {
		spec.In = append(spec.In, flowsheet.Port{Name: f.name})
	}
	for _, d := range s.draws {
		spec.Out = append(spec.Out, flowsheet.Port{Name: d.name})
	}
	spec.Out = append(spec.Out, flowsheet.Port{Name: "bleed"}, flowsheet.Port{Name: "makeup", Drawn: true}, flowsheet.Port{Name: "base", Drawn: true})
	s.declareLye(spec)
}

// declare names states, unknowns and signals.
func (s *Circuit) declare(spec *flowsheet.Spec) {
	sys := s.system
	s.declareContents(spec)
	volume, _ := s.organicVolume()
	all := 2 * s.strength * volume
	spec.States = append(spec.States, flowsheet.Variable{Name: "organic." + sys.Components[s.extractant].Name, Unit: "mol", Scale: all, Start: all})
	if s.cut.on {
		spec.Free = append(spec.Free, len(spec.States))
		spec.States = append(spec.States, flowsheet.Variable{Name: "organic.flow", Unit: "m3/s", Scale: 1e-3, Start: 1e-3})
	}
	s.declareDrops(spec)
	for a := range len(s.k.Unknowns()) {
		spec.Algebraic = append(spec.Algebraic, flowsheet.Variable{Name: fmt.Sprintf("%s.%s", s.place(a%s.n), s.k.Unknown(a/s.n)), Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	}
	if s.partial {
		for j := range s.n {
			for _, list := range [...][]int{s.aqueous, s.organic} {
				for _, c := range list {
					spec.Algebraic = append(spec.Algebraic, flowsheet.Variable{Name: s.place(j) + ".leaving." + sys.Components[c].Name, Unit: "mol/m3", Scale: usualAcid, Lower: flowsheet.NoBound})
				}
			}
		}
	}
	for j := range s.n {
		spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "pH." + s.place(j), Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	}
	for _, name := range s.names {
		spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "loading." + name, Unit: "1", Scale: 1})
	}
	for _, i := range s.kinetics.cations {
		symbol := s.chem.Cations[i].Name
		spec.Constants = append(spec.Constants, s.kinetics.rates[symbol])
		for _, name := range s.names {
			spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "efficiency." + name + "." + symbol, Unit: "1", Scale: 1})
		}
	}
	for j := 0; s.solved && j < s.n; j++ {
		spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "ionic_strength." + s.place(j), Unit: "mol/m3", Scale: chem.Molar})
	}
	if s.cut.on {
		spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "organic", Unit: "m3/s", Scale: 1e-3, Lower: flowsheet.NoBound})
	}
	if s.lye.on {
		spec.Signals = append(spec.Signals, flowsheet.Variable{Name: "lye_demand", Unit: "mol/s", Scale: 0.1, Lower: flowsheet.NoBound},
			flowsheet.Variable{Name: "lye_taken", Unit: "1", Scale: 1, Lower: flowsheet.NoBound})
	}
	spec.Constants = append(append(spec.Constants, s.model.Constants...), s.ownLevels()...)
	if len(s.chem.Ligands) > 0 {
		spec.Constants = append(append(spec.Constants, sys.Ka2()), s.conditional...)
	}
}

// usualAcid is the size of concentrations in the aqueous, mol/m3.
const usualAcid = 1000.0

// declareContents names what mixers and settlers hold.
func (s *Circuit) declareContents(spec *flowsheet.Spec) {
	for j := range s.n {
		v, place := &s.vessel, s.place(j)
		amount := func(what string, comp int, scale, start float64) {
			spec.States = append(spec.States, flowsheet.Variable{Name: place + what + s.system.Components[comp].Name, Unit: "mol", Scale: scale, Start: start})
		}
		for _, part := range []struct {
			name string
			a, o float64
		}{{".mixer.", v.MixerA[j], v.MixerO[j]}, {".aqueous.", v.SettlerA[j], 0}, {".organic.", 0, v.SettlerO[j]}} {
			size := part.a*usualAcid + part.o*s.strength
			for i, a := range s.aqueous {
				if i == s.hydrogen && part.name == ".organic." {
					continue // what the metals leave of the extractant
				}
				start := 0.0
				if i == s.hydrogen {
					start = size
				}
				amount(part.name, a, max(size, 1e-6), start)
				if i == s.hydrogen && part.name == ".mixer." && s.slow.stage[j] {
					spec.States[len(spec.States)-1].Lower = flowsheet.NoBound
				}
			}
		}
		for _, part := range []struct {
			name string
			v    float64
		}{{".mixer.", v.MixerA[j]}, {".aqueous.", v.SettlerA[j]}} {
			for _, a := range s.solutes {
				amount(part.name, a, max(part.v*usualAcid, 1e-6), 0)
			}
		}
	}
}

// place is the name of stage j: its section and number along the organic.
func (s *Circuit) place(j int) string {
	for k, t := range s.sections {
		if j < t.stages {
			return fmt.Sprintf("%s%d", s.names[k], j+1)
		}
		j -= t.stages
	}
	return ""
}

// last is the stage that the organic leaves section k from.
func (s *Circuit) last(k int) int {
	n := -1
	for _, t := range s.sections[:k+1] {
		n += t.stages
	}
	return n
}
