package aqueous

import (
	"errors"
	"math"
)

// interact sets the SIT sums of the molalities in hand, for the next speciate to use; drift is the largest change.
func (s *Solver) interact() {
	n := s.sp.n()
	E := s.E[:n]
	s.pairSums(E, s.m, s.unit())
	s.drift = 0
	for i := range n { // the free species come first, in the order of the components
		v := s.formed(i, E)
		s.drift = max(s.drift, math.Abs(v-s.lag[i]))
		s.lag[i] = v
	}
	for k := range s.so.n() {
		s.soLag[k] = s.freed(k, E)
	}
}

// unit is ln 10, less above the ionic strength at which the sums are held.
func (s *Solver) unit() float64 {
	if used := s.sys.activity.sit.used; s.strSum > used {
		return ln10 * used / s.strSum
	}
	return ln10
}

// pairSums sets E to unit Σ ε m.
func (s *Solver) pairSums(E, m []float64, unit float64) {
	clear(E)
	for _, p := range s.pairs {
		E[p.i] += p.value * unit * m[p.k]
		E[p.k] += p.value * unit * m[p.i]
	}
}

// formed is what the sums E do to ln m of species i; freed, to ln IAP of solid k.
func (s *Solver) formed(i int, E []float64) float64 {
	cols, a := s.sp.span(i)
	v := -E[i]
	for k, c := range cols {
		v += a[k] * E[c]
	}
	return v
}

func (s *Solver) freed(k int, E []float64) (v float64) {
	cols, b := s.so.span(k)
	for i, c := range cols {
		v += b[i] * E[c]
	}
	return v
}

var errUnsettled = errors.New("aqueous: the SIT interaction sums do not settle along this tangent: it is not given")

// settle makes the tangent in f and the border exact for SIT. What the sums change by follows from what the molalities change by and
// acts on it; the two are iterated, which contracts as it does in the equilibrium itself.
func (s *Solver) settle(totals []float64, pH float64) error {
	const enough, most = 1e-13, 300
	n := s.sp.n()
	dE := s.dE[:n]
	clear(dE)
	clear(s.dLag[:n])
	for range most {
		if moved, size := s.drifted(); moved <= enough*size {
			return nil
		}
		s.direct(totals, pH)
		s.push()
		s.again(s.f)
	}
	return errUnsettled
}

// drifted sets dE and dLag by the change of the molalities along the tangent in hand; it returns the largest change of dE, and its size.
func (s *Solver) drifted() (moved, size float64) {
	n, g := s.sp.n(), &s.border.f
	dm, dE := s.dm[:n], s.dE[:n]
	strength := 0.0
	for i := range dm {
		cols, a := s.sp.span(i)
		v := (s.sp.cz[i]*s.dD+s.sp.cn[i]*s.dN)*g[ofStrength] + s.sp.water[i]*g[ofActivity] + s.dLag[i]
		for k, c := range cols {
			v += a[k] * s.f[c]
		}
		dm[i] = s.m[i] * v
		strength += s.z2[i] / 2 * dm[i]
	}
	before := s.dLag[:n] // room until it is set below
	copy(before, dE)
	s.pairSums(dE, dm, s.unit())
	if s.strSum > s.sys.activity.sit.used { // there E goes with 1/I
		for i := range dE {
			dE[i] -= s.E[i] * strength / s.strSum
		}
	}
	for i, v := range dE {
		moved, size = max(moved, math.Abs(v-before[i])), max(size, math.Abs(v))
	}
	for i := range n {
		s.dLag[i] = s.formed(i, dE)
	}
	return moved, size
}

// push adds what dE does to the right sides.
func (s *Solver) push() {
	nc, b, kg := len(s.comp), &s.border, s.kg
	_, slope := s.waterActivity()
	for i, m := range s.m[:s.sp.n()] {
		v := m * s.dLag[i]
		cols, a := s.sp.span(i)
		for k, c := range cols {
			s.f[c] -= kg * a[k] * v
		}
		b.f[ofStrength] -= s.z2[i] / 2 * v
		b.f[ofActivity] -= slope * v
		b.f[ofWater] -= kg * s.sp.water[i] * v
	}
	for k := range s.so.n() {
		if s.active[k] {
			s.f[nc+k] -= s.freed(k, s.dE)
		}
	}
	b.f[ofTitrant] -= s.dE[s.pos[H]]
}
