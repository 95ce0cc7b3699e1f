package cascade

// inertSpace is the elimination of the balances of what the organic does not take: those of a cation with D = 0. The aqueous flows alone decide it, so that
// it serves every solute, and every direction of a tangent.
type inertSpace struct {
	feed    []float64   // [n] scratch
	per, up []float64   // [n] 1/pivot, and the part that goes up
	answer  [][]float64 // [link][n] of all stages to a unit that arrives by it
	gain    []float64   // [links²] factors of 1 − the gains
}

func newInertSpace(n, links int) inertSpace {
	s := inertSpace{feed: make([]float64, n), per: make([]float64, n), up: make([]float64, n), gain: make([]float64, links*links)}
	for range links {
		s.answer = append(s.answer, make([]float64, n))
	}
	return s
}

// eliminateInert prepares inert for the flows at hand; what leaves by a link counts as leaving.
func (k *Cascade) eliminateInert() {
	s, L := &k.solute, len(k.links)
	e := 0.0
	for j := range k.n {
		e = k.exitA(j) + k.downA[j]*e
		s.per[j] = 1 / (e + k.upA[j])
		s.up[j] = k.upA[j] * s.per[j]
		e *= s.per[j]
	}
	for m, z := range k.links {
		w := s.answer[m]
		clear(w)
		w[z.to] = 1
		k.inertSolve(w)
		escape := 0.0
		for j, x := range w {
			escape += k.outA[j] * x
		}
		for l, q := range k.links {
			if l != m {
				s.gain[l*L+m] = q.a * w[q.from]
			}
		}
		s.gain[m*L+m] = escape
	}
	surplusFactor(s.gain[:L*L], L)
}

// inert finds the concentration of a solute of the aqueous alone by stages.
func (k *Cascade) inert(feed, out []float64) {
	L := len(k.links)
	copy(out, feed)
	k.inertSolve(out)
	var room [8]float64
	b := room[:L]
	for m, z := range k.links {
		b[m] = z.a * out[z.from]
	}
	surplusSolve(k.solute.gain[:L*L], b)
	for l, b := range b {
		if b == 0 {
			continue
		}
		for j, x := range k.solute.answer[l] {
			out[j] += b * x
		}
	}
}

func (k *Cascade) inertSolve(q []float64) {
	s := &k.solute
	for j := 1; j < k.n; j++ {
		q[j] += s.up[j-1] * q[j-1]
	}
	for j := k.n - 1; j >= 0; j-- {
		if j < k.n-1 {
			q[j] += k.downA[j+1] * q[j+1]
		}
		q[j] *= s.per[j]
	}
}

// exitA is what leaves stage j with the aqueous for good or by a link.
func (k *Cascade) exitA(j int) float64 {
	t := k.outA[j]
	for _, l := range k.links {
		if l.from == j {
			t += l.a
		}
	}
	return t
}
