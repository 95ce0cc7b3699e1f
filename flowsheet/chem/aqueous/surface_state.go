package aqueous

import (
	"math"
	"slices"
)

// sorption is what a solver knows of surfaces. A surface is intensive: what a mole of its metal sorbs depends on the activities
// in solution and the ionic strength alone. Shares of sites and potential are therefore found exactly at every state of the
// Newton (one equation of one root), which then sees sorption as smooth functions of its own unknowns; in the step they are
// unknowns beside the others, see surface_newton.go.
type sorption struct {
	on    bool
	part  float64   // of the sorbents that counts: 1, less on the way in
	asked []Sorbent // as compiled
	list  []sorbent
	sites []siteKind

	// Of each surface species there is.
	rows    rows
	species []int32 // index in its surface
	kind    []int32 // index in sites
	e, z    []float64
	bound   []float64 // K times activities, scaled
	nu      []float64 // mol per mol of metal
	slot    []int32   // as of the aqueous species
	prod    []float64
	slotAt  []int32

	lnA  []float64 // ln activity of the free species, per component
	off  float64   // worst residual of the surfaces
	kept state
	step step
}

// sorbent is a surface that is on.
type sorbent struct {
	surface          int
	lo, hi           int // rows
	siteLo, siteHi   int
	weight           []float64 // mol of metal per mol of each allowed solid
	phi, metal       float64
	stiff            float64   // of the double layer: mol of charge per mol of metal = stiff √I sinh(φ/2); 0 without one
	held             []float64 // mol per mol of metal, per component
	water            float64
	charge, swelling float64 // mol of charge per mol of metal, and its slope over φ
}

// siteKind is a kind of site of one surface, with its species summed by charge and by sites taken.
type siteKind struct {
	density float64
	shift   float64 // ln that the sums are scaled by, per site
	sum     [2][2*topCharge + 1]float64
	free    float64 // share of the bare site over the shift
}

const topCharge = 4 // charge of a surface species, at most

func newSorption(sys *System) (o sorption) {
	nc, nk := len(sys.Components), len(sys.Solids)
	sites, species, terms, pairs := 0, 0, 0, 0
	for _, p := range sys.Surfaces {
		sites, species = sites+len(p.Sites), species+len(p.Species)
		for _, one := range p.Species {
			n := len(one.Terms)
			terms, pairs = terms+n, pairs+n*(n+1)/2
		}
	}
	f := func(n int) []float64 { return make([]float64, n) }
	i := func(n int) []int32 { return make([]int32, 0, n) }
	o = sorption{rows: newRows(species, terms), sites: make([]siteKind, 0, sites), list: make([]sorbent, len(sys.Surfaces)),
		asked: make([]Sorbent, 0, len(sys.Surfaces)), species: i(species), kind: i(species), slot: i(pairs), slotAt: i(species + 1),
		e: make([]float64, 0, species), z: make([]float64, 0, species), prod: make([]float64, 0, pairs), bound: f(species), nu: f(species), lnA: f(nc)}
	for k := range o.list {
		o.list[k] = sorbent{weight: f(nk), held: f(nc)}
	}
	o.list = o.list[:0]
	if len(sys.Surfaces) > 0 {
		o.kept, o.step = state{x: f(nc), s: f(nk), active: make([]bool, nk)}, newStep(sites+2*len(sys.Surfaces), nc+nk)
	}
	o.rows.reset()
	return o
}

// asks reports whether the surfaces asked for are others than those compiled.
func (o *sorption) asks(p *Problem) bool {
	return !slices.EqualFunc(o.asked, p.Sorbents, func(a, b Sorbent) bool { return a.Surface == b.Surface })
}

// compileSurfaces rebuilds the surface species for the components that are there.
func (s *Solver) compileSurfaces(p *Problem) {
	o := &s.sorb
	o.asked = append(o.asked[:0], p.Sorbents...)
	o.list, o.sites, o.species, o.kind, o.e, o.z = o.list[:0], o.sites[:0], o.species[:0], o.kind[:0], o.e[:0], o.z[:0]
	o.rows.reset()
	for _, a := range p.Sorbents {
		surface := &s.sys.Surfaces[a.Surface]
		o.list = o.list[:len(o.list)+1]
		one := &o.list[len(o.list)-1]
		one.surface, one.lo, one.siteLo = a.Surface, o.rows.n(), len(o.sites)
		for _, site := range surface.Sites {
			o.sites = append(o.sites, siteKind{density: site.Density})
		}
		for i := range surface.Species {
			species := &surface.Species[i]
			if !s.has(species.Terms) {
				continue
			}
			s.add(&o.rows, species.Terms, 0, false)
			o.species, o.kind = append(o.species, int32(i)), append(o.kind, int32(one.siteLo+species.Site))
			o.e, o.z = append(o.e, species.Sites), append(o.z, species.Charge)
			o.rows.lnK[o.rows.n()-1] = species.Constant.LogK * ln10
		}
		one.hi, one.siteHi = o.rows.n(), len(o.sites)
		clear(one.weight)
		for k, solid := range s.allowed {
			for _, c := range surface.Carriers {
				if c.Solid == solid && s.so.start[k+1] > s.so.start[k] {
					one.weight[k] = c.Metal
				}
			}
		}
	}
}

