package conf

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet/si"
)

// Quantity returns the SI value of a required quantity such as "12 L/h". It
// must have the dimension of unit and lie in r, which is in SI. A number
// without a unit is accepted only for the unit "1". After a fault the value is
// some number of r.
func (t *Table) Quantity(key, unit string, r Range) float64 {
	v, _ := t.QuantityOf(key, []string{unit}, r)
	return v
}

// QuantityOr is Quantity with an SI value for a missing key. After a fault it
// returns that, if it lies in r.
func (t *Table) QuantityOr(key, unit string, def float64, r Range) float64 {
	n := t.ask(key)
	if n == nil {
		return def
	}
	v, _, ok := t.quantity(key, n, []string{unit}, r)
	if !ok && r.Contains(def) {
		return def
	}
	return v
}

// QuantityOf is Quantity for a value that may be given in one of several
// dimensions; which is the index of the unit with the dimension found.
func (t *Table) QuantityOf(key string, units []string, r Range) (v float64, which int) {
	n := t.need(key, example(units, r))
	if n == nil {
		return r.inside(), 0
	}
	v, which, _ = t.quantity(key, n, units, r)
	return v, which
}

func (t *Table) quantity(key string, n *node, units []string, r Range) (v float64, which int, ok bool) {
	fault := func(format string, args ...any) (float64, int, bool) {
		t.note(n.at, t.join(key), format, args...)
		return r.inside(), 0, false
	}
	var u si.Unit // dimensionless
	bare := true
	switch x := n.value.(type) {
	case int64:
		v = float64(x)
	case float64:
		v = x
	case string:
		var err error
		if v, u, err = si.Parse(x); err != nil {
			return fault("%v (needs %s)", err, example(units, r))
		}
		bare = u.Name == "1"
	default:
		return fault("%s; needs %s", n.show(), example(units, r))
	}
	for i, name := range units {
		wanted, err := si.ParseUnit(name)
		if err != nil {
			return fault("the program asks for a wrong unit: %v", err)
		}
		if wanted.Dim != u.Dim || bare && wanted.Name != "1" {
			continue
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fault("%s is no finite number", n.show())
		}
		if v = r.settle(v); !r.Contains(v) {
			if bare {
				u = wanted
			}
			return fault("%s %s", n.show(), r.refusal(u))
		}
		return v, i, true
	}
	if bare {
		return fault("%s has no unit; needs %s", n.show(), example(units, r))
	}
	return fault("%s has the wrong dimension; needs %s", n.show(), example(units, r))
}

// example describes what is wanted, with a value of the range in each unit.
func example(units []string, r Range) string {
	var all []string
	for _, name := range units {
		u, err := si.ParseUnit(name)
		if err != nil {
			continue // reported when a value is read
		}
		v := 1.0
		if !r.Contains((v + u.Offset) * u.Factor) {
			v = r.inside()/u.Factor - u.Offset
		}
		if u.Name == "1" {
			all = append(all, number(v))
		} else {
			all = append(all, fmt.Sprintf("\"%s %s\"", number(v), u.Name))
		}
	}
	return "e.g. " + strings.Join(all, " or ")
}
