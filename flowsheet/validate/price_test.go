package validate_test

import (
	"strings"
	"testing"

	"reetwin/flowsheet/validate"
	"reetwin/units"
)

// A case of prices asks for quotes by name and for nothing else.
func TestQuotes(t *testing.T) {
	for _, input := range []map[string]any{nil, {"CNY_kg": 398.0}, {"CNY_kg": map[string]any{"oxide": "398"}}, {"CNY_kg": map[string]any{"oxide": 398.0}, "rate": 7.0}} {
		row := validate.Run([]validate.Case{{ID: "q", Kind: validate.Prices, Input: input,
			Expect: []validate.Expect{{Path: "oxide.value", Value: 1, Rel: 1}}, Source: "x"}}, units.Kinds()).Rows[0]
		if !strings.Contains(row.Reason, "needs CNY_kg alone") {
			t.Errorf("%v: %q", input, row.Reason)
		}
	}
}
