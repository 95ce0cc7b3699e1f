package validate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

// question is the input of a case of kind Thermo: reactions at one temperature, vapour pressures of metals, or the eutectic of a melt.
//
//	{"reactions": {"CO2": "Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2"}, "T_K": 1323.15, "reactants_T_K": 298.15, "adiabatic": true}
//	{"vapours": {"Sm": 1345, "Eu": 1095}}          T in K
//	{"melt": "LiF-NdF3"}
//
// The result has one entry per name: that of reetwin thermo -o json for a reaction, "pressure" for a metal; for a melt it has
// "eutectic_x" and "eutectic_T_K".
type question struct {
	reactions    map[string]string
	vapours      map[string]float64 // K
	melt         string
	T, reactants float64 // K; 0 for none
	adiabatic    bool
}

func readThermo(input map[string]any) (q question, err error) {
	known := []string{"reactions", "vapours", "melt", "T_K", "reactants_T_K", "adiabatic"}
	for _, key := range slices.Sorted(maps.Keys(input)) {
		ok := true
		switch key {
		case "reactions":
			q.reactions, ok = named[string](input[key])
		case "vapours":
			q.vapours, ok = named[float64](input[key])
		case "melt":
			q.melt, ok = input[key].(string)
		case "adiabatic":
			q.adiabatic, ok = input[key].(bool)
		case "T_K":
			q.T, ok = input[key].(float64)
		case "reactants_T_K":
			q.reactants, ok = input[key].(float64)
		default:
			return q, fmt.Errorf("unknown key %q; %s", key, conf.Hint(key, known))
		}
		if !ok {
			return q, fmt.Errorf("%s is of the wrong type", key)
		}
		if T, number := input[key].(float64); number && !(T >= 100 && T <= 6000) {
			return q, fmt.Errorf("%s %g is outside 100 to 6000 K", key, T)
		}
	}
	asked := 0
	for _, there := range []bool{len(q.reactions) > 0, len(q.vapours) > 0, q.melt != ""} {
		if there {
			asked++
		}
	}
	switch {
	case asked != 1:
		return q, fmt.Errorf("needs one of reactions, vapours and melt")
	case q.T == 0 && len(q.reactions) > 0:
		return q, fmt.Errorf("needs T_K")
	}
	return q, nil
}

// named reads a table of values of one type.
func named[V any](v any) (map[string]V, bool) {
	table, ok := v.(map[string]any)
	all := map[string]V{}
	for name, one := range table {
		value, fits := one.(V)
		all[name], ok = value, ok && fits
	}
	return all, ok
}

// askThermo gives the result of a question as a program reads it.
func askThermo(input map[string]any) (any, error) {
	q, err := readThermo(input)
	if err != nil {
		return nil, err
	}
	lib, err := thermo.Load()
	if err != nil {
		return nil, err
	}
	result := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(q.reactions)) {
		if result[name], err = react(lib, q.reactions[name], q); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, metal := range slices.Sorted(maps.Keys(q.vapours)) {
		v, err := lib.Vapour(metal)
		if err != nil {
			return nil, err
		}
		p, _, _, covered := v.At(q.vapours[metal])
		if !covered {
			return nil, fmt.Errorf("the vapour pressure of %s has no data at %g K", metal, q.vapours[metal])
		}
		result[metal] = map[string]any{"pressure": map[string]any{"value": p, "unit": "Pa"}}
	}
	if q.melt != "" {
		m, err := lib.Melt(q.melt)
		if err != nil {
			return nil, err
		}
		x, T, err := m.Eutectic()
		if err != nil {
			return nil, err
		}
		result["eutectic_x"], result["eutectic_T_K"] = map[string]any{"value": x, "unit": "1"}, T
	}
	return result, nil
}

func react(lib *thermo.Library, reaction string, q question) (any, error) {
	r, err := lib.Parse(reaction)
	if err != nil {
		return nil, err
	}
	x := lib.Result(r, q.T, 0)
	start := q.T
	if q.reactants > 0 {
		start = q.reactants
		x.From(r, start)
	}
	if q.adiabatic {
		if err := x.Adiabat(r, start); err != nil {
			return nil, err
		}
	}
	if len(x.Outside) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(x.Outside, "; "))
	}
	text, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	var result any
	err = json.Unmarshal(text, &result)
	return result, err
}