// placeSurfaces notes where each product of coefficients of the surface species goes in the matrix.
func (s *Solver) placeSurfaces() {
	o := &s.sorb
	o.slot, o.prod, o.slotAt = o.slot[:0], o.prod[:0], append(o.slotAt[:0], 0)
	for i := range o.rows.n() {
		cols, a := o.rows.span(i)
		for k, c := range cols {
			for l := range k + 1 {
				o.slot = append(o.slot, s.kkt.slot(int(c), int(cols[l])))
				o.prod = append(o.prod, a[k]*a[l])
			}
		}
		o.slotAt = append(o.slotAt, int32(len(o.slot)))
	}
}

// prepareSurfaces sets what depends on the problem: the double layer at its temperature, and potentials to start from.
func (s *Solver) prepareSurfaces() {
	const faraday, vacuum = 96485.33212, 8.8541878128e-12 // C/mol, F/m
	o := &s.sorb
	o.part = 1
	for p := range o.list {
		one := &o.list[p]
		// √(8 ε ε₀ R T · 1000), C/m2 per √(mol/kg): 0.1174 at 25 C
		o.list[p].stiff = math.Sqrt(8*s.sys.activity.permittivity(s.T)*vacuum*gas*s.T*1000) * s.sys.Surfaces[one.surface].Area / faraday
		one.phi = 0
	}
}

// permittivity is the dielectric constant of water relative to vacuum at T (K).
func (d *activityData) permittivity(T float64) float64 {
	t := T - 273.15
	return d.eps[0] + t*(d.eps[1]+t*(d.eps[2]+t*d.eps[3]))
}

// sorbed brings the surfaces to equilibrium with the solution in hand, and takes what they hold from the balances.
func (s *Solver) sorbed() {
	o := &s.sorb
	nc := len(s.comp)
	for j, c := range s.comp {
		g := s.lnN
		if z := s.sys.Components[c].Charge; z != 0 {
			g = z * z * s.lnD
		}
		o.lnA[j] = s.x[j] + g + s.E[j]
	}
	o.off = 0
	for p := range o.list {
		one := &o.list[p]
		one.metal = s.problem.Sorbents[p].Metal
		for k, w := range one.weight[:s.so.n()] {
			one.metal += w * s.s[k]
		}
		one.metal *= o.part
		s.cover(one)
		held := one.held[:nc]
		clear(held)
		one.water = 0
		for i := one.lo; i < one.hi; i++ {
			cols, a := o.rows.span(i)
			n := o.nu[i]
			for k, c := range cols {
				held[c] += a[k] * n
				s.scale[c] += math.Abs(one.metal * a[k] * n)
			}
			one.water += o.rows.water[i] * n
		}
		for j, v := range held {
			s.f[j] -= one.metal * v
		}
		if s.problem.KgWater == 0 {
			s.fw -= one.metal * one.water
		}
	}
}

// cover finds shares and potential of one surface: the root of a function that falls all the way.
func (s *Solver) cover(one *sorbent) {
	o := &s.sorb
	s.affinities(one)
	stiff := one.stiff * math.Sqrt(s.str)
	if one.stiff == 0 {
		one.phi = 0
		s.charge(one)
	} else {
		all := 0.0
		for _, site := range o.sites[one.siteLo:one.siteHi] {
			all += topCharge * site.density
		}
		hi := 2 * math.Asinh(all/stiff)
		lo := -hi
		one.phi = max(lo, min(hi, one.phi))
		for range 100 {
			s.charge(one)
			h := 2*math.Asinh(one.charge/stiff) - one.phi
			step := h / (1 - 2*one.swelling/math.Hypot(one.charge, stiff))
			if math.Abs(step) <= 1e-15*(1+math.Abs(one.phi)) {
				break
			}
			if h > 0 {
				lo = one.phi
			} else {
				hi = one.phi
			}
			if one.phi += step; one.phi <= lo || one.phi >= hi {
				one.phi = (lo + hi) / 2
			}
		}
		s.charge(one)
		o.off = max(o.off, math.Abs(2*math.Asinh(one.charge/stiff)-one.phi)/(1+math.Abs(one.phi)))
	}
	s.share(one)
}

