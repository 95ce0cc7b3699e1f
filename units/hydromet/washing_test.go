package hydromet

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// wet is a unit of solids and liquids on 1 kg/s of quartz in liquor kg/s of water with 1 mmol/s of chloride (a tracer, its cation is left out), and wash kg/s of
// pure water.
type wet struct {
	sys  *chem.System
	unit flowsheet.Unit
	spec flowsheet.Spec
	u    []float64
	in   []flowsheet.Stream
	out  []flowsheet.Stream
}

func newWet(t *testing.T, unit flowsheet.Unit, parameters string, liquor, wash float64, out ...string) *wet {
	t.Helper()
	tree, err := conf.Parse("test", []byte("[chemistry]\nelements = [\"Cl\"]\nfamilies = [\"aqueous\", \"gangue\"]\n[unit]\n"+parameters))
	if err != nil {
		t.Fatal(err)
	}
	w := &wet{sys: chem.FromConfig(tree.Root().Table("chemistry")), unit: unit}
	w.spec, err = unit.Init(flowsheet.Env{System: w.sys, Param: tree.Root().Table("unit"), In: []string{"1", "2"}, Out: out})
	if err != nil || tree.Err() != nil {
		t.Fatal(err, tree.Err())
	}
	for _, h := range w.spec.Handles {
		w.u = append(w.u, h.Value)
	}
	for range 2 {
		w.in = append(w.in, flowsheet.Stream{T: 298.15, N: make([]float64, len(w.sys.Components))})
	}
	for range w.spec.Out {
		w.out = append(w.out, flowsheet.Stream{N: make([]float64, len(w.sys.Components))})
	}
	const salt = 1e-3 // mol/s; its mass is part of the liquor's
	w.in[0].N[w.at("SiO2(s)")] = 1 / w.sys.Components[w.at("SiO2(s)")].M
	w.in[0].N[w.at("Cl-")] = salt
	w.in[0].N[w.at("H2O")] = (liquor - salt*w.sys.Components[w.at("Cl-")].M) / w.sys.Components[w.at("H2O")].M
	w.in[1].N[w.at("H2O")] = wash / w.sys.Components[w.at("H2O")].M
	return w
}

func (w *wet) at(name string) int {
	i, ok := w.sys.Index(name)
	if !ok {
		panic(name)
	}
	return i
}

func (w *wet) solve() error { return w.unit.Solve(&flowsheet.Stage{}, w.u, nil, w.in, w.out) }

// left is the share of the chloride at an outlet.
func (w *wet) left(outlet int) float64 { return w.out[outlet].N[w.at("Cl-")] / 1e-3 }

