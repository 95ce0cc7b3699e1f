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

// krylov is the space in which the change of the sums along a tangent is sought.
type krylov struct {
	basis       [][]float64 // one more than hessenberg has columns
	hessenberg  [][]float64 // by column
	cosine, sin []float64
	right       []float64
	z           []float64 // the change of the sums
}

const directions = 40 // of the space, at most; the sums of a few abundant ions decide

func newKrylov(n int) *krylov {
	f := func(n int) []float64 { return make([]float64, n) }
	k := &krylov{cosine: f(directions), sin: f(directions), right: f(directions + 1), z: f(n)}
	for range directions {
		k.hessenberg = append(k.hessenberg, f(directions+1))
	}
	for range directions + 1 {
		k.basis = append(k.basis, f(n))
	}
	return k
}

// settle makes the tangent in f and the border exact for SIT. What the sums change by, z, follows from what the molalities change by and
// acts on it: z = c + M z, where M is one solve with the factors in hand. Iterating would not do: with a pH held in a strong buffer M
// is above 1. GMRES takes it.
func (s *Solver) settle(totals []float64, pH float64) error {
	const enough = 1e-10 // of the largest relative change of a total, or of a free molality
	k, n := s.krylov, s.sp.n()
	z := k.z[:n]
	clear(z)
	s.answer(totals, pH, z, k.basis[0][:n])
	if size := norm(k.basis[0][:n]); size > 0 {
		s.gmres(size)
	}
	out := k.basis[0][:n]
	s.answer(totals, pH, z, out)
	off, size := 0.0, math.Abs(pH)
	for i, v := range out {
		off, size = max(off, math.Abs(v-z[i])), max(size, math.Abs(v))
	}
	for j, c := range s.comp {
		size = max(size, math.Abs(s.f[j]), math.Abs(totals[c])/s.scale[j])
	}
	if !(off <= enough*size) {
		return errUnsettled
	}
	return nil
}

// gmres solves z − M z = c, with c of the given length in the first place of the basis, and leaves it in z.
func (s *Solver) gmres(size float64) {
	const enough = 1e-14
	k, n := s.krylov, s.sp.n()
	scale(k.basis[0][:n], 1/size)
	clear(k.right)
	k.right[0] = size
	used := 0
	for j := 0; j < directions && math.Abs(k.right[j]) > enough*size; j++ {
		v, w, h := k.basis[j][:n], k.basis[j+1][:n], k.hessenberg[j]
		s.answer(nil, 0, v, w)
		for i := range w {
			w[i] = v[i] - w[i]
		}
		for i := range j + 1 {
			h[i] = dot(w, k.basis[i][:n])
			axpy(-h[i], k.basis[i][:n], w)
		}
		h[j+1] = norm(w)
		if h[j+1] > 0 {
			scale(w, 1/h[j+1])
		}
		for i := range j {
			h[i], h[i+1] = k.cosine[i]*h[i]+k.sin[i]*h[i+1], k.cosine[i]*h[i+1]-k.sin[i]*h[i]
		}
		r := math.Hypot(h[j], h[j+1])
		if r == 0 {
			break
		}
		k.cosine[j], k.sin[j] = h[j]/r, h[j+1]/r
		h[j] = r
		k.right[j], k.right[j+1] = k.cosine[j]*k.right[j], -k.sin[j]*k.right[j]
		used = j + 1
	}
	for j := used - 1; j >= 0; j-- {
		k.right[j] /= k.hessenberg[j][j]
		for i := range j {
			k.right[i] -= k.right[j] * k.hessenberg[j][i]
		}
		axpy(k.right[j], k.basis[j][:n], k.z)
	}
}

func norm(v []float64) float64 { return math.Sqrt(dot(v, v)) }

func scale(v []float64, a float64) {
	for i := range v {
		v[i] *= a
	}
}

// answer takes the tangent in a direction (none without totals) with the sums changing by z, and sets out to what they then change by.
func (s *Solver) answer(totals []float64, pH float64, z, out []float64) {
	nc, n, g := len(s.comp), s.sp.n(), &s.border.f
	if totals != nil {
		s.direct(totals, pH)
	} else {
		clear(s.f[:nc+s.so.n()])
		*g = [4]float64{}
	}
	s.push(z)
	s.again(s.f)
	dm, strength := s.dm[:n], 0.0
	for i := range dm {
		cols, a := s.sp.span(i)
		v := (s.sp.cz[i]*s.dD+s.sp.cn[i]*s.dN)*g[ofStrength] + s.sp.water[i]*g[ofActivity] + s.dLag[i]
		for k, c := range cols {
			v += a[k] * s.f[c]
		}
		dm[i] = s.m[i] * v
		strength += s.z2[i] / 2 * dm[i]
	}
	s.pairSums(out, dm, s.unit())
	if s.strSum > s.sys.activity.sit.used { // there E goes with 1/I
		axpy(-strength/s.strSum, s.E[:n], out)
	}
}

// push adds what a change z of the sums does to the right sides.
func (s *Solver) push(z []float64) {
	nc, b, kg := len(s.comp), &s.border, s.kg
	_, slope := s.waterActivity()
	for i, m := range s.m[:s.sp.n()] {
		s.dLag[i] = s.formed(i, z)
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
			s.f[nc+k] -= s.freed(k, z)
		}
	}
	b.f[ofTitrant] -= z[s.pos[H]]
}
