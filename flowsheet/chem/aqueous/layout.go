package aqueous

import (
	"cmp"
	"math"
	"slices"
)

// binary is a complex of two components, as nearly all are. K and what the medium does to it are apart from the powers of the
// two free molalities.
type binary struct {
	k              float64
	a1, a2         float64 // coefficients on the first and the second component
	water          float64
	first          int32 // compact component
	power1, power2 int32 // entries of the table
	medium         int32
	slot1, slot2   int32 // entries of the matrix for first x first and first x second
}

// run is a row of binaries with the same second component, charge, sign there and say of water. Their sums on the second
// component stay in a register: in memory each would wait for the one before.
type run struct {
	lo, hi int32 // species
	second int32 // compact component
	class  int32 // of z²
	slot   int32 // entry of the matrix for second x second
	sign   float64
	wet    bool // binds or frees water
}

// medium is what ionic strength and water do to a species: (γ per z²)^cz, (γ of neutrals)^cn, a_w^water.
type medium struct{ cz, cn, water int }

// layout is the order the solver keeps the species of a system in: the free species, the binaries run by run, the rest.
type layout struct {
	species  []int    // of the system
	terms    [][]Term // of each: of a binary the first component, the second, then water
	binaries int      // from here on
	rest     int      // from here on
	class    []int32  // of z²
	medium   []int32
	z2       []float64 // of the classes
	media    []medium
	most     struct{ up, down medium } // largest powers of the media
	up, down []int                     // and of each component of the system
	whole    bool                      // all coefficients are small whole numbers
}

const (
	reach  = 6           // powers of a component go from −reach to reach: six ammonias and their protons
	stride = 2*reach + 1 // of each component in the table
	spread = 40          // powers of a coefficient go from −spread to spread
)

func newLayout(sys *System) *layout {
	l := &layout{up: make([]int, len(sys.Components)), down: make([]int, len(sys.Components)), whole: true}
	common := make([]int, len(sys.Components))
	dry := make([][]Term, len(sys.Species))
	for i, o := range sys.Species {
		for _, t := range o.Terms {
			if t.Component != Water {
				dry[i] = append(dry[i], t)
			}
		}
		if len(dry[i]) == 2 {
			common[dry[i][0].Component]++
			common[dry[i][1].Component]++
		}
	}
	kind := make([]int, len(sys.Species))
	for i, o := range sys.Species {
		l.species = append(l.species, i)
		switch {
		case o.Free:
			l.binaries++
			continue
		case len(dry[i]) == 2:
			kind[i] = 1
			a, b := dry[i][0], dry[i][1]
			if d := common[a.Component] - common[b.Component]; d > 0 || d == 0 && a.Component < b.Component {
				dry[i][0], dry[i][1] = b, a
			}
			if dry[i][0].Coefficient > 0 {
				l.rest++
				continue
			}
		}
		kind[i] = 2
	}
	l.rest += l.binaries
	slices.SortStableFunc(l.species, func(i, k int) int {
		if c := cmp.Compare(kind[i], kind[k]); c != 0 || kind[i] != 1 {
			return c
		}
		a, b := dry[i][1], dry[k][1]
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(math.Abs(sys.Species[i].Charge), math.Abs(sys.Species[k].Charge)),
			cmp.Compare(math.Copysign(1, a.Coefficient), math.Copysign(1, b.Coefficient)), cmp.Compare(sys.Species[i].water(), sys.Species[k].water()))
	})
	for _, i := range l.species {
		l.note(sys, &sys.Species[i], dry[i])
	}
	return l
}

// water is what the formation takes of water.
func (o *Species) water() float64 {
	for _, t := range o.Terms {
		if t.Component == Water {
			return t.Coefficient
		}
	}
	return 0
}

