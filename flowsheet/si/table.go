package si

import "strings"

// entry is one known unit; prefixes lists the SI prefixes it takes.
type entry struct {
	name     string
	factor   float64
	offset   float64
	dim      Dim
	prefixes string
}

const (
	metric  = "pnuµmkMGT"
	minute  = 60.0
	hour    = 3600.0
	day     = 86400.0
	year    = 365.25 * day      // Julian year
	pound   = 0.45359237        // kg, international avoirdupois pound
	foot    = 0.3048            // m, international foot
	gallon  = 3.785411784e-3    // m3, US liquid gallon, 231 in3
	calorie = 4.184             // J, thermochemical
	psi     = 6894.757293168361 // Pa, pound-force per square inch
	degF    = 5.0 / 9.0         // K
	liter   = 1e-3              // m3
	molar   = 1000.0            // mol/m3
)

// table holds every known unit. It is never written to.
//
// Exponents are of m, kg, s, K, mol, A, USD.
var table = [...]entry{
	{name: "1", factor: 1},
	{name: "%", factor: 1e-2},
	{name: "ppm", factor: 1e-6},
	{name: "ppb", factor: 1e-9},
	{name: "m", factor: 1, dim: Dim{1}, prefixes: "cd" + metric},
	{name: "ft", factor: foot, dim: Dim{1}},
	{name: "g", factor: 1e-3, dim: Dim{0, 1}, prefixes: metric},
	{name: "t", factor: 1000, dim: Dim{0, 1}, prefixes: "kMG"},
	{name: "lb", factor: pound, dim: Dim{0, 1}},
	{name: "s", factor: 1, dim: Dim{0, 0, 1}, prefixes: "pnuµm"},
	{name: "min", factor: minute, dim: Dim{0, 0, 1}},
	{name: "h", factor: hour, dim: Dim{0, 0, 1}},
	{name: "d", factor: day, dim: Dim{0, 0, 1}},
	{name: "a", factor: year, dim: Dim{0, 0, 1}},
	{name: "K", factor: 1, dim: Dim{0, 0, 0, 1}, prefixes: "mk"},
	{name: "degC", factor: 1, offset: 273.15, dim: Dim{0, 0, 0, 1}},
	{name: "°C", factor: 1, offset: 273.15, dim: Dim{0, 0, 0, 1}},
	{name: "degF", factor: degF, offset: 459.67, dim: Dim{0, 0, 0, 1}},
	{name: "°F", factor: degF, offset: 459.67, dim: Dim{0, 0, 0, 1}},
	{name: "mol", factor: 1, dim: Dim{0, 0, 0, 0, 1}, prefixes: metric},
	{name: "M", factor: molar, dim: Dim{-3, 0, 0, 0, 1}, prefixes: "nuµm"},
	{name: "L", factor: liter, dim: Dim{3}, prefixes: "cd" + metric},
	{name: "gal", factor: gallon, dim: Dim{3}},
	{name: "gpm", factor: gallon / minute, dim: Dim{3, 0, -1}},
	{name: "N", factor: 1, dim: Dim{1, 1, -2}, prefixes: metric},
	{name: "Pa", factor: 1, dim: Dim{-1, 1, -2}, prefixes: "h" + metric},
	{name: "bar", factor: 1e5, dim: Dim{-1, 1, -2}, prefixes: "m"},
	{name: "atm", factor: 101325, dim: Dim{-1, 1, -2}},
	{name: "psi", factor: psi, dim: Dim{-1, 1, -2}},
	{name: "J", factor: 1, dim: Dim{2, 1, -2}, prefixes: metric},
	{name: "cal", factor: calorie, dim: Dim{2, 1, -2}, prefixes: "k"},
	{name: "Wh", factor: hour, dim: Dim{2, 1, -2}, prefixes: "kMGT"},
	{name: "W", factor: 1, dim: Dim{2, 1, -3}, prefixes: metric},
	{name: "A", factor: 1, dim: Dim{0, 0, 0, 0, 0, 1}, prefixes: metric},
	{name: "V", factor: 1, dim: Dim{2, 1, -3, 0, 0, -1}, prefixes: metric},
	{name: "ohm", factor: 1, dim: Dim{2, 1, -3, 0, 0, -2}, prefixes: "numkMG"},
	{name: "S", factor: 1, dim: Dim{-2, -1, 3, 0, 0, 2}, prefixes: "nuµmk"},
	{name: "Hz", factor: 1, dim: Dim{0, 0, -1}, prefixes: "kMG"},
	{name: "Bq", factor: 1, dim: Dim{0, 0, -1}, prefixes: "mkMGT"},
	{name: "USD", factor: 1, dim: Dim{0, 0, 0, 0, 0, 0, 1}, prefixes: "kMG"},
}

// find returns the entry of a unit name and the factor of its prefix.
func find(name string) (entry, float64, bool) {
	for _, e := range table {
		if e.name == name {
			return e, 1, true
		}
	}
	for _, e := range table {
		p, ok := strings.CutSuffix(name, e.name)
		if ok && p != "" && len([]rune(p)) == 1 && strings.Contains(e.prefixes, p) {
			return e, prefix(p), true
		}
	}
	return entry{}, 0, false
}

func prefix(p string) float64 {
	switch p {
	case "p":
		return 1e-12
	case "n":
		return 1e-9
	case "u", "µ":
		return 1e-6
	case "m":
		return 1e-3
	case "c":
		return 1e-2
	case "d":
		return 1e-1
	case "h":
		return 1e2
	case "k":
		return 1e3
	case "M":
		return 1e6
	case "G":
		return 1e9
	default: // "T"
		return 1e12
	}
}

// names lists the known units, those with a prefix last.
func names() []string {
	var plain, prefixed []string
	for _, e := range table {
		plain = append(plain, e.name)
		for _, p := range e.prefixes {
			prefixed = append(prefixed, string(p)+e.name)
		}
	}
	return append(plain, prefixed...)
}

// meant names the unit that a word from plant talk stands for, or "".
func meant(word string) string {
	switch strings.ToLower(word) {
	case "sec", "second", "seconds":
		return "s"
	case "minute", "minutes", "mins":
		return "min"
	case "hr", "hrs", "hour", "hours":
		return "h"
	case "day", "days":
		return "d"
	case "yr", "year", "years":
		return "a"
	case "c", "celsius", "deg":
		return "degC"
	case "f", "fahrenheit":
		return "degF"
	case "ton", "tons", "tonne", "tonnes":
		return "t"
	case "pound", "pounds", "lbs":
		return "lb"
	case "gallon", "gallons", "usgal":
		return "gal"
	case "l", "liter", "litre", "liters", "litres":
		return "L"
	case "mole", "moles":
		return "mol"
	case "cc":
		return "mL"
	case "$", "dollar", "dollars":
		return "USD"
	case "wt%", "percent", "pct":
		return "%"
	}
	return ""
}
