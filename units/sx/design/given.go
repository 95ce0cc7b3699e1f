package design

import "reetwin/flowsheet/conf"

// Given are the limits, costs and habits that a file may set. What it leaves out is assumed, and listed as such.
type Given struct {
	Numbers []Number

	mole                        bool    // purity by mole, not by mass of M2O3
	extractant                  float64 // mol/m3 as monomer
	bleed                       float64
	soapLo, soapHi              float64
	loading, phMax, residualMax float64
	gel                         float64 // mol of rare earths per mol of extractant from which a warning is due
	ratioLo, ratioHi            float64
	scrubLo, scrubHi            float64 // acid, mol/m3
	stripLo, stripHi            float64
	section, stripMost, total   int
	mixer, settler, tank        float64 // s
	organicCarried, aqCarried   float64
	stageCost                   float64 // USD/m3/s
	acidCost, soda, lime        float64 // USD/kg
}

// Number is one number that a design rests on, as the file has it or as it is assumed.
type Number struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"` // SI
	Unit  string  `json:"unit"`
	Class string  `json:"class"` // "given" or "assumed"
	Why   string  `json:"why,omitempty"`
}

// habit is where a number comes from that any plant might have.
const habit = "usual practice"

// year is a Julian year in seconds.
const year = 365.25 * 86400

// readGiven reads what may be left out; ph is the assumed limit of pH, and why.
func readGiven(t *conf.Table, ph float64, why string) Given {
	var g Given
	g.mole = t.ChoiceOr("basis", "mass", "mass", "mole") == "mole"
	of := func(table *conf.Table, key, unit string, def float64, r conf.Range, why string) float64 {
		v := table.QuantityOr(key, unit, def, r)
		n := Number{Name: key, Value: v, Unit: unit, Class: "given"}
		if path := table.Path(); path != "" {
			n.Name = path + "." + key
		}
		if !table.Has(key) {
			n.Class, n.Why = "assumed", why
		}
		g.Numbers = append(g.Numbers, n)
		return v
	}
	w := t.Table("organic")
	g.extractant = of(w, "extractant", "mol/m3", 1500, conf.Between(1, 1e4), habit)
	g.bleed = of(w, "bleed", "1", 0.01, conf.Between(0, 0.5), "to regeneration")
	w.Close()
	w = t.Table("window")
	parts := conf.Between(0, 0.5)
	g.soapLo = of(w, "saponification_min", "1", 0, parts, "none at all")
	g.soapHi = of(w, "saponification_max", "1", 0.5, parts, "usual are 0.3 to 0.5")
	g.loading = of(w, "loading_max", "1", 0.85, conf.Between(0.05, 0.99), "gel and third phase above")
	g.gel = of(w, "gel_limit", "1", 0.1333, conf.Between(0.01, 1), "warned of above: 0.2 mol/L of rare earths in 1.5 mol/L PC88A")
	g.ratioLo = of(w, "O_A_min", "1", 0.1, conf.Between(1e-3, 1), "mixer-settlers, by overall flows")
	g.ratioHi = of(w, "O_A_max", "1", 10, conf.Between(1, 1e3), "mixer-settlers, by overall flows")
	g.residualMax = of(w, "strip_residual_max", "1", 0.01, conf.Between(1e-6, 0.9), "of the load, usual practice")
	g.phMax = of(w, "pH_max", "1", ph, conf.Between(0, 14), why)
	acid := conf.Between(1, 12000)
	g.scrubLo = of(w, "scrub_acid_min", "mol/m3", 100, acid, "room for the search")
	g.scrubHi = of(w, "scrub_acid_max", "mol/m3", 6000, acid, habit)
	g.stripLo = of(w, "strip_acid_min", "mol/m3", 500, acid, "room for the search")
	g.stripHi = of(w, "strip_acid_max", "mol/m3", 6000, acid, "usual are 3 to 6 mol/L")
	count := func(key string, def, least, most int) int {
		n := Number{Name: "window." + key, Value: float64(w.IntOr(key, def, least, most)), Unit: "1", Class: "given"}
		if !w.Has(key) {
			n.Class, n.Why = "assumed", "room for the search"
		}
		g.Numbers = append(g.Numbers, n)
		return int(n.Value)
	}
	g.section = count("section_stages_max", 120, 1, 200)
	g.stripMost = count("strip_stages_max", 16, 1, 200)
	g.total = count("stages_max", 200, 3, 600)
	for _, p := range []struct {
		lo, hi string
		ok     bool
	}{{"saponification_min", "saponification_max", g.soapLo <= g.soapHi}, {"scrub_acid_min", "scrub_acid_max", g.scrubLo <= g.scrubHi},
		{"strip_acid_min", "strip_acid_max", g.stripLo <= g.stripHi}} {
		if !p.ok {
			w.Fault(p.lo, "is above %s", p.hi)
		}
	}
	w.Close()
	g.costs(t, of)
	return g
}

// costs reads the vessels and what things cost.
func (g *Given) costs(t *conf.Table, of func(table *conf.Table, key, unit string, def float64, r conf.Range, why string) float64) {
	w := t.Table("equipment")
	times, carried := conf.Between(1, 1e5), conf.Between(0, 0.02)
	g.mixer = of(w, "mixer_time", "s", 180, times, "3 to 6 min are usual")
	g.settler = of(w, "settler_time", "s", 720, times, habit)
	g.tank = of(w, "organic_tank_time", "s", 3600, times, habit)
	g.organicCarried = of(w, "organic_carried", "1", 1e-4, carried, "50 to 300 ppm are usual")
	g.aqCarried = of(w, "aqueous_carried", "1", 1e-4, carried, "50 to 300 ppm are usual")
	w.Close()
	w = t.Table("cost")
	g.stageCost = of(w, "stage", "USD/m3/s", 1500/year, conf.NonNegative, "1500 USD/m3/a: boxes and the organic in them, by volume of mixer and settler")
	g.acidCost = of(w, "HCl", "USD/kg", 0.25, conf.NonNegative, "as 100 %")
	g.soda = of(w, "NaOH", "USD/kg", 0.5, conf.NonNegative, "as 100 %")
	g.lime = of(w, "lime", "USD/kg", 0.15, conf.NonNegative, "Ca(OH)2 for the acid of the raffinate")
	w.Close()
}
