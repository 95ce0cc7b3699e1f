package chem

// standard is the temperature that enthalpies of formation refer to.
const standard = 298.15 // K

// Enthalpy is the molar enthalpy of a component at 1 bar over temperature, in the form of Shomate. With t = T / 1000 K
//
//	cp [J/mol/K] = A + B t + C t² + D t³ + E/t²
//	h  [kJ/mol]  = A t + B t²/2 + C t³/3 + D t⁴/4 − E/t + F
//
// F is set such that h is the enthalpy of formation at 298.15 K; data in the form cp = c0 + c1 T are the case C = D = E = 0.
type Enthalpy struct {
	Lo, Hi    float64 // K, range of the data; At and Cp extrapolate, callers warn
	Constants []Constant

	a, b, c, d, e, f float64
}

// At is the molar enthalpy at T (K), J/mol, enthalpy of formation at 298.15 K included.
func (h *Enthalpy) At(T float64) float64 {
	t := T / 1000
	return 1000 * (t*(h.a+t*(h.b/2+t*(h.c/3+t*h.d/4))) - h.e/t + h.f)
}

// Cp is the molar heat capacity at T (K), J/mol/K: the derivative of At.
func (h *Enthalpy) Cp(T float64) float64 {
	t := T / 1000
	return h.a + t*(h.b+t*(h.c+t*h.d)) + h.e/(t*t)
}

// linear is h = hf + ∫ (c0 + c1 T) dT from 298.15 K, with hf in J/mol, c0 in J/mol/K, c1 in J/mol/K².
func linear(hf, c0, c1 float64) *Enthalpy {
	const t = standard / 1000
	a, b := c0, 1000*c1
	return &Enthalpy{a: a, b: b, f: hf/1000 - t*(a+t*b/2)}
}
