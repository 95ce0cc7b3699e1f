package flowsheet_test

import (
	"math"
	"testing"

	"reetwin/flowsheet"
)

// The whole plant from mine drainage to metals goes through a turn of its eleven batch furnaces: they all tap, every element balances, and in
// regular operation the plant does not feel it.
func TestWholePlantInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds: make test runs it")
	}
	p := loaded(t, "../configs/amd-to-metal.toml")
	metals := math.NaN()
	sum, err := p.Run(flowsheet.Schedule{For: 13 * hour, Every: 13 * hour}, func(now float64) error {
		v, _, err := p.Value("kpis.metals")
		if now == 0 {
			metals = v
		} else if math.Abs(v-metals) > 1e-7*metals {
			t.Errorf("%.9g kg/h of metals after %g h, steady %.9g", v, now/hour, metals)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Events != 11 {
		t.Errorf("%d events, want one of each furnace", sum.Events)
	}
	for _, c := range sum.Closures {
		if c.Rel > 1e-10 {
			t.Errorf("%s is off by %.2g", c.Element, c.Rel)
		}
	}
	t.Logf("%d steps, %d taken back", sum.Steps, sum.Rejected)
}
