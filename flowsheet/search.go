package flowsheet

import (
	"cmp"
	"math"
	"slices"

	"reetwin/flowsheet/solve"
)

// search looks for handle settings that meet the control loops, where Newton on recycles and handles together does not
// get there from the start: the measured values fold and flatten over a wide range of the handles.
//
// A setting is a share 0 to 1 of each handle's range (of its logarithm where the range is positive). The plant is settled
// at settings that fill the ranges evenly, outwards from the start and each from its nearest neighbour. From the best
// settings a Levenberg–Marquardt iteration over the settled plant goes downhill, within the ranges, and Newton closes.
// When several settings meet the loops, the one nearest to the start is taken.
type search struct {
	p     *Plant
	b     *block
	loops []*control
	seen  []*setting
	best  *setting
	start []float64
	spans []span // of what each loop measures, over all settings
}

// span is the range of values seen.
type span struct{ lo, hi float64 }

// misses says that a value lies outside.
func (r span) misses(v float64) bool { return v < r.lo || v > r.hi }

// setting is a plant settled with the handles at rest.
type setting struct {
	share  []float64
	got    []float64 // measured
	off    []float64 // (measured − set) / size
	size   float64   // largest off
	memory []float64
}

const (
	searchPoints = 60   // settings per control loop
	searchStarts = 8    // settings that are gone downhill from
	searchApart  = 0.12 // share of a handle's range within which only the best setting is a start
	searchSteps  = 30   // downhill from each
	searchGain   = 0.99 // of the sum of squared errors: a step that leaves more is slow
	searchSlow   = 3    // slow steps in a row end at a place that is no solution
	searchClose  = 1e-3 // from here on Newton is tried
	searchProbe  = 1e-5 // share of the range by which a handle is moved for a difference
	searchEdge   = 1e-3 // share of the range: nearer to its end a handle stands at its limit
)

func newSearch(p *Plant, b *block) *search {
	s := &search{p: p, b: b, loops: b.controls}
	for _, c := range s.loops {
		s.start = append(s.start, c.share(c.value))
		s.spans = append(s.spans, span{math.Inf(1), math.Inf(-1)})
	}
	return s
}

// run reports whether the loops are met; the plant then stands at that solution.
func (s *search) run() bool {
	s.fill()
	var met *setting
	for _, from := range s.starts() {
		if end := s.downhill(from); end != nil && (met == nil || apart(end.share, s.start) < apart(met.share, s.start)) {
			met = end
		}
	}
	return met != nil && s.close(met) != nil
}

// fill settles the plant at settings that cover the ranges.
func (s *search) fill() {
	here := s.settle(s.start, nil)
	if here == nil {
		return
	}
	s.seen = append(s.seen, here)
	points := make([][]float64, searchPoints*len(s.loops))
	for k := range points {
		prime := 1
		for range s.loops {
			prime = primeAfter(prime)
			points[k] = append(points[k], halton(k+1, prime))
		}
	}
	slices.SortStableFunc(points, func(a, b []float64) int { return cmp.Compare(apart(a, s.start), apart(b, s.start)) })
	for _, share := range points {
		near := slices.MinFunc(s.seen, func(a, b *setting) int { return cmp.Compare(apart(a.share, share), apart(b.share, share)) })
		if at := s.settle(share, near); at != nil {
			s.seen = append(s.seen, at)
		}
	}
}

// starts are the settings that no better one is near to, best first. Of a single loop only
// its turns.
func (s *search) starts() []*setting {
	sorted := slices.Clone(s.seen)
	if len(s.loops) == 1 {
		sorted = s.turns()
	}
	slices.SortStableFunc(sorted, func(a, b *setting) int { return cmp.Compare(a.size, b.size) })
	var from []*setting
	for _, at := range sorted {
		if len(from) < searchStarts && !slices.ContainsFunc(from, func(b *setting) bool { return apart(at.share, b.share) < searchApart }) {
			from = append(from, at)
		}
	}
	return from
}

// turns are the settings of a single handle from which what is measured may come nearer to the set-point than at its neighbours: beside a change of
// sign, or where the error is least.
func (s *search) turns() (from []*setting) {
	line := slices.Clone(s.seen)
	slices.SortFunc(line, func(a, b *setting) int { return cmp.Compare(a.share[0], b.share[0]) })
	for k, at := range line {
		leads := false // to a neighbour that is nearer
		turns := false
		for _, i := range []int{k - 1, k + 1} {
			if i >= 0 && i < len(line) {
				turns = turns || (line[i].off[0] > 0) != (at.off[0] > 0)
				leads = leads || line[i].size < at.size
			}
		}
		if turns || !leads {
			from = append(from, at)
		}
	}
	return from
}

// settle settles the plant with the handles at the shares of their ranges, from the memory of another setting. It is nil
// where the plant does not run.
func (s *search) settle(share []float64, from *setting) *setting {
	p := s.p
	s.b.controls = nil
	defer func() { s.b.controls = s.loops }()
	if from != nil {
		p.recall(from.memory)
	}
	for i, c := range s.loops {
		c.put(c.along(share[i]))
	}
	p.conv.search++
	if s.b.iterate(p, &p.stage) != nil {
		return nil
	}
	p.clearTangents()
	at := &setting{share: slices.Clone(share)}
	for _, c := range s.loops {
		got := c.read.value(p).V
		off := (got - c.set) / c.size()
		at.got, at.off = append(at.got, got), append(at.off, off)
		at.size = math.Max(at.size, math.Abs(off))
	}
	if math.IsNaN(at.size) || math.IsInf(at.size, 0) {
		return nil
	}
	for i, got := range at.got {
		s.spans[i] = span{math.Min(s.spans[i].lo, got), math.Max(s.spans[i].hi, got)}
	}
	p.keep(&at.memory)
	if s.best == nil || at.size < s.best.size {
		s.best = at
	}
	return at
}

