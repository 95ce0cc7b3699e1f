package pyromet_test

import (
	"math"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// ndCell is configs/nd-cell.toml with settings.
func ndCell(t *testing.T, set ...string) *flowsheet.Plant {
	t.Helper()
	tree, err := conf.Load("../../configs/nd-cell.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range set {
		if err := tree.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// starve stops the feeder at time 0 and gives the minutes until perfluorocarbons count (0.6 of the limiting current) and until the anode effect (1.0).
func starve(t *testing.T, p *flowsheet.Plant) (onset, effect float64) {
	t.Helper()
	sum, err := p.Run(flowsheet.Schedule{For: 3600, Every: 15, Moves: []flowsheet.Move{{Path: "oxide.flow"}}}, func(now float64) error {
		used, _, err := p.Value("cell.limit_used")
		if used >= 0.6 && onset == 0 {
			onset = now / 60
		}
		if used >= 1 && effect == 0 {
			effect = now / 60
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sum.Closures {
		if c.Rel > 1e-9 {
			t.Errorf("%s closes to %g over the run", c.Element, c.Rel)
		}
	}
	return onset, effect
}

// A stopped feeder: the documented case counts 12 min to the onset and 31 min to the anode effect from 2.5 wt% at 0.5 A/cm2, all oxide being dissolved
// and the consumption constant. With the sludge of the plant file both come later.
func TestFeederStops(t *testing.T) {
	onset, effect := starve(t, ndCell(t, "units.cell.oxide.dissolution=10 1/s", "units.oxide.flow=6.377 kg/h"))
	t.Logf("without sludge: %.2f min to the onset, %.2f min to the anode effect", onset, effect)
	if math.Abs(onset-12) > 1 || math.Abs(effect-31) > 1.5 {
		t.Errorf("without sludge: onset after %.2f min, anode effect after %.2f min; documented 12 and 31", onset, effect)
	}
	later, last := starve(t, ndCell(t))
	t.Logf("with sludge: %.2f min and %.2f min", later, last)
	if !(later > onset+3 && later < 25 && last > effect+3 && last < 45) {
		t.Errorf("with sludge: %.2f min and %.2f min", later, last)
	}
}

// After the anode effect the operator cuts the current, feeds the bath and goes back: the cell recovers.
func TestAnodeEffectIsEnded(t *testing.T) {
	p := ndCell(t)
	worst, end := 0.0, 0.0
	_, err := p.Run(flowsheet.Schedule{For: 3 * 3600, Every: 60, Moves: []flowsheet.Move{
		{Path: "oxide.flow"},
		{At: 2700, Path: "cell.current", Value: 1000},
		{At: 2700, Path: "oxide.flow", Value: 10. / 3600},
		{At: 4500, Path: "cell.current", Value: 4010},
		{At: 4500, Path: "oxide.flow", Value: 6.454 / 3600},
	}}, func(float64) error {
		v, _, err := p.Value("cell.voltage")
		worst, end = max(worst, v), v
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !(worst > 20 && end < 7) {
		t.Errorf("the voltage rose to %.3g V and ended at %.3g V", worst, end)
	}
}

// Loops that start far off are met all the same: another current wants other oxide and another heat loss.
func TestCellLoopsFarOff(t *testing.T) {
	currents := []string{"2500", "5000"}
	if testing.Short() {
		currents = currents[:1]
	}
	for _, current := range currents {
		p := ndCell(t, "units.cell.current="+current+" A")
		if err := p.Solve(); err != nil {
			t.Fatalf("%s A: %v", current, err)
		}
		for path, want := range map[string]float64{"cell.oxide_content": 0.025, "cell.temperature": 1323.15} {
			if v, _, err := p.Value(path); err != nil || math.Abs(v/want-1) > 1e-8 {
				t.Errorf("%s A: %s is %.9g, set %g (%v)", current, path, v, want, err)
			}
		}
		c := p.Convergence()
		t.Logf("%s A: %d passes, %.2f s", current, c.Passes, c.Seconds)
	}
}