// affinities sets K times the activities of each species, scaled, and their sums.
func (s *Solver) affinities(one *sorbent) {
	o := &s.sorb
	sites := o.sites[one.siteLo:one.siteHi]
	for t := range sites {
		sites[t].shift, sites[t].sum = 0, [2][2*topCharge + 1]float64{}
	}
	for i := one.lo; i < one.hi; i++ {
		cols, a := o.rows.span(i)
		v := o.rows.lnK[i] + o.rows.water[i]*s.lnW
		for k, c := range cols {
			v += a[k] * o.lnA[c]
		}
		o.bound[i] = v
		site := &o.sites[o.kind[i]]
		site.shift = max(site.shift, v/o.e[i])
	}
	for i := one.lo; i < one.hi; i++ {
		site := &o.sites[o.kind[i]]
		o.bound[i] = math.Exp(o.bound[i] - o.e[i]*site.shift)
		site.sum[int(o.e[i])-1][topCharge+int(o.z[i])] += o.bound[i]
	}
}

// charge sets the shares of the bare sites at the potential, the charge, and its slope.
func (s *Solver) charge(one *sorbent) {
	one.charge, one.swelling = 0, 0
	sites := s.sorb.sites[one.siteLo:one.siteHi]
	y := math.Exp(-one.phi)
	top := 1.0
	for range topCharge {
		top *= y
	}
	for t := range sites {
		site := &sites[t]
		var a, b, az, bz, azz, bzz float64
		factor := 1 / top
		for k := range 2*topCharge + 1 {
			z := float64(k - topCharge)
			single, double := site.sum[0][k]*factor, site.sum[1][k]*factor
			factor *= y
			a, az, azz = a+single, az+z*single, azz+z*z*single
			b, bz, bzz = b+double, bz+z*double, bzz+z*z*double
		}
		f := 2 / (a + math.Sqrt(a*a+4*b)) // a f + b f² = 1
		site.free = f
		slope := (f*az + f*f*bz) / (a + 2*b*f)
		one.charge += site.density * (az*f + bz*f*f/2)
		one.swelling += site.density * (slope*(az+bz*f) - azz*f - bzz*f*f/2)
	}
}

// share sets the amounts per mol of metal.
func (s *Solver) share(one *sorbent) {
	o := &s.sorb
	var powers [2*topCharge + 1]float64
	for k := range powers {
		powers[k] = math.Exp(-float64(k-topCharge) * one.phi)
	}
	for i := one.lo; i < one.hi; i++ {
		site := &o.sites[o.kind[i]]
		n := site.density * o.bound[i] * powers[topCharge+int(o.z[i])] * site.free
		if o.e[i] == 2 {
			n *= site.free / 2
		}
		o.nu[i] = n
	}
}

// storeSurfaces writes the surfaces to the result.
func (s *Solver) storeSurfaces(r *Result) {
	const faraday = 96485.33212
	clear(r.Sorbed)
	for p := range r.Surfaces {
		one := &r.Surfaces[p]
		one.Metal, one.Potential, one.Charge = 0, 0, 0
		clear(one.Amount)
		clear(one.Species)
	}
	if !s.sorb.on {
		return
	}
	o := &s.sorb
	for p := range o.list {
		one := &o.list[p]
		to := &r.Surfaces[one.surface]
		if one.metal == 0 { // no potential of what is not there
			continue
		}
		to.Metal, to.Potential = one.metal, one.phi*gas*s.T/faraday
		if one.stiff > 0 {
			to.Charge = one.charge * faraday / s.sys.Surfaces[one.surface].Area
		}
		for j, c := range s.comp {
			to.Amount[c] = one.metal * one.held[j]
			r.Sorbed[c] += to.Amount[c]
		}
		to.Amount[Water] = one.metal * one.water
		r.Sorbed[Water] += to.Amount[Water]
		for i := one.lo; i < one.hi; i++ {
			to.Species[o.species[i]] = one.metal * o.nu[i]
		}
	}
}

// resumeSurfaces takes the potentials of an earlier equilibrium.
func (s *Solver) resumeSurfaces(r *Result) {
	const faraday = 96485.33212
	for p := range s.sorb.list {
		s.sorb.list[p].phi = r.Surfaces[s.sorb.list[p].surface].Potential * faraday / (gas * s.T)
	}
}
