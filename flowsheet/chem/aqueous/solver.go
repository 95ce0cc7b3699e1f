package aqueous

import (
	"math"
	"slices"
)

// Solver finds equilibria of one system. It is made once and does not allocate after that, errors excepted. An answer
// depends on the arguments of the call alone. No solver may be used by two goroutines at a time.
type Solver struct {
	sys *System

	// What the last problems had in common: which components are there, which solids are allowed.
	there    []bool
	allowed  []int
	comp     []int // compact -> component of the system; water is not among them
	pos      []int // component of the system -> compact, -1 where absent
	species  []int // compact -> species of the system
	sp       rows  // formation of species over compact components
	so       rows  // dissolution of solids
	z2       []float64
	class    []int32 // of z²
	layout   *layout
	binaries []binary // species nc to rest
	runs     []run
	rest     int     // the first species that is no binary
	diagonal []int32 // entries of the matrix
	kkt      *kkt

	// The problem in hand.
	problem  *Problem
	T        float64   // K
	slope    float64   // ln10 A of Davies or SIT at T
	total    []float64 // mol, per compact component
	dose     []float64 // mol per mol of titrant, per compact component
	waterT   float64   // mol
	waterD   float64   // mol per mol of titrant
	titrate  bool
	carriers []int // compact components of the titrant that bind protons
	limit    Limit // why a held pH was not reached
	limited  bool
	lnAH     float64 // ln activity of H+ that is held

	// The state.
	x, s             []float64 // ln molality of free species; mol of solids
	active           []bool    // of solids, while polishing
	kg, lnW, str, u  float64   // water kg, ln water activity, ionic strength, titrant mol
	fine             float64   // of the titrant, beyond the digits of u
	lnD, dD, lnN, dN float64   // ln activity coefficients per z² and of neutrals, slopes over I
	m                []float64 // molality per compact species
	lag              []float64 // SIT: Σ a E − E of each species, over the last molalities
	soLag            []float64
	E                []float64 // SIT: ln10 Σ eps m per compact species
	pairs            []pair    // SIT, over compact species
	drift            float64   // SIT: last change of lag
	krylov           *krylov   // SIT: for tangents
	dLag, dm         []float64 // SIT: change of lag and molalities along a tangent
	heavy            []heavy   // species that hold a component more than once
	top, condensed   []float64 // of each component: the most one species holds, and its coefficient there
	negative         []heavy   // species of the rest that lack a component
	wet              []int32   // species of the rest that bind or free water
	steep            bool      // a constant is too large or small for products
	table, media     []float64 // powers, see powers
	ofD, ofN, ofW    [2*spread + 1]float64
	byClass          []float64 // Σ a m per class of z² and component
	classSum         []float64 // Σ m per class
	boundH           float64   // protons thereof, the titrant's own solids excepted
	host             []bool    // at the start: a solid holds the component at saturation
	bound            []float64 // at the start: in solids, per component
	grow             []float64 // of ln γ over I per component
	growI, growL     []float64 // of the balances over I, and over ln water activity per kg
	d, abs           []float64 // Σ a m and Σ |a| m per component
	strSum, sum, wm  float64   // ½ Σ z² m, Σ m, Σ w m
	f                []float64 // residuals of nodes
	scale            []float64
	fw, scaleW       float64
	border           border
	wide, narrow     []lanes   // by node: the columns of the border and the right side, solved in place; a right side alone
	slack            []float64 // of solids, in the interior point
	slackStep        []float64
	smallest         []float64 // scale of a solid: what the scarcest component allows
	iterations       int
	exchanged        int
	found            bool // the state is an equilibrium
	stuck            bool // the last polish ended near one
	saved            state
	factored         bool // the matrix and border belong to it
	sorb             sorption
}

// heavy is a coefficient of a component in a species.
type heavy struct {
	component, species int32
	a                  float64
}

// rows is a sparse stoichiometric matrix with what each row does with water, charge and neutrals.
type rows struct {
	start  []int32
	col    []int32
	a      []float64
	lnK    []float64
	target []float64 // ln of the saturation index to hold
	water  []float64
	cz, cn []float64 // on ln γ per z² and on ln γ of neutrals
	free   []bool    // a gas: of free sign
}

func newRows(n, terms int) rows {
	f := func(k int) []float64 { return make([]float64, 0, k) }
	return rows{start: make([]int32, 0, n+1), col: make([]int32, 0, terms), a: f(terms), lnK: f(n), target: f(n), water: f(n), cz: f(n), cn: f(n), free: make([]bool, 0, n)}
}

func (r *rows) reset() {
	r.start, r.col, r.a, r.lnK, r.target = append(r.start[:0], 0), r.col[:0], r.a[:0], r.lnK[:0], r.target[:0]
	r.water, r.cz, r.cn, r.free = r.water[:0], r.cz[:0], r.cn[:0], r.free[:0]
}

func (r *rows) n() int { return len(r.start) - 1 }

func (r *rows) span(i int) (cols []int32, a []float64) {
	lo, hi := r.start[i], r.start[i+1]
	return r.col[lo:hi], r.a[lo:hi]
}

