package cascade

import (
	"fmt"
	"math"
	"slices"
)

// Circuit is one organic loop through sections of mixer-settlers. Stages are counted along the organic.
//
//	              feed │            scrub │           strip acid │
//	organic ─▶ [ extraction ] ───▶ [ scrub ] ───▶ [ strip ] ─┬─▶ bleed
//	   ▲  raffinate ◀┘ └── joins ◀───┘   liquor ◀───┘        │
//	   └── make-up, saponification ◀─────────────────────────┘
type Circuit struct {
	Sections []Section
	Organic  float64   // flow into stage 1, volume per time
	Capacity float64   // dimers per volume of organic, free and bound
	Bleed    float64   // fraction of the stripped organic that does not return; 1 is an open circuit
	Loop     bool      // the way back is there even if Bleed is 1: for derivatives
	Makeup   []float64 // y of the fresh organic by cation; its hydrogen is what is left of the capacity. nil is clean
	Soap     float64   // fraction of the free dimer that enters stage 1 as its salt
	Feeds    []Feed
	Returns  []Return
}

// Section is a run of stages that share one aqueous stream, which enters at the last of them.
type Section struct {
	Name     string
	Stages   int
	Flow     float64   // fresh aqueous, volume per time
	X        []float64 // its cations
	Ligands  []float64 // its complexing anions, then its solutes
	Joins    bool      // its aqueous flows on into the section before it; else it leaves
	LnK      []float64 // ln K at this section's temperature; nil is Chemistry's
	Murphree []float64 // part of the way to equilibrium that the organic comes, by cation, hydrogen all of it; nil is 1
	// Transfer is k V by cation, volume per time: a first-order rate of the organic's approach to equilibrium over the organic in the
	// mixer. It multiplies the efficiency by k τ/(1 + k τ), τ = V over the organic that leaves; 0 is at once. nil is at once for all.
	Transfer []float64
	// Volume carried along by the other phase: organic per aqueous and aqueous per organic that leave a settler. What returns of a liquor, or is
	// drawn, is taken without drops.
	OrganicCarried, AqueousCarried float64
}

// Feed enters (or, with negative flows, is drawn from) a stage; a draw needs no composition.
type Feed struct {
	Section, Stage   int // from 0
	Aqueous, Organic float64
	X, Y, Ligands    []float64
}

// Return takes Flow of the aqueous that leaves section From to a stage: product reflux, acid recycle.
type Return struct {
	From, To, Stage int
	Flow            float64
}

// link is a flow between stages that are no neighbours.
type link struct {
	from, to int
	a, o     float64 // per unit of x and of y
	soap     float64 // part of the hydrogen form that becomes soap on the way
}

// flows are the coefficients of the balances, per unit of x (A) and of y (O) in the stage they leave.
type flows struct {
	n            int
	downA, downO []float64 // to the stage before
	upA, upO     []float64 // to the stage after
	outA, outO   []float64 // out of the cascade, or into its holdup
	exits        []int     // stages with something in out
	feed         []float64 // [n·c] what enters
	feedO        []float64 // [n·c] the part of it that enters with organic
	mur          []float64 // [n·c] Murphree efficiency; nil where all are 1
	murRoom      []float64 // for mur
	vin, vtot    []float64 // [n] organic that arrives by the mixer's organic inlet; that leaves the mixer or is held
	ligand       [][]float64
	links        []link
	section      []int // of every stage
	leave        []int // [section] stage from which its aqueous leaves the circuit, or −1
	leaveFlow    []float64
	left         []float64 // [section] and what of it does not return
	va, vo       []float64 // [n] what leaves each mixer, before a step of time is put in
	organicOut   float64   // leaves the last stage
	makeup       float64   // flow of fresh organic
}

func (c *Circuit) stages() int {
	n := 0
	for _, s := range c.Sections {
		n += s.Stages
	}
	return n
}

func (c *Circuit) first(section int) int {
	n := 0
	for _, s := range c.Sections[:section] {
		n += s.Stages
	}
	return n
}

