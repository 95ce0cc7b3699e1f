package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"reetwin/plant"
)

// A percentage of a pH or of a temperature in Celsius says nothing: these show their difference. Shares are in %, as solve shows them.
func TestScreenUnits(t *testing.T) {
	var out bytes.Buffer
	s := newScreen(&out, nil)
	s.show(&plant.Frame{Site: "s", Time: time.Unix(0, 0), KPIs: []plant.KPI{{Name: "recovery.Nd", Unit: "1", Value: 0.25}, {Name: "acid_returned", Unit: "1", Value: 0.25}},
		Tags: []plant.Reading{
			{ID: "load.pH.stage1", Unit: "1", Measured: 0.0815, Expected: 0.0595},
			{ID: "iron.pH_out", Unit: "1", Measured: 4.1, Expected: 4.2},
			{ID: "cell.temperature", Unit: "degC", Measured: 1052, Expected: 1050},
			{ID: "organic", Unit: "L/h", Measured: 354, Expected: 300},
		}})
	s.end()
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"recovery.Nd 25 %", "acid_returned 0.25 –", "0.0595 +0.02 –", "4.2 -0.10 –", "1050 +2.0 K degC", "300 +18.0 % L/h"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}