func close12(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*math.Abs(want)) {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

// A cake of 1 kg solids and 20 % moisture holds 0.25 kg of the 2 kg of liquor; washed with twice that.
func TestFilterByHand(t *testing.T) {
	for _, c := range []struct {
		parameters string
		wash, left float64
	}{
		{"", 0, 1},
		{"wash_efficiency = 0.6\n", 0.5, 0.4 * 0.4},
		{"wash_efficiency = 1\n", 0.125, 0.5},   // plug flow
		{"wash_efficiency = 0.9\n", 0.125, 0.5}, // no better than plug flow
		{"wash_efficiency = 1\n", 0.5, 0},
		{"wash = \"dilution\"\n", 0.5, 1. / 3},
	} {
		w := newWet(t, NewFilter(), "moisture = 0.2\n"+c.parameters, 2, c.wash, "cake", "filtrate", "wash_filtrate")
		if err := w.solve(); err != nil {
			t.Fatal(err)
		}
		name := c.parameters + fmt.Sprint(c.wash)
		close12(t, name+": salt in the cake", w.left(filterCake), c.left*0.125)
		close12(t, name+": salt in the wash filtrate", w.left(filterWash), (1-c.left)*0.125)
		close12(t, name+": salt in the filtrate", w.left(filterFiltrate), 0.875)
		close12(t, name+": cake, kg/s", w.sys.Mass(w.out[filterCake].N), 1.25)
		close12(t, name+": wash filtrate + 1, kg/s", 1+w.sys.Mass(w.out[filterWash].N), 1+c.wash)
	}
	w := newWet(t, NewFilter(), "moisture = 0.9\n", 2, 0)
	if err := w.solve(); err == nil || !strings.Contains(err.Error(), "the cake would hold 9 kg/s of liquid, the slurry brings 2") {
		t.Errorf("too dry a slurry: %v", err)
	}
}

// Counter-current washing against its closed form, which knows the ideal train of equal underflows.
func TestCCDIdeal(t *testing.T) {
	for _, n := range []int{1, 2, 4, 8} {
		for _, R := range []float64{0.5, 1.7, 3} {
			w := newWet(t, NewCCD(), fmt.Sprintf("stages = %d\nunderflow_solids = 0.5\n", n), 1, R)
			if err := w.solve(); err != nil {
				t.Fatal(err)
			}
			close12(t, fmt.Sprintf("%d stages, R %g: salt lost", n, R), w.left(0), (R-1)/(math.Pow(R, float64(n+1))-1))
			close12(t, "underflow, kg/s", w.sys.Mass(w.out[0].N), 2)
			close12(t, "overflow, kg/s", w.sys.Mass(w.out[1].N), R)
		}
	}
}

// Faults of mixing lose more; without any wash the liquor of the underflow is lost.
func TestCCDMixing(t *testing.T) {
	last := 0.0
	for _, E := range []float64{1, 0.95, 0.8, 0.3} {
		w := newWet(t, NewCCD(), fmt.Sprintf("stages = 4\nunderflow_solids = 0.5\nmixing_efficiency = %g\n", E), 1, 2)
		if err := w.solve(); err != nil {
			t.Fatal(err)
		}
		if w.left(0) <= last {
			t.Errorf("at %g the loss is %g, not above %g", E, w.left(0), last)
		}
		last = w.left(0)
	}
	w := newWet(t, NewCCD(), "stages = 3\nunderflow_solids = 0.5\n", 4, 0)
	if err := w.solve(); err != nil {
		t.Fatal(err)
	}
	close12(t, "salt lost without wash", w.left(0), 0.25)
	w = newWet(t, NewCCD(), "stages = 3\nunderflow_solids = 0.2\n", 1, 2)
	if err := w.solve(); err == nil || !strings.Contains(err.Error(), "would hold 4 kg/s of liquor, feed and wash bring 3") {
		t.Errorf("too little liquor: %v", err)
	}
}

// 1 kg/s of solids in 9 of water: an underflow of 40 % holds 1.5 times its solids in water; 50 mg/L go over.
func TestThickenerByHand(t *testing.T) {
	w := newWet(t, NewThickener(), "underflow_solids = 0.4\noverflow_solids = \"50 mg/L\"\narea = \"10 m2\"\n", 9, 0)
	if err := w.solve(); err != nil {
		t.Fatal(err)
	}
	solids := func(k int) float64 { return w.sys.PhaseMass(chem.Solid, w.out[k].N) }
	close12(t, "underflow solids", solids(0)/w.sys.Mass(w.out[0].N), 0.4)
	water := w.sys.Volume(w.out[1].N) - w.sys.PhaseVolume(chem.Solid, w.out[1].N)
	close12(t, "overflow solids, kg/m3", solids(1)/water, 0.05)
	close12(t, "all solids", solids(0)+solids(1), 1)
	y := make([]float64, 1)
	w.unit.(flowsheet.Observer).Observe(w.u, nil, w.in, w.out, y)
	close12(t, "rise rate", y[0], w.sys.Volume(w.out[1].N)/10)
	report := w.unit.(flowsheet.Reporter).Report(w.u, nil, w.in, w.out)
	if len(report.Warnings) != 1 || report.Warnings[0].Where != "rise_rate" || math.Abs(3600*report.Warnings[0].Limit-1.344) > 1e-3 {
		t.Errorf("warnings %+v, want the rise rate against 1.344 m/h", report.Warnings)
	}
	w.in[0].N[w.at("SiO2(s)")] *= 1e-5 // clearer than the overflow
	if err := w.solve(); err != nil {
		t.Fatal(err)
	}
	if report := w.unit.(flowsheet.Reporter).Report(w.u, nil, w.in, w.out); solids(0) != 0 || report.Warnings[1].Code != "nothing_settles" {
		t.Errorf("%g kg/s settle, warnings %+v", solids(0), report.Warnings)
	}
	w.in[0].N[w.at("SiO2(s)")] *= 1e6
	if err := w.solve(); err == nil || !strings.Contains(err.Error(), "more than the underflow with 40 %") {
		t.Errorf("a thick feed: %v", err)
	}
}

func ExampleCCD_Explain() {
	fmt.Println(strings.Split(NewCCD().(flowsheet.Explainer).Explain(), ". ")[1])
	// Output:
	// Ideal: liquor lost = (R - 1)/(R^(n+1) - 1), R = wash/underflow liquor.
}
