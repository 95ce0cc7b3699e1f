package flowsheet_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"reetwin/flowsheet"
)

// The whole plant from mine drainage to metals goes through a turn of its nine batch furnaces: they all tap, every element balances, and in
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
	if sum.Events != 9 {
		t.Errorf("%d events, want one of each furnace", sum.Events)
	}
	for _, c := range sum.Closures {
		if c.Rel > 1e-10 {
			t.Errorf("%s is off by %.2g", c.Element, c.Rel)
		}
	}
	t.Logf("%d steps, %d taken back", sum.Steps, sum.Rejected)
}

// Furnaces of any number, charge, campaign and feeders, fed as it comes: every run goes through, balances, and goes on alike from a copy.
func TestEventsAtRandom(t *testing.T) {
	cases := 60
	if testing.Short() {
		cases = 6
	}
	worst, events := 0.0, 0
	for seed := range cases {
		r := rand.New(rand.NewPCG(90417, uint64(seed)))
		number := 1 + r.IntN(4)
		keys := fmt.Sprintf("furnaces = %d\ndischarge_time = \"%g h\"\n", number, 0.5+40*r.Float64())
		if r.IntN(3) > 0 {
			keys += fmt.Sprintf("charge_mass = \"%g kg\"\n", (0.6+1.2*r.Float64())*1.17*12/float64(number))
			if r.IntN(2) == 0 {
				keys += fmt.Sprintf("campaign = %d\nstandstill = \"%g h\"\n", 1+r.IntN(5), 30*r.Float64())
			}
		}
		p := begun(t, keys)
		for range 5 {
			for path, v := range map[string]float64{"fluorides.flow": 0.9, "calcium.flow": 0.27} {
				if err := p.SetHandle(path, v*2*r.Float64()/hour); err != nil {
					t.Fatal(err)
				}
			}
			copied, length := p.Memory(), 50*r.Float64()*hour
			sum, err := p.Advance(length, 0)
			if err != nil {
				t.Errorf("seed %d, %q: %v", seed, keys, err)
				break
			}
			events += sum.Events
			for _, c := range sum.Closures {
				if worst = math.Max(worst, c.Rel); c.Rel > 1e-10 {
					t.Errorf("seed %d, %q: %s is off by %.2g", seed, keys, c.Element, c.Rel)
				}
			}
			after := p.Memory()
			if err := p.Restore(copied); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Advance(length, 0); err != nil || !slices.Equal(after, p.Memory()) {
				t.Errorf("seed %d, %q: goes on otherwise from a copy: %v", seed, keys, err)
			}
		}
	}
	t.Logf("%d cases, %d events, worst balance %.1e", cases, events, worst)
}
