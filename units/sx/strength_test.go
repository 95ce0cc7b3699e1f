package sx_test

import (
	"math"
	"testing"

	"reetwin/flowsheet"
	"reetwin/units/sx"
)

// The strength of the organic is a handle: at steady state that of the file with the number changed; in time it follows within
// a turn of the organic, by hand, what is dosed comes with the make-up, and the run closes for every element.
func TestExtractantIsAHandle(t *testing.T) {
	moved := solved(t, amd, "")
	if err := moved.SetHandle("sx.extractant", 1470); err != nil {
		t.Fatal(err)
	}
	if err := moved.Solve(); err != nil {
		t.Fatal(err)
	}
	other := solved(t, amd, "", "sx.extractant=1.47 mol/L")
	for i, v := range other.KPIs() {
		if got := moved.KPIs()[i]; math.Abs(got.Value-v.Value) > 1e-8*math.Abs(v.Value) {
			t.Errorf("%s is %.12g by the handle, %.12g by the file", v.Name, got.Value, v.Value)
		}
	}
	p := foulingPlant(t, 0.05, 0.05, 0.01)
	const V, O, from, to = 4*0.05 + 4*0.1 + 1, 1.0, 600.0, 540.0 // m3, m3/h, mol/m3
	move, err := p.ParseMove("0 h sx.extractant=0.54 mol/L")
	if err != nil {
		t.Fatal(err)
	}
	strength, fresh := map[float64]float64{}, map[float64]float64{}
	sum, err := p.Run(flowsheet.Schedule{For: 5 * 3600, Every: 3600, Tol: 1e-8, Moves: []flowsheet.Move{move}}, func(now float64) error {
		report(t, p, "sx")
		v, _ := p.Unit("sx")
		strength[now/3600] = v.Unit.(*sx.Circuit).Strength()
		i, _ := p.System.Index("D2EHPA")
		fresh[now/3600] = v.Out[3].N[i]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum.NoBalance != "" {
		t.Fatalf("no balance of %s", sum.NoBalance)
	}
	for _, c := range sum.Closures {
		if !(c.Rel < 1e-9) {
			t.Errorf("%s is open by %g", c.Element, c.Rel)
		}
	}
	for _, h := range []float64{1, 2, 5} {
		want := to + (from-to)*math.Exp(-h*O/V)
		if math.Abs(strength[h]-want) > 1e-3 {
			t.Errorf("after %g h the organic has %.6g mol/m3, by hand %.6g", h, strength[h], want)
		}
		if dosed := (0.05*O*want + O*(to-want)) / 3600; math.Abs(fresh[h]-dosed) > 1e-4*math.Abs(dosed) {
			t.Errorf("after %g h %.6g mol/s are made up, by hand %.6g", h, fresh[h], dosed)
		}
	}
}
