package chem

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
)

// Exchange is an extraction model by mass action:
//
//	M^z+ + n (HA)2 = M-complex + z H+,   D = K [(HA)2]^n / [H+]^z,   one cation binds m monomers, 2 n where m is not given
//
// with concentrations, or by correlation. A base metal whose terms are given turns the extractant into its soap.
type Exchange struct {
	Name, Extractant           string
	Terms                      []ExchangeTerm // for the elements of the system that have one
	Soap                       int            // index into Terms of the soap's metal, or −1
	AcidLo, AcidHi             float64        // free acid that the constants were found at, mol/m3
	ExtractantLo, ExtractantHi float64        // extractant, monomers free and bound, mol/m3
	Constants                  []Constant
	Covariance                 Covariance
	Activity                   *Activity // nil where constants hold for concentrations
	Correlation                *LogD     // of which this is the form in free dimer, or nil
}

// Activity carries constants from no ionic strength to I, mol/L, after Davies: a trivalent cation has z2 = 9 − 3,
//
//	log10 K(I) = log10 K − A z2 (√I/(1 + B √I) − Linear I),   z2 = z² − z,   I held at Used above it
type Activity struct{ A, B, Linear, Used float64 }

// Log10 is log10 of the factor on a constant of z2 at I mol/L.
func (a *Activity) Log10(z2, I float64) float64 {
	I = min(I, a.Used)
	root := math.Sqrt(I)
	return -a.A * z2 * (root/(1+a.B*root) - a.Linear*I)
}

// Ln is ln of the factor on a constant of z2 1 at I mol/L, and its derivative after ln I.
func (a *Activity) Ln(I float64) (f, slope float64) {
	f = a.Log10(1, I) * math.Ln10
	if I < a.Used {
		root := math.Sqrt(I)
		slope = -a.A * math.Ln10 * (root/2/((1+a.B*root)*(1+a.B*root)) - a.Linear*I)
	}
	return f, slope
}

// Covariance is how the constants of a regression err together: variances of log10 K of an element, n, m and fall (decades).
// It is empty where none is known.
type Covariance struct {
	Names []string // element symbols, then "n", "m", "fall" where they were fitted
	Rows  [][]float64
}

// Molar is the concentration, mol/m3, on whose scale LnK stands.
const Molar = 1000.0

// ExchangeTerm is the constant of one element.
type ExchangeTerm struct {
	Element int     // of System.Elements
	Z, N    float64 // charge, and dimers in the reaction
	LnK     float64 // ln K, concentrations in mol/L
	DH      float64 // J/mol, enthalpy of the reaction; 0 where none is known
	// Correlated says that D is a correlation over pH and free dimer u, mol/L, in the place of mass action:
	//
	//	log10 D = log10 K + (Slope + Rise u) pH + Power log10 u
	//
	// without Rise and Power a straight line over pH, whatever the extractant; Slope 0 as well is a constant D.
	Correlated         bool
	Slope, Rise, Power float64
	Ideal              bool    // LnK stands at no ionic strength: the model's Activity carries it
	M                  float64 // monomers that one cation binds
	Fall               float64 // what ln D loses from an empty to a full organic
	Band               float64 // uncertainty of LnK, in units of LnK
	Class              Class
	Source             string
}

// Exchange is the mass-action model of that name for the elements of the system. Callers do not write to it. The error
// names the nearest model, why there is none of that extractant, or that the model belongs to another extractant than the system's.
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
	of, _, _ := strings.Cut(name, "-")
	if why := s.library.refused[refusedName(of)]; why != "" {
		return nil, fmt.Errorf("no mass-action extraction model %q: %s; there are %s", name, why, strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("no mass-action extraction model %q; %s", name, conf.Hint(name, names))
}

// exchange is a model with its terms still by element symbol.
type exchange struct {
	Exchange
	usual
	symbols []string
	order   []float64 // n of each term, 0 for the default
	usuals  []usual   // defaults of each term
	numbers [][]Constant
	soap    string
	over    string // model of the data whose terms hold where this has none
}

// usual is what holds for trivalent cations; m 0 is 2 n.
type usual struct{ n, m, fall float64 }

// OwnExchange is a model of the user's own, in a file of the form of data/exchange.toml as reetwin sx fit writes it, for the
// elements of the system. The error is conf.Faults with every fault of the file, that of reading it, or names the nearest model.
func (s *System) OwnExchange(file, name string) (*Exchange, error) {
	tree, err := conf.Load(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no file %s", file)
		}
		return nil, err
	}
	l := *s.library
	l.exchanges, l.constants, l.file = slices.Clone(l.exchanges), nil, file
	shipped := len(l.exchanges)
	root := tree.Root()
	l.readExchange(root)
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, err
	}
	var names []string
	for i := range l.exchanges[shipped:] {
		m := &l.exchanges[shipped+i]
		if m.Name != name {
			names = append(names, m.Name)
			continue
		}
		if m.Extractant != s.extractant {
			return nil, fmt.Errorf("model %q of %s is for extractant %s, which is not in the system", name, file, m.Extractant)
		}
		d := m.of(s)
		if len(d.Terms) == 0 {
			return nil, fmt.Errorf("model %q of %s knows none of the system's elements", name, file)
		}
		return &d, nil
	}
	return nil, fmt.Errorf("%s has no model %q; %s", file, name, conf.Hint(name, names))
}