// check refuses what cannot be a circuit, by name.
func (c *Circuit) check(m *model) error {
	if !(c.Organic > 0) || c.Organic > 1e12 {
		return fmt.Errorf("organic flow %g", c.Organic)
	}
	if !(c.Capacity > 0) || c.Capacity > 1e12 {
		return fmt.Errorf("extractant %g per volume of organic", c.Capacity)
	}
	if !(c.Bleed >= 0 && c.Bleed <= 1) || !(c.Soap >= 0 && c.Soap <= 1) {
		return fmt.Errorf("bleed %g, saponified part %g: each is between 0 and 1", c.Bleed, c.Soap)
	}
	if c.Soap > 0 && m.Soap < 0 {
		return fmt.Errorf("saponified part %g without a cation that saponifies", c.Soap)
	}
	if len(c.Sections) == 0 || c.Sections[0].Joins {
		return fmt.Errorf("%d sections; the aqueous of the first has no section to join", len(c.Sections))
	}
	if err := m.composition("make-up", c.Makeup, m.c); err != nil {
		return err
	}
	for k := range c.Sections {
		s := &c.Sections[k]
		if s.Stages < 1 || s.Stages > 5000 {
			return fmt.Errorf("section %s: %d stages", s.Name, s.Stages)
		}
		if !(s.Flow >= 0) || s.Flow > 1e12 || !(s.OrganicCarried >= 0 && s.OrganicCarried < 0.5) || !(s.AqueousCarried >= 0 && s.AqueousCarried < 0.5) {
			return fmt.Errorf("section %s: flow %g, entrainment %g and %g", s.Name, s.Flow, s.OrganicCarried, s.AqueousCarried)
		}
		if err := m.composition(s.Name, s.X, m.c); err != nil {
			return err
		}
		if err := m.composition(s.Name, s.Ligands, m.dissolved()); err != nil {
			return err
		}
		for i, v := range s.Murphree {
			if len(s.Murphree) != m.c || !(v > 0 && v <= 1) || i == m.Hydrogen && v != 1 {
				return fmt.Errorf("%s: efficiency %g of cation %d", s.Name, v, i+1)
			}
		}
		for i, v := range s.Transfer {
			if len(s.Transfer) != m.c || !(v >= 0) || v > 1e15 || i == m.Hydrogen && v != 0 {
				return fmt.Errorf("%s: transfer %g of cation %d", s.Name, v, i+1)
			}
		}
	}
	for _, f := range c.Feeds {
		if f.Section < 0 || f.Section >= len(c.Sections) || f.Stage < 0 || f.Stage >= c.Sections[f.Section].Stages {
			return fmt.Errorf("side feed at stage %d of section %d", f.Stage+1, f.Section+1)
		}
		if err := m.composition("side feed", f.X, m.c); err != nil {
			return err
		}
		if err := m.composition("side feed", f.Y, m.c); err != nil {
			return err
		}
	}
	if len(c.Returns) > 7 {
		return fmt.Errorf("%d returns; at most 7", len(c.Returns))
	}
	for _, r := range c.Returns {
		if r.From < 0 || r.To < 0 || r.From >= len(c.Sections) || r.To >= len(c.Sections) || r.Stage < 0 || r.Stage >= c.Sections[r.To].Stages || !(r.Flow > 0) {
			return fmt.Errorf("return of %g from section %d to section %d", r.Flow, r.From+1, r.To+1)
		}
		if r.From > 0 && c.Sections[r.From].Joins {
			return fmt.Errorf("the aqueous of section %s flows on into the one before it: nothing leaves to return", c.Sections[r.From].Name)
		}
	}
	return nil
}

// dissolved is the number of solutes besides the cations.
func (m *model) dissolved() int { return len(m.beta) + m.Solutes }

// negative is the part of a stream that a concentration may be below zero: rounding of a recycle.
const negative = 1e-9