// NewSolver makes a solver for a system.
func NewSolver(sys *System) *Solver {
	nc, ns, nk := len(sys.Components), len(sys.Species), len(sys.Solids)
	f := func(n int) []float64 { return make([]float64, n) }
	l, terms, solidTerms := newLayout(sys), 0, 0
	for _, o := range sys.Species {
		terms += len(o.Terms)
	}
	for _, o := range sys.Solids {
		solidTerms += len(o.Terms)
	}
	n := nc + nk
	var space *krylov
	if sys.activity.model == "sit" {
		space = newKrylov(ns)
	}
	return &Solver{
		krylov: space,
		saved:  state{x: f(nc), s: f(nk), active: make([]bool, nk)},
		sys:    sys, there: make([]bool, nc), allowed: make([]int, 0, nk), comp: make([]int, 0, nc), carriers: make([]int, 0, nc), pos: make([]int, nc),
		species: make([]int, 0, ns), sp: newRows(ns, terms), so: newRows(nk, solidTerms), z2: make([]float64, 0, ns),
		layout: l, class: make([]int32, 0, ns), binaries: make([]binary, 0, ns), runs: make([]run, 0, ns), diagonal: make([]int32, 0, nc),
		byClass: f(nc * len(l.z2)), classSum: f(len(l.z2)), media: f(len(l.media)), grow: f(nc), host: make([]bool, nc), bound: f(nc), growI: f(nc), growL: f(nc), wide: make([]lanes, n), narrow: make([]lanes, n),
		kkt:   newKKT(nc, nk),
		total: f(nc), dose: f(nc), x: f(nc), s: f(nk), active: make([]bool, nk), m: f(ns), lag: f(ns), soLag: f(nk), E: f(ns), dLag: f(ns), dm: f(ns),
		d: f(nc), abs: f(nc), f: f(n), scale: f(nc), slack: f(nk), slackStep: f(nk), smallest: f(nk),
		border: newBorder(n), pairs: make([]pair, 0, len(sys.activity.epsilon)), heavy: make([]heavy, 0, terms),
		top: f(nc), condensed: f(nc), negative: make([]heavy, 0, terms), wet: make([]int32, 0, ns), table: f(nc * stride),
		sorb: newSorption(sys),
	}
}

// Solve finds the equilibrium from nothing. The error is *Unsolved, naming the worst balance, or says what is wrong with
// the problem; r is then not to be used.
func (s *Solver) Solve(p *Problem, r *Result) error { return s.run(p, r, false) }

// Update finds the equilibrium from the one in r, of a problem like it; a fresh r is started as by Solve.
func (s *Solver) Update(p *Problem, r *Result) error { return s.run(p, r, r.solved) }

func (s *Solver) run(p *Problem, r *Result, warm bool) error {
	r.solved, s.found, s.factored = false, false, false
	s.sorb.on = false
	if err := p.check(s.sys); err != nil {
		return err
	}
	s.prepare(p)
	s.iterations, s.exchanged, s.limited = 0, 0, false
	if s.sorb.on = warm && len(p.Sorbents) > 0; warm && s.resume(r) && s.polish(warmSteps) {
		s.store(r)
		return nil
	}
	if s.fresh() && !s.excessive() || s.titrate && s.search() {
		s.store(r)
		return nil
	}
	name, worst := s.worst()
	u := &Unsolved{Balance: name, Residual: worst, Iterations: s.iterations, Strength: s.strSum}
	if s.limited {
		limit := s.limit
		u.Limit = &limit
	}
	return u
}

// cold goes from nothing, with growing effort; a held pH that is not found at once is left to search.
func (s *Solver) cold() bool {
	for _, effort := range efforts {
		s.begin()
		s.interior(effort)
		if s.polish(effort.polish) || s.untangle() {
			return true
		}
		if s.titrate {
			break
		}
	}
	return false
}

// effort is one attempt at a cold start.
type effort struct {
	steps, polish int     // iterations at most
	stop          float64 // residual at which the interior point hands over, and 50 times the gap
	cap           float64 // largest step of ln molality
	center        float64 // the barrier shrinks to this part of the gap
	inside        bool    // ionic strength is in the step: where it decides, following it goes round in circles
	follow        float64 // part of the way, in logarithms, that it goes else, and water, to where the molalities have them
}

const warmSteps = 12

var efforts = [...]effort{
	{steps: 40, polish: 30, stop: 0.5, cap: 3, center: 0.15, follow: 1, inside: true},
	{steps: 120, polish: 30, stop: 1e-2, cap: 3, center: 0.15, follow: 1},
	{steps: 250, polish: 40, stop: 1e-8, cap: 2, center: 0.3, follow: 0.5},
	{steps: 800, polish: 60, stop: 1e-10, cap: 0.7, center: 0.5, follow: 0.15},
}

// atom is one atom per kg of water in mol/kg: less is absent.
const atom = 1 / 6.02214076e23