func (l *library) readExchange(root *conf.Table) {
	for _, name := range root.Keys() {
		t := root.Table(name)
		if name == "refused" {
			l.refused = map[string]string{}
			for _, other := range t.Keys() {
				l.refused[other] = t.Text(other)
			}
			t.Close()
			continue
		}
		o := origin{}.under(t)
		from := len(l.constants)
		m := exchange{Exchange: Exchange{Name: name, Extractant: t.Text("extractant")}}
		if l.extractant(m.Extractant) == nil && !t.Faulty("extractant") {
			t.Fault("extractant", "there is no extractant %q; %s", m.Extractant, conf.Hint(m.Extractant, l.extractantNames()))
		}
		m.n = l.number(t, "n", "1", conf.Between(0.5, 6), o).Value
		if t.Has("m") {
			m.m = l.number(t, "m", "1", conf.Between(1, 12), o).Value
		}
		if t.Has("fall") {
			m.fall = l.number(t, "fall", "1", conf.Between(-2, 4), o).Value * math.Ln10
		}
		m.AcidLo = l.number(t, "acid_lo", "mol/m3", conf.Positive, o).Value
		m.AcidHi = l.number(t, "acid_hi", "mol/m3", conf.Positive, o).Value
		m.ExtractantLo = l.number(t, "extractant_lo", "mol/m3", conf.Positive, o).Value
		m.ExtractantHi = l.number(t, "extractant_hi", "mol/m3", conf.Positive, o).Value
		m.over = t.TextOr("over", "")
		if t.Has("activity") {
			a := t.Table("activity")
			ao := o.under(a)
			get := func(key string, r conf.Range) float64 { return l.number(a, key, "1", r, ao).Value }
			m.Activity = &Activity{A: get("A", conf.Positive), B: get("B", conf.Positive), Linear: get("linear", conf.NonNegative), Used: get("used", conf.Positive)}
			a.Close()
		}
		if t.Has("covariance") {
			l.readCovariance(&m, t.Table("covariance"), o)
		}
		m.Constants = append(m.Constants, l.constants[from:]...)
		for _, group := range entries(t, "extractant", "n", "m", "fall", "acid_lo", "acid_hi", "extractant_lo", "extractant_hi", "over", "covariance", "activity") {
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
		if err := m.layOver(l.exchanges); err != nil {
			t.Fault("over", "%v", err)
		}
		l.exchanges = append(l.exchanges, m)
		t.Close()
	}
}

// layOver adds the terms of the model that this one is laid over, with their own numbers.
func (m *exchange) layOver(data []exchange) error {
	if m.over == "" {
		return nil
	}
	var names []string
	for i := range data {
		b := &data[i]
		if b.Name != m.over {
			names = append(names, b.Name)
			continue
		}
		if b.Extractant != m.Extractant {
			return fmt.Errorf("%s is for extractant %s", b.Name, b.Extractant)
		}
		for k, symbol := range b.symbols {
			if !slices.Contains(m.symbols, symbol) {
				m.symbols, m.order, m.usuals, m.numbers = append(m.symbols, symbol), append(m.order, b.order[k]), append(m.usuals, b.usuals[k]), append(m.numbers, b.numbers[k])
				m.Terms = append(m.Terms, b.Terms[k])
			}
		}
		if m.soap == "" {
			m.soap = b.soap
		}
		return nil
	}
	return fmt.Errorf("no mass-action extraction model %q; %s", m.over, conf.Hint(m.over, names))
}

// readCovariance reads one row for every key, in the order of the keys; each of its numbers is a constant of its own, once.
func (l *library) readCovariance(m *exchange, t *conf.Table, o origin) {
	o = o.under(t)
	v := &m.Covariance
	v.Names = entries(t)
	for i, name := range v.Names {
		row := t.Numbers(name)
		if len(row) != len(v.Names) {
			if !t.Faulty(name) {
				t.Fault(name, "has %d numbers; needs one for each of %s", len(row), strings.Join(v.Names, ", "))
			}
			row = make([]float64, len(v.Names))
		}
		if _, element := l.index[name]; !element && !slices.Contains([]string{"n", "m", "fall"}, name) {
			t.Fault(name, "is no element, nor n, m or fall")
		}
		if !(row[i] >= 0) {
			t.Fault(name, "has a variance of %g", row[i])
		}
		v.Rows = append(v.Rows, row)
		for k := range i + 1 {
			if off := math.Abs(row[k] - v.Rows[k][i]); off > 1e-9*math.Abs(row[k])+1e-300 {
				t.Fault(name, "is not symmetric: %g with %s, and %g the other way", row[k], v.Names[k], v.Rows[k][i])
			}
			c := Constant{Name: t.Path() + "." + name + "." + v.Names[k], Value: row[k], Unit: "1", Class: o.class, Source: o.source, Range: o.validity, File: l.file}
			l.constants = append(l.constants, c)
		}
	}
	t.Close()
}

func (l *library) readExchangeTerm(m *exchange, all *conf.Table, symbol string, o origin) {
	t := all.Table(symbol)
	to := o.under(t)
	numbers := []Constant{l.number(t, "logK", "1", conf.Between(-30, 30), to), l.number(t, "band", "1", conf.Positive, to)}
	optional := func(key, unit string, r conf.Range) (v float64) {
		if t.Has(key) {
			q := l.number(t, key, unit, r, to)
			v, numbers = q.Value, append(numbers, q)
		}
		return v
	}
	n, dH := optional("n", "1", conf.Between(0.5, 6)), optional("dH", "J/mol", conf.Between(-2e5, 2e5))
	correlated := t.Has("slope")
	slope, rise, power := optional("slope", "1", conf.Between(0, 10)), 0.0, 0.0
	if correlated {
		rise, power = optional("rise", "1", conf.Between(-100, 100)), optional("power", "1", conf.Between(-10, 10))
	}
	binds := optional("m", "1", conf.Between(1, 12))
	t.Close()
	for _, s := range m.symbols {
		if s == symbol {
			all.Fault(symbol, "has a term already")
		}
	}
	if _, ok := l.index[symbol]; !ok {
		all.Fault(symbol, "is no element")
	}
	m.symbols, m.order, m.numbers, m.usuals = append(m.symbols, symbol), append(m.order, n), append(m.numbers, numbers), append(m.usuals, m.usual)
	m.Terms = append(m.Terms, ExchangeTerm{LnK: numbers[0].Value * math.Ln10, Band: numbers[1].Value * math.Ln10, DH: dH, Class: to.class, Source: to.source,
		Correlated: correlated, Slope: slope, Rise: rise, Power: power, M: binds, Ideal: m.Activity != nil && !correlated})
}

// At is ln K at a temperature in K.
func (t *ExchangeTerm) At(T float64) float64 {
	const gas, standard = 8.314462618, 298.15 // J/(mol K), CODATA 2018; K
	return t.LnK - t.DH/gas*(1/T-1/standard)
}

// addExchanges takes each model into the system, then the correlations over pH and dosage.
func (l *library) addExchanges(s *System) {
	for i := range l.exchanges {
		s.exchanges = append(s.exchanges, l.exchanges[i].of(s))
	}
	for i := range s.models {
		s.exchanges = append(s.exchanges, s.models[i].exchange())
	}
}

// exchange is the correlation with free dimer in the place of the dosage. One cation binds one monomer per charge, and a free
// monomer is half a dimer.
func (m *LogD) exchange() Exchange {
	strength := func(dosage float64) float64 { return dosage / 100 / m.PureVolume } // monomers, mol/m3
	acid := func(pH float64) float64 { return Molar * math.Pow(10, -pH) }
	d := Exchange{Name: m.Name, Extractant: m.Extractant, Soap: -1, Constants: m.Constants, Correlation: m,
		AcidLo: acid(m.PHHi), AcidHi: acid(m.PHLo), ExtractantLo: strength(m.DosageLo), ExtractantHi: strength(m.DosageHi)}
	dosage := 100 * m.PureVolume * 2 * Molar // of free dimer at 1 mol/L
	for _, t := range m.Terms {
		q := ExchangeTerm{Element: t.Element, Z: t.Z, Correlated: true, Class: t.Class, Source: t.Source}
		q.N, q.M, q.LnK = q.Z, q.Z, math.Log(t.D)
		if !t.Constant {
			q.LnK = t.B0*math.Ln10 + t.B1*math.Log(dosage)
			q.Slope, q.Rise, q.Power = t.M0, t.M1*dosage, t.B1
		}
		d.Terms = append(d.Terms, q)
	}
	return d
}

// of keeps the terms of elements that are in both the aqueous and the organic phase of a system; none where the model is for
// another extractant.
func (m *exchange) of(s *System) Exchange {
	d := m.Exchange
	d.Terms, d.Constants, d.Soap = nil, nil, -1
	if d.Extractant != s.extractant {
		return d
	}
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
			term.N, term.Fall = m.usuals[k].n, m.usuals[k].fall
			if term.M == 0 {
				term.M = m.usuals[k].m
			}
		case term.N == 0:
			term.N = term.Z
		}
		if term.M == 0 {
			term.M = 2 * term.N
		}
		if term.Correlated {
			term.Fall = 0
		}
		if m.symbols[k] == m.soap {
			d.Soap = len(d.Terms)
		}
		d.Terms = append(d.Terms, term)
		d.Constants = append(d.Constants, m.numbers[k]...)
	}
	return d
}