// composition refuses concentrations that cannot be, of n cations or other solutes.
func (m *model) composition(where string, x []float64, n int) error {
	if len(x) != 0 && len(x) != n {
		return fmt.Errorf("%s: %d concentrations for %d", where, len(x), n)
	}
	least := 0.0 // of a recycle's rounding
	for _, v := range x {
		if v == v {
			least += negative * math.Abs(v)
		}
	}
	for i, v := range x {
		if !(v >= -least) || v > 1e12 {
			name := "a solute"
			if n == m.c {
				name = m.Cations[i].Name
			}
			return fmt.Errorf("%s: concentration %g of %s", where, v, name)
		}
	}
	return nil
}

func newFlows(m *model, n int) *flows {
	f := &flows{n: n}
	for _, p := range []*[]float64{&f.downA, &f.downO, &f.upA, &f.upO, &f.outA, &f.outO, &f.va, &f.vo, &f.vin, &f.vtot} {
		*p = make([]float64, n)
	}
	f.feed, f.feedO = make([]float64, n*m.c), make([]float64, n*m.c)
	f.section = make([]int, n)
	f.ligand = make([][]float64, m.dissolved())
	for l := range f.ligand {
		f.ligand[l] = make([]float64, n)
	}
	return f
}

// copy makes f the same as o, without allocating where the shape is the same.
func (f *flows) copy(o *flows) {
	for _, p := range [...][2][]float64{{f.downA, o.downA}, {f.downO, o.downO}, {f.upA, o.upA}, {f.upO, o.upO}, {f.outA, o.outA},
		{f.outO, o.outO}, {f.feed, o.feed}, {f.va, o.va}, {f.vo, o.vo}, {f.feedO, o.feedO}, {f.vin, o.vin}, {f.vtot, o.vtot}} {
		copy(p[0], p[1])
	}
	for l := range f.ligand {
		copy(f.ligand[l], o.ligand[l])
	}
	copy(f.section, o.section)
	f.mur = o.mur
	f.exits, f.links = append(f.exits[:0], o.exits...), append(f.links[:0], o.links...)
	f.leave, f.leaveFlow = append(f.leave[:0], o.leave...), append(f.leaveFlow[:0], o.leaveFlow...)
	f.left, f.organicOut, f.makeup = append(f.left[:0], o.left...), o.organicOut, o.makeup
}

// volumes are the flows of aqueous and organic that leave the mixer of stage j.
func (f *flows) volumes(j int) (a, o float64) {
	a, o = f.downA[j]+f.upA[j]+f.outA[j], f.upO[j]+f.downO[j]+f.outO[j]
	for _, l := range f.links {
		if l.from == j {
			a, o = a+l.a, o+l.o
		}
	}
	return a, o
}

// fill turns the circuit into coefficients. Nothing is allocated when the shape is that of the last call.
func (f *flows) fill(c *Circuit, m *model) {
	for _, p := range [...][]float64{f.downA, f.downO, f.upA, f.upO, f.outA, f.outO, f.feed, f.feedO, f.vin} {
		clear(p)
	}
	for _, l := range f.ligand {
		clear(l)
	}
	f.links = f.links[:0]
	f.leave, f.leaveFlow, f.left = f.leave[:0], f.leaveFlow[:0], f.left[:0]
	j := 0
	for k := range c.Sections {
		for range c.Sections[k].Stages {
			f.section[j] = k
			j++
		}
		f.leave, f.leaveFlow, f.left = append(f.leave, -1), append(f.leaveFlow, 0), append(f.left, 0)
	}
	f.aqueous(c, m)
	f.organic(c, m)
	f.exits = f.exits[:0]
	for j := range f.n {
		f.va[j], f.vo[j] = f.volumes(j)
		f.vtot[j] = f.vo[j]
		if f.outA[j] != 0 || f.outO[j] != 0 {
			f.exits = append(f.exits, j)
		}
	}
	f.efficiencies(c, m)
}