// prepare compiles the problem.
func (s *Solver) prepare(p *Problem) {
	s.problem, s.T = p, p.T
	if s.T == 0 {
		s.T = room
	}
	s.titrate = p.HoldPH
	kg := p.KgWater
	if kg == 0 {
		kg = p.Totals[Water] * molarW
	}
	changed := !slices.Equal(s.allowed, p.Solids) || len(s.comp) == 0 || s.sorb.asks(p)
	s.pos[Water] = -1
	for i := range s.sys.Components {
		there := i == H || i != Water && (p.Totals[i] >= atom*kg || s.brings(p, i))
		if there != s.there[i] {
			s.there[i], changed = there, true
		}
	}
	if changed {
		s.compile(p)
	}
	s.constants(p)
	s.prepareSurfaces()
	s.waterT, s.waterD = p.Totals[Water], 0
	for j, c := range s.comp {
		s.total[j], s.dose[j] = p.Totals[c], 0
	}
	s.carriers = s.carriers[:0]
	if s.titrate {
		for _, t := range s.sys.Reagents[p.Titrant].Terms {
			if s.sys.carries(t) {
				s.carriers = append(s.carriers, s.pos[t.Component])
			}
			if t.Component == Water {
				s.waterD = t.Coefficient
			} else {
				s.dose[s.pos[t.Component]] = t.Coefficient
			}
		}
		s.lnAH = -p.PH * ln10
	}
	a := &s.sys.activity
	if a.model == "sit" {
		s.slope = a.sit.a * ln10 * a.growth(s.T)
	} else {
		s.slope = a.davies.a * ln10 * a.growth(s.T)
	}
	clear(s.lag)
	clear(s.soLag)
	clear(s.E)
	s.drift = 0
}

func (s *Solver) brings(p *Problem, component int) bool {
	if !p.HoldPH {
		return false
	}
	for _, t := range s.sys.Reagents[p.Titrant].Terms {
		if t.Component == component {
			return true
		}
	}
	return false
}

// compile rebuilds the matrices for the components that are there and the solids that are allowed.
func (s *Solver) compile(p *Problem) {
	s.comp = s.comp[:0]
	for i := range s.sys.Components {
		s.pos[i] = -1
		if s.there[i] {
			s.pos[i] = len(s.comp)
			s.comp = append(s.comp, i)
		}
	}
	s.arrange()
	s.pairs = s.pairs[:0]
	if s.sys.activity.model == "sit" {
		for _, e := range s.sys.activity.epsilon {
			i, k := slices.Index(s.species, e.i), slices.Index(s.species, e.k)
			if i >= 0 && k >= 0 {
				s.pairs = append(s.pairs, pair{i, k, e.value})
			}
		}
	}
	s.allowed = append(s.allowed[:0], p.Solids...)
	s.so.reset()
	for _, k := range s.allowed {
		o := &s.sys.Solids[k]
		if s.has(o.Terms) {
			s.add(&s.so, o.Terms, 0, false)
		} else { // without its components it has no row and no say
			s.add(&s.so, nil, 0, false)
		}
		s.so.free[s.so.n()-1] = o.Gas && s.has(o.Terms)
	}
	s.compileSurfaces(p)
	s.kkt.analyse(len(s.comp), s.pos[H], &s.sp, &s.so, &s.sorb.rows)
	s.place()
	s.placeSurfaces()
}

func (s *Solver) has(terms []Term) bool {
	for _, t := range terms {
		if t.Component != Water && !s.there[t.Component] {
			return false
		}
	}
	return true
}

// add appends a row; the species itself, of charge z, counts against its components when itself is true.
func (s *Solver) add(r *rows, terms []Term, z float64, itself bool) {
	water, cz, cn := 0.0, 0.0, 0.0
	for _, t := range terms {
		if t.Component == Water {
			water = t.Coefficient
			continue
		}
		r.col = append(r.col, int32(s.pos[t.Component]))
		r.a = append(r.a, t.Coefficient)
		if zc := s.sys.Components[t.Component].Charge; zc == 0 {
			cn += t.Coefficient
		} else {
			cz += t.Coefficient * zc * zc
		}
	}
	if itself {
		cz -= z * z
		if z == 0 {
			cn--
		}
	}
	r.start = append(r.start, int32(len(r.col)))
	r.water, r.cz, r.cn = append(r.water, water), append(r.cz, cz), append(r.cn, cn)
	r.lnK, r.target, r.free = append(r.lnK, 0), append(r.target, 0), append(r.free, false)
}

// constants sets ln K at the temperature.
func (s *Solver) constants(p *Problem) {
	s.steep = false
	for i, o := range s.species {
		if v := s.sys.Species[o].Constant.At(s.T) * ln10; v != s.sp.lnK[i] {
			s.sp.lnK[i] = v
			if nc := len(s.comp); i >= nc && i < s.rest {
				s.binaries[i-nc].k = math.Exp(v)
			}
		}
		s.steep = s.steep || math.Abs(s.sp.lnK[i]) > 200
	}
	for k, o := range s.allowed {
		s.so.lnK[k] = s.sys.Solids[o].Constant.At(s.T) * ln10
		s.so.target[k] = 0
		if p.TargetSI != nil {
			s.so.target[k] = p.TargetSI[k] * ln10
		}
	}
}
