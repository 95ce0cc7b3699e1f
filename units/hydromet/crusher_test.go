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

// crush sets a crusher up on 2 t/h of rock and returns its signals and report.
func crush(t *testing.T, parameters string) ([]float64, flowsheet.Report, error) {
	t.Helper()
	tree, err := conf.Parse("test", []byte("[chemistry]\nelements = []\nfamilies = [\"gangue\"]\n[unit]\n"+parameters))
	if err != nil {
		t.Fatal(err)
	}
	sys := chem.FromConfig(tree.Root().Table("chemistry"))
	c := NewCrusher().(*Crusher)
	spec, err := c.Init(flowsheet.Env{System: sys, Param: tree.Root().Table("unit")})
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Err(); err != nil {
		return nil, flowsheet.Report{}, err
	}
	var u []float64
	for _, h := range spec.Handles {
		u = append(u, h.Value)
	}
	in := []flowsheet.Stream{{T: 298.15, N: make([]float64, len(sys.Components))}}
	i, _ := sys.Index("SiO2(s)")
	in[0].N[i] = 2000.0 / 3600 / sys.Components[i].M
	y := make([]float64, len(spec.Signals))
	c.Observe(u, nil, in, in, y)
	return y, c.Report(u, nil, in, in), nil
}

// Worked by hand. At width 2 the law is exponential: P80 = size · ln 5. From 100/ln 5 to 25/ln 5 mm P80 goes from 100,000 to
// 25,000 µm, so W = 10 · 12 kWh/t · 2 t/h · (1/√25000 − 1/√100000) = 240 · 0.00316228 kW.
func TestCrusherByHand(t *testing.T) {
	y, r, err := crush(t, `feed_size = "62.13349345596119 mm"
product_size = "15.533373363990297 mm"
width = 2
work_index = "12 kWh/t"
`)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.1, 0.025, 240e3 * (1/math.Sqrt(25000) - 1/math.Sqrt(100000))} {
		if math.Abs(y[i]-want) > 1e-12*want {
			t.Errorf("signal %d is %.15g, want %.15g", i, y[i], want)
		}
	}
	if len(r.Warnings) != 0 {
		t.Errorf("warnings %v", r.Warnings)
	}
}

// What stays on the sieve of P80 is a fifth, and on that of the size 1/e: the size is no median.
func TestCrusherSizes(t *testing.T) {
	for _, width := range []float64{0.4, 1, 1.5, 3} {
		const size = 0.058
		stays := func(x float64) float64 { return math.Exp(-math.Pow(x/size, 2/width)) }
		if got := stays(p80(size, width)); math.Abs(got-0.2) > 1e-14 {
			t.Errorf("width %g: %g stays on P80", width, got)
		}
		if got := stays(size); math.Abs(got-1/math.E) > 1e-15 {
			t.Errorf("width %g: %g stays on size", width, got)
		}
	}
}

func TestCrusherLimits(t *testing.T) {
	const rest = "width = 1.5\nwork_index = \"12 kWh/t\"\n"
	if _, _, err := crush(t, "feed_size = \"10 mm\"\nproduct_size = \"20 mm\"\n"+rest); err == nil || !strings.Contains(err.Error(), "coarser than the feed") {
		t.Errorf("growing rock: %v", err)
	}
	_, r, err := crush(t, "feed_size = \"10 mm\"\nproduct_size = \"1 mm\"\n"+rest)
	if err != nil || len(r.Warnings) != 1 || r.Warnings[0].Where != "P80_product" {
		t.Errorf("a mill's product: %v, %v", r.Warnings, err)
	}
}

func ExampleCrusher_Explain() {
	fmt.Println(strings.SplitAfter(NewCrusher().(flowsheet.Explainer).Explain(), ";")[0])
	// Output:
	// work = solids x 10 x work_index x (1/sqrt(P80 product) - 1/sqrt(P80 feed)) with P80 in um (Bond 1952);
}
