package chem

import (
	"fmt"
	"math"

	"reetwin/flowsheet/conf"
)

// Exchange is an extraction model by mass action:
//
//	M^z+ + n (HA)2 = M-complex + z H+,   D = K [(HA)2]^n / [H+]^z,   one cation binds 2 n monomers
//
// with concentrations. A base metal whose terms are given turns the extractant into its soap.
type Exchange struct {
	Name, Extractant           string
	Terms                      []ExchangeTerm // for the elements of the system that have one
	Soap                       int            // index into Terms of the soap's metal, or −1
	AcidLo, AcidHi             float64        // free acid that the constants were found at, mol/m3
	ExtractantLo, ExtractantHi float64        // extractant, monomers free and bound, mol/m3
	Constants                  []Constant
}

// Molar is the concentration, mol/m3, on whose scale LnK stands.
const Molar = 1000.0

// ExchangeTerm is the constant of one element.
type ExchangeTerm struct {
	Element int     // of System.Elements
	Z, N    float64 // charge, and dimers in the reaction
	LnK     float64 // ln K, concentrations in mol/L
	DH      float64 // J/mol, enthalpy of the reaction; 0 where none is known
	Fall    float64 // what ln D loses from an empty to a full organic
	Band    float64 // uncertainty of LnK, in units of LnK
	Class   Class
	Source  string
}

// Exchange is the mass-action model of that name for the elements of the system. Callers do not write to it. The error
// names the nearest model, or says that the model belongs to another extractant than the system's.
func (s *System) Exchange(name string) (*Exchange, error) {
	var names []string
	for i := range s.exchanges {
		m := &s.exchanges[i]
		if m.Name == name {
			if m.Extractant != s.extractant {
				return nil, fmt.Errorf("extraction model %q is for extractant %s, which is not in the system", name, m.Extractant)
			}
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, fmt.Errorf("no mass-action extraction model %q; %s", name, conf.Hint(name, names))
}

// exchange is a model with its terms still by element symbol.
type exchange struct {
	Exchange
	n       float64 // of trivalent cations
	fall    float64 // likewise
	symbols []string
	order   []float64 // n of each term, 0 for the default
	numbers [][]Constant
	soap    string
}

func (l *library) readExchange(root *conf.Table) {
	for _, name := range root.Keys() {
		t := root.Table(name)
		o := origin{}.under(t)
		from := len(l.constants)
		m := exchange{Exchange: Exchange{Name: name, Extractant: t.Text("extractant")}}
		if l.extractant(m.Extractant) == nil {
			t.Fault("extractant", "there is no extractant %q", m.Extractant)
		}
		m.n = l.number(t, "n", "1", conf.Between(0.5, 6), o).Value
		if t.Has("fall") {
			m.fall = l.number(t, "fall", "1", conf.Between(-2, 4), o).Value * math.Ln10
		}
		m.AcidLo = l.number(t, "acid_lo", "mol/m3", conf.Positive, o).Value
		m.AcidHi = l.number(t, "acid_hi", "mol/m3", conf.Positive, o).Value
		m.ExtractantLo = l.number(t, "extractant_lo", "mol/m3", conf.Positive, o).Value
		m.ExtractantHi = l.number(t, "extractant_hi", "mol/m3", conf.Positive, o).Value
		m.Constants = append(m.Constants, l.constants[from:]...)
		for _, group := range entries(t, "extractant", "n", "fall", "acid_lo", "acid_hi", "extractant_lo", "extractant_hi") {
			all := t.Table(group)
			po := o.under(all)
			for _, symbol := range entries(all) {
				l.readExchangeTerm(&m, all, symbol, po)
				if group == "soap" {
					m.soap = symbol
				}
			}
			all.Close()
		}
		l.exchanges = append(l.exchanges, m)
		t.Close()
	}
}

func (l *library) readExchangeTerm(m *exchange, all *conf.Table, symbol string, o origin) {
	t := all.Table(symbol)
	to := o.under(t)
	numbers := []Constant{l.number(t, "logK", "1", conf.Between(-30, 30), to), l.number(t, "band", "1", conf.Positive, to)}
	n := 0.0
	if t.Has("n") {
		q := l.number(t, "n", "1", conf.Between(0.5, 6), to)
		n, numbers = q.Value, append(numbers, q)
	}
	dH := 0.0
	if t.Has("dH") {
		q := l.number(t, "dH", "J/mol", conf.Between(-2e5, 2e5), to)
		dH, numbers = q.Value, append(numbers, q)
	}
	t.Close()
	for _, s := range m.symbols {
		if s == symbol {
			all.Fault(symbol, "has a term already")
		}
	}
	if _, ok := l.index[symbol]; !ok {
		all.Fault(symbol, "is no element")
	}
	m.symbols, m.order, m.numbers = append(m.symbols, symbol), append(m.order, n), append(m.numbers, numbers)
	m.Terms = append(m.Terms, ExchangeTerm{LnK: numbers[0].Value * math.Ln10, Band: numbers[1].Value * math.Ln10, DH: dH, Class: to.class, Source: to.source})
}

// At is ln K at a temperature in K.
func (t *ExchangeTerm) At(T float64) float64 {
	const gas, standard = 8.314462618, 298.15 // J/(mol K), CODATA 2018; K
	return t.LnK - t.DH/gas*(1/T-1/standard)
}

// addExchanges keeps of each model the terms of elements that are in both the aqueous and the organic phase.
func (l *library) addExchanges(s *System) {
	for _, m := range l.exchanges {
		d := m.Exchange
		d.Terms, d.Constants, d.Soap = nil, nil, -1
		if d.Extractant == s.extractant {
			d.Constants = append(d.Constants, m.Exchange.Constants...)
			for k, term := range m.Terms {
				e, ok := s.element[m.symbols[k]]
				if !ok {
					continue
				}
				aqueous := s.ByKey(Aqueous, e)
				if aqueous < 0 || s.ByKey(Organic, e) < 0 {
					continue
				}
				term.Element, term.Z = e, s.Components[aqueous].Charge
				switch term.N = m.order[k]; {
				case term.N == 0 && term.Z == 3:
					term.N, term.Fall = m.n, m.fall
				case term.N == 0:
					term.N = term.Z
				}
				if m.symbols[k] == m.soap {
					d.Soap = len(d.Terms)
				}
				d.Terms = append(d.Terms, term)
				d.Constants = append(d.Constants, m.numbers[k]...)
			}
		}
		s.exchanges = append(s.exchanges, d)
	}
}
