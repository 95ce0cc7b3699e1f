package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
)

// lookup walks a path through a decoded JSON result, at each level along the longest key that fits, and gives the number
// at its end with its unit. Elements of a list are counted from 0.
func lookup(result any, path string) (value float64, unit string, err error) {
	at, rest, key := result, path, ""
	for rest != "" {
		var table map[string]any
		switch v := at.(type) {
		case map[string]any:
			table = v
			if key = longest(v, rest); key == "" {
				return 0, "", fmt.Errorf("%s: nothing here%s", path, suggestion(v, rest, path))
			}
			at = v[key]
		case []any:
			key, _, _ = strings.Cut(rest, ".")
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(v) {
				return 0, "", fmt.Errorf("%s: no element %q of %d", path, key, len(v))
			}
			at = v[i]
		default:
			return 0, "", fmt.Errorf("%s: %q leads beyond a value", path, rest)
		}
		rest = strings.TrimPrefix(rest[len(key):], ".")
		if u := unitOf(key, table); u != "" {
			unit = u
		}
	}
	switch v := at.(type) {
	case float64:
		return v, unit, nil
	case nil:
		return 0, "", fmt.Errorf("%s: the result gives no number here", path)
	}
	return 0, "", fmt.Errorf("%s: leads to no number", path)
}

// longest is the longest key of a table that a path begins with, "" for none.
func longest(table map[string]any, path string) (best string) {
	for key := range table {
		if len(key) > len(best) && (path == key || strings.HasPrefix(path, key+".")) {
			best = key
		}
	}
	return best
}

func suggestion(table map[string]any, rest, path string) string {
	names := make([]string, 0, len(table))
	for key := range table {
		names = append(names, key)
	}
	slices.Sort(names)
	first, _, _ := strings.Cut(rest, ".")
	for _, word := range []string{rest, first} {
		if near := conf.Nearest(word, names); near != "" {
			return fmt.Sprintf("; did you mean %s%s?", path[:len(path)-len(rest)], near)
		}
	}
	return ""
}

// unitOf is the unit of what stands under a key: the "unit" beside a "value", else what the key's name says.
func unitOf(key string, beside map[string]any) string {
	if u, ok := beside["unit"].(string); ok && key != "unit" {
		return u
	}
	for _, u := range []struct{ end, unit string }{
		{"T_K", "K"}, {"m3_s", "m3/s"}, {"kg_s", "kg/s"}, {"mol_s", "mol/s"}, {"mol_kg", "mol/kg"}, {"ionic_strength", "mol/kg"}, {"mg_L", "mg/L"}, {"g_kg", "g/kg"},
		{"kg_mol", "kg/mol"}, {"pH", "1"}, {"rel", "1"}, {"residual", "1"}, {"seconds", "s"},
	} {
		if key == u.end || strings.HasSuffix(key, "_"+u.end) {
			return u.unit
		}
	}
	return ""
}

// convert gives a value of the result in another unit of the same dimension; "" leaves it as it is.
func convert(value float64, from, to string) (float64, error) {
	if to == "" {
		return value, nil
	}
	a, err := si.ParseUnit(from)
	if err != nil {
		return 0, fmt.Errorf("unit of the result: %w", err)
	}
	b, err := si.ParseUnit(to)
	if err != nil {
		return 0, err
	}
	if a.Dim != b.Dim {
		return 0, fmt.Errorf("the result is in %s, which is no %s", a.Name, b.Name)
	}
	return (value+a.Offset)*a.Factor/b.Factor - b.Offset, nil
}