// aqueous follows the aqueous volumes from the last stage down. What the organic carries up comes back with the aqueous.
func (f *flows) aqueous(c *Circuit, m *model) {
	carried := func(j int) float64 { // aqueous in the organic that leaves j
		return c.Sections[f.section[j]].AqueousCarried * c.Organic
	}
	flow := 0.0
	for j := f.n - 1; j >= 0; j-- {
		k := f.section[j]
		s := &c.Sections[k]
		lastOfSection := j == f.n-1 || f.section[j+1] != k
		if lastOfSection {
			if j < f.n-1 && !c.Sections[k+1].Joins {
				flow = 0
			}
			flow += s.Flow
			f.enter(j, m, s.Flow, s.X, s.Ligands)
		}
		for q := range c.Feeds {
			if d := &c.Feeds[q]; d.Aqueous != 0 && c.first(d.Section)+d.Stage == j {
				flow += d.Aqueous
				if d.Aqueous > 0 {
					f.enter(j, m, d.Aqueous, d.X, d.Ligands)
				} else {
					f.outA[j] -= d.Aqueous
				}
			}
		}
		for _, r := range c.Returns {
			if c.first(r.To)+r.Stage == j {
				flow += r.Flow
			}
		}
		up, below := carried(j), 0.0
		if j > 0 {
			below = carried(j - 1)
		} else {
			below = (1 - c.Bleed) * carried(f.n-1)
		}
		flow += below - up
		if j == f.n-1 {
			f.outA[j] += up // the loop takes its share later
		} else {
			f.upA[j] = up
		}
		if j > 0 && (f.section[j-1] == k || s.Joins) {
			f.downA[j] = flow
			continue
		}
		f.leave[k], f.leaveFlow[k] = j, flow
		left := flow
		for _, r := range c.Returns {
			if r.From == k {
				left -= r.Flow
				f.links = append(f.links, link{from: j, to: c.first(r.To) + r.Stage, a: r.Flow})
			}
		}
		f.left[k] = left
		f.outA[j] += left
	}
}

func (f *flows) enter(j int, m *model, flow float64, x, ligands []float64) {
	for i, v := range x {
		f.feed[j*m.c+i] += flow * v
	}
	for l, v := range ligands {
		f.ligand[l][j] += flow * v
	}
}

// organic follows the organic volumes from stage 1 up; what the aqueous carries down comes back, what leaves with
// raffinate or liquor is made up.
func (f *flows) organic(c *Circuit, m *model) {
	flow := c.Organic
	f.vin[0] += c.Organic
	for j := range f.n {
		s := &c.Sections[f.section[j]]
		down := s.OrganicCarried * f.downA[j]
		f.downO[j] = down
		above := 0.0
		if j < f.n-1 {
			above = c.Sections[f.section[j+1]].OrganicCarried * f.downA[j+1]
		}
		flow += above - down
		if f.leave[f.section[j]] == j {
			lost := s.OrganicCarried * max(f.left[f.section[j]], 0)
			f.outO[j] += lost
			flow -= lost
		}
		for q := range c.Feeds {
			d := &c.Feeds[q]
			if d.Organic == 0 || c.first(d.Section)+d.Stage != j {
				continue
			}
			if flow += d.Organic; d.Organic < 0 {
				f.outO[j] -= d.Organic
			} else {
				f.fresh(j, m, c, d.Organic, d.Y, 0)
				f.vin[j] += d.Organic
			}
		}
		if j < f.n-1 {
			f.upO[j] = flow
			f.vin[j+1] += flow
		}
	}
	last := f.n - 1
	f.organicOut = flow
	returned := (1 - c.Bleed) * flow
	f.makeup = c.Organic - returned
	f.outO[last] += c.Bleed * flow
	if c.Bleed != 1 || c.Loop {
		a := (1 - c.Bleed) * c.Sections[f.section[last]].AqueousCarried * c.Organic
		f.outA[last] -= a
		f.links = slices.Insert(f.links, 0, link{from: last, to: 0, a: a, o: returned, soap: c.Soap / m.c1})
	}
	f.fresh(0, m, c, f.makeup, c.Makeup, c.Soap/m.c1)
}

