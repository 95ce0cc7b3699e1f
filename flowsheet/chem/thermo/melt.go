package thermo

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Melt is a binary salt melt with a Redlich–Kister excess Gibbs energy over mole fractions x1 + x2 = 1, and pure solids:
//
//	Gex = x1 x2 Σk (Lk0 + Lk1 T) (x1 − x2)^k
//	R T ln (xi γi) = −Hi (1 − T/Ti)         liquidus of i, enthalpy of fusion Hi at the melting point Ti
type Melt struct {
	Name   string
	Salts  [2]string
	Fusion [2]float64 // Hi, J/mol
	Tm     [2]float64 // Ti, K
	L      [][2]float64
	Class  chem.Class
	Source string
}

// Melt finds a melt by name, such as "LiF-NdF3".
func (l *Library) Melt(name string) (*Melt, error) {
	if m, ok := l.melts[name]; ok {
		return m, nil
	}
	return nil, fmt.Errorf("no melt %q; %s", name, conf.Hint(name, slices.Sorted(maps.Keys(l.melts))))
}

// lnGamma is ln γ of salt i at mole fraction x2 and T (K).
func (m *Melt) lnGamma(i int, x2, T float64) float64 {
	x1 := 1 - x2
	g, slope := 0.0, 0.0 // Gex and its derivative by x1
	power, lower := 1.0, 0.0
	for k, l := range m.L {
		v := l[0] + l[1]*T
		g += x1 * x2 * v * power
		slope += v * ((x2-x1)*power + x1*x2*2*float64(k)*lower)
		lower, power = power, power*(x1-x2)
	}
	if i == 0 {
		return (g + x2*slope) / (R * T)
	}
	return (g - x1*slope) / (R * T)
}

// Branch is the temperature (K) at which the melt of mole fraction x2 is saturated with salt i (0 or 1). Only the higher of the two
// branches is the liquidus. It errs where there is none between 300 K and 200 K above the melting point.
func (m *Melt) Branch(i int, x2 float64) (float64, error) {
	if !(x2 > 0 && x2 < 1) {
		return 0, fmt.Errorf("%s: mole fraction %g of %s; needs one between 0 and 1", m.Name, x2, m.Salts[1])
	}
	x := [2]float64{1 - x2, x2}[i]
	lack := func(T float64) float64 { // above 0: the melt is not saturated
		return -m.Fusion[i]*(1/T-1/m.Tm[i])/R - math.Log(x) - m.lnGamma(i, x2, T)
	}
	lo, hi := 300.0, m.Tm[i]+200
	if lack(lo) > 0 || lack(hi) < 0 {
		return 0, fmt.Errorf("%s: no liquidus of %s at mole fraction %g of %s", m.Name, m.Salts[i], x2, m.Salts[1])
	}
	for hi-lo > 1e-9 {
		if middle := (lo + hi) / 2; lack(middle) >= 0 {
			hi = middle
		} else {
			lo = middle
		}
	}
	return (lo + hi) / 2, nil
}

// Eutectic is where the branches meet: the mole fraction x2 and T (K).
func (m *Melt) Eutectic() (x2, T float64, err error) {
	lo, hi := 0.01, 0.99
	for hi-lo > 1e-10 {
		x2 = (lo + hi) / 2
		first, err1 := m.Branch(0, x2)
		second, err2 := m.Branch(1, x2)
		switch {
		case err1 != nil && err2 != nil:
			return 0, 0, err1
		case err1 != nil || err2 == nil && second > first:
			hi = x2
		default:
			lo = x2
		}
		T = max(first, second)
	}
	return x2, T, nil
}

func (b *builder) readMelt(t *conf.Table, name string) {
	by := b.source(t, "by", nil)
	m := &Melt{Name: name, Class: by.class, Source: by.text}
	for i, one := range t.Tables("salts") {
		if i > 1 {
			break
		}
		m.Salts[i], m.Fusion[i], m.Tm[i] = one.Text("name"), one.Quantity("fusion", "J/mol", conf.Positive), one.Quantity("melts", "K", temperature)
		one.Close()
	}
	for _, one := range t.Tables("excess") {
		m.L = append(m.L, [2]float64{one.Quantity("constant", "J/mol", conf.Any), one.QuantityOr("slope", "J/(mol K)", 0, conf.Any)})
		one.Close()
	}
	if m.Salts[1] == "" || len(m.L) == 0 {
		t.Fault("salts", "needs two salts, and excess of one term or more")
	}
	b.lib.melts[name] = m
}

// Liquidus is the temperature (K) above which the melt of mole fraction x2 is clear, and the salt that comes out first.
func (m *Melt) Liquidus(x2 float64) (T float64, solid string, err error) {
	first, err1 := m.Branch(0, x2)
	second, err2 := m.Branch(1, x2)
	switch {
	case err1 != nil && err2 != nil:
		return 0, "", err1
	case err1 != nil || err2 == nil && second > first:
		return second, m.Salts[1], nil
	}
	return first, m.Salts[0], nil
}
