package sx

import (
	"math"
	"testing"
)

// A circuit whose soap no metal takes up: with the ideal model, which has no free dimer of its own among the unknowns, base is left over in
// the water and the answer says where and how much. Without water's ions the acid would be 1e-40, and with acid enough nothing is said.
func TestBaseLeftOver(t *testing.T) {
	solve := func(soap float64, water *float64) *Answer {
		p, err := ReadProblem("cascade/testdata/sx1.json", "")
		if err != nil {
			t.Fatal(err)
		}
		p.N, p.Sap, p.Water = 30, soap, water
		if soap == 1 {
			clear(p.Feed)
		}
		a, err := p.Solve()
		if err != nil || a.Error != "" {
			t.Fatalf("%v, %s", err, a.Error)
		}
		return a
	}
	a := solve(1, nil)
	q := a.Alkaline
	if q == nil || len(a.Hydroxide) != 30 {
		t.Fatalf("alkaline %+v, hydroxide of %d stages", q, len(a.Hydroxide))
	}
	most := 0.0
	for _, oh := range a.Hydroxide {
		most = math.Max(most, oh)
	}
	if q.Hydroxide != most || !(math.Abs(q.PH-(13.997+math.Log10(most))) < 1e-3) || !(q.PH > 8 && q.PH < 13) || q.Section != "extraction" || !(q.Left > 0) || q.Warning == "" {
		t.Errorf("%+v, most hydroxide %g", q, most)
	}
	if !(a.Closure < 1e-10 && a.Balance < 1e-10) {
		t.Errorf("closure %g, balance %g", a.Closure, a.Balance)
	}
	none := 0.0
	if a := solve(1, &none); a.Alkaline != nil || a.Hydroxide != nil {
		t.Errorf("without ions: %+v", a.Alkaline)
	}
	if a := solve(0.2, nil); a.Alkaline != nil || a.Hydroxide != nil {
		t.Errorf("with acid enough: %+v", a.Alkaline)
	}
}