// fresh lets organic of composition y enter stage j, its free extractant saponified in part.
func (f *flows) fresh(j int, m *model, c *Circuit, flow float64, y []float64, soap float64) {
	h := m.c1 * c.Capacity
	for i, v := range y {
		if i != m.Hydrogen {
			f.feed[j*m.c+i] += flow * v
			f.feedO[j*m.c+i] += flow * v
			h -= m.z[i] * v
		}
	}
	f.feed[j*m.c+m.Hydrogen] += flow * h * (1 - soap)
	f.feedO[j*m.c+m.Hydrogen] += flow * h * (1 - soap)
	if soap != 0 {
		f.feed[j*m.c+m.Soap] += flow * h * soap
		f.feedO[j*m.c+m.Soap] += flow * h * soap
	}
}

// possible refuses flows that cannot be, once they are filled in.
func (f *flows) possible(c *Circuit, m *model) error {
	for j := range f.n {
		s := &c.Sections[f.section[j]]
		a, o := f.volumes(j)
		if !(a > 0) || !(f.downA[j] >= 0) || a > 1e15 {
			return fmt.Errorf("%s stage %d: no aqueous flows: %g", s.Name, j-c.first(f.section[j])+1, a)
		}
		if !(o > 0) || !(f.upO[j] >= 0) || o > 1e15 {
			return fmt.Errorf("%s stage %d: no organic flows: %g", s.Name, j-c.first(f.section[j])+1, o)
		}
	}
	for k, left := range f.left {
		if !(left >= -1e-12*f.leaveFlow[k]) {
			return fmt.Errorf("%s: %g of aqueous leave, %g are to return", c.Sections[k].Name, f.leaveFlow[k], f.leaveFlow[k]-left)
		}
		if left < 0 {
			f.outA[f.leave[k]] = max(f.outA[f.leave[k]], 0)
		}
	}
	if f.makeup < -1e-12*c.Organic {
		return fmt.Errorf("organic returns with %g, stage 1 takes %g: bleed the difference", c.Organic-f.makeup, c.Organic)
	}
	for j := range f.n {
		f.outA[j], f.outO[j] = max(f.outA[j], 0), max(f.outO[j], 0)
		rounding := 0.0 // as composition allows it
		for _, v := range f.feed[j*m.c : (j+1)*m.c] {
			rounding += negative * math.Abs(v)
		}
		if f.feed[j*m.c+m.Hydrogen] < -rounding {
			return fmt.Errorf("organic that enters stage %d carries more metal than its extractant can hold", j+1)
		}
	}
	return nil
}

// coarse is the circuit with half the stages of every section.
func (c *Circuit) coarse() *Circuit {
	q := &Circuit{Sections: make([]Section, len(c.Sections)), Feeds: make([]Feed, len(c.Feeds)), Returns: make([]Return, len(c.Returns))}
	c.coarsen(q)
	return q
}

// coarsen writes the circuit to q with half the stages of every section, feeds and returns at their place.
func (c *Circuit) coarsen(q *Circuit) {
	sections, feeds, returns := q.Sections, q.Feeds[:len(c.Feeds)], q.Returns[:len(c.Returns)]
	*q = *c
	q.Sections, q.Feeds, q.Returns = sections, feeds, returns
	copy(q.Sections, c.Sections)
	for k := range q.Sections {
		if n := q.Sections[k].Stages; n > 2 {
			q.Sections[k].Stages = max(2, int(math.Round(float64(n)/2)))
		}
	}
	copy(q.Feeds, c.Feeds)
	for k := range q.Feeds {
		q.Feeds[k].Stage = c.place(q, q.Feeds[k].Section, q.Feeds[k].Stage)
	}
	copy(q.Returns, c.Returns)
	for k := range q.Returns {
		q.Returns[k].Stage = c.place(q, q.Returns[k].To, q.Returns[k].Stage)
	}
}

// place is where a stage of a section lies in the coarser circuit q.
func (c *Circuit) place(q *Circuit, section, stage int) int {
	old, now := c.Sections[section].Stages, q.Sections[section].Stages
	if stage == old-1 {
		return now - 1
	}
	return min(now-1, int((float64(stage)+0.5)/float64(old)*float64(now)))
}
