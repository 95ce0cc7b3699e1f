package validate_test

import "math"

// peer is the activity model of solventx and LLEPE (Argonne), as their solver Cantera computes it: an oracle for their printed
// numbers, wrong as chemistry, no part of the program. Aqueous: Pitzer's equations for HCl with rare-earth chlorides that have
// no parameters, and the electrostatic mixing of unlike charges (Pitzer 1975, approximation of J by Harvie 1981); ln of every
// coefficient is clipped. Organic: ideal by mole fractions of extractant, dodecane and complexes, three extractants to a metal.
//
//	M + 3 HA = complex + 3 H      K = (y/N) (γ h)^3 / ((γM x) (u/N)^3)      N mol of organic per volume
type peer struct {
	logK    []float64
	diluent float64 // mol per volume of organic
	total   float64 // extractant free and bound, likewise
}

const (
	peerAphi     = 0.391447 // 0.3915 to all digits: dielectric constant of water by Bradley and Pitzer 1979, density 997.05 kg/m3, 25 °C
	peerAmix     = 0.392
	peerB        = 1.2
	waterPerKg   = 1000 / 18.01528
	beta0, beta1 = 0.177000779, 0.292922504
	cphi         = 0.000362
)

// mixingJ is J(x) of the electrostatic mixing terms, and x J'(x).
func mixingJ(x float64) (j, slope float64) {
	const c1, c2, c3, c4 = 4.581, 0.7237, 0.0120, 0.528
	if x == 0 {
		return 0, 0
	}
	t := c1 * math.Pow(x, -c2) * math.Exp(-c3*math.Pow(x, c4))
	j = x / (4 + t)
	return j, j + j*j/x*t*(c2+c3*c4*math.Pow(x, c4))
}

// mixing is Eθ of charges 1 and 3 and its derivative after the ionic strength.
func mixing(I float64) (theta, slope float64) {
	var j, s [3]float64
	for k, zz := range [...]float64{3, 1, 9} {
		j[k], s[k] = mixingJ(6 * zz * peerAmix * math.Sqrt(I))
	}
	theta = 3 / (4 * I) * (j[0] - j[1]/2 - j[2]/2)
	return theta, -theta/I + 3/(8*I*I)*(s[0]-s[1]/2-s[2]/2)
}

// gammas are ln γ of hydrogen and of any trivalent metal, of which there are metal in all, mol/kg, chloride in balance.
func gammas(h, metal float64) (lnH, lnM float64) {
	cl := h + 3*metal
	I := (h + 9*metal + cl) / 2
	root, Z := math.Sqrt(I), h+3*metal+cl
	a := 2 * root
	g, gp := 2*(1-(1+a)*math.Exp(-a))/(a*a), -2*(1-(1+a+a*a/2)*math.Exp(-a))/(a*a)
	theta, slope := mixing(I)
	F := -peerAphi*(root/(1+peerB*root)+2/peerB*math.Log1p(peerB*root)) + h*cl*beta1*gp/I + h*metal*slope
	both := h * cl * cphi / 2
	lnH = F + cl*(2*(beta0+beta1*g)+Z*cphi/2) + 2*metal*theta + both
	lnM = 9*F + 2*h*theta + 3*both
	least := -5 - 2.5*math.Log(waterPerKg/(waterPerKg+h+metal+cl))
	return max(lnH, least), max(lnM, least)
}

// peerStage is one mixer: amounts that come in, and what it holds at equilibrium.
type peerStage struct {
	a, o   float64 // flows
	x, y   []float64
	h, u   float64
	log10K []float64 // what a law of concentrations would have for a constant here
}

// equilibrate finds the equilibrium of metals and hydrogen given as amounts per time, coefficients from the last state.
func (p *peer) equilibrate(s *peerStage, metals []float64, hydrogen float64) {
	m, n := 0.0, 0.0
	for i := range s.x {
		m, n = m+s.x[i], n+s.y[i]
	}
	lnH, lnM := gammas(s.h, m)
	N := s.u + p.diluent + n
	for i, k := range p.logK {
		s.log10K[i] = k + (lnM-3*lnH-2*math.Log(N))/math.Ln10
	}
	// The closure of the extractant rises with ln(u/h).
	lo, hi := -40.0, 40.0
	for range 70 {
		mid := (lo + hi) / 2
		r := math.Exp(mid)
		s.h = hydrogen / (s.a + s.o*r)
		s.u = r * s.h
		sum := s.u
		for i, t := range metals {
			D := math.Pow(10, s.log10K[i]) * r * r * r
			s.x[i] = t / (s.a + s.o*D)
			s.y[i] = D * s.x[i]
			sum += 3 * s.y[i]
		}
		if sum > p.total {
			hi = mid
		} else {
			lo = mid
		}
	}
}

// cascade sweeps over the stages, along the organic, until nothing changes. enters[s] is the aqueous that enters at the end of
// section s: metals and hydrogen.
func (p *peer) cascade(stages []int, flow []float64, organic float64, metals [][]float64, acid []float64) (all []*peerStage, sweeps int) {
	c := len(p.logK)
	var section []int
	for k, n := range stages {
		for range n {
			s := &peerStage{a: flow[k], o: organic, x: make([]float64, c), y: make([]float64, c), h: acid[k], u: p.total, log10K: make([]float64, c)}
			copy(s.x, metals[k])
			all, section = append(all, s), append(section, k)
		}
	}
	in := make([]float64, c)
	for change := 1.0; change > 1e-12 && sweeps < 20000; sweeps++ {
		change = 0
		for j, s := range all {
			k, before := section[j], s.u/s.h
			h := p.total * organic
			clear(in)
			if j > 0 {
				h = all[j-1].u * organic
				for i := range in {
					in[i] = all[j-1].y[i] * organic
				}
			}
			x, acidIn := metals[k], acid[k]
			if j+1 < len(all) && section[j+1] == k {
				x, acidIn = all[j+1].x, all[j+1].h
			}
			h += acidIn * s.a
			for i := range in {
				in[i] += x[i] * s.a
			}
			p.equilibrate(s, in, h)
			change = max(change, math.Abs(s.u/s.h/before-1))
		}
	}
	return all, sweeps
}
