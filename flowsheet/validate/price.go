package validate

import (
	"fmt"
	"maps"
	"slices"

	"reetwin/flowsheet/cost"
)

// readQuotes reads the input of a case of kind Prices: Chinese quotes by name, CNY/kg.
//
//	{"CNY_kg": {"oxide": 398, "metal": 491.5}}
func readQuotes(input map[string]any) (map[string]float64, error) {
	quotes, ok := named[float64](input["CNY_kg"])
	if !ok || len(quotes) == 0 || len(input) != 1 {
		return nil, fmt.Errorf("needs CNY_kg alone, a table of numbers by name; has %v", slices.Sorted(maps.Keys(input)))
	}
	return quotes, nil
}

// askQuotes answers {"oxide": {"value": 54.5, "unit": "USD/kg"}, …}, at the rate of the cost data.
func askQuotes(input map[string]any) (any, error) {
	quotes, err := readQuotes(input)
	if err != nil {
		return nil, err
	}
	book, err := cost.Open()
	if err != nil {
		return nil, err
	}
	answer := map[string]any{}
	for name, quote := range quotes {
		answer[name] = map[string]any{"value": book.Exchange.Dollars(quote), "unit": "USD/kg"}
	}
	return answer, nil
}