// close runs Newton on recycles and handles together from a setting. It returns the solution, nil when there is none near.
func (s *search) close(from *setting) *setting {
	p := s.p
	p.recall(from.memory)
	if s.b.solve(p, &p.stage) != nil {
		return nil
	}
	at := &setting{}
	for _, c := range s.loops {
		at.share = append(at.share, c.share(c.value))
	}
	p.keep(&at.memory)
	return at
}

// downhill makes the errors of the loops smaller from a setting until Newton closes. It returns the solution or nil.
func (s *search) downhill(at *setting) *setting {
	n := len(s.loops)
	slope := make([]float64, n*n)
	damping, slow := 1e-3, 0
	for range searchSteps {
		if at.size < searchClose {
			if end := s.close(at); end != nil {
				return end
			}
		}
		if !s.slopes(at, slope) {
			return nil
		}
		var next *setting
		for ; damping < 1e6; damping *= 10 {
			share := s.step(at, slope, damping)
			if apart(share, at.share) < 1e-9 {
				return nil
			}
			if next = s.settle(share, at); next != nil && next.error2() < at.error2() {
				break
			}
			next = nil
		}
		if next == nil {
			return nil
		}
		if slow++; next.error2() < searchGain*at.error2() {
			slow = 0
		}
		if slow == searchSlow {
			return nil
		}
		at, damping = next, math.Max(damping/10, 1e-9)
	}
	return nil
}

// slopes fills the matrix ∂off/∂share, row by row, by differences.
func (s *search) slopes(at *setting, slope []float64) bool {
	n := len(s.loops)
	best := s.best // a probe is no setting that a report should name
	defer func() { s.best = best }()
	for j := range n {
		share := slices.Clone(at.share)
		h := searchProbe
		if share[j] > 0.5 {
			h = -h
		}
		share[j] += h
		probe := s.settle(share, at)
		if probe == nil {
			return false
		}
		for i := range n {
			slope[i*n+j] = (probe.off[i] - at.off[i]) / h
		}
	}
	return true
}

// step is where the damped Gauss–Newton step leads, with the handles kept in their ranges: a handle at its end that the
// step would move outwards stays there and the others go without it.
func (s *search) step(at *setting, slope []float64, damping float64) []float64 {
	n := len(s.loops)
	fixed := make([]bool, n)
	share := slices.Clone(at.share)
	lu := solve.NewLU(n)
	for range n + 1 {
		a, d := make([]float64, n*n), make([]float64, n)
		for i := range n {
			for j := range n {
				for k := range n {
					a[i*n+j] += slope[k*n+i] * slope[k*n+j]
				}
			}
			for k := range n {
				d[i] -= slope[k*n+i] * at.off[k]
			}
		}
		for i := range n {
			a[i*n+i] += damping * math.Max(a[i*n+i], 1e-12)
			if fixed[i] {
				for j := range n {
					a[i*n+j], a[j*n+i] = 0, 0
				}
				a[i*n+i], d[i] = 1, 0
			}
		}
		if lu.Factor(a) != nil {
			return at.share
		}
		lu.Solve(d)
		again := false
		for i := range n {
			share[i] = math.Min(math.Max(at.share[i]+d[i], 0), 1)
			if at.share[i] == share[i] && d[i] != 0 && !fixed[i] {
				fixed[i], again = true, true
			}
		}
		if !again {
			break
		}
	}
	return share
}

// along is the handle's value at a share of its range: of the logarithm where the range is positive.
func (c *control) along(share float64) float64 {
	if c.lo > 0 {
		return math.Min(math.Max(c.lo*math.Pow(c.hi/c.lo, share), c.lo), c.hi)
	}
	return c.lo + (c.hi-c.lo)*share
}

// share is the place of a handle's value in its range.
func (c *control) share(value float64) float64 {
	if c.lo > 0 {
		return math.Log(value/c.lo) / math.Log(c.hi/c.lo)
	}
	return (value - c.lo) / (c.hi - c.lo)
}

// apart is the distance of two settings.
func apart(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum)
}

// error2 is the sum of the squared errors of the loops, what goes downhill.
func (at *setting) error2() (sum float64) {
	for _, off := range at.off {
		sum += off * off
	}
	return sum
}

// halton is the k-th number between 0 and 1 of the sequence to a prime base: sequences to different primes fill a cube evenly.
// Halton, Numerische Mathematik 2 (1960) 84.
func halton(k, prime int) float64 {
	share, digit := 0.0, 1.0
	for ; k > 0; k /= prime {
		digit /= float64(prime)
		share += digit * float64(k%prime)
	}
	return share
}

// primeAfter is the next prime.
func primeAfter(n int) int {
	for n++; ; n++ {
		prime := true
		for d := 2; d*d <= n; d++ {
			prime = prime && n%d != 0
		}
		if prime {
			return n
		}
	}
}
