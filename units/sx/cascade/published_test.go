package cascade

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// published is testdata/published.json: models, units, sources and tolerances stand in the file.
type published struct {
	Raffinate struct {
		Coefficients map[string]map[string]map[string][2]float64
		Feed         map[string]float64 `json:"feed_mol_L"`
		Runs         []struct {
			Run        int
			Extractant string
			VolFrac    float64 `json:"vol_frac"`
			N          int
			AO, PHFeed float64
			PH         float64 `json:"pH_feed"`
			Expected   struct {
				Purity   float64 `json:"purity_Nd"`
				Recovery float64 `json:"recovery_Nd"`
				PH       float64 `json:"pH_raff"`
			}
		}
	} `json:"raffinate_cascades"`
	Exchange struct {
		Runs []struct {
			Run      int
			Beta     float64
			A        float64 `json:"f_A"`
			NE       int     `json:"N_ext"`
			NS       int     `json:"N_scrub"`
			S        float64 `json:"S_over_Smin"`
			Expected struct {
				Raffinate float64 `json:"raffinate_A_molefrac"`
				Extract   float64 `json:"extract_A_molefrac"`
			}
		}
	} `json:"total_exchange"`
	Tracer struct {
		Points []struct {
			PH     float64 `json:"pH"`
			Formal float64 `json:"HDEHP_formal_M"`
			LogD   float64
		}
	}
}

func readPublished(t *testing.T) *published {
	t.Helper()
	text, err := os.ReadFile("testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	p := new(published)
	if err := json.Unmarshal(text, p); err != nil {
		t.Fatal(err)
	}
	return p
}

// Raffinate cascades of neodymium and samarium by straight lines of log D over pH.
func TestRaffinateCascades(t *testing.T) {
	p := readPublished(t)
	for _, r := range p.Raffinate.Runs {
		co := p.Raffinate.Coefficients[r.Extractant][itoa(int(math.Round(100*r.VolFrac)))]
		chem := &Chemistry{Hydrogen: 2, Soap: -1}
		for _, e := range []string{"Nd", "Sm"} {
			chem.Cations = append(chem.Cations, Cation{Name: e, Z: 3, LnK: co[e][1] * math.Ln10, Slope: co[e][0], Correlated: true})
		}
		chem.Cations = append(chem.Cations, Cation{Name: "H", Z: 1})
		// The extractant takes no part in the model: any that is plenty will do.
		c := &Circuit{Sections: []Section{{Name: "extraction", Stages: r.N, Flow: r.AO, X: []float64{p.Raffinate.Feed["Nd"], p.Raffinate.Feed["Sm"],
			math.Pow(10, -r.PH)}}}, Organic: 1, Capacity: 5, Bleed: 1}
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		res, err := k.Solve(c, 1e-12, true)
		if err != nil {
			t.Fatalf("run %d: %+v: %v", r.Run, res, err)
		}
		x := k.Aqueous(0)
		got := [...]float64{x[0] / (x[0] + x[1]), x[0] / p.Raffinate.Feed["Nd"], -math.Log10(k.FreeAcid(0))}
		for q, want := range []float64{r.Expected.Purity, r.Expected.Recovery, r.Expected.PH} {
			if !(math.Abs(got[q]-want) < 1e-5) {
				t.Errorf("run %d: %s is %.8f, published %.8f", r.Run, []string{"purity", "recovery", "pH"}[q], got[q], want)
			}
		}
	}
}

// Total exchange: soap brings the organic, the scrub has the composition of the organic that leaves it. The separation
// factor alone decides.
func TestTotalExchange(t *testing.T) {
	for _, r := range readPublished(t).Exchange.Runs {
		S := (r.A + 1/(r.Beta-1)) * r.S
		chem := &Chemistry{Cations: []Cation{{Name: "A", Z: 1, LnK: math.Log(r.Beta)}, {Name: "B", Z: 1}, {Name: "soap", Z: 1, LnK: -14},
			{Name: "H", Z: 1}}, Hydrogen: 3, Soap: 2}
		const acid = 1e-9
		c := &Circuit{Sections: []Section{
			{Name: "extraction", Stages: r.NE, Flow: 1, X: []float64{r.A, 1 - r.A, 0, acid}},
			{Name: "scrub", Stages: r.NS, Flow: S - r.A, Joins: true, X: []float64{0.9, 0.1, 0, acid}},
		}, Organic: S, Capacity: 1, Bleed: 1, Makeup: []float64{0, 0, 1 - 1e-9, 0}}
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		y, extract, change := make([]float64, 4), 0.0, 1.0
		for pass := 0; change > 1e-9; pass++ {
			if res, err := k.Solve(c, 1e-11, pass == 0); err != nil || pass > 2000 {
				t.Fatalf("run %d, pass %d: %+v: %v", r.Run, pass, res, err)
			}
			k.Organic(k.Stages()-1, y)
			impurity := y[1] / (y[0] + y[1])
			change, extract = math.Abs(impurity/extract-1), impurity
			c.Sections[1].X[0], c.Sections[1].X[1] = 1-impurity, impurity
		}
		raffinate := k.Aqueous(0)
		for q, got := range []float64{raffinate[0] / (raffinate[0] + raffinate[1]), extract} {
			want := []float64{r.Expected.Raffinate, 1 - r.Expected.Extract}[q]
			if !(math.Abs(got/want-1) < 1e-3) {
				t.Errorf("run %d: impurity of the %s is %.6g, want %.6g", r.Run, []string{"raffinate", "extract"}[q], got, want)
			}
		}
	}
}

// The measured series behind the exponent and the level of D2EHPA.
func TestTracer(t *testing.T) {
	sum := 0.0
	points := readPublished(t).Tracer.Points
	chem := &Chemistry{Cations: []Cation{{Name: "Y", Z: 3, N: 2.38, M: 4.76, LnK: 2.911 * math.Ln10}, {Name: "H", Z: 1}}, Hydrogen: 1, Soap: -1}
	for _, p := range points {
		// One stage with so much aqueous that its acid stays, and a trace of metal.
		c := &Circuit{Sections: []Section{{Stages: 1, Flow: 1e6, X: []float64{1e-12, math.Pow(10, -p.PH)}}}, Organic: 1, Capacity: p.Formal / 2, Bleed: 1}
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Solve(c, 1e-12, true); err != nil {
			t.Fatal(err)
		}
		y := make([]float64, 2)
		k.Organic(0, y)
		e := math.Log10(y[0]/k.Aqueous(0)[0]) - p.LogD
		sum += e * e
	}
	if rms := math.Sqrt(sum / float64(len(points))); !(rms < 0.1) {
		t.Errorf("rms %.3f decades", rms)
	} else {
		t.Logf("rms %.3f decades", rms)
	}
}
