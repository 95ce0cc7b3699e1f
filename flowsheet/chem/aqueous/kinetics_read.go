package aqueous

import (
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
)

// activationEnergies holds every energy of the tables used; the 250 kJ/mol that Palandri and Kharaka list for apatites
// is outside it.
var activationEnergies = conf.Between(0, 100e3)

func (r *kineticsReader) limestone(root *conf.Table, l *LimestoneRate) {
	t, o := r.open(root, "limestone", kineticsOrigin{})
	unit := math.Log(r.number(t, "unit", "mol/(m2 s)", conf.Positive, o))
	constant := func(key string) arrhenius {
		own, oo := r.open(t, key, o)
		a := arrhenius{r.number(own, "a", "1", conf.Any, oo)*math.Ln10 + unit, r.number(own, "b", "K", conf.Any, oo) * math.Ln10}
		own.Close()
		return a
	}
	l.k1, l.k2, l.cold, l.warm = constant("k1"), constant("k2"), constant("k3_cold"), constant("k3_warm")
	if l.warm.ln == l.cold.ln {
		t.Fault("k3_warm", "never meets k3_cold")
	}
	l.change = (l.warm.slope - l.cold.slope) / (l.warm.ln - l.cold.ln)
	l.power = r.number(t, "power", "1", conf.Positive, o)
	armour, ao := r.open(t, "armour", o)
	l.seen = r.number(armour, "iron", "mol/m3", conf.Positive, ao)
	l.from = r.number(armour, "from", "mol/m3", conf.NonNegative, ao)
	l.ArmouredIn = r.number(armour, "dead", "s", conf.Positive, ao)
	armour.Close()
	t.Close()
}

// mineralUnits are the units that the rate constants of the minerals are in.
type mineralUnits struct{ rate, at, atmosphere float64 } // mol/(m2 s), K, Pa

// minerals reads the laws of a file over those of the files before it. Only the first file has the units.
func (r *kineticsReader) minerals(root *conf.Table, before []MineralRate) []MineralRate {
	t, o := r.open(root, "mineral", kineticsOrigin{})
	if before == nil {
		r.units = mineralUnits{r.number(t, "unit", "mol/(m2 s)", conf.Positive, o), r.number(t, "base", "K", conf.Positive, o),
			r.number(t, "atmosphere", "Pa", conf.Positive, o)}
	}
	u, list := r.units, slices.Clone(before)
	laws, lo := r.open(t, "law", o)
	for _, name := range r.named(laws) {
		own, oo := r.open(laws, name, lo)
		r.list = slices.DeleteFunc(r.list, func(f Figure) bool { return strings.HasPrefix(f.Name, own.Path()+".") })
		m := MineralRate{Name: name, Sigma: 1, Factor: 1, reference: measuredAt{u.at, r.within}}
		if own.Has("of") {
			r.analogue(own, oo, list, &m)
		} else {
			r.law(own, oo, u, &m)
		}
		own.Close()
		if i := slices.IndexFunc(list, func(l MineralRate) bool { return l.Name == name }); i >= 0 {
			list[i] = m
		} else {
			list = append(list, m)
		}
	}
	laws.Close()
	t.Close()
	return list
}

// analogue takes the terms of a mineral that stands before it.
func (r *kineticsReader) analogue(t *conf.Table, o kineticsOrigin, list []MineralRate, m *MineralRate) {
	m.Analogue = t.Text("of")
	m.Factor = r.number(t, "factor", "1", conf.Positive, o)
	for _, other := range list {
		if other.Name == m.Analogue {
			m.Terms, m.Sigma, m.noActivation = other.Terms, other.Sigma, other.noActivation
			return
		}
	}
	t.Fault("of", "there is no mineral %q above", m.Analogue)
}

func (r *kineticsReader) law(t *conf.Table, o kineticsOrigin, u mineralUnits, m *MineralRate) {
	if t.Has("sigma") {
		m.Sigma = r.number(t, "sigma", "1", conf.Positive, o)
	}
	if t.BoolOr("irreversible", false) {
		m.Sigma = 0
	}
	for _, key := range r.named(t) {
		if key == "sigma" || key == "irreversible" {
			continue
		}
		own, oo := r.open(t, key, o)
		term := r.term(own, oo, u)
		term.Name = key
		m.noActivation = m.noActivation || !own.Has("Ea")
		m.Terms = append(m.Terms, term)
		own.Close()
	}
	if len(m.Terms) == 0 {
		t.Fault("", "has no term")
	}
}

// term reads a path: logk at the base temperature, or A.
func (r *kineticsReader) term(t *conf.Table, o kineticsOrigin, u mineralUnits) RateTerm {
	exponent := func(key string) float64 {
		if !t.Has(key) {
			return 0
		}
		return r.number(t, key, "1", conf.Any, o)
	}
	term := RateTerm{H: exponent("H"), CO2: exponent("CO2"), Al: exponent("Al"), O2: exponent("O2")}
	if t.Has("Ea") {
		term.Ea = r.number(t, "Ea", "J/mol", activationEnergies, o)
	}
	term.k.slope = term.Ea / r.gas
	if t.Has("A") {
		term.k.ln = math.Log(r.number(t, "A", "mol/(m2 s)", conf.Positive, o))
	} else {
		term.k.ln = r.number(t, "logk", "1", conf.Any, o)*math.Ln10 + math.Log(u.rate) + term.k.slope/u.at
	}
	term.k.ln -= term.CO2 * math.Log(u.atmosphere)
	return term
}