// note books class, medium and powers of a species; dry are its terms without water.
func (l *layout) note(sys *System, o *Species, dry []Term) {
	cz, cn := 0.0, 0.0
	power := func(v float64, most int) int {
		l.whole = l.whole && v == math.Trunc(v) && math.Abs(v) <= float64(most)
		return int(max(-float64(most), min(v, float64(most))))
	}
	for _, t := range dry {
		p := power(t.Coefficient, reach)
		l.up[t.Component], l.down[t.Component] = max(l.up[t.Component], p), max(l.down[t.Component], -p)
		if zc := sys.Components[t.Component].Charge; zc == 0 {
			cn += t.Coefficient
		} else {
			cz += t.Coefficient * zc * zc
		}
	}
	z2 := o.Charge * o.Charge
	if cz -= z2; z2 == 0 {
		cn--
	}
	m := medium{power(cz, spread), power(cn, spread), power(o.water(), spread)}
	up, down := &l.most.up, &l.most.down
	*up = medium{max(up.cz, m.cz), max(up.cn, m.cn), max(up.water, m.water)}
	*down = medium{max(down.cz, -m.cz), max(down.cn, -m.cn), max(down.water, -m.water)}
	if !slices.Contains(l.z2, z2) {
		l.z2 = append(l.z2, z2)
	}
	if !slices.Contains(l.media, m) {
		l.media = append(l.media, m)
	}
	l.class = append(l.class, int32(slices.Index(l.z2, z2)))
	l.medium = append(l.medium, int32(slices.Index(l.media, m)))
	terms := dry
	if w := o.water(); w != 0 {
		terms = append(terms, Term{Water, w})
	}
	l.terms = append(l.terms, terms)
}

// arrange compiles the species that are there, in the order of the layout.
func (s *Solver) arrange() {
	l := s.layout
	s.species, s.z2, s.class = s.species[:0], s.z2[:0], s.class[:0]
	s.binaries, s.runs, s.heavy, s.negative, s.wet = s.binaries[:0], s.runs[:0], s.heavy[:0], s.negative[:0], s.wet[:0]
	s.sp.reset()
	s.rest = 0
	for at, i := range l.species {
		terms := l.terms[at]
		if !s.has(terms) {
			continue
		}
		o, n := &s.sys.Species[i], int32(len(s.species))
		s.species, s.class = append(s.species, i), append(s.class, l.class[at])
		s.z2 = append(s.z2, o.Charge*o.Charge)
		s.add(&s.sp, terms, o.Charge, true)
		if at < l.rest {
			s.rest = len(s.species)
		}
		water := s.sp.water[n]
		if at >= l.binaries && at < l.rest {
			s.pair(n, terms, l.class[at], l.medium[at], water)
		} else if water != 0 {
			s.wet = append(s.wet, n)
		}
		for _, t := range terms {
			if t.Component == Water {
				continue
			}
			if c := int32(s.pos[t.Component]); t.Coefficient > 1 {
				s.heavy = append(s.heavy, heavy{c, n, t.Coefficient})
			} else if at >= l.rest && t.Coefficient < 0 {
				s.negative = append(s.negative, heavy{c, n, t.Coefficient})
			}
		}
	}
}

// pair appends species n as a binary to the runs.
func (s *Solver) pair(n int32, terms []Term, class, medium int32, water float64) {
	a, b := terms[0], terms[1]
	first, second := int32(s.pos[a.Component]), int32(s.pos[b.Component])
	r := run{lo: n, second: second, class: class, sign: math.Copysign(1, b.Coefficient), wet: water != 0}
	if k := len(s.runs) - 1; k < 0 || s.runs[k].second != second || s.runs[k].class != class || s.runs[k].sign != r.sign || s.runs[k].wet != r.wet {
		s.runs = append(s.runs, r)
	}
	s.runs[len(s.runs)-1].hi = n + 1
	s.binaries = append(s.binaries, binary{
		k: 1, a1: a.Coefficient, a2: b.Coefficient, water: water, first: first, medium: medium,
		power1: first*stride + reach + int32(a.Coefficient), power2: second*stride + reach + int32(b.Coefficient),
	})
}

// place notes where each product of coefficients goes in the matrix.
func (s *Solver) place() {
	nc := len(s.comp)
	s.diagonal = s.diagonal[:0]
	for j := range nc {
		s.diagonal = append(s.diagonal, s.kkt.slot(j, j))
	}
	for k := range s.runs {
		r := &s.runs[k]
		second := int(r.second)
		r.slot = s.kkt.slot(second, second)
		for i := r.lo; i < r.hi; i++ {
			b := &s.binaries[int(i)-nc]
			first := int(b.first)
			b.slot1, b.slot2 = s.kkt.slot(first, first), s.kkt.slot(first, second)
		}
	}
}
