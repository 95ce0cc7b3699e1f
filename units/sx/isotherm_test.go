package sx

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func readPC88A(t *testing.T) *Isotherm {
	t.Helper()
	f, err := os.Open("../../configs/validation/source/pc88a_hcl.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	iso, err := ReadIsotherm(f)
	if err != nil {
		t.Fatal(err)
	}
	return iso
}

// 163 unflagged rows, 157 with a ratio. Mass action with exponent 3 and capacity 6 gave 0.294 decades in the study that
// published its constants from a larger set; the best empirical fit is 0.17.
func TestMeasuredPC88A(t *testing.T) {
	iso := readPC88A(t)
	if len(iso.Rows) != 157 || len(iso.Excluded) != 21 {
		t.Fatalf("%d rows, %d excluded", len(iso.Rows), len(iso.Excluded))
	}
	for _, c := range []struct {
		name string
		fit  IsothermFit
		most float64
	}{
		{"levels", IsothermFit{N: 3, M: 6}, 0.30},
		{"levels, robust", IsothermFit{N: 3, M: 6, Huber: 0.2}, 0.31},
		{"levels, m 4.57", IsothermFit{N: 3, M: 4.57}, 0.30},
		{"levels, n, fall", IsothermFit{N: 3, M: 6, FreeN: true, FreeFall: true}, 0.28},
		{"levels, n, m, fall", IsothermFit{N: 3, M: 5, FreeN: true, FreeM: true, FreeFall: true}, 0.28},
	} {
		q, err := c.fit.Solve(iso)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		t.Logf("%s: rms %.3f on %d rows, %d unusable: %v %.3f ± %.3f", c.name, q.RMS, len(q.Used()), len(q.Unusable), q.Names, q.Values, q.Deviation)
		if !(q.RMS <= c.most) {
			t.Errorf("%s: rms %.3f, want at most %.2f", c.name, q.RMS, c.most)
		}
	}
}

// Two thirds predict the last third as well as they fit.
func TestHoldOut(t *testing.T) {
	iso := readPC88A(t)
	for _, seed := range []uint64{11, 12, 13} {
		kept, held := iso.Hold(1./3, seed)
		q, err := IsothermFit{N: 3, M: 6, FreeN: true, FreeFall: true}.Solve(kept)
		if err != nil {
			t.Fatal(err)
		}
		rms, rows := q.Predict(held)
		t.Logf("seed %d: fitted %.3f on %d, predicted %.3f on %d", seed, q.RMS, len(q.Used()), rms, rows)
		if !(rms < 0.35) || rows < 40 {
			t.Errorf("seed %d: rms %.3f on %d rows", seed, rms, rows)
		}
	}
}

// Constants that made the data come back.
func TestIsothermFindsItsConstants(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	iso := &Isotherm{Elements: []string{"Nd", "Ca"}}
	want := []float64{-1.9, -4.5, 2.4, 0.7}
	q := &IsothermResult{fit: IsothermFit{N: 3, M: 4, FreeN: true, FreeFall: true}, elements: iso.Elements}
	for i := range 60 {
		row := IsothermRow{Element: iso.Elements[i%2], Extractant: 0.2 + r.Float64(), load: 0.04 * r.Float64(), Acid: 0.01 + 0.5*r.Float64(), Feed: 1, Aqueous: 0.5, D: 1}
		var out [1]float64
		q.residuals(want, []IsothermRow{row}, out[:])
		row.D = math.Pow(10, out[0])
		iso.Rows = append(iso.Rows, row)
	}
	got, err := q.fit.Solve(iso)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got.Values {
		if math.Abs(v-want[i]) > 1e-6 {
			t.Errorf("%s is %g, want %g", got.Names[i], v, want[i])
		}
	}
}

func TestReadIsothermFaults(t *testing.T) {
	_, err := ReadIsotherm(strings.NewReader("point,source,H0_molL,HA_formal_molL,element,feed_molL\n1,a,0,1,Nd,0.1\n"))
	if err == nil || !strings.Contains(err.Error(), `"aq_eq_molL"`) {
		t.Error(err)
	}
	_, err = ReadIsotherm(strings.NewReader("point,source,H0_molL,HA_formal_molL,element,feed_molL,aq_eq_molL\n1,a,x,1,Nd,0.1,-2\n"))
	if err == nil || !strings.Contains(err.Error(), `line 2: H0_molL is "x"`) || !strings.Contains(err.Error(), `aq_eq_molL is "-2"`) {
		t.Error(err)
	}
	_, err = ReadIsotherm(strings.NewReader("point,source,H0_molL,HA_formal_molL,element,feed_molL,aq_eq_molL\n1,a,0,1,Qq,0.1,0.05\n1,a,0,1\n1,a,NaN,1,Nd,0.1,0.05\n"))
	if err == nil || !strings.Contains(err.Error(), `line 2: element is "Qq"`) || !strings.Contains(err.Error(), "line 3: 4 fields") || !strings.Contains(err.Error(), `line 4: H0_molL is "NaN"`) {
		t.Error(err)
	}
}

func FuzzReadIsotherm(f *testing.F) {
	f.Add("point,source,H0_molL,HA_formal_molL,element,feed_molL,aq_eq_molL,OA,flag\n1,a,0.1,1,Nd,0.1,0.05,2,\n")
	f.Fuzz(func(t *testing.T, text string) {
		iso, err := ReadIsotherm(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, r := range iso.Rows {
			if !(r.D > 0) || !(r.Aqueous > 0) {
				t.Errorf("%+v", r)
			}
		}
	})
}

// Zinc at high loading, made by hand with the four monomers that a model lets it bind, beside thorium of charge 4: the constants come back,
// so that what a fit finds means in a circuit what it meant in the vessel.
func TestIsothermOfOtherCharges(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("point,source,H0_molL,HA_formal_molL,element,feed_molL,aq_eq_molL\n")
	const zn, th, C, O = -2.0, 3.5, 1.0, 1.0
	for i, y := range []float64{0.02, 0.08, 0.12, 0.16, 0.2} {
		yth := 0.001 * float64(i+1)
		u := (C - 4*y - 8*yth) / 2
		h := 0.01 + 2*y + 4*yth // a hundredth of acid before, protons set free at O/A 1
		xzn, xth := y*h*h/(math.Pow(10, zn)*u*u), yth*math.Pow(h/u, 4)/math.Pow(10, th)
		fmt.Fprintf(&csv, "%d,hand,0.01,%g,Zn,%.12g,%.12g\n%d,hand,0.01,%g,Th,%.12g,%.12g\n", i, C, y*O+xzn, xzn, i, C, yth*O+xth, xth)
	}
	iso, err := ReadIsotherm(strings.NewReader(csv.String()))
	if err != nil {
		t.Fatal(err)
	}
	q, err := IsothermFit{N: 3}.Solve(iso)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(q.Level("Zn")-zn) > 1e-5 || math.Abs(q.Level("Th")-th) > 1e-5 || q.RMS > 1e-5 {
		t.Errorf("%v %v, rms %g; made with %g and %g", q.Names, q.Values, q.RMS, zn, th)
	}
}

// As many constants as rows leave no scatter: a band of nothing would be a lie.
func TestIsothermWithoutScatter(t *testing.T) {
	const head = "point,source,H0_molL,HA_formal_molL,element,feed_molL,aq_eq_molL\n"
	iso, err := ReadIsotherm(strings.NewReader(head + "1,me,0.1,1,Nd,0.05,0.02\n2,me,0.1,1,Nd,0.04,0.015\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (IsothermFit{N: 3}).Solve(iso); err != nil {
		t.Errorf("two rows for one constant: %v", err)
	}
	if _, err := (IsothermFit{N: 3, FreeN: true}).Solve(iso); err == nil || !strings.Contains(err.Error(), "2 usable rows for 2 constants") {
		t.Errorf("two rows for two: %v", err)
	}
}
