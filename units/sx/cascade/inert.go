package cascade

// inert finds the concentration of a solute of the aqueous alone by stages: the same balances with D = 0.
func (k *Cascade) inert(feed, out []float64) {
	L := len(k.links)
	k.inertPivots()
	copy(out, feed)
	k.inertSolve(out)
	if L == 0 {
		return
	}
	var room [64]float64
	var come [8]float64
	g, b := room[:L*L], come[:L]
	for m, z := range k.links {
		w := k.inertAnswer[m]
		clear(w)
		w[z.to] = 1
		k.inertSolve(w)
		escape := 0.0
		for j, x := range w {
			escape += k.outA[j] * x
		}
		for l, q := range k.links {
			if l != m {
				g[l*L+m] = q.a * w[q.from]
			}
		}
		g[m*L+m] = escape
		b[m] = z.a * out[z.from]
	}
	surplusFactor(g, L)
	surplusSolve(g, b)
	for l, w := range k.inertAnswer[:L] {
		for j, x := range w {
			out[j] += b[l] * x
		}
	}
}

// inertPivots eliminates; what leaves by a link counts as leaving.
func (k *Cascade) inertPivots() {
	e := 0.0
	for j := range k.n {
		e = k.exitA(j) + k.downA[j]*e
		k.inertPivot[j] = e + k.upA[j]
		e /= k.inertPivot[j]
	}
}

func (k *Cascade) inertSolve(q []float64) {
	for j := 1; j < k.n; j++ {
		q[j] += k.upA[j-1] / k.inertPivot[j-1] * q[j-1]
	}
	for j := k.n - 1; j >= 0; j-- {
		if j < k.n-1 {
			q[j] += k.downA[j+1] * q[j+1]
		}
		q[j] /= k.inertPivot[j]
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
