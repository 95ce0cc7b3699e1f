package thermo

import "math"

// Constants of nature: CODATA 2018, exact.
const (
	R       = 8.314462618 // J/(mol K)
	Faraday = 96485.33212 // C/mol
	Room    = 298.15      // K, where enthalpies of formation refer to
)

// piece is one polynomial of the NASA form (package comment) between lo and hi (K).
type piece struct {
	lo, hi float64
	a      [7]float64
	b      [2]float64
}

// cp is Cp, J/(mol K).
func (p *piece) cp(T float64) float64 {
	a := &p.a
	return R * ((a[0]/T+a[1])/T + a[2] + T*(a[3]+T*(a[4]+T*(a[5]+T*a[6]))))
}

// h is the enthalpy, J/mol.
func (p *piece) h(T float64) float64 {
	a := &p.a
	return R * (-a[0]/T + a[1]*math.Log(T) + p.b[0] + T*(a[2]+T*(a[3]/2+T*(a[4]/3+T*(a[5]/4+T*a[6]/5)))))
}

// s is the entropy, J/(mol K).
func (p *piece) s(T float64) float64 {
	a := &p.a
	return R * (-(a[0]/(2*T)+a[1])/T + a[2]*math.Log(T) + p.b[1] + T*(a[3]+T*(a[4]/2+T*(a[5]/3+T*a[6]/4))))
}

// polynomial is the piece with Cp = c0 + c1 T + c2/T² + c3 T² + c4 T³; c may be shorter.
func polynomial(lo, hi float64, c []float64) piece {
	p := piece{lo: lo, hi: hi}
	for i, at := range [5]int{2, 3, 0, 4, 5} {
		if i < len(c) {
			p.a[at] = c[i] / R
		}
	}
	return p
}

// shomate is the piece of the constants A to G of NIST, with t = T / 1000 K and H in kJ/mol.
func shomate(lo, hi float64, c [7]float64) piece {
	p := polynomial(lo, hi, []float64{c[0], c[1] / 1e3, c[4] * 1e6, c[2] / 1e6, c[3] / 1e9})
	p.b[0] = 1000 * c[5] / R
	// S = A ln t + B t + C t²/2 + D t³/3 − E/(2t²) + G: ln t is ln T − ln 1000, and E/(2t²) is that of the piece
	p.b[1] = (c[6] - c[0]*math.Log(1000)) / R
	return p
}

// tabulated are the pieces of a table of Cp at rising T, linear between its points.
func tabulated(T, cp []float64) []piece {
	pieces := make([]piece, len(T)-1)
	for i := range pieces {
		slope := (cp[i+1] - cp[i]) / (T[i+1] - T[i])
		pieces[i] = polynomial(T[i], T[i+1], []float64{cp[i] - slope*T[i], slope})
	}
	return pieces
}

// anchor sets the constants of integration so that the piece has H and S at T.
func (p *piece) anchor(T, H, S float64) {
	p.b = [2]float64{}
	p.b[0], p.b[1] = (H-p.h(T))/R, (S-p.s(T))/R
}
